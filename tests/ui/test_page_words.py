"""A page's checks in words: what is wrong first, what is good as short as it can be."""

from dataclasses import replace

import pytest

from tests.ui.invented import page
from ui import messages
from ui.findingwords import FINDING_NAMES, FINDINGS
from ui.models.pages import page_lines, page_state
from ui.theme import Tone
from workstation.domain.doublefeed import DOUBLE_FEED
from workstation.domain.findings import PROGRAM_LIMITS
from workstation.domain.page import Finding
from workstation.usecases.views import PageView

CODES = tuple(FINDING_NAMES)


def shown(*findings: Finding, **change: object) -> PageView:
    made = page(4, "d", None, findings=findings, failing=tuple(f for f in findings if not f.ok), skew_deg=0.0)
    return replace(made, **change)  # type: ignore[arg-type]


def test_every_finding_with_a_limit_has_a_name_and_a_line_in_both_languages() -> None:
    limited = {code for code in FINDINGS if PROGRAM_LIMITS.limit(code) is not None}
    assert limited == set(FINDING_NAMES) - {DOUBLE_FEED}, "what its limit is depends on the paper"
    for code in limited:
        for value in (0.0, 9999.0):
            finding = PROGRAM_LIMITS.judge(code, value)
            lines = {messages.finding_line(finding, lang) for lang in ("vi", "en")}
            assert len(lines) == 2 and all("{" not in line and line for line in lines)


@pytest.mark.parametrize("code", [c for c in CODES if c != "blank"])
def test_what_fails_is_said_first_with_its_number_and_its_limit(code: str) -> None:
    known = (PROGRAM_LIMITS.judge(code, value) for value in (0.0, 9999.0) if code != DOUBLE_FEED)
    bad = next((f for f in known if not f.ok), Finding(DOUBLE_FEED, 402.0, 297.0, False))
    words, tone, bold = page_lines(shown(PROGRAM_LIMITS.judge("clipped", 0), bad))[0]
    assert (tone, bold) == (Tone.WARN, True)
    assert messages.number(bad.value) in words
    assert code == "cut_off" or messages.number(bad.limit) in words
    assert page_state(shown(bad))[0] not in ("Đạt", "Chưa đạt – xem lại")


def test_a_repeated_page_says_which_it_repeats() -> None:
    view = shown(Finding("duplicate", 0.06, 0.2, False, "p2"), repeats=2)
    assert page_state(view)[0] == "Trùng trang 2"
    assert page_lines(view)[0][0].startswith("Trùng với trang 2 (")
    assert page_lines(replace(view, repeats=0))[0][0].startswith("Trùng một trang khác (")


def test_what_is_good_is_said_as_the_mock_up_does() -> None:
    good = shown(
        *(PROGRAM_LIMITS.judge(c, v) for c, v in (("dpi", 300), ("color", 24), ("dark", 90), ("clipped", 0), ("thumb", 0)))
    )
    assert [words for words, _, _ in page_lines(good)] == ["300 dpi · màu 24 bit", "Không cắt mất mép giấy"]
    grey = shown(PROGRAM_LIMITS.judge("dpi", 300), PROGRAM_LIMITS.judge("color", 8))
    assert [words for words, _, _ in page_lines(grey)] == ["Ảnh không có màu (8 bit, cần từ 24)", "300 dpi"]


def test_a_blank_page_is_marked_and_only_what_may_hide_print_is_added() -> None:
    notes = (Finding("blank", 0, 12, False), Finding("color", 8, 24, False))
    blank = shown(*notes, blank=True, failing=())
    assert page_state(blank)[0] == "Trang trắng"
    assert [tone for _, tone, bold in page_lines(blank) if bold] == [Tone.WARN]
    dark = Finding("dark", 9, 35, False)
    black = shown(*notes, dark, blank=True, failing=(dark,))
    assert page_state(black)[0] == "Tối – nên quét lại"
    assert "Quá tối (9/100, cần từ 35)" in [words for words, _, _ in page_lines(black)]


def test_dirt_on_the_glass_is_told_and_the_page_is_good_all_the_same() -> None:
    dirt = Finding("streak", 2, 0, True)
    view = shown(PROGRAM_LIMITS.judge("dpi", 300), dirt)
    assert page_state(view) == ("Đạt", Tone.GOOD)
    assert ("2 vệt chạy suốt trang – lau kính máy quét", Tone.WARN, False) in page_lines(view)
    assert messages.finding_line(dirt, lang="en") == "2 lines from edge to edge – wipe the scanner's glass"
