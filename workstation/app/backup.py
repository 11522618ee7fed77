"""A copy of an office on another disk: database, originals and signed files, settings and the files that they name, roots and
pinned keys; no secrets.

Everything lies by its hash in ``blobs/`` of the target, as in the home folder, so that the next backup into the same folder
writes only what is new. ``backup.json`` is written last and names all of it: until then the backup before is the one that counts.

What is being signed or scanned is copied before the database: what moves into it meanwhile is then in both, and recovery takes it
once. Left out: ``secrets``, pictures of handwritten signatures, and what can be made again (cache, exports, logs).
"""

import json
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from workstation.app.compose import Home, office_store
from workstation.app.settings import FILE, load
from workstation.domain.durable import copy_durably, write_durably
from workstation.domain.errors import WorkstationError
from workstation.domain.ids import Sha256
from workstation.store.backup import copy_sqlite, named_blobs
from workstation.store.blobs import FileBlobs
from workstation.store.database import Store, open_store

MANIFEST = "backup.json"
FORMAT = 1
_MOVING = ("sealing", "pending", "incoming")
"""What is on its way into the store; copied first."""
_SECRET_ENDS = (".p12", ".pfx", ".key")


@dataclass(frozen=True, slots=True)
class Backup:
    """What a manifest says."""

    created_at: str
    database: Sha256 | None
    """None: the office's database is on PostgreSQL."""
    audit: tuple[int, str]
    """Number and hash of the last line of the audit log."""
    files: Mapping[str, Sha256]
    """Path in the home folder → what lay there."""
    blobs: frozenset[Sha256]
    lost: tuple[Sha256, ...] = ()
    """What a row names and the office itself no longer has as it was: no backup can bring it back."""

    @property
    def hashes(self) -> frozenset[Sha256]:
        return frozenset((*self.blobs, *self.files.values(), *((self.database,) if self.database else ())))


def _outside(root: Path, target: Path) -> None:
    if target.resolve().is_relative_to(root.resolve()) or root.resolve().is_relative_to(target.resolve()):
        raise WorkstationError("U01", detail="-o")


def back_up(root: Path, target: Path, tell: Callable[[str], None]) -> Backup:
    """Writes and reads back what was written. M01: the target is full; G28: it did not keep what was written to it."""
    _outside(root, target)
    home, settings = Home(root).prepare(), load(root)
    there, store = FileBlobs(target / "blobs"), office_store(home, settings)
    try:
        files: dict[str, Sha256] = {}
        for name in _small_files(root, _MOVING):
            try:
                files[name] = there.put_file(root / name)
            except WorkstationError:
                if (root / name).exists():
                    raise  # else it has moved into the store, and will be found there
        database = None if settings.office.database else _database(home.database, there)
        here = FileBlobs(home.blobs)
        try:
            blobs, audit = _state(store, database, there)
            tell(f"{len(blobs)} tệp")
            lost = tuple(sha256 for sha256 in sorted(blobs) if not _copy(here, there, sha256))
        finally:
            here.close()
        files |= {name: there.put_file(root / name) for name in _small_files(root, ("trust",))}
        files |= {name: there.put_file(root / name) for name in _single_files(root)}
        made = Backup(datetime.now(UTC).isoformat(), database, audit, files, frozenset(blobs - set(lost)), lost)
        before = read_manifest(target) if (target / MANIFEST).exists() else None
        write_durably(target / MANIFEST, _to_json(made))
        if before is not None and before.database not in (None, made.database):
            with suppress(WorkstationError):  # gone already: what is new is whole all the same
                there.path(Sha256(str(before.database))).unlink()  # of the databases only the last is kept
    finally:
        there.close()
        store.close()
    return made


def _database(path: Path, there: FileBlobs) -> Sha256:
    with tempfile.TemporaryDirectory(dir=there.staging()) as folder:
        copy = Path(folder) / "store.sqlite3"
        copy_sqlite(path, copy)
        return there.put_file(copy)


def _state(store: Store, database: Sha256 | None, there: FileBlobs) -> tuple[set[Sha256], tuple[int, str]]:
    """Of the copy, if there is one: what was written after it was made is the next backup's."""
    if database is None:
        return named_blobs(store.engine), store.audit_head()
    with tempfile.TemporaryDirectory(dir=there.staging()) as folder:
        path = Path(folder) / "store.sqlite3"
        copy_durably(there.path(database), path)
        copied = open_store(path)
        try:
            if not copied.sound():
                raise WorkstationError("M04", reason="damaged")
            return named_blobs(copied.engine), copied.audit_head()
        finally:
            copied.close()


def _copy(here: FileBlobs, there: FileBlobs, sha256: Sha256) -> bool:
    """Whether the target has it. What it has already is believed here; ``check`` reads it all."""
    with suppress(WorkstationError):
        there.path(sha256)
        return True
    try:
        source = here.path(sha256)
    except WorkstationError:
        return False
    if (copied := there.put_file(source)) != sha256:
        there.path(copied).unlink()
        return False
    if not there.verify(sha256):
        raise WorkstationError("G28", count=1)
    return True


def _small_files(root: Path, folders: tuple[str, ...]) -> Iterator[str]:
    for folder in folders:
        for path in sorted((root / folder).rglob("*")):
            if path.is_file() and not path.name.startswith(".") and path.suffix not in _SECRET_ENDS:
                yield path.relative_to(root).as_posix()


def _single_files(root: Path) -> Iterator[str]:
    """The settings and what they name in the home folder; nothing that lies in ``secrets``."""
    settings = load(root)
    named = (settings.ward.keys, settings.ward.ca, settings.copies.attestation, *(peer.codes for peer in settings.peers))
    for name in dict.fromkeys((FILE, *named)):
        path = (root / name).resolve()
        kept = path.is_relative_to(root.resolve()) and not path.is_relative_to(Home(root).secrets.resolve())
        if name and kept and path.is_file():
            yield (root / name).relative_to(root).as_posix()


# --- looking at one


def read_manifest(target: Path) -> Backup:
    """G28 if there is none, or it is not one of this program's."""
    try:
        data = json.loads((target / MANIFEST).read_bytes())
        if data["format"] != FORMAT:
            raise ValueError
        files = {str(name): Sha256(sha) for name, sha in data["files"].items()}
        number, digest = data["audit"]
        database = Sha256(data["database"]) if data["database"] else None
        blobs, lost = frozenset(map(Sha256, data["blobs"])), tuple(map(Sha256, data["lost"]))
        return Backup(data["created_at"], database, (number, digest), files, blobs, lost)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise WorkstationError("G28") from error


def _to_json(made: Backup) -> bytes:
    data: dict[str, Any] = {
        "format": FORMAT,
        "created_at": made.created_at,
        "database": made.database,
        "audit": list(made.audit),
        "files": dict(sorted(made.files.items())),
        "blobs": sorted(made.blobs),
        "lost": list(made.lost),
    }
    return json.dumps(data, ensure_ascii=False, indent=1).encode()


def check(target: Path) -> tuple[Backup, list[Sha256]]:
    """Reads every file; → the backup and the hashes of what is missing or changed."""
    found, blobs = read_manifest(target), FileBlobs(target / "blobs")
    try:
        return found, [sha256 for sha256 in sorted(found.hashes) if not blobs.verify(sha256)]
    finally:
        blobs.close()


def restore(target: Path, root: Path) -> Backup:
    """Into an empty folder only (U01). Everything is read and compared before the first file that counts is written (G28), and
    the database, which makes it an office, comes last."""
    if any(root.iterdir()):
        raise WorkstationError("U01", detail="--home")
    found, bad = check(target)
    if bad:
        raise WorkstationError("G28", count=len(bad))
    home, there = Home(root).prepare(), FileBlobs(target / "blobs")
    here = FileBlobs(home.blobs)
    try:
        for sha256 in sorted(found.blobs):
            if here.put_file(there.path(sha256)) != sha256:
                raise WorkstationError("G28", count=1)
        for name, sha256 in found.files.items():
            place = (root / name).resolve()
            if not place.is_relative_to(root.resolve()):
                raise WorkstationError("G28", count=1)
            place.parent.mkdir(parents=True, exist_ok=True)
            copy_durably(there.path(sha256), place)
        if found.database is not None:
            copy_durably(there.path(found.database), home.database)
    finally:
        here.close()
        there.close()
    return found
