"""How likely a word was read right: Tesseract's own figure, put right by what else is known about the word.

Tesseract says 0.96 of a word with a wrong mark and 0.5 of a good number. The model is a logistic regression over a few plain
features; its weights, and the pages that they were fitted on, are in ``confidence.json``, which ``./dev.sh bench calibrate
--write`` writes.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from importlib import resources
from itertools import pairwise

from ocr.language.wording import key, pairs
from workstation.domain.page import Word
from workstation.domain.syllables import core

FEATURES = ("odds", "page_odds", "short", "usual", "syllable", "phrase", "context", "format")
_LEAST, _MOST = 0.1, 0.985
"""Tesseract's figures end at 0.97, and below the first they tell nothing more."""


def features(words: Sequence[Word]) -> list[tuple[float, ...]]:
    """A row of ``FEATURES`` for each word of a page, doubts set, confidences as the recogniser gave them.

    Log odds of its own confidence and of the page's mean; whether it has two letters at most; whether it makes a usual pair with
    a neighbour; its doubt.
    """
    weight = sum(len(w.text) for w in words)
    page = _odds(sum(w.confidence * len(w.text) for w in words) / weight) if weight else 0.0
    together = [pair in pairs().known for pair in pairwise([key(w.text) for w in words])]
    usual = zip((False, *together), (*together, False), strict=True)
    return [_row(word, page, usual=any(beside)) for word, beside in zip(words, usual, strict=False)]


def _row(word: Word, page: float, *, usual: bool) -> tuple[float, ...]:
    kinds = (float(word.doubt == kind) for kind in FEATURES[4:])
    return (_odds(word.confidence), page, float(len(core(word.text)) <= 2), float(usual), *kinds)


def _odds(confidence: float) -> float:
    kept = min(_MOST, max(_LEAST, confidence))
    return math.log(kept / (1 - kept))


@cache
def _weights() -> tuple[float, tuple[float, ...]]:
    data = json.loads((resources.files("ocr.language") / "confidence.json").read_text("utf-8"))
    return data["constant"], tuple(data["weights"][name] for name in FEATURES)


def calibrated(words: Sequence[Word]) -> tuple[Word, ...]:
    """The words with the probability that each is right as its confidence. Not to be done twice."""
    constant, weights = _weights()
    out = []
    for word, row in zip(words, features(words), strict=True):
        x = constant + sum(w * v for w, v in zip(weights, row, strict=True))
        out.append(replace(word, confidence=round(1 / (1 + math.exp(-x)), 4)))
    return tuple(out)
