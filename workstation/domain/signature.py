"""Published and signed files, and what a verification says about them."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from workstation.domain.errors import ErrorNote
from workstation.domain.ids import Sha256


@dataclass(frozen=True, slots=True)
class PublishedPdf:
    """An unsigned PDF/A as the program wrote it."""

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
    """The unsigned file whose bytes are its prefix."""
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
    """Every signature trusted, intact, covering what is shown, and nothing but LTA data after it."""
    reasons: tuple[ErrorNote, ...]
    signatures: tuple[SignatureReport, ...]
    sha256: str = ""
    """Of the bytes that were judged; empty: there were none."""


class KeyKind(Enum):
    PKCS12 = "pkcs12"
    PKCS11 = "pkcs11"


@dataclass(frozen=True, slots=True)
class KeyRef:
    """Where a signing key is. The PIN or password is never part of it."""

    kind: KeyKind
    location: str
    """Path of the PKCS#12 file, or of the PKCS#11 library."""
    key_id: str = ""
    """CKA_ID in hexadecimal; empty: the only certificate with a key."""
    token_label: str = ""


class TokenState(Enum):
    READY = "ready"
    ABSENT = "absent"
    PIN_LOW = "pin_low"
    PIN_FINAL = "pin_final"
    LOCKED = "locked"
    EXPIRED = "expired"
    NO_KEY = "no_key"
    NO_LIBRARY = "no_library"


@dataclass(frozen=True, slots=True)
class TokenStatus:
    state: TokenState
    owner: str = ""
    """Subject of the certificate as people read it (CN)."""
    organization: str = ""
    valid_until: str = ""
    """ISO 8601 date."""
    training: bool = False


@dataclass(frozen=True, slots=True)
class SignResult:
    sha256: Sha256
    bytes: int
    signer: str
    signing_time: str
    level: str
