"""Reading at a lower resolution than the scan's."""

from pathlib import Path

import numpy as np
import pytest

from ocr import worker
from ocr.reduce import READING_DPI, reduce
from tests.pagemaker import Kind, PageSpec, make_page, save_page
from tests.unit.ocr.conftest import sha256
from workstation.domain.page import UnreadArea, Word
from workstation.domain.pagejobs import PageJob


@pytest.mark.parametrize("dpi", [100.0, 200.0, 204.0])
def test_a_page_that_is_no_finer_is_left_alone(dpi: float) -> None:
    page = np.zeros((50, 40), np.uint8)
    found = reduce(page, dpi)
    assert found.page is page and (found.dpi, found.steps) == (dpi, ())
    word = Word("x", (1, 2, 3, 4), 1.0, 0)
    assert found.back([word], []) == ((word,), ())


def test_what_was_found_is_put_back_on_the_page() -> None:
    page = np.full((3507, 2481, 3), 255, np.uint8)
    page[1500:1560, 900:1500] = 0
    found = reduce(page, 300.0)
    assert found.page.shape == (2338, 1654, 3) and found.dpi == READING_DPI
    assert [(s.name, s["dpi"]) for s in found.steps] == [("reduce", 200.0)]
    ys, xs = np.nonzero(found.page[..., 0] < 128)
    box = (float(xs.min()), float(ys.min()), float(xs.max() + 1), float(ys.max() + 1))
    (word,), (area,) = found.back([Word("x", box, 1.0, 0)], [UnreadArea("picture", box)])
    assert word.box == area.box == pytest.approx((900, 1500, 1500, 1560), abs=2)


def test_words_of_a_fine_scan_lie_on_their_ink(tmp_path: Path) -> None:
    made = make_page(PageSpec(Kind.LETTER, seed=951, dpi=300))
    save_page(tmp_path / "a.png", made)
    result = worker.process_page(PageJob(tmp_path / "a.png", sha256(tmp_path / "a.png"), 0, tmp_path / "cache"))
    text = result.text
    assert (text.width_px, text.height_px) == made.image.size and text.dpi == pytest.approx(300, abs=1)
    assert "reduce" in {s.name for s in text.steps}
    grey = np.asarray(made.image.convert("L"))
    long = [w for w in text.words if len(w.text) > 3]
    assert len(long) > 100
    for w in long:
        x0, y0, x1, y1 = (round(v) for v in w.box)
        ink = np.nonzero((grey[y0:y1, x0:x1] < 128).any(axis=0))[0]
        assert ink[0] < 6 and ink[-1] > x1 - x0 - 7, "3 px at 150 dpi are 6 here"
