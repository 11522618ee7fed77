"""Undo and redo against a model that lies in memory, through restarts; two stations; and what is kept of it."""

import tempfile
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import event, func, select

from tests.unit.usecases.bench import CHECKER, CLERK, World, ids, open_world
from tests.unit.usecases.machine import BODY, HEAD, VALUES, Sheet
from tests.unit.usecases.room import Room
from tests.unit.usecases.test_any_order import PHASES, SLOW
from workstation.domain.arrangement import Standing, standing
from workstation.domain.dossier import DocumentState, Dossier, DossierState
from workstation.domain.errors import WorkstationError
from workstation.domain.fields import FieldOrigin, IndexField
from workstation.domain.ids import DocumentId, DossierId, PageId
from workstation.domain.page import PageState
from workstation.domain.pagework import turned
from workstation.store.tables import HistoryRow
from workstation.usecases import edit, history, read, scan
from workstation.usecases.arrange import texts_in

index = st.integers(0, 9)
Arranged = tuple[tuple[Standing, DocumentId | None], ...]


def arranged(dossier: Dossier) -> Arranged:
    """Each page in its place: what was said of it, and the document that it belongs to."""
    return tuple((standing(p), p.document_id) for p in dossier.pages)


class Undoing(RuleBasedStateMachine):
    """Whatever a clerk does, and however often the program ends between: undo leads through all that was, one by one."""

    template: Path

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.past: list[Arranged] = []
        self.future: list[Arranged] = []
        self._open(self.template)
        self.id = DossierId("")

    def _open(self, template: Path | None) -> None:
        self.opened = open_world(Path(self.folder.name) / "w", template)
        self.world: World = self.opened.__enter__()
        self.room = Room(self.world)
        self.desk = self.room.desk

    def teardown(self) -> None:
        self.opened.__exit__(None, None, None)
        self.folder.cleanup()

    @initialize(sheets=st.lists(st.sampled_from([HEAD, BODY, BODY]), min_size=2, max_size=6))
    def begin(self, sheets: list[Sheet]) -> None:
        self.id = Room(self.world).imported(*sheets).id

    @property
    def dossier(self) -> Dossier:
        return self.world.get(self.id)

    def page(self, i: int) -> PageId:
        pages = self.dossier.pages
        return pages[i % len(pages)].id

    def make(self, change: Callable[[], Future[Any]]) -> None:
        before = arranged(self.dossier)
        change().result()
        if arranged(self.dossier) != before:
            self.past.append(before)
            self.future.clear()

    @rule(i=index, degrees=st.sampled_from([90, 180, 270]))
    def rotate(self, i: int, degrees: int) -> None:
        self.make(lambda: self.desk.rotate(self.page(i), degrees))

    @rule(dropped=st.booleans())
    def all_at_once(self, dropped: bool) -> None:
        """One thing to the clerk, whatever of it was done already."""
        desk = self.desk

        def every() -> Future[Any]:
            with desk.as_one():
                done = [desk.set_dropped(p.id, dropped) for p in self.dossier.pages]
                done += [desk.rotate(p.id, 90) for p in self.dossier.pages]
            for one in done:
                one.result()
            return done[-1]

        self.make(every)

    @rule(i=index)
    def split(self, i: int) -> None:
        self.make(lambda: self.desk.split_before(self.page(i)))

    @rule(i=index)
    def merge(self, i: int) -> None:
        documents = ids(self.dossier)
        self.make(lambda: self.desk.merge_with_previous(documents[i % len(documents)]))

    @rule(i=index, dropped=st.booleans())
    def drop(self, i: int, dropped: bool) -> None:
        self.make(lambda: self.desk.set_dropped(self.page(i), dropped))

    @rule(i=index, reason=st.sampled_from(["bản gốc mờ", "chụp lại không rõ hơn"]))
    def keep(self, i: int, reason: str) -> None:
        self.make(lambda: self.desk.keep_page(self.page(i), reason))

    @rule(chosen=st.lists(index, min_size=1, max_size=3), to=st.none() | index)
    def move(self, chosen: list[int], to: int | None) -> None:
        pages = [self.page(i) for i in chosen]
        self.make(lambda: self.desk.move_pages(pages, None if to is None else self.page(to)))

    @rule(i=index)
    def scan_over(self, i: int) -> None:
        if len(self.dossier.pages) < 12:
            self.room.feeder.sheets = [BODY]
            scan = self.desk.scan_over
            self.make(lambda: scan(self.page(i), "feeder", "", lambda _: None, lambda: False))

    def agrees(self, wanted: Arranged) -> None:
        """Pages that came in since, in the place of others, are there too, dropped."""
        now, known = arranged(self.dossier), {said.page for said, _ in wanted}
        assert tuple(one for one in now if one[0].page in known) == wanted
        assert all(said.dropped for said, _ in now if said.page not in known)

    @rule()
    def undo(self) -> None:
        now = arranged(self.dossier)
        self.desk.undo(self.id).result()
        if self.past:
            self.future.append(now)
            self.agrees(self.past.pop())

    @rule()
    def redo(self) -> None:
        now = arranged(self.dossier)
        self.desk.redo(self.id).result()
        if self.future:
            self.past.append(now)
            self.agrees(self.future.pop())

    @rule()
    def restart(self) -> None:
        before = self.dossier
        self.opened.__exit__(None, None, None)
        self._open(None)
        assert self.dossier == before

    @precondition(lambda self: len(self.past) > 3)
    @rule()
    def all_the_way_back_and_forth(self) -> None:
        now, steps = arranged(self.dossier), len(self.past)
        for _ in range(steps):
            self.undo()
        for _ in range(steps):
            self.redo()
        assert arranged(self.dossier) == now

    @invariant()
    def the_screen_agrees(self) -> None:
        if self.id:
            view = self.desk.dossier(self.id).result()
            assert (view.can_undo, view.can_redo) == (bool(self.past), bool(self.future))
            dossier = self.dossier
            assert {d.id for d in dossier.documents} == {p.document_id for p in dossier.pages} - {None}
            assert all(p.state is PageState.READ for p in dossier.pages if not p.dropped)


def test_any_changes_and_restarts_are_as_if_all_lay_in_memory(template: Path) -> None:
    Undoing.template = template
    run_state_machine_as_test(
        Undoing,
        settings=settings(max_examples=20, stateful_step_count=25, phases=PHASES, deadline=None, suppress_health_check=SLOW),
    )


def steps(world: World) -> int:
    with world.store.engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(HistoryRow)).scalar_one()


def test_the_change_and_what_undoes_it_are_one_transaction(world: World) -> None:
    dossier = world.read(HEAD, BODY)
    commits: list[int] = []
    event.listen(world.store.engine, "commit", lambda _: commits.append(1))
    edit.rotate(world.office, dossier.pages[0].id, 90, CLERK)
    assert commits == [1] and steps(world) == 1
    with world.office.uow() as uow, pytest.raises(ZeroDivisionError):  # dies behind the note, before the commit
        uow.history.clear(dossier.id)
        raise ZeroDivisionError
    assert steps(world) == 1


def test_a_change_that_is_refused_or_changes_nothing_leaves_no_step(world: World) -> None:
    dossier = world.read(HEAD, BODY)
    edit.split_before(world.office, dossier.pages[0].id, CLERK)
    edit.set_dropped(world.office, dossier.pages[0].id, False, CLERK)
    with pytest.raises(WorkstationError, match="K01"):
        edit.keep_page(world.office, dossier.pages[0].id, " ", CLERK)
    assert steps(world) == 0
    edit.finish_capture(world.office, dossier.id, CLERK)
    with pytest.raises(WorkstationError, match="K06"):
        edit.rotate(world.office, dossier.pages[0].id, 90, CLERK)
    assert steps(world) == 0


def test_nothing_is_kept_once_the_dossier_is_passed_on(world: World) -> None:
    room = Room(world)
    dossier, other = room.imported(HEAD, BODY), room.imported(HEAD, BODY)
    for page in (dossier.pages[0], dossier.pages[1], other.pages[0]):
        room.desk.rotate(page.id, 90).result()
    room.desk.undo(dossier.id).result()
    room.desk.finish_capture(dossier.id).result()
    assert steps(world) == 1, "the other dossier's"


def test_what_was_typed_into_a_document_comes_back_with_it(world: World) -> None:
    """A returned document that is merged away by mistake, and brought back by the next shift."""
    dossier = world.finished(HEAD, BODY, HEAD)
    second = dossier.documents[1].id
    edit.give_back(world.office, second, "thiếu trang", CHECKER)
    with world.office.uow() as uow:
        d = uow.dossiers.get(dossier.id)
        typed = IndexField("subject", "Về việc gõ tay", 1.0, origin=FieldOrigin.TYPED)
        first = replace(d.documents[0], state=DocumentState.RETURNED)
        uow.dossiers.save(d.with_document(replace(d.document(second), fields=(typed,))).with_document(first))
        uow.commit()
    edit.merge_with_previous(world.office, second, CLERK)
    assert ids(world.get(dossier)) == ids(dossier)[:1]
    history.travel(world.office, dossier.id, CLERK, back=True)
    back = world.get(dossier).document(second)
    assert (back.state, back.reason, back.field("subject")) == (DocumentState.RETURNED, "thiếu trang", "Về việc gõ tay")


def test_undoing_leaves_what_was_laid_in_between_where_it_lies(world: World) -> None:
    """Pages that came in since keep their place among the others; only those that were moved go back."""
    room = Room(world)
    dossier = room.imported(HEAD, BODY, BODY)
    room.desk.rotate(dossier.pages[0].id, 90).result()
    with world.office.uow() as uow:  # a sheet laid behind the first page
        d = uow.dossiers.get(dossier.id)
        uow.dossiers.save(replace(d, pages=(d.pages[0], *d.pages[2:], d.pages[1])))
        uow.commit()
    before = [p.id for p in world.get(dossier).pages]
    room.desk.undo(dossier.id).result()
    assert [p.id for p in world.get(dossier).pages] == before and world.get(dossier).pages[0].work == ()


def test_of_two_stations_that_undo_at_once_one_is_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    dossier = world.read(HEAD, BODY)
    for page in dossier.pages:
        edit.rotate(world.office, page.id, 90, CLERK)
    other: list[bool] = []

    def slow(*args: Any) -> Any:
        """The other station is faster, while this one reads what it needs."""
        found = texts_in(*args)
        if not other:
            other.append(True)
            history.travel(world.office, dossier.id, CHECKER, back=True)
        return found

    monkeypatch.setattr(history, "texts_in", slow)
    with pytest.raises(WorkstationError, match="K04"):
        history.travel(world.office, dossier.id, CLERK, back=True)
    assert [p.work for p in world.get(dossier).pages] == [turned((), 90), ()], "one undo, not two"
    history.travel(world.office, dossier.id, CLERK, back=True)
    assert [p.work for p in world.get(dossier).pages] == [(), ()]


def test_a_document_entered_meanwhile_keeps_its_step_for_later(world: World) -> None:
    """The refusal changes nothing: what can't be undone now can be once the document has come back."""
    dossier = world.finished(HEAD, HEAD)
    first = ids(dossier)[0]
    edit.give_back(world.office, ids(dossier)[1], "mờ", CHECKER)
    edit.rotate(world.office, dossier.pages[0].id, 90, CLERK)
    read.read_dossier(world.office, dossier.id)
    world.confirm(first, CLERK, **VALUES)
    with pytest.raises(WorkstationError, match="K06"):
        history.travel(world.office, dossier.id, CLERK, back=True)
    assert steps(world) == 1 and world.get(dossier).state is DossierState.SCANNING
    edit.give_back(world.office, first, "quay lại", CHECKER)
    history.travel(world.office, dossier.id, CLERK, back=True)
    assert world.get(dossier).pages[0].work == ()


def test_new_pages_do_not_end_what_can_be_redone(world: World) -> None:
    dossier = world.read(HEAD, BODY)
    edit.rotate(world.office, dossier.pages[0].id, 90, CLERK)
    history.travel(world.office, dossier.id, CLERK, back=True)
    scan.take_in(world.office, dossier.id, world.paper(BODY), CLERK)
    history.travel(world.office, dossier.id, CLERK, back=False)
    assert [p.work for p in world.get(dossier).pages] == [turned((), 90), (), ()]
