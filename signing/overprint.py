"""Whether a mark would touch print: then the signatures before it are no longer found untouched (``signing.following``)."""

from pathlib import Path

import numpy as np
import pymupdf
from PIL import Image

from signing.following import SPECK_PX, drawn, grown, ink_of, matrix_of
from signing.picture import ERRORS
from signing.stamp import Picture
from workstation.domain.signing import StampPlace

_VISIBLE = 32
"""Alpha from which a pixel counts as inked."""


def touches_print(path: Path, place: StampPlace, picture: Picture | None) -> bool:
    """Judged by a picture's own ink, else by the whole mark; False where the page can't be drawn (signing says why)."""
    try:
        with pymupdf.open(path) as document:
            page = document[place.page]
            matrix = matrix_of(page)
            ink = grown(ink_of(drawn(page, matrix, marks=False)))
    except ERRORS:
        return False
    per_mm = ink.shape[1] / place.page_mm[0]
    x0, y0, x1, y1 = (round(value * per_mm) for value in place.box_mm)
    under = ink[max(y0, 0) : y1, max(x0, 0) : x1]
    if picture is None or not under.size:
        return int(under.sum()) > SPECK_PX
    alpha = Image.frombytes("L", (picture.width, picture.height), picture.alpha).resize((x1 - x0, y1 - y0))
    inked = np.asarray(alpha)[max(-y0, 0) :, max(-x0, 0) :][: under.shape[0], : under.shape[1]] >= _VISIBLE
    return int((under & inked).sum()) > SPECK_PX
