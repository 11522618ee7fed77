"""Connected pieces: OpenCV's own with labels of 32 bits, whichever width was taken."""

import cv2
import numpy as np
import pytest

from ocr.components import components, picked


@pytest.mark.parametrize("shape", [(700, 500), (1, 60), (60, 1), (2, 2), (1300, 1300)])
@pytest.mark.parametrize("share", [0.0, 0.002, 0.05, 0.2, 0.6, 1.0])
def test_the_same_pieces_as_with_wide_labels(shape: tuple[int, int], share: float) -> None:
    dark = (np.random.default_rng(7).random(shape) < share).astype(np.uint8)
    labels, stats, centres = components(dark)
    _, wide, wide_stats, wide_centres = cv2.connectedComponentsWithStats(dark, connectivity=8)
    assert np.array_equal(labels, wide)
    assert np.array_equal(stats[1:], wide_stats[1:])
    assert np.array_equal(centres[1:], wide_centres[1:])


@pytest.mark.parametrize(("left", "top"), [(0, 0), (1, 1), (150, 301), (301, 150)])
def test_paper_round_all_ink_changes_nothing(left: int, top: int) -> None:
    dark = np.zeros((700, 500), np.uint8)
    dark[top : top + 350, left : left + 180] = np.random.default_rng(7).random((350, 180)) < 0.2
    labels, stats, centres = components(dark)
    _, wide, wide_stats, wide_centres = cv2.connectedComponentsWithStats(dark, connectivity=8)
    assert np.array_equal(labels, wide)
    assert np.array_equal(stats[1:], wide_stats[1:]) and np.array_equal(centres[1:], wide_centres[1:])


def test_more_pieces_than_sixteen_bits_count() -> None:
    dark = np.zeros((800, 800), np.uint8)
    dark[::2, ::2] = 1  # 160,000 specks
    labels, stats, _ = components(dark)
    assert len(stats) == 160_001
    assert labels[-2, -2] == 160_000


def test_a_comb_is_one_piece_though_each_tooth_begins_one() -> None:
    comb = np.zeros((5, 140_000), np.uint8)
    comb[:3, ::2] = 1
    comb[3] = 1
    labels, stats, _ = components(comb)
    assert stats[1:].tolist() == [[0, 0, 140_000, 4, 350_000]]
    assert int(labels.max()) == 1


def test_hatching_takes_more_labels_on_the_way_than_it_has_pieces() -> None:
    """Each row of a stroke that slopes like / begins a label in OpenCV's squares of four, as guilloche does on certificates."""
    y, x = np.indices((1300, 1300))
    dark = ((x + y) % 4 == 0).astype(np.uint8)
    labels, stats, _ = components(dark)
    _, wide, wide_stats, _ = cv2.connectedComponentsWithStats(dark, connectivity=8)
    assert np.array_equal(labels, wide) and np.array_equal(stats[1:], wide_stats[1:])


def test_the_mask_of_picked_pieces_is_theirs_alone() -> None:
    dark = (np.random.default_rng(7).random((300, 200)) < 0.4).astype(np.uint8)
    labels, stats, _ = components(dark)
    chosen = np.random.default_rng(8).random(len(stats)) < 0.1
    chosen[0] = False
    assert np.array_equal(picked(labels, stats, chosen), chosen[labels].astype(np.uint8))
