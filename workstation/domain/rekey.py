"""Blind re-key: the checker types the critical fields of a document without seeing what the clerk entered; where the two differ,
a third person settles (double entry; which fields are critical is in the profile)."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from workstation.domain.ids import DocumentId, UserName


@dataclass(frozen=True, slots=True)
class Difference:
    """Two persons' entries in one field, both in the field's normal form."""

    name: str
    first: str
    """By who entered the document."""
    second: str
    """By who checked it, without having seen the first."""
    first_unreadable: bool = False
    second_unreadable: bool = False
    """Says that the paper can't be read there; the value is empty then."""


class KeyStep(Enum):
    ENTRY = "entry"
    CHECK = "check"
    SETTLE = "settle"


@dataclass(frozen=True, slots=True)
class Keyed:
    """What one person made of a critical field at one step: kept for an inspector, beside the document, never changed. Not for
    logs: it is text of the document."""

    document: DocumentId
    name: str
    value: str
    unreadable: bool
    step: KeyStep
    by: UserName
    at: datetime
