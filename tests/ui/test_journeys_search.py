"""Searching by keys alone, and what the screen says on the way."""

from dataclasses import replace
from datetime import date

import pytest
from PySide6.QtWidgets import QApplication, QPushButton

from tests.ui.answers import failed, now
from tests.ui.conftest import Opener, settle
from tests.ui.fakes import FakeDesk
from tests.ui.hands import commit_vi, press, see, type_vi, visible
from tests.ui.searching import hit
from tests.ui.test_catalogue import check
from ui.shell import Shell
from ui.views.search import SearchScreen
from workstation.domain.ids import DocumentId
from workstation.domain.searchquery import Filters
from workstation.usecases.desksearch import Desktop
from workstation.usecases.search import Hits


def screen(shell: Shell) -> SearchScreen:
    found = shell.screens["search"]
    assert isinstance(found, SearchScreen)
    return found


def asked(shell: Shell, typed: str) -> SearchScreen:
    """After somebody typed that, and waited."""
    commit_vi(screen(shell).box, typed)
    wait_for_hits(shell)
    return screen(shell)


def wait_for_hits(shell: Shell) -> None:
    timer = screen(shell)._typing
    if timer.isActive():
        timer.setInterval(0)  # the pause itself is no test's business
        timer.start()
    settle()


def of(desk: FakeDesk, document_id: DocumentId) -> None:
    """One hit: that document."""
    desk.answers["search"] = lambda: now(Hits((replace(hit(0, "x"), document_id=document_id),), False, True, 0))


def test_from_any_screen_by_keys_to_a_dossier(opened: Opener) -> None:
    shell, desk = opened("outbox")
    press("Ctrl+F")
    box = screen(shell).box
    assert shell.current is screen(shell) and QApplication.focusWidget() is box
    type_vi(box, "nguyễn thị mẫu")
    wait_for_hits(shell)
    assert desk.called("search")[-1] == ("nguyễn thị mẫu", Filters(), 0, True)
    press("Down")
    press("Down")
    press("Return")
    settle()
    assert desk.called("hit_place") == [("HS-0012-d1",)]
    assert shell.current.place.id == "capture"
    at = shell.current.at()
    assert at is not None and at.dossier_id == "HS-0012"


def test_a_document_that_waits_for_this_person_opens_on_its_own_screen(opened: Opener) -> None:
    shell, desk = opened("search")
    desk.opens, wanted = Desktop.VERIFY, desk.queue[1].id
    of(desk, wanted)
    asked(shell, "giấy")
    press("Ctrl+Return")
    settle()
    assert shell.current.place.id == "verify" and shell.current.document.id == wanted  # type: ignore[attr-defined]
    desk.user, desk.opens, wanted = desk.users[2], Desktop.SIGN, desk.sign_rows[5].document.id
    of(desk, wanted)
    press("F8")
    settle()
    press("Ctrl+Return")
    settle()
    assert shell.current.place.id == "sign" and shell.current._row().document.id == wanted  # type: ignore[attr-defined]


def test_enter_goes_to_the_hits_of_whole_words(opened: Opener) -> None:
    shell, desk = opened("search")
    type_vi(screen(shell).box, "mai tang")
    press("Return")
    settle()
    assert desk.called("search") == [("mai tang", Filters(), 0, False)]
    assert QApplication.focusWidget() is screen(shell).table
    press("Escape")
    assert QApplication.focusWidget() is screen(shell).box
    press("Escape")
    assert screen(shell).box.text() == "" and see(shell, "Tìm trong mọi văn bản trên máy này")
    assert not screen(shell).escape()


def test_what_is_typed_is_asked_as_one_form_of_unicode(opened: Opener) -> None:
    shell, desk = opened("search")
    asked(shell, "hòa")
    assert desk.called("search")[-1][0] == "hòa"


def test_filters(opened: Opener) -> None:
    shell, desk = opened("search")
    view = screen(shell)
    view.type.setCurrentIndex(1)
    view.state.setCurrentIndex(view.state.findText("Đã ký"))
    for field, typed in ((view.first, "1/7/2025"), (view.last, "31122025"), (view.organ, "bến mẫu"), (view.code, "HS-0009")):
        type_vi(field, typed)
    wait_for_hits(shell)
    typed, filters, *_ = desk.called("search")[-1]
    assert typed == ""
    assert filters == Filters(str(view.type.itemData(1)), date(2025, 7, 1), date(2025, 12, 31), "bến mẫu", "HS-0009", ("signed",))
    before = len(desk.called("search"))
    view.last.setText("31/13/2025")
    wait_for_hits(shell)
    assert len(desk.called("search")) == before and see(shell, "Ngày chưa đúng, ví dụ 14/3/2019")
    press("Ctrl+Return")
    assert QApplication.focusWidget() is view.last


def test_the_next_hits_come_as_somebody_scrolls_down(opened: Opener) -> None:
    shell, desk = opened("search")
    desk.found = 120
    view = asked(shell, "mẫu")
    assert see(shell, "50 văn bản đầu, cuộn để xem tiếp")
    for _ in range(3):
        view.table.verticalScrollBar().setValue(view.table.verticalScrollBar().maximum())
        settle()
    assert [call[2] for call in desk.called("search")] == [0, 50, 100]
    assert len(view.model.rows) == 120 and see(shell, "Tìm thấy 120 văn bản")


def test_an_index_that_fails_says_so_and_is_asked_again(opened: Opener) -> None:
    shell, desk = opened("search")
    desk.search_fault = "T02"
    asked(shell, "mẫu")
    assert screen(shell).note.code == "T02" and see(shell, "Hồ sơ vẫn nguyên")
    check(shell)
    desk.search_fault = ""
    next(b for b in visible(screen(shell), QPushButton) if b.text() == "Thử lại").click()
    settle()
    assert screen(shell).model.rows and not screen(shell).note.isVisible()


def test_who_may_not_search_is_told(opened: Opener) -> None:
    shell, desk = opened("search")
    desk.search_fault = "T03"
    asked(shell, "mẫu")
    assert screen(shell).note.code == "T03"
    desk.search_fault = ""
    press("Ctrl+U")
    settle()
    assert screen(shell).model.rows


def test_older_documents_are_looked_through_when_somebody_wants_it(opened: Opener) -> None:
    shell, desk = opened("search")
    desk.searched_all, desk.waiting = False, 12
    asked(shell, "mẫu")
    assert see(shell, "mới tìm trong các văn bản gần đây") and see(shell, "12 văn bản mới đang vào chỉ mục")
    check(shell)
    press("Ctrl+Shift+F")
    settle()
    assert not screen(shell).note.isVisible() and not see(shell, "Tìm cả các văn bản cũ nhất")


@pytest.mark.parametrize("size", [(1366, 697), (1280, 680), (1093, 558)], ids=["1366", "1280", "1093"])
def test_nothing_is_cut_or_covered(opened: Opener, size: tuple[int, int]) -> None:
    shell, desk = opened("search", "normal", size)
    check(shell)
    asked(shell, "mẫu")
    check(shell)
    desk.found = 0
    asked(shell, "x")
    assert see(shell, "Không thấy") and see(shell, "Thử bỏ dấu hoặc tên phường cũ")
    check(shell)


def test_a_hit_that_is_gone_is_told(opened: Opener) -> None:
    shell, desk = opened("search")
    asked(shell, "mẫu")
    desk.answers["hit_place"] = lambda: failed("K04")
    press("Ctrl+Return")
    settle()
    assert screen(shell).note.code == "K04"
