"""Lines found by their letters, on pages made to mislead: bent, faint, in columns, under rings, in noise."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont

from ocr.engine import Unread, recognizer
from ocr.frames import Pixels
from ocr.layout import Layout, _read_lines, _sensible, cut_out, find_lines, read_page
from ocr.lines import RawWord
from ocr.tesseract import TesseractLibrary, TesseractProgram

DPI = 200
FONT = ImageFont.truetype("/usr/share/fonts/truetype/croscore/Tinos-Regular.ttf", 36)
BODY = (
    "Căn cứ Luật Tổ chức chính quyền địa phương năm 2025;",
    "Xét đề nghị của Trưởng phòng Văn hóa và Xã hội phường Ví Dụ;",
    "Trẻ em được cấp thẻ bảo hiểm y tế miễn phí kể từ ngày sinh.",
)


def sheet(lines: tuple[tuple[int, int, str], ...]) -> Pixels:
    image = Image.new("L", (1654, 900), 255)
    draw = ImageDraw.Draw(image)
    for x, y, text in lines:
        draw.text((x, y), text, font=FONT, fill=0)
    return np.array(image)


def body() -> Pixels:
    return sheet(tuple((160, 150 + 62 * i, text) for i, text in enumerate(BODY)))


def texts(page: Pixels) -> list[str]:
    """The words of each found line, from the top."""
    layout = find_lines(page, DPI)
    found = _read_lines(page, DPI, layout, recognizer()).values()
    return [" ".join(w.text for w in words) for words in sorted(found, key=lambda ws: ws[0].box[1] if ws else 0)]


def tops(layout: Layout) -> list[float]:
    return sorted(float(line.level(np.array(800.0))) for line in layout.lines)


def test_each_line_is_one_with_its_marks() -> None:
    page = body()
    layout = find_lines(page, DPI)
    assert len(layout.lines) == 3
    ink = np.unique(layout.parts.labels[page < 128])
    assert (layout.owner[ink] >= 0).all(), "no dot, mark or comma is left over"
    assert texts(page) == list(BODY)


def test_columns_of_a_heading_are_lines_of_their_own() -> None:
    page = sheet(
        (
            (100, 100, "ỦY BAN NHÂN DÂN"),
            (800, 100, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA"),
            (130, 160, "XÃ VÍ DỤ"),
            (900, 160, "Độc lập - Tự do"),
        )
    )
    assert len(find_lines(page, DPI).lines) == 4


@pytest.mark.parametrize("bend", [0.0, 6.0])
@pytest.mark.parametrize("slope", [-0.03, 0.02])
def test_sloping_and_bent_lines_come_out_level(slope: float, bend: float) -> None:
    flat = body()
    x = np.arange(flat.shape[1])
    shift = np.round(slope * (x - 800) + bend * np.sin(x / 260)).astype(int)
    rows = np.arange(flat.shape[0])[:, None] - shift[None]
    page = np.where((rows >= 0) & (rows < flat.shape[0]), flat[np.clip(rows, 0, flat.shape[0] - 1), x[None]], 255).astype(
        np.uint8
    )
    layout = find_lines(page, DPI)
    assert len(layout.lines) == 3
    wrong = sum(
        a != b for read, true in zip(texts(page), BODY, strict=True) for a, b in zip(read.split(), true.split(), strict=True)
    )
    assert wrong <= 1
    word = _read_lines(page, DPI, layout, recognizer())[0][-1]
    x0, y0, x1, y1 = (round(v) for v in word.box)
    assert (page[y0:y1, x0:x1] < 128).any(), "boxes lie on the bent page"


def test_faint_spots_do_not_cut_a_line() -> None:
    page = body()
    page[:, 600:900] = 255 - (255 - page[:, 600:900].astype(int)) // 4
    assert len(find_lines(page, DPI).lines) == 3


def test_a_paler_ring_over_letters_is_left_out() -> None:
    image = Image.fromarray(sheet(((700, 400, "Trần Thị Ví Dụ"),)))
    ring = Image.new("L", image.size, 255)
    ImageDraw.Draw(ring).ellipse((560, 280, 840, 560), outline=125, width=8)
    page = np.minimum(np.asarray(image), np.asarray(ring))
    assert "Trần Thị Ví Dụ" in " ".join(texts(page))


def test_the_ink_of_the_next_line_is_not_in_a_lines_picture() -> None:
    upper, lower = (160, 150, "gọng gỡ gương gõ gậy gầy"), (160, 190, "ẤỂỖ ẮẨ ỄỖ ẤỂỖ ẮẨ")
    counts = []
    for page in (sheet((upper, lower)), sheet((upper,))):
        layout = find_lines(page, DPI)
        first = min(range(len(layout.lines)), key=lambda k: float(layout.lines[k].level(np.array(300.0))))
        cut = cut_out(page, layout, first)
        assert cut is not None
        counts.append(int((cut.pixels < 128).sum()))
    assert len(find_lines(sheet((upper, lower)), DPI).lines) == 2
    assert abs(counts[0] - counts[1]) < 0.04 * counts[1], "no letter of it; the tip of a mark may lie nearer to this line"


def test_a_page_in_noise_is_read_better_than_by_the_engine_alone() -> None:
    page = body()
    noise = np.random.default_rng(3).random(page.shape)
    page[noise < 0.004] = 0
    page[noise > 0.985] = 255
    alone = " ".join(w.text for w in recognizer().read(page, DPI))
    ours = " ".join(w.text for w in read_page(page, DPI, recognizer()).words)
    hits = [sum(word in text.split() for line in BODY for word in line.split()) for text in (alone, ours)]
    assert hits[1] >= hits[0]
    assert hits[1] > 25, ours


def test_the_reading_with_more_sense_counts_line_by_line() -> None:
    layout = find_lines(body(), DPI)
    first, second, _ = sorted(range(3), key=lambda k: float(layout.lines[k].level(np.array(800.0))))
    levels = {k: float(layout.lines[k].level(np.array(800.0))) for k in (first, second)}

    def word(text: str, sure: float, y: float) -> RawWord:
        return RawWord(text, (700, y - 20, 900, y), sure, (9,))

    read = (word("đúng", 0.96, levels[first]), word("#~", 0.1, levels[second]), word("ngoài", 0.95, 850), word("rác", 0.4, 850))
    by_line: dict[int, tuple[RawWord, ...]] = {
        first: (word("sai", 0.5, levels[first]),),
        second: (word("dòng", 0.94, levels[second]),),
    }
    assert sorted(w.text for w in _sensible(read, by_line, layout)) == ["dòng", "ngoài", "đúng"]


def test_a_clear_page_is_read_once() -> None:
    class Once(Unread):
        def read(self, page: Pixels, dpi: float, *, block: bool = False) -> tuple[RawWord, ...]:
            return recognizer().read(page, dpi, block=block)

        def lines(
            self, pictures: object, dpi: float, *, digits: bool = False, raw: bool = False
        ) -> tuple[tuple[RawWord, ...], ...]:
            raise AssertionError("a second reading")

    assert " ".join(w.text for w in read_page(body(), DPI, Once()).words) == " ".join(BODY)


@pytest.mark.parametrize("engine", [TesseractLibrary, TesseractProgram])
def test_both_engines_read_pictures_of_lines(engine: type[TesseractLibrary] | type[TesseractProgram]) -> None:
    page = body()
    layout = find_lines(page, DPI)
    cuts = [cut_out(page, layout, k) for k in range(3)]
    read = engine().lines([c.pixels for c in cuts if c is not None], DPI)
    assert sorted(" ".join(w.text for w in words) for words in read) == sorted(BODY)
    assert engine().lines([], DPI) == ()


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 90), st.floats(0.0, 0.6))
def test_any_page_has_a_layout(seed: int, size: int, dark: float) -> None:
    """Specks, blots and blank paper of any size: lines or none, and every picture of a line is whole."""
    rng = np.random.default_rng(seed)
    page = np.where(rng.random((size * 4, size * 7)) < dark, rng.integers(0, 140), 255).astype(np.uint8)
    layout = find_lines(page, DPI)
    for k in range(len(layout.lines)):
        cut = cut_out(page, layout, k)
        assert cut is None or min(cut.pixels.shape) > 20
