"""Letters that no word covers, in lines.

What a word is a reading of depends on who asks: reading anew is spared where the number of letters fits; a doubtful page is
told more strictly.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ocr.frames import Pixels
from ocr.ink import UNDER_SEAL, Circle, Colours, Floats, Ink, holds
from ocr.levels import percentile
from ocr.lines import RawWord, hull
from ocr.stampframes import Frame
from ocr.stampink import Stamp
from workstation.domain.page import Box, Word
from workstation.domain.syllables import core, is_syllable

SURE = 0.3
"""A word below this is doubtful."""
KNOWN = 0.6
"""A word above this is a reading of what lies under it, however many pieces that is."""
_FULL, _SOME = 0.6, 0.4
"""Letters of a doubtful word, signs of a fairly sure one for each piece of ink under it, or it is no reading of it."""
_JUNK = 0.75
"""Words below this confidence in pictures or in coloured ink are strokes taken for letters."""
_SEALED = 0.6
"""The same within black seals, where a name may stand too."""
_GAP_MM = 3.5
"""Between letters of one run: the widest space of a spread line."""
FIGURE_MM = 1.5
"""Height of a lone figure; specks are lower."""
_SPECK_MM = 0.9
"""Height below which no letter is printed: the small ones of 6 points have more."""
_BREAK_MM = 15.0
"""Between runs of one line."""
_LEAST = 3
"""Letters that make a run; one fewer if they are clear ones, as of ``10`` or a line's last word."""
_MANY = 5
"""Whole letters of a line that others are pieces of."""
_LOW_MM = 1.2
"""Height of the smallest letters worth a line; below are rows of specks."""

Words = Sequence[Word | RawWord]
Cover = Callable[[Word | RawWord, int], bool]


@dataclass(frozen=True, slots=True)
class Paper:
    """One page as ``settle`` sees it: ``cleaned`` in the scan's colours, ``page`` prepared for reading, of one size."""

    cleaned: Pixels
    page: Pixels
    dpi: float
    stamps: tuple[Stamp, ...] = ()
    """In blue, which preparing has taken out of ``page``: whatever is gone from there has to be told."""
    frames: tuple[Frame, ...] = ()
    """Of stamps in black or grey, whose words are in ``page``; the frames are not."""

    @property
    def mm(self) -> float:
        return self.dpi / 25.4


@dataclass(frozen=True, slots=True)
class Marks:
    """What lies on the page beside its print."""

    ink: Ink
    colours: Colours | None
    pictures: tuple[Box, ...]
    stamps: tuple[Stamp, ...] = ()
    """In blue; they are gone from the page as it is read, and from ``colours``."""

    def junk(self, word: Word | RawWord) -> bool:
        """Whether a word is made of a picture's, a signature's or a seal's strokes."""
        x, y = (word.box[0] + word.box[2]) / 2, (word.box[1] + word.box[3]) / 2
        if word.confidence >= _JUNK:
            return False
        if any(holds(p, x, y) for p in self.pictures) or (self.colours is not None and self.colours.prevails(word.box)):
            return True
        return word.confidence < _SEALED and any(np.hypot(x - s.x, y - s.y) < s.radius for s in self.ink.seals)


def speck(word: Word | RawWord, mm: float) -> bool:
    """Whether a letter was made of a dot: print is higher."""
    return word.confidence < _JUNK and word.box[3] - word.box[1] < _SPECK_MM * mm and any(c.isalnum() for c in word.text)


def share(part: Box, whole: Box) -> float:
    """Share of ``part`` that lies in ``whole``."""
    width, height = min(part[2], whole[2]) - max(part[0], whole[0]), min(part[3], whole[3]) - max(part[1], whole[1])
    return max(0.0, width) * max(0.0, height) / max(1.0, (part[2] - part[0]) * (part[3] - part[1]))


def lost_lines(marks: Marks, words: Words, mm: float, covers: Cover, *, light: bool = True) -> tuple[Box, ...]:
    """Hulls of at least three letters on one level that no word covers. ``covers``: whether a word is a reading of so many
    pieces of ink; ``light``: whether letters under seals paler than print count."""
    free = marks.ink.letters[uncovered(marks.ink.letters, words, covers)]
    free = free[[not foreign(marks, box_of(b)) for b in free]] if len(free) else free
    dark = [s for s in marks.ink.seals if not (s.light and light)]
    sealed = np.any([s.around(free) for s in dark], axis=0) if dark else np.zeros(len(free), bool)
    lines = []
    for run in _runs(free, mm):
        # the letters round a seal are level here and there, and no print
        if _is_line(free[run][~sealed[run]], mm):
            lines.append(hull(box_of(b) for b in free[run]))
    return tuple(_connected(lines, _BREAK_MM * mm))


def _connected(lines: Sequence[Box], gap: float) -> list[Box]:
    """Runs on one level made one line: between them letters may touch a seal's ring, or each other's neighbours."""
    done: list[Box] = []
    for box in sorted(lines):
        before = next((d for d in done if 0 <= box[0] - d[2] <= gap and _level(np.array(d), np.array(box))), None)
        if before is not None:
            done.remove(before)
        done.append(box if before is None else hull((before, box)))
    return done


def box_of(row: Floats) -> Box:
    x0, y0, x1, y1 = row.tolist()
    return x0, y0, x1, y1


def foreign(marks: Marks, box: Box) -> bool:
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return any(holds(p, x, y) for p in marks.pictures) or (marks.colours is not None and marks.colours.prevails(box))


def uncovered(letters: Floats, words: Words, covers: Cover) -> NDArray[np.bool_]:
    """Which letters no word covers."""
    x, y = (letters[:, 0] + letters[:, 2]) / 2, (letters[:, 1] + letters[:, 3]) / 2
    x0, y0, x1, y1 = np.array([w.box for w in words], float).reshape(-1, 4).T
    order = np.argsort(y)
    first, end = np.searchsorted(y[order], (y0, y1))
    # each word with each letter on its level, all in one
    count = np.maximum(0, end - first)
    word = np.repeat(np.arange(len(words)), count)
    letter = order[np.arange(len(word)) + np.repeat(first - (np.cumsum(count) - count), count)]
    under = (x[letter] > x0[word]) & (x[letter] < x1[word])
    word, letter = word[under], letter[under]
    pieces = np.bincount(word, minlength=len(words)).tolist()
    covered = np.array([covers(w, n) for w, n in zip(words, pieces, strict=True)], bool)
    free = np.ones(len(letters), bool)
    free[letter[covered[word]]] = False
    return free


def sure_or_full(word: Word | RawWord, pieces: int) -> bool:
    """Whether reading anew can be spared. A doubtful word counts if it has as many letters as lie under it: most numbers of a
    table are read right with little confidence, while junk over lost print is short or full of signs."""
    return word.confidence >= SURE or sum(c.isalnum() for c in word.text) >= _FULL * pieces


def reads(word: Word | RawWord, pieces: int) -> bool:
    """Whether what lies under a word may be called read: figures or a syllable where it is doubtful, and long enough."""
    if word.confidence >= SURE:
        return word.confidence >= KNOWN or len(word.text) >= _SOME * pieces
    possible = any(c.isdigit() for c in word.text) or is_syllable(core(word.text))
    return possible and sure_or_full(word, pieces)


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
        return len(letters) == _LEAST - 1 and bool(heights.min() >= max(FIGURE_MM * mm, 0.6 * heights.max()))
    whole = letters[heights >= 0.75 * np.percentile(heights, 80)]
    # a fold or leaders through a line leave pieces of its letters at many levels
    return _on_one_foot(letters, mm) or (len(whole) > _MANY and _on_one_foot(whole, mm))


def _on_one_foot(letters: Floats, mm: float) -> bool:
    typical, foot = float(np.median(letters[:, 3] - letters[:, 1])), letters[:, 3]
    return typical >= _LOW_MM * mm and bool(np.median(np.abs(foot - np.median(foot))) < 0.25 * typical)


def line_part(page: Pixels, box: Box, seals: Sequence[Circle], mm: float) -> tuple[tuple[int, int], Pixels]:
    """A line cut out with its marks; the tone of a seal it meets is wiped out."""
    x0, y0, x1, y1 = box
    pad = 0.45 * (y1 - y0)
    left, top = max(0, round(x0 - 2 * mm)), max(0, round(y0 - pad))
    part = page[top : round(y1 + pad), left : round(x1 + 2 * mm)]
    met = [s for s in seals if s.light and share(box, s.box) > 0]
    if met:
        rows, columns = np.mgrid[top : top + part.shape[0], left : left + part.shape[1]].astype(np.float64)
        inside = np.any([s.holds(columns, rows) for s in met], axis=0)
        part = np.where(inside & (part > UNDER_SEAL), np.uint8(255), part)
    return (left, top), part


def darkness(page: Pixels, box: Box) -> float:
    """Level of the darkest tenth of a box: of its strokes."""
    x0, y0, x1, y1 = (max(0, int(v)) for v in box)
    part = page[y0 : y1 + 1, x0 : x1 + 1]
    return percentile(part, 10) if part.size else 255.0
