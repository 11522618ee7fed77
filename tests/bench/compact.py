"""``bench compact``: how small compact pages are, which form each takes, and what reading them again costs in letters.

The stored image is judged as it lies in the file: published without its page's recipe, drawn by two engines at the scan's own
resolution, and read like any scan. The same reader reads the scan in the same run.
"""

import argparse
import hashlib
import io
import os
import subprocess
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pymupdf
from PIL import Image

from ocr import worker
from ocr.compact import words_on_scan
from ocr.frames import Pixels, load_frame
from tests.bench.corpus import TruePage, folder_pages, made_pages
from tests.bench.processes import need
from tests.bench.rows import Row, at_most
from tests.bench.text import TextScore, score
from workstation.domain.ids import Sha256
from workstation.domain.page import PageText
from workstation.domain.pagejobs import PageJob, PageResult, PdfForm, PublishJob, PublishPage
from workstation.domain.signature import PublishedPdf

KB = {"clean": at_most(60), "office": at_most(70)}
"""Issue 3; text layer included. Worn pages: as small as they stay legible."""
CER_ADDED = at_most(0.2)
ARCHIVE_OVER = at_most(10)


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--corpus", type=Path, nargs="+", help="folders of image + .txt + .json instead of the page maker's pages"
    )
    parser.add_argument("--pages", type=int, default=8, help="of each level and corpus (default 8)")
    parser.add_argument("--seed", type=int, default=700, help="of the first made page (default 700)")
    parser.add_argument("--keep", type=Path, help="folder for the compact files and pictures of them, to look at")


def measure(chosen: argparse.Namespace, work: Path) -> list[Row]:
    need("tesseract")
    need("pdftoppm")
    if chosen.corpus is None:
        pages = made_pages(work / "pages", chosen.pages, chosen.seed)
    else:
        pages = [page for folder in chosen.corpus for page in _first(folder_pages(folder), chosen.pages)]
    return rows(pages, chosen.keep or work / "out")


def _first(pages: Sequence[TruePage], count: int) -> list[TruePage]:
    """So many of each level."""
    levels = dict.fromkeys(page.level for page in pages)
    return [page for level in levels for page in [p for p in pages if p.level == level][:count]]


@dataclass(frozen=True, slots=True)
class Measured:
    level: str
    compact: PublishedPdf
    cpu: float
    """Seconds that writing it took."""
    archive_over: int
    """Bytes that the archive file has beyond the scan; of scans that are no JPEG, beyond their one encoding."""
    scan: TextScore
    mupdf: TextScore
    poppler: TextScore
    publish: PublishPage


def rows(pages: Sequence[TruePage], work: Path) -> list[Row]:
    work.mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor(os.cpu_count() or 1, mp_context=get_context("spawn")) as pool:
        measured = list(pool.map(partial(_measured, work=work), pages))
    out: list[Row] = []
    for level in dict.fromkeys(m.level for m in measured):
        out += _level_rows(level, [m for m in measured if m.level == level], work)
    worst = max(m.archive_over for m in measured) / 1000
    return [*out, Row("archive file beyond its scan, worst page", worst, "kB", ARCHIVE_OVER)]


def _level_rows(level: str, measured: Sequence[Measured], work: Path) -> list[Row]:
    whole = _published(work / f"{level}.pdf", PdfForm.COMPACT, *(m.publish for m in measured))
    forms = Counter(form for m in measured for form in m.compact.forms)
    pages, scan = len(measured), sum((m.scan for m in measured), TextScore())
    note = ", ".join(f"{n} {form}" for form, n in forms.most_common())
    each = [m.compact.bytes for m in measured]
    out = [
        Row(f"compact, kB a page {level}", whole.bytes / pages / 1000, "kB", KB.get(level), f"one file; {note}"),
        Row(f"compact, kB a page {level}, a file each", sum(each) / pages / 1000, "kB", note=f"largest {max(each) // 1000}"),
        Row(f"compact, CPU a page {level}", sum(m.cpu for m in measured) / pages, "s"),
        Row(f"CER of the scans {level}", scan.cer, "%", note=f"{scan.chars} characters"),
    ]
    for engine, scores in (("MuPDF", [m.mupdf for m in measured]), ("Poppler", [m.poppler for m in measured])):
        again = sum(scores, TextScore())
        if again.cer is not None and scan.cer is not None:
            out.append(Row(f"CER added {level}, drawn by {engine}", again.cer - scan.cer, "points", CER_ADDED))
    return out


def _measured(page: TruePage, work: Path) -> Measured:
    read = _read(page.image, work)
    name = f"{page.image.parent.parent.name}-{page.level}-{page.image.stem}"
    publish = PublishPage(page.image, 0, read.recipe, read.text)
    started = time.process_time()
    compact = _published(work / f"{name}.pdf", PdfForm.COMPACT, publish)
    cpu = time.process_time() - started
    archive = _published(work / f"{name}-archive.pdf", PdfForm.ARCHIVE, publish)
    dpi = load_frame(page.image, 0).dpi
    lain = work / f"{name}-lain.pdf"
    _published(lain, PdfForm.COMPACT, as_it_lies(publish))
    again = [_reread(draw(lain, dpi), dpi, work / f"{name}-{draw.__name__}.png") for draw in (by_mupdf, by_poppler)]
    scan, mupdf, poppler = (score(text.text, page.references) for text in (read.text, *again))
    over = archive.bytes - page.image.stat().st_size
    return Measured(page.level, compact, cpu, over, scan, mupdf, poppler, publish)


def _published(out: Path, form: PdfForm, *pages: PublishPage) -> PublishedPdf:
    return worker.publish_document(PublishJob(pages, out, "Văn bản", created="2026-11-21T08:00:00+00:00", form=form))


def as_it_lies(page: PublishPage) -> PublishPage:
    """The page without its recipe, its words on the untouched pixels."""
    frame = load_frame(page.path, page.frame)
    height, width = frame.pixels.shape[:2]
    words = tuple(replace(w, box=b) for w, b in zip(page.text.words, words_on_scan(page, frame), strict=True))
    return PublishPage(page.path, page.frame, (), replace(page.text, width_px=width, height_px=height, words=words))


def by_mupdf(pdf: Path, dpi: float) -> Pixels:
    with pymupdf.open(pdf) as document:
        drawn = document[0].get_pixmap(dpi=round(dpi), alpha=False)
    return np.frombuffer(drawn.samples, np.uint8).reshape(drawn.height, drawn.width, 3)


def by_poppler(pdf: Path, dpi: float) -> Pixels:
    drawn = subprocess.run(["pdftoppm", "-r", str(round(dpi)), str(pdf)], capture_output=True, check=True).stdout
    with Image.open(io.BytesIO(drawn)) as image:
        return np.asarray(image.convert("RGB"))


def _reread(pixels: Pixels, dpi: float, path: Path) -> PageText:
    Image.fromarray(pixels).save(path, dpi=(round(dpi), round(dpi)), compress_level=1)
    return _read(path, path.parent).text


def _read(image: Path, work: Path) -> PageResult:
    original = Sha256(hashlib.sha256(image.read_bytes()).hexdigest())
    return worker.process_page(PageJob(image, original, 0, work / "cache"))
