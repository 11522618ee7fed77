"""Which PDFs were written and which scanned."""

from pathlib import Path

import pikepdf
import pymupdf
import pytest

from ocr import worker
from tests.pagemaker import quick_page, save_page
from tests.pagemaker.fonts import font_file
from tests.unit.ocr.conftest import Reader
from workstation.domain.ports import Limits, PublishJob

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
