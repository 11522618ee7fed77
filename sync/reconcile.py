"""Holds what this station has receipts of against what the ward server says that it has given receipts of, hash by hash.

Read on from the last time, or the whole list again. What is found the same is marked with the day (Đã đối soát); what is missing
or differs keeps receipt and files, and says so on the item. Nothing is sent or overwritten.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from sync.contract import WardClient
from sync.failure import WardFailure
from sync.receipt_list import ReceiptList
from sync.receipts import TrustedKeys, receipt_for, verify_receipt
from workstation.domain.errors import ErrorNote
from workstation.domain.events import AuditEvent
from workstation.domain.outbox import OutboxItem, OutboxState
from workstation.domain.ports import Clock, UnitOfWork, UnitOfWorkFactory

_WINDOW = 500


@dataclass(slots=True)
class Reconciliation:
    whole: bool
    """The list was read from its beginning: asked for, the first time, or the server is not what it was."""
    same: int = 0
    others: int = 0
    """Receipts of dossiers that are not this station's, or that it has not closed yet."""
    wrong: list[tuple[OutboxItem, ErrorNote]] = field(default_factory=list)
    """G25: the server has no receipt of it; G26: another one, or ours is not in order. ``what`` says where they differ."""


class Reconciler:
    """``WardFailure`` where the server can't be asked; what was found until then is kept."""

    def __init__(self, uow: UnitOfWorkFactory, clock: Clock, client: WardClient, keys: Callable[[], TrustedKeys]) -> None:
        self._uow = uow
        self._clock = clock
        self._client = client
        self._keys = keys
        self._list = ReceiptList(client, uow, "reconcile")

    def run(self, whole: bool, stopped: Callable[[], bool] = lambda: False) -> Reconciliation:
        pages = None if whole else self._list.read_on()
        result = Reconciliation(pages is None)
        trusted = self._keys()
        # what is received meanwhile stands in the list behind what is read here, or is left to the next time
        ours: dict[str, OutboxItem] = {item.dossier_id: item for item in self._received(result.whole)}
        for rows in pages if pages is not None else self._list.from_number(0):
            with self._uow() as uow:
                for row in rows:
                    item = ours.pop(row.dossier_id, None)
                    if item is None:
                        result.others += 1
                    else:
                        self._note(uow, result, item, differences(item, row.jws, trusted))
                self._list.came_to(uow, rows[-1])
                uow.commit()
            if stopped():
                return result
        for item in ours.values():
            # read on from somewhere: its receipt may stand further up
            listed = None if result.whole else self._client.receipt(item.dossier_id)
            with self._uow() as uow:
                what = ("missing",) if listed is None else differences(item, listed.jws, trusted)
                self._note(uow, result, item, what)
                uow.commit()
            if stopped():
                return result
        self._write_down(result)
        return result

    def _received(self, whole: bool) -> Iterator[OutboxItem]:
        after = None
        while True:
            with self._uow() as uow:
                rows = uow.outbox.window((OutboxState.RECEIVED,), after, _WINDOW)
            yield from (item for item in rows if whole or item.reconciled_at is None)
            if len(rows) < _WINDOW:
                return
            after = rows[-1]

    def _note(self, uow: UnitOfWork, result: Reconciliation, item: OutboxItem, what: tuple[str, ...]) -> None:
        """On the item as it is stored now; one that went back to be mended meanwhile is left alone."""
        stored = uow.outbox.get(item.id)
        if stored.state is not OutboxState.RECEIVED or stored.receipt != item.receipt:
            return
        note = None
        if what:
            note = ErrorNote("G25") if what == ("missing",) else ErrorNote("G26", (("what", ", ".join(what)),))
            result.wrong.append((item, note))
        else:
            result.same += 1
        at: datetime | None = None if what else self._clock.now()
        uow.outbox.save(replace(stored, reconciled_at=at, error=note))

    def _write_down(self, result: Reconciliation) -> None:
        counts = {"same": result.same, "wrong": len(result.wrong), "others": result.others, "whole": result.whole}
        with self._uow() as uow:
            uow.audit.append(AuditEvent(self._clock.now(), "system", "reconciled", "outbox", tuple(sorted(counts.items()))))
            uow.commit()


def differences(item: OutboxItem, listed: str, trusted: TrustedKeys) -> tuple[str, ...]:
    """Where the listed receipt and ours differ: ``local`` (ours is not over what we sent), ``signature`` (theirs does not
    verify), ``receipt``, ``manifest``, ``files``, ``code``. Empty: the same to the letter, and in order."""
    ours = item.receipt.jws if item.receipt is not None else ""
    try:
        receipt_for(item, ours, trusted)
    except WardFailure:
        return ("local",)
    if listed == ours:
        return ()
    try:
        theirs, mine = verify_receipt(listed, trusted), verify_receipt(ours, trusted)
    except WardFailure:
        return ("signature",)
    pairs = (
        ("receipt", theirs.receipt_id, mine.receipt_id),
        ("manifest", theirs.manifest_sha256, mine.manifest_sha256),
        ("files", theirs.files, mine.files),
        ("code", theirs.ward_code, mine.ward_code),
    )
    return tuple(name for name, a, b in pairs if a != b) or ("receipt",)
