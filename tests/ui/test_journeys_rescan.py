"""What people do when one page is bad or missing, by keys alone: scan over, replace from a file, lay sheets between."""

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QFileDialog

from tests.ui import answers, paper
from tests.ui.conftest import Opener, settle
from tests.ui.hands import press, see
from tests.ui.rescanning import RescanningDesk
from tests.ui.test_catalogue import check
from workstation.domain.errors import ErrorNote
from workstation.usecases.views import ImportOutcome


@pytest.fixture
def desk(sheets: dict[str, paper.Sheet]) -> RescanningDesk:
    return RescanningDesk(sheets)


def at_page(opened: Opener, desk: RescanningDesk, number: int) -> tuple[Any, Any]:
    shell, _ = opened("capture", desk=desk)
    capture: Any = shell.current
    capture.strip.setFocus()
    capture.strip.setCurrentIndex(capture.pages.index(number - 1, 0))
    settle()
    return shell, capture


def test_a_blurred_page_is_scanned_over_and_the_dossier_passes(opened: Opener, desk: RescanningDesk) -> None:
    """The blue button leads to the page; two keys mend it."""
    shell, _ = opened("capture", desk=desk)
    capture: Any = shell.current
    press("Ctrl+Return")
    settle()
    assert capture.strip.currentIndex().row() == 3 and see(shell, "Quét lại  (F9)") and see(shell, "Giữ, ghi lý do  (K)")
    assert see(shell.foot, "Còn 1 trang chưa đạt – quét lại (F9) hoặc ghi lý do (K)")
    press("F9")
    settle()
    assert desk.called("scan_over") == [("p4", "fake", "A4 một mặt")]
    assert see(shell, "Đã thay trang 4. Trang cũ vẫn giữ trong hồ sơ; Ctrl+Z để lấy lại.")
    assert capture.page().id == "p101", "the new page is looked at, where the old one was"
    assert capture.view.pages[4].id == "p4" and capture.view.pages[4].dropped
    check(shell)
    press("Ctrl+Return")
    settle()
    assert desk.called("finish_capture") == [("HS-0019",)]


def test_while_a_page_is_scanned_over_the_tile_says_which(opened: Opener, desk: RescanningDesk) -> None:
    desk.scans, desk.answers["scan_over"] = 0, desk.hold
    shell, capture = at_page(opened, desk, 4)
    press("F9")
    settle(200)
    assert capture.strip._incoming == "Đang nhận trang 4 mới…"
    assert see(shell.foot, "Đang thay trang 4 – trang cũ vẫn được giữ")
    for key in ("F9", "Shift+F5", "F5", "Ctrl+F9"):
        press(key)
    settle(200)
    assert len(desk.called("scan_over")) == 1 and not desk.called("scan") and not desk.called("scan_behind")
    press("Escape")
    assert desk.scan_cancelled() and see(shell.foot, "Dừng sau tờ này…")
    desk.release(0)
    settle()
    assert not see(shell, "Đã thay trang 4") and capture.page().id == "p4"


def test_a_jam_while_scanning_over_goes_on_with_that_page(opened: Opener, desk: RescanningDesk) -> None:
    desk.scans, desk.answers["scan_over"] = 0, lambda: answers.failed("Q02", count=0, sheet=1)
    shell, capture = at_page(opened, desk, 4)
    press("F9")
    settle()
    assert see(shell, "Khay giấy trống") and capture.note.button.isVisible()
    capture.strip.setCurrentIndex(capture.pages.index(0, 0))
    capture.note.button.click()
    settle()
    assert [c[0] for c in desk.called("scan_over")] == ["p4", "p4"] and not desk.called("scan")
    desk.answers.clear()
    press("F5")
    settle()
    assert len(desk.called("scan")) == 1


def test_sheets_are_laid_behind_a_page_and_a_jam_goes_on_behind_the_last(opened: Opener, desk: RescanningDesk) -> None:
    desk.scans, desk.answers["scan_behind"] = 2, lambda: answers.failed("Q04", count=2, sheet=3)
    shell, capture = at_page(opened, desk, 2)
    press("Shift+F5")
    settle()
    assert see(shell, "Kẹt giấy ở tờ 3.") and [p.id for p in capture.view.pages[:5]] == ["p1", "p2", "p101", "p102", "p3"]
    del desk.answers["scan_behind"]
    capture.note.button.click()
    settle()
    assert [c[0] for c in desk.called("scan_behind")] == ["p2", "p102"]
    assert [p.id for p in capture.view.pages[:7]] == ["p1", "p2", "p101", "p102", "p103", "p104", "p3"]
    assert see(shell, "Đã nhận 2 tờ, 2 trang – đếm lại chồng giấy") and capture.page().id == "p2"


@pytest.mark.qt_log_ignore("propagateSizeHints")  # the offscreen platform has no window manager to tell
def test_a_file_takes_the_place_of_a_page(opened: Opener, desk: RescanningDesk, tmp_path: Path) -> None:
    file = tmp_path / "chụp lại.jpg"
    file.write_bytes(b"x")
    shell, capture = at_page(opened, desk, 4)
    press("Ctrl+F9")
    dialog = shell.findChild(QFileDialog)
    assert dialog is not None and dialog.windowTitle() == "Thay trang 4 bằng tệp"
    dialog.filesSelected.emit([str(file)])
    dialog.reject()
    settle()
    assert desk.called("replace_page") == [("p4", file)] and capture.page().id == "p101"


def test_the_same_picture_again_is_told(opened: Opener, desk: RescanningDesk) -> None:
    outcome = ImportOutcome("1.jpg", 0, ErrorNote("Q09", (("page", 1),)))
    desk.answers["replace_page"] = lambda: answers.now(outcome)
    shell, capture = at_page(opened, desk, 4)
    capture.rescan.replace(capture.page().id, Path("1.jpg"))
    settle()
    assert see(shell, "Ảnh vừa nhận đã có trong hồ sơ (trang 1) nên chưa thay trang nào.") and see(shell, "Q09")
    assert capture.page().id == "p4" and not see(shell, "Đã thay")


def test_without_a_page_or_a_scanner_it_says_so(opened: Opener, desk: RescanningDesk) -> None:
    desk.sources = ()
    shell, capture = at_page(opened, desk, 4)
    press("F9")
    settle()
    assert see(shell, "Chưa thấy máy quét. Kiểm tra dây USB") and not desk.called("scan_over")
    desk.rows, desk.views = [], {}
    capture.reload()
    settle()
    press("F9")
    press("Shift+F5")
    settle()
    assert see(shell, "Chưa có trang nào để quét lại hay chèn thêm") and not desk.called("scan_behind")


def test_the_card_offers_what_can_be_done_with_its_page(opened: Opener, desk: RescanningDesk) -> None:
    shell, capture = at_page(opened, desk, 1)
    assert see(shell, "Quét lại  (F9)") and see(shell, "Bỏ trang  (Del)") and not see(shell, "Giữ, ghi lý do  (K)")
    capture.strip.setCurrentIndex(capture.pages.index(3, 0))
    settle()
    assert see(shell, "Quét lại  (F9)") and see(shell, "Giữ, ghi lý do  (K)") and not see(shell, "Bỏ trang  (Del)")
