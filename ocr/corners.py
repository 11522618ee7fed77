"""The four corners of a sheet that was photographed on another ground, or nothing where that is not sure."""

import itertools
import math

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.frames import Pixels, load_frame
from workstation.domain.pagejobs import PageLook
from workstation.domain.pagework import Corners
from workstation.domain.projection import is_projection, is_sheet, place, recipe_projection

_LONG_PX = 1000
_SHARE = (0.15, 0.98)
"""Of the picture that a sheet may fill."""
_FILLS = 0.96
"""Least share of its corners' area that is paper: more is missing of what is no sheet."""
_CONTRAST = 20.0
"""Levels between paper and ground on both sides of each edge."""
_BEND = (0.006, 0.08)
"""Share of a side's length by which nine tenths of it may leave a straight line; what is farther off is another side."""
_SQUARE = 40.0
"""Degrees by which a sheet's angles may differ from right ones."""

Floats = NDArray[np.float64]


def find_corners(pixels: Pixels) -> Corners | None:
    """Clockwise from the one nearest to the picture's top left, in pixels of the picture. A sheet that leaves the picture, lies
    on paper of its own kind or is no rectangle has none."""
    scale = min(1.0, _LONG_PX / max(pixels.shape[:2]))
    size = max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale))
    small = cv2.GaussianBlur(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), (5, 5), 0)
    for tones in _views(np.asarray(small, np.uint8)):
        found = _sheet_in(tones)
        if found is not None:
            across, down = pixels.shape[1] / size[0], pixels.shape[0] / size[1]
            a, b, c, d = ((float(x * across), float(y * down)) for x, y in found)
            return a, b, c, d
    return None


def corners_on_page(job: PageLook) -> Corners | None:
    """None also where the page is no projection of its frame any more. F01, F02, F03, F05, F07 as ``load_frame``."""
    if not is_projection(job.recipe):
        return None
    pixels = load_frame(job.path, job.frame).pixels
    found = find_corners(pixels)
    if found is None:
        return None
    onto = recipe_projection(job.recipe, pixels.shape[1], pixels.shape[0])[0]
    corners = [place(onto, x, y) for x, y in found]
    start = min(range(4), key=lambda i: sum(corners[i]))
    a, b, c, d = (*corners[start:], *corners[:start])
    return a, b, c, d


def _views(small: Pixels) -> tuple[Pixels, ...]:
    """Pictures in which paper may be bright: by its light, and by how far its colour is from the ground's along the edges."""
    if small.ndim == 2:
        return (small,)
    rim = np.concatenate([part.reshape(-1, 3) for part in (small[:3], small[-3:], small[:, :3], small[:, -3:])])
    away = np.abs(small.astype(np.float32) - np.median(rim, axis=0)).max(axis=2)
    return np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.uint8), np.clip(away, 0, 255).astype(np.uint8)


def _sheet_in(tones: Pixels) -> Floats | None:
    height, width = tones.shape
    closed = cv2.morphologyEx(tones, cv2.MORPH_CLOSE, np.ones((15, 15), np.uint8))  # print on it is no ground
    _, bright = cv2.threshold(closed, 0, 1, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    bright = cv2.morphologyEx(bright, cv2.MORPH_OPEN, np.ones((9, 9), np.uint8))
    outlines, _ = cv2.findContours(bright, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not outlines:
        return None
    outline = max(outlines, key=cv2.contourArea)
    area = cv2.contourArea(outline)
    if not _SHARE[0] <= area / (width * height) <= _SHARE[1]:
        return None
    rough = _four(np.asarray(outline, np.int32))
    if rough is None:
        return None
    corners = _refined(outline.reshape(-1, 2).astype(np.float64) + 0.5, rough)
    if corners is None or not _believable(corners, area, np.asarray(closed, np.uint8)):
        return None
    start = int(np.argmin(corners.sum(axis=1)))
    return np.roll(corners, -start, axis=0)


def _four(outline: NDArray[np.int32]) -> Floats | None:
    """Clockwise."""
    hull = cv2.convexHull(outline)
    round_it = cv2.arcLength(hull, True)
    for share in (0.01, 0.02, 0.03, 0.05):
        rough = cv2.approxPolyDP(hull, share * round_it, True).reshape(-1, 2).astype(np.float64)
        if len(rough) == 4:
            (x0, y0), (x1, y1), (x2, y2) = rough[:3]
            return rough if (x1 - x0) * (y2 - y1) - (y1 - y0) * (x2 - x1) > 0 else rough[::-1]
    return None


def _refined(points: Floats, rough: Floats) -> Floats | None:
    """Where lines through the middle parts of the four sides meet: a dog-eared corner is the sheet's all the same."""
    lines = []
    for begin, end in zip(rough, np.roll(rough, -1, axis=0), strict=True):
        length = max(1e-9, float(np.linalg.norm(end - begin)))
        along = (end - begin) / length
        away, share = (points - begin) @ np.array([-along[1], along[0]]), (points - begin) @ along / length
        near = points[(np.abs(away) < _BEND[1] * length) & (share > 0.1) & (share < 0.9)]
        if len(near) < 0.6 * length:
            return None
        vx, vy, x, y = cv2.fitLine(near.astype(np.float32), cv2.DIST_HUBER, 0, 0.01, 0.01).ravel().tolist()
        if np.percentile(np.abs((near - (x, y)) @ np.array([-vy, vx])), 90) > _BEND[0] * length:
            return None
        lines.append((vy, -vx, vy * x - vx * y))
    met = []
    for (a, b, c), (d, e, f) in zip([lines[-1], *lines[:-1]], lines, strict=True):
        size = a * e - b * d
        if abs(size) < 1e-6:
            return None
        met.append(((c * e - b * f) / size, (a * f - c * d) / size))
    return np.array(met)


def _believable(corners: Floats, area: float, tones: Pixels) -> bool:
    height, width = tones.shape
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = corners.tolist()
    inside = all(-0.01 * width <= x <= 1.01 * width and -0.01 * height <= y <= 1.01 * height for x, y in corners)
    if not inside or not is_sheet(((x0, y0), (x1, y1), (x2, y2), (x3, y3))):
        return False
    whole = cv2.contourArea(corners.astype(np.float32))
    if not _FILLS <= area / max(1.0, whole) <= 1 / _FILLS:
        return False
    return all(abs(angle - 90) <= _SQUARE for angle in _angles(corners)) and _edged(corners, tones)


def _angles(corners: Floats) -> list[float]:
    found = []
    for before, at, after in zip(np.roll(corners, 1, axis=0), corners, np.roll(corners, -1, axis=0), strict=True):
        u, v = before - at, after - at
        found.append(math.degrees(math.acos(float(np.clip(u @ v / (np.linalg.norm(u) * np.linalg.norm(v)), -1, 1)))))
    return found


def _edged(corners: Floats, tones: Pixels) -> bool:
    """Whether every side has paper within and ground beyond, along most of its length."""
    height, width = tones.shape
    for begin, end in itertools.pairwise([*corners, corners[0]]):
        along = (end - begin) / np.linalg.norm(end - begin)
        inward = np.array([-along[1], along[0]])
        at = begin + np.linspace(0.1, 0.9, 33)[:, None] * (end - begin)
        within, beyond = at + 10 * inward, at - 10 * inward
        seen = np.all((beyond >= 0) & (beyond < (width, height)) & (within >= 0) & (within < (width, height)), axis=1)
        if seen.mean() < 0.8:
            return False
        ins, outs = within[seen].astype(int), beyond[seen].astype(int)
        step = tones[ins[:, 1], ins[:, 0]].astype(np.float64) - tones[outs[:, 1], outs[:, 0]]
        if float(np.percentile(step, 20)) < _CONTRAST:
            return False
    return True
