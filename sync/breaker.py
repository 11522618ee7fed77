"""When a peer is spared (circuit breaker): by what its answers say of it, told apart from what they say of one item."""

from collections import Counter

from sync.failure import WardFailure
from workstation.domain.ids import OutboxId
from workstation.domain.outbox import RULES, FailureClass, Retry

_TROUBLED = 3
"""Items in a row that met a fault of the server, before the server rather than the items is held to be at fault; and times in a
row that one busy answer to the same item is believed to be about the server."""
_DISK_FULL = 507


class Breaker:
    """Opens at three faults in a row, at a refused log-in, at a busy peer.

    An item that had its part in an opening tells nothing new when it fails so again: else the oldest few, each broken in
    itself, would keep all that are behind them waiting for ever.
    """

    def __init__(self) -> None:
        self.opener: OutboxId | None = None
        """It is open until the waiting time of this item is over."""
        self.openings = 0
        """In a row, with nothing that went well between them."""
        self._row: list[OutboxId] = []
        self._blamed: Counter[OutboxId] = Counter()

    def close(self) -> None:
        self.opener = None

    def answered(self, item: OutboxId) -> None:
        """The peer did what it should, be it that it refused the item."""
        self._row, self.openings = [], 0
        del self._blamed[item]

    def failed(self, item: OutboxId, failure: WardFailure) -> bool:
        """Whether it has to be opened (:meth:`open`) once the item's waiting time is written down."""
        retry, about_one = RULES[failure.failure].retry, failure.status == _DISK_FULL
        if failure.failure is FailureClass.MAY_CHU or about_one:
            if not self._blamed[item]:
                self._row.append(item)
            opens = len(self._row) >= _TROUBLED
        else:
            self._row = []
            busy = failure.failure is FailureClass.QUA_TAI and self._blamed[item] < _TROUBLED
            opens = retry is Retry.PEER or busy
        if opens:
            self._blamed.update(self._row or [item])
            self._row = []
            self.openings += 1
        return opens

    def open(self, item: OutboxId) -> None:
        self.opener = item
