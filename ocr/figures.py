"""Numbers of a worn table, read once more by the page's own figures.

Where print has faded, Tesseract misreads figures that a person reads at once: of 3,837 numbers in the lists of 44 worn tuning
pages it had 76 of 100 right, and of those it was sure of by 0.9 every fourteenth wrong. But the figures of one table are all
alike and stand at one distance from each other. So what was read surely says how each of the ten looks on this very page
(``figureface``), and every number of the table is matched with that sign by sign: a reading that knows nothing of the network and
its errors. 96 of 100 are right with it; where both say the same, 997 of 1,000.

A number that was printed over its cell's side is read whole. What a column's numbers have in common (twelve figures, one behind
the comma) tells its own signs from a neighbour's.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from ocr import columns, rownumbers, tables
from ocr.columns import is_number
from ocr.digits import REREAD
from ocr.figureface import (
    DIGITS,
    JITTER,
    POINTS,
    RIM,
    SHIFT,
    THOUSAND,
    Face,
    Map,
    Place,
    Sheet,
    Taught,
    bearing,
    chain,
    even,
    learnt,
    likenesses,
    nearby,
    sheet,
)
from ocr.frames import Pixels
from ocr.grids import Table
from ocr.lines import RawWord, hull, level
from ocr.missed import KNOWN, SURE
from ocr.ruling import Region, Rules
from workstation.domain.page import Box, Transform, Word
from workstation.domain.syllables import core

NAME, VERSION = "figures", 1

_ROWS, _NUMBERS = 4, 0.6
"""Least cells with words that say what a column holds; share of them that do."""
_TAUGHT = 0.85
"""Confidence of a number that figures are learnt from."""
_LIKE, _PRINT = 0.65, 0.3
"""Likeness from which ink is a sign; to the mean of all digits, from which a row of pixels is of print."""
_BEYOND = 0.9
"""Digits beyond a cell's side within which its number may go on."""
_CLEARLY, _OFTEN = 0.75, 0.15
"""Likeness of all digits of a number that tells how its column's are laid out; share of them from which a layout is usual."""
_LONG, _COMMON, _SOME = 6, 0.3, 0.1
"""Digits of a number that is no count: the others of its column have as many. What the logarithm of a kind's share counts, and
the share of a kind, or of points read as commas, that says something."""
_UNLIKE, _WEAK, _CERTAIN = 0.5, 0.6, 0.9
"""Likeness below which any first reading stays; below which one does that is as sure as the third."""
_AS_LIKE, _FAINT = 0.1, 0.35
"""By how much less like than the likest a row's number may be that is due, if no other was read surely; how like it has to be if
nothing is liker."""
_PART, _STROKE = 0.5, 0.85
"""Share of what was read first that is less than the number; likeness of a lone figure where nothing was, above a stroke's."""
_POINTED = re.compile(r"([.,])(\d*)")
_DOT, _TAIL = 0.22, 1.35
"""Height of a point, and how far below a picture's upper side a comma's tail reaches, in a digit's."""
_HANGS, _SURELY = 0.035, 0.07
"""Ink there, of the dot's, from which it is a comma: where some were read in the column, and by itself."""
_BORNE_OUT = 0.95
"""Confidence of what both say."""


@dataclass(frozen=True, slots=True)
class Read:
    """A number as it was matched. ``starts``: of each sign's picture, x on the page; ``likeness``: the least of its digits';
    ``usual``: whether others of its column are laid out so."""

    text: str
    starts: tuple[int, ...]
    box: Box
    likeness: float
    usual: bool
    due: bool = False
    """Whether a row's number, as the order of those round it has it."""


def step(*, worn: bool) -> Transform:
    """For the record: that a page's numbers, or those of its tables, were held against figures, and by which rules."""
    return Transform(NAME, VERSION, (), "worn print" if worn else "numbers in tables")


def read_by_own(
    page: Pixels, rules: Rules, table: Table, words: Sequence[Word], beside: Sequence[RawWord] = (), *, worn: bool = True
) -> tuple[Word, ...]:
    """A table's words, its numbers as the page's own figures say: where that is something else than what was read first, with the
    doubt ``reread`` and what that was. As they are where too little is sure to learn figures from. ``beside``: the page's other
    words, whose numbers may be of the same face. On a page that is not ``worn`` only those are read again whose ink is not the
    likest to what was read: a look at each costs a tenth of that."""
    middles = columns.middles_of(words)
    mine = {c: sorted((words[i] for i in columns.within(middles, c)), key=lambda w: w.box[0]) for c in table.cells}
    counted = list(_number_columns(table, mine))
    if not counted:
        return tuple(words)
    on = sheet(page, rules)
    own = [(text, box) for text, box in _sure(words) if any(_within(c, box) for column in counted for c in column)]
    face = learnt(on, own, _sure(beside), worn=worn)
    if face is None:
        return tuple(words)
    found: dict[Region, Read] = {}
    printed = [None if worn else _printed_commas(on, face, mine, column) for column in counted]
    unlike = _unlike(on, face, counted, mine, printed)
    for column, commas in zip(counted, printed, strict=True):
        heard = [text for text in _surely(column, mine).values() if is_number(text)]
        if 2 * sum(face.shows(text) for text in heard) >= len(heard):
            found |= column_read(on, face, [c for c in column if c in unlike], heard, commas)
    if worn:
        found |= _rows_read(on, face, table, mine)
    rest, new = list(words), list[RawWord]()
    for number, (cell, read) in enumerate(parted(face, table, found).items()):
        here = [w for w in mine[cell] if level(w.box, read.box)]
        said = _settled(here, read, number) if len(here) == len(mine[cell]) else None
        if said is not None:
            rest = [w for w in rest if w not in here]
            new.append(said)
    return tables.with_words(table, rest, new) if new else tuple(words)


def _number_columns(table: Table, mine: Mapping[Region, Sequence[Word]]) -> Iterator[tuple[Region, ...]]:
    """Columns in most of whose cells digits were read, from the first number on: a heading is none."""
    for column in columns.columns_of(table):
        said = [c for c in column if mine[c]]
        first = next((column.index(c) for c in said if is_number(_text(mine[c]))), None)
        if first is not None and len(said) >= _ROWS and sum(_figures(_text(mine[c])) for c in said) >= _NUMBERS * len(said):
            yield column[first:]


def _unlike(
    on: Sheet, face: Face, counted: Sequence[Sequence[Region]], mine: Mapping[Region, Sequence[Word]],
    printed: Sequence[Set[int] | None],
) -> set[Region]:  # fmt: skip
    """Cells whose ink is liker another number than the one read there, or which hold none; all of a column of which nobody knows
    its commas (``printed``), as on a worn page."""
    out, places, owners = set[Region](), list[Place](), list[Region]()
    for column, commas in zip(counted, printed, strict=True):
        if commas is None:
            out.update(column)
            continue
        said = {c: _text(mine[c]) for c in column if mine[c]}
        kinds = Counter((_kind(_layout_of(text)), "/" in text) for text in said.values())
        for cell, text in said.items():
            box = mine[cell][0].box
            rare = kinds[_kind(_layout_of(text)), "/" in text] < _SOME * len(said)
            if len(mine[cell]) > 1 or rare or not is_number(text) or _mispointed(text, commas) or not face.spans(text, box):
                out.add(cell)
                continue
            here = [p for p in even(text, box, face.digit, face.point, face.height) if p[0] in DIGITS]
            places += here
            owners += [cell] * len(here)
    like = nearby(on, {d: face.pictures[d] for d in DIGITS}, places)
    own = like[np.arange(len(places)), np.array([int(sign) for sign, _, _ in places], int)]
    clear = own >= np.maximum(like.max(axis=1, initial=-1), _UNLIKE)
    return out | {cell for cell, alike in zip(owners, clear, strict=True) if not alike}


def _printed_commas(on: Sheet, face: Face, mine: Mapping[Region, Sequence[Word]], column: Sequence[Region]) -> frozenset[int]:
    """As ``_commas``, of the column's numbers of one word, whose boxes are exact."""
    alone = (mine[c][0] for c in column if len(mine[c]) == 1)
    whole = [(text, w.box) for w in alone if is_number(text := core(w.text))]
    return _commas(on, face, _placed(face, whole), [text for text, _ in whole])


def _commas(on: Sheet, face: Face, points: Iterable[tuple[int, float, float]], heard: Sequence[str]) -> frozenset[int]:
    """How many digits stand behind a column's commas. A comma's tail is the first to fade and is read as a point. It is seen
    below the foot of all numbers of the column together, where a point has hardly any ink (of the dot's own up to 0.04 in 21
    columns, 0.07 where print is soft; under commas 0.04 to 0.8 in 26: what lies between counts where commas were ``heard``).
    ``points``: how many digits stand behind each, and where its picture begins."""
    inks: dict[int, list[Map]] = {}
    for behind, x, y in points:
        part = on.part((x, y, x + face.point - 1, y + _TAIL * face.height))[0]
        if part.free.all():
            inks.setdefault(behind, []).append(part.ink)
    read = Counter((point, len(digits)) for text in heard for point, digits in _POINTED.findall(text))
    said = {n for point, n in read if point == "," and n != THOUSAND and read[",", n] > _SOME * (read[",", n] + read[".", n])}
    return frozenset(n for n, some in inks.items() if _hanging(some, face) >= (_HANGS if n in said else _SURELY))


def _placed(face: Face, numbers: Sequence[Taught]) -> Iterator[tuple[int, float, float]]:
    """Their points, with how many digits stand behind each."""
    for text, box in numbers:
        for at, (sign, x, y) in enumerate(even(text, box, face.digit, face.point, face.height)):
            if sign in ".,":
                after = text[at + 1 :]
                yield len(after) - len(after.lstrip(DIGITS)), x, y


def _hanging(inks: Sequence[Map], face: Face) -> float:
    """The ink below the foot of points, for that of their dots."""
    rows, wide = (min(ink.shape[k] for ink in inks) for k in (0, 1))
    mean = np.mean([ink[:rows, :wide] - np.median(ink) for ink in inks], axis=0).clip(0)
    foot = (RIM + 1) * face.height
    dot = mean[int(foot - _DOT * face.height) : int(foot) + 1].sum()
    return float(mean[int(foot) + 2 :].sum() / max(1.0, dot))


def _mispointed(text: str, commas: Set[int]) -> bool:
    return any((len(digits) in commas) != (point == ",") for point, digits in _POINTED.findall(text))


def _layout_of(text: str) -> str:
    return "".join("0" if c.isdigit() else "." for c in text)


def _figures(text: str) -> bool:
    """Whether what was read is at least half digits."""
    return 2 * sum(c.isdigit() for c in text) >= max(1, sum(c.isalnum() for c in text))


def _sure(words: Sequence[Word] | Sequence[RawWord]) -> list[Taught]:
    """Numbers that say what figures look like."""
    sure = (w for w in words if w.confidence >= _TAUGHT and is_number(w.text))
    return [(w.text, w.box) for w in sure if w.text == core(w.text)]


def _within(cell: Region, box: Box) -> bool:
    """Whether a number reaches no side of its cell."""
    return cell[0] < box[0] and box[2] < cell[2] and cell[1] < box[1] and box[3] < cell[3]


def _surely(column: Sequence[Region], mine: Mapping[Region, Sequence[Word]]) -> dict[Region, str]:
    """What was read surely in a column's cells."""
    return {c: _text(mine[c]) for c in column if mine[c] and min(w.confidence for w in mine[c]) >= KNOWN}


def _text(words: Sequence[Word]) -> str:
    return core("".join(w.text for w in words))


def _settled(first: Sequence[Word], read: Read, number: int) -> RawWord | None:
    """What stands in a cell after both readings, in doubt where they differ; none if the first one stays as it is."""
    text, sure = _text(first), min((w.confidence for w in first), default=0.0)
    if text == read.text:
        box = first[0].box if len(first) == 1 else read.box
        return RawWord(first[0].text if len(first) == 1 else text, box, max(sure, _BORNE_OUT), (number,))
    least = _STROKE if len(read.text) == 1 else _WEAK if is_number(text) and sure >= _CERTAIN else _UNLIKE
    strokes = sure < SURE and not is_number(text) and read.likeness >= _CERTAIN
    less = bool(first) and not strokes and _long(read.box) < _PART * _long(hull(w.box for w in first))
    doubtful = not read.usual or read.likeness < least or less or (sure >= KNOWN and _beside_it(text, read.text))
    if doubtful and not read.due:
        # in doubt all the same, but for what is told as no number
        lone = first[0] if len(first) == 1 and is_number(text) else None
        other = read.text if read.likeness >= _UNLIKE else ""
        return RawWord(lone.text, lone.box, lone.confidence, (number,), lone.doubt or REREAD, other) if lone else None
    return RawWord(read.text, read.box, round(read.likeness, 2), (number,), REREAD, " ".join(w.text for w in first))


def _beside_it(text: str, read: str) -> bool:
    """Whether the second reading took a rule beside the number for a 1, or does not reach to where the number begins."""
    return is_number(text) and (read in (text + "1", "1" + text) or (text.endswith(read) and len(text) - len(read) > 1))


def _long(box: Box) -> float:
    return box[2] - box[0]


# --- what a cell says


@dataclass(frozen=True, slots=True)
class Strip:
    """A cell's row of print. ``digits``: 10×N, how like each one is the ink by where its picture begins; ``points``: 4×N, the
    same; ``at``: of the first column on the page, and of the pictures' upper side; ``narrow``: a point's width, of a digit's."""

    digits: Map
    points: Map
    at: tuple[int, int]
    narrow: float

    @property
    def worth(self) -> tuple[Map, Map]:
        """What a digit, and a point, adds to a number, by column."""
        return self.digits.max(axis=0) - _LIKE, (self.points.max(axis=0) - _LIKE) * self.narrow


Sign = tuple[bool, int]
"""Whether it is a digit, and the column where its picture begins."""


def column_read(
    on: Sheet, face: Face, cells: Sequence[Region], heard: Sequence[str], commas: Set[int] | None = None
) -> dict[Region, Read]:
    """What the cells of one column say. ``heard``: sure numbers of it, which tell how its numbers are laid out; ``commas``: how
    many digits stand behind its commas, where these cells are too few to tell."""
    strips = {c: s for c in cells if (s := strip_of(on, face, c))}
    signs = {c: _free(s, face) for c, s in strips.items()}
    clear = (_layout(signs[c]) for c, s in strips.items() if signs[c] and least(s, signs[c]) >= _CLEARLY)
    seen = Counter([*clear, *map(_layout_of, heard)])
    kinds = Counter(_kind(layout) for layout in seen.elements())
    usual = [layout for layout, count in seen.items() if count >= max(2, _OFTEN * seen.total())]

    def common(way: Sequence[Sign]) -> float:
        return _COMMON * float(np.log(kinds[_kind(_layout(way))] / max(1, seen.total()) + 0.01))

    for cell, strip in strips.items():
        own = _layout(signs[cell])
        ways = [signs[cell], *(laid(strip, face, layout) for layout in usual if layout != own)]
        signs[cell] = ways[int(np.argmax([_worth(strip, way) + common(way) for way in ways]))]
    if commas is None:
        sure = [(s, signs[c]) for c, s in strips.items() if signs[c] and least(s, signs[c]) >= _CLEARLY]
        commas = _commas(on, face, ((behind, s.at[0] + x, s.at[1]) for s, way in sure for x, behind in _points(way)), heard)
    found = {c: _said(s, face, signs[c], commas) for c, s in strips.items() if signs[c]}
    return {c: replace(r, usual=kinds[_kind(_layout(signs[c]))] >= _SOME * seen.total()) for c, r in found.items()}


def strip_of(on: Sheet, face: Face, cell: Region) -> Strip | None:
    """Its row of pixels is looked for with the mean of all digits, a tenth of the work."""
    beyond = _BEYOND * face.digit
    part, x0, y0 = on.part((cell[0] - beyond, cell[1], cell[2] + beyond, cell[3]))
    mean = np.stack([face.pictures[d] for d in DIGITS]).mean(axis=0)
    rows = likenesses(part, {"": mean}).get("")
    if rows is None:
        return None
    y = int(np.maximum(rows - _PRINT, 0).sum(axis=1).argmax())
    first = max(0, y - JITTER)
    maps = likenesses(part.rows(first, y + JITTER + len(mean)), face.pictures)
    nothing = np.full((1, part.ink.shape[1]), -1, np.float32)
    digits, points = (np.stack([maps.get(c, nothing).max(axis=0) for c in signs]) for signs in (DIGITS, POINTS))
    return Strip(digits, points, (x0, y0 + y), face.point / face.digit)


def _free(strip: Strip, face: Face) -> list[Sign]:
    """The signs, however many, that are likest together."""
    digits, points = strip.worth
    kinds = [(True, digits, round(face.digit)), (False, points, round(face.point))]
    n = strip.digits.shape[1]
    best = [-9.0] * (n + round(face.digit) + JITTER + 1)
    """Of what ends before a column."""
    came: dict[int, tuple[Sign, int | None]] = {}
    for x in range(n):
        before, at = 0.0, None
        for off in sorted(range(-JITTER, JITTER + 1), key=abs):
            value = best[x + off] - SHIFT * abs(off) if x + off >= 0 else -9.0
            if value > before:
                before, at = value, x + off
        for is_digit, worth, step in kinds:
            if (value := before + float(worth[x])) > best[x + step] and (is_digit or at is not None):
                best[x + step] = value
                came[x + step] = (is_digit, x), at
    ends = (end for end, ((is_digit, _), _) in came.items() if is_digit)
    at = max(ends, key=lambda end: best[end], default=None)
    signs: list[Sign] = []
    while at is not None:
        sign, at = came[at]
        signs.append(sign)
    return signs[::-1]


def laid(strip: Strip, face: Face, layout: str) -> list[Sign]:
    """The signs of a known layout (``000.000``) where they are likest."""
    rows = [(strip.digits if c in DIGITS else strip.points).max(axis=0) for c in layout]
    return [(c in DIGITS, x) for c, x in zip(layout, chain(rows, [face.advance(c) for c in layout]), strict=True)]


def _layout(signs: Sequence[Sign]) -> str:
    return "".join("0" if digit else "." for digit, _ in signs)


def _kind(layout: str) -> str:
    """What numbers of one column have in common: how many digits stand between points, thousands aside, and behind the last; or
    how many a long number has."""
    first, *groups = layout.split(".")
    if not groups:
        return first if len(first) > _LONG else ""
    return ".".join([*(g for g in groups[:-1] if len(g) != THOUSAND), groups[-1], ""])


def _worth(strip: Strip, signs: Sequence[Sign]) -> float:
    digits, points = strip.worth
    return float(sum((digits if digit else points)[x] for digit, x in signs))


def least(strip: Strip, signs: Sequence[Sign]) -> float:
    return min(float(strip.digits[:, x].max()) for digit, x in signs if digit)


def _points(signs: Sequence[Sign]) -> Iterator[tuple[int, int]]:
    """Where points begin, and how many digits stand behind each up to the next."""
    behind = 0
    for digit, x in reversed(signs):
        if not digit:
            yield x, behind
        behind = behind + 1 if digit else 0


def _rows_read(on: Sheet, face: Face, table: Table, mine: Mapping[Region, Sequence[Word]]) -> dict[Region, Read]:
    """Numbers of a table's rows where something else was read, or nothing."""
    found: dict[Region, Read] = {}
    for column in columns.columns_of(table):
        sure = _surely(column, mine)
        for cell, text in rownumbers.due(column, sure).items():
            said = _text(mine[cell])
            strip = strip_of(on, face, cell) if text != said and len(said) <= len(text) + 1 else None
            most = 0.0 if is_number(sure.get(cell, "")) else _AS_LIKE
            if strip and (read := _as_due(strip, face, text, most)):
                found[cell] = read
    return found


def _as_due(strip: Strip, face: Face, text: str, most: float) -> Read | None:
    """A row's number where it is likest, if in none of its places another digit is liker by more than ``most``; a faint one if
    none is liker."""
    rows = [strip.digits[int(c)] for c in text]
    starts = chain(rows, [face.digit] * len(text))
    like = [float(row[x]) for row, x in zip(rows, starts, strict=True)]
    off = max(float(strip.digits[:, x].max()) - own for own, x in zip(like, starts, strict=True))
    if off > most or min(like) < (_UNLIKE if off else _FAINT):
        return None
    return replace(_placed_at(strip, face, text, [(True, x) for x in starts], min(like)), due=True)


def _said(strip: Strip, face: Face, signs: Sequence[Sign], commas: Set[int]) -> Read:
    """``commas``: before how many digits one stands."""
    behind = dict(_points(signs))

    def point(x: int) -> str:
        sign = POINTS[strip.points[:, x].argmax()]
        return sign if sign not in ".," else "," if behind[x] in commas else "."

    text = "".join(DIGITS[strip.digits[:, x].argmax()] if digit else point(x) for digit, x in signs)
    return _placed_at(strip, face, text, signs, least(strip, signs))


def _placed_at(strip: Strip, face: Face, text: str, signs: Sequence[Sign], likeness: float) -> Read:
    x0, top = strip.at[0], strip.at[1] + RIM * face.height
    left = x0 + signs[0][1] + bearing(text[0]) * face.digit
    right = x0 + signs[-1][1] + (1 - bearing(text[-1])) * face.digit
    return Read(text, tuple(x0 + x for _, x in signs), (left, top, right, top + face.height), likeness, True)


# --- numbers that reach over their cell's side


def parted(face: Face, table: Table, found: Mapping[Region, Read]) -> dict[Region, Read]:
    """The numbers, each with its own signs alone. One that two cells claim is that number's in which it stands nearer to its
    place."""
    out = dict(found)
    for row in table.rows:
        for a, b in pairwise(c for c in row if c in out):
            left, right = out[a], out[b]
            if min(len(left.text), len(right.text)) < 2 or abs(left.starts[-1] - right.starts[0]) > face.digit / 2:
                continue
            before = abs(left.starts[-1] - left.starts[-2] - face.advance(left.text[-2]))
            after = abs(right.starts[1] - right.starts[0] - face.digit)
            if before >= after:
                box = (*left.box[:2], left.starts[-2] + face.digit, left.box[3])
                out[a] = replace(left, text=left.text[:-1].rstrip(POINTS), starts=left.starts[:-1], box=box)
            else:
                box = (float(right.starts[1]), *right.box[1:])
                out[b] = replace(right, text=right.text[1:].lstrip(POINTS), starts=right.starts[1:], box=box)
    return out
