"""The e-certified copy of an original paper (Decree 45/2020 art. 10): scanned now, words of certification, line in the book, two
signatures: the certifying person's, then the agency's.

Between the two a line is "Chờ ký của cơ quan". Each signature is a step of its own, so that whatever stops the work the next run
goes on with what is missing and signs nothing twice.
"""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from workstation.domain.attestation import AGENCY_BLANK_MM, CERTIFIER_BLANK_MM, Attestation, AttestationTemplate, spoken_day
from workstation.domain.authority import CERTIFYING, Matter, forms_of
from workstation.domain.copies import CopyKind, CopyRule, Entry, EntryState, Medium, Subject, check_source, request_of
from workstation.domain.errors import ErrorNote, WorkstationError
from workstation.domain.fields import nfc
from workstation.domain.ids import new_id
from workstation.domain.signature import PublishedPdf, TokenStatus
from workstation.domain.signing import Anchor, AttestJob, StampWish
from workstation.usecases.copies import CopyDesk, CopyResult, is_unsigned, of_the_key, stopped_by_secret, what_it_is
from workstation.usecases.copy_book import (
    Draft,
    Step,
    current,
    deliver,
    enter,
    made_before,
    on_trial,
    require_agency,
    require_room,
    sign_step,
    tidy,
)
from workstation.usecases.copy_source import Given, file_source, keep
from workstation.usecases.gate import names_unit
from workstation.usecases.office import INSPECT_SECONDS, PUBLISH_SECONDS, VERIFY_SECONDS, Office, day
from workstation.usecases.publish import keep_pdf, write_pdf
from workstation.usecases.recover import sealed_result
from workstation.usecases.sign import OFFICIAL, REGISTRAR
from workstation.usecases.signers import AUTHORIZED, signatory

FIRST, SECOND = "C1", "C2"
CLOCKS = timedelta(minutes=2)
"""How far ahead the clock of a scanner's folder may be."""


@dataclass(frozen=True, slots=True)
class CertifyWish:
    path: Path
    title: str
    """The certifying person's office as it stands under the words: ``CHỦ TỊCH``, ``KT. CHỦ TỊCH / PHÓ CHỦ TỊCH``."""
    reason: str = ""
    looked: bool = False
    """A person has looked at the marks that the machine can't read."""


def certify(
    desk: CopyDesk, template: AttestationTemplate, wishes: Sequence[CertifyWish], open_key: Callable[[], TokenStatus]
) -> tuple[CopyResult, ...]:
    """The first signature, by the certifying person. K07 (no official), S09 (the agency's certificate) and what opening a key
    raises, before any number is taken; C31 for a wish: signs on behalf and the ledger has no entry for it."""
    if desk.by.role != OFFICIAL:
        raise WorkstationError("K07")
    tidy(desk.office)
    results: list[CopyResult] = []
    stopped: ErrorNote | None = None
    with ExitStack() as files:  # what is prepared stays outside the store until it gets its number
        ready = [(wish, _prepared(desk, wish, files)) for wish in wishes]
        status = open_key() if any(_needs_key(one) for _, one in ready) else None
        if status is not None and not status.training and names_unit(status.owner, desk.office.organization):
            raise WorkstationError("S09")
        for wish, one in ready:
            results.append(_first(desk, template, wish, (stopped or one) if _needs_key(one) else one, status))
            stopped = stopped or of_the_key(results[-1].error)
    return tuple(results)


def complete(desk: CopyDesk, open_key: Callable[[], TokenStatus]) -> tuple[CopyResult, ...]:
    """The second signature, by the registrar with the agency's key, on every copy that waits for it. S01, C06."""
    if desk.by.role != REGISTRAR:
        raise WorkstationError("S01")
    tidy(desk.office)
    with desk.office.look() as uow:
        waiting = [e for e in uow.register.list(states=(EntryState.WAITING,)) if e.kind is CopyKind.CERTIFIED]
    if not waiting:
        return ()
    status = open_key()
    require_agency(desk.office, status)
    results: list[CopyResult] = []
    stopped: ErrorNote | None = None
    for entry in waiting:
        results.append(_second(desk, entry, status, stopped))
        stopped = stopped or of_the_key(results[-1].error)
    return tuple(results)


@dataclass(frozen=True, slots=True)
class _Made:
    """A copy without a number: neither its file nor its source is in the store yet."""

    draft: Draft
    file: Path
    given: Given


_Prepared = Entry | _Made | ErrorNote


def _needs_key(one: _Prepared) -> bool:
    return isinstance(one, _Made) or is_unsigned(one)


def _prepared(desk: CopyDesk, wish: CertifyWish, files: ExitStack) -> _Prepared:
    """``files``: ends when what is prepared may go."""
    office = desk.office
    try:
        rule = office.rules.copies.rule(CopyKind.CERTIFIED, day(office.clock.now()))
        if not nfc(wish.title):
            raise WorkstationError("U01", detail="--title")
        with ExitStack() as own:
            given = own.enter_context(file_source(office, desk.verify, wish.path, wish.looked))
            pages, reason = tuple(range(1, given.count + 1)), nfc(wish.reason)
            known = made_before(office, request_of(CopyKind.CERTIFIED, given.sha256, pages, "", reason))
            if known is not None:
                return known
            _just_scanned(office, given, rule)
            source = given.read(rule)
            is_a = what_it_is(source, None)
            check_source(rule, given.medium, is_a)
            subject = Subject(source.title, given.sha256, given.medium, is_a, False, given.count, pages)
            file, made = given.file.with_name(f"{new_id()}.pdf"), office.clock.now().isoformat()
            published = write_pdf(office, source.pages, f"{rule.name}: {source.title}", made, file)
            files.push(own.pop_all())
        return _Made(Draft(CopyKind.CERTIFIED, subject, "", reason, desk.by.name, published), file, given)
    except WorkstationError as e:
        if e.code == "S02":
            stopped_by_secret(office)
        return e.note


def _just_scanned(office: Office, given: Given, rule: CopyRule) -> None:
    """S08 for a scan that is older than the rule lets it be, or that was used before: in a dossier, or for another copy. A file's
    time is what the file system says; who scans answers for it."""
    if given.medium is Medium.ELECTRONIC:
        raise WorkstationError("S04", kind=rule.name, source="electronic")
    made = datetime.fromtimestamp(given.file.stat().st_mtime, UTC)
    now = office.clock.now()
    if rule.fresh_minutes and not now - timedelta(minutes=rule.fresh_minutes) <= made <= now + CLOCKS:
        raise WorkstationError("S08", file=given.file.name, reason="old")
    with office.look() as uow:
        used = uow.dossiers.has_original(given.sha256) or any(e.subject.source == given.sha256 for e in uow.register.list())
    if used:
        raise WorkstationError("S08", file=given.file.name, reason="reused")


def _first(
    desk: CopyDesk, template: AttestationTemplate, wish: CertifyWish, one: _Prepared, status: TokenStatus | None
) -> CopyResult:
    office, name = desk.office, str(wish.path)
    entry: Entry | None = None
    try:
        if isinstance(one, ErrorNote):
            raise one.error()
        if isinstance(one, _Made) and status is not None:
            one = _entered(desk, template, wish, one, status)
        entry = current(office, one) if isinstance(one, Entry) else None
        if entry is None or entry.attestation is None:
            raise WorkstationError("K06", state="unsigned", to="signed")
        notes: tuple[ErrorNote, ...] = ()
        if entry.state is EntryState.UNSIGNED and status is not None:
            if status.certificate != entry.attestation.certificate:
                raise WorkstationError("C21")
            step = _first_step(office, entry, entry.attestation, partial(_authorize, desk, entry, status))
            entry, notes = sign_step(office, desk.verify, entry, step, status, desk.by.name)
        if entry.state is EntryState.SIGNED:
            return CopyResult(name, "skipped", entry, deliver(office, entry, desk.out))
        return CopyResult(name, "waiting", entry, notes=notes)
    except WorkstationError as e:
        return CopyResult(name, "failed", entry, error=e.note)


def _entered(desk: CopyDesk, template: AttestationTemplate, wish: CertifyWish, made: _Made, status: TokenStatus) -> Entry:
    """Gives it its number, after everything that can refuse it. C11, C31; M01, M03."""
    office = desk.office
    words = partial(_words, desk, template, wish, status, _under(office, desk, wish.title, status))
    trial = on_trial(office, made.draft, "", desk.by.name)
    _require_room(office, made.file, trial, words(trial), status.owner)
    keep_pdf(office, made.file, made.draft.published)
    keep(office, made.given)
    return enter(office, made.draft, "", desk.by.name, lambda line: replace(line, attestation=words(line)))


def _under(office: Office, desk: CopyDesk, title: str, status: TokenStatus) -> tuple[str, ...]:
    """Ids of the ledger's entries that let this person certify today in that capacity. C31: one is missing."""
    who = signatory(office, desk.by.name, status.certificate)
    return tuple(entry.id for entry in who.under(forms_of(title, who.forms), Matter(CERTIFYING)))


def _authorize(desk: CopyDesk, entry: Entry, status: TokenStatus, signed: bool) -> None:
    """Before the token signs, a line under which entries it does: the ledger is asked in the transaction that writes it. What it
    has signed (``signed``) is taken over only with that line, whatever became of the entries since. C31."""
    office = desk.office
    if entry.attestation is None or not entry.attestation.under:
        return
    under = " ".join(entry.attestation.under)
    with office.uow() as uow:
        if signed:
            if not any(e.action == AUTHORIZED and dict(e.detail)["entry"] == under for e in uow.audit.events(entry.id)):
                raise WorkstationError("C31", type=CERTIFYING)
            return
        today = day(office.clock.now())
        in_force = {authority.id for authority in uow.signers.list() if authority.in_force(today)}
        if not in_force.issuperset(entry.attestation.under):
            raise WorkstationError("C31", type=CERTIFYING, date=today.isoformat())
        uow.audit.append(office.event(desk.by.name, AUTHORIZED, entry.id, entry=under, certificate=status.certificate))
        uow.commit()


def _words(
    desk: CopyDesk, template: AttestationTemplate, wish: CertifyWish, status: TokenStatus, under: tuple[str, ...], entry: Entry
) -> Attestation:
    title = nfc(wish.title)
    lines = template.filled(
        number=entry.code,
        year=entry.year,
        day=spoken_day(entry.day),
        agency=entry.agency,
        pages=len(entry.subject.pages),
        title=title,
        certifier=status.owner,
    )
    captions = (template.agency, template.certifier)
    return Attestation(
        template.name, template.valid_from, template.heading, lines, captions, desk.by.name, title, status.certificate, under
    )  # fmt: skip


def _require_room(office: Office, copy: Path, trial: Entry, words: Attestation, owner: str) -> None:
    """C11 before a number is taken: the words do not fit on their page, or a mark does not in its blank."""
    out = office.blobs.staging() / f"{new_id()}.pdf"
    try:
        _attested(office, copy, words, out)
        for step in (_first_mark(trial), _second_mark(trial)):
            require_room(office, out, step, owner)
    finally:
        out.unlink(missing_ok=True)


def _attested(office: Office, copy: Path, words: Attestation, out: Path) -> PublishedPdf:
    """The copy with the page of words, which is made anew for each try and always the same."""
    job = AttestJob(copy, out, words.heading, words.lines, words.captions)
    return office.pages.submit(office.signing.attest, job, timeout=PUBLISH_SECONDS).result()


def _first_mark(entry: Entry) -> Step:
    return Step(FIRST, StampWish(anchor=Anchor(len(entry.subject.pages), CERTIFIER_BLANK_MM)), EntryState.WAITING)


def _second_mark(entry: Entry) -> Step:
    return Step(SECOND, StampWish(anchor=Anchor(len(entry.subject.pages), AGENCY_BLANK_MM)), EntryState.SIGNED, entry.agency)


def _first_step(office: Office, entry: Entry, words: Attestation, authorize: Callable[[bool], None]) -> Step:
    out = office.blobs.staging() / f"{new_id()}.pdf"
    try:
        made = _attested(office, office.blobs.path(entry.published.sha256), words, out)
        if office.blobs.put_file(out) != made.sha256:
            raise WorkstationError("M03")
    finally:
        out.unlink(missing_ok=True)
    return replace(_first_mark(entry), base=made, authorize=authorize)


def _second(desk: CopyDesk, entry: Entry, status: TokenStatus, stopped: ErrorNote | None) -> CopyResult:
    office = desk.office
    try:
        if stopped is not None:
            raise stopped.error()
        entry = current(office, entry)
        notes: tuple[ErrorNote, ...] = ()
        if entry.state is EntryState.WAITING:
            _first_is_sound(desk, entry)
            entry, notes = sign_step(office, desk.verify, entry, _second_mark(entry), status, desk.by.name)
        return CopyResult(entry.code, "signed", entry, deliver(office, entry, desk.out), notes=notes)
    except WorkstationError as e:
        return CopyResult(entry.code, "failed", entry, error=e.note)


def _first_is_sound(desk: CopyDesk, entry: Entry) -> None:
    """The agency signs nothing that the certifying person has not. M03, S03."""
    office = desk.office
    if entry.sealed is None or entry.attestation is None or not office.blobs.verify(entry.sealed.sha256):
        raise WorkstationError("M03")
    path = office.blobs.path(entry.sealed.sha256)
    verdict = office.pages.submit(desk.verify, path, timeout=VERIFY_SECONDS).result()
    if sealed_result(path, verdict) is None:
        raise WorkstationError("S03", reason=verdict.verdict.value)
    if office.pages.submit(office.signing.signed_with, path, timeout=INSPECT_SECONDS).result() != entry.attestation.certificate:
        raise WorkstationError("S03", reason="V26")
