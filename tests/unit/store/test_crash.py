"""kill -9 in the middle of puts and commits, and a disk that fills up under the database."""

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.small_disk import on_small_disk, small_disk
from tests.unit.store.samples import dossier, event
from workstation.domain.errors import WorkstationError
from workstation.store.blobs import FileBlobs
from workstation.store.database import Store, open_store


def run_and_kill(address: str, folder: Path, seconds: float) -> list[str]:
    """The codes whose commit the child has reported."""
    command = [sys.executable, "-m", "tests.unit.store.crash_child", address, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[3]) as child:
        assert child.stdout is not None
        first = child.stdout.readline()
        time.sleep(seconds)
        child.kill()
        rest = child.stdout.read().splitlines(keepends=True)
    return [line.strip() for line in (first, *rest) if line.endswith("\n")]


def check(store: Store, blobs: FileBlobs, reported: set[str]) -> None:
    with store.read_factory() as uow:
        dossiers = uow.dossiers.list()
        codes = {d.code for d in dossiers}
        assert reported <= codes
        assert len(codes - reported) <= 1, "one commit at most may have happened without being reported"
        assert all(len(d.pages) == 4 and len(d.documents) == 1 and len(d.documents[0].fields) == 2 for d in dossiers)
        assert uow.audit.verify() is None
        assert sorted(e.subject for e in uow.audit.events()) == sorted(d.id for d in dossiers)
        assert {due.document_id for due in uow.due.take(10_000)} == {x.id for d in dossiers for x in d.documents}
        assert {i.dossier_id for i in uow.outbox.list()} == {d.id for d in dossiers}
        assert all(len(i.files) == 1 for i in uow.outbox.list())
    named = {o for d in dossiers for o in d.originals}
    assert set(store.originals()) == named
    assert all(blobs.verify(o) for o in named)
    assert all(blobs.verify(o) for o in blobs.all())
    assert store.sound()


def test_kill_leaves_no_torn_state(address: str, tmp_path: Path) -> None:
    random_delay = random.Random(20261121)
    reported: set[str] = set()
    for _ in range(5):
        reported |= set(run_and_kill(address, tmp_path / "blobs", random_delay.uniform(0.0, 0.3)))
        store, blobs = open_store(address), FileBlobs(tmp_path / "blobs")
        check(store, blobs, reported)
        with store.read_factory() as uow:
            reported = {d.code for d in uow.dossiers.list()}
        assert [p for p in blobs.staging().parent.iterdir() if p != blobs.staging()] == []
        store.close()
        blobs.close()
    assert len(reported) > 5


@on_small_disk
def test_full_disk_is_m01_and_the_store_goes_on_when_there_is_room(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 2000) as disk:
        store = open_store(disk / "store.db")
        filler = disk / "filler"
        committed = 0
        with pytest.raises(WorkstationError) as caught:
            filler.write_bytes(os.urandom(1_400_000))
            for n in range(1000):
                with store.uow_factory() as uow:
                    uow.dossiers.add(dossier(f"HS-{n:04d}", pages=20))
                    uow.audit.append(event(str(n), n))
                    uow.commit()
                committed += 1
        assert caught.value.code == "M01"
        filler.unlink()
        with store.uow_factory() as uow:
            assert len(uow.dossiers.list()) == committed == len(uow.audit.events())
            assert uow.audit.verify() is None
            uow.audit.append(event("room"))
            uow.commit()
        assert store.sound()
        store.close()
