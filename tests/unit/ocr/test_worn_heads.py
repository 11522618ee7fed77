"""Heads of worn pages: titles, agencies, notations and subjects in pieces or with specks, told in doubt."""

from dataclasses import replace

import pytest

from ocr.agency import spelt
from ocr.language.names import mended
from ocr.split import index_document
from ocr.values import without_province
from tests.unit.ocr.test_zones import HEAD, TYPES, changed, page, read
from workstation.domain.doctype import DocumentType


@pytest.mark.parametrize(
    ("read_as", "likely"),
    [
        ("Về việc (mở lớp tập huấn", "Về việc mở lớp tập huấn"),
        ("Về việc mở lớp: tập: huấn", "Về việc mở lớp tập huấn"),
        ("Về việc mở' lớp 'tập - huấn: mới", "Về việc mở lớp tập huấn mới"),
        ("Về việc cấp bản sao (lần 2)", "Về việc cấp bản sao (lần 2)"),
        ('Về việc nghiệp vụ "văn thư, lưu trữ', "Về việc nghiệp vụ văn thư, lưu trữ"),
        ('Về việc phong trào "Sạch làng"', 'Về việc phong trào "Sạch làng"'),
        ("Về việc tập - huấn ở Ea H'leo", "Về việc tập - huấn ở Ea H'leo"),
        ("Về việc hỗ trợ hai hộ: ông An, ông Ba", "Về việc hỗ trợ hai hộ: ông An, ông Ba"),
        ("Về việc đất của bà Quach Thu Thảo", "Về việc đất của bà Quách Thu Thảo"),
    ],
)
def test_a_subject_loses_specks_and_keeps_signs_that_mean_something(read_as: str, likely: str) -> None:
    assert read(page(*changed(("Về việc rà soát hồ sơ", read_as))))["subject"].value == likely


def test_a_speck_beside_a_letters_subject_is_no_dash_of_it() -> None:
    head = changed(("Số: 127/BC-UBND-VP", "Số: 127/UBND-VP"), ("BÁO CÁO", ""), ("Về việc rà soát hồ sơ", ""))
    worn = page(*head, ("V/v khám sức khỏe", 110, 175), ("định kỳ năm 2025", 120, 205))
    speck = replace(worn.words[0], text="-", box=(90, 197, 92, 199), line=90)
    assert read(replace(worn, words=(*worn.words, speck)))["subject"].value == "khám sức khỏe định kỳ năm 2025"


def test_a_wide_number_line_is_parted_from_its_date_though_it_stands_aslope() -> None:
    """Its box is as high as two lines, so that no gap looks wide beside it."""
    head = changed(("Số: 127/BC-UBND-VP", ""), ("Hòa Hưng, ngày 09 tháng 7 năm 2026", ""))
    sloping = page(*head, ("Số: 127/BC-UBND-VP", 290, 140), confidence=0.99)
    right = page(("Hòa Hưng, ngày 09 tháng 7 năm 2026", 490, 180), confidence=0.99).words
    found = read(replace(sloping, words=(*sloping.words, *(replace(w, line=len(head)) for w in right))))
    assert found["place"].value == "Hòa Hưng" and found["number"].value == "127"
    assert found["organ_name"].value == "ỦY BAN NHÂN DÂN PHƯỜNG HÒA HƯNG"


def test_specks_in_a_title_do_not_hide_its_type() -> None:
    found = read(page(*changed(("BÁO CÁO", "BÁ.O CÁO"))))
    assert found["type_name"].value == "BÁO CÁO" and found["subject"].value == "Về việc rà soát hồ sơ"


@pytest.mark.parametrize(("title", "subject"), [("BÁ O CÁO", True), ("B ÁO C\\O", True), ("BẢO CÁT", True), ("BÁO CHÍ", False)])
def test_a_title_in_pieces_is_its_type(title: str, subject: bool) -> None:
    found = read(page(*changed(("BÁO CÁO", title))))
    assert found["type_name"].value == "BÁO CÁO" if subject else "type_name" in found
    assert found["subject"].doubt is not subject  # told by its own first words, where no title stands over it


def test_a_forms_longer_title_in_pieces_is_not_the_shorter_one_it_begins_with() -> None:
    types = (
        DocumentType("DON", "Đơn", "", "form", ("ĐƠN ĐĂNG KÝ",)),
        DocumentType("DON_CHO", "Đơn đăng ký chỗ bán hàng", "", "form", ("ĐƠN ĐĂNG KÝ CHỖ BÁN HÀNG",)),
    )
    [kind] = [
        f
        for f in index_document((page(("ĐƠN ĐĂNG KÝ CH Ỗ BÁN HÀ XG, MẶT BẰNG", 300, 200)),), types).fields
        if f.name == "type_name"
    ]
    assert (kind.value, kind.doubt) == ("ĐƠN ĐĂNG KÝ CHỖ BÁN HÀNG", True)


def test_a_speck_in_a_subject_is_no_dash_and_a_dash_is_one() -> None:
    whole = page(*changed(("Về việc rà soát hồ sơ", "Về việc tổ chức lễ - ngày 02/9")))
    assert read(whole)["subject"].value == "Về việc tổ chức lễ - ngày 02/9"
    words = tuple(
        replace(w, box=(*w.box[:2], w.box[0] + 2, w.box[3])) if w.text == "-" and w.box[1] == 225 else w for w in whole.words
    )
    assert read(replace(whole, words=words))["subject"].value == "Về việc tổ chức lễ ngày 02/9"


def test_a_commune_alone_is_its_committee_in_doubt() -> None:
    found = read(page(*changed(("ỦY BAN NHÂN DÂN", ""))))["organ_name"]
    assert (found.value, found.doubt) == ("ỦY BAN NHÂN DÂN PHƯỜNG HÒA HƯNG", True)


def test_a_committee_of_nobody_is_in_doubt() -> None:
    """Its commune's line was not read."""
    found = read(page(*changed(("PHƯỜNG HÒA HƯNG", ""))))["organ_name"]
    assert (found.value, found.doubt) == ("ỦY BAN NHÂN DÂN", True)


def test_a_stroke_before_a_place_is_no_part_of_its_name() -> None:
    found = read(page(*changed(("Hòa Hưng, ngày 09 tháng 7 năm 2026", "1' Hòa Hưng, ngày 09 tháng 7 năm 2026"))))
    assert found["organ_name"].value == "ỦY BAN NHÂN DÂN PHƯỜNG HÒA HƯNG"


@pytest.mark.parametrize(
    ("read_as", "notation"),
    [
        ("Số: 127/BC-UBNDzVHXH", "BC-UBND-VHXH"),
        ("Số: 127/BC -U 'BND- V HXH. HXH", "BC-UBND-VHXH"),
        ("Số: 127/BƠ-L 8ND-VHXH", "BC-UBND-VHXH"),
        ("Số: 127/B1:t BND", "BC-UBND"),
        ("Số: 127/BC-UBND-VHXTI", "BC-UBND-VHXH"),
    ],
)
def test_a_notation_with_a_sign_read_as_a_letter_or_in_pieces(read_as: str, notation: str) -> None:
    found = read(page(*changed(("Số: 127/BC-UBND-VP", read_as))))["notation"]
    assert (found.value, found.doubt) == (notation, True)


def test_a_committee_of_a_form_is_spelt_as_such_whatever_was_read_for_it() -> None:
    assert without_province("L'v ban nhân dân phirờng Thử, tỉnh Mẫu") == "Ủy ban nhân dân phường Thử"
    assert without_province("w ban nhân dân xã Thử") == "Ủy ban nhân dân xã Thử"
    assert without_province("Công an phường Thử") == "Công an phường Thử"
    assert without_province("Ủy ban nhân dân ủ phường Chợ Thử tỉnh Mẫu") == "Ủy ban nhân dân phường Chợ Thử"
    assert without_province("Ủy ban nhân dân xã Thành Thử") == "Ủy ban nhân dân xã Thành Thử"


def test_a_fixed_phrase_of_an_agency_is_spelt_as_such_where_one_letter_was_misread() -> None:
    assert spelt("Ủv ban nhân dân xã Thử") == "Ủy ban nhân dân xã Thử"
    assert spelt("Ủv bxn nhân dân xã Thử") == "Ủv bxn nhân dân xã Thử"
    assert spelt("ỦY BAN NHÂN DÂN PHƯỜNG:0AI 10") == "ỦY BAN NHÂN DÂN PHƯỜNG OAI 10"


def test_a_unit_in_no_list_that_was_read_with_confidence_stays() -> None:
    found = read(page(*changed(("Số: 127/BC-UBND-VP", "Số: 127/BC-UBND-GTVT"))))["notation"]
    assert (found.value, found.proposals) == ("BC-UBND-GTVT", ())


def test_a_commune_s_name_is_voted_on_word_by_word() -> None:
    """Each of three readings has another word wrong."""
    lines = changed(
        ("PHƯỜNG HÒA HƯNG", "PHƯỜNG HÒA HƯNG THUẬN"),
        ("Hòa Hưng, ngày 09 tháng 7 năm 2026", "Hóa Hưng Thuận, ngày 09 tháng 7 năm 2026"),
    )
    lines[-1] = ("CHỦ TỊCH ỦY BAN NHÂN DÂN PHƯỜNG HÒA HUNG THUẬN", 250, 260)
    found = read(page(*lines, weak=("HÒA", "HƯNG", "THUẬN")))
    assert found["organ_name"].value == "ỦY BAN NHÂN DÂN PHƯỜNG HÒA HƯNG THUẬN" and found["organ_name"].doubt


def test_a_form_s_title_read_as_one_word_is_its_title_and_doubted() -> None:
    form = DocumentType("KS", "Giấy khai sinh", "", "form", ("GIẤY KHAI SINH",))
    text = page(("GIẤY KHAFSINH (BẢN SAO)", 380, 200), ("Số: 854/2025/TLKS-BS", 110, 260))
    draft = index_document((text,), (*TYPES, form))
    assert draft.type_code == "KS"
    (name,) = (f for f in draft.fields if f.name == "type_name")
    assert (name.value, name.doubt) == ("GIẤY KHAI SINH", True)


@pytest.mark.parametrize(
    ("line", "number", "notation"),
    [("43/2025/TLKS-BS", "43", "2025/TLKS-BS"), ("_43/2025/TLKS-BS", "43", "2025/TLKS-BS"),
     ("— 43/2025/TLKS- BS", "43", "2025/TLKS-BS"), ("30/2020/NĐ-CP.", "", "")],
)  # fmt: skip
def test_a_copys_number_without_its_label_is_its_number_in_doubt(line: str, number: str, notation: str) -> None:
    form = DocumentType("KS", "Trích lục khai sinh", "", "form", ("TRÍCH LỤC KHAI SINH",))
    fields = {f.name: f for f in index_document((page(("TRÍCH LỤC KHAI SINH", 380, 200), (line, 110, 260)),), (form,)).fields}
    assert [fields[n].value if n in fields else "" for n in ("number", "notation")] == [number, notation]
    assert all(f.doubt for n, f in fields.items() if n in ("number", "notation"))


def test_a_copys_number_goes_before_that_of_the_stamp_of_arrival() -> None:
    form = DocumentType("KS", "Trích lục khai sinh", "", "form", ("TRÍCH LỤC KHAI SINH",))
    stamp = (("ĐẾN", 120, 240), ("SỐ: 363g", 90, 270), ("Ngày: 18/06", 90, 290))

    def read_of(*lines: tuple[str, int, int]) -> dict[str, str]:
        text = page(("TRÍCH LỤC KHAI SINH", 380, 200), *stamp, *lines)
        return {f.name: f.value for f in index_document((text,), (form,)).fields}

    for own in ("_660/2018/TLKS-BS", "Số: 660/2018/TLKS-BS"):
        found = read_of((own, 160, 310))
        assert (found["number"], found["notation"]) == ("660", "2018/TLKS-BS")
    cited = read_of(("Số: 12/CT-UBND", 160, 310), ("43/2025/TLKS-BS", 160, 400))  # a label with a notation is the paper's own
    assert (cited["number"], cited["notation"]) == ("12", "CT-UBND")


@pytest.mark.parametrize(("line", "doubt"), [("Kính gửi: Công an phường Thử", False), ("Nội dung chính", True)])
def test_a_paper_without_a_title_is_surely_a_letter_only_where_it_says_whom_it_goes_to(line: str, doubt: bool) -> None:
    lines = [("Số: 127/UBND-VP" if text.startswith("Số") else text, x, y) for text, x, y in HEAD[:6]]
    found = read(page(*lines, (line, 300, 220)))["type_name"]
    assert (found.value, found.doubt) == ("Công văn", doubt)


def test_a_body_behind_scraps_begins_the_agency_s_name() -> None:
    assert spelt("sáu 7 5'WV BAN NHÂN DÂN PHƯỜNG THỬ") == "ỦY BAN NHÂN DÂN PHƯỜNG THỬ"
    assert spelt("VĂN PHÒNG HĐND VÀ ỦY BAN NHÂN DÂN") == "VĂN PHÒNG HĐND VÀ ỦY BAN NHÂN DÂN"


def test_a_commune_s_name_that_a_crease_parted_is_the_place_s() -> None:
    found = read(page(*changed(("PHƯỜNG HÒA HƯNG", "PHƯỜNG HÒA H ƯNG")), weak=("H", "ƯNG")))["organ_name"]
    assert found.value == "ỦY BAN NHÂN DÂN PHƯỜNG HÒA HƯNG"


def test_a_year_with_a_speck_read_as_a_figure_is_the_year_in_doubt() -> None:
    read_as = "Về việc rà soát hồ sơ năm 20241"
    found = read(page(*changed(("Về việc rà soát hồ sơ", read_as))))["subject"]
    assert (found.value, found.doubt, [p.value for p in found.proposals]) == ("Về việc rà soát hồ sơ năm 2024", True, [read_as])


def test_a_doubtful_rare_family_is_the_common_one_of_its_letters() -> None:
    assert mended("Ngọ Thành Nghĩa", (0.5, 0.99, 0.99)) == "Ngô Thành Nghĩa"
    assert mended("Ngọ Thành Nghĩa", (0.95, 0.99, 0.99)) == "Ngọ Thành Nghĩa"


def test_a_subject_whose_title_was_lost_begins_with_its_own_words() -> None:
    found = read(page(*changed(("BÁO CÁO", ""), ("Về việc rà soát hồ sơ", "Về việc rà soát hồ sơ tồn đọng"))))
    assert (found["type_name"].value, found["subject"].value) == ("Báo cáo", "Về việc rà soát hồ sơ tồn đọng")
    assert found["subject"].doubt


def test_a_one_read_as_a_letter_and_a_letter_as_a_one_are_put_right_in_doubt() -> None:
    head = changed(("Hòa Hưng, ngày 09 tháng 7 năm 2026", "Hòa Hưng, ngày 09 tháng T1 năm 2026"))
    found = read(page(*head))["issued_date"]
    assert (found.value, found.doubt) == ("2026-11-09", True)
    found = read(page(*changed(("Về việc rà soát hồ sơ", "Về việc thành lập 1ổ kiểm tra"))))["subject"]
    assert (found.value, found.doubt) == ("Về việc thành lập tổ kiểm tra", True)
    found = read(page(*changed(("Về việc rà soát hồ sơ", "Về việc rà soát 1ử hồ sơ"))))["subject"]
    assert found.doubt


@pytest.mark.parametrize("dated", ["UBND-TP Hòa Hưng, ngày 09 tháng 7 năm 2026", "Hòa Hưng, ngày T' tháng 10 năm 2019"])
def test_what_stands_level_with_a_place_is_no_part_of_it(dated: str) -> None:
    found = read(page(*changed(("Hòa Hưng, ngày 09 tháng 7 năm 2026", dated))))
    assert (found["place"].value, found["organ_name"].value) == ("Hòa Hưng", "ỦY BAN NHÂN DÂN PHƯỜNG HÒA HƯNG")


def test_a_six_read_as_a_letter_in_a_number_of_a_subject_is_one_in_doubt() -> None:
    read_as = "Về việc thu hồi Quyết định số 4ó/QĐ-UBND"
    found = read(page(*changed(("Về việc rà soát hồ sơ", read_as))))["subject"]
    assert (found.value, found.doubt) == ("Về việc thu hồi Quyết định số 46/QĐ-UBND", True)


def test_a_speck_before_a_number_is_no_part_of_a_subject() -> None:
    found = read(page(*changed(("Về việc rà soát hồ sơ", "Về việc trực dịp nghỉ lễ Quốc khánh .02/9"))))["subject"]
    assert found.value == "Về việc trực dịp nghỉ lễ Quốc khánh 02/9"


@pytest.mark.parametrize(
    ("read_as", "likely"),
    [
        ("Về việc rà soát hồ sơ năm 2625", "Về việc rà soát hồ sơ năm 2025"),
        ("Về việc số hóa hồ sơ giai đoạn 2626 - 2030", "Về việc số hóa hồ sơ giai đoạn 2026 - 2030"),
        ("Về việc số hóa hồ sơ giai đoạn 2025 - 2630", "Về việc số hóa hồ sơ giai đoạn 2025 - 2030"),
        ("Về việc số hóa hồ sơ giai đoạn 2025 2030", "Về việc số hóa hồ sơ giai đoạn 2025 - 2030"),
        ("Về việc trực dịp nghỉ lễ Quốc khánh 092/9", "Về việc trực dịp nghỉ lễ Quốc khánh 02/9"),
        ("Về việc trực dịp nghỉ lễ Quốc khánh 0219", "Về việc trực dịp nghỉ lễ Quốc khánh 02/9"),
        ("Về việc số hóa hồ sơ gia: đoạn 2025 - 2030", "Về việc số hóa hồ sơ giai đoạn 2025 - 2030"),
        ("Về việc đơn đề nghị của bà Bùi Ihị Hằng", "Về việc đơn đề nghị của bà Bùi Thị Hằng"),
    ],
)
def test_years_days_and_names_of_a_subject_are_put_right_in_doubt(read_as: str, likely: str) -> None:
    found = read(page(*changed(("Về việc rà soát hồ sơ", read_as)), confidence=0.7))["subject"]
    assert (found.value, found.doubt) == (likely, True)
    assert read_as in [p.value for p in found.proposals]


@pytest.mark.parametrize(
    "said",
    [
        "Về việc rà soát hồ sơ lô 2625",  # a number of something
        "Về việc rà soát hồ sơ 2025 2030",
        "Về việc sửa nhà ở số 12/4 đường Lê Lợi",
        "Về việc sửa nhà ở hẻm 92/9 đường Lê Lợi",
        "Về việc trả lời văn bản số 012/TB",
        "Về việc trả lời Trường Quốc khánh 0215",
        "Về việc kế hoạch: đoạn đường Lê Lợi",
        "Về việc phát triển kinh tế - xã hội",
    ],
)
def test_what_is_no_year_and_no_day_stays(said: str) -> None:
    assert read(page(*changed(("Về việc rà soát hồ sơ", said))))["subject"].value == said


@pytest.mark.parametrize(
    ("read_so", "value", "proposed"),
    [
        ("Về việc thành lập Tố kiểm tra", "Về việc thành lập Tổ kiểm tra", ("Về việc thành lập Tố kiểm tra", "read")),
        ("Về việc thành lập Tổ kiếp tra", "Về việc thành lập Tổ kiếp tra", ("Về việc thành lập Tổ kiểm tra", "spelling")),
    ],
)
def test_a_sure_word_that_never_stands_there_is_doubted(read_so: str, value: str, proposed: tuple[str, str]) -> None:
    """Where another with the same letters does, that is the value, and what was read is proposed; else it is proposed itself."""
    found = read(page(*changed(("Về việc rà soát hồ sơ", read_so)), confidence=0.999))["subject"]
    assert (found.value, found.doubt) == (value, True)
    assert [(p.value, p.why) for p in found.proposals] == [proposed]
    usual = "Về việc thành lập Tổ kiểm tra"
    assert not read(page(*changed(("Về việc rà soát hồ sơ", usual)), confidence=0.999))["subject"].doubt


@pytest.mark.parametrize(
    ("read_so", "value"),
    [
        ("Về việc trực dịp nghỉ lễ 92/9", "Về việc trực dịp nghỉ lễ 02/9"),
        ("Về việc hủy bỏ Quyết định số 500/QĐ/UBND", "Về việc hủy bỏ Quyết định số 500/QĐ-UBND"),
        ("Về việc rà soát hộ cận: nghèo", "Về việc rà soát hộ cận nghèo"),
    ],
)
def test_a_day_a_stroke_and_a_stop_that_cannot_be_are_put_right_in_doubt_and_never_silently(read_so: str, value: str) -> None:
    found = read(page(*changed(("Về việc rà soát hồ sơ", read_so)), confidence=0.999))["subject"]
    assert (found.value, found.doubt) == (value, True)
    assert (read_so, "read") in [(p.value, p.why) for p in found.proposals]
