"""Thumbnails of a dossier in one file: an SQLite database in the cache, since thousands of small files are slow on a hard disk.

Page workers write, the desktop reads; a row a page. Nothing is forced onto the disk: a process that is killed leaves whole rows
(SQLite's journal), a power cut may leave a damaged file, which is thrown away. A row whose checksum is wrong is no row. All of it
is derived: what is not here is drawn again.
"""

import errno
import sqlite3
import threading
import zlib
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

from workstation.domain.errors import WorkstationError
from workstation.domain.thumbs import RAW, StoredThumb

R = TypeVar("R")
LAYOUT = 1
"""Of the table and of what the pictures look like; a pack of another layout is thrown away."""
BUSY_SECONDS = 5.0
KEEP_OPEN = 2
_TABLE = "CREATE TABLE thumb (page TEXT PRIMARY KEY, kind TEXT NOT NULL, crc INTEGER NOT NULL, jpeg BLOB NOT NULL)"
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_SCHEMA, sqlite3.SQLITE_ERROR)
"""SQLITE_ERROR: no such table or column, so it is no pack of ours."""


class _Open:
    """Packs that this process holds open, the one used last at the end. One user at a time."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self._packs: OrderedDict[Path, tuple[sqlite3.Connection, tuple[int, int]]] = OrderedDict()

    def get(self, pack: Path, *, make: bool) -> sqlite3.Connection | None:
        """None: there is no such pack, and none was to be made. A pack that was deleted meanwhile is opened anew."""
        found = self._packs.pop(pack, None)
        if found is not None and _identity(pack) != found[1]:
            found[0].close()
            found = None
        if found is None:
            if not make and not pack.exists():
                return None
            connection = _connect(pack)
            identity = _identity(pack)
            if identity is None:
                connection.close()
                return None
            found = connection, identity
        self._packs[pack] = found
        while len(self._packs) > KEEP_OPEN:
            self._packs.popitem(last=False)[1][0].close()
        return found[0]

    def close(self, pack: Path) -> None:
        found = self._packs.pop(pack, None)
        if found is not None:
            found[0].close()


_open = _Open()


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        known = path.stat()
    except OSError:
        return None
    return known.st_dev, known.st_ino


def _connect(pack: Path) -> sqlite3.Connection:
    pack.parent.mkdir(parents=True, exist_ok=True)
    address = f"file:{quote(str(pack))}?mode=rwc"
    connection = sqlite3.connect(address, BUSY_SECONDS, isolation_level=None, check_same_thread=False, uri=True)
    try:
        connection.execute("PRAGMA synchronous=OFF")
        if connection.execute("PRAGMA user_version").fetchone() != (LAYOUT,):
            _lay_out(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _lay_out(connection: sqlite3.Connection) -> None:
    """Under the write lock, so that of two workers one makes the table."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        if connection.execute("PRAGMA user_version").fetchone() != (LAYOUT,):
            connection.execute("DROP TABLE IF EXISTS thumb")
            connection.execute(_TABLE)
            connection.execute(f"PRAGMA user_version={LAYOUT:d}")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _with(pack: Path, use: Callable[[sqlite3.Connection], R], *, make: bool) -> R | None:
    """What ``use`` makes of the pack; None if there is none. A damaged one is thrown away, and made anew where it is written to.
    M01 when the disk is full."""
    with _open.lock:
        for last in (False, True):
            try:
                connection = _open.get(pack, make=make)
                return None if connection is None else use(connection)
            except OSError as error:  # the folder can't be made
                if error.errno in (errno.ENOSPC, errno.EDQUOT):
                    raise WorkstationError("M01") from error
                raise
            except sqlite3.Error as error:
                _open.close(pack)
                code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
                if code == sqlite3.SQLITE_FULL:
                    raise WorkstationError("M01") from error
                if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED) or last:
                    return None
                if code in _DAMAGED:
                    remove(pack)
        return None


def remove(pack: Path) -> None:
    """Its journal goes first: left alone it would be taken for that of the next pack of this name."""
    for path in (pack.with_name(pack.name + "-journal"), pack):
        with suppress(OSError):
            path.unlink()


def put(pack: Path, page: str, kind: str, jpeg: bytes) -> None:
    """The page's picture from now on; a raw one never takes the place of another. M01 when the disk is full. A pack that stays
    busy goes without: the picture is drawn again when it is looked at."""
    verb = "INSERT OR IGNORE" if kind == RAW else "INSERT OR REPLACE"
    row = page, kind, zlib.crc32(jpeg), jpeg
    _with(pack, lambda c: c.execute(f"{verb} INTO thumb VALUES (?, ?, ?, ?)", row), make=True)


def forget(pack: Path, page: str) -> None:
    """The pictures of all pages whose key begins so; their bytes in the pack are overwritten."""

    def wipe(connection: sqlite3.Connection) -> None:
        connection.execute("PRAGMA secure_delete=ON")
        connection.execute("PRAGMA journal_mode=MEMORY")  # else the journal holds what is deleted
        try:
            connection.execute("DELETE FROM thumb WHERE substr(page, 1, ?) = ?", (len(page), page))
        finally:
            connection.execute("PRAGMA journal_mode=DELETE")

    _with(pack, wipe, make=False)


def get(pack: Path, page: str) -> StoredThumb | None:
    """The page's picture as it was put."""

    def whole(connection: sqlite3.Connection) -> StoredThumb | None:
        row = connection.execute("SELECT kind, crc, jpeg FROM thumb WHERE page = ?", (page,)).fetchone()
        if row is not None and zlib.crc32(row[2]) != row[1]:
            connection.execute("DELETE FROM thumb WHERE page = ?", (page,))
            return None
        return None if row is None else StoredThumb(row[0], row[2])

    return _with(pack, whole, make=False)
