"""Words and figures set in the common faces of office paper, for holding them against what is left of a word under a seal, or
against faded figures.

Decree 30/2020 (annex I, part I) prescribes Times New Roman; older machines and forms have a sans-serif or a typewriter's face.
Their metric twins with all Vietnamese letters lie in ``fonts/``: PyMuPDF's own lack every letter with two marks, and those with
one below; names that differ in nothing else (``Hồ`` and ``Hà``, but for a ring) were told by half of what there was to see.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from string import ascii_lowercase

import cv2
import numpy as np
import pymupdf
from numpy.typing import NDArray

from workstation.domain.fields import nfc
from workstation.domain.syllables import TONES

Ink = NDArray[np.float32]
"""0: paper, 1: ink."""
Tones = NDArray[np.uint8]
"""The same from 0 to ``_FULL``: a quarter of the room."""

FACES = tuple(f"Tram{family}-{style}" for family in ("Serif", "Sans", "Mono") for style in ("Bold", "Regular"))
ITALIC = "TramSerif-Italic"
"""Of figures only: place and day of a document (Decree 30/2020, annex I)."""
EM_MM = (2.2, 7.5)
"""Size of type on paper: 6 to 21 points."""
EM = 64
"""Pixels of the type's size as it is set."""
_ABOVE, _BELOW = 1.0, 0.3
"""Room over and under the base line, in ems."""
_FULL = 255
"""Tone of ink."""
_SMALL = ascii_lowercase + "đ" + "".join(nfc(vowel + tone) for vowel in "aăâeêioôơuưy" for tone in ("", *TONES))
LETTERS = frozenset(_SMALL + _SMALL.upper())
"""All that Vietnamese is written with, and the alphabet's."""
SIGNS = frozenset(".,;:()-–/“”\"'")
"""What stands beside words."""
FIGURES = frozenset("0123456789.,/-")
"""What numbers consist of."""
_INKED = 0.2
"""Tone from which on a pixel is ink."""
_SIDE = 8
"""Pixels of room for what a letter shows beside its own width."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A text in ``ink``; ``left``, ``base``: where in it the first letter begins and the base line lies, pixels."""

    ink: Ink
    left: float
    base: float


def advance(text: str, face: str, em: float) -> float:
    """Width of a text at a size of ``em`` pixels, with what its last letter keeps free behind it."""
    return sum(_width(c, face) for c in text) * em / EM


@cache
def bearings(letter: str, face: str) -> tuple[float, float]:
    """What a letter keeps free of its own width before and behind its ink, ems."""
    shape = scaled(letter, face, EM)
    inked = np.flatnonzero(shape.ink.max(axis=0) > _INKED)
    if not inked.size:
        return 0.0, 0.0
    return (int(inked[0]) - _SIDE) / EM, (_SIDE + _width(letter, face) - 1 - int(inked[-1])) / EM


@lru_cache(maxsize=1024)
def scaled(text: str, face: str, em: float, *, once: bool = False) -> Setting:
    """The text at a size of ``em`` pixels; kept, since the names of one row are looked for in several places (7 MB). ``once``: as
    one text in many faces, so that no more letters of a face are drawn than it has."""
    return _at_size(_kept(text, face, once), em)


def fleeting(text: str, face: str, em: float) -> Setting:
    """As ``scaled``, of words that are looked for in one place: nobody keeps them."""
    return _at_size(_set(text, face, once=False), em)


def _at_size(ink: Tones, em: float) -> Setting:
    by = em / EM
    size = max(1, round(ink.shape[1] * by)), max(1, round(ink.shape[0] * by))
    small = cv2.resize(ink, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    return Setting(small / np.float32(_FULL), _SIDE * by, _ABOVE * em)


@lru_cache(maxsize=2048)
def _kept(text: str, face: str, once: bool) -> Tones:
    """The names of four faces are kept."""
    return _set(text, face, once=once)


def _set(text: str, face: str, *, once: bool) -> Tones:
    """A text in the shapes of its letters."""
    shapes = (
        _drawn("".join(dict.fromkeys(text)), face) if once and not set(text) <= FIGURES else {c: _shape(c, face) for c in text}
    )
    width = sum(_width(c, face) for c in text)
    out = np.zeros((round((_ABOVE + _BELOW) * EM), round(width) + 2 * _SIDE + 1), np.uint8)
    x = 0.0
    for c in text:
        part = out[:, round(x) : round(x) + shapes[c].shape[1]]
        np.maximum(part, shapes[c][:, : part.shape[1]], out=part)
        x += _width(c, face)
    return out


@cache
def _width(letter: str, face: str) -> float:
    return float(_font(face).glyph_advance(ord(letter)) * EM)


@lru_cache(maxsize=2048)
def _shape(letter: str, face: str) -> Tones:
    """Of figures, and of what papers are written with, one that was drawn with all others."""
    many = _figures(face) if letter in FIGURES else _alphabet(face) if letter in LETTERS | SIGNS else _drawn(letter, face)
    return many[letter]


@cache
def _alphabet(face: str) -> Mapping[str, Tones]:
    return _drawn("".join(sorted(LETTERS | SIGNS)), face)


@cache
def _figures(face: str) -> Mapping[str, Tones]:
    return _drawn("".join(sorted(FIGURES)), face)


def _drawn(letters: str, face: str) -> Mapping[str, Tones]:
    """The shapes of letters, those that the face has not of another. All in one picture, a twentieth of the time of one for each;
    under one another with room between: side by side a place would depend on the widths before it."""
    high, wide = round((_ABOVE + _BELOW) * EM), [round(_width(c, face)) + 2 * _SIDE for c in letters]
    with pymupdf.open() as paper:
        page = paper.new_page(width=max(wide), height=2 * high * len(letters))
        writer = pymupdf.TextWriter(page.rect)
        for k, letter in enumerate(letters):
            writer.append((_SIDE, 2 * k * high + _ABOVE * EM), letter, font=_font(face), fontsize=EM)
        writer.write_text(page)
        seen = page.get_pixmap(colorspace=pymupdf.csGRAY)
        grey = np.frombuffer(seen.samples, np.uint8).reshape(len(letters), 2 * high, seen.stride)
        return {c: np.asarray(_FULL - one[:high, :w], np.uint8) for c, w, one in zip(letters, wide, grey, strict=True)}


@cache
def _font(face: str) -> pymupdf.Font:
    return pymupdf.Font(fontbuffer=(files("ocr") / "fonts" / f"{face}.ttf").read_bytes())
