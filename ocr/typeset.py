"""Words set in the common faces of office paper, for holding them against what is left of a word under a seal.

Decree 30/2020 (annex I, part I) prescribes Times New Roman; older machines and forms have a sans-serif or a typewriter's face.
PyMuPDF brings the metric twins of all three. They lack the horn and the tone of ``ơ``, ``ộ``; the letter is set without.
"""

import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache

import cv2
import numpy as np
import pymupdf
from numpy.typing import NDArray

Ink = NDArray[np.float32]
"""0: paper, 1: ink."""

FACES = ("tibo", "tiro", "hebo", "helv", "cobo", "cour")
EM = 64
"""Pixels of the type's size as it is set."""
_ABOVE, _BELOW = 1.0, 0.3
"""Room over and under the base line, in ems."""
_HORN, _HORN_WIDTH = "\u031b", {"ti": 0.05, "he": 0.1, "co": 0.0}
"""Width that a horn adds to ``o`` and ``u``, ems, by the family of the face."""
_FULL = 255
"""Tone of ink."""
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
    return sum(_letter(c, face)[1] for c in text) * em / EM


def scaled(text: str, face: str, em: float) -> Setting:
    """The text at a size of ``em`` pixels."""
    ink, by = _set(text, face), em / EM
    size = max(1, round(ink.shape[1] * by)), max(1, round(ink.shape[0] * by))
    small = cv2.resize(ink, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    return Setting(small / np.float32(_FULL), _SIDE * by, _ABOVE * em)


@lru_cache(maxsize=2048)
def _set(text: str, face: str) -> NDArray[np.uint8]:
    """In tones up to ``_FULL``: the names of four faces are kept, a hundred megabytes less than as floats."""
    shapes = [_letter(c, face) for c in text]
    width = sum(own for _, own in shapes)
    out = np.zeros((round((_ABOVE + _BELOW) * EM), round(width) + 2 * _SIDE + 1), np.float32)
    x = 0.0
    for shape, own in shapes:
        part = out[:, round(x) : round(x) + shape.shape[1]]
        np.maximum(part, shape[:, : part.shape[1]], out=part)
        x += own
    return np.round(out * _FULL).astype(np.uint8)


def _letter(letter: str, face: str) -> tuple[Ink, float]:
    """Its shape and its width, with room for a horn that is not drawn."""
    shape, width = _glyph(_plain(letter, face), face)
    horned = _HORN in unicodedata.normalize("NFD", letter)
    return shape, width + (_HORN_WIDTH[face[:2]] * EM if horned else 0.0)


@cache
def _glyph(letter: str, face: str) -> tuple[Ink, float]:
    width = _font(face).glyph_advance(ord(letter)) * EM
    with pymupdf.open() as paper:
        high = round((_ABOVE + _BELOW) * EM)
        page = paper.new_page(width=round(width) + 2 * _SIDE, height=high)
        writer = pymupdf.TextWriter(page.rect)
        writer.append((_SIDE, _ABOVE * EM), letter, font=_font(face), fontsize=EM)
        writer.write_text(page)
        seen = page.get_pixmap(colorspace=pymupdf.csGRAY)
        grey = np.frombuffer(seen.samples, np.uint8).reshape(seen.height, seen.stride)[:, : seen.width]
    return np.asarray(1 - grey / np.float32(255), np.float32), width


@cache
def _font(face: str) -> pymupdf.Font:
    return pymupdf.Font(face)


@cache
def _plain(letter: str, face: str) -> str:
    """The letter, or the nearest that the face has: without its tone, without its horn."""
    font = _font(face)
    parts = unicodedata.normalize("NFD", letter)
    for many in range(len(parts), 0, -1):
        nearest = unicodedata.normalize("NFC", parts[:many])
        if len(nearest) == 1 and font.has_glyph(ord(nearest)):
            return nearest
    return parts[0]
