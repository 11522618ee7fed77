"""Our receipts against the ward server's list: what is the same is marked, what is missing or differs is named and kept."""

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from sync.contract import WardClient
from sync.reconcile import Reconciler, Reconciliation
from tests.unit.sync.rig import QUICK, Station, Ward, pdf
from workstation.domain.outbox import OutboxItem, OutboxState


def received(ward: Ward, station: Station, seeds: range) -> list[OutboxItem]:
    items = [station.queue(pdf(700, seed)) for seed in seeds]
    station.send(station.sender(ward))
    station.hang_up()
    return [station.item(i) for i in items]


def reconcile(ward: Ward, station: Station, whole: bool = False) -> Reconciliation:
    client = WardClient(ward.url, ward.secret, timeouts=QUICK)
    try:
        return Reconciler(station.uow, station.clock, client, ward.keys).run(whole)
    finally:
        client.close()


def on_server(ward: Ward, statement: str, *values: str) -> None:
    connection = sqlite3.connect(ward.data / "ward.sqlite3")
    with connection:
        assert connection.execute(statement, values).rowcount == 1
    connection.close()


def wrong(result: Reconciliation) -> list[tuple[str, str]]:
    return [(item.id, note.code) for item, note in result.wrong]


def test_the_same_is_marked_and_read_once(new_ward: Callable[..., Ward], station: Station) -> None:
    ward = new_ward()
    first = received(ward, station, range(500, 503))
    result = reconcile(ward, station)
    assert (result.whole, result.same, result.wrong) == (True, 3, [])
    assert all(station.item(i).reconciled_at is not None for i in first)
    more = received(ward, station, range(503, 505))
    assert station.item(more[0]).reconciled_at is None
    result = reconcile(ward, station)
    assert (result.whole, result.same, result.others) == (False, 2, 0), "read on, not again"
    assert reconcile(ward, station, whole=True).same == 5
    with station.uow() as uow:
        assert [e.action for e in uow.audit.events("outbox")] == ["reconciled"] * 3
        assert uow.audit.verify() is None


def test_what_the_server_lost_is_named_and_stays_here(new_ward: Callable[..., Ward], station: Station) -> None:
    ward = new_ward()
    kept, lost = received(ward, station, range(510, 512))
    assert reconcile(ward, station).same == 2
    on_server(ward, "DELETE FROM receipt WHERE dossier_id = ?", lost.dossier_id)
    # the last one read is gone, so the list is not the one that was read: all of it is looked at
    result = reconcile_noticing(ward, station)
    assert result.whole and (result.same, wrong(result)) == (1, [(lost.id, "G25")])
    after = station.item(lost)
    assert (after.state, after.receipt, after.reconciled_at) == (OutboxState.RECEIVED, lost.receipt, None)
    assert after.error is not None and after.error.code == "G25" and station.item(kept).error is None


def reconcile_noticing(ward: Ward, station: Station) -> Reconciliation:
    import logging

    logger = logging.getLogger("sync.receipts")
    logger.setLevel(logging.ERROR)
    try:
        return reconcile(ward, station)
    finally:
        logger.setLevel(logging.NOTSET)


def test_another_receipt_of_the_same_dossier(new_ward: Callable[..., Ward], station: Station) -> None:
    ward = new_ward()
    other, one = received(ward, station, range(520, 522))
    mine = other.receipt
    assert mine is not None and one.receipt is not None
    on_server(ward, "UPDATE receipt SET jws = ? WHERE dossier_id = ?", one.receipt.jws, other.dossier_id)
    result = reconcile(ward, station)
    assert (result.same, wrong(result)) == (1, [(other.id, "G26")])
    assert dict(result.wrong[0][1].params)["what"] == "receipt, manifest, files, code"
    signed, signature = mine.jws.rsplit(".", 1)
    # Its first letter, all six bits of which count: an end put in its place is the old one once in 256 runs.
    forged = f"{signed}.{'B' if signature[0] == 'A' else 'A'}{signature[1:]}"
    on_server(ward, "UPDATE receipt SET jws = ? WHERE dossier_id = ?", forged, other.dossier_id)
    (left,) = reconcile(ward, station, whole=True).wrong
    assert dict(left[1].params)["what"] == "signature"
    on_server(ward, "UPDATE receipt SET jws = ? WHERE dossier_id = ?", mine.jws, other.dossier_id)
    result = reconcile(ward, station)
    assert (result.whole, result.same, result.wrong) == (False, 1, []), "it is asked about by itself"
    assert station.item(other).error is None and station.item(other).receipt == mine


def test_ours_that_is_not_over_what_was_sent(new_ward: Callable[..., Ward], station: Station) -> None:
    ward = new_ward()
    (item,) = received(ward, station, range(530, 531))
    with station.uow() as uow:
        files = (replace(item.files[0], bytes=item.files[0].bytes + 1),)
        uow.outbox.save(replace(item, files=files, fence=uow.outbox.get(item.id).fence))
        uow.commit()
    (left,) = reconcile(ward, station).wrong
    assert (left[1].code, dict(left[1].params)["what"]) == ("G26", "local")


def test_other_stations_receipts_are_not_ours(new_ward: Callable[..., Ward], station: Station, tmp_path: Path) -> None:
    ward = new_ward()
    neighbour = Station(tmp_path / "neighbour")
    received(ward, neighbour, range(540, 543))
    neighbour.close()
    received(ward, station, range(543, 544))
    result = reconcile(ward, station)
    assert (result.same, result.others, result.wrong) == (1, 3, [])


@pytest.mark.parametrize("count", [501])
def test_more_than_a_page(new_ward: Callable[..., Ward], station: Station, count: int) -> None:
    """The server lists 500 at a time."""
    ward = new_ward()
    items = received(ward, station, range(550, 552))
    connection = sqlite3.connect(ward.data / "ward.sqlite3")
    with connection:
        rows = connection.execute(
            "SELECT id, number, dossier_id, manifest, manifest_sha256, jws, received_at FROM receipt"
        ).fetchall()
        connection.execute("UPDATE receipt SET number = number + ?", (count,))
        for n in range(count):
            row = rows[0]
            connection.execute(
                "INSERT INTO dossier SELECT ?, ?, body, body_sha256, put_key, created_at, updated_at FROM dossier LIMIT 1",
                (f"d{n}", f"w{n}"),
            )
            connection.execute("INSERT INTO receipt VALUES (?, ?, ?, ?, ?, ?, ?)", (f"r{n}", n + 1, f"d{n}", *row[3:]))
    connection.close()
    result = reconcile(ward, station)
    assert (result.same, result.others) == (len(items), count)
