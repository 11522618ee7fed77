"""Files that are whole on disk or not there at all, whatever stops the machine: index, settings, copies for people."""

import errno
import os
import secrets
import shutil
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from workstation.domain.errors import WorkstationError

DISK_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


_AS_THE_UMASK_SAYS = 0o666


def write_durably(path: Path, data: bytes, mode: int = _AS_THE_UMASK_SAYS) -> None:
    """Puts ``data`` at ``path``: bytes first, then the name, both on disk when this returns. M01 when the disk is full; any
    other ``OSError`` as it is. What stood there before stays until then. ``mode``: who may read it, from its first moment."""
    with _taking_the_place_of(path, mode) as file:
        file.write(data)


def stream_durably(path: Path, pieces: Iterable[bytes]) -> None:
    """As :func:`write_durably`, with bytes that never are in memory all at once."""
    with _taking_the_place_of(path) as file:
        file.writelines(pieces)


def copy_durably(source: Path, target: Path) -> None:
    """As :func:`write_durably`, with the bytes of ``source``, however large it is."""
    with source.open("rb") as reader, _taking_the_place_of(target) as file:
        shutil.copyfileobj(reader, file, 1 << 20)


@contextmanager
def _taking_the_place_of(path: Path, mode: int = _AS_THE_UMASK_SAYS) -> Iterator[BinaryIO]:
    part = path.with_name(f".{secrets.token_hex(8)}.part")  # of its own: two writers must not share one
    try:
        with open(part, "xb", opener=lambda name, flags: os.open(name, flags, mode)) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        sync_folder(path.parent)
    except OSError as e:
        if e.errno in DISK_FULL:
            raise WorkstationError("M01") from e
        raise
    finally:
        part.unlink(missing_ok=True)


def wipe_file(path: Path) -> None:
    """Overwrites the file, then removes it, both on disk when this returns; nothing if it is not there. Overwriting is worth what
    the disk makes of it: a solid-state one may keep the old cells for a while."""
    try:
        path.chmod(0o600)
        with path.open("r+b") as file:
            left = os.fstat(file.fileno()).st_size
            while left > 0:
                left -= file.write(bytes(min(left, 1 << 20)))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()
    except FileNotFoundError:
        return
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Makes the names in ``folder`` durable."""
    if sys.platform == "win32":
        return  # no handle on a folder there; NTFS journals the rename
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
