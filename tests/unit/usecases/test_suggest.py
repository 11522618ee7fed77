"""What checks say is in the fields where they are read, where they are edited, and when other documents know more."""

from dataclasses import replace
from datetime import date

from tests.unit.usecases.bench import CHECKER, CLERK, OFFICIAL, World
from tests.unit.usecases.machine import BODY, HEAD, VALUES, Sheet
from workstation.domain.dossier import Document, DocumentState, Dossier
from workstation.domain.fields import FieldOrigin, IndexField, Proposal
from workstation.domain.ids import DocumentId, UserName
from workstation.rules.reader import load_rules
from workstation.usecases import check, edit, history, read, scan, suggest
from workstation.usecases.office import day

TODAY = date(2026, 11, 21)


def sheet(**values: str) -> Sheet:
    return Sheet(head=True, fields={name: value for name, value in {**VALUES, **values}.items() if value})


def field_of(document: Document, name: str) -> IndexField:
    return next(f for f in document.fields if f.name == name)


def offered(document: Document, name: str) -> list[tuple[str, str]]:
    return [(p.value, p.why) for p in field_of(document, name).proposals]


def only(dossier: Dossier) -> Document:
    (document,) = dossier.documents
    return document


# --- where fields are read


def test_what_speaks_against_a_value_that_was_read_makes_a_doubt(world: World):
    document = only(world.read(sheet(issued_date="2027-11-03", notation="TB-UBND"), BODY))
    assert field_of(document, "issued_date").against == ("date_future",) and field_of(document, "issued_date").doubt
    assert field_of(document, "notation").against == ("notation_type",)
    assert offered(document, "notation") == [("QĐ-UBND", "type")]
    assert field_of(document, "notation").value == "TB-UBND", "a value is never changed"
    assert not field_of(document, "number").doubt


def test_a_date_in_words_on_any_page_fills_what_is_not_read(world: World):
    words = Sheet(fields={"câu": "Lập ngày mười bốn tháng ba năm hai nghìn không trăm mười chín"})
    document = only(world.read(sheet(issued_date=""), words))
    assert field_of(document, "issued_date").value == "" and field_of(document, "issued_date").doubt
    assert offered(document, "issued_date") == [("2019-03-14", "words")]


def test_what_was_said_of_pages_that_went_is_forgotten(world: World):
    words = Sheet(fields={"câu": "Lập ngày mười bốn tháng ba năm hai nghìn không trăm mười chín"})
    dossier = world.read(sheet(issued_date=""), words)
    after = edit.set_dropped(world.office, dossier.pages[1].id, True, CLERK)
    assert "issued_date" not in {f.name for f in only(after).fields}
    history.travel(world.office, dossier.id, CLERK, back=True)
    assert offered(only(world.get(dossier)), "issued_date") == [("2019-03-14", "words")]


def test_a_typed_value_is_checked_anew_when_its_pages_are_read_again():
    typed = IndexField(
        "notation", "TB-UBND", 1.0, origin=FieldOrigin.TYPED, against=("duplicate",), proposals=(Proposal("x", "type"),)
    )
    (seen,) = suggest.made(load_rules(), "QD", (typed,), (), (), TODAY)
    assert seen.against == ("notation_type",) and seen.proposals == (Proposal("QĐ-UBND", "type"),)


# --- where they are edited


def test_the_checker_is_told_what_speaks_against_an_entry_and_a_passed_document_has_no_doubt(world: World):
    document_id = only(world.finished(HEAD)).id
    entered = world.confirm(document_id, CLERK, notation="TB-UBND")
    assert field_of(entered, "notation").against == ("notation_type",) and field_of(entered, "notation").doubt
    world.confirm(document_id, CHECKER, notation="QĐ-UBND")
    passed = world.confirm(document_id, OFFICIAL, notation="QĐ-UBND")
    assert passed.state is DocumentState.PASSED
    assert not any(f.doubt or f.against for f in passed.fields)


def test_another_type_is_another_judgement(world: World):
    document_id = only(world.finished(HEAD)).id
    after = check.set_type(world.office, document_id, "TB", CLERK).document(document_id)
    assert offered(after, "notation") == [("TB-UBND", "type")]
    back = check.set_type(world.office, document_id, "QD", CLERK).document(document_id)
    assert field_of(back, "notation").against == () and offered(back, "notation") == []


def test_values_are_judged_as_they_are_typed_and_nothing_is_stored(world: World):
    world.finished(sheet(number="128"))
    dossier = world.finished(HEAD)
    document = only(dossier)
    values = {**VALUES, "number": "0128", "issued_date": "2027-13-40", "notation": "TB-UBND"}
    told = {f.name: f.against for f in check.tried(world.office, document.id, values, CLERK)}
    assert (told["issued_date"], told["notation"]) == (("date_impossible",), ("notation_type",))
    again = check.tried(world.office, document.id, {**VALUES, "number": "0128"}, CLERK)
    assert {f.name for f in again if f.doubt or f.against} == {"number"}
    assert field_of(replace(document, fields=again), "number").against == ("duplicate",)
    assert check.tried(world.office, document.id, VALUES, CLERK) == document.fields, "what was read, as it was read"
    assert world.get(dossier) == dossier


def test_who_keys_without_seeing_is_helped_by_no_neighbour(world: World):
    papers = [sheet(number=number, issued_date=f"2026-03-{number}") for number in ("12", "13", "14")]
    middle = world.finished(*papers).documents[1]
    world.confirm(middle.id, CLERK, number="13", issued_date="2026-03-13")
    told = check.tried(world.office, middle.id, {**VALUES, "number": "", "issued_date": "2026-03-13"}, CHECKER)
    assert {f.name: f.proposals for f in told}["number"] == ()


# --- what other documents say


def number_against(world: World, document_id: DocumentId) -> tuple[str, ...]:
    return field_of(world.office.dossier_of(document_id).document(document_id), "number").against


def test_a_number_that_another_document_has_is_told_on_the_later_one_only(world: World):
    first, other = only(world.finished(HEAD)), only(world.finished(sheet(number="128")))
    second = only(world.finished(HEAD))
    assert (number_against(world, first.id), number_against(world, other.id)) == ((), ())
    assert number_against(world, second.id) == ("duplicate",)
    entered = world.confirm(second.id, CLERK)
    assert field_of(entered, "number").against == ("duplicate",), "confirmed as it is: the checker is told"
    typed = world.confirm(other.id, CLERK)
    assert field_of(typed, "number").against == ("duplicate",), "typed"
    world.confirm(second.id, CHECKER, number="129")
    passed = world.confirm(second.id, OFFICIAL, number="129")
    assert field_of(passed, "number").against == () and not field_of(passed, "number").doubt


def test_papers_that_come_together_are_neighbours(world: World):
    days = {"11": "2026-03-14", "12": "", "13": "2026-03-15", "": "2026-03-16", "15": "2026-03-17"}
    documents = world.read(*(sheet(number=n, issued_date=day) for n, day in days.items())).documents
    assert offered(documents[1], "issued_date") == [("2026-03-14", "neighbours"), ("2026-03-15", "neighbours")]
    assert offered(documents[3], "number") == [("14", "neighbours")]
    alone = only(world.read(sheet(number="12", issued_date="")))
    assert not any(f.against or f.proposals for f in alone.fields), "which year's 12 it is nobody knows"
    assert all(not f.doubt for i in (0, 2, 4) for f in documents[i].fields)


def test_what_may_be_empty_and_is_gets_no_proposal_from_other_papers(world: World):
    def paper(n: str, day: str) -> Document:
        values = {"organ_name": "UBND xã Thử", "issued_date": day, "number": n}
        fields = tuple(IndexField(name, value, 0.9) for name, value in values.items() if value)
        return Document(DocumentId(day), DocumentState.TO_INDEX, "KHAI_SINH", fields)

    before = world.get(scan.open_dossier(world.office, "", CLERK))
    papers = (paper("11", "2026-03-14"), paper("", "2026-03-15"), paper("13", "2026-03-16"))
    with world.office.uow() as uow:
        stored = uow.dossiers.save(replace(before, documents=papers))
        told = suggest.compared(uow, load_rules(), day, before, stored)
        seen = replace(papers[1], fields=(*papers[1].fields, IndexField("number", "", 0.0, origin=FieldOrigin.HANDWRITTEN)))
        again = suggest.compared(uow, load_rules(), day, stored, stored.with_document(seen))
    assert told.documents == papers
    assert offered(again.documents[1], "number") == [("12", "neighbours")], "it stands there by hand"


def test_a_day_out_of_the_order_of_numbers_is_told(world: World):
    world.read(sheet(number="11", issued_date="2026-03-14"), sheet(number="13", issued_date="2026-03-14"))
    document = only(world.read(sheet(number="12", issued_date="2026-08-14")))
    assert field_of(document, "issued_date").against == ("series_order",) == field_of(document, "number").against
    assert offered(document, "issued_date") == [("2026-03-14", "neighbours")]
    entered = world.confirm(*_to_entry(world, document.id), number="12", issued_date="2026-03-14")
    assert not any(f.against for f in entered.fields)


def _to_entry(world: World, document_id: DocumentId) -> tuple[DocumentId, UserName]:
    edit.finish_capture(world.office, world.office.dossier_of(document_id).id, CLERK)
    return document_id, CLERK


def test_a_file_that_came_signed_offers_the_day_of_its_signature(world: World):
    dossier_id = world.take_in(sheet(issued_date=""), BODY, signed=True)
    document = only(read.read_dossier(world.office, dossier_id))
    assert offered(document, "issued_date") == [("2026-11-21", "signature")], "02:00 UTC is still that day in Vietnam"


def test_the_person_of_the_other_papers_is_offered_where_one_is_asked_for(world: World):
    def paper(type_code: str, doubt: bool = False, **values: str) -> Document:
        fields = tuple(IndexField(name, value, 0.9, doubt=doubt) for name, value in values.items())
        return Document(DocumentId(type_code), DocumentState.TO_INDEX, type_code, fields)

    name, number = "Nguyễn Thị Mẫu", "079190012345"
    papers = (
        paper("KHAI_SINH", person_name=name, identity_number=number),
        paper("DON", person_name=name),
        paper("GXN", person_name="Nguyễn Thị Màu", doubt=True),
        paper("TO_KHAI", identity_number=number),
        paper("TL_KHAI_TU"),
    )
    before = world.get(scan.open_dossier(world.office, "", CLERK))
    with world.office.look() as uow:
        after = suggest.compared(uow, load_rules(), day, before, replace(before, documents=papers))
    told = {d.type_code: {f.name: [p.value for p in f.proposals] for f in d.fields} for d in after.documents}
    assert told["GXN"] == {"person_name": [name]}, "its number is not asked for"
    assert told["TO_KHAI"] == {"person_name": [name], "identity_number": []}, "what is sure needs nothing"
    assert told["TL_KHAI_TU"] == {"person_name": [name]} and told["DON"] == {"person_name": []}
