"""Pages laid elsewhere: in their document, into another, between two; and never over what was entered."""

from collections.abc import Sequence

import pytest

from tests.unit.usecases.bench import CHECKER, CLERK, World, ids
from tests.unit.usecases.machine import BODY, HEAD, VALUES, Sheet
from tests.unit.usecases.room import Room
from workstation.domain.dossier import Dossier
from workstation.domain.errors import WorkstationError
from workstation.domain.ids import PageId
from workstation.usecases import edit
from workstation.usecases.move import move_pages
from workstation.usecases.sides import pair_pages

SECOND = Sheet(head=True, fields={**VALUES, "number": "8"})


def shown(dossier: Dossier) -> str:
    """Pages by number as they were scanned, documents apart: ``01 23``. A dropped page stands in brackets."""
    first = {p.id: i for i, p in enumerate(sorted(dossier.pages, key=lambda p: p.source.frame))}
    text, last = "", None
    for page in dossier.pages:
        text += "" if page.document_id == last or last is None else " "
        text += f"({first[page.id]})" if page.dropped else f"{first[page.id]}"
        last = page.document_id
    return text


def laid(world: World, dossier: Dossier, numbers: Sequence[int], before: int | None) -> Dossier:
    frame = {p.source.frame: p.id for p in dossier.pages}
    return move_pages(world.office, [frame[n] for n in numbers], None if before is None else frame[before], CLERK)


@pytest.fixture
def dossier(world: World) -> Dossier:
    """Three documents: 012 34 5."""
    return world.read(HEAD, BODY, BODY, SECOND, BODY, HEAD)


@pytest.mark.parametrize(
    ("numbers", "before", "wanted"),
    [
        ([2], 1, "021 34 5"),  # within its document
        ([0], 3, "120 34 5"),  # to the end of its own
        ([4], 3, "012 43 5"),
        ([4], 1, "0412 3 5"),  # into the midst of another
        ([1, 0], 4, "2 3014 5"),  # in paper order, whichever was chosen first
        ([1], 3, "021 34 5"),
        ([4], None, "012 3 54"),  # behind the last: joins it
        ([1], 5, "02 34 15"),  # between two others: joins the one it is laid before
        ([3, 4], 0, "34 012 5"),  # a whole document stays one
        ([5], 3, "012 5 34"),
        ([5], 4, "012 354"),  # but not in the midst of another
        ([3, 4, 5], 0, "34 5 012"),  # two whole ones
        ([2, 3], 5, "01 4 235"),  # parts of two
        ([5], None, "012 34 5"),  # where it is
        ([2, 3], 2, "01 234 5"),
        ([0, 1, 2, 3, 4, 5], 2, "012 34 5"),
    ],
)
def test_where_pages_go(world: World, dossier: Dossier, numbers: list[int], before: int | None, wanted: str) -> None:
    after = laid(world, dossier, numbers, before)
    assert shown(after) == wanted
    assert {d.id for d in after.documents} == {p.document_id for p in after.pages}


def test_fields_are_those_of_the_pages_now(world: World, dossier: Dossier) -> None:
    after = laid(world, dossier, [3], 1)
    assert shown(after) == "0312 4 5" and [d.field("number") for d in after.documents] == ["127", "", "127"]
    after = laid(world, after, [3], None)
    assert shown(after) == "012 4 53" and [d.field("number") for d in after.documents] == ["127", "", "127"]


def test_a_whole_document_takes_its_dropped_pages_along(world: World, dossier: Dossier) -> None:
    edit.set_dropped(world.office, dossier.pages[4].id, True, CLERK)
    assert shown(laid(world, dossier, [3], 0)) == "3(4) 012 5"
    assert shown(laid(world, dossier, [3], None)) == "012 5 3(4)"
    assert shown(laid(world, dossier, [3], 1)) == "03(4)12 5"


def test_moving_is_undone_and_redone(world: World) -> None:
    room = Room(world)
    dossier = room.imported(HEAD, BODY, BODY, SECOND, BODY, HEAD)
    pages = [p.id for p in dossier.pages]
    for chosen, before in (([pages[3], pages[4]], pages[1]), ([pages[0]], None), ([pages[5]], pages[2])):
        room.desk.move_pages(chosen, before).result()
    moved = world.get(dossier)
    assert shown(moved) != shown(dossier) and len(moved.documents) < 3
    for _ in range(3):
        room.desk.undo(dossier.id).result()
    back = world.get(dossier)
    assert shown(back) == "012 34 5" and back.pages == dossier.pages and set(ids(back)) == set(ids(dossier))
    for _ in range(3):
        room.desk.redo(dossier.id).result()
    assert world.get(dossier).pages == moved.pages


def test_pages_not_read_yet_are_moved_too_and_stay_without_a_document(world: World) -> None:
    dossier = world.get(world.take_in(HEAD, BODY, SECOND))
    after = laid(world, dossier, [2], 0)
    assert [p.source.frame for p in after.pages] == [2, 0, 1] and not after.documents


def test_what_is_elsewhere_or_gone_is_told(world: World, dossier: Dossier) -> None:
    other = world.read(HEAD)
    for chosen, before in (
        ([dossier.pages[0].id, other.pages[0].id], None),
        ([dossier.pages[0].id], other.pages[0].id),
        ([PageId("x")], None),
    ):
        with pytest.raises(WorkstationError, match="K04"):
            move_pages(world.office, chosen, before, CLERK)
    assert world.get(dossier) == dossier


def test_documents_that_were_entered_give_and_take_no_pages(world: World) -> None:
    dossier = world.finished(HEAD, BODY, SECOND, BODY)
    world.confirm(ids(dossier)[0], CLERK)
    edit.give_back(world.office, ids(dossier)[1], "mờ", CHECKER)
    before = world.get(dossier)
    for numbers, to in (([1], 3), ([3], 1), ([1], 0)):
        with pytest.raises(WorkstationError, match="K06"):
            laid(world, before, numbers, to)
    assert world.get(dossier) == before
    assert shown(laid(world, before, [3], 2)) == "01 32", "the one that came back may be arranged"
    assert shown(laid(world, before, [2, 3], 0)) == "32 01", "and be laid before the other as it is"


def test_a_dossier_that_has_been_passed_on_stays_as_it_is(world: World) -> None:
    dossier = world.finished(HEAD, BODY)
    with pytest.raises(WorkstationError, match="K06"):
        laid(world, dossier, [1], 0)


@pytest.mark.parametrize(
    ("numbers", "turned", "wanted"),
    [
        ([0, 1, 2, 3], True, "0312 4 5"),  # the back of the last sheet came first
        ([0, 1, 2, 3], False, "0213 4 5"),
        ([3, 2, 1, 0], True, "0312 4 5"),  # in paper order, whichever was chosen first
        ([0, 1, 2, 3, 4, 5], True, "051423"),
        ([0, 5], True, "0512 34"),  # what was not chosen stays where it was
    ],
)
def test_sides_of_sheets_are_put_together(world: World, dossier: Dossier, numbers: list[int], turned: bool, wanted: str) -> None:
    frame = {p.source.frame: p.id for p in dossier.pages}
    done = pair_pages(world.office, [frame[n] for n in numbers], CLERK, turned=turned)
    assert shown(done) == wanted
    assert {d.id for d in done.documents} == {p.document_id for p in done.pages}


def test_putting_sides_together_is_undone(world: World) -> None:
    room = Room(world)
    dossier = room.imported(HEAD, BODY, SECOND, BODY)
    room.desk.pair_pages([p.id for p in dossier.pages], turned=True).result()
    assert shown(world.get(dossier)) == "0312"
    room.desk.undo(dossier.id).result()
    assert world.get(dossier).pages == dossier.pages and set(ids(world.get(dossier))) == set(ids(dossier))


def test_sides_of_what_was_entered_stay(world: World) -> None:
    dossier = world.finished(HEAD, BODY, SECOND, BODY)
    world.confirm(ids(dossier)[0], CLERK)
    edit.give_back(world.office, ids(dossier)[1], "mờ", CHECKER)
    before = world.get(dossier)
    with pytest.raises(WorkstationError, match="K06"):
        pair_pages(world.office, [p.id for p in before.pages], CLERK, turned=True)
    assert world.get(dossier) == before
