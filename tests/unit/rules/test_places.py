"""Which unit a text means: what papers write, every unit under its own name, and what must not be guessed."""

import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workstation.domain.place import PRESENT_SINCE, How, Level, Near, OldCodes, Resolved, Why, one_off, plain_letters, spoken
from workstation.rules.places import Alike, load_places
from workstation.rules.placetable import Row

PLACES = load_places()
TABLE = PLACES._table
BEFORE, AFTER = date(2019, 3, 14), date(2026, 11, 2)
OLD = sorted(TABLE.old.items())
NOW = sorted(TABLE.now.items())
WARD_12 = OldCodes("79", "771", "27172")


def bare(text: str) -> str:
    letters = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(c for c in letters if not unicodedata.combining(c))


def told(found: Resolved) -> tuple[How, str, str]:
    old, now = found.placed.old, found.placed.now
    return found.placed.how, PLACES.old_label(old) if old else "", PLACES.label(now) if now else ""


@pytest.mark.parametrize(
    "text",
    [
        "Phường 12, Quận 10, Thành phố Hồ Chí Minh",
        "P.12, Q.10, TP.HCM",
        "P12 Q10 TPHCM",
        "phường 12 - quận 10 - TP. Hồ Chí Minh",
        "PHƯỜNG 12 – QUẬN 10 – TP HỒ CHÍ MINH",
        "UBND PHƯỜNG 12 QUẬN 10",
        "phuong 12, quan 10, tp ho chi minh",
        "Phường 12,\nQuận 10",
        "TP.HCM, Quận 10, Phường 12",
        "285/94 Cách Mạng Tháng Tám, P. 12, Q. 10, TP.HCM, Việt Nam",
        "Phường 012, Quận 10",
        unicodedata.normalize("NFD", "Phường 12, Quận 10, Thành phố Hồ Chí Minh"),
    ],
)
@pytest.mark.parametrize("on", [BEFORE, AFTER, None])
def test_one_place_in_every_usual_writing(text: str, on: date | None) -> None:
    found = PLACES.resolve(text, on)
    assert (found.placed.how, found.placed.old, found.candidates) == (How.EXACT, WARD_12, ())
    assert PLACES.label(found.placed.now or "") == "Phường Hòa Hưng, Thành phố Hồ Chí Minh"
    assert found.placed.text == text
    assert found.placed.table == date(2026, 9, 20)


@pytest.mark.parametrize(
    ("text", "on", "old", "now"),
    [
        ("Hà Nội", BEFORE, "Thành phố Hà Nội", "Thành phố Hà Nội"),
        ("TT. Huế", BEFORE, "Thành phố Huế", "Thành phố Huế"),
        ("Tỉnh Thừa Thiên - Huế", BEFORE, "Thành phố Huế", "Thành phố Huế"),
        ("UBND TỈNH BÌNH DƯƠNG", BEFORE, "Tỉnh Bình Dương", "Thành phố Hồ Chí Minh"),
        ("Bắc Ninh", BEFORE, "Tỉnh Bắc Ninh", "Thành phố Bắc Ninh"),
        ("PHƯỜNG HOÀ HƯNG", AFTER, "", "Phường Hòa Hưng, Thành phố Hồ Chí Minh"),
        ("xã Trảng Bom, tỉnh Đồng Nai", date(2025, 10, 1), "", "Phường Trảng Bom, Thành phố Đồng Nai"),
        ("xã Trảng Bom, tỉnh Đồng Nai", AFTER, "", "Phường Trảng Bom, Thành phố Đồng Nai"),
        ("Tân Tiến, Văn Giang, Hưng Yên", BEFORE, "Xã Tân Tiến, Huyện Văn Giang, Tỉnh Hưng Yên", "Xã Văn Giang, Tỉnh Hưng Yên"),
        ("xã Yên Viên, huyện Gia Lâm", BEFORE, "Xã Yên Viên, Huyện Gia Lâm, Thành phố Hà Nội", "Xã Phù Đổng, Thành phố Hà Nội"),
        ("Huyện Lý Sơn", BEFORE, "Huyện Lý Sơn, Tỉnh Quảng Ngãi", "Đặc khu Lý Sơn, Tỉnh Quảng Ngãi"),
        (
            "Phường Long Bình, Quận 9, TPHCM", BEFORE,
            "Phường Long Bình, Thành phố Thủ Đức, Thành phố Hồ Chí Minh", "Phường Long Bình, Thành phố Hồ Chí Minh",
        ),
        ("BẢO HIỂM XÃ HỘI THÀNH PHỐ HỒ CHÍ MINH", BEFORE, "Thành phố Hồ Chí Minh", "Thành phố Hồ Chí Minh"),
    ],
)  # fmt: skip
def test_what_papers_write(text: str, on: date, old: str, now: str) -> None:
    assert told(PLACES.resolve(text, on)) == (How.EXACT, old, now)


def test_the_papers_day_decides_between_an_old_and_a_present_unit_of_one_name() -> None:
    text = "Phường Bến Thành, TP. Hồ Chí Minh"
    assert PLACES.resolve(text, BEFORE).placed.old is not None
    assert PLACES.resolve(text, AFTER).placed.old is None
    assert PLACES.resolve(text, PRESENT_SINCE).placed.old is None
    assert PLACES.resolve(text, date(2025, 6, 30)).placed.old is not None
    # a name that only came in 2025 stands on no paper before
    assert PLACES.resolve("Phường Hòa Hưng, TP. Hồ Chí Minh", BEFORE).placed.how is not How.EXACT


def test_an_old_address_on_a_new_paper_is_an_old_address() -> None:
    assert PLACES.resolve("xã Tân Tiến, huyện Văn Giang, tỉnh Hưng Yên", AFTER).placed.old is not None


def test_a_split_commune_is_asked_about() -> None:
    found = PLACES.resolve("Phường Cống Vị, Quận Ba Đình, Hà Nội", BEFORE)
    assert (found.placed.how, found.placed.now) == (How.SEVERAL, None)
    assert found.placed.old == OldCodes("01", "001", "00007")
    assert [(c.name, c.why) for c in found.candidates] == [
        ("Phường Ngọc Hà, Thành phố Hà Nội", Why.SPLIT),
        ("Phường Giảng Võ, Thành phố Hà Nội", Why.SPLIT),
    ]


def test_a_district_is_none_of_the_present_units() -> None:
    found = PLACES.resolve("UBND QUẬN 10", BEFORE)
    assert (found.placed.how, found.placed.old, found.placed.now) == (How.SEVERAL, OldCodes("79", "771"), None)
    assert {c.why for c in found.candidates} == {Why.DISTRICT}
    assert len(found.candidates) == 3


def test_a_name_that_many_bear_is_asked_about_unless_the_paper_says_where() -> None:
    alone = PLACES.resolve("Xã Tân Tiến", AFTER)
    assert (alone.placed.how, len(alone.candidates)) == (How.SEVERAL, 7)
    assert {c.why for c in alone.candidates} == {Why.SAME_NAME}
    within = PLACES.resolve("Xã Tân Tiến", AFTER, Near(("ỦY BAN NHÂN DÂN TỈNH HƯNG YÊN",)))
    assert told(within) == (How.EXACT, "", "Xã Tân Tiến, Tỉnh Hưng Yên")
    elsewhere = PLACES.resolve("Xã Tân Tiến", AFTER, Near(("BỘ TƯ PHÁP",)))
    assert elsewhere.placed.how is How.SEVERAL


def test_the_offices_own_commune_comes_first_and_is_taken_as_near_not_as_exact() -> None:
    own = next(c.code for c in PLACES.resolve("Xã Tân Tiến", AFTER).candidates if c.name.endswith("Thanh Hóa"))
    found = PLACES.resolve("Xã Tân Tiến", AFTER, Near(home=own))
    assert (found.placed.how, found.placed.now, found.candidates[0].code) == (How.NEAR, own, own)
    assert set(found.candidates) == set(PLACES.resolve("Xã Tân Tiến", AFTER).candidates), "the others stay open"
    beside = next(u.code for u in TABLE.now.values() if u.label == "Xã Như Quỳnh, Tỉnh Hưng Yên")
    neighbour = PLACES.resolve("Xã Tân Tiến", AFTER, Near(home=beside))
    assert (neighbour.placed.how, neighbour.candidates[0].name) == (How.SEVERAL, "Xã Tân Tiến, Tỉnh Hưng Yên")
    assert PLACES.home("ỦY BAN NHÂN DÂN PHƯỜNG HÒA HƯNG") == PLACES.resolve("Phường Hòa Hưng", AFTER).placed.now
    assert PLACES.home("ỦY BAN NHÂN DÂN XÃ TÂN TIẾN") == ""
    assert PLACES.label(PLACES.home("UBND xã Tân Tiến, tỉnh Hưng Yên")) == "Xã Tân Tiến, Tỉnh Hưng Yên"
    assert PLACES.home("Công ty An Phát") == ""


@pytest.mark.parametrize(
    ("text", "was", "why"),
    [
        ("Phường 12, Quận 1O, TP.HCM", "Phường 12, Quận 10, Thành phố Hồ Chí Minh", Why.MISREAD),
        ("xã Tân Tiên, huyện Văn Giang, tỉnh Hưng Yên", "Xã Tân Tiến, Huyện Văn Giang, Tỉnh Hưng Yên", Why.MISREAD),
        ("xã Tân Tiến, huyện Văn Gíang, tỉnh Hưng Yên", "Xã Tân Tiến, Huyện Văn Giang, Tỉnh Hưng Yên", Why.MISREAD),
        ("xã Tân Tiếr, huyện Văn Giang, tỉnh Hưng Yên", "Xã Tân Tiến, Huyện Văn Giang, Tỉnh Hưng Yên", Why.MISREAD),
        ("xã Tịnh Hà, huyện Sơn Tịnh", "Thị trấn Tịnh Hà, Huyện Sơn Tịnh, Tỉnh Quảng Ngãi", Why.EARLIER),
        ("Phường Nguyễn Trung Trực, Quận Ba Đình", "Phường Trúc Bạch, Quận Ba Đình, Thành phố Hà Nội", Why.EARLIER),
    ],
)
def test_what_is_a_letter_off_or_of_an_earlier_time_is_proposed_and_never_taken(text: str, was: str, why: Why) -> None:
    found = PLACES.resolve(text, BEFORE)
    assert (found.placed.how, found.placed.old, found.placed.now) == (How.SEVERAL, None, None)
    assert {(c.was, c.why) for c in found.candidates} == {(was, why)}


@pytest.mark.parametrize(
    "text",
    [
        "", "   ", ",", "P.", "Bộ Tư pháp", "Phường", "Phường 99, Quận 10, TP.HCM", "Phường 12, Quận 10, Tỉnh Hưng Yên",
        "Xã Không Có Thật, huyện Văn Giang, tỉnh Hưng Yên", "Tân Tiến, Bắc Giang, Hưng Yên", "Ghi chú: xã hội hóa",
    ],
)  # fmt: skip
def test_what_names_nothing_that_there_was_stays_unknown(text: str) -> None:
    found = PLACES.resolve(text, BEFORE)
    assert (found.placed.how, found.placed.old, found.placed.now, found.candidates) == (How.UNKNOWN, None, None, ())


def test_neighbours_that_differ_in_a_mark_are_told_apart_where_marks_are_written() -> None:
    for name in ("Ba Tơ", "Ba Tô"):
        assert told(PLACES.resolve(f"Xã {name}, tỉnh Quảng Ngãi", AFTER))[2] == f"Xã {name}, Tỉnh Quảng Ngãi"
    without = PLACES.resolve("Xa Ba To, tinh Quang Ngai", AFTER)
    assert (without.placed.how, len(without.candidates)) == (How.SEVERAL, 2)


def meant(found: Resolved, row: Row, codes: OldCodes) -> bool:
    """The old unit itself, gone to where the table says."""
    went = set(TABLE.successors(row))
    if found.placed.old != codes:
        return False
    if len(went) == 1:
        return found.placed.how is How.EXACT and found.placed.now in went
    return found.placed.how is How.SEVERAL and {c.code for c in found.candidates} == went


def test_every_unit_is_found_by_its_own_name_with_its_parents() -> None:
    """One in nine of the 10,794 old ones and 3,355 present ones; all of them were asked once."""
    for codes, row in OLD[::9]:
        assert meant(PLACES._resolve(row.label, BEFORE), row, OldCodes(*codes)), row.label
    for code, row in NOW[::9]:
        for unit in TABLE.units(code):
            text = ", ".join([unit.name, *(r.full for r in row.line[1:])])
            assert PLACES._resolve(text, AFTER).placed.now == code, text


@given(st.sampled_from(OLD), st.booleans())
def test_old_leads_to_new_and_both_are_found_by_either_name(one: tuple[tuple[str, str, str], Row], marks: bool) -> None:
    row = one[1]
    text = row.label if marks else bare(row.label)
    names = PLACES.names_for(text)
    new = {TABLE.now[code] for code in TABLE.successors(row)}
    written = f"{row.full}, {row.line[1].full}" if row.level is Level.COMMUNE and row.name.isdigit() else row.full
    assert {written, *sorted(n.full for n in new)[:30]} <= set(names)
    if row.level is Level.COMMUNE:
        for unit in new:
            assert written in PLACES.names_for(unit.label)


_COMMUNES = [row for row in TABLE.now.values() if row.level is Level.COMMUNE]
_ALIKE = Alike(_COMMUNES)


@given(st.sampled_from(_COMMUNES), st.integers(0, 12), st.integers(0, 1), st.sampled_from(["", "a", "0", "h"]))
def test_no_name_a_letter_off_is_passed_over(row: Row, at: int, gone: int, put: str) -> None:
    misread = row.key[:at] + put + row.key[at + gone :]
    asked = _ALIKE.to(misread, frozenset())
    assert [r for r in asked if r.key == misread or one_off(r.key, misread)] == [
        r for r in _COMMUNES if r.key == misread or one_off(r.key, misread)
    ]


@given(st.text(alphabet="PQHXTphườngxãquậnhuyệntỉnh TP.,-12 HàNộiTânTiến", max_size=40), st.sampled_from([BEFORE, AFTER, None]))
def test_nothing_is_invented(text: str, on: date | None) -> None:
    found = PLACES.resolve(text, on)
    codes = [c.code for c in found.candidates] + ([found.placed.now] if found.placed.now else [])
    assert set(codes) <= set(TABLE.now)
    olds = [c.old for c in found.candidates if c.old] + ([found.placed.old] if found.placed.old else [])
    assert all((o.province, o.district, o.commune) in TABLE.old for o in olds)
    assert (found.placed.how is How.EXACT) == (found.placed.now is not None)
    assert (found.placed.how is How.SEVERAL) == bool(found.candidates)
    assert on != BEFORE or all(c.was for c in found.candidates)


def test_names_for_a_search_with_and_without_marks() -> None:
    both = ("Phường 12, Quận 10", "Phường Hòa Hưng")
    assert PLACES.names_for("Phường 12, Quận 10") == PLACES.names_for("phuong 12 quan 10") == both
    named = PLACES.names_for("hoa hung")
    assert both[0] in named
    assert both[1] in named
    assert PLACES.names_for("giấy khai sinh") == ()
    assert PLACES.names_for("UBND huyện Nhà Bè")[0] == "Huyện Nhà Bè"
    assert len(PLACES.names_for("Phường 1")) <= 64


@pytest.mark.parametrize("word", ["12", "bình", "Thanh", "tu", "Vinh"])
def test_a_word_of_anything_is_no_place_to_search_for(word: str) -> None:
    assert PLACES.names_for(word) == ()
    assert PLACES.names_for("Huế") == PLACES.names_for("hue") == ("Thành phố Huế",)


def test_an_agency_of_a_district_has_ended_and_somebody_keeps_its_papers() -> None:
    found = PLACES.receiver("PHÒNG TÀI NGUYÊN VÀ MÔI TRƯỜNG QUẬN 10")
    assert found is not None
    assert found.kind.startswith("Phòng Tài nguyên và Môi trường")
    assert found.papers == "Lưu trữ lịch sử của Nhà nước ở Thành phố Hồ Chí Minh"
    assert (found.since, found.sure) == (PRESENT_SINCE, False)
    assert "72/2025" in found.source
    thuan_an = PLACES.receiver("UBND thành phố Thuận An, tỉnh Bình Dương")
    assert thuan_an is not None
    assert thuan_an.papers.endswith("Thành phố Hồ Chí Minh")  # where Bình Dương went
    for other in ("ỦY BAN NHÂN DÂN PHƯỜNG 12", "UBND TỈNH HƯNG YÊN", "BỘ TƯ PHÁP", ""):
        assert PLACES.receiver(other) is None


def test_letters() -> None:
    assert plain_letters("Phường Hoà Hưng – Đắk R'Lấp 07") == "phuonghoahungdakrlap07"
    assert plain_letters("Bà Rịa—Vũng 日Tàu") == "bariavungtau"
    assert spoken("Hoà  HƯNG") == spoken("Hòa Hưng")
    assert spoken("Hòa") != spoken("Hoa")
    assert one_off("hoahung", "hoahunq")
    assert one_off("hoahung", "hoahun")
    assert not one_off("hoahung", "hoahung")
    assert not one_off("12", "13")
    assert one_off("1o", "10")
    assert not one_off("1", "12")


def test_a_code_that_is_none_has_no_name() -> None:
    assert PLACES.unit("26248", date(2025, 8, 1)) != PLACES.unit("26248")
    assert PLACES.unit("nothing") is None
    assert PLACES.label("nothing") == PLACES.old_label(OldCodes("00")) == ""


# --- names one letter off


def test_communes_of_a_kind_one_letter_off() -> None:
    assert PLACES.nearly("ỦY BAN NHÂN DÂN XÃ QUẢNG OAT") == ("Quảng Oai",)
    assert PLACES.nearly("phường Quảng Oat") == ("Quảng Cát",)  # of wards
    assert set(PLACES.nearly("xã Tân Hoe")) >= {"Tân Hòa", "Tân Hội"}
    assert PLACES.nearly("phường 13A") == PLACES.nearly("Quảng Oat") == PLACES.nearly("tỉnh Hà Tĩn") == ()
