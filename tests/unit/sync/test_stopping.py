"""Who wants to stop does not wait for a dead line: the round ends within a second, and the journal says how far it came."""

import threading
import time

from sync.journal import Journal, take_over
from sync.lanes import Lane, Lanes
from tests.fault.proxy import FaultProxy
from tests.unit.sync.rig import Station, Ward, pdf
from workstation.domain.outbox import OutboxState
from workstation.domain.ports import SendReport


def stop_in_mid_round(station: Station, ward: Ward, line: FaultProxy, when: str) -> tuple[float, tuple[SendReport, ...]]:
    """Seconds until the round ended after the wish to stop, and what it reported."""
    stop, reports = threading.Event(), list[SendReport]()
    sender = station.sender(ward, line.url)
    round_ = threading.Thread(target=lambda: reports.extend(sender.send_due(stop.is_set)))
    round_.start()
    until = time.monotonic() + 20
    while time.monotonic() < until and not (line.bytes_up > 500_000 if when == "upload" else _committing(station)):
        time.sleep(0.005)
    if when == "upload":
        line.stall = True
    time.sleep(0.3)  # everything waits for the line
    begun = time.monotonic()
    stop.set()
    round_.join(20)
    return time.monotonic() - begun, tuple(reports)


def _committing(station: Station) -> bool:
    with station.uow() as uow:
        return any(item.manifest for item in uow.outbox.list())


def test_a_stalled_upload_is_left_within_a_second(ward: Ward, station: Station) -> None:
    content = pdf(3_000_000, 301)
    item = station.queue(content)
    with FaultProxy("127.0.0.1", ward.port) as line:
        line.bytes_per_second = 2_000_000
        seconds, reports = stop_in_mid_round(station, ward, line, "upload")
        left = station.item(item)
        line.stall, line.bytes_per_second = False, None
        assert seconds < 1.0, seconds
        assert [(r.item.id, r.item.state) for r in reports] == [(item.id, left.state)] and reports[0].bytes_sent > 0
        assert (left.state, left.lease_owner, left.error, left.next_try) == (OutboxState.QUEUED, "", None, None)
        assert left.files[0].upload_url and left.files[0].offset > 0
        time.sleep(0.5)  # the lane that was left behind wakes up on a line that works again
        assert station.item(item) == left, "and changes nothing any more"
        station.send(station.sender(ward))
    assert station.item(item).state is OutboxState.RECEIVED and ward.stored(item.files[0].sha256) == content
    assert [ward.count(t, item.dossier_id) for t in ("file", "receipt")] == [1, 1]


def test_a_package_whose_answer_is_still_out_is_asked_for_next_time(ward: Ward, station: Station) -> None:
    item = station.queue(pdf(10_000, 302))
    with FaultProxy("127.0.0.1", ward.port) as line:
        line.hang_on = b"/goi "
        seconds, reports = stop_in_mid_round(station, ward, line, "commit")
    left = station.item(item)
    assert seconds < 1.0, seconds
    assert (left.state, left.lease_owner) == (OutboxState.UNKNOWN, "")
    assert [(r.item.id, r.item.state) for r in reports] == [(item.id, left.state)]
    station.send(station.sender(ward))
    assert station.item(item).state is OutboxState.RECEIVED and ward.count("receipt", item.dossier_id) == 1


def test_an_item_that_was_given_back_is_not_taken_over(station: Station) -> None:
    item = station.queue(pdf(10_000, 303))
    with station.uow() as uow:
        claimed = uow.outbox.claim("tram-1", station.clock.now(), 60)
        uow.commit()
    assert claimed is not None
    Journal(station.uow, station.clock, claimed, lambda: False).postponed(None, None, unknown=False)
    assert take_over(station.uow, claimed) is None
    assert station.item(item).state is OutboxState.QUEUED


def test_no_lane_is_left_behind_by_a_round_that_nobody_stops() -> None:
    done = []

    def step(_: Lane) -> bool:
        done.append(1)
        return len(done) < 3

    assert Lanes(step).run(lambda: False) and len(done) == 3
