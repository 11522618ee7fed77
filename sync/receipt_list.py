"""The ward server's list of receipts, read on from where a reader was: lost replies are found there with one call for all.

The cursor is a number together with the receipt that has it, so a server that was set back to an older state, or another one at
the same address, is noticed: then what the cursor said is forgotten.
"""

import logging
from collections.abc import Callable, Iterator, Sequence

from sync.canonical import sha256_text
from sync.contract import ListedReceipt, WardClient
from sync.failure import WardFailure
from sync.journal import record_receipt
from sync.receipts import TrustedKeys, receipt_for
from workstation.domain.outbox import OutboxItem, OutboxState, ReceiptCursor
from workstation.domain.ports import Clock, UnitOfWork, UnitOfWorkFactory

log = logging.getLogger("sync.receipts")

_MOST_PAGES = 2
"""A page is up to half a megabyte: on a poor line the list is not read further for a few lost replies."""


class ReceiptList:
    """For one reader: those who look for different things are at different places."""

    def __init__(self, client: WardClient, uow: UnitOfWorkFactory, reader: str) -> None:
        self._client = client
        self._uow = uow
        self._reader = reader

    def read_on(self) -> Iterator[tuple[ListedReceipt, ...]] | None:
        """Pages behind the cursor, to the end of the list; None: nothing is known of this server, or it is not what it was."""
        with self._uow() as uow:
            cursor = uow.cursors.get(self._client.server, self._reader)
        if cursor is None:
            return None
        first = self._client.receipts(cursor.number - 1)
        if first and (first[0].number, sha256_text(first[0].jws)) == (cursor.number, cursor.receipt):
            return self._behind(first)
        log.warning("the ward server's list of receipts is not the one that was read before")
        return None

    def _behind(self, first: tuple[ListedReceipt, ...]) -> Iterator[tuple[ListedReceipt, ...]]:
        if first[1:]:
            yield first[1:]
        yield from self.from_number(first[-1].number)

    def from_number(self, after: int) -> Iterator[tuple[ListedReceipt, ...]]:
        """Pages behind that number, to the end of the list."""
        while rows := self._client.receipts(after):
            yield rows
            after = rows[-1].number

    def came_to(self, uow: UnitOfWork, row: ListedReceipt) -> None:
        """In the transaction that stores what was taken from the rows up to this one."""
        uow.cursors.save(ReceiptCursor(self._client.server, self._reader, row.number, sha256_text(row.jws)))


class Replies:
    """Receipts of packages whose reply was lost."""

    def __init__(
        self, uow: UnitOfWorkFactory, clock: Clock, client: WardClient, keys: Callable[[], TrustedKeys], reader: str = "replies"
    ) -> None:
        self._uow = uow
        self._clock = clock
        self._client = client
        self._keys = keys
        self._list = ReceiptList(client, uow, reader)

    def look_for(self, waiting: Sequence[OutboxItem], stopped: Callable[[], bool]) -> list[OutboxItem]:
        """Those that were received, recorded as such. ``WardFailure`` where the list can't be had."""
        missing: dict[str, OutboxItem] = {item.dossier_id: item for item in waiting if item.manifest}
        found: list[OutboxItem] = []
        if (pages := self._list.read_on()) is None:
            # not from the list's beginning, which may be years ago: from the first that is there
            if (place := self._first(missing, found, stopped)) is None:
                return found
            pages = self._list.from_number(place)
        for count, rows in enumerate(pages, 1):
            found += self._taken(rows, missing)
            if not missing or count == _MOST_PAGES or stopped():
                break
        return found

    def _first(self, missing: dict[str, OutboxItem], found: list[OutboxItem], stopped: Callable[[], bool]) -> int | None:
        """The place of the oldest one that the server has a receipt of."""
        for dossier_id in list(missing):
            if stopped():
                break
            if (row := self._client.receipt(dossier_id)) is not None:
                found += self._taken((row,), missing)
                return row.number
            del missing[dossier_id]
        return None

    def _taken(self, rows: Sequence[ListedReceipt], missing: dict[str, OutboxItem]) -> list[OutboxItem]:
        with self._uow() as uow:
            found = self._take(uow, rows, missing)
            self._list.came_to(uow, rows[-1])
            uow.commit()
        return found

    def _take(self, uow: UnitOfWork, rows: Sequence[ListedReceipt], missing: dict[str, OutboxItem]) -> list[OutboxItem]:
        """Records what is there and in order; what is not in order is left to who parks it, with its reason."""
        done = []
        for row in rows:
            item = missing.pop(row.dossier_id, None)
            if item is not None and (received := self._record(uow, item, row.jws)) is not None:
                done.append(received)
        return done

    def _record(self, uow: UnitOfWork, item: OutboxItem, jws: str) -> OutboxItem | None:
        stored, now = uow.outbox.get(item.id), self._clock.now()
        held = stored.lease_owner and stored.lease_until is not None and stored.lease_until > now
        if stored.state is not OutboxState.UNKNOWN or held:
            return None  # another sender, or a person, is at it
        try:
            receipt = receipt_for(stored, jws, self._keys())
        except WardFailure as failure:
            log.info("a listed receipt is not taken: %s", failure.failure.name)
            return None
        return record_receipt(uow, now, stored, receipt)
