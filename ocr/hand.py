"""Handwriting: blue ink in lines, and strokes in the gaps a form leaves for a number or a day."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ocr.grammar import plain
from ocr.ink import Colours, Floats, Ink
from ocr.lines import RawWord
from workstation.domain.page import Box, Word

_PRINTED = 0.8
"""Words in coloured ink or in a gap that are read with more are print."""
_LEAST_MM = 4.0
"""Width of the shortest gap that is left to be filled in."""
_STROKE_MM = 1.5
"""Height of the lowest stroke of a figure written by hand."""
_KNOWN = 0.5
"""The words of a form that frame a gap are read with more."""
_NEXT = {"NGAY": "THANG", "THANG": "NAM"}
_BEFORE = re.compile(r"S[OÓ0]:?")
_AFTER = re.compile(r"\W*/.*|\D*[/-]\D*")

_OFF = 0.25
"""Of the line's height: by so much the feet of handwriting leave the base line, or its figures are taller than print."""

Words = Sequence[Word | RawWord]


@dataclass(frozen=True, slots=True)
class Gap:
    """Room left in a printed line: where, and the base line and the height of the print beside it."""

    box: Box
    base: float
    height: float


def handwritten(ink: Ink, colours: Colours | None, words: Words, stamps: Sequence[Box], mm: float) -> tuple[Box, ...]:
    """Boxes of what was written by hand; signatures and seals (``stamps``) apart."""
    found = [_drawn(ink.strokes, gap, mm) for gap in _gaps(words, ink.letters, mm)]
    boxes = [b for b in found if b is not None]
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
    """Where a form's line leaves room: between ``Số:`` and what follows, and in ``ngày … tháng … năm …``."""
    gaps = []
    sure = [w for w in words if w.confidence >= _KNOWN]
    for word in sure:
        name = plain(word.text).strip(" .,;")
        if name in _NEXT or _BEFORE.fullmatch(name):
            after = _end_of_gap(word, sure, _NEXT.get(name))
            if after is not None and after.box[0] - word.box[2] > _LEAST_MM * mm and not _filled(word, after, words):
                printed = _inside(letters, word.box)
                if len(printed):
                    height = word.box[3] - word.box[1]
                    box = (word.box[2], word.box[1] - 0.6 * height, after.box[0], word.box[3] + 0.4 * height)
                    gaps.append(Gap(box, float(np.median(printed[:, 3])), float((printed[:, 3] - printed[:, 1]).max())))
    return gaps


def _filled(word: Word | RawWord, after: Word | RawWord, words: Words) -> bool:
    """Whether print was read between two words."""
    between = [w for w in words if word.box[2] < (w.box[0] + w.box[2]) / 2 < after.box[0] and _beside(word, w)]
    return any(w.confidence >= _PRINTED and any(c.isalnum() for c in w.text) for w in between)


def _end_of_gap(word: Word | RawWord, words: Words, name: str | None) -> Word | RawWord | None:
    """The word that ends the gap after ``word``: the one of this name, or what follows a document's number."""
    level = [w for w in words if w.box[0] > word.box[2] and _beside(word, w)]
    ends = [w for w in level if (plain(w.text).strip(" .,;") == name if name else _AFTER.fullmatch(plain(w.text)))]
    return min(ends, key=lambda w: w.box[0], default=None)


def _beside(a: Word | RawWord, b: Word | RawWord) -> bool:
    return min(a.box[3], b.box[3]) - max(a.box[1], b.box[1]) > 0.4 * min(a.box[3] - a.box[1], b.box[3] - b.box[1])


def _inside(pieces: Floats, box: Box) -> Floats:
    """The pieces with their middle in a box."""
    x, y = (pieces[:, 0] + pieces[:, 2]) / 2, (pieces[:, 1] + pieces[:, 3]) / 2
    return np.asarray(pieces[(x > box[0]) & (x < box[2]) & (y > box[1]) & (y < box[3])])


def _drawn(strokes: Floats, gap: Gap, mm: float) -> Box | None:
    """Hull of what stands in a gap unlike the print beside it; a figure misread stands on its line, as high as it."""
    inside = _inside(strokes, gap.box)
    inside = inside[inside[:, 3] - inside[:, 1] >= _STROKE_MM * mm]
    if not len(inside):
        return None
    away, taller = np.abs(inside[:, 3] - gap.base), inside[:, 3] - inside[:, 1] - gap.height
    if max(float(away.max()), float(taller.max())) < _OFF * gap.height:
        return None
    x0, y0, x1, y1 = (float(v) for v in (*inside[:, :2].min(axis=0), *inside[:, 2:].max(axis=0)))
    return x0, y0, x1, y1
