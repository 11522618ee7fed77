"""Make the agency's copies (SAO Y, SAO LỤC, TRÍCH SAO): look at the source, enter it in the book, sign with the agency's key."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

from workstation.domain.copies import (
    MARKS,
    CopyKind,
    CopyRule,
    Entry,
    EntryState,
    SourceIs,
    Subject,
    check_source,
    pages_of,
    pages_text,
    request_of,
)
from workstation.domain.errors import ErrorNote, WorkstationError
from workstation.domain.fields import nfc
from workstation.domain.ids import UserName
from workstation.domain.signature import TokenStatus
from workstation.domain.signing import StampWish
from workstation.usecases.copy_book import (
    Draft,
    Step,
    current,
    deliver,
    enter,
    made_before,
    require_agency,
    require_room,
    sign_step,
    tidy,
)
from workstation.usecases.copy_source import Given, Source, Verifier, keep
from workstation.usecases.office import Office, day
from workstation.usecases.publish import write_blob
from workstation.usecases.sign import REGISTRAR, SIGN_SECONDS, STOPS_BATCH
from workstation.usecases.views import User

PRESET = "S4"
KINDS = (CopyKind.SAO_Y, CopyKind.SAO_LUC, CopyKind.TRICH_SAO)
ABANDONED = timedelta(seconds=2 * SIGN_SECONDS)
"""After so long a line that is not signed was left by a run that ended; before, another station may be signing it."""


@dataclass(frozen=True, slots=True)
class CopyDesk:
    """An office, and what making copies needs besides."""

    office: Office
    verify: Verifier
    symbol: str
    """The agency's abbreviation in the number: ``UBND``."""
    approval: bool
    """Whether each copy has to name who decided that it be made (art. 27.1)."""
    by: User
    out: Path


@dataclass(frozen=True, slots=True)
class CopyWish:
    """A copy that somebody wants."""

    kind: CopyKind
    name: str
    """What was given: a file, or a document of a dossier."""
    source: Callable[[], AbstractContextManager[Given]]
    pages: str = ""
    """As ``1-3,5``; empty: all."""
    recipients: str = ""
    reason: str = ""
    declared: SourceIs | None = None
    """What the source is, whatever marks were read on it; None: what they say."""
    approver: UserName | None = None
    again: bool = False
    """Another copy with another number, though the same was made before."""


@dataclass(frozen=True, slots=True)
class CopyResult:
    """What became of a wish. ``status``: signed, skipped (it was signed before) or failed."""

    name: str
    status: str
    entry: Entry | None = None
    out: Path | None = None
    error: ErrorNote | None = None
    notes: tuple[ErrorNote, ...] = ()


def make_copies(desk: CopyDesk, wishes: Sequence[CopyWish], open_key: Callable[[], TokenStatus]) -> tuple[CopyResult, ...]:
    """Signs first what earlier runs left unsigned, then each wish. ``open_key`` is called once, if there is something to sign.

    S01 (not the registrar), S05 (nobody decided), C06 (the certificate is not the agency's) and what opening a key raises,
    before any number is taken. A wish's own failure is in its result and the rest goes on; trouble with the key ends the run.
    """
    if desk.by.role != REGISTRAR:
        raise WorkstationError("S01")
    if desk.approval and any(wish.approver is None for wish in wishes):
        raise WorkstationError("S05")
    tidy(desk.office)
    left = [(entry.code, entry) for entry in _abandoned(desk.office)]
    asked = [(wish.name, _prepared(desk.office, wish)) for wish in wishes]
    todo: list[tuple[str, Entry | Draft | ErrorNote]] = [*left, *asked]
    status = open_key() if any(is_unsigned(one) for _, one in todo) else None
    if status is not None:
        require_agency(desk.office, status)
    results: list[CopyResult] = []
    stopped: ErrorNote | None = None
    for name, one in todo:
        results.append(_settled(desk, name, (stopped or one) if is_unsigned(one) else one, status))
        stopped = stopped or of_the_key(results[-1].error)
    return tuple(results)


def of_the_key(note: ErrorNote | None) -> ErrorNote | None:
    """What ends a run: the others would only meet the same."""
    return note if note is not None and note.code in STOPS_BATCH else None


def is_unsigned(one: Entry | Draft | ErrorNote) -> bool:
    return isinstance(one, Draft) or (isinstance(one, Entry) and one.state is EntryState.UNSIGNED)


def _abandoned(office: Office) -> tuple[Entry, ...]:
    """Lines that an earlier run left unsigned."""
    before = office.clock.now() - ABANDONED
    with office.look() as uow:
        unsigned = uow.register.list(states=(EntryState.UNSIGNED,))
    return tuple(e for e in unsigned if e.kind in KINDS and e.created_at < before)


def _prepared(office: Office, wish: CopyWish) -> Entry | Draft | ErrorNote:
    """The line of this very wish, if there is one; else the copy made and kept, ready for its number."""
    try:
        rule = _rule(office, wish.kind)
        recipients, reason = nfc(wish.recipients), nfc(wish.reason)
        _require_pages(rule, wish)
        with wish.source() as given:
            pages = pages_of(wish.pages, given.count) if rule.part else tuple(range(1, given.count + 1))
            known = made_before(office, request_of(wish.kind, given.sha256, pages, recipients, reason))
            if known is not None and not (wish.again and known.state is EntryState.SIGNED):
                return known
            source = given.read(rule)
            is_a = what_it_is(source, wish.declared)
            check_source(rule, given.medium, is_a)
            subject = Subject(source.title, given.sha256, given.medium, is_a, wish.declared is not None, given.count, pages)
            parts = tuple(source.pages[n - 1] for n in pages)
            suits = partial(require_room, office, step=_step(rule, office.organization), owner=office.organization)
            published = write_blob(office, parts, _title(rule, subject), office.clock.now().isoformat(), suits)
            keep(office, given)
        return Draft(wish.kind, subject, recipients, reason, wish.approver, published, wish.again)
    except WorkstationError as e:
        if e.code == "S02":
            stopped_by_secret(office)
        return e.note


def _rule(office: Office, kind: CopyKind) -> CopyRule:
    try:
        return office.rules.copies.rule(kind, day(office.clock.now()))
    except KeyError as e:
        raise WorkstationError("U01", detail=f"--kind {kind.value}") from e


def _require_pages(rule: CopyRule, wish: CopyWish) -> None:
    """U01: a part that is not named, or of what is copied as a whole."""
    if rule.part != bool(wish.pages):
        raise WorkstationError("U01", detail=f"--kind {rule.kind.value}: --pages")


def what_it_is(source: Source, declared: SourceIs | None) -> SourceIs:
    """By its marks: a copy of a copy bears both, and the less direct one counts."""
    if declared is not None:
        return declared
    if SourceIs.COPY in source.marks:
        return SourceIs.COPY
    return SourceIs.SAO_Y if SourceIs.SAO_Y in source.marks else SourceIs.ORIGINAL


def _title(rule: CopyRule, subject: Subject) -> str:
    part = f" trang {pages_text(subject.pages)} / {subject.source_pages}" if rule.part else ""
    return f"{MARKS[rule.kind]}{part}: {subject.title}"


def stopped_by_secret(office: Office) -> None:
    """That it was stopped, and nothing about what it was."""
    with office.uow() as uow:
        uow.audit.append(office.event("system", "copy_stopped", "copies", code="S02"))
        uow.commit()


def _settled(desk: CopyDesk, name: str, one: Entry | Draft | ErrorNote, status: TokenStatus | None) -> CopyResult:
    entry: Entry | None = None
    try:
        if isinstance(one, ErrorNote):
            raise one.error()
        entry = enter(desk.office, one, desk.symbol, desk.by.name) if isinstance(one, Draft) else current(desk.office, one)
        notes: tuple[ErrorNote, ...] = ()
        done = "skipped"
        if entry.state is EntryState.UNSIGNED and status is not None:
            step = _step(desk.office.rules.copies.rule(entry.kind, entry.day), entry.agency)
            entry, notes = sign_step(desk.office, desk.verify, entry, step, status, desk.by.name)
            done = "signed"
        return CopyResult(name, done, entry, deliver(desk.office, entry, desk.out), notes=notes)
    except WorkstationError as e:
        return CopyResult(name, "failed", entry, error=e.note)


def _step(rule: CopyRule, agency: str) -> Step:
    """The mark of annex I part II.I.3: form of copy, agency, signing time; top right on the first page."""
    return Step(PRESET, StampWish(copy=rule.name), EntryState.SIGNED, agency)
