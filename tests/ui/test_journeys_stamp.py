"""The visible mark of a signature on Sign: where it stands, and the signer's own handwritten signature."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QGraphicsPixmapItem

from tests.ui.conftest import Opener, settle
from tests.ui.hands import press, see, type_vi


def screen(shell: Any) -> Any:
    return shell.current


# --- where the stamp stands


def test_the_stamp_is_moved_by_keys_kept_and_signed_there(opened: Opener) -> None:
    shell, desk = opened("sign")
    sign = screen(shell)
    first = sign._row().document.id
    canvas = sign.viewer.canvas
    at_home = canvas.stamp.rect()
    assert not sign.viewer.home.isVisible()
    for keys in ("Alt+Left", "Alt+Left", "Alt+Down"):
        press(keys)
        settle()
    assert sign.viewer.moves == {first: (-2.0, 1.0)} and sign.viewer.home.isVisible()
    unit = canvas.picture.width() / 210
    assert canvas.stamp.rect().left() == pytest.approx(at_home.left() - 2 * unit)
    assert canvas.stamp.rect().top() == pytest.approx(at_home.top() + unit)
    sign.table.selectRow(1)
    settle()
    assert canvas.stamp.rect().left() == pytest.approx(at_home.left()), "each document has its own"
    sign.table.selectRow(0)
    settle()
    assert canvas.stamp.rect().left() == pytest.approx(at_home.left() - 2 * unit)
    sign.pin.setFocus()
    type_vi(sign.pin, "12345678")
    press("Return")
    settle()
    assert desk.called("sign")[0][1] == {first: (-2.0, 1.0)} and sign.viewer.moves == {}


def test_the_stamp_stops_at_what_the_preset_allows_and_goes_home(opened: Opener) -> None:
    shell, _desk = opened("sign")
    sign = screen(shell)
    first = sign._row().document.id
    for _ in range(8):
        press("Alt+Right")
        settle()
    assert sign.viewer.moves[first] == (4.0, 0.0), "2 mm from the edge"
    press("Alt+Home")
    settle()
    assert sign.viewer.moves == {} and not sign.viewer.home.isVisible()


@pytest.mark.parametrize(("right", "down", "expected"), [(-40, 15, (-40, 15)), (-150, 200, (-60, 30)), (90, -90, (4, -2))])
def test_the_stamp_is_dragged(opened: Opener, right: int, down: int, expected: tuple[int, int]) -> None:
    shell, desk = opened("sign")
    sign = screen(shell)
    first, canvas = sign._row().document.id, sign.viewer.canvas
    mm = canvas.picture.width() / 210
    start = canvas.stamp.rect().center()
    a, b = (canvas.mapFromScene(p) for p in (start, start + QPointF(right * mm, down * mm)))
    view = canvas.viewport()
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=a)
    QTest.mouseMove(view, b)
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=b)
    settle()
    assert sign.viewer.moves[first] == pytest.approx(expected, abs=0.5)
    assert desk.called("stamp_place")[-1] == (first, sign.viewer.moves[first]), "drawn where signing will put it"
    assert sign.table.hasFocus() or shell.focusWidget() is not None


def test_a_page_beside_the_stamp_is_no_grip_and_unsigned_rows_have_none(opened: Opener) -> None:
    shell, _desk = opened("sign")
    sign = screen(shell)
    canvas = sign.viewer.canvas
    at = canvas.mapFromScene(canvas.stamp.rect().bottomLeft() + QPointF(0, 60))
    QTest.mousePress(canvas.viewport(), Qt.MouseButton.LeftButton, pos=at)
    QTest.mouseRelease(canvas.viewport(), Qt.MouseButton.LeftButton, pos=at + QPoint(-50, 20))
    assert sign.viewer.moves == {}
    failing = next(i for i, r in enumerate(sign.model.rows) if not all(c.ok for c in r.gate))
    sign.table.selectRow(failing)
    settle()
    assert canvas.stamp is None
    press("Alt+Left")
    assert sign.viewer.moves == {}


def test_keys_move_no_stamp_behind_a_verdict_or_during_a_batch(opened: Opener) -> None:
    shell, desk = opened("sign", "busy")
    sign = screen(shell)
    sign.verify_file(Path("/tai-lieu/tot.pdf"))
    settle()
    press("Alt+Left", sign.table)
    assert sign.viewer.moves == {}
    press("Escape", sign.table)
    sign.pin.setFocus()
    type_vi(sign.pin, "12345678")
    press("Return")
    settle(300)
    sign.viewer._move((-5.0, 0.0))
    assert sign.viewer.moves == {}, "what is being signed stands where it stood"
    desk.release()
    settle()


def test_a_reload_takes_no_stamp_from_the_hand(opened: Opener) -> None:
    shell, desk = opened("sign")
    sign = screen(shell)
    canvas = sign.viewer.canvas
    start = canvas.mapFromScene(canvas.stamp.rect().center())
    QTest.mousePress(canvas.viewport(), Qt.MouseButton.LeftButton, pos=start)
    asked = len(desk.called("stamp_place"))
    sign.reload()
    settle()
    assert canvas.stamp.held and len(desk.called("stamp_place")) == asked
    desk.token = replace(desk.token, owner="Lê Văn Mẫu")
    sign._token(desk.token)
    settle()
    assert canvas.stamp.held and len(desk.called("stamp_place")) == asked + 1, "another name may need another frame"
    QTest.mouseRelease(canvas.viewport(), Qt.MouseButton.LeftButton, pos=start + QPoint(-30, 10))
    settle()
    assert sign.viewer.moves and not canvas.stamp.held


# --- a text that the office issues: the signer's own handwritten signature


def pen(folder: Path) -> Path:
    """Blue ink on nothing."""
    image = QImage(300, 120, QImage.Format.Format_ARGB32)
    image.fill(QColor(20, 40, 190, 200))
    image.save(str(folder / "chu-ky.png"))
    return folder / "chu-ky.png"


@pytest.mark.qt_log_ignore("propagateSizeHints")
def test_a_missing_signature_is_asked_for_chosen_by_keys_and_drawn(opened: Opener, tmp_path: Path) -> None:
    shell, desk = opened("sign")
    desk.issued = True
    sign = screen(shell)
    sign.viewer._ask_place()
    settle()
    note = sign.viewer.note
    assert note.isVisible() and see(shell, "Chưa có ảnh chữ ký tay của người ký.") and note.button.text() == "Chọn ảnh chữ ký"
    press("Ctrl+I")
    dialog = next(d for d in sign.viewer.findChildren(QFileDialog) if d.isVisible())
    dialog.filesSelected.emit([str(pen(tmp_path))])
    dialog.reject()
    settle()
    assert [c[0] for c in desk.called("keep_hand")] == [tmp_path / "chu-ky.png"] and not note.isVisible()
    stamp = sign.viewer.canvas.stamp
    assert stamp is not None and any(isinstance(i, QGraphicsPixmapItem) for i in stamp.childItems())


def test_a_picture_that_can_not_be_used_says_why(opened: Opener, tmp_path: Path) -> None:
    shell, desk = opened("sign")
    desk.issued, desk.hand_fault = True, "opaque"
    viewer = screen(shell).viewer
    viewer.take_picture([pen(tmp_path)])
    settle()
    assert "ảnh phải có nền trong suốt" in viewer.note.text.text() and desk.hand is None


def test_a_place_that_was_only_guessed_is_said_until_the_signer_moves_it(opened: Opener, tmp_path: Path) -> None:
    shell, desk = opened("sign")
    desk.issued, desk.guessed, desk.hand = True, True, pen(tmp_path)
    viewer = screen(shell).viewer
    viewer._ask_place()
    settle()
    assert "chưa biết chỗ ký" in viewer.note.text.text()
    press("Alt+Down")
    settle()
    assert not viewer.note.isVisible() and next(iter(viewer.moves.values())) == (0.0, 1.0)


def test_who_is_no_signer_chooses_no_signature(opened: Opener) -> None:
    shell, desk = opened("sign")
    desk.user = desk.users[0]
    press("Ctrl+I")
    settle()
    assert not screen(shell).viewer.findChildren(QFileDialog)
