"""Pages made small for the screen: pictures of a given size, and the thumbnails of a dossier's pages.

A thumbnail is drawn twice. As soon as a page is there, raw: a JPEG is decoded at an eighth, a page of a PDF drawn small. Once the
page is cleaned, from the picture that was read; what a deleted cache lacks is drawn again from original and recipe, the same.
"""

from pathlib import Path

import cv2
import numpy as np
import pymupdf
from PIL import ImageOps

from ocr import cache, thumbs
from ocr.frames import (
    Pixels,
    check_pixels,
    exif_orientation,
    flatten,
    is_pdf,
    load_frame,
    opened,
    opened_pdf,
    pdf_damage,
    quiet_stderr,
    square_pixels,
)
from ocr.reduce import reduce
from ocr.smaller import halved
from ocr.work import applied
from workstation.domain.page import Recipe
from workstation.domain.pagejobs import Limits
from workstation.domain.thumbs import RAW, Thumb, ThumbJob, kind_of

THUMBNAIL_PX = 320
_QUALITY = 80


def draw(job: ThumbJob) -> None:
    """Puts the page's picture into its pack, unless it is there. F01 to F05 and F07 as ``load_frame``; M01."""
    wanted = Thumb(job.pack, job.page, kind_of(job.recipe))
    stored = thumbs.get(wanted.pack, wanted.page)
    if stored is not None and stored.serves(wanted):
        return
    cv2.setNumThreads(1)
    if job.recipe is None:
        thumbs.put(wanted.pack, wanted.page, RAW, encoded(raw_small(job.path, job.source.frame), THUMBNAIL_PX))
    else:
        frame = load_frame(job.path, job.source.frame)
        keep(job.pack, job.page, job.recipe, reduce(applied(frame.pixels, job.recipe), frame.dpi).page)


def keep(pack: Path, key: str, recipe: Recipe, page: Pixels) -> None:
    """The thumbnail of a cleaned page, reduced as it is for reading. ``key``: as ``page_key``."""
    thumbs.put(pack, key, kind_of(recipe), encoded(page, THUMBNAIL_PX))


def raw_small(path: Path, frame: int) -> Pixels:
    """The frame as it came, at least as large as a thumbnail where it can be, decoded with as little work as its kind allows."""
    if is_pdf(path):
        return _drawn_small(path, frame)
    with opened(path) as image:
        check_pixels(path, *image.size, Limits())
        if image.format in ("JPEG", "MPO") and square_pixels(image):
            orientation = exif_orientation(image)
            image.draft(None, (THUMBNAIL_PX, THUMBNAIL_PX))
            with quiet_stderr():
                image.load()
            plain = flatten(image)
            return np.asarray(ImageOps.exif_transpose(plain) if orientation > 1 else plain)
    return load_frame(path, frame).pixels


def _drawn_small(path: Path, frame: int) -> Pixels:
    with opened_pdf(path) as document, pdf_damage(path):
        page = document[frame]
        scale = THUMBNAIL_PX / max(page.rect.width, page.rect.height)
        pixmap = page.get_pixmap(matrix=pymupdf.Matrix(scale, scale), alpha=False, colorspace=pymupdf.csRGB)
        rows = np.frombuffer(pixmap.samples, np.uint8).reshape(pixmap.height, pixmap.stride)[:, : pixmap.width * 3]
        return np.ascontiguousarray(rows.reshape(pixmap.height, pixmap.width, 3))


def picture_size(page: Pixels, max_px: int) -> tuple[int, int, float]:
    """Width, height and scale of a page that fits ``max_px`` on its longer side; never enlarged."""
    height, width = page.shape[:2]
    scale = min(1.0, max_px / max(height, width))
    return max(1, round(width * scale)), max(1, round(height * scale)), scale


def encoded(page: Pixels, max_px: int) -> bytes:
    """A JPEG of the page of ``picture_size``."""
    width, height, scale = picture_size(page, max_px)
    small = cv2.resize(halved(page, scale)[0], (width, height), interpolation=cv2.INTER_AREA) if scale < 1 else page
    bgr = small if small.ndim == 2 else cv2.cvtColor(small, cv2.COLOR_RGB2BGR)
    return np.asarray(cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])[1]).tobytes()


def write_picture(page: Pixels, max_px: int, path: Path) -> None:
    """``encoded``, written whole or not at all."""
    data = encoded(page, max_px)
    with cache.replacing(path) as temporary:
        temporary.write_bytes(data)
