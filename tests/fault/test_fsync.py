"""A disk that fails, or a process that dies, at every fsync in turn, of the blobs and of SQLite alike.

What the store said is kept is there, whole; what it did not say is there whole or not at all; the next start works. Bytes that
were written and not yet on disk survive here, since the system goes on: what a real power cut does to them is not shown.
"""

import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.sync.rig import ROOT, Station
from workstation.domain.ids import OutboxId

SIGKILLED = -9


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """No compiler, no way to stand between SQLite and the system."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if sys.platform != "linux" or compiler is None:
        pytest.skip("needs Linux and a C compiler (cc): SQLite's own fsync can be made to fail only by a preloaded library")
    out = tmp_path_factory.mktemp("library") / "fsync_fails.so"
    source = Path(__file__).with_name("fsync_fails.c")
    subprocess.run([compiler, "-shared", "-fPIC", "-o", str(out), str(source), "-ldl"], check=True)
    return out


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A station whose database is made: its making is not what is tested."""
    folder = tmp_path_factory.mktemp("prepared")
    Station(folder).close()
    return folder


@pytest.mark.parametrize("how", ["error", "kill"])
def test_every_fsync(how: str, library: Path, prepared: Path, tmp_path: Path) -> None:
    for at in range(1, 200):
        folder = shutil.copytree(prepared, tmp_path / f"at-{at}")
        environment = {**os.environ, "LD_PRELOAD": str(library), "FAIL_AT": str(at), "FAIL_HOW": how}
        command = [sys.executable, "-m", "tests.fault.fsyncing", str(folder)]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)
        hit = done.returncode == SIGKILLED if how == "kill" else "fsync failed here" in done.stderr
        _whole(folder, done.stdout.split())
        shutil.rmtree(folder)
        if not hit:
            assert done.returncode == 0 and len(done.stdout.split()) == 2, done.stderr
            break
    else:
        pytest.fail("the store never came to its end")
    assert at > 8, "two blobs and two transactions have more borders than that"


def _whole(folder: Path, kept: list[str]) -> None:
    with sqlite3.connect(folder / "home.sqlite3") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()
    station = Station(folder)
    try:
        with station.uow() as uow:
            items = uow.outbox.list()
            for item in items:
                uow.dossiers.get(item.dossier_id)
        assert set(kept) <= {item.id for item in items}
        assert len(items) <= len(kept) + 1
        for item in items:
            assert all(station.blobs.verify(file.sha256) for file in item.files), "a row never names a blob that is not whole"
        for name in station.blobs.all():
            assert station.blobs.verify(name)
        station.queue(b"%PDF-1.7 the next one")
        assert OutboxId(kept[0]) in {item.id for item in items} if kept else True
    finally:
        station.close()
