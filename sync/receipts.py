"""Signed receipts: a compact JWS (RFC 7515, EdDSA with Ed25519: RFC 8037) over the hashes of what was received."""

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from jwt.api_jws import PyJWS

from sync.canonical import sha256_text
from sync.failure import WardFailure
from workstation.domain.ids import Sha256
from workstation.domain.outbox import FailureClass, OutboxItem, Receipt

RECEIPT_TYPE = "bien-nhan+jws"
HANDOVER_TYPE = "chuyen-khoa+jws"
ALGORITHM = "EdDSA"
_SEGMENT = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class TrustedKeys:
    """The ward's public keys as they were pinned when the station was set up; kid → key."""

    keys: Mapping[str, Ed25519PublicKey]

    @classmethod
    def load(cls, path: Path) -> "TrustedKeys":
        """Reads a JWKS file (RFC 7517); raises ``WardFailure`` BIEN_NHAN when it is missing or holds no Ed25519 key."""
        try:
            return cls.parse(path.read_bytes())
        except (OSError, ValueError) as error:
            raise WardFailure(FailureClass.BIEN_NHAN, detail="pinned keys unreadable", sent=False) from error

    @classmethod
    def parse(cls, data: bytes) -> "TrustedKeys":
        """``ValueError`` if this is no key set with an Ed25519 key."""
        document = json.loads(data)
        rows = document.get("keys") if isinstance(document, dict) else None
        if not isinstance(rows, list):
            raise ValueError("no key set")
        keys: dict[str, Ed25519PublicKey] = {}
        for row in rows:
            named = isinstance(row, dict) and isinstance(row.get("kid"), str)
            if named and row.get("kty") == "OKP" and row.get("crv") == "Ed25519":
                keys[row["kid"]] = Ed25519PublicKey.from_public_bytes(base64url(str(row.get("x", ""))))
        if not keys:
            raise ValueError("no Ed25519 key")
        return cls(keys)


@dataclass(frozen=True, slots=True)
class ReceiptClaims:
    """What a verified receipt says."""

    receipt_id: str
    dossier_id: str
    ward_code: str
    """MaHoSo."""
    ward_id: str
    """IdHoSo."""
    manifest_sha256: Sha256
    files: tuple[tuple[str, str, int], ...]
    """(IdTepTin, HashTepTin, bytes) in the manifest's order."""
    received_at: str
    key_id: str


def verify_receipt(jws: str, trusted: TrustedKeys) -> ReceiptClaims:
    """Signature, key, form. Raises ``WardFailure`` BIEN_NHAN for anything that is not wholly in order."""
    try:
        return _verified(jws, trusted)
    except (jwt.exceptions.PyJWTError, ValueError, KeyError, TypeError) as error:
        raise WardFailure(FailureClass.BIEN_NHAN, detail=type(error).__name__) from error


def key_set(keys: Mapping[str, Ed25519PublicKey]) -> dict[str, list[dict[str, str]]]:
    """Public keys as a set (RFC 7517, RFC 8037)."""
    about = {"use": "sig", "alg": ALGORITHM}
    rows = [{"kty": "OKP", "crv": "Ed25519", "x": _pad(key.public_bytes_raw()), "kid": kid, **about} for kid, key in keys.items()]
    return {"keys": rows}


def key_id_of(key: Ed25519PublicKey) -> str:
    """The thumbprint of RFC 7638, over the required members in this order."""
    x = _pad(key.public_bytes_raw())
    members = json.dumps({"crv": "Ed25519", "kty": "OKP", "x": x}, separators=(",", ":"))
    return _pad(hashlib.sha256(members.encode()).digest())


def open_jws(jws: str, kind: str, keys: Mapping[str, Ed25519PublicKey]) -> tuple[str, dict[str, object]]:
    """→ (key id, payload) of a compact JWS of that type under one of ``keys``; some exception for anything else."""
    segments = jws.split(".")
    # base64url leaves unused bits in a last letter: two texts would pass for one receipt
    if len(segments) != 3 or any(_SEGMENT.fullmatch(s) is None or _pad(base64url(s)) != s for s in segments):
        raise ValueError("not a compact JWS")
    header = json.loads(base64url(segments[0]))
    if set(header) != {"alg", "kid", "typ"} or header["alg"] != ALGORITHM or header["typ"] != kind:
        raise ValueError("unexpected header")
    payload = json.loads(PyJWS().decode(jws, keys[header["kid"]], algorithms=[ALGORITHM]))
    if not isinstance(payload, dict):
        raise TypeError("object expected")
    return header["kid"], payload


def _verified(jws: str, trusted: TrustedKeys) -> ReceiptClaims:
    key_id, payload = open_jws(jws, RECEIPT_TYPE, trusted.keys)
    if payload["kid"] != key_id:
        raise ValueError("key id differs")
    files = payload["tep"]
    if not isinstance(files, list):
        raise TypeError("list expected")
    return ReceiptClaims(
        receipt_id=_text(payload["id"]),
        dossier_id=_text(payload["ho-so"]),
        ward_code=_text(payload["MaHoSo"]),
        ward_id=_text(payload["IdHoSo"]),
        manifest_sha256=Sha256(_text(payload["manifest_sha256"])),
        files=tuple((_text(f["IdTepTin"]), _text(f["HashTepTin"]), int(f["bytes"])) for f in files),
        received_at=_text(payload["received_at"]),
        key_id=key_id,
    )


def receipt_for(item: OutboxItem, jws: str, trusted: TrustedKeys) -> Receipt:
    """The receipt of ``item``, verified over the very hashes that were sent.

    Raises ``WardFailure``: BIEN_NHAN when the receipt does not verify or names other files, XUNG_DOT when it is a good
    receipt over another manifest, which says that another version is there.
    """
    claims = verify_receipt(jws, trusted)
    if claims.dossier_id != item.dossier_id:
        raise WardFailure(FailureClass.BIEN_NHAN, detail="other dossier")
    if claims.manifest_sha256 != sha256_text(item.manifest):
        raise WardFailure(FailureClass.XUNG_DOT, detail="other manifest")
    if claims.files != tuple((f.file_id, f.sha256, f.bytes) for f in item.files):
        raise WardFailure(FailureClass.BIEN_NHAN, detail="other files")
    return Receipt(claims.receipt_id, claims.received_at, claims.manifest_sha256, claims.key_id, jws)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("text expected")
    return value


def base64url(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError("bad base64url") from error


def _pad(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
