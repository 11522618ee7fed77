"""Searching: what is kept of a document to be found by, what is asked for, and the index between them.

An index holds tokens: words (``domain.searchwords``), and marks that no typed word can be, since they begin with a character of
Unicode's private area. A mark says of what day, type, organ, dossier or state a document is, so that a filter is a word more.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from typing import Protocol

from workstation.domain.ids import DocumentId, DossierId
from workstation.domain.searchwords import days, joined_numbers, words

AlsoNamed = Callable[[str], tuple[str, ...]]
"""Other names of a place, old ones and new ones; nothing for what is no place."""


class Mark(Enum):
    GAP = "\ue000"
    """Between two values: no phrase goes across."""
    DAY = "\ue001"
    """In fields or text, however it is written there."""
    ISSUED = "\ue002"
    """With a day, a month or a year."""
    TYPE = "\ue003"
    ORGAN = "\ue004"
    """With a word of the name of the issuing organ, or of its place."""
    DOSSIER = "\ue005"
    STATE = "\ue006"

    def of(self, value: str) -> str:
        return self.value + "".join(w.plain for w in words(value))


@dataclass(frozen=True, slots=True)
class Paper:
    """What is kept of a document to be found by. All text is NFC."""

    document_id: DocumentId
    dossier_id: DossierId
    version: int
    """Of the dossier, when this was written down."""
    code: str
    """Of the dossier."""
    dossier_title: str
    type_code: str
    type_name: str
    state: str
    fields: tuple[tuple[str, str], ...]
    """Names and values, in the order of the form; none is empty."""
    body: str
    """What was read on its pages."""
    pages: str = ""
    """Which pages these are, and a digest of what each one's text was made from, apart by spaces: ``ID:DIGEST ID:DIGEST``. As
    long as it is the same, so is ``body``."""

    def field(self, name: str) -> str:
        return next((value for known, value in self.fields if known == name), "")

    @property
    def number(self) -> str:
        """``127/QĐ-UBND``."""
        return "/".join(x for x in (self.field("number"), self.field("notation")) if x)


_ORGANS = ("organ_name", "parent_organ", "place")
_LESSER = frozenset({"type_name", *_ORGANS})


def names_something(name: str) -> bool:
    """Whether a field names the paper or a person: what people look for, and so counts most."""
    return name == "notation" or name.endswith("number") or (name.endswith("_name") and name not in _LESSER)


@dataclass(frozen=True, slots=True)
class Tokens:
    """A paper as an index takes it: each part is tokens apart by a space."""

    names: str
    """Numbers and names, and the dossier's code."""
    rest: str
    """The other fields, and the marks."""
    body: str

    @property
    def everything(self) -> str:
        return f"{self.names} {Mark.GAP.value} {self.rest} {Mark.GAP.value} {self.body}"


def tokens(paper: Paper) -> Tokens:
    named = [paper.number, paper.code, *(v for n, v in paper.fields if names_something(n) and n not in ("number", "notation"))]
    rest = [paper.type_name, paper.dossier_title, *(v for n, v in paper.fields if not names_something(n))]
    return Tokens(_tokens(named), f"{_tokens(rest)} {' '.join(_marks(paper))}", _tokens([paper.body]))


def _tokens(values: Iterable[str]) -> str:
    """Words without diacritics in their order, then what they are found by besides."""
    parts: list[str] = []
    beside: dict[str, None] = {}
    for value in values:
        found = words(value)
        parts += [*(w.plain for w in found), Mark.GAP.value]
        beside |= dict.fromkeys(w.exact for w in found if w.marked)
        beside |= dict.fromkeys(joined_numbers(value))
        beside |= dict.fromkeys(day_mark(day) for day in days(value))
    return " ".join([*parts, *beside])


def day_mark(day: date) -> str:
    return Mark.DAY.of(f"{day:%Y%m%d}") if day.year > 999 else Mark.DAY.of(day.isoformat())


def _marks(paper: Paper) -> list[str]:
    marks = [Mark.TYPE.of(paper.type_code), Mark.DOSSIER.of(paper.code), Mark.STATE.of(paper.state)]
    marks += [Mark.ORGAN.value + w for w in dict.fromkeys(w.plain for o in _ORGANS for w in words(paper.field(o)))]
    issued = paper.field("issued_date")
    if len(issued) == 10 and next(days(issued), None) is not None:
        marks += [Mark.ISSUED.of(issued[:end]) for end in (4, 7, 10)]
    return marks


def issued_between(first: date, last: date) -> tuple[str, ...]:
    """The marks of all days from ``first`` to ``last``: whole years and months by their own, so never more than some hundred."""
    found, day = [], first
    while day <= last:
        if day.month == day.day == 1 and (end := date(day.year, 12, 31)) <= last:
            found.append(Mark.ISSUED.of(f"{day.year:04d}"))
        elif day.day == 1 and (end := _month_end(day)) <= last:
            found.append(Mark.ISSUED.of(f"{day:%Y-%m}"))
        else:
            end = day
            found.append(Mark.ISSUED.of(day.isoformat()))
        if end == date.max:
            break
        day = end + timedelta(1)
    return tuple(found)


def _month_end(day: date) -> date:
    return date(day.year, 12, 31) if day.month == 12 else date(day.year, day.month + 1, 1) - timedelta(1)


# --- what is asked for


@dataclass(frozen=True, slots=True)
class Choice:
    """Tokens that stand one behind the other, and others that stand anywhere in the same paper."""

    phrase: tuple[str, ...]
    also: tuple[str, ...] = ()
    begins: bool = False
    """The last token of the phrase is the beginning of a word; so is ``also`` of a phrase that is that word alone."""


@dataclass(frozen=True, slots=True)
class Group:
    """One of the choices has to be there."""

    choices: tuple[Choice, ...]
    exact: tuple[Choice, ...] = ()
    """The same with the diacritics as typed; nothing where none were typed."""
    names: tuple[str, ...] = ()
    """Where the choices are names of one place: those names, the typed one first."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """All groups and all filters have to be there."""

    groups: tuple[Group, ...]
    filters: tuple[tuple[str, ...], ...] = ()
    """Marks, one of each tuple."""
    near: tuple[str, ...] = ()
    """Papers in which these words stand one behind the other come first."""

    @property
    def exact(self) -> bool:
        return any(g.exact for g in self.groups)


@dataclass(frozen=True, slots=True)
class Found:
    papers: tuple[Paper, ...]
    more: bool
    """There are others behind these."""
    searched_all: bool
    """False: it would have taken too long to look through the older papers."""


class SearchIndex(Protocol):
    """Derived from the store: may be thrown away, and comes back from there. T02 when it can't be used."""

    def put(self, papers: Sequence[Paper]) -> None:
        """In one transaction, in the place of what was known of the same documents. What is known from a later version of the
        same dossier stays."""
        ...

    def forget(self, document_ids: Sequence[DocumentId], *, shred: bool = False) -> None:
        """``shred``: nothing of them is left in the files of the index, however long that takes."""
        ...

    def finish_shredding(self) -> None:
        """If the program ended in the middle of it."""
        ...

    def papers(self, document_ids: Sequence[DocumentId]) -> Mapping[DocumentId, Paper]: ...

    def find(self, wanted: Wanted, limit: int, offset: int = 0, patience: float = 0.25) -> Found:
        """The best first. ``patience``: seconds after which older papers are left out."""
        ...

    def clear(self) -> None: ...

    def whole(self) -> bool:
        """False: it is new, or empty for another reason, and everything has to be put into it. True after ``begun``."""
        ...

    def begun(self) -> None:
        """Everything that has to be put into it is in the queue."""
        ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class DueDocument:
    """A document that has changed since it was put into the index, or is gone."""

    document_id: DocumentId
    dossier_id: DossierId
    version: int
    """Of the dossier, with the change."""


class DueDocuments(Protocol):
    """What is to be put into the index anew; documents come here in the transaction that changes them."""

    def take(self, limit: int) -> tuple[DueDocument, ...]:
        """What has changed lately before what has waited since the index was made anew."""
        ...

    def done(self, due: Sequence[DueDocument]) -> None:
        """What was changed again meanwhile stays."""
        ...

    def everything(self) -> int:
        """Puts all documents here; how many."""
        ...

    def count(self) -> int: ...
