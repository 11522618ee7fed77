"""Lines that may be a page's title, and the words that tell of which type a page is."""

from collections.abc import Iterator, Sequence

from ocr.grammar import is_upper, parse_number, starts_like
from ocr.lines import hull
from ocr.sheet import Line, Sheet
from workstation.domain.doctype import DocumentType

_LINES = 3
"""Most lines of a title: ``GIẤY CHỨNG NHẬN / QUYỀN SỬ DỤNG ĐẤT, … / GẮN LIỀN VỚI ĐẤT``."""
_ALIKE = 0.9
_NUMBERED = 99
_MARKS = 2
"""So many known words tell the type of a page without a title."""


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
