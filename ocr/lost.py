"""Which print is in no word after all that was tried: what a person is told of.

Candidates are found by where ink stands (lines of letters, lone figures of tables, names that a seal parts), and dropped where
they are the rim's shadow, the other side that shows through, or were read well enough: a second reading of the place alone
that says the same as a doubtful word bears it out.
"""

from collections.abc import Sequence
from statistics import median

import numpy as np

from ocr import lone
from ocr.columns import broken, junk, numbers, repeated, strange
from ocr.engine import Recognizer
from ocr.frames import Pixels
from ocr.grammar import distance, plain
from ocr.ink import Circle, Ink, holds
from ocr.layout import CLEAR, Reading, confidence
from ocr.lines import RawWord, hull
from ocr.mirror import read_both_ways
from ocr.missed import (
    KNOWN,
    SURE,
    Marks,
    Paper,
    Words,
    box_of,
    darkness,
    foreign,
    line_part,
    lost_lines,
    reads,
    share,
    sure_or_full,
)
from ocr.offices import halved
from ocr.ruling import Region
from ocr.solid import as_solid, specks
from workstation.domain.page import Box, Word
from workstation.domain.syllables import core, is_syllable

_PART = 0.25
"""Share of a line's length without words below which the line is not lost."""
_PALER = 70.0
"""Levels by which a line may be paler than the page's print. Lost lines of 32 worn pages stayed below 50, what shows through lay
60 to 190 above."""
_EDGE_MM, _NEXT, _SMALL = 0.8, (0.5, 2.5), 0.6
"""How far from one another two lines of a paragraph begin; how far apart they are, in heights, and how high for one another."""
_AS_HIGH = 1.6
"""Height of a line for that of a piece of it."""
_PLAINLY = 0.75
"""Confidence of a pale line that says a word (lines that were none had up to 0.66)."""
_PALEST = 150.0
"""Darkness of a lost line: lines that were lost had up to 125 (80 worn pages), bands of a fold and the other side 130 to 230."""
_SAID = 0.5
"""Words above this make the rows that others are part of."""
_SPACE, _IN_CELL, _SMALLER = 1.2, 3.0, 0.4
"""Widest space within a row, in heights, and within a cell, where another word may be gone between two; share of it that is still
no lost line, as the greater part was read."""
_LOW_CELL, _SIDE = 3.0, 4
"""Height of a cell of one line, in heights of what is lost in it; pixels along its rules."""
_RIM_MM = 5.0
"""Where the lid and the paper's edge show, and no printer prints."""
_UPRIGHT, _LOW_MM, _TALL_MM = 0.8, 2.0, 6.0
"""Widest for its height that a piece of a stroke down the page is; height of one across it; no figure is higher."""
_FOLD, _ON = 225, 0.68
"""Level of a fold's shade; share of rows beyond a piece's ends that it goes through (folds had 0.94 to 1, a line of dust 0.71 to
0.94, figures up to 0.6)."""
_SAME = 0.34
"""Share of letters in which two readings of one place may differ and bear each other out."""
_HALF = 0.5
"""The same from which they have nothing to do with each other."""
_PIECE = 0.8
"""Share of a box in a word, from which it is a piece of it: specks and what shows through have widened that."""
_WITHIN = 0.6
"""Share of a box that lies in what was read in a cell as in all its column, and so was read."""
_FEW = 2
"""Signs that stand in a reading of more by chance."""
_TAKEN = 0.2
"""Share of a row that a seal has hidden; of less the rest says what it was."""
_APART_MM = 6.0
"""Between the letters of a line under a seal: one that touches the ring is missing among them."""
_HIDDEN_MM = 10.0
"""From a seal's ring to the first word of a row, where the letters between were hidden too."""
_BLOCK_MM = 50.0
"""Up and down from a name to the titles and names of its block."""


def told(
    paper: Paper, marks: Marks, read: Reading, words: Sequence[RawWord], grids: lone.Grids, recognizer: Recognizer
) -> tuple[Box, ...]:
    """Boxes of lost print. On a clear page only lines, cells and names beside seals."""
    every: list[Word | RawWord] = [*words, *(w for _, inside in grids for w in inside)]
    doubtful = is_doubtful(read, grids)
    seals = marks.ink.seals

    def standing(boxes: Sequence[Box]) -> list[Box]:
        free = [b for b in boxes if not any(_of_seal(b, s) for s in seals)]
        return [b for b in free if not _part_of_row(whole(b, every, grids), every, grids)]

    lost = standing(_lines(paper, marks, read, every, doubtful))
    figures = lone.figures(paper.page, marks.ink.letters, grids, every, paper.mm, worn=doubtful)
    figures = standing(figures)
    lost = [_with(b, figures) for b in lost]
    lost = [_widened(b, marks.ink, paper.mm) for b in (*lost, *_new(figures, lost))]
    beside = [b for b in lost if _cell_at((b[0] + b[2]) / 2, (b[1] + b[3]) / 2, grids) is None]
    dust = specks(paper.page, beside, every) if doubtful else []  # on a clear page it may be a small picture of print
    lost = [b for b in lost if b not in dust]
    lost += _new(_pale(paper, marks, read, words, (*lost, *dust, *(w.box for w in every)), recognizer), lost)
    never = garbled(grids) if doubtful else []
    said = [b for table, inside in grids for b in repeated(table, inside)] if doubtful else []
    lost = [b for b in lost if not any(share(b, s) > _WITHIN for s in said)]
    lost = _print(paper, lost, every, recognizer, never)
    lost += _new([b for s in seals if not s.light for b in _parted(s, words, paper.mm)], lost)
    lost += _new(_half_offices([*(s.box for s in seals), *(marks.colours.red_areas if marks.colours else ())], words), lost)
    lost += _new(lone.spanning(grids), lost) if doubtful else []
    return tuple(_along(b, read.silent) for b in lost)


def _pale(
    paper: Paper, marks: Marks, read: Reading, words: Sequence[RawWord], beside: Sequence[Box], recognizer: Recognizer
) -> list[Box]:
    """Lines as pale as what shows through, which may be this side's all the same: they go on where a line of it does, or say a
    word surely. Of 130 such lines of 80 worn pages that were none no other did."""
    beginnings, pale = _beginnings(words), _silent(read, marks, beside)
    going_on = [b for b in pale if _goes_on(b, beginnings, paper.mm)]
    others = [b for b in pale if b not in going_on]
    said = recognizer.lines([line_part(paper.page, b, (), paper.mm)[1] for b in others], paper.dpi) if others else ()
    return going_on + [b for b, front in zip(others, said, strict=True) if confidence(front) >= _PLAINLY]


def _silent(read: Reading, marks: Marks, beside: Sequence[Box]) -> list[Box]:
    """Lines of letters that made no sense, of which neither words nor other boxes take up most; not a seal's own."""
    seals = marks.ink.seals
    return [b for b in read.silent if _bare(b, beside) and not foreign(marks, b) and not any(_of_seal(b, s) for s in seals)]


def _beginnings(words: Sequence[RawWord]) -> list[Box]:
    """The first word of each line that was read, as high as its words are."""
    by_line: dict[tuple[int, ...], list[Box]] = {}
    for word in words:
        if word.confidence >= _SAID:
            by_line.setdefault(word.line, []).append(word.box)
    return [_as_high(min(boxes), median(b[3] - b[1] for b in boxes)) for boxes in by_line.values()]


def _as_high(box: Box, height: float) -> Box:
    middle = (box[1] + box[3]) / 2
    return box[0], middle - height / 2, box[2], middle + height / 2


def _goes_on(box: Box, beginnings: Sequence[Box], mm: float) -> bool:
    """Whether a line begins right under or over the beginning of another of about its height."""

    def near(first: Box) -> bool:
        high = first[3] - first[1]
        away = abs(first[1] + first[3] - box[1] - box[3]) / 2
        lined = abs(first[0] - box[0]) < _EDGE_MM * mm
        return lined and _NEXT[0] * high < away < _NEXT[1] * high and box[3] - box[1] > _SMALL * high

    return any(map(near, beginnings))


def _along(box: Box, silent: Sequence[Box]) -> Box:
    """The whole of the line that made no sense of which the box is a piece."""
    lines = (s for s in silent if share(box, s) > 0.8 and s[3] - s[1] < _AS_HIGH * (box[3] - box[1]))
    return hull((box, *lines))


def _lines(paper: Paper, marks: Marks, read: Reading, every: Words, doubtful: bool) -> list[Box]:
    """Letters in lines that no word covers, and on a doubtful page lines that made no sense, if they are dark enough."""
    lost = [*lost_lines(marks, every, paper.mm, reads if doubtful else sure_or_full, light=False)]
    lost += _as_dark(paper.page, _silent(read, marks, (*lost, *(w.box for w in every))), every)
    lost = _connected([b for b in lost if darkness(paper.page, b) < _PALEST], read.silent)
    words = [w.box for w in every if w.confidence >= _SAID]
    return [b for b in lost if not _within_read(b, lost, [n for n in read.lines if not _bare(n, words)])]


def _connected(lost: Sequence[Box], silent: Sequence[Box]) -> list[Box]:
    """With the pieces that lie in one line that made no sense as one: what joins them (a fold, a stain) is the line's too."""
    within = [[b for b in lost if share(b, line) > 0.5] for line in silent]
    joined = [hull(pieces) for pieces in within if len(pieces) > 1]
    return [*joined, *(b for b in lost if not any(share(b, j) == 1 for j in joined))]


def is_doubtful(read: Reading, grids: lone.Grids) -> bool:
    """Whether a page is so worn that more may be lost on it than what the recogniser left out."""
    return bool(read.lines or read.silent) or _worn(grids)


def _worn(grids: lone.Grids) -> bool:
    words = [w for _, inside in grids for w in inside]
    weight = sum(len(w.text) for w in words)
    return bool(weight) and sum(w.confidence * len(w.text) for w in words) < CLEAR * weight


def _with(box: Box, others: Sequence[Box]) -> Box:
    """A box with those that lie over a part of it, on its level."""
    over = [o for o in others if share(o, box) > 0.3 or share(box, o) > 0.3]
    return hull((box, *(o for o in over if _level(o, box))))


def _level(a: Box, b: Box) -> bool:
    return min(a[3], b[3]) - max(a[1], b[1]) > 0.7 * min(a[3] - a[1], b[3] - b[1])


def whole(box: Box, words: Words, grids: lone.Grids) -> Box:
    """Lost print with the words right beside it, in its cell, that are as good as lost, or its cell if nothing was read there:
    whoever is sent there sees all of it."""
    unsure = [w.box for w in words if w.confidence < SURE and _says(w) and _level(w.box, box)]
    cell = _cell_at((box[0] + box[2]) / 2, (box[1] + box[3]) / 2, grids)
    if cell is not None and _is_empty(cell, words) and cell[3] - cell[1] < _LOW_CELL * (box[3] - box[1]):
        return hull((box, (cell[0] + _SIDE, cell[1] + _SIDE, cell[2] - _SIDE, cell[3] - _SIDE)))
    beside = sorted(b for b in unsure if _cell_at((b[0] + b[2]) / 2, (b[1] + b[3]) / 2, grids) == cell)
    space = (_SPACE if cell is None else _IN_CELL) * (box[3] - box[1])
    for word in (*beside, *reversed(beside)):
        if max(word[0] - box[2], box[0] - word[2]) < space:
            box = hull((box, word))
    return box


def _is_empty(cell: Region, words: Words) -> bool:
    return not any(_middle_in(w.box, cell) for w in words if _says(w))


def _new(found: Sequence[Box], known: Sequence[Box]) -> list[Box]:
    """Those of the boxes that tell something that neither the known ones nor those before them tell."""
    fresh: list[Box] = []
    for box in found:
        if not any(share(box, k) > 0.3 or share(k, box) > 0.3 for k in (*known, *fresh)):
            fresh.append(box)
    return fresh


def _bare(box: Box, others: Sequence[Box]) -> bool:
    """Whether neither words nor what is known to be lost take up most of a line's length."""
    level = [o for o in others if box[1] < (o[1] + o[3]) / 2 < box[3]]
    return sum(max(0.0, min(o[2], box[2]) - max(o[0], box[0])) for o in level) < 0.5 * (box[2] - box[0])


def _within_read(box: Box, lost: Sequence[Box], lines: Sequence[Box]) -> bool:
    """Whether the box is a small part of a line found on a doubtful page: words are there, though they fit their ink badly."""
    line = max(lines, key=lambda n: share(box, n), default=box)
    if share(box, line) < 0.5:
        return False
    return sum(b[2] - b[0] for b in lost if share(b, line) >= 0.5) < _PART * (line[2] - line[0])


def _part_of_row(box: Box, words: Words, grids: lone.Grids) -> bool:
    """Whether the box is the smaller part of a row of words that were read, in its cell or, as it is, beside the tables: the rule
    between a cell's words and a figure that was left out of the grid may be one that nobody saw."""
    x0, y0, x1, y1 = box
    x, height = (x0 + x1) / 2, y1 - y0
    cell = _cell_at(x, (y0 + y1) / 2, grids)
    sure = [w.box for w in words if w.confidence >= _SAID and min(w.box[3], y1) - max(w.box[1], y0) > 0.5 * height and _says(w)]
    level = sorted(b for b in sure if _cell_at((b[0] + b[2]) / 2, (b[1] + b[3]) / 2, grids) == cell)
    if not level:
        return False
    space = _SPACE * max(height, float(np.median([b[3] - b[1] for b in level])))
    left, right = x0, x1
    for b in level:
        if x <= b[0] <= right + space:
            right = max(right, b[2])
    for b in reversed(level):
        if left - space <= b[2] <= x:
            left = min(left, b[0])
    return x1 - x0 < _SMALLER * (right - left)


def _says(word: Word | RawWord) -> bool:
    """Whether it is more than signs, as which remains of rules are read, however surely."""
    return any(c.isalnum() for c in word.text)


def _cell_at(x: float, y: float, grids: lone.Grids) -> Region | None:
    return next((c for t, _ in grids for c in t.cells if holds(c, x, y)), None)


def _as_dark(page: Pixels, lost: Sequence[Box], words: Words) -> tuple[Box, ...]:
    """Those of the boxes whose ink is about as dark as the page's sure words: what is paler shows through, or is a shade.
    Boxes no longer than high are too small to be judged."""
    if not lost:
        return ()
    print_ = [darkness(page, w.box) for w in words if w.confidence >= KNOWN]
    limit = float(np.median(print_)) + _PALER if print_ else 255.0
    return tuple(b for b in lost if b[2] - b[0] < 2 * (b[3] - b[1]) or darkness(page, b) <= limit)


def garbled(grids: lone.Grids) -> list[Box]:
    """What was read in columns of numbers and is none, or none of theirs, however often it is read; and in others what no other
    cell says."""
    found: list[Box] = []
    for table, inside in grids:
        found += [w.box for w in (*junk(numbers(table, inside), inside), *broken(table, inside))]
        found += strange(table, inside)
    return found


def _print(paper: Paper, lost: Sequence[Box], words: Words, recognizer: Recognizer, never: Sequence[Box] = ()) -> list[Box]:
    """Those of the boxes that are this side's print and not read: not the rim's shadow, not what a second reading bears out, and
    reading no better in a mirror as the other side does that shows through (its darkest lines are as dark as worn print), nor a
    fold. ``never``: words that no reading bears out."""
    height, width = paper.page.shape
    rim = _RIM_MM * paper.mm
    inner = [b for b in lost if b[2] > rim and b[0] < width - rim and b[3] > rim and b[1] < height - rim]
    inner = [b for b in inner if not _runs_on(paper.page, b, paper.mm)]
    cuts = [line_part(paper.page, box, (), paper.mm) for box in inner]
    parts = [part for _, part in cuts]
    short = [b[2] - b[0] < 2 * (b[3] - b[1]) for b in inner]
    fronts, through = read_both_ways(parts, short, paper.dpi, recognizer, lambda i: as_solid(paper.page, inner[i], words))
    found = []
    for box, (at, _), front, mirrored in zip(inner, cuts, fronts, through, strict=True):
        said = any(share(n, box) > 0.5 for n in never) or not borne_out(box, at, front, words)
        if not mirrored and said:
            found.append(box)
    return found


def _runs_on(page: Pixels, box: Box, mm: float) -> bool:
    """Whether a thin box is a piece of a stroke that goes on at both its ends: a fold, a scratch or a rule. A figure's neighbours
    over and under it stand apart."""
    x0, y0, x1, y1 = (max(0, round(v)) for v in box)
    wide, high = x1 - x0, y1 - y0
    far = round(max(2 * min(high, _TALL_MM * mm), 3 * mm))
    if wide < _UPRIGHT * high:
        ends = page[max(0, y0 - far) : y0, x0:x1], page[y1 : y1 + far, x0:x1]
    elif high < _LOW_MM * mm and wide > 2 * high:
        ends = page[y0:y1, max(0, x0 - far) : x0].T, page[y0:y1, x1 : x1 + far].T
    else:
        return False
    return all(bool(end.size) and float((end < _FOLD).any(axis=1).mean()) > _ON for end in ends)


def _of_seal(box: Box, seal: Circle) -> bool:
    """Whether a box is a seal's own text or star: most of its width lies within."""
    y = (box[1] + box[3]) / 2
    half = np.sqrt(max(0.0, (1.05 * seal.radius) ** 2 - (y - seal.y) ** 2))
    return bool(min(box[2], seal.x + half) - max(box[0], seal.x - half) > 0.6 * (box[2] - box[0]))


def _widened(box: Box, ink: Ink, mm: float) -> Box:
    """A lost line with what of it lies under a seal lighter than print: there its letters make no line by themselves."""
    light = [s for s in ink.seals if s.light and share(s.box, hull((s.box, box))) > 0]
    under = ink.letters[np.any([s.around(ink.letters) for s in light], axis=0)] if light else ink.letters[:0]
    height = box[3] - box[1]
    order = np.argsort(under[:, 0])
    for letter in map(box_of, under[[*order[::-1], *order]]):  # to the left, then to the right
        if _next(box, letter, height, mm):
            box = hull((box, letter))
    return box


def _next(box: Box, letter: Box, height: float, mm: float) -> bool:
    tall = letter[3] - letter[1]
    level = min(box[3], letter[3]) - max(box[1], letter[1]) > 0.7 * min(height, tall)
    apart = max(letter[0] - box[2], box[0] - letter[2])
    return level and 0.5 * height < tall < 1.5 * height and apart < _APART_MM * mm


def borne_out(box: Box, at: tuple[int, int], front: Sequence[RawWord], words: Words) -> bool:
    """Whether the words over a box, or one of which it is a piece, say what a reading of it alone (a picture cut out ``at``)
    does."""
    x0, x1 = box[0], box[2]
    here = sorted((w for w in words if _middle_in(w.box, box) or share(box, w.box) > _PIECE), key=lambda w: w.box[0])
    again = [w for w in front if x0 <= at[0] + (w.box[0] + w.box[2]) / 2 <= x1]
    said, said_again = _letters(here), _letters(again)
    return bool(said) and distance(said, said_again) <= _SAME * len(said)


def unlike(box: Box, readings: Sequence[Sequence[RawWord]], words: Words) -> bool:
    """Whether the words over a box are no more than strokes taken for letters: next to no confidence, and half of them is
    otherwise in every other reading of the place."""
    here = sorted((w for w in words if _middle_in(w.box, box)), key=lambda w: w.box[0])
    said = _letters(here)
    if not here or confidence(here) >= SURE or (len(said) > _FEW and any(said in _letters(r) for r in readings)):
        return False  # a reading may have it as one with what stands beside it
    others = [_letters([w for w in r if box[0] <= (w.box[0] + w.box[2]) / 2 <= box[2]]) for r in readings if r]
    return bool(others) and all(distance(said, other) >= _HALF * max(1, len(said)) for other in others)


def _letters(words: Words) -> str:
    return "".join(c for w in words for c in plain(w.text).casefold() if c.isalnum())


def _middle_in(box: Box, whole: Box) -> bool:
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return whole[0] <= x <= whole[2] and whole[1] <= y <= whole[3]


# --- under seals


def _parted(seal: Circle, words: Sequence[RawWord], mm: float) -> list[Box]:
    """Names and titles of which a seal took the beginning: rows that begin at its ring with one word, or in the middle of one.
    They stand over one another on one middle, which tells how far a row reached."""
    size = [w for w in words if w.confidence >= _SAID and any(c.isalpha() for c in w.text) and w.box[3] - w.box[1] > 1.8 * mm]
    rows = _rows(
        [
            w
            for w in size
            if (len(w.text) > 2 or not _of_seal(w.box, seal))
            and abs((w.box[1] + w.box[3]) / 2 - seal.y) < seal.radius + _BLOCK_MM * mm
        ]
    )
    found = []
    for row in rows:
        box = x0, y0, x1, y1 = hull(w.box for w in row)
        middle = _block_middle(box, rows, mm)
        near = seal.radius + (0 if middle is None else _HIDDEN_MM * mm)
        away = abs((y0 + y1) / 2 - seal.y)
        half = np.sqrt(max(0.0, near**2 - away**2))
        if away >= near or not seal.x - 0.5 * seal.radius < x0 < seal.x + half or x1 < seal.x + 0.6 * half:
            continue
        left = 2 * middle - x1 if middle is not None else seal.x - 0.3 * seal.radius
        if not _whole(row) and x0 - left > _TAKEN * (x1 - left) and _bare((left, y0, x0, y1), [w.box for w in words]):
            found.append((max(left, seal.x - seal.radius), y0, x1, y1))
    return found


def _half_offices(seals: Sequence[Box], words: Sequence[RawWord]) -> list[Box]:
    """Offices (``CHỦ TỊCH``) of which no more than the end was read, beside a seal that lies over their beginning."""
    found = []
    for row in _rows([w for w in words if w.text.isupper()]):
        said = " ".join(w.text for w in row)
        if office := halved(said):
            x0, y0, x1, y1 = hull(w.box for w in row)
            left = x1 - (x1 - x0) * len(office) / len(said)
            if any(s[0] < x0 < s[2] + (y1 - y0) and left < s[2] and s[1] < (y0 + y1) / 2 < s[3] for s in seals):
                found.append((left, y0, x1, y1))
    return found


def _rows(words: Sequence[RawWord]) -> list[list[RawWord]]:
    rows: list[list[RawWord]] = []
    for word in sorted(words, key=lambda w: w.box[0]):
        for row in rows:
            last = row[-1].box
            common = min(last[3], word.box[3]) - max(last[1], word.box[1])
            if common > 0.5 * min(last[3] - last[1], word.box[3] - word.box[1]) and word.box[0] - last[2] < 3 * (
                last[3] - last[1]
            ):
                row.append(word)
                break
        else:
            rows.append([word])
    return rows


def _whole(row: Sequence[RawWord]) -> bool:
    """Whether a row may be a whole name or title: two words or more, all well formed and the first with a capital."""
    return len(row) > 1 and row[0].text[:1].isupper() and all(is_syllable(core(w.text)) or w.text.endswith(".") for w in row)


def _block_middle(box: Box, rows: Sequence[Sequence[RawWord]], mm: float) -> float | None:
    """Middle of the nearest whole row over or under a row."""
    near = []
    for row in rows:
        x0, y0, x1, y1 = hull(w.box for w in row)
        away = abs(y0 + y1 - box[1] - box[3]) / 2
        if _whole(row) and x1 - x0 < 2 * _BLOCK_MM * mm and mm < away < _BLOCK_MM * mm and x0 < box[2] and x1 > box[0]:
            near.append((away, (x0 + x1) / 2))
    return min(near)[1] if near else None
