"""Files that came signed: taken in whole, never made anew, and passed on by their own signature.

Their pages are drawn from the bytes under the last sound signature (ISO 32000-1, 12.8.1), which are an original of their own
where something was appended behind it: validation data, time-stamps of the archive. What is sent is the file as it came.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from workstation.domain.dossier import DocumentState, Dossier, exempt
from workstation.domain.durable import stream_durably
from workstation.domain.errors import WorkstationError
from workstation.domain.ids import DocumentId, Sha256, new_id
from workstation.domain.pagejobs import Inspection, Limits
from workstation.domain.signature import FileVerdict, SealedPdf, SignedOriginal
from workstation.usecases.gate import check_signed, passes
from workstation.usecases.office import INSPECT_SECONDS, VERIFY_SECONDS, Office
from workstation.usecases.sound import last_sound, signed_length

_PIECE = 1 << 20


def inspected(office: Office, path: Path) -> Inspection:
    """What the file holds, opened in a worker before pages that are being read: somebody stands at the scanner. F01 to F07 for
    what can't be taken in."""
    return office.pages.submit(office.tools.inspect, path, Limits(), timeout=INSPECT_SECONDS, urgent=True).result()


def signed_original(office: Office, path: Path) -> SignedOriginal:
    """A file that came signed: it and what of it is shown are in the store then. F09 (``reason``: the verdict's code) if no
    signature vouches for what would be shown: nothing is stored. K04 if somebody wrote to it meanwhile."""
    verdict = _judged(office, path)
    try:
        length = signed_length(verdict)
    except WorkstationError as e:
        raise WorkstationError("F09", file=path.name, reason=e.code) from e
    file = office.blobs.put_file(path)
    if file != verdict.sha256:
        raise WorkstationError("K04", reason="moved")
    kept = office.blobs.path(file)
    size = kept.stat().st_size
    shown = file if length == size else _revision(office, kept, length)
    last = last_sound(verdict)
    signer, at, level = (last.signer, last.proven_time or "", last.level) if last else ("", "", "")
    frames = len(inspected(office, office.blobs.path(shown)).frames)
    return SignedOriginal(shown, frames, SealedPdf(file, size, file, signer, at, level), verdict, office.clock.now())


def _judged(office: Office, path: Path) -> FileVerdict:
    """What its signatures are worth; nobody is asked."""
    return office.pages.submit(office.verify, path, timeout=VERIFY_SECONDS).result()


def _revision(office: Office, path: Path, length: int) -> Sha256:
    """The first ``length`` bytes, in the store. M01 when the disk is full."""
    out = office.blobs.staging() / f"{new_id()}.pdf"
    try:
        stream_durably(out, _first_bytes(path, length))
        return office.blobs.put_file(out)
    finally:
        out.unlink(missing_ok=True)


def _first_bytes(path: Path, length: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        while length > 0 and (piece := file.read(min(length, _PIECE))):
            length -= len(piece)
            yield piece


def pass_on(office: Office, document_id: DocumentId, signed: SignedOriginal) -> Dossier:
    """A document that has passed the check and came signed needs no signature of ours. Judged anew, since certificates and
    roots may have changed since it came; what holds it up stays with it (F10), and it is tried again at the next start."""
    verdict = _judged(office, office.blobs.path(signed.sealed.sha256))
    if verdict.sha256 != signed.sealed.sha256:
        raise WorkstationError("M03", sha256=signed.sealed.sha256)
    seen = replace(signed, verdict=verdict, judged_at=office.clock.now())

    def edit(d: Dossier) -> Dossier:
        document = d.document(document_id)
        if document.state is not DocumentState.PASSED or d.signed_document(document_id) != signed:
            return d  # passed on by somebody else, sent back, or judged meanwhile
        checks = check_signed(d, document, seen, office.profile_of(d), office.rules.document(document.type_code))
        blocked = next((c.note for c in checks if not c.ok), None)
        after = exempt(document, seen.sealed) if passes(checks) else replace(document, error=blocked)
        return d.with_signed(seen).with_document(after)

    event = office.event("system", "judged", document_id, sha256=signed.sealed.sha256, verdict=verdict.verdict.value)
    return office.change(office.dossier_of(document_id).id, edit, event)
