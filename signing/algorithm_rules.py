"""What algorithms may be used when: dated rule data in ``algorithms.json`` and its one reader. Quick to import.

An algorithm is allowed on a day if the circular in force that day lists it; before the first circular, and for what none
lists, if the day lies before the end that is known of it. So a new signature with SHA-1 is refused, and an old one is judged by
when it is proven to have been there (EN 319 102-1, 5.6.2.4).
"""

import json
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from workstation.domain.signature import AlgorithmLimit


@dataclass(frozen=True, slots=True)
class AlgorithmRules:
    """What a circular allows."""

    source: str
    valid_from: date
    valid_to: date | None
    digests: frozenset[str]
    mechanisms: frozenset[str]
    keys: dict[str, int]
    """Kind of key (``rsa``, ``ec``) → its least size in bits."""


@cache
def _data() -> Any:
    return json.loads((files("signing") / "algorithms.json").read_text("utf-8"))


@cache
def rules() -> tuple[AlgorithmRules, ...]:
    """All rows, by their first day."""
    rows = [
        AlgorithmRules(
            row["source"],
            date.fromisoformat(row["valid_from"]),
            date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
            frozenset(row["digests"]),
            frozenset(row["mechanisms"]),
            dict(row["keys"]),
        )
        for row in _data()["rules"]
    ]
    return tuple(sorted(rows, key=lambda row: row.valid_from))


@cache
def limits() -> tuple[AlgorithmLimit, ...]:
    """Until when algorithms may be relied on, as far as an end is known."""
    return tuple(AlgorithmLimit(row["name"], date.fromisoformat(row["until"]), row["bits"]) for row in _data()["limits"])


def rules_on(day: date) -> AlgorithmRules:
    """The row in force that day; before all of them the first, whose list holds for older signatures as well."""
    return next((row for row in reversed(rules()) if row.valid_from <= day), rules()[0])


def digest_allowed(name: str, day: date) -> bool:
    return _allowed(name, 0, day, name in rules_on(day).digests)


def key_allowed(kind: str, bits: int, day: date) -> bool:
    """``kind``: rsa, ec, or another, which no row lists."""
    least = rules_on(day).keys.get(kind)
    return _allowed(kind, bits, day, least is not None and bits >= least)


def _allowed(name: str, bits: int, day: date, listed: bool) -> bool:
    """A known end bounds what is listed, too, and lets what is not listed count in its own time."""
    ends = [limit.until for limit in limits() if limit.covers(name, bits)]
    return day <= min(ends) if ends else listed
