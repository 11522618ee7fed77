"""The page's picture as a PDF image, the scan's own JPEG bytes wherever a PDF can carry them.

Decision: what is no such JPEG (PNG, TIFF, CMYK, alpha, 16 bit, rendered PDF pages) is encoded once: black and white as CCITT
group 4 without loss, everything else as JPEG of quality 92 without colour subsampling. The original stays in the blob
store, so the PDF need not be a second lossless copy of ten times the size.
"""

import io
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from ocr.frames import Frame, exif_matrix, load_frame, raw_jpeg
from workstation.domain.page import IDENTITY, Matrix

JPEG_QUALITY = 92
_STRIP_OFFSETS, _STRIP_SIZES = 273, 279


@dataclass(frozen=True, slots=True)
class Picture:
    """An image stream. ``upright``: its pixels → upright pixels of ``upright_width`` × ``upright_height``."""

    data: bytes
    filter: str
    width: int
    height: int
    components: int
    bits: int
    black_is_1: bool
    """Of CCITT data only."""
    upright: Matrix
    upright_width: int
    upright_height: int


def picture(path: Path, frame: int) -> Picture:
    """F01, F02, F03, F05, F07 as ``load_frame``."""
    raw = raw_jpeg(path, frame)
    if raw is None:
        return encode(load_frame(path, frame))
    data, orientation = raw
    with Image.open(io.BytesIO(data)) as image:
        width, height = image.size
        components = 1 if image.mode == "L" else 3
    return Picture(data, "/DCTDecode", width, height, components, 8, False, *exif_matrix(orientation, width, height))


def encode(frame: Frame) -> Picture:
    height, width = frame.pixels.shape[:2]
    image = Image.fromarray(frame.pixels)
    if frame.bits == 1:
        data, white_is_1 = _group4(image)
        return Picture(data, "/CCITTFaxDecode", width, height, 1, 1, white_is_1, IDENTITY, width, height)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=JPEG_QUALITY, subsampling=0, optimize=True)
    components = 1 if image.mode == "L" else 3
    return Picture(out.getvalue(), "/DCTDecode", width, height, components, 8, False, IDENTITY, width, height)


def _group4(image: Image.Image) -> tuple[bytes, bool]:
    """The CCITT T.6 data of a black-and-white picture (the one strip of a TIFF that libtiff writes), and whether 1 is white.

    Fax coding calls the bit 1 black whatever it means; a PDF that wants it back as 1 says BlackIs1.
    """
    out = io.BytesIO()
    bits = image.point(lambda v: 255 if v >= 128 else 0).convert("1", dither=Image.Dither.NONE)
    bits.save(out, "TIFF", compression="group4", tiffinfo={278: image.height})
    out.seek(0)
    with Image.open(out) as tiff:
        tags = tiff.tag_v2  # type: ignore[attr-defined]  # opened as what we wrote: a TIFF
        offsets, sizes, photometric = tags[_STRIP_OFFSETS], tags[_STRIP_SIZES], tags[262]
    if len(offsets) != 1 or photometric not in (0, 1):
        raise ValueError("one strip expected")
    return out.getvalue()[offsets[0] : offsets[0] + sizes[0]], photometric == 1
