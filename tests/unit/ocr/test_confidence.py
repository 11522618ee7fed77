"""Confidence as a probability: what moves it, and that the stored weights fit the features."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr.language import calibrated, doubted, reviewed
from ocr.language.confidence import FEATURES, features
from tests.bench.calibrate import expected_error, logistic, right_words
from workstation.domain.page import Engine, PageText, Word


def line(text: str, confidence: float = 0.95) -> tuple[Word, ...]:
    return tuple(Word(t, (100.0 * i, 0, 100.0 * i + 90, 30), confidence, 0) for i, t in enumerate(text.split()))


def sure(text: str, at: int, confidence: float = 0.95) -> float:
    words = line(text)
    return reviewed([replace(w, confidence=confidence) if i == at else w for i, w in enumerate(words)])[at].confidence


@given(st.lists(st.tuples(st.text(min_size=1, max_size=6).filter(str.split), st.floats(0, 1)), max_size=12))
def test_it_is_a_probability_and_nothing_else_of_a_word_changes(said: list[tuple[str, float]]) -> None:
    words = tuple(Word(t, (10.0 * i, 0, 10.0 * i + 9, 9), c, i // 5) for i, (t, c) in enumerate(said))
    assert all(len(row) == len(FEATURES) for row in features(words))
    after = calibrated(doubted(words))
    assert all(0 <= w.confidence <= 1 for w in after)
    assert tuple(replace(w, confidence=0) for w in after) == tuple(replace(w, confidence=0) for w in doubted(words))


def test_what_the_recogniser_is_surer_of_is_likelier_right() -> None:
    found = [sure("Căn cứ vào hồ sơ", 2, c) for c in (0.05, 0.4, 0.6, 0.8, 0.9, 0.97)]
    assert found == sorted(found) and found[0] < 0.5 < found[-1]


def test_a_usual_pair_speaks_for_a_word_and_a_doubt_against_it() -> None:
    assert sure("thực hiện kế hoạch", 2, 0.7) > sure("thực hiện kế Khuê", 2, 0.7)
    assert sure("bảng kê chi tiết", 2) > 0.95 > 0.8 > sure("bảng kê chỉ tiết", 2)


@pytest.mark.parametrize("wrong", ["CHỦ TỊCH ỦY BẠN NHÂN DÂN", "ngày 31 tháng 02 năm 2024", "Quốc tich: Việt Nam"])
def test_a_word_in_doubt_is_less_likely_than_the_recogniser_says(wrong: str) -> None:
    assert all((w.confidence < 0.92) == bool(w.doubt) for w in reviewed(line(wrong, 0.97)))


def test_words_are_judged_against_the_truth_in_its_order() -> None:
    words = line("Số: 12/QĐ-UBND ngày 1 tháng 6 Hòa Hưng,")
    text = PageText(1000, 100, 300, words, Engine("truth", "1", "", ""), 0)
    assert right_words(text, ("Hòa Hưng, Số: 12/QĐ-UBND ngày 1 tháng 5",)) == (True, True, True, True, True, False, True, True)


def test_the_fit_finds_the_odds_that_made_the_data() -> None:
    draw = np.random.default_rng(1)
    x = draw.normal(size=(4000, 2))
    chance = 1 / (1 + np.exp(-(0.5 + 2 * x[:, 0] - x[:, 1])))
    y = (draw.random(4000) < chance).astype(np.float64)
    assert logistic(x, y) == pytest.approx([0.5, 2, -1], abs=0.15)
    assert expected_error(chance, y > 0) < 0.02 < expected_error(chance**3, y > 0)
