"""Tables of persons: columns by their headings, rows by their running numbers. Told from the words' places alone, so that a table
reads alike whether its rules were found or not."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from ocr.ending import label_line
from ocr.labels import Labels
from ocr.lines import hull
from ocr.sheet import Line, Sheet, field
from ocr.values import value_field
from workstation.domain.doctype import DocumentType, Labelled, Where
from workstation.domain.fields import IndexField
from workstation.domain.page import Word

_GUTTER = 0.4
"""Least white between two columns, in line heights."""
_FAR = 1.6
"""Line heights from a row's running number within which a line of its cells stands."""
_HEADING = 4.0
"""Line heights above the first row in which its headings stand; below the headings' first line they may reach as far."""
_DOUBT = 0.9
"""How sure a list is whose running numbers do not say how many rows there are."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Left and right bound of each column, and which of them has which field's heading."""

    bounds: tuple[tuple[float, float], ...]
    heads: dict[str, int]

    def at(self, word: Word) -> int:
        """The column whose bounds the word's middle lies in; -1 outside of all."""
        middle = (word.box[0] + word.box[2]) / 2
        return next((i for i, (x0, x1) in enumerate(self.bounds) if x0 <= middle < x1), -1)


@dataclass(frozen=True, slots=True)
class Row:
    number: int
    """As printed; 0: none was read."""
    cells: dict[int, Line]
    """By column."""


def read_table(pages: Sequence[Sheet], kind: DocumentType) -> list[IndexField]:
    """Fields of the type's columns: how many rows there are, all cells of a column, the cell of the first row."""
    wanted = [one for one in kind.labelled if one.where in (Where.ROWS, Where.COLUMN, Where.FIRST)]
    numbering = next((one.field.name for one in wanted if one.where is Where.ROWS), "")
    columns: Columns | None = None
    rows: list[Row] = []
    for page in pages:
        top, found = _columns(page, wanted, numbering)
        columns = found or columns  # a page that goes on with the table may not repeat its headings
        if columns is not None and numbering in columns.heads:
            rows += _rows(page, top, columns, columns.heads[numbering])
    if columns is None or not rows:
        return []
    made = (_field(one, rows, columns.heads[one.field.name]) for one in wanted if one.field.name in columns.heads)
    return [f for f in made if f is not None]


def _field(one: Labelled, rows: Sequence[Row], column: int) -> IndexField | None:
    cells = [row.cells[column] for row in rows if column in row.cells]
    counted = rows[-1].number in (0, len(rows)) and any(row.number for row in rows)
    if not cells:
        return None
    if one.where is Where.ROWS:
        return field(one.field.name, cells, str(len(rows)), sure=1.0 if counted else _DOUBT, wrong=not counted)
    if one.where is Where.FIRST:
        return value_field(one.field, [rows[0].cells[column]]).field if column in rows[0].cells else None
    lost = len(cells) < len(rows) or not counted
    return field(one.field.name, cells, "; ".join(c.text for c in cells), wrong=lost)


# --- columns


def _columns(page: Sheet, wanted: Sequence[Labelled], numbering: str) -> tuple[float, Columns | None]:
    """Where rows begin on the page, and the columns below the heading of the running numbers; (0, None) without one."""
    names = {w: one.field.name for one in wanted for w in one.labels}
    labels = Labels(names)
    head = next((n for n in page.lines if names.get(labels.best(_first_words(n, labels))) == numbering), None)
    if head is None:
        return 0.0, None
    own = _first_word(head)
    below = [w for n in page.lines for w in n.words if w.box[1] > own.box[3] and _under(w, own) and _number(w)]
    if not below:
        return 0.0, None
    height = median(w.box[3] - w.box[1] for w in below)
    top = below[0].box[1] - 0.5 * height
    bottom = max(w.box[3] for w in below) + _FAR * height
    body = [w for n in page.lines for w in n.words if top <= w.box[1] and w.box[3] <= bottom]
    bounds = _bounds(body, _GUTTER * height)
    heads: dict[str, int] = {}
    over = [w for n in page.lines for w in n.words if own.box[1] - _HEADING * height < w.box[1] < top]
    columns = Columns(bounds, heads)
    for at in range(len(bounds)):
        text = " ".join(w.text for w in _as_read([w for w in over if columns.at(w) == at], height))
        for start in range(len(text.split())):  # words of a title may stand over the heading
            if name := names.get(labels.best(" ".join(text.split()[start:])), ""):
                for one in wanted:
                    if set(one.labels) & {w for w, n in names.items() if n == name}:
                        heads.setdefault(one.field.name, at)
                break
    return top, columns


def _first_words(line: Line, labels: Labels) -> str:
    """The longest beginning of a line that is a label: a row of headings may be one line."""
    words = line.text.split()
    return next((" ".join(words[:n]) for n in range(min(3, len(words)), 0, -1) if labels.best(" ".join(words[:n]))), "")


def _first_word(line: Line) -> Word:
    return min(line.words, key=lambda w: w.box[0])


def _under(word: Word, head: Word) -> bool:
    wide = head.box[2] - head.box[0]
    return head.box[0] - wide <= (word.box[0] + word.box[2]) / 2 <= head.box[2] + wide


def _number(word: Word) -> int:
    text = word.text.strip(" .)")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 4 else 0


def _bounds(words: Sequence[Word], gutter: float) -> tuple[tuple[float, float], ...]:
    """Columns are what stays apart in all rows; each reaches to the middle of the white beside it."""
    spans: list[list[float]] = []
    for x0, x1 in sorted((w.box[0], w.box[2]) for w in words):
        if spans and x0 - spans[-1][1] < gutter:
            spans[-1][1] = max(spans[-1][1], x1)
        else:
            spans.append([x0, x1])
    edges = [(a[1] + b[0]) / 2 for a, b in pairwise(spans)]
    return tuple(pairwise((spans[0][0] - gutter, *edges, spans[-1][1] + gutter))) if spans else ()


# --- rows


def _rows(page: Sheet, top: float, columns: Columns, numbering: int) -> list[Row]:
    """Rows by their running numbers; lines that no number is near are rows whose number was not read."""
    end = label_line(page)
    words = [w for n in page.lines for w in n.words if w.box[1] >= top and (end is None or w.box[3] < end.box[1])]
    numbers = sorted((w for w in words if columns.at(w) == numbering and _number(w)), key=lambda w: w.box[1])
    if not numbers:
        return []
    height = median(w.box[3] - w.box[1] for w in numbers)
    middles = [(w.box[1] + w.box[3]) / 2 for w in numbers]
    bottom = middles[-1] + 4 * _FAR * height
    found: list[tuple[float, int, list[Word]]] = [(m, _number(w), []) for m, w in zip(middles, numbers, strict=True)]
    for word in sorted(words, key=lambda w: w.box[1]):
        y = (word.box[1] + word.box[3]) / 2
        near = min(found, key=lambda r: abs(r[0] - y))
        if abs(near[0] - y) > _FAR * height:
            if y > bottom or columns.at(word) < 0:
                continue
            near = (y, 0, [])
            found.append(near)
        near[2].append(word)
    rows = (Row(number, _cells(page.index, some, columns, height)) for _, number, some in sorted(found, key=lambda r: r[0]))
    return [row for row in rows if len(row.cells) > 1]


def _cells(page: int, words: Sequence[Word], columns: Columns, height: float) -> dict[int, Line]:
    out: dict[int, Line] = {}
    for at in range(len(columns.bounds)):
        if mine := tuple(_as_read([w for w in words if columns.at(w) == at], height)):
            out[at] = Line(page, mine, " ".join(w.text for w in mine), hull(w.box for w in mine))
    return out


def _as_read(words: Sequence[Word], height: float) -> list[Word]:
    """Line by line, from left to right."""
    lines: list[list[Word]] = []
    for word in sorted(words, key=lambda w: w.box[1]):
        if lines and word.box[1] - lines[-1][0].box[1] < 0.6 * height:
            lines[-1].append(word)
        else:
            lines.append([word])
    return [w for line in lines for w in sorted(line, key=lambda w: w.box[0])]
