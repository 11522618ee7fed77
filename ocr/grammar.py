"""What administrative Vietnamese looks like: keywords despite reading errors, numbers, dates, names, identity numbers.

Comparison happens on a plain copy (no marks, upper case) of equal length; values are cut from the text as read, without
the spaces inside codes, a letter that stands for a digit taken for it and said to be (``loose``).
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


def distance(a: Sequence[Hashable], b: Sequence[Hashable], most: int | None = None) -> int:
    """Levenshtein distance, of letters or of words; beyond ``most`` some number that is higher, found sooner.

    Bit-parallel (Myers 1999, in Hyyrö's form): a row of the matrix is one integer of ``len(a)`` bits, so a page of 3,000
    letters takes milliseconds without a compiled library.
    """
    if not a or not b:
        return max(len(a), len(b))
    left, most = len(b), len(a) + len(b) if most is None else most
    if abs(len(a) - left) > most:
        return most + 1
    at = _letter_places(a) if isinstance(a, str) else _places(a)
    full, last = (1 << len(a)) - 1, 1 << (len(a) - 1)
    plus, minus, score = full, 0, len(a)
    for y in b:
        same = at.get(y, 0)
        diagonal = (((same & plus) + plus) ^ plus) | same | minus
        horizontal_plus = minus | ~(diagonal | plus) & full
        horizontal_minus = diagonal & plus
        score += bool(horizontal_plus & last) - bool(horizontal_minus & last)
        left -= 1
        if score - left > most:  # each letter to come brings it down by one at best
            return most + 1
        horizontal_plus = (horizontal_plus << 1 | 1) & full
        plus = (horizontal_minus << 1) & full | ~(diagonal | horizontal_plus) & full
        minus = horizontal_plus & diagonal
    return score


def _places(a: Sequence[Hashable]) -> dict[Hashable, int]:
    """Where each one stands, a bit a place."""
    at: dict[Hashable, int] = {}
    for i, x in enumerate(a):
        at[x] = at.get(x, 0) | 1 << i
    return at


@lru_cache(maxsize=256)
def _letter_places(a: str) -> dict[Hashable, int]:
    """``_places`` of a line that is held against one keyword after another."""
    return _places(a)


@lru_cache(maxsize=4096)
def bag(text: str) -> int:
    """Which letters there are and how many of each, a bit for each: whatever their order."""
    out = 0
    for c in set(text):
        out |= _HELD[c][min(text.count(c), _COUNTED)]
    return out


_COUNTED = 6


class _Held(dict[str, tuple[int, ...]]):
    """A letter → the bits of none, one, two of it and so on. Each letter has its own, in the order in which letters come."""

    def __missing__(self, letter: str) -> tuple[int, ...]:
        first = _COUNTED * len(self)
        self[letter] = tuple((1 << count) - 1 << first for count in range(_COUNTED + 1))
        return self[letter]


_HELD = _Held()


def far(a: int, b: int, most: int) -> bool:
    """Whether more than ``most`` letters of one bag are not in the other: so many have to be put in or changed at least."""
    return (a & ~b).bit_count() > most or (b & ~a).bit_count() > most


def similarity(a: str, b: str, least: float = 0.0) -> float:
    """1 for equal, 0 for nothing in common and for whatever is below ``least``; on ``letters``."""
    return alike(letters(a), letters(b), least)


def alike(x: str, y: str, least: float = 0.0) -> float:
    """``similarity`` of what is ``letters`` already."""
    longest = max(len(x), len(y))
    if not longest or min(len(x), len(y)) < least * longest:
        return 0.0  # so many letters are missing at least
    most = farthest(longest, least)
    if far(bag(x), bag(y), most):
        return 0.0
    score = 1 - distance(x, y, most) / longest
    return score if score >= least else 0.0


def farthest(longest: int, least: float) -> int:
    """Of so many letters, how many may differ; one more than needed, since shares are no whole numbers."""
    return int((1 - least) * longest) + 1


def starts_like(text: str, keyword: str, least: float = 0.8) -> float:
    """How well the first words of ``text`` (as many as ``keyword`` has) match it; 0 below ``least``."""
    wanted = letters(keyword)
    return similarity(_first_words(text, wanted.count(" ") + 1 if wanted else 0), wanted, least)


@lru_cache(maxsize=4096)
def _first_words(text: str, count: int) -> str:
    return " ".join(letters(text).split()[:count])


def is_upper(text: str) -> bool:
    """Whether nearly all letters are capitals (reading errors allowed)."""
    found = "".join(filter(str.isalpha, text))
    return len(found) >= 2 and sum(map(str.isupper, found)) >= 0.8 * len(found)


@dataclass(frozen=True, slots=True)
class NumberLine:
    """``Số: 127/QĐ-UBND``: number and notation; either may be empty (handwritten, unreadable)."""

    number: str
    """Digits, and a letter behind them if there is one."""
    notation: str
    at: tuple[int, int] = (0, 0)
    """Where the number stands in the line, or would stand."""
    rest: tuple[int, int] = (0, 0)
    """Where the notation stands."""
    loose: bool = False
    """Something had to be taken for something else: a letter for a digit, a stroke that was not read."""


_DIGIT = r"[0-9OQIJLSBZ!|\]\[]"
_DIGITS = str.maketrans("OQIJLSBZ!|][", "001115821111")
_MARKED_DIGITS = str.maketrans("óòõôöÓG", "6666666")
"""A six whose bow was read as a letter with a mark."""
_LABEL = r"^[\W_]*(?:S[O06QD]|[58][O06]|S[A-Z]O?(?=\s?:\s?[0-9]))(?![A-Z])"
_BLANK = r"[\s._…·\-–—;'\"”“‘’*]"
"""What stands where something is to be filled in, or was read of a stain there."""
_DATED = r"(?:19|20)\d\d\s?/\s?[A-Z]{2}"
"""A notation that begins with its year: the stroke before it may have been read as a comma."""
_NUMBER = re.compile(
    rf"{_LABEL}\s*[:.;,]{{0,2}}{_BLANK}*(?P<number>{_DIGIT}{{0,6}}[A-Z]?){_BLANK}*?(?P<stroke>[/|\\⁄]|[,.]\s?(?={_DATED}))\s*(?P<rest>\S.*)?$"
)
_RUN_TOGETHER = re.compile(rf"{_LABEL}\s*[:.;,]{{1,2}}\s*(?P<number>[0-9]{{1,5}})\W?(?P<rest>[A-Z][A-Z0-9]*(?:-[A-Z0-9]+)*)\W*$")
"""The stroke was not read: ``Số: 717UBND``."""
_BY_HAND = re.compile(
    r"^[\W_]*(?:S[O06Q]|5[O06])(?!\w*[A-Z]{3})(?P<mess>(?:(?![A-Z]{3})[^/]){0,14})/\s*(?P<rest>[A-Z]{2,4}(?:-[A-Z0-9]{2,})+)\W*$"
)
"""Handwriting read together with the label: ``Số4 Í /TB-UBND``."""
_UNREAD = re.compile(
    rf"{_LABEL}\s*[:.;,]\s*(?P<mess>[A-Z0-9]{{1,5}})/\s*(?P<rest>[A-Z]{{2,4}}(?:-[A-Z0-9]{{2,}}){{1,3}})(?![^\s.])"
)
"""Figures that were not read as such: ``Số: ISR6/BB-UBND``."""
_NOTATION = re.compile(r"^((?:\d{4}\s*/\s*)?[A-Z][A-Z0-9]*(?:\s?[-–]\s?[A-Z][A-Z0-9&.]*)*)")
_YEAR = re.compile(r"^(?:19|20)\d\d(?!\d)(?!\s*/)")
_STRUCK = re.compile(r"^(?:19|20)\d\d[17I|!](?=[A-Z]{2,4}\W?[A-Z]{2})")
"""The stroke between a year and its notation read as a figure."""
_UNSTRUCK = re.compile(r"^(?:19|20)\d\d(?=[A-Z]LK[A-Z]-[A-Z])")
"""Or not read, in a copy's (``2019TLKS-BS``)."""


def parse_number(line: str) -> NumberLine | None:
    """Number and notation of a line ``Số: …/…`` (Decree 30/2020, annex I, II.3); None if it is no such line.

    A bare year after the stroke (``Số: 45/2019`` of a civil-status paper) is no notation.
    """
    flat = plain(line)
    found = _NUMBER.match(flat)
    if found is None:
        run = _RUN_TOGETHER.match(flat) or _BY_HAND.match(flat) or _UNREAD.match(flat)
        number = run.groupdict().get("number", "") if run else ""
        return run and NumberLine(number, line[slice(*run.span("rest"))], run.span(1), run.span("rest"), True)
    at, rest = found.span("number"), found["rest"] or ""
    struck, unstruck = _STRUCK.match(rest), _UNSTRUCK.match(rest)
    if struck:
        stroke = found.start("rest") + struck.end()
        line, rest = f"{line[: stroke - 1]}/{line[stroke:]}", f"{rest[: struck.end() - 1]}/{rest[struck.end() :]}"
    elif unstruck:
        stroke = found.start("rest") + unstruck.end()
        line, rest = f"{line[:stroke]}/{line[stroke:]}", f"{unstruck[0]}/{rest[unstruck.end() :]}"
    written = line[slice(*at)].strip()
    if any(c.isdigit() for c in written):
        written = written.translate(_MARKED_DIGITS)
    number = written.upper().translate(_DIGITS) if not written[:-1].isdigit() or written[-1:] in _LOOK_LIKE_DIGITS else written
    said = line[slice(*at)].strip()
    if not rest or _YEAR.match(rest):
        return NumberLine(number, "", at, loose=number != said) if rest or number else None
    start = found.start("rest")
    tail = _NOTATION.match(rest)
    end = start + tail.end() if tail else start
    notation = re.sub(r"\s+", "", _before_a_name(line[start:end])).rstrip(".-")
    stained = bool((blank := _BEFORE_NUMBER.search(flat[: at[0]])) and set(blank[0]) & _STAINS)
    loose = number != said or stained or bool(struck or unstruck) or found["stroke"].strip() in _NO_STROKE
    return NumberLine(number, notation, at, (start, start + len(_before_a_name(line[start:end]))), loose)


_BEFORE_NUMBER, _STAINS = re.compile(rf"{_BLANK}*$"), frozenset(";'\"”“‘’*")
"""What stands between a label and its number, and signs there that may be the rest of a figure."""
_LOOK_LIKE_DIGITS = ("!", "|", "]", "[")
_NO_STROKE = (",", ".")


def _before_a_name(code: str) -> str:
    """The notation without a word that was read together with it: ``UBND-VPPhúc`` (the place beside it begins with a capital)."""
    run_on = re.search(r"(?<=[^\W\d_a-zà-ỹ])[^\W\d_a-zà-ỹ](?!r(?:-|$)|g(?:-|$)|đ)[a-zà-ỹđ]{2,}$", code)
    return code[: run_on.start()] if run_on else code


_CODED = re.compile(
    r"^[\W_]*(?:S[O06Q]\W*)?[0-9]{1,5}\s*/\s*(?:[0-9]{4}\s*/\s*)?[A-Z]{2,4}\W[A-Z0-9]{2,}|^[\W_]*S[O06Q]\W+[0-9]{2}.*[A-Z]{2}-[A-Z]{2}"
)


def has_form(text: str) -> bool:
    """Whether a line is a document's number with its notation, its label or not, or a full date in words."""
    found = find_date(text)
    return bool(_CODED.match(plain(text))) or (found is not None and not found.loose)


_LABELLED_DAY = re.compile(r"\W*[^\W\d_][^:0-9]{5,40}:\W*\d{1,2}/\d{1,2}/\d{4}\W*")


def is_labelled_day(text: str) -> bool:
    """Whether a line is a form's label and the day filled in behind it."""
    found = find_date(text)
    return bool(_LABELLED_DAY.fullmatch(text)) and found is not None and not found.loose


def notation_is_regular(notation: str) -> bool:
    """Abbreviation of the type (or of the agency, for official letters), then agency and drafting unit; a lone agency (``UBND``)
    is a letter's that no unit drafted."""
    return bool(re.fullmatch(r"(?:\d{4}/)?[A-ZĐ][A-Za-zĐđ]*(?:-[A-ZĐ][A-Za-zĐđƯ&]*)+|UBND|HĐND", notation))


@dataclass(frozen=True, slots=True)
class DateFound:
    iso: str
    """Empty if day, month and year make no date, or one of them was not read."""
    start: int
    end: int
    loose: bool = False
    """A word of it, or a digit, was only guessed."""
    partial: str = ""
    """Of a date whose day is left blank or was not read: year and month, ISO 8601 (``2025-07``), or the year alone (``2025``)."""


FIRST_YEAR, LAST_YEAR = 1900, 2099
"""Papers of the state that this program may meet."""
_LONG_DATE = re.compile(
    r"NG[A-Z]Y\s*(?P<d>[0-9OIL]{1,3})\s*TH[A-Z]NG\s*(?P<m>[0-9OIL]{1,2})\s*N[A-Z]M\s*(?P<y>[0-9OIL]{4})(?![0-9])"
)
_SHORT_DATE = re.compile(r"(?<!\d)(?P<d>\d{1,2})\s?[/.-]\s?(?P<m>\d{1,2})\s?[/.-]\s?(?P<y>\d{4})(?!\d)")
_UNSTRUCK_DATE = re.compile(
    r"(?<![\d/])(?P<d>\d{1,2})\s?(?:/(?=\s?\d{1,2}[\s,.]{1,2}\d)|[,.](?=\s?\d{1,2}\s?/\s?\d))\s?(?P<m>\d{1,2})[\s,./]{1,3}(?P<y>\d{4})(?!\d|\s?/)"
)
"""One of its two strokes was read as a comma or not at all: ``14/06 2019``."""
_DAY_DIGIT, _DAY_DIGITS = rf"(?:{_DIGIT}|T)", str.maketrans("OQIJLSBZ!|][T", "0011158211111")
"""In a sans-serif a one is at times read as a T."""
_LOOSE_DATE = re.compile(
    rf"(?P<word>\bN?[GQ6C][A-Z][YVA-Z]?|\bN[A-Z]{{2}}|\b\w{{0,6}}[AD][YV])[\W_]{{0,6}}?(?P<d>{_DAY_DIGIT}{{0,2}})[\W_]{{1,14}}"
    rf"T[A-Z]{{2,3}}[A-Z6+][\W_]{{0,4}}(?P<m>{_DAY_DIGIT}{{0,3}})[\W_]{{1,14}}[NH][A-Z]{{1,3}}[\W_]{{0,4}}(?P<y>(?:{_DIGIT}[.,']?){{0,4}})"
)
"""The words misread, or blanks between them."""
_BROKEN_DATE = re.compile(
    r"\bNG[A-Z]{1,2}\W{0,3}(?P<d>[0-9]{1,2})\s+\W?[A-Z]{3,5}\W{0,3}(?P<m>[0-9]{1,2})\s+N[A-Z]M\s*(?P<y>[0-9]{4})(?![0-9])"
)
"""The word before the month past knowing."""
_DAYLESS_DATE = re.compile(
    r"(?<![0-9])(?P<d>[0-9]{1,2})\W{0,3}TH[A-Z]NG\W{0,2}(?P<m>[0-9]{1,2})\W{1,3}N[A-Z]M\W{0,4}(?P<y>[0-9]{3,4})(?![0-9])"
)
"""The word before the day past knowing: what has a month and a year behind it is a day."""
_YEARLESS_DATE = re.compile(
    r"\bNG[A-Z]{1,2}\W{0,3}(?P<d>[0-9]{1,2})\s+T[A-Z]{2,3}[A-Z6+]\W{0,3}(?P<m>[0-9]{1,2})\s+\W{0,3}[^\W\d_]{0,4}\W{0,3}(?P<y>[12][0-9]{3})(?![0-9])"
)
"""The word before the year past knowing."""
_FILLED_DATE = re.compile(
    r"[^\w]*(?P<d>[0-3][0-9])(?:\W{0,3}|[17Il])(?P<m>[01][0-9])(?:\W{0,3}|[17Il])(?P<y>(?:19|20)[0-9]{2})\W*"
)
"""In a form's room for a date: its strokes read as points, as figures or not at all."""


_SIXES = re.compile(r"(?<![^\W\d_])[\dóòõôöÓG]+(?![^\W\d_])")
"""Figures alone, those with the letter that a six is read as among them."""


def find_date(text: str) -> DateFound | None:
    """The first ``ngày … tháng … năm …``, else the first ``dd/mm/yyyy``, else a date whose words were misread or that lacks a
    part."""
    sixed = _SIXES.sub(lambda six: six[0].translate(_MARKED_DIGITS), text)
    flat = plain(sixed)
    found = _LONG_DATE.search(flat) or _SHORT_DATE.search(flat)
    loose = found is None
    found = found or _UNSTRUCK_DATE.search(flat) or _wordless(flat)
    if not found:
        return None
    loose = loose or sixed[slice(*found.span())] != text[slice(*found.span())]
    said = [found[k] for k in ("d", "m", "y")]
    day, month, year = (re.sub(r"[.,']", "", k).translate(_DAY_DIGITS) for k in said)
    loose, year = loose or len(year) == 3, _whole_year(year)
    if not (day and month and len(year) == 4) or len(day) > 2 or len(month) > 2 or not (day + month + year).isdigit():
        if "," in found[0] or not (month or year or re.search(r"[._…]{2}", found[0])):
            return None  # words of a label: "Ngày, tháng, năm sinh"
        month_known = month.isdigit() and 1 <= int(month) <= 12 and _is_year(year)
        known_year = year if _is_year(year) else ""
        return DateFound("", found.start(), found.end(), True, f"{year}-{int(month):02d}" if month_known else known_year)
    guessed = loose or any(k != k.translate(_DAY_DIGITS) for k in said)
    if not _is_year(year) or not _iso(day, month, year):
        return DateFound(_likely_iso(day, month, year), found.start(), found.end(), True)
    return DateFound(_iso(day, month, year), found.start(), found.end(), guessed)


def _wordless(flat: str) -> re.Match[str] | None:
    """A date one of whose words, or the blanks between them, can't be read."""
    tried = (_LOOSE_DATE, _BROKEN_DATE, _YEARLESS_DATE, _DAYLESS_DATE)
    return next((found for pattern in tried if (found := pattern.search(flat))), None)


def filled_date(text: str) -> DateFound | None:
    """The date in a form's room for one; a guess where its strokes were not read as such."""
    found = find_date(text)
    if found is not None and found.iso:
        return found
    filled = _FILLED_DATE.fullmatch(text)
    iso = _iso(filled["d"], filled["m"], filled["y"]) if filled else ""
    return DateFound(iso, 0, len(text), True) if iso else found


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a number or date and where it stands in its line. ``said``: empty if it was not read, or can't be."""

    name: str
    said: str
    start: int
    end: int


def date_parts(text: str) -> tuple[Part, ...]:
    """Day, month and year of the line's ``ngày … tháng … năm …``; nothing without one."""
    flat = plain(_SIXES.sub(lambda six: six[0].translate(_MARKED_DIGITS), text))
    found = _LONG_DATE.search(flat) or _wordless(flat)
    if found is None or not any(c.isdigit() for c in found[0]):
        return ()  # "Ngày, tháng, năm sinh"
    said = {k: re.sub(r"[.,']", "", found[k]).translate(_DAY_DIGITS) for k in ("d", "m", "y")}
    said["y"] = _whole_year(said["y"])
    fits = {"d": _within(said["d"], 31), "m": _within(said["m"], 12), "y": _is_year(said["y"])}
    return tuple(Part(k, said[k] if fits[k] else "", *found.span(k)) for k in said)


def _within(digits: str, most: int) -> bool:
    return digits.isdigit() and 1 <= int(digits) <= most


def number_parts(text: str) -> tuple[Part, ...]:
    """The digits of a document's number and its notation (not said: where it is none); nothing where the line is no number."""
    found = parse_number(text)
    if found is None or not found.number.isdigit():
        return ()
    number = Part("number", found.number, *found.at)
    start, end = found.rest
    behind = re.sub(r"\W+$", "", text[end:].split(" ")[0])  # the word goes on: it is no notation as it was read
    if not found.notation or re.search(r"[a-zà-ỹđ]{2}", found.notation + behind):  # none, or with the place beside it
        return (number,)
    said = found.notation if notation_is_regular(found.notation) and not behind else ""
    return number, Part("notation", said, start, end + len(behind))


_MISREAD = (("6", "0"), ("9", "0"), ("3", "2"), ("2", "0"))
"""Digits and what they were on paper where a date cannot be; the commonest first (seven of 60 worn pages had one)."""


def _likely_iso(day: str, month: str, year: str) -> str:
    """The date with one digit taken for another, where a day, month or year can't be; empty if that doesn't help, and where each
    can be but not together: the thirty-first of February may be what was written."""
    if _is_year(year) and int(month) <= 12 and int(day) <= 31:
        return ""
    text = f"{day:>02}{month:>02}{year}"
    for read, meant in _MISREAD:
        for at, digit in enumerate(text):
            tried = text[:at] + meant + text[at + 1 :]
            if digit == read and _is_year(tried[4:]) and (iso := _iso(tried[:2], tried[2:4], tried[4:])):
                return iso
    return ""


def _whole_year(year: str) -> str:
    """With the first figure of ``020``, which was not read: no other can stand there."""
    return f"2{year}" if re.fullmatch(r"0[0-9]{2}", year) else year


def _is_year(year: str) -> bool:
    return len(year) == 4 and year.isdigit() and FIRST_YEAR <= int(year) <= LAST_YEAR


def _iso(day: str, month: str, year: str) -> str:
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return ""


def place_before(text: str, at: int) -> str:
    """The place in ``Hòa Hưng, ngày …``: what stands before the date and its comma, without a number's end level with it."""
    before = re.sub(r"[\s,.]+ngày\b.*$", "", text[:at])  # of a day that itself could not be read
    return _CODE.sub("", before.strip(_AROUND)).strip(_AROUND)


_AROUND = " ,.;:-_'’‘\""
_CODE = re.compile(r"^[A-ZĐ]{1,6}(?:-[A-ZĐ]{1,6})+(?=\s)")


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
