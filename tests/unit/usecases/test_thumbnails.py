"""Small pictures of pages: begun as a page comes in, drawn again where they are missing, and never in anybody's way."""

from concurrent.futures import Future
from dataclasses import replace
from typing import Any

import pytest

from tests.unit.usecases.bench import World
from tests.unit.usecases.machine import BODY, HEAD, KILLS
from tests.unit.usecases.room import Room
from workstation.domain.errors import WorkstationError
from workstation.domain.ids import PageId, new_id
from workstation.domain.page import Page, PageState
from workstation.domain.thumbs import RAW, StoredThumb, Thumb, ThumbJob, kind_of, pack_of
from workstation.usecases import edit, queries
from workstation.usecases.thumbnails import Thumbnails, thumb_of


@pytest.fixture
def room(world: World) -> Room:
    return Room(world, at_once=False)


def drawn(world: World) -> list[ThumbJob]:
    return [job for name, job in world.machine.calls if name == "draw_thumbnail"]


def wanted(world: World, page: Page) -> Thumb:
    dossier = world.office.dossier_of_page(page.id)
    view = queries.dossier_view(world.office, dossier, can_undo=False, can_redo=False)
    found = next(p.thumbnail for p in view.pages if p.id == page.id)
    assert found == thumb_of(world.office.cache, dossier.id, page)
    return found


def test_a_sheet_has_its_picture_before_it_is_read_and_a_cleaned_one_after(world: World, room: Room):
    dossier = room.imported(HEAD, BODY)
    assert [(j.source.frame, j.recipe, j.pack) for j in drawn(world)] == [(0, None, pack_of(world.office.cache, dossier.id))]
    first = dossier.pages[0]
    assert wanted(world, first).kind == RAW
    assert room.desk.thumbnail(wanted(world, first)) == StoredThumb(RAW, world.blobs.path(first.source.original).read_bytes())
    room.read()
    edit.rotate(world.office, first.id, 90, dossier.created_by)
    room.desk._read_in_background(dossier.id)
    assert wanted(world, world.get(dossier).pages[0]).kind == RAW, "until it is cleaned the old one will do"
    room.read()
    page = world.get(dossier).pages[0]
    assert page.recipe and wanted(world, page).kind == kind_of(page.recipe)
    room.desk.draw_thumbnail(page.id).result()
    assert drawn(world)[-1].recipe == page.recipe
    stored = room.desk.thumbnail(wanted(world, page))
    assert stored is not None and stored.serves(wanted(world, page))


def test_pictures_of_other_frames_are_drawn_when_they_are_looked_at(world: World, room: Room):
    dossier = room.imported(HEAD, BODY, BODY)
    last = dossier.pages[2]
    assert room.desk.thumbnail(wanted(world, last)) is None
    room.desk.draw_thumbnail(last.id).result()
    assert room.desk.thumbnail(wanted(world, last)) is not None


def test_of_a_page_that_ended_its_worker_no_picture_is_drawn(world: World, room: Room):
    dossier = room.imported(HEAD, KILLS)
    room.read()
    page = world.get(dossier).pages[1]
    assert page.state is PageState.QUARANTINED
    before = len(drawn(world))
    room.desk.draw_thumbnail(page.id).result()
    assert len(drawn(world)) == before


@pytest.mark.parametrize("code", ["F03", "F06", "M01"])
def test_a_picture_that_can_not_be_drawn_keeps_no_page_out(world: World, room: Room, code: str):
    def hook(name: str, job: Any) -> None:
        if name == "draw_thumbnail":
            raise WorkstationError(code)

    world.machine.hook = hook
    dossier = room.imported(HEAD)
    assert len(dossier.pages) == 1
    with pytest.raises(WorkstationError, match=code):
        room.desk.draw_thumbnail(dossier.pages[0].id).result()
    with pytest.raises(WorkstationError, match="K04"):
        room.desk.draw_thumbnail(PageId(new_id())).result()


def test_a_page_whose_original_is_gone_says_so(world: World, room: Room):
    dossier = room.imported(HEAD)
    world.blobs.path(dossier.pages[0].source.original).unlink()
    with pytest.raises(WorkstationError, match="M03"):
        room.desk.draw_thumbnail(dossier.pages[0].id).result()


class Held:
    """A lane that does nothing until told."""

    def __init__(self) -> None:
        self.futures: list[Future[Any]] = []

    def submit(self, fn: Any, *args: Any, timeout: float | None = None, urgent: bool = False) -> "Future[Any]":
        assert urgent and timeout
        self.futures.append(Future())
        return self.futures[-1]

    def close(self) -> None: ...


def test_who_asks_twice_waits_for_the_one(world: World, room: Room):
    dossier, lane = room.imported(HEAD, BODY), Held()
    thumbnails = Thumbnails(lane, world.office.tools, world.blobs, world.office.cache)
    first, again, other = (thumbnails.draw(dossier, dossier.pages[i]) for i in (0, 0, 1))
    assert first is again and len(lane.futures) == 2 and not other.done()
    lane.futures[0].set_result(None)
    assert thumbnails.draw(dossier, dossier.pages[0]) is not first, "it may have been deleted since"


# --- what a reload makes


def test_a_change_leaves_the_views_of_other_pages_as_they_were(world: World):
    dossier = world.read(HEAD, BODY, BODY, HEAD)
    before = world.office.page_views.of(world.office.cache, world.get(dossier))
    edit.set_dropped(world.office, dossier.pages[2].id, True, dossier.created_by)
    after = world.office.page_views.of(world.office.cache, world.get(dossier))
    assert [a is b for a, b in zip(after, before, strict=True)] == [True, True, False, True]
    assert after[2].dropped


def test_a_page_that_moved_has_its_new_number(world: World):
    dossier = world.read(HEAD, BODY, BODY)
    views = world.office.page_views
    views.of(world.office.cache, dossier)
    turned = views.of(world.office.cache, replace(dossier, pages=dossier.pages[::-1]))
    assert [(v.id, v.number) for v in turned] == [(p.id, n) for n, p in enumerate(dossier.pages[::-1], 1)]
