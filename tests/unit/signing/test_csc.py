"""Remote keys over CSC 1.0.4, against a service on loopback: how it goes well, and every way in which it does not."""

import logging
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from signing import csc, worker
from signing.verify import verify_file
from tests.unit.signing import cscfake
from tests.unit.signing.cscfake import CODE, CREDENTIAL, PASSWORD, SIGNER_PIN, TOKEN, USER, CscService, drop, late, refuse
from tests.unit.signing.pdfs import make_pdfa
from tests.unit.signing.pki import Authority, new_key
from workstation.domain.errors import ErrorNote, WorkstationError
from workstation.domain.signature import KeyKind, KeyRef, RemoteService, TokenState, TokenStatus
from workstation.domain.signing import RemoteSecret, Secret, SignJob, TrustStore


@pytest.fixture
def service(authority: Authority) -> Iterator[CscService]:
    made = CscService(authority)
    yield made
    made.stop()


def ref(service: CscService, **options: Any) -> KeyRef:
    remote = replace(RemoteService("mysign", "csc", service.url, CREDENTIAL, batch=10), **options)
    return KeyRef(KeyKind.REMOTE, remote.name, remote.credential, remote=remote)


def open_key(service: CscService, pin: str = "", otp: str = "", account: str = TOKEN, **options: Any) -> TokenStatus:
    return worker.open_key(ref(service, **options), RemoteSecret(pin, otp, account))


def open_code(service: CscService, **options: Any) -> WorkstationError:
    with pytest.raises(WorkstationError) as caught:
        open_key(service, **options)
    return caught.value


def jobs(published: Path, folder: Path, count: int) -> list[SignJob]:
    return [SignJob(published, folder / f"{number}.pdf") for number in range(count)]


def codes(answers: Any) -> list[str]:
    return [answer.code if isinstance(answer, ErrorNote) else "" for answer in answers]


def only_inputs(folder: Path) -> bool:
    """Nothing left the program: no output and no half-made file."""
    return not [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("mechanisms", "used"),
    [
        ([cscfake.PSS, cscfake.PKCS1_SHA256], "RSASSA-PSS"),
        ([cscfake.PKCS1_SHA256], "RSA PKCS#1 v1.5"),
        ([cscfake.PKCS1], "RSA PKCS#1 v1.5"),
    ],
)
def test_one_document(
    service: CscService, published: Path, tmp_path: Path, authority: Authority, mechanisms: list[str], used: str
) -> None:
    service.mechanisms = mechanisms
    status = open_key(service)
    assert (status.state, status.owner, status.batch, status.asks) == (TokenState.READY, "Phạm Thị Ký", 10, ())
    assert worker._key is not None and worker._key.mechanism == used
    worker.sign_file(SignJob(published, tmp_path / "out.pdf"))
    verdict = verify_file(tmp_path / "out.pdf", TrustStore(roots=(authority.write(tmp_path),)))
    assert verdict.green and not verdict.reasons


def test_elliptic_curve(authority: Authority, published: Path, tmp_path: Path) -> None:
    service = CscService(authority, new_key())
    try:
        open_key(service)
        worker.sign_file(SignJob(published, tmp_path / "out.pdf"))
    finally:
        service.stop()
    assert verify_file(tmp_path / "out.pdf", TrustStore(roots=(authority.write(tmp_path),))).green


@pytest.mark.parametrize("scal", [1, 2])
def test_a_batch_is_one_leave_and_one_request(
    service: CscService, published: Path, tmp_path: Path, authority: Authority, scal: int
) -> None:
    service.scal = scal
    open_key(service)
    answers = worker.sign_together(jobs(published, tmp_path / "out", 7))
    assert codes(answers) == [""] * 7
    assert (service.count("credentials/authorize"), service.count("signatures/signHash"), service.signed) == (1, 1, 7)
    trust = TrustStore(roots=(authority.write(tmp_path),))
    assert all(verify_file(tmp_path / "out" / f"{number}.pdf", trust).green for number in range(7))


def test_how_many_at_once(service: CscService) -> None:
    """The settings and the service both have a say."""
    assert open_key(service, batch=3).batch == 3
    service.multisign = 1
    assert open_key(service, batch=3).batch == 1
    service.multisign = 0
    assert open_key(service, batch=3).batch == 1


def test_a_file_that_can_not_be_signed_costs_itself_only(service: CscService, published: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(published.read_bytes()[:-300])
    open_key(service)
    some = jobs(published, tmp_path / "out", 3)
    some[1] = replace(some[1], path=broken)
    assert codes(worker.sign_together(some)) == ["", "C11", ""]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["0.pdf", "2.pdf"]
    assert service.signed == 2


def test_account_with_password(service: CscService, published: Path, tmp_path: Path) -> None:
    worker.open_key(ref(service, account=USER), RemoteSecret(account=PASSWORD))
    worker.sign_file(SignJob(published, tmp_path / "out.pdf"))
    assert service.requests[0][0] == "auth/login"
    with pytest.raises(WorkstationError, match="C24"):
        worker.open_key(ref(service, account=USER), RemoteSecret(account="sai"))


def test_pin_and_code(service: CscService, published: Path, tmp_path: Path) -> None:
    service.need_pin = service.need_otp = True
    assert open_key(service).asks == ("pin", "otp")
    assert service.codes_sent == 1, "the service sends the code when it is asked to"
    open_key(service, pin=SIGNER_PIN, otp=CODE)
    assert service.codes_sent == 1, "and not again once it is there"
    assert codes(worker.sign_together(jobs(published, tmp_path / "a", 3))) == ["", "", ""]
    with pytest.raises(WorkstationError, match="C25"):
        worker.sign_file(SignJob(published, tmp_path / "b.pdf"))
    assert service.count("credentials/authorize") == 1, "a used-up code is not sent a second time"


@pytest.mark.parametrize(
    ("pin", "otp", "code", "asked"), [("", CODE, "C02", 0), ("9", CODE, "C02", 1), (SIGNER_PIN, "9", "C25", 1)]
)
def test_wrong_pin_or_code_stops(
    service: CscService, published: Path, tmp_path: Path, pin: str, otp: str, code: str, asked: int
) -> None:
    service.need_pin = service.need_otp = True
    open_key(service)
    open_key(service, pin=pin, otp=otp)
    assert codes(worker.sign_together(jobs(published, tmp_path / "out", 3))) == [code] * 3
    assert service.count("credentials/authorize") == asked, "never tried twice by itself"
    assert service.signed == 0 and only_inputs(tmp_path)


def test_the_service_settles_it_with_the_signer(service: CscService, published: Path, tmp_path: Path) -> None:
    service.info = {"authMode": "implicit", "PIN": {"presence": "true"}, "OTP": {"presence": "true", "type": "online"}}
    assert open_key(service).asks == ()
    assert codes(worker.sign_together(jobs(published, tmp_path / "out", 2))) == ["", ""]
    assert service.codes_sent == 0


def test_offline_code_is_not_asked_for(service: CscService) -> None:
    service.need_otp, service.online_otp = True, False
    assert open_key(service).asks == ("otp",)
    assert service.codes_sent == 0


@pytest.mark.parametrize(
    ("endpoint", "fault", "code"),
    [
        ("credentials/authorize", refuse("access_denied", "The user refused", 403), "C22"),
        ("credentials/authorize", refuse("invalid_request", "Numbers of signatures is too high"), "C24"),
        ("credentials/authorize", refuse("server_error", status=503), "C23"),
        ("credentials/authorize", refuse("slow_down", status=429), "C23"),
        ("credentials/authorize", lambda _answer: {"nothing": 1}, "C23"),
        ("credentials/authorize", drop, "C23"),
        ("signatures/signHash", refuse("invalid_request", "The SAD has expired"), "C26"),
        ("signatures/signHash", refuse("invalid_token", status=401), "C24"),
        ("signatures/signHash", refuse("server_error", status=500), "C28"),
        ("signatures/signHash", lambda _answer: {"raw": b"<html>proxy</html>"}, "C28"),
        ("signatures/signHash", lambda _answer: {"raw": b"[]"}, "C28"),
        ("credentials/authorize", lambda answer: answer | {"expiresIn": None}, "C23"),
        ("credentials/authorize", lambda answer: answer | {"expiresIn": 10**30}, "C23"),
        ("credentials/authorize", lambda answer: answer | {"SAD": None}, "C23"),
        # it has answered that it signed: what it made is lost, and may have cost the signer something
        ("signatures/signHash", lambda answer: {"signatures": answer["signatures"][:-1]}, "C28"),
        ("signatures/signHash", lambda _answer: {"signatures": None}, "C28"),
        ("signatures/signHash", lambda _answer: {"signatures": {"a": 1, "b": 2, "c": 3}}, "C28"),
        ("signatures/signHash", lambda _answer: {"signatures": ["AAAA", 5, None]}, "C28"),
        ("signatures/signHash", lambda _answer: {"signatures": ["AAA", "é", ""]}, "C28"),
        ("signatures/signHash", drop, "C28"),
    ],
)
def test_what_the_service_refuses_or_the_line_drops(
    service: CscService, published: Path, tmp_path: Path, endpoint: str, fault: Any, code: str
) -> None:
    open_key(service)
    service.faults[endpoint] = fault
    assert codes(worker.sign_together(jobs(published, tmp_path / "out", 3))) == [code] * 3
    assert only_inputs(tmp_path)
    assert service.count(endpoint) == 1, "nothing is asked twice"
    service.faults.clear()
    assert codes(worker.sign_together(jobs(published, tmp_path / "out", 3))) == ["", "", ""], "the key is still open"


@pytest.mark.parametrize(("endpoint", "code"), [("credentials/authorize", "C26"), ("signatures/signHash", "C28")])
def test_late_answers(
    service: CscService, published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, endpoint: str, code: str
) -> None:
    monkeypatch.setattr(csc, "LEAVE_SECONDS", 0.3)
    monkeypatch.setattr(csc, "SIGN_SECONDS", 1.0)
    open_key(service)
    service.faults[endpoint] = late(1.6)
    assert codes(worker.sign_together(jobs(published, tmp_path / "out", 2))) == [code] * 2
    assert only_inputs(tmp_path)


@pytest.mark.parametrize(("endpoint", "code"), [("credentials/authorize", "C26"), ("signatures/signHash", "C28")])
def test_answers_that_only_trickle(
    service: CscService, published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, endpoint: str, code: str
) -> None:
    """Each byte comes in time, all of them do not: the token lane would be killed for it, and say that a token was pulled out."""
    monkeypatch.setattr(csc, "LEAVE_SECONDS", 0.5)
    monkeypatch.setattr(csc, "SIGN_SECONDS", 1.0)
    open_key(service)
    service.trickle[endpoint] = 0.02
    begun = time.monotonic()
    assert codes(worker.sign_together(jobs(published, tmp_path / "out", 2))) == [code] * 2
    assert time.monotonic() - begun < 4 and only_inputs(tmp_path)


def test_a_signature_that_does_not_fit_never_leaves(service: CscService, published: Path, tmp_path: Path) -> None:
    """Two answers exchanged, and one of another key: each is caught in the file, and the third document is signed."""
    open_key(service)
    service.faults["signatures/signHash"] = lambda answer: {"signatures": [*answer["signatures"][1::-1], answer["signatures"][2]]}
    some = jobs(published, tmp_path / "out", 3)
    other = make_pdfa(tmp_path / "other.pdf")
    some[1] = replace(some[1], path=other)
    assert codes(worker.sign_together(some)) == ["C07", "C07", ""]
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["2.pdf"]
    service.faults.clear()
    stranger = CscService(service.authority)
    try:
        service.sign = stranger.sign  # type: ignore[method-assign]
        assert codes(worker.sign_together(jobs(published, tmp_path / "new", 1))) == ["C07"]
    finally:
        stranger.stop()
    assert list((tmp_path / "new").iterdir()) == []


def test_not_this_key(service: CscService) -> None:
    for account in ("sai", "", "mã truy cập", "a\r\nb", TOKEN + "\n"):
        assert open_code(service, account=account).code == "C24", account
    assert open_code(service, credential="other").code == "C24"
    service.scal = 1
    assert open_code(service, scal=2).params["reason"] == "SCAL1"
    service.info = {"authMode": "oauth2code"}
    assert open_code(service).params["reason"] == "oauth2code"
    service.info = {"key": {"status": "disabled", "algo": [cscfake.PSS]}}
    assert open_code(service).params["reason"] == "disabled"
    service.info = {"key": {"status": "enabled", "algo": ["1.2.840.10045.4.3.2"]}}
    assert open_code(service).code == "C07"
    senseless: list[dict[str, Any]] = [
        {"cert": {}},
        {"cert": {"certificates": ["AAAA"]}},
        {"multisign": "x"},
        {"SCAL": "9"},
        {"key": None},
        {"cert": None},
        {"cert": ["AAAA"]},
        {"cert": {"certificates": []}},
        {"cert": {"certificates": None}},
        {"cert": {"certificates": [5]}},
        {"cert": {"certificates": ["MIIBCgKC"]}},
        {"cert": {"certificates": ["é"]}},
        {"multisign": None},
        {"multisign": [1]},
        {"SCAL": None},
    ]
    for broken in senseless:
        service.info = broken
        assert open_code(service).code == "C24", broken
    service.info, service.days = {}, (-30, -1)
    assert open_code(service).code == "C05"


def test_through_a_proxy(service: CscService) -> None:
    """The service stands in for the proxy: it is asked for the whole address, of a machine that does not exist."""
    behind = "http://sign.example.invalid"
    assert open_code(service, url=behind).code == "C23"
    with pytest.raises(WorkstationError):
        open_key(service, url=behind, proxy=service.url)
    assert service.requests[-1][0].startswith(behind)


def test_nobody_there(service: CscService, authority: Authority) -> None:
    gone = CscService(authority)
    gone.stop()
    assert open_code(gone).code == "C23"
    service.faults["credentials/info"] = drop
    assert open_code(service).code == "C23"


def test_no_secret_is_told(service: CscService, published: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    service.need_pin = service.need_otp = True
    service.faults["signatures/signHash"] = refuse("invalid_request", f"for Phạm Thị Ký {SIGNER_PIN} {CODE}")
    open_key(service)
    open_key(service, pin=SIGNER_PIN, otp=CODE)
    answers = worker.sign_together(jobs(published, tmp_path / "out", 1))
    told = caplog.text + repr(answers) + repr(RemoteSecret(SIGNER_PIN, CODE, TOKEN))
    for secret in (SIGNER_PIN, CODE, TOKEN, "Phạm Thị Ký"):
        assert secret not in told
    assert isinstance(RemoteSecret(SIGNER_PIN), Secret)
