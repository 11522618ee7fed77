"""Ruled tables: cells cut out and composed into one tall strip, their words put back in row order.

Tesseract reads a ruled page by columns, loses lone digits and takes rules for letters (list pages: 4 to 7 % of
characters wrong on good scans, 0.1 to 1 % so). A call for each cell would cost 0.1 CPU
seconds a cell; a strip of all cells costs one call a page.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from ocr.components import components
from ocr.frames import Pixels
from ocr.grids import Table
from ocr.lines import RawWord, level, reading_order
from ocr.ruling import INK, Region, Rules
from workstation.domain.page import Box, Recipe, Transform, Word

NAME, VERSION = "tables", 3

_STRIP_PX = 20_000
"""Height at which a further strip begins: Tesseract takes pictures up to 32,767 pixels."""
_PAD_MM = 2.0


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
    labels, stats, _ = components((cell < INK).astype(np.uint8))
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


def with_words(table: Table, words: Sequence[Word], more: Sequence[RawWord]) -> tuple[Word, ...]:
    """A table's words with more, in the order of the rows: each on the line of its cell with which it is level, else on its
    own."""
    raw = [RawWord(w.text, w.box, w.confidence, (0, w.line), w.doubt, w.suggestion) for w in words]
    x0, y0, x1, y1 = np.array(table.cells, float).reshape(-1, 4).T
    by_cell: dict[int, list[RawWord]] = {}
    for word in (*raw, *(replace(w, line=(1, *w.line)) for w in more)):
        x, y = (word.box[0] + word.box[2]) / 2, (word.box[1] + word.box[3]) / 2
        # a word may reach over its cell's side: the nearest cell is its own
        away = np.maximum(np.maximum(x0 - x, x - x1), 0) + np.maximum(np.maximum(y0 - y, y - y1), 0)
        mine = by_cell.setdefault(int(np.argmin(away)), [])
        mine.append(replace(word, line=next((w.line for w in mine if level(w.box, word.box)), word.line)))
    return row_order(table, by_cell, 0)


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
            out.extend(Word(w.text, w.box, w.confidence, number, w.doubt, w.suggestion) for w in line)
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
        out.extend((replace(w, line=w.line + base) for w in words) if base else words)

    for table, words in tables:
        middle = (table.box[1] + table.box[3]) / 2
        above = [w for w in left if (w.box[1] + w.box[3]) / 2 < middle]
        left = [w for w in left if (w.box[1] + w.box[3]) / 2 >= middle]
        add(reading_order(above, width))
        add(words)
    add(reading_order(left, width))
    return tuple(out)
