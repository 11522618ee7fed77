"""The archive watch: what was sent stays as it is, its copy is renewed in time, and nothing that fails costs a file."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from threading import Lock
from typing import Any

import pytest

from tests.unit.usecases.bench import OFFICIAL, World, ids
from tests.unit.usecases.machine import HEAD, NO_STAMP, T0, level_of
from tests.unit.usecases.room import Room
from workstation.domain.archive import KeptFile
from workstation.domain.dossier import Dossier, DossierState
from workstation.domain.errors import WorkstationError
from workstation.domain.outbox import OutboxState, Receipt
from workstation.domain.signature import AlgorithmLimit
from workstation.domain.signing import Levels
from workstation.store.blobs import FileBlobs
from workstation.usecases import archive
from workstation.usecases.archive import EVERY, RENEWED, ArchiveRow, Keeper, newest, overview
from workstation.usecases.recover import extends, recover

NEAR, FAR = T0 + timedelta(days=50), T0 + timedelta(days=500)


@pytest.fixture
def world(world: World) -> World:
    world.office = replace(world.office, levels=Levels("LTA", renew=timedelta(days=90)))
    world.machine.now = lambda: world.office.clock.time  # type: ignore[attr-defined]
    return world


def received(world: World, *sheets: Any) -> Dossier:
    """Signed, sent, and a receipt for it."""
    dossier = world.signed(*(sheets or (HEAD,)))
    with world.office.uow() as uow:
        item = uow.outbox.by_dossier(dossier.id)
        assert item is not None
        receipt = Receipt("BN-1", "2026-11-21T03:00:00+00:00", item.files[0].sha256, "k", "jws")
        uow.outbox.save(replace(item, state=OutboxState.RECEIVED, receipt=receipt))
        uow.dossiers.save(uow.dossiers.get(dossier.id).move(DossierState.RECEIVED))
        uow.commit()
    return world.get(dossier)


def keeper(world: World, **options: Any) -> Keeper:
    return Keeper(world.office, Lock(), **options)


def the_row(world: World) -> ArchiveRow:
    (row,) = overview(world.office)
    return row


def kept(world: World) -> KeptFile:
    found = the_row(world).kept
    assert found is not None
    return found


def later(world: World, time: timedelta) -> None:
    world.office.clock.time += time  # type: ignore[attr-defined]


def sent_is_untouched(world: World, dossier: Dossier) -> None:
    """Document, item and receipt name the blob that was sent; every copy begins with it."""
    (document,) = world.get(dossier).documents
    with world.office.look() as uow:
        item = uow.outbox.by_dossier(dossier.id)
    assert document.sealed is not None and item is not None and item.receipt is not None
    assert document.sealed.sha256 == item.files[0].sha256 == item.receipt.manifest_sha256 == the_row(world).sealed.sha256
    assert world.blobs.verify(document.sealed.sha256) and world.blobs.verify(kept(world).sha256)
    assert extends(world.blobs.path(kept(world).sha256), world.blobs.path(document.sealed.sha256))


def test_a_file_that_lasts_is_looked_at_once_and_left_alone(world: World) -> None:
    dossier = received(world)
    world.machine.ends = [FAR]
    one = keeper(world)
    assert one.round() == 0 and the_row(world).due is None
    assert kept(world).sha256 == kept(world).sealed and kept(world).standing.stamp is not None
    world.machine.calls.clear()
    later(world, EVERY * 2)
    assert one.round() == 0 and keeper(world).round() == 0 and world.machine.calls == []
    assert RENEWED not in world.audit()
    sent_is_untouched(world, dossier)


def test_renewed_in_time_beside_the_file_that_was_sent(world: World) -> None:
    dossier = received(world)
    world.machine.ends = [NEAR, FAR]
    assert keeper(world).round() == 1
    sent_is_untouched(world, dossier)
    assert kept(world).sha256 != kept(world).sealed and newest(world.office, kept(world).sealed) == kept(world).sha256
    assert the_row(world).due is None and kept(world).error is None
    with world.office.look() as uow:
        (line,) = [event for event in uow.audit.events() if event.action == RENEWED]
    told = dict(line.detail)
    assert (told["sealed"], told["before"], told["sha256"]) == (kept(world).sealed, kept(world).sealed, kept(world).sha256)
    assert keeper(world).round() == 0 and world.audit().count(RENEWED) == 1, "a second round changes nothing"
    assert not list(world.office.sealing.iterdir())


def test_renewed_again_and_again_each_over_the_one_before(world: World) -> None:
    dossier = received(world)
    world.machine.ends = [NEAR, NEAR + timedelta(days=300), FAR + timedelta(days=300)]
    one = keeper(world)
    assert one.round() == 1
    first = world.blobs.path(kept(world).sha256)
    later(world, timedelta(days=300))
    assert one.round() == 1
    assert extends(world.blobs.path(kept(world).sha256), first)
    sent_is_untouched(world, dossier)


def test_the_margin_is_the_office_s_or_what_is_asked(world: World) -> None:
    received(world)
    world.machine.ends = [T0 + timedelta(days=120), FAR]
    keeper(world).look()
    assert the_row(world).due is None and keeper(world).round() == 0
    (row,) = overview(world.office, timedelta(days=130))
    assert row.due is not None and (row.due.reason, row.due.lapses) == ("certificate", T0 + timedelta(days=120))
    assert keeper(world, within=timedelta(days=130)).round() == 1


def test_an_algorithm_that_ends_makes_it_due(world: World) -> None:
    received(world)
    keeper(world).look()
    ends = AlgorithmLimit("sha256", date(2027, 1, 1))
    world.office = replace(world.office, levels=replace(world.office.levels, limits=(ends,)))
    due = the_row(world).due
    assert due is not None and (due.reason, due.lapses.date()) == ("algorithm", date(2027, 1, 1))


def test_what_was_sent_without_time_stamps_gets_them_in_its_copy(world: World) -> None:
    world.machine.reach = "B"
    dossier = received(world)
    world.machine.reach = "LTA"
    assert keeper(world).round() == 1
    assert kept(world).standing.level == "LTA" and level_of(world.blobs.path(kept(world).sealed).read_bytes()) == "B"
    assert world.get(dossier).documents[0].sealed.level == "B", "the record of what was sent"  # type: ignore[union-attr]
    sent_is_untouched(world, dossier)


def test_before_it_is_sent_a_low_signature_is_left_to_lifting(world: World) -> None:
    world.machine.reach = "B"
    world.signed(HEAD)
    world.machine.reach = "LTA"
    assert keeper(world).round() == 0 and the_row(world).due is None


def test_a_dead_authority_is_asked_less_and_less_and_it_is_said(world: World) -> None:
    for _ in range(3):
        received(world)
    world.machine.ends, world.machine.reach = [NEAR, FAR], "LT"
    one = keeper(world)
    assert one.round() == 0
    lifts = [name for name, _ in world.machine.calls].count("lift")
    assert lifts == 1, "the others would only meet the same"
    notes = [row.kept.error for row in overview(world.office) if row.kept and row.kept.error]
    assert [(note.code, dict(note.params)["cause"]) for note in notes] == [("C41", NO_STAMP.code)]
    assert "date" in dict(notes[0].params)
    assert one.round() == 0 and [name for name, _ in world.machine.calls].count("lift") == 1
    later(world, timedelta(seconds=70))
    assert one.round() == 0 and [name for name, _ in world.machine.calls].count("lift") == 2
    world.machine.reach = "LTA"
    assert one.round() == 0, "it waits longer each time"
    one.try_again()
    assert one.round() == 3
    assert all(row.kept is not None and row.kept.error is None and row.due is None for row in overview(world.office))


@pytest.mark.expect_log(r"renewing an archive time-stamp")
@pytest.mark.parametrize(("code", "told"), [("V04", "C42"), ("C11", "C42"), ("C04", "C41"), ("M01", "C41"), ("F06", "C41")])
def test_what_fails_is_told_and_costs_no_file(world: World, code: str, told: str) -> None:
    dossier = received(world)
    world.machine.ends = [NEAR, FAR]

    def fails(name: str, job: Any) -> None:
        if name == "lift":
            raise WorkstationError(code)

    world.machine.hook = fails
    one = keeper(world)
    assert one.round() == 0
    error = kept(world).error
    assert error is not None and error.code == told
    sent_is_untouched(world, dossier)
    world.machine.hook = lambda name, job: None
    later(world, EVERY)
    assert one.round() == 1 and kept(world).error is None


@pytest.mark.expect_log(r"renewing an archive time-stamp")
def test_one_bad_file_does_not_hold_up_the_others(world: World) -> None:
    dossiers = [received(world) for _ in range(3)]
    world.machine.ends = [NEAR, FAR]
    bad = world.get(dossiers[1]).documents[0].sealed
    assert bad is not None

    def fails(name: str, job: Any) -> None:
        if name == "lift" and job.path.name == bad.sha256:
            raise WorkstationError("C11")

    world.machine.hook = fails
    assert keeper(world).round() == 2
    assert [row.sealed.sha256 for row in overview(world.office) if row.due] == [bad.sha256]


@pytest.mark.expect_log(r"renewing an archive time-stamp")
def test_a_signed_file_that_is_gone_is_told_and_looked_for_again(world: World) -> None:
    received(world)
    path = world.blobs.path(the_row(world).sealed.sha256)
    away = path.with_name("away")
    path.rename(away)
    one = keeper(world)
    assert one.round() == 0
    error = kept(world).error
    assert error is not None and error.code == "C42" and dict(error.params)["cause"] == "M03" and the_row(world).unread
    away.rename(path)
    later(world, EVERY)
    one.round()
    assert kept(world).error is None and kept(world).standing.stamp is not None


def test_what_does_not_last_longer_is_thrown_away(world: World) -> None:
    dossier = received(world)
    world.machine.ends = [NEAR, NEAR]
    one = keeper(world)
    for _ in range(3):
        assert one.round() == 0
        later(world, EVERY)
    assert kept(world).sha256 == kept(world).sealed and kept(world).error is not None
    sent_is_untouched(world, dossier)


def test_what_does_not_last_longer_never_gets_into_the_store(world: World) -> None:
    """A service that half works would else leave a file behind with each try."""
    received(world)
    world.machine.ends = [NEAR, NEAR]
    before = set(world.blobs.all())
    one = keeper(world)
    for _ in range(3):
        assert one.round() == 0
        later(world, EVERY)
    assert set(world.blobs.all()) == before and not list(world.office.sealing.iterdir())
    assert [name for name, _ in world.machine.calls].count("lift") == 3


def test_an_output_that_was_cleared_away_meanwhile_is_somebody_else_s_doing(world: World) -> None:
    """``recover`` of a desk that starts now: nothing is wrong with the file, and nobody is called."""
    received(world)
    world.machine.ends = [NEAR, FAR]

    def cleared(name: str, job: Any) -> None:
        if name == "lifted":
            job.out.unlink()
            raise WorkstationError("F07", file=job.out.name)

    world.machine.hook = cleared
    one = keeper(world)
    assert one.round() == 0 and kept(world).error is None
    world.machine.hook = lambda name, job: None
    later(world, EVERY)
    assert one.round() == 1


@pytest.mark.expect_log(r"renewing an archive time-stamp")
def test_a_signed_file_that_can_not_be_read_is_told(world: World) -> None:
    received(world)

    def unreadable(name: str, _: Any) -> None:
        if name == "standing":
            raise WorkstationError("F07")

    world.machine.hook = unreadable
    assert keeper(world).round() == 0
    error = kept(world).error
    assert error is not None and (error.code, dict(error.params)["cause"]) == ("C41", "F07")


@pytest.mark.expect_log(r"renewing an archive time-stamp")
def test_a_file_that_is_no_continuation_is_refused(world: World) -> None:
    received(world)
    world.machine.ends = [NEAR, FAR]

    def rewrites(name: str, job: Any) -> None:
        if name == "lifted":
            job.out.write_bytes(b"#" + job.out.read_bytes()[1:])

    world.machine.hook = rewrites
    assert keeper(world).round() == 0
    error = kept(world).error
    assert error is not None and dict(error.params)["cause"] == "M03" and kept(world).sha256 == kept(world).sealed


class Dies(BaseException):
    """As SIGKILL: nothing catches it."""


@pytest.mark.parametrize("moment", ["lifted", "blob", "row"])
def test_dying_at_any_border_leaves_the_sent_file_and_the_next_round_finishes(
    world: World, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    dossier = received(world)
    world.machine.ends = [NEAR, FAR]
    keeper(world).look()

    def dies(*_: Any, **__: Any) -> Any:
        raise Dies

    with monkeypatch.context() as patch:
        if moment == "lifted":
            world.machine.hook = lambda name, job: dies() if name == "lifted" else None
        else:
            put: Callable[..., Any] = FileBlobs.put_file
            patch.setattr(FileBlobs, "put_file", dies if moment == "blob" else put)
            if moment == "row":
                patch.setattr("workstation.usecases.archive._record", dies)
        patch.setattr(Path, "unlink", lambda *_, **__: None)  # a process that was killed tidies nothing up
        with pytest.raises(Dies):
            keeper(world).round()
    world.machine.hook = lambda name, job: None
    assert kept(world).sha256 == kept(world).sealed and RENEWED not in world.audit()
    assert list(world.office.sealing.iterdir())
    recover(world.office, lambda path: pytest.fail("nothing signed lies there"))
    assert not list(world.office.sealing.iterdir())
    assert keeper(world).round() == 1
    sent_is_untouched(world, dossier)
    assert world.audit().count(RENEWED) == 1


@pytest.mark.expect_log(r"renewing an archive time-stamp")
def test_a_full_disk_costs_this_round_only(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    dossier = received(world)
    world.machine.ends = [NEAR, FAR]
    one = keeper(world)

    def full(*_: Any) -> Any:
        raise WorkstationError("M01")

    with monkeypatch.context() as patch:
        patch.setattr(FileBlobs, "put_file", full)
        assert one.round() == 0
    assert kept(world).error is not None and dict(kept(world).error.params)["cause"] == "M01"  # type: ignore[union-attr]
    one.try_again()
    assert one.round() == 1
    sent_is_untouched(world, dossier)


def test_another_station_was_faster(world: World) -> None:
    received(world)
    world.machine.ends = [NEAR, FAR]
    mine = keeper(world)

    def other(name: str, job: Any) -> None:
        if name == "lifted":
            world.machine.hook = lambda name, job: None
            assert keeper(world).round() == 1

    world.machine.hook = other
    assert mine.round() == 0
    assert world.audit().count(RENEWED) == 1 and kept(world).error is None


def test_signed_anew_after_it_came_back_is_another_file(world: World) -> None:
    dossier = received(world)
    world.machine.ends = [NEAR, FAR]
    keeper(world).round()
    old = kept(world)
    (document,) = world.get(dossier).documents
    with world.office.uow() as uow:
        fresh = replace(document.sealed, sha256=world.blobs.put_bytes(b"%PDF%%SIGNED9%%AT LTA"))  # type: ignore[type-var]
        uow.dossiers.save(world.get(dossier).with_document(replace(document, sealed=fresh)))
        uow.commit()
    assert the_row(world).kept is None
    keeper(world).look()
    assert kept(world).sealed != old.sealed and newest(world.office, old.sealed) == old.sha256


def test_a_batch_at_the_token_goes_first(world: World) -> None:
    received(world)
    lock = Lock()
    with lock:
        assert Keeper(world.office, lock).round() == 0
    assert the_row(world).kept is None


def test_while_a_batch_is_signed_nothing_is_read_and_a_look_holds_up_no_batch(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    received(world)
    world.machine.ends = [NEAR, FAR]
    lock, free = Lock(), dict[str, bool]()
    reads: list[Any] = []
    inner = archive.overview

    def counted(*terms: Any) -> tuple[ArchiveRow, ...]:
        reads.append(terms)
        return inner(*terms)

    monkeypatch.setattr(archive, "overview", counted)

    def told(name: str, _: Any) -> None:
        free.setdefault(name, not lock.locked())

    world.machine.hook = told
    one = Keeper(world.office, lock)
    with lock:
        assert one.round() == 0 and reads == []
    assert one.round() == 1 and free["standing"] and not free["lift"] and not lock.locked()


def test_a_long_round_rests_and_goes_on(world: World) -> None:
    for _ in range(3):
        received(world)
    world.machine.ends = [NEAR, FAR]
    one = keeper(world)
    assert one.round(seconds=0) == 0
    done = 0
    for _ in range(20):
        done += one.round(seconds=0.0005)
    assert done + one.round() == 3


def test_the_ticker_keeps_the_archive(world: World) -> None:
    received(world)
    world.machine.ends = [NEAR, FAR]
    Room(world).desk.tick()
    assert world.audit().count(RENEWED) == 1


def test_nobody_but_the_signer_is_asked_to_sign(world: World) -> None:
    dossier = received(world)
    world.machine.ends = [NEAR, FAR]
    signed = len(world.machine.signed_paths)
    keeper(world).round()
    assert len(world.machine.signed_paths) == signed and ids(dossier) and OFFICIAL not in _actors(world, RENEWED)


def _actors(world: World, action: str) -> set[str]:
    with world.office.look() as uow:
        return {event.actor for event in uow.audit.events() if event.action == action}
