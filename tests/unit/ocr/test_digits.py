"""Numbers read with a letter among their digits, or with fewer digits than stand on the page."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from ocr.columns import Numbers
from ocr.digits import dropped_again, numbers_again
from ocr.engine import Recognizer, Unread
from ocr.frames import Pixels
from ocr.grids import Table
from ocr.ink import find_ink
from ocr.language import reviewed
from ocr.lines import RawWord, reading_order
from ocr.tables import row_order
from ocr.tesseract import TesseractLibrary, TesseractProgram
from workstation.domain.page import Box, Word

DPI = 200.0
FACE = ImageFont.truetype("/usr/share/fonts/truetype/croscore/Tinos-Regular.ttf", 36)


class Says(Unread):
    """Reads every picture as one text, and keeps how many it was shown."""

    def __init__(self, text: str) -> None:
        self.text, self.shown = text, 0

    def lines(
        self, pictures: Sequence[Pixels], dpi: float, *, digits: bool = False, raw: bool = False
    ) -> tuple[tuple[RawWord, ...], ...]:
        assert digits
        self.shown += len(pictures)
        return tuple((RawWord(self.text, (0.0, 0.0, 1.0, 1.0), 0.9, (0,)),) for _ in pictures)


def drawn(*texts: str) -> tuple[Pixels, list[Box]]:
    image = Image.new("L", (700, 90 * len(texts) + 60), 255)
    draw = ImageDraw.Draw(image)
    boxes = []
    for i, text in enumerate(texts):
        draw.text((60, 50 + 90 * i), text, 0, FACE)
        x0, y0, x1, y1 = draw.textbbox((60, 50 + 90 * i), text, FACE)
        boxes.append((float(x0), float(y0), float(x1), float(y1)))
    return np.array(image), boxes


@pytest.mark.parametrize("engine", [TesseractLibrary, TesseractProgram])
def test_what_the_paper_says_takes_the_place_of_the_letter(engine: type[TesseractLibrary] | type[TesseractProgram]) -> None:
    texts = ("206", "148.676.000", "1068,9", "(3016)")
    page, boxes = drawn(*texts)
    first = [Word(t.replace("6", "ó"), box, 0.2, i) for i, (t, box) in enumerate(zip(texts, boxes, strict=True))]
    again = numbers_again(page, first, DPI, engine())
    assert [w.text for w in again] == list(texts)
    assert again == tuple(replace(w, text=t, doubt="reread") for w, t in zip(first, texts, strict=True))


def test_a_number_of_the_second_reading_is_never_silent() -> None:
    """A code in a column of numbers reads as a number just as well: it stays as a suggestion; however sure the first reading
    was, the doubt goes with the word through tables, reading order and the review."""
    page, (box,) = drawn("45S")
    everywhere = Numbers(cells=((0, 0, page.shape[1], page.shape[0]),))
    for confidence, text, kept in ((0.5, "45S", "45S"), (0.99, "45ó", "")):
        raw = RawWord(text, box, confidence, (0,))
        (mended,) = numbers_again(page, (raw,), DPI, Says("455"), everywhere)
        assert (mended.text, mended.doubt, mended.suggestion) == ("455", "reread", kept)
        table = Table((0, 0, 700, 150), (((0, 0, 700, 150),),))
        for words in (reading_order((mended,), 700.0), row_order(table, {0: [mended]}, 0)):
            (word,) = reviewed(words)
            assert (word.text, word.doubt, word.suggestion) == ("455", "reread", kept)


def test_it_is_read_and_not_put_right_by_rule() -> None:
    """The paper says 208: that stands, though ó mostly was a 6; and where its digits are others, the first reading stays."""
    page, boxes = drawn("208", "917")
    words = (Word("20ó", boxes[0], 0.2, 0), Word("20ó", boxes[1], 0.2, 1))
    engine: Recognizer = TesseractLibrary()
    assert [w.text for w in numbers_again(page, words, DPI, engine)] == ["208", "20ó"]


@pytest.mark.parametrize(
    ("again", "kept"), [("206", "206"), ("2066", "20ó"), ("20", "20ó"), ("216", "20ó"), ("2,6", "20ó"), ("", "20ó")]
)
def test_a_second_reading_that_loses_or_changes_digits_is_not_taken(again: str, kept: str) -> None:
    page, (box,) = drawn("206")
    assert [w.text for w in numbers_again(page, (Word("20ó", box, 0.2, 0),), DPI, Says(again))] == [kept]


@pytest.mark.parametrize("text", ["206", "ó", "đó", "100đ", "25º", "m²", "7ồn", "A4", "12/QĐ", "20ó:30", ""])
def test_words_codes_units_and_whole_numbers_are_not_read_again(text: str) -> None:
    page, (box,) = drawn("206")
    engine = Says("9" * len(text))
    assert numbers_again(page, (Word(text, box, 0.2, 0),), DPI, engine)[0].text == text and engine.shown == 0


def dropped(page: Pixels, words: Sequence[Word], engine: Recognizer) -> list[tuple[str, str, str]]:
    again = dropped_again(page, find_ink(page, DPI).letters, words, DPI, engine)
    return [(w.text, w.doubt, w.suggestion) for w in again]


@pytest.mark.parametrize("engine", [TesseractLibrary, TesseractProgram])
def test_a_digit_that_was_dropped_comes_back_in_doubt(engine: type[TesseractLibrary] | type[TesseractProgram]) -> None:
    texts, first = ("706.929.000", "(782)", "1138,7", "99,06%"), ("06.929.000", "(82)", "1138,", "99,06%")
    page, boxes = drawn(*texts)
    words = [Word(t, box, 0.95, i) for i, (t, box) in enumerate(zip(first, boxes, strict=True))]
    assert dropped(page, words, engine()) == [
        ("706.929.000", "reread", "06.929.000"), ("(782)", "reread", "(82)"), ("1138,7", "reread", "1138,"), ("99,06%", "", ""),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("again", "kept"),
    [
        ("782", "782"),
        ("82", "82"),
        ("872", "872"),
        ("821", "82"),
        ("7.82", "7.82"),
        ("82,5", "82,5"),
        ("792", "82"),
        ("78Z", "82"),
    ],
)
def test_the_second_reading_has_all_digits_of_the_first_and_none_behind_the_last_but_a_fractions(again: str, kept: str) -> None:
    """A rule beside a number is read as a 1."""
    page, (box,) = drawn("782")
    assert dropped(page, [Word("82", box, 0.95, 0)], Says(again))[0][0] == kept


@pytest.mark.parametrize(
    ("paper", "text"), [("782", "782"), ("782", "V82"), ("Số 782", "782"), ("1.282.000", "1.282.000"), ("7", "7")]
)
def test_what_has_as_many_signs_as_pieces_of_ink_is_not_read_again(paper: str, text: str) -> None:
    page, (box,) = drawn(paper)
    own = (box[0] + FACE.getlength("Số "), *box[1:]) if paper.startswith("Số") else box
    engine = Says("9782")
    assert dropped(page, [Word(text, own, 0.5, 0)], engine) == [(text, "", "")] and engine.shown == 0


@pytest.mark.parametrize(("paper", "read"), [("616,6", "ó1ó,ó"), ("666", "óó6"), ("66", "óó")])
def test_a_number_may_consist_of_misread_sixes(paper: str, read: str) -> None:
    page, (box,) = drawn(paper)
    assert [w.text for w in numbers_again(page, (Word(read, box, 0.2, 0),), DPI, TesseractLibrary())] == [paper]


@pytest.mark.parametrize(("paper", "read"), [("10", "I0"), ("11", "II"), ("151", "l5I")])
def test_among_numbers_what_looks_like_a_one_is_read_again_however_sure_it_was(paper: str, read: str) -> None:
    page, (box,) = drawn(paper)
    everywhere = Numbers(((0, 0, 700, 150),))
    word = Word(read, box, 0.9, 0)
    assert [w.text for w in numbers_again(page, (word,), DPI, TesseractLibrary(), everywhere)] == [paper]
    assert numbers_again(page, (word,), DPI, Says(paper)) == (word,)
