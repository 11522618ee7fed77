"""Agencies and places of papers, held against the table of units."""

from dataclasses import replace

import pytest

from workstation.domain.fields import FieldOrigin, IndexField, Proposal
from workstation.rules.places import load_places
from workstation.usecases.unitnames import spelt_as_units

KIEN_HUNG = "ỦY BAN NHÂN DÂN PHƯỜNG KIẾN HƯNG"


def agency(value: str, *, doubt: bool = True) -> IndexField:
    return IndexField("organ_name", value, 0.5 if doubt else 0.99, doubt=doubt)


def place(value: str, *, doubt: bool = True) -> IndexField:
    return IndexField("place", value, 0.5 if doubt else 0.99, doubt=doubt)


@pytest.mark.parametrize(
    ("read", "spelt"),
    [
        ("ỦY BAN NHÂN DÂN PHƯỜNG TÂY HÒ", "ỦY BAN NHÂN DÂN PHƯỜNG TÂY HỒ"),
        ("Ủy ban nhân dân phường Ngoc Hà", "Ủy ban nhân dân phường Ngọc Hà"),
        ("ỦY BAN NHÂN DÂN XÃ QUANG OAI", "ỦY BAN NHÂN DÂN XÃ QUẢNG OAI"),
        ("ỦY BAN NHÂN DÂN XÃ QUẢNGOAI", "ỦY BAN NHÂN DÂN XÃ QUẢNG OAI"),  # read as one word
        ("Ủy ban nhân dân xã EạKạr", "Ủy ban nhân dân xã Ea Kar"),
        ("ỦY BAN NHÂN DÂN PHƯỜNG THÓIAN ĐÔNG", "ỦY BAN NHÂN DÂN PHƯỜNG THỚI AN ĐÔNG"),
        ("ỦY BAN NHÂN DÂN PHƯỜNG THỚI N ĐÔNG", "ỦY BAN NHÂN DÂN PHƯỜNG THỚI AN ĐÔNG"),  # a letter was not read
        ("ỦY BAN NHÂN DÂN XÃ QUẢNG OAT", "ỦY BAN NHÂN DÂN XÃ QUẢNG OAI"),
        ("Ủy ban nhân dân xã Quảng 0ai", "Ủy ban nhân dân xã Quảng Oai"),
        ("ỦY BAN NHÂN DÂN PHƯỜNG HOÀ HƯNG", ""),  # the tone on the other letter
        ("ỦY BAN NHÂN DÂN PHƯỜNG NGỌC HÀ", ""),  # there is one
        ("ỦY BAN NHÂN DÂN XÃ TÂN HOA", ""),  # two may be meant
        ("ỦY BAN NHÂN DÂN XÃ TÂN HAA", ""),  # several are one letter off
        ("ỦY BAN NHÂN DÂN XÃ CẦN G ÐC", ""),  # none is
        ("ỦY BAN NHÂN DÂN PHƯỜNG 13A", ""),
        ("ỦY BAN NHÂN DÂN", ""),
    ],
)
def test_a_doubtful_commune_that_is_none_is_the_one_that_it_is_like_and_what_was_read_is_proposed(read: str, spelt: str) -> None:
    was = agency(read)
    (now,) = spelt_as_units([was], load_places)
    assert now == (replace(was, value=spelt, proposals=(Proposal(read, "read"),)) if spelt else was)


@pytest.mark.parametrize(
    ("read", "where", "spelt"),
    [
        ("ỦY BAN NHÂN DÂN XÃ CẦN G ÐC", "Cần Giuộc", "ỦY BAN NHÂN DÂN XÃ CẦN GIUỘC"),
        ("ỦY BAN NHÂN DÂN NÃ XUÂN LỌC", "Xuân Lộc", "ỦY BAN NHÂN DÂN XÃ XUÂN LỘC"),  # there is a ward as well
        ("ỦY BAN NHÂN DÂN NGHĨA", "Yên Nghĩa", "ỦY BAN NHÂN DÂN PHƯỜNG YÊN NGHĨA"),
        ("Ủy ban nhân dân Xả Xuân Lộc", "Xuân Lộc", "Ủy ban nhân dân xã Xuân Lộc"),
        ("ỦY BAN NHÂN DÂN XÃ CẦN G ÐC", "Bến Lức", ""),  # another commune
        ("ỦY BAN NHÂN DÂN HUYỆN XUÂN LỌC", "Xuân Lộc", ""),  # a higher one's
        ("ỦY BAN NHÂN DÂN HUYÊN XUÂN LỘC", "Xuân Lộc", ""),  # and if its kind was misread
        ("ỦY BAN NHÂN DÂN XUÂN LỌC", "Xuân Lộc", ""),  # whose, nobody knows
        ("ỦY BAN NHÂN DÂN", "Tiền Hải", ""),  # nothing says so
        ("SỞ TƯ PHÁP", "Xuân Lộc", ""),
    ],
)
def test_a_doubtful_commune_is_the_one_that_the_papers_place_names_if_it_is_like_it(read: str, where: str, spelt: str) -> None:
    was = agency(read)
    now, stays = spelt_as_units([was, place(where, doubt=False)], load_places)
    assert now == (replace(was, value=spelt, proposals=(Proposal(read, "read"),)) if spelt else was)
    assert stays == place(where, doubt=False)


@pytest.mark.parametrize(
    ("read", "spelt"),
    [
        ("Kiên Hưng", "Kiến Hưng"),
        ("Kién Hmng", "Kiến Hưng"),
        ("Hn", "Hn"),  # too little of it
        ("Hà Nội", "Hà Nội"),  # a unit of its own
    ],
)
def test_a_doubtful_place_is_the_agencys_commune_if_it_is_like_it(read: str, spelt: str) -> None:
    _, now = spelt_as_units([agency(KIEN_HUNG, doubt=False), place(read)], load_places)
    assert (now.value, now.doubt) == (spelt, True)
    proposed = {"Kiên Hưng": "read", "Kién Hmng": "read", "Hn": "organ"}.get(read)
    assert [p.why for p in now.proposals] == ([proposed] if proposed else [])


def test_the_place_says_nothing_of_an_agencys_parent() -> None:
    parent = replace(agency("ỦY BAN NHÂN DÂN NÃ XUÂN LỌC"), name="parent_organ")
    assert spelt_as_units([parent, place("Xuân Lộc", doubt=False)], load_places)[0] == parent


def test_of_what_nobody_doubts_only_marks_that_no_unit_has_are_put_in_doubt() -> None:
    sure = [agency(KIEN_HUNG.replace("KIẾN", "KIÊN"), doubt=False), place("Kiên Hưng", doubt=False)]
    now = spelt_as_units(sure, load_places)
    assert [f.value for f in now] == [f.value for f in sure]
    assert [(f.doubt, f.proposals) for f in now] == [
        (True, (Proposal(KIEN_HUNG, "spelling"),)),
        (True, (Proposal("Kiến Hưng", "organ"),)),
    ]
    right = [agency(KIEN_HUNG, doubt=False), place("Kiến Hưng", doubt=False)]
    elsewhere = [agency("ỦY BAN NHÂN DÂN XÃ QUẢNG OAT", doubt=False), place("Quảng Nơi", doubt=False)]
    number = [agency("UBND PHƯỜNG 12", doubt=False), place("Quậ 10")]
    for fields in (right, elsewhere, number):
        assert spelt_as_units(fields, load_places) == tuple(fields)


def test_what_a_person_typed_stays_and_no_more_than_three_are_proposed() -> None:
    typed = replace(agency("ỦY BAN NHÂN DÂN PHƯỜNG TÂY HÒ"), origin=FieldOrigin.TYPED)
    unread = replace(place("Kiên Hưng"), origin=FieldOrigin.UNREADABLE)
    assert spelt_as_units([typed, unread], load_places) == (typed, unread)
    many = replace(place("Kiên Hưng"), proposals=tuple(Proposal(v, "spelling") for v in ("Kiến Hưng", "Kiên Hung", "K H", "K")))
    _, now = spelt_as_units([agency(KIEN_HUNG), many], load_places)
    assert [p.value for p in now.proposals] == ["Kiên Hưng", "Kiên Hung", "K H"]


def test_fields_that_name_no_unit_never_load_the_table() -> None:
    def table() -> None:
        raise AssertionError("loaded")

    fields = (IndexField("number", "12", 0.5, doubt=True), place(""))
    assert spelt_as_units(fields, table) == fields  # type: ignore[arg-type]
