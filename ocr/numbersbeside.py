"""Numbers beside the tables of a worn page, held against figures set in the common faces of office paper.

Of 2,052 numbers in the running text of 163 worn tuning pages Tesseract had one in six wrong (``2023`` as ``2623``), a third of
them with more than 0.9. Such a page has too few figures of one face and size to learn them from, as a table has (``figures``);
but a number's length tells how large it is printed, and its signs' likeness in which face. Where another digit is there than the
one that was read, and all of them are as like as print is, it takes its place, with the first reading beside it: of 173 such 161
were right, of the first readings none.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ocr import typeset
from ocr.digits import REREAD, AWord
from ocr.figureface import DIGITS, FACES, HIGH, POINTS, RIM, Face, Sheet, set_face, width
from ocr.figures import Strip, laid, strip_of
from ocr.frames import Pixels
from ocr.lines import RawWord
from workstation.domain.page import AGAIN, Box, Word
from workstation.domain.syllables import core

_SIZES = (0.97, 1.03)
"""What a number's length says of its size is so far off."""
_BEFORE = "(“\"'"
_BEGINS = re.compile(r"\d[\d.,/-]*\d(?![\d])")
_AFTER = 0.15
"""Behind a number that letters follow, in ems."""
_LIKE, _HALF = 0.7, 0.5
"""Least likeness of all digits of a number that takes the place of the first reading; and of one that leaves a doubt."""
_SMALLEST = 10.0
"""Pixels of type whose figures can be told: smaller ones are a few pale pixels."""
_ROOM = 0.15
"""Above and below a number, of its height."""


@dataclass(frozen=True, slots=True)
class Held:
    """``text``: what set figures say; ``likeness``: of the least of them; ``mean``: of all."""

    text: str
    likeness: float
    mean: float


def held_against_set(page: Pixels, words: Sequence[AWord], dpi: float) -> tuple[AWord, ...]:
    """The words in their order, numbers in which another digit stands than was read with it, and in doubt."""
    on = Sheet(page)
    return tuple(_judged(w, number, _held(on, w, number, dpi)) if (number := _number(w.text)) else w for w in words)


def _number(text: str) -> str:
    """The number that a word is or begins with (``340`` in ``340/QĐ-UBND``), if it has two digits or more: a lone one is told by
    what stands about it, if at all. Nothing behind a stroke that may be its first digit (``[997``)."""
    inner = core(text)
    if text[: text.find(inner)].strip(_BEFORE):
        return ""
    found = _BEGINS.match(inner)
    known = found is not None and all(c in DIGITS + POINTS or c in typeset.LETTERS for c in inner)
    return found[0] if found and known and sum(c in DIGITS for c in found[0]) > 1 else ""


def _judged(word: AWord, number: str, held: Held | None) -> AWord:
    if held is None or held.text == number or held.likeness < _HALF:
        return word
    if held.likeness < _LIKE or set(held.text) == {"1"}:  # any upright stroke is a one
        return replace(word, doubt=word.doubt or AGAIN)
    said = word.text.replace(number, held.text, 1)
    return replace(word, text=said, confidence=round(held.likeness, 2), doubt=REREAD, suggestion=word.text)


def _held(on: Sheet, word: Word | RawWord, number: str, dpi: float) -> Held | None:
    """The reading in the face and size that it is most like in all; none if it has the size of no type."""
    faces = FACES if not any(c.isalpha() for c in word.text) else typeset.FACES
    first = [(held, name) for name in faces if (held := _in_face(on, word, number, name, 1.0, dpi))]
    if not first:
        return None
    name = max(first, key=lambda way: way[0].mean)[1]
    sized = [held for by in _SIZES if (held := _in_face(on, word, number, name, by, dpi))]
    return max([*(held for held, _ in first), *sized], key=lambda held: held.mean)


def _in_face(on: Sheet, word: Word | RawWord, number: str, name: str, by: float, dpi: float) -> Held | None:
    """``by``: its size, of that which the word's length says."""
    text = core(word.text)
    digit, point = typeset.advance("0", name, 1.0), typeset.advance(".", name, 1.0)
    rest = typeset.advance(text[len(number) :], name, 1.0) + (len(word.text) - len(text)) * point
    em = by * (word.box[2] - word.box[0]) / (width(number, digit, point) + rest)
    if em < _SMALLEST or not typeset.EM_MM[0] < em * 25.4 / dpi < typeset.EM_MM[1]:
        return None
    face = set_face(name, round(em, 1))
    before = word.text.index(text) * point * em
    end = word.box[2] if number == text else word.box[0] + before + (width(number, digit, point) + _AFTER) * em
    strip = strip_of(on, face, _row((word.box[0], word.box[1], end, word.box[3]), face))
    return _read(strip, face, number) if strip else None


def _row(box: Box, face: Face) -> tuple[int, int, int, int]:
    """A number with room for the pictures of its signs."""
    room = _ROOM * face.height + 2
    return int(box[0]), int(box[1] - RIM * face.height - room), int(box[2]), int(max(box[3], box[1] + HIGH * face.height) + room)


def _read(strip: Strip, face: Face, number: str) -> Held:
    """Sign by sign what was read first, but for its digits."""
    signs = laid(strip, face, "".join("0" if c in DIGITS else "." for c in number))
    digits = strip.digits
    said = "".join(DIGITS[digits[:, x].argmax()] if digit else c for (digit, x), c in zip(signs, number, strict=True))
    like = [float(digits[:, x].max()) for digit, x in signs if digit]
    return Held(said, min(like), sum(like) / len(like))
