"""What a page's measurements are held against."""

from dataclasses import fields, replace

import pytest

from workstation.domain.findings import PROGRAM_LIMITS, FindingLimits, finding_note
from workstation.domain.ids import PageId, Sha256
from workstation.domain.likeness import MAY_BE_SAME_BITS, MOST_LOOKS, candidates, distance
from workstation.domain.page import Finding, Page, PageSource

CODES = (
    "dpi", "color", "blur", "skew", "dark", "contrast", "blank", "clipped", "thumb", "folded", "upside_down", "cut_off",
    "duplicate",
)  # fmt: skip


def test_every_limit_is_that_of_one_finding() -> None:
    odd = FindingLimits(**{f.name: 1000.0 + n for n, f in enumerate(fields(FindingLimits))})
    assert sorted(odd.judge(code, 0).limit for code in CODES) == [1000.0 + n for n in range(len(CODES))]


@pytest.mark.parametrize("code", CODES)
def test_a_limit_itself_is_kept_and_what_lies_beyond_is_not(code: str) -> None:
    limits = FindingLimits(max_lost_mm=2.0)
    limit = limits.limit(code)
    assert limit is not None and limits.judge(code, limit).ok
    good = {limits.judge(code, limit * share).ok for share in (0.9, 1.1)}
    assert good == {True, False}, "one side of it is good, the other is not"


def test_a_scanner_s_299_9_dpi_are_300_and_skew_counts_both_ways() -> None:
    assert PROGRAM_LIMITS.judge("dpi", 299.9).ok and not PROGRAM_LIMITS.judge("dpi", 290).ok
    assert not PROGRAM_LIMITS.judge("skew", -12).ok and not PROGRAM_LIMITS.judge("skew", 12).ok


def test_measurements_are_judged_anew_and_what_is_only_told_stays() -> None:
    notes = (Finding("blur", 50, 60, False), Finding("unread", 3, 0, True), Finding("duplicate", 0.1, 0.2, False, "p1"))
    blur, unread, twice = FindingLimits(min_sharpness=40, min_difference_mm2=0.05).judged(notes)
    assert (blur.ok, blur.limit) == (True, 40)
    assert unread == notes[1]
    assert (twice.ok, twice.about) == (True, "p1")


def test_a_failing_finding_names_page_value_limit_and_the_page_it_is_about() -> None:
    note = finding_note(Finding("duplicate", 0.1, 0.2, False, "p1"), 7, {PageId("p1"): 3})
    assert (note.code, dict(note.params)) == ("A06", {"finding": "duplicate", "limit": 0.2, "other": 3, "page": 7, "value": 0.1})
    gone = finding_note(Finding("duplicate", 0.1, 0.2, False, "p9"), 7, {PageId("p1"): 3})
    assert "other" not in dict(gone.params)
    assert finding_note(Finding("contrast", 20, 40, False), 1, {}).code == "A04"


def test_a_blank_page_fails_only_by_what_may_hide_its_print() -> None:
    page = Page(PageId("p"), PageSource(Sha256("a" * 64), 0), blank=True)
    bad = tuple(Finding(code, 0, 1, False) for code in CODES)
    assert {f.code for f in replace(page, findings=bad).failing} == {"dark", "cut_off"}
    assert {f.code for f in replace(page, findings=bad, blank=False).failing} == set(CODES)
    assert replace(page, findings=bad, kept_reason="bản gốc mờ").failing == ()


def test_candidates_are_the_nearest_fingerprints_and_few() -> None:
    mine = f"{0:016x}"
    near = {n: f"{(1 << n) - 1:016x}" for n in range(20)}
    assert candidates(mine, near) == tuple(range(MOST_LOOKS))
    assert candidates(mine, {1: f"{(1 << MAY_BE_SAME_BITS) - 1:016x}", 2: f"{(2 << MAY_BE_SAME_BITS) - 1:016x}"}) == (1,)
    assert distance("ff00ff00ff00ff00", "ff00ff00ff00ff01") == 1
