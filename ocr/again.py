"""The number and the day of a document, read once more by themselves: what it is known by, and no context puts them right.

A line that was told to be lost is believed where it has the form of one, however little sure its words are: no chance makes
``Số: 113/BC-UBND`` of strokes, and each word keeps its own confidence, so the fields are asked about. Of one that was read with
doubt two more readings are held against the first: what both say otherwise is suggested, and what they do not bear out is in
doubt. The words of the page stay as they were first read.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import cv2
import numpy as np

from ocr.engine import Recognizer
from ocr.frames import Pixels
from ocr.grammar import Part, date_parts, has_form, number_parts
from ocr.lines import AT_HEAD, RawWord, hull, moved
from ocr.missed import Paper, line_part, share
from workstation.domain.page import AGAIN, Box

HEAD = 0.4
"""Share of a page's height in which a document's number and day stand."""
_BESIDE_MM = 6.0
"""Between a line and the words before and behind it that may be of it."""
_LEAST_MM = 12.0
"""Width of the shortest number with its notation."""


def told_again(
    paper: Paper, words: tuple[RawWord, ...], lost: Sequence[Box], recognizer: Recognizer
) -> tuple[tuple[RawWord, ...], tuple[Box, ...]]:
    """The words with those of the lost lines that have the form of a number or a day, and the lines that stay lost."""
    mm, foot = paper.mm, HEAD * paper.page.shape[0]
    asked = [box for box in lost if box[3] < foot and box[2] - box[0] >= _LEAST_MM * mm]
    whole = [_whole(box, words, _BESIDE_MM * mm) for box in asked]
    cuts = [np.ascontiguousarray(line_part(paper.page, box, (), mm)[1]) for box in whole]
    told = list(lost)
    for number, (box, around, found) in enumerate(zip(asked, whole, recognizer.lines(cuts, paper.dpi), strict=True)):
        if not has_form(" ".join(w.text for w in found)):
            continue
        left, top = line_part(paper.page, around, (), mm)[0]
        line = (AT_HEAD, number)
        said = (replace(moved(w, left, top), line=line) for w in found if any(c.isalnum() for c in w.text))
        words = (*(w for w in words if share(w.box, around) < _OF_IT), *said)
        told.remove(box)
    return words, tuple(told)


_OF_IT = 0.5
"""Share of a word that lies in a line of which it is."""


def _whole(box: Box, words: Sequence[RawWord], near: float) -> Box:
    """The line with the words level with it that stand in it, or end right before it: its label may be all that was read."""
    own = [w.box for w in words if _level(w.box, box) and box[0] - near < w.box[2] and w.box[0] < box[2]]
    return hull((box, *own))


def _level(a: Box, b: Box) -> bool:
    return min(a[3], b[3]) - max(a[1], b[1]) > 0.5 * min(a[3] - a[1], b[3] - b[1])


# --- readings held against each other

_SURE = 0.85
"""The recogniser's own confidence above which a line is not read again (two more readings a line are dear)."""
_PAD, _BESIDE, _FRAME = 0.12, 2.0, 14
"""Of a line's height above and below it, and millimetres beside: more would show its neighbours, and a line that is not alone is
read as none. White around it, pixels."""


def held_against(paper: Paper, words: tuple[RawWord, ...], recognizer: Recognizer) -> tuple[RawWord, ...]:
    """The words in their order, those of a doubtful number or day with what more readings say of them."""
    asked = [line for line in _lines(words, HEAD * paper.page.shape[0]) if _doubtful([words[i] for i in line])]
    cuts = []
    for line in asked:
        cut = _alone(paper, hull(words[i].box for i in line))
        height = float(np.median([words[i].box[3] - words[i].box[1] for i in line]))
        cuts += [_framed(cut), _framed(evened(cut, height))]
    told = [" ".join(w.text for w in found) for found in recognizer.lines(cuts, paper.dpi)] if cuts else []
    out = list(words)
    for n, line in enumerate(asked):
        for i, word in zip(line, _judged([words[i] for i in line], told[2 * n : 2 * n + 2]), strict=True):
            out[i] = word
    return tuple(out)


def _lines(words: Sequence[RawWord], foot: float) -> list[list[int]]:
    """Indices of the words of each line at the head of the page, left to right."""
    by_line: dict[tuple[int, ...], list[int]] = {}
    for i, word in enumerate(words):
        if word.box[3] < foot:
            by_line.setdefault(word.line, []).append(i)
    return [sorted(line, key=lambda i: words[i].box[0]) for line in by_line.values()]


def _parts(text: str) -> tuple[Part, ...]:
    return (*number_parts(text), *date_parts(text))


def _doubtful(line: Sequence[RawWord]) -> bool:
    """Whether a line says a number or a day, and a word of these with doubt."""
    met = {i for part in _parts(" ".join(w.text for w in line)) for i in _under(line, part)}
    return any(line[i].confidence < _SURE for i in met)


def _under(line: Sequence[RawWord], part: Part) -> Iterator[int]:
    """Indices of the words in which a part of the line's text stands; of an empty one the word behind which it would."""
    at = 0
    for i, word in enumerate(line):
        end = at + len(word.text)
        if (at < part.end and part.start < end) or (part.start == part.end and at < part.start <= end):
            yield i
        at = end + 1


def _judged(line: Sequence[RawWord], told: Sequence[str]) -> list[RawWord]:
    out = list(line)
    others = [{part.name: part.said for part in _parts(text)} for text in told]
    for part in reversed(_parts(" ".join(w.text for w in line))):  # what is put in moves only what stands behind it
        met = list(_under(line, part))
        likely, sure = _voted(part, others)
        if len(met) != 1 or (likely == part.said and sure):
            continue
        word = out[met[0]]
        if likely != part.said:
            out[met[0]] = replace(word, doubt=AGAIN, suggestion=_put(word, line, part, likely, met[0]))
        elif not word.doubt:
            out[met[0]] = replace(word, doubt=AGAIN)
    return out


def _voted(part: Part, others: Sequence[Mapping[str, str]]) -> tuple[str, bool]:
    """What most of the readings say of a part, the first where none has more; whether nobody says otherwise."""
    said = [part.said, *(other.get(part.name, "") for other in others)]
    named = [s for s in said if s]
    if not named:
        return "", True
    return max(named, key=named.count), len(set(named)) == 1


def _put(word: RawWord, line: Sequence[RawWord], part: Part, likely: str, at: int) -> str:
    """The word with what is likely in the part's place."""
    text = word.suggestion if word.doubt == AGAIN and word.suggestion else word.text
    start = part.start - sum(len(w.text) + 1 for w in line[:at])
    return text[:start] + likely + text[start + part.end - part.start :]


# --- a line's picture


def _alone(paper: Paper, box: Box) -> Pixels:
    x0, y0, x1, y1 = box
    pad, side = _PAD * (y1 - y0), _BESIDE * paper.mm
    rows, columns = slice(max(0, round(y0 - pad)), round(y1 + pad) + 1), slice(max(0, round(x0 - side)), round(x1 + side))
    return paper.page[rows, columns]


def _framed(cut: Pixels) -> Pixels:
    white = (255, 255, 255)
    return np.ascontiguousarray(
        cv2.copyMakeBorder(cut, _FRAME, _FRAME, _FRAME, _FRAME, cv2.BORDER_CONSTANT, value=white), np.uint8
    )


_FAINT, _OVER = 60.0, 1.1
"""Levels below which ink is not made darker as if it were faded print; by how much the darkest is overdone."""


def evened(cut: Pixels, height: float) -> Pixels:
    """A line whose strokes are as dark everywhere as where it is darkest within a letter's ``height`` (pixels): a toner that
    failed, or an old ribbon, fades by the word."""
    ink = 255 - cv2.GaussianBlur(cut, (0, 0), 0.7).astype(np.float32)
    side = round(height) | 1
    peak = cv2.GaussianBlur(cv2.dilate(ink, np.ones((side, side), np.uint8)), (0, 0), 0.35 * height)
    return np.asarray(255 - np.clip(_OVER * 255 * ink / np.maximum(peak, _FAINT), 0, 255), np.uint8)
