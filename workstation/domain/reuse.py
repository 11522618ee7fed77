"""Digitised results that the state already has: asked for before paper is scanned (Circular 01/2023/TT-VPCP: look first).

Who asks and whom it is about are secrets here: they reach the store's own line and nothing else.
"""

import re
from dataclasses import dataclass
from typing import Protocol

from workstation.domain.signing import Secret

_PERSON = re.compile(r"[0-9]{9}|[0-9]{12}")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A result by its code (MaKetQua, ``KQ.G15.000031``) and, where it is known, its number and notation."""

    code: str
    notation: str = ""


@dataclass(frozen=True, slots=True)
class ReuseQuery:
    owner: Secret
    """Number of the owner's ID card: 12 digits, formerly 9."""
    officer: Secret
    """Name of who asks."""
    procedure: str
    """MaThuTuc (``1.005129``)."""
    wanted: tuple[Wanted, ...]


@dataclass(frozen=True, slots=True)
class StoredFile:
    agency: str
    """CoQuanChuQuan: whose store it lies in."""
    place: str
    """DuongDan: only the store knows what it means. Never opened by us."""


@dataclass(frozen=True, slots=True)
class StoredResult:
    code: str
    name: str
    notation: str
    agency: str
    files: tuple[StoredFile, ...]


class ResultStore(Protocol):
    """G22 with a reason for everything that is no answer: only an answer may say that there is nothing."""

    def find(self, query: ReuseQuery) -> tuple[StoredResult, ...]: ...

    def fetch(self, file: StoredFile) -> bytes:
        """The file's bytes; G23 for one that is too large or is no file."""
        ...


def is_person(number: str) -> bool:
    return _PERSON.fullmatch(number) is not None
