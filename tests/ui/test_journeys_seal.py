"""Văn thư at Sign: numbers, dates and seals what officials have signed; by keys alone."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Opener, settle
from tests.ui.hands import next_action, press, see, type_vi
from tests.ui.paper import Sheet
from tests.ui.sealing import SealingDesk
from ui.models.signing import proposed
from workstation.domain.ids import DocumentId
from workstation.usecases.seal import SealWish

FIRST, SECOND, THIRD = (DocumentId(f"HS-0016-d{n}") for n in (1, 2, 3))


@pytest.fixture
def desk(sheets: dict[str, Sheet]) -> SealingDesk:
    return SealingDesk(sheets)


def look(sign: Any, rows: int) -> None:
    """Space, until so many documents are marked as seen."""
    for _ in range(40):
        if sum(r.seen for r in sign.model.rows) >= rows:
            return
        press("Space", sign.table)
        settle()
    raise AssertionError("not seen")


def test_the_registrar_seals_by_keys_with_the_next_numbers_of_the_symbol(opened: Opener, desk: SealingDesk) -> None:
    shell, _ = opened("sign", desk=desk)
    sign: Any = shell.current
    assert see(shell, "Hôm nay: đã đóng dấu") and not see(shell, "đã ký ")
    assert see(shell, "Chờ đóng dấu: 3 văn bản") and see(shell, "Đã ký: Phạm Văn Ký") and see(shell, "Ký hiệu QĐ-UBND")
    assert sign.side.number.isVisible() and sign.side.number.text() == "128" and see(shell, "/QĐ-UBND · ngày 21/11/2026")
    look(sign, 3)
    assert next_action(shell).startswith("Đóng dấu 3 văn bản")
    assert sign.side.number.text() == "129", "the third document, after the first's"
    press("Ctrl+Return")
    settle()
    assert sign.pin.hasFocus() and not desk.called("seal")
    type_vi(sign.pin, "12345678")
    press("Return")
    settle()
    ((wishes,),) = desk.called("seal")
    assert wishes == (SealWish(FIRST, "128"), SealWish(SECOND, "118"), SealWish(THIRD, "129"))
    assert see(shell, "Đã đóng dấu 3 văn bản.") and see(shell, "Không có văn bản chờ đóng dấu") and not desk.called("sign")


def test_a_number_that_is_typed_counts_and_the_others_pass_it_over(opened: Opener, desk: SealingDesk, qtbot: QtBot) -> None:
    shell, _ = opened("sign", desk=desk)
    sign: Any = shell.current
    look(sign, 3)
    sign.table.selectRow(0)
    settle()
    sign.side.number.setFocus()
    sign.side.number.selectAll()
    type_vi(sign.side.number, "129")
    qtbot.waitUntil(lambda: desk.called("mark_places")[-1] == (FIRST, {}, "129"))  # the mark shows what will be written
    assert sign._proposed() == {FIRST: "129", SECOND: "118", THIRD: "128"}
    type_vi(sign.pin, "12345678")
    press("Ctrl+Return", sign.table)
    settle()
    ((wishes,),) = desk.called("seal")
    assert [w.number for w in wishes] == ["129", "118", "128"]


def test_what_is_no_number_takes_the_focus_there_and_a_taken_one_is_told_beside_its_row(
    opened: Opener, desk: SealingDesk
) -> None:
    shell, _ = opened("sign", desk=desk)
    sign: Any = shell.current
    look(sign, 3)
    sign.table.selectRow(0)
    settle()
    number = sign.side.number
    number.setFocus()
    number.selectAll()
    type_vi(number, "x")
    sign.table.selectRow(2)
    settle()
    press("Ctrl+Return", sign.table)
    settle()
    assert number.hasFocus() and number.text() == "x" and see(shell, "Nhập số văn bản: 1 đến 6 chữ số")
    assert not desk.called("seal")
    number.selectAll()
    type_vi(number, "7")
    type_vi(sign.pin, "12345678")
    press("Return", number)
    settle()
    assert see(shell, "1 văn bản chưa đóng dấu được: Số 07/QĐ-UBND đã cấp cho văn bản khác.")
    assert [r.document.id for r in sign.model.rows] == [FIRST] and number.text() == "7"


def test_each_mark_is_moved_by_keys_or_mouse_and_signed_there(opened: Opener, desk: SealingDesk) -> None:
    shell, _ = opened("sign", desk=desk)
    sign: Any = shell.current
    canvas = sign.viewer.canvas
    assert len(canvas._stamps) == 3 and canvas.stamp.place.preset == "N1"
    press("Alt+Right", sign.table)
    settle()
    press("Alt+S", sign.table)
    press("Alt+S", sign.table)
    settle()
    assert canvas.stamp.place.preset == "S2"
    press("Alt+Up", sign.table)
    settle()
    assert sign.viewer.mark_moves == {FIRST: {"N1": (1.0, 0.0), "S2": (0.0, -1.0)}}
    mm = canvas.picture.width() / 210
    start = QPointF(150 * mm, 41 * mm)
    a, b = (canvas.mapFromScene(p) for p in (start, start + QPointF(-4 * mm, 2 * mm)))
    QTest.mousePress(canvas.viewport(), Qt.MouseButton.LeftButton, pos=a)
    QTest.mouseMove(canvas.viewport(), b)
    QTest.mouseRelease(canvas.viewport(), Qt.MouseButton.LeftButton, pos=b)
    settle()
    assert sign.viewer.mark_moves[FIRST]["N2"] == pytest.approx((-4, 2), abs=0.5)
    press("Alt+Home", sign.table)
    settle()
    assert "N2" not in sign.viewer.mark_moves[FIRST], "the one that was touched last goes home"
    look(sign, 1)
    type_vi(sign.pin, "12345678")
    press("Ctrl+Return", sign.table)
    settle()
    ((wishes,),) = desk.called("seal")
    assert wishes == (SealWish(FIRST, "128", {"N1": (1.0, 0.0), "S2": (0.0, -1.0)}),)
    assert FIRST not in sign.viewer.mark_moves


def test_a_proposed_number_passes_over_those_on_paper_and_is_of_its_own_year(desk: SealingDesk) -> None:
    first, printed, last = (replace(r, seen=True) for r in desk.sign_rows)
    rows = [first, replace(printed, number="128"), replace(last, issued="2027-01-04", next_number=1)]
    assert proposed(rows, {FIRST: "1"}, None) == {FIRST: "1", SECOND: "128", THIRD: "01"}, "another year's series"
    assert proposed(rows, {}, None)[FIRST] == "129", "128 is printed on one that waits to be registered"


@pytest.mark.qt_log_ignore("propagateSizeHints")
def test_a_seal_that_is_missing_is_a_failed_check_and_chosen_by_keys(opened: Opener, desk: SealingDesk, tmp_path: Path) -> None:
    desk.lack_seal()
    shell, _ = opened("sign", desk=desk)
    sign: Any = shell.current
    assert sign.viewer.note.button.text() == "Chọn ảnh dấu" and see(shell, "Chưa có ảnh dấu của cơ quan.")
    look(sign, 3)
    type_vi(sign.pin, "12345678")
    press("Ctrl+Return", sign.table)
    settle()
    assert not desk.called("seal") and sign.pin.text(), "nothing is chosen that can't be sealed, and no PIN is used"
    press("Ctrl+I", sign.table)
    dialog = next(d for d in sign.viewer.findChildren(QFileDialog) if d.isVisible())
    dialog.filesSelected.emit([str(seal(tmp_path))])
    dialog.reject()
    settle()
    assert desk.called("keep_seal") == [(tmp_path / "dau.png",)] and not sign.viewer.note.isVisible()
    assert len(sign.chosen()) == 3


def seal(folder: Path) -> Path:
    """A red ring on nothing."""
    image = QImage(360, 360, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    pen = painter.pen()
    pen.setColor(QColor(200, 20, 30))
    pen.setWidth(14)
    painter.setPen(pen)
    painter.drawEllipse(12, 12, 336, 336)
    painter.drawEllipse(90, 90, 180, 180)
    painter.end()
    image.save(str(folder / "dau.png"))
    return folder / "dau.png"


def test_a_blank_that_was_only_guessed_is_said_until_its_mark_is_moved(opened: Opener, desk: SealingDesk) -> None:
    desk.guessed = True
    shell, _ = opened("sign", desk=desk)
    sign: Any = shell.current
    assert see(shell, "Chưa đọc được chỗ ghi số hoặc ngày")
    press("Alt+Down", sign.table)
    settle()
    assert not sign.viewer.note.isVisible()


def test_who_comes_after_finds_no_number_of_the_last_one(opened: Opener, desk: SealingDesk) -> None:
    shell, _ = opened("sign", desk=desk)
    sign: Any = shell.current
    sign.side.number.setFocus()
    sign.side.number.selectAll()
    type_vi(sign.side.number, "500")
    press("Ctrl+U", sign.table)
    assert sign._numbers == {}


def test_a_seal_over_print_is_said_until_it_is_moved_off(opened: Opener, desk: SealingDesk) -> None:
    desk.prints = {"S2"}
    shell, _ = opened("sign", desk=desk)
    sign: Any = shell.current
    assert see(shell, "Con dấu đè lên chữ in")
    for keys in ("Alt+S", "Alt+S", "Alt+Down"):
        press(keys, sign.table)
        settle()
    assert not sign.viewer.note.isVisible()
