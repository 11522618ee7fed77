"""What the house needs from outside, as Protocols and frozen job values. Adapters are named only by ``workstation.app``.

Jobs cross process borders: they carry paths and hashes, never pixels.
"""

import hmac
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Any, Protocol, TypeVar

from workstation.domain.dossier import Dossier
from workstation.domain.errors import ErrorNote
from workstation.domain.events import AuditEvent, Event
from workstation.domain.fields import IndexField
from workstation.domain.ids import DossierId, OutboxId, Sha256
from workstation.domain.outbox import OutboxItem, OutboxState
from workstation.domain.page import Box, Finding, PageText, Recipe
from workstation.domain.signature import AlgorithmLimit, KeyRef, PublishedPdf, SignResult, TokenStatus

R = TypeVar("R")


class Clock(Protocol):
    def now(self) -> datetime:
        """Aware, UTC."""
        ...


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

    def list(self) -> tuple[Dossier, ...]:
        """All, newest first."""
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

    def list(self, states: Iterable[OutboxState] = ()) -> tuple[OutboxItem, ...]: ...


class Audit(Protocol):
    def append(self, event: AuditEvent) -> None: ...

    def events(self, subject: str | None = None, since: datetime | None = None) -> tuple[AuditEvent, ...]:
        """In the order in which they were written; of one subject, and from a moment on, if that is asked."""
        ...

    def verify(self) -> int | None:
        """None if the chain holds, else the number of the first line that breaks it."""
        ...


class UnitOfWork(Protocol):
    """One transaction. Nothing is stored without ``commit``; a state change, its audit event and its outbox row go together."""

    dossiers: Dossiers
    outbox: Outbox
    audit: Audit

    def __enter__(self) -> "UnitOfWork": ...

    def __exit__(self, *exc: object) -> None: ...

    def commit(self) -> None: ...


UnitOfWorkFactory = Callable[[], UnitOfWork]

# --- pages: top-level functions of ``ocr.worker``, run in the pages lane


@dataclass(frozen=True, slots=True)
class Limits:
    """Caps for one file or picture."""

    max_pixels: int = 200_000_000
    max_pages: int = 5_000


@dataclass(frozen=True, slots=True)
class FrameInfo:
    """One page of a file as it came, before any recipe."""

    width_px: int
    height_px: int
    dpi: float


@dataclass(frozen=True, slots=True)
class Inspection:
    media_type: str
    frames: tuple[FrameInfo, ...]
    signed: bool = False
    """A PDF that carries signatures: taken as it is, never re-made."""
    born_digital: bool = False
    """A PDF with a page that was written, not scanned: re-making it would turn its text into pixels."""


@dataclass(frozen=True, slots=True)
class PageJob:
    """Clean and read one frame. ``cache`` is the folder for derived files; ``turn``: extra clockwise degrees by the clerk."""

    path: Path
    original: Sha256
    frame: int
    cache: Path
    turn: int = 0
    min_dpi: float = 300.0
    min_sharpness: float = 60.0
    read: bool = True


@dataclass(frozen=True, slots=True)
class PageResult:
    recipe: Recipe
    findings: tuple[Finding, ...]
    blank: bool
    text: PageText
    thumbnail: Path
    frame: FrameInfo
    rotation: int
    """Degrees clockwise the program turned the page upright."""
    skew_deg: float
    seconds: float


@dataclass(frozen=True, slots=True)
class RenderJob:
    """The cleaned page as a picture for the screen, at most ``max_px`` on its longer side."""

    path: Path
    original: Sha256
    frame: int
    recipe: Recipe
    cache: Path
    max_px: int


@dataclass(frozen=True, slots=True)
class PdfRenderJob:
    """Page ``page`` of the first ``prefix`` bytes of a PDF as a picture (prefix 0: all of an unsigned file)."""

    path: Path
    sha256: Sha256
    prefix: int
    page: int
    cache: Path
    max_px: int


@dataclass(frozen=True, slots=True)
class Rendered:
    path: Path
    width_px: int
    height_px: int
    scale: float
    """Pixels of this picture for one pixel of the cleaned page (or one PDF point)."""


class PdfForm(Enum):
    """What a published page holds."""

    ARCHIVE = "archive"
    """The scan's own bytes."""
    COMPACT = "compact"
    """For access and upload: text mask, coarse paper, continuous tone where it matters; a scan that would suffer stays."""


@dataclass(frozen=True, slots=True)
class PublishPage:
    path: Path
    frame: int
    recipe: Recipe
    text: PageText


@dataclass(frozen=True, slots=True)
class StoredPage:
    """A page whose recipe and text are where ``process`` kept them: a thousand texts needn't be handed over."""

    path: Path
    original: Sha256
    frame: int
    cache: Path
    turn: int = 0


@dataclass(frozen=True, slots=True)
class PublishJob:
    pages: tuple[PublishPage | StoredPage, ...]
    out: Path
    title: str
    language: str = "vi"
    created: str = ""
    """ISO 8601; fixed by the caller so that the same document gives the same bytes."""
    form: PdfForm = PdfForm.ARCHIVE


@dataclass(frozen=True, slots=True)
class DocumentDraft:
    """A document as the machine sees it: indices into the pages it was given."""

    pages: tuple[int, ...]
    type_code: str
    fields: tuple[IndexField, ...]


@dataclass(frozen=True, slots=True)
class PageTools:
    """The functions of ``ocr`` that use cases need; each is picklable and runs in a worker unless said otherwise."""

    inspect: Callable[[Path, Limits], Inspection]
    process: Callable[[PageJob], PageResult]
    load_text: Callable[[Path, Sha256, int, int], PageText | None]
    """(cache, original, frame, turn) → what ``process`` cached, or None; cheap, runs where it is called."""
    thumbnail: Callable[[Path, Sha256, int, int], Path | None]
    render: Callable[[RenderJob], Rendered]
    render_pdf: Callable[[PdfRenderJob], Rendered]
    publish: Callable[[PublishJob], PublishedPdf]
    """Writes ``out`` (fsynced) and checks it; raises if it does not conform."""
    split: Callable[[Sequence[PageText | None]], tuple[DocumentDraft, ...]]
    """Documents and their fields from the pages' texts in order (None: blank page); pure, runs where it is called."""
    index: Callable[[Sequence[PageText | None]], DocumentDraft]
    """Type and fields of pages that are known to be one document; pure, runs where it is called."""


# --- signing: top-level functions of ``signing.worker``, run in the token lane (one process owns the session)


@dataclass(frozen=True, slots=True)
class Anchor:
    """The blank on a page that a stamp belongs into."""

    page: int
    """From 0."""
    box_mm: tuple[float, float, float, float]
    """x0, y0, x1, y1 in millimetres of the page as shown, from its top left corner, y downwards."""

    @classmethod
    def between(cls, page: int, title: Box, name: Box, dpi: float) -> "Anchor":
        """The blank between the lines of the signer's title and name (boxes in pixels): from the foot of the one to the head
        of the other, as wide as both."""
        mm = 25.4 / dpi
        upper, lower = sorted((title, name), key=lambda box: box[1])
        x0, x1 = min(title[0], name[0]), max(title[2], name[2])
        return cls(page, (x0 * mm, upper[3] * mm, x1 * mm, max(upper[3], lower[1]) * mm))


@dataclass(frozen=True, slots=True)
class StampWish:
    """What a stamp needs besides the name and the time, and where the signer wants it. Which preset needs what:
    ``signing/stamps.json``."""

    image: Path | None = None
    """PNG with transparent background: the handwritten signature or the seal."""
    anchor: Anchor | None = None
    move_mm: tuple[float, float] = (0.0, 0.0)
    """How far to the right and down from where the preset puts it; kept within what the preset allows."""
    number: str = ""
    """Number and symbol of the document."""
    copy: str = ""
    """Form of a copy: sao y, sao lục, trích sao."""
    qr_code: str = ""
    """The document's code, for a QR code with it and the hash of the file before signing; empty: no QR code."""


@dataclass(frozen=True, slots=True)
class TrustStore:
    """Roots by file. A signature that ends at a training root says so in every report."""

    roots: tuple[Path, ...] = ()
    training_roots: tuple[Path, ...] = ()


class Secret:
    """A PIN or password on its way to the token. Shows nothing when printed."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def __eq__(self, other: object) -> bool:
        return (
            type(other) is type(self)
            and isinstance(other, Secret)
            and hmac.compare_digest(self._value.encode(), other._value.encode())
        )

    def __hash__(self) -> int:
        return hash((Secret, self._value))

    def __repr__(self) -> str:
        return "Secret(…)"

    def __reduce__(self) -> tuple[object, ...]:
        return (Secret, (self._value,))


class RemoteSecret(Secret):
    """What a remote signing service asks for: the signer's PIN, a one-time code, and the secret of the office's account."""

    __slots__ = ("account", "otp")

    def __init__(self, pin: str = "", otp: str = "", account: str = "") -> None:
        super().__init__(pin)
        self.otp = Secret(otp)
        self.account = Secret(account)

    def __eq__(self, other: object) -> bool:
        return (
            super().__eq__(other) and isinstance(other, RemoteSecret) and (self.otp, self.account) == (other.otp, other.account)
        )

    def __hash__(self) -> int:
        return hash((super().__hash__(), self.otp, self.account))

    def __reduce__(self) -> tuple[object, ...]:
        return (RemoteSecret, (self.reveal(), self.otp.reveal(), self.account.reveal()))


@dataclass(frozen=True, slots=True)
class TimestampService:
    """A time-stamping authority (RFC 3161 over HTTP)."""

    url: str
    user: str = ""
    """For HTTP basic authentication; empty: none."""
    secret: Secret | None = None
    proxy: str = ""
    """Address of an HTTP proxy; empty: none."""
    seconds: float = 15.0
    """For one request with its retry."""


@dataclass(frozen=True, slots=True)
class RevocationAccess:
    """How OCSP responders (RFC 6960) and CRLs (RFC 5280) are reached; the addresses are in the certificates."""

    proxy: str = ""
    seconds: float = 10.0
    """For one request with its retry."""
    max_bytes: int = 20_000_000
    """Of one answer; the CRL of a large authority has some megabytes."""
    rewrites: tuple[tuple[str, str], ...] = ()
    """Rows (named in the certificate, asked instead) that go before the ones that ship with the program."""


@dataclass(frozen=True, slots=True)
class SigningServices:
    """What a signature above level B needs from outside."""

    timestamp: TimestampService | None = None
    revocation: RevocationAccess = RevocationAccess()
    trust: TrustStore = TrustStore()


@dataclass(frozen=True, slots=True)
class SignJob:
    path: Path
    out: Path
    preset: str = "S5"
    level: str = "B"
    """B, T, LT or LTA (ETSI EN 319 142-1, 6): what is wanted; the result says what was reached."""
    stamp_name: str = ""
    """Agency on the stamp; empty, and where a person signs: the certificate's name."""
    services: SigningServices = SigningServices()
    certificate: str = ""
    """SHA-256 of the certificate (``TokenStatus.certificate``) that has to sign: none changes in mid-batch. Empty: any."""
    stamp: StampWish = StampWish()


@dataclass(frozen=True, slots=True)
class LiftJob:
    """Append to the signed file ``path`` what its signatures lack up to ``level``."""

    path: Path
    out: Path
    level: str = "LTA"
    services: SigningServices = SigningServices()
    renew_days: int | None = None
    """Add a document time-stamp too if the last one lapses within so many days; None: never."""
    limits: tuple[AlgorithmLimit, ...] = ()
    """Until when algorithms may be relied on, besides those that no one may rely on any more."""


@dataclass(frozen=True, slots=True)
class SigningTools:
    status: Callable[[KeyRef], TokenStatus]
    open: Callable[[KeyRef, Secret], TokenStatus]
    """Logs in once for a batch; C01, C02, C03, C07, C08, C10."""
    sign: Callable[[SignJob], SignResult]
    """Signs with the open session into ``out`` (fsynced, renamed into place); the original is never touched."""
    sign_together: Callable[[Sequence[SignJob]], tuple[SignResult | ErrorNote, ...]]
    """As ``sign`` for each, with one leave of a remote service (``TokenStatus.batch``); what went wrong stands in its place."""
    close: Callable[[], None]


# --- scanners


@dataclass(frozen=True, slots=True)
class ScanSource:
    id: str
    name: str


class Scanner(Protocol):
    def sources(self) -> tuple[ScanSource, ...]: ...

    def scan(self, source_id: str, dpi: int, out: Path, sheet: Callable[[Path], None], cancelled: Callable[[], bool]) -> int:
        """Scans what lies in the feeder into ``out``, calls ``sheet`` for each finished, fsynced file; returns the count.

        Raises Q01, Q02, Q04 (with ``count`` sheets kept)."""
        ...


# --- ward


@dataclass(frozen=True, slots=True)
class SendReport:
    item: OutboxItem
    bytes_sent: int


class Sender(Protocol):
    def send_due(self, cancelled: Callable[[], bool]) -> tuple[SendReport, ...]:
        """Works off every item that is due now; returns what happened to each."""
        ...

    def probe(self) -> bool:
        """Whether the ward server answers now; quick, never raises."""
        ...


UnitOfWorkContext = AbstractContextManager[UnitOfWork]
