"""A page's picture for a PDF: what is drawn where, and the scan's own JPEG bytes wherever a PDF can carry them.

Decision: what is no such JPEG (PNG, TIFF, CMYK, alpha, 16 bit, rendered PDF pages) is encoded once: black and white as CCITT
group 4 without loss, everything else as JPEG of quality 92 without colour subsampling – or as a PNG's rows where that is
smaller than the file came. The original stays in the blob store, so the PDF need not be a second lossless copy of ten times
the size.
"""

import io
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ocr import jbig2
from ocr.frames import Frame, Pixels, exif_matrix, load_frame, raw_jpeg
from ocr.work import applied
from workstation.domain.page import IDENTITY, Box, Matrix
from workstation.domain.pagejobs import PublishPage
from workstation.domain.pagework import made_anew

JPEG_QUALITY = 92
WHOLE: Box = (0.0, 0.0, 1.0, 1.0)
_STRIP_OFFSETS, _STRIP_SIZES = 273, 279


@dataclass(frozen=True, slots=True)
class Picture:
    """An image stream."""

    data: bytes
    filter: str
    width: int
    height: int
    components: int
    bits: int
    black_is_1: bool = False
    """Of CCITT and JBIG2 data: what the coder calls black comes out as 1, not as 0."""
    palette: bytes = b""
    """Red, green and blue of each value, if the values are not tones."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A picture on a sheet."""

    picture: Picture
    box: Box = WHOLE
    """Left, top, right, bottom as shares of the sheet."""
    mask: Picture | None = None
    """One bit a pixel, 1 where the picture is painted, on a grid of its own; None: everywhere."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a page draws, from below, on a grid of ``width`` × ``height`` pixels that ``upright`` sets upright."""

    form: str
    """``scan``: the scan itself or its one encoding, of the cleaned page where no affine map makes that; else how it was made
    smaller (``ocr.compact``)."""
    width: int
    height: int
    pieces: tuple[Piece, ...]
    upright: Matrix
    upright_width: int
    upright_height: int
    cleaned: bool = False
    """It is the cleaned page: nothing of the recipe is left to be drawn."""


def cleaned_frame(page: PublishPage, frame: Frame) -> Frame:
    """What the recipe makes of the frame. Black and white stays so only if every pixel did."""
    pixels = applied(frame.pixels, page.recipe)
    plain = pixels.ndim == 2
    bits = 24 if not plain else 1 if frame.bits == 1 and bool(((pixels == 0) | (pixels == 255)).all()) else 8
    return Frame(pixels, page.text.dpi, frame.dpi_known, bits)


def page_sheet(page: PublishPage, decoded: Frame | None = None) -> Sheet:
    """The scan's own bytes where an affine map makes the page of them, else its cleaned pixels, encoded once. ``decoded``: the
    page's pixels, if they are at hand: cleaned ones in the second case. F01, F02, F03, F05, F07 as ``load_frame``."""
    if not made_anew(page.recipe):
        return scan_sheet(page.path, page.frame, decoded)
    own = encode(decoded or cleaned_frame(page, load_frame(page.path, page.frame)), page.path.stat().st_size)
    return replace(upright_sheet("scan", own.width, own.height, Piece(own)), cleaned=True)


def upright_sheet(form: str, width: int, height: int, *pieces: Piece) -> Sheet:
    return Sheet(form, width, height, pieces, IDENTITY, width, height)


def scan_sheet(path: Path, frame: int, decoded: Frame | None = None) -> Sheet:
    """``decoded``: its pixels, if they are at hand. F01, F02, F03, F05, F07 as ``load_frame``."""
    raw = raw_jpeg(path, frame)
    if raw is None:
        own = encode(decoded or load_frame(path, frame), path.stat().st_size)
        return upright_sheet("scan", own.width, own.height, Piece(own))
    data, orientation = raw
    with Image.open(io.BytesIO(data)) as image:
        width, height = image.size
        own = Picture(data, "/DCTDecode", width, height, 1 if image.mode == "L" else 3, 8)
    return Sheet("scan", width, height, (Piece(own),), *exif_matrix(orientation, width, height))


def encode(frame: Frame, source_bytes: int) -> Picture:
    """One encoding of pixels that no PDF carries as they are; without loss where that costs no more than their file did."""
    small = group4(frame.pixels >= 128) if frame.bits == 1 else jpeg(frame.pixels, JPEG_QUALITY, subsampling=0)
    if len(small.data) <= source_bytes:
        return small
    exact = flate(Image.fromarray(frame.pixels >= 128) if frame.bits == 1 else _few_colours(frame.pixels))
    return min(small, exact, key=lambda picture: len(picture.data))


def _few_colours(pixels: Pixels) -> Image.Image:
    """``P`` without loss if 256 colours or fewer stand on the page, else ``L`` or ``RGB``."""
    image = Image.fromarray(pixels)
    if image.mode == "L" or image.getcolors(256) is None:
        return image
    red, green, blue = (pixels[..., i].astype(np.uint32) for i in range(3))
    colours, indices = np.unique((red << 16) | (green << 8) | blue, return_inverse=True)
    few = Image.fromarray(indices.reshape(pixels.shape[:2]).astype(np.uint8), "P")
    few.putpalette(np.stack([colours >> 16, colours >> 8 & 255, colours & 255], axis=1).astype(np.uint8).tobytes())
    return few


def flate(image: Image.Image) -> Picture:
    """``1``, ``L``, ``P`` or ``RGB`` without loss, as a PNG's rows: drawings, dithered grey."""
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    data, at, chunks = out.getvalue(), 8, dict[bytes, bytes]()
    while at < len(data):  # length, name, data, checksum
        length, name = int.from_bytes(data[at : at + 4]), data[at + 4 : at + 8]
        chunks[name] = chunks.get(name, b"") + data[at + 8 : at + 8 + length]
        at += 12 + length
    components, bits = 3 if image.mode == "RGB" else 1, chunks[b"IHDR"][8]
    return Picture(chunks[b"IDAT"], "/FlateDecode", image.width, image.height, components, bits, palette=chunks.get(b"PLTE", b""))


def jpeg(pixels: Pixels, quality: int, *, subsampling: int = 2, progressive: bool = False, true_tone: bool = False) -> Picture:
    """``subsampling``: Pillow's 0 (colour at full resolution) or 2 (a quarter of it).

    ``true_tone``: mean colours in steps of half a level whatever the quality, so that pieces side by side look alike.
    """
    out = io.BytesIO()
    image = Image.fromarray(pixels)
    how: dict[str, Any] = {"qtables": _true_tone(quality, image.mode)} if true_tone else {"quality": quality}
    image.save(out, "JPEG", subsampling=subsampling, optimize=True, progressive=progressive, **how)
    return Picture(out.getvalue(), "/DCTDecode", image.width, image.height, 1 if image.mode == "L" else 3, 8)


@cache
def _true_tone(quality: int, mode: str) -> list[list[int]]:
    """libjpeg's tables for ``quality`` with fine steps (4 is half a level) for the means of the blocks."""
    out = io.BytesIO()
    Image.new(mode, (8, 8)).save(out, "JPEG", quality=quality)
    with Image.open(out) as image:
        tables = image.quantization  # type: ignore[attr-defined]  # opened as what we wrote: a JPEG
        return [[min(4, table[0]), *table[1:]] for _, table in sorted(tables.items())]


def group4(white: NDArray[np.bool_]) -> Picture:
    """The CCITT T.6 data of a black-and-white picture (the one strip of a TIFF that libtiff writes) from H × W truth values.

    Fax coding calls the bit 1 black whatever it means; a PDF that wants it back as 1 says BlackIs1.
    """
    out = io.BytesIO()
    image = Image.fromarray(white)
    image.save(out, "TIFF", compression="group4", tiffinfo={278: image.height})
    out.seek(0)
    with Image.open(out) as tiff:
        tags = tiff.tag_v2  # type: ignore[attr-defined]  # opened as what we wrote: a TIFF
        offsets, sizes, photometric = tags[_STRIP_OFFSETS], tags[_STRIP_SIZES], tags[262]
    if len(offsets) != 1 or photometric not in (0, 1):
        raise ValueError("one strip expected")
    data = out.getvalue()[offsets[0] : offsets[0] + sizes[0]]
    return Picture(data, "/CCITTFaxDecode", image.width, image.height, 1, 1, photometric == 1)


def writing(mask: NDArray[np.uint8]) -> Picture:
    """A page's mask, H × W of 0 and 1, without loss: as JBIG2, or as CCITT where that is smaller (very small ones)."""
    height, width = mask.shape
    arithmetic = Picture(jbig2.encoded(mask), "/JBIG2Decode", width, height, 1, 1, black_is_1=True)
    return min(arithmetic, group4(mask > 0), key=lambda picture: len(picture.data))
