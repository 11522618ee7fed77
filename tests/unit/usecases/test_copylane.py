"""The fast lane: a dossier a sheet, never two people's papers in one, and nothing left out of what is checked."""

from dataclasses import replace

import pytest

from tests.unit.usecases.bench import World, states
from tests.unit.usecases.machine import BLANK, BLURRED, BODY, HEAD, KILLS, Sheet
from tests.unit.usecases.room import Room
from tests.unit.usecases.test_separate import every, shape
from workstation.domain.dossier import DocumentState, DossierState
from workstation.domain.errors import WorkstationError
from workstation.domain.ids import DossierId
from workstation.domain.scanprofile import ScanProfile
from workstation.domain.splitcue import Cue
from workstation.usecases.copylane import TITLE
from workstation.usecases.views import ImportOutcome


def scanned(room: Room, *sheets: Sheet, profile: str = "A4 một mặt") -> tuple[DossierId, int, list[ImportOutcome]]:
    room.feeder.sheets = list(sheets)
    first = room.desk.new_dossier(TITLE).result()
    told: list[ImportOutcome] = []
    count = room.desk.scan_copies(first, "feeder", profile, told.append, lambda: False).result()
    return first, count, told


def test_each_sheet_is_a_dossier_with_one_document(world: World) -> None:
    first, count, told = scanned(Room(world), HEAD, BODY, HEAD)
    found = every(world)
    assert count == 3 and [t.pages for t in told] == [1, 1, 1] and found[0].id == first
    assert [(d.title, d.profile, d.state, len(d.pages), len(d.documents)) for d in found] == [
        (TITLE, "archive", DossierState.SCANNING, 1, 1)
    ] * 3
    assert [d.documents[0].type_code for d in found] == ["QD", "", "QD"], "read like any other"
    assert found[0].documents[0].field("number") == "127"


def test_both_sides_of_a_sheet_stay_together_whatever_stands_on_the_back(world: World) -> None:
    _, count, _ = scanned(Room(world), HEAD, HEAD, HEAD, BLANK, profile="A4 hai mặt")
    found = every(world)
    assert count == 2 and [len(d.pages) for d in found] == [2, 2] and [len(d.documents) for d in found] == [1, 1]
    assert found[1].pages[1].blank and not found[1].pages[1].dropped


def test_a_sheet_that_can_not_be_read_costs_its_own_dossier_only(world: World) -> None:
    room = Room(world)
    scanned(room, HEAD, KILLS, BLURRED, HEAD)
    found = every(world)
    assert [len(d.pages) for d in found] == [1, 1, 1, 1]
    codes = []
    for dossier in found:
        try:
            room.desk.finish_capture(dossier.id).result()
            codes.append("")
        except WorkstationError as e:
            codes.append(e.code)
    assert codes == ["", "F06", "A02", ""], "no check is left out"
    assert states(world.get(found[0])) == [DocumentState.TO_INDEX]


def test_a_jam_keeps_what_came_before_and_the_next_scan_goes_on(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    room = Room(world)
    real = room.feeder.scan

    def jammed(*args):
        real(*args)
        raise WorkstationError("Q04", count=2)

    monkeypatch.setattr(room.feeder, "scan", jammed)
    with pytest.raises(WorkstationError, match="Q04"):
        scanned(room, HEAD, HEAD)
    assert [len(d.documents) for d in every(world)] == [1, 1]


def test_sheets_that_a_crash_left_behind_are_not_put_together(world: World) -> None:
    room = Room(world)
    first, _, _ = scanned(room, HEAD)
    folder = world.root / "incoming" / f"copies-{first}"
    for n in range(2):
        world.paper(replace(HEAD, fields={"number": str(n)})).replace(folder / f"sheet-{n:04d}.tif")
    room.desk.resume().result()
    assert [(d.title, len(d.pages)) for d in every(world)] == [(TITLE, 1)] * 3
    assert list(folder.iterdir()) == []


def test_a_profile_may_be_for_copies(world: World) -> None:
    room = Room(world)
    assert room.desk.copy_profiles() == frozenset()
    room.desk._parts = replace(room.desk._parts, scan_profiles=(ScanProfile("Sao", copies=True), ScanProfile("A4")))
    assert room.desk.copy_profiles() == {"Sao"}


def test_pages_added_to_a_copy_join_its_document(world: World) -> None:
    room = Room(world)
    first, _, _ = scanned(room, HEAD)
    room.feeder.sheets = [replace(BODY, fields={"signer": "x"})]
    room.desk.scan_copies(first, "feeder", "A4 một mặt", lambda _: None, lambda: False).result()
    assert shape(world.get(first)) == [[0, 0]]


def test_a_back_that_begins_a_document_is_suggested_to_be_another(world: World) -> None:
    """A scanner that was asked for both sides and gives the fronts only would put two sheets together unseen."""
    room = Room(world)
    first, _, _ = scanned(room, HEAD, Sheet(head=True, cue="header"), profile="A4 hai mặt")
    assert len(world.get(first).documents) == 1
    assert [(s.kind, s.number) for s in room.desk.dossier(first).result().suggestions] == [(Cue.HEADER, 2)]
