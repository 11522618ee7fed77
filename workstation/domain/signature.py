"""Published and signed files, and what a verification says about them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from enum import Enum

from workstation.domain.errors import ErrorNote
from workstation.domain.ids import Sha256


@dataclass(frozen=True, slots=True)
class PublishedPdf:
    """An unsigned PDF/A as the program wrote it, or one that came and is kept as it is."""

    sha256: Sha256
    bytes: int
    pages: int
    conformance: str
    """Level that was checked, as ``PDF/A-2b``."""
    forms: tuple[str, ...] = ()
    """What each page holds, where not the scan alone: of a compact file's pages ``layers``, ``picture`` or ``scan``, of a file
    that was taken over as it is ``original``. Told by the command line, not stored."""


@dataclass(frozen=True, slots=True)
class SealedPdf:
    """A signed file. Nothing rewrites it: no function that saves PDFs takes this type; only ``signing`` appends to it."""

    sha256: Sha256
    bytes: int
    published: Sha256
    """The unsigned file whose bytes are its prefix; of a file that came signed: itself."""
    signer: str
    signing_time: str
    """ISO 8601, UTC."""
    level: str
    """B, T, LT or LTA."""


class Verdict(Enum):
    VALID = "valid"
    INDETERMINATE = "indeterminate"
    INVALID = "invalid"
    UNSIGNED = "unsigned"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class SignatureReport:
    """One signature; strings are the values of the command line's JSON (ETSI EN 319 102-1 names)."""

    field: str
    signer: str
    issuer: str
    signing_time: str | None
    timestamp: str | None
    level: str
    indication: str
    subindication: str | None
    coverage: str
    """whole_file, revision or partial."""
    changes_after: str
    """none, lta, form, annotation, content or unknown."""
    revocation: str
    """good, revoked or unknown."""
    trusted: bool
    revision_end: int
    """Length of the prefix that holds the signed revision: what may be shown as signed."""
    reasons: tuple[ErrorNote, ...] = ()
    organization: str = ""
    """The unit that the signer's certificate names (O)."""
    valid_from: str | None = None
    valid_until: str | None = None
    """Period of the signer's certificate (ISO 8601, UTC)."""
    mechanism: str = ""
    """As ``RSASSA-PSS, SHA-256, RSA 3072 bit``."""
    trust_store: str = ""
    """Where the chain ends: government, national, training, local (roots of no named kind); empty: nowhere."""

    @property
    def proven_time(self) -> str | None:
        """The time-stamp, else what the signer claims."""
        return self.timestamp or self.signing_time

    @property
    def in_period(self) -> bool | None:
        """Whether the certificate's period held the signing time; None: one of them is not known."""
        moment = self.proven_time
        if not (moment and self.valid_from and self.valid_until):
            return None
        first, at, last = (datetime.fromisoformat(text) for text in (self.valid_from, moment, self.valid_until))
        return first <= at <= last


@dataclass(frozen=True, slots=True)
class FileVerdict:
    verdict: Verdict
    green: bool
    """Every signature trusted, intact, covering what is shown, and nothing after it but LTA data and further signatures that
    only sign (V31)."""
    reasons: tuple[ErrorNote, ...]
    signatures: tuple[SignatureReport, ...]
    sha256: str = ""
    """Of the bytes that were judged; empty: there were none."""


LEVELS = ("B", "T", "LT", "LTA")
"""Of a PAdES signature, rising (ETSI EN 319 142-1, 6)."""


class KeyKind(Enum):
    PKCS12 = "pkcs12"
    PKCS11 = "pkcs11"
    REMOTE = "remote"
    WINDOWS = "windows"


@dataclass(frozen=True, slots=True)
class RemoteService:
    """A remote signing service as the settings name it. No secret is part of it."""

    name: str
    protocol: str
    """``csc``: Cloud Signature Consortium API 1.0.4; ``smartca``: confirmed on the owner's phone (VNPT SmartCA)."""
    url: str
    """What stands before ``/csc/v1``, or before ``/signatures/sign``."""
    credential: str
    """Which key: CSC's credential id; SmartCA's serial number of the certificate, empty: the only one in force."""
    account: str = ""
    """Whom the service knows this office as; empty with CSC: the secret is an access token by itself."""
    user: str = ""
    """SmartCA: whom it knows the key's owner as."""
    scal: int = 1
    """The least sole control assurance level (EN 419 241-1) to accept; 2: the leave to sign is bound to the very hashes."""
    batch: int = 1
    """Documents to sign with one leave, where the service allows it."""
    proxy: str = ""
    """Address of an HTTP proxy; empty: none."""


@dataclass(frozen=True, slots=True)
class KeyRef:
    """Where a signing key is. The PIN or password is never part of it."""

    kind: KeyKind
    location: str
    """Path of the PKCS#12 file, or of the PKCS#11 library; a remote service's name; the name of Windows' store, empty: ``MY``."""
    key_id: str = ""
    """CKA_ID, in Windows' store the thumbprint (SHA-1), in hexadecimal; empty: the only certificate in force that has a key."""
    token_label: str = ""
    remote: RemoteService | None = None
    journal: str = ""
    """Folder where requests that wait for a confirmation are kept."""


class TokenState(Enum):
    READY = "ready"
    SEVERAL = "several"
    """Several certificates in force and none chosen: ``TokenStatus.choices``."""
    UNKNOWN = "unknown"
    """Not asked yet, since the program was started."""
    ABSENT = "absent"
    PIN_LOW = "pin_low"
    PIN_FINAL = "pin_final"
    LOCKED = "locked"
    EXPIRED = "expired"
    NO_KEY = "no_key"
    NO_LIBRARY = "no_library"


@dataclass(frozen=True, slots=True)
class KeyChoice:
    """One certificate of a token that holds several."""

    key_id: str
    """As ``KeyRef.key_id``."""
    owner: str
    valid_until: str
    """ISO 8601 date."""
    in_force: bool


@dataclass(frozen=True, slots=True)
class TokenStatus:
    state: TokenState
    owner: str = ""
    """Subject of the certificate as people read it (CN)."""
    organization: str = ""
    valid_until: str = ""
    """ISO 8601 date."""
    training: bool = False
    certificate: str = ""
    """SHA-256 of the certificate (DER), hexadecimal: what a batch may not change in its middle."""
    pin_pad: bool = False
    """The PIN is typed elsewhere, on the device or in its driver's own window; nobody is to be asked for it here."""
    choices: tuple[KeyChoice, ...] = ()
    """The signer's certificates on the token, when there are several."""
    batch: int = 1
    """How many documents the opened key signs at once."""
    asks: tuple[str, ...] = ()
    """What the remote service wants of the signer before it signs: ``pin``, ``otp``."""
    remote: bool = False
    """The key is at a remote service, which tells nothing of it before somebody logs in."""


@dataclass(frozen=True, slots=True)
class SignResult:
    sha256: Sha256
    bytes: int
    signer: str
    signing_time: str
    level: str
    """What was reached: B, T, LT or LTA."""
    asked: str = ""
    """What was wanted; empty: what was reached."""
    notes: tuple[ErrorNote, ...] = ()
    """Why less than that was reached."""


@dataclass(frozen=True, slots=True)
class LiftResult:
    sha256: Sha256
    """Of the file that was written; of the one that came in, if nothing was."""
    bytes: int
    level: str
    """The lowest level of the file's signatures."""
    asked: str
    changed: bool
    """Whether anything was appended, and so whether the output was written."""
    notes: tuple[ErrorNote, ...] = ()


@dataclass(frozen=True, slots=True)
class AlgorithmLimit:
    """Until when an algorithm may be relied on."""

    name: str
    """``sha1``, ``sha256``, … or ``rsa``, ``ec``."""
    until: date
    bits: int = 0
    """Keys of so many bits and fewer; 0: whatever the size."""

    def covers(self, name: str, bits: int) -> bool:
        return name == self.name and (self.bits == 0 or bits <= self.bits)


@dataclass(frozen=True, slots=True)
class Renewal:
    """Why a new document time-stamp is needed, and before when."""

    reason: str
    """``certificate`` or ``algorithm``; ``level``: there is none yet, though one is wanted."""
    lapses: datetime
    """UTC."""


@dataclass(frozen=True, slots=True)
class LastStamp:
    """What the last document time-stamp of a file rests on."""

    until: datetime
    """End of its authority's certificate, UTC."""
    algorithms: tuple[tuple[str, int], ...]
    """Names and key sizes in bits (0: a hash)."""

    def renewal(self, limits: Iterable[AlgorithmLimit]) -> Renewal:
        """What of it lapses first, and when."""
        ends = [Renewal("certificate", self.until)]
        ends += [
            Renewal("algorithm", datetime.combine(limit.until, time.min, UTC))
            for limit in limits
            if any(limit.covers(name, bits) for name, bits in self.algorithms)
        ]
        return min(ends, key=lambda one: one.lapses)


@dataclass(frozen=True, slots=True)
class SignedOriginal:
    """A PDF that was signed before it came: kept byte for byte, no page of it is made anew."""

    shown: Sha256
    """The original that its pages are drawn from: the bytes that its last sound signature covers."""
    frames: int
    """Pages."""
    sealed: SealedPdf
    """The file as it came."""
    verdict: FileVerdict
    judged_at: datetime
    """UTC."""


@dataclass(frozen=True, slots=True)
class FileStanding:
    """How high a signed file stands (the lowest of its signatures), and by what."""

    level: str
    """B, T, LT or LTA."""
    stamp: LastStamp | None
    """None: there is no document time-stamp."""
