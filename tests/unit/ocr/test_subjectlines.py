"""Doubtful words of a subject's lines: chosen from several readings and what is usual beside them, suggested only."""

from collections.abc import Sequence

import numpy as np
import pytest

from ocr.engine import Unread
from ocr.frames import Pixels
from ocr.lines import RawWord
from ocr.missed import Paper
from ocr.subjectlines import _parted, subjects_read_again
from workstation.domain.page import AGAIN

WHITE = np.full((2000, 1400), 255, np.uint8)
PAPER = Paper(WHITE, WHITE, 200.0)


class Says(Unread):
    """Reads each line as the text under its height, in all pictures."""

    def __init__(self, text: str) -> None:
        self.text, self.asked = text, 0

    def lines(
        self, pictures: Sequence[Pixels], dpi: float, *, digits: bool = False, raw: bool = False
    ) -> tuple[tuple[RawWord, ...], ...]:
        self.asked += 1
        return tuple(line(self.text, x=30, y=18, sure=0.8) for _ in pictures)


def line(text: str, *, x: float = 200, y: float = 500, sure: float = 0.95, weak: Sequence[str] = ()) -> tuple[RawWord, ...]:
    return tuple(
        RawWord(w, (x + 90 * i, y, x + 90 * i + 80, y + 30), 0.3 if w in weak else sure, (int(y),))
        for i, w in enumerate(text.split())
    )


def told(words: Sequence[RawWord]) -> str:
    assert all((w.doubt == AGAIN) == bool(w.suggestion) for w in words)
    return " ".join(w.suggestion or w.text for w in words)


@pytest.mark.parametrize(
    ("first", "again", "weak", "likely"),
    [
        ("Về việc lập lo Liêm tra", "Ve việc lập To liếm tra", ("lo", "Liêm"), "Về việc lập tổ Kiểm tra"),
        ("V/v lập kê 'hoáclÍ năm", "V/v lập kế hoạch năm", ("kê", "'hoáclÍ"), "V/v lập kế hoạch năm"),
        ("Về việc đất của bà Ngo Thu", "Về việc đất của bà Ngô Thu", ("Ngo",), "Về việc đất của bà Ngo Thu"),  # a name
        ("Về việc hủy số 12/QĐ-UBND", "Về việc hủy số 72/QĐ-UBND", ("12/QĐ-UBND",), "Về việc hủy số 12/QĐ-UBND"),
        ("V/v mưa bxq kìmitta", "V/v mưa bxq kìmitta", ("bxq",), "V/v mưa bxq kìmitta"),  # no word at all
    ],
)
def test_a_doubtful_word_is_what_readings_and_neighbours_say(first: str, again: str, weak: tuple[str, ...], likely: str) -> None:
    words = line(first, weak=weak)
    found = subjects_read_again(PAPER, words, Says(again))
    assert [w.text for w in found] == [w.text for w in words], "as it was read"
    assert told(found) == likely


def test_the_lines_right_under_it_are_of_the_subject_and_no_others() -> None:
    words = (
        *line("V/v cử cán bộ đi học", y=500),
        *line("lớp bôi dưỡng", y=540, weak=("bôi",)),
        *line("KÍNH GUI", y=580, weak=("GUI",)),
    )
    says = Says("lớp bồi dưỡng")
    assert told(subjects_read_again(PAPER, words, says)) == "V/v cử cán bộ đi học lớp bồi dưỡng KÍNH GUI" and says.asked == 1


@pytest.mark.parametrize("words", [line("V/v cử cán bộ đi học"), line("Đã cử cán bộ đi hoc", weak=("hoc",)), ()])
def test_a_clear_subject_and_what_is_none_are_not_read_again(words: tuple[RawWord, ...]) -> None:
    says = Says("")
    assert subjects_read_again(PAPER, words, says) == words and says.asked == 0


class SaysParted(Unread):
    """Reads each line as the words given, where they stand."""

    def __init__(self, *words: tuple[str, float, float]) -> None:
        self.words = words

    def lines(
        self, pictures: Sequence[Pixels], dpi: float, *, digits: bool = False, raw: bool = False
    ) -> tuple[tuple[RawWord, ...], ...]:
        # the picture begins at the line's own left edge, in its frame of white
        return tuple(tuple(RawWord(t, (x0 - 170, 18, x1 - 170, 48), 0.95, (0,)) for t, x0, x1 in self.words) for _ in pictures)


PARTED = line("Về việc lập Tô ô kté l:êm tra", weak=("kté", "l:êm"))
OTHERWISE = (("Về", 200, 280), ("việc", 290, 370), ("lập", 380, 460), ("Tổ", 470, 560), ("kiểm", 562, 820), ("tra", 830, 910))


def test_print_that_was_parted_into_wrong_words_is_what_another_reading_says_in_doubt() -> None:
    found = subjects_read_again(PAPER, PARTED, SaysParted(*OTHERWISE))
    assert [w.suggestion or w.text for w in found] == ["Về", "việc", "lập", "Tổ", "kiểm", "tra"]
    assert [w.text for w in found if w.doubt == AGAIN] == ["Tô", "kiểm"] and len({w.line for w in found}) == 1


def test_no_word_stands_twice_because_a_box_reaches_over_its_neighbours() -> None:
    wide = tuple(w if w.text != "Tô" else RawWord(w.text, (470, 500, 820, 530), w.confidence, w.line) for w in PARTED)
    assert [w.text for w in subjects_read_again(PAPER, wide, SaysParted(*OTHERWISE))] == [text for text, _, _ in OTHERWISE]


def test_words_that_were_read_surely_keep_their_parting_though_another_is_likelier() -> None:
    sure = line("Về việc lập kiêm ngoan ninh", weak=("kiêm",))
    apart = (*((w.text, w.box[0], w.box[2]) for w in sure[:4]), ("ngo", 560, 590), ("an", 600, 640), ("ninh", 650, 730))
    assert [w.text for w in subjects_read_again(PAPER, sure, SaysParted(*apart))] == [w.text for w in sure]


def test_a_name_is_never_parted_otherwise() -> None:
    own, run_on = line("hộ bxà Hồ Mỹ", weak=("bxà", "Hồ")), (RawWord("bổ", (290, 500, 460, 530), 0.95, (0,)),)
    assert _parted(own, 1, run_on) is None
    assert _parted(line("hộ bxà hò mỹ", weak=("bxà",)), 1, run_on) == (2, run_on)
