"""How a station comes to trust a new key of its ward server: signed by one that it pinned already, or taken in by hand."""

import json
from dataclasses import dataclass
from pathlib import Path

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from sync.receipts import HANDOVER_TYPE, TrustedKeys, base64url, key_id_of, key_set, open_jws
from workstation.domain.durable import write_durably


@dataclass(frozen=True, slots=True)
class Followed:
    trusted: TrustedKeys
    taken: tuple[str, ...]
    """Ids of keys that a pinned one introduced."""
    refused: tuple[str, ...]
    """Ids of keys that the server names and nobody whom we trust vouches for."""


def follow(pinned: TrustedKeys, published: bytes) -> Followed:
    """What of the server's key set may be trusted, given what is pinned. Never a key on sight: each has to be introduced by one
    that is trusted already. ``ValueError`` if ``published`` is no key set."""
    named = TrustedKeys.parse(published)
    document = json.loads(published)
    handovers = document.get("chuyen-khoa", [])
    if not isinstance(handovers, list) or any(not isinstance(text, str) for text in handovers):
        raise ValueError("no list of handovers")
    keys, taken = dict(pinned.keys), list[str]()
    # each round may let in a key that the next handover is signed by
    for _ in handovers:
        for text in handovers:
            introduced = _introduced(text, keys)
            if introduced is not None and key_id_of(introduced) not in keys:
                keys[key_id_of(introduced)] = introduced
                taken.append(key_id_of(introduced))
    refused = tuple(key_id_of(key) for key in named.keys.values() if key_id_of(key) not in keys)
    return Followed(TrustedKeys(keys), tuple(taken), refused)


def _introduced(handover: str, keys: dict[str, Ed25519PublicKey]) -> Ed25519PublicKey | None:
    """The key that a handover under one of ``keys`` introduces. Its id is reckoned, not believed."""
    try:
        signer, claims = open_jws(handover, HANDOVER_TYPE, keys)
        key = Ed25519PublicKey.from_public_bytes(base64url(str(claims["x"])))
        if claims["tu"] != signer or claims["kid"] != key_id_of(key):
            return None
    except (jwt.exceptions.PyJWTError, ValueError, KeyError, TypeError):
        return None
    return key


def enrol(pinned: TrustedKeys | None, published: bytes, fingerprint: str) -> TrustedKeys:
    """Takes in by hand the one key whose id somebody read out, whole. ``KeyError`` if the set does not hold it."""
    named = {key_id_of(key): key for key in TrustedKeys.parse(published).keys.values()}
    return TrustedKeys({**(pinned.keys if pinned else {}), fingerprint: named[fingerprint]})


def save(path: Path, trusted: TrustedKeys) -> None:
    write_durably(path, json.dumps(key_set(trusted.keys), indent=1).encode())
