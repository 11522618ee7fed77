"""Reading order from geometry alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr.lines import RawWord, reading_order


def words(*rows: tuple[float, float, str]) -> list[RawWord]:
    """Each row: x, y, text; letters are 20 wide, lines 40 high; words of one y carry one line number, as Tesseract's do."""
    out = []
    for x, y, text in rows:
        for word in text.split():
            out.append(RawWord(word, (x, y, x + 20 * len(word), y + 40), 0.9, (1, 1, int(y))))
            x += 20 * len(word) + 15
    return out


def lines(*rows: tuple[float, float, str]) -> list[str]:
    found: dict[int, list[str]] = {}
    for w in reading_order(words(*rows), 2000):
        found.setdefault(w.line, []).append(w.text)
    return [" ".join(found[k]) for k in sorted(found)]


def test_the_two_columns_of_a_header_are_read_one_after_the_other() -> None:
    assert lines(
        (200, 100, "ỦY BAN NHÂN DÂN"), (900, 100, "CỘNG HÒA XÃ HỘI"),
        (200, 160, "PHƯỜNG HÒA HƯNG"), (950, 165, "Độc lập"),
        (250, 260, "Số: 1/QĐ"), (950, 262, "Hòa Hưng, ngày"),
        (100, 400, "Một dòng của phần thân chạy hết chiều ngang của trang giấy này từ trái sang phải"),
        (100, 460, "Hai"),
    ) == [
        "ỦY BAN NHÂN DÂN", "PHƯỜNG HÒA HƯNG", "Số: 1/QĐ", "CỘNG HÒA XÃ HỘI", "Độc lập", "Hòa Hưng, ngày",
        "Một dòng của phần thân chạy hết chiều ngang của trang giấy này từ trái sang phải", "Hai",
    ]  # fmt: skip


@pytest.mark.parametrize("place", ["Hòa Hưng", "TP. Hòa Hưng", "Ea Kar"])
def test_the_halves_of_a_head_are_parted_however_near_they_are(place: str) -> None:
    """By what stands there: a long name, or a long number, leaves no wide gap."""
    found = lines(
        (60, 100, "ỦY BAN NHÂN DÂN QUẬN MỘT CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"),
        (100, 160, "PHƯỜNG ĐÔNG HƯNG THUẬN Độc lập - Tự do - Hạnh phúc"),
        (130, 220, f"Số: 1134/QĐ-UBND-KTHT {place}, ngày 07 tháng 7 năm 2026"),
        (100, 400, "Một dòng của phần thân về Cộng hòa xã hội chủ nghĩa Việt Nam, ngày 07 tháng 7"),
    )
    assert found == [
        "ỦY BAN NHÂN DÂN QUẬN MỘT", "PHƯỜNG ĐÔNG HƯNG THUẬN", "Số: 1134/QĐ-UBND-KTHT", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc", f"{place}, ngày 07 tháng 7 năm 2026",
        "Một dòng của phần thân về Cộng hòa xã hội chủ nghĩa Việt Nam, ngày 07 tháng 7",
    ]  # fmt: skip


def test_the_halves_are_known_also_where_marks_were_misread() -> None:
    found = lines(
        (60, 100, "ỦY BAN NHÂN DÂN QUẬN MỘT CỌNG HÒA XÃ HỌI CHỦ NGHĨA VIẸT NAM"),
        (100, 160, "PHƯỜNG ĐÔNG HƯNG THUẬN Dộc lâp - Tư do - Hạnh phúc"),
    )
    assert found == [
        "ỦY BAN NHÂN DÂN QUẬN MỘT", "PHƯỜNG ĐÔNG HƯNG THUẬN", "CỌNG HÒA XÃ HỌI CHỦ NGHĨA VIẸT NAM", "Dộc lâp - Tư do - Hạnh phúc",
    ]  # fmt: skip


def test_a_number_and_a_day_of_the_running_text_are_one_line() -> None:
    text = "Số nhà 134 do Ủy ban cấp ngày 07 tháng 7 năm 2026"
    assert lines((200, 100, "Bên A"), (900, 100, "Bên B"), (200, 400, text)) == ["Bên A", "Bên B", text]


def test_a_dash_or_a_point_alone_is_no_column() -> None:
    found = lines(
        (200, 100, "ỦY BAN NHÂN DÂN"), (620, 100, "."), (900, 100, "CỘNG HÒA XÃ HỘI"), (200, 160, "PHƯỜNG HÒA HƯNG"),
        (950, 165, "Độc lập"), (120, 165, "-"),
    )  # fmt: skip
    assert found == ["ỦY BAN NHÂN DÂN .", "- PHƯỜNG HÒA HƯNG", "CỘNG HÒA XÃ HỘI", "Độc lập"]
    assert lines((200, 100, "-"), (900, 100, ".")) == ["-", "."]


def test_a_part_that_stands_alone_belongs_to_its_column() -> None:
    found = lines(
        (100, 100, "Nơi nhận:"),
        (1200, 100, "CHỦ TỊCH"),
        (100, 160, "- Như trên;"),
        (100, 220, "- Lưu: VT."),
        (1200, 225, "Trần Thị Ví Dụ"),
    )
    assert found == ["Nơi nhận:", "- Như trên;", "- Lưu: VT.", "CHỦ TỊCH", "Trần Thị Ví Dụ"]


def test_a_stamp_beside_the_text_makes_no_column_of_its_short_lines() -> None:
    """What parts the two is the strip that every row leaves, not the gap of the row that happens to begin the band."""
    found = lines(
        (20, 100, "ĐẾN"), (900, 100, "trữ"), (20, 160, "Số 3194"), (330, 160, "CHỦ TỊCH ỦY BAN NHÂN DÂN PHƯỜNG VĨNH TUY"),
        (260, 220, "Theo đề nghị của Trưởng phòng Kinh tế, Hạ tầng và Đô thị tại Tờ trình số"),
        (200, 280, "59/TTr-KTHTĐT;"),
        (260, 340, "Căn cứ Nghị định số 30/2020/NĐ-CP ngày 05 tháng 3 năm 2020 của Chính phủ"),
        (200, 400, "về công tác văn thư;"),
    )  # fmt: skip
    assert found == [
        "ĐẾN", "Số 3194", "trữ", "CHỦ TỊCH ỦY BAN NHÂN DÂN PHƯỜNG VĨNH TUY",
        "Theo đề nghị của Trưởng phòng Kinh tế, Hạ tầng và Đô thị tại Tờ trình số", "59/TTr-KTHTĐT;",
        "Căn cứ Nghị định số 30/2020/NĐ-CP ngày 05 tháng 3 năm 2020 của Chính phủ", "về công tác văn thư;",
    ]  # fmt: skip


def test_a_subjects_last_line_may_reach_a_little_under_the_motto() -> None:
    found = lines(
        (200, 100, "ỦY BAN NHÂN DÂN"), (940, 100, "CỘNG HÒA XÃ HỘI"), (200, 160, "Số: 1/UBND"), (960, 165, "Độc lập"),
        (200, 220, "V/v thu hồi và hủy bỏ Quyết định số"),
        (200, 280, "29/QĐ-UBND do có sai sót về thể"),
        (100, 400, "Một dòng của phần thân chạy hết chiều ngang của trang giấy này từ trái sang phải"),
    )  # fmt: skip
    assert found[:6] == [
        "ỦY BAN NHÂN DÂN", "Số: 1/UBND", "V/v thu hồi và hủy bỏ Quyết định số", "29/QĐ-UBND do có sai sót về thể",
        "CỘNG HÒA XÃ HỘI", "Độc lập",
    ]  # fmt: skip


def test_a_heading_between_the_columns_is_of_neither() -> None:
    found = lines(
        (200, 100, "ỦY BAN NHÂN DÂN"), (900, 100, "CỘNG HÒA XÃ HỘI"), (200, 160, "PHƯỜNG HÒA"), (900, 165, "Độc lập"),
        (480, 240, "QUYẾT ĐỊNH CỦA ỦY BAN XÃ"),
    )  # fmt: skip
    assert found == ["ỦY BAN NHÂN DÂN", "PHƯỜNG HÒA", "CỘNG HÒA XÃ HỘI", "Độc lập", "QUYẾT ĐỊNH CỦA ỦY BAN XÃ"]


def test_a_word_that_was_read_by_itself_joins_the_line_it_begins() -> None:
    header = [
        *words((200, 100, "ỦY BAN NHÂN DÂN"), (900, 100, "CỘNG HÒA XÃ HỘI"), (200, 160, "Số: 1/UBND"), (960, 165, "Độc lập")),
        RawWord("V/v", (200, 220, 260, 260), 0.9, (1_000_000, 0)),  # "lost", then read again: a line of its own
        *words((275, 221, "tăng cường an ninh"), (260, 280, "dịp lễ")),
    ]
    read = reading_order(header, 2000)
    first = next(w for w in read if w.text == "V/v")
    assert [w.text for w in read if w.line == first.line] == ["V/v", "tăng", "cường", "an", "ninh"]
    assert " ".join(w.text for w in read).endswith("dịp lễ CỘNG HÒA XÃ HỘI Độc lập")


def in_order(found: list[RawWord]) -> list[str]:
    said: dict[int, list[str]] = {}
    for w in reading_order(found, 2000):
        said.setdefault(w.line, []).append(w.text)
    return [" ".join(words_) for words_ in said.values()]


def test_a_dash_that_was_read_by_itself_is_of_the_line_it_stands_in() -> None:
    """Too low to be level with a word: it stood as a line of its own, and turned the halves of the line about it round."""
    page = words((100, 100, "Giao Công chức Tư pháp"), (530, 98, "Hộ tịch chủ trì, phối hợp"), (140, 160, "Như trên;"))
    dashes = [RawWord("-", (x, y, x + 10, y + 3), 0.9, (-1, n)) for n, (x, y) in enumerate([(505, 121), (100, 181), (900, 300)])]
    assert in_order([*page, *dashes]) == ["Giao Công chức Tư pháp - Hộ tịch chủ trì, phối hợp", "- Như trên;", "-"]


def test_rows_of_a_table_stay_rows() -> None:
    assert lines(
        (100, 100, "1"), (400, 100, "Hộ tịch"), (1000, 100, "25"), (100, 160, "2"), (400, 160, "Đất đai"), (1000, 160, "31"),
    ) == ["1 Hộ tịch 25", "2 Đất đai 31"]  # fmt: skip


def test_a_lone_right_part_of_a_form_stays_in_its_row() -> None:
    assert lines(
        (100, 100, "Họ tên: A"), (100, 160, "Giới tính: Nam"), (900, 160, "Dân tộc: Kinh"),
        (100, 220, "Nơi sinh: B"), (100, 280, "Quê"),
    ) == ["Họ tên: A", "Giới tính: Nam", "Dân tộc: Kinh", "Nơi sinh: B", "Quê"]  # fmt: skip


def test_values_far_behind_their_labels_are_read_with_them() -> None:
    rows = (
        (100, 100, "Nghề nghiệp:"),
        (600, 100, "Buôn bán nhỏ"),
        (100, 160, "Số giấy tờ:"),
        (600, 160, "062157"),
        (100, 220, "Ghi chú:"),
    )
    assert lines(*rows) == ["Nghề nghiệp: Buôn bán nhỏ", "Số giấy tờ: 062157", "Ghi chú:"]


def test_recipients_and_a_head_are_no_form_though_a_colon_was_read_behind_them() -> None:
    rows = (
        (100, 100, "Nơi nhận:"),
        (900, 100, "TM. ỦY BAN"),
        (100, 160, "- Như trên:"),
        (1000, 160, "CHỦ TỊCH"),
        (100, 220, "- Lưu: VT."),
    )
    assert lines(*rows) == ["Nơi nhận:", "- Như trên:", "- Lưu: VT.", "TM. ỦY BAN", "CHỦ TỊCH"]
    head = (
        (100, 100, "XÃ YÊN NGHĨA:"),
        (900, 100, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA"),
        (100, 160, "Số 12:"),
        (1000, 160, "Độc lập - Tự do"),
    )
    assert lines(*head) == ["XÃ YÊN NGHĨA:", "Số 12:", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA", "Độc lập - Tự do"]


def test_an_office_far_above_its_name_is_a_column_by_itself() -> None:
    assert lines(
        (100, 100, "Nơi nhận:"), (1200, 100, "CHỦ TỊCH"), (100, 160, "- Như trên;"), (100, 220, "- Lưu: VT."),
        (1200, 600, "Trần Thị"),
    ) == ["Nơi nhận:", "- Như trên;", "- Lưu: VT.", "CHỦ TỊCH", "Trần Thị"]  # fmt: skip


def test_two_who_sign_are_read_each_with_the_office_above() -> None:
    rows = (
        (200, 100, "NGƯỜI CHỒNG"), (1200, 100, "NGƯỜI VỢ"),
        (230, 160, "(ký tên)"), (1220, 160, "(ký tên)"),
        (180, 600, "Hà Tuấn Khoa"), (1180, 605, "Khổng Thị Bình"),
    )  # fmt: skip
    assert lines(*rows) == ["NGƯỜI CHỒNG", "(ký tên)", "Hà Tuấn Khoa", "NGƯỜI VỢ", "(ký tên)", "Khổng Thị Bình"]
    # not names, no offices, or too far below to belong to them: rows, as they stand
    for at, text in ((4, "12 tháng 5"), (5, "khổng thị bình"), (0, "Người chồng")):
        other = [(x, y, text if n == at else said) for n, (x, y, said) in enumerate(rows)]
        assert lines(*other)[-2:] == [other[4][2], other[5][2]]
    assert lines(*rows[:4], (180, 900, "Hà Tuấn Khoa"), (1180, 905, "Khổng Thị Bình"))[-3:] == [
        "(ký tên)", "Hà Tuấn Khoa", "Khổng Thị Bình"
    ]  # fmt: skip


def test_a_row_that_fills_both_columns_is_parted_where_the_others_are() -> None:
    """No gap of it is wide enough by itself."""
    long = "chiều rộng của cột này đầy đến mép"
    assert lines(
        (100, 100, "Cột trái dòng một"), (900, 100, "Cột phải dòng một"),
        (100, 160, f"{long} {'x' * 4}"), (900, 160, "cột phải dòng hai"),
        (100, 220, "hết cột trái"), (900, 220, "hết cột phải"),
    ) == [
        "Cột trái dòng một", f"{long} {'x' * 4}", "hết cột trái", "Cột phải dòng một", "cột phải dòng hai", "hết cột phải",
    ]  # fmt: skip


def test_a_wide_space_in_one_column_beside_an_empty_one_parts_nothing() -> None:
    assert lines(
        (100, 100, "Nơi nhận:"), (1100, 100, "CHỦ TỊCH"),
        (100, 160, "- TT. HĐND,"), (380, 160, "UBND xã;"),
        (100, 220, "- Lưu: VT."),
    ) == ["Nơi nhận:", "- TT. HĐND, UBND xã;", "- Lưu: VT.", "CHỦ TỊCH"]  # fmt: skip


def test_a_form_whose_labels_are_filled_in_is_read_row_by_row() -> None:
    """A second field behind the first one, and what a leader led to."""
    assert lines(
        (200, 100, "Nơi cư trú:"), (1200, 100, "phường Tân Định"),
        (200, 160, "Số định danh: 079"), (1300, 160, "cấp ngày 12/05/2021"),
        (200, 220, "Dân tộc: Kinh"), (1250, 220, "Quốc tịch: Việt Nam"),
    ) == [
        "Nơi cư trú: phường Tân Định", "Số định danh: 079 cấp ngày 12/05/2021", "Dân tộc: Kinh Quốc tịch: Việt Nam",
    ]  # fmt: skip


def test_two_parties_side_by_side_are_read_one_after_the_other() -> None:
    """Their labels are the same."""
    assert lines(
        (200, 100, "BÊN A"), (1200, 100, "BÊN B"),
        (200, 160, "Ông: Nguyễn Văn Ba"), (1200, 160, "Ông: Trần Văn Tư"),
        (200, 220, "Chức vụ: Giám đốc"), (1200, 220, "Chức vụ: Chủ nhiệm"),
        (200, 280, "Địa chỉ: 12 Lê Lợi"), (1200, 280, "Địa chỉ: 7 Hàm Nghi"),
    ) == [
        "BÊN A", "Ông: Nguyễn Văn Ba", "Chức vụ: Giám đốc", "Địa chỉ: 12 Lê Lợi",
        "BÊN B", "Ông: Trần Văn Tư", "Chức vụ: Chủ nhiệm", "Địa chỉ: 7 Hàm Nghi",
    ]  # fmt: skip


def test_the_rule_under_the_motto_does_not_close_the_gutter() -> None:
    """Read as a dash, it stands beside the agency's third line."""
    assert lines(
        (200, 100, "ỦY BAN NHÂN DÂN PHƯỜNG"), (900, 100, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"),
        (330, 165, "VĨNH YÊN"), (1050, 165, "Độc lập - Tự do"),
        (280, 225, "PHÒNG KINH TẾ"), (1200, 225, "—"),
        (300, 330, "Số: 327/BB"), (950, 330, "Vĩnh Yên, ngày 25"),
    ) == [
        "ỦY BAN NHÂN DÂN PHƯỜNG", "VĨNH YÊN", "PHÒNG KINH TẾ —", "Số: 327/BB",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do", "Vĩnh Yên, ngày 25",
    ]  # fmt: skip


def test_every_word_comes_back_once_and_nothing_is_made_up() -> None:
    rows = ((100.0, 100.0, "a b c"), (1500.0, 100.0, "d"), (700.0, 130.0, "e"), (0.0, 131.0, "f"), (300.0, 900.0, "g"))
    found = reading_order(words(*rows), 2000)
    assert sorted(w.text for w in found) == list("abcdefg")
    assert [w.line for w in found] == sorted(w.line for w in found)


def test_no_words() -> None:
    assert reading_order([], 2000) == ()


PLACES = st.tuples(st.integers(0, 1800), st.integers(0, 900), st.integers(5, 600), st.integers(5, 80), st.integers(0, 4))


@given(st.lists(PLACES, max_size=14))
def test_any_boxes_are_put_in_an_order_and_none_is_lost(places: list[tuple[int, int, int, int, int]]) -> None:
    """A noisy page once had columns whose parts all lay on the left of their gutter: IndexError."""
    given_words = [RawWord(f"w{i}", (x, y, x + w, y + h), 0.9, (line,)) for i, (x, y, w, h, line) in enumerate(places)]
    read = reading_order(given_words, 2000)
    assert sorted(w.text for w in read) == sorted(w.text for w in given_words)
    assert [w.line for w in read] == sorted(w.line for w in read)
