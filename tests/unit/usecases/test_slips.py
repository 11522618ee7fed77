"""Suggestions, and slips that bring pages to their dossier."""

import pytest

from tests.unit.usecases.bench import CLERK, World
from tests.unit.usecases.machine import BLANK, BODY, HEAD, Sheet
from tests.unit.usecases.room import Room
from tests.unit.usecases.test_separate import DOC, shape
from workstation.domain.codes import slip_payload
from workstation.domain.dossier import DossierState
from workstation.domain.errors import ErrorNote, WorkstationError
from workstation.domain.splitcue import Cue
from workstation.usecases import edit, queries, scan, slips

RECEIPT = "H29.17-20261120-0092637"


def refused(call) -> ErrorNote:
    with pytest.raises(WorkstationError) as e:
        call()
    return e.value.note


def cues(room: Room, dossier) -> list[tuple[Cue, int, str]]:
    return [(s.kind, s.number, s.code) for s in room.desk.dossier(dossier.id).result().suggestions]


# --- splits


def test_a_suggestion_is_taken_undone_and_taken_again(world: World) -> None:
    room = Room(world)
    dossier = room.imported(HEAD, Sheet(cue="nation"), BODY, Sheet(cue="restart"), BODY)
    assert cues(room, dossier) == [(Cue.NATION, 2, ""), (Cue.RESTART, 4, "")]
    room.desk.split_before(dossier.pages[1].id).result()
    assert cues(room, dossier) == [(Cue.RESTART, 4, "")] and shape(world.get(dossier)) == [[0], [1, 2, 3, 4]]
    room.desk.undo(dossier.id).result()
    assert cues(room, dossier) == [(Cue.NATION, 2, ""), (Cue.RESTART, 4, "")]


def test_a_refused_suggestion_does_not_come_again(world: World) -> None:
    room = Room(world)
    dossier = room.imported(HEAD, Sheet(cue="nation"), BODY)
    room.desk.refuse_cue(dossier.pages[1].id, Cue.NATION).result()
    assert cues(room, dossier) == []
    room.desk.rotate(dossier.pages[1].id, 90).result()
    room.desk.split_before(dossier.pages[2].id).result()
    assert cues(room, dossier) == []
    room.desk.undo(dossier.id).result()
    room.desk.undo(dossier.id).result()
    room.desk.undo(dossier.id).result()
    assert cues(room, dossier) == [(Cue.NATION, 2, "")], "the refusal itself can be undone"


def test_who_merges_has_answered(world: World) -> None:
    room = Room(world)
    dossier = room.imported(HEAD, Sheet(cue="nation"), BODY)
    room.desk.split_before(dossier.pages[1].id).result()
    room.desk.merge_with_previous(world.get(dossier).documents[1].id).result()
    assert cues(room, dossier) == [] and shape(world.get(dossier)) == [[0, 1, 2]]


def test_what_the_machine_split_and_a_clerk_merged_is_not_suggested_when_it_is_read_again(world: World) -> None:
    room = Room(world)
    dossier = room.imported(HEAD, Sheet(head=True, cue="header"))
    room.desk.merge_with_previous(dossier.documents[1].id).result()
    room.desk.rotate(dossier.pages[1].id, 180).result()
    assert cues(room, dossier) == [] and shape(world.get(dossier)) == [[0, 1]]


def test_a_page_that_could_be_read_only_after_it_was_turned_suggests_then(world: World) -> None:
    room = Room(world)
    dossier = room.imported(HEAD, Sheet(cue="nation", upside_down=True))
    assert cues(room, dossier) == []
    room.desk.rotate(dossier.pages[1].id, 180).result()
    assert cues(room, dossier) == [(Cue.NATION, 2, "")]


def test_a_dropped_page_suggests_nothing(world: World) -> None:
    room = Room(world)
    dossier = room.imported(HEAD, Sheet(cue="nation"), BODY)
    room.desk.set_dropped(dossier.pages[1].id, True).result()
    assert cues(room, dossier) == []


def test_nothing_is_refused_in_a_dossier_that_has_gone_on(world: World) -> None:
    dossier = world.finished(HEAD, Sheet(cue="nation"))
    page = dossier.pages[1].id
    assert refused(lambda: edit.refuse_cue(world.office, page, Cue.NATION, CLERK)).code == "K06"


# --- slips


@pytest.mark.parametrize("said", [slip_payload("HS-0001"), "HS-0001"])
def test_a_slip_in_front_of_new_pages_leads_to_its_dossier(world: World, said: str) -> None:
    room = Room(world)
    old = room.imported(HEAD, BODY)
    fresh = room.imported(Sheet(code=said), BODY, BLANK)
    assert cues(room, fresh) == [(Cue.SLIP, 1, "HS-0001")]
    assert room.desk.follow_slip(fresh.id, "HS-0001").result() == old.id
    now, left = world.get(old), world.get(fresh)
    assert [p.id for p in now.pages] == [p.id for p in (*old.pages, *fresh.pages)]
    assert shape(now) == [[0, 1], [0, 1, 2]] and not left.pages and not left.documents
    assert cues(room, old) == [], "it lies in the dossier that it names"
    assert room.desk.dossier(fresh.id).result().can_undo is False
    room.desk.undo(fresh.id).result()
    assert world.get(fresh).pages == ()


def test_pages_with_one_that_is_stopped_stay_where_they_came_in(world: World) -> None:
    room = Room(world)
    room.imported(HEAD, BODY)
    fresh = room.imported(Sheet(code=slip_payload("HS-0001")), Sheet(secret=True), BODY)
    assert refused(lambda: room.desk.follow_slip(fresh.id, "HS-0001").result()) == ErrorNote("K20", (("page", 2),))
    assert world.get(fresh) == fresh


def test_a_receipt_is_known_by_the_page_that_bears_it(world: World) -> None:
    room = Room(world)
    old = room.imported(HEAD, Sheet(code=f"https://dichvucong.example/?ma={RECEIPT}"))
    fresh = room.imported(Sheet(code=RECEIPT))
    assert cues(room, fresh) == [(Cue.SLIP, 1, "HS-0001")]
    assert cues(room, old) == []
    assert slips.named(world.office, RECEIPT, receipts=r"X\d+") is None, "the office says how they look"


def test_only_a_slip_in_front_leads_anywhere(world: World) -> None:
    room = Room(world)
    room.imported(HEAD)
    inside = room.imported(HEAD, Sheet(code="HS-0001"))
    behind_a_separator = room.imported(DOC, Sheet(code="HS-0001"))
    assert cues(room, inside) == [] and cues(room, behind_a_separator) == [(Cue.SLIP, 2, "HS-0001")]


def test_a_slip_of_no_dossier_and_a_refused_one_suggest_nothing(world: World) -> None:
    room = Room(world)
    room.imported(HEAD)
    assert cues(room, room.imported(Sheet(code="HS-9999"))) == []
    fresh = room.imported(Sheet(code="HS-0001"))
    room.desk.refuse_cue(fresh.pages[0].id, Cue.SLIP).result()
    assert cues(room, fresh) == []


def test_a_dossier_that_has_gone_on_takes_no_pages(world: World) -> None:
    room = Room(world)
    world.finished(HEAD)
    fresh = room.imported(Sheet(code="HS-0001"))
    note = refused(lambda: room.desk.follow_slip(fresh.id, "HS-0001").result())
    assert note == ErrorNote("Q11", (("dossier", "HS-0001"),))
    assert len(world.get(fresh).pages) == 1


def test_what_somebody_vouched_for_is_not_moved(world: World) -> None:
    room = Room(world)
    old, done = room.imported(HEAD), world.finished(Sheet(head=True, code="HS-0001"))
    assert done.state is DossierState.PROCESSING
    assert refused(lambda: slips.move(world.office, done.id, old.id, CLERK)).code == "K06"


@pytest.mark.parametrize("typed", ["HS-0001", " hs-0001", slip_payload("HS-0001") + "\n"])
def test_a_code_opens_its_dossier(world: World, typed: str) -> None:
    room = Room(world)
    old = world.finished(HEAD)
    assert room.desk.find_dossier(typed).result() == old.id


@pytest.mark.parametrize(
    "typed", ["001090012345", "001090012345|012345678|Nguyễn Văn Mẫu|01021990|Nam|Thử|05052021", "Nguyễn Văn"]
)
def test_what_may_be_about_a_person_is_not_told_back(world: World, typed: str) -> None:
    room = Room(world)
    assert refused(lambda: room.desk.find_dossier(typed).result()) == ErrorNote("Q10")
    assert refused(lambda: room.desk.find_dossier("HS-0007").result()) == ErrorNote("Q10", (("dossier", "HS-0007"),))


def test_a_dossier_may_have_a_code_of_its_own_kind(world: World) -> None:
    dossier_id = scan.open_dossier(world.office, "", CLERK)
    assert slips.find(world.office, "HS-0001").id == dossier_id
    view = queries.dossier_view(world.office, world.get(dossier_id), can_undo=False, can_redo=False)
    assert view.suggestions == ()


def test_a_slip_of_the_dossier_itself_moves_nothing(world: World) -> None:
    room = Room(world)
    dossier = room.imported(Sheet(code="HS-0001"), BODY)
    assert room.desk.follow_slip(dossier.id, "HS-0001").result() == dossier.id
    assert world.get(dossier) == dossier
