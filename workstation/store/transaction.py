"""A connection that repositories share."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Engine, Select, Table
from sqlalchemy.dialects import postgresql, sqlite

from workstation.store.engine import READ_ONLY
from workstation.store.mapping import Row, Stored


class Transaction:
    """A connection that is opened with the first statement, so that who only computes holds no lock."""

    def __init__(self, engine: Engine, read_only: bool) -> None:
        self._engine = engine
        self.read_only = read_only
        self._connection: Connection | None = None

    @property
    def connection(self) -> Connection:
        if self._connection is None:
            self._connection = self._engine.connect().execution_options(**{READ_ONLY: self.read_only})
        return self._connection

    def commit(self) -> None:
        if self._connection is not None:
            self._connection.commit()

    def close(self) -> None:
        """Rolls back what was not committed."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def rows(self, query: Select[Any]) -> Sequence[Stored]:
        return self.connection.execute(query).mappings().all()

    def locked(self, query: Select[Any], skip_locked: bool = False) -> Select[Any]:
        """Locks the rows on PostgreSQL; a writer on SQLite holds the whole database anyway."""
        return query if self.read_only else query.with_for_update(skip_locked=skip_locked)

    def insert_missing(self, table: Table, rows: Sequence[Row]) -> None:
        if rows:
            dialect = postgresql if self._engine.dialect.name == "postgresql" else sqlite
            self.connection.execute(dialect.insert(table).on_conflict_do_nothing(), rows)
