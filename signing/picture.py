"""What a viewer shows of the file: repaired or not, and whether its pages are those that were signed."""

from dataclasses import dataclass, field
from hashlib import sha256

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
        with open_pdf(data) as document:
            pages = document.page_count
            return Appearance(pages > 0 and not document.needs_pass, bool(document.is_repaired), pages)
    except ERRORS:
        return Appearance(False, True, 0)


@dataclass(slots=True)
class Pictures:
    """The pages of a file and of its signed revisions, each drawn once however many signatures ask."""

    data: bytes
    _seen: dict[tuple[int, int, bool], bytes] = field(default_factory=dict)
    """Length of the prefix, page, with or without annotations → digest of the picture."""

    def same_pages(self, end: int) -> bool:
        """Whether every page of the whole file looks like that of its first ``end`` bytes (the signed revision)."""
        return self._alike(end, marks=True)

    def only_marks_added(self, end: int) -> bool:
        """Whether what differs from the signed revision is something laid over the pages – annotations, fields – that was not
        there, and the pages beneath are the same."""
        try:
            with open_pdf(self.data) as shown, open_pdf(self.data[:end]) as signed:
                pages = range(min(len(shown), len(signed)))
                more = any(len(shown[number].annot_xrefs()) > len(signed[number].annot_xrefs()) for number in pages)
        except ERRORS:
            return False
        return more and self._alike(end, marks=False) and not self._alike(end, marks=True)

    def _alike(self, end: int, *, marks: bool) -> bool:
        whole = len(self.data)
        if end >= whole:
            return True
        try:
            with open_pdf(self.data) as shown, open_pdf(self.data[:end]) as signed:
                if shown.page_count != signed.page_count or signed.is_repaired:
                    return False
                return all(
                    self.digest(shown, whole, number, marks) == self.digest(signed, end, number, marks)
                    for number in range(signed.page_count)
                )
        except ERRORS:
            return False

    def digest(self, document: pymupdf.Document, end: int, number: int, marks: bool) -> bytes:
        """Of page ``number`` of ``document``, which is the first ``end`` bytes."""
        key = (end, number, marks)
        if key not in self._seen:
            self._seen[key] = _drawn(document, number, marks)
        return self._seen[key]


ERRORS = (
    pymupdf.mupdf.FzErrorBase, RuntimeError, ValueError, TypeError, IndexError, KeyError, AttributeError, OSError, MemoryError,
)  # fmt: skip
"""What PyMuPDF raises on broken files: errors of the library beneath, and its own classes, which are RuntimeErrors."""


def open_pdf(data: bytes) -> pymupdf.Document:
    pymupdf.TOOLS.mupdf_display_errors(False)  # its messages quote the file
    pymupdf.TOOLS.mupdf_display_warnings(False)
    return pymupdf.open(stream=data, filetype="pdf")


def _drawn(document: pymupdf.Document, number: int, marks: bool) -> bytes:
    page = document[number]
    side = max(page.rect.width, page.rect.height, 1.0)
    zoom = min(_DPI / 72, _MAX_SIDE_PX / side)
    picture = page.get_pixmap(matrix=pymupdf.Matrix(zoom, zoom), alpha=False, annots=marks)
    return sha256(b"%d %d " % (picture.width, picture.height) + picture.samples).digest()
