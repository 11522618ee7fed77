"""Compact pages: the layers of ``ocr.mixed`` coded for a PDF, or what a page keeps that layers would make illegible.

A page takes one of three forms. ``layers``: mask, paper, ink and patches, some 60 kB. ``picture``: photographs, one JPEG at
200 dpi. ``scan``: as in the archive, for black-and-white and coarse scans, worn paper, and wherever nothing would be saved.
"""

from dataclasses import replace

import cv2
import numpy as np

from ocr import mixed
from ocr.frames import Frame, load_frame
from ocr.pictures import Piece, Sheet, cleaned_frame, group4, jpeg, page_sheet, upright_sheet, writing
from workstation.domain.page import Box, recipe_matrix
from workstation.domain.pagejobs import PublishPage
from workstation.domain.pagework import made_anew

PAPER_QUALITY, INK_QUALITY, PATCH_QUALITY, PICTURE_QUALITY = 45, 55, 55, 60
MIN_DPI = 190.0
"""Below it strokes are too few pixels wide for a black-and-white mask."""
MAX_DOUBT = 0.45
MAX_PATCHED = 0.5


def compact_sheet(page: PublishPage) -> Sheet:
    """F01, F02, F03, F05, F07 as ``load_frame``."""
    # the machine's cores each have a worker of their own
    cv2.setNumThreads(1)
    frame = load_frame(page.path, page.frame)
    anew = made_anew(page.recipe)
    if anew:
        frame = cleaned_frame(page, frame)
    scan = page_sheet(page, frame)
    small = None if frame.bits == 1 or frame.dpi < MIN_DPI else _smaller(replace(page, recipe=()) if anew else page, frame)
    return replace(small, cleaned=anew) if small is not None and _size(small) < _size(scan) else scan


def _size(sheet: Sheet) -> int:
    return sum(len(piece.picture.data) + (len(piece.mask.data) if piece.mask else 0) for piece in sheet.pieces)


def _smaller(page: PublishPage, frame: Frame) -> Sheet | None:
    layers = mixed.split(frame.pixels, frame.dpi, words_on_scan(page, frame))
    if layers.patched > MAX_PATCHED:
        height, width = frame.pixels.shape[:2]
        return upright_sheet("picture", width, height, Piece(jpeg(mixed.coarse(frame.pixels, frame.dpi), PICTURE_QUALITY)))
    return layered(layers) if layers.doubt <= MAX_DOUBT else None


def layered(layers: mixed.Layers) -> Sheet:
    """The layers from below: paper, ink through its mask, patches."""
    height, width = layers.mask.shape
    pieces = [
        Piece(jpeg(layers.paper, PAPER_QUALITY, progressive=True, true_tone=True)),
        Piece(jpeg(layers.ink, INK_QUALITY), mask=writing(layers.mask)),
    ]
    for patch in layers.patches:
        x0, y0, x1, y1 = patch.box
        shape = None if patch.shape is None else group4(patch.shape > 0)
        box = (x0 / width, y0 / height, x1 / width, y1 / height)
        # its colour at full resolution: at a quarter a stamp's red and blue smear over the letters it stands on
        tones = jpeg(patch.pixels, PATCH_QUALITY, subsampling=0, progressive=True, true_tone=True)
        pieces.append(Piece(tones, box, shape))
    return upright_sheet("layers", width, height, *pieces)


def words_on_scan(page: PublishPage, frame: Frame) -> list[Box]:
    """The page's words as boxes on its untouched pixels: of a turned page the hull of the turned box, 0.7 of its height.

    What neighbouring lines share of each other's height would tie whole paragraphs to a patch.
    """
    height, width = frame.pixels.shape[:2]
    (a, b, c, d, e, f), _, _ = recipe_matrix(page.recipe, width, height)
    back = np.linalg.inv(np.array([[a, c, e], [b, d, f], [0.0, 0.0, 1.0]]))
    out = []
    for word in page.text.words:
        x0, y0, x1, y1 = word.box
        core = 0.15 * (y1 - y0)
        y0, y1 = y0 + core, y1 - core
        corners = back @ np.array([[x0, x1, x1, x0], [y0, y0, y1, y1], [1.0, 1.0, 1.0, 1.0]])
        out.append((float(corners[0].min()), float(corners[1].min()), float(corners[0].max()), float(corners[1].max())))
    return out
