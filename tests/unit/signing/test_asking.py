"""Verifying asks issuers over the same guarded line as signing: rewritten addresses, a proxy, time-outs, a size cap and a breaker
– and asks nobody when it is told so."""

import socket
import time
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from cryptography import x509

from signing import worker
from signing.reports import verify_bytes
from signing.trust import load_anchors
from signing.verify import verify_file
from tests.unit.signing.judging import codes
from tests.unit.signing.outside import Outside
from tests.unit.signing.pki import new_key
from tests.unit.signing.workshop import Workshop, make_workshop, signer_of
from workstation.domain.signature import FileVerdict
from workstation.domain.signing import RevocationAccess, SignJob

NOWHERE = "http://ocsp.khong-co.example"


@pytest.fixture
def shop(outside: Outside, published: Path) -> Workshop:
    return make_workshop(outside.authority, published.read_bytes())


def signed(shop: Workshop, outside: Outside, fields: int = 1, **places: Any) -> bytes:
    data = shop.plain
    for number in range(fields):
        key = new_key()
        certificate = outside.issue(key.public_key(), **({"crl_url": None} | places))
        signer = signer_of(key, certificate, outside.issuer.certificate)
        data = shop.sign(data, f"ChuKy{number}", signer=signer)
    outside.asked.clear()
    return data


@pytest.fixture
def judge(outside: Outside, tmp_path: Path) -> Callable[..., FileVerdict]:
    anchors = load_anchors(outside.services(tmp_path).trust)

    def run(data: bytes, **access: object) -> FileVerdict:
        return verify_bytes(data, anchors, offline=False, access=RevocationAccess(**access))  # type: ignore[arg-type]

    return run


def test_a_rewritten_address_is_asked(shop: Workshop, outside: Outside, judge: Callable[..., FileVerdict]) -> None:
    data = signed(shop, outside, ocsp_url=f"{NOWHERE}/ocsp")
    assert codes(judge(data)) == {"V05"}
    found = judge(data, rewrites=((NOWHERE, outside.url),))
    assert found.green and found.signatures[0].revocation == "good" and outside.asked["ocsp"] == 1


def test_the_proxy_is_the_only_way_out(shop: Workshop, outside: Outside, judge: Callable[..., FileVerdict]) -> None:
    data = signed(shop, outside, ocsp_url=f"{NOWHERE}/ocsp")
    found = judge(data, proxy=outside.url)
    assert found.green and found.signatures[0].revocation == "good" and outside.asked["ocsp"] == 1
    assert codes(judge(data, proxy="http://127.0.0.1:9")) == {"V05"} and outside.asked["ocsp"] == 1


def test_a_dead_service_is_asked_once_a_file(shop: Workshop, outside: Outside, judge: Callable[..., FileVerdict]) -> None:
    data = signed(shop, outside, fields=4)
    outside.mode["ocsp"] = "down"
    verdict = judge(data)
    assert "V05" in codes(verdict) and {one.revocation for one in verdict.signatures} == {"unknown"}
    assert outside.asked["ocsp"] == 2, "once, and its one retry; then the breaker is open for the other signatures"
    outside.mode.clear()
    assert judge(data).green, "the next file, or the same one again, is a new question"


def test_an_answer_without_end_is_cut(shop: Workshop, outside: Outside, judge: Callable[..., FileVerdict]) -> None:
    data = signed(shop, outside)
    outside.mode["ocsp"] = "bomb"
    assert codes(judge(data, max_bytes=100_000)) == {"V05"}


def test_a_service_that_hangs_costs_its_time_once(shop: Workshop, outside: Outside, judge: Callable[..., FileVerdict]) -> None:
    data = signed(shop, outside, fields=4)
    outside.mode["ocsp"] = "slow"
    began = time.monotonic()
    assert "V05" in codes(judge(data, seconds=0.5))
    assert time.monotonic() - began < 0.5 * 4, "not once a signature"


class Counting:
    """Accepts connections and says nothing; counts them."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.count = 0
        Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            self.count += 1
            connection.close()


def test_off_line_makes_no_connection_at_all(
    shop: Workshop,
    outside: Outside,
    revocable: x509.Certificate,
    published: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server = Counting()
    places = {f"{way}_url": f"http://127.0.0.1:{server.port}/{way}" for way in ("ocsp", "crl")}
    bare = tmp_path / "bare.pdf"
    bare.write_bytes(signed(shop, outside, 2, **places))
    kept = tmp_path / "kept.pdf"
    services = outside.services(tmp_path)
    assert worker.sign_file(SignJob(published, kept, level="LTA", services=services)).level == "LTA"
    worker.close_key()
    outside.asked.clear()
    with monkeypatch.context() as patch:
        patch.setattr(socket.socket, "connect", lambda *_: pytest.fail("a connection"))
        assert "V05" in codes(verify_file(bare, services.trust, offline=True))
        assert verify_file(kept, services.trust, offline=True).green
    time.sleep(0.1)
    assert server.count == 0 and not outside.asked
    assert "V05" in codes(verify_file(bare, services.trust, offline=False, access=RevocationAccess(seconds=1)))
    assert server.count > 0, "the server can count"
    server.socket.close()
