"""The desk: every verb and every question a screen has. Each call returns at once with a Future; nothing here knows Qt.

Questions run in the store lane, pixel work in the pages lane, signing in the token lane, the line on the ticker's thread.
After a change is committed a notice goes out on ``bus``; screens reload then. Errors arrive as ``WorkstationError``.
"""

from concurrent.futures import Future

from workstation.domain.dossier import DocumentState
from workstation.domain.filelist import expand
from workstation.domain.ids import DocumentId, DossierId
from workstation.usecases import check, edit, queries, recover
from workstation.usecases.deskcapture import CaptureDesk
from workstation.usecases.desklanes import SYSTEM, nothing
from workstation.usecases.deskledger import LedgerDesk
from workstation.usecases.desksign import SigningDesk
from workstation.usecases.outboxdesk import OutboxDesk
from workstation.usecases.views import Counts, DocumentView, DossierRow, DossierView, LineStatus


class Desk(CaptureDesk, SigningDesk, LedgerDesk, OutboxDesk):
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

    def _take_in_stranded(self) -> list[DossierId]:
        """Sheets that were scanned and not yet taken in when the program stopped; gives the dossiers that got some."""
        found = []
        for folder in sorted(p for p in self._parts.incoming.glob("*") if p.is_dir()):
            dossier_id = DossierId(folder.name)
            for path in expand([folder]):
                if self._take_in_sheet(dossier_id, path, SYSTEM).pages:
                    found.append(dossier_id)
        return found

    def tick(self) -> None:
        """One round of the ticker: the token, the line, the disk, and what is due to be sent."""
        self._watch.tick()

    def pause_seconds(self, usual: float) -> float:
        """From one round to the next."""
        return self._watch.pause_seconds(usual)

    def counts(self) -> Future[Counts]:
        user = self.user

        def run() -> Counts:
            with self._office.look() as uow:
                return queries.counts(uow.dossiers.list(queries.ON_THE_DESK), uow.outbox.tally(), user.name, user.role)

        return self._ask(run)

    def line(self) -> Future[LineStatus]:
        return self._ask(lambda: self._watch.line)

    def dossiers(self) -> Future[tuple[DossierRow, ...]]:
        return self._ask(lambda: tuple(queries.dossier_row(d) for d in self._all()))

    def dossier(self, dossier_id: DossierId) -> Future[DossierView]:
        def run() -> DossierView:
            can_undo, can_redo = self._history.can(dossier_id)
            return queries.dossier_view(self._office, self._office.dossier(dossier_id), can_undo=can_undo, can_redo=can_redo)

        return self._ask(run)

    # --- verify

    def verify_queue(self) -> Future[tuple[DocumentView, ...]]:
        """What this user can enter (Chờ nhập) or check (Chờ kiểm tra, entered by somebody else), oldest first; what was put
        off stands last."""
        user = self.user.name

        def run() -> tuple[DocumentView, ...]:
            rows = queries.verify_queue(self._office, self._all(queries.ON_THE_DESK), user)
            with self._lock:
                order = {x: i for i, x in enumerate(self._later.get(user, []))}
            return tuple(sorted(rows, key=lambda r: order.get(r.id, -1)))

        return self._ask(run)

    def document(self, document_id: DocumentId) -> Future[DocumentView]:
        def run() -> DocumentView:
            dossier = self._office.dossier_of(document_id)
            return queries.document_view(self._office, dossier, dossier.document(document_id))

        return self._ask(run)

    def confirm(self, document_id: DocumentId, values: dict[str, str]) -> Future[None]:
        """Entry or check, by the document's state and the user. K01 or K02 (``field``) if a value is missing or malformed,
        K03 for the wrong person. A passed document is published and gated in the background."""
        user = self.user.name

        def run() -> None:
            after = check.confirm(self._office, document_id, values, user)
            if after.document(document_id).state is DocumentState.PASSED:
                self._publish_in_background(document_id)

        return self._do(run)

    def set_type(self, document_id: DocumentId, type_code: str) -> Future[None]:
        user = self.user.name
        return self._do(lambda: nothing(check.set_type(self._office, document_id, type_code, user)))

    def document_types(self) -> tuple[tuple[str, str], ...]:
        """(code, Vietnamese name), for the type box; at once."""
        rules = self._office.rules
        return tuple((r.type.code, r.type.name) for r in (*rules.documents, rules.other))

    def return_to_capture(self, document_id: DocumentId, reason: str) -> Future[None]:
        user = self.user.name
        return self._do(lambda: nothing(edit.give_back(self._office, document_id, reason, user)))

    def later(self, document_id: DocumentId) -> Future[None]:
        """To the end of this user's queue."""

        user = self.user.name

        def run() -> None:
            with self._lock:
                self._later[user] = [x for x in self._later.get(user, []) if x != document_id] + [document_id]

        return self._do(run)

    def stop(self) -> None:
        """Breaks off what is being sent; the ticker's round then ends soon. Before :meth:`close`."""
        self._watch.stop()

    def close(self) -> None:
        """Ends the lanes. What was under way is done again at the next start."""
        self._parts.background.close()
        self._parts.store.close()
        if self._runs:
            self._running.unlink(missing_ok=True)
