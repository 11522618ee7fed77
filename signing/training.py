"""A training authority and signer, made on the spot: nothing of it is shipped or worth stealing."""

import errno
import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, pkcs12
from cryptography.x509.oid import NameOID

from workstation.domain.errors import WorkstationError
from workstation.domain.signing import Secret

_MARK = "TẬP HUẤN"  # the same words as signing.keys.TRAINING_MARK; a test holds them together (that module loads pyHanko)
_UNIT = f"{_MARK} - KHÔNG CÓ GIÁ TRỊ PHÁP LÝ"
_DAYS = 3650
_KEY_BITS = 3072
_CN_LIMIT = 64  # RFC 5280, appendix A: ub-common-name; the library counts bytes of UTF-8 where the RFC counts characters


@dataclass(frozen=True, slots=True)
class TrainingIdentity:
    root_pem: Path
    """The training root's certificate."""
    p12: Path
    """Signer's key, certificate and root, encrypted with the caller's passphrase; file mode 0600."""
    certificate_pem: Path
    """The signer's public certificate."""


def make_training_identity(folder: Path, organization: str, passphrase: Secret) -> TrainingIdentity:
    """Makes a training root and a signer for ``organization`` in ``folder``, or returns the ones that are there.

    All files are written under other names and renamed, the key file last: whoever sees it sees the others. The root's
    private key is forgotten at once, so this root signs one certificate in its life. Raises M01 on a full disk, C02 when
    the identity is there under another passphrase.
    """
    identity = TrainingIdentity(folder / "training-root.pem", folder / "training-signer.p12", folder / "training-signer.pem")
    if all(path.is_file() for path in (identity.root_pem, identity.p12, identity.certificate_pem)):
        _check_passphrase(identity.p12, passphrase)
        return identity
    root_key = rsa.generate_private_key(65537, _KEY_BITS)
    root = _certificate(_name(f"CA {_MARK} TRẠM SỐ HÓA", "Trạm số hóa"), root_key.public_key(), None, root_key)
    key = rsa.generate_private_key(65537, _KEY_BITS)
    certificate = _certificate(_name(_common_name(organization), organization), key.public_key(), root, root_key)
    encryption = BestAvailableEncryption(passphrase.reveal().encode())
    sealed = pkcs12.serialize_key_and_certificates(b"training", key, certificate, [root], encryption)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _write(identity.root_pem, root.public_bytes(Encoding.PEM), 0o644)
        _write(identity.certificate_pem, certificate.public_bytes(Encoding.PEM), 0o644)
        _write(identity.p12, sealed, 0o600)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise WorkstationError("M01", file=identity.p12.name) from error
        raise
    return identity


def _check_passphrase(p12: Path, passphrase: Secret) -> None:
    try:
        pkcs12.load_key_and_certificates(p12.read_bytes(), passphrase.reveal().encode())
    except ValueError:
        raise WorkstationError("C02") from None


def _common_name(organization: str) -> str:
    """The name with the mark, within the limit: in full, else with the usual abbreviation, else without its last words."""
    for text in (organization, organization.replace("ỦY BAN NHÂN DÂN", "UBND")):
        if len(f"{text} ({_MARK})".encode()) <= _CN_LIMIT:
            return f"{text} ({_MARK})"
    while len(f"{text} ({_MARK})".encode()) > _CN_LIMIT:
        text = text.rpartition(" ")[0] if " " in text else text[:-1]
    return f"{text} ({_MARK})"


def _name(common_name: str, organization: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, _UNIT),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _certificate(
    subject: x509.Name, public: rsa.RSAPublicKey, issuer: x509.Certificate | None, issuer_key: rsa.RSAPrivateKey
) -> x509.Certificate:
    """A CA certificate if ``issuer`` is None, else a signer's (RFC 5280). Without CRL or OCSP pointer: nobody revokes it."""
    now = datetime.now(UTC).replace(microsecond=0)
    root = issuer is None
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject if issuer is None else issuer.subject)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        # an hour back: clocks of old office machines differ
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=_DAYS))
        .add_extension(x509.BasicConstraints(ca=root, path_length=0 if root else None), critical=True)
        .add_extension(_usage(_ROOT_USAGE if root else _SIGNER_USAGE), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
    )
    return builder.sign(issuer_key, hashes.SHA256())


_ROOT_USAGE = ("key_cert_sign", "crl_sign")
_SIGNER_USAGE = ("digital_signature", "content_commitment")
_USAGES = (
    "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
    "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
)  # fmt: skip


def _usage(wanted: Iterable[str]) -> x509.KeyUsage:
    return x509.KeyUsage(**{usage: usage in wanted for usage in _USAGES})


def _write(path: Path, data: bytes, mode: int) -> None:
    """Writes under a temporary name with ``mode`` from the start, fsyncs, renames."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # 0600 from the start
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(mode)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
