"""The ward server on a machine that fails at its n-th durable border (``CRASH_BORDER``), counted from when it is ready.

Borders: every fsync, rename and commit, before and after. ``CRASH_MODE`` ``power``: what was not made durable is taken back,
bytes that no fsync covers turn to zeros, renames in folders that were not synced are undone; then SIGKILL. ``eio``: the n-th
fsync of a file fails with EIO, once. Each border's name goes to standard error. Run by ``tests/fault/test_ward_kill.py``.
"""

import argparse
import errno
import json
import os
import signal
import stat
import sys
import threading
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from sync.ward.__main__ import end_with_parent
from sync.ward.serve import serve


class Machine:
    def __init__(self, data: Path, fatal: int, mode: str) -> None:
        self.data, self.fatal, self.mode = data, fatal, mode
        self.armed = False
        self._passed = 0
        self._lock = threading.RLock()
        self._synced: dict[int, int] = {}
        """Inode → bytes that an fsync covered."""
        self._renamed: list[tuple[Path, Path]] = []
        self._fsync, self._replace = os.fsync, os.replace

    def border(self, name: str) -> bool:
        """Whether this is the one."""
        with self._lock:
            if not self.armed:
                return False
            self._passed += 1
            sys.stderr.write(f"border {self._passed} {name}\n")
            sys.stderr.flush()
            if self._passed == self.fatal and self.mode == "power":
                self._lose_power()
            return self._passed == self.fatal

    def _lose_power(self) -> None:
        for source, target in reversed(self._renamed):
            if target.exists() and not source.exists():
                self._replace(target, source)
        for path in (*(self.data / "dang-tai").iterdir(), *(p for p in (self.data / "tep").rglob("*") if p.is_file())):
            kept, size = self._synced.get(path.stat().st_ino, 0 if self.armed else 1 << 60), path.stat().st_size
            if kept < size:
                path.chmod(0o600)
                with path.open("rb+") as file:
                    file.seek(kept)
                    file.write(bytes(size - kept))
        os.kill(os.getpid(), signal.SIGKILL)

    def fsync(self, handle: int) -> None:
        about = os.fstat(handle)
        folder = stat.S_ISDIR(about.st_mode)
        fails = self.border("before fsync") if self.mode == "power" or not folder else False
        if fails and self.mode == "eio":
            raise OSError(errno.EIO, "Input/output error")
        self._fsync(handle)
        with self._lock:
            if folder:
                place = Path(f"/proc/self/fd/{handle}").resolve()
                self._renamed = [(s, t) for s, t in self._renamed if t.parent != place]
            else:
                self._synced[about.st_ino] = about.st_size
        if self.mode == "power":
            self.border("after fsync")

    def replace(self, source: Any, target: Any, **how: Any) -> None:
        if self.mode == "power":
            self.border("before rename")
        self._replace(source, target, **how)
        with self._lock:
            self._renamed.append((Path(source), Path(target)))
        if self.mode == "power":
            self.border("after rename")

    def take_over(self) -> None:
        for path in (p for p in self.data.rglob("*") if p.is_file()):
            self._synced[path.stat().st_ino] = path.stat().st_size  # outlived an earlier crash: it is on the disk
        os.fsync, os.replace = self.fsync, self.replace  # type: ignore[assignment]
        if self.mode == "power":
            event.listen(Engine, "commit", lambda _connection: self.border("before commit"))
            event.listen(Engine, "checkin", lambda *_: self.border("after transaction"))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--with-parent", action="store_true")
    given = parser.parse_args()
    threading.Thread(target=end_with_parent, daemon=True).start()
    machine = Machine(given.data, int(os.environ["CRASH_BORDER"]), os.environ["CRASH_MODE"])
    machine.take_over()

    def ready(url: str) -> None:
        machine.armed = True
        print(json.dumps({"url": url}), flush=True)

    serve(given.data, "127.0.0.1", given.port, ready=ready)


if __name__ == "__main__":
    main()
