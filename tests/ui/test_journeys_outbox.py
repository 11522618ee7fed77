"""What people do in the outbox, by keys alone, on the fake desk."""

from dataclasses import replace
from typing import Any

from PySide6.QtWidgets import QApplication

from tests.ui.answers import failed
from tests.ui.conftest import Opener, settle
from tests.ui.hands import next_action, press, see
from workstation.domain.errors import ErrorNote
from workstation.domain.events import OutboxChanged
from workstation.domain.ids import Sha256
from workstation.domain.outbox import Comparison, OtherVersion, OutboxState


def screen(shell: Any) -> Any:
    return shell.current


def test_returned_dossier_leads_back_to_its_document(opened: Opener) -> None:
    shell, desk = opened("outbox")
    assert next_action(shell).startswith("Sửa 1 hồ sơ bị trả")
    press("Ctrl+Return")
    settle()
    assert desk.called("reopen_rejected") == [("o15",)]
    assert shell.current.place.id == "verify" and screen(shell).document.id == "HS-0015-d1"


def test_the_field_that_the_ward_named_has_the_focus(opened: Opener) -> None:
    shell, desk = opened("outbox")
    desk.items = [
        replace(i, error=ErrorNote("G12", (("document", 1), ("field", "signer_name")))) if i.state is OutboxState.REJECTED else i
        for i in desk.items
    ]
    screen(shell).reload()
    settle()
    press("Ctrl+Return")
    settle()
    verify = screen(shell)
    assert verify.document.id == "HS-0015-d1" and verify.form.current == "signer_name"
    assert verify.form.row("signer_name").isAncestorOf(QApplication.focusWidget())


def test_a_field_that_no_form_has_is_no_wish(opened: Opener) -> None:
    shell, desk = opened("outbox")
    note = ErrorNote("G12", (("field", "metadata_sha256"),))
    desk.items = [replace(i, error=note) if i.state is OutboxState.REJECTED else i for i in desk.items]
    screen(shell).reload()
    settle()
    press("Ctrl+Return")
    settle()
    verify = screen(shell)
    open_ = verify.form.open_names()
    assert verify.form.current == (open_[0] if open_ else verify.form.rows[0].name)


def test_send_and_pause_one(opened: Opener, qtbot: Any) -> None:
    shell, desk = opened("outbox")
    box = screen(shell)
    assert box._row().id == "o15", "the one that the blue button is about"
    box.table.selectRow(1)
    press("R")
    settle()
    assert desk.called("send_now") == [("o18",)] and see(shell.foot, "Đã yêu cầu gửi HS-0018")
    desk.bus.publish(OutboxChanged())
    qtbot.waitUntil(lambda: not see(shell.foot, "Đã yêu cầu gửi"))  # what has happened since says more
    press("P")
    settle()
    assert desk.called("set_paused") == [("o18", True)]
    assert next(i for i in desk.items if i.id == "o18").state is OutboxState.PAUSED
    assert box.table.currentIndex().row() == 1 and see(shell, "Đã tạm dừng HS-0018")


def test_send_all(opened: Opener) -> None:
    shell, desk = opened("outbox", "offline")
    press("Ctrl+Return")
    settle()
    assert desk.called("send_now") == [(None,)]
    assert see(shell.foot, "Mất mạng – các hồ sơ chờ sẽ tự gửi khi có mạng")
    screen(shell).table.selectRow(1)
    press("R")
    settle()
    assert see(shell.foot, "Mất mạng – HS-0018 sẽ tự gửi khi có mạng")


def test_counts_leave_out_what_is_not_being_sent(opened: Opener) -> None:
    """Neither what a person stopped nor what came back waits to be sent."""
    shell, desk = opened("outbox")
    assert see(shell, "Chờ gửi: 4 hồ sơ") and see(shell, "1 tạm dừng") and see(shell, "1 bị trả")
    desk.items = [i for i in desk.items if i.state in (OutboxState.PAUSED, OutboxState.REJECTED)]
    screen(shell).reload()
    settle()
    assert see(shell, "Chờ gửi: 0 hồ sơ") and see(shell.foot, "Không còn gì phải gửi")


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


def test_each_peers_own_state_stands_beside_the_receipt(opened: Opener) -> None:
    shell, _desk = opened("outbox")
    box = screen(shell)
    box.table.selectRow(next(i for i, row in enumerate(box.rows) if row.id == "o13"))
    settle()
    lines = box.facts.text().splitlines()
    assert lines[-2:] == [
        "cong-quoc-gia: Đã chuyển – H29.17-20261120-0092637",
        'mot-cua: Bị trả – thiếu hoặc sai "MaTTHC", nhờ quản trị sửa bảng mã (G12)',
    ]
    assert "Số biên nhận: BN-2026-000417" in lines and box.state_pill.text() == "Đã tiếp nhận"
    box.table.selectRow(next(i for i, row in enumerate(box.rows) if row.id == "o12"))
    settle()
    assert "cong-quoc-gia" not in box.facts.text()


def test_waiting_for_a_time_stamp_says_so_and_until_when(opened: Opener) -> None:
    shell, _desk = opened("outbox")
    box = screen(shell)
    box.table.selectRow(1)
    settle()
    assert see(shell, "Đã ký ở mức B, chưa có đủ dấu thời gian. Sẽ tự bổ sung trước khi gửi.")
    assert see(shell, "Đợi dấu thời gian, muộn nhất: ") and not see(shell, "Gửi lại lúc")
    assert box.model.index(1, 4).data() == "đang đợi"


def test_both_versions_of_a_conflict_are_shown_and_asked_for_once(opened: Opener, qtbot: Any) -> None:
    shell, desk = opened("outbox")
    theirs = OtherVersion(
        "BN-2026-000399", "2026-11-20T02:00:00+00:00", Sha256("c" * 64), ((Sha256("a" * 64), 9), (Sha256("b" * 64), 8))
    )
    desk.comparison = Comparison(theirs, ("HS-0015-01-to-trinh.pdf",), ("HS-0015-02-ket-hon.pdf",), (Sha256("b" * 64),), False)
    desk.items = [replace(i, error=ErrorNote("G05")) if i.state is OutboxState.REJECTED else i for i in desk.items]
    box = screen(shell)
    box.reload()
    settle()
    assert see(shell, "Biên nhận ở đó: BN-2026-000399") and see(shell, "Tệp giống nhau: 1")
    assert see(shell, "Chỉ có trên máy: HS-0015-02-ket-hon.pdf") and see(shell, "Chỉ có ở hệ thống: bbbbbbbbbbbb…")
    assert see(shell, "Giữ cả hai bản, không ghi đè.")
    for _ in range(2):
        box.reload()
        settle()
    assert desk.called("other_version") == [("o15",)] and see(shell, "Biên nhận ở đó")
    box.table.selectRow(0)
    assert not see(shell, "Biên nhận ở đó")


def test_a_comparison_that_fails_or_takes_its_time_is_not_asked_for_again_and_again(opened: Opener) -> None:
    """Each question opens a line of its own, and every change of the outbox shows the row anew."""
    shell, desk = opened("outbox")
    desk.items = [replace(i, error=ErrorNote("G05")) if i.state is OutboxState.REJECTED else i for i in desk.items]
    box = screen(shell)
    desk.answers["other_version"] = lambda: failed("G09")
    for _ in range(3):
        box.reload()
        settle()
    assert desk.called("other_version") == [("o15",)]
    desk.answers["other_version"] = desk.hold
    box.activate()
    for _ in range(3):
        box.reload()
        settle(50)
    assert desk.called("other_version") == [("o15",)] * 2, "who opens the screen anew asks anew"
    desk.release(None)
    settle()
    assert see(shell, "chưa tiếp nhận trọn bản nào")


def test_who_looks_at_the_next_conflict_meanwhile_loses_no_answer(opened: Opener) -> None:
    shell, desk = opened("outbox")
    desk.items = [replace(i, state=OutboxState.REJECTED, error=ErrorNote("G05"), attempts=9) for i in desk.items[:2]]
    box = screen(shell)
    desk.answers["other_version"] = desk.hold
    box.reload()
    settle(100)
    for row in (1, 0, 1):
        box.table.selectRow(row)
        settle(50)
    assert desk.called("other_version") == [(desk.items[0].id,), (desk.items[1].id,)]
    desk.release(None)
    settle()
    for row in (0, 1):
        box.table.selectRow(row)
        assert see(shell, "chưa tiếp nhận trọn bản nào")


def test_a_conflict_with_what_has_not_arrived_whole(opened: Opener) -> None:
    shell, desk = opened("outbox")
    desk.items = [replace(i, error=ErrorNote("G05")) if i.state is OutboxState.REJECTED else i for i in desk.items]
    screen(shell).reload()
    settle()
    assert see(shell, "chưa tiếp nhận trọn bản nào")


def test_rows_are_read_as_one_scrolls(opened: Opener, qtbot: Any) -> None:
    """A hundred thousand rows are not read to show twenty."""
    shell, desk = opened("outbox", "many")
    box = screen(shell)
    assert box.model.rowCount() == 200 and see(shell, "Chờ gửi: ")
    box.table.verticalScrollBar().setValue(box.table.verticalScrollBar().maximum())
    qtbot.waitUntil(lambda: box.model.rowCount() == 300)
    assert desk.called("outbox")[-1] == (200, desk.items[199].id), "behind what is there, not all of it again"
    box.reload()
    settle()
    assert box.model.rowCount() == 300, "who scrolled down stays there"


def test_the_button_beside_the_reason_does_what_it_says(opened: Opener) -> None:
    shell, desk = opened("outbox")
    desk.items = [replace(i, error=ErrorNote("G10")) if i.state is OutboxState.REJECTED else i for i in desk.items]
    box = screen(shell)
    box.reload()
    settle()
    assert box.why.button.isVisible() and box.why.button.text() == "Gửi lại"
    box.why.button.click()
    settle()
    assert desk.called("send_again") == [("o15",)] and not desk.called("reopen_rejected")
    box.table.selectRow(3)
    settle()
    assert box.why.button.text() == "Hỏi lại ngay"
    box.why.button.click()
    settle()
    assert desk.called("send_now") == [("o16",)]


def test_a_meeting_gets_the_line(opened: Opener) -> None:
    shell, desk = opened("outbox")
    press("M")
    settle()
    assert desk.called("set_meeting") == [(True,)] and see(shell.foot, "Họp xong")
    press("M")
    settle()
    assert desk.called("set_meeting") == [(True,), (False,)] and see(shell.foot, "Đang họp")
