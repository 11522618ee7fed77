"""What crosses to the token: keys' secrets, wishes for a stamp, services outside, and jobs.

Jobs are run by top-level functions of ``signing.worker`` in the token lane (one process owns the session); they carry paths,
never bytes.
"""

import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from workstation.domain.errors import ErrorNote
from workstation.domain.page import Box
from workstation.domain.signature import (
    LEVELS,
    AlgorithmLimit,
    FileStanding,
    KeyRef,
    LiftResult,
    PublishedPdf,
    SignResult,
    TokenStatus,
)


@dataclass(frozen=True, slots=True)
class Anchor:
    """The blank on a page that a stamp belongs into."""

    page: int
    """From 0."""
    box_mm: tuple[float, float, float, float]
    """x0, y0, x1, y1 in millimetres of the page as shown, from its top left corner, y downwards."""
    guessed: bool = False
    """Nobody read where title and name stand: it is only where a signature can be, and the stamp may be moved all over it."""

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
    day: date | None = None
    """The day that is written; None: that of signing."""


@dataclass(frozen=True, slots=True)
class StampPlace:
    """Where a stamp will stand. Boxes in millimetres of the page as shown, from its top left corner, y downwards."""

    page: int
    """From 0."""
    page_mm: tuple[float, float]
    box_mm: Box
    home_mm: Box
    """Where it stands unmoved."""
    area_mm: Box
    """Inside which the preset lets it be moved."""
    wish_mm: float
    """Millimetres on the page for one of ``StampWish.move_mm``: less than 1 where the stamp had to shrink."""
    lines: tuple[str, ...]
    """What it says; none for a picture."""
    letters_mm: float
    picture: Path | None = None
    guessed: bool = False
    """As of the anchor."""
    preset: str = ""
    """Which of a document's marks it is, where it has several."""
    over_print: bool = False
    """It would touch what is printed, so that signatures before it would no longer be found untouched (V29, not V31). Judged
    for the registrar's marks only: others come first."""


@dataclass(frozen=True, slots=True)
class TrustStore:
    """Roots by file. A signature that ends at a training root says so in every report."""

    roots: tuple[Path, ...] = ()
    """Of no named kind."""
    training_roots: tuple[Path, ...] = ()
    government_roots: tuple[Path, ...] = ()
    """Of the authority for official-duty certificates (chuyên dùng công vụ)."""
    national_roots: tuple[Path, ...] = ()
    """Of the national root (NEAC), under which the public authorities stand."""


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
class Levels:
    """How high an office's signatures are to stand when they are sent."""

    wanted: str = "B"
    """B, T, LT or LTA."""
    services: SigningServices = SigningServices()
    hold: timedelta = timedelta(0)
    """How long a dossier with a lower signature waits in the outbox for what is missing."""
    renew: timedelta = timedelta(days=90)
    """How long before it lapses an archive time-stamp is renewed."""
    limits: tuple[AlgorithmLimit, ...] = ()
    """Until when algorithms may be relied on, as far as an end is known."""

    def lacks(self, level: str) -> bool:
        """Whether a signature of this level is lower than wanted; one of no known level is."""
        return LEVELS.index(level if level in LEVELS else "B") < LEVELS.index(self.wanted)


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
    reason: str = ""
    """Why it is signed, in the signature itself (ISO 32000-1, table 252: Reason); empty: nothing is said."""


@dataclass(frozen=True, slots=True)
class LiftJob:
    """Append to the signed file ``path`` what its signatures lack up to ``level``."""

    path: Path
    out: Path
    level: str = "LTA"
    services: SigningServices = SigningServices()
    renew_days: int | None = None
    """Add a document time-stamp too if the last one lapses within so many days; None: never."""


@dataclass(frozen=True, slots=True)
class AttestJob:
    """Append a page with words to the unsigned PDF/A ``path``, above two blanks for signatures (``domain.attestation``)."""

    path: Path
    out: Path
    heading: str
    lines: tuple[str, ...]
    captions: tuple[str, str]
    """Above the blanks: of the agency, of the person."""


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
    preview: Callable[[SignJob, str], StampPlace]
    """Where the stamp of a job would stand if a key of this name signed it; reads the file only, in a page worker."""
    shows_hand: Callable[[str], bool]
    """Whether the stamp of this preset is the signer's own handwritten signature, between title and name."""
    keep_hand: Callable[[Path, Path], None]
    """Checks the PNG of a handwritten signature and writes what is inked of it, fsynced; in a page worker. C36, F01–F07."""
    keep_seal: Callable[[Path, Path], None]
    """The same for the agency's seal."""
    signed_with: Callable[[Path], str]
    """SHA-256 of the certificate in a file's last signature, empty if it can't be told; in a page worker."""
    lift: Callable[[LiftJob], LiftResult]
    """Appends to a signed file what its signatures lack; needs no session. C11, V04."""
    standing: Callable[[Path], FileStanding]
    """How high a signed file stands; reads it only, in a page worker. F07, C11."""
    attest: Callable[[AttestJob], PublishedPdf]
    """Adds a page of words to a file that is not signed; in a page worker. C11: they don't fit."""
