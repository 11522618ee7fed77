"""Vietnamese number words against a writer of them."""

import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workstation.domain.numberwords import dates_in_words, number_of

UNITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")


def in_words(n: int, *, thousand: str = "nghìn", odd: str = "linh", four: str = "tư") -> str:
    """As papers say it: mốt, lăm, linh, không trăm."""
    if n < 10:
        return UNITS[n]
    if n < 100:
        tens, last = divmod(n, 10)
        said = "mười" if tens == 1 else f"{UNITS[tens]} mươi"
        ends = {0: "", 1: "một" if tens == 1 else "mốt", 4: "bốn" if tens == 1 else four, 5: "lăm"}
        return f"{said} {ends.get(last, UNITS[last])}".strip()
    if n < 1000:
        return f"{UNITS[n // 100]} trăm {_tail(n % 100, odd, four)}".strip()
    rest = n % 1000
    tail = "" if not rest else f"không trăm {_tail(rest, odd, four)}" if rest < 100 else in_words(rest, odd=odd, four=four)
    return f"{UNITS[n // 1000]} {thousand} {tail}".strip()


def _tail(n: int, odd: str, four: str) -> str:
    return "" if not n else f"{odd} {UNITS[n]}" if n < 10 else in_words(n, four=four)


ways = st.fixed_dictionaries(
    {
        "thousand": st.sampled_from(["nghìn", "ngàn"]),
        "odd": st.sampled_from(["linh", "lẻ"]),
        "four": st.sampled_from(["tư", "bốn"]),
    }
)
writings = st.sampled_from([str, str.upper, str.capitalize])


@given(st.integers(0, 9999), ways, st.one_of(writings, st.just(lambda s: unicodedata.normalize("NFD", s))))
def test_what_is_written_in_words_is_read_back(n, way, writing):
    assert number_of(writing(in_words(n, **way))) == n


@given(st.lists(st.sampled_from([*UNITS, "mười", "mươi", "trăm", "nghìn", "linh", "mốt", "lăm", "tư", "xã", "12"]), max_size=9))
def test_any_heap_of_words_is_a_small_number_or_none(words):
    found = number_of(" ".join(words))
    assert found is None or 0 <= found <= 9999


@pytest.mark.parametrize("words, number", [
    ("hai không một chín", 2019), ("một chín bảy lăm", 1975), ("hai lăm", 25), ("hai nghìn mười chín", 2019),
    ("hai nghìn linh chín", 2009), ("một nghìn chín trăm bảy lăm", 1975), ("bẩy mươi nhăm", 75), ("mươi", 10),
    ("hai nghìn chín", None), ("một mươi", None), ("mười không", None), ("mười mười", None), ("hai trăm năm", None),
    ("nghìn", None), ("mười nghìn", None), ("trăm hai", None), ("không trăm linh một", None), ("linh năm", None), ("", None),
    ("hai nghìn không trăm", None), ("hai mươi ba bốn", None), ("không năm", None), ("hai nghìn ba nghìn", None),
])  # fmt: skip
def test_numbers_people_say(words, number):
    assert number_of(words) == number


def spoken(day: date) -> str:
    return f"Ngày {in_words(day.day)} tháng {in_words(day.month)} năm {in_words(day.year)}"


@given(st.dates(date(1000, 1, 1), date(9999, 12, 31)), writings, st.sampled_from(["", "xin, ngày ", "năm năm ", "Số: 12 "]),
       st.sampled_from(["", ".", " (bằng chữ)", " tại Ủy ban", "\nNgày 5 tháng 6 năm 2020"]))  # fmt: skip
def test_a_date_in_words_is_found_where_it_stands(day, writing, before, after):
    said = writing(spoken(day))
    (found,) = dates_in_words(before + said + after)
    assert (found.day, found.start, found.end) == (day, len(before), len(before) + len(said))


@given(st.text(st.sampled_from("ngày tháng năm hai mươi 12,\n"), max_size=80))
def test_any_text_gives_dates_or_none(text):
    for found in dates_in_words(text):
        assert 0 <= found.start < found.end <= len(text)


@pytest.mark.parametrize("text, days", [
    ("ngày mồng năm tháng năm năm hai nghìn không trăm linh năm", [date(2005, 5, 5)]),
    ("Ngày 14 tháng ba năm hai nghìn không trăm mười chín", [date(2019, 3, 14)]),
    ("ngày hai mươi chín tháng hai năm hai nghìn không trăm mười chín", []),
    ("ngày ba mươi tháng chạp năm một nghìn chín trăm chín mươi", [date(1990, 12, 30)]),
    ("ngày mười lăm, tháng giêng,\nnăm hai ngàn không trăm hai mươi", [date(2020, 1, 15)]),
    ("ngày hai mươi tư tháng tư năm hai nghìn lẻ bốn và ngày một tháng một năm hai nghìn", [date(2004, 4, 24), date(2000, 1, 1)]),
    ("ngày 14 tháng 3 năm 2019", []), ("ngày tháng năm", []), ("ngày", []), ("ngày năm tháng năm", []),
    ("ngay muoi bon thang ba nam hai nghin khong tram muoi chin", [date(2019, 3, 14)]),
])  # fmt: skip
def test_dates_as_papers_have_them(text, days):
    assert [found.day for found in dates_in_words(text)] == days
