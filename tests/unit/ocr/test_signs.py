"""Signs that are told by their shape."""

from dataclasses import replace

import numpy as np
import pytest

from ocr.digits import REREAD
from ocr.lines import RawWord
from ocr.signs import by_shape
from tests.unit.ocr.test_loops import FACES, printed

SIZES = (24, 30, 46)
ROMAN = [face for face in FACES if "Italic" not in face]


def said(paper: str, read: str, face: str = FACES[-1], size: int = 30) -> tuple[str, str, str]:
    page, box = printed(paper, face, size)
    (word,) = by_shape(page, [RawWord(read, box, 0.96, (1, 1, 1))])
    return word.text, word.doubt, word.suggestion


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize("paper", ["824,0", "1112,25", "1.824,5"])
def test_a_point_that_hangs_below_the_figures_is_a_comma_in_doubt(paper: str, face: str, size: int) -> None:
    read = paper.replace(",", ".")
    assert said(paper, read, face, size) == (paper, REREAD, read)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize("paper", ["824.0", "1.1.", "2.15"])
def test_a_point_stays_one(paper: str, face: str, size: int) -> None:
    assert said(paper, paper, face, size) == (paper, "", "")


@pytest.mark.parametrize(
    ("paper", "read"),
    [
        ("824,000", "824.000"),
        ("24,05/2020", "24.05/2020"),
        ("a,5", "a.5"),
        ("8240", "824.0"),
        ("8,24,0", "824.0"),
        ("12,", "12."),
    ],
)
def test_thousands_days_and_what_does_not_match_its_ink_stay(paper: str, read: str) -> None:
    assert said(paper, read) == (read, "", "")


@pytest.mark.parametrize("size", (24, 46))
@pytest.mark.parametrize("face", ROMAN)
@pytest.mark.parametrize(("paper", "read"), [("chi", "chỉ"), ("ghi,", "ghỉ,"), ("CHI", "CHỈ")])
def test_an_i_with_a_dot_or_nothing_over_it_has_no_hook(paper: str, read: str, face: str, size: int) -> None:
    """In capitals there is no dot to be seen, and the reading stays."""
    assert said(paper, read, face, size) == (read if paper.isupper() else paper, "", "")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("face", ROMAN)
@pytest.mark.parametrize("paper", ["chỉ", "tỉnh", "nghỉ"])
def test_a_hook_stays_one(paper: str, face: str, size: int) -> None:
    assert said(paper, paper, face, size) == (paper, "", "")


def test_a_name_that_changes_so_is_in_doubt() -> None:
    assert said("Đinh", "Đỉnh") == ("Đinh", REREAD, "Đỉnh")


def test_what_is_usual_beside_its_neighbour_with_a_hook_alone_keeps_it() -> None:
    page, box = printed("chi", FACES[-1], 30)
    before = RawWord("Địa", (0.0, 0.0, 5.0, 5.0), 0.9, (1, 1, 1))
    word = RawWord("chỉ", box, 0.9, (1, 1, 1))
    assert [w.text for w in by_shape(page, [before, word])] == ["Địa", "chỉ"]
    assert [w.text for w in by_shape(page, [replace(before, text="mức"), word])] == ["mức", "chi"]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("face", ROMAN)
@pytest.mark.parametrize(
    ("paper", "read"),
    [("m²", "m2"), ("m²,", "m?,"), ("(m²)", "(m°)"), ("(m²)", "(m)"), ("m²", "m”"), ("m²,", "mỸ,"), ("m²", "m2?")],
)
def test_a_raised_two_is_one(paper: str, read: str, face: str, size: int) -> None:
    assert said(paper, read, face, size) == (paper, "", "")


@pytest.mark.parametrize("paper", ["m2", "m", "m,", "m:", "mi", "m3", "(m)"])
def test_a_two_on_the_line_and_an_m_alone_stay(paper: str) -> None:
    assert said(paper, paper) == (paper, "", "")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("face", ROMAN)
def test_a_roman_three_has_three_strokes(face: str, size: int) -> None:
    assert said("III", "II", face, size) == ("III", REREAD, "II")
    assert said("III.", "II.", face, size) == ("III.", REREAD, "II.")
    for paper, read in (("II", "II"), ("IIII", "II"), ("HI", "II"), ("III", "III"), ("II", "III")):
        assert said(paper, read, face, size) == (read, "", "")


def test_white_paper_and_a_box_beside_the_page_have_no_signs() -> None:
    blank = np.full((100, 100), 255, np.uint8)
    for box in ((10.0, 10.0, 60.0, 40.0), (200.0, 200.0, 240.0, 230.0), (10.0, 10.0, 10.0, 10.0)):
        for text in ("82.5", "chỉ", "m2", "II"):
            word = RawWord(text, box, 0.9, (1, 1, 1))
            assert by_shape(blank, [word]) == (word,)
