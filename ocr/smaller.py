"""Smaller copies of a page: means over the squares that its pixels cover, fast.

OpenCV has a fast way for whole squares of pixels and a slow one for odd shares of them: a page of 300 dpi in colour at two thirds
takes it 22 to 34 ms (measured). So squares are whole ones where they can be, a page is else halved while it is twice too large,
and two thirds of the rest are made in another way (14 ms). Straight lines between pixels at even steps, the usual fast way (5
ms), weigh pixels unevenly: of 80 clean and office pages 26 were read worse by them and 13 better.
"""

import cv2
import numpy as np

from ocr.frames import Pixels

_NEARLY = 0.0002
"""Off a scale by so little is at it: half a pixel in the width of a page."""
_WIDEST = 32766
"""Pixels: of a wider picture OpenCV does not say where a pixel comes from."""
_SLIDING = (3, 5)
"""Squares of which OpenCV has the means sooner round every pixel than of each square alone, by a third; to the last bit the same,
as a mean of an odd number of pixels never lies half-way between two levels."""
_BAND = 16
"""Rows at once: where a pixel comes from takes more memory than the pixel, and of so few rows it stays in the core's own cache
(64 rows: a tenth slower)."""


def halved(page: Pixels, scale: float) -> tuple[Pixels, float]:
    """The page halved while it stays no smaller than at ``scale``, and the scale that is left. A last odd row is left out."""
    while scale <= 0.5 + _NEARLY and min(page.shape[:2]) > 1:
        page, scale = pooled(page, 2), 2 * scale
    return page, scale


def scaled(page: Pixels, scale: float) -> Pixels:
    """The page at a ``scale`` of at most 1, give or take two pixels; itself at 1."""
    if abs(1 / scale - round(1 / scale)) <= _NEARLY:
        return pooled(page, round(1 / scale))
    page, rest = halved(page, scale)
    if rest >= 1 - _NEARLY:
        return page
    if abs(rest - 2 / 3) <= _NEARLY and page.shape[1] <= _WIDEST:
        return _two_for_three(page)
    size = max(1, round(page.shape[1] * rest)), max(1, round(page.shape[0] * rest))
    return np.asarray(cv2.resize(page, size, interpolation=cv2.INTER_AREA), np.uint8)


def shrink(page: Pixels, dpi: float, to_dpi: float) -> Pixels:
    """``scaled`` from one resolution to another; a coarser page stays as it is."""
    return scaled(page, min(1.0, to_dpi / dpi))


def pooled(page: Pixels, pool: int) -> Pixels:
    """Means of whole squares of ``pool`` pixels, itself of one; what is left over at the right and bottom edge is none."""
    if pool == 1:
        return page
    while pool > 2 and pool % 2 == 0:
        page, pool = pooled(page, 2), pool // 2
    height, width = max(1, page.shape[0] // pool), max(1, page.shape[1] // pool)
    whole = page[: pool * height, : pool * width]
    if pool in _SLIDING:
        means = cv2.blur(whole, (pool, pool), anchor=(0, 0))
        return np.asarray(cv2.resize(means, (width, height), interpolation=cv2.INTER_NEAREST), np.uint8)
    return np.asarray(cv2.resize(whole, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def darkest(page: Pixels, pool: int) -> Pixels:
    """The darkest of about each square of ``pool`` pixels of a grey page, which hairlines survive; itself of one."""
    if pool == 1:
        return page
    spread = cv2.erode(page, np.ones((pool, pool), np.uint8))
    return np.ascontiguousarray(spread[pool // 2 :: pool, pool // 2 :: pool], np.uint8)


def _two_for_three(page: Pixels) -> Pixels:
    """Means over one and a half pixels each way: of three in a row the first and half the second, half the second and the third.
    Interpolated between neighbours a third of the way, which OpenCV takes for 11 of 32, either gives just that."""
    height, width = (max(1, round(n * 2 / 3)) for n in page.shape[:2])
    out = np.empty((height, width, *page.shape[2:]), np.uint8)
    x, y = np.meshgrid(_thirds(width), _thirds(min(_BAND, height)))
    at, between = cv2.convertMaps(x, y, cv2.CV_16SC2)
    for begin in range(0, height, _BAND):
        part = out[begin : begin + _BAND]
        rows, n = page[begin // 2 * 3 : begin // 2 * 3 + 3 * _BAND // 2], len(part)
        cv2.remap(rows, at[:n], between[:n], cv2.INTER_LINEAR, dst=part, borderMode=cv2.BORDER_REPLICATE)
    return out


def _thirds(count: int) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    """Where pixels lie among three for two of them: 1/3, 5/3, 10/3, 14/3 …"""
    i = np.arange(count)
    return np.asarray(3 * (i // 2) + np.where(i % 2, 5 / 3, 1 / 3), np.float32)
