"""What a field's place means: known when it is made, kept when it is confirmed, and chosen where the table can't tell."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from tests.unit.usecases.bench import CHECKER, CLERK, World, ids
from tests.unit.usecases.machine import VALUES, Sheet
from tests.unit.usecases.room import Room
from ui import messages
from workstation.app.shapes import fields_json
from workstation.domain.dossier import DocumentState, Dossier
from workstation.domain.errors import ErrorNote, WorkstationError
from workstation.domain.fields import IndexField
from workstation.domain.ids import DocumentId
from workstation.domain.place import ASKED, Candidate, How, OldCodes, Placed, Resolved, Why, asks, names_a_place
from workstation.rules.places import load_places
from workstation.usecases import check, placing
from workstation.usecases.placing import place_view, view_of, with_places

OLD = {**VALUES, "issued_date": "2019-03-14"}
CONG_VI = "Phường Cống Vị, Quận Ba Đình, Hà Nội"
"""Split between two."""
NGOC_HA, GIANG_VO = "00008", "00025"


def paper(**values: str) -> Sheet:
    return Sheet(head=True, fields={**OLD, **values})


def field(world: World, document_id: DocumentId, name: str) -> IndexField:
    document = world.office.dossier_of(document_id).document(document_id)
    return next(f for f in document.fields if f.name == name)


def placed(world: World, document_id: DocumentId, name: str) -> Placed:
    found = field(world, document_id, name).placed
    assert found is not None
    return found


def test_a_field_knows_its_unit_as_soon_as_it_is_read_and_stays_as_printed(world: World) -> None:
    (document,) = ids(world.finished(paper(organ_name="UBND PHƯỜNG 12", place="Quận 10")))
    ward, place = placed(world, document, "organ_name"), placed(world, document, "place")
    assert field(world, document, "organ_name").value == ward.text == "UBND PHƯỜNG 12"
    assert ward.how is How.EXACT  # there are twenty wards of that name: its place line says in which district
    assert (ward.old, ward.now) == (OldCodes("79", "771", "27172"), "27163")
    assert (place.how, place.old, place.now) == (How.SEVERAL, OldCodes("79", "771"), None)
    assert field(world, document, "subject").placed is None


def test_the_papers_own_day_decides_also_when_a_person_mends_it(world: World) -> None:
    text = "Phường Bến Thành, TP. Hồ Chí Minh"
    (document,) = ids(world.finished(paper(place=text, issued_date="2026-11-03")))
    assert placed(world, document, "place").old is None
    world.confirm(document, CLERK, **OLD, place=text)
    assert placed(world, document, "place").old is not None


def test_what_a_clerk_chooses_is_kept_by_entry_check_and_a_new_reading(world: World) -> None:
    (document,) = ids(world.finished(paper(place=CONG_VI)))
    assert placed(world, document, "place").how is How.SEVERAL
    placing.choose(world.office, document, "place", GIANG_VO, CLERK)
    for by in (CLERK, CHECKER):
        world.confirm(document, by, **OLD, place=CONG_VI)
        chosen = placed(world, document, "place")
        assert (chosen.how, chosen.now, chosen.text) == (How.CHOSEN, GIANG_VO, CONG_VI)
        assert chosen.old == OldCodes("01", "001", "00007")
    assert world.office.dossier_of(document).document(document).state is DocumentState.PASSED


def test_another_text_is_another_question(world: World) -> None:
    (document,) = ids(world.finished(paper(place=CONG_VI)))
    placing.choose(world.office, document, "place", GIANG_VO, CLERK)
    world.confirm(document, CLERK, **OLD, place="Phường Ngọc Khánh, Quận Ba Đình, Hà Nội")
    assert placed(world, document, "place").how is How.SEVERAL
    world.confirm(document, CHECKER, **OLD, place="")
    left = world.office.dossier_of(document).document(document)
    assert not [f for f in left.fields if f.name == "place" and f.placed]


@pytest.mark.parametrize("read", ["", "Quận 10"])
def test_what_is_typed_and_chosen_before_it_is_stored(world: World, read: str) -> None:
    (document,) = ids(world.finished(paper(place=read)))
    seen = place_view(world.office, world.office.dossier_of(document).document(document), "place", CONG_VI)
    assert [c.code for c in seen.candidates] == [NGOC_HA, GIANG_VO]
    placing.choose(world.office, document, "place", NGOC_HA, CLERK, CONG_VI)
    placing.choose(world.office, document, "organ_name", "", CLERK, "UBND XÃ TÂN TIẾN")
    assert field(world, document, "place").value == read
    world.confirm(document, CLERK, **OLD, place=CONG_VI)
    assert (placed(world, document, "place").how, placed(world, document, "place").now) == (How.CHOSEN, NGOC_HA)


@pytest.mark.parametrize(
    ("name", "code"), [("place", "00004"), ("subject", NGOC_HA), ("organ_name", NGOC_HA), ("organ_name", "")]
)
def test_only_what_the_text_may_mean_can_be_chosen(world: World, name: str, code: str) -> None:
    (document,) = ids(world.finished(paper(place=CONG_VI)))
    before = world.office.dossier_of(document)
    with pytest.raises(WorkstationError) as e:
        placing.choose(world.office, document, name, code, CLERK)
    assert e.value.note == ErrorNote("K40", (("field", name),))
    assert world.office.dossier_of(document) == before


TAN_TIEN = {"organ_name": "UBND XÃ TÂN TIẾN", "place": "Tân Tiến"}
"""More than twenty communes."""


def test_what_was_chosen_for_a_text_that_was_not_kept_is_forgotten(world: World) -> None:
    (document,) = ids(world.finished(paper(place="Quận 10")))
    placing.choose(world.office, document, "place", NGOC_HA, CLERK, CONG_VI)
    world.confirm(document, CLERK, **OLD, place="Quận 10")
    assert (placed(world, document, "place").how, placed(world, document, "place").text) == (How.SEVERAL, "Quận 10")


def test_what_many_bear_is_asked_once_before_anything_is_confirmed(world: World) -> None:
    (document,) = ids(world.finished(paper(**TAN_TIEN)))
    organ, place = field(world, document, "organ_name"), field(world, document, "place")
    assert (organ.doubt, organ.against) == (True, (ASKED,))
    assert ASKED not in place.against, "the same question"
    before = world.office.dossier_of(document)
    with pytest.raises(WorkstationError) as e:
        world.confirm(document, CLERK, **OLD | TAN_TIEN)
    assert e.value.note == ErrorNote("K41", (("field", "organ_name"),))
    assert world.office.dossier_of(document) == before
    one = place_view(world.office, before.document(document), "organ_name").candidates[3]
    placing.choose(world.office, document, "organ_name", one.code, CLERK)
    organ = field(world, document, "organ_name")
    assert (organ.doubt, organ.against, placed(world, document, "place").now) == (False, (), one.code)
    for by in (CLERK, CHECKER):
        world.confirm(document, by, **OLD | TAN_TIEN)
    assert {placed(world, document, name).now for name in TAN_TIEN} == {one.code}


def test_a_field_that_only_its_type_has_is_asked_about_in_its_own_words(world: World) -> None:
    (document,) = ids(world.finished(paper()))
    check.set_type(world.office, document, "TK_HON_NHAN", CLERK)
    values = OLD | {"type_name": "Tờ khai", "person_name": "Lê Mẫu", "applicant_address": "Xã Tân Tiến"}
    with pytest.raises(WorkstationError) as e:
        world.confirm(document, CLERK, **values)
    assert e.value.note.code == "K41"
    assert messages.sentence(e.value.note).startswith('Ô "Nơi cư trú người yêu cầu" có thể')


def test_a_person_who_cant_tell_says_so_and_is_asked_no_more(world: World) -> None:
    (document,) = ids(world.finished(paper(**TAN_TIEN)))
    placing.choose(world.office, document, "organ_name", "", CLERK)
    for by in (CLERK, CHECKER):
        world.confirm(document, by, **OLD | TAN_TIEN)
        organ = placed(world, document, "organ_name")
        assert (organ.how, organ.now, organ.text) == (How.LEFT, None, "UBND XÃ TÂN TIẾN")
    assert placed(world, document, "place").how is How.SEVERAL


def test_who_checks_and_types_another_place_is_asked_too(world: World) -> None:
    (document,) = ids(world.finished(paper()))
    world.confirm(document, CLERK, **OLD)
    with pytest.raises(WorkstationError, match="K41"):
        world.confirm(document, CHECKER, **OLD | TAN_TIEN)
    assert world.office.dossier_of(document).document(document).state is DocumentState.TO_CHECK


@pytest.mark.parametrize(
    ("name", "text", "asked"),
    [
        ("home_address", CONG_VI, True),  # who lives there lives in one of the two
        ("organ_name", CONG_VI, False),
        ("organ_name", "UBND xã Tân Tiến", True),
        ("place", "Tân Tiến", False),
        ("home_address", "Quận Ba Đình, Hà Nội", False),
        ("organ_name", "Huyện Châu Thành", False),  # of many, but which commune is no question
        ("home_address", "Phường Hòa Hưng, TP. Hồ Chí Minh", False),
        ("home_address", "Sao Hỏa", False),
    ],
)
def test_what_is_for_a_person_to_say(name: str, text: str, asked: bool) -> None:
    fields = [IndexField(name, text, 1.0, doubt=False)]
    (found,) = with_places(fields, load_places, "UBND Phường Hòa Hưng")
    assert (found.doubt, found.against) == ((True, (ASKED,)) if asked else (False, ()))
    (found,) = with_places(fields, load_places)
    assert (found.doubt, found.against) == (False, ()), "without an office there is nobody to ask"


@pytest.mark.parametrize(
    ("office", "text", "on", "how", "now"),
    [
        ("UBND Phường Hòa Hưng, TP. Hồ Chí Minh", "Hòa Hưng", "2026-11-03", How.NEAR, "27163"),
        ("UBND Xã Tân Tiến, Tỉnh Hưng Yên", "UBND XÃ TÂN TIẾN", "2026-11-03", How.NEAR, None),
        ("UBND Phường Hòa Hưng, TP. Hồ Chí Minh", "UBND XÃ TÂN TIẾN", "2026-11-03", How.SEVERAL, None),
        ("UBND Phường Hòa Hưng, TP. Hồ Chí Minh", "Hòa Hưng", "2019-03-14", How.SEVERAL, None),  # not called so then
    ],
)
def test_of_one_name_the_offices_own_commune_is_taken_and_the_others_stay_open(
    office: str, text: str, on: str, how: How, now: str | None
) -> None:
    places = load_places()
    fields = (IndexField("organ_name", text, 1.0, doubt=False), IndexField("issued_date", on, 1.0))
    found = with_places(fields, load_places, office)[0]
    assert found.placed is not None
    assert (found.placed.how, bool(found.against)) == (how, how is How.SEVERAL)
    if how is How.NEAR:
        assert found.placed.now == (now or places.home(office))
        assert len(view_of(places, fields, "organ_name", organization=office).candidates) > 1


def test_a_district_is_never_the_offices_own_commune() -> None:
    office = next(row.label for row in load_places()._table.now.values() if row.name == "Châu Thành" and row.kind == "x")
    (found,) = with_places([IndexField("place", "Huyện Châu Thành", 1.0)], load_places, f"UBND {office}")
    assert found.placed is not None
    assert (found.placed.how, found.placed.now) == (How.SEVERAL, None)


def test_what_else_speaks_against_a_field_stays(world: World) -> None:
    (document,) = ids(world.finished(paper(**TAN_TIEN)))

    def doubted(dossier: Dossier) -> Dossier:
        d = dossier.document(document)
        fields = tuple(replace(f, against=("organ_syllable", *f.against)) if f.name == "organ_name" else f for f in d.fields)
        return dossier.with_document(replace(d, fields=fields))

    world.office.change(world.office.dossier_of(document).id, doubted)
    placing.choose(world.office, document, "organ_name", "", CLERK)
    organ = field(world, document, "organ_name")
    assert (organ.doubt, organ.against) == (True, ("organ_syllable",))


def test_nothing_is_chosen_on_a_document_that_has_passed(world: World) -> None:
    (document,) = ids(world.finished(paper(place=CONG_VI)))
    for by in (CLERK, CHECKER):
        world.confirm(document, by, **OLD, place=CONG_VI)
    with pytest.raises(WorkstationError, match="K06"):
        placing.choose(world.office, document, "place", GIANG_VO, CLERK)


def test_the_desk_looks_up_what_is_typed_and_stores_what_its_user_chooses(world: World) -> None:
    room = Room(world)
    (document,) = ids(world.finished(paper(place=CONG_VI)))
    view = room.desk.place_candidates(document, "place", "Phường 12, Quận 10, TP.HCM").result()
    assert (view.now, view.asked) == ("Phường Hòa Hưng, Thành phố Hồ Chí Minh", False)
    room.desk.choose_place(document, "place", GIANG_VO, CONG_VI).result()
    assert placed(world, document, "place").now == GIANG_VO
    room.desk.confirm(document, {**OLD, "place": CONG_VI}).result()
    with pytest.raises(WorkstationError, match="K03"):
        room.desk.choose_place(document, "place", NGOC_HA, CONG_VI).result()
    room.sit(CHECKER)
    room.desk.choose_place(document, "place", NGOC_HA, CONG_VI).result()
    assert placed(world, document, "place").now == NGOC_HA


def test_the_log_says_which_field_and_not_what(world: World) -> None:
    (document,) = ids(world.finished(paper(place=CONG_VI)))
    placing.choose(world.office, document, "place", GIANG_VO, CLERK)
    with world.office.look() as uow:
        event = uow.audit.events()[-1]
    assert (event.action, event.actor, event.subject, event.detail) == ("place_chosen", CLERK, document, (("field", "place"),))


def test_a_screen_is_told_old_and_present_name_since_when_and_who_took_over(world: World) -> None:
    (document,) = ids(world.finished(paper(organ_name="PHÒNG TƯ PHÁP QUẬN 10", place="P.12, Q.10, TP.HCM")))
    now = world.office.dossier_of(document).document(document)
    place, organ = (place_view(world.office, now, name) for name in ("place", "organ_name"))
    assert (place.now, str(place.since)) == ("Phường Hòa Hưng, Thành phố Hồ Chí Minh", "2025-07-01")
    assert place.was == "Phường 12, Quận 10, Thành phố Hồ Chí Minh"
    assert place.receiver is None
    assert organ.receiver is not None
    assert (organ.was, organ.receiver.kind) == ("Quận 10, Thành phố Hồ Chí Minh", "Phòng Tư pháp")


def test_exports_and_the_package_carry_it_and_the_text_first(world: World) -> None:
    dossier = world.signed(Sheet(head=True, fields={**VALUES, "organ_name": "UBND Phường Hòa Hưng"}))
    with world.office.look() as uow:
        item = uow.outbox.by_dossier(dossier.id)
    assert item is not None
    (document,) = json.loads(item.metadata)["documents"]
    organ = document["fields"]["organ_name"]
    carried: dict[str, Any] = document["places"]["organ_name"]
    assert carried["text"] == organ
    assert set(carried) == {"text", "old", "now", "how", "table"}
    (stored,) = [f for f in dossier.documents[0].fields if f.name == "organ_name"]
    shown = fields_json([stored, replace(stored, name="subject", placed=None)])
    assert (shown["organ_name"]["placed"], shown["subject"]["placed"]) == (carried, None)


def test_a_document_without_places_never_opens_the_table() -> None:
    def table() -> Any:
        raise AssertionError("opened")

    fields = (IndexField("number", "12", 1.0), IndexField("place", "", 0.0))
    assert with_places(fields, table) == fields


def test_where_somebody_was_born_is_shown_and_not_asked(world: World) -> None:
    placed = Placed("xã Hòa Hưng", None, None, How.SEVERAL, date(2026, 9, 20))
    several = Resolved(placed, (Candidate("27163", "Phường Hòa Hưng", None, "", Why.SAME_NAME),))
    told = {
        name: asks(name, several) for name in ("address", "land_address", "birth_place", "death_place", "place", "organ_name")
    }
    assert told == {
        "address": True, "land_address": True, "birth_place": False, "death_place": False, "place": False, "organ_name": True,
    }  # fmt: skip


def test_which_fields_name_a_place() -> None:
    named = ("place", "organ_name", "parent_organ", "home_address", "address", "birth_place")
    assert all(map(names_a_place, named))
    assert not any(map(names_a_place, ("subject", "recipients", "signer_name", "number", "placement")))
