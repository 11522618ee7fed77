"""Numbers that can't be: days and months out of the calendar, letters among digits, odd groups of thousands, identity numbers.

What is suggested is suggested only where one reading is possible; a number is never changed.
"""

import re
from collections.abc import Sequence
from datetime import date
from functools import lru_cache

from ocr.grammar import identity_is_regular, plain
from workstation.domain.syllables import core

_LOOKALIKES = str.maketrans("OolI|", "00111")
_SHORT_DATE = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_AMONG_DIGITS = re.compile(r"(?=.*\d)(?=.*[OolISZó])[\dOolISZó.,/]+|(?=(?:\D*\d){5})\d[\d.,]*[^\W\d_][\d.,]*\d")
_IN_A_WORD = re.compile(r"[^\W\d_]{3,}\d+")
_AREA = re.compile(r"(\(?m)[?°”\"'*’](\)?[,.;:]?)")
_GROUPS = re.compile(r"\d+(?:\.\d+){2,}")
_NUMBERED = re.compile(r"\d+[a-zđ]?/(?:\d{4}/)?([^\W\d_][\w&.-]*)", re.UNICODE)
NOTATION_PARTS = (
    "QĐ", "NĐ", "NQ", "TT", "TTr", "TTLT", "CT", "KH", "BC", "TB", "HD", "BB", "CV", "GM", "GUQ", "HĐ", "ĐA", "DA", "PA",
    "UBND", "HĐND", "UBMTTQ", "CP", "TTg", "BNV", "BTC", "BTP", "BXD", "BYT", "BCA", "BGDĐT", "BTNMT", "VP", "VHXH", "KTHTĐT",
)  # fmt: skip
_IDENTITY_LABELS = ("CCCD", "CAN CUOC", "SO DINH DANH", "DINH DANH CA NHAN", "CONG DAN SO", "CAN CUOC SO")


def odd_formats(words: Sequence[str]) -> dict[int, str]:
    """Index of a word → what it may be, or an empty string."""
    found: dict[int, str] = {}
    for i, word in enumerate(words):
        if area := _AREA.fullmatch(word):
            found[i] = f"{area[1]}²{area[2]}"
            continue
        odd = _odd_word(core(word))
        if odd is not None:
            found[i] = word.replace(core(word), odd, 1) if odd else ""
    return found | _long_dates(words) | _identities(words)


@lru_cache(maxsize=4096)
def _odd_word(inner: str) -> str | None:
    """None for a word with nothing against it."""
    if "⁄" in inner:
        return inner.replace("⁄", "/")
    if short := _SHORT_DATE.fullmatch(inner):
        return None if _is_date(short[1], short[2], short[3]) else ""
    six = inner.replace("ó", "6")  # the one letter with marks that is seen for a digit
    if six != inner and not any(c.isalpha() for c in six):
        return six
    if _AMONG_DIGITS.fullmatch(inner) or _in_a_word(inner) or _odd_groups(inner):
        return ""
    numbered = _NUMBERED.fullmatch(inner)
    return _notation(inner, numbered[1]) if numbered else None


def _in_a_word(inner: str) -> bool:
    """``gia1``: a digit among small letters; codes (A4, QH15, VT2) have capitals."""
    return bool(_IN_A_WORD.fullmatch(inner)) and inner[1:3].islower()


def _odd_groups(inner: str) -> bool:
    """Thousands in groups that are not of three: ``190.0953.000``. Chapter numbers (1.2.3) have no group of three."""
    if not _GROUPS.fullmatch(inner):
        return False
    first, *rest = (len(group) for group in inner.split("."))
    return 3 in rest and (first > 3 or any(n != 3 for n in rest))


def _notation(inner: str, notation: str) -> str | None:
    """A known abbreviation with other marks (``QD`` for ``QĐ``)."""
    better = [_known_part(part) for part in notation.split("-")]
    said = "-".join(better)
    return inner[: -len(notation)] + said if said != notation else None


def _known_part(part: str) -> str:
    alike = [known for known in NOTATION_PARTS if plain(known) == plain(part)]
    return part if part in alike or len(alike) != 1 else alike[0]


def _is_date(day: str, month: str, year: str) -> bool:
    try:
        return 1850 <= date(int(year), int(month), int(day)).year <= 2100
    except ValueError:
        return False


def _long_dates(words: Sequence[str]) -> dict[int, str]:
    """``ngày 31 tháng 02 năm 2024``: the day that the month lacks, or what is no number at all."""
    found: dict[int, str] = {}
    flat = [plain(core(w)) for w in words]
    for i in range(len(words) - 5):
        if (flat[i], flat[i + 2], flat[i + 4]) != ("NGAY", "THANG", "NAM"):
            continue
        at = (i + 1, i + 3, i + 5)
        said = [core(words[k]) for k in at]
        if not all(said):  # a form's gaps, filled by hand or not at all
            continue
        digits = [s.translate(_LOOKALIKES) for s in said]
        possible = all(d.isdigit() for d in digits) and _is_date(*digits)
        for k, s, d in zip(at, said, digits, strict=True):
            if not s.isdigit():
                found[k] = words[k].replace(s, d, 1) if possible else ""
        if not possible and all(s.isdigit() for s in said):
            found[at[0] if int(said[1]) in range(1, 13) else at[1]] = ""
    return found


def _identities(words: Sequence[str]) -> dict[int, str]:
    """What stands behind the label of an identity number and can't be one."""
    found: dict[int, str] = {}
    flat = [plain(core(w)) for w in words]
    for i in range(len(words) - 1):
        label = " ".join(flat[max(0, i - 3) : i + 1])
        number = core(words[i + 1])
        if not label.endswith(_IDENTITY_LABELS) or sum(c.isdigit() for c in number) < 6:
            continue
        if len(number) not in (9, 12) or not number.isdigit() or not identity_is_regular(number):
            found[i + 1] = ""
    return found
