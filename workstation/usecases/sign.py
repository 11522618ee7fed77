"""Sign what the gate has passed and an official has seen: one PIN, each document on its own, nothing signed twice.

Journal: the token's output is first a file in ``office.sealing`` named by document, fsynced; only then the store learns of it.
A crash in between leaves the file, and ``recover`` takes it over instead of signing again.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from workstation.domain.dossier import Document, DocumentState, Dossier, refuse, seal
from workstation.domain.errors import ErrorNote, WorkstationError
from workstation.domain.ids import DocumentId, Sha256, UserName
from workstation.domain.ports import Lane
from workstation.domain.signature import KeyRef, SealedPdf, SignResult, TokenStatus
from workstation.domain.signing import RemoteSecret, Secret, SigningServices, SignJob, StampPlace, StampWish
from workstation.usecases.gate import check_gate
from workstation.usecases.office import PAGE_SECONDS, Office
from workstation.usecases.signers import authorize, authorized_under, signatory
from workstation.usecases.stamps import Move, has_hand, wish
from workstation.usecases.views import SignProgress

R = TypeVar("R")
Moves = Mapping[DocumentId, Move]
HOME: Move = (0.0, 0.0)
UNMOVED: Moves = MappingProxyType({})

OFFICIAL = "official"
"""Role of who signs, refuses to sign and looks at what will be signed. Fields are entered and checked by any two persons."""
REGISTRAR = "registrar"
"""Role of the văn thư, who alone signs for the agency (Decree 30/2020 art. 32.2)."""
OPEN_SECONDS = 60.0
"""Time cap for logging in, and for logging out: cards take a second or two, a driver that hangs takes for ever."""
SIGN_SECONDS = 120.0
"""Time cap for one document: reading, hashing and writing some hundred megabytes on a slow disk, and the card's part."""
STOPS_BATCH = frozenset(
    {"C01", "C02", "C03", "C04", "C05", "C07", "C08", "C10", "C20", "C21", "C22", "C23", "C24", "C25", "C26", "C28", "V04"}
)
"""Trouble with the key, not with one document: going on would only repeat it (or lock the token)."""


def mark_seen(office: Office, document_id: DocumentId, by: UserName, looked_at: Sha256 | None = None) -> Dossier:
    """The official has looked at every page of the published file, or the registrar at what the official signed. K06 if
    nothing is there that waits for one of them.

    ``looked_at``: hash of the file that was on the screen. K04 if it is not the one that waits (any more). Publishing anew and
    signing forget who saw the file before, so ``seen_by`` always speaks of the file as it is.
    """

    def edit(d: Dossier) -> Dossier:
        document = d.document(document_id)
        if document.state is DocumentState.SIGNED:
            return d  # who saw it before signing is part of the record
        waits = document.sealed if document.state is DocumentState.TO_SEAL else document.published
        if waits is None or document.state not in (DocumentState.PASSED, DocumentState.TO_SIGN, DocumentState.TO_SEAL):
            raise WorkstationError("K06", state=document.state.value, to="seen")
        if looked_at not in (None, waits.sha256):
            raise WorkstationError("K04", reason="moved")
        return d.with_document(replace(document, seen_by=by))

    return office.change(office.dossier_of(document_id).id, edit, office.event(by, "seen", document_id))


def refuse_to_sign(office: Office, document_id: DocumentId, reason: str, by: UserName) -> Dossier:
    if not reason.strip():
        raise WorkstationError("K01", field="reason")
    dossier = office.dossier_of(document_id)

    def edit(d: Dossier) -> Dossier:
        document = d.document(document_id)
        if document.state is DocumentState.TO_SEAL and document.marks_left != office.marks_of(d, document):
            raise WorkstationError("K06", state=document.state.value, to=DocumentState.REFUSED.value)  # numbered: it is issued
        return d.with_document(refuse(document, reason.strip()))

    return office.change(dossier.id, edit, office.event(by, "refused", document_id))


def sign_batch(
    office: Office,
    key: KeyRef,
    pin: Secret,
    document_ids: Sequence[DocumentId],
    by: UserName,
    progress: Callable[[SignProgress], None] = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
    moves: Moves = UNMOVED,
) -> tuple[SignProgress, ...]:
    """Signs each document; a wrong PIN or missing token raises before anything is signed.

    A document's own failure is in its progress and the rest goes on; trouble with the key ends the batch, and what is
    left stays "Chờ ký".
    """
    results: list[SignProgress] = []
    waiting = list(document_ids)
    with opened(office, key, pin) as status:
        while waiting and not cancelled():
            some, waiting = waiting[: status.batch], waiting[status.batch :]
            ended = False
            for document_id, (note, notes) in _sign_some(office, some, by, status, moves).items():
                results.append(SignProgress(document_id, len(results) + 1, len(document_ids), note, notes))
                progress(results[-1])
                ended = ended or (note is not None and note.code in STOPS_BATCH)
            if ended:
                break
    return tuple(results)


@contextmanager
def opened(office: Office, key: KeyRef, pin: Secret) -> Iterator[TokenStatus]:
    """The key, logged in to once for a batch. C02 and the like before anything is signed; C37 as ``_require_asked``."""
    status = at_token(office.token, OPEN_SECONDS, office.signing.open, key, pin)
    try:
        _require_asked(status, pin)
        yield status
    finally:
        with suppress(WorkstationError):  # a driver that hangs or dies takes its process, and so the session, with it
            at_token(office.token, OPEN_SECONDS, office.signing.close)


def _require_asked(status: TokenStatus, secret: Secret) -> None:
    """C37 if a remote service wants what the signer has not given: it said so only when the account had logged in."""
    given = secret if isinstance(secret, RemoteSecret) else RemoteSecret(secret.reveal())
    has = {"pin": bool(given.reveal()), "otp": bool(given.otp.reveal())}
    if not all(has.get(what, True) for what in status.asks):
        raise WorkstationError("C37", asks=" ".join(status.asks))


def at_token(token: Lane, seconds: float, fn: Callable[..., R], *args: Any) -> R:
    """Runs at the token; C04 if its driver hung or took the process down: to the official the token is gone, not a file bad."""
    try:
        return token.submit(fn, *args, timeout=seconds).result()
    except WorkstationError as e:
        if e.code != "F06":
            raise
        raise WorkstationError("C04") from e


def stamp_place(office: Office, document_id: DocumentId, user: UserName, owner: str, move: Move) -> StampPlace:
    """Where the stamp on the published file will stand, by the rules of signing. C11, C35, U01; K06: nothing published."""
    dossier = office.dossier_of(document_id)
    document = dossier.document(document_id)
    if document.published is None:
        raise WorkstationError("K06", state=document.state.value, to="published")
    job = _job(office, dossier, document, document.published.sha256, wish(office, dossier, document, user, move))
    return placed(office, job, owner)


def placed(office: Office, job: SignJob, owner: str) -> StampPlace:
    """Where the stamp of ``job`` will stand. The page worker gets no services: with them would go the time-stamp password, out of
    a keyring that may take its time, at each move of the stamp."""
    shown = replace(job, services=SigningServices())
    return office.pages.submit(office.signing.preview, shown, owner, timeout=PAGE_SECONDS, urgent=True).result()


def _job(
    office: Office, dossier: Dossier, document: Document, published: Sha256, stamp: StampWish, certificate: str = ""
) -> SignJob:
    preset = office.profile_of(dossier).stamp_preset
    return SignJob(
        office.blobs.path(published),
        sealing_path(office, document.id),
        preset,
        office.levels.wanted,
        stamp_name=office.organization,
        services=office.levels.services,
        certificate=certificate,
        stamp=stamp,
    )


Outcome = tuple[ErrorNote | None, tuple[ErrorNote, ...]]
"""Why a document was not signed; else why its signature is lower than wanted."""


def _sign_some(
    office: Office, document_ids: Sequence[DocumentId], by: UserName, status: TokenStatus, moves: Moves
) -> dict[DocumentId, Outcome]:
    """As many as the key signs at once. Each is recorded by itself."""
    outcomes: dict[DocumentId, Outcome] = {}
    jobs: dict[DocumentId, tuple[SignJob, Sha256]] = {}
    for document_id in document_ids:
        outcomes[document_id] = (None, ())  # keeps the order; stays so if it was done before: run again, it goes on
        try:
            made = _prepared(office, document_id, by, status, moves.get(document_id, HOME))
        except WorkstationError as e:
            outcomes[document_id] = (e.note, ())
        else:
            jobs |= {document_id: made} if made is not None else {}
    answers = _at_once(office, [job for job, _ in jobs.values()])
    for (document_id, (job, published)), answer in zip(jobs.items(), answers, strict=True):
        if isinstance(answer, ErrorNote):
            outcomes[document_id] = (answer, ())
            continue
        try:
            record_sealed(office, document_id, published, job.out, answer, by)
            outcomes[document_id] = (None, answer.notes)
        except WorkstationError as e:
            outcomes[document_id] = (e.note, ())
    return outcomes


def _at_once(office: Office, jobs: Sequence[SignJob]) -> Sequence[SignResult | ErrorNote]:
    """One leave of a remote service for all of them."""
    try:
        if len(jobs) > 1:
            return at_token(office.token, SIGN_SECONDS * (1 + len(jobs) / 10), office.signing.sign_together, jobs)
        return [at_token(office.token, SIGN_SECONDS, office.signing.sign, job) for job in jobs]
    except WorkstationError as e:
        return [e.note] * len(jobs)


def _prepared(
    office: Office, document_id: DocumentId, by: UserName, status: TokenStatus, move: Move
) -> tuple[SignJob, Sha256] | None:
    """The job, and the published file that it signs. None: it is signed. Raises why it can't be signed."""
    dossier = office.dossier_of(document_id)
    document = dossier.document(document_id)
    if document.state is DocumentState.SIGNED:
        return None
    if document.published is None:
        raise WorkstationError("C12", rule="conformance")
    _gate(office, dossier, document_id, by, status)
    if sealing_path(office, document_id).exists():  # signed and not recorded yet, as on a full disk: ``recover`` takes it over
        raise WorkstationError("K06", state=document.state.value, to="signed")
    stamp = wish(office, dossier, document, by, move)
    authorize(office, dossier, document, by, status.certificate)
    return _job(office, dossier, document, document.published.sha256, stamp, status.certificate), document.published.sha256


def _gate(office: Office, dossier: Dossier, document_id: DocumentId, by: UserName, status: TokenStatus) -> None:
    document = dossier.document(document_id)
    if document.state is not DocumentState.TO_SIGN or document.seen_by != by:
        raise WorkstationError("C12", rule="seen")
    rule = office.rules.document(document.type_code)
    who = signatory(office, by, status.certificate)
    profile, picture = office.profile_of(dossier), has_hand(office, dossier, by)
    checks = check_gate(dossier, document, profile, rule, office.organization, status, who, picture)
    for check in checks:
        if not check.ok:
            raise check.note.error() if check.note else WorkstationError("C12", rule=check.rule.value)


def sealing_path(office: Office, document_id: DocumentId) -> Path:
    return office.sealing / f"{document_id}.pdf"


def record_sealed(office: Office, document_id: DocumentId, published: Sha256, out: Path, result: SignResult, by: str) -> Dossier:
    """Takes the signed file ``out`` of the file ``published`` into the store: blob first, then document and audit event, and
    with the last document the outbox row, in one transaction. Where the agency's marks follow, it waits for the registrar.

    C11 if the document has been published anew meanwhile, C31 if it is signed on behalf and no entry of the ledger was found
    for it before the token signed."""
    dossier = office.dossier_of(document_id)
    under = authorized_under(office, dossier, dossier.document(document_id), published)
    sha256 = office.blobs.put_file(out)
    if sha256 != result.sha256:
        raise WorkstationError("M03")
    sealed = SealedPdf(sha256, result.bytes, published, result.signer, result.signing_time, result.level)
    behalf = {"entry": under} if under else {}
    event = office.event(by, "signed", document_id, sha256=sha256, published=published, **behalf)

    def edit(d: Dossier) -> Dossier:
        document = d.document(document_id)
        return d.with_document(seal(document, sealed, office.marks_of(d, document)))

    after = office.change(dossier.id, edit, event)
    out.unlink(missing_ok=True)
    return after
