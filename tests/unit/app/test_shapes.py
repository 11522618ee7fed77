"""The JSON's shapes: each PDF beside its own document, and every key also where something failed."""

from pathlib import Path

from workstation.app.shapes import page_json, read_json
from workstation.domain.errors import ErrorNote
from workstation.domain.ids import Sha256
from workstation.domain.pagejobs import DocumentDraft
from workstation.domain.signature import PublishedPdf
from workstation.usecases.digitize import ReadFile, ReadPage


def draft(*pages: int) -> DocumentDraft:
    return DocumentDraft(pages, "OTHER", ())


def test_a_pdf_lands_on_its_own_document_when_the_one_before_failed() -> None:
    made = (Path("02.pdf"), PublishedPdf(Sha256("b" * 64), 9, 1, "PDF/A-2b"))
    failed = ErrorNote("B01", (("file", "01.pdf"),))
    file = ReadFile("scan.tif", (), (draft(0), draft(1)), (failed,), (None, made))
    first, second = read_json([file], "vi")["files"][0]["documents"]
    assert (first["pages"], first["pdf"], first["sha256"]) == ([0], None, None)
    assert (second["pages"], second["pdf"], second["sha256"], second["bytes"]) == ([1], "02.pdf", "b" * 64, 9)


def test_what_was_only_read_has_no_pdf() -> None:
    (document,) = read_json([ReadFile("scan.tif", (), (draft(0),))], "vi")["files"][0]["documents"]
    assert "pdf" not in document


def test_a_page_that_failed_has_the_keys_of_one_that_was_read() -> None:
    page = ReadPage(Path("scan.tif"), Sha256("a" * 64), 0, None, ErrorNote("F06", (("page", 1),)))
    told = page_json(0, page, "vi")
    assert (told["text"], told["words"], told["findings"], told["error"]["code"]) == ("", [], [], "F06")
    empty = {k for k, v in told.items() if v is None}
    assert empty == {"width_px", "height_px", "dpi", "rotation", "skew_deg", "blank", "confidence", "seconds"}
