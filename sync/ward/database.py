"""The engine of the ward server: durable SQLite by default, PostgreSQL by address."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from sync.ward.models import Base
from sync.ward.problems import Problem


def open_database(data: Path, url: str | None) -> Engine:
    """Opens and, the first time, lays out the tables. ``url`` None: ``ward.sqlite3`` in ``data``."""
    if not url:
        # its owner's alone from the first moment; what SQLite lays beside it takes after it
        os.close(os.open(data / "ward.sqlite3", os.O_RDWR | os.O_CREAT, 0o600))
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


@contextmanager
def writing(engine: Engine) -> Iterator[Session]:
    """One transaction. Two requests with the same key at the same moment: the loser of the unique constraint is told to come
    again. 507 when the database's disk is full, 503 when it can't be reached."""
    try:
        with Session(engine) as session, session.begin():
            yield session
    except IntegrityError as error:
        raise Problem(503, "DANG_XU_LY", headers={"Retry-After": "1"}) from error
    except OperationalError as error:
        raise _unusable(error) from error


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """A transaction that takes no write lock."""
    try:
        with Session(engine.execution_options(ward_readonly=True)) as session:
            yield session
    except OperationalError as error:
        raise _unusable(error) from error


def _unusable(error: OperationalError) -> Problem:
    """SQLite says SQLITE_FULL, PostgreSQL SQLSTATE 53100; the rest is a database that is down or locked."""
    full = getattr(error.orig, "sqlite_errorname", "") == "SQLITE_FULL" or getattr(error.orig, "sqlstate", "") == "53100"
    if full:
        return Problem(507, "HET_CHO", headers={"Retry-After": "300"})
    return Problem(503, "CO_SO_DU_LIEU", headers={"Retry-After": "10"})
