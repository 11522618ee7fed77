"""A device-independent bitmap of Windows, as scanners hand it over in memory, written as PNG without loss and row by row."""

import struct
import zlib
from collections.abc import Iterator
from ctypes import sizeof, string_at
from pathlib import Path
from typing import BinaryIO

from workstation.scanners.twain_types import BitmapHeader, Quad

_LARGEST = 100_000
"""Pixels on a side; A3 at 1200 dpi has 20,000."""
_LEVEL = 4
"""Of deflate: a sheet has to be on disk before the next is drawn in."""


def write_png(address: int, path: Path, dpi: int) -> None:
    """The bitmap that begins at ``address``. ``dpi``: where it says none itself. ValueError for what is no plain bitmap of 1, 8
    or 24 bits."""
    head = BitmapHeader.from_address(address)
    width, height = head.Width, abs(head.Height)
    if head.Compression or head.BitCount not in (1, 8, 24) or not (0 < width <= _LARGEST and 0 < height <= _LARGEST):
        raise ValueError("not a plain bitmap")
    palette = _palette(address, head)
    start = address + head.Size + sizeof(Quad) * len(palette)
    rows = _rows(start, width, height, head.BitCount, top_down=head.Height < 0)
    depth, kind = (8, 2) if head.BitCount == 24 else (head.BitCount, 3)
    across = head.XPelsPerMeter or round(dpi / 0.0254)
    down = head.YPelsPerMeter or round(dpi / 0.0254)
    with path.open("wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n")
        _chunk(file, b"IHDR", struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, 0))
        _chunk(file, b"pHYs", struct.pack(">IIB", across, down, 1))
        if kind == 3:
            _chunk(file, b"PLTE", b"".join(bytes((q.Red, q.Green, q.Blue)) for q in palette))
        packer = zlib.compressobj(_LEVEL)
        for row in rows:
            if packed := packer.compress(b"\0" + row):
                _chunk(file, b"IDAT", packed)
        _chunk(file, b"IDAT", packer.flush())
        _chunk(file, b"IEND", b"")


def _palette(address: int, head: BitmapHeader) -> list[Quad]:
    most = 1 << head.BitCount if head.BitCount <= 8 else 0
    used = min(head.ClrUsed or most, most)
    return [Quad.from_address(address + head.Size + sizeof(Quad) * n) for n in range(used)]


def _rows(start: int, width: int, height: int, bits: int, *, top_down: bool) -> Iterator[bytes]:
    """From the top; rows lie four bytes aligned, usually the lowest first."""
    stride, length = (width * bits + 31) // 32 * 4, (width * bits + 7) // 8
    for number in range(height):
        row = string_at(start + stride * (number if top_down else height - 1 - number), length)
        if bits == 24:
            turned = bytearray(row)
            turned[0::3], turned[2::3] = row[2::3], row[0::3]
            row = bytes(turned)
        yield row


def _chunk(file: BinaryIO, kind: bytes, data: bytes) -> None:
    file.write(struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)))
