"""The same sheet twice in a dossier: told once, of the later page, and only as long as both are there."""

from dataclasses import replace

import pytest

from tests.unit.usecases.bench import CLERK, World
from tests.unit.usecases.machine import BLANK, BODY, HEAD
from tests.unit.usecases.room import Room
from workstation.domain.dossier import Dossier
from workstation.domain.errors import WorkstationError
from workstation.usecases import edit, queries, read
from workstation.usecases.queries import dossier_view

A, A2, B = (replace(BODY, paper=paper) for paper in ("a", "ax", "b"))
"""``A2`` looks like ``A`` at first sight."""


def repeats(world: World, dossier: Dossier) -> dict[int, int]:
    """Page number → the page that it repeats, of pages that fail by it."""
    view = dossier_view(world.office, world.get(dossier), can_undo=False, can_redo=False)
    return {p.number: p.repeats for p in view.pages if any(f.code == "duplicate" for f in p.failing)}


def looks(world: World) -> int:
    return sum(name == "difference" for name, _ in world.machine.calls)


def test_a_repeated_sheet_is_told_of_the_later_page_and_holds_the_dossier(world: World) -> None:
    dossier = world.read(replace(HEAD, paper="h"), A, B, A)
    assert repeats(world, dossier) == {4: 2}
    note, page = read.missing_for_finish(world.office, world.get(dossier))
    assert note is not None and page == dossier.pages[3].id
    told = dict(note.params)
    assert (note.code, told["page"], told["other"], told["value"], told["limit"]) == ("A06", 4, 2, 0.05, 0.1)
    with pytest.raises(WorkstationError, match="A06"):
        edit.finish_capture(world.office, dossier.id, CLERK)


def test_forms_that_only_look_alike_and_blank_backs_repeat_nobody(world: World) -> None:
    blank = replace(BLANK, paper="a")
    dossier = world.read(HEAD, A, A2, BODY, BODY, blank, blank)
    assert repeats(world, dossier) == {}
    assert looks(world) == 1, "a fingerprint that is far off, or none, needs no look"


def test_a_sheet_three_times_is_told_twice_each_with_the_first(world: World) -> None:
    assert repeats(world, world.read(A, A, A)) == {2: 1, 3: 1}


def test_pages_that_come_later_are_held_against_those_that_are_there(world: World) -> None:
    dossier = world.read(HEAD, A)
    world.take_in(B, replace(A, fields={"x": "y"}), into=dossier.id)
    read.read_dossier(world.office, dossier.id)
    assert repeats(world, dossier) == {4: 2}
    before = looks(world)
    read.read_dossier(world.office, dossier.id)
    assert looks(world) == before, "nothing is compared twice"


def test_dropping_either_page_settles_it_and_taking_it_back_brings_it_back(world: World) -> None:
    room = Room(world)
    dossier = room.imported(HEAD, A, A)
    for n in (1, 2):
        room.desk.set_dropped(dossier.pages[n].id, True).result()
        assert repeats(world, dossier) == {}
        assert read.missing_for_finish(world.office, world.get(dossier)) == (None, None)
        room.desk.set_dropped(dossier.pages[n].id, False).result()
        assert repeats(world, dossier) == {3: 2}


def test_it_is_kept_with_a_reason(world: World) -> None:
    room = Room(world)
    dossier = room.imported(HEAD, A, A)
    room.desk.keep_page(dossier.pages[2].id, "hai bản chính giống nhau").result()
    assert repeats(world, dossier) == {}
    assert read.missing_for_finish(world.office, world.get(dossier)) == (None, None)


def test_a_page_turned_and_read_again_is_told_once(world: World) -> None:
    room = Room(world)
    dossier = room.imported(HEAD, A, A)
    for n in (1, 2):
        room.desk.rotate(dossier.pages[n].id, 90).result()
        assert repeats(world, dossier) == {3: 2}
        page = world.get(dossier).pages[2]
        assert sum(f.code == "duplicate" for f in page.findings) == 1


def test_a_look_that_fails_costs_nobody_anything(world: World) -> None:
    def broken(name: str, job: object) -> None:
        if name == "difference":
            raise WorkstationError("F06")

    world.machine.hook = broken
    dossier = world.read(HEAD, A, A)
    assert repeats(world, dossier) == {}
    assert queries.dossier_row(world.get(dossier)).needs_look == 0


def test_the_profile_says_how_much_pages_must_differ(world: World) -> None:
    rules = world.office.rules
    strict = tuple(replace(p, limits=replace(p.limits, min_difference_mm2=0.01)) for p in rules.profiles)
    world.office = replace(world.office, rules=replace(rules, profiles=strict))
    assert repeats(world, world.read(HEAD, A, A)) == {}
