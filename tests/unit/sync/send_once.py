"""``python -m tests.unit.sync.send_once STATION WARD URL [BORDER]``: a station's process, for tests that kill it.

``BORDER``: it kills itself (SIGKILL) at the n-th border; 0: never. A border lies after every commit of the store and every
request, the only two ways in which a sender leaves a trace; up to the next nothing changes. Its name, on stdout, says in which
journal step it lies.
"""

import inspect
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from sync.journal import Journal
from tests.unit.sync.rig import Station, Ward
from workstation.store.unit_of_work import SqlUnitOfWork


class Borders:
    def __init__(self, fatal: int) -> None:
        self._fatal = fatal
        self._passed = 0

    def cross(self, name: str) -> None:
        self._passed += 1
        sys.stdout.write(f"{name} {','.join(_steps())}\n")
        sys.stdout.flush()
        if self._passed == self._fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    def guard(self, owner: Any, method: str, label: str) -> None:
        inner: Callable[..., Any] = getattr(owner, method)

        def guarded(*args: Any, **kwargs: Any) -> Any:
            result = inner(*args, **kwargs)
            self.cross(label)
            return result

        setattr(owner, method, guarded)


def _steps() -> list[str]:
    """The methods of the journal that are under way."""
    return [f.function for f in inspect.stack(0) if isinstance(f.frame.f_locals.get("self"), Journal)]


def main() -> None:
    folder, data, url, *border = sys.argv[1:]
    station = Station(Path(folder))
    if border:
        borders = Borders(int(border[0]))
        borders.guard(SqlUnitOfWork, "commit", "commit")
        borders.guard(httpx.Client, "send", "request")
    station.send(station.sender(Ward(Path(data)), url, owner="other"))
    station.close()


if __name__ == "__main__":
    main()
