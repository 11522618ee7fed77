"""Folders of a process's own for what it works on. What a killed process left in one is removed by the next: it may be text of
citizens."""

import os
import shutil
import sys
import tempfile
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_MARK = ".alive"
_YOUNG_SECONDS = 60


class OwnFolder:
    """A new folder ``prefix…`` in ``parent``, made after those of processes that are gone were removed there. It lives no longer
    than this value, and its process."""

    def __init__(self, parent: Path, prefix: str) -> None:
        for left in parent.glob(f"{prefix}*"):
            if _is_ours(left) and _abandoned(left):
                shutil.rmtree(left, ignore_errors=True)
        self.path = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
        self._release = weakref.finalize(self, _let_go, _hold(self.path), self.path)

    def close(self) -> None:
        """Removes the folder; happens by itself at the latest when the program ends."""
        self._release()


@contextmanager
def own_temporary_folder(prefix: str) -> Iterator[Path]:
    """Among the system's temporary folders, gone when the block ends."""
    folder = OwnFolder(Path(tempfile.gettempdir()), prefix)
    try:
        yield folder.path
    finally:
        folder.close()


def _is_ours(path: Path) -> bool:
    """A real folder of this user: the system's temporary folder is everybody's."""
    with suppress(OSError):
        return path.is_dir() and not path.is_symlink() and (sys.platform == "win32" or path.stat().st_uid == os.getuid())
    return False


def _hold(folder: Path) -> int:
    """An open, locked file in the folder: the mark that its process lives. The system lets go of it with the process."""
    descriptor = os.open(folder / _MARK, os.O_CREAT | os.O_WRONLY)
    if sys.platform != "win32":
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX)
    return descriptor


def _let_go(descriptor: int, folder: Path) -> None:
    os.close(descriptor)
    shutil.rmtree(folder, ignore_errors=True)


def _abandoned(folder: Path) -> bool:
    mark = folder / _MARK
    try:
        if sys.platform == "win32":
            mark.unlink()  # refused while its process holds it open
            return True
        import fcntl

        with mark.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        # Killed between making the folder and marking it, or just about to mark it: a minute tells which.
        with suppress(FileNotFoundError):
            return time.time() - folder.stat().st_mtime > _YOUNG_SECONDS
        return False
    except OSError:
        return False
    return True
