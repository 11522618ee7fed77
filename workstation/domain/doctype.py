"""Kinds of documents as the rules describe them; the tables themselves are dated data in ``workstation.rules``."""

from dataclasses import dataclass
from enum import Enum
from typing import Literal

Layout = Literal["decree30", "form", "card", "table"]


class ValueKind(Enum):
    """What a field holds: how its value is taken from the paper, and the shape in which it is kept."""

    TEXT = "text"
    PERSON = "person"
    ORGAN = "organ"
    """An agency, as its seal has it: without the province that an address adds."""
    PLACE = "place"
    DATE = "date"
    BIRTH = "birth"
    """A day, or its year alone: older papers know no more."""
    IDENTITY = "identity"
    NUMBER = "number"
    AREA = "area"
    MONEY = "money"
    SEX = "sex"
    CODE = "code"
    """What matches the field's ``pattern``."""


class Where(Enum):
    """Where a value stands, seen from its label."""

    AFTER = "after"
    """Behind it on its line, or level with it where the reader parted the line."""
    UNDER = "under"
    BESIDE = "beside"
    """In the cell to the right."""
    COLUMN = "column"
    """In all cells below it: a list."""
    FIRST = "first"
    """In the first cell below it."""
    ROWS = "rows"
    """How many rows there are below it: it heads the running numbers."""


@dataclass(frozen=True, slots=True)
class FieldDefinition:
    """A field as forms, lists and checks know it. ``length``: most characters (0: no limit is known)."""

    name: str
    label: str
    english: str
    kind: ValueKind
    length: int = 0
    pattern: str = ""


@dataclass(frozen=True, slots=True)
class Labelled:
    """Where a field of a form stands. ``page``: from 1 within the document (0: any). ``below``, ``above``: labels between which
    its own is looked for, where several persons of one form have the same."""

    field: FieldDefinition
    labels: tuple[str, ...]
    where: Where = Where.AFTER
    wraps: bool = False
    page: int = 0
    below: tuple[str, ...] = ()
    above: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DocumentType:
    """What the reader needs to recognise a type and to read its fields.

    ``titles`` are the words a page of this type carries as its title (NFC, upper case). ``marks`` are other words printed on
    it: two of them tell a page without a title, one of them whose of two types a title is. ``layout`` says where its fields
    stand: ``decree30`` (header blocks, number, date, subject, signer: Decree 30/2020, annex I), ``form`` (labelled lines),
    ``card`` (labels, no signer) or ``table`` (rows of persons under a heading). ``stops``: labels that end another's value.
    """

    code: str
    name: str
    abbreviation: str
    layout: Layout
    titles: tuple[str, ...]
    marks: tuple[str, ...] = ()
    labelled: tuple[Labelled, ...] = ()
    stops: tuple[str, ...] = ()
