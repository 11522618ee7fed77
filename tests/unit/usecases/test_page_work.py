"""What a clerk asks of a page, as the desk does it: the page is made anew, can be undone, and nobody's entry is pulled away."""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace

import pytest

from tests.unit.usecases.bench import CLERK, World, ids
from tests.unit.usecases.machine import BODY, HEAD, VALUES, Sheet
from tests.unit.usecases.room import Room
from workstation.domain.dossier import Dossier
from workstation.domain.errors import WorkstationError
from workstation.domain.ids import PageId
from workstation.domain.page import PageState, Recipe
from workstation.domain.pagework import asked, cropped, half_of, halves, rectified, turned
from workstation.domain.thumbs import page_key
from workstation.usecases import check
from workstation.usecases.desk import Desk

CORNERS = ((10.0, 20.0), (900.0, 30.0), (880.0, 1200.0), (5.0, 1180.0))
MOVES: dict[str, Callable[[Desk, PageId], Future[None]]] = {
    "set_work": lambda desk, page: desk.set_work(page, turned((), 90)),
    "crop": lambda desk, page: desk.crop(page, (10, 20, 300, 400)),
    "straighten": lambda desk, page: desk.straighten(page, 0.5),
    "as_scanned": lambda desk, page: desk.as_scanned(page),
    "borders": lambda desk, page: desk.borders(page),
    "flatten": lambda desk, page: desk.flatten(page),
    "bleed_through": lambda desk, page: desk.bleed_through(page),
    "despeckle": lambda desk, page: desk.despeckle(page),
    "dewarp": lambda desk, page: desk.dewarp(page),
    "perspective": lambda desk, page: desk.perspective(page, CORNERS),
}
BACK: dict[str, Callable[[Desk, PageId], Future[None]]] = {
    **MOVES,
    "set_work": lambda desk, page: desk.set_work(page, ()),
    "crop": lambda desk, page: desk.crop(page, None),
    "straighten": lambda desk, page: desk.straighten(page, -0.5),
    "perspective": lambda desk, page: desk.perspective(page, None),
}


@pytest.fixture
def room(world: World) -> Room:
    return Room(world)


def asked_of(world: World, dossier: Dossier, number: int = 0) -> Recipe:
    return world.get(dossier).pages[number].work


def steps_told(world: World) -> list[object]:
    with world.office.look() as uow:
        return [dict(e.detail)["step"] for e in uow.audit.events() if e.action == "page_work"]


@pytest.mark.parametrize("name", MOVES)
def test_each_step_is_done_undone_and_taken_back(world: World, room: Room, name: str):
    dossier = room.imported(HEAD, BODY)
    page = dossier.pages[0].id
    MOVES[name](room.desk, page).result()
    after = world.get(dossier).pages[0]
    assert len(after.work) == 1 and after.state is PageState.READ, "made and read anew"
    assert [job.work for n, job in world.machine.calls if n == "process" and job.frame == 0] == [(), after.work]
    room.desk.undo(dossier.id).result()
    assert world.get(dossier).pages == dossier.pages
    room.desk.redo(dossier.id).result()
    assert asked_of(world, dossier) == after.work
    BACK[name](room.desk, page).result()
    assert world.get(dossier).pages[0].work == ()
    step = "all" if name == "set_work" else name
    assert steps_told(world) == [step, step]
    view = room.desk.dossier(dossier.id).result()
    assert view.pages[0].work == () and view.can_undo


@pytest.mark.parametrize("name", [*MOVES, "split_spread"])
def test_a_page_whose_document_was_entered_stays_as_it_is(world: World, room: Room, name: str):
    dossier = room.imported(HEAD, HEAD)
    room.desk.finish_capture(dossier.id).result()
    first, second = ids(dossier)
    check.confirm(world.office, first, VALUES, CLERK)
    room.desk.return_to_capture(second, "mờ").result()
    before = world.get(dossier)
    move = MOVES.get(name, lambda desk, page: desk.split_spread(page))
    with pytest.raises(WorkstationError, match="K06"):
        move(room.desk, before.pages[0].id).result()
    assert world.get(dossier) == before
    move(room.desk, before.pages[1].id).result()
    assert world.get(dossier) != before


@pytest.mark.parametrize("wrong", [
    lambda desk, page: desk.crop(page, (300, 20, 10, 400)),
    lambda desk, page: desk.straighten(page, 45.1),
    lambda desk, page: desk.set_work(page, (asked("rotate", degrees=10),)),
    lambda desk, page: desk.straighten(page, float("nan")),
    lambda desk, page: desk.perspective(page, tuple(reversed(CORNERS))),
    lambda desk, page: desk.perspective(page, ((0, 0), (10, 0), (20, 0), (30, 0))),
    lambda desk, page: desk.perspective(page, (*CORNERS[:3], (float("inf"), 0))),
])  # fmt: skip
def test_what_can_not_be_is_refused(world: World, room: Room, wrong: Callable[[Desk, PageId], Future[None]]):
    dossier = room.imported(HEAD)
    with pytest.raises(WorkstationError, match="U01"):
        wrong(room.desk, dossier.pages[0].id).result()
    assert world.get(dossier) == dossier


def test_work_is_put_in_order_whoever_gives_it(world: World, room: Room):
    dossier = room.imported(HEAD)
    room.desk.set_work(dossier.pages[0].id, (asked("despeckle"), asked("flatten"), asked("rotate", degrees=90))).result()
    assert [t.name for t in asked_of(world, dossier)] == ["rotate", "flatten", "despeckle"]


def test_corners_are_looked_for_on_the_page_as_it_is(world: World, room: Room):
    dossier = room.imported(HEAD)
    page = dossier.pages[0].id
    assert room.desk.find_corners(page).result() is None
    world.machine.corners = CORNERS
    room.desk.rotate(page, 90).result()
    assert room.desk.find_corners(page).result() == CORNERS
    (*_, job) = [job for name, job in world.machine.calls if name == "find_corners"]
    assert job.recipe == world.get(dossier).pages[0].recipe != ()


# --- a spread


def test_a_spread_becomes_two_pages_of_one_document(world: World, room: Room):
    dossier = room.imported(HEAD, BODY)
    first, second = dossier.pages
    room.desk.crop(first.id, (1, 2, 300, 400)).result()
    room.desk.split_spread(first.id).result()
    left, right, rest = world.get(dossier).pages
    assert (left.work, right.work) == halves(cropped((), (1, 2, 300, 400)))
    assert (left.id, rest) == (first.id, second) and left.source == right.source == first.source
    assert left.document_id == right.document_id == rest.document_id
    assert left.state is right.state is PageState.READ
    assert len(room.desk.dossier(dossier.id).result().pages) == 3


def test_undo_of_a_split_leaves_no_half_behind_and_redo_brings_it(world: World, room: Room):
    dossier = room.imported(HEAD, BODY)
    room.desk.split_spread(dossier.pages[0].id).result()
    split = world.get(dossier)
    room.desk.flatten(split.pages[1].id).result()
    room.desk.undo(dossier.id).result()
    assert world.get(dossier).pages == split.pages
    room.desk.undo(dossier.id).result()
    assert world.get(dossier).pages == dossier.pages
    room.desk.redo(dossier.id).result()
    assert world.get(dossier).pages == split.pages
    assert [d.id for d in world.get(dossier).documents] == [d.id for d in split.documents]


def test_undoing_a_split_keeps_what_came_in_since_even_the_same_file(world: World, room: Room):
    dossier = room.imported(HEAD, BODY)
    room.desk.split_spread(dossier.pages[1].id).result()
    room.desk.import_files(dossier.id, [world.paper(HEAD, BODY)], lambda _: None).result()
    room.desk.undo(dossier.id).result()
    assert len(world.get(dossier).pages) == 4 and all(p.work == () for p in world.get(dossier).pages)


@pytest.mark.parametrize("number", [0, 1])
def test_a_half_is_joined_with_its_other_half_again(world: World, room: Room, number: int):
    dossier = room.imported(HEAD, BODY)
    room.desk.split_spread(dossier.pages[0].id).result()
    room.desk.split_before(world.get(dossier).pages[1].id).result()
    room.desk.flatten(world.get(dossier).pages[number].id).result()
    halved = world.get(dossier)
    room.desk.split_spread(halved.pages[number].id).result()
    whole, rest = world.get(dossier).pages
    assert [t.name for t in whole.work] == ["flatten"] and half_of(whole.work) is None
    assert rest.id == dossier.pages[1].id and whole.state is PageState.READ
    assert all(world.get(dossier).pages_of(d.id) for d in world.get(dossier).documents), "no document without pages"
    room.desk.undo(dossier.id).result()
    assert world.get(dossier).pages == halved.pages


def test_a_half_whose_other_half_was_entered_is_not_joined(world: World, room: Room):
    dossier = room.imported(HEAD, BODY)
    room.desk.split_spread(dossier.pages[0].id).result()
    room.desk.split_before(world.get(dossier).pages[1].id).result()
    room.desk.finish_capture(dossier.id).result()
    first, second = world.get(dossier).documents
    check.confirm(world.office, first.id, VALUES, CLERK)
    room.desk.return_to_capture(second.id, "mờ").result()
    before = world.get(dossier)
    with pytest.raises(WorkstationError, match="K06"):
        room.desk.split_spread(before.pages[1].id).result()
    assert world.get(dossier) == before


def test_a_page_worked_on_while_it_is_read_waits_for_the_newer_job(world: World):
    room = Room(world, at_once=False)
    dossier = room.imported(HEAD, BODY)
    room.read()
    page = dossier.pages[0].id
    room.desk.flatten(page).result()
    room.desk.perspective(page, CORNERS).result()
    room.read()
    after = world.get(dossier).pages[0]
    assert after.state is PageState.READ and after.recipe == after.work
    assert [t.name for t in after.work] == ["perspective", "flatten"]


def test_two_pages_over_one_frame_keep_their_own_texts(world: World, room: Room):
    """Derived files are named by what was asked; the half that can be read is the one that was turned."""
    dossier = room.imported(Sheet(head=True, fields=VALUES, upside_down=True), BODY)
    room.desk.rotate(dossier.pages[0].id, 180).result()
    turned_page = world.get(dossier).pages[0]
    assert world.get(dossier).documents[0].field("number") == "127"
    room.desk.split_spread(turned_page.id).result()
    left, right = world.get(dossier).pages[:2]
    assert len({page_key(p.source, p.work) for p in (left, right, turned_page)}) == 3, "a picture each, of the same frame"
    assert replace(left, id=right.id, work=right.work, recipe=right.recipe) == right
    assert rectified(left.work, None) == left.work
