"""Numbers of a worn table, read once more by the page's own figures.

Where print has faded, Tesseract misreads figures that a person reads at once: of 3,687 numbers in the lists of 44 worn tuning
pages it had 76 of 100 right, and of those it was sure of by 0.9 every fourteenth wrong. But the figures of one table are all
alike and stand at one distance from each other. So what was read surely says how each of the ten looks on this very page, faded
and blurred as it is, and every number of the table is matched with that sign by sign, by normalised cross-correlation (J. P.
Lewis, Fast Normalized Cross-Correlation, 1995): a reading that knows nothing of the network and its errors. It had 97 of 100
right; where both say the same, 997 of 1,000.

Pixels of rules take no part, so a number that was printed over its cell's side is read whole. What a column's numbers have in
common (twelve figures, one behind the comma) tells its own signs from a neighbour's.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr import columns, tables
from ocr.columns import is_number
from ocr.digits import REREAD
from ocr.frames import Pixels
from ocr.grids import Table
from ocr.lines import RawWord, hull, level
from ocr.missed import KNOWN
from ocr.ruling import Region, Rules
from workstation.domain.page import Box, Word
from workstation.domain.syllables import core

Map = NDArray[np.float32]

DIGITS, POINTS = "0123456789", ".,/-"
_TAUGHT, _LEAST, _FEW = 0.85, 5, 3
"""Confidence of a number that figures are learnt from; least such numbers; least of a kind that say how wide a sign is."""
_MOST = 60
"""Numbers that teach no less than all of a long list."""
_ROUNDS = 2
"""How often the pictures are made anew from where they fit best themselves."""
_BEARING, _ONES_BEARING = 0.06, 0.2
"""Paper on either side of a digit, and of a 1, of its width with it."""
_RIM, _HIGH = 0.1, 1.3
"""What a picture shows above a digit, and its height, in the digit's: a comma hangs."""
_OFF, _TALLER = 0.5, 0.1
"""By how much a number's width may differ from what its signs take up, in digits; and the height of one beside the table."""
_JITTER, _SHIFT = 2, 0.04
"""Pixels by which a sign may stand off its place (ink spreads, sheets bend), and what each of them costs."""
_LIKE, _PRINT = 0.65, 0.3
"""Likeness from which ink is a sign; to the mean of all digits, from which a row of pixels is of print."""
_BEYOND = 0.9
"""Digits beyond a cell's side within which its number may go on."""
_SEEN = 0.5
"""Share of a picture that no rule may cover."""
_CLEARLY, _OFTEN = 0.75, 0.15
"""Likeness of all digits of a number that tells how its column's are laid out; share of them from which a layout is usual."""
_LONG, _COMMON, _SOME = 6, 0.3, 0.1
"""Digits of a number that is no count: the others of its column have as many. What the logarithm of a kind's share counts, and
the share of a kind that is usual."""
_UNLIKE, _WEAK, _CERTAIN = 0.5, 0.6, 0.9
"""Likeness below which any first reading stays; below which one does that is as sure as the third."""
_PART, _STROKE = 0.5, 0.85
"""Share of what was read first that is less than the number; likeness of a lone figure where nothing was, above a stroke's."""
_BORNE_OUT = 0.95
"""Confidence of what both say."""


Taught = tuple[str, Box]
"""A sure number and where it stands."""


@dataclass(frozen=True, slots=True)
class Face:
    """The figures of a table as this page shows them. ``digit``, ``point``: pixels from such a sign to the next; ``height``: of a
    digit; ``pictures``: by sign, mean 0, all of one height, digits and points each of one width."""

    digit: float
    point: float
    height: float
    pictures: Mapping[str, Map]

    def shows(self, text: str) -> bool:
        """Whether such signs are known; of point and comma one is enough."""
        return set(text.replace(",", ".")) <= set("".join(self.pictures).replace(",", "."))

    def advance(self, sign: str) -> float:
        return self.digit if sign.isdigit() else self.point


@dataclass(frozen=True, slots=True)
class Sheet:
    """``ink``: 0 paper to 255; ``free``: 1 where no rule lies."""

    ink: Map
    free: Map

    def part(self, box: Box) -> tuple["Sheet", int, int]:
        """What lies in a box, and where it begins."""
        x0, y0, x1, y1 = max(0, int(box[0])), max(0, int(box[1])), int(box[2]) + 1, int(box[3]) + 1
        return self.rows(y0, y1).columns(x0, x1), x0, y0

    def rows(self, first: int, end: int) -> "Sheet":
        return Sheet(self.ink[first:end], self.free[first:end])

    def columns(self, first: int, end: int) -> "Sheet":
        return Sheet(self.ink[:, first:end], self.free[:, first:end])


@dataclass(frozen=True, slots=True)
class Read:
    """A number as it was matched. ``starts``: of each sign's picture, x on the page; ``likeness``: the least of its digits';
    ``usual``: whether others of its column are laid out so."""

    text: str
    starts: tuple[int, ...]
    box: Box
    likeness: float
    usual: bool


def read_by_own(
    page: Pixels, rules: Rules, table: Table, words: Sequence[Word], beside: Sequence[RawWord] = ()
) -> tuple[Word, ...]:
    """A table's words, its numbers as the page's own figures say: where that is something else than what was read first, with the
    doubt ``reread`` and what that was. As they are where too little is sure to learn figures from. ``beside``: the page's other
    words, whose numbers may be of the same face."""
    among = columns.numbers(table, words)
    if not among.cells:
        return tuple(words)
    on = sheet(page, rules)
    own = [(text, box) for text, box in _sure(words) if any(_within(c, box) for c in among.cells)]
    face = learnt(on, own) or learnt(on, own, _sure(beside))
    if face is None:
        return tuple(words)
    middles = columns.middles_of(words)
    mine = {c: sorted((words[i] for i in columns.within(middles, c)), key=lambda w: w.box[0]) for c in among.cells}
    found: dict[Region, Read] = {}
    for column in columns.columns_of(table):
        cells = [c for c in column if c in mine]
        heard = [text for c in cells if is_number(text := _text(mine[c])) and min(w.confidence for w in mine[c]) >= KNOWN]
        if 2 * sum(face.shows(text) for text in heard) >= len(heard):
            found |= column_read(on, face, cells, heard)
    rest, new = list(words), list[RawWord]()
    for number, (cell, read) in enumerate(parted(face, table, found).items()):
        here = [w for w in mine[cell] if level(w.box, read.box)]
        said = _settled(here, read, number) if len(here) == len(mine[cell]) else None
        if said is not None:
            rest = [w for w in rest if w not in here]
            new.append(said)
    return tables.with_words(table, rest, new) if new else tuple(words)


def _sure(words: Sequence[Word] | Sequence[RawWord]) -> list[Taught]:
    """Numbers that say what figures look like."""
    sure = (w for w in words if w.confidence >= _TAUGHT and is_number(w.text))
    return [(w.text, w.box) for w in sure if w.text == core(w.text)]


def _within(cell: Region, box: Box) -> bool:
    """Whether a number reaches no side of its cell."""
    return cell[0] < box[0] and box[2] < cell[2] and cell[1] < box[1] and box[3] < cell[3]


def _text(words: Sequence[Word]) -> str:
    return core("".join(w.text for w in words))


def _settled(first: Sequence[Word], read: Read, number: int) -> RawWord | None:
    """What stands in a cell after both readings, in doubt where they differ; none if the first one stays as it is."""
    text, sure = _text(first), min((w.confidence for w in first), default=0.0)
    if text == read.text:
        box = first[0].box if len(first) == 1 else read.box
        return RawWord(first[0].text if len(first) == 1 else text, box, max(sure, _BORNE_OUT), (number,))
    least = _STROKE if len(read.text) == 1 else _WEAK if is_number(text) and sure >= _CERTAIN else _UNLIKE
    less = bool(first) and _long(read.box) < _PART * _long(hull(w.box for w in first))
    if not read.usual or read.likeness < least or less or (sure >= KNOWN and _beside_it(text, read.text)):
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


def sheet(page: Pixels, rules: Rules) -> Sheet:
    """Of a prepared page, paper white."""
    ruled = cv2.dilate(rules.both, np.ones((3, 3), np.uint8))
    return Sheet(255 - page.astype(np.float32), (ruled == 0).astype(np.float32))


# --- what the figures look like


def learnt(on: Sheet, own: Sequence[Taught], more: Sequence[Taught] = ()) -> Face | None:
    """The face of sure numbers; none where they are too few or some digit is not among them. ``more``: numbers that count if they
    are as high and as wide."""
    if len(own) < _LEAST:
        return None
    digit, point = _pitch(own)
    height = float(np.median([b[3] - b[1] for _, b in own]))
    alike = [(t, b) for t, b in more if abs(b[3] - b[1] - height) < _TALLER * height]
    taught = [(t, b) for t, b in (*own, *alike) if abs(_long(b) - _width(t, digit, point)) < _OFF * digit]
    taught = taught[:: 1 + len(taught) // _MOST]
    face = _face(on, digit, point, height, (p for t, b in taught for p in _even(t, b, digit, point, height)))
    for _ in range(_ROUNDS):
        face = _face(on, digit, point, height, (p for t, b in taught for p in _fitted(on, face, t, b)))
    return face if set(DIGITS) <= set(face.pictures) else None


def _pitch(taught: Sequence[Taught]) -> tuple[float, float]:
    """Pixels from a digit, and from a point, to the next sign. A point is half as wide, in a typewriter's face as wide."""
    digits = np.array([sum(c.isdigit() for c in t) for t, _ in taught], float)
    points = np.array([len(t) for t, _ in taught], float) - digits
    widths = np.array([b[2] - b[0] for _, b in taught])
    bearings = np.array([_bearing(t[0]) + _bearing(t[-1]) for t, _ in taught])
    bare = (points == 0) & (digits > 1)
    alone = np.count_nonzero(bare) >= _FEW
    each = widths / np.maximum(0.5, digits + 0.5 * points - bearings)
    digit = float(np.median(each[bare] if alone else each))
    pointed = points > 0
    if not alone or np.count_nonzero(pointed) < _FEW:
        return digit, 0.5 * digit
    point = float(np.median((widths - (digits - bearings) * digit)[pointed] / points[pointed]))
    return digit, min(max(point, 0.4 * digit), digit)


def _bearing(sign: str) -> float:
    return _ONES_BEARING if sign == "1" else _BEARING


def _width(text: str, digit: float, point: float) -> float:
    """Of a number's ink."""
    digits = sum(c.isdigit() for c in text)
    return (digits - _bearing(text[0]) - _bearing(text[-1])) * digit + (len(text) - digits) * point


def _even(text: str, box: Box, digit: float, point: float, height: float) -> Iterator[tuple[str, float, float]]:
    """Signs with where their pictures begin if they share the word's width."""
    stretch = (box[2] - box[0]) / _width(text, digit, point)
    x = box[0] - _bearing(text[0]) * digit
    for sign in text:
        yield sign, x, box[1] - _RIM * height
        x += (digit if sign.isdigit() else point) * stretch


def _face(on: Sheet, digit: float, point: float, height: float, places: Iterable[tuple[str, float, float]]) -> Face:
    """The mean picture of each sign at its places, each as dark as the others; none where a rule runs through."""
    seen: dict[str, list[Map]] = {}
    rows = round(_HIGH * height) + 1
    for sign, x, y in places:
        width = max(3, round(digit if sign.isdigit() else point))
        left, top = max(0, round(x)), max(0, round(y))
        ink, free = (a[top : top + rows, left : left + width] for a in (on.ink, on.free))
        if ink.shape == (rows, width) and free.all():
            seen.setdefault(sign, []).append((ink - ink.mean()) / (ink.std() + 8))
    # one stroke among many numbers is a misread point
    pictures = {sign: np.stack(some).mean(axis=0) for sign, some in seen.items() if sign in DIGITS or len(some) >= _FEW}
    return Face(digit, point, height, {sign: p - p.mean() for sign, p in pictures.items()})


def _fitted(on: Sheet, face: Face, text: str, box: Box) -> list[tuple[str, float, float]]:
    """Signs of a known number with where their pictures begin if each lies where it fits best."""
    if not set(text) <= set(face.pictures):
        return []
    around, above = 0.35 * face.digit, _RIM * face.height + 3
    part, x0, y0 = on.part((box[0] - around, box[1] - above, box[2] + around, box[1] + _HIGH * face.height + 3))
    maps = _maps(part, face.pictures)
    if not maps:
        return []
    rows = [maps[sign] for sign in text]
    xs = _chain([r.max(axis=0) for r in rows], [face.advance(sign) for sign in text])
    return [(sign, x0 + x, y0 + int(r[:, x].argmax())) for sign, x, r in zip(text, xs, rows, strict=True)]


# --- how like them ink is


def _maps(part: Sheet, pictures: Mapping[str, Map]) -> dict[str, Map]:
    """Of each picture how like it is the ink (-1 to 1) by where its left upper corner lies, rules left out; nothing if the part
    is too small for one."""
    out: dict[str, Map] = {}
    ink, bare = part.ink * part.free, bool(part.free.all())
    sums: dict[tuple[int, ...], tuple[Map, Map, Map]] = {}
    for sign, picture in pictures.items():
        high, wide = picture.shape
        if ink.shape[0] < high or ink.shape[1] < wide:
            return {}
        if picture.shape not in sums:
            ones = np.ones(picture.shape, np.float32)
            sums[picture.shape] = np.maximum(_sum(part.free, ones), 1), _sum(ink, ones), _sum(ink * ink, ones)
        count, once, twice = sums[picture.shape]
        # of the picture what lies on free pixels; its mean is 0
        first = np.float32(0) if bare else _sum(part.free, picture)
        second = np.float32((picture * picture).sum()) if bare else _sum(part.free, picture * picture)
        spread = np.maximum(twice - once * once / count, 1) * np.maximum(second - first * first / count, 1e-3)
        like = (_sum(ink, picture) - once * first / count) / np.sqrt(spread)
        like[count < _SEEN * picture.size] = -1
        out[sign] = np.full((len(like), ink.shape[1]), -1, np.float32)
        out[sign][:, : like.shape[1]] = like
    return out


def _sum(pixels: Map, picture: Map) -> Map:
    return np.asarray(cv2.matchTemplate(pixels, picture, cv2.TM_CCORR), np.float32)


def _chain(rows: Sequence[Map], advances: Sequence[float]) -> list[int]:
    """Where signs begin that follow each other at their distances, give or take a few pixels, and are likest together. ``rows``:
    of each sign its likeness by column."""
    best, back = rows[0].astype(float), list[NDArray[np.intp]]()
    at = np.arange(len(best))
    for row, advance in zip(rows[1:], advances, strict=False):
        chosen, came = np.full(len(best), -9.0), np.zeros(len(best), np.intp)
        for off in range(-_JITTER, _JITTER + 1):
            source = at - round(advance) - off
            value = np.where((source >= 0) & (source < len(best)), best[source.clip(0, len(best) - 1)], -9.0) - _SHIFT * abs(off)
            came = np.where(value > chosen, source, came)
            chosen = np.maximum(value, chosen)
        best = row + chosen
        back.append(came)
    xs = [int(best.argmax())]
    for came in reversed(back):
        xs.append(int(came[xs[-1]]))
    return xs[::-1]


# --- what a cell says


@dataclass(frozen=True, slots=True)
class _Strip:
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


def column_read(on: Sheet, face: Face, cells: Sequence[Region], heard: Sequence[str]) -> dict[Region, Read]:
    """What the cells of one column say. ``heard``: sure numbers of it, which tell how its numbers are laid out."""
    strips = {c: s for c in cells if (s := _strip(on, face, c))}
    signs = {c: _free(s, face) for c, s in strips.items()}
    clear = (_layout(signs[c]) for c, s in strips.items() if signs[c] and _least(s, signs[c]) >= _CLEARLY)
    seen = Counter([*clear, *("".join("0" if c.isdigit() else "." for c in text) for text in heard)])
    kinds = Counter(_kind(layout) for layout in seen.elements())
    usual = [layout for layout, count in seen.items() if count >= max(2, _OFTEN * seen.total())]

    def common(way: Sequence[Sign]) -> float:
        return _COMMON * float(np.log(kinds[_kind(_layout(way))] / max(1, seen.total()) + 0.01))

    for cell, strip in strips.items():
        own = _layout(signs[cell])
        ways = [signs[cell], *(_laid(strip, face, layout) for layout in usual if layout != own)]
        signs[cell] = max(ways, key=lambda way, s=strip: _worth(s, way) + common(way))  # type: ignore[misc]
    hanging = sum(float(s.points[1, x] - s.points[0, x]) for c, s in strips.items() for x, n in _points(signs[c]) if n == _FEW)
    thousands = "," if hanging > 0 and set(".,") <= set(face.pictures) else "."
    found = {c: _said(s, face, signs[c], thousands) for c, s in strips.items() if signs[c]}
    return {c: replace(r, usual=kinds[_kind(_layout(signs[c]))] >= _SOME * seen.total()) for c, r in found.items()}


def _strip(on: Sheet, face: Face, cell: Region) -> _Strip | None:
    """Its row of pixels is looked for with the mean of all digits, a tenth of the work."""
    beyond = _BEYOND * face.digit
    part, x0, y0 = on.part((cell[0] - beyond, cell[1], cell[2] + beyond, cell[3]))
    mean = np.stack([face.pictures[d] for d in DIGITS]).mean(axis=0)
    rows = _maps(part, {"": mean}).get("")
    if rows is None:
        return None
    y = int(np.maximum(rows - _PRINT, 0).sum(axis=1).argmax())
    first = max(0, y - _JITTER)
    maps = _maps(part.rows(first, y + _JITTER + len(mean)), face.pictures)
    nothing = np.full((1, part.ink.shape[1]), -1, np.float32)
    digits, points = (np.stack([maps.get(c, nothing).max(axis=0) for c in signs]) for signs in (DIGITS, POINTS))
    return _Strip(digits, points, (x0, y0 + y), face.point / face.digit)


def _free(strip: _Strip, face: Face) -> list[Sign]:
    """The signs, however many, that are likest together."""
    kinds = [(True, strip.worth[0], round(face.digit)), (False, strip.worth[1], round(face.point))]
    n = strip.digits.shape[1]
    best = [-9.0] * (n + round(face.digit) + _JITTER + 1)
    """Of what ends before a column."""
    came: dict[int, tuple[Sign, int | None]] = {}
    for x in range(n):
        before, at = 0.0, None
        for off in sorted(range(-_JITTER, _JITTER + 1), key=abs):
            value = best[x + off] - _SHIFT * abs(off) if x + off >= 0 else -9.0
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


def _laid(strip: _Strip, face: Face, layout: str) -> list[Sign]:
    """The signs of a known layout (``000.000``) where they are likest."""
    rows = [(strip.digits if c in DIGITS else strip.points).max(axis=0) for c in layout]
    return [(c in DIGITS, x) for c, x in zip(layout, _chain(rows, [face.advance(c) for c in layout]), strict=True)]


def _layout(signs: Sequence[Sign]) -> str:
    return "".join("0" if digit else "." for digit, _ in signs)


def _kind(layout: str) -> str:
    """What numbers of one column have in common: how many digits stand between points, thousands aside, and behind the last; or
    how many a long number has."""
    first, *groups = layout.split(".")
    if not groups:
        return first if len(first) > _LONG else ""
    return ".".join([*(g for g in groups[:-1] if len(g) != _FEW), groups[-1], ""])


def _worth(strip: _Strip, signs: Sequence[Sign]) -> float:
    digits, points = strip.worth
    return float(sum((digits if digit else points)[x] for digit, x in signs))


def _least(strip: _Strip, signs: Sequence[Sign]) -> float:
    return min(float(strip.digits[:, x].max()) for digit, x in signs if digit)


def _points(signs: Sequence[Sign]) -> Iterator[tuple[int, int]]:
    """Where points begin, and how many digits stand behind each up to the next."""
    behind = 0
    for digit, x in reversed(signs):
        if not digit:
            yield x, behind
        behind = behind + 1 if digit else 0


def _said(strip: _Strip, face: Face, signs: Sequence[Sign], thousands: str) -> Read:
    """``thousands``: the point with three digits behind it; with more or fewer it is a fraction's comma, whose tail is the first
    to fade (Vietnamese numbers: 1.234,5)."""
    behind = dict(_points(signs))

    def point(x: int) -> str:
        sign = POINTS[strip.points[:, x].argmax()]
        return sign if sign not in ".," else thousands if behind[x] == _FEW else ","

    text = "".join(DIGITS[strip.digits[:, x].argmax()] if digit else point(x) for digit, x in signs)
    x0, top = strip.at[0], strip.at[1] + _RIM * face.height
    left = x0 + signs[0][1] + _bearing(text[0]) * face.digit
    right = x0 + signs[-1][1] + (1 - _bearing(text[-1])) * face.digit
    return Read(text, tuple(x0 + x for _, x in signs), (left, top, right, top + face.height), _least(strip, signs), True)


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
