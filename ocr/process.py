"""One page from file to words: decode, clean, judge, read, keep. Same input, same output."""

import time
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from ocr import cache, columns, digits, layout, lone, missed, tables, unread, written
from ocr.engine import Recognizer, end_up
from ocr.frames import Frame, Pixels, load_frame
from ocr.geometry import Lie, apply_recipe, crop_step, grey, lie_recipe, measure_lie
from ocr.grids import Table, find_tables
from ocr.language import reviewed
from ocr.lines import RawWord
from ocr.prepare import UNPARTED, prepare, prepared
from ocr.quality import BLANK_INK_MM2, blank_ink, findings
from ocr.reduce import Reduced, reduce
from ocr.ruling import Rules
from ocr.stampink import blue_stamps
from workstation.domain.page import Finding, PageText, Recipe, Transform, UnreadArea, Word
from workstation.domain.pagejobs import PageJob, PageResult

THUMBNAIL_PX = 320
_HOPELESS, _SOME_WORDS = 0.3, 10
_THUMBNAIL_QUALITY = 80


@dataclass(frozen=True, slots=True)
class Cleaned:
    page: Pixels
    recipe: Recipe
    lie: Lie
    blank: bool
    ink_mm2: float


def clean(frame: Frame, turn: int, recognizer: Recognizer, *, over: bool = False) -> Cleaned:
    """Finds the recipe of a frame and applies it. ``turn``: the clerk's clockwise degrees beyond what the program sees.
    ``over``: the other way up than it seems."""

    def read_both_ways(level: Recipe) -> int:
        reduced = reduce(apply_recipe(frame.pixels, level), frame.dpi)
        return end_up(prepare(reduced.page, reduced.dpi), reduced.dpi, recognizer)

    plain = grey(frame.pixels)
    ink = blank_ink(plain, frame.dpi)
    blank = ink < BLANK_INK_MM2
    lie = Lie(0, 0.0) if blank else measure_lie(plain, frame.dpi, read_both_ways)
    if over:
        lie = replace(lie, rotation=(lie.rotation + 180) % 360)
    recipe = lie_recipe(lie)
    crop = crop_step(plain, recipe, frame.dpi)
    if crop:
        recipe += (crop,)
    if turn % 360:
        recipe += (Transform("rotate", 1, (("degrees", float(turn % 360)),), "clerk"),)
    return Cleaned(apply_recipe(frame.pixels, recipe), recipe, lie, blank, ink)


def process(job: PageJob, recognizer: Recognizer) -> PageResult:
    """``PageTools.process`` with the recogniser given (``Unread`` for a job that only cleans); a valid cache answers at once."""
    known = cache.load_result(job.cache, job.original, job.frame, job.turn, read=job.read)
    if known is not None:
        return replace(known, findings=_judged(known.findings, job))
    started = time.monotonic()
    # the machine's cores each have a worker of their own
    cv2.setNumThreads(1)
    frame = load_frame(job.path, job.frame)
    done, reduced, text = _understood(frame, job, recognizer)
    if _hopeless(text) and not job.turn:
        other = _understood(frame, job, recognizer, over=True)
        if _sureness(other[2]) > 2 * _sureness(text):
            done, reduced, text = other
    notes = findings(frame, done.page, reduced, done.blank, done.ink_mm2, done.lie.skew_deg, done.lie.rotation,
                     job.min_dpi, job.min_sharpness) + unread.counted(text.unread)  # fmt: skip
    thumb = cache.entry(job.cache, job.original, job.frame, job.turn, "thumb.jpg")
    write_picture(reduced.page, THUMBNAIL_PX, thumb)
    result = PageResult(done.recipe, notes, done.blank, text, thumb, frame.info, done.lie.rotation, done.lie.skew_deg,
                        round(time.monotonic() - started, 3))  # fmt: skip
    cache.save_result(job.cache, job.original, job.frame, job.turn, result, job.read)
    return result


def _understood(frame: Frame, job: PageJob, recognizer: Recognizer, *, over: bool = False) -> tuple[Cleaned, Reduced, PageText]:
    done = clean(frame, job.turn, recognizer, over=over)
    reduced = reduce(done.page, frame.dpi)
    own = written.own_words(job.path, job.frame) if job.read and not done.blank else ()
    if own:
        placed = written.moved(own, done.recipe, *frame.pixels.shape[1::-1])
        return done, reduced, _own_text(done, reduced, frame.dpi, placed, recognizer)
    return done, reduced, _read(done, reduced, frame.dpi, recognizer)


def _sureness(text: PageText) -> float:
    letters = sum(len(w.text) for w in text.words)
    return sum(w.confidence * len(w.text) for w in text.words) / letters if letters else 0.0


def _hopeless(text: PageText) -> bool:
    """Whether a page with words makes so little sense that it may stand on its head: of 112 worn pages the worst that stood
    upright had 0.40, those read upside down 0.01 to 0.05."""
    return len(text.words) >= _SOME_WORDS and _sureness(text) < _HOPELESS


def _judged(notes: tuple[Finding, ...], job: PageJob) -> tuple[Finding, ...]:
    """Measured values against this job's limits: the profile may have changed since they were measured."""
    limits = {"dpi": (job.min_dpi, 0.99), "blur": (job.min_sharpness, 1.0)}
    return tuple(
        replace(f, limit=limits[f.code][0], ok=f.value >= limits[f.code][1] * limits[f.code][0]) if f.code in limits else f
        for f in notes
    )


def _read(done: Cleaned, reduced: Reduced, dpi: float, recognizer: Recognizer) -> PageText:
    started = time.monotonic()
    height, width = done.page.shape[:2]
    engine = recognizer.describe()
    words: tuple[Word, ...] = ()
    missing: tuple[UnreadArea, ...] = ()
    steps: Recipe = ()
    if not done.blank:
        page, taken = prepared(reduced.page, reduced.dpi)
        parted = any(step.name == "stamps_to_paper" for step in taken)
        stamps = blue_stamps(reduced.page, reduced.dpi) if parted else ()
        paper = missed.Paper(reduced.page, page, reduced.dpi, stamps)
        rules, grids = find_tables(paper.page, paper.dpi)
        beside = tables.without_tables(paper.page, grids) if grids else paper.page
        found = layout.read_page(beside, paper.dpi, recognizer)
        read = _read_tables(paper.page, rules, grids, paper.dpi, recognizer) if grids else ()
        rest, missing = unread.settle(paper, found, read, recognizer)
        rest = digits.numbers_again(paper.page, rest, paper.dpi, recognizer)
        said = tables.woven(rest, lone.unsaid(read, missing), paper.page.shape[1])
        words, missing = reduced.back(said, missing)
        steps = (*reduced.steps, *taken, *tables.step(grids), *found.steps)
    return PageText(width, height, dpi, reviewed(words), engine, round(time.monotonic() - started, 3), steps, missing)


def _own_text(done: Cleaned, reduced: Reduced, dpi: float, own: tuple[RawWord, ...], recognizer: Recognizer) -> PageText:
    """Of a written page: its own words, in the order of its tables and columns. What is read are pictures among them only."""
    started = time.monotonic()
    height, width = done.page.shape[:2]
    page, _ = prepared(reduced.page, reduced.dpi, UNPARTED)
    paper = missed.Paper(reduced.page, page, reduced.dpi)
    words = reduced.onto(own)
    _, grids = find_tables(paper.page, paper.dpi)
    beside, cells = tables.sorted_into(grids, words)
    rest, missing = unread.settle(paper, layout.Reading(beside), cells, recognizer)
    found, missing = reduced.back(tables.woven(rest, cells, paper.page.shape[1]), missing)
    steps = (
        *reduced.steps,
        Transform("own_text", written.VERSION, (), "a page that was written, not scanned"),
        *tables.step(grids),
    )
    return PageText(width, height, dpi, found, written.engine(), round(time.monotonic() - started, 3), steps, missing)


def _read_tables(
    page: Pixels, rules: Rules, grids: tuple[Table, ...], dpi: float, recognizer: Recognizer
) -> tuple[tuple[Table, tuple[Word, ...]], ...]:
    by_cell: dict[int, list[RawWord]] = {}
    for strip in tables.compose(page, rules, [cell for grid in grids for cell in grid.cells], dpi):
        by_cell |= tables.back_on_page(strip, recognizer.read(strip.pixels, dpi, block=True))
    out, first = [], 0
    for grid in grids:
        words = tables.row_order(grid, by_cell, first)
        words = digits.numbers_again(page, words, dpi, recognizer, columns.numbers(grid, words))
        out.append((grid, words))
        first += len(grid.cells)
    return tuple(out)


def picture_size(page: Pixels, max_px: int) -> tuple[int, int, float]:
    """Width, height and scale of a page that fits ``max_px`` on its longer side; never enlarged."""
    height, width = page.shape[:2]
    scale = min(1.0, max_px / max(height, width))
    return max(1, round(width * scale)), max(1, round(height * scale)), scale


def _halved(page: Pixels, scale: float) -> Pixels:
    """The page halved while it stays larger than at ``scale``: OpenCV has a fast way for halves, and none for odd shares."""
    while scale <= 0.5 and min(page.shape[:2]) > 1:
        height, width = (n // 2 for n in page.shape[:2])
        page = np.asarray(cv2.resize(page[: 2 * height, : 2 * width], (width, height), interpolation=cv2.INTER_AREA), np.uint8)
        scale *= 2
    return page


def write_picture(page: Pixels, max_px: int, path: Path) -> None:
    """A JPEG of the page of ``picture_size``, written whole or not at all."""
    width, height, scale = picture_size(page, max_px)
    small = cv2.resize(_halved(page, scale), (width, height), interpolation=cv2.INTER_AREA) if scale < 1 else page
    bgr = small if small.ndim == 2 else cv2.cvtColor(small, cv2.COLOR_RGB2BGR)
    data = np.asarray(cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, _THUMBNAIL_QUALITY])[1]).tobytes()
    with cache.replacing(path) as temporary:
        temporary.write_bytes(data)
