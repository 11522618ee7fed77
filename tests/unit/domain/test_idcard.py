"""What the code of an identity card says, whoever gives it, and whether that is what a form says."""

import unicodedata
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workstation.domain.codes import CodeKind, understood
from workstation.domain.idcard import IdCard, agrees, parse_id_qr

TEXT = "079190012345|024123456|Nguyễn Thị Mẫu|14031990|Nữ|Tổ 5, phường Thử, Thành phố Hồ Chí Minh|05052021"
CARD = IdCard("079190012345", "024123456", "Nguyễn Thị Mẫu", "1990-03-14", "Nữ", "Tổ 5, phường Thử, Thành phố Hồ Chí Minh",
              "2021-05-05")  # fmt: skip


def test_the_usual_card():
    assert parse_id_qr(TEXT) == CARD
    assert "Mẫu" not in repr(CARD) and "0790" not in f"{[CARD]}"


@pytest.mark.parametrize("text, card", [
    (TEXT.replace("024123456", ""), replace(CARD, old_number="")),
    (TEXT.replace("024123456|", ""), replace(CARD, old_number="")),
    (f"  {TEXT}||Trần Văn Cha|\r\n", CARD), (unicodedata.normalize("NFD", TEXT), CARD),
    (TEXT.replace("|", "~"), CARD), (TEXT.replace("|", "§"), CARD), (TEXT.replace("Nữ", "nu"), CARD),
    (TEXT.replace("Nguyễn Thị Mẫu", "Nguy?n Th? M?u"), replace(CARD, name="")),
    (TEXT.replace("14031990", "00001990").replace("05052021", "31022021"), replace(CARD, birth_date="", issued="")),
    ("079190012345|||||", IdCard("079190012345")),
])  # fmt: skip
def test_other_writings(text, card):
    assert parse_id_qr(text) == card


@pytest.mark.parametrize("text", [
    "", "079190012345", "079190012345|a|b|c|d", "07919001234|024123456|A B|14031990|Nữ|x|05052021", "HS-0012", TEXT[1:],
    "x" + TEXT, "TSH1:HS:HS-0012:0000", "H29.17-20261120-0092637",
])  # fmt: skip
def test_what_is_no_card(text):
    assert parse_id_qr(text) is None


numbers = st.from_regex("[0-9]{12}", fullmatch=True)
heaps = st.lists(st.text("0123456789|Nữ a?\0", max_size=14), max_size=12).map("|".join)


@given(st.text(max_size=120) | heaps | st.builds("{}|{}".format, numbers, st.text("|0123456789aă ", max_size=60)))
def test_whatever_a_code_says_it_is_a_card_or_none(text):
    card = parse_id_qr(text)
    if card is not None:
        assert len(card.number) == 12 and card.number.isascii() and card.number.isdigit() and card.sex in ("", "Nam", "Nữ")
        for day in (card.birth_date, card.issued):
            assert not day or date.fromisoformat(day)
        for part in (card.name, card.address):
            assert part == unicodedata.normalize("NFC", part).strip()


names = st.lists(st.sampled_from(["Nguyễn", "Thị", "Ðặng", "Hòa", "Y", "H'Hen"]), min_size=2, max_size=5).map(" ".join)


sexes, places = st.sampled_from(["Nam", "Nữ"]), st.sampled_from(["Tổ 5, phường Thử", ""])
olds, added = st.sampled_from(["", "024123456"]), st.lists(st.text("abc", max_size=3), max_size=3)


@given(numbers, olds, names, st.dates(), sexes, places, st.dates(), added, st.booleans())
def test_what_is_written_is_read_back(number, old, name, born, sex, address, issued, more, short):
    middle = [name, f"{born:%d%m}{born.year:04d}", sex, address, f"{issued:%d%m}{issued.year:04d}"]
    parts = [number, *([] if short else [old]), *middle, *([] if short else more)]
    expected = IdCard(number, "" if short else old, name, born.isoformat(), sex, address, issued.isoformat())
    assert parse_id_qr("|".join(parts)) == expected
    assert understood("|".join(parts)) == (CodeKind.IDENTITY, ""), "nothing of it is kept, in whichever form it comes"


# --- against what was read or typed


@pytest.mark.parametrize("name, value, differs", [
    ("person_name", "NGUYỄN THỊ MẪU", False), ("person_name", unicodedata.normalize("NFD", "Nguyễn Thị Mẫu"), False),
    ("person_name", "Nguyễn Thị Mấu", True), ("identity_number", "079190012345", False), ("identity_number", "024123456", False),
    ("identity_number", "079190012346", True), ("birth_date", "1990-03-14", False), ("birth_date", "1990-03-15", True),
    ("sex", "nữ", False), ("sex", "Nam", True), ("address", "tổ 5 phường Thử - Thành phố Hồ Chí Minh", False),
    ("subject", "Nguyễn", False),
])  # fmt: skip
def test_a_mismatch_is_told(name, value, differs):
    assert agrees(CARD, name, value) is not differs


def test_a_card_that_lost_its_name_differs_from_no_name():
    assert agrees(IdCard(CARD.number), "person_name", "Ai Đó") and agrees(IdCard(CARD.number), "sex", "Nam")
