"""Maps between planes: a sheet that a camera saw at a slant is drawn as the rectangle that it is.

A projection is nine numbers by rows, as of a homography: x' = (a·x + b·y + c) / (g·x + h·y + i), y' alike with d, e, f. The
affine maps of :mod:`workstation.domain.page` are among them.
"""

import math
from collections.abc import Sequence

from workstation.domain.page import AFFINE, Matrix, Recipe, Transform, affine_step

Projection = tuple[float, float, float, float, float, float, float, float, float]
Point = tuple[float, float]

SAME: Projection = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)
_A_SERIES = math.sqrt(2)
_NEAR_A = 0.07
"""Share by which a sheet's sides may differ from those of the A series and be of it: what estimates of a slanted view are off."""


def lifted(matrix: Matrix) -> Projection:
    a, b, c, d, e, f = matrix
    return (a, c, e, b, d, f, 0.0, 0.0, 1.0)


def chained(first: Projection, second: Projection) -> Projection:
    """The projection that applies ``first``, then ``second``."""
    n = [sum(second[3 * r + k] * first[3 * k + c] for k in range(3)) for r in range(3) for c in range(3)]
    return (n[0], n[1], n[2], n[3], n[4], n[5], n[6], n[7], n[8])


def inverse(p: Projection) -> Projection:
    """Up to scale, which says nothing of a projection. ValueError for one that maps the plane onto a line."""
    a, b, c, d, e, f, g, h, i = p
    adjugate = (
        e * i - f * h, c * h - b * i, b * f - c * e,
        f * g - d * i, a * i - c * g, c * d - a * f,
        d * h - e * g, b * g - a * h, a * e - b * d,
    )  # fmt: skip
    size = a * adjugate[0] + b * adjugate[3] + c * adjugate[6]
    if not math.isfinite(size) or abs(size) < 1e-12:
        raise ValueError("no plane")
    n = [v / size for v in adjugate]
    return (n[0], n[1], n[2], n[3], n[4], n[5], n[6], n[7], n[8])


def place(p: Projection, x: float, y: float) -> Point:
    """Where a point goes. ZeroDivisionError for one on the horizon."""
    away = p[6] * x + p[7] * y + p[8]
    return (p[0] * x + p[1] * y + p[2]) / away, (p[3] * x + p[4] * y + p[5]) / away


def onto_corners(corners: Sequence[Point]) -> Projection:
    """The unit square onto four corners, clockwise from its top left (Heckbert, Fundamentals of Texture Mapping, 1989, 2.2.3)."""
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = corners
    dx1, dx2, dx3 = x1 - x2, x3 - x2, x0 - x1 + x2 - x3
    dy1, dy2, dy3 = y1 - y2, y3 - y2, y0 - y1 + y2 - y3
    size = dx1 * dy2 - dx2 * dy1
    if abs(size) < 1e-9:
        raise ValueError("no corners of a sheet")
    g, h = (dx3 * dy2 - dx2 * dy3) / size, (dx1 * dy3 - dx3 * dy1) / size
    return (x1 - x0 + g * x1, x3 - x0 + h * x3, x0, y1 - y0 + g * y1, y3 - y0 + h * y3, y0, g, h, 1.0)


def corners_of(t: Transform) -> tuple[Point, Point, Point, Point]:
    return (t["x0"], t["y0"]), (t["x1"], t["y1"]), (t["x2"], t["y2"]), (t["x3"], t["y3"])


def is_sheet(corners: Sequence[Point]) -> bool:
    """Whether four corners go clockwise round a convex sheet."""
    turns = []
    for i in range(4):
        (ax, ay), (bx, by), (cx, cy) = corners[i], corners[(i + 1) % 4], corners[(i + 2) % 4]
        turns.append((bx - ax) * (cy - by) - (by - ay) * (cx - bx))
    return all(math.isfinite(t) and t > 1.0 for t in turns)


def rectangle_of(corners: Sequence[Point], centre: Point, focal: float) -> tuple[float, float]:
    """Width and height in pixels of the rectangle that a camera sees with these corners; the longest of its sides as long as
    seen, so that nothing is lost. ``centre``: the middle of its picture; ``focal``: its focal length in pixels, as far as known.

    The ratio of the sides follows from where they meet in the distance (Zhang and He, Whiteboard Scanning and Image
    Enhancement, 2007, 3), and is the A series' where it is nearly that.
    """
    seen = [math.dist(corners[i], corners[(i + 1) % 4]) for i in range(4)]
    width, height = max(seen[0], seen[2]), max(seen[1], seen[3])
    ratio = _ratio(corners, centre, focal)
    for paper in (_A_SERIES, 1 / _A_SERIES):
        if abs(ratio / paper - 1) <= _NEAR_A:
            ratio = paper
    return (width, width / ratio) if width / ratio >= height else (height * ratio, height)


def _ratio(corners: Sequence[Point], centre: Point, focal: float) -> float:
    """Width by height. The corners tell the focal length too where the sheet lies aslant both ways."""
    m1, m2, m4, m3 = ((x - centre[0], y - centre[1], 1.0) for x, y in corners)  # theirs go by rows
    k2 = _triple(m1, m4, m3) / _triple(m2, m4, m3)
    k3 = _triple(m1, m4, m2) / _triple(m3, m4, m2)
    n2, n3 = [k2 * b - a for a, b in zip(m1, m2, strict=True)], [k3 * b - a for a, b in zip(m1, m3, strict=True)]
    square = focal**2
    if abs(n2[2] * n3[2]) > 1e-4:
        told = -(n2[0] * n3[0] + n2[1] * n3[1]) / (n2[2] * n3[2])
        square = told if 0.25 < told / square < 4 else square
    across = (n2[0] ** 2 + n2[1] ** 2) / square + n2[2] ** 2
    down = (n3[0] ** 2 + n3[1] ** 2) / square + n3[2] ** 2
    return math.sqrt(across / down)


def _triple(a: Sequence[float], b: Sequence[float], c: Sequence[float]) -> float:
    return (
        (a[1] * b[2] - a[2] * b[1]) * c[0] + (a[2] * b[0] - a[0] * b[2]) * c[1] + (a[0] * b[1] - a[1] * b[0]) * c[2]
    )  # fmt: skip


def is_projection(recipe: Recipe) -> bool:
    return all(t.name in AFFINE or t.name == "perspective" for t in recipe)


def recipe_projection(recipe: Recipe, width: float, height: float) -> tuple[Projection, float, float]:
    """As ``recipe_matrix``, of recipes with a perspective too. ValueError for steps that are no projection."""
    whole = SAME
    for t in recipe:
        if t.name in AFFINE:
            matrix, width, height = affine_step(t, width, height)
            step = lifted(matrix)
        elif t.name == "perspective":
            square = inverse(onto_corners(corners_of(t)))
            width, height = t["width"], t["height"]
            step = chained(square, (width, 0.0, 0.0, 0.0, height, 0.0, 0.0, 0.0, 1.0))
        else:
            raise ValueError(f"not a projection: {t.name}")
        whole = chained(whole, step)
    return whole, width, height
