"""A real SoftHSM token. What SoftHSM can't do – lock itself – is played by a small fake of the two calls concerned."""

import logging
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pkcs11 as p11
import pytest
from pkcs11 import Mechanism, TokenFlag

from signing import pkcs11, worker
from signing.verify import verify_file
from tests.unit.signing.pki import Authority
from tests.unit.signing.softtoken import EC_ID, LABEL, PIN, RSA_ID, STRAY_ID, SoftToken, library, make_token
from workstation.domain.errors import WorkstationError
from workstation.domain.signature import KeyKind, KeyRef, TokenState
from workstation.domain.signing import Secret, SignJob, TrustStore


def ref(key_id: bytes = RSA_ID, label: str = LABEL) -> KeyRef:
    return KeyRef(KeyKind.PKCS11, library(), key_id.hex(), label)


def open_code(key: KeyRef, pin: str = PIN) -> str:
    with pytest.raises(WorkstationError) as caught:
        worker.open_key(key, Secret(pin))
    return caught.value.code


@pytest.mark.parametrize(("key_id", "owner", "mechanism"), [(RSA_ID, "Trần Thị Ký", "rsassa_pss"), (EC_ID, "Lê Văn Ký", "ecdsa")])
def test_signs_with_the_pair_of_one_id(
    token: SoftToken, published: Path, tmp_path: Path, authority: Authority, key_id: bytes, owner: str, mechanism: str
) -> None:
    assert worker.token_status(ref(key_id)).owner == owner
    assert worker.open_key(ref(key_id), Secret(PIN)).state is TokenState.READY
    assert worker._key is not None
    assert worker._key.signer.get_signature_mechanism_for_digest("sha256").signature_algo == mechanism
    result = worker.sign_file(SignJob(published, tmp_path / "out.pdf"))
    assert result.signer == owner
    verdict = verify_file(tmp_path / "out.pdf", TrustStore(roots=(authority.write(tmp_path),)))
    assert verdict.green and not verdict.reasons


def test_one_log_in_serves_a_batch_in_another_process(token: SoftToken, published: Path, tmp_path: Path) -> None:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as lane:
        assert lane.submit(worker.token_status, ref()).result().state is TokenState.READY
        assert lane.submit(worker.open_key, ref(), Secret(PIN)).result().owner == "Trần Thị Ký"
        for number in range(3):
            lane.submit(worker.sign_file, SignJob(published, tmp_path / f"{number}.pdf")).result()
        lane.submit(worker.close_key).result()
        with pytest.raises(WorkstationError, match="C01"):
            lane.submit(worker.sign_file, SignJob(published, tmp_path / "3.pdf")).result()
    assert sorted(path.name for path in tmp_path.glob("*.pdf")) == ["0.pdf", "1.pdf", "2.pdf"]


def test_asking_for_the_state_does_not_end_a_batch(token: SoftToken, published: Path, tmp_path: Path) -> None:
    worker.open_key(ref(), Secret(PIN))
    assert worker.token_status(ref()).state is TokenState.READY
    assert worker.token_status(ref(EC_ID)).owner == "Lê Văn Ký"
    worker.sign_file(SignJob(published, tmp_path / "out.pdf"))


def test_without_key_id_several_keys_are_not_guessed(token: SoftToken) -> None:
    assert open_code(ref(b"")) == "C20"
    assert open_code(ref(STRAY_ID)) == "C07", "a certificate without a key, though its label is the key's"
    assert open_code(ref(b"\x77")) == "C07"
    assert worker.token_status(ref(b"\x77")).state is TokenState.NO_KEY
    assert open_code(KeyRef(KeyKind.PKCS11, library(), "xyz", LABEL)) == "U01"


def test_wrong_pin_stops_and_is_seen_before_the_next_try(token: SoftToken, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    assert worker.token_status(ref()).state is TokenState.READY
    with pytest.raises(WorkstationError) as caught:
        worker.open_key(ref(), Secret("Sai-Pin-77"))
    assert caught.value.code == "C02"
    assert caught.value.__cause__ is None and caught.value.__context__ is None, "its frames would hold the PIN"
    assert "Sai-Pin-77" not in caplog.text + str(caught.value) + repr(caught.value.params)
    assert worker.token_status(ref()).state is TokenState.PIN_LOW
    assert worker.open_key(ref(), Secret(PIN)).state is TokenState.READY
    assert worker.token_status(ref()).state is TokenState.READY


def test_empty_pin_costs_no_try(token: SoftToken) -> None:
    assert open_code(ref(), "") == "C02"
    assert worker.token_status(ref()).state is TokenState.READY


def test_library_that_can_not_be_loaded(tmp_path: Path) -> None:
    (tmp_path / "driver.so").write_bytes(b"no library")
    for location in (tmp_path / "none.so", tmp_path / "driver.so"):
        key = KeyRef(KeyKind.PKCS11, str(location))
        assert worker.token_status(key).state is TokenState.NO_LIBRARY
        assert open_code(key) == "C10"


def test_no_token(token: SoftToken) -> None:
    token.pull()
    assert worker.token_status(ref()).state is TokenState.ABSENT
    assert open_code(ref()) == "C01"
    assert open_code(ref(label="Another")) == "C01"


def test_pulled_out_in_mid_batch_and_put_back(token: SoftToken, published: Path, tmp_path: Path) -> None:
    worker.open_key(ref(), Secret(PIN))
    worker.sign_file(SignJob(published, tmp_path / "1.pdf"))
    token.pull()
    for _ in range(2):
        with pytest.raises(WorkstationError, match="C04"):
            worker.sign_file(SignJob(published, tmp_path / "2.pdf"))
    assert worker.token_status(ref()).state is TokenState.ABSENT
    assert open_code(ref()) == "C01"
    assert list(tmp_path.glob("*2.pdf*")) == [], "nothing half-made is left"
    token.put_back()
    assert worker.token_status(ref()).state is TokenState.READY
    worker.open_key(ref(), Secret(PIN))
    worker.sign_file(SignJob(published, tmp_path / "2.pdf"))


def test_expired_certificate(tmp_path: Path, authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOFTHSM2_CONF", "")
    make_token(tmp_path / "old", authority, expired=(RSA_ID, EC_ID))
    assert worker.token_status(ref()).state is TokenState.EXPIRED
    assert open_code(ref()) == "C05"


def test_several_certificates_are_shown_to_choose_from(token: SoftToken) -> None:
    status = worker.token_status(ref(b""))
    assert status.state is TokenState.SEVERAL
    assert [(c.key_id, c.owner, c.in_force) for c in status.choices] == [
        (RSA_ID.hex(), "Trần Thị Ký", True),
        (EC_ID.hex(), "Lê Văn Ký", True),
    ]
    with pytest.raises(WorkstationError) as caught:
        worker.open_key(ref(b""), Secret(PIN))
    assert (caught.value.code, caught.value.params) == ("C20", {"choices": "01a5, 02b6"}), "ids, no names: it goes into logs"


@pytest.mark.parametrize("other", ["expired", "deciphering"])
def test_the_only_certificate_that_can_sign_is_taken(
    tmp_path: Path, authority: Authority, monkeypatch: pytest.MonkeyPatch, other: str
) -> None:
    """An old pair left after a renewal, and a pair for deciphering, are no choice; the old one is told of all the same."""
    monkeypatch.setenv("SOFTHSM2_CONF", "")
    make_token(tmp_path / "mixed", authority, **{other: (RSA_ID,)})
    status = worker.token_status(ref(b""))
    assert (status.state, status.owner) == (TokenState.READY, "Lê Văn Ký")
    assert [c.in_force for c in status.choices] == ([False, True] if other == "expired" else [])
    assert worker.open_key(ref(b""), Secret(PIN)).owner == "Lê Văn Ký"
    if other == "expired":
        assert open_code(ref(RSA_ID)) == "C05", "chosen by its id it is said to be expired, not exchanged"


class FakeToken:
    """Only what is asked before a log-in."""

    label = LABEL

    def __init__(self, flags: TokenFlag) -> None:
        self.flags = flags | TokenFlag.TOKEN_INITIALIZED
        self.log_ins = 0
        self.pin: Any = None
        self.answer: Exception | None = None

    def open(self, user_pin: Any = None) -> Any:
        if user_pin is None:
            return self
        self.log_ins += 1
        self.pin = user_pin
        if self.answer is not None:
            raise self.answer
        self.flags |= TokenFlag.USER_PIN_LOCKED
        raise p11.PinIncorrect

    def get_objects(self, _query: object) -> list[object]:
        return []

    def close(self) -> None: ...


class FakeLibrary:
    def __init__(self, token: FakeToken) -> None:
        self.token = token

    def get_slots(self) -> list["FakeLibrary"]:
        return [self]

    def get_token(self) -> FakeToken:
        return self.token


def test_locked_token_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = FakeToken(TokenFlag.USER_PIN_LOCKED)
    monkeypatch.setattr(pkcs11, "_library", lambda _location, restart: FakeLibrary(fake))
    assert worker.token_status(ref()).state is TokenState.LOCKED
    assert open_code(ref()) == "C03"
    assert fake.log_ins == 0


def test_last_try_that_locks_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = FakeToken(TokenFlag.USER_PIN_FINAL_TRY)
    monkeypatch.setattr(pkcs11, "_library", lambda _location, restart: FakeLibrary(fake))
    assert pkcs11._pin_state(fake) is TokenState.PIN_FINAL
    assert open_code(ref()) == "C03"
    assert fake.log_ins == 1


@pytest.mark.parametrize(
    ("answer", "code"), [(p11.FunctionCancelled(), "C22"), (p11.PinIncorrect(), "C02"), (p11.PinLocked(), "C03")]
)
def test_pin_pad(monkeypatch: pytest.MonkeyPatch, answer: Exception, code: str) -> None:
    """The PIN goes from the fingers to the device: none is sent, whatever is given here, and an empty one is no mistake."""
    fake = FakeToken(TokenFlag.PROTECTED_AUTHENTICATION_PATH)
    fake.answer = answer
    monkeypatch.setattr(pkcs11, "_library", lambda _location, restart: FakeLibrary(fake))
    assert worker.token_status(ref()).pin_pad
    for tries, given in enumerate(("", PIN), 1):
        assert open_code(ref(), given) == code
        assert fake.pin is p11.PROTECTED_AUTH
        assert fake.log_ins == tries, "asked once each time, and not again by itself"


@pytest.mark.parametrize(
    ("offered", "name", "options"),
    [
        ({Mechanism.SHA256_RSA_PKCS_PSS, Mechanism.SHA256_RSA_PKCS}, "RSASSA-PSS", {"prefer_pss": True}),
        ({Mechanism.SHA256_RSA_PKCS, Mechanism.RSA_PKCS}, "RSA PKCS#1 v1.5", {}),
        ({Mechanism.RSA_PKCS}, "RSA PKCS#1 v1.5", {"use_raw_mechanism": True}),
    ],
)
def test_mechanism_comes_from_the_token(
    token: SoftToken,
    published: Path,
    tmp_path: Path,
    authority: Authority,
    monkeypatch: pytest.MonkeyPatch,
    offered: set[Mechanism],
    name: str,
    options: dict[str, bool],
) -> None:
    """The list is narrowed; signing then really goes that way, and the result verifies."""
    original = pkcs11._mechanism
    monkeypatch.setattr(pkcs11, "_mechanism", lambda certificate, _offered: original(certificate, offered))
    worker.open_key(ref(), Secret(PIN))
    assert worker._key is not None and worker._key.mechanism == name
    assert original(worker._key.certificate, offered)[1] == options
    worker.sign_file(SignJob(published, tmp_path / "out.pdf"))
    assert verify_file(tmp_path / "out.pdf", TrustStore(roots=(authority.write(tmp_path),))).green


def test_no_fitting_mechanism(token: SoftToken, monkeypatch: pytest.MonkeyPatch) -> None:
    original = pkcs11._mechanism
    monkeypatch.setattr(pkcs11, "_mechanism", lambda certificate, _offered: original(certificate, {Mechanism.AES_CBC}))
    assert open_code(ref()) == "C07"
