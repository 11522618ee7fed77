"""What people do on Verify, by keys alone, on the fake desk."""

import unicodedata
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtGui import QGuiApplication

from tests.ui import answers, invented
from tests.ui.conftest import Opener, settle
from tests.ui.hands import commit_vi, press, see, type_vi
from workstation.domain.errors import ErrorNote


def screen(shell: Any) -> Any:
    return shell.current


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
    desk.queue[0] = replace(desk.queue[0], fields=invented.fields(desk.sheets["decision"]))
    verify.reload()
    settle()
    assert verify.form.row("number").edit.text() == "99"
    assert verify.form.row("notation").edit.text() == "QĐ-UBND"
    assert verify.form.row("number").edit.hasFocus()


def test_zone_and_snippet_follow_the_focus(opened: Opener) -> None:
    shell, _desk = opened("verify")
    verify = screen(shell)
    verify.form.focus("signer_name")
    assert not verify.snippet.picture.pixmap().isNull() and see(shell, "Ảnh cắt từ trang 1 – Người ký")
    verify.form.focus("identity_number")
    assert verify.snippet.height() < 40, "no empty frame"
    assert verify.snippet.picture.pixmap().isNull() and see(shell, "Số định danh – chưa biết vị trí trên giấy")


def test_return_with_reason_and_later(opened: Opener) -> None:
    shell, desk = opened("verify")
    verify = screen(shell)
    press("Ctrl+L")
    settle()
    assert desk.called("later") == [("HS-0016-d1",)] and verify.document.id == "HS-0016-d2"
    press("Ctrl+B")
    type_vi(verify.to_entry.edit, "thiếu nửa dưới")
    press("Return")
    settle()
    assert desk.called("send_back") == [("HS-0016-d2", "thiếu nửa dưới")]
    assert desk.called("confirm") == [] and verify.document.id != "HS-0016-d2"


def test_ctrl_enter_in_a_reason_gives_the_reason(opened: Opener) -> None:
    """The blue button must not confirm a document that somebody is about to send back."""
    shell, desk = opened("verify")
    for key in ("Return", "Return", "Ctrl+B"):
        press(key)
    type_vi(screen(shell).to_entry.edit, "thiếu trang")
    press("Ctrl+Return")
    settle()
    assert desk.called("confirm") == [] and desk.called("send_back") == [("HS-0016-d1", "thiếu trang")]


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
    desk.answers["confirm"] = lambda: answers.failed("K03")
    for key in ("Return", "Return", "Ctrl+Return"):
        press(key)
    settle()
    assert see(shell, "Bạn đã nhập hồ sơ này nên cần người khác kiểm tra.  K03")
    assert screen(shell).note.button.isVisible() and screen(shell).note.button.text() == "Chuyển người khác"
    desk.answers["confirm"] = lambda: answers.failed("K02", field="number")
    press("Ctrl+Return")
    settle()
    assert screen(shell).form.current == "number" and see(shell, 'Ô "Số văn bản" chưa đúng dạng')
    assert see(shell, "Chỉ ghi số") and not see(shell, "Ghi ngày"), "the shape of this field, not of a date"


def test_own_entry_is_passed_to_another_person(opened: Opener) -> None:
    shell, desk = opened("verify")
    desk.answers["confirm"] = lambda: answers.failed("K03")
    for key in ("Return", "Return", "Ctrl+Return"):
        press(key)
    settle()
    screen(shell).note.button.click()
    settle()
    assert desk.called("later") == [("HS-0016-d1",)] and screen(shell).document.id == "HS-0016-d2"


def test_hint_shows_what_the_field_has_no_room_for(opened: Opener) -> None:
    shell, desk = opened("verify")
    form = screen(shell).form
    long = "Về việc giải quyết hỗ trợ mai tảng phí đối với đối tượng bảo trợ xã hội"
    hint = form.row("subject").hint
    assert long in hint.text() and "Alt+1" in hint.text()
    desk.queue[0] = replace(
        desk.queue[0], fields=tuple(replace(f, proposals=()) if f.name == "signer_name" else f for f in desk.queue[0].fields)
    )
    screen(shell).reload()
    settle()
    form.focus("signer_name")
    assert see(shell, "Máy đọc chưa chắc – so với ảnh rồi nhấn Enter")
    assert form.row("issued_date").edit.placeholderText() == "ví dụ 14/03/2019"


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


def test_what_was_not_read_is_framed_named_and_counted(opened: Opener) -> None:
    shell, _desk = opened("verify", "unread")
    verify = screen(shell)
    settle()
    assert see(shell, "Trang này có 1 dòng và 1 chỗ viết tay chưa đọc được – xem chỗ khung nét đứt.")
    frames = [i for i in verify.paper.canvas.scene().items() if i.toolTip()]
    assert sorted(i.toolTip().split(" – ")[0] for i in frames) == [
        "Chữ viết tay", "Dòng chưa đọc được", "Dấu hoặc chữ ký", "Dấu hoặc chữ ký: ĐẾN Số: 532 Ngày: 14/3",
    ]  # fmt: skip
    verify.form.focus("signer_name")
    assert [i for i in verify.paper.canvas.scene().items() if i.toolTip()] == frames, "the field's zone moves, the frames stay"
    pages = verify.paper.pages
    assert "có chỗ chưa đọc được" in pages.index(0, 0).data() and "chưa đọc" not in pages.index(1, 0).data()
    press("PgDown")
    settle()
    assert not see(shell, "Trang này có"), "the second page was read whole"


def test_a_handwritten_number_is_said_to_be_keyed(opened: Opener) -> None:
    shell, _desk = opened("verify", "unread")
    verify = screen(shell)
    verify.form.focus("number")
    assert see(shell, "Chỗ này viết tay, máy không đọc được – xem ảnh rồi nhập tay") and see(shell, "Cần nhập")
    type_vi(verify.form.row("number").edit, "720")
    settle()
    assert not see(shell, "Chỗ này viết tay")
