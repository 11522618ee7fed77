"""``bench sync``, the bad line: bytes and time against what the line could do, and rclone over WebDAV on the same line."""

import contextlib
import random
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

from sync.contract import Timeouts
from sync.sender import WardSender
from tests.bench.processes import CommandError, median, say
from tests.bench.rows import Row, at_most
from tests.fault.proxy import FaultProxy
from tests.unit.sync.rig import Station, Ward, pdf
from workstation.domain.outbox import OutboxItem, OutboxState
from workstation.usecases.watch import RETURN_SECONDS

CUT_BYTES = 3_000_000
OVERHEAD = at_most(1.10)
SLOW_TIMES = at_most(1.25)
NOTICED_S = at_most(30)
RESUMED_S = at_most(5)
DELAY_PERCENT = at_most(5)
CAP_PERCENT = at_most(5)
PATIENT = Timeouts(connect=5, read=25, write=25, probe=5)
_RCLONE_SECONDS = 120
_ROUNDS = 60


def deliver(station: Station, sender: WardSender, items: Sequence[OutboxItem]) -> int:
    """Sends until every item is in an end state; waiting times are skipped, not slept through. → rounds that were needed."""
    for number in range(_ROUNDS):
        station.send(sender)
        if all(station.item(item).state in (OutboxState.RECEIVED, OutboxState.REJECTED) for item in items):
            return number + 1
        station.clock.ahead += timedelta(seconds=901)
    return _ROUNDS


def _received(station: Station, item: OutboxItem, where: str) -> OutboxItem:
    done = station.item(item)
    if done.state is not OutboxState.RECEIVED:
        raise CommandError(f"not received over {where}: {done.error}")
    return done


def cut_line(ward: Ward, station: Station, work: Path, size: int, rounds: int) -> list[Row]:
    journal, wire, seconds = [], [], []
    for number in range(rounds):
        say(f"line that is cut every 3 MB: {number + 1} of {rounds}")
        item = station.queue(pdf(size, 1000 + number))
        with FaultProxy("127.0.0.1", ward.port) as line:
            line.cut_every = CUT_BYTES
            begun = time.perf_counter()
            deliver(station, station.sender(ward, line.url, timeouts=Timeouts(connect=2, read=5, write=5, probe=1)), [item])
            seconds.append(time.perf_counter() - begun)
            wire.append(line.bytes_up / size)
        journal.append(_received(station, item, "a line that is cut").bytes_sent / size)
    note = f"{size // 1_000_000} MB, median of {rounds}"
    every = "cut every 3 MB"
    return [
        Row(f"bytes handed to the line / file bytes, {every}", median(journal), "times", OVERHEAD, note),
        Row(f"bytes through the proxy / file bytes, {every}", median(wire), "times", OVERHEAD, "with all headers and calls"),
        Row(f"seconds, {every}", median(seconds), "s"),
        *rclone_cut(work, size),
    ]


def slow_line(ward: Ward, station: Station, scale: int, rounds: int) -> list[Row]:
    """Time runs ``scale`` times faster: rate times, latency and the sender's own clock by so much."""
    size, rate, latency, ratios = 5_000_000, 8_000 * scale, 0.25 / scale, []
    for number in range(rounds):
        say(f"slow line: {number + 1} of {rounds}, {size / rate:.0f} s at the best")
        item = station.queue(pdf(size, random.getrandbits(32)))
        with FaultProxy("127.0.0.1", ward.port) as line:
            line.bytes_per_second, line.latency, line.cut_chance = rate, latency, 0.05
            line.rng = random.Random(number)
            sender = station.sender(ward, line.url, timeouts=PATIENT, monotonic=lambda: time.monotonic() * scale)
            begun = time.perf_counter()
            deliver(station, sender, [item])
            ratios.append((time.perf_counter() - begun) * rate / size)
        _received(station, item, "a slow line")
    note = f"5 MB at 64 kbit/s, 500 ms there and back, cut in 5 % of 16-KiB blocks; {scale} times as fast as life, of {rounds}"
    return [Row("time / ideal, slow line with latency and cuts", median(ratios), "times", SLOW_TIMES, note)]


def stalled_line(ward: Ward, station: Station) -> list[Row]:
    """The line goes dead in mid file, and comes back a minute of the desktop's probing later."""
    say("line that stalls: about a minute")
    item = station.queue(pdf(8_000_000, 3000))
    with FaultProxy("127.0.0.1", ward.port) as line:
        sender = station.sender(ward, line.url, timeouts=Timeouts())
        line.bytes_per_second = 2_000_000
        moments: list[float] = []

        def stall() -> None:
            while line.bytes_up < 3_000_000:
                time.sleep(0.005)
            line.stall = True
            moments.append(time.perf_counter())

        watcher = threading.Thread(target=stall)
        watcher.start()
        while station.item(item).error is None:
            station.send(sender)
        watcher.join()
        noticed = time.perf_counter() - moments[0]

        def come_back() -> None:
            line.stall = False
            moments.append(time.perf_counter())

        back = threading.Timer(7.3, come_back)
        back.start()
        while not sender.probe():  # as the ticker does (usecases.watch)
            time.sleep(RETURN_SECONDS)
        before = line.bytes_up
        station.make_due(item)
        sending = threading.Thread(target=lambda: station.send(sender))
        sending.start()
        while line.bytes_up < before + 100_000:
            time.sleep(0.005)
        resumed = time.perf_counter() - moments[1]
        sending.join()
    _received(station, item, "a line that stalls")
    return [
        Row("stall noticed", noticed, "s", NOTICED_S, "from the last byte until the item says so"),
        Row(
            "resumed after the line is back",
            resumed,
            "s",
            RESUMED_S,
            "until 100 kB more are through; probed for as by the desktop",
        ),
    ]


def poisoned_batch(ward: Ward, station: Station, rounds: int) -> list[Row]:
    """98 good items behind one that the ward refuses (422) and one whose request hangs, in turns with 98 good ones alone."""
    clean, bad = [], []
    for number in range(rounds):
        say(f"one poison and one hanging record among 100: {number + 1} of {rounds}")
        clean.append(_batch(ward, station, poison=False))
        bad.append(_batch(ward, station, poison=True))
    delay = 100 * (median(bad) / median(clean) - 1)
    note = f"98 items in {median(clean):.1f} s without them, {median(bad):.1f} s with them, 100 ms there and back, of {rounds}"
    return [Row("delay of 98 items by one poison and one that hangs", delay, "%", DELAY_PERCENT, note)]


def _batch(ward: Ward, station: Station, *, poison: bool) -> float:
    """Seconds until the good ones are received."""
    seed = random.getrandbits(30)
    odd: list[OutboxItem] = []
    if poison:
        odd = [station.queue(pdf(20_000, seed)), station.queue(pdf(20_000, seed + 1))]
    good = [station.queue(pdf(20_000, seed + 2 + n)) for n in range(98)]
    with FaultProxy("127.0.0.1", ward.port) as line:
        line.latency = 0.05
        if poison:
            refusal = b"HTTP/1.1 422 X\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"
            line.answers = {b"PUT /v1/ho-so/" + odd[0].dossier_id.encode(): refusal}
            line.hang_on = b"PUT /v1/ho-so/" + odd[1].dossier_id.encode()
        sender = station.sender(ward, line.url, timeouts=Timeouts())
        before = _count(station)
        begun = time.perf_counter()
        round_ = threading.Thread(target=lambda: station.send(sender))
        round_.start()
        while round_.is_alive() and _count(station) < before + len(good):
            time.sleep(0.02)
        seconds = time.perf_counter() - begun
        round_.join()
        if _count(station) < before + len(good):
            raise CommandError("a good item was not received")
        if odd and station.item(odd[0]).state is not OutboxState.REJECTED:
            raise CommandError("the poison record was not refused")
        if odd:  # nothing of it waits into the next round
            line.hang_on = None
            deliver(station, sender, [odd[1]])
    return seconds


def _count(station: Station) -> int:
    with station.uow() as uow:
        return uow.outbox.tally()[OutboxState.RECEIVED]


def capped_line(ward: Ward, station: Station) -> list[Row]:
    """20 s at 512 kbit/s, in two windows of 10 s; then a meeting's 64 kbit/s in the middle of it."""
    say("cap on the line: 30 s")
    item, limit, meeting = station.queue(pdf(20_000_000, 3100)), 64_000.0, 8_000.0
    with FaultProxy("127.0.0.1", ward.port) as line:
        station.limits.limit = limit
        stop = threading.Event()
        sender = station.sender(ward, line.url)
        sending = threading.Thread(target=lambda: sender.send_due(stop.is_set))
        sending.start()
        time.sleep(2)
        off = []
        for _ in range(2):
            before, begun = line.bytes_up, time.perf_counter()
            time.sleep(10)
            off.append(100 * abs((line.bytes_up - before) / (time.perf_counter() - begun) / limit - 1))
        station.limits.limit = meeting
        changed = time.perf_counter()
        before = line.bytes_up
        while line.bytes_up - before > 1.5 * meeting * 0.5 or time.perf_counter() - changed < 0.5:
            before = line.bytes_up
            time.sleep(0.5)
        applied = time.perf_counter() - changed
        stop.set()
        sending.join()
        station.limits.limit = None
    station.send(station.sender(ward))
    _received(station, item, "a capped line")
    return [
        Row(
            "bandwidth cap, worst deviation in 10 s",
            max(off),
            "%",
            CAP_PERCENT,
            "512 kbit/s, counted by the proxy",
        ),
        Row("meeting's cap applies after", applied, "s", at_most(2), "from 512 to 64 kbit/s in mid file, seen in half seconds"),
    ]


# --- the peer


def rclone_cut(work: Path, size: int) -> list[Row]:
    """The same file by ``rclone copyto`` to its own WebDAV server through the same proxy."""
    name = "rclone (webdav): bytes through the proxy / file bytes, cut every 3 MB"
    if shutil.which("rclone") is None:
        return [Row(name, None, "times", note="rclone is not installed (Debian: apt-get install rclone)")]
    say(f"rclone on the line that is cut every 3 MB: at most {_RCLONE_SECONDS} s")
    folder, source = work / "webdav", work / "rclone.bin"
    folder.mkdir()
    source.write_bytes(pdf(size, 1000))
    with _webdav(folder) as port, FaultProxy("127.0.0.1", port) as line:
        line.cut_every = CUT_BYTES
        command = ["rclone", "--config", "/dev/null", "copyto", str(source), ":webdav:file.bin", "--webdav-url", line.url]
        begun = time.perf_counter()
        with contextlib.suppress(subprocess.TimeoutExpired):
            subprocess.run(command, capture_output=True, timeout=_RCLONE_SECONDS, check=False)
        seconds = time.perf_counter() - begun
        sent = line.bytes_up / size
    arrived = folder / "file.bin"
    whole = arrived.exists() and arrived.stat().st_size == size and arrived.read_bytes() == source.read_bytes()
    said = "arrived whole" if whole else "it never arrived"
    return [Row(name, sent, "times", note=f"{said}; its defaults (3 tries of 10), {seconds:.0f} s")]


@contextlib.contextmanager
def _webdav(folder: Path) -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    command = ["rclone", "--config", "/dev/null", "serve", "webdav", str(folder), "--addr", f"127.0.0.1:{port}"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(100):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.1)
        yield port
    finally:
        server.terminate()
        server.wait(10)
