"""Document types as data: every file that ships is sound, and a new type is a file."""

import json
from dataclasses import replace
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from ocr.labels import Labels
from workstation.domain.doctype import ValueKind, Where
from workstation.domain.fields import FIELD_NAMES, nfc
from workstation.domain.profile import DocumentRule
from workstation.rules.reader import load_rules
from workstation.rules.types import document_rule, read_shared, read_types

DATA = resources.files("workstation.rules") / "data"
LABELS = (DATA / "labels.json").read_text("utf-8")
SHARED = read_shared(LABELS)
TWO_LINES = 28
"""Letters of a label that Verify has room for beside its field."""
FILES = {path.name: path for path in (DATA / "types").iterdir()}


def row(name: str) -> dict[str, Any]:
    return dict(json.loads(FILES[name].read_text("utf-8")))


def rule_of(name: str) -> DocumentRule:
    return document_rule(row(name), SHARED)


@pytest.mark.parametrize("name", sorted(FILES))
def test_every_type_file_is_sound(name: str):
    rule = rule_of(name)
    kind = rule.type
    assert all(t == nfc(t).upper() for t in kind.titles) and kind.name == nfc(kind.name)
    assert rule.form[0] == "type_name" and "type_name" in rule.required  # what the screen and the check begin with
    assert rule.source.strip() and (rule.valid_to is None or rule.valid_from < rule.valid_to)
    assert kind.titles or not kind.code or kind.code == "CV"  # only an official letter has no title
    assert all(len(f.label) <= TWO_LINES for f in rule.fields)
    # a field means the same on every form: its kind, where other parts look for it by name, is that of the shared field
    for field in rule.fields:
        if field.name in FIELD_NAMES and field.kind is not ValueKind.CODE:
            assert field.kind.value == SHARED.fields[field.name]["kind"], field.name
    if kind.layout == "decree30":
        return
    assert kind.labelled
    known = Labels(kind.stops)
    for one in kind.labelled:
        assert set(one.labels) <= set(kind.stops)
        # each label, read with its worst letters right, is known as itself or as one of the same field
        assert {known.best(w) for w in one.labels} <= set(one.labels) | {known.best(w) for w in kind.stops}
        assert all(known.best(w) for w in one.labels)
    assert (kind.layout == "table") == any(one.where is Where.ROWS for one in kind.labelled)


def test_no_code_abbreviation_or_title_stands_for_two_types():
    rules = load_rules()
    types = rules.types
    assert {f.removesuffix(".json") for f in FILES} == {t.code or "other" for t in (*types, rules.other.type)}
    assert len({t.code for t in types}) == len(types)
    for words in (
        [t.abbreviation for t in types if t.abbreviation],
        [t.name for t in types],
        [title for t in types for title in t.titles if not t.marks],
    ):
        assert len(set(words)) == len(words)


def test_every_paper_of_a_person_names_them_where_the_ward_and_the_register_look():
    """``person_name`` and ``identity_number`` are the first person's on every form: parcels, search and reuse go by them."""
    forms = [d for d in load_rules().documents if d.type.layout != "decree30"]
    assert [d.type.code for d in forms if "person_name" not in d.form] == []
    with_numbers = [d for d in forms if any(f.kind is ValueKind.IDENTITY for f in d.fields)]
    assert [d.type.code for d in with_numbers if "identity_number" not in d.form] == ["TK_KHAI_SINH"]  # a newborn has none


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"colour": 1}, "colour"),
        ({"fields": ["type_name", "shoe_size"]}, "shoe_size"),
        ({"fields": ["type_name", "number", "number"]}, "number"),
        ({"fields": ["type_name", {"name": "shoe", "label": "Giày", "english": "Shoe"}]}, "kind"),
        ({"fields": [{"name": "Shoe", "label": "Giày", "english": "Shoe", "kind": "text"}]}, "Shoe"),
        ({"fields": [{"name": "shoe", "label": "Giày", "english": "Shoe", "kind": "leather"}]}, "leather"),
        ({"fields": [{"name": "shoe", "label": "Giày", "english": "Shoe", "kind": "code"}]}, "pattern"),
        ({"fields": [{"name": "shoe", "label": "Giày", "english": "Shoe", "kind": "code", "pattern": "("}]}, "pattern"),
        ({"fields": [{"name": "shoe", "label": "Giày", "english": "Shoe", "kind": "text", "pattern": "x"}]}, "pattern"),
        ({"fields": [{"name": "number", "length": -1}]}, "length"),
        ({"fields": [{"name": "person_name", "labels": ["Te\u0302n"]}]}, "NFC"),
        ({"fields": [{"name": "person_name", "labels": ["@shoe"]}]}, "@shoe"),
        ({"fields": [{"name": "person_name", "where": "nowhere"}]}, "nowhere"),
        ({"fields": [{"name": "person_name", "page": -1}]}, "page"),
        ({"fields": [3]}, "3"),
        ({"required": ["identity_number"]}, "identity_number"),
        ({"layout": "free"}, "free"),
        ({"layout": "form"}, "fields"),
        ({"valid_from": "soon"}, "valid_from"),
        ({"titles": "QUYẾT ĐỊNH"}, "titles"),
    ],
)
def test_a_type_that_breaks_the_schema_is_refused_by_name(change: dict[str, Any], named: str):
    with pytest.raises(ValueError, match=named):
        document_rule({**row("QD.json"), "required": [], **change}, SHARED)


@pytest.mark.parametrize("key", ["code", "name", "english", "layout", "source", "valid_from"])
def test_a_type_without_a_needed_key_is_refused(key: str):
    with pytest.raises(ValueError, match=key):
        document_rule({k: v for k, v in row("QD.json").items() if k != key}, SHARED)


def test_a_file_that_is_not_what_it_says_is_refused(tmp_path: Path):
    (tmp_path / "XX.json").write_text(json.dumps(row("QD.json")), "utf-8")
    with pytest.raises(ValueError, match=r"XX\.json.*QD"):
        list(read_types(tmp_path, SHARED))
    (tmp_path / "XX.json").write_text("{", "utf-8")
    with pytest.raises(ValueError, match=r"XX\.json"):
        list(read_types(tmp_path, SHARED))
    (tmp_path / "XX.json").write_text("[]", "utf-8")
    with pytest.raises(ValueError, match=r"XX\.json"):
        list(read_types(tmp_path, SHARED))


def test_shared_fields_without_one_that_forms_ask_for_are_refused():
    data = json.loads(LABELS)
    del data["fields"]["subject"]
    with pytest.raises(ValueError, match="subject"):
        read_shared(json.dumps(data))
    data = json.loads(LABELS)
    data["forms"]["decree30"]["colour"] = []
    with pytest.raises(ValueError, match="colour"):
        read_shared(json.dumps(data))


def test_a_type_takes_what_is_shared_and_changes_what_it_says():
    seller, area = rule_of("HD_CHUYEN_NHUONG.json").definition("person_name"), rule_of("GCN_DAT.json").definition("area")
    assert (seller.label, seller.kind) == ("Bên chuyển nhượng", ValueKind.PERSON)
    assert (area.label, area.kind) == ("Diện tích (m²)", ValueKind.AREA)
    decree = SHARED.forms["decree30"]
    assert rule_of("QD.json").form == tuple(decree["fields"]) and rule_of("QD.json").required == set(decree["required"])


def test_a_type_that_is_no_longer_issued_is_still_known():
    """Old papers stay valid for as long as they are kept: the date says when such papers were made, not whether they count."""
    old = load_rules().document("CMND")
    assert old.valid_to is not None and old.valid_to < date(2026, 11, 28)
    assert replace(old, valid_to=None) != old
