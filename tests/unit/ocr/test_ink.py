"""Coloured ink: pages that have none are told from those that have a little."""

import numpy as np
import pytest

from ocr import ink
from ocr.ink import find_colours

DPI = 75.0


def page(seed: int) -> np.ndarray:
    """Tinged paper with print in grey and spots of more or less colour."""
    draw = np.random.default_rng(seed)
    paper = np.full((300, 240, 3), draw.integers(200, 250)) + draw.integers(-3, 4, 3)
    for _ in range(6):
        y, x = draw.integers(0, 280), draw.integers(0, 220)
        paper[y : y + 12, x : x + 9] = draw.integers(10, 200) + draw.integers(-1, 2, 3) * draw.integers(0, 30)
    return np.clip(paper + draw.normal(0, 1, paper.shape), 0, 255).astype(np.uint8)


@pytest.mark.parametrize("seed", range(40))
def test_a_page_that_is_told_to_have_no_colour_has_none(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    soon = find_colours(page(seed), DPI)
    monkeypatch.setattr(ink, "_most_coloured", lambda *_: 255.0)
    whole = find_colours(page(seed), DPI)
    assert soon is not None and whole is not None
    assert np.array_equal(soon.coloured, whole.coloured)
    assert (soon.red_areas, soon.blue_areas) == (whole.red_areas, whole.blue_areas)


def test_print_on_tinged_paper_is_soon_told_to_have_no_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    sheet = np.full((300, 240, 3), (244, 241, 236), np.uint8)
    sheet[40:60, 30:200] = (60, 59, 58)
    monkeypatch.setattr(ink, "_areas", None)  # nobody gets so far
    found = find_colours(sheet, DPI)
    assert found is not None and not found.coloured.any() and not found.prevails((30, 40, 200, 60))
