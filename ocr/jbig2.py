"""JBIG2 without loss (ITU-T T.88, ISO/IEC 14492) as a PDF embeds it (ISO 32000-1, 7.4.7): one generic region, template 0.

The mask of a page takes a quarter less than as CCITT group 4. No symbols are shared, so no letter can stand for another.
In plain Python, since no library that the program has encodes it. What makes that bearable: estimates change only where the
interval is renormalised, so white amid white, nine tenths of a page, is coded by one division a run; 0.1 to 0.3 s a page of A4.
"""

import struct
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.uint8]

_PAGE, _REGION = 48, 38
"""Types of segments: page information, immediate generic region (T.88, 7.3)."""
_NEARBY = (3, -1, -3, -1, 2, -2, -2, -2)
"""The four adaptive pixels of template 0 where figure 3 has them: x and y each."""
_BAND = 256
"""Rows looked at together: numbers of Python take 36 bytes a pixel."""
_HALF = 0x8000

_STATES = (
    (0x5601, 1, 1, 1), (0x3401, 2, 6, 0), (0x1801, 3, 9, 0), (0x0AC1, 4, 12, 0), (0x0521, 5, 29, 0), (0x0221, 38, 33, 0),
    (0x5601, 7, 6, 1), (0x5401, 8, 14, 0), (0x4801, 9, 14, 0), (0x3801, 10, 14, 0), (0x3001, 11, 17, 0), (0x2401, 12, 18, 0),
    (0x1C01, 13, 20, 0), (0x1601, 29, 21, 0), (0x5601, 15, 14, 1), (0x5401, 16, 14, 0), (0x5101, 17, 15, 0), (0x4801, 18, 16, 0),
    (0x3801, 19, 17, 0), (0x3401, 20, 18, 0), (0x3001, 21, 19, 0), (0x2801, 22, 19, 0), (0x2401, 23, 20, 0), (0x2201, 24, 21, 0),
    (0x1C01, 25, 22, 0), (0x1801, 26, 23, 0), (0x1601, 27, 24, 0), (0x1401, 28, 25, 0), (0x1201, 29, 26, 0), (0x1101, 30, 27, 0),
    (0x0AC1, 31, 28, 0), (0x09C1, 32, 29, 0), (0x08A1, 33, 30, 0), (0x0521, 34, 31, 0), (0x0441, 35, 32, 0), (0x02A1, 36, 33, 0),
    (0x0221, 37, 34, 0), (0x0141, 38, 35, 0), (0x0111, 39, 36, 0), (0x0085, 40, 37, 0), (0x0049, 41, 38, 0), (0x0025, 42, 39, 0),
    (0x0015, 43, 40, 0), (0x0009, 44, 41, 0), (0x0005, 45, 42, 0), (0x0001, 45, 43, 0), (0x5601, 46, 46, 0),
)  # fmt: skip
"""Table E.1: width of what is less likely, the next state after the likely and after the unlikely, whether they change places."""


def encoded(mask: Mask) -> bytes:
    """The segments of a page that shows ``mask`` (H × W, 0 or 1); a PDF's filter gives its ones as 0."""
    height, width = mask.shape
    page = struct.pack(">4IBH", width, height, 0, 0, 0, 0)
    region = struct.pack(">4IBB8b", width, height, 0, 0, 0, 0, *_NEARBY)
    return _segment(0, _PAGE, page) + _segment(1, _REGION, region + _coded(mask))


def _segment(number: int, kind: int, data: bytes) -> bytes:
    return struct.pack(">IBBBI", number, kind, 0, 1, len(data)) + data


def _coded(mask: Mask) -> bytes:
    coder = Coder()
    for white, marks in _runs(mask):
        coder.white(white)
        coder.code(marks)
    return coder.end()


def _runs(mask: Mask) -> Iterator[tuple[int, list[int]]]:
    """Pixels in their order as symbols (context, then the pixel itself as lowest bit): how many zeros, then what is none."""
    height, width = mask.shape
    around = np.zeros((height + 2, width + 8), np.uint8)
    around[2:, 4 : width + 4] = mask
    white = 0
    for top in range(0, height, _BAND):
        rows = min(height, top + _BAND) - top
        at, symbols = _symbols(around[top : top + rows + 2])
        before = np.diff(at, prepend=-1) - 1
        parted = before > 0
        parted[:1] = True
        starts = np.flatnonzero(parted)
        marks = symbols.tolist()
        for run, (start, end) in zip(before[starts].tolist(), pairwise([*starts.tolist(), at.size]), strict=True):
            yield white + run, marks[start:end]
            white = 0
        white += rows * width - 1 - (int(at[-1]) if at.size else -1)
    yield white, []


def _symbols(around: Mask) -> tuple[NDArray[np.intp], NDArray[np.uint32]]:
    """Where symbols are not 0, and these. ``around``: rows with two more above and four pixels more on either side.

    Five pixels of the row two above, seven of the one above and four to the left (figure 3)."""
    width = around.shape[1] - 8
    seven = np.zeros((len(around), width + 2), np.uint8)  # around each pixel from the one before the first
    for k in range(7):
        seven <<= 1
        seven |= around[:, k : k + width + 2]
    above, over, left = seven[:-2, 1:-1] >> 1 & 31, seven[1:-1, 1:-1].ravel(), seven[2:, :-2] >> 3 & 15
    parts = above.ravel(), over, left.ravel() << 1 | around[2:, 4:-4].ravel()
    at = np.flatnonzero((parts[0] | parts[1] | parts[2]) != 0)
    two, one, own = (part[at].astype(np.uint32) for part in parts)
    return at, np.asarray(two << 12 | one << 5 | own, np.uint32)


class Coder:
    """The arithmetic coder of annex E. ``a``: its interval, ``c``: the code so far, ``left``: shifts until a byte is out."""

    def __init__(self) -> None:
        self._a, self._c, self._left = _HALF, 0, 12
        self._out = bytearray(1)  # a byte before the first, to which nothing is ever carried
        self._states = [0] * (1 << 16)
        self._widths = [_STATES[0][0], -_STATES[0][0]] * (1 << 16)
        """A symbol: width of what is less likely; negative: the symbol is that."""

    def white(self, count: int) -> None:
        """So many zeros in a context of zeros."""
        while count:
            width = self._widths[0]
            together = min(count, (self._a - _HALF) // width) if width > 0 else 0  # the interval stays above half
            self._a -= together * width
            self._c += together * width
            count -= together
            if count:
                self.code([0])
                count -= 1

    def code(self, symbols: list[int]) -> None:
        """Figures E.3 to E.7."""
        a, c, left, widths = self._a, self._c, self._left, self._widths
        for symbol in symbols:
            width = widths[symbol]
            likely = width > 0
            if likely:
                a -= width
                if a >= _HALF:
                    c += width
                    continue
            else:
                width = -width
                a -= width
            if (a < width) is likely:
                a = width
            else:
                c += width
            self._learn(symbol, likely)
            shift = 16 - a.bit_length()
            a <<= shift
            while shift >= left:
                shift -= left
                c, left = self._byte(c << left)
            c <<= shift
            left -= shift
        self._a, self._c, self._left = a, c, left

    def _learn(self, symbol: int, likely: bool) -> None:
        _, more, less, changed = _STATES[self._states[symbol >> 1]]
        state = self._states[symbol >> 1] = more if likely else less
        width = _STATES[state][0] if likely or changed else -_STATES[state][0]
        self._widths[symbol] = width
        self._widths[symbol ^ 1] = -width

    def _byte(self, c: int) -> tuple[int, int]:
        """What is left of ``c``, and shifts until the next byte. After FF a bit is kept free for what may be carried."""
        out = self._out
        if out[-1] != 0xFF and c >= 1 << 27:
            out[-1] += 1
            c &= (1 << 27) - 1
        if out[-1] == 0xFF:
            out.append(c >> 20)
            return c & (1 << 20) - 1, 7
        out.append(c >> 19)
        return c & (1 << 19) - 1, 8

    def end(self) -> bytes:
        """Figure E.11: as many bits set as the interval allows, then the marker FF AC."""
        top = self._c + self._a
        c = self._c | 0xFFFF
        c -= _HALF if c >= top else 0
        for _ in range(2):
            c, self._left = self._byte(c << self._left)
        return bytes(self._out[1:]).removesuffix(b"\xff") + b"\xff\xac"
