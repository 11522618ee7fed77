"""Rows that differ from what is stored: inserted, updated by column, deleted."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import Connection, Table, and_, delete, insert, update

from workstation.store import tables
from workstation.store.mapping import Row, Stored

T = TypeVar("T")


def table_of(model: type[tables.Base]) -> Table:
    table = model.__table__
    if not isinstance(table, Table):
        raise TypeError(model.__name__)
    return table


def key_of(table: Table, row: Stored) -> tuple[Any, ...]:
    return tuple(row[c.name] for c in table.primary_key)


def _where(table: Table, key: tuple[Any, ...]) -> Any:
    return and_(*(column == value for column, value in zip(table.primary_key, key, strict=True)))


def write_rows(connection: Connection, table: Table, stored: Mapping[tuple[Any, ...], Stored], rows: Sequence[Row]) -> None:
    """Inserts the new rows and updates the columns that differ."""
    new = [row for row in rows if key_of(table, row) not in stored]
    if new:
        connection.execute(insert(table), new)
    for row in rows:
        old = stored.get(key_of(table, row))
        changed = {} if old is None else {name: value for name, value in row.items() if old[name] != value}
        if changed:
            connection.execute(update(table).where(_where(table, key_of(table, row))).values(changed))


def remove_rows(connection: Connection, table: Table, stored: Mapping[tuple[Any, ...], Stored], rows: Sequence[Row]) -> None:
    """Deletes the rows that are no longer there."""
    for key in stored.keys() - {key_of(table, row) for row in rows}:
        connection.execute(delete(table).where(_where(table, key)))


def one_of(found: Sequence[T], wanted: str) -> T:
    if not found:
        raise KeyError(wanted)
    return found[0]
