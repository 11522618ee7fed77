"""What a page of a PDF draws, as far as it was scanned: the one picture that fills it, or those that cover it."""

import io
import math
from dataclasses import dataclass
from typing import Any

import pymupdf

from ocr import jpegs


@dataclass(frozen=True, slots=True)
class PdfScan:
    """The one picture that fills a scanned PDF page."""

    xref: int
    width_px: int
    height_px: int
    """Of the picture as it is stored."""
    dpi: float
    orientation: int
    """How it lies on the page as a viewer shows it, told as EXIF tells it (``frames.exif_matrix``)."""
    plain: bool
    """Its values are grey or RGB as they stand, not an index, a separation, CMYK or a negative."""


def pdf_scan(page: pymupdf.Page) -> PdfScan | None:
    """The page's picture if it is all there is to see: filling the page, turned by quarters at most (by itself, or with the page:
    ISO 32000-1, 7.7.3.3, Rotate), nothing drawn or written over it.

    Invisible text (an earlier OCR layer) does not count; annotations and signature stamps do, so such pages are rendered.
    """
    pictures = page.get_image_info()
    if len(pictures) != 1:
        return None
    info = pictures[0]
    matrix = _placed(page, info)
    orientation = _orientation(matrix)
    if not orientation or not _fills(page, matrix):
        return None
    if any(trace["type"] != 3 for trace in page.get_texttrace()) or page.get_cdrawings() or next(page.annots(), None) is not None:
        return None
    if next(page.widgets(), None) is not None:
        return None
    xref = _picture_xref(page, info)
    if not xref or any(page.parent.xref_get_key(xref, key)[0] != "null" for key in ("SMask", "Mask", "ImageMask")):
        return None
    x, y = _dpi(info, matrix)
    if abs(x / y - 1) > 0.01:
        return None
    plain = info["cs-name"].startswith(("DeviceRGB", "DeviceGray", "ICCBased(RGB", "ICCBased(Gray"))
    return PdfScan(xref, info["width"], info["height"], x, orientation, plain and _as_stored(page.parent, xref))


def _placed(page: pymupdf.Page, info: dict[str, Any]) -> pymupdf.Matrix:
    """From the picture's unit square, its top left the origin, onto the page as it is shown: MuPDF leaves out the page's turn."""
    matrix: pymupdf.Matrix = pymupdf.Matrix(info["transform"]) * page.rotation_matrix
    return matrix


def _orientation(matrix: pymupdf.Matrix) -> int:
    """As EXIF tells it; 0 for a picture that lies aslant."""
    a, b, c, d = matrix.a, matrix.b, matrix.c, matrix.d
    aslant = 1e-3 * (abs(a) + abs(b) + abs(c) + abs(d))
    if abs(b) + abs(c) < aslant:
        return {(True, True): 1, (False, True): 2, (False, False): 3, (True, False): 4}[a > 0, d > 0]
    if abs(a) + abs(d) < aslant:
        return {(True, True): 5, (True, False): 6, (False, False): 7, (False, True): 8}[b > 0, c > 0]
    return 0


def _fills(page: pymupdf.Page, matrix: pymupdf.Matrix) -> bool:
    box = pymupdf.Rect(0, 0, 1, 1) * matrix
    whole = abs(page.rect)
    return bool(abs(box & page.rect) >= 0.98 * whole and abs(box) <= 1.02 * whole)


def _dpi(info: dict[str, Any], matrix: pymupdf.Matrix) -> tuple[float, float]:
    """Dots an inch along the picture's own rows and columns."""
    return 72 * info["width"] / (math.hypot(matrix.a, matrix.b) or 1), 72 * info["height"] / (math.hypot(matrix.c, matrix.d) or 1)


def _as_stored(document: pymupdf.Document, xref: int) -> bool:
    """Whether its values mean what they say (ISO 32000-1, 8.9.5.2, Decode)."""
    kind, value = document.xref_get_key(xref, "Decode")
    numbers = [float(number) for number in value.strip("[] ").split()] if kind == "array" else []
    return kind == "null" or (len(numbers) > 1 and numbers == [0.0, 1.0] * (len(numbers) // 2))


_MUPDF_RECORD = 4096
"""MuPDF counts a record of its own with a picture's bytes; fewer than these."""


def _picture_xref(page: pymupdf.Page, info: dict[str, Any]) -> int:
    """Number of the one picture that is drawn; 0 for one that stands in the page's own content.

    MuPDF finds it by decoding every picture it could be (0.1 s a page, measured), so that is the last resort.
    """
    held = page.get_images(full=True)
    if len(held) == 1 and held[0][2:4] == (info["width"], info["height"]):
        length = page.parent.xref_get_key(held[0][0], "Length")
        if length[0] == "int" and 0 <= info["size"] - int(length[1]) < _MUPDF_RECORD:
            return int(held[0][0])
    return int(page.get_image_info(xrefs=True)[0]["xref"])


_COVERS, _PIECE = 0.5, 0.05
"""Share of a page that its pictures cover if it was scanned, and of it that one of them does."""


def seen_dpi(page: pymupdf.Page) -> float | None:
    """The resolution of the pictures that cover a page: of layers the finest, for writing lies on a coarse ground; of pieces side
    by side the coarsest. None where a page is mostly something else."""
    layers, pieces, covered = list[float](), list[float](), 0.0
    for info in page.get_image_info():
        matrix = _placed(page, info)
        share = abs(pymupdf.Rect(0, 0, 1, 1) * matrix & page.rect) / (abs(page.rect) or 1)
        covered += share
        if share >= _PIECE:
            (layers if share >= _COVERS else pieces).append(min(_dpi(info, matrix)))
    return max(layers) if layers else min(pieces) if pieces and covered >= _COVERS else None


def jpeg_stream(document: pymupdf.Document, scan: PdfScan) -> bytes | None:
    """The untouched bytes of a scanned page's picture if they are a JPEG that a PDF can carry as it is."""
    if not scan.plain or document.xref_get_key(scan.xref, "Filter")[1].strip("[] ") != "/DCTDecode":
        return None
    data = document.xref_stream_raw(scan.xref)
    return data if data and jpegs.carriable(io.BytesIO(data)) else None
