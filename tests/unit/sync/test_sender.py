"""Who goes when: the breaker of a troubled peer, lanes around what hangs, the cap, the hours. Real server, real line."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from sync.contract import Timeouts
from sync.throttle import Throttle
from sync.upload import MAX_CHUNK, MIN_CHUNK, START_CHUNK, ChunkSize
from tests.fault.proxy import FaultProxy
from tests.small_disk import on_small_disk, small_disk
from tests.unit.sync.rig import Station, Ward, pdf
from workstation.domain.outbox import OutboxItem, OutboxState

BUSY = b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 120\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
BROKEN = b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


def states(station: Station, items: list[OutboxItem]) -> list[OutboxState]:
    return [station.item(item).state for item in items]


def send_until_received(ward: Ward, station: Station, item: OutboxItem, url: str, rounds: int) -> None:
    """A round whenever the one before was broken off."""
    sender = station.sender(ward, url)
    for _ in range(rounds):
        station.send(sender)
        if station.item(item).state is OutboxState.RECEIVED:
            return
        station.make_due(item)
    raise AssertionError(f"not there after {rounds} rounds")


def test_a_busy_peer_is_left_alone_until_it_said_and_then_asked_once(ward: Ward, station: Station) -> None:
    items = [station.queue(pdf(1000, n)) for n in range(5)]
    with FaultProxy("127.0.0.1", ward.port) as line:
        line.answers = {b"PUT /v1/ho-so/": BUSY}
        sender = station.sender(ward, line.url)
        (report,) = station.send(sender)
        assert (report.item.id, report.item.error and report.item.error.code) == (items[0].id, "G02")
        replies = line.replies
        station.clock.ahead = timedelta(seconds=119)
        assert station.send(sender) == () and line.replies == replies, "not a byte before it said"
        station.clock.ahead = timedelta(seconds=121)
        assert [r.item.id for r in station.send(sender)] == [items[0].id], "one probe, and it is the same item"
        station.clock.ahead = timedelta(seconds=250)
        line.answers = {}
        assert len(station.send(sender)) == 5
    assert set(states(station, items)) == {OutboxState.RECEIVED}
    assert [station.item(i).attempts for i in items] == [3, 1, 1, 1, 1]


def test_since_when_a_peer_is_troubled_is_kept(ward: Ward, station: Station) -> None:
    item = station.queue(pdf(1000, 50))
    with FaultProxy("127.0.0.1", ward.port) as line:
        line.answers = {b"PUT /v1/ho-so/": BROKEN}
        sender = station.sender(ward, line.url)
        station.send(sender)
        first = station.item(item).error
        station.clock.ahead = timedelta(hours=2)
        station.send(sender)
        again = station.item(item).error
    assert first is not None and again is not None and first.code == again.code == "G09"
    assert dict(first.params)["since"] == dict(again.params)["since"]


def test_a_fault_with_one_item_is_the_items_and_with_three_in_a_row_the_servers(ward: Ward, station: Station) -> None:
    items = [station.queue(pdf(1000, 60 + n)) for n in range(6)]
    with FaultProxy("127.0.0.1", ward.port) as line:
        line.answers = {b"PUT /v1/ho-so/" + items[n].dossier_id.encode(): BROKEN for n in (0, 2, 3)}
        sender = station.sender(ward, line.url)
        assert len(station.send(sender)) == 6, "never three in a row"
        more = [station.queue(pdf(1000, 70 + n)) for n in range(5)]
        line.answers = {b"PUT /v1/ho-so/" + i.dossier_id.encode(): BROKEN for i in (items[0], items[2], items[3], *more)}
        station.clock.ahead = timedelta(seconds=5)
        assert len(station.send(sender)) == 3
        assert [station.item(i).attempts for i in more] == [0] * 5
        line.answers = {}
        station.clock.ahead = timedelta(seconds=2000)
        assert len(station.send(sender)) == 8
    assert set(states(station, items + more)) == {OutboxState.RECEIVED}


def test_three_broken_items_do_not_hold_up_what_is_behind_them(ward: Ward, station: Station) -> None:
    poison = [station.queue(pdf(1000, 300 + n)) for n in range(3)]
    good = [station.queue(pdf(1000, 310 + n)) for n in range(6)]
    with FaultProxy("127.0.0.1", ward.port) as line:
        line.answers = {b"PUT /v1/ho-so/" + item.dossier_id.encode(): BROKEN for item in poison}
        sender = station.sender(ward, line.url)
        assert [r.item.id for r in station.send(sender)] == [item.id for item in poison], "held to be the server's fault"
        station.clock.ahead = timedelta(seconds=30)
        station.send(sender)
        assert set(states(station, good)) == {OutboxState.RECEIVED}, "all in the round after it"
        late = station.queue(pdf(1000, 320))
        station.clock.ahead = timedelta(seconds=3600)
        assert len(station.send(sender)) == 4 and station.item(late).state is OutboxState.RECEIVED
        assert set(states(station, poison)) == {OutboxState.QUEUED}


def test_a_server_that_stays_broken_is_spared_longer_each_time(ward: Ward, station: Station) -> None:
    items = [station.queue(pdf(1000, 330 + n)) for n in range(12)]
    with FaultProxy("127.0.0.1", ward.port) as line:
        line.answers = {b"PUT /v1/ho-so/": BROKEN}
        sender, now, asked = station.sender(ward, line.url), 0, 0
        for now in range(0, 600, 2):
            station.clock.ahead = timedelta(seconds=now)
            asked += len(station.send(sender))
        assert asked < 12 * 20, "each doubles its wait: without, 3600 times"
        line.answers = {}
        station.clock.ahead = timedelta(seconds=now + 2000)
        station.send(sender)
    assert set(states(station, items)) == {OutboxState.RECEIVED}


def test_one_item_that_is_always_busy_holds_up_the_others_for_a_while_only(ward: Ward, station: Station) -> None:
    stuck, *others = [station.queue(pdf(1000, 350 + n)) for n in range(4)]
    with FaultProxy("127.0.0.1", ward.port) as line:
        line.answers = {b"PUT /v1/ho-so/" + stuck.dossier_id.encode(): BUSY}
        sender = station.sender(ward, line.url)
        for minutes in range(0, 15, 3):
            station.clock.ahead = timedelta(minutes=minutes)
            station.send(sender)
        assert set(states(station, others)) == {OutboxState.RECEIVED}
        assert station.item(stuck).state is OutboxState.QUEUED


@on_small_disk
def test_a_file_too_big_for_the_wards_disk_leaves_the_way_to_small_ones(
    new_ward: Callable[..., Ward], station: Station, tmp_path: Path
) -> None:
    with small_disk(tmp_path / "ward0", 12 * 1024):
        ward = new_ward()
        big, *small = station.queue(pdf(9_000_000, 370)), station.queue(pdf(1000, 371)), station.queue(pdf(1000, 372))
        station.send(station.sender(ward))
        error = station.item(big).error
        assert (station.item(big).state, error and error.code) == (OutboxState.QUEUED, "G02")
        assert states(station, small) == [OutboxState.RECEIVED] * 2
        station.hang_up()
        ward.stop()


def test_what_hangs_keeps_nobody_waiting(ward: Ward, station: Station) -> None:
    items = [station.queue(pdf(2000, 80 + n)) for n in range(12)]
    with FaultProxy("127.0.0.1", ward.port) as line:
        line.hang_on = b"PUT /v1/ho-so/" + items[3].dossier_id.encode()
        sender = station.sender(ward, line.url, timeouts=Timeouts(connect=2, read=6, write=6, probe=2))
        done: list[float] = []
        begun = time.monotonic()
        round_ = threading.Thread(target=lambda: station.send(sender))
        round_.start()
        while len(done) < 11:
            done = [0.0 for i in items if station.item(i).state is OutboxState.RECEIVED]
            assert time.monotonic() - begun < 5.5, "before the time-out of the one that hangs"
            time.sleep(0.02)
        round_.join()
        stuck = station.item(items[3])
        assert (stuck.state, stuck.error and stuck.error.code) == (OutboxState.QUEUED, "G01")
        assert time.monotonic() - begun < 9, "and that is waited for once"
        line.hang_on = None
        station.clock.ahead = timedelta(seconds=10)
        station.send(sender)
    assert set(states(station, items)) == {OutboxState.RECEIVED}
    assert [station.item(i).attempts for i in items] == [1, 1, 1, 2] + [1] * 8


def test_a_cap_that_begins_in_mid_file_holds_within_two_seconds(ward: Ward, station: Station) -> None:
    item = station.queue(pdf(40_000_000, 90))
    with FaultProxy("127.0.0.1", ward.port) as line:
        line.bytes_per_second = 4_000_000
        stop = threading.Event()
        sender = station.sender(ward, line.url)
        round_ = threading.Thread(target=lambda: sender.send_due(stop.is_set))
        round_.start()
        while line.bytes_up < 2_000_000:
            time.sleep(0.01)
        station.limits.limit = 64_000.0
        time.sleep(1.9)
        before = line.bytes_up
        time.sleep(4)
        rate = (line.bytes_up - before) / 4
        stop.set()
        round_.join()
    assert 0.9 * 64_000 <= rate <= 1.1 * 64_000, rate
    assert station.item(item).state is OutboxState.QUEUED


def test_sending_hours_end_in_mid_file(ward: Ward, station: Station) -> None:
    item, other = station.queue(pdf(5_000_000, 91)), station.queue(pdf(1000, 92))
    with FaultProxy("127.0.0.1", ward.port) as line:
        line.bytes_per_second = 2_000_000
        sender = station.sender(ward, line.url)
        round_ = threading.Thread(target=lambda: station.send(sender))
        round_.start()
        while line.bytes_up < 1_000_000:
            time.sleep(0.01)
        station.limits.hours = False
        round_.join(5)
        assert not round_.is_alive()
        held = station.item(item)
        assert (held.state, held.error, held.lease_owner) == (OutboxState.QUEUED, None, "") and held.files[0].offset > 0
        assert station.send(sender) == () and station.item(other).attempts == 0
        station.limits.hours, line.bytes_per_second = True, None
        station.send(sender)
    assert states(station, [item, other]) == [OutboxState.RECEIVED] * 2


def test_a_line_cut_every_few_kilobytes_still_gets_there(ward: Ward, station: Station) -> None:
    content = pdf(300_000, 93)
    item = station.queue(content)
    with FaultProxy("127.0.0.1", ward.port) as line:
        line.cut_every = 7_000
        send_until_received(ward, station, item, line.url, 40)
        # headers cost a fifth of such a short life
        assert line.bytes_up < 1.5 * len(content)
    assert ward.stored(item.files[0].sha256) == content


def test_a_station_that_vanished_leaves_no_writer_behind(ward: Ward, station: Station) -> None:
    """Half-open: the server still waits on the old connection when the new one comes."""
    content = pdf(2_000_000, 94)
    item = station.queue(content)
    with FaultProxy("127.0.0.1", ward.port) as line:
        line.cut_every, line.half_open = 300_000, True
        send_until_received(ward, station, item, line.url, 10)
    assert ward.stored(item.files[0].sha256) == content


@pytest.mark.expect_log("B01")
def test_our_own_bug_in_one_lane_costs_its_item_only(ward: Ward, station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    bad, good = station.queue(pdf(1000, 95)), station.queue(pdf(1000, 96))
    whole: Callable[..., bool] = station.blobs.verify

    def verify(sha256: str) -> bool:
        if sha256 == bad.files[0].sha256:
            raise ZeroDivisionError
        return whole(sha256)

    monkeypatch.setattr(station.blobs, "verify", verify)
    station.send(station.sender(ward))
    broken = station.item(bad)
    assert (broken.state, broken.error and broken.error.code) == (OutboxState.QUEUED, "B01")
    assert station.item(good).state is OutboxState.RECEIVED


class Hand:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.mark.parametrize("rate", [1_000.0, 8_000.0, 64_000.0, 2_000_000.0])
def test_the_cap_is_held_within_five_percent(rate: float) -> None:
    hand = Hand()
    throttle, sent = Throttle(lambda: rate, hand, hand.sleep), 0
    while hand.now < 200:
        throttle.take(16_384, lambda: None)
        sent += 16_384
    assert sent / hand.now == pytest.approx(rate, rel=0.05, abs=16_384 / 200)


def test_a_wait_can_be_ended_and_sees_another_limit() -> None:
    hand, limit = Hand(), [100.0]
    throttle = Throttle(lambda: limit[0], hand, hand.sleep)
    throttle.take(10_000, lambda: None)

    def stop() -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        throttle.take(1, stop)
    limit[0] = 1e9
    throttle.take(1, lambda: None)
    assert hand.now < 1


def test_chunks_follow_the_line() -> None:
    size = ChunkSize()
    for _ in range(10):
        size.confirmed(size.bytes, size.bytes / 8e6)
    assert size.bytes == MAX_CHUNK
    for _ in range(20):
        size.cut()
    assert size.bytes <= START_CHUNK
    slow = ChunkSize()
    for _ in range(10):
        slow.confirmed(slow.bytes, 0.5 + slow.bytes / 2_000)
    assert MIN_CHUNK <= slow.bytes <= 32 * 1024, "16 kbit/s: an answer within the time-out"
    poor = ChunkSize()
    for _ in range(30):
        poor.confirmed(poor.bytes, 0.5 + poor.bytes / 8_000)
        poor.cut()
    assert poor.bytes >= 48 * 1024, "64 kbit/s that often breaks: latency must not be what is waited for"
