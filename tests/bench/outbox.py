"""``bench sync``, the outbox that holds a hundred thousand rows: enqueueing, the next item, recovery, the screen."""

import json
import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from tests.bench.processes import median, run, say
from tests.bench.rows import Row, at_most
from tests.unit.sync.rig import Station
from workstation.domain.dossier import Dossier, DossierState
from workstation.domain.ids import DocumentId, DossierId, OutboxId, Sha256, UserName, new_id
from workstation.domain.outbox import OutboxFile, OutboxItem

ENQUEUE_MS = at_most(5)
RECOVER_S = at_most(2)
PAINT_MS = at_most(100)


def full_outbox(folder: Path, rows: int, samples: int = 200) -> list[Row]:
    say(f"outbox of {rows} rows")
    station = Station(folder)
    try:
        fill(station, rows)
        times: list[float] = []
        bare: list[float] = []
        for number in range(samples):
            bare.append(_bare_fsync(folder / "bare"))
            dossier, item = _record(rows + number)
            begun = time.perf_counter()
            with station.uow() as uow:
                uow.dossiers.add(dossier)
                uow.outbox.add(item)
                uow.commit()
            times.append(1000 * (time.perf_counter() - begun))
        begun = time.perf_counter()
        with station.uow() as uow:
            assert uow.outbox.claim("bench", station.clock.now(), 60) is not None
            uow.commit()
        claim_ms = 1000 * (time.perf_counter() - begun)
    finally:
        station.close()
    times.sort()
    bare.sort()
    note = f"at {rows} rows, {samples} times, one transaction with its dossier, fsynced"
    return [
        Row("enqueue p50", median(times), "ms", note=note),
        Row("enqueue p95", times[int(0.95 * samples)], "ms", ENQUEUE_MS),
        Row("bare write of 4 KiB and fsync p50", median(bare), "ms", note="what the disk itself takes, in turns with enqueueing"),
        Row("bare write of 4 KiB and fsync p95", bare[int(0.95 * samples)], "ms"),
        Row("claim of the next item", claim_ms, "ms"),
        *screen(folder, rows),
    ]


def screen(folder: Path, rows: int, paints: int = 5) -> list[Row]:
    """A program of its own on that store, as after a start."""
    home = folder / "home"
    home.mkdir()
    for suffix in ("", "-wal", "-shm"):
        if (part := folder / f"home.sqlite3{suffix}").exists():
            part.rename(home / f"store.sqlite3{suffix}")
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    done = run([sys.executable, "-m", "tests.bench.outbox_paint", str(home), str(paints)], folder / "paint", environment)
    told = json.loads(done.stdout)
    note = f"at {rows} rows"
    return [
        Row(
            "recovery at start", told["recover_s"], "s", RECOVER_S, f"{note}, after {told['open_s']:.2f} s of opening the program"
        ),
        Row(
            "outbox screen, first paint with rows",
            median(told["paint_ms"]),
            "ms",
            PAINT_MS,
            f"{note}, offscreen, median of {paints}",
        ),
        Row("outbox screen, slowest first paint", max(told["paint_ms"]), "ms", PAINT_MS, note),
        Row("badges of the rail counted", told["counts_ms"], "ms", note=note),
    ]


def _bare_fsync(path: Path) -> float:
    """Milliseconds."""
    begun = time.perf_counter()
    with path.open("ab") as file:
        file.write(bytes(4096))
        file.flush()
        os.fsync(file.fileno())
    return 1000 * (time.perf_counter() - begun)


def fill(station: Station, rows: int) -> None:
    """In transactions of 500: their time is not measured."""
    for first in range(0, rows, 500):
        with station.uow() as uow:
            for number in range(first, min(rows, first + 500)):
                dossier, item = _record(number)
                uow.dossiers.add(dossier)
                uow.outbox.add(item)
            uow.commit()


def _record(number: int) -> tuple[Dossier, OutboxItem]:
    dossier_id, now = DossierId(new_id()), datetime.now(UTC)
    file = OutboxFile(DocumentId(new_id()), "ket-qua", Sha256(f"{number:064x}"), 1000, f"HS-{number}.pdf", 1)
    code = f"HS-{number:06d}"
    dossier = Dossier(dossier_id, code, "Hồ sơ đo", now, UserName("canbo"), DossierState.QUEUED)
    return dossier, OutboxItem(OutboxId(new_id()), dossier_id, code, json.dumps({"code": code}), (file,), now)
