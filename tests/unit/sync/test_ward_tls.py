"""Stations that are known by their certificates, on a real server over TLS; and those that are not let in."""

import json
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from sync.contract import WardClient
from sync.failure import WardFailure
from sync.identity import Identity
from sync.ward.accounts import Accounts, Kind
from sync.ward.database import open_database
from tests.unit.sync.certificates import Authority, Pair
from tests.unit.sync.hands import Hands
from tests.unit.sync.rig import QUICK, Station, Ward, pdf
from tests.unit.sync.test_ward_service import workstation
from workstation.app.compose import Home, doctor_inputs, ward_trust
from workstation.app.doctor_outside import check_ward
from workstation.app.settings import load
from workstation.domain.errors import WorkstationError
from workstation.domain.outbox import FailureClass, OutboxState
from workstation.domain.signing import Secret


@dataclass(frozen=True, slots=True)
class Office:
    ward: Ward
    own: Authority
    other: Authority

    def enrol(self, name: str, pair: Pair) -> None:
        done = workstation(
            "ward", "stations", "add", name, "--certificate", str(pair.certificate), "--data", str(self.ward.data), "--json"
        )
        assert done.returncode == 0 and "secret" not in json.loads(done.stdout), done.stderr

    def client(self, name: str, pair: Pair | None, **how: object) -> WardClient:
        identity = Identity(self.own.root, pair.certificate if pair else None, pair.key if pair else None, **how)  # type: ignore[arg-type]
        return WardClient(self.ward.url, None, client_id=name, timeouts=QUICK, verify=identity.context)

    def http(self, pair: Pair | None = None) -> httpx.Client:
        context = ssl.create_default_context(cafile=self.own.root)
        if pair is not None:
            context.load_cert_chain(pair.certificate, pair.key)
        return httpx.Client(base_url=self.ward.url, verify=context, trust_env=False)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("tls")
    own, other = Authority(folder, "own"), Authority(folder / "other", "own")  # by name they are the same
    server = own.issue("server")
    arguments = ("--tls-cert", str(server.certificate), "--tls-key", str(server.key), "--client-ca", str(own.root))
    ward = Ward(folder / "ward", *arguments).start()
    yield Office(ward, own, other)
    ward.stop()


def why(client: WardClient) -> FailureClass:
    try:
        with pytest.raises(WardFailure) as failure:
            client.receipt("00000000-0000-7000-8000-000000000000")
    finally:
        client.close()
    return failure.value.failure


def ask(http: httpx.Client, name: str, **more: str) -> httpx.Response:
    return http.post("/oauth2/token", data={"grant_type": "client_credentials", "client_id": name, **more})


def test_a_station_sends_by_its_certificate_alone(office: Office, station: Station) -> None:
    pair = office.own.issue("tram-1")
    office.enrol("tram-1", pair)
    station.queue(pdf(50_000, 300))
    sender = station.sender(office.ward)
    sender._peer.client.close()
    sender._peer.client = client = office.client("tram-1", pair)
    try:
        assert station.send(sender)[0].item.state is OutboxState.RECEIVED
    finally:
        client.close()


def test_a_key_that_is_encrypted_opens_with_its_passphrase_and_asks_nobody(office: Office) -> None:
    pair = office.own.issue("tram-khoa", passphrase="mật khẩu".encode())
    office.enrol("tram-khoa", pair)
    client = office.client("tram-khoa", pair, passphrase=lambda: Secret("mật khẩu"))
    assert client.receipt("00000000-0000-7000-8000-000000000000") is None
    client.close()
    assert why(office.client("tram-khoa", pair, passphrase=lambda: Secret("sai"))) is FailureClass.CHUNG_THU
    assert why(office.client("tram-khoa", pair)) is FailureClass.CHUNG_THU


def test_another_authoritys_certificate_is_refused_as_a_log_in(office: Office) -> None:
    """Also by a server that is not asked for a token first, and however often."""
    office.enrol("tram-2", office.own.issue("tram-2"))
    stranger = office.other.issue("tram-2")
    for _ in range(5):
        assert why(office.client("tram-2", stranger)) is FailureClass.XAC_THUC
        client = office.client("tram-2", stranger)
        with pytest.raises(WardFailure) as failure:
            client.capabilities()
        client.close()
        assert failure.value.failure is FailureClass.XAC_THUC


def test_another_stations_certificate_opens_nothing(office: Office) -> None:
    first, second = office.own.issue("tram-3"), office.own.issue("tram-4")
    office.enrol("tram-3", first)
    office.enrol("tram-4", second)
    assert why(office.client("tram-3", second)) is FailureClass.XAC_THUC
    assert why(office.client("tram-3", office.own.issue("tram-3"))) is FailureClass.XAC_THUC, "the name alone opens nothing"
    assert why(office.client("tram-3", None)) is FailureClass.XAC_THUC
    taken = workstation(
        "ward", "stations", "add", "tram-5", "--certificate", str(second.certificate), "--data", str(office.ward.data)
    )
    assert (taken.returncode, taken.stderr[:4]) == (2, "U01:")


def test_a_lapsed_certificate_is_told_here_and_refused_there(office: Office) -> None:
    lapsed = office.own.issue("tram-6", days=-1)
    assert why(office.client("tram-6", lapsed)) is FailureClass.CHUNG_THU
    refused = workstation(
        "ward", "stations", "add", "tram-6", "--certificate", str(lapsed.certificate), "--data", str(office.ward.data)
    )
    assert refused.returncode == 2
    context = ssl.create_default_context(cafile=office.own.root)
    context.load_cert_chain(lapsed.certificate, lapsed.key)
    for _ in range(5):  # a station whose own clock is behind
        assert why(WardClient(office.ward.url, None, client_id="tram-6", timeouts=QUICK, verify=context)) is FailureClass.XAC_THUC


def test_a_server_that_is_not_trusted_is_no_line_and_gets_no_secret(office: Office, tmp_path: Path) -> None:
    client = WardClient(office.ward.url, lambda: Secret("x"), timeouts=QUICK, verify=Identity(office.other.root).context)
    with pytest.raises(WardFailure) as failure:
        client.capabilities()
    client.close()
    assert (failure.value.failure, failure.value.sent) == (FailureClass.MANG, False), "before a byte of a secret"
    for files in (Identity(tmp_path / "none"), Identity(office.own.root, tmp_path / "none", tmp_path / "none")):
        with pytest.raises(WorkstationError) as error:
            files.context()
        assert error.value.code == "G32"
    first, second = office.own.issue("tram-7"), office.own.issue("tram-8")
    with pytest.raises(WorkstationError):
        Identity(office.own.root, first.certificate, second.key).context()


def test_a_token_is_good_only_with_the_certificate_that_got_it(office: Office) -> None:
    first, second = office.own.issue("tram-9"), office.own.issue("tram-10")
    office.enrol("tram-9", first)
    office.enrol("tram-10", second)
    with office.http(first) as http:
        headers = {"Authorization": f"Bearer {ask(http, 'tram-9').json()['access_token']}"}
        assert http.get("/v1/bien-nhan", headers=headers).status_code == 200
    for pair in (second, None):
        with office.http(pair) as http:
            assert http.get("/v1/bien-nhan", headers=headers).status_code == 401


def test_secrets_and_certificates_stand_beside_each_other(office: Office) -> None:
    """A browser or a station without a certificate comes in by what it has, and nobody says who he is in a header."""
    pair = office.own.issue("tram-11")
    office.enrol("tram-11", pair)
    with office.http() as http:
        assert ask(http, "tram-so-hoa", client_secret=office.ward.secret().reveal()).status_code == 200
        assert http.get("/dang-nhap").status_code == 200
        for name in ("tram-11", "tram-so-hoa", "x", ""):
            assert ask(http, name).json() == {"error": "invalid_client"}
        forged = {"X-Client-Cert": pair.certificate.read_text().replace("\n", ""), "ward.certificate": "0" * 64}
        assert (
            http.post(
                "/oauth2/token", data={"grant_type": "client_credentials", "client_id": "tram-11"}, headers=forged
            ).status_code
            == 401
        )
    with office.http(pair) as http:
        assert ask(http, "tram-11").status_code == 200
        assert workstation("ward", "stations", "end", "tram-11", "--data", str(office.ward.data)).returncode == 0
        assert ask(http, "tram-11").status_code == 401


def test_a_certificate_takes_the_secrets_place_and_a_secret_the_certificates(hands: Hands, tmp_path: Path) -> None:
    accounts, authority = Accounts(hands.engine, lambda: hands.now), Authority(tmp_path, "a")
    old, new = authority.issue("1").certificate.read_bytes(), authority.issue("2").certificate.read_bytes()
    accounts.save(Kind.STATION, "tram-1", Secret("bí mật"))
    first = accounts.certify("tram-1", old)
    assert accounts.certified("tram-1", first) and not accounts.knows(Kind.STATION, "tram-1", "bí mật")
    second = accounts.certify("tram-1", new)
    assert accounts.certified("tram-1", first) and accounts.certified("tram-1", second), (
        "both, until the station has changed over"
    )
    assert accounts.certify("tram-1", new) == second
    for name, shown in (("tram-2", first), ("tram-1", ""), ("a\0", first)):
        assert not accounts.certified(name, shown)
    for name, pem in (("tram-2", old), ("hai từ", authority.issue("3").certificate.read_bytes()), ("tram-1", b"no PEM")):
        with pytest.raises(ValueError):
            accounts.certify(name, pem)
    accounts.save(Kind.STATION, "tram-1", Secret("mới"))
    assert not accounts.certified("tram-1", first) and accounts.knows(Kind.STATION, "tram-1", "mới")
    assert accounts.certify("tram-2", old) == first and accounts.end(Kind.STATION, "tram-2")
    assert not accounts.certified("tram-2", first)


def test_a_database_from_before_there_were_certificates(tmp_path: Path) -> None:
    engine = open_database(tmp_path, None)
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE certificate")
    engine.dispose()
    engine = open_database(tmp_path, None)
    accounts = Accounts(engine, lambda: datetime.now(UTC))
    assert not accounts.certified("tram-1", "0" * 64)
    engine.dispose()


# --- the station's settings


@pytest.fixture
def home(office: Office, tmp_path: Path) -> Callable[[str], Path]:
    def make(lines: str) -> Path:
        folder = Home(tmp_path / "home").prepare().root
        (folder / "settings.toml").write_text(f'[ward]\nurl = "{office.ward.url}"\nclient_id = "t"\n{lines}\n', "utf-8")
        return folder

    return make


def test_settings_name_the_files(office: Office, home: Callable[[str], Path]) -> None:
    pair = office.own.issue("tram-12", days=9)
    root = home(f'ca = "{office.own.root}"\ncertificate = "{pair.certificate}"\nkey = "{pair.key}"')
    trust = ward_trust(Home(root), load(root).ward)
    assert callable(trust) and trust().verify_mode is ssl.CERT_REQUIRED
    server, tls, _ = check_ward(doctor_inputs(root))
    assert (server.light.value, tls.light.value) == ("green", "amber"), "it ends in nine days"
    pair.key.unlink()
    _, tls, _ = check_ward(doctor_inputs(root))
    assert (tls.light.value, tls.code) == ("red", "G32")
    assert tls.sentence == (
        "Chứng thư của trạm này không dùng được (không mở được khóa của chứng thư).",
        "This station's certificate can't be used (the certificate's key can't be opened).",
    )
    root = home(f'certificate = "{pair.certificate}"')
    with pytest.raises(WorkstationError, match="M06"):
        load(root)
    assert ward_trust(Home(root), load(home("")).ward) is True


def test_without_a_root_of_its_own_a_station_trusts_what_the_system_does(home: Callable[[str], Path]) -> None:
    told = workstation("--home", str(home("")), "ward", "pin")
    assert told.returncode == 3 and told.stderr.startswith("G01: "), told.stderr


def test_keys_come_over_the_wards_own_authority(office: Office, home: Callable[[str], Path]) -> None:
    told = workstation("--home", str(home(f'ca = "{office.own.root}"')), "ward", "pin", "--json")
    assert told.returncode == 1 and json.loads(told.stdout)["refused"], told.stderr


def test_an_authority_for_clients_needs_tls(tmp_path: Path) -> None:
    told = workstation("ward", "serve", "--data", str(tmp_path), "--port", "0", "--client-ca", "x.pem")
    assert told.returncode == 2 and "--client-ca" in told.stderr
