"""The engine of the ward server: durable SQLite by default, PostgreSQL by address."""

from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from sync.ward.models import Base


def open_database(data: Path, url: str | None) -> Engine:
    """Opens and, the first time, lays out the tables. ``url`` None: ``ward.sqlite3`` in ``data``."""
    address = make_url(url) if url else make_url("sqlite://").set(database=str(data / "ward.sqlite3"))
    # parameters are document metadata: they must not reach a log by way of an exception
    engine = create_engine(address, hide_parameters=True, pool_pre_ping=address.get_backend_name() != "sqlite")
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _sqlite_connect)
        event.listen(engine, "begin", _sqlite_begin)
    Base.metadata.create_all(engine)
    return engine


def _sqlite_connect(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    # the driver's own BEGIN comes too late to take the write lock first
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _sqlite_begin(connection: Connection) -> None:
    """Writers queue up at the start of a transaction instead of failing in its middle."""
    readonly = connection.get_execution_options().get("ward_readonly", False)
    connection.exec_driver_sql("BEGIN" if readonly else "BEGIN IMMEDIATE")
