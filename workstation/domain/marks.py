"""Marks on a page that decide whether it may be copied: of state secrets (Decree 30/2020, annex I part I.III.2a), and of a copy.

Read from the page's text and from what was read inside stamps. Small words in frames may not be read on a poor scan, so a mark of
that shape without a reading is told too, and a person has to look.

A mark is told from words about secrets by where it stands and by what stands beside it: it is in capitals, alone in its line or
set apart in it (or behind number and notation), is not the end of a heading that began in the line above, and not one of several
levels in a row, as in a form's columns. Accents count little: readers lose them in capitals.
"""

import re
import unicodedata
from collections.abc import Iterator

from workstation.domain.copies import SourceIs
from workstation.domain.page import PageText, Word

_HIGH = re.compile(r"(?:T[UƯ]Y[EÊ]T|T[OÔ]I) ?M[AÂ]T")
"""Without tones: no other words look so."""
_PLAIN = frozenset({"MẬT", "MÂT", "MẠT"})
"""MẮT, MẶT and MẤT are words of their own."""
_SAID = re.compile(r"[ĐD][ỘO] M[ẬA]T ?: ?(?:(?:TUY[ỆE]T|T[ỐO]I) ?)?M[ẬA]T")
"""A form's label and what stands behind it."""
_LEADS_ON = frozenset({"BÍ", "BI", "BẢO", "CƠ"})
"""Last words of a line that goes on with MẬT in the next one."""
_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")
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
    """Whether the page bears TUYỆT MẬT, TỐI MẬT or MẬT as a mark."""
    said = [_plain(line) for area in text.unread for line in area.note.splitlines()]
    if any(_level(line) or _SAID.fullmatch(line.upper()) for line in said):
        return True
    above = ""
    for pieces in _rows(text):
        levels = [level for piece in pieces if (level := _level(piece))]
        if len(set(levels)) == 1 and above not in _LEADS_ON:
            return True
        if any(_SAID.fullmatch(piece.upper()) for piece in pieces):
            return True
        above = pieces[-1].rpartition(" ")[2] if pieces else above
    return False


def _level(piece: str) -> str:
    """The level that a piece of a line is a mark of; empty: it is none. Beside it may stand numbers and notations only."""
    words = [word for word in piece.split() if not (any(c.isdigit() for c in word) or "/" in word)]
    if words and len(words) < len(piece.split()) and words[0].rstrip(":.").upper() == "SỐ":
        words = words[1:]
    rest = " ".join(words).strip(" .,;:|[](){}_-–—")
    if rest != rest.upper():
        return ""
    high = _HIGH.fullmatch(_toneless(rest))
    if high is not None:
        return high[0][:2]
    return "M" if rest in _PLAIN else ""


def _toneless(text: str) -> str:
    """Without the marks of the five tones; Ê, Ô, Ơ, Â, Ă, Ư stay."""
    apart = unicodedata.normalize("NFD", text)
    return unicodedata.normalize("NFC", "".join(c for c in apart if c not in _TONES))


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
    """Of all lines, and what was read inside stamps."""
    for pieces in _rows(text):
        yield from pieces
    yield from (_plain(line) for area in text.unread for line in area.note.splitlines())


def _rows(text: PageText) -> Iterator[list[str]]:
    """Lines from the top, each cut where a gap sets a part of it aside; without rims read as strokes."""
    lines: dict[int, list[Word]] = {}
    for word in text.words:
        lines.setdefault(word.line, []).append(word)
    for words in lines.values():
        pieces: list[list[Word]] = []
        for word in sorted(words, key=lambda w: w.box[0]):
            near = pieces and word.box[0] - pieces[-1][-1].box[2] <= _APART * (word.box[3] - word.box[1])
            if near:
                pieces[-1].append(word)
            else:
                pieces.append([word])
        yield [_plain(" ".join(w.text for w in piece)) for piece in pieces]


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).strip(" .,;:|[](){}_-–—'\"*").split())
