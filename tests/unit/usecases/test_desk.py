"""The desk as screens use it: undo and redo, queues of several users, the line and the token, and errors that are told."""

import logging
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from typing import Any

import pytest

from tests.unit.usecases.bench import CHECKER, CLERK, OFFICIAL, World, ids, states
from tests.unit.usecases.machine import BODY, HEAD, PIN, VALUES, Sheet
from tests.unit.usecases.room import Room
from workstation.domain.dossier import DocumentState, Dossier, DossierState
from workstation.domain.errors import ErrorNote, WorkstationError
from workstation.domain.ids import DocumentId, DossierId, OutboxId, PageId, UserName
from workstation.domain.outbox import OutboxState
from workstation.domain.page import PageState
from workstation.domain.pagework import turned
from workstation.domain.signature import Verdict
from workstation.domain.signing import Secret
from workstation.jobs.lanes import ThreadLane
from workstation.usecases import check, edit, sign
from workstation.usecases.desk import Desk
from workstation.usecases.desklanes import DeskParts
from workstation.usecases.views import ImportOutcome

S = DocumentState


@pytest.fixture
def room(world: World) -> Room:
    return Room(world)


def arrangement(dossier: Dossier) -> list[tuple[DocumentId, list[int], str, str]]:
    """Of each document: its pages, its type and its number."""
    return [(d.id, [p.source.frame for p in dossier.pages_of(d.id)], d.type_code, d.field("number")) for d in dossier.documents]


# --- undo and redo


def test_undo_and_redo_of_every_move(world: World, room: Room):
    dossier = room.imported(HEAD, BODY, Sheet(head=True, fields={**VALUES, "number": "8"}), BODY)
    pages, documents, desk = [p.id for p in dossier.pages], ids(dossier), room.desk
    moves: list[Callable[[], Future[None]]] = [
        lambda: desk.merge_with_previous(documents[1]),
        lambda: desk.split_before(pages[1]),
        lambda: desk.split_before(pages[2]),
        lambda: desk.set_dropped(pages[0], True),
        lambda: desk.rotate(pages[3], 90),
        lambda: desk.keep_page(pages[1], "bản gốc mờ"),
        lambda: desk.merge_with_previous(world.get(dossier).documents[-1].id),
    ]
    seen = [dossier]
    for move in moves:
        move().result()
        seen.append(world.get(dossier))
        assert arrangement(seen[-1]) != arrangement(seen[-2]) or seen[-1].pages != seen[-2].pages
    for before in reversed(seen[:-1]):
        desk.undo(dossier.id).result()
        after = world.get(dossier)
        assert after.pages == before.pages and arrangement(after) == arrangement(before)
    view = desk.dossier(dossier.id).result()
    assert (view.can_undo, view.can_redo) == (False, True)
    desk.undo(dossier.id).result()
    assert world.get(dossier).pages == dossier.pages
    for after in seen[1:]:
        desk.redo(dossier.id).result()
        assert world.get(dossier).pages == after.pages and arrangement(world.get(dossier)) == arrangement(after)
    desk.undo(dossier.id).result()
    desk.set_dropped(pages[2], True).result()
    assert not desk.dossier(dossier.id).result().can_redo, "a new move ends what could be redone"


def test_undoing_keeps_pages_that_came_in_since(world: World, room: Room):
    dossier = room.imported(HEAD, BODY)
    room.desk.split_before(dossier.pages[1].id).result()
    room.desk.import_files(dossier.id, [world.paper(HEAD, BODY)], lambda _: None).result()
    room.desk.undo(dossier.id).result()
    after = world.get(dossier)
    assert [len(after.pages_of(x)) for x in ids(after)] == [2, 2] and all(p.document_id for p in after.pages)


def test_undoing_keeps_what_was_read_since(world: World):
    room = Room(world, at_once=False)
    dossier = room.imported(HEAD, BODY)
    room.desk.set_dropped(dossier.pages[1].id, True).result()  # before anything was read
    room.read()
    room.desk.undo(dossier.id).result()
    room.read()
    after = world.get(dossier)
    assert [p.state for p in after.pages] == [PageState.READ] * 2 and after.pages[0].document_id is not None
    assert all(p.document_id for p in after.pages)


def test_undoing_one_move_keeps_fields_read_after_it(world: World):
    room = Room(world, at_once=False)
    dossier = room.imported(Sheet(head=True, fields=VALUES, upside_down=True), BODY)
    room.read()
    room.desk.rotate(dossier.pages[0].id, 180).result()
    room.desk.set_dropped(dossier.pages[1].id, True).result()  # the turned page is not read again yet
    room.read()
    room.desk.undo(dossier.id).result()
    room.read()
    assert arrangement(world.get(dossier))[0][1:] == ([0, 1], "QD", "127")


def test_what_was_entered_meanwhile_can_not_be_undone(world: World, room: Room):
    dossier = room.imported(HEAD, HEAD)
    room.desk.finish_capture(dossier.id).result()
    room.sit(CHECKER)
    for document in ids(dossier):
        room.desk.return_to_capture(document, "mờ").result()
    with world.office.uow() as uow:  # the second one was entered before the first came back
        d = uow.dossiers.get(dossier.id)
        uow.dossiers.save(d.with_document(d.documents[0].move(S.TO_INDEX)))
        uow.commit()
    room.desk.rotate(dossier.pages[0].id, 90).result()
    check.confirm(world.office, ids(dossier)[0], VALUES, CLERK)
    with pytest.raises(WorkstationError, match="K06"):
        room.desk.undo(dossier.id).result()
    assert world.get(dossier).pages[0].work == turned((), 90)


def test_nothing_is_undone_across_finishing(world: World, room: Room):
    dossier = room.imported(HEAD, BODY)
    room.desk.split_before(dossier.pages[1].id).result()
    room.desk.finish_capture(dossier.id).result()
    before = world.get(dossier)
    room.desk.undo(dossier.id).result()
    assert world.get(dossier) == before


def test_only_a_file_that_somebody_asks_about_is_looked_up_on_line(world: World):
    """The office's own files are verified at every start and every look: with a dead line that must not wait."""
    room = Room(world)
    path = world.root / "la.pdf"
    path.write_bytes(b"%PDF-1.7 of somebody else")
    assert room.desk.verify_file(path).result().verdict is Verdict.UNREADABLE
    assert room.asked == [path]


def test_two_quick_undos_undo_two_moves(world: World):
    room = Room(world)
    dossier = room.imported(HEAD, BODY, BODY, BODY)
    store = ThreadLane(4)
    room.desk._parts = DeskParts(
        **{**{n: getattr(room.desk._parts, n) for n in DeskParts.__dataclass_fields__}, "store": store, "background": store}
    )
    try:
        for page in dossier.pages[1:]:
            room.desk.rotate(page.id, 90).result()
        for future in [room.desk.undo(dossier.id) for _ in range(3)]:
            future.result()
    finally:
        store.close()
    assert [p.work for p in world.get(dossier).pages] == [()] * 4


# --- scanning


def test_a_sheet_that_can_not_be_taken_in_stays_on_disk_and_comes_in_later(world: World, room: Room):
    dossier = room.imported(HEAD)
    room.feeder.sheets = [BODY, BODY]

    def full(name: str, job: Any) -> None:
        if name == "inspect" and job.name == "sheet-0001.tif":
            raise WorkstationError("M01")

    world.machine.hook = full
    told: list[ImportOutcome] = []
    room.desk.scan(dossier.id, "feeder", "", told.append, lambda: False).result()
    assert [o.error.code if o.error else "" for o in told] == ["", "M01"]
    left = [p.name for p in (world.root / "incoming" / dossier.id).iterdir()]
    assert left == ["sheet-0001.tif"] and len(world.get(dossier).pages) == 2
    world.machine.hook = lambda name, job: None
    room.desk.resume().result()
    assert len(world.get(dossier).pages) == 3 and all(p.state is PageState.READ for p in world.get(dossier).pages)
    assert list((world.root / "incoming" / dossier.id).iterdir()) == []


# --- queues


def test_each_user_sees_what_that_user_can_do(world: World, room: Room):
    dossier = world.finished(HEAD, HEAD, HEAD)
    first, second, third = ids(dossier)
    world.confirm(first, CLERK)
    world.confirm(second, CHECKER)
    queues = {}
    for user in (CLERK, CHECKER):
        room.sit(user)
        queues[user] = [row.id for row in room.desk.verify_queue().result()]
        assert room.desk.counts().result().verify == len(queues[user])
    assert queues == {CLERK: [second, third], CHECKER: [first, third]}
    room.desk.later(first).result()
    assert [r.id for r in room.desk.verify_queue().result()] == [third, first]
    room.sit(CLERK)
    assert [r.id for r in room.desk.verify_queue().result()] == [second, third], "what one user put off is not last for another"
    with pytest.raises(WorkstationError, match="K03"):
        room.desk.confirm(first, VALUES).result()


def test_a_checked_document_is_published_in_the_background_and_reaches_the_official(world: World, room: Room):
    dossier = world.finished(HEAD)
    room.desk.confirm(ids(dossier)[0], VALUES).result()
    room.sit(CHECKER)
    room.desk.confirm(ids(dossier)[0], VALUES).result()
    (row,) = room.desk.sign_desk().result().rows
    assert row.document.state is S.TO_SIGN and not row.seen
    room.sit(OFFICIAL)
    room.desk.mark_seen(ids(dossier)[0]).result()
    (done,) = room.desk.sign(ids(dossier), PIN, lambda _: None, lambda: False).result()
    assert done.error is None and world.get(dossier).state is DossierState.QUEUED
    assert room.desk.counts().result().outbox == 1
    assert room.desk.sign_desk().result().signed_today == 1


def test_a_signature_left_unrecorded_is_taken_over_at_the_next_signing(world: World, room: Room):
    dossier = world.to_sign(HEAD)
    world.see(*ids(dossier))
    document = dossier.documents[0]
    assert document.published is not None
    left = world.office.sealing / f"{document.id}.pdf"
    left.write_bytes(world.blobs.path(document.published.sha256).read_bytes() + b"%%SIGNED1")
    room.sit(OFFICIAL)
    (done,) = room.desk.sign(ids(dossier), PIN, lambda _: None, lambda: False).result()
    assert done.error is None and world.machine.signatures == 0 and world.get(dossier).state is DossierState.QUEUED


@pytest.mark.parametrize("user", [CLERK, CHECKER])
def test_only_an_official_may_see_sign_and_refuse(world: World, room: Room, user: UserName):
    dossier = world.to_sign(HEAD)
    (document,) = ids(dossier)
    room.sit(user)
    for asked in (
        room.desk.mark_seen(document),
        room.desk.refuse(document, "sai"),
        room.desk.sign([document], PIN, lambda _: None, lambda: False),
    ):
        error = asked.exception()
        assert isinstance(error, WorkstationError) and error.code == "K07"
    assert world.get(dossier) == dossier and "open" not in [name for name, _ in world.machine.calls]
    room.sit(OFFICIAL)
    room.desk.refuse(document, "sai").result()
    assert states(world.get(dossier)) == [S.REFUSED]


def test_seen_is_said_of_the_file_that_was_shown(world: World, room: Room):
    dossier = world.to_sign(HEAD)
    (document,) = ids(dossier)
    room.sit(OFFICIAL)
    room.desk.pdf_picture(document, 0, 100).result()
    room.desk.refuse(document, "sai số").result()  # from another window; mended and made anew while this one looks on
    world.confirm(document, CLERK, number="128")
    world.confirm(document, CHECKER, number="128")
    world.publish(document)
    error = room.desk.mark_seen(document).exception()
    assert isinstance(error, WorkstationError) and error.code == "K04"
    assert world.get(dossier).documents[0].seen_by is None
    room.desk.pdf_picture(document, 0, 100).result()
    room.desk.mark_seen(document).result()
    assert world.get(dossier).documents[0].seen_by == OFFICIAL


# --- errors


def test_what_is_gone_is_told_as_changed_meanwhile(world: World, room: Room):
    dossier = room.imported(HEAD, HEAD)
    gone = ids(dossier)[1]
    room.desk.merge_with_previous(gone).result()
    room.sit(OFFICIAL)
    asked: list[Future[Any]] = [
        room.desk.dossier(DossierId("x")),
        room.desk.document(gone),
        room.desk.confirm(gone, VALUES),
        room.desk.set_type(gone, "QD"),
        room.desk.return_to_capture(gone, "mờ"),
        room.desk.merge_with_previous(gone),
        room.desk.mark_seen(gone),
        room.desk.refuse(gone, "sai"),
        room.desk.pdf_picture(gone, 0, 100),
        room.desk.rotate(PageId("x"), 90),
        room.desk.split_before(PageId("x")),
        room.desk.set_dropped(PageId("x"), True),
        room.desk.keep_page(PageId("x"), "r"),
        room.desk.page_picture(PageId("x"), 100),
        room.desk.finish_capture(DossierId("x")),
        room.desk.set_paused(OutboxId("x"), True),
        room.desk.send_now(OutboxId("x")),
        room.desk.reopen_rejected(OutboxId("x")),
    ]
    for future in asked:
        error = future.exception()
        assert isinstance(error, WorkstationError) and error.code == "K04"


@pytest.mark.expect_log("B01 ZeroDivisionError at .*:[0-9]+$")
def test_our_own_bug_is_told_as_one_and_its_text_stays_out_of_the_log(world: World, room: Room, caplog: pytest.LogCaptureFixture):
    dossier = room.imported(HEAD)

    def bug(name: str, job: Any) -> None:
        raise ZeroDivisionError("Nguyễn Thị Mẫu")

    world.machine.hook = bug
    error = room.desk.page_picture(dossier.pages[0].id, 100).exception()
    assert isinstance(error, WorkstationError) and error.note == ErrorNote("B01", (("type", "ZeroDivisionError"),))
    assert isinstance(error.__cause__, ZeroDivisionError)
    assert "Mẫu" not in caplog.text and caplog.records[-1].levelno == logging.ERROR


@pytest.mark.expect_log("M01 in the background")
def test_trouble_in_the_background_is_on_the_screen_and_in_the_log(world: World, room: Room):
    def full(name: str, job: Any) -> None:
        if name == "process":
            raise WorkstationError("M01")

    world.machine.hook = full
    dossier = room.imported(HEAD)
    (row,) = room.desk.dossiers().result()
    assert row.error == ErrorNote("M01") and row.reading == 1
    world.machine.hook = lambda name, job: None
    room.desk.resume().result()
    (row,) = room.desk.dossiers().result()
    assert row.error is None and row.reading == 0
    assert states(world.get(dossier)) == [S.NEW]


def test_signing_without_a_key_is_no_token(world: World, room: Room):
    parts = {n: getattr(room.desk._parts, n) for n in DeskParts.__dataclass_fields__}
    desk = Desk(world.office, DeskParts(**{**parts, "key": None}), "Trạm", room.desk.users)
    desk.user = desk.users[-1]
    error = desk.sign([], PIN, lambda _: None, lambda: False).exception()
    assert isinstance(error, WorkstationError) and error.code == "C01"


def test_a_remote_key_gets_the_accounts_secret_with_the_pin(world: World, room: Room, monkeypatch: pytest.MonkeyPatch):
    parts = {n: getattr(room.desk._parts, n) for n in DeskParts.__dataclass_fields__}
    desk = Desk(world.office, DeskParts(**{**parts, "account": Secret("tài khoản")}), "Trạm", room.desk.users)
    desk.user = desk.users[-1]
    given: list[Any] = []

    def batch(_office: Any, _key: Any, secret: Any, *_rest: Any) -> tuple[()]:
        given.append(secret)
        return ()

    monkeypatch.setattr(sign, "sign_batch", batch)
    assert desk.sign([], PIN, lambda _: None, lambda: False).result() == ()
    assert (given[0].reveal(), given[0].account.reveal()) == (PIN.reveal(), "tài khoản")


# --- the outbox


def test_pausing_takes_the_item_from_whoever_asks_about_it(world: World, room: Room):
    world.signed(HEAD)
    with world.office.uow() as uow:
        item = uow.outbox.claim("sender", world.office.clock.now(), 60)
        uow.commit()
    assert item is not None
    error = room.desk.set_paused(item.id, True).exception()
    assert isinstance(error, WorkstationError) and error.code == "K06", "it is on the line"
    with world.office.uow() as uow:  # sent, no answer, asked again
        uow.outbox.save(replace(item, state=OutboxState.UNKNOWN, manifest="{}"))
        uow.commit()
    room.desk.set_paused(item.id, True).result()
    with world.office.uow() as uow, pytest.raises(WorkstationError, match="K04"):
        uow.outbox.save(replace(item, state=OutboxState.QUEUED))
    room.desk.set_paused(item.id, False).result()
    (row,) = room.desk.outbox(tuple(OutboxState), 10).result().rows
    assert row.state is OutboxState.UNKNOWN, "it is asked for, not sent again"


def test_resuming_leaves_a_dossier_on_the_capture_desk_there(world: World, room: Room):
    dossier = room.imported(HEAD)
    edit.finish_capture(world.office, dossier.id, CLERK)
    edit.give_back(world.office, ids(dossier)[0], "mờ", CHECKER)
    room.desk.resume().result()
    assert world.get(dossier).state is DossierState.SCANNING


def test_the_scan_is_shown_as_it_came_and_the_page_with_its_size(world: World, room: Room):
    dossier = room.imported(HEAD)
    room.desk.rotate(dossier.pages[0].id, 180).result()
    page = world.get(dossier).pages[0]
    jobs: list[Any] = []
    world.machine.hook = lambda name, job: jobs.append(job) if name == "render" else None
    cleaned, scan = room.desk.page_picture(page.id, 100).result(), room.desk.scan_picture(page.id, 100).result()
    text = world.office.tools.load_text(world.office.cache, page.source.original, page.source.frame, page.work)
    assert text is not None and cleaned.page_px == (text.width_px, text.height_px) and scan.page_px is None
    assert [job.recipe for job in jobs] == [turned((), 180), ()] == [page.recipe, ()]
    error = room.desk.scan_picture(PageId("x"), 100).exception()
    assert isinstance(error, WorkstationError) and error.code == "K04"
