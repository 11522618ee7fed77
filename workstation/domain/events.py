"""What happened: audit events for the record, and change notices for the screen."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime

from workstation.domain.errors import ErrorNote
from workstation.domain.ids import DossierId


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """One line of the append-only, hash-chained log. ``detail`` holds ids, hashes and codes: no names, no document text."""

    at: datetime
    actor: str
    """User name as in the user list, or ``system``."""
    action: str
    """imported, cleaned, split, entered, checked, published, signed, queued, received …"""
    subject: str
    """Id of the dossier, document or page."""
    detail: tuple[tuple[str, str | int | float | bool], ...] = ()


def chain_hash(previous: str, event: AuditEvent) -> str:
    """SHA-256 over the previous line's hash and this event: a changed, removed or inserted line breaks the chain."""
    body = json.dumps(
        [previous, event.at.isoformat(), event.actor, event.action, event.subject, sorted(event.detail)],
        ensure_ascii=False,
        separators=(",", ":"),
    )
    return hashlib.sha256(body.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class DossierChanged:
    """Published after commit; readers reload."""

    dossier_id: DossierId


@dataclass(frozen=True, slots=True)
class DossierDivided:
    """What lay behind separator sheets stands in dossiers of its own now; the last of them goes on where the stack ends."""

    dossier_id: DossierId
    into: tuple[DossierId, ...]


@dataclass(frozen=True, slots=True)
class OutboxChanged:
    """The outbox, or the state of the line, changed."""


@dataclass(frozen=True, slots=True)
class TokenChanged:
    """A token was put in or pulled out."""


@dataclass(frozen=True, slots=True)
class WatchedFileRefused:
    """A file in the watched folder that can't be taken in; it lies aside there."""

    name: str
    note: ErrorNote


Event = DossierChanged | DossierDivided | OutboxChanged | TokenChanged | WatchedFileRefused
