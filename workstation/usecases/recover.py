"""After a start: go on where the last run stopped. Nothing is guessed: what was signed is looked at, not signed again."""

import hashlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from workstation.domain.dossier import DocumentState, Dossier, DossierState
from workstation.domain.errors import WorkstationError
from workstation.domain.ids import DocumentId, DossierId, Sha256
from workstation.domain.page import PageState
from workstation.domain.signature import FileVerdict, SignResult
from workstation.usecases.held import erase_ordered
from workstation.usecases.office import Office
from workstation.usecases.queries import ON_THE_DESK
from workstation.usecases.read import unassigned
from workstation.usecases.seal import record_mark
from workstation.usecases.sign import record_sealed
from workstation.usecases.sound import last_sound

UNRECORDED = ".lift"
"""How the name of a lifted file ends that is on its way into the store."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Recovery:
    """What the last run left undone."""

    sealed: tuple[DocumentId, ...]
    """Documents that were signed and are recorded now."""
    to_read: tuple[DossierId, ...]
    to_publish: tuple[DocumentId, ...]


def recover(office: Office, verify: Callable[[Path], FileVerdict]) -> Recovery:
    """Erases what was ordered to be, takes over signed files from the sealing folder and lists the work to go on with."""
    for left in (*office.sealing.glob(f"*{UNRECORDED}"), *office.sealing.glob(f".*{UNRECORDED}.*.part")):
        left.unlink(missing_ok=True)  # the store has the file it was made of; it is lifted anew
    try:
        erase_ordered(office)
    except WorkstationError as e:
        log.error("%s erasing what was ordered", e.code)  # the order stays
    sealed = adopt_sealed(office, verify)
    with office.look() as uow:
        dossiers = uow.dossiers.list(ON_THE_DESK)
    return Recovery(
        sealed,
        tuple(d.id for d in dossiers if needs_reading(d)),
        tuple(x.id for d in dossiers for x in d.documents if x.state is DocumentState.PASSED),
    )


def adopt_sealed(office: Office, verify: Callable[[Path], FileVerdict]) -> tuple[DocumentId, ...]:
    """Records the signed files that the store doesn't know of yet; not while a batch is being signed.

    A file that can't be taken over now (the disk is still full, its published file is damaged) stays and the rest goes on.
    """
    adopted = []
    for path in sorted(office.sealing.glob("*.pdf")):
        try:
            if _adopt(office, path, verify):
                adopted.append(DocumentId(path.stem))
        except WorkstationError as e:
            log.error("%s taking over a signed file", e.code)
    return tuple(adopted)


def needs_reading(dossier: Dossier) -> bool:
    """Pages are unread, or read and not yet put into documents or before the clerk."""
    if dossier.state not in (DossierState.SCANNING, DossierState.PROCESSING):
        return False
    new = any(p.state is PageState.NEW and not p.dropped for p in dossier.pages)
    stuck = dossier.state is DossierState.PROCESSING and any(d.state is DocumentState.NEW for d in dossier.documents)
    return new or bool(unassigned(dossier)) or stuck


def _adopt(office: Office, path: Path, verify: Callable[[Path], FileVerdict]) -> bool:
    """Records the file if it is whole and extends the published bytes, or the signed ones where a mark was set; removes what is
    not what the token was asked to sign."""
    document_id = DocumentId(path.stem)
    try:
        known = office.dossier_of(document_id).document(document_id)
    except WorkstationError as e:
        if e.code != "K04":
            raise
        path.unlink()  # belongs to no document of this store
        return False
    base = known.published if known.state is DocumentState.TO_SIGN else known.sealed if known.marks_left else None
    if base is not None and path.stat().st_size > base.bytes and extends(path, office.blobs.path(base.sha256)):
        result = sealed_result(path, verify(path))
        if result is not None and known.marks_left:
            record_mark(office, known, path, result, "system")
            return True
        if result is not None:
            record_sealed(office, document_id, base.sha256, path, result, "system")
            return True
    path.unlink()
    return False


def sealed_result(path: Path, verdict: FileVerdict) -> SignResult | None:
    """What signing reported, told again from the signed file; None if it is not soundly signed."""
    last = last_sound(verdict)
    if last is None or last.indication == "TOTAL-FAILED":
        return None
    made = datetime.fromtimestamp(path.stat().st_mtime, UTC).isoformat()
    return SignResult(sha256_of(path), path.stat().st_size, last.signer, last.signing_time or made, last.level)


def extends(signed: Path, published: Path) -> bool:
    """The published bytes are a prefix of the signed file: an incremental update and nothing else."""
    with published.open("rb") as a, signed.open("rb") as b:
        while block := a.read(1 << 20):
            if b.read(len(block)) != block:
                return False
    return True


def sha256_of(path: Path) -> Sha256:
    """F07 if it can't be read."""
    try:
        with path.open("rb") as f:
            return Sha256(hashlib.file_digest(f, "sha256").hexdigest())
    except OSError as e:
        raise WorkstationError("F07", file=path.name) from e
