"""One page's pixels out of any file we take, upright by EXIF. Every reader of pixels (clean, render, publish) comes here.

Decision: EXIF orientation, and how a scan lies on its PDF page, is honoured by the decoder and nowhere else. ``FrameInfo`` and
recipes speak of upright pixels; the PDF writer, which keeps the raw JPEG, undoes the difference with ``exif_matrix``.
"""

import io
import math
import os
import re
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pymupdf
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageFile, ImageOps, UnidentifiedImageError

from ocr import jpegs
from ocr.pdfscan import PdfScan, jpeg_stream, pdf_scan, seen_dpi
from ocr.tiffpages import page_alone
from workstation.domain.errors import WorkstationError
from workstation.domain.page import IDENTITY, Matrix
from workstation.domain.pagejobs import FrameInfo, Limits

Pixels = NDArray[np.uint8]
"""H × W (grey) or H × W × 3 (RGB)."""

# Our own limit (F05) is checked on the header; Pillow's would warn on the screen of a clerk about an ordinary A3 map.
Image.MAX_IMAGE_PIXELS = None
# MuPDF and libtiff talk to stderr about every odd file; what matters comes back as an exception.
pymupdf.TOOLS.mupdf_display_errors(False)
pymupdf.TOOLS.mupdf_display_warnings(False)

PDF_RENDER_DPI = 300
A4_WIDTH_INCH = 210 / 25.4
_FORMATS = {
    "JPEG": "image/jpeg", "MPO": "image/jpeg", "PNG": "image/png", "TIFF": "image/tiff", "BMP": "image/bmp",
    "WEBP": "image/webp", "JPEG2000": "image/jp2", "HEIF": "image/heic",
}  # fmt: skip
PDF_ERRORS = (
    pymupdf.FileDataError, pymupdf.EmptyFileError, pymupdf.mupdf.FzErrorBase, RuntimeError, ValueError, IndexError,
)  # fmt: skip
"""What PyMuPDF raises on damaged files; its own exceptions share no other base."""
# Pillow finds MPO out of JPEG by itself, and knows HEIF only once it has been taught
PILLOW_FORMATS = tuple(f for f in _FORMATS if f not in ("MPO", "HEIF"))
_EXIF_TAG, _PHOTOMETRIC = 0x0112, 262


@dataclass(frozen=True, slots=True)
class Frame:
    """Upright pixels with what their file says about them."""

    pixels: Pixels
    dpi: float
    dpi_known: bool
    """False: the file says nothing credible, and ``dpi`` follows from taking the shorter side for A4's."""
    bits: int
    """Bits a pixel in the file: 1, 8, 24 …"""
    drawn: bool = False
    """A PDF's page that is not one picture and nothing else: it may have words of its own."""
    seen_dpi: float | None = None
    """Of such a page that is covered by pictures: theirs, whatever it is drawn at."""

    @property
    def info(self) -> FrameInfo:
        h, w = self.pixels.shape[:2]
        return FrameInfo(w, h, self.dpi)


@contextmanager
def quiet_stderr() -> Iterator[None]:
    """Sends the process's stderr to nowhere: libtiff prints there itself, past Python, whatever Pillow does."""
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def is_pdf(path: Path) -> bool:
    """True if a PDF header stands in the first kilobyte (ISO 32000-1 annex H lets junk precede it). F07 if unreadable."""
    return b"%PDF-" in read_head(path)


def read_head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(1024)
    except OSError as e:
        raise WorkstationError("F07", file=path.name) from e


def media_type(image: Image.Image) -> str:
    return _FORMATS[image.format or ""]


def frame_count(image: Image.Image) -> int:
    """Pages of a TIFF; every other picture counts as one (an MPO's further frames are previews)."""
    return int(getattr(image, "n_frames", 1)) if image.format == "TIFF" else 1


_HEIF_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"mif1")
"""Major brands (ISO/IEC 23008-12, annex B) of pictures as telephones make them."""


def _is_heif(head: bytes) -> bool:
    return head[4:8] == b"ftyp" and head[8:12] in _HEIF_BRANDS


def _formats(path: Path) -> tuple[str, ...]:
    """What the file may be. Teaches Pillow HEIC when the first such file comes; Q16 where its decoder (the extra ``heic``) is not
    installed."""
    if not _is_heif(read_head(path)):
        return PILLOW_FORMATS
    try:
        from pillow_heif import register_heif_opener
    except ImportError as e:
        raise WorkstationError("Q16", file=path.name) from e
    register_heif_opener(thumbnails=False)
    return ("HEIF",)


@contextmanager
def opened(path: Path) -> Iterator[Image.Image]:
    """A Pillow image whose header has been read; F01 if it is none, F03 if it breaks off, F07 if the file can't be read."""
    try:
        # Pillow warns about odd metadata (truncated EXIF, corrupt TIFF tags); the pixels decide, not the warning
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(path, formats=_formats(path)) as image:
                yield image
    except UnidentifiedImageError as e:
        known = read_head(path)[:12]
        damaged = known.startswith((b"\xff\xd8", b"\x89PNG", b"II*\0", b"MM\0*", b"BM", b"RIFF")) or _is_heif(known)
        raise WorkstationError("F03" if damaged else "F01", file=path.name) from e
    except FileNotFoundError as e:
        raise WorkstationError("F07", file=path.name) from e
    except PermissionError as e:
        raise WorkstationError("F07", file=path.name) from e
    except MemoryError as e:
        raise WorkstationError("F05", file=path.name) from e
    except (OSError, SyntaxError, ValueError, EOFError, TypeError, OverflowError, struct.error, KeyError, RuntimeError) as e:
        # what Pillow's decoders raise on damaged data (found by changing bytes at random), of a TIFF's later page that is
        # packed in a way they don't know (KeyError), and libheif of sizes beyond its limits (RuntimeError)
        raise WorkstationError("F03", file=path.name) from e


_OF_SCANNERS = (200, 300, 400, 600, 1200)
"""Resolutions at which plans and long slips are scanned, and that hardly a camera writes into its pictures."""


def credible_dpi(x: float, width: int, height: int) -> bool:
    """A header's resolution counts unless the page would be larger than A2 or smaller than a visiting card; a scanner's own also
    of a plan up to A0 and of a slip, however long.

    Cameras write 72 into everything; 90 is the least that any scanner offers.
    """
    if not math.isfinite(x) or not 90 <= x <= 2400:
        return False
    short, long = sorted((width / x, height / x))
    if round(x) in _OF_SCANNERS and ((short <= 34 and long <= 47.5) or (short <= 9 and long <= 120)):
        return long >= 2
    return short <= 17 and long <= 24 and long >= 2


def resolution(image: Image.Image) -> tuple[float, float, bool]:
    """Dots an inch across and down, and whether the file says so."""
    raw = image.info.get("dpi") or (0, 0)
    x, y = float(raw[0]), float(raw[1])
    if credible_dpi(x, *image.size) and credible_dpi(y, *image.size):
        return x, y, True
    guess = min(image.size) / A4_WIDTH_INCH
    return guess, guess, False


def exif_orientation(image: Image.Image) -> int:
    value = image.getexif().get(_EXIF_TAG, 1)
    return value if value in range(1, 9) else 1


def exif_matrix(orientation: int, width: int, height: int) -> tuple[Matrix, int, int]:
    """Raw pixels → upright pixels for an EXIF orientation (Exif 2.32, 4.6.4 A), and the upright width and height."""
    w, h = width, height
    table: dict[int, Matrix] = {
        1: IDENTITY,
        2: (-1, 0, 0, 1, w, 0),
        3: (-1, 0, 0, -1, w, h),
        4: (1, 0, 0, -1, 0, h),
        5: (0, 1, 1, 0, 0, 0),
        6: (0, 1, -1, 0, h, 0),
        7: (0, -1, -1, 0, h, w),
        8: (0, -1, 1, 0, 0, w),
    }
    return table[orientation], *((h, w) if orientation >= 5 else (w, h))


def bits_per_pixel(image: Image.Image) -> int:
    return {"1": 1, "L": 8, "LA": 8, "P": 8, "I;16": 16, "I": 16, "F": 16}.get(image.mode, 24)


def _to_eight_bits(image: Image.Image) -> Image.Image:
    """Sixteen-bit and float pictures to 8-bit grey; full scale is 65535 except where the values say otherwise."""
    values = np.asarray(image, np.float32)
    highest = values.max(initial=0)
    white_is_zero = getattr(image, "tag_v2", {}).get(_PHOTOMETRIC) == 0  # Pillow heeds it of fewer bits only
    top = 65535.0 if highest > 4095 or white_is_zero else 4095.0 if highest > 255 else 255.0  # twelve bits stand in sixteen
    grey = np.clip(values * (255.0 / top), 0, 255).astype(np.uint8)
    return Image.fromarray(255 - grey if white_is_zero else grey)


def _cmyk_to_rgb(image: Image.Image) -> Image.Image:
    profile = image.info.get("icc_profile")
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            turned = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
            if turned is not None:
                return turned
        except (ImageCms.PyCMSError, OSError):
            pass  # a broken profile is as good as none: the plain conversion below shows the page all the same
    return image.convert("RGB")


def flatten(image: Image.Image) -> Image.Image:
    """Any mode to ``L`` or ``RGB``: white paper behind transparency, CMYK through its own profile, 16 bit scaled."""
    if image.mode.startswith("I") or image.mode == "F":
        image = _to_eight_bits(image)
    elif image.mode == "CMYK":
        image = _cmyk_to_rgb(image)
    if image.mode in ("LA", "PA", "La", "RGBA", "RGBa") or "transparency" in image.info:
        rgba = image.convert("RGBA")
        paper = Image.new("RGBA", rgba.size, "white")
        image = Image.alpha_composite(paper, rgba).convert("L" if image.mode in ("1", "L", "LA", "La") else "RGB")
    if image.mode == "P":
        colours = image.convert("RGB")
        lo_hi = ImageOps.grayscale(colours)
        return lo_hi if np.array_equal(np.asarray(colours), np.repeat(np.asarray(lo_hi)[..., None], 3, 2)) else colours
    return image if image.mode in ("L", "RGB") else image.convert("L" if image.mode == "1" else "RGB")


def _image_frame(path: Path, frame: int, limits: Limits) -> Frame:
    with opened(path) as image:
        if frame:
            image.seek(frame)
        check_pixels(path, *image.size, limits)
        x, y, known = resolution(image)
        bits = bits_per_pixel(image)
        orientation = exif_orientation(image)
        whole = _whole_jpeg(path.read_bytes(), image) if image.format == "JPEG" and orientation == 1 else None
        pixels = _flat_pixels(image, orientation) if whole is None else whole
    if orientation >= 5:
        x, y = y, x
    if abs(x / y - 1) > 0.01:  # fax modes have oblong pixels
        dpi = max(x, y)
        size = round(pixels.shape[1] * dpi / x), round(pixels.shape[0] * dpi / y)
        return Frame(np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_CUBIC), np.uint8), dpi, known, bits)
    return Frame(pixels, x, known, bits)


def _flat_pixels(image: Image.Image, orientation: int) -> Pixels:
    with quiet_stderr():
        image = page_alone(image)
        image.load()
    return np.asarray(ImageOps.exif_transpose(flatten(image)) if orientation > 1 else flatten(image))


_MARKER = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")
"""One that may not stand within a scan's data (ITU-T T.81, B.1.1.5); those to restart at may."""


def _whole_jpeg(data: bytes, image: Image.Image) -> Pixels | None:
    """What Pillow makes of a grey or RGB JPEG (its ``image``, header read), bit by bit the same, without its copies of every
    pixel: two fifths of the time (measured, A4 of 300 dpi).

    None for what is Pillow's: other modes, several scans, and data that breaks off or holds a foreign marker, of which
    Pillow says so while OpenCV paints the rest grey (of 400 pictures with bytes changed or missing it refused the same 39).
    """
    end = _MARKER.search(data, jpegs.scan_begins(data)) if image.mode in ("L", "RGB") else None
    if end is None or end[0] != b"\xff\xd9" or data[end.end() :].strip(b"\0\r\n"):
        return None
    form = cv2.IMREAD_GRAYSCALE if image.mode == "L" else cv2.IMREAD_COLOR_RGB
    try:
        with quiet_stderr():
            found = cv2.imdecode(np.frombuffer(data, np.uint8), form | cv2.IMREAD_IGNORE_ORIENTATION)
    except cv2.error:
        return None
    same = found is not None and found.shape[:2] == (image.height, image.width)
    return np.asarray(found, np.uint8) if same else None


def square_pixels(image: Image.Image) -> bool:
    x, y, _ = resolution(image)
    return abs(x / y - 1) <= 0.01


def check_pixels(path: Path, width: float, height: float, limits: Limits) -> None:
    if width * height > limits.max_pixels:
        raise WorkstationError("F05", file=path.name, width=int(width), height=int(height), limit=limits.max_pixels)


@contextmanager
def opened_pdf(path: Path) -> Iterator[pymupdf.Document]:
    """F02 if it wants a password, F03 if it is broken, F04 without pages."""
    try:
        document = pymupdf.open(**_source(path), filetype="pdf")
    except PDF_ERRORS as e:
        raise WorkstationError("F03", file=path.name) from e
    try:
        if document.needs_pass:
            raise WorkstationError("F02", file=path.name)
        if document.page_count == 0:
            raise WorkstationError("F03" if document.is_repaired else "F04", file=path.name)
        yield document
    finally:
        document.close()


def _source(path: Path) -> dict[str, Any]:
    """MuPDF opens no file whose name is not Unicode, as names from old systems are."""
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return {"stream": path.read_bytes()}
    return {"filename": path}


@contextmanager
def pdf_damage(path: Path) -> Iterator[None]:
    """F03 for whatever MuPDF says inside."""
    try:
        yield
    except PDF_ERRORS as e:
        raise WorkstationError("F03", file=path.name) from e


def _pdf_frame(path: Path, frame: int, limits: Limits) -> Frame:
    with opened_pdf(path) as document, pdf_damage(path):
        page = document[frame]
        scan, seen = pdf_scan(page), None
        if scan:
            check_pixels(path, scan.width_px, scan.height_px, limits)
            if (jpeg := _jpeg_pixels(path, document, scan)) is not None:
                return Frame(_upright(jpeg, scan.orientation), scan.dpi, True, 24 if jpeg.ndim == 3 else 8)
            pixmap = pymupdf.Pixmap(document, scan.xref)
            if pixmap.n - pixmap.alpha not in (1, 3):
                pixmap = pymupdf.Pixmap(pymupdf.csRGB, pixmap)
            dpi = scan.dpi
            one_bit = document.xref_get_key(scan.xref, "BitsPerComponent")[1] == "1"
            bits = 24 if pixmap.n - pixmap.alpha == 3 else 1 if one_bit else 8
        else:
            width, height = page.rect.width / 72 * PDF_RENDER_DPI, page.rect.height / 72 * PDF_RENDER_DPI
            check_pixels(path, width, height, limits)
            pixmap = page.get_pixmap(dpi=PDF_RENDER_DPI, alpha=False)
            dpi, bits = float(PDF_RENDER_DPI), 24
            seen = seen_dpi(page)
        pixels = np.frombuffer(pixmap.samples, np.uint8).reshape(pixmap.height, pixmap.stride)[:, : pixmap.width * pixmap.n]
        pixels = pixels.reshape(pixmap.height, pixmap.width, pixmap.n)
    plain = pixels[..., 0] if pixels.shape[2] < 3 else pixels[..., :3]
    return Frame(_upright(plain, scan.orientation if scan else 1), dpi, True, bits, drawn=scan is None, seen_dpi=seen)


def _upright(pixels: Pixels, orientation: int) -> Pixels:
    """What ``ImageOps.exif_transpose`` makes of a picture, of its pixels alone."""
    if orientation >= 5:
        pixels, orientation = np.swapaxes(pixels, 0, 1), {5: 1, 6: 2, 7: 3, 8: 4}[orientation]
    down, across = (-1 if orientation in (3, 4) else 1), (-1 if orientation in (2, 3) else 1)
    return np.ascontiguousarray(pixels[::down, ::across])


def _jpeg_pixels(path: Path, document: pymupdf.Document, scan: PdfScan) -> Pixels | None:
    """The pixels of a scan that is a plain JPEG, by Pillow: a third of MuPDF's time, and the same as of a JPEG file.

    F03 for one that breaks off; None for what is no such JPEG.
    """
    data = jpeg_stream(document, scan)
    if data is None:
        return None
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG",)) as image:
            if image.size != (scan.width_px, scan.height_px):
                return None
            whole = _whole_jpeg(data, image)
            return np.asarray(image) if whole is None else whole
    except (OSError, SyntaxError, ValueError) as e:
        raise WorkstationError("F03", file=path.name) from e


def load_frame(path: Path, frame: int, limits: Limits | None = None) -> Frame:
    """Decodes frame ``frame`` (from 0). F01, F02, F03, F04, F05, F07 as in ``inspect_file``."""
    caps = limits or Limits()
    return _pdf_frame(path, frame, caps) if is_pdf(path) else _image_frame(path, frame, caps)


def raw_jpeg(path: Path, frame: int) -> tuple[bytes, int] | None:
    """The untouched bytes of a JPEG that a PDF can carry as it is, and its EXIF orientation; None if there is none.

    Wanted: baseline or progressive, 8 bit, grey or three components. The picture of a scanned PDF page counts too.
    """
    if is_pdf(path):
        with opened_pdf(path) as document, pdf_damage(path):
            scan = pdf_scan(document[frame])
            data = jpeg_stream(document, scan) if scan else None
            return (data, scan.orientation) if scan and data else None
    with opened(path) as image:
        if image.format not in ("JPEG", "MPO") or not square_pixels(image):
            return None
        orientation = exif_orientation(image)
    data = path.read_bytes()
    return (data, orientation) if jpegs.carriable(io.BytesIO(data)) else None


# A file that breaks off is damaged, not a page with a grey lower half.
ImageFile.LOAD_TRUNCATED_IMAGES = False
