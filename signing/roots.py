"""The roots of a trust store as people see them, and how one is put in and taken out (TT 15/2025: installing, updating and
removing certificates of authorities)."""

from dataclasses import dataclass
from pathlib import Path

from asn1crypto import pem, x509
from pyhanko.keys import load_certs_from_pemder

from signing.keys import TRAINING_MARK, is_training, subject_part
from workstation.domain.durable import write_durably
from workstation.domain.errors import WorkstationError
from workstation.domain.signing import TrustStore


@dataclass(frozen=True, slots=True)
class Root:
    kind: str
    """``government``, ``national``, ``training`` or ``local``."""
    subject: str
    sha256: str
    """Of the certificate (DER), 64 hexadecimal digits: what an authority publishes beside it."""
    valid_from: str
    valid_until: str
    """ISO 8601 dates."""
    file: Path


def roots(store: TrustStore) -> tuple[Root, ...]:
    """All of them, by kind. Raises M06 for a file that can't be read."""
    kinds = (
        ("government", store.government_roots),
        ("national", store.national_roots),
        ("local", store.roots),
        ("training", store.training_roots),
    )
    return tuple(_root(kind, entry, path) for kind, paths in kinds for path in paths for entry in _load(path, "M06"))


def candidate(path: Path) -> Root:
    """The one certificate of an authority in ``path`` (PEM or DER). U01: several, none, not an authority's (RFC 5280, 4.2.1.3
    and 4.2.1.9), or one for training, which must not pass for more; F07: the file can't be read."""
    found = _load(path, "U01")
    if len(found) != 1:
        raise WorkstationError("U01", detail=f"{path.name}: {len(found)}")
    certificate = found[0]
    constraints, usage = certificate.basic_constraints_value, certificate.key_usage_value
    if constraints is None or not constraints["ca"].native or (usage is not None and "key_cert_sign" not in usage.native):
        raise WorkstationError("U01", detail=f"{path.name}: CA = false")
    if is_training(certificate):
        raise WorkstationError("U01", detail=f"{path.name}: {TRAINING_MARK}")
    return _root("", certificate, path)


def install(source: Path, folder: Path) -> Path:
    """Writes the certificate of ``source`` into ``folder`` under its fingerprint; again is no change. Raises M01, OSError."""
    (certificate,) = _load(source, "U01")
    target = folder / f"{certificate.sha256.hex()}.pem"
    folder.mkdir(parents=True, exist_ok=True)
    write_durably(target, pem.armor("CERTIFICATE", certificate.dump()))
    return target


def _load(path: Path, code: str) -> list[x509.Certificate]:
    try:
        path.stat()
    except OSError as error:
        raise WorkstationError("F07", file=path.name) from error
    try:
        found = list(load_certs_from_pemder([str(path)]))
        for entry in found:
            _ = entry.native  # the parser is lazy: a broken one has to show here
    except (OSError, ValueError, TypeError) as error:
        raise WorkstationError(code, **({"file": path.name} if code == "M06" else {"detail": path.name})) from error
    return found


def _root(kind: str, certificate: x509.Certificate, path: Path) -> Root:
    name = subject_part(certificate.subject, "common_name") or subject_part(certificate.subject, "organization_name")
    first, last = (moment.date().isoformat() for moment in (certificate.not_valid_before, certificate.not_valid_after))
    return Root(kind, name, certificate.sha256.hex(), first, last, path)
