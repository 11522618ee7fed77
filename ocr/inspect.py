"""What is in a file, from its header: nothing large is decoded before its size is known to be allowed."""

from pathlib import Path

import pymupdf
from PIL import Image

from ocr.frames import (
    PDF_RENDER_DPI,
    check_pixels,
    exif_orientation,
    frame_count,
    is_pdf,
    media_type,
    opened,
    opened_pdf,
    pdf_damage,
    resolution,
)  # fmt: skip
from ocr.pdfscan import pdf_scan
from ocr.written import is_written
from workstation.domain.errors import WorkstationError
from workstation.domain.pagejobs import FrameInfo, Inspection, Limits

_SIGNATURE_WIDGET = 6  # MuPDF's PDF_WIDGET_TYPE_SIGNATURE
_RANGE, _PART = b"/ByteRange", 1 << 20
"""What is looked for in a file, and how much of it is in memory then."""
_STRIP_OFFSETS, _STRIP_SIZES, _TILE_OFFSETS, _TILE_SIZES = 273, 279, 324, 325


def inspect(path: Path, limits: Limits) -> Inspection:
    """Media type and frames of ``path``. F01, F02, F03, F04, F05, F07, Q16, Q17 (see ``workstation.domain.errors``)."""
    try:
        size = path.stat().st_size
    except OSError as e:
        raise WorkstationError("F07", file=path.name) from e
    if path.is_dir():
        raise WorkstationError("F07", file=path.name)
    if size == 0:
        raise WorkstationError("F04", file=path.name)
    return _inspect_pdf(path, limits) if is_pdf(path) else _inspect_image(path, limits)


def _inspect_image(path: Path, limits: Limits) -> Inspection:
    with opened(path) as image:
        count, kind = frame_count(image), media_type(image)
        _check_count(path, count, limits)
        frames = []
        for number in range(count):
            if number:
                image.seek(number)
            check_pixels(path, *image.size, limits)
            frames.append(_frame_info(image))
            _check_complete(path, image)
    return Inspection(kind, tuple(frames))


def _frame_info(image: Image.Image) -> FrameInfo:
    x, y, _ = resolution(image)
    width, height = image.size
    if abs(x / y - 1) > 0.01:
        width, height = round(width * max(x, y) / x), round(height * max(x, y) / y)
    if exif_orientation(image) >= 5:
        width, height = height, width
    return FrameInfo(width, height, max(x, y))


def _check_complete(path: Path, image: Image.Image) -> None:
    """F03 for a file that breaks off. Decodes and so changes ``image``.

    A JPEG is decoded at an eighth (some 20 ms); of a TIFF, whose pages may be many, the strip table is compared.
    """
    if image.format in ("JPEG", "MPO"):
        image.draft("L", (1, 1))
        image.load()
    elif image.format == "TIFF":
        tags = getattr(image, "tag_v2", {})
        offsets = tags.get(_STRIP_OFFSETS) or tags.get(_TILE_OFFSETS) or ()
        sizes = tags.get(_STRIP_SIZES) or tags.get(_TILE_SIZES) or ()
        if any(o + s > path.stat().st_size for o, s in zip(offsets, sizes, strict=False)):
            raise WorkstationError("F03", file=path.name)
    else:
        image.load()


def _check_count(path: Path, count: int, limits: Limits) -> None:
    if count == 0:
        raise WorkstationError("F04", file=path.name)
    if count > limits.max_pages:
        raise WorkstationError("F05", file=path.name, pages=count, limit=limits.max_pages)


def _inspect_pdf(path: Path, limits: Limits) -> Inspection:
    with opened_pdf(path) as document:
        _refuse_portfolio(path, document)
        _check_count(path, document.page_count, limits)
        with pdf_damage(path):
            frames = tuple(_pdf_frame_info(path, page, limits) for page in document.pages())
            if document.is_repaired:
                # what had to be guessed together may lack pages or show empty ones: a clerk must not take it for whole
                raise WorkstationError("F03", file=path.name)
            return Inspection("application/pdf", frames, _signed(path, document), any(map(is_written, document.pages())))


def _refuse_portfolio(path: Path, document: pymupdf.Document) -> None:
    """Q17 for a PDF portfolio (ISO 32000-1, 12.3.5): its one page is a cover, its documents are files inside."""
    inside = document.embfile_count()
    if inside and document.xref_get_key(document.pdf_catalog(), "Collection")[0] != "null":
        raise WorkstationError("Q17", file=path.name, count=inside)


def _pdf_frame_info(path: Path, page: pymupdf.Page, limits: Limits) -> FrameInfo:
    scan = pdf_scan(page)
    if scan:
        check_pixels(path, scan.width_px, scan.height_px, limits)
        turned = scan.orientation >= 5
        return FrameInfo(*((scan.height_px, scan.width_px) if turned else (scan.width_px, scan.height_px)), scan.dpi)
    scale = PDF_RENDER_DPI / 72
    box = (page.rect * pymupdf.Matrix(scale, scale)).irect  # the rounding of get_pixmap
    check_pixels(path, box.width, box.height, limits)
    return FrameInfo(box.width, box.height, float(PDF_RENDER_DPI))


def _signed(path: Path, document: pymupdf.Document) -> bool:
    """True if a signature field holds a signature: an empty field is only a place for one. A signature without a field on a
    page, or one that somebody hid, is told by its byte range (ISO 32000-1, 12.8.1), which stands in the file as it is. Usage
    rights have one too (12.8.2.3), and sign nothing that anybody reads."""
    rights = document.xref_get_key(document.pdf_catalog(), "Perms/UR3")[0] != "null"
    if _byte_ranges(path, 2) > int(rights):
        return True
    for page in document.pages():
        for widget in page.widgets(types=[_SIGNATURE_WIDGET]):
            if document.xref_get_key(widget.xref, "V")[0] != "null":
                return True
    return False


def _byte_ranges(path: Path, most: int) -> int:
    """How many byte ranges the file speaks of; counted up to ``most``."""
    found, rest = 0, b""
    with path.open("rb") as file:  # read, not mapped: a file of a thousand scans would count as this process's memory
        while found < most and (part := file.read(_PART)):
            found += (rest + part).count(_RANGE)
            rest = (rest + part)[1 - len(_RANGE) :]
    return min(found, most)
