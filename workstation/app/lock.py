"""One desk a home folder, one signer an output folder: whoever recovers and signs must be alone. A lock goes with its process,
also when that is killed."""

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from workstation.domain.errors import WorkstationError

_NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP)


@contextmanager
def desk_lock(home: Path) -> Iterator[None]:
    """Holds ``desk.lock`` for as long as the block runs; U02 if another process has it."""
    with (home / "desk.lock").open("a+b") as handle:
        _take(handle)
        yield


@contextmanager
def copies_lock(home: Path) -> Iterator[None]:
    """Holds ``copies.lock``: two runs would sign one line of the book of copies twice. U02 if another process has it."""
    with (home / "copies.lock").open("a+b") as handle:
        _take(handle)
        yield


@contextmanager
def signer_lock(folder: Path) -> Iterator[None]:
    """Holds ``.signing.lock`` in an output folder, and leaves no file behind; U02 if another process signs into it.

    A shared folder whose server knows no locks holds nothing up.
    """
    path = folder / ".signing.lock"
    while True:
        with path.open("a+b") as handle:
            _take(handle, needed=False)
            try:
                if os.fstat(handle.fileno()).st_ino != path.stat().st_ino:
                    continue  # the one before took its file away between our opening and our locking
            except FileNotFoundError:
                continue
            try:
                yield
            finally:
                with suppress(OSError):  # Windows keeps a file that is open; the next one then finds it and locks it
                    path.unlink()
            return


def _take(handle: BinaryIO, *, needed: bool = True) -> None:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as e:
        if not needed and e.errno in _NO_LOCKS:
            return
        raise WorkstationError("U02") from e
