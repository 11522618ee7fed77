"""Columns that number a table's rows: what each of their cells is due to say."""

from collections import Counter
from collections.abc import Mapping, Sequence

from ocr.ruling import Region

_NEAR, _AGREE = 5, 3
"""Sure numbers round a cell that are asked, and how many of them have to say the same."""
_COUNTED = 0.7
"""Share of a column's sure numbers that stand in such an order."""


def due(column: Sequence[Region], heard: Mapping[Region, str]) -> dict[Region, str]:
    """What the cells of a column say if it numbers the rows; nothing if it does not. ``heard``: its sure numbers. A row whose
    rules were not seen, or a number misread, puts no more than its surroundings in question."""
    sure = [(row, int(text)) for row, cell in enumerate(column) if (text := heard.get(cell, "")).isdecimal()]
    said = {row: number for row in range(len(column)) if (number := _expected(row, sure)) is not None}
    right = sum(said.get(row) == number for row, number in sure)
    if len(sure) < _AGREE or right < _COUNTED * len(sure):
        return {}
    return {column[row]: str(number) for row, number in said.items()}


def _expected(row: int, sure: Sequence[tuple[int, int]]) -> int | None:
    """The number of a row, as the nearest sure ones have it."""
    near = sorted(sure, key=lambda one: abs(one[0] - row))[:_NEAR]
    counts = Counter(number - at for at, number in near).most_common(1)
    if not counts or counts[0][1] < _AGREE or counts[0][0] + row < 1:
        return None
    return row + counts[0][0]
