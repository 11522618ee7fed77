"""Keep signed files verifiable: each archive time-stamp is renewed before what it rests on lapses (ETSI EN 319 142-1, 5.5).

The file that was sent stays the blob that its receipt names; what is appended makes another blob whose beginning is that file,
and ``KeptFile`` names it beside the first. Row and audit event change in one transaction; a crash before it leaves a file in
``office.sealing`` that ``recover`` removes, or a blob that no row names. A second round finds nothing to do.
"""

import logging
import secrets
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from workstation.domain.archive import KeptFile
from workstation.domain.copies import Entry, EntryState
from workstation.domain.dossier import Dossier, DossierState
from workstation.domain.errors import ErrorNote, WorkstationError
from workstation.domain.ids import DocumentId, EntryId, Sha256
from workstation.domain.ports import UnitOfWork
from workstation.domain.signature import LEVELS, FileStanding, LiftResult, Renewal, SealedPdf
from workstation.domain.signing import LiftJob
from workstation.usecases.lift import FIRST_PAUSE, FOR_ALL, LIFT_SECONDS, MOVED_ON, take_in
from workstation.usecases.office import INSPECT_SECONDS, Office
from workstation.usecases.recover import UNRECORDED
from workstation.usecases.sign import at_token

log = logging.getLogger(__name__)

EVERY = timedelta(days=1)
"""From the end of one round to the next, and until a file that failed by itself is tried again."""
LONGEST_PAUSE = timedelta(hours=1)
"""After a round in which nothing could be had outside."""
ROUND_SECONDS = 20.0
"""After so long a round rests and goes on with the next tick: sending and the token are looked after in between."""
RENEWED = "renewed"
BESIDE = ".luu-tru.pdf"
"""How the name of a file for people ends to which something was appended since it was sent or handed out: it begins with that."""
_FOR_A_PERSON = frozenset({"V04", "V08", "C11", "M03"})
"""A revoked or lapsed certificate, a broken signature, a file that is damaged or missing: no round will mend it."""


@dataclass(frozen=True, slots=True)
class ArchiveRow:
    """One signed document or copy and what is kept of it, for whoever asks what is due."""

    code: str
    """Of its dossier; of a copy the number of its line, with the year."""
    owner: DocumentId | EntryId
    """The document, or the line."""
    in_book: bool
    """A copy in one of the books: it was handed out and not sent."""
    sealed: SealedPdf
    kept: KeptFile | None
    """None: not looked at yet."""
    due: Renewal | None
    lapse: Renewal | None
    """What its last archive time-stamp ends by; None: there is none, or it is not looked at yet."""

    @property
    def unread(self) -> bool:
        """Nobody has looked at it, or nobody could: a file that stands at LTA has such a time-stamp."""
        return self.kept is None or (self.kept.standing.level == "LTA" and self.lapse is None)


def overview(office: Office, within: timedelta | None = None) -> tuple[ArchiveRow, ...]:
    """Every signed document and copy, what is due first. ``within``: due by then, in place of the office's own margin."""
    with office.look() as uow:
        dossiers, lines, kept = uow.dossiers.list(), uow.register.list(states=(EntryState.SIGNED,)), uow.archive.list()
    signed = [*_in_dossiers(dossiers), *_in_books(lines)]
    known = {one.sealed: one for one in kept}
    rows = [_row(office, one, known.get(one.sealed.sha256), within) for one in signed]
    never = datetime.max.replace(tzinfo=office.clock.now().tzinfo)
    return tuple(sorted(rows, key=lambda row: (row.due is None, row.lapse.lapses if row.lapse else never, row.code)))


def newest(office: Office, sealed: Sha256) -> Sha256:
    """The longest copy that is kept of a signed file; that file itself, if nothing was appended."""
    with office.look() as uow:
        kept = uow.archive.get(sealed)
    return sealed if kept is None else kept.sha256


@dataclass(frozen=True, slots=True)
class _Signed:
    code: str
    owner: DocumentId | EntryId
    in_book: bool
    sealed: SealedPdf
    final: bool
    """Nobody else appends to it any more."""


def _in_dossiers(dossiers: Iterable[Dossier]) -> Iterator[_Signed]:
    for dossier in dossiers:
        # before the receipt a low signature is ``lift``'s: there it still gets into the file that is sent
        final = dossier.state is DossierState.RECEIVED
        for document in dossier.documents:
            if document.sealed is not None and not document.marks_left:
                yield _Signed(dossier.code, document.id, False, document.sealed, final)


def _in_books(lines: Iterable[Entry]) -> Iterator[_Signed]:
    """Lines that have all their signatures: what waits for the agency's is signed once more, and that over these bytes."""
    for entry in lines:
        if entry.sealed is not None:
            yield _Signed(f"{entry.code} ({entry.year})", entry.id, True, entry.sealed, True)


def _row(office: Office, one: _Signed, kept: KeptFile | None, within: timedelta | None) -> ArchiveRow:
    lapse = kept.lapse(office.levels) if kept else None
    due = kept.due(office.levels, office.clock.now(), within, lift=one.final) if kept else None
    return ArchiveRow(one.code, one.owner, one.in_book, one.sealed, kept, due, lapse)


class Keeper:
    """One round after the other. ``signing``: held while a batch is being signed, and by this for one document at a time."""

    def __init__(self, office: Office, signing: threading.Lock, within: timedelta | None = None) -> None:
        self._office = office
        self._signing = signing
        self._within = within
        self._pause = timedelta(0)
        self._after: datetime | None = None
        self._aside: dict[Sha256, datetime] = {}
        """Files that failed by themselves, until when they are left alone."""

    def try_again(self) -> None:
        """The line is back: what only waited for it is tried now."""
        if self._pause:
            self._pause, self._after = timedelta(0), None

    def round(self, seconds: float = ROUND_SECONDS) -> int:
        """Looks at what is new and renews what is due; how many were renewed. Raises nothing that is about one file."""
        if self._after is not None and self._office.clock.now() < self._after:
            return 0
        if self._signing.locked():
            return 0  # a person waits for that batch; nobody waits for this
        ends = time.monotonic() + seconds
        renewed = 0
        try:
            for row in self._waiting():
                if time.monotonic() >= ends:
                    return renewed  # goes on with the next tick
                if row.kept is None or row.unread:
                    self._care(row)  # needs no token
                    continue
                if not self._signing.acquire(blocking=False):
                    return renewed
                try:
                    renewed += self._care(row)
                finally:
                    self._signing.release()
        except _OutsideError:
            self._pause = min(max(self._pause * 2, FIRST_PAUSE), LONGEST_PAUSE)
            self._after = self._office.clock.now() + self._pause
            return renewed
        self._pause, self._after = timedelta(0), self._office.clock.now() + EVERY
        return renewed

    def look(self) -> None:
        """Looks at what nobody has looked at yet; renews nothing."""
        for row in overview(self._office):
            if row.unread:
                with suppress(_OutsideError):
                    self._care(row)

    def _waiting(self) -> Iterator[ArchiveRow]:
        """What is due, the most urgent first, after a look at what nobody has looked at."""
        now = self._office.clock.now()
        for wanted in (lambda row: row.unread, lambda row: row.due is not None and not row.unread):
            for row in overview(self._office, self._within):
                if wanted(row) and self._aside.get(row.sealed.sha256, now) <= now:
                    yield row

    def _care(self, row: ArchiveRow) -> bool:
        """Whether it was renewed. ``_OutsideError``: what stopped this one would stop all others."""
        try:
            if row.kept is None or row.unread:
                _look(self._office, row.sealed)
                return False
            missing = _renew(self._office, row, row.kept, self._within)
        except WorkstationError as error:
            if error.code == "K04" or (error.code in MOVED_ON and not row.unread):
                return False  # somebody else was faster, or took the output away: there only, a look makes none
            log.error("%s renewing an archive time-stamp", error.code)
            missing = error.note
        if missing is None:
            return True
        self._tell(row, missing)
        if missing.code in FOR_ALL:
            raise _OutsideError
        self._aside[row.sealed.sha256] = self._office.clock.now() + EVERY
        return False

    def _tell(self, row: ArchiveRow, missing: ErrorNote) -> None:
        """Keeps the reason with the file, once."""
        first = row.due or row.lapse
        until = {"date": first.lapses.date().isoformat()} if first is not None and first.reason != "level" else {}
        code = "C42" if missing.code in _FOR_A_PERSON else "C41"
        cause = {"cause": missing.code} | {name: value for name, value in missing.params if name == "kind"}
        note = WorkstationError(code, **until, **cause).note
        with self._office.uow() as uow:
            now = uow.archive.get(row.sealed.sha256)
            now = now or KeptFile(row.sealed.sha256, row.sealed.sha256, row.sealed.bytes, FileStanding(row.sealed.level, None))
            if now.error != note:
                uow.archive.save(replace(now, error=note))
                uow.commit()


class _OutsideError(Exception):
    """Ends a round."""


def _look(office: Office, sealed: SealedPdf) -> None:
    """Records what a signed file rests on, as a fact that can be read again from the file at any time. F07, C11, M03."""
    kept = KeptFile(sealed.sha256, sealed.sha256, sealed.bytes, _standing(office, office.blobs.path(sealed.sha256)))
    with office.uow() as uow:
        known = uow.archive.get(sealed.sha256)
        if known is None or known.sha256 == sealed.sha256:  # else somebody else has looked, and renewed
            uow.archive.save(kept)
            uow.commit()


def _standing(office: Office, path: Path) -> FileStanding:
    return office.pages.submit(office.signing.standing, path, timeout=INSPECT_SECONDS).result()


def _renew(office: Office, row: ArchiveRow, kept: KeptFile, within: timedelta | None) -> ErrorNote | None:
    """Appends and records; None: done, else what was missing. What does not make the file last longer is thrown away, so that a
    service that half works can't make it grow round by round."""
    out = office.sealing / f"{row.owner}.{secrets.token_hex(8)}{UNRECORDED}"
    before, levels = office.blobs.path(kept.sha256), office.levels
    days = (levels.renew if within is None else within).days
    try:
        job = LiftJob(before, out, levels.wanted, levels.services, days)
        result: LiftResult = at_token(office.token, LIFT_SECONDS, office.signing.lift, job)
        if not result.changed:
            return next(iter(result.notes), ErrorNote("C09", (("kind", "expires"),)))
        grown = replace(kept, sha256=result.sha256, bytes=result.bytes, standing=_standing(office, out), error=None)
        if not _lasts_longer(office, kept, grown):
            return next(iter(result.notes), ErrorNote("C09", (("kind", "expires"),)))
        take_in(office, before, out, result.sha256)
    finally:
        out.unlink(missing_ok=True)
    _record(office, row, kept, grown)
    return None


def _lasts_longer(office: Office, kept: KeptFile, grown: KeptFile) -> bool:
    if LEVELS.index(grown.standing.level) > LEVELS.index(kept.standing.level):
        return True
    old, new = kept.lapse(office.levels), grown.lapse(office.levels)
    return old is not None and new is not None and new.lapses > old.lapses


def _record(office: Office, row: ArchiveRow, kept: KeptFile, grown: KeptFile) -> None:
    """One transaction. K04 if the row is not what the renewal began with, or the document was signed anew meanwhile."""
    with office.uow() as uow:
        now, sealed = uow.archive.get(kept.sealed), _sealed_now(uow, row)
        if now is None or now.sha256 != kept.sha256 or sealed is None or sealed.sha256 != kept.sealed:
            raise WorkstationError("K04", reason="moved")
        uow.archive.save(grown)
        facts = {"sealed": kept.sealed, "before": kept.sha256, "sha256": grown.sha256, "level": grown.standing.level}
        uow.audit.append(office.event("system", RENEWED, row.owner, **facts))
        uow.commit()


def _sealed_now(uow: UnitOfWork, row: ArchiveRow) -> SealedPdf | None:
    if row.in_book:
        return uow.register.get(EntryId(row.owner)).sealed
    document_id = DocumentId(row.owner)
    return uow.dossiers.by_document(document_id).document(document_id).sealed
