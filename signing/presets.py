"""The kinds of stamps: dated rule data in ``stamps.json`` and its one reader.

They lie here and not in ``workstation.rules``: adapters know the domain only, and a job names its preset by code, so that the
day of signing chooses the row in force.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from enum import Enum
from functools import cache
from importlib.resources import files
from string import Formatter
from typing import Any

from workstation.domain.errors import WorkstationError
from workstation.domain.signing import StampWish

COPIES = ("Sao y", "Sao lục", "Trích sao")
"""Forms of a copy (Decree 30/2020 art. 3), as a stamp writes them."""
WORDS = ("name", "time", "date", "number", "copy")
"""What the lines of a stamp may ask for."""


class Place(Enum):
    """Where a stamp is at home."""

    TOP_LEFT = "top_left"
    TOP_RIGHT = "top_right"
    BOTTOM_LEFT = "bottom_left"
    BETWEEN = "between"
    """In the middle of the blank between the signer's title and name."""
    BESIDE = "beside"
    """Over the left third of an earlier signature."""
    BLANK = "blank"
    """At the left of a blank that is to be filled in."""


class Ink(Enum):
    """The picture of a stamp."""

    NONE = "none"
    BLUE = "blue"
    """A handwritten signature."""
    RED = "red"
    """A seal."""


class Signer(Enum):
    """Whose key the stamp is for. A person's stamp carries the name in the certificate, an agency's may carry the agency's."""

    OFFICIAL = "official"
    CLERK = "clerk"
    REGISTRAR = "registrar"
    """Văn thư with the agency's key (Decree 30/2020 art. 32)."""
    ANY = "any"


@dataclass(frozen=True, slots=True)
class Preset:
    """One kind of stamp; lengths in millimetres of the page as it is shown."""

    code: str
    name: str
    source: str
    """Decree and article, and which numbers are the program's own."""
    valid_from: date
    valid_to: date | None
    signer: Signer
    place: Place
    image: Ink
    width_mm: float
    """The largest width: of the lines, or of the picture."""
    height_mm: float
    """The largest height of the picture; 0 for lines."""
    side_mm: float
    top_mm: float
    """Distance from the corner; 0 where there is none."""
    move_mm: tuple[float, float]
    """How far from its home it may be moved, sideways and up or down."""
    size_pt: float
    frame: bool
    lines: tuple[str, ...]
    """May name ``WORDS`` in braces."""
    qr: bool
    """Whether it may carry a QR code."""

    @property
    def personal(self) -> bool:
        """Whether it is a person who signs."""
        return self.signer in (Signer.OFFICIAL, Signer.CLERK)

    @property
    def words(self) -> frozenset[str]:
        """What its lines ask for."""
        return frozenset(name for line in self.lines for _, name, _, _ in Formatter().parse(line) if name is not None)


_KEYS = {f.name for f in fields(Preset)}


def read_preset(row: Mapping[str, Any]) -> Preset:
    """A row of the data. ValueError names what breaks the schema."""
    where = f"stamp {row.get('code')}"
    if wrong := _KEYS.symmetric_difference(row):
        raise ValueError(f"{where}: unknown or missing {sorted(wrong)}")
    until = row["valid_to"]
    made = Preset(
        **{
            **row,
            "valid_from": date.fromisoformat(row["valid_from"]),
            "valid_to": date.fromisoformat(until) if until else None,
            "signer": Signer(row["signer"]),
            "place": Place(row["place"]),
            "image": Ink(row["image"]),
            "move_mm": (row["move_mm"][0], row["move_mm"][1]),
            "lines": tuple(row["lines"]),
        }
    )
    if unknown := made.words - set(WORDS):
        raise ValueError(f"{where}: lines ask for {sorted(unknown)}")
    if bool(made.lines) == (made.image is not Ink.NONE):
        raise ValueError(f"{where}: either lines or an image")
    if made.lines and made.size_pt <= 0:
        raise ValueError(f"{where}: size_pt")
    if made.width_mm <= 0 or min(made.side_mm, made.top_mm, *made.move_mm) < 0 or (made.height_mm > 0) != (not made.lines):
        raise ValueError(f"{where}: lengths")
    return made


@cache
def load_presets() -> tuple[Preset, ...]:
    """The stamps that ship with the program."""
    data = json.loads((files("signing") / "stamps.json").read_text("utf-8"))
    return tuple(read_preset(row) for row in data["stamps"])


def preset(code: str, on: date) -> Preset:
    """The stamp in force on a day. Raises U01 if there is none."""
    for row in load_presets():
        if row.code == code and row.valid_from <= on and (row.valid_to is None or on <= row.valid_to):
            return row
    raise WorkstationError("U01", detail=f"--preset {code}")


def require(kind: Preset, wish: StampWish) -> None:
    """Whether a stamp of this kind is given what it needs, and nothing that it can't carry. Raises U01 naming the option."""
    needs = {
        "--image": wish.image is not None if kind.image is not Ink.NONE else wish.image is None,
        "--at": wish.anchor is not None or kind.place not in (Place.BETWEEN, Place.BLANK),
        "--number": bool(wish.number.strip()) or "number" not in kind.words,
        "--copy": wish.copy.capitalize() in COPIES or "copy" not in kind.words,
        "--qr": kind.qr or not wish.qr_code,
    }
    if wrong := [option for option, met in needs.items() if not met]:
        raise WorkstationError("U01", detail=f"--preset {kind.code}: {' '.join(wrong)}")
