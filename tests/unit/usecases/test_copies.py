"""Copies and their numbers when things go wrong: a power cut at every border, a pulled token, two stations, a clock gone back."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from tests.unit.usecases.bench import KEY, TestClock, World, ids
from tests.unit.usecases.machine import BODY, HEAD, ORGANIZATION, PIN, sha, verify
from workstation.domain.copies import CopyKind, Entry, EntryState
from workstation.domain.durable import copy_durably
from workstation.domain.errors import WorkstationError
from workstation.domain.ids import UserName
from workstation.domain.page import Finding
from workstation.domain.signature import FileVerdict, TokenStatus, Verdict
from workstation.store.blobs import FileBlobs
from workstation.store.unit_of_work import SqlUnitOfWork
from workstation.usecases.copies import ABANDONED, CopyDesk, CopyResult, CopyWish, make_copies
from workstation.usecases.copy_source import Verifier, document_source, file_source
from workstation.usecases.recover import sha256_of
from workstation.usecases.sign import at_token
from workstation.usecases.views import User

REGISTRAR = User(UserName("vanthu1"), "registrar")


class PowerCut(BaseException):
    """Nothing after it happens: not even what catches errors."""


@pytest.fixture
def world(world: World) -> World:
    world.machine.token = replace(world.machine.token, owner=ORGANIZATION, certificate="ab" * 32)
    (world.root / "out").mkdir()
    return world


def desk(world: World, check: Verifier = verify, **change: Any) -> CopyDesk:
    return replace(CopyDesk(world.office, check, "UBND", False, REGISTRAR, world.root / "out"), **change)


def wish(world: World, path: Path, **change: Any) -> CopyWish:
    office = world.office
    made = CopyWish(CopyKind.SAO_Y, path.name, partial(file_source, office, verify, path, False))
    return replace(made, **change)


def opened(world: World) -> Callable[[], TokenStatus]:
    return lambda: world.machine.open(KEY, PIN)


def run(world: World, *wishes: CopyWish, **change: Any) -> tuple[CopyResult, ...]:
    return make_copies(desk(world, **change), wishes, opened(world))


def book(world: World) -> tuple[Entry, ...]:
    with world.office.look() as uow:
        return uow.register.list()


def codes(results: tuple[CopyResult, ...]) -> list[str]:
    return [result.error.code if result.error else "" for result in results]


@contextmanager
def cut_at(border: int) -> Iterator[list[str]]:
    """Power goes at the n-th border: before and after each commit, blob, signature and delivery."""
    passed: list[str] = []

    def guard(name: str, inner: Callable[..., Any]) -> Callable[..., Any]:
        def guarded(*args: Any, **kwargs: Any) -> Any:
            for side in ("before", "after"):
                if side == "after":
                    result = inner(*args, **kwargs)
                passed.append(f"{side} {name}")
                if len(passed) == border:
                    raise PowerCut
            return result

        return guarded

    with (
        patch.object(SqlUnitOfWork, "commit", guard("commit", SqlUnitOfWork.commit)),
        patch.object(FileBlobs, "put_file", guard("blob", FileBlobs.put_file)),
        patch("workstation.usecases.copy_book.at_token", guard("token", at_token)),
        patch("workstation.usecases.copy_book.copy_durably", guard("delivery", copy_durably)),
    ):
        yield passed


@pytest.mark.parametrize("border", range(1, 16))
def test_power_cut_at_every_border_and_the_next_run_goes_on_under_the_same_number(world: World, border: int) -> None:
    paper = world.paper(HEAD, BODY)
    passed: list[str] = []
    try:
        with cut_at(border) as passed:
            run(world, wish(world, paper))
    except PowerCut:
        assert len(passed) == border
    else:
        assert border > len(passed) == 14, passed
    before = book(world)
    assert [e.number for e in before] in ([], [1])
    signed_before = world.machine.signatures
    (result,) = run(world, wish(world, paper))
    assert codes((result,)) == [""] and result.entry is not None and result.out is not None
    (entry,) = book(world)
    assert entry == result.entry and (entry.code, entry.state) == ("01/SY-UBND", EntryState.SIGNED)
    assert world.machine.signatures == 1 or (signed_before == 1 and "after token" not in passed), "signed once"
    assert sha256_of(result.out) == (entry.sealed and entry.sealed.sha256) == sha(result.out.read_bytes())
    assert [before_.id for before_ in before] in ([], [entry.id])
    assert list(world.office.sealing.iterdir()) == []
    assert world.audit().count("copy_entered") == world.audit().count("copy_signed") == 1
    assert codes(run(world, wish(world, world.paper(HEAD)))) == [""] and book(world)[1].code == "02/SY-UBND", "no gap"


def test_what_a_killed_run_left_is_signed_first_by_the_next(world: World) -> None:
    paper = world.paper(HEAD)
    world.machine.hook = lambda name, _: (_ for _ in ()).throw(PowerCut) if name == "sign" else None
    with pytest.raises(PowerCut):
        run(world, wish(world, paper))
    world.machine.hook = lambda *_: None
    assert [e.state for e in book(world)] == [EntryState.UNSIGNED]
    other = run(world, wish(world, world.paper(HEAD)))
    assert codes(other) == [""], "another station may be signing the first one now"
    assert isinstance(world.office.clock, TestClock)
    world.office.clock.time += ABANDONED
    third = run(world, wish(world, world.paper(HEAD)))
    assert third[0].name == "01/SY-UBND" and codes(third) == ["", ""]
    assert [(e.number, e.state) for e in book(world)] == [(n, EntryState.SIGNED) for n in (1, 2, 3)]


def test_trouble_with_the_key_ends_the_run_and_takes_no_more_numbers(world: World) -> None:
    papers = [world.paper(HEAD) for _ in range(3)]

    def pulled(name: str, _: Any) -> None:
        if name == "sign":
            raise WorkstationError("C04")

    world.machine.hook = pulled
    assert codes(run(world, *(wish(world, paper) for paper in papers))) == ["C04"] * 3
    assert [(e.number, e.state) for e in book(world)] == [(1, EntryState.UNSIGNED)]
    world.machine.hook = lambda *_: None
    assert codes(run(world, *(wish(world, paper) for paper in papers))) == [""] * 3
    assert [e.code for e in book(world)] == ["01/SY-UBND", "02/SY-UBND", "03/SY-UBND"]


def test_before_the_key_is_open_no_number_is_taken(world: World) -> None:
    asked = [wish(world, world.paper(HEAD))]
    with pytest.raises(WorkstationError, match="C02"):
        make_copies(desk(world), asked, lambda: world.machine.open(KEY, replace_pin()))
    world.machine.token = replace(world.machine.token, owner="Trần Mẫu")
    with pytest.raises(WorkstationError, match="C06"):
        run(world, *asked)
    for role in ("clerk", "official"):
        with pytest.raises(WorkstationError, match="S01"):
            run(world, *asked, by=User(UserName("x"), role))
    with pytest.raises(WorkstationError, match="S05"):
        run(world, *asked, approval=True)
    assert book(world) == () and world.machine.signatures == 0


def replace_pin() -> Any:
    return type(PIN)("000000")


def test_a_file_that_the_token_did_not_finish_is_signed_anew(world: World) -> None:
    paper = world.paper(HEAD)
    world.machine.hook = lambda name, _: (_ for _ in ()).throw(PowerCut) if name == "sign" else None
    with pytest.raises(PowerCut):
        run(world, wish(world, paper))
    world.machine.hook = lambda *_: None
    (entry,) = book(world)
    half = world.office.sealing / f"{entry.id}.signed.copy"
    unsigned = world.blobs.path(entry.published.sha256).read_bytes()
    for wrong in (b"%PDF something else%%SIGNED7", unsigned, unsigned[:-9] + b"%%SIGNED8"):
        half.write_bytes(wrong)
        (result,) = run(world, wish(world, paper))
        assert result.status in ("signed", "skipped") and result.out is not None
        assert result.out.read_bytes().startswith(unsigned) and world.machine.signatures == 1
    assert len(book(world)) == 1


@pytest.mark.parametrize("certificate", ["", "ef" * 32])
def test_what_another_key_signed_is_not_taken_over_as_the_agency_s(world: World, certificate: str) -> None:
    paper = world.paper(HEAD)
    world.machine.hook = lambda name, _: (_ for _ in ()).throw(PowerCut) if name == "sign" else None
    with pytest.raises(PowerCut):
        run(world, wish(world, paper))
    world.machine.hook = lambda *_: None
    (entry,) = book(world)
    laid = world.office.sealing / f"{entry.id}.signed.copy"
    laid.write_bytes(world.blobs.path(entry.published.sha256).read_bytes() + b"%%SIGNED9")
    world.machine.certificates["9"] = certificate
    (result,) = run(world, wish(world, paper))
    assert result.status == "signed" and result.out is not None and world.machine.signatures == 1
    assert world.machine.signed_with(result.out) == "ab" * 32


@pytest.mark.parametrize("moment", ["inspect", "process", "publish"])
def test_a_file_that_is_exchanged_while_it_is_looked_at_is_copied_as_it_was(world: World, moment: str) -> None:
    """What was judged, what is kept and what is shown are the same bytes."""
    paper, other = world.paper(HEAD), world.paper(replace(HEAD, fields={"number": "666"}))
    given = paper.read_bytes()

    def exchanged(name: str, _: Any) -> None:
        if name == moment:
            paper.write_bytes(other.read_bytes())

    world.machine.hook = exchanged
    (result,) = run(world, wish(world, paper))
    assert codes((result,)) == [""] and result.entry is not None and result.out is not None
    assert result.entry.subject.source == sha(given)
    assert world.blobs.path(sha(given)).read_bytes() == given and b"number=127" in result.out.read_bytes()


def test_a_source_that_is_stored_as_something_else_takes_no_number(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def spoilt(blobs: FileBlobs, path: Path) -> Any:
        return put(blobs, path) if path.read_bytes().startswith(b"%PDF") else sha(b"other")

    put = FileBlobs.put_file
    monkeypatch.setattr(FileBlobs, "put_file", spoilt)
    assert codes(run(world, wish(world, world.paper(HEAD)))) == ["M03"] and book(world) == ()


GRADES = {"dpi": 150.0, "color": 24.0}
"""What the profile of such a dossier asks for."""


def graded(world: World, dossier: Any, **values: float) -> Any:
    """The dossier as if its pages had been measured so."""
    found = tuple(Finding(code, value, GRADES[code], value >= GRADES[code]) for code, value in values.items())
    pages = tuple(replace(page, findings=found, kept_reason="bản duy nhất") for page in dossier.pages)
    with world.office.uow() as uow:
        uow.dossiers.save(replace(dossier, pages=pages))
        uow.commit()
    return world.get(dossier)


@pytest.mark.parametrize(
    ("values", "code"),
    [({"dpi": 150.0, "color": 24.0}, "A01"), ({"dpi": 300.0, "color": 8.0}, "A04"), ({"dpi": 200.0, "color": 24.0}, "")],
)
def test_a_document_s_pages_meet_the_rule_for_copies_by_what_was_measured(
    world: World, values: dict[str, float], code: str
) -> None:
    """Whatever its own profile let pass."""
    dossier = graded(world, world.signed(HEAD), **values)
    assert codes(run(world, of_document(world, 0, dossier))) == [code] and len(book(world)) == (not code)


def test_two_stations_with_one_wish_share_a_line(world: World) -> None:
    """The other one signs while ours does: its file counts, and is handed out."""
    paper = world.paper(HEAD)
    nested = [True]

    def meanwhile(name: str, _: Any) -> None:
        if name == "sign" and nested.pop() if nested else False:
            run(world, wish(world, paper))

    world.machine.hook = meanwhile
    (result,) = run(world, wish(world, paper))
    (entry,) = book(world)
    assert codes((result,)) == [""] and result.entry == entry and result.out is not None
    assert sha256_of(result.out) == (entry.sealed and entry.sealed.sha256)
    assert world.audit().count("copy_signed") == 1


def test_a_page_without_room_for_the_mark_takes_no_number_and_leaves_nothing(world: World) -> None:
    def full(name: str, job: Any) -> None:
        if name == "preview":
            assert (job.preset, job.stamp.copy, job.stamp_name) == ("S4", "Sao y", ORGANIZATION)
            raise WorkstationError("C11", kind="full")

    paper = world.paper(HEAD)
    world.machine.hook = full
    assert codes(run(world, wish(world, paper))) == ["C11"] and book(world) == ()
    assert list(world.blobs.all()) == [] and not list(world.blobs.staging().glob("*.pdf"))
    world.machine.hook = lambda *_: None
    assert codes(run(world, wish(world, paper))) == [""] and [e.number for e in book(world)] == [1]


def test_a_clock_behind_the_book_takes_no_number(world: World) -> None:
    assert isinstance(world.office.clock, TestClock)
    assert codes(run(world, wish(world, world.paper(HEAD)))) == [""]
    world.office.clock.time -= timedelta(days=2)
    assert codes(run(world, wish(world, world.paper(HEAD)))) == ["S06"]
    world.office.clock.time += timedelta(days=400)
    (result,) = run(world, wish(world, world.paper(HEAD)))
    assert result.entry is not None and (result.entry.number, result.entry.year) == (1, 2027), "a new year begins with 01"


def test_the_unsigned_copy_is_what_it_was_when_it_got_its_number(world: World) -> None:
    paper = world.paper(HEAD)
    world.machine.hook = lambda name, _: (_ for _ in ()).throw(PowerCut) if name == "sign" else None
    with pytest.raises(PowerCut):
        run(world, wish(world, paper))
    world.machine.hook = lambda *_: None
    (entry,) = book(world)
    blob = world.blobs.path(entry.published.sha256)
    blob.chmod(0o644)
    blob.write_bytes(blob.read_bytes() + b" ")
    assert codes(run(world, wish(world, paper))) == ["M03"] and world.machine.signatures == 0


def of_document(world: World, number: int, dossier: Any, check: Verifier = verify) -> CopyWish:
    document = dossier.documents[number]
    assert document.published is not None
    return CopyWish(
        CopyKind.SAO_Y, dossier.code, partial(document_source, world.office, check, dossier, document, False)
    )  # fmt: skip


def test_a_document_of_the_store(world: World) -> None:
    dossier = world.signed(HEAD, BODY)
    (result,) = run(world, of_document(world, 0, dossier))
    assert codes((result,)) == [""] and result.entry is not None
    subject, published = result.entry.subject, dossier.documents[0].published
    assert published is not None and (subject.source, subject.source_pages) == (published.sha256, 2)
    assert "Quyết định 127/QĐ-UBND" in subject.title
    sealed = dossier.documents[0].sealed
    assert sealed is not None and world.blobs.verify(sealed.sha256), "the original's own file is untouched"


def test_a_document_whose_signed_file_is_no_longer_sound(world: World) -> None:
    def broken(path: Path) -> FileVerdict:
        return FileVerdict(Verdict.INVALID, False, (WorkstationError("V01").note,), verify(path).signatures)

    dossier = world.signed(HEAD)
    results = run(world, of_document(world, 0, dossier, broken))
    assert codes(results) == ["S03"] and results[0].error is not None and ("reason", "V01") in results[0].error.params
    assert book(world) == ()


def test_a_document_that_is_not_ready(world: World) -> None:
    dossier = world.passed(HEAD)
    wish = partial(document_source, world.office, verify, dossier, dossier.document(ids(dossier)[0]), False)
    assert codes(run(world, CopyWish(CopyKind.SAO_Y, dossier.code, wish))) == ["K06"] and book(world) == ()


def test_a_name_that_is_taken_in_the_folder_is_not_overwritten(world: World) -> None:
    paper = world.paper(HEAD)
    (world.root / "out" / "01-sy-ubnd-2026.pdf").write_bytes(b"of another office")
    (result,) = run(world, wish(world, paper))
    assert codes((result,)) == ["U01"] and result.entry is not None and result.entry.state is EntryState.SIGNED
    assert (world.root / "out" / "01-sy-ubnd-2026.pdf").read_bytes() == b"of another office"
    (again,) = run(world, wish(world, paper), out=world.root)
    assert (again.status, world.machine.signatures, len(book(world))) == ("skipped", 1, 1)


def test_what_was_signed_says_what_it_is(world: World) -> None:
    jobs = []
    world.machine.hook = lambda name, job: jobs.append(job) if name == "sign" else None
    run(world, wish(world, world.paper(HEAD, BODY, BODY), kind=CopyKind.TRICH_SAO, pages="1,3"))
    (job,) = jobs
    assert (job.preset, job.stamp.copy, job.stamp_name, job.certificate) == ("S4", "Trích sao", ORGANIZATION, "ab" * 32)
    assert job.reason == "TRÍCH SAO 01/TrS-UBND (trang 1, 3 / 3)"
