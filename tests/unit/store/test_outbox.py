"""The outbox: claims, leases and fences, on both databases."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.unit.store.samples import T0, dossier, item, sha
from workstation.domain.errors import ErrorNote, WorkstationError
from workstation.domain.ids import DossierId
from workstation.domain.outbox import OutboxState, Receipt
from workstation.store.database import Store

MINUTE = timedelta(minutes=1)


def queued(store: Store, count: int = 1) -> list[DossierId]:
    with store.uow_factory() as uow:
        for i in range(count):
            d = dossier(f"HS-{i:04d}")
            uow.dossiers.add(d)
            uow.outbox.add(item(d, minutes=i))
        uow.commit()
        return [i.dossier_id for i in uow.outbox.list()]


def claim(store: Store, owner: str, now: datetime = T0) -> tuple[str, OutboxState, int] | None:
    with store.uow_factory() as uow:
        taken = uow.outbox.claim(owner, now, 60)
        uow.commit()
    return None if taken is None else (taken.dossier_code, taken.state, taken.attempts)


def test_item_comes_back_as_it_was(store: Store) -> None:
    d = dossier()
    first = item(d)
    with store.uow_factory() as uow:
        uow.dossiers.add(d)
        uow.outbox.add(first)
        uow.commit()
    changed = replace(
        first,
        files=(replace(first.files[0], offset=4_999_999_999, upload_url="https://ward.example/u/1", file_id="f"), first.files[0]),
        state=OutboxState.RECEIVED,
        error=ErrorNote("G01", (("http", 503),)),
        receipt=Receipt("r", "2026-11-21T00:00:00Z", sha("m"), "k", "a.b.c"),
        next_try=T0,
        manifest="{}",
        bytes_sent=5_000_000_001,
    )
    with store.uow_factory() as uow:
        uow.outbox.save(changed)
        uow.commit()
    with store.read_factory() as uow:
        assert uow.outbox.get(first.id) == changed == uow.outbox.by_dossier(d.id)
        assert uow.outbox.list([OutboxState.RECEIVED]) == (changed,)
        assert uow.outbox.list([OutboxState.QUEUED]) == ()
        assert uow.outbox.by_dossier(DossierId("nobody")) is None
    with store.uow_factory() as uow:
        uow.outbox.save(replace(changed, files=first.files))
        uow.commit()
    with store.read_factory() as uow:
        assert uow.outbox.get(first.id).files == first.files


def test_claim_takes_the_oldest_that_is_due_and_free(store: Store) -> None:
    queued(store, 4)
    with store.uow_factory() as uow:
        a, b, c, _ = uow.outbox.list()
        uow.outbox.save(replace(a, next_try=T0 + 2 * MINUTE))
        uow.outbox.save(replace(b, state=OutboxState.PAUSED))
        uow.outbox.save(replace(c, state=OutboxState.UNKNOWN, next_try=T0))
        uow.commit()
    assert claim(store, "pc1") == ("HS-0002", OutboxState.UNKNOWN, 1)  # is asked first, not sent
    assert claim(store, "pc2") == ("HS-0003", OutboxState.SENDING, 1)
    assert claim(store, "pc1") is None
    # both leases have run out, the first item is due
    assert claim(store, "pc3", T0 + 3 * MINUTE) == ("HS-0000", OutboxState.SENDING, 1)
    assert claim(store, "pc3", T0 + 3 * MINUTE) == ("HS-0002", OutboxState.UNKNOWN, 2)
    assert claim(store, "pc3", T0 + 3 * MINUTE) == ("HS-0003", OutboxState.SENDING, 2)
    assert claim(store, "pc3", T0 + 3 * MINUTE) is None


@pytest.mark.parametrize("state", [OutboxState.RECEIVED, OutboxState.REJECTED, OutboxState.PAUSED])
def test_what_is_settled_is_not_claimed(store: Store, state: OutboxState) -> None:
    queued(store)
    with store.uow_factory() as uow:
        uow.outbox.save(replace(uow.outbox.list()[0], state=state))
        uow.commit()
    assert claim(store, "pc1", T0 + 60 * MINUTE) is None


def test_a_lost_lease_can_not_write(store: Store) -> None:
    queued(store)
    with store.uow_factory() as uow:
        slow = uow.outbox.claim("pc1", T0, 60)
        uow.commit()
    assert slow is not None
    with store.uow_factory() as uow:  # the lease is ours: journal of the upload
        uow.outbox.save(replace(slow, bytes_sent=1))
        uow.commit()
    with store.uow_factory() as uow:
        quick = uow.outbox.claim("pc2", T0 + 2 * MINUTE, 60)
        uow.commit()
    assert quick is not None
    with pytest.raises(WorkstationError, match="K04"), store.uow_factory() as uow:
        uow.outbox.save(replace(slow, state=OutboxState.QUEUED, lease_owner="", lease_until=None))
    done = replace(quick, state=OutboxState.RECEIVED, lease_owner="", lease_until=None)
    with store.uow_factory() as uow:
        uow.outbox.save(done)
        uow.commit()
    with pytest.raises(WorkstationError, match="K04"), store.uow_factory() as uow:
        uow.outbox.save(replace(quick, state=OutboxState.QUEUED))  # it has given the lease back
    with store.read_factory() as uow:
        assert uow.outbox.list()[0].state is OutboxState.RECEIVED


def test_a_person_takes_the_lease_from_a_sender(store: Store) -> None:
    queued(store)
    with store.uow_factory() as uow:
        sending = uow.outbox.claim("pc1", T0, 60)
        uow.commit()
    assert sending is not None
    with store.uow_factory() as uow:
        uow.outbox.save(replace(uow.outbox.get(sending.id), state=OutboxState.PAUSED, lease_owner="", lease_until=None))
        uow.commit()
    with pytest.raises(WorkstationError, match="K04"), store.uow_factory() as uow:
        uow.outbox.save(replace(sending, bytes_sent=7))


def test_many_senders_never_claim_the_same(store: Store) -> None:
    queued(store, 20)
    start = threading.Barrier(4)

    def work(owner: str) -> list[str]:
        start.wait()
        taken = []
        while (got := claim(store, owner)) is not None:
            taken.append(got[0])
        return taken

    with ThreadPoolExecutor(4) as threads:
        taken = [code for codes in threads.map(work, "abcd") for code in codes]
    assert sorted(taken) == [f"HS-{i:04d}" for i in range(20)]
