"""The zones of Decree 30/2020 on pages written down as lines: position and wording together, and what a page says twice."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from ocr.agency import agencies, spelt
from ocr.notation import number_fields
from ocr.offices import capacity
from ocr.sheet import field, name_field, part, sheet
from ocr.split import index_document
from ocr.values import without_province
from workstation.domain.doctype import DocumentType
from workstation.domain.fields import FieldOrigin, IndexField, Proposal
from workstation.domain.page import LIKELY, Engine, PageText, UnreadArea, Word

TYPES = (
    DocumentType("QD", "Quyết định", "QĐ", "decree30", ("QUYẾT ĐỊNH",)),
    DocumentType("BC", "Báo cáo", "BC", "decree30", ("BÁO CÁO",)),
    DocumentType("CV", "Công văn", "", "decree30", ()),
)
LINE = tuple[str, int, int]
"""Text, left edge and top; ten pixels a letter, lines 20 high, on a page of 1000 × 1414."""
HEAD: tuple[LINE, ...] = (
    ("ỦY BAN NHÂN DÂN", 120, 80),
    ("PHƯỜNG HÒA HƯNG", 120, 105),
    ("Số: 127/BC-UBND-VP", 110, 150),
    ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 500, 80),
    ("Độc lập - Tự do - Hạnh phúc", 540, 105),
    ("Hòa Hưng, ngày 09 tháng 7 năm 2026", 510, 150),
    ("BÁO CÁO", 460, 200),
    ("Về việc rà soát hồ sơ", 400, 225),
    ("Nội dung thứ nhất của báo cáo được trình bày như sau đây cho rõ", 170, 280),
)


def page(*lines: LINE, confidence: float = 0.995, weak: Sequence[str] = (), unread: tuple[UnreadArea, ...] = ()) -> PageText:
    words = []
    for number, (text, x, y) in enumerate(lines):
        at = x
        for word in text.split(" "):
            sure = 0.3 if word in weak else confidence
            words.append(Word(word, (at, y, at + 10 * len(word), y + 20), sure, number))
            at += 10 * (len(word) + 1)
    return PageText(1000, 1414, 100, tuple(words), Engine("truth", "1", "", ""), 0, unread=unread)


def changed(*changes: tuple[str, str]) -> list[LINE]:
    """The letterhead with lines read otherwise; empty: not read at all."""
    by_text = dict(changes)
    assert by_text.keys() <= {text for text, _, _ in HEAD}
    return [(by_text.get(text, text), x, y) for text, x, y in HEAD if by_text.get(text, text)]


def read(text: PageText) -> dict[str, IndexField]:
    return {f.name: f for f in index_document((text,), TYPES).fields}


def test_a_clean_letterhead_gives_its_zones_without_doubt() -> None:
    found = read(page(*HEAD))
    assert {n: f.value for n, f in found.items()} == {
        "type_name": "BÁO CÁO", "number": "127", "notation": "BC-UBND-VP", "issued_date": "2026-07-09",
        "organ_name": "ỦY BAN NHÂN DÂN PHƯỜNG HÒA HƯNG", "place": "Hòa Hưng", "subject": "Về việc rà soát hồ sơ",
    }  # fmt: skip
    assert not [f for f in found.values() if f.doubt]


# --- words that make a doubt


@pytest.mark.parametrize(("read_there", "doubted"), [("", True), ("QXO", True), ("BAO", False)])
def test_what_only_its_ink_says_is_looked_at_though_it_is_in_a_list(read_there: str, doubted: bool) -> None:
    """The title of a type is known, and other marks speak against nothing; other letters do."""
    text = page(*HEAD)
    words = [replace(w, doubt=LIKELY, suggestion=read_there) if w.text == "BÁO" else w for w in text.words]
    found = read(replace(text, words=tuple(words)))["type_name"]
    assert (found.value, found.doubt) == ("BÁO CÁO", doubted)


def lit(found: IndexField) -> list[tuple[str, tuple[float, ...]]]:
    return [(found.value[w.start : w.end], w.box) for w in found.weak]


def test_a_field_tells_its_weak_words_and_where_they_stand() -> None:
    found = read(page(*HEAD, weak=("soát",)))
    assert lit(found["subject"]) == [("soát", (510, 225, 550, 245))] and found["subject"].doubt
    assert not [f for n, f in found.items() if n != "subject" and f.weak], "what is sure has none"


def test_where_the_whole_is_not_sure_enough_the_weakest_words_are_told() -> None:
    """Each is above the limit of a word: without the two weakest the rest would be sure."""
    text = page(*HEAD)
    chances = {"rà": 0.86, "soát": 0.85, "hồ": 0.9}
    found = read(replace(text, words=tuple(replace(w, confidence=chances.get(w.text, w.confidence)) for w in text.words)))
    assert found["subject"].doubt and [word for word, _ in lit(found["subject"])] == ["rà", "soát"]


def test_a_weak_word_that_stands_twice_is_told_where_it_is_weak() -> None:
    text = page(*changed(("Về việc rà soát hồ sơ", "Về việc rà soát hồ sơ, rà soát đất")))
    second = max(i for i, w in enumerate(text.words) if w.text == "rà")
    worn = replace(text, words=tuple(replace(w, confidence=0.3) if i == second else w for i, w in enumerate(text.words)))
    [word] = read(worn)["subject"].weak
    assert (word.start, word.end) == (23, 25) and word.box == text.words[second].box


def test_a_weak_word_that_the_value_has_not_as_it_was_read_is_not_told() -> None:
    """Of a date, and of a subject's beginning that was put right; nothing is guessed."""
    found = read(page(*changed(("Về việc rà soát hồ sơ", "Vẻ viêc rà soát hồ sơ")), weak=("09", "viêc", "hồ")))
    assert found["issued_date"].doubt and found["issued_date"].weak == ()
    assert found["subject"].value == "Về việc rà soát hồ sơ" and [word for word, _ in lit(found["subject"])] == ["hồ"]


def test_a_value_that_was_put_right_by_another_has_no_weak_words() -> None:
    """A family that nobody is called by: the likely one is not what those letters of the page say."""
    name = part(0, page(("Đăng Thị Ví Dụ", 600, 900), weak=("Ví",)).words)
    assert name_field("signer_name", name).weak == ()
    assert [w.start for w in name_field("signer_name", name, "Đặng Thị Ví Dụ").weak] == [9]


def test_no_more_than_eight_weak_words_the_weakest() -> None:
    line = "một hai ba bốn năm sáu bảy tám chín mười"
    text = page((line, 100, 300), confidence=0.5)
    words = tuple(replace(w, confidence=0.6 if w.text in ("hai", "chín") else 0.5) for w in text.words)
    found = field("subject", [part(0, words)])
    assert [word for word, _ in lit(found)] == [w for w in line.split() if w not in ("hai", "chín")]


# --- agency and place


@pytest.mark.parametrize(("lines", "groups"), [
    (["ỦY BAN NHÂN DÂN", "PHƯỜNG HÒA HƯNG"], 1),
    (["ỦY BAN NHÂN DÂN", "THÀNH PHỐ HỒ CHÍ MINH", "SỞ NỘI VỤ"], 2),
    (["SỞ NÔNG NGHIỆP VÀ", "MÔI TRƯỜNG", "VĂN PHÒNG ĐĂNG KÝ", "ĐẤT ĐAI"], 2),
    (["UBND PHƯỜNG HÒA HƯNG", "TRUNG TÂM PHỤC VỤ", "HÀNH CHÍNH CÔNG"], 2),
    (["ỦY BAN NHÂN DÂN XÃ A", "PHÒNG VĂN HÓA - XÃ HỘI"], 2),
])  # fmt: skip
def test_lines_of_a_letterhead_are_parted_into_agencies(lines: list[str], groups: int) -> None:
    read_lines = sheet(0, page(*((text, 100, 80 + 25 * n) for n, text in enumerate(lines)))).lines
    assert len(agencies(read_lines)) == groups


def test_the_agency_above_is_the_parent() -> None:
    lines = changed(("ỦY BAN NHÂN DÂN", "UBND PHƯỜNG HÒA HƯNG"), ("PHƯỜNG HÒA HƯNG", "PHÒNG KINH TẾ"))
    found = read(page(*lines))
    assert (found["parent_organ"].value, found["organ_name"].value) == ("UBND PHƯỜNG HÒA HƯNG", "PHÒNG KINH TẾ")
    parent, own = found["parent_organ"].box, found["organ_name"].box
    assert parent and own and parent[3] <= own[1]


def test_only_marks_of_fixed_words_are_put_right_and_scraps_dropped() -> None:
    assert spelt("ỦY BẠN NHÂN DẦN PHƯƠNG. HÓA HƯNG :") == "ỦY BAN NHÂN DÂN PHƯỜNG HÓA HƯNG"
    assert spelt("Ủy bạn nhân dân xã Bản Mẫu") == "Ủy ban nhân dân xã Bản Mẫu"


@pytest.mark.parametrize(("printed", "name"), [
    ("Ủy ban nhân dân phường Bình Thới. tỉnh Đắk Lắk", "Ủy ban nhân dân phường Bình Thới"),
    ("Ủy ban nhân dân phường An Khánh, thành phố Cần, Thơ", "Ủy ban nhân dân phường An Khánh"),
    ("Ủy ban nhân dân, xà, Bình, Chánh", "Ủy ban nhân dân xã Bình Chánh"),
    ("UBND thành phố Thủ Đức, Thành phố Hồ Chí Minh", "UBND thành phố Thủ Đức"),
    ("Ủy ban nhân dân Thành phố Hồ Chí Minh", "Ủy ban nhân dân Thành phố Hồ Chí Minh"),
    ("Phòng Kinh tế, Hạ tầng và Đô thị", "Phòng Kinh tế, Hạ tầng và Đô thị"),
    ("Công an xã Tỉnh Túc, tỉnh Cao Bằng", "Công an xã Tỉnh Túc"),
])  # fmt: skip
def test_an_agency_on_a_form_goes_without_its_province_and_the_signs_of_leaders(printed: str, name: str) -> None:
    assert without_province(printed) == name


def test_two_weak_readings_of_one_name_that_agree_are_sure() -> None:
    found = read(page(*HEAD, weak=("HÒA", "Hòa", "HƯNG")))
    assert not found["organ_name"].doubt and not found["place"].doubt


def test_of_two_readings_that_differ_the_one_in_the_text_wins_and_the_other_is_in_doubt() -> None:
    again = ("CHỦ TỊCH ỦY BAN NHÂN DÂN PHƯỜNG HÒA HƯNG", 300, 250)
    found = read(page(*changed(("PHƯỜNG HÒA HƯNG", "PHƯỜNG HÓA HƯNG")), again))
    organ, place = found["organ_name"], found["place"]
    assert (organ.value, organ.doubt) == ("ỦY BAN NHÂN DÂN PHƯỜNG HÒA HƯNG", True)
    assert organ.proposals == (Proposal("ỦY BAN NHÂN DÂN PHƯỜNG HÓA HƯNG", "read"),)
    assert (place.value, place.doubt) == ("Hòa Hưng", False)


def test_of_two_readings_that_differ_and_nothing_decides_both_are_in_doubt() -> None:
    found = read(page(*changed(("PHƯỜNG HÒA HƯNG", "PHƯỜNG HÓA HƯNG"))))
    assert found["organ_name"].doubt and found["place"].doubt


def test_a_name_that_was_not_read_is_taken_from_where_it_was() -> None:
    again = ("CHỦ TỊCH ỦY BAN NHÂN DÂN PHƯỜNG HÒA HƯNG", 300, 250)
    found = read(page(*changed(("PHƯỜNG HÒA HƯNG", "")), again))
    assert (found["organ_name"].value, found["organ_name"].doubt) == ("ỦY BAN NHÂN DÂN PHƯỜNG HÒA HƯNG", True)
    found = read(page(*changed(("Hòa Hưng, ngày 09 tháng 7 năm 2026", ""))))
    place = found["place"]
    assert (place.value, place.doubt, place.origin, place.box) == ("Hòa Hưng", True, FieldOrigin.DERIVED, None)
    found = read(page(*changed(("Hòa Hưng, ngày 09 tháng 7 năm 2026", "Hưng, ngày 09 tháng 7 năm 2026"))))
    assert (found["place"].value, found["place"].doubt) == ("Hòa Hưng", True)


def test_the_seat_of_a_province_is_not_taken_for_its_agencys_name() -> None:
    lines = changed(
        ("PHƯỜNG HÒA HƯNG", "TỈNH AN GIANG"), ("Hòa Hưng, ngày 09 tháng 7 năm 2026", "Rạch Giá, ngày 09 tháng 7 năm 2026")
    )
    found = read(page(*lines))
    assert (found["organ_name"].value, found["place"].value) == ("ỦY BAN NHÂN DÂN TỈNH AN GIANG", "Rạch Giá")
    found = read(page(*changed(("Hòa Hưng, ngày 09 tháng 7 năm 2026", "Long Xuyên, ngày 09 tháng 7 năm 2026"))))
    assert (found["organ_name"].value, found["place"].value) == ("ỦY BAN NHÂN DÂN PHƯỜNG HÒA HƯNG", "Long Xuyên")


def test_a_line_read_across_the_gutter_is_cut_where_the_national_name_begins() -> None:
    lines = changed(
        ("ỦY BAN NHÂN DÂN", "ỦY BAN NHÂN DÂN CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"), ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "")
    )
    at = next(i for i, line in enumerate(lines) if line[0].endswith("VIỆT NAM"))
    whole = page(*lines)
    shift = {w for w in whole.words if w.line == at and w.box[0] > 270}
    moved = [replace(w, box=(w.box[0] + 220, w.box[1], w.box[2] + 220, w.box[3])) if w in shift else w for w in whole.words]
    assert read(replace(whole, words=tuple(moved)))["organ_name"].value == "ỦY BAN NHÂN DÂN PHƯỜNG HÒA HƯNG"


# --- number, notation, date


@pytest.mark.parametrize(("printed", "value", "doubt"), [
    ("Số: 127/BC-UBND-VP", "BC-UBND-VP", False),
    ("Số: 127/BC-UBND-KTIITĐT", "BC-UBND-KTHTĐT", True),
    ("Số: 127/B3-UBND-VP", "BC-UBND-VP", True),
    ("Số: 127/BC-LBND-TP", "BC-UBND-TP", True),
    ("Số: 127/BC-UBND-V", "BC-UBND-VP", True),
    ("Số: 127/BC-UBND-ABCD", "BC-UBND-ABCD", False),
    ("Số: 127/QĐ-UBND-VP", "QĐ-UBND-VP", True),
    ("Số: 127/BC-UBND'YVHXH", "BC-UBND-VHXH", True),
    ("Số: 127/BC-UBND-/HXH", "BC-UBND-VHXH", True),
    ("Số: 127/1C-UBNI)-TP", "BC-UBND-TP", True),
    ("Số: 127/BC-UBND-KTHTHần", "BC-UBND-KTHT", True),
    ("Số: 127/TB-UBNI-VP", "TB-UBND-VP", True),
    ("Số: 127/BC-UBND-TH", "BC-UBND-TH", False),
    ("ố:.127 BC-UBND-VP", "BC-UBND-VP", True),
    ("127/BC-BND-VHXH", "BC-UBND-VHXH", True),
])  # fmt: skip
def test_a_notation_is_held_against_its_type_and_the_usual_units(printed: str, value: str, doubt: bool) -> None:
    found = read(page(*changed(("Số: 127/BC-UBND-VP", printed))))["notation"]
    assert (found.value, found.doubt) == (value, doubt)


def test_a_notation_of_known_parts_is_sure_though_its_number_is_not() -> None:
    found = read(page(*HEAD, weak=("127/BC-UBND-VP",)))
    assert found["number"].doubt and not found["notation"].doubt


def test_a_notation_that_was_put_right_is_proposed_as_it_was_read_too() -> None:
    found = read(page(*changed(("Số: 127/BC-UBND-VP", "Số: 127/BC-UBNI-VHNH"))))["notation"]
    assert (found.value, [p.value for p in found.proposals]) == ("BC-UBND-VHXH", ["BC-UBNI-VHNH"])


def test_a_weak_notation_is_the_one_that_fits_type_and_agency() -> None:
    printed = "127/BC-UBND-VIiIXH"
    found = read(page(*changed(("Số: 127/BC-UBND-VP", f"Số: {printed}")), weak=(printed,)))["notation"]
    assert (found.value, found.doubt) == ("BC-UBND-VHXH", True)


def test_a_weak_unit_that_is_in_no_list_is_left_as_it_was_read() -> None:
    printed = "127/BC-UBND-TH"
    found = read(page(*changed(("Số: 127/BC-UBND-VP", f"Số: {printed}")), weak=(printed,)))["notation"]
    assert (found.value, found.doubt) == ("BC-UBND-TH", True)


def test_a_copy_s_notation_with_one_letter_of_like_shape_is_the_copy_s() -> None:
    _, notation = number_fields(sheet(0, page(("Số: 45/2022/TIKS-BS", 110, 150))).lines[0], None)
    assert (notation.value, notation.doubt, [p.value for p in notation.proposals]) == ("2022/TLKS-BS", True, ["2022/TIKS-BS"])


@pytest.mark.parametrize("printed", ["Bản sao 127", "BC UBND", "BC UBND VP", "V/v rà soát"])
def test_a_line_above_the_title_without_a_notation_is_no_number(printed: str) -> None:
    found = read(page(*changed(("Số: 127/BC-UBND-VP", printed))))
    assert not found.keys() & {"number", "notation"}


@pytest.mark.parametrize(("printed", "iso"), [
    ("Hòa Hưng, ngày 09 tháng 43 năm 2026", ""),
    ("Hòa Hưng, ngày 64 tháng 11 năm 2026", "2026-11-04"),
    ("Hòa Hưng, ngày 28 tháng 16 năm 2026", "2026-10-28"),
    ("Hòa Hưng, ngày 17 tháng 01 năm 2924", "2024-01-17"),
    ("Hòa Hưng, gầy 08 thán+ 61 năm 2026", "2026-01-08"),
])  # fmt: skip
def test_a_date_that_is_none_as_read_is_given_as_it_may_be_and_doubted(printed: str, iso: str) -> None:
    found = read(page(*changed(("Hòa Hưng, ngày 09 tháng 7 năm 2026", printed))))["issued_date"]
    assert (found.value, found.doubt) == (iso, True)


def test_a_date_without_its_day_has_its_place_and_is_proposed_in_part() -> None:
    found = read(page(*changed(("Hòa Hưng, ngày 09 tháng 7 năm 2026", "Hòa Hưng, ngày …… tháng 7 năm 2026"))))
    day = found["issued_date"]
    assert (day.value, day.doubt, day.proposals) == ("", True, (Proposal("2026-07", "partial"),))
    assert day.box is not None and day.box[0] > 600
    assert found["place"].value == "Hòa Hưng"


def test_what_is_written_by_hand_is_left_to_be_keyed_with_what_is_printed_proposed() -> None:
    """Figures read from handwriting with confidence are no value: they are wrong more often than right."""
    text = page(*HEAD)
    day = next(w.box for w in text.words if w.text == "09")
    number = next(w.box for w in text.words if w.text.startswith("127"))
    hands = (UnreadArea("handwriting", day), UnreadArea("handwriting", (number[0] - 2, number[1], number[0] + 30, number[3])))
    found = read(replace(text, unread=hands))
    dated, numbered = found["issued_date"], found["number"]
    assert (dated.value, dated.origin, dated.doubt, dated.confidence) == ("", FieldOrigin.HANDWRITTEN, True, 0.0)
    assert dated.proposals == (Proposal("2026-07", "partial"), Proposal("2026-07-09", "read"))
    assert (numbered.value, numbered.origin, numbered.proposals) == ("", FieldOrigin.HANDWRITTEN, (Proposal("127", "read"),))
    assert numbered.box and dated.box and not found["notation"].doubt and not found["place"].doubt
    body = page(*HEAD, ("Căn cứ Tờ trình số 321 ngày 12 tháng 5 năm 2026", 170, 310))
    cited = next(w.box for w in body.words if w.text == "321")
    assert read(replace(body, unread=(UnreadArea("handwriting", cited),)))["number"].value == "127", "another paper's number"


# --- addressees, marks, signer


def test_addressees_behind_the_label_and_under_it() -> None:
    body = ("Thực hiện kế hoạch số hóa tài liệu lưu trữ năm nay của phường", 170, 330)
    one = page(*HEAD[:6], ("Kính gửi: Sở Nội vụ tỉnh Bản Mẫu.", 300, 280), body)
    assert read(one)["addressees"].value == "Sở Nội vụ tỉnh Bản Mẫu"
    items = (("- Các phòng chuyên môn và các đơn", 400, 275), ("vị trực thuộc;", 400, 300), ("- Các khu phố.", 400, 325))
    listed = page(*HEAD[:6], ("Kính gửi:", 300, 250), *items, (body[0], 170, 355))
    assert read(listed)["addressees"].value == "Các phòng chuyên môn và các đơn vị trực thuộc; Các khu phố"
    assert "addressees" not in read(page(*HEAD))


def test_marks_of_secrecy_and_urgency_by_themselves() -> None:
    found = read(page(*HEAD, ("THƯỢNG KHẨN", 120, 190), ("TỐI MẬT", 120, 230)))
    assert (found["urgency"].value, found["urgency"].doubt) == ("THƯỢNG KHẨN", False)
    assert (found["secrecy"].value, found["secrecy"].doubt) == ("TỐI MẬT", False)
    stamped = read(page(*HEAD, unread=(UnreadArea("stamp", (100, 190, 200, 220), "HỎA TỐC"),)))["urgency"]
    assert (stamped.value, stamped.doubt, stamped.box) == ("HỎA TỐC", True, (100, 190, 200, 220))
    words = read(page(*HEAD, ("QUY CHẾ BẢO VỆ BÍ MẬT NHÀ NƯỚC", 300, 250), ("xử lý khẩn cấp, KHẨN trương", 300, 300)))
    assert "secrecy" not in words and "urgency" not in words


@pytest.mark.parametrize(("text", "said", "sure"), [
    ("KT. CHỦ TỊCH", "KT. CHỦ TỊCH", True),
    ("TM, ỦY BẠN NHÂN DÂN", "TM. ỦY BAN NHÂN DÂN", True),
    ("PHÓ CHÚ TỊCH", "PHÓ CHỦ TỊCH", True),
    ("TỊCH", "CHỦ TỊCH", False),
    ("CHỦ TỊCR", "CHỦ TỊCH", False),
])  # fmt: skip
def test_capacities_and_offices_despite_marks_and_a_seal(text: str, said: str, sure: bool) -> None:
    found = capacity(text)
    assert found is not None and (found.text, found.sure) == (said, sure)
    assert capacity("Nguyễn Văn Mẫu") is None and capacity("Nơi nhận:") is None


@pytest.mark.parametrize(
    ("upper", "office"), [("4, CHỦ TỊCH", "PHÓ CHỦ TỊCH"), ("SHỦ TỊCH", "PHÓ CHỦ TỊCH"), ("TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH")]
)
def test_the_same_office_twice_is_a_deputys(upper: str, office: str) -> None:
    lines = ((upper, 640, 900), ("CHỦ TỊCH", 670, 925), ("Trần Thị Ví Dụ", 650, 1050))
    found = read(page(*HEAD, ("Nơi nhận:", 120, 900), ("- Lưu: VT.", 120, 925), *lines))
    assert (found["signer_title"].value, found["signer_title"].doubt) == (office, office == "PHÓ CHỦ TỊCH")
    assert found["signer_name"].value == "Trần Thị Ví Dụ"


def test_a_family_name_is_spelt_as_families_are_and_strokes_beside_a_name_go() -> None:
    foot = (("Nơi nhận:", 120, 900), ("- Lưu: VT.", 120, 925), ("CHỦ TỊCH", 670, 900))
    found = read(page(*HEAD, *foot, ('"Đăng Thị Ví Dụ', 640, 1050)))["signer_name"]
    assert (found.value, found.doubt, found.proposals) == ("Đặng Thị Ví Dụ", True, (Proposal("Đăng Thị Ví Dụ", "read"),))


def test_a_seals_letter_before_a_name_goes_and_a_tall_scrap_does_not_hide_it() -> None:
    foot = (("Nơi nhận:", 120, 900), ("- Lưu: VT.", 120, 925), ("CHỦ TỊCH", 670, 900))
    found = read(page(*HEAD, *foot, ("N Đặng Thị Ví Dụ", 640, 1050)))["signer_name"]
    assert (found.value, found.doubt) == ("Đặng Thị Ví Dụ", True)
    assert read(page(*HEAD, *foot, ("Y Trần Niê", 640, 1050)))["signer_name"].value == "Y Trần Niê"
    text = page(*HEAD, *foot, ("' Đặng Thị Ví Dụ", 640, 1050))
    tall = tuple(replace(w, box=(*w.box[:1], 980, w.box[2], 1090)) if w.text == "'" else w for w in text.words)
    assert read(replace(text, words=tall))["signer_name"].value == "Đặng Thị Ví Dụ"


def test_whom_a_letter_goes_to_is_no_part_of_its_subject_though_the_label_is_misread() -> None:
    lines = changed(("Số: 127/BC-UBND-VP", "Số: 127/UBND-VP"), ("BÁO CÁO", ""), ("Về việc rà soát hồ sơ", ""))
    letter = (*(n for n in lines if n[0]), ("V/v rà soát hồ sơ", 120, 175), ("lếnh gửi: Các khu phố", 150, 205))
    assert read(page(*letter))["subject"].value == "rà soát hồ sơ"


STAMP: tuple[LINE, ...] = (("ĐẾN", 130, 235), ("Số: 3983", 40, 262), ("Ngày: 02/04", 40, 290))
"""What a registry stamps beside the title."""


def test_a_stamp_of_arrival_beside_it_does_not_end_a_subject() -> None:
    lines = [n for n in HEAD if not n[0].startswith("Nội dung")]
    body = ("Nội dung thứ nhất của báo cáo được trình bày như sau đây cho rõ", 170, 330)
    found = read(page(*lines, *STAMP, ("của bà Trần Quỳnh Hương", 390, 250), body))["subject"]
    assert found.value == "Về việc rà soát hồ sơ của bà Trần Quỳnh Hương" and not found.doubt


def test_a_subject_ends_with_the_line_that_is_not_filled() -> None:
    """The body close under it begins near the middle too where its last lines are read no better."""
    lines = [n for n in HEAD if n[0] not in ("Về việc rà soát hồ sơ", HEAD[-1][0])]
    first = "Về việc niêm yết công khai phương án bồi thường, hỗ trợ"
    body = ("Hồ sơ được sắp xếp theo thời hạn bảo quản, đánh số tờ liên tục, loại", 180, 285)
    found = read(page(*lines, (first, 240, 225), ("và tái định cư", 440, 252), body))["subject"]
    assert found.value == f"{first} và tái định cư"


def test_a_subject_says_what_its_words_likelier_were_in_doubt_and_beside_what_was_read() -> None:
    found = read(page(*changed(("Về việc rà soát hồ sơ", "Về việc bôi dưỡng nghiệp vụ")), weak=("bôi",)))["subject"]
    assert found.value == "Về việc bồi dưỡng nghiệp vụ" and found.doubt
    assert Proposal("Về việc bôi dưỡng nghiệp vụ", "read") in found.proposals
    lost = read(page(*changed(("Về việc rà soát hồ sơ", "việc rà soát hồ sơ"))))["subject"]
    assert lost.value == "Về việc rà soát hồ sơ"


@pytest.mark.parametrize("mark", ["V4v", "V/y", "V2", "V|v"])
def test_a_letters_subject_is_found_under_its_number_whatever_was_read_for_its_mark(mark: str) -> None:
    head = [n for n in HEAD if n[1] != 110 and n[1] < 540 and not n[0].startswith(("BÁO", "Về"))]
    letter = [*head, ("Số: 127/UBND-VP", 110, 150), (f"{mark} rà soát hồ sơ", 110, 180), ("Kính gửi: Các khu phố;", 300, 240)]
    found = read(page(*letter))["subject"]
    assert found.value == "rà soát hồ sơ" and (found.doubt or mark == "V/v")


def test_what_stands_under_a_number_without_such_a_mark_is_no_subject() -> None:
    head = [n for n in HEAD if n[1] != 110 and n[1] < 540 and not n[0].startswith(("BÁO", "Về"))]
    letter = [*head, ("Số: 127/UBND-VP", 110, 150), ("Kính gửi: Các khu phố;", 110, 180)]
    assert "subject" not in read(page(*letter))


def test_a_subject_keeps_its_dashes_and_loses_strokes() -> None:
    lines = changed(("Về việc rà soát hồ sơ", ": Vê việc rà soát Quyết định số 35!QĐ-UBND giai đoạn 2025"))
    lines = [(t, 250, y) if "rà soát" in t else (t, x, y) for t, x, y in lines]
    found = read(page(*lines, ("- 2030 |", 460, 250)))["subject"]
    assert found.value == "Về việc rà soát Quyết định số 35/QĐ-UBND giai đoạn 2025 - 2030"


def test_an_illegible_letter_behind_a_name_is_the_seals_and_a_legible_one_a_name() -> None:
    foot = (("Nơi nhận:", 120, 900), ("- Lưu: VT.", 120, 925), ("CHỦ TỊCH", 670, 900))
    found = read(page(*HEAD, *foot, ("Đặng Như Quỳnh Ỷ", 640, 1050), weak=("Ỷ",)))["signer_name"]
    assert (found.value, found.doubt) == ("Đặng Như Quỳnh", True)
    assert read(page(*HEAD, *foot, ("Đặng Như Ý", 640, 1050)))["signer_name"].value == "Đặng Như Ý"


def test_a_small_letter_in_a_name_is_the_seals() -> None:
    foot = (("Nơi nhận:", 120, 900), ("- Lưu: VT.", 120, 925), ("CHỦ TỊCH", 670, 900))
    found = read(page(*HEAD, *foot, ("Cao b Xuân Phúc", 640, 1050)))["signer_name"]
    assert (found.value, found.doubt) == ("Cao Xuân Phúc", True)


def test_a_name_between_others_with_marks_that_none_has_is_put_right_in_doubt_however_sure() -> None:
    foot = (("Nơi nhận:", 120, 900), ("- Lưu: VT.", 120, 925), ("CHỦ TỊCH", 670, 900))
    found = read(page(*HEAD, *foot, ("Vũ Vẫn Hải", 640, 1050), confidence=0.999))["signer_name"]
    assert (found.value, found.doubt, found.proposals) == ("Vũ Văn Hải", True, (Proposal("Vũ Vẫn Hải", "read"),))
    assert not read(page(*HEAD, *foot, ("Vũ Văn Hải", 640, 1050), confidence=0.999))["signer_name"].doubt
