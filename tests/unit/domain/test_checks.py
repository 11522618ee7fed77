"""What speaks against a document's fields: each check with a paper that it is for, and papers that it must leave alone."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workstation.domain.checks import Paper, check, paper_of
from workstation.domain.evidence import Evidence, Worded, arrival_in, evidence_of, remarks_on
from workstation.domain.fields import FIELD_NAMES, FieldOrigin, IndexField, Proposal
from workstation.domain.page import Engine, PageText, UnreadArea, Word
from workstation.domain.remarks import (
    FORM_CODES,
    FORM_WHYS,
    LIKELIEST,
    STORE_CODES,
    STORE_WHYS,
    TEXT_CODES,
    TEXT_WHYS,
    Remark,
    noted,
    ranked,
)  # fmt: skip
from workstation.rules.reader import load_rules

RULES = load_rules()
TODAY = date(2026, 11, 28)
DECISION = {
    "type_name": "QUYẾT ĐỊNH", "number": "127", "notation": "QĐ-UBND", "issued_date": "2019-03-14",
    "organ_name": "ỦY BAN NHÂN DÂN PHƯỜNG BẾN LỘI", "signer_name": "Nguyễn Văn Mẫu", "signer_title": "CHỦ TỊCH",
}  # fmt: skip
BIRTH = {
    "type_name": "GIẤY KHAI SINH", "number": "45", "issued_date": "2019-03-20", "person_name": "TRẦN THỊ THỬ",
    "identity_number": "079319012345", "birth_date": "2019-03-14", "sex": "Nữ",
}  # fmt: skip


def paper(values: dict[str, str], code: str = "QD") -> Paper:
    kind = RULES.document(code).type
    return Paper(values, kind, RULES.types, RULES.identity, TODAY)


def said(values: dict[str, str], code: str = "QD") -> dict[str, list[str]]:
    out: dict[str, list[str]] = {}
    for remark in check(paper(values, code)):
        out.setdefault(remark.field, []).append(remark.against)
    return out


def offered(values: dict[str, str], name: str, code: str = "QD") -> list[tuple[str, str]]:
    return [(p.value, p.why) for r in check(paper(values, code)) if r.field == name for p in r.proposals]


@pytest.mark.parametrize("values, code", [
    (DECISION, "QD"), (BIRTH, "KHAI_SINH"), ({}, "QD"), ({}, ""),
    ({**DECISION, "notation": "2019/NQ-HĐND", "organ_name": "HỘI ĐỒNG NHÂN DÂN XÃ MẪU"}, "NQ"),
    ({**DECISION, "notation": "UBND-VP"}, "CV"), ({**DECISION, "notation": "UBND"}, "CV"),
    ({**DECISION, "notation": "QĐ-CTUBND", "organ_name": "Uỷ ban nhân dân xã Mẫu"}, "QD"),
    ({**DECISION, "notation": "TB-VP", "organ_name": "VĂN PHÒNG HĐND VÀ UBND"}, "TB"),
    ({**DECISION, "notation": "HD/ĐU", "organ_name": "ĐẢNG ỦY PHƯỜNG MẪU"}, ""),
    ({**DECISION, "notation": "QĐ-TTg", "organ_name": "THỦ TƯỚNG CHÍNH PHỦ"}, "QD"),
    ({"signer_name": "H'Hen Niê", "person_name": "Y Bhăm Êban"}, "DON"), ({"person_name": "Michael Jackson"}, "DON"),
    ({"person_name": "Công Tằng Tôn Nữ Ngọc Lan"}, "DON"), ({"identity_number": "024123456"}, "DON"),
    ({"identity_number": "101090012345"}, "DON"), ({"identity_number": "079090012345", "birth_date": "1990-05-06"}, "DON"),
    ({"identity_number": "079190012345", "sex": "nữ"}, "DON"), ({"sex": "không rõ", "identity_number": "079190012345"}, "DON"),
    ({"signer_title": "TM. ỦY BAN NHÂN DÂN / CHỦ TỊCH"}, "QD"), ({"signer_title": "KT. CHỦ TỊCH / PHÓ CHỦ TỊCH"}, "QD"),
    ({"signer_title": "TUQ. CHỦ TỊCH / TRƯỞNG PHÒNG"}, "QD"), ({"signer_title": "T.L. CHỦ TỊCH / CHÁNH VĂN PHÒNG"}, "QD"),
    ({"signer_title": "KT. BỘ TRƯỞNG / THỨ TRƯỞNG"}, "QD"), ({"issued_date": "2026-11-28"}, "QD"),
    ({"organ_name": "SỞ GIÁO DỤC VÀ ĐÀO TẠO TỈNH ĐẮK LẮK"}, "QD"),
])  # fmt: skip
def test_a_sound_paper_is_left_alone(values, code):
    assert said(values, code) == {}


@pytest.mark.parametrize("change, field, code, against", [
    ({"issued_date": "2019-02-30"}, "issued_date", "QD", "date_impossible"),
    ({"issued_date": "14/03/2019"}, "issued_date", "QD", "date_impossible"),
    ({"issued_date": "2026-11-29"}, "issued_date", "QD", "date_future"),
    ({"issued_date": "1919-03-14"}, "issued_date", "QD", "date_old"),
    ({"birth_date": "1890-01-01"}, "birth_date", "QD", "date_old"),
    ({"notation": "TB-UBND"}, "notation", "QD", "notation_type"),
    ({"notation": "TB-UBND"}, "type_name", "QD", "notation_type"),
    ({"notation": "TB-UBND"}, "type_name", "CV", "notation_type"),
    ({"notation": "QD-UBND"}, "notation", "QD", "notation_type"),
    ({"notation": "-UBND"}, "notation", "QD", "notation_type"),
    ({"notation": "15/2018/QĐ-UBND"}, "notation", "QD", "notation_type"),
    ({"notation": "2018/QĐ-UBND"}, "notation", "QD", "notation_year"),
    ({"notation": "2018/QĐ-UBND"}, "issued_date", "QD", "notation_year"),
    ({"notation": "QĐ-HĐND"}, "notation", "QD", "notation_organ"),
    ({"notation": "QĐ-HĐND"}, "organ_name", "QD", "notation_organ"),
    ({"notation": "QĐ-UBNO"}, "notation", "QD", "notation_organ"),
    ({"signer_name": "Nguyễn"}, "signer_name", "QD", "name_shape"),
    ({"signer_name": "Nguyễn Văn 1"}, "signer_name", "QD", "name_shape"),
    ({"signer_name": "Nguyễn Văn Mãau"}, "signer_name", "QD", "name_syllable"),
    ({"person_name": "Trần Thị Hoà̉"}, "person_name", "QD", "name_shape"),
    ({"organ_name": "ỦY BAN NHÂN DÂN PHƯỜNG BÊN LỘƠI"}, "organ_name", "QD", "organ_syllable"),
    ({"signer_title": "TN. ỦY BAN NHÂN DÂN / CHỦ TỊCH"}, "signer_title", "QD", "capacity"),
    ({"signer_title": "KT. CHỦ TỊCH / CHỦ TỊCH"}, "signer_title", "QD", "capacity_deputy"),
    ({"identity_number": "07931901234"}, "identity_number", "KHAI_SINH", "identity_shape"),
    ({"identity_number": "003319012345"}, "identity_number", "KHAI_SINH", "identity_province"),
    ({"identity_number": "079320012345"}, "birth_date", "KHAI_SINH", "identity_birth"),
    ({"identity_number": "079219012345"}, "identity_number", "KHAI_SINH", "identity_sex"),
    ({"identity_number": "079219012345"}, "sex", "KHAI_SINH", "identity_sex"),
    ({"identity_number": "079325012345", "birth_date": ""}, "identity_number", "KHAI_SINH", "identity_birth"),
    ({"identity_number": "024123456", "issued_date": "2025-01-01"}, "identity_number", "KHAI_SINH", "identity_old"),
])  # fmt: skip
def test_what_speaks_against_a_value(change, field, code, against):
    base = BIRTH if code == "KHAI_SINH" else DECISION
    assert against in said({k: v for k, v in (base | change).items() if v}, code).get(field, [])


def test_what_may_be_right_is_proposed_with_its_reason():
    assert offered({**DECISION, "notation": "QD-UBND"}, "notation") == [("QĐ-UBND", "type")]
    assert offered({**DECISION, "notation": "2018/QĐ-UBND"}, "notation") == [("2019/QĐ-UBND", "issued_year")]
    assert offered({**DECISION, "notation": "QĐ-UBNO"}, "notation") == [("QĐ-UBND", "organ")]
    assert offered({**DECISION, "signer_title": "KL. CHỦ TỊCH / X"}, "signer_title")[0][1] == "capacity"
    assert offered({**BIRTH, "birth_date": "1999-03-14"}, "identity_number", "KHAI_SINH") == [("079199012345", "birth_date")]


anything = st.dictionaries(st.sampled_from([*FIELD_NAMES, "birth_date", "sex"]), st.text(max_size=20), max_size=8)


@given(anything, st.sampled_from([*(t.code for t in RULES.types), ""]))
def test_checks_take_anything_and_say_nothing_of_empty_values(values, code):
    filled = {k: v for k, v in values.items() if v}
    fields = [IndexField(k, v, 0.9) for k, v in values.items()]
    for remark in check(paper_of(fields, RULES.document(code).type, RULES.types, RULES.identity, TODAY)):
        assert remark.field in filled and (remark.against in FORM_CODES or remark.proposals)
        assert {p.why for p in remark.proposals} <= FORM_WHYS


# --- how remarks get into the fields

ALL = FORM_CODES | FORM_WHYS


def test_a_remark_makes_a_doubt_and_changes_no_value_whoever_gave_it():
    typed = IndexField("notation", "QD-UBND", 1.0, origin=FieldOrigin.TYPED)
    (after,) = noted([typed], [Remark("notation", "notation_type", (Proposal("QĐ-UBND", "type"),))], ALL, ())
    assert after == replace(typed, doubt=True, against=("notation_type",), proposals=(Proposal("QĐ-UBND", "type"),))
    (again,) = noted([after], [], ALL, ())
    assert again.against == () and again.proposals == () and again.doubt, "who looked once has to say that it is right"


def test_what_others_said_stays_and_a_value_nobody_doubts_gets_no_proposals():
    read = IndexField("number", "12", 0.9, against=("duplicate",), doubt=True, proposals=(Proposal("13", "neighbours"),))
    assert noted([read], [], ALL, ()) == (read,)
    sure = IndexField("issued_date", "2019-03-14", 0.99)
    assert noted([sure], [Remark("issued_date", proposals=(Proposal("2019-03-15", "arrival"),))], TEXT_CODES | TEXT_WHYS, ()) == (
        sure,
    )


def test_a_field_that_was_not_read_is_added_where_something_is_proposed():
    fields = [IndexField("number", "1", 0.9), IndexField("subject", "x", 0.9)]
    after = noted(fields, [Remark("issued_date", proposals=(Proposal("2019-03-14", "words"),)), Remark("place", "x")], ALL,
                  ("number", "issued_date", "place", "subject"))  # fmt: skip
    assert [f.name for f in after] == ["number", "issued_date", "subject"] and after[1].doubt and after[1].value == ""


proposals = st.lists(st.builds(Proposal, st.text("ab1", max_size=2), st.sampled_from([*LIKELIEST, "other"])), max_size=8)


@given(proposals, st.text("ab1", max_size=2))
def test_proposals_are_few_differ_and_never_repeat_the_value(some, value):
    out = ranked(some, value)
    assert len(out) <= 3 and len({p.value for p in out}) == len(out)
    assert all(p.value and p.value != value and any(p.value == q.value and p.why == q.why for q in some) for p in out)
    assert ranked(out, value) == tuple(sorted(out, key=lambda p: LIKELIEST.index(p.why) if p.why in LIKELIEST else 99))


def test_two_sources_outweigh_a_surer_one():
    out = ranked([Proposal("1", "words"), Proposal("2", "neighbours"), Proposal("2", "sibling")], "")
    assert out == (Proposal("2", "neighbours"), Proposal("1", "words"))


def test_every_source_has_its_rank():
    assert set(LIKELIEST) >= FORM_WHYS | TEXT_WHYS | STORE_WHYS
    assert not FORM_CODES & TEXT_CODES and not FORM_CODES & STORE_CODES and not TEXT_CODES & STORE_CODES


# --- words beside figures, and the register's stamp

BOTH = "Ngày, tháng, năm sinh: 14/03/2019 ghi bằng chữ: Ngày mười bốn tháng ba năm hai nghìn không trăm mười chín"


def text(words: str, note: str = "") -> PageText:
    found = tuple(Word(w, (0, 0, 1, 1), 0.9, 0) for w in words.split())
    unread = (UnreadArea("stamp", (0, 0, 1, 1), note),) if note else ()
    return PageText(10, 10, 300, found, Engine("t", "1", "v", ""), 0.1, unread=unread)


def test_words_are_found_beside_the_figures_that_they_repeat():
    assert evidence_of([None, text(BOTH)]) == Evidence((Worded(date(2019, 3, 14), date(2019, 3, 14), True),))
    spoken = "Hôm nay, ngày 14 tháng 3 năm 2019 (Ngày mười lăm tháng ba năm hai nghìn không trăm mười chín)"
    assert evidence_of([text(spoken)]).worded == (Worded(date(2019, 3, 15), date(2019, 3, 14), False),)


@pytest.mark.parametrize("note, day", [
    ("CÔNG VĂN ĐẾN Số: 123 Ngày: 14/3/2019 Chuyển:", date(2019, 3, 14)), ("ĐẾN\nSố 5\nNgày 02-01-2020", date(2020, 1, 2)),
    ("ĐẾN Ngày: 31/02/2019", None), ("Ngày: 14/3/2019", None), ("ĐẾN Số: 12", None), ("", None),
])  # fmt: skip
def test_when_a_document_arrived(note, day):
    assert arrival_in(note) == day and evidence_of([text("x", note or " ")]).arrived == day


@pytest.mark.parametrize("values, evidence, said", [
    ({"birth_date": "2019-03-14"}, Worded(date(2019, 3, 15), date(2019, 3, 14), True),
     [("birth_date", "date_words", "2019-03-15")]),
    ({"birth_date": "2019-03-14"}, Worded(date(2019, 3, 14), date(2019, 3, 14), True), []),
    ({"issued_date": "2020-01-01"}, Worded(date(2019, 3, 15), date(2019, 3, 14), False), []),
    ({"issued_date": ""}, Worded(date(2019, 3, 15), None, False), [("issued_date", "", "2019-03-15")]),
    ({}, Worded(date(2019, 3, 15), None, True), [("birth_date", "", "2019-03-15")]),
])  # fmt: skip
def test_words_speak_against_the_figures_beside_them_only(values, evidence, said):
    found = [(r.field, r.against, r.proposals[0].value) for r in remarks_on(values, Evidence((evidence,)))]
    assert found == said


def test_nothing_arrives_before_it_is_issued():
    (late,) = remarks_on({"issued_date": "2019-03-15"}, Evidence(arrived=date(2019, 3, 14)))
    (fine,) = remarks_on({"issued_date": "2019-03-14"}, Evidence(arrived=date(2019, 3, 14)))
    assert (late.against, fine.against) == ("arrived_before", "")
