"""What a viewer shows of the file: repaired or not, and whether its pages are those that were signed."""

from dataclasses import dataclass

import pymupdf

_DPI = 72
_MAX_SIDE_PX = 2000
"""A page box of kilometres must not become a picture."""


@dataclass(frozen=True, slots=True)
class Appearance:
    readable: bool
    repaired: bool
    pages: int


def appearance(data: bytes) -> Appearance:
    """How the viewer's parser takes the file. A file that it has to repair is never called unmodified."""
    try:
        with _open(data) as document:
            pages = document.page_count
            return Appearance(pages > 0 and not document.needs_pass, bool(document.is_repaired), pages)
    except _ERRORS:
        return Appearance(False, True, 0)


def same_pages(data: bytes, end: int) -> bool:
    """Whether every page of the whole file looks like that of its first ``end`` bytes (the signed revision)."""
    if end >= len(data):
        return True
    try:
        with _open(data) as shown, _open(data[:end]) as signed:
            if shown.page_count != signed.page_count or signed.is_repaired:
                return False
            return all(_pixels(shown, number) == _pixels(signed, number) for number in range(signed.page_count))
    except _ERRORS:
        return False


_ERRORS = (RuntimeError, ValueError, TypeError, IndexError, KeyError, AttributeError, OSError, MemoryError)
"""What PyMuPDF raises on broken files; its own classes are RuntimeErrors."""


def _open(data: bytes) -> pymupdf.Document:
    pymupdf.TOOLS.mupdf_display_errors(False)  # its messages quote the file
    pymupdf.TOOLS.mupdf_display_warnings(False)
    return pymupdf.open(stream=data, filetype="pdf")


def _pixels(document: pymupdf.Document, number: int) -> tuple[int, int, bytes]:
    page = document[number]
    side = max(page.rect.width, page.rect.height, 1.0)
    zoom = min(_DPI / 72, _MAX_SIDE_PX / side)
    picture = page.get_pixmap(matrix=pymupdf.Matrix(zoom, zoom), alpha=False)
    return picture.width, picture.height, bytes(picture.samples)
