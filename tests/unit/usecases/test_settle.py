"""Whatever order people work in, a dossier whose documents are done ends in the outbox, and nothing is left lying."""

from dataclasses import replace
from typing import Any

import pytest

from tests.unit.usecases.bench import CHECKER, CLERK, OFFICIAL, World, ids, states
from tests.unit.usecases.machine import BLANK, BODY, HEAD, KILLS, VALUES
from workstation.domain.dossier import DocumentState, Dossier, DossierState
from workstation.domain.errors import ErrorNote, WorkstationError
from workstation.domain.ids import OutboxId
from workstation.domain.outbox import OutboxItem, OutboxState
from workstation.domain.page import PageState
from workstation.usecases import check, edit, outbox, read, sign
from workstation.usecases.views import MendPlace

S, T = DocumentState, DossierState


def item_of(world: World, dossier: Dossier) -> OutboxItem:
    with world.office.look() as uow:
        items = [i for i in uow.outbox.list() if i.dossier_id == dossier.id]
    (item,) = items
    return item


def rejected(world: World, dossier: Dossier, **params: str) -> OutboxId:
    """The ward took the item, looked, and gave it back: as the sender records it."""
    with world.office.uow() as uow:
        item = uow.outbox.claim("sender", world.office.clock.now(), 60)
        assert item is not None
        note = ErrorNote("G12", tuple(sorted(params.items())))
        uow.outbox.save(replace(item, state=OutboxState.REJECTED, error=note, lease_owner="", lease_until=None))
        uow.dossiers.save(uow.dossiers.get(dossier.id).move(T.REJECTED))
        uow.commit()
    return item.id


def returned_beside(world: World, others: DocumentState) -> Dossier:
    """Two documents: the first in state ``others``, the second sent back to be scanned again."""
    dossier = world.finished(HEAD, HEAD)
    first, second = ids(dossier)
    if others is not S.TO_INDEX:
        world.confirm(first, CLERK)
    if others in (S.PASSED, S.TO_SIGN, S.SIGNED):
        world.confirm(first, CHECKER)
    if others in (S.TO_SIGN, S.SIGNED):
        world.publish(first)
    if others is S.SIGNED:
        world.see(first)
        assert world.sign(first) == [""]
    dossier = edit.give_back(world.office, second, "mờ", CHECKER)
    assert states(dossier) == [others, S.RETURNED] and dossier.state is T.SCANNING
    return dossier


def finish_rest(world: World, dossier: Dossier) -> Dossier:
    """Everything that still can go on goes on, to the outbox."""
    for document in world.get(dossier).documents:
        if document.state in (S.TO_INDEX, S.TO_CHECK, S.REFUSED):
            world.pass_on(document.id)
        world.publish(document.id)
    waiting = [d.id for d in world.get(dossier).documents if d.state is S.TO_SIGN]
    world.see(*waiting)
    assert set(world.sign(*waiting)) <= {""}
    return world.get(dossier)


@pytest.mark.parametrize("others", [S.TO_INDEX, S.TO_CHECK, S.PASSED, S.TO_SIGN, S.SIGNED])
def test_a_returned_document_comes_again_beside_others_in_any_state(world: World, others: DocumentState):
    dossier = returned_beside(world, others)
    dossier = edit.finish_capture(world.office, dossier.id, CLERK)
    assert states(dossier) == [others, S.TO_INDEX] and dossier.documents[1].reason == ""
    dossier = finish_rest(world, dossier)
    assert dossier.state is T.QUEUED and item_of(world, dossier).files[1].document_id == dossier.documents[1].id


@pytest.mark.parametrize("others", [S.TO_SIGN, S.SIGNED])
def test_a_returned_document_that_is_dropped_leaves_the_others_to_go_on(world: World, others: DocumentState):
    dossier = returned_beside(world, others)
    kept, gone = ids(dossier)
    for page in dossier.pages_of(gone):
        edit.set_dropped(world.office, page.id, True, CLERK)
    dossier = edit.finish_capture(world.office, dossier.id, CLERK)
    assert ids(dossier) == [kept]
    assert dossier.state is (T.QUEUED if others is S.SIGNED else T.READY)
    assert len(dossier.pages) == 2, "a dropped page stays in the dossier"
    assert finish_rest(world, dossier).state is T.QUEUED
    assert [f.document_id for f in item_of(world, dossier).files] == [kept]


def test_a_document_scanned_again_takes_the_place_of_the_returned_one(world: World):
    dossier = returned_beside(world, S.SIGNED)
    for page in dossier.pages_of(ids(dossier)[1]):
        edit.set_dropped(world.office, page.id, True, CLERK)
    world.take_in(HEAD, BODY, into=dossier.id)
    edit.finish_capture(world.office, dossier.id, CLERK)  # while the new pages are still unread
    dossier = read.read_dossier(world.office, dossier.id)
    assert states(dossier) == [S.SIGNED, S.TO_INDEX] and dossier.state is T.PROCESSING
    dossier = finish_rest(world, dossier)
    assert dossier.state is T.QUEUED and [f.pages for f in item_of(world, dossier).files] == [1, 2]


def test_two_documents_of_a_dossier_can_be_returned_one_after_the_other(world: World):
    dossier = world.finished(HEAD, HEAD)
    for document_id in ids(dossier):
        edit.give_back(world.office, document_id, "mờ", CHECKER)
    dossier = edit.finish_capture(world.office, dossier.id, CLERK)
    assert states(dossier) == [S.TO_INDEX, S.TO_INDEX]


@pytest.mark.parametrize("locked", [S.TO_CHECK, S.PASSED, S.TO_SIGN, S.SIGNED])
def test_pages_of_a_document_that_went_on_can_not_be_rearranged(world: World, locked: DocumentState):
    dossier = returned_beside(world, locked)
    first, second = ids(dossier)
    page = dossier.pages_of(first)[0].id
    moves: list[Any] = [
        lambda: edit.rotate(world.office, page, 90, CLERK),
        lambda: edit.set_dropped(world.office, page, True, CLERK),
        lambda: edit.keep_page(world.office, page, "bản gốc mờ", CLERK),
        lambda: edit.merge_with_previous(world.office, second, CLERK),
    ]
    for move in moves:
        with pytest.raises(WorkstationError) as e:
            move()
        assert e.value.code == "K06"
    assert world.get(dossier) == dossier


def test_a_document_without_pages_is_no_document(world: World):
    dossier = world.read(HEAD, HEAD)
    edit.set_dropped(world.office, dossier.pages[0].id, True, CLERK)
    dossier = edit.finish_capture(world.office, dossier.id, CLERK)
    assert len(dossier.documents) == 1 and len(dossier.pages) == 2
    assert finish_rest(world, dossier).state is T.QUEUED


def test_a_dropped_page_of_a_vanished_document_can_be_taken_back(world: World):
    dossier = world.read(HEAD, HEAD)
    page = dossier.pages[0].id
    edit.set_dropped(world.office, page, True, CLERK)
    dossier = edit.finish_capture(world.office, dossier.id, CLERK)
    edit.give_back(world.office, ids(dossier)[0], "thiếu trang", CHECKER)
    edit.set_dropped(world.office, page, False, CLERK)
    dossier = read.read_dossier(world.office, dossier.id)
    assert len(dossier.documents) == 2 and dossier.pages_of(ids(dossier)[0])[0].id == page


def test_a_dossier_of_blank_pages_reaches_entry_and_can_be_finished(world: World):
    dossier = world.finished(BLANK, BLANK)
    assert states(dossier) == [S.TO_INDEX]
    assert finish_rest(world, dossier).state is T.QUEUED


def test_all_pages_dropped_is_nothing_to_finish(world: World):
    dossier = world.read(HEAD)
    edit.set_dropped(world.office, dossier.pages[0].id, True, CLERK)
    with pytest.raises(WorkstationError, match="Q02"):
        edit.finish_capture(world.office, dossier.id, CLERK)


def test_a_document_merged_away_leaves_one_that_goes_on(world: World):
    dossier = world.read(HEAD, HEAD, BODY)
    dossier = edit.merge_with_previous(world.office, ids(dossier)[1], CLERK)
    assert len(dossier.documents) == 1 and len(dossier.pages_of(ids(dossier)[0])) == 3
    edit.finish_capture(world.office, dossier.id, CLERK)
    assert finish_rest(world, dossier).state is T.QUEUED


def test_a_refused_document_is_entered_checked_and_signed_again(world: World):
    dossier = world.to_sign(HEAD, HEAD)
    first, second = ids(dossier)
    dossier = sign.refuse_to_sign(world.office, first, "sai số", OFFICIAL)
    assert dossier.state is T.PROCESSING and states(dossier) == [S.REFUSED, S.TO_SIGN]
    world.see(second)
    assert world.sign(second) == [""]
    dossier = finish_rest(world, dossier)
    assert dossier.state is T.QUEUED and dossier.documents[0].reason == ""


def test_a_refused_document_can_be_sent_back_to_be_scanned_again(world: World):
    dossier = world.to_sign(HEAD)
    sign.refuse_to_sign(world.office, ids(dossier)[0], "trang 1 bị che", OFFICIAL)
    dossier = edit.give_back(world.office, ids(dossier)[0], "quét lại", CLERK)
    document = dossier.documents[0]
    assert document.state is S.RETURNED and document.published is None and document.seen_by is None
    edit.finish_capture(world.office, dossier.id, CLERK)
    assert finish_rest(world, dossier).state is T.QUEUED


def test_a_document_the_gate_holds_back_says_why_and_can_be_refused(world: World):
    dossier = world.passed(HEAD)
    world.machine.conformance = "PDF/A-1b"
    document = world.publish(ids(dossier)[0])
    assert document.state is S.PASSED
    assert document.error == ErrorNote("C12", (("rule", "conformance"),))
    dossier = sign.refuse_to_sign(world.office, document.id, "lỗi tệp", OFFICIAL)
    world.machine.conformance = "PDF/A-2b"
    assert finish_rest(world, dossier).state is T.QUEUED


def test_a_page_quarantined_after_finishing_brings_the_dossier_back_until_it_is_dropped(world: World):
    dossier_id = world.take_in(HEAD, KILLS)
    assert edit.finish_capture(world.office, dossier_id, CLERK).state is T.PROCESSING
    dossier = read.read_dossier(world.office, dossier_id)
    assert dossier.state is T.SCANNING and dossier.error == ErrorNote("F06", (("page", 2),))
    assert dossier.pages[1].state is PageState.QUARANTINED
    with pytest.raises(WorkstationError, match="F06"):
        edit.finish_capture(world.office, dossier_id, CLERK)
    edit.set_dropped(world.office, dossier.pages[1].id, True, CLERK)
    dossier = edit.finish_capture(world.office, dossier_id, CLERK)
    assert dossier.error is None and states(dossier) == [S.TO_INDEX]


def test_what_the_ward_returned_is_mended_signed_anew_and_takes_the_place_of_the_old_row(world: World):
    dossier = world.signed(HEAD, HEAD)
    before = item_of(world, dossier)
    second = ids(dossier)[1]
    item_id = rejected(world, dossier, document=second, field="number")
    assert outbox.reopen_rejected(world.office, item_id, CLERK) == MendPlace(second, "number")
    dossier = world.get(dossier)
    assert dossier.state is T.PROCESSING and states(dossier) == [S.SIGNED, S.TO_INDEX]
    check.confirm(world.office, second, {**VALUES, "number": "128"}, CLERK)
    world.confirm(second, CHECKER, number="128")
    world.publish(second)
    world.see(second)
    assert world.sign(second) == [""]
    after = item_of(world, dossier)
    assert after.id == before.id and after.state is OutboxState.QUEUED and after.error is None
    assert after.attempts == 0 and after.manifest == ""
    assert after.files[0].sha256 == before.files[0].sha256 and after.files[1].sha256 != before.files[1].sha256
    assert '"128"' in after.metadata
    assert world.get(dossier).state is T.QUEUED
    assert world.blobs.verify(before.files[1].sha256), "the file signed first stays in the store"


def test_the_ward_may_name_the_document_by_its_place_or_not_at_all(world: World):
    dossier = world.signed(HEAD, HEAD)
    item = item_of(world, dossier)
    for params, expected in [
        ((("field", "documents.1.fields.number"),), 1),
        ((("document", ids(dossier)[1]),), 1),
        ((("document", "gone"),), 0),
        ((("field", "documents.7"),), 1),
        ((), 0),
    ]:
        blamed = outbox.blamed_document(replace(item, error=ErrorNote("G12", params)), dossier)
        assert blamed == ids(dossier)[expected], params
