"""``bench sync``: the sender against a real ward server over a bad line; the proxy in between counts the bytes."""

import argparse
import random
import shutil
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from sync.contract import Timeouts
from tests.bench.line import capped_line, cut_line, deliver, poisoned_batch, slow_line, stalled_line
from tests.bench.outbox import full_outbox
from tests.bench.processes import median, say
from tests.bench.rows import Row, at_most
from tests.fault.proxy import FaultProxy
from tests.unit.sync.rig import Station, Ward, pdf
from workstation.domain.outbox import OutboxItem, OutboxState

IMPATIENT = Timeouts(connect=0.5, read=0.5, write=0.5, probe=0.5)
_MAKING = threading.Lock()
"""Migrations of two databases at once meet in alembic's globals."""
STATIONS = 8
"""Side by side in the fault schedules: they mostly wait for time-outs."""


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--schedules", type=int, default=40, help="seeded fault schedules of five records each (default 40)")
    parser.add_argument("--seed", type=int, default=1, help="of the first schedule (default 1)")
    parser.add_argument("--rows", type=int, default=100_000, help="rows in the full outbox (default 100,000)")
    parser.add_argument("--file-mb", type=int, default=20, help="size of the file that is sent over the cut line (default 20)")
    parser.add_argument(
        "--scale", type=int, default=8, help="how many times as fast as life the slow line is (default 8; 1: 11 min)"
    )
    parser.add_argument("--rounds", type=int, default=3, help="of each timing (default 3)")


def measure(chosen: argparse.Namespace, work: Path) -> list[Row]:
    with ExitStack() as stack:
        ward = Ward(work / "ward").start()
        stack.callback(ward.stop)
        station = Station(work / "station")
        stack.callback(station.close)
        rows = cut_line(ward, station, work, chosen.file_mb * 1_000_000, chosen.rounds)
        rows += slow_line(ward, station, chosen.scale, chosen.rounds)
        rows += stalled_line(ward, station)
        rows += capped_line(ward, station)
        rows += poisoned_batch(ward, station, chosen.rounds)
        rows += fault_schedules(ward, work, range(chosen.seed, chosen.seed + chosen.schedules))
    return [*rows, *full_outbox(work / "full", chosen.rows)]


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
        deliver(station, station.sender(ward, line.url, timeouts=Timeouts(connect=2, read=5, write=5, probe=1)), items)
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
