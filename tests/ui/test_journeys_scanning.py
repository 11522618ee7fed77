"""What people do with a scanner on Capture, by keys alone, on the fake desk: both sides by hand, sheets that stick."""

from dataclasses import replace
from typing import Any

from tests.ui import answers
from tests.ui.conftest import Opener, settle
from tests.ui.hands import press, see
from workstation.domain.errors import ErrorNote, WorkstationError
from workstation.domain.handduplex import Stack
from workstation.domain.ids import Sha256
from workstation.usecases.views import ImportOutcome

BY_HAND = "A4 hai mặt thủ công"


def names(count: int, letter: str) -> tuple[Sha256, ...]:
    return tuple(Sha256(f"{letter}{n}") for n in range(count))


FRONTS = Stack(names(12, "a"), turned=True, profile=BY_HAND)


def screen(shell: Any) -> Any:
    return shell.current


def choose(shell: Any, profile: str) -> None:
    setup = screen(shell).setup
    setup.setCurrentIndex(setup.findText(profile))


def test_fronts_then_backs_step_by_step(opened: Opener) -> None:
    shell, desk = opened("capture")
    choose(shell, BY_HAND)
    desk.answers["scan"] = desk.hold
    press("F5")
    settle()
    desk.stacks["HS-0019"] = FRONTS
    desk.held[-1].set_result(12)
    settle()
    assert see(shell, "Đã quét 12 mặt trước. Lật cả chồng giấy, đặt lại vào khay rồi nhấn F5 – 12 tờ")
    assert see(shell.foot, "Quét mặt sau  (F5)")
    press("F5")
    settle()
    del desk.stacks["HS-0019"]
    desk.held[-1].set_result(12)
    settle()
    assert desk.called("scan") == [("HS-0019", "fake", BY_HAND)] * 2
    assert see(shell.foot, "Quét tiếp  (F5)")
    assert see(shell, "Đã ghép 12 tờ hai mặt. Sai thì hoàn tác bằng Ctrl+Z.")


def test_counts_that_differ_ask_for_a_decision(opened: Opener) -> None:
    shell, desk = opened("capture")
    choose(shell, BY_HAND)
    desk.stacks["HS-0019"] = replace(FRONTS, backs=names(11, "b"))
    desk.answers["scan"] = lambda: answers.failed("Q15", fronts=12, backs=11)
    press("F5")
    settle()
    assert see(shell, "12 mặt trước nhưng 11 mặt sau") and see(shell, "Q15")
    button = screen(shell).note.button
    assert button.isVisible() and button.text() == "Quét lại mặt sau"
    desk.answers["scan"] = lambda: answers.now(12)
    button.click()
    settle()
    assert desk.called("backs_again") == [("HS-0019",)] and len(desk.called("scan")) == 2


def test_sides_are_kept_as_they_came(opened: Opener) -> None:
    shell, desk = opened("capture")
    desk.stacks["HS-0019"] = replace(FRONTS, backs=names(11, "b"))
    screen(shell).turning.look(desk.rows[0].id)
    settle()
    assert see(shell, "12 mặt trước nhưng 11 mặt sau")
    press("Ctrl+Shift+G")
    settle()
    assert see(shell.foot, "Quét tiếp  (F5)")
    assert desk.called("leave_sides") == [("HS-0019",)] and desk.called("backs_again") == []
    assert see(shell, "Giữ các trang theo thứ tự đã quét")


def test_without_a_stack_that_key_says_so(opened: Opener) -> None:
    shell, desk = opened("capture")
    press("Ctrl+Shift+G")
    settle()
    assert desk.called("leave_sides") == [] and see(shell, "Không có chồng giấy nào")


def test_after_a_restart_the_stack_still_waits(opened: Opener) -> None:
    shell, desk = opened("capture")
    desk.stacks["HS-0018"] = FRONTS
    press("Down", screen(shell).list)
    settle()
    assert see(shell, "Lật cả chồng giấy, đặt lại vào khay rồi nhấn F5 – 12 tờ")
    press("F5")
    settle()
    assert desk.called("scan") == [("HS-0018", "fake", BY_HAND)], "F5 goes on with the stack"


def test_a_jam_in_the_fronts_is_told_and_not_talked_over(opened: Opener) -> None:
    shell, desk = opened("capture")
    choose(shell, BY_HAND)
    desk.stacks["HS-0019"] = Stack(names(4, "a"), broken=True, fault=True)
    desk.answers["scan"] = lambda: answers.failed("Q04", sheet=5, count=4)
    press("F5")
    settle()
    assert see(shell, "Kẹt giấy ở tờ 5") and screen(shell).note.button.text() == "Quét tiếp"


def test_two_sheets_that_may_stick_together_are_told_with_their_page(opened: Opener) -> None:
    shell, desk = opened("capture")
    desk.answers["scan"] = desk.hold
    press("F5")
    settle()
    desk.scan_progress(ImportOutcome("sheet-0007.jpg", 1, None, doubt=ErrorNote("Q05", (("page", 6),))))
    desk.held[-1].set_result(9)
    settle()
    assert see(shell, "Có thể hai tờ dính nhau sau trang 6. Quét lại tờ này?  Q05")
    assert screen(shell).note.button.text() == "Quét lại" and screen(shell).note.button.isVisible()


def test_a_jam_goes_before_a_doubt(opened: Opener) -> None:
    shell, desk = opened("capture")
    desk.answers["scan"] = desk.hold
    press("F5")
    settle()
    desk.scan_progress(ImportOutcome("sheet-0002.jpg", 1, None, doubt=ErrorNote("Q05", (("page", 1),))))
    desk.held[-1].set_exception(WorkstationError("Q04", sheet=3, count=2))
    settle()
    assert see(shell, "Kẹt giấy ở tờ 3.")


def test_a_profile_that_waits_for_paper_says_so_until_the_first_sheet(opened: Opener) -> None:
    shell, desk = opened("capture")
    desk.waiting_profile = "A4 một mặt"
    desk.answers["scan"] = desk.hold
    press("F5")
    settle(200)
    assert see(shell.foot, "Có giấy trong khay là quét – Esc để thôi")
    assert screen(shell).strip._incoming == "Chờ giấy vào khay…"
    desk.scan_progress(ImportOutcome("1.png", 1, None))
    settle(200)
    assert see(shell.foot, "Đang nhận trang – Esc để dừng sau tờ này")
    assert screen(shell).strip._incoming == "Đang nhận trang 11…"
    press("Escape")
    assert desk.scan_cancelled() and see(shell.foot, "Dừng sau tờ này…")
    desk.release()
    settle()


def test_a_dossier_whose_backs_are_to_come_is_not_passed_on(opened: Opener) -> None:
    shell, desk = opened("capture")
    view = desk.views["HS-0019"]
    desk.views["HS-0019"] = replace(view, missing=None, missing_page=None)
    screen(shell).reload()
    settle()
    desk.answers["finish_capture"] = lambda: answers.failed("Q18", fronts=12)
    press("Ctrl+Return")
    settle()
    assert see(shell, "Còn 12 mặt trước chờ quét mặt sau nên hồ sơ chưa chuyển đi.")


def test_a_doubt_about_a_back_is_not_talked_over_by_the_success(opened: Opener) -> None:
    shell, desk = opened("capture")
    desk.stacks["HS-0019"] = FRONTS
    screen(shell).turning.look(desk.rows[0].id)
    settle()
    desk.answers["scan"] = desk.hold
    press("F5")
    settle()
    del desk.stacks["HS-0019"]
    desk.scan_progress(ImportOutcome("sheet-0013.jpg", 1, None, doubt=ErrorNote("Q05", (("page", 12),))))
    desk.held[-1].set_result(12)
    settle()
    assert see(shell, "Có thể hai tờ dính nhau sau trang 12.") and not see(shell, "Đã ghép")
