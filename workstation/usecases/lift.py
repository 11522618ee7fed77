"""Lift signatures that are lower than wanted before they are sent: time-stamp, revocation data, archive time-stamp.

The signed file is never changed: what is appended makes a new blob, whose beginning is the file as it was. Document, outbox item
and audit event change in one transaction; a crash before it leaves a file in ``office.sealing`` that ``recover`` removes, or a
blob that no row names. Nothing is lifted of which the ward has a byte already.
"""

import logging
import secrets
import threading
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from workstation.domain.dossier import Document, DocumentState, Dossier
from workstation.domain.errors import ErrorNote, WorkstationError
from workstation.domain.ids import OutboxId, Sha256
from workstation.domain.outbox import OutboxItem, OutboxState
from workstation.domain.ports import UnitOfWork
from workstation.domain.signature import LEVELS, LiftResult, SealedPdf
from workstation.domain.signing import LiftJob
from workstation.usecases.office import Office
from workstation.usecases.recover import UNRECORDED, extends
from workstation.usecases.send import package, shortfall
from workstation.usecases.sign import at_token

log = logging.getLogger(__name__)

LIFT_SECONDS = 120.0
"""Time cap for one document, as for signing one."""
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=60), timedelta(minutes=5)
"""After a round in which nothing could be had; doubled each time. The first is what ``signing.line`` waits by itself."""
_FOR_A_PERSON = frozenset({"V04", "C11"})
"""The signer's certificate is revoked, or a signature is broken: such a dossier goes out when somebody says so."""
FOR_ALL = frozenset({"C09", "C04", "M01"})
"""No time-stamp authority, a token lane that hung or died, a full disk: others would only meet the same, each at its time cap."""
MOVED_ON = frozenset({"K04", "F07"})
"""Somebody else took the item up, or ``recover`` cleared the output away meanwhile."""


class Lifter:
    """One round after the other. ``signing``: held while a batch is being signed, and by this for one document at a time."""

    def __init__(self, office: Office, signing: threading.Lock) -> None:
        self._office = office
        self._signing = signing
        self._pause = timedelta(0)
        self._after: datetime | None = None
        self._set_aside: set[OutboxId] = set()
        """Items at which the token lane or our own disk failed: the others come first then."""

    def try_again(self) -> None:
        """The line is back: no need to wait any longer."""
        self._pause, self._after = timedelta(0), None
        self._set_aside.clear()

    def round(self) -> bool:
        """Lifts what waits; whether an item is due now that was not before. Raises nothing that is about one item."""
        if self._office.levels.wanted == "B" or (self._after is not None and self._office.clock.now() < self._after):
            return False
        released = rose = missed = False
        for item in waiting(self._office):
            if item.id in self._set_aside:
                continue
            notes, done, due = self._lift_item(item)
            released, rose, missed = released or due, rose or done, missed or bool(notes)
            if not done and notes & FOR_ALL:
                break
        if missed and not rose:
            self._pause = min(max(self._pause * 2, FIRST_PAUSE), LONGEST_PAUSE)
            self._after = self._office.clock.now() + self._pause
        elif rose:
            self.try_again()
        return released

    def _lift_item(self, item: OutboxItem) -> tuple[frozenset[str], bool, bool]:
        """Codes of what was missing, whether a document rose, and whether the item is due by that."""
        office = self._office
        missing: set[str] = set()
        rose = False
        try:
            for document in office.dossier(item.dossier_id).documents:
                if (
                    document.state is not DocumentState.SIGNED
                    or document.sealed is None
                    or not office.levels.lacks(document.sealed.level)
                ):
                    continue
                if not self._signing.acquire(blocking=False):
                    break  # a person waits for that batch; nobody waits for this
                try:
                    result, higher = _lift(office, item, document, document.sealed)
                finally:
                    self._signing.release()
                rose |= higher
                missing.update(note.code for note in result.notes)
                if "C09" in missing and not higher:
                    break
        except WorkstationError as e:
            if e.code in _FOR_A_PERSON:
                _park(office, item, e.note)
            elif e.code not in MOVED_ON:
                log.error("%s lifting a signed file", e.code)
                missing.add(e.code)
                self._set_aside.add(item.id)
        return frozenset(missing), rose, rose and _due(office, item.id)


def liftable(item: OutboxItem) -> bool:
    """It waits, nobody has it, and the ward has nothing of it that a longer file would contradict."""
    untouched = not item.bytes_sent and not any(f.upload_url or f.offset or f.file_id for f in item.files)
    asked = item.error is not None and item.error.code in _FOR_A_PERSON
    return item.state is OutboxState.QUEUED and not item.lease_owner and not item.manifest and untouched and not asked


def waiting(office: Office) -> tuple[OutboxItem, ...]:
    with office.look() as uow:
        return tuple(item for item in uow.outbox.list((OutboxState.QUEUED,)) if liftable(item))


def _lift(office: Office, item: OutboxItem, document: Document, sealed: SealedPdf) -> tuple[LiftResult, bool]:
    """Appends and records; whether the signature stands higher now. What does not raise it is thrown away, so that a service
    that half works can't make the file grow round by round."""
    out = office.sealing / f"{document.id}.{secrets.token_hex(8)}{UNRECORDED}"
    before = office.blobs.path(sealed.sha256)
    try:
        job = LiftJob(before, out, office.levels.wanted, office.levels.services)
        result = at_token(office.token, LIFT_SECONDS, office.signing.lift, job)
        higher = sealed.level not in LEVELS or LEVELS.index(result.level) > LEVELS.index(sealed.level)
        if higher:
            lifted = replace(sealed, sha256=result.sha256, bytes=result.bytes, level=result.level)
            if result.changed:
                take_in(office, before, out, lifted.sha256)
            _record(office, item, document, lifted)
    finally:
        out.unlink(missing_ok=True)
    return result, higher


def take_in(office: Office, before: Path, out: Path, sha256: Sha256) -> None:
    """The blob. M03 if it is not what the token lane said, or not a continuation of the signed file."""
    if office.blobs.put_file(out) != sha256 or not extends(office.blobs.path(sha256), before):
        raise WorkstationError("M03", sha256=sha256)


def _record(office: Office, item: OutboxItem, document: Document, lifted: SealedPdf) -> None:
    """One transaction. K04 if the item or the document is not what the lifting began with."""
    with office.uow() as uow:
        now = _still(uow, item)
        dossier = uow.dossiers.get(item.dossier_id)
        if dossier.document(document.id).sealed != document.sealed:
            raise WorkstationError("K04", reason="moved")
        after = uow.dossiers.save(dossier.with_document(replace(dossier.document(document.id), sealed=lifted)))
        uow.outbox.save(_rebuilt(office, now, after))
        before = document.sealed.sha256 if document.sealed else ""
        uow.audit.append(office.event("system", "lifted", document.id, before=before, sha256=lifted.sha256, level=lifted.level))
        uow.commit()
    office.notify(item.dossier_id, outbox=True)


def _rebuilt(office: Office, item: OutboxItem, dossier: Dossier) -> OutboxItem:
    """The same item over the new files; due at once if nothing but a level kept it."""
    fresh = package(dossier, office.rules, item.created_at)
    item = replace(item, metadata=fresh.metadata, files=fresh.files)
    if item.error is None or item.error.code != "C09":
        return item
    short = shortfall(dossier, office.levels)
    return replace(item, error=short, next_try=item.next_try if short else None)


def _still(uow: UnitOfWork, item: OutboxItem) -> OutboxItem:
    with suppress(KeyError):
        now = uow.outbox.get(item.id)
        if now.fence == item.fence and liftable(now):
            return now
    raise WorkstationError("K04", reason="lease")


def _park(office: Office, item: OutboxItem, note: ErrorNote) -> None:
    with office.uow() as uow:
        try:
            now = _still(uow, item)
        except WorkstationError:
            return  # whoever has it now sees to it
        uow.outbox.save(replace(now, state=OutboxState.PAUSED, error=note, next_try=None))
        uow.audit.append(office.event("system", "paused", item.id, code=note.code))
        uow.commit()
    office.notify(item.dossier_id, outbox=True)


def _due(office: Office, item_id: OutboxId) -> bool:
    with office.look() as uow:
        return uow.outbox.get(item_id).next_try is None
