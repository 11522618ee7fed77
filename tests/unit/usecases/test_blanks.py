"""Where number and day go, from the words of the first page; guessed where the words don't tell."""

import pytest

from workstation.domain.page import Engine, PageText, Word
from workstation.usecases.blanks import blank

A4 = (210.0, 297.0)
PX = 300 / 25.4


def text(*lines: tuple[tuple[float, float, str], ...], dpi: int = 300) -> PageText:
    """Words of 5 mm height at x and y in millimetres; 2.4 mm a letter."""
    words = tuple(
        Word(word, (x * PX, y * PX, (x + 2.4 * len(word)) * PX, (y + 5) * PX), 0.9, number)
        for number, line in enumerate(lines)
        for x, y, word in line
    )
    return PageText(round(210 * PX), round(297 * PX), dpi, words, Engine("test", "1", "vie:0", ""), 0.1)


NUMBER = ((35.0, 40.0, "Số:"), (58.0, 40.0, "/QĐ-UBND"))
DATED = ((110.0, 40.0, "Bến"), (119.0, 40.0, "Lội,"))


def test_the_number_goes_between_the_word_and_the_stroke() -> None:
    found = blank("N1", text(NUMBER, DATED), A4)
    x0, y0, x1, y1 = found.box_mm
    assert not found.guessed and found.page == 0
    assert 42.2 < x0 < 44 and 57 < x1 < 58 and (y0, y1) == pytest.approx((40, 45), abs=0.1)


@pytest.mark.parametrize("lines", [(NUMBER, DATED), ((*NUMBER, *DATED),)], ids=["two lines", "read as one"])
def test_the_day_goes_after_the_place(lines: tuple[tuple[tuple[float, float, str], ...], ...]) -> None:
    found = blank("N2", text(*lines), A4)
    x0, y0, x1, _ = found.box_mm
    assert not found.guessed and 128.6 < x0 < 131 and x1 == pytest.approx(195, abs=0.1) and y0 == pytest.approx(40, abs=0.1)


@pytest.mark.parametrize(
    ("mark", "page"),
    [
        ("N1", None),
        ("N1", text(())),
        ("N1", text(((35.0, 40.0, "Số:"), (43.5, 40.0, "/QĐ-UBND")))),  # no room
        ("N1", text(((35.0, 40.0, "Số:"), (45.0, 40.0, "127/QĐ-UBND")))),
        ("N1", text(((35.0, 200.0, "Số:"), (58.0, 200.0, "/QĐ-UBND")))),  # of another paper, in the body
        ("N1", text(NUMBER, dpi=0)),
        ("N2", None),
        ("N2", text(DATED)),
        ("N2", text(NUMBER)),
        ("N2", text(NUMBER, ((110.0, 40.0, "Bến"), (119.0, 40.0, "Lội")))),
        ("N2", text(NUMBER, (*DATED, (135.0, 40.0, "ngày"), (150.0, 40.0, "tháng"), (170.0, 40.0, "năm")))),
        ("N2", text(NUMBER, ((110.0, 80.0, "Kính"), (122.0, 80.0, "gửi,")))),
    ],
)
def test_what_the_words_do_not_tell_is_guessed_inside_the_header(mark: str, page: PageText | None) -> None:
    found = blank(mark, page, A4)
    x0, y0, x1, y1 = found.box_mm
    assert found.guessed and 0 < x0 < x1 < 210 and 0 < y0 < y1 < 0.3 * 297
    assert (x1 <= 105) == (mark == "N1"), "number left, day right"
