"""Copies that the agency makes of documents (Decree 30/2020 art. 3.10 to 3.12, 25 to 27) and the book in which they are numbered.

What each kind may be made of is rule data (``rules/data/copies.json``); here are the values and what follows from them.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import TypeVar

from workstation.domain.attestation import Attestation, AttestationTemplate
from workstation.domain.errors import WorkstationError
from workstation.domain.ids import EntryId, Sha256, UserName
from workstation.domain.signature import PublishedPdf, SealedPdf

R = TypeVar("R")


class CopyKind(Enum):
    SAO_Y = "sao-y"
    """A full copy of an original."""
    SAO_LUC = "sao-luc"
    """A full copy of a SAO Y."""
    TRICH_SAO = "trich-sao"
    """A copy of a part of an original."""
    CERTIFIED = "chung-thuc"
    """The e-certified copy of an original paper (Decree 45/2020 art. 10)."""


class Medium(Enum):
    """What the source was made on: a scan is a paper source, whoever has signed the scan."""

    PAPER = "paper"
    ELECTRONIC = "electronic"


class SourceIs(Enum):
    """What the source is itself."""

    ORIGINAL = "original"
    """Bản gốc or bản chính (art. 3.8, 3.9)."""
    SAO_Y = "sao-y"
    COPY = "copy"
    """Another copy: SAO LỤC, TRÍCH SAO, a certified copy."""


class EntryState(Enum):
    UNSIGNED = "unsigned"  # Chưa ký
    WAITING = "waiting"  # Chờ ký của cơ quan: the certifying person has signed
    SIGNED = "signed"  # Đã ký


@dataclass(frozen=True, slots=True)
class CopyRule:
    """What one kind of copy is, in force between two days."""

    kind: CopyKind
    name: str
    """As a sentence begins with it: ``Sao y``."""
    abbreviation: str
    """In the number and symbol; empty: a number alone."""
    source: str
    valid_from: date
    valid_to: date | None
    media: frozenset[Medium]
    """What it may be made from; the result is always a file."""
    made_of: frozenset[SourceIs]
    part: bool
    """Whether it takes some pages and has to say which; else it takes all."""
    min_dpi: float
    """Of a paper that is digitised for it."""
    colour: bool
    """Whether the scan has to be in colour."""
    fresh_minutes: int
    """How old the scan may be; 0: of any age."""


@dataclass(frozen=True, slots=True)
class Series:
    """A row of numbers that begins with 1 each year, and the kinds of copies that share it."""

    book: str
    """Code of the book, part of what a counter is called."""
    name: str
    kinds: frozenset[CopyKind]
    digits: int
    """The least: 2 writes 01."""
    source: str
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class CopyRules:
    kinds: tuple[CopyRule, ...] = ()
    series: tuple[Series, ...] = ()
    attestations: tuple[AttestationTemplate, ...] = ()

    def rule(self, kind: CopyKind, on: date) -> CopyRule:
        """KeyError if there is none in force on that day."""
        found = (r for r in self.kinds if r.kind is kind and _in_force(r, on))
        return _one(found, kind, on)

    def series_of(self, kind: CopyKind, on: date) -> Series:
        """KeyError if there is none in force on that day."""
        found = (s for s in self.series if kind in s.kinds and _in_force(s, on))
        return _one(found, kind, on)

    def attestation(self, on: date) -> AttestationTemplate:
        """KeyError if there is none in force on that day."""
        return _one((t for t in self.attestations if _in_force(t, on)), CopyKind.CERTIFIED, on)


def _in_force(row: CopyRule | Series | AttestationTemplate, on: date) -> bool:
    return row.valid_from <= on and (row.valid_to is None or on <= row.valid_to)


def _one(found: Iterator[R], kind: CopyKind, on: date) -> R:
    row = next(found, None)
    if row is None:
        raise KeyError(f"no rule for {kind.value} in force on {on.isoformat()}")
    return row


@dataclass(frozen=True, slots=True)
class Subject:
    """What is copied, as the book writes it down."""

    title: str
    source: Sha256
    """Of the file that was given, or of the published file of the dossier's document; both are kept in the store."""
    medium: Medium
    is_a: SourceIs
    declared: bool
    """A person said so, against or beyond what the marks on it say."""
    source_pages: int
    pages: tuple[int, ...]
    """From 1: those that were taken."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the book. Its number is taken with it in one transaction and stays its own, whatever becomes of signing."""

    id: EntryId
    kind: CopyKind
    book: str
    year: int
    number: int
    code: str
    """Number and symbol as they are written: ``01/SY-UBND``."""
    day: date
    """Of the office's calendar."""
    agency: str
    subject: Subject
    recipients: str
    reason: str
    approver: UserName | None
    """Who decided that the copy be made (art. 27.1), if that was said."""
    request: str
    """``request_of``: the same wish again is this entry, not a second one."""
    published: PublishedPdf
    """The copy before it was signed."""
    created_at: datetime
    created_by: UserName
    state: EntryState = EntryState.UNSIGNED
    sealed: SealedPdf | None = None
    """The last signed file."""
    attestation: Attestation | None = None
    """Of a certified copy."""

    @property
    def mark(self) -> str:
        """What the signature says it is: ``SAO Y 01/SY-UBND``, with the pages where only some were taken."""
        head = f"{MARKS[self.kind]} {self.code}"
        if len(self.subject.pages) == self.subject.source_pages:
            return head
        return f"{head} (trang {pages_text(self.subject.pages)} / {self.subject.source_pages})"


MARKS = {
    CopyKind.SAO_Y: "SAO Y",
    CopyKind.SAO_LUC: "SAO LỤC",
    CopyKind.TRICH_SAO: "TRÍCH SAO",
    CopyKind.CERTIFIED: "CHỨNG THỰC BẢN SAO",
}


def code_of(rule: CopyRule, series: Series, number: int, symbol: str) -> str:
    """``01/SY-UBND`` (Decree 30/2020, annex I part II.II.1c and form 3.1); the bare number for a kind without abbreviation."""
    shown = f"{number:0{series.digits}d}"
    return f"{shown}/{rule.abbreviation}-{symbol}" if rule.abbreviation else shown


def request_of(kind: CopyKind, source: Sha256, pages: tuple[int, ...], recipients: str, reason: str) -> str:
    """SHA-256 of what was asked for."""
    wish = [kind.value, source, pages, recipients, reason]
    return hashlib.sha256(json.dumps(wish, ensure_ascii=False).encode()).hexdigest()


_RANGE = re.compile(r"([1-9][0-9]{0,4})(?:-([1-9][0-9]{0,4}))?")


def pages_of(text: str, count: int) -> tuple[int, ...]:
    """``1-3,5`` of a source of ``count`` pages, as numbers from 1 in paper order. U01 if it is none, or a page isn't there."""
    found: set[int] = set()
    for part in text.replace(" ", "").split(","):
        match = _RANGE.fullmatch(part)
        if match is None:
            raise WorkstationError("U01", detail="--pages 1-3,5")
        first = int(match[1])
        last = int(match[2] or first)
        if not first <= last <= count:
            raise WorkstationError("U01", detail=f"--pages: 1-{count}")
        found.update(range(first, last + 1))
    return tuple(sorted(found))


def pages_text(pages: tuple[int, ...]) -> str:
    """``1-3, 5``."""
    runs: list[list[int]] = []
    for page in pages:
        if runs and page == runs[-1][1] + 1:
            runs[-1][1] = page
        else:
            runs.append([page, page])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in runs)


def check_source(rule: CopyRule, medium: Medium, is_a: SourceIs) -> None:
    """S04 unless this kind of copy may be made of that (art. 25)."""
    if medium not in rule.media:
        raise WorkstationError("S04", kind=rule.name, source=medium.value)
    if is_a not in rule.made_of:
        raise WorkstationError("S04", kind=rule.name, source=is_a.value)
