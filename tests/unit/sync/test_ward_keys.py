"""Keys of the ward change; a station follows them only by a signature of one that it pinned."""

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.pinned import enrol, follow, save
from sync.receipts import TrustedKeys, key_set, verify_receipt
from sync.ward.signing_key import KeyRing, ReceiptSigner
from tests.unit.sync.rig import Station, Ward, pdf
from workstation.domain.outbox import OutboxState

AT = datetime(2026, 11, 21, tzinfo=UTC)


def published(ring: KeyRing, **changes: object) -> bytes:
    return json.dumps({**ring.published(), **changes}).encode()


def public(signer: ReceiptSigner) -> list[dict[str, str]]:
    return key_set({signer.key_id: signer.public})["keys"]


def pinned(ring: KeyRing) -> TrustedKeys:
    return TrustedKeys({ring.current.key_id: ring.current.public})


@pytest.fixture
def ring(tmp_path: Path) -> KeyRing:
    return KeyRing(tmp_path)


def test_a_chain_of_new_keys_is_followed(ring: KeyRing, tmp_path: Path) -> None:
    before = pinned(ring)
    second, third = ring.rotate(AT), ring.rotate(AT)
    followed = follow(before, published(KeyRing(tmp_path)))
    assert (followed.taken, followed.refused) == ((second, third), ())
    assert list(followed.trusted.keys) == list(ring.keys())
    # in whatever order they stand
    handovers = list(reversed(json.loads(published(ring))["chuyen-khoa"]))
    assert set(follow(before, published(ring, **{"chuyen-khoa": handovers})).taken) == {second, third}


def test_no_key_is_trusted_on_sight(ring: KeyRing) -> None:
    before = pinned(ring)
    stranger = ReceiptSigner(Ed25519PrivateKey.generate())
    keys = [*json.loads(published(ring))["keys"], *public(stranger)]
    followed = follow(before, published(ring, keys=keys))
    assert (followed.taken, followed.refused, followed.trusted.keys) == ((), (stranger.key_id,), before.keys)
    own = stranger.hand_over(stranger.public, AT)
    assert follow(before, published(ring, keys=keys, **{"chuyen-khoa": [own]})).taken == ()


def test_a_receipt_introduces_no_key_and_a_handover_is_no_receipt(ring: KeyRing) -> None:
    before, new = pinned(ring), ReceiptSigner(Ed25519PrivateKey.generate())
    (row,) = key_set({new.key_id: new.public})["keys"]
    claims = {"kid": row["kid"], "x": row["x"], "tu": ring.current.key_id, "luc": AT.isoformat()}
    assert follow(before, published(ring, **{"chuyen-khoa": [ring.current.sign(json.dumps(claims))]})).taken == ()
    with pytest.raises(Exception, match="BIEN_NHAN"):
        verify_receipt(ring.current.hand_over(new.public, AT), before)


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_a_changed_handover_introduces_nothing(data: st.DataObject) -> None:
    old, new = ReceiptSigner(Ed25519PrivateKey.generate()), ReceiptSigner(Ed25519PrivateKey.generate())
    good = old.hand_over(new.public, AT)
    place = data.draw(st.integers(0, len(good) - 1))
    letter = data.draw(st.sampled_from("AZaz09-_.=é "))
    changed = good[:place] + letter + good[place + 1 :]
    trusted = TrustedKeys({old.key_id: old.public})
    document = {**key_set({new.key_id: new.public}), "chuyen-khoa": [changed]}
    assert follow(trusted, json.dumps(document).encode()).taken == ((new.key_id,) if changed == good else ())


def test_a_key_that_claims_anothers_id_is_not_that_key(ring: KeyRing) -> None:
    """The id in the set is only a name: what counts is the thumbprint of the key itself."""
    stranger = ReceiptSigner(Ed25519PrivateKey.generate())
    (row,) = public(stranger)
    forged = json.dumps({"keys": [{**row, "kid": ring.current.key_id}], "chuyen-khoa": []}).encode()
    followed = follow(pinned(ring), forged)
    assert followed.trusted.keys == pinned(ring).keys and followed.refused == (stranger.key_id,)
    with pytest.raises(KeyError):
        enrol(None, forged, ring.current.key_id)
    assert list(enrol(None, published(ring), ring.current.key_id).keys) == [ring.current.key_id]


@pytest.mark.parametrize("document", [b"", b"[]", b'{"keys": []}', b"{"])
def test_what_is_no_key_set_changes_nothing(ring: KeyRing, document: bytes) -> None:
    with pytest.raises(ValueError):
        follow(pinned(ring), document)


def test_receipts_through_a_rotation(new_ward: Callable[..., Ward], station: Station, tmp_path: Path) -> None:
    ward = new_ward()
    keys = tmp_path / "ward-keys.json"
    save(keys, ward.keys())
    first = station.queue(pdf(1000, 95))
    assert station.send(station.sender(ward))[0].item.state is OutboxState.RECEIVED
    ward.end()
    KeyRing(ward.data).rotate(AT)
    ward.start()
    second = station.queue(pdf(1000, 96))
    sender = station.sender(ward, keys=lambda: TrustedKeys.load(keys))
    refused = station.send(sender)[0].item
    assert refused.error is not None and (refused.state, refused.error.code) == (OutboxState.REJECTED, "G11")
    followed = follow(TrustedKeys.load(keys), (ward.data / "khoa-cong-khai.json").read_bytes())
    save(keys, followed.trusted)
    for item in (first, second):
        receipt = station.item(item).receipt
        assert receipt is None or verify_receipt(receipt.jws, TrustedKeys.load(keys)).receipt_id == receipt.id
    third = station.queue(pdf(1000, 97))
    assert [r.item.state for r in station.send(sender) if r.item.id == third.id] == [OutboxState.RECEIVED]


def test_stations_follow_a_rotation_before_the_server_signs_with_the_new_key(
    new_ward: Callable[..., Ward], station: Station, tmp_path: Path
) -> None:
    ward, keys = new_ward(), tmp_path / "ward-keys.json"
    save(keys, ward.keys())
    new = KeyRing(ward.data).rotate(AT)
    shown = httpx.get(f"{ward.url}/v1/khoa").content
    followed = follow(TrustedKeys.load(keys), shown)
    assert followed.taken == (new,)
    save(keys, followed.trusted)
    for seed in (95, 96):
        sender = station.sender(ward, keys=lambda: TrustedKeys.load(keys))
        item = station.queue(pdf(1000, seed))
        assert [r.item.state for r in station.send(sender) if r.item.id == item.id] == [OutboxState.RECEIVED]
        ward.end()
        ward.start()


def test_the_one_key_of_before_is_taken_over(tmp_path: Path) -> None:
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "khoa-bien-nhan.pem").write_bytes(pem)
    (tmp_path / "khoa-bien-nhan.pem").chmod(0o644)
    assert KeyRing(tmp_path).current.key_id == KeyRing(tmp_path).current.key_id == ReceiptSigner(key).key_id
    assert (tmp_path / "khoa" / "0001.pem").stat().st_mode & 0o077 == 0


def test_a_rotation_cut_short_leaves_the_old_key(tmp_path: Path, ring: KeyRing) -> None:
    old = ring.current.key_id
    (tmp_path / "khoa" / "0002.jws").write_text("a.b.c", "ascii")
    again = KeyRing(tmp_path)
    assert again.current.key_id == old and again.published()["chuyen-khoa"] == []
    new = again.rotate(AT)
    assert follow(pinned(ring), published(KeyRing(tmp_path))).taken == (new,)


def test_a_new_key_never_takes_the_place_of_another(ring: KeyRing, tmp_path: Path) -> None:
    second = ring.rotate(AT)
    (tmp_path / "khoa" / "0001.pem").unlink()
    kept = (tmp_path / "khoa" / "0002.pem").read_bytes()
    third = KeyRing(tmp_path).rotate(AT)
    assert (tmp_path / "khoa" / "0002.pem").read_bytes() == kept
    assert list(KeyRing(tmp_path).keys()) == [second, third]
    assert follow(pinned(ring), published(KeyRing(tmp_path))).refused == ()


def test_whoever_asks_for_the_keys_makes_none_and_has_none_read(ring: KeyRing, tmp_path: Path) -> None:
    before, old = pinned(ring), ring.current.key_id
    new = KeyRing(tmp_path).rotate(AT)
    (tmp_path / "khoa" / "0001.pem").unlink()
    # root made it: the running server may see that it is there, and no more
    (tmp_path / "khoa" / "0002.pem").write_bytes(b"")
    assert (tmp_path / "khoa" / "0002.jws").stat().st_mode & 0o044 == 0o044 & ~umask()
    assert [row["kid"] for row in json.loads(published(ring))["keys"]] == [old, new]
    assert follow(before, published(ring)).taken == (new,)
    assert sorted(path.name for path in (tmp_path / "khoa").iterdir()) == ["0002.jws", "0002.pem"]


def umask() -> int:
    os.umask(was := os.umask(0))
    return was
