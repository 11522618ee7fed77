"""An opened signing key, whatever it lives on, and what people read about its certificate."""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from asn1crypto import x509
from pyhanko.sign.signers import Signer

from workstation.domain.errors import ErrorNote, WorkstationError
from workstation.domain.signature import KeyChoice, SignResult, TokenState, TokenStatus
from workstation.domain.signing import SignJob

TRAINING_MARK = "TẬP HUẤN"
"""Stands in CN and OU of every training certificate; nothing else tells it from a real one once it is printed."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key that is logged in. ``release`` gives up its session; ``translate`` knows the vendor's exceptions."""

    signer: Signer
    certificate: x509.Certificate
    mechanism: str
    """What is used, as people in IT write it: ``RSASSA-PSS``, ``RSA PKCS#1 v1.5`` or ``ECDSA``."""
    release: Callable[[], None]
    translate: Callable[[Exception], WorkstationError | None]
    """The error for an exception raised while signing; None: not one of its own."""
    expect: Callable[[int], None] = lambda _count: None
    """Told how many signatures are asked for at once, before they are: a remote service makes one request of them."""
    sign_files: Callable[[Sequence[SignJob]], tuple[SignResult | ErrorNote, ...]] | None = None
    """A key that needs more than one go (it is confirmed on a phone) goes its own way with files."""


def subject_part(name: x509.Name, part: str) -> str:
    """The value of ``common_name``, ``organization_name``, … (NFC; several joined by a comma), or an empty string."""
    value = name.native.get(part, "")
    text = ", ".join(value) if isinstance(value, list) else str(value)
    return unicodedata.normalize("NFC", text)


def is_training(certificate: x509.Certificate) -> bool:
    """Whether the certificate says of itself, or its issuer's name says, that it is for training."""
    names = (certificate.subject, certificate.issuer)
    return any(
        TRAINING_MARK in subject_part(name, part) for name in names for part in ("common_name", "organizational_unit_name")
    )


def in_force(certificate: x509.Certificate, moment: datetime) -> bool:
    """Whether ``moment`` (aware) lies in the certificate's validity period (RFC 5280, 4.1.2.5)."""
    return bool(certificate.not_valid_before <= moment <= certificate.not_valid_after)


def status_of(certificate: x509.Certificate, state: TokenState = TokenState.READY) -> TokenStatus:
    """What the screen shows of a certificate; a certificate out of its time turns READY into EXPIRED."""
    if state is TokenState.READY and not in_force(certificate, datetime.now(UTC)):
        state = TokenState.EXPIRED
    return TokenStatus(
        state=state,
        owner=subject_part(certificate.subject, "common_name"),
        organization=subject_part(certificate.subject, "organization_name"),
        valid_until=certificate.not_valid_after.astimezone(UTC).date().isoformat(),
        training=is_training(certificate),
        certificate=certificate.sha256.hex(),
    )


def choice_of(key_id: str, certificate: x509.Certificate) -> KeyChoice:
    return KeyChoice(
        key_id,
        subject_part(certificate.subject, "common_name"),
        certificate.not_valid_after.astimezone(UTC).date().isoformat(),
        in_force(certificate, datetime.now(UTC)),
    )


def is_for_signing(certificate: x509.Certificate) -> bool:
    """Whether people sign with it: no CA, and where it says what its key is for, signatures (RFC 5280, 4.2.1.3).

    Many tokens carry a second pair for deciphering, and the issuer's certificates beside.
    """
    usage = certificate.key_usage_value
    return not certificate.ca and (usage is None or bool(usage.native & {"digital_signature", "non_repudiation"}))


def require_in_force(certificate: x509.Certificate) -> None:
    """Raises C05 for a certificate that is expired or not yet valid (TT 15/2025: checked before signing)."""
    if not in_force(certificate, datetime.now(UTC)):
        raise WorkstationError("C05", valid_until=certificate.not_valid_after.astimezone(UTC).date().isoformat())
