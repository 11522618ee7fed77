"""Taking paper in and reading it: nothing twice, nothing lost, one page's trouble is one page's."""

import shutil
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import text

from tests.unit.usecases.bench import CHECKER, CLERK, TestClock, World, ids, states
from tests.unit.usecases.machine import BLANK, BLURRED, BODY, HEAD, KILLS, VALUES, Sheet
from workstation.domain.dossier import DocumentState, DossierState
from workstation.domain.errors import ErrorNote, WorkstationError
from workstation.domain.fields import FieldOrigin
from workstation.domain.filelist import expand
from workstation.domain.page import PageState
from workstation.domain.pagejobs import PageJob
from workstation.usecases import check, edit, queries, read, recover, scan


def code_of(call: Any) -> str:
    with pytest.raises(WorkstationError) as e:
        call()
    return e.value.code


# --- taking in


def test_the_same_file_taken_in_again_adds_nothing(world: World):
    dossier_id, paper = scan.open_dossier(world.office, "", CLERK), world.paper(HEAD, BODY)
    first = scan.take_in(world.office, dossier_id, paper, CLERK)
    before = world.get(dossier_id)
    again = scan.take_in(world.office, dossier_id, paper, CLERK)
    assert (first.pages, again.pages, again.error) == (2, 0, None)
    assert world.get(dossier_id) == before


def test_an_import_that_a_power_cut_ended_is_simply_repeated(world: World, monkeypatch: pytest.MonkeyPatch):
    dossier_id, papers = scan.open_dossier(world.office, "", CLERK), [world.paper(HEAD), world.paper(BODY, BODY)]
    scan.take_in(world.office, dossier_id, papers[0], CLERK)
    world.blobs.put_file(papers[1])  # the cut came after the bytes were safe and before the pages were stored
    for paper in papers:
        scan.take_in(world.office, dossier_id, paper, CLERK)
    assert [(p.source.frame) for p in world.get(dossier_id).pages] == [0, 0, 1]


def test_a_file_that_is_no_scan_is_named_and_nothing_else_happens(world: World):
    dossier_id = scan.open_dossier(world.office, "", CLERK)
    wrong = world.root / "ghi-chu.txt"
    wrong.write_text("không phải bản quét", "utf-8")
    assert scan.take_in(world.office, dossier_id, wrong, CLERK).error == ErrorNote("F01", (("file", "ghi-chu.txt"),))
    assert world.get(dossier_id).pages == ()


def test_pages_come_only_into_a_dossier_on_the_capture_desk(world: World):
    dossier = world.finished(HEAD)
    outcome = scan.take_in(world.office, dossier.id, world.paper(BODY), CLERK)
    assert outcome.error is not None and outcome.error.code == "K06"
    assert world.get(dossier) == dossier


def test_a_dossier_needs_a_profile_that_is_in_force(world: World):
    assert code_of(lambda: scan.open_dossier(world.office, "", CLERK, profile="khac")) == "U01"
    with world.office.look() as uow:
        assert uow.dossiers.list() == ()


def test_folders_come_in_natural_order_without_half_written_files(world: World):
    folder = world.root / "in"
    (folder / "b").mkdir(parents=True)
    for name in ("10.jpg", "2.jpg", ".hidden.jpg", "3.jpg.part", "dossier.json", "b/1.jpg"):
        (folder / name).touch()
    assert [str(p.relative_to(folder)) for p in expand([folder])] == ["2.jpg", "10.jpg", "b/1.jpg"]


# --- reading


def test_a_page_that_kills_its_worker_is_set_aside_and_the_rest_goes_on(world: World):
    dossier = world.read(HEAD, KILLS, BODY)
    assert [p.state for p in dossier.pages] == [PageState.READ, PageState.QUARANTINED, PageState.READ]
    assert dossier.pages[1].error == ErrorNote("F06")
    view = queries.dossier_view(world.office, dossier, can_undo=False, can_redo=False)
    assert view.missing_page == dossier.pages[1].id and view.pages[1].error == ErrorNote("F06") and view.row.needs_look == 1
    assert code_of(lambda: edit.finish_capture(world.office, dossier.id, CLERK)) == "F06"
    edit.set_dropped(world.office, dossier.pages[1].id, True, CLERK)
    dossier = edit.finish_capture(world.office, dossier.id, CLERK)
    assert [p.source.frame for p in dossier.pages_of(ids(dossier)[0])] == [0, 2]


def test_a_quarantined_page_can_be_turned_to_be_tried_again(world: World):
    dossier = world.read(HEAD, KILLS)
    edit.rotate(world.office, dossier.pages[1].id, 180, CLERK)
    office = replace(
        world.office, tools=replace(world.office.tools, process=lambda job: world.machine.process(replace(job, frame=0)))
    )
    dossier = read.read_dossier(office, dossier.id)
    assert dossier.pages[1].state is PageState.READ and dossier.pages[1].error is None


def test_our_own_bug_on_one_page_costs_that_page(world: World):
    def bug(name: str, job: Any) -> None:
        if name == "process" and job.frame == 0:
            raise ZeroDivisionError("secret text of the page")

    world.machine.hook = bug
    dossier = world.read(HEAD, HEAD)
    assert [p.state for p in dossier.pages] == [PageState.QUARANTINED, PageState.READ]
    assert dossier.pages[0].error == ErrorNote("B01", (("type", "ZeroDivisionError"),))
    assert len(dossier.documents) == 1


def test_a_page_the_engine_can_not_read_is_set_aside_not_tried_for_ever(world: World):
    dossier = world.read(HEAD, Sheet(error="O02"))
    assert dossier.pages[1].state is PageState.QUARANTINED and dossier.pages[1].error == ErrorNote("O02")
    assert not recover.needs_reading(dossier)


def test_a_full_disk_leaves_the_page_new_reads_the_others_and_says_so(world: World):
    def full(name: str, job: Any) -> None:
        if name == "process" and job.frame == 0:
            raise WorkstationError("M01")

    dossier_id = world.take_in(HEAD, BODY, BODY)
    world.machine.hook = full
    assert code_of(lambda: read.read_dossier(world.office, dossier_id)) == "M01"
    dossier = world.get(dossier_id)
    assert [p.state for p in dossier.pages] == [PageState.NEW, PageState.READ, PageState.READ]
    assert dossier.documents == () and dossier.error == ErrorNote("M01")
    assert queries.dossier_row(dossier).error == ErrorNote("M01") and recover.needs_reading(dossier)
    world.machine.hook = lambda name, job: None
    dossier = read.read_dossier(world.office, dossier_id)
    assert dossier.error is None and len(dossier.documents) == 1 and len(dossier.pages_of(ids(dossier)[0])) == 3


def test_without_tesseract_pages_are_cleaned_and_typed_by_hand(world: World):
    def missing(name: str, job: Any) -> None:
        if name == "process" and job.read:
            raise WorkstationError("O01")

    world.machine.hook = missing
    dossier = world.finished(HEAD, BODY)
    assert all(p.state is PageState.READ and p.error == ErrorNote("O01") for p in dossier.pages)
    assert states(dossier) == [DocumentState.TO_INDEX] and dossier.documents[0].fields == ()
    check.set_type(world.office, ids(dossier)[0], "QD", CLERK)
    world.pass_on(ids(dossier)[0])
    assert world.publish(ids(dossier)[0]).state is DocumentState.TO_SIGN


def test_without_tesseract_a_page_that_can_not_be_cleaned_either_is_set_aside(world: World):
    def missing(name: str, job: Any) -> None:
        if name == "process":
            raise WorkstationError("O01" if job.read else "F03")

    world.machine.hook = missing
    dossier = world.read(HEAD)
    assert dossier.pages[0].state is PageState.QUARANTINED and dossier.pages[0].error == ErrorNote("F03")


def test_a_damaged_original_is_that_pages_trouble(world: World):
    dossier_id = world.take_in(HEAD)
    world.take_in(BODY, into=dossier_id)
    world.blobs.path(world.get(dossier_id).pages[0].source.original).unlink()
    dossier = read.read_dossier(world.office, dossier_id)
    assert [p.state for p in dossier.pages] == [PageState.QUARANTINED, PageState.READ]
    assert dossier.pages[0].error is not None and dossier.pages[0].error.code == "M03"


def test_a_late_result_for_the_old_turn_is_ignored(world: World):
    dossier_id = world.take_in(HEAD, BODY)
    page = world.get(dossier_id).pages[0].id

    def turned_meanwhile(name: str, job: PageJob) -> None:
        if name == "process" and job.frame == 0 and job.work == ():
            edit.rotate(world.office, page, 90, CLERK)

    world.machine.hook = turned_meanwhile
    dossier = read.read_dossier(world.office, dossier_id)
    assert dossier.pages[0].state is PageState.NEW and dossier.pages[0].recipe == ()
    assert dossier.documents == (), "no documents are proposed while a page is unread"
    dossier = read.read_dossier(world.office, dossier_id)
    assert dossier.pages[0].state is PageState.READ and dossier.pages[0].recipe[0]["degrees"] == 90.0
    assert len(dossier.documents) == 1


def test_a_page_turned_upright_gives_its_document_the_fields_it_hid(world: World):
    dossier = world.read(Sheet(head=True, fields=VALUES, upside_down=True), BODY)
    assert dossier.documents[0].type_code == "" and dossier.documents[0].fields == ()
    edit.rotate(world.office, dossier.pages[0].id, 180, CLERK)
    dossier = read.read_dossier(world.office, dossier.id)
    assert len(dossier.documents) == 1
    assert dossier.documents[0].type_code == "QD" and dossier.documents[0].field("number") == "127"


def test_what_a_person_typed_survives_new_reading(world: World):
    dossier = world.finished(HEAD, BODY)
    document = ids(dossier)[0]
    world.confirm(document, CLERK, number="999")
    edit.give_back(world.office, document, "xoay trang", CHECKER)
    edit.rotate(world.office, dossier.pages[1].id, 90, CLERK)
    dossier = read.read_dossier(world.office, dossier.id)
    assert dossier.documents[0].field("number") == "999" and dossier.documents[0].field("notation") == "QĐ-UBND"
    assert next(f for f in dossier.documents[0].fields if f.name == "number").origin is FieldOrigin.TYPED


def test_fields_of_a_dropped_page_go_with_it(world: World):
    dossier = world.read(Sheet(fields={"subject": "trang lạc"}), HEAD)
    dossier = edit.merge_with_previous(world.office, ids(dossier)[1], CLERK)
    assert dossier.documents[0].field("subject") == "trang lạc"
    dossier = edit.set_dropped(world.office, dossier.pages[0].id, True, CLERK)
    assert dossier.documents[0].field("subject") == VALUES["subject"]
    assert {f.page for f in dossier.documents[0].fields} == {0}
    dossier = edit.set_dropped(world.office, dossier.pages[0].id, False, CLERK)
    assert dossier.documents[0].field("subject") == "trang lạc"


def test_a_blurred_page_read_after_finishing_brings_the_dossier_back(world: World):
    dossier_id = world.take_in(HEAD, BLURRED)
    edit.finish_capture(world.office, dossier_id, CLERK)
    dossier = read.read_dossier(world.office, dossier_id)
    assert dossier.state is DossierState.SCANNING and states(dossier) == [DocumentState.NEW]
    assert dossier.error is not None and dossier.error.code == "A02" and dict(dossier.error.params)["page"] == 2
    assert code_of(lambda: edit.keep_page(world.office, dossier.pages[1].id, "  ", CLERK)) == "K01"
    edit.keep_page(world.office, dossier.pages[1].id, "bản gốc mờ", CLERK)
    assert states(edit.finish_capture(world.office, dossier_id, CLERK)) == [DocumentState.TO_INDEX]


def test_deleting_the_cache_changes_nothing(world: World):
    dossier = world.passed(HEAD, BODY, BLANK)
    before = world.publish(ids(dossier)[0]).published
    other = world.passed(HEAD)
    shutil.rmtree(world.office.cache)
    found = read.text_of(world.office, other, other.pages[0])
    assert found is not None and "number=127" in found.text
    shutil.rmtree(world.office.cache)
    (document,) = ids(dossier)
    with world.store.engine.begin() as connection:  # as if the crash had come before publishing was recorded
        connection.execute(text("UPDATE document SET state = 'passed', published = NULL WHERE id = :id"), {"id": document})
        forget = "UPDATE dossier SET state = 'processing', version = version + 1 WHERE id = :id"
        connection.execute(text(forget), {"id": dossier.id})
    assert world.publish(document).published == before


def test_splitting_reads_the_text_of_that_document_only(world: World):
    dossier = world.read(HEAD, BODY, HEAD, BODY)
    shutil.rmtree(world.office.cache)
    world.machine.calls.clear()
    edit.split_before(world.office, dossier.pages[1].id, CLERK)
    assert [job.frame for name, job in world.machine.calls if name == "process"] == [0, 1]


@pytest.mark.parametrize("degrees", [0, 45, 360])
def test_a_page_turns_by_quarters(world: World, degrees: int):
    dossier = world.read(HEAD)
    assert code_of(lambda: edit.rotate(world.office, dossier.pages[0].id, degrees, CLERK)) == "U01"


def test_four_quarters_are_none(world: World):
    dossier = world.read(HEAD)
    before = dossier.pages[0]
    for _ in range(4):
        edit.rotate(world.office, before.id, 90, CLERK)
    assert read.read_dossier(world.office, dossier.id).pages[0] == before


def test_a_profile_counts_from_midnight_in_viet_nam(world: World):
    first_day = min(p.valid_from for p in world.office.rules.profiles if p.code == "archive")
    clock = world.office.clock
    assert isinstance(clock, TestClock)
    clock.time = datetime.combine(first_day, time(0, 30), timezone(timedelta(hours=7))).astimezone(UTC)
    dossier = world.get(scan.open_dossier(world.office, "", CLERK))
    assert world.office.profile_of(dossier).valid_from == first_day
