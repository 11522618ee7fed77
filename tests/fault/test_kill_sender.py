"""kill -9 of the sender after every commit and every request, on each road of an item: nothing lost or doubled."""

import ast
import inspect
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from sync import journal
from tests import forked
from tests.unit.sync.rig import Station, Ward, pdf
from workstation.domain.outbox import OutboxItem, OutboxState

SIGKILLED = -9
ROADS: dict[str, OutboxState] = {
    "received": OutboxState.RECEIVED,
    "rejected": OutboxState.REJECTED,
    "postponed": OutboxState.QUEUED,
}
STEPS: dict[str, set[str]] = {}
"""Road → journal steps in which the process was killed."""


@pytest.fixture
def ward(tmp_path: Path) -> Ward:
    return Ward(tmp_path / "ward", "--max-bytes", "90000")


@pytest.fixture
def station(tmp_path: Path) -> Station:
    return Station(tmp_path / "station")


def send(station: Station, ward: Ward, url: str, border: int) -> tuple[int, list[str]]:
    done = forked.run("tests.unit.sync.send_once", [station.folder, ward.data, url, str(border)], timeout=60)
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, done.stdout.splitlines()


def a_minute_later(station: Station, item: OutboxItem) -> None:
    """The lease of the process that died runs out, and what waits is due."""
    with station.uow() as uow:
        found = uow.outbox.get(item.id)
        if found.state in (OutboxState.QUEUED, OutboxState.UNKNOWN, OutboxState.SENDING):
            taken = uow.outbox.claim("nobody", station.clock.now() + timedelta(hours=1), -7200)
            assert taken is not None and taken.id == item.id
        uow.commit()


@pytest.mark.parametrize("road", list(ROADS))
def test_killed_at_every_border(road: str, ward: Ward, station: Station) -> None:
    ward.start()
    try:
        _walk(road, ward, station)
    finally:
        ward.stop()
        station.close()


def _walk(road: str, ward: Ward, station: Station) -> None:
    url = "http://127.0.0.1:9" if road == "postponed" else ward.url
    steps: set[str] = set()
    for border in range(1, 100):
        content = pdf(95_000 if road == "rejected" else 70_000, border)
        item = station.queue(content)
        code, passed = send(station, ward, url, border)
        if code == 0:
            whole = station.item(item)
            assert whole.state is ROADS[road], (border, passed, whole.error)
            break
        assert code == SIGKILLED and len(passed) == border
        steps.update(passed[-1].partition(" ")[2].split(","))
        before = station.item(item)
        assert (before.receipt is not None) == (before.state is OutboxState.RECEIVED)
        if before.state is not ROADS[road]:
            a_minute_later(station, item)
            assert send(station, ward, url, 0)[0] == 0
        after = station.item(item)
        assert after.state is ROADS[road], (passed[-1], after.error)
        rows = [ward.count(table, item.dossier_id) for table in ("dossier", "receipt", "file")]
        assert rows == ([1, 1, 1] if road == "received" else [0, 0, 0]), passed[-1]
        assert station.actions(item) == ([] if road == "postponed" else [road])
        if road == "received":
            assert ward.stored(item.files[0].sha256) == content
        _put_away(station, item)
    else:
        pytest.fail("the sender never came to its end")
    STEPS[road] = steps


def _put_away(station: Station, item: OutboxItem) -> None:
    """So that the next run is about its own item."""
    with station.uow() as uow:
        found = uow.outbox.get(item.id)
        if found.state is OutboxState.QUEUED:
            uow.outbox.save(replace(found, state=OutboxState.PAUSED))
            uow.commit()


def _writes(function: ast.FunctionDef) -> bool:
    text = ast.unparse(function)
    return any(call in text for call in (".commit()", "self.save(", "self.save_file(", "self._close("))


def test_no_step_of_the_journal_was_left_out() -> None:
    """The steps are read from the code: a new one that no road above passes through fails here."""
    if set(STEPS) != set(ROADS):
        pytest.skip("needs the whole module to run, in order")
    tree = ast.parse(inspect.getsource(journal))
    (found,) = (n for n in tree.body if isinstance(n, ast.ClassDef) and n.name == "Journal")
    writing = {f.name for f in found.body if isinstance(f, ast.FunctionDef) and _writes(f)} - {"_keep_lease"}
    assert writing and writing <= set().union(*STEPS.values()), writing - set().union(*STEPS.values())
