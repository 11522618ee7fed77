"""Agencies of the abolished level of districts: ``data/agencies.json``."""

import json
from collections.abc import Mapping
from datetime import date
from importlib import resources
from typing import Any

from workstation.domain.place import Receiver, plain_letters

_KEYS = {"code", "kind", "names", "matters", "state", "since"}
_STATES = {"read", "inferred"}


class Agencies:
    """ValueError where the file breaks its shape."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        for row in data["kinds"]:
            if set(row) != _KEYS or row["state"] not in _STATES or not row["names"]:
                raise ValueError(f"kind of agency {row.get('code')}")
        for said in (data["ended"], data["papers"]):
            if said["state"] not in _STATES:
                raise ValueError("agencies: state")
        self._kinds = tuple((tuple(map(plain_letters, row["names"])), row) for row in data["kinds"])
        self._other = data["other"]
        self._papers, self._ended = data["papers"], data["ended"]

    def receiver(self, text: str, province: str) -> Receiver:
        """Of the agency of a district in what is now ``province``."""
        letters = plain_letters(text)
        row = next((row for names, row in self._kinds if letters.startswith(names)), self._other)
        return Receiver(
            kind=row["kind"],
            papers=self._papers["to"].format(province=province),
            matters=row["matters"],
            sure=row["state"] == "read",
            since=date.fromisoformat(row["since"]),
            source=f"{self._ended['source']}; {self._papers['source']}",
        )


def read_agencies() -> Agencies:
    return Agencies(json.loads((resources.files("workstation.rules") / "data" / "agencies.json").read_text("utf-8")))
