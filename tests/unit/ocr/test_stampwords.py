"""What a black stamp says is its note; print that ends within its frame stays in the page's text."""

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from ocr.lines import RawWord
from ocr.stampframes import Frame, frames_on
from ocr.stampwords import parted
from tests.unit.ocr.test_stampframes import LINES, MM, printed
from tests.unit.ocr.test_unread import DPI, read

BOLD = ImageFont.truetype("/usr/share/fonts/truetype/croscore/Arimo-Bold.ttf", 28)
FRAME = Frame((100.0, 100.0, 440.0, 260.0), 0.05)


def line(text: str, x: float, y: float, number: int, lean: float = 0.0) -> list[RawWord]:
    """Words whose letters are 14 wide and 20 high."""
    out = []
    for word in text.split():
        top = y + lean * (x + 7 * len(word))
        out.append(RawWord(word, (x, top, x + 14 * len(word), top + 20), 0.9, (number,)))
        x += 14 * len(word) + 10
    return out


def said(*rows: tuple[str, float, float], lean: float = 0.0) -> tuple[str, str]:
    """What stays in the text, and the note."""
    words = [w for n, row in enumerate(rows) for w in line(*row, n, lean)]
    left, notes = parted(words, (FRAME,), MM)
    return " ".join(w.text for w in left), notes.get(FRAME.box, "")


ARRIVED = (("ĐẾN", 200.0, 110.0), ("Số: 1234", 120.0, 150.0), ("Ngày: 12/03", 120.0, 190.0))


def test_what_an_arrival_stamp_says_is_its_note() -> None:
    assert said(*reversed(ARRIVED), ("Điều 1. Về việc", 420.0, 150.0)) == ("Điều 1. Về việc", "ĐẾN Số: 1234 Ngày: 12/03")


@pytest.mark.parametrize("own", ["CÔNG VĂN ĐẾN", "SỐ: 363g", "Số ........", "Ngày: 24I05", "Giờ: 9", "Chuyển: VP", "số:214422"])
def test_its_lines_are_known_as_they_are_misread(own: str) -> None:
    assert said((own, 130.0, 150.0)) == ("", own)


@pytest.mark.parametrize(
    "own", ["pháp luật.", "Số: 12/QĐ-UBND", "số nhà 4", "Ngày cấp", "đến hạn nộp", "Chuyển đổi", "Số định danh", "năm 2024"]
)
def test_print_that_ends_within_the_frame_stays(own: str) -> None:
    assert said(*ARRIVED, (own, 150.0, 225.0)) == (own, "ĐẾN Số: 1234 Ngày: 12/03")


def test_what_reaches_out_of_the_frame_is_the_pages() -> None:
    assert said(*ARRIVED, ("Số: 34", 400.0, 225.0), ("Ngày 2/3", 20.0, 150.0))[0] == "Số: 34 Ngày 2/3"


def test_the_title_may_lie_at_the_head_of_a_line_of_print() -> None:
    assert said(("ĐẾN danh điện tử mức độ 2 của công dân", 380.0, 110.0), *ARRIVED[1:]) == (
        "danh điện tử mức độ 2 của công dân", "ĐẾN Số: 1234 Ngày: 12/03",
    )  # fmt: skip
    assert said(("đến danh sách", 380.0, 110.0), *ARRIVED[1:])[0] == "đến danh sách"


@pytest.mark.parametrize(("lean", "text"), [(0.05, ""), (0.0, "PHƯỜNG BÌNH THỚI")])
def test_an_offices_name_is_the_stamps_if_it_leans_as_the_frame_does(lean: float, text: str) -> None:
    assert said(("ĐẾN", 200.0, 150.0), ("PHƯỜNG BÌNH THỚI", 120.0, 110.0), lean=lean)[0] == text


def test_a_frame_in_which_no_stamp_speaks_takes_nothing() -> None:
    assert said(("Ảnh 3x4", 150.0, 150.0), ("-", 150.0, 200.0)) == ("Ảnh 3x4 -", "")


def stamped(degrees: float) -> Image.Image:
    """A page of print with an arrival stamp in black over the beginnings of its lines."""
    page, width, height = printed(), round(42 * MM), round(20 * MM)
    stamp = Image.new("L", (width + 120, height + 120), 255)
    draw = ImageDraw.Draw(stamp)
    draw.rectangle((60, 60, 60 + width, 60 + height), outline=0, width=3)
    for n, text in enumerate(("ĐẾN", "Số: 1284", "Ngày: 12/03")):
        draw.text((70 + (80 if n == 0 else 0), 66 + 48 * n), text, 0, BOLD)
    leaning = np.array(stamp.rotate(degrees, Image.Resampling.BICUBIC, fillcolor=255))
    canvas = np.full((page.height, page.width), 255, np.uint8)
    canvas[300 : 300 + leaning.shape[0], 8 : 8 + leaning.shape[1]] = leaning
    return Image.fromarray(np.minimum(np.array(page), canvas))


@pytest.mark.parametrize("degrees", [-4.0, 2.5])
def test_a_black_stamp_over_print_is_read_apart_from_it(degrees: float) -> None:
    page = np.array(stamped(degrees))
    (frame,) = frames_on(page, DPI)
    assert frame.box == pytest.approx((68, 348, 68 + 42 * MM, 372 + 20 * MM), abs=16)
    assert frame.lean == pytest.approx(-np.radians(degrees), abs=0.01)
    text = read(page)
    (note,) = (a.note for a in text.unread if a.kind == "stamp")
    assert note.startswith("ĐẾN Số: 1284 Ngày: 12")
    assert "ĐẾN" not in text.text and "1284" not in text.text
    assert all(own in text.text for own in (*LINES[:3], "Qua kiểm", "thực địa")), text.text  # a side lies in the last's t
    (step,) = [t for t in text.steps if t.name == "stamp_frames"]
    assert [k for k, _ in step.params] == ["x0", "y0", "x1", "y1", "lean"]
