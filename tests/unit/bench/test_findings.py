"""How found faults are counted."""

import pytest

from tests.bench.findings import Judged, rows


def of(planted: str, found: str, either: str = "") -> Judged:
    return Judged("page", frozenset(planted.split()), frozenset(found.split()), frozenset(either.split()), {})


def test_precision_counts_false_finds_and_recall_what_was_missed() -> None:
    pages = [of("blur", "blur"), of("blur", "blur"), of("blur", ""), of("", "blur"), of("", ""), of("dpi", "dpi")]
    value = {row.name: row.value for row in rows(pages)}
    assert value["precision blur"] == value["recall blur"] == pytest.approx(2 / 3)
    assert value["precision dpi"] == value["recall dpi"] == 1


def test_what_is_right_either_way_counts_for_nothing_unless_it_was_planted() -> None:
    pages = [of("thumb", "thumb clipped", "clipped"), of("clipped", "", "clipped"), of("clipped", "clipped")]
    value = {row.name: (row.value, row.ok) for row in rows(pages)}
    assert value["precision clipped"] == (1, True)
    assert value["recall clipped"] == (0.5, False)


def test_a_finding_that_nothing_was_planted_for_has_no_recall() -> None:
    value = {row.name: (row.value, row.ok) for row in rows([of("", "")])}
    assert value["recall skew"] == value["precision skew"] == (None, None)
