"""Marks of secrecy and urgency: capitals that stand by themselves (Decree 30/2020, annex I, III.2, ô 10a and 10b)."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from ocr.grammar import is_upper, letters
from ocr.sheet import Line, Sheet, field, part
from workstation.domain.fields import IndexField
from workstation.domain.page import Box, PageText

MARKS = {
    "secrecy": ("TUYỆT MẬT", "TỐI MẬT", "MẬT"),
    "urgency": ("HỎA TỐC", "THƯỢNG KHẨN", "KHẨN"),
}
_UPPER = 0.45
"""Share of the page in which they stand."""
_APART = 1.5
"""A word further from the next than so many times its height is a mark beside the line, not part of it."""
_IN_STAMP = 0.5
"""How sure words are that were read inside a stamp: never without a look."""


@dataclass(frozen=True, slots=True)
class _Piece:
    line: Line | None
    text: str
    box: Box


def handling_marks(page: Sheet, text: PageText | None) -> list[IndexField]:
    """secrecy and urgency, where the page bears them; in doubt where they were read inside a stamp, or not letter for letter."""
    out: list[IndexField] = []
    for name, words in MARKS.items():
        for piece in _pieces(page, text):
            word = next((w for w in words if letters(piece.text) == letters(w)), None)
            if word is None:
                continue
            spelt = piece.text.upper().strip(" .,;:|[](){}_-'\"*") == word
            if piece.line is None:
                out.append(IndexField(name, word, _IN_STAMP, page.index, piece.box, doubt=True))
            else:
                out.append(field(name, [piece.line], word, wrong=not spelt, known=spelt))
            break
    return out


def _pieces(page: Sheet, text: PageText | None) -> Iterator[_Piece]:
    """The upper lines' parts that are in capitals, cut where a gap sets them aside; then what was read inside stamps."""
    for line in page.lines:
        if line.box[1] > _UPPER * page.height:
            continue
        start = 0
        cuts = [i + 1 for i, (a, b) in enumerate(pairwise(line.words)) if b.box[0] - a.box[2] > _APART * (a.box[3] - a.box[1])]
        for end in (*cuts, len(line.words)):
            piece = part(line.page, line.words[start:end])
            if is_upper(piece.text):
                yield _Piece(piece, piece.text, piece.box)
            start = end
    for area in text.unread if text else ():
        if area.kind == "stamp" and area.box[1] < _UPPER * page.height:
            yield from (_Piece(None, said, area.box) for said in area.note.splitlines())
