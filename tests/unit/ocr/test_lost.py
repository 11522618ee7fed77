"""What is told as lost: lone figures of tables, names under black seals; and what looks like it and is none."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from ocr import lone
from ocr.engine import Recognizer
from ocr.frames import Pixels
from ocr.grids import Table
from ocr.ink import Circle, Ink, find_ink
from ocr.layout import Reading
from ocr.lines import RawWord
from ocr.lost import (
    _along,
    _beginnings,
    _connected,
    _goes_on,
    _half_offices,
    _of_seal,
    _part_of_row,
    _parted,
    _print,
    _runs_on,
    _silent,
    _widened,
    borne_out,
    unlike,
    whole,
)  # fmt: skip
from ocr.missed import Marks, Paper, _is_line
from ocr.offices import halved
from ocr.solid import as_solid, specks
from tests.pagemaker import Kind
from tests.unit.ocr.test_unread import DPI, boxes, made, read, tesseract
from workstation.domain.page import Box, Engine, Word

MM = DPI / 25.4
FACE = ImageFont.truetype("/usr/share/fonts/truetype/croscore/Tinos-Regular.ttf", 36)
CELL = (100, 100, 300, 260)


@dataclass
class Blind:
    """The real recogniser, unsure of all it reads, that sees none of some texts on a page, table cells included; with ``deaf``
    not by themselves either."""

    real: Recognizer
    texts: tuple[str, ...]
    deaf: bool = True

    def read(self, page: Pixels, dpi: float, *, block: bool = False) -> tuple[RawWord, ...]:
        words = self.real.read(page, dpi, block=block)
        return tuple(replace(w, confidence=0.9 * w.confidence) for w in words if w.text.strip(".|") not in self.texts)

    def lines(
        self, pictures: Sequence[Pixels], dpi: float, *, digits: bool = False, raw: bool = False
    ) -> tuple[tuple[RawWord, ...], ...]:
        return ((),) * len(pictures) if self.deaf else self.real.lines(pictures, dpi, digits=digits, raw=raw)

    def describe(self) -> Engine:
        return self.real.describe()


def drawn(*texts: tuple[int, int, str], tone: int = 0) -> Pixels:
    image = Image.new("L", (700, 500), 255)
    draw = ImageDraw.Draw(image)
    for x, y, text in texts:
        draw.text((x, y), text, tone, FACE)
    return np.array(image)


def grid(*words: Word) -> lone.Grids:
    return ((Table((95, 95, 305, 265), ((CELL,),)), words),)


def in_cell(page: Pixels, *words: Word) -> list[Box]:
    return lone.in_cells(page, grid(*words), words, MM)


KHU = Word("Khu", (110.0, 112.0, 175.0, 140.0), 0.95, 0)


def test_a_figure_in_a_cell_without_words_is_found_however_pale_and_broken() -> None:
    whole, faint = drawn((180, 160, "3")), drawn((150, 160, "1947"), tone=150)
    faint[::6] = 255
    faint[:, ::7] = 255
    assert len(in_cell(whole)) == 1
    (box,) = in_cell(faint)
    assert box[0] < 160 and box[2] > 205


def test_a_figure_under_a_cells_words_is_found_and_what_is_not_in_line_with_them_is_none() -> None:
    (box,) = in_cell(drawn((110, 105, "Khu"), (112, 170, "3")), KHU)
    assert 170 < (box[1] + box[3]) / 2 < 215
    assert in_cell(drawn((110, 105, "Khu"), (230, 170, "3")), KHU) == []
    # beside the words it is a part of their line, and paler than they the other side's
    assert in_cell(drawn((110, 105, "Khu  3")), KHU) == []
    page = drawn((110, 105, "Khu"))
    assert in_cell(np.minimum(page, drawn((112, 170, "3"), tone=120)), KHU) == []


def test_rules_specks_and_empty_cells_are_no_figures() -> None:
    page = drawn()
    assert in_cell(page) == []
    rng = np.random.default_rng(1)
    for x, y in rng.integers((105, 105), (295, 255), (40, 2)).tolist():
        page[y : y + 2, x : x + 2] = 0
    page[100:260, 103:106] = page[100:260, 200:203] = 0
    page[256:258, 100:300] = 0
    assert in_cell(page) == []


def test_a_figure_of_a_column_without_rules_is_found_by_its_row_and_its_column() -> None:
    page = drawn((60, 50, "4"), (140, 50, "Giáo dục"), (60, 120, "5"), (140, 120, "Đất đai"), (600, 400, "5"))
    words = (
        Word("4", (60.0, 58.0, 78.0, 84.0), 0.9, 0), Word("Giáo", (140.0, 56.0, 210.0, 86.0), 0.9, 0),
        Word("Đất", (140.0, 126.0, 200.0, 156.0), 0.9, 1), Word("đai", (210.0, 126.0, 250.0, 156.0), 0.9, 1),
    )  # fmt: skip
    letters = find_ink(page, DPI).letters
    free = letters[[not any(w.box[0] <= (a + c) / 2 <= w.box[2] for w in words if w.box[1] < (b + d) / 2 < w.box[3])
                    for a, b, c, d in letters.tolist()]]  # fmt: skip
    found = lone.in_columns(free, words, MM)
    assert len(found) == 1 and 120 < found[0][1] < 150 and found[0][2] < 90
    # without a row, or without a column, nothing
    assert lone.in_columns(free, words[:2], MM) == [] and lone.in_columns(free, words[2:], MM) == []


def test_a_page_number_alone_in_its_margin_is_found() -> None:
    page = drawn((345, 20, "2"), (20, 20, "2"), (345, 250, "2"))
    letters = find_ink(page, DPI).letters
    assert len(lone.page_number(letters, (), 700, 2000, MM)) == 1
    said = Word("2", (345.0, 20.0, 365.0, 60.0), 0.9, 0)
    assert lone.page_number(letters, (said,), 700, 2000, MM) == []


@pytest.mark.parametrize("worn", [False, True])
def test_a_page_number_is_told_on_a_clear_page_too(worn: bool) -> None:
    page = np.vstack([drawn((345, 20, "2")), np.full((1500, 700), 255, np.uint8)])
    (box,) = lone.figures(page, find_ink(page, DPI).letters, (), (), MM, worn=worn)
    assert box[0] < 350 < box[2] and box[1] < 40 < box[3]


@pytest.mark.parametrize(("text", "width", "told"), [("B8", 200, True), ("1948", 75, False), ("14", 90, False), ("L", 60, True)])
def test_a_doubtful_word_too_short_for_its_ink_is_told_but_no_number(text: str, width: int, told: bool) -> None:
    word = Word(text, (110.0, 120.0, 110.0 + width, 150.0), 0.1, 0)
    assert bool(lone.ill_fitting(grid(word), MM)) is told
    assert lone.ill_fitting(grid(replace(word, confidence=0.9)), MM) == []


def test_a_line_through_which_a_cell_was_parted_is_found() -> None:
    page = drawn((110, 160, "Đang xử lý"))
    table = Table((95, 95, 305, 400), (((100, 100, 300, 184),), ((100, 184, 300, 390),)))
    letters = find_ink(page, DPI).letters
    assert len(lone.cut(((table, ()),), letters, MM)) == 1
    assert lone.cut(((replace(table, rows=(((100, 100, 300, 230),), ((100, 230, 300, 390),))), ()),), letters, MM) == []


def test_a_doubtful_number_over_two_columns_is_told() -> None:
    rows = (*(((100, y, 200, y + 50), (200, y, 400, y + 50)) for y in (0, 50, 100)), ((100, 150, 400, 200),))
    joined = Word("1985063547225118", (110.0, 160.0, 390.0, 185.0), 0.4, 0)
    of = ((Table((95, 0, 405, 205), rows), (joined,)),)
    assert lone.spanning(of) == [joined.box]
    assert lone.spanning(((of[0][0], (replace(joined, confidence=0.9),)),)) == []
    assert lone.spanning(((of[0][0], (replace(joined, box=(210.0, 160.0, 390.0, 185.0)),)),)) == []


# --- seals


SEAL = Circle(600.0, 700.0, 130.0)


def word(text: str, x0: float, x1: float, y: float, confidence: float = 0.9) -> RawWord:
    return RawWord(text, (x0, y - 15, x1, y + 15), confidence, (0,))


TITLE = (word("CHỦ", 640, 700, 520), word("TỊCH", 710, 780, 520))


def test_the_name_that_a_seal_has_parted_is_told_as_far_as_the_title_over_it_says() -> None:
    (box,) = _parted(SEAL, (*TITLE, word("Liễu", 740, 800, 750)), MM)
    assert box == (620.0, 735.0, 800.0, 765.0)  # as far left of 710 as it ends right of it
    (box,) = _parted(SEAL, (word("ơng", 700, 800, 750),), MM)
    assert box[0] < 620


def test_whole_names_beside_or_under_a_seal_are_not_told() -> None:
    name = (word("Lê", 630, 660, 750), word("Thị", 670, 720, 750), word("Liễu", 730, 790, 750))
    assert _parted(SEAL, (*TITLE, *name), MM) == []
    assert _parted(SEAL, (*TITLE, word("Liễu", 680, 740, 750)), MM) == []  # where a single word belongs
    assert _parted(SEAL, (*TITLE, word("iễu", 647, 797, 750)), MM) == []  # a letter less than the row needs
    assert _parted(SEAL, (*TITLE, word("Liễu", 900, 960, 750)), MM) == []  # far beside it


def test_a_seals_own_text_is_no_lost_line() -> None:
    assert _of_seal((560, 590, 640, 620), SEAL)
    assert not _of_seal((690, 735, 900, 765), SEAL)


def test_a_lost_line_is_told_as_far_as_its_letters_go_under_a_light_seal() -> None:
    seal = replace(SEAL, light=True)
    left, top = seal.x, seal.y - 0.5 * seal.radius
    row = [(left + 22 * k, top, left + 22 * k + 18, top + 26) for k in range(4)]
    beside = (left + 22 * 4, top, left + 22 * 6, top + 26)
    other = [(left + 30, top + 40, left + 50, top + 66), (left - 120, top, left - 100, top + 26)]  # the next line, far away
    ink = Ink(np.array([*row, *other], float), np.zeros((0, 4)), (seal,))
    assert _widened(beside, ink, MM) == (row[0][0], top, beside[2], top + 26)
    assert _widened(beside, replace(ink, seals=(SEAL,)), MM) == beside  # of a black seal's letters nobody knows
    assert _widened(beside, replace(ink, seals=()), MM) == beside


def test_a_name_under_a_black_seal_is_told_on_the_page_itself() -> None:
    page = made(Kind.NOTICE, 4)
    image = page.image.convert("L")
    title, name = (next(n.box for n in page.lines if n.text == page.fields[f"signer_{which}"]) for which in ("title", "name"))
    x0, y0, x1, y1 = name
    radius, x, y = 16.5 * MM, x0 + 0.15 * (x1 - x0), y0 - 8 * MM
    draw = ImageDraw.Draw(image)
    draw.rectangle((x0 - 30 * MM, title[3] + 2, x1 + 25 * MM, y0 - 2), fill=255)  # the coloured seal and the signature
    for r, width in ((radius, 9), (0.7 * radius, 5)):
        draw.ellipse((x - r, y - r, x + r, y + r), outline=0, width=width)
    draw.line((x0 - 4, y0 + 20, x + 0.9 * radius, y0 + 4), fill=0, width=26)  # the name's beginning in the ring's ink
    text = read(np.array(image))
    assert page.fields["signer_name"] not in text.text
    told = [a.box for a in boxes(text, "lost_line")]
    assert any(b[1] < (y0 + y1) / 2 < b[3] and min(b[2], x1) - max(b[0], x0) > 0.5 * (x1 - x0) for b in told)


# --- what is not told


def test_a_second_reading_that_says_the_same_bears_a_doubtful_word_out() -> None:
    box: Box = (100, 100, 180, 130)
    doubtful = Word("quyền", (100, 100, 180, 130), 0.1, 0)
    again = (RawWord("quyen.", (20, 10, 98, 40), 0.2, (0,)), RawWord("khác", (120, 10, 190, 40), 0.9, (0,)))
    assert borne_out(box, (82, 90), again, (doubtful,))
    assert not borne_out(box, (82, 90), again[1:], (doubtful,))
    assert not borne_out(box, (82, 90), again, ())
    wider = replace(doubtful, box=(100, 100, 290, 130))
    assert borne_out(box, (82, 90), again, (wider,)), "a piece of a word that specks have widened"
    assert not borne_out(box, (82, 90), again, (replace(wider, text="quyền hạn"),))


def test_the_smaller_part_of_a_read_row_is_not_told_but_the_cell_beside_it_is() -> None:
    row = (Word("Phạm", (100, 100, 180, 130), 0.9, 0), Word("Vượng", (260, 100, 350, 130), 0.9, 0))
    middle: Box = (190, 100, 250, 130)
    assert _part_of_row(middle, row, ())
    cells = Table((90, 90, 360, 140), (((90, 90, 185, 140), (185, 90, 255, 140), (255, 90, 360, 140)),))
    assert not _part_of_row(middle, row, ((cells, ()),))
    assert not _part_of_row((500, 100, 560, 130), row, ())
    # of what is read as a dash, however surely, nothing is a part: it is what is left of a rule
    rule = Word("—", (100, 90, 350, 140), 0.95, 0)
    assert not _part_of_row(middle, (rule,), ())


def test_a_figure_beside_a_table_is_no_part_of_the_row_in_its_cells() -> None:
    """A column without a rule on its outer side stands outside the grid: its numbers are lost, however near the names are."""
    row = (Word("Phạm", (110, 100, 190, 130), 0.9, 0), Word("Vượng", (200, 100, 290, 130), 0.9, 0))
    figure: Box = (70, 100, 86, 130)
    cells = Table((100, 90, 360, 140), (((100, 90, 300, 140), (300, 90, 360, 140)),))
    assert _part_of_row(figure, row, ())
    assert not _part_of_row(figure, row, ((cells, ()),))


def test_dust_and_what_shows_through_in_specks_are_no_lines() -> None:
    page = drawn((60, 100, "Ủy ban nhân dân"), (60, 200, "Phòng Tư pháp"))
    words = (Word("nhân", (180.0, 104.0, 245.0, 140.0), 0.95, 0), Word("dân", (250.0, 104.0, 305.0, 140.0), 0.95, 0))
    line: Box = (60, 204, 290, 246)
    assert specks(page, [line], words) == []
    # of print that shows through every other dot is left
    rows, columns = np.indices(page.shape)
    thinned = page.copy()
    thinned[180:][((rows + columns) % 2 == 0)[180:]] = 255
    assert specks(thinned, [line], words) == [line]
    # what others have cut off all but its top, and a lone figure that nobody judges by its strokes
    assert specks(page, [(60, 204, 290, 216)], words) == [(60, 204, 290, 216)]
    assert specks(thinned, [(60, 204, 90, 246)], words) == []
    assert specks(thinned, [line], ()) == []


def test_print_is_as_solid_as_the_words_it_is_held_against_and_specks_are_not() -> None:
    page = drawn((60, 100, "Ủy ban nhân dân"), (60, 200, "Phòng Tư pháp"))
    words = (Word("nhân", (180.0, 104.0, 245.0, 140.0), 0.95, 0), Word("dân", (250.0, 104.0, 305.0, 140.0), 0.95, 0))
    rows, columns = np.indices(page.shape)
    thinned = page.copy()
    thinned[180:][((rows + columns) % 2 == 0)[180:]] = 255
    line: Box = (60, 204, 290, 246)
    assert as_solid(page, line, words) and not as_solid(thinned, line, words) and not as_solid(page, line, ())


def test_a_low_line_that_is_a_little_broken_or_pale_is_none() -> None:
    page = drawn((60, 100, "Ủy ban nhân dân"), (60, 200, "Phòng Tư pháp"))
    words = (Word("nhân", (180.0, 104.0, 245.0, 140.0), 0.95, 0), Word("dân", (250.0, 104.0, 305.0, 140.0), 0.95, 0))
    low: Box = (60, 210, 290, 234)
    assert specks(page, [low], words) == []
    pale = page.copy()
    pale[180:] = 255 - (255 - pale[180:]) // 2
    assert specks(pale, [low], words) == [low]
    assert specks(pale, [(60, 204, 290, 246)], words) == []  # as high as words: pale print is often lost


def test_print_of_single_pixels_is_no_speck_and_stops_nothing() -> None:
    page = np.full((500, 700), 255, np.uint8)
    page[104:140, 183:303:6] = page[204:246, 63:288:6] = 0  # as a facsimile's thinnest strokes: made thinner, none is left
    words = (Word("nhân", (180.0, 104.0, 245.0, 140.0), 0.95, 0), Word("dân", (250.0, 104.0, 305.0, 140.0), 0.95, 0))
    assert specks(page, [(60, 204, 290, 246)], words) == []


def test_a_pale_line_that_goes_on_where_a_paragraph_does_is_this_sides() -> None:
    words = (
        RawWord("Căn", (100.0, 100.0, 160.0, 130.0), 0.9, (1,)), RawWord("cứ", (170.0, 98.0, 210.0, 132.0), 0.9, (1,)),
        RawWord("lệch", (300.0, 150.0, 380.0, 180.0), 0.2, (2,)),
    )  # fmt: skip
    beginnings = _beginnings(words)
    assert beginnings == [(100.0, 99.0, 160.0, 131.0)]
    assert _goes_on((102, 150, 220, 180), beginnings, MM)
    assert not _goes_on((115, 150, 220, 180), beginnings, MM)  # begins elsewhere
    assert not _goes_on((102, 220, 220, 250), beginnings, MM)  # a line is missing between
    assert not _goes_on((102, 150, 220, 162), beginnings, MM)  # far lower
    assert not _goes_on((300, 190, 380, 220), beginnings, MM)  # under what was not read


def test_a_pale_line_under_dark_ones_is_told_where_nothing_is_read() -> None:
    image = Image.new("L", (1654, 900), 255)
    draw = ImageDraw.Draw(image)
    for n, text in enumerate(("Theo đề nghị của Trưởng phòng Tư pháp", "về việc kiểm tra hồ sơ của công dân", "lý do.")):
        draw.text((300, 300 + 60 * n), text, 170 if n == 2 else 0, FACE)
    said = read(np.array(image), Blind(tesseract(), ("lý", "do", "do.")))
    told = [a.box for a in boxes(said, "lost_line")]
    assert "lý" not in said.text and len(told) == 1
    assert told[0][0] < 330 and 410 < told[0][1] < 440


def test_letters_of_a_seal_that_made_no_sense_are_no_pale_line() -> None:
    ring, line = (620.0, 380.0, 780.0, 410.0), (100.0, 100.0, 300.0, 130.0)
    seal = Circle(700.0, 400.0, 130.0, light=False)
    marks = Marks(Ink(np.zeros((0, 4)), np.zeros((0, 4)), (seal,)), None, ())
    assert _silent(Reading((), silent=(ring, line)), marks, ()) == [line]


@pytest.mark.parametrize(
    ("read", "office"),
    [
        ("ỊCH", "CHỦ TỊCH"), ("LỊCH", "CHỦ TỊCH"), ("U TỊCH", "CHỦ TỊCH"), ("ĐỐC", "GIÁM ĐỐC"), ("CHỦ TỊCH", ""), ("HỦ TỊCH", ""),
        ("GIÁM ĐỐC", ""), ("HỘ TỊCH", ""), ("CH", ""), ("ỦY BAN", ""),
    ],
)  # fmt: skip
def test_the_end_of_an_office_tells_it(read: str, office: str) -> None:
    assert halved(read) == office


def test_an_office_of_which_a_seal_left_the_end_is_told_with_its_beginning() -> None:
    end = RawWord("ỊCH", (1241.0, 1730.0, 1318.0, 1764.0), 0.9, (4,))
    seal: Box = (979.0, 1684.0, 1243.0, 1948.0)
    ((x0, y0, x1, y1),) = _half_offices([seal], [end])
    assert 1100 < x0 < 1120 and (y0, x1, y1) == (1730.0, 1318.0, 1764.0)
    assert _half_offices([], [end]) == _half_offices([(0.0, 0.0, 200.0, 200.0)], [end]) == []
    whole_ = (
        replace(end, text="CHỦ", box=(1113.0, 1730.0, 1180.0, 1764.0)),
        replace(end, text="TỊCH", box=(1190.0, 1730.0, 1318.0, 1764.0)),
    )
    assert _half_offices([seal], whole_) == []
    assert _half_offices([seal], [replace(end, text="ịch")]) == []


def test_a_line_that_a_fold_has_cut_is_one_by_its_whole_letters() -> None:
    def letters(*feet: float, height: float = 25) -> list[list[float]]:
        return [[100.0 + 30 * i, foot - height, 120.0 + 30 * i, foot] for i, foot in enumerate(feet)]

    whole_ones, pieces = letters(*[200.0] * 6), letters(*(184.0, 186.0, 208.0, 190.0, 182.0, 211.0, 187.0), height=9)
    assert _is_line(np.array(whole_ones + pieces), MM)
    assert not _is_line(np.array(pieces), MM)
    assert not _is_line(np.array(letters(200, 210, 190, 220, 185, 214)), MM)


def test_a_piece_of_a_line_that_made_no_sense_is_told_with_all_of_it() -> None:
    line: Box = (100.0, 100.0, 300.0, 130.0)
    assert _along((120.0, 102.0, 160.0, 128.0), [line]) == line
    assert _along((120.0, 102.0, 160.0, 128.0), [(100.0, 60.0, 300.0, 130.0)]) == (120.0, 102.0, 160.0, 128.0)
    assert _along((120.0, 202.0, 160.0, 228.0), [line]) == (120.0, 202.0, 160.0, 228.0)


def test_a_lost_place_is_told_with_the_words_beside_it_that_are_as_good_as_lost() -> None:
    words = (word("tIIHc", 190, 260, 115, 0.1), word("Nam", 270, 340, 115, 0.9), word("xĐ", 190, 250, 175, 0.0))
    lost: Box = (100, 100, 180, 130)
    assert whole(lost, words, ()) == (100, 100, 260, 130)
    cells = Table((90, 90, 400, 140), (((90, 90, 185, 140), (185, 90, 400, 140)),))
    assert whole(lost, words, ((cells, ()),)) == (94, 94, 181, 136)  # nothing was read in its cell: all of it is told
    high = Table((90, 90, 400, 240), (((90, 90, 185, 240), (185, 90, 400, 240)),))
    assert whole(lost, words, ((high, ()),)) == lost  # a cell of several lines


def test_a_doubtful_word_that_no_other_reading_is_like_is_strokes_taken_for_letters() -> None:
    box: Box = (100, 100, 180, 130)
    strokes = (Word("_TH3+", box, 0.05, 0),)

    def read_as(*texts: str) -> list[tuple[RawWord, ...]]:
        return [(RawWord(text, box, 0.3, (0,)),) for text in texts]

    assert unlike(box, read_as("117,4", "Nga"), strokes)
    assert not unlike(box, read_as("117,4", "TH3"), strokes)
    assert not unlike(box, [], strokes)
    # read as one with the next column's number, whose middle lies beyond
    both = [(RawWord("1951059648213282", (100, 100, 520, 130), 0.7, (0,)),)]
    assert not unlike(box, both, (replace(strokes[0], text="1951"),)) and unlike(box, both, strokes)
    assert not unlike(box, read_as("117,4"), (replace(strokes[0], confidence=0.5),))


def table_page() -> Pixels:
    """A ruled list of five rows of which one cell's second row is a lone figure."""
    image = Image.new("L", (1654, 1200), 255)
    draw = ImageDraw.Draw(image)
    for n in range(6):
        draw.line((150, 300 + 110 * n, 1400, 300 + 110 * n), fill=0, width=2)
    for x in (150, 300, 900, 1400):
        draw.line((x, 300, x, 850), fill=0, width=2)
    for n, name in enumerate(("Lê Đức Lâm", "Vũ Thị Lan", "Phan Xuân Đạt", "Tạ Đình Toàn", "Bùi Thu Hà")):
        y = 310 + 110 * n
        draw.text((210, y), str(n + 1), 0, FACE)
        draw.text((330, y), name, 0, FACE)
        draw.text((920, y), "Khu phố", 0, FACE)
        draw.text((920, y + 50), "7" if n == 2 else "Mười", 0, FACE)
    return np.array(image)


def test_a_figure_on_its_own_row_that_recognition_misses_is_told_on_a_doubtful_table() -> None:
    text = read(table_page(), Blind(tesseract(), ("7",)))
    assert "7" not in text.text.split()
    told = [a.box for a in boxes(text, "lost_line")]
    assert len(told) == 1 and 900 < told[0][0] < 960 and 570 < told[0][1] < 630
    assert not boxes(read(table_page()), "lost_line")
    again = read(table_page(), Blind(tesseract(), ("7",), deaf=False))
    assert "Khu phố\n7\n4" in again.text and not boxes(again, "lost_line")


def test_pieces_of_one_line_that_made_no_sense_are_one_place() -> None:
    line: Box = (100.0, 100.0, 900.0, 130.0)
    ends: list[Box] = [(110.0, 102.0, 300.0, 128.0), (800.0, 102.0, 890.0, 128.0)]
    assert _connected(ends, [line]) == [(110.0, 102.0, 890.0, 128.0)]
    assert _connected(ends, [(100.0, 300.0, 900.0, 330.0)]) == ends
    assert _connected(ends[:1], [line]) == ends[:1]


def test_a_garbled_number_is_not_borne_out_by_being_garbled_again() -> None:
    page = drawn((200, 160, "1956"))
    words = (Word("1956", (200.0, 165.0, 272.0, 195.0), 0.1, 0),)
    paper, box = Paper(page, page, DPI), (198.0, 163.0, 274.0, 197.0)
    assert _print(paper, [box], words, tesseract()) == []
    assert _print(paper, [box], words, tesseract(), [words[0].box]) == [box]


def strip(tone: int, *, level: bool) -> Pixels:
    """A grainy stripe of 2 mm right through a page."""
    page = np.full((500, 700), 255, np.uint8)
    rng = np.random.default_rng(3)
    fold = np.where(rng.random((16, 700)) < 0.6, tone, 255).astype(np.uint8)
    if level:
        page[200:216] = fold
    else:
        page[:, 300:316] = fold[:, :500].T
    return page


def test_a_piece_of_a_fold_is_no_figure_and_figures_over_each_other_are_no_fold() -> None:
    assert _runs_on(strip(190, level=False), (298.0, 200.0, 316.0, 230.0), MM)
    assert _runs_on(strip(190, level=True), (300.0, 201.0, 360.0, 214.0), MM)
    ones = drawn(*((300, y, "1") for y in range(20, 460, 44)))
    assert not _runs_on(ones, (300.0, 205.0, 318.0, 235.0), MM)
    # the end of a stroke, and a line of letters through which a fold goes
    end = strip(190, level=False)
    end[240:] = 255
    assert not _runs_on(end, (298.0, 200.0, 316.0, 230.0), MM)
    assert not _runs_on(strip(190, level=True), (100.0, 190.0, 600.0, 226.0), MM)
    # nothing is known beyond the paper's edge
    assert not _runs_on(strip(190, level=False), (298.0, 0.0, 316.0, 30.0), MM)


def test_cells_without_sense_and_numbers_with_specks_are_worth_a_second_reading() -> None:
    cells = ((100, 0, 300, 50), (300, 0, 500, 50))
    table = Table((95, 0, 505, 55), (cells,))

    def inside(*words: tuple[str, float, float, float]) -> lone.Grids:
        return ((table, tuple(Word(t, (x0, 10.0, x1, 34.0), sure, 0) for t, x0, x1, sure in words)),)

    assert lone.senseless(inside(("Rl", 110, 140, 0.1), ("tp", 150, 180, 0.0))) == [(110.0, 10.0, 180.0, 34.0)]
    # one sure word makes sense of its line, though not of another cell's; marks alone are no text
    assert lone.senseless(inside(("Khu", 110, 160, 0.9), ("tp", 170, 190, 0.0))) == []
    assert lone.senseless(inside(("Rl", 110, 140, 0.1), ("Nam", 310, 350, 0.9))) == [(110.0, 10.0, 140.0, 34.0)]
    assert lone.senseless(inside(("-.", 110, 140, 0.1))) == []
    ((_, words),) = inside(("4", 110, 160, 0.1), ("4", 110, 126, 0.1), ("1952", 310, 370, 0.1), ("Khu", 110, 290, 0.9))
    assert lone.wide(words) == [(110.0, 10.0, 160.0, 34.0)]
