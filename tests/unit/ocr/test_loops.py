"""Sixes that are eights."""

from collections.abc import Sequence

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from ocr.digits import REREAD
from ocr.frames import Pixels
from ocr.lines import RawWord
from ocr.loops import eights

FREE_ITALIC = "/usr/share/fonts/truetype/freefont/FreeSerifItalic.ttf"
FACES = (
    FREE_ITALIC,
    *(f"/usr/share/fonts/truetype/croscore/{face}.ttf" for face in ("Tinos-Italic", "Tinos-Bold", "Arimo-Regular")),
)


def printed(text: str, face: str, size: int = 46) -> tuple[Pixels, tuple[float, float, float, float]]:
    image = Image.new("L", (900, 120), 250)
    font = ImageFont.truetype(face, size)
    ImageDraw.Draw(image).text((40, 30), text, font=font, fill=20)
    x0, y0, x1, y1 = font.getbbox(text)
    return np.asarray(image, np.uint8), (40 + x0, 30 + y0, 40 + x1, 30 + y1)


def said(page: Pixels, words: Sequence[RawWord]) -> list[tuple[str, str | None, str]]:
    return [(w.text, w.doubt, w.suggestion) for w in eights(page, words)]


@pytest.mark.parametrize("face", FACES)
def test_a_six_with_two_loops_is_an_eight_in_doubt(face: str) -> None:
    page, box = printed("18", face)
    assert said(page, [RawWord("16", box, 0.97, (1, 1, 1))]) == [("18", REREAD, "16")]


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize("text", ["16", "266", "1.966,60", "06/6/2026", "636/QĐ-UBND"])
def test_a_six_is_one(face: str, text: str) -> None:
    page, box = printed(text, face)
    word = RawWord(text, box, 0.97, (1, 1, 1))
    assert eights(page, [word]) == (word,)


def test_each_six_of_a_number_is_looked_at_by_itself() -> None:
    page, box = printed("1.866,80", FREE_ITALIC)
    assert said(page, [RawWord("1.666,60", box, 0.9, (1, 1, 1))])[0][::2] == ("1.866,80", "1.666,60")


@pytest.mark.parametrize("text", ["1 8", "188"])
def test_where_figures_and_signs_do_not_match_nothing_is_said(text: str) -> None:
    page, box = printed(text, FREE_ITALIC)
    word = RawWord("1666", box, 0.9, (1, 1, 1))
    assert eights(page, [word]) == (word,)


def test_white_paper_and_a_box_beside_the_page_are_no_figures() -> None:
    blank = np.full((100, 100), 255, np.uint8)
    for box in ((10.0, 10.0, 60.0, 40.0), (200.0, 200.0, 240.0, 230.0), (10.0, 10.0, 10.0, 10.0)):
        word = RawWord("16", box, 0.9, (1, 1, 1))
        assert eights(blank, [word]) == (word,)


def test_specks_are_no_loops() -> None:
    page, box = printed("16", FREE_ITALIC)
    worn = page.copy()
    worn[np.random.default_rng(3).random(page.shape) < 0.04] = 60
    assert eights(worn, [RawWord("16", box, 0.9, (1, 1, 1))])[0].text == "16"
