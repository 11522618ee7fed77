"""A page's title, and the words that tell of which type a page is."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from ocr.grammar import alike, is_upper, letters, parse_number, plain, starts_like
from ocr.lines import hull
from ocr.sheet import Line, Sheet
from workstation.domain.doctype import DocumentType

_LINES = 3
"""Most lines of a title: ``GIẤY CHỨNG NHẬN / QUYỀN SỬ DỤNG ĐẤT, … / GẮN LIỀN VỚI ĐẤT``."""
_ALIKE = 0.9
_NUMBERED = 99
_MARKS = 2
"""So many known words tell the type of a page without a title."""


@dataclass(frozen=True, slots=True)
class Title:
    kind: DocumentType
    line: Line
    """Cut to the title's own words."""
    rest: Line | None
    """What follows the title on its line."""
    score: float


def find_title(page: Sheet, types: tuple[DocumentType, ...]) -> Title | None:
    """The line that names the type: capitals, the words of a known title first; the topmost, then the longest title, then the
    type of which most marks stand on the page. Of a title that two types share, one with marks needs one of them."""
    found: list[tuple[float, int, int, Title]] = []
    known = [(kind, _wording(title)) for kind in types for title in kind.titles]
    for line in title_lines(page):
        if line.box[1] > 0.6 * page.height:
            continue
        for kind, title in known:
            score, end = _names(line.text, title, alone=kind.layout == "decree30")
            if score:
                marks = marks_on(page, kind)
                if kind.marks and not marks:
                    continue
                rest = line.cut(end) if line.text[end:].strip(" .:-") else None
                found.append((line.box[1], -title.length, -marks, Title(kind, line.cut(0, end), rest, score)))
    return min(found, key=lambda f: (*f[:3], -f[3].score))[3] if found else None


class _Wording(NamedTuple):
    """What a title, or a line that may be one, says."""

    words: str
    """``letters`` of it."""
    length: int
    """In words."""
    joined: str
    """Its letters and figures alone."""


@lru_cache(maxsize=1024)
def _wording(text: str) -> _Wording:
    words = letters(text)
    return _Wording(words, len(words.split()), words.replace(" ", ""))


def _names(text: str, title: _Wording, *, alone: bool) -> tuple[float, int]:
    """How well a line's first words are a title, 0 for not at all, and where it ends. ``alone``: nothing follows a title."""
    begun = _begun(text)
    if not alone or len(begun) == title.length + 1:
        score = alike(begun[min(title.length, len(begun) - 1)], title.words, 0.85)
        if score:
            return score, _after_words(text, title.length)
    return _named_in_pieces(text, title.joined, alone=alone)


@lru_cache(maxsize=256)
def _begun(text: str) -> tuple[str, ...]:
    """None, one, two and so on of a line's words, up to all: each line is held against every title."""
    words = letters(_unspecked(text)).split()
    return tuple(" ".join(words[:count]) for count in range(len(words) + 1))


_PIECES = {True: (6, 0.8), False: (12, 0.9)}
"""Of a title that stands alone or not: least letters, and least similarity with what was read, the spaces in both left out."""


def _named_in_pieces(text: str, meant: str, *, alone: bool) -> tuple[float, int]:
    """As ``_names``, of a title whose letters broke off their words, or in pieces (``T HÔNG BÁO``)."""
    read = _wording(text).joined
    shortest, least = _PIECES[alone]
    if len(meant) < shortest or not read or (len(read) < len(meant) and not alone):
        return 0.0, 0
    score = alike(read if alone else read[: len(meant)], meant, least)
    return score, (len(text) if alone else _letters_at(text)[len(meant) - 1] + 1) if score else 0


def _letters_at(text: str) -> list[int]:
    """Where its letters and figures stand."""
    return [i for i, c in enumerate(plain(text)) if c.isascii() and c.isalnum()]


def _after_words(text: str, count: int) -> int:
    """Position after so many words of letters."""
    at = 0
    for word in text.split():
        if count == 0:
            break
        at = text.index(word, at) + len(word)
        count -= len(letters(_unspecked(word)).split())
    return at


@lru_cache(maxsize=256)
def _unspecked(text: str) -> str:
    """Without stops between two letters: specks in a word, or pieces of a letter."""
    return re.sub(r"(?<=[^\W\d_])[.,:;'’](?=[^\W\d_])", "", text)


def title_lines(page: Sheet) -> Iterator[Line]:
    """Lines in capitals, each by itself and joined with those right under it."""
    capitals = sorted((n for n in page.lines if is_upper(n.text)), key=lambda n: n.box[1])
    for at, line in enumerate(capitals):
        yield line
        joined = line
        for below in capitals[at + 1 : at + 1 + _LINES * 2]:
            gap, off = below.box[1] - joined.box[3], abs(below.centre - line.centre)
            if gap > 1.2 * line.height:
                break
            if gap < -0.5 * line.height or off > 0.1 * page.width:
                continue  # level with it, or of another column
            joined = Line(line.page, joined.words + below.words, f"{joined.text} {below.text}", hull((joined.box, below.box)))
            yield joined


def marks_on(page: Sheet, kind: DocumentType) -> int:
    """How many of the type's marks begin a line of the page, or stand behind a stroke on one (``… / Full name``). A number with
    the type's abbreviation (``15/GUQ-UBND``) tells more than all marks of another."""
    if kind.abbreviation and any(_numbered(n.text) == kind.abbreviation for n in page.lines):
        return _NUMBERED
    return sum(any(starts_like(part, m, _ALIKE) for n in page.lines for part in _parts(n.text)) for m in kind.marks)


def _numbered(text: str) -> str:
    """The abbreviation of a type in a document's number and notation; empty where the line is none."""
    parsed = parse_number(text)
    return parsed.notation.split("/")[-1].split("-")[0] if parsed else ""


def _parts(text: str) -> Sequence[str]:
    return (text, *(p for p in text.split("/")[1:] if p.strip()))


def marked_type(page: Sheet, types: Sequence[DocumentType]) -> DocumentType | None:
    """Of a page without a title, the type of which most marks stand on it, at least two."""
    found = [(marks_on(page, kind), kind) for kind in types if kind.marks]
    best = max(found, key=lambda f: f[0], default=None)
    return best[1] if best is not None and best[0] >= _MARKS else None
