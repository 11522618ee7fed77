"""Sign what the gate has passed and an official has seen: one PIN, each document on its own, nothing signed twice.

Journal: the token's output is first a file in ``office.sealing`` named by document, fsynced; only then the store learns of it.
A crash in between leaves the file, and ``recover`` takes it over instead of signing again.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from workstation.domain.dossier import DocumentState, Dossier, refuse, seal
from workstation.domain.errors import ErrorNote, WorkstationError
from workstation.domain.ids import DocumentId, Sha256, UserName
from workstation.domain.ports import Secret, SignJob
from workstation.domain.signature import KeyRef, SealedPdf, SignResult, TokenStatus
from workstation.usecases.gate import check_gate
from workstation.usecases.office import Office
from workstation.usecases.views import SignProgress

STOPS_BATCH = frozenset({"C01", "C02", "C03", "C04", "C05", "C07", "C08", "C10"})
"""Trouble with the key, not with one document: going on would only repeat it (or lock the token)."""


def mark_seen(office: Office, document_id: DocumentId, by: UserName) -> Dossier:
    """The official has looked at every page of the published file. K06 if nothing is published that waits for an official."""

    def edit(d: Dossier) -> Dossier:
        document = d.document(document_id)
        if document.state is DocumentState.SIGNED:
            return d  # who saw it before signing is part of the record
        if document.published is None or document.state not in (DocumentState.PASSED, DocumentState.TO_SIGN):
            raise WorkstationError("K06", state=document.state.value, to="seen")
        return d.with_document(replace(document, seen_by=by))

    return office.change(office.dossier_of(document_id).id, edit, office.event(by, "seen", document_id))


def refuse_to_sign(office: Office, document_id: DocumentId, reason: str, by: UserName) -> Dossier:
    if not reason.strip():
        raise WorkstationError("K01", field="reason")
    dossier = office.dossier_of(document_id)

    def edit(d: Dossier) -> Dossier:
        return d.with_document(refuse(d.document(document_id), reason.strip()))

    return office.change(dossier.id, edit, office.event(by, "refused", document_id))


def sign_batch(
    office: Office,
    key: KeyRef,
    pin: Secret,
    document_ids: Sequence[DocumentId],
    by: UserName,
    progress: Callable[[SignProgress], None] = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> tuple[SignProgress, ...]:
    """Signs each document; a wrong PIN or missing token raises before anything is signed.

    A document's own failure is in its progress and the rest goes on; trouble with the key ends the batch, and what is
    left stays "Chờ ký".
    """
    status: TokenStatus = office.token.submit(office.signing.open, key, pin).result()
    results: list[SignProgress] = []
    try:
        for i, document_id in enumerate(document_ids, 1):
            if cancelled():
                break
            note = _sign_one(office, document_id, by, status)
            results.append(SignProgress(document_id, i, len(document_ids), note))
            progress(results[-1])
            if note is not None and note.code in STOPS_BATCH:
                break
    finally:
        office.token.submit(office.signing.close).result()
    return tuple(results)


def _sign_one(office: Office, document_id: DocumentId, by: UserName, status: TokenStatus) -> ErrorNote | None:
    try:
        dossier = office.dossier_of(document_id)
        document = dossier.document(document_id)
        if document.state is DocumentState.SIGNED:
            return None  # done before: run again, it goes on where it stopped
        if document.published is None:
            raise WorkstationError("C12", rule="conformance")
        _gate(office, dossier, document_id, by, status)
        out = sealing_path(office, document_id)
        if out.exists():  # signed before and not recorded yet, as on a full disk: ``recover`` takes it over
            raise WorkstationError("K06", state=document.state.value, to="signed")
        preset = office.profile_of(dossier).stamp_preset
        job = SignJob(office.blobs.path(document.published.sha256), out, preset, stamp_name=office.organization)
        result = office.token.submit(office.signing.sign, job).result()
        record_sealed(office, document_id, document.published.sha256, out, result, by)
    except WorkstationError as e:
        return e.note
    return None


def _gate(office: Office, dossier: Dossier, document_id: DocumentId, by: UserName, status: TokenStatus) -> None:
    document = dossier.document(document_id)
    if document.state is not DocumentState.TO_SIGN or document.seen_by != by:
        raise WorkstationError("C12", rule="seen")
    rule = office.rules.document(document.type_code)
    checks = check_gate(dossier, document, office.profile_of(dossier), rule, office.organization, status)
    for check in checks:
        if not check.ok:
            raise check.note.error() if check.note else WorkstationError("C12", rule=check.rule.value)


def sealing_path(office: Office, document_id: DocumentId) -> Path:
    return office.sealing / f"{document_id}.pdf"


def record_sealed(office: Office, document_id: DocumentId, published: Sha256, out: Path, result: SignResult, by: str) -> Dossier:
    """Takes the signed file ``out`` of the file ``published`` into the store: blob first, then document and audit event, and
    with the last document the outbox row, in one transaction. C11 if the document has been published anew meanwhile."""
    sha256 = office.blobs.put_file(out)
    if sha256 != result.sha256:
        raise WorkstationError("M03")
    sealed = SealedPdf(sha256, result.bytes, published, result.signer, result.signing_time, result.level)
    event = office.event(by, "signed", document_id, sha256=sha256, published=published)
    after = office.change(
        office.dossier_of(document_id).id, lambda d: d.with_document(seal(d.document(document_id), sealed)), event
    )
    out.unlink(missing_ok=True)
    return after
