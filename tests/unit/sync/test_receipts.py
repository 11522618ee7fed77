"""A receipt counts only whole, by a pinned key, over the very hashes that were sent."""

import base64
import hmac
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from sync.canonical import canonical_json, sha256_text
from sync.failure import WardFailure
from sync.journal import manifest_of
from sync.receipts import TrustedKeys, key_set, receipt_for, verify_receipt
from sync.ward.signing_key import ReceiptSigner
from workstation.domain.ids import DocumentId, DossierId, OutboxId, Sha256
from workstation.domain.outbox import FailureClass, OutboxFile, OutboxItem

SIGNER = ReceiptSigner(Ed25519PrivateKey.generate())
KEYS = TrustedKeys.parse(json.dumps(key_set({SIGNER.key_id: SIGNER.public})).encode())


def item() -> OutboxItem:
    file = OutboxFile(DocumentId("d"), "ket-qua", Sha256("a" * 64), 12, "a.pdf", 1, file_id="f")
    made = OutboxItem(OutboxId("o"), DossierId("h"), "HS-0001", "{}", (file,), datetime(2026, 11, 21, tzinfo=UTC))
    return replace(made, manifest=manifest_of(made))


def payload(**changes: object) -> dict[str, object]:
    files = [{"IdTepTin": "f", "HashTepTin": "a" * 64, "bytes": 12}]
    claims = {
        "id": "r",
        "ho-so": "h",
        "MaHoSo": "m",
        "IdHoSo": "i",
        "manifest_sha256": sha256_text(item().manifest),
        "tep": files,
    }
    return {**claims, "received_at": "2026-11-21T00:00:00+00:00", "kid": SIGNER.key_id, **changes}


def refused(jws: str, keys: TrustedKeys = KEYS) -> FailureClass:
    with pytest.raises(WardFailure) as failure:
        receipt_for(item(), jws, keys)
    return failure.value.failure


def test_a_good_receipt() -> None:
    receipt = receipt_for(item(), SIGNER.sign(canonical_json(payload())), KEYS)
    assert (receipt.id, receipt.key_id) == ("r", SIGNER.key_id)


def test_every_letter_changed() -> None:
    jws = SIGNER.sign(canonical_json(payload()))
    verify_receipt(jws, KEYS)
    for position in range(len(jws)):
        for other in ("A", "B", "_", ".", "é", ""):
            if jws[position] != other:
                assert refused(jws[:position] + other + jws[position + 1 :]) is FailureClass.BIEN_NHAN


@pytest.mark.parametrize(
    "changes",
    [
        {"ho-so": "another"},
        {"tep": []},
        {"tep": [{"IdTepTin": "f", "HashTepTin": "b" * 64, "bytes": 12}]},
        {"tep": [{"IdTepTin": "f", "HashTepTin": "a" * 64, "bytes": 13}]},
        {"tep": [{"IdTepTin": "g", "HashTepTin": "a" * 64, "bytes": 12}]},
        {"tep": [{"IdTepTin": "f"}]},
        {"tep": None},
        {"kid": "another"},
        {"id": None},
    ],
)
def test_signed_but_over_something_else(changes: dict[str, object]) -> None:
    assert refused(SIGNER.sign(canonical_json(payload(**changes)))) is FailureClass.BIEN_NHAN


def test_good_receipt_over_another_manifest_is_a_conflict() -> None:
    assert refused(SIGNER.sign(canonical_json(payload(manifest_sha256="b" * 64)))) is FailureClass.XUNG_DOT


def test_unsigned_and_foreign_receipts() -> None:
    def part(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    unsigned = f"{part({'alg': 'none', 'typ': 'bien-nhan+jws', 'kid': SIGNER.key_id})}.{part(payload())}."
    assert refused(unsigned) is FailureClass.BIEN_NHAN
    stranger = ReceiptSigner(Ed25519PrivateKey.generate())
    assert refused(stranger.sign(canonical_json(payload(kid=stranger.key_id)))) is FailureClass.BIEN_NHAN
    # the public key itself as an HMAC secret: the classic confusion of algorithms
    signed = f"{part({'alg': 'HS256', 'typ': 'bien-nhan+jws', 'kid': SIGNER.key_id})}.{part(payload())}"
    public = KEYS.keys[SIGNER.key_id].public_bytes_raw()
    mac = base64.urlsafe_b64encode(hmac.digest(public, signed.encode(), "sha256")).rstrip(b"=").decode()
    assert refused(f"{signed}.{mac}") is FailureClass.BIEN_NHAN


@given(st.text())
def test_any_text_is_refused_in_order(text: str) -> None:
    assert refused(text) is FailureClass.BIEN_NHAN


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"[]",
        b'{"keys": []}',
        b'{"keys": [{"kty": "OKP", "crv": "Ed25519", "kid": "x", "x": "AA"}]}',
        json.dumps({"keys": [{**key_set({"": SIGNER.public})["keys"][0], "kid": 1}]}).encode(),
        json.dumps({"keys": [{"kty": "OKP", "crv": "Ed25519", "x": key_set({"": SIGNER.public})["keys"][0]["x"]}]}).encode(),
    ],
)
def test_bad_key_files(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "keys.json"
    path.write_bytes(content)
    with pytest.raises(WardFailure):
        TrustedKeys.load(path)


def test_the_key_stays(tmp_path: Path) -> None:
    open_key: Callable[[], ReceiptSigner] = lambda: ReceiptSigner.open(tmp_path / "key.pem")  # noqa: E731
    assert open_key().key_id == open_key().key_id
    assert (tmp_path / "key.pem").stat().st_mode & 0o777 == 0o600
