"""Text as it is searched: each word with its diacritics ("exact") and without ("plain"), each where it stands in the text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from workstation.domain.folding import exact, plain

LONGEST = 100
"""Letters of a word that count: what is longer is no word of a language, and an index has its limits."""
WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class FoldedWord:
    start: int
    end: int
    exact: str
    plain: str

    @property
    def marked(self) -> bool:
        """Has a diacritic."""
        return self.exact != self.plain


def words(text: str) -> tuple[FoldedWord, ...]:
    """In the order of the text, which is NFC."""
    lower, bare = exact(text), plain(text)
    found = ((m.start(), m.end()) for m in WORD.finditer(lower))
    return tuple(FoldedWord(a, b, lower[a:b][:LONGEST], bare[a:b][:LONGEST]) for a, b in found)


# --- numbers in several pieces, and days

_PIECES = re.compile(r"(?<![\w.])\d{1,12}(?:[ .]\d{1,12})+(?![\w])")
IDENTITY_DIGITS = range(9, 13)
"""An old identity card has 9, a citizen's number 12; a number typed half is between."""
_ISO = re.compile(r"\b(\d{4})-(\d{1,2})-(\d{1,2})\b")
_DAY = re.compile(r"\b(\d{1,2})\s?[/.-]\s?(\d{1,2})\s?[/.-]\s?(\d{4})\b")
_SPOKEN = re.compile(r"\bngay (\d{1,2}) thang (\d{1,2}) nam (\d{4})\b")


def joined_numbers(text: str) -> Iterator[str]:
    """``079 199 012 345`` as one number."""
    for found in _PIECES.finditer(text):
        digits = "".join(c for c in found[0] if c.isdigit())
        if len(digits) in IDENTITY_DIGITS and digits.isascii():
            yield digits


def days(text: str) -> Iterator[date]:
    """Written as ``14/3/2019``, ``14-03-2019``, ``2019-03-14`` or in words."""
    found = [(m[1], m[2], m[3]) for m in _ISO.finditer(text)]
    found += [(m[3], m[2], m[1]) for m in _DAY.finditer(text)]
    found += [(m[3], m[2], m[1]) for m in _SPOKEN.finditer(plain(text))]
    for year, month, day in found:
        try:
            yield date(int(year), int(month), int(day))
        except ValueError:
            continue
