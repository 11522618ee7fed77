"""A SoftHSM token as vendors ship theirs: key and certificate with one CKA_ID and two different labels, the issuer's
certificate beside them, and a certificate without a key that bears the key's label."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pkcs11
from cryptography.hazmat.primitives.serialization import Encoding, load_der_public_key
from pkcs11 import Attribute, CertificateType, KeyType, MechanismFlag, ObjectClass
from pkcs11.util.ec import encode_ec_public_key, encode_named_curve_parameters
from pkcs11.util.rsa import encode_rsa_public_key

from tests.unit.signing.pki import Authority, new_key

PIN = "Bi-mat-2026"
LABEL = "VGCA Token"
RSA_ID, EC_ID, ISSUER_ID, STRAY_ID = b"\x01\xa5", b"\x02\xb6", b"\x0c", b"\x0d"


def library() -> str:
    for path in (
        "/usr/lib/softhsm/libsofthsm2.so",
        "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
        "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
        "/usr/lib64/pkcs11/libsofthsm2.so",
    ):
        if Path(path).exists():
            return path
    raise AssertionError("SoftHSM is not installed: apt-get install softhsm2")


@dataclass
class SoftToken:
    folder: Path

    @property
    def tokens(self) -> Path:
        return self.folder / "tokens"

    def activate(self) -> None:
        config = self.folder / "softhsm2.conf"
        config.write_text(f"directories.tokendir = {self.tokens}\nobjectstore.backend = file\nlog.level = ERROR\n")
        os.environ["SOFTHSM2_CONF"] = str(config)

    def pull(self) -> None:
        """Takes the token out of its socket."""
        (self.folder / "pocket").mkdir()
        for entry in list(self.tokens.iterdir()):
            entry.rename(self.folder / "pocket" / entry.name)

    def put_back(self) -> None:
        for entry in list((self.folder / "pocket").iterdir()):
            entry.rename(self.tokens / entry.name)
        (self.folder / "pocket").rmdir()

    def copy(self, folder: Path) -> "SoftToken":
        shutil.copytree(self.tokens, folder / "tokens")
        return SoftToken(folder)


def _store_certificate(session: Any, certificate: Any, key_id: bytes, label: str) -> None:
    der = certificate.public_bytes(Encoding.DER)
    session.create_object(
        {
            Attribute.CLASS: ObjectClass.CERTIFICATE,
            Attribute.CERTIFICATE_TYPE: CertificateType.X_509,
            Attribute.TOKEN: True,
            Attribute.PRIVATE: False,
            Attribute.SUBJECT: certificate.subject.public_bytes(),
            Attribute.ISSUER: certificate.issuer.public_bytes(),
            Attribute.SERIAL_NUMBER: b"\x01",
            Attribute.ID: key_id,
            Attribute.LABEL: label,
            Attribute.VALUE: der,
        }
    )


def make_token(
    folder: Path, authority: Authority, *, expired: tuple[bytes, ...] = (), deciphering: tuple[bytes, ...] = ()
) -> SoftToken:
    """Initialises a token, generates RSA-3072 and P-256 keys on it, and stores their certificates.

    ``expired``, ``deciphering``: ids of those that are past their time, or not for signatures.
    """
    token = SoftToken(folder)
    token.tokens.mkdir(parents=True)
    token.activate()
    subprocess.run(
        ["softhsm2-util", "--init-token", "--free", "--label", LABEL, "--so-pin", "so-" + PIN, "--pin", PIN],
        check=True,
        capture_output=True,
    )
    lib = pkcs11.lib(library())
    lib.reinitialize()

    def issue(key_id: bytes, public: Any, owner: str) -> None:
        days = (-300, -1) if key_id in expired else (-1, 365)
        usage = ("key_encipherment",) if key_id in deciphering else ("digital_signature", "content_commitment")
        _store_certificate(
            session, authority.issue(public, owner, days=days, usage=usage), key_id, f"Chung thu so {key_id.hex()}"
        )

    with lib.get_token(token_label=LABEL).open(rw=True, user_pin=PIN) as session:
        sign = MechanismFlag.SIGN | MechanismFlag.VERIFY
        public, _ = session.generate_keypair(KeyType.RSA, 3072, id=RSA_ID, label="khoa-rsa", store=True, capabilities=sign)
        rsa_public = load_der_public_key(encode_rsa_public_key(public))
        curve = session.create_domain_parameters(
            KeyType.EC, {Attribute.EC_PARAMS: encode_named_curve_parameters("1.2.840.10045.3.1.7")}, local=True
        )
        public, _ = curve.generate_keypair(id=EC_ID, label="khoa-ec", store=True, capabilities=sign)
        ec_public = load_der_public_key(encode_ec_public_key(public))
        issue(RSA_ID, rsa_public, "Trần Thị Ký")
        issue(EC_ID, ec_public, "Lê Văn Ký")
        _store_certificate(session, authority.certificate, ISSUER_ID, "CA")
        stray = authority.issue(new_key().public_key(), "Người khác")
        _store_certificate(session, stray, STRAY_ID, "khoa-rsa")
    lib.finalize()
    return token
