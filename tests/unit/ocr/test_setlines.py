"""Lines that stand by themselves on worn pages: read by their ink where they were misread or lost."""

from collections.abc import Sequence
from dataclasses import replace
from unicodedata import is_normalized

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from ocr import setlines, typeset
from ocr.frames import Pixels
from ocr.lines import RawWord, hull
from ocr.setlines import held
from workstation.domain.page import Box, UnreadArea

DPI = 200.0
SERIF, BOLD = "Tinos-Regular", "Tinos-Bold"
AROUND = (
    ("Ủy ban nhân dân phường đề nghị các cơ quan, đơn vị thực hiện nghiêm túc", SERIF, 37, 200, 100),
    ("Quyết định này và báo cáo kết quả về Ủy ban nhân dân phường trước ngày", SERIF, 37, 200, 160),
    ("- Công an phường Bình Thới;", SERIF, 31, 200, 520),
    ("- Trạm y tế phường Bình Thới;", SERIF, 31, 200, 560),
    ("TM. ỦY BAN NHÂN DÂN PHƯỜNG", BOLD, 37, 900, 420),
)
"""Text, face, size, and where its ink begins: what is read well around a line."""


class Paper:
    """A worn page of lines; ``words``: each as printed, surely."""

    def __init__(self, *lines: tuple[str, str, int, int, int]) -> None:
        image = Image.new("L", (1654, 900), 255)
        draw = ImageDraw.Draw(image)
        self.words: list[RawWord] = []
        for number, (text, face, size, x, y) in enumerate((*AROUND, *lines)):
            font = ImageFont.truetype(f"/usr/share/fonts/truetype/croscore/{face}.ttf", size)
            draw.text((x, y), text, 0, font)
            end = 0
            for word in text.split():
                begin = text.index(word, end)
                end = begin + len(word)
                x0, y0, x1, y1 = draw.textbbox((x + font.getlength(text[:begin]), y), word, font)
                self.words.append(RawWord(word, (float(x0), float(y0), float(x1), float(y1)), 0.95, (number,)))
        ink = 255 - np.asarray(image.filter(ImageFilter.GaussianBlur(1.2)), np.float32)
        across, down = np.meshgrid(np.arange(ink.shape[1]), np.arange(ink.shape[0]))
        ink *= 0.6 + 0.35 * np.sin(across / 60 + down / 40)
        noise = np.random.default_rng(5).normal(0, 8, ink.shape)
        self.page: Pixels = np.clip(255 - ink + noise, 0, 255).astype(np.uint8)

    def of(self, number: int) -> list[RawWord]:
        return [w for w in self.words if w.line == (len(AROUND) + number,)]

    def box(self, number: int) -> Box:
        return hull(w.box for w in self.of(number))

    def read(self, number: int, texts: Sequence[str], confidence: float) -> list[RawWord]:
        """The words, those of one line misread."""
        own = self.of(number)
        if len(texts) == len(own):
            wrong = [RawWord(t, w.box, confidence, w.line) for t, w in zip(texts, own, strict=True)]
            return [*(w for w in self.words if w not in own), *wrong]
        parts = np.linspace(own[0].box[0], own[-1].box[2], len(texts) + 1).tolist() if texts else []
        y0, y1 = self.box(number)[1::2]
        wrong = [
            RawWord(t, (a + 4, y0, b - 4, y1), confidence, own[0].line) for t, a, b in zip(texts, parts, parts[1:], strict=False)
        ]
        return [*(w for w in self.words if w not in own), *wrong]

    def held(
        self, words: Sequence[RawWord], areas: Sequence[UnreadArea] = (), cells: Sequence[Box] = ()
    ) -> tuple[list[RawWord], tuple[UnreadArea, ...]]:
        """What stands then where the first line does, from left to right, and what is told. Around it nothing changes."""
        found, left = held(self.page, words, areas, DPI, cells)
        x0, y0, x1, y1 = self.box(0)
        here = [w for w in found if x0 - 20 < w.box[0] < x1 and y0 - 9 < w.box[1] < y1]
        assert [w for w in found if w not in here] == [w for w in words if w.line < (len(AROUND),)]
        return sorted(here, key=lambda w: w.box[0]), left


OFFICE = ("PHÓ CHỦ TỊCH", BOLD, 37, 1000, 480)
COPY = ("- Như trên;", SERIF, 31, 200, 480)


@pytest.mark.parametrize(("line", "read"), [
    (OFFICE, ("X", "(HU", "11CH")), (OFFICE, ("TỊCH",)), (OFFICE, ()),
    (COPY, ("Nhu", "tien:")), (COPY, ("-", "Nhự", "trên")), (COPY, ()),
    (("- Đảng ủy (báo cáo);", SERIF, 31, 200, 480), ("-", "Dắng", "úy", "tháo", "cáo)")),
])  # fmt: skip
def test_a_line_misread_or_lost_is_read_by_its_ink_and_told(line: tuple[str, str, int, int, int], read: Sequence[str]) -> None:
    paper = Paper(line)
    area = UnreadArea("lost_line", paper.box(0))
    found, left = paper.held(paper.read(0, read, 0.3), [area] if len(read) < 2 else [])
    assert " ".join(w.text for w in found) == line[0]
    assert not left
    assert all(w.doubt == "likely" and w.confidence < 1 for w in found if w.text not in read)
    for word, true in zip(found, paper.of(0), strict=True):
        assert np.allclose(word.box[::2], true.box[::2], atol=8)
        assert word.box[1] < true.box[3] and word.box[3] > true.box[1]
    if len(read) == len(found):
        assert [w.suggestion or w.text for w in found] == list(read)


def test_what_follows_a_line_that_goes_on_stays_and_stays_told() -> None:
    paper = Paper(("- Lưu: VT, KTHTĐT.09b.", SERIF, 31, 200, 480))
    *_, code = paper.of(0)
    area = UnreadArea("lost_line", paper.box(0))
    around = [w for w in paper.words if w.line != code.line]
    found, _ = paper.held([*around, code])
    assert found == [code], "all that was read is sure"
    found, _ = paper.held([*paper.read(0, ("-", "Lut:", "VI,", "KTHTĐT.09b."), 0.4)])
    assert [(w.text, w.suggestion) for w in found] == [("-", ""), ("Lưu:", "Lut:"), ("VT,", "VI,"), ("KTHTĐT.09b.", "")]
    ended = [w for w in paper.read(0, ("-", "Lut:", "VT.", "KTHTĐT.09b."), 0.4) if w.text != code.text]
    found, _ = paper.held(ended)
    assert [w.text for w in found] == ["-", "Lưu:", "VT."], "nobody knows its sign"
    found, (rest,) = paper.held(around, [area])
    assert " ".join(w.text for w in found) == "- Lưu: VT,"
    assert code.box[0] - 20 < rest.box[0] < code.box[0] + 10 and rest.box[2] == area.box[2]


def test_what_other_readings_doubted_stays_in_doubt() -> None:
    paper = Paper(COPY)
    words = [replace(w, doubt="again") if w.text == "Như" else w for w in paper.read(0, ("-", "Như", "tien:"), 0.4)]
    found, _ = paper.held(words)
    assert [(w.text, w.doubt) for w in found] == [("-", ""), ("Như", "again"), ("trên;", "likely")]


def test_a_title_stands_in_the_middle_and_keeps_its_colon() -> None:
    for x, taken in ((720, True), (200, False), (1300, False)):
        paper = Paper(("QUYẾT ĐỊNH:", BOLD, 37, x, 480))
        found, _ = paper.held(paper.read(0, ("QLY!T", "ĐỊNH:"), 0.4))
        assert [w.text for w in found] == (["QUYẾT", "ĐỊNH:"] if taken else ["QLY!T", "ĐỊNH:"])


@pytest.mark.parametrize(
    "text", ["Kiều Kim Mẫn", "TRƯỞNG THÔN", "PHÓ GIÁM THỊ", "Ngày 12 tháng 9", "- Chi cục Thuế khu vực 3;", "……………"]
)
def test_another_line_stays_as_it_was_read_however_little_sure(text: str) -> None:
    for x, size in ((200, 31), (1000, 37)):
        paper = Paper((text, BOLD if text.isupper() else SERIF, size, x, 480))
        words = paper.read(0, text.split(), 0.4)
        area = UnreadArea("lost_line", paper.box(0))
        assert paper.held(words, [area]) == ([w for w in words if w.line == (len(AROUND),)], (area,))


def test_the_figure_of_a_line_is_its_ink_s_or_stays() -> None:
    """Another figure names another article."""
    right = 0
    for figure in "123456":
        paper = Paper((f"- Như Điều {figure};", SERIF, 31, 200, 480))
        read = ("-", "Nhu", "Đieu", "8")
        said = [w.text for w in paper.held(paper.read(0, read, 0.4))[0]]
        right += said == ["-", "Như", "Điều", f"{figure};"]
        assert said in (["-", "Như", "Điều", f"{figure};"], list(read))
    assert right >= 4


def test_what_was_read_surely_has_to_agree() -> None:
    paper = Paper(OFFICE)
    words = paper.read(0, ("GIÁM", "ĐỐC", "lCH"), 0.9)
    unsure = [RawWord(w.text, w.box, 0.2 if w.text == "lCH" else w.confidence, w.line) for w in words]
    assert [w.text for w in paper.held(unsure)[0]] == ["GIÁM", "ĐỐC", "lCH"]


def test_a_line_that_ends_is_not_the_beginning_of_a_longer_one() -> None:
    text = "- Các khu phố, ấp tổ chức niêm yết"
    paper = Paper((text, SERIF, 31, 200, 480))
    words = paper.read(0, text.split(), 0.5)
    assert paper.held(words)[0] == [w for w in words if w.line == (len(AROUND),)]


def test_in_a_table_none_stands() -> None:
    paper = Paper(COPY)
    area = UnreadArea("lost_line", paper.box(0))
    cell = (190.0, 470.0, 500.0, 515.0)
    around = [w for w in paper.words if w not in paper.of(0)]
    assert paper.held(around, [area], [cell]) == ([], (area,))


def test_what_is_no_print_that_was_lost_stays_told() -> None:
    paper = Paper(COPY)
    around = [w for w in paper.words if w not in paper.of(0)]
    areas = [UnreadArea(kind, paper.box(0)) for kind in ("stamp", "handwriting", "picture")]
    assert paper.held(around, areas) == ([], tuple(areas))


@pytest.mark.parametrize("size", [(40, 60), (900, 1654), (1, 1)])
def test_a_page_of_nothing_and_places_beyond_its_edge_are_left(size: tuple[int, int]) -> None:
    page = np.full(size, 255, np.uint8)
    areas = (UnreadArea("lost_line", (-20.0, -5.0, 30.0, 20.0)), UnreadArea("lost_line", (5.0, 5.0, 9000.0, 30.0)))
    assert held(page, (), areas, DPI, ()) == ((), areas)
    word = RawWord("Nhu", (2.0, 2.0, 40.0, 30.0), 0.1, (0,))
    assert held(page, (word,), areas, DPI, ()) == ((word,), areas)


ELSEWHERE = (
    "cấp", "giấy", "mời", "họp", "tổ", "dân", "cư", "đất", "nhà", "số", "về", "việc", "giao", "tuần", "các", "khu", "Bình",
)  # fmt: skip


@settings(max_examples=15, deadline=None)
@given(st.lists(st.sampled_from(ELSEWHERE), min_size=2, max_size=4))
def test_words_that_stand_elsewhere_are_never_taken_for_one(words: list[str]) -> None:
    paper = Paper((" ".join(words), SERIF, 31, 200, 480))
    found, _ = paper.held(paper.read(0, words, 0.5), [UnreadArea("lost_line", paper.box(0))])
    assert [(w.text, w.doubt) for w in found] == [(text, "") for text in words]


def test_the_known_lines_can_be_set_and_each_is_there_once() -> None:
    known = setlines._known()
    assert len({line.text for line in known}) == len(known) > 60
    for line in known:
        assert is_normalized("NFC", line.text) and set(line.text) - {" "} - set("0123456789") <= typeset.LETTERS | typeset.SIGNS
    offices = {line.text for line in known if line.office}
    assert {"PHÓ CHỦ TỊCH", "TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH"} <= offices
    assert not offices & {"ỦY BAN NHÂN DÂN", "QUYẾT ĐỊNH", "- TT. HĐND, UBND"}


def test_a_seal_s_ring_across_it_hides_no_office() -> None:
    paper = Paper(OFFICE)
    x0, _, _, y1 = paper.box(0)
    for radius in (150, 158):
        cv2.circle(paper.page, (round(x0) + 20, round(y1) + 90), radius, 60, 3)
    words = paper.read(0, ("HÓ", "C1", "TỊCH"), 0.4)
    found, _ = paper.held(words)
    assert " ".join(w.text for w in found) == OFFICE[0]
