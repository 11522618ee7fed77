"""Critical fields are keyed twice: the second person sees nothing of the first entry, and a third one settles what differs."""

import json
import unicodedata
from dataclasses import replace

import pytest
from sqlalchemy import text

from tests.unit.usecases.bench import CHECKER, CLERK, OFFICIAL, THIRD, World, ids
from tests.unit.usecases.machine import HEAD, VALUES
from tests.unit.usecases.room import Room
from workstation.domain.doctype import ValueKind
from workstation.domain.dossier import Document, DocumentState
from workstation.domain.errors import ErrorNote, WorkstationError
from workstation.domain.fields import FieldOrigin, IndexField, Proposal, WeakWord
from workstation.domain.ids import DocumentId, UserName
from workstation.domain.rekey import Difference, KeyStep
from workstation.domain.remarks import ranked
from workstation.usecases import check, edit, fieldvalues, queries, rekey
from workstation.usecases.gate import check_gate
from workstation.usecases.views import DocumentView, GateRule, User

S = DocumentState
CRITICAL = {"number", "notation", "issued_date"}
"""Of the archive profile, those on the form of a decision."""


def entered(world: World, **values: str) -> DocumentId:
    document = ids(world.finished(HEAD))[0]
    world.confirm(document, CLERK, **values)
    return document


def of(world: World, document_id: DocumentId) -> Document:
    return world.office.dossier_of(document_id).document(document_id)


def seen(world: World, document_id: DocumentId, viewer: UserName) -> DocumentView:
    dossier = world.office.dossier_of(document_id)
    return queries.document_view(world.office, dossier, dossier.document(document_id), viewer)


def refused(code: str, field: str = "") -> ErrorNote:
    return ErrorNote(code, (("field", field),) if field else ())


def test_the_checker_sees_nothing_of_what_was_entered(world: World):
    document = entered(world, number="998877", notation="QĐ-BÍ-ẨN", issued_date="2001-02-03")
    view = seen(world, document, CHECKER)
    assert view.blind == CRITICAL and view.differing == ()
    told = repr(view)
    for value in ("998877", "QĐ-BÍ-ẨN", "2001-02-03"):
        assert value not in told
    number = next(f for f in view.fields if f.name == "number")
    assert number.box is not None and (number.value, number.confidence, number.proposals) == ("", 0.0, ())
    assert next(f for f in view.fields if f.name == "subject").value == VALUES["subject"], "the rest is looked at as before"


def test_which_words_are_doubtful_goes_with_the_value_that_is_covered_or_confirmed(world: World):
    """A confirmed one is no longer in doubt."""
    document = of(world, ids(world.finished(HEAD))[0])
    weak = replace(document, fields=tuple(replace(f, weak=(WeakWord(0, 2, (1, 2, 3, 4)),)) for f in document.fields))
    assert {f.name for f in rekey.covered(weak, frozenset(CRITICAL)).fields if not f.weak} == CRITICAL
    rule = world.office.rules.document(document.type_code)
    values = {f.name: f.value for f in document.fields}
    after = fieldvalues.entered(weak, values, rule)
    assert after and not [f.name for f in after if f.weak]


def test_nor_does_anybody_else_before_the_check_but_who_entered(world: World):
    document = entered(world, number="998877")
    assert "998877" in repr(seen(world, document, CLERK)) and seen(world, document, CLERK).blind == frozenset()
    dossier = world.office.dossier_of(document)
    everything = queries.dossier_view(world.office, dossier, can_undo=False, can_redo=False)
    assert "998877" not in repr(everything), "the capture desk shows documents too"
    assert "998877" not in repr(queries.verify_queue(world.office, [dossier], THIRD, ()))


def test_equal_entries_pass_whatever_the_spelling_of_the_letters(world: World):
    document = entered(world)
    passed = world.confirm(
        document, CHECKER, notation=unicodedata.normalize("NFD", "QĐ-UBND"), number=" 127 ", issued_date="20261103"
    )
    assert (passed.state, passed.differing, passed.error) == (S.PASSED, (), None)


def test_different_entries_wait_for_a_third_person_who_sees_both(world: World):
    document = entered(world, number="998877")
    after = world.confirm(document, CHECKER, number="721", subject="Về việc cấp giấy phép")
    assert (after.state, after.checked_by, after.field("number")) == (S.TO_SETTLE, CHECKER, "998877")
    assert after.field("subject") == "Về việc cấp giấy phép", "what is not critical is the checker's to mend"
    assert after.differing == (Difference("number", "998877", "721"),) and after.error == refused("K05", "number")
    third = seen(world, document, THIRD)
    assert third.differing == after.differing and third.blind == {"number"}
    assert next(f for f in third.fields if f.name == "number").value == ""
    for one in (CLERK, CHECKER):
        assert seen(world, document, one).differing == ()
        with pytest.raises(WorkstationError, match="K03"):
            world.confirm(document, one)
    assert "998877" not in repr(seen(world, document, CHECKER)), "not even now"


@pytest.mark.parametrize(("typed", "origin"), [("721", FieldOrigin.TYPED), ("127", FieldOrigin.READ), ("271", FieldOrigin.TYPED)])
def test_the_third_persons_word_counts(world: World, typed, origin):
    document = entered(world)
    world.confirm(document, CHECKER, number="721")
    passed = world.confirm(document, THIRD, number=typed)
    assert (passed.state, passed.field("number"), passed.settled_by) == (S.PASSED, typed, THIRD)
    assert (passed.entered_by, passed.checked_by, passed.differing, passed.error) == (CLERK, CHECKER, (), None)
    number = next(f for f in passed.fields if f.name == "number")
    assert number.box is not None and number.origin is origin
    assert [f.name for f in passed.fields] == [n for n in world.office.rules.document("QD").form if passed.field(n)]


def test_the_third_person_changes_nothing_that_the_two_agree_on(world: World):
    document = entered(world)
    world.confirm(document, CHECKER, number="721")
    with pytest.raises(WorkstationError) as e:
        world.confirm(document, THIRD, number="721", issued_date="2026-11-04")
    assert e.value.note == refused("K11", "issued_date")


@pytest.mark.parametrize("name", sorted(CRITICAL))
@pytest.mark.parametrize("by", [CHECKER, THIRD])
def test_no_step_rests_on_what_was_entered(world: World, name, by):
    """Not keyed is not agreed: whatever calls the use case, the command line and a screen with a bug among them."""
    document = entered(world)
    if by is THIRD:
        world.confirm(document, CHECKER, **{name: {"number": "5", "notation": "X", "issued_date": "2020-01-01"}[name]})
    before = of(world, document)
    given = {n: v for n, v in VALUES.items() if n != name}
    with pytest.raises(WorkstationError) as e:
        check.confirm(world.office, document, given, by)
    assert e.value.note == refused("K10", name) and of(world, document) == before


def test_what_each_keyed_is_kept_for_an_inspector_and_is_in_no_audit_line(world: World):
    document = entered(world, number="4711")
    world.confirm(document, CHECKER, number="4712")
    world.confirm(document, THIRD, number="4713")
    with world.office.look() as uow:
        kept = [(k.step, k.by, k.value) for k in uow.keyed.of(document) if k.name == "number"]
        audit = repr(uow.audit.events())
    assert kept == [(KeyStep.ENTRY, CLERK, "4711"), (KeyStep.CHECK, CHECKER, "4712"), (KeyStep.SETTLE, THIRD, "4713")]
    assert "471" not in audit.replace(document, "")


def test_a_refused_check_keeps_nothing(world: World):
    document = entered(world)
    with pytest.raises(WorkstationError, match="K02"):
        world.confirm(document, CHECKER, number="không rõ")
    with world.office.look() as uow:
        assert {k.step for k in uow.keyed.of(document)} == {KeyStep.ENTRY}


def test_a_fast_lane_keys_nothing_twice(world: World):
    document = entered(world)
    dossier = world.office.dossier_of(document)
    with world.office.uow() as uow:
        uow.dossiers.save(replace(dossier, profile="one-stop"))
        uow.commit()
    assert seen(world, document, CHECKER).blind == frozenset()
    assert check.confirm(world.office, document, {}, CHECKER).document(document).state is S.PASSED


def test_sent_back_with_a_reason_it_is_entered_and_keyed_anew(world: World):
    document = entered(world)
    world.confirm(document, CHECKER, number="721")
    with pytest.raises(WorkstationError, match="K01"):
        check.back_to_entry(world.office, document, " ", CHECKER)
    back = check.back_to_entry(world.office, document, "xem lại số", CHECKER).document(document)
    assert (back.state, back.reason, back.returned_by) == (S.TO_INDEX, "xem lại số", CHECKER)
    assert (back.entered_by, back.checked_by, back.differing, back.error) == (None, None, (), None)
    again = world.confirm(document, CLERK, number="721")
    assert (again.state, again.reason, again.returned_by) == (S.TO_CHECK, "", None)
    assert world.confirm(document, CHECKER, number="721").state is S.PASSED
    with pytest.raises(WorkstationError, match="K06"):
        check.back_to_entry(world.office, document, "x", CHECKER)


# --- unreadable


def test_what_stood_in_a_field_comes_back_when_it_can_be_read_after_all(world: World):
    document = ids(world.finished(HEAD))[0]

    def field(name: str) -> IndexField:
        return next(f for f in seen(world, document, CLERK).fields if f.name == name)

    before = field("number")
    assert before.value
    check.set_unreadable(world.office, document, "number", True, CLERK)
    assert (field("number").value, field("number").origin) == ("", FieldOrigin.UNREADABLE)
    check.set_unreadable(world.office, document, "number", False, CLERK)
    after = field("number")
    assert (after.value, after.doubt, after.page, after.box) == (before.value, True, before.page, before.box)
    assert all(p.why != "put_away" for p in after.proposals)
    offers = tuple(Proposal(value, why) for value, why in (("99", "code"), ("98", "neighbours"), ("97", "sibling")))
    again = check._marked(replace(before, proposals=offers))
    noted = ranked((*again.proposals, Proposal(before.value, "sibling"), *offers), "")  # as remarks come beside it
    back = check._unmarked(replace(again, proposals=noted))
    assert (again.value, back.value) == ("", before.value)
    empty = "signer_name" if not field("signer_name").value else "recipients"
    check.set_unreadable(world.office, document, empty, True, CLERK)
    check.set_unreadable(world.office, document, empty, False, CLERK)
    assert (field(empty).value, field(empty).doubt) == ("", True)


def test_an_unreadable_required_field_is_empty_says_so_and_passes_the_gate(world: World):
    document = ids(world.finished(HEAD))[0]
    check.set_unreadable(world.office, document, "number", True, CLERK)
    world.confirm(document, CLERK, number="")
    assert next(f for f in seen(world, document, CHECKER).fields if f.name == "number").origin is not FieldOrigin.UNREADABLE
    with pytest.raises(WorkstationError, match="K01"):
        world.confirm(document, CHECKER, number="")  # nor does the checker get by without saying so
    check.set_unreadable(world.office, document, "number", True, CHECKER)
    assert next(f for f in seen(world, document, CHECKER).fields if f.name == "number").origin is FieldOrigin.UNREADABLE
    passed = world.confirm(document, CHECKER, number="")
    assert passed.state is S.PASSED and passed.unreadable("number") and passed.field("number") == ""
    published = world.publish(document)
    assert published.state is S.TO_SIGN, published.error
    world.see(document)
    assert world.sign(document) == [""]
    with world.office.look() as uow:
        (item,) = uow.outbox.list()
    (told,) = json.loads(item.metadata)["documents"]
    assert told["unreadable"] == ["number"] and told["fields"]["number"] == "" and "không đọc được" in told["description"]


def test_one_reads_what_the_other_can_not(world: World):
    document = ids(world.finished(HEAD))[0]
    check.set_unreadable(world.office, document, "number", True, CLERK)
    world.confirm(document, CLERK, number="")
    after = world.confirm(document, CHECKER, number="127")
    assert after.differing == (Difference("number", "", "127", first_unreadable=True),)
    check.set_unreadable(world.office, document, "number", True, THIRD)
    settled = world.confirm(document, THIRD, number="")
    assert settled.state is S.PASSED and settled.unreadable("number")


def test_a_value_typed_after_all_takes_the_mark_away(world: World):
    document = ids(world.finished(HEAD))[0]
    check.set_unreadable(world.office, document, "organ_name", True, CLERK)
    assert not world.confirm(document, CLERK).unreadable("organ_name")


@pytest.mark.parametrize("name", ["type_name", "subject"])
def test_what_has_to_be_legible_is_scanned_again(world: World, name):
    document = ids(world.finished(HEAD))[0]
    with pytest.raises(WorkstationError) as e:
        check.set_unreadable(world.office, document, name, True, CLERK)
    assert e.value.note == refused("K12", name)


def test_the_gate_holds_a_mark_that_the_rules_forbid_by_now(world: World):
    dossier = world.to_sign(HEAD)
    profile, rule = world.office.profile_of(dossier), world.office.rules.document("QD")
    fields = tuple(
        replace(f, value="", origin=FieldOrigin.UNREADABLE) if f.name == "number" else f for f in dossier.documents[0].fields
    )
    document = replace(dossier.documents[0], fields=fields)
    strict = replace(profile, legible=("number",))
    for wanted, code in ((profile, None), (strict, "K12")):
        checks = check_gate(dossier, document, wanted, rule, world.office.organization, None, None)
        (found,) = [c for c in checks if c.rule is GateRule.FIELDS]
        assert (found.note.code if found.note else None) == code and dict(found.detail)["unreadable"] == 1


def test_a_new_scan_may_be_readable(world: World):
    document = ids(world.finished(HEAD))[0]
    check.set_unreadable(world.office, document, "number", True, CLERK)
    edit.give_back(world.office, document, "mờ", CHECKER)
    back = of(world, document)
    assert not back.unreadable("number") and back.returned_by == CHECKER


# --- later, and who is there


@pytest.fixture
def room(world: World) -> Room:
    room = Room(world)
    room.desk.users = tuple(User(name, "clerk") for name in (CLERK, CHECKER))
    return room


def by(room: Room, name: UserName) -> Room:
    room.desk.user = User(name, "clerk")
    return room


def test_a_station_of_two_says_that_the_document_waits(room: Room, world: World):
    document = entered(world, number="998877")
    values = {**VALUES, "number": "721"}
    assert by(room, CHECKER).desk.confirm(document, values).result() == refused("K09", "number")
    assert room.desk.counts().result().verify == 1, "and it is counted where it waits"
    (waits,) = room.desk.verify_queue().result()
    assert (waits.id, waits.error, waits.differing) == (document, refused("K09", "number"), ()), "else nobody could send it back"
    assert waits.blind == CRITICAL and "998877" not in repr(waits)
    assert by(room, CLERK).desk.verify_queue().result() == ()
    room.desk.users = (*room.desk.users, User(THIRD, "registrar"))
    assert by(room, CHECKER).desk.verify_queue().result() == () and room.desk.counts().result().verify == 0
    assert [v.id for v in by(room, THIRD).desk.verify_queue().result()] == [document]
    assert room.desk.confirm(document, values).result() is None
    assert of(world, document).state in (S.PASSED, S.TO_SIGN)


def test_the_checker_is_told_how_many_can_settle(room: Room, world: World):
    room.desk.users = (*room.desk.users, User(THIRD, "registrar"), User(OFFICIAL, "official"))
    document = entered(world)
    told = by(room, CHECKER).desk.confirm(document, {**VALUES, "number": "721"}).result()
    assert told == ErrorNote("K05", (("field", "number"), ("others", 2)))


def test_later_is_kept_over_a_restart_and_is_each_persons_own(room: Room, world: World):
    first, second = ids(world.finished(HEAD))[0], ids(world.finished(HEAD))[0]
    by(room, CLERK).desk.later(first).result()
    afresh = Room(world)
    views = by(afresh, CLERK).desk.verify_queue().result()
    assert [v.id for v in views] == [second, first] and [v.put_off for v in views] == [False, True]
    assert [v.put_off for v in by(afresh, CHECKER).desk.verify_queue().result()] == [False, False]
    world.confirm(first, CLERK)
    assert of(world, first).put_off == (), "it comes to the next person as any other"


# --- past the use cases


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "passed", "checked_by": None},
        {"state": "passed", "checked_by": CLERK},
        {"state": "to_settle", "checked_by": CHECKER, "settled_by": CHECKER},
        {"state": "signed", "checked_by": None},
    ],
)
def test_the_database_itself_wants_two_persons(world: World, wrong):
    document = entered(world)
    change = ", ".join(f"{name} = :{name}" for name in wrong)
    with world.store.engine.connect() as connection, pytest.raises(Exception, match="two_persons"):
        connection.execute(text(f"UPDATE document SET {change} WHERE id = :id"), {**wrong, "id": document})


def test_what_two_persons_vouch_for_is_not_changed_behind_them(world: World):
    dossier = world.passed(HEAD)
    document = dossier.documents[0]
    other = tuple(replace(f, value="1") if f.name == "number" else f for f in document.fields)
    for forged in (replace(document, fields=other), replace(document, checked_by=THIRD), replace(document, type_code="CV")):
        with world.office.uow() as uow, pytest.raises(WorkstationError, match="K13"):
            uow.dossiers.save(dossier.with_document(forged))


def test_each_identity_number_on_a_form_is_critical_and_told_by_its_own_label(world: World):
    profile, rule = world.office.profile_of(world.read(HEAD)), world.office.rules.document("TK_KET_HON")
    numbers = {f.name for f in rule.fields if f.kind is ValueKind.IDENTITY}
    assert len(numbers) > 1 and numbers <= set(profile.rekeyed(rule))
    assert not {f.name for f in rule.fields if f.kind is ValueKind.IDENTITY} & set(
        replace(profile, rekey=("number",)).rekeyed(rule)
    )
    other = next(f for f in rule.fields if f.name in numbers and f.name != "identity_number")
    document = Document(DocumentId("d"), S.TO_CHECK, "TK_KET_HON", entered_by=CLERK)
    keyed = dict.fromkeys(profile.rekeyed(rule), "")
    with pytest.raises(WorkstationError) as e:
        rekey.check(
            document, {n: v for n, v in keyed.items() if n != other.name}, profile, replace(rule, required=frozenset()), CHECKER
        )
    told = {"field": other.name, "label": other.label, "english": other.english}
    assert (e.value.note.code, dict(e.value.note.params)) == ("K10", told)
    after = rekey.check(document, keyed | {other.name: "079190012345"}, profile, replace(rule, required=frozenset()), CHECKER)
    assert after.error is not None and (after.error.code, dict(after.error.params)) == ("K05", told)
