"""The grid of a ruled table: its rows and cells, found between rules.

On good paper the rules are there, and a missing side is a cell over several fields. On worn paper they are bent, broken and
faded: the sheet is laid flat first (``bend``), then pieces count if they lie on one line that no writing crosses, and sides
that are gone are set. Of the tables on 26 worn tuning pages 22 came out whole so, 7 before; CER of 20 of these pages fell from
19.6 to 7.9 % (lists) and from 9.4 to 6.7 % (reports).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ocr.bend import Bend, find_bend
from ocr.frames import Pixels
from ocr.palerules import is_fold, is_pale_upright, pale_upright
from ocr.ruling import INK, RULE_MM, Mask, Region, Rules, find_rules, regions, touch

_DRIFT_MM, _FLAT_MM = 1.2, 0.8
"""How far a rule may lie from its middle: on the page as it is, and on a sheet laid flat."""
_PRESENT = 0.4
"""Share of a cell's side that must be ruled to part it from its neighbour."""
_TRACE = 0.1
"""Share of a missing side that is there after all where the rule has faded, and no cell reaches over two fields."""
_SHARE, _WORN_SHARE = 0.25, 0.1
"""Of the table's width or height: shorter rules, as of a stamp's frame over the table, part nothing; on a sheet laid flat, where
no writing may cross them."""
_LONG = 0.5
"""The same of a rule of a flat sheet that writing may cross."""
_ROW_MM = 2.5
"""Between two rules of a table there is room for print."""
_ENDS = 0.1
"""Mean share of a row's sides that is seen in a worn table's first and last row."""
_CLEAR, _WHOLE = 0.4, 0.85
"""Share of all sides that must be seen, or there is no clear grid; and for a table on good paper."""
_ENOUGH = 0.18
"""A rule of which so much is seen runs on where it has faded."""
_WORN_BREAK_MM = 6.0, 6.0
"""How far apart (across, down) the pieces of a worn table's rules lie on a sheet laid flat."""
_AROUND_MM = 50.0, 12.0
"""The same on a bent sheet, where at times no level rule is seen between the uprights of a column."""
_BEYOND_MM, _BESIDE = 3.0, 0.5
"""How far from a table, and along what share of its height, uprights stand that make it a part of a larger one."""
_NEAR_MM, _OUTER_MM, _OUTER_WORN_MM = 5.0, 50.0, 80.0
"""How far from the last upright an outer one is looked for: from, to, and on a sheet laid flat."""
_BROKEN, _JOINED, _AS_CLEAR = 0.25, 0.2, 0.6
"""Share of it, and of the level rules up to it, that is there; of the clearest, of a flat sheet's where one stands before it."""
_PIECES, _ALONE = 0.1, 0.35
"""Share of its length at which a rule is seen that is all but gone, and what beside it may have of that."""
_RIM_MM = 5.0
"""Along the page's sides, where the lid and the paper's edge make rules."""
_BELT_MM, _WIDE_MM = 15.0, 60.0
"""What is cut out beyond what is seen of a worn table, up and down; and the least width of that."""


@dataclass(frozen=True, slots=True)
class Table:
    """``rows`` hold the cells' insides, left to right; a cell over several rows stands in its first."""

    box: Region
    rows: tuple[tuple[Region, ...], ...]

    @property
    def cells(self) -> tuple[Region, ...]:
        return tuple(cell for row in self.rows for cell in row)


def find_tables(page: Pixels, dpi: float) -> tuple[Rules, tuple[Table, ...]]:
    """Clear grids of at least two rows and two columns, top to bottom. Frames, underlines and boxed forms are none."""
    mm = dpi / 25.4
    rules = find_rules(page, dpi)
    hulls = regions(rules, mm)
    found = [t for t in (_grid(page, rules, region, mm) for region in hulls) if t]
    whole = [t for t in found if not _part(t, rules, mm)]
    if len(whole) < len(hulls):
        for top, end in _belts(rules, whole, mm):
            mended, worn = _worn_tables(page[top:end], dpi)
            for table in (_lower(t, top) for t in worn):
                parts = [f for f in found if touch(f.box, table.box)]
                if len(table.cells) > sum(len(f.cells) for f in parts):
                    found = [*(f for f in found if f not in parts), table]
                    rules = rules.with_part(mended, top)
    return rules, tuple(sorted(found, key=lambda t: t.box[1]))


def _belts(rules: Rules, found: Sequence[Table], mm: float) -> list[tuple[int, int]]:
    """Top and end of the parts of a page where more tables may be, the largest first."""
    rim = round(_RIM_MM * mm)
    inner = Rules(rules.level[:, rim:-rim], rules.upright[:, rim:-rim])
    if not inner.level.size:  # a few pixels
        return []
    hulls = [(x0 + rim, y0, x1 + rim, y1) for x0, y0, x1, y1 in regions(inner, mm, _AROUND_MM)]
    wide = [r for r in hulls if r[2] - r[0] >= _WIDE_MM * mm and not any(touch(r, t.box) for t in found)]
    belts: list[tuple[int, int]] = []
    for _, y0, _, y1 in sorted(wide, key=lambda r: (r[0] - r[2]) * (r[3] - r[1])):
        if not any(top <= (y0 + y1) / 2 <= end for top, end in belts):
            belts.append((max(0, round(y0 - _BELT_MM * mm)), min(len(rules.level), round(y1 + _BELT_MM * mm))))
    return belts


def _part(table: Table, rules: Rules, mm: float) -> bool:
    """Whether uprights stand beside a table: on a bent sheet level rules may be seen in a part of its columns only."""
    x0, y0, x1, y1 = table.box
    rim, beyond = round(_RIM_MM * mm), round(_BEYOND_MM * mm)
    beside = rules.upright[y0:y1, rim : max(rim, x0 - beyond)], rules.upright[y0:y1, x1 + beyond : -rim]
    return any(np.count_nonzero(part.any(axis=1)) > _BESIDE * (y1 - y0) for part in beside)


def _worn_tables(part: Pixels, dpi: float) -> tuple[Rules, list[Table]]:
    """Tables of a part of a page, found on the sheet laid flat, and their rules; both where they lie on the bent one."""
    mm = dpi / 25.4
    bend = find_bend((part < INK + 20).astype(np.uint8), mm)
    flat = bend.flat(part)
    rules = find_rules(flat, dpi, worn=True)
    made = [_grid(flat, rules, region, mm, worn=True) for region in regions(rules, mm, _WORN_BREAK_MM)]
    return Rules(bend.bent(rules.level), bend.bent(rules.upright)), [_bent(t, bend) for t in made if t]


def _bent(table: Table, bend: Bend) -> Table:
    """A table of the flat sheet where it lies on the bent one."""

    def moved(region: Region) -> Region:
        x0, y0, x1, y1 = region
        x, y = (x0 + x1) / 2, (y0 + y1) / 2
        left, right = (round(bend.place(end, y)[0]) for end in (x0, x1))
        top, bottom = (round(bend.place(x, end)[1]) for end in (y0, y1))
        return max(0, left), max(0, top), right, bottom

    rows = tuple(tuple(moved(cell) for cell in row) for row in table.rows)
    x0, y0, x1, y1 = zip(moved(table.box), *(cell for row in rows for cell in row), strict=True)
    return Table((min(x0), min(y0), max(x1), max(y1)), rows)


def _lower(table: Table, by: int) -> Table:
    def moved(region: Region) -> Region:
        return region[0], region[1] + by, region[2], region[3] + by

    return Table(moved(table.box), tuple(tuple(moved(cell) for cell in row) for row in table.rows))


# --- rows and columns


def _separators(profile: NDArray[np.int64], drift: float, least: float) -> list[tuple[float, int]]:
    """Middles and lengths of the rules along one axis: heaps of the profile no more than ``drift`` apart that hold ``least``
    pixels."""
    at = np.flatnonzero(profile)
    if not at.size:
        return []
    heaps = np.split(at, np.flatnonzero(np.diff(at) > drift) + 1)
    sums = [(float(np.average(h, weights=profile[h])), int(profile[h].sum())) for h in heaps]
    return [s for s in sums if s[1] >= least]


def _ruled(mask: Mask, dark: NDArray[np.bool_], drift: float, mm: float, *, worn: bool) -> list[float]:
    """Columns of the upright rules of a mask. On a worn sheet shorter ones too, if no writing crosses where they run."""
    height = len(mask)
    profile = (mask > 0).sum(axis=0, dtype=np.int64)
    found = _separators(profile, drift, max(RULE_MM * mm, (_WORN_SHARE if worn else _SHARE) * height))
    if not worn:
        return [at for at, _ in found]
    clear = [(at, n) for at, n in found if n > _LONG * height or not _crossed(dark, at, *_span(mask, at, drift), mm)]
    # of two that lie too near for a line of print between them the longer is the rule
    return [at for at, n in clear if not any(0 < abs(o - at) < _ROW_MM * mm and (m, o) > (n, at) for o, m in clear)]


def _span(mask: Mask, at: float, drift: float) -> tuple[int, int]:
    """From where to where the pieces of an upright rule stand; what stands far from the others may be a letter."""
    rows = np.nonzero(mask[:, max(0, round(at - drift)) : round(at + drift) + 1])[0]
    first, last = np.percentile(rows, (5, 95))
    return int(first), int(last) + 1


def _within(across: list[float], along: list[float], mask: Mask, drift: float) -> list[float]:
    """``across`` without those beyond the ends of the rules ``along``, as strokes of a title over the table."""

    def ruled(start: float, end: float) -> bool:
        return sum(_trace(mask, at, start, end, drift) for at in along) > _ENDS * len(along)

    first, last = 0, len(across)
    while last - first > 2 and not ruled(across[first], across[first + 1]):
        first += 1
    while last - first > 2 and not ruled(across[last - 2], across[last - 1]):
        last -= 1
    return across[first:last]


def _seen(page: Pixels, columns: tuple[int, int], rows: Sequence[int], mm: float) -> NDArray[np.float64]:
    """Share of a table's height at which there is ink, for each of the page's ``columns`` (first, end): of all of it, or of what
    lies beside the level rules, where no print stands; whichever is less. A broken upright stands out."""
    first, end = columns
    inner, beside = round(0.4 * mm), round(1.6 * mm)
    ends = np.concatenate([np.r_[a + inner : a + beside, b - beside : b - inner] for a, b in pairwise(rows)])
    dark = page[:, first - 1 : end + 1] < INK + 20
    thick = dark[:, 2:] | dark[:, 1:-1] | dark[:, :-2]
    return np.asarray(np.minimum(thick[rows[0] : rows[-1]].mean(axis=0), thick[ends].mean(axis=0)))


def _beyond(
    page: Pixels, xs: list[float], ys: list[float], at: tuple[int, int], mm: float, *, last: bool, worn: bool
) -> int | None:
    """Column of the page where the next outer upright stands that was too broken to be seen, a column's width beyond the last:
    in pieces down the table's height, between the lines of print too, and reached by the level rules. ``at``: of the page,
    where ``xs`` and ``ys`` are counted from."""
    near, far = round(_NEAR_MM * mm), round((_OUTER_WORN_MM if worn else _OUTER_MM) * mm)
    start, rim = at[0] + round(xs[-1] if last else xs[0]), round(_RIM_MM * mm)
    first, end = (start + near, start + far) if last else (start - far, start - near)
    first, end = max(rim, first), min(page.shape[1] - rim, end)
    if end - first < 3:
        return None
    rows, drift = [round(y) + at[1] for y in ys], round(_FLAT_MM * mm)
    seen = _seen(page, (first, end), rows, mm)
    there = np.flatnonzero(seen >= max(_BROKEN, (_AS_CLEAR if worn else 1.0) * seen.max()))
    for heap in np.split(there, np.flatnonzero(np.diff(there) > drift) + 1)[:: 1 if last else -1]:
        if heap.size:
            out = first + int(heap[seen[heap].argmax()])
            across = np.s_[start:out] if last else np.s_[out:start]
            joined = [(page[y - drift : y + drift + 1, across] < INK + 20).any(axis=0).mean() for y in rows]
            if np.mean(joined) > _JOINED:
                return out
    return None


def _between(page: Pixels, left: float, right: float, ys: list[float], at: tuple[int, int], mm: float) -> float | None:
    """Where between two uprights another stands of which only traces are seen, and of nothing beside it nearly as many."""
    near, alone = round(_NEAR_MM * mm), round(1.0 * mm)
    first, end = at[0] + round(left) + near, at[0] + round(right) - near
    if end - first < near:
        return None
    seen = _seen(page, (first, end), [round(y) + at[1] for y in ys], mm)
    best = int(seen.argmax())
    others = np.r_[seen[: max(0, best - alone)], seen[best + alone + 1 :]]
    found = seen[best] > _PIECES and others.max(initial=0) < _ALONE * seen[best]
    return float(first + best - at[0]) if found else None


# --- cells

_Sides = list[list[float | None]]


def _grid(page: Pixels, rules: Rules, region: Region, mm: float, *, worn: bool = False) -> Table | None:
    """The table in a region. ``worn``: of a sheet laid flat."""
    x, y, end_x, end_y = region
    upright, level = rules.upright[y:end_y, x:end_x], rules.level[y:end_y, x:end_x]
    drift = (_FLAT_MM if worn else _DRIFT_MM) * mm
    dark = page[y:end_y, x:end_x] < INK
    xs, ys = (_ruled(mask, ink, drift, mm, worn=worn) for mask, ink in ((upright, dark), (level.T, dark.T)))
    if worn:
        ys = _within(ys, xs, upright, drift)
        xs = _within(xs, ys, level.T, drift)
    if worn and len(ys) > 2:
        xs = [*xs[:1], *(sx for sx in xs[1:-1] if not is_fold(page, x + sx, _height(ys, y), mm)), *xs[1:][-1:]]
    if len(xs) < 3 or len(ys) < 3:
        return None
    sides: _Sides = [[_rule_at(upright, sx, top, end, drift) for sx in xs] for top, end in pairwise(ys)]
    lids: _Sides = [[_rule_at(level.T, sy, left, end, drift) for left, end in pairwise(xs)] for sy in ys]
    seen = [v is not None for line in (*sides, *lids) for v in line]
    if sum(seen) < (_CLEAR if worn else _WHOLE) * len(seen):
        return None
    if worn:
        faint = [c for c, sx in enumerate(xs) if is_pale_upright(page, x + sx, _height(ys, y), mm)]
        _mend(sides, xs, ys, dark, mm, faint)
        _mend_lids(lids, xs, ys, dark, mm)
    elif _faded(sides, xs, ys, upright, drift) or _faded(_turned(lids), ys, xs, level.T, drift):
        return None  # else a missing side is a cell over several fields
    _extend(page, sides, lids, xs, ys, (x, y), mm, worn=worn)
    if worn:
        _part_pale(page, sides, lids, xs, _height(ys, y), x, mm)
    groups = _merged(sides, lids)
    if len(groups) < 4 or 2 * max(len(g) for g in groups) > (len(xs) - 1) * (len(ys) - 1):
        return None
    return _table([_cell(group, sides, lids, xs, ys) for group in groups], (x, y), mm)


def _extend(
    page: Pixels, sides: _Sides, lids: _Sides, xs: list[float], ys: list[float], at: tuple[int, int], mm: float, *, worn: bool
) -> None:
    """Adds the columns beyond the table's outer uprights."""
    for last in (False, True):
        while (outer := _beyond(page, xs, ys, at, mm, last=last, worn=worn)) is not None:
            _widen(sides, lids, xs, outer - at[0], last=last)
            left, right = xs[-2:] if last else xs[:2]
            if worn and (parting := _between(page, left, right, ys, at, mm)) is not None:
                _part_column(sides, lids, xs, len(xs) - 2 if last else 0, parting)


def _widen(sides: _Sides, lids: _Sides, xs: list[float], at: float, *, last: bool) -> None:
    """Adds a column beyond the last upright, to which its rows go on; that one, taken for the table's edge, runs all the way."""
    edge = len(xs) - 1 if last else 0
    for row in sides:
        row[edge] = _or(row[edge], xs[edge])
        row.insert(len(xs) if last else 0, at)
    for row in lids:
        row.insert(len(row) if last else 0, row[-1 if last else 0])
    xs.insert(len(xs) if last else 0, at)


def _height(ys: list[float], top: int) -> tuple[int, int]:
    """From a table's first level rule to its last, in rows of the page. ``top``: row from which ``ys`` are counted."""
    return top + round(ys[0]), top + round(ys[-1])


def _part_pale(page: Pixels, sides: _Sides, lids: _Sides, xs: list[float], rows: tuple[int, int], left: int, mm: float) -> None:
    """Parts the columns within which an upright is paler than ink. ``left``: column of the page from which ``xs`` are counted."""
    near, column = round(_NEAR_MM * mm), 0
    while column + 1 < len(xs):
        inside = left + round(xs[column]) + near, left + round(xs[column + 1]) - near
        parting = pale_upright(page, inside, rows, mm) if inside[1] - inside[0] >= near else None
        if parting is not None:
            _part_column(sides, lids, xs, column, float(parting - left))
        else:
            column += 1


def _part_column(sides: _Sides, lids: _Sides, xs: list[float], column: int, at: float) -> None:
    for row in sides:
        row.insert(column + 1, at)
    for row in lids:
        row.insert(column, row[column])
    xs.insert(column + 1, at)


def _table(cells: Sequence[tuple[int, int, Region]], at: tuple[int, int], mm: float) -> Table:
    rows: dict[int, list[tuple[int, Region]]] = {}
    for top, left, (x0, y0, x1, y1) in cells:
        rows.setdefault(top, []).append((left, (at[0] + x0, at[1] + y0, at[0] + x1, at[1] + y1)))
    ordered = tuple(tuple(cell for _, cell in sorted(rows[r])) for r in sorted(rows))
    x0s, y0s, x1s, y1s = zip(*(cell for row in ordered for cell in row), strict=True)
    edge = round(0.3 * mm)
    return Table((max(0, min(x0s) - edge), max(0, min(y0s) - edge), max(x1s) + edge, max(y1s) + edge), ordered)


def _faded(sides: _Sides, xs: list[float], ys: list[float], upright: Mask, drift: float) -> bool:
    """Whether a side that is missing has left traces."""
    missing = [(r, c) for r, row in enumerate(sides) for c, at in enumerate(row) if at is None]
    return any(_trace(upright, xs[c], ys[r], ys[r + 1], drift) > _TRACE for r, c in missing)


def _trace(mask: Mask, at: float, start: float, end: float, drift: float) -> float:
    """Share of the upright rule near column ``at`` that is there between rows ``start`` and ``end``, but for its ends."""
    ends = 0.15 * (end - start)
    part = mask[round(start + ends) : round(end - ends) + 1, max(0, round(at - drift)) : round(at + drift) + 1]
    return float(part.any(axis=1).mean()) if part.size else 0.0


def _cell(group: list[tuple[int, int]], sides: _Sides, lids: _Sides, xs: list[float], ys: list[float]) -> tuple[int, int, Region]:
    """Row, column and hull of the fields that make one cell."""
    top, left = min(r for r, _ in group), min(c for _, c in group)
    end, right = max(r for r, _ in group) + 1, max(c for _, c in group) + 1
    x0 = min(_or(sides[r][left], xs[left]) for r in range(top, end))
    x1 = max(_or(sides[r][right], xs[right]) for r in range(top, end))
    y0 = min(_or(lids[top][c], ys[top]) for c in range(left, right))
    y1 = max(_or(lids[end][c], ys[end]) for c in range(left, right))
    return top, left, (round(x0), round(y0), round(x1) + 1, round(y1) + 1)


def _mend(sides: _Sides, xs: list[float], ys: list[float], dark: NDArray[np.bool_], mm: float, faint: Sequence[int] = ()) -> None:
    """Sets pieces of a rule that have faded: enough of it is there, or it is ``faint``, and no writing crosses it."""
    for c in range(len(xs)):
        here = [(r, row[c]) for r, row in enumerate(sides) if row[c] is not None]
        if len(here) < _ENOUGH * len(sides) and c not in faint and not _stands(dark[round(ys[0]) : round(ys[-1])], xs[c], mm):
            continue
        for r, row in enumerate(sides):
            if row[c] is None:
                at = _or(min(here, key=lambda seen: abs(seen[0] - r))[1], xs[c]) if here else xs[c]
                row[c] = None if _crossed(dark, at, ys[r], ys[r + 1], mm) else at


def _stands(dark: NDArray[np.bool_], at: float, mm: float) -> bool:
    """Whether traces of an upright stand at column ``at``, and next to nothing close beside them."""
    near, first, last = (round(v * mm) for v in (_FLAT_MM, 0.9, 1.6))
    left = max(0, round(at) - last - 1)
    part, middle = dark[:, left : round(at) + last + 2], round(at) - left - 1
    seen = (part[:, 2:] | part[:, 1:-1] | part[:, :-2]).mean(axis=0)
    peak = seen[max(0, middle - near) : middle + near + 1].max(initial=0)
    beside = np.r_[seen[: max(0, middle - first + 1)], seen[middle + first :]].max(initial=0)
    return bool(peak > _PIECES and beside < _ALONE * peak)


def _mend_lids(lids: _Sides, xs: list[float], ys: list[float], dark: NDArray[np.bool_], mm: float) -> None:
    turned = _turned(lids)
    _mend(turned, ys, xs, dark.T, mm)
    for row, mended in zip(lids, _turned(turned), strict=True):
        row[:] = mended


def _turned(lids: _Sides) -> _Sides:
    return [list(column) for column in zip(*lids, strict=True)]


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


def _merged(sides: _Sides, lids: _Sides) -> list[list[tuple[int, int]]]:
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
