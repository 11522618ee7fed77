"""Files around a signature: the input is only read, the output appears whole or not at all."""

import errno
import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from pyhanko.pdf_utils import misc
from pyhanko.sign.general import SigningError

from workstation.domain.durable import sync_folder
from workstation.domain.errors import WorkstationError
from workstation.domain.ids import Sha256

CHUNK = 1 << 20
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_NO_PLACE = (PermissionError, FileExistsError, NotADirectoryError, IsADirectoryError)


@contextmanager
def unsuitable(name: str) -> Iterator[None]:
    """Turns what pyHanko says of an input it can't sign into C11. Disk errors pass on to where they are understood."""
    try:
        yield
    except (WorkstationError, OSError):
        raise
    except (misc.PdfError, SigningError, ValueError, TypeError, KeyError, AttributeError, AssertionError, RecursionError,
            NotImplementedError, IndexError) as error:  # fmt: skip
        raise WorkstationError("C11", file=name, kind=type(error).__name__) from error


@contextmanager
def source(path: Path) -> Iterator[IO[bytes]]:
    try:
        handle = path.open("rb")
    except OSError as error:
        raise WorkstationError("F07", file=path.name) from error
    with handle:
        yield handle


@contextmanager
def target(out: Path) -> Iterator[IO[bytes]]:
    """A temporary file beside ``out`` that takes its name when the block ends well, and disappears when it does not."""
    name: Path | None = None
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=out.parent, prefix=f".{out.name}.", suffix=".part")
        name = Path(temporary)
        with os.fdopen(handle, "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        name.chmod(0o644)
        name.replace(out)
        sync_folder(out.parent)
    except OSError as error:
        if error.errno in _FULL:
            raise WorkstationError("M01", file=out.name) from error
        if isinstance(error, _NO_PLACE) or error.errno == errno.EROFS:
            raise WorkstationError("U01", out=out.name, kind=type(error).__name__) from error
        raise
    finally:
        if name is not None:
            name.unlink(missing_ok=True)  # after the rename there is nothing under this name


def assert_prefix(source: IO[bytes], target: IO[bytes]) -> None:
    """Everything that came in is still there, at the same place."""
    source.seek(0)
    target.seek(0)
    while block := source.read(CHUNK):
        if target.read(len(block)) != block:
            raise AssertionError("signing changed bytes that were there before")


def hash_of(target: IO[bytes]) -> tuple[Sha256, int]:
    """SHA-256 and length."""
    target.seek(0)
    digest = hashlib.sha256()
    size = 0
    while block := target.read(CHUNK):
        digest.update(block)
        size += len(block)
    return Sha256(digest.hexdigest()), size
