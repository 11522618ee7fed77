"""Deliveries to peers in the store."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import and_, func, or_, select, update

from workstation.domain.errors import WorkstationError
from workstation.domain.ids import OutboxId
from workstation.domain.outbox import OutboxState
from workstation.domain.peers import DeliveryState, PeerDelivery
from workstation.store import tables
from workstation.store.mapping import Row, Stored, error_in, error_out
from workstation.store.rows import one_of, table_of
from workstation.store.transaction import Transaction

ITEM = table_of(tables.OutboxItemRow)
DELIVERY = table_of(tables.PeerDeliveryRow)
_NAMED_IDS = 500
"""Deliveries of more items than that are read with all there are, rather than by a list of ids."""
_WAITING = (DeliveryState.QUEUED, DeliveryState.UNKNOWN, DeliveryState.SENDING)


class SqlDeliveries:
    """``domain.peers.Deliveries``. Each claim raises the ``fence``, and so does giving the lease back, as in the outbox."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    def open(self, peer: str, states: Iterable[OutboxState], since: datetime | None, now: datetime, limit: int) -> int:
        known = and_(DELIVERY.c.item_id == ITEM.c.id, DELIVERY.c.peer == peer)
        ready = and_(ITEM.c.state.in_([s.value for s in states]), ITEM.c.next_try.is_(None))
        missing = select(ITEM.c.id).where(ready, ~select(1).where(known).exists())
        if since is not None:
            missing = missing.where(ITEM.c.created_at >= since)
        found = self._tx.rows(missing.order_by(ITEM.c.created_at, ITEM.c.id).limit(limit))
        rows = [_row(PeerDelivery(OutboxId(row["id"]), peer, now)) for row in found]
        self._tx.insert_missing(DELIVERY, rows)
        return len(rows)

    def claim(self, peer: str, owner: str, now: datetime, lease_seconds: float) -> PeerDelivery | None:
        free = or_(DELIVERY.c.lease_owner == "", DELIVERY.c.lease_until.is_(None), DELIVERY.c.lease_until <= now)
        due = or_(DELIVERY.c.next_try.is_(None), DELIVERY.c.next_try <= now)
        waiting = DELIVERY.c.state.in_([s.value for s in _WAITING])
        head = select(DELIVERY).where(DELIVERY.c.peer == peer, waiting, free, due)
        head = head.order_by(DELIVERY.c.created_at, DELIVERY.c.item_id).limit(1)
        rows = self._tx.rows(self._tx.locked(head, skip_locked=True))
        if not rows:
            return None
        found = _delivery(rows[0])
        taken = replace(
            found,
            state=found.state if found.state is DeliveryState.UNKNOWN else DeliveryState.SENDING,
            attempts=found.attempts + 1,
            lease_owner=owner,
            lease_until=now + timedelta(seconds=lease_seconds),
            fence=found.fence + 1,
        )
        self._write(taken)
        return taken

    def get(self, item_id: OutboxId, peer: str) -> PeerDelivery:
        query = select(DELIVERY).where(DELIVERY.c.item_id == item_id, DELIVERY.c.peer == peer)
        return _delivery(one_of(self._tx.rows(self._tx.locked(query)), item_id))

    def save(self, delivery: PeerDelivery) -> None:
        stored = self.get(delivery.item_id, delivery.peer)
        if stored.fence != delivery.fence:
            raise WorkstationError("K04", reason="lease")
        given_back = bool(stored.lease_owner) and not delivery.lease_owner
        self._write(replace(delivery, fence=delivery.fence + given_back))

    def of_items(self, item_ids: Sequence[OutboxId]) -> Mapping[OutboxId, tuple[PeerDelivery, ...]]:
        query = select(DELIVERY).order_by(DELIVERY.c.peer)
        if len(item_ids) <= _NAMED_IDS:
            query = query.where(DELIVERY.c.item_id.in_(item_ids))
        found: dict[OutboxId, list[PeerDelivery]] = {item_id: [] for item_id in item_ids}
        for row in self._tx.rows(query):
            if row["item_id"] in found:
                found[row["item_id"]].append(_delivery(row))
        return {item_id: tuple(rows) for item_id, rows in found.items()}

    def returned(self, peer: str) -> tuple[PeerDelivery, ...]:
        query = select(DELIVERY).where(DELIVERY.c.peer == peer, DELIVERY.c.state == DeliveryState.REJECTED.value)
        rows = self._tx.rows(self._tx.locked(query.order_by(DELIVERY.c.created_at, DELIVERY.c.item_id)))
        return tuple(_delivery(row) for row in rows)

    def tally(self, peer: str) -> Mapping[DeliveryState, int]:
        query = select(DELIVERY.c.state, func.count().label("items")).where(DELIVERY.c.peer == peer).group_by(DELIVERY.c.state)
        found = {row["state"]: row["items"] for row in self._tx.rows(query)}
        return {state: found.get(state.value, 0) for state in DeliveryState}

    def _write(self, delivery: PeerDelivery) -> None:
        key = and_(DELIVERY.c.item_id == delivery.item_id, DELIVERY.c.peer == delivery.peer)
        self._tx.connection.execute(update(DELIVERY).where(key).values(_row(delivery)))


def _row(d: PeerDelivery) -> Row:
    return {
        "item_id": d.item_id,
        "peer": d.peer,
        "created_at": d.created_at,
        "state": d.state.value,
        "steps": dict(d.steps),
        "reference": d.reference,
        "attempts": d.attempts,
        "next_try": d.next_try,
        "error": error_out(d.error),
        "lease_owner": d.lease_owner,
        "lease_until": d.lease_until,
        "fence": d.fence,
    }


def _delivery(row: Stored) -> PeerDelivery:
    return PeerDelivery(
        item_id=OutboxId(row["item_id"]),
        peer=row["peer"],
        created_at=row["created_at"],
        state=DeliveryState(row["state"]),
        steps=tuple(sorted(row["steps"].items())),
        reference=row["reference"],
        attempts=row["attempts"],
        next_try=row["next_try"],
        error=error_in(row["error"]),
        lease_owner=row["lease_owner"],
        lease_until=row["lease_until"],
        fence=row["fence"],
    )
