"""What checks say of a document's fields, written into them: where the fields are made, where they are edited, and, once they
are stored, of other documents of the office. No value is ever changed."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import cached_property

from workstation.domain.checks import check, paper_of
from workstation.domain.codefield import Codes, remarks_on_code, with_code
from workstation.domain.dossier import Document, DocumentState, Dossier
from workstation.domain.evidence import evidence_of, remarks_on
from workstation.domain.fields import FieldOrigin, IndexField, Proposal, nfc
from workstation.domain.page import PageText
from workstation.domain.ports import UnitOfWork
from workstation.domain.profile import Rules
from workstation.domain.remarks import (
    FORM_CODES,
    FORM_WHYS,
    STORE_CODES,
    STORE_WHYS,
    Remark,
    in_order,
    most_common,
    noted,
)
from workstation.domain.series import Entry, entry_of, remarks_on_series

_OPEN = frozenset({
    DocumentState.NEW, DocumentState.TO_INDEX, DocumentState.TO_CHECK, DocumentState.TO_SETTLE, DocumentState.RETURNED,
    DocumentState.REFUSED,
})  # fmt: skip
"""Somebody is still to look at the fields of such a document."""
_OF_THE_PERSON = ("person_name", "identity_number")
"""What the papers of one dossier mostly have in common."""


def made(
    rules: Rules, type_code: str, fields: Sequence[IndexField], texts: Iterable[PageText | None], codes: Codes, today: date
) -> tuple[IndexField, ...]:
    """Fields just read on pages with these texts and codes, in order, with what is said of them."""
    form = rules.document(type_code).form
    fields = tuple(replace(f, against=(), proposals=()) if f.origin is FieldOrigin.TYPED else f for f in fields)
    fields = in_order(with_code(fields, form, codes), form)
    values = {f.name: f.value for f in fields if f.value}
    said = (*remarks_on(values, evidence_of(texts)), *remarks_on_code(fields, codes))
    return noted(fields, (*_of_the_form(rules, type_code, fields, today), *said), (), form)


def edited(rules: Rules, type_code: str, fields: Sequence[IndexField], today: date) -> tuple[IndexField, ...]:
    """The same of fields that a person changed; what pages and other documents said of a value that stands stays."""
    return noted(fields, _of_the_form(rules, type_code, fields, today), FORM_CODES | FORM_WHYS, rules.document(type_code).form)


def typed(fields: Sequence[IndexField], values: Mapping[str, str]) -> tuple[IndexField, ...]:
    """Fields with values as they are being typed, in any shape; one that stands as it was keeps what was said of it."""
    known = {f.name: f for f in fields}
    out = []
    for name, text in values.items():
        value, old = nfc(text), known.get(name)
        same = old is not None and old.value == value
        out.append(old if old is not None and same else IndexField(name, value, 1.0, origin=FieldOrigin.TYPED))
    return tuple(out)


def judged(rules: Rules, document: Document, today: date) -> Document:
    """A document that a person has just confirmed: whoever checks is told what speaks against the entry; of one that has passed
    two persons have vouched for every value."""
    if document.state is DocumentState.TO_CHECK:
        return replace(document, fields=edited(rules, document.type_code, document.fields, today))
    if document.state is DocumentState.PASSED:
        return replace(document, fields=tuple(replace(f, against=()) if f.against else f for f in document.fields))
    return document


def _of_the_form(rules: Rules, type_code: str, fields: Sequence[IndexField], today: date) -> tuple[Remark, ...]:
    return check(paper_of(fields, rules.document(type_code).type, rules.types, rules.identity, today))


def compared(uow: UnitOfWork, rules: Rules, day: Callable[[datetime], date], before: Dossier, after: Dossier) -> Dossier:
    """The dossier with what other documents say of those whose fields changed. ``after`` is stored: papers that came together are
    each other's neighbours. ``day``: of a moment, by the office's calendar."""
    known, series = {d.id: d for d in before.documents}, _Series(after)
    for document in after.documents:
        old = known.get(document.id)
        same = old is not None and (old.type_code, old.fields) == (document.type_code, document.fields)
        if document.state not in _OPEN or same:
            continue
        rule = rules.document(document.type_code)
        # what may be empty, and is, needs no look
        wanted = rule.required | {f.name for f in document.fields}
        said = (
            *_of_others(uow, document, series),
            *_of_the_signature(after, document, day),
            *_of_siblings(after, document, wanted),
        )
        fields = noted(document.fields, [r for r in said if r.field in wanted], STORE_CODES | STORE_WHYS, rule.form)
        if fields != document.fields:
            after = after.with_document(replace(document, fields=fields))
    return after


class _Series:
    """Where the documents of a dossier stand."""

    def __init__(self, dossier: Dossier) -> None:
        self._dossier = dossier

    @cached_property
    def _years(self) -> Mapping[str, set[int]]:
        found = defaultdict[str, set[int]](set)
        for entry in filter(None, map(entry_of, self._dossier.documents)):
            if entry.year:
                found[entry.series].add(entry.year)
        return found

    def entry(self, document: Document) -> Entry | None:
        """None where the year is not known: numbers begin anew each year. A dossier whose papers of the series are all of one
        year tells that of a paper without a date."""
        entry = entry_of(document)
        if entry is None or entry.year:
            return entry
        years = self._years.get(entry.series, ())
        return replace(entry, year=max(years)) if len(years) == 1 else None


def _of_others(uow: UnitOfWork, document: Document, series: _Series) -> Iterator[Remark]:
    """Number, notation and issuer should be one document's only (Decree 30/2020, annex VI, part I)."""
    entry = series.entry(document)
    if entry is None:
        return
    if uow.earlier.same_number(entry, document.id):
        yield Remark("number", "duplicate")
    yield from remarks_on_series(entry, uow.earlier.around(entry, document.id))


def _of_the_signature(dossier: Dossier, document: Document, day: Callable[[datetime], date]) -> Iterator[Remark]:
    """The first signature of a file that came signed is that of whoever issued it; the agency's comes behind it."""
    signed = dossier.signed_document(document.id)
    times = [s.signing_time or s.timestamp for s in signed.verdict.signatures if s.level != "DTS"] if signed else []
    if times and times[0]:
        yield Remark("issued_date", proposals=(Proposal(day(datetime.fromisoformat(times[0])).isoformat(), "signature"),))


def _of_siblings(dossier: Dossier, document: Document, wanted: Iterable[str]) -> Iterator[Remark]:
    """What most other papers of the dossier say of the person."""
    sure = {f.name for f in document.fields if f.value and not f.doubt}
    for name in set(_OF_THE_PERSON).intersection(wanted) - sure:
        others = (f for d in dossier.documents if d.id != document.id for f in d.fields)
        value = most_common(f.value for f in others if f.name == name and not f.doubt)
        if value:
            yield Remark(name, proposals=(Proposal(value, "sibling"),))
