"""What can be wrong with a database."""

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.unit.store.samples import dossier, event, item
from workstation.domain.errors import WorkstationError
from workstation.store.database import Store, open_store


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
