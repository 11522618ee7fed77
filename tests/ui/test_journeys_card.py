"""The identity card beside the form: from the pages, a reader that types, or a camera; by keys alone."""

from dataclasses import replace
from typing import Any

import pytest

from tests.ui import answers, states, verifystates
from tests.ui.conftest import Opener, settle
from tests.ui.hands import press, see, type_vi
from tests.ui.paper import Sheet
from tests.ui.verifystates import CARD, OTHER
from workstation.domain.idcard import IdCard

Sheets = dict[str, Sheet]
CODE = "001047000123||Lê Văn Mẫu|02031947|Nam|Số 00 đường Mẫu, phường Hòa Hưng, TP. Hồ Chí Minh|10052021"


def form_of(shell: Any) -> Any:
    return shell.screens["verify"].form


def bar_of(shell: Any) -> Any:
    return shell.screens["verify"].cards


def test_a_card_on_the_pages_fills_the_form(opened: Opener, sheets: Sheets) -> None:
    """Two cards lie there; the nearest to what was read is shown first, its difference in words, and Enter fills."""
    shell, desk = opened("verify", desk=verifystates.card(sheets))
    press("Ctrl+Q")
    settle()
    assert desk.called("id_cards") == [("HS-0016-d1",)]
    assert bar_of(shell).cards == (CARD, OTHER), "the nearest first"
    assert see(shell, "Căn cước 1/2")
    assert see(shell, "Lê Văn Mậu") and see(shell, "khác") and see(shell, "ô trống"), "name differs, number is not there yet"
    press("Return")
    values = form_of(shell).values()
    assert values["person_name"] == "Lê Văn Mẫu" and values["identity_number"] == "001047000123"
    assert not bar_of(shell).isVisible() and bar_of(shell).cards == (), "nothing of a card is kept"
    assert shell.focusWidget() is form_of(shell).row("subject").edit
    assert desk.called("confirm") == []


def test_another_card_is_chosen_by_its_number(opened: Opener, sheets: Sheets) -> None:
    shell, _desk = opened("verify", desk=verifystates.card(sheets))
    press("Ctrl+Q")
    settle()
    press("Alt+2")
    settle()
    assert see(shell, "Căn cước 2/2") and see(shell, "Trần Thị Thử")
    press("Return")
    assert form_of(shell).values()["person_name"] == "Trần Thị Thử"


def test_a_reader_that_types_is_a_card(opened: Opener) -> None:
    """It types the code and Enter; that Enter shows the card, and the next one fills."""
    shell, _desk = opened("verify")
    press("Ctrl+Q")
    settle()
    assert see(shell, "Trên các trang không có mã QR căn cước")
    type_vi(shell.focusWidget(), CODE)
    press("Return")
    settle()
    assert bar_of(shell).cards == (CARD,) and bar_of(shell).reader.text() == ""
    assert see(shell, "khớp") and form_of(shell).values()["identity_number"] == ""
    press("Return")
    assert form_of(shell).values()["identity_number"] == "001047000123"


@pytest.mark.parametrize("code", ["001047000123", "https://example.org/x", "a|b|c|d|e|f|g", CODE[:25]])
def test_what_is_no_card_fills_nothing(opened: Opener, code: str) -> None:
    shell, _desk = opened("verify")
    before = form_of(shell).values()
    press("Ctrl+Q")
    settle()
    type_vi(shell.focusWidget(), code)
    press("Return")
    assert see(shell, "Không phải mã QR căn cước") and bar_of(shell).cards == ()
    press("Return")
    assert form_of(shell).values() == before


def test_a_camera_shows_a_card_or_says_what_is_wrong(opened: Opener) -> None:
    shell, desk = opened("verify")
    press("Ctrl+Shift+Q")
    settle()
    assert see(shell, "Không thấy mã QR trong hình")
    desk.before_camera = CARD
    press("Ctrl+Shift+Q")
    settle()
    assert bar_of(shell).cards == (CARD,) and len(desk.called("camera_card")) == 2
    press("Escape")
    assert not bar_of(shell).isVisible() and form_of(shell).values()["identity_number"] == ""


def test_a_card_late_does_not_cover_the_one_from_the_reader(opened: Opener, sheets: Sheets) -> None:
    desk = states.normal(sheets)
    desk.answers["id_cards"] = desk.hold
    shell, _ = opened("verify", desk=desk)
    press("Ctrl+Q")
    assert see(shell, "Đang tìm mã QR trên các trang…")
    type_vi(shell.focusWidget(), CODE)
    press("Return")
    desk.release((OTHER,))
    settle()
    assert bar_of(shell).cards == (CARD,)


def test_cards_that_come_after_esc_go_nowhere(opened: Opener, sheets: Sheets) -> None:
    """Nor on the next document, which is another person's."""
    desk = states.normal(sheets)
    desk.answers["id_cards"] = desk.hold
    shell, _ = opened("verify", desk=desk)
    press("Ctrl+Q")
    press("Escape")
    press("Ctrl+L")
    settle()
    desk.release((OTHER,))
    settle()
    assert bar_of(shell).cards == () and not bar_of(shell).isVisible()


def test_pages_that_cannot_be_looked_at_leave_the_reader(opened: Opener) -> None:
    shell, desk = opened("verify")
    desk.answers["id_cards"] = lambda: answers.failed("F06")
    press("Ctrl+Q")
    settle()
    assert see(shell, "F06") and shell.focusWidget() is bar_of(shell).reader


def test_the_card_keeps_a_name_that_agrees_as_it_was_written(opened: Opener, sheets: Sheets) -> None:
    """The card has capitals or another place for a mark; the paper's wording stays."""
    desk = states.normal(sheets)
    desk.cards = (IdCard(CARD.number, "", "LÊ VĂN MẪU", CARD.birth_date, "Nam", "", ""),)
    shell, _ = opened("verify", desk=desk)
    press("Ctrl+Q")
    settle()
    press("Return")
    assert form_of(shell).values()["person_name"] == "Lê Văn Mẫu"


def test_a_field_that_is_typed_blind_is_filled_by_no_key(opened: Opener, sheets: Sheets) -> None:
    """The number of a card on the page is the machine's reading: the checker has to type it from the paper."""
    desk = verifystates.blind(sheets)
    desk.cards = (replace(CARD),)
    shell, _ = opened("verify", desk=desk)
    press("Ctrl+Q")
    settle()
    press("Return")
    assert form_of(shell).row("identity_number").edit.text() == ""
