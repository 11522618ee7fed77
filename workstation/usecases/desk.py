"""The desk: every verb and every question a screen has. Each call returns at once with a Future; nothing here knows Qt.

Questions run in the store lane, pixel work in the pages lane, signing in the token lane, the line on the ticker's thread.
After a change is committed a notice goes out on ``bus``; screens reload then. Errors arrive as ``WorkstationError``.
"""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from workstation.domain.dossier import DocumentState, Dossier, DossierState
from workstation.domain.errors import WorkstationError
from workstation.domain.filelist import expand
from workstation.domain.ids import DocumentId, DossierId, PageId, UserName
from workstation.domain.ports import EventBus, Lane, LineLimits, RenderJob, Scanner, ScanSource, Sender
from workstation.domain.signature import FileVerdict, KeyRef, TokenStatus
from workstation.domain.signing import RemoteSecret, Secret, StampPlace
from workstation.usecases import check, edit, queries, recover, scan
from workstation.usecases import sign as signing
from workstation.usecases.history import History
from workstation.usecases.office import PAGE_SECONDS, VERIFY_SECONDS, Office
from workstation.usecases.outboxdesk import OutboxDesk
from workstation.usecases.publish import publish
from workstation.usecases.read import read_dossier
from workstation.usecases.shown import ShownPdfs
from workstation.usecases.telling import log_failure, told
from workstation.usecases.views import (
    Counts,
    DocumentView,
    DossierRow,
    DossierView,
    ImportOutcome,
    LineStatus,
    Picture,
    SignDesk,
    SignProgress,
    User,
)
from workstation.usecases.watch import Watch

R = TypeVar("R")

SYSTEM = UserName("system")
OFFICIAL = "official"
"""Role of who signs, refuses to sign and looks at what will be signed. Fields are entered and checked by any two persons."""


@dataclass(frozen=True, slots=True)
class DeskParts:
    """What the roof gives a desk besides the office."""

    store: Lane
    background: Lane
    """Threads that carry a dossier through reading and publishing; they wait for the pages lane, not the screen."""
    scanner: Scanner
    sender: Sender
    limits: LineLimits
    """What the office allows the sender."""
    key: KeyRef | None
    verify: Callable[[Path], FileVerdict]
    """Picklable: runs in a page worker, since it opens PDFs. Asks nobody: for the office's own files, at any time."""
    verify_online: Callable[[Path], FileVerdict]
    """The same, asking the issuers: for a file that somebody wants to know about."""
    save_report: Callable[[Path, str, FileVerdict], None]
    """Picklable: runs in a page worker."""
    wake: Callable[[], None]
    """Lets the ticker run now."""
    incoming: Path
    """Folder for scanned sheets before they become originals."""
    free_gb: Callable[[], float]
    """Gigabytes (10^9 bytes) free where the office's files lie."""
    account: Secret | None = None
    """Of a key at a remote service: the secret of the office's account there."""


class Desk(OutboxDesk):
    """See the module. ``user`` is who sits here; a screen may switch it."""

    def __init__(self, office: Office, parts: DeskParts, site: str, users: tuple[User, ...]) -> None:
        self.site = site
        self.users = users
        self.user = users[0]
        self.bus: EventBus = office.bus
        self._office = office
        self._parts = parts
        self._limits, self._wake = parts.limits, parts.wake
        self._history = History(office)
        self._shown = ShownPdfs(office, self._verify)
        self._later: dict[UserName, list[DocumentId]] = {}
        self._lock = threading.Lock()
        self._watch = Watch(office, parts.sender, parts.limits, parts.key, parts.free_gb)
        self._running = parts.incoming / ".running"
        self._runs = False

    # --- lanes

    def _ask(self, fn: Callable[[], R]) -> Future[R]:
        return self._parts.store.submit(told, fn)

    def _do(self, fn: Callable[[], R]) -> Future[R]:
        """Something a person changes; who does so has read what the line's note said about the last run."""
        self._watch.recovered(False)
        return self._ask(fn)

    def _do_official(self, fn: Callable[[], R]) -> Future[R]:
        """Only for who may sign: K07 for anybody else, whatever screen is in front."""
        role = self.user.role

        def run() -> R:
            if role != OFFICIAL:
                raise WorkstationError("K07")
            return fn()

        return self._do(run)

    def _all(self, states: Sequence[DossierState] = ()) -> tuple[Dossier, ...]:
        with self._office.look() as uow:
            return uow.dossiers.list(states)

    def _in_background(self, fn: Callable[[], R]) -> Future[R]:
        """Nobody waits for the answer: what goes wrong is in the dossier, and its code in the log."""
        future = self._parts.background.submit(told, fn)
        future.add_done_callback(log_failure)
        return future

    def _read_in_background(self, dossier_id: DossierId) -> None:
        self._in_background(lambda: read_dossier(self._office, dossier_id))

    def _publish_in_background(self, document_id: DocumentId) -> None:
        self._in_background(lambda: publish(self._office, document_id))

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

    def _take_in_sheet(self, dossier_id: DossierId, path: Path, user: UserName) -> ImportOutcome:
        """The sheet is removed once it is an original, and kept if it can't become one: it may be the only copy."""
        outcome = scan.take_in(self._office, dossier_id, path, user)
        if outcome.error is None:
            path.unlink(missing_ok=True)
        return outcome

    def _verify(self, path: Path) -> FileVerdict:
        return self._office.pages.submit(self._parts.verify, path, timeout=VERIFY_SECONDS, urgent=True).result()

    def tick(self) -> None:
        """One round of the ticker: the token, the line, the disk, and what is due to be sent."""
        self._watch.tick()

    def pause_seconds(self, usual: float) -> float:
        """From one round to the next."""
        return self._watch.pause_seconds(usual)

    # --- capture

    def counts(self) -> Future[Counts]:
        user = self.user.name

        def run() -> Counts:
            with self._office.look() as uow:
                return queries.counts(uow.dossiers.list(queries.ON_THE_DESK), uow.outbox.tally(), user)

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

    def new_dossier(self, title: str = "") -> Future[DossierId]:
        return self._do(lambda: scan.open_dossier(self._office, title, self.user.name))

    def import_files(
        self, dossier_id: DossierId, paths: Sequence[Path], progress: Callable[[ImportOutcome], None]
    ) -> Future[tuple[ImportOutcome, ...]]:
        """Takes files (and folders' files) in; each is reported as it is safe on disk, on a worker thread. Pages are then
        cleaned and read in the background: ``DossierChanged`` after each."""
        user = self.user.name

        def run() -> tuple[ImportOutcome, ...]:
            outcomes = []
            try:
                for path in expand(paths):
                    outcomes.append(scan.take_in(self._office, dossier_id, path, user))
                    progress(outcomes[-1])
            finally:
                self._read_in_background(dossier_id)
            return tuple(outcomes)

        return self._do(run)

    def scan_sources(self) -> Future[tuple[ScanSource, ...]]:
        return self._ask(self._parts.scanner.sources)

    def scan(
        self, dossier_id: DossierId, source_id: str, progress: Callable[[ImportOutcome], None], cancelled: Callable[[], bool]
    ) -> Future[int]:
        """Scans what lies in the feeder; each sheet is an original before the next is waited for. Q01, Q02, Q04."""
        user = self.user.name

        def sheet(path: Path) -> None:
            progress(self._take_in_sheet(dossier_id, path, user))

        def run() -> int:
            dpi = int(self._office.profile_of(self._office.dossier(dossier_id)).min_dpi)
            folder = self._parts.incoming / dossier_id
            folder.mkdir(parents=True, exist_ok=True)
            try:
                return self._parts.scanner.scan(source_id, dpi, folder, sheet, cancelled)
            finally:
                self._read_in_background(dossier_id)

        return self._do(run)

    def _edit(self, find: Callable[[], Dossier], change: Callable[[], Dossier], *, read: bool = False) -> Future[None]:
        """A change to the arrangement that can be undone."""

        def run() -> None:
            dossier_id = self._history.arrange(find, change)
            if read:
                self._read_in_background(dossier_id)

        return self._do(run)

    def rotate(self, page_id: PageId, degrees: int) -> Future[None]:
        office, user = self._office, self.user.name
        return self._edit(lambda: office.dossier_of_page(page_id), lambda: edit.rotate(office, page_id, degrees, user), read=True)

    def split_before(self, page_id: PageId) -> Future[None]:
        """The page begins a new document."""
        office, user = self._office, self.user.name
        return self._edit(lambda: office.dossier_of_page(page_id), lambda: edit.split_before(office, page_id, user))

    def merge_with_previous(self, document_id: DocumentId) -> Future[None]:
        office, user = self._office, self.user.name
        return self._edit(lambda: office.dossier_of(document_id), lambda: edit.merge_with_previous(office, document_id, user))

    def set_dropped(self, page_id: PageId, dropped: bool) -> Future[None]:
        office, user = self._office, self.user.name
        return self._edit(
            lambda: office.dossier_of_page(page_id), lambda: edit.set_dropped(office, page_id, dropped, user), read=not dropped
        )

    def keep_page(self, page_id: PageId, reason: str) -> Future[None]:
        office, user = self._office, self.user.name
        return self._edit(lambda: office.dossier_of_page(page_id), lambda: edit.keep_page(office, page_id, reason, user))

    def undo(self, dossier_id: DossierId) -> Future[None]:
        return self._travel(dossier_id, back=True)

    def redo(self, dossier_id: DossierId) -> Future[None]:
        return self._travel(dossier_id, back=False)

    def _travel(self, dossier_id: DossierId, *, back: bool) -> Future[None]:
        user = self.user.name

        def run() -> None:
            self._history.travel(dossier_id, user, back=back)
            self._read_in_background(dossier_id)

        return self._do(run)

    def finish_capture(self, dossier_id: DossierId) -> Future[None]:
        """ "Xong hồ sơ": refuses with the ``missing`` note of the view if something is in the way."""
        user = self.user.name

        def run() -> None:
            self._history.finish(dossier_id, user)
            self._read_in_background(dossier_id)

        return self._do(run)

    # --- pages as pictures

    def page_picture(self, page_id: PageId, max_px: int) -> Future[Picture]:
        """The cleaned page, at most ``max_px`` on its longer side, rendered by a page worker ahead of waiting pages."""

        def run() -> Picture:
            page = self._office.dossier_of_page(page_id).page(page_id)
            source = page.source
            path = self._office.blobs.path(source.original)
            job = RenderJob(path, source.original, source.frame, page.recipe, self._office.cache, max_px)
            shown = self._office.pages.submit(self._office.tools.render, job, timeout=PAGE_SECONDS, urgent=True).result()
            text = self._office.tools.load_text(self._office.cache, source.original, source.frame, page.manual_rotation)
            return Picture(shown.path, shown.width_px, shown.height_px, shown.scale, text.unread if text else ())

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
        return self._do(lambda: _nothing(check.set_type(self._office, document_id, type_code, user)))

    def document_types(self) -> tuple[tuple[str, str], ...]:
        """(code, Vietnamese name), for the type box; at once."""
        rules = self._office.rules
        return tuple((r.type.code, r.type.name) for r in (*rules.documents, rules.other))

    def return_to_capture(self, document_id: DocumentId, reason: str) -> Future[None]:
        user = self.user.name
        return self._do(lambda: _nothing(edit.give_back(self._office, document_id, reason, user)))

    def later(self, document_id: DocumentId) -> Future[None]:
        """To the end of this user's queue."""

        user = self.user.name

        def run() -> None:
            with self._lock:
                self._later[user] = [x for x in self._later.get(user, []) if x != document_id] + [document_id]

        return self._do(run)

    # --- sign

    def sign_desk(self) -> Future[SignDesk]:
        user = self.user.name

        def run() -> SignDesk:
            signed, refused = queries.day_counts(self._office)
            dossiers = self._all(queries.ON_THE_DESK)
            return queries.sign_desk(self._office, dossiers, self._watch.token, user, signed, refused)

        return self._ask(run)

    def token_status(self) -> Future[TokenStatus]:
        """Asked anew, unless a batch is being signed."""

        def run() -> TokenStatus:
            self._watch.refresh_token()
            return self._watch.token

        return self._ask(run)

    def pdf_picture(self, document_id: DocumentId, page: int, max_px: int) -> Future[Picture]:
        """Page (from 0) of what will be, or was, signed: drawn from the published bytes, or from those a sound
        signature covers (V01, V02, V06 if there is none)."""

        user = self.user.name

        def run() -> Picture:
            return self._shown.picture(self._office.dossier_of(document_id).document(document_id), page, max_px, user)

        return self._ask(run)

    def mark_seen(self, document_id: DocumentId) -> Future[None]:
        """For the file whose pages this user was shown: K04 if it was made anew meanwhile, as that one nobody has looked at."""
        user = self.user.name
        return self._do_official(
            lambda: _nothing(signing.mark_seen(self._office, document_id, user, self._shown.seen(user, document_id)))
        )

    def refuse(self, document_id: DocumentId, reason: str) -> Future[None]:
        user = self.user.name
        return self._do_official(lambda: _nothing(signing.refuse_to_sign(self._office, document_id, reason, user)))

    def sign(
        self,
        document_ids: Sequence[DocumentId],
        pin: Secret,
        progress: Callable[[SignProgress], None],
        cancelled: Callable[[], bool],
        moves: signing.Moves = signing.UNMOVED,
    ) -> Future[tuple[SignProgress, ...]]:
        """One PIN for the batch; ``moves``: stamps that were moved. A wrong PIN fails the Future (C02) before anything is
        signed; a document's own failure is in its progress and the rest goes on."""
        user, key, account = self.user.name, self._parts.key, self._parts.account
        secret = RemoteSecret(pin.reveal(), account=account.reveal()) if account else pin

        def run() -> tuple[SignProgress, ...]:
            if key is None:
                raise WorkstationError("C01")
            with self._watch.signing:
                recover.adopt_sealed(self._office, self._verify)  # signed before and not recorded, as on a full disk
                done = signing.sign_batch(self._office, key, secret, document_ids, user, progress, cancelled, moves)
            self._parts.wake()
            return done

        return self._do_official(run)

    def stamp_place(self, document_id: DocumentId, move: signing.Move) -> Future[StampPlace]:
        """Where the stamp will stand, with the owner of the certificate that the token holds now."""
        return self._ask(lambda: signing.stamp_place(self._office, document_id, self._watch.token.owner, move))

    def save_report(self, out: Path, name: str, verdict: FileVerdict) -> Future[None]:
        """The verdict on a file of this name as a PDF; made by a page worker. F07 where it can't be written."""
        return self._office.pages.submit(self._parts.save_report, out, name, verdict, timeout=PAGE_SECONDS, urgent=True)

    def verify_file(self, path: Path) -> Future[FileVerdict]:
        return self._office.pages.submit(self._parts.verify_online, path, timeout=VERIFY_SECONDS, urgent=True)

    def close(self) -> None:
        """Ends the lanes. What was under way is done again at the next start."""
        self._parts.background.close()
        self._parts.store.close()
        if self._runs:
            self._running.unlink(missing_ok=True)


def _nothing(_: object) -> None:
    return None
