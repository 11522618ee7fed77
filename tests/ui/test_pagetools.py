"""The tools of Pages and the ways of moving pages, as pure functions."""

import math
from concurrent.futures import Future
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt

from ui.bridge import together
from ui.models.pagefilters import PageFilter, next_filter, words_of_none
from ui.recipewords import STEPS, step_words
from ui.views.pagemoves import place_at, place_beside
from ui.views.pagetools import (
    BOTTOM,
    LEAST_MM,
    LEFT,
    RIGHT,
    TOP,
    CornersTool,
    CropTool,
    StraightenTool,
    Tool,
    convex,
    nearest,
    paper,
)
from workstation.domain.errors import WorkstationError
from workstation.domain.ids import PageId
from workstation.domain.page import Transform
from workstation.domain.pagework import _VERSIONS, asked, without

A4 = paper(2480, 3508, 300)
ARROWS = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down)
WHOLE = ((0.0, 0.0), (2480.0, 0.0), (2480.0, 3508.0), (0.0, 3508.0))


def keys(tool: Any, *pressed: Qt.Key, shift: bool = False) -> Any:
    for key in pressed:
        tool = tool.key(key, shift)
        assert tool is not None
    return tool


def test_an_arrow_moves_an_edge_by_a_millimetre() -> None:
    tool = keys(CropTool(A4), *[Qt.Key.Key_Right] * 12)
    assert tool.edge == LEFT and tool.box[0] == pytest.approx(12 * 300 / 25.4)
    assert tool.words() == "Mép trái: cắt 12 mm · còn 198 × 297 mm"
    assert keys(tool, Qt.Key.Key_Left, shift=True).box[0] == pytest.approx(2 * 300 / 25.4)
    assert keys(tool, *[Qt.Key.Key_Left] * 15).idle, "an edge stops at the paper's"


def test_tab_and_the_other_arrows_choose_an_edge() -> None:
    tool = CropTool(A4)
    assert [keys(tool, *[Qt.Key.Key_Tab] * n).edge for n in range(1, 5)] == [TOP, RIGHT, BOTTOM, LEFT]
    assert keys(tool, Qt.Key.Key_Backtab).edge == BOTTOM
    up = keys(tool, Qt.Key.Key_Up)
    assert up.edge == TOP and up.idle, "the first arrow across only chooses"
    assert keys(up, Qt.Key.Key_Down).margins[TOP] > 0 and keys(up, Qt.Key.Key_Right).edge == RIGHT
    assert keys(up, Qt.Key.Key_Right, Qt.Key.Key_Left).margins[RIGHT] > 0, "the right edge goes in to the left"


@given(st.lists(st.tuples(st.sampled_from((*ARROWS, Qt.Key.Key_Tab)), st.booleans()), max_size=80))
def test_a_crop_always_leaves_paper(pressed: list[tuple[Qt.Key, bool]]) -> None:
    tool = CropTool(A4)
    for key, shift in pressed:
        tool = tool.key(key, shift) or tool
    x0, y0, x1, y1 = tool.box
    least = LEAST_MM * A4.mm - 1e-6
    assert x0 >= 0 and y0 >= 0 and x1 <= A4.width and y1 <= A4.height
    assert x1 - x0 >= least and y1 - y0 >= least


@given(st.integers(0, 7), st.floats(-5000, 9000), st.floats(-5000, 9000))
def test_a_dragged_frame_stays_on_the_page(handle: int, x: float, y: float) -> None:
    x0, y0, x1, y1 = CropTool(A4).dragged(handle, (x, y)).box
    assert 0 <= x0 < x1 <= A4.width and 0 <= y0 < y1 <= A4.height


def test_a_frame_on_a_page_smaller_than_what_must_be_left() -> None:
    stamp = CropTool(paper(200, 150, 300))  # 17 × 13 mm
    tool = keys(stamp, *[Qt.Key.Key_Right] * 60)
    assert 0 < tool.box[0] < tool.box[2] == 200


def test_a_page_of_unknown_resolution_counts_as_a4() -> None:
    assert paper(2100, 2970, 0).mm == pytest.approx(10)


def test_arrows_turn_by_a_tenth() -> None:
    tool = keys(StraightenTool(A4), *[Qt.Key.Key_Right] * 9)
    assert tool.degrees == 0.9 and tool.words() == "Xoay thêm 0,9° theo chiều kim đồng hồ"
    assert keys(tool, Qt.Key.Key_Up).degrees == -0.1 and keys(tool, Qt.Key.Key_Left, shift=True).degrees == -0.1
    assert keys(tool, *[Qt.Key.Key_Left] * 9).idle and keys(tool, *[Qt.Key.Key_Down] * 99).degrees == 45


@given(st.floats(-44, 44))
def test_the_handle_follows_the_angle(degrees: float) -> None:
    tool = StraightenTool(A4, round(degrees, 1))
    assert tool.dragged(0, tool.handles()[0]).degrees == tool.degrees


def test_corners_move_and_never_fold() -> None:
    tool = keys(CornersTool(A4, WHOLE), Qt.Key.Key_Right, Qt.Key.Key_Down)
    assert tool.corners[0] == pytest.approx((A4.mm, A4.mm)) and tool.corners[1:] == WHOLE[1:]
    assert keys(tool, Qt.Key.Key_Tab, Qt.Key.Key_Left).corners[1] == pytest.approx((2480 - A4.mm, 0))
    beyond = tool.dragged(0, (2400.0, 3400.0))
    assert beyond.corners == tool.corners, "past the diagonal the sheet would fold"
    assert "Chưa tự tìm được góc giấy" in CornersTool(A4, WHOLE, found=False).words()


@given(st.lists(st.tuples(st.integers(0, 3), st.floats(-500, 4000), st.floats(-500, 4000)), max_size=20))
def test_corners_stay_a_convex_sheet_on_the_picture(drags: list[tuple[int, float, float]]) -> None:
    tool = CornersTool(A4, WHOLE)
    for corner, x, y in drags:
        tool = tool.dragged(corner, (x, y))
    assert convex(tool.corners)
    assert all(0 <= x <= A4.width and 0 <= y <= A4.height for x, y in tool.corners)


def test_the_nearest_handle_is_taken() -> None:
    tool: Tool = CornersTool(A4, WHOLE)
    assert nearest(tool, (2470, 10), 40) == 1 and nearest(tool, (1200, 1700), 40) == -1


def test_other_keys_mean_nothing() -> None:
    tools: tuple[Tool, ...] = (CropTool(A4), StraightenTool(A4), CornersTool(A4, WHOLE))
    assert all(tool.key(Qt.Key.Key_R, False) is None for tool in tools)


# --- moving pages

PAGES = [PageId(x) for x in "abcdef"]
some = st.sets(st.sampled_from(PAGES), min_size=1).map(sorted)


def moved(chosen: list[PageId], moves: bool, before: PageId | None) -> list[PageId]:
    if not moves:
        return PAGES
    rest = [p for p in PAGES if p not in chosen]
    at = rest.index(before) if before is not None else len(rest)
    return [*rest[:at], *chosen, *rest[at:]]


@pytest.mark.parametrize(
    ("chosen", "step", "after"),
    [
        ("c", -1, "acbdef"),
        ("c", 1, "abdcef"),
        ("a", -1, "abcdef"),
        ("f", 1, "abcdef"),
        ("e", 1, "abcdfe"),
        ("bc", 1, "adbcef"),
        ("bd", 1, "acebdf"),
        ("bd", -1, "bdacef"),
        ("abcdef", 1, "abcdef"),
    ],
)
def test_one_to_the_left_or_right(chosen: str, step: int, after: str) -> None:
    pages = [PageId(x) for x in chosen]
    assert "".join(moved(pages, *place_beside(PAGES, pages, step))) == after


@given(some, st.integers(0, 6))
def test_dropped_between_two_pages(chosen: list[PageId], row: int) -> None:
    moves, before = place_at(PAGES, chosen, row)
    after = moved(chosen, moves, before)
    at = after.index(chosen[0])
    assert sorted(after) == PAGES and after[at : at + len(chosen)] == (chosen if moves else after[at : at + len(chosen)])
    left = {p for p in PAGES[:row] if p not in chosen}
    assert {p for p in after[:at] if p not in chosen} == left or not moves


def test_a_drop_in_place_moves_nothing() -> None:
    assert place_at(PAGES, PAGES[1:3], 1)[0] is False and place_at(PAGES, PAGES[1:3], 3)[0] is False
    assert place_at(PAGES, PAGES[1:3], 2)[0] is False


# --- several questions as one


def test_together_is_done_when_all_are() -> None:
    first, second = Future[int](), Future[int]()
    both = together([first, second])
    second.set_result(2)
    assert not both.done()
    first.set_result(1)
    assert both.result() == [1, 2] and together([]).result() == []


def test_together_fails_with_the_first_that_failed_after_all_ended() -> None:
    first, second, third = Future[int](), Future[int](), Future[int]()
    all_three = together([first, second, third])
    third.set_exception(WorkstationError("K06"))
    second.set_exception(WorkstationError("K04"))
    assert not all_three.done()
    first.set_result(1)
    error = all_three.exception()
    assert isinstance(error, WorkstationError) and error.code == "K04"


# --- words


def test_steps_in_words() -> None:
    level = Transform("deskew", 1, (("degrees", -0.94),), "level")
    assert step_words(level) == "Tự xoay thẳng 0,9°"
    assert step_words(Transform("crop", 1, (), "border")) == "Tự cắt mép đen"
    turned = Transform("rotate", 1, (("degrees", 270.0),), "clerk")
    assert step_words(turned) == "Xoay 270°"
    assert step_words(turned, "en") == "Turned 270°"
    assert step_words(asked("deskew", degrees=-1.24)) == "Xoay thêm 1,2°"


def test_a_step_less_takes_what_was_placed_on_its_page_along() -> None:
    cut, level, even = asked("crop", x0=1, y0=2, x1=3, y1=4), asked("deskew", degrees=1), asked("flatten")
    assert without((cut, level, even), cut) == (even,)
    assert without((cut, level, even), even) == (cut, level) == without((cut, level), even)


def test_every_step_that_can_be_asked_for_has_words() -> None:
    for name in _VERSIONS:
        assert name in STEPS, name


def test_filters_come_round_and_have_words() -> None:
    choice = PageFilter.ALL
    for _ in PageFilter:
        choice = next_filter(choice)
        assert all(words_of_none(choice, "HS-1"))
    assert choice is PageFilter.ALL
    assert words_of_none(PageFilter.LOOK, "HS-1")[0] == "Không có trang cần sửa"


def test_a_tenth_of_a_degree_is_seen_in_the_handle() -> None:
    a, b = StraightenTool(A4).handles()[0], StraightenTool(A4, 0.1).handles()[0]
    assert math.dist(a, b) > 1
