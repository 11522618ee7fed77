"""``bench sync``: the sender against a real ward server over a bad line; the proxy in between counts the bytes."""

import argparse
import json
import os
import random
import shutil
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sync.contract import Timeouts
from tests.bench.processes import CommandError, median, say
from tests.bench.rows import Row, at_most
from tests.fault.proxy import FaultProxy
from tests.unit.sync.rig import Station, Ward, pdf
from workstation.domain.dossier import Dossier, DossierState
from workstation.domain.ids import DocumentId, DossierId, OutboxId, Sha256, UserName, new_id
from workstation.domain.outbox import OutboxFile, OutboxItem, OutboxState

CUT_BYTES = 3_000_000
OVERHEAD = at_most(1.10)
ENQUEUE_MS = at_most(5)
"""Issue 5 asks it of 100,000 rows."""
IMPATIENT = Timeouts(connect=0.5, read=0.5, write=0.5, probe=0.5)
_SCALE = 8
"""The slow line runs this many times faster than 64 kbit/s, with a file this many times smaller than 5 MB."""
_ROUNDS = 60
_MAKING = threading.Lock()
"""Migrations of two databases at once meet in alembic's globals."""
STATIONS = 8
"""Side by side in the fault schedules: they mostly wait for time-outs."""


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--schedules", type=int, default=40, help="seeded fault schedules of five records each (default 40)")
    parser.add_argument("--seed", type=int, default=1, help="of the first schedule (default 1)")
    parser.add_argument("--rows", type=int, default=5_000, help="rows in the outbox at which enqueueing is timed (default 5,000)")
    parser.add_argument("--file-mb", type=int, default=20, help="size of the file that is sent over the cut line (default 20)")
    parser.add_argument("--rounds", type=int, default=3, help="of each timing (default 3)")


def measure(chosen: argparse.Namespace, work: Path) -> list[Row]:
    with ExitStack() as stack:
        ward = Ward(work / "ward").start()
        stack.callback(ward.stop)
        station = Station(work / "station")
        stack.callback(station.close)
        rows = [*cut_line(ward, station, chosen.file_mb * 1_000_000, chosen.rounds), *slow_line(ward, station, chosen.rounds)]
        rows += fault_schedules(ward, work, range(chosen.seed, chosen.seed + chosen.schedules))
    return [*rows, *full_outbox(work / "full", chosen.rows)]


def _deliver(station: Station, ward: Ward, url: str, items: Sequence[OutboxItem], timeouts: Timeouts) -> int:
    """Sends until every item is in an end state; waiting times are skipped, not slept through. → rounds that were needed."""
    sender = station.sender(ward, url, timeouts=timeouts)
    for number in range(_ROUNDS):
        station.send(sender)
        now = [station.item(item) for item in items]
        if all(item.state in (OutboxState.RECEIVED, OutboxState.REJECTED) for item in now):
            return number + 1
        station.clock.ahead += timedelta(seconds=901)
    return _ROUNDS


# --- bytes and time


def cut_line(ward: Ward, station: Station, size: int, rounds: int) -> list[Row]:
    journal, wire, seconds = [], [], []
    for number in range(rounds):
        say(f"line that is cut every 3 MB: {number + 1} of {rounds}")
        item = station.queue(pdf(size, 1000 + number))
        with FaultProxy("127.0.0.1", ward.port) as line:
            line.cut_every = CUT_BYTES
            begun = time.perf_counter()
            _deliver(station, ward, line.url, [item], Timeouts(connect=2, read=5, write=5, probe=1))
            seconds.append(time.perf_counter() - begun)
            wire.append(line.bytes_up / size)
        done = station.item(item)
        if done.state is not OutboxState.RECEIVED:
            raise CommandError(f"not received over a line that is cut: {done.error}")
        journal.append(done.bytes_sent / size)
    note = f"{size // 1_000_000} MB, median of {rounds}"
    return [
        Row("bytes handed to the line / file bytes, cut every 3 MB", median(journal), "times", OVERHEAD, note),
        Row(
            "bytes through the proxy / file bytes, cut every 3 MB", median(wire), "times", OVERHEAD, "with all headers and calls"
        ),
        Row("seconds, cut every 3 MB", median(seconds), "s"),
    ]


def slow_line(ward: Ward, station: Station, rounds: int) -> list[Row]:
    size, rate = 5_000_000 // _SCALE, 8_000 * _SCALE
    ratios = []
    for number in range(rounds):
        say(f"slow line: {number + 1} of {rounds}")
        item = station.queue(pdf(size, 2000 + number))
        with FaultProxy("127.0.0.1", ward.port) as line:
            line.bytes_per_second = rate
            line.cut_every = 20 * 16 * 1024
            begun = time.perf_counter()
            _deliver(station, ward, line.url, [item], Timeouts(connect=5, read=30, write=30, probe=5))
            ratios.append((time.perf_counter() - begun) * rate / size)
        if station.item(item).state is not OutboxState.RECEIVED:
            raise CommandError("not received over a slow line")
    note = f"{size // 1000} kB at {rate * 8 // 1000} kbit/s, one block of 16 KiB in 20 ends in a cut; without latency"
    return [Row("time / ideal, slow line with cuts", median(ratios), "times", note=note)]


# --- nothing lost, nothing doubled


@dataclass(slots=True)
class Tally:
    received: int = 0
    waiting: int = 0
    rejected: int = 0
    false_receipts: int = 0
    """Received by our book, but not whole on the server's disk."""
    doubled: int = 0
    seconds: list[float] = field(default_factory=list)

    @property
    def lost(self) -> int:
        return self.waiting + self.rejected

    def take(self, other: "Tally") -> None:
        self.received += other.received
        self.waiting += other.waiting
        self.rejected += other.rejected
        self.false_receipts += other.false_receipts
        self.doubled += other.doubled
        self.seconds += other.seconds


def fault_schedules(ward: Ward, work: Path, seeds: Sequence[int], side_by_side: int = STATIONS) -> list[Row]:
    """Each schedule: five records of one or two files through a line that breaks in its own way, then a calm end."""
    tally = Tally()
    begun = time.perf_counter()

    def one(seed: int) -> Tally:
        folder = work / f"schedule-{seed}"
        with _station(folder) as station:
            found = _schedule(ward, station, seed)
        shutil.rmtree(folder)
        return found

    with ThreadPoolExecutor(side_by_side) as pool:
        for number, found in enumerate(pool.map(one, seeds), 1):
            tally.take(found)
            if number % 10 == 0 or found.lost or found.false_receipts or found.doubled:
                bad = f"{tally.lost} lost, {tally.false_receipts} altered, {tally.doubled} doubled"
                say(f"fault schedule {number} of {len(seeds)}: {bad}")
    count = 5 * len(seeds)
    minutes = (time.perf_counter() - begun) / 60
    note = f"of {count} in {len(seeds)} schedules from seed {seeds[0]}, {side_by_side} stations at a time, {minutes:.1f} min"
    return [
        Row("records received", tally.received, "records", note=note),
        Row("records lost", tally.lost, "records", at_most(0), f"{tally.waiting} still waiting, {tally.rejected} refused"),
        Row("records altered", tally.false_receipts, "records", at_most(0), "received, but not byte for byte on the server"),
        Row("records doubled", tally.doubled, "records", at_most(0)),
        Row("seconds a schedule", median(tally.seconds), "s", note="median"),
    ]


@contextmanager
def _station(folder: Path) -> Iterator[Station]:
    with _MAKING:
        station = Station(folder)
    try:
        yield station
    finally:
        station.close()


def _schedule(ward: Ward, station: Station, seed: int) -> Tally:
    rng, tally = random.Random(seed), Tally()
    contents = [[pdf(rng.randint(1_000, 100_000), rng.getrandbits(32)) for _ in range(rng.randint(1, 2))] for _ in range(5)]
    items = [station.queue(*content) for content in contents]
    begun = time.perf_counter()
    with FaultProxy("127.0.0.1", ward.port) as line:
        for _ in range(rng.randint(1, 4)):
            _weather(line, rng)
            station.send(station.sender(ward, line.url, timeouts=IMPATIENT, owner=f"{seed}-{rng.random()}"))
            station.clock.ahead += timedelta(seconds=901)
        line.cut_every, line.cut_chance, line.latency = None, 0.0, 0.0
        line.reset = line.half_open = line.stall = line.refuse = False
        line.lose_replies, line.replace_replies = set(), {}
        _deliver(station, ward, line.url, items, Timeouts(connect=2, read=5, write=5, probe=1))
    tally.seconds.append(time.perf_counter() - begun)
    for item, content in zip(items, contents, strict=True):
        _judge(ward, station.item(item), content, tally)
    return tally


def _weather(line: FaultProxy, rng: random.Random) -> None:
    """One spell: cuts or resets, lost replies, a captive portal's page, a crawl, or no answer at all."""
    line.rng = rng
    line.cut_every = rng.choice([None, rng.randint(2_000, 100_000)])
    line.cut_chance = rng.choice([0.0, 0.0, 0.05])
    line.reset = rng.random() < 0.3
    line.half_open = rng.random() < 0.1
    line.lose_replies = {line.replies + n for n in range(25) if rng.random() < 0.15}
    portal = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno"
    line.replace_replies = {line.replies + n: portal for n in range(25) if rng.random() < 0.05}
    line.latency = rng.choice([0.0, 0.0, 0.003])
    line.refuse = rng.random() < 0.08
    line.stall = rng.random() < 0.04


def _judge(ward: Ward, item: OutboxItem, content: list[bytes], tally: Tally) -> None:
    rows = ward.count("dossier", item.dossier_id), ward.count("receipt", item.dossier_id)
    tally.doubled += max(rows) > 1 or ward.count("code_allocation", item.dossier_id) > 1
    if item.state is OutboxState.RECEIVED:
        tally.received += 1
        whole = rows == (1, 1) and item.receipt is not None
        tally.false_receipts += not (whole and all(ward.stored(f.sha256) == c for f, c in zip(item.files, content, strict=True)))
    elif item.state is OutboxState.REJECTED:
        tally.rejected += 1
    else:
        tally.waiting += 1


# --- a full outbox


def full_outbox(folder: Path, rows: int, samples: int = 200) -> list[Row]:
    say(f"outbox of {rows} rows")
    with _station(folder) as station:
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
            listed = len(uow.outbox.list())
        list_ms = 1000 * (time.perf_counter() - begun)
        begun = time.perf_counter()
        with station.uow() as uow:
            assert uow.outbox.claim("bench", station.clock.now(), 60) is not None
            uow.commit()
        claim_ms = 1000 * (time.perf_counter() - begun)
    times.sort()
    bare.sort()
    note = f"at {rows} rows, {samples} times, one transaction with its dossier, fsynced"
    return [
        Row("enqueue p50", median(times), "ms", note=note),
        Row("enqueue p95", times[int(0.95 * samples)], "ms", ENQUEUE_MS),
        Row("bare write of 4 KiB and fsync p50", median(bare), "ms", note="what the disk itself takes, in turns with enqueueing"),
        Row("bare write of 4 KiB and fsync p95", bare[int(0.95 * samples)], "ms"),
        Row("claim of the next item", claim_ms, "ms"),
        Row("whole outbox listed", list_ms, "ms", note=f"{listed} rows"),
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
