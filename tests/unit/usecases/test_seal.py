"""What the registrar does after the official: number, date and seal, each a signature of its own, none twice and none before."""

from concurrent.futures import Future
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.unit.usecases.bench import CHECKER, CLERK, KEY, OFFICIAL, World, ids
from tests.unit.usecases.machine import HEAD, ORGANIZATION, PIN, VALUES, verify
from tests.unit.usecases.room import Room
from workstation.domain.dossier import Document, DocumentState, Dossier, DossierState
from workstation.domain.errors import ErrorNote, WorkstationError
from workstation.domain.fields import FieldOrigin, IndexField
from workstation.domain.ids import DocumentId, UserName
from workstation.domain.outbox import OutboxState
from workstation.usecases import check, queries, recover, seal, sign, stamps
from workstation.usecases.seal import SealWish
from workstation.usecases.views import GateRule, User

S = DocumentState
REGISTRAR = UserName("vanthu1")
DRAFT = replace(HEAD, fields={k: v for k, v in VALUES.items() if k not in ("number", "issued_date")})
"""A text without number and date, as the office's own are before they are issued."""


@pytest.fixture
def world(world: World, tmp_path: Path) -> World:
    """Every dossier holds what the office issues itself; the official has a picture, the agency a seal."""
    profiles = {p.code: p for p in world.office.rules.profiles}
    rules = replace(world.office.rules, profiles=(replace(profiles["issued"], code="archive"),))
    world.office = replace(world.office, rules=rules)
    (tmp_path / "ink.png").write_bytes(b"ink")
    stamps.keep_hand(world.office, OFFICIAL, tmp_path / "ink.png")
    stamps.keep_seal(world.office, tmp_path / "ink.png")
    return world


def draft(world: World, *, printed: bool = False, count: int = 1) -> Dossier:
    """Signed by the official, waiting for the registrar."""
    dossier = world.finished(*([HEAD if printed else DRAFT] * count))
    blank = {} if printed else {"number": "", "issued_date": ""}
    for document_id in ids(dossier):
        world.confirm(document_id, CLERK, **blank)
        world.confirm(document_id, CHECKER, **blank)
        world.publish(document_id)
        world.see(document_id)
    assert world.sign(*ids(dossier)) == [""] * count
    return world.get(dossier)


def agency(world: World) -> None:
    """The registrar has plugged in the agency's token."""
    world.machine.token = replace(world.machine.token, owner=ORGANIZATION, certificate="ab" * 32)


def look(world: World, *document_ids: DocumentId) -> None:
    for document_id in document_ids:
        sign.mark_seen(world.office, document_id, REGISTRAR)


def sealed(world: World, *wishes: SealWish, **options: Any) -> list[str]:
    done = seal.seal_batch(world.office, KEY, PIN, wishes, REGISTRAR, **options)
    return [p.error.code if p.error else "" for p in done]


def document_of(world: World, dossier: Dossier) -> Document:
    return world.get(dossier).documents[0]


def next_number(world: World, notation: str = "QĐ-UBND") -> int:
    """For a paper that bears no day."""
    return seal.next_number(world.office, Document(DocumentId("x"), fields=(IndexField("notation", notation, 1.0),)))


def presets(world: World) -> list[str]:
    return [job.preset for name, job in world.machine.calls if name == "sign"]


def test_the_official_signs_then_the_registrar_numbers_dates_and_seals(world: World) -> None:
    dossier = draft(world)
    (one,) = ids(dossier)
    waiting = document_of(world, dossier)
    assert (waiting.state, waiting.marks_left, waiting.seen_by) == (S.TO_SEAL, ("N1", "N2", "S2"), None)
    assert world.get(dossier).state is DossierState.READY, "nothing is sent before it is sealed"
    agency(world)
    look(world, one)
    assert sealed(world, SealWish(one, "5")) == [""]
    after = document_of(world, dossier)
    assert (after.state, after.marks_left) == (S.SIGNED, ())
    assert (after.field("number"), after.field("issued_date")) == ("05", "2026-11-21")
    assert {f.name: f.origin for f in after.fields}["number"] is FieldOrigin.GIVEN
    assert presets(world) == ["S1", "N1", "N2", "S2"]
    jobs = [job for name, job in world.machine.calls if name == "sign"]
    assert jobs[1].stamp.number == "05" and jobs[2].stamp.day.isoformat() == "2026-11-21"
    assert [job.path.read_bytes()[:4] for job in jobs] == [b"%PDF"] * 4
    assert [a.path for a in jobs[1:]] == [world.blobs.path(b) for b in bases(world, one)], "each mark is set on the one before"
    assert world.get(dossier).state is DossierState.QUEUED
    assert after.published is not None and after.sealed is not None
    assert recover.extends(world.blobs.path(after.sealed.sha256), world.blobs.path(after.published.sha256))
    lines = world.audit()
    assert [x for x in lines if x in ("signed", "numbered", "marked")] == ["signed", "numbered", "marked", "marked", "marked"]


def bases(world: World, document_id: DocumentId) -> list[Any]:
    with world.office.look() as uow:
        return [dict(e.detail)["base"] for e in uow.audit.events(document_id) if e.action == "marked"]


def test_what_the_paper_has_already_is_not_written_again_but_registered(world: World) -> None:
    dossier = draft(world, printed=True)
    (one,) = ids(dossier)
    assert document_of(world, dossier).marks_left == ("S2",)
    agency(world)
    look(world, one)
    assert sealed(world, SealWish(one, "")) == [""]
    assert presets(world) == ["S1", "S2"] and document_of(world, dossier).field("number") == "127"
    assert next_number(world) == 128


def test_a_form_that_has_another_order_since_keeps_nobody_from_sealing(world: World) -> None:
    """As after an update, which brings forms of its own."""
    dossier = draft(world)
    (one,) = ids(dossier)
    rules = world.office.rules
    turned = tuple(replace(rule, fields=rule.fields[::-1]) for rule in rules.documents)
    world.office = replace(world.office, rules=replace(rules, documents=turned))
    agency(world)
    look(world, one)
    assert sealed(world, SealWish(one, "5")) == [""]


def test_the_next_number_follows_the_highest_of_its_symbol_and_year(world: World) -> None:
    assert next_number(world) == 1
    dossier = draft(world, count=2)
    first, second = ids(dossier)
    agency(world)
    look(world, first, second)
    assert sealed(world, SealWish(first, "41"), SealWish(second, "42")) == ["", ""]
    assert next_number(world) == 43 and next_number(world, "TB-UBND") == 1
    world.office.clock.time = datetime(2027, 1, 4, tzinfo=UTC)  # type: ignore[attr-defined]
    assert next_number(world) == 1


def test_what_is_dated_in_the_old_year_is_offered_the_next_number_of_that_year(world: World) -> None:
    dossier = world.finished(DRAFT, DRAFT)
    for document_id in ids(dossier):
        for who in (CLERK, CHECKER):
            world.confirm(document_id, who, number="", issued_date="2026-12-31")
        world.publish(document_id)
        world.see(document_id)
    assert world.sign(*ids(dossier)) == ["", ""]
    first, second = ids(dossier)
    agency(world)
    look(world, first, second)
    assert sealed(world, SealWish(first, "41")) == [""]
    world.office.clock.time = datetime(2027, 1, 4, tzinfo=UTC)  # type: ignore[attr-defined]
    (row,) = registrar_room(world).desk.sign_desk().result().rows
    assert (row.issued, row.next_number) == ("2026-12-31", 42)
    assert sealed(world, SealWish(second, f"{row.next_number}")) == [""]


def test_a_number_is_given_once(world: World) -> None:
    dossier = draft(world, count=3)
    first, second, third = ids(dossier)
    agency(world)
    look(world, first, second, third)
    assert sealed(world, SealWish(first, "7"), SealWish(second, "7"), SealWish(third, "8")) == ["", "C38", ""], "the rest goes on"
    left = world.get(dossier).document(second)
    assert (left.state, left.marks_left, left.field("number")) == (S.TO_SEAL, ("N1", "N2", "S2"), "")
    assert sealed(world, SealWish(second, "9")) == [""]


@pytest.mark.parametrize("typed", ["", "0", "abc", "1234567", "-3", "12a"])
def test_what_is_no_number_takes_none_and_signs_nothing(world: World, typed: str) -> None:
    (one,) = ids(draft(world))
    agency(world)
    look(world, one)
    assert sealed(world, SealWish(one, typed)) == ["K02"] and presets(world) == ["S1"]
    assert next_number(world) == 1


def test_nothing_is_sealed_that_the_registrar_has_not_seen_or_no_official_has_signed(world: World) -> None:
    (one,) = ids(draft(world))
    agency(world)
    assert sealed(world, SealWish(one, "5")) == ["C12"]
    (other,) = ids(world.to_sign(HEAD))
    with pytest.raises(WorkstationError, match="K06"):
        seal.give_number(world.office, other, "5", REGISTRAR)
    sign.mark_seen(world.office, other, REGISTRAR)
    assert sealed(world, SealWish(other, "5")) == ["C12"] and presets(world) == ["S1"]


def test_a_personal_certificate_seals_nothing(world: World) -> None:
    (one,) = ids(draft(world))
    look(world, one)
    assert sealed(world, SealWish(one, "5")) == ["C33"] and presets(world) == ["S1"]
    (row,) = queries.sign_desk(
        world.office, [world.office.dossier_of(one)], world.machine.token, REGISTRAR, 0, 0, role="registrar"
    ).rows
    assert [c.rule for c in row.gate if not c.ok] == [GateRule.AGENCY]


def test_without_a_seal_no_number_is_taken(world: World) -> None:
    (one,) = ids(draft(world))
    agency(world)
    look(world, one)
    stamps.seal_of(world.office).unlink()
    assert sealed(world, SealWish(one, "5")) == ["C34"]
    assert next_number(world) == 1 and presets(world) == ["S1"]


def test_a_mark_without_room_takes_no_number(world: World) -> None:
    (one,) = ids(draft(world))
    agency(world)
    look(world, one)

    def hook(name: str, job: Any) -> None:
        if name == "preview" and job.preset == "S2":
            raise WorkstationError("C11", kind="full")

    world.machine.hook = hook
    assert sealed(world, SealWish(one, "5")) == ["C11"] and next_number(world) == 1


@pytest.mark.parametrize("at", ["N1", "N2", "S2"])
def test_a_pulled_token_costs_no_mark_and_sets_none_twice(world: World, at: str) -> None:
    dossier = draft(world)
    (one,) = ids(dossier)
    agency(world)
    look(world, one)

    def hook(name: str, job: Any) -> None:
        if name == "sign" and job.preset == at:
            raise WorkstationError("C04")

    world.machine.hook = hook
    assert sealed(world, SealWish(one, "5")) == ["C04"]
    world.machine.hook = lambda name, job: None
    broken = document_of(world, dossier)
    assert broken.state is S.TO_SEAL and broken.marks_left[0] == at and broken.seen_by == REGISTRAR
    assert broken.field("number") == "05", "the number stays its own"
    assert sealed(world, SealWish(one, "77")) == [""], "goes on with the mark that is missing, under the number it has"
    asked = presets(world)
    assert asked.count(at) == 2 and all(asked.count(p) == 1 for p in ("N1", "N2", "S2") if p != at)
    assert document_of(world, dossier).field("number") == "05"


@pytest.mark.parametrize("at", ["N1", "N2", "S2"])
def test_a_mark_that_was_signed_and_not_recorded_is_taken_over(world: World, at: str, monkeypatch: pytest.MonkeyPatch) -> None:
    dossier = draft(world)
    (one,) = ids(dossier)
    agency(world)
    look(world, one)
    record = seal.record_mark

    def crash(office: Any, document: Document, *rest: Any) -> Dossier:
        if document.marks_left[0] == at:
            raise WorkstationError("M01")
        return record(office, document, *rest)

    monkeypatch.setattr(seal, "record_mark", crash)
    assert sealed(world, SealWish(one, "5")) == ["M01"]
    monkeypatch.undo()
    signatures = world.machine.signatures
    assert sealed(world, SealWish(one, "5")) == ["K06"], "what lies in the sealing folder is taken over first"
    assert recover.adopt_sealed(world.office, verify) == (one,)
    assert recover.adopt_sealed(world.office, verify) == ()
    left = {"N1": ("N2", "S2"), "N2": ("S2",), "S2": ()}[at]
    assert document_of(world, dossier).marks_left == left
    if left:
        assert sealed(world, SealWish(one, "5")) == [""]
    assert document_of(world, dossier).state is S.SIGNED
    assert world.machine.signatures == signatures + len(left), "nothing was signed twice"


def test_a_signed_file_that_was_recorded_and_left_lying_is_no_mark(world: World) -> None:
    dossier = draft(world)
    (one,) = ids(dossier)
    held = document_of(world, dossier).sealed
    assert held is not None
    left = sign.sealing_path(world.office, one)
    left.write_bytes(world.blobs.path(held.sha256).read_bytes())
    assert recover.adopt_sealed(world.office, verify) == () and not left.exists()
    assert document_of(world, dossier).marks_left == ("N1", "N2", "S2")


@pytest.mark.expect_log("K06 taking over")
def test_a_file_that_was_marked_past_the_register_is_not_taken_over(world: World) -> None:
    dossier = draft(world)
    (one,) = ids(dossier)
    held = document_of(world, dossier).sealed
    assert held is not None
    sign.sealing_path(world.office, one).write_bytes(world.blobs.path(held.sha256).read_bytes() + b"%%SIGNED9")
    assert recover.adopt_sealed(world.office, verify) == ()
    assert document_of(world, dossier).marks_left == ("N1", "N2", "S2")


def test_the_registrar_sends_back_what_is_not_numbered_yet_and_it_is_signed_anew(world: World) -> None:
    dossier = draft(world)
    (one,) = ids(dossier)
    sign.refuse_to_sign(world.office, one, "Sai thể thức ở ô 5", REGISTRAR)
    back = document_of(world, dossier)
    assert (back.state, back.sealed, back.marks_left) == (S.REFUSED, None, ())
    world.confirm(one, CLERK, number="", issued_date="")
    world.confirm(one, CHECKER, number="", issued_date="")
    world.publish(one)
    world.see(one)
    world.machine.token = replace(world.machine.token, owner="Trần Mẫu")
    assert world.sign(one) == [""] and document_of(world, dossier).state is S.TO_SEAL


def test_what_is_numbered_is_issued_and_not_refused(world: World) -> None:
    dossier = draft(world)
    (one,) = ids(dossier)
    agency(world)
    look(world, one)
    world.machine.hook = lambda name, job: pull() if name == "sign" and job.preset == "N2" else None
    assert sealed(world, SealWish(one, "5")) == ["C04"]
    with pytest.raises(WorkstationError, match="K06"):
        sign.refuse_to_sign(world.office, one, "Muộn rồi", REGISTRAR)


def pull() -> None:
    raise WorkstationError("C04")


def came_back(world: World, dossier: Dossier, notation: str) -> None:
    """Sealed under number 5, returned by the ward, entered and signed anew."""
    (one,) = ids(dossier)
    agency(world)
    look(world, one)
    assert sealed(world, SealWish(one, "5")) == [""]

    with world.office.uow() as uow:
        item = uow.outbox.by_dossier(dossier.id)
        assert item is not None
        uow.outbox.save(replace(item, state=OutboxState.REJECTED))
        uow.dossiers.save(replace(world.get(dossier), state=DossierState.REJECTED))
        uow.commit()
    check.reopen(world.office, world.get(dossier), one, CLERK)
    held = document_of(world, dossier)
    again = {"number": held.field("number"), "issued_date": held.field("issued_date"), "notation": notation}
    world.confirm(one, CLERK, **again)
    world.confirm(one, CHECKER, **again)
    world.publish(one)
    world.see(one)
    assert world.sign(one) == [""]


def test_a_document_that_came_back_keeps_its_number_and_gets_its_marks_again(world: World) -> None:
    dossier = draft(world)
    came_back(world, dossier, "QĐ-UBND")
    assert document_of(world, dossier).marks_left == ("N1", "N2", "S2"), "the new file has no mark yet"
    look(world, *ids(dossier))
    assert (
        sealed(world, *(SealWish(x, "5") for x in ids(dossier))) == [""] and document_of(world, dossier).field("number") == "05"
    )


def test_a_number_does_not_go_over_to_another_symbol(world: World) -> None:
    """05/QĐ-UBND is no 05/TB-UBND, which may be somebody else's."""
    dossier = draft(world)
    came_back(world, dossier, "TB-UBND")
    look(world, *ids(dossier))
    before = presets(world)
    assert sealed(world, *(SealWish(x, "5") for x in ids(dossier))) == ["K02"]
    assert presets(world) == before and document_of(world, dossier).marks_left == ("N1", "N2", "S2")


# --- the desk


def registrar_room(world: World) -> Room:
    room = Room(world)
    room.desk.users = (*room.desk.users, User(REGISTRAR, "registrar"))
    room.desk.user = room.desk.users[-1]
    return room


def code_of(future: "Future[Any]") -> str:
    error = future.exception()
    assert isinstance(error, WorkstationError)
    return error.code


def test_each_sees_and_does_what_waits_for_whom(world: World, tmp_path: Path) -> None:
    dossier = draft(world)
    (one,) = ids(dossier)
    (other,) = ids(world.to_sign(HEAD))
    agency(world)
    room = registrar_room(world)
    (row,) = room.desk.sign_desk().result().rows
    assert (row.document.id, row.marks, row.notation, row.number, row.next_number, row.seen) == (
        one, ("N1", "N2", "S2"), "QĐ-UBND", "", 1, False,
    )  # fmt: skip
    assert room.desk.counts().result().sign == 1
    room.desk.pdf_picture(one, 0, 800).result()
    assert code_of(room.desk.mark_seen(other)) == "K07" and code_of(room.desk.refuse(other, "x")) == "K07"
    room.desk.mark_seen(one).result()
    places = room.desk.mark_places(one, {"N2": (3.0, -2.0)}, "12").result()
    assert [p.preset for p in places] == ["N1", "N2", "S2"] and places[1].box_mm[:2] == (103.0, 2.0)
    shown = [job.stamp for name, job in world.machine.calls if name == "preview"][-3:]
    assert shown[0].number == "12"
    args: Any = ([SealWish(one, "12", {"N2": (3.0, -2.0)})], PIN, lambda _: None, lambda: False)
    room.sit(OFFICIAL)
    assert [r.document.id for r in room.desk.sign_desk().result().rows] == [other]
    assert code_of(room.desk.seal(*args)) == "C40" and code_of(room.desk.keep_seal(tmp_path / "ink.png")) == "C40"
    assert code_of(room.desk.refuse(one, "x")) == "C40" and code_of(room.desk.mark_seen(one)) == "C40"
    assert room.desk.sign_desk().result().signed_today == 1
    room.desk.user = room.desk.users[-1]
    assert room.desk.sign_desk().result().signed_today == 0, "the official's, not the registrar's"
    assert code_of(room.desk.sign([other], PIN, lambda _: None, lambda: False)) == "K07"
    assert [r.error for r in room.desk.seal(*args).result()] == [None]
    assert room.desk.sign_desk().result().signed_today == 1, "a document, not each of its marks"
    signed = [job.stamp for name, job in world.machine.calls if name == "sign"][-3:]
    assert signed == shown, "signed where and as it was shown"


def test_a_missing_picture_is_a_failed_check_before_any_pin(world: World) -> None:
    """C35 used to be found only after the token was open."""
    stamps.hand_of(world.office, OFFICIAL).unlink()
    (one,) = ids(world.to_sign(HEAD))
    world.see(one)
    room = Room(world)
    room.sit(OFFICIAL)
    (row,) = room.desk.sign_desk().result().rows
    assert [(c.rule, c.note) for c in row.gate if not c.ok] == [(GateRule.PICTURE, ErrorNote("C35"))]
    stamps.hand_of(world.office, OFFICIAL).write_bytes(b"ink")
    (row,) = room.desk.sign_desk().result().rows
    assert all(c.ok for c in row.gate)
