"""A scanned page split into what each kind of coding is good at (mixed raster content): pure functions on pixels.

Writing becomes a lossless black-and-white mask on the scan's own pixel grid, the paper a coarse picture, the ink's colour a
very coarse one. What is no writing – seals, signatures, stamps in colour, photographs – stays continuous tone in patches:
as masks their faint letters broke and blue ink turned black (measured). No patch edge runs through a word or a stroke.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.components import components
from ocr.frames import Pixels
from ocr.geometry import grey
from workstation.domain.page import Box

Mask = NDArray[np.uint8]
"""H × W, 1 where something is, 0 elsewhere."""
Rect = tuple[int, int, int, int]
"""x0, y0, x1, y1 in pixels, ends excluded."""

PAPER_DPI, INK_DPI, PATCH_DPI = 50.0, 12.0, 200.0
_MAP_DPI = 75.0
"""Of the maps in which colour and tone are looked for."""
_THRESHOLD, _COARSE_THRESHOLD = 165 / 255, 185 / 255
"""Between ink (0) and paper (1). Measured by reading again: at 300 dpi a higher one lets hooks and circumflexes grow together
(ổ read as ố), below ``_COARSE_DPI`` a lower one breaks strokes that are two pixels wide."""
_COARSE_DPI = 250.0
_SMOOTH_MM = 0.5
"""The paper's grain is most of its bytes and says nothing."""
_WHITE = 0.92
"""Of the paper's brightness: what is lighter is paper."""
_NEAR = 25
_SPECK_MM = 0.12
_CHROMA = 34
_COLOUR_MM2 = 1.0
_GAP_MM = 3.0
_MARGIN_MM = 1.0
_STROKE_MM = 1.3
"""No stroke of print is as thick: what is solid beyond it is a blob."""
_RULE_DPI, _RULE_MM, _EVEN_MM, _GRAIN_MM = 200.0, 15.0, 6.0, 0.4
_PALE = 12
"""Of 255, how much darker than its paper a rule is at its palest: less is what shows through from the other side."""
_SEAL_MM = 40.0
_ENOUGH = 0.02
"""Share of a coarse pixel that has to be of the kind whose mean it is to show."""
_LARGEST_MARK_MM = (90.0, 45.0)
"""Wider or taller connected ink is a rule or a grid, which a patch may end on."""


@dataclass(frozen=True, slots=True)
class Patch:
    box: Rect
    """Where it lies on the page."""
    pixels: Pixels
    """At ``PATCH_DPI``, or the scan's own resolution if that is lower."""
    shape: Mask | None
    """On the grid of ``pixels``, what of it is drawn; None: all."""


@dataclass(frozen=True, slots=True)
class Layers:
    mask: Mask
    paper: Pixels
    ink: Pixels
    patches: tuple[Patch, ...]
    doubt: float
    """Pixels that a slightly other threshold would have put on the other side, a pixel of ink: how worn the strokes are.
    Measured 0.1 to 0.4 on good pages, 0.6 to 2.9 on old paper, where masks cost legibility."""

    @property
    def patched(self) -> float:
        """Share of the page under patches."""
        areas = ((p.box[2] - p.box[0]) * (p.box[3] - p.box[1]) * _filled(p.shape) for p in self.patches)
        return sum(areas) / self.mask.size


def _filled(shape: Mask | None) -> float:
    return 1.0 if shape is None else float(shape.mean())


def split(pixels: Pixels, dpi: float, words: Sequence[Box]) -> Layers:
    """``pixels``: the page as scanned; ``words``: boxes on it that no patch edge may cut."""
    small = _resized(pixels, min(1.0, _MAP_DPI / dpi))
    ground = paper(small)
    flat = flattened(pixels, ground)
    limit, doubt = threshold(flat, dpi)
    mask, marks = writing(flat, limit, dpi)
    mask |= rules(flat, dpi)
    scale = small.shape[1] / pixels.shape[1]
    seeds = _colour_areas(small, ground, scale) + _tone_areas(flat, dpi)
    groups = grown(seeds, _obstacles(marks, words, dpi), pixels.shape[:2])
    for x0, y0, x1, y1 in (rect for group in groups for rect in group):
        mask[y0:y1, x0:x1] = 0
    bare = _bare(mask, groups, dpi)
    patches = tuple(_patch(pixels, group, dpi) for group in groups)
    ink = np.asarray(cv2.erode(mask, np.ones((3, 3), np.uint8)), np.uint8)
    ground = _mean_where(pixels, bare, dpi, PAPER_DPI)
    smooth = np.asarray(cv2.GaussianBlur(ground, (0, 0), _SMOOTH_MM / 25.4 * PAPER_DPI), np.uint8)
    return Layers(mask, smooth, _mean_where(pixels, ink, dpi, INK_DPI), patches, doubt)


def _resized(pixels: Pixels, scale: float) -> Pixels:
    if scale >= 1:
        return pixels
    size = max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)


def coarse(pixels: Pixels, dpi: float) -> Pixels:
    """``pixels`` at ``PATCH_DPI``, unless they are coarser."""
    return _resized(pixels, min(1.0, PATCH_DPI / dpi))


def _odd(mm: float, dpi: float) -> int:
    return max(3, round(mm / 25.4 * dpi) | 1)


def paper(small: Pixels) -> Pixels:
    """The paper's own colour at each pixel of a page at ``_MAP_DPI``: closing swallows writing, a wider one solid areas."""
    near, far = _odd(5, _MAP_DPI), _odd(30, _MAP_DPI / 4)
    closed = cv2.medianBlur(cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((near, near), np.uint8)), near)
    coarse = cv2.resize(closed, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    wide = cv2.blur(cv2.morphologyEx(coarse, cv2.MORPH_CLOSE, np.ones((far, far), np.uint8)), (far, far))
    wide = cv2.resize(wide, (small.shape[1], small.shape[0]), interpolation=cv2.INTER_LINEAR)
    solid = grey(np.asarray(closed, np.uint8)) < 0.72 * grey(np.asarray(wide, np.uint8)).astype(np.float32)
    choose = solid if small.ndim == 2 else solid[..., None]
    return np.maximum(np.where(choose, wide, closed), 1).astype(np.uint8)


def flattened(pixels: Pixels, ground: Pixels) -> Pixels:
    """Grey page over its paper: 255 paper, 0 black."""
    page, level = grey(pixels), grey(ground)
    full = cv2.resize(level, (page.shape[1], page.shape[0]), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.divide(page, full, scale=255.0), np.uint8)


def threshold(flat: Pixels, dpi: float) -> tuple[float, float]:
    """A level between the ink's and the paper's, and how much lies near it (``Layers.doubt``)."""
    count = np.bincount(flat[::2, ::2].ravel(), minlength=256)
    share = np.cumsum(count) / count.sum()
    black = min(130, int(np.searchsorted(share, 0.01)))
    reach = _WHITE * 255 - black
    pale = round(black + reach * _COARSE_THRESHOLD)
    doubt = float(count[pale - _NEAR : pale + _NEAR].sum() / max(1, count[:pale].sum()))
    return black + reach * (_COARSE_THRESHOLD if dpi < _COARSE_DPI else _THRESHOLD), doubt


def writing(flat: Pixels, limit: float, dpi: float) -> tuple[Mask, NDArray[np.int32]]:
    """The mask of everything darker than ``limit`` but specks, and x, y, width, height and area of its connected marks."""
    labels, stats, _ = components(np.asarray(cv2.threshold(flat, limit, 1, cv2.THRESH_BINARY_INV)[1], np.uint8))
    speck = max(2.0, (_SPECK_MM / 25.4 * dpi) ** 2)
    kept = stats[:, cv2.CC_STAT_AREA] >= speck
    kept[0] = False
    return np.asarray(kept.astype(np.uint8)[labels], np.uint8), stats[kept]


def rules(flat: Pixels, dpi: float) -> Mask:
    """Level and upright lines, however pale: a rule of which each pixel row holds a part falls short of any threshold."""
    scale = min(1.0, _RULE_DPI / dpi)
    dark = np.asarray(255 - _resized(flat, scale), np.uint8)
    found = _level_rules(dark, dpi * scale) | _level_rules(np.ascontiguousarray(dark.T), dpi * scale).T
    full = cv2.resize(found * np.uint8(255), (flat.shape[1], flat.shape[0]), interpolation=cv2.INTER_LINEAR)
    return (full > 127).astype(np.uint8)


def _level_rules(dark: Pixels, dpi: float) -> Mask:
    """What is darker than the paper above and below without a gap: letters and leaders have gaps."""
    thin = cv2.morphologyEx(dark, cv2.MORPH_TOPHAT, np.ones((_odd(_STROKE_MM, dpi), 1), np.uint8))
    smooth = cv2.blur(thin, (_odd(_GRAIN_MM, dpi), 1))
    drifting = cv2.dilate(smooth, np.ones((3, 1), np.uint8))
    even = cv2.morphologyEx(drifting, cv2.MORPH_OPEN, np.ones((1, _odd(_EVEN_MM, dpi)), np.uint8))
    likely = ((even > _PALE) & (smooth >= even // 2)).astype(np.uint8)
    labels, stats, _ = components(likely)
    long = stats[:, cv2.CC_STAT_WIDTH] >= _RULE_MM / 25.4 * dpi
    long[0] = False
    return np.asarray(long.astype(np.uint8)[labels], np.uint8)


def _colour_areas(small: Pixels, ground: Pixels, scale: float) -> list[Rect]:
    """Areas of coloured ink, in page pixels."""
    if small.ndim == 2:
        return []
    pure = cv2.divide(small, ground, scale=255.0)
    red, green, blue = cv2.split(pure)
    chroma = cv2.subtract(cv2.max(cv2.max(red, green), blue), cv2.min(cv2.min(red, green), blue))
    coloured = (chroma > _CHROMA).astype(np.uint8)
    return _areas(coloured, _MAP_DPI, 1 / scale, _COLOUR_MM2)


def _areas(spots: Mask, dpi: float, up: float, least_mm2: float) -> list[Rect]:
    """Boxes of spots that lie within ``_GAP_MM`` of one another, if they have ``least_mm2`` of them; scaled by ``up``."""
    gap = _odd(_GAP_MM, dpi)
    labels, stats, _ = components(np.asarray(cv2.dilate(spots, np.ones((gap, gap), np.uint8)), np.uint8))
    filled = np.bincount(labels[spots > 0], minlength=len(stats)) * (25.4 / dpi) ** 2
    half = gap // 2 - round(_MARGIN_MM / 25.4 * dpi)
    out = []
    for i in range(1, len(stats)):
        if filled[i] >= least_mm2:
            x, y, w, h = (int(v) for v in stats[i, :4])
            out.append((round((x + half) * up), round((y + half) * up), round((x + w - half) * up), round((y + h - half) * up)))
    return out


def _tone_areas(flat: Pixels, dpi: float) -> list[Rect]:
    """Solid blobs that are not simply black: a grey seal's star (with the seal round it), a photograph."""
    scale = min(1.0, 100.0 / dpi)
    page = _resized(flat, scale)
    at = dpi * scale
    size = _odd(_STROKE_MM, at)
    solid = cv2.dilate(page, np.ones((size, size), np.uint8))
    blobs = (solid < 200).astype(np.uint8)
    labels, stats, centres = components(blobs)
    out = []
    for i in range(1, len(stats)):
        x, y, w, h = (int(v) for v in stats[i, :4])
        inside = page[y : y + h, x : x + w][labels[y : y + h, x : x + w] == i]
        if stats[i, cv2.CC_STAT_AREA] * (25.4 / at) ** 2 < 1.0 or np.percentile(inside, 75) < 60:
            continue
        reach = _SEAL_MM / 2 if max(w, h) < 15 / 25.4 * at else 0.0
        px = max(reach / 25.4 * at, size + 0.0)
        cx, cy = centres[i]
        box = (min(x - size, cx - px), min(y - size, cy - px), max(x + w + size, cx + px), max(y + h + size, cy + px))
        out.append(tuple(round(v / scale) for v in box))
    return out


def _obstacles(marks: NDArray[np.int32], words: Sequence[Box], dpi: float) -> NDArray[np.float64]:
    """N × 4 boxes that a patch holds whole or not at all."""
    wide, tall = (mm / 25.4 * dpi for mm in _LARGEST_MARK_MM)
    x, y, w, h = (marks[:, i].astype(np.float64) for i in range(4))
    own = (w <= wide) & (h <= tall)
    boxes = np.stack([x, y, x + w, y + h], axis=1)[own]
    return np.concatenate([boxes, np.array(words, np.float64).reshape(-1, 4)])


def grown(seeds: Sequence[Rect], obstacles: NDArray[np.float64], shape: tuple[int, int]) -> tuple[tuple[Rect, ...], ...]:
    """Each seed with the obstacles that stick out of it, and those that stick out of these; what touches is one group."""
    height, width = shape
    left = obstacles
    groups: list[list[Rect]] = []
    for seed in seeds:
        group, fresh = [], [seed]
        while fresh:
            x0, y0, x1, y1 = rect = fresh.pop()
            group.append(rect)
            touched = (left[:, 0] < x1) & (left[:, 2] > x0) & (left[:, 1] < y1) & (left[:, 3] > y0)
            inside = (left[:, 0] >= x0) & (left[:, 2] <= x1) & (left[:, 1] >= y0) & (left[:, 3] <= y1)
            out = left[touched & ~inside]
            fresh += [(math.floor(o[0]) - 1, math.floor(o[1]) - 1, math.ceil(o[2]) + 1, math.ceil(o[3]) + 1) for o in out]
            left = left[~touched]
        groups.append([w for r in group if (w := _within(r, width, height))[0] < w[2] and w[1] < w[3]])
    return tuple(sorted(tuple(g) for g in _joined(groups) if g))


def _joined(groups: Sequence[list[Rect]]) -> list[list[Rect]]:
    """Groups of which two rectangles overlap are one."""
    done: list[list[Rect]] = []
    for group in groups:
        touching = [other for other in done if any(_overlap(a, b) for a in group for b in other)]
        done = [other for other in done if other not in touching]
        done.append(sum(touching, group))
    return done


def _within(box: Rect, width: int, height: int) -> Rect:
    x0, y0, x1, y1 = box
    return max(0, x0), max(0, y0), min(width, x1), min(height, y1)


def _overlap(a: Rect, b: Rect) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _patch(pixels: Pixels, group: Sequence[Rect], dpi: float) -> Patch:
    """The hull of the group's rectangles, drawn where they are; what lies between is one even colour, which costs nothing."""
    corners = np.array(group)
    x0, y0, x1, y1 = (int(v) for v in (*corners[:, :2].min(axis=0), *corners[:, 2:].max(axis=0)))
    shape = np.zeros((y1 - y0, x1 - x0), np.uint8)
    for left, top, right, bottom in group:
        shape[top - y0 : bottom - y0, left - x0 : right - x0] = 1
    part, scale = pixels[y0:y1, x0:x1], min(1.0, PATCH_DPI / dpi)
    if shape.all():
        return Patch((x0, y0, x1, y1), _resized(part, scale), None)
    around = _odd(2 * _MARGIN_MM, dpi)
    kept = cv2.dilate(shape, np.ones((around, around), np.uint8)) > 0  # or the even colour would bleed in at the edges
    even = np.median(part[shape > 0], axis=0)
    part = np.where(kept[..., None] if part.ndim == 3 else kept, part, even).astype(np.uint8)
    return Patch((x0, y0, x1, y1), _resized(part, scale), (_resized(shape * np.uint8(255), scale) > 0).astype(np.uint8))


def _bare(mask: Mask, groups: Sequence[Sequence[Rect]], dpi: float) -> Mask:
    """Where the page shows nothing but paper: neither ink with its edge nor patches, under which the paper isn't seen."""
    edge = _odd(0.35, dpi)
    bare = 1 - np.asarray(cv2.dilate(mask, np.ones((edge, edge), np.uint8)), np.uint8)
    for x0, y0, x1, y1 in (rect for group in groups for rect in group):
        bare[y0:y1, x0:x1] = 0
    return bare


def _mean_where(pixels: Pixels, chosen: Mask, dpi: float, to_dpi: float) -> Pixels:
    """``pixels`` at ``to_dpi``, each the mean of the chosen ones under it; where there are none, of those around."""
    scale = min(1.0, to_dpi / dpi)
    size = max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale))
    total = cv2.resize(cv2.copyTo(pixels, chosen), size, interpolation=cv2.INTER_AREA).astype(np.float32)
    weight = cv2.resize(chosen * np.uint8(255), size, interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    out, filled, reach = total, weight, 3
    while (empty := filled < _ENOUGH).any() and reach < 4 * max(size):
        out = np.where(empty if out.ndim == 2 else empty[..., None], cv2.blur(total, (reach, reach)), out)
        filled = np.where(empty, cv2.blur(weight, (reach, reach)), filled)
        reach = 2 * reach + 1
    share = np.maximum(filled, 1e-3)
    return np.clip(out / (share if out.ndim == 2 else share[..., None]) + 0.5, 0, 255).astype(np.uint8)
