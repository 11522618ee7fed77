"""What an older version of the program wrote is read the same by this one, on both databases."""

from dataclasses import replace
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Engine, delete, insert, inspect, select

import workstation.store.migrations
from tests.unit.store.samples import dossier, entry, item
from tests.unit.store.test_ledger import entry as authority
from workstation.domain.outbox import OutboxState
from workstation.store.database import open_store
from workstation.store.engine import make_engine
from workstation.store.tables import Base

_OLDER = ("0005", "0006", "0007")


def at_version(engine: Engine, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(*workstation.store.migrations.__path__)))
    config.set_main_option("path_separator", "os")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def as_it_stood(now: Engine, then: Engine) -> None:
    """The rows of one database in another, as far as its older tables go."""
    with now.connect() as source, then.begin() as target:
        known = inspect(target)
        for table in Base.metadata.sorted_tables:
            if table.name.startswith("audit") or not known.has_table(table.name):
                continue
            target.execute(delete(table))  # what a migration puts there itself
            columns = {column["name"] for column in known.get_columns(table.name)}
            for row in source.execute(select(table)).mappings():
                target.execute(insert(table).values({name: row[name] for name in row if name in columns}))


@pytest.mark.parametrize("revision", _OLDER)
def test_rows_of_an_older_version_come_through(address: str, tmp_path: Path, revision: str) -> None:
    one, signer, line = dossier(), authority(), entry()
    sent = item(one)
    fresh = open_store(tmp_path / "fresh.sqlite3")
    with fresh.uow_factory() as uow:
        uow.dossiers.add(one)
        uow.outbox.add(sent)
        uow.signers.add(signer)
        uow.register.add(line)
        uow.commit()
    (tmp_path / "data").mkdir()
    old = make_engine(address)
    at_version(old, revision)
    as_it_stood(fresh.engine, old)
    old.dispose()
    fresh.close()
    store = open_store(address)
    with store.uow_factory() as uow:
        assert uow.dossiers.get(one.id) == one
        assert uow.outbox.get(sent.id) == sent
        assert uow.deliveries.open("cong", (OutboxState.QUEUED,), None, sent.created_at, 10) == 1
        assert uow.deliveries.get(sent.id, "cong").steps == ()
        assert uow.signers.list() == (signer if revision == "0007" else replace(signer, procedures=()),)
        assert uow.register.list() == (line,)
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    store.close()
