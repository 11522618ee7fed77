"""Bytes on disk: partial uploads, and received files by their hash, written once."""

import hashlib
import os
import shutil
from pathlib import Path

from workstation.domain.durable import sync_folder
from workstation.domain.ids import Sha256

_MAGIC: dict[str, tuple[bytes, ...]] = {
    "pdf": (b"%PDF-",),
    "png": (b"\x89PNG\r\n\x1a\n",),
    "jpg": (b"\xff\xd8\xff",),
    "jpeg": (b"\xff\xd8\xff",),
    "tif": (b"II*\x00", b"MM\x00*"),
    "tiff": (b"II*\x00", b"MM\x00*"),
}
"""Extension → how such a file begins."""

FORMATS = tuple(_MAGIC)


class WardFiles:
    """``tep/ab/cd/<sha256>`` for received files, ``dang-tai/<id>`` for partial ones."""

    def __init__(self, data: Path) -> None:
        self._stored = data / "tep"
        self._partial = data / "dang-tai"
        for folder in (self._stored, self._partial):
            # citizens' papers: other users of this machine have no business here, whatever the umask
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        sync_folder(data)

    def stored(self, sha256: str) -> Path:
        return self._stored / sha256[:2] / sha256[2:4] / sha256

    def partial(self, upload_id: str) -> Path:
        return self._partial / upload_id

    def offset(self, upload_id: str, sha256: str) -> int:
        """Bytes that are here: of the partial file, or of the received one if the server died between rename and commit."""
        for path in (self.partial(upload_id), self.stored(sha256)):
            if path.exists():
                return path.stat().st_size
        return 0

    def room(self) -> int:
        """Bytes that the disk still takes."""
        return shutil.disk_usage(self._partial).free

    def drop(self, upload_id: str) -> None:
        self.partial(upload_id).unlink(missing_ok=True)

    def intact(self, upload_id: str, sha256: str) -> bool:
        """Whether the bytes that lie on disk, fsynced first, are what was announced."""
        source = self.partial(upload_id)
        if not source.exists():
            return self.stored(sha256).exists() and hash_file(self.stored(sha256)) == sha256
        with source.open("rb+") as handle:
            os.fsync(handle.fileno())
        return hash_file(source) == sha256

    def beginning(self, upload_id: str, sha256: str) -> bytes:
        source = self.partial(upload_id)
        with (source if source.exists() else self.stored(sha256)).open("rb") as handle:
            return handle.read(16)

    def keep(self, upload_id: str, sha256: str) -> None:
        """Moves intact bytes under their hash. The folder is fsynced before it returns: a confirmation outlives a power cut."""
        source, target = self.partial(upload_id), self.stored(sha256)
        if not source.exists():
            return
        self._make_folder(target.parent)
        if target.exists() and hash_file(target) == sha256:
            source.unlink()
        else:
            source.chmod(0o440)
            source.replace(target)
        sync_folder(target.parent)

    def _make_folder(self, folder: Path) -> None:
        for step in (folder.parent, folder):
            if not step.exists():
                step.mkdir(exist_ok=True)
                sync_folder(step.parent)


def hash_file(path: Path) -> Sha256:
    with path.open("rb") as handle:
        return Sha256(hashlib.file_digest(handle, "sha256").hexdigest())


def looks_like(name: str, beginning: bytes) -> bool:
    """Whether the content begins as its extension says."""
    return beginning.startswith(_MAGIC.get(extension(name), ()))


def extension(name: str) -> str:
    return name.rsplit(".", 1)[-1].lower() if "." in name else ""
