"""Rectangles and pages: inverse, inside, apart, whatever the page looks like."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signing.geometry import MM, PageShape, Rect, clamp, free_place

lengths = st.floats(0.1, 3000, allow_nan=False)
places = st.floats(-5000, 5000, allow_nan=False)
rects = st.builds(lambda x, y, w, h: Rect(x, y, x + w, y + h), places, places, lengths, lengths)
pages = st.builds(PageShape, rects, st.sampled_from([0, 90, 180, 270]), st.floats(0.1, 20))


def numbers(rect: Rect) -> tuple[float, float, float, float]:
    return rect.x0, rect.y0, rect.x1, rect.y1


@given(pages, rects)
def test_page_and_shown_coordinates_are_inverse(page: PageShape, rect: Rect) -> None:
    assert numbers(page.to_shown(page.to_page(rect))) == pytest.approx(numbers(rect), abs=1e-6)
    assert numbers(page.to_page(page.to_shown(rect))) == pytest.approx(numbers(rect), abs=1e-6)
    assert numbers(page.to_page(page.shown)) == pytest.approx(numbers(page.box), abs=1e-6)


@given(rects, rects)
def test_clamping_is_idempotent_moves_only_and_ends_inside(wanted: Rect, area: Rect) -> None:
    once = clamp(wanted, area)
    assert (once.width, once.height) == pytest.approx((wanted.width, wanted.height), abs=1e-6)
    assert numbers(clamp(once, area)) == pytest.approx(numbers(once), abs=1e-6)
    if wanted.width <= area.width and wanted.height <= area.height:
        assert area.holds(once)
        if area.holds(wanted, slack=0):
            assert numbers(once) == pytest.approx(numbers(wanted), abs=1e-6)
    else:
        assert once.x0 >= area.x0 - 1e-6 and once.y1 <= area.y1 + 1e-6, "the top left corner is what stays in sight"


small = st.builds(
    lambda x, y, w, h: Rect(x, y, x + w, y + h), st.floats(0, 300), st.floats(0, 300), st.floats(5, 120), st.floats(5, 120)
)
AREA = Rect(0, 0, 400, 300)


@given(small, st.lists(small, max_size=6))
def test_a_free_place_is_free_and_inside(wanted: Rect, taken: list[Rect]) -> None:
    found = free_place(clamp(wanted, AREA), AREA, taken, 3)
    if found is not None:
        assert AREA.holds(found) and not any(found.overlaps(t) for t in taken)
        assert (found.width, found.height) == pytest.approx((wanted.width, wanted.height))
    elif wanted.width <= 400 and wanted.height <= 300:
        # no place was found: then none is there that keeps the gap on all sides (a grid of five points stands for "all")
        tight = [t.grown(3, 3) for t in taken]
        for x in range(0, int(400 - wanted.width) + 1, 5):
            for y in range(0, int(300 - wanted.height) + 1, 5):
                assert any(Rect(x, y, x + wanted.width, y + wanted.height).overlaps(t) for t in tight)


def test_the_column_is_kept_while_there_is_room() -> None:
    first = Rect(300, 260, 390, 290)
    assert free_place(first, AREA, [first], 3) == Rect(300, 227, 390, 257)
    column = [Rect(300, 0, 390, 290)]
    assert free_place(first, AREA, column, 3) == Rect(207, 260, 297, 290), "then the nearest one"
    assert free_place(first, AREA, [AREA], 3) is None


def test_millimetres_from_the_top_left_of_the_page_as_read() -> None:
    page = PageShape(Rect(100, 50, 500, 700), 90, 2)
    rect = page.from_top_left((10, 20, 30, 50))
    assert numbers(rect) == pytest.approx((5 * MM, 400 - 25 * MM, 15 * MM, 400 - 10 * MM))
    assert page.from_top_left((30, 50, 10, 20)) == rect, "corners in any order"


def test_what_two_have_in_common() -> None:
    assert Rect(0, 0, 10, 10).common(Rect(5, 6, 20, 20)) == Rect(5, 6, 10, 10)
    assert Rect(0, 0, 10, 10).common(Rect(50, 60, 70, 80)).area == 0
