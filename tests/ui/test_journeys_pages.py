"""What people do on Pages, by keys and by mouse, on the fake desk."""

from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from tests.ui import answers, invented
from tests.ui.conftest import Opener, settle
from tests.ui.hands import next_action, see, visible
from tests.ui.pagehands import change, go_to, keys, now, numbers
from workstation.domain.dossier import DossierState
from workstation.domain.events import DossierChanged
from workstation.domain.page import Finding, PageState
from workstation.domain.pagework import asked

# --- coming and going


def test_enter_on_a_page_of_capture_opens_it_and_esc_comes_back(opened: Opener) -> None:
    shell, _desk = opened("capture")
    capture = now(shell)
    capture.strip.setCurrentIndex(capture.pages.index(6, 0))
    capture.strip.setFocus()
    keys("Return")
    assert now(shell).place.id == "pages" and numbers(now(shell)) == [7] and see(shell, "Trang 7 · Giấy khai sinh")
    keys("Right", "Escape")
    assert now(shell) is capture and [p.number for p in capture.chosen()] == [8], "at the page that was looked at"
    assert capture.strip.hasFocus()


def test_f7_opens_the_dossier_in_work_and_the_blue_button_goes_back(opened: Opener) -> None:
    shell, _desk = opened("capture")
    now(shell).strip.setCurrentIndex(now(shell).pages.index(2, 0))
    keys("F7")
    assert numbers(now(shell)) == [3] and next_action(shell).startswith("Xong – quay lại")
    keys("F3", "F7")
    assert numbers(now(shell)) == [3], "another screen in between changes nothing"
    keys("Ctrl+Return")
    assert now(shell).place.id == "capture" and now(shell).page().number == 3


def test_a_double_click_opens_the_page(opened: Opener) -> None:
    shell, _desk = opened("capture")
    strip = now(shell).strip
    at = strip.visualRect(now(shell).pages.index(3, 0)).center()
    QTest.mouseClick(strip.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)
    QTest.mouseDClick(strip.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)
    settle()
    assert now(shell).place.id == "pages" and numbers(now(shell)) == [4]


# --- mending a page


def test_a_crooked_page_is_straight_again_in_four_keys(opened: Opener) -> None:
    """From Capture: open, straighten, apply what was measured; a fourth key for a page where nothing was measured."""
    shell, desk = opened("capture")
    change(shell, desk, "p4", recipe=(), findings=(*invented.GOOD, Finding("skew", -1.34, 2, True)))
    now(shell).strip.setCurrentIndex(now(shell).pages.index(3, 0))
    now(shell).strip.setFocus()
    keys("Return", "T")
    assert see(shell, "Xoay thêm 1,3° theo chiều kim đồng hồ") and see(shell, "Enter")
    keys("Return")
    assert desk.called("straighten") == [("p4", -1.3)], "a slope of 1.3° to the left is turned back"
    assert now(shell).grid.hasFocus() and now(shell).work.tool is None
    assert see(shell, "Xoay thêm 1,3°")


def test_arrows_turn_the_picture_at_once(opened: Opener) -> None:
    shell, desk = opened("pages")
    screen = now(shell)
    keys("T", "Right", "Right", "Up")
    assert screen.work.tool.degrees == -0.8 and screen.look.canvas._page.rotation() == -0.8
    keys("Escape")
    assert screen.look.canvas._page.rotation() == 0 and desk.called("straighten") == [] and screen.grid.hasFocus()


def test_crop_by_keys(opened: Opener) -> None:
    shell, desk = opened("pages")
    keys("C", *["Right"] * 12)
    assert see(shell, "Mép trái: cắt 12 mm · còn 198 × 297 mm")
    keys("Tab", "Down", "Return")
    [(page_id, box)] = desk.called("crop")
    mm = 300 / 25.4
    assert page_id == "p1" and box == pytest.approx((12 * mm, mm, 2480, 3508), abs=0.6)
    assert see(shell, "Cắt khung")


def test_a_frame_is_cut_off_all_chosen_pages(opened: Opener) -> None:
    """In millimetres, not in pixels of the page that was looked at."""
    shell, desk = opened("pages")
    change(shell, desk, "p2", dpi=150.0)
    keys("Shift+Right", "P")
    assert see(shell, "Kéo phẳng theo bốn góc") and not see(shell, "bốn góc · 2 trang")
    keys("Escape", "C", *["Right"] * 10)
    assert see(shell, "Cắt khung · 2 trang")
    keys("Return")
    cut = dict(desk.called("crop"))
    at = [c[0] for c in desk.calls].index
    assert at("page_picture") < at("as_one") < at("crop") and desk.calls[at("as_one done") - 1][0] == "crop", "undone as one"
    assert set(cut) == {"p1", "p2"}
    assert cut["p1"][0] == pytest.approx(10 * 300 / 25.4) and cut["p2"][0] == pytest.approx(10 * 150 / 25.4)
    assert cut["p1"][1:] == cut["p2"][1:] == (0, 2480, 3508)


def test_a_frame_that_cuts_nothing_changes_nothing(opened: Opener) -> None:
    shell, desk = opened("pages")
    keys("C", "Return")
    assert desk.called("crop") == [] and now(shell).work.tool is None


def test_crop_by_mouse(opened: Opener) -> None:
    shell, desk = opened("pages")
    screen = now(shell)
    keys("C")
    canvas = screen.look.canvas
    x, y = screen.work.tool.handles()[0]
    start = canvas.mapFromScene(x * canvas._scale, y * canvas._scale)
    stop = start + QPoint(40, 0)
    QTest.mousePress(canvas.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, start)
    QTest.mouseMove(canvas.viewport(), stop)
    QTest.mouseRelease(canvas.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, stop)
    cut = screen.work.tool.box[0]
    assert cut == pytest.approx(40 / canvas.transform().m11() / canvas._scale, rel=0.1)
    keys("Return")
    assert desk.called("crop")[0][1][0] == cut


def test_letters_are_the_tools_own_keys_while_it_is_in_hand(opened: Opener) -> None:
    shell, desk = opened("pages")
    keys("C", "R", "Del", "S")
    assert desk.called("rotate") == [] and desk.called("set_dropped") == [] and desk.called("split_before") == []
    assert now(shell).work.tool is not None
    keys("F3")
    assert now(shell).place.id == "verify"
    keys("F7")
    assert now(shell).work.tool is None, "who goes away puts the tool down"


def test_corners_are_proposed_and_set_by_keys(opened: Opener) -> None:
    shell, desk = opened("pages")
    desk.corners = ((100.0, 120.0), (2300.0, 90.0), (2400.0, 3300.0), (80.0, 3400.0))
    keys("P")
    assert see(shell, "Góc trên trái: 8 mm từ trái, 10 mm từ trên")
    keys("Tab", "Left", "Return")
    [(page_id, corners)] = desk.called("perspective")
    assert page_id == "p1" and corners[0] == (100.0, 120.0) and corners[1] == pytest.approx((2300 - 300 / 25.4, 90))


def test_corners_that_were_not_found_say_so(opened: Opener) -> None:
    shell, desk = opened("pages")
    keys("P")
    assert see(shell, "Chưa tự tìm được góc giấy") and desk.called("perspective") == []
    keys("Escape")
    desk.answers["find_corners"] = lambda: answers.failed("F07", file="a.jpg")
    keys("P")
    assert see(shell, "F07") and now(shell).work.tool is None


def test_steps_are_told_and_taken_off(opened: Opener) -> None:
    shell, desk = opened("pages")
    change(shell, desk, "p1", work=(asked("crop", x0=1, y0=2, x1=900, y1=900), asked("flatten")))
    assert see(shell, "Tự xoay thẳng 0,9°") and see(shell, "Cắt khung") and see(shell, "Làm đều nền giấy")
    off = {b.accessibleName(): b for b in visible(shell, QPushButton) if b.text() == "Bỏ"}
    assert len(off) == 3
    off["Bỏ bước: Cắt khung"].click()
    settle()
    assert desk.called("set_work") == [("p1", (asked("flatten"),))]
    next(b for b in visible(shell, QPushButton) if b.accessibleName() == "Bỏ bước: Tự xoay thẳng 0,9°").click()
    settle()
    assert desk.called("as_scanned") == [("p1",)]


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("E", "borders"),
        ("L", "flatten"),
        ("D", "despeckle"),
        ("H", "bleed_through"),
        ("W", "dewarp"),
        ("G", "split_spread"),
        ("O", "as_scanned"),
    ],
)
def test_steps_at_one_key(opened: Opener, key: str, name: str) -> None:
    shell, desk = opened("pages")
    go_to(now(shell), 1)
    keys(key)
    assert desk.called(name) == [("p2",)]


def test_a_page_that_is_being_made_anew_waits(opened: Opener) -> None:
    shell, _desk = opened("pages", "busy")
    go_to(now(shell), 6)
    settle()
    assert see(shell, "Đang làm lại trang này…")
    keys("C")
    assert now(shell).work.tool is None and see(shell, "Trang 7 đang được làm lại")


def test_zoomed_into_the_page_is_asked_for_in_full(opened: Opener) -> None:
    shell, desk = opened("pages")
    small = desk.called("page_picture")[-1][1]
    for _ in range(6):
        keys("Ctrl++")
    assert desk.called("page_picture")[-1][1] > 2 * small and desk.called("page_picture")[-1][0] == "p1"
    asked = len(desk.called("page_picture"))
    keys("T", "Right")
    canvas = now(shell).look.canvas
    assert canvas._page.rotation() == 0.1 and len(desk.called("page_picture")) == asked
    keys("Escape", "Ctrl+0")
    assert canvas.percent < 40


def test_before_and_after(opened: Opener) -> None:
    shell, desk = opened("pages")
    assert see(shell, "Sau khi sửa") and not see(shell, "Như khi quét") and desk.called("scan_picture") == []
    keys("B")
    assert see(shell, "Như khi quét") and not see(shell, "Sau khi sửa")
    assert [c[0] for c in desk.called("scan_picture")] == ["p1"]
    keys("Right")
    assert [c[0] for c in desk.called("scan_picture")] == ["p1", "p2"], "goes on comparing"
    keys("C")
    assert see(shell, "Sau khi sửa"), "a tool works on the page as it will be"


def test_before_and_after_stand_side_by_side_where_there_is_room(opened: Opener) -> None:
    shell, _desk = opened("pages", "normal", (1920, 1000))
    keys("B")
    assert see(shell, "Như khi quét") and see(shell, "Sau khi sửa")


# --- other states


def test_a_dossier_that_has_gone_on_is_only_looked_at(opened: Opener) -> None:
    shell, desk = opened("pages")
    row = replace(desk.rows[0], state=DossierState.PROCESSING)
    desk.rows[0] = row
    desk.views["HS-0019"] = replace(desk.views["HS-0019"], row=row)
    now(shell).reload()
    settle()
    screen = now(shell)
    assert not screen.key_row.isVisible() and not any(b.isVisible() for b in screen.side.buttons.values())
    assert not [b for b in visible(shell, QPushButton) if b.text() == "Bỏ"]
    keys("C")
    assert screen.work.tool is None


def test_without_any_dossier(opened: Opener) -> None:
    shell, _desk = opened("pages", "empty")
    assert see(shell, "Không có trang cần sửa") and see(shell, "Chọn hồ sơ ở màn hình Quét (F2)")
    keys("R", "C", "T", "P", "B", "F", "Ctrl+X", "Ctrl+V", "Alt+Left", "Del", "K", "Ctrl+A", "S", "M", "G")
    assert next_action(shell).startswith("Xong – quay lại")


def test_a_quarantined_page_says_why_and_takes_no_tool(opened: Opener) -> None:
    shell, desk = opened("pages", "error")
    go_to(now(shell), 3)
    settle()
    assert see(shell, "Trang 4 không xử lý được nên đã để riêng; ảnh gốc còn nguyên.")
    keys("C")
    assert now(shell).work.tool is None and see(shell, "Chưa xem được ảnh trang 4")
    go_to(now(shell), 0)
    assert not see(shell, "Chưa xem được ảnh trang 4"), "said of another page"
    go_to(now(shell), 3)
    keys("Del")
    assert desk.called("set_dropped") == [("p4", True)]


def test_pages_arrive_while_one_is_looked_at(opened: Opener, qtbot: Any) -> None:
    shell, desk = opened("pages")
    keys("Right", "T", "Right")
    view = desk.views["HS-0019"]
    late = invented.page(10, "HS-0019-d3", None, state=PageState.NEW)
    desk.views["HS-0019"] = replace(view, pages=(*view.pages, late))
    desk.bus.publish(DossierChanged(view.row.id))
    qtbot.waitUntil(lambda: len(now(shell).grid.pages.rows) == 10)
    settle()
    assert numbers(now(shell)) == [2]
    assert now(shell).work.tool is not None and now(shell).work.tool.degrees == 0.1, "the tool stays in hand"
