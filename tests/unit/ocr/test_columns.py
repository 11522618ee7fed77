"""Columns of numbers in tables: what else is read there, and what is missing."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import event, given
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont

from ocr import columns, lone
from ocr.columns import Numbers, garbled, numbers
from ocr.digits import numbers_again
from ocr.frames import Pixels
from ocr.grids import Table
from ocr.missed import KNOWN
from ocr.tesseract import TesseractLibrary
from workstation.domain.page import Box, UnreadArea, Word

DPI = 200
MM = DPI / 25.4
FACE = ImageFont.truetype("/usr/share/fonts/truetype/croscore/Tinos-Regular.ttf", 34)
ROWS = 8
HEIGHT = 60


def at(column: int, row: int) -> tuple[int, int, int, int]:
    return (100 + 200 * column, 100 + HEIGHT * row, 300 + 200 * column, 100 + HEIGHT * (row + 1))


def table() -> Table:
    return Table((95, 95, 505, 105 + HEIGHT * ROWS), tuple((at(0, r), at(1, r)) for r in range(ROWS)))


def word(text: str, column: int, row: int, confidence: float = 0.9) -> Word:
    x0, y0, _, _ = at(column, row)
    return Word(text, (x0 + 20.0, y0 + 15.0, x0 + 20.0 + 18 * len(text), y0 + 43.0), confidence, row)


def said(years: dict[int, Word | None] | None = None) -> tuple[Word, ...]:
    """A column of names, one of years, each under its heading; ``years``: other words in it, or none."""
    found = [word("Tên", 0, 0), word("Năm", 1, 0)]
    for r in range(1, ROWS):
        year = (years or {}).get(r, word(str(1950 + r), 1, r))
        found += [word("Lan", 0, r), *([year] if year else [])]
    return tuple(found)


def page(missing: int | None = None, tone: int = 0) -> Pixels:
    """The years' column printed; that of one row in ``tone``."""
    image = Image.new("L", (600, 700), 255)
    draw = ImageDraw.Draw(image)
    for r in range(1, ROWS):
        draw.text((at(1, r)[0] + 20, at(1, r)[1] + 10), str(1950 + r), tone if r == missing else 0, FACE)
    return np.array(image)


def found_in(pixels: Pixels, words: tuple[Word, ...], *, worn: bool = True) -> list[Box]:
    return lone.in_number_columns(pixels, ((table(), words),), words, MM, worn=worn)


def test_a_column_of_numbers_begins_under_its_heading_and_names_are_none() -> None:
    cells = numbers(table(), said()).cells
    assert cells == tuple(at(1, r) for r in range(1, ROWS))
    assert numbers(table(), ()) == numbers(Table((0, 0, 9, 9), ()), said()) == Numbers()


def test_a_piece_of_a_broken_grid_is_no_empty_cell() -> None:
    x0, y0, _, y1 = at(1, 3)
    rows = [*table().rows]
    words = said({3: None})
    assert numbers(replace(table(), rows=tuple(rows)), words).gaps == (at(1, 3),)
    rows[3] = (at(0, 3), (x0, y0, x0 + 60, y1))
    assert numbers(replace(table(), rows=tuple(rows)), words).gaps == ()


def test_a_column_of_which_half_is_words_is_no_column_of_numbers() -> None:
    assert numbers(table(), said({r: word("Khu", 1, r) for r in range(1, 5)})).cells == ()


def test_a_number_too_pale_to_be_ink_in_a_full_column_is_told_and_an_empty_cell_is_not() -> None:
    words = said({3: None})
    for worn in (False, True):
        (box,) = found_in(page(3, tone=235), words, worn=worn)
        assert at(1, 3)[0] < box[0] and box[2] < at(1, 3)[2] and at(1, 3)[1] < box[1] and box[3] < at(1, 3)[3]
    assert found_in(page(3, tone=255), words) == []
    # a word that reaches over from the next cell is what lies there
    over = Word("1953", (at(0, 3)[2] - 90.0, at(1, 3)[1] + 15.0, at(1, 3)[0] + 60.0, at(1, 3)[3] - 15.0), 0.5, 3)
    assert found_in(page(3, tone=235), (*words, over)) == []
    # a few points of it are enough on a worn page, where a thin figure is in pieces
    traces = np.full((700, 600), 255, np.uint8)
    x0, y0, _, y1 = at(1, 3)
    traces[y0 + 20 : y1 - 15 : 2, x0 + 30 : x0 + 34] = 200
    assert 0.5 < np.count_nonzero(traces < 255) / MM**2 < 1
    assert len(found_in(traces, words, worn=True)) == 1
    assert found_in(traces, words, worn=False) == []
    # where a column has many empty cells, one more is nothing odd
    assert found_in(page(3, tone=235), said({3: None, 4: None, 5: None})) == []


@pytest.mark.parametrize(
    ("text", "confidence", "told", "gone"),
    [
        ("Td9]", 0.4, True, True),
        ("LUS6", 0.35, True, True),
        ("m", 0.1, True, True),
        ("1957", 0.1, False, False),
        ("195T", 0.1, False, False),
        ("ó", 0.1, True, False),  # a six, of which a year has three figures more
        ("57", 0.5, True, False),
        ("57", 0.7, False, False),
        ("Ò", 0.1, True, True),
        ("Td9]", 0.7, False, False),
    ],
)
def test_what_is_no_number_is_told_there_and_leaves_the_text(text: str, confidence: float, told: bool, gone: bool) -> None:
    odd = word(text, 1, 4, confidence)
    words = said({4: odd})
    assert garbled(odd) is gone
    assert found_in(page(), words) == ([odd.box] if told else [])
    assert found_in(page(), words, worn=False) == []
    ((_, kept),) = lone.unsaid(((table(), words),), (UnreadArea("lost_line", odd.box),))
    assert (odd in kept) is not gone and len(kept) == len(words) - gone
    # beside a number it is that number's end
    end = replace(odd, box=(odd.box[0] + 100, odd.box[1], odd.box[2] + 100, odd.box[3]))
    assert found_in(page(), (*said(), end)) == []
    # nothing leaves the text in silence, and names stay whatever is told
    assert lone.unsaid(((table(), words),), ())[0][1] == words
    name = replace(words[2], confidence=0.1)
    assert name in lone.unsaid(((table(), (name, *words)),), (UnreadArea("lost_line", name.box),))[0][1]


def overlap(a: Box, b: Box) -> float:
    return max(0.0, min(a[2], b[2]) - max(a[0], b[0])) * max(0.0, min(a[3], b[3]) - max(a[1], b[1]))


TEXTS = st.sampled_from(["Td9]", "LUS6", "m", "1957", "195T", "ó", "Ò", "—", "12.000", "Lan", "45S", "[", ""])
WORDS = st.builds(
    lambda text, column, row, sure: replace(word("1234", column, row, sure), text=text),
    TEXTS, st.sampled_from([0, 1]), st.integers(0, 7), st.floats(0, 1),
)  # fmt: skip
BOXES = st.builds(
    lambda x, y, w, h: (float(x), float(y), float(x + w), float(y + h)),
    st.integers(80, 480), st.integers(80, 560), st.integers(1, 300), st.integers(1, 200),
)  # fmt: skip
AREAS = st.builds(UnreadArea, st.sampled_from(["lost_line", "handwriting", "stamp", "picture"]), BOXES)


@given(st.lists(WORDS, max_size=6), st.lists(AREAS, max_size=4), st.booleans())
def test_what_leaves_the_text_is_told_there_and_is_no_number(odd: list[Word], areas: list[UnreadArea], told: bool) -> None:
    areas = [*areas, *(UnreadArea("lost_line", w.box) for w in odd if told)]
    words = (*said({w.line: None for w in odd}), *odd)
    ((_, kept),) = lone.unsaid(((table(), words),), areas)
    assert [w for w in words if w in kept] == list(kept)  # in its order, nothing added
    for gone in (w for w in words if w not in kept):
        assert any(a.kind == "lost_line" and overlap(gone.box, a.box) > 0.5 * overlap(gone.box, gone.box) for a in areas)
        event("left the text")
        assert gone in odd and not gone.text.replace(".", "").isdigit() and gone.confidence < KNOWN


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("1957", "year"), ("2957", ""), ("057", ""), ("086503084660", "12 figures"), ("1047,9", "decimal"),
        ("1.047,9", ""), ("831.801.000", "grouped"), ("831.80.000", ""), ("02/9/2024", "day"), ("Lan", ""), ("", ""),
    ],
)  # fmt: skip
def test_a_numbers_form_tells_columns_apart(text: str, form: str) -> None:
    assert columns.form(text) == form


def test_a_number_with_letters_and_no_confidence_was_not_read() -> None:
    guessed = word("195T", 1, 4, 0.0)
    assert found_in(page(), said({4: guessed})) == [guessed.box] and found_in(page(), said({4: guessed}), worn=False) == []


def test_of_two_rows_in_one_cell_the_one_that_is_no_number_was_not_read() -> None:
    x0, y0, _, _ = at(1, 4)
    number = replace(word("1954", 1, 4), box=(x0 + 20.0, y0 + 2.0, x0 + 92.0, y0 + 24.0))
    below = Word("#4I", (x0 + 20.0, y0 + 32.0, x0 + 74.0, y0 + 54.0), 0.2, 4)
    assert columns.junk(numbers(table(), said()), (*said({4: number}), below)) == [below]
    beside = replace(below, box=(x0 + 100.0, y0 + 2.0, x0 + 154.0, y0 + 24.0))
    assert columns.junk(numbers(table(), said()), (*said({4: number}), beside)) == [], "its end, misread"
    rule = replace(below, box=(x0 + 2.0, y0 + 32.0, x0 + 56.0, y0 + 54.0))
    assert columns.junk(numbers(table(), said()), (*said({4: number}), rule)) == []


def test_what_reads_otherwise_than_its_column_says_in_each_cell_was_not_read() -> None:
    def read(*texts: str, confidence: float = 0.3, worn: str = "Khu") -> tuple[Word, ...]:
        found = [replace(word("Tên", 0, 0), confidence=0.3)]
        for row in range(1, ROWS):
            parts = texts if row == 4 else ("Khu" if row % 3 else worn, "phố", str(row))
            sure = confidence if row == 4 else 0.9
            found += [replace(word(t, 0, row, sure), box=at_part(row, k)) for k, t in enumerate(parts)]
        return tuple(found)

    def at_part(row: int, k: int) -> Box:
        x0, y0, _, _ = at(0, row)
        return (x0 + 10.0 + 60 * k, y0 + 15.0, x0 + 60.0 + 60 * k, y0 + 43.0)

    x0, y0, _, _ = at(0, 4)
    assert columns.strange(table(), read("Niin", "nhố", "3")) == [(x0 + 10.0, y0 + 15.0, x0 + 180.0, y0 + 43.0)]
    assert columns.strange(table(), read("Niin", "nhố", "3", confidence=0.7)) == []
    assert columns.strange(table(), read("Khu", "phó", "12")) == []
    assert columns.strange(table(), said()) == [], "too short to say so"
    assert len(columns.strange(table(), read("Niin", "nhố", "3", worn="Rhụ"))) == 1, "misread in its own way, it says the same"
    assert columns.strange(table(), read("Niin", "nhố", "3", worn="Thôn Trung")) == [], "not all say the same"


def villages(texts: str = "Khu phố", confidence: float = 0.3, below: bool = False) -> tuple[Word, ...]:
    """A column that says ``Khu phố`` and a number, in one row or the number ``below``; the fourth row ``texts``."""
    found = [replace(word("Tên", 0, 0), confidence=0.3)]
    for row in range(1, ROWS):
        x0, y0, _, _ = at(0, row)
        for k, text in enumerate(texts.split() if row == 4 else ("Khu", "phố", str(row))):
            under = below and text.isdigit()
            left, top = x0 + (10.0 if under else 10.0 + 60 * k), y0 + (34.0 if under else 6.0)
            found.append(replace(word(text, 0, row, confidence if row == 4 else 0.9), box=(left, top, left + 50, top + 22)))
    return tuple(found)


def test_what_is_read_about_as_all_its_column_was_read_however_doubtful_it_is() -> None:
    x0, y0, _, _ = at(0, 4)
    assert (x0 + 10.0, y0 + 6.0, x0 + 180.0, y0 + 28.0) in columns.repeated(table(), villages("Khub hố 12"))
    assert len(columns.repeated(table(), villages("Niin nhô x"))) == len(columns.repeated(table(), villages("Khu phố 4"))) - 1
    assert columns.repeated(table(), said()) == []


@pytest.mark.parametrize("below", [False, True])
def test_a_number_that_all_cells_of_a_column_but_one_have_is_told_where_there_is_ink(below: bool) -> None:
    x0, y0, _, _ = at(0, 4)
    (lacking,) = columns.unnumbered(table(), villages(below=below))
    assert lacking == (at(0, 4), (x0 + 10.0, y0 + 6.0, x0 + 120.0, y0 + 28.0))
    assert columns.unnumbered(table(), villages("Khu phố 4", below=below)) == []
    image = Image.new("L", (600, 700), 255)
    assert found_in(np.array(image), villages(below=below)) == []
    ImageDraw.Draw(image).text((x0 + 12, y0 + 24), "7", 225, FACE)
    (box,) = found_in(np.array(image), villages(below=below))
    assert box[0] < x0 + 14 and y0 + 28 <= box[1] < y0 + 34 and box[3] > y0 + 48
    assert found_in(np.array(image), villages(below=below), worn=False) == []


def test_what_has_another_form_than_its_column_is_in_doubt_however_surely_it_was_read() -> None:
    odd = word("2957", 1, 4, 0.95)
    words = said({4: odd})
    assert [w.text for w in columns.doubted(table(), words) if w.doubt] == ["2957"]
    assert columns.doubted(table(), said()) == said()
    # a word that is in doubt for its own reason keeps that
    again = replace(odd, doubt="reread")
    assert [w.doubt for w in columns.doubted(table(), said({4: again})) if w.doubt] == ["reread"]
    # two rows in one cell, their rule not seen
    below = replace(word("1966", 1, 4), box=(word("1966", 1, 4).box[0], 380.0, word("1966", 1, 4).box[2], 398.0))
    assert not any(w.doubt for w in columns.doubted(table(), (*said(), below)))
    # two forms side by side: no number of either is odd
    mixed: dict[int, Word | None] = {row: word("2957", 1, row, 0.95) for row in (3, 4, 5)}
    assert not any(w.doubt for w in columns.doubted(table(), said(mixed)))


def test_in_a_column_of_numbers_any_letter_among_digits_is_read_again_and_elsewhere_not() -> None:
    pixels = page()
    words = said({4: word("I954", 1, 4, 0.3), 5: word("195S", 1, 5, 0.9)})
    again = numbers_again(pixels, words, DPI, TesseractLibrary(), numbers(table(), words))
    assert [w.text for w in again if at(1, 4)[1] < w.box[1] < at(1, 5)[3]] == ["Lan", "1954", "Lan", "195S"]
    assert numbers_again(pixels, words, DPI, TesseractLibrary()) == words


@pytest.mark.parametrize(("left", "right", "doubt"), [(2, 0, True), (0, 2, True), (-4, 0, True), (14, 0, False), (0, 14, False)])
def test_a_number_that_reaches_a_side_of_its_cell_is_in_doubt(left: float, right: float, doubt: bool) -> None:
    """A figure of it may lie on the rule, and a 9 of which the rule's strip is gone is a 3."""
    x0, y0, x1, _ = at(1, 4)
    start = x0 + left if left else x1 - right - 72
    words = said({4: Word("1954", (start, y0 + 15.0, start + 72, y0 + 43.0), 0.96, 4)})
    assert [w.text for w in columns.doubted(table(), words) if w.doubt == "format"] == ["1954"] * doubt
    name = replace(word("Lan", 0, 4), box=(at(0, 4)[0] + 2.0, y0 + 15.0, x0 - 100.0, y0 + 43.0))
    assert not any(w.doubt for w in columns.doubted(table(), (*said(), name)))
