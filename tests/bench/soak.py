"""Files of very many pages: memory and time beside a file of a tenth of them. The pages are small, so that it takes minutes."""

from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from tests.bench.peers import make_pdf
from tests.bench.processes import WORKSTATION, Cost, run, say
from tests.bench.rows import Row, at_most, ratio
from tests.pagemaker import quick_page, save_page

FLAT = at_most(1.25)
"""Ten times the pages may take so many times the memory and still be called flat: allocators keep some of what they had."""
_DIFFERENT = 8


def rows(count: int, work: Path) -> list[Row]:
    """``workstation digitize`` of a PDF and of a TIFF with ``count`` pages and with a tenth."""
    say("drawing pages")
    work.mkdir(parents=True, exist_ok=True)
    images = [work / f"page-{seed}.jpg" for seed in range(_DIFFERENT)]
    for seed, image in enumerate(images):
        save_page(image, quick_page(seed))
    found: list[Row] = []
    for kind, make in (("PDF", make_pdf), ("TIFF", make_tiff)):
        costs = {}
        for pages in (max(1, count // 10), count):
            file = make([images[i % _DIFFERENT] for i in range(pages)], work / f"{pages}.{kind.lower()[:3]}")
            say(f"{kind}, {pages} pages")
            costs[pages] = _digitized(file, work)
            file.unlink()
        found += _of(kind, costs)
    return found


def _digitized(file: Path, work: Path) -> Cost:
    command = [*WORKSTATION, "digitize", "--code", "SOAK", "-o", str(work / f"out-{file.name}"), str(file)]
    return run(command, work / f"log-{file.name}", accept=(0, 1)).cost


def _of(kind: str, costs: dict[int, Cost]) -> list[Row]:
    made: list[Row] = []
    for pages, cost in costs.items():
        made += [
            Row(f"{kind} of {pages} pages: main process", cost.main, "MiB"),
            Row(f"{kind} of {pages} pages: largest worker", cost.worker, "MiB"),
            Row(f"{kind} of {pages} pages: whole command", cost.whole, "MiB"),
            Row(f"{kind} of {pages} pages: CPU a page", cost.cpu / pages, "s"),
            Row(f"{kind} of {pages} pages: pages/min", 60 * pages / cost.seconds, "pages/min"),
        ]
    few, many = costs.values()
    return [
        *made,
        Row(f"{kind}: main process, ten times the pages", ratio(many.main, few.main), "times", FLAT),
        Row(f"{kind}: largest worker, ten times the pages", ratio(many.worker, few.worker), "times", FLAT),
    ]


def make_tiff(images: Sequence[Path], out: Path) -> Path:
    """One file of all images, JPEG inside."""
    with Image.open(images[0]) as first:
        dpi = first.info["dpi"]
        others = (Image.open(image) for image in images[1:])
        first.save(out, save_all=True, append_images=others, compression="jpeg", dpi=dpi)
    return out
