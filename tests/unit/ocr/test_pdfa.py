"""The published file: PDF/A-2b, the scan's own bytes, words that lie on the image's words."""

import hashlib
import os
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pikepdf
import pymupdf
import pytest
from pikepdf.pdfa import validate_written
from PIL import Image

from ocr import pdfa, worker
from ocr.pdfa import check
from tests.pagemaker import Kind, PageSpec, make_page, quick_page, save_page
from tests.unit.ocr.conftest import Read, Reader, Sample, sha256
from tests.unit.signing.pdfs import make_pdfa
from workstation.domain.errors import WorkstationError
from workstation.domain.page import Engine, PageText, Word
from workstation.domain.pagejobs import PdfRenderJob, PublishJob, PublishPage, StoredPage
from workstation.domain.signature import PublishedPdf

CREATED = "2026-11-21T08:00:00+00:00"
TITLE = "Quyết định 127/QĐ-UBND"


def publish(out: Path, *pages: PublishPage, title: str = TITLE) -> PublishedPdf:
    return worker.publish_document(PublishJob(pages, out, title, "vi", CREATED))


@pytest.fixture(scope="module")
def dossier(samples: dict[str, Sample], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Read]]:
    """Every sample page in one file: slightly skewed, blank, upside down, badly skewed with a black border."""
    pages = [page for sample in samples.values() for page in sample.pages]
    out = tmp_path_factory.mktemp("published") / "all.pdf"
    assert publish(out, *(p.publish for p in pages)).pages == len(pages)
    return out, pages


def run(*command: str | Path) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout


def test_it_conforms_and_says_so(dossier: tuple[Path, list[Read]]) -> None:
    out, pages = dossier
    assert validate_written(out, "2b").verdict == "pass"
    run("qpdf", "--check", out)
    with pikepdf.open(out) as pdf:
        assert str(pdf.Root.Lang) == "vi"
        assert str(pdf.docinfo.Title) == TITLE
        assert str(pdf.docinfo.CreationDate) == "D:20261121080000Z"
        with pdf.open_metadata() as xmp:
            assert (xmp["dc:title"], xmp["pdfaid:part"], xmp["pdfaid:conformance"]) == (TITLE, "2", "B")
            assert xmp["xmp:CreateDate"] == "2026-11-21T08:00:00Z"
        for page, read in zip(pdf.pages, pages, strict=True):
            text = read.result.text
            _, _, width, height = (float(v) for v in page.mediabox)
            assert (width, height) == pytest.approx((text.width_px * 0.24, text.height_px * 0.24), abs=0.3), "true to paper"


def test_the_scans_bytes_are_in_it_untouched(dossier: tuple[Path, list[Read]]) -> None:
    out, pages = dossier
    with pikepdf.open(out) as pdf:
        for page, read in zip(pdf.pages, pages, strict=True):
            assert page.obj.Resources.XObject["/Im0"].read_raw_bytes() == read.path.read_bytes()


def test_the_same_job_gives_the_same_bytes_and_returns_their_hash(dossier: tuple[Path, list[Read]], tmp_path: Path) -> None:
    page = dossier[1][0].publish
    first, second = publish(tmp_path / "a.pdf", page), publish(tmp_path / "b.pdf", page)
    data = (tmp_path / "a.pdf").read_bytes()
    assert first == second == PublishedPdf(first.sha256, len(data), 1, "PDF/A-2b")
    assert hashlib.sha256(data).hexdigest() == first.sha256
    assert data == (tmp_path / "b.pdf").read_bytes()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.pdf", "b.pdf"]


def test_pdftotext_finds_the_words(dossier: tuple[Path, list[Read]]) -> None:
    text = " ".join(run("pdftotext", "-enc", "UTF-8", dossier[0], "-").split())
    for wanted in ("127/QĐ-UBND", "ỦY BAN NHÂN DÂN PHƯỜNG HÒA HƯNG", "Độc lập - Tự do - Hạnh phúc", "NGUYỄN VĂN MẪU"[-7:],
                   "- Như trên;", "Số định danh cá nhân: 001219000001"):  # fmt: skip
        assert wanted in text


def test_the_text_comes_back_in_reading_order(dossier: tuple[Path, list[Read]]) -> None:
    out, pages = dossier
    with pymupdf.open(out) as document:
        for page, read in zip(document, pages, strict=True):
            assert page.get_text().split() == read.result.text.text.split()


def ink_hull(page: np.ndarray, box: pymupdf.Rect) -> tuple[float, float, float, float] | None:
    """The hull of the dark marks whose middle lies in ``box`` (pixels); None without."""
    x0, y0, x1, y1 = (round(v) for v in (box.x0 - 12, box.y0 - 12, box.x1 + 12, box.y1 + 12))
    x0, y0 = max(0, x0), max(0, y0)
    part = page[y0:y1, x0:x1]
    dark = (part < 0.72 * np.percentile(part, 90)).astype(np.uint8)
    _, _, stats, centres = cv2.connectedComponentsWithStats(dark, connectivity=8)
    own = [
        s for s, (cx, cy) in zip(stats[1:], centres[1:], strict=True)
        if box.x0 < cx + x0 < box.x1 and box.y0 < cy + y0 < box.y1 and s[cv2.CC_STAT_AREA] > 3
    ]  # fmt: skip
    if not own:
        return None
    left, top = min(s[0] for s in own), min(s[1] for s in own)
    return left + x0, top + y0, max(s[0] + s[2] for s in own) + x0, max(s[1] + s[3] for s in own) + y0


def test_a_search_highlight_covers_the_words_ink(dossier: tuple[Path, list[Read]]) -> None:
    """Within 3 pixels at 150 dpi, on straight, deskewed, upside-down and cropped pages."""
    out, pages = dossier
    scale = 150 / 72
    with pymupdf.open(out) as document:
        for page, read in zip(document, pages, strict=True):
            if read.result.blank:
                continue
            pixmap = page.get_pixmap(dpi=150, colorspace=pymupdf.csGRAY)
            pixels = np.frombuffer(pixmap.samples, np.uint8).reshape(pixmap.height, pixmap.stride)
            tried = covered = 0
            sure = [w for w in read.result.text.words if w.confidence > 0.9 and len(w.text) >= 4 and w.text.isalpha()]
            for word in {w.text for w in sure}:
                whole = [w.box[0] for w in sure if w.text == word]
                for found in page.search_for(word):
                    box = found * pymupdf.Matrix(scale, scale)
                    ink = ink_hull(pixels, box)
                    # a part of a longer word has no place of its own
                    if ink is None or not any(abs(2 * box.x0 - x) < 3 for x in whole):
                        continue
                    tried += 1
                    covered += ink[0] > box.x0 - 3 and ink[1] > box.y0 - 3 and ink[2] < box.x1 + 3 and ink[3] < box.y1 + 3
            assert tried > 15
            assert covered >= 0.97 * tried, (read.path.name, covered, tried)


@pytest.mark.parametrize("word", ["127/QĐ-UBND", "QUYẾT", "36/TTr-VHXH."])
def test_exact_words_are_found_where_they_stand(dossier: tuple[Path, list[Read]], word: str) -> None:
    out, pages = dossier
    with pymupdf.open(out) as document:
        hits = [(n, rect) for n, page in enumerate(document) for rect in page.search_for(word)]
    assert hits
    boxes = [w.box for n, _ in hits for w in pages[n].result.text.words if w.text.startswith(word)]
    for _, rect in hits:
        near = (rect * pymupdf.Matrix(300 / 72, 300 / 72)).round()
        assert any(abs(near.x0 - b[0]) < 6 and abs(near.x1 - b[2]) < 40 and near.y0 < b[3] and near.y1 > b[1] for b in boxes)


def test_dashes_and_semicolons_come_back_as_such(tmp_path: Path) -> None:
    save_page(tmp_path / "a.jpg", quick_page())
    texts = ("12-QĐ;", "a–b;c", "Đ/c")
    words = tuple(Word(t, (50.0, 60.0 * n + 20, 250.0, 60.0 * n + 60), 0.9, n) for n, t in enumerate(texts))
    text = PageText(874, 1240, 150, words, Engine("x", "1", "m", ""), 0)
    publish(tmp_path / "a.pdf", PublishPage(tmp_path / "a.jpg", 0, (), text))
    assert run("pdftotext", "-enc", "UTF-8", tmp_path / "a.pdf", "-").split() == list(texts)
    with pymupdf.open(tmp_path / "a.pdf") as document:
        assert document[0].get_text().split() == list(texts)


def test_what_is_drawn_after_the_layer_is_seen(dossier: tuple[Path, list[Read]]) -> None:
    """Rendering mode 3 outlives ET: without q and Q a stamp added to the content would be invisible."""
    with pikepdf.open(dossier[0]) as pdf:
        for page in pdf.pages:
            depth, modes = 0, {0: 0}
            for instruction in pikepdf.parse_content_stream(page):
                match str(instruction.operator):
                    case "q":
                        depth += 1
                    case "Q":
                        modes.pop(depth, None)
                        depth -= 1
                    case "Tr":
                        modes[depth] = int(instruction.operands[0])
            assert depth == 0 and modes == {0: 0}


@pytest.mark.parametrize(("name", "mode"), [
    ("a.png", "RGB"), ("a.tif", "1"), ("a.png", "P"), ("a.jpg", "CMYK"), ("a.png", "RGBA"), ("a.tif", "L"),
])  # fmt: skip
def test_other_sources_are_encoded_once_and_look_the_same(tmp_path: Path, read_page: Reader, name: str, mode: str) -> None:
    made = make_page(PageSpec(Kind.QUICK, dpi=150)).image.convert(mode)
    made.save(tmp_path / name, dpi=(150, 150))
    page = read_page(tmp_path / name)
    publish(tmp_path / "out.pdf", page.publish)
    with pymupdf.open(tmp_path / "out.pdf") as document:
        drawn = document[0].get_pixmap(dpi=150, colorspace=pymupdf.csGRAY)
    pixels = np.frombuffer(drawn.samples, np.uint8).reshape(drawn.height, drawn.stride)[:, : drawn.width]
    wanted = np.asarray(made.convert("RGB").convert("L"))
    h, w = min(pixels.shape[0], wanted.shape[0]), min(pixels.shape[1], wanted.shape[1])
    assert np.abs(pixels[:h, :w].astype(int) - wanted[:h, :w]).mean() < 4
    with pikepdf.open(tmp_path / "out.pdf") as pdf:
        assert (pdf.pages[0].obj.Resources.XObject["/Im0"].Filter == "/CCITTFaxDecode") == (mode == "1")


def drawn_page(mode: str) -> Image.Image:
    """Flat colours: what a drawing program saves."""
    page = Image.new("RGB", (1240, 1754), "white")
    for n in range(30):
        page.paste((20 * (n % 7), 90, 8 * n), (100 + 30 * n, 80 + 50 * n, 300 + 30 * n, 100 + 50 * n))
    return page.convert(mode)


@pytest.mark.parametrize(("name", "made", "how"), [
    ("a.jpg", "RGB", {"quality": 60}), ("a.jpg", "L", {"quality": 60}), ("a.jpg", "CMYK", {"quality": 92}),
    ("a.tif", "1", {"compression": "group4"}), ("a.tif", "RGB", {"compression": "tiff_lzw"}), ("a.png", "RGB", {}),
    ("a.png", "P", {}), ("a.png", "RGBA", {}), ("a.png", "1", {}), ("a.png", "I;16", {}), ("drawn.png", "RGB", {}),
    ("drawn.png", "P", {}), ("dithered.png", "1", {}),
])  # fmt: skip
def test_an_archive_page_is_never_ten_kilobytes_larger_than_its_scan(
    tmp_path: Path, name: str, made: str, how: dict[str, Any]
) -> None:
    page = drawn_page("RGB") if name == "drawn.png" else make_page(PageSpec(Kind.QUICK, dpi=150)).image.convert("RGB")
    if made == "I;16":
        page = Image.fromarray(np.asarray(page.convert("L")).astype(np.uint16) * 257)
    elif name == "dithered.png":
        page = page.point(lambda v: v * 3 // 4).convert("1")
    else:
        page = page.convert(made, dither=Image.Dither.NONE)
    page.save(tmp_path / name, dpi=(150, 150), **how)
    words = tuple(Word("chữ", (x, y, x + 40.0, y + 25.0), 0.9, int(y)) for y in range(50, 900, 40) for x in range(50, 800, 45))
    text = PageText(page.width, page.height, 150, words, Engine("x", "1", "m", ""), 0)
    out = publish(tmp_path / "out.pdf", PublishPage(tmp_path / name, 0, (), text))
    assert out.bytes <= (tmp_path / name).stat().st_size + 10_000
    if name == "drawn.png":  # no loss where none is needed
        with pymupdf.open(tmp_path / "out.pdf") as document, Image.open(tmp_path / name) as came:
            flat = came.convert("RGB")
            pixmap = pymupdf.Pixmap(document, document[0].get_images()[0][0])
        assert np.array_equal(np.frombuffer(pixmap.samples, np.uint8), np.asarray(flat).ravel())


@pytest.mark.parametrize("orientation", [3, 6, 8])
def test_an_exif_turned_jpeg_keeps_its_bytes_and_stands_upright(tmp_path: Path, read_page: Reader, orientation: int) -> None:
    upright = make_page(PageSpec(Kind.QUICK, dpi=150)).image
    turn = {3: Image.Transpose.ROTATE_180, 6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270}[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    upright.transpose(turn).save(tmp_path / "a.jpg", exif=exif, dpi=(150, 150), quality=92)
    page = read_page(tmp_path / "a.jpg")
    assert page.result.rotation == 0
    publish(tmp_path / "out.pdf", page.publish)
    with pikepdf.open(tmp_path / "out.pdf") as pdf:
        assert pdf.pages[0].obj.Resources.XObject["/Im0"].read_raw_bytes() == (tmp_path / "a.jpg").read_bytes()
    with pymupdf.open(tmp_path / "out.pdf") as document:
        drawn = document[0].get_pixmap(dpi=150, colorspace=pymupdf.csGRAY)
    pixels = np.frombuffer(drawn.samples, np.uint8).reshape(drawn.height, drawn.stride)[:, : drawn.width]
    wanted = np.asarray(upright.convert("L"))
    assert (
        np.abs(pixels[: wanted.shape[0], : wanted.shape[1]].astype(int) - wanted[: pixels.shape[0], : pixels.shape[1]]).mean() < 4
    )


def test_a_file_that_is_not_what_was_asked_for_is_refused(dossier: tuple[Path, list[Read]], tmp_path: Path) -> None:
    page = dossier[1][0].publish
    publish(tmp_path / "a.pdf", page)
    job = PublishJob((page,), tmp_path / "a.pdf", TITLE, "vi", CREATED)
    check(tmp_path / "a.pdf", job)
    moved = replace(page.text.words[0], box=(0.0, 0.0, 50.0, 50.0))
    other = replace(page, text=replace(page.text, words=(moved, *page.text.words[1:])))
    for wrong in (replace(job, title="Khác"), replace(job, pages=(page, page)), replace(job, pages=(other,))):
        with pytest.raises(WorkstationError, match="B01"):
            check(tmp_path / "a.pdf", wrong)
    with pikepdf.open(tmp_path / "a.pdf", allow_overwriting_input=True) as pdf:
        del pdf.Root.OutputIntents
        pdf.save()
    with pytest.raises(WorkstationError, match="B01"):
        check(tmp_path / "a.pdf", job)


def test_a_long_document_is_joined_from_parts(
    tmp_path: Path, dossier: tuple[Path, list[Read]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdfa, "PART", 2)
    pages = dossier[1]
    stored = tuple(StoredPage(p.path, sha256(p.path), 0, p.cache) for p in pages)
    job = PublishJob(stored, tmp_path / "parts.pdf", TITLE, "vi", CREATED)
    made = worker.publish_document(job)
    assert made.sha256 == sha256(job.out) and made.bytes == job.out.stat().st_size and made.pages == len(pages)
    assert worker.publish_document(replace(job, out=tmp_path / "again.pdf")).sha256 == made.sha256
    assert sorted(p.name for p in tmp_path.iterdir()) == ["again.pdf", "parts.pdf"]
    with pikepdf.open(dossier[0]) as whole, pikepdf.open(job.out) as joined:
        for one, other in zip(whole.pages, joined.pages, strict=True):
            assert one.Contents.read_bytes() == other.Contents.read_bytes()
            pictures = [p.obj.Resources.XObject["/Im0"].read_raw_bytes() for p in (one, other)]
            assert pictures[0] == pictures[1] and one.MediaBox == other.MediaBox


def test_a_page_that_is_not_in_the_cache_is_told(tmp_path: Path, dossier: tuple[Path, list[Read]]) -> None:
    page = StoredPage(dossier[1][0].path, sha256(dossier[1][0].path), 0, tmp_path)
    with pytest.raises(WorkstationError, match="B01"):
        worker.publish_document(PublishJob((page,), tmp_path / "a.pdf", TITLE, "vi", CREATED))


def test_another_picture_in_the_place_of_the_one_that_was_read_is_F12(tmp_path: Path, dossier: tuple[Path, list[Read]]) -> None:
    read = dossier[1][0]
    source = tmp_path / read.path.name
    source.write_bytes(read.path.read_bytes())
    job = PublishJob((StoredPage(source, sha256(read.path), 0, read.cache),), tmp_path / "a.pdf", TITLE, "vi", CREATED)
    worker.publish_document(job)
    assert job.out.stat().st_mode & 0o777 == 0o666 & ~umask()
    job.out.unlink()
    source.write_bytes(dossier[1][1].path.read_bytes())
    with pytest.raises(WorkstationError, match="F12"):
        worker.publish_document(job)
    source.unlink()
    with pytest.raises(WorkstationError, match="F07"):
        worker.publish_document(job)
    assert list(tmp_path.iterdir()) == []


def umask() -> int:
    now = os.umask(0)
    os.umask(now)
    return now


def test_nothing_is_left_where_publishing_failed(tmp_path: Path, dossier: tuple[Path, list[Read]]) -> None:
    (tmp_path / "bad.jpg").write_bytes(b"\xff\xd8\xff\xe0 nothing more")
    out = tmp_path / "out" / "a.pdf"
    with pytest.raises(WorkstationError, match="F03"):
        publish(out, dossier[1][0].publish, replace(dossier[1][0].publish, path=tmp_path / "bad.jpg"))
    with pytest.raises(WorkstationError, match="F04"):
        publish(out)
    assert list(out.parent.iterdir()) == []


def test_a_full_disk_is_M01(tmp_path: Path, dossier: tuple[Path, list[Read]], monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(WorkstationError, match="M01"):
        publish(tmp_path / "a.pdf", dossier[1][0].publish)
    assert list(tmp_path.iterdir()) == []


def test_only_the_prefix_of_a_pdf_is_drawn(dossier: tuple[Path, list[Read]], tmp_path: Path) -> None:
    """What was appended after the signed bytes must not show."""
    original = publish(tmp_path / "a.pdf", dossier[1][0].publish)
    with pymupdf.open(tmp_path / "a.pdf") as document:
        document[0].draw_rect(document[0].rect, color=(0, 0, 0), fill=(0, 0, 0))
        document.saveIncr()
    whole = worker.render_pdf(PdfRenderJob(tmp_path / "a.pdf", original.sha256, 0, 0, tmp_path / "c", 600))
    signed = worker.render_pdf(PdfRenderJob(tmp_path / "a.pdf", original.sha256, original.bytes, 0, tmp_path / "c", 600))
    with Image.open(whole.path) as dark, Image.open(signed.path) as light:
        assert np.asarray(dark.convert("L")).mean() < 20 < 150 < np.asarray(light.convert("L")).mean()
        assert light.size == (signed.width_px, signed.height_px) and max(light.size) == 600
    with pytest.raises(WorkstationError, match="F03"):
        worker.render_pdf(PdfRenderJob(tmp_path / "a.pdf", original.sha256, 100, 0, tmp_path / "c", 600))


def test_a_pdf_of_somebody_elses_is_told_as_it_is(tmp_path: Path) -> None:
    """Whether it is PDF/A is checked, not believed."""
    good = make_pdfa(tmp_path / "a.pdf", pages=3)
    found = pdfa.as_it_is(good)
    assert (found.pages, found.bytes, found.conformance) == (3, good.stat().st_size, "PDF/A-2b")
    assert found.sha256 == hashlib.sha256(good.read_bytes()).hexdigest()
    claims = tmp_path / "claims.pdf"
    with pikepdf.open(good) as pdf:
        pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert(1)"))
        pdf.save(claims)
    assert pdfa.as_it_is(claims).conformance == ""
    (tmp_path / "torn.pdf").write_bytes(good.read_bytes()[:300])
    for name, code in (("torn.pdf", "F03"), ("nowhere.pdf", "F07")):
        with pytest.raises(WorkstationError) as e:
            pdfa.as_it_is(tmp_path / name)
        assert e.value.code == code
