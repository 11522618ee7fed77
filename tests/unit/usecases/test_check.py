"""Entry and check: values in their field's shape, by two different people."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.usecases.bench import CHECKER, CLERK, World, ids
from tests.unit.usecases.machine import HEAD, ORGANIZATION, VALUES, Sheet
from workstation.domain.doctype import FieldDefinition, ValueKind
from workstation.domain.dossier import DocumentState
from workstation.domain.errors import ErrorNote, WorkstationError
from workstation.domain.fields import FieldOrigin
from workstation.rules.reader import load_rules
from workstation.usecases import check, edit, queries
from workstation.usecases.fieldvalues import normalised


def defined(name: str, type_code: str = "") -> FieldDefinition:
    """A field as the form of the type has it."""
    return load_rules().document(type_code).definition(name)


AREA = defined("area", "GCN_DAT")
BIRTH = defined("birth_date", "KHAI_SINH")
SERIAL = defined("serial", "GCN_DAT")
SEX = defined("sex", "KHAI_SINH")


@pytest.mark.parametrize(
    ("name", "typed", "stored"),
    [
        ("number", " 127 ", "127"),
        ("number", "127a", "127a"),
        ("number", "12Đ", "12Đ"),
        ("issued_date", "2026-11-03", "2026-11-03"),
        ("issued_date", "20261103", "2026-11-03"),
        ("identity_number", "012345678901", "012345678901"),
        ("identity_number", "123456789", "123456789"),
        ("subject", "  Về   việc\n cấp phép ", "Về việc cấp phép"),
        ("subject", unicodedata.normalize("NFD", "Về việc"), "Về việc"),
        ("subject", "", ""),
    ],
)
def test_a_value_is_stored_in_one_form(name: str, typed: str, stored: str):
    assert normalised(defined(name), typed, required=False) == stored


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("number", "127/QĐ"),
        ("number", "123456789012"),
        ("number", "١٢٧"),  # digits, but none that a form or the ward's system takes
        ("number", "ab"),
        ("issued_date", "03/11/2026"),
        ("issued_date", "2026-02-30"),
        ("issued_date", "2026-13-01"),
        ("issued_date", "hôm qua"),
        ("identity_number", "1234567890"),
        ("identity_number", "٠١٢٣٤٥٦٧٨"),
    ],
)
def test_a_value_of_the_wrong_shape_is_named_and_not_repeated_in_the_error(name: str, typed: str):
    with pytest.raises(WorkstationError) as e:
        normalised(defined(name), typed, required=False)
    assert e.value.note == ErrorNote("K02", (("field", name),))


@pytest.mark.parametrize(
    ("field", "good", "bad"),
    [
        (BIRTH, "1961", "61"),
        (BIRTH, "1961-04-30", "1961-04-31"),
        (BIRTH, "2009", "2109"),
        (AREA, "1.250,5", "1250 m²"),
        (SERIAL, "BK 123456", "123456"),
        (SEX, "Nữ", "nu"),
        (FieldDefinition("note", "Ghi chú", "Note", ValueKind.TEXT, length=5), "a b c", "a b c d"),
        (FieldDefinition("note", "Ghi chú", "Note", ValueKind.TEXT), "a b c d" * 99, None),
    ],
)
def test_the_kind_of_a_field_is_its_shape(field: FieldDefinition, good: str, bad: str | None):
    assert normalised(field, good, required=False) == good
    if bad is not None:
        with pytest.raises(WorkstationError, match="K02"):
            normalised(field, bad, required=False)


def test_an_error_names_a_field_that_only_its_type_knows():
    with pytest.raises(WorkstationError) as e:
        normalised(AREA, "rộng", required=False)
    assert e.value.note == ErrorNote("K02", (("english", "Area (m²)"), ("field", "area"), ("label", "Diện tích (m²)")))


@pytest.mark.parametrize("typed", ["", "   ", "\u00a0\n"])
def test_a_required_value_is_not_empty(typed: str):
    with pytest.raises(WorkstationError) as e:
        normalised(defined("subject"), typed, required=True)
    assert e.value.note == ErrorNote("K01", (("field", "subject"),))


@given(st.sampled_from(["number", "issued_date", "identity_number", "subject"]), st.text(max_size=20))
def test_normalising_twice_changes_nothing(name: str, typed: str):
    try:
        once = normalised(defined(name), typed, required=False)
    except WorkstationError as e:
        assert e.code == "K02"
    else:
        assert normalised(defined(name), once, required=False) == once


def test_entry_and_check_are_two_people(world: World):
    document = ids(world.finished(HEAD))[0]
    assert world.confirm(document, CLERK).state is DocumentState.TO_CHECK
    with pytest.raises(WorkstationError, match="K03"):
        world.confirm(document, CLERK)
    passed = world.confirm(document, CHECKER)
    assert passed.state is DocumentState.PASSED and (passed.entered_by, passed.checked_by) == (CLERK, CHECKER)


def test_after_a_return_the_one_who_checked_before_may_enter(world: World):
    dossier = world.finished(HEAD)
    document = ids(dossier)[0]
    world.confirm(document, CLERK)
    edit.give_back(world.office, document, "mờ", CHECKER)
    edit.finish_capture(world.office, dossier.id, CLERK)
    world.confirm(document, CHECKER)
    with pytest.raises(WorkstationError, match="K03"):
        world.confirm(document, CHECKER)
    assert world.confirm(document, CLERK).state is DocumentState.PASSED


def test_a_refused_value_changes_nothing(world: World):
    dossier = world.finished(HEAD)
    with pytest.raises(WorkstationError, match="K02"):
        world.confirm(ids(dossier)[0], CLERK, issued_date="03/11/2026")
    assert world.get(dossier) == dossier


def test_what_was_read_keeps_its_place_and_what_was_typed_says_so(world: World):
    dossier = world.finished(HEAD)
    read = {f.name: f for f in dossier.documents[0].fields}
    document = world.confirm(ids(dossier)[0], CLERK, number="128", signer_name="Trần Mẫu")
    fields = {f.name: f for f in document.fields}
    assert fields["notation"] == read["notation"]
    assert fields["number"].origin is FieldOrigin.TYPED and fields["number"].box == read["number"].box
    assert fields["signer_name"].origin is FieldOrigin.TYPED and fields["signer_name"].box is None
    form = world.office.rules.document("QD").form
    assert [f.name for f in document.fields] == [n for n in form if n in fields]


def test_a_document_of_unknown_type_gets_one_by_hand(world: World):
    dossier = world.finished(Sheet(fields={"number": "5", "recipients": "Lưu"}))
    document = ids(dossier)[0]
    typed = check.set_type(world.office, document, "QD", CLERK).documents[0]
    assert typed.type_code == "QD" and typed.field("type_name") == "Quyết định"
    assert world.confirm(document, CLERK).field("organ_name") == ORGANIZATION


def test_a_type_that_does_not_exist_is_refused(world: World):
    dossier = world.finished(HEAD)
    with pytest.raises(WorkstationError) as e:
        check.set_type(world.office, ids(dossier)[0], "no such", CLERK)
    assert e.value.note == ErrorNote("K02", (("field", "type_name"),))
    other = world.office.rules.other.type
    assert check.set_type(world.office, ids(dossier)[0], other.code, CLERK).documents[0].field("type_name") == other.name


@pytest.mark.parametrize("by", [CLERK, CHECKER])
def test_nothing_is_entered_before_the_dossier_was_passed_on(world: World, by):
    dossier = world.read(HEAD)
    with pytest.raises(WorkstationError, match="K06"):
        check.confirm(world.office, ids(dossier)[0], VALUES, by)


def test_a_document_has_the_fields_of_its_type_with_label_and_kind(world: World):
    """What is confirmed, shown and asked for before signing goes by the type's own form."""
    dossier = world.finished(Sheet(fields={"number": "5"}))
    document = ids(dossier)[0]
    check.set_type(world.office, document, "GCN_DAT", CLERK)
    (view,) = queries.document_views(world.office, world.get(dossier), world.get(dossier).documents)
    assert [(f.label, f.kind) for f in view.form if f.name == "area"] == [("Diện tích (m²)", ValueKind.AREA)]
    assert [f.name for f in view.form] == [f.name for f in view.fields] and "number" not in {f.name for f in view.form}
    values = {"person_name": "Lê Thị Mẫu", "serial": "BK 123456", "area": "1.250,5", "birth_date": "1961"}
    with pytest.raises(WorkstationError) as e:
        check.confirm(world.office, document, {**values, "serial": ""}, CLERK)
    assert e.value.note.code == "K01" and dict(e.value.note.params)["label"] == "Số phát hành"
    with pytest.raises(WorkstationError, match="K02"):
        check.confirm(world.office, document, {**values, "area": "rộng"}, CLERK)
    entered = check.confirm(world.office, document, {**values, "number": "5"}, CLERK).document(document)
    assert {f.name: f.value for f in entered.fields} == {"type_name": "Giấy chứng nhận quyền sử dụng đất", **values}
