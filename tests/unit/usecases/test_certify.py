"""The e-certified copy: two signatures in two steps, whatever stops the work between; who may, of what, and with which words."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.unit.usecases.bench import KEY, World
from tests.unit.usecases.machine import BODY, HEAD, ORGANIZATION, PIN, sha
from tests.unit.usecases.test_copies import PowerCut, book, codes, cut_at, desk
from workstation.domain.attestation import CERTIFIER_BLANK_MM
from workstation.domain.authority import ALL_TYPES, CERTIFYING, Authority
from workstation.domain.copies import Entry, EntryState
from workstation.domain.errors import WorkstationError
from workstation.domain.ids import AuthorityId, UserName
from workstation.domain.signature import FileVerdict, SignatureReport, TokenStatus, Verdict
from workstation.domain.signing import SignJob
from workstation.usecases import signers
from workstation.usecases.certify import CertifyWish, certify, complete
from workstation.usecases.copies import CopyResult
from workstation.usecases.office import day
from workstation.usecases.views import User

OFFICIAL, REGISTRAR = User(UserName("nguoiky1"), "official"), User(UserName("vanthu1"), "registrar")
PERSON, AGENCY = "cd" * 32, "ab" * 32


def verify(path: Path) -> FileVerdict:
    """As ``machine.verify``, for any number of signatures."""
    count = path.read_bytes().count(b"%%SIGNED")
    reports = tuple(
        SignatureReport(
            f"Sig{n}", "x", "CA", "2026-11-21T02:00:00+00:00", None, "B", "TOTAL-PASSED", None, "whole_file",
            "none" if n == count else "form", "good", True, path.stat().st_size,
            () if n == count else (WorkstationError("V31").note,),
        )
        for n in range(1, count + 1)
    )  # fmt: skip
    return FileVerdict(Verdict.VALID if count else Verdict.UNSIGNED, bool(count), (), reports)


@pytest.fixture
def world(world: World) -> World:
    (world.root / "out").mkdir()
    return world


def key(world: World, owner: str, certificate: str) -> TokenStatus:
    world.machine.token = replace(world.machine.token, owner=owner, certificate=certificate)
    return world.machine.open(KEY, PIN)


def paper(world: World, *sheets: Any, minutes: float = 1) -> Path:
    path = world.paper(*(sheets or (HEAD, BODY)))
    made = (world.office.clock.now() - timedelta(minutes=minutes)).timestamp()
    os.utime(path, (made, made))
    return path


def first(world: World, *papers: Path, title: str = "CHỦ TỊCH", **change: Any) -> tuple[CopyResult, ...]:
    template = world.office.rules.copies.attestation(date(2026, 11, 21))
    wishes = [CertifyWish(path, title) for path in papers]
    owner, certificate = change.pop("signer", ("Phạm Văn Ký", PERSON))
    return certify(
        replace(desk(world, verify), by=change.pop("by", OFFICIAL)), template, wishes, lambda: key(world, owner, certificate)
    )  # fmt: skip


def second(world: World, owner: str = ORGANIZATION, by: User = REGISTRAR, check: Any = verify) -> tuple[CopyResult, ...]:
    return complete(desk(world, check, by=by), lambda: key(world, owner, AGENCY))


def signed_jobs(world: World) -> list[SignJob]:
    return [job for name, job in world.machine.calls if name == "sign"]


def test_two_signatures_and_the_words_of_the_line(world: World) -> None:
    (waiting,) = first(world, paper(world))
    assert waiting.status == "waiting" and waiting.entry is not None and waiting.entry.state is EntryState.WAITING
    assert not list((world.root / "out").iterdir()), "what lacks the agency's signature is not handed out"
    words = waiting.entry.attestation
    assert words is not None and (words.certifier, words.title, words.certificate) == ("nguoiky1", "CHỦ TỊCH", PERSON)
    assert words.lines[0].startswith("Số chứng thực: 1.") and "2 trang" in words.lines[1]
    assert "ngày 21 tháng 11 năm 2026" in words.lines[2] and words.lines[3].endswith("CHỦ TỊCH Phạm Văn Ký")
    (done,) = second(world)
    assert done.status == "signed" and done.entry is not None and done.out is not None
    assert done.entry.state is EntryState.SIGNED and done.out.name == "chung-thuc-1-2026.pdf"
    one, two = signed_jobs(world)
    assert (one.preset, one.certificate, two.preset, two.certificate, two.stamp_name) == (
        "C1",
        PERSON,
        "C2",
        AGENCY,
        ORGANIZATION,
    )
    assert one.stamp.anchor is not None and (one.stamp.anchor.page, one.stamp.anchor.box_mm) == (2, CERTIFIER_BLANK_MM)
    data = done.out.read_bytes()
    assert data.count(b"%%SIGNED") == 2 and data.startswith(world.blobs.path(waiting.entry.sealed.sha256).read_bytes())  # type: ignore[union-attr]
    assert second(world) == () and book(world) == (done.entry,)


@pytest.mark.parametrize("border", range(1, 17))
def test_power_cut_at_every_border_of_the_first_signature(world: World, border: int) -> None:
    scan = paper(world)
    try:
        with cut_at(border) as passed:
            first(world, scan)
    except PowerCut:
        assert len(passed) == border
    else:
        assert border > len(passed) == 14, passed
    signed_before = world.machine.signatures
    (result,) = first(world, scan)
    (entry,) = book(world)
    assert codes((result,)) == [""] and (entry.number, entry.state) == (1, EntryState.WAITING)
    assert world.machine.signatures == 1 or (signed_before == 1 and "after token" not in passed)
    assert codes(second(world)) == [""] and book(world)[0].state is EntryState.SIGNED


@pytest.mark.parametrize("border", range(1, 11))
def test_power_cut_at_every_border_of_the_second_signature(world: World, border: int) -> None:
    """The next run signs for the agency only; the person signs once."""
    first(world, paper(world))
    try:
        with cut_at(border) as passed:
            second(world)
    except PowerCut:
        assert len(passed) == border
    else:
        assert border > len(passed) == 8, passed
    (again,) = second(world) or first(world, *world.root.glob("scan1.tif"))
    (entry,) = book(world)
    assert codes((again,)) == [""] and entry.state is EntryState.SIGNED and again.out is not None
    assert again.out.read_bytes().count(b"%%SIGNED") == 2
    assert [job.preset for job in signed_jobs(world)].count("C1") == 1 and world.machine.signatures <= 3
    assert sha(again.out.read_bytes()) == (entry.sealed and entry.sealed.sha256)
    assert list(world.office.sealing.iterdir()) == []


def test_who_may_sign_what(world: World) -> None:
    scan = paper(world)
    for by in (REGISTRAR, User(UserName("canbo1"), "clerk")):
        with pytest.raises(WorkstationError, match="K07"):
            first(world, scan, by=by)
    with pytest.raises(WorkstationError, match="S09"):
        first(world, scan, signer=(ORGANIZATION, AGENCY))
    assert book(world) == ()
    first(world, scan)
    for by in (OFFICIAL, User(UserName("canbo1"), "clerk")):
        with pytest.raises(WorkstationError, match="S01"):
            second(world, by=by)
    with pytest.raises(WorkstationError, match="C06"):
        second(world, "Phạm Văn Ký")
    assert [e.state for e in book(world)] == [EntryState.WAITING]


def ledger_entry(world: World, **change: Any) -> Authority:
    today = day(world.office.clock.now())
    wish = Authority(
        AuthorityId(""), "9/UQ-UBND", "TUQ", "Chủ tịch", OFFICIAL.name, "", (CERTIFYING,), today, today + timedelta(days=30),
        world.office.clock.now(), OFFICIAL.name,
    )  # fmt: skip
    return signers.enter(world.office, replace(wish, **change), UserName("quantri"))


def test_on_behalf_only_under_an_entry_of_the_ledger_for_certifying(world: World) -> None:
    scan = paper(world)
    assert codes(first(world, scan, title="TUQ. CHỦ TỊCH")) == ["C31"]
    ledger_entry(world, scope=("QD",))
    ledger_entry(world, user=UserName("nguoiky2"))
    assert codes(first(world, scan, title="TUQ. CHỦ TỊCH")) == ["C31"] and book(world) == () and world.machine.signatures == 0
    entry = ledger_entry(world)
    assert codes(first(world, scan, title="TUQ. CHỦ TỊCH")) == [""]
    assert book(world)[0].attestation.under == (entry.id,)  # type: ignore[union-attr]
    assert world.audit().index(signers.AUTHORIZED) < world.audit().index("copy_signed")
    assert codes(first(world, paper(world), title="KT. CHỦ TỊCH / PHÓ CHỦ TỊCH")) == ["C31"], "another form"
    ledger_entry(world, form="KT", scope=(ALL_TYPES,))
    assert codes(first(world, paper(world), title="KT. CHỦ TỊCH / PHÓ CHỦ TỊCH")) == [""]


def taken_back(world: World, entry: Authority) -> None:
    yesterday = day(world.office.clock.now()) - timedelta(days=1)
    signers.end(world.office, entry.id, yesterday, revoked=True, by=UserName("quantri"))


@pytest.mark.parametrize("border", [6, 8, 9])
def test_an_authorisation_taken_back_before_the_token_stops_the_signing(world: World, border: int) -> None:
    """After the line of the book; after the line of the audit log; before the token."""
    entry, scan = ledger_entry(world), paper(world)
    with pytest.raises(PowerCut), cut_at(border):
        first(world, scan, title="TUQ. CHỦ TỊCH")
    assert [e.state for e in book(world)] == [EntryState.UNSIGNED]
    taken_back(world, entry)
    assert codes(first(world, scan, title="TUQ. CHỦ TỊCH")) == ["C31"] and world.machine.signatures == 0


def test_an_authorisation_taken_back_after_the_token_does_not_undo_the_signature(world: World) -> None:
    entry, scan = ledger_entry(world), paper(world)
    with pytest.raises(PowerCut), cut_at(12):
        first(world, scan, title="TUQ. CHỦ TỊCH")
    assert world.machine.signatures == 1 and book(world)[0].state is EntryState.UNSIGNED
    taken_back(world, entry)
    assert codes(first(world, scan, title="TUQ. CHỦ TỊCH")) == [""] and world.machine.signatures == 1
    assert codes(first(world, paper(world), title="TUQ. CHỦ TỊCH")) == ["C31"]


def test_a_signature_that_the_ledger_was_not_asked_about_is_not_taken_over(world: World) -> None:
    ledger_entry(world)
    scan = paper(world)
    with pytest.raises(PowerCut), cut_at(6):
        first(world, scan, title="TUQ. CHỦ TỊCH")
    (line,) = book(world)
    words = line.attestation
    assert words is not None
    unsigned = world.blobs.path(line.published.sha256).read_bytes()
    page = json.dumps([words.heading, words.lines, words.captions]).encode()
    (world.office.sealing / f"{line.id}.waiting.copy").write_bytes(unsigned + page + b"%%SIGNED9")
    world.machine.certificates["9"] = PERSON
    assert codes(first(world, scan, title="TUQ. CHỦ TỊCH")) == ["C31"]
    assert "copy_signed" not in world.audit()


@pytest.mark.parametrize("step", ["attest", "C1", "C2"])
def test_words_or_marks_that_do_not_fit_take_no_number(world: World, step: str) -> None:
    """With the widest number a book comes to; what is put right gets the number that would have been lost."""

    def full(name: str, job: Any) -> None:
        long = name == "attest" and any("9999" in line for line in job.lines) and step == "attest"
        if long or (name == "preview" and job.preset == step):
            raise WorkstationError("C11", kind="full")

    scan = paper(world)
    world.machine.hook = full
    before = set(world.blobs.all())
    assert codes(first(world, scan)) == ["C11"] and book(world) == () and world.machine.signatures == 0
    assert set(world.blobs.all()) == before, "neither the copy nor its source stays behind"
    assert not list(world.blobs.staging().glob("*.pdf")), "the trial leaves nothing behind"
    world.machine.hook = lambda *_: None
    (result,) = first(world, scan)
    assert codes((result,)) == [""] and [e.number for e in book(world)] == [1]
    assert not list(world.blobs.staging().glob("*.pdf"))


def test_a_scan_is_fresh_and_used_once(world: World) -> None:
    assert codes(first(world, paper(world, minutes=31), paper(world, minutes=-5))) == ["S08", "S08"]
    known = world.read(HEAD)
    original = world.blobs.path(known.originals[0])
    reused = world.root / "again.tif"
    reused.write_bytes(original.read_bytes())
    made = world.office.clock.now().timestamp()
    os.utime(reused, (made, made))
    assert codes(first(world, reused)) == ["S08"] and book(world) == ()
    scan = paper(world)
    first(world, scan)
    second(world)
    assert [r.status for r in first(world, scan)] == ["skipped"], "the same wish is the same copy"
    template = world.office.rules.copies.attestation(date(2026, 11, 21))
    other = [CertifyWish(scan, "CHỦ TỊCH", reason="lần nữa")]
    again = certify(desk(world, verify, by=OFFICIAL), template, other, lambda: key(world, "Phạm Văn Ký", PERSON))
    assert codes(again) == ["S08"] and len(book(world)) == 1


def test_only_who_began_a_copy_signs_it_first(world: World) -> None:
    scan = paper(world)
    world.machine.hook = lambda name, _: (_ for _ in ()).throw(PowerCut) if name == "sign" else None
    with pytest.raises(PowerCut):
        first(world, scan)
    world.machine.hook = lambda *_: None
    assert codes(first(world, scan, signer=("Người khác", "ef" * 32))) == ["C21"] and world.machine.signatures == 0
    assert codes(first(world, scan)) == [""]


def test_what_somebody_else_signed_is_not_taken_over_as_the_certifier_s(world: World) -> None:
    """A whole signature of a certificate that the ledger of this line does not name, put where a crash would leave ours."""
    scan = paper(world)
    with pytest.raises(PowerCut), cut_at(6):
        first(world, scan)
    (line,) = book(world)
    words = line.attestation
    assert words is not None
    page = json.dumps([words.heading, words.lines, words.captions]).encode()
    laid = world.office.sealing / f"{line.id}.waiting.copy"
    laid.write_bytes(world.blobs.path(line.published.sha256).read_bytes() + page + b"%%SIGNED9")
    world.machine.certificates["9"] = "ef" * 32
    assert codes(first(world, scan)) == [""] and world.machine.signatures == 1
    (entry,) = book(world)
    assert entry.sealed is not None and world.machine.signed_with(world.blobs.path(entry.sealed.sha256)) == PERSON


def test_the_agency_signs_nothing_that_another_than_the_certifier_signed(world: World) -> None:
    first(world, paper(world))
    world.machine.certificates["1"] = "ef" * 32
    (result,) = second(world)
    assert codes((result,)) == ["S03"] and result.error is not None and ("reason", "V26") in result.error.params
    assert [e.state for e in book(world)] == [EntryState.WAITING] and world.machine.signatures == 1
    world.machine.certificates["1"] = PERSON
    assert codes(second(world)) == [""]


def test_the_agency_signs_nothing_that_is_not_soundly_signed(world: World) -> None:
    first(world, paper(world))

    def broken(path: Path) -> FileVerdict:
        told = verify(path)
        return replace(told, signatures=tuple(replace(s, indication="TOTAL-FAILED") for s in told.signatures))

    assert codes(second(world, check=broken)) == ["S03"]
    (entry,) = book(world)
    with tampered(world, entry):
        assert codes(second(world)) == ["M03"]
    assert world.machine.signatures == 1 and codes(second(world)) == [""]


@contextmanager
def tampered(world: World, entry: Entry) -> Iterator[None]:
    assert entry.sealed is not None
    blob = world.blobs.path(entry.sealed.sha256)
    data = blob.read_bytes()
    blob.chmod(0o644)
    blob.write_bytes(data[:-1] + b"9")
    yield
    blob.write_bytes(data)
