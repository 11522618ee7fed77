"""Entry and check: values in their field's shape, by two different people."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.usecases.bench import CHECKER, CLERK, World, ids
from tests.unit.usecases.machine import HEAD, ORGANIZATION, VALUES, Sheet
from workstation.domain.dossier import DocumentState
from workstation.domain.errors import ErrorNote, WorkstationError
from workstation.domain.fields import FieldOrigin
from workstation.usecases import check, edit
from workstation.usecases.check import normalised


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
    assert normalised(name, typed, required=False) == stored


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
        normalised(name, typed, required=False)
    assert e.value.note == ErrorNote("K02", (("field", name),))


@pytest.mark.parametrize("typed", ["", "   ", "\u00a0\n"])
def test_a_required_value_is_not_empty(typed: str):
    with pytest.raises(WorkstationError) as e:
        normalised("subject", typed, required=True)
    assert e.value.note == ErrorNote("K01", (("field", "subject"),))


@given(st.sampled_from(["number", "issued_date", "identity_number", "subject"]), st.text(max_size=20))
def test_normalising_twice_changes_nothing(name: str, typed: str):
    try:
        once = normalised(name, typed, required=False)
    except WorkstationError as e:
        assert e.code == "K02"
    else:
        assert normalised(name, once, required=False) == once


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
