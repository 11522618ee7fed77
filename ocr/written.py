"""A written (born-digital) page's own words: what its author typed is taken instead of a reading of its picture.

Only where the page can be believed: text that nobody sees, letters without a meaning (fonts of old Vietnamese code pages
give such) or words that are no Vietnamese send the page to the recogniser like any other.
"""

import re
from pathlib import Path

import pymupdf

from ocr.frames import PDF_RENDER_DPI, is_pdf, opened_pdf, pdf_damage
from ocr.lines import RawWord
from workstation.domain.fields import nfc
from workstation.domain.page import OWN_TEXT, Box, Engine, Recipe, recipe_matrix
from workstation.domain.syllables import is_malformed

VERSION = 1
"""Of the step that ``PageText.steps`` names."""
_WRITTEN_LETTERS = 200
_SCAN_SHARE = 0.5
_INVISIBLE = 3
"""Text render mode (ISO 32000-1, 9.3.6)."""
_MALFORMED = 0.05
"""Share of words that may be no Vietnamese: names of the net, codes, foreign words. Wrongly decoded text has most of them."""
_SOFT_HYPHEN = "\u00ad"
"""What MuPDF's and other writers' fonts call the hyphen of a document's number."""
_MEANINGLESS = re.compile("[\ufffd\ue000-\uf8ff]")


def is_written(page: pymupdf.Page) -> bool:
    """True if a page shows a paragraph of text of its own and no picture that could be its scan.

    Counted is what is drawn by the page itself and visible: neither an OCR layer nor what a signature's field shows on a scan
    (some 180 characters on page 1 of every signed scan).
    """
    return _letters(page) >= _WRITTEN_LETTERS and _pictured(page) < _SCAN_SHARE


def own_words(path: Path, frame: int) -> tuple[RawWord, ...]:
    """Of a written PDF page, with boxes in pixels of its frame as ``load_frame`` draws it; none if it is no such page, or
    what it says of itself can't be believed. F02, F03, F07 as ``load_frame``."""
    if not is_pdf(path):
        return ()
    with opened_pdf(path) as document, pdf_damage(path):
        page = document[frame]
        if not is_written(page) or any(_hidden(span) for span in page.get_texttrace()):
            return ()
        matrix = page.rotation_matrix * pymupdf.Matrix(PDF_RENDER_DPI / 72, PDF_RENDER_DPI / 72)
        found = page.get_text("words")
        words = tuple(RawWord(nfc(text.replace(_SOFT_HYPHEN, "-")), _box(pymupdf.Rect(*box) * matrix), 1.0, (block, line))
                      for *box, text, block, line, _ in found if text.strip())  # fmt: skip
    return words if _credible([w.text for w in words]) else ()


def moved(words: tuple[RawWord, ...], recipe: Recipe, width: int, height: int) -> tuple[RawWord, ...]:
    """Words of a frame of ``width`` × ``height`` pixels on its cleaned page: those of which at least half is on it."""
    (a, b, c, d, e, f), across, down = recipe_matrix(recipe, width, height)
    matrix, page = pymupdf.Matrix(a, b, c, d, e, f), pymupdf.Rect(0, 0, across, down)
    placed = [(w, pymupdf.Rect(*w.box) * matrix) for w in words]
    return tuple(
        RawWord(w.text, _box(at & page), w.confidence, w.line) for w, at in placed if abs(at & page) >= 0.5 * abs(at) > 0
    )


def engine() -> Engine:
    return Engine(OWN_TEXT, str(pymupdf.VersionBind), "", "")


def _box(rect: pymupdf.Rect) -> Box:
    return rect.x0, rect.y0, rect.x1, rect.y1


def _hidden(span: dict[str, object]) -> bool:
    """Whether text is drawn in a way that nobody sees; what it says is not what the page shows."""
    colour = span["color"]
    white = isinstance(colour, tuple) and min(colour) > 0.9 and len(colour) < 4
    return span["type"] == _INVISIBLE or span["opacity"] == 0 or white


def _credible(words: list[str]) -> bool:
    if not words or any(_MEANINGLESS.search(word) for word in words):
        return False
    return sum(is_malformed(word) for word in words) <= _MALFORMED * len(words)


def _letters(page: pymupdf.Page) -> int:
    fields = [widget.rect for widget in page.widgets()]
    seen = (span for span in page.get_texttrace() if span["type"] != _INVISIBLE and span["opacity"] > 0)
    return sum(len(s["chars"]) for s in seen if not any(pymupdf.Rect(s["bbox"]) in field for field in fields))


def _pictured(page: pymupdf.Page) -> float:
    """The largest picture's share of the page."""
    areas = (abs(pymupdf.Rect(info["bbox"]) & page.rect) for info in page.get_image_info())
    return float(max(areas, default=0.0) / max(1.0, abs(page.rect)))
