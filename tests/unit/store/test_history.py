"""Steps of undo and redo: on both databases as they were noted, one station at a time, and small."""

import json
from dataclasses import replace
from threading import Event, Thread

import pytest
from sqlalchemy import select

from tests.unit.store.samples import dossier, sha
from workstation.domain.arrangement import Standing, Step, leading
from workstation.domain.dossier import Document, DocumentState, Dossier
from workstation.domain.errors import ErrorNote, WorkstationError
from workstation.domain.fields import FieldOrigin, IndexField, Proposal
from workstation.domain.ids import DocumentId, PageId, UserName, new_id
from workstation.domain.page import Page, PageSource
from workstation.domain.pagework import turned
from workstation.domain.signature import PublishedPdf
from workstation.store.database import Store
from workstation.store.tables import HistoryRow

WHOLE = Document(
    DocumentId(new_id()), DocumentState.REFUSED, "QĐ",
    (
        IndexField(
            "subject", "Về việc thử", 1.0, 0, (1.5, 2, 3, 4), FieldOrigin.TYPED, True, (Proposal("gợi ý", "name"),), ("twice",)
        ),
    ),
    UserName("canbo1"), UserName("kiemtra1"), None, PublishedPdf(sha("p"), 10, 2, "PDF/A-2b"), None, (), "sai số",
    ErrorNote("C09", (("tries", 2),)),
)  # fmt: skip
FULL = Step(
    (Standing(PageId("a"), turned((), 90), True, "bản gốc mờ"), Standing(PageId("b"), (), False, "")),
    ((WHOLE.id, (PageId("a"), PageId("b"))), (None, (PageId("c"),))),
    ((PageId("c"), None), (PageId("a"), PageId("c"))),
    (Page(PageId("h"), PageSource(sha("o"), 1), WHOLE.id, work=turned((), 180)),),
    (PageId("u"),),
    (WHOLE,),
    (DocumentId("gone"),),
)


def drop(n: int) -> Step:
    return Step((Standing(PageId(f"p{n}"), (), False, ""),))


def opened(store: Store, *steps: Step) -> Dossier:
    one = dossier(code=new_id())
    with store.uow_factory() as uow:
        uow.dossiers.add(one)
        for step in steps:
            uow.history.add(one.id, step)
        uow.commit()
    return one


@pytest.mark.parametrize("step", [FULL, Step(joins=((None, (PageId("x"),)),)), drop(1)])
def test_a_step_comes_back_as_it_was(store: Store, step: Step) -> None:
    one = opened(store, step)
    with store.read_factory() as uow:
        assert uow.history.next(one.id, back=True) == step
        assert uow.history.next(one.id, back=False) is None
        assert uow.history.can(one.id) == (True, False)


def test_back_and_forth_in_order(store: Store) -> None:
    one, other = opened(store, drop(1), drop(2), drop(3)), opened(store, drop(9))
    told = []
    with store.uow_factory() as uow:
        for back in (True, True, False, True, True):
            step = uow.history.next(one.id, back=back)
            assert step is not None
            told.append(step.pages[0].page)
            uow.history.turn(one.id, step, step, back=back)
        assert uow.history.next(one.id, back=True) is None and uow.history.can(one.id) == (False, True)
        uow.commit()
    assert told == ["p3", "p2", "p2", "p2", "p1"]
    with store.uow_factory() as uow:
        first = uow.history.next(one.id, back=False)
        assert first is not None
        uow.history.turn(one.id, first, first, back=False)
        uow.history.add(one.id, drop(4))  # ends what could be redone
        assert uow.history.can(one.id) == (True, False) and uow.history.next(one.id, back=True) == drop(4)
        uow.history.clear(one.id)
        assert uow.history.can(one.id) == (False, False)
        uow.commit()
    with store.read_factory() as uow:
        assert uow.history.next(other.id, back=True) == drop(9)


def test_without_commit_nothing_is_noted(store: Store) -> None:
    one = opened(store, drop(1))
    with store.uow_factory() as uow:
        uow.history.add(one.id, drop(2))
        uow.history.turn(one.id, drop(2), drop(2), back=True)
    with store.read_factory() as uow:
        assert uow.history.next(one.id, back=True) == drop(1) and uow.history.can(one.id) == (True, False)


def test_a_step_that_another_station_has_taken_is_told(store: Store) -> None:
    one = opened(store, drop(1), drop(2))
    with store.uow_factory() as uow:
        uow.history.turn(one.id, drop(2), drop(2), back=True)
        uow.commit()
    for gone in (drop(2), drop(3)):
        with store.uow_factory() as uow, pytest.raises(WorkstationError, match="K04"):
            uow.history.turn(one.id, gone, gone, back=True)
    with store.uow_factory() as uow, pytest.raises(WorkstationError, match="K04"):
        uow.history.turn(one.id, drop(1), drop(1), back=False)


def test_two_stations_note_one_after_the_other(store: Store) -> None:
    """Who writes has read the dossier, so the second waits for the first and gets the number behind it."""
    one, reading, done = opened(store), Event(), []

    def second() -> None:
        with store.uow_factory() as uow:
            reading.set()
            uow.dossiers.get(one.id)
            uow.history.add(one.id, drop(2))
            uow.commit()
            done.append(2)

    with store.uow_factory() as uow:
        uow.dossiers.get(one.id)
        thread = Thread(target=second)
        thread.start()
        reading.wait(10)
        uow.history.add(one.id, drop(1))
        assert not done
        uow.commit()
    thread.join(20)
    with store.engine.connect() as connection:
        rows = connection.execute(select(HistoryRow.number, HistoryRow.past).where(HistoryRow.dossier_id == one.id)).all()
    assert done == [2] and sorted(tuple(r) for r in rows) == [(1, True), (2, True)]


def large(pages: int) -> Dossier:
    """A dossier of two documents, as large as they get."""
    one, two = DocumentId(new_id()), DocumentId(new_id())
    made = tuple(Page(PageId(new_id()), PageSource(sha("s"), n), one if n < pages // 2 else two) for n in range(pages))
    return replace(dossier(), pages=made, documents=(Document(one), Document(two)))


def test_steps_are_small_beside_a_thousand_pages(store: Store) -> None:
    """Bytes in the database: a turn or a drop as small as in any dossier, and even a merge of two halves under 25 kB."""
    now = large(1000)
    over = now.with_page(replace(now.pages[500], work=turned((), 90)))
    merged = replace(now, pages=tuple(replace(p, document_id=now.documents[0].id) for p in now.pages))
    behind = replace(now, pages=(*now.pages[20:], *now.pages[:20]))
    sizes = []
    for then in (over, merged, behind):
        one = opened(store, leading(then, now))
        with store.engine.connect() as connection:
            step = connection.execute(select(HistoryRow.step).where(HistoryRow.dossier_id == one.id)).scalar_one()
        sizes.append(len(json.dumps(step, separators=(",", ":"))))
    assert sizes[0] < 100 and sizes[1] < 25_000 and sizes[2] < 2_000
