"""Columns of a table that hold numbers, or say the same in each cell: what else is read in them is a misreading, and an empty
cell among full ones a loss."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import median

import numpy as np

from ocr.grammar import distance, plain
from ocr.grids import Table
from ocr.ink import Floats
from ocr.lines import RawWord, hull, level
from ocr.missed import KNOWN
from ocr.ruling import Region
from workstation.domain.page import Box, Word
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
_INDENT = 0.3
"""Between a cell's left side and a number in it, of the number's height."""
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
    """From the first number of a column on: a heading is none."""
    cells: list[Region] = []
    gaps: list[Region] = []
    saying = [w for w in words if any(s.isalnum() for s in w.text)]
    middles = middles_of(saying)
    for column in columns_of(table):
        said = {c: [saying[i] for i in within(middles, c)] for c in column}
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
    """The garbled words of cells in which no number was read beside them: beside one they are its end, misread. A
    cell may hold two rows where the rule between them has faded."""
    found: list[Word] = []
    middles = middles_of(words)
    for cell in column.cells:
        mine = [words[i] for i in within(middles, cell)]
        said = [w for w in mine if is_number(core(w.text)) and not garbled(w)]
        found += [w for w in mine if garbled(w) and not any(level(w.box, s.box) or _of_rule(w, cell) for s in said)]
    return found


def _of_rule(word: Word, cell: Region) -> bool:
    """Whether a word stands so near its cell's left side that it is a piece of the rules there."""
    return word.box[0] - cell[0] < _INDENT * (word.box[3] - word.box[1])


def doubted(table: Table, words: Sequence[Word]) -> tuple[Word, ...]:
    """The words, those with a doubt whose cell has another form than nearly all others of its column (a year of three figures),
    and numbers so near a rule that a figure of theirs may lie on it: of 79 such on 272 clean and office pages 55 were wrong,
    of 7,800 others one in fifty."""
    odd = {w for mine, _ in _odd(table, words) for w in mine} | set(_on_rules(table, words))
    return tuple(replace(w, doubt=w.doubt or "format") if w in odd else w for w in words)


def _on_rules(table: Table, words: Sequence[Word]) -> Iterator[Word]:
    """Numbers that reach a side of their cell."""
    cells = np.array(table.cells, float).reshape(-1, 4)
    for word in words:
        if is_number(core(word.text)):
            x, y = (word.box[0] + word.box[2]) / 2, (word.box[1] + word.box[3]) / 2
            around = cells[(cells[:, 0] < x) & (cells[:, 1] < y) & (cells[:, 2] > x) & (cells[:, 3] > y)]
            room = _INDENT * (word.box[3] - word.box[1])
            if len(around) and min(word.box[0] - around[0, 0], around[0, 2] - word.box[2]) < room:
                yield word


def broken(table: Table, words: Sequence[Word]) -> list[Word]:
    """Unsure words of such cells that say half a number, or have letters and no confidence: the number was not read."""
    found: list[Word] = []
    for mine, length in _odd(table, words):
        guessed = _sure_of(mine) < _GUESSED and any(c.isalpha() and c not in _SIX for c in _text(mine))
        if _sure_of(mine) < KNOWN and (guessed or _figures(_text(mine)) < _HALF * length):
            found += mine
    return found


def strange(table: Table, words: Sequence[Word]) -> list[Box]:
    """Where cells of a column that says the same in each (``Khu phố 3``) say something else, without being sure. Its heading
    may."""
    found: list[Box] = []
    for usual, cells in _alike(table, words):
        unsure = [m for _, m in cells[1:] if _sure_of(m) < KNOWN and all(level(m[0].box, w.box) for w in m)]
        found += [hull(w.box for w in mine) for mine in unsure if _unlike(_letters(mine), usual)]
    return found


def repeated(table: Table, words: Sequence[Word]) -> list[Box]:
    """Where such cells say about what the others do: however little sure it is, it was read."""
    rows = ((usual, [w for w in mine if level(mine[0].box, w.box)]) for usual, cells in _alike(table, words) for _, mine in cells)
    return [hull(w.box for w in row) for usual, row in rows if not _unlike(_letters(row), usual)]


def unnumbered(table: Table, words: Sequence[Word]) -> list[tuple[Region, Box]]:
    """Cells of such a column that say all but its number, and where they do."""
    found: list[tuple[Region, Box]] = []
    for usual, cells in _alike(table, words):
        if _NUMBER in usual:  # on a row of its own it stands among the words
            found += [(c, hull(w.box for w in mine)) for c, mine in cells if _letters(mine) == usual.replace(_NUMBER, "")]
    return found


def _alike(table: Table, words: Sequence[Word]) -> Iterator[tuple[str, list[tuple[Region, list[Word]]]]]:
    """Columns that say the same in each cell: what, and their cells with what was read in them."""
    middles = middles_of(words)
    for column in columns_of(table):
        said = [(cell, mine) for cell in column if (mine := [words[i] for i in within(middles, cell)])]
        sure = Counter(_letters(mine) for _, mine in said if _sure_of(mine) >= KNOWN)
        usual, often = sure.most_common(1)[0] if sure else ("", 0)
        # on worn paper cells that say the same are each misread in its own way
        alike = sum(count for own, count in sure.items() if not _unlike(own, usual))
        if sum(map(str.isalpha, usual)) >= _WORDY and often >= _ROWS and alike >= _ALIKE * sure.total():
            yield usual, said


def _letters(words: Sequence[Word]) -> str:
    """A cell's letters without their marks; a number as one sign."""
    return re.sub(r"\d+", _NUMBER, "".join(c for c in plain(_text(words)) if c.isalnum()))


def _unlike(said: str, usual: str) -> bool:
    return distance(said, usual) >= _ELSE * len(usual)


def _odd(table: Table, words: Sequence[Word]) -> Iterator[tuple[list[Word], float]]:
    """The words of cells of numbers that have another form than their column's, and how many figures its numbers have."""
    middles, cells = middles_of(words), numbers(table, words).cells
    for column in columns_of(table):
        said = [[words[i] for i in within(middles, cell)] for cell in column if cell in cells]
        known = [(form(text), _figures(text), mine) for mine in said if (text := _text(mine))]
        sure = [own for own, _, mine in known if _sure_of(mine) >= KNOWN]
        usual, often = Counter(sure).most_common(1)[0] if sure else ("", 0)
        if usual and often >= max(_ROWS, _ALIKE * len(sure)):
            length = median(figures for own, figures, _ in known if own == usual)
            # of two rows in one cell each number has its own form
            odd = (mine for own, _, mine in known if own != usual and any(form(core(w.text)) != usual for w in mine))
            yield from ((mine, length) for mine in odd)


def _text(words: Sequence[Word]) -> str:
    return "".join(core(w.text) for w in sorted(words, key=lambda w: w.box[0]))


def _sure_of(words: Sequence[Word]) -> float:
    """How sure all of them are: as the least of them."""
    return min(w.confidence for w in words)


def _figures(text: str) -> int:
    return sum(c.isdigit() or c in _SIX for c in text)


def form(text: str) -> str:
    """What tells a number of one column from those of others; empty for what may have any: short numbers, and words."""
    named = next((name for name, pattern in _FORMS.items() if pattern.fullmatch(text)), "")
    return named or (f"{len(text)} figures" if text.isdigit() and len(text) > _ANY else "")


_ANY = 6
"""Figures of a number that says nothing about the others of its column: counts have few or many."""
_FORMS = {
    "year": re.compile(r"(?:19|20)\d\d"),
    "grouped": re.compile(r"\d{1,3}(?:\.\d{3})+"),
    "decimal": re.compile(r"\d+,\d{1,2}"),
    "day": re.compile(r"\d{1,2}/\d{1,2}/\d{4}"),
}
_NUMBER = "#"
"""What stands for one in what a column says."""
_WORDY, _ELSE = 4, 0.4
"""Letters of what a column says in each cell; share of them that is otherwise where it was not read."""
_ALIKE, _HALF, _GUESSED = 0.8, 0.6, 0.1
"""Share of a column's sure numbers of one form; of a number's figures, of fewer of which the rest is lost; confidence of
strokes that were taken for letters."""


def columns_of(table: Table) -> Iterator[tuple[Region, ...]]:
    """Cells of one place in rows of the usual length."""
    usual = Counter(len(r) for r in table.rows).most_common(1)[0][0] if table.rows else 0
    return zip(*(r for r in table.rows if len(r) == usual), strict=True)


def middles_of(words: Words) -> Floats:
    """2×N: x and y of each word's middle. A list's page has hundreds of words and of cells: each with each is a loop too long."""
    x0, y0, x1, y1 = np.array([w.box for w in words], float).reshape(-1, 4).T
    return np.stack((x0 + x1, y0 + y1)) / 2


def within(middles: Floats, cell: Region) -> list[int]:
    """Which of the middles lie in a cell, in their order."""
    x, y = middles
    inside = (x > cell[0]) & (y > cell[1]) & (x < cell[2]) & (y < cell[3])
    return np.flatnonzero(inside).tolist()


def _inside(word: Word | RawWord, cell: Region) -> bool:
    x, y = (word.box[0] + word.box[2]) / 2, (word.box[1] + word.box[3]) / 2
    return cell[0] < x < cell[2] and cell[1] < y < cell[3]
