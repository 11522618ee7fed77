"""Lines of a worn page that could not be read, held against what stands by itself on papers of offices.

Under a fold, a seal or where print has faded a line is read as a few wrong letters, or not at all, while a person still sees
which of some eighty lines it is: an office over a signature (``ocr.offices``), ``- Như trên;`` among the recipients. So each of
these is set in the type of the lines around (``setword``) and laid over the place. What was read surely there has to agree. On
199 worn tuning pages 90 lines were put right so, 33 of which had been lost or half read, none wrongly. Their words stand in
doubt, with what was read beside them.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr import typeset
from ocr.frames import Pixels
from ocr.grammar import distance, letters
from ocr.ink import holds
from ocr.language.wording import lines_of
from ocr.lines import SET, RawWord, Segment, hull, level, segments
from ocr.missed import KNOWN, share
from ocr.offices import OFFICES
from ocr.setword import Type, evidence, type_of, weights
from workstation.domain.page import LIKELY, Box, Transform, UnreadArea
from workstation.domain.syllables import core, is_syllable

Map = NDArray[np.float32]

_ROUGH, _FINE, _BLUR = 12, 24, 1.0
"""Pixels of the size of type at which all lines are compared, and at which the likeliest are; by which both are blurred."""
_SIZES = (0.96, 1.0, 1.04)
_TYPES, _NEIGHBOURS = 3, 8
"""Types that a line may have, of so many lines around it."""
_CLOSELY = 12
"""Of these, set in several sizes, so many are looked at word by word."""
_LIKELY, _HOPED = 4, 0.5
"""Lines that are compared closely, the longest and the likest, and how like one of them has to be."""
_HIGHER, _BESIDE = 0.6, 8.0
"""Ems over, under and beside a place where its line may stand."""
_LONGEST = 26.0
"""Heights of a line that may stand by itself."""
_CERTAIN = 0.9
"""Confidence of a word that may be no syllable and yet was read."""
_BEGUN, _NEARLY = 2, 0.2
"""Letters that a line begins with, and share of them that may be others, where it was read surely and yet almost."""
_MIDDLE = 0.45
"""Share of a page's width left of which no office stands, and right of which no list of recipients begins."""
_ASIDE = 0.15
"""Share of a page's width by which the middle of what is seen of a title may stand off the page's."""
_OVER = 0.3
"""Share of a set line that may lie beside its place."""
_LIKE, _CLEARLY, _AS_WELL = 0.7, 1.1, 0.8
"""Least likeness of a line; how much more its ink has to speak for it than for any other, and how much less it may for a longer
one of which it is a part."""
_FOLLOWS = 3.0
"""Heights within which words that follow are of the same line."""
_WORD, _PLAY = 0.4, 2
"""Least likeness of each word of a line by itself (of 110 lines that were right the least had 0.5 and more, of two that were not
less than 0.1); pixels by which it may stand off its place in the line."""
_LIKER = 0.03
"""By how much liker a word has to be that was read to stand in a line's way."""
_FIGURE = 0.02
"""By how much liker a line has to be than one with another figure."""
_COVERED, _REST = 0.4, 2.0
"""Share of a lost place that a line has to cover, or the place stays; heights of a rest that stays."""


@dataclass(frozen=True, slots=True)
class _Line:
    """``open``: whether it goes on with what nobody knows; ``office``: whether it is a signer's; ``title``: a paper's."""

    text: str
    open: bool = False
    office: bool = False
    title: bool = False

    def in_face(self, face: str) -> bool:
        """Whether it may be set so: heads, titles and offices, in capitals, are bold (Decree 30/2020, annex I)."""
        return not self.text.isupper() or self.text.startswith("-") or face.endswith("Bold")


STEP = Transform("set_lines", 1, (), "worn print")
"""For the record."""


_BY = ("TM. ", "KT. ", "TL. ", "TUQ. ")
"""By whose authority somebody signs (Decree 30/2020, annex I, II.7)."""


@cache
def _known() -> tuple[_Line, ...]:
    alone = (_parsed(line) for line in lines_of("alone.txt"))
    return tuple(dict.fromkeys((*(_Line(office, office=True) for office in OFFICES), *alone)))


def _parsed(line: str) -> _Line:
    text = line.removeprefix("=").removesuffix("…").strip()
    return _Line(text, line.endswith("…"), text.startswith(_BY), line.startswith("="))


def _is_known(said: str) -> bool:
    return any(said == line.text or (line.open and said.startswith(line.text)) for line in _known())


@dataclass(frozen=True, slots=True)
class _Held:
    """A line where it is like the ink: ``box`` of its ink, pixels of the page; ``speaks``: how much likelier than anything the
    ink is to be it, natural logarithm (``setword``), but for how many pixels of a square em are independent of each other."""

    line: _Line
    of: Type
    like: float
    speaks: float
    box: Box

    def again(self, like: float) -> "_Held":
        """The same with another likeness."""
        return replace(self, like=like, speaks=self.speaks * evidence(like) / evidence(self.like))


@dataclass(frozen=True, slots=True)
class _Place:
    """Words that make no sense, lost print, or both: what stood there."""

    box: Box
    words: tuple[RawWord, ...]


def held(
    page: Pixels, words: Sequence[RawWord], areas: Sequence[UnreadArea], dpi: float, cells: Sequence[Box]
) -> tuple[tuple[RawWord, ...], tuple[UnreadArea, ...]]:
    """The words beside tables, and what is told as unread, with lines that stand alone where something was misread or lost.
    ``cells``: of tables, where none of them stands."""
    parts = segments(words)
    types = _Types(page, parts, dpi)
    kept, left, new = list(words), list(areas), list[RawWord]()
    for number, place in enumerate(_places(parts, areas, cells)):
        found = _best(page, place, types.around(place.box))
        if found is None or _goes_on(found, place, parts):
            continue
        old = [w for w in place.words if share(w.box, found.box) > _OVER]
        kept = [w for w in kept if w not in old]
        ends = not any(w.box[0] > found.box[2] for w in place.words)
        new += _as_words(found, old, old[0].line if old else (SET, number), ends=ends)
        left = [rest for a in left for rest in _without(a, found)]
    return (*kept, *new), tuple(left)


def _places(parts: Sequence[Segment], areas: Sequence[UnreadArea], cells: Sequence[Box]) -> list[_Place]:
    """Short lines with a word that is not sure, and lost print beside the tables; what stands side by side is one."""
    found = [
        _Place(s.box, s.words)
        for s in parts
        if s.box[2] - s.box[0] < _LONGEST * s.height and _is_doubtful(s) and not _is_known(s.text)
    ]
    for area in areas:
        middle = (area.box[0] + area.box[2]) / 2, (area.box[1] + area.box[3]) / 2
        if area.kind == "lost_line" and not any(holds(c, *middle) for c in cells):
            found.append(_Place(area.box, tuple(w for s in parts if _same_row(s.box, area.box) for w in s.words)))
    joined: list[_Place] = []
    for place in sorted(found, key=lambda p: p.box[0]):
        before = next((j for j in joined if _same_row(j.box, place.box)), None)
        if before is not None:
            joined.remove(before)
            place = _Place(hull((before.box, place.box)), tuple(dict.fromkeys((*before.words, *place.words))))
        joined.append(place)
    return joined


def _is_doubtful(part: Segment) -> bool:
    """Whether a word of it is not sure, or nearly all of it begins as a line that stands by itself."""
    if any(map(_is_unsure, part.words)):
        return True
    said = _bare(part.text)
    near = (_bare(line.text) for line in _known())
    return any(said[:_BEGUN] == n[:_BEGUN] and 0 < distance(said[: len(n)], n) <= _NEARLY * len(n) for n in near)


def _is_unsure(word: RawWord) -> bool:
    inner = core(word.text)
    return word.confidence < KNOWN or (inner.isalpha() and not is_syllable(inner) and word.confidence < _CERTAIN)


def _same_row(a: Box, b: Box) -> bool:
    apart = max(a[0] - b[2], b[0] - a[2])
    return level(a, b) and apart < min(a[3] - a[1], b[3] - b[1])


class _Types:
    """The types of a page's lines, each told once."""

    def __init__(self, page: Pixels, parts: Sequence[Segment], dpi: float) -> None:
        self.page, self.parts, self.dpi = page, parts, dpi
        self.told: dict[int, Type | None] = {}

    def around(self, box: Box) -> list[Type]:
        """The types of the lines that are nearest to a place, of those of which it can be told."""

        def away(n: int) -> float:
            part = self.parts[n]
            beside = max(0.0, part.box[0] - box[2], box[0] - part.box[2])
            return abs(part.middle - (box[1] + box[3]) / 2) + beside

        found: list[Type] = []
        for n in sorted(range(len(self.parts)), key=away)[:_NEIGHBOURS]:
            if n not in self.told:
                self.told[n] = type_of(self.page, self.parts[n].words, self.dpi)
            of = self.told[n]
            if of and not any(of.face in weights(t.face) and abs(of.em / t.em - 1) < _SIZES[-1] - 1 for t in found):
                found.append(of)
        return found[:_TYPES]


def _best(page: Pixels, place: _Place, types: Sequence[Type]) -> _Held | None:
    """The line that explains what was read in a place and that its ink speaks for clearly: first all are as large as the lines
    around, then the likeliest larger and smaller too. Of one that is a part of another the longer, if the ink is as like it."""
    middle = (place.box[0] + place.box[2]) / 2
    known = [n for n in _known() if _may_stand(n, place.box[0] / page.shape[1], middle / page.shape[1])]
    ways = [Type(face, t.em) for t in types for face in weights(t.face)]
    rough = [h for of in ways for h in _laid(page, place.box, of, [n for n in known if n.in_face(of.face)], _ROUGH)]
    likely = [*sorted(rough, key=lambda h: -h.speaks)[:_LIKELY], *sorted(rough, key=lambda h: -h.like)[:_LIKELY]]
    if not any(h.like > _HOPED for h in likely):
        return None
    lines = {of: list(dict.fromkeys(h.line for h in likely if h.of == of)) for of in dict.fromkeys(h.of for h in likely)}
    sizes = ((Type(of.face, of.em * by), own) for of, own in lines.items() for by in _SIZES)
    whole = sorted((h for of, own in sizes for h in _laid(page, place.box, of, own, _FINE)), key=lambda h: -h.speaks)
    closely = (_word_by_word(page, h, place) for h in whole[:_CLOSELY] if h.like > _HOPED)
    every = sorted((h for h in closely if h), key=lambda h: -h.speaks)
    fit = [h for h in every if h.like > _LIKE and _explains(h, place)]
    if not fit:
        return None
    longer = (h for h in fit if h.speaks > _AS_WELL * fit[0].speaks and _is_part(fit[0], h))
    found = next(longer, fit[0])
    if found.speaks <= _CLEARLY * next((h.speaks for h in every if not _same(h, found)), 0.0):
        return None
    numbered = any(c.isdigit() for c in found.line.text)
    return _by_figure(page, place, found, [n for n in known if _bare(n.text) == _bare(found.line.text)]) if numbered else found


def _by_figure(page: Pixels, place: _Place, found: _Held, figures: Sequence[_Line]) -> _Held | None:
    """Of lines that differ in nothing but a figure the likest, if it is clearly that; a misread figure names another article."""
    laid = _laid(page, place.box, found.of, figures, _FINE)
    every = [found, *(h for other in laid if (h := _word_by_word(page, other, place)))]
    likest = max(every, key=lambda h: h.like)
    second = max((h.like for h in every if h.line != likest.line), default=0.0)
    return likest if likest.like - second > _FIGURE else None


def _word_by_word(page: Pixels, found: _Held, place: _Place) -> _Held | None:
    """The line as like as its words are, each by itself, as they fade differently; none if the ink is not like one of them, or
    liker what was read in its place: an office of no list begins as another."""
    by, reach = _FINE / found.of.em, _RIM + _PLAY
    x0, y0 = (round(found.box[k] - reach / by) for k in (0, 1))
    ink = _ink(page, x0, y0, round(found.box[2] + reach / by), round(found.box[3] + reach / by), by)

    def likeness(text: str, first: int) -> float:
        picture = _picture(text, found.of.face, _FINE)
        part = ink[:, max(0, first) : first + picture.shape[1] + 2 * _PLAY]
        if part.shape[0] < picture.shape[0] or part.shape[1] < picture.shape[1]:
            return 0.0
        return float(cv2.matchTemplate(part, picture, cv2.TM_CCOEFF_NORMED).max())

    likes, wide = list[float](), list[float]()
    for (word, left, right), read in _with_spans(found, [w for w in place.words if share(w.box, found.box) > _OVER]):
        if not any(c.isalnum() for c in word):
            continue
        first = round((left - found.box[0]) * by)
        likes.append(likeness(word, first))
        wide.append(right - left)
        said = core(read[0].text) if len(read) == 1 else ""
        if said.isalpha() and set(said) <= typeset.LETTERS and said != core(word) and likeness(said, first) > likes[-1] + _LIKER:
            return None
    return found.again(float(np.average(likes, weights=wide))) if min(likes, default=0.0) > _WORD else None


def _may_stand(line: _Line, begins: float, middle: float) -> bool:
    """Whether a line may stand where a place begins and has its middle, shares of the page's width."""
    if line.office:
        return middle > _MIDDLE
    if line.title:
        return abs(middle - 0.5) < _ASIDE
    return begins < _MIDDLE or not line.text.startswith("-")


def _is_part(a: _Held, b: _Held) -> bool:
    """Whether a line is another's part: the ink speaks for both."""
    return letters(a.line.text) in letters(b.line.text) and _bare(a.line.text) != _bare(b.line.text)


def _same(a: _Held, b: _Held) -> bool:
    """Whether one of two lines is a part of the other, or has another figure."""
    one, other = _bare(a.line.text), _bare(b.line.text)
    return one in other or other in one


@lru_cache(maxsize=512)
def _bare(text: str) -> str:
    """Its letters without marks."""
    return "".join(c for c in letters(text) if c.isalpha())


def _laid(page: Pixels, box: Box, of: Type, known: Sequence[_Line], em: int) -> Iterator[_Held]:
    """Each line where in a place, or a little beside it, it is likest, at a size of type of ``em`` pixels."""
    by = em / of.em
    left, top = max(0, round(box[0] - _BESIDE * of.em)), max(0, round(box[1] - _HIGHER * of.em))
    ink = _ink(page, left, top, round(box[2] + _BESIDE * of.em), round(box[3] + _HIGHER * of.em), by)
    for line in known:
        picture = _picture(line.text, of.face, em)
        high, wide = picture.shape
        first = max(0, round((box[0] - left) * by - (1 - _OVER) * wide))
        window = ink[:, first : max(0, round((box[2] - left) * by + (1 - _OVER) * wide))]
        if high <= window.shape[0] and wide <= window.shape[1]:
            _, like, _, (x, y) = cv2.minMaxLoc(cv2.matchTemplate(window, picture, cv2.TM_CCOEFF_NORMED))
            x0, y0 = left + (first + x + _RIM) / by, top + (y + _RIM) / by
            at = (x0, y0, x0 + (wide - 2 * _RIM) / by, y0 + (high - 2 * _RIM) / by)
            yield _Held(line, of, like, evidence(like) * high * wide / em**2, at)


def _ink(page: Pixels, x0: int, y0: int, x1: int, y1: int, by: float) -> Map:
    """Of a part of the page, in another size."""
    part = 255 - page[max(0, y0) : y1, max(0, x0) : x1]
    small = cv2.resize(part, None, fx=by, fy=by, interpolation=cv2.INTER_AREA).astype(np.float32)
    return np.asarray(cv2.GaussianBlur(small, (0, 0), _BLUR), np.float32)


_RIM, _INKED = 2, 0.2
"""Paper around a set line's ink, pixels; tone from which on it is ink."""


@lru_cache(maxsize=512)
def _picture(text: str, face: str, em: int) -> Map:
    drawn = typeset.fleeting(text, face, em).ink
    rows, columns = (np.flatnonzero(drawn.max(axis=axis) > _INKED) for axis in (1, 0))
    inked = drawn[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    framed = cv2.copyMakeBorder(inked, _RIM, _RIM, _RIM, _RIM, cv2.BORDER_CONSTANT, value=0)
    return np.asarray(cv2.GaussianBlur(framed, (0, 0), _BLUR), np.float32)


def _explains(found: _Held, place: _Place) -> bool:
    """Whether all that was read there is in the line, but for what follows one that goes on; what was read surely is about the
    same there; and something is not."""
    height = found.box[3] - found.box[1]
    inside = [w for w in place.words if share(w.box, found.box) > _OVER]
    beyond = [w for w in place.words if w not in inside]
    if any(w.box[0] < found.box[2] - height or not found.line.open for w in beyond):
        return False
    if any(w.box[2] > found.box[2] + height for w in inside):
        return False
    sure = [w for w in inside if w.confidence >= KNOWN and not w.doubt and is_syllable(core(w.text))]
    pairs = [(w.text, text) for (text, _, _), own in _with_spans(found, sure) for w in own]
    return all(_agree(read, text) for read, text in pairs) and " ".join(w.text for w in inside) != found.line.text


def _goes_on(found: _Held, place: _Place, parts: Sequence[Segment]) -> bool:
    """Whether words follow a line that ends, beyond a gap in it."""
    x, reach = found.box[2], _FOLLOWS * (found.box[3] - found.box[1])
    others = (w for s in parts for w in s.words if w not in place.words and level(w.box, found.box))
    return not found.line.open and any(x < w.box[0] < x + reach for w in others)


def _agree(read: str, text: str) -> bool:
    """Whether what was read is a part of a word, or half of it."""
    a, b = letters(read), letters(text)
    return a in b or 2 * distance(a, b) <= max(len(a), len(b))


_Span = tuple[str, float, float]
"""A word of a line, and from where to where it stands on the page."""


def _spans(found: _Held) -> Iterator[_Span]:
    text, face = found.line.text, found.of.face
    by = (found.box[2] - found.box[0]) / typeset.advance(text, face, 1.0)
    end = 0
    for word in text.split():
        begin = text.index(word, end)
        end = begin + len(word)
        x0, x1 = (found.box[0] + typeset.advance(text[:n], face, by) for n in (begin, end))
        yield word, x0, x1


def _with_spans(found: _Held, words: Sequence[RawWord]) -> list[tuple[_Span, list[RawWord]]]:
    """A line's words, each with those that were read where it stands."""
    out = [(span, list[RawWord]()) for span in _spans(found)]
    for word in words:
        x = (word.box[0] + word.box[2]) / 2
        min(out, key=lambda own: max(own[0][1] - x, x - own[0][2]))[1].append(word)
    return out


def _as_words(found: _Held, old: Sequence[RawWord], line: tuple[int, ...], *, ends: bool) -> Iterator[RawWord]:
    """A line's words, each with what was read in its place. ``ends``: whether nothing follows it; then the sign behind a line that
    goes on is the one that was read, as is a title's."""
    spans = _with_spans(found, old)
    for n, ((word, x0, x1), was) in enumerate(spans):
        said = " ".join(w.suggestion if w.doubt == LIKELY else w.text for w in was)
        signed = not found.line.title and not (found.line.open and ends)
        if not signed and n == len(spans) - 1 and core(said) == core(word):
            word = said
        if said == word:
            yield RawWord(word, was[0].box, was[0].confidence, line)
        else:
            yield RawWord(word, (x0, found.box[1], x1, found.box[3]), round(found.like, 2), line, LIKELY, said)


def _without(area: UnreadArea, found: _Held) -> Iterable[UnreadArea]:
    """What of a lost place a line leaves: nothing, or what it goes on with."""
    x0, y0, x1, y1 = area.box
    across = min(x1, found.box[2]) - max(x0, found.box[0])
    if area.kind != "lost_line" or not level(area.box, found.box) or across < _COVERED * (x1 - x0):
        return [area]
    rest = (found.box[2], y0, x1, y1)
    return [replace(area, box=rest)] if rest[2] - rest[0] > _REST * (found.box[3] - found.box[1]) else []
