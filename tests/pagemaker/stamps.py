"""Rubber stamps with straight lines of text, as an office's register or cashier presses them onto a paper."""

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from tests.pagemaker.fonts import font


def stamp(rng: np.random.Generator, text: str, width: float, turn: float, framed: bool) -> npt.NDArray[np.float32]:
    """Ink (0 to 1) of a stamp ``width`` pixels wide, turned clockwise by ``turn`` degrees; the first of several lines is
    centred, the others begin at the left. Drawn twice as large, unevenly inked, with spots that the rubber missed."""
    rows, wide = text.split("\n"), 2 * width
    pad, pen = 0.05 * wide, max(1, round(0.009 * wide))
    longest = max(font("Arimo", "Bold", 100).getlength(row) for row in rows)
    size = min((wide - 2 * pad) / longest * 100, 0.125 * wide)
    face, lead = font("Arimo", "Bold", round(size)), 1.45 * size
    mask = Image.new("L", (round(wide), round(2 * pad + lead * len(rows))), 0)
    draw = ImageDraw.Draw(mask)
    for number, row in enumerate(rows):
        x = (wide - face.getlength(row)) / 2 if number == 0 else pad
        draw.text((x, pad + number * lead + 0.15 * size), row, font=face, fill=255)
    if framed:
        draw.rectangle((pen, pen, mask.width - 1 - pen, mask.height - 1 - pen), outline=255, width=pen)
    turned = mask.rotate(-turn, resample=Image.Resampling.BICUBIC, expand=True).reduce(2)
    ink = np.asarray(turned, np.float32) / 255
    grain = rng.standard_normal((ink.shape[0] // 3 + 1, ink.shape[1] // 3 + 1)).astype(np.float32)
    spots = np.asarray(Image.fromarray(grain).resize(turned.size, Image.Resampling.BICUBIC), np.float32)
    weak = Image.fromarray(rng.uniform(0.6, 0.97, (5, 6)).astype(np.float32))
    pressed = np.asarray(weak.resize(turned.size, Image.Resampling.BICUBIC), np.float32)
    return np.asarray(ink * pressed * np.clip(1.25 + 0.25 * spots, 0.3, 1.0), np.float32)
