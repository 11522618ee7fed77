"""Lost replies are found in the server's list: one call for all, every receipt verified, and no belief in a list that changed."""

from dataclasses import replace
from datetime import timedelta

import pytest

from sync.canonical import sha256_text
from tests.fault.proxy import FaultProxy
from tests.unit.sync.rig import Station, Ward, pdf
from workstation.domain.dossier import DossierState
from workstation.domain.ids import Sha256
from workstation.domain.outbox import OutboxItem, OutboxState, ReceiptCursor

GONE = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nnonsen"


def lost(ward: Ward, station: Station, seeds: range) -> list[OutboxItem]:
    """Items that the ward server has received, each of which lost the reply that says so."""
    items = [station.queue(pdf(900, seed)) for seed in seeds]
    station.send(station.sender(ward))
    with station.uow() as uow:  # as the journal stands when the replies do not come
        for item in items:
            done = uow.outbox.get(item.id)
            assert done.state is OutboxState.RECEIVED
            uow.outbox.save(replace(done, state=OutboxState.UNKNOWN, receipt=None))
            uow.dossiers.save(replace(uow.dossiers.get(item.dossier_id), state=DossierState.QUEUED))
        uow.commit()
    return items


def test_one_call_finds_them_all_and_nothing_is_sent_again(ward: Ward, station: Station) -> None:
    items = lost(ward, station, range(400, 406))
    with FaultProxy("127.0.0.1", ward.port) as line:
        reports = station.send(station.sender(ward, line.url))
        # log-in, the first one by itself (nothing is known of this server yet), the list behind it, its end
        assert line.replies <= 4, line.replies
    assert {r.item.id for r in reports} == {i.id for i in items} and all(r.bytes_sent == 0 for r in reports)
    assert all(station.item(i).state is OutboxState.RECEIVED and station.item(i).receipt for i in items)
    assert all(station.actions(i).count("received") == 2 for i in items)
    assert [ward.count("receipt", i.dossier_id) for i in items] == [1] * 6


def test_from_the_cursor_it_is_one_call(ward: Ward, station: Station) -> None:
    lost(ward, station, range(410, 412))
    with FaultProxy("127.0.0.1", ward.port) as line:
        sender = station.sender(ward, line.url)
        station.send(sender)
        more, before = lost(ward, station, range(412, 420)), line.replies
        # the cursor belongs to an address, and "lost" went another way
        sender = station.sender(ward, line.url)
        station.send(sender)
        assert line.replies - before <= 2, "log-in and the list"
    assert all(station.item(i).state is OutboxState.RECEIVED for i in more)


@pytest.mark.expect_log("not the one that was read before")
def test_a_server_that_was_set_back_is_noticed(ward: Ward, station: Station) -> None:
    items = lost(ward, station, range(420, 423))
    with station.uow() as uow:  # what a list said that is no more
        uow.cursors.save(ReceiptCursor(ward.url, "replies", 7_000_000, Sha256(sha256_text("another"))))
        uow.commit()
    station.send(station.sender(ward))
    assert all(station.item(i).state is OutboxState.RECEIVED for i in items)
    with station.uow() as uow:
        cursor = uow.cursors.get(ward.url, "replies")
    assert cursor is not None and cursor.number < 7_000_000
    first = cursor
    more = lost(ward, station, range(423, 426))
    with station.uow() as uow:  # the same number, another receipt
        uow.cursors.save(replace(first, receipt=Sha256("0" * 64)))
        uow.commit()
    station.send(station.sender(ward))
    assert all(station.item(i).state is OutboxState.RECEIVED for i in more)


def test_a_listed_receipt_counts_only_if_it_verifies(ward: Ward, station: Station) -> None:
    good, bad = lost(ward, station, range(430, 432))
    with station.uow() as uow:
        item = uow.outbox.get(bad.id)
        uow.outbox.save(replace(item, manifest=item.manifest.replace('"so-trang":1', '"so-trang":2')))
        uow.commit()
    station.send(station.sender(ward))
    assert station.item(good).state is OutboxState.RECEIVED
    parked = station.item(bad)
    assert (parked.state, parked.error and parked.error.code, parked.receipt) == (OutboxState.REJECTED, "G05", None)


def test_who_is_at_it_keeps_it(ward: Ward, station: Station) -> None:
    items = lost(ward, station, range(440, 443))
    with station.uow() as uow:
        taken = uow.outbox.claim("tram-2", station.clock.now(), 60)
        uow.commit()
    assert taken is not None
    station.send(station.sender(ward))
    left = station.item(items[0])
    assert (left.id, left.state, left.lease_owner) == (taken.id, OutboxState.UNKNOWN, "tram-2")
    assert [station.item(i).state for i in items[1:]] == [OutboxState.RECEIVED] * 2


@pytest.mark.parametrize("answer", [GONE, b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"])
def test_without_a_list_each_is_asked_about_by_itself(ward: Ward, station: Station, answer: bytes) -> None:
    items = lost(ward, station, range(450, 453))
    with FaultProxy("127.0.0.1", ward.port) as line:
        with station.uow() as uow:
            uow.cursors.save(ReceiptCursor(line.url, "replies", 2, Sha256("0" * 64)))
            uow.commit()
        line.answers = {b"bien-nhan?sau=1 ": answer}
        station.send(station.sender(ward, line.url))
    assert all(station.item(i).state is OutboxState.RECEIVED for i in items)


def test_what_is_not_due_makes_no_calls(ward: Ward, station: Station) -> None:
    for item in lost(ward, station, range(460, 462)):
        with station.uow() as uow:
            later = station.clock.now() + timedelta(hours=1)
            uow.outbox.save(replace(uow.outbox.get(item.id), next_try=later))
            uow.commit()
    with FaultProxy("127.0.0.1", ward.port) as line:
        assert station.send(station.sender(ward, line.url)) == () and line.replies == 0
