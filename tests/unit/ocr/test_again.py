"""A document's number and day are read though little is sure of them: lost lines at a page's head, figures in gaps."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from ocr.again import _set_level, evened, held_against, told_again
from ocr.engine import Unread
from ocr.frames import Pixels
from ocr.grammar import has_form
from ocr.hand import Gap, _drawn, _gaps, handwritten
from ocr.header import date_fields
from ocr.ink import Ink
from ocr.lines import FOUND_AGAIN, MISSED, UNDER_SEALS, RawWord
from ocr.missed import Paper
from ocr.sheet import part
from ocr.split import index_document
from ocr.unread import _joined
from tests.unit.ocr.written import LEFT, written
from workstation.domain.page import AGAIN, Box, Word
from workstation.rules.reader import load_rules

TYPES = load_rules().types
WHITE = np.full((2000, 1400), 255, np.uint8)
PAPER = Paper(WHITE, WHITE, 200.0)
NUMBER: Box = (150, 200, 500, 230)


class Says(Unread):
    """Reads each picture as the next text, and keeps the pictures' sizes."""

    def __init__(self, *texts: str, confidence: float = 0.1) -> None:
        self.texts, self.confidence, self.shown = texts, confidence, list[tuple[int, ...]]()

    def lines(
        self, pictures: Sequence[Pixels], dpi: float, *, digits: bool = False, raw: bool = False
    ) -> tuple[tuple[RawWord, ...], ...]:
        self.shown += [p.shape for p in pictures]
        said, self.texts = self.texts[: len(pictures)], self.texts[len(pictures) :]
        return tuple(words(text, 0, 0, self.confidence) for text in (*said, *[""] * (len(pictures) - len(said))))


def words(text: str, x: float, y: float, confidence: float) -> tuple[RawWord, ...]:
    return tuple(RawWord(w, (x + 90 * i, y, x + 90 * i + 80, y + 30), confidence, (1,)) for i, w in enumerate(text.split()))


@pytest.mark.parametrize(("text", "formed"), [
    ("Số: 113/BC-UBND-KTHTĐT", True),
    ("113/BC-UBND", True),
    ("Số: 875/2023/TLKS;BS,", True),
    ("Số: 2560/1.5NU-VHXH", True),
    ("Hòa Hưng, ngày 09 tháng 7 năm 2026", True),
    ("Số: 1673", False),
    ("Ngày: 26/06", False),
    ("ngày tháng năm", False),
    ("fHif1 3 tt f", False),
    ("lập Tổ kiểm tra/giám sát", False),
])  # fmt: skip
def test_the_form_of_a_number_or_a_day(text: str, formed: bool) -> None:
    assert has_form(text) is formed


def test_a_lost_number_is_read_with_what_was_read_of_it_and_keeps_its_confidence() -> None:
    label, organ = words("Số:", 60, 200, 0.8), words("ỦY BAN", 150, 120, 0.9)
    by = Says("Số: 113/BC-UBND")
    found, lost = told_again(PAPER, (*organ, *label), [NUMBER], by)
    assert [w.text for w in found] == ["ỦY", "BAN", "Số:", "113/BC-UBND"]
    assert lost == () and {w.confidence for w in found[2:]} == {0.1}
    assert found[2].box[0] < 60 and found[2].box[1] > 150 and len({w.line for w in found[2:]}) == 1
    assert found[2].line not in {(first, 0) for first in (MISSED, FOUND_AGAIN, UNDER_SEALS)}, "no line of another step's"
    assert by.shown[0][1] > NUMBER[2] - 60


def test_what_has_no_such_form_stays_lost_and_takes_no_word_away() -> None:
    label = words("Số:", 60, 200, 0.8)
    assert told_again(PAPER, label, [NUMBER], Says("fHif1 3 tt", confidence=0.9)) == (label, (NUMBER,))


def test_only_the_head_of_a_page_is_asked_and_no_scrap() -> None:
    lost: list[Box] = [(150, 1200, 500, 1230), (150, 200, 200, 230)]
    by = Says()
    assert told_again(PAPER, (), lost, by) == ((), tuple(lost)) and not by.shown


@pytest.mark.parametrize(("text", "taken"), [
    ("Ngày, tháng, năm đăng ký: 28/11/2019 —", True),
    ("Ngày, tháng, năm đăng ký: 38/11/2019", False),
    ("đã họp ngày 28/11/2019 và thống nhất", False),
    ("Số: 113/BC-UBND", False),
])  # fmt: skip
def test_below_the_head_a_lost_line_with_a_label_and_a_day_is_taken(text: str, taken: bool) -> None:
    low: Box = (150, 1200, 750, 1230)
    found, lost = told_again(PAPER, (), [low], Says(text))
    assert (bool(found), lost) == (taken, () if taken else (low,))


def test_a_missed_line_joins_the_text_if_it_is_sure_or_has_the_form() -> None:
    before = words("ỦY BAN", 150, 120, 0.9)
    assert _joined(before, NUMBER, words("Số: 113/BC-UBND", 150, 200, 0.1), 0)[2:] != []
    assert _joined(before, NUMBER, words("xây dụng hô", 150, 200, 0.1), 0) == before
    assert len(_joined(before, NUMBER, words("xây dụng hô", 150, 200, 0.7), 0)) == 5


@pytest.mark.parametrize(("strokes", "by_hand"), [
    ([(0, 0, 14, 25), (16, 0, 30, 25)], False),
    ([(0, 0, 14, 17), (16, 0, 30, 25)], False),  # half of a figure that broke, beside a whole one
    ([(0, 0, 14, 25), (4, 36, 9, 53)], False),  # a fleck under it
    ([(0, -8, 14, 25), (16, 0, 30, 25)], True),
    ([(0, 8, 14, 33), (16, 0, 30, 25)], True),
    ([(0, 0, 14, 17)], True),
    ([(0, 0, 14, 15), (1, 10, 13, 25)], False),  # both halves of one figure
    ([(0, 0, 14, 15), (16, 0, 30, 15)], True),
    ([(3, 0, 15, 13), (0, 9, 14, 25)], False),  # a figure that a fold has parted
    ([(0, 0, 14, 25), (0, 27, 14, 39), (16, 0, 30, 25)], False),  # a piece of the fold under one
])  # fmt: skip
def test_halves_and_flecks_make_no_handwriting_of_print(strokes: list[Box], by_hand: bool) -> None:
    gap = Gap((-5.0, -20.0, 60.0, 60.0), base=25.0, height=25.0)
    assert (_drawn(np.array(strokes, np.float64), gap, 8.0) is not None) is by_hand


@pytest.mark.parametrize(("read", "confidence", "by_hand"), [("27", 0.9, False), ("27", 0.5, True), ("!7", 0.9, True)])
def test_upper_halves_that_are_read_surely_are_print(read: str, confidence: float, by_hand: bool) -> None:
    line = [RawWord(text, (x, 0, x + 80, 25), sure, (1,)) for text, x, sure in
            (("ngày", 0, 0.99), (read, 95, confidence), ("tháng", 150, 0.99))]  # fmt: skip
    halves, print_ = [(100, 0, 112, 15), (116, 0, 130, 15)], [(x, 0, x + 15, 25) for x in (10, 40, 160, 200)]
    ink = Ink(np.array(print_, np.float64), np.array([*print_, *halves], np.float64), ())
    assert bool(handwritten(ink, None, line, (), 8.0)) is by_hand


def test_no_letter_of_the_line_above_is_in_a_gap_however_high_the_words_beside_it_reach() -> None:
    """A rule under the line above is at times read as a part of a word: its box reaches up there."""
    form = (RawWord("ngày", (100, 60, 180, 135), 0.9, (1,)), RawWord("tháng", (260, 60, 350, 135), 0.9, (1,)))
    letters = np.array([(104, 106, 120, 128), (140, 106, 156, 128), (264, 100, 280, 128), (300, 106, 316, 128)], np.float64)
    (gap,) = _gaps(form, letters, 8.0)
    above, day = (200.0, 45.0, 220.0, 70.0), (205.0, 101.0, 235.0, 128.0)
    assert _drawn(np.array([above, day]), gap, 8.0) is None
    assert _drawn(np.array([above, (205.0, 95.0, 235.0, 140.0)]), gap, 8.0) == (205.0, 95.0, 235.0, 140.0)


def told(first: str, *others: str, confidence: float = 0.5) -> tuple[list[str], Says]:
    """What words stand in doubt after two more readings, as they are suggested (a question mark: nothing is)."""
    by = Says(*others)
    found = held_against(PAPER, words(first, 150, 200, confidence), by)
    assert [w.text for w in found] == first.split()
    return [w.suggestion or f"{w.text}?" for w in found if w.doubt == AGAIN], by


@pytest.mark.parametrize(("first", "others", "doubted"), [
    ("Số: 1927/BC-UBND", ("Số: 1027/BC-UBND", "Số: 1027/BC-UBND."), ["1027/BC-UBND"]),
    ("Số: 1027/BC-UBND", ("Số: 1027/BC-UBND", "Số: 1027/BC-UBND"), []),
    ("Số: 1027/BC-UBND", ("", "fHif1"), []),
    ("Số: 1927/BC-UBND", ("Số: 1027/BC-UBND", "Số: 1037/BC-UBND"), ["1927/BC-UBND?"]),
    ("Số: 127/RC-UBNP", ("Số: 127/BC-UBND", "Số: 127/BC-UBND"), ["127/BC-UBND"]),
    ("Số: 13/RC-UBNP", ("Số: 113/BC-UBND", "Số: 113/BC-UBND"), ["113/BC-UBND"]),
    ("Hòa Hưng, ngàv ”5 tháng 7 năm 2026", ("ngày 25 tháng 7 năm 2026",) * 2, ["”25"]),
    ("Hòa Hưng, ngày tháng 7 năm 2026", ("ngày 25 tháng 7 năm 2026", ""), ["ngày25"]),
    ("Hòa Hưng, ngày 25 tháng 7 năm 2026", ("ngày 25 tháng 1 năm 2026", "ngày 25 tháng 1 năm 2026"), ["1"]),
])  # fmt: skip
def test_more_readings_of_a_doubtful_number_or_day(first: str, others: tuple[str, str], doubted: list[str]) -> None:
    assert told(first, *others)[0] == doubted


DAY = "Hòa Hưng, ngày 25 tháng 7 năm 2026"


@pytest.mark.parametrize(("first", "others", "doubted"), [
    ("Hòa Hưng, ngày 46 tháng 7 năm 2026", ("ngày 6 tháng 7 năm 2026",) * 3 + ("ngày 26 tháng 7 năm 2026",) * 2, ["26"]),
    ("Hòa Hưng, ngày 27 tháng 4 năm 2026", ("ngày 2” tháng 4 năm 2026",) * 4 + ("ngày 27 tháng 4 năm 2026",), ["27?"]),
    ("Hòa Hưng, ngày 25 tháng 7 năm", (DAY, DAY, "", "", ""), ["năm2026"]),
    (DAY, ("ngày 26 tháng 7 năm 2026", DAY, "", "", ""), ["25?"]),
    (DAY, (DAY, "ngày 26 tháng 7 năm 2026", "ngày 26 tháng 7 năm 2026", "", ""), ["26"]),  # the first two are of one picture
    (DAY, (DAY, DAY), []),
])  # fmt: skip
def test_a_papers_day_that_two_readings_do_not_settle_is_read_three_times_more(
    first: str, others: tuple[str, ...], doubted: list[str]
) -> None:
    found, by = told(first, *others)
    assert found == doubted and len(by.shown) == len(others)


def test_a_day_of_which_nothing_stands_in_its_place_is_asked_though_the_rest_is_sure() -> None:
    assert told("Hòa Hưng, ngày 25 tháng 7 năm", DAY, DAY, confidence=0.96)[0] == ["năm2026"]
    assert not told(DAY, confidence=0.96)[1].shown


def test_a_line_of_which_a_figure_and_the_year_are_left_is_the_day_that_two_readings_say() -> None:
    said, by = told("Hòa thung. cày 04 0 vi 4 năm 2025", "ngày 04 tháng 4 năm 2025", "", "ngày 04 (hoa 4 năm 2025")
    assert said == ["ngày 04 tháng 4 năm 2025"] and len(by.shown) == 5
    assert told("Hòa thung. cày 04 0 vi 4 năm 2025", "ngày 04 tháng 4 năm 2025", "", "ngày 07 tháng 4 năm 2025")[0] == []
    line = part(0, [Word("04", (0, 0, 20, 20), 0.9, 0, AGAIN, said[0]), Word("0", (30, 0, 40, 20), 0.9, 0)])
    assert date_fields(line)[0].value == "2025-04-04" and date_fields(line)[0].doubt


def test_the_day_that_two_readings_say_is_the_papers() -> None:
    page = written(
        [("ỦY BAN NHÂN DÂN", LEFT), ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 640.0)],
        [("XÃ MẪU", LEFT), ("Độc lập - Tự do - Hạnh phúc", 700.0)],
        [("Số: 12/QĐ-UBND", LEFT), ("Mẫu, cày 04 0 vi 4 năm 2025", 700.0)],
        "|QUYẾT ĐỊNH",
    )
    heard = {"cày": "ngày 04 tháng 4 năm 2025"}
    text = replace(page, words=tuple(
        replace(w, doubt=AGAIN, suggestion=heard[w.text]) if w.text in heard else w for w in page.words
    ))  # fmt: skip
    (day,) = (f for f in index_document((text,), TYPES).fields if f.name == "issued_date")
    assert (day.value, day.doubt) == ("2025-04-04", True)


def test_of_a_law_below_the_papers_own_day_two_readings_are_enough() -> None:
    own, law = words(DAY, 150, 200, 0.96), words("ngày 25 tháng 11 năm 2014", 150, 400, 0.5)
    by = Says("ngày 26 tháng 11 năm 2014", "ngày 20 tháng 11 năm 2014")
    held_against(PAPER, (*own, *(replace(w, line=(2,)) for w in law)), by)
    assert len(by.shown) == 2


def test_a_line_is_cut_out_along_its_slope_and_as_far_right_as_the_lines_above_it() -> None:
    page = np.full((400, 1200), 255, np.uint8)
    line = [RawWord("ngày", (x, 200 + 0.02 * x, x + 80, 230 + 0.02 * x), 0.9, (1,)) for x in range(100, 700, 100)]
    for word in line:
        x0, y0, x1, y1 = map(round, word.box)
        page[y0:y1, x0:x1] = 0
    above, odd = RawWord("NAM", (800, 100, 900, 130), 0.9, (0,)), RawWord("!", (720, 150, 730, 260), 0.9, (1,))
    cut = _set_level(page, Paper(page, page, 200.0), (*line, odd), (above,))
    assert 30 < cut.shape[0] < 60 and cut.shape[1] > 800, "neither as high as its slope nor as the word of two lines"
    rows = np.flatnonzero((cut < 128).any(axis=1))
    assert rows[-1] - rows[0] <= 34


@pytest.mark.parametrize(("text", "confidence"), [
    ("Số: 127/BC-UBND", 0.9),
    ("Ủy ban nhân dân phường", 0.1),
    ("Ngày, tháng, năm sinh:", 0.1),
    ("Số: …../BC-UBND", 0.1),
])  # fmt: skip
def test_a_sure_line_and_one_without_digits_are_not_read_again(text: str, confidence: float) -> None:
    doubted, by = told(text, confidence=confidence)
    assert doubted == [] and not by.shown


def test_a_doubt_that_a_word_has_stays_with_its_suggestion() -> None:
    first = tuple(replace(w, doubt="reread", suggestion="20ó") for w in words("Số: 206/BC-UBND", 150, 200, 0.5))
    assert held_against(PAPER, first, Says("Số: 205/BC-UBND", "Số: 208/BC-UBND")) == first


def test_what_more_readings_say_stands_in_the_fields_and_not_in_the_words() -> None:
    found = held_against(PAPER, words("ngày 16 tháng 7 năm 2026", 150, 200, 0.5), Says(*("ngày 18 tháng 7 năm 2026",) * 2))
    line = part(0, [Word(w.text, w.box, 0.99, 0, w.doubt, w.suggestion) for w in found])
    day = date_fields(line)[0]
    assert (day.value, day.doubt, [p.value for p in day.proposals]) == ("2026-07-18", True, ["2026-07-16"])
    assert "16" in line.text


def test_faded_strokes_are_made_as_dark_as_others_and_faint_ones_are_left() -> None:
    line = np.full((60, 600), 255, np.uint8)
    for x, level in ((20, 20), (300, 130), (560, 235)):
        line[15:45, x : x + 8] = level
    dark, faded, faint = (int(evened(line, 30.0)[30, x + 4]) for x in (20, 300, 560))
    assert dark < 10 and faded < 10 and faint > 150
