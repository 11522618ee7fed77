"""The child of ``hosted``: one driver, asked in JSON lines. Whatever a vendor's library prints goes to nowhere."""

import importlib
import json
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import IO, Any, Protocol

from workstation.domain.durable import DISK_FULL
from workstation.domain.ports import ScanWish

DRIVERS = {"wia": "workstation.scanners.wia:WiaDriver", "twain": "workstation.scanners.twain_windows:driver"}


class DriverError(Exception):
    """What stands in the way: a code as ``ports.Scanner`` raises it, and for Q08 the reason."""

    def __init__(self, code: str, reason: str = "") -> None:
        super().__init__(code, reason)
        self.code, self.reason = code, reason


class Session(Protocol):
    def side(self, path: Path) -> bool:
        """Writes the next side as PNG; False: there is none."""
        ...

    def close(self) -> None: ...


class Driver(Protocol):
    def devices(self) -> Iterable[tuple[str, str]]:
        """Id and name."""
        ...

    def open(self, device: str, wish: ScanWish) -> Session: ...


def serve(driver: Callable[[], Driver], questions: Iterable[str], answer: Callable[[dict[str, Any]], None]) -> None:
    """Answers until there are no more questions. An exception that the driver doesn't explain is Q08, and the last answer."""
    session: Session | None = None
    try:
        own = driver()
        for line in questions:
            asked = json.loads(line)
            if asked["do"] == "list":
                answer({"sources": [list(one) for one in own.devices()]})
            elif asked["do"] == "open":
                paper = tuple(asked["paper_mm"])
                session = own.open(asked["source"], ScanWish(asked["dpi"], asked["color"], asked["duplex"], paper))
                answer({"ready": True})
            elif session is not None:
                answer({"side": True} if session.side(Path(asked["path"])) else {"end": True})
    except DriverError as trouble:
        answer({"error": trouble.code, "reason": trouble.reason})
    except OSError as error:
        full = error.errno in DISK_FULL
        answer({"error": "M01"} if full else {"error": "Q08", "reason": "driver"})
    except Exception:  # noqa: BLE001 - a vendor's library raises anything; its text may hold a path or a name
        answer({"error": "Q08", "reason": "driver"})
    finally:
        if session is not None:
            session.close()


def _own_output() -> IO[str]:
    """The parent's line, kept apart from what libraries print on file descriptor 1."""
    line = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    return line


def run(driver: Callable[[], Driver]) -> None:
    line = _own_output()

    def answer(told: dict[str, Any]) -> None:
        line.write(json.dumps(told) + "\n")
        line.flush()

    sys.stdin.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    serve(driver, iter(sys.stdin.readline, ""), answer)


if __name__ == "__main__":
    module, name = DRIVERS[sys.argv[1]].split(":")
    run(getattr(importlib.import_module(module), name))
