"""Cells of a worn table's column that says nearly the same in each, read by their ink."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from ocr.frames import Pixels
from ocr.grids import Table
from ocr.setcells import held
from workstation.domain.page import UnreadArea, Word

DPI, LEFT, TOP, WIDE, HIGH = 200.0, 60, 60, 260, 56
NUMBERS = (3, 12, 7, 1, 14, 9, 11, 4, 10, 2)
Cell = tuple[int, int, int, int]


def cell(row: int) -> Cell:
    return LEFT, TOP + HIGH * row, LEFT + WIDE, TOP + HIGH * (row + 1) - 4


class Column:
    """A heading and a column of ``Khu phố N``, faded; ``texts``: what is printed otherwise, by row."""

    def __init__(self, face: str = "Tinos-Regular", texts: Mapping[int, str] | None = None) -> None:
        self.texts = {row: f"Khu phố {n}" for row, n in enumerate(NUMBERS, 1)} | {0: "Địa chỉ"} | dict(texts or {})
        font = ImageFont.truetype(f"/usr/share/fonts/truetype/croscore/{face}.ttf", 34)
        image = Image.new("L", (LEFT + WIDE + 60, TOP + HIGH * (len(NUMBERS) + 1) + 60), 255)
        draw = ImageDraw.Draw(image)
        self.words: dict[int, list[Word]] = {}
        for row, text in self.texts.items():
            x, y = LEFT + 12, TOP + HIGH * row + 6
            draw.text((x, y), text, 0, font)
            end, own = 0, list[Word]()
            for word in text.split():
                begin = text.index(word, end)
                end = begin + len(word)
                x0, y0, x1, y1 = draw.textbbox((x + font.getlength(text[:begin]), y), word, font)
                own.append(Word(word, (float(x0), float(y0), float(x1), float(y1)), 0.95, row))
            self.words[row] = own
        ink = 255 - np.asarray(image.filter(ImageFilter.GaussianBlur(1.2)), np.float32)
        across, down = np.meshgrid(np.arange(ink.shape[1]), np.arange(ink.shape[0]))
        ink *= 0.65 + 0.3 * np.sin(across / 60 + down / 40)
        noise = np.random.default_rng(3).normal(0, 8, ink.shape)
        self.page: Pixels = np.clip(255 - ink + noise, 0, 255).astype(np.uint8)
        rows = tuple((cell(row),) for row in range(len(NUMBERS) + 1))
        self.table = Table((LEFT, TOP, LEFT + WIDE, TOP + HIGH * len(rows)), rows)

    def read(self, said: Mapping[int, str], confidence: float = 0.3) -> tuple[Word, ...]:
        """The words, of some rows others, which lie over the same ink."""
        out = list[Word]()
        for row, own in self.words.items():
            if row not in said:
                out += own
                continue
            parts = said[row].split()
            edges = np.linspace(own[0].box[0], own[-1].box[2], len(parts) + 1).tolist()
            exact = len(parts) == len(own)
            for n, part in enumerate(parts):
                box = own[n].box if exact else (edges[n], own[0].box[1], edges[n + 1] - 3, own[0].box[3])
                out.append(Word(part, box, confidence, row))
        return tuple(sorted(out, key=lambda w: w.line))

    def held(self, words: tuple[Word, ...]) -> dict[int, str]:
        """What stands in each row then."""
        rows: dict[int, list[Word]] = {}
        for word in held(self.page, self.table, words, (), DPI)[0]:
            rows.setdefault(int(((word.box[1] + word.box[3]) / 2 - TOP) // HIGH), []).append(word)
            assert word in words or word.doubt in ("likely", "")
        return {row: " ".join(w.text for w in own) for row, own in rows.items()}


@pytest.mark.parametrize("face", ["Tinos-Regular", "Arimo-Regular", "Cousine-Regular"])
@pytest.mark.parametrize("said", ["Rhủ phô s", "hRn piõ I", "khu pho 5:", ""])
@pytest.mark.parametrize("row", [1, 5, len(NUMBERS)])
def test_a_cell_misread_or_lost_begins_as_its_ink_does(face: str, said: str, row: int) -> None:
    made = Column(face)
    assert made.held(made.read({row: said})) == made.texts | {row: " ".join(("Khu phố", *said.split()[2:]))}


def test_what_was_read_is_told_beside_it() -> None:
    made = Column()
    words, _ = held(made.page, made.table, made.read({4: "Khn phô I"}), (), DPI)
    new = [(w.text, w.doubt, w.suggestion) for w in words if w.line == made.words[4][0].line]
    assert new == [("Khu", "likely", "Khn"), ("phố", "likely", "phô"), ("I", "", "")]


@pytest.mark.parametrize("said", ["Khnphô.7", "Khn phô.7"])
def test_a_number_that_was_read_with_a_word_does_not_go_with_it(said: str) -> None:
    made = Column()
    assert made.held(made.read({3: said}))[3] == said


@pytest.mark.parametrize("other", ["Tổ dân phố Đông", "Thôn Hạ", "Khu công nghiệp", "Đã chết"])
def test_another_thing_in_a_cell_stays(other: str) -> None:
    made = Column(texts={6: other})
    for confidence in (0.3, 0.95):
        assert made.held(made.read({6: other}, confidence)) == made.texts


def test_an_empty_cell_and_the_heading_stay() -> None:
    made = Column(texts={6: ""})
    assert made.held(made.read({0: "Dia chi"})) == {row: text for row, text in made.texts.items() if text} | {0: "Dia chi"}


def test_words_on_two_rows_of_a_cell_stay() -> None:
    made = Column()
    x0, _, x1, y1 = cell(5)
    below = Word("14", (x0 + 20.0, y1 - 12.0, x1 - 40.0, y1 - 2.0), 0.2, 5)
    assert "Khn phô 14" in made.held((*made.read({5: "Khn phô"}), below))[5]


def test_a_column_in_which_each_cell_says_something_else_is_left() -> None:
    names = ("An", "Bình", "Chi", "Dung", "Giang", "Hà", "Khoa", "Lan", "Minh", "Nga")
    made = Column(texts=dict(enumerate(names, 1)))
    assert made.held(made.read({3: "Chi"})) == made.texts


@settings(max_examples=15, deadline=None)
@given(st.dictionaries(st.integers(0, len(NUMBERS)), st.text("Khupố 123.,:I", max_size=12), max_size=6))
def test_whatever_was_read_cells_read_well_and_numbers_stay(said: dict[int, str]) -> None:
    made = Column()
    rows = made.held(made.read(said))
    for row, text in made.texts.items():
        if row not in said:
            assert rows[row] == text
        figures = "".join(c for c in said.get(row, "") if c.isdigit())
        assert row not in said or "".join(c for c in rows.get(row, "") if c.isdigit()) == figures


@pytest.mark.parametrize("begun", ["①", "☐", "Ж", "\u115f"])
def test_what_cannot_be_set_is_left(begun: str) -> None:
    """A sign that no face of office paper has, or that leaves no ink to hold against the page's."""
    made = Column()
    words = [replace(w, text=begun) if w.text == "Khu" else w for w in made.read({3: "Khn phô 7"})]
    assert held(made.page, made.table, words, (), DPI) == (tuple(words), ())


def test_a_table_of_nothing_is_left() -> None:
    page = np.full((40, 40), 255, np.uint8)
    assert held(page, Table((0, 0, 40, 40), ()), (), (), DPI) == ((), ())
    assert held(page, Table((0, 0, 40, 40), (((1, 1, 39, 39),),)), (), (), DPI) == ((), ())


@pytest.mark.parametrize(("said", "told"), [("Khn phô 14", False), ("Khn phô s", True), ("Khn phô", True)])
def test_a_cell_is_told_as_lost_until_its_number_was_read(said: str, told: bool) -> None:
    made = Column()
    x0, y0, x1, y1 = map(float, cell(5))
    area, beside = UnreadArea("lost_line", (x0, y0, x1, y1)), UnreadArea("lost_line", (x0, y0 + HIGH, x1, y1 + HIGH))
    words = made.read({5: said}, 0.4) if said.count(" ") > 1 else tuple(w for w in made.read({5: "Khn phô s"}) if w.text != "s")
    _, left = held(made.page, made.table, words, (area, beside), DPI)
    assert left == ((area, beside) if told else (beside,))
