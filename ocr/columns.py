"""Columns of a table that hold numbers: what else is read in them is a misreading, and an empty cell among full ones a loss."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np

from ocr.grids import Table
from ocr.ink import Floats
from ocr.lines import RawWord
from ocr.missed import KNOWN
from ocr.ruling import Region
from workstation.domain.page import Word
from workstation.domain.syllables import core

_MARKS = ".,/-%"
_SIX = "ó"
"""A 6 is seen for it, alone too where no second reading helps: it stays, with the suggestion that goes with it."""
_ROWS = 4
"""Least cells with words that say what a column holds."""
_NUMBERS, _FULL = 0.6, 0.8
"""Share of a column's cells with words that hold numbers alone; of all its cells that hold words."""
_WIDTH = 0.8
"""Least width of an empty cell for that of its column's others: a narrower one is a piece of a broken grid."""
_OTHER = 1 / 3
"""Share of a word's signs that are none of a number's, from which it is no reading of one."""

Words = Sequence[Word | RawWord]


@dataclass(frozen=True, slots=True)
class Numbers:
    """Cells of a table's columns of numbers, and those among them that are empty where the column is full."""

    cells: tuple[Region, ...] = ()
    gaps: tuple[Region, ...] = ()

    def hold(self, word: Word | RawWord) -> bool:
        return any(_inside(word, c) for c in self.cells)


def numbers(table: Table, words: Words) -> Numbers:
    """Columns are cells of one place in rows of the usual length, from the first number on: a heading is none."""
    usual = Counter(len(r) for r in table.rows).most_common(1)[0][0] if table.rows else 0
    cells: list[Region] = []
    gaps: list[Region] = []
    saying = [w for w in words if any(s.isalnum() for s in w.text)]
    middles = _middles(saying)
    for column in zip(*(r for r in table.rows if len(r) == usual), strict=True):
        said = {c: [saying[i] for i in _within(middles, c)] for c in column}
        full = [c for c in column if said[c]]
        right = [c for c in full if all(is_number(core(w.text)) for w in said[c])]
        if len(full) < _ROWS or len(right) < _NUMBERS * len(full):
            continue
        column = column[column.index(right[0]) :]
        full = [c for c in column if said[c]]
        cells += column
        wide = _WIDTH * median(c[2] - c[0] for c in full)
        gaps += [c for c in column if not said[c] and c[2] - c[0] >= wide] if len(full) >= _FULL * len(column) else []
    return Numbers(tuple(cells), tuple(gaps))


def is_number(inner: str) -> bool:
    return bool(inner) and all(c.isdigit() or c in _MARKS for c in inner)


def garbled(word: Word | RawWord) -> bool:
    """Whether a doubtful word of a number's cell is no reading of a number."""
    others = sum(not (c.isdigit() or c in _MARKS + _SIX) for c in word.text)
    return word.confidence < KNOWN and (others >= _OTHER * len(word.text) or not any(c.isdigit() or c in _SIX for c in word.text))


def junk(column: Numbers, words: Sequence[Word]) -> list[Word]:
    """The garbled words of cells in which no number was read: beside one they are its end, misread."""
    found: list[Word] = []
    middles = _middles(words)
    for cell in column.cells:
        mine = [words[i] for i in _within(middles, cell)]
        if not any(is_number(core(w.text)) for w in mine):
            found += [w for w in mine if garbled(w)]
    return found


def _middles(words: Words) -> Floats:
    """N×2: x and y of each word's middle. A list's page has hundreds of words and of cells: each with each is a loop too long."""
    return np.array([(w.box[0] + w.box[2], w.box[1] + w.box[3]) for w in words], float).reshape(-1, 2) / 2


def _within(middles: Floats, cell: Region) -> list[int]:
    """Which of the middles lie in a cell, in their order."""
    inside = (middles > cell[:2]).all(axis=1) & (middles < cell[2:]).all(axis=1)
    return np.flatnonzero(inside).tolist()


def _inside(word: Word | RawWord, cell: Region) -> bool:
    x, y = (word.box[0] + word.box[2]) / 2, (word.box[1] + word.box[3]) / 2
    return cell[0] < x < cell[2] and cell[1] < y < cell[3]
