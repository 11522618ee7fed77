"""The letters beyond ASCII that Vietnamese is written with."""

import unicodedata

_TONES = ("", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323")
_VOWELS = "aăâeêioôơuưy"


def _letters() -> str:
    lower = [unicodedata.normalize("NFC", vowel + tone) for vowel in _VOWELS for tone in _TONES]
    return "".join(letter + letter.upper() for letter in [*lower, "đ"] if not letter.isascii())


VIETNAMESE_LETTERS = _letters()
"""All 134 in NFC: 67 small and 67 capital."""
