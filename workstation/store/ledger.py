"""The ledger of authorised signers in the store."""

from datetime import date
from typing import Any

from sqlalchemy import Table, insert, select, update

from workstation.domain.authority import Authority
from workstation.domain.errors import WorkstationError
from workstation.domain.ids import AuthorityId, UserName
from workstation.store import tables
from workstation.store.mapping import Row, Stored
from workstation.store.transaction import Transaction

AUTHORITY: Table = tables.AuthorityRow.metadata.tables["authority"]


class SqlSigners:
    """``domain.ports.Signers``."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    def add(self, entry: Authority) -> None:
        self._tx.connection.execute(insert(AUTHORITY), _row(entry))

    def end(self, entry_id: AuthorityId, ended: date, revoked: bool) -> Authority:
        """Written once: the condition is part of the update, so that of two stations that end it at once one is told."""
        open_entry = (AUTHORITY.c.id == entry_id) & AUTHORITY.c.ended.is_(None)
        done = self._tx.connection.execute(update(AUTHORITY).where(open_entry).values(ended=ended, revoked=revoked))
        found = self._tx.rows(select(AUTHORITY).where(AUTHORITY.c.id == entry_id))
        if not found:
            raise KeyError(entry_id)
        if done.rowcount != 1:
            raise WorkstationError("C32", entry="ended")
        return _entry(found[0])

    def list(self) -> tuple[Authority, ...]:
        query = select(AUTHORITY).order_by(AUTHORITY.c.valid_from, AUTHORITY.c.id)
        return tuple(_entry(row) for row in self._tx.rows(self._tx.locked(query)))


def _row(e: Authority) -> Row:
    return {
        "id": e.id,
        "number": e.number,
        "form": e.form,
        "on_behalf_of": e.on_behalf_of,
        "user_name": e.user,
        "certificate": e.certificate,
        "scope": list(e.scope),
        "procedures": list(e.procedures) or None,
        "valid_from": e.valid_from,
        "valid_until": e.valid_until,
        "created_at": e.created_at,
        "created_by": e.created_by,
        "ended": e.ended,
        "revoked": e.revoked,
    }


def _entry(row: Stored) -> Authority:
    values: dict[str, Any] = {name: row[name] for name in ("number", "form", "on_behalf_of", "certificate", "ended", "revoked")}
    return Authority(
        id=AuthorityId(row["id"]),
        user=None if row["user_name"] is None else UserName(row["user_name"]),
        scope=tuple(row["scope"]),
        procedures=tuple(row["procedures"] or ()),
        valid_from=row["valid_from"],
        valid_until=row["valid_until"],
        created_at=row["created_at"],
        created_by=UserName(row["created_by"]),
        **values,
    )
