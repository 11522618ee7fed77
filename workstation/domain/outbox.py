"""What waits to be sent, how failures are classed, and when the next try is due."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from workstation.domain.errors import ErrorNote
from workstation.domain.ids import DocumentId, DossierId, OutboxId, Sha256


class OutboxState(Enum):
    QUEUED = "queued"  # Chờ gửi
    SENDING = "sending"  # Đang gửi
    UNKNOWN = "unknown"  # Chưa rõ kết quả: sent, no answer yet; is asked, never sent blindly again
    RECEIVED = "received"  # Đã tiếp nhận: only with a verified receipt
    REJECTED = "rejected"  # Bị trả: a person has to mend it
    PAUSED = "paused"  # Tạm dừng


@dataclass(frozen=True, slots=True)
class OutboxFile:
    """One file of the package and its place in our own upload journal."""

    document_id: DocumentId
    role: str
    """``ket-qua`` (signed document) …; with dossier and hash it is the idempotency key."""
    sha256: Sha256
    bytes: int
    name: str
    pages: int
    upload_url: str = ""
    offset: int = 0
    """Bytes the server confirmed."""
    file_id: str = ""
    """IdTepTin, once the server confirmed the stored hash."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """A verified receipt; ``jws`` is the compact form as it came, to be verified again by anyone."""

    id: str
    received_at: str
    """ISO 8601, UTC, by the server's clock."""
    manifest_sha256: Sha256
    key_id: str
    jws: str


@dataclass(frozen=True, slots=True)
class OutboxItem:
    id: OutboxId
    dossier_id: DossierId
    dossier_code: str
    metadata: str
    """Canonical JSON of the dossier's metadata as it was when queued."""
    files: tuple[OutboxFile, ...]
    created_at: datetime
    state: OutboxState = OutboxState.QUEUED
    attempts: int = 0
    next_try: datetime | None = None
    """None: at once."""
    error: ErrorNote | None = None
    receipt: Receipt | None = None
    bytes_sent: int = 0
    """Bytes of file content put on the line, repeats included."""
    lease_owner: str = ""
    lease_until: datetime | None = None
    manifest: str = ""
    """Canonical JSON of the manifest, fixed before it is committed the first time."""
    fence: int = 0
    """Set by the store: rises when the lease is taken or given back. Saving with an older one fails with K04."""


class FailureClass(Enum):
    """Error classes of the contract; the value is the code of the sentence on the screen."""

    MANG = "G01"
    QUA_TAI = "G02"
    XAC_THUC = "G03"
    QUYEN = "G04"
    XUNG_DOT = "G05"
    SAI_BAM = "G06"
    KHONG_RO = "G07"
    HET_HAN = "G08"
    MAY_CHU = "G09"
    CUC_BO = "G10"
    BIEN_NHAN = "G11"
    KHONG_HOP_LE = "G12"


PARKED = frozenset(
    {
        FailureClass.XAC_THUC,
        FailureClass.QUYEN,
        FailureClass.XUNG_DOT,
        FailureClass.CUC_BO,
        FailureClass.BIEN_NHAN,
        FailureClass.KHONG_HOP_LE,
    }
)
"""Classes that no retry can mend: the item waits for a person."""

_CAP = {FailureClass.MANG: 300.0, FailureClass.QUA_TAI: 300.0, FailureClass.MAY_CHU: 900.0}


def backoff_seconds(failure: FailureClass, attempts: int, retry_after: float | None, rng: random.Random) -> float:
    """Seconds to wait: the server's own word if it gave one, else exponential from 1 s, jittered down to half, capped a class."""
    if retry_after is not None:
        return retry_after
    cap = _CAP.get(failure, 300.0)
    return rng.uniform(0.5, 1.0) * min(cap, 2.0 ** min(attempts, 16))


def next_try(now: datetime, failure: FailureClass, attempts: int, retry_after: float | None, rng: random.Random) -> datetime:
    return now + timedelta(seconds=backoff_seconds(failure, attempts, retry_after, rng))
