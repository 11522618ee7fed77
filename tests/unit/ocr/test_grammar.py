"""Numbers, dates, names: what is written comes back, and noise breaks nothing."""

import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr.grammar import (
    date_parts,
    distance,
    filled_date,
    find_date,
    find_identity,
    identity_is_regular,
    is_person_name,
    is_upper,
    notation_is_regular,
    number_parts,
    parse_number,
    place_before,
    plain,
    similarity,
    starts_like,
)  # fmt: skip

ABBREVIATIONS = st.sampled_from(["QĐ", "NQ", "CT", "TB", "KH", "BC", "TTr", "QyĐ", "CTr", "HĐ", "UBND"])
UNITS = st.lists(st.sampled_from(["UBND", "HĐND", "VHXH", "VP", "TP", "KTHTĐT", "BNV"]), min_size=1, max_size=3)
NOTATIONS = st.builds(lambda a, u: "-".join([a, *u]), ABBREVIATIONS, UNITS)


def numbered(line: str) -> tuple[str, str]:
    found = parse_number(line)
    assert found is not None
    return found.number, found.notation


@given(st.integers(1, 99_999), NOTATIONS, st.sampled_from(["Số: ", "Số:", "Số ", "SỐ: ", "So: ", "Số; ", " Số : "]))
def test_number_and_notation_come_back(number: int, notation: str, label: str) -> None:
    assert numbered(f"{label}{number:02d}/{notation}") == (f"{number:02d}", notation)
    assert notation_is_regular(notation)


@given(st.integers(1, 999), st.integers(1990, 2030), NOTATIONS)
def test_the_year_of_a_legal_text_belongs_to_its_notation(number: int, year: int, notation: str) -> None:
    assert numbered(f"Số: {number}/{year}/{notation}") == (str(number), f"{year}/{notation}")


@pytest.mark.parametrize(("line", "parts", "loose"), [
    ("Số: 2O5/BC-UBND", ("205", "BC-UBND"), True),
    ("Số: 1!2/KH-UBND", ("112", "KH-UBND"), True),
    ("Số: ...../QĐ-UBND", ("", "QĐ-UBND"), False),
    ("Số: 717UBND", ("717", "UBND"), True),
    ("So: 163, 2019/TLKS-BS", ("163", "2019/TLKS-BS"), True),
    ("Số4 Í /TB-UBND", ("", "TB-UBND"), True),
    ("sối /TB-UBND", ("", "TB-UBND"), True),
    ("Số: 126ó/UBND-TP", ("1266", "UBND-TP"), True),
    ("Số: 12A/QĐ-UBND", ("12A", "QĐ-UBND"), False),
    ("Số: 596/BC-UBND-KTHTĐTPhúc", ("596", "BC-UBND-KTHTĐT"), False),
    ("Soò: 635 UBND-VP", ("635", "UBND-VP"), True),
    ("Số: ”161/2020/TLKS-BS-", ("161", "2020/TLKS-BS"), True),
    ("Số: ;110/QĐ-UBND", ("110", "QĐ-UBND"), True),
    ('"Số: 110/QĐ-UBND', ("110", "QĐ-UBND"), False),
    ("Số: ISR6/BB-UBND-VP Hòa Hưng, ngày 9", ("", "BB-UBND-VP"), True),
])  # fmt: skip
def test_a_number_misread_or_left_blank(line: str, parts: tuple[str, str], loose: bool) -> None:
    assert numbered(line) == parts
    found = parse_number(line)
    assert found is not None and found.loose == loose
    assert line[slice(*found.rest)].replace(" ", "").startswith(parts[1])


def test_a_stroke_read_as_a_figure_behind_a_year_and_a_label_read_as_figures() -> None:
    found = parse_number("Số: 31/20217TLKT-BS")
    assert found is not None and (found.number, found.notation, found.loose) == ("31", "2021/TLKT-BS", True)
    assert numbered("Sôõ: o89/UBND-VP") == ("", "UBND-VP"), "a label and a figure both misread say no number"
    assert numbered(": 8o: 31/KH-UBND-TP") == ("31", "KH-UBND-TP")
    found = parse_number("Số: 183/2019TLKS-BS")
    assert found is not None and (found.number, found.notation, found.loose) == ("183", "2019/TLKS-BS", True)
    assert numbered("Số: 12/2019QĐ-UBND") != ("12", "2019/QĐ-UBND"), "a copy's alone is told so"


def test_what_is_left_when_the_number_is_handwritten_or_no_notation_follows() -> None:
    assert numbered("Số: /QĐ-UBND") == ("", "QĐ-UBND")
    assert numbered("Số: 45/2019") == ("45", "")
    assert numbered("Số: 127 / QĐ - UBND") == ("127", "QĐ-UBND")
    assert parse_number("Số định danh cá nhân: 001219000001") is None
    assert parse_number("Sở Nội vụ/UBND-VP") is None
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
    blank = find_date("Hòa Hưng, ngày tháng năm 2025")
    assert blank and (blank.iso, blank.partial, blank.start) == ("", "2025", 10), "no date, but its place and year"
    assert (found := find_date("Hòa Hưng, ngày …… tháng 7 năm 2025")) and (found.iso, found.partial) == ("", "2025-07")
    assert find_date("Ngày, tháng, năm sinh: …") is None
    for printed, iso in (
        ("ngày 26 tháng 11 năm 202ó", "2026-11-26"),
        ("ngày ó tháng ó năm 2026", "2026-06-06"),
        ("ngày 24 tháng 0J,năm 2023", "2023-01-24"),
        ("ngày 25 dhai 10 năm 2024", "2024-10-25"),
        ("Ngày, thang. nãn: dăng ky: 14/06 2019", "2019-06-14"),
        ("07,04/2021", "2021-04-07"),
        ("12/05, 1993", "1993-05-12"),
        ("ngày 04 tháng 11 :ši: 2024", "2024-11-04"),
        ("Hòa Hưng, nócy 12) tháng 7 năm 2020", "2020-07-12"),
        ("ngày 04 (hoa 4 nắm 2025", "2025-04-04"),
        ("ngày 12 tháng 7 năm -'020", "2020-07-12"),
        ("ngày 26 tháng G.năm 202G", "2026-06-26"),
        ("ngày 04 tháng 11 năn! 2924", "2024-11-04"),
    ):
        assert (found := find_date(printed)) and (found.iso, found.loose) == (iso, True), printed
    for amount in ("12.345,67 2019", "Số: 14/06 2019/QĐ-UBND", "khoản 1, 2/2020/NĐ-CP", "14 06 2019", "6 tháng cuối năm 2020"):
        assert find_date(amount) is None, amount
    specked = find_date("Hòa Hưng, ngày 098 tháng 3 năm 2024")
    assert specked and (specked.iso, specked.partial) == ("", "2024-03")
    assert (odd := find_date("ngày 28 tháng 601 năm 2024")) and (odd.iso, odd.partial) == ("", "2024")
    assert find_date("hạn chót ngày 10 hằng tháng trong năm") is None


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


@given(st.text("ABC ", max_size=12), st.text("ABC ", max_size=12), st.integers(0, 12), st.sampled_from([0.5, 0.75, 0.8, 1.0]))
def test_a_limit_changes_nothing_within_it(a: str, b: str, most: int, least: float) -> None:
    whole, part = distance(a, b), distance(a, b, most)
    assert part == whole if whole <= most else part > most
    alike = similarity(a, b)
    assert similarity(a, b, least) == (alike if alike >= least else 0)


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


@pytest.mark.parametrize(("text", "iso"), [
    ("02/05/2019", "2019-05-02"),
    ("02/05:2019", "2019-05-02"),
    ("17 12/2018", "2018-12-17"),
    ("04052026", "2026-05-04"),
    ("02105/2019.", "2019-05-02"),
    ("02/0572019", "2019-05-02"),
    ("42/05:2019", ""),
    ("02/05:3019", ""),
    ("0405202", ""),
    ("số 04052026", ""),
    ("040520261", ""),
])  # fmt: skip
def test_a_form_s_date_whose_strokes_were_not_read(text: str, iso: str) -> None:
    found = filled_date(text)
    assert (found.iso if found else "") == iso
    assert found is None or found.loose is (text != "02/05/2019")


def test_numbers_that_are_no_identity() -> None:
    assert find_identity("0901 234 567 890 123") == ""
    assert not identity_is_regular("999219000001")


def test_the_parts_of_a_day_and_a_number_and_where_they_stand() -> None:
    text = "Hòa Hưng, ngàv ”5 tháng 19 năm 202ó"
    said = [(p.name, p.said, text[p.start : p.end]) for p in date_parts(text)]
    assert said == [("d", "5", "5"), ("m", "", "19"), ("y", "2026", "202ó")]
    assert date_parts("ngày 098 tháng 3 năm 2024")[0].said == "", "what other readings say is taken"
    assert date_parts("ngày 28 tháng 601 năm 2024")[1].said == "" != date_parts("ngày 28 tháng 601 năm 2024")[0].said
    blank = date_parts("ngày … tháng 7 năm 2026")
    assert [(p.said, p.start == p.end) for p in blank] == [("", True), ("7", False), ("2026", False)]
    assert not date_parts("Ngày, tháng, năm sinh") and not date_parts("17/10/2019")
    line = "Số: 2O5/BC-UBND"
    assert [(p.said, line[p.start : p.end]) for p in number_parts(line)] == [("205", "2O5"), ("BC-UBND", "BC-UBND")]
    assert [p.said for p in number_parts("Số: 205/BC-UBND-TĐông Hưng")] == ["205"]
    copy = "Số: 775/2025/TI.KS-BS."
    assert [(p.said, copy[p.start : p.end]) for p in number_parts(copy)] == [("775", "775"), ("", "2025/TI.KS-BS")]
    assert not number_parts("Số: …../BC-UBND") and not number_parts("Căn cứ Luật")
