from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509

from signing import worker
from signing.reports import verify_bytes
from signing.training import TrainingIdentity, make_training_identity
from signing.trust import load_anchors
from tests.unit.signing.judging import Judge, check
from tests.unit.signing.outside import PASSWORD, Outside
from tests.unit.signing.pdfs import make_pdfa
from tests.unit.signing.pki import ORGANIZATION, Authority, make_authority
from tests.unit.signing.softtoken import SoftToken, make_token
from tests.unit.signing.workshop import Workshop, make_workshop
from workstation.domain.signature import FileVerdict, KeyKind, KeyRef
from workstation.domain.signing import Secret, SignJob, TrustStore

PASSPHRASE = "một mật khẩu tập huấn"


@pytest.fixture(scope="session")
def identity(tmp_path_factory: pytest.TempPathFactory) -> TrainingIdentity:
    return make_training_identity(tmp_path_factory.mktemp("training"), ORGANIZATION, Secret(PASSPHRASE))


@pytest.fixture(scope="session")
def trust(identity: TrainingIdentity) -> TrustStore:
    return TrustStore(training_roots=(identity.root_pem,))


@pytest.fixture(scope="session")
def authority() -> Authority:
    return make_authority()


@pytest.fixture(scope="session")
def token_template(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> SoftToken:
    return make_token(tmp_path_factory.mktemp("token"), authority)


@pytest.fixture
def token(token_template: SoftToken, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SoftToken:
    monkeypatch.setenv("SOFTHSM2_CONF", "")  # undone at the end, whatever activate() sets
    folder = tmp_path / "socket"
    folder.mkdir()
    copy = token_template.copy(folder)
    copy.activate()
    return copy


@pytest.fixture(autouse=True)
def no_key_left() -> Iterator[None]:
    yield
    worker.close_key()


@pytest.fixture
def open_training(identity: TrainingIdentity) -> TrainingIdentity:
    worker.open_key(KeyRef(KeyKind.PKCS12, str(identity.p12)), Secret(PASSPHRASE))
    return identity


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_pdfa(tmp_path_factory.mktemp("published") / "van-ban.pdf", pages=2)


@pytest.fixture(scope="session")
def signed(tmp_path_factory: pytest.TempPathFactory, identity: TrainingIdentity, published: Path) -> Path:
    """A good file, signed once for all tests that then spoil copies of it."""
    out = tmp_path_factory.mktemp("signed") / "van-ban.pdf"
    worker.open_key(KeyRef(KeyKind.PKCS12, str(identity.p12)), Secret(PASSPHRASE))
    worker.sign_file(SignJob(published, out))
    worker.close_key()
    return out


@pytest.fixture(scope="module")
def shop(authority: Authority, published: Path) -> Workshop:
    return make_workshop(authority, published.read_bytes())


@pytest.fixture
def judge(authority: Authority, tmp_path: Path) -> Judge:
    """What verifying says of a file, offline; every verdict is checked for being one."""
    anchors = load_anchors(TrustStore(roots=(authority.write(tmp_path),)))

    def run(data: bytes) -> FileVerdict:
        verdict = verify_bytes(data, anchors, offline=True)
        check(verdict)
        return verdict

    return run


@pytest.fixture(scope="session")
def outside_server() -> Iterator[Outside]:
    server = Outside()
    yield server
    server.close()


@pytest.fixture
def outside(outside_server: Outside) -> Outside:
    """OCSP, CRL and time-stamps on loopback, all well."""
    outside_server.reset()
    return outside_server


@pytest.fixture(scope="session")
def revocable_key(tmp_path_factory: pytest.TempPathFactory, outside_server: Outside) -> tuple[Path, x509.Certificate]:
    return outside_server.signer(tmp_path_factory.mktemp("signer"))


@pytest.fixture
def revocable(revocable_key: tuple[Path, x509.Certificate]) -> x509.Certificate:
    """The open key's certificate, which names these places."""
    worker.open_key(KeyRef(KeyKind.PKCS12, str(revocable_key[0])), Secret(PASSWORD))
    return revocable_key[1]
