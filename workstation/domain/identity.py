"""What a personal identity number says of its person (Decree 137/2015/NĐ-CP, art. 13; the numbers are rule data).

Twelve digits: province or country of the registration of birth, sex with the century, year of birth, six at random.
"""

import re
from dataclasses import dataclass
from datetime import date

from workstation.domain.folding import folded

MALE, FEMALE = "Nam", "Nữ"


@dataclass(frozen=True, slots=True)
class IdentityRules:
    """``provinces``: codes of those that gave numbers, also of such as are merged now. ``first_country``: the least code of a
    country, for who was born abroad. ``first_century``: the first year of the century whose men have the digit 0 (women 1; each
    following one two more). ``old_until``: last day of the cards whose number has nine digits."""

    source: str = ""
    valid_from: date = date.min
    provinces: frozenset[str] = frozenset()
    first_country: str = "000"
    first_century: int = 1900
    old_until: date = date.max


@dataclass(frozen=True, slots=True)
class Told:
    """By a number of twelve digits."""

    place: str
    sex: str
    birth_year: int


def is_old(number: str) -> bool:
    return re.fullmatch(r"[0-9]{9}", number) is not None


def told(number: str, rules: IdentityRules) -> Told | None:
    """None if it is no number of twelve digits."""
    if not re.fullmatch(r"[0-9]{12}", number):
        return None
    century, woman = divmod(int(number[3]), 2)
    return Told(number[:3], FEMALE if woman else MALE, rules.first_century + 100 * century + int(number[4:6]))


def place_exists(place: str, rules: IdentityRules) -> bool:
    return place in rules.provinces or place >= rules.first_country


def with_birth_year(number: str, year: int, rules: IdentityRules) -> str:
    """The number as it would be for somebody of the same sex born in that year; empty if no number can say so."""
    now = told(number, rules)
    digit = 2 * ((year - rules.first_century) // 100) + (now is not None and now.sex == FEMALE)
    return f"{number[:3]}{digit}{year % 100:02d}{number[6:]}" if now and 0 <= digit <= 9 else ""


def sex_of(text: str) -> str:
    """``Nam`` or ``Nữ`` as people write it; empty for anything else."""
    first = folded(text).split(" ")[0]
    return MALE if first == "nam" else FEMALE if first == "nu" else ""
