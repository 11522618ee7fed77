from pathlib import Path

import pytest

from signing import worker
from signing.training import TrainingIdentity
from tests.unit.signing.conftest import PASSPHRASE
from tests.unit.signing.pki import ORGANIZATION, Authority, new_key, write_p12
from workstation.domain.errors import WorkstationError
from workstation.domain.signature import KeyKind, KeyRef, TokenState
from workstation.domain.signing import Secret


def ref(path: Path) -> KeyRef:
    return KeyRef(KeyKind.PKCS12, str(path))


def code_of(path: Path, password: str = "x") -> str:
    with pytest.raises(WorkstationError) as caught:
        worker.open_key(ref(path), Secret(password))
    assert password == "x" or password not in repr(caught.value.__cause__) + repr(caught.value.__context__)
    return caught.value.code


def test_opens_and_tells_whose_it_is(identity: TrainingIdentity) -> None:
    before = worker.token_status(ref(identity.p12))
    opened = worker.open_key(ref(identity.p12), Secret(PASSPHRASE))
    assert before == opened
    assert opened.state is TokenState.READY and opened.training
    assert opened.organization == ORGANIZATION


def test_wrong_password_is_c02(identity: TrainingIdentity) -> None:
    assert code_of(identity.p12, "sai-mật-khẩu") == "C02"


@pytest.mark.parametrize("content", [b"", b"not a key", b"\x30\x82\x01", b"\x30\x03\x02\x01\x03"])
def test_anything_else_is_c08(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "khoa.p12"
    path.write_bytes(content)
    assert code_of(path) == "C08"


def test_missing_file(tmp_path: Path) -> None:
    assert worker.token_status(ref(tmp_path / "none.p12")).state is TokenState.ABSENT
    assert code_of(tmp_path / "none.p12") == "C08"


def test_expired_certificate_is_c05(tmp_path: Path, authority: Authority) -> None:
    key = new_key()
    path = write_p12(tmp_path / "k.p12", key, authority.issue(key.public_key(), days=(-30, -1)), b"x")
    assert code_of(path) == "C05"
    assert code_of(write_p12(tmp_path / "l.p12", key, authority.issue(key.public_key(), days=(2, 30)), b"x")) == "C05"


def test_key_without_its_certificate_is_c07(tmp_path: Path) -> None:
    assert code_of(write_p12(tmp_path / "k.p12", new_key(), None, b"x")) == "C07"


def test_truncated_file_is_c08(tmp_path: Path, identity: TrainingIdentity) -> None:
    path = tmp_path / "k.p12"
    path.write_bytes(identity.p12.read_bytes()[:-200])
    assert code_of(path, PASSPHRASE) == "C08"
