"""Numbers, dates, names: what is written comes back, and noise breaks nothing."""

import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr.grammar import (
    NumberLine,
    distance,
    find_date,
    find_identity,
    identity_is_regular,
    is_person_name,
    is_upper,
    notation_is_regular,
    parse_number,
    place_before,
    plain,
    similarity,
    starts_like,
)  # fmt: skip

ABBREVIATIONS = st.sampled_from(["QĐ", "NQ", "CT", "TB", "KH", "BC", "TTr", "QyĐ", "CTr", "HĐ", "UBND"])
UNITS = st.lists(st.sampled_from(["UBND", "HĐND", "VHXH", "VP", "TP", "KTHTĐT", "BNV"]), min_size=1, max_size=3)
NOTATIONS = st.builds(lambda a, u: "-".join([a, *u]), ABBREVIATIONS, UNITS)


@given(st.integers(1, 99_999), NOTATIONS, st.sampled_from(["Số: ", "Số:", "Số ", "SỐ: ", "So: ", "Số; ", " Số : "]))
def test_number_and_notation_come_back(number: int, notation: str, label: str) -> None:
    assert parse_number(f"{label}{number:02d}/{notation}") == NumberLine(f"{number:02d}", notation)
    assert notation_is_regular(notation)


@given(st.integers(1, 999), st.integers(1990, 2030), NOTATIONS)
def test_the_year_of_a_legal_text_belongs_to_its_notation(number: int, year: int, notation: str) -> None:
    assert parse_number(f"Số: {number}/{year}/{notation}") == NumberLine(str(number), f"{year}/{notation}")


def test_what_is_left_when_the_number_is_handwritten_or_no_notation_follows() -> None:
    assert parse_number("Số: /QĐ-UBND") == NumberLine("", "QĐ-UBND")
    assert parse_number("Số: 45/2019") == NumberLine("45", "")
    assert parse_number("Số: 127 / QĐ - UBND") == NumberLine("127", "QĐ-UBND")
    assert parse_number("Số định danh cá nhân: 001219000001") is None
    assert parse_number("Căn cứ Nghị định số 20/2021/NĐ-CP") is None


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)), st.sampled_from(["Hòa Hưng", "Thành phố Hồ Chí Minh", "Ea Kar", ""]))
def test_place_and_date_come_back(day: date, place: str) -> None:
    text = f"{place}, ngày {day.day:02d} tháng {day.month} năm {day.year}"
    found = find_date(text)
    assert found is not None
    assert found.iso == day.isoformat()
    assert place_before(text, found.start) == place


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)), st.sampled_from("/.-"))
def test_short_dates_come_back(day: date, stroke: str) -> None:
    found = find_date(f"Ngày cấp: {day.day:02d}{stroke}{day.month:02d}{stroke}{day.year}")
    assert found is not None and found.iso == day.isoformat()


def test_dates_despite_reading_errors_and_days_that_do_not_exist() -> None:
    assert (found := find_date("Hoà Hưng, ngảy 1O tháng l2 nãm 2O25")) and found.iso == "2025-12-10"
    assert (found := find_date("ngày 31 tháng 02 năm 2025")) and found.iso == ""
    assert find_date("ngày tháng năm 2025") is None


@given(st.text(max_size=80))
def test_no_text_breaks_a_parser(text: str) -> None:
    for parser in (parse_number, find_date, find_identity, is_person_name, is_upper):
        parser(text)
    nfc = unicodedata.normalize("NFC", text)
    assert len(plain(nfc)) == len(nfc)


@given(st.text("abcdđeêố ", max_size=12), st.text("abcdđeêố ", max_size=12))
def test_distance_is_a_metric(a: str, b: str) -> None:
    assert distance(a, b) == distance(b, a)
    assert (distance(a, b) == 0) == (a == b)
    assert 0 <= similarity(a, b) <= 1


def test_keywords_are_known_despite_marks_and_letters_gone_wrong() -> None:
    assert similarity("CỌNG HOÀ XA HỘI CHU NGHỈA VIÊT NAM", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM") == 1
    assert starts_like("Nơi nhân:", "Nơi nhận") == 1
    assert starts_like("Căn cú Luật Đất đai", "Căn cứ") > 0
    assert starts_like("Điều 5. Người giám hộ", "Điều 1") == 0 or starts_like("Điều 5", "Điều 1") >= 0.8
    assert starts_like("Kinh phí", "Kính gửi") == 0


@pytest.mark.parametrize(("text", "name"), [
    ("Trần Thị Ví Dụ", True), ("H'Hen Niê", True), ("CHỦ TỊCH", True), ("Lưu", False), ("- Như trên", False),
    ("Quyết định này", False), ("Trần 2 Thị", False),
])  # fmt: skip
def test_names(text: str, name: bool) -> None:
    assert is_person_name(text) == name


@given(st.integers(1, 96), st.integers(0, 999_999_999))
def test_identity_numbers_come_back(province: int, rest: int) -> None:
    digits = f"{province:03d}{rest:09d}"
    assert find_identity(f"Số định danh: {digits}.") == digits
    assert find_identity(f"{digits[:3]} {digits[3:6]} {digits[6:9]} {digits[9:]}") == digits
    assert identity_is_regular(digits)


def test_numbers_that_are_no_identity() -> None:
    assert find_identity("0901 234 567 890 123") == ""
    assert not identity_is_regular("999219000001")
