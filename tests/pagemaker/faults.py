"""Faults planted into scanned pages, each in graded strength: what a quality check has to find, and what only looks like it.

Everything works on the pixels (RGB) of a made page; millimetres are the paper's. The same generator gives the same fault.
"""

import io
import math
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from tests.pagemaker.sheet import Mark, MarkKind, Rgb, TruthLine
from tests.pagemaker.wear import mark_over, smooth

Rgb8 = npt.NDArray[np.uint8]

SKIN: tuple[Rgb, ...] = ((226, 178, 146), (205, 150, 118), (181, 124, 92), (234, 196, 172))
RUBBER: tuple[Rgb, ...] = ((34, 34, 38), (60, 58, 60), (24, 30, 44))
WOOD: tuple[Rgb, ...] = ((72, 46, 30), (112, 76, 48), (140, 100, 66), (96, 70, 56))
_SEAL_RED: Rgb = (200, 40, 52)
SIDES = ("left", "top", "right", "bottom")


def _unturned(pixels: Rgb8, side: str) -> Rgb8:
    """Turned so that ``side`` is at the left; ``_turned_back`` undoes it."""
    return np.ascontiguousarray(np.rot90(pixels, SIDES.index(side)))


def _turned_back(pixels: Rgb8, side: str) -> Rgb8:
    return np.ascontiguousarray(np.rot90(pixels, -SIDES.index(side)))


def cut_through(pixels: Rgb8, lines: tuple[TruthLine, ...], side: str, mm: float, into_mm: float) -> Rgb8:
    """The scan begins or ends ``into_mm`` inside the print; negative: so much before its outermost ink (no borders then)."""
    height, width = pixels.shape[:2]
    if into_mm < 0:
        near = -into_mm * mm
        dark = pixels.min(axis=2) < 0.7 * np.median(pixels)
        columns, rows = (np.flatnonzero(dark.any(axis=axis)) for axis in (0, 1))
        ends = {"left": columns[0] - near, "right": width - columns[-1] - 1 - near,
                "top": rows[0] - near, "bottom": height - rows[-1] - 1 - near}  # fmt: skip
        return _without(pixels, side, ends[side])
    boxes = [line.box for line in lines]
    into = into_mm * mm
    if side == "left":
        return _without(pixels, side, sorted(b[0] for b in boxes)[min(2, len(boxes) - 1)] + into)
    if side == "right":
        return _without(pixels, side, width - sorted((b[2] for b in boxes), reverse=True)[min(2, len(boxes) - 1)] + into)
    # at the top and the bottom half a line's height, or the white between lines would be met
    if side == "top":
        first = min(boxes, key=lambda b: b[1])
        return _without(pixels, side, (first[1] + first[3]) / 2)
    last = max(boxes, key=lambda b: b[3])
    return _without(pixels, side, height - (last[1] + last[3]) / 2)


def _without(pixels: Rgb8, side: str, wide: float) -> Rgb8:
    return _turned_back(_unturned(pixels, side)[:, max(0, round(wide)) :], side)


def _laid(pixels: Rgb8, mask: npt.NDArray[np.float32], colour: Rgb, rng: np.random.Generator, mm: float) -> Rgb8:
    """Something opaque over the page: rounded by its shading, with a little shadow beside it."""
    shadow = cv2.GaussianBlur(mask, (0, 0), 1.6 * mm)
    distance = cv2.distanceTransform((mask > 0.5).astype(np.uint8), cv2.DIST_L2, 3)
    rounded = 0.72 + 0.28 * np.clip(distance / (5 * mm), 0, 1)
    tone = np.array(colour, np.float32) * (rounded * smooth(rng, mask.shape, 6, 0.94, 1.04))[..., None]
    under = pixels * (1 - 0.35 * shadow * (1 - mask))[..., None]
    soft = cv2.GaussianBlur(mask, (0, 0), 0.25 * mm)[..., None]
    return np.clip(under * (1 - soft) + tone * soft, 0, 255).astype(np.uint8)


def finger(pixels: Rgb8, rng: np.random.Generator, mm: float, side: str, wide_mm: float, reach_mm: float, colour: Rgb) -> Rgb8:
    """A finger that comes in ``reach_mm`` from a side, somewhat aslant."""
    page = _unturned(pixels, side)
    height = page.shape[0]
    mask = np.zeros(page.shape[:2], np.uint8)
    half, y = wide_mm / 2 * mm, rng.uniform(0.2, 0.8) * height
    slant = math.radians(float(rng.uniform(-22, 22)))
    tip = np.array([reach_mm * mm - half * 1.2, y])
    back = tip - 400 * mm * np.array([math.cos(slant), math.sin(slant)])
    aside = half * np.array([-math.sin(slant), math.cos(slant)])
    cv2.fillConvexPoly(mask, np.round([tip + aside, tip - aside, back - aside, back + aside]).astype(np.int32), 1)
    at = (round(tip[0]), round(tip[1]))
    cv2.ellipse(mask, at, (round(half * 1.2), round(half)), math.degrees(slant), 0, 360, 1, -1)
    return _turned_back(_laid(page, mask.astype(np.float32), colour, rng, mm), side)


def clamp(pixels: Rgb8, rng: np.random.Generator, mm: float, side: str, wide_mm: float, reach_mm: float) -> Rgb8:
    page = _unturned(pixels, side)
    mask = np.zeros(page.shape[:2], np.float32)
    y = round(rng.uniform(0.15, 0.75) * page.shape[0])
    mask[y : y + round(wide_mm * mm), : round(reach_mm * mm)] = 1
    return _turned_back(_laid(page, mask, RUBBER[int(rng.integers(len(RUBBER)))], rng, mm), side)


def on_table(pixels: Rgb8, rng: np.random.Generator, mm: float, margin_mm: float, turn_deg: float, colour: Rgb) -> Rgb8:
    """Photographed on a wooden table that shows around it."""
    margin = round(margin_mm * mm)
    height, width = pixels.shape[0] + 2 * margin, pixels.shape[1] + 2 * margin
    grain = cv2.resize(
        rng.uniform(0.8, 1.1, (24, width // 3 + 1)).astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR
    )
    table = np.array(colour, np.float32) * (grain * smooth(rng, (height, width), 4, 0.85, 1.1))[..., None]
    turn = cv2.getRotationMatrix2D((pixels.shape[1] / 2, pixels.shape[0] / 2), -turn_deg, 1)
    turn = _moved(turn, np.array([margin, margin]))
    page = cv2.warpAffine(pixels, turn, (width, height), flags=cv2.INTER_CUBIC)
    there = cv2.warpAffine(np.ones(pixels.shape[:2], np.float32), turn, (width, height))[..., None]
    return np.clip(table * (1 - there) + page * there, 0, 255).astype(np.uint8)


def _moved(turn: npt.NDArray[Any], by: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    return np.asarray(turn + np.column_stack([np.zeros((2, 2)), by]), np.float64)


def holes(pixels: Rgb8, mm: float, count: int = 2, from_edge_mm: float = 12.0) -> Rgb8:
    """Punched at the left; the scanner's dark lid shows through."""
    out, height = pixels.copy(), pixels.shape[0]
    for n in range(count):
        y = height / 2 + (n - (count - 1) / 2) * 80 * mm
        cv2.circle(out, (round(from_edge_mm * mm), round(y)), round(3 * mm), (38, 36, 36), -1, cv2.LINE_AA)
    return out


def streak(pixels: Rgb8, rng: np.random.Generator, mm: float) -> Rgb8:
    """Dirt on a sheet-fed scanner's glass: a thin line all along the feed."""
    out = pixels.astype(np.float32)
    x = round(rng.uniform(0.1, 0.9) * out.shape[1])
    out[:, x : x + max(1, round(0.25 * mm))] *= 0.45
    return np.clip(out, 0, 255).astype(np.uint8)


def ruled(pixels: Rgb8, mm: float) -> Rgb8:
    """A sheet from an exercise book: level lines over its whole width."""
    out = pixels.copy()
    for y in range(round(14 * mm), out.shape[0], round(8 * mm)):
        out[y : y + max(1, round(0.3 * mm))] = (70, 80, 120)
    return out


def sealed(pixels: Rgb8, rng: np.random.Generator, mm: float, x_mm: float, y_mm: float, radius_mm: float = 18) -> Rgb8:
    """A round red seal with its middle at that place; beyond the edge it is cut."""
    out = pixels.astype(np.float32)
    name = "ỦY BAN NHÂN DÂN PHƯỜNG HÒA HƯNG * "
    mark_over(out, [Mark(MarkKind.SEAL, x_mm * mm, y_mm * mm, radius_mm * mm, _SEAL_RED, name)], rng)
    return np.clip(out, 0, 255).astype(np.uint8)


def fingerprint_ink(pixels: Rgb8, rng: np.random.Generator, mm: float, x_mm: float, y_mm: float) -> Rgb8:
    """A finger pressed in red ink, as people sign who can't write: 14 × 19 mm of ridges."""
    rows, columns = np.mgrid[0 : pixels.shape[0], 0 : pixels.shape[1]].astype(np.float32)
    u, v = (columns / mm - x_mm) / 7, (rows / mm - y_mm) / 9.5
    far = np.hypot(u, v)
    ridges = 0.5 + 0.5 * np.sin(far * 7 * 2 * math.pi / 0.55 + 2 * np.arctan2(v, u + 0.2))
    ink = (far < 1) * (0.45 + 0.5 * ridges) * smooth(rng, pixels.shape[:2], 40, 0.7, 1.0)
    return np.clip(pixels * (1 - ink[..., None] * (1 - np.array(_SEAL_RED, np.float32) / 255)), 0, 255).astype(np.uint8)


def folded(pixels: Rgb8, rng: np.random.Generator, mm: float, leg_mm: float, corner: int, behind: Rgb = (30, 29, 30)) -> Rgb8:
    """A corner folded over: what lies ``behind`` shows, and the flap hides as much of the page."""
    page = np.rot90(pixels, corner).copy()
    a, b = leg_mm * mm, leg_mm * float(rng.uniform(0.75, 1.3)) * mm
    away = np.array([[0, 0], [a, 0], [0, b]])
    normal = np.array([b, a]) / math.hypot(a, b)
    tip = 2 * (a * b / math.hypot(a, b)) * normal
    flap = np.array([[a, 0], [0, b], tip])
    back = tuple(float(v) for v in np.percentile(page.reshape(-1, 3), 80, axis=0) * 0.93)
    cv2.fillPoly(page, [np.round(flap).astype(np.int32)], back, cv2.LINE_AA)
    cv2.fillPoly(page, [np.round(away).astype(np.int32)], behind, cv2.LINE_AA)
    return np.ascontiguousarray(np.rot90(page, -corner))


def darkened(pixels: Rgb8, gain: float) -> Rgb8:
    return np.clip(pixels * np.float32(gain), 0, 255).astype(np.uint8)


def faded(pixels: Rgb8, mm: float, left: float) -> Rgb8:
    """Print keeps only the share ``left`` of its darkness."""
    size = round(4 * mm) | 1
    paper = cv2.blur(cv2.morphologyEx(pixels, cv2.MORPH_CLOSE, np.ones((size, size), np.uint8)), (size, size)).astype(np.float32)
    return np.clip(paper - np.maximum(paper - pixels, 0) * np.float32(left), 0, 255).astype(np.uint8)


def blurred(pixels: Rgb8, mm: float, sigma_mm: float, axis: str = "both") -> Rgb8:
    """Out of focus, or moved along one ``axis`` (x: across the page, y: along it) by 3.5 sigmas."""
    if axis == "both":
        return np.asarray(cv2.GaussianBlur(pixels, (0, 0), sigma_mm * mm), np.uint8)
    length = max(2, round(3.5 * sigma_mm * mm))
    kernel = np.ones((1, length) if axis == "x" else (length, 1), np.float32) / length
    return np.asarray(cv2.filter2D(pixels, -1, kernel), np.uint8)


def skewed(pixels: Rgb8, degrees: float, ground: Rgb = (252, 252, 252)) -> Rgb8:
    """Laid crooked on the glass, clockwise; the picture grows, as the glass is larger than the sheet."""
    height, width = pixels.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), -degrees, 1)
    cos, sin = abs(turn[0, 0]), abs(turn[0, 1])
    size = round(width * cos + height * sin), round(width * sin + height * cos)
    turn = _moved(turn, (np.array(size) - np.array((width, height))) / 2)
    return np.asarray(cv2.warpAffine(pixels, turn, size, flags=cv2.INTER_CUBIC, borderValue=ground), np.uint8)


def scanned_again(pixels: Rgb8, rng: np.random.Generator, mm: float, strength: float = 1.0) -> Rgb8:
    """The same sheet once more: otherwise crooked, bright, sharp, drawn through at another speed, packed anew."""
    height, width = pixels.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), float(rng.uniform(-1.2, 1.2)) * strength, 1)
    stretched = np.asarray(turn, np.float64) * np.array([1 + float(rng.uniform(-0.003, 0.003)) * strength] * 2 + [1.0])
    turn = _moved(stretched, rng.uniform(-2.5, 2.5, 2) * mm * strength)
    moved = cv2.warpAffine(pixels, turn, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    soft = cv2.GaussianBlur(moved, (0, 0), float(rng.uniform(0.3, 0.6)))
    bright = 255 * (soft / 255.0) ** float(rng.uniform(0.8, 1.3)) * float(rng.uniform(0.85, 1.04))
    noisy = bright + rng.normal(0, float(rng.uniform(1, 3)), (height, width, 1))
    return as_jpeg(np.clip(noisy, 0, 255).astype(np.uint8), int(rng.integers(60, 88)))


def sketch(pixels: Rgb8, rng: np.random.Generator, mm: float) -> Rgb8:
    """A plan drawn with a ruler and by hand: ink, and not a letter."""
    out, (height, width) = pixels.copy(), pixels.shape[:2]
    for _ in range(14):
        ends = [(round(x * width), round(y * height)) for x, y in rng.uniform(0.12, 0.88, (2, 2))]
        cv2.line(out, ends[0], ends[1], (40, 40, 44), round(0.5 * mm), cv2.LINE_AA)
    for _ in range(6):
        middle = (round(rng.uniform(0.2, 0.8) * width), round(rng.uniform(0.2, 0.8) * height))
        axes = (round(rng.uniform(8, 40) * mm), round(rng.uniform(8, 40) * mm))
        cv2.ellipse(out, middle, axes, float(rng.uniform(0, 180)), 0, 360, (50, 46, 60), round(0.4 * mm), cv2.LINE_AA)
    return out


def as_jpeg(pixels: Rgb8, quality: int) -> Rgb8:
    """What is left of a picture after packing."""
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG", quality=quality)
    return np.asarray(Image.open(stream))


def lost_tail(pixels: Rgb8, share: float, **options: Any) -> bytes:
    """A JPEG file of which only the first ``share`` was written, closed as if it were whole."""
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG", quality=85, **options)
    data = stream.getvalue()
    cut = data[: round(share * len(data))]
    return cut.rstrip(b"\xff") + b"\xff\xd9"
