"""Works off what waits for the peers, each for itself: one peer's trouble holds up neither another nor the ward's receipt."""

import logging
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sync.adapters.line import LONGEST_CALL
from sync.adapters.parcel import parcel_of
from sync.breaker import Breaker
from sync.failure import WardFailure
from sync.journal import SendingCancelled
from sync.throttle import Throttle
from workstation.domain.errors import ErrorNote, WorkstationError
from workstation.domain.events import AuditEvent
from workstation.domain.outbox import RULES, FailureClass, OutboxState, Retry, backoff_seconds
from workstation.domain.peers import BEGUN, CodeBook, DeliveryState, PeerAdapter, PeerDelivery
from workstation.domain.ports import BlobStore, Clock, LineLimits, SendReport, UnitOfWorkFactory, WardLine

log = logging.getLogger("sync.peering")

_OPEN_AT_ONCE = 500
_BUG_WAIT = 900.0
_LONGEST_STOP = 1.5
"""Seconds to wait at the end for the peers that are being talked to; what hangs finds its lease gone."""
_KEYRING = frozenset({FailureClass.KHO_KHOA.value, FailureClass.KHO_LOI.value})
"""Of this machine: the secret can't be read, and no other delivery would fare better."""
_BLAMELESS = frozenset({Retry.LINE, Retry.WAIT, Retry.PEER})
"""Failures that say something of the peer: the others that wait for it are spared this round."""


class DeliveryJournal:
    """``domain.peers.StepJournal`` on a leased delivery."""

    def __init__(
        self,
        uow: UnitOfWorkFactory,
        clock: Clock,
        delivery: PeerDelivery,
        throttle: Throttle,
        stopped: Callable[[], bool],
        lease_seconds: float,
    ) -> None:
        self._uow = uow
        self._clock = clock
        self._throttle = throttle
        self.stopped = stopped
        self._lease = timedelta(seconds=lease_seconds)
        self.delivery = delivery

    def get(self, step: str) -> str:
        return dict(self.delivery.steps).get(step, "")

    def begin(self, step: str) -> None:
        self._check()
        self._write(step, BEGUN)

    def done(self, step: str, value: str) -> None:
        if value in ("", BEGUN):
            raise ValueError(step)
        self._write(step, value)

    def forget(self, step: str) -> None:
        self._write(step, None)

    def moving(self, count: int) -> None:
        self._check()
        self._throttle.take(count, self._check)
        self.save()  # a long upload begins with a whole lease

    def save(self, **changes: object) -> None:
        lease = self._clock.now() + self._lease
        self._store(replace(self.delivery, **{"lease_until": lease, **changes}))  # type: ignore[arg-type]

    def close(self, **changes: object) -> None:
        """Gives the lease back."""
        self._store(replace(self.delivery, lease_owner="", lease_until=None, **changes))  # type: ignore[arg-type]

    def end(self, action: str, detail: tuple[tuple[str, str | int | float], ...], **changes: object) -> None:
        """The last state for now, and its audit event, in one transaction."""
        known = (("peer", self.delivery.peer), *detail)
        closed = replace(self.delivery, lease_owner="", lease_until=None, next_try=None, **changes)  # type: ignore[arg-type]
        self._store(closed, AuditEvent(self._clock.now(), "system", action, closed.item_id, tuple(sorted(known))))

    def _write(self, step: str, value: str | None) -> None:
        steps = {k: v for k, v in self.delivery.steps if k != step} | ({} if value is None else {step: value})
        self.save(steps=tuple(sorted(steps.items())))

    def take_over(self) -> None:
        """For another thread than the one that works on it and does not come back: free again as it is stored, and what that
        thread may still bring is refused (K04)."""
        with self._uow() as uow:
            stored = uow.deliveries.get(self.delivery.item_id, self.delivery.peer)
            if stored.fence == self.delivery.fence and stored.lease_owner:
                uow.deliveries.save(replace(stored, state=stored.waiting_state, lease_owner="", lease_until=None))
                uow.commit()

    def _store(self, delivery: PeerDelivery, *events: AuditEvent) -> None:
        with self._uow() as uow:
            uow.deliveries.save(delivery)
            for event in events:
                uow.audit.append(event)
            uow.commit()
        self.delivery = delivery

    def _check(self) -> None:
        if self.stopped():
            raise SendingCancelled


@dataclass(frozen=True, slots=True)
class Served:
    """A configured peer with its codes. ``since``: of older items none is opened."""

    adapter: PeerAdapter
    book: CodeBook
    since: datetime | None


class PeerRound:
    """One peer's turn: opens what is to go there, works off what is due. For one thread at a time."""

    def __init__(
        self,
        uow: UnitOfWorkFactory,
        blobs: BlobStore,
        clock: Clock,
        served: Served,
        owner: str,
        rng: random.Random,
        limits: LineLimits,
        after: frozenset[OutboxState],
    ) -> None:
        """``after``: states of the outbox from which a dossier goes to peers: received, or any where there is no ward server."""
        self._uow = uow
        self._blobs = blobs
        self._clock = clock
        self._served = served
        self._name = served.adapter.config.name
        self._owner = owner
        self._rng = rng
        self._limits = limits
        self._throttle = Throttle(limits.bytes_per_second)
        self._after = after
        # longer than the longest call: who comes later must not find free what is still being asked about
        self._lease_seconds = LONGEST_CALL * served.adapter.config.seconds + 60.0
        self._at_work: DeliveryJournal | None = None
        self._breaker = Breaker()

    def close(self) -> None:
        """From any thread; a delivery that is still under way is given back."""
        if (journal := self._at_work) is not None:
            journal.take_over()
        self._served.adapter.close()

    def run(self, cancelled: Callable[[], bool]) -> bool:
        """Whether a delivery was at work."""

        def stopped() -> bool:
            return cancelled() or not self._limits.open()

        started = self._clock.now()
        with self._uow() as uow:
            if uow.deliveries.open(self._name, self._after, self._served.since, started, _OPEN_AT_ONCE):
                uow.commit()
        tried = False
        while not stopped() and not self._breaker_open():
            with self._uow() as uow:
                delivery = uow.deliveries.claim(self._name, self._owner, started, self._lease_seconds)
                uow.commit()
            if delivery is None:
                break
            tried = True
            journal = DeliveryJournal(self._uow, self._clock, delivery, self._throttle, stopped, self._lease_seconds)
            self._at_work = journal
            try:
                if not self._one(journal):
                    break
            finally:
                self._at_work = None
        return tried

    def _breaker_open(self) -> bool:
        """Until the waiting time of the delivery that opened it is over, as in ``sync.sender``."""
        if self._breaker.opener is None:
            return False
        with self._uow() as uow:
            delivery = uow.deliveries.get(self._breaker.opener, self._name)
        waiting = delivery.next_try is not None and delivery.next_try > self._clock.now()
        if not waiting:
            self._breaker.close()
        return waiting

    def _one(self, journal: DeliveryJournal) -> bool:
        """One delivery to its end for this round; False: no use in trying others now."""
        try:
            with self._uow() as uow:
                item = uow.outbox.get(journal.delivery.item_id)
            done = self._served.adapter.deliver(parcel_of(item, self._served.book), self._blobs.path, journal)
            journal.end("peer_delivered", (), state=DeliveryState.DELIVERED, reference=done.reference, error=None)
            self._breaker.answered(journal.delivery.item_id)
        except SendingCancelled:
            journal.close(state=journal.delivery.waiting_state, attempts=journal.delivery.attempts - 1)
            return False
        except WardFailure as failure:
            return self._failed(journal, failure)
        except WorkstationError as error:
            if error.code == "K04":
                if not journal.stopped():
                    log.warning("lease lost")
                return True
            if error.code in _KEYRING:
                return self._failed(journal, WardFailure(FailureClass(error.code), sent=False))
            self._postpone(journal, error.note, _BUG_WAIT)
        except Exception as error:  # noqa: BLE001 - our own bug costs this delivery, not the ones behind it
            log.error("B01 %s", type(error).__name__)
            self._postpone(journal, ErrorNote("B01", (("type", type(error).__name__),)), _BUG_WAIT)
        return True

    def _failed(self, journal: DeliveryJournal, failure: WardFailure) -> bool:
        log.info("%s %s status %d", self._name, failure.failure.name, failure.status)
        rule, delivery = RULES[failure.failure], journal.delivery
        note = self._note(journal, failure)
        if rule.retry is Retry.PARK:
            journal.end("peer_returned", (("code", note.code), *note.params), state=DeliveryState.REJECTED, error=note)
            self._breaker.answered(delivery.item_id)
            return True
        opens = self._breaker.failed(delivery.item_id, failure)
        # opened by a delivery that may be new, of a peer that may have been troubled for long
        attempts = max(delivery.attempts, self._breaker.openings) if opens else delivery.attempts
        self._postpone(journal, note, backoff_seconds(failure.failure, attempts, failure.retry_after, self._rng))
        if opens:
            self._breaker.open(delivery.item_id)
        return rule.retry not in _BLAMELESS

    def _postpone(self, journal: DeliveryJournal, note: ErrorNote, seconds: float) -> None:
        due = self._clock.now() + timedelta(seconds=max(1.0, seconds))
        journal.close(state=journal.delivery.waiting_state, error=note, next_try=due)

    def _note(self, journal: DeliveryJournal, failure: WardFailure) -> ErrorNote:
        params: dict[str, str | int | float] = {"field": failure.field} if failure.field else {}
        if RULES[failure.failure].late_actor is not None:
            params["since"] = _since(journal.delivery, failure.failure, self._clock)
        return ErrorNote(failure.failure.value, tuple(sorted(params.items())))


def _since(delivery: PeerDelivery, failure: FailureClass, clock: Clock) -> str:
    """Since when this very class keeps it waiting (ISO 8601)."""
    before = delivery.error
    known = dict(before.params).get("since") if before is not None and before.code == failure.value else None
    return str(known or clock.now().isoformat())


class SenderWithPeers:
    """``domain.ports.Sender``: the ward server first, then each peer in a thread of its own. A round waits for peers no longer
    than ``patience`` seconds; a peer that hangs keeps its thread, and gets no second one."""

    def __init__(
        self, ward: WardLine, rounds: tuple[PeerRound, ...], patience: float, changed: Callable[[], None] = lambda: None
    ) -> None:
        """``changed``: told, on the peer's thread, when deliveries have been at work."""
        self._ward = ward
        self._rounds = rounds
        self._patience = patience
        self._changed = changed
        self._threads: dict[int, threading.Thread] = {}
        self._ending = threading.Event()

    def probe(self) -> bool:
        return self._ward.probe()

    def send_due(self, cancelled: Callable[[], bool]) -> tuple[SendReport, ...]:
        reports = self._ward.send_due(cancelled)
        self.send_beside(cancelled)
        return reports

    def send_beside(self, cancelled: Callable[[], bool]) -> None:
        for index, one in enumerate(self._rounds):
            before = self._threads.get(index)
            if before is None or not before.is_alive():
                thread = threading.Thread(target=self._run, args=(one, cancelled), name=f"peer-{index}", daemon=True)
                self._threads[index] = thread
                thread.start()
        self.settle(self._patience)

    def settle(self, seconds: float | None = None) -> None:
        """Waits until the peers' rounds are done; None: as long as they take."""
        until = None if seconds is None else time.monotonic() + seconds
        for thread in self._threads.values():
            thread.join(None if until is None else max(0.0, until - time.monotonic()))

    def close(self) -> None:
        self._ending.set()
        self.settle(_LONGEST_STOP)
        for one in self._rounds:
            try:
                one.close()
            except WorkstationError as error:
                log.warning("%s", error.code)  # its lease runs out by itself

    def _run(self, one: PeerRound, cancelled: Callable[[], bool]) -> None:
        try:
            if one.run(lambda: self._ending.is_set() or cancelled()):
                self._changed()
        except WorkstationError as error:
            log.warning("%s", error.code)  # our own store: the ward's round meets it too, and says so
        except Exception as error:  # noqa: BLE001 - a bug here must not end in a thread that nobody hears
            log.error("B01 %s", type(error).__name__)
