"""Words set in the common faces of office paper, for holding them against what is left of a word under a seal.

Decree 30/2020 (annex I, part I) prescribes Times New Roman; older machines and forms have a sans-serif or a typewriter's face.
Their metric twins with all Vietnamese letters lie in ``fonts/``: PyMuPDF's own lack every letter with two marks, and those with
one below; names that differ in nothing else (``Hồ`` and ``Hà``, but for a ring) were told by half of what there was to see.
"""

from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

import cv2
import numpy as np
import pymupdf
from numpy.typing import NDArray

Ink = NDArray[np.float32]
"""0: paper, 1: ink."""

FACES = tuple(f"Tram{family}-{style}" for family in ("Serif", "Sans", "Mono") for style in ("Bold", "Regular"))
EM = 64
"""Pixels of the type's size as it is set."""
_ABOVE, _BELOW = 1.0, 0.3
"""Room over and under the base line, in ems."""
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


@lru_cache(maxsize=1024)
def scaled(text: str, face: str, em: float) -> Setting:
    """The text at a size of ``em`` pixels; kept, since the names of one row are looked for in several places (7 MB)."""
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


@cache
def _letter(letter: str, face: str) -> tuple[Ink, float]:
    """Its shape and its width; of another face what this one has not."""
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
    return pymupdf.Font(fontbuffer=(files("ocr") / "fonts" / f"{face}.ttf").read_bytes())
