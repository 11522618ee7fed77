"""The outbox in the store."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, insert, literal, or_, select, true, tuple_, update

from workstation.domain.errors import WorkstationError
from workstation.domain.ids import DossierId, OutboxId
from workstation.domain.outbox import OutboxFile, OutboxItem, OutboxState
from workstation.store import mapping, tables
from workstation.store.mapping import Stored
from workstation.store.rows import key_of, one_of, remove_rows, table_of, write_rows
from workstation.store.transaction import Transaction

ITEM = table_of(tables.OutboxItemRow)
FILE = table_of(tables.OutboxFileRow)
_AGE = (ITEM.c.created_at, ITEM.c.id)
_NAMED_IDS = 500
"""Files of more items than that are read with all there are, rather than by a list of ids."""


def _age(row: Stored) -> tuple[Any, ...]:
    return row["created_at"], row["id"]


class SqlOutbox:
    """``domain.ports.Outbox``.

    Each claim raises the item's ``fence``, and so does giving the lease back (saving with an empty ``lease_owner``).
    ``save`` with an older fence is refused with K04: a sender that was away too long can't overwrite its successor, nor a
    person's "pause" that took the lease away.
    """

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    def add(self, item: OutboxItem) -> None:
        self._tx.connection.execute(insert(ITEM), mapping.item_row(item))
        self._write_files(item)

    def get(self, item_id: OutboxId) -> OutboxItem:
        return one_of(self._load(self._tx.locked(select(ITEM).where(ITEM.c.id == item_id))), item_id)

    def by_dossier(self, dossier_id: DossierId) -> OutboxItem | None:
        """The newest, if it was queued several times."""
        newest = select(ITEM).where(ITEM.c.dossier_id == dossier_id).order_by(ITEM.c.created_at.desc(), ITEM.c.id.desc()).limit(1)
        return next(iter(self._load(self._tx.locked(newest))), None)

    def save(self, item: OutboxItem) -> None:
        lease = self._tx.rows(self._tx.locked(select(ITEM.c.fence, ITEM.c.lease_owner).where(ITEM.c.id == item.id)))
        stored = one_of(lease, item.id)
        if stored["fence"] != item.fence:
            raise WorkstationError("K04", reason="lease")
        given_back = bool(stored["lease_owner"]) and not item.lease_owner
        row = mapping.item_row(replace(item, fence=item.fence + given_back))
        self._tx.connection.execute(update(ITEM).where(ITEM.c.id == item.id).values(row))
        self._write_files(item)

    def claim(self, owner: str, now: datetime, lease_seconds: float) -> OutboxItem | None:
        waiting = [s.value for s in (OutboxState.QUEUED, OutboxState.UNKNOWN, OutboxState.SENDING)]
        free = or_(ITEM.c.lease_owner == "", ITEM.c.lease_until.is_(None), ITEM.c.lease_until <= now)
        due = or_(ITEM.c.next_try.is_(None), ITEM.c.next_try <= now)
        # a state at a time, since then the index gives the first one without sorting them all
        heads = [select(ITEM).where(ITEM.c.state == s, free, due).order_by(*_AGE).limit(1) for s in waiting]
        rows = [row for head in heads for row in self._tx.rows(self._tx.locked(head, skip_locked=True))]
        if not rows:
            return None
        (found,) = self._items([min(rows, key=_age)])
        taken = replace(
            found,
            state=found.state if found.state is OutboxState.UNKNOWN else OutboxState.SENDING,
            attempts=found.attempts + 1,
            lease_owner=owner,
            lease_until=now + timedelta(seconds=lease_seconds),
            fence=found.fence + 1,
        )
        self._tx.connection.execute(update(ITEM).where(ITEM.c.id == taken.id).values(mapping.item_row(taken)))
        return taken

    def list(self, states: Iterable[OutboxState] = ()) -> tuple[OutboxItem, ...]:
        query = select(ITEM).order_by(*_AGE)
        wanted = [s.value for s in states]
        return self._load(query.where(ITEM.c.state.in_(wanted)) if wanted else query)

    def window(self, states: Iterable[OutboxState], after: OutboxItem | None, limit: int) -> tuple[OutboxItem, ...]:
        behind = true() if after is None else tuple_(*_AGE) > tuple_(literal(after.created_at, _AGE[0].type), after.id)
        parts = [select(ITEM).where(ITEM.c.state == s.value, behind).order_by(*_AGE).limit(limit) for s in states]
        rows = sorted((row for part in parts for row in self._tx.rows(part)), key=_age)
        return self._items(rows[:limit])

    def postponed(self, states: Iterable[OutboxState]) -> tuple[OutboxItem, ...]:
        wanted = [s.value for s in states]
        query = select(ITEM).where(ITEM.c.state.in_(wanted), ITEM.c.next_try.is_not(None)).order_by(*_AGE)
        return self._load(self._tx.locked(query))

    def tally(self) -> Mapping[OutboxState, int]:
        rows = self._tx.rows(select(ITEM.c.state, func.count().label("items")).group_by(ITEM.c.state))
        found = {row["state"]: row["items"] for row in rows}
        return {state: found.get(state.value, 0) for state in OutboxState}

    def left_to_send(self, states: Iterable[OutboxState]) -> int:
        open_files = (FILE.c.item_id == ITEM.c.id) & (FILE.c.file_id == "")
        total = func.coalesce(func.sum(FILE.c.bytes - FILE.c.offset), 0).label("left")
        query = select(total).where(open_files, ITEM.c.state.in_([s.value for s in states]))
        return int(one_of(self._tx.rows(query), "sum")["left"])

    def _load(self, query: Select[Any]) -> tuple[OutboxItem, ...]:
        return self._items(self._tx.rows(query))

    def _items(self, rows: Sequence[Stored]) -> tuple[OutboxItem, ...]:
        if not rows:
            return ()
        files: dict[str, list[OutboxFile]] = defaultdict(list)
        parts = select(FILE).order_by(FILE.c.item_id, FILE.c.position)
        if len(rows) <= _NAMED_IDS:
            parts = parts.where(FILE.c.item_id.in_([row["id"] for row in rows]))
        for row in self._tx.rows(parts):
            files[row["item_id"]].append(mapping.outbox_file(row))
        return tuple(mapping.outbox_item(row, tuple(files[row["id"]])) for row in rows)

    def _write_files(self, item: OutboxItem) -> None:
        stored = {key_of(FILE, r): r for r in self._tx.rows(select(FILE).where(FILE.c.item_id == item.id))}
        rows = mapping.file_rows(item)
        write_rows(self._tx.connection, FILE, stored, rows)
        remove_rows(self._tx.connection, FILE, stored, rows)
