"""Lost print read again by itself, from two pictures and in two ways; what two readings say alike is what stands there.

Most print that is in no word is as legible as its neighbours: a lone figure in its cell is too little for the layout analysis,
and a rule's remains, the other side or a fold beside it make a line of it that no reader follows. So its row is cut out as it is,
and once more without all that is not its own and as dark as print; each is read as a line and as it stands, without a look for
lines. Of 169 places told on 104 worn tuning pages 36 were read right so and two wrongly (names under seals apart); with two
readings of the first picture alone it was 23 and four.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.columns import is_number
from ocr.components import Labels, components
from ocr.digits import REREAD
from ocr.engine import Recognizer
from ocr.frames import Pixels
from ocr.layout import confidence
from ocr.lines import RawWord, hull, moved
from ocr.missed import Paper
from workstation.domain.page import Box
from workstation.domain.syllables import core

_AROUND_MM = 4.0, 1.5
"""Beyond a place, beside it and over and under it, where the rest of a row that its box has cut lies."""
_INK = (140, 225)
"""Bounds of the level half-way between a place's ink and its paper, from which a pixel is ink."""
_RULE_MM = (3.0, 0.5, 4.5)
"""What is longer and thinner lying is a rule's piece, and what is higher and no thicker than twice that standing."""
_TALL_MM, _WIDEST_MM = (1.2, 6.0), 14.0
_SPECK_MM2, _LETTER_MM2 = 0.02, 0.2
_SPACE, _MARGIN = 0.5, 0.35
"""Between letters of a row, and round it for its marks, in its heights."""
_FRAME_PX = 10
_SURE = 0.8
"""Confidence of the better of two readings that bear each other out."""
_AHEAD = 0.5
"""By how much their confidence together exceeds that of a reading that says something else."""
_BOTH = 0.7
"""Mean confidence of all that say so."""
_WIDE = 0.6
"""Least share of the row's width that its words take up: of less a part was read."""
_NEXT = 0.6
"""How far from a row, in its heights, its next letter would stand."""
_LEFT = 0.2
"""Ink beside a row and level with it, for that of the row, from which the row is not whole."""
_SMALL = 0.4
"""Share of its place's width below which a row is a small part."""
_SHORT = 2
"""Letters alone that a fold's or the other side's strokes are taken for."""

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Place:
    """``number``: in a column of numbers, where nothing else can stand."""

    box: Box
    number: bool = False


@dataclass(frozen=True, slots=True)
class Heard:
    """``words``: what stands there, boxes on the page, none where no two readings say the same; ``readings``: all there were;
    ``row``: the place with the rest of its row."""

    words: tuple[RawWord, ...]
    readings: tuple[tuple[RawWord, ...], ...]
    row: Box


@dataclass(frozen=True, slots=True)
class _Pieces:
    """Ink of a part of the page cut out ``at``, by label; ``rule``: of rules and what is larger than letters."""

    at: tuple[int, int]
    part: Pixels
    labels: Labels
    x0: Floats
    y0: Floats
    x1: Floats
    y1: Floats
    area: Floats
    rule: Flags
    letter: Flags
    limit: int


@dataclass(frozen=True, slots=True)
class _Picture:
    pixels: Pixels
    at: tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Row:
    """The letters of a place: their hull on the page, and the two pictures that are read, none if they are not all there."""

    box: Box
    pictures: tuple[_Picture, ...]


def read_again(paper: Paper, places: Sequence[Place], recognizer: Recognizer) -> tuple[Heard, ...]:
    """What each place says. The second picture is read where the first one's two readings were not enough."""
    rows = [_row(paper.page, place.box, paper.mm) for place in places]
    heard: list[list[tuple[RawWord, ...]]] = [[] for _ in places]
    out: list[tuple[RawWord, ...]] = [() for _ in places]
    for number in (0, 1):
        todo = [(i, row.pictures[number]) for i, row in enumerate(rows) if row and row.pictures and not out[i]]
        parts = [picture.pixels for _, picture in todo]
        for raw in (False, True):
            found = recognizer.lines(parts, paper.dpi, raw=raw) if parts else ()
            for (i, picture), words in zip(todo, found, strict=True):
                heard[i].append(tuple(moved(w, *picture.at) for w in words if any(c.isalnum() for c in w.text)))
        for i, _ in todo:
            row = rows[i]
            out[i] = _agreed(heard[i], row.box, number=places[i].number) if row is not None else ()
    wide = [hull((p.box, r.box)) if r is not None else p.box for p, r in zip(places, rows, strict=True)]
    return tuple(Heard(words, tuple(readings), box) for words, readings, box in zip(out, heard, wide, strict=True))


def _agreed(readings: Sequence[tuple[RawWord, ...]], row: Box, *, number: bool) -> tuple[RawWord, ...]:
    """The surest of the readings that say the same, if they are surer together than any other is."""
    votes: dict[str, list[tuple[RawWord, ...]]] = {}
    for words in readings:
        if words:
            votes.setdefault(" ".join(core(w.text).casefold() for w in words), []).append(words)
    if not votes:
        return ()
    said = max(votes, key=lambda k: sum(map(confidence, votes[k])))
    sure = sorted(map(confidence, votes[said]))
    rival = max((confidence(w) for k, others in votes.items() if k != said for w in others), default=0.0)
    words = max(votes[said], key=confidence)
    mean = sum(sure) / len(sure)
    if len(sure) < 2 or sure[-1] < _SURE or mean < _BOTH or sum(sure) < rival + _AHEAD or not _possible(said, number=number):
        return ()
    if max(w.box[2] for w in words) - min(w.box[0] for w in words) < _WIDE * (row[2] - row[0]):
        return ()
    # a figure cannot be told to be wrong by any rule: whoever checks the page is to look at it
    doubt = [REREAD if any(c.isdigit() for c in w.text) else w.doubt for w in words]
    return tuple(replace(w, confidence=min(w.confidence, mean), doubt=d) for w, d in zip(words, doubt, strict=True))


def _possible(said: str, *, number: bool) -> bool:
    if number:
        return all(is_number(word) for word in said.split())
    return any(c.isdigit() for c in said) or sum(c.isalpha() for c in said) > _SHORT


# --- the row and its pictures


def _row(page: Pixels, place: Box, mm: float) -> _Row | None:
    """None if there is no ink as high as a letter."""
    box = place
    while (pieces := _pieces(page, box, mm)) is not None:
        x, y = (pieces.x0 + pieces.x1) / 2 + pieces.at[0], (pieces.y0 + pieces.y1) / 2 + pieces.at[1]
        inside = pieces.letter & (x > place[0]) & (x < place[2]) & (y > place[1]) & (y < place[3])
        if not inside.any():
            return None
        row = _grown(pieces, inside)
        left, right = float(pieces.x0[row].min()), float(pieces.x1[row].max())
        top, foot = float(np.median(pieces.y0[row])), float(np.median(pieces.y1[row]))
        found = (pieces.at[0] + left, pieces.at[1] + top, pieces.at[0] + right, pieces.at[1] + foot)
        wider = hull((box, (found[0], box[1], found[2], box[3])))
        if wider == box:
            return _shown(pieces, row, (left, top, right, foot), place, mm)
        box = wider
    return None


def _shown(pieces: _Pieces, row: Flags, box: Box, place: Box, mm: float) -> _Row:
    """A row with its pictures. ``box``: on the part cut out, ``place``: on the page."""
    left, top, right, foot = box
    high = foot - top
    near = (pieces.x1 > left - 0.4 * high) & (pieces.x0 < right + 0.4 * high) & (pieces.area >= _SPECK_MM2 * mm * mm)
    near &= (pieces.y1 > top - 0.5 * high) & (pieces.y0 < foot + _MARGIN * high) & ~pieces.rule
    near[0] = False
    x, y = pieces.at
    found = (x + left, y + top, x + right, y + foot)
    if not _whole(pieces, row | near, box, (place[0] - x, place[2] - x)):
        return _Row(found, ())
    return _Row(found, (_as_it_is(pieces, found, mm), _alone(pieces, row | near)))


def _whole(pieces: _Pieces, row: Flags, box: Box, place: tuple[float, float]) -> bool:
    """Whether little ink that is no rule's stands on a row's level beside it, however pale: a letter of it would. Of a row that
    is but a small part of its place, as one figure of a broken number, nor elsewhere in the place."""
    left, top, right, foot = (round(v) for v in box)
    reach = round(_NEXT * (foot - top))
    first, last = left - reach, right + reach
    if right - left < _SMALL * (place[1] - place[0]):
        first, last = min(first, round(place[0])), max(last, round(place[1]))
    others = (pieces.part < _INK[1]) & ~cv2.dilate(
        (row | pieces.rule)[pieces.labels].astype(np.uint8), np.ones((3, 3), np.uint8)
    ).astype(bool)
    return bool(np.count_nonzero(others[top:foot, max(0, first) : last]) < _LEFT * pieces.area[row].sum())


def _pieces(page: Pixels, box: Box, mm: float) -> _Pieces | None:
    height, width = page.shape
    beside, over = (v * mm for v in _AROUND_MM)
    x0, y0 = max(0, round(box[0] - beside)), max(0, round(box[1] - over))
    x1, y1 = min(width, round(box[2] + beside)), min(height, round(box[3] + over))
    inner = page[max(0, round(box[1])) : round(box[3]), max(0, round(box[0])) : round(box[2])]
    if not inner.size:
        return None
    part = page[y0:y1, x0:x1]
    limit = int(np.clip((255 + np.percentile(inner, 3)) / 2, *_INK))
    labels, stats, _ = components((part < limit).astype(np.uint8))
    x, y, w, h, area = stats.T.astype(np.float64)
    long, thin, high = (v * mm for v in _RULE_MM)
    at_end = (x <= 0) | (y <= 0) | (x + w >= part.shape[1]) | (y + h >= part.shape[0])
    rule = ((w > long) & (h < thin)) | ((h > max(high, 1.3 * (box[3] - box[1]))) & (w < 2 * thin)) | (h > _TALL_MM[1] * mm)
    rule |= at_end & (np.minimum(w, h) < 0.7 * thin)
    letter = ~rule & (h >= _TALL_MM[0] * mm) & (h <= _TALL_MM[1] * mm) & (w <= _WIDEST_MM * mm) & (area >= _LETTER_MM2 * mm * mm)
    rule[0] = letter[0] = False
    return _Pieces((x0, y0), part, labels, x, y, x + w, y + h, area, rule, letter, limit)


def _grown(pieces: _Pieces, inside: Flags) -> Flags:
    """The row of the largest letter inside, with its neighbours that the place's box has cut off."""
    largest = max(np.flatnonzero(inside).tolist(), key=lambda i: float(pieces.area[i]))
    height = pieces.y1 - pieces.y0
    common = np.minimum(pieces.y1, pieces.y1[largest]) - np.maximum(pieces.y0, pieces.y0[largest])
    row = inside & (common > 0.5 * np.minimum(height, height[largest]))
    while True:
        left, right = pieces.x0[row].min(), pieces.x1[row].max()
        top, foot = np.median(pieces.y0[row]), np.median(pieces.y1[row])
        high = foot - top
        alike = (height > 0.7 * high) & (height < 1.4 * high)
        level = np.minimum(pieces.y1, foot) - np.maximum(pieces.y0, top) > 0.7 * np.minimum(height, high)
        beside = (pieces.x0 < right + _SPACE * high) & (pieces.x1 > left - _SPACE * high)
        more = pieces.letter & ~row & alike & level & beside
        if not more.any():
            return np.asarray(row, np.bool_)
        row |= more


def _as_it_is(pieces: _Pieces, row: Box, mm: float) -> _Picture:
    """The row with what stands in it, without rules and what reaches in from the rows beside it."""
    x0, y0 = pieces.at
    top, foot = row[1] - y0, row[3] - y0
    margin, side = _MARGIN * (foot - top), 0.5 * mm
    first, last = max(0, round(top - margin)), min(pieces.part.shape[0], round(foot + margin))
    left, right = max(0, round(row[0] - x0 - side)), min(pieces.part.shape[1], round(row[2] - x0 + side))
    beyond = (pieces.y0 < first) | (pieces.y1 > last)
    waste = (beyond & ~pieces.letter) | pieces.rule | (pieces.area < _SPECK_MM2 * mm * mm)
    waste[0] = False
    around = cv2.dilate(waste[pieces.labels].astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    bare = np.where(around, np.uint8(255), pieces.part)[first:last, left:right]
    return _framed(bare, (x0 + left, y0 + first))


def _alone(pieces: _Pieces, kept: Flags) -> _Picture:
    """The letters and their marks by themselves, faint ones as dark as print."""
    left, right = int(pieces.x0[kept].min()), int(pieces.x1[kept].max())
    top, foot = int(pieces.y0[kept].min()), int(pieces.y1[kept].max())
    around = cv2.dilate(kept[pieces.labels].astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    part = np.where(around, pieces.part, np.uint8(255))[top:foot, left:right]
    ink = part[part < pieces.limit]
    dark = float(np.percentile(ink, 10)) if ink.size else 0.0
    levelled = np.clip((part - dark) * (255 / max(1.0, 255 - dark)), 0, 255).astype(np.uint8)
    return _framed(levelled, (pieces.at[0] + left, pieces.at[1] + top))


def _framed(part: Pixels, at: tuple[int, int]) -> _Picture:
    pad = _FRAME_PX
    framed = cv2.copyMakeBorder(part, pad, pad, pad, pad, cv2.BORDER_CONSTANT, value=255)
    return _Picture(np.asarray(framed, np.uint8), (at[0] - pad, at[1] - pad))
