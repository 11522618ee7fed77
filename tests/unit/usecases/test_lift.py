"""A signature that is lower than wanted waits in the outbox, and is lifted before it is sent – or goes as it is when somebody
says so or its time is over."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Lock
from typing import Any

import pytest

from tests.unit.usecases.bench import OFFICIAL, World, ids
from tests.unit.usecases.machine import BODY, HEAD, level_of, verify
from tests.unit.usecases.room import Room
from workstation.domain.dossier import Dossier, DossierState
from workstation.domain.errors import WorkstationError
from workstation.domain.events import OutboxChanged
from workstation.domain.outbox import OutboxFile, OutboxItem, OutboxState
from workstation.domain.ports import SendReport
from workstation.domain.signing import Levels
from workstation.usecases import outbox
from workstation.usecases.lift import Lifter
from workstation.usecases.recover import recover
from workstation.usecases.sign import sealing_path

HOLD = timedelta(hours=24)


@pytest.fixture
def world(world: World) -> World:
    world.office = replace(world.office, levels=Levels("LTA", hold=HOLD))
    return world


def the_item(world: World) -> OutboxItem:
    with world.office.look() as uow:
        (item,) = uow.outbox.list()
    return item


def change(world: World, **changes: Any) -> None:
    with world.office.uow() as uow:
        uow.outbox.save(replace(uow.outbox.list()[0], **changes))
        uow.commit()


def claim(world: World) -> OutboxItem | None:
    with world.office.uow() as uow:
        item = uow.outbox.claim("sender", world.office.clock.now(), 60)
        uow.commit()
    return item


def low(world: World, *sheets: Any) -> Dossier:
    """Signed while no authority answers; then one does."""
    world.machine.reach = "B"
    dossier = world.signed(*(sheets or (HEAD,)))
    world.machine.reach = "LTA"
    return dossier


def lifter(world: World) -> Lifter:
    return Lifter(world.office, Lock())


def files(world: World) -> list[bytes]:
    return [world.blobs.path(f.sha256).read_bytes() for f in the_item(world).files]


def agree(world: World, dossier: Dossier) -> None:
    """Document, item and the ward's description name the same file, which the store has."""
    item = the_item(world)
    for document, file in zip(world.get(dossier).documents, item.files, strict=True):
        assert document.sealed is not None and (document.sealed.sha256, document.sealed.bytes) == (file.sha256, file.bytes)
        assert world.blobs.verify(file.sha256) and file.sha256 in item.metadata
        assert level_of(world.blobs.path(file.sha256).read_bytes()) == document.sealed.level


def test_signed_as_wanted_goes_at_once(world: World):
    dossier = world.signed(HEAD)
    assert (the_item(world).next_try, the_item(world).error) == (None, None)
    agree(world, dossier)
    assert lifter(world).round() is False


def test_signing_says_what_is_missing_and_it_is_no_failure(world: World):
    world.machine.reach = "B"
    dossier = world.to_sign(HEAD)
    world.see(*ids(dossier))
    told: list[Any] = []
    assert world.sign(*ids(dossier), progress=told.append) == [""]
    assert [(p.error, [n.code for n in p.notes]) for p in told] == [(None, ["C09"])]
    item = the_item(world)
    assert item.error is not None and (item.error.code, dict(item.error.params)) == ("C09", {"level": "B"})
    assert item.state is OutboxState.QUEUED and item.next_try is not None
    assert timedelta(0) <= item.next_try - item.created_at <= HOLD and item.next_try - world.office.clock.now() > HOLD * 0.99
    assert claim(world) is None


def test_lifted_before_it_is_sent(world: World):
    dossier = low(world, HEAD, HEAD)
    before, item = files(world), the_item(world)
    world.events.clear()
    assert lifter(world).round() is True
    after = the_item(world)
    assert (after.id, after.created_at, after.fence) == (item.id, item.created_at, item.fence)
    assert (after.next_try, after.error) == (None, None)
    assert all(new.startswith(old) and level_of(new) == "LTA" for old, new in zip(before, files(world), strict=True))
    agree(world, dossier)
    assert world.audit().count("lifted") == 2 and OutboxChanged() in world.events
    assert not list(world.office.sealing.iterdir())
    assert lifter(world).round() is False and world.audit().count("lifted") == 2


def test_a_step_is_kept_and_the_rest_comes_later(world: World):
    dossier = low(world)
    world.machine.reach = "T"
    assert lifter(world).round() is False
    item = the_item(world)
    assert item.error is not None and dict(item.error.params) == {"level": "T"} and item.next_try is not None
    agree(world, dossier)
    world.machine.reach = "LTA"
    assert lifter(world).round() is True
    agree(world, dossier)


def test_what_does_not_raise_the_level_is_thrown_away(world: World):
    low(world)
    before = files(world)

    def grows(name: str, job: Any) -> None:
        if name == "lifted":
            job.out.write_bytes(job.path.read_bytes() + b"%%evidence that nobody takes for complete")

    world.machine.hook = grows
    world.machine.reach = "B"
    assert lifter(world).round() is False and files(world) == before and not list(world.office.sealing.iterdir())


def test_a_dead_authority_is_asked_less_and_less_and_at_once_when_the_line_is_back(world: World):
    low(world)
    world.machine.reach = "B"
    one = lifter(world)
    asked = []
    for _ in range(40):
        one.round()
        asked.append(len(lifts(world)))
        world.office.clock.time += timedelta(seconds=30)  # type: ignore[attr-defined]
    assert 3 <= asked[-1] <= 8, "20 minutes: after 0, 1, 3, 7, 12 and 17"
    one.try_again()
    world.machine.reach = "LTA"
    assert one.round() is True


def lifts(world: World) -> list[Any]:
    return [job for name, job in world.machine.calls if name == "lift"]


def test_one_question_is_enough_for_a_dead_authority(world: World):
    world.machine.reach = "B"
    for _ in range(3):
        world.signed(HEAD, HEAD)
    lifter(world).round()
    assert len(lifts(world)) == 1


@pytest.mark.parametrize(
    "started",
    [
        {"manifest": "{}", "state": OutboxState.UNKNOWN}, {"manifest": "{}"}, {"bytes_sent": 1}, {"state": OutboxState.PAUSED},
        {"lease_owner": "sender", "state": OutboxState.SENDING},
    ],
)  # fmt: skip
def test_what_the_ward_has_begun_to_get_is_left_alone(world: World, started: dict[str, Any]):
    low(world)
    change(world, **started)
    assert lifter(world).round() is False and lifts(world) == []


@pytest.mark.parametrize("started", [{"upload_url": "https://ward/1"}, {"offset": 5}, {"file_id": "x"}])
def test_nor_a_file_of_it(world: World, started: dict[str, Any]):
    low(world)
    file: OutboxFile = the_item(world).files[0]
    change(world, files=(replace(file, **started),))
    assert lifter(world).round() is False and lifts(world) == []


def test_a_sender_that_takes_the_item_meanwhile_has_it(world: World):
    """The file it began with is the one it goes on with."""
    dossier = low(world)
    before = files(world)

    def taken(name: str, job: Any) -> None:
        if name == "lifted":
            outbox.make_due(world.office, None)
            assert claim(world) is not None

    world.machine.hook = taken
    assert lifter(world).round() is False
    assert files(world) == before and the_item(world).state is OutboxState.SENDING
    agree(world, dossier)
    assert not list(world.office.sealing.iterdir()) and "lifted" not in world.audit()


def test_paused_meanwhile_stays_paused(world: World):
    low(world)
    world.machine.hook = lambda name, job: (
        outbox.set_paused(world.office, the_item(world).id, True, OFFICIAL) if name == "lifted" else None
    )
    assert lifter(world).round() is False and the_item(world).state is OutboxState.PAUSED


def test_nothing_is_lifted_while_a_batch_is_being_signed(world: World):
    low(world)
    signing = Lock()
    one = Lifter(world.office, signing)
    with signing:
        assert one.round() is False and lifts(world) == []
    assert one.round() is True


def test_send_now_is_a_persons_decision(world: World):
    dossier = low(world)
    world.machine.reach = "B"
    outbox.make_due(world.office, the_item(world).id)
    item = claim(world)
    assert item is not None and item.files[0].sha256 == world.get(dossier).documents[0].sealed.sha256  # type: ignore[union-attr]


def test_after_its_time_it_goes_as_it_is(world: World):
    low(world)
    world.office.clock.time += HOLD  # type: ignore[attr-defined]
    assert claim(world) is not None


@pytest.mark.parametrize("code", ["V04", "C11"])
def test_a_revoked_or_broken_signature_waits_for_a_person(world: World, code: str):
    low(world)

    def revoked(name: str, job: Any) -> None:
        if name == "lift":
            raise WorkstationError(code)

    world.machine.hook = revoked
    lifter(world).round()
    item = the_item(world)
    assert item.state is OutboxState.PAUSED and item.error is not None and item.error.code == code
    assert claim(world) is None
    outbox.set_paused(world.office, item.id, False, OFFICIAL)
    lifter(world).round()
    assert len(lifts(world)) == 1 and claim(world) is not None


@pytest.mark.expect_log("C04 lifting a signed file")
def test_a_file_that_takes_the_lane_down_costs_only_itself(world: World):
    low(world)
    low(world)
    asked: list[Path] = []

    def dies(name: str, job: Any) -> None:
        if name == "lift":
            asked.append(job.path)
            if job.path == asked[0]:
                raise WorkstationError("F06")

    world.machine.hook = dies
    one = lifter(world)
    assert one.round() is False and len(asked) == 1
    world.office.clock.time += timedelta(minutes=2)  # type: ignore[attr-defined]
    assert one.round() is True and len(asked) == 2
    with world.office.look() as uow:
        assert [item.next_try is None for item in uow.outbox.list()] == [False, True]


class Killed(BaseException):
    """The process is gone: nothing catches this."""


@pytest.mark.parametrize("where", ["lift", "lifted", "blob", "commit"])
def test_killed_anywhere_loses_nothing_and_doubles_nothing(world: World, where: str, monkeypatch: pytest.MonkeyPatch):
    dossier = low(world, HEAD, BODY, HEAD)
    before = files(world)

    def dies(name: str, job: Any) -> None:
        if name == where:
            raise Killed

    world.machine.hook = dies
    with monkeypatch.context() as patched:
        put = world.blobs.put_file
        if where == "blob":
            patched.setattr(world.blobs, "put_file", lambda path: (put(path), _die())[0])
        if where == "commit":
            patched.setattr(world.office.bus, "publish", lambda _: None)
            patched.setattr("workstation.usecases.lift._rebuilt", lambda *_: _die())
        patched.setattr(Path, "unlink", lambda *_, **__: None)  # a killed process cleans nothing up
        with pytest.raises(Killed):
            lifter(world).round()
    world.machine.hook = lambda name, job: None
    assert files(world) == before
    agree(world, dossier)
    left = list(world.office.sealing.iterdir())
    assert bool(left) is (where != "lift")
    recover(world.office, verify)
    assert not list(world.office.sealing.iterdir())
    assert lifter(world).round() is True
    agree(world, dossier)
    assert world.audit().count("lifted") == 2 and world.get(dossier).state is DossierState.QUEUED


def _die() -> Any:
    raise Killed


def test_recovery_takes_no_lifted_file_for_a_signed_one_and_a_signed_one_for_none(world: World):
    dossier = world.to_sign(HEAD)
    world.see(*ids(dossier))
    document = dossier.documents[0]
    assert document.published is not None
    signed = world.blobs.path(document.published.sha256).read_bytes() + b"%%SIGNED1"
    sealing_path(world.office, document.id).write_bytes(signed)
    (world.office.sealing / f"{document.id}.0123.lift").write_bytes(signed + b"%%AT LTA")
    (world.office.sealing / f".{document.id}.0123.lift.abc.part").write_bytes(b"half")
    assert recover(world.office, verify).sealed == (document.id,)
    assert not list(world.office.sealing.iterdir())
    assert the_item(world).next_try is not None, "adopted at level B: it waits as any other"


def test_the_ticker_sends_the_others_before_it_asks_and_the_lifted_after(world: World, monkeypatch: pytest.MonkeyPatch):
    room = Room(world)
    low(world)
    order: list[str] = []
    world.machine.hook = lambda name, job: order.append(name) if name == "lift" else None

    def send(cancelled: Callable[[], bool]) -> tuple[SendReport, ...]:
        order.append("send")
        item = claim(world)
        return (SendReport(item, 1),) if item else ()

    monkeypatch.setattr(room.line, "send_due", send)
    room.desk.tick()
    assert order == ["send", "lift", "send"] and the_item(world).state is OutboxState.SENDING


def test_a_ward_that_is_back_means_the_authority_is_asked_at_once(world: World, monkeypatch: pytest.MonkeyPatch):
    room = Room(world)
    low(world)
    world.machine.reach = "B"
    online = [False]
    monkeypatch.setattr(room.line, "probe", lambda: online[0])
    room.desk.tick()
    room.desk.tick()
    assert len(lifts(world)) == 1
    world.machine.reach, online[0] = "LTA", True
    room.desk.tick()
    assert level_of(files(world)[0]) == "LTA"
