"""How like ink is to set words, on faded, blurred and noisy print."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr.lines import RawWord
from ocr.setword import Type, spot, type_of
from tests.unit.ocr.test_numbersbeside import DPI, printed, words
from workstation.domain.page import Box

LINE = ("Căn", "cứ", "Luật", "Hộ", "tịch", "ngày", "20", "tháng", "11")
CROSCORE = {
    "Tinos-Regular": "TramSerif-Regular", "Tinos-Bold": "TramSerif-Bold", "Arimo-Regular": "TramSans-Regular",
    "Arimo-Bold": "TramSans-Bold", "Cousine-Regular": "TramMono-Regular",
}  # fmt: skip


@pytest.mark.parametrize("face", CROSCORE)
@pytest.mark.parametrize("size", [28, 38, 52])
def test_a_line_tells_its_face_and_size(face: str, size: int) -> None:
    page, boxes = printed(LINE, face, size)
    of = type_of(page, words(LINE, boxes), DPI)
    assert of is not None
    assert of.face.split("-")[0] == CROSCORE[face].split("-")[0]  # blurred and faded, the weight is hard to tell
    assert of.em == pytest.approx(size, rel=0.07)  # the test's printer rounds each letter's width to whole pixels


@pytest.mark.parametrize(
    ("texts", "confidence", "dpi"),
    [
        (("Luật",), 0.9, DPI),
        (LINE, 0.4, DPI),
        (("20", "11", "ab"), 0.9, DPI),
        (("2020", "1234", "5678"), 0.9, DPI),
        (LINE, 0.9, 6000.0),
    ],
)
def test_too_little_or_no_type_s_size_tells_nothing(texts: tuple[str, ...], confidence: float, dpi: float) -> None:
    page, boxes = printed(texts)
    assert type_of(page, words(texts, boxes, confidence), dpi) is None


@pytest.mark.parametrize(
    ("right", "wrong"), [("chỉ", "chi"), ("phường", "phương"), ("được", "dược"), ("Quyết", "Quyêt"), ("lý", "ly")]
)
@pytest.mark.parametrize("face", CROSCORE)
def test_the_right_mark_is_liker(face: str, right: str, wrong: str) -> None:
    page, boxes = printed((right,), face)
    for read, other, sign in ((right, wrong, -1), (wrong, right, 1)):
        at = spot(page, RawWord(read, boxes[0], 0.9, (0,)), Type(CROSCORE[face], 38.0))
        assert at is not None and at.fits(other)
        assert sign * at.favours(at.likeness(other)) > 0.5
        assert at.favours(at.like) == 0


def test_a_bold_word_in_a_plain_line_is_held_against_bold_ones() -> None:
    page, boxes = printed(("Điều",), "Tinos-Bold")
    at = spot(page, RawWord("Điều", boxes[0], 0.9, (0,)), Type("TramSerif-Regular", 38.0))
    assert at is not None and at.type.face == "TramSerif-Bold" and at.like > 0.8


def test_a_word_of_another_width_does_not_fit() -> None:
    page, boxes = printed(("phường",))
    at = spot(page, RawWord("phường", boxes[0], 0.9, (0,)), Type("TramSerif-Regular", 38.0))
    assert at is not None
    assert [at.fits(text) for text in ("phường", "thường", "xã", "nghiêm túc")] == [True, True, False, False]


@pytest.mark.parametrize("box", [(0.0, 0.0, 60.0, 20.0), (-9.0, 30.0, 50.0, 70.0), (100.0, 900.0, 160.0, 940.0)])
def test_at_the_page_s_edge_there_is_no_telling(box: Box) -> None:
    page, _ = printed(("phường",))
    assert spot(page, RawWord("phường", box, 0.9, (0,)), Type("TramSerif-Regular", 38.0)) is None


@settings(max_examples=60, deadline=None)
@given(
    st.text("aăâbcdđeêghiklmnoôơpqrstuưvxyáàảãạĂĐỪ.,;:()/-19?☐漢", min_size=1, max_size=30), st.floats(1, 400), st.floats(4, 90)
)
def test_any_text_in_any_box_does_no_harm(text: str, wide: float, em: float) -> None:
    page, boxes = printed(("phường",))
    x, y = boxes[0][0], boxes[0][1]
    at = spot(page, RawWord(text, (x, y, x + wide, y + 30), 0.9, (0,)), Type("TramSans-Bold", em))
    if at is not None:
        assert -1.001 <= at.like <= 1.001 and -1.001 <= at.likeness("xã") <= 1.001
