"""What the station watches by itself: the token, the disk, and whether the last run stopped suddenly."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.unit.usecases.bench import World
from tests.unit.usecases.machine import HEAD
from tests.unit.usecases.room import Room
from workstation.domain.errors import ErrorNote, WorkstationError
from workstation.domain.events import OutboxChanged
from workstation.domain.outbox import OutboxState
from workstation.domain.page import PageState
from workstation.domain.ports import SendReport
from workstation.domain.signature import TokenState


@pytest.fixture
def room(world: World) -> Room:
    return Room(world)


def test_a_low_disk_is_told_until_there_is_room(world: World, room: Room):
    room.desk.tick()
    assert room.desk.line().result().note is None
    room.free_gb = 1.84
    room.desk.tick()
    assert room.desk.line().result().note == ErrorNote("M02", (("free", 1.8e9),)) and world.events[-1] == OutboxChanged()
    told = len(world.events)
    room.free_gb = 1.83
    room.desk.tick()
    assert len(world.events) == told, "a page more or less is no news"
    room.free_gb = 9.0
    room.desk.tick()
    assert room.desk.line().result().note is None


def test_a_recovery_is_told_until_somebody_does_something(world: World):
    stopped = Room(world, at_once=False)
    stopped.desk.resume()
    stopped.read()
    dossier = stopped.imported(HEAD)  # never read: the program is gone
    room = Room(world)
    room.desk.resume().result()
    room.desk.tick()
    assert room.desk.line().result().note == ErrorNote("M05")
    assert world.get(dossier).pages[0].state is PageState.READ
    room.desk.rotate(dossier.pages[0].id, 90).result()
    assert room.desk.line().result().note is None and world.events.count(OutboxChanged()) == 3


def test_who_closed_the_program_is_not_told_of_a_sudden_stop(world: World):
    before = Room(world, at_once=False)
    before.desk.resume()
    before.read()
    before.imported(HEAD)
    before.desk.close()
    room = Room(world)
    room.desk.resume().result()
    assert room.desk.line().result().note is None


@pytest.mark.parametrize(("code", "state"), [("C08", TokenState.NO_KEY), ("F06", TokenState.ABSENT)])
def test_a_broken_key_does_not_keep_the_outbox_waiting(world: World, room: Room, code: str, state: TokenState):
    def broken(name: str, job: Any) -> None:
        if name == "status":
            raise WorkstationError(code)

    world.machine.hook = broken
    room.desk.tick()
    assert room.line.rounds == 1
    assert room.desk.token_status().result().state is state
    assert room.desk.line().result().online is True


def test_what_has_just_arrived_waits_no_more(world: World, room: Room, monkeypatch: pytest.MonkeyPatch):
    """The count beside the line is of after the sending, not of before it."""
    world.signed(HEAD)

    def deliver(cancelled: Callable[[], bool]) -> tuple[SendReport, ...]:
        with world.office.uow() as uow:
            item = replace(uow.outbox.list()[0], state=OutboxState.RECEIVED)
            uow.outbox.save(item)
            uow.commit()
        return (SendReport(item, 1),)

    monkeypatch.setattr(room.line, "send_due", deliver)
    room.desk.tick()
    assert room.desk.line().result().waiting == 0
