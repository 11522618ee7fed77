"""Marks on a page that decide whether it may be copied: of state secrets (Decree 30/2020, annex I part I.III.2a), and of a copy.

Read from the page's text and from what was read inside stamps. Small words in red frames are often not read (measured: MẬT in a
frame never, alone always), so a mark of that shape without a reading is told too, and a person has to look.
"""

import re
import unicodedata
from collections.abc import Iterator

from workstation.domain.copies import SourceIs
from workstation.domain.page import PageText, Word

_SECRET = re.compile(r"(?:TUYỆT|TỐI) ?MẬT|MẬT")
_TOP_SECRET = re.compile(r"(?<!\w)(?:TUYỆT|TỐI) ?MẬT(?!\w)")
_APART = 1.5
"""A word that stands further from the next than so many times its height is a mark beside the line, not part of it."""

_LEAST_MM, _MOST_MM = (6.0, 3.0), (70.0, 20.0)
"""Width and height of a stamp with a word or two, between a tick and a seal."""
_OBLONG = 1.3
_UPPER = 0.45
"""Share of the page in which marks of secrecy (ô 10a) and of copies on top stand; seals and signatures stand below."""

_COPIES = (
    (re.compile(r"SAO ?Y(?: BẢN (?:CHÍNH|GỐC))?"), SourceIs.SAO_Y),
    (re.compile(r"SAO LỤC|TRÍCH SAO|BẢN SAO"), SourceIs.COPY),
    (re.compile(r"CHỨNG THỰC (?:BẢN SAO|SAO).*"), SourceIs.COPY),
    (re.compile(r"SỐ ?: ?\d+ ?/ ?SY-.*"), SourceIs.SAO_Y),
    (re.compile(r"SỐ ?: ?\d+ ?/ ?(?:SL|TRS)-.*"), SourceIs.COPY),
)


def is_secret(text: PageText) -> bool:
    """Whether the page bears TUYỆT MẬT, TỐI MẬT or MẬT as a mark: in capitals, and standing by itself."""
    return any(_SECRET.fullmatch(piece) or _TOP_SECRET.search(piece) for piece in _pieces(text))


def unread_mark(text: PageText) -> bool:
    """Whether the upper part of the page has a stamp of the shape of a word that was not read."""
    mm = 25.4 / text.dpi
    for area in text.unread:
        x0, y0, x1, y1 = area.box
        width, height = (x1 - x0) * mm, (y1 - y0) * mm
        fits = _LEAST_MM[0] <= width <= _MOST_MM[0] and _LEAST_MM[1] <= height <= _MOST_MM[1] and width >= _OBLONG * height
        if area.kind == "stamp" and not area.note.strip() and fits and y0 < _UPPER * text.height_px:
            return True
    return False


def copy_marks(text: PageText) -> frozenset[SourceIs]:
    """What the page's own marks say that it is a copy of; empty: it bears none."""
    upper = [piece.upper() for piece in _pieces(text)]
    return frozenset(kind for form, kind in _COPIES if any(form.fullmatch(piece) for piece in upper))


def _pieces(text: PageText) -> Iterator[str]:
    """Lines, cut where a gap sets a part of them aside, and what was read inside stamps; without rims read as strokes."""
    lines: dict[int, list[Word]] = {}
    for word in text.words:
        lines.setdefault(word.line, []).append(word)
    for words in lines.values():
        piece: list[Word] = []
        for word in sorted(words, key=lambda w: w.box[0]):
            if piece and word.box[0] - piece[-1].box[2] > _APART * (word.box[3] - word.box[1]):
                yield _plain(" ".join(w.text for w in piece))
                piece = []
            piece.append(word)
        yield _plain(" ".join(w.text for w in piece))
    yield from (_plain(line) for area in text.unread for line in area.note.splitlines())


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).strip(" .,;:|[](){}_-–—'\"*").split())
