"""Drivers that live in a process of their own: one that crashes, hangs or prints costs a sheet, not the program.

Parent and child speak JSON, a line each: the parent asks for one side after the other, the child answers with the file that it
has written, or with what is in the way. If the parent dies, the end of its input ends the child too.
"""

import contextlib
import json
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workstation.domain.errors import ERRORS, WorkstationError
from workstation.domain.ports import ScanSource, ScanWish
from workstation.scanners.files import is_whole_png, make_durable, next_sheet_number

LIST_SECONDS = 15.0
"""Two kinds of drivers, one after the other, fit into what the doctor waits."""
SHEET_SECONDS = 180.0
"""As ``sane.SHEET_SECONDS``."""
_LAST_SECONDS = 10.0
"""For a driver to put its carriage back once it is told that nothing more is wanted."""


@dataclass(frozen=True, slots=True)
class _Gone:
    """The child's output came to its end."""


class HostedScanner:
    """``domain.ports.Scanner`` over the child that ``command`` starts (``driverhost.serve`` runs there)."""

    def __init__(self, prefix: str, command: Sequence[str], *, sheet_seconds: float = SHEET_SECONDS) -> None:
        self._prefix = prefix
        self._command = tuple(command)
        self._sheet_seconds = sheet_seconds

    def sources(self) -> tuple[ScanSource, ...]:
        try:
            with _child(self._command) as child:
                told = child.ask({"do": "list"}, LIST_SECONDS)
        except (OSError, WorkstationError):
            return ()
        return tuple(
            ScanSource(self._prefix + str(one[0]), str(one[1]))
            for one in told.get("sources", ())
            if isinstance(one, list) and len(one) == 2
        )

    def scan(
        self, source_id: str, wish: ScanWish, out: Path, sheet: Callable[[Path], None], cancelled: Callable[[], bool]
    ) -> int:
        try:
            with _child(self._command) as child:
                return _Feeding(child, out, self._sheet_seconds).run(self._job(source_id, wish), sheet, cancelled)
        except OSError as error:
            raise WorkstationError("Q01", count=0) from error

    def _job(self, source_id: str, wish: ScanWish) -> dict[str, Any]:
        return {
            "do": "open",
            "source": source_id.removeprefix(self._prefix),
            "dpi": wish.dpi,
            "color": wish.color,
            "duplex": wish.duplex,
            "paper_mm": list(wish.paper_mm),
        }


class _Feeding:
    def __init__(self, child: "_Child", out: Path, seconds: float) -> None:
        self._child, self._out, self._seconds = child, out, seconds
        self._count = 0

    def run(self, job: dict[str, Any], sheet: Callable[[Path], None], cancelled: Callable[[], bool]) -> int:
        number = next_sheet_number(self._out)
        self._ask(job)
        while not cancelled():
            path = self._out / f"sheet-{number + self._count:04d}.png"
            part = path.with_name(f".{path.name}.part")
            try:
                if self._ask({"do": "side", "path": str(part)}).get("end"):
                    break
                self._keep(part, path)
            finally:
                part.unlink(missing_ok=True)
            self._count += 1
            sheet(path)
        if self._count == 0 and not cancelled():
            raise WorkstationError("Q02", count=0)
        return self._count

    def _keep(self, part: Path, path: Path) -> None:
        try:
            if not is_whole_png(part):
                raise WorkstationError("Q08", reason="half", count=self._count)
            part.replace(path)
            make_durable(path)
        except OSError as error:
            path.unlink(missing_ok=True)
            raise WorkstationError("M01", count=self._count) from error

    def _ask(self, question: dict[str, Any]) -> dict[str, Any]:
        """Raises what the child tells of, with the number of sides that are safe."""
        try:
            told = self._child.ask(question, self._seconds)
        except WorkstationError as error:
            raise WorkstationError(error.code, **error.params, count=self._count) from error
        if code := told.get("error"):
            known = code if code in ERRORS else "Q08"
            raise WorkstationError(known, count=self._count, **({"reason": str(told["reason"])} if told.get("reason") else {}))
        return told


class _Child:
    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self._lines: queue.Queue[str | _Gone] = queue.Queue()
        threading.Thread(target=self._listen, name="driver", daemon=True).start()

    def _listen(self) -> None:
        """A thread, since pipes can't be waited for with a time limit on Windows."""
        if self._process.stdout is not None:
            with contextlib.suppress(ValueError, OSError):
                for line in self._process.stdout:
                    self._lines.put(line)
        self._lines.put(_Gone())

    def ask(self, question: dict[str, Any], seconds: float) -> dict[str, Any]:
        """Q08 with ``hangs`` after ``seconds``, with ``driver`` when the child is gone or talks nonsense."""
        if self._process.stdin is None:
            raise ValueError("child without pipes")
        try:
            self._process.stdin.write(json.dumps(question) + "\n")
            self._process.stdin.flush()
            line = self._lines.get(timeout=seconds)
        except queue.Empty as error:
            raise WorkstationError("Q08", reason="hangs") from error
        except OSError as error:
            raise WorkstationError("Q08", reason="driver") from error
        try:
            told = json.loads("" if isinstance(line, _Gone) else line)
        except ValueError as error:
            raise WorkstationError("Q08", reason="driver") from error
        if not isinstance(told, dict):
            raise WorkstationError("Q08", reason="driver")
        return told


@contextlib.contextmanager
def _child(command: Sequence[str]) -> Iterator[_Child]:
    """However this is left, the process is gone afterwards."""
    hidden = getattr(subprocess, "CREATE_NO_WINDOW", 0)
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, encoding="utf-8",
        creationflags=hidden,
    ) as process:  # fmt: skip
        try:
            yield _Child(process)
        finally:
            if process.stdin is not None:
                with contextlib.suppress(OSError):
                    process.stdin.close()
            try:
                process.wait(_LAST_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()


def driver_command(kind: str) -> tuple[str, ...]:
    """Starts the child for a kind of driver with this very Python."""
    return (sys.executable, "-m", "workstation.scanners.driverhost", kind)
