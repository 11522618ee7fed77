"""What people do on Verify where a field names a place, by keys alone; the table is the real one."""

from dataclasses import replace
from typing import Any

import pytest

from tests.ui import answers
from tests.ui.conftest import Opener, settle
from tests.ui.fakes import FakeDesk
from tests.ui.hands import press, see
from ui import app as desktop
from ui.views.placebar import TYPING_MS, PlaceBar

CONG_VI = "Phường Cống Vị, Quận Ba Đình, Hà Nội"


@pytest.fixture
def at_place(opened: Opener) -> tuple[Any, FakeDesk, PlaceBar]:
    """Verify with the focus in the place, "Quận 10"."""
    shell, desk = opened("verify")
    verify: Any = shell.current
    verify.form.focus("place")
    settle()
    return verify, desk, verify.place_bar


def retype(verify: Any, text: str) -> None:
    edit = verify.form.row("place").edit
    edit.selectAll()
    edit.insert(text)
    edit.textEdited.emit(text)
    desktop.settle(5000, quiet_ms=TYPING_MS + 60)


def test_a_place_says_what_it_is_now_and_other_fields_say_nothing(at_place: tuple[Any, FakeDesk, PlaceBar]) -> None:
    verify, _desk, bar = at_place
    assert see(bar, "Cũ: <b>Quận 10</b>, Thành phố Hồ Chí Minh · Có thể là 3 nơi: cấp huyện đã bỏ, nay là nhiều xã, phường")
    assert not bar.receiver.isVisible(), "a place is no agency"
    verify.form.focus("number")
    settle()
    assert not bar.isVisible()
    verify.form.focus("organ_name")
    settle()
    assert see(bar, "Cũ: <b>Phường 14</b>, Quận 10, Thành phố Hồ Chí Minh · Có thể là 2 nơi: đơn vị cũ chia về nhiều nơi")


def test_what_is_typed_is_looked_up_when_the_hand_rests(at_place: tuple[Any, FakeDesk, PlaceBar]) -> None:
    verify, desk, bar = at_place
    before = len(desk.called("place_candidates"))
    retype(verify, "Phường 12, Quận 10")
    assert see(bar, "Nay là <b>Phường Hòa Hưng</b>, Thành phố Hồ Chí Minh (từ 01/07/2025) · đúng tên trong bảng đơn vị")
    assert len(desk.called("place_candidates")) == before + 1
    assert not bar.pick.isVisible(), "nothing to choose"
    press("Ctrl+D")
    assert not bar.list.isVisible()
    retype(verify, "<b>Sao Hỏa")
    assert see(bar, "Không có trong bảng đơn vị") and not see(bar, "Sao")
    retype(verify, "")
    assert not bar.isVisible()


@pytest.mark.parametrize(
    ("keys", "code", "told"),
    [
        (("Return",), "00008", "Nay là <b>Phường Ngọc Hà</b>, Thành phố Hà Nội"),
        (("2",), "00025", "Nay là <b>Phường Giảng Võ</b>, Thành phố Hà Nội"),
        (("Down", "Return"), "00025", "Nay là <b>Phường Giảng Võ</b>, Thành phố Hà Nội"),
        (("0",), "", "Cũ: <b>Phường Cống Vị</b>, Quận Ba Đình, Thành phố Hà Nội · Người nhập để ngỏ"),
    ],
)
def test_one_of_several_is_chosen_by_keys(
    at_place: tuple[Any, FakeDesk, PlaceBar], keys: tuple[str, ...], code: str, told: str
) -> None:
    verify, desk, bar = at_place
    retype(verify, CONG_VI)
    for key in ("Ctrl+D", *keys):
        press(key)
    settle()
    assert desk.called("choose_place") == [("HS-0016-d1", "place", code, CONG_VI)]
    assert see(bar, told)
    assert not bar.list.isVisible() and verify.form.row("place").edit.hasFocus()
    assert verify.form.row("place").value() == CONG_VI, "the paper's words stay"
    assert desk.called("confirm") == [], "Enter was the list's"


def test_esc_closes_the_list_and_nothing_is_chosen(at_place: tuple[Any, FakeDesk, PlaceBar]) -> None:
    verify, desk, bar = at_place
    press("Ctrl+D")
    assert bar.list.hasFocus()
    for key in ("9", "Escape"):  # there are three
        press(key)
    assert not bar.list.isVisible() and verify.form.row("place").edit.hasFocus()
    assert desk.called("choose_place") == []


def test_what_is_refused_is_said_in_the_bar(at_place: tuple[Any, FakeDesk, PlaceBar]) -> None:
    _verify, desk, bar = at_place
    desk.answers["choose_place"] = lambda: answers.failed("K40", field="place")
    press("Ctrl+D")
    press("Return")
    settle()
    assert "Đơn vị đã chọn không có trong các đơn vị" in bar.told.text() and "K40" in bar.told.text()


def test_confirming_leads_to_the_place_that_is_still_open(at_place: tuple[Any, FakeDesk, PlaceBar]) -> None:
    verify, desk, bar = at_place
    desk.answers["confirm"] = lambda: answers.failed("K41", field="place")
    for key in ("Alt+1", "Return", "Return"):
        press(key)
    verify.form.focus("subject")
    press("Alt+1")
    press("Return")
    press("Return")
    press("Ctrl+Return")
    settle()
    assert verify.note.code == "K41" and 'Ô "Địa danh" có thể chỉ nhiều đơn vị' in verify.note.text.text()
    assert verify.form.current == "place" and bar.isVisible()


def test_another_document_starts_anew(at_place: tuple[Any, FakeDesk, PlaceBar]) -> None:
    verify, desk, bar = at_place
    press("Ctrl+D")
    verify.open_document(desk.queue[1].id)
    settle()
    assert verify.document.id == desk.queue[1].id
    assert not bar.list.isVisible()


def verify_with(opened: Opener, organ: str) -> Any:
    """The focus in the agency."""
    shell, desk = opened("verify")
    first = desk.queue[0]
    fields = (replace(f, value=organ) if f.name == "organ_name" else f for f in first.fields if f.name != "place")
    desk.queue[0] = replace(first, fields=tuple(fields))
    verify: Any = shell.current
    verify.reload(force=True)
    settle()
    verify.form.focus("organ_name")
    settle()
    return verify


def test_a_name_that_many_bear_is_listed_with_what_tells_them_apart(opened: Opener) -> None:
    bar = verify_with(opened, "UBND xã Tân Tiến").place_bar
    assert bar.view.asked and "nhiều nơi cùng tên" in bar.told.text()
    press("Ctrl+D")
    assert bar.list.count() == len(bar.view.candidates) + 1 > 10
    assert bar.list.item(0).text() == "1   Xã Xuân Mai, Thành phố Hà Nội  ←  Huyện Chương Mỹ"
    assert bar.list.height() < 150, "the rest scrolls"


def test_who_took_over_from_an_agency_that_has_ended(opened: Opener) -> None:
    bar = verify_with(opened, "PHÒNG TƯ PHÁP QUẬN 10").place_bar
    assert see(bar, "Phòng Tư pháp đã hết từ 01/07/2025. Hồ sơ: Lưu trữ lịch sử của Nhà nước ở Thành phố Hồ Chí Minh")
    assert not verify_with(opened, "BỘ TƯ PHÁP").place_bar.isVisible(), "a ministry lies in no commune"
