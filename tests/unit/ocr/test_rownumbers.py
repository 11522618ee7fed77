"""What the cells of a column that numbers its rows are due to say."""

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from ocr.rownumbers import due
from ocr.ruling import Region


def cells(count: int) -> list[Region]:
    return [(0, 50 * row, 60, 50 * row + 48) for row in range(count)]


def heard(said: Mapping[int, str]) -> dict[Region, str]:
    column = cells(max(said) + 1)
    return {column[row]: text for row, text in said.items()}


@given(st.integers(4, 40), st.integers(1, 200), st.data())
def test_rows_that_were_not_read_are_due_what_their_order_says(rows: int, first: int, data: st.DataObject) -> None:
    column = cells(rows)
    numbers = {cell: str(first + row) for row, cell in enumerate(column)}
    unread = data.draw(st.sets(st.sampled_from(column), max_size=rows // 3))
    found = due(column, {cell: text for cell, text in numbers.items() if cell not in unread})
    assert found == numbers


@given(st.integers(12, 40), st.data())
def test_a_number_misread_here_and_there_misleads_nobody(rows: int, data: st.DataObject) -> None:
    column = cells(rows)
    said = {cell: str(row + 1) for row, cell in enumerate(column)}
    wrong = data.draw(st.sets(st.integers(0, (rows - 1) // 6), max_size=rows // 6))
    said |= {column[6 * row]: data.draw(st.integers(0, 99).map(str)) for row in wrong}
    assert due(column, said) == {cell: str(row + 1) for row, cell in enumerate(column)}


def test_a_heading_and_what_is_no_number_are_due_nothing() -> None:
    said = heard({0: "STT", 1: "1", 2: "2", 4: "4", 5: "5,"})
    assert due(cells(6), said) == {cell: str(row) for row, cell in enumerate(cells(6)) if row}


def test_a_row_that_was_not_seen_shifts_those_below_it_only() -> None:
    numbers = [str(n) for n in range(1, 14) if n != 7]
    found = list(due(cells(12), heard(dict(enumerate(numbers)))).values())
    assert found[:5] == numbers[:5] and found[-5:] == numbers[-5:]


@given(st.lists(st.integers(1940, 2010), min_size=1, max_size=30))
def test_years_are_no_order_unless_they_are_one(years: list[int]) -> None:
    column = cells(len(years))
    found = due(column, {cell: str(year) for cell, year in zip(column, years, strict=True)})
    in_order = sum(found.get(cell) == str(year) for cell, year in zip(column, years, strict=True))
    assert not found or in_order >= 0.7 * len(years)


def test_of_nothing_nothing_is_due() -> None:
    assert due([], {}) == {} and due(cells(5), {}) == {}
