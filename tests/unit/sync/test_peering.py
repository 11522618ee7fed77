"""Deliveries to peers beside the outbox: whose trouble is whose, what is told, and what a kill leaves."""

import json
import random
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sync.adapters.make import make
from sync.failure import WardFailure
from sync.peering import PeerRound, SenderWithPeers, Served
from tests.conformance.peers.faulty import Fault
from tests.conformance.peers.portals import ACCOUNT, PASSWORD, UNIT, FakePortal2
from tests.unit.sync.rig import Station, Ward
from workstation.domain.errors import WorkstationError
from workstation.domain.ids import Sha256
from workstation.domain.outbox import FailureClass, OutboxItem, OutboxState
from workstation.domain.peers import (
    BEGUN,
    CodeBook,
    Delivered,
    DeliveryState,
    Parcel,
    PeerConfig,
    PeerDelivery,
    StepJournal,
    TypeCodes,
)
from workstation.domain.ports import SendReport
from workstation.domain.signing import Secret

ALL = frozenset({OutboxState.QUEUED, OutboxState.RECEIVED})
BOOK = CodeBook({"QĐ": TypeCodes(result="KQ.G15.000031", procedure="1.001193")})


class Scripted:
    """An adapter that does what a test says."""

    def __init__(self, name: str, act: Callable[[Parcel, StepJournal], str]) -> None:
        self.config = PeerConfig(name, "portal-2", seconds=1)
        self.act = act
        self.parcels: list[Parcel] = []

    def deliver(self, parcel: Parcel, path: Callable[[Sha256], Path], journal: StepJournal) -> Delivered:
        self.parcels.append(parcel)
        return Delivered(self.act(parcel, journal))

    def reachable(self) -> bool:
        return True

    def close(self) -> None:
        return


def fails(failure: FailureClass, field: str = "") -> Callable[[Parcel, StepJournal], str]:
    def act(parcel: Parcel, journal: StepJournal) -> str:
        raise WardFailure(failure, field=field)

    return act


def works(parcel: Parcel, journal: StepJournal) -> str:
    return parcel.dossier_code


@dataclass
class Silent:
    """A station without a ward server."""

    def send_due(self, cancelled: Callable[[], bool]) -> tuple[SendReport, ...]:
        return ()

    def probe(self) -> bool:
        return False


def turn(
    station: Station, adapter: object, after: frozenset[OutboxState] = ALL, since: datetime | None = None, owner: str = "tram-1"
) -> PeerRound:
    served = Served(adapter, BOOK, since)  # type: ignore[arg-type]
    return PeerRound(station.uow, station.blobs, station.clock, served, owner, random.Random(1), station.limits, after)


def run(station: Station, adapter: object, **more: object) -> None:
    turn(station, adapter, **more).run(lambda: False)  # type: ignore[arg-type]


def delivery(station: Station, item: OutboxItem, peer: str = "a") -> PeerDelivery:
    with station.uow() as uow:
        return uow.deliveries.get(item.id, peer)


def test_one_peers_trouble_is_no_others(station: Station) -> None:
    item = station.queue(b"%PDF-1")
    run(station, Scripted("a", fails(FailureClass.KHONG_HOP_LE, "MaTTHC")))
    run(station, Scripted("b", works))
    a, b = delivery(station, item, "a"), delivery(station, item, "b")
    assert (a.state, a.error and (a.error.code, a.error.params)) == (DeliveryState.REJECTED, ("G12", (("field", "MaTTHC"),)))
    assert (b.state, b.reference, b.error, b.lease_owner) == (DeliveryState.DELIVERED, "HS-0001", None, "")
    assert station.item(item).state is OutboxState.QUEUED  # received is the ward server's word
    with station.uow() as uow:
        assert [d.peer for d in uow.deliveries.of_items([item.id])[item.id]] == ["a", "b"]
        assert uow.deliveries.tally("a")[DeliveryState.REJECTED] == 1


def test_only_what_the_ward_has_received_goes_on_where_there_is_a_ward(station: Station, ward: Ward) -> None:
    item = station.queue(b"%PDF-1.7 received")
    adapter, received = Scripted("a", works), frozenset({OutboxState.RECEIVED})
    run(station, adapter, after=received)
    assert adapter.parcels == []
    station.send(station.sender(ward))
    run(station, adapter, after=received)
    assert [p.dossier_id for p in adapter.parcels] == [item.dossier_id]
    run(station, adapter, after=received)
    assert len(adapter.parcels) == 1


def test_a_locked_keyring_is_asked_once_a_round_and_again_soon(station: Station) -> None:
    items = [station.queue(b"%PDF-1"), station.queue(b"%PDF-2"), station.queue(b"%PDF-3")]
    asked = []

    def locked(parcel: Parcel, journal: StepJournal) -> str:
        asked.append(parcel.dossier_id)
        raise WorkstationError("G30")

    run(station, Scripted("a", locked))
    first = delivery(station, items[0])
    assert len(asked) == 1, "no other delivery would fare better"
    assert (first.state, first.error and first.error.code, first.lease_owner) == (DeliveryState.QUEUED, "G30", "")
    assert first.next_try is not None and first.next_try - station.clock.now() <= timedelta(seconds=5)
    station.clock.ahead = timedelta(seconds=5)
    run(station, Scripted("a", works))
    assert {delivery(station, item).state for item in items} == {DeliveryState.DELIVERED}


def test_what_waits_for_a_time_stamp_or_is_too_old_is_not_opened(station: Station) -> None:
    held, old = station.queue(b"%PDF-1"), station.queue(b"%PDF-2")
    with station.uow() as uow:
        uow.outbox.save(replace(uow.outbox.get(held.id), next_try=datetime.now(UTC) + timedelta(hours=1)))
        uow.commit()
    adapter = Scripted("a", works)
    run(station, adapter, since=old.created_at + timedelta(seconds=1))
    assert adapter.parcels == []
    run(station, adapter)
    assert [p.dossier_id for p in adapter.parcels] == [old.dossier_id]


@pytest.mark.parametrize(
    ("failure", "tried", "state"),
    [
        (FailureClass.MANG, 1, DeliveryState.QUEUED),
        (FailureClass.QUA_TAI, 1, DeliveryState.QUEUED),
        (FailureClass.XAC_THUC, 1, DeliveryState.QUEUED),
        (FailureClass.MAY_CHU, 1, DeliveryState.QUEUED),
        (FailureClass.KHONG_RO, 3, DeliveryState.QUEUED),
        (FailureClass.HET_HAN, 3, DeliveryState.QUEUED),
        (FailureClass.KHONG_HOP_LE, 3, DeliveryState.REJECTED),
        (FailureClass.XUNG_DOT, 3, DeliveryState.REJECTED),
        (FailureClass.QUYEN, 3, DeliveryState.REJECTED),
        (FailureClass.SAI_BAM, 3, DeliveryState.REJECTED),
        (FailureClass.CUC_BO, 3, DeliveryState.REJECTED),
    ],
)
def test_each_class_ends_as_the_table_says(station: Station, failure: FailureClass, tried: int, state: DeliveryState) -> None:
    """What is about the peer spares the others; what is about one dossier does not."""
    items = [station.queue(b"%PDF-1" + bytes([i])) for i in range(3)]
    adapter = Scripted("a", fails(failure))
    run(station, adapter)
    assert len(adapter.parcels) == tried
    first = delivery(station, items[0])
    assert first.state is state and first.error is not None and first.error.code == failure.value
    assert (first.next_try is None) is (state is DeliveryState.REJECTED)
    run(station, adapter)
    again = {p.dossier_id for p in adapter.parcels}
    assert items[0].dossier_id in again and len(adapter.parcels) <= 2 * tried + 1


def test_a_refused_log_in_is_not_tried_again_with_the_next_delivery(station: Station) -> None:
    """Each try with a wrong secret may be one of the few before the account is locked."""
    items = [station.queue(b"%PDF-1" + bytes([i])) for i in range(4)]
    refused = Scripted("a", fails(FailureClass.XAC_THUC))
    peer = turn(station, refused)
    for _ in range(4):
        peer.run(lambda: False)
    assert [p.dossier_id for p in refused.parcels] == [items[0].dossier_id]
    station.clock.ahead = timedelta(minutes=6)
    refused.act = works
    peer.run(lambda: False)
    assert {delivery(station, item).state for item in items} == {DeliveryState.DELIVERED}


def test_a_few_deliveries_that_the_peer_breaks_on_do_not_stop_the_others(station: Station) -> None:
    broken = {station.queue(b"%PDF-1" + bytes([i])).dossier_id for i in range(3)}
    good = station.queue(b"%PDF-2")

    def act(parcel: Parcel, journal: StepJournal) -> str:
        if parcel.dossier_id in broken:
            raise WardFailure(FailureClass.MAY_CHU, status=500)
        return "x"

    adapter = Scripted("a", act)
    peer = turn(station, adapter)
    for _ in range(5):
        peer.run(lambda: False)
    assert len(adapter.parcels) == 3, "three in a row: the peer itself is spared"
    for minute in range(1, 9):
        station.clock.ahead = timedelta(minutes=20 * minute)
        for _ in range(4):
            peer.run(lambda: False)
    assert delivery(station, good).state is DeliveryState.DELIVERED


@pytest.mark.expect_log("B01")
def test_a_bug_costs_one_delivery(station: Station, caplog: pytest.LogCaptureFixture) -> None:
    bad, good = station.queue(b"%PDF-1"), station.queue(b"%PDF-2")

    def act(parcel: Parcel, journal: StepJournal) -> str:
        if parcel.dossier_id == bad.dossier_id:
            raise ZeroDivisionError
        return "x"

    run(station, Scripted("a", act))
    failed = delivery(station, bad)
    assert failed.error is not None and failed.error.code == "B01" and failed.next_try is not None
    assert delivery(station, good).state is DeliveryState.DELIVERED
    assert "B01 ZeroDivisionError" in caplog.text


def test_a_step_that_began_is_in_the_store_before_it_goes_out(station: Station) -> None:
    item = station.queue(b"%PDF-1")

    def act(parcel: Parcel, journal: StepJournal) -> str:
        journal.begin("case")
        assert delivery(station, item).steps == (("case", BEGUN),)
        raise WardFailure(FailureClass.KHONG_RO)

    run(station, Scripted("a", act))
    waiting = delivery(station, item)
    assert (waiting.state, waiting.steps) == (DeliveryState.UNKNOWN, (("case", BEGUN),))

    def resume(parcel: Parcel, journal: StepJournal) -> str:
        assert journal.get("case") == BEGUN
        journal.done("case", "7")
        return "7"

    station.clock.ahead = timedelta(hours=1)
    run(station, Scripted("a", resume))
    assert delivery(station, item).state is DeliveryState.DELIVERED


@pytest.mark.expect_log("lease lost")
def test_what_another_process_took_over_is_theirs(station: Station) -> None:
    item = station.queue(b"%PDF-1")

    def act(parcel: Parcel, journal: StepJournal) -> str:
        with station.uow() as uow:  # the lease ran out, and another has claimed it
            taken = uow.deliveries.claim("a", "tram-2", datetime.now(UTC) + timedelta(hours=1), 60)
            assert taken is not None
            uow.commit()
        journal.begin("case")
        raise AssertionError("went on without its lease")

    run(station, Scripted("a", act))
    theirs = delivery(station, item)
    assert (theirs.lease_owner, theirs.steps) == ("tram-2", ())


def test_a_peer_that_hangs_holds_up_neither_the_ward_nor_another(station: Station) -> None:
    station.queue(b"%PDF-1")
    let_go, hanging, done = threading.Event(), threading.Event(), threading.Event()

    def hang(parcel: Parcel, journal: StepJournal) -> str:
        hanging.set()
        assert let_go.wait(30)
        return "late"

    def quick(parcel: Parcel, journal: StepJournal) -> str:
        done.set()
        return "x"

    slow, fast = Scripted("a", hang), Scripted("b", quick)
    sender = SenderWithPeers(Silent(), (turn(station, slow), turn(station, fast)), 0.1)
    begun = time.monotonic()
    for _ in range(3):
        sender.send_due(lambda: False)
    assert hanging.wait(10) and done.wait(10)
    assert time.monotonic() - begun < 10
    assert len(slow.parcels) == 1  # asked once, however often its turn came
    let_go.set()
    sender.close()
    with station.uow() as uow:
        assert uow.deliveries.tally("a")[DeliveryState.DELIVERED] == 1


def test_closing_does_not_wait_for_a_peer_that_hangs_and_frees_its_delivery(station: Station) -> None:
    item, (let_go, hanging, over) = station.queue(b"%PDF-1"), (threading.Event() for _ in range(3))

    def hang(parcel: Parcel, journal: StepJournal) -> str:
        journal.begin("case")
        hanging.set()
        assert let_go.wait(30)
        try:
            journal.done("case", "H29")
        finally:
            over.set()
        raise AssertionError("went on without its lease")

    sender = SenderWithPeers(Silent(), (turn(station, Scripted("a", hang)), turn(station, Scripted("b", works))), 0.1)
    sender.send_due(lambda: False)
    assert hanging.wait(10)
    begun = time.monotonic()
    sender.close()
    assert time.monotonic() - begun < 3
    left = delivery(station, item)
    assert (left.state, left.lease_owner, left.steps) == (DeliveryState.UNKNOWN, "", (("case", BEGUN),))
    let_go.set()
    assert over.wait(10)
    assert delivery(station, item) == left
    assert delivery(station, item, "b").state is DeliveryState.DELIVERED


def test_the_screen_is_told_of_what_was_at_work_and_of_nothing_else(station: Station) -> None:
    station.queue(b"%PDF-1")
    told: list[int] = []
    sender = SenderWithPeers(Silent(), (turn(station, Scripted("a", works)),), 0.1, lambda: told.append(1))
    for _ in range(2):
        sender.send_beside(lambda: False)
        sender.settle()
    sender.close()
    assert told == [1]


def test_outside_sending_hours_nothing_goes(station: Station) -> None:
    station.queue(b"%PDF-1")
    station.limits.hours = False
    adapter = Scripted("a", works)
    run(station, adapter)
    assert adapter.parcels == []


# --- with a real adapter


@pytest.fixture
def portal() -> Iterator[FakePortal2]:
    peer = FakePortal2()
    yield peer
    peer.close()


def queue_case(station: Station) -> OutboxItem:
    """A dossier with its number on the title, as a receipt names it, and whom it is about."""
    item = station.queue(b"%PDF-1.7 result", title="Khai sinh H29.17-20260609-0092637")
    body = json.loads(item.metadata)
    body["documents"][0]["fields"] |= {"person_name": "Nguyễn Thị Mẫu", "identity_number": "079000000001"}
    with station.uow() as uow:
        uow.outbox.save(replace(uow.outbox.get(item.id), metadata=json.dumps(body, ensure_ascii=False)))
        uow.commit()
    return station.item(item)


def test_a_dossier_reaches_the_portal_through_faults_and_restarts(station: Station, portal: FakePortal2) -> None:
    item = queue_case(station)
    config = PeerConfig("a", "portal-2", portal.url, UNIT, "UBND Phường", ACCOUNT, seconds=1)
    portal.plan.extend(
        [Fault.GATEWAY, Fault.NONE, Fault.LOST, Fault.NONE, Fault.NONE, Fault.NONE, Fault.LOST, Fault.LOST, Fault.BUSY]
    )
    for hour in range(20):
        station.clock.ahead = timedelta(hours=hour)
        adapter = make(config, BOOK, lambda: Secret(PASSWORD))
        run(station, adapter)
        adapter.close()
        if delivery(station, item).state is DeliveryState.DELIVERED:
            break
    assert delivery(station, item).reference.startswith("H29.17-20260609-0092637 · ")
    assert list(portal.created.values()) == [1] and list(portal.statuses.values()) == [1]
    (case,) = portal.cases.values()
    results = case["DanhSachGiayToKetQua"]
    assert isinstance(results, list) and results[0]["HashTepTin"] == item.files[0].sha256
    assert case["NgayTiepNhan"] == "2026-06-09 00:00:00" and not portal.plan
