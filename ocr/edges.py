"""The edge of what was scanned, on the cleaned page: ink that runs over it, and how much of the picture is lost."""

from dataclasses import dataclass
from itertools import product

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.components import components
from ocr.frames import Pixels
from ocr.geometry import grey
from ocr.levels import percentile
from workstation.domain.page import Recipe, recipe_matrix

Points = NDArray[np.float32]
"""Corners, x and y, in turn."""

_DEEP_MM, _AT_EDGE_MM, _INWARDS_MM = 5.0, 0.35, 0.8
_SHORTEST_MM = 15.0
"""A side that is shorter is a corner of what straightening left."""
_LONGEST_MM = 12.0
"""A letter, a rule or a seal's ring crosses the edge on less; a border, a lid or a finger lies along it on more."""
_LYING_MM, _GRAIN_MM = 20.0, (0.6, 1.5)
"""Longer than a Vietnamese word, with gaps that are narrower than those between words; farther on with wider ones."""
_SOLID_MM, _SOLID = 3.0, 0.72
_INK, _PAPER = 0.7, 0.5
_THROUGH = 0.85
_LOST = 128


def outline(recipe: Recipe, width: int, height: int, page: Pixels, reduced: float = 1.0) -> Points:
    """Where on the cleaned ``page`` the picture of ``width`` × ``height`` ends; what deskewing brought in lies outside. In
    pixels of the page ``reduced`` by so much."""
    return np.asarray(_on_page(recipe, width, height, page) / reduced, np.float32)


def _on_page(recipe: Recipe, width: int, height: int, page: Pixels) -> Points:
    whole = np.array([[0, 0], [page.shape[1], 0], [page.shape[1], page.shape[0]], [0, page.shape[0]]], np.float32)
    try:
        (a, b, c, d, e, f), _, _ = recipe_matrix(recipe, width, height)
    except ValueError:  # a step that is no affine one fills its page
        return whole
    corners = [(a * x + c * y + e, b * x + d * y + f) for x, y in ((0, 0), (width, 0), (width, height), (0, height))]
    area, shared = cv2.intersectConvexConvex(np.array(corners, np.float32), whole)
    return np.asarray(shared, np.float32).reshape(-1, 2) if area > 0 else whole


@dataclass(frozen=True, slots=True)
class _Side:
    """``ink``: rows go inwards from the edge; ``runs``: the number of the run of dark columns that each is in; ``lying``: those
    where something dark lies along the edge. A copier makes grain of a shadow, which thins out: all of its run lies so."""

    start: Points
    along: Points
    inwards: Points
    ink: Pixels
    runs: NDArray[np.int_]
    lying: NDArray[np.bool_]


def clipped_mm(page: Pixels, dpi: float, corners: Points) -> float:
    """Millimetres of the edge that ink runs over: letters, rules or a seal that were not scanned whole.

    Ink touches the edge and goes inwards from there. Not counted: what lies along this edge or the next (a black border, a
    shadow and a copier's grain of it), what is solid (a hole, a finger), lines through the whole page (ruled paper, dirt on the
    scanner's glass), and edges that are not paper's.
    """
    plain = grey(page)
    paper = percentile(plain[::8, ::8], 70)
    inside = corners.mean(axis=0)
    sides = [_side(plain, dpi, paper, *ends, inside) for ends in zip(corners, np.roll(corners, -1, axis=0), strict=True)]
    around = zip([sides[-1], *sides], sides, [*sides[1:], sides[0]], strict=False)
    return sum(_run_over(plain, dpi, paper, side, before, after) for before, side, after in around if side.ink.size)


def _side(plain: Pixels, dpi: float, paper: float, start: Points, end: Points, inside: Points) -> _Side:
    mm, length = dpi / 25.4, float(np.linalg.norm(end - start))
    along = (end - start) / max(length, 1.0)
    inwards = np.array([-along[1], along[0]], np.float32)
    if float(np.dot(inside - start, inwards)) < 0:
        inwards = -inwards
    if length < _SHORTEST_MM * mm or round(_DEEP_MM * mm) < 2:  # a few pixels are no page
        return _Side(start, along, inwards, np.zeros((1, 0), np.uint8), np.zeros(0, np.int_), np.zeros(0, np.bool_))
    strip = _strip(plain, start, along, inwards, round(length), round(_DEEP_MM * mm))
    level, on_paper = _levels(strip, round(10 * mm), paper)
    ink = np.asarray(strip < np.where(on_paper, np.ceil(_INK * level), 0).astype(np.uint8), np.uint8)
    dark = ink[1 : round(_INWARDS_MM * mm) + 1].any(axis=0) | ~on_paper
    return _Side(start, along, inwards, ink, *_runs(dark, mm))


def _runs(dark: NDArray[np.bool_], mm: float) -> tuple[NDArray[np.int_], NDArray[np.bool_]]:
    """The number of the run that each column of the edge is in, and where one is dark for longer than words are."""
    if not dark.any():
        return np.zeros(len(dark), np.int_), dark
    row = dark.astype(np.uint8)[None]
    dense, thin = (cv2.morphologyEx(row, cv2.MORPH_CLOSE, np.ones((1, round(gap * mm) + 1), np.uint8)) for gap in _GRAIN_MM)
    long = np.ones((1, round(_LYING_MM * mm)), np.uint8)
    lying = cv2.morphologyEx(dense, cv2.MORPH_OPEN, long, borderType=cv2.BORDER_CONSTANT, borderValue=0)
    begins = np.diff(thin[0], prepend=0) == 1
    return np.where(thin[0] > 0, np.cumsum(begins), 0), np.asarray(lying[0] > 0, np.bool_)


def _lying(before: _Side, side: _Side, after: _Side, near: int) -> NDArray[np.bool_]:
    """Columns at which something lies along the edge, or along the next one in the last ``near`` of them."""
    lying = side.lying.copy()
    lying[:near] |= before.lying[-near:].any()
    lying[-near:] |= after.lying[:near].any()
    known = np.zeros(int(side.runs.max(initial=0)) + 1, np.bool_)
    known[side.runs[lying]] = True
    known[0] = False
    return lying | known[side.runs]


def _run_over(plain: Pixels, dpi: float, paper: float, side: _Side, before: _Side, after: _Side) -> float:
    mm, ink = dpi / 25.4, side.ink
    touching = ink[1 : max(2, round(_AT_EDGE_MM * mm))].all(axis=0)
    if not touching.any():
        return 0.0
    labels, stats, _ = components(ink)
    through = np.where(touching, labels[1], 0)
    counts = np.bincount(through, minlength=len(stats))
    counts[through[_lying(before, side, after, round(_DEEP_MM * mm))]] = counts[0] = 0
    found = 0.0
    for label in np.flatnonzero(counts).tolist():
        x, _, w, h, area = (int(v) for v in stats[label])
        if h < _INWARDS_MM * mm or counts[label] > _LONGEST_MM * mm:
            continue
        if min(w, h) > _SOLID_MM * mm and area > _SOLID * w * h:
            continue
        narrow = w <= 0.8 * mm and h >= len(ink) - 2
        if not (narrow and _goes_through(plain, paper, side.start + side.along * (x + w / 2), side.inwards)):
            found += float(counts[label]) / mm
    return found


def _strip(plain: Pixels, start: Points, along: Points, inwards: Points, length: int, deep: int) -> Pixels:
    """The page along an edge: rows go inwards from it."""
    origin = start + 0.5 * (along + inwards) - 0.5
    matrix = np.array([[along[0], inwards[0], origin[0]], [along[1], inwards[1], origin[1]]], np.float64)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(plain, matrix, (length, deep), flags=flags, borderMode=cv2.BORDER_REPLICATE), np.uint8)


def _levels(strip: Pixels, block: int, paper: float) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """For each column the brightness of the paper around it, and whether it is paper."""
    count = max(1, round(strip.shape[1] / block))
    edges = np.linspace(0, strip.shape[1], count + 1).astype(int)
    levels = _percentiles(strip, edges, 80)
    middles = (edges[:-1] + edges[1:]) / 2
    across = np.arange(strip.shape[1])
    level = np.interp(across, middles, levels)
    return level.astype(np.float32), level >= _PAPER * paper


def _percentiles(strip: Pixels, edges: NDArray[np.int_], percent: float) -> NDArray[np.float32]:
    """``np.percentile`` of each piece between two edges, of all at once: there are 256 levels."""
    first = np.repeat(256 * np.arange(len(edges) - 1), np.diff(edges))
    counts = np.bincount((strip + first).ravel(), minlength=256 * (len(edges) - 1)).reshape(-1, 256).cumsum(axis=1)
    place = (counts[:, -1] - 1) * (percent / 100)
    below, above = ((counts <= to(place)[:, None]).sum(axis=1) for to in (np.floor, np.ceil))
    return np.asarray(below + (above - below) * (place % 1), np.float32)


def _goes_through(plain: Pixels, paper: float, at: Points, inwards: Points) -> bool:
    """Whether a dark line runs from ``at`` straight through the whole page: along the scanner's axes, as dirt on its glass
    draws, or along the straightened page's, as paper is ruled."""
    height, width = plain.shape
    steps = np.arange(2, max(height, width), 2, dtype=np.float32)[:, None]
    best = 0.0
    for towards, aside in product((inwards, np.round(inwards)), (-1.0, 0.0, 1.0)):
        x, y = (at + towards * steps + aside * np.array([towards[1], towards[0]], np.float32)).T
        there = (x >= 2) & (y >= 2) & (x < width - 2) & (y < height - 2)
        if there.any():
            dark = plain[y[there].astype(int), x[there].astype(int)] < 0.8 * paper
            best = max(best, float(dark.mean()))
    return best >= _THROUGH


def lost_mm(pixels: Pixels, dpi: float) -> float:
    """Height of the lower part that a decoder painted grey because the file had no data for it."""
    last = pixels[-1].reshape(pixels.shape[1], -1)
    if int(last.max()) != _LOST or int(last.min()) != _LOST:
        return 0.0
    flat = pixels.reshape(len(pixels), -1)
    grey_rows = (flat[:, :: max(1, flat.shape[1] // 64)] == _LOST).all(axis=1)
    have = np.flatnonzero(~grey_rows)
    return float((len(pixels) - 1 - have[-1]) / dpi * 25.4) if have.size else float(len(pixels) / dpi * 25.4)
