"""Pictures for the screen: cleaned pages, and pages of PDFs as far as a signature covers them."""

import hashlib
from pathlib import Path

import cv2
import numpy as np
import pymupdf

from ocr.cache import VERSION, read_json, whole_picture, write_json
from ocr.frames import PDF_ERRORS, Pixels, load_frame
from ocr.small import picture_size, write_picture
from ocr.work import applied
from workstation.domain.errors import WorkstationError
from workstation.domain.pagejobs import PdfRenderJob, Rendered, RenderJob


def render_page(job: RenderJob) -> Rendered:
    """The cleaned page, cached by original, recipe and size."""
    recipe = hashlib.sha256(repr([(t.name, t.version, t.params) for t in job.recipe]).encode()).hexdigest()[:16]
    path = job.cache / job.original[:2] / f"{job.original}-{job.frame}-{recipe}-{job.max_px}-v{VERSION}.view.jpg"
    return _cached(path) or _write(applied(load_frame(job.path, job.frame).pixels, job.recipe), job.max_px, path)


def render_pdf(job: PdfRenderJob) -> Rendered:
    """A page of a PDF's first ``prefix`` bytes: what a signature covers, whatever was appended later.

    F03 if those bytes are no PDF or lack the page, F07 if the file can't be read.
    """
    path = job.cache / job.sha256[:2] / f"{job.sha256}-{job.prefix}-{job.page}-{job.max_px}-v{VERSION}.pdf.jpg"
    known = _cached(path)
    if known:
        return known
    data = _prefix(job.path, job.prefix)
    try:
        with pymupdf.open(stream=data, filetype="pdf") as document:
            page = document[job.page]
            scale = job.max_px / max(page.rect.width, page.rect.height)
            pixmap = page.get_pixmap(matrix=pymupdf.Matrix(scale, scale), alpha=False, colorspace=pymupdf.csRGB)
    except PDF_ERRORS as e:
        raise WorkstationError("F03", file=job.path.name) from e
    rows = np.frombuffer(pixmap.samples, np.uint8).reshape(pixmap.height, pixmap.stride)[:, : pixmap.width * 3]
    page_pixels = np.ascontiguousarray(rows.reshape(pixmap.height, pixmap.width, 3))
    return _write(page_pixels, max(pixmap.width, pixmap.height), path, scale)


def _write(pixels: Pixels, max_px: int, path: Path, scale: float | None = None) -> Rendered:
    """The size goes to disk before the picture, so that a picture never stands alone. ``scale``: if not the shrinkage."""
    cv2.setNumThreads(1)
    width, height, shrunk = picture_size(pixels, max_px)
    write_json(path.with_suffix(".size.json"), [width, height, scale or shrunk])
    write_picture(pixels, max_px, path)
    return Rendered(path, width, height, scale or shrunk)


def _cached(path: Path) -> Rendered | None:
    size = read_json(path.with_suffix(".size.json"))
    return Rendered(path, *size) if size and whole_picture(path) else None


def _prefix(path: Path, length: int) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(length) if length else file.read()
    except OSError as e:
        raise WorkstationError("F07", file=path.name) from e
