"""Numbers of worn running text, held against set figures."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from ocr.figureface import DIGITS, set_face
from ocr.frames import Pixels
from ocr.lines import RawWord
from ocr.numbersbeside import held_against_set
from workstation.domain.page import Box

DPI = 200.0
FACES = ("Tinos-Regular", "Tinos-Bold", "Tinos-Italic", "Arimo-Regular", "Cousine-Regular")


def printed(texts: Sequence[str], face: str = FACES[0], size: int = 38) -> tuple[Pixels, list[Box]]:
    """Words side by side, blurred, noisy and fading, and where their ink stands."""
    font = ImageFont.truetype(f"/usr/share/fonts/truetype/croscore/{face}.ttf", size)
    image = Image.new("L", (int(sum(font.getlength(t) + size for t in texts)) + 120, 4 * size), 255)
    draw = ImageDraw.Draw(image)
    x, boxes = 60.0, list[Box]()
    for text in texts:
        draw.text((x, size), text, 0, font)
        x0, y0, x1, y1 = draw.textbbox((x, size), text, font)
        boxes.append((float(x0), float(y0), float(x1), float(y1)))
        x += font.getlength(text) + size
    ink = 255 - np.asarray(image.filter(ImageFilter.GaussianBlur(1.2)), np.float32)
    across, down = np.meshgrid(np.arange(ink.shape[1]), np.arange(ink.shape[0]))
    ink *= 0.65 + 0.3 * np.sin(across / 60 + down / 40)
    noise = np.random.default_rng(11).normal(0, 8, ink.shape)
    return np.clip(255 - ink + noise, 0, 255).astype(np.uint8), boxes


def words(texts: Sequence[str], boxes: Sequence[Box], confidence: float = 0.9) -> list[RawWord]:
    return [RawWord(t, box, confidence, (0,)) for t, box in zip(texts, boxes, strict=True)]


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize("size", [28, 38, 52])
def test_a_wrong_digit_is_put_right_and_told(face: str, size: int) -> None:
    texts = ("ngày", "24", "tháng", "12", "năm", "2023,", "300.050.000", "07/11/2022.", "(089404104336)")
    page, boxes = printed(texts, face, size)
    said = ("ngày", "24", "tháng", "12", "năm", "2623,", "309.050.006", "67/11/2022.", "(089404164336)")
    again = held_against_set(page, words(said, boxes), DPI)
    assert [w.text for w in again] == list(texts)
    assert [(w.doubt, w.suggestion) for w in again] == [
        ("", "") if new == old else ("reread", old) for new, old in zip(texts, said, strict=True)
    ]
    assert [w.box for w in again] == boxes


@pytest.mark.parametrize("face", FACES)
def test_what_was_read_right_stays_as_it_is(face: str) -> None:
    texts = ("2026", "15", "1.234,5", "30/2020/NĐ-CP", "10", "111", "468/10,")
    page, boxes = printed(texts, face)
    assert held_against_set(page, words(texts, boxes), DPI) == tuple(words(texts, boxes))


@pytest.mark.parametrize("face", [f for f in FACES if f != "Tinos-Italic"])  # an office's code is set upright
def test_the_number_that_a_code_begins_with(face: str) -> None:
    texts = ("340/QĐ-UBND", "118/2025/NĐ-CP", "75m2")
    page, boxes = printed(texts, face)
    again = held_against_set(page, words(("346/QĐ-UBND", "118/2625/NĐ-CP", "76m2"), boxes), DPI)
    assert [w.text for w in again] == list(texts)


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(FACES), st.integers(100, 10**12), st.data())
def test_any_digit_of_any_number_comes_back(face: str, number: int, data: st.DataObject) -> None:
    text = str(number)
    at = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.sampled_from([d for d in DIGITS if d != text[at]]))
    page, boxes = printed([text], face)
    (word,) = held_against_set(page, words([text[:at] + other + text[at + 1 :]], boxes), DPI)
    assert word.text == text


@pytest.mark.parametrize("text", ["7", "12%", "Điều", "a12", "", "…", "1²34", "[997", "|26"])
def test_what_is_no_number_of_two_digits_is_not_looked_at(text: str) -> None:
    page, boxes = printed(["2026"])
    assert held_against_set(page, words([text], boxes), DPI) == tuple(words([text], boxes))


def test_strokes_are_no_number_and_leave_a_doubt() -> None:
    page, boxes = printed(["1111"])
    (word,) = held_against_set(page, words(["1171"], boxes), DPI)
    assert (word.text, word.doubt) == ("1171", "again")


def test_ink_that_is_like_no_figure_leaves_the_word() -> None:
    page, boxes = printed(["2026"])
    page[:] = np.random.default_rng(5).integers(0, 255, page.shape)
    assert held_against_set(page, words(["2026"], boxes), DPI) == tuple(words(["2026"], boxes))


@pytest.mark.parametrize("box", [(60.0, 40.0, 62.0, 70.0), (0.0, 0.0, 3000.0, 30.0), (-5.0, -5.0, 40.0, 10.0)])
def test_a_box_of_no_type_s_size_or_beside_the_page_does_no_harm(box: Box) -> None:
    page, _ = printed(["2026"])
    (word,) = held_against_set(page, words(["2026"], [box]), DPI)
    assert word.text == "2026"


def test_what_several_readings_have_said_already_keeps_their_doubt() -> None:
    page, boxes = printed(["1111"])
    (first,) = words(["1171"], boxes)
    heard = RawWord(first.text, first.box, 0.4, (0,), "again", "ngày 11 tháng 11 năm 2026")
    assert held_against_set(page, [heard], DPI) == (heard,)


@pytest.mark.parametrize("wide", [7.0, 8.0, 9.5])
def test_figures_of_a_few_pixels_are_left(wide: float) -> None:
    """A property test met them: too pale to have a height."""
    read = words(["00"], [(0.0, 4.0, wide, 24.0)])
    assert held_against_set(np.full((40, 40), 128, np.uint8), read, 72.0) == tuple(read)


def test_set_faces_have_every_digit_in_one_size() -> None:
    for name, wide in (
        ("TramSerif-Regular", 0.5),
        ("TramSerif-Italic", 0.5),
        ("TramSans-Bold", 0.556),
        ("TramMono-Regular", 0.6),
    ):
        face = set_face(name, 40.0)
        assert face.digit == pytest.approx(40 * wide, abs=0.1)
        assert set(DIGITS + ".,/-") == set(face.pictures)
        assert {face.pictures[d].shape for d in DIGITS} == {face.pictures["0"].shape}
        assert max(abs(float(p.mean())) for p in face.pictures.values()) < 1e-4
