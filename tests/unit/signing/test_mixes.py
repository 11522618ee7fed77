"""Mixed forgeries: none is green, and what they lie over is."""

from collections.abc import Callable

import pymupdf
import pytest

from tests.unit.signing.judging import Judge
from tests.unit.signing.mixes import (
    MIXES,
    hybrid_update_replaces_page,
    page_replaced_then_stamped,
    stream_update_replaces_page,
    with_archive_data,
    with_stamp,
)
from tests.unit.signing.workshop import Workshop
from workstation.domain.signature import Verdict


@pytest.mark.parametrize("forge", MIXES, ids=lambda forge: forge.__name__)
def test_no_mix_is_green(forge: Callable[[Workshop], bytes], shop: Workshop, judge: Judge) -> None:
    verdict = judge(forge(shop))
    assert not verdict.green and verdict.verdict is not Verdict.UNSIGNED and verdict.reasons


def test_what_they_lie_over_is_green(shop: Workshop, judge: Judge) -> None:
    assert judge(with_stamp(shop, shop.good)).green
    assert judge(with_archive_data(shop, shop.good)).green
    assert judge(with_stamp(shop, with_archive_data(shop, with_stamp(shop, shop.good)))).green


@pytest.mark.parametrize("forge", [hybrid_update_replaces_page, stream_update_replaces_page, page_replaced_then_stamped])
def test_a_viewer_shows_the_forged_page(forge: Callable[[Workshop], bytes], shop: Workshop) -> None:
    """Otherwise nothing would be proven by refusing them."""
    with pymupdf.open(stream=forge(shop), filetype="pdf") as pdf:
        assert "FORGED" in pdf[0].get_text()


def test_a_stamp_over_a_forged_page_vouches_for_itself_only(shop: Workshop, judge: Judge) -> None:
    first, stamp = judge(page_replaced_then_stamped(shop)).signatures
    assert (first.indication, stamp.indication) == ("TOTAL-FAILED", "TOTAL-PASSED") and first.changes_after == "content"
