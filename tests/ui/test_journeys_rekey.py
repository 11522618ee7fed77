"""The checker types without seeing, a third person settles, and a field can't be read: by keys alone, on the fake desk."""

from dataclasses import replace
from typing import Any

from tests.ui import answers, states, verifystates
from tests.ui.conftest import Opener, settle
from tests.ui.hands import next_action, press, see, type_vi
from tests.ui.paper import Sheet
from ui.models.signing import shown_title
from ui.shell import Shell
from ui.views import verifywords
from ui.views.verifyrows import Mark
from workstation.domain.errors import ErrorNote
from workstation.domain.fields import FieldOrigin
from workstation.domain.rekey import Difference

Sheets = dict[str, Sheet]


def typed(shell: Shell, text: str, then: str = "Return") -> None:
    """Into whatever has the focus, as a person would."""
    focus = shell.focusWidget()
    assert focus is not None
    type_vi(focus, text)
    press(then)


def verify_of(shell: Shell) -> Any:
    return shell.screens["verify"]


# --- blind
def test_the_checker_types_four_fields_without_seeing_them(opened: Opener, sheets: Sheets) -> None:
    """From the image to the confirmation: what was entered is nowhere on the screen until it is typed again."""
    desk = verifystates.blind(sheets)
    shell, _ = opened("verify", desk=desk)
    form = verify_of(shell).form
    assert see(shell, "Nhập lại 4 ô quan trọng theo ảnh, không xem bản trước")
    assert form.current == "number" and form.row("number").edit.text() == "" and see(shell, "Nhập lại")
    assert see(shell, "Ảnh cắt từ trang 1 – Số văn bản"), "the paper stays in sight"
    typed(shell, "127")
    typed(shell, "QĐ-UBND")
    assert form.current == "issued_date"
    typed(shell, "14/3/19")
    assert form.current == "identity_number"
    press("Return")  # nothing stands there
    press("Ctrl+Return")
    settle()
    ((document_id, values),) = desk.called("confirm")
    assert document_id == "HS-0016-d1"
    assert [values[n] for n in verifystates.CRITICAL] == ["127", "QĐ-UBND", "2019-03-14", ""]


def test_a_blind_field_gives_no_help(opened: Opener, sheets: Sheets) -> None:
    """A proposal or the machine's reading would be the first entry over again."""
    desk = verifystates.blind(sheets)
    number = next(f for f in desk.queue[0].fields if f.name == "number")
    spoken = replace(number, proposals=verifystates.WAYS, against=("notation_year",))
    desk.queue[0] = replace(desk.queue[0], fields=tuple(spoken if f.name == "number" else f for f in desk.queue[0].fields))
    shell, _ = opened("verify", desk=desk)
    row = verify_of(shell).form.row("number")
    assert row.hint.text() == ""
    press("Alt+1")
    press("Ctrl+R")
    settle()
    assert row.edit.text() == "" and desk.called("read_box") == [] and see(shell, "Ô này phải nhập lại bằng tay")


def test_a_blind_field_left_out_holds_the_confirmation(opened: Opener, sheets: Sheets) -> None:
    desk = verifystates.blind(sheets)
    shell, _ = opened("verify", desk=desk)
    typed(shell, "127")
    press("Ctrl+Return")
    settle()
    assert desk.called("confirm") == [] and verify_of(shell).form.current == "notation"
    assert see(shell, 'Ô "Ký hiệu": nhập lại theo ảnh, trống thì nhấn Enter')


# --- settling
def test_a_third_person_settles_what_differs(opened: Opener, sheets: Sheets) -> None:
    desk = verifystates.differing(sheets)
    shell, _ = opened("verify", desk=desk)
    form = verify_of(shell).form
    assert see(shell, "Hai lần nhập khác nhau ở 3 ô. Xem ảnh và chọn giá trị đúng.") and see(shell, "phân định")
    assert form.current == "number" and see(shell, "Lần nhập 1") and see(shell, "721")
    press("Alt+1")
    press("Return")
    assert form.current == "subject"
    press("Alt+2")
    press("Return")
    assert form.current == "identity_number"
    press("Alt+2")
    press("Ctrl+Return")
    settle()
    ((_, values),) = desk.called("confirm")
    assert values["number"] == "127" and "mai táng phí" in values["subject"] and values["identity_number"] == "001047000123"


def test_what_differs_is_not_settled_by_looking(opened: Opener, sheets: Sheets) -> None:
    desk = verifystates.differing(sheets)
    shell, _ = opened("verify", desk=desk)
    press("Ctrl+Return")
    settle()
    assert desk.called("confirm") == [] and see(shell, 'Hai lần nhập khác nhau ở ô "Số văn bản" – chọn Alt+1 hoặc Alt+2')


def test_both_may_be_wrong(opened: Opener, sheets: Sheets) -> None:
    desk = verifystates.differing(sheets)
    shell, _ = opened("verify", desk=desk)
    form = verify_of(shell).form
    typed(shell, "172")
    assert form.row("number").value() == "172" and form.current == "subject"


def test_that_one_of_two_could_not_read_it_is_said_and_is_no_empty_value(opened: Opener, sheets: Sheets) -> None:
    shell, desk = opened("verify", desk=verifystates.differing(sheets))
    form = verify_of(shell).form
    form.focus("identity_number")
    assert see(shell, "(không đọc được – F10)") and not see(shell, "(để trống)")
    press("Alt+1")
    assert "identity_number" in form.open_names(), "nothing was taken"
    press("F10")
    settle()
    assert [name for _, name, _ in desk.called("set_unreadable")] == ["identity_number"]


def test_an_entry_that_was_left_empty_can_be_taken(opened: Opener, sheets: Sheets) -> None:
    desk = verifystates.differing(sheets)
    between = (Difference("identity_number", "", "001047000123"),)
    desk = verifystates.with_fields(desk, {}, differing=between, blind=frozenset({"identity_number"}))
    shell, _ = opened("verify", desk=desk)
    form = verify_of(shell).form
    form.focus("identity_number")
    assert form.row("identity_number").mark() is Mark.DIFFERS and see(shell, "(để trống)")
    press("Alt+1")
    assert form.row("identity_number").mark() is not Mark.DIFFERS


def test_what_is_told_of_the_last_document_says_which(opened: Opener) -> None:
    shell, _desk = opened("verify")
    verify = verify_of(shell)
    before = verify.document
    verify._moved(before, ErrorNote("K05", (("field", "Số văn bản"), ("others", 2))))
    settle()
    assert verify.document.id != before.id
    title = verifywords.title(before, shown_title(before))
    assert verify.note.text.text().startswith(f'Hai lần nhập của {title} khác nhau ở ô "Số văn bản".')


# --- unreadable
def test_a_field_is_marked_unreadable_and_back(opened: Opener) -> None:
    shell, desk = opened("verify")
    form = verify_of(shell).form
    press("Return")  # subject looked at
    assert form.current == "signer_name"
    press("F10")
    settle()
    assert desk.called("set_unreadable") == [("HS-0016-d1", "signer_name", True)]
    row = form.row("signer_name")
    assert row.edit.text() == "" and row.edit.isReadOnly() and see(shell, "không đọc được") and see(shell, "F10 để nhập lại")
    assert form.current == "signer_name" and "signer_name" not in form.open_names(), "required, and yet it holds nothing up"
    press("F10")
    settle()
    assert desk.called("set_unreadable")[1:] == [("HS-0016-d1", "signer_name", False)]
    assert not row.edit.isReadOnly() and "signer_name" in form.open_names()
    typed(shell, "Nguyễn Văn A")
    assert form.values()["signer_name"] == "Nguyễn Văn A"


def test_what_was_typed_elsewhere_outlives_f10(opened: Opener) -> None:
    shell, _desk = opened("verify")
    form = verify_of(shell).form
    form.focus("person_name")
    typed(shell, "Lê Thị Khác", "Tab")
    press("F10")
    settle()
    assert form.current == "identity_number" and form.row("identity_number").unreadable
    assert form.row("person_name").value() == "Lê Thị Khác"


def test_what_must_be_scanned_again_is_no_unreadable_field(opened: Opener) -> None:
    """K12: the desk says no, and the field stays as it was."""
    shell, desk = opened("verify")
    desk.answers["set_unreadable"] = lambda: answers.failed("K12", field="subject")
    press("F10")
    settle()
    form = verify_of(shell).form
    assert form.row("subject").field.origin is not FieldOrigin.UNREADABLE and form.current == "subject"
    assert see(shell, "K12")


# --- returning
def test_the_first_entry_goes_back_to_the_scanner_only(opened: Opener) -> None:
    """Ctrl+B gives back one step: from the check to entry, from entry to capture; Ctrl+Shift+B always to capture."""
    shell, desk = opened("verify")
    press("Ctrl+Shift+B")
    assert see(shell, "Lý do trả lại khâu quét")
    typed(shell, "trang 2 mờ")
    settle()
    assert desk.called("return_to_capture") == [("HS-0016-d1", "trang 2 mờ")] and desk.called("send_back") == []
    assert verify_of(shell).document.id == "HS-0016-d2"


def test_why_it_came_back_stands_above_the_form(opened: Opener, sheets: Sheets) -> None:
    desk = states.normal(sheets)
    desk.queue[0] = replace(desk.queue[0], reason="người ký không đúng với trang 2")
    shell, _ = opened("verify", desk=desk)
    assert see(shell, "Bị trả: người ký không đúng với trang 2")


def test_esc_takes_a_return_back(opened: Opener) -> None:
    shell, desk = opened("verify")
    press("Ctrl+B")
    typed(shell, "nhầm", "Escape")
    settle()
    assert desk.called("send_back") == [] and verify_of(shell).form.current == "subject" and "Xác nhận" in next_action(shell)
    assert shell.focusWidget() is verify_of(shell).form.row("subject").edit
