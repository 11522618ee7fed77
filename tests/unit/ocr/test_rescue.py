"""Lost print read again by itself: what two readings bear out joins the text, and nothing else."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from ocr import rescue
from ocr.columns import numbers
from ocr.digits import REREAD
from ocr.engine import Recognizer, recognizer
from ocr.frames import Pixels
from ocr.grids import Table
from ocr.ink import find_ink
from ocr.layout import Reading
from ocr.lines import RawWord
from ocr.missed import Marks, Paper
from ocr.rescue import Heard, Place, _agreed, _row, read_again
from ocr.tables import with_words
from ocr.tesseract import TesseractLibrary, TesseractProgram
from ocr.unread import _found_again, settle
from workstation.domain.page import Box, Word

DPI = 200
MM = DPI / 25.4
FACE = ImageFont.truetype("/usr/share/fonts/truetype/croscore/Tinos-Regular.ttf", 36)
ROW: Box = (0.0, 0.0, 100.0, 30.0)


def drawn(*texts: tuple[int, int, str], tone: int = 0) -> Pixels:
    image = Image.new("L", (700, 300), 255)
    draw = ImageDraw.Draw(image)
    for x, y, text in texts:
        draw.text((x, y), text, tone, FACE)
    return np.array(image)


def said(text: str, confidence: float = 0.9, box: Box = ROW) -> tuple[RawWord, ...]:
    return (RawWord(text, box, confidence, (0,)),)


def heard(page: Pixels, *places: Place) -> tuple[Heard, ...]:
    return read_again(Paper(page, page, DPI), places, recognizer())


def text(one: Heard) -> str:
    return " ".join(w.text for w in one.words)


def test_a_lone_pale_figure_between_remains_of_rules_is_read_where_it_stands() -> None:
    page = drawn((300, 100, "7"), tone=130)
    page[92:94, 240:390] = page[80:170, 270:272] = 60
    page[150:153, 250:254] = 90
    (found,) = heard(page, Place((296.0, 104.0, 322.0, 136.0), number=True))
    assert text(found) == "7"
    (word,) = found.words
    assert word.doubt == REREAD
    assert 298 <= word.box[0] < word.box[2] <= 324 and 100 <= word.box[1] < word.box[3] <= 140


def test_a_place_that_has_cut_a_number_is_read_whole() -> None:
    (found,) = heard(drawn((300, 100, "1952")), Place((296.0, 104.0, 336.0, 136.0), number=True))
    assert text(found) == "1952"
    assert found.row[0] <= 305 and found.row[2] >= 365


def test_a_figure_beside_which_another_is_all_but_gone_is_not_read() -> None:
    page = drawn((300, 100, "1"))
    assert text(heard(page, Place((296.0, 104.0, 322.0, 136.0)))[0]) == "1"
    page = np.minimum(page, drawn((318, 100, "6"), tone=200))
    found = _row(page, (296.0, 104.0, 322.0, 136.0), MM)
    assert found is not None and found.pictures == ()


def test_one_figure_of_a_number_that_is_all_but_gone_is_not_the_number() -> None:
    page = np.minimum(drawn((300, 100, "5")), drawn((344, 100, "27,8"), tone=215))
    place: Box = (296.0, 104.0, 420.0, 136.0)
    found = _row(page, place, MM)
    assert found is not None and found.pictures == ()


def test_paper_and_a_bare_rule_are_no_place_to_read() -> None:
    page = drawn()
    page[120:122, 100:600] = 0
    assert [h.words for h in heard(page, Place((300.0, 104.0, 340.0, 136.0)), Place((0.0, 0.0, 30.0, 20.0)))] == [(), ()]
    assert heard(page) == ()


def test_two_readings_that_say_the_same_are_believed_and_one_alone_is_not() -> None:
    assert _agreed([said("Điều"), said("điều,", 0.75)], ROW, number=False) == said("Điều", (0.9 + 0.75) / 2)
    assert _agreed([said("Điều", 0.99)], ROW, number=False) == ()
    assert _agreed([said("Điều", 0.99), said("Diễn", 0.99)], ROW, number=False) == ()
    assert _agreed([], ROW, number=False) == ()
    # neither unsure ones, nor two that a surer third contradicts
    assert _agreed([said("Điều", 0.75), said("Điều", 0.75)], ROW, number=False) == ()
    assert _agreed([said("Điều", 0.95), said("Điều", 0.4)], ROW, number=False) == ()
    assert _agreed([said("327", 0.82), said("327", 0.6), said("387", 0.96)], ROW, number=True) == ()


def test_a_number_is_all_that_stands_in_a_column_of_numbers() -> None:
    assert _agreed([said("m"), said("m")], ROW, number=True) == ()
    assert _agreed([said("[989"), said("[989")], ROW, number=True) != ()
    assert _agreed([said("1.184,3"), said("1.184,3")], ROW, number=True) != ()
    # beside the columns a letter or two are strokes of anything
    assert _agreed([said("lạ"), said("lạ")], ROW, number=False) == ()
    assert _agreed([said("STT"), said("STT")], ROW, number=False) != ()


def test_a_reading_of_a_part_of_the_row_is_none_of_the_row() -> None:
    part = said("Khu", box=(0.0, 0.0, 40.0, 30.0))
    assert _agreed([part, part], ROW, number=False) == ()
    assert _agreed([part, part], (0.0, 0.0, 50.0, 30.0), number=False) == part


CELLS = (((0, 0, 100, 50), (100, 0, 400, 50)), ((0, 50, 100, 100), (100, 50, 400, 100)))
TABLE = Table((0, 0, 400, 100), CELLS)


def in_table(value: str, x: float, y: float, line: int) -> Word:
    return Word(value, (x, y, x + 60, y + 30), 0.9, line)


def test_what_is_read_in_a_cell_stands_in_its_row_of_the_table() -> None:
    words = (in_table("Xây", 110, 10, 0), in_table("dựng", 180, 10, 0), in_table("Bảo", 110, 60, 1))
    found = with_words(TABLE, words, [RawWord("2", (20, 60, 40, 90), 0.8, (0,)), RawWord("1", (20, 10, 40, 40), 0.8, (1,))])
    assert [(w.text, w.line) for w in found] == [("1", 0), ("Xây", 0), ("dựng", 0), ("2", 1), ("Bảo", 1)]
    # level with the words of its cell it is of their line
    (first, name, last) = with_words(TABLE, words[:1] + words[2:], [RawWord("dựng", (180, 12, 240, 44), 0.8, (0,))])
    assert [(w.text, w.line) for w in (first, name, last)] == [("Xây", 0), ("dựng", 0), ("Bảo", 1)]
    # a word keeps its place though it reaches over the side, its doubt and what it may have been
    odd = Word("20ó", (390.0, 60.0, 430.0, 90.0), 0.5, 7, "reread", "206")
    (kept,) = with_words(TABLE, [odd], [])
    assert (kept.text, kept.box, kept.doubt, kept.suggestion) == (odd.text, odd.box, "reread", "206")


def test_a_figure_that_the_strip_lost_joins_its_table_and_nobody_is_sent_there() -> None:
    rows = [((100, y, 200, y + 50), (200, y, 600, y + 50)) for y in (20, 70, 120, 170, 220)]
    table = Table((95, 15, 605, 275), tuple(rows))
    page = drawn(*((140, y + 5, str(n)) for n, y in enumerate((20, 70, 120, 170, 220), 1)))
    inside = tuple(Word(str(n), (138.0, 28.0 + 50 * (n - 1), 160.0, 56.0 + 50 * (n - 1)), 0.9, n - 1) for n in (1, 2, 4, 5))
    assert len(numbers(table, inside).gaps) == 1
    words, ((_, cells),), areas = settle(Paper(page, page, DPI), Reading(()), ((table, inside),), recognizer())
    assert words == () and [w.text for w in cells] == ["1", "2", "3", "4", "5"]
    assert areas == ()


@pytest.mark.parametrize("engine", [TesseractLibrary, TesseractProgram])
def test_both_engines_read_a_picture_that_is_one_figure(engine: type[TesseractLibrary] | type[TesseractProgram]) -> None:
    figure = drawn((300, 100, "3"))[98:142, 290:330].copy()
    assert [[w.text for w in words] for words in engine().lines([figure, figure], DPI, raw=True)] == [["3"], ["3"]]
    assert engine().lines([], DPI, raw=True) == ()


def test_a_number_that_specks_have_widened_stands_where_its_figures_are() -> None:
    table = Table((0, 0, 700, 300), (((0, 80, 400, 160), (400, 80, 700, 160)),))
    page = drawn((300, 100, "49"))
    page[118:121, 210:213] = page[112:115, 240:243] = 0
    inside = (Word("-.49", (208.0, 106.0, 338.0, 134.0), 0.1, 0), Word("Lan", (420.0, 106.0, 480.0, 134.0), 0.9, 0))
    _, ((_, cells),), areas = settle(Paper(page, page, DPI), Reading(()), ((table, inside),), recognizer())
    assert [(w.text, w.doubt) for w in cells] == [("49", REREAD), ("Lan", "")] and cells[0].box[0] > 290 and areas == ()
    # of a page that is clear nothing that was read is touched but its place
    sure = (replace(inside[0], confidence=0.95), replace(inside[1], confidence=0.99))
    _, ((_, kept),), _ = settle(Paper(page, page, DPI), Reading(()), ((table, sure),), recognizer())
    assert [(w.text, w.confidence, w.doubt) for w in kept] == [("-.49", 0.95, ""), ("Lan", 0.99, "")]
    assert kept[0].box[0] > 290 and kept[1] == sure[1]


def test_what_was_missed_in_a_cell_stands_there_and_not_what_covered_it_badly() -> None:
    table = Table((0, 0, 700, 300), (((0, 80, 400, 160), (400, 80, 700, 160)),))
    page = drawn((40, 100, "Phạm Quang Huy"), (440, 100, "Lan"))
    found = recognizer().read(np.ascontiguousarray(page[80:160, :400]), DPI, block=True)
    assert len(found) == 3
    name = [Word(w.text, (w.box[0], w.box[1] + 80, w.box[2], w.box[3] + 80), w.confidence, 0) for w in found]
    junk = replace(name[1], text="Q0", confidence=0.02)
    inside = (name[0], junk, name[2], Word("Lan", (440.0, 106.0, 490.0, 134.0), 0.9, 0))
    words, ((_, cells),), areas = settle(Paper(page, page, DPI), Reading(()), ((table, inside),), recognizer())
    assert words == () and areas == ()
    assert [(w.text, w.line) for w in cells] == [("Phạm", 0), ("Quang", 0), ("Huy", 0), ("Lan", 0)]


def test_a_piece_of_what_was_read_again_as_a_whole_is_not_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    cells = tuple((0, 80 + 60 * n, 400, 140 + 60 * n) for n in range(6))
    table = Table((0, 0, 400, 440), tuple((c,) for c in cells))
    image = Image.new("L", (420, 460), 255)
    for n in range(6):
        ImageDraw.Draw(image).text((40, 84 + 60 * n), f"Khu phố {n + 1}", 0, FACE)
    page = np.array(image)
    inside = [
        Word(text, (40.0 + 60 * k, 88.0 + 60 * n, 95.0 + 60 * k, 122.0 + 60 * n), 0.05 if n == 3 else 0.9, n)
        for n in range(6)
        for k, text in enumerate(("Kliu", "nhõ", "A") if n == 3 else ("Khu", "phố", str(n + 1)))
    ]
    piece = (120.0, 275.0, 140.0, 300.0)
    marks = Marks(find_ink(page, DPI), None, ())
    worn = Reading((), lines=((0.0, 0.0, 9.0, 9.0),))
    paper = Paper(page, page, DPI)
    real = rescue.read_again

    def piecemeal(paper: Paper, places: Sequence[Place], recognizer: Recognizer) -> tuple[Heard, ...]:
        return tuple(Heard((), ((),), p.box) if p.box == piece else real(paper, [p], recognizer)[0] for p in places)

    monkeypatch.setattr(rescue, "read_again", piecemeal)
    _, ((_, said),), left = _found_again(paper, marks, worn, (), ((table, tuple(inside)),), [piece], recognizer())
    assert [w.text for w in said if 260 < w.box[1] < 320] == ["Khu", "phố", "4"] and left == []


def test_a_page_number_that_specks_have_widened_stands_where_its_figure_is() -> None:
    page = drawn((300, 100, "9"), (60, 200, "Ủy ban nhân dân"))
    page[118:121, 210:213] = 0
    wide = RawWord("9", (208.0, 104.0, 322.0, 136.0), 0.7, (0,))
    rest = tuple(RawWord(t, (x, 206.0, x + 50.0, 240.0), 0.9, (1,)) for t, x in (("Ủy", 60.0), ("ban", 115.0)))
    worn = Reading((wide, *rest), lines=((60.0, 206.0, 300.0, 240.0),))
    words, _, _ = settle(Paper(page, page, DPI), worn, (), recognizer())
    assert [w.box[0] > 290 for w in words if w.text == "9"] == [True]
