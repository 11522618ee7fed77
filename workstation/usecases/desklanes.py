"""What every part of the desk stands on: the office, its lanes, and who sits here."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from workstation.domain.codes import RECEIPT, Separator
from workstation.domain.dossier import DocumentState, Dossier, DossierState
from workstation.domain.errors import WorkstationError
from workstation.domain.ids import DocumentId, DossierId, UserName
from workstation.domain.outbox import Comparison, OutboxItem
from workstation.domain.ports import EventBus, Lane, LineLimits, Scanner, Sender
from workstation.domain.scanprofile import USUAL, ScanProfile
from workstation.domain.signature import FileVerdict, KeyRef
from workstation.domain.signing import Secret
from workstation.usecases.office import VERIFY_SECONDS, Office
from workstation.usecases.publish import publish
from workstation.usecases.read import read_dossier
from workstation.usecases.search import Searcher
from workstation.usecases.shown import ShownPdfs
from workstation.usecases.sign import OFFICIAL, REGISTRAR
from workstation.usecases.telling import log_failure, told
from workstation.usecases.thumbnails import Thumbnails
from workstation.usecases.views import User
from workstation.usecases.watch import Watch
from workstation.usecases.watched import WatchedFolder

R = TypeVar("R")

SYSTEM = UserName("system")
"""Who takes in what no person did."""


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
    verify_online: Callable[[Path], FileVerdict]
    """As ``Office.verify``, asking the issuers: for a file that somebody wants to know about."""
    save_report: Callable[[Path, str, FileVerdict], None]
    """Picklable: runs in a page worker."""
    save_separators: Callable[[Path, Separator, int], None]
    """The same: so many separator sheets of a kind."""
    save_slip: Callable[[Path, Dossier, str], None]
    """The same: a dossier's handover slip, with the name of the office."""
    wake: Callable[[], None]
    """Lets the ticker run now."""
    incoming: Path
    """Folder for scanned sheets before they become originals."""
    free_gb: Callable[[], float]
    """Gigabytes (10^9 bytes) free where the office's files lie."""
    searcher: Searcher
    scan_profiles: tuple[ScanProfile, ...] = USUAL
    watched: WatchedFolder | None = None
    """What the office's copier scans into."""
    other_version: Callable[[OutboxItem], Comparison | None] = lambda _: None
    """Asks the ward server what it has received of a dossier; None: nothing yet. G01 and the like where it can't be asked."""
    receipts: str = RECEIPT
    """Regular expression: how codes on slips of the procedure system look."""
    camera: str = "0"
    """Before which identity cards are held (``CameraLook``)."""
    account: Secret | None = None
    """Of a key at a remote service: the secret of the office's account there."""


class DeskLanes:
    """Runs what a screen asks for in the lane where it belongs. ``user`` is who sits here; a screen may switch it."""

    def __init__(self, office: Office, parts: DeskParts, site: str, users: tuple[User, ...]) -> None:
        self.site = site
        self.users = users
        self.user = users[0]
        self.bus: EventBus = office.bus
        self._office = office
        self._parts = parts
        self._arranging = threading.Lock()
        """One change to an arrangement at a time, however fast somebody clicks."""
        self._shown = ShownPdfs(office, self._verify)
        self._thumbnails = Thumbnails(office.pages, office.tools, office.blobs, office.cache)
        self._lock = threading.Lock()
        self._watch = Watch(office, parts.sender, parts.limits, parts.key, parts.free_gb)
        self._running = parts.incoming / ".running"
        self._runs = False
        self._stopping = threading.Event()
        self._index_trouble = ""
        """Code of what kept the last round from the search index."""

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

    def _do_registrar(self, fn: Callable[[], R]) -> Future[R]:
        """Only for the registrar: C40 for anybody else."""
        role = self.user.role

        def run() -> R:
            if role != REGISTRAR:
                raise WorkstationError("C40")
            return fn()

        return self._do(run)

    def _do_signer(self, document_id: DocumentId, fn: Callable[[], R]) -> Future[R]:
        """For whom the document waits: the official (else K07), then the registrar (else C40)."""
        role = self.user.role

        def run() -> R:
            state = self._office.dossier_of(document_id).document(document_id).state
            wanted, code = (REGISTRAR, "C40") if state is DocumentState.TO_SEAL else (OFFICIAL, "K07")
            if role != wanted:
                raise WorkstationError(code)
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

    def _verify(self, path: Path) -> FileVerdict:
        return self._office.pages.submit(self._office.verify, path, timeout=VERIFY_SECONDS, urgent=True).result()


def nothing(_: object) -> None:
    return None
