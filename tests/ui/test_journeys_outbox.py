"""What people do in the outbox, by keys alone, on the fake desk."""

from typing import Any

from tests.ui.conftest import Opener, settle
from tests.ui.hands import next_action, press, see
from workstation.domain.events import OutboxChanged
from workstation.domain.outbox import OutboxState


def screen(shell: Any) -> Any:
    return shell.current


def test_returned_dossier_leads_back_to_its_document(opened: Opener) -> None:
    shell, desk = opened("outbox")
    assert next_action(shell).startswith("Sửa 1 hồ sơ bị trả")
    press("Ctrl+Return")
    settle()
    assert desk.called("reopen_rejected") == [("o15",)]
    assert shell.current.place.id == "verify" and screen(shell).document.id == "HS-0015-d1"


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


def test_waiting_for_a_time_stamp_says_so_and_until_when(opened: Opener) -> None:
    shell, _desk = opened("outbox")
    box = screen(shell)
    box.table.selectRow(1)
    settle()
    assert see(shell, "Đã ký ở mức B, chưa có đủ dấu thời gian. Sẽ tự bổ sung trước khi gửi.")
    assert see(shell, "Đợi dấu thời gian, muộn nhất: ") and not see(shell, "Gửi lại lúc")
    assert box.model.index(1, 4).data() == "đang đợi"
