"""Migrations and the repository of dossiers, on both databases."""

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event as sa_event
from sqlalchemy.exc import DBAPIError, StatementError

from tests.unit.store.samples import dossier, event, page, sha
from workstation.domain.dossier import DocumentState, Dossier
from workstation.domain.errors import ErrorNote, WorkstationError
from workstation.domain.fields import FieldOrigin, IndexField
from workstation.domain.ids import DossierId, UserName, new_id
from workstation.domain.ports import UnitOfWork, UnitOfWorkFactory
from workstation.domain.signature import PublishedPdf, SealedPdf
from workstation.store.database import Store, open_store
from workstation.store.migrate import upgrade
from workstation.store.tables import Base
from workstation.store.unit_of_work import SeenDossiers


def afresh(store: Store) -> UnitOfWork:
    """As another station reads, which knows nothing from before."""
    return Store(store.engine).read_factory()


def test_migrations_lead_to_the_tables(store: Store) -> None:
    upgrade(store.engine)  # a second time: nothing to do
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_two_stations_may_start_at_once(address: str) -> None:
    with ThreadPoolExecutor(4) as threads:
        for opened in threads.map(open_store, [address] * 4):
            opened.close()


def test_a_new_database_opened_by_many_at_once_is_waited_for(tmp_path: Path) -> None:
    """SQLite answers BUSY at once, not after its timeout, while another connection turns the journal to WAL."""
    for turn in range(15):
        with ThreadPoolExecutor(8) as threads:
            for opened in threads.map(open_store, [str(tmp_path / f"{turn}.sqlite")] * 8):
                opened.close()


def test_dossier_comes_back_as_it_was(store: Store) -> None:
    factory: UnitOfWorkFactory = store.uow_factory
    first = dossier(import_key=sha("files"))
    with factory() as uow:
        uow.dossiers.add(first)
        uow.commit()
    with afresh(store) as uow:
        assert uow.dossiers.get(first.id) == first
        assert uow.dossiers.by_code("HS-0001") == first
        assert uow.dossiers.by_import_key(sha("files")) == first
        assert uow.dossiers.by_document(first.documents[0].id) == first
        assert uow.dossiers.by_page(first.pages[2].id) == first
        assert uow.dossiers.by_code("HS-9999") is None
        assert uow.dossiers.by_import_key("") is None
        for missing in (uow.dossiers.by_document, uow.dossiers.by_page, lambda i: uow.dossiers.get(DossierId(i))):
            with pytest.raises(KeyError):
                missing("nobody")
    assert store.originals() == (sha("scan"),)
    with afresh(store) as uow:
        assert uow.dossiers.has_original(sha("scan")) and not uow.dossiers.has_original(sha("other"))


def test_nothing_without_commit(store: Store) -> None:
    with store.uow_factory() as uow:
        uow.dossiers.add(dossier())
    with store.read_factory() as uow:
        assert uow.dossiers.list() == ()
        assert uow.audit.events() == ()


def test_save_writes_all_kinds_of_change(store: Store) -> None:
    first = dossier()
    to_sign = replace(
        first.documents[0],
        state=DocumentState.TO_SIGN,
        entered_by=UserName("canbo1"),
        checked_by=UserName("kiemtra1"),
        published=PublishedPdf(sha("p"), 10, 2, "PDF/A-2b"),
    )
    first = first.with_document(to_sign)
    with store.uow_factory() as uow:
        uow.dossiers.add(first)
        uow.commit()
    numbered = IndexField("number", "12", 1.0, origin=FieldOrigin.GIVEN)
    document = replace(
        to_sign,
        state=DocumentState.TO_SEAL,
        fields=(*to_sign.fields, numbered),
        marks_left=("N1", "S2"),
        sealed=SealedPdf(sha("s"), 20, sha("p"), "Người ký mẫu", "2026-11-21T00:00:00Z", "B"),
        error=ErrorNote("C09", (("tries", 2), ("part", 0.5))),
    )
    extra = replace(dossier().documents[0], reason="thiếu trang")
    changed = replace(
        first,
        title="Khác",
        documents=(extra, document),
        pages=(page(extra.id, "more"), first.pages[1], replace(first.pages[0], document_id=extra.id, dropped=True)),
        error=ErrorNote("M01"),
    )
    with store.uow_factory() as uow:
        saved = uow.dossiers.save(changed)
        uow.commit()
    assert saved == replace(changed, version=1)
    with afresh(store) as uow:
        assert uow.dossiers.get(first.id) == saved
        assert uow.dossiers.list() == (saved,)
    only = replace(saved, pages=saved.pages[1:], documents=(replace(extra, fields=()),))
    only = replace(only, pages=tuple(replace(p, document_id=None) for p in only.pages))
    with store.uow_factory() as uow:
        again = uow.dossiers.save(only)
        uow.commit()
    with afresh(store) as uow:
        assert uow.dossiers.get(first.id) == again


def test_save_writes_only_what_differs(store: Store) -> None:
    first = dossier(pages=50)
    with store.uow_factory() as uow:
        uow.dossiers.add(first)
        uow.commit()
    statements: list[str] = []
    sa_event.listen(store.engine, "before_cursor_execute", lambda *a: statements.append(a[2]))
    with store.uow_factory() as uow:
        uow.dossiers.save(first.with_page(replace(first.pages[7], blank=True)))
        uow.commit()
    writes = [s for s in statements if s.startswith(("UPDATE", "INSERT", "DELETE"))]
    assert [w.split(" WHERE")[0].split("=")[0] for w in writes[1:]] == ["UPDATE page SET blank"]


def test_stale_version_is_k04(store: Store) -> None:
    first = dossier()
    with store.uow_factory() as uow:
        uow.dossiers.add(first)
        uow.commit()
    with store.uow_factory() as uow:
        uow.dossiers.save(replace(first, title="A"))
        uow.commit()
    with pytest.raises(WorkstationError, match="K04"), store.uow_factory() as uow:
        uow.dossiers.save(replace(first, title="B"))
    with store.read_factory() as uow:
        assert uow.dossiers.get(first.id).title == "A"


def test_codes_and_import_keys_are_unique(store: Store) -> None:
    with store.uow_factory() as uow:
        assert [uow.dossiers.next_code() for _ in range(2)] == ["HS-0001", "HS-0002"]
        uow.dossiers.add(dossier("HS-0003", import_key="k"))
        uow.dossiers.add(dossier("HS-0010"))
        assert uow.dossiers.next_code() == "HS-0004"
        uow.commit()
    for clash in (dossier("HS-0003"), dossier("HS-0011", import_key="k")):
        with pytest.raises(WorkstationError, match="K04"), store.uow_factory() as uow:
            uow.dossiers.add(clash)


def test_codes_of_two_clerks_at_once(store: Store) -> None:
    def make(_: int) -> str:
        with store.uow_factory() as uow:
            code = uow.dossiers.next_code()
            uow.dossiers.add(dossier(code))
            uow.audit.append(event(code))
            uow.commit()
            return code

    with ThreadPoolExecutor(4) as threads:
        codes = list(threads.map(make, range(40)))
    assert sorted(codes) == [f"HS-{n:04d}" for n in range(1, 41)]
    with store.read_factory() as uow:
        assert uow.audit.verify() is None
        assert len(uow.audit.events()) == 40


def test_list_is_newest_first(store: Store) -> None:
    all_of_them = [dossier(f"HS-{i:04d}", minutes=i) for i in range(5)]
    with store.uow_factory() as uow:
        for d in all_of_them:
            uow.dossiers.add(d)
        uow.commit()
    with afresh(store) as uow:
        assert uow.dossiers.list() == tuple(reversed(all_of_them))


def test_only_what_changed_is_read_again(store: Store) -> None:
    all_of_them = [dossier(f"HS-{i:04d}") for i in range(30)]
    with store.uow_factory() as uow:
        for d in all_of_them:
            uow.dossiers.add(d)
        uow.commit()
    with store.read_factory() as uow:
        uow.dossiers.list()
    with Store(store.engine).uow_factory() as uow:  # another station
        uow.dossiers.save(replace(all_of_them[4], pages=all_of_them[4].pages[1:]))
        uow.commit()
    statements: list[str] = []
    sa_event.listen(store.engine, "before_cursor_execute", lambda *a: statements.append(a[2]))
    with store.read_factory() as uow:
        again = {d.code: d for d in uow.dossiers.list()}
        assert len([s for s in statements if s.startswith("SELECT")]) == 4
        statements.clear()
        uow.dossiers.list()
        assert len([s for s in statements if s.startswith("SELECT")]) == 1
    assert len(again["HS-0004"].pages) == 2
    assert [again[d.code] for d in all_of_them if d.code != "HS-0004"] == [d for d in all_of_them if d.code != "HS-0004"]


def test_what_was_rolled_back_is_never_read(store: Store) -> None:
    first = dossier()
    with store.uow_factory() as uow:
        uow.dossiers.add(first)
        uow.commit()
    with store.uow_factory() as uow:
        uow.dossiers.save(first.with_page(replace(first.pages[0], blank=True)))
        uow.dossiers.get(first.id)
    with store.uow_factory() as uow:
        kept = uow.dossiers.save(first.with_page(replace(first.pages[1], blank=True)))
        uow.commit()
    with afresh(store) as uow:
        assert uow.dossiers.get(first.id) == kept


def test_a_change_of_ours_is_read_no_more_and_costs_what_it_changes(store: Store) -> None:
    """A page of a thousand: one row of the dossier and one of the page are written, and no page is read, here or by screens."""
    first = dossier(pages=1000)
    with store.uow_factory() as uow:
        uow.dossiers.add(first)
        uow.commit()
    statements: list[str] = []
    sa_event.listen(store.engine, "before_cursor_execute", lambda *a: statements.append(a[2]))
    with store.uow_factory() as uow:
        now = uow.dossiers.get(first.id)
        saved = uow.dossiers.save(now.with_page(replace(now.pages[7], blank=True)))
        assert uow.dossiers.get(first.id) == saved, "what is not committed is seen by its writer"
        with store.read_factory() as other:
            assert other.dossiers.get(first.id) == first, "and by nobody else"
        uow.commit()
    with store.read_factory() as uow:
        assert uow.dossiers.get(first.id) is not first and uow.dossiers.get(first.id) == saved
    tables = [re.search(r"(?:FROM|UPDATE|INTO) (\w+)", s) for s in statements if s.split()[0] in ("SELECT", "UPDATE", "INSERT")]
    assert [t[1] for t in tables if t] == ["dossier", "dossier", "page", "dossier", "dossier", "dossier", "dossier"]
    with afresh(store) as uow:
        assert uow.dossiers.get(first.id) == saved


@given(st.data())
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_whatever_is_changed_the_database_has_it(store: Store, data: st.DataObject) -> None:
    """Pages and documents dropped, moved, changed and added, in one unit of work or several, written by the difference to what is
    known or to what is stored."""
    now = dossier(f"HS-{new_id()}", pages=5)
    with store.uow_factory() as uow:
        uow.dossiers.add(now)
        uow.commit()
    for _ in range(3):
        writer = data.draw(st.sampled_from([store, Store(store.engine)]))
        with writer.uow_factory() as uow:
            for _ in range(data.draw(st.integers(1, 2))):
                now = uow.dossiers.save(rearranged(data, uow.dossiers.get(now.id)))
            kept = data.draw(st.booleans())
            if kept:
                uow.commit()
        if not kept:
            with store.read_factory() as uow:
                now = uow.dossiers.get(now.id)
        for reading in (store.read_factory(), afresh(store)):
            with reading as uow:
                assert uow.dossiers.get(now.id) == now


def rearranged(data: st.DataObject, d: Dossier) -> Dossier:
    documents = [x for x in d.documents if data.draw(st.booleans())]
    documents = [replace(x, fields=x.fields[data.draw(st.integers(0, 2)) :], reason="khác") for x in documents]
    if data.draw(st.booleans()):
        documents = [replace(dossier().documents[0], reason="mới"), *documents]
    of = [None, *(x.id for x in documents)]
    pages = [replace(p, document_id=data.draw(st.sampled_from(of))) for p in data.draw(st.permutations(d.pages))]
    pages = [*pages[data.draw(st.integers(0, 2)) :], page(documents[-1].id if documents else None, "new")]
    return replace(d, documents=tuple(documents), pages=tuple(pages))


def test_memory_of_dossiers_is_bounded() -> None:
    seen = SeenDossiers(2)
    three = [dossier(f"HS-{i:04d}") for i in range(3)]
    for d in three:
        seen.put(d)
    assert [seen.get(d.id, 0) for d in three] == [None, three[1], three[2]]
    assert seen.get(three[2].id, 1) is None


def test_writers_of_one_dossier_wait_for_each_other(store: Store) -> None:
    """The background reader and the clerk change the same dossier: neither is told K04, neither change is lost."""
    first = dossier(pages=20)
    with store.uow_factory() as uow:
        uow.dossiers.add(first)
        uow.commit()

    def drop(i: int) -> None:
        with store.uow_factory() as uow:
            d = uow.dossiers.get(first.id)
            uow.dossiers.save(d.with_page(replace(d.pages[i], dropped=True)))
            uow.commit()

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(drop, range(20)))
    with store.read_factory() as uow:
        assert all(p.dropped for p in uow.dossiers.get(first.id).pages)


def test_readers_see_one_state_and_block_nobody(store: Store) -> None:
    first = dossier()
    with store.uow_factory() as uow:
        uow.dossiers.add(first)
        uow.commit()
    with store.read_factory() as reader:
        before = reader.dossiers.get(first.id)
        with store.uow_factory() as uow:
            uow.dossiers.save(replace(first, title="Mới"))
            uow.commit()
        assert reader.dossiers.get(first.id) == before
        with pytest.raises((DBAPIError, WorkstationError)):
            reader.dossiers.add(dossier("HS-0002"))


def test_times_are_utc_and_naive_ones_are_refused(store: Store) -> None:
    here = datetime(2026, 11, 21, 8, 0, tzinfo=timezone(timedelta(hours=7)))
    first = replace(dossier(), created_at=here)
    with store.uow_factory() as uow:
        uow.dossiers.add(first)
        uow.commit()
    with afresh(store) as uow:
        back = uow.dossiers.get(first.id).created_at
        assert back == here and back.tzinfo is UTC
    with pytest.raises(StatementError, match="zone"), store.uow_factory() as uow:
        uow.dossiers.add(replace(dossier("HS-0002"), created_at=datetime(2026, 1, 1)))  # noqa: DTZ001
