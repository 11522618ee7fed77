"""A small authority for the tests: what ``signing.training`` does not make (expired, revocable, foreign, time-stamping)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, pkcs12
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

ORGANIZATION = "ỦY BAN NHÂN DÂN PHƯỜNG HÒA HƯNG"


def name(common_name: str) -> x509.Name:
    return x509.Name(
        [x509.NameAttribute(NameOID.ORGANIZATION_NAME, ORGANIZATION), x509.NameAttribute(NameOID.COMMON_NAME, common_name)]
    )


def new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@dataclass
class Authority:
    certificate: x509.Certificate
    key: Any

    def issue(
        self,
        public: Any,
        common_name: str = "Nguyễn Văn Thử",
        *,
        days: tuple[int, int] = (-1, 365),
        crl_url: str | None = None,
        ocsp_url: str | None = None,
        usage: Sequence[str] = ("digital_signature", "content_commitment"),
        extended: Sequence[x509.ObjectIdentifier] = (),
        critical: bool = True,
        ca: bool = False,
    ) -> x509.Certificate:
        now = datetime.now(UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(name(common_name))
            .issuer_name(self.certificate.subject)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now + timedelta(days=days[0]))
            .not_valid_after(now + timedelta(days=days[1]))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(key_usage(usage), critical=True)
        )
        if crl_url:
            point = x509.DistributionPoint([x509.UniformResourceIdentifier(crl_url)], None, None, None)
            builder = builder.add_extension(x509.CRLDistributionPoints([point]), critical=False)
        if ocsp_url:
            access = x509.AccessDescription(AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier(ocsp_url))
            builder = builder.add_extension(x509.AuthorityInformationAccess([access]), critical=False)
        if extended:
            builder = builder.add_extension(x509.ExtendedKeyUsage(extended), critical=critical)
        return builder.sign(self.key, hashes.SHA256())

    def crl(self, *revoked: x509.Certificate) -> bytes:
        now = datetime.now(UTC)
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.certificate.subject)
            .last_update(now - timedelta(hours=1))
            .next_update(now + timedelta(days=1))
        )
        for certificate in revoked:
            entry = x509.RevokedCertificateBuilder(certificate.serial_number, now - timedelta(minutes=30))
            builder = builder.add_revoked_certificate(entry.build())
        return builder.sign(self.key, hashes.SHA256()).public_bytes(Encoding.DER)

    def write(self, folder: Path, file: str = "root.pem") -> Path:
        path = folder / file
        path.write_bytes(self.certificate.public_bytes(Encoding.PEM))
        return path


TIME_STAMPING = ExtendedKeyUsageOID.TIME_STAMPING
_USAGES = (
    "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
    "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
)  # fmt: skip


def key_usage(wanted: Sequence[str]) -> x509.KeyUsage:
    return x509.KeyUsage(**{usage: usage in wanted for usage in _USAGES})


def make_authority(common_name: str = "CA thử nghiệm") -> Authority:
    key = new_key()
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name(common_name))
        .issuer_name(name(common_name))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=800))
        .not_valid_after(now + timedelta(days=800))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(key_usage(("key_cert_sign", "crl_sign")), critical=True)
        .sign(key, hashes.SHA256())
    )
    return Authority(certificate, key)


def write_p12(
    path: Path, key: Any, certificate: x509.Certificate | None, password: bytes, others: Sequence[x509.Certificate] = ()
) -> Path:
    encryption = BestAvailableEncryption(password)
    path.write_bytes(pkcs12.serialize_key_and_certificates(b"thu", key, certificate, others or None, encryption))
    return path


def rsa_key(bits: int = 2048) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, bits)
