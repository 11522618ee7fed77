"""Files of very many pages: the main process keeps next to nothing of each."""

import gc
import pickle
import tracemalloc
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.unit.usecases.bench import World
from tests.unit.usecases.machine import sha
from tests.unit.usecases.test_digitize import bench
from workstation.domain.fields import FIELD_NAMES, IndexField
from workstation.domain.page import Engine, Finding, PageText, Transform
from workstation.domain.pagejobs import DocumentDraft, FrameInfo, Inspection, Limits, PageJob, PageResult, PageTools, PublishJob
from workstation.domain.signature import PublishedPdf
from workstation.usecases.digitize import Bench, ReadFile, publish, read_files

FEW, MANY = 400, 1000
BYTES_A_PAGE = 300
"""What is known of a frame before it is read, its number, places on the shelf."""
BYTES_A_FILE = 900
"""Its path, and while a folder is brought into order its key."""


def travelled(value: Any) -> Any:
    """As from a worker: nothing is shared with what came before."""
    return pickle.loads(pickle.dumps(value))


def process(job: PageJob) -> PageResult:
    text = PageText(1240, 1754, 150.0, (), Engine("tesseract", "5.3.0", "vie:" + "1a2b" * 16, "--psm 3"), 0.5)
    recipe = (Transform("deskew", 1, (("degrees", 0.1 + job.frame),), "text slopes"),)
    findings = tuple(Finding(code, float(job.frame), 1.0, True) for code in ("dpi", "blur", "skew", "contrast"))
    return travelled(PageResult(recipe, findings, False, text, FrameInfo(1240, 1754, 150.0), 0, 0.1, 0.5))


def split(texts: Sequence[PageText | None]) -> Iterator[DocumentDraft]:
    """Each page a document with all its fields."""
    for n, text in enumerate(texts):
        assert text is not None
        box = (1.0 + n, 2.0 + n, 3.0 + n, 4.0 + n)
        yield travelled(DocumentDraft((n,), "QD", tuple(IndexField(f, f"{f} {n}", 0.9, 0, box) for f in FIELD_NAMES)))


def written(job: PublishJob) -> PublishedPdf:
    return travelled(PublishedPdf(sha(job.out.name.encode()), 9, len(job.pages), "PDF/A-2b", ("layers",)))


def frames(count: int, path: Path, _: Limits) -> Inspection:
    return travelled(Inspection("image/tiff", tuple(FrameInfo(1240, 1754, 150.0) for _ in range(count))))


def whole(at: Bench, out: Path, given: Path) -> ReadFile:
    (read,) = read_files(at, [given], lambda path: sha(path.name.encode()))
    return publish(at, read, out, 1, "2026-11-21T00:00:00+00:00")


def tools(world: World, count: int) -> PageTools:
    text = PageText(1240, 1754, 150.0, (), Engine("t", "", "", ""), 0.5)
    return replace(
        world.machine.page_tools,
        inspect=lambda path, limits: frames(count, path, limits), process=process, split=split, publish=written,
        load_text=lambda *_: text,
    )  # fmt: skip


def taken(world: World, frames_a_file: int, given: Path) -> int:
    """Most bytes of Python's own at any moment, beyond those held before. The first run fills the interpreter's free lists, which
    a collection empties, and what caches keep of names: it is counted along, or a name that takes another's place there would
    seem to be one more. Of two more runs the least, for the table of all names may grow in one."""
    at = replace(bench(world), tools=tools(world, frames_a_file))
    gc.collect()
    gc.disable()
    try:
        tracemalloc.start()
        made, peaks = whole(at, world.root / "out", given), []
        for _ in range(2):
            before = tracemalloc.get_traced_memory()[0]
            tracemalloc.reset_peak()
            made = whole(at, world.root / "out", given)
            peaks.append(tracemalloc.get_traced_memory()[1] - before)
    finally:
        tracemalloc.stop()
        gc.enable()
    last = made.published[-1]
    pages = frames_a_file * (len(list(given.iterdir())) if given.is_dir() else 1)
    assert (len(made.pages), len(made.documents), len(made.published)) == (pages, pages, pages)
    assert last is not None and last[1].sha256 == sha(last[0].name.encode())
    assert [made.pages[n].frame for n in (0, -1)] == [0, frames_a_file - 1]
    return min(peaks)


def test_a_page_of_a_long_file_costs_a_few_bytes(world: World):
    few, many = (taken(world, n, world.root / "a.tif") for n in (FEW, MANY))
    assert (many - few) / (MANY - FEW) < BYTES_A_PAGE


def test_a_page_of_a_full_folder_costs_its_name(world: World):
    costs = []
    for count in (FEW, MANY):
        folder = world.root / f"{count}"
        folder.mkdir()
        for n in range(count):
            (folder / f"{n}.jpg").touch()
        costs.append(taken(world, 1, folder))
    few, many = costs
    assert (many - few) / (MANY - FEW) < BYTES_A_FILE
