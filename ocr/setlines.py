"""Lines of a worn page that could not be read, held against what stands by itself on papers of offices.

Under a fold, a seal or where print has faded a line is read as a few wrong letters, or not at all, while a person still sees
which of some hundred lines it is: an office over a signature (``ocr.offices``), ``- Như trên;`` among the recipients. So each of
these is set in the type of the lines around and laid over the place (``lineink``). What was read surely there has to agree. Of
227 such lines on 263 worn pages 225 were right, two lacked a word. They stand in doubt, with what was read beside them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache

from ocr.frames import Pixels
from ocr.grammar import distance, letters
from ocr.ink import holds
from ocr.language.wording import lines_of
from ocr.lineink import FINE, OVER, ROUGH, Laid, Line, Place, agree, as_words, bare, by_figure, laid, with_spans, word_by_word
from ocr.lines import SET, RawWord, Segment, hull, level, segments
from ocr.missed import KNOWN, share
from ocr.offices import OFFICES, capacity
from ocr.setword import Type, type_of, weights
from workstation.domain.page import Box, Transform, UnreadArea
from workstation.domain.syllables import core, is_syllable

_SIZES = (0.96, 1.0, 1.04)
_TYPES, _NEIGHBOURS = 3, 8
"""Types that a line may have, of so many lines around it."""
_LIKELY, _HOPED = 4, 0.5
"""Lines that are compared closely, the longest and the likest, and how like one of them has to be."""
_CLOSELY = 12
"""Of these, set in several sizes, so many are looked at word by word."""
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
_LIKE, _CLEARLY, _AS_WELL = 0.7, 1.1, 0.8
"""Least likeness of a line; how much more its ink has to speak for it than for any other, and how much less it may for a longer
one of which it is a part."""
_FOLLOWS = 3.0
"""Heights within which words that follow are of the same line."""
_COVERED, _REST = 0.4, 2.0
"""Share of a lost place that a line has to cover, or the place stays; heights of a rest that stays."""


STEP = Transform("set_lines", 1, (), "worn print")
"""For the record: lines, and cells (``setcells``)."""


@cache
def _known() -> tuple[Line, ...]:
    alone = (_parsed(line) for line in lines_of("alone.txt"))
    return tuple(dict.fromkeys((*(Line(office, office=True) for office in OFFICES), *alone)))


def _parsed(line: str) -> Line:
    text = line.removeprefix("=").removesuffix("…").strip()
    signer = capacity(text)
    return Line(text, line.endswith("…"), signer is not None and bool(signer.by), line.startswith("="))


def _is_known(said: str) -> bool:
    return any(said == line.text or (line.open and said.startswith(line.text)) for line in _known())


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
        old = [w for w in place.words if share(w.box, found.box) > OVER]
        kept = [w for w in kept if w not in old]
        ends = not any(w.box[0] > found.box[2] for w in place.words)
        new += as_words(found, old, old[0].line if old else (SET, number), ends=ends)
        left = [rest for a in left for rest in _without(a, found)]
    return (*kept, *new), tuple(left)


def _places(parts: Sequence[Segment], areas: Sequence[UnreadArea], cells: Sequence[Box]) -> list[Place]:
    """Short lines with a word that is not sure, and lost print beside the tables; what stands side by side is one."""
    found = [
        Place(s.box, s.words)
        for s in parts
        if s.box[2] - s.box[0] < _LONGEST * s.height and _is_doubtful(s) and not _is_known(s.text)
    ]
    for area in areas:
        middle = (area.box[0] + area.box[2]) / 2, (area.box[1] + area.box[3]) / 2
        if area.kind == "lost_line" and not any(holds(c, *middle) for c in cells):
            found.append(Place(area.box, tuple(w for s in parts if _same_row(s.box, area.box) for w in s.words)))
    joined: list[Place] = []
    for place in sorted(found, key=lambda p: p.box[0]):
        before = next((j for j in joined if _same_row(j.box, place.box)), None)
        if before is not None:
            joined.remove(before)
            place = Place(hull((before.box, place.box)), tuple(dict.fromkeys((*before.words, *place.words))))
        joined.append(place)
    return joined


def _is_doubtful(part: Segment) -> bool:
    """Whether a word of it is not sure, or nearly all of it begins as a line that stands by itself."""
    if any(map(_is_unsure, part.words)):
        return True
    said = bare(part.text)
    near = (bare(line.text) for line in _known())
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


def _best(page: Pixels, place: Place, types: Sequence[Type]) -> Laid | None:
    """The line that explains what was read in a place and that its ink speaks for clearly: first all are as large as the lines
    around, then the likeliest larger and smaller too. Of one that is a part of another the longer, if the ink is as like it."""
    middle = (place.box[0] + place.box[2]) / 2
    known = [n for n in _known() if _may_stand(n, place.box[0] / page.shape[1], middle / page.shape[1])]
    ways = [Type(face, t.em) for t in types for face in weights(t.face)]
    rough = [h for of in ways for h in laid(page, place.box, of, [n for n in known if n.in_face(of.face)], ROUGH)]
    likely = [*sorted(rough, key=lambda h: -h.speaks)[:_LIKELY], *sorted(rough, key=lambda h: -h.like)[:_LIKELY]]
    if not any(h.like > _HOPED for h in likely):
        return None
    lines = {of: list(dict.fromkeys(h.line for h in likely if h.of == of)) for of in dict.fromkeys(h.of for h in likely)}
    sizes = ((Type(of.face, of.em * by), own) for of, own in lines.items() for by in _SIZES)
    whole = sorted((h for of, own in sizes for h in laid(page, place.box, of, own, FINE)), key=lambda h: -h.speaks)
    closely = (word_by_word(page, h, place) for h in whole[:_CLOSELY] if h.like > _HOPED)
    every = sorted((h for h in closely if h), key=lambda h: -h.speaks)
    fit = [h for h in every if h.like > _LIKE and _explains(h, place)]
    if not fit:
        return None
    longer = (h for h in fit if h.speaks > _AS_WELL * fit[0].speaks and _is_part(fit[0], h))
    found = next(longer, fit[0])
    if found.speaks <= _CLEARLY * next((h.speaks for h in every if not _same(h, found)), 0.0):
        return None
    numbered = any(c.isdigit() for c in found.line.text)
    return by_figure(page, place, found, [n for n in known if bare(n.text) == bare(found.line.text)]) if numbered else found


def _may_stand(line: Line, begins: float, middle: float) -> bool:
    """Whether a line may stand where a place begins and has its middle, shares of the page's width."""
    if line.office:
        return middle > _MIDDLE
    if line.title:
        return abs(middle - 0.5) < _ASIDE
    return begins < _MIDDLE or not line.text.startswith("-")


def _is_part(a: Laid, b: Laid) -> bool:
    """Whether a line is another's part: the ink speaks for both."""
    return letters(a.line.text) in letters(b.line.text) and bare(a.line.text) != bare(b.line.text)


def _same(a: Laid, b: Laid) -> bool:
    """Whether one of two lines is a part of the other, or has another figure."""
    one, other = bare(a.line.text), bare(b.line.text)
    return one in other or other in one


def _explains(found: Laid, place: Place) -> bool:
    """Whether all that was read there is in the line, but for what follows one that goes on; what was read surely is about the
    same there; and something is not."""
    height = found.box[3] - found.box[1]
    inside = [w for w in place.words if share(w.box, found.box) > OVER]
    beyond = [w for w in place.words if w not in inside]
    if any(w.box[0] < found.box[2] - height or not found.line.open for w in beyond):
        return False
    if any(w.box[2] > found.box[2] + height for w in inside):
        return False
    sure = [w for w in inside if w.confidence >= KNOWN and not w.doubt and is_syllable(core(w.text))]
    pairs = [(w.text, text) for (text, _, _), own in with_spans(found, sure) for w in own]
    return all(agree(read, text) for read, text in pairs) and " ".join(w.text for w in inside) != found.line.text


def _goes_on(found: Laid, place: Place, parts: Sequence[Segment]) -> bool:
    """Whether words follow a line that ends, beyond a gap in it."""
    x, reach = found.box[2], _FOLLOWS * (found.box[3] - found.box[1])
    others = (w for s in parts for w in s.words if w not in place.words and level(w.box, found.box))
    return not found.line.open and any(x < w.box[0] < x + reach for w in others)


def _without(area: UnreadArea, found: Laid) -> Iterable[UnreadArea]:
    """What of a lost place a line leaves: nothing, or what it goes on with."""
    x0, y0, x1, y1 = area.box
    across = min(x1, found.box[2]) - max(x0, found.box[0])
    if area.kind != "lost_line" or not level(area.box, found.box) or across < _COVERED * (x1 - x0):
        return [area]
    rest = (found.box[2], y0, x1, y1)
    return [replace(area, box=rest)] if rest[2] - rest[0] > _REST * (found.box[3] - found.box[1]) else []
