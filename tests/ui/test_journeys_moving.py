"""Many pages at once on Pages and on the strip of Capture: chosen, filtered, moved by keys and by mouse."""

from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from tests.ui import answers, invented
from tests.ui.conftest import Opener, settle
from tests.ui.hands import press, see, type_vi
from tests.ui.pagehands import change, go_to, keys, now, numbers, reload
from ui.models.pagefilters import PageFilter
from workstation.domain.page import Finding

# --- many pages


def test_shift_and_arrows_choose_and_commands_act_on_all(opened: Opener) -> None:
    shell, desk = opened("pages")
    screen = now(shell)
    go_to(screen, 1)
    keys("Shift+Right", "Shift+Right")
    assert numbers(screen) == [2, 3, 4] and see(shell, "Trang 4 · Đang chọn 3 trang")
    keys("R")
    assert desk.called("rotate") == [("p2", 90), ("p3", 90), ("p4", 90)]
    keys("Shift+R", "Ctrl+R", "L")
    assert [c[1] for c in desk.called("rotate")[3:]] == [270] * 3 + [180] * 3
    assert desk.called("flatten") == [("p2",), ("p3",), ("p4",)]
    keys("Del")
    assert desk.called("set_dropped") == [("p2", True), ("p3", True), ("p4", True)] and numbers(screen) == [2, 3, 4]
    keys("Del")
    assert desk.called("set_dropped")[3:] == [("p2", False), ("p3", False), ("p4", False)]


def test_all_are_chosen_at_once(opened: Opener) -> None:
    shell, _desk = opened("pages")
    keys("Ctrl+A")
    assert numbers(now(shell)) == list(range(1, 10))
    keys("Escape")
    assert numbers(now(shell)) == [1] and now(shell).place.id == "pages", "Esc first leaves the page that is looked at"


def test_one_of_many_that_is_refused_is_told(opened: Opener) -> None:
    shell, desk = opened("pages")
    rotated = iter([answers.now(None), answers.failed("K06", state="entered", to="scanning"), answers.now(None)])
    desk.answers["rotate"] = lambda: next(rotated)
    keys("Shift+Right", "Shift+Right", "R")
    assert len(desk.called("rotate")) == 3 and see(shell, "K06")


def test_the_choice_outlives_a_reload(opened: Opener) -> None:
    shell, desk = opened("pages")
    keys("Right", "Shift+Right")
    view = desk.views["HS-0019"]
    desk.views["HS-0019"] = replace(view, pages=(invented.page(99, "HS-0019-d1", None, number=0), *view.pages))
    reload(shell)
    assert [p.id for p in now(shell).chosen()] == ["p2", "p3"]


def test_kept_with_one_reason(opened: Opener) -> None:
    shell, desk = opened("pages")
    change(shell, desk, "p6", failing=(invented.BLUR,))
    keys("Ctrl+A", "K")
    type_vi(now(shell).side.reason.edit, "bản gốc mờ")
    keys("Return")
    assert desk.called("keep_page") == [("p4", "bản gốc mờ"), ("p6", "bản gốc mờ")]


def test_filters(opened: Opener) -> None:
    shell, desk = opened("pages")
    screen = now(shell)
    change(shell, desk, "p9", findings=(Finding("duplicate", 2, 0, False),))
    keys("F")
    assert screen.filter is PageFilter.LOOK and [p.number for p in screen.grid.pages.rows] == [4]
    keys("F")
    assert [p.number for p in screen.grid.pages.rows] == [5]
    keys("F")
    assert [p.number for p in screen.grid.pages.rows] == [9] and numbers(screen) == [9]
    change(shell, desk, "p9", findings=())
    assert see(shell, "Không có trang trùng") and see(shell, "Nhấn F để xem các trang khác")
    keys("F")
    assert len(screen.grid.pages.rows) == 9


def test_the_next_page_comes_up_when_one_is_mended(opened: Opener) -> None:
    shell, desk = opened("pages")
    for page_id in ("p2", "p7"):
        change(shell, desk, page_id, failing=(invented.BLUR,))
    keys("F", "Right")
    assert numbers(now(shell)) == [4]
    change(shell, desk, "p4", failing=())
    assert numbers(now(shell)) == [7]


# --- moving


def test_cut_and_put(opened: Opener) -> None:
    shell, desk = opened("pages")
    screen = now(shell)
    go_to(screen, 7)
    keys("Shift+Right", "Ctrl+X")
    assert see(shell, "2 trang chờ chuyển chỗ") and screen.grid._cut == {"p8", "p9"}
    go_to(screen, 1)
    keys("Ctrl+V")
    assert desk.called("move_pages") == [(("p8", "p9"), "p2")] and screen.grid._cut == frozenset()
    assert [p.id for p in screen.grid.pages.rows][:4] == ["p1", "p8", "p9", "p2"]
    go_to(screen, 0)
    keys("Ctrl+X", "Ctrl+Shift+V")
    assert desk.called("move_pages")[1:] == [(("p1",), None)]
    keys("Ctrl+V")
    assert see(shell, "Chưa cắt trang nào") and len(desk.called("move_pages")) == 2


def test_sides_that_were_scanned_one_after_the_other_are_put_together(opened: Opener) -> None:
    shell, desk = opened("pages")
    keys("Ctrl+B")
    assert see(shell, "Đang chọn 1 trang. Chọn các mặt A")
    keys("Shift+Right", "Shift+Right", "Ctrl+B")
    assert see(shell, "Đang chọn 3 trang") and desk.called("pair_pages") == []
    keys("Shift+Right", "Ctrl+B", "Ctrl+Shift+B")
    assert desk.called("pair_pages") == [(("p1", "p2", "p3", "p4"), True), (("p1", "p2", "p3", "p4"), False)]


def test_esc_forgets_what_was_cut(opened: Opener) -> None:
    shell, desk = opened("pages")
    keys("Ctrl+X", "Escape")
    assert now(shell).place.id == "pages" and now(shell).grid._cut == frozenset()
    keys("Right", "Ctrl+V")
    assert desk.called("move_pages") == []


def test_alt_and_arrows_move_by_one(opened: Opener) -> None:
    shell, desk = opened("pages")
    go_to(now(shell), 3)
    keys("Alt+Left", "Alt+Right", "Alt+Right")
    assert desk.called("move_pages") == [(("p4",), "p3"), (("p4",), "p5"), (("p4",), "p6")]
    assert numbers(now(shell)) == [5], "the page that moved stays chosen"


def drag(view: Any, a: QPoint, b: QPoint) -> None:
    where, button, none = view.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QTest.mousePress(where, button, none, a)
    QTest.mouseMove(where, (a + b) / 2)
    QTest.mouseMove(where, b)
    assert view.drag_tiles.bar.isVisible()
    QTest.mouseRelease(where, button, none, b)
    settle()


@pytest.mark.parametrize("name", ["pages", "capture"])
def test_tiles_are_dragged_to_another_place(opened: Opener, name: str) -> None:
    shell, desk = opened(name)
    screen = now(shell)
    view, model = (screen.grid, screen.grid.pages) if name == "pages" else (screen.strip, screen.pages)
    view.setFocus()
    (view if name == "pages" else screen).choice.only(0)
    press("Shift+Right", view)
    first, third = (view.visualRect(model.index(i, 0)) for i in (0, 2))
    drag(view, first.center(), QPoint(third.right() - 6, third.center().y()))
    assert desk.called("move_pages") == [(("p1", "p2"), "p4")]
    assert not view.drag_tiles.bar.isVisible() and [p.id for p in screen.chosen()] == ["p1", "p2"]


def test_a_drag_to_the_edge_scrolls(opened: Opener, qtbot: Any) -> None:
    shell, desk = opened("pages", "many")
    grid = now(shell).grid
    a, edge = grid.visualRect(grid.pages.index(1, 0)).center(), QPoint(200, grid.viewport().height() - 5)
    QTest.mousePress(grid.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, a)
    QTest.mouseMove(grid.viewport(), edge)
    qtbot.waitUntil(lambda: grid.verticalScrollBar().value() >= 200)
    QTest.mouseRelease(grid.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, edge)
    settle()
    [(chosen, before)] = desk.called("move_pages")
    assert chosen == ("p1001",) and before is not None and int(before[1:]) > 1008, "where it was scrolled to"


def test_esc_lets_go_of_a_drag(opened: Opener) -> None:
    shell, desk = opened("pages")
    grid = now(shell).grid
    a, b = (grid.visualRect(grid.pages.index(i, 0)).center() for i in (0, 2))
    QTest.mousePress(grid.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, a)
    QTest.mouseMove(grid.viewport(), b)
    keys("Escape")
    QTest.mouseRelease(grid.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, b)
    settle()
    assert desk.called("move_pages") == [] and now(shell).place.id == "pages"


def test_a_click_on_one_of_many_chosen_takes_it_alone(opened: Opener) -> None:
    shell, _desk = opened("pages")
    grid = now(shell).grid
    keys("Ctrl+A")
    at = grid.visualRect(grid.pages.index(2, 0)).center()
    QTest.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)
    assert numbers(now(shell)) == [3]
    QTest.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier, at)
    QTest.mouseClick(
        grid.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier,
        grid.visualRect(grid.pages.index(0, 0)).center(),
    )  # fmt: skip
    assert numbers(now(shell)) == [1, 2, 3]


# --- the strip of Capture


def test_the_strip_chooses_many_too(opened: Opener) -> None:
    shell, desk = opened("capture")
    capture = now(shell)
    capture.strip.setFocus()
    capture.choice.only(1)
    keys("Shift+Right", "Shift+Right", "R", "Del")
    assert desk.called("rotate") == [("p2", 90), ("p3", 90), ("p4", 90)]
    assert [c[0] for c in desk.called("set_dropped")] == ["p2", "p3", "p4"]
    keys("Alt+Right")
    assert desk.called("move_pages") == [(("p2", "p3", "p4"), "p6")]
    assert [p.id for p in capture.chosen()] == ["p2", "p3", "p4"]
    capture.choice.only(1)
    keys("Shift+Down")
    rows = [p.number for p in capture.chosen()]
    assert rows[0] == 2 and rows == list(range(2, rows[-1] + 1)) and rows[-1] > 4, "down a row: all pages between"
