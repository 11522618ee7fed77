"""The desk's part about the outbox: what waits, why, and what a person does about it."""

from concurrent.futures import Future
from datetime import datetime, timedelta

from workstation.domain.ids import OutboxId
from workstation.domain.outbox import Comparison, OutboxState
from workstation.usecases import outbox, queries
from workstation.usecases.desklanes import DeskLanes
from workstation.usecases.telling import told
from workstation.usecases.views import MendPlace, OutboxSums, OutboxWindow
from workstation.usecases.watch import GO_BY_THEMSELVES

MEETING = timedelta(hours=2)
"""How long a meeting is taken to last if nobody says that it is over."""


class OutboxDesk(DeskLanes):
    """What waits in the outbox, and what a person does about it."""

    def outbox(self, states: tuple[OutboxState, ...], limit: int, after: OutboxId | None = None) -> Future[OutboxWindow]:
        """The next ``limit`` items of these states behind one, the oldest first; None: from the start."""

        def run() -> OutboxWindow:
            with self._office.look() as uow:
                items = uow.outbox.window(states, None if after is None else uow.outbox.get(after), limit + 1)
                peers = uow.deliveries.of_items([i.id for i in items])
                titles = uow.dossiers.titles([i.dossier_id for i in items])
            rows = tuple(queries.outbox_row(i, titles.get(i.dossier_id, ""), peers[i.id]) for i in items[:limit])
            return OutboxWindow(rows, len(items) > limit)

        return self._ask(run)

    def outbox_sums(self) -> Future[OutboxSums]:
        def run() -> OutboxSums:
            with self._office.look() as uow:
                tally, left = uow.outbox.tally(), uow.outbox.left_to_send(GO_BY_THEMSELVES)
                first = uow.outbox.window((OutboxState.REJECTED,), None, 1)
            return OutboxSums(dict(tally), left, first[0].id if first else None)

        return self._ask(run)

    def send_now(self, item_id: OutboxId | None = None) -> Future[None]:
        """Clears the waiting time of one item, or of all, and sends."""

        def run() -> None:
            outbox.make_due(self._office, item_id)
            self._parts.wake()

        return self._do(run)

    def send_again(self, item_id: OutboxId) -> Future[None]:
        """A returned item as it is, once what was in its way is mended."""
        user = self.user.name

        def run() -> None:
            outbox.send_again(self._office, item_id, user)
            self._parts.wake()

        return self._do(run)

    def set_paused(self, item_id: OutboxId, paused: bool) -> Future[None]:
        user = self.user.name
        return self._do(lambda: outbox.set_paused(self._office, item_id, paused, user))

    def reopen_rejected(self, item_id: OutboxId) -> Future[MendPlace]:
        """Takes a returned dossier back to Verify; gives the document and the field to look at."""
        user = self.user.name
        return self._do(lambda: outbox.reopen_rejected(self._office, item_id, user))

    def other_version(self, item_id: OutboxId) -> Future[Comparison | None]:
        """Ours and the ward's version of a dossier, beside each other; None: the ward has received none."""

        def run() -> Comparison | None:
            with self._office.look() as uow:
                item = uow.outbox.get(item_id)
            return self._parts.other_version(item)

        return self._parts.background.submit(told, run)  # it waits for the line, which no question to the store should

    def set_meeting(self, on: bool) -> Future[datetime | None]:
        """Caps the line for a meeting, also for what is being sent now; gives when the cap ends by itself."""

        def run() -> datetime | None:
            until = self._office.clock.now() + MEETING if on else None
            self._parts.limits.hold_meeting(until)
            self._watch.look()
            return until

        return self._do(run)
