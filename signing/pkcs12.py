"""Software keys: PKCS#12 files (RFC 7292)."""

from pathlib import Path

from asn1crypto import pkcs12, x509
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization import pkcs12 as pyca
from pyhanko.sign.signers import Signer
from pyhanko_certvalidator.registry import CertificateStore, SimpleCertificateStore
from pyhanko_certvalidator.util import get_pyca_cryptography_hash, process_pss_params

from signing.keys import SigningKey, require_in_force, status_of
from workstation.domain.errors import WorkstationError
from workstation.domain.signature import KeyRef, TokenState, TokenStatus
from workstation.domain.signing import Secret

_MAX_BYTES = 1_000_000
"""A key file has a few kilobytes; anything larger is some other file."""


def _read(path: Path) -> bytes:
    """The bytes of a well-formed PFX; C08 for anything else."""
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise WorkstationError("C08", file=path.name)
        data = path.read_bytes()
        pfx = pkcs12.Pfx.load(data, strict=True)
        if pfx["version"].native != "v3" or pfx["auth_safe"]["content_type"].native != "data":
            raise WorkstationError("C08", file=path.name)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise WorkstationError("C08", file=path.name) from error
    return data


def status(ref: KeyRef) -> TokenStatus:
    """What is known without the password. The certificate is inside the encrypted part, so its owner is told only if the
    public certificate lies beside the key file (same name, ``.pem``), as training identities have it."""
    path = Path(ref.location)
    if not path.is_file():
        return TokenStatus(TokenState.ABSENT)
    _read(path)
    beside = path.with_suffix(".pem")
    if not beside.is_file():
        return TokenStatus(TokenState.READY)
    from pyhanko.keys import load_cert_from_pemder

    try:
        return status_of(load_cert_from_pemder(str(beside)))
    except (OSError, ValueError):
        # a file of that name that is no certificate says nothing about the key
        return TokenStatus(TokenState.READY)


def open_key(ref: KeyRef, secret: Secret) -> SigningKey:
    """Opens the file. C08: unreadable or no PKCS#12; C02: wrong password; C07: no key with its certificate; C05: expired."""
    path = Path(ref.location)
    data = _read(path)
    try:
        key, certificate, others = pyca.load_key_and_certificates(data, secret.reveal().encode())
    except ValueError:
        # the structure is sound (checked above), so the MAC failed: the password. The cause is dropped on purpose: its
        # frames hold the password.
        raise WorkstationError("C02") from None
    except Exception as error:  # noqa: BLE001  # what it says of algorithms it refuses has no common class
        raise WorkstationError("C08", file=path.name, kind=type(error).__name__) from None
    if certificate is None or not isinstance(key, RSAPrivateKey | EllipticCurvePrivateKey):
        raise WorkstationError("C07")
    if key.public_key() != certificate.public_key():
        raise WorkstationError("C07")
    own = x509.Certificate.load(certificate.public_bytes(Encoding.DER))
    require_in_force(own)
    # without the signer's own, which the signature would then carry twice
    store = SimpleCertificateStore.from_certs([x509.Certificate.load(other.public_bytes(Encoding.DER)) for other in others])
    mechanism = "RSASSA-PSS" if isinstance(key, RSAPrivateKey) else "ECDSA"
    return SigningKey(_FileSigner(key, own, store), own, mechanism, lambda: None, lambda _error: None)


class _FileSigner(Signer):
    """Signs with a key in memory. pyHanko's own parses and checks the private key anew for every signature and for every
    estimate of its size, which takes most of the time of a document."""

    def __init__(self, key: RSAPrivateKey | EllipticCurvePrivateKey, own: x509.Certificate, store: CertificateStore) -> None:
        # TT 15/2025, Phụ lục: RSASSA-PSS to sign
        super().__init__(signing_cert=own, cert_registry=store, prefer_pss=isinstance(key, RSAPrivateKey), embed_roots=False)
        self._private_key = key

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        key = self._private_key
        if dry_run:
            return bytes(key.key_size // 8) if isinstance(key, RSAPrivateKey) else bytes(2 * ((key.key_size + 7) // 8) + 16)
        if isinstance(key, EllipticCurvePrivateKey):
            return key.sign(data, ECDSA(get_pyca_cryptography_hash(digest_algorithm)))
        parameters = self.get_signature_mechanism_for_digest(digest_algorithm)["parameters"]
        padding, digest = process_pss_params(parameters)
        return key.sign(data, padding, digest)
