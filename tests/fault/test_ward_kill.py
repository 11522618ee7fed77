"""The ward server's machine fails at each durable border: what was confirmed is there afterwards, and nothing half is served."""

import hashlib
import json
import re
import sqlite3
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.receipts import verify_receipt
from tests.unit.sync.rig import Station, Ward, pdf
from workstation.domain.outbox import OutboxItem, OutboxState


@pytest.fixture
def ward(tmp_path: Path) -> Iterator[Ward]:
    made = Ward(tmp_path / "ward")
    yield made
    made.stop()


@pytest.fixture
def station(tmp_path: Path) -> Iterator[Station]:
    made = Station(tmp_path / "station")
    yield made
    made.close()


def deliver(station: Station, ward: Ward, item: OutboxItem) -> None:
    """On a machine that works."""
    ward.module = "sync.ward.__main__"
    ward.start()
    sender = station.sender(ward)
    for _ in range(4):
        if station.item(item).state is OutboxState.RECEIVED:
            break
        station.make_due(item)
        station.send(sender)
    station.hang_up()
    assert station.item(item).state is OutboxState.RECEIVED, station.item(item).error


def check_disk(ward: Ward, told: OutboxItem) -> None:
    """What lies under a hash has it; every file that is on record, in a receipt, or confirmed to the station lies there."""
    for path in (ward.data / "tep").rglob("*"):
        if path.is_file():
            assert hashlib.sha256(path.read_bytes()).hexdigest() == path.name
    database = sqlite3.connect(ward.data / "ward.sqlite3")
    files = dict(database.execute("SELECT id, sha256 FROM file").fetchall())
    receipts = [jws for (jws,) in database.execute("SELECT jws FROM receipt")]
    database.close()
    named = {i: h for jws in receipts for i, h, _ in verify_receipt(jws, ward.keys()).files}
    confirmed = {file.file_id: file.sha256 for file in told.files if file.file_id}
    assert named.items() <= files.items() and confirmed.items() <= files.items()
    for sha256 in files.values():
        assert (ward.data / "tep" / sha256[:2] / sha256[2:4] / sha256).is_file()
    if told.receipt is not None:
        assert told.receipt.jws in receipts


def send_to_failing(
    ward: Ward, station: Station, monkeypatch: pytest.MonkeyPatch, border: int, content: bytes
) -> tuple[OutboxItem, list[str]]:
    """One round to a server that fails at its ``border``; the item, and the borders that were passed."""
    item = station.queue(content)
    monkeypatch.setenv("CRASH_BORDER", str(border))
    ward.module, start = "tests.fault.crashing_ward", len(ward.log()) if (ward.data / "log").exists() else 0
    ward.start()
    station.send(station.sender(ward))
    station.hang_up()
    return item, re.findall(r"^border \d+ (.+)$", ward.log()[start:], re.MULTILINE)


def test_power_lost_at_every_border(ward: Ward, station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRASH_MODE", "power")
    died: list[str] = []
    for border in range(1, 200):
        content = pdf(100_000, 1000 + border)
        item, crossed = send_to_failing(ward, station, monkeypatch, border, content)
        if len(crossed) < border:
            assert station.item(item).state is OutboxState.RECEIVED
            break
        died.append(crossed[-1])
        ward.end(None)
        check_disk(ward, station.item(item))
        deliver(station, ward, item)
        check_disk(ward, station.item(item))
        assert ward.stored(item.files[0].sha256) == content
        assert [ward.count(t, item.dossier_id) for t in ("dossier", "receipt", "file", "upload")] == [1, 1, 1, 0]
        ward.end()
    else:
        pytest.fail("the delivery never came to its end")
    kinds = Counter(died)
    print(json.dumps(kinds))
    assert kinds["before fsync"] >= 5 and kinds["after fsync"] >= 5 and kinds["before commit"] >= 4 and kinds["after rename"] >= 1


def test_a_disk_that_fails_at_every_fsync(ward: Ward, station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRASH_MODE", "eio")
    for fails in range(1, 50):
        content = pdf(100_000, 2000 + fails)
        item, crossed = send_to_failing(ward, station, monkeypatch, fails, content)
        enough = len(crossed) < fails
        check_disk(ward, station.item(item))
        ward.end()
        deliver(station, ward, item)
        check_disk(ward, station.item(item))
        assert ward.stored(item.files[0].sha256) == content
        ward.end()
        if enough:
            break
    else:
        pytest.fail("the delivery never came to its end")
    assert fails > 2
