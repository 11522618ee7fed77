"""Write-once files named by their SHA-256.

Layout: ``<root>/ab/cd/<64 hex digits>``, mode 0444, beside ``<root>/staging``. A blob has its name only after its bytes
and its folder are on disk, so a row that is committed after ``put`` never names a file that a power cut can take away.
"""

import errno
import hashlib
import os
import re
import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from workstation.domain.durable import wipe_file
from workstation.domain.errors import WorkstationError
from workstation.domain.ids import Sha256
from workstation.domain.ownfolder import OwnFolder

_CHUNK = 1 << 20
_NAME = re.compile(r"[0-9a-f]{64}")
_NOTHING = hashlib.sha256().hexdigest()
_FULL = {errno.ENOSPC, errno.EDQUOT}


def disk_free_gb(path: Path) -> float:
    """Gigabytes (10^9 bytes) that this user may still write where ``path`` lies."""
    return shutil.disk_usage(path).free / 1e9


class FileBlobs:
    """``domain.ports.BlobStore`` in a folder. Threads and processes may share it.

    A blob that exists is never written to. If its content does not have its hash (left over from a power cut on a file
    system that does not keep its promises, or from a failing disk), ``put`` of the same content replaces it as a whole by
    the good bytes; only thereby does a broken blob heal. Temporary files of processes that are gone are removed at start;
    those of processes that live are left to them.
    """

    def __init__(self, root: Path) -> None:
        self._root = root.absolute()
        self._synced: set[Path] = set()
        self._lock = threading.Lock()
        with _disk_full_is_m01():
            _make_folder(self._root / "staging")
            self._own = OwnFolder(self._root / "staging", "p")
            self._staging = self._own.path

    def close(self) -> None:
        """Removes this process's staging folder; happens by itself at the latest when the program ends."""
        self._own.close()

    def put_file(self, path: Path) -> Sha256:
        """Copies the file in. F07 if it can't be read; it is never changed."""
        try:
            source = path.open("rb")
        except OSError as error:
            raise WorkstationError("F07", file=path.name) from error
        with source:
            return self._put(_chunks(source, path.name))

    def put_bytes(self, data: bytes) -> Sha256:
        return self._put(iter((data,)))

    def path(self, sha256: Sha256) -> Path:
        path = self._place(sha256)
        try:
            size = path.stat().st_size
        except FileNotFoundError:
            size = -1
        if size < 0 or (size == 0 and sha256 != _NOTHING):
            raise WorkstationError("M03", sha256=sha256)
        return path

    def verify(self, sha256: Sha256) -> bool:
        return _verifies(self._place(sha256), sha256)

    def erase(self, sha256: Sha256) -> None:
        try:
            wipe_file(self._place(sha256))
        except OSError as error:
            raise WorkstationError("K23") from error

    def staging(self) -> Path:
        return self._staging

    def all(self) -> Iterator[Sha256]:
        """Every blob that has its name."""
        for path in sorted(self._root.glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]/*")):
            yield Sha256(path.name)

    def _place(self, sha256: Sha256) -> Path:
        if not _NAME.fullmatch(sha256):
            raise ValueError("not a SHA-256")
        return self._root / sha256[:2] / sha256[2:4] / sha256

    def _put(self, chunks: Iterator[bytes]) -> Sha256:
        with _disk_full_is_m01():
            descriptor, name = tempfile.mkstemp(dir=self._staging)
            temporary = Path(name)
            try:
                with os.fdopen(descriptor, "wb") as out:
                    digest = hashlib.sha256()
                    for chunk in chunks:
                        digest.update(chunk)
                        out.write(chunk)
                    out.flush()
                    os.fsync(out.fileno())
                    sha256 = Sha256(digest.hexdigest())
                place = self._place(sha256)
                self._make_parents(place)
                if _verifies(place, sha256):
                    # Whoever put it may have died before its folder was on disk.
                    _fsync(place)
                else:
                    temporary.chmod(0o444)
                    temporary.replace(place)
                _fsync(place.parent)
            finally:
                temporary.unlink(missing_ok=True)
        return sha256

    def _make_parents(self, place: Path) -> None:
        """Once a folder and process even if it exists: who made it may have died before it was on disk."""
        with self._lock:
            if place.parent in self._synced:
                return
            place.parent.mkdir(parents=True, exist_ok=True)
            _fsync(place.parent.parent)
            _fsync(self._root)
            self._synced.add(place.parent)


def _chunks(source: BinaryIO, name: str) -> Iterator[bytes]:
    while True:
        try:
            chunk = source.read(_CHUNK)
        except OSError as error:  # a folder, a failing disk or a share that went away
            raise WorkstationError("F07", file=name) from error
        if not chunk:
            return
        yield chunk


def _verifies(path: Path, sha256: Sha256) -> bool:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == sha256
    except OSError:  # missing, or its sectors can't be read
        return False


def _fsync(path: Path) -> None:
    if sys.platform == "win32" and path.is_dir():
        return  # NTFS journals its folders and offers no handle to flush them
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _make_folder(path: Path) -> None:
    """Makes the folder and those above it, each on disk before this returns."""
    missing = [p for p in (path, *path.parents) if not p.exists()]
    path.mkdir(parents=True, exist_ok=True)
    for made in missing:
        _fsync(made.parent)


@contextmanager
def _disk_full_is_m01() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise WorkstationError("M01") from error
        raise
