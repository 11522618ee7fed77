"""Handwriting: blue ink in lines, and strokes in the gaps a form leaves for a number or a day."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ocr.grammar import plain
from ocr.handfields import BEFORE, NEXT, bare
from ocr.ink import Colours, Floats, Ink
from ocr.lines import RawWord, hull
from ocr.missed import box_of
from workstation.domain.page import Box, Word

_PRINTED = 0.8
"""Words in blue ink that are read with more are print."""
_LEAST_MM = 4.0
"""Width of the shortest gap that is left to be filled in."""
_STROKE_MM = 1.5
"""Height of the lowest stroke of a figure written by hand."""
_KNOWN = 0.5
"""The words of a form that frame a gap are read with more."""
_DATE = {*NEXT, *NEXT.values()}
_AFTER = re.compile(r"/[A-Z]\S+")
_NUMBER_MM = 22.0
"""Width of the room for a number."""

_OFF, _TALLER = 0.25, 0.15
"""Of print's height: by so much the feet of handwriting leave the base line, or its figures are taller. Print stays below
0.14 and 0.06 (48 pages), whatever it is read as: figures written by hand are at times read with confidence."""

_WHOLE = 0.75
"""Of print's height: what is lower, beside strokes that are not, is a fleck or a half of a broken figure."""
_BREAK = 0.25
"""Of print's height, up and down: a figure's pieces lie no farther apart."""
_OVER, _UNDER = 1.75, 0.75
"""How far a gap reaches over and under the base line, in heights of print."""

Words = Sequence[Word | RawWord]


@dataclass(frozen=True, slots=True)
class Gap:
    """Room left in a printed line: where, and the base line and the height of the print beside it."""

    box: Box
    base: float
    height: float


def handwritten(ink: Ink, colours: Colours | None, words: Words, stamps: Sequence[Box], mm: float) -> tuple[Box, ...]:
    """Boxes of what was written by hand; signatures and seals (``stamps``) apart."""
    gaps = _gaps(words, ink.letters, mm)
    found = [(gap, _drawn(ink.strokes, gap, mm)) for gap in gaps]
    boxes = [b for gap, b in found if b is not None and not _broken(b, gap, words)]
    for area in colours.blue_areas if colours else ():
        if not any(_meets(area, b) for b in (*stamps, *boxes)) and not _printed(area, words):
            boxes.append(area)
    return tuple(boxes)


def _meets(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _printed(area: Box, words: Words) -> bool:
    """Whether blue ink was read as print: confident words take up most of its length."""
    inside = [w for w in words if _meets(w.box, area) and w.confidence >= _PRINTED]
    return sum(min(w.box[2], area[2]) - max(w.box[0], area[0]) for w in inside) > 0.6 * (area[2] - area[0])


def _gaps(words: Words, letters: Floats, mm: float) -> list[Gap]:
    """Where a form's line leaves room: between ``Số:`` and ``/…``, and in ``ngày … tháng … năm``."""
    sure = [w for w in words if w.confidence >= _KNOWN]
    found = [_gap(w.box[2], (w, after), letters) for w, after in _dated(sure)]
    for after in (w for w in sure if _AFTER.fullmatch(plain(w.text))):
        level = [w.box[2] for w in sure if w.box[2] <= after.box[0] and _beside(w, after) and BEFORE.fullmatch(bare(w))]
        # "Số:" may be read together with the figures, and so badly: then the gap begins about where it stands
        start = max(level, default=after.box[0] - _NUMBER_MM * mm)
        found.append(_gap(start, (after,), letters))
    return [g for g in found if g is not None and g.box[2] - g.box[0] > _LEAST_MM * mm]


def _dated(words: Words) -> list[tuple[Word | RawWord, Word | RawWord]]:
    """The words before and after the gaps of a date; ``ngày 10 hằng tháng`` is none."""
    pairs = []
    named = [(w, name) for w in words if (name := bare(w)) in _DATE]
    for word, own in named:
        level = [w for w, name in named if name == NEXT.get(own) and w.box[0] > word.box[2] and _beside(word, w)]
        after = min(level, key=lambda w: w.box[0], default=None)
        if after is not None and not any(_said_between(word, w, after) for w in words):
            pairs.append((word, after))
    return pairs


def _said_between(word: Word | RawWord, other: Word | RawWord, after: Word | RawWord) -> bool:
    between = word.box[2] < (other.box[0] + other.box[2]) / 2 < after.box[0] and _beside(word, other)
    return between and other.confidence >= _PRINTED and other.text.strip(".,;").isalpha() and len(other.text) > 1


def _gap(start: float, beside: Words, letters: Floats) -> Gap | None:
    """From ``start`` to the last of the printed words ``beside``, by whose letters others are judged."""
    printed = np.concatenate([_inside(letters, w.box) for w in beside])
    if not len(printed):
        return None
    base, height = float(np.median(printed[:, 3])), float((printed[:, 3] - printed[:, 1]).max())
    # not from the words' own boxes: these at times reach up to the rule under the line above, and its letters would be in the gap
    box = (start, base - _OVER * height, beside[-1].box[0], base + _UNDER * height)
    return Gap(box, base, height)


def _beside(a: Word | RawWord, b: Word | RawWord) -> bool:
    return min(a.box[3], b.box[3]) - max(a.box[1], b.box[1]) > 0.4 * min(a.box[3] - a.box[1], b.box[3] - b.box[1])


def _inside(pieces: Floats, box: Box) -> Floats:
    """The pieces with their middle in a box."""
    x, y = (pieces[:, 0] + pieces[:, 2]) / 2, (pieces[:, 1] + pieces[:, 3]) / 2
    return np.asarray(pieces[(x > box[0]) & (x < box[2]) & (y > box[1]) & (y < box[3])])


def _drawn(strokes: Floats, gap: Gap, mm: float) -> Box | None:
    """Hull of what stands in a gap unlike the print beside it; a figure misread stands on its line, as high as it."""
    inside = _mended(_inside(strokes, gap.box), _BREAK * gap.height, (1 + _TALLER) * gap.height)
    inside = inside[inside[:, 3] - inside[:, 1] >= _STROKE_MM * mm]
    if not len(inside):
        return None
    high = inside[:, 3] - inside[:, 1] >= _WHOLE * gap.height
    inside = inside[high] if high.any() else inside
    x0, y0, x1, y1 = (float(v) for v in (*inside[:, :2].min(axis=0), *inside[:, 2:].max(axis=0)))
    inside = inside if high.any() else np.array([[x0, y0, x1, y1]])  # nothing but halves: together they are a figure
    away, taller = np.abs(inside[:, 3] - gap.base), inside[:, 3] - inside[:, 1] - gap.height
    if away.max() < _OFF * gap.height and taller.max() < _TALLER * gap.height:
        return None
    return x0, y0, x1, y1


def _broken(box: Box, gap: Gap, words: Words) -> bool:
    """Whether a gap holds the upper halves of printed figures: too low for any pen's, within the height of the print beside
    them, and read with confidence none the less."""
    level = gap.base - (1 + _TALLER) * gap.height < box[1] and box[3] < gap.base + _TALLER * gap.height
    read = (w for w in words if w.confidence >= _PRINTED and w.text.strip(".,;").isdigit())
    return level and box[3] - box[1] < _WHOLE * gap.height and any(_meets(w.box, box) for w in read)


def _mended(pieces: Floats, apart: float, most: float) -> Floats:
    """The pieces, those over one another and no farther ``apart`` as one: of a figure that a fold or a scratch has broken. Never
    higher than ``most``: with a fold's own piece under it a figure would be as high as no print."""
    done: list[Box] = []
    for x0, y0, x1, y1 in sorted(map(box_of, pieces)):
        near = [d for d in done if d[1] - apart <= y1 and y0 <= d[3] + apart]
        near = [d for d in near if min(d[2], x1) - max(d[0], x0) > 0.5 * min(d[2] - d[0], x1 - x0)]
        whole = hull(((x0, y0, x1, y1), *near))
        whole, near = (whole, near) if whole[3] - whole[1] <= most else ((x0, y0, x1, y1), [])
        done = [*(d for d in done if d not in near), whole]
    return np.array(done, np.float64).reshape(-1, 4)
