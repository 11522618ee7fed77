"""Ink found against text found: nothing printed is lost in silence.

Letters that no word covers are read once more by themselves: most lost lines were left out by the layout, beside a seal or
among leaders, and read well alone. What still has no words is said to be unread, with the seals, signatures, pictures and
handwriting of the page.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr import tables
from ocr.engine import Recognizer, Unread
from ocr.frames import Pixels
from ocr.hand import handwritten
from ocr.ink import UNDER_SEAL, Circle, Colours, Floats, Ink, find_colours, find_ink, find_pictures, holds
from ocr.language.syllables import core, is_syllable
from ocr.layout import Reading, confidence, sense
from ocr.lines import RawWord, hull
from workstation.domain.page import Box, Finding, UnreadArea, Word

SURE = 0.3
"""A word below this is doubtful."""
_KNOWN = 0.6
"""A word above this is a reading of what lies under it, however many pieces that is."""
_FULL, _SOME = 0.6, 0.4
"""Letters of a doubtful word, signs of a fairly sure one for each piece of ink under it, or it is no reading of it."""
_JUNK = 0.75
"""Words below this confidence in pictures or in coloured ink are strokes taken for letters."""
_SEALED = 0.6
"""The same within black seals, where a name may stand too."""
_GAP_MM = 3.5
"""Between letters of one run: the widest space of a spread line."""
_FIGURE_MM = 1.5
"""Height of a lone figure; specks are lower."""
_SPECK_MM = 0.9
"""Height below which no letter is printed: the small ones of 6 points have more."""
_BREAK_MM = 15.0
"""Between runs of one line."""
_LEAST = 3
"""Letters that make a run; one fewer if they are clear ones, as of ``10`` or a line's last word."""
_LOW_MM = 1.2
"""Height of the smallest letters worth a line; below are rows of specks."""
_PART = 0.25
"""Share of a line's length without words below which the line is not lost."""
_PALER = 70.0
"""Levels by which a line may be paler than the page's print. Lost lines of 32 worn pages stayed below 50, what shows through lay
60 to 190 above."""
_RIM_MM = 3.0
"""Where the lid and the paper's edge show, and no printer prints."""
_ACCEPTED = 0.5
"""Mean confidence at which a line read by itself joins the text."""
_SIGNED_MM = 11.0
"""Blue ink that reaches higher is a signature, not a line of handwriting."""
_SWEEP_MM = (10.0, 5.0)
"""Least width and height of a signature's main stroke."""

Words = Sequence[Word | RawWord]
Cover = Callable[[Word | RawWord, int], bool]


@dataclass(frozen=True, slots=True)
class Paper:
    """One page as ``settle`` sees it: ``cleaned`` in the scan's colours, ``page`` prepared for reading, of one size."""

    cleaned: Pixels
    page: Pixels
    dpi: float

    @property
    def mm(self) -> float:
        return self.dpi / 25.4


@dataclass(frozen=True, slots=True)
class Marks:
    """What lies on the page beside its print."""

    ink: Ink
    colours: Colours | None
    pictures: tuple[Box, ...]

    def junk(self, word: Word | RawWord) -> bool:
        """Whether a word is made of a picture's, a signature's or a seal's strokes."""
        x, y = (word.box[0] + word.box[2]) / 2, (word.box[1] + word.box[3]) / 2
        if word.confidence >= _JUNK:
            return False
        if any(holds(p, x, y) for p in self.pictures) or (self.colours is not None and self.colours.prevails(word.box)):
            return True
        return word.confidence < _SEALED and any(np.hypot(x - s.x, y - s.y) < s.radius for s in self.ink.seals)


def _speck(word: Word | RawWord, mm: float) -> bool:
    """Whether a letter was made of a dot: print is higher."""
    return word.confidence < _JUNK and word.box[3] - word.box[1] < _SPECK_MM * mm and any(c.isalnum() for c in word.text)


def settle(
    paper: Paper, read: Reading, grids: Sequence[tuple[tables.Table, tuple[Word, ...]]], recognizer: Recognizer
) -> tuple[tuple[RawWord, ...], tuple[UnreadArea, ...]]:
    """The page's words without junk and with the lines that were missing, and what on the page is unread.

    ``grids``: its tables with their words, which stay as they are.
    """
    if isinstance(recognizer, Unread):
        return read.words, ()
    colours, pictures = find_colours(paper.cleaned, paper.dpi), find_pictures(paper.cleaned, paper.dpi)
    marks = Marks(find_ink(paper.page, paper.dpi), colours.outside(pictures) if colours else None, pictures)
    words = tuple(w for w in read.words if not (marks.junk(w) or _speck(w, paper.mm)))
    cells = [w for _, inside in grids for w in inside]
    lost = lost_lines(marks, (*words, *cells), paper.mm, _sure_or_full)
    stamps = _stamps(marks, paper.mm)
    straight = [s for s in stamps if _straight(s, marks, paper.mm)]
    notes: dict[Box, str] = {}
    if lost or straight:
        words, notes = _reread(paper, marks, words, cells, lost, straight, recognizer)
    lost = _print(paper, _still_lost(paper, marks, read, words, grids), recognizer)
    hands = handwritten(marks.ink, marks.colours, (*words, *cells), list(stamps), paper.mm)
    areas = [UnreadArea("handwriting", box) for box in hands]
    areas += [UnreadArea("lost_line", box) for box in lost if not any(_share(box, h) > 0.5 for h in hands)]
    areas += [UnreadArea("stamp", box, notes.get(box, "")) for box in stamps]
    areas += [UnreadArea("picture", box) for box in marks.pictures]
    return words, tuple(areas)


def _still_lost(
    paper: Paper, marks: Marks, read: Reading, words: Sequence[RawWord], grids: Sequence[tuple[tables.Table, tuple[Word, ...]]]
) -> list[Box]:
    """What looks like print and has no words after all that was tried; of a doubtful page also lines that made no sense."""
    every: list[Word | RawWord] = [*words, *(w for _, inside in grids for w in inside)]
    doubtful = bool(read.lines or read.silent)
    lost = [*lost_lines(marks, every, paper.mm, _reads if doubtful else _sure_or_full)]
    lost += _empty_cells(marks.ink.letters, grids, lost, paper.mm)
    told = (*lost, *(w.box for w in every))
    lost += _as_dark(paper.page, [b for b in read.silent if _bare(b, told) and not _foreign(marks, b)], words)
    return [b for b in lost if not _within_read(b, lost, read.lines)]


def counted(areas: Sequence[UnreadArea]) -> tuple[Finding, ...]:
    """How many lines and handwritten places a person has to look at. They stop nothing: the picture may be a good one."""
    kinds = {"unread": "lost_line", "handwriting": "handwriting"}
    counts = {code: sum(a.kind == kind for a in areas) for code, kind in kinds.items()}
    return tuple(Finding(code, float(n), 0.0, True) for code, n in counts.items() if n)


def _share(part: Box, whole: Box) -> float:
    """Share of ``part`` that lies in ``whole``."""
    width, height = min(part[2], whole[2]) - max(part[0], whole[0]), min(part[3], whole[3]) - max(part[1], whole[1])
    return max(0.0, width) * max(0.0, height) / max(1.0, (part[2] - part[0]) * (part[3] - part[1]))


def _shares(parts: Floats, whole: Box) -> Floats:
    """``_share`` of each of n × 4 boxes."""
    width = np.minimum(parts[:, 2], whole[2]) - np.maximum(parts[:, 0], whole[0])
    height = np.minimum(parts[:, 3], whole[3]) - np.maximum(parts[:, 1], whole[1])
    area = (parts[:, 2] - parts[:, 0]) * (parts[:, 3] - parts[:, 1])
    return np.asarray(np.maximum(0.0, width) * np.maximum(0.0, height) / np.maximum(1.0, area))


# --- lines without words


def lost_lines(marks: Marks, words: Words, mm: float, covers: Cover) -> tuple[Box, ...]:
    """Hulls of at least three letters on one level that no word covers. ``covers``: whether a word is a reading of so many
    pieces of ink."""
    free = marks.ink.letters[_uncovered(marks.ink.letters, words, covers)]
    free = free[[not _foreign(marks, _box(b)) for b in free]] if len(free) else free
    dark = [s for s in marks.ink.seals if not s.light]
    sealed = np.any([s.around(free) for s in dark], axis=0) if dark else np.zeros(len(free), bool)
    lines = []
    for run in _runs(free, mm):
        # the letters round a seal are level here and there, and no print
        if _is_line(free[run][~sealed[run]], mm):
            lines.append(hull(_box(b) for b in free[run]))
    return tuple(_connected(lines, _BREAK_MM * mm))


def _empty_cells(
    letters: Floats, grids: Sequence[tuple[tables.Table, tuple[Word, ...]]], lost: Sequence[Box], mm: float
) -> list[Box]:
    """What is written in cells without a word: a table's lone figure makes no line."""
    found = []
    x, y = (letters[:, 0] + letters[:, 2]) / 2, (letters[:, 1] + letters[:, 3]) / 2
    for table, words in grids:
        boxes = np.array([w.box for w in words]).reshape(-1, 4)
        for x0, y0, x1, y1 in table.cells:
            rim = 0.8 * mm  # remains of its rules
            inside = letters[(x > x0 + rim) & (x < x1 - rim) & (y > y0 + rim) & (y < y1 - rim)]
            high = inside[inside[:, 3] - inside[:, 1] >= _FIGURE_MM * mm]
            cell: Box = (x0, y0, x1, y1)
            if len(high) and not (_shares(boxes, cell) > 0.5).any() and not any(_share(b, cell) > 0 for b in lost):
                found.append(hull(_box(b) for b in inside))
    return found


def _bare(box: Box, others: Sequence[Box]) -> bool:
    """Whether neither words nor what is known to be lost take up most of a line's length."""
    level = [o for o in others if box[1] < (o[1] + o[3]) / 2 < box[3]]
    return sum(max(0.0, min(o[2], box[2]) - max(o[0], box[0])) for o in level) < 0.5 * (box[2] - box[0])


def _within_read(box: Box, lost: Sequence[Box], lines: Sequence[Box]) -> bool:
    """Whether the box is a small part of a line found on a doubtful page: words are there, though they fit their ink badly."""
    line = max(lines, key=lambda n: _share(box, n), default=box)
    if _share(box, line) < 0.5:
        return False
    return sum(b[2] - b[0] for b in lost if _share(b, line) >= 0.5) < _PART * (line[2] - line[0])


def _print(paper: Paper, lost: Sequence[Box], recognizer: Recognizer) -> tuple[Box, ...]:
    """Those of the boxes that are this side's print: not the rim's shadow, and reading no better in a mirror as the other side
    does that shows through (its darkest lines are as dark as worn print)."""
    height, width = paper.page.shape
    rim = _RIM_MM * paper.mm
    inner = [b for b in lost if b[2] > rim and b[0] < width - rim and b[3] > rim and b[1] < height - rim]
    parts = [_line_part(paper.page, box, (), paper.mm)[1] for box in inner]
    read = recognizer.lines([*parts, *(np.ascontiguousarray(part[:, ::-1]) for part in parts)], paper.dpi) if parts else ()
    sides = zip(inner, read[: len(inner)], read[len(inner) :], strict=True)
    return tuple(box for box, front, back in sides if not _mirrored(front, back))


def _as_dark(page: Pixels, lost: Sequence[Box], words: Words) -> tuple[Box, ...]:
    """Those of the boxes whose ink is about as dark as the page's sure words: what is paler shows through, or is a shade.
    Boxes no longer than high are too small to be judged."""
    if not lost:
        return ()
    print_ = [_darkness(page, w.box) for w in words if w.confidence >= _KNOWN]
    limit = float(np.median(print_)) + _PALER if print_ else 255.0
    return tuple(b for b in lost if b[2] - b[0] < 2 * (b[3] - b[1]) or _darkness(page, b) <= limit)


def _darkness(page: Pixels, box: Box) -> float:
    """Level of the darkest tenth of a box: of its strokes."""
    x0, y0, x1, y1 = (max(0, int(v)) for v in box)
    part = page[y0 : y1 + 1, x0 : x1 + 1]
    return float(np.percentile(part, 10)) if part.size else 255.0


def _mirrored(front: Sequence[RawWord], back: Sequence[RawWord]) -> bool:
    sure = confidence(back)
    return sure >= 0.5 and sure >= confidence(front) + 0.2 and sense(back) > sense(front)


def _connected(lines: Sequence[Box], gap: float) -> list[Box]:
    """Runs on one level made one line: between them letters may touch a seal's ring, or each other's neighbours."""
    done: list[Box] = []
    for box in sorted(lines):
        before = next((d for d in done if 0 <= box[0] - d[2] <= gap and _level(np.array(d), np.array(box))), None)
        if before is not None:
            done.remove(before)
        done.append(box if before is None else hull((before, box)))
    return done


def _box(row: Floats) -> Box:
    x0, y0, x1, y1 = row.tolist()
    return x0, y0, x1, y1


def _foreign(marks: Marks, box: Box) -> bool:
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return any(holds(p, x, y) for p in marks.pictures) or (marks.colours is not None and marks.colours.prevails(box))


def _uncovered(letters: Floats, words: Words, covers: Cover) -> NDArray[np.bool_]:
    """Which letters no word covers."""
    x, y = (letters[:, 0] + letters[:, 2]) / 2, (letters[:, 1] + letters[:, 3]) / 2
    free = np.ones(len(x), bool)
    order = np.argsort(y)
    ranked = y[order]
    for word in words:
        x0, y0, x1, y1 = word.box
        near = order[np.searchsorted(ranked, y0) : np.searchsorted(ranked, y1)]
        under = near[(x[near] > x0) & (x[near] < x1)]
        if covers(word, len(under)):
            free[under] = False
    return free


def _sure_or_full(word: Word | RawWord, pieces: int) -> bool:
    """Whether reading anew can be spared. A doubtful word counts if it has as many letters as lie under it: most numbers of a
    table are read right with little confidence, while junk over lost print is short or full of signs."""
    return word.confidence >= SURE or sum(c.isalnum() for c in word.text) >= _FULL * pieces


def _reads(word: Word | RawWord, pieces: int) -> bool:
    """Whether what lies under a word may be called read: figures or a syllable where it is doubtful, and long enough."""
    if word.confidence >= SURE:
        return word.confidence >= _KNOWN or len(word.text) >= _SOME * pieces
    possible = any(c.isdigit() for c in word.text) or is_syllable(core(word.text))
    return possible and _sure_or_full(word, pieces)


def _runs(letters: Floats, mm: float) -> list[NDArray[np.int64]]:
    """Letters side by side on one level, as lists of their numbers."""
    made: list[list[int]] = []
    for i in np.argsort(letters[:, 0]).tolist():
        x0, box = letters[i][0], letters[i]
        fitting = [
            r for r in made
            if x0 - max(letters[j][2] for j in r[-3:]) <= _GAP_MM * mm and any(_level(letters[j], box) for j in r[-3:])
        ]  # fmt: skip
        if fitting:
            max(fitting, key=lambda r: float(letters[r[-1]][2])).append(i)
        else:
            made.append([i])
    return [np.array(r) for r in made]


def _level(a: Floats, b: Floats) -> bool:
    """Whether two letters stand on one line: they share the foot or the head, or one reaches over the other."""
    height, taller = sorted((a[3] - a[1], b[3] - b[1]))
    near = 0.3 * height
    inside = min(a[3], b[3]) - max(a[1], b[1]) > 0.7 * height
    return bool(inside and (abs(a[3] - b[3]) < near or abs(a[1] - b[1]) < near or height < 0.8 * taller))


def _is_line(letters: Floats, mm: float) -> bool:
    heights = letters[:, 3] - letters[:, 1]
    if len(letters) < _LEAST:
        return len(letters) == _LEAST - 1 and bool(heights.min() >= max(_FIGURE_MM * mm, 0.6 * heights.max()))
    typical = float(np.median(heights))
    foot = letters[:, 3]
    return typical >= _LOW_MM * mm and bool(np.median(np.abs(foot - np.median(foot))) < 0.25 * typical)


# --- reading them by themselves


def _reread(
    paper: Paper, marks: Marks, words: Sequence[RawWord], cells: Sequence[Word], lost: Sequence[Box], stamps: Sequence[Box],
    recognizer: Recognizer,
) -> tuple[tuple[RawWord, ...], dict[Box, str]]:  # fmt: skip
    """The words with those of lost lines among them, and what straight stamps say: all from one strip."""
    bare = _without(paper.page, (*words, *cells)) if lost else paper.page
    parts = [tables.Part(i, *_line_part(bare, box, marks.ink.seals, paper.mm)) for i, box in enumerate(lost)]
    parts += [tables.Part(len(lost) + i, *_stamp_part(paper.cleaned, box)) for i, box in enumerate(stamps)]
    strip = tables.stacked(parts, round(3 * paper.mm))
    found = tables.back_on_page(strip, recognizer.read(strip.pixels, paper.dpi, block=True))
    for i, box in enumerate(lost):
        words = _joined(words, box, found.get(i, ()), i)
    notes = {box: _note(found.get(len(lost) + i, ())) for i, box in enumerate(stamps)}
    return tuple(words), notes


def _without(page: Pixels, words: Words) -> Pixels:
    """The page with the words that were read wiped out, or a line's neighbours would be read twice."""
    bare = page.copy()
    for word in words:
        if word.confidence >= SURE:
            x0, y0, x1, y1 = (max(0, round(v)) for v in word.box)
            bare[y0:y1, x0:x1] = 255
    return bare


def _line_part(page: Pixels, box: Box, seals: Sequence[Circle], mm: float) -> tuple[tuple[int, int], Pixels]:
    """A line cut out with its marks; the tone of a seal it meets is wiped out."""
    x0, y0, x1, y1 = box
    pad = 0.45 * (y1 - y0)
    left, top = max(0, round(x0 - 2 * mm)), max(0, round(y0 - pad))
    part = page[top : round(y1 + pad), left : round(x1 + 2 * mm)]
    met = [s for s in seals if s.light and _share(box, s.box) > 0]
    if met:
        rows, columns = np.mgrid[top : top + part.shape[0], left : left + part.shape[1]].astype(np.float64)
        inside = np.any([s.holds(columns, rows) for s in met], axis=0)
        part = np.where(inside & (part > UNDER_SEAL), np.uint8(255), part)
    return (left, top), part


def _joined(words: Sequence[RawWord], box: Box, found: Sequence[RawWord], number: int) -> Sequence[RawWord]:
    """``words`` with a line's words in the place of what covered it badly, if they were read well enough."""
    good = [w for w in found if w.confidence >= SURE and any(c.isalnum() for c in w.text)]
    weight = sum(len(w.text) for w in good)
    if not weight or sum(w.confidence * len(w.text) for w in good) < _ACCEPTED * weight:
        return words
    kept = [w for w in words if w.confidence >= SURE or not any(_share(w.box, g.box) > 0.5 for g in good)]
    line = _line_around(kept, box) or (_OWN_LINE, number)
    return [*kept, *(replace(w, line=line) for w in good)]


_OWN_LINE = 1_000_000
"""Beyond every block number of the recogniser."""


def _line_around(words: Sequence[RawWord], box: Box) -> tuple[int, ...] | None:
    """The line in whose middle the box lies."""
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    level = [w for w in words if w.box[1] < y < w.box[3]]
    left, right = ({w.line for w in level if (w.box[2] < x) == before} for before in (True, False))
    return next(iter(left & right), None)


# --- seals, signatures, stamps


def _stamps(marks: Marks, mm: float) -> tuple[Box, ...]:
    """Hulls of seals and signatures: red ink, black round seals, and blue ink that is too high for a line or meets these."""
    found = [*(marks.colours.red_areas if marks.colours else ()), *(s.box for s in marks.ink.seals)]
    red = _merged(found)
    blue = marks.colours.blue_areas if marks.colours else ()
    return (*red, *(b for b in _merged(blue) if any(_share(b, r) > 0 for r in red) or _signed(b, marks.ink.strokes, mm)))


def _signed(area: Box, strokes: Floats, mm: float) -> bool:
    """Whether blue ink is a signature: higher than a line, or mostly one sweeping stroke."""
    x, y = (strokes[:, 0] + strokes[:, 2]) / 2, (strokes[:, 1] + strokes[:, 3]) / 2
    inside = strokes[(x > area[0]) & (x < area[2]) & (y > area[1]) & (y < area[3])]
    wide = inside[inside[:, 3] - inside[:, 1] > _SWEEP_MM[1] * mm]
    longest = float((wide[:, 2] - wide[:, 0]).max(initial=0.0))
    return area[3] - area[1] > _SIGNED_MM * mm or longest > max(_SWEEP_MM[0] * mm, 0.5 * (area[2] - area[0]))


def _merged(boxes: Sequence[Box]) -> list[Box]:
    todo, done = list(boxes), list[Box]()
    while todo:
        at = todo.pop()
        touching = [b for b in (*todo, *done) if _share(at, b) > 0 or _share(b, at) > 0]
        if touching:
            todo = [b for b in todo if b not in touching] + [hull((at, *touching))]
            done = [b for b in done if b not in touching]
        else:
            done.append(at)
    return sorted(done, key=lambda b: b[1])


def _straight(stamp: Box, marks: Marks, mm: float) -> bool:
    """Whether a red stamp has lines of text, as the register's does: round seals and signatures have none."""
    width, height = stamp[2] - stamp[0], stamp[3] - stamp[1]
    red = marks.colours is not None and any(_share(stamp, r) > 0.6 for r in marks.colours.red_areas)
    return red and width > 1.35 * height and height > 5 * mm


def _stamp_part(cleaned: Pixels, box: Box) -> tuple[tuple[int, int], Pixels]:
    """A red stamp in black on white, the page's print gone: the share of red beyond the other two channels."""
    x0, y0, x1, y1 = (max(0, round(v)) for v in box)
    red, green, blue = cv2.split(cleaned[y0:y1, x0:x1])
    colour = cv2.subtract(red, cv2.max(green, blue))
    peak = max(1.0, float(np.percentile(colour, 98)))
    return (x0, y0), np.asarray(255 - np.minimum(255, colour * (255 / peak)), np.uint8)


def _note(words: Sequence[RawWord]) -> str:
    return " ".join(w.text for w in words if w.confidence >= 0.5 and any(c.isalnum() for c in w.text))
