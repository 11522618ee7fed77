"""Opening a database: SQLite by path, or PostgreSQL by URL; vendor errors become codes here and nowhere else."""

import functools
import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DBAPIError

from workstation.domain.errors import WorkstationError

BUSY_SECONDS = 15
"""How long a writer waits for another one."""

READ_ONLY = "workstation_read_only"
"""Execution option of a connection whose transactions only read."""

_SQLITE_CODES = {
    sqlite3.SQLITE_FULL: ("M01", "full"),
    sqlite3.SQLITE_BUSY: ("M04", "busy"),
    sqlite3.SQLITE_LOCKED: ("M04", "busy"),
    sqlite3.SQLITE_CANTOPEN: ("M04", "open"),
    sqlite3.SQLITE_PERM: ("M04", "open"),
    sqlite3.SQLITE_AUTH: ("M04", "open"),
    sqlite3.SQLITE_READONLY: ("M04", "open"),
    sqlite3.SQLITE_IOERR: ("M04", "disk"),
    sqlite3.SQLITE_CORRUPT: ("M04", "damaged"),
    sqlite3.SQLITE_NOTADB: ("M04", "damaged"),
}
_POSTGRES_CODES = {
    "53100": ("M01", "full"),
    "55P03": ("M04", "busy"),  # lock_not_available
    "57014": ("M04", "busy"),  # query_canceled: the server's own time limit
    "40001": ("K04", "moved"),  # serialization_failure
    "40P01": ("K04", "moved"),  # deadlock_detected
    "XX001": ("M04", "damaged"),
    "XX002": ("M04", "damaged"),
}
_POSTGRES_CLASSES = {
    "08": ("M04", "open"),
    "28": ("M04", "open"),
    "3D": ("M04", "open"),
    "53": ("M04", "busy"),
    "57": ("M04", "open"),
    "58": ("M04", "disk"),
}


def make_engine(url_or_path: str | Path) -> Engine:
    """An engine whose errors are ``WorkstationError`` where the cause is known: M01, M04 (``reason`` open, busy, damaged or
    disk), K04; a broken unique constraint is K04 as well. Anything else passes as it is and is a bug."""
    url = _url(url_or_path)
    serializer = functools.partial(json.dumps, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    if url.get_backend_name() == "sqlite":
        # isolation_level None: the sqlite3 module starts no transactions behind our back; "begin" below does.
        options: dict[str, Any] = {"connect_args": {"isolation_level": None, "timeout": BUSY_SECONDS}}
    else:
        options = {
            "connect_args": {"connect_timeout": 10, "options": f"-c lock_timeout={BUSY_SECONDS}s -c timezone=UTC"},
            "pool_pre_ping": True,
        }
    # hide_parameters: an exception's text reaches logs, and parameters hold names and titles.
    engine = create_engine(url, json_serializer=serializer, hide_parameters=True, **options)
    event.listen(engine, "handle_error", _translate)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_pragmas)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        event.listen(engine, "begin", _begin_postgres)
    return engine


def _url(url_or_path: str | Path) -> URL:
    text = str(url_or_path)
    if "://" not in text:
        return URL.create("sqlite", database=text)
    url = make_url(text)
    return url.set(drivername="postgresql+psycopg") if url.get_backend_name() == "postgresql" else url


def _set_pragmas(connection: sqlite3.Connection, _: object) -> None:
    with _sqlite_errors():
        _write_ahead(connection)
        for pragma in ("synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")


def _write_ahead(connection: sqlite3.Connection) -> None:
    """The change of journal mode needs the file to itself, and SQLite answers BUSY at once where waiting could be a deadlock
    (two stations that open a new database together): its busy timeout does not cover this one, so we wait ourselves."""
    until = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(0.02)


def _begin_sqlite(connection: Connection) -> None:
    """Writers take the write lock at once: a reader that becomes a writer half-way could not wait for another one but
    fails (SQLITE_BUSY_SNAPSHOT). Readers see one state and block nobody."""
    reads = connection.get_execution_options().get(READ_ONLY, False)
    connection.exec_driver_sql(f"PRAGMA query_only={'ON' if reads else 'OFF'}")
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def _begin_postgres(connection: Connection) -> None:
    """Readers see one state over all their queries; writers read what is committed and lock the rows that they change."""
    if connection.get_execution_options().get(READ_ONLY, False):
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")


def _translate(context: ExceptionContext) -> WorkstationError | None:
    """SQLAlchemy raises what this returns."""
    return _known(context.original_exception)


@contextmanager
def _sqlite_errors() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise _known(error) or error from error


def _known(error: BaseException) -> WorkstationError | None:
    if isinstance(error, DBAPIError) and error.orig is not None:
        error = error.orig
    found: tuple[str, str] | None = None
    if isinstance(error, sqlite3.IntegrityError):
        found = (
            ("K04", "taken") if error.sqlite_errorname in {"SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY"} else None
        )
    elif isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", None)  # absent on errors of the Python module itself
        found = _SQLITE_CODES.get(code & 0xFF) if code is not None else None
    elif isinstance(error, psycopg.errors.UniqueViolation):
        found = ("K04", "taken")
    elif isinstance(error, psycopg.Error):
        state = error.sqlstate
        if state is not None:
            found = _POSTGRES_CODES.get(state) or _POSTGRES_CLASSES.get(state[:2])
        elif isinstance(error, psycopg.OperationalError):
            found = ("M04", "open")  # no connection, or it broke
    if found is None:
        return None
    return WorkstationError(found[0], reason=found[1])
