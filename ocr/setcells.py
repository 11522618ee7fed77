"""Cells of a worn table's column that begins with the same words in each (``Khu phố 3``), held against their ink.

What was read surely in some cells tells what the others begin with. It is set in the column's type and laid over a cell that was
misread or not read at all (``lineink``), and stands there in doubt. The number behind it stays as it was read, and what is told
as lost stays told: one or two figures are too little ink to tell by (1 for 14, 4 for 1, three wrong of thirty).
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from ocr import typeset
from ocr.columns import columns_of, is_number, middles_of, within
from ocr.frames import Pixels
from ocr.grids import Table
from ocr.lineink import FINE, OVER, Laid, Line, Place, agree, as_words, laid, with_spans, word_by_word
from ocr.lines import RawWord, level
from ocr.missed import KNOWN, SURE, share
from ocr.ruling import Region
from ocr.setword import Type, type_of
from ocr.tables import with_words
from workstation.domain.page import UnreadArea, Word
from workstation.domain.syllables import core

_CELLS, _ALIKE, _LETTERS = 4, 0.5, 4
"""Cells that begin so, at least; share of those that say something surely; letters of what they begin with."""
_LIKE = 0.75
"""Least likeness of what a cell says."""
_BEYOND = 0.25
"""Heights by which a word may reach beyond the line that it is of."""
_INSIDE = 0.5
"""Share of a lost place that lies in a cell, and is of it."""
_SIZES = (0.98, 1.0, 1.02)
_FIGURES = re.compile(r"\s*\d.*")

Cells = Mapping[Region, Sequence[Word]]


def held(
    page: Pixels, table: Table, words: Sequence[Word], areas: Sequence[UnreadArea], dpi: float
) -> tuple[tuple[Word, ...], tuple[UnreadArea, ...]]:
    """A table's words and what is told as unread, with what cells begin with by their ink where it was misread or not read. Of a
    cell whose number was read too nothing is told as lost any more."""
    middles = middles_of(words)
    old, new, left = list[Word](), list[RawWord](), list(areas)
    for column in columns_of(table):
        said = {c: sorted((words[i] for i in within(middles, c)), key=lambda w: w.box[0]) for c in column}
        for cell, found in _found(page, said, dpi):
            own = [w for w in said[cell] if share(w.box, found.box) > OVER]
            old += own
            new += as_words(found, _raw(own), (len(new),), ends=True)
            if any(w.confidence >= SURE and is_number(core(w.text)) for w in said[cell] if w not in own):
                left = [a for a in left if a.kind != "lost_line" or share(a.box, cell) < _INSIDE]
    return with_words(table, [w for w in words if w not in old], new) if new else tuple(words), tuple(left)


def _found(page: Pixels, said: Cells, dpi: float) -> Iterator[tuple[Region, Laid]]:
    """Cells of a column where what the others begin with is seen, and was not read surely. Words on two rows are left alone."""
    usual, sure = _usual(said)
    of = type_of(page, [w for c in sure for w in said[c]], dpi) if 0 < len(sure) < len(said) else None
    if of is None:
        return
    for cell, own in said.items():
        if cell not in sure and all(level(w.box, own[0].box) for w in own):
            found = _laid(page, Place(cell, tuple(_raw(own))), of, Line(usual))
            if found is not None:
                yield cell, found


def _raw(words: Sequence[Word]) -> list[RawWord]:
    return [RawWord(w.text, w.box, w.confidence, (w.line,), w.doubt, w.suggestion) for w in words]


def _usual(said: Cells) -> tuple[str, list[Region]]:
    """What most cells begin with, up to a number, and those that surely do; nothing if they are too few."""
    sure = {c: own for c, own in said.items() if own and all(w.confidence >= KNOWN and level(w.box, own[0].box) for w in own)}
    begun = {c: _FIGURES.sub("", " ".join(w.text for w in own)) for c, own in sure.items()}
    usual, often = Counter(begun.values()).most_common(1)[0] if begun else ("", 0)
    settable = set(usual) <= typeset.LETTERS | typeset.SIGNS | {" "}
    if often < max(_CELLS, _ALIKE * len(begun)) or sum(map(str.isalpha, usual)) < _LETTERS or not settable:
        return "", []
    return usual, [c for c, text in begun.items() if text == usual]


def _laid(page: Pixels, place: Place, of: Type, line: Line) -> Laid | None:
    """The line in the size in which it is likest, if it is like enough, what was read surely agrees, and no word goes on where it
    ends: the number that was read with it would be gone."""
    sizes = (Type(of.face, of.em * by) for by in _SIZES)
    likest = max((h for size in sizes for h in laid(page, place.box, size, [line], FINE)), key=lambda h: h.like, default=None)
    found = word_by_word(page, likest, place) if likest else None
    if found is None or found.like < _LIKE:
        return None
    own = [w for w in place.words if share(w.box, found.box) > OVER]
    end = found.box[2] + _BEYOND * (found.box[3] - found.box[1])
    sure = ((w, text) for (text, _, _), read in with_spans(found, own) for w in read if w.confidence >= KNOWN)
    numbered = any(w.box[2] > end or any(map(str.isdigit, w.text)) for w in own)
    return found if not numbered and all(agree(w.text, text) for w, text in sure) else None
