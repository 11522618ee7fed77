"""White letters on a dark field are read; photographs, seals, dark edges and bold print are no such fields."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw

from ocr import worker
from ocr.reversetype import dark_fields, in_black
from tests.pagemaker import BAD, CLEAN, OFFICE, PHOTOCOPY, Kind, PageSpec, make_page
from tests.pagemaker.fonts import font
from tests.unit.ocr.conftest import Reader
from workstation.domain.pagejobs import BoxJob, PageLook

DPI = 200
MM = DPI / 25.4
HEAD = ("TT", "Nội dung", "Kế hoạch", "Thực hiện")
ROWS = (("1", "Trồng cây", "776", "169"), ("2", "Thu phí vệ sinh", "412", "358"), ("3", "Nạo vét kênh", "905", "240"))
LEFT, TOP, HIGH, WIDE = 25, 60, 9, (12, 70, 35, 35)


def sheet() -> Image.Image:
    return Image.new("RGB", (round(210 * MM), round(297 * MM)), (250, 248, 244))


def write(image: Image.Image, text: str, x: float, y: float, fill: tuple[int, int, int]) -> None:
    face = font("Tinos", "Regular", round(13 / 72 * DPI))
    ImageDraw.Draw(image).text((x * MM, y * MM), text, font=face, fill=fill)


def listed(ground: tuple[int, int, int] = (40, 80, 150)) -> Image.Image:
    """A table whose head is white on a dark ground, and lines of print above it and below."""
    image = sheet()
    draw = ImageDraw.Draw(image)
    write(image, "Bảng tổng hợp kết quả thực hiện công tác sáu tháng đầu năm", 25, 40, (20, 20, 20))
    draw.rectangle((LEFT * MM, TOP * MM, (LEFT + sum(WIDE)) * MM, (TOP + HIGH) * MM), fill=ground)
    for n, row in enumerate((HEAD, *ROWS)):
        x, y = float(LEFT), TOP + n * HIGH
        for text, wide in zip(row, WIDE, strict=True):
            write(image, text, x + 2, y + 1.6, (20, 20, 20) if n else (255, 255, 255))
            if n:
                draw.rectangle((x * MM, y * MM, (x + wide) * MM, (y + HIGH) * MM), outline=(20, 20, 20), width=2)
            x += wide
    write(image, "Người lập biểu ký và ghi rõ họ tên vào phần dưới đây", 25, 110, (20, 20, 20))
    return image


@pytest.mark.parametrize("ground", [(20, 20, 20), (40, 80, 150), (150, 40, 50), (120, 120, 120)])
def test_the_head_of_a_table_is_read(tmp_path: Path, read_page: Reader, ground: tuple[int, int, int]) -> None:
    """Before, it was lost, and of a field in one piece nobody was told."""
    listed(ground).save(tmp_path / "page.png", dpi=(DPI, DPI))
    read = read_page(tmp_path / "page.png").result.text
    said = [word.casefold() for word in read.text.split()]
    assert [w for w in " ".join((*HEAD, *(cell for row in ROWS for cell in row))).casefold().split() if w not in said] == []
    assert not read.unread
    assert "reversed_type" in [t.name for t in read.steps]


def test_a_field_that_a_person_points_at_is_read(tmp_path: Path) -> None:
    listed().save(tmp_path / "page.png", dpi=(DPI, DPI))
    place = ((LEFT + WIDE[0]) * MM + 4, TOP * MM + 4, (LEFT + WIDE[0] + WIDE[1]) * MM, (TOP + HIGH) * MM - 4)
    assert worker.read_box(BoxJob(PageLook(tmp_path / "page.png", 0, ()), place)) == "Nội dung"


def test_only_the_field_is_turned_over_and_a_page_without_one_is_the_same() -> None:
    page = np.asarray(listed())
    (field,) = dark_fields(page, DPI)
    done, (step,) = in_black(page, DPI)
    assert step["fields"] == 1
    outside = np.ones(page.shape[:2], bool)
    outside[field.y0 : field.y1, field.x0 : field.x1] = False
    assert np.array_equal(done[outside], page[outside])
    grey = cv2.cvtColor(done, cv2.COLOR_RGB2GRAY)[
        round((TOP + 1) * MM) : round((TOP + HIGH - 1) * MM), round(30 * MM) : round(150 * MM)
    ]
    assert np.median(grey) > 230 and grey.min() < 60
    empty = np.asarray(sheet())
    assert in_black(empty, DPI) == (empty, ())


@pytest.mark.parametrize("kind", [Kind.DECISION, Kind.LIST, Kind.BIRTH_CERTIFICATE, Kind.CERTIFIED_COPY, Kind.BLANK])
def test_no_made_page_has_one(kind: Kind) -> None:
    for wear in (CLEAN, OFFICE, BAD, PHOTOCOPY):
        page = np.asarray(make_page(PageSpec(kind, dpi=DPI, wear=wear, seed=8)).image)
        assert dark_fields(page, DPI) == ()


def test_photographs_edges_and_bars_are_no_fields() -> None:
    rng = np.random.default_rng(4)
    page = np.full((round(297 * MM), round(210 * MM)), 248, np.uint8)
    photo, edge, bars, plain = (page.copy() for _ in range(4))
    tones = cv2.resize(rng.uniform(20, 200, (9, 7)).astype(np.float32), (240, 320), interpolation=cv2.INTER_CUBIC)
    photo[200:520, 300:540] = np.clip(tones, 0, 255).astype(np.uint8)
    edge[:, :60], edge[:50] = 15, 30
    for x in range(300, 700, 10):
        bars[300:400, x : x + int(rng.integers(3, 9))] = 10
    plain[300:380, 200:1400] = 60
    for sheet_ in (photo, edge, bars, plain):
        assert dark_fields(sheet_, DPI) == ()
