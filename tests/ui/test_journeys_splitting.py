"""What people do on Capture to split and sort, by keys alone."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QFileDialog

from tests.ui import answers, invented
from tests.ui.conftest import Opener, settle
from tests.ui.fakes import FakeDesk
from tests.ui.hands import next_action, press, see, type_vi, visible
from tests.ui.test_catalogue import clipped, english, outside
from ui.views.splitting import SHEETS
from ui.widgets import Pill
from workstation.domain.codes import Separator
from workstation.domain.dossier import DossierState
from workstation.domain.events import DossierDivided
from workstation.domain.ids import DossierId, PageId
from workstation.domain.splitcue import Cue
from workstation.usecases.copylane import TITLE
from workstation.usecases.views import DossierRow, Suggestion


def start(opened: Opener) -> tuple[Any, FakeDesk]:
    return opened("capture")


TWO = (Suggestion(Cue.NATION, PageId("p2"), 2), Suggestion(Cue.RESTART, PageId("p9"), 9))
SLIP = (Suggestion(Cue.SLIP, PageId("p1"), 1, "HS-0018"),)


def suggesting(desk: FakeDesk, *found: Suggestion) -> None:
    desk.views["HS-0019"] = replace(desk.views["HS-0019"], suggestions=found)


def reloaded(shell: Any) -> Any:
    shell.current.reload()
    settle()
    return shell.current


def test_y_splits_where_it_is_suggested_and_goes_to_the_next(opened: Opener) -> None:
    shell, desk = start(opened)
    suggesting(desk, *TWO)
    capture = reloaded(shell)
    assert capture.strip.accessibleDescription() == "Có thể tách ở trang 2 (Quốc hiệu ở đầu trang) – nhấn Y để tách"
    capture.strip.setFocus()
    before = capture.strip.currentIndex().row()
    suggesting(desk, TWO[1])
    press("Y")
    settle()
    assert desk.called("split_before") == [("p2",)]
    assert capture.strip.accessibleDescription() == "Có thể tách ở trang 9 (số trang đếm lại từ 1) – nhấn Y để tách"
    assert before != 8 and capture.strip.currentIndex().row() == 8, "the next page that is asked about is shown"
    suggesting(desk)
    press("N")
    settle()
    assert desk.called("refuse_cue") == [("p9", Cue.RESTART)] and capture.strip.accessibleDescription() == ""
    press("Y")
    settle()
    assert len(desk.called("split_before")) == 1 and see(shell, "Hồ sơ này không có gợi ý nào.")


def test_nothing_is_suggested_in_a_dossier_that_has_gone_on(opened: Opener) -> None:
    shell, desk = start(opened)
    suggesting(desk, *TWO)
    desk.rows[0] = replace(desk.rows[0], state=DossierState.PROCESSING)
    desk.views["HS-0019"] = replace(desk.views["HS-0019"], row=desk.rows[0])
    capture = reloaded(shell)
    press("Y", capture.strip)
    assert capture.strip.accessibleDescription() == "" and desk.called("split_before") == []


def test_y_takes_the_pages_to_the_dossier_of_the_slip(opened: Opener) -> None:
    shell, desk = start(opened)
    suggesting(desk, *SLIP)
    capture = reloaded(shell)
    assert see(shell, "Giấy hẹn của HS-0018 – nhấn Y để mở hồ sơ đó, N để giữ riêng.")
    press("Y", capture.strip)
    settle()
    assert desk.called("follow_slip") == [("HS-0019", "HS-0018")]
    assert capture.view.row.code == "HS-0018" and see(shell, "Đã chuyển các trang vào HS-0018.")


def test_a_refused_slip_is_told_no_more(opened: Opener) -> None:
    shell, desk = start(opened)
    suggesting(desk, *SLIP)
    capture = reloaded(shell)
    suggesting(desk)
    press("N", capture.strip)
    settle()
    assert desk.called("refuse_cue") == [("p1", Cue.SLIP)] and not see(shell, "Giấy hẹn của")


def test_a_dossier_that_takes_no_pages_keeps_them_here(opened: Opener) -> None:
    shell, desk = start(opened)
    suggesting(desk, *SLIP)
    capture = reloaded(shell)
    desk.answers["follow_slip"] = lambda: answers.failed("Q11", dossier="HS-0018")
    press("Y", capture.strip)
    settle()
    assert see(shell, "Hồ sơ HS-0018 đã chuyển khâu sau nên không nhận thêm trang.") and capture.view.row.code == "HS-0019"


def test_a_code_that_is_typed_or_scanned_opens_its_dossier(opened: Opener) -> None:
    shell, _desk = start(opened)
    capture = shell.current
    press("Ctrl+G")
    assert capture.splitting.code.edit.hasFocus()
    press("Return")
    assert see(shell, "Cần nhập mã")
    type_vi(capture.splitting.code.edit, "HS-9999")
    press("Return")
    settle()
    assert see(shell, "Chưa có hồ sơ nào mang mã này trên máy này.") and capture.strip.hasFocus()
    press("Ctrl+G")
    type_vi(capture.splitting.code.edit, "HS-0016")
    press("Return")
    settle()
    assert capture.view.row.code == "HS-0016" and not capture.splitting.code.isVisible()


@pytest.mark.qt_log_ignore("propagateSizeHints")
@pytest.mark.parametrize("keys, name, call", [
    ("Ctrl+P", "phieu-giao-nhan-HS-0019.pdf", ("save_slip", ("HS-0019",))),
    ("Ctrl+Shift+P", "to-phan-cach-van-ban.pdf", ("save_separators", (Separator.DOCUMENT, SHEETS))),
    ("Ctrl+Alt+P", "to-phan-cach-ho-so.pdf", ("save_separators", (Separator.DOSSIER, SHEETS))),
])  # fmt: skip
def test_sheets_are_saved_to_be_printed(opened: Opener, tmp_path: Path, keys: str, name: str, call: Any) -> None:
    shell, desk = start(opened)
    press(keys)
    dialog = shell.findChild(QFileDialog)
    assert dialog is not None and Path(dialog.selectedFiles()[0]).name == name
    dialog.setDirectory(str(tmp_path))
    dialog.selectFile(name)
    dialog.accept()
    settle()
    assert desk.called(call[0]) == [(tmp_path / name, *call[1])]
    assert see(shell, "Mở tệp rồi in ra giấy A4, đúng cỡ thật.")


def test_a_stack_that_was_parted_goes_on_in_its_last_dossier(opened: Opener) -> None:
    shell, desk = start(opened)
    desk.bus.publish(DossierDivided(DossierId("HS-0015"), (DossierId("HS-0014"),)))
    settle()
    assert shell.current.view.row.code == "HS-0019", "another dossier's"
    desk.bus.publish(DossierDivided(DossierId("HS-0019"), (DossierId("HS-0018"), DossierId("HS-0017"))))
    settle()
    assert shell.current.view.row.code == "HS-0017" and see(shell, "đã chia chồng giấy thành 3 hồ sơ")


def test_a_separator_sheet_says_what_it_is(opened: Opener) -> None:
    shell, desk = start(opened)
    view = desk.views["HS-0019"]
    sheet = invented.page(10, "", desk.sheets["blank"], dropped=True, separator="front", document_id=None)
    desk.views["HS-0019"] = replace(view, pages=(*view.pages, sheet))
    capture = reloaded(shell)
    capture.strip.setCurrentIndex(capture.pages.index(9, 0))
    settle()
    assert capture.pages.index(9, 0).data() == "Trang 10, Tờ phân cách"
    assert see(shell, "Tờ phân cách: không vào văn bản nào, ảnh gốc vẫn giữ") and see(shell, "Lấy lại trang  (Del)")


# --- the fast lane


class Keys(QObject):
    """Counts what a hand presses; modifier keys by themselves are none."""

    def __init__(self) -> None:
        super().__init__()
        self.pressed: list[int] = []
        app = QApplication.instance()
        assert app is not None
        app.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.KeyPress and watched is QApplication.focusWidget():
            self.pressed.append(event.key())  # type: ignore[attr-defined]
        return False


def lane_pill(shell: Any) -> bool:
    return any(p.text() == "Chứng thực nhanh" for p in visible(shell, Pill))


def scanned(desk: FakeDesk, sheets: int) -> Any:
    """The lane's dossiers as they stand after a scan of so many sheets: the one that was opened first, and the others."""
    first = desk.rows[0]
    rows = [replace(first, pages=1)]
    for n in range(1, sheets):
        rows.insert(0, DossierRow(DossierId(f"C{n}"), f"HS-01{n:02d}", TITLE, 1, DossierState.SCANNING, (), 0, 0, None))
    desk.rows = [*rows, *desk.rows[1:]]
    for row in rows:
        base = desk.views["HS-0019"]
        page = invented.page(100 + rows.index(row), f"{row.id}-d1", desk.sheets["decision"])
        desk.views[row.id] = replace(base, row=row, pages=(page,), documents=(), missing=None, missing_page=None)
    return answers.now(sheets)


def test_a_certified_copy_takes_two_keys(opened: Opener) -> None:
    shell, desk = start(opened)
    press("Ctrl+J")
    assert lane_pill(shell)
    keys = Keys()
    done: list[str] = []
    desk.answers["scan_copies"] = lambda: scanned(desk, 1)
    desk.answers["finish_capture"] = lambda: finish(desk, done)
    for _ in range(3):
        press("F5")
        settle()
        assert next_action(shell).startswith("Xong hồ sơ")
        press("Ctrl+Return")
        settle()
    copies = len(desk.called("finish_capture"))
    assert copies == 3 and len(set(done)) == 3, "each sheet is a dossier of its own"
    assert len(keys.pressed) / copies <= 3, keys.pressed
    assert {c[0] for c in desk.called("new_dossier")} == {TITLE} and desk.called("scan") == []


def finish(desk: FakeDesk, done: list[str]) -> Any:
    dossier_id = desk.called("finish_capture")[-1][0]
    done.append(dossier_id)
    desk.rows = [replace(r, state=DossierState.PROCESSING) if r.id == dossier_id else r for r in desk.rows]
    row = next(r for r in desk.rows if r.id == dossier_id)
    desk.views[dossier_id] = replace(desk.views[dossier_id], row=row)
    return answers.now(None)


def test_a_stack_of_copies_is_worked_off_one_after_another(opened: Opener) -> None:
    _shell, desk = start(opened)
    press("Ctrl+J")
    done: list[str] = []
    desk.answers["scan_copies"] = lambda: scanned(desk, 3)
    desk.answers["finish_capture"] = lambda: finish(desk, done)
    press("F5")
    settle()
    for _ in range(3):
        press("Ctrl+Return")
        settle()
    assert done[1:] == ["C1", "C2"] and len(set(done)) == 3, "oldest first"


def test_a_copy_that_fails_a_check_is_not_passed_on(opened: Opener) -> None:
    shell, desk = start(opened)
    press("Ctrl+J")

    def blurred() -> Any:
        scanned(desk, 1)
        row = desk.rows[0]
        page = replace(desk.views[row.id].pages[0], failing=(invented.BLUR,))
        missing = replace(desk.views["HS-0019"], row=row, pages=(page,), missing_page=page.id)
        desk.views[row.id] = missing
        return answers.now(1)

    desk.answers["scan_copies"] = blurred
    press("F5")
    settle()
    press("Ctrl+Return")
    settle()
    assert desk.called("finish_capture") == [] and see(shell, "A02")


def test_a_scan_profile_for_copies_turns_the_lane_on_and_another_off(opened: Opener, sheets: Any) -> None:
    shell, desk = start(opened)
    desk.profiles_for_copies = frozenset({"A4 hai mặt"})
    shell.current.setup.setCurrentText("A4 hai mặt")
    assert lane_pill(shell)
    shell.current.setup.setCurrentText("A3 một mặt")
    assert not lane_pill(shell)
    press("Ctrl+J")
    press("Ctrl+J")
    assert not lane_pill(shell)
    press("F5")
    settle()
    assert len(desk.called("scan")) == 1 and desk.called("scan_copies") == []


def test_files_go_into_the_dossier_on_the_screen_in_the_lane_too(opened: Opener) -> None:
    shell, desk = start(opened)
    press("Ctrl+J")
    shell.current.take_in([Path("a.jpg"), Path("b.jpg")])
    settle()
    assert desk.called("import_files") == [("HS-0019", (Path("a.jpg"), Path("b.jpg")))] and desk.called("new_dossier") == []


def test_an_empty_feeder_leaves_one_dossier_behind_however_often_it_is_tried(opened: Opener) -> None:
    shell, desk = start(opened)
    press("Ctrl+J")
    desk.answers["scan_copies"] = lambda: answers.failed("Q02")
    for _ in range(3):
        press("F5", shell.current.strip)
        settle()
    assert len(desk.called("scan_copies")) == 3 and len(desk.called("new_dossier")) == 1


@pytest.mark.parametrize("size", [(1366, 697), (1093, 558)], ids=["100 %", "125 %"])
def test_the_sheet_of_keys_has_room_for_all_of_them(opened: Opener, size: tuple[int, int]) -> None:
    shell, _desk = opened("capture", size=size)
    shell.toggle_keys()
    assert see(shell.key_sheet, "Mở hồ sơ theo mã") and see(shell.key_sheet, "Làm lại")
    assert outside(shell) == [] and clipped(shell.key_sheet) == [] and english(shell.key_sheet) == []
