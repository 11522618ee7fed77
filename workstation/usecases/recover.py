"""After a start: go on where the last run stopped. Nothing is guessed: what was signed is looked at, not signed again."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from workstation.domain.dossier import DocumentState, Dossier, DossierState
from workstation.domain.errors import WorkstationError
from workstation.domain.ids import DocumentId, DossierId, Sha256
from workstation.domain.page import PageState
from workstation.domain.signature import FileVerdict, SignatureReport, SignResult
from workstation.usecases.office import Office
from workstation.usecases.read import unassigned
from workstation.usecases.sign import record_sealed


@dataclass(frozen=True, slots=True)
class Recovery:
    """What the last run left undone."""

    sealed: tuple[DocumentId, ...]
    """Documents that were signed and are recorded now."""
    to_read: tuple[DossierId, ...]
    to_publish: tuple[DocumentId, ...]


def recover(office: Office, verify: Callable[[Path], FileVerdict]) -> Recovery:
    """Takes over signed files from the sealing folder and lists the work to go on with."""
    sealed = tuple(x for path in sorted(office.sealing.glob("*.pdf")) if (x := _adopt(office, path, verify)))
    with office.look() as uow:
        dossiers = uow.dossiers.list()
    return Recovery(
        sealed,
        tuple(d.id for d in dossiers if needs_reading(d)),
        tuple(x.id for d in dossiers for x in d.documents if x.state is DocumentState.PASSED),
    )


def needs_reading(dossier: Dossier) -> bool:
    """Pages are unread, or read and not yet put into documents or before the clerk."""
    if dossier.state not in (DossierState.SCANNING, DossierState.PROCESSING):
        return False
    new = any(p.state is PageState.NEW and not p.dropped for p in dossier.pages)
    stuck = dossier.state is DossierState.PROCESSING and any(d.state is DocumentState.NEW for d in dossier.documents)
    return new or bool(unassigned(dossier)) or stuck


def _adopt(office: Office, path: Path, verify: Callable[[Path], FileVerdict]) -> DocumentId | None:
    """A signed file that the store doesn't know of yet is recorded if it is whole and extends the published bytes."""
    document_id = DocumentId(path.stem)
    with office.look() as uow:
        try:
            dossier = uow.dossiers.by_document(document_id)
        except WorkstationError:
            path.unlink()  # belongs to no document of this store
            return None
    published = dossier.document(document_id).published
    if dossier.document(document_id).state is DocumentState.TO_SIGN and published is not None:
        last = last_sound(verify(path))
        if last is not None and extends(path, office.blobs.path(published.sha256)):
            made = datetime.fromtimestamp(path.stat().st_mtime, UTC).isoformat()
            result = SignResult(_sha256(path), path.stat().st_size, last.signer, last.signing_time or made, last.level)
            record_sealed(office, document_id, published.sha256, path, result, "system")
            return document_id
    path.unlink()  # recorded already, or not what the token was asked to sign
    return None


def last_sound(verdict: FileVerdict) -> SignatureReport | None:
    """The last signature of a file that nobody changed after it."""
    whole = verdict.signatures and all(s.changes_after in ("none", "lta") for s in verdict.signatures)
    return verdict.signatures[-1] if whole else None


def extends(signed: Path, published: Path) -> bool:
    """The published bytes are a prefix of the signed file: an incremental update and nothing else."""
    with published.open("rb") as a, signed.open("rb") as b:
        while block := a.read(1 << 20):
            if b.read(len(block)) != block:
                return False
    return True


def _sha256(path: Path) -> Sha256:
    with path.open("rb") as f:
        return Sha256(hashlib.file_digest(f, "sha256").hexdigest())
