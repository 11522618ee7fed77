"""The dated rule data and the one reader of it."""

import json
from dataclasses import replace
from datetime import date, timedelta
from importlib import resources
from typing import Any

import pytest

from workstation.domain.findings import FindingLimits
from workstation.domain.profile import Rules, SignatureOf
from workstation.rules.reader import (
    attestation,
    behalf_form,
    copy_rule,
    load_rules,
    note_rule,
    profile,
    risk_class,
    series,
)


def data(name: str) -> Any:
    return json.loads((resources.files("workstation.rules") / "data" / name).read_text("utf-8"))


PROFILES = data("profiles.json")["profiles"]
BEHALF = data("on_behalf.json")["forms"]


@pytest.mark.parametrize("key", sorted(PROFILES[0]))
def test_a_profile_with_a_key_missing_or_too_many_is_refused(key: str):
    with pytest.raises(ValueError, match=key):
        profile({k: v for k, v in PROFILES[0].items() if k != key})
    with pytest.raises(ValueError, match=f"{key}_2"):
        profile({**PROFILES[0], f"{key}_2": 1})


def test_a_profile_is_in_force_from_its_first_to_its_last_day():
    row = profile({**PROFILES[0], "valid_from": "2026-01-01", "valid_to": "2026-06-30"})
    later = replace(row, valid_from=date(2026, 7, 1), valid_to=None, limits=FindingLimits(min_dpi=400))
    rules = Rules((row, later), (), load_rules().other, ())
    for day, found in [(date(2026, 1, 1), row), (date(2026, 6, 30), row), (date(2026, 7, 1), later), (date(2030, 1, 1), later)]:
        assert rules.profile("archive", day) == found
    with pytest.raises(KeyError):
        rules.profile("archive", date(2025, 12, 31))
    with pytest.raises(KeyError):
        rules.profile("khac", date(2026, 1, 1))


def test_no_two_profiles_of_a_code_are_in_force_on_one_day():
    for a in load_rules().profiles:
        for b in load_rules().profiles:
            if a is not b and a.code == b.code:
                ends = a.valid_to or date.max - timedelta(days=1)
                assert ends < b.valid_from or (b.valid_to or date.max) < a.valid_from


@pytest.mark.parametrize("row", PROFILES, ids=lambda row: row["code"])
def test_a_profile_says_whose_the_signature_is(row: dict[str, Any]):
    """S5 and S6 are the stamps of who made the file (TT 05/2025 art. 8, TT 01/2023 art. 8), not of who signs the document."""
    scan, named = (profile({**row, "office_marks": [], "signature_of": x}) for x in ("scan", "named"))
    assert (scan.signature_of, named.signature_of) == (SignatureOf.SCAN, SignatureOf.NAMED)
    forms = load_rules().behalf_forms(date(2026, 11, 21))
    assert named.behalf("KT. CHỦ TỊCH", forms) == ("KT",) and named.behalf("CHỦ TỊCH", forms) == ()
    assert scan.behalf("KT. CHỦ TỊCH", forms) == ()
    assert (row["stamp_preset"] in ("S5", "S6")) == (row["signature_of"] == "scan")
    for wrong in ("SCAN", "", None, "both"):
        with pytest.raises(ValueError, match=f"{row['code']}: signature_of"):
            profile({**row, "signature_of": wrong})


def test_only_what_the_office_issues_itself_is_signed_by_the_named_person():
    scans = dict.fromkeys(("archive", "general", "one-stop"), SignatureOf.SCAN)
    assert {p.code: p.signature_of for p in load_rules().profiles} == {**scans, "issued": SignatureOf.NAMED}


def test_no_profile_that_ships_changes_the_archived_picture():
    assert {p.page_work for p in load_rules().profiles} == {()}


@pytest.mark.parametrize("wrong", [["crop"], ["flaten"], ["flatten", "flatten"], [""]])
def test_a_profile_asks_only_for_steps_that_need_no_places(wrong: list[str]):
    row = PROFILES[0]
    assert profile({**row, "page_work": ["despeckle", "borders"]}).page_work == ("despeckle", "borders")
    with pytest.raises(ValueError, match=f"{row['code']}: page_work"):
        profile({**row, "page_work": wrong})


def test_only_what_the_office_issues_itself_is_numbered_dated_and_sealed_in_that_order():
    scans = dict.fromkeys(("archive", "general", "one-stop"), ())
    assert {p.code: p.office_marks for p in load_rules().profiles} == {**scans, "issued": ("N1", "N2", "S2")}
    row = {**PROFILES[0], "office_marks": ["S2"], "signature_of": "scan"}
    with pytest.raises(ValueError, match="office_marks"):
        profile(row)


@pytest.mark.parametrize("row", BEHALF, ids=lambda row: row["code"])
def test_a_form_of_signing_on_behalf_says_what_is_not_confirmed_in_its_source(row: dict[str, Any]):
    assert "chưa đối chiếu bản gốc" in behalf_form(row).source
    for key in row:
        with pytest.raises(ValueError, match=key):
            behalf_form({k: v for k, v in row.items() if k != key})


def test_every_number_names_its_source():
    assert all(p.source for p in load_rules().profiles)


def test_an_unknown_type_gets_the_form_for_others():
    rules = load_rules()
    assert rules.document("no such") is rules.other and rules.document("QD").type.name == "Quyết định"


COPIES = data("copies.json")


@pytest.mark.parametrize(("read", "row"), [(copy_rule, COPIES["kinds"][0]), (series, COPIES["series"][0])])
def test_a_rule_of_copies_that_breaks_the_schema_is_refused(read: Any, row: dict[str, Any]):
    assert read(row).source
    for key in row:
        with pytest.raises(ValueError, match=key):
            read({k: v for k, v in row.items() if k != key})
    wrong = {"kind": "photo", "media": [], "made_of": ["rumour"], "min_dpi": 0, "book": "Sổ", "digits": 0, "kinds": []}
    for key in wrong.keys() & row.keys():
        with pytest.raises(ValueError, match=r"."):
            read({**row, key: wrong[key]})


def test_every_kind_of_copy_has_one_row_of_numbers_on_any_day():
    rules = load_rules().copies
    for rule in rules.kinds:
        for day in (rule.valid_from, date(2026, 1, 1), date(2026, 12, 31)):
            found = [s for s in rules.series if rule.kind in s.kinds and s.valid_from <= day <= (s.valid_to or day)]
            assert len(found) == 1 and rules.series_of(rule.kind, day) == found[0]


ATTESTATION = data("attestations.json")["templates"][0]


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"colour": 1}, "colour"),
        ({"lines": ["Số {number}, {shoe_size}", "{year} {day}"]}, "shoe_size"),
        ({"lines": ["{year} {day}"]}, "number"),
        ({"lines": ["{number} {year} {day}", " "]}, "empty"),
        ({"heading": ""}, "empty"),
    ],
)
def test_words_of_certification_that_break_the_schema_are_refused_by_name(change: dict[str, Any], named: str):
    with pytest.raises(ValueError, match=named):
        attestation({**ATTESTATION, **change})


def test_the_words_of_certification_that_ship_say_that_they_are_not_confirmed():
    made = load_rules().copies.attestation(date(2026, 11, 28))
    assert made == attestation(ATTESTATION) and "CHƯA XÁC NHẬN" in made.source
    with pytest.raises(KeyError):
        load_rules().copies.attestation(date(2019, 1, 1))


CAPTURE = data("capture.json")


@pytest.mark.parametrize(("read", "row"), [(risk_class, CAPTURE["risks"][1]), (note_rule, CAPTURE["notes"][0])])
def test_a_rule_of_capture_that_breaks_the_schema_is_refused(read: Any, row: dict[str, Any]):
    assert read(row).source
    for key in row:
        with pytest.raises(ValueError, match=key):
            read({k: v for k, v in row.items() if k != key})


@pytest.mark.parametrize("wrong", [{"code": "AB"}, {"name": ""}, {"asks": "money"}, {"blocked": "no"}, {"blocked": True}])
def test_a_risk_class_that_can_not_be_is_refused(wrong: dict[str, Any]):
    """One that blocks the scanning asks for nothing more."""
    with pytest.raises(ValueError, match="risk class"):
        risk_class({**CAPTURE["risks"][1], **wrong})


def test_only_the_gravest_class_is_not_scanned_and_the_mildest_asks_for_nothing():
    classes = load_rules().capture.classes(date(2026, 11, 21))
    assert [(c.code, c.asks.value, c.blocked) for c in classes] == [
        ("A", "nothing", False), ("B", "supervisor", False), ("C", "reason", False), ("D", "nothing", True),
    ]  # fmt: skip


def test_sheets_and_pages_are_asked_for_where_a_text_speaks_of_them():
    assert {p.code: p.counts.value for p in load_rules().profiles} == {
        "archive": "asked", "one-stop": "asked", "general": "none", "issued": "none",
    }  # fmt: skip
    with pytest.raises(ValueError, match="counts"):
        profile({**PROFILES[0], "counts": "sometimes"})
