"""A PDF that was written on a computer and is not signed: where it is PDF/A already, nothing is made of it. Real page tools."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pikepdf
import pikepdf.pdfa
import pymupdf
import pytest
from pikepdf import Name

from tests.pagemaker.fonts import font_file
from tests.pagemaker.page import quick_page
from tests.unit.usecases.bench import CHECKER, CLERK, World, ids
from workstation.app.paper_lane import page_tools
from workstation.domain.dossier import Document, DocumentState, Dossier
from workstation.usecases import edit, read, scan

LINES = (
    "Căn cứ Luật Tổ chức chính quyền địa phương; xét đề nghị của công chức Văn phòng - Thống kê về việc tiếp nhận hồ sơ,",
    "Ủy ban nhân dân phường thông báo thời gian làm việc của Trung tâm Phục vụ hành chính công trong tháng này như sau:",
    "sáng từ bảy giờ ba mươi đến mười một giờ ba mươi; chiều từ mười ba giờ ba mươi đến mười bảy giờ, các ngày trong tuần.",
)


def written(path: Path, pages: int = 1, picture: Path | None = None, *, archival: bool = True) -> Path:
    """Pages of real text in a real font; ``picture``: one more page that is a scan; ``archival``: as PDF/A-2b."""
    plain = path.with_suffix(".plain.pdf")
    with pymupdf.open() as document:
        for number in range(pages):
            page = document.new_page()
            page.insert_font("F", str(font_file("Tinos", "Regular")))
            text = "\n".join(("THÔNG BÁO" if number == 0 else "(tiếp theo)", *LINES))
            page.insert_textbox((72, 72, 520, 700), text, fontname="F", fontsize=14)
        if picture is not None:
            page = document.new_page()
            page.insert_image(page.rect, filename=str(picture))
        document.save(plain)
    if not archival:
        return plain
    with pikepdf.open(plain) as pdf:
        for one in pdf.objects:
            if isinstance(one, pikepdf.Dictionary) and one.get("/Subtype") == "/CIDFontType2":
                one.CIDToGIDMap = Name.Identity
        if Name.Info in pdf.Root:
            del pdf.Root.Info  # MuPDF leaves it there
        pdf.Root.Lang = pikepdf.String("vi")
        assert pikepdf.pdfa.save(pdf, path, "2b").passed
    return path


@pytest.fixture
def real(world: World) -> World:
    world.office = replace(world.office, tools=page_tools(world.office.rules, attended=True))
    return world


def taken(world: World, path: Path) -> Dossier:
    dossier_id = scan.open_dossier(world.office, "", CLERK)
    assert scan.take_in(world.office, dossier_id, path, CLERK).error is None
    return read.read_dossier(world.office, dossier_id)


def published(world: World, dossier: Dossier) -> list[Document]:
    for page in world.get(dossier).pages:
        if page.failing:
            edit.keep_page(world.office, page.id, "như bản gốc", CLERK)
    edit.finish_capture(world.office, dossier.id, CLERK)
    for document in ids(world.get(dossier)):
        for person in (CLERK, CHECKER):
            world.confirm(document, person, place="")
        world.publish(document)
    return list(world.get(dossier).documents)


def test_a_file_that_is_pdfa_already_is_published_and_signed_as_it_is(real: World, tmp_path: Path) -> None:
    path = written(tmp_path / "a.pdf", pages=2)
    data = path.read_bytes()
    (document,) = published(real, taken(real, path))
    assert document.state is DocumentState.TO_SIGN and document.published is not None
    assert real.blobs.path(document.published.sha256).read_bytes() == data
    assert (document.published.pages, document.published.bytes, document.published.conformance) == (2, len(data), "PDF/A-2b")
    real.see(document.id)
    assert real.sign(document.id) == [""]


def turned(world: World, dossier: Dossier) -> None:
    edit.rotate(world.office, dossier.pages[0].id, 90, CLERK)
    read.read_dossier(world.office, dossier.id)


def shortened(world: World, dossier: Dossier) -> None:
    edit.set_dropped(world.office, dossier.pages[1].id, True, CLERK)


def split(world: World, dossier: Dossier) -> None:
    edit.split_before(world.office, dossier.pages[1].id, CLERK)


@pytest.mark.parametrize("change", [turned, shortened, split])
def test_what_a_clerk_changes_is_made_anew(real: World, tmp_path: Path, change: Callable[[World, Dossier], None]) -> None:
    """Else the clerk's work would be lost without a word."""
    path = written(tmp_path / "a.pdf", pages=2)
    dossier = taken(real, path)
    assert len(dossier.documents) == 1
    change(real, dossier)
    documents = published(real, dossier)
    assert all(d.published is not None and d.published.conformance == "PDF/A-2b" for d in documents)
    assert dossier.pages[0].source.original not in {d.published.sha256 for d in documents if d.published}
    assert sum(d.published.pages for d in documents if d.published) == (1 if change is shortened else 2)


def test_one_that_is_no_pdfa_is_made_anew(real: World, tmp_path: Path) -> None:
    path = written(tmp_path / "a.pdf", archival=False)
    (document,) = published(real, taken(real, path))
    assert document.published is not None and document.published.conformance == "PDF/A-2b"
    assert real.blobs.path(document.published.sha256).read_bytes() != path.read_bytes()


def test_one_with_a_page_that_nobody_could_search_is_made_anew(real: World, tmp_path: Path) -> None:
    """A scan among the written pages has no words of its own."""
    quick_page().image.save(tmp_path / "scan.png", dpi=(150, 150))
    path = written(tmp_path / "a.pdf", picture=tmp_path / "scan.png")
    dossier = taken(real, path)
    for document in published(real, dossier):
        assert document.published is not None and document.published.sha256 != dossier.pages[0].source.original
