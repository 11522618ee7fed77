"""Signs that Tesseract mostly reads wrong, told by their shape: a fraction's comma as a point (``824.0``), the i of ``chi`` as ỉ,
the raised 2 of ``m²`` as 2, ? or °, ``III`` as II.

A comma hangs below the figures' feet and a point stands on them: on 272 clean and office pages of 1,898 points among figures
none hung deeper than 0.05 of a figure's height or was higher than 0.24 of it, of 937 commas nearly all more than 0.1 and 0.3.
The dot over an i is full and narrow and a hook is neither: of 115 wrong ỉ 107 were told so, of 282 right ones two, which their
neighbour bears out (``địa chỉ``). Of 154 raised twos all stood 0.44 of the m's height above its foot. All of ten II that had
three strokes were III.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np

from ocr.digits import REREAD, AWord
from ocr.frames import Pixels
from ocr.language.wording import usually_together
from ocr.loops import LARGER, pieces

_FRACTION = re.compile(r"(?<=\d)\.(?=\d{1,2}(?!\d))")
"""A point that parts no thousands; others are none in Vietnamese."""
_FIGURES = re.compile(r"[\d.,]*\d[.,]\d[\d.,]*")
_HOOKED = re.compile("[ỉỈ]")
_SQUARE = re.compile(r"(\(?m)([^\w\s,;:()/]|[2ỸỶỂẺZ7])?(\??[),.;:]*)")
"""Square metres as they are read: the 2, or what was taken for it, may be missing."""
_ONES = re.compile(r"(I{2,3})([.,;:]?)")
_TALL, _LOW = 0.75, 0.55
"""Heights of figures and of marks, in heights of the tallest."""
_BELOW = 0.3
"""What is looked at below a word's box, of its height."""
_DEEP, _HIGH = 0.1, 0.27
"""How far a comma hangs below the figures' feet, and its height, of theirs."""
_OVER, _FULL, _NARROW = 0.35, 0.72, 0.25
"""Of a mark over a letter: the height of its foot above the line, the share of its box that is ink, and its width; heights and
widths in heights of the highest letter."""
_RAISED, _SMALLER = 0.4, (0.45, 1.1)
"""Of the 2 of m²: its foot's height above the line, and its height, of the m's."""
_LEAST = 1.5 * LARGER**2
"""Ink of a mark; less is a speck."""


def by_shape(page: Pixels, words: Sequence[AWord]) -> tuple[AWord, ...]:
    """The words of a prepared grey page in their order, such signs as their shape says. A number or a name that changes so is in
    doubt, with what was read proposed."""
    out = list(words)
    for i, word in enumerate(words):
        if _FRACTION.search(word.text) and _FIGURES.fullmatch(word.text):
            out[i] = _with_comma(page, word)
        elif len(_HOOKED.findall(word.text)) == 1:
            out[i] = _with_dot(page, words, i)
        elif _SQUARE.fullmatch(word.text):
            out[i] = _with_square(page, word)
        elif _ONES.fullmatch(word.text):
            out[i] = _with_bars(page, word)
    return tuple(out)


def _with_comma(page: Pixels, word: AWord) -> AWord:
    hanging = _marks(page, word)
    at = [i for i, c in enumerate(word.text) if c in ".,"]
    if len(hanging) != len(at):
        return word
    points = {m.start() for m in _FRACTION.finditer(word.text)}
    wrong = {i for i, deep in zip(at, hanging, strict=True) if deep and i in points}
    if not wrong:
        return word
    text = "".join("," if i in wrong else c for i, c in enumerate(word.text))
    return replace(word, text=text, doubt=REREAD, suggestion=word.text)


def _marks(page: Pixels, word: AWord) -> list[bool]:
    """Of each mark at the figures' feet, from left to right: whether it hangs below them as a comma does."""
    boxes = pieces(page, word.box, _BELOW)[1][1:]
    figures = boxes[boxes[:, cv2.CC_STAT_HEIGHT] >= _TALL * boxes[:, cv2.CC_STAT_HEIGHT].max(initial=0)]
    if not len(figures):
        return []
    height, foot = float(np.median(figures[:, 3])), float(np.median(figures[:, 1] + figures[:, 3]))
    low = boxes[(boxes[:, 3] < _LOW * height) & (boxes[:, 1] > foot - _LOW * height) & (boxes[:, 4] >= _LEAST)]
    return [y + h - foot >= _DEEP * height and h >= _HIGH * height for _, y, _, h, _ in sorted(low.tolist())]


def _with_dot(page: Pixels, words: Sequence[AWord], at: int) -> AWord:
    """The word with i for ỉ if its one mark is a dot, unless it is usual beside a neighbour with ỉ alone."""
    word = words[at]
    text = word.text.translate(str.maketrans("ỉỈ", "iI"))
    if _beside(words, at, word.text) > _beside(words, at, text) or not _is_dotted(page, word):
        return word
    named = word.text[:1].isupper()
    return replace(word, text=text, doubt=REREAD if named else word.doubt, suggestion=word.text if named else word.suggestion)


def _beside(words: Sequence[AWord], at: int, text: str) -> bool:
    before, after = (words[k].text if 0 <= k < len(words) else "" for k in (at - 1, at + 1))
    return usually_together(before, text) or usually_together(text, after)


def _is_dotted(page: Pixels, word: AWord) -> bool:
    boxes = pieces(page, word.box)[1][1:]
    highest = float(boxes[:, 3].max(initial=0))
    tall = boxes[boxes[:, 3] > 0.5 * highest]
    if not len(tall):
        return False
    foot = float(np.median(tall[:, 1] + tall[:, 3]))
    over = [b for b in boxes.tolist() if b[1] + b[3] < foot - _OVER * highest and b[4] >= _LEAST and b[3] <= 0.6 * highest]
    return len(over) == 1 and over[0][4] >= _FULL * over[0][2] * over[0][3] and over[0][2] <= _NARROW * highest


def _with_square(page: Pixels, word: AWord) -> AWord:
    boxes = sorted(b for b in pieces(page, word.box)[1][1:].tolist() if b[4] >= _LEAST)
    if not boxes:
        return word
    m = max(boxes, key=lambda b: b[2])
    after = next((b for b in boxes if b[0] > m[0] + 0.6 * m[2]), None)
    if after is None or (m[1] + m[3] - after[1] - after[3]) < _RAISED * m[3]:
        return word
    fits = _SMALLER[0] * m[3] <= after[3] <= _SMALLER[1] * m[3]
    return replace(word, text=_SQUARE.sub(lambda found: found[1] + "²" + found[3].lstrip("?"), word.text)) if fits else word


def _with_bars(page: Pixels, word: AWord) -> AWord:
    """A Roman II or III of as many strokes as stand there."""
    boxes = [b for b in pieces(page, word.box)[1][1:].tolist() if b[4] >= _LEAST]
    highest = max((b[3] for b in boxes), default=0)
    bars = [b for b in boxes if b[3] >= _TALL * highest]
    read, after = _ONES.sub(r"\1", word.text), _ONES.sub(r"\2", word.text)
    if len(bars) != len(read) + 1 or len(bars) > 3 or any(b[2] > 0.6 * b[3] for b in bars):
        return word
    return replace(word, text="I" * len(bars) + after, doubt=REREAD, suggestion=word.text)
