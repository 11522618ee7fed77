"""Number and notation of a document (``127/QĐ-UBND``; Decree 30/2020, annex I, II.3) held against its type, date and agency."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from workstation.domain.doctype import DocumentType
from workstation.domain.fields import Proposal
from workstation.domain.folding import folded, unmarked
from workstation.domain.remarks import Remark

_PARTS = re.compile(r"(?:(?P<year>\d{4})\s*/\s*)?(?P<lead>[^\W\d]+)(?P<rest>.*)", re.DOTALL)
AGENCIES = {
    "UBND": ("uy ban nhan dan", "ubnd"),
    "HĐND": ("hoi dong nhan dan", "hdnd"),
    "ĐU": ("dang uy",),
    "MTTQ": ("mat tran to quoc", "mttq"),
    "CP": ("chinh phu",),
    "TTg": ("thu tuong",),
}
"""Notation → how such an agency is called, folded: those whose documents wards hold most."""


@dataclass(frozen=True, slots=True)
class Notation:
    """``year``: of ``15/2024/NQ-HĐND``, 0 without one. ``lead``: of the type, in official letters of the agency. ``rest``: as
    written, with its sign before it."""

    year: int
    lead: str
    rest: str


def parts_of(notation: str) -> Notation | None:
    found = _PARTS.fullmatch(notation.strip())
    return Notation(int(found["year"] or 0), found["lead"], found["rest"]) if found else None


def notation_remarks(values: Mapping[str, str], kind: DocumentType, types: tuple[DocumentType, ...]) -> Iterator[Remark]:
    notation = values.get("notation", "")
    parts = parts_of(notation)
    if notation and parts is None:
        yield Remark("notation", "notation_type")
    if parts is None:
        return
    if kind.layout == "decree30" and kind.code:
        yield from _type(parts, kind, types)
    issued = values.get("issued_date", "")[:4]
    if parts.year and issued.isdigit() and parts.year != int(issued):
        likely = f"{issued}/{parts.lead}{parts.rest}"
        yield Remark("notation", "notation_year", (Proposal(likely, "issued_year"),))
        yield Remark("issued_date", "notation_year")
    yield from _organ(parts, notation, values.get("organ_name", ""))


def _type(parts: Notation, kind: DocumentType, types: tuple[DocumentType, ...]) -> Iterator[Remark]:
    """An official letter has no letters for its type: its notation begins with the agency."""
    others = {t.abbreviation for t in types if t.abbreviation}
    if parts.lead == kind.abbreviation or (not kind.abbreviation and parts.lead not in others):
        return
    year = f"{parts.year}/" if parts.year else ""
    likely = f"{year}{kind.abbreviation}{parts.rest}" if kind.abbreviation else ""
    yield Remark("notation", "notation_type", (Proposal(likely, "type"),) if likely else ())
    if parts.lead in others:  # a sound notation, of another type: either may be wrong
        yield Remark("type_name", "notation_type")


def _organ(parts: Notation, notation: str, organ: str) -> Iterator[Remark]:
    name = f" {folded(organ)} "
    named = {code for code, words in AGENCIES.items() if any(f" {w} " in name for w in words)}
    segments = re.split(r"[-–/]", parts.lead + parts.rest)
    coded = {code for code in AGENCIES if code in segments}
    if not named or coded & named:
        return
    if coded:
        yield Remark("notation", "notation_organ")
        yield Remark("organ_name", "notation_organ")
        return
    for code in sorted(named):
        for segment in segments:
            if len(code) > 2 and segment not in AGENCIES and _nearly(segment, code):
                yield Remark("notation", "notation_organ", (Proposal(notation.replace(segment, code, 1), "organ"),))


def _nearly(segment: str, code: str) -> bool:
    """The same letters but for marks, or all but one."""
    a, b = unmarked(segment), unmarked(code)
    return a == b or (len(a) == len(b) and sum(x != y for x, y in zip(a, b, strict=True)) == 1)
