"""What an older version of the program wrote is read the same by this one, on both databases."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Engine, Table, TableClause, column, delete, insert, inspect, select, table

import workstation.store.migrations
from tests.unit.store.samples import dossier, entry, item
from tests.unit.store.test_ledger import entry as authority
from workstation.domain.arrangement import Step
from workstation.domain.dossier import Dossier
from workstation.domain.fields import IndexField, Proposal
from workstation.domain.outbox import OutboxState
from workstation.domain.page import Page
from workstation.store import mapping
from workstation.store.database import open_store
from workstation.store.engine import make_engine
from workstation.store.tables import Base, HistoryRow, SeriesRow

_OLDER = ("0005", "0006", "0007", "0008", "0012", "0013")


def at_version(engine: Engine, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(*workstation.store.migrations.__path__)))
    config.set_main_option("path_separator", "os")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def _with_columns(now: Table, values: dict[str, Any]) -> TableClause:
    """The table as it was, with the types of those columns that are still there."""
    return table(now.name, *(column(n, now.columns[n].type) if n in now.columns else column(n) for n in values))


def as_it_stood(now: Engine, then: Engine) -> None:
    """The rows of one database in another, as far as its older tables go."""
    with now.connect() as source, then.begin() as target:
        known = inspect(target)
        for now_table in Base.metadata.sorted_tables:
            if now_table.name.startswith("audit") or not known.has_table(now_table.name):
                continue
            target.execute(delete(now_table))  # what a migration puts there itself
            columns = {column["name"] for column in known.get_columns(now_table.name)}
            for row in source.execute(select(now_table)).mappings():
                values = {name: row[name] for name in row if name in columns}
                if "suggestion" in columns:
                    values["suggestion"] = row["proposals"][0][0] if row["proposals"] else ""
                if "manual_rotation" in columns:
                    values["manual_rotation"] = int(dict(row["work"][0][2])["degrees"]) if row["work"] else 0
                target.execute(insert(_with_columns(now_table, values)).values(values))


def _without_codes(page: Page) -> Page:
    return replace(page, codes=(), separator="", cue=None)


def numbered(dossier: Dossier) -> Dossier:
    """Its first document stands in a series."""
    first, *others = dossier.documents
    values = {"notation": "QĐ-UBND", "organ_name": "UBND xã Thử", "issued_date": "2019-03-14"}
    fields = (*first.fields, *(IndexField(name, value, 0.9) for name, value in values.items()))
    return replace(dossier, documents=(replace(first, fields=fields), *others))


def places(engine: Engine) -> list[Any]:
    """Where documents stand in series of numbers."""
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(select(SeriesRow.__table__).order_by(SeriesRow.document_id))]


@pytest.mark.parametrize("revision", _OLDER)
def test_rows_of_an_older_version_come_through(address: str, tmp_path: Path, revision: str) -> None:
    one, signer, line = numbered(dossier()), authority(), entry()
    sent = item(one)
    fresh = open_store(tmp_path / "fresh.sqlite3")
    with fresh.uow_factory() as uow:
        uow.dossiers.add(one)
        uow.outbox.add(sent)
        uow.signers.add(signer)
        uow.register.add(line)
        uow.commit()
    in_series = places(fresh.engine)
    assert [row[2:4] for row in in_series] == [(2019, 12)]
    (tmp_path / "data").mkdir()
    old = make_engine(address)
    at_version(old, revision)
    as_it_stood(fresh.engine, old)
    old.dispose()
    fresh.close()
    store = open_store(address)
    with store.uow_factory() as uow:
        codes_were_kept = revision >= "0012"
        pages = one.pages if codes_were_kept else tuple(_without_codes(p) for p in one.pages)
        assert uow.dossiers.get(one.id) == replace(one, pages=pages)
        assert uow.outbox.get(sent.id) == sent
        assert uow.deliveries.open("cong", (OutboxState.QUEUED,), None, sent.created_at, 10) == 1
        assert uow.deliveries.get(sent.id, "cong").steps == ()
        assert uow.signers.list() == (signer if revision >= "0007" else replace(signer, procedures=()),)
        assert uow.register.list() == (line,)
        assert uow.history.can(one.id) == (False, False) and uow.history.next(one.id, back=True) is None
    assert places(store.engine) == in_series
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    store.close()


def test_steps_of_undo_keep_their_suggestion(address: str, tmp_path: Path) -> None:
    """A step that an older version kept holds the single suggestion that a field had then."""
    one = dossier()
    field = IndexField("subject", "thử", 0.5, proposals=(Proposal("thử lại", "spelling"),))
    document = replace(one.documents[0], fields=(field,))
    fresh = open_store(tmp_path / "fresh.sqlite3")
    with fresh.uow_factory() as uow:
        uow.dossiers.add(one)
        uow.commit()
    (tmp_path / "data").mkdir()
    old = make_engine(address)
    at_version(old, "0012")
    as_it_stood(fresh.engine, old)
    kept = {"documents": [mapping.document_values(document) | {"fields": [_as_it_was(field)]}]}
    with old.begin() as connection:
        connection.execute(insert(HistoryRow).values(dossier_id=one.id, number=1, past=True, step=kept))
    old.dispose()
    fresh.close()
    store = open_store(address)
    with store.uow_factory() as uow:
        assert uow.history.next(one.id, back=True) == Step(documents=(document,))
    store.close()


def _as_it_was(field: IndexField) -> dict[str, Any]:
    now = mapping.field_values(field)
    suggestion = now.pop("proposals")[0][0]
    now.pop("against")
    now.pop("placed")
    now.pop("weak")
    return now | {"suggestion": suggestion}
