"""``bench capture``: how fast paper comes in, from files beside the bare decode, and from SANE's test back end."""

import argparse
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from PIL import Image

from tests.bench.corpus import made_pages
from tests.bench.processes import CommandError, interleaved_seconds, say
from tests.bench.rows import MissingToolError, Row, ratio
from workstation.app import training
from workstation.app.compose import Workstation, open_workstation
from workstation.domain.ids import DossierId, UserName
from workstation.domain.ports import ScanWish
from workstation.scanners.sane import SaneScanner
from workstation.usecases import scan

CLERK = UserName("canbo")
SHEETS = 10
"""What the feeder of SANE's test back end holds."""


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--pages", type=int, default=8, help="page files a level, 3 levels (default 8)")
    parser.add_argument("--dpi", type=int, default=300, help="of the scan from SANE's test back end (default 300)")
    parser.add_argument("--rounds", type=int, default=3, help="of the interleaved timing (default 3)")


def measure(chosen: argparse.Namespace, work: Path) -> list[Row]:
    if shutil.which("scanimage") is None:
        raise MissingToolError("scanimage (sane-utils)")
    say("drawing pages")
    images = [page.image for page in made_pages(work / "pages", chosen.pages, seed=900)]
    training.prepare(work / "home")
    with open_workstation(work / "home") as ws:
        scan.take_in(ws.office, _dossier(ws), images[0], CLERK)  # starts the worker that inspects
        files = _files(ws, images, work, chosen.rounds)
    return [*files, *_sane(work, chosen.dpi, chosen.rounds)]


def _dossier(ws: Workstation) -> DossierId:
    return scan.open_dossier(ws.office, "Hồ sơ đo", CLERK)


def _timed(action: Callable[[], object]) -> float:
    begun = time.perf_counter()
    action()
    return time.perf_counter() - begun


def _files(ws: Workstation, images: list[Path], work: Path, rounds: int) -> list[Row]:
    """Import as the screen does it: inspect in a worker, original fsynced into the store, page and audit event committed."""
    made = 0

    def fresh() -> list[Path]:
        """Copies with other bytes, since a blob that is there is not written again."""
        nonlocal made
        made += 1
        folder = work / f"copies-{made}"
        folder.mkdir()
        for image in images:
            (folder / image.name).write_bytes(image.read_bytes() + made.to_bytes(4, "big"))
        return sorted(folder.iterdir())

    def take_in() -> float:
        copies, dossier = fresh(), _dossier(ws)

        def all_in() -> None:
            for path in copies:
                outcome = scan.take_in(ws.office, dossier, path, CLERK)
                if outcome.pages != 1:
                    raise CommandError(f"not taken in: {outcome.error}")

        return _timed(all_in)

    def decode() -> float:
        def all_decoded() -> None:
            for path in images:
                with Image.open(path) as image:
                    image.load()

        return _timed(all_decoded)

    say("importing")
    seconds = interleaved_seconds({"import": take_in, "decode": decode}, rounds)
    count = len(images)
    return [
        Row("pages/min import", 60 * count / seconds["import"], "pages/min", note="files one after another, each fsynced"),
        Row("ms a page import", 1000 * seconds["import"] / count, "ms"),
        Row("pages/min bare decode", 60 * count / seconds["decode"], "pages/min", note="Pillow, one process"),
        Row("import / bare decode, pages/min", ratio(seconds["decode"], seconds["import"]), "times"),
    ]


def _sane(work: Path, dpi: int, rounds: int) -> list[Row]:
    """Ten sheets of 200 × 200 mm from the test back end through our scanner, beside ``scanimage`` by itself."""
    config = work / "sane.d"
    config.mkdir()
    (config / "dll.conf").write_text("test\n")
    (config / "test.conf").write_text("")
    scanner, made = SaneScanner(config), 0
    first: list[float] = []

    def sheets() -> float:
        nonlocal made
        made += 1
        out = work / f"sheets-{made}"
        out.mkdir()
        begun = time.perf_counter()
        arrived: list[float] = []
        count = scanner.scan("test:0", ScanWish(dpi), out, lambda _: arrived.append(time.perf_counter() - begun), lambda: False)
        if count != SHEETS:
            raise CommandError(f"the test back end gave {count} sheets")
        first.append(arrived[0])
        seconds = time.perf_counter() - begun
        shutil.rmtree(out)
        return seconds

    say("scanning")
    seconds = interleaved_seconds({"scan": sheets}, rounds)["scan"]
    return [
        Row(
            "pages/min SANE test back end",
            60 * SHEETS / seconds,
            "pages/min",
            note=f"{dpi} dpi colour, 200 × 200 mm, PNG, fsynced",
        ),
        Row("first sheet after", sorted(first)[len(first) // 2], "s"),
    ]
