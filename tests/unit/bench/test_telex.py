"""Strokes are counted as a clerk types them."""

import pytest

from tests.bench.index_clerk import damaged
from tests.bench.telex import strokes


@pytest.mark.parametrize(
    ("word", "keys"),
    [("Nguyễn", "Nguyeenx"), ("Đường", "DDuwowngf"), ("mẫu", "maaux"), ("QĐ-UBND", "QDD-UBND"), ("trăng", "trawng"),
     ("127", "127"), ("của", "cuar"), ("ở", "owr")],
)  # fmt: skip
def test_strokes(word: str, keys: str) -> None:
    assert strokes(word) == keys


@pytest.mark.parametrize(
    ("name", "value"),
    [("number", "127"), ("number", "8"), ("issued_date", "2019-03-11"), ("subject", "Về việc cấp phép"), ("notation", "QĐ-UBND"),
     ("signer_name", "Lý Thị Thử")],
)  # fmt: skip
def test_a_planted_error_is_one(name: str, value: str) -> None:
    assert damaged(name, value) != value and len(damaged(name, value).split()) == len(value.split())
