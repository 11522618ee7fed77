"""What waits to be sent, how failures are classed, and when the next try is due."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from workstation.domain.errors import ERRORS, Actor, ErrorNote
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
    reconciled_at: datetime | None = None
    """When its receipt was last found in the ward server's list, the same to the letter (Đã đối soát)."""


@dataclass(frozen=True, slots=True)
class OtherVersion:
    """What the ward server has received of a dossier, by its own verified receipt; not necessarily what we hold."""

    receipt_id: str
    received_at: str
    """ISO 8601, UTC, by the server's clock."""
    manifest_sha256: Sha256
    files: tuple[tuple[Sha256, int], ...]
    """(hash, bytes) in the manifest's order."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two versions of one dossier beside each other. Neither is overwritten by the other."""

    theirs: OtherVersion
    same: tuple[str, ...]
    """Names of our files that are there with the same hash."""
    only_ours: tuple[str, ...]
    only_theirs: tuple[Sha256, ...]
    """Files that are there and not here."""
    described_alike: bool
    """Whether the manifests are the same: else names, pages, order or the index fields differ, even if no file does."""


def compare(item: OutboxItem, manifest_sha256: str, theirs: OtherVersion) -> Comparison:
    """``manifest_sha256``: of ours; empty if none was fixed yet."""
    there, here = [sha256 for sha256, _ in theirs.files], [f.sha256 for f in item.files]
    return Comparison(
        theirs,
        tuple(f.name for f in item.files if f.sha256 in there),
        tuple(f.name for f in item.files if f.sha256 not in there),
        tuple(sha256 for sha256 in there if sha256 not in here),
        manifest_sha256 == theirs.manifest_sha256,
    )


@dataclass(frozen=True, slots=True)
class ReceiptCursor:
    """Place of one reader in one server's list of receipts. A server that was set back to an older state, or another one at the
    same address, is known by another receipt at that place."""

    server: str
    """Its address."""
    reader: str
    number: int
    receipt: Sha256
    """Of the receipt with that number, as it came."""


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
    KHO_KHOA = "G30"
    """Of CUC_BO: the log-in's secret is in a keyring that is locked."""
    KHO_LOI = "G31"
    """Of CUC_BO: that keyring does not answer."""
    CHUNG_THU = "G32"
    """Of CUC_BO: the station's own certificate can't be used."""


class Retry(Enum):
    """What happens next to an item that failed."""

    LINE = "line"  # waits, and is due at once when the line is back
    WAIT = "wait"  # waits; the peer as a whole is spared while it is troubled
    ASK = "ask"  # its outcome is not known: looked up before anything is sent again
    ANEW = "anew"  # sent anew at once, from the start
    PEER = "peer"  # nobody's item is sent until the log-in is mended; no item is to blame
    PARK = "park"  # no retry can mend it: a person has to


@dataclass(frozen=True, slots=True)
class FailureRule:
    """One row of the table. Sentence and button are ``ui.messages``' for the class's code, the actor is ``ERRORS``'."""

    retry: Retry
    cap_seconds: float = 300.0
    """Of the waiting time, which doubles from one second."""
    late_actor: Actor | None = None
    """Who acts if it goes on for more than ``LATE``."""


RULES: dict[FailureClass, FailureRule] = {
    FailureClass.MANG: FailureRule(Retry.LINE),
    FailureClass.QUA_TAI: FailureRule(Retry.WAIT, late_actor=Actor.IT),
    FailureClass.XAC_THUC: FailureRule(Retry.PEER),
    FailureClass.QUYEN: FailureRule(Retry.PARK),
    FailureClass.XUNG_DOT: FailureRule(Retry.PARK),
    FailureClass.SAI_BAM: FailureRule(Retry.PARK),  # after it was sent whole once more
    FailureClass.KHONG_RO: FailureRule(Retry.ASK),
    FailureClass.HET_HAN: FailureRule(Retry.ANEW),
    FailureClass.MAY_CHU: FailureRule(Retry.WAIT, 900.0, Actor.IT),
    FailureClass.CUC_BO: FailureRule(Retry.PARK),
    FailureClass.BIEN_NHAN: FailureRule(Retry.PARK),
    FailureClass.KHONG_HOP_LE: FailureRule(Retry.PARK),
    FailureClass.KHO_KHOA: FailureRule(Retry.PEER),
    FailureClass.KHO_LOI: FailureRule(Retry.PEER),
    FailureClass.CHUNG_THU: FailureRule(Retry.PEER),
}
"""integration.md 1.4 as data: the sender obeys it, the screen shows it."""

LATE = timedelta(hours=1)


def who_acts(note: ErrorNote, now: datetime) -> Actor:
    """Who has to act on it now: somebody else than at first if it has gone on for long (``since`` in the note)."""
    rule = next((RULES[kind] for kind in FailureClass if kind.value == note.code), None)
    since = dict(note.params).get("since")
    if rule is not None and rule.late_actor is not None and since and now - datetime.fromisoformat(str(since)) > LATE:
        return rule.late_actor
    return ERRORS[note.code].actor


def backoff_seconds(failure: FailureClass, attempts: int, retry_after: float | None, rng: random.Random) -> float:
    """Seconds to wait: the server's own word if it gave one, else exponential from 1 s with full jitter, capped a class."""
    if retry_after is not None:
        return retry_after
    return max(1.0, rng.uniform(0.0, 1.0) * min(RULES[failure].cap_seconds, 2.0 ** min(attempts, 16)))
