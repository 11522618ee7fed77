"""One desk a home folder: whoever recovers and signs must be alone. The lock goes with its process, also when that is killed."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from workstation.domain.errors import WorkstationError


@contextmanager
def desk_lock(home: Path) -> Iterator[None]:
    """Holds ``desk.lock`` for as long as the block runs; U02 if another process has it."""
    with (home / "desk.lock").open("a+b") as handle:
        try:
            if sys.platform == "win32":
                import msvcrt

                msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)
            else:
                import fcntl

                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as e:
            raise WorkstationError("U02") from e
        yield
