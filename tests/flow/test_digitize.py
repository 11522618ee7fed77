"""``workstation digitize`` on what people really have: odd pictures, signed and born-digital files, both forms."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pikepdf
import pymupdf
import pytest
from pikepdf.pdfa import validate_written
from PIL import Image

from tests.flow.conftest import Demo, Ran
from tests.flow.test_bad_input import huge_png
from tests.pagemaker import quick_page
from tests.pagemaker.fonts import font_file

TEXT = (
    "Ủy ban nhân dân phường thông báo để các tổ chức, cá nhân trên địa bàn được biết: từ ngày 01 tháng 12 năm 2026, hồ sơ được "
    "tiếp nhận và trả kết quả tại Trung tâm Phục vụ hành chính công của phường, kể cả sáng thứ bảy hằng tuần./."
)


def odd_pictures(folder: Path) -> dict[str, Path]:
    """A readable half page in every kind of picture, and some that are no page at all."""
    page = quick_page().image.convert("RGB")
    folder.mkdir()
    files = {name: folder / name for name in (
        "100dpi.jpg", "1bit.tif", "cmyk.jpg", "16bit.png", "alpha.png", "exif.jpg", "a3.jpg", "receipt.jpg", "photos.jpg",
        "huge.png",
    )}  # fmt: skip
    dpi = page.info.get("dpi", (150, 150))
    scale = 100 / 150
    page.resize((round(page.width * scale), round(page.height * scale))).save(files["100dpi.jpg"], dpi=(100, 100))
    page.convert("1", dither=Image.Dither.NONE).save(files["1bit.tif"], dpi=dpi, compression="group4")
    page.convert("CMYK").save(files["cmyk.jpg"], dpi=dpi)
    Image.fromarray(np.asarray(page.convert("L")).astype(np.uint16) * 257).save(files["16bit.png"], dpi=dpi)
    page.convert("RGBA").save(files["alpha.png"], dpi=dpi)
    turned = Image.Exif()
    turned[0x0112] = 6
    page.transpose(Image.Transpose.ROTATE_90).save(files["exif.jpg"], exif=turned, dpi=dpi, quality=90)
    sheet = Image.new("RGB", (round(420 / 25.4 * 150), round(297 / 25.4 * 150)), "white")
    sheet.paste(page, (0, 0))
    sheet.paste(page, (sheet.width // 2, 0))
    sheet.save(files["a3.jpg"], dpi=(150, 150), quality=90)
    slip = Image.new("RGB", (round(58 / 25.4 * 200), round(420 / 25.4 * 200)), "white")
    for n in range(5):
        slip.paste(page.crop((40, 40, 40 + slip.width - 20, 640)), (10, 40 + 640 * n))
    slip.save(files["receipt.jpg"], dpi=(200, 200), quality=90)
    y, x = np.mgrid[0:1240, 0:874]
    tone = 128 + 70 * np.sin(x / 60) * np.cos(y / 50)
    Image.fromarray(np.stack([tone, 255 - tone, 0.6 * tone + 60], axis=2).astype(np.uint8)).save(files["photos.jpg"], dpi=dpi)
    huge_png(files["huge.png"])
    return files


@pytest.mark.parametrize("form", ["archive", "compact"])
def test_odd_pictures_become_conforming_files_or_say_why_not(form: str, cli: Callable[..., Ran], tmp_path: Path) -> None:
    files = odd_pictures(tmp_path / "in")
    ran = cli("digitize", "--json", "--form", form, "-o", tmp_path / "out", *files.values(), seconds=400)
    assert ran.code == 1
    assert "Traceback" not in ran.err
    rows = dict(zip(files, ran.data["files"], strict=True))
    assert rows.pop("huge.png")["error"]["code"] == "F05"
    for name, row in rows.items():
        assert row["status"] == "ok", (name, row["error"])
        (document,) = row["documents"]
        assert document["form"] == form
        assert len(document["page_forms"]) == len(row["pages"]) == 1
        assert validate_written(Path(document["pdf"]), "2b").verdict == "pass", name
        own = files[name].stat().st_size
        if files[name].suffix == ".jpg" and name != "cmyk.jpg":  # the scan's bytes and little more
            assert document["bytes"] <= own + 10_000, name
    text = {name: row["pages"][0]["text"] for name, row in rows.items()}
    upright = [n for n in text if n not in ("photos.jpg", "receipt.jpg", "100dpi.jpg")]
    assert all("THÔNG BÁO" in text[n].upper() for n in upright), text
    with pymupdf.open(rows["receipt.jpg"]["documents"][0]["pdf"]) as document:
        assert document[0].rect.width == pytest.approx(58 / 25.4 * 72, abs=1)
        assert document[0].rect.height == pytest.approx(420 / 25.4 * 72, abs=1)


def test_missing_reading_data_names_its_package(cli: Callable[..., Ran], tmp_path: Path) -> None:
    quick_page().image.save(tmp_path / "a.jpg", dpi=(150, 150))
    (tmp_path / "tessdata").mkdir()
    ran = cli("digitize", "-o", tmp_path / "out", tmp_path / "a.jpg", env={"TESSDATA_PREFIX": str(tmp_path / "tessdata")})
    assert ran.code in (2, 3)
    assert "O01: " in ran.out + ran.err and "tesseract-ocr-vie" in ran.out + ran.err


def born_digital(path: Path) -> Path:
    """A page that was written: real text in a real font."""
    with pymupdf.open() as document:
        page = document.new_page()
        page.insert_font("F", str(font_file("Tinos", "Regular")))
        page.insert_textbox((72, 72, 520, 700), "THÔNG BÁO\n" + TEXT, fontname="F", fontsize=14)
        document.save(path)
    return path


def test_signed_and_born_digital_files_go_through_untouched(cli: Callable[..., Ran], demo: Demo, tmp_path: Path) -> None:
    folder = tmp_path / "ho-so"
    folder.mkdir()
    quick_page().image.save(folder / "1-quet.jpg", dpi=(150, 150))
    written = born_digital(folder / "2-van-ban.pdf")
    signed = folder / "3-da-ky.pdf"
    signed.write_bytes(Path(demo.documents[0]["pdf"]).read_bytes())
    ran = cli("digitize", "--json", "--form", "compact", "-o", tmp_path / "out", folder, seconds=300)
    assert ran.code == 0, ran.err
    documents: list[dict[str, Any]] = ran.data["files"][0]["documents"]
    forms = [(d["form"], d["conformance"]) for d in documents]
    assert forms == [("compact", "PDF/A-2b"), ("original", None), ("original", None)]
    for document, source in zip(documents[1:], (written, signed), strict=True):
        data = Path(document["pdf"]).read_bytes()
        assert data == source.read_bytes()
        assert document["sha256"] == hashlib.sha256(data).hexdigest() and document["bytes"] == len(data)
    kept = json.loads((tmp_path / "out" / "ho-so" / "dossier.json").read_text("utf-8"))
    pages = kept["files"][0]["pages"]
    assert "Trung tâm Phục vụ hành chính công" in " ".join(pages[documents[1]["pages"][0]]["text"].split())
    assert all(pages[n]["text"] for n in documents[2]["pages"])


def test_a_signed_file_still_verifies_after_it_went_through(cli: Callable[..., Ran], demo: Demo, tmp_path: Path) -> None:
    source = Path(demo.documents[0]["pdf"])
    ran = cli("digitize", "--json", "-o", tmp_path / "out", source, seconds=300)
    (document,) = ran.data["files"][0]["documents"]
    before, after = (cli("verify", "--json", "--home", demo.home, path).data["files"][0] for path in (source, document["pdf"]))
    assert after["verdict"] == before["verdict"] == "valid"
    with pikepdf.open(document["pdf"]) as pdf:
        assert "/AcroForm" in pdf.Root
