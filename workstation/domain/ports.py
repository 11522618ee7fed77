"""What the house needs from outside, as Protocols. Adapters are named only by ``workstation.app``; what page workers are asked
is in ``domain.pagejobs``."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Protocol, TypeVar

from workstation.domain.archive import KeptFile
from workstation.domain.arrangement import Step
from workstation.domain.authority import Authority
from workstation.domain.copies import Entry, EntryState
from workstation.domain.dossier import DocumentState, Dossier, DossierState
from workstation.domain.events import AuditEvent, Event
from workstation.domain.ids import AuthorityId, DocumentId, DossierId, EntryId, OutboxId, PageId, Sha256
from workstation.domain.issue import GivenNumber
from workstation.domain.outbox import OutboxItem, OutboxState, ReceiptCursor
from workstation.domain.peers import Deliveries
from workstation.domain.rekey import Keyed
from workstation.domain.search import DueDocuments
from workstation.domain.series import Around
from workstation.domain.series import Entry as SeriesEntry

R = TypeVar("R")


class Clock(Protocol):
    def now(self) -> datetime:
        """Aware, UTC."""
        ...


class LaneError(RuntimeError):
    """A lane can start no worker: no job's fault."""


class Lane(Protocol):
    """A place where work runs: worker processes or threads. A dying worker costs one retry, then ``F06``."""

    def submit(self, fn: Callable[..., R], *args: Any, timeout: float | None = None, urgent: bool = False) -> "Future[R]":
        """``timeout``: seconds the job may run. ``urgent``: overtakes the jobs that wait (what a screen waits for)."""
        ...

    def close(self) -> None: ...


class EventBus(Protocol):
    def publish(self, event: Event) -> None: ...

    def subscribe(self, handler: Callable[[Event], None]) -> Callable[[], None]:
        """Handlers run on the publishing thread and must not block; returns the function that unsubscribes."""
        ...


# --- store


class BlobStore(Protocol):
    """Write-once files named by SHA-256; fsynced (file, then folder) before ``put`` returns. M01 when the disk is full."""

    def put_file(self, path: Path) -> Sha256: ...

    def put_bytes(self, data: bytes) -> Sha256: ...

    def path(self, sha256: Sha256) -> Path:
        """The blob's path; M03 if it is missing or its length is zero where it can't be."""
        ...

    def verify(self, sha256: Sha256) -> bool:
        """Reads it all and compares."""
        ...

    def erase(self, sha256: Sha256) -> None:
        """Overwritten, then removed; nothing if it is not there. For state secrets only, once no row names it. K23 if the system
        refuses."""
        ...

    def staging(self) -> Path:
        """A folder on the same file system for files that will be put; emptied at start."""
        ...


class Dossiers(Protocol):
    def add(self, dossier: Dossier) -> None: ...

    def get(self, dossier_id: DossierId) -> Dossier: ...

    def by_code(self, code: str) -> Dossier | None: ...

    def by_import_key(self, key: str) -> Dossier | None: ...

    def by_document(self, document_id: str) -> Dossier: ...

    def by_page(self, page_id: str) -> Dossier: ...

    def save(self, dossier: Dossier) -> Dossier:
        """Writes the difference; K04 if the stored version moved on. Returns it with its new version."""
        ...

    def list(self, states: Iterable[DossierState] = ()) -> tuple[Dossier, ...]:
        """Newest first; all states if none is named."""
        ...

    def has_original(self, sha256: Sha256) -> bool:
        """Whether a page of any dossier is drawn from that file."""
        ...

    def document_states(self, document_ids: Sequence[DocumentId]) -> Mapping[DocumentId, DocumentState]:
        """Of those that there are, without reading what they hold."""
        ...

    def titles(self, dossier_ids: Sequence[DossierId]) -> Mapping[DossierId, str]:
        """Without reading what the dossiers hold."""
        ...

    def next_code(self) -> str:
        """``HS-0001`` and on."""
        ...


class Outbox(Protocol):
    def add(self, item: OutboxItem) -> None: ...

    def get(self, item_id: OutboxId) -> OutboxItem: ...

    def by_dossier(self, dossier_id: DossierId) -> OutboxItem | None: ...

    def save(self, item: OutboxItem) -> None: ...

    def claim(self, owner: str, now: datetime, lease_seconds: float) -> OutboxItem | None:
        """Takes the oldest item that is due and free (or whose lease ran out) and leases it; None: nothing to do."""
        ...

    def list(self, states: Iterable[OutboxState] = ()) -> tuple[OutboxItem, ...]:
        """Oldest first; all states if none is named."""
        ...

    def window(self, states: Iterable[OutboxState], after: OutboxItem | None, limit: int) -> tuple[OutboxItem, ...]:
        """The next ``limit`` items of these states behind ``after`` (None: from the start), in the order of ``list``."""
        ...

    def postponed(self, states: Iterable[OutboxState]) -> tuple[OutboxItem, ...]:
        """Those that wait for the moment of their next try."""
        ...

    def tally(self) -> Mapping[OutboxState, int]:
        """How many items there are of each state; every state has its entry."""
        ...

    def left_to_send(self, states: Iterable[OutboxState]) -> int:
        """Bytes of these states' files that the server does not have."""
        ...


class Cursors(Protocol):
    """How far the ward server's list of receipts was read; a place a server and reader."""

    def get(self, server: str, reader: str) -> ReceiptCursor | None: ...

    def save(self, cursor: ReceiptCursor) -> None: ...


class Audit(Protocol):
    def append(self, event: AuditEvent) -> None: ...

    def events(self, subject: str | None = None, since: datetime | None = None) -> tuple[AuditEvent, ...]:
        """In the order in which they were written; of one subject, and from a moment on, if that is asked."""
        ...

    def verify(self) -> int | None:
        """None if the chain holds, else the number of the first line that breaks it."""
        ...


class Signers(Protocol):
    """The ledger of who may sign on behalf of whom: nothing in it is changed but that an entry ends."""

    def add(self, entry: Authority) -> None: ...

    def end(self, entry_id: AuthorityId, ended: date, revoked: bool) -> Authority:
        """KeyError if there is none, C32 if it has been ended."""
        ...

    def list(self) -> tuple[Authority, ...]:
        """All, by their first day. In a writing unit of work they stay as they are until it ends."""
        ...


class Archive(Protocol):
    """What is kept of signed files, by the hash that was sent."""

    def get(self, sealed: Sha256) -> KeptFile | None: ...

    def save(self, kept: KeptFile) -> None: ...

    def list(self) -> tuple[KeptFile, ...]: ...


class Register(Protocol):
    """The books of copies: lines are added with the next number and signed; none is taken out."""

    def next_number(self, book: str, year: int) -> int:
        """From 1. Taken until the unit of work ends: whoever asks meanwhile waits, and gets the same one if this unit is not
        committed, so that no number is left out."""
        ...

    def last_day(self, book: str) -> date | None:
        """Of the newest line."""
        ...

    def add(self, entry: Entry) -> None: ...

    def save(self, entry: Entry, was: Entry) -> None:
        """What became of a line. K04 unless the stored one is still as ``was`` in state and signed file."""
        ...

    def get(self, entry_id: EntryId) -> Entry: ...

    def by_request(self, request: str) -> tuple[Entry, ...]:
        """The lines of one wish, oldest first."""
        ...

    def list(self, year: int = 0, states: Iterable[EntryState] = ()) -> tuple[Entry, ...]:
        """By number; of all years and states if none is named."""
        ...


class Numbers(Protocol):
    """The numbers under which documents are issued; none is given back."""

    def of(self, document_id: DocumentId) -> GivenNumber | None: ...

    def last(self, year: int, notation: str) -> int:
        """The highest in the series of a symbol; 0: none yet."""
        ...

    def add(self, given: GivenNumber) -> None:
        """C38 if another document has it."""
        ...


@dataclass(frozen=True, slots=True)
class Namesake:
    """Another document that has something of one's own."""

    document_id: DocumentId
    dossier_code: str


@dataclass(frozen=True, slots=True)
class Alike:
    """A page whose fingerprint is near."""

    page_id: PageId
    document_id: DocumentId
    bits: int
    """In which the two differ, of 64."""


class Earlier(Protocol):
    """Documents that were there before. What is asked costs a few look-ups, however many there are."""

    def same_number(self, entry: SeriesEntry, but: DocumentId) -> tuple[Namesake, ...]:
        """Of the same series and, as far as that is known, year."""
        ...

    def around(self, entry: SeriesEntry, but: DocumentId) -> Around: ...

    def same_person(self, number: str, type_code: str, states: Iterable[DocumentState], but: DocumentId) -> tuple[Namesake, ...]:
        """Documents of that type and in those states about the person of that identity number."""
        ...

    def keep_print(self, page_id: PageId, fingerprint: str) -> None:
        """In the place of the page's former one; empty: it has none."""
        ...

    def alike(self, fingerprint: str, type_code: str, states: Iterable[DocumentState]) -> tuple[Alike, ...]:
        """Pages of such documents, nearest first, then newest; of very many that are near not all."""
        ...


class History(Protocol):
    """How the arrangement of dossiers may be changed back, and forth again."""

    def can(self, dossier_id: DossierId) -> tuple[bool, bool]:
        """Whether something can be undone, and redone."""
        ...

    def next(self, dossier_id: DossierId, *, back: bool) -> Step | None:
        """What undoes the newest change, or makes the one again that was undone last."""
        ...

    def add(self, dossier_id: DossierId, step: Step) -> None:
        """What undoes a new change; what could be redone no longer can."""
        ...

    def turn(self, dossier_id: DossierId, taken: Step, left: Step, *, back: bool) -> None:
        """``taken`` was; ``left`` leads the other way. K04 unless that was the next one."""
        ...

    def clear(self, dossier_id: DossierId) -> None: ...


class KeyedValues(Protocol):
    """What persons keyed into the critical fields of documents: added, never changed."""

    def add(self, keyed: Iterable[Keyed]) -> None:
        """All of one document."""
        ...

    def of(self, document_id: DocumentId) -> tuple[Keyed, ...]:
        """In the order in which they were keyed."""
        ...


class Erasures(Protocol):
    """Files of state secrets that are to be erased: ordered in the transaction that takes their pages out of a dossier, which the
    store allows by nothing else; done when no file is left."""

    def order(self, dossier_id: DossierId, files: Iterable[Sha256]) -> None: ...

    def list(self) -> tuple[tuple[DossierId, Sha256], ...]: ...

    def unnamed(self, file: Sha256) -> bool:
        """Whether no page of any dossier is drawn from it."""
        ...

    def done(self, file: Sha256) -> None:
        """It is gone, and no row names it any more."""
        ...


class UnitOfWork(Protocol):
    """One transaction. Nothing is stored without ``commit``; a state change, its audit event and its outbox row go together."""

    dossiers: Dossiers
    outbox: Outbox
    cursors: Cursors
    audit: Audit
    signers: Signers
    archive: Archive
    register: Register
    deliveries: Deliveries
    numbers: Numbers
    earlier: Earlier
    history: History
    keyed: KeyedValues
    erasures: Erasures
    due: DueDocuments

    def __enter__(self) -> "UnitOfWork": ...

    def __exit__(self, *exc: object) -> None: ...

    def commit(self) -> None: ...


UnitOfWorkFactory = Callable[[], UnitOfWork]

# --- scanners


@dataclass(frozen=True, slots=True)
class ScanSource:
    id: str
    name: str


A4_MM = (210.0, 297.0)


@dataclass(frozen=True, slots=True)
class ScanWish:
    """What is asked of a scanner; it gives the nearest that it can."""

    dpi: int
    color: bool = True
    """False: grey."""
    duplex: bool = False
    """Both sides of each sheet, front before back. A scanner that can't gives the fronts."""
    paper_mm: tuple[float, float] = A4_MM
    """Width and height."""


class Scanner(Protocol):
    def sources(self) -> tuple[ScanSource, ...]: ...

    def scan(
        self, source_id: str, wish: ScanWish, out: Path, sheet: Callable[[Path], None], cancelled: Callable[[], bool]
    ) -> int:
        """Scans what lies in the feeder into ``out``, calls ``sheet`` for each finished, fsynced file (one a side); returns
        the count.

        Raises Q01 (no such scanner), Q02, Q04, Q05 (it felt two sheets), Q06, Q07, Q08 or M01, each with the ``count`` of files
        that were reported."""
        ...


# --- ward


class LineLimits(Protocol):
    """What the office allows the sender; asked all the time, also in the middle of a file."""

    def bytes_per_second(self) -> float | None:
        """None: as much as the line takes."""
        ...

    def open(self) -> bool:
        """Whether it is time to send."""
        ...

    def meeting_until(self) -> datetime | None:
        """When the cap for a meeting ends; None: there is none."""
        ...

    def hold_meeting(self, until: datetime | None) -> None:
        """Caps the line for a meeting; None: it is over."""
        ...


@dataclass(frozen=True, slots=True)
class SendReport:
    item: OutboxItem
    bytes_sent: int


class WardLine(Protocol):
    def send_due(self, cancelled: Callable[[], bool]) -> tuple[SendReport, ...]:
        """Works off every item that is due now; returns what happened to each."""
        ...

    def probe(self) -> bool:
        """Whether the ward server answers now; quick, never raises."""
        ...


class Sender(WardLine, Protocol):
    """What ``send_due`` sends goes to peers too."""

    def send_beside(self, cancelled: Callable[[], bool]) -> None:
        """Works off what waits for peers, whose lines are not the ward server's."""
        ...
