"""Findings: what is measured without sorting or halving is what NumPy and OpenCV say."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from ocr.quality import brightness_and_contrast
from ocr.small import write_picture


@pytest.mark.parametrize("seed", range(4))
def test_brightness_and_contrast_are_percentiles(seed: int) -> None:
    draw = np.random.default_rng(seed)
    page = draw.normal(draw.integers(40, 230), 30, (301 + seed, 211)).clip(0, 255).astype(np.uint8)
    paper, ink = np.percentile(page, 70), np.percentile(page, 0.7)
    assert brightness_and_contrast(page, 100) == pytest.approx((paper / 2.55, 100 * (paper - ink) / paper), abs=1e-9)


@pytest.mark.parametrize("shape", [(2339, 1654, 3), (1001, 333), (3, 4000), (1, 1500, 3), (320, 320), (641, 640)])
def test_a_thumbnail_by_halves_shows_the_same(tmp_path: Path, shape: tuple[int, ...]) -> None:
    across = np.linspace(0, 255, shape[1], dtype=np.uint8)
    page = np.ascontiguousarray(np.broadcast_to(across.reshape(1, -1, *[1] * (len(shape) - 2)), shape))
    write_picture(page, 320, tmp_path / "small.jpg")
    small = cv2.imread(str(tmp_path / "small.jpg"), cv2.IMREAD_GRAYSCALE)
    assert small is not None
    assert max(small.shape) == min(320, max(shape[:2]))
    wanted = np.linspace(0, 255, small.shape[1])
    assert np.abs(small[0].astype(float) - wanted).max() < 6
