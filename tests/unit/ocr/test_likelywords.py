"""Words of worn pages: what is likely, if it is like the ink."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr.frames import Pixels
from ocr.grids import Table
from ocr.language.decoding import Option, alternatives, likeliest
from ocr.likelywords import beside_tables, in_table
from ocr.ruling import Region
from tests.unit.ocr.test_numbersbeside import DPI, printed, words
from workstation.domain.page import Box, Word

LINE = ("Ủy", "ban", "nhân", "dân", "phường", "đề", "nghị", "các", "cơ", "quan", "thực", "hiện")


def said(printed_: str, read: str, face: str = "Tinos-Regular", confidence: float = 0.9) -> list[tuple[str, str, str]]:
    """Each word with its doubt and suggestion."""
    page, boxes = printed(printed_.split(), face)
    found = beside_tables(page, words(read.split(), boxes, confidence), DPI)
    assert [w.box for w in found] == boxes
    return [(w.text, w.doubt, w.suggestion) for w in found]


@pytest.mark.parametrize("face", ["Tinos-Regular", "Tinos-Bold", "Arimo-Regular", "Cousine-Regular"])
@pytest.mark.parametrize(
    ("at", "misread"), [(2, "nhàn"), (7, "cac"), (5, "dề"), (6, "nghi"), (9, "quân"), (11, "hiên"), (3, "dàn")]
)
def test_a_misread_mark_is_put_right_and_told(face: str, at: int, misread: str) -> None:
    read = [*LINE[:at], misread, *LINE[at + 1 :]]
    found = said(" ".join(LINE), " ".join(read), face)
    assert found == [(t, "", "") if t == r else (t, "likely", r) for t, r in zip(LINE, read, strict=True)]


def test_a_garbled_word_and_one_with_figures_are_put_right_if_they_were_read_with_doubt() -> None:
    true, read = "Căn cứ Luật Tổ chức chính quyền địa phương", "Căn cứ Luật Tổ chức chlnh quyền 4ịa phương"
    assert [t for t, _, _ in said(true, read, confidence=0.6)] == true.split()


def test_signs_and_capitals_stay() -> None:
    true, read = "ỦY BAN NHÂN DÂN: (thực hiện), quyết định;", "ỦY BAN NHÀN DÂN: (thục hiện), quyêt định;"
    assert [t for t, _, _ in said(true, read)] == true.split()


@pytest.mark.parametrize(
    "text",
    [
        "Công dân đóng tiền thuế tại trụ sở", "Ông Nguyễn Đình Nhu và bà Lê Thị Thắm", "theo Quyết định số 340/QĐ-UBND ngày",
        "TM. UBND phường", "Đất trồng lúa (LUC) và đất ở", "thao tác trên máy", "Người chỉ trả lời khi chi trả xong",
    ],
)  # fmt: skip
def test_what_was_read_right_stays_though_something_else_is_more_usual(text: str) -> None:
    assert [t for t, _, _ in said(text, text)] == text.split()


def test_ink_decides_and_not_what_is_usual() -> None:
    """``chi trả`` is what papers say; here ``chỉ`` is printed."""
    assert said("không chỉ trả lời ngay", "không chỉ trả lời ngay", "Arimo-Regular")[1] == ("chỉ", "", "")
    assert said("mức chi trả chế độ", "mức chỉ trả chế độ", "Arimo-Regular")[1] == ("chi", "likely", "chỉ")


@pytest.mark.parametrize("read", ["Đông", "Thị", "Như", "Quyên"])
def test_a_name_that_people_have_is_never_another(read: str) -> None:
    true = {"Đông": "Đồng", "Thị": "Thi", "Như": "Nhu", "Quyên": "Quyền"}[read]
    assert read in [t for t, _, _ in said(f"ông Trần {true} Khuê ký", f"ông Trần {read} Khuê ký")]


@pytest.mark.parametrize("read", ["ỦY BAN NHÂN DÂN XÃ NGÃI GLAO", "thuộc xã Ea Kal này", "đường Cô Bắc dài"])
def test_a_unit_s_name_is_no_word_of_the_wording(read: str) -> None:
    """``GLAO`` is no syllable, and ``LAO``, ``GIAO`` are as likely: what was read stays."""
    assert [t for t, _, _ in said(read, read, confidence=0.6)] == read.split()


def test_a_name_that_nobody_has_is_the_one_its_ink_is_like() -> None:
    page, boxes = printed(["ông", "Trần", "Diễm", "Khuê", "ký"])
    read = words(["ông", "Trần", "Điệm", "Khuê", "ký"], boxes)
    for confidence, name in ((0.2, "Diễm"), (0.97, "Điệm")):  # a name of no list, if it was read so surely
        read[2] = replace(read[2], confidence=confidence)
        assert beside_tables(page, read, DPI)[2].text == name


def test_what_was_read_again_already_and_what_is_no_word_is_left() -> None:
    page, boxes = printed(LINE)
    read = words([*LINE[:4], "phương", *LINE[5:]], boxes)
    again = [replace(w, doubt="reread", suggestion="x") for w in read]
    assert beside_tables(page, again, DPI) == tuple(again)
    codes = words(["340/QĐ-UBND", "2026", "-", "…", "a", "", "TT-BNV", "VT,", "08b.", "%", "", "☐"], boxes)
    assert beside_tables(page, codes, DPI) == tuple(codes)


def test_two_letters_behind_a_number_are_its_unit() -> None:
    assert said("diện tích 173,1 mỷ thuộc loại", "diện tích 173,1 mỷ thuộc loại", confidence=0.6)[3] == ("mỷ", "", "")


def test_no_sentence_ends_before_a_small_letter() -> None:
    found = said("cán bộ, công chức", "cán bộ. công chức")
    assert found[1] == ("bộ,", "likely", "bộ.")
    page, boxes = printed(("cán", "bộ.", "công"))
    judged = [replace(w, doubt="again", suggestion="hộ") if w.text == "bộ." else w for w in words(("cán", "bộ.", "công"), boxes)]
    assert beside_tables(page, judged, DPI)[1] == judged[1]
    for text in ("cán bộ. Công chức", "Tp. hồ", "1. công chức"):
        assert [t for t, _, _ in said(text, text)] == text.split()


@pytest.mark.parametrize(
    "text",
    [
        "Quét lại tờ này rồi gửi lại",
        "hồ sơ đang khóa nên chưa đăng",
        "thư không nằm trong danh sách",
        "nhờ quản trị xem lại, hoặc giữ bản chính",
        "kiểm tra lại nơi lấy, rồi mở lại chương trình",
        "bản ghi đã có nên không sửa được",
        "Đã ra khỏi hồ sơ của chính mình",
    ],
)
def test_words_of_every_day_stand_for_themselves_where_ink_says_nothing(text: str) -> None:
    """Of no office's wording: no neighbour speaks for them, and no likelier one takes their place."""
    places = [
        [Option(word, 0.0), *(Option(o.text, 0.8 * o.cost) for o in alternatives(word, 0.97) if o.text != word)]
        for word in text.split()
    ]
    assert likeliest(places) == [0] * len(places)


@pytest.mark.parametrize(
    ("read", "said_"),
    [("m?", "m²"), ("m°,", "m²,"), ("(m?)", "(m²)"), ("120m?", "120m?"), ("em?", "em?"), ("m2", "m2"), ("mỹ", "mỹ")],
)
def test_the_small_figure_of_square_metres_is_one_in_doubt(read: str, said_: str) -> None:
    page, boxes = printed(("diện", "tích", "m²", "đất"))
    found = beside_tables(page, words(("diện", "tích", read, "đất"), boxes), DPI)[2]
    assert found.text == said_
    assert (found.doubt, found.suggestion) == (("likely", read) if read != said_ else ("", ""))


def test_ink_that_is_like_nothing_leaves_the_words() -> None:
    page, boxes = printed(LINE)
    page[:] = np.random.default_rng(5).integers(0, 255, page.shape)
    read = words([*LINE[:4], "phương", *LINE[5:]], boxes)
    assert beside_tables(page, read, DPI) == tuple(read)


@pytest.mark.parametrize(("below", "one"), [(-80.0, True), (400.0, False)])
def test_a_line_that_goes_on_right_under_another_is_one_with_it(below: float, one: bool) -> None:
    """``nhân`` | ``dàn phường``: that ``nhân`` stands before it tells what ``dàn`` is."""
    page, boxes = printed(("Ủy", "ban", "nhân"))
    under, lower = printed(("dân", "rằng", "chừng"))
    wide, at = max(page.shape[1], under.shape[1]), int(page.shape[0] + below)
    sheet = np.full((at + under.shape[0], wide), 255, np.uint8)
    sheet[: page.shape[0], : page.shape[1]] = page
    sheet[at:, : under.shape[1]] = under
    boxes = [(x0 + 300, y0, x1 + 300, y1) for x0, y0, x1, y1 in boxes]
    lower = [(x0, y0 + at, x1, y1 + at) for x0, y0, x1, y1 in lower]
    second = [replace(w, line=(1,)) for w in words(("dàn", "rằng", "chừng"), lower, 0.6)]
    found = beside_tables(sheet, [*words(("Ủy", "ban", "nhân"), boxes), *second], DPI)
    assert found[3].text == ("dân" if one else "dàn")


def _wide(page: Pixels, width: int) -> Pixels:
    return np.pad(page, ((0, 0), (0, width - page.shape[1])), constant_values=255)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text("aăâbcdđeêghinoôơprtuưvxyáàảãạỤÓ.,:(1", max_size=9), min_size=1, max_size=12), st.floats(0, 1))
def test_whatever_was_read_as_many_words_come_back_and_every_change_is_told(texts: Sequence[str], confidence: float) -> None:
    page, boxes = printed(LINE)
    read = words(texts, boxes[: len(texts)], confidence)
    found = beside_tables(page, read, DPI)
    assert [(w.box, w.line) for w in found] == [(w.box, w.line) for w in read]
    for new, old in zip(found, read, strict=True):
        assert new == old or (new.doubt, new.suggestion) == ("likely", old.text)


# --- in tables


def column(texts: Sequence[str]) -> tuple[Pixels, Table, list[Box]]:
    """One word or more under one another, each in a cell."""
    rows = [printed(text.split()) for text in texts]
    high, wide = rows[0][0].shape[0], max(page.shape[1] for page, _ in rows)
    page = np.vstack([_wide(page, wide) for page, _ in rows])
    cells: list[tuple[Region, ...]] = [((2, k * high + 2, wide - 2, (k + 1) * high - 2),) for k in range(len(texts))]
    boxes = [(x0, y0 + k * high, x1, y1 + k * high) for k, (_, found) in enumerate(rows) for x0, y0, x1, y1 in found]
    return page, Table((0, 0, wide, high * len(texts)), tuple(cells)), boxes


def table_words(texts: Sequence[str], boxes: Sequence[Box], confidence: float = 0.7) -> list[Word]:
    said_ = [(k, word) for k, text in enumerate(texts) for word in text.split()]
    return [Word(word, box, confidence, k) for (k, word), box in zip(said_, boxes, strict=True)]


def test_what_a_column_says_is_likely_in_its_other_cells() -> None:
    true = ["Khu phố 3", "Khu phố 5", "Khu phố 7", "Khu phố 4", "Khu phố 9"]
    page, table, boxes = column(true)
    read = table_words(["Khu phố 3", "Khu phố 5", "Khu phố 7", "Khii phô 4", "Rhu phổ 9"], boxes)
    found = in_table(page, table, read, DPI)
    assert [w.text for w in found] == " ".join(true).split()
    assert [(w.doubt, w.suggestion) for w in found if w.doubt] == [("likely", t) for t in ("Khii", "phô", "Rhu", "phổ")]


def test_of_the_same_letters_with_other_marks_a_column_means_the_commonest() -> None:
    """A misreading that comes again and again is no other word."""
    true = [f"Khu phố {n}" for n in (3, 5, 7, 4, 9, 8, 6)]
    page, table, boxes = column(true)
    read = table_words([*true[:4], *(text.replace("phố", "phô") for text in true[4:])], boxes, 0.9)
    assert [w.text for w in in_table(page, table, read, DPI)] == " ".join(true).split()


def test_names_of_a_column_stay_other_names() -> None:
    true = ["Trần Thị Hoa", "Lê Thị Hòa", "Ngô Thị Hoa", "Đỗ Hữu Hoa", "Bùi Hữu Hóa"]
    page, table, boxes = column(true)
    read = table_words(true, boxes, 0.9)
    assert in_table(page, table, read, DPI) == tuple(read)


def test_words_outside_every_cell_and_an_empty_table_are_left() -> None:
    page, table, _ = column(["Khu phố 3"] * 4)
    read = [Word("phô", (5.0, 9000.0, 60.0, 9030.0), 0.5, 0)]
    assert in_table(page, table, read, DPI) == tuple(read)
    assert in_table(page, table, [], DPI) == ()
