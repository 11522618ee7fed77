"""What people do, by keys alone, on the fake desk."""

import unicodedata
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QLabel, QPushButton

from tests.ui import fakes
from tests.ui.conftest import Opener, settle
from tests.ui.hands import commit_vi, next_action, press, see, type_vi
from workstation.domain.dossier import DossierState
from workstation.domain.errors import ErrorNote
from workstation.domain.events import DossierChanged
from workstation.domain.outbox import OutboxState
from workstation.domain.signature import TokenState, TokenStatus


def screen(shell: Any) -> Any:
    return shell.current


# --- capture


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
    assert desk.called("scan") == [("HS-0019", "fake")] and not desk.scan_cancelled()
    press("Escape")
    assert desk.scan_cancelled()
    desk.release()
    settle()
    assert screen(shell)._stop is None


def test_jam_keeps_the_pages_and_offers_to_go_on(opened: Opener) -> None:
    shell, desk = opened("capture")
    desk.answers["scan"] = lambda: fakes.failed("Q04", sheet=13, count=12)
    press("F5")
    settle()
    assert see(shell, "Kẹt giấy ở tờ 13. 12 tờ đã lưu an toàn; gỡ giấy rồi quét tiếp từ tờ 13.  Q04")
    assert screen(shell).note.button.text() == "Quét tiếp" and screen(shell).note.button.isVisible()


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
    desk.views["HS-0019"] = replace(view, pages=(*view.pages, fakes.page(10, "HS-0019-d3", desk.sheets["clean"])))
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


# --- verify


def test_clean_document_takes_at_most_twelve_keys(opened: Opener) -> None:
    """Two doubtful fields, one by suggestion: Alt+1, Enter, Enter, Ctrl+Enter – and the next document is there."""
    shell, desk = opened("verify")
    verify = screen(shell)
    assert verify.form.current == "subject"
    keys = ("Alt+1", "Return", "Return", "Ctrl+Return")
    for key in keys:
        press(key)
        settle()
    assert len(keys) <= 12
    (document_id, values), *rest = desk.called("confirm")
    assert document_id == "HS-0016-d1" and not rest
    assert values["subject"] == "Về việc giải quyết hỗ trợ mai táng phí đối với đối tượng bảo trợ xã hội"
    assert values["issued_date"] == "2019-03-14" and values["number"] == "127"
    assert verify.document.id == "HS-0016-d2", "confirm and next"


def test_doubts_left_move_the_focus_there(opened: Opener) -> None:
    shell, desk = opened("verify")
    verify = screen(shell)
    verify.form.focus("number")
    press("Ctrl+Return")
    assert desk.called("confirm") == [] and verify.form.current == "subject"
    assert see(shell, "Còn 2 ô cần xem – nhấn Enter nếu")


def test_missing_required_field(opened: Opener) -> None:
    shell, desk = opened("verify")
    verify = screen(shell)
    for key in ("Return", "Return"):
        press(key)
    verify.form.focus("signer_name")
    verify.form.row("signer_name").edit.selectAll()
    press("Backspace")
    press("Ctrl+Return")
    assert desk.called("confirm") == [] and verify.form.current == "signer_name"
    assert see(shell, 'Thiếu "Người ký" – điền ô này rồi xác nhận') and see(shell, "Cần nhập")


def test_enter_goes_through_doubts_and_shift_enter_back(opened: Opener) -> None:
    shell, _desk = opened("verify")
    verify = screen(shell)
    assert verify.form.current == "subject"
    verify.form.focus("number")
    press("Return")
    assert verify.form.current == "subject"
    verify.form.focus("identity_number")
    press("Shift+Return")
    assert verify.form.current == "signer_name"
    press("Shift+Return")
    assert verify.form.current == "subject"


@pytest.mark.parametrize("typed", ["14032019", "14/3/19", "14-3-2019", "14.3.2019", "2019-03-14"])
def test_dates_as_people_type_them(opened: Opener, typed: str) -> None:
    shell, _desk = opened("verify")
    form = screen(shell).form
    form.focus("issued_date")
    row = form.row("issued_date")
    row.edit.selectAll()
    type_vi(row.edit, typed)
    press("Tab")
    assert row.edit.text() == "14/03/2019" and row.value() == "2019-03-14"


def test_impossible_date_is_told(opened: Opener) -> None:
    shell, desk = opened("verify")
    form = screen(shell).form
    form.focus("issued_date")
    form.row("issued_date").edit.selectAll()
    type_vi(form.row("issued_date").edit, "31022019")
    press("Return")
    assert form.row("issued_date").wrong
    form.focus("issued_date")
    assert see(shell, "Sai dạng") and see(shell, "hoặc 14032019")
    press("Ctrl+Return")
    assert desk.called("confirm") == []


def test_typed_text_becomes_nfc(opened: Opener) -> None:
    shell, _desk = opened("verify")
    verify = screen(shell)
    row = verify.form.row("person_name")
    verify.form.focus("person_name")
    row.edit.selectAll()
    commit_vi(row.edit, unicodedata.normalize("NFD", "Nguyễn  Thị Mẫu"))
    press("Tab")
    assert row.edit.text() == "Nguyễn Thị Mẫu" and unicodedata.is_normalized("NFC", row.edit.text())
    assert row.value() == "Nguyễn Thị Mẫu"


def test_typed_values_outlive_a_reload(opened: Opener) -> None:
    """Text that is read while somebody types fills the other fields only."""
    shell, desk = opened("verify", "busy")
    verify = screen(shell)
    row = verify.form.row("number")
    verify.form.focus("number")
    type_vi(row.edit, "99")
    desk.queue[0] = replace(desk.queue[0], fields=fakes.fields(desk.sheets["decision"]))
    verify.reload()
    settle()
    assert verify.form.row("number").edit.text() == "99"
    assert verify.form.row("notation").edit.text() == "QĐ-UBND"
    assert verify.form.row("number").edit.hasFocus()


def test_zone_and_snippet_follow_the_focus(opened: Opener) -> None:
    shell, _desk = opened("verify")
    verify = screen(shell)
    verify.form.focus("signer_name")
    assert not verify.snippet.pixmap().isNull() and see(shell, "Ảnh cắt từ trang 1 – Người ký")
    verify.form.focus("identity_number")
    assert verify.snippet.pixmap().isNull() and see(shell, "Số định danh – chưa biết vị trí trên giấy")


def test_return_with_reason_and_later(opened: Opener) -> None:
    shell, desk = opened("verify")
    verify = screen(shell)
    press("Ctrl+L")
    settle()
    assert desk.called("later") == [("HS-0016-d1",)] and verify.document.id == "HS-0016-d2"
    press("Ctrl+B")
    type_vi(verify.reason.edit, "thiếu nửa dưới")
    press("Return")
    settle()
    assert desk.called("return_to_capture") == [("HS-0016-d2", "thiếu nửa dưới")]
    assert desk.called("confirm") == [] and verify.document.id != "HS-0016-d2"


def test_ctrl_enter_in_a_reason_gives_the_reason(opened: Opener) -> None:
    """The blue button must not confirm a document that somebody is about to send back."""
    shell, desk = opened("verify")
    for key in ("Return", "Return", "Ctrl+B"):
        press(key)
    type_vi(screen(shell).reason.edit, "thiếu trang")
    press("Ctrl+Return")
    settle()
    assert desk.called("confirm") == [] and desk.called("return_to_capture") == [("HS-0016-d1", "thiếu trang")]


def test_enter_presses_the_button_that_has_the_focus(opened: Opener) -> None:
    shell, desk = opened("verify")
    later = next(b for b in shell.foot.buttons if b.accessibleName() == "Để sau")
    later.setFocus()
    press("Return")
    settle()
    assert desk.called("later") == [("HS-0016-d1",)]


def test_bug_report_can_be_copied(opened: Opener) -> None:
    shell, _desk = opened("capture")
    note = screen(shell).note
    note.show_note(ErrorNote("B01"))
    assert note.button.isVisible()
    note.button.click()
    assert QGuiApplication.clipboard().text().endswith("B01")


def test_refusal_of_the_desk_stands_beside_the_form(opened: Opener) -> None:
    shell, desk = opened("verify")
    desk.answers["confirm"] = lambda: fakes.failed("K03")
    for key in ("Return", "Return", "Ctrl+Return"):
        press(key)
    settle()
    assert see(shell, "Bạn đã nhập hồ sơ này nên cần người khác kiểm tra.  K03")
    desk.answers["confirm"] = lambda: fakes.failed("K02", field="number")
    press("Ctrl+Return")
    settle()
    assert screen(shell).form.current == "number" and see(shell, 'Ô "Số văn bản" chưa đúng dạng')


def test_type_chosen(opened: Opener) -> None:
    shell, desk = opened("verify")
    verify = screen(shell)
    verify.form.type_row.box.setCurrentIndex(3)
    verify.form.type_row.box.activated.emit(3)
    settle()
    assert desk.called("set_type") == [("HS-0016-d1", "XN")] and verify.document.type_code == "XN"


def test_another_user_sees_another_queue(opened: Opener) -> None:
    shell, desk = opened("verify")
    desk.queue = desk.queue[1:]
    press("Ctrl+U")
    settle()
    assert desk.user.name == "Lý Thị Thử" and see(shell, "Lý Thị Thử") and see(shell, "Người kiểm tra")
    assert screen(shell).document.id == "HS-0016-d2"


# --- sign


def test_wrong_pin_stops_and_nothing_is_kept(opened: Opener) -> None:
    shell, _desk = opened("sign")
    sign = screen(shell)
    press("Ctrl+Return")
    assert sign.pin.hasFocus() and see(shell, "Nhập mã PIN để ký")
    type_vi(sign.pin, "0000")
    press("Ctrl+Return")
    settle()
    assert see(shell, "Sai mã PIN – đã dừng, chưa ký văn bản nào thêm.")
    assert sign.pin.text() == "" and sign.pin.hasFocus() and len(sign.model.rows) == 12


def test_batch_signs_what_is_seen_and_passed(opened: Opener) -> None:
    shell, desk = opened("sign")
    sign = screen(shell)
    assert next_action(shell).startswith("Ký 8 văn bản")
    sign.pin.setFocus()
    type_vi(sign.pin, "12345678")
    press("Return")
    settle()
    assert len(desk.called("sign")[0][0]) == 8
    assert see(shell, "Đã ký 8 văn bản.") and len(sign.model.rows) == 4 and sign.pin.text() == ""


def test_escape_stops_after_this_document(opened: Opener) -> None:
    shell, desk = opened("sign", "busy")
    sign = screen(shell)
    sign.pin.setFocus()
    type_vi(sign.pin, "12345678")
    press("Return")
    settle(300)
    assert see(shell, "Đang ký 2/8 – Esc: dừng sau văn bản này")
    press("Escape", sign.table)
    assert see(shell, "– dừng sau văn bản này")
    desk.release()
    settle()
    assert see(shell, "Đã ký 1 văn bản.") and len(sign.model.rows) == 11


def test_seen_only_after_every_page_was_shown(opened: Opener) -> None:
    shell, desk = opened("sign")
    sign = screen(shell)
    sign.table.selectRow(3)
    settle()
    row = sign.model.rows[3]
    assert row.pages == 4 and not row.seen
    for page in (1, 2, 3):
        press("Space")
        settle()
        assert desk.called("mark_seen") == [] and sign._page == page
    press("Space")
    settle()
    assert desk.called("mark_seen") == [(row.document.id,)] and sign.table.currentIndex().row() == 4


def test_page_that_did_not_show_is_not_seen(opened: Opener) -> None:
    shell, desk = opened("sign")
    sign = screen(shell)
    desk._picture = lambda sheet, max_px: fakes.failed("F03")  # type: ignore[method-assign]
    desk.pdf_picture = lambda document_id, page, max_px: fakes.failed("F03")  # type: ignore[method-assign]
    sign.table.selectRow(8)
    settle()
    for _ in range(8):
        press("Space")
        settle()
    assert desk.called("mark_seen") == []


def test_refuse_with_reason(opened: Opener) -> None:
    shell, desk = opened("sign")
    sign = screen(shell)
    press("X")
    type_vi(sign.reason.edit, "sai tên người hưởng")
    press("Return")
    settle()
    assert desk.called("refuse") == [(fakes.normal(desk.sheets).sign_rows[0].document.id, "sai tên người hưởng")]
    assert len(sign.model.rows) == 11 and sign.table.hasFocus()


def test_without_token_everything_but_signing_works(opened: Opener) -> None:
    shell, desk = opened("sign", "error")
    sign = screen(shell)
    assert see(shell, "Chưa cắm USB ký số. Bạn vẫn xem và đánh dấu trước được.")
    sign.pin.setText("12345678")
    press("Ctrl+Return")
    settle()
    assert desk.called("sign") == [] and sign.note.code == "C01"
    sign.table.setFocus()
    sign.table.selectRow(3)
    settle()
    for _ in range(4):
        press("Space")
        settle()
    assert len(desk.called("mark_seen")) == 1


def test_token_plugged_in_later(opened: Opener) -> None:
    shell, desk = opened("sign", "error")
    desk.token = TokenStatus(TokenState.READY, "Phạm Văn Ký", "UBND Phường Hòa Hưng", "2030-06-30")
    press("Ctrl+Return")
    settle()
    assert see(shell, "Đã cắm USB ký số") and see(shell, "Chứng thư còn hạn đến 30/06/2030")


def test_verify_another_file_green_and_red(opened: Opener) -> None:
    shell, _desk = opened("sign")
    sign = screen(shell)
    sign.verify_file(Path("/tai-lieu/tot.pdf"))
    settle()
    assert see(shell, "Chữ ký hợp lệ") and see(shell, "tot.pdf")
    sign.verify_file(Path("/tai-lieu/hong.pdf"))
    settle()
    assert see(shell, "Chữ ký không hợp lệ") and see(shell, "Nội dung được ký đã bị thay đổi sau khi ký.")
    press("Escape")
    assert not see(shell, "hong.pdf")


# --- outbox


def test_returned_dossier_leads_back_to_its_document(opened: Opener) -> None:
    shell, desk = opened("outbox")
    assert next_action(shell).startswith("Sửa 1 hồ sơ bị trả")
    press("Ctrl+Return")
    settle()
    assert desk.called("reopen_rejected") == [("o15",)]
    assert shell.current.place.id == "verify" and screen(shell).document.id == "HS-0015-d1"


def test_send_and_pause_one(opened: Opener) -> None:
    shell, desk = opened("outbox")
    box = screen(shell)
    box.table.selectRow(1)
    press("R")
    settle()
    assert desk.called("send_now") == [("o18",)]
    press("P")
    settle()
    assert desk.called("set_paused") == [("o18", True)]
    assert next(i for i in desk.items if i.id == "o18").state is OutboxState.PAUSED
    assert box.table.currentIndex().row() == 1 and see(shell, "Đã tạm dừng HS-0018")


def test_send_all(opened: Opener) -> None:
    _shell, desk = opened("outbox", "offline")
    press("Ctrl+Return")
    settle()
    assert desk.called("send_now") == [(None,)]


def test_reason_names_who_acts_and_receipt_is_there(opened: Opener) -> None:
    shell, _desk = opened("outbox")
    box = screen(shell)
    box.table.selectRow(4)
    settle()
    assert see(shell, 'Hệ thống dùng chung trả lại: thiếu hoặc sai "Số định danh" (văn bản 2). Sửa rồi gửi lại.')
    box.table.selectRow(6)
    settle()
    assert see(shell, "BN-2026-000417") and see(shell, "Đã tiếp nhận")
    press("Return")
    assert box.facts.hasFocus()


# --- frame


def test_function_keys_open_the_screens(opened: Opener) -> None:
    shell, _desk = opened("capture")
    for key, place in (("F3", "verify"), ("F4", "sign"), ("F6", "outbox"), ("F2", "capture")):
        press(key)
        settle()
        assert shell.current.place.id == place and shell.rail_buttons[place].isChecked()


def test_counts_in_the_rail(opened: Opener) -> None:
    shell, _desk = opened("capture")
    assert shell.rail_buttons["verify"].count == 3 and shell.rail_buttons["sign"].count == 12
    assert shell.rail_buttons["verify"].accessibleName() == "Kiểm tra, 3 đang chờ"


def test_question_mark_opens_the_key_sheet(opened: Opener) -> None:
    shell, _desk = opened("sign")
    QTest.keyClick(screen(shell).table, Qt.Key.Key_Question, Qt.KeyboardModifier.ShiftModifier)
    assert see(shell.key_sheet, "Kiểm tra chữ ký tệp khác")
    press("Escape")
    assert not shell.key_sheet.isVisible()


@pytest.mark.expect_log("unexpected ZeroDivisionError")
def test_unexpected_error_becomes_a_sentence(opened: Opener, caplog: pytest.LogCaptureFixture) -> None:
    shell, desk = opened("outbox")
    future: Any = fakes.now(None).__class__()
    future.set_exception(ZeroDivisionError("Nguyễn Văn A"))
    desk.answers["send_now"] = lambda: future
    screen(shell).table.selectRow(1)
    press("R")
    settle()
    assert screen(shell).note.code == "B01" and "Nguyễn" not in caplog.text


def test_error_of_a_question_stands_on_the_screen(opened: Opener) -> None:
    shell, desk = opened("capture")
    desk.answers["dossiers"] = lambda: fakes.failed("M04")
    screen(shell).reload()
    settle()
    assert see(shell, "Không mở được dữ liệu của máy này.")
    assert ErrorNote("M04").code == screen(shell).note.code
