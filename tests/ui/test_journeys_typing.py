"""How values get into the fields of Verify: proposals, input methods, dates, a type by letters, a box read by itself."""

import unicodedata
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QPoint, Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from tests.ui import answers, states, verifystates
from tests.ui.conftest import Opener, settle
from tests.ui.fakes import FakeDesk
from tests.ui.hands import commit_vi, press, see, type_vi
from tests.ui.paper import Sheet
from ui.shell import Shell
from ui.views.form import Form
from ui.views.verifywords import fitted
from workstation.domain.fields import WeakWord
from workstation.rules.reader import load_rules

Sheets = dict[str, Sheet]
NARROW_PX = 400
"""What the narrowest card leaves to the form."""


def verify_of(shell: Shell) -> Any:
    return shell.screens["verify"]


def compose(widget: QWidget, text: str) -> None:
    """A word that an input method still works on: it is shown, but no text yet."""
    QCoreApplication.sendEvent(widget, QInputMethodEvent(text, []))


# --- proposals
def test_three_proposals_each_with_its_key_and_why(opened: Opener, sheets: Sheets) -> None:
    shell, desk = opened("verify", desk=verifystates.proposals(sheets))
    form = verify_of(shell).form
    row = form.row("issued_date")
    assert form.current == "issued_date"
    for words in (
        "Ngày bằng số khác ngày ghi bằng chữ",
        "theo ngày ghi bằng chữ",
        "theo ngày trên dấu đến",
        "theo văn bản liền số",
    ):
        assert words in row.hint.text()
    press("Alt+3")
    assert row.value() == "2019-03-13"
    press("Alt+2")
    assert row.value() == "2019-03-15", "another one may be taken after that"
    press("Alt+1")
    assert row.value() == "2019-03-14" and "Ngày bằng số" not in row.hint.text() and "Alt+1" not in row.hint.text()
    for key in ("Return", "Alt+1", "Return", "Return", "Ctrl+Return"):
        press(key)
    settle()
    assert desk.called("confirm")[0][1]["issued_date"] == "2019-03-14"


def test_a_reason_takes_the_place_of_the_list_of_units(opened: Opener) -> None:
    shell, _desk = opened("verify")
    verify = verify_of(shell)
    verify.place_bar.list.show()
    press("Ctrl+B")
    assert verify.place_bar.list.isHidden()


def test_ctrl_z_takes_a_proposal_back(opened: Opener, sheets: Sheets) -> None:
    shell, _desk = opened("verify", desk=verifystates.proposals(sheets))
    row = verify_of(shell).form.row("issued_date")
    before = row.edit.text()
    press("Alt+3")
    assert row.edit.text() != before
    press("Ctrl+Z")
    assert row.edit.text() == before


def test_a_key_without_its_proposal_changes_nothing(opened: Opener) -> None:
    shell, _desk = opened("verify")
    row = verify_of(shell).form.row("subject")
    before = row.edit.text()
    press("Alt+2")
    press("Alt+3")
    assert row.edit.text() == before and not row.reviewed


def test_half_a_date_is_proposed_and_the_rest_is_typed(opened: Opener, sheets: Sheets) -> None:
    """Month and year are printed, the day is written by hand: the cursor stands on what is missing."""
    shell, _desk = opened("verify", desk=verifystates.by_hand(sheets))
    form = verify_of(shell).form
    press("Alt+1")
    press("Return")
    assert form.row("number").value() == "127" and form.current == "issued_date"
    press("Alt+1")
    row = form.row("issued_date")
    assert row.edit.text() == "__/03/2019" and row.edit.selectedText() == "__"
    assert "issued_date" in form.open_names() and "Còn thiếu ngày hoặc tháng" in row.hint.text()
    type_vi(row.edit, "14")
    press("Return")
    assert row.value() == "2019-03-14" and "issued_date" not in form.open_names()


# --- words that may be misread
def amber(picture: QLabel) -> int:
    """Pixels of the snippet that are marked."""
    image = picture.pixmap().toImage()
    colours = (image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height()))
    return sum(c.red() > 225 and c.blue() < 160 for c in colours)


def test_typing_replaces_the_word_that_may_be_misread(opened: Opener, sheets: Sheets) -> None:
    shell, _desk = opened("verify", desk=verifystates.weak(sheets))
    form = verify_of(shell).form
    row = form.row("subject")
    assert form.current == "subject" and row.edit.selectedText() == "tảng"
    assert "Nghi ngờ:" in row.hint.text() and "tảng" in row.hint.text() and "Ctrl+↓" in row.hint.text()
    assert amber(verify_of(shell).snippet.picture) > 100
    verify_of(shell).reload()
    settle()
    assert row.edit.selectedText() == "tảng", "a reload takes nothing out of the hands"
    commit_vi(row.edit, "t\u0061\u0301ng lễ")
    press("Ctrl+Down")
    assert row.edit.selectedText() == "xả", "it has moved with what was typed before it"
    press("Ctrl+Down")
    assert row.edit.selectedText() == "xả", "what was typed is not doubted"
    type_vi(row.edit, "xã")
    press("Ctrl+Down")
    assert row.edit.selectedText() == ""
    press("Return")
    assert (
        form.current == "signer_name"
        and row.value() == "Về việc giải quyết hỗ trợ mai táng lễ phí đối với đối tượng bảo trợ xã hội"
    )
    assert form.row("signer_name").edit.selectedText() == "Văn"
    press("Return")
    assert form.open_names() == [] and form.row("signer_name").value() == "Nguyễn Văn A", "Enter lets it stand"


def test_after_the_last_word_in_doubt_comes_the_first(opened: Opener, sheets: Sheets) -> None:
    shell, _desk = opened("verify", desk=verifystates.weak(sheets))
    edit = verify_of(shell).form.row("subject").edit
    seen = []
    for _ in range(3):
        seen.append(edit.selectedText())
        press("Ctrl+Down")
    assert seen == ["tảng", "xả", "tảng"]


def test_where_something_is_proposed_all_is_selected_and_the_word_is_lit(opened: Opener) -> None:
    shell, _desk = opened("verify")
    verify = verify_of(shell)
    row = verify.form.row("subject")
    assert row.edit.selectedText() == row.edit.text() and amber(verify.snippet.picture) > 100
    verify.form.focus("signer_name")
    assert amber(verify.snippet.picture) == 0, "nothing is known of its words"


@pytest.mark.parametrize("state", [verifystates.blind, verifystates.differing])
def test_who_must_not_see_the_value_sees_no_weak_word(
    opened: Opener, sheets: Sheets, state: Callable[[Sheets], FakeDesk]
) -> None:
    """Whatever the desk gives: the place of a doubt tells something of the first entry."""
    desk = state(sheets)
    name = "number" if state is verifystates.blind else "subject"
    known = WeakWord(0, 3, sheets["decision"].boxes["weak"])
    verifystates.with_fields(desk, {name: {"weak": (known,), "box": sheets["decision"].boxes["subject"], "page": 0}})
    shell, _ = opened("verify", desk=desk)
    verify = verify_of(shell)
    verify.form.focus(name)
    row = verify.form.row(name)
    assert not verify.snippet.picture.pixmap().isNull() and amber(verify.snippet.picture) == 0
    assert "Nghi ngờ" not in row.hint.text() and row.edit.selectedText() == ""
    type_vi(row.edit, "12777")
    press("Ctrl+Down")
    assert row.edit.selectedText() == ""


# --- what checks say of a typed value
def test_what_was_typed_is_judged_and_looked_at_once_more(opened: Opener) -> None:
    """The warning comes while the clerk is in the next field; Enter leads back to it, and a second Enter lets it stand."""
    shell, desk = opened("verify")
    desk.against_typed = {("issued_date", "2091-03-14"): ("date_future",)}
    form = verify_of(shell).form
    press("Alt+1")
    press("Return")
    form.focus("issued_date")
    type_vi(shell.focusWidget(), "14/3/2091")
    press("Return")
    settle()
    assert form.current == "signer_name" and form.open_names() == ["issued_date", "signer_name"]
    press("Ctrl+Return")
    assert desk.called("confirm") == [] and form.current == "issued_date" and see(shell, "Ngày này chưa đến")
    verify_of(shell).reload()
    settle()
    assert form.open_names() == ["issued_date", "signer_name"], "it outlives a reload"
    press("Return")
    settle()
    assert form.open_names() == ["signer_name"]
    press("Return")
    press("Ctrl+Return")
    settle()
    assert desk.called("confirm")[0][1]["issued_date"] == "2091-03-14"


def test_a_verdict_on_another_value_is_not_meant(opened: Opener, sheets: Sheets) -> None:
    desk = states.normal(sheets)
    desk.answers["tried"] = desk.hold
    shell, _ = opened("verify", desk=desk)
    form = verify_of(shell).form
    form.focus("issued_date")
    type_vi(shell.focusWidget(), "14/3/2091")
    press("Tab")
    form.focus("issued_date")
    type_vi(shell.focusWidget(), "14/3/2019")
    late = next(f for f in desk.queue[0].fields if f.name == "issued_date")
    desk.release((replace(late, value="2091-03-14", against=("date_future",)),))
    settle()
    assert "issued_date" not in form.open_names()


def test_who_types_without_seeing_hears_nothing_of_the_first_entry(opened: Opener, sheets: Sheets) -> None:
    shell, desk = opened("verify", desk=verifystates.blind(sheets))
    type_vi(shell.focusWidget(), "721")
    press("Return")
    settle()
    assert desk.called("tried") == []


# --- input methods
TELEX, VNI = ("t", "ta", "tá", "tán", "táng"), ("t", "ta", "tan", "tang", "tang1", "táng")


@pytest.mark.parametrize(("strokes", "key"), [(TELEX, "Return"), (VNI, "Tab"), (TELEX, "Ctrl+Return")])
def test_a_word_still_being_composed_is_not_lost(opened: Opener, strokes: tuple[str, ...], key: str) -> None:
    """The key comes before the input method has handed the word over."""
    shell, _desk = opened("verify")
    form = verify_of(shell).form
    row = form.row("person_name")
    form.focus("person_name")
    row.edit.selectAll()
    commit_vi(row.edit, "Lê Văn ")
    for shown in strokes:
        compose(row.edit, unicodedata.normalize("NFD", shown))
    press(key)
    settle()
    assert row.value() == "Lê Văn táng" and row.edit.text() == "Lê Văn táng"


def test_a_proposal_taken_in_the_middle_of_a_word_leaves_no_letters_behind(opened: Opener) -> None:
    shell, _desk = opened("verify")
    row = verify_of(shell).form.row("subject")
    compose(row.edit, "mẫ")
    press("Alt+1")
    assert row.value() == "Về việc giải quyết hỗ trợ mai táng phí đối với đối tượng bảo trợ xã hội" and not row.edit.composing


def test_a_word_that_was_given_up_stays_out(opened: Opener) -> None:
    shell, _desk = opened("verify")
    form = verify_of(shell).form
    form.focus("person_name")
    edit = form.row("person_name").edit
    press("End")
    compose(edit, "xyz")
    compose(edit, "")  # Backspace three times
    press("Tab")
    assert form.row("person_name").value() == "Lê Văn Mẫu"


def test_reading_that_ends_does_not_break_a_word(opened: Opener, sheets: Sheets) -> None:
    """A reload fills the fields; the one in which a word is being composed is left alone."""
    desk = verifystates.reading(sheets)
    shell, _ = opened("verify", desk=desk)
    form = verify_of(shell).form
    form.focus("person_name")
    edit = form.row("person_name").edit
    compose(edit, "Lê")
    read = tuple(replace(f, value="Đọc Từ Ảnh") if f.name == "person_name" else f for f in desk.queue[0].fields)
    desk.queue[0] = replace(desk.queue[0], fields=read)
    verify_of(shell).reload()
    settle()
    assert edit.composing
    commit_vi(edit, "Lê")
    assert form.row("person_name").value() == "Lê"


# --- a type by letters
def test_a_type_is_found_by_its_first_letters(opened: Opener) -> None:
    shell, desk = opened("verify")
    form = verify_of(shell).form
    for _ in range([r.name for r in form.rows].index(form.current) + 1):
        press("Shift+Tab")
    assert form.current == "type_name", "the box is in the round of Tab"
    type_vi(shell.focusWidget(), "gks")
    settle()
    assert "Giấy khai sinh" in form.type_row.hint.text()
    press("Return")
    settle()
    assert desk.called("set_type") == [("HS-0016-d1", "KHAI_SINH")] and verify_of(shell).document.type_code == "KHAI_SINH"


def test_letters_that_mean_no_type_are_never_one(opened: Opener) -> None:
    shell, desk = opened("verify")
    form = verify_of(shell).form
    form.focus("type_name")
    type_vi(shell.focusWidget(), "zzz")
    settle()
    assert "Không có loại nào như vậy" in form.type_row.hint.text()
    press("Return")
    press("Escape")
    assert desk.called("set_type") == [] and form.values()["type_name"] == "Quyết định"


# --- a box read by itself
def test_the_fields_own_place_is_read_again(opened: Opener) -> None:
    """What comes is a doubt, until somebody has looked."""
    shell, desk = opened("verify")
    form = verify_of(shell).form
    form.focus("signer_name")
    box = form.row("signer_name").field.box
    press("Ctrl+R")
    settle()
    assert desk.called("read_box") == [("HS-0016-d1", 0, box, False)]
    row = form.row("signer_name")
    assert row.value() == "Nguyễn Văn An" and "signer_name" in form.open_names() and row.edit.hasFocus()
    press("Return")
    assert "signer_name" not in form.open_names()


def test_a_box_drawn_with_ctrl_is_read_into_the_field(opened: Opener) -> None:
    shell, desk = opened("verify")
    form, canvas = verify_of(shell).form, verify_of(shell).paper.canvas
    form.focus("number")
    desk.box_text = "Số: 721/QĐ-UBND"
    port, ctrl, left = canvas.viewport(), Qt.KeyboardModifier.ControlModifier, Qt.MouseButton.LeftButton
    QTest.mousePress(port, left, ctrl, QPoint(100, 90))
    QTest.mouseMove(port, QPoint(150, 110))
    QTest.mouseRelease(port, left, ctrl, QPoint(200, 118))
    settle()
    ((document_id, page, box, digits),) = desk.called("read_box")
    corner = canvas.mapToScene(QPoint(100, 90))
    scale = canvas._scale
    assert (document_id, page, digits) == ("HS-0016-d1", 0, True)
    assert (
        box[:2] == pytest.approx((corner.x() / scale, corner.y() / scale), abs=2 / scale) and box[2] > box[0] and box[3] > box[1]
    )
    assert form.row("number").value() == "721" and form.row("number").field.box == box, "the snippet goes to what was drawn"


def test_a_click_with_ctrl_reads_nothing(opened: Opener) -> None:
    shell, desk = opened("verify")
    canvas = verify_of(shell).paper.canvas
    QTest.mouseClick(canvas.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier, QPoint(100, 90))
    settle()
    assert desk.called("read_box") == []


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("wife_birth", "Ngày, tháng, năm sinh: 14/3/1990", "1990-03-14"),
        ("wife_birth", "1990", "1990"),
        ("wife_identity", "Số định danh: 001 190 000 123", "001190000123"),
        ("issued_date", "Quận 10, ngày 14 tháng 3 năm 2019", "2019-03-14"),
        ("identity_number", "CCCD: 001 047 000 123", "001047000123"),
        ("notation", "Số: 127/QĐ-UBND", "QĐ-UBND"),
        ("signer_name", "Nguyễn Văn An", "Nguyễn Văn An"),
    ],
)
def test_what_of_a_box_belongs_into_the_field(name: str, text: str, value: str) -> None:
    rules = load_rules()
    forms = (rules.document("TK_KET_HON"), rules.document("QD"))
    field = next(form.definition(name) for form in forms if name in form.form)
    assert fitted(field, text) == value


def test_a_box_without_letters_leaves_the_field(opened: Opener) -> None:
    shell, desk = opened("verify")
    row = verify_of(shell).form.row("subject")
    before = row.edit.text()
    desk.box_text = ""
    press("Ctrl+R")
    settle()
    assert row.edit.text() == before and see(shell, "Không đọc được chữ nào trong vùng này")
    desk.answers["read_box"] = lambda: answers.failed("F06")
    press("Ctrl+R")
    settle()
    assert row.edit.text() == before and see(shell, "F06")


def test_a_box_that_comes_late_stays_out_of_the_next_document(opened: Opener, sheets: Sheets) -> None:
    desk = states.normal(sheets)
    desk.answers["read_box"] = desk.hold
    shell, _ = opened("verify", desk=desk)
    press("Ctrl+R")
    press("Ctrl+L")
    settle()
    assert verify_of(shell).document.id == "HS-0016-d2"
    before = verify_of(shell).form.values()
    desk.release("Chữ của hồ sơ khác")
    settle()
    assert verify_of(shell).form.values() == before


def test_the_form_keeps_to_its_place_whatever_types_are_called(qtbot: QtBot) -> None:
    """All of the program's own types: the longest name was wider than the form, whose labels were cut off."""
    types = tuple((r.type.code, r.type.name) for r in load_rules().documents)
    form = Form(types)
    qtbot.addWidget(form)
    assert form.type_row.minimumSizeHint().width() <= NARROW_PX
    assert form.type_row.box.view().minimumWidth() > NARROW_PX / 2, "its list shows whole names"
