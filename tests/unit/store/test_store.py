"""Repositories, leases and the audit chain, on both databases."""

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import event as sa_event
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, StatementError

from tests.unit.store.samples import T0, dossier, event, item, page, sha
from workstation.domain.dossier import DocumentState
from workstation.domain.errors import ErrorNote, WorkstationError
from workstation.domain.ids import DossierId, UserName
from workstation.domain.outbox import OutboxState, Receipt
from workstation.domain.ports import UnitOfWorkFactory
from workstation.domain.signature import PublishedPdf, SealedPdf
from workstation.store.database import Store, open_store
from workstation.store.migrate import upgrade
from workstation.store.tables import Base
from workstation.store.unit_of_work import SeenDossiers

MINUTE = timedelta(minutes=1)


def test_migrations_lead_to_the_tables(store: Store) -> None:
    upgrade(store.engine)  # a second time: nothing to do
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_two_stations_may_start_at_once(address: str) -> None:
    with ThreadPoolExecutor(4) as threads:
        for opened in threads.map(open_store, [address] * 4):
            opened.close()


def test_dossier_comes_back_as_it_was(store: Store) -> None:
    factory: UnitOfWorkFactory = store.uow_factory
    first = dossier(import_key=sha("files"))
    with factory() as uow:
        uow.dossiers.add(first)
        uow.commit()
    with store.read_factory() as uow:
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


def test_nothing_without_commit(store: Store) -> None:
    with store.uow_factory() as uow:
        uow.dossiers.add(dossier())
    with store.read_factory() as uow:
        assert uow.dossiers.list() == ()
        assert uow.audit.events() == ()


def test_save_writes_all_kinds_of_change(store: Store) -> None:
    first = dossier()
    with store.uow_factory() as uow:
        uow.dossiers.add(first)
        uow.commit()
    document = replace(
        first.documents[0],
        state=DocumentState.SIGNED,
        fields=first.documents[0].fields[1:],
        checked_by=UserName("kiemtra1"),
        published=PublishedPdf(sha("p"), 10, 2, "PDF/A-2b"),
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
    with store.read_factory() as uow:
        assert uow.dossiers.get(first.id) == saved
        assert uow.dossiers.list() == (saved,)
    only = replace(saved, pages=saved.pages[1:], documents=(replace(extra, fields=()),))
    only = replace(only, pages=tuple(replace(p, document_id=None) for p in only.pages))
    with store.uow_factory() as uow:
        again = uow.dossiers.save(only)
        uow.commit()
    with store.read_factory() as uow:
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
    with store.read_factory() as uow:
        assert uow.dossiers.list() == tuple(reversed(all_of_them))


def test_only_what_changed_is_read_again(store: Store) -> None:
    all_of_them = [dossier(f"HS-{i:04d}") for i in range(30)]
    with store.uow_factory() as uow:
        for d in all_of_them:
            uow.dossiers.add(d)
        uow.commit()
    with store.read_factory() as uow:
        uow.dossiers.list()
    with store.uow_factory() as uow:
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
    with store.read_factory() as uow:
        assert uow.dossiers.get(first.id) == kept


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
    with store.read_factory() as uow:
        back = uow.dossiers.get(first.id).created_at
        assert back == here and back.tzinfo is UTC
    with pytest.raises(StatementError, match="zone"), store.uow_factory() as uow:
        uow.dossiers.add(replace(dossier("HS-0002"), created_at=datetime(2026, 1, 1)))  # noqa: DTZ001


# --- outbox


def queued(store: Store, count: int = 1) -> list[DossierId]:
    with store.uow_factory() as uow:
        for i in range(count):
            d = dossier(f"HS-{i:04d}")
            uow.dossiers.add(d)
            uow.outbox.add(item(d, minutes=i))
        uow.commit()
        return [i.dossier_id for i in uow.outbox.list()]


def claim(store: Store, owner: str, now: datetime = T0) -> tuple[str, OutboxState, int] | None:
    with store.uow_factory() as uow:
        taken = uow.outbox.claim(owner, now, 60)
        uow.commit()
    return None if taken is None else (taken.dossier_code, taken.state, taken.attempts)


def test_item_comes_back_as_it_was(store: Store) -> None:
    d = dossier()
    first = item(d)
    with store.uow_factory() as uow:
        uow.dossiers.add(d)
        uow.outbox.add(first)
        uow.commit()
    changed = replace(
        first,
        files=(replace(first.files[0], offset=4_999_999_999, upload_url="https://ward.example/u/1", file_id="f"), first.files[0]),
        state=OutboxState.RECEIVED,
        error=ErrorNote("G01", (("http", 503),)),
        receipt=Receipt("r", "2026-11-21T00:00:00Z", sha("m"), "k", "a.b.c"),
        next_try=T0,
        manifest="{}",
        bytes_sent=5_000_000_001,
    )
    with store.uow_factory() as uow:
        uow.outbox.save(changed)
        uow.commit()
    with store.read_factory() as uow:
        assert uow.outbox.get(first.id) == changed == uow.outbox.by_dossier(d.id)
        assert uow.outbox.list([OutboxState.RECEIVED]) == (changed,)
        assert uow.outbox.list([OutboxState.QUEUED]) == ()
        assert uow.outbox.by_dossier(DossierId("nobody")) is None
    with store.uow_factory() as uow:
        uow.outbox.save(replace(changed, files=first.files))
        uow.commit()
    with store.read_factory() as uow:
        assert uow.outbox.get(first.id).files == first.files


def test_claim_takes_the_oldest_that_is_due_and_free(store: Store) -> None:
    queued(store, 4)
    with store.uow_factory() as uow:
        a, b, c, _ = uow.outbox.list()
        uow.outbox.save(replace(a, next_try=T0 + 2 * MINUTE))
        uow.outbox.save(replace(b, state=OutboxState.PAUSED))
        uow.outbox.save(replace(c, state=OutboxState.UNKNOWN, next_try=T0))
        uow.commit()
    assert claim(store, "pc1") == ("HS-0002", OutboxState.UNKNOWN, 1)  # is asked first, not sent
    assert claim(store, "pc2") == ("HS-0003", OutboxState.SENDING, 1)
    assert claim(store, "pc1") is None
    # both leases have run out, the first item is due
    assert claim(store, "pc3", T0 + 3 * MINUTE) == ("HS-0000", OutboxState.SENDING, 1)
    assert claim(store, "pc3", T0 + 3 * MINUTE) == ("HS-0002", OutboxState.UNKNOWN, 2)
    assert claim(store, "pc3", T0 + 3 * MINUTE) == ("HS-0003", OutboxState.SENDING, 2)
    assert claim(store, "pc3", T0 + 3 * MINUTE) is None


@pytest.mark.parametrize("state", [OutboxState.RECEIVED, OutboxState.REJECTED, OutboxState.PAUSED])
def test_what_is_settled_is_not_claimed(store: Store, state: OutboxState) -> None:
    queued(store)
    with store.uow_factory() as uow:
        uow.outbox.save(replace(uow.outbox.list()[0], state=state))
        uow.commit()
    assert claim(store, "pc1", T0 + 60 * MINUTE) is None


def test_a_lost_lease_can_not_write(store: Store) -> None:
    queued(store)
    with store.uow_factory() as uow:
        slow = uow.outbox.claim("pc1", T0, 60)
        uow.commit()
    assert slow is not None
    with store.uow_factory() as uow:  # the lease is ours: journal of the upload
        uow.outbox.save(replace(slow, bytes_sent=1))
        uow.commit()
    with store.uow_factory() as uow:
        quick = uow.outbox.claim("pc2", T0 + 2 * MINUTE, 60)
        uow.commit()
    assert quick is not None
    with pytest.raises(WorkstationError, match="K04"), store.uow_factory() as uow:
        uow.outbox.save(replace(slow, state=OutboxState.QUEUED, lease_owner="", lease_until=None))
    done = replace(quick, state=OutboxState.RECEIVED, lease_owner="", lease_until=None)
    with store.uow_factory() as uow:
        uow.outbox.save(done)
        uow.commit()
    with pytest.raises(WorkstationError, match="K04"), store.uow_factory() as uow:
        uow.outbox.save(replace(quick, state=OutboxState.QUEUED))  # it has given the lease back
    with store.read_factory() as uow:
        assert uow.outbox.list()[0].state is OutboxState.RECEIVED


def test_a_person_takes_the_lease_from_a_sender(store: Store) -> None:
    queued(store)
    with store.uow_factory() as uow:
        sending = uow.outbox.claim("pc1", T0, 60)
        uow.commit()
    assert sending is not None
    with store.uow_factory() as uow:
        uow.outbox.save(replace(uow.outbox.get(sending.id), state=OutboxState.PAUSED, lease_owner="", lease_until=None))
        uow.commit()
    with pytest.raises(WorkstationError, match="K04"), store.uow_factory() as uow:
        uow.outbox.save(replace(sending, bytes_sent=7))


def test_many_senders_never_claim_the_same(store: Store) -> None:
    queued(store, 20)
    start = threading.Barrier(4)

    def work(owner: str) -> list[str]:
        start.wait()
        taken = []
        while (got := claim(store, owner)) is not None:
            taken.append(got[0])
        return taken

    with ThreadPoolExecutor(4) as threads:
        taken = [code for codes in threads.map(work, "abcd") for code in codes]
    assert sorted(taken) == [f"HS-{i:04d}" for i in range(20)]


# --- audit


def test_audit_comes_back_and_holds(store: Store) -> None:
    events = tuple(event("d1" if n % 2 else "d2", n) for n in range(6))
    with store.uow_factory() as uow:
        assert uow.audit.verify() is None
        for e in events:
            uow.audit.append(e)
        uow.commit()
    with store.read_factory() as uow:
        assert uow.audit.events() == events
        assert uow.audit.events("d1") == events[1::2]
        assert uow.audit.verify() is None
    assert store.audit_head()[0] == 6


def test_audit_time_of_another_zone(store: Store) -> None:
    local = replace(event("d"), at=T0.astimezone(timezone(timedelta(hours=7))))
    with store.uow_factory() as uow:
        uow.audit.append(local)
        uow.commit()
    with store.read_factory() as uow:
        assert uow.audit.verify() is None


@pytest.mark.parametrize(
    ("tampering", "line"),
    [
        ("UPDATE audit_event SET actor = 'khac' WHERE number = 3", 3),
        ("UPDATE audit_event SET detail = '[]' WHERE number = 1", 1),
        ("DELETE FROM audit_event WHERE number = 2", 2),
        ("DELETE FROM audit_event WHERE number = 5", 5),
        ("DELETE FROM audit_event", 1),
        ("DELETE FROM audit_head", 6),
        ("INSERT INTO audit_event SELECT 6, at, actor, action, subject, detail, hash FROM audit_event WHERE number = 5", 6),
        ("UPDATE audit_event SET number = number + 100 WHERE number >= 4", 4),
    ],
)
def test_tampering_shows(store: Store, tampering: str, line: int) -> None:
    with store.uow_factory() as uow:
        for n in range(5):
            uow.audit.append(event("d", n))
        uow.commit()
    with store.engine.begin() as connection:
        connection.execute(text(tampering))
    with store.read_factory() as uow:
        assert uow.audit.verify() == line


# --- what can be wrong with a database


def test_pragmas(tmp_path: Path) -> None:
    store = open_store(tmp_path / "new folder" / "store.db")
    with store.engine.connect() as connection:
        found = [connection.exec_driver_sql(f"PRAGMA {p}").scalar() for p in ("journal_mode", "synchronous", "foreign_keys")]
    assert found == ["wal", 2, 1]
    assert store.sound()
    store.close()


def test_foreign_keys_hold(store: Store) -> None:
    with pytest.raises(DBAPIError), store.uow_factory() as uow:
        uow.outbox.add(item(dossier()))
        uow.commit()


def test_damaged_or_unreachable_is_m04(tmp_path: Path) -> None:
    garbage = tmp_path / "garbage.db"
    garbage.write_bytes(b"not a database, whatever its name says" * 100)
    folder = tmp_path / "folder.db"
    folder.mkdir()
    for bad in (garbage, folder, f"postgresql://nobody@/none?host={tmp_path}"):
        with pytest.raises(WorkstationError, match="M04"):
            open_store(bad)
    assert garbage.read_bytes().startswith(b"not a database")


def test_database_of_a_newer_version_is_m04(store: Store, address: str) -> None:
    with store.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(WorkstationError) as caught:
        open_store(address)
    assert caught.value.params == {"reason": "newer"}


def test_locked_too_long_is_m04(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workstation.store.engine.BUSY_SECONDS", 0.2)
    store = open_store(tmp_path / "store.db")
    other = sqlite3.connect(tmp_path / "store.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(WorkstationError) as caught, store.uow_factory() as uow:
        uow.audit.append(event("d"))
    assert (caught.value.code, caught.value.params) == ("M04", {"reason": "busy"})
    other.close()
    with store.uow_factory() as uow:
        uow.audit.append(event("d"))
        uow.commit()
    store.close()


def test_half_of_a_file_is_not_sound(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    store = open_store(path)
    with store.uow_factory() as uow:
        for n in range(300):
            uow.audit.append(event("d", n))
        uow.commit()
    store.close()
    data = path.read_bytes()
    assert not path.with_name("store.db-wal").exists()
    path.write_bytes(data[: len(data) // 2 // 4096 * 4096])
    with pytest.raises(WorkstationError, match="M04"):
        broken = open_store(path)
        try:
            with broken.read_factory() as uow:
                uow.audit.verify()
        finally:
            broken.close()
