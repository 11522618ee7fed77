"""Numbers with a letter among their digits (``20ó`` for 206), or fewer digits than stand there (``06.929.000`` for 706.929.000:
Tesseract leaves out a 7 at the beginning, and is sure), read once more by themselves with digits alone allowed.

Nothing is put right by rule: a new reading stands in the place of the first only if it keeps every digit, point and comma the
first one had and says a digit for each letter. On 24 clean tuning pages CER fell from 0.51 to 0.36 % (the worst list: 2.0 to
0.5). The confidence stays the first one's: allowed digits alone, Tesseract mostly says 0 of right ones. However sure that was,
the word is in doubt from then on: digits alone allowed, ``45S`` reads as 455 just as well. Of 10,408 numbers on 272 clean and
office pages 12 had fewer digits than whole pieces of ink; all 12 were wrong, and right when they were read again.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np

from ocr.columns import Numbers, is_number
from ocr.engine import Recognizer
from ocr.frames import Pixels
from ocr.ink import Floats
from ocr.lines import RawWord
from ocr.missed import KNOWN, line_part
from workstation.domain.page import Box, Word
from workstation.domain.syllables import core

_MARKS = ".,/-"
_ONES, _ALIKE = frozenset("Il"), frozenset("Iló")
"""What a 1 is read as, and with it a 6: of those letters alone a number may consist."""
_LOW = ".,-;:"
_HIGH = 0.7
"""Share of a word's height that a digit has at least."""
_MOST = 0.5
"""Share of letters above which it is a word or a code."""

REREAD = "reread"
"""Doubt of a word whose digits come from its second reading."""
NONE = Numbers()
AWord = TypeVar("AWord", Word, RawWord)


def numbers_again(
    page: Pixels, words: Sequence[AWord], dpi: float, recognizer: Recognizer, among: Numbers = NONE
) -> tuple[AWord, ...]:
    """The words in their order, numbers with letters in them as their second reading says, where it bears out the first.

    ``among``: cells of numbers, where letters without marks (``I8``) are doubtful too.
    """
    at = [i for i, w in enumerate(words) if _doubtful(w, among)]
    out = list(words)
    for i, again in _read_again(page, words, at, dpi, recognizer):
        if _bears_out(core(words[i].text), again):
            # a code may have such letters and is worth a look; the first reading with marks is no number nor a code
            first = "" if _marked(core(words[i].text)) else words[i].text
            out[i] = _corrected(words[i], again, first)
    return tuple(out)


def dropped_again(page: Pixels, letters: Floats, words: Sequence[AWord], dpi: float, recognizer: Recognizer) -> tuple[AWord, ...]:
    """The words in their order, numbers of fewer digits than there are whole pieces of ink as their second reading says, where
    it has all digits of the first in their order. ``letters``: N×4, the boxes of the page's ink, pixels."""
    pieces = np.stack((*(letters[:, :2] + letters[:, 2:]).T / 2, letters[:, 3] - letters[:, 1]))
    at = [i for i, w in enumerate(words) if is_number(core(w.text)) and _signs(w.text) < _whole(pieces, w.box)]
    out = list(words)
    for i, again in _read_again(page, words, at, dpi, recognizer):
        if _has_more(core(words[i].text), again):
            out[i] = _corrected(words[i], again, words[i].text)
    return tuple(out)


def _read_again(
    page: Pixels, words: Sequence[AWord], at: Sequence[int], dpi: float, recognizer: Recognizer
) -> Iterator[tuple[int, str]]:
    """Of each word ``at``: what it says with digits alone allowed."""
    cuts = [np.ascontiguousarray(line_part(page, words[i].box, (), dpi / 25.4)[1]) for i in at]
    for i, found in zip(at, recognizer.lines(cuts, dpi, digits=True) if cuts else (), strict=True):
        yield i, "".join(w.text for w in found).strip(_MARKS)


def _corrected(word: AWord, again: str, first: str) -> AWord:
    """With a new number in the place of the old one, of which a comma behind it may be a part now."""
    inner = core(word.text)
    before, after = word.text.split(inner, 1)
    after = after.removeprefix(",") if again.startswith(inner + ",") else after
    return replace(word, text=before + again + after, doubt=REREAD, suggestion=first)


def _signs(text: str) -> int:
    """Signs as high as a digit; one for per cent has up to three pieces."""
    return sum(c not in _LOW for c in text) + 2 * text.count("%")


def _whole(pieces: Floats, box: Box) -> int:
    """Pieces of ink in a word's box about as high as it. ``pieces``: 3×N, x and y of their middles and their heights."""
    x, y, height = pieces
    inside = (x > box[0]) & (y > box[1]) & (x < box[2]) & (y < box[3])
    return int(np.count_nonzero(inside & (height >= _HIGH * (box[3] - box[1]))))


def _has_more(first: str, again: str) -> bool:
    """Whether ``again`` is a number with all signs of the first in their order, and further digits: none behind the last but
    those of a fraction, as a rule beside a number is read as a 1."""
    rest = iter(again)
    more = len(again) > len(first) and is_number(again) and all(c in rest for c in first)
    return more and (again[-1] == first[-1] or again.startswith(first + ","))


def _doubtful(word: Word | RawWord, among: Numbers) -> bool:
    """Whether a word is a number but for letters: with tone marks, which no code, unit or currency (``4đ``) has, or in a cell
    of numbers doubtful ones, and such as look like a 1."""
    inner = core(word.text)
    letters = [c for c in inner if c.isalpha()]
    if not letters or not all(c.isdigit() or c.isalpha() or c in _MARKS for c in inner):
        return False
    if len(letters) > _MOST * len(inner) and not (set(letters) <= _ALIKE and len(inner) > 1):
        return False
    like_ones = set(letters) <= _ONES
    return _marked(inner) or (among.hold(word) and (word.confidence < KNOWN or like_ones))


def _marked(inner: str) -> bool:
    """Whether all its letters bear marks."""
    return all(len(unicodedata.normalize("NFD", c)) > 1 for c in inner if c.isalpha())


def _bears_out(first: str, again: str) -> bool:
    return len(first) == len(again) and all(b.isdigit() if a.isalpha() else a == b for a, b in zip(first, again, strict=True))
