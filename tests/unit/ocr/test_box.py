"""A piece of a page, read by itself."""

from collections.abc import Sequence

import pytest

from ocr import worker
from tests.unit.ocr.conftest import Read, Sample
from workstation.domain.page import Box, Word
from workstation.domain.pagejobs import BoxJob, PageLook


@pytest.fixture(scope="module")
def page(samples: dict[str, Sample]) -> Read:
    return samples["ho-so-luu-tru"].pages[0]


def job(page: Read, box: Box, *, digits: bool = False) -> BoxJob:
    return BoxJob(PageLook(page.path, 0, page.result.recipe), box, digits)


def around(words: Sequence[Word]) -> Box:
    return (
        min(w.box[0] for w in words), min(w.box[1] for w in words), max(w.box[2] for w in words), max(w.box[3] for w in words),
    )  # fmt: skip


def lines(page: Read) -> list[list[Word]]:
    found: dict[int, list[Word]] = {}
    for word in page.result.text.words:
        found.setdefault(word.line, []).append(word)
    return list(found.values())


def test_words_in_a_box_are_read_as_on_the_whole_page(page: Read) -> None:
    clear = next(ws for ws in lines(page) if len(ws) >= 5 and min(w.confidence for w in ws) > 0.9)
    assert worker.read_box(job(page, around(clear[1:4]))).split() == [w.text for w in clear[1:4]]


def test_a_number_alone_is_read_as_digits(page: Read) -> None:
    number = next(w for w in page.result.text.words if w.text.isdigit() and len(w.text) >= 2 and w.confidence > 0.9)
    assert worker.read_box(job(page, number.box, digits=True)) == number.text


@pytest.mark.parametrize("box", [(-500.0, -500.0, -100.0, -100.0), (1e6, 1e6, 2e6, 2e6), (300.0, 300.0, 300.0, 300.0)])
def test_what_lies_beside_the_page_or_has_no_size_is_empty(page: Read, box: Box) -> None:
    assert worker.read_box(job(page, box)) == ""
