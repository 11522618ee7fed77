"""Print in red is read as print; what seals and stamps leave is not."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from ocr import worker
from ocr.engine import recognizer
from ocr.layout import Reading
from ocr.lines import RawWord
from ocr.missed import Paper
from ocr.prepare import prepare
from ocr.redprint import blackened, red_lines
from ocr.unread import settle
from tests.pagemaker import CLEAN, OFFICE, Kind, PageSpec, faults, make_page
from tests.pagemaker.faults import Rgb8
from tests.pagemaker.fonts import font
from tests.unit.ocr.conftest import Reader
from workstation.domain.pagejobs import BoxJob, PageLook

DPI = 200
MM = DPI / 25.4
RED, INK = (196, 30, 44), (25, 25, 28)


def sheet() -> Image.Image:
    return Image.new("RGB", (round(210 * MM), round(297 * MM)), (250, 248, 244))


def write(
    image: Image.Image, text: str, x_mm: float, y_mm: float, fill: tuple[int, int, int], pt: float = 14, lean: float = 0
) -> None:
    layer = Image.new("L", image.size, 0)
    ImageDraw.Draw(layer).text((x_mm * MM, y_mm * MM), text, font=font("Tinos", "Bold", round(pt / 72 * DPI)), fill=255)
    image.paste(fill, mask=layer.rotate(lean, center=(x_mm * MM, y_mm * MM), resample=Image.Resampling.BICUBIC))


CERTIFICATE = (
    ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 50, 20, INK),
    ("GIẤY CHỨNG NHẬN KẾT HÔN", 62, 45, RED),
    ("Số vào sổ: BA 123456", 75, 60, RED),
    ("Họ, chữ đệm, tên chồng: Hà Tuấn Khoa", 30, 80, INK),
    ("Họ, chữ đệm, tên vợ: Khổng Thị Bình", 30, 92, INK),
)


def certificate() -> Image.Image:
    image = sheet()
    for text, x, y, fill in CERTIFICATE:
        write(image, text, x, y, fill)
    return image


def test_a_certificate_s_red_title_and_number_are_read_in_their_places(tmp_path: Path, read_page: Reader) -> None:
    """Before, they were taken for a stamp, and the page said nothing of a lost line."""
    certificate().save(tmp_path / "page.png", dpi=(DPI, DPI))
    read = read_page(tmp_path / "page.png").result.text
    assert [line for line in read.text.splitlines() if line.strip()] == [text for text, *_ in CERTIFICATE]
    assert not read.unread
    (step,) = [t for t in read.steps if t.name == "red_print"]
    assert step["lines"] == 2


def test_a_red_line_that_a_person_points_at_is_read(tmp_path: Path) -> None:
    image = certificate()
    image.save(tmp_path / "page.png", dpi=(DPI, DPI))
    box = (60 * MM, 43 * MM, 170 * MM, 52 * MM)
    assert worker.read_box(BoxJob(PageLook(tmp_path / "page.png", 0, ()), box)) == "GIẤY CHỨNG NHẬN KẾT HÔN"


@pytest.mark.parametrize("kind", [Kind.DECISION, Kind.LETTER, Kind.LIST, Kind.CERTIFIED_COPY])
@pytest.mark.parametrize("seed", [3, 4, 5])
def test_seals_and_register_stamps_are_no_print(kind: Kind, seed: int) -> None:
    for wear in (CLEAN, OFFICE):
        page = np.asarray(make_page(PageSpec(kind, dpi=DPI, wear=wear, seed=seed)).image)
        assert red_lines(page, DPI) == ()
        sealed = faults.sealed(page, np.random.default_rng(seed), MM, 100, 120, 17)
        assert red_lines(sealed, DPI) == ()


def test_a_framed_stamp_and_a_leaning_one_are_no_print() -> None:
    framed, leaning, short = sheet(), sheet(), sheet()
    write(framed, "SAO Y BẢN CHÍNH", 60, 50, RED)
    ImageDraw.Draw(framed).rectangle((55 * MM, 46 * MM, 118 * MM, 60 * MM), outline=RED, width=4)
    write(leaning, "ĐÃ THU TIỀN PHÍ", 60, 50, RED, lean=5)
    write(short, "KHẨN", 60, 50, RED)
    for image in (framed, leaning, short):
        assert red_lines(np.asarray(image), DPI) == ()


def test_a_stamp_over_print_is_no_print_though_the_print_cuts_its_letters_level() -> None:
    image = sheet()
    write(image, "ĐÃ THU TIỀN", 60, 50, RED, pt=20, lean=3)
    write(image, "Người được cấp giấy chứng nhận có trách nhiệm", 30, 53, INK)
    assert red_lines(np.asarray(image), DPI) == ()


def test_grey_and_empty_pages_have_none() -> None:
    assert red_lines(np.asarray(certificate().convert("L")), DPI) == ()
    assert red_lines(np.asarray(sheet()), DPI) == ()
    pink = Image.new("RGB", (1600, 2200), (246, 196, 204))
    assert red_lines(np.asarray(pink), DPI) == ()


def test_red_print_on_pink_paper_is_found_and_made_black_there_alone() -> None:
    image = Image.new("RGB", sheet().size, (246, 208, 214))
    write(image, "GIẤY CHỨNG NHẬN", 62, 45, RED)
    page: Rgb8 = np.asarray(image)
    (line,) = red_lines(page, DPI)
    done = blackened(page, (line,))
    x0, y0, x1, y1 = line
    inside = np.s_[y0:y1, x0:x1]
    assert (done[inside].max(axis=2) == done[inside].min(axis=2)).all()
    outside = np.ones(page.shape[:2], bool)
    outside[inside] = False
    assert np.array_equal(done[outside], page[outside])
    reddish = page[..., 0].astype(int) - page[..., 1:].max(axis=2) > 80
    assert reddish.any() and not (reddish & outside).any()


@pytest.mark.parametrize(("sure", "kept"), [(0.97, True), (0.6, False)])
def test_a_doubtful_word_among_sure_ones_in_blue_is_print_too(sure: float, kept: bool) -> None:
    """Before, it was taken for a pen's stroke, left out, and said to be written by hand; a pen's strokes still are."""
    image = sheet()
    write(image, "Trồng cây tuyến Pasteur", 25, 30, (20, 40, 150))
    page = np.asarray(image)
    words = tuple(
        RawWord(text, (x * MM, 30 * MM, (x + wide) * MM, 36 * MM), confidence, (1,))
        for text, x, wide, confidence in (
            ("Trồng", 25, 14, sure), ("cây", 41, 7, sure), ("tuyến", 50, 13, sure), ("Pasicur", 65, 18, 0.55)
        )
    )  # fmt: skip
    said, _, _ = settle(Paper(page, prepare(page, DPI), DPI), Reading(words), (), recognizer())
    assert ("Pasicur" in [w.text for w in said]) is kept
