"""Figures as a pen writes them: no real handwriting, but uneven strokes off the base line, larger than print."""

import cv2
import numpy as np
import numpy.typing as npt

_FIGURES: dict[str, tuple[tuple[float, float], ...]] = {
    "0": ((0.6, 0.1), (0.2, 0.2), (0.1, 0.6), (0.3, 1.0), (0.6, 0.9), (0.75, 0.5), (0.6, 0.1)),
    "1": ((0.2, 0.35), (0.5, 0.0), (0.45, 0.5), (0.4, 1.0)),
    "2": ((0.15, 0.25), (0.4, 0.0), (0.65, 0.25), (0.4, 0.65), (0.1, 1.0), (0.4, 0.9), (0.8, 1.0)),
    "3": ((0.15, 0.1), (0.5, 0.0), (0.6, 0.25), (0.35, 0.45), (0.65, 0.65), (0.5, 1.0), (0.1, 0.9)),
    "4": ((0.5, 0.0), (0.3, 0.35), (0.1, 0.65), (0.45, 0.65), (0.8, 0.6), (0.6, 0.45), (0.55, 0.8), (0.5, 1.15)),
    "5": ((0.7, 0.0), (0.3, 0.05), (0.2, 0.4), (0.55, 0.45), (0.65, 0.75), (0.4, 1.0), (0.1, 0.9)),
    "6": ((0.6, 0.0), (0.25, 0.35), (0.1, 0.75), (0.35, 1.0), (0.65, 0.8), (0.5, 0.55), (0.2, 0.65)),
    "7": ((0.1, 0.05), (0.4, 0.1), (0.75, 0.0), (0.55, 0.45), (0.35, 1.1)),
    "8": ((0.6, 0.2), (0.35, 0.0), (0.15, 0.25), (0.5, 0.5), (0.65, 0.8), (0.35, 1.0), (0.15, 0.8), (0.4, 0.5), (0.6, 0.2)),
    "9": ((0.65, 0.2), (0.35, 0.0), (0.15, 0.3), (0.4, 0.5), (0.65, 0.25), (0.6, 0.7), (0.45, 1.15)),
}
"""Points of each figure's stroke; x in widths, y in heights, downwards from its top."""


def figures(rng: np.random.Generator, text: str, height: float) -> npt.NDArray[np.float32]:
    """Ink (0 to 1) of figures about ``height`` pixels high, written one after the other."""
    mask = np.zeros((round(2.2 * height), round((len(text) + 1) * 0.85 * height)), np.uint8)
    x, pen = 0.3 * height, max(1, round(height / 11))
    for figure in text:
        size = height * rng.uniform(0.85, 1.2)
        points = np.array(_FIGURES[figure]) * (0.75 * size, size) + rng.normal(0, 0.03 * size, (len(_FIGURES[figure]), 2))
        points += (x, 0.55 * height + rng.uniform(-0.2, 0.2) * height)
        cv2.polylines(mask, [np.round(_rounded(points) * 16).astype(np.int32)], False, 255, pen, cv2.LINE_AA, shift=4)
        x += 0.8 * size
    return mask.astype(np.float32) * np.float32(0.9 / 255)


def _rounded(points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Corners cut three times (Chaikin 1974): a smooth stroke through the same bends."""
    for _ in range(3):
        a, b = points[:-1], points[1:]
        between = np.stack([0.75 * a + 0.25 * b, 0.25 * a + 0.75 * b], axis=1).reshape(-1, 2)
        points = np.concatenate([points[:1], between, points[-1:]])
    return points
