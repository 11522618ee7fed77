"""Printed labels on the lines of a form: which one stands where, despite reading errors, numbering and lost colons."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ocr.grammar import alike, bag, far, farthest, letters
from ocr.sheet import Line

_ALIKE = 0.85
"""Least likeness of what was read and a label as printed."""
_KEPT = 1024
"""So many answers are kept: the words of a page are asked about several times, those of the last page never again."""
_NUMBERING = re.compile(r"^\W*(?:(?:\d{1,2}(?:\.\d{1,2})*|[a-zđ]|[IVX]{1,4})[.)]\s*)?")
_FOOTNOTE = re.compile(r"\s*\(\s*\d{1,2}\s*\)\s*$")
_LEADERS = re.compile(r"\s*(?:[.…_]{3,}|…)")
_GAP = 1.2
"""A gap of so many line heights between two words ends what stands before it."""
_PARTS = re.compile(r"[;,.–-]\s+")


@dataclass(frozen=True, slots=True)
class Spot:
    """A label on a line: ``start`` to ``end`` of its text, colon included. ``label``: as printed; empty where it is not known.
    ``sure``: something ends it, a colon, leaders or a gap; else its value has to speak for it."""

    line: int
    start: int
    end: int
    label: str
    sure: bool = True


class Labels:
    """Known labels, and the best of them for what was read."""

    def __init__(self, wordings: Iterable[str]) -> None:
        self._exact = {letters(w): w for w in wordings}
        self._bags = {known: bag(known) for known in self._exact}
        self._by_size: dict[int, list[tuple[str, int, int]]] = {}
        self._known: dict[str, str] = {}
        self.longest = max((len(w.split()) for w in self._exact.values()), default=0)
        """Of the longest label, in words."""

    def best(self, text: str) -> str:
        """The label that ``text`` as a whole is; empty if it is none."""
        read = letters(text)
        if read in self._exact:
            return self._exact[read]
        if read not in self._known:
            if len(self._known) >= _KEPT:
                self._known.clear()
            self._known[read] = self._nearest(read)
        return self._known[read]

    def _nearest(self, read: str) -> str:
        if len(read) < 5:
            return ""  # one wrong letter of few makes another word
        own = bag(read)
        near = [known for known, other, most in self._of_size(len(read)) if not far(own, other, most)]
        score, found = max(((alike(read, known, _ALIKE), self._exact[known]) for known in near), default=(0.0, ""))
        return found if score >= _ALIKE else ""

    def _of_size(self, size: int) -> list[tuple[str, int, int]]:
        """Of the labels that what was read in so many letters may be: the bag, and how many letters may be others."""
        if size not in self._by_size:
            spread = int((1 - _ALIKE) * size + 1)
            self._by_size[size] = [
                (known, own, farthest(max(len(known), size), _ALIKE))
                for known, own in self._bags.items()
                if abs(len(known) - size) <= spread
            ]
        return self._by_size[size]


def spots(lines: Sequence[Line], labels: Labels) -> list[list[Spot]]:
    """The labels of each line, from left to right."""
    return [_on_line(at, line, labels) for at, line in enumerate(lines)]


def _on_line(at: int, line: Line, labels: Labels) -> list[Spot]:
    text, out, cursor = line.text, list[Spot](), 0
    gaps = wide_gaps(line)
    for colon in (m.start() for m in re.finditer(r"[:：]", text)):
        start, label = _before(text, cursor, colon, gaps, labels)
        if label:
            out.append(Spot(at, start, colon + 1, label))
        elif not cursor:
            out.append(Spot(at, 0, colon + 1, ""))
        cursor = colon + 1
    first = out[0] if out else None
    if first is None or first.start > 0 or not first.label:
        found = _without_colon(at, text, first.start if first and first.label else len(text), gaps, labels)
        if found is not None:
            out = [found, *(s for s in out if s.label)]
    return out


def wide_gaps(line: Line) -> list[int]:
    """Positions in the line's text behind which a wide gap follows."""
    out, at = list[int](), 0
    for left, right in zip(line.words, line.words[1:], strict=False):
        at += len(left.text)
        if right.box[0] - left.box[2] > _GAP * (left.box[3] - left.box[1]):
            out.append(at)
        at += 1
    return out


def _before(text: str, cursor: int, colon: int, gaps: Sequence[int], labels: Labels) -> tuple[int, str]:
    """Where the label that ends at a colon begins, and which it is. The first of a line is all that stands before it, or what
    follows a mark or gap; a later one is the longest that fits, since a value without an end stands before it."""
    end = colon
    if footnote := _FOOTNOTE.search(text, cursor, colon):
        end = footnote.start()
    if not cursor:
        begin = _NUMBERING.match(text[:end])
        starts = [begin.end() if begin else 0]
        starts += [m.end() for m in _PARTS.finditer(text, 0, end)] + [g + 1 for g in gaps if g < end]
    else:
        starts = [m.start() for m in re.finditer(r"\S+", text[cursor:end])][-labels.longest :]
        starts = [cursor + s for s in starts]
    for start in sorted(starts):
        if label := labels.best(text[start:end]):
            return start, label
    return cursor, ""


def _without_colon(at: int, text: str, until: int, gaps: Sequence[int], labels: Labels) -> Spot | None:
    """A label that begins the line, its colon lost or never printed."""
    begin = _NUMBERING.match(text)
    start = begin.end() if begin else 0
    ends = [start + m.end() for m in re.finditer(r"[^\s.…_]+", text[start:until])][: labels.longest]
    for end in reversed(ends):
        label = labels.best(text[start:end])
        if label:
            sure = bool(_LEADERS.match(text, end)) or any(0 <= g - end <= 1 for g in gaps) or end >= len(text.rstrip())
            if sure or len(letters(label).split()) > 1:
                return Spot(at, start, end, label, sure)
    return None
