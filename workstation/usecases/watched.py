"""A folder that the office's copier scans into: each finished file becomes a dossier of its own, once.

The file is copied first and then judged, so it can't change under our hands; it is moved aside only when its bytes are safe.
"""

import hashlib
import logging
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from workstation.domain.errors import ErrorNote, WorkstationError
from workstation.domain.events import WatchedFileRefused
from workstation.domain.filelist import is_page_file, natural_key
from workstation.domain.ids import DossierId, Sha256, UserName
from workstation.domain.settling import Seen, look_again
from workstation.usecases import scan
from workstation.usecases.office import Office

log = logging.getLogger(__name__)

SETTLE_SECONDS = 10.0
"""Without a change. A copier writes a page every second or two and closes the file at the end."""
GIVE_UP_SECONDS = 120.0
"""A file that does not open may still be on its way (a copier that waits for the next original); after this it is damaged."""
DONE, REFUSED = "da-nhap", "chua-nhap-duoc"
_KEY = "watched:"
_GIVES_TIME = ("F01", "F03", "F04")
"""Half a file looks like this."""


def _sha256(path: Path) -> Sha256:
    with path.open("rb") as file:
        return Sha256(hashlib.file_digest(file, "sha256").hexdigest())


class WatchedFolder:
    """One sweep a call of ``sweep``, always on the same thread. What it remembers is only what saves work: after a restart a file
    that is already a dossier is known by its hash."""

    def __init__(self, office: Office, folder: Path, by: UserName, clock: Callable[[], float] = time.monotonic) -> None:
        self._office = office
        self._folder = folder
        self._by = by
        self._clock = clock
        self._seen: dict[str, Seen] = {}
        self._half: dict[str, tuple[Seen, ErrorNote]] = {}
        """Files that may be half: told once they have rested long enough, without being looked at again."""
        self._left: dict[str, Seen] = {}
        """Taken or told, and could not be moved aside: not looked at again until it changes."""

    def sweep(self) -> tuple[DossierId, ...]:
        """The dossiers that got pages. A folder that is away (a share off line) is none of anybody's trouble: the next sweep
        finds it."""
        now = self._clock()
        try:
            listed = self._listed()
        except OSError:
            return ()
        self._seen = look_again(self._seen, listed, now)
        self._left = {name: seen for name, seen in self._left.items() if self._seen.get(name) == seen}
        self._half = {name: half for name, half in self._half.items() if self._seen.get(name) == half[0]}
        taken = []
        for name in sorted(self._seen, key=natural_key):
            seen = self._seen[name]
            if name not in self._left and seen.size and seen.rests(now) >= SETTLE_SECONDS:
                if name not in self._half:
                    taken.append(self._take(name, seen))
                elif seen.rests(now) >= GIVE_UP_SECONDS:
                    self._refuse(name, *self._half.pop(name))
        return tuple(dossier_id for dossier_id in taken if dossier_id is not None)

    def _listed(self) -> dict[str, tuple[int, int]]:
        listed = {}
        for path in self._folder.iterdir():
            if is_page_file(path.name) and path.is_file() and not path.is_symlink():
                told = path.stat()
                listed[path.name] = (told.st_size, told.st_mtime_ns)
        return listed

    def _take(self, name: str, seen: Seen) -> DossierId | None:
        """None: nothing new."""
        room = self._office.cache / "watched"
        try:
            copy = self._copy(name, seen, room)
            if copy is None:
                return None
            dossier_id, error = self._into_dossier(copy)
        except OSError as problem:  # the share went away, or the disk is full: the next sweep tries again
            log.warning("watched file not taken: %s", type(problem).__name__)
            return None
        finally:
            shutil.rmtree(room, ignore_errors=True)
        if error is None:
            self._aside(name, seen, DONE)
        elif error.code in _GIVES_TIME:
            self._half[name] = (seen, error)
        elif not error.error().spec.retryable:
            self._refuse(name, seen, error)
        return dossier_id

    def _refuse(self, name: str, seen: Seen, error: ErrorNote) -> None:
        """Told once, and moved aside with the others of its kind."""
        self._office.bus.publish(WatchedFileRefused(name, error))
        self._aside(name, seen, REFUSED)

    def _copy(self, name: str, seen: Seen, room: Path) -> Path | None:
        """None: it changed meanwhile, so it was not finished."""
        source = self._folder / name
        room.mkdir(parents=True, exist_ok=True)
        copy = room / name
        shutil.copyfile(source, copy)
        told = source.stat()
        same = (told.st_size, told.st_mtime_ns) == (seen.size, seen.changed_ns) and copy.stat().st_size == seen.size
        return copy if same else None

    def _into_dossier(self, copy: Path) -> tuple[DossierId | None, ErrorNote | None]:
        office = self._office
        key = _KEY + scan.import_key([copy])
        with office.look() as uow:
            known = uow.dossiers.by_import_key(key)
            # its pages may have been moved to another dossier, as a slip said
            taken = known is not None and (bool(known.pages) or uow.dossiers.has_original(_sha256(copy)))
        if taken:
            return None, None
        try:
            arrival = scan.look(office, copy)
            dossier_id = known.id if known else scan.open_dossier(office, copy.stem, self._by, import_key=key)
            scan.add_pages(office, dossier_id, copy, arrival, self._by)
        except WorkstationError as error:
            return None, error.note
        return dossier_id, None

    def _aside(self, name: str, seen: Seen, where: str) -> None:
        """Moved, never deleted, and never over another file. Where that is not allowed the file stays and is left alone."""
        source, folder = self._folder / name, self._folder / where
        try:
            folder.mkdir(exist_ok=True)
            target = folder / name
            number = 1
            while target.exists():
                number += 1
                target = folder / f"{source.stem} ({number}){source.suffix}"
            source.rename(target)
        except OSError:
            self._left[name] = seen
