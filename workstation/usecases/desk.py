"""The desk: every verb and every question a screen has. Each call returns at once with a Future; nothing here knows Qt.

Questions run in the store lane, pixel work in the pages lane, signing in the token lane, the line on the ticker's thread.
After a change is committed a notice goes out on ``bus``; screens reload then. Errors arrive as ``WorkstationError``.
"""

from concurrent.futures import Future

from workstation.domain.ids import DossierId
from workstation.usecases import queries, recover, slips
from workstation.usecases.deskbox import BoxDesk
from workstation.usecases.deskcheck import CheckDesk
from workstation.usecases.deskheld import HeldDesk
from workstation.usecases.deskknown import KnownDesk
from workstation.usecases.deskledger import LedgerDesk
from workstation.usecases.deskpages import PageDesk
from workstation.usecases.deskpaper import PaperDesk
from workstation.usecases.deskplaces import PlaceDesk
from workstation.usecases.deskrescan import RescanDesk
from workstation.usecases.desksearch import SearchDesk
from workstation.usecases.desksign import SigningDesk
from workstation.usecases.desksplitting import SplittingDesk
from workstation.usecases.outboxdesk import OutboxDesk
from workstation.usecases.views import Counts, DossierRow, DossierView, LineStatus


class Desk(
    CheckDesk,
    HeldDesk,
    KnownDesk,
    PageDesk,
    RescanDesk,
    SplittingDesk,
    PaperDesk,
    PlaceDesk,
    SearchDesk,
    SigningDesk,
    LedgerDesk,
    OutboxDesk,
    BoxDesk,
):
    """See the module."""

    def resume(self) -> Future[recover.Recovery]:
        """Goes on with what the last run left: called once after start. If that run never came to its end, the line's note
        says so (M05) until somebody does something."""

        def run() -> recover.Recovery:
            sudden = self._stopped_suddenly()
            with self._watch.signing:
                found = recover.recover(self._office, self._verify)
            stranded = self._take_in_stranded()
            goes_on = any((found.sealed, found.to_read, found.to_publish, stranded))
            self._watch.recovered(sudden and goes_on)
            for dossier_id in dict.fromkeys((*found.to_read, *stranded)):
                self._read_in_background(dossier_id)
            for document_id in found.to_publish:
                self._publish_in_background(document_id)
            return found

        return self._in_background(run)

    def _stopped_suddenly(self) -> bool:
        """Whether the last run left its mark, and sets this run's; ``close`` takes it away."""
        sudden = self._running.exists()
        self._running.parent.mkdir(parents=True, exist_ok=True)
        self._running.touch()
        self._runs = True
        return sudden

    def tick(self) -> None:
        """One round of the ticker: the token, the line, the disk, and what is due to be sent."""
        self._watch.tick()

    def pause_seconds(self, usual: float) -> float:
        """From one round to the next."""
        return self._watch.pause_seconds(usual)

    def counts(self) -> Future[Counts]:
        user, users = self.user, [u.name for u in self.users]

        def run() -> Counts:
            with self._office.look() as uow:
                waiting, items = uow.dossiers.list(queries.ON_THE_DESK), uow.outbox.tally()
            return queries.counts(waiting, items, user.name, users, user.role)

        return self._ask(run)

    def line(self) -> Future[LineStatus]:
        return self._ask(lambda: self._watch.line)

    def dossiers(self) -> Future[tuple[DossierRow, ...]]:
        return self._ask(lambda: tuple(queries.dossier_row(d) for d in self._all()))

    def dossier(self, dossier_id: DossierId) -> Future[DossierView]:
        def run() -> DossierView:
            with self._office.look() as uow:
                can_undo, can_redo = uow.history.can(dossier_id)
            dossier = self._office.dossier(dossier_id)
            slip = slips.suggestion(self._office, dossier, self._parts.receipts)
            return queries.dossier_view(self._office, dossier, can_undo=can_undo, can_redo=can_redo, slip=slip)

        return self._ask(run)

    def stop(self) -> None:
        """Breaks off what is being sent or put into the index; the tickers' rounds then end soon. Before :meth:`close`."""
        self._watch.stop()
        self._stopping.set()

    def close(self) -> None:
        """Ends the lanes. What was under way is done again at the next start."""
        self._parts.background.close()
        self._parts.store.close()
        if self._runs:
            self._running.unlink(missing_ok=True)
