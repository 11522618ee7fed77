"""The QR code of a stamp (ISO/IEC 18004): what it says, and its modules."""

import re

from workstation.domain.errors import WorkstationError

QUIET = 4
"""Light modules around it."""
SIDE_MM = 16
"""With the quiet zone: 0.43 mm a module for a usual code, which telephones read and scans from 110 dpi."""
_HASH_DIGITS = 16
_CODE = re.compile(r"[!-{}~]{1,60}")
"""A code of a dossier or document: printable ASCII, without the bar that separates it from the hash."""

Modules = tuple[tuple[bool, ...], ...]
"""Rows from the top, dark is True, without the quiet zone."""


def content(code: str, sha256: str) -> str:
    """The document's code and the first 64 bits of the hash of the file before signing: enough to find and to recognise it,
    nothing about a person. Raises U01 for something that is no code."""
    if not _CODE.fullmatch(code):
        raise WorkstationError("U01", detail="--qr")
    return f"{code}|{sha256[:_HASH_DIGITS]}"


def modules(text: str) -> Modules:
    """The code with error correction M (15 % may be lost: scans of scans)."""
    import cv2  # a tenth of a second and some megabytes that only this kind of stamp pays for
    import numpy as np

    settings = cv2.QRCodeEncoder.Params()
    settings.correction_level = cv2.QRCodeEncoder_CORRECT_LEVEL_M
    drawn = np.asarray(cv2.QRCodeEncoder.create(settings).encode(text)) < 128
    rows, columns = np.flatnonzero(drawn.any(axis=1)), np.flatnonzero(drawn.any(axis=0))
    cut = drawn[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return tuple(tuple(bool(dark) for dark in row) for row in cut)


def runs(code: Modules) -> list[tuple[int, int, int]]:
    """The dark modules as rectangles one module high: (column, row from the top, length)."""
    found = []
    for number, row in enumerate(code):
        start = 0
        while start < len(row):
            end = start
            while end < len(row) and row[end] == row[start]:
                end += 1
            if row[start]:
                found.append((start, number, end - start))
            start = end
    return found
