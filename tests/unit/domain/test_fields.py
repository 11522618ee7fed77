"""Words of a value that may be misread, while somebody types over it."""

from hypothesis import given
from hypothesis import strategies as st

from workstation.domain.fields import IndexField, WeakWord, still_weak

VALUE = "tảng ang tảng an"
PLACES = ((0, 4), (5, 8), (9, 13), (14, 16))
FIELD = IndexField("subject", VALUE, 0.5, weak=tuple(WeakWord(a, b, (a, 0, b, 9)) for a, b in PLACES))


@given(st.integers(0, len(VALUE)), st.integers(0, len(VALUE)), st.text("ta ngảá", max_size=6) | st.just("x"))
def test_weak_words_move_with_what_is_typed(a: int, b: int, typed: str) -> None:
    start, end = min(a, b), max(a, b)
    text = VALUE[:start] + typed + VALUE[end:]
    left = still_weak(FIELD, text)
    assert all(text[w.start : w.end] == VALUE[int(w.box[0]) : int(w.box[2])] for w in left), "each still reads as it did"
    assert [w.box for w in left] == sorted({w.box for w in left}), "in order, none twice"
    whole = {w.box for w in FIELD.weak if w.end <= start or w.start >= end}
    if typed == "x":  # no letter of the value: what was changed can be told from what was not
        assert whole == {w.box for w in left}, "what was not touched stays, and only that"


def test_nothing_of_it_in_another_value() -> None:
    assert still_weak(FIELD, VALUE) == FIELD.weak
    assert still_weak(FIELD, "") == still_weak(FIELD, "Về việc khác hẳn") == ()
