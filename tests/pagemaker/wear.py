"""What happens to paper and in the scanner: tone, ink, seal, shine-through, stains, shadow, skew, borders, noise, turns."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from tests.pagemaker.fonts import font
from tests.pagemaker.hand import figures
from tests.pagemaker.sheet import Mark, MarkKind, Rgb
from tests.pagemaker.stamps import stamp
from workstation.domain.page import Box, Matrix

Pixels = npt.NDArray[np.float32]
"""Height × width × 3 (RGB, 0 to 255) or height × width."""


@dataclass(frozen=True, slots=True)
class Wear:
    """How badly a page is kept and scanned. All zero: a fresh print on a good scanner."""

    paper: Rgb = (250, 248, 240)
    fade: float = 0.0
    """0: black ink; 1: gone where it is weakest."""
    bleed: float = 0.0
    """Strength of the other side shining through, 0 to 1."""
    seal_slip_mm: float = 0.0
    """How far below its place the seal was set; from about 2 on it runs through the signer's name."""
    stains: int = 0
    shadow: float = 0.0
    """Darkening at the left edge and, weaker, across the page, 0 to 1."""
    skew_deg: float = 0.0
    """Slope of the text, clockwise positive, as in the ``deskew`` transform."""
    border_mm: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    """Black lid beyond the paper: left, top, right, bottom."""
    blur_px: float = 0.4
    """Standard deviation at 300 dpi."""
    noise: float = 1.2
    """Standard deviation, grey levels."""
    specks: float = 0.0
    """Share of pixels that are dust."""
    jpeg_quality: int = 82
    tinted_mm: tuple[float, float] | None = None
    """Rows, from the top of the sheet, whose print is of the colour ``tint``: a letterhead, or all of a carbon copy."""
    tint: Rgb = (36, 52, 158)
    fringe_px: float = 0.0
    """How far the scanner's red and blue rows lie apart, pixels at 300 dpi: print gets coloured edges."""
    photocopy: bool = False
    """Black and white by one threshold for the surroundings, toner specks left."""


CLEAN = Wear()
OFFICE = Wear(paper=(246, 241, 226), fade=0.12, bleed=0.05, shadow=0.18, skew_deg=0.6, blur_px=0.55, noise=2.0, jpeg_quality=78)
BAD = Wear(
    paper=(232, 220, 192), fade=0.45, bleed=0.14, seal_slip_mm=2, stains=3, shadow=0.42, skew_deg=2.5, border_mm=(7, 0, 0, 9),
    blur_px=0.95, noise=5.0, specks=0.0003, jpeg_quality=55,
)  # fmt: skip
PHOTOCOPY = Wear(fade=0.3, bleed=0.1, shadow=0.2, skew_deg=1.2, blur_px=0.8, noise=4.0, specks=0.001, photocopy=True)


def _pixels(values: npt.NDArray[Any]) -> Pixels:
    """OpenCV's hints don't know that it keeps the type of its input."""
    return values.astype(np.float32, copy=False)


def smooth(rng: np.random.Generator, shape: tuple[int, int], cells: int, low: float, high: float) -> Pixels:
    """A field that varies slowly between ``low`` and ``high``."""
    coarse = rng.uniform(low, high, (cells, cells)).astype(np.float32)
    return _pixels(np.clip(cv2.resize(coarse, shape[::-1], interpolation=cv2.INTER_CUBIC), low, high))


def _tint(rgb: Pixels, mask: Pixels, x: float, y: float, colour: Rgb) -> None:
    """Lay ``mask`` (0 to 1, centred on x, y) over the page as transparent ink."""
    left, top = round(x - mask.shape[1] / 2), round(y - mask.shape[0] / 2)
    x0, y0 = max(0, left), max(0, top)
    x1, y1 = min(rgb.shape[1], left + mask.shape[1]), min(rgb.shape[0], top + mask.shape[0])
    part = mask[y0 - top : y1 - top, x0 - left : x1 - left, None]
    rgb[y0:y1, x0:x1] *= 1 - part * (1 - np.array(colour, np.float32) / 255)


def _ring_text(mask: Image.Image, text: str, radius: float, size: float, start: float, span: float) -> None:
    face = font("Arimo", "Bold", max(6, round(size)))
    cell, middle = round(size * 1.7), mask.width / 2
    for index, letter in enumerate(text):
        angle = start + span * (index + 0.5) / len(text)
        glyph = Image.new("L", (cell, cell), 0)
        ImageDraw.Draw(glyph).text((cell / 2, cell / 2), letter, font=face, fill=255, anchor="mm")
        glyph = glyph.rotate(-math.degrees(angle), resample=Image.Resampling.BICUBIC)
        at = (round(middle + radius * math.sin(angle) - cell / 2), round(middle - radius * math.cos(angle) - cell / 2))
        mask.paste(255, at, glyph)


def _seal(rng: np.random.Generator, mark: Mark) -> Pixels:
    """Round office seal: two rings, the organ's name between them, a star; a little turned, unevenly inked."""
    radius, side = mark.size * 2, round(mark.size * 2.3) * 2  # drawn twice as large: Pillow's circles have hard edges
    mask = Image.new("L", (side, side), 0)
    draw, middle = ImageDraw.Draw(mask), side / 2
    for share, width in ((1.0, 0.05), (0.62, 0.025)):
        box = (middle - radius * share, middle - radius * share, middle + radius * share, middle + radius * share)
        draw.ellipse(box, outline=255, width=max(1, round(radius * width)))
    corners = [(0.36 if i % 2 == 0 else 0.14, i * math.pi / 5) for i in range(10)]
    draw.polygon([(middle + radius * k * math.sin(a), middle - radius * k * math.cos(a)) for k, a in corners], fill=255)
    _ring_text(mask, mark.text, radius * 0.81, radius * 0.2, -2.6, 5.2)
    turned = mask.rotate(float(rng.uniform(-12, 12)), resample=Image.Resampling.BICUBIC).reduce(2)
    inked = smooth(rng, (turned.height, turned.width), 6, 0.6, 0.97)
    return _pixels(np.asarray(turned, np.float32) / 255 * inked)


def _signature(rng: np.random.Generator, mark: Mark) -> Pixels:
    """A pen stroke with loops that calm down towards the end, thicker where the pen is slow."""
    width, height = round(mark.size * 1.2), round(mark.size * 0.62)
    t = np.linspace(0, 1, 600)
    turns, phase = rng.uniform(3.2, 4.4), rng.uniform(0, 1.2)
    swing = 2 * np.pi * turns * t + phase
    x = width * (0.08 + 0.8 * t + 0.07 * np.cos(swing))
    y = height * (0.5 + (0.36 * (1 - t) ** 1.3 + 0.06) * np.sin(swing) - 0.12 * (t - 0.5))
    mask = np.zeros((height, width), np.uint8)
    points = np.stack([x, y], 1)
    pen = max(1, round(mark.size / 75))
    for start, end, slow in zip(points[:-1], points[1:], np.abs(np.cos(swing[:-1])), strict=True):
        thick = max(1, round(pen * (1.5 - 0.6 * slow)))
        a, b = (tuple(int(v) for v in np.round(p * 16)) for p in (start, end))
        cv2.line(mask, a, b, 255, thick, cv2.LINE_AA, shift=4)
    return _pixels(mask * np.float32(0.9 / 255))


def _figures(rng: np.random.Generator, mark: Mark) -> Pixels:
    return _pixels(figures(rng, mark.text, mark.size))


def _stamp(rng: np.random.Generator, mark: Mark) -> Pixels:
    return _pixels(stamp(rng, mark.text, mark.size, mark.turn, mark.kind is MarkKind.FRAMED))


_INKS = {
    MarkKind.SEAL: _seal, MarkKind.SIGNATURE: _signature, MarkKind.FIGURES: _figures, MarkKind.STAMP: _stamp,
    MarkKind.FRAMED: _stamp,
}  # fmt: skip


def _stains(rng: np.random.Generator, rgb: Pixels, mm: float, count: int) -> None:
    height, width = rgb.shape[:2]
    rows, columns = np.mgrid[0:height:4, 0:width:4].astype(np.float32)
    for _ in range(count):
        x, y, radius = rng.uniform(0, width), rng.uniform(0, height), rng.uniform(10, 32) * mm
        distance = np.hypot(columns - x, rows - y) / radius * smooth(rng, (rows.shape[0], rows.shape[1]), 9, 0.8, 1.2)
        patch = np.clip(1 - distance, 0, 1) ** 0.5 * 0.3 + np.exp(-(((distance - 1) / 0.05) ** 2)) * 0.25
        mask = cv2.resize(patch.astype(np.float32), (width, height)) * np.float32(rng.uniform(0.3, 0.7))
        rgb *= 1 - mask[..., None] * (1 - np.array([0.74, 0.58, 0.38], np.float32))


def paper_and_ink(
    ink: Image.Image, marks: list[Mark], behind: Image.Image | None, wear: Wear, mm: float, rng: np.random.Generator
) -> Pixels:
    """The sheet as it was when it left its office, in colour."""
    dark = 255 - np.asarray(ink, np.float32)
    if wear.fade:
        dark *= smooth(rng, (dark.shape[0], dark.shape[1]), 12, 1 - wear.fade, 1 - wear.fade * 0.3)
    tone = np.array(wear.paper, np.float32) / 255 * smooth(rng, (dark.shape[0], dark.shape[1]), 5, 0.975, 1.0)[..., None]
    rgb = _pixels(tone * (255 - dark)[..., None])
    if wear.tinted_mm:
        rows = slice(*(round(v * mm) for v in wear.tinted_mm))
        rgb[rows] = tone[rows] * (255 - dark[rows, :, None] * (1 - np.array(wear.tint, np.float32) / 255))
    if behind is not None and wear.bleed:
        back = cv2.resize(np.asarray(behind, np.float32), (dark.shape[1], dark.shape[0]))[:, ::-1]
        rgb *= 1 - ((255 - cv2.GaussianBlur(back, (0, 0), 0.18 * mm)) / 255 * wear.bleed)[..., None]
    for mark in marks:
        sealed = mark.kind is MarkKind.SEAL
        mask = _INKS[mark.kind](rng, mark)
        _tint(rgb, mask, mark.x, mark.y + (wear.seal_slip_mm * mm if sealed else 0), mark.colour)
    _stains(rng, rgb, mm, wear.stains)
    return rgb


def mark_over(rgb: Pixels, marks: Sequence[Mark], rng: np.random.Generator) -> None:
    """Ink that came onto the paper later, elsewhere: its place is the spec's, not the layout's."""
    for mark in marks:
        _tint(rgb, _INKS[mark.kind](rng, mark), mark.x, mark.y, mark.colour)


def _skew(rgb: Pixels, wear: Wear, mm: float) -> tuple[Pixels, Matrix]:
    """Turn the sheet on the glass; what lies beyond it is the black lid if the scan shows it, else more paper."""
    height, width = rgb.shape[:2]
    left, top, right, bottom = (v * mm for v in wear.border_mm)
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), -wear.skew_deg, 1)
    turn[:, 2] += np.array((left, top))
    size = (round(width + left + right), round(height + top + bottom))
    edge = cv2.BORDER_CONSTANT if any(wear.border_mm) else cv2.BORDER_REPLICATE
    moved = cv2.warpAffine(rgb, turn, size, flags=cv2.INTER_CUBIC, borderMode=edge, borderValue=(26.0, 25.0, 24.0))
    a, c, e, b, d, f = (float(v) for v in turn.flatten())
    return _pixels(moved), (a, b, c, d, e, f)


def scan(rgb: Pixels, wear: Wear, mm: float, turn: int, rng: np.random.Generator) -> tuple[npt.NDArray[np.uint8], Matrix]:
    """The image the scanner delivers, turned clockwise by ``turn`` degrees, and the map from sheet to image pixels."""
    rgb = _pixels(rgb * _shade(rgb, wear, rng)[..., None])
    matrix: Matrix = (1, 0, 0, 1, 0, 0)
    if wear.skew_deg or any(wear.border_mm):
        rgb, matrix = _skew(rgb, wear, mm)
    sigma = wear.blur_px * mm * 25.4 / 300
    rgb = _pixels(cv2.GaussianBlur(rgb, (0, 0), sigma)) if sigma > 0.1 else rgb
    if wear.fringe_px:
        away = wear.fringe_px * mm * 25.4 / 300 / 2
        for channel, shift in ((0, -away), (2, away)):
            moved = np.array([[1, 0, 0], [0, 1, shift]], np.float32)
            rgb[..., channel] = cv2.warpAffine(rgb[..., channel], moved, rgb.shape[1::-1], borderMode=cv2.BORDER_REPLICATE)
    if wear.noise:
        grain = cv2.GaussianBlur(rng.standard_normal(rgb.shape[:2], np.float32), (0, 0), 0.7)
        rgb += (grain * (wear.noise / float(grain.std())))[..., None]
    if wear.specks:
        chance = rng.random(rgb.shape[:2], np.float32)
        rgb[chance < wear.specks] = 45
    image = np.clip(rgb, 0, 255).astype(np.uint8)
    return np.ascontiguousarray(np.rot90(_copied(image, mm) if wear.photocopy else image, -turn // 90)), matrix


def _copied(image: npt.NDArray[np.uint8], mm: float) -> npt.NDArray[np.uint8]:
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    around = cv2.blur(grey, (round(30 * mm) | 1,) * 2)
    black = grey < 0.82 * around.astype(np.float32)
    return np.repeat(np.where(black, np.uint8(0), np.uint8(255))[..., None], 3, axis=2)


def _shade(rgb: Pixels, wear: Wear, rng: np.random.Generator) -> Pixels:
    shape = (rgb.shape[0], rgb.shape[1])
    across = np.linspace(0, 1, shape[1], dtype=np.float32)
    gutter = 1 - wear.shadow * np.exp(-across / np.float32(0.06))
    return _pixels(smooth(rng, shape, 4, 1 - wear.shadow * 0.3, 1.0) * gutter[None, :])


def moved_box(box: Box, matrix: Matrix) -> Box:
    """The upright box around a moved one."""
    a, b, c, d, e, f = matrix
    corners = [(x, y) for x in (box[0], box[2]) for y in (box[1], box[3])]
    xs, ys = [a * x + c * y + e for x, y in corners], [b * x + d * y + f for x, y in corners]
    return (round(min(xs), 1), round(min(ys), 1), round(max(xs), 1), round(max(ys), 1))
