"""The book of copies: a line and its number in one transaction, then its signatures, each recorded once.

A number belongs to its line for good. What stops the signing (a pulled token, a power cut) leaves the line as it was; it is
signed under the same number by the next run. The signed file is first a file in ``office.sealing``, as in ``sign``.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from workstation.domain.copies import CopyKind, Entry, EntryState, Subject, code_of, request_of
from workstation.domain.durable import copy_durably
from workstation.domain.errors import ErrorNote, WorkstationError
from workstation.domain.events import AuditEvent
from workstation.domain.ids import EntryId, Sha256, UserName, new_id
from workstation.domain.signature import PublishedPdf, SealedPdf, SignResult, TokenStatus
from workstation.domain.signing import SignJob, StampWish
from workstation.usecases.archive import BESIDE, newest
from workstation.usecases.copy_source import Verifier
from workstation.usecases.gate import names_unit
from workstation.usecases.office import INSPECT_SECONDS, PAGE_SECONDS, VERIFY_SECONDS, Office, day
from workstation.usecases.recover import extends, sealed_result, sha256_of
from workstation.usecases.send import ascii_name
from workstation.usecases.sign import SIGN_SECONDS, at_token

WIDEST = 9999
"""No book of an office comes to more in a year."""
SUFFIX = ".copy"
"""How the name of a copy ends that is signed and not recorded yet: ``recover`` takes over ``.pdf`` only."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A copy that is made and not numbered yet."""

    kind: CopyKind
    subject: Subject
    recipients: str
    reason: str
    approver: UserName | None
    published: PublishedPdf
    again: bool = False
    """Another copy with another number, though the same was made before."""

    @property
    def request(self) -> str:
        return request_of(self.kind, self.subject.source, self.subject.pages, self.recipients, self.reason)


@dataclass(frozen=True, slots=True)
class Step:
    """One signature on a line's file."""

    preset: str
    stamp: StampWish
    after: EntryState
    """The line's state once it is there."""
    stamp_name: str = ""
    base: PublishedPdf | None = None
    """What is signed first, where that is more than the line's published copy."""
    authorize: Callable[[bool], None] = lambda _: None
    """Asked before the token signs (False), or before what it has signed is taken over (True); raises if it may not be."""


def require_agency(office: Office, status: TokenStatus) -> None:
    """C06 unless the open key's certificate is the agency's own: its subject is the agency, not somebody of it. A practice
    office has one key for all."""
    if not (status.training or names_unit(status.owner, office.organization)):
        raise WorkstationError("C06", unit=status.owner)


def made_before(office: Office, request: str) -> Entry | None:
    """The last line of that wish."""
    with office.look() as uow:
        return next(reversed(uow.register.by_request(request)), None)


def enter(
    office: Office, draft: Draft, symbol: str, by: UserName, worded: Callable[[Entry], Entry] = lambda entry: entry
) -> Entry:
    """Takes the next number of the year with the line that it is for: both are stored, or neither. A wish that has its line
    already gets that one. ``worded``: adds what depends on the number.

    S06: the clock is behind the book, and numbers would no longer follow the days.
    """
    now = office.clock.now()
    today = day(now)
    series = office.rules.copies.series_of(draft.kind, today)
    with office.uow() as uow:
        number = uow.register.next_number(series.book, today.year)  # first, so that what follows is seen by one at a time
        known = uow.register.by_request(draft.request)
        if known and not (draft.again and known[-1].state is EntryState.SIGNED):
            return known[-1]
        last = uow.register.last_day(series.book)
        if last is not None and today < last:
            raise WorkstationError("S06", date=last.isoformat())
        entry = worded(_line(office, draft, symbol, by, number, now))
        uow.register.add(entry)
        uow.audit.append(_event(office, by, "copy_entered", entry, source=draft.subject.source, published=draft.published.sha256))
        uow.commit()
    return entry


def on_trial(office: Office, draft: Draft, symbol: str, by: UserName) -> Entry:
    """The line as ``enter`` would write it, with a number as wide as one gets; nothing is stored."""
    return _line(office, draft, symbol, by, WIDEST, office.clock.now())


def _line(office: Office, draft: Draft, symbol: str, by: UserName, number: int, now: datetime) -> Entry:
    today = day(now)
    rule, series = office.rules.copies.rule(draft.kind, today), office.rules.copies.series_of(draft.kind, today)
    return Entry(
        id=EntryId(new_id()),
        kind=draft.kind,
        book=series.book,
        year=today.year,
        number=number,
        code=code_of(rule, series, number, symbol),
        day=today,
        agency=office.organization,
        subject=draft.subject,
        recipients=draft.recipients,
        reason=draft.reason,
        approver=draft.approver,
        request=draft.request,
        published=draft.published,
        created_at=now,
        created_by=by,
    )


def require_room(office: Office, path: Path, step: Step, owner: str) -> None:
    """C11 if that step's mark finds no place on the file, as signing with the key of ``owner`` would find; nothing is signed."""
    job = SignJob(path, path, step.preset, stamp_name=step.stamp_name, stamp=step.stamp)
    office.pages.submit(office.signing.preview, job, owner, timeout=PAGE_SECONDS).result()


def _event(office: Office, by: str, action: str, entry: Entry, **detail: str) -> AuditEvent:
    return office.event(by, action, entry.id, kind=entry.kind.value, code=entry.code, year=entry.year, **detail)


def tidy(office: Office) -> None:
    """Removes signed files that the store has by now. Only while nobody else signs copies into this folder."""
    with office.look() as uow:
        for path in office.sealing.glob(f"*{SUFFIX}"):
            entry_id, _, after = path.name.removesuffix(SUFFIX).partition(".")
            try:
                state = uow.register.get(EntryId(entry_id)).state
            except KeyError:
                state = None  # of no line of this book
            if state is None or state is EntryState.SIGNED or state.value == after:
                path.unlink()


def current(office: Office, entry: Entry) -> Entry:
    """The line as it is now."""
    with office.look() as uow:
        return uow.register.get(entry.id)


def sign_step(
    office: Office, verify: Verifier, entry: Entry, step: Step, status: TokenStatus, by: UserName
) -> tuple[Entry, tuple[ErrorNote, ...]]:
    """Signs with the open key, or takes over what it has signed before a crash, and records it; with why the level is lower
    than wanted. Raises as signing does; M03 if the unsigned copy is no longer what it was."""
    base = entry.sealed.sha256 if entry.sealed else (step.base or entry.published).sha256
    if not office.blobs.verify(base):
        raise WorkstationError("M03")
    out = office.sealing / f"{entry.id}.{step.after.value}{SUFFIX}"
    result = _signed_before(office, verify, out, base, status.certificate)
    step.authorize(result is not None)
    if result is None:
        job = SignJob(
            office.blobs.path(base),
            out,
            step.preset,
            office.levels.wanted,
            stamp_name=step.stamp_name,
            services=office.levels.services,
            certificate=status.certificate,
            stamp=step.stamp,
            reason=entry.mark,
        )
        result = at_token(office.token, SIGN_SECONDS, office.signing.sign, job)
    return _recorded(office, entry, step, out, base, result, by), result.notes


def _signed_before(office: Office, verify: Verifier, out: Path, base: Sha256, certificate: str) -> SignResult | None:
    """What a run that was killed has signed; what is not whole, or signed with another certificate, is removed."""
    for part in office.sealing.glob(f".{out.name}.*.part"):
        part.unlink(missing_ok=True)
    if not out.exists():
        return None
    grown = extends(out, office.blobs.path(base)) and out.stat().st_size > office.blobs.path(base).stat().st_size
    result = sealed_result(out, office.pages.submit(verify, out, timeout=VERIFY_SECONDS).result()) if grown else None
    # the chain is not asked for: a key whose certificate is known needs no root to be told by
    if result is None or office.pages.submit(office.signing.signed_with, out, timeout=INSPECT_SECONDS).result() != certificate:
        out.unlink()
        return None
    return result


def _recorded(office: Office, entry: Entry, step: Step, out: Path, base: Sha256, result: SignResult, by: UserName) -> Entry:
    """Blob first, then line and audit event in one transaction. If another station was first, its file counts."""
    sha256 = office.blobs.put_file(out)
    if sha256 != result.sha256:
        raise WorkstationError("M03")
    sealed = SealedPdf(sha256, result.bytes, base, result.signer, result.signing_time, result.level)
    after = replace(entry, state=step.after, sealed=sealed)
    with office.uow() as uow:
        try:
            uow.register.save(after, entry)
        except WorkstationError as e:
            if e.code != "K04":
                raise
            after = uow.register.get(entry.id)
        else:
            uow.audit.append(_event(office, by, "copy_signed", entry, sha256=sha256, state=step.after.value))
            uow.commit()
    out.unlink(missing_ok=True)
    return after


def deliver(office: Office, entry: Entry, folder: Path) -> Path:
    """A copy of the signed file for people: ``02-trs-ubnd-2026.pdf``, and beside it the longer one to which something was
    appended since. U01: another file stands there under that name."""
    if entry.sealed is None:
        raise WorkstationError("K06", state=entry.state.value, to="signed")
    name = entry.code if entry.kind is not CopyKind.CERTIFIED else f"{entry.kind.value} {entry.code}"
    target = folder / f"{ascii_name(name)}-{entry.year}.pdf"
    if target.exists():
        if sha256_of(target) != entry.sealed.sha256:
            raise WorkstationError("U01", detail=f"-o: {target.name}")
    else:
        copy_durably(office.blobs.path(entry.sealed.sha256), target)
    if (kept := newest(office, entry.sealed.sha256)) != entry.sealed.sha256:
        copy_durably(office.blobs.path(kept), target.with_name(f"{target.stem}{BESIDE}"))
    return target
