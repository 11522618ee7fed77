"""Text without what differs by writer or reader alone: capitals, marks of tone and vowel, signs. Never for showing."""

import re
import unicodedata
from functools import lru_cache

_NO_WORD = re.compile(r"[\W_]+")
_D = "đð"
"""The second is what readers take the first for."""


class _Exact(dict[int, str]):
    def __missing__(self, code: int) -> str:
        lower = chr(code).lower()
        self[code] = found = lower if len(lower) == 1 else chr(code)
        return found


class _Plain(dict[int, str]):
    def __missing__(self, code: int) -> str:
        letter = _EXACT[code]
        base = "d" if letter in _D else unicodedata.normalize("NFD", letter)[0].lower()
        self[code] = found = base if len(base) == 1 and base.isalnum() == letter.isalnum() else letter
        return found


_EXACT, _PLAIN = _Exact(), _Plain()


def exact(text: str) -> str:
    """In lower case. As long as the text, which is NFC."""
    return text.translate(_EXACT)


def plain(text: str) -> str:
    """In lower case and without diacritics. As long as the text, which is NFC."""
    return text.translate(_PLAIN)


def unmarked(text: str) -> str:
    """``plain`` of any text, composed or not."""
    flat = plain(unicodedata.normalize("NFC", text))
    return flat if flat.isascii() else "".join(c for c in flat if not unicodedata.combining(c))


@lru_cache(maxsize=4096)
def folded(text: str) -> str:
    """``unmarked`` words with one space between: ``ỦY BAN`` and ``Uỷ  ban`` are the same."""
    return _NO_WORD.sub(" ", unmarked(text)).strip()
