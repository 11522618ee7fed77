"""Ruled tables: the grid found, cells cut out and composed into one tall strip, their words put back in row order.

Tesseract reads a ruled page by columns, loses lone digits and takes rules for letters (list pages: 4 to 7 % of
characters wrong on good scans, 0.1 to 1 % so). A call for each cell would cost 0.1 CPU
seconds a cell; a strip of all cells costs one call a page.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.components import components
from ocr.frames import Pixels
from ocr.lines import RawWord, reading_order
from ocr.strokes import level_strokes, upright_strokes
from workstation.domain.page import Box, Recipe, Transform, Word

NAME, VERSION = "tables", 1

Mask = NDArray[np.uint8]
Region = tuple[int, int, int, int]
"""x0, y0, x1, y1 in whole pixels; the end is outside."""

_RULE_MM = 8.0
"""Shorter straight strokes are letters."""
_LEAST_MM = (30.0, 10.0)
"""Width and height of the smallest table."""
_DRIFT_MM = 1.2
"""How far a rule of a bent or leaning sheet may lie from its middle."""
_PRESENT = 0.4
"""Share of a cell's side that must be ruled to part it from its neighbour."""
_SHARE = 0.25
"""Of the table's width or height: shorter rules, as of a stamp's frame over the table, part nothing."""
_BREAK_MM = 3.0
"""Pieces of one table's rules lie no farther apart."""
_CLEAR = 0.4
"""Share of all sides that must be seen, or there is no clear grid."""
_WHOLE = 0.85
"""The same for a table on good paper, some of its cells over several fields."""
_ENOUGH = 0.25
"""A rule of which so much is seen runs on where it has faded."""
_STRIP_PX = 20_000
"""Height at which a further strip begins: Tesseract takes pictures up to 32,767 pixels."""
_INK = 150
_PAD_MM = 2.0


@dataclass(frozen=True, slots=True)
class Table:
    """``rows`` hold the cells' insides, left to right; a cell over several rows stands in its first."""

    box: Region
    rows: tuple[tuple[Region, ...], ...]

    @property
    def cells(self) -> tuple[Region, ...]:
        return tuple(cell for row in self.rows for cell in row)


@dataclass(frozen=True, slots=True)
class Rules:
    """Masks of long level and upright strokes, the size of the page."""

    level: Mask
    upright: Mask

    @property
    def both(self) -> Mask:
        return np.asarray(cv2.max(self.level, self.upright), np.uint8)


def find_rules(page: Pixels, dpi: float, *, worn: bool = False) -> Rules:
    """Long strokes of a prepared page. Looked for at about 150 dpi: a hairline survives the pooling, letters stay short."""
    pool = max(1, round(dpi / 150))
    height, width = page.shape
    dark = cv2.erode(page, np.ones((pool, pool), np.uint8))[pool // 2 :: pool, pool // 2 :: pool] < _INK + 20
    mm = dpi / pool / 25.4
    whole = np.asarray(dark, np.uint8)
    long, gap = max(5, round(_RULE_MM * mm)), max(1, round(0.8 * mm))
    # broken rules are mended: upright ones far, level ones only on worn paper, where lines of text may grow together too
    across = cv2.morphologyEx(whole, cv2.MORPH_CLOSE, np.ones((1, max(1, round(0.6 * mm) if worn else gap // 2)), np.uint8))
    down = cv2.morphologyEx(whole, cv2.MORPH_CLOSE, np.ones((gap, 1), np.uint8))
    level, upright = level_strokes(np.asarray(across, np.uint8), long), upright_strokes(np.asarray(down, np.uint8), long)
    size = (width, height)
    full = [np.asarray(cv2.resize(m, size, interpolation=cv2.INTER_NEAREST), np.uint8) for m in (level, upright)]
    return Rules(full[0], full[1])


def find_tables(page: Pixels, dpi: float) -> tuple[Rules, tuple[Table, ...]]:
    """Clear grids of at least two rows and two columns, top to bottom. Frames, underlines and boxed forms are none.

    Where strict rules make no whole grid, broken ones are mended and what is missing is set.
    """
    mm = dpi / 25.4
    rules = find_rules(page, dpi)
    regions = _regions(rules, mm)
    found = [t for t in (_grid(page, rules, region, mm, _WHOLE) for region in regions) if t]
    if len(found) < len(regions):
        mended = find_rules(page, dpi, worn=True)
        left = [r for r in _regions(mended, mm) if not any(_touch(r, t.box, 0) for t in found)]
        worn = [t for t in (_grid(page, mended, region, mm, _CLEAR) for region in left) if t]
        if worn:
            rules, found = mended, found + worn
    return rules, tuple(sorted(found, key=lambda t: t.box[1]))


def _regions(rules: Rules, mm: float) -> list[Region]:
    """Hulls of rules that touch or nearly touch: on worn paper one table's rules lie in many pieces."""
    # outlines and not components: rules are few, and what lies within another's outline touches its hull anyway
    outlines, _ = cv2.findContours(rules.both, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    todo = [(x, y, x + w, y + h) for x, y, w, h in map(cv2.boundingRect, outlines)]
    done: list[Region] = []
    while todo:
        at = todo.pop()
        near = [r for r in (*todo, *done) if _touch(at, r, _BREAK_MM * mm)]
        if near:
            todo = [r for r in todo if r not in near]
            done = [r for r in done if r not in near]
            x0, y0, x1, y1 = zip(at, *near, strict=True)
            todo.append((min(x0), min(y0), max(x1), max(y1)))
        else:
            done.append(at)
    return [r for r in done if r[2] - r[0] >= _LEAST_MM[0] * mm and r[3] - r[1] >= _LEAST_MM[1] * mm]


def _touch(a: Region, b: Region, gap: float) -> bool:
    return a[0] - gap < b[2] and b[0] - gap < a[2] and a[1] - gap < b[3] and b[1] - gap < a[3]


def _separators(profile: NDArray[np.int64], drift: float, least: float) -> list[float]:
    """Middles of the rules along one axis: heaps of the profile no more than ``drift`` apart that hold ``least`` pixels."""
    at = np.flatnonzero(profile)
    if not at.size:
        return []
    heaps = np.split(at, np.flatnonzero(np.diff(at) > drift) + 1)
    return [float(np.average(h, weights=profile[h])) for h in heaps if profile[h].sum() >= least]


_Sides = list[list[float | None]]


def _grid(page: Pixels, rules: Rules, region: Region, mm: float, clear: float) -> Table | None:
    x, y, end_x, end_y = region
    upright, level = rules.upright[y:end_y, x:end_x], rules.level[y:end_y, x:end_x]
    drift = _DRIFT_MM * mm
    xs = _separators((upright > 0).sum(axis=0, dtype=np.int64), drift, max(_RULE_MM * mm, _SHARE * (end_y - y)))
    ys = _separators((level > 0).sum(axis=1, dtype=np.int64), drift, _SHARE * (end_x - x))
    if len(xs) < 3 or len(ys) < 3:
        return None
    sides: _Sides = [[_rule_at(upright, sx, top, end, drift) for sx in xs] for top, end in pairwise(ys)]
    lids: _Sides = [[_rule_at(level.T, sy, left, end, drift) for left, end in pairwise(xs)] for sy in ys]
    seen = [v is not None for line in (*sides, *lids) for v in line]
    if sum(seen) < clear * len(seen):
        return None
    if clear < _WHOLE:  # on good paper a missing side is a cell over several fields
        dark = page[y:end_y, x:end_x] < _INK
        _mend(sides, xs, ys, dark, mm)
        _mend_lids(lids, xs, ys, dark, mm)
    groups = _merged(sides, lids)
    if len(groups) < 4 or 2 * max(len(g) for g in groups) > (len(xs) - 1) * (len(ys) - 1):
        return None
    rows: dict[int, list[tuple[int, Region]]] = {}
    for group in groups:
        top, left, box = _cell(group, sides, lids, xs, ys)
        rows.setdefault(top, []).append((left, (x + box[0], y + box[1], x + box[2], y + box[3])))
    ordered = tuple(tuple(cell for _, cell in sorted(rows[r])) for r in sorted(rows))
    x0, y0, x1, y1 = zip(*(cell for row in ordered for cell in row), strict=True)
    edge = round(0.3 * mm)
    return Table((max(0, min(x0) - edge), max(0, min(y0) - edge), max(x1) + edge, max(y1) + edge), ordered)


def _cell(group: list[tuple[int, int]], sides: _Sides, lids: _Sides, xs: list[float], ys: list[float]) -> tuple[int, int, Region]:
    """Row, column and hull of the fields that make one cell."""
    top, left = min(r for r, _ in group), min(c for _, c in group)
    end, right = max(r for r, _ in group) + 1, max(c for _, c in group) + 1
    x0 = min(_or(sides[r][left], xs[left]) for r in range(top, end))
    x1 = max(_or(sides[r][right], xs[right]) for r in range(top, end))
    y0 = min(_or(lids[top][c], ys[top]) for c in range(left, right))
    y1 = max(_or(lids[end][c], ys[end]) for c in range(left, right))
    return top, left, (round(x0), round(y0), round(x1) + 1, round(y1) + 1)


def _mend(sides: _Sides, xs: list[float], ys: list[float], dark: NDArray[np.bool_], mm: float) -> None:
    """Sets pieces of a rule that have faded: enough of the rule is there, and no writing crosses where it would run."""
    for c in range(len(xs)):
        here = [(r, row[c]) for r, row in enumerate(sides) if row[c] is not None]
        if len(here) >= _ENOUGH * len(sides):
            for r, row in enumerate(sides):
                if row[c] is None:
                    at = _or(min(here, key=lambda seen: abs(seen[0] - r))[1], xs[c])
                    row[c] = None if _crossed(dark, at, ys[r], ys[r + 1], mm) else at


def _mend_lids(lids: _Sides, xs: list[float], ys: list[float], dark: NDArray[np.bool_], mm: float) -> None:
    turned: _Sides = [list(column) for column in zip(*lids, strict=True)]
    _mend(turned, ys, xs, dark.T, mm)
    for r, row in enumerate(lids):
        row[:] = [column[r] for column in turned]


def _crossed(dark: NDArray[np.bool_], at: float, start: float, end: float, mm: float) -> bool:
    """Whether ink lies close on both sides of the upright line at ``at``, as letters written over it would."""
    inner, outer = round(0.25 * mm), round(0.6 * mm)
    edge = round(0.6 * mm)  # the rules that end here
    first, last, middle = round(start) + edge, round(end) - edge, round(at)
    left = dark[first:last, max(0, middle - outer) : max(0, middle - inner)].any(axis=1)
    right = dark[first:last, middle + inner + 1 : middle + outer + 1].any(axis=1)
    return bool((left & right).sum() >= max(0.5 * mm, 0.06 * (last - first)))


def _or(found: float | None, usual: float) -> float:
    return usual if found is None else found


def _rule_at(mask: Mask, at: float, start: float, end: float, drift: float) -> float | None:
    """Where between rows ``start`` and ``end`` the upright rule near column ``at`` runs; None if it is not there."""
    first = max(0, round(at - drift))
    part = mask[round(start) : round(end) + 1, first : round(at + drift) + 1]
    if part.any(axis=1).mean() < _PRESENT:
        return None
    return first + float(np.nonzero(part)[1].mean())


def _merged(sides: list[list[float | None]], lids: list[list[float | None]]) -> list[list[tuple[int, int]]]:
    """Fields of the grid (row, column) with no rule between them, together."""
    rows, columns = len(sides), len(sides[0]) - 1
    group = {(r, c): [(r, c)] for r in range(rows) for c in range(columns)}

    def join(a: tuple[int, int], b: tuple[int, int]) -> None:
        if group[a] is not group[b]:
            group[a].extend(group[b])
            for member in group[b]:
                group[member] = group[a]

    for r in range(rows):
        for c in range(columns):
            if c + 1 < columns and sides[r][c + 1] is None:
                join((r, c), (r, c + 1))
            if r + 1 < rows and lids[r + 1][c] is None:
                join((r, c), (r + 1, c))
    return list({id(g): g for g in group.values()}.values())


def step(tables: Sequence[Table]) -> Recipe:
    """How the tables were read, for the record; nothing without any."""
    cells = sum(len(t.cells) for t in tables)
    return (Transform(NAME, VERSION, (("tables", len(tables)), ("cells", cells)), "ruled tables"),) if tables else ()


# --- the strip


@dataclass(frozen=True, slots=True)
class Piece:
    """Where a cell stands: what leads from the strip to the page, and the strip row from which it counts."""

    cell: int
    at: tuple[int, int]
    top: int


@dataclass(frozen=True, slots=True)
class Part:
    """The written part of a cell, cut out at ``at`` of the page."""

    cell: int
    at: tuple[int, int]
    pixels: Pixels


@dataclass(frozen=True, slots=True)
class Strip:
    pixels: Pixels
    pieces: tuple[Piece, ...]


def compose(page: Pixels, rules: Rules, cells: Sequence[Region], dpi: float) -> tuple[Strip, ...]:
    """The written parts of all cells under one another on white; no strip if nothing is written."""
    mm = dpi / 25.4
    pad = round(_PAD_MM * mm)
    thick = max(3, round(0.35 * mm) | 1)
    ruled = cv2.dilate(rules.both, np.ones((thick, thick), np.uint8)) > 0
    rim = round(1.5 * mm)
    parts: list[Part] = []
    for i, (x0, y0, x1, y1) in enumerate(cells):
        border = ruled[y0:y1, x0:x1].copy()
        border[rim:-rim, rim:-rim] = False  # strokes farther in are writing
        written = _written(np.where(border, np.uint8(255), page[y0:y1, x0:x1]), mm)
        if written:
            cell, (left, top, right, end) = written
            parts.append(Part(i, (x0 + left, y0 + top), cell[top:end, left:right]))
    strips: list[list[Part]] = []
    left = 0
    for part in parts:
        height = part.pixels.shape[0] + pad
        if height > left:
            strips.append([])
            left = _STRIP_PX - pad
        strips[-1].append(part)
        left -= height
    return tuple(stacked(some, pad) for some in strips)


def stacked(parts: Sequence[Part], pad: int) -> Strip:
    """Parts under one another on white, ``pad`` pixels apart; a part's ``cell`` is its number, whatever it was cut from."""
    width = max(p.pixels.shape[1] for p in parts) + 2 * pad
    height = sum(p.pixels.shape[0] + pad for p in parts) + pad
    strip = np.full((height, width), 255, np.uint8)
    pieces, at = [], pad
    for part in parts:
        end = at + part.pixels.shape[0]
        strip[at:end, pad : pad + part.pixels.shape[1]] = part.pixels
        pieces.append(Piece(part.cell, (part.at[0] - pad, part.at[1] - at), at - pad // 2))
        at = end + pad
    return Strip(strip, tuple(pieces))


def _written(cell: Pixels, mm: float) -> tuple[Pixels, Region] | None:
    """A cell without specks and remains of its rules, and the hull of what is written; None if nothing is."""
    labels, stats, _ = components((cell < _INK).astype(np.uint8))
    height, width = cell.shape
    x, y, w, h, area = stats.T
    thin, edge = 0.5 * mm, 0.8 * mm
    lid = (h <= thin) & (w >= h) & ((y + h <= edge + thin) | (y >= height - edge - thin))
    side = (w <= thin) & (h >= w) & ((x + w <= edge) | (x >= width - edge))
    waste = lid | side | (area < 0.03 * mm * mm)
    waste[0] = False
    kept = ~waste
    kept[0] = False
    if not kept.any() or h[kept].max() < 0.6 * mm:
        return None
    if waste.any():
        cell = np.where(cv2.dilate(waste[labels].astype(np.uint8), np.ones((3, 3), np.uint8)) > 0, np.uint8(255), cell)
    rim = round(0.25 * mm)
    x0, y0 = int(x[kept].min()) - rim, int(y[kept].min()) - rim
    x1, y1 = int((x + w)[kept].max()) + rim, int((y + h)[kept].max()) + rim
    return cell, (max(0, x0), max(0, y0), min(width, x1), min(height, y1))


def without_tables(page: Pixels, tables: Sequence[Table]) -> Pixels:
    """The page with the tables' areas white, rules and all."""
    rest = page.copy()
    for table in tables:
        x0, y0, x1, y1 = table.box
        rest[y0:y1, x0:x1] = 255
    return rest


def back_on_page(strip: Strip, words: Sequence[RawWord]) -> dict[int, list[RawWord]]:
    """Words read on the strip by the number of their cell, with boxes on the page."""
    found: dict[int, list[RawWord]] = {}
    tops = [p.top for p in strip.pieces]
    for word in words:
        x0, y0, x1, y1 = word.box
        piece = strip.pieces[max(0, int(np.searchsorted(tops, (y0 + y1) / 2, side="right")) - 1)]
        dx, dy = piece.at
        box: Box = (x0 + dx, y0 + dy, x1 + dx, y1 + dy)
        found.setdefault(piece.cell, []).append(replace(word, box=box))
    return found


def sorted_into(
    tables: Sequence[Table], words: Sequence[RawWord]
) -> tuple[tuple[RawWord, ...], tuple[tuple[Table, tuple[Word, ...]], ...]]:
    """Words whose place is known already: those beside the tables, and each table's in the order of its rows."""
    beside = list(words)
    sorted_tables = []
    for table in tables:
        by_cell: dict[int, list[RawWord]] = {}
        for word in list(beside):
            x, y = (word.box[0] + word.box[2]) / 2, (word.box[1] + word.box[3]) / 2
            at = next((i for i, (x0, y0, x1, y1) in enumerate(table.cells) if x0 <= x < x1 and y0 <= y < y1), None)
            if at is not None:
                by_cell.setdefault(at, []).append(word)
                beside.remove(word)
        sorted_tables.append((table, row_order(table, by_cell, 0)))
    return tuple(beside), tuple(sorted_tables)


def row_order(table: Table, by_cell: dict[int, list[RawWord]], first: int) -> tuple[Word, ...]:
    """A table's words row by row, cell by cell. ``first``: the number of the table's first cell.

    A row of one-line cells is one line; where a cell holds several, each line of each cell is one by itself, or words
    of different sentences would stand on one line.
    """
    out: list[Word] = []
    number, cell = 0, first
    for row in table.rows:
        lines = [_cell_lines(by_cell.get(cell + i, ())) for i in range(len(row))]
        cell += len(row)
        apart = any(len(n) > 1 for n in lines)
        for line in (n for c in lines for n in c):
            out.extend(Word(w.text, w.box, w.confidence, number) for w in line)
            number += apart
        number += not apart
    return tuple(out)


def _cell_lines(words: Sequence[RawWord]) -> list[list[RawWord]]:
    lines: dict[tuple[int, ...], list[RawWord]] = {}
    for word in words:
        lines.setdefault(word.line, []).append(word)
    return [sorted(n, key=lambda w: w.box[0]) for n in sorted(lines.values(), key=lambda n: min(w.box[1] for w in n))]


def woven(rest: Sequence[RawWord], tables: Sequence[tuple[Table, tuple[Word, ...]]], width: float) -> tuple[Word, ...]:
    """The page's words in reading order: what stands above a table, the table, what stands below."""
    out: list[Word] = []
    left = list(rest)

    def add(words: Sequence[Word]) -> None:
        base = out[-1].line + 1 if out else 0
        out.extend(replace(w, line=w.line + base) for w in words)

    for table, words in tables:
        middle = (table.box[1] + table.box[3]) / 2
        above = [w for w in left if (w.box[1] + w.box[3]) / 2 < middle]
        left = [w for w in left if (w.box[1] + w.box[3]) / 2 >= middle]
        add(reading_order(above, width))
        add(words)
    add(reading_order(left, width))
    return tuple(out)
