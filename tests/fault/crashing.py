"""Runs the main job on a small dossier and kills its own process (SIGKILL) at the n-th durable border.

Borders: before and after every commit of the store, every blob that is put, and every request to the ward server. Prints the name
of each border as it is passed, so that a test knows where it died. Run: ``python -m tests.fault.crashing HOME FOLDER BORDER``
(0: no crash).
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from workstation.app import demo, training
from workstation.app.compose import open_workstation
from workstation.app.lock import desk_lock
from workstation.store.blobs import FileBlobs
from workstation.store.unit_of_work import SqlUnitOfWork


class Borders:
    """Counts borders and kills at the chosen one: no handler runs, nothing is flushed."""

    def __init__(self, fatal: int) -> None:
        self.fatal = fatal
        self.passed = 0

    def cross(self, name: str) -> None:
        self.passed += 1
        sys.stderr.write(f"{self.passed} {name}\n")
        sys.stderr.flush()
        if self.passed == self.fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    def guard(self, owner: Any, method: str, label: str) -> None:
        inner: Callable[..., Any] = getattr(owner, method)

        def guarded(*args: Any, **kwargs: Any) -> Any:
            self.cross(f"before {label}")
            result = inner(*args, **kwargs)
            self.cross(f"after {label}")
            return result

        setattr(owner, method, guarded)


def main() -> None:
    home, folder, fatal = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    home.mkdir(parents=True, exist_ok=True)
    truth = json.loads((folder / "truth.json").read_text("utf-8"))
    demo.samples = lambda: [demo.Sample(folder, truth["title"], truth)]
    settings = training.prepare(home)
    with desk_lock(home), training.practice_ward(home, settings) as url, open_workstation(home, url) as ws:
        borders = Borders(fatal)
        borders.guard(SqlUnitOfWork, "commit", "commit")
        borders.guard(FileBlobs, "put_file", "blob")
        borders.guard(httpx.Client, "send", "request")
        told = demo.run(ws, lambda _: None)
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main()
