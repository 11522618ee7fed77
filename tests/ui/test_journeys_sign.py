"""What people do on Sign, by keys alone, on the fake desk."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog

from tests.ui import answers, states
from tests.ui.conftest import Opener, settle
from tests.ui.hands import next_action, press, see, type_vi
from tests.ui.test_catalogue import check
from ui.models.signing import gate_text
from ui.theme import Tone
from workstation.domain.errors import ErrorNote
from workstation.domain.signature import FileVerdict, SignatureReport, TokenState, TokenStatus, Verdict


def screen(shell: Any) -> Any:
    return shell.current


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


def test_signed_without_a_time_stamp_is_told_as_information(opened: Opener) -> None:
    shell, desk = opened("sign")
    sign = screen(shell)
    desk.sign_notes = (ErrorNote("C09", (("kind", "timeout"),)),)
    sign.pin.setFocus()
    type_vi(sign.pin, "12345678")
    press("Return")
    settle()
    assert see(shell, "Đã ký 8 văn bản. 8 văn bản chưa đủ dấu thời gian, sẽ tự bổ sung trước khi gửi.")
    assert not see(shell, "chưa ký được") and Tone.INFO.paper in sign.note.styleSheet()


def test_escape_stops_after_this_document(opened: Opener) -> None:
    shell, desk = opened("sign", "busy")
    sign = screen(shell)
    sign.pin.setFocus()
    type_vi(sign.pin, "12345678")
    press("Return")
    settle(300)
    assert see(shell, "Đang ký 2/8 – Esc: dừng sau văn bản này")
    assert gate_text(sign.model.rows[0])[0] == "Đã ký", "the row tells at once"
    press("Escape", sign.table)
    assert see(shell, "Đang ký 2/8 – sẽ dừng sau văn bản này") and see(shell.foot, "Sẽ dừng sau văn bản này")
    desk.release()
    settle()
    assert see(shell, "Đã ký 1 văn bản. Còn 7 văn bản chưa ký") and len(sign.model.rows) == 11


def read_through(sign: Any) -> None:
    """Space until every page of the document was on the screen down to its bottom."""
    row = sign._row()
    for _ in range(5 * row.pages):
        if not sign.viewer.unshown(row):
            return
        press("Space")
        settle()
    raise AssertionError(f"not shown: {sign.viewer.unshown(row)}")


def test_seen_only_after_every_page_was_shown_to_its_bottom(opened: Opener) -> None:
    shell, desk = opened("sign")
    sign = screen(shell)
    sign.table.selectRow(3)
    settle()
    row = sign.model.rows[3]
    bar = sign.viewer.canvas.verticalScrollBar()
    assert row.pages == 4 and not row.seen and bar.maximum() > bar.minimum()
    assert sign.viewer.unshown(row) == [0, 1, 2, 3], "the top of a page is not the page"
    for page in range(4):
        assert sign.viewer.page == page and bar.value() == bar.minimum() and page in sign.viewer.unshown(row)
        while bar.value() < bar.maximum():
            press("Space")
        settle()
        assert desk.called("mark_seen") == [] and page not in sign.viewer.unshown(row)
        press("Space")
        settle()
    assert desk.called("mark_seen") == [(row.document.id,)] and sign.table.currentIndex().row() == 4


def test_page_that_came_behind_another_screen_can_still_be_seen(opened: Opener) -> None:
    shell, desk = opened("sign", size=(1366, 1500))
    sign = screen(shell)
    sign.table.selectRow(9)
    shell.open("capture")
    settle()
    shell.open("sign")
    settle()
    row = sign.model.rows[9]
    assert row.pages == 1
    read_through(sign)
    press("Space")
    settle()
    assert desk.called("mark_seen") == [(row.document.id,)]


def test_certificate_that_ran_out_is_told_with_its_date(opened: Opener) -> None:
    shell, desk = opened("sign")
    desk.answers["token_status"] = lambda: answers.failed("C05", valid_until="2026-06-30")
    desk.token = TokenStatus(TokenState.EXPIRED, valid_until="2026-06-30")
    screen(shell).activate()
    settle()
    assert see(shell, "Chứng thư đã hết hạn ngày 30/06/2026") and see(shell.foot, "Chứng thư đã hết hạn")


def test_leafing_through_shows_nothing_to_its_end(opened: Opener) -> None:
    """The arrows open the next page at once; the one left in the middle is not seen. They leave the focus to the queue."""
    shell, _desk = opened("sign")
    sign = screen(shell)
    sign.table.selectRow(3)
    settle()
    for number in (2, 3, 4):
        QTest.mouseClick(sign.viewer.forward, Qt.MouseButton.LeftButton)
        settle()
        assert see(shell, f"trang {number}/4")
    assert sign.table.hasFocus() and len(sign.viewer.unshown(sign._row())) == 4
    press("PgUp")
    settle()
    assert sign.viewer.page == 2


def test_only_the_official_signs_refuses_and_marks(opened: Opener) -> None:
    shell, desk = opened("sign")
    sign = screen(shell)
    sign.table.selectRow(1)
    press("Ctrl+U")  # the seat goes to the clerk
    settle()
    assert desk.user.role == "clerk" and see(shell.foot, "Chỉ người ký mới ký được – Ctrl+U đổi người dùng")
    sign.table.selectRow(3)
    settle()
    read_through(sign)
    press("Space")
    press("X")
    sign.pin.setText("12345678")
    press("Ctrl+Return")
    settle()
    assert not sign.reason.isVisible()
    assert desk.called("mark_seen") == desk.called("refuse") == desk.called("sign") == []
    press("Ctrl+U")
    press("Ctrl+U")
    settle()
    assert desk.user.role == "official" and not see(shell.foot, "Chỉ người ký") and sign.pin.text() == ""
    assert sign.viewer.unshown(sign._row()), "what another person looked at does not count"


def test_page_that_did_not_show_is_not_seen(opened: Opener) -> None:
    shell, desk = opened("sign")
    sign = screen(shell)
    desk._picture = lambda sheet, max_px: answers.failed("F03")  # type: ignore[method-assign]
    desk.pdf_picture = lambda document_id, page, max_px: answers.failed("F03")  # type: ignore[method-assign]
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
    assert desk.called("refuse") == [(states.normal(desk.sheets).sign_rows[0].document.id, "sai tên người hưởng")]
    assert len(sign.model.rows) == 11 and sign.table.hasFocus()


def test_without_token_everything_but_signing_works(opened: Opener) -> None:
    shell, desk = opened("sign", "error")
    sign = screen(shell)
    assert see(shell, "Chưa cắm USB ký số") and see(shell, "Bạn vẫn xem và đánh dấu trước được. C01")
    assert see(shell.foot, "Cắm USB ký số để ký")
    sign.pin.setText("12345678")
    press("Ctrl+Return")
    settle()
    assert desk.called("sign") == [] and sign.note.code == "C01"
    sign.table.setFocus()
    sign.table.selectRow(3)
    settle()
    read_through(sign)
    press("Space")
    settle()
    assert len(desk.called("mark_seen")) == 1


def test_token_plugged_in_later(opened: Opener) -> None:
    shell, desk = opened("sign", "error")
    desk.token = TokenStatus(TokenState.READY, "Phạm Văn Ký", "UBND Phường Hòa Hưng", "2030-06-30")
    press("Ctrl+Return")
    settle()
    assert see(shell, "Đã cắm USB ký số") and see(shell, "Chứng thư còn hạn đến 30/06/2030")


def test_pin_pad_asks_on_the_device(opened: Opener) -> None:
    """Nothing can be typed here, and signing begins without it."""
    shell, desk = opened("sign")
    sign = screen(shell)
    desk.token, desk.right_pin = replace(desk.token, pin_pad=True), ""
    sign._token(desk.token)
    assert not sign.pin.isEnabled() and sign.pin.placeholderText() == "Nhập trên thiết bị khi được hỏi"
    sign.table.setFocus()
    press("Ctrl+Return")
    settle()
    assert len(desk.called("sign")[0][0]) == 8 and see(shell, "Đã ký 8 văn bản.")
    assert not sign.pin.isEnabled(), "nor after the batch"
    sign._token(replace(desk.token, pin_pad=False))
    assert sign.pin.isEnabled() and sign.pin.placeholderText() == ""


def test_token_card_says_nothing_twice_and_names_a_key_file(opened: Opener) -> None:
    shell, _desk = opened("sign")
    card = screen(shell).side.token_card
    card.show_token(TokenStatus(TokenState.EXPIRED, "Phạm Văn Ký", valid_until="2026-06-30"))
    assert card.title.text() == "Chứng thư đã hết hạn ngày 30/06/2026"
    assert card.lines.text() == "Không ký được; cần cấp lại. C05"
    card.show_token(TokenStatus(TokenState.READY, "Phạm Văn Ký", valid_until="2030-06-30", training=True))
    assert card.title.text() == "Khóa ký trên máy (tập huấn)" and "không có giá trị pháp lý" in card.lines.text()


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


# --- another file


def reports(count: int) -> tuple[SignatureReport, ...]:
    one = SignatureReport(
        "ChuKy1",
        "ỦY BAN NHÂN DÂN PHƯỜNG HÒA HƯNG, THÀNH PHỐ HỒ CHÍ MINH – TRUNG TÂM PHỤC VỤ HÀNH CHÍNH CÔNG " + "QUẬN" * 20,
        "Cơ quan chứng thực số chuyên dùng công vụ (Root CA) – Ban Cơ yếu Chính phủ",
        "2026-11-20T03:00:00+00:00",
        "2026-11-20T03:00:05+00:00",
        "LTA",
        "TOTAL-PASSED",
        None,
        "revision",
        "lta",
        "good",
        True,
        1000,
        (),
        "ỦY BAN NHÂN DÂN PHƯỜNG HÒA HƯNG",
        "2025-01-01T00:00:00+00:00",
        "2030-01-01T00:00:00+00:00",
        "RSASSA-PSS, SHA-256, RSA 3072 bit",
        "government",
    )
    bad = replace(one, indication="TOTAL-FAILED", revocation="revoked", trust_store="national", reasons=(ErrorNote("V04"),))
    return tuple(bad if n == count - 1 and count > 1 else one for n in range(count))


def verified(opened: Opener, count: int, path: Path = Path("/tai-lieu/tep.pdf")) -> Any:
    shell, desk = opened("sign", size=(1366, 697))
    green = count == 1
    verdict = FileVerdict(Verdict.VALID if green else Verdict.INVALID, green, (), reports(count))
    desk.answers["verify_file"] = lambda: answers.now(verdict)
    screen(shell).verify_file(path)
    settle()
    return shell, desk, verdict


@pytest.mark.parametrize("size", [(1366, 697), (1280, 680), (1093, 558)])
@pytest.mark.parametrize("count", [1, 8])
def test_all_that_the_law_asks_is_shown_and_nothing_is_cut(opened: Opener, count: int, size: tuple[int, int]) -> None:
    shell, _, _ = verified(opened, count, Path("/tai-lieu/" + "x" * 150 + ".pdf"))
    shell.resize(*size)
    settle()
    for words in (
        "Cơ quan chứng thực số chuyên dùng công vụ",
        "ỦY BAN NHÂN DÂN PHƯỜNG HÒA HƯNG",
        "20/11/2026 10:00:00 +07:00",
        "20/11/2026 10:00:05 +07:00",
        "Nguyên vẹn ở phần đã ký",
        "Chứng thư có hiệu lực tại thời điểm ký",
        "01/01/2025 07:00:00 +07:00 – 01/01/2030 07:00:00 +07:00",
        "Gốc chuyên dùng công vụ",
        "RSASSA-PSS",
        "PAdES LTA",
        "Không bị thu hồi",
    ):
        assert see(shell, words), words
    assert see(shell, "Đã bị thu hồi") == (count > 1) and see(shell, f"Chữ ký {count}: ")
    panel = screen(shell).viewer.verdict
    assert panel.widget().width() <= panel.viewport().width(), "nothing lies beyond the right edge"
    check(shell)


@pytest.mark.qt_log_ignore("propagateSizeHints")
def test_a_report_is_saved_by_keys(opened: Opener, tmp_path: Path) -> None:
    shell, desk, verdict = verified(opened, 2, tmp_path / "tep.pdf")
    press("Ctrl+S")
    dialog = shell.findChild(QFileDialog)
    assert dialog is not None and dialog.acceptMode() is QFileDialog.AcceptMode.AcceptSave
    dialog.selectFile(str(tmp_path / "bao-cao.pdf"))
    dialog.accept()
    settle()
    assert desk.called("save_report") == [(tmp_path / "bao-cao.pdf", "tep.pdf", verdict)]
    assert see(shell, "Đã lưu báo cáo: bao-cao.pdf")
    desk.answers["save_report"] = lambda: answers.failed("F07", file="bao-cao.pdf")
    panel = screen(shell).viewer.verdict
    panel.save_to(tmp_path / "bao-cao.pdf")
    settle()
    assert see(shell, "Chưa lưu được báo cáo bao-cao.pdf") and not see(shell, "Đã lưu")
    panel.save_to(tmp_path / "tep.pdf")
    assert len(desk.called("save_report")) == 2 and see(shell, "Không ghi đè lên tệp đang kiểm tra")


def test_a_file_dropped_on_the_screen_is_verified(opened: Opener, tmp_path: Path) -> None:
    shell, desk = opened("sign")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "hong.pdf"))])
    how = (Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    entering = QDragEnterEvent(QPoint(300, 300), *how)
    QApplication.sendEvent(screen(shell), entering)
    assert entering.isAccepted()
    QApplication.sendEvent(screen(shell), QDropEvent(QPointF(300, 300), *how))
    settle()
    assert desk.called("verify_file") == [(tmp_path / "hong.pdf",)] and see(shell, "Chữ ký không hợp lệ")


# --- a key at a remote service


def test_a_remote_service_asks_for_pin_and_code_after_the_first_press(opened: Opener) -> None:
    shell, desk = opened("sign")
    sign = screen(shell)
    desk.asks = ("pin", "otp")
    desk.token = TokenStatus(TokenState.READY, remote=True)
    sign._token(desk.token)
    settle()
    assert not sign.pin.isVisible() and not sign.side.otp.isVisible() and see(shell, "Khóa ký từ xa")
    press("Ctrl+Return")
    settle()
    assert see(shell, "Dịch vụ ký từ xa cần mã PIN và mã xác nhận một lần (OTP) vừa gửi.") and sign.pin.hasFocus()
    type_vi(sign.pin, "12345678")
    press("Ctrl+Return")
    settle()
    assert sign.side.otp.hasFocus() and see(shell, "Nhập mã OTP để ký")
    type_vi(sign.side.otp, "778899")
    press("Return")
    settle()
    assert see(shell, "Đã ký 8 văn bản.") and not sign.side.otp.isVisible()
    assert (sign.pin.text(), sign.side.otp.text()) == ("", "")


def test_escape_leaves_the_pin_and_what_was_typed_is_gone(opened: Opener) -> None:
    """Space and X are letters there: whoever goes on with the queue types into the PIN."""
    shell, desk = opened("sign")
    sign = screen(shell)
    desk.token = TokenStatus(TokenState.READY)
    sign._token(desk.token)
    sign.pin.setFocus()
    sign._tell()
    assert "Esc để về hàng chờ" in sign.foot().missing
    type_vi(sign.pin, " x ")
    press("Escape")
    assert sign.table.hasFocus() and sign.pin.text() == "" and "Esc" not in sign.foot().missing


def test_a_key_that_was_not_asked_yet_is_not_said_to_be_missing(opened: Opener) -> None:
    shell, desk = opened("sign")
    sign = screen(shell)
    desk.token = TokenStatus(TokenState.UNKNOWN)
    sign._token(desk.token)
    assert see(shell, "Đang đọc khóa ký…") and not see(shell, "C01") and not see(shell, "Chưa cắm")
    press("Ctrl+Return")
    settle()
    assert sign.foot().missing == "Đang đọc khóa ký…" and not sign.note.isVisible() and desk.called("sign") == []


def test_pin_and_code_are_forgotten_with_the_person(opened: Opener) -> None:
    shell, desk = opened("sign")
    sign = screen(shell)
    desk.token = TokenStatus(TokenState.READY, remote=True)
    sign._token(desk.token)
    sign.side.show_asks(("pin", "otp"))
    type_vi(sign.pin, "12345678")
    type_vi(sign.side.otp, "778899")
    sign.user_changed()
    assert (sign.pin.text(), sign.side.otp.text(), sign.side.asks) == ("", "", ())
