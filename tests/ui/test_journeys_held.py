"""A page that was stopped by a mark of a state secret, on Capture and on Pages: two ways out, by keys or by buttons."""

from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtWidgets import QPushButton

from tests.ui import verifystates
from tests.ui.conftest import Opener, settle
from tests.ui.fakes import FakeDesk
from tests.ui.hands import press, see, type_vi, visible
from tests.ui.paper import Sheet
from workstation.domain.errors import ErrorNote
from workstation.domain.page import PageState


def stop(desk: FakeDesk, number: int) -> None:
    view = desk.views["HS-0019"]
    held = replace(
        view.pages[number - 1], state=PageState.HELD, thumbnail=None, error=ErrorNote("K20"), findings=(), failing=(), recipe=()
    )
    pages = tuple(held if p.number == number else replace(p, failing=()) for p in view.pages)
    desk.views["HS-0019"] = replace(view, pages=pages, missing=ErrorNote("K20", (("page", number),)))


def at_page(opened: Opener, name: str, number: int) -> tuple[Any, FakeDesk, Any]:
    shell, desk = opened("capture")
    stop(desk, number)
    shell.open("pages")
    desk.calls.clear()
    shell.open(name)
    settle()
    screen: Any = shell.current
    tiles, model = (screen.strip, screen.pages) if name == "capture" else (screen.grid, screen.grid.pages)
    tiles.setFocus()
    tiles.setCurrentIndex(model.index(number - 1, 0))
    settle()
    return shell, desk, screen


@pytest.mark.parametrize("name", ["capture", "pages"])
def test_erasing_asks_for_the_word_and_takes_all_that_are_chosen(opened: Opener, name: str) -> None:
    shell, desk, screen = at_page(opened, name, 4)
    assert see(shell, "Trang 4 có dấu độ mật nên đã dừng") and see(shell, "Dừng 1 trang có dấu độ mật")
    assert [c for c in desk.called("page_picture") if c[0] == "p4"] == []
    reason = screen.commands._reason
    press("Shift+Right")
    press("Ctrl+Shift+Del")
    assert see(shell, "Xóa hẳn trang 4, 5: gõ XÓA") and reason.edit.hasFocus()
    type_vi(reason.edit, "ừ")
    press("Return")
    settle()
    assert desk.called("remove_secret") == [] and see(shell, "Chưa xóa trang nào: cần gõ đúng chữ XÓA.")
    press("Ctrl+Shift+Del")
    press("Escape")
    press("Ctrl+Shift+Del")
    type_vi(reason.edit, "xóa")
    press("Return")
    settle()
    assert desk.called("remove_secret") == [("HS-0019", ("p4", "p5"))] and desk.called("keep_page") == []
    assert see(shell, "Đã xóa 2 trang cùng mọi tệp của chúng khỏi trạm này")


@pytest.mark.parametrize("name", ["capture", "pages"])
def test_it_is_none_and_is_read_on(opened: Opener, name: str) -> None:
    _, desk, _ = at_page(opened, name, 4)
    press("Ctrl+Shift+D")
    settle()
    assert desk.called("not_secret") == [("p4",)]


def test_the_card_has_a_button_for_each_and_none_for_other_pages(opened: Opener) -> None:
    shell, desk, capture = at_page(opened, "capture", 4)
    ways = {b.text().partition("  ")[0]: b for b in visible(shell, QPushButton)}
    assert "Bỏ trang" not in ways and "Quét lại" not in ways
    ways["Không phải – đọc tiếp"].click()
    settle()
    assert desk.called("not_secret") == [("p4",)]
    capture.strip.setCurrentIndex(capture.pages.index(0, 0))
    settle()
    assert not {"Không phải – đọc tiếp", "Đúng là tài liệu mật – xóa"} & {
        b.text().partition("  ")[0] for b in visible(shell, QPushButton)
    }
    press("Ctrl+Shift+Del")
    assert see(shell, "Không trang nào trong số này đang dừng vì dấu độ mật.")
    press("K")
    assert desk.called("remove_secret") == []


def test_verify_says_that_a_page_of_the_document_is_stopped(opened: Opener, sheets: dict[str, Sheet]) -> None:
    desk = verifystates.blind(sheets)
    first, *others = desk.queue[0].pages
    stopped = replace(first, number=3, state=PageState.HELD, thumbnail=None)
    shell, _ = opened("verify", desk=verifystates.with_fields(desk, {}, pages=(stopped, *others)))
    assert see(shell, "Trang 3 có dấu độ mật nên đã dừng") and not see(shell, "không xem bản trước;")
