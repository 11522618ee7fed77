"""Papers that are no administrative documents of Decree 30: forms with labelled lines, cards, tables of persons. What their
labels are is data; what has none (who signs, where and when) is told by position, here."""

import re
from collections.abc import Sequence

from ocr.ending import label_line, signer
from ocr.grammar import find_date, is_upper, place_before, plain, starts_like
from ocr.header import date_fields, header_blocks, read_header, subject_under
from ocr.labelled import read_labelled
from ocr.notation import in_a_form, number_fields
from ocr.persontable import read_table
from ocr.sheet import Line, Sheet, field
from ocr.titles import Title
from workstation.domain.doctype import DocumentType
from workstation.domain.fields import IndexField
from workstation.domain.page import PageText

_PLACE = 60
"""Longest place before a date, letters: before the date of a sentence more stands."""
_COPY = ("BẢN SAO", "BẢN CHÍNH")
"""What follows a title without being what the paper is about."""


def read_form(pages: list[Sheet], texts: Sequence[PageText | None], title: Title | None, kind: DocumentType) -> list[IndexField]:
    """Fields of a paper with any layout but ``decree30``; of a field read in two ways the first counts."""
    if kind.layout == "card":
        return read_labelled(pages, texts, kind)
    out = _subject(pages[title.line.page], title) if title else []
    if kind.layout == "table":
        first = next(p for p in pages if p.lines)
        return out + read_table(pages, kind) + read_header(first, title, kind) + _signer(pages)
    lines = [n for page in pages for n in page.lines]
    return out + _dated(lines) + read_labelled(pages, texts, kind) + _issuer(pages, lines) + _signer(pages)


def _subject(page: Sheet, title: Title) -> list[IndexField]:
    if title.rest is not None and title.rest.text.strip(" ()").upper() not in _COPY:
        return [field("subject", [title.rest], title.rest.text.strip(" ,;:.-"))]
    under = subject_under(page, title)
    return [under] if under and ":" not in under.value and under.value.strip(" ()").upper() not in _COPY else []


def _dated(lines: Sequence[Line]) -> list[IndexField]:
    """Place and date of the last line ``…, ngày … tháng … năm …``."""
    for line in reversed(lines):
        found = find_date(line.text) if re.search(r",\s*NG[A-Z]Y\b", plain(line.text)) else None
        if found and len(place_before(line.text, found.start)) <= _PLACE:
            return date_fields(line)
    return []


def _issuer(pages: Sequence[Sheet], lines: Sequence[Line]) -> list[IndexField]:
    """Number and notation of the first page's number line, and the agency of a header like Decree 30's."""
    numbered = in_a_form([n for n in lines if n.page == 0])
    out = number_fields(numbered, None)
    if pages and pages[0].lines:
        top = numbered.box[1] if numbered else 0.2 * pages[0].height
        caps = [n for n in header_blocks(pages[0], top).left if is_upper(n.text) and starts_like(n.text, "ỦY BAN NHÂN DÂN")]
        out += [field("organ_name", caps)] if caps else []
    return out


def _signer(pages: Sequence[Sheet]) -> list[IndexField]:
    last = next((p for p in reversed(pages) if p.lines), None)
    if last is None:
        return []
    found, label = signer(last, 0.35 * last.height, 0.4 * last.width), label_line(last)
    if label is None or any(f.name == "signer_name" for f in found):
        return found
    alone = signer(last, label.box[1], label.box[2], name_alone=True)  # his office was not read
    return [*found, *(f for f in alone if f.name == "signer_name")]
