"""Drains the outbox to the ward server (``domain.ports.WardLine``): which item, when, and what becomes of one that failed.

What failed follows one table (``domain.outbox.RULES``); how an item is carried over is ``sync.delivery``.
"""

import logging
import random
import time
from collections.abc import Callable
from datetime import datetime

from sync.breaker import Breaker
from sync.contract import WardClient
from sync.delivery import Delivery, Peer
from sync.failure import WardFailure
from sync.journal import LEASE_SECONDS, Journal, SendingCancelled, take_over
from sync.lanes import Lane, Lanes
from sync.receipt_list import Replies
from sync.receipts import TrustedKeys
from sync.throttle import Throttle
from workstation.domain.errors import ErrorNote, WorkstationError
from workstation.domain.outbox import RULES, OutboxState, Retry, backoff_seconds
from workstation.domain.ports import BlobStore, Clock, LineLimits, SendReport, UnitOfWorkFactory

log = logging.getLogger("sync.sender")

_BUG_WAIT = 900.0
_STATION = frozenset({"K04", "M01", "M04"})
"""Errors of our own store that no other item would escape."""


class WardSender:
    """One peer. Not for use by several threads at once; several processes are kept apart by leases (``owner`` must differ).

    ``keys`` gives the pinned public keys and is called at each receipt, so that a renewed file counts at once.
    """

    def __init__(
        self,
        uow: UnitOfWorkFactory,
        blobs: BlobStore,
        clock: Clock,
        client: WardClient,
        keys: Callable[[], TrustedKeys],
        owner: str,
        rng: random.Random,
        limits: LineLimits,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._uow = uow
        self._blobs = blobs
        self._clock = clock
        self._peer = Peer(client, keys, Throttle(limits.bytes_per_second), monotonic)
        self._owner = owner
        self._rng = rng
        self._limits = limits
        self._breaker = Breaker()

    def probe(self) -> bool:
        return self._peer.client.reachable()

    def send_due(self, cancelled: Callable[[], bool]) -> tuple[SendReport, ...]:
        """Each item that is due at the start, once. A refused log-in, a troubled or a dead peer ends the round; a failed item
        does not, nor does one that hangs keep the others waiting, or who wants to stop."""
        started = self._clock.now()
        self._peer.capabilities = None
        reports: list[SendReport] = []
        working: dict[Lane, Journal] = {}
        asking = iter((True,))

        def stopped() -> bool:
            return cancelled() or not self._limits.open()

        def step(lane: Lane) -> bool:
            if stopped() or self._breaker_open():
                return False
            if next(asking, False):
                reports.extend(self._lost_replies(started, lane, stopped))
            with self._uow() as uow:
                item = uow.outbox.claim(self._owner, started, LEASE_SECONDS)
                uow.commit()
            if item is None:
                return False
            try:
                journal = working[lane] = Journal(self._uow, self._clock, item, stopped)
                go_on = self._handle(journal, lane)
                reports.append(SendReport(journal.item, journal.bytes_sent))
            except WorkstationError as error:
                if error.code != "K04":
                    raise
                # another process, or a person, took the item over meanwhile: it is theirs now
                if not cancelled():
                    log.warning("lease lost")
                return True
            finally:
                working.pop(lane, None)
            return go_on

        if not Lanes(step).run(cancelled):
            # who waits for a dead line finds the lease gone when it wakes up
            left = [(take_over(self._uow, journal.item), journal.bytes_sent) for journal in working.values()]
            reports += [SendReport(item, sent) for item, sent in left if item is not None]
        return tuple(reports)

    def _lost_replies(self, now: datetime, lane: Lane, stopped: Callable[[], bool]) -> list[SendReport]:
        """What may have arrived is looked for in the server's list, all of it at once. What is not found there, or not in order,
        is asked about by itself, as ever; so is what meets a failure here."""
        with self._uow() as uow:
            waiting = uow.outbox.list((OutboxState.UNKNOWN,))
        if len(waiting) < 2 or all(item.next_try is not None and item.next_try > now for item in waiting):
            return []
        lane.expect(self._peer.pace.patience())
        try:
            found = Replies(self._uow, self._clock, self._peer.client, self._peer.keys).look_for(waiting, stopped)
        except WardFailure as failure:
            log.info("list of receipts: %s status %d", failure.failure.name, failure.status)
            return []
        finally:
            lane.busy()
        return [SendReport(item, 0) for item in found]

    def _breaker_open(self) -> bool:
        """Until the waiting time of the item that opened it is over, or a person clears it."""
        if self._breaker.opener is None:
            return False
        with self._uow() as uow:
            item = uow.outbox.get(self._breaker.opener)
        waiting = item.state is not OutboxState.PAUSED and item.next_try is not None and item.next_try > self._clock.now()
        if not waiting:
            self._breaker.close()
        return waiting

    def _handle(self, journal: Journal, lane: Lane) -> bool:
        """One item to its end for this round; False: no use in trying others now."""
        try:
            return self._attempt(journal, lane)
        except WorkstationError as error:
            if error.code in _STATION:
                raise
            note = error.note
        except Exception as error:  # noqa: BLE001 - our own bug costs this item, not the ones behind it
            log.error("B01 %s", type(error).__name__)
            note = ErrorNote("B01", (("type", type(error).__name__),))
        journal.postponed(note, _BUG_WAIT, bool(journal.item.manifest))
        return True

    def _attempt(self, journal: Journal, lane: Lane) -> bool:
        try:
            Delivery(self._peer, self._blobs, journal, lane).run()
        except SendingCancelled:
            journal.postponed(None, None, bool(journal.item.manifest))
            return False
        except WardFailure as failure:
            return self._failed(journal, failure)
        self._breaker.answered(journal.item.id)
        return True

    def _failed(self, journal: Journal, failure: WardFailure) -> bool:
        log.info("%s status %d", failure.failure.name, failure.status)
        kind, retry = failure.failure, RULES[failure.failure].retry
        if retry is Retry.PARK:
            journal.rejected(journal.note(failure))
            self._breaker.answered(journal.item.id)
            return True
        # a line that moves bytes deserves a quick next try, however often it broke before
        attempts = 1 if journal.progressed else journal.item.attempts
        opens = self._breaker.failed(journal.item.id, failure)
        if opens:  # by an item that may be new, of a peer that may have been troubled for long
            attempts = max(attempts, self._breaker.openings)
        wait = max(1.0, backoff_seconds(kind, attempts, failure.retry_after, self._rng))
        maybe_arrived = bool(journal.item.manifest) and (failure.sent or journal.item.state is OutboxState.UNKNOWN)
        journal.postponed(journal.note(failure), wait, maybe_arrived)
        if opens:
            self._breaker.open(journal.item.id)
            return False
        return retry is not Retry.LINE or self.probe()
