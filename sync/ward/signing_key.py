"""The keys that sign receipts. The first is made in the data folder at the first start; none ever leaves it.

A new key is introduced by the one before it: a signed handover stands beside the public keys, and a station that pinned the old
key may take the new one for it (``sync/pinned.py``). Receipts under older keys stay good, so no public key is withdrawn here.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from jwt.api_jws import PyJWS

from sync.canonical import canonical_json
from sync.pinned import follow
from sync.receipts import ALGORITHM, HANDOVER_TYPE, RECEIPT_TYPE, TrustedKeys, key_id_of, key_set
from workstation.domain.durable import sync_folder, write_durably

_SECRET = 0o600


class ReceiptSigner:
    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.public = key.public_key()
        self.key_id = key_id_of(self.public)

    @classmethod
    def open(cls, path: Path) -> "ReceiptSigner":
        """Reads the key; makes it (mode 0600, fsynced) if it is not there yet."""
        if not path.exists():
            write_durably(path, _pem(Ed25519PrivateKey.generate()), _SECRET)
        key = load_pem_private_key(path.read_bytes(), None)
        if not isinstance(key, Ed25519PrivateKey):
            raise ValueError("the receipt key is not an Ed25519 key")
        return cls(key)

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
        sync_folder(data)
        first = data / "khoa-bien-nhan.pem"
        if first.exists():  # where the one key lay before there could be several
            first.chmod(_SECRET)
            first.replace(self._folder / "0001.pem")
            sync_folder(self._folder)
            sync_folder(data)
        self._signers = [ReceiptSigner.open(path) for path in self._paths() or [self._folder / "0001.pem"]]

    def _paths(self) -> list[Path]:
        return sorted(self._folder.glob("[0-9][0-9][0-9][0-9].pem"))

    @property
    def current(self) -> ReceiptSigner:
        return self._signers[-1]

    def keys(self) -> Mapping[str, Ed25519PublicKey]:
        return {signer.key_id: signer.public for signer in self._signers}

    def published(self) -> dict[str, object]:
        """The public halves as a key set (RFC 7517, RFC 8037), with the handovers: what stations pin and follow.

        A key that was made meanwhile is shown before this server signs with it, so that stations can follow first. It is told
        by its handover: no private key is read for whoever asks, and none is made.
        """
        # the handover is written before its key: one without a key is a rotation that a power cut stopped
        handovers = [text for path in self._paths() if (text := _read(path.with_suffix(".jws")))]
        known = TrustedKeys(self.keys())
        document = {**key_set(known.keys), "chuyen-khoa": handovers}
        return {**document, **key_set(follow(known, json.dumps(document).encode()).trusted.keys)}

    def rotate(self, at: datetime) -> str:
        """Makes the next key and has the present one introduce it; → its id. A running server takes it up at its next start."""
        key = Ed25519PrivateKey.generate()
        # after the last there is, not by how many: an older one may have been taken away
        path = self._folder / f"{int(self._paths()[-1].stem) + 1:04d}.pem"
        # public, and read by the server even if somebody else, such as root, made it
        write_durably(path.with_suffix(".jws"), self.current.hand_over(key.public_key(), at).encode())
        write_durably(path, _pem(key), _SECRET)
        self._signers.append(ReceiptSigner(key))
        return self.current.key_id


def public_file(ring: KeyRing) -> str:
    return json.dumps(ring.published(), indent=1)


def _read(path: Path) -> str:
    return path.read_text("ascii").strip() if path.exists() else ""


def _pem(key: Ed25519PrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
