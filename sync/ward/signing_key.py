"""The key that signs receipts. It is made in the data folder at the first start and never leaves it."""

import base64
import hashlib
import json
import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from jwt.api_jws import PyJWS

from sync.receipts import ALGORITHM, RECEIPT_TYPE
from sync.ward.files import fsync_folder


class ReceiptSigner:
    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        x = base64.urlsafe_b64encode(key.public_key().public_bytes_raw()).rstrip(b"=").decode()
        # RFC 7638: the thumbprint is over the required members in this order
        thumb = hashlib.sha256(json.dumps({"crv": "Ed25519", "kty": "OKP", "x": x}, separators=(",", ":")).encode()).digest()
        self.key_id = base64.urlsafe_b64encode(thumb).rstrip(b"=").decode()
        self._x = x

    @classmethod
    def open(cls, path: Path) -> "ReceiptSigner":
        """Reads the key; makes it (mode 0600, fsynced) if it is not there yet."""
        if not path.exists():
            pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            write_secret(path, pem)
        key = load_pem_private_key(path.read_bytes(), None)
        if not isinstance(key, Ed25519PrivateKey):
            raise ValueError("the receipt key is not an Ed25519 key")
        return cls(key)

    def jwks(self) -> dict[str, list[dict[str, str]]]:
        """The public half as a key set (RFC 7517, RFC 8037): what stations pin."""
        return {"keys": [{"kty": "OKP", "crv": "Ed25519", "x": self._x, "kid": self.key_id, "use": "sig", "alg": ALGORITHM}]}

    def sign(self, payload: str) -> str:
        return PyJWS().encode(payload.encode(), self._key, algorithm=ALGORITHM, headers={"kid": self.key_id, "typ": RECEIPT_TYPE})


def write_secret(path: Path, content: bytes) -> None:
    """Writes a file that only its owner may read; whole or not at all, also through a power cut."""
    temporary = path.with_suffix(".tmp")
    temporary.unlink(missing_ok=True)
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    temporary.replace(path)
    fsync_folder(path.parent)
