"""Doubts and suggestions: what Vietnamese office language says about words that were read."""

import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr.language import doubted, names
from ocr.language.formats import odd_formats
from ocr.language.mending import likelier
from ocr.language.names import likely_name, mended
from ocr.language.phrases import near_phrases
from ocr.language.wording import key, phrases
from ocr.sheet import Line, field
from workstation.domain.fields import Proposal
from workstation.domain.page import LIKELY, Word
from workstation.domain.syllables import is_malformed, is_syllable, parse

REAL = """
    cộng hòa hoà xã hội chủ nghĩa việt nam độc lập tự do hạnh phúc ủy uỷ ban nhân dân nghị quyết quyển quý quí quốc
    quỳnh quới khuỷu khuya nguyễn huỳnh thuyết gì gìn giếng giặt già giữa giấy nghiêng ngoằn nghèo ghi gỗ kể ký kĩ kẽ cười cua
    của mùa mưa mứa rượu
    hươu yên yêu yếu ý ỷ y uống uể oải xoong loét toàn toán khoẻ khỏe thuở thuế tuần xuất luật tịch
    thực hoạch trường đường phường thửa
    bịch lúc được nước chức các tạp thập ịch oách huỵch quạnh khoắng loăng quắt xoèn xoẹt đọc cóc nhóc hộc phục vực bước mướp
"""
WRONG = """
    thưc thuc kế̀ ngiêng nghành gế cế kà kôi gha ngha bâ thúch viêt thiêc ưat trưừng hòaa qiu qoán hoòa tôc nhnâ đuợc
    phuờng iêng cyên bt cáhc xướt̉
"""


def words(text: str) -> tuple[Word, ...]:
    """One line of words, all read with the same confidence."""
    return tuple(Word(t, (100.0 * i, 0, 100.0 * i + 90, 30), 0.9, 0) for i, t in enumerate(text.split()))


def marks(text: str) -> dict[str, tuple[str, str]]:
    return {w.text: (w.doubt, w.suggestion) for w in doubted(words(text)) if w.doubt}


@pytest.mark.parametrize("word", REAL.split())
def test_a_syllable_passes_in_any_case_and_in_either_form(word: str) -> None:
    for form in (word, word.upper(), word.capitalize()):
        assert is_syllable(form) and is_syllable(unicodedata.normalize("NFD", form))
        assert not is_malformed(form)
    parsed = parse(word)
    assert parsed is not None
    bare = "".join(c for c in unicodedata.normalize("NFD", word) if c not in "\u0300\u0301\u0303\u0309\u0323")
    assert parsed.onset + parsed.rhyme == unicodedata.normalize("NFC", bare)


@pytest.mark.parametrize("word", WRONG.split())
def test_what_breaks_the_spelling_rules_does_not(word: str) -> None:
    assert not is_syllable(word)


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=12))
def test_no_text_upsets_the_parser(text: str) -> None:
    parsed = parse(text)
    if parsed is not None:
        assert parsed.onset + parsed.rhyme == unicodedata.normalize("NFC", parsed.onset + parsed.rhyme)
        assert parse(unicodedata.normalize("NFD", text)) == parsed
    assert key(text) == key(unicodedata.normalize("NFC", text))


@pytest.mark.parametrize(
    "word",
    ["UBND", "HĐND", "QĐ-UBND", "30/2020/NĐ-CP", "TTr", "GCNQSDĐ", "vp@hoahung.gov.vn", "https://dichvucong.gov.vn", "m2", "A4",
     "QH15", "1.234.000đ", "Internet", "email,", "TP.Hồ", "và/hoặc", "(Hòa)", "–", "...", "05b.", "KTHTĐT", "ThS.", "PGS.TS"],
)  # fmt: skip
def test_abbreviations_codes_and_foreign_words_are_not_doubted(word: str) -> None:
    assert not doubted(words(word))[0].doubt


def test_names_of_the_highlands_are_not_doubted() -> None:
    assert marks("xã Ea Kar, tỉnh Đắk Lắk, xã Krông Pắc") == {}


def test_a_word_no_tongue_writes_is_doubted_and_its_neighbours_may_say_what_it_was() -> None:
    assert marks("Quốc tich: Việt Nam") == {"tich:": ("syllable", "tịch:")}
    assert marks("hồ sơ c!ủa dân") == {"c!ủa": ("syllable", "")}


@pytest.mark.parametrize("phrase", phrases(), ids=" ".join)
def test_a_phrase_as_it_is_written_raises_no_doubt(phrase: tuple[str, ...]) -> None:
    for text in (" ".join(phrase), " ".join(phrase).upper()):
        assert marks(text) == {}


@given(st.data())
def test_one_wrong_mark_in_a_phrase_is_found_and_the_phrase_suggested(data: st.DataObject) -> None:
    phrase = list(data.draw(st.sampled_from([p for p in phrases() if len(p) >= 4])))
    at = data.draw(st.integers(0, len(phrase) - 1))
    plain = unicodedata.normalize("NFD", phrase[at].replace("đ", "d").replace("Đ", "D"))
    bare = "".join(c for c in plain if not unicodedata.combining(c))
    read = [*phrase[:at], bare, *phrase[at + 1 :]]
    found = near_phrases(read)
    # with another word in this place it may be a phrase again: the shorter one inside a longer
    assert found == ({} if key(bare) == key(phrase[at]) else {at: phrase[at]})


def test_a_phrase_is_known_by_its_other_words_and_keeps_the_cut_of_its_letters() -> None:
    assert marks("CHỦ TỊCH ỦY BẠN NHÂN DÂN") == {"BẠN": ("phrase", "BAN")}
    assert marks("CỌNG HÒA XÃ HỌI CHỦ NGHĨA VIỆT NAM") == {"CỌNG": ("phrase", "CỘNG"), "HỌI": ("phrase", "HỘI")}
    assert marks("Đoc lập - Tự do - Hạnh phúc") == {"Đoc": ("phrase", "Độc")}
    assert marks("Căn cử Luật Tổ chức chính quyền địa phưcng") == {"cử": ("phrase", "cứ"), "phưcng": ("phrase", "phương")}
    assert marks("ỦY BAN NHÂN DÂN PHƯỜNG BAN MAI") == {}


def test_an_office_with_a_mark_lost_is_doubted() -> None:
    assert marks("KT. CHU TỊCH") == {"CHU": ("context", "CHỦ")}
    assert marks("PHÓ CHỦ TICH") == {"TICH": ("phrase", "TỊCH")}


@pytest.mark.parametrize(
    ("text", "wrong", "better"),
    [
        ("bảng kê chỉ tiết kèm theo", "chỉ", "chi"),
        ("theo quy đỉnh của pháp luật", "đỉnh", "định"),
        ("tính Đồng Nai", "tính", "tỉnh"),
        ("Bênh viên Đa khoa", "Bênh", "Bệnh"),
        ("Bênh viên Đa khoa", "viên", "viện"),
        ("hạn kéo đài.", "đài.", "dài."),
    ],
)
def test_marks_that_do_not_fit_the_neighbours(text: str, wrong: str, better: str) -> None:
    assert marks(text)[wrong] == ("context", better)


@pytest.mark.parametrize(
    "text",
    [
        "chỉ có một bản chính",
        "Trần Công Trinh",
        "ông Nguyễn Chi Tiết",
        "phường Ban Mai",
        "chi, tiết",
        "cộng tác viên dân số",
        "Chỉ thị này",
        "QUÁCH THỊ HỌA",
    ],
)
def test_right_words_and_names_are_left_alone(text: str) -> None:
    assert marks(text) == {}


@pytest.mark.parametrize(
    ("text", "wrong", "better"),
    [
        ("ngày 31 tháng 02 năm 2024", "31", ""),
        ("ngày 33 tháng 5 năm 2024", "33", ""),
        ("ngày 12 tháng 15 năm 2024", "15", ""),
        ("ngày l2 tháng 5 năm 2024", "l2", "12"),
        ("ngày 1O tháng 5 năm 2O24;", "2O24;", "2024;"),
        ("sinh ngày 30/02/1990,", "30/02/1990,", ""),
        ("Số định danh cá nhân: 07918500123A", "07918500123A", ""),
        ("Số định danh cá nhân: 0791850012", "0791850012", ""),
        ("số tiền 190.0953.000 đồng", "190.0953.000", ""),
        ("diện tích 76,7 m?,", "m?,", "m²,"),
        ("Số: 12/QD-UBND", "12/QD-UBND", "12/QĐ-UBND"),
        ("S6,7 ha", "S6,7", ""),
        ("số tiền 522.5ó4.000", "522.5ó4.000", "522.564.000"),
        ("khu phố ó", "ó", "6"),
        ("tờ 00330587B601", "00330587B601", ""),
    ],
)
def test_numbers_that_can_not_be(text: str, wrong: str, better: str) -> None:
    assert marks(text)[wrong] == ("format", better)


@pytest.mark.parametrize(
    "text",
    ["ngày 29 tháng 02 năm 2024", "ngày … tháng … năm 2024", "01/01/2025", "Số định danh cá nhân: 001085001234",
     "1.234.567 đồng", "mục 1.2.3",
     "Số: 1040/QĐ-UBND-VP", "30/2020/NĐ-CP", "CMND số 024123456", "số 05/HĐ", "căn hộ B12", "dịp 02/9"],
)  # fmt: skip
def test_sound_numbers_are_left_alone(text: str) -> None:
    assert odd_formats(text.split()) == {}


USUAL = "Nguyên Văn Thi Mẫu 31 tháng 02 năm 2O24 CHU TỊCH chỉ tiết 190.0953.000 ỦY BẠN NHÂN DÂN 12/QD-UBND"
TOKENS = st.one_of(
    st.sampled_from(USUAL.split()),
    st.text(min_size=1, max_size=8).filter(lambda s: s.strip() == s and bool(s.split())),
)


@given(st.lists(TOKENS, max_size=20))
def test_no_word_is_ever_changed(texts: list[str]) -> None:
    """Not a number, not a name, nothing: a doubt and a suggestion are all that is added."""
    before = tuple(Word(t, (10.0 * i, 0, 10.0 * i + 9, 9), 0.9, i // 6) for i, t in enumerate(texts))
    after = doubted(before)
    assert tuple(replace(w, doubt="", suggestion="") for w in after) == before
    assert all(w.doubt in ("", "syllable", "phrase", "context", "format") for w in after)
    assert all(w.doubt for w in after if w.suggestion)
    assert all(
        w.suggestion == unicodedata.normalize("NFC", w.suggestion)
        for w in after
        if w.text == unicodedata.normalize("NFC", w.text)
    )


@pytest.mark.parametrize(
    ("name", "likely"),
    [
        ("ĐỒ QUANG TẬP", "ĐỖ QUANG TẬP"),
        ("Nguyên Văn Mẫu", "Nguyễn Văn Mẫu"),
        ("Lê Thị Thử", "Lê Thị Thử"),
        ("Vo Thị Mẫu", "Võ Thị Mẫu"),
        ("Lả Văn Thử", ""),  # La or Lã
        ("Y Thử Niê", "Y Thử Niê"),
        ("Võ", "Võ"),
    ],
)
def test_a_family_name_with_another_mark_is_seen(name: str, likely: str) -> None:
    assert likely_name(name) == likely


@pytest.mark.parametrize(
    ("read", "likely"),
    [
        ("lớp bôi dưỡng nghiệp vụ", "lớp bồi dưỡng nghiệp vụ"),
        ("bảo đảm an nĩình trật tự", "bảo đảm an ninh trật tự"),
        ("niêm yết côi:z khai", "niêm yết công khai"),
        ("hộ cận nghèo riăm 2021", "hộ cận nghèo năm 2021"),
        ("TĂNG CƯỜNG BẢO ĐẢN AN NINH", "TĂNG CƯỜNG BẢO ĐẢM AN NINH"),
        ("mở lóp tâp huân chuyên đối sô", "mở lớp tập huấn chuyển đổi số"),  # no neighbour is sound
        ("gửi dah sách hô nghèo", "gửi danh sách hộ nghèo"),
        ("mở lớptậphuấn nghiệp vụ", "mở lớp tập huấn nghiệp vụ"),
        ("lập k hoạch mới", "lập kế hoạch mới"),
        ("quy định vê giá đất", "quy định về giá đất"),  # a word that stands everywhere
        ("bồi thường và tái định của dân", "bồi thường và tái định cư dân"),  # two that always go on with a third
        ("danh sách hộ nghèo, bộ cận nghèo", "danh sách hộ nghèo, hộ cận nghèo"),  # and that always stand behind one
    ],
)
def test_a_doubtful_word_is_likelier_the_usual_one_of_the_same_strokes(read: str, likely: str) -> None:
    words = read.split()
    better = likelier(words, [0.5] * len(words))
    assert " ".join(better.get(i, w) for i, w in enumerate(words)) == likely


@pytest.mark.parametrize(
    ("words", "sure"),
    [
        ("lớp bôi dưỡng nghiệp vụ", 0.99),  # what is sure and a syllable is left
        ("của hộ bà Quách Thanh Ngân", 0.3),  # names have no usual neighbours
        ("thửa đất giáp suối Đá Bàn của thôn Nậm Cang", 0.6),
        ("số 466/QĐ-UBND ngày 02/9 năm 2020", 0.1),  # numbers are nobody's guess
        ("kế hoạch số hóa hồ sơ, tài liệu lưu trữ", 0.3),
        ("bản đồ miền nam 2020", 0.3),
        ("", 0.0),
    ],
)
def test_what_is_sure_or_a_name_or_a_number_or_usual_is_left(words: str, sure: float) -> None:
    assert likelier(words.split(), [sure] * len(words.split())) == {}


def test_a_word_that_stands_behind_one_other_only_is_doubted_behind_another() -> None:
    words = ["Về", "việc", "cứ", "công", "chức", "đi", "học", "khi", "có", "lơp"]
    sure = [0.99] * 9 + [0.2]
    assert likelier(words, sure) == {2: "cử", 9: "lớp"}
    assert likelier(["chưa", "đủ", "căn", "cứ", "công", "nhận", "kêt", "quả"], [0.99] * 6 + [0.2, 0.99]) == {6: "kết"}


def test_a_family_name_that_is_no_syllable_is_the_listed_one() -> None:
    assert likelier(["của", "bà", "Quach", "Thu", "Thảo"], [0.99] * 5) == {2: "Quách"}


@pytest.mark.parametrize(
    ("read", "sure", "likely"),
    [
        ("Tê Đình Hãi", (0.4, 0.99, 0.5), "Lê Đình Hải"),
        ("ciều Diễm Nguyệt", (0.1, 0.9, 0.95), "Kiều Diễm Nguyệt"),
        ("llzang Minh Thắng", (0.4, 0.9, 0.9), "Hoàng Minh Thắng"),
        ("Tê Đình Hãi", (0.95, 0.99, 0.95), "Tê Đình Hãi"),  # surely read: a name of no list
        ("Nguyễn Văn Xz", (0.99, 0.99, 0.1), "Nguyễn Văn Xz"),  # like nothing
        ("NGUYEN VĂN HÀ", (0.2, 0.9, 0.9), "NGUYỄN VĂN HÀ"),
        ("", (), ""),
    ],
)
def test_a_doubtful_word_of_a_name_is_the_listed_one_that_is_near(read: str, sure: tuple[float, ...], likely: str) -> None:
    assert mended(read, sure) == likely


def test_a_word_read_as_two_is_one_again_in_doubt() -> None:
    words = ["công", "khai", "phu", "ơng", "án", "bồi", "thường"]
    assert likelier(words, [0.99, 0.99, 0.35, 0.01, 0.94, 0.99, 0.99]) == {2: "phương", 3: ""}
    assert likelier(["quy", "định", "mới"], [0.5] * 3) == {}, "two known words stay two"


def test_what_its_neighbours_expect_may_be_farther_from_what_was_read() -> None:
    assert likelier(["rà", "soát", "bộ", "nghèo"], [0.99, 0.99, 0.3, 0.99]) == {2: "hộ"}
    assert likelier(["giải", "phóng", "bặf", "bằng"], [0.99, 0.99, 0.1, 0.99]) == {2: "mặt"}


def test_names_near_to_a_word_and_how_far_they_are() -> None:
    assert ("Diễm", 0, 3) in list(names.near("Điệm", 0)) and "Diễm" not in [name for name, _, _ in names.near("Diễm", 1)]
    assert {name for name, letters, _ in names.near("Xhuê", 1) if letters == 1} >= {"Khuê"}
    assert names.apart("phố", "phô") == (0, 1) and names.apart("Khii", "Khu") == (2, 0) and names.apart("", "") == (0, 0)
    assert names.is_listed("THẮNG") and names.is_listed("Hòa") and not names.is_listed("Điệm")


def test_a_likely_word_keeps_its_doubt_and_what_was_read_is_no_better_one() -> None:
    line = [replace(w, doubt=LIKELY, suggestion="trã") if w.text == "trả" else w for w in words("chỉ trả lương hưu")]
    assert [(w.text, w.doubt, w.suggestion, w.likelier) for w in doubted(line)][1] == ("trả", LIKELY, "trã", "")
    again = replace(line[1], doubt="reread")
    assert again.likelier == "trã"


def test_a_field_has_the_likely_word_and_not_what_was_read() -> None:
    read = tuple(
        replace(w, doubt=LIKELY, suggestion="NHỀN") if w.text == "NHÂN" else w for w in words("ỦY BAN NHÂN DÂN XÃ EA KAR")
    )
    made = field("organ_name", [Line(0, read, " ".join(w.text for w in read), (0, 0, 690, 30))])
    assert (made.value, made.doubt) == ("ỦY BAN NHÂN DÂN XÃ EA KAR", True)
    assert made.proposals == (Proposal("ỦY BAN NHỀN DÂN XÃ EA KAR", "read"),)
    assert not field("organ_name", [Line(0, read, " ".join(w.text for w in read), (0, 0, 690, 30))], known=True).proposals
