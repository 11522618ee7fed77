"""Peers: the national and the city's systems to which a signed dossier is delivered beside the ward server.

One port for all of them (:class:`PeerAdapter`), off until ``[[peers]]`` of the settings names one. An adapter is given frozen
values and a journal, and either returns what the peer said of its own accord or fails with one of the error classes of
``domain.outbox.RULES``. It never tells "received": that word belongs to the ward server's verified receipt.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Protocol

from workstation.domain.errors import ErrorNote
from workstation.domain.ids import DocumentId, DossierId, OutboxId, Sha256
from workstation.domain.outbox import OutboxState


class PeerKind(Enum):
    PORTAL_1 = "portal-1"  # Cổng dịch vụ công quốc gia, session API
    PORTAL_2 = "portal-2"  # the same with OAuth 2 and files first
    OPENCPS = "opencps"  # OpenCPS v2 REST
    EDXML = "edxml"  # document management over the national exchange axis, QCVN 102:2016/BTTTT


@dataclass(frozen=True, slots=True)
class PeerConfig:
    """One of ``[[peers]]``. No secret is part of it; what a kind has no use for stays empty."""

    name: str
    """How files, logs and screens name it: lower-case letters, digits, ``-``."""
    kind: str
    """A ``PeerKind``'s value."""
    url: str = ""
    """What stands before the paths: an https address."""
    unit_code: str = ""
    """The office's code there (``H29.17``, formerly ``000.00.17.H29``)."""
    unit_name: str = ""
    account: str = ""
    """Whom the peer knows this office as: user name, client id or system id."""
    route: str = ""
    """``dstcode`` of the exchange platform (LGSP) on the way, or OpenCPS's ``groupId``."""
    paths: str = ""
    """Paths that differ from the kind's usual ones: ``login=/a data=/b``, separated by white space."""
    files_url: str = ""
    """Where the peer can fetch a file, with ``{sha256}`` in it, for peers that pull."""
    since: str = ""
    """Only dossiers queued from this day on (``2026-12-01``); empty: all there are."""
    codes: str = ""
    """File with this peer's codes, relative to the home folder (``CodeBook``)."""
    max_mb: int = 10
    """Files larger than that are not sent at all: observed default of the portal's front end."""
    seconds: int = 60
    """Without a byte from the peer, before a call is given up."""
    proxy: str = ""
    """Address of an HTTP proxy; empty: none."""

    @property
    def max_bytes(self) -> int:
        return self.max_mb * 1024 * 1024


class Party(Enum):
    """Whose case it is; each adapter has its own numbers for it."""

    CITIZEN = "citizen"
    BUSINESS = "business"
    HOUSEHOLD_BUSINESS = "household_business"
    STATE_BODY = "state_body"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class TypeCodes:
    """What a peer calls one type of document."""

    component: str = ""
    """MaThanhPhanHoSo: as paper that was handed in."""
    result: str = ""
    """MaGiayToKetQua (``KQ.G15.000031``); a type that has one is a result there."""
    procedure: str = ""
    """MaTTHC of the procedure that issues it, with its names."""
    procedure_name: str = ""
    field_code: str = ""
    field_name: str = ""
    party: Party = Party.CITIZEN
    """Who applies in that procedure."""


@dataclass(frozen=True, slots=True)
class CodeBook:
    """A peer's codes by type of document, and its constants by name. Data of the office: catalogues differ and change."""

    types: Mapping[str, TypeCodes] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)


class CaseStatus(Enum):
    """National status codes of a one-stop case."""

    NEW = 1
    ACCEPTED = 2
    REFUSED = 3
    IN_PROGRESS = 4
    SUPPLEMENT = 5
    PAYMENT = 6
    WITHDRAWN = 7
    STOPPED = 8
    DONE = 9
    RETURNED = 10


@dataclass(frozen=True, slots=True)
class Case:
    """The one-stop case that a dossier belongs to. Empty: not known; nothing of it is ever made up."""

    code: str = ""
    """MaHoSo, from the receipt's barcode or the peer; see ``sync.adapters.codes``."""
    procedure: str = ""
    """MaTTHC (``1.005129``)."""
    procedure_name: str = ""
    field_code: str = ""
    """MaLinhVuc."""
    field_name: str = ""
    party: Party = Party.CITIZEN
    holder: str = ""
    """Whose case it is (ChuHoSo)."""
    holder_id: str = ""
    """Number of the ID card or the business."""
    accepted_at: datetime | None = None
    due_at: datetime | None = None
    finished_at: datetime | None = None
    status: CaseStatus = CaseStatus.DONE


class Part(Enum):
    """What a document is in its case."""

    COMPONENT = "thanh-phan"
    RESULT = "ket-qua"


@dataclass(frozen=True, slots=True)
class PeerDocument:
    """One signed file, as in ``domain.outbox.OutboxFile``, with what is known of it. ``fields``: by ``FIELD_NAMES``."""

    id: DocumentId
    part: Part
    type_code: str
    type_name: str
    name: str
    """File name, ASCII."""
    sha256: Sha256
    bytes: int
    pages: int
    fields: Mapping[str, str]
    signer: str
    signing_time: str
    """ISO 8601, UTC; empty: not known."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """What a signed dossier gives to a peer. ``dossier_id`` is the key that lasts for ever."""

    dossier_id: DossierId
    dossier_code: str
    title: str
    created_at: datetime
    """Aware, UTC."""
    case: Case
    documents: tuple[PeerDocument, ...]


class DeliveryState(Enum):
    QUEUED = "queued"  # Chờ chuyển
    SENDING = "sending"  # Đang chuyển
    UNKNOWN = "unknown"  # Chưa rõ kết quả: is asked first
    DELIVERED = "delivered"  # Đã chuyển: the peer's own word, no receipt
    REJECTED = "rejected"  # Bị trả: a person has to mend it


@dataclass(frozen=True, slots=True)
class PeerDelivery:
    """One outbox item on its way to one peer; its state is no other's."""

    item_id: OutboxId
    peer: str
    created_at: datetime
    state: DeliveryState = DeliveryState.QUEUED
    steps: tuple[tuple[str, str], ...] = ()
    """The journal: step → what it gave, or ``BEGUN``. Sorted by step."""
    reference: str = ""
    """The peer's own number of it."""
    attempts: int = 0
    next_try: datetime | None = None
    """None: at once."""
    error: ErrorNote | None = None
    lease_owner: str = ""
    lease_until: datetime | None = None
    fence: int = 0
    """Set by the store; saving with an older one fails with K04."""

    @property
    def waiting_state(self) -> DeliveryState:
        """Of one that is tried again: what may have happened is asked about first."""
        return DeliveryState.UNKNOWN if any(value == BEGUN for _, value in self.steps) else DeliveryState.QUEUED


class Deliveries(Protocol):
    """What waits for peers, beside the outbox (a repository of ``domain.ports.UnitOfWork``)."""

    def open(self, peer: str, states: Iterable[OutboxState], since: datetime | None, now: datetime, limit: int) -> int:
        """Opens one for each outbox item in these states that has none for the peer yet and waits for nothing (a time-stamp,
        say), oldest first; how many."""
        ...

    def claim(self, peer: str, owner: str, now: datetime, lease_seconds: float) -> PeerDelivery | None:
        """Takes the oldest that is due and free (or whose lease ran out) and leases it; None: nothing to do."""
        ...

    def get(self, item_id: OutboxId, peer: str) -> PeerDelivery:
        """KeyError if there is none."""
        ...

    def save(self, delivery: PeerDelivery) -> None:
        """K04 if it was claimed by another meanwhile, or given back."""
        ...

    def of_items(self, item_ids: Sequence[OutboxId]) -> Mapping[OutboxId, tuple[PeerDelivery, ...]]:
        """By name of the peer; every item has its entry."""
        ...

    def returned(self, peer: str) -> tuple[PeerDelivery, ...]:
        """Those that a person has to mend, oldest first."""
        ...

    def tally(self, peer: str) -> Mapping[DeliveryState, int]:
        """How many there are of each state; every state has its entry."""
        ...


BEGUN = "?"
"""A step's value between the moment before it was sent and its answer: it may have happened."""


class StepJournal(Protocol):
    """What an adapter writes down about one delivery. Each change is durable before it returns; K04 when the lease was lost."""

    def get(self, step: str) -> str:
        """What the step gave; ``BEGUN``: sent, no answer known; empty: not begun."""
        ...

    def begin(self, step: str) -> None: ...

    def done(self, step: str, value: str) -> None:
        """``value``: not empty, not ``BEGUN``."""
        ...

    def forget(self, step: str) -> None:
        """It has surely not happened."""
        ...

    def moving(self, count: int) -> None:
        """Before ``count`` bytes go on the line: the cap, the lease; raises when sending is to stop."""
        ...


@dataclass(frozen=True, slots=True)
class Delivered:
    """The peer has said that it has the dossier with these very files."""

    reference: str


class PeerAdapter(Protocol):
    """One configured peer. Used by one thread at a time.

    Every failure is a ``sync.failure.WardFailure`` with a class of ``domain.outbox.FailureClass``. What may have happened is
    ``BEGUN`` in the journal, and the next ``deliver`` looks it up before it sends anything again.
    """

    @property
    def config(self) -> PeerConfig: ...

    def deliver(self, parcel: Parcel, path: Callable[[Sha256], Path], journal: StepJournal) -> Delivered:
        """``path``: where a document's bytes lie; each is checked against its hash before it goes out (CUC_BO)."""
        ...

    def reachable(self) -> bool:
        """Whether it answers now; quick, never raises."""
        ...

    def close(self) -> None: ...
