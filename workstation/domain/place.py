"""Places as papers name them, and the administrative units that they mean: those until 30/06/2025 (63 provinces, districts,
communes) and those since (34 provinces, communes). What a paper says stays as it is printed; beside it stands what it means and
how that is known. Old to new is no function, and old names stay good on old papers (NQ 190/2025/QH15 article 10)."""

import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from enum import Enum
from typing import Any, Protocol

PRESENT_SINCE = date(2025, 7, 1)
"""QĐ 19/2025/QĐ-TTg; the level of districts ended the day before (Luật 72/2025/QH15 article 51.3)."""

_TONES = dict.fromkeys((0x300, 0x301, 0x303, 0x309, 0x323))


def _letter(code: int) -> str:
    base = unicodedata.normalize("NFD", chr(code).lower().replace("đ", "d"))[:1]
    return base if base.isascii() and base.isalnum() else ""


_LETTERS = {code: _letter(code) for code in (*range(0x250), *range(0x300, 0x370), *range(0x1E00, 0x1F00), *range(0x2010, 0x2030))}
"""What Vietnamese is written with, marks and dashes among it, to plain letters: 14,000 names have to be read in no time."""


class Level(Enum):
    PROVINCE = "province"
    DISTRICT = "district"
    COMMUNE = "commune"


class How(Enum):
    """How it is known which unit a text means."""

    EXACT = "exact"
    """The text names one, by name and kind, and that became one."""
    NEAR = "near"
    """Several have the name, and one of them is the office's own commune: that one, until a person says otherwise."""

    CHOSEN = "chosen"
    """A person chose it."""

    LEFT = "left"
    """A person looked at the paper and can't tell either."""
    SEVERAL = "several"
    """It may be one of several: a split commune, a district, a name that many bear, a letter that may be misread."""
    UNKNOWN = "unknown"


class Why(Enum):
    """Why a unit is a candidate."""

    SPLIT = "split"  # đơn vị cũ chia về nhiều nơi
    DISTRICT = "district"  # cấp huyện đã bỏ
    SAME_NAME = "same_name"  # nhiều nơi cùng tên
    MISREAD = "misread"  # sai một chữ hoặc một dấu
    EARLIER = "earlier"  # tên hoặc loại trước nữa


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit under one name. Old and present codes are two lists of their own: the same five digits may be in both."""

    code: str
    name: str
    """With its kind: ``Phường Hòa Hưng``."""
    level: Level
    parent: str
    """Code of the unit it lies in; empty for a province."""
    valid_from: date | None
    """None: since before the table begins."""
    valid_to: date | None
    """Its last day under this name; None: present."""


@dataclass(frozen=True, slots=True)
class OldCodes:
    """A unit of the time until 30/06/2025."""

    province: str
    district: str = ""
    commune: str = ""


@dataclass(frozen=True, slots=True)
class Placed:
    text: str
    """As on paper."""
    old: OldCodes | None
    now: str | None
    """Code of the present unit: two digits a province, five a commune."""
    how: How
    table: date
    """Day of the last change that the table knows."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A present unit that may be meant."""

    code: str
    name: str
    """With its province, as it is called now."""
    old: OldCodes | None
    was: str
    """The old unit with its district and province; empty: the text names the present one."""
    why: Why


@dataclass(frozen=True, slots=True)
class Resolved:
    placed: Placed
    candidates: tuple[Candidate, ...] = ()
    """The likeliest first; none where it is exact or unknown."""


@dataclass(frozen=True, slots=True)
class Near:
    """What else is known: it puts candidates in order, and says in which district or province a commune without one lies."""

    texts: tuple[str, ...] = ()
    """Other lines of the same paper: its agency and that agency's parent."""
    home: str = ""
    """Present code of the office's own commune."""


NOWHERE = Near()


@dataclass(frozen=True, slots=True)
class Receiver:
    """Who took over from an agency of the abolished level of districts; all in Vietnamese."""

    kind: str
    """What the agency was."""
    papers: str
    """Who keeps its papers."""
    matters: str
    """Who sees to its matters; empty: not told."""
    sure: bool
    """``matters`` is read in the law; else inferred, and shown as such."""
    since: date
    source: str


class Places(Protocol):
    """The dated table."""

    @property
    def table(self) -> date:
        """Day of the last change in it."""
        ...

    def resolve(self, text: str, on: date | None = None, near: Near = NOWHERE) -> Resolved:
        """Which unit the text means on a paper of that day (None: not known)."""
        ...

    def unit(self, code: str, on: date | None = None) -> Unit | None:
        """A present unit as it is called on a day (None: now)."""
        ...

    def label(self, code: str) -> str:
        """A present unit with its province; empty if there is none of that code."""
        ...

    def old_label(self, old: OldCodes) -> str: ...

    def receiver(self, text: str) -> Receiver | None:
        """Of the agency of district level that the text names."""
        ...

    def home(self, organization: str) -> str:
        """Present code of the office's commune; empty if its name doesn't say which."""
        ...

    def nearly(self, text: str) -> tuple[str, ...]:
        """What the communes are called that are of the kind that the text names, and one letter off its name, marks apart."""
        ...

    def names_for(self, text: str) -> tuple[str, ...]:
        """Every name, old and present, as papers write what the text names: ``Phường 12, Quận 10``, ``Phường Hòa Hưng``."""
        ...


ASKED = "place_several"
"""Speaks against a field (``IndexField.against``) until a person has said which unit it means."""
AGENCIES = ("organ_name", "parent_organ")
OF_THE_HEAD = (*AGENCIES, "place")
"""Fields of the paper's head: what lies near what the others name."""


def by_a_person(placed: Placed) -> bool:
    return placed.how in (How.CHOSEN, How.LEFT)


def asks(field: str, resolved: Resolved) -> bool:
    """Whether a person has to say which unit the field means. Not of a district, which became many; not of the line where a paper
    was signed, nor of where somebody was born or died. Not of an agency whose old unit is known: where one that has ended would
    lie now is no question; where somebody lives is."""
    past = field == "place" or field.endswith("_place") or (field in OF_THE_HEAD and resolved.placed.old is not None)
    if past or resolved.placed.how is not How.SEVERAL:
        return False
    return any(c.old is None or c.old.commune for c in resolved.candidates)


def names_a_place(field: str) -> bool:
    """Whether a field of that name holds a place, an agency of one, or an address."""
    return field in OF_THE_HEAD or field.endswith(("address", "_place"))


def placed_out(placed: Placed) -> dict[str, Any]:
    """As it is stored, and as exports and metadata carry it."""
    old = None if placed.old is None else asdict(placed.old)
    return {"text": placed.text, "old": old, "now": placed.now, "how": placed.how.value, "table": placed.table.isoformat()}


def placed_in(value: Mapping[str, Any]) -> Placed:
    old = None if value["old"] is None else OldCodes(**value["old"])
    return Placed(value["text"], old, value["now"], How(value["how"]), date.fromisoformat(value["table"]))


def plain_letters(text: str) -> str:
    """Lower case a to z and digits alone: ``Phường Hòa Hưng`` → ``phuonghoahung``."""
    letters = text.translate(_LETTERS)
    return letters if letters.isascii() else "".join(c for c in letters if c.isascii())


def spoken(text: str) -> str:
    """Letters with their marks, wherever the tone is written (``Hoà`` and ``Hòa`` are one); a number without leading zeros."""
    return " ".join(_syllable(word) for word in _words(text))


def _words(text: str) -> list[str]:
    kept = (
        c if c.isalnum() or unicodedata.combining(c) else "" if c in "'’" else " " for c in unicodedata.normalize("NFC", text)
    )
    return "".join(kept).lower().split()


def _syllable(word: str) -> str:
    letters = unicodedata.normalize("NFD", word)
    tone = "".join(c for c in letters if ord(c) in _TONES)
    return (letters.translate(_TONES) + tone).lstrip("0") or "0"


def one_off(a: str, b: str) -> bool:
    """Whether one letter put in, left out or taken for another makes the one of the other. Of digits only those count that look
    like a letter: the next number is another place."""
    if a == b or abs(len(a) - len(b)) > 1 or min(len(a), len(b)) < 2:
        return False
    at = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    if len(a) != len(b):
        longer, shorter = (a, b) if len(a) > len(b) else (b, a)
        return longer[:at] + longer[at + 1 :] == shorter and not longer[at].isdigit()
    if a[at + 1 :] != b[at + 1 :]:
        return False
    pair = {a[at], b[at]}
    return not any(c.isdigit() for c in pair) or pair in _LOOK_ALIKE


_LOOK_ALIKE = ({"o", "0"}, {"l", "1"}, {"i", "1"}, {"z", "2"}, {"s", "5"}, {"b", "8"})


def chosen(placed: Placed, candidate: Candidate) -> Placed:
    """With what a person chose."""
    return replace(placed, old=candidate.old, now=candidate.code, how=How.CHOSEN)


def left_open(placed: Placed) -> Placed:
    """A person can't tell; the old unit stays if it is known."""
    return replace(placed, now=None, how=How.LEFT)
