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
    return _alike(data, end, marks=True)


def only_marks_added(data: bytes, end: int) -> bool:
    """Whether what differs from the signed revision is something laid over the pages – annotations, fields – that was not
    there, and the pages beneath are the same."""
    try:
        with _open(data) as shown, _open(data[:end]) as signed:
            counts = [(len(shown[n].annot_xrefs()), len(signed[n].annot_xrefs())) for n in range(min(len(shown), len(signed)))]
    except _ERRORS:
        return False
    return any(now > then for now, then in counts) and _alike(data, end, marks=False) and not _alike(data, end, marks=True)


def _alike(data: bytes, end: int, *, marks: bool) -> bool:
    if end >= len(data):
        return True
    try:
        with _open(data) as shown, _open(data[:end]) as signed:
            if shown.page_count != signed.page_count or signed.is_repaired:
                return False
            pages = range(signed.page_count)
            return all(_pixels(shown, number, marks) == _pixels(signed, number, marks) for number in pages)
    except _ERRORS:
        return False


_ERRORS = (
    pymupdf.mupdf.FzErrorBase, RuntimeError, ValueError, TypeError, IndexError, KeyError, AttributeError, OSError, MemoryError,
)  # fmt: skip
"""What PyMuPDF raises on broken files: errors of the library beneath, and its own classes, which are RuntimeErrors."""


def _open(data: bytes) -> pymupdf.Document:
    pymupdf.TOOLS.mupdf_display_errors(False)  # its messages quote the file
    pymupdf.TOOLS.mupdf_display_warnings(False)
    return pymupdf.open(stream=data, filetype="pdf")


def _pixels(document: pymupdf.Document, number: int, marks: bool) -> tuple[int, int, bytes]:
    page = document[number]
    side = max(page.rect.width, page.rect.height, 1.0)
    zoom = min(_DPI / 72, _MAX_SIDE_PX / side)
    picture = page.get_pixmap(matrix=pymupdf.Matrix(zoom, zoom), alpha=False, annots=marks)
    return picture.width, picture.height, bytes(picture.samples)
