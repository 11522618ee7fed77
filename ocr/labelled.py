"""Values of a form by their printed labels: which labels, and what they lead to, is data (``rules/data/types``)."""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from ocr.grammar import is_upper
from ocr.labels import Labels, Spot, spots
from ocr.sheet import Line, Sheet
from ocr.values import Value, clean, value_field
from workstation.domain.doctype import DocumentType, Labelled, Where
from workstation.domain.fields import FieldOrigin, IndexField
from workstation.domain.page import Box, PageText, UnreadArea

_CELLS = (Where.AFTER, Where.UNDER, Where.BESIDE)
_MOST_LINES = 4
"""Of a value that wraps."""


def read_labelled(pages: Sequence[Sheet], texts: Sequence[PageText | None], kind: DocumentType) -> list[IndexField]:
    """The fields whose labels stand on the pages, in the order of the form; of a label with nothing readable behind it none,
    unless handwriting stands there: then its place, for a person to key it."""
    if not kind.labelled:
        return []
    form = _Form(pages, texts, kind)
    found = (form.read(one) for one in kind.labelled if one.where in _CELLS)
    return [f for f in found if f is not None]


@lru_cache(maxsize=256)
def _labels(kind: DocumentType) -> Labels:
    return Labels(kind.stops)


class _Form:
    def __init__(self, pages: Sequence[Sheet], texts: Sequence[PageText | None], kind: DocumentType) -> None:
        self.pages = pages
        self.hands = [[a for a in t.unread if a.kind == "handwriting"] if t else [] for t in texts]
        self.lines = [n for page in pages for n in page.lines]
        self.by_line = spots(self.lines, _labels(kind))
        self.spots = [s for line in self.by_line for s in line]
        self.anchors = frozenset(w for one in kind.labelled for w in (*one.below, *one.above))

    def read(self, one: Labelled) -> IndexField | None:
        """Of the places with the field's label the first that holds a value of its kind, else the first that holds anything."""
        second: IndexField | None = None
        for spot in self._between(one):
            parts, made = self._made(spot, one)
            hand = self._handwriting(spot, parts)
            if hand is not None:
                return _by_hand(one, made, self.lines[spot.line].page, hand)
            if made is None or not (spot.sure or made.fits):
                continue
            if made.fits:
                return made.field
            second = second or made.field
        return second

    def _between(self, one: Labelled) -> list[Spot]:
        """Places of the field's label on its page, below and above the labels that it stands between. Where two persons stand
        side by side, only those in the person's own column."""
        found, beside = self.spots, list[Spot]()
        if one.below:
            at = next((i for i, s in enumerate(found) if s.label in one.below), None)
            if at is None:
                return []
            own = found[at]
            beside = [s for s in found if s.label in self.anchors and s is not own and self._level(s, own)]
            found = [s for s in found[at + 1 :] if s not in beside and all(self._nearer(s, own, b) for b in beside)]
        if one.above:
            at = next((i for i, s in enumerate(found) if s.label in one.above), len(found))
            found = found[:at]
        here = (s for s in found if s.label in one.labels)
        return [s for s in here if not one.page or self.lines[s.line].page == one.page - 1]

    def _level(self, a: Spot, b: Spot) -> bool:
        one, other = self.lines[a.line], self.lines[b.line]
        return one.page == other.page and _overlap(one.box, other.box) > 0.5 * min(one.height, other.height)

    def _nearer(self, spot: Spot, to: Spot, than: Spot) -> bool:
        x, own, other = (self._box(s)[0] for s in (spot, to, than))
        return abs(x - own) <= abs(x - other)

    def _made(self, spot: Spot, one: Labelled) -> tuple[list[Line], Value | None]:
        """The value behind a label; one that lacks the shape of its kind may go on in the next line."""
        parts = self._value(spot, one)
        made = value_field(one.field, parts) if parts else None
        if made is None or made.fits or one.wraps:
            return parts, made
        more = self._value(spot, replace(one, wraps=True))
        longer = value_field(one.field, more)
        return (more, longer) if longer.fits else (parts, made)

    # --- where the value stands
    def _value(self, spot: Spot, one: Labelled) -> list[Line]:
        line = self.lines[spot.line]
        end = next((s.start for s in self.by_line[spot.line] if s.start > spot.start), len(line.text))
        if clean(line.text[spot.end : end]):
            first = line.cut(spot.end, end)
            return self._wrapped(spot.line, first, one) if one.wraps and end == len(line.text) else [first]
        if beside := self._beside(spot, whole=one.where is Where.BESIDE):
            return beside
        under = self._under(spot) if one.where is Where.UNDER else -1
        if under < 0:
            return []
        return self._wrapped(under, self.lines[under], one) if one.wraps else [self.lines[under]]

    def _box(self, spot: Spot) -> Box:
        return self.lines[spot.line].cut(spot.start, spot.end).box

    def _bare(self, at: int) -> bool:
        """Whether a line has no label."""
        return not self.by_line[at]

    def _beside(self, spot: Spot, *, whole: bool) -> list[Line]:
        """The line level with the label and right of it; ``whole``: and those under that one, which are of its cell."""
        own, label = self.lines[spot.line], self._box(spot)
        if label[2] < own.box[2] - 0.5 * own.height:
            return []  # another label follows on this very line
        level = [
            (i, n)
            for i, n in enumerate(self.lines)
            if n.page == own.page and n.box[0] >= label[2] and _overlap(n.box, label) > 0.5 * min(n.height, own.height)
        ]
        at, first = min(level, key=lambda x: x[1].box[0], default=(-1, own))
        if at < 0 or not self._bare(at) or not clean(first.text):
            return []
        out = [first]
        while whole and at + 1 < len(self.lines):
            at, below = at + 1, self.lines[at + 1]
            near = below.page == own.page and 0 <= below.box[1] - out[-1].box[1] < 1.8 * first.height
            if not near or abs(below.box[0] - first.box[0]) > first.height or not self._bare(at):
                break
            out.append(below)
        return out

    def _under(self, spot: Spot) -> int:
        """The nearest line below the label and over its width, if that has no label of its own; else -1."""
        own, label = self.lines[spot.line], self._box(spot)
        below = [
            (n.box[1], i)
            for i, n in enumerate(self.lines)
            if n.page == own.page
            and 0 < n.box[1] - label[1] - 0.5 * own.height < 2.5 * own.height
            and n.box[0] < label[2] and n.box[2] > label[0]
        ]  # fmt: skip
        at = min(below, default=(0.0, -1))[1]
        return at if at >= 0 and self._bare(at) else -1

    def _wrapped(self, at: int, value: Line, one: Labelled) -> list[Line]:
        """The value with the lines it runs on to: a full line or a comma above (on a card any line), no label of their own."""
        page = self.pages[value.page]
        right = max(n.box[2] for n in page.lines)
        out = [value]
        while at + 1 < len(self.lines) and len(out) < _MOST_LINES:
            goes_on = out[-1].box[2] > right - 0.12 * page.width or out[-1].text.rstrip().endswith(",")
            if one.where is not Where.UNDER and not goes_on:
                break
            at, after = at + 1, self.lines[at + 1]
            far = after.page != value.page or after.box[1] - out[-1].box[3] > 1.5 * page.pitch
            if far or not self._bare(at) or (is_upper(after.text) and not is_upper(value.text)):
                break
            out.append(after)
        return out

    # --- handwriting
    def _handwriting(self, spot: Spot, parts: Sequence[Line]) -> UnreadArea | None:
        """Handwriting level with the label, between it and the next, where nothing else was read or over what was."""
        own, label = self.lines[spot.line], self._box(spot)
        after = next((s for s in self.by_line[spot.line] if s.start > spot.start), None)
        until = self._box(after)[0] if after else self.pages[own.page].width
        for area in self.hands[own.page]:
            x0, y0, x1, y1 = area.box
            level = min(y1, label[3]) - max(y0, label[1]) > 0.4 * min(y1 - y0, own.height)
            if not level or x1 <= label[2] or x0 >= until:
                continue
            covered = sum(max(0.0, min(x1, p.box[2]) - max(x0, p.box[0])) for p in parts if p.page == own.page)
            if not parts or covered > 0.5 * (parts[0].box[2] - parts[0].box[0]):
                return area
        return None


def _by_hand(one: Labelled, made: Value | None, page: int, hand: UnreadArea) -> IndexField:
    """What was read in handwriting is no more than a guess; where nothing was, its place alone."""
    if made is None:
        return IndexField(one.field.name, "", 0.0, page, hand.box, FieldOrigin.HANDWRITTEN, doubt=True)
    return replace(made.field, origin=FieldOrigin.HANDWRITTEN, doubt=True)


def _overlap(a: Box, b: Box) -> float:
    return min(a[3], b[3]) - max(a[1], b[1])
