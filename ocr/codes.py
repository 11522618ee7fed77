"""QR and bar codes on a page, without looking everywhere for them.

Large codes (separator sheets) are found on the whole page at 75 dpi. Small ones only where the page is dark enough over an area
that no line of text fills: there, at the scan's own resolution.
"""

import hashlib
from collections.abc import Iterable, Iterator

import cv2
import numpy as np
import zxingcpp

from ocr.components import components
from ocr.frames import Pixels, load_frame
from ocr.geometry import grey
from ocr.smaller import pooled, shrink
from ocr.work import applied
from workstation.domain.codes import PageCode, understood
from workstation.domain.idcard import IdCard, parse_id_qr
from workstation.domain.ids import Sha256
from workstation.domain.page import Box
from workstation.domain.pagejobs import PageLook

_FORMATS = {
    zxingcpp.BarcodeFormat.QRCode: "qr",
    zxingcpp.BarcodeFormat.DataMatrix: "data_matrix",
    zxingcpp.BarcodeFormat.Code128: "code128",
    zxingcpp.BarcodeFormat.Code39: "code39",
}
_WANTED = zxingcpp.barcode_formats_from_str("QRCode,DataMatrix,Code128,Code39")
_LARGE = zxingcpp.barcode_formats_from_str("QRCode,DataMatrix")
_CARD = zxingcpp.barcode_formats_from_str("QRCode")
LOOK_DPI = 75.0
READ_DPI = 300.0
"""Finer scans are reduced: the smallest code in use (an identity card's QR, 0.23 mm a module) has 2.7 pixels a module here."""
_JOIN_MM, _LEAST_MM, _QUIET_MM = 2.0, 5.0, 3.0
_LEAST_DARK = 0.25
MOST_PLACES = 12
"""Looked at on a page, the largest first."""

Place = tuple[int, int, int, int]


def find_codes(page: Pixels, dpi: float) -> tuple[PageCode, ...]:
    """From top to bottom, each once, however often it stands there. ``page``: cleaned."""
    found: dict[tuple[str, str], PageCode] = {}
    for code, box in _seen(grey(page), dpi):
        kind, text = understood(code.text)
        digest = Sha256(hashlib.sha256(bytes(code.bytes)).hexdigest())
        found.setdefault((_FORMATS[code.symbology], digest), PageCode(kind, _FORMATS[code.symbology], text, digest, box))
    return tuple(sorted(found.values(), key=lambda c: (c.box[1], c.box[0])))


def cards_on_page(look: PageLook) -> tuple[IdCard, ...]:
    """``PageTools.id_cards``."""
    frame = load_frame(look.path, look.frame)
    return _cards(code for code, _ in _seen(grey(applied(frame.pixels, look.recipe)), frame.dpi))


def cards_in(picture: Pixels) -> tuple[IdCard, ...]:
    """In a picture that is all about the card, as from a camera (H × W × 3 in any order of colours, or grey)."""
    return _cards(_read(grey(picture), _CARD))


def _cards(codes: Iterable[zxingcpp.Barcode]) -> tuple[IdCard, ...]:
    """Each once. What their codes say goes to who asked, and nowhere else."""
    found = (parse_id_qr(code.text) for code in codes)
    return tuple(dict.fromkeys(card for card in found if card is not None))


def _seen(plain: Pixels, dpi: float) -> Iterator[tuple[zxingcpp.Barcode, Box]]:
    """With the place on the page; one may come several times."""
    pool = max(1, round(dpi / LOOK_DPI))
    small = pooled(plain, pool)
    for code in _read(small, _LARGE):
        yield code, _box(code, plain.shape[1] / small.shape[1], 0, 0)
    for x0, y0, x1, y1 in likely_places(small, dpi / pool, plain.shape):
        part = plain[y0:y1, x0:x1]
        fine = shrink(part, dpi, READ_DPI) if dpi > READ_DPI else part
        for code in _read(fine, _WANTED):
            yield code, _box(code, part.shape[1] / fine.shape[1], x0, y0)


def _read(picture: Pixels, wanted: zxingcpp.BarcodeFormats) -> Iterator[zxingcpp.Barcode]:
    found = zxingcpp.read_barcodes(np.ascontiguousarray(picture), formats=wanted, try_invert=False)
    return (code for code in found if code.valid)


def _box(code: zxingcpp.Barcode, scale: float, x: int, y: int) -> Box:
    """``scale``: pixels of the page for one of the picture, whose corner stands at ``x``, ``y``."""
    p = code.position
    xs, ys = zip(*((c.x, c.y) for c in (p.top_left, p.top_right, p.bottom_left, p.bottom_right)), strict=True)
    return x + scale * min(xs), y + scale * min(ys), x + scale * max(xs), y + scale * max(ys)


def likely_places(small: Pixels, dpi: float, shape: tuple[int, ...]) -> list[Place]:
    """Areas of the page of ``shape`` pixels, given in them, that are dark enough to be a code. ``small``: the page at ``dpi``."""
    mm = dpi / 25.4
    window = round(25 * mm) | 1
    dark = np.asarray(cv2.adaptiveThreshold(small, 1, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, window, 20), np.uint8)
    joined = cv2.morphologyEx(dark, cv2.MORPH_CLOSE, np.ones((round(_JOIN_MM * mm),) * 2, np.uint8))
    solid = np.asarray(cv2.morphologyEx(joined, cv2.MORPH_OPEN, np.ones((round(_LEAST_MM * mm),) * 2, np.uint8)), np.uint8)
    _, stats, _ = components(solid)
    across, down = shape[1] / small.shape[1], shape[0] / small.shape[0]
    quiet = _QUIET_MM * mm
    places: list[tuple[int, Place]] = []
    for x, y, w, h, _area in stats[1:].tolist():
        if dark[y : y + h, x : x + w].mean() < _LEAST_DARK:
            continue
        x0, y0 = max(0, round((x - quiet) * across)), max(0, round((y - quiet) * down))
        x1, y1 = min(shape[1], round((x + w + quiet) * across)), min(shape[0], round((y + h + quiet) * down))
        places.append((w * h, (x0, y0, x1, y1)))
    return [place for _, place in sorted(places, reverse=True)[:MOST_PLACES]]
