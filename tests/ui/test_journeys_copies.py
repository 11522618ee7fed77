"""A paper of which the office has a digitised copy already: said at once, and given back by two keys."""

from dataclasses import replace
from typing import Any

from tests.ui import answers, verifystates
from tests.ui.conftest import Opener, settle
from tests.ui.hands import press, see
from tests.ui.paper import Sheet
from tests.ui.verifystates import COPY
from ui.shell import Shell

Sheets = dict[str, Sheet]


def verify_of(shell: Shell) -> Any:
    return shell.screens["verify"]


def test_a_copy_that_counts_is_said_and_reused_by_two_keys(opened: Opener, sheets: Sheets) -> None:
    shell, desk = opened("verify", desk=verifystates.copy(sheets))
    assert desk.called("known_copies") == [("HS-0016-d1",)]
    assert see(shell, "Đã có bản số hóa còn giá trị – HS-0007") and see(shell, "Nguyễn Văn A ký 11/05/2024")
    assert see(shell, "cùng số định danh và loại giấy, cùng hình ảnh các trang") and see(shell, "còn 1 bản khác")
    press("Alt+R")
    assert desk.called("return_to_capture") == [], "not before the reason is seen"
    press("Return")
    settle()
    ((document_id, reason),) = desk.called("return_to_capture")
    assert document_id == "HS-0016-d1" and "HS-0007" in reason and desk.called("confirm") == []
    assert verify_of(shell).document.id == "HS-0016-d2" and not see(shell, "HS-0007"), "the next paper has none"


def test_esc_leaves_the_paper_here(opened: Opener, sheets: Sheets) -> None:
    shell, desk = opened("verify", desk=verifystates.copy(sheets))
    press("Alt+R")
    press("Escape")
    settle()
    assert desk.called("return_to_capture") == [] and see(shell, "HS-0007")
    assert shell.focusWidget() is verify_of(shell).form.row("subject").edit


def test_a_copy_that_does_not_count_is_no_reason(opened: Opener, sheets: Sheets) -> None:
    shell, desk = opened("verify", desk=verifystates.spoiled_copy(sheets))
    assert see(shell, "Có bản số hóa trong HS-0007 nhưng không dùng lại được") and see(shell, "V04")
    press("Alt+R")
    press("Return")
    settle()
    assert desk.called("return_to_capture") == [] and not see(shell, "Dùng lại")


def test_without_a_copy_the_key_does_nothing(opened: Opener) -> None:
    shell, desk = opened("verify")
    press("Alt+R")
    settle()
    assert not verify_of(shell).copies.isVisible() and not verify_of(shell).to_scan.isVisible()
    desk.answers["known_copies"] = lambda: answers.failed("F06")
    press("Ctrl+L")
    settle()
    assert see(shell, "Chưa tìm được bản số hóa đã có") and see(shell, "F06")


def test_who_types_without_seeing_is_not_told(opened: Opener, sheets: Sheets) -> None:
    """A copy that was found by the number would say that the first entry is right."""
    desk = verifystates.blind(sheets)
    desk.copies = (COPY,)
    shell, _ = opened("verify", desk=desk)
    assert desk.called("known_copies") == [] and not see(shell, "HS-0007")


def test_a_late_answer_stays_with_its_paper(opened: Opener, sheets: Sheets) -> None:
    desk = verifystates.copy(sheets)
    desk.answers["known_copies"] = desk.hold
    shell, _ = opened("verify", desk=desk)
    del desk.answers["known_copies"]
    press("Ctrl+L")
    settle()
    desk.release((replace(COPY),))
    settle()
    assert verify_of(shell).copies.copy is None and not see(shell, "HS-0007")
