"""What is the same on every screen, by keys alone, on the fake desk."""

import gc
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.ui import answers, paper, states
from tests.ui.conftest import Opener, settle
from tests.ui.hands import press, see, type_vi
from tests.ui.test_catalogue import check
from ui import app as desktop
from workstation.domain.errors import ErrorNote
from workstation.domain.events import DossierChanged


def screen(shell: Any) -> Any:
    return shell.current


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


@pytest.mark.parametrize("heard", [True, False], ids=["counting", "under way"])
def test_a_closed_window_asks_the_desk_nothing_more(opened: Opener, heard: bool) -> None:
    """What a page announced just before: the desk behind the window is closing, and refuses whoever asks."""
    shell, desk = opened("capture")
    desk.bus.publish(DossierChanged(desk.rows[0].id))
    if heard:
        desktop.settle(1000, 0)
    shell.close()
    desk.calls.clear()
    desktop.settle(2000, 400)
    assert desk.calls == []


def test_station_note_stands_over_every_screen_until_it_is_past(opened: Opener) -> None:
    shell, desk = opened("capture")
    desk.status = replace(desk.status, note=ErrorNote("M02", (("free", 1.8e9),)))
    shell.refresh()
    settle()
    for place in ("verify", "sign", "outbox", "capture"):
        shell.open(place)
        settle()
        assert see(shell, "Ổ đĩa còn 1,8 GB. Gửi hoặc sao lưu trước khi quét tiếp.  M02")
        check(shell)
    desk.status = replace(desk.status, note=None)
    shell.refresh()
    settle()
    assert not see(shell, "Ổ đĩa")


def test_a_late_answer_of_a_hidden_screen_leaves_the_keys_where_they_are(opened: Opener) -> None:
    shell, _desk = opened("verify")
    form = screen(shell).form
    before = form.row("signer_name").edit.text()
    press("F8")
    settle()
    box = screen(shell).box
    assert box.hasFocus()
    form.focus("signer_name")
    sign: Any = shell.screens["sign"]
    sign.table.setFocus()
    assert box.hasFocus()
    type_vi(box, "abc")
    assert (box.text(), form.row("signer_name").edit.text()) == ("abc", before)


def test_verify_has_the_caret_whenever_it_comes_to_the_front(opened: Opener) -> None:
    shell, _desk = opened("verify")
    form = screen(shell).form
    name = form.current
    for _ in range(2):
        press("F2")
        settle()
        shell.rail_buttons["verify"].setFocus()
        press("F3")
        settle()
        assert form.current == name and form.row(name).edit.hasFocus()


def test_nothing_of_the_person_before_stays_on_any_screen(opened: Opener) -> None:
    shell, _desk = opened("sign")
    type_vi(screen(shell).side.pin, "12345678")
    press("F3")
    settle()
    verify = screen(shell)
    verify.form.focus("signer_name")
    type_vi(verify.form.row("signer_name").edit, "Lê Thị Khác")
    press("F2")
    settle()
    press("Ctrl+U")
    settle()
    sign: Any = shell.screens["sign"]
    assert sign.side.pin.text() == "" and verify.document is None
    press("F3")
    settle()
    assert verify.form.row("signer_name").value() != "Lê Thị Khác"


def test_a_field_with_the_focus_leaves_ctrl_u_to_the_frame(opened: Opener) -> None:
    """On X11 it means: delete the line."""
    shell, desk = opened("verify")
    screen(shell).form.focus("signer_name")
    edit, user = QApplication.focusWidget(), desk.user
    assert edit is screen(shell).form.row("signer_name").edit
    keys = QKeyEvent(QEvent.Type.ShortcutOverride, Qt.Key.Key_U, Qt.KeyboardModifier.ControlModifier)
    assert shell.eventFilter(edit, keys) and not keys.isAccepted()
    letter = QKeyEvent(QEvent.Type.ShortcutOverride, Qt.Key.Key_U, Qt.KeyboardModifier.NoModifier, "u")
    assert not shell.eventFilter(edit, letter)
    press("Ctrl+U")
    settle()
    assert desk.user != user


def test_a_key_that_is_held_down_passes_work_on_once(opened: Opener) -> None:
    shell, _desk = opened("sign")
    repeats = {s.key().toString(): s.autoRepeat() for s in shell.findChildren(QShortcut)}
    once = ("Ctrl+Return", "Space", "Ctrl+N", "Ctrl+U", "X", "R", "F5", "Shift+Return")
    assert [repeats[k] for k in once] == [False] * len(once)
    assert [repeats[k] for k in ("PgDown", "Ctrl+Down", "Alt+Left", "Ctrl+Z")] == [True] * 4


def test_the_sheet_of_keys_gives_the_focus_back_and_lets_no_work_through(opened: Opener) -> None:
    shell, desk = opened("sign")
    table, user = screen(shell).table, desk.user
    for closes in ("Escape", "Ctrl+Return", "Ctrl+U", "Ctrl+/"):
        table.setFocus()
        press("Ctrl+/")
        assert shell.key_sheet.isVisible() and not table.hasFocus()
        press(closes)
        assert not shell.key_sheet.isVisible() and table.hasFocus()
        assert (desk.user, screen(shell).pin.hasFocus(), desk.called("sign")) == (user, False, [])


def test_a_click_in_the_foot_bar_leaves_the_keys_to_the_screen(opened: Opener) -> None:
    shell, _desk = opened("verify")
    screen(shell).form.focus("signer_name")
    for button in (*shell.foot.buttons, shell.foot.primary):
        assert button.focusPolicy() == Qt.FocusPolicy.TabFocus


def test_question_mark_opens_the_key_sheet(opened: Opener) -> None:
    shell, _desk = opened("sign")
    QTest.keyClick(screen(shell).table, Qt.Key.Key_Question, Qt.KeyboardModifier.ShiftModifier)
    assert see(shell.key_sheet, "Kiểm tra chữ ký tệp khác")
    press("Escape")
    assert not shell.key_sheet.isVisible()


@pytest.mark.expect_log("unexpected ZeroDivisionError")
def test_unexpected_error_becomes_a_sentence(opened: Opener, caplog: pytest.LogCaptureFixture) -> None:
    shell, desk = opened("outbox")
    future: Any = answers.now(None).__class__()
    future.set_exception(ZeroDivisionError("Nguyễn Văn A"))
    desk.answers["send_now"] = lambda: future
    screen(shell).table.selectRow(1)
    press("R")
    settle()
    assert screen(shell).note.code == "B01" and "Nguyễn" not in caplog.text


def test_error_of_a_question_stands_on_the_screen(opened: Opener) -> None:
    shell, desk = opened("capture")
    desk.answers["dossiers"] = lambda: answers.failed("M04")
    screen(shell).reload()
    settle()
    assert see(shell, "Không mở được dữ liệu của máy này.")
    assert ErrorNote("M04").code == screen(shell).note.code


def test_the_collector_does_not_walk_the_program_itself(sheets: dict[str, paper.Sheet], qtbot: QtBot) -> None:
    """A full round over every module and widget, in whatever thread, holds the interpreter and so the screen for 100 ms and
    more (``bench sign``: one round for every eight documents signed)."""
    desk = states.STATES["normal"](sheets)
    whole = len(gc.get_objects())
    shell = desktop.open_window(desk)
    try:
        left = len(gc.get_objects())
    finally:
        gc.unfreeze()  # the tests after this one leave much behind that must not stay
    qtbot.addWidget(shell)
    desk.release()
    settle()
    assert shell.isVisible() and whole > 50_000 and left < whole / 50
