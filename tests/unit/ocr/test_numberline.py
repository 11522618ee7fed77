"""The line of a number that was read without its form: another reading of it that has one takes its place, in doubt."""

from collections.abc import Sequence

import numpy as np
import pytest

from ocr.engine import Unread
from ocr.frames import Pixels
from ocr.lines import RawWord
from ocr.missed import Paper
from ocr.numberline import numbers_read_again
from workstation.domain.page import AGAIN

WHITE = np.full((2000, 1400), 255, np.uint8)
PAPER = Paper(WHITE, WHITE, 200.0)


class Says(Unread):
    def __init__(self, *texts: str) -> None:
        self.texts, self.asked = texts, 0

    def lines(
        self, pictures: Sequence[Pixels], dpi: float, *, digits: bool = False, raw: bool = False
    ) -> tuple[tuple[RawWord, ...], ...]:
        self.asked += len(pictures)
        return tuple(line(text, 14, 14) for text, _ in zip(self.texts, pictures, strict=True))


def line(text: str, x: float = 200, y: float = 300, confidence: float = 0.4, number: int = 7) -> tuple[RawWord, ...]:
    return tuple(RawWord(w, (x + 90 * i, y, x + 90 * i + 80, y + 30), confidence, (number,)) for i, w in enumerate(text.split()))


@pytest.mark.parametrize(
    ("first", "again", "likely"),
    [
        ("Sỏ: 83 301š TLKT-BS", ("Sở: 83/2015/TLKT-BS", "Sở: 83/2016/TLKT-BS", "Số: 83/2016/TLKT-BS”"), "Sở: 83/2016/TLKT-BS"),
        ("Số:7457GĐ:UBND-", ("Số: 2457/Q'#UBND:", "Số: 2457/QĐ.LIBND", "Số: 7457 QD"), "Số: 2457/Q'#UBND:"),
        ("Số: 158/TTr-UBNHI-T", ("Số: 158/TTr-UBNBĐ-1?'", "Số: 158/TTr-UBND-TP", "Số: 158/TTr-UBNB-TI'"), "Số: 158/TTr-UBND-TP"),
    ],
)
def test_the_reading_with_most_of_the_form_takes_its_place(first: str, again: tuple[str, ...], likely: str) -> None:
    above = line("ỦY BAN", y=200, number=3)
    found = numbers_read_again(PAPER, (*above, *line(first)), Says(*again))
    assert found[:2] == above
    assert " ".join(w.text for w in found[2:]) == likely
    assert all(w.doubt == AGAIN and w.line == (7,) and w.confidence == 0.4 for w in found[2:])
    assert abs(found[2].box[0] - 200) < 20 and abs(found[2].box[1] - 300) < 10, "where it stands on the page"


@pytest.mark.parametrize(
    "words",
    [
        line("Số: 127/QĐ-UBND-VP"),  # it has its form
        line("Số: 127/QĐ UBNHD", confidence=0.95),  # read without doubt
        line("Số định danh cá nhân: 001"),
        line("Số: 12 QĐ", x=900),  # the other column
        line("Số: 12 QĐ", y=1500),  # of the text
    ],
)
def test_other_lines_are_not_read_again(words: tuple[RawWord, ...]) -> None:
    says = Says("Số: 1/QĐ-UBND", "Số: 1/QĐ-UBND", "Số: 1/QĐ-UBND")
    assert numbers_read_again(PAPER, words, says) == words and says.asked == 0


def test_a_line_that_no_reading_makes_better_stays_as_it_is() -> None:
    words = line("Số: 64U, 35C-UI5ND-VHXH")
    assert numbers_read_again(PAPER, words, Says("", "Số: 64U, 25C-UI5ND", "Số 64U")) == words
