"""A faded page's words, from pixels to text, with the real engine."""

from collections import Counter
from functools import cache

import pytest

from ocr import likelywords, setlines
from tests.pagemaker import Kind, TruthLine
from tests.unit.ocr.test_unread import made, pixels, read
from tests.unit.ocr.test_worn_numbers import faded
from workstation.domain.page import LIKELY, PageText
from workstation.domain.syllables import core


def lacking(lines: list[TruthLine], text: PageText) -> int:
    """Words of a page that are not in its text."""
    true = Counter(core(word) for line in lines for word in line.text.split())
    return (true - Counter(core(word) for word in text.text.split())).total()


@cache
def with_likely_words(kind: Kind, seed: int) -> PageText:
    """A faded page as it is read without lines that stand by themselves, which have a test of their own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(setlines, "held", lambda page, words, areas, dpi, cells: (words, areas))
        return read(faded(pixels(made(kind, seed)), seed))


@pytest.mark.parametrize(("kind", "seed"), [(Kind.HAND_NUMBERED, 1), (Kind.NOTICE, 3), (Kind.LIST, 1)])
def test_a_faded_page_has_more_of_its_words(kind: Kind, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fifth of those that were lacking, at least; each that was put in another's place is told."""
    page, found = made(kind, seed), with_likely_words(kind, seed)
    monkeypatch.setattr(setlines, "held", lambda page, words, areas, dpi, cells: (words, areas))
    monkeypatch.setattr(likelywords, "beside_tables", lambda page, words, dpi: words)
    monkeypatch.setattr(likelywords, "in_table", lambda page, table, words, dpi: words)
    first = read(faded(pixels(page), seed))
    assert "likely_words" in [step.name for step in found.steps]
    assert lacking(list(page.lines), found) <= 0.8 * lacking(list(page.lines), first)
    others = [(w, v) for w, v in zip(found.words, first.words, strict=True) if w.text != v.text]
    assert len(others) > 10 and all((w.box, w.doubt, w.suggestion) == (v.box, LIKELY, v.text) for w, v in others)


def test_offices_and_recipients_of_a_faded_page_are_read_by_their_ink() -> None:
    """What then stands in the text and was not read is told, word by word."""
    page, first = made(Kind.HAND_NUMBERED, 1), with_likely_words(Kind.HAND_NUMBERED, 1)
    found = read(faded(pixels(page), 1))
    assert "set_lines" in [step.name for step in found.steps]
    assert lacking(list(page.lines), found) <= lacking(list(page.lines), first) - 3
    new = set(found.words) - set(first.words)
    assert new and all(w.doubt == LIKELY for w in new if w.text not in [v.text for v in first.words])
