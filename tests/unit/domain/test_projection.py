"""A sheet's corners as a rectangle: there and back, held against OpenCV and against a camera."""

import cv2
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.pagemaker.camera import Camera, Shot
from workstation.domain.page import Recipe, Transform, recipe_matrix
from workstation.domain.pagework import Corners
from workstation.domain.projection import (
    SAME,
    chained,
    inverse,
    is_projection,
    is_sheet,
    lifted,
    onto_corners,
    place,
    recipe_projection,
    rectangle_of,
)

FLAT = ((200, 200), (1400, 200), (1400, 1900), (200, 1900))
slip = st.tuples(st.floats(-180, 180), st.floats(-180, 180))
sheets = st.tuples(slip, slip, slip, slip).map(
    lambda s: tuple((x + dx, y + dy) for (x, y), (dx, dy) in zip(FLAT, s, strict=True))
)
within = st.tuples(st.floats(0.02, 0.98), st.floats(0.02, 0.98))


def perspective(corners: Corners, width: float = 1000, height: float = 1414) -> Transform:
    flat = [(f"{a}{i}", float(v)) for i, c in enumerate(corners) for a, v in zip("xy", c, strict=True)]
    return Transform("perspective", 1, (*flat, ("width", width), ("height", height)))


steps = st.one_of(
    st.sampled_from([90.0, 180.0, 270.0]).map(lambda d: Transform("rotate", 1, (("degrees", d),))),
    st.floats(-8, 8).map(lambda d: Transform("deskew", 1, (("degrees", d),))),
    st.tuples(st.floats(0, 50), st.floats(0, 50)).map(
        lambda o: Transform("crop", 1, (("x0", o[0]), ("y0", o[1]), ("x1", o[0] + 900), ("y1", o[1] + 900)))
    ),
    st.sampled_from([0.0, 1.0]).map(lambda side: Transform("spread", 1, (("side", side), ("x", 600.0)))),
    sheets.map(lambda s: perspective((s[0], s[1], s[2], s[3]))),
)  # fmt: skip


@given(sheets, within)
def test_corners_go_to_the_rectangle_s_and_all_else_as_opencv_says(corners: Corners, at: tuple[float, float]):
    whole, width, height = recipe_projection((perspective(corners),), 1600, 2100)
    assert (width, height) == (1000, 1414)
    for corner, wanted in zip(corners, ((0, 0), (1000, 0), (1000, 1414), (0, 1414)), strict=True):
        assert place(whole, *corner) == pytest.approx(wanted, abs=1e-6)
    ends = ((0, 0), (1000, 0), (1000, 1414), (0, 1414))
    theirs = cv2.getPerspectiveTransform(np.array(corners, np.float32), np.array(ends, np.float32))
    x, y = place(onto_corners(corners), *at)
    point = theirs @ np.array([x, y, 1])
    assert place(whole, x, y) == pytest.approx((point[0] / point[2], point[1] / point[2]), abs=0.5)
    assert place(whole, x, y) == pytest.approx((at[0] * 1000, at[1] * 1414), abs=1e-5)


@given(st.lists(steps, max_size=4).map(tuple), within)
def test_every_recipe_s_way_back_leads_home(recipe: Recipe, at: tuple[float, float]):
    whole, _, _ = recipe_projection(recipe, 1600, 2100)
    x, y = at[0] * 1600, at[1] * 2100
    away = whole[6] * x + whole[7] * y + whole[8]
    assume(away > 0.05)  # nothing beyond a perspective's horizon is on the page
    back = inverse(whole)
    assert place(back, *place(whole, x, y)) == pytest.approx((x, y), abs=1e-3)
    assert place(chained(whole, back), x, y) == pytest.approx((x, y), abs=1e-3)


@given(st.lists(steps, max_size=4).map(tuple))
def test_affine_recipes_are_the_same_map_either_way(recipe: Recipe):
    affine = all(t.name != "perspective" for t in recipe)
    assert is_projection(recipe)
    if affine:
        matrix, width, height = recipe_matrix(recipe, 1600, 2100)
        whole, across, down = recipe_projection(recipe, 1600, 2100)
        assert whole == pytest.approx(lifted(matrix), abs=1e-9) and (across, down) == (width, height)
    else:
        with pytest.raises(ValueError, match="perspective"):
            recipe_matrix(recipe, 1600, 2100)


def test_the_halves_of_a_spread_lie_side_by_side():
    left, w, h = recipe_projection((Transform("spread", 1, (("side", 0.0), ("x", 700.0))),), 1600, 1000)
    right, v, g = recipe_projection((Transform("spread", 1, (("side", 1.0), ("x", 700.0))),), 1600, 1000)
    assert (w, h, v, g) == (700, 1000, 900, 1000) and left == SAME
    assert place(right, 700, 5) == (0, 5)


@pytest.mark.parametrize("name", ["dewarp", "flatten"])
def test_what_is_no_projection_is_refused(name: str):
    assert not is_projection((Transform(name, 1, ()),))
    with pytest.raises(ValueError, match=name):
        recipe_projection((Transform(name, 1, ()),), 10, 10)


def test_a_line_is_no_plane():
    with pytest.raises(ValueError, match="plane"):
        inverse((1, 2, 3, 2, 4, 6, 0, 0, 1))
    with pytest.raises(ValueError, match="corners"):
        onto_corners(((0, 0), (1, 0), (2, 0), (3, 0)))


@pytest.mark.parametrize(("corners", "good"), [
    (((0, 0), (10, 0), (10, 10), (0, 10)), True),
    (((0, 0), (0, 10), (10, 10), (10, 0)), False),
    (((0, 0), (10, 0), (0, 10), (10, 10)), False),
    (((0, 0), (10, 0), (2, 2), (0, 10)), False),
    (((0, 0), (10, 0), (float("nan"), 10), (0, 10)), False),
])  # fmt: skip
def test_four_corners_are_a_sheet_s_or_none(corners: Corners, good: bool):
    assert is_sheet(corners) == good


@pytest.mark.parametrize("focal", [0.65, 0.75, 0.9])
@pytest.mark.parametrize(("tilt", "pan", "roll"), [(0, 0, 0), (25, 0, 0), (0, 20, 90), (18, 12, -7), (-20, 15, 178)])
@pytest.mark.parametrize(("across", "down"), [(210, 297), (148, 210), (85.6, 54)])
def test_a_sheet_seen_aslant_has_its_own_shape(across: float, down: float, tilt: float, pan: float, roll: float, focal: float):
    """A paper of the A series but for what its millimetres are rounded by, a card within 4 %, whichever the camera."""
    shot = Shot(Camera(tilt=tilt, pan=pan, roll=roll, focal=focal, fills=0.6), across, down)
    width, height = shot.size
    found = rectangle_of(shot.corners, (width / 2, height / 2), 0.75 * height)
    close = 0.0035 if across != 85.6 else 0.04
    assert found[0] / found[1] == pytest.approx(across / down, rel=close)
    longest = max(abs(complex(*a) - complex(*b)) for a, b in zip(shot.corners, (*shot.corners[1:], shot.corners[0]), strict=True))
    assert max(found) >= longest - 1e-6, "no side is drawn smaller than it is seen"
