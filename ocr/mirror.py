"""Print of the sheet's other side that shows through: it reads better in a mirror. On worn paper its darkest lines are as dark as
this side's."""

from collections.abc import Callable, Sequence

import cv2
import numpy as np

from ocr.again import smaller
from ocr.engine import Recognizer
from ocr.frames import Pixels
from ocr.layout import confidence, sense
from ocr.lines import RawWord
from workstation.domain.syllables import core, is_syllable

_LEAST, _AHEAD, _ONLY = 0.35, 0.1, 0.6
"""Confidence of a reading in a mirror: at least, beyond that of the line itself, and where that says nothing."""
_SPELT, _LETTERS, _WORDS, _BEHIND = 0.5, 4, 0.5, 0.25
"""Share of a line's letters in syllables, below which it is the other side's where the mirror says nothing but syllables, of so
many letters at least, no less surely than that and by so much less than the line itself at most (none of 240 lost lines of 180
worn pages)."""
_PAIR, _PLAINLY, _UNSURE = 2, 0.7, 0.5
"""Letters of a syllable that the mirror says in the place of a letter or two, confidence of it and least of what it is here."""
_NAME = 5
"""Letters of a reading of grown specks that says something."""
_GROWN, _SMALLER = 1.0, 0.6
"""Width of the blur, in pixels, and share of the size, at which the specks of a scan in black and white make strokes."""

Said = Sequence[tuple[RawWord, ...]]


def read_both_ways(
    parts: Sequence[Pixels],
    short: Sequence[bool],
    dpi: float,
    recognizer: Recognizer,
    solid: Callable[[int], bool] = lambda _: False,
) -> tuple[Said, list[bool]]:
    """What each picture of a line says, and whether it shows through. What says nothing either way is looked at once more with
    its specks grown together to strokes. ``short``: a letter or two, which look alike in a mirror; ``solid``: whether the picture
    of that number has strokes as whole as the page's print, and so no specks: the mirror would read what lies under them."""
    fronts, backs = _both(parts, dpi, recognizer)
    pairs = list(zip(short, fronts, backs, strict=True))
    through = [plainly_mirrored(front, back) if few else mirrored(front, back) for few, front, back in pairs]
    mute = [i for i, (few, front, back) in enumerate(pairs) if not (few or front or back or solid(i))]
    for i, front, back in zip(mute, *_both([_smoothed(parts[i]) for i in mute], dpi, recognizer), strict=True):
        through[i] = len(_signs(back)) >= _NAME and mirrored(front, back)
    return fronts, through


def _both(parts: Sequence[Pixels], dpi: float, recognizer: Recognizer) -> tuple[Said, Said]:
    both = [*parts, *(np.ascontiguousarray(part[:, ::-1]) for part in parts)]
    read = recognizer.lines(both, dpi) if both else ()
    return read[: len(parts)], read[len(parts) :]


def _smoothed(part: Pixels) -> Pixels:
    return smaller(np.asarray(cv2.GaussianBlur(part, (0, 0), _GROWN), np.uint8), _SMALLER)


def mirrored(front: Sequence[RawWord], back: Sequence[RawWord]) -> bool:
    """Whether a line's reading in a mirror (``back``) makes more sense than as it is."""
    sure, said = confidence(back), _signs(back)
    if sum(c.isdigit() for c in said) > 0.5 * len(said):
        return False  # figures look alike in a mirror
    if said.isupper() and _spelt(back) <= max(0.5, _spelt(front)):
        return False  # most capitals do too, but make no syllables there
    if not front:
        return sure >= _ONLY
    words = _spelt(back) == 1 and _spelt(front) < _SPELT and sum(map(str.isalpha, said)) >= _LETTERS
    if words and sure >= max(_WORDS, confidence(front) - _BEHIND):
        return True
    return sure >= _LEAST and sure >= confidence(front) + _AHEAD and sense(back) > sense(front)


def plainly_mirrored(front: Sequence[RawWord], back: Sequence[RawWord]) -> bool:
    """Whether a letter or two are a syllable in a mirror, and next to nothing as they are."""
    here = confidence(front) < _UNSURE and _spelt(front) < _SPELT
    return here and _spelt(back) == 1 and sum(map(str.isalpha, _signs(back))) >= _PAIR and confidence(back) >= _PLAINLY


def _signs(words: Sequence[RawWord]) -> str:
    return "".join(c for w in words for c in w.text if c.isalnum())


def _spelt(words: Sequence[RawWord]) -> float:
    """Share of the letters and figures that make up Vietnamese syllables."""
    spelt = sum(len(core(w.text)) for w in words if is_syllable(core(w.text)))
    return spelt / max(1, len(_signs(words)))
