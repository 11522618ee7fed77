"""Smaller copies of a page: what OpenCV's own way makes, only sooner."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr.smaller import halved, pooled, scaled, shrink
from tests.pagemaker import Kind, PageSpec, make_page


def page(dpi: int = 300) -> np.ndarray:
    return np.asarray(make_page(PageSpec(Kind.LETTER, seed=7, dpi=dpi)).image.convert("RGB"))


@pytest.mark.parametrize(("scale", "mean", "most"), [(1 / 2, 0, 0), (1 / 3, 0, 0), (2 / 3, 0.2, 3), (1 / 4, 0.5, 1), (0.8, 0, 0)])
@pytest.mark.parametrize("colours", [1, 3])
def test_it_is_what_opencv_makes_by_areas(scale: float, mean: float, most: int, colours: int) -> None:
    full = page()[:2400, :2400]  # a size that each scale divides
    full = full if colours == 3 else np.ascontiguousarray(full[..., 0])
    wanted = cv2.resize(full, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    found = scaled(full, scale)
    assert found.shape == wanted.shape
    off = np.abs(found.astype(int) - wanted)
    assert off.mean() <= mean and off.max() <= most


@pytest.mark.parametrize("pool", [2, 3, 5, 7])
@pytest.mark.parametrize("shape", [(301, 211), (301, 211, 3)])
def test_whole_squares_are_opencvs_to_the_last_bit(pool: int, shape: tuple[int, ...]) -> None:
    full = np.random.default_rng(7).integers(0, 256, shape, np.uint8)
    height, width = (n // pool for n in shape[:2])
    wanted = cv2.resize(full[: pool * height, : pool * width], (width, height), interpolation=cv2.INTER_AREA)
    assert np.array_equal(pooled(full, pool), wanted)


def test_two_thirds_weigh_every_pixel_alike() -> None:
    """A stroke of one pixel is as dark wherever it lies: at even steps it would be half again as dark at every third."""
    for at in range(30, 36):
        line = np.full((90, 90), 255, np.uint8)
        line[:, at] = 0
        ink = (255 - scaled(line, 2 / 3).astype(int)).sum(axis=1)
        assert np.abs(ink - 170).max() <= 6


@given(st.integers(1, 300), st.integers(1, 300), st.floats(0.01, 1.0))
def test_any_size_comes_out_as_asked_within_a_pixel(height: int, width: int, scale: float) -> None:
    grey = np.full((height, width), 77, np.uint8)
    found = scaled(grey, scale)
    for have, got in zip(grey.shape, found.shape, strict=True):
        assert got >= 1 and abs(got - have * scale) <= 1.5
    assert (found == 77).all()


@pytest.mark.parametrize("shape", [(30, 40_000), (40_000, 30), (3, 40_000, 3)])
def test_a_banner_is_reduced_too(shape: tuple[int, ...]) -> None:
    found = scaled(np.full(shape, 90, np.uint8), 2 / 3)
    assert found.shape[:2] == (round(shape[0] * 2 / 3), round(shape[1] * 2 / 3)) and (found == 90).all()


def test_what_is_no_finer_is_left_alone() -> None:
    grey = np.zeros((50, 40), np.uint8)
    assert shrink(grey, 100, 200) is grey and scaled(grey, 1.0) is grey and halved(grey, 0.51)[0] is grey


def test_a_last_odd_row_is_left_out() -> None:
    assert pooled(np.zeros((7, 9), np.uint8), 2).shape == (3, 4)
    small, rest = halved(np.zeros((21, 9), np.uint8), 0.25)
    assert small.shape == (5, 2) and rest == 1
    assert pooled(np.zeros((1, 1), np.uint8), 8).shape == (1, 1)
