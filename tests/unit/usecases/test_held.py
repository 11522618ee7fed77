"""Pages with a mark of a state secret: nothing is derived, nothing goes on, and a person has two ways out."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.unit.usecases.bench import CHECKER, CLERK, THIRD, World, ids
from tests.unit.usecases.machine import BODY, HEAD, VALUES, Sheet
from tests.unit.usecases.room import Room
from tests.unit.usecases.test_digitize import bench, read
from workstation.domain.dossier import DocumentState, Dossier, DossierState
from workstation.domain.errors import ErrorNote, WorkstationError
from workstation.domain.fields import IndexField
from workstation.domain.page import Page, PageState
from workstation.store.backup import named_blobs
from workstation.usecases import edit, held, recover, scan
from workstation.usecases.digitize import publish
from workstation.usecases.read import read_dossier
from workstation.usecases.views import User

SECRET = Sheet(head=True, fields={"subject": "Việc không ai được biết", "number": "9"}, secret=True)
WORDS = "không ai được biết"


def stopped(world: World, *sheets: Sheet) -> Dossier:
    """Each sheet is a file of its own, as from a scanner."""
    dossier_id = world.take_in(sheets[0])
    for sheet in sheets[1:]:
        world.take_in(sheet, into=dossier_id)
    return read_dossier(world.office, dossier_id)


def the_held(dossier: Dossier) -> Page:
    return next(p for p in dossier.pages if p.state is PageState.HELD)


def files(world: World) -> list[Path]:
    """Of the office, but for the original itself."""
    return [p for p in (world.root).rglob("*") if p.is_file() and "blobs" not in p.parts and not p.name.startswith("scan")]


def test_a_page_with_the_mark_stops_and_with_it_all_that_may_belong_to_it(world: World):
    dossier = stopped(world, HEAD, SECRET, BODY, HEAD)
    assert [p.state for p in dossier.pages] == [PageState.READ, PageState.HELD, PageState.READ, PageState.READ]
    assert dossier.documents == () and the_held(dossier).error == ErrorNote("K20")
    with pytest.raises(WorkstationError) as e:
        edit.finish_capture(world.office, dossier.id, CLERK)
    assert e.value.note == ErrorNote("K20", (("page", 2),))
    original = the_held(dossier).source.original
    told = [p for p in files(world) if original in p.name or WORDS.encode() in p.read_bytes()]
    assert told == [], "no cache, no text, no index"
    with world.office.look() as uow:
        assert uow.outbox.list() == ()
        events = [e for e in uow.audit.events() if e.subject == the_held(dossier).id]
    assert [(e.action, e.detail) for e in events] == [("stopped", (("code", ""),))]
    assert recover.recover(world.office, world.office.verify).to_read == (), "a restart does not read it either"


def moves(world: World, dossier: Dossier) -> dict[str, Callable[[], Any]]:
    desk, page = Room(world).desk, the_held(dossier).id
    return {
        "drop": lambda: desk.set_dropped(page, True).result(),
        "rotate": lambda: desk.rotate(page, 180).result(),
        "work": lambda: desk.flatten(page).result(),
        "spread": lambda: desk.split_spread(page).result(),
        "keep": lambda: desk.keep_page(page, "vẫn giữ").result(),
        "note": lambda: desk.set_note(page, True).result(),
        "finish": lambda: desk.finish_capture(dossier.id).result(),
        "picture": lambda: desk.page_picture(page, 500).result(),
        "scan": lambda: desk.scan_picture(page, 500).result(),
    }


@pytest.mark.parametrize("name", ["drop", "rotate", "work", "spread", "keep", "note", "finish", "picture", "scan"])
def test_nothing_of_the_desk_gets_past_it(world: World, name: str):
    dossier = stopped(world, SECRET, BODY)
    with pytest.raises(WorkstationError, match="K20"):
        moves(world, dossier)[name]()
    assert world.get(dossier) == dossier
    assert not any(called in ("render", "draw_thumbnail") for called, _ in world.machine.calls)


def forged(page: Page) -> list[tuple[Page, ...]]:
    return [
        (),
        (replace(page, state=PageState.READ, error=None),),
        (replace(page, state=PageState.READ, error=None, not_secret_by=CLERK),),
        (replace(page, state=PageState.NEW, error=None),),
        (replace(page, dropped=True),),
        (replace(page, state=PageState.QUARANTINED),),
        (replace(page, not_secret_by=CLERK),),
    ]


@pytest.mark.parametrize("n", range(7))
def test_nor_does_whoever_writes_past_the_use_cases(world: World, n: int):
    dossier = stopped(world, SECRET)
    with world.office.uow() as uow, pytest.raises(WorkstationError, match="K13"):
        uow.dossiers.save(replace(dossier, pages=forged(dossier.pages[0])[n]))


@pytest.mark.parametrize("state", [DocumentState.TO_CHECK, DocumentState.PASSED])
def test_no_document_with_such_a_page_is_entered_or_passed(world: World, state: DocumentState):
    dossier = world.finished(HEAD)
    (document,) = dossier.documents
    edit.give_back(world.office, document.id, "thiếu trang", CHECKER)
    world.take_in(SECRET, into=dossier.id)
    now = read_dossier(world.office, dossier.id)
    page = replace(the_held(now), document_id=document.id)
    with world.office.uow() as uow:
        now = uow.dossiers.save(now.with_page(page).with_document(replace(now.documents[0], state=DocumentState.TO_INDEX)))
        uow.commit()
    with pytest.raises(WorkstationError, match="K20"):
        world.confirm(document.id, CLERK)
    entered = replace(now.documents[0], state=state, entered_by=CLERK, checked_by=CHECKER if state is state.PASSED else None)
    with world.office.uow() as uow, pytest.raises(WorkstationError, match="K13"):
        uow.dossiers.save(now.with_document(entered))


def test_it_is_none_and_is_read_on_and_not_stopped_again(world: World):
    dossier = stopped(world, HEAD, SECRET)
    page = the_held(dossier).id
    Room(world).desk.not_secret(page).result()
    after = world.get(dossier)
    assert after.page(page).not_secret_by == CLERK and [p.state for p in after.pages] == [PageState.READ] * 2
    assert [d.field("number") for d in after.documents] == ["127", "9"]
    edit.rotate(world.office, page, 180, CLERK)
    edit.rotate(world.office, page, 180, CLERK)
    assert read_dossier(world.office, dossier.id).page(page).state is PageState.READ
    edit.finish_capture(world.office, dossier.id, CLERK)
    assert "not_secret" in world.audit()
    with pytest.raises(WorkstationError, match="K21"):
        held.not_secret(world.office, page, CLERK)


def test_it_is_one_and_is_gone(world: World):
    dossier = stopped(world, HEAD, SECRET, BODY, HEAD)
    going = dossier.pages[1:3]
    (seen,) = Room(world).desk.held_pages().result()
    assert (seen.dossier, seen.number, seen.together) == (dossier.code, 2, (2,))
    told = Room(world).desk.remove_secret(dossier.id, [p.id for p in going]).result()
    assert told == ErrorNote("K22", (("count", 2),))
    after = world.get(dossier)
    assert [p.id for p in after.pages] == [dossier.pages[0].id, dossier.pages[3].id] and len(after.documents) == 2
    for page in going:
        with pytest.raises(WorkstationError, match="M03"):
            world.blobs.path(page.source.original)
        assert page.source.original not in {path.name for path in files(world)}
        assert not any(page.source.original in path.name for path in world.root.rglob("*"))
    assert not {p.source.original for p in going} & named_blobs(world.store.engine)
    with world.office.look() as uow:
        assert uow.erasures.list() == () and uow.history.can(dossier.id) == (False, False)
        (event,) = [e for e in uow.audit.events() if e.action == "secret_removed"]
    assert event.detail == (("pages", 2),)
    assert edit.finish_capture(world.office, dossier.id, CLERK).state is DossierState.PROCESSING


def test_pages_of_the_same_file_go_together(world: World):
    dossier = read_dossier(world.office, world.take_in(HEAD, SECRET, HEAD))
    assert held.held_pages(world.office)[0].together == (1, 2, 3)
    held.remove(world.office, dossier.id, [the_held(dossier).id], CLERK)
    assert world.get(dossier).pages == () and world.get(dossier).documents == ()


def test_a_file_that_came_signed_goes_whole(world: World):
    dossier = read_dossier(world.office, world.take_in(SECRET, signed=True))
    (came,) = dossier.signed
    held.remove(world.office, dossier.id, [dossier.pages[0].id], CLERK)
    for gone in (came.shown, came.sealed.sha256):
        with pytest.raises(WorkstationError, match="M03"):
            world.blobs.path(gone)
    assert world.get(dossier).signed == ()


def test_it_is_no_way_to_delete_pages(world: World):
    dossier = stopped(world, HEAD, BODY)
    with pytest.raises(WorkstationError, match="K21"):
        held.remove(world.office, dossier.id, [p.id for p in dossier.pages], CLERK)
    assert world.get(dossier) == dossier


def test_what_was_entered_stays(world: World):
    dossier = world.finished(HEAD, HEAD)
    first, second = ids(dossier)
    world.confirm(first, CLERK)
    edit.give_back(world.office, second, "thiếu trang", CHECKER)
    world.take_in(SECRET, into=dossier.id)
    now = read_dossier(world.office, dossier.id)
    with pytest.raises(WorkstationError, match="K06"):
        held.remove(world.office, dossier.id, [the_held(now).id, now.pages[0].id], CLERK)
    assert world.get(dossier) == now
    held.remove(world.office, dossier.id, [the_held(now).id], CLERK)
    assert [d.state for d in world.get(dossier).documents] == [DocumentState.TO_CHECK, DocumentState.RETURNED]


@pytest.mark.expect_log("K23 erasing what was ordered")
def test_a_power_cut_or_a_file_that_is_held_open_only_postpones_it(world: World, monkeypatch: pytest.MonkeyPatch):
    dossier = stopped(world, SECRET)
    original = dossier.pages[0].source.original

    def refused(sha256: object) -> None:
        raise WorkstationError("K23")

    with monkeypatch.context() as patched:
        patched.setattr(world.blobs, "erase", refused)
        with pytest.raises(WorkstationError, match="K23"):
            held.remove(world.office, dossier.id, [dossier.pages[0].id], CLERK)
        assert world.get(dossier).pages == () and world.blobs.path(original).exists()
        assert original not in named_blobs(world.store.engine), "no backup takes it along"
        recover.recover(world.office, world.office.verify)
    recover.recover(world.office, world.office.verify)
    with pytest.raises(WorkstationError, match="M03"):
        world.blobs.path(original)


def test_a_file_that_another_dossier_has_too_goes_with_the_last_of_its_pages(world: World):
    path = world.paper(SECRET)
    both = []
    for _ in range(2):
        dossier_id = world.take_in(HEAD)
        assert scan.take_in(world.office, dossier_id, path, CLERK).error is None
        both.append(read_dossier(world.office, dossier_id))
    original = the_held(both[0]).source.original
    held.remove(world.office, both[0].id, [the_held(both[0]).id], CLERK)
    assert world.blobs.path(original).exists()
    held.remove(world.office, both[1].id, [the_held(both[1]).id], CLERK)
    with pytest.raises(WorkstationError, match="M03"):
        world.blobs.path(original)
    with world.office.look() as uow:
        assert uow.erasures.list() == ()


def test_a_held_page_is_in_no_backup_until_somebody_has_looked(world: World):
    dossier = stopped(world, HEAD, SECRET)
    original = the_held(dossier).source.original
    assert original not in named_blobs(world.store.engine) and dossier.pages[0].source.original in named_blobs(world.store.engine)
    held.not_secret(world.office, the_held(dossier).id, CHECKER)
    assert original in named_blobs(world.store.engine)


def test_without_a_clerk_nothing_of_the_whole_argument_is_told(world: World):
    secret, plain = read(world, world.paper(HEAD, SECRET, BODY), world.paper(HEAD))
    assert [(e.code, dict(e.params)["page"]) for e in secret.errors] == [("K20", 2)]
    assert len(secret.documents) == 0 and [p.result for p in secret.pages] == [None] * 3
    assert WORDS not in repr(list(secret.pages))
    out = publish(bench(world), secret, world.root / "out", 1, "2026-11-21T00:00:00+00:00")
    assert list(out.published) == [] and list((world.root / "out").iterdir()) == []
    assert len(plain.documents) == 1


@pytest.mark.parametrize("step", [DocumentState.TO_INDEX, DocumentState.TO_CHECK, DocumentState.TO_SETTLE])
def test_a_degree_that_a_person_sees_stops_the_document_as_one_that_the_machine_sees(world: World, step: DocumentState):
    dossier = world.finished(HEAD, HEAD)
    first, second = ids(dossier)
    by = CLERK
    if step is not DocumentState.TO_INDEX:
        world.confirm(first, CLERK)
        by = CHECKER
    if step is DocumentState.TO_SETTLE:
        world.confirm(first, CHECKER, number="721")
        by = THIRD
    room = Room(world)
    room.desk.user = User(by, "checker")
    told = room.desk.confirm(first, VALUES | {"identity_number": "", "secrecy": "Mật"}).result()
    after = world.get(dossier)
    page = after.pages[0]
    assert told == ErrorNote("K20", (("page", 1),)) and page.state is PageState.HELD
    document = after.document(first)
    assert (document.state, document.fields, document.entered_by) == (DocumentState.TO_INDEX, (), None)
    assert after.document(second).fields == dossier.document(second).fields
    assert [p for p in files(world) if page.source.original in p.name] == [], "nothing that was derived stays"
    with pytest.raises(WorkstationError, match="K20"):
        world.confirm(first, CLERK)
    with pytest.raises(WorkstationError, match="K20"):
        room.desk.read_box(first, 0, (0.0, 0.0, 9.0, 9.0)).result()
    held.not_secret(world.office, page.id, CLERK)
    read_dossier(world.office, dossier.id)
    world.confirm(first, CLERK, secrecy="Mật")
    assert world.confirm(first, CHECKER, secrecy="Mật").state is DocumentState.PASSED, "somebody has looked at the paper"


@pytest.mark.parametrize("typed", ["x", "khẩn", "bảo mật", "MẬTT", "127"])
def test_a_slip_of_the_finger_in_the_degree_of_secrecy_is_told_and_loses_nothing(world: World, typed: str):
    dossier = world.finished(HEAD)
    before = world.get(dossier)
    with pytest.raises(WorkstationError) as e:
        world.confirm(ids(dossier)[0], CLERK, secrecy=typed)
    assert e.value.note == ErrorNote("K02", (("field", "secrecy"),)) and world.get(dossier) == before


@pytest.mark.parametrize("state", [DocumentState.TO_CHECK, DocumentState.PASSED])
def test_nor_is_a_document_with_a_degree_stored_past_the_use_cases(world: World, state: DocumentState):
    dossier = world.finished(HEAD)
    (document,) = dossier.documents
    fields = (*document.fields, IndexField("secrecy", "MẬT", 1.0))
    entered = replace(
        document, state=state, fields=fields, entered_by=CLERK, checked_by=CHECKER if state is state.PASSED else None
    )
    with world.office.uow() as uow, pytest.raises(WorkstationError) as e:
        uow.dossiers.save(dossier.with_document(entered))
    assert e.value.note == ErrorNote("K13", (("reason", "state_secret"),))
