"""A scan keeps its own bytes and pixels however it lies on its PDF page, and is read as a viewer shows it."""

import itertools
from pathlib import Path

import cv2
import numpy as np
import pikepdf
import pymupdf
import pytest
from PIL import Image, ImageDraw

from ocr.frames import exif_orientation, load_frame, raw_jpeg
from ocr.inspect import inspect
from ocr.pictures import scan_sheet
from workstation.domain.pagejobs import Limits

DPI = 150
LIES = {
    "upright": "{w} 0 0 {h} 0 0", "mirrored": "-{w} 0 0 {h} {w} 0",
    "over": "-{w} 0 0 -{h} {w} {h}", "upside": "{w} 0 0 -{h} 0 {h}",
    "left": "0 {w} -{h} 0 {h} 0", "right": "0 -{w} {h} 0 0 {w}",
    "flipped left": "0 {w} {h} 0 0 0", "flipped right": "0 -{w} -{h} 0 {h} {w}",
}  # fmt: skip
"""``cm`` operands of a picture w × h points large."""


@pytest.fixture
def jpeg(tmp_path: Path) -> Path:
    """White, a black bar at the top left: no turn or mirror looks the same."""
    image = Image.new("L", (640, 904), 255)
    draw = ImageDraw.Draw(image)
    draw.rectangle((60, 50, 400, 90), fill=0)
    draw.rectangle((60, 90, 100, 300), fill=0)
    image.save(tmp_path / "a.jpg", quality=95)
    return tmp_path / "a.jpg"


def pdf_of(picture: Path, out: Path, placed: str, rotate: int, decode: list[int] | None = None, at: float = 0) -> Path:
    with pikepdf.new() as pdf, Image.open(picture) as image:
        w, h = (side * 72 / DPI for side in image.size)
        held = pikepdf.Stream(
            pdf, picture.read_bytes(), Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=image.width,
            Height=image.height, BitsPerComponent=8, ColorSpace=pikepdf.Name.DeviceGray, Filter=pikepdf.Name.DCTDecode,
        )  # fmt: skip
        if decode is not None:
            held.Decode = pikepdf.Array(decode)
        turned = placed.startswith("0")
        pdf.add_blank_page(page_size=(h, w) if turned else (w, h))
        page = pdf.pages[0]
        page.MediaBox = pikepdf.Array([at, at, (h if turned else w) + at, (w if turned else h) + at])
        page.Rotate = rotate
        page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary({"/Im0": held}))
        drawn = f"q 1 0 0 1 {at} {at} cm {placed.format(w=w, h=h)} cm /Im0 Do Q"
        page.Contents = pikepdf.Stream(pdf, drawn.encode())
        pdf.save(out)
    return out


def as_shown(path: Path) -> "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]":
    with pymupdf.open(path) as document:
        drawn = document[0].get_pixmap(dpi=DPI, colorspace=pymupdf.csGRAY, alpha=False)
        return np.frombuffer(drawn.samples, np.uint8).reshape(drawn.height, drawn.stride)[:, : drawn.width]


@pytest.mark.parametrize(("lie", "rotate"), [*itertools.product(LIES, (0, 90, 180, 270))])
def test_a_scan_is_taken_as_it_lies(tmp_path: Path, jpeg: Path, lie: str, rotate: int) -> None:
    path = pdf_of(jpeg, tmp_path / "a.pdf", LIES[lie], rotate, at=36 if rotate == 90 else 0)
    frame, (info,), shown = load_frame(path, 0), inspect(path, Limits()).frames, as_shown(path)
    assert (info.width_px, info.height_px) == (frame.pixels.shape[1], frame.pixels.shape[0])
    assert frame.pixels.shape == shown.shape and (info.dpi, frame.dpi) == pytest.approx((DPI, DPI))
    assert np.abs(frame.pixels.astype(int) - shown.astype(int)).mean() < 1
    assert not frame.drawn

    raw = raw_jpeg(path, 0)
    assert raw is not None and raw[0] == jpeg.read_bytes()
    sheet = scan_sheet(path, 0)
    (piece,) = sheet.pieces
    assert piece.picture.data == jpeg.read_bytes()
    a, b, c, d, e, f = sheet.upright
    with Image.open(jpeg) as image:
        stored = np.asarray(image)
    size = round(sheet.upright_width), round(sheet.upright_height)
    set_upright = cv2.warpAffine(stored, np.array([[a, c, e + (a + c) / 2 - 0.5], [b, d, f + (b + d) / 2 - 0.5]]), size)
    assert np.array_equal(set_upright, frame.pixels), "the PDF sets it upright as the reader does"


def test_the_orientation_is_the_one_that_exif_tells(tmp_path: Path, jpeg: Path) -> None:
    seen = set()
    for lie in LIES:
        raw = raw_jpeg(pdf_of(jpeg, tmp_path / "a.pdf", LIES[lie], 0), 0)
        assert raw is not None
        with Image.open(jpeg) as image:
            exif = Image.Exif()
            exif[0x0112] = raw[1]
            image.save(tmp_path / "b.jpg", exif=exif, quality=95)
        with Image.open(tmp_path / "b.jpg") as image:
            seen.add(exif_orientation(image))
        by_exif, by_pdf = load_frame(tmp_path / "b.jpg", 0).pixels, load_frame(tmp_path / "a.pdf", 0).pixels
        assert by_exif.shape == by_pdf.shape and np.abs(by_exif.astype(int) - by_pdf.astype(int)).mean() < 1
    assert seen == set(range(1, 9))


def test_a_scan_that_lies_aslant_is_drawn(tmp_path: Path, jpeg: Path) -> None:
    path = pdf_of(jpeg, tmp_path / "a.pdf", "{w} 2 -2 {h} 0 0", 0)
    assert load_frame(path, 0).drawn and raw_jpeg(path, 0) is None


@pytest.mark.parametrize(("decode", "negative"), [(None, False), ([0, 1], False), ([1, 0], True)])
def test_a_negative_is_read_as_it_is_shown(tmp_path: Path, jpeg: Path, decode: list[int] | None, negative: bool) -> None:
    path = pdf_of(jpeg, tmp_path / "a.pdf", LIES["upright"], 0, decode)
    frame = load_frame(path, 0)
    assert not frame.drawn and np.abs(frame.pixels.astype(int) - as_shown(path).astype(int)).mean() < 1
    assert (raw_jpeg(path, 0) is None) == negative, "its bytes alone would show black paper"
