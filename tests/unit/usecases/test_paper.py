"""Risk classes, pages with notes, and the count of the paper: what stops a dossier, what is told, and what is never logged."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.unit.usecases.bench import CLERK, World, ids
from tests.unit.usecases.machine import BLANK, BODY, HEAD, KILLS
from tests.unit.usecases.room import Room
from workstation.domain.capture import CountsRule, PaperCount
from workstation.domain.dossier import Dossier, DossierState
from workstation.domain.errors import ErrorNote, WorkstationError
from workstation.domain.notepairs import lone_note
from workstation.usecases import edit, paper, read, scan
from workstation.usecases.watched import REFUSED, WatchedFolder

NAME = "Nguyễn Thị Giám Sát"


def refused(call: Any) -> ErrorNote:
    with pytest.raises(WorkstationError) as e:
        call()
    return e.value.note


def told(world: World) -> str:
    """All that the audit log says."""
    with world.office.look() as uow:
        return repr(uow.audit.events())


# --- risk


def test_a_class_asks_for_what_the_rules_say_and_the_log_names_nobody(world: World) -> None:
    dossier_id = world.take_in(HEAD)
    assert world.get(dossier_id).risk == "A"
    assert refused(lambda: paper.set_risk(world.office, dossier_id, "B", " ", CLERK)) == ErrorNote(
        "K01", (("field", "supervisor"),)
    )
    assert refused(lambda: paper.set_risk(world.office, dossier_id, "C", "", CLERK)) == ErrorNote("K01", (("field", "reason"),))
    for wrong in ("E", "", "a", "AB"):
        assert refused(lambda w=wrong: paper.set_risk(world.office, dossier_id, w, "x", CLERK)).code == "K02"
    assert world.get(dossier_id).risk == "A"
    after = paper.set_risk(world.office, dossier_id, "B", f" {NAME} ", CLERK)
    assert (after.risk, after.risk_note) == ("B", NAME)
    assert NAME not in told(world) and "('risk', 'B')" in told(world)
    assert paper.set_risk(world.office, dossier_id, "A", "thừa", CLERK).risk_note == "", "what nobody asks for is not kept"


def test_paper_of_class_d_gets_in_by_no_way_and_what_is_there_stays(world: World) -> None:
    room = Room(world)
    dossier = room.imported(HEAD)
    room.desk.set_risk(dossier.id, "D", "").result()
    (outcome,) = room.desk.import_files(dossier.id, [world.paper(BODY)], lambda _: None).result()
    assert outcome.error is not None and outcome.error.code == "A11"
    room.feeder.sheets = [BODY]
    asked: list[Any] = []
    feed = room.feeder.scan
    room.feeder.scan = lambda *a: asked.append(a) or feed(*a)  # type: ignore[method-assign,func-returns-value]
    run = room.desk.scan(dossier.id, "feeder", "", lambda _: None, lambda: False)
    assert isinstance(run.exception(), WorkstationError) and run.exception().code == "A11"  # type: ignore[union-attr]
    assert asked == [], "the paper did not move"
    assert [p.id for p in world.get(dossier).pages] == [p.id for p in dossier.pages]
    assert edit.finish_capture(world.office, dossier.id, CLERK).state is DossierState.PROCESSING, "what is there goes on"
    room.desk.set_risk(dossier.id, "A", "").result()


def test_a_watched_file_for_a_dossier_of_class_d_lies_aside(world: World, tmp_path: Path) -> None:
    """It was opened for that very file, and set to D before its pages came."""
    folder = tmp_path / "copier"
    folder.mkdir()
    source = world.paper(HEAD)
    now = [0.0]
    watched = WatchedFolder(world.office, folder, CLERK, clock=lambda: now[0])
    dossier_id = scan.open_dossier(world.office, "a", CLERK, import_key="watched:" + scan.import_key([source]))
    paper.set_risk(world.office, dossier_id, "D", "", CLERK)
    (folder / "a.tif").write_bytes(source.read_bytes())
    for _ in range(6):
        now[0] += 10
        watched.sweep()
    assert world.get(dossier_id).pages == ()
    assert [p.name for p in (folder / REFUSED).iterdir()] == ["a.tif"]


def test_the_class_is_kept_once_the_dossier_is_on_its_way(world: World) -> None:
    dossier = world.signed(HEAD)
    assert refused(lambda: paper.set_risk(world.office, dossier.id, "C", "rách", CLERK)).code == "K06"
    assert refused(lambda: paper.set_count(world.office, dossier.id, 1, 1, CLERK)).code == "K06"


# --- pages with notes


def test_a_page_with_a_note_is_followed_by_itself_without_it(world: World) -> None:
    """The next picture stands behind it and in its document, whatever else came in between."""
    dossier = world.read(HEAD, BODY, HEAD)
    first = dossier.pages[0]
    edit.set_note(world.office, first.id, True, CLERK)
    note = refused(lambda: edit.finish_capture(world.office, dossier.id, CLERK))
    assert note.code == "A10" and dict(note.params)["page"] == 1
    assert "01/2023" in str(dict(note.params)["rule"])
    world.take_in(BODY, HEAD, into=dossier.id)
    after = read.read_dossier(world.office, dossier.id)
    assert [p.source.original == dossier.pages[0].source.original for p in after.pages] == [True, False, True, True, False]
    pair = after.pages[1]
    assert (pair.pair_of, pair.document_id) == (first.id, after.pages[0].document_id)
    assert [len(after.pages_of(x)) for x in ids(after)] == [3, 1, 1]
    assert edit.finish_capture(world.office, dossier.id, CLERK).state is DossierState.PROCESSING
    document = world.pass_on(ids(after)[0])
    assert world.publish(document.id).published.pages == 3, "both shots are in the file"  # type: ignore[union-attr]


def test_a_pair_that_loses_its_other_half_waits_again(world: World) -> None:
    dossier = world.read(HEAD)
    edit.set_note(world.office, dossier.pages[0].id, True, CLERK)
    world.take_in(KILLS, into=dossier.id)
    after = read.read_dossier(world.office, dossier.id)
    assert lone_note(after) == after.pages[0], "a picture that can't be opened is no shot"
    world.take_in(BODY, into=dossier.id)
    after = read.read_dossier(world.office, dossier.id)
    assert [p.pair_of for p in after.pages] == [None, after.pages[0].id, after.pages[0].id]
    edit.set_dropped(world.office, after.pages[1].id, True, CLERK)
    assert lone_note(world.get(dossier)) == after.pages[0]
    edit.set_dropped(world.office, after.pages[1].id, False, CLERK)
    edit.set_dropped(world.office, after.pages[0].id, True, CLERK)
    assert lone_note(world.get(dossier)) is None, "a page that was dropped needs no pair"


def test_the_mark_is_undone_redone_and_taken_back(world: World) -> None:
    room = Room(world)
    dossier = room.imported(HEAD, BODY)
    page = dossier.pages[0]
    room.desk.set_note(page.id, True).result()
    view = room.desk.dossier(dossier.id).result()
    assert view.pages[0].with_note and view.missing is not None and (view.missing.code, view.missing_page) == ("A10", page.id)
    room.desk.undo(dossier.id).result()
    assert not world.get(dossier).pages[0].with_note
    room.desk.redo(dossier.id).result()
    room.desk.import_files(dossier.id, [world.paper(BODY)], lambda _: None).result()
    view = room.desk.dossier(dossier.id).result()
    assert [(p.with_note, p.pair) for p in view.pages] == [(True, 2), (False, 1), (False, 0)] and view.missing is None
    edit.set_dropped(world.office, view.pages[1].id, True, CLERK)
    assert [p.pair for p in room.desk.dossier(dossier.id).result().pages] == [0, 1, 0]
    edit.set_dropped(world.office, view.pages[1].id, False, CLERK)
    for _ in range(3):  # taken back, dropped, marked
        room.desk.undo(dossier.id).result()
    undone = room.desk.dossier(dossier.id).result()
    assert [(p.with_note, p.pair) for p in undone.pages] == [(False, 0)] * 3, "a page that came in since stays, alone"
    room.desk.redo(dossier.id).result()
    assert [p.with_note for p in world.get(dossier).pages] == [True, False, False]
    room.desk.set_note(page.id, False).result()
    assert [p.pair_of for p in world.get(dossier).pages] == [None] * 3


def test_pages_of_checked_documents_are_not_marked(world: World) -> None:
    dossier = world.passed(HEAD, HEAD)
    with world.office.uow() as uow:
        uow.dossiers.save(replace(uow.dossiers.get(dossier.id), state=DossierState.SCANNING))
        uow.commit()
    assert refused(lambda: edit.set_note(world.office, dossier.pages[0].id, True, CLERK)).code == "K06"


# --- sheets and pages


def counted(world: World, dossier: Dossier, sheets: int, pages: int) -> ErrorNote | None:
    return paper.differs(paper.set_count(world.office, dossier.id, sheets, pages, CLERK))


def test_pages_are_sides_with_something_on_them_and_sheets_have_two_sides(world: World) -> None:
    """Four pictures, one of them a blank back: three pages, on two to four sheets."""
    dossier = world.read(HEAD, BLANK, BODY, BODY)
    assert paper.came_in(dossier) == (3, 4)
    assert (
        counted(world, dossier, 0, 3) is None and counted(world, dossier, 2, 3) is None and counted(world, dossier, 3, 0) is None
    )
    assert counted(world, dossier, 0, 4) == ErrorNote("A12", (("have", 3), ("need", 4)))
    assert counted(world, dossier, 0, 2) == ErrorNote("A12", (("have", 3), ("need", 2)))
    assert counted(world, dossier, 5, 0) == ErrorNote("A12", (("count", 4), ("sheets", 5)))
    assert counted(world, dossier, 1, 0) == ErrorNote("A12", (("count", 4), ("sheets", 1)))


def test_what_is_dropped_or_shot_twice_is_counted_once_or_not(world: World) -> None:
    dossier = world.read(HEAD, BODY, BODY)
    edit.set_note(world.office, dossier.pages[1].id, True, CLERK)
    world.take_in(BODY, into=dossier.id)
    read.read_dossier(world.office, dossier.id)
    assert paper.came_in(world.get(dossier)) == (3, 3), "the second shot of a page is no page more"
    edit.set_dropped(world.office, dossier.pages[1].id, True, CLERK)
    assert paper.came_in(world.get(dossier)) == (3, 3), "its other shot stands for it"
    edit.set_dropped(world.office, dossier.pages[2].id, True, CLERK)
    assert paper.came_in(world.get(dossier)) == (2, 2)


@pytest.mark.parametrize("wrong", [(2, 1), (2, 5), (-1, 0), (0, -1), (10_000, 0), (0, 20_000)])
def test_a_count_that_no_paper_can_have_is_refused(world: World, wrong: tuple[int, int]) -> None:
    dossier_id = world.take_in(HEAD)
    assert refused(lambda: paper.set_count(world.office, dossier_id, *wrong, CLERK)) == ErrorNote("K02", (("field", "paper"),))
    assert world.get(dossier_id).paper == PaperCount()


def test_a_page_that_is_missing_holds_the_dossier_until_it_comes_or_a_reason_is_given(world: World) -> None:
    dossier = world.read(HEAD, BODY)
    assert paper.set_count(world.office, dossier.id, 3, 3, CLERK).paper == PaperCount(3, 3)
    assert refused(lambda: edit.finish_capture(world.office, dossier.id, CLERK)).code == "A12"
    reason = "tờ 3 đã trả lại ông Mẫu"
    assert refused(lambda: paper.explain_count(world.office, dossier.id, " ", CLERK)).code == "K01"
    explained = paper.explain_count(world.office, dossier.id, reason, CLERK)
    assert (explained.paper.reason, paper.differs(explained)) == (reason, None)
    assert reason not in told(world) and "('counted_pages', 3)" in told(world)
    edit.set_dropped(world.office, dossier.pages[1].id, True, CLERK)
    assert paper.differs(world.get(dossier)) is not None, "the reason was for another number"
    edit.set_dropped(world.office, dossier.pages[1].id, False, CLERK)
    world.take_in(BODY, into=dossier.id)
    after = read.read_dossier(world.office, dossier.id)
    assert paper.differs(after) is None
    assert refused(lambda: paper.explain_count(world.office, dossier.id, "thừa", CLERK)).code == "K06"
    assert edit.finish_capture(world.office, dossier.id, CLERK).state is DossierState.PROCESSING


def test_a_back_that_turns_out_blank_after_the_button_brings_the_dossier_back(world: World) -> None:
    """Pages are still being read when the clerk presses it; nobody waits, and nothing slips through."""
    room = Room(world, at_once=False)
    dossier = room.imported(HEAD, BLANK)
    room.desk.set_count(dossier.id, 1, 2).result()
    room.desk.finish_capture(dossier.id).result()
    room.read()
    after = world.get(dossier)
    assert after.state is DossierState.SCANNING and after.error == ErrorNote("A12", (("have", 1), ("need", 2)))
    room.desk.set_count(dossier.id, 1, 1).result()
    room.desk.finish_capture(dossier.id).result()
    assert world.get(dossier).state is DossierState.PROCESSING and world.get(dossier).error is None


def test_where_the_profile_requires_a_count_there_is_no_way_past_it(world: World) -> None:
    rules = world.office.rules
    strict = replace(rules, profiles=tuple(replace(p, counts=CountsRule.REQUIRED) for p in rules.profiles))
    world.office = replace(world.office, rules=strict)
    dossier = world.read(HEAD)
    for sheets, pages in ((0, 0), (1, 0), (0, 1)):
        paper.set_count(world.office, dossier.id, sheets, pages, CLERK)
        assert refused(lambda: edit.finish_capture(world.office, dossier.id, CLERK)) == ErrorNote("A14")
    paper.set_count(world.office, dossier.id, 1, 1, CLERK)
    assert edit.finish_capture(world.office, dossier.id, CLERK).state is DossierState.PROCESSING


def test_rules_that_are_not_in_force_ask_for_nothing(world: World) -> None:
    capture = world.office.rules.capture
    assert capture.classes(date(2025, 11, 28)) == () and capture.note_rule(date(2023, 4, 4)) is None
    assert [c.code for c in capture.classes(date(2026, 11, 21))] == ["A", "B", "C", "D"]
    dossier = world.read(HEAD)
    edit.set_note(world.office, dossier.pages[0].id, True, CLERK)
    world.office = replace(world.office, rules=replace(world.office.rules, capture=replace(capture, notes=())))
    assert edit.finish_capture(world.office, dossier.id, CLERK).state is DossierState.PROCESSING
