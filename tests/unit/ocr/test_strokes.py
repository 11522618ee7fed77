"""Long strokes: what OpenCV's opening by a line leaves, to the pixel, at the edges too."""

import cv2
import numpy as np
import pytest

from ocr.strokes import level_strokes, upright_strokes


@pytest.mark.parametrize("share", [0.3, 0.8, 0.97, 0.995])
def test_the_same_as_an_opening(share: float) -> None:
    rng = np.random.default_rng(7)
    for _ in range(150):
        (height, width), length = rng.integers(1, 300, 2).tolist(), int(rng.integers(5, 90))
        mask = (rng.random((height, width)) < share).astype(np.uint8)
        for _ in range(4):
            y, x, long = int(rng.integers(height)), int(rng.integers(width)), int(rng.integers(1, 2 * length))
            mask[y, x : x + long] = mask[y : y + long, x] = 1
        level, upright = (np.ones(s, np.uint8) for s in ((1, length), (length, 1)))
        assert np.array_equal(level_strokes(mask, length), cv2.morphologyEx(mask, cv2.MORPH_OPEN, level))
        assert np.array_equal(upright_strokes(mask, length), cv2.morphologyEx(mask, cv2.MORPH_OPEN, upright))


def test_a_run_that_half_lies_beyond_the_edge_counts() -> None:
    mask = np.zeros((3, 400), np.uint8)
    mask[1, :32] = mask[2, -32:] = 1
    assert level_strokes(mask, 63).sum() == cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((1, 63), np.uint8)).sum() > 0
