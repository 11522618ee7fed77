"""A page scanned over, replaced from a file, and sheets laid between: nothing is lost, nothing goes astray, all can be undone."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.usecases.bench import CHECKER, CLERK, World, ids
from tests.unit.usecases.machine import BLURRED, BODY, HEAD, KILLS, VALUES, Sheet
from tests.unit.usecases.room import Room
from tests.unit.usecases.test_move import shown
from workstation.domain.dossier import Dossier, DossierState
from workstation.domain.errors import ErrorNote, WorkstationError
from workstation.domain.ids import PageId
from workstation.domain.page import PageState
from workstation.domain.ports import ScanWish
from workstation.usecases import check, edit, scan
from workstation.usecases.place import place_at
from workstation.usecases.views import ImportOutcome

SECOND = Sheet(head=True, fields={**VALUES, "number": "8"})


@pytest.fixture
def room(world: World) -> Room:
    return Room(world)


def order(dossier: Dossier, known: Dossier) -> str:
    """Pages by their number in ``known``, new ones as letters; documents apart, dropped pages in brackets."""
    names = {p.id: str(i) for i, p in enumerate(known.pages)}
    new = iter("abcdefgh")
    for p in sorted((p for p in dossier.pages if p.id not in names), key=lambda p: (p.id[:13], p.source.frame)):
        names[p.id] = next(new)
    text, last = "", None
    for page in dossier.pages:
        text += "" if page.document_id == last or not text else " "
        text += f"({names[page.id]})" if page.dropped else names[page.id]
        last = page.document_id
    return text


def over(room: Room, page: PageId, *sheets: Sheet, profile: str = "") -> list[ImportOutcome]:
    told: list[ImportOutcome] = []
    room.feeder.sheets = list(sheets)
    room.desk.scan_over(page, "feeder", profile, told.append, lambda: False).result()
    return told


def behind(room: Room, page: PageId, *sheets: Sheet) -> list[ImportOutcome]:
    told: list[ImportOutcome] = []
    room.feeder.sheets = list(sheets)
    assert room.desk.scan_behind(page, "feeder", "", told.append, lambda: False).result() == len(sheets)
    return told


def test_the_new_page_takes_place_and_document_and_is_judged_anew(world: World, room: Room) -> None:
    dossier = room.imported(HEAD, BLURRED, BODY, SECOND)
    assert dossier.pages[1].failing
    (outcome,) = over(room, dossier.pages[1].id, BODY)
    assert (outcome.pages, outcome.error) == (1, None)
    after = world.get(dossier)
    assert order(after, dossier) == "0a(1)2 3" and ids(after) == ids(dossier)
    new = after.pages[1]
    assert new.state is PageState.READ and not new.failing and not new.kept_reason and new.work == ()
    assert world.blobs.verify(dossier.pages[1].source.original), "the picture that was replaced is kept"
    room.desk.finish_capture(dossier.id).result()
    assert world.get(dossier).state is DossierState.PROCESSING


def test_a_new_page_that_is_no_better_holds_the_dossier_too(world: World, room: Room) -> None:
    dossier = room.imported(HEAD, BLURRED)
    room.desk.keep_page(dossier.pages[1].id, "bản gốc mờ").result()
    over(room, dossier.pages[1].id, BLURRED)
    view = room.desk.dossier(dossier.id).result()
    assert view.missing is not None and view.missing.code == "A02" and dict(view.missing.params)["page"] == 2
    assert view.missing_page == world.get(dossier).pages[1].id


def test_undo_brings_the_old_page_back_and_redo_the_new_one(world: World, room: Room) -> None:
    dossier = room.imported(HEAD, BLURRED, BODY)
    over(room, dossier.pages[1].id, BODY)
    for _ in range(2):
        room.desk.undo(dossier.id).result()
        assert order(world.get(dossier), dossier) == "01(a)2" and world.get(dossier).pages[1] == dossier.pages[1]
        room.desk.redo(dossier.id).result()
        assert order(world.get(dossier), dossier) == "0a(1)2"
    assert all(p.state is PageState.READ for p in world.get(dossier).pages)


def test_fields_follow_the_page_that_is_there_now(world: World, room: Room) -> None:
    dossier = room.imported(HEAD, BODY)
    over(room, dossier.pages[0].id, SECOND)
    assert world.get(dossier).documents[0].field("number") == "8"
    room.desk.undo(dossier.id).result()
    assert world.get(dossier).documents[0].field("number") == "127"


def test_one_sheet_is_drawn_in_and_only_its_front(world: World, room: Room) -> None:
    """A pile left in the feeder stays there; a back is a page of the dossier already."""
    dossier = room.imported(HEAD, BODY, BODY)
    wishes: list[ScanWish] = []
    drawn: list[int] = []

    def scanner(_id: str, wish: ScanWish, out: Path, sheet: Any, cancelled: Any) -> int:
        wishes.append(wish)
        while not cancelled() and len(drawn) < 5:
            drawn.append(1)
            path = out / f"sheet-{len(drawn):04d}.tif"
            world.paper(BODY).replace(path)
            sheet(path)
        return len(drawn)

    room.feeder.scan = scanner  # type: ignore[assignment]
    told: list[ImportOutcome] = []
    assert room.desk.scan_over(dossier.pages[1].id, "feeder", "A4 hai mặt", told.append, lambda: False).result() == 1
    assert len(drawn) == len(told) == 1 and not wishes[0].duplex
    assert order(world.get(dossier), dossier) == "0a(1)2"


def test_a_scanner_that_gives_both_sides_replaces_one_and_lays_the_other_behind(world: World, room: Room) -> None:
    dossier = room.imported(HEAD, BODY, BODY)
    over(room, dossier.pages[1].id, BODY, BODY)  # the feeder of tests knows no end before it is empty
    assert order(world.get(dossier), dossier) == "0a(1)b2"
    room.desk.undo(dossier.id).result()
    assert order(world.get(dossier), dossier) == "01(a)b2", "undo is about the page that was replaced"


def test_a_file_replaces_a_page_and_its_other_pages_come_behind(world: World, room: Room) -> None:
    dossier = room.imported(HEAD, BODY, SECOND)
    outcome = room.desk.replace_page(dossier.pages[0].id, world.paper(HEAD, BODY, BODY)).result()
    assert (outcome.pages, outcome.error) == (3, None)
    assert order(world.get(dossier), dossier) == "a(0)bc1 2"


def test_the_same_picture_again_replaces_nothing_and_says_so(world: World, room: Room) -> None:
    paper = world.paper(HEAD, BODY)
    dossier_id = room.desk.new_dossier().result()
    room.desk.import_files(dossier_id, [paper], lambda _: None).result()
    before = world.get(dossier_id)
    outcome = room.desk.replace_page(before.pages[1].id, paper).result()
    assert outcome.error == ErrorNote("Q09", (("page", 1),)) and world.get(dossier_id) == before
    assert room.desk.dossier(dossier_id).result().can_undo is False


def test_a_file_that_is_none_replaces_nothing(world: World, room: Room) -> None:
    dossier = room.imported(HEAD)
    wrong = world.root / "thư.txt"
    wrong.write_text("x", "utf-8")
    outcome = room.desk.replace_page(dossier.pages[0].id, wrong).result()
    assert outcome.error == ErrorNote("F01", (("file", "thư.txt"),)) and world.get(dossier) == dossier


def test_a_page_in_quarantine_is_replaced_within_its_document(world: World, room: Room) -> None:
    dossier = room.imported(HEAD, BODY, KILLS, BODY, SECOND)
    assert dossier.pages[2].state is PageState.QUARANTINED and dossier.pages[2].document_id is None
    over(room, dossier.pages[2].id, BODY)
    after = world.get(dossier)
    assert after.pages[2].document_id == after.pages[1].document_id and len(after.documents) == 2
    assert room.desk.dossier(dossier.id).result().missing is None


def test_a_page_that_was_dropped_before_gets_its_successor_in_place(world: World, room: Room) -> None:
    dossier = room.imported(HEAD, BODY, BODY)
    room.desk.set_dropped(dossier.pages[1].id, True).result()
    over(room, dossier.pages[1].id, BODY)
    assert order(world.get(dossier), dossier) == "0a(1)2"
    room.desk.undo(dossier.id).result()
    assert order(world.get(dossier), dossier) == "0(1)(a)2"


def test_before_anything_is_read(world: World) -> None:
    room = Room(world, at_once=False)
    dossier = room.imported(HEAD, BODY, SECOND)
    over(room, dossier.pages[1].id, BODY)
    room.read()
    after = world.get(dossier)
    assert order(after, dossier).replace("(1)", "").replace(" ", "") == "0a2" and len(after.documents) == 2
    assert len(after.pages_of(after.documents[0].id)) == 2


def test_sheets_laid_between_keep_their_order_and_join_the_document(world: World, room: Room) -> None:
    dossier = room.imported(HEAD, BODY, SECOND, BODY)
    behind(room, dossier.pages[1].id, BODY, BODY, BODY)
    after = world.get(dossier)
    assert order(after, dossier) == "01abc 23" and ids(after) == ids(dossier)
    behind(room, dossier.pages[3].id, BODY)
    assert order(world.get(dossier), dossier) == "01abc 23d"
    assert not room.desk.dossier(dossier.id).result().can_undo, "pages that come in are dropped, not undone"


def test_a_page_moved_away_meanwhile_tears_no_document(world: World, room: Room) -> None:
    """The page that followed is laid elsewhere while sheets come in behind the one before it."""
    dossier = room.imported(HEAD, BODY, BODY, SECOND, BODY)
    place = place_at(dossier, dossier.pages[1].id, over=False)
    scan.take_in(world.office, dossier.id, world.paper(BODY), CLERK, place)
    room.desk.move_pages([dossier.pages[2].id], dossier.pages[4].id).result()
    scan.take_in(world.office, dossier.id, world.paper(BODY), CLERK, place)
    assert order(world.get(dossier), dossier) == "01ab 324"


def test_what_was_entered_takes_no_pages_and_the_paper_is_not_drawn_in(world: World, room: Room) -> None:
    dossier = world.finished(HEAD, BODY, SECOND)
    world.confirm(ids(dossier)[0], CLERK)
    edit.give_back(world.office, ids(dossier)[1], "mờ", CHECKER)
    before = world.get(dossier)
    room.feeder.sheets = [BODY]
    first = dossier.pages[0].id
    asked = (
        room.desk.scan_over(first, "feeder", "", lambda _: None, lambda: False),
        room.desk.scan_behind(first, "feeder", "", lambda _: None, lambda: False),
        room.desk.replace_page(first, world.paper(BODY)),
        room.desk.scan_over(PageId("x"), "feeder", "", lambda _: None, lambda: False),
    )
    errors = [future.exception() for future in asked]
    assert [e.code for e in errors if isinstance(e, WorkstationError)] == ["K06", "K06", "K06", "K04"]
    assert world.get(dossier) == before and world.scans == 2, "no sheet was drawn in"
    over(room, dossier.pages[2].id, BODY)
    assert order(world.get(dossier), dossier) == "01 a(2)"


def test_entered_while_the_sheet_was_on_its_way_it_stays_on_disk_with_its_reason(world: World, room: Room) -> None:
    dossier = world.finished(HEAD, SECOND)
    edit.give_back(world.office, ids(dossier)[1], "mờ", CHECKER)

    def entered(name: str, job: Any) -> None:
        if name == "inspect":
            check.confirm(world.office, ids(dossier)[0], VALUES, CLERK)
            world.machine.hook = lambda name, job: None

    world.machine.hook = entered
    (outcome,) = over(room, dossier.pages[0].id, BODY)
    assert outcome.error is not None and outcome.error.code == "K06" and len(world.get(dossier).pages) == 2
    folder = world.root / "incoming" / f"{dossier.id}.{dossier.pages[0].id}"
    assert sorted(p.name for p in folder.iterdir()) == [".place.json", "sheet-0000.tif"]


def test_killed_between_sheet_and_store_it_goes_to_its_place_at_the_next_start(world: World, room: Room) -> None:
    """The program dies with two sheets on disk and none in the store; then it dies again behind the first."""
    dossier = room.imported(HEAD, BLURRED, BODY)
    folder = world.root / "incoming" / f"{dossier.id}.{dossier.pages[1].id}"

    class Died(BaseException):
        pass

    def dies(name: str, job: Any) -> None:
        if name == "inspect" and job.parent == folder:
            world.paper(BODY).replace(folder / "sheet-0001.tif")
            raise Died

    world.machine.hook = dies
    room.feeder.sheets = [BODY]
    with pytest.raises(Died):
        room.desk.scan_over(dossier.pages[1].id, "feeder", "", lambda _: None, lambda: False).result()
    assert len(world.get(dossier).pages) == 3 and json.loads((folder / ".place.json").read_text())["over"]
    world.machine.hook = lambda name, job: None
    Room(world).desk.resume().result()
    after = world.get(dossier)
    assert order(after, dossier) == "0a(1)b2" and not folder.exists()
    room.desk.undo(dossier.id).result()
    assert order(world.get(dossier), dossier) == "01(a)b2"


def test_killed_behind_the_store_the_sheet_is_not_laid_twice(world: World, room: Room) -> None:
    dossier = room.imported(HEAD, BODY, BODY)
    folder = world.root / "incoming" / f"{dossier.id}.{dossier.pages[1].id}"
    over(room, dossier.pages[1].id, BODY)
    taken = world.get(dossier)
    folder.mkdir()
    (folder / ".place.json").write_text(json.dumps({"page": dossier.pages[1].id, "before": dossier.pages[2].id, "over": True}))
    (folder / "sheet-0001.tif").write_bytes(world.blobs.path(taken.pages[1].source.original).read_bytes())
    Room(world).desk.resume().result()
    assert world.get(dossier).pages == taken.pages and not folder.exists()


def test_story_twelve_pages_the_fourth_blurred(world: World, room: Room) -> None:
    dossier = room.imported(HEAD, BODY, BODY, BLURRED, *[BODY] * 4, SECOND, *[BODY] * 3)
    with pytest.raises(WorkstationError, match="A02"):
        room.desk.finish_capture(dossier.id).result()
    over(room, dossier.pages[3].id, BODY)
    again = Room(world)  # the next morning
    again.desk.undo(dossier.id).result()
    assert shown(world.get(dossier)).count("(") == 1 and world.get(dossier).pages[3].failing
    third = Room(world)
    third.desk.redo(dossier.id).result()
    third.desk.finish_capture(dossier.id).result()
    after = world.get(dossier)
    assert after.state is DossierState.PROCESSING
    assert [len(after.pages_of(d)) for d in ids(after)] == [8, 4]
