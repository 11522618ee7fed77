"""``bench capture``: how fast paper comes in, from files beside the bare decode and from SANE's test back end; what the window
does meanwhile, how soon a sheet is seen, and a dossier of a thousand pages; how well stacks are split and faults are found."""

import argparse
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from PIL import Image

from tests.bench import capture_screen, findings, splits
from tests.bench.corpus import made_pages
from tests.bench.processes import CommandError, interleaved_seconds, say
from tests.bench.rows import MissingToolError, Row, ratio
from workstation.app import training
from workstation.app.compose import Workstation, open_workstation
from workstation.domain.ids import DossierId, UserName
from workstation.domain.ports import ScanWish
from workstation.scanners.sane import SaneScanner
from workstation.usecases import scan
from workstation.usecases.read import read_dossier

CLERK = UserName("canbo")
SHEETS = 10
"""What the feeder of SANE's test back end holds."""


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--only", choices=tuple(PARTS), action="append", help="this part; may be given more than once")
    parser.add_argument("--pages", type=int, default=8, help="page files a level, 3 levels (default 8)")
    parser.add_argument("--arriving", type=int, default=200, help="pages that arrive in the window (default 200)")
    parser.add_argument("--large", type=int, default=1000, help="pages of the long dossier (default 1000)")
    parser.add_argument("--dpi", type=int, default=300, help="of the scan from SANE's test back end (default 300)")
    findings.options(parser)
    parser.add_argument("--rounds", type=int, default=3, help="of the interleaved timing (default 3)")
    parser.add_argument("--stacks", type=int, default=2, help="stacks a level that are split (default 2)")


def measure(chosen: argparse.Namespace, work: Path) -> list[Row]:
    rows: list[Row] = []
    for name in chosen.only or PARTS:
        rows += PARTS[name](chosen, work / name)
    return rows


def _from_files(chosen: argparse.Namespace, work: Path) -> list[Row]:
    say("drawing pages")
    images = [page.image for page in made_pages(work / "pages", chosen.pages, seed=900)]
    training.prepare(work / "home")
    with open_workstation(work / "home") as ws:
        scan.take_in(ws.office, _dossier(ws), images[0], CLERK)  # starts the worker that inspects
        return _files(ws, images, work, chosen.rounds)


def _from_sane(chosen: argparse.Namespace, work: Path) -> list[Row]:
    if shutil.which("scanimage") is None:
        raise MissingToolError("scanimage (sane-utils)")
    work.mkdir(parents=True)
    return _sane(work, chosen.dpi, chosen.rounds)


PARTS: dict[str, Callable[[argparse.Namespace, Path], list[Row]]] = {
    "files": _from_files,
    "sane": _from_sane,
    "arriving": lambda chosen, work: capture_screen.arriving(chosen.arriving, work),
    "thumbnails": lambda chosen, work: capture_screen.thumbnails(work),
    "findings": findings.measure,
    "splits": lambda chosen, work: splits.measure(work, chosen.stacks, seed=4000),
    "large": lambda chosen, work: capture_screen.large(chosen.large, work),
}
"""What ``--only`` names."""


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

    dossiers: list[DossierId] = []

    def take_in() -> float:
        copies, dossier = fresh(), _dossier(ws)
        dossiers.append(dossier)

        def all_in() -> None:
            for path in copies:
                outcome = scan.take_in(ws.office, dossier, path, CLERK)
                if outcome.pages != 1:
                    raise CommandError(f"not taken in: {outcome.error}")

        return _timed(all_in)

    def work_on() -> float:
        """Of the last dossier: cleaned, judged, read, small pictures made, documents found."""
        return _timed(lambda: read_dossier(ws.office, dossiers[-1]))

    def decode() -> float:
        def all_decoded() -> None:
            for path in images:
                with Image.open(path) as image:
                    image.load()

        return _timed(all_decoded)

    say("importing")
    seconds = interleaved_seconds({"import": take_in, "work": work_on, "decode": decode}, rounds)
    count = len(images)
    return [
        Row("pages/min import", 60 * count / seconds["import"], "pages/min", note="files one after another, each fsynced"),
        Row("ms a page import", 1000 * seconds["import"] / count, "ms"),
        Row("pages/min whole page work", 60 * count / seconds["work"], "pages/min", note="cleaned, read, split; all workers"),
        Row("pages/min bare decode", 60 * count / seconds["decode"], "pages/min", note="Pillow, one process"),
        Row("import / bare decode, pages/min", ratio(seconds["decode"], seconds["import"]), "times"),
        Row("whole page work / bare decode, pages/min", ratio(seconds["decode"], seconds["work"]), "times"),
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
