"""What administrative Vietnamese looks like: keywords despite reading errors, numbers, dates, names, identity numbers.

Comparison happens on a plain copy (no marks, upper case) of equal length; values are cut from the text as read and
never altered, apart from spaces inside codes.
"""

import re
import unicodedata
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache


class _Plain(dict[int, str]):
    """Filled as characters come: every word of a page passes here many times."""

    def __missing__(self, code: int) -> str:
        base = unicodedata.normalize("NFD", chr(code))[0].upper()
        self[code] = "D" if chr(code) in "đĐÐð" else base if len(base) == 1 else chr(code)
        return self[code]


_PLAIN = _Plain()


def plain(text: str) -> str:
    """Marks off, upper case, the same length as ``text`` (NFC), so that positions carry over."""
    return text.translate(_PLAIN)


@lru_cache(maxsize=4096)
def letters(text: str) -> str:
    """``plain`` with everything but letters and digits turned into single spaces; every keyword asks it of every line."""
    return " ".join(re.sub(r"[^A-Z0-9]+", " ", plain(text)).split())


def distance(a: Sequence[Hashable], b: Sequence[Hashable]) -> int:
    """Levenshtein distance, of letters or of words.

    Bit-parallel (Myers 1999, in Hyyrö's form): a row of the matrix is one integer of ``len(a)`` bits, so a page of 3,000
    letters takes milliseconds without a compiled library.
    """
    if not a or not b:
        return max(len(a), len(b))
    at: dict[Hashable, int] = {}
    for i, x in enumerate(a):
        at[x] = at.get(x, 0) | 1 << i
    full, last = (1 << len(a)) - 1, 1 << (len(a) - 1)
    plus, minus, score = full, 0, len(a)
    for y in b:
        same = at.get(y, 0)
        diagonal = (((same & plus) + plus) ^ plus) | same | minus
        horizontal_plus = minus | ~(diagonal | plus) & full
        horizontal_minus = diagonal & plus
        score += bool(horizontal_plus & last) - bool(horizontal_minus & last)
        horizontal_plus = (horizontal_plus << 1 | 1) & full
        plus = (horizontal_minus << 1) & full | ~(diagonal | horizontal_plus) & full
        minus = horizontal_plus & diagonal
    return score


def similarity(a: str, b: str) -> float:
    """1 for equal, 0 for nothing in common; on ``letters``."""
    x, y = letters(a), letters(b)
    longest = max(len(x), len(y))
    return 1 - distance(x, y) / longest if longest else 0.0


def starts_like(text: str, keyword: str, least: float = 0.8) -> float:
    """How well the first words of ``text`` (as many as ``keyword`` has) match it; 0 below ``least``."""
    wanted = letters(keyword)
    head = " ".join(letters(text).split()[: len(wanted.split())])
    if min(len(head), len(wanted)) < least * max(len(head), len(wanted)):
        return 0.0  # so many letters are missing at least
    score = similarity(head, wanted)
    return score if score >= least else 0.0


def is_upper(text: str) -> bool:
    """Whether nearly all letters are capitals (reading errors allowed)."""
    found = [c for c in text if c.isalpha()]
    return len(found) >= 2 and sum(c.isupper() for c in found) >= 0.8 * len(found)


@dataclass(frozen=True, slots=True)
class NumberLine:
    """``Số: 127/QĐ-UBND``: number and notation as read; either may be empty (handwritten, unreadable)."""

    number: str
    notation: str


_NUMBER = re.compile(r"^\W*S[O0]\s*[:.;,]{0,2}\s*(?P<number>[0-9OIL]{0,6}[A-Z]?)\s*[/|]\s*(?P<rest>\S.*)$")
_NOTATION = re.compile(r"^((?:\d{4}\s*/\s*)?[A-Z][A-Z0-9]*(?:\s?[-–]\s?[A-Z][A-Z0-9&.]*)*)")
_YEAR = re.compile(r"^(?:19|20)\d\d(?!\d)(?!\s*/)")


def parse_number(line: str) -> NumberLine | None:
    """Number and notation of a line ``Số: …/…`` (Decree 30/2020, annex I, II.3); None if it is no such line.

    A bare year after the stroke (``Số: 45/2019`` of a civil-status paper) is no notation.
    """
    found = _NUMBER.match(plain(line))
    if not found:
        return None
    number = line[slice(*found.span("number"))].strip()
    start = found.start("rest")
    if _YEAR.match(found["rest"]):
        return NumberLine(number, "")
    tail = _NOTATION.match(found["rest"])
    notation = line[start : start + tail.end()] if tail else ""
    return NumberLine(number, re.sub(r"\s+", "", notation).rstrip(".-"))


def notation_is_regular(notation: str) -> bool:
    """Abbreviation of the type (or of the agency, for official letters), then agency and drafting unit."""
    return bool(re.fullmatch(r"(?:\d{4}/)?[A-ZĐ][A-Za-zĐđ]*(?:-[A-ZĐ][A-Za-zĐđƯ&]*)+", notation))


@dataclass(frozen=True, slots=True)
class DateFound:
    iso: str
    """Empty if day, month and year make no date."""
    start: int
    end: int


_DIGITS = str.maketrans("OILSB", "01158")
_LONG_DATE = re.compile(
    r"NG[A-Z]Y\s*(?P<d>[0-9OIL]{1,2})\s*TH[A-Z]NG\s*(?P<m>[0-9OIL]{1,2})\s*N[A-Z]M\s*(?P<y>[0-9OIL]{4})(?![0-9])"
)
_SHORT_DATE = re.compile(r"(?<!\d)(?P<d>\d{1,2})\s?[/.-]\s?(?P<m>\d{1,2})\s?[/.-]\s?(?P<y>\d{4})(?!\d)")


def find_date(text: str) -> DateFound | None:
    """The first ``ngày … tháng … năm …``, else the first ``dd/mm/yyyy``."""
    flat = plain(text)
    found = _LONG_DATE.search(flat) or _SHORT_DATE.search(flat)
    if not found:
        return None
    day, month, year = (int(found[k].translate(_DIGITS)) for k in ("d", "m", "y"))
    try:
        iso = date(year, month, day).isoformat()
    except ValueError:
        iso = ""
    return DateFound(iso, found.start(), found.end())


def place_before(text: str, at: int) -> str:
    """The place in ``Hòa Hưng, ngày …``: what stands before the date and its comma."""
    return text[:at].strip(" ,.;:-_'’‘\"")


_NAME_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)?", re.UNICODE)


def is_person_name(text: str) -> bool:
    """Two to six words of letters, each with a capital first letter."""
    words = text.split()
    return 2 <= len(words) <= 6 and all(_NAME_WORD.fullmatch(w) and w[0].isupper() for w in words)


def find_identity(text: str) -> str:
    """The first run of twelve or nine digits (spaces between groups allowed); empty if there is none."""
    for found in re.finditer(r"(?<!\d)\d(?:[ .]?\d){8,11}(?!\d)", text):
        digits = re.sub(r"\D", "", found[0])
        if len(digits) in (9, 12):
            return digits
    return ""


def identity_is_regular(digits: str) -> bool:
    """Old nine digits, or twelve whose province code (001–096) can exist (Circular 59/2021/TT-BCA, art. 4)."""
    return len(digits) == 9 or (len(digits) == 12 and 1 <= int(digits[:3]) <= 96)
