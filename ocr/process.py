"""One page from file to words: decode, clean, judge, read, keep. Same input, same output."""

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

import cv2

from ocr import (
    again,
    cache,
    codes,
    columns,
    digits,
    figures,
    filled,
    layout,
    likelywords,
    lone,
    loops,
    lost,
    missed,
    numberline,
    numbersbeside,
    secrecy,
    setcells,
    setlines,
    signs,
    small,
    streaks,
    subjectlines,
    tables,
    tickboxes,
    unread,
    written,
)
from ocr.engine import Recognizer, end_up
from ocr.frames import Frame, Pixels, load_frame
from ocr.geometry import Lie, apply_recipe, measure_lie
from ocr.grids import Table, find_tables
from ocr.language import reviewed
from ocr.likeness import fingerprint
from ocr.lines import RawWord
from ocr.prepare import UNPARTED, boxes_to_tick, framed, in_black, prepare, prepared
from ocr.quality import findings
from ocr.reduce import Reduced, reduce
from ocr.ruling import Rules
from ocr.stampink import blue_stamps
from ocr.tickboxes import TickBox
from ocr.work import Cleaned, paper_dpi, worked
from workstation.domain.codes import PageCode, separator_of
from workstation.domain.findings import PROGRAM_LIMITS
from workstation.domain.page import AFFINE, Finding, PageSource, PageText, Recipe, Transform, UnreadArea, Word
from workstation.domain.pagejobs import PageJob, PageResult
from workstation.domain.pagework import geometry
from workstation.domain.thumbs import ThumbJob, page_key

_HOPELESS, _SOME_WORDS, _LONG = 0.3, 10, 4
Otherwise = Literal["", "over", "across"]
"""How a page may lie that does not lie as it seems: the other way up, or a quarter turn further."""


def clean(
    frame: Frame, work: Recipe, recognizer: Recognizer, otherwise: Otherwise = "", least_ink: float = PROGRAM_LIMITS.min_ink_mm2
) -> Cleaned:
    """Finds the recipe of a frame and applies it. ``work``: what is asked of the page beyond what the program sees.
    ``otherwise``: than it seems to lie; ``least_ink``: mm² of writing without which a page is blank."""

    def measure(page: Pixels, plain: Pixels, dpi: float) -> Lie:
        def read_both_ways(level: Recipe) -> int:
            reduced = reduce(apply_recipe(page, level), dpi)
            return end_up(prepare(reduced.page, reduced.dpi), reduced.dpi, recognizer)

        return measure_lie(plain, dpi, read_both_ways, across=otherwise == "across")

    done = worked(frame, work, measure, over=otherwise == "over", least_ink=least_ink)
    cut_off = [t for t in done.recipe if t.name == "crop"]
    asked = any(t.name not in ("rotate", "deskew", "crop") for t in done.recipe) or any(t.reason != "border" for t in cut_off)
    # the shorter side of what a camera saw was taken for A4's, the table around the sheet with it
    return done if frame.dpi_known or asked or not cut_off else replace(done, dpi=paper_dpi(done.page))


def process(job: PageJob, recognizer: Recognizer) -> PageResult:
    """``PageTools.process`` with the recogniser given (``Unread`` for a job that only cleans); a valid cache answers at once."""
    known = cache.load_result(job.cache, job.original, job.frame, job.work, read=job.read)
    if known is not None and all(f.ok != known.blank for f in job.limits.judged(known.findings) if f.code == "blank"):
        if secrecy.stops(job, known):
            return secrecy.stopped(job, known)
        if job.thumbs is not None:
            small.draw(_thumb(job, job.thumbs, known.recipe))
        return replace(known, findings=job.limits.judged(known.findings))
    started = time.monotonic()
    # the machine's cores each have a worker of their own
    cv2.setNumThreads(1)
    frame, dirt = streaks.cleared(load_frame(job.path, job.frame))
    done, reduced, text, found = _lying_right(frame, job, recognizer)
    text = replace(text, steps=(*streaks.steps(dirt), *text.steps))
    frame = replace(frame, dpi=done.dpi)
    notes = findings(frame, done.plain, reduced, geometry(done.recipe), done.ink_mm2, done.lie.skew_deg, job.limits)
    notes += _which_end_is_up(done, text, job) + unread.counted(text.unread) + streaks.told(dirt)
    mark = "" if done.blank else fingerprint(reduced.plain, reduced.dpi)
    result = PageResult(done.recipe, notes, done.blank, text, frame.info, done.lie.rotation, done.lie.skew_deg,
                        round(time.monotonic() - started, 3), found, mark)  # fmt: skip
    if secrecy.stops(job, result):
        return secrecy.stopped(job, result)
    if job.thumbs is not None:
        thumb = _thumb(job, job.thumbs, done.recipe)
        if dirt:  # the page is shown as scanned
            small.draw(thumb)
        else:
            small.keep(thumb.pack, thumb.page, done.recipe, reduced.page)
    cache.save_result(job.cache, job.original, job.frame, job.work, result, job.read)
    return result


def _thumb(job: PageJob, folder: Path, recipe: Recipe) -> ThumbJob:
    source = PageSource(job.original, job.frame)
    return ThumbJob(job.path, source, recipe, folder, page_key(source, job.work))


Understood = tuple[Cleaned, Reduced, PageText, tuple[PageCode, ...]]


def _lying_right(frame: Frame, job: PageJob, recognizer: Recognizer) -> Understood:
    """The page as it lies by its shape; where that makes no sense, and no clerk has turned it, as it makes more: standing on its
    head, or its lines running the other way (few pages do lie so: one that seems to is first set upright)."""
    best = _understood(frame, job, recognizer)
    if any(t.name == "rotate" for t in job.work):
        return best
    sideways = best[0].lie.rotation % 180 or _on_end(best[2])
    ways: tuple[Otherwise, ...] = ("across", "over") if sideways else ("over", "across")
    for way in ways:
        if not _hopeless(best[2]):
            break
        other = _understood(frame, job, recognizer, way)
        best = other if _sureness(other[2]) > 2 * _sureness(best[2]) else best
    return best


def _understood(frame: Frame, job: PageJob, recognizer: Recognizer, otherwise: Otherwise = "") -> Understood:
    done = clean(frame, job.work, recognizer, otherwise, job.limits.min_ink_mm2)
    reduced = reduce(done.page, done.dpi)
    found = () if done.blank else codes.find_codes(done.plain, done.dpi)
    if separator_of(found) is not None:  # what is printed on our own sheets is nobody's document
        return done, reduced, _read(replace(done, blank=True), reduced, recognizer), found
    drawn = frame.drawn and all(t.name in AFFINE for t in geometry(done.recipe))
    own = written.own_words(job.path, job.frame) if job.read and not done.blank and drawn else ()
    if own:
        placed = written.moved(own, geometry(done.recipe), *frame.pixels.shape[1::-1])
        return done, reduced, _own_text(done, reduced, placed, recognizer), found
    return done, reduced, _read(done, reduced, recognizer), found


def _sureness(text: PageText) -> float:
    """Mean confidence of the letters; none of words that stand on end, which the recogniser reads too, but in no order."""
    if _on_end(text):
        return 0.0
    letters = sum(len(w.text) for w in text.words)
    return sum(w.confidence * len(w.text) for w in text.words) / letters if letters else 0.0


def _on_end(text: PageText) -> bool:
    """Whether most words are higher than long."""
    long = [w.box for w in text.words if sum(c.isalpha() for c in w.text) >= _LONG]
    return 2 * sum(b[3] - b[1] > b[2] - b[0] for b in long) > len(long) > _SOME_WORDS


def _hopeless(text: PageText) -> bool:
    """Whether a page with words makes so little sense that it may lie otherwise: of 112 worn pages the worst that stood upright
    had 0.40, those read upside down 0.01 to 0.05."""
    return len(text.words) >= _SOME_WORDS and _sureness(text) < _HOPELESS


def _which_end_is_up(done: Cleaned, text: PageText, job: PageJob) -> tuple[Finding, ...]:
    """Where the lines' shape did not say, reading had to: how much sense it made, in per cent. Nothing of a page that nobody
    has read, or that a clerk has turned."""
    turned = any(t.name == "rotate" for t in job.work)
    if done.blank or turned or not job.read or (done.lie.by_shape and not done.lie.rotation):
        return ()
    return (job.limits.judge("upside_down", 100.0 if done.lie.by_shape else round(100 * _sureness(text), 1)),)


def _read(done: Cleaned, reduced: Reduced, recognizer: Recognizer) -> PageText:
    started = time.monotonic()
    height, width = done.page.shape[:2]
    engine = recognizer.describe()
    words: tuple[Word, ...] = ()
    missing: tuple[UnreadArea, ...] = ()
    steps: Recipe = ()
    if not done.blank:
        cleaned, blackened = in_black(reduced)
        page, taken = prepared(cleaned, reduced.dpi)
        parted = any(step.name == "stamps_to_paper" for step in taken)
        stamps = blue_stamps(cleaned, reduced.dpi) if parted else ()
        paper = missed.Paper(cleaned, page, reduced.dpi, stamps, framed(taken))
        rules, grids = find_tables(paper.page, paper.dpi)
        beside = tables.without_tables(paper.page, grids) if grids else paper.page
        found = layout.read_page(beside, paper.dpi, recognizer)
        if boxes := boxes_to_tick(taken):
            cells = [cell for grid in grids for cell in grid.cells]
            found = replace(found, words=tickboxes.told(found.words, tickboxes.beside(cells, boxes)))
        read: lone.Grids = _read_tables(paper.page, rules, grids, paper.dpi, recognizer, boxes) if grids else ()
        worn = lost.is_doubtful(found, read)
        read = [(t, figures.read_by_own(paper.page, rules, t, inside, found.words, worn=worn)) for t, inside in read]
        rest, read, missing = unread.settle(paper, found, read, recognizer)
        read = [(table, columns.doubted(table, inside)) for table, inside in read]
        rest = _doubtful_again(paper, rest, recognizer)
        if worn:
            rest = numbersbeside.held_against_set(paper.page, rest, paper.dpi)
            rest = likelywords.beside_tables(paper.page, rest, paper.dpi)
            read = [(table, likelywords.in_table(paper.page, table, inside, paper.dpi)) for table, inside in read]
            rest, read, missing = _held_whole(paper, rest, read, missing)
        said = tables.woven(rest, lone.unsaid(read, missing), paper.page.shape[1])
        said = signs.by_shape(paper.page, loops.eights(paper.page, said))
        words, missing = reduced.back(said, missing)
        steps = (*reduced.steps, *blackened, *taken, *tables.step(grids), *found.steps)
        steps = (*steps, likelywords.STEP, setlines.STEP) if worn else steps
        steps = (*steps, figures.step(worn=worn)) if worn or grids else steps
    return PageText(width, height, done.dpi, reviewed(words), engine, round(time.monotonic() - started, 3), steps, missing)


def _doubtful_again(paper: missed.Paper, words: tuple[RawWord, ...], recognizer: Recognizer) -> tuple[RawWord, ...]:
    """The words beside tables, those that fields are made of read again where they are in doubt."""
    words = digits.numbers_again(paper.page, words, paper.dpi, recognizer)
    words = numberline.numbers_read_again(paper, words, recognizer)
    words = again.held_against(paper, words, recognizer)
    words = filled.days_again(paper, words, recognizer)
    return subjectlines.subjects_read_again(paper, words, recognizer)


def _held_whole(
    paper: missed.Paper, rest: tuple[RawWord, ...], read: lone.Grids, missing: tuple[UnreadArea, ...]
) -> tuple[tuple[RawWord, ...], lone.Grids, tuple[UnreadArea, ...]]:
    """Of a worn page: words, tables and what is told as unread after lines that stand by themselves, and cells that say what
    others of their column do, were held against their ink."""
    settled = list[tuple[Table, tuple[Word, ...]]]()
    for table, inside in read:
        words, missing = setcells.held(paper.page, table, inside, missing, paper.dpi)
        settled.append((table, words))
    cells = [cell for table, _ in read for cell in table.cells]
    rest, missing = setlines.held(paper.page, rest, missing, paper.dpi, cells)
    return rest, settled, missing


def _own_text(done: Cleaned, reduced: Reduced, own: tuple[RawWord, ...], recognizer: Recognizer) -> PageText:
    """Of a written page: its own words, in the order of its tables and columns. What is read are pictures among them only."""
    started = time.monotonic()
    height, width = done.page.shape[:2]
    page, _ = prepared(reduced.page, reduced.dpi, UNPARTED)
    paper = missed.Paper(reduced.page, page, reduced.dpi)
    words = reduced.onto(own)
    _, grids = find_tables(paper.page, paper.dpi)
    beside, cells = tables.sorted_into(grids, words)
    rest, settled, missing = unread.settle(paper, layout.Reading(beside), cells, recognizer)
    found, missing = reduced.back(tables.woven(rest, settled, paper.page.shape[1]), missing)
    steps = (
        *reduced.steps,
        Transform("own_text", written.VERSION, (), "a page that was written, not scanned"),
        *tables.step(grids),
    )
    return PageText(width, height, done.dpi, found, written.engine(), round(time.monotonic() - started, 3), steps, missing)


def _read_tables(
    page: Pixels, rules: Rules, grids: tuple[Table, ...], dpi: float, recognizer: Recognizer, boxes: Sequence[TickBox]
) -> tuple[tuple[Table, tuple[Word, ...]], ...]:
    by_cell: dict[int, list[RawWord]] = {}
    cells = [cell for grid in grids for cell in grid.cells]
    for strip in tables.compose(page, rules, cells, dpi):
        by_cell |= tables.back_on_page(strip, recognizer.read(strip.pixels, dpi, block=True))
    for k, cell in enumerate(cells if boxes else ()):
        by_cell[k] = list(tickboxes.told(by_cell.get(k, ()), tickboxes.inside(cell, boxes)))
    out, first = [], 0
    for grid in grids:
        words = tables.row_order(grid, by_cell, first)
        words = digits.numbers_again(page, words, dpi, recognizer, columns.numbers(grid, words))
        out.append((grid, words))
        first += len(grid.cells)
    return tuple(out)
