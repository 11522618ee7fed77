"""The recogniser behind a small port: a prepared grey page in, raw words out."""

from collections.abc import Sequence
from functools import cache
from typing import Protocol

import numpy as np

from ocr.frames import Pixels
from ocr.lines import RawWord
from ocr.tesseract import TesseractLibrary, TesseractProgram
from workstation.domain.page import Engine


class Recognizer(Protocol):
    def read(self, page: Pixels, dpi: float, *, block: bool = False) -> tuple[RawWord, ...]:
        """``block``: lines under one another, no layout. O01: engine or language missing, O02: page can't be read."""
        ...

    def lines(
        self, pictures: Sequence[Pixels], dpi: float, *, digits: bool = False, raw: bool = False
    ) -> tuple[tuple[RawWord, ...], ...]:
        """The words of each picture of one line, boxes on that picture. ``digits``: numbers only, their points, commas and
        strokes; ``raw``: the picture is the line and nothing else, no letters are looked for first (not with ``digits``)."""
        ...

    def describe(self) -> Engine: ...


@cache
def recognizer() -> Recognizer:
    """The faster engine that this machine has."""
    try:
        return TesseractLibrary()
    except ImportError:
        return TesseractProgram()


class Unread:
    """Reads nothing: for cleaning alone, which has to work on a machine without Tesseract too."""

    def read(self, page: Pixels, dpi: float, *, block: bool = False) -> tuple[RawWord, ...]:
        return ()

    def lines(
        self, pictures: Sequence[Pixels], dpi: float, *, digits: bool = False, raw: bool = False
    ) -> tuple[tuple[RawWord, ...], ...]:
        return tuple(() for _ in pictures)

    def describe(self) -> Engine:
        return Engine("none", "", "", "")


_LEAST_SENSE = 5.0
"""What is read with confidence where something is: a word of six letters. In a picture two or three letters are."""


def end_up(page: Pixels, dpi: float, recognizer: Recognizer) -> int:
    """0 or 180: which way round the fullest 30 mm of a level, prepared page read better."""
    h = page.shape[0]
    strip = min(h, round(30 / 25.4 * dpi))
    ink = np.cumsum(np.concatenate(([0.0], (page < 128).mean(axis=1))))
    # away from the very edges, where holes and borders lie
    first = min(h - strip, round(0.03 * h))
    starts = range(first, max(first + 1, h - strip - first), max(1, strip // 8))
    at = max(starts, key=lambda y: ink[y + strip] - ink[y])
    band = np.ascontiguousarray(page[at : at + strip])
    upright, turned = (_sense(recognizer.read(p, dpi)) for p in (band, np.ascontiguousarray(np.rot90(band, 2))))
    return 180 if turned > max(1.2 * upright, _LEAST_SENSE) else 0


def _sense(words: tuple[RawWord, ...]) -> float:
    """How much was read with confidence: letters weighted by the square of their word's confidence."""
    return sum(w.confidence**2 * sum(c.isalpha() for c in w.text) for w in words)
