"""Further signatures after a signature: the leader's and then the agency's make an original (Decree 30/2020, art. 5 and 32), so
the first one keeps its worth – if nothing else was done to the file.

Whoever signs second holds a key, not a leave to change what the first one signed. So each later signature has to hold by itself,
and between two of them nothing may change but the new field: one widget, no larger than a stamp, that does nothing but show its
picture; outside it no pixel of any page differs, and inside it no ink is touched but an earlier signature's own picture (shadow
attacks: Mainka et al., NDSS 2021; sneaky signatures: Rohlmann et al., S&P 2021).
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pymupdf
from numpy.typing import NDArray
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.misc import PdfError

from signing.findings import Findings
from signing.picture import ERRORS, Pictures, open_pdf
from signing.presets import load_presets
from workstation.domain.signature import Verdict

_DPI = 200
_MAX_SIDE_PX = 4000
_MARGIN_PX = 2
"""Around a widget, for strokes that lie on its edge."""
_MOST_HEIGHT_MM = 50.0
"""The highest stamp is a seal of 36 mm; other programs' pictures of a signature are seldom higher than this."""
_INK = 50
"""How much darker than the paper (0 to 255) print is."""
_CHANGE = 24
SPECK_PX = 6
"""0.1 mm² at this resolution: less than a full stop of 10 points."""
_COVERED = 0.5
"""Of an earlier signature's widget: a seal covers about a third of it (Decree 30/2020, annex I, II.8a)."""
_PRINTED, _MAY_BE_SET = 4, 4 | 64 | 128
"""Annotation flags (ISO 32000-1, 12.5.3): print; besides, read-only and locked. Others show it on the screen or on paper only."""
_ACTS = ("/A", "/AA", "/OC", "/PMD")
"""What makes a widget do or hide something."""
_MOST_OBJECTS = 5_000
"""Of a stamp: with a font for each line it has some hundred."""
_Pixels = NDArray[np.int16]
_Mask = NDArray[np.bool_]


def settle(one: Findings, later: Sequence[tuple[Findings, Any]], pictures: Pictures) -> None:
    """Turns V29 (another signature came after) into V31 (nothing but valid signatures did) where that is so. ``later``: what is
    known of the signatures after it, each with its field, in their order."""
    if not one.has("V29") or not later or later[-1][0].changes_after not in ("none", "lta"):
        return
    start = one.revision_end
    for following, field in later:
        end = following.revision_end
        if not (
            _holds(following) and start < end and _only_shows(field) and _only_stamped(pictures, start, end, following.field)
        ):
            return
        start = end
    one.reasons[:] = [note for note in one.reasons if note.code != "V29"]
    one.add("V31")


def _holds(one: Findings) -> bool:
    return one.verdict is Verdict.VALID and one.trusted and one.coverage != "partial"


def _only_shows(field: Any) -> bool:
    """Whether the field is one plain widget: seen on the screen as on paper, with one picture, and without actions."""
    try:
        parts = [field.get_object()]
        kids = _value(parts[0], "/Kids", ())
        if len(kids) > 1:
            return False
        parts += [kid.get_object() for kid in kids]
        if any(key in part for part in parts for key in _ACTS):
            return False
        x0, y0, x1, y1 = (float(value) for value in _value(parts[-1], "/Rect", (0, 0, 0, 0)))
        if x0 == x1 or y0 == y1:
            return True
        looks, flags = _value(parts[-1], "/AP", {}), int(_value(parts[-1], "/F", 0))
        plain = not looks or (set(looks) == {"/N"} and isinstance(looks["/N"], generic.StreamObject) and _unlayered(looks["/N"]))
        return plain and bool(flags & _PRINTED) and not flags & ~_MAY_BE_SET
    except (TypeError, ValueError, AttributeError, KeyError, PdfError):
        return False


def _unlayered(picture: Any) -> bool:
    """Whether nothing in it is optional content (ISO 32000-1, 8.11), which may be seen on paper only."""
    waiting, seen = [picture], 0
    while waiting and seen < _MOST_OBJECTS:
        entry = waiting.pop()
        seen += 1
        if isinstance(entry, generic.DictionaryObject):
            if "/OC" in entry or "/Properties" in entry:
                return False
            waiting += [entry[key] for key in entry if key not in ("/Parent", "/P")]
        elif isinstance(entry, generic.ArrayObject):
            waiting += [entry[index] for index in range(len(entry))]
    return not waiting


def _value(dictionary: Any, key: str, default: Any) -> Any:
    try:
        return dictionary[key]  # follows references, which ``get`` does not do
    except KeyError:
        return default


def _only_stamped(pictures: Pictures, start: int, end: int, field: str) -> bool:
    """Whether the first ``end`` bytes show what the first ``start`` bytes show, but for the widget of ``field``."""
    try:
        with open_pdf(pictures.data[:start]) as before, open_pdf(pictures.data[:end]) as after:
            if before.page_count != after.page_count or before.is_repaired or after.is_repaired:
                return False
            for number in range(before.page_count):
                boxes = _boxes(after[number], field)
                if boxes and not _page_only_stamped(before[number], after[number], field, boxes):
                    return False
                if not boxes and pictures.digest(before, start, number, True) != pictures.digest(after, end, number, True):
                    return False
            return True
    except ERRORS:
        return False


def _boxes(page: pymupdf.Page, field: str) -> list[pymupdf.Rect]:
    """Where a field is seen on a page."""
    boxes = [_shown(page, widget) for widget in page.widgets() if widget.field_name == field]
    return [box for box in boxes if not box.is_empty]


def _page_only_stamped(before: pymupdf.Page, after: pymupdf.Page, field: str, boxes: list[pymupdf.Rect]) -> bool:
    matrix = matrix_of(after)
    old, new = drawn(before, matrix, marks=True), drawn(after, matrix, marks=True)
    if old.shape != new.shape:
        return False
    changed = np.abs(new - old).max(axis=2)
    if len(boxes) > 1 or not _small_enough(boxes[0]):
        return False
    stamp = _mask(changed.shape, boxes[0] * matrix, _MARGIN_PX)
    if changed[~stamp].any():
        return False
    earlier = [_shown(before, widget) for widget in before.widgets() if widget.is_signed]
    if any(abs((rect & boxes[0]).get_area()) > _COVERED * rect.get_area() for rect in earlier if rect.intersects(boxes[0])):
        return False
    own = np.zeros(changed.shape, bool)
    # what viewers draw for the field while it is empty may go; the page beneath it may not
    for rect in (*earlier, *_boxes(before, field)):
        own |= _mask(changed.shape, rect * matrix, _MARGIN_PX)
    ink = ink_of(old) & ~(own & ~ink_of(drawn(before, matrix, marks=False)))
    return int(((changed > _CHANGE) & grown(ink)).sum()) <= SPECK_PX


def _shown(page: pymupdf.Page, widget: pymupdf.Widget) -> pymupdf.Rect:
    """Where a widget stands on the page as it is shown, turned or not."""
    shown: pymupdf.Rect = pymupdf.Rect(widget.rect) * page.rotation_matrix
    return shown


def _small_enough(box: pymupdf.Rect) -> bool:
    """In whichever way the page is turned."""
    short, long = sorted(side / 72 * 25.4 for side in (box.width, box.height))
    return bool(short <= _MOST_HEIGHT_MM and long <= max(row.width_mm for row in load_presets()) + 1)


def matrix_of(page: pymupdf.Page) -> pymupdf.Matrix:
    side = max(page.rect.width, page.rect.height, 1.0)
    zoom = min(_DPI / 72, _MAX_SIDE_PX / side)
    return pymupdf.Matrix(zoom, zoom)


def drawn(page: pymupdf.Page, matrix: pymupdf.Matrix, *, marks: bool) -> _Pixels:
    picture = page.get_pixmap(matrix=matrix, alpha=False, annots=marks)
    return np.frombuffer(picture.samples, np.uint8).reshape(picture.height, picture.width, picture.n).astype(np.int16)


def ink_of(picture: _Pixels) -> _Mask:
    """Clearly darker than the paper, whose tone nine tenths of a page do not outshine."""
    shade = picture.min(axis=2)  # coloured ink is dark in one channel
    return np.asarray(shade < np.percentile(shade, 90) - _INK)


def grown(mask: _Mask) -> _Mask:
    """By a pixel: a stroke set against a stroke makes another letter of it."""
    out = mask.copy()
    out[1:] |= mask[:-1]
    out[:-1] |= mask[1:]
    out[:, 1:] |= mask[:, :-1]
    out[:, :-1] |= mask[:, 1:]
    return out


def _mask(shape: tuple[int, ...], box: pymupdf.Rect, margin: int) -> _Mask:
    mask = np.zeros(shape, bool)
    x0, y0, x1, y1 = box.irect
    mask[max(0, y0 - margin) : max(0, y1 + margin), max(0, x0 - margin) : max(0, x1 + margin)] = True
    return mask
