"""Signed files, risk classes, counts and pages with notes on Capture; by keys alone."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.ui import answers
from tests.ui.conftest import Opener, settle
from tests.ui.fakes import FakeDesk
from tests.ui.hands import press, see, type_vi
from tests.ui.test_catalogue import check
from ui.models.pages import _NOTES
from ui.views.capturebars import count_of, count_text
from workstation.domain.capture import CountsRule, PaperCount
from workstation.domain.errors import ErrorNote
from workstation.domain.ids import Sha256
from workstation.domain.signature import FileVerdict, SealedPdf, SignatureReport, SignedOriginal, Verdict
from workstation.usecases.sound import NOTES_ONLY

CODE = "HS-0019"
V05 = ErrorNote("V05")
AT = datetime(2026, 11, 21, 2, 15, tzinfo=UTC)


def came_signed(*reasons: ErrorNote) -> SignedOriginal:
    report = SignatureReport(
        "Signature1", "ỦY BAN NHÂN DÂN PHƯỜNG MẪU", "CA Mẫu", "2026-11-20T03:00:00Z", None, "B", "TOTAL-PASSED", None,
        "whole_file", "none", "good", True, 100, reasons,
    )  # fmt: skip
    kind = Verdict.INDETERMINATE if reasons else Verdict.VALID
    sealed = SealedPdf(Sha256("a" * 64), 100, Sha256("a" * 64), report.signer, "2026-11-20T03:00:00Z", "B")
    return SignedOriginal(Sha256("a" * 64), 3, sealed, FileVerdict(kind, not reasons, reasons, (report,), "a" * 64), AT)


def with_view(desk: FakeDesk, **change: Any) -> None:
    desk.views[CODE] = replace(desk.views[CODE], **change)


def signed_pages(desk: FakeDesk, *reasons: ErrorNote) -> None:
    """The last document came as a signed file."""
    pages = desk.views[CODE].pages
    with_view(desk, pages=(*pages[:5], *(replace(p, signed=came_signed(*reasons), rotation=0) for p in pages[5:])))


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", (0, 0)), ("14", (0, 14)), ("7/14", (7, 14)), (" 7 / 14 ".strip(), (7, 14)), ("7 tờ, 14 trang", (7, 14)),
        ("14 trang", (0, 14)), ("7 tờ", None), ("bảy", None), ("7/14/2", None), ("-3", None), ("123456", None),
    ],
)  # fmt: skip
def test_a_count_as_people_write_it(text: str, count: tuple[int, int] | None) -> None:
    found = count_of(text)
    assert (None if found is None else (found.sheets, found.pages)) == count
    if found is not None:
        assert count_of(count_text(found)) == found


def test_the_risk_class_is_chosen_by_its_letter_and_asks_for_what_it_needs(opened: Opener) -> None:
    shell, desk = opened("capture")
    capture: Any = shell.current
    press("Ctrl+M")
    risk = capture.bars.risk
    assert risk.choice.hasFocus() and not risk.edit.isVisible(), "class A asks for nothing"
    press("B", risk.choice)
    assert risk.edit.isVisible()
    press("Return", risk.choice)
    assert risk.isVisible() and see(shell, "Cần ghi người giám sát") and desk.called("set_risk") == []
    type_vi(risk.edit, "Lê Văn Mẫu")
    press("Return", risk.edit)
    settle()
    assert desk.called("set_risk") == [(CODE, "B", "Lê Văn Mẫu")]
    assert capture.strip.hasFocus() and see(shell, "rủi ro mức B")
    press("Ctrl+M")
    press("Escape", risk.choice)
    settle()
    assert not capture.bars.isVisible() and capture.strip.hasFocus() and len(desk.called("set_risk")) == 1
    press("Ctrl+M")
    press("D", risk.choice)
    press("Return", risk.choice)
    settle()
    assert desk.called("set_risk")[1:] == [(CODE, "D", "")]


def test_paper_that_is_not_scanned_says_so_beside_the_pages(opened: Opener) -> None:
    shell, desk = opened("capture")
    desk.answers["scan"] = lambda: answers.failed("A11", dossier=CODE)
    press("F5")
    settle()
    assert see(shell, "Tài liệu của HS-0019 ở mức rủi ro không được quét")


def test_counted_before_and_held_after(opened: Opener) -> None:
    shell, desk = opened("capture")
    capture: Any = shell.current
    good = tuple(replace(p, failing=()) for p in desk.views[CODE].pages)
    with_view(desk, counts=CountsRule.ASKED, missing=None, missing_page=None, pages=good)
    capture.reload()
    settle()
    assert see(shell.foot, "Đối chiếu với giấy: ghi số tờ, số trang (Ctrl+E)")
    press("Ctrl+E")
    edit = capture.bars.count.edit
    assert edit.hasFocus()
    type_vi(edit, "nhiều lắm")
    press("Return", edit)
    assert desk.called("set_count") == [] and edit.hasFocus() and see(shell, "Cần ghi bằng số, ví dụ 7/14")
    edit.clear()
    type_vi(edit, "5/10")
    press("Return", edit)
    settle()
    assert desk.called("set_count") == [(CODE, 5, 10)]
    assert see(shell, "đếm giấy 5 tờ, 10 trang") and capture.strip.hasFocus()
    with_view(desk, missing=ErrorNote("A12", (("have", 9), ("need", 10))))
    capture.reload()
    settle()
    assert see(shell.foot, "Đếm được 9/10 trang")
    press("Ctrl+Return")
    settle()
    assert desk.called("finish_capture") == [] and edit.hasFocus() and edit.text() == "5/10"
    edit.clear()
    type_vi(edit, "tờ 5 rách, không quét")
    press("Return", edit)
    settle()
    assert desk.called("explain_count") == [(CODE, "tờ 5 rách, không quét")]
    assert see(shell, "(có lý do)")
    press("Ctrl+Return")
    settle()
    assert desk.called("finish_capture") == [(CODE,)]


@pytest.mark.parametrize("size", [(1366, 697), (1093, 558)])
def test_an_empty_dossier_asks_to_count_first(opened: Opener, size: tuple[int, int]) -> None:
    shell, desk = opened("capture", "normal", size)
    capture: Any = shell.current
    with_view(desk, pages=(), documents=(), counts=CountsRule.REQUIRED, missing=ErrorNote("Q02"), missing_page=None)
    capture.reload()
    settle()
    assert see(shell, "Đếm giấy trước khi quét: ghi số tờ, số trang bằng Ctrl+E")
    check(shell)
    press("Ctrl+E")
    type_vi(capture.bars.count.edit, "7/14")
    press("Return", capture.bars.count.edit)
    settle()
    assert desk.called("set_count") == [(CODE, 7, 14)]
    assert not see(shell, "Đếm giấy trước khi quét") and see(shell, "đếm giấy 7 tờ, 14 trang")


def test_the_blue_button_enters_what_stands_in_the_bar(opened: Opener) -> None:
    shell, desk = opened("capture")
    capture: Any = shell.current
    press("Ctrl+E")
    type_vi(capture.bars.count.edit, "14")
    press("Ctrl+Return", capture.bars.count.edit)
    settle()
    assert desk.called("set_count") == [(CODE, 0, 14)] and desk.called("finish_capture") == []


def test_a_page_with_a_note_waits_for_its_pair(opened: Opener) -> None:
    shell, desk = opened("capture")
    capture: Any = shell.current
    capture.strip.setFocus()
    capture.strip.setCurrentIndex(capture.pages.index(1, 0))
    press("Ctrl+D")
    settle()
    assert desk.called("set_note") == [("p2", True)]
    assert see(shell, "Trang 2 có giấy dán. Gỡ giấy ra rồi quét lại trang đó (F5)")
    assert "Thiếu ảnh ghép" in capture.pages.data(capture.pages.index(1, 0))
    pages = desk.views[CODE].pages
    with_view(desk, pages=(pages[0], replace(pages[1], pair=3), replace(pages[2], pair=2), *pages[3:]))
    capture.reload()
    settle()
    assert "Ghép với trang 3" in capture.pages.data(capture.pages.index(1, 0))
    assert see(shell, "Có giấy dán – trang ghép, ảnh không giấy ở trang 3")
    press("Ctrl+D")
    settle()
    assert desk.called("set_note")[1:] == [("p2", False)]


def test_a_signed_file_says_that_it_stays_and_who_signed_it(opened: Opener) -> None:
    shell, desk = opened("capture")
    capture: Any = shell.current
    signed_pages(desk, V05)
    capture.reload()
    settle()
    capture.strip.setFocus()
    capture.strip.setCurrentIndex(capture.pages.index(6, 0))
    settle()
    assert see(shell, "Đã ký số: ỦY BAN NHÂN DÂN PHƯỜNG MẪU")
    assert see(shell, "Chữ ký còn đúng – đã xem 09:15") and see(shell, "Chưa tra được thu hồi  V05")
    assert set(_NOTES) == NOTES_ONLY
    assert see(shell, "Bỏ cả tệp  (Del)")
    assert "Tệp đã ký" in capture.pages.data(capture.pages.index(6, 0))
    desk.answers["rotate"] = lambda: answers.failed("F11", page=7)
    press("R")
    settle()
    assert see(shell, "Trang 7 thuộc tệp đã ký số nên giữ nguyên")


def test_a_signed_file_that_is_not_trusted_says_why(opened: Opener) -> None:
    shell, desk = opened("capture")
    capture: Any = shell.current
    signed_pages(desk, ErrorNote("V03"))
    capture.reload()
    settle()
    capture.strip.setCurrentIndex(capture.pages.index(6, 0))
    settle()
    assert "Đã ký – xem lại" in capture.pages.data(capture.pages.index(6, 0)) and see(shell, "V03")


@pytest.mark.parametrize("size", [(1366, 697), (1280, 680), (1093, 558)])
@pytest.mark.parametrize("part", ["risk", "count", "pair", "signed"])
def test_nothing_is_cut_covered_or_without_a_name(opened: Opener, size: tuple[int, int], part: str) -> None:
    shell, desk = opened("capture", "normal", size)
    capture: Any = shell.current
    with_view(desk, risk="C", risk_note="đã tu bổ", paper=PaperCount(5, 10), counts=CountsRule.ASKED)
    if part == "signed":
        signed_pages(desk, V05)
    if part == "pair":
        pages = desk.views[CODE].pages
        with_view(desk, pages=(replace(pages[0], with_note=True, pair=2), replace(pages[1], pair=1), *pages[2:]))
    capture.reload()
    settle()
    if part == "risk":
        press("Ctrl+M")
    if part == "count":
        with_view(desk, missing=ErrorNote("A12", (("have", 9), ("need", 10))))
        capture.reload()
        settle()
        press("Ctrl+E")
    if part == "signed":
        capture.strip.setCurrentIndex(capture.pages.index(6, 0))
    settle()
    check(shell)
