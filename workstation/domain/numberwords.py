"""Vietnamese number words, and dates written with them ("Ngày mười bốn tháng ba năm hai nghìn không trăm mười chín").

Certified copies and civil-status papers write dates so; the words are what nobody misreads. Marks don't count: the recogniser
loses them, and no two number words differ by marks alone where both can stand.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from workstation.domain.folding import plain, unmarked

_DIGITS = {
    "khong": 0, "mot": 1, "hai": 2, "ba": 3, "bon": 4, "tu": 4, "nam": 5, "lam": 5, "nham": 5, "sau": 6, "bay": 7, "tam": 8,
    "chin": 9,
}  # fmt: skip
_MONTHS = {"gieng": 1, "chap": 12}
_THOUSAND, _ODD = ("nghin", "ngan"), ("le", "linh")
_WORDS = frozenset({*_DIGITS, *_THOUSAND, *_ODD, "muoi", "tram"})
_TOKEN = re.compile(r"[^\W_]+")
_LONGEST = 9
"""Words of a number under ten thousand: ``chín nghìn chín trăm chín mươi chín`` has seven."""


def number_of(words: str | Sequence[str]) -> int | None:
    """The number below ten thousand that is said, or spelt digit by digit (``hai không một chín``); None for anything else."""
    tokens = [unmarked(w) for w in (_TOKEN.findall(unicodedata.normalize("NFC", words)) if isinstance(words, str) else words)]
    if not tokens or not _WORDS.issuperset(tokens):
        return None
    if len(tokens) in (2, 4) and all(t in _DIGITS for t in tokens) and tokens[0] != "khong":
        return int("".join(str(_DIGITS[t]) for t in tokens))
    return _below_10000(tokens)


def _below_10000(tokens: Sequence[str]) -> int | None:
    at = next((i for i, t in enumerate(tokens) if t in _THOUSAND), -1)
    if at < 0:
        return _below_1000(tokens)
    if at != 1 or not (thousands := _DIGITS.get(tokens[0], 0)):
        return None
    rest = tokens[2:]
    if not rest:
        return thousands * 1000
    # "hai nghìn chín" may be 2009 or 2900: only with "linh" or "không trăm" before it a single word is the last digit
    if len(rest) == 1 and rest[0] in _DIGITS:
        return None
    tail = _odd(rest) if rest[0] in _ODD else _below_1000(rest, after_thousand=True)
    return None if tail is None else thousands * 1000 + tail


def _odd(tokens: Sequence[str]) -> int | None:
    """``linh năm``."""
    digit = _DIGITS.get(tokens[1], 0) if len(tokens) == 2 else 0
    return digit or None


def _below_1000(tokens: Sequence[str], *, after_thousand: bool = False) -> int | None:
    if "tram" not in tokens:
        return _below_100(tokens)
    if len(tokens) < 2 or tokens[1] != "tram" or tokens[0] not in _DIGITS:
        return None
    hundreds, rest = _DIGITS[tokens[0]], tokens[2:]
    if hundreds == 0 and not (after_thousand and rest):
        return None
    if not rest:
        return hundreds * 100
    if rest[0] in _ODD:
        tail = _odd(rest)
    elif len(rest) == 2 and all(t in _DIGITS for t in rest):  # "chín trăm bảy lăm"
        tail = _DIGITS[rest[0]] * 10 + _DIGITS[rest[1]] if _DIGITS[rest[0]] else None
    else:
        tail = _below_100(rest) if len(rest) > 1 or rest[0] == "muoi" else None
    return None if tail is None else hundreds * 100 + tail


def _below_100(tokens: Sequence[str]) -> int | None:
    if len(tokens) == 1:
        return 10 if tokens[0] == "muoi" else _DIGITS.get(tokens[0])
    if "muoi" not in tokens or len(tokens) > 3:
        return None
    at = tokens.index("muoi")
    tens, rest = (1 if at == 0 else _DIGITS.get(tokens[0], 0)), tokens[at + 1 :]
    if at > 1 or not tens or (at == 1 and tens == 1) or len(rest) > 1:
        return None
    last = _DIGITS.get(rest[0], 0) if rest else 0
    return None if rest and not last else tens * 10 + last


@dataclass(frozen=True, slots=True)
class WordedDate:
    day: date
    start: int
    end: int
    """Where it stands in the text it was found in."""


def dates_in_words(text: str) -> tuple[WordedDate, ...]:
    """Every date whose year is written in words; day and month may be figures. What makes no date is none. ``text``: NFC."""
    tokens = [(m[0], m.start(), m.end()) for m in _TOKEN.finditer(plain(text))]
    found: list[WordedDate] = []
    at = 0
    while at < len(tokens):
        said = _date_at([t for t, _, _ in tokens[at : at + 5 + 3 * _LONGEST]]) if tokens[at][0] == "ngay" else None
        if said is None:
            at += 1
            continue
        day, count = said
        found.append(WordedDate(day, tokens[at][1], tokens[at + count - 1][2]))
        at += count
    return tuple(found)


def _date_at(tokens: Sequence[str]) -> tuple[date, int] | None:
    """The date that begins with these words, and how many of them it takes. The fifth month's name is the word for "year" too:
    each place where the year may begin is tried."""
    first = 2 if tokens[1:2] in (["mong"], ["mung"]) else 1
    month_at = next((i for i, t in enumerate(tokens[first : first + 5], first) if t == "thang"), 0)
    day = _small(tokens[first:month_at]) if month_at else None
    if day is None:
        return None
    for year_at in (i for i in range(month_at + 2, min(len(tokens), month_at + 6)) if tokens[i] == "nam"):
        month = _small(tokens[month_at + 1 : year_at])
        for end in range(min(len(tokens), year_at + 1 + _LONGEST), year_at + 1, -1):
            year = number_of(tokens[year_at + 1 : end])
            if month is not None and year is not None and 1000 <= year <= 9999:
                try:
                    return date(year, month, day), end
                except ValueError:
                    return None
    return None


def _small(tokens: Sequence[str]) -> int | None:
    """A day or a month, in words or figures."""
    if len(tokens) == 1 and (tokens[0] in _MONTHS or (tokens[0].isascii() and tokens[0].isdigit())):
        return _MONTHS.get(tokens[0]) or int(tokens[0][:4])
    return number_of(tokens)
