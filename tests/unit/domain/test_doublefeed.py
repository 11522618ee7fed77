"""What length says about two sheets in one: told where it stands out, silent where paper merely differs."""

import pytest

from workstation.domain.doublefeed import LONGER_MM, Size, double_feed_note, suspected

A4, A5, LEGAL = (210.0, 297.0), (148.0, 210.0), (215.9, 355.6)


def limit(size: Size, paper: Size, *before: Size) -> float | None:
    found = suspected(size, paper, before)
    assert all(f.code == "double_feed" and not f.ok and f.value == size[1] for f in found)
    return found[0].limit if found else None


def test_longer_than_the_paper_that_was_asked_for() -> None:
    assert limit((210, 340), A4) == 297
    assert limit((210, 297 + LONGER_MM), A4) is None, "a sheet that went in askew"
    assert limit((210, 100), A4) is None


def test_longer_than_the_sheets_before_it() -> None:
    before = [(210.0, 296.5), (210.0, 297.5), (209.0, 297.0)]
    assert limit((210, 330), LEGAL, *before) == 297
    assert limit((210, 330), LEGAL, *before[:2]) is None, "two sheets make no rule"
    assert limit((210, 300), LEGAL, *before) is None


@pytest.mark.parametrize("before", [[(210.0, 297.0), (210.0, 356.0), (210.0, 297.0)], [(148.0, 210.0)] * 9])
def test_a_mixed_pile_is_no_double_feed(before: list[Size]) -> None:
    """Sheets that differ among themselves, and small slips before a larger sheet."""
    assert limit((210, 340), LEGAL, *before) is None
    assert limit(A4, A4, *[A5] * 9) is None


def test_a_scanner_that_always_gives_more_than_its_paper() -> None:
    assert limit((215, 355), A4, *[(215.0, 355.0)] * 3) is None
    assert limit((215, 390), A4, *[(215.0, 355.0)] * 3) == 355


def test_the_note_names_the_page_before() -> None:
    assert double_feed_note(7).params == (("page", 6),)
    assert double_feed_note(1).params == ()
