"""Pages to documents, documents to fields."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ocr.addressees import addressees
from ocr.agreement import agreed
from ocr.ending import read_ending
from ocr.forms import read_form
from ocr.grammar import letters, parse_number, similarity
from ocr.handfields import marked
from ocr.handling import handling_marks
from ocr.header import (
    begins_document,
    derived_type,
    has_letter_subject,
    letter_subject,
    number_line,
    read_header,
    subject_alone,
    subject_under,
)  # fmt: skip
from ocr.sheet import Sheet, field, sheet
from ocr.titles import Title, find_title, marked_type
from workstation.domain.doctype import DocumentType
from workstation.domain.fields import FIELD_NAMES, IndexField, Proposal
from workstation.domain.page import PageText
from workstation.domain.pagejobs import DocumentDraft

ENDS = 25
"""Pages at both ends of a document in which fields are looked for: a book of a thousand pages isn't held for them."""
LETTER = "CV"
"""Code of the official letter, the one type without a printed name."""


def split_documents(
    texts: Sequence[PageText | None], types: tuple[DocumentType, ...], *, attended: bool = False
) -> Iterator[DocumentDraft]:
    """Documents from pages in paper order (None: blank), each as soon as the next one begins. A header at the top of a page
    starts one; blank pages and pages without a header belong to the document before them. ``attended``: somebody is asked about
    what is not sure (``ocr.cues``); else a national name alone is enough."""
    pages: list[int] = []
    seen_text = False
    for i, text in enumerate(texts):
        if seen_text and text is not None and begins_document(sheet(i, text), types, alone=not attended):
            yield _draft(pages, _telling(texts, pages), types)
            pages = []
        pages.append(i)
        seen_text = seen_text or text is not None
    if pages:
        yield _draft(pages, _telling(texts, pages), types)


def index_document(texts: Sequence[PageText | None], types: tuple[DocumentType, ...]) -> DocumentDraft:
    """Type and fields of pages that are one document."""
    pages = list(range(len(texts)))
    return _draft(pages, _telling(texts, pages), types)


def _telling(texts: Sequence[PageText | None], pages: list[int]) -> list[PageText | None]:
    """The texts of a document's pages; of a very long one's middle, where no field stands, none."""
    return [texts[n] if i < ENDS or i >= len(pages) - ENDS else None for i, n in enumerate(pages)]


def _draft(numbers: list[int], texts: Sequence[PageText | None], types: tuple[DocumentType, ...]) -> DocumentDraft:
    pages = [sheet(i, text) for i, text in enumerate(texts)]
    first = next((p for p in pages if p.lines), None)
    if first is None:
        return DocumentDraft(tuple(numbers), "", ())
    title = find_title(first, types)
    kind = title.kind if title else _unnamed_kind(first, types)
    found = _fields(pages, texts, first, title, kind) + handling_marks(first, texts[first.index])
    fields = marked(found, texts)
    return DocumentDraft(tuple(numbers), kind.code if kind else "", _in_order(fields, kind))


def _unnamed_kind(page: Sheet, types: tuple[DocumentType, ...]) -> DocumentType | None:
    """Without a title: by the notation's abbreviation, an official letter if it has a number or ``V/v``, or by its marks."""
    line = number_line(page)
    parsed = parse_number(line.text) if line else None
    if parsed and parsed.notation:
        lead = parsed.notation.split("/")[-1].split("-")[0]
        for kind in types:
            if kind.abbreviation and kind.abbreviation == lead:
                return kind
    if has_letter_subject(page) or (parsed and parsed.notation):
        return next((t for t in types if t.code == LETTER), None)
    return marked_type(page, types)


def _is_letter(page: Sheet) -> bool:
    """Whether it has what official letters have and papers with a title don't: ``V/v`` under the number, or whom it goes to."""
    return has_letter_subject(page) or addressees(page) is not None


def _type_name(title: Title) -> IndexField:
    """The wording of the type; in doubt, and with what was read proposed, where more than marks of it were misread."""
    read = title.line.text.upper()
    likely = max(title.kind.titles, key=lambda wording: (similarity(read, wording), len(wording)))
    if letters(read) == letters(likely):
        return field("type_name", [title.line], likely, sure=title.score, known=True)
    made = field("type_name", [title.line], likely, sure=title.score, wrong=True)
    return replace(made, proposals=(Proposal(read, "read"),), weak=())


def _fields(
    pages: list[Sheet], texts: Sequence[PageText | None], first: Sheet, title: Title | None, kind: DocumentType | None
) -> list[IndexField]:
    out: list[IndexField] = []
    if title:
        out.append(_type_name(title))
    elif kind:
        out.append(derived_type(kind, doubt=kind.code == LETTER and not _is_letter(first)))
    if kind and kind.layout != "decree30":
        return out + read_form(pages, texts, title, kind)
    out += agreed(read_header(first, title, kind), first)
    subject = subject_under(first, title) if title else letter_subject(first) or (subject_alone(first, kind) if kind else None)
    return out + [f for f in (subject, addressees(first)) if f] + read_ending(pages)


def _in_order(fields: list[IndexField], kind: DocumentType | None) -> tuple[IndexField, ...]:
    """In the order of the form; the first reading of a name counts."""
    own = [one.field.name for one in kind.labelled] if kind else []
    by_name: dict[str, IndexField] = {}
    for f in fields:
        by_name.setdefault(f.name, f)
    return tuple(by_name[name] for name in dict.fromkeys((*FIELD_NAMES, *own)) if name in by_name)
