"""What the sender writes down about one item, so that after any stop it knows what to ask."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from sync.canonical import canonical_json, sha256_text
from sync.failure import WardFailure
from workstation.domain.dossier import DossierState
from workstation.domain.errors import ErrorNote
from workstation.domain.events import AuditEvent
from workstation.domain.ids import DocumentId
from workstation.domain.outbox import RULES, FailureClass, OutboxFile, OutboxItem, OutboxState, Receipt
from workstation.domain.ports import Clock, UnitOfWork, UnitOfWorkFactory

LEASE_SECONDS = 60.0
_Detail = tuple[tuple[str, str | int | float], ...]


class SendingCancelled(Exception):  # noqa: N818 - a wish, not an error
    """The person or the program asked to stop."""


class Journal:
    """Holds a leased item. Every change is saved and committed before the next step relies on it.

    Saving fails with K04 when the lease was lost: then somebody else works on the item, and this one must stop.
    """

    def __init__(self, uow: UnitOfWorkFactory, clock: Clock, item: OutboxItem, cancelled: Callable[[], bool]) -> None:
        self._uow = uow
        self._clock = clock
        self._cancelled = cancelled
        self.item = item
        self.bytes_sent = 0
        """On the line in this round."""
        self.progressed = False
        """Whether the server confirmed something new in this round."""
        self.document: DocumentId | None = None
        """The document whose file is being sent."""
        # the claim's lease counts from the start of the round
        self._keep_lease()

    def save(self, **changes: object) -> None:
        lease = self._clock.now() + timedelta(seconds=LEASE_SECONDS)
        self.item = replace(self.item, lease_until=lease, **changes)  # type: ignore[arg-type]
        with self._uow() as uow:
            uow.outbox.save(self.item)
            uow.commit()

    def save_file(self, index: int, **changes: object) -> None:
        changed = replace(self.item.files[index], **changes)  # type: ignore[arg-type]
        self.save(files=tuple(changed if i == index else f for i, f in enumerate(self.item.files)))

    def confirmed(self, index: int, offset: int) -> None:
        """The server has ``offset`` bytes of file ``index``."""
        known = self.item.files[index].offset
        self.progressed = self.progressed or offset > known
        if offset != known:
            self.save_file(index, offset=offset)

    def check(self) -> None:
        """Stops when asked to; keeps the lease alive through a wait."""
        if self._cancelled():
            raise SendingCancelled
        self._keep_lease()

    def on_bytes(self, count: int) -> None:
        """Counts what goes on the line; keeps the lease alive through a slow chunk; stops when asked to."""
        self.check()
        self.bytes_sent += count
        self.item = replace(self.item, bytes_sent=self.item.bytes_sent + count)

    def _keep_lease(self) -> None:
        until = self.item.lease_until
        if until is None or until - self._clock.now() < timedelta(seconds=LEASE_SECONDS / 2):
            self.save()

    def fix_manifest(self) -> str:
        """The manifest, stored before it is sent the first time: what is asked for later is then known to the byte."""
        if not self.item.manifest:
            self.save(manifest=manifest_of(self.item))
        return self.item.manifest

    # --- ends; each gives the lease back

    def received(self, receipt: Receipt) -> None:
        """Item, dossier and audit event in one transaction."""
        with self._uow() as uow:
            self.item = record_receipt(uow, self._clock.now(), self.item, receipt)
            uow.commit()

    def rejected(self, note: ErrorNote) -> None:
        """A person has to mend it."""
        detail = (("code", note.code), *note.params)
        parked = replace(self.item, state=OutboxState.REJECTED, error=note, next_try=None)
        with self._uow() as uow:
            self.item = _close(uow, self._clock.now(), parked, DossierState.REJECTED, "rejected", detail)
            uow.commit()

    def postponed(self, note: ErrorNote | None, wait_seconds: float | None, unknown: bool) -> None:
        """It is tried again; ``unknown``: the package may have arrived, so it is asked for first."""
        next_try = None if wait_seconds is None else self._clock.now() + timedelta(seconds=wait_seconds)
        self.item = _given_back(self.item, note, next_try, unknown)
        with self._uow() as uow:
            uow.outbox.save(self.item)
            uow.commit()

    # --- saying what failed

    def note(self, failure: WardFailure) -> ErrorNote:
        """Code and places of a failure: names of fields, the document's number (from 1) and id; nothing of what they say."""
        params: dict[str, str | int | float] = {}
        field, document = failure.field, self.document
        if RULES[failure.failure].late_actor is not None:
            params["since"] = self._since(failure.failure)
        parts = field.split(".")
        if len(parts) > 1 and parts[1].isdigit():
            field = parts[-1] if len(parts) > 2 else parts[0]
            document = self._blamed(parts[0], int(parts[1])) or document
        if field:
            params["field"] = field
        if document:
            params["document_id"] = document
            params["document"] = 1 + next((i for i, f in enumerate(self.item.files) if f.document_id == document), 0)
        return ErrorNote(failure.failure.value, tuple(sorted(params.items())))

    def _since(self, failure: FailureClass) -> str:
        """Since when this very class keeps the item waiting (ISO 8601): after an hour somebody else has to act."""
        before = self.item.error
        known = dict(before.params).get("since") if before is not None and before.code == failure.value else None
        return str(known or self._clock.now().isoformat())

    def _blamed(self, listed: str, index: int) -> DocumentId | None:
        """The document at a place of the metadata or the manifest, which both follow the order of the item's files."""
        return self.item.files[index].document_id if listed in ("documents", "tep") and index < len(self.item.files) else None


def record_receipt(uow: UnitOfWork, at: datetime, item: OutboxItem, receipt: Receipt) -> OutboxItem:
    """Item, dossier and audit event; the caller commits."""
    detail = (("receipt", receipt.id), ("manifest", receipt.manifest_sha256), ("key", receipt.key_id))
    done = replace(item, state=OutboxState.RECEIVED, receipt=receipt, error=None, next_try=None)
    return _close(uow, at, done, DossierState.RECEIVED, "received", detail)


def _close(uow: UnitOfWork, at: datetime, item: OutboxItem, to: DossierState, action: str, detail: _Detail) -> OutboxItem:
    """The lease is given back, and the dossier follows its item."""
    closed = replace(item, lease_owner="", lease_until=None)
    moved = uow.dossiers.get(closed.dossier_id).move(to)
    uow.outbox.save(closed)
    uow.dossiers.save(moved)
    uow.audit.append(AuditEvent(at, "system", action, closed.dossier_id, detail))
    return closed


def take_over(uow_factory: UnitOfWorkFactory, item: OutboxItem) -> OutboxItem | None:
    """For another thread than the one that works on ``item`` and does not come back: it goes back to the queue as it is stored,
    and what that thread may still bring is refused (K04). None: it was done meanwhile."""
    with uow_factory() as uow:
        stored = uow.outbox.get(item.id)
        if stored.fence != item.fence or not stored.lease_owner:
            return None
        given = _given_back(stored, None, None, bool(stored.manifest))
        uow.outbox.save(given)
        uow.commit()
    return given


def _given_back(item: OutboxItem, note: ErrorNote | None, next_try: datetime | None, unknown: bool) -> OutboxItem:
    state = OutboxState.UNKNOWN if unknown else OutboxState.QUEUED
    return replace(item, state=state, error=note, next_try=next_try, lease_owner="", lease_until=None)


def manifest_of(item: OutboxItem) -> str:
    """Canonical JSON of what the package holds; every file must be confirmed already."""
    return canonical_json(
        {
            "ho-so": item.dossier_id,
            "metadata_sha256": sha256_text(item.metadata),
            "tep": [_entry(f) for f in item.files],
        }
    )


def _entry(file: OutboxFile) -> dict[str, object]:
    return {
        "IdTepTin": file.file_id,
        "HashTepTin": file.sha256,
        "bytes": file.bytes,
        "vai-tro": file.role,
        "ten-tep": file.name,
        "so-trang": file.pages,
        "van-ban": file.document_id,
    }
