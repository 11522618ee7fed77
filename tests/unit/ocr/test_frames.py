"""Every odd picture becomes upright 8-bit grey or RGB pixels that look like the page."""

import contextlib
import random
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pikepdf
import pymupdf
import pytest
from PIL import Image, ImageDraw

from ocr.frames import credible_dpi, exif_matrix, flatten, load_frame, raw_jpeg
from ocr.inspect import inspect
from ocr.pictures import encode
from workstation.domain.errors import WorkstationError
from workstation.domain.pagejobs import Limits

Maker = Callable[[Image.Image], Image.Image]


def page() -> Image.Image:
    """White, a black bar at the top left: no turn or mirror looks the same."""
    image = Image.new("L", (640, 900), 255)
    draw = ImageDraw.Draw(image)
    draw.rectangle((60, 50, 400, 90), fill=0)
    draw.rectangle((60, 90, 100, 300), fill=0)
    return image


def close_to_page(pixels: "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]") -> bool:
    plain = pixels if pixels.ndim == 2 else cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    return plain.shape == (900, 640) and float(np.abs(plain.astype(int) - np.asarray(page()).astype(int)).mean()) < 3


def sixteen_bit(image: Image.Image) -> Image.Image:
    return Image.fromarray(np.asarray(image).astype(np.uint16) * 257)


def alpha(image: Image.Image) -> Image.Image:
    """Black everywhere, seen only where the page is dark."""
    rgba = np.zeros((*np.asarray(image).shape, 4), np.uint8)
    rgba[..., 3] = 255 - np.asarray(image)
    return Image.fromarray(rgba)


def grey_alpha(image: Image.Image) -> Image.Image:
    return alpha(image).convert("LA")


@pytest.mark.parametrize(("name", "make"), [
    ("a.tif", sixteen_bit), ("a.png", sixteen_bit), ("a.png", alpha), ("b.png", grey_alpha),
    ("a.png", lambda i: i.convert("1")), ("a.png", lambda i: i.convert("P")), ("a.jpg", lambda i: i.convert("CMYK")),
    ("a.tif", lambda i: i.convert("CMYK")), ("a.tif", lambda i: i.convert("1")), ("a.tif", lambda i: i.convert("LAB")
     if i.mode == "LAB" else i.convert("RGB").convert("YCbCr")), ("a.bmp", lambda i: i), ("a.webp", lambda i: i.convert("RGB")),
    ("a.jp2", lambda i: i), ("a.gif.png", lambda i: i.convert("RGB").quantize(16)),
])  # fmt: skip
def test_odd_modes_look_like_the_page(tmp_path: Path, name: str, make: Maker) -> None:
    make(page()).save(tmp_path / name)
    frame = load_frame(tmp_path / name, 0)
    assert frame.pixels.dtype == np.uint8
    assert close_to_page(frame.pixels)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_exif_orientation_comes_out_upright(tmp_path: Path, orientation: int) -> None:
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE, 8: Image.Transpose.ROTATE_270,
    }  # fmt: skip
    raw = page().transpose(undo[orientation]) if orientation > 1 else page()
    exif = Image.Exif()
    exif[0x0112] = orientation
    raw.save(tmp_path / "a.jpg", exif=exif, quality=95)
    frame = load_frame(tmp_path / "a.jpg", 0)
    assert close_to_page(frame.pixels)
    assert inspect(tmp_path / "a.jpg", Limits()).frames[0] == frame.info
    (a, b, c, d, e, f), width, height = exif_matrix(orientation, *raw.size)
    matrix = np.array([[a, c, e + (a + c - 1) / 2], [b, d, f + (b + d - 1) / 2]])
    assert close_to_page(np.asarray(cv2.warpAffine(np.asarray(raw), matrix, (width, height)), np.uint8))


def test_oblong_fax_pixels_become_square(tmp_path: Path) -> None:
    page().resize((640, 450)).save(tmp_path / "a.tif", dpi=(200, 100))
    frame = load_frame(tmp_path / "a.tif", 0)
    assert frame.info == inspect(tmp_path / "a.tif", Limits()).frames[0]
    assert (frame.dpi, frame.pixels.shape) == (200, (900, 640))


def test_a_picture_over_the_limit_is_not_decoded(tmp_path: Path) -> None:
    page().save(tmp_path / "a.png")
    with pytest.raises(WorkstationError, match="F05"):
        load_frame(tmp_path / "a.png", 0, Limits(max_pixels=1000))


def test_a_page_beyond_the_last_is_damage_not_a_crash(tmp_path: Path) -> None:
    page().save(tmp_path / "a.tif")
    with pytest.raises(WorkstationError, match="F03"):
        load_frame(tmp_path / "a.tif", 4)


def scanned_pdf(path: Path, jpeg: Path, text_mode: int | None = None) -> Path:
    with pymupdf.open() as document:
        sheet = document.new_page(width=307.2, height=432)
        sheet.insert_image(sheet.rect, filename=jpeg)
        if text_mode is not None:
            sheet.insert_text((40, 300), "Hello", render_mode=text_mode)
        document.save(path)
    return path


def test_a_scanned_pdf_page_gives_its_own_jpeg(tmp_path: Path) -> None:
    jpeg = tmp_path / "a.jpg"
    page().save(jpeg, quality=95)
    for mode in (None, 3):
        scan = scanned_pdf(tmp_path / "a.pdf", jpeg, mode)
        assert raw_jpeg(scan, 0) == (jpeg.read_bytes(), 1), "invisible text of an earlier reading does not count"
        assert close_to_page(load_frame(scan, 0).pixels)
        assert load_frame(scan, 0).dpi == pytest.approx(150)


def test_a_scan_in_a_pdf_has_the_pixels_of_its_jpeg_whatever_else_the_page_holds(tmp_path: Path) -> None:
    jpeg, other = tmp_path / "a.jpg", tmp_path / "b.jpg"
    page().convert("RGB").save(jpeg, quality=80, dpi=(150, 150))
    page().convert("RGB").rotate(180).save(other, quality=80)
    with pymupdf.open() as document:
        sheet = document.new_page(width=307.2, height=432)
        sheet.insert_image(sheet.rect, filename=other)
        sheet.insert_image(sheet.rect, filename=jpeg)
        first, _ = sheet.get_contents()
        document.update_stream(first, b" ")  # named, not drawn
        document.save(tmp_path / "two.pdf")
    for scan in (scanned_pdf(tmp_path / "one.pdf", jpeg), tmp_path / "two.pdf"):
        assert np.array_equal(load_frame(scan, 0).pixels, load_frame(jpeg, 0).pixels)
        assert raw_jpeg(scan, 0) == (jpeg.read_bytes(), 1)


def test_a_scan_in_a_pdf_that_breaks_off_is_damaged(tmp_path: Path) -> None:
    jpeg = tmp_path / "a.jpg"
    page().save(jpeg, quality=95)
    jpeg.write_bytes(jpeg.read_bytes()[:-4000])
    with pytest.raises(WorkstationError, match="F03"):
        load_frame(scanned_pdf(tmp_path / "a.pdf", jpeg), 0)


def fax_pdf(path: Path, *, mask: bool) -> Path:
    """A page that is one black-and-white picture, drawn as a stencil where ``mask``."""
    white = np.asarray(page().convert("1"))
    with pikepdf.new() as pdf:
        picture = pikepdf.Stream(pdf, np.packbits(white, axis=1).tobytes())
        picture.update({"/Type": pikepdf.Name.XObject, "/Subtype": pikepdf.Name.Image, "/Width": 640, "/Height": 900})
        picture.update({"/BitsPerComponent": 1, **({"/ImageMask": True} if mask else {"/ColorSpace": pikepdf.Name.DeviceGray})})
        pdf.add_blank_page(page_size=(640 * 72 / 200, 900 * 72 / 200))
        pdf.pages[0].Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary({"/Im0": picture}))
        pdf.pages[0].Contents = pikepdf.Stream(pdf, f"q {640 * 72 / 200} 0 0 {900 * 72 / 200} 0 0 cm /Im0 Do Q".encode())
        pdf.save(path)
    return path


def test_a_scan_that_is_drawn_as_a_stencil_is_a_page(tmp_path: Path) -> None:
    plain, stencil = (load_frame(fax_pdf(tmp_path / f"{mask}.pdf", mask=mask), 0) for mask in (False, True))
    assert plain.dpi == pytest.approx(200, abs=0.1)
    assert (plain.bits, plain.pixels.shape) == (1, (900, 640))
    assert (stencil.dpi, stencil.drawn) == (300, True) and stencil.seen_dpi == pytest.approx(200, abs=0.1)
    assert stencil.pixels.shape[:2] == (1350, 960)
    assert stencil.pixels[105, 300].max() < 60 and stencil.pixels[600, 600].min() > 195


def test_pictures_that_a_page_is_drawn_of_say_how_fine_it_was_scanned(tmp_path: Path) -> None:
    page().save(tmp_path / "a.jpg", dpi=(100, 100))
    with pymupdf.open() as document:
        framed = document.new_page(width=460.8, height=648)
        framed.insert_image(pymupdf.Rect(12, 12, 448.8, 636), filename=tmp_path / "a.jpg")
        framed.draw_line((5, 5), (400, 5))
        logo = document.new_page(width=460.8, height=648)
        logo.insert_image(pymupdf.Rect(12, 12, 60, 80), filename=tmp_path / "a.jpg")
        document.save(tmp_path / "a.pdf")
    framed_frame, logo_frame = (load_frame(tmp_path / "a.pdf", n) for n in (0, 1))
    assert framed_frame.dpi == 300 and framed_frame.seen_dpi == pytest.approx(640 * 72 / 436.8, rel=0.03)
    assert logo_frame.seen_dpi is None
    with pymupdf.open() as document:  # a coarse ground under fine writing, and a stamp
        mixed = document.new_page(width=460.8, height=648)
        mixed.insert_image(mixed.rect, pixmap=pymupdf.Pixmap(pymupdf.csRGB, pymupdf.IRect(0, 0, 320, 450), False))
        mixed.insert_image(mixed.rect, filename=tmp_path / "a.jpg")
        mixed.insert_image(
            pymupdf.Rect(200, 400, 350, 550), pixmap=pymupdf.Pixmap(pymupdf.csRGB, pymupdf.IRect(0, 0, 90, 90), False)
        )
        document.save(tmp_path / "b.pdf")
    assert load_frame(tmp_path / "b.pdf", 0).seen_dpi == pytest.approx(100, rel=0.01)


@pytest.mark.parametrize(("dpi", "mm", "believed"), [
    (200, (594, 841), True), (300, (841, 1189), True), (200, (80, 700), True), (300, (210, 297), True), (150, (420, 594), True),
    (72, (210, 297), False), (180, (594, 841), False), (240, (594, 841), False), (300, (1200, 1700), False),
    (300, (20, 30), False), (float("nan"), (210, 297), False), (9999, (210, 297), False),
])  # fmt: skip
def test_a_resolution_is_believed_up_to_the_largest_plan_and_for_a_long_slip(
    dpi: float, mm: tuple[int, int], believed: bool
) -> None:
    width, height = (round(side / 25.4 * (dpi if dpi == dpi else 300)) for side in mm)
    assert credible_dpi(dpi, width, height) is credible_dpi(dpi, height, width) is believed


def test_twelve_bits_in_sixteen_are_as_bright_as_they_say(tmp_path: Path) -> None:
    Image.fromarray(np.asarray(page()).astype(np.uint16) * 16 + 15).save(tmp_path / "a.tif", dpi=(200, 200))
    assert close_to_page(load_frame(tmp_path / "a.tif", 0).pixels)


@pytest.mark.parametrize("frames", [1, 3])
def test_sixteen_bits_of_which_none_is_white(tmp_path: Path, frames: int) -> None:
    negative = Image.fromarray(65535 - np.asarray(page()).astype(np.uint16) * 257)
    tags = {262: 0}
    negative.save(tmp_path / "a.tif", tiffinfo=tags, save_all=True, append_images=[negative] * (frames - 1), dpi=(200, 200))
    with Image.open(tmp_path / "a.tif") as written:
        assert written.tag_v2[262] == 0  # type: ignore[attr-defined]
    assert all(close_to_page(load_frame(tmp_path / "a.tif", n).pixels) for n in range(frames))


@pytest.mark.parametrize("mode", ["1", "L", "LA"])
def test_grey_with_a_transparent_colour_stays_grey(tmp_path: Path, mode: str) -> None:
    clear: dict[str, Any] = {} if mode == "LA" else {"transparency": 255}
    page().convert(mode).save(tmp_path / "a.png", dpi=(200, 200), **clear)
    frame = load_frame(tmp_path / "a.png", 0)
    assert frame.pixels.ndim == 2 and close_to_page(frame.pixels)
    assert encode(frame, 10_000).components == 1


def test_a_page_with_visible_text_over_its_picture_is_rendered(tmp_path: Path) -> None:
    jpeg = tmp_path / "a.jpg"
    page().save(jpeg, quality=95)
    stamped = scanned_pdf(tmp_path / "a.pdf", jpeg, 0)
    assert raw_jpeg(stamped, 0) is None
    frame = load_frame(stamped, 0)
    assert frame.dpi == 300
    assert frame.info == inspect(stamped, Limits()).frames[0]


@pytest.mark.parametrize("save", [{"progressive": True}, {"subsampling": 2}, {"quality": 30}])
def test_jpegs_a_pdf_can_carry(tmp_path: Path, save: dict[str, Any]) -> None:
    page().convert("RGB").save(tmp_path / "a.jpg", **save)
    assert raw_jpeg(tmp_path / "a.jpg", 0) == ((tmp_path / "a.jpg").read_bytes(), 1)


def test_jpegs_a_pdf_should_not_carry(tmp_path: Path) -> None:
    page().convert("CMYK").save(tmp_path / "a.jpg")
    page().save(tmp_path / "oblong.jpg", dpi=(200, 100))
    page().save(tmp_path / "a.png")
    assert [raw_jpeg(tmp_path / n, 0) for n in ("a.jpg", "oblong.jpg", "a.png")] == [None] * 3


def odd_files(folder: Path) -> dict[str, bytes]:
    image = page().resize((100, 120)).convert("RGB")
    exif = Image.Exif()
    exif[0x0112] = 6
    saved: dict[str, dict[str, Any]] = {
        "a.jpg": {"exif": exif}, "a.png": {}, "a.tif": {"dpi": (200, 200)}, "b.tif": {"compression": "tiff_lzw"}, "a.bmp": {},
        "a.webp": {}, "a.jp2": {},
    }  # fmt: skip
    for name, options in saved.items():
        image.save(folder / name, **options)
    image.convert("1").save(folder / "fax.tif", compression="group4")
    scanned_pdf(folder / "a.pdf", folder / "a.jpg", 0)
    return {p.name: p.read_bytes() for p in folder.iterdir()}


@pytest.mark.parametrize("seed", range(4))
def test_changed_bytes_are_an_error_of_ours_or_a_page(tmp_path: Path, seed: int, capfd: pytest.CaptureFixture[str]) -> None:
    """No vendor's exception, warning or chatter leaves the adapter, whatever bytes are wrong."""
    rng = random.Random(seed)
    files = odd_files(tmp_path)
    for round_ in range(120):
        name = rng.choice(sorted(files))
        data = bytearray(files[name])
        for _ in range(rng.choice([1, 3, 20])):
            data[rng.randrange(min(len(data), rng.choice([100, 600, len(data)])))] = rng.randrange(256)
        path = tmp_path / f"{round_}-{name}"
        path.write_bytes(data[: rng.randrange(len(data))] if rng.random() < 0.2 else data)
        for act in (lambda p=path: inspect(p, SMALL), lambda p=path: load_frame(p, 0, SMALL), lambda p=path: raw_jpeg(p, 0)):
            with contextlib.suppress(WorkstationError):
                act()
        path.unlink()
    assert capfd.readouterr().err == ""


SMALL = Limits(max_pixels=4_000_000)


def test_a_damaged_jpeg_is_refused_or_drawn_just_as_by_pillow(tmp_path: Path) -> None:
    """OpenCV, which decodes whole ones, would paint what it can't decode grey and say nothing."""
    whole, rng, refused = tmp_path / "whole.jpg", random.Random(7), 0
    grain = Image.effect_noise((600, 800), 60)
    Image.merge("RGB", (grain, grain, page().convert("L").resize(grain.size))).save(whole, quality=90)
    first = whole.read_bytes().index(b"\xff\xda") + 20
    for n in range(120):
        data = bytearray(whole.read_bytes())
        for _ in range(n % 4 * 20):
            data[rng.randrange(first, len(data) - 2)] = rng.randrange(256)
        if n % 4 == 0:
            begin = rng.randrange(first, len(data) - 500)
            del data[begin : begin + rng.choice((1, 400))]
        broken = tmp_path / "broken.jpg"
        broken.write_bytes(data)
        try:
            with Image.open(broken) as image:
                drawn = np.asarray(image)
        except OSError:
            refused += 1
            with pytest.raises(WorkstationError, match="F03"):
                load_frame(broken, 0)
        else:
            assert np.array_equal(load_frame(broken, 0).pixels, drawn)
    assert 10 < refused < 110


@pytest.mark.parametrize(
    ("mode", "how"),
    [("RGB", {}), ("L", {}), ("RGB", {"progressive": True}), ("RGB", {"subsampling": 0}), ("RGB", {"restart_marker_blocks": 3})],
)
def test_a_jpeg_has_the_pixels_that_pillow_gives_it(tmp_path: Path, mode: str, how: dict[str, Any]) -> None:
    jpeg = tmp_path / "a.jpg"
    Image.merge("RGB", [Image.effect_noise((333, 211), s) for s in (20, 50, 90)]).convert(mode).save(jpeg, quality=85, **how)
    with Image.open(jpeg) as image:
        assert np.array_equal(load_frame(jpeg, 0).pixels, np.asarray(image))


@pytest.mark.parametrize(
    ("mode", "packing"),
    [("RGB", "jpeg"), ("L", "tiff_lzw"), ("1", "group4"), ("CMYK", "packbits"), ("I;16", "tiff_adobe_deflate")],
)
def test_each_page_of_a_tiff_has_the_pixels_that_pillow_gives_it(tmp_path: Path, mode: str, packing: str) -> None:
    tiff = tmp_path / "a.tif"
    noise = [Image.effect_noise((333, 211), s) for s in (20, 50, 90)]
    pages = [sixteen_bit(n) if mode == "I;16" else n.convert(mode) for n in noise]
    pages[0].save(tiff, save_all=True, append_images=pages[1:], compression=packing, dpi=(200, 200))
    for n in range(3):
        with Image.open(tiff) as image:
            image.seek(n)
            image.load()
            expected = np.asarray(flatten(image))
        assert np.array_equal(load_frame(tiff, n).pixels, expected)


@pytest.mark.parametrize("turned", [1, 6])
@pytest.mark.parametrize("big", [False, True])
def test_a_page_of_a_tiff_is_the_same_alone_turned_or_with_offsets_of_eight_bytes(tmp_path: Path, turned: int, big: bool) -> None:
    tags = {274: turned}
    first, second = (Image.effect_noise((333, 211), s) for s in (20, 90))
    first.save(
        tmp_path / "two.tif",
        save_all=True,
        append_images=[second],
        compression="tiff_lzw",
        dpi=(200, 200),
        tiffinfo=tags,
        big_tiff=big,
    )
    first.save(tmp_path / "one.tif", compression="tiff_lzw", dpi=(200, 200), tiffinfo=tags)
    alone, among = load_frame(tmp_path / "one.tif", 0), load_frame(tmp_path / "two.tif", 0)
    assert np.array_equal(alone.pixels, among.pixels) and alone.info == among.info
    assert among.pixels.shape == ((333, 211) if turned == 6 else (211, 333))


def test_a_tiff_whose_strip_ends_beyond_the_file_is_damaged(tmp_path: Path) -> None:
    tiff = tmp_path / "a.tif"
    pages = [Image.effect_noise((200, 150), s) for s in (20, 90)]
    pages[0].save(tiff, save_all=True, append_images=pages[1:], compression="tiff_lzw", dpi=(200, 200))
    with Image.open(tiff) as image:
        image.seek(1)
        (count,) = image.tag_v2[279]  # type: ignore[attr-defined]
    data = tiff.read_bytes()
    at = data.rindex(struct.pack("<HHII", 279, 4, 1, count))
    tiff.write_bytes(data[:at] + struct.pack("<HHII", 279, 4, 1, len(data)) + data[at + 12 :])
    with pytest.raises(WorkstationError, match="F03"):
        load_frame(tiff, 1)


def test_a_page_of_a_long_tiff_is_decoded_without_the_others_in_memory(tmp_path: Path) -> None:
    """What libtiff maps of the file counts as the process's (VmHWM of proc(5))."""
    tiff = tmp_path / "long.tif"
    pages = [Image.effect_noise((300, 220), 90)] * 300
    pages[0].save(tiff, save_all=True, append_images=pages[1:], compression="tiff_lzw", dpi=(200, 200))
    assert tiff.stat().st_size > 20_000_000
    short = tmp_path / "short.tif"
    pages[0].save(short, save_all=True, append_images=pages[1:2], compression="tiff_lzw", dpi=(200, 200))
    ask = (
        "import sys\n"
        "from pathlib import Path\n"
        "from ocr.frames import load_frame\n"
        "peak = lambda: int(Path('/proc/self/status').read_text().split('VmHWM:')[1].split()[0]) // 1024\n"
        "load_frame(Path(sys.argv[1]), 1)\n"
        "before = peak()\n"
        "load_frame(Path(sys.argv[2]), 299)\n"
        "print(peak() - before)\n"
    )
    said = subprocess.run([sys.executable, "-c", ask, str(short), str(tiff)], capture_output=True, text=True, check=True)
    assert int(said.stdout) < 5, "MiB; the surroundings of a directory are 64 KiB"
