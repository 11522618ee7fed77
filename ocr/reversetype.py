"""Reversed-out type, white letters on a dark field, as heads of tables have: made black on paper for reading.

The paper's brightness is evened out before reading, and with it such a field's; its letters were lost, and nobody was told.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from ocr.components import components
from ocr.frames import Pixels
from ocr.geometry import grey
from ocr.levels import percentile
from ocr.smaller import shrink
from workstation.domain.page import Recipe, Transform

_DPI = 50.0
_DARK = 0.62
"""Share of the paper's brightness below which ink is dark."""
_WINDOW_MM, _MOSTLY = 2.5, 0.55
"""Of a dark field most of such a window is dark; of the boldest print less than half is."""
_LEAST_MM, _HIGHEST_MM, _FULL = (12.0, 4.5), 60.0, 0.7
"""Width and height of the least field, the greatest height, and share of its hull that it fills."""
_WHITE = (0.03, 0.45)
"""Share of a field that its letters take."""
_LETTER_MM, _LETTERS = (0.8, 8.0), 3
"""Height of letters, and how many there are at least."""
_STROKE_MM = 1.2
"""Wider than strokes of letters, which may begin right beside the field."""
_PAPER, _INK = 245, 20


@dataclass(frozen=True, slots=True)
class Field:
    """Edges in whole pixels, end outside; ``ground`` and ``type``: the brightness of the field and of its letters."""

    x0: int
    y0: int
    x1: int
    y1: int
    ground: float
    type: float


def in_black(page: Pixels, dpi: float, plain: Pixels | None = None) -> tuple[Pixels, Recipe]:
    """The page as it is read, and the step for the record; the very page where no type is reversed out. ``plain``: the page in
    grey, where it is there already."""
    fields = dark_fields(page if plain is None else plain, dpi)
    step = Transform("reversed_type", 1, (("fields", len(fields)),), "white letters on dark")
    return (turned_over(page, fields, dpi), (step,)) if fields else (page, ())


def dark_fields(page: Pixels, dpi: float) -> tuple[Field, ...]:
    """Of a level page, grey or in colour."""
    plain = grey(page)
    small = shrink(plain, dpi, _DPI)
    scale, mm = plain.shape[1] / small.shape[1], _DPI / 25.4
    dark = cv2.threshold(small, _DARK * percentile(small, 50), 255, cv2.THRESH_BINARY_INV)[1]
    side = round(_WINDOW_MM * mm) | 1
    mostly = cv2.threshold(cv2.blur(dark, (side, side)), _MOSTLY * 255, 1, cv2.THRESH_BINARY)[1]
    wide, high = (max(1, round(v * mm) - side) for v in _LEAST_MM)
    field = cv2.morphologyEx(mostly, cv2.MORPH_OPEN, np.ones((high, wide), np.uint8))
    found: list[Field] = []
    for x, y, w, h, area in components(np.asarray(field, np.uint8))[1][1:].tolist():
        if h <= _HIGHEST_MM * mm and area >= _FULL * w * h:
            pad = side // 2
            edges = (int(v * scale) for v in (max(0, x - pad), max(0, y - pad), x + w + pad, y + h + pad))
            found += _with_letters(plain, tuple(edges), dpi)
    return tuple(found)


def _with_letters(plain: Pixels, box: tuple[int, ...], dpi: float) -> list[Field]:
    """The field of a dark place, if there is type in it: pieces of letters' size, and little else that is bright."""
    x0, y0, x1, y1 = box
    part = np.ascontiguousarray(plain[y0:y1, x0:x1])
    inner = part[part < _DARK * float(np.median(plain[::8, ::8]))]
    if not inner.size:
        return []
    ground = float(np.median(inner))
    bright = cv2.threshold(part, ground + 60, 1, cv2.THRESH_BINARY)[1]
    mm = dpi / 25.4
    _, stats, _ = components(np.asarray(bright, np.uint8))
    x, y, w, h, area = stats[1:].T
    # what reaches the rim is the paper round the field
    inside = (x > 0) & (y > 0) & (x + w < x1 - x0) & (y + h < y1 - y0)
    letter = inside & (h >= _LETTER_MM[0] * mm) & (h <= _LETTER_MM[1] * mm)
    share = float(area[letter].sum()) / max(1, inner.size)
    if letter.sum() < _LETTERS or not _WHITE[0] <= share <= _WHITE[1] or area[letter].sum() < 0.7 * area[inside].sum():
        return []
    return [Field(x0, y0, x1, y1, ground, float(np.percentile(part[bright > 0], 60)))]


def turned_over(page: Pixels, fields: tuple[Field, ...], dpi: float) -> Pixels:
    """A copy in grey there: the fields' ground as paper, their type as ink, and a rule round them, as there is round a cell."""
    done, stroke = page.copy(), round(_STROKE_MM * dpi / 25.4) | 1
    for f in fields:
        place = done[f.y0 : f.y1, f.x0 : f.x1]
        part = grey(np.ascontiguousarray(place))
        dark = cv2.threshold(part, (f.ground + f.type) / 2, 255, cv2.THRESH_BINARY_INV)[1]
        whole = _closed(cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones((stroke, stroke), np.uint8)), (f.y1 - f.y0) // 2 | 1)
        inside, rim = (cv2.dilate(cv2.erode(whole, np.ones((3, 3), np.uint8)), np.ones((n, n), np.uint8)) > 0 for n in (1, 3))
        ramp = _PAPER - (np.arange(256) - f.ground) * ((_PAPER - _INK) / max(1.0, f.type - f.ground))
        over = cv2.LUT(part, np.clip(ramp, 0, _PAPER).astype(np.uint8))
        over[rim & ~inside] = _INK
        place[rim] = over[rim] if page.ndim == 2 else over[rim][:, None]
    return done


def _closed(mask: cv2.typing.MatLike, size: int) -> cv2.typing.MatLike:
    """Letters are holes in the field: without them; the picture's own edge is none of it."""
    around = cv2.copyMakeBorder(mask, size, size, size, size, cv2.BORDER_CONSTANT)
    return cv2.morphologyEx(around, cv2.MORPH_CLOSE, np.ones((size, size), np.uint8))[size:-size, size:-size]
