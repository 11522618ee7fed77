"""Planted faults follow from their generator alone, and leave the page that they are planted into as it was."""

from collections.abc import Callable

import numpy as np
import pytest

from tests.pagemaker import faults, quick_page
from tests.pagemaker.faults import SKIN, WOOD, Rgb8

MM = 150 / 25.4
FAULTS: dict[str, Callable[[Rgb8, np.random.Generator], Rgb8]] = {
    "finger": lambda p, r: faults.finger(p, r, MM, "right", 18, 20, SKIN[0]),
    "clamp": lambda p, r: faults.clamp(p, r, MM, "top", 20, 10),
    "table": lambda p, r: faults.on_table(p, r, MM, 10, 1, WOOD[0]),
    "holes": lambda p, r: faults.holes(p, MM),
    "streak": lambda p, r: faults.streak(p, r, MM),
    "ruled": lambda p, r: faults.ruled(p, MM),
    "sealed": lambda p, r: faults.sealed(p, r, MM, 60, 90),
    "fingerprint": lambda p, r: faults.fingerprint_ink(p, r, MM, 60, 90),
    "folded": lambda p, r: faults.folded(p, r, MM, 20, 0),
    "sketch": lambda p, r: faults.sketch(p, r, MM),
    "scanned again": lambda p, r: faults.scanned_again(p, r, MM),
}


@pytest.fixture(scope="module")
def pixels() -> Rgb8:
    return np.asarray(quick_page().image).copy()


@pytest.mark.parametrize("fault", FAULTS)
def test_the_same_generator_gives_the_same_fault(pixels: Rgb8, fault: str) -> None:
    before = pixels.copy()
    first, again = (FAULTS[fault](pixels, np.random.default_rng(3)) for _ in range(2))
    assert np.array_equal(first, again)
    assert np.array_equal(pixels, before)
    assert first.shape != pixels.shape or not np.array_equal(first, pixels)
