"""What a person and the desk do with the outbox: windows, sums, the line that comes back, what is sent once more, a meeting."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.unit.usecases.bench import World
from tests.unit.usecases.machine import HEAD
from tests.unit.usecases.room import Room
from workstation.domain.dossier import DossierState
from workstation.domain.errors import ErrorNote, WorkstationError
from workstation.domain.outbox import FailureClass, OutboxItem, OutboxState
from workstation.domain.ports import SendReport
from workstation.usecases.watch import RETURN_SECONDS


@pytest.fixture
def room(world: World) -> Room:
    return Room(world)


def failed(world: World, failure: FailureClass, state: OutboxState = OutboxState.QUEUED, manifest: str = "") -> OutboxItem:
    """An item of a signed dossier that is postponed for five minutes."""
    dossier = world.signed(HEAD)
    with world.office.uow() as uow:
        item = uow.outbox.by_dossier(dossier.id)
        assert item is not None
        late = world.office.clock.now() + timedelta(minutes=5)
        item = replace(item, state=state, next_try=late, error=ErrorNote(failure.value), manifest=manifest)
        uow.outbox.save(item)
        if state is OutboxState.REJECTED:
            uow.dossiers.save(uow.dossiers.get(dossier.id).move(DossierState.REJECTED))
        uow.commit()
    return item


def now(world: World, item: OutboxItem) -> OutboxItem:
    with world.office.look() as uow:
        return uow.outbox.get(item.id)


def test_what_failed_for_want_of_a_line_is_due_when_it_is_back(world: World, room: Room, monkeypatch: pytest.MonkeyPatch):
    line, asked, busy = (failed(world, f) for f in (FailureClass.MANG, FailureClass.KHONG_RO, FailureClass.QUA_TAI))
    online = [False]
    monkeypatch.setattr(room.line, "probe", lambda: online[0])
    room.desk.tick()
    assert room.desk.pause_seconds(15) == RETURN_SECONDS, "a line that is down is looked for often"
    assert now(world, line).next_try is not None and room.line.rounds == 0
    online[0] = True
    room.desk.tick()
    assert room.desk.pause_seconds(15) == 15
    assert now(world, line).next_try is None and now(world, asked).next_try is None
    assert now(world, busy).next_try is not None, "the server said when"


def test_a_line_that_breaks_while_sending_is_looked_for_at_once(world: World, room: Room, monkeypatch: pytest.MonkeyPatch):
    item = failed(world, FailureClass.MANG)
    answers = [True, False]
    monkeypatch.setattr(room.line, "probe", lambda: answers.pop(0))

    def breaks(cancelled: Callable[[], bool]) -> tuple[SendReport, ...]:
        return (SendReport(item, 1),)

    monkeypatch.setattr(room.line, "send_due", breaks)
    room.desk.tick()
    assert room.desk.line().result().online is False and room.desk.pause_seconds(15) == RETURN_SECONDS


@pytest.mark.parametrize(("manifest", "state"), [("", OutboxState.QUEUED), ("{}", OutboxState.UNKNOWN)])
def test_what_was_parked_is_sent_as_it_is_once_that_is_mended(world: World, room: Room, manifest: str, state: OutboxState):
    item = failed(world, FailureClass.QUYEN, OutboxState.REJECTED, manifest)
    room.desk.send_again(item.id).result()
    again = now(world, item)
    assert (again.state, again.error, again.next_try) == (state, None, None)
    assert world.get(world.office.dossier(item.dossier_id)).state is DossierState.QUEUED
    error = room.desk.send_again(item.id).exception()
    assert isinstance(error, WorkstationError) and error.code == "K06"


def test_windows_and_sums(world: World, room: Room):
    items = [failed(world, FailureClass.MANG) for _ in range(3)]
    returned = failed(world, FailureClass.QUYEN, OutboxState.REJECTED)
    every = tuple(OutboxState)
    first = room.desk.outbox(every, 2).result()
    assert [r.id for r in first.rows] == [i.id for i in items[:2]] and first.more
    rest = room.desk.outbox(every, 4).result()
    assert [r.id for r in rest.rows] == [i.id for i in (*items, returned)] and not rest.more
    behind = room.desk.outbox(every, 2, first.rows[-1].id).result()
    assert [r.id for r in behind.rows] == [items[2].id, returned.id] and not behind.more
    assert [r.id for r in room.desk.outbox((OutboxState.REJECTED,), 2).result().rows] == [returned.id]
    sums = room.desk.outbox_sums().result()
    assert sums.tally[OutboxState.QUEUED] == 3 and sums.first_returned == returned.id
    assert sums.left == sum(f.bytes for i in items for f in i.files)
    with world.office.look() as uow:
        assert [i.id for i in uow.outbox.window(every, items[1], 9)] == [items[2].id, returned.id]


def test_a_meeting_is_told_at_once_and_ends_by_itself(world: World, room: Room):
    until = room.desk.set_meeting(True).result()
    assert until is not None and until > world.office.clock.now()
    assert room.desk.line().result().meeting_until == until
    assert room.desk.set_meeting(False).result() is None
    assert room.desk.line().result().meeting_until is None
