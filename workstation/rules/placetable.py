"""The dated table of units: reads ``data/places.csv`` and ``places_changes.json``, with indexes over names in plain letters."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import cached_property
from importlib import resources
from typing import Any

from workstation.domain.place import PRESENT_SINCE, Level, Unit
from workstation.rules.placetext import key_of

WORDS = {
    "T": "Thành phố", "N": "Tỉnh",
    "Q": "Quận", "H": "Huyện", "X": "Thị xã", "C": "Thành phố",
    "p": "Phường", "x": "Xã", "t": "Thị trấn", "k": "Đặc khu",
}  # fmt: skip
LEVELS = {**dict.fromkeys("TN", Level.PROVINCE), **dict.fromkeys("QHXC", Level.DISTRICT), **dict.fromkeys("pxtk", Level.COMMUNE)}
_CHANGE_KEYS = {"from", "law", "source", "what", "kinds"}
_EARLIER_KEYS = {"name", "unit", "until", "law", "source"}


class Row:
    """A unit as the file has it. Of these there are 14,000, made in one pass when first a place is looked up."""

    __slots__ = ("children", "code", "earlier", "key", "kind", "kinds", "name", "names", "old", "parent", "went_to")

    def __init__(self, old: bool, kind: str, code: str, name: str, parent: "Row | None", to: str, earlier: str) -> None:
        self.old, self.kind, self.code, self.name, self.parent = old, kind, code, name, parent
        self.key = key_of(name)
        self.kinds = kind
        """Every kind that it has had since the table begins."""
        self.went_to = to
        self.earlier = earlier
        """Names and spellings before the table, with their kind, in plain letters; nobody vouches for them one by one."""
        self.names: tuple[tuple[str, str], ...] = ()
        """(kinds, key) of dated earlier names."""
        self.children: list[Row] = []

    @property
    def to(self) -> tuple[str, ...]:
        """Codes of the present units that an old one became."""
        return tuple(self.went_to.split())

    @property
    def level(self) -> Level:
        return LEVELS[self.kind]

    @property
    def full(self) -> str:
        return f"{WORDS[self.kind]} {self.name}"

    @property
    def line(self) -> tuple["Row", ...]:
        """Itself and what it lies in."""
        return (self, *self.parent.line) if self.parent else (self,)

    @property
    def label(self) -> str:
        return ", ".join(row.full for row in self.line)


class PlaceTable:
    """ValueError, KeyError or IndexError where a file breaks its shape."""

    def __init__(self, text: str, changes: Mapping[str, Any]) -> None:
        self.now: dict[str, Row] = {}
        """Present units by code."""
        self.old: dict[tuple[str, str, str], Row] = {}
        """Old units by the codes of province, district and commune."""
        self.by_key: dict[str, list[Row]] = {}
        for row, codes in _rows(text):
            if codes is None:
                self.now[row.code] = row
            else:
                self.old[codes] = row
            self.by_key.setdefault(row.key, []).append(row)
        self.changes = tuple(_change(c, self.now) for c in changes["changes"])
        """(day, {code: kind from that day on}), the oldest first."""
        self.table = max((day for day, _ in self.changes), default=PRESENT_SINCE)
        self._begun = {code: self.now[code].kind for _, kinds in self.changes for code in kinds}
        for _, kinds in self.changes:
            for code, kind in kinds.items():
                self.now[code].kind = kind
                self.now[code].kinds += kind
        for row in changes["earlier"]:
            self._name_earlier(row)
        self.spellings = {
            _spelling(short): name for short, name in sorted(changes["spellings"].items(), key=lambda x: -len(x[0]))
        }

    @cached_property
    def came_from(self) -> Mapping[str, Sequence[Row]]:
        """Present code → old communes (and islands) that went into it, whole or in part. Only a search asks."""
        out: dict[str, list[Row]] = {}
        for row in self.old.values():
            for code in row.to if row.level is not Level.PROVINCE else ():
                out.setdefault(code, []).append(row)
        return out

    def _name_earlier(self, entry: Mapping[str, Any]) -> None:
        if set(entry) != _EARLIER_KEYS:
            raise ValueError(f"earlier name {entry.get('name')}")
        date.fromisoformat(entry["until"])
        row = next(r for r in self.old.values() if r.code == entry["unit"] and r.level is not Level.COMMUNE)
        word = next(w for w in WORDS.values() if entry["name"].startswith(w + " "))
        kinds, key = "".join(k for k, w in WORDS.items() if w == word), key_of(entry["name"][len(word) + 1 :])
        row.names += ((kinds, key),)
        if row not in self.by_key.setdefault(key, []):
            self.by_key[key].append(row)

    def units(self, code: str) -> tuple[Unit, ...]:
        """A present unit under each of its names, the oldest first; none if there is no such code."""
        row = self.now.get(code)
        if row is None:
            return ()
        kinds = [(PRESENT_SINCE, self._begun.get(code, row.kind))]
        kinds += [(day, changed[code]) for day, changed in self.changes if code in changed]
        ends = [day - timedelta(days=1) for day, _ in kinds[1:]] + [None]
        parent = row.parent.code if row.parent else ""
        return tuple(
            Unit(code, f"{WORDS[kind]} {row.name}", row.level, parent, day, end)
            for (day, kind), end in zip(kinds, ends, strict=True)
        )

    def successors(self, row: Row) -> tuple[str, ...]:
        """Present codes that an old unit became: a province's of the province, a district's of all its communes."""
        if row.to or not row.children:
            return row.to
        return tuple(dict.fromkeys(code for child in row.children for code in child.to))


def _rows(text: str) -> Iterator[tuple[Row, tuple[str, str, str] | None]]:
    """In the file's order, each in the last higher one; with its three codes if it is of before."""
    old = False
    province: Row | None = None
    district: Row | None = None
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        fields = line.split(",")
        kind = fields[0]
        if len(fields) == 1:
            old, province, district = kind == "before", None, None
            continue
        parent = None if kind in "TN" else province if kind in "QHXC" else district or province
        row = Row(
            old, kind, fields[1], fields[2], parent, fields[3] if len(fields) > 3 else "", fields[4] if len(fields) > 4 else ""
        )
        if parent is not None:
            parent.children.append(row)
        if kind in "TN":
            province, district = row, None
        elif kind in "QHXC":
            district = row
        if not old:
            yield row, None
        elif province is not None:
            yield row, (province.code, district.code if district else "", "" if row is province or row is district else row.code)


def _change(entry: Mapping[str, Any], now: Mapping[str, Row]) -> tuple[date, dict[str, str]]:
    if set(entry) != _CHANGE_KEYS or set(entry["kinds"]) - set(now):
        raise ValueError(f"change of {entry.get('from')}")
    if wrong := [c for c, kind in entry["kinds"].items() if LEVELS[kind] is not LEVELS[now[c].kind]]:
        raise ValueError(f"change of {entry['from']}: {wrong}")
    return date.fromisoformat(entry["from"]), dict(entry["kinds"])


def _spelling(short: str) -> re.Pattern[str]:
    """With or without full stops, spaces and dashes between its words."""
    words = r"[\s.-]*".join(re.escape(w) for w in re.split(r"[\s-]", short))
    return re.compile(rf"(?<!\w){words}(?!\w)", re.IGNORECASE)


def read_table() -> PlaceTable:
    data = resources.files("workstation.rules") / "data"
    return PlaceTable((data / "places.csv").read_text("utf-8"), json.loads((data / "places_changes.json").read_text("utf-8")))
