"""What a backup needs of the store: a copy of an SQLite database while others write to it, and the blobs that it names."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, select

from workstation.domain.ids import Sha256
from workstation.domain.page import PageState
from workstation.store import tables
from workstation.store.rows import table_of


def copy_sqlite(source: Path, target: Path) -> None:
    """SQLite's online backup: one state of the database, whoever writes meanwhile. ``target`` becomes one file without a log."""
    with closing(sqlite3.connect(source)) as reader, closing(sqlite3.connect(target)) as writer:
        reader.backup(writer)
        writer.execute("PRAGMA journal_mode=DELETE")


def named_blobs(engine: Engine) -> set[Sha256]:
    """Every blob that a row names: originals of all times, published and signed files, kept copies, books of copies. Without what
    bears a mark of a state secret, as long as nobody has looked at it, or is to be erased."""
    original, document, outbox, kept, entry = (
        table_of(row)
        for row in (tables.OriginalRow, tables.DocumentRow, tables.OutboxFileRow, tables.KeptFileRow, tables.EntryRow)
    )
    page, erasure = table_of(tables.PageRow), table_of(tables.ErasureRow)
    held = page.c.state == PageState.HELD.value
    found: set[Sha256] = set()
    with engine.connect() as connection:
        for column in (original.c.sha256, outbox.c.sha256, kept.c.sealed, kept.c.sha256):
            found.update(map(Sha256, connection.scalars(select(column))))
        for table in (document, entry):
            for row in connection.execute(select(table.c.published, table.c.sealed)):
                found.update(_files(*row))
        stopped = {*connection.scalars(select(page.c.original).where(held)), *connection.scalars(select(erasure.c.sha256))}
        found -= stopped - {*connection.scalars(select(page.c.original).where(~held, page.c.original.in_(stopped)))}
    return found


def _files(published: Any, sealed: Any) -> Iterator[Sha256]:
    if published:
        yield Sha256(published["sha256"])
    if sealed:
        yield Sha256(sealed["sha256"])
        yield Sha256(sealed["published"])
