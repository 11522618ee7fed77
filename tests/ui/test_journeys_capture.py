"""What people do on Capture, by keys alone, on the fake desk."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QFileDialog, QLabel, QPushButton

from tests.ui import answers, invented
from tests.ui.conftest import Opener, settle
from tests.ui.hands import next_action, press, see, type_vi
from workstation.domain.dossier import DossierState
from workstation.domain.errors import ErrorNote, WorkstationError
from workstation.domain.events import DossierChanged
from workstation.domain.ports import ScanSource
from workstation.usecases.views import ImportOutcome


def screen(shell: Any) -> Any:
    return shell.current


def test_split_merge_rotate_drop_undo(opened: Opener) -> None:
    shell, desk = opened("capture")
    capture = screen(shell)
    capture.strip.setFocus()
    capture.strip.setCurrentIndex(capture.pages.index(6, 0))
    for key in ("S", "R", "Del", "M", "Ctrl+Z"):
        press(key)
        settle()
    assert desk.called("split_before") == [("p7",)]
    assert desk.called("rotate") == [("p7", 90)]
    assert desk.called("set_dropped") == [("p7", True)]
    assert desk.called("merge_with_previous") == [("new-p7",)]
    assert desk.called("undo") == [("HS-0019",)]
    assert capture.strip.currentIndex().row() == 6, "the page stays chosen over every reload"


def test_merge_of_the_first_document_is_explained(opened: Opener) -> None:
    shell, desk = opened("capture")
    capture = screen(shell)
    capture.strip.setFocus()
    capture.strip.setCurrentIndex(capture.pages.index(0, 0))
    press("M")
    assert desk.called("merge_with_previous") == [] and see(shell, "Văn bản 1 không có văn bản nào phía trước")


def test_keep_with_reason_then_done(opened: Opener) -> None:
    shell, desk = opened("capture")
    capture = screen(shell)
    press("Ctrl+Return")
    settle()
    assert desk.called("finish_capture") == []
    assert see(shell, "Trang 4 mờ (41/100, cần từ 60). Quét lại, hoặc giữ và ghi lý do.")
    assert capture.strip.hasFocus() and capture.strip.currentIndex().row() == 3
    press("K")
    assert capture.reason.edit.hasFocus()
    press("Return")
    assert see(shell, "Cần ghi lý do")
    type_vi(capture.reason.edit, "bản gốc mờ sẵn")
    press("Return")
    settle()
    assert desk.called("keep_page") == [("p4", "bản gốc mờ sẵn")]
    assert capture.strip.hasFocus()
    press("Ctrl+Return")
    settle()
    assert desk.called("finish_capture") == [("HS-0019",)]


def test_letters_go_into_the_field_and_do_not_split(opened: Opener) -> None:
    shell, desk = opened("capture")
    capture = screen(shell)
    press("K")
    press("S")
    press("Del")
    assert capture.reason.edit.text() == "s" and desk.called("split_before") == [] and desk.called("set_dropped") == []
    press("Escape")
    assert not capture.reason.isVisible() and capture.strip.hasFocus()


def test_import_reports_each_bad_file_and_takes_the_rest(opened: Opener) -> None:
    shell, desk = opened("capture", "empty")
    screen(shell).take_in([Path("a.jpg"), Path("ghi-chu.txt"), Path("b.pdf")])
    settle()
    assert desk.called("import_files") == [("HS-0012", (Path("a.jpg"), Path("ghi-chu.txt"), Path("b.pdf")))]
    assert see(shell, "Tệp ghi-chu.txt không phải ảnh hay PDF")
    assert screen(shell).strip._incoming == ""


def test_files_dropped_on_the_window(opened: Opener) -> None:
    shell, desk = opened("capture", "empty")
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile("/quet/1.jpg")])
    event = QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    screen(shell).dropEvent(event)
    settle()
    assert desk.called("import_files")[0][1] == (Path("/quet/1.jpg"),)


@pytest.mark.qt_log_ignore("propagateSizeHints")  # the offscreen platform has no window manager to tell
def test_file_dialog_speaks_vietnamese(opened: Opener) -> None:
    shell, _desk = opened("capture")
    press("Ctrl+O")
    dialog = shell.findChild(QFileDialog)
    assert dialog is not None and dialog.isVisible()
    texts = [b.text().replace("&", "") for b in dialog.findChildren(QPushButton)]
    labels = [w.text().replace("&", "") for w in dialog.findChildren(QLabel) if w.text()]
    assert sorted(texts) == ["Chọn", "Hủy"]
    assert labels == ["Nơi tìm:", "Tên tệp:", "Loại tệp:"]
    dialog.reject()
    settle()


def test_scan_stops_after_this_sheet(opened: Opener) -> None:
    shell, desk = opened("capture", "busy")
    press("F5")
    settle(200)
    assert desk.called("scan") == [("HS-0019", "fake", "A4 một mặt")] and not desk.scan_cancelled()
    assert see(shell.foot, "Đang nhận trang – Esc để dừng sau tờ này")
    assert screen(shell).strip._incoming == "Đang nhận trang 10…", "the tile counts on from the nine that are there"
    press("Escape")
    assert desk.scan_cancelled() and see(shell.foot, "Dừng sau tờ này…")
    desk.scan_progress(ImportOutcome("10.png", 1, None))
    settle(200)
    assert screen(shell).strip._incoming == "Dừng sau tờ này…", "the last sheet does not take the word back"
    desk.release()
    settle()
    assert not screen(shell).intake.busy and screen(shell).strip._incoming == ""


def test_blue_button_waits_for_the_pages_under_way(opened: Opener) -> None:
    shell, desk = opened("capture")
    view = desk.views["HS-0019"]
    desk.views["HS-0019"] = replace(view, missing=None, missing_page=None)
    screen(shell).reload()
    settle()
    desk.answers["import_files"] = desk.hold
    screen(shell).take_in([Path("a.jpg")])
    press("Ctrl+Return")
    settle(200)
    assert desk.called("finish_capture") == []
    assert see(shell.foot, "Đang nhận tệp – tệp đã nhận được lưu an toàn") and not see(shell.foot, "Esc")
    desk.release(())
    settle()
    press("Ctrl+Return")
    settle()
    assert desk.called("finish_capture") == [("HS-0019",)]


def test_dossier_that_has_gone_on_says_where_it_is(opened: Opener) -> None:
    shell, desk = opened("capture")
    row = next(r for r in desk.rows if r.code == "HS-0016")
    pages = (invented.page(31, "HS-0016-d1", desk.sheets["clean"], failing=(invented.BLUR,)),)
    desk.views[row.id] = replace(desk.views["HS-0019"], row=row, pages=pages, documents=())
    assert see(shell.foot, "Quét tiếp  (F5)") and see(shell.foot, "Còn 1 trang chưa đạt – quét lại (F9) hoặc ghi lý do (K)")
    screen(shell)._wanted = row.id
    screen(shell).reload()
    settle()
    assert see(shell.foot, "HS-0016 · Chờ kiểm tra") and see(shell.foot, "Quét hồ sơ mới  (F5)")
    assert not see(shell, "Bỏ trang  (Del)") and not see(shell, "Giữ, ghi lý do  (K)")
    assert not screen(shell).key_row.isVisible()


def test_empty_dossier_leads_to_its_first_page(opened: Opener) -> None:
    shell, desk = opened("capture", "empty")
    assert next_action(shell).startswith("Quét hồ sơ mới")
    press("Ctrl+N")
    settle()
    assert next_action(shell).startswith("Quét  (") and not screen(shell).key_row.isVisible()
    press("Ctrl+Return")
    settle()
    assert desk.called("scan") == [("HS-0012", "fake", "A4 một mặt")]


def test_jam_keeps_the_pages_and_offers_to_go_on(opened: Opener) -> None:
    shell, desk = opened("capture")
    desk.answers["scan"] = lambda: answers.failed("Q04", sheet=13, count=12)
    press("F5")
    settle()
    assert see(shell, "Kẹt giấy ở tờ 13. 12 tờ đã lưu an toàn; gỡ giấy rồi quét tiếp từ tờ 13.  Q04")
    assert screen(shell).note.button.text() == "Quét tiếp" and screen(shell).note.button.isVisible()


def test_a_sheet_that_can_not_be_taken_in_does_not_hide_the_jam_after_it(opened: Opener) -> None:
    shell, desk = opened("capture")
    desk.answers["scan"] = desk.hold
    press("F5")
    settle()
    desk.scan_progress(ImportOutcome("sheet-0003.jpg", 0, ErrorNote("F03", (("file", "sheet-0003.jpg"),))))
    settle()
    assert see(shell, "F03")
    desk.held[-1].set_exception(WorkstationError("Q04", sheet=13, count=12))
    settle()
    assert see(shell, "Kẹt giấy ở tờ 13.") and screen(shell).note.button.isVisible()


def test_after_a_scan_the_sheets_are_counted(opened: Opener) -> None:
    shell, desk = opened("capture")
    desk.answers["scan"] = lambda: answers.now(12)
    press("F5")
    settle()
    assert see(shell, "Đã nhận 12 tờ, 0 trang – đếm lại chồng giấy")


def test_no_scanner(opened: Opener) -> None:
    shell, desk = opened("capture", "error")
    press("F5")
    settle()
    assert desk.called("scan") == [] and see(shell, "Chưa thấy máy quét. Kiểm tra dây USB")


def test_pages_arrive_one_by_one(opened: Opener, qtbot: Any) -> None:
    """A change notice adds the new page and keeps the one that is looked at."""
    shell, desk = opened("capture")
    capture = screen(shell)
    capture.strip.setCurrentIndex(capture.pages.index(2, 0))
    view = desk.views["HS-0019"]
    desk.views["HS-0019"] = replace(view, pages=(*view.pages, invented.page(10, "HS-0019-d3", desk.sheets["clean"])))
    desk.bus.publish(DossierChanged(view.row.id))
    qtbot.waitUntil(lambda: capture.pages.rowCount() == 10)
    settle()
    assert capture.strip.currentIndex().row() == 2


def test_finished_dossier_offers_the_next(opened: Opener) -> None:
    shell, desk = opened("capture")
    desk.rows[0] = replace(desk.rows[0], state=DossierState.PROCESSING)
    desk.views["HS-0019"] = replace(desk.views["HS-0019"], row=desk.rows[0])
    screen(shell).reload()
    settle()
    assert next_action(shell).startswith("Hồ sơ mới")
    press("Ctrl+Return")
    settle()
    assert len(desk.called("new_dossier")) == 1 and screen(shell).view.row.code == "HS-0020"


def test_a_new_dossier_is_held_to_the_rules_of_the_scan_profile(opened: Opener) -> None:
    shell, desk = opened("capture")
    setup = screen(shell).setup
    for name in (next(n for n in desk.scan_profiles() if "hai mặt" in n), desk.scan_profiles()[0]):
        setup.setCurrentText(name)
        screen(shell).new_dossier()
        settle()
    assert [rules for _, rules in desk.called("new_dossier")] == ["one-stop", "archive"]


def test_a_scan_profile_that_names_a_scanner_scans_there_or_says_that_it_is_missing(opened: Opener) -> None:
    shell, desk = opened("capture")
    desk.own_scanners = {desk.scan_profiles()[1]: "kodak"}
    capture = screen(shell)
    capture.setup.setCurrentText(desk.scan_profiles()[1])
    assert capture.feeder() is None and see(shell, f"Chưa thấy máy quét của cấu hình “{desk.scan_profiles()[1]}”")
    capture.sources = (*capture.sources, ScanSource("other", "Kodak i2600"))
    assert capture.feeder() == ("other", desk.scan_profiles()[1]) and not see(shell, "Chưa thấy máy quét")
