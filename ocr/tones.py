"""Steps on the tones of the page that is kept: black edges, shading, what shines through, specks. Geometry and colours stay.

What is taken off becomes paper as it is around; what stays keeps the ratio of its colours, so a seal's red is that red after.
What ``ocr.prepare`` does for reading goes farther: it may turn a photograph into paper, which a page that is kept may not.
"""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.components import components
from ocr.frames import Pixels
from ocr.geometry import grey
from ocr.prepare import in_step

_CELL_MM = 5.0
_OBJECT_CELLS = 9
"""Darker areas narrower than so many cells both ways are things on the paper (a portrait of 3 × 4 cm), not its shading."""
_PAPER_WHITE = 245.0
_BAND = 256
_DIMMEST = 0.35
"""Of the light on most of the page: less is no paper in a shadow."""
_DARK, _DIM = 70, 150
_TIP_PX = 61
_EDGE_MM, _DEEP = 1.0, 0.2
"""Thickness from which what is dark at an edge is the lid; share of the page's side beyond which it is content."""
_PRINT, _SHINE = 0.38, 0.32
"""Share of the paper's light that ink takes: print takes more than the first, the other side's at most the second."""
_CHROMA = 22
"""Levels between an ink's strongest and weakest colour, less the paper's own: a seal or pen, not the other side's print."""
_BESIDE_MM = 0.35
_SPECK_MM = 0.45
_ALONE_MM = 1.3
"""Marks of Vietnamese letters, dots and commas stand nearer to a letter."""

Field = NDArray[np.float32]


def paper_light(page: Pixels, dpi: float) -> Field:
    """How bright the paper is at each pixel of a grey page, whatever stands on it."""
    cell = max(2, round(_CELL_MM / 25.4 * dpi))
    height, width = page.shape
    rows, columns = -(-height // cell), -(-width // cell)
    padded = np.pad(page, ((0, rows * cell - height), (0, columns * cell - width)), mode="edge")
    blocks = padded.reshape(rows, cell, columns, cell).swapaxes(1, 2).reshape(rows, columns, -1)
    light = np.percentile(blocks[..., :: max(1, cell // 8)], 85, axis=2).astype(np.float32)
    across = cv2.morphologyEx(light, cv2.MORPH_CLOSE, np.ones((1, _OBJECT_CELLS), np.uint8))
    down = cv2.morphologyEx(light, cv2.MORPH_CLOSE, np.ones((_OBJECT_CELLS, 1), np.uint8))
    # a shadow runs along the page, a thing ends both ways
    smooth = cv2.GaussianBlur(np.minimum(across, down), (3, 3), 0)
    full = cv2.resize(smooth, (columns * cell, rows * cell), interpolation=cv2.INTER_LINEAR)
    return np.maximum(np.asarray(full[:height, :width], np.float32), 1)


def flatten(page: Pixels, dpi: float) -> Pixels:
    """The light falls evenly: shadows and shading go. One factor for all colours of a pixel, so hues stay."""
    light = paper_light(grey(page), dpi)
    lit = light > _DIMMEST * float(np.median(light[::4, ::4]))  # else it is the lid, or a page of ink
    factor = np.where(lit, _PAPER_WHITE / light, np.float32(1))
    out = np.empty_like(page)
    for begin in range(0, len(page), _BAND):  # numbers with fractions take four times the memory of pixels
        rows = slice(begin, begin + _BAND)
        out[rows] = _scaled(page[rows], factor[rows])
    return out


def _scaled(page: Pixels, factor: Field) -> Pixels:
    if page.ndim == 2:
        return np.asarray(np.clip(page * factor + 0.5, 0, 255), np.uint8)
    top = page.max(axis=2).astype(np.float32)
    ink = grey(page) < 0.8 * _PAPER_WHITE / factor  # paper may lose its tint, ink may not
    factor = np.where(ink & (top > 0), np.minimum(factor, 255 / np.maximum(top, 1)), factor)
    return np.asarray(np.clip(page * factor[..., None] + 0.5, 0, 255), np.uint8)


def borders(page: Pixels, dpi: float) -> Pixels:
    """The lid's black beyond the paper becomes paper. ``page`` itself where there is none."""
    mm = dpi / 25.4
    scale = min(1.0, 75.0 / dpi)
    small = cv2.resize(grey(page), None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    thick = max(3, round(_EDGE_MM * mm * scale) | 1)
    dark = np.pad((small < _DARK).astype(np.uint8), thick, constant_values=1)  # what touches the edge goes on beyond it
    solid = cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones((thick, thick), np.uint8))[thick:-thick, thick:-thick]
    labels, stats, _ = components(np.ascontiguousarray(solid, np.uint8))
    height, width = small.shape
    lid = np.zeros(len(stats), bool)
    for i in range(1, len(stats)):
        x, y, w, h = (int(v) for v in stats[i, :4])
        touches = x == 0 or y == 0 or x + w == width or y + h == height
        lid[i] = touches and _is_lid(labels == i, width, height)
    if not lid.any():
        return page
    mask = cv2.dilate(_along_edges(lid[labels], small < _DIM, thick), np.ones((5, 5), np.uint8))
    full = cv2.resize(mask, (page.shape[1], page.shape[0]), interpolation=cv2.INTER_NEAREST) > 0
    return _papered(page, full, dpi)


def _along_edges(lid: NDArray[np.bool_], dark: NDArray[np.bool_], thick: int) -> Pixels:
    """The lid with the thin ends of its wedges, which run out along the picture's edges."""
    rim = np.ones_like(dark)
    rim[thick:-thick, thick:-thick] = False
    labels, _, _ = components((lid | (dark & rim)).astype(np.uint8))
    joined = np.zeros(int(labels.max()) + 1, bool)
    joined[np.unique(labels[lid])] = True
    joined[0] = False
    found = joined[labels].astype(np.uint8)
    beyond = cv2.dilate(found, np.ones((_TIP_PX, _TIP_PX), np.uint8))
    beyond[2:-2, 2:-2] = 0  # the very tips, thinner than a pixel of this scale
    return np.asarray(cv2.max(found, beyond), np.uint8)


def _is_lid(mask: NDArray[np.bool_], width: int, height: int) -> bool:
    """Whether nearly all of it lies in the frame's breadth along the edges."""
    inner = mask[round(_DEEP * height) : round((1 - _DEEP) * height), round(_DEEP * width) : round((1 - _DEEP) * width)]
    return float(inner.sum()) < 0.02 * float(mask.sum())


def bleed_through(page: Pixels, dpi: float) -> Pixels:
    """The other side's print, fainter than any ink of this side and without a colour of its own, becomes paper."""
    plain = grey(page)
    ink = 1 - plain.astype(np.float32) / paper_light(plain, dpi)
    size = 2 * max(1, round(_BESIDE_MM / 25.4 * dpi)) + 1
    own = cv2.dilate((ink > _PRINT).astype(np.uint8), cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size)))
    shine = (ink > 0.03) & (ink < _SHINE) & (own == 0)
    if page.ndim == 3:
        coloured = (_chroma(page) > _CHROMA).astype(np.uint8)
        shine &= cv2.dilate(coloured, np.ones((size, size), np.uint8)) == 0
    return _papered(page, shine, dpi) if shine.any() else page


def _chroma(page: Pixels) -> NDArray[np.int16]:
    """Levels between strongest and weakest colour, by which a pixel differs from the paper's own."""
    red, green, blue = cv2.split(page)
    spread = cv2.subtract(cv2.max(cv2.max(red, green), blue), cv2.min(cv2.min(red, green), blue)).astype(np.int16)
    bright = grey(page[::4, ::4])
    paper = bright >= np.percentile(bright, 60)
    return np.asarray(cv2.GaussianBlur(spread, (0, 0), 1.0) - int(np.median(spread[::4, ::4][paper])), np.int16)


def despeckle(page: Pixels, dpi: float) -> Pixels:
    """Dust and toner: small dots with no letter near and out of step with any row of dots become paper."""
    mm = dpi / 25.4
    plain = grey(page)
    ink = (plain < 0.8 * paper_light(plain, dpi)).astype(np.uint8)
    labels, stats, centres = components(ink)
    w, h, area = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT], stats[:, cv2.CC_STAT_AREA]
    small = (w <= _SPECK_MM * mm) & (h <= _SPECK_MM * mm)
    small[0] = False
    if not small.any():
        return page
    large = ~small
    large[0] = False
    size = 2 * max(1, round(_ALONE_MM * mm)) + 1
    near = cv2.dilate(large[labels].astype(np.uint8), cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size)))
    chosen = np.flatnonzero(small)
    at = np.round(centres[chosen]).astype(int)
    alone = near[np.clip(at[:, 1], 0, plain.shape[0] - 1), np.clip(at[:, 0], 0, plain.shape[1] - 1)] == 0
    alone &= ~in_step(centres[chosen] / mm, np.asarray(area[chosen], np.float64))
    if not alone.any():
        return page
    doomed = np.zeros(len(stats), bool)
    doomed[chosen[alone]] = True
    return _papered(page, cv2.dilate(doomed[labels].astype(np.uint8), np.ones((3, 3), np.uint8)) > 0, dpi)


def _papered(page: Pixels, mask: NDArray[np.bool_], dpi: float) -> Pixels:
    """With the paper's colours around in place of what is masked: means over what is bright there, farther off where all is
    masked."""
    cell = max(2, round(_CELL_MM / 25.4 * dpi))
    size = max(1, page.shape[1] // cell), max(1, page.shape[0] // cell)
    plain = grey(page)
    good = ~mask & (plain >= 0.85 * np.percentile(plain[::4, ::4][~mask[::4, ::4]], 80) if (~mask[::4, ::4]).any() else ~mask)
    weight = cv2.resize(good.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    layers = page[..., None] if page.ndim == 2 else page
    out = page.copy()
    for i in range(layers.shape[2]):
        layer = layers[..., i]
        total = cv2.resize(np.where(good, layer, 0).astype(np.float32), size, interpolation=cv2.INTER_AREA)
        colour = _spread(np.asarray(total, np.float32), np.asarray(weight, np.float32))
        full = cv2.resize(colour, (page.shape[1], page.shape[0]), interpolation=cv2.INTER_LINEAR)
        target = out if page.ndim == 2 else out[..., i]
        target[mask] = np.clip(full[mask] + 0.5, 0, 255).astype(np.uint8)
    return out


def _spread(total: Field, weight: Field) -> Field:
    """Means of cells, filled from wider and wider surroundings where nothing was seen."""
    found = np.zeros_like(total)
    known = np.zeros(total.shape, bool)
    for sigma in (0.8, 2.0, 6.0, 20.0):
        sums, weights = cv2.GaussianBlur(total, (0, 0), sigma), cv2.GaussianBlur(weight, (0, 0), sigma)
        fresh = ~known & (weights > 0.02)
        found[fresh] = sums[fresh] / weights[fresh]
        known |= fresh
    if known.any():
        found[~known] = float(found[known].mean())
    else:
        found[:] = _PAPER_WHITE
    return found


Tone = Callable[[Pixels, float], Pixels]
TONES: dict[tuple[str, int], Tone] = {
    ("borders", 1): borders, ("flatten", 1): flatten, ("bleed_through", 1): bleed_through, ("despeckle", 1): despeckle,
}  # fmt: skip
"""By name and version, as recipes name them."""
