"""Searching what an office holds: the index follows the store, whatever happens in between."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.unit.usecases.bench import CHECKER, CLERK, OFFICIAL, World, ids
from tests.unit.usecases.machine import BODY, HEAD, VALUES, Sheet
from tests.unit.usecases.room import Room
from workstation.domain.dossier import DocumentState
from workstation.domain.errors import WorkstationError
from workstation.domain.ids import DocumentId, UserName
from workstation.domain.page import PageState
from workstation.domain.searchquery import Filters
from workstation.store.due import SqlDueDocuments
from workstation.store.fulltext import SqlSearchIndex
from workstation.usecases import edit, read
from workstation.usecases.desksearch import Desktop
from workstation.usecases.search import AT_ONCE, Hits, Searcher
from workstation.usecases.views import User


@pytest.fixture
def room(world: World) -> Room:
    return Room(world)


def searcher(room: Room) -> Searcher:
    return room.desk._parts.searcher


def search(room: Room, typed: str, **more: Any) -> Hits:
    return room.desk.search(typed, **more).result()


def found(room: Room, typed: str, **more: Any) -> list[DocumentId]:
    """After a round of the ticker."""
    room.desk.keep_index()
    return [hit.document_id for hit in search(room, typed, **more).rows]


def waiting(world: World) -> int:
    with world.office.look() as uow:
        return uow.due.count()


def lit(pieces: tuple[tuple[str, bool], ...]) -> list[str]:
    return [text for text, marked in pieces if marked]


def body_of(room: Room, document_id: DocumentId) -> str:
    return searcher(room).index().papers([document_id])[document_id].body


SAID = Sheet(fields={"recipients": "Đường Nguyễn Thử"})


def test_what_was_read_and_what_was_typed_is_found_with_and_without_diacritics(world: World, room: Room) -> None:
    dossier = world.finished(HEAD, SAID)
    (document,) = ids(dossier)
    for typed in ("127/QĐ-UBND", "cap phep", "bến lội", "duong nguyen", "3/11/2026", dossier.code, "quyết định"):
        assert found(room, typed) == [document], typed
    world.confirm(document, CLERK, subject="Về việc cấp đất ở")
    assert found(room, "đất ở") == [document]
    (hit,) = search(room, "dat o").rows
    assert (hit.code, hit.state) == (dossier.code, DocumentState.TO_CHECK)
    assert lit(hit.title) == ["đất", "ở"]
    assert lit(search(room, "duong").rows[0].passage) == ["Đường"]
    world.confirm(document, CHECKER, subject="Về việc cấp đất ở")
    assert found(room, "đất ở") == [document] and search(room, "dat o").rows[0].issued == "2026-11-03"


def test_what_changes_is_due_in_the_same_transaction(world: World, room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    dossier = world.finished(HEAD, BODY)
    room.desk.keep_index()
    assert waiting(world) == 0

    def no_audit(*_: object) -> None:
        raise RuntimeError("the power goes")

    with monkeypatch.context() as broken:
        broken.setattr("workstation.store.unit_of_work.SqlUnitOfWork.commit", no_audit)
        with pytest.raises(RuntimeError):
            world.confirm(ids(dossier)[0], CLERK, subject="Không thành")
    assert waiting(world) == 0 and found(room, "không thành") == []
    world.confirm(ids(dossier)[0], CLERK, subject="Thành")
    assert waiting(world) == 1
    assert search(room, "127").waiting == 1
    assert found(room, "thành") == ids(dossier) and search(room, "127").waiting == 0


class KilledError(BaseException):
    pass


def killed(*_: object, **__: object) -> None:
    raise KilledError


@pytest.mark.parametrize("at", ["put", "done", "begun"])
def test_a_round_that_is_killed_goes_on_at_the_next_start(
    world: World, room: Room, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    dossiers = [world.finished(HEAD, BODY) for _ in range(3)]
    with monkeypatch.context() as broken:
        broken.setattr(SqlDueDocuments if at == "done" else SqlSearchIndex, at, killed)
        with pytest.raises(KilledError):
            room.desk.keep_index()
    room.index.close()
    again = Room(world)
    assert sorted(found(again, "cấp phép")) == sorted(d for x in dossiers for d in ids(x))
    assert waiting(world) == 0


def test_a_store_from_before_there_was_an_index_is_put_in_whole_and_so_is_a_deleted_index(world: World, room: Room) -> None:
    documents = [d for _ in range(AT_ONCE // 25 + 1) for d in ids(world.finished(HEAD, BODY))]
    assert set(found(room, "127")) == set(documents)
    room.index.close()
    for file in world.root.glob("search.sqlite3*"):
        file.unlink()
    again = Room(world)
    assert set(found(again, "127")) == set(documents)


def test_a_split_and_its_undoing(world: World, room: Room) -> None:
    dossier = room.imported(HEAD, SAID)
    (whole,) = ids(dossier)
    assert found(room, "nguyễn thử") == [whole]
    room.desk.split_before(dossier.pages[1].id).result()
    first, second = ids(world.get(dossier))
    assert found(room, "nguyễn thử") == [second] and found(room, "127") == [first]
    room.desk.undo(dossier.id).result()
    assert found(room, "nguyễn thử") == [whole] and found(room, "127") == [whole]


def test_a_page_dropped_is_not_found(world: World, room: Room) -> None:
    dossier = room.imported(HEAD, SAID)
    assert found(room, "nguyễn thử") == ids(dossier)
    edit.set_dropped(world.office, dossier.pages[1].id, True, CLERK)
    assert found(room, "nguyễn thử") == [] and found(room, "127") == ids(dossier)


def test_text_is_not_read_twice_for_a_field_that_changes(world: World, room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    dossier = world.finished(HEAD, BODY)
    room.desk.keep_index()
    monkeypatch.setattr("workstation.usecases.search.text_of", killed)
    world.confirm(ids(dossier)[0], CLERK, subject="Việc mới")
    assert found(room, "việc mới chữ") == ids(dossier)


def test_a_lost_cache_costs_time_not_words(world: World, room: Room) -> None:
    dossier = world.finished(HEAD, SAID)
    for file in world.office.cache.rglob("*.json"):
        file.unlink()
    assert found(room, "nguyễn thử") == ids(dossier)


@pytest.mark.expect_log("F06: a page is not searched")
def test_a_page_that_can_not_be_read_any_more_costs_its_own_words(world: World, room: Room) -> None:
    dossier = world.finished(HEAD, SAID)
    for file in world.office.cache.rglob("*.json"):
        file.unlink()

    def kill(name: str, job: Any) -> None:
        if name == "process" and job.frame == 1:
            raise WorkstationError("F06")

    world.machine.hook = kill
    (document,) = ids(dossier)
    assert found(room, "127") == [document]
    assert "HEAD" in body_of(room, document) and "Nguyễn" not in body_of(room, document)
    world.machine.hook = lambda *_: None
    world.confirm(document, CLERK)
    room.desk.keep_index()
    assert "Nguyễn" in body_of(room, document)


# --- what must not be found


MARKED = Sheet(secret=True)


def in_the_files(world: World, word: str) -> bool:
    return any(word.encode() in file.read_bytes() for file in world.root.glob("search.sqlite3*"))


def test_a_state_secret_is_never_in_the_index(world: World, room: Room) -> None:
    secret = world.read(HEAD, MARKED)
    assert secret.pages[1].state is PageState.HELD
    plain = world.finished(HEAD, BODY)
    assert found(room, "127") == ids(plain)
    assert set(ids(secret)).isdisjoint(searcher(room).index().papers([*ids(secret), *ids(plain)]))


def test_what_turns_out_to_be_a_secret_is_taken_out_of_the_files_too(world: World, room: Room) -> None:
    dossier = world.finished(HEAD, Sheet(fields={"recipients": "zqxjkvuong"}))
    (document,) = ids(dossier)
    assert found(room, "zqxjkvuong") == [document] and in_the_files(world, "zqxjkvuong")

    def marked(before: Any) -> Any:
        fields = (*before.document(document).fields, replace(before.document(document).fields[0], name="secrecy", value="MẬT"))
        return replace(before, documents=(replace(before.document(document), fields=fields),))

    world.office.change(dossier.id, marked)
    assert found(room, "zqxjkvuong") == [] and found(room, "127") == []
    room.index.close()
    assert not in_the_files(world, "zqxjkvuong")


def test_who_keys_without_seeing_the_entry_does_not_find_it(world: World, room: Room) -> None:
    (document,) = ids(world.finished(HEAD))
    world.confirm(document, CLERK, number="4711")
    assert found(room, "4711") == []
    assert "4711" not in [value for _, value in searcher(room).index().papers([document])[document].fields]
    world.confirm(document, CHECKER, number="4712")
    assert found(room, "4711") == found(room, "4712") == [], "a third person is still to look"
    world.confirm(document, OFFICIAL, number="4711")
    assert found(room, "4711") == [document]


def test_nothing_is_left_of_a_page_that_was_destroyed(world: World, room: Room) -> None:
    dossier = world.finished(HEAD, Sheet(fields={"recipients": "zqxjkvuong"}))
    (document,) = ids(dossier)
    assert found(room, "zqxjkvuong") == [document] and in_the_files(world, "zqxjkvuong")

    def without(before: Any) -> Any:
        fields = tuple(f for f in before.documents[0].fields if f.name != "recipients")
        return replace(before, pages=before.pages[:1], documents=(replace(before.documents[0], fields=fields),))

    world.office.change(dossier.id, without)
    assert found(room, "zqxjkvuong") == [] and found(room, "127") == [document]
    room.index.close()
    assert not in_the_files(world, "zqxjkvuong")


def test_a_shredding_that_is_killed_is_done_at_the_next_start(world: World, room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    dossier = world.finished(HEAD, Sheet(fields={"recipients": "zqxjkvuong"}))
    assert found(room, "zqxjkvuong") == ids(dossier)
    with monkeypatch.context() as broken:
        broken.setattr("workstation.store.fulltext_sqlite.Fts5.shred", killed)
        with pytest.raises(KilledError):
            searcher(room).index().forget(ids(dossier), shred=True)
    room.index.close()
    assert in_the_files(world, "zqxjkvuong"), "else this test shows nothing"
    again = Room(world)
    again.desk.keep_index()
    again.index.close()
    assert not in_the_files(world, "zqxjkvuong")


def test_pages_that_only_move_cost_no_shredding(world: World, room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes minutes where there are a million documents."""
    dossier = room.imported(HEAD, SAID, BODY)
    room.desk.keep_index()
    monkeypatch.setattr("workstation.store.fulltext_sqlite.Fts5.shred", killed)
    room.desk.split_before(dossier.pages[1].id).result()
    room.desk.keep_index()
    edit.set_dropped(world.office, dossier.pages[2].id, True, CLERK)
    room.desk.undo(dossier.id).result()
    room.desk.undo(dossier.id).result()
    assert found(room, "nguyễn thử") == ids(dossier)


@pytest.mark.parametrize("role", ["admin", ""])
def test_who_may_not_read_dossiers_finds_none(room: Room, role: str) -> None:
    room.desk.user = User(UserName("quantri"), role)
    error = room.desk.search("127").exception()
    assert isinstance(error, WorkstationError) and error.code == "T03"


def test_neither_what_was_asked_nor_what_was_found_is_logged(world: World, room: Room, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    world.finished(HEAD, SAID)
    assert found(room, "nguyễn thử")
    assert "nguyễn" not in caplog.text.lower() and "nguyen" not in caplog.text.lower()


# --- filters, places, order


def test_filters(world: World, room: Room) -> None:
    world.finished(HEAD, BODY)
    signed = world.signed(HEAD, BODY)
    assert found(room, "127", filters=Filters(states=("signed",))) == ids(signed)
    named = replace(searcher(room), states=[("signed", "Đã ký")])
    assert [h.document_id for h in named.find('127 trạng thái:"đã ký"', "clerk").rows] == ids(signed)
    for typed, reason in (("127 trạng thái:ký", "state"), ("loại:thư", "type"), ("năm:20", "year"), (" ", "empty")):
        with pytest.raises(WorkstationError) as wrong:
            named.find(typed, "clerk")
        assert (wrong.value.code, wrong.value.params["reason"]) == ("T01", reason)
    assert found(room, "", filters=Filters(code=signed.code)) == ids(signed)


def test_a_state_is_told_as_it_is_now(world: World, room: Room) -> None:
    dossier = world.finished(HEAD, BODY)
    room.desk.keep_index()
    world.confirm(ids(dossier)[0], CLERK)
    (hit,) = search(room, "127").rows
    assert hit.state is DocumentState.TO_CHECK


def test_a_document_that_is_gone_since_is_not_shown(world: World, room: Room) -> None:
    dossier = room.imported(HEAD, HEAD)
    first, second = ids(dossier)
    assert set(found(room, "127")) == {first, second}
    edit.merge_with_previous(world.office, second, CLERK)
    assert [hit.document_id for hit in search(room, "127").rows] == [first]


def test_a_place_is_found_by_the_name_it_had(world: World, room: Room) -> None:
    dossier = world.finished(Sheet(head=True, fields={**VALUES, "organ_name": "UBND phường Bến Lội"}))
    names: dict[str, tuple[str, ...]] = {"phường mới": ("phường Bến Lội",)}
    also: Callable[[str], tuple[str, ...]] = lambda text: names.get(text.lower(), ())  # noqa: E731
    room.desk.keep_index()
    hits = replace(searcher(room), also_named=also).find("phường mới", "clerk").rows
    assert [(h.document_id, h.by_name) for h in hits] == [(ids(dossier)[0], "phường Bến Lội")]
    assert searcher(room).find("phường mới", "clerk").rows == ()


# --- where a hit is worked on


def test_a_hit_opens_where_its_work_is(world: World, room: Room) -> None:
    dossier = world.finished(HEAD, BODY)
    (document,) = ids(dossier)

    def place(name: UserName) -> Desktop:
        room.sit(name)
        found_at = room.desk.hit_place(document).result()
        assert (found_at.dossier_id, found_at.page_id) == (dossier.id, dossier.pages[0].id)
        return found_at.where

    assert [place(u) for u in (CLERK, CHECKER, OFFICIAL)] == [Desktop.VERIFY] * 3
    world.confirm(document, CLERK)
    assert [place(u) for u in (CLERK, CHECKER)] == [Desktop.DOSSIER, Desktop.VERIFY]
    world.confirm(document, CHECKER)
    world.publish(document)
    assert [place(u) for u in (CLERK, CHECKER, OFFICIAL)] == [Desktop.DOSSIER, Desktop.DOSSIER, Desktop.SIGN]


def test_a_hit_that_is_gone_says_so(world: World, room: Room) -> None:
    error = room.desk.hit_place(DocumentId("không có")).exception()
    assert isinstance(error, WorkstationError) and error.code == "K04"


@pytest.mark.expect_log("T02: the search index is not kept up to date")
def test_an_index_that_can_not_be_opened_costs_the_search_only(
    world: World, room: Room, caplog: pytest.LogCaptureFixture
) -> None:
    (world.root / "search.sqlite3").mkdir()
    error = room.desk.search("127").exception()
    assert isinstance(error, WorkstationError) and error.code == "T02"
    assert read.read_dossier(world.office, world.take_in(HEAD, BODY)).documents
    for _ in range(3):
        room.desk.keep_index()
    assert caplog.text.count("T02") == 1
    (world.root / "search.sqlite3").rmdir()
    assert len(found(room, "127")) == 1


@pytest.mark.expect_log("B01: a document is not searched: ValueError")
def test_a_document_that_can_not_be_put_costs_itself_only(world: World, room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    first, bad, last = (ids(world.finished(HEAD, BODY))[0] for _ in range(3))

    def put(self: SqlSearchIndex, papers: Any, real: Any = SqlSearchIndex.put) -> None:
        if any(paper.document_id == bad for paper in papers):
            raise ValueError("our own bug")
        real(self, papers)

    monkeypatch.setattr(SqlSearchIndex, "put", put)
    assert set(found(room, "127")) == {first, last} and waiting(world) == 0
