"""Separator sheets in a stack: they part documents and dossiers, are never pages of one, and no page is lost by them."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.usecases.bench import CLERK, World, states
from tests.unit.usecases.machine import BLANK, BODY, HEAD, KILLS, Sheet
from tests.unit.usecases.room import Room
from workstation.domain.codes import Separator, separator_payload
from workstation.domain.dossier import DocumentState, Dossier, DossierState
from workstation.domain.events import DossierDivided
from workstation.domain.page import PageState
from workstation.domain.splitcue import Cue
from workstation.usecases import edit, queries, read, scan, separate

DOC = Sheet(code=separator_payload(Separator.DOCUMENT))
HS = Sheet(code=separator_payload(Separator.DOSSIER))
BARCODE = Sheet(code="H29.17-20261120-0092637")


def shape(dossier: Dossier) -> list[list[int]]:
    """Frames of each document's pages."""
    return [[p.source.frame for p in dossier.pages_of(d.id)] for d in dossier.documents]


def dropped(dossier: Dossier) -> list[int]:
    return [p.source.frame for p in dossier.pages if p.dropped]


def every(world: World) -> list[Dossier]:
    with world.office.look() as uow:
        return sorted(uow.dossiers.list(), key=lambda d: d.code)


@pytest.mark.parametrize("stack, documents, aside", [
    ([BODY, DOC, BODY, BODY, DOC, BODY], [[0], [2, 3], [5]], [1, 4]),
    ([DOC, BODY, BODY], [[1, 2]], [0]),
    ([BODY, BODY, DOC], [[0, 1]], [2]),
    ([BODY, DOC, DOC, BODY], [[0], [3]], [1, 2]),
    ([DOC, DOC], [], [0, 1]),
    ([DOC], [], [0]),
    ([BODY, DOC, BLANK, BODY], [[0], [3]], [1, 2]),
    ([BODY, BLANK, DOC, BLANK, BODY, BLANK], [[0, 1], [4, 5]], [2, 3]),
    ([BODY, DOC, BLANK, BLANK, BODY], [[0], [3, 4]], [1, 2]),
    ([BODY, DOC, BLANK], [[0]], [1, 2]),
    ([HEAD, BARCODE, BODY], [[0, 1, 2]], []),
    ([HS, HEAD, BODY], [[1, 2]], [0]),
    ([HS, HS], [], [0, 1]),
    ([HEAD, BODY, HS], [[0, 1]], [2]),
])  # fmt: skip
def test_a_stack_is_parted_where_the_sheets_lie(world: World, stack, documents, aside) -> None:
    dossier = world.read(*stack)
    assert shape(dossier) == documents and dropped(dossier) == aside
    assert len(every(world)) == 1 and len(dossier.pages) == len(stack)
    assert read.read_dossier(world.office, dossier.id) == dossier, "reading again changes nothing"


def test_what_sheets_hold_together_is_one_document_and_its_heads_are_suggested(world: World) -> None:
    dossier = world.read(DOC, HEAD, Sheet(head=True, cue="header"), BODY, DOC, BODY)
    assert shape(dossier) == [[1, 2, 3], [5]]
    assert [(s.kind, s.number) for s in queries.split_suggestions(dossier)] == [(Cue.HEADER, 3)]


def test_a_dossier_sheet_begins_a_dossier_of_the_same_kind(world: World) -> None:
    first = scan.open_dossier(world.office, "Trợ cấp", CLERK, "one-stop")
    scan.set_procedure(world.office, first, "1.005129", CLERK)
    world.take_in(HEAD, BODY, HS, BLANK, HEAD, HEAD, HS, HS, BODY, into=first)
    read.read_dossier(world.office, first)
    found = every(world)
    assert [shape(d) for d in found] == [[[0, 1]], [[4], [5]], [[8]]]
    assert [dropped(d) for d in found] == [[2, 3, 6, 7], [], []]
    assert {(d.title, d.profile, d.procedure, d.created_by, d.state) for d in found} == {
        ("Trợ cấp", "one-stop", "1.005129", CLERK, DossierState.SCANNING)
    }
    told = [e for e in world.events if isinstance(e, DossierDivided)]
    assert told == [DossierDivided(first, (found[1].id, found[2].id))]
    assert sum(len(d.pages) for d in found) == 9
    assert world.audit().count("divided") == 2
    assert read.read_dossier(world.office, first) == found[0] and every(world) == found


def test_documents_are_parted_inside_each_dossier(world: World) -> None:
    first = world.take_in(BODY, DOC, BODY, HS, BODY, DOC, BODY)
    read.read_dossier(world.office, first)
    assert [shape(d) for d in every(world)] == [[[0], [2]], [[4], [6]]]


def test_a_stack_that_was_passed_on_while_it_was_read_goes_on_in_every_dossier(world: World) -> None:
    first = world.take_in(HEAD, HS, HEAD)
    edit.finish_capture(world.office, first, CLERK)
    read.read_dossier(world.office, first)
    assert [(d.state, states(d)) for d in every(world)] == [(DossierState.PROCESSING, [DocumentState.TO_INDEX])] * 2


def test_what_comes_later_stays_where_it_was_scanned(world: World) -> None:
    first = world.take_in(HEAD, HS, HEAD)
    read.read_dossier(world.office, first)
    world.take_in(BODY, into=first)
    read.read_dossier(world.office, first)
    assert [len(d.pages) for d in every(world)] == [3, 1]


def test_nothing_is_divided_while_a_page_is_unread(world: World) -> None:
    """A jam: the stack goes on before it has been read, and is parted as a whole then."""
    first = world.take_in(HEAD, HS, HEAD)

    def one_more(name: str, job: Any) -> None:
        if name == "process" and job.frame == 2:
            world.take_in(BODY, into=first)

    world.machine.hook = one_more
    read.read_dossier(world.office, first)
    assert len(every(world)) == 1
    world.machine.hook = lambda name, job: None
    read.read_dossier(world.office, first)
    assert [len(d.pages) for d in every(world)] == [2, 2]


def test_a_page_in_quarantine_goes_with_its_neighbours(world: World) -> None:
    first = world.take_in(HEAD, HS, KILLS, HEAD)
    read.read_dossier(world.office, first)
    behind = every(world)[1]
    assert [p.state for p in behind.pages] == [PageState.QUARANTINED, PageState.READ]


def test_a_sheet_taken_back_is_a_page_and_stays_one(world: World) -> None:
    room = Room(world)
    dossier = room.imported(BODY, DOC, BLANK, BODY)
    sheet, back = dossier.pages[1], dossier.pages[2]
    room.desk.set_dropped(sheet.id, False).result()
    room.desk.set_dropped(back.id, False).result()
    now = world.get(dossier)
    assert dropped(now) == [] and all(p.document_id is not None for p in now.pages)
    room.desk.rotate(sheet.id, 90).result()
    assert dropped(world.get(dossier)) == [], "read again, it is not dropped again"


def test_undo_of_what_was_done_before_the_reading_leaves_the_sheets_aside(world: World) -> None:
    room = Room(world, at_once=False)
    dossier = room.imported(BODY, DOC, BODY)
    room.desk.set_dropped(dossier.pages[2].id, True).result()
    room.read()
    room.desk.undo(dossier.id).result()
    room.read()
    now = world.get(dossier)
    assert dropped(now) == [1] and shape(now) == [[0], [2]]


def test_undo_after_a_division_brings_no_page_back_twice(world: World) -> None:
    room = Room(world, at_once=False)
    dossier = room.imported(HEAD, BODY, HS, HEAD)
    room.desk.set_dropped(dossier.pages[1].id, True).result()
    room.read()
    room.desk.undo(dossier.id).result()
    room.read()
    assert [shape(d) for d in every(world)] == [[[0], [1]], [[3]]]
    ids = [p.id for d in every(world) for p in d.pages]
    assert len(ids) == len(set(ids)) == 4


def test_a_division_that_a_power_cut_ended_is_made_once(world: World) -> None:
    """The cut comes before the commit: nothing has happened; then all of it."""
    first = world.take_in(HEAD, HS, HEAD)
    real = world.office.uow

    class CutError(Exception):
        pass

    def cutting():
        uow = real()
        add = uow.dossiers.add
        uow.dossiers.add = lambda d: cut(add, d)  # type: ignore[method-assign, assignment]
        return uow

    def cut(add, d):
        add(d)
        raise CutError

    with pytest.raises(CutError):
        read.read_dossier(replace(world.office, uow=cutting), first)
    assert len(every(world)) == 1 and len(world.get(first).pages) == 3
    read.read_dossier(world.office, first)
    assert [len(d.pages) for d in every(world)] == [2, 1]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from([BODY, BODY, HEAD, BLANK, KILLS, DOC, HS, BARCODE]), min_size=1, max_size=12))
def test_of_any_stack_every_page_is_somewhere_once_and_in_order(world: World, stack: list[Sheet]) -> None:
    known = {d.id for d in every(world)}
    first = world.take_in(*stack)
    before = [p.id for p in world.get(first).pages]
    read.read_dossier(world.office, first)
    found = [d for d in every(world) if d.id not in known]
    assert sorted(p.id for d in found for p in d.pages) == sorted(before)
    live = [p.id for d in found for p in d.pages if not p.dropped]
    assert live == [x for x in before if x in live], "in paper order from dossier to dossier"
    for dossier in found:
        assert all(p.document_id for p in dossier.pages if not p.dropped and p.state is not PageState.QUARANTINED)
        assert all(p.dropped for p in dossier.pages if p.separator)
        for document in dossier.documents:
            places = [n for n, p in enumerate(dossier.pages) if p.document_id == document.id]
            inside = dossier.pages[places[0] : places[-1]]
            assert not [p for p in inside if separate.parting(p)], "no document goes over a sheet"
    assert len(found) <= 1 + stack.count(HS)
