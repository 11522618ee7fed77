"""What a JPEG's own markers say of it (ITU-T T.81, annex B)."""

import io
import warnings
from collections.abc import Iterator

from PIL import Image


def carriable(stream: io.BytesIO) -> bool:
    """Whether a PDF can carry it as it is: baseline or progressive, 8 bit, grey or three components."""
    try:
        with warnings.catch_warnings(action="ignore"), Image.open(stream, formats=("JPEG",)) as image:
            layers = getattr(image, "layers", 0)
            plain = image.mode in ("L", "RGB") and layers in (1, 3)
    except (OSError, SyntaxError, ValueError):
        return False  # the decoder that follows says what is wrong with it
    return plain and _start_of_frame(stream.getvalue()) in (0xC0, 0xC1, 0xC2)


def _segments(data: bytes) -> Iterator[tuple[int, int]]:
    """A JPEG's markers (ITU-T T.81, table B.1; the low byte), each with where its segment ends; not beyond the first scan's."""
    at, marker = 2, 0
    while at + 4 <= len(data) and data[at] == 0xFF and marker != 0xDA:
        marker, begun = data[at + 1], at
        at += 1 if marker == 0xFF else 2 + int.from_bytes(data[begun + 2 : begun + 4])
        yield marker, at


def _start_of_frame(data: bytes) -> int:
    """The first SOF marker's low byte; 0 if there is none."""
    return next((m for m, _ in _segments(data) if 0xC0 <= m <= 0xCF and m not in (0xC4, 0xC8, 0xCC)), 0)


def scan_begins(data: bytes) -> int:
    """Where the first scan's data begins; the very end if there is none."""
    return next((end for marker, end in _segments(data) if marker == 0xDA), len(data))
