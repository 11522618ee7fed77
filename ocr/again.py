"""The number and the day of a document, read once more by themselves: what it is known by, and no context puts them right.

A line that was told to be lost is believed where it has the form of one, however little sure its words are: no chance makes
``Số: 113/BC-UBND`` of strokes, and each word keeps its own confidence, so the fields are asked about. Of one that was read with
doubt two more readings are held against the first: what both say otherwise is suggested, and what they do not bear out is in
doubt. The words of the page stay as they were first read.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import cv2
import numpy as np

from ocr.engine import Recognizer
from ocr.frames import Pixels
from ocr.geometry import grey
from ocr.grammar import Part, date_parts, has_form, is_labelled_day, number_parts, plain
from ocr.layout import confidence
from ocr.lines import AT_HEAD, RawWord, hull, level, moved
from ocr.missed import Paper, line_part, share
from workstation.domain.page import AGAIN, Box

HEAD = 0.4
"""Share of a page's height in which a document's number and day stand."""
_BESIDE_MM = 6.0
"""Between a line and the words before and behind it that may be of it."""
_LEAST_MM, _LABELLED_MM = 12.0, 50.0
"""Width of the shortest number with its notation, and of the shortest label with a day behind it."""


def told_again(
    paper: Paper, words: tuple[RawWord, ...], lost: Sequence[Box], recognizer: Recognizer
) -> tuple[tuple[RawWord, ...], tuple[Box, ...]]:
    """The words with those of the lost lines that have the form of a number or a day (below the head: of a label with a day
    filled in), and the lines that stay lost."""
    mm, foot = paper.mm, HEAD * paper.page.shape[0]
    asked = [box for box in lost if box[2] - box[0] >= (_LEAST_MM if box[3] < foot else _LABELLED_MM) * mm]
    whole = [_whole(box, words, _BESIDE_MM * mm) for box in asked]
    cuts = [np.ascontiguousarray(line_part(paper.page, box, (), mm)[1]) for box in whole]
    told = list(lost)
    for number, (box, around, found) in enumerate(zip(asked, whole, recognizer.lines(cuts, paper.dpi), strict=True)):
        text = " ".join(w.text for w in found)
        if not (has_form(text) if box[3] < foot else is_labelled_day(text)):
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
    own = [w.box for w in words if level(w.box, box) and box[0] - near < w.box[2] and w.box[0] < box[2]]
    return hull((box, *own))


# --- readings held against each other

_SURE, _SURE_DAY = 0.85, 0.93
"""The recogniser's own confidence above which a line is not read again (two more readings a line are dear); the paper's own day,
of which no other line on it tells the right one, sooner."""
_PAD, _BESIDE, FRAME = 0.12, 2.0, 14
"""Of a line's height above and below it, and millimetres beside: more would show its neighbours, and a line that is not alone is
read as none. White around it, pixels."""


def held_against(paper: Paper, words: tuple[RawWord, ...], recognizer: Recognizer) -> tuple[RawWord, ...]:
    """The words in their order, those of a doubtful number or day with what more readings say of them. Where two more readings
    of the paper's own day don't settle it, three others do, each from a picture in which other strokes are seen: of 145 worn
    pages 114 had their day right as first read, 132 by the vote of all."""
    lines = _lines(words, HEAD * paper.page.shape[0])
    own = _own_day(lines, words)
    asked = [line for line in lines if _doubtful([words[i] for i in line], own=line is own)]
    told = readings(
        paper,
        [as_it_is_and_evened(paper, [words[i] for i in line], words if line is own else None) for line in asked],
        recognizer,
    )
    out = list(words)
    for line, texts in zip(asked, told, strict=True):
        first = [words[i] for i in line]
        if line is own and not _settled(first, texts):
            texts = texts + readings(paper, [_three(paper, first, words)], recognizer)[0]
        judged = _judged(first, texts) if _parts(" ".join(w.text for w in first)) else _dated(first, texts)
        for i, word in zip(line, judged, strict=True):
            out[i] = word
    return tuple(out)


def readings(paper: Paper, shown: Sequence[Sequence[Pixels]], recognizer: Recognizer, least: float = 0.0) -> list[list[str]]:
    """What is read in each picture of each line; nothing with less than the ``least`` confidence."""
    cuts = [framed(cut) for pictures in shown for cut in pictures]
    found = recognizer.lines(cuts, paper.dpi) if cuts else ()
    told = iter([" ".join(w.text for w in words) if confidence(words) >= least else "" for words in found])
    return [[next(told) for _ in pictures] for pictures in shown]


def _own_day(lines: Sequence[list[int]], words: Sequence[RawWord]) -> list[int] | None:
    """The topmost line with a day in words: below it are those of the laws on which the paper rests."""
    said = [(line, " ".join(words[i].text for i in line)) for line in lines]
    dated = [line for line, text in said if date_parts(text) or _YEAR_BEHIND.search(plain(text))]
    return min(dated, key=lambda line: min(words[i].box[1] for i in line), default=None)


_YEAR_BEHIND = re.compile(
    r"[0-9].*\bN[A-Z]M\W*(?:19|20)[0-9]{2}\W*$|\bNG[A-Z]{1,2}\W{0,3}[0-9]{1,3}\W+TH[A-Z]{1,3}\W+[0-9]{1,3}\W+N[A-Z]M\W*$"
)
"""What is left of a day: a figure, and a year at the end, when its other words are past knowing; or all but its year."""


def _settled(line: Sequence[RawWord], told: Sequence[str]) -> bool:
    """Whether day, month and year were read, and nobody says otherwise."""
    said = [{part.name: part.said for part in date_parts(text)} for text in (" ".join(w.text for w in line), *told)]
    return all(len({other.get(name, "") for other in said}) == 1 and said[0].get(name) for name in ("d", "m", "y"))


def _lines(words: Sequence[RawWord], foot: float) -> list[list[int]]:
    """Indices of the words of each line at the head of the page, left to right."""
    by_line: dict[tuple[int, ...], list[int]] = {}
    for i, word in enumerate(words):
        if word.box[3] < foot:
            by_line.setdefault(word.line, []).append(i)
    return [sorted(line, key=lambda i: words[i].box[0]) for line in by_line.values()]


def _parts(text: str) -> tuple[Part, ...]:
    return (*number_parts(text), *date_parts(text))


def _doubtful(line: Sequence[RawWord], *, own: bool) -> bool:
    """Whether a line says a number or a day, and a word of these with doubt; of the paper's ``own`` day not all was read."""
    parts = _parts(" ".join(w.text for w in line))
    met = {i for part in parts for i in _under(line, part)}
    days = [part for part in parts if part.name in ("d", "m", "y")]
    lacking = own and not all(part.said for part in days or (Part("d", "", 0, 0),))
    return lacking or any(line[i].confidence < (_SURE_DAY if own else _SURE) for i in met)


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


def _dated(line: Sequence[RawWord], told: Sequence[str]) -> list[RawWord]:
    """A line that is no day as it was read: what two readings say stands in the place of the word before its first figure."""
    days = [day for text in told if len(day := [p.said for p in date_parts(text)]) == 3 and all(day)]
    likely = max(days, key=days.count, default=[])
    out = list(line)
    if days.count(likely) > 1:
        at = max(0, next(i for i, w in enumerate(line) if any(c.isdigit() for c in w.text)) - 1)
        out[at] = replace(line[at], doubt=AGAIN, suggestion="ngày {} tháng {} năm {}".format(*likely))
    return out


def _voted(part: Part, others: Sequence[Mapping[str, str]]) -> tuple[str, bool]:
    """What most of the readings say of a part, the first where none has more; whether nobody says otherwise."""
    said = [part.said, *(other.get(part.name, "") for other in others)]
    named = [s for s in said if s]
    if not named:
        return "", True
    same = _SAME_PICTURE if len(said) > 1 and said[0] == said[1] else 0.0

    def weight(one: str) -> float:
        return (named.count(one) - (same if one == said[0] else 0.0)) * (_CUT[part.name] if _cut_short(part.name, one) else 1)

    return max(named, key=weight), len(set(named)) == 1


_SAME_PICTURE = 0.5
"""What it takes from two readings that they are of one picture: the first, and the first of those after it."""

_CUT = {"d": 0.4, "m": 0.6}
"""The weight of a reading that lacks a figure."""


def _cut_short(name: str, said: str) -> bool:
    """Whether a figure of a day or month was lost: those below ten, and the months 1 and 2, have a nought before them (Decree
    30/2020/ND-CP, annex I, II.4), so that none can be put there."""
    return len(said) == 1 and (name == "d" or (name == "m" and said in "12"))


def _put(word: RawWord, line: Sequence[RawWord], part: Part, likely: str, at: int) -> str:
    """The word with what is likely in the part's place."""
    text = word.suggestion if word.doubt == AGAIN and word.suggestion else word.text
    start = part.start - sum(len(w.text) + 1 for w in line[:at])
    return text[:start] + likely + text[start + part.end - part.start :]


# --- a line's pictures


def as_it_is_and_evened(paper: Paper, line: Sequence[RawWord], head: Sequence[RawWord] | None) -> tuple[Pixels, Pixels]:
    """A line; of a day (``head``: the words above it) set level."""
    cut = _set_level(paper.page, paper, line, head) if head is not None else alone(paper, hull(w.box for w in line))[0]
    return cut, evened(cut, _height(line))


def _three(paper: Paper, line: Sequence[RawWord], head: Sequence[RawWord]) -> tuple[Pixels, ...]:
    """A day evened with its strokes thicker, and smaller, where gaps close; and larger, from the page as it was before faint
    strokes were taken for paper."""
    height = _height(line)
    even = evened(_set_level(paper.page, paper, line, head), height)
    faint = evened(_stretched(_set_level(grey(paper.cleaned), paper, line, head)), height)
    return (
        thicker(even),
        smaller(even, 0.7),
        np.asarray(cv2.resize(faint, None, fx=1.5, fy=1.5, interpolation=cv2.INTER_CUBIC), np.uint8),
    )


def thicker(cut: Pixels) -> Pixels:
    return np.asarray(cv2.erode(cut, np.ones((2, 2), np.uint8)), np.uint8)


def smaller(cut: Pixels, share: float) -> Pixels:
    return np.asarray(cv2.resize(cut, None, fx=share, fy=share, interpolation=cv2.INTER_AREA), np.uint8)


def _height(line: Sequence[RawWord]) -> float:
    return float(np.median([w.box[3] - w.box[1] for w in line]))


def alone(paper: Paper, box: Box) -> tuple[Pixels, tuple[int, int]]:
    """A line cut tight, and where on the page (x, y) its picture begins."""
    x0, y0, x1, y1 = box
    pad, side = _PAD * (y1 - y0), _BESIDE * paper.mm
    left, top = max(0, round(x0 - side)), max(0, round(y0 - pad))
    return paper.page[top : round(y1 + pad) + 1, left : round(x1 + side)], (left, top)


_STEEP, _OVER_LINE = 0.03, 0.35
"""Slope beyond which it is no line's; of its words' height what is shown above and below them."""


def _set_level(page: Pixels, paper: Paper, line: Sequence[RawWord], head: Sequence[RawWord]) -> Pixels:
    """A line cut out along its slope, by where most of its words lie: one read in two lines would make it twice as high. As far
    right as the lines above it reach, since a year that was not read belongs to no word."""
    x = np.array([(w.box[0] + w.box[2]) / 2 for w in line])
    top, foot = np.array([w.box[1] for w in line]), np.array([w.box[3] for w in line])
    i, j = np.triu_indices(len(line), 1)
    rises = ((top + foot)[j] - (top + foot)[i]) / 2 / np.maximum(np.abs(x[j] - x[i]), 1.0)
    slope = float(np.median(rises)) if len(rises) else 0.0
    slope = slope if abs(slope) < _STEEP else 0.0
    pad, side = _OVER_LINE * _height(line), _BESIDE * paper.mm
    first, last = float(np.median(top - slope * x)) - pad, float(np.median(foot - slope * x)) + pad
    left = max(0.0, min(w.box[0] for w in line) - side)
    right = min(page.shape[1], max(w.box[2] for w in (*line, *(h for h in head if h.box[3] < foot.min()))) + side)
    onto = np.array([[1, 0, left], [slope, 1, first + slope * left]])
    size = max(1, round(right - left)), max(1, round(last - first))
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(page, onto, size, flags=flags, borderValue=255), np.uint8)


_DARKEST, _PAPER = 2.0, 60.0
"""Percentiles of a line's levels that are its ink and its paper."""


def _stretched(cut: Pixels) -> Pixels:
    low, high = np.percentile(cut, (_DARKEST, _PAPER))
    return np.asarray(np.clip((cut - low) * (255 / max(20.0, 0.95 * high - low)), 0, 255), np.uint8)


def framed(cut: Pixels) -> Pixels:
    """With ``FRAME`` pixels of white around it: at a picture's very edge no letter is found."""
    white = (255, 255, 255)
    return np.ascontiguousarray(cv2.copyMakeBorder(cut, FRAME, FRAME, FRAME, FRAME, cv2.BORDER_CONSTANT, value=white), np.uint8)


_FAINT, _OVER = 60.0, 1.1
"""Levels below which ink is not made darker as if it were faded print; by how much the darkest is overdone."""


def evened(cut: Pixels, height: float) -> Pixels:
    """A line whose strokes are as dark everywhere as where it is darkest within a letter's ``height`` (pixels): a toner that
    failed, or an old ribbon, fades by the word."""
    ink = 255 - cv2.GaussianBlur(cut, (0, 0), 0.7).astype(np.float32)
    side = round(height) | 1
    peak = cv2.GaussianBlur(cv2.dilate(ink, np.ones((side, side), np.uint8)), (0, 0), 0.35 * height)
    return np.asarray(255 - np.clip(_OVER * 255 * ink / np.maximum(peak, _FAINT), 0, 255), np.uint8)
