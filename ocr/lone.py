"""Lone ink that makes no line: figures in a table's cells, cut by its rules or beside a broken grid, and page numbers.

On worn paper such a figure is pale and in pieces, so ink is counted more freely here than where letters make lines; what tells
it from specks is where it stands: in a cell, or at once level with words and in a column of others.
"""

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np

from ocr.columns import Numbers, broken, junk, middles_of, numbers, strange, unnumbered, within
from ocr.frames import Pixels
from ocr.grids import Table
from ocr.ink import Floats, holds
from ocr.lines import RawWord, hull
from ocr.missed import FIGURE_MM, KNOWN, SURE, Words, box_of, darkness, share, uncovered
from ocr.ruling import Region
from workstation.domain.page import Box, UnreadArea, Word
from workstation.domain.syllables import core

Grids = Sequence[tuple[Table, tuple[Word, ...]]]

_INK, _FAINT = 200, 225
"""Paler print than letters of a line may have; in cells without a word still paler."""
_PALE, _TRACE, _WORN_TRACE = 245, 1.0, 0.5
"""Ink of a number that is all but gone, and the least of it in mm² in the cell of a column that is full; on a worn page."""
_UNDER = 1.5
"""How far under a cell's words a number on the next row reaches, in their height."""
_OVER = 0.2
"""Share of a word that reaches over from the next cell."""
_AS_DARK = 60.0
"""Levels by which a figure may be paler than the words of its cell."""
_LINED_MM = 1.5
"""How far a figure stands from the line of the words over it."""
_WAYS = ((_INK, 0.6), (_FAINT, 1.2), (_INK, 0.2))
"""Threshold of ink and width in mm between pieces of one figure: usual, pale and broken, and among dirt."""
_PALEST = 205.0
"""Darkness of a cell's figures; the other side is paler."""
_FRAME_MM = 0.6
"""What a frame leaves round a figure."""
_RIM_MM = 0.8
"""Along a cell's sides, where remains of its rules lie."""
_TALL_MM = 6.0
_DENSE = 0.12
"""Least share of its box that a figure's ink takes up: dust is thinner."""
_ROWS = 2
"""Of figures in a cell without words; more are a fold or dirt."""
_THIN = 0.2
"""Least width of a figure for its height: a rule's remains are thinner."""
_BESIDE_MM = (2.5, 60.0)
"""From a figure of a table's column to the words of its row."""
_COLUMN_MM = (2.0, 30.0)
"""From a figure to the next one of its column: across, and down."""
_MARGIN_MM, _MIDDLE_MM = 25.0, 8.0
"""Where page numbers stand: so near to the top or bottom, so far from the middle of the sheet."""
_WIDEST = 0.85
"""Width of a sign, in heights of its word."""
_CUT = 3
"""Letters of a line that a side cuts."""
_OFTEN = 0.4
"""Share of a table's rows that part where a column begins."""


def figures(page: Pixels, letters: Floats, grids: Grids, words: Words, mm: float, *, worn: bool) -> list[Box]:
    """Frames round lone ink. On a page that is not ``worn`` only that of cells, and the page's number."""
    found = in_cells(page, grids, words, mm)
    found = _more(found, in_number_columns(page, grids, words, mm, worn=worn))
    found += page_number(letters, words, page.shape[1], page.shape[0], mm)
    if worn and grids:
        free = letters[uncovered(letters, words, lambda _word, _pieces: True)]
        beside = [not any(_beside_rule(b, t, mm) for t, _ in grids) for b in map(box_of, free)]
        found += in_columns(free[beside], words, mm)
        found += [*ill_fitting(grids, mm), *cut(grids, letters, mm)]
    return [_framed(b, mm) for b in found]


def _framed(box: Box, mm: float) -> Box:
    return box[0] - _FRAME_MM * mm, box[1] - _FRAME_MM * mm, box[2] + _FRAME_MM * mm, box[3] + _FRAME_MM * mm


def _beside_rule(box: Box, table: Table, mm: float) -> bool:
    """Whether a box lies in a table's cells, or touches them as remains of its rules do."""
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return any(c[0] - mm < x < c[2] + mm and c[1] - mm < y < c[3] + mm for c in table.cells)


def _more(found: list[Box], others: Sequence[Box]) -> list[Box]:
    """With those of the others that are not told yet."""
    return found + [o for o in others if not any(share(f, o) > 0.3 or share(o, f) > 0.3 for f in found)]


def in_number_columns(page: Pixels, grids: Grids, words: Words, mm: float, *, worn: bool) -> list[Box]:
    """Cells of numbers without a word, among full ones, if there is ink in them, be it ever so pale; on a ``worn`` page what was
    read in cells of numbers and is none, or says something else than all its column."""
    found: list[Box] = []
    rim, least = round(_RIM_MM * mm), (_WORN_TRACE if worn else _TRACE) * mm * mm
    for table, inside in grids:
        column = numbers(table, inside)
        odd = dict.fromkeys((*junk(column, inside), *broken(table, inside))) if worn else ()
        found += [w.box for w in odd if _is_figure(w, mm)]
        found += strange(table, inside) if worn else []
        found += _numbers_below(page, unnumbered(table, inside), mm) if worn else []
        for x0, y0, x1, y1 in column.gaps:
            part = page[y0 + rim : max(y0 + rim, y1 - rim), x0 + rim : max(x0 + rim, x1 - rim)]
            over = any(share(w.box, (x0, y0, x1, y1)) > _OVER for w in words if any(c.isalnum() for c in w.text))
            if not over and part.size and np.count_nonzero(part < _PALE) >= least:
                found.append((float(x0 + rim), float(y0 + rim), float(x1 - rim), float(y1 - rim)))
    return found


def _numbers_below(page: Pixels, cells: Sequence[tuple[Region, Box]], mm: float) -> list[Box]:
    """Where a number that each cell of a column has, and these lack, stands under their words: in ink, be it ever so pale."""
    found = []
    for (_, _, _, end), (x0, y0, x1, y1) in cells:
        left, top = round(x0), round(y1)
        foot = min(end - round(_RIM_MM * mm), round(y1 + _UNDER * (y1 - y0)))
        part = page[top:foot, left : round(x1)]
        if foot - top >= FIGURE_MM * mm and np.count_nonzero(part < _PALE) >= _WORN_TRACE * mm * mm:
            found.append((float(left), float(top), x1, float(foot)))
    return found


def _is_figure(word: Word | RawWord, mm: float) -> bool:
    """Whether a word is as large as a figure; a mark is if it is far wider than one."""
    width, height = word.box[2] - word.box[0], word.box[3] - word.box[1]
    return height >= FIGURE_MM * mm and (width > 2 * height or any(c.isalnum() for c in word.text))


def unsaid(grids: Grids, areas: Sequence[UnreadArea]) -> Grids:
    """The tables without the words of number cells that are none and are told as lost: nobody can make anything of them."""
    lost = [a.box for a in areas if a.kind == "lost_line"]
    out = []
    for table, words in grids:
        gone = [w for w in junk(numbers(table, words), words) if any(share(w.box, b) > 0.5 for b in lost)]
        out.append((table, tuple(w for w in words if w not in gone)))
    return tuple(out)


def in_cells(page: Pixels, grids: Grids, words: Words, mm: float) -> list[Box]:
    """What is written in cells without a word, and figures on a row of their own in cells with words."""
    found = []
    words = [w for w in words if any(c.isalnum() for c in w.text)]
    middles = middles_of(words)
    rim = round(_RIM_MM * mm)
    for x0, y0, x1, y1 in (cell for table, _ in grids for cell in table.cells):
        mine = [words[i] for i in within(middles, (x0, y0, x1, y1))]
        part = page[y0 + rim : max(y0 + rim, y1 - rim), x0 + rim : max(x0 + rim, x1 - rim)]
        room = part.shape[0] - (_rise(mine) if mine else 0)
        if room < FIGURE_MM * mm or not part.size or part.min() >= _FAINT:
            continue
        # words of the next cell may reach over
        over = mine or [w for w in words if share(w.box, (x0, y0, x1, y1)) > _OVER]
        ways = _WAYS if not mine else (_WAYS[0], _WAYS[2])
        seen = [
            _moved(_figures(_bare(part, ink, over, (x0 + rim, y0 + rim), mm), gap, mm), x0 + rim, y0 + rim) for ink, gap in ways
        ]
        usual, dirty = seen[0], seen[-1]
        these = [*dirty, *(f for f in usual if not any(share(d, f) > 0 for d in dirty))]
        if mine:
            found += [f for f in these if _in_row_of_its_own(f, [w.box for w in mine], page, mm)]
        else:
            rows = _levelled(these or seen[1])
            found += [f for f in rows if darkness(page, f) < _PALEST] if len(rows) <= _ROWS else []
    return found


def _rise(words: Words) -> float:
    _, y0, _, y1 = hull(w.box for w in words)
    return y1 - y0


def _moved(boxes: Sequence[Box], x: float, y: float) -> list[Box]:
    return [(b[0] + x, b[1] + y, b[2] + x, b[3] + y) for b in boxes]


def _levelled(figures: Sequence[Box]) -> list[Box]:
    """Figures of one row together."""
    rows: list[Box] = []
    for figure in sorted(figures):
        row = next((r for r in rows if min(r[3], figure[3]) - max(r[1], figure[1]) > 0.5 * (figure[3] - figure[1])), None)
        if row is not None:
            rows.remove(row)
        rows.append(figure if row is None else hull((row, figure)))
    return rows


def _in_row_of_its_own(figure: Box, words: Sequence[Box], page: Pixels, mm: float) -> bool:
    """Over or under a cell's words, in line with their beginnings, ends or middles, and as dark."""
    x0, y0, x1, y1 = figure
    left, _, right, _ = hull(words)
    if any(min(w[3], y1) - max(w[1], y0) > 0.2 * (y1 - y0) for w in words):
        return False
    lined = min(abs(x0 - left), abs(x1 - right), abs(x0 + x1 - left - right) / 2) < _LINED_MM * mm
    tall = y1 - y0 > 0.5 * float(np.median([w[3] - w[1] for w in words]))
    return lined and tall and darkness(page, figure) < np.median([darkness(page, w) for w in words]) + _AS_DARK


def _bare(part: Pixels, ink: int, words: Words, at: tuple[int, int], mm: float) -> Pixels:
    """Ink of a part cut out ``at``, words wiped out."""
    dark, pad = np.asarray(part < ink, np.uint8), round(0.4 * mm)
    for word in words:
        x0, y0, x1, y1 = (round(v) for v in word.box)
        top, left = max(0, y0 - at[1] - pad), max(0, x0 - at[0] - pad)
        dark[top : max(0, y1 - at[1] + pad), left : max(0, x1 - at[0] + pad)] = 0
    return dark


def _figures(dark: Pixels, gap: float, mm: float) -> list[Box]:
    """Hulls of ink that lies together, as high as a figure and no thinner."""
    if not dark.any():
        return []
    size = round(gap * mm) | 1
    joined = cv2.copyMakeBorder(dark, size, size, size, size, cv2.BORDER_CONSTANT, value=0)
    joined = cv2.dilate(joined, np.ones((size, size), np.uint8))[size:-size, size:-size].copy()
    _, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    found = []
    for label in np.flatnonzero(stats[:, cv2.CC_STAT_HEIGHT] >= FIGURE_MM * mm).tolist():
        if label == 0:
            continue
        x, y, w, h = stats[label, : cv2.CC_STAT_AREA].tolist()
        at = np.s_[y : y + h, x : x + w]
        rows, columns = np.nonzero((labels[at] == label) & (dark[at] > 0))
        if not len(rows):
            continue
        rows, columns = rows + y, columns + x
        x0, y0, x1, y1 = columns.min(), rows.min(), columns.max() + 1, rows.max() + 1
        high = FIGURE_MM * mm <= y1 - y0 <= _TALL_MM * mm and x1 - x0 >= max(0.4 * mm, _THIN * (y1 - y0))
        if high and len(rows) >= max(0.4 * mm * mm, _DENSE * (x1 - x0) * (y1 - y0)):
            found.append((float(x0), float(y0), float(x1), float(y1)))
    return found


def page_number(letters: Floats, words: Words, width: float, height: float, mm: float) -> list[Box]:
    """A figure alone in the middle of the top or bottom margin of a page of ``width`` and ``height``."""
    x0, y0, x1, y1 = letters.reshape(-1, 4).T
    margin = (y1 < _MARGIN_MM * mm) | (y0 > height - _MARGIN_MM * mm)
    there = margin & (y1 - y0 >= 0.8 * FIGURE_MM * mm) & (np.abs(x0 + x1 - width) / 2 < _MIDDLE_MM * mm)
    found = map(box_of, letters[there])
    return [f for f in found if not any(min(w.box[3], f[3]) > max(w.box[1], f[1]) for w in words)]


def ill_fitting(grids: Grids, mm: float) -> list[Box]:
    """Doubtful words with too few signs for their length."""
    doubtful = [w for _, words in grids for w in words if w.confidence < SURE and any(c.isalnum() for c in w.text)]
    doubtful = [w for w in doubtful if not w.text.isdigit()]
    high = [w for w in doubtful if w.box[3] - w.box[1] >= FIGURE_MM * mm]
    return [w.box for w in high if w.box[2] - w.box[0] > _WIDEST * len(w.text) * (w.box[3] - w.box[1])]


def senseless(grids: Grids) -> list[Box]:
    """Lines of cells that are none of numbers and in which no word is sure; in a column of numbers such are mostly right."""
    found: list[Box] = []
    for table, words in grids:
        doubtful = [w for w in words if w.confidence < SURE]
        column = numbers(table, words) if doubtful else Numbers()
        for word in doubtful:
            cell = next((c for c in table.cells if _within(word, c)), None)
            if cell is None or cell in column.cells:
                continue
            line = [w for w in words if w.line == word.line and _within(w, cell)]
            weight = sum(len(w.text) for w in line)
            if sum(w.confidence * len(w.text) for w in line) < SURE * weight and any(c.isalnum() for w in line for c in w.text):
                found.append(hull(w.box for w in line))
    return list(dict.fromkeys(found))


def wide(words: Words) -> list[Box]:
    """Numbers much wider than their figures: specks beside them were taken for a part of them, and their place is wrong."""
    numbered = [w for w in words if any(c.isdigit() for c in w.text)]
    return [w.box for w in numbered if w.box[2] - w.box[0] > _WIDEST * len(core(w.text)) * (w.box[3] - w.box[1])]


def tightened(grids: Grids, letters: Floats, mm: float) -> Grids:
    """The tables with such numbers where their figures stand: a rule's remains were taken for a part of them."""
    loose = wide([w for _, words in grids for w in words if core(w.text).isdigit()])
    return [(table, tuple(_tight(w, letters, mm) if w.box in loose else w for w in words)) for table, words in grids]


def _tight(word: Word, letters: Floats, mm: float) -> Word:
    x0, y0, x1, y1 = word.box
    x, y = (letters[:, 0] + letters[:, 2]) / 2, (letters[:, 1] + letters[:, 3]) / 2
    tall, thick = letters[:, 3] - letters[:, 1], letters[:, 2] - letters[:, 0]
    own = letters[(x > x0) & (x < x1) & (y > y0) & (y < y1) & (tall >= FIGURE_MM * mm) & (thick >= _THIN * tall)]
    return replace(word, box=hull(map(box_of, own))) if len(own) == sum(c.isdigit() for c in word.text) else word


def _within(word: Word, cell: Region) -> bool:
    return holds(cell, (word.box[0] + word.box[2]) / 2, (word.box[1] + word.box[3]) / 2)


def cut(grids: Grids, letters: Floats, mm: float) -> list[Box]:
    """Lines of letters through which a cell's side was drawn where no rule is: neither half can be read."""
    tall = letters[(letters[:, 3] - letters[:, 1] >= FIGURE_MM * mm)]
    quarter = 0.25 * (tall[:, 3] - tall[:, 1])
    found = []
    for table, _ in grids:
        for x0, _, x1, y1 in table.cells:
            if y1 >= table.box[3] - mm:
                continue
            over = tall[(tall[:, 0] > x0) & (tall[:, 2] < x1) & (tall[:, 1] + quarter < y1) & (tall[:, 3] - quarter > y1)]
            if len(over) >= _CUT:
                found.append(hull(box_of(b) for b in over))
    return found


def spanning(grids: Grids) -> list[Box]:
    """Doubtful numbers over two columns: a rule between cells was not seen, and their figures ran together."""
    found = []
    for table, words in grids:
        starts = np.array([row[i][0] for row in table.rows for i in range(1, len(row))], float)
        for word in words:
            if word.confidence >= KNOWN or not any(c.isdigit() for c in word.text):
                continue
            x0, _, x1, _ = word.box
            within = np.sort(starts[(starts > x0) & (starts < x1)])
            height = word.box[3] - word.box[1]
            if (
                len(within) >= max(2.0, _OFTEN * len(table.rows))
                and within[0] - x0 > 0.8 * height
                and x1 - within[-1] > 0.8 * height
            ):
                found.append(word.box)
    return found


def in_columns(letters: Floats, words: Words, mm: float) -> list[Box]:
    """Single figures at once level with the words of a row and in a column of short words, with room on both sides: of a table
    that is no whole grid."""
    sure = [w for w in words if w.confidence >= KNOWN]
    if not sure or not len(letters):
        return []
    boxes = np.array([w.box for w in sure], float)
    short = np.array([len(w.text) <= 3 and w.text.strip(".,").isdigit() for w in sure])
    middles = (boxes[:, 0] + boxes[:, 2]) / 2
    found = []
    for letter in letters:
        x0, y0, x1, y1 = letter
        if y1 - y0 < FIGURE_MM * mm:
            continue
        level = np.minimum(boxes[:, 3], y1) - np.maximum(boxes[:, 1], y0) > 0.6 * (y1 - y0)
        away = np.maximum(boxes[:, 0] - x1, x0 - boxes[:, 2])
        beside = away[level].min(initial=np.inf)
        down = np.abs((boxes[:, 1] + boxes[:, 3]) / 2 - (y0 + y1) / 2)
        column = short & (np.abs(middles - (x0 + x1) / 2) < _COLUMN_MM[0] * mm) & (down < _COLUMN_MM[1] * mm) & ~level
        if _BESIDE_MM[0] * mm < beside < _BESIDE_MM[1] * mm and column.any():
            found.append(box_of(letter))
    return found
