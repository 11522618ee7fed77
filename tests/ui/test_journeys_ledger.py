"""The ledger of authorised signers at Sign, and the procedure of a dossier at Capture; by keys alone."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QWidget

from tests.ui.conftest import Opener, settle
from tests.ui.hands import next_action, press, see, type_vi
from tests.ui.ledgering import LedgerDesk
from tests.ui.paper import Sheet
from tests.ui.test_catalogue import check
from ui.models.ledger import scope_text, standing_text
from workstation.usecases.signers import AuthorityWish


@pytest.fixture
def desk(sheets: dict[str, Sheet]) -> LedgerDesk:
    return LedgerDesk(sheets)


def ledger(opened: Opener, desk: LedgerDesk) -> tuple[Any, Any]:
    shell, _ = opened("sign", desk=desk)
    sign: Any = shell.current
    press("Ctrl+L", sign.table)
    settle()
    return shell, sign


def focused() -> QWidget:
    widget = QApplication.focusWidget()
    assert widget is not None
    return widget


def test_the_registrar_enters_an_authorisation_by_keys(opened: Opener, desk: LedgerDesk) -> None:
    shell, sign = ledger(opened, desk)
    panel = sign.ledger
    assert panel.isVisible() and not sign.work.isVisible() and next_action(shell).startswith("Ghi vào sổ")
    assert panel.number.hasFocus()
    type_vi(focused(), "15/UQ-UBND")
    press("Tab")
    for _ in range(2):
        press("Down")
    press("Tab")
    type_vi(focused(), "Chủ tịch Ủy ban nhân dân phường")
    press("Tab")
    assert panel.user.hasFocus() and panel.user.currentText() == "Phạm Văn Ký"
    press("Tab")
    assert panel.types.hasFocus()
    press("Down")
    press("Space")
    press("Tab")
    assert panel.procedures.hasFocus()
    type_vi(focused(), "1.005129, 2.000815")
    press("Tab")
    assert panel.first.text() == "21/11/2026"
    press("Tab")
    type_vi(focused(), "31/12/26")
    press("Ctrl+Return")
    settle()
    ((wish,),) = desk.called("enter_authority")
    assert wish.form == "TUQ" and wish.number == "15/UQ-UBND" and wish.on_behalf_of == "Chủ tịch Ủy ban nhân dân phường"
    assert (wish.user, wish.procedures) == ("Phạm Văn Ký", ("1.005129", "2.000815"))
    assert (wish.valid_from, wish.valid_until) == (date(2026, 11, 21), date(2026, 12, 31))
    assert len(wish.scope) == 1 and wish.scope[0] in ("QD", "TB")
    assert see(shell, "Đã ghi TUQ. 15/UQ-UBND vào sổ.") and len(panel.model.rows) == 4
    press("Escape")
    settle()
    assert sign.work.isVisible() and not panel.isVisible() and sign.table.hasFocus()


@pytest.mark.parametrize(
    ("part", "field"), [("number", "number"), ("scope", "types"), ("procedures", "procedures"), ("until", "last")]
)
def test_what_can_not_be_is_said_and_gets_the_focus(opened: Opener, desk: LedgerDesk, part: str, field: str) -> None:
    shell, sign = ledger(opened, desk)
    desk.fault = part
    press("Ctrl+Return")
    settle()
    assert getattr(sign.ledger, field).hasFocus() and see(shell, "Sổ giữ nguyên.  C32") and len(desk.entries) == 3


def test_a_day_that_is_none_is_not_sent(opened: Opener, desk: LedgerDesk) -> None:
    _, sign = ledger(opened, desk)
    sign.ledger.last.setText("32/13/2026")
    press("Ctrl+Return")
    settle()
    assert sign.ledger.last.hasFocus() and not desk.called("enter_authority")
    sign.ledger.last.clear()
    sign.ledger.first.setText("mai")
    press("Ctrl+Return")
    settle()
    assert sign.ledger.first.hasFocus() and not desk.called("enter_authority")


def test_an_entry_is_ended_by_keys_once(opened: Opener, desk: LedgerDesk) -> None:
    shell, sign = ledger(opened, desk)
    sign.ledger.table.setFocus()
    press("Ctrl+E")
    settle()
    assert sign.ledger.ending.edit.text() == "21/11/2026"
    sign.ledger.ending.edit.selectAll()
    type_vi(sign.ledger.ending.edit, "30/11/2026")
    sign.ledger.revoked.setChecked(True)
    press("Return", sign.ledger.ending.edit)
    settle()
    assert desk.called("end_authority") == [("a12", date(2026, 11, 30), True)] and see(shell, "Đã kết thúc KT. 12/QĐ-UBND.")
    press("Ctrl+E")
    settle()
    assert not sign.ledger.ending.isVisible(), "it ends once"


def test_an_end_that_is_left_ends_nothing(opened: Opener, desk: LedgerDesk) -> None:
    _, sign = ledger(opened, desk)
    sign.ledger.table.setFocus()
    press("Ctrl+E")
    press("Escape", sign.ledger.ending.edit)
    settle()
    assert not sign.ledger.ending.isVisible() and sign.ledger.isVisible() and not desk.called("end_authority")


def test_what_ends_is_the_entry_that_was_asked_about(opened: Opener, desk: LedgerDesk) -> None:
    """Another one chosen meanwhile is not ended in its place."""
    _, sign = ledger(opened, desk)
    panel = sign.ledger
    panel.table.setFocus()
    press("Ctrl+E")
    panel.table.selectRow(1)
    settle()
    assert not panel.ending.isVisible() and not panel.revoked.isVisible()
    press("Ctrl+E", panel.table)
    press("Ctrl+Return", panel.ending.edit)
    settle()
    assert desk.called("end_authority") == [("a7", date(2026, 11, 21), False)], "the blue button does what is open"
    assert not desk.called("enter_authority")


def test_a_ledger_that_is_opened_again_asks_nothing_yet(opened: Opener, desk: LedgerDesk) -> None:
    _, sign = ledger(opened, desk)
    press("Ctrl+E", sign.ledger.table)
    press("Ctrl+U", sign.ledger.table)
    settle()
    desk.user = desk.users[2]
    sign.open_ledger()
    settle()
    assert sign.ledger.isVisible() and not sign.ledger.ending.isVisible() and not sign.ledger.revoked.isVisible()


def test_what_is_behind_the_ledger_is_left_alone(opened: Opener, desk: LedgerDesk) -> None:
    _, sign = ledger(opened, desk)
    for keys in ("X", "Alt+Right", "Alt+S"):
        press(keys, sign.ledger.table)
        settle()
    assert sign.viewer.mark_moves == {} and sign.viewer._chosen == "N1" and sign.reason.isHidden()


def test_a_file_to_be_checked_is_not_shown_behind_the_ledger(opened: Opener, desk: LedgerDesk, tmp_path: Path) -> None:
    _, sign = ledger(opened, desk)
    sign.verify_file(tmp_path / "x.pdf")
    settle()
    assert sign.viewer.verdict.isVisible() and not sign.ledger.isVisible()


def test_a_last_day_is_of_this_century_however_far_off(opened: Opener, desk: LedgerDesk) -> None:
    _, sign = ledger(opened, desk)
    sign.ledger.last.setText("31/12/31")
    press("Ctrl+Return")
    settle()
    ((wish,),) = desk.called("enter_authority")
    assert wish.valid_until == date(2031, 12, 31)


def test_who_is_no_registrar_reads_only(opened: Opener, desk: LedgerDesk) -> None:
    shell, _ = opened("sign", desk=desk)
    sign: Any = shell.current
    desk.user = desk.users[0]
    sign.user_changed()
    settle()
    press("Ctrl+L", sign.table)
    settle()
    assert see(shell, "12/QĐ-UBND") or sign.ledger.table.hasFocus()
    assert not sign.ledger.form_card.isEnabled()
    for keys in ("Ctrl+Return", "Ctrl+E"):
        press(keys, sign.ledger.table)
        settle()
    assert not desk.called("enter_authority") and not desk.called("end_authority") and not sign.ledger.ending.isVisible()


def test_who_takes_the_seat_finds_the_queue(opened: Opener, desk: LedgerDesk) -> None:
    _, sign = ledger(opened, desk)
    press("Ctrl+U")
    settle()
    assert sign.work.isVisible() and not sign.ledger.isVisible()


def test_rows_say_scope_and_standing(desk: LedgerDesk) -> None:
    plain, limited, ended = desk.entries
    names = {"QD": "Quyết định", "TB": "Thông báo"}
    assert scope_text(plain, names) == "Quyết định, Thông báo"
    assert scope_text(limited, names) == "Mọi loại · thủ tục 1.005129, 2.000815"
    today = date(2026, 11, 21)
    assert [standing_text(e, today) for e in (plain, limited, ended)] == [
        "Còn hiệu lực", "Còn hiệu lực", "Thu hồi từ 01/10/2026",
    ]  # fmt: skip
    assert standing_text(limited, date(2027, 1, 1)) == "Đã hết hạn" and standing_text(plain, date(2025, 1, 1)) == "Chưa đến ngày"


def test_the_procedure_of_a_dossier_is_set_by_keys(opened: Opener) -> None:
    shell, desk = opened("capture")
    capture: Any = shell.current
    calls: list[tuple[str, str]] = []
    answer = desk._note("new", None)

    def set_procedure(dossier_id: str, code: str) -> Any:
        calls.append((dossier_id, code))
        return answer

    desk.set_procedure = set_procedure  # type: ignore[method-assign]
    press("Ctrl+T", capture.strip)
    settle()
    assert capture.procedure.edit.hasFocus()
    type_vi(capture.procedure.edit, "1.005129")
    press("Return", capture.procedure.edit)
    settle()
    assert calls == [("HS-0019", "1.005129")] and not capture.procedure.isVisible()
    press("Ctrl+T", capture.strip)
    press("Escape", capture.procedure.edit)
    settle()
    assert len(calls) == 1 and capture.strip.hasFocus()
    press("Ctrl+T", capture.strip)
    capture.procedure.edit.clear()
    press("Return", capture.procedure.edit)
    settle()
    assert calls[1:] == [("HS-0019", "")] and not capture.procedure.isVisible(), "of none after all"


def test_a_wish_is_an_entry_of_the_ledger() -> None:
    wish = AuthorityWish("1", "KT", "Chủ tịch", "x", ("QD",), ("1.005129",), date(2026, 1, 1), None)  # type: ignore[arg-type]
    made = wish.entry(date(2026, 1, 1), "y")  # type: ignore[arg-type]
    assert (made.procedures, made.scope, made.certificate, made.ended) == (("1.005129",), ("QD",), "", None)


@pytest.mark.parametrize("size", [(1366, 697), (1280, 680), (1093, 558)])
@pytest.mark.parametrize("part", ["queue", "no seal", "ledger", "ending", "reader"])
def test_nothing_is_cut_covered_or_without_a_name(opened: Opener, desk: LedgerDesk, size: tuple[int, int], part: str) -> None:
    if part == "no seal":
        desk.lack_seal()
    shell, _ = opened("sign", "normal", size, desk)
    sign: Any = shell.current
    if part == "reader":
        desk.user = desk.users[0]
        sign.user_changed()
    if part in ("ledger", "ending", "reader"):
        sign.open_ledger()
    if part == "ending":
        settle()
        sign.ledger.ask_end()
    settle()
    check(shell)
