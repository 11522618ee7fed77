"""Opening the search index: a file of its own beside SQLite's store, or tables beside PostgreSQL's."""

import logging
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import event

from workstation.domain.errors import WorkstationError
from workstation.store.engine import make_engine
from workstation.store.fulltext import SqlSearchIndex
from workstation.store.fulltext_postgres import TextSearch
from workstation.store.fulltext_sqlite import Fts5

log = logging.getLogger(__name__)


class LateIndex:
    """Opens the index when it is first asked for, and again when that failed; closes what it opened."""

    def __init__(self, open_: Callable[[], SqlSearchIndex]) -> None:
        self._open, self._lock = open_, threading.Lock()
        self._opened: SqlSearchIndex | None = None

    def __call__(self) -> SqlSearchIndex:
        with self._lock:
            if self._opened is None:
                self._opened = self._open()
            return self._opened

    def close(self) -> None:
        with self._lock:
            if self._opened is not None:
                self._opened.close()


def open_index(path: Path, database: str = "") -> SqlSearchIndex:
    """``path``: of the file; ``database``: the address of a PostgreSQL store, which then holds the index too. A file that is
    damaged is thrown away: what was in it comes from the store. T02 when it can't be opened, M01."""
    if database:
        return SqlSearchIndex(make_engine(database), TextSearch())
    try:
        return _open_file(path)
    except WorkstationError as e:
        if e.code != "T02" or e.params.get("reason") != "damaged":
            raise
        log.warning("%s: the search index is damaged and made anew", e.code)
        remove_index(path)
        return _open_file(path)


def remove_index(path: Path) -> None:
    """Nobody may have it open."""
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _open_file(path: Path) -> SqlSearchIndex:
    engine = make_engine(path)
    event.listen(engine, "connect", _prepare)
    try:
        return SqlSearchIndex(engine, Fts5())
    except BaseException:
        engine.dispose()
        raise


def _prepare(connection: sqlite3.Connection, _: object) -> None:
    """What is erased is not left in the file; and what a question reads again is in memory still (16 MB)."""
    connection.execute("PRAGMA secure_delete=ON")
    connection.execute("PRAGMA cache_size=-16000")
