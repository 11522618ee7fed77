"""The registrar's part of a document that the office issues: number, date and the agency's seal, after the official has signed
(Decree 30/2020 art. 15, 32; only văn thư holds the agency's key).

Each mark is a signature of its own on the file before it, recorded before the next is set: a crash costs no mark and sets none
twice. The number is taken with the document's fields in one transaction, before the first mark and after everything that can
refuse it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from workstation.domain.dossier import Document, DocumentState, Dossier, mark
from workstation.domain.errors import ErrorNote, WorkstationError
from workstation.domain.fields import FieldOrigin, IndexField
from workstation.domain.ids import DocumentId, Sha256, UserName
from workstation.domain.issue import GIVEN_IN_MARK, GivenNumber, number_of
from workstation.domain.profile import DocumentRule
from workstation.domain.signature import KeyRef, SealedPdf, SignResult, TokenStatus
from workstation.domain.signing import Secret, SignJob, StampPlace
from workstation.usecases.gate import check_sealing
from workstation.usecases.office import Office, day
from workstation.usecases.sign import HOME, SIGN_SECONDS, STOPS_BATCH, at_token, opened, placed, sealing_path
from workstation.usecases.stamps import Move, mark_wish, seal_of
from workstation.usecases.views import SignProgress

SAMPLE_NUMBER = "00"
"""Instead of a number that nobody has typed yet, where a mark is only looked at."""


@dataclass(frozen=True, slots=True)
class SealWish:
    document_id: DocumentId
    number: str
    """As the registrar confirmed it; of no account where the paper has one, or one was given before."""
    moves: Mapping[str, Move] = field(default_factory=dict)
    """By stamp: marks that were moved."""


def seal_batch(
    office: Office,
    key: KeyRef,
    pin: Secret,
    wishes: Sequence[SealWish],
    by: UserName,
    progress: Callable[[SignProgress], None] = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> tuple[SignProgress, ...]:
    """Numbers, dates and seals each document, one PIN for all; raises and goes on as ``sign_batch``. What was begun and broken
    off goes on with the mark that is missing."""
    results: list[SignProgress] = []
    with opened(office, key, pin) as status:
        for wish in wishes:
            if cancelled():
                break
            notes: tuple[ErrorNote, ...] = ()
            error = None
            try:
                notes = _seal(office, wish, by, status)
            except WorkstationError as e:
                error = e.note
            results.append(SignProgress(wish.document_id, len(results) + 1, len(wishes), error, notes))
            progress(results[-1])
            if error is not None and error.code in STOPS_BATCH:
                break
    return tuple(results)


def _seal(office: Office, wish: SealWish, by: UserName, status: TokenStatus) -> tuple[ErrorNote, ...]:
    """Every mark that is left; why the last signature is lower than wanted."""
    dossier = office.dossier_of(wish.document_id)
    document = dossier.document(wish.document_id)
    if document.state is DocumentState.SIGNED:
        return ()
    _gate(office, document, by, status)
    _require_room(office, dossier, document, wish, status)
    dossier = give_number(office, wish.document_id, wish.number, by)
    notes: tuple[ErrorNote, ...] = ()
    for preset in dossier.document(wish.document_id).marks_left:
        document = dossier.document(wish.document_id)
        job = mark_job(office, dossier, document, preset, wish.moves.get(preset, HOME), certificate=status.certificate)
        result = at_token(office.token, SIGN_SECONDS, office.signing.sign, job)
        dossier, notes = record_mark(office, document, job.out, result, by), result.notes
    return notes


def _gate(office: Office, document: Document, by: UserName, status: TokenStatus) -> None:
    if document.state is not DocumentState.TO_SEAL or document.seen_by != by:
        raise WorkstationError("C12", rule="seen")
    for check in check_sealing(document, office.organization, status, seal_of(office).is_file()):
        if not check.ok:
            raise check.note.error() if check.note else WorkstationError("C12", rule=check.rule.value)
    if sealing_path(office, document.id).exists():  # signed and not recorded yet, as on a full disk: ``recover`` takes it over
        raise WorkstationError("K06", state=document.state.value, to="signed")


def _require_room(office: Office, dossier: Dossier, document: Document, wish: SealWish, status: TokenStatus) -> None:
    """C11 and the like before a number is taken: every mark finds its place."""
    for preset in document.marks_left:
        mark_place(office, dossier, document, preset, wish.moves.get(preset, HOME), wish.number, status.owner)


def mark_place(
    office: Office, dossier: Dossier, document: Document, preset: str, move: Move, number: str, owner: str
) -> StampPlace:
    """Where a mark will stand on the file as the official signed it, by the rules of signing. C11, C34, U01."""
    job = mark_job(office, dossier, document, preset, move, number=number)
    return replace(placed(office, job, owner), preset=preset)


def mark_job(
    office: Office, dossier: Dossier, document: Document, preset: str, move: Move, number: str = "", certificate: str = ""
) -> SignJob:
    """``number``: to show where none is given yet."""
    if document.sealed is None:
        raise WorkstationError("K06", state=document.state.value, to="signed")
    shown = document.field("number") or (f"{n:02d}" if (n := number_of(number)) else SAMPLE_NUMBER)
    return SignJob(
        office.blobs.path(document.sealed.sha256),
        sealing_path(office, document.id),
        preset,
        office.levels.wanted,
        stamp_name=office.organization,
        services=office.levels.services,
        certificate=certificate,
        stamp=mark_wish(office, dossier, document, preset, move, shown, issued(office, document)),
    )


def next_number(office: Office, document: Document) -> int:
    """After the highest one of its year with its symbol; what is issued past the program the registrar knows."""
    with office.look() as uow:
        return uow.numbers.last(issued(office, document).year, document.field("notation")) + 1


def issued(office: Office, document: Document) -> date:
    """The day on the paper, else today."""
    on = document.field("issued_date")
    return date.fromisoformat(on) if on else day(office.clock.now())


def give_number(office: Office, document_id: DocumentId, typed: str, by: UserName) -> Dossier:
    """Takes the number and writes it, and the day, into the document's fields, in one transaction. A number that was given
    before stays. K01 (no symbol), K02 (no number, or another symbol than it was given with), C38 (another document has it)."""
    with office.uow() as uow:
        dossier = uow.dossiers.by_document(document_id)
        document = dossier.document(document_id)
        if document.state is not DocumentState.TO_SEAL:
            raise WorkstationError("K06", state=document.state.value, to="numbered")
        given = uow.numbers.of(document_id)
        if given is not None and given.notation != document.field("notation"):
            raise WorkstationError("K02", field="notation")
        if given is None and (given := _given(document, typed, issued(office, document).year)) is not None:
            uow.numbers.add(given)
            series = f"{given.notation}/{given.year}"
            uow.audit.append(office.event(by, "numbered", document_id, series=series, number=given.number))
        values = {"number": given.text if given else "", "issued_date": issued(office, document).isoformat()}
        rule = office.rules.document(document.type_code)
        after = uow.dossiers.save(dossier.with_document(_with_given(document, values, rule)))
        uow.commit()
    office.notify(after.id)
    return after


def _given(document: Document, typed: str, year: int) -> GivenNumber | None:
    """None: the paper's own number has a form that no series has (``127a``), and is left alone."""
    printed, notation = document.field("number"), document.field("notation")
    number = number_of(printed or typed)
    if number is None:
        if printed:
            return None
        raise WorkstationError("K02", field="number")
    if not notation:
        raise WorkstationError("K01", field="notation")
    return GivenNumber(document.id, year, notation, number)


def _with_given(document: Document, values: Mapping[str, str], rule: DocumentRule) -> Document:
    """What the marks that are left will write, in the order of the form; what was given before stays."""
    fields = {f.name: f for f in document.fields}
    for preset in document.marks_left:
        name = GIVEN_IN_MARK.get(preset, "")
        if name and not document.field(name):
            fields[name] = IndexField(name, values[name], 1.0, origin=FieldOrigin.GIVEN)
    order = {name: place for place, name in enumerate(rule.form)}
    return replace(document, fields=tuple(sorted(fields.values(), key=lambda f: order.get(f.name, len(order)))))


def record_mark(office: Office, document: Document, out: Path, result: SignResult, by: str) -> Dossier:
    """Takes the file ``out``, which is the signed one of ``document`` with the next mark, into the store as ``record_sealed``
    does. K06 without a number taken for it before the token signed; C11 if another file is signed by now."""
    if document.sealed is None or not document.marks_left:
        raise WorkstationError("K06", state=document.state.value, to="signed")
    base, preset = document.sealed.sha256, document.marks_left[0]
    _require_numbered(document)
    sha256 = office.blobs.put_file(out)
    if sha256 != result.sha256:
        raise WorkstationError("M03")
    published = document.sealed.published
    sealed = SealedPdf(sha256, result.bytes, published, result.signer, result.signing_time, result.level)
    event = office.event(by, "marked", document.id, sha256=sha256, base=base, stamp=preset, left=len(document.marks_left) - 1)
    after = office.change(
        office.dossier_of(document.id).id, lambda d: d.with_document(mark(d.document(document.id), sealed, Sha256(base))), event
    )
    out.unlink(missing_ok=True)
    return after


def _require_numbered(document: Document) -> None:
    """A file that was marked past the register is not taken into the store."""
    if any(not document.field(GIVEN_IN_MARK[m]) for m in document.marks_left if m in GIVEN_IN_MARK):
        raise WorkstationError("K06", state=document.state.value, to="signed")
