"""Numbers of worn tables, read by the page's own figures: made tables, faded and blurred, with planted misreadings."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import replace
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from ocr import figures
from ocr.figureface import Face, Sheet, learnt, sheet
from ocr.figures import Read, column_read, read_by_own
from ocr.frames import Pixels
from ocr.grids import Table
from ocr.lines import RawWord
from ocr.numbersbeside import held_against_set
from ocr.ruling import Region, Rules
from workstation.domain.page import Box, Word

FACES = ("Tinos-Regular", "Arimo-Regular", "Cousine-Regular")
ROWS = 12
WIDTHS, HEIGHT, LEFT, TOP = (90, 250, 150, 250), 56, 60, 60
SIDES = [LEFT + sum(WIDTHS[:k]) for k in range(len(WIDTHS) + 1)]
YEARS = [str(1950 + 7 * r % 60) for r in range(ROWS)]
NUMBERS = [f"0{(r * 73856093 + 19349663) % 10**11:011d}" for r in range(ROWS)]
AREAS = [f"{(r * 331 + 127) % 900 + 100},{r * 7 % 10}" for r in range(ROWS)]
SUMS = [f"{(r * 577 + 211) % 700 + 200}.{(r * 389 + 77) % 1000:03d}.000" for r in range(ROWS)]
COLUMNS = (YEARS, NUMBERS, AREAS, SUMS)
Cells = Mapping[tuple[int, int], str | None]
"""Other than what is printed there, by column and row; None: nothing."""


class Printed:
    """A table as it is printed, and as it was read."""

    def __init__(
        self,
        face: str = FACES[0],
        printed: Cells | None = None,
        shifted: Mapping[tuple[int, int], int] | None = None,
        *,
        clear: bool = False,
    ) -> None:
        self.font = ImageFont.truetype(f"/usr/share/fonts/truetype/croscore/{face}.ttf", 34 if face != FACES[2] else 30)
        image = Image.new("L", (SIDES[-1] + 80, TOP + HEIGHT * ROWS + 60), 255)
        draw = ImageDraw.Draw(image)
        rules = np.zeros((image.height, image.width), np.uint8)
        for x in SIDES:
            draw.line((x, TOP, x, TOP + HEIGHT * ROWS), 60, 3)
            rules[TOP : TOP + HEIGHT * ROWS, x - 1 : x + 2] = 255
        self.rules = Rules(np.zeros_like(rules), rules)
        self.boxes: dict[tuple[int, int], Box] = {}
        self.texts: dict[tuple[int, int], str | None] = {
            (k, r): text for k, column in enumerate(COLUMNS) for r, text in enumerate(column)
        }
        self.texts |= printed or {}
        for (k, r), text in self.texts.items():
            if text:
                long = draw.textlength(text, self.font)
                at = (SIDES[k + 1] - 15 - long + (shifted or {}).get((k, r), 0), TOP + HEIGHT * r + 8)
                draw.text(at, text, 0, self.font)
                alone = Image.new("L", image.size)  # a comma's tail is in no word's box
                ImageDraw.Draw(alone).text(at, text.replace(",", "."), 255, self.font)
                x0, y0, x1, y1 = alone.point(lambda tone: 255 * (tone > 99)).getbbox() or (0, 0, 0, 0)
                self.boxes[k, r] = (float(x0), float(y0), float(x1), float(y1))
        rows = tuple(tuple(self.cell(k, r) for k in range(len(WIDTHS))) for r in range(ROWS))
        self.table = Table((SIDES[0] - 3, TOP - 3, SIDES[-1] + 3, TOP + HEIGHT * ROWS + 3), rows)
        self.page, self.worn = np.array(image) if clear else worn(image), not clear

    @staticmethod
    def cell(k: int, r: int) -> tuple[int, int, int, int]:
        return SIDES[k] + 2, TOP + HEIGHT * r + 2, SIDES[k + 1] - 2, TOP + HEIGHT * (r + 1) - 2

    def heard(self, said: Cells | None = None, confidence: float = 0.9) -> tuple[Word, ...]:
        """As read; of the cells in ``said`` something else, each word of it an even part of the box."""
        words = []
        for (k, r), box in sorted(self.boxes.items(), key=lambda item: item[0][::-1]):
            text = (said or {}).get((k, r), self.texts[k, r])
            parts = (text or "").split()
            step = (box[2] - box[0]) / max(1, len(parts))
            for n, part in enumerate(parts):
                words.append(
                    Word(part, (box[0] + n * step, box[1], box[0] + (n + 1) * step - 4 * (len(parts) > 1), box[3]), confidence, r)
                )
        return tuple(words)

    def again(self, words: Sequence[Word], beside: Sequence[RawWord] = ()) -> dict[tuple[int, int], list[Word]]:
        """What stands in each cell after the second reading."""
        found: dict[tuple[int, int], list[Word]] = {}
        for word in read_by_own(self.page, self.rules, self.table, words, beside, worn=self.worn):
            x, y = (word.box[0] + word.box[2]) / 2, (word.box[1] + word.box[3]) / 2
            found.setdefault((int(np.searchsorted(SIDES, x)) - 1, int((y - TOP) // HEIGHT)), []).append(word)
        return found


def worn(image: Image.Image) -> Pixels:
    """Blurred, noisy, and its ink fading in waves across the page."""
    ink = 255 - np.asarray(image.filter(ImageFilter.GaussianBlur(1.2)), np.float32)
    x, y = np.meshgrid(np.arange(ink.shape[1]), np.arange(ink.shape[0]))
    ink *= 0.6 + 0.35 * np.sin(x / 70 + y / 45)
    noise = np.random.default_rng(7).normal(0, 9, ink.shape)
    return np.clip(255 - ink + noise, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("face", FACES)
def test_what_was_read_right_stays_and_is_surer(face: str) -> None:
    made = Printed(face)
    words = made.heard()
    again = read_by_own(made.page, made.rules, made.table, words)
    assert [(w.text, w.box, w.doubt, w.line) for w in again] == [(w.text, w.box, "", w.line) for w in words]
    assert all(w.confidence == 0.95 for w in again)


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize(
    ("column", "said"),
    [
        (0, "1097"),  # another digit
        (1, "68145273050"),  # too few
        (1, "0Ấ0š7”161985"),  # none at all
        (2, "006.7"),  # the comma's tail
        (3, "86. 758.000"),  # in two words
        (3, "351.450.0001"),  # too many
        (0, None),  # not read
    ],
)
def test_what_was_read_wrong_is_put_right_and_told(face: str, column: int, said: str | None) -> None:
    made = Printed(face)
    again = made.again(made.heard({(column, 5): said}))
    (word,) = again[column, 5]
    assert (word.text, word.doubt) == (COLUMNS[column][5], "reread")
    assert word.suggestion == (said or "")
    box = made.boxes[column, 5]
    assert word.box == pytest.approx(box, abs=4)
    rest = {at: [w.text for w in words] for at, words in again.items() if at != (column, 5)}
    assert rest == {at: [made.texts[at]] for at in made.boxes if at != (column, 5)}


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize(
    ("column", "said"),
    [
        (0, "1097"),
        (1, "68145273050"),
        (1, "0Ấ0š7”161985"),
        (2, "006.7"),
        (2, "762/5"),
        (3, "86. 758.000"),
        (3, "9351.450.000"),
        (3, "351,450.000"),
    ],
)
def test_on_a_clear_page_only_what_is_unlike_is_read_again(
    face: str, column: int, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = Printed(face, clear=True)
    asked: list[tuple[int, int, int, int]] = []

    def noting(on: Sheet, by: Face, cells: Sequence[Region], heard: Sequence[str], commas: Set[int] | None) -> dict[Region, Read]:
        asked.extend(cells)
        return column_read(on, by, cells, heard, commas)

    monkeypatch.setattr(figures, "column_read", noting)
    words = made.heard({(column, 5): said})
    again = made.again(words)
    (word,) = again[column, 5]
    assert (word.text, word.doubt, word.suggestion) == (COLUMNS[column][5], "reread", said)
    assert asked == [Printed.cell(column, 5)]
    assert [w for w in words if w.text not in said.split()] == [
        w for r in range(ROWS) for k in range(len(WIDTHS)) if (k, r) != (column, 5) for w in again[k, r]
    ]


def test_what_two_readings_say_alike_is_one_word_without_doubt() -> None:
    made = Printed()
    text = f"{SUMS[4][:4]} {SUMS[4][4:]}"
    (word,) = made.again(made.heard({(3, 4): text}))[3, 4]
    assert (word.text, word.doubt, word.confidence) == (SUMS[4], "", 0.95)


@settings(max_examples=15, deadline=None)
@given(st.sampled_from(FACES), st.lists(st.integers(0, 10**9), min_size=6, max_size=6))
def test_any_numbers_of_a_column_come_back(face: str, numbers: Sequence[int]) -> None:
    """Half of a column is misread, each number in its own way."""
    printed = {(3, r): f"{n % 900 + 100}.{n // 900 % 1000:03d}.000" for r, n in enumerate(numbers)}
    made = Printed(face, printed)
    wrong = {at: text[:1] + ("8" if text[1] != "8" else "6") + text[2:] for at, text in printed.items()}
    again = made.again(made.heard(wrong))
    assert {at: [w.text for w in again[at]] for at in printed} == {at: [text] for at, text in printed.items()}


@pytest.mark.parametrize("face", FACES)
def test_a_number_over_its_cells_side_is_whole_and_no_part_of_its_neighbour(face: str) -> None:
    inside = Printed(face).boxes
    made = Printed(face, shifted={(3, r): SIDES[3] - 9 - round(inside[3, r][0]) for r in range(ROWS)})
    cut = {(3, r): SUMS[r][1:] for r in (3, 6, 9)}
    again = made.again(made.heard(cut))
    assert {r: [w.text for w in again[3, r]] for r in range(ROWS)} == {r: [SUMS[r]] for r in range(ROWS)}
    assert {r: [w.text for w in again[2, r]] for r in range(ROWS)} == {r: [AREAS[r]] for r in range(ROWS)}


def test_an_empty_cell_stays_empty_and_a_stroke_in_it_is_no_figure() -> None:
    made = Printed(printed={(0, 5): None})
    assert (0, 5) not in made.again(made.heard())
    x0, y0, _, y1 = Printed.cell(0, 5)
    made.page[y0:y1, x0 + 40 : x0 + 43] = 90
    assert (0, 5) not in made.again(made.heard())


ROW_NUMBERS = {(0, r): str(r) if r else "STT" for r in range(ROWS)}


@pytest.mark.parametrize(("face", "row", "said"), [
    (FACES[0], 1, None), (FACES[1], 4, "l"), (FACES[2], 7, "'Ụ"), (FACES[0], ROWS - 1, "8"), (FACES[1], 1, "'Ụ"),
    (FACES[2], 4, None),
])  # fmt: skip
def test_a_row_s_number_that_was_not_read_is_the_one_that_is_due(face: str, row: int, said: str | None) -> None:
    made = Printed(face, printed=ROW_NUMBERS)
    x0, y0, x1, y1 = Printed.cell(0, row)
    paled = made.page[y0:y1, x0:x1]
    paled[:] = 255 - (255 - paled) * 0.6
    words = made.heard({(0, row): said or ""})
    again = made.again([replace(w, confidence=0.2) if w.text == said and w.line == row else w for w in words])
    (word,) = again[0, row]
    assert (word.text, word.doubt, word.suggestion) == (str(row), "reread", said or "")
    assert [w.text for w in again[0, 0]] == ["STT"]


def test_a_row_s_number_is_not_what_it_is_due_where_the_ink_is_another_or_none() -> None:
    for other in "368":
        made = Printed(printed={**ROW_NUMBERS, (0, 5): other, (0, 8): None})
        again = made.again(made.heard())
        assert [w.text for w in again[0, 5]] == [other] and (0, 8) not in again


def test_a_heading_over_row_numbers_is_none() -> None:
    """The row between them was not seen, so that a 1 is due there; and a T is like a 1."""
    made = Printed(printed={(0, r): str(r + 1) if r else "XTT" for r in range(ROWS)})
    assert [w.text for w in made.again(made.heard(confidence=0.9))[0, 0]] == ["XTT"]


@pytest.mark.parametrize("strokes", ["_Òò__88", "—."])
def test_strokes_beyond_a_number_do_not_hide_it(strokes: str) -> None:
    made = Printed(printed={(1, r): str(37 * r % 80 + 12) for r in range(ROWS)})
    words = [
        replace(w, text=strokes, box=(w.box[0] - 150, *w.box[1:]), confidence=0.1) if w.box == made.boxes[1, 5] else w
        for w in made.heard()
    ]
    (word,) = made.again(words)[1, 5]
    assert (word.text, word.suggestion) == (made.texts[1, 5], strokes)


def test_a_sure_reading_stays_where_the_ink_is_like_nothing() -> None:
    made = Printed()
    x0, y0, x1, y1 = Printed.cell(1, 5)
    made.page[y0:y1, x0:x1] = np.random.default_rng(3).integers(60, 255, (y1 - y0, x1 - x0))
    (word,) = made.again(made.heard(confidence=0.95))[1, 5]
    assert (word.text, word.doubt, word.confidence) == (NUMBERS[5], "", 0.95)


def test_half_a_number_is_not_put_in_the_place_of_a_whole_one() -> None:
    made = Printed()
    x0, y0, _, y1 = Printed.cell(0, 5)
    box = made.boxes[0, 5]
    made.page[y0:y1, round(box[0]) + 18 : x0 + WIDTHS[0] - 4] = 255
    (word,) = made.again(made.heard({(0, 5): "1985"}))[0, 5]
    assert word.text == "1985"


def test_signs_that_the_page_does_not_show_are_left_alone() -> None:
    made = Printed(printed={(2, r): f"{(r * 37) % 90 + 10}%" for r in range(ROWS)})
    words = made.heard()
    again = made.again(words)
    assert {r: [(w.text, w.doubt) for w in again[2, r]] for r in range(ROWS)} == {
        r: [(made.texts[2, r], "")] for r in range(ROWS)
    }


def test_days_are_read_with_their_strokes() -> None:
    days = {(1, r): f"{r * 5 % 28 + 1:02d}/{r % 12 + 1:02d}/20{r * 3 % 25:02d}" for r in range(ROWS)}
    made = Printed(printed=days)
    wrong = days[1, 5].replace("/", "1", 1)
    assert [w.text for w in made.again(made.heard({(1, 5): wrong}))[1, 5]] == [days[1, 5]]


@pytest.mark.parametrize("clear", [False, True])
@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize(
    "column",
    [
        [f"{r // 4 + 1}.{r % 4 + 1}" for r in range(ROWS)],  # a list's numbering
        [f"{r * 5 % 28 + 1:02d}.{r % 12 + 1:02d}.20{r * 3 % 25:02d}" for r in range(ROWS)],
        [f"{r % 9},{(r * 377 + 50) % 900 + 100}" for r in range(ROWS)],  # hectares
        [f"{(r * 331 + 127) % 900 + 100},{r * 7 % 10}{r * 3 % 10}" for r in range(ROWS)],
    ],
)
def test_points_and_commas_are_what_the_column_shows(column: Sequence[str], face: str, clear: bool) -> None:
    printed = {(1, r): text for r, text in enumerate(column)}
    made = Printed(face, printed, clear=clear)
    again = made.again(made.heard())
    assert {r: [w.text for w in again[1, r]] for r in range(ROWS)} == {r: [column[r]] for r in range(ROWS)}
    other = column[5].translate({ord("."): ",", ord(","): "."})
    assert [w.text for w in made.again(made.heard({(1, 5): other}))[1, 5]] == [column[5]]


def test_a_cell_with_two_rows_is_left_alone() -> None:
    made = Printed()
    words = made.heard({(0, 5): "1097"})
    x0, _, _, y1 = Printed.cell(0, 5)
    below = Word("12", (x0 + 30.0, y1 - 12.0, x0 + 60.0, y1 - 2.0), 0.9, 5)
    assert "1097" in [w.text for w in made.again((*words, below))[0, 5]]


@pytest.mark.parametrize("face", FACES)
def test_digits_that_no_sure_number_has_are_set_in_the_face_of_the_others(face: str) -> None:
    lacking = {(k, r): text.replace("7", "1") for k, column in enumerate(COLUMNS) for r, text in enumerate(column)}
    made = Printed(face, printed={**lacking, (1, 5): NUMBERS[5][:10] + "77"})
    assert [w.text for w in made.again(made.heard({(1, 5): "123456"}))[1, 5]] == [NUMBERS[5][:10] + "77"]


def test_digits_beside_the_table_count_if_they_are_as_large() -> None:
    lacking = {(k, r): text.replace("7", "1") for k, column in enumerate(COLUMNS) for r, text in enumerate(column)}
    made = Printed(printed=lacking)
    image = Image.new("L", made.page.shape[::-1], 255)
    at = (SIDES[-1] + 10, TOP)
    draw = ImageDraw.Draw(image)
    draw.text(at, "7", 0, made.font)
    made.page[:] = np.minimum(made.page, worn(image))
    x0, y0, x1, y1 = draw.textbbox(at, "7", made.font)
    own = [(w.text, w.box) for w in made.heard()]
    on = sheet(made.page, made.rules)
    alone, large, small = (learnt(on, own, more) for more in ((), [("7", (x0, y0, x1, y1))], [("7", (x0, y0, x1, y0 + 12))]))
    assert alone is not None and large is not None and small is not None
    assert (alone.pictures["7"] == small.pictures["7"]).all()
    seen = np.abs(alone.pictures["7"] / alone.pictures["7"].std() - large.pictures["7"] / large.pictures["7"].std())
    assert seen.max() > 0.2


def test_ink_that_is_like_no_face_teaches_nothing() -> None:
    made = Printed()
    made.page[:] = np.random.default_rng(5).integers(0, 255, made.page.shape)
    words = made.heard({(1, 5): "123456"})
    lacking = [w for w in words if "7" not in w.text]
    assert read_by_own(made.page, made.rules, made.table, lacking) == tuple(lacking)


def test_figures_are_learnt_from_enough_numbers_only() -> None:
    made = Printed()
    on = sheet(made.page, made.rules)
    sure = [(w.text, w.box) for w in made.heard()]
    assert learnt(on, sure[:4]) is None
    face = learnt(on, sure)
    assert face is not None
    assert set("0123456789.,") <= set(face.pictures)
    assert face.point == pytest.approx(face.digit / 2, abs=1.5)
    typed = Printed(FACES[2])
    face = learnt(sheet(typed.page, typed.rules), [(w.text, w.box) for w in typed.heard()])
    assert face is not None
    assert face.point == pytest.approx(face.digit, abs=1.5)


SAID = st.text(alphabet="0123456789.,/-%aSố ", max_size=14)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_words_and_no_page_bring_it_down(data: st.DataObject) -> None:
    """Boxes without width, beyond the page and across cells, tables of one cell and of slivers, ink of any kind."""
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    high, wide = data.draw(st.integers(1, 260)), data.draw(st.integers(1, 300))
    page = rng.integers(0, 256, (high, wide)).astype(np.uint8)
    ruled = np.asarray(rng.random((high, wide)) < 0.1, np.uint8) * np.uint8(255)
    place = st.integers(-20, 320)
    columns, rows = data.draw(st.integers(1, 3)), data.draw(st.integers(0, 8))
    across = [sorted(data.draw(st.lists(place, min_size=2, max_size=2))) for _ in range(columns)]
    cells = tuple(tuple((x0, 30 * r, x1, 30 * r + 28) for x0, x1 in across) for r in range(rows))
    words = []
    for row in cells:
        for x0, y0, x1, y1 in row:
            off = data.draw(st.integers(-9, 9))
            text, sure = data.draw(SAID), data.draw(st.sampled_from([0.0, 0.5, 0.99]))
            words.append(Word(text, (float(x0 + off), y0 + 4.0, float(x1 - off), y1 - 4.0), sure, y0 // 30))
    table = Table((0, 0, wide, high), cells)
    after = read_by_own(page, Rules(ruled, ruled), table, words)
    assert all(isinstance(w.text, str) and 0 <= w.confidence <= 1 for w in after)
    beside = [RawWord(w.text, w.box, w.confidence, (0,)) for w in words]
    assert len(held_against_set(page, beside, data.draw(st.sampled_from([72.0, 200.0, 600.0])))) == len(words)


@settings(max_examples=25, deadline=None)
@given(st.randoms(use_true_random=False), st.sampled_from([2, 10, 80]), st.integers(1, 24))
def test_boxes_that_are_off_bring_it_down_as_little(random: Random, off: int, dirt: int) -> None:
    made = Printed()
    made.page[::dirt] = 0
    words = [
        replace(w, box=(*(v + random.uniform(-off, off) for v in w.box),), confidence=random.choice([0.2, 0.9, 0.99]))  # type: ignore[arg-type]
        for w in made.heard()
    ]
    flat = [replace(w, box=(w.box[0], w.box[1], w.box[0], w.box[1])) for w in words]
    for said in (words, flat):
        after = read_by_own(made.page, made.rules, made.table, said)
        assert all(w.text and 0 <= w.confidence <= 1 for w in after)


@pytest.mark.parametrize("high", [-2.0, -0.75, 0.0, 1.0])
def test_numbers_of_no_height_teach_nothing(high: float) -> None:
    """Boxes that are off by more than the print is high left pictures without a row."""
    white = np.full((60, 200), 255, np.uint8)
    assert learnt(Sheet(white), [("123", (10.0 + k, 20.0, 50.0 + k, 20.0 + high)) for k in range(8)]) is None
