"""Levels that are counted: what NumPy says that sorts them."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ocr.levels import counted, level_at, percentile


@given(st.lists(st.integers(0, 255), min_size=1, max_size=60), st.floats(0, 100))
def test_a_share_is_numpys_to_the_last_bit(values: list[int], percent: float) -> None:
    picture = np.array([values], np.uint8)
    assert percentile(picture, percent) == np.percentile(picture, percent)
    assert percentile(picture, 50) == np.median(picture)


def test_pixels_that_lie_apart_are_counted_too() -> None:
    picture = np.random.default_rng(7).integers(0, 256, (90, 70), np.uint8)
    counts = counted(picture[::8, ::3])
    assert counts[-1] == 12 * 24
    assert level_at(counts, 30) == np.percentile(picture[::8, ::3], 30)
