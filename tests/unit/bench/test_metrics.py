"""The yardsticks themselves: distances, error rates, reading orders, field matches."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr.grammar import distance
from tests.bench.corpus import house_names, in_text, orders, same_value, zone_orders
from tests.bench.index_plain import plain_fields
from tests.bench.text import TextScore, loose, norm, score
from tests.pagemaker import TruthLine


def by_table(a: str, b: str) -> int:
    """The textbook recurrence."""
    above = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        row = [i]
        for j, y in enumerate(b, 1):
            row.append(min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (x != y)))
        above = row
    return above[-1]


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [("", "", 0), ("", "abc", 3), ("abc", "", 3), ("kitten", "sitting", 3), ("Số: 12", "Số: 17", 1), ("flaw", "lawn", 2)],
)
def test_distance(a: str, b: str, expected: int) -> None:
    assert distance(a, b) == expected


@given(st.text("abĐ", max_size=80), st.text("abĐ", max_size=80))
def test_distance_agrees_with_the_table(a: str, b: str) -> None:
    assert distance(a, b) == distance(b, a) == by_table(a, b)


def test_distance_of_words() -> None:
    assert distance(["ủy", "ban", "nhân", "dân"], ["ủy", "bản", "nhân"]) == 2


def test_error_rates() -> None:
    one = score("Số 12 của Ủy ban", ["Số 17 của Ủy ban"])
    assert one == TextScore(chars=16, char_errors=1, words=5, word_errors=1, words_found=4)
    assert (one.cer, one.wer, one.found) == (100 / 16, 20.0, 80.0)
    both = one + score("", ["abcd"])
    assert (both.chars, both.char_errors, both.words_found) == (20, 5, 4)
    assert TextScore().cer is None


def test_what_is_alike_and_what_is_not() -> None:
    assert norm("Họ tên: ........ “Mẫu”\n– A") == 'Họ tên: "Mẫu" - A'
    assert norm("e\u0302\u0301") == "ế"
    assert loose("ĐIỀU 1.  Căn cứ;") == "điều 1 căn cứ"
    assert score("cứ", ["cử"]).char_errors == 1


def line(text: str, x: float, y: float) -> TruthLine:
    return TruthLine(text, (x, y, x + 100, y + 20))


HEAD = (line("UBND", 0, 0), line("Số 1", 0, 30), line("CHXHCN", 300, 0), line("Độc lập", 300, 30), line("Điều 1", 0, 90))


def test_columns_may_be_read_in_rows_or_the_other_first() -> None:
    texts = {" ".join(order.split("\n")) for order in orders(HEAD)}
    assert texts == {
        "UBND Số 1 CHXHCN Độc lập Điều 1",
        "UBND CHXHCN Số 1 Độc lập Điều 1",
        "CHXHCN Độc lập UBND Số 1 Điều 1",
    }
    assert score("CHXHCN Độc lập UBND Số 1 Điều 1", orders(HEAD)).char_errors == 0


def test_lines_below_each_other_have_one_order() -> None:
    assert orders((line("một", 0, 0), line("hai", 0, 16), line("ba", 0, 32))) == ("một\nhai\nba",)
    assert orders(()) == ("",)


def test_zones_of_a_corpus() -> None:
    def at(text: str, x: float, y: float) -> dict[str, object]:
        return {"text": text, "quad": [[x, y], [x + 50, y], [x + 50, y + 20], [x, y + 20]]}

    cols = {"kind": "cols", "parts": [[at("a", 0, 0), at("b", 0, 40)], [at("c", 90, 2), at("d", 90, 41)]]}
    table = {"kind": "table", "parts": [[[at("H1", 0, 90)], [at("H2", 50, 90)]], [[at("1", 0, 120)], [at("2", 50, 120)]]]}
    flow = {"kind": "flow", "parts": [[at("cuối", 0, 200)]]}
    found = zone_orders([cols, table, flow])
    assert {"a b c d H1 H2 1 2 cuối", "c d a b H1 1 H2 2 cuối", "a c b d H1 H2 1 2 cuối"} <= set(found)


def test_field_names_of_a_corpus() -> None:
    assert house_names({"so_ky_hieu": "12/QĐ-UBND", "ngay": "2026-03-04", "cccd_1": "001"}) == {
        "number": "12", "notation": "QĐ-UBND", "issued_date": "2026-03-04", "cccd_1": "001",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "value", "text", "found"),
    [
        ("issued_date", "2026-03-04", "Hòa Hưng, ngày 04 tháng 3 năm 2026", True),
        ("issued_date", "2026-03-04", "ký 04/03/2026", True),
        ("issued_date", "2026-03-04", "ngày 14 tháng 3 năm 2026", False),
        ("number", "12", "Số: 12/QĐ-UBND", True),
        ("number", "12", "Số: 127/QĐ-UBND", False),
        ("recipients", "Như trên; Lưu: VT", "- Như trên;\n- Lưu: VT.", True),
        ("signer_name", "Trần Thị Mẫu", "TRẦN THỊ MẬU", False),
    ],
)
def test_fields_in_a_text(name: str, value: str, text: str, found: bool) -> None:
    assert in_text(name, value, text) is found


def test_same_value() -> None:
    assert same_value("number", "05", "5")
    assert same_value("organ_name", "ỦY BAN NHÂN DÂN XÃ A", "Ủy ban nhân dân xã A")
    assert same_value("subject", "Về việc “số hóa”", 'Về việc "số hóa".')
    assert not same_value("subject", "chi trả", "chỉ trả")
    assert not same_value("number", "50", "5")


def test_plain_expressions_are_no_straw_man() -> None:
    text = (
        "ỦY BAN NHÂN DÂN CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nXÃ PHÚC THỊNH Độc lập - Tự do - Hạnh phúc\n\n"
        "Số: 23/QĐ-UBND Phúc Thịnh, ngày 18 tháng 5 năm 2026\n\nQUYẾT ĐỊNH\nVề việc thử\n\nNơi nhận: KT. CHỦ TỊCH\n"
        "- Như trên; PHÓ CHỦ TỊCH\n\nLý Quỳnh Dụng\n"
    )
    found = plain_fields(text)
    assert found["organ_name"] == "ỦY BAN NHÂN DÂN XÃ PHÚC THỊNH"
    assert (found["number"], found["notation"], found["issued_date"]) == ("23", "QĐ-UBND", "2026-05-18")
    assert (found["type_name"], found["signer_title"], found["signer_name"]) == ("QUYẾT ĐỊNH", "PHÓ CHỦ TỊCH", "Lý Quỳnh Dụng")
    assert found["place"] == "Phúc Thịnh"
