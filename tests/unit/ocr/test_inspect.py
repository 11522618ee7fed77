"""What a file is, from its header; each bad file with its code."""

import shutil
import struct
import warnings
import zlib
from pathlib import Path

import pikepdf
import pymupdf
import pytest
from PIL import Image

from ocr.inspect import _byte_ranges
from ocr.worker import inspect_file
from tests.pagemaker import quick_page, save_page
from workstation.domain.errors import WorkstationError
from workstation.domain.pagejobs import Limits

LIMITS = Limits()
AES_256 = 5  # MuPDF's PDF_ENCRYPT_AES_256


@pytest.fixture(scope="module")
def jpeg(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("made") / "page.jpg"
    save_page(path, quick_page())
    return path


def code_of(path: Path, limits: Limits = LIMITS) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(WorkstationError) as caught:
            inspect_file(path, limits)
    return caught.value.code


def png_header(width: int, height: int) -> bytes:
    """A PNG that promises a picture and has none: 40 bytes are enough to be refused."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    ihdr = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", ihdr) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def test_missing_and_unreadable_files_are_F07(tmp_path: Path) -> None:
    assert code_of(tmp_path / "none.jpg") == "F07"
    assert code_of(tmp_path) == "F07"


def test_an_empty_file_is_F04(tmp_path: Path) -> None:
    (tmp_path / "empty.pdf").write_bytes(b"")
    assert code_of(tmp_path / "empty.pdf") == "F04"


def test_what_is_no_picture_is_F01(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_text("Kính gửi", "utf-8")
    (tmp_path / "b.bin").write_bytes(bytes(range(256)) * 20)
    assert [code_of(tmp_path / n) for n in ("a.jpg", "b.bin")] == ["F01", "F01"]


@pytest.mark.parametrize("keep", [300, 0.5, 0.95])
def test_a_jpeg_that_breaks_off_is_F03(tmp_path: Path, jpeg: Path, keep: float) -> None:
    data = jpeg.read_bytes()
    (tmp_path / "cut.jpg").write_bytes(data[: int(keep if keep > 1 else keep * len(data))])
    assert code_of(tmp_path / "cut.jpg") == "F03"


@pytest.mark.parametrize("name", ["cut.png", "cut.tif", "cut.bmp", "cut.webp"])
def test_other_pictures_that_break_off_are_F03(tmp_path: Path, jpeg: Path, name: str) -> None:
    with Image.open(jpeg) as image:
        image.save(tmp_path / name)
    data = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(data[: len(data) // 2])
    assert code_of(tmp_path / name) == "F03"


def test_thirty_thousand_squared_is_refused_from_the_header(tmp_path: Path) -> None:
    (tmp_path / "huge.png").write_bytes(png_header(30_000, 30_000))
    assert code_of(tmp_path / "huge.png") == "F05"


def test_a_large_map_within_the_limit_gives_no_warning(tmp_path: Path) -> None:
    Image.new("1", (11_000, 9_000), 1).save(tmp_path / "map.tif", compression="group4", dpi=(600, 600))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert inspect_file(tmp_path / "map.tif", LIMITS).frames[0].width_px == 11_000


def pdf(path: Path, pages: int = 1, **save: object) -> Path:
    with pymupdf.open() as document:
        for _ in range(pages):
            document.new_page().insert_text((72, 72), "Hello")
        document.save(path, **save)
    return path


def test_pdfs_that_cannot_be_taken(tmp_path: Path) -> None:
    locked = pdf(tmp_path / "locked.pdf", encryption=AES_256, owner_pw="a", user_pw="b")
    good = pdf(tmp_path / "good.pdf", 3)
    (tmp_path / "cut.pdf").write_bytes(good.read_bytes()[:200])
    with pikepdf.new() as none:
        none.save(tmp_path / "none.pdf")
    assert code_of(locked) == "F02"
    assert code_of(tmp_path / "cut.pdf") == "F03"
    assert code_of(tmp_path / "none.pdf") == "F04"
    assert code_of(good, Limits(max_pages=2)) == "F05"
    assert code_of(good, Limits(max_pixels=1000)) == "F05"


def test_a_pdf_that_had_to_be_repaired_is_damaged_and_mupdf_says_nothing_on_stderr(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    good = pdf(tmp_path / "good.pdf")
    (tmp_path / "bent.pdf").write_bytes(good.read_bytes().replace(b"xref", b"xerf"))
    assert code_of(tmp_path / "bent.pdf") == "F03"
    (tmp_path / "cut.pdf").write_bytes(good.read_bytes()[:200])
    assert code_of(tmp_path / "cut.pdf") == "F03"
    assert capfd.readouterr().err == ""


def test_a_born_digital_page_counts_at_300_dpi(tmp_path: Path) -> None:
    found = inspect_file(pdf(tmp_path / "a.pdf", 2), LIMITS)
    assert (found.media_type, len(found.frames), found.signed) == ("application/pdf", 2, False)
    assert (found.frames[0].width_px, found.frames[0].dpi) == (2480, 300.0)


def test_a_scanned_pdf_page_has_the_size_of_its_picture(tmp_path: Path, jpeg: Path) -> None:
    with pymupdf.open() as document:
        document.new_page(width=419.5, height=595.3).insert_image(pymupdf.Rect(0, 0, 419.5, 595.3), filename=jpeg)
        document.save(tmp_path / "scan.pdf")
    frame = inspect_file(tmp_path / "scan.pdf", LIMITS).frames[0]
    with Image.open(jpeg) as image:
        assert (frame.width_px, frame.height_px) == image.size
    assert frame.dpi == pytest.approx(150, abs=0.5)


def test_a_signature_in_its_field_is_seen_an_empty_field_is_not(tmp_path: Path) -> None:
    with pikepdf.open(pdf(tmp_path / "plain.pdf")) as document:
        field = document.make_indirect(
            pikepdf.Dictionary(
                Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Widget, FT=pikepdf.Name.Sig, T="Sig1", Rect=[0, 0, 0, 0], F=132,
                P=document.pages[0].obj,
            )
        )  # fmt: skip
        document.pages[0].obj.Annots = pikepdf.Array([field])
        document.Root.AcroForm = pikepdf.Dictionary(Fields=[field], SigFlags=3)
        document.save(tmp_path / "place.pdf")
        field.V = document.make_indirect(
            pikepdf.Dictionary(
                Type=pikepdf.Name.Sig, Filter=pikepdf.Name("/Adobe.PPKLite"), Contents=b"\0" * 8, ByteRange=[0, 1, 2, 3]
            )
        )
        document.save(tmp_path / "signed.pdf")
    assert not inspect_file(tmp_path / "place.pdf", LIMITS).signed
    assert inspect_file(tmp_path / "signed.pdf", LIMITS).signed


def test_every_page_of_a_tiff_counts(tmp_path: Path) -> None:
    pages = [Image.new("L", (800, 1100), 255) for _ in range(3)]
    pages[0].save(tmp_path / "a.tif", save_all=True, append_images=pages[1:], dpi=(200, 200))
    found = inspect_file(tmp_path / "a.tif", LIMITS)
    assert (found.media_type, [f.dpi for f in found.frames]) == ("image/tiff", [200.0] * 3)


@pytest.mark.parametrize(("name", "kind"), [
    ("a.png", "image/png"), ("a.bmp", "image/bmp"), ("a.webp", "image/webp"), ("a.jp2", "image/jp2"), ("a.jpg", "image/jpeg"),
])  # fmt: skip
def test_kinds_of_pictures(tmp_path: Path, name: str, kind: str) -> None:
    Image.new("RGB", (827, 1169), "white").save(tmp_path / name)
    found = inspect_file(tmp_path / name, LIMITS)
    assert found.media_type == kind
    # Pillow writes 96 into a BMP; the others say nothing, and A4's width makes it 100
    assert found.frames[0].dpi == pytest.approx(96 if name == "a.bmp" else 100, abs=0.1)


@pytest.mark.parametrize("dpi", [100, 200, 300, 600])
def test_the_header_says_the_resolution(tmp_path: Path, dpi: int) -> None:
    size = round(8.27 * dpi), round(11.69 * dpi)
    for name in ("a.jpg", "a.png", "a.tif"):
        Image.new("L", size, 255).save(tmp_path / name, dpi=(dpi, dpi))
        assert inspect_file(tmp_path / name, LIMITS).frames[0].dpi == pytest.approx(dpi, rel=0.002)


def test_seventy_two_dpi_of_a_camera_is_not_believed(tmp_path: Path) -> None:
    Image.new("L", (3024, 4032), 255).save(tmp_path / "a.jpg", dpi=(72, 72))
    assert inspect_file(tmp_path / "a.jpg", LIMITS).frames[0].dpi == pytest.approx(3024 / (210 / 25.4))


def test_an_upright_picture_by_exif_has_its_sides_swapped(tmp_path: Path, jpeg: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("L", (1600, 1000), 255).save(tmp_path / "a.jpg", exif=exif, dpi=(150, 150))
    frame = inspect_file(tmp_path / "a.jpg", LIMITS).frames[0]
    assert (frame.width_px, frame.height_px) == (1000, 1600)


def test_the_name_does_not_matter(tmp_path: Path, jpeg: Path) -> None:
    shutil.copy(jpeg, tmp_path / "page.pdf")
    assert inspect_file(tmp_path / "page.pdf", LIMITS).media_type == "image/jpeg"


def test_a_signature_that_no_field_shows_is_one_and_usage_rights_are_none(tmp_path: Path) -> None:
    """ISO 32000-1, 12.8.2.3: what a form's maker allows Reader to do is signed, and is nobody's signature on the text."""
    with pikepdf.new() as pdf:
        pdf.add_blank_page()

        def signature() -> pikepdf.Object:
            return pdf.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.Sig, ByteRange=pikepdf.Array([0, 1, 2, 3])))

        pdf.Root.Hidden = signature()
        pdf.save(tmp_path / "hidden.pdf", object_stream_mode=pikepdf.ObjectStreamMode.disable)
        del pdf.Root.Hidden
        pdf.Root.Perms = pikepdf.Dictionary(UR3=signature())
        pdf.save(tmp_path / "rights.pdf", object_stream_mode=pikepdf.ObjectStreamMode.disable)
        pdf.Root.Hidden = signature()
        pdf.save(tmp_path / "both.pdf", object_stream_mode=pikepdf.ObjectStreamMode.disable)
    signed = {name: inspect_file(tmp_path / f"{name}.pdf", Limits()).signed for name in ("hidden", "rights", "both")}
    assert signed == {"hidden": True, "rights": False, "both": True}


@pytest.mark.parametrize("at", [0, 1, 30, 31, 32, 33, 40, 54, 64])
def test_a_byte_range_is_found_also_where_two_parts_of_the_file_meet(
    at: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ocr.inspect._PART", 32)
    path = tmp_path / "a"
    path.write_bytes(b"x" * at + b"/ByteRange [0 1 2 3]" + b"y" * 40)
    assert _byte_ranges(path, 2) == 1
    path.write_bytes(path.read_bytes() * 3)
    assert _byte_ranges(path, 2) == 2 and _byte_ranges(path, 9) == 3
    path.write_bytes(b"/Byte" * 30)
    assert _byte_ranges(path, 2) == 0
