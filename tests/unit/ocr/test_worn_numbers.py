"""A faded list and a faded letter, from pixels to words, with the real engine."""

import re
from collections import Counter

import numpy as np
import pytest
from PIL import Image, ImageFilter

from ocr import figures, likelywords, numbersbeside
from ocr.frames import Pixels
from tests.pagemaker import Kind
from tests.unit.ocr.test_unread import made, pixels, read


def faded(page: Pixels, seed: int) -> Pixels:
    """Old print: blurred, its ink coming and going in waves, the paper grey and noisy."""
    ink = 255 - np.asarray(Image.fromarray(page).convert("L").filter(ImageFilter.GaussianBlur(1.2)), np.float32)
    down, across = np.mgrid[: ink.shape[0], : ink.shape[1]]
    ink *= 0.6 + 0.32 * np.sin(across / 70 + down / 45)
    ink += np.random.default_rng(seed).normal(0, 10, ink.shape)
    return np.stack([np.clip(240 - ink, 0, 255).astype(np.uint8)] * 3, axis=-1)


def numbers(text: str) -> Counter[str]:
    return Counter(re.findall(r"\d[\d.,/]*\d", text))


def right(kind: Kind, seed: int) -> tuple[int, int]:
    """Numbers on a faded page, and how many of them were read."""
    page = made(kind, seed)
    true = numbers(" ".join(line.text for line in page.lines))
    found = read(faded(pixels(page), seed))
    assert (found.steps[-1].name, found.steps[-1].reason) == ("figures", "worn print")
    return true.total(), (true & numbers(found.text)).total()


@pytest.mark.parametrize("seed", [1, 3])
def test_a_faded_list_has_its_numbers(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half of them are misread without the page's own figures."""
    total, found = right(Kind.LIST, seed)
    assert found >= 0.95 * total
    monkeypatch.setattr(figures, "read_by_own", lambda page, rules, table, words, beside, worn: words)
    assert right(Kind.LIST, seed)[1] <= found - 10


def test_a_clear_page_is_read_again_only_where_it_was_misread(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(figures, "column_read", lambda on, face, cells, heard, commas: never() if cells else {})
    monkeypatch.setattr(numbersbeside, "held_against_set", never)
    monkeypatch.setattr(likelywords, "beside_tables", never)
    monkeypatch.setattr(likelywords, "in_table", never)
    for kind in (Kind.LIST, Kind.NOTICE):
        page = made(kind, 3)
        true = numbers(" ".join(line.text for line in page.lines))
        found = read(pixels(page))
        assert (true & numbers(found.text)) == true
        assert ["numbers in tables"] * (kind is Kind.LIST) == [s.reason for s in found.steps if s.name == "figures"]
