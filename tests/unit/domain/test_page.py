"""The one map from original to cleaned page, held against OpenCV."""

import math

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workstation.domain.page import IDENTITY, Matrix, Transform, recipe_matrix, then

size = st.tuples(st.integers(8, 4000), st.integers(8, 4000))
slope = st.floats(-20, 20)
point = st.tuples(st.floats(0, 4000), st.floats(0, 4000))


def turn(degrees: int) -> Transform:
    return Transform("rotate", 1, (("degrees", float(degrees)),))


def deskew(degrees: float) -> Transform:
    return Transform("deskew", 1, (("degrees", degrees),))


def crop(x0: float, y0: float, x1: float, y1: float) -> Transform:
    return Transform("crop", 1, (("x0", x0), ("y0", y0), ("x1", x1), ("y1", y1)))


def at(m: Matrix, x: float, y: float) -> tuple[float, float]:
    a, b, c, d, e, f = m
    return a * x + c * y + e, b * x + d * y + f


@given(size, st.sampled_from([90, 180, 270]))
def test_as_many_turns_as_make_a_circle_are_none(wh: tuple[int, int], degrees: int):
    turns = {90: 4, 180: 2, 270: 4}[degrees]
    matrix, w, h = recipe_matrix((turn(degrees),) * turns, *wh)
    assert (w, h) == wh and matrix == pytest.approx(IDENTITY)


@given(size, st.sampled_from([90, 180, 270]))
def test_a_turn_keeps_the_page_within_its_new_edges(wh: tuple[int, int], degrees: int):
    matrix, w, h = recipe_matrix((turn(degrees),), *wh)
    corners = {at(matrix, x, y) for x in (0, wh[0]) for y in (0, wh[1])}
    assert corners == {(x, y) for x in (0, w) for y in (0, h)}


def test_a_quarter_clockwise_brings_the_top_left_corner_to_the_top_right():
    matrix, w, h = recipe_matrix((turn(90),), 100, 200)
    assert (w, h) == (200, 100) and at(matrix, 0, 0) == (200, 0)


@given(size, slope)
def test_deskewing_there_and_back_is_nothing(wh: tuple[int, int], degrees: float):
    matrix, w, h = recipe_matrix((deskew(degrees), deskew(-degrees)), *wh)
    assert (w, h) == wh and matrix == pytest.approx(IDENTITY, abs=1e-6)


@given(size, st.floats(0.1, 20), st.floats(10, 1000))
def test_deskewing_makes_a_line_of_that_slope_level(wh: tuple[int, int], degrees: float, length: float):
    """Clockwise positive with y downwards: the line falls to the right."""
    matrix, _, _ = recipe_matrix((deskew(degrees),), *wh)
    _, y0 = at(matrix, 0, 0)
    _, y1 = at(matrix, length * math.cos(math.radians(degrees)), length * math.sin(math.radians(degrees)))
    assert y1 == pytest.approx(y0, abs=1e-6)


@given(size, st.sampled_from([90, 180, 270]), slope, point)
def test_steps_apply_in_their_order(wh: tuple[int, int], degrees: int, skew: float, xy: tuple[float, float]):
    first, w, h = recipe_matrix((turn(degrees),), *wh)
    second, w, h = recipe_matrix((deskew(skew),), w, h)
    third, w, h = recipe_matrix((crop(3, 5, 7, 8),), w, h)
    whole = recipe_matrix((turn(degrees), deskew(skew), crop(3, 5, 7, 8)), *wh)
    assert whole[1:] == (w, h) == (4, 3)
    assert at(whole[0], *xy) == pytest.approx(at(third, *at(second, *at(first, *xy))), abs=1e-6)
    assert whole[0] == pytest.approx(then(then(first, second), third), abs=1e-9)


@given(size, slope, point)
def test_deskew_is_opencvs_rotation_about_the_centre(wh: tuple[int, int], degrees: float, xy: tuple[float, float]):
    """OpenCV's angle is counter-clockwise positive: turning back by a clockwise slope is the same number."""
    matrix, _, _ = recipe_matrix((deskew(degrees),), *wh)
    theirs = cv2.getRotationMatrix2D((wh[0] / 2, wh[1] / 2), degrees, 1.0)
    assert at(matrix, *xy) == pytest.approx(tuple(theirs @ np.array([*xy, 1.0])), abs=1e-6)


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_warp_with_the_matrix_is_opencvs_own_turn(degrees: int):
    """Pixel centres lie half a pixel inside, so the map is moved by that before and after."""
    picture = np.random.default_rng(1).integers(0, 256, (13, 21), dtype=np.uint8)
    (a, b, c, d, e, f), w, h = recipe_matrix((turn(degrees),), 21, 13)
    centred = np.array([[a, c, e + (a + c - 1) / 2], [b, d, f + (b + d - 1) / 2]])
    warped = cv2.warpAffine(picture, centred, (int(w), int(h)), flags=cv2.INTER_NEAREST)
    code = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}[degrees]
    assert np.array_equal(warped, cv2.rotate(picture, code))


def test_what_is_no_geometry_is_refused():
    with pytest.raises(ValueError, match="whiten"):
        recipe_matrix((Transform("whiten", 1, ()),), 10, 10)
