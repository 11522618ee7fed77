"""The line of a document's number (``Số: 127/QĐ-UBND``) that was read as none, or with a notation that nobody has: broken
strokes, a stroke read as a figure, specks.

It begins as such a line does, so what stands there is known. It is read again from three more pictures, and the reading that is
most of a number and notation takes its place, each word in doubt.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ocr.again import FRAME, HEAD, alone, evened, framed, thicker
from ocr.engine import Recognizer
from ocr.grammar import notation_is_regular, parse_number, plain
from ocr.lines import RawWord, hull, moved
from ocr.missed import Paper
from ocr.notation import is_listed
from workstation.domain.page import AGAIN

_BEGINS = re.compile(r"^[\W_]*(?:S[A-Z06]|[58][O06])\W{0,3}[:;.,]\W*[0-9]")
"""``Số:`` and a figure, as they may be read."""
_SURE = 0.85
"""The recogniser's confidence from which a line's words are left alone."""


def numbers_read_again(paper: Paper, words: tuple[RawWord, ...], recognizer: Recognizer) -> tuple[RawWord, ...]:
    """The words, those of a number's line without its form replaced by the reading that has most of it."""
    height, width = paper.page.shape
    by_line: dict[tuple[int, ...], list[RawWord]] = {}
    for word in words:
        if word.box[3] < HEAD * height:
            by_line.setdefault(word.line, []).append(word)
    for name, line in by_line.items():
        line.sort(key=lambda w: w.box[0])
        if line[0].box[0] > width / 2 or not _asked(line):
            continue
        every = [line, *three_readings(paper, line, recognizer)]
        best = max(every, key=lambda one: (_form(one), *_often(one, every)))
        if _form(best) > _form(line):
            said = (replace(w, line=name, doubt=AGAIN) for w in best)
            words = (*(w for w in words if w.line != name), *said)
    return words


def _asked(line: Sequence[RawWord]) -> bool:
    doubtful = min(w.confidence for w in line) < _SURE
    return doubtful and bool(_BEGINS.match(plain(_text(line)))) and _form(line) < _WHOLE


_WHOLE = 4


def _form(line: Sequence[RawWord]) -> int:
    """How much of a number with its notation a line is, 0 to ``_WHOLE``."""
    found = parse_number(_text(line))
    if found is None or not found.number.isdigit():
        return 0
    return 1 + (not found.loose) + notation_is_regular(found.notation) + is_listed(found.notation)


def _often(line: Sequence[RawWord], every: Sequence[Sequence[RawWord]]) -> tuple[int, int]:
    """How many readings say the line's number, and how many its notation."""
    own, others = parse_number(_text(line)), [parse_number(_text(one)) for one in every]
    if own is None:
        return 0, 0
    return (
        sum(other is not None and other.number == own.number for other in others),
        sum(other is not None and other.notation == own.notation for other in others),
    )


def _text(line: Sequence[RawWord]) -> str:
    return " ".join(w.text for w in line)


def three_readings(paper: Paper, line: Sequence[RawWord], recognizer: Recognizer) -> list[list[RawWord]]:
    """The line from three pictures: cut tight, with its fading evened, and with its strokes thicker, so that broken ones meet."""
    cut, (left, top) = alone(paper, hull(w.box for w in line))
    letters = float(np.median([w.box[3] - w.box[1] for w in line]))
    found = recognizer.lines([framed(p) for p in (cut, evened(cut, letters), thicker(cut))], paper.dpi)
    return [[moved(w, left - FRAME, top - FRAME) for w in one] for one in found]
