"""PNGs of signatures and seals, good and hostile, and the wish that each preset needs."""

import math
import struct
import zlib
from pathlib import Path

from PIL import Image, ImageDraw

from workstation.domain.signing import Anchor, StampWish

BLUE = (20, 40, 190, 255)
RED = (215, 20, 30, 230)
BLANK_MM = (110.0, 180.0, 160.0, 210.0)
"""A blank for a signature on an A4 page."""
WORDS_MM = (30.0, 60.0, 115.0, 90.0)
"""A blank for a signature that is words, elsewhere on the page."""


def signature(path: Path, colour: tuple[int, int, int, int] = BLUE, size: tuple[int, int] = (900, 400)) -> Path:
    """A wave on nothing, with wide margins."""
    picture = Image.new("RGBA", size, (255, 255, 255, 0))
    width, height = size
    wave = [(width * (0.1 + 0.008 * t), height * (0.5 + 0.25 * math.sin(t / 9))) for t in range(100)]
    ImageDraw.Draw(picture).line(wave, fill=colour, width=max(2, width // 90))
    picture.save(path)
    return path


def seal(path: Path, side: int = 700) -> Path:
    """Rings of ``side`` pixels with a margin."""
    picture = Image.new("RGBA", (side + 100, side + 100), (0, 0, 0, 0))
    draw = ImageDraw.Draw(picture)
    for radius in (side / 2, side / 2 - 30, side / 4):
        middle = side / 2 + 50
        draw.ellipse((middle - radius, middle - radius, middle + radius, middle + radius), outline=RED, width=10)
    picture.save(path)
    return path


def wish(code: str, folder: Path) -> StampWish:
    """What preset ``code`` needs; S2 finds its signature by itself."""
    anchor = Anchor(0, BLANK_MM)
    return {
        "S1": StampWish(image=signature(folder / "signature.png"), anchor=anchor),
        "S2": StampWish(image=seal(folder / "seal.png")),
        "S3": StampWish(number="05/QĐ-UBND"),
        "S4": StampWish(copy="SAO LỤC"),
        "S7": StampWish(qr_code="H29.1.2-261121-000001"),
        "N1": StampWish(number="05/QĐ-UBND", anchor=anchor),
        "N2": StampWish(anchor=anchor),
        "C1": StampWish(anchor=Anchor(0, WORDS_MM)),
        "C2": StampWish(anchor=Anchor(0, WORDS_MM)),
    }.get(code, StampWish())


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(*chunks: bytes) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks) + chunk(b"IEND", b"")


def header(width: int, height: int, depth: int = 8, colour: int = 6) -> bytes:
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
