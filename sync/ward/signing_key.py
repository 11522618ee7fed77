"""The keys that sign receipts. The first is made in the data folder at the first start; none ever leaves it.

A new key is introduced by the one before it: a signed handover stands beside the public keys, and a station that pinned the old
key may take the new one for it (``sync/pinned.py``). Receipts under older keys stay good, so no public key is withdrawn here.
"""

import json
import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from jwt.api_jws import PyJWS

from sync.canonical import canonical_json
from sync.receipts import ALGORITHM, HANDOVER_TYPE, RECEIPT_TYPE, key_id_of, key_set
from sync.ward.files import fsync_folder


class ReceiptSigner:
    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.public = key.public_key()
        self.key_id = key_id_of(self.public)

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
        return key_set({self.key_id: self.public})

    def sign(self, payload: str) -> str:
        return self._jws(payload, RECEIPT_TYPE)

    def hand_over(self, successor: Ed25519PublicKey, at: datetime) -> str:
        """Says that ``successor`` follows this key; a JWS of a type of its own, that can never pass for a receipt."""
        (row,) = key_set({key_id_of(successor): successor})["keys"]
        claims = {"kid": row["kid"], "x": row["x"], "tu": self.key_id, "luc": at.isoformat()}
        return self._jws(canonical_json(claims), HANDOVER_TYPE)

    def _jws(self, payload: str, kind: str) -> str:
        return PyJWS().encode(payload.encode(), self._key, algorithm=ALGORITHM, headers={"kid": self.key_id, "typ": kind})


class KeyRing:
    """``khoa/``: ``0001.pem``, ``0002.pem``, …, of which the last signs, and ``0002.jws``, … with which each was introduced."""

    def __init__(self, data: Path) -> None:
        self._folder = data / "khoa"
        self._folder.mkdir(mode=0o700, exist_ok=True)
        fsync_folder(data)
        first = data / "khoa-bien-nhan.pem"
        if first.exists():  # where the one key lay before there could be several
            first.replace(self._folder / "0001.pem")
            fsync_folder(self._folder)
        self._signers, self._handovers = self._stored()

    def _stored(self) -> tuple[list[ReceiptSigner], list[str]]:
        paths = sorted(self._folder.glob("[0-9][0-9][0-9][0-9].pem")) or [self._folder / "0001.pem"]
        # the handover is written before its key: one without a key is a rotation that a power cut stopped
        handovers = [text for path in paths if (text := _read(path.with_suffix(".jws")))]
        return [ReceiptSigner.open(path) for path in paths], handovers

    @property
    def current(self) -> ReceiptSigner:
        return self._signers[-1]

    def keys(self) -> Mapping[str, Ed25519PublicKey]:
        return {signer.key_id: signer.public for signer in self._signers}

    def published(self) -> dict[str, object]:
        """The public halves as a key set (RFC 7517, RFC 8037), with the handovers: what stations pin and follow.

        As the folder has them now: a key that was made meanwhile is shown before this server signs with it, so that stations
        can follow first.
        """
        signers, handovers = self._stored()
        return {**key_set({s.key_id: s.public for s in signers}), "chuyen-khoa": handovers}

    def rotate(self, at: datetime) -> str:
        """Makes the next key and has the present one introduce it; → its id. A running server takes it up at its next start."""
        key = Ed25519PrivateKey.generate()
        path = self._folder / f"{len(self._signers) + 1:04d}.pem"
        write_secret(path.with_suffix(".jws"), self.current.hand_over(key.public_key(), at).encode())
        write_secret(path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        self._handovers.append(_read(path.with_suffix(".jws")))
        self._signers.append(ReceiptSigner(key))
        return self.current.key_id


def public_file(ring: KeyRing) -> str:
    return json.dumps(ring.published(), indent=1)


def _read(path: Path) -> str:
    return path.read_text("ascii").strip() if path.exists() else ""


def write_secret(path: Path, content: bytes) -> None:
    """Writes a file that only its owner may read; whole or not at all, also through a power cut."""
    temporary = path.with_name(f"{path.name}.tmp")
    temporary.unlink(missing_ok=True)
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    temporary.replace(path)
    fsync_folder(path.parent)
