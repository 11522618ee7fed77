"""A bad line, a dying server, a damaged disk: nothing lost, nothing doubled, nothing sent that should not be."""

import json
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from sync.canonical import canonical_json
from sync.contract import Timeouts, WardClient
from sync.failure import WardFailure
from sync.receipts import TrustedKeys
from tests.fault.proxy import FaultProxy
from tests.unit.sync.rig import ROOT, Station, Ward, pdf
from workstation.domain.dossier import DossierState
from workstation.domain.outbox import FailureClass, OutboxItem, OutboxState
from workstation.domain.signing import Secret

HTML = "<html>Cổng đăng nhập mạng</html>".encode()
PORTAL = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s" % (len(HTML), HTML)


def code(item: OutboxItem) -> str:
    return item.error.code if item.error else ""


def send_until_received(station: Station, ward: Ward, url: str, item: OutboxItem, rounds: int = 5) -> OutboxItem:
    sender = station.sender(ward, url)
    for _ in range(rounds):
        station.send(sender)
        now = station.item(item)
        if now.state is OutboxState.RECEIVED:
            return now
        assert now.state in (OutboxState.QUEUED, OutboxState.UNKNOWN), now.error
        assert now.next_try is not None and now.next_try > station.clock.now()
        station.make_due(item)
    raise AssertionError(f"not received: {station.item(item).error}")


def assert_once(ward: Ward, item: OutboxItem) -> None:
    assert [ward.count(t, item.dossier_id) for t in ("dossier", "receipt", "code_allocation", "upload")] == [1, 1, 1, 0]
    assert ward.count("file", item.dossier_id) == len({f.sha256 for f in item.files})


@pytest.mark.parametrize("reset", [False, True])
def test_line_cut_every_200_kb(ward: Ward, station: Station, reset: bool) -> None:
    content = pdf(3_000_000, 300 + reset)
    item = station.queue(content)
    with FaultProxy("127.0.0.1", ward.port) as line:
        line.cut_every, line.reset = 200_000, reset
        done = send_until_received(station, ward, line.url, item)
        assert line.connections > 14
        # what was in buffers at a cut is sent again; a reset throws away the server's buffer as well
        print("sent/file", done.bytes_sent / len(content), "on the line/file", line.bytes_up / len(content))
        assert done.bytes_sent <= (1.6 if reset else 1.4) * len(content)
        assert line.bytes_up <= (1.3 if reset else 1.1) * len(content)
    assert ward.stored(done.files[0].sha256) == content
    assert_once(ward, item)


def test_stall_is_noticed_and_resumed(ward: Ward, station: Station) -> None:
    content = pdf(4_000_000, 4)
    item = station.queue(content)
    with FaultProxy("127.0.0.1", ward.port) as line:
        sender = station.sender(ward, line.url, timeouts=Timeouts(connect=1, read=1, write=1, probe=1))
        line.bytes_per_second = 2_000_000
        stopper = after(lambda: line.bytes_up > 1_000_000, lambda: setattr(line, "stall", True))
        begun = time.monotonic()
        station.send(sender)
        stopper.join()
        assert time.monotonic() - begun < 15
        waiting = station.item(item)
        assert (waiting.state, code(waiting)) == (OutboxState.QUEUED, "G01")
        assert 0 < waiting.files[0].offset < len(content)
        line.stall, line.bytes_per_second = False, None
        done = send_until_received(station, ward, line.url, item)
    assert done.bytes_sent < 2 * len(content)
    assert ward.stored(done.files[0].sha256) == content


def after(condition: Callable[[], bool], action: Callable[[], None], seconds: float = 10) -> threading.Thread:
    """Does ``action`` as soon as ``condition`` holds, beside the test."""

    def watch() -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline
            time.sleep(0.002)
        action()

    thread = threading.Thread(target=watch)
    thread.start()
    return thread


def test_lost_reply_at_every_call(ward: Ward, station: Station) -> None:
    number, unknown = 0, 0
    while True:
        content = pdf(150_000, 100 + number)
        item = station.queue(content)
        with FaultProxy("127.0.0.1", ward.port) as line:
            line.lose_replies = {number}
            sender = station.sender(ward, line.url)
            station.send(sender)
            first = station.item(item)
            unknown += first.state is OutboxState.UNKNOWN
            if first.state is not OutboxState.RECEIVED:
                station.make_due(item)
            done = first if first.state is OutboxState.RECEIVED else send_until_received(station, ward, line.url, item)
            calls = line.replies
        assert_once(ward, item)
        assert ward.stored(done.files[0].sha256) == content
        assert done.bytes_sent <= 2 * len(content)
        if number >= calls:
            break
        number += 1
    assert number >= 7  # capabilities, log-in, dossier, create, chunks, chot, package
    assert unknown == 1  # the package: only there is it not known what happened


def test_lost_receipt_is_asked_for_not_sent_again(ward: Ward, station: Station) -> None:
    item = station.queue(pdf(1000, 5))
    with FaultProxy("127.0.0.1", ward.port) as line:
        sender = station.sender(ward, line.url)
        line.replace_replies = {6: PORTAL}  # a captive portal's page in place of the receipt
        station.send(sender)
        unclear = station.item(item)
        assert (unclear.state, code(unclear)) == (OutboxState.UNKNOWN, "G07")
        assert station.dossier(item).state is DossierState.QUEUED
        assert ward.count("receipt", item.dossier_id) == 1
        station.make_due(item)
        before = line.replies
        (report,) = station.send(sender)
        assert line.replies == before + 1 and report.bytes_sent == 0
    assert report.item.state is OutboxState.RECEIVED
    assert_once(ward, item)


def test_captive_portal_is_no_success(ward: Ward, station: Station) -> None:
    item = station.queue(pdf(1000, 6))
    with FaultProxy("127.0.0.1", ward.port) as line:
        line.replace_replies = dict.fromkeys(range(3), PORTAL)
        station.send(station.sender(ward, line.url))
    assert (station.item(item).state, code(station.item(item))) == (OutboxState.QUEUED, "G07")
    assert ward.count("dossier", item.dossier_id) == 0


def test_server_killed_in_mid_upload(new_ward: Callable[..., Ward], station: Station) -> None:
    ward = new_ward()
    content = pdf(3_000_000, 7)
    item = station.queue(content)
    with FaultProxy("127.0.0.1", ward.port) as line:
        sender = station.sender(ward, line.url)
        line.bytes_per_second = 1_500_000  # slow enough that a busy machine kills it in time
        killer = after(lambda: line.bytes_up > 1_200_000, ward.kill)
        station.send(sender)
        killer.join()
        waiting = station.item(item)
        assert (waiting.state, code(waiting)) == (OutboxState.QUEUED, "G01")
        assert waiting.files[0].upload_url and waiting.files[0].offset > 0
        line.bytes_per_second = None
        ward.start()
        done = send_until_received(station, ward, line.url, item)
    assert done.bytes_sent < 1.8 * len(content)
    assert ward.stored(done.files[0].sha256) == content
    assert_once(ward, item)


def test_no_server(ward: Ward, station: Station) -> None:
    items = [station.queue(pdf(1000, n)) for n in range(3)]
    with FaultProxy("127.0.0.1", ward.port) as line:
        gone = line.url
    sender = station.sender(ward, gone)
    assert not sender.probe()
    (report,) = station.send(sender)
    assert (report.item.state, code(report.item)) == (OutboxState.QUEUED, "G01")
    assert report.item.next_try is not None and report.item.next_try > station.clock.now()
    # the others were not charged for a line that is down
    assert [station.item(i).attempts for i in items] == [1, 0, 0]
    assert station.dossier(items[0]).state is DossierState.QUEUED


@pytest.mark.parametrize("damage", ["changed", "zeros", "shorter", "missing"])
def test_changed_file_is_never_sent(ward: Ward, station: Station, damage: str) -> None:
    good, content = pdf(1000, 8), bytearray(pdf(50_000, 9))
    bad, other = station.queue(good, bytes(content)), station.queue(pdf(1000, 10))
    content[30_000] ^= 1
    path = station.blobs.path(bad.files[1].sha256)
    if damage == "missing":
        path.unlink()
    else:
        station.damage(
            bad.files[1].sha256, {"changed": bytes(content), "zeros": bytes(50_000), "shorter": bytes(content[:999])}[damage]
        )
    station.send(station.sender(ward))
    stopped = station.item(bad)
    assert (stopped.state, code(stopped), stopped.bytes_sent) == (OutboxState.REJECTED, "G10", 0)
    assert ("document_id", bad.files[1].document_id) in (stopped.error.params if stopped.error else ())
    assert ward.count("dossier", bad.dossier_id) == 0
    assert station.dossier(bad).state is DossierState.REJECTED
    assert station.actions(bad) == ["rejected"]
    assert station.item(other).state is OutboxState.RECEIVED


def test_missing_field_comes_back_with_its_name(new_ward: Callable[..., Ward], station: Station) -> None:
    ward = new_ward("--require", "title", "--require", "documents.*.fields.identity_number")
    fields = {"fields": {"identity_number": "000000000000"}}
    bad = station.queue(pdf(1000, 11), pdf(1000, 12), documents=[{"id": "x", **fields}, {"id": "y", "fields": {}}])
    good = [station.queue(pdf(1000, 20 + n), documents=[{"id": "x", **fields}]) for n in range(3)]
    station.send(station.sender(ward))
    returned = station.item(bad)
    assert (returned.state, code(returned), returned.bytes_sent) == (OutboxState.REJECTED, "G12", 0)
    assert returned.error is not None
    assert dict(returned.error.params) == {"field": "identity_number", "document": 2, "document_id": bad.files[1].document_id}
    assert station.dossier(bad).state is DossierState.REJECTED
    assert {station.item(i).state for i in good} == {OutboxState.RECEIVED}
    mended = json.loads(bad.metadata) | {"documents": [{"id": "x", **fields}, {"id": "y", **fields}]}
    with station.uow() as uow:
        uow.outbox.save(replace(returned, metadata=canonical_json(mended), state=OutboxState.QUEUED, error=None))
        uow.dossiers.save(uow.dossiers.get(bad.dossier_id).move(DossierState.QUEUED))
        uow.commit()
    assert send_until_received(station, ward, ward.url, bad).attempts == 2
    assert station.actions(bad) == ["rejected", "received"]


def test_file_that_the_peer_would_refuse_is_not_sent(new_ward: Callable[..., Ward], station: Station) -> None:
    ward = new_ward("--max-bytes", "50000")
    big, small = station.queue(pdf(50_001)), station.queue(pdf(50_000))
    station.send(station.sender(ward))
    assert (code(station.item(big)), station.item(big).bytes_sent) == ("G12", 0)
    assert station.item(small).state is OutboxState.RECEIVED


def test_refused_login_pauses_the_peer(ward: Ward, station: Station) -> None:
    first, second = station.queue(pdf(1000, 30)), station.queue(pdf(1000, 31))
    secrets = [Secret("wrong")]
    sender = station.sender(ward, secret=lambda: secrets[0])
    assert len(station.send(sender)) == 1
    assert (station.item(first).state, code(station.item(first))) == (OutboxState.QUEUED, "G03")
    assert station.send(sender) == ()
    assert station.item(second).attempts == 0 and station.dossier(first).state is DossierState.QUEUED
    secrets[0] = ward.secret()
    station.make_due(first)
    assert len(station.send(sender)) == 2
    assert station.item(first).state is station.item(second).state is OutboxState.RECEIVED


def test_login_is_renewed_after_a_restart(new_ward: Callable[..., Ward], station: Station) -> None:
    ward = new_ward()
    sender = station.sender(ward)
    station.queue(pdf(1000, 32))
    assert station.send(sender)[0].item.state is OutboxState.RECEIVED
    assert ward.end(None) == 0  # as when the program that started it dies
    ward.start()
    station.queue(pdf(1000, 33))
    assert station.send(sender)[0].item.state is OutboxState.RECEIVED


def test_receipt_by_an_unknown_key(ward: Ward, new_ward: Callable[..., Ward], station: Station) -> None:
    stranger = new_ward()
    item = station.queue(pdf(1000, 34))
    station.send(station.sender(ward, keys=stranger.keys))
    assert (station.item(item).state, code(station.item(item))) == (OutboxState.REJECTED, "G11")
    assert station.item(item).receipt is None and station.dossier(item).state is DossierState.REJECTED


def test_pinned_keys_missing(ward: Ward, station: Station, tmp_path: Path) -> None:
    item = station.queue(pdf(1000, 35))
    station.send(station.sender(ward, keys=lambda: TrustedKeys.load(tmp_path / "none.json")))
    assert code(station.item(item)) == "G11"


def interrupted(station: Station, ward: Ward, content: bytes) -> OutboxItem:
    """An item of whose file about a megabyte has arrived, in small pieces, when the clerk stops sending."""
    item = station.queue(content)
    with FaultProxy("127.0.0.1", ward.port) as line:
        sender = station.sender(ward, line.url)
        sender.send_due(lambda: line.bytes_up > 1_000_000)
    return item


def test_stopped_by_the_person(ward: Ward, station: Station) -> None:
    content = pdf(5_000_000, 36)
    item = interrupted(station, ward, content)
    waiting = station.item(item)
    assert (waiting.state, waiting.error, waiting.next_try, waiting.lease_owner) == (OutboxState.QUEUED, None, None, "")
    assert waiting.files[0].offset > 0
    done = send_until_received(station, ward, ward.url, item)
    assert done.bytes_sent <= 1.5 * len(content)
    assert ward.stored(done.files[0].sha256) == content


def test_bytes_damaged_on_the_server(new_ward: Callable[..., Ward], station: Station) -> None:
    ward = new_ward()
    content = pdf(4_000_000, 37)
    item = interrupted(station, ward, content)
    (partial,) = (ward.data / "dang-tai").iterdir()
    with partial.open("rb+") as handle:
        handle.write(bytes(4096))  # what a power cut leaves of bytes that were never written
    done = send_until_received(station, ward, ward.url, item)
    assert ward.stored(done.files[0].sha256) == content
    assert len(content) < done.bytes_sent < 2.6 * len(content)
    assert_once(ward, item)


def test_upload_that_the_server_forgot(new_ward: Callable[..., Ward], station: Station) -> None:
    ward = new_ward()
    content = pdf(3_000_000, 38)
    item = interrupted(station, ward, content)
    connection = sqlite3.connect(ward.data / "ward.sqlite3")
    with connection:
        connection.execute("DELETE FROM upload")
    connection.close()
    done = send_until_received(station, ward, ward.url, item)
    assert ward.stored(done.files[0].sha256) == content
    assert_once(ward, item)


def test_same_content_twice_is_sent_once(ward: Ward, station: Station) -> None:
    content = pdf(100_000, 39)
    done = send_until_received(station, ward, ward.url, station.queue(content, content))
    assert done.bytes_sent == len(content)
    assert done.files[0].file_id == done.files[1].file_id


def test_another_version_is_never_overwritten(ward: Ward, station: Station) -> None:
    item = station.queue(pdf(1000, 40))
    received = send_until_received(station, ward, ward.url, item)
    metadata = json.loads(item.metadata) | {"title": "Tiêu đề khác"}
    client = WardClient(ward.url, ward.secret)
    client.put_dossier(item.dossier_id, item.metadata, "again")
    assert received.receipt is not None
    assert client.commit(item.dossier_id, received.manifest, "again") == received.receipt.jws
    with pytest.raises(WardFailure) as refused:
        client.put_dossier(item.dossier_id, json.dumps(metadata), "other")
    assert refused.value.failure is FailureClass.XUNG_DOT
    with pytest.raises(WardFailure) as refused:
        client.commit(item.dossier_id, received.manifest + " ", "other")
    assert refused.value.failure is FailureClass.XUNG_DOT
    client.close()


def test_item_of_a_dead_process_is_taken_over(ward: Ward, station: Station) -> None:
    item = station.queue(pdf(1000, 41))
    with station.uow() as uow:
        assert uow.outbox.claim("dead", station.clock.now(), 60) is not None
        uow.commit()
    sender = station.sender(ward)
    assert station.send(sender) == ()
    station.clock.ahead = timedelta(seconds=61)
    assert station.send(sender)[0].item.state is OutboxState.RECEIVED
    assert_once(ward, item)


@pytest.mark.expect_log("lease lost")
def test_a_process_that_lost_its_lease_stops(ward: Ward, station: Station) -> None:
    item = station.queue(pdf(1_000_000, 42))
    pieces = 0

    def sleep_through_the_lease() -> bool:
        nonlocal pieces
        pieces += 1
        if pieces == 10:
            station.clock.ahead = timedelta(minutes=5)
            with station.uow() as uow:
                assert uow.outbox.claim("other", station.clock.now(), 60) is not None
                uow.commit()
        return False

    assert station.sender(ward).send_due(sleep_through_the_lease) == ()
    held = station.item(item)
    assert (held.lease_owner, held.state) == ("other", OutboxState.SENDING)
    station.clock.ahead = timedelta(minutes=10)
    assert station.send(station.sender(ward))[0].item.state is OutboxState.RECEIVED
    assert_once(ward, item)


def test_an_item_that_its_dossier_contradicts_does_not_block_the_others(ward: Ward, station: Station) -> None:
    odd, other = station.queue(pdf(1000, 43)), station.queue(pdf(1000, 44))
    with station.uow() as uow:
        uow.dossiers.save(uow.dossiers.get(odd.dossier_id).move(DossierState.REJECTED))
        uow.commit()
    station.send(station.sender(ward))
    left = station.item(odd)
    assert (left.state, code(left), left.receipt) == (OutboxState.UNKNOWN, "K06", None)
    assert left.next_try is not None and left.next_try > station.clock.now()
    assert station.item(other).state is OutboxState.RECEIVED


@pytest.mark.parametrize("bytes_up", [1, 400_000])
def test_station_killed_while_sending(ward: Ward, station: Station, bytes_up: int) -> None:
    content = pdf(1_500_000, 45 + bytes_up)
    item = station.queue(content)
    with FaultProxy("127.0.0.1", ward.port) as line:
        line.bytes_per_second = 1_000_000
        program = [sys.executable, "-m", "tests.unit.sync.send_once", str(station.folder), str(ward.data), line.url]
        other = subprocess.Popen(program, cwd=ROOT)
        after(lambda: line.bytes_up >= bytes_up, other.kill).join()
        assert other.wait(10) == -signal.SIGKILL
        line.bytes_per_second = None
        held = station.item(item)
        assert held.state is OutboxState.SENDING and held.lease_owner == "other"
        station.clock.ahead = timedelta(seconds=61)
        done = send_until_received(station, ward, line.url, item)
        assert line.bytes_up < 1.5 * len(content)
    assert ward.stored(done.files[0].sha256) == content
    assert_once(ward, item)
