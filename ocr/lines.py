"""Reading order by geometry: words become lines, lines of two-column bands are read column by column.

Tesseract joins the two halves of a Decree-30 header ("ỦY BAN NHÂN DÂN   CỘNG HÒA XÃ HỘI …") into one line. Here a line is
cut at wide gaps, and where such halves meet by what they say; where rows show a left and a right part about one gutter, the
left part is read first. Rows of three and more parts are table rows and stay rows.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from statistics import median

from workstation.domain.folding import unmarked
from workstation.domain.page import Box, Word
from workstation.domain.syllables import core

_GAP = 1.9
"""A gap of so many line heights parts a line in two."""
_LEAST_GUTTER = 0.004
"""Share of the page's width."""
_OVERHANG = 0.8
"""Heights that a lone line of one column may reach into the other."""


@dataclass(frozen=True, slots=True)
class RawWord:
    """A word as the recogniser gives it: NFC, box in pixels of the page it saw, confidence 0 to 1, and its own line."""

    text: str
    box: Box
    confidence: float
    line: tuple[int, ...]
    doubt: str = ""
    suggestion: str = ""
    """As ``Word``'s: only of a number that was read once more."""


@dataclass(frozen=True, slots=True)
class Segment:
    """Words in a row with no wide gap between."""

    words: tuple[RawWord, ...]
    box: Box

    @property
    def middle(self) -> float:
        return (self.box[1] + self.box[3]) / 2

    @property
    def height(self) -> float:
        return self.box[3] - self.box[1]

    @property
    def text(self) -> str:
        return " ".join(w.text for w in self.words)


MISSED, FOUND_AGAIN, AT_HEAD, UNDER_SEALS, TICKS, SET = (n * 1_000_000 for n in (1, 2, 3, 4, 5, 6))
"""First numbers of lines that were read by themselves, a range for each step that does so (``unread``, ``rescue``, ``again``,
``sealed``, ``tickboxes``, ``setlines``): beyond every block number of the recogniser, and no two steps' words make one line."""

EMPTY, CROSSED = "☐", "☒"
"""A box to tick, as a word."""


def moved(word: RawWord, x: float, y: float) -> RawWord:
    """The word of a part of the page whose corner lies there."""
    x0, y0, x1, y1 = word.box
    return replace(word, box=(x0 + x, y0 + y, x1 + x, y1 + y))


def hull(boxes: Iterable[Box]) -> Box:
    xs0, ys0, xs1, ys1 = zip(*boxes, strict=True)
    return min(xs0), min(ys0), max(xs1), max(ys1)


_FAR = 3
"""Heights of a line from one to the next at most."""


def goes_on_under(last: Box, first: Box) -> bool:
    """Whether a line's first word goes on where the last one of another ends: right under it, and to its left."""
    return first[0] < last[0] and 0 < first[1] - last[1] < _FAR * (last[3] - last[1])


def level(a: Box, b: Box) -> bool:
    """Whether two words stand in one row: they share half the height of the lower one."""
    return min(a[3], b[3]) - max(a[1], b[1]) > 0.5 * min(a[3] - a[1], b[3] - b[1])


def segments(words: Sequence[RawWord]) -> list[Segment]:
    """The recogniser's lines, cut at wide gaps and before the head's right half."""
    by_line: dict[tuple[int, ...], list[RawWord]] = {}
    for w in words:
        by_line.setdefault(w.line, []).append(w)
    parts: list[Segment] = []
    for line in by_line.values():
        line.sort(key=lambda w: w.box[0])
        height = median(w.box[3] - w.box[1] for w in line)
        run = [line[0]]
        for at, w in enumerate(line[1:], 1):
            if w.box[0] - max(r.box[2] for r in run) > _GAP * height or _heads(line[at:]):
                parts.append(Segment(tuple(run), hull(r.box for r in run)))
                run = []
            run.append(w)
        parts.append(Segment(tuple(run), hull(r.box for r in run)))
    return parts


_HEAD = re.compile(r"cong hoa xa hoi|doc lap\W+tu do")
"""The first lines of a head's right half, without marks."""


def _heads(words: Sequence[RawWord]) -> bool:
    """Whether the country's name in capitals begins there, or its motto: the right half of a document's head, however near the
    left one is, and whatever marks were read."""
    first = words[0].text
    if not (first.startswith(("Đ", "D")) or (first.startswith("C") and first.isupper())):
        return False
    return _HEAD.match(unmarked(" ".join(w.text for w in words[:5]))) is not None


def _rows(parts: list[Segment]) -> list[list[Segment]]:
    """Segments that stand side by side, top to bottom."""
    rows: list[list[Segment]] = []
    for part in sorted(_with_dashes(parts), key=lambda s: (s.middle, s.box[0])):
        row = rows[-1] if rows else []
        beside = row and all(s.box[2] <= part.box[0] + s.height or part.box[2] <= s.box[0] + s.height for s in row)
        if beside and part.middle - median(s.middle for s in row) < 0.5 * min(part.height, *(s.height for s in row)):
            row.append(part)
        else:
            rows.append([part])
    return [_without_scraps(_together(sorted(row, key=lambda s: s.box[0]))) for row in rows]


def _with_dashes(parts: list[Segment]) -> list[Segment]:
    """A dash that was read by itself is of the line that it stands in and nearest to: it is too low to be level with anything."""
    lines = [s for s in parts if any(c.isalnum() for c in s.text)]
    joined = {line: [line] for line in lines}
    left = []
    for part in parts:
        if part in joined:
            continue
        beside = [n for n in lines if n.box[1] < part.middle < n.box[3] and part.box[2] - part.box[0] < n.height]
        nearest = min(beside, key=lambda n: _apart(n, part), default=None)
        if nearest is not None and _apart(nearest, part) <= _GAP * nearest.height:
            joined[nearest].append(part)
        else:
            left.append(part)
    return left + [_one(own) for own in joined.values()]


def _apart(a: Segment, b: Segment) -> float:
    return max(a.box[0] - b.box[2], b.box[0] - a.box[2])


def _one(parts: list[Segment]) -> Segment:
    words = sorted((w for s in parts for w in s.words), key=lambda w: w.box[0])
    return Segment(tuple(words), hull(s.box for s in parts)) if len(parts) > 1 else parts[0]


def _together(row: list[Segment]) -> list[Segment]:
    """Neighbours without a wide gap are one: a word that was read by itself belongs to the line that it begins."""
    out = row[:1]
    for part in row[1:]:
        last = out[-1]
        if 0 <= part.box[0] - last.box[2] <= _GAP * min(part.height, last.height) and not _heads(part.words):
            out[-1] = Segment(last.words + part.words, hull((last.box, part.box)))
        else:
            out.append(part)
    return out


def _without_scraps(row: list[Segment]) -> list[Segment]:
    """Dashes and points by themselves are no column: each is of the part that is nearest to it."""
    parts = [s for s in row if any(c.isalnum() for c in s.text)]
    if not parts or len(parts) == len(row):
        return row
    joined = {p: [p] for p in parts}
    for scrap in (s for s in row if s not in joined):
        joined[min(parts, key=lambda p: max(p.box[0] - scrap.box[2], scrap.box[0] - p.box[2]))].append(scrap)
    # the part reaches no farther for it: the rule under the motto, read as a dash, would close the gutter
    return [replace(p, words=tuple(w for s in sorted(own, key=lambda s: s.box[0]) for w in s.words)) for p, own in joined.items()]


Gutter = tuple[float, float]
"""The strip between two columns: its left and right edge, pixels."""


@dataclass(frozen=True, slots=True)
class _Band:
    """Rows that share one gutter: what all of them leave of it, or None where the rows stand one over the other."""

    rows: list[list[Segment]]
    gutter: Gutter | None


def _bands(rows: list[list[Segment]], width: float) -> list[_Band]:
    """A row that crosses the gutter of those above, or lies far below them (two names under their offices do not), begins the
    next band."""
    bands: list[_Band] = []
    for row in rows:
        last = bands[-1] if bands and bands[-1].gutter and (_near(bands[-1].rows, row) or _signs(bands[-1].rows, row)) else None
        if last and last.gutter and len(row) == 1:
            row = _number_and_day(row, last.gutter)
            row = _at_gutter(row[0], last.gutter) if len(row) == 1 else row
        narrowed = _narrowed(last.gutter, row, width) if last and last.gutter else None
        if last and narrowed:
            bands[-1] = _Band([*last.rows, row], narrowed)
        else:
            bands.append(_Band([row], (row[0].box[2], row[1].box[0]) if len(row) == 2 else None))
    return bands


_NUMBERED, _DATED = re.compile(r"\W*s[ốo0]\W*(\d|$)", re.IGNORECASE), re.compile(r"\bngày\b", re.IGNORECASE)
"""What a document's number begins with, and what stands in its place and day."""
_ASTRAY = 3.0
"""Heights that a number or a day may reach beyond the gutter."""


def _number_and_day(row: list[Segment], gutter: Gutter) -> list[Segment]:
    """The number of a document and its place and day, which stand side by side under the two halves of its head (Decree
    30/2020, annex I), parted there however near they are: a long number leaves no wide gap."""
    words, reach = row[0].words, _ASTRAY * row[0].height
    at = next((k for k in range(1, len(words)) if _begins_place(core(words[k].text))), 0)
    halves = [Segment(half, hull(w.box for w in half)) for half in (words[:at], words[at:]) if half]
    if not at or not _is_number_and_day(halves):
        return row
    between = (halves[0].box[2] + halves[1].box[0]) / 2
    return halves if gutter[0] - reach < between < gutter[1] + reach else row


_NARROW = 1.0
"""Heights of a gap that parts a row where those above it leave their gutter: twice the widest between words."""


def _at_gutter(row: Segment, gutter: Gutter) -> list[Segment]:
    """Two full lines of two columns, which the recogniser took for one: the right one begins where its column does."""
    words = row.words
    for k in range(1, len(words)):
        left, right = words[:k], words[k:]
        end, start = max(w.box[2] for w in left), min(w.box[0] for w in right)
        said = all(any(c.isalnum() for w in half for c in w.text) for half in (left, right))
        if said and start > gutter[1] - row.height and min(start, gutter[1]) - max(end, gutter[0]) > _NARROW * row.height:
            return [Segment(half, hull(w.box for w in half)) for half in (left, right)]
    return [row]


def _begins_place(word: str) -> bool:
    """A document's number has letters beside its figures and marks in capitals only."""
    return word == "TP" or (word.isalpha() and not word[1:].isupper())


def _is_number_and_day(row: list[Segment]) -> bool:
    return len(row) == 2 and bool(_NUMBERED.match(row[0].text) and _DATED.search(row[1].text))


def _narrowed(gutter: Gutter, row: list[Segment], width: float) -> Gutter | None:
    """What ``row`` leaves of the gutter; None if it crosses it, or has more than one part on a side."""
    middle = (gutter[0] + gutter[1]) / 2
    left = [s for s in row if (s.box[0] + s.box[2]) / 2 < middle]
    right = row[len(left) :]
    if len(left) > 1 or len(right) > 1:
        return None
    start = max([gutter[0], *(s.box[2] for s in left)])
    end = min([gutter[1], *(s.box[0] for s in right)])
    if end - start > _LEAST_GUTTER * width:
        return start, end
    if _is_number_and_day(row) or (len(row) == 2 and _heads(row[1].words)):
        # of a head: a long name or number reaches under its right half
        return row[0].box[2], row[1].box[0]
    return gutter if len(row) == 1 and _overhangs(gutter, row[0]) else None


def _overhangs(gutter: Gutter, part: Segment) -> bool:
    """Whether a lone line stands in one column and reaches a little into the other: a subject's last line is the longest."""
    x0, _, x1, _ = part.box
    inside, beyond = (gutter[0] - x0, x1 - gutter[1]) if x0 + x1 < sum(gutter) else (x1 - gutter[1], gutter[0] - x0)
    return inside > 0.5 * (x1 - x0) and beyond < _OVERHANG * part.height


_BREAK, _SEAL = 3.5, 13.0
"""Heights of a line that a band's rows may lie apart, and names below the offices that they sign for."""


def _near(band: list[list[Segment]], row: list[Segment], most: float = _BREAK) -> bool:
    """Whether the row follows the band without a break of more than so many heights of a line."""
    above = max(s.box[3] for r in band[-2:] for s in r)
    below = min(s.box[1] for s in row)
    return below - above < most * median(s.height for r in (*band, row) for s in r)


_NAME = re.compile(r"([A-ZĐÀ-Ỹ][^\W\d_]* ){1,5}[A-ZĐÀ-Ỹ][^\W\d_]*")


def _signs(band: list[list[Segment]], row: list[Segment]) -> bool:
    """Whether two names stand in the row, a signature's height below two offices or parties in capitals: each is of its own."""
    offices = any(len(above) == 2 and all(s.text.isupper() for s in above) for above in band[-2:])
    return offices and len(row) == 2 and all(_NAME.fullmatch(s.text) for s in row) and _near(band, row, _SEAL)


def reading_order(words: Sequence[RawWord], width: float) -> tuple[Word, ...]:
    """Words with running line numbers. ``width``: of the page in pixels."""
    out: list[Word] = []
    number = 0
    for band in _bands(_rows(segments(words)), width):
        for line in _lines_of(band):
            out.extend(Word(w.text, w.box, w.confidence, number, w.doubt, w.suggestion) for s in line for w in s.words)
            number += 1
    return tuple(out)


def _lines_of(band: _Band) -> list[list[Segment]]:
    """Columns one after the other if there are two; the rows as they are in a table or a single column.

    One lone right part (a form's ``Giới tính: …   Dân tộc: …``) makes no column, unless it is in capitals: the office over
    a signature, whose name stands a seal's height below. Nor do a form's values, each far behind its label.
    """
    if band.gutter is None:
        return band.rows
    middle = sum(band.gutter) / 2
    parts = [s for row in band.rows for s in row]
    left = [[s] for s in parts if (s.box[0] + s.box[2]) / 2 < middle]
    right = [[s] for s in parts if (s.box[0] + s.box[2]) / 2 >= middle]
    columns = len(right) > 1 or (len(right) == 1 and right[0][0].text.isupper())
    if columns and _is_form(band.rows):
        return band.rows
    return left + right if columns else [[s] for s in parts]


_LABEL = re.compile(r"([^\W\d_][^:]{1,80}):")


def _is_form(rows: list[list[Segment]]) -> bool:
    """Whether in most rows of two parts a label begins the left one, and the right one is no office and no part of a head, and
    has no label of its own or another: the parties of a contract, side by side, have the same."""
    pairs = [(row[0].text, row[1]) for row in rows if len(row) == 2]
    labels = [r for t, r in pairs if _labelled(t, r.text) and not (r.text.isupper() or _heads(r.words))]
    return len(labels) > 1 and 2 * len(labels) > len(pairs)


def _labelled(left: str, right: str) -> bool:
    own, other = _LABEL.match(left), _LABEL.match(right)
    return own is not None and (other is None or unmarked(own[1]) != unmarked(other[1]))
