"""The store as the roof sees it: open, use, close."""

import functools
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Engine, select, text

from workstation.domain.ids import Sha256
from workstation.domain.ports import UnitOfWorkFactory
from workstation.store import tables
from workstation.store.engine import make_engine
from workstation.store.migrate import upgrade
from workstation.store.unit_of_work import SeenDossiers, SqlUnitOfWork


@dataclass(frozen=True, slots=True)
class Store:
    engine: Engine
    seen: SeenDossiers = field(default_factory=SeenDossiers, repr=False)

    @property
    def uow_factory(self) -> UnitOfWorkFactory:
        """Units of work that may write (``domain.ports.UnitOfWorkFactory``)."""
        return functools.partial(SqlUnitOfWork, self.engine, self.seen)

    @property
    def read_factory(self) -> UnitOfWorkFactory:
        """Units of work that only read: one state over all their queries, waiting for nobody. Writing in one fails."""
        return functools.partial(SqlUnitOfWork, self.engine, self.seen, read_only=True)

    def originals(self) -> tuple[Sha256, ...]:
        """Every original that a page has ever named: what has to be in the blob store."""
        with self.engine.connect() as connection:
            return tuple(Sha256(s) for s in connection.scalars(select(tables.OriginalRow.sha256).order_by("sha256")))

    def audit_head(self) -> tuple[int, str]:
        """Number and hash of the last audit line: what to keep outside the database."""
        with self.engine.connect() as connection:
            number, digest = connection.execute(select(tables.AuditHeadRow.number, tables.AuditHeadRow.hash)).one()
            return number, digest

    def sound(self) -> bool:
        """Whether the database's own check finds nothing; reads it all. PostgreSQL keeps this to its administrators: True."""
        if self.engine.dialect.name != "sqlite":
            return True
        with self.engine.connect() as connection:
            return list(connection.scalars(text("PRAGMA integrity_check"))) == ["ok"]

    def close(self) -> None:
        self.engine.dispose()


def open_store(url_or_path: str | Path) -> Store:
    """Opens (SQLite: makes, with its folder) the database and brings its tables up to date.

    M01: disk full; M04: can't be opened, is damaged, or was written by a newer version of the program.
    """
    if "://" not in str(url_or_path):
        Path(url_or_path).parent.mkdir(parents=True, exist_ok=True)
    engine = make_engine(url_or_path)
    try:
        upgrade(engine)
    except BaseException:
        engine.dispose()
        raise
    return Store(engine)
