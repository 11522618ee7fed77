"""Which PDFs were written and which scanned."""

from pathlib import Path
from typing import Any

import pikepdf
import pymupdf
import pytest

from ocr import worker
from ocr.frames import load_frame
from ocr.geometry import apply_recipe, grey
from tests.pagemaker import quick_page, save_page
from tests.pagemaker.fonts import font_file
from tests.unit.ocr.conftest import Read, Reader, sha256
from workstation.domain.pagejobs import Limits, PageJob, PublishJob
from workstation.domain.pagework import cropped, toggled

_TEXT_FIELD, _MULTILINE = 7, 1 << 12  # MuPDF's numbers
PARAGRAPH = "Ủy ban nhân dân phường thông báo để các tổ chức, cá nhân trên địa bàn được biết và thực hiện. " * 4


def written(
    path: Path, text: str, picture: bytes | None = None, box: tuple[float, float, float, float] = (0, 0, 595, 842)
) -> Path:
    with pymupdf.open() as document:
        page = document.new_page()
        if picture:
            page.insert_image(box, stream=picture)
        page.insert_font("F", str(font_file("Tinos", "Regular")))
        page.insert_textbox((72, 72, 520, 700), text, fontname="F", fontsize=12)
        document.save(path)
    return path


@pytest.fixture(scope="module")
def scan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("scan") / "a.jpg"
    save_page(path, quick_page())
    return path


def is_written(path: Path) -> bool:
    return worker.inspect_file(path, Limits()).born_digital


def test_a_written_page_is_known_by_its_text(tmp_path: Path, scan: Path) -> None:
    assert is_written(written(tmp_path / "a.pdf", PARAGRAPH))
    assert is_written(written(tmp_path / "logo.pdf", PARAGRAPH, scan.read_bytes(), (50, 50, 150, 200)))


def test_a_scan_with_a_stamp_in_type_or_a_text_layer_is_a_scan(tmp_path: Path, scan: Path, read_page: Reader) -> None:
    assert not is_written(written(tmp_path / "stamped.pdf", "Ký bởi: " + PARAGRAPH[:180], scan.read_bytes()))
    assert not is_written(written(tmp_path / "captioned.pdf", PARAGRAPH, scan.read_bytes()))
    worker.publish_document(PublishJob((read_page(scan).publish,), tmp_path / "layer.pdf", "x"))
    assert not is_written(tmp_path / "layer.pdf")
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(tmp_path / "blank.pdf")
    assert not is_written(tmp_path / "blank.pdf")


def test_what_a_signature_field_shows_does_not_count(tmp_path: Path) -> None:
    path = written(tmp_path / "a.pdf", PARAGRAPH[:150])
    with pymupdf.open(path) as document:
        field = pymupdf.Widget()
        field.field_type, field.field_name = _TEXT_FIELD, "ký"
        field.rect, field.field_value = pymupdf.Rect(72, 500, 520, 700), PARAGRAPH
        field.field_flags = _MULTILINE
        document[0].add_widget(field)
        document.save(tmp_path / "b.pdf")
    assert not is_written(tmp_path / "b.pdf")


def sheet_with(path: Path, *texts: tuple[float, float, str], **style: Any) -> Path:
    """A written page of PARAGRAPH with further texts at places in points."""
    with pymupdf.open() as document:
        page = document.new_page()
        page.insert_font("F", str(font_file("Tinos", "Regular")))
        page.insert_textbox((72, 300, 520, 700), PARAGRAPH, fontname="F", fontsize=12)
        for x, y, text in texts:
            page.insert_text((x, y), text, fontname="F", fontsize=12, **style)
        document.save(path)
    return path


def text_of(read: Read) -> str:
    return " ".join(w.text for w in read.result.text.words)


def test_a_written_pages_own_words_are_taken_where_they_stand(tmp_path: Path, read_page: Reader) -> None:
    rare = "Số: 5807/QĐ-UBND Nguyễn Thị Ngoắc Ngoải 5|l1 §8"
    read = read_page(sheet_with(tmp_path / "a.pdf", (72, 120, rare)))
    assert rare in text_of(read) and PARAGRAPH.strip() in text_of(read)
    assert read.result.text.engine.name == "own text"
    assert [s.name for s in read.result.text.steps] == ["reduce", "own_text"]
    number = next(w for w in read.result.text.words if w.text == "5807/QĐ-UBND")
    x, y = number.box[0] / 300 * 72, number.box[3] / 300 * 72
    assert 90 < x < 105 and 117 < y < 127
    assert read.result.text.unread == () and all(not w.doubt and w.confidence == 1 for w in read.result.text.words)


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_words_of_a_page_that_is_shown_turned_stand_on_their_ink(tmp_path: Path, read_page: Reader, turn: int) -> None:
    with pymupdf.open(sheet_with(tmp_path / "a.pdf", (72, 120, "Số: 5807/QĐ-UBND"))) as document:
        document[0].set_rotation(turn)
        document.save(tmp_path / "b.pdf")
    read = read_page(tmp_path / "b.pdf")
    assert read.result.text.engine.name == "own text" and "Số: 5807/QĐ-UBND" in text_of(read)
    frame = load_frame(tmp_path / "b.pdf", 0)
    page = grey(apply_recipe(frame.pixels, read.result.recipe))
    for word in read.result.text.words:
        x0, y0, x1, y1 = (round(v) for v in word.box)
        assert (page[y0:y1, x0:x1] < 128).mean() > 0.03, word


def test_words_that_were_cut_off_are_none_of_the_page_s(tmp_path: Path, read_page: Reader) -> None:
    path = sheet_with(tmp_path / "a.pdf", (72, 120, "Số: 5807/QĐ-UBND"))
    whole = read_page(path).result.text
    number = next(w for w in whole.words if w.text == "5807/QĐ-UBND")
    for work, there in (
        (cropped((), (0, 0, whole.width_px, number.box[3] + 20)), True),
        (cropped((), (0, number.box[3] + 20, whole.width_px, whole.height_px)), False),
        (toggled(cropped((), (0, 0, whole.width_px, number.box[3] + 20)), "flatten"), True),
    ):
        text = worker.process_page(PageJob(path, sha256(path), 0, tmp_path, work)).text
        assert text.engine.name == "own text" and 0 < len(text.words) < len(whole.words)
        assert ("5807/QĐ-UBND" in [w.text for w in text.words]) == there
        assert all(0 <= w.box[0] < w.box[2] <= text.width_px for w in text.words)
        assert all(0 <= w.box[1] < w.box[3] <= text.height_px for w in text.words)


@pytest.mark.parametrize("style", [{"render_mode": 3}, {"color": (1, 1, 1)}, {"fill_opacity": 0}])
def test_words_that_nobody_sees_are_not_believed(tmp_path: Path, read_page: Reader, style: dict[str, Any]) -> None:
    read = read_page(sheet_with(tmp_path / "a.pdf", (72, 120, "Số: 666/GIẢ-MẠO"), **style))
    assert "666" not in text_of(read) and read.result.text.engine.name == "tesseract"
    assert "Ủy ban nhân dân phường" in text_of(read)


def test_letters_of_an_old_code_page_are_read_from_the_picture(tmp_path: Path, read_page: Reader) -> None:
    """TCVN3 (ABC) text in a Unicode font: what is typed and what is meant differ; here the picture shows the typed letters."""
    path = tmp_path / "a.pdf"
    with pymupdf.open() as document:
        page = document.new_page()
        page.insert_font("F", str(font_file("Tinos", "Regular")))
        page.insert_textbox(
            (72, 72, 520, 700), "ñy ban nh©n d©n ph­êng th«ng b¸o ®Ó c¸c tæ chøc, c¸ nh©n biÕt. " * 8, fontname="F"
        )
        document.save(path)
    assert is_written(path)
    assert read_page(path).result.text.engine.name == "tesseract"


def test_a_picture_on_a_written_page_is_read_or_told(tmp_path: Path, scan: Path, read_page: Reader) -> None:
    read = read_page(written(tmp_path / "a.pdf", PARAGRAPH, scan.read_bytes(), (72, 400, 272, 683)))
    assert read.result.text.engine.name == "own text"
    assert read.result.text.unread or len(text_of(read)) > 1.3 * len(PARAGRAPH)
