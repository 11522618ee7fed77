"""Deliveries to peers: opened once, claimed by one, fenced, on both databases."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.unit.store.samples import T0, dossier, item
from workstation.domain.errors import ErrorNote, WorkstationError
from workstation.domain.ids import OutboxId
from workstation.domain.outbox import OutboxState
from workstation.domain.peers import BEGUN, DeliveryState, PeerDelivery
from workstation.store.database import Store

QUEUED = (OutboxState.QUEUED,)


def opened(store: Store, count: int = 1, peer: str = "a") -> list[OutboxId]:
    with store.uow_factory() as uow:
        for i in range(count):
            d = dossier(f"HS-{i:04d}")
            uow.dossiers.add(d)
            uow.outbox.add(item(d, minutes=i))
        assert uow.deliveries.open(peer, QUEUED, None, T0, 100) == count
        assert uow.deliveries.open(peer, QUEUED, None, T0, 100) == 0
        uow.commit()
        return [i.id for i in uow.outbox.list()]


def claim(store: Store, owner: str, after: timedelta = timedelta(), peer: str = "a") -> PeerDelivery | None:
    with store.uow_factory() as uow:
        taken = uow.deliveries.claim(peer, owner, T0 + after, 60)
        uow.commit()
    return taken


def test_opened_for_a_peer_by_state_and_day(store: Store) -> None:
    ids = opened(store, 3)
    with store.uow_factory() as uow:
        assert uow.deliveries.open("b", (OutboxState.RECEIVED,), None, T0, 100) == 0
        newest = uow.outbox.get(ids[2]).created_at
        assert uow.deliveries.open("b", QUEUED, newest, T0, 100) == 1
        assert uow.deliveries.open("b", QUEUED, None, T0, 1) == 1  # oldest first
        uow.commit()
    with store.read_factory() as uow:
        found = uow.deliveries.of_items(ids)
        assert [[d.peer for d in found[i]] for i in ids] == [["a", "b"], ["a"], ["a", "b"]]
        assert uow.deliveries.tally("a") == dict.fromkeys(DeliveryState, 0) | {DeliveryState.QUEUED: 3}


def test_it_comes_back_as_it_was(store: Store) -> None:
    (item_id,) = opened(store)
    taken = claim(store, "x")
    assert taken is not None
    changed = replace(
        taken, steps=(("case", BEGUN), ("file.1", "7 ab")), error=ErrorNote("G12", (("field", "MaTTHC"),)), reference="Mã 7",
        next_try=T0, state=DeliveryState.REJECTED,
    )  # fmt: skip
    with store.uow_factory() as uow:
        uow.deliveries.save(changed)
        uow.commit()
    with store.read_factory() as uow:
        assert uow.deliveries.get(item_id, "a") == changed
        assert uow.deliveries.returned("a") == (changed,) and uow.deliveries.returned("b") == ()
        with pytest.raises(KeyError):
            uow.deliveries.get(item_id, "b")


def test_a_lease_keeps_others_away_until_it_runs_out_and_a_late_one_is_fenced_off(store: Store) -> None:
    opened(store)
    first = claim(store, "x")
    assert first is not None and (first.state, first.attempts) == (DeliveryState.SENDING, 1)
    assert claim(store, "y") is None
    second = claim(store, "y", timedelta(minutes=2))
    assert second is not None and second.lease_owner == "y" and second.fence > first.fence
    with store.uow_factory() as uow, pytest.raises(WorkstationError, match="K04"):
        uow.deliveries.save(replace(first, steps=(("case", "7"),)))
    back = replace(second, lease_owner="", lease_until=None, state=DeliveryState.UNKNOWN, next_try=T0 + timedelta(hours=1))
    with store.uow_factory() as uow:
        uow.deliveries.save(back)
        uow.commit()
    with store.uow_factory() as uow, pytest.raises(WorkstationError, match="K04"):
        uow.deliveries.save(second)  # given back is given back
    assert claim(store, "z", timedelta(minutes=5)) is None
    third = claim(store, "z", timedelta(hours=2))
    assert third is not None and (third.state, third.attempts) == (DeliveryState.UNKNOWN, 3)


def test_a_peer_gets_its_own_only_and_the_oldest_first(store: Store) -> None:
    ids = opened(store, 2)
    opened_for_b = claim(store, "x", peer="b")
    assert opened_for_b is None
    taken = [claim(store, "x"), claim(store, "x"), claim(store, "x")]
    assert [d and d.item_id for d in taken] == [*ids, None]
