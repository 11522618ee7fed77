"""Where a document may begin within pages that the machine has left together: weaker signs than a header with title or number."""

import re
from collections.abc import Sequence

from ocr.ending import read_ending
from ocr.grammar import plain, starts_like
from ocr.header import begins_document, nation_line
from ocr.sheet import Line, Sheet, sheet
from workstation.domain.doctype import DocumentType
from workstation.domain.page import PageText
from workstation.domain.splitcue import Cue

_MARGIN = 0.09
"""Share of the page, above and below, in which a page number stands (Decree 30/2020 annex I: in the middle of the top margin)."""
_NUMBER = re.compile(r"[-–—. ]*(?:TRANG\s*)?(\d{1,3})(?:\s*/\s*\d{1,3})?[-–—. ]*")
_APPENDS = ("PHỤ LỤC", "DANH SÁCH", "BẢNG", "BIỂU", "KÈM THEO")
"""What a page that goes with the one before begins with, though that one ends with its signer."""


def split_cues(texts: Sequence[PageText | None], types: tuple[DocumentType, ...]) -> tuple[Cue | None, ...]:
    """Of each page of one document (None: a blank page), why another may begin on it; never of the first page that has text."""
    sheets = [sheet(i, text) if text is not None else None for i, text in enumerate(texts)]
    numbers = [_number(s) if s is not None else None for s in sheets]
    out: list[Cue | None] = []
    before: Sheet | None = None
    for i, page in enumerate(sheets):
        out.append(_cue(before, page, numbers, i, types) if page is not None and before is not None else None)
        before = page if page is not None and page.lines else before
    return tuple(out)


def _cue(before: Sheet, page: Sheet, numbers: Sequence[int | None], at: int, types: tuple[DocumentType, ...]) -> Cue | None:
    if not page.lines:
        return None
    if begins_document(page, types, alone=False):
        return Cue.HEADER
    if nation_line(page) is not None:
        return Cue.NATION
    if _restarts(numbers, at):
        return Cue.RESTART
    return Cue.ENDED if _ended(before) and not _appends(page) else None


def _restarts(numbers: Sequence[int | None], at: int) -> bool:
    """The page is number 1, or has none and is followed by 2, where the page before was another's last."""
    known = [n for n in numbers[:at] if n is not None]
    if numbers[at] == 1:
        return True
    follows = next((n for n in numbers[at + 1 :] if n is not None), None)
    return numbers[at] is None and follows == 2 and (not known or known[-1] != 1) and (bool(known) or at > 1)


def _number(page: Sheet) -> int | None:
    """What stands alone in the margin above or below."""
    edge = _MARGIN * page.height
    lines = [n for n in page.lines if n.box[3] < edge or n.box[1] > page.height - edge]
    found = (_NUMBER.fullmatch(plain(n.text)) for n in lines)
    return next((int(m[1]) for m in found if m), None)


def _ended(page: Sheet) -> bool:
    return any(f.name == "signer_name" for f in read_ending([page]))


def _appends(page: Sheet) -> bool:
    def top(line: Line) -> bool:
        return line.box[1] < 0.35 * page.height

    return any(starts_like(line.text, word) for line in page.lines if top(line) for word in _APPENDS)
