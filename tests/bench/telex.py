"""Strokes of a Vietnamese word in Telex: shapes by a second letter or ``w``, the tone last."""

import unicodedata

_TONES = {"\u0301": "s", "\u0300": "f", "\u0309": "r", "\u0303": "x", "\u0323": "j"}
_SHAPES = {"\u0306": "w", "\u031b": "w"}
_CIRCUMFLEX = "\u0302"


def strokes(word: str) -> str:
    """``Nguyễn`` → ``Nguyeenx``, ``Đường`` → ``DDuwowngf``; keys in the order in which they are pressed."""
    keys, tone = "", ""
    for letter in word:
        apart = unicodedata.normalize("NFD", letter)
        base, marks = apart[0], apart[1:]
        plain = {"đ": "d", "Đ": "D"}.get(base, base)
        keys += plain if plain == base else 2 * plain
        for mark in marks:
            keys += plain if mark == _CIRCUMFLEX else _SHAPES.get(mark, "")
            tone = _TONES.get(mark, tone)
    return keys + tone
