"""Where a text leaves room for number and day: the gap after ``Số:`` and the rest of the line after the place (Decree 30/2020,
annex I, part I, ô 3 and 4).

Told from the words that were read on the first page. Where they don't tell, it is the part of the page in which such a line
stands, and the registrar moves the mark.
"""

from collections.abc import Sequence
from itertools import pairwise

from workstation.domain.page import Box, PageText, Word
from workstation.domain.signing import Anchor

HEAD = 0.4
"""Share of the page in which the header stands."""
LEAST_MM = 5.0
"""A number of two figures in letters of 13 points."""
APART_MM = 1.0
"""Between print and mark."""
RIGHT_MARGIN_MM = 15.0
MOST_MM = 80.0
_GUESSED: dict[str, Box] = {"N1": (0.14, 0.09, 0.46, 0.2), "N2": (0.5, 0.09, 0.95, 0.2)}
"""Left, top, right and bottom as shares of the page."""


def blank(mark: str, text: PageText | None, page_mm: tuple[float, float]) -> Anchor:
    """For the mark ``N1`` or ``N2``; ``text``: of the first page."""
    found = None
    if text is not None and text.dpi > 0:
        lines = _lines([w for w in text.words if w.box[1] < HEAD * text.height_px])
        found = _number(lines, 25.4 / text.dpi) if mark == "N1" else _day(lines, text.width_px, 25.4 / text.dpi)
    if found is not None:
        return Anchor(0, found)
    x0, y0, x1, y1 = _GUESSED[mark]
    width, height = page_mm
    return Anchor(0, (x0 * width, y0 * height, x1 * width, y1 * height), guessed=True)


Line = Sequence[Word]


def _lines(words: Sequence[Word]) -> list[Line]:
    """The words of each line from left to right."""
    found: dict[int, list[Word]] = {}
    for word in words:
        found.setdefault(word.line, []).append(word)
    return [sorted(line, key=lambda w: w.box[0]) for line in found.values()]


def _bare(word: Word) -> str:
    return word.text.casefold().strip(" .:…,")


def _number(lines: Sequence[Line], mm: float) -> Box | None:
    """Between ``Số:`` and the stroke of the symbol, in millimetres."""
    for line in lines:
        for one, following in pairwise(line):
            if _bare(one) == "số" and following.text.startswith("/"):
                x0, x1 = one.box[2] * mm + APART_MM, following.box[0] * mm - APART_MM / 2
                if x1 - x0 >= LEAST_MM:
                    return (x0, min(one.box[1], following.box[1]) * mm, x1, max(one.box[3], following.box[3]) * mm)
    return None


def _day(lines: Sequence[Line], width_px: float, mm: float) -> Box | None:
    """From the comma after the place to the right margin. A line on which ``ngày … tháng … năm`` is printed has no room for
    the whole date."""
    numbered = next((w for line in lines for w in line if _bare(w) == "số"), None)
    if numbered is None:
        return None
    level = [n for n in lines if n[0].box[0] > 0.4 * width_px and n[0].box[1] < numbered.box[3] and n[0].box[3] > numbered.box[1]]
    line = min(level, key=lambda n: n[0].box[0], default=None)
    # the header's two halves may have been read as one line
    words = line or [w for n in lines if numbered in n for w in n if w.box[0] > 0.4 * width_px]
    if not words or not words[-1].text.endswith(",") or any(_bare(w) in ("ngày", "tháng", "năm") for w in words):
        return None
    x0 = words[-1].box[2] * mm + APART_MM
    x1 = min(width_px * mm - RIGHT_MARGIN_MM, x0 + MOST_MM)
    return (x0, min(w.box[1] for w in words) * mm, x1, max(w.box[3] for w in words) * mm) if x1 > x0 else None
