"""Three states of revocation, against an authority's services on loopback. Not known is one of them, and never green."""

import io
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest
from asn1crypto import cms
from asn1crypto import crl as asn1_crl
from asn1crypto import ocsp as asn1_ocsp
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.sign.validation import DocumentSecurityStore

from signing import reports, trust
from signing.reports import verify_bytes
from signing.trust import Anchors, load_anchors
from tests.unit.signing.judging import check, codes
from tests.unit.signing.pki import TIME_STAMPING, Authority, make_authority, new_key, rsa_key
from tests.unit.signing.responders import Responder, serving
from tests.unit.signing.workshop import make_workshop, signer_of, stamper_of, with_cms
from workstation.domain.signature import FileVerdict, Verdict
from workstation.domain.signing import TrustStore

State = tuple[Verdict, bool, str, bool, set[str], str | None]
GOOD: State = (Verdict.VALID, True, "good", True, set(), None)
REVOKED: State = (Verdict.INVALID, False, "revoked", False, {"V04"}, "REVOKED_NO_POE")
UNKNOWN: State = (Verdict.INDETERMINATE, False, "unknown", False, {"V05"}, "TRY_LATER")


def state(verdict: FileVerdict) -> State:
    check(verdict)
    one = verdict.signatures[0]
    return verdict.verdict, verdict.green, one.revocation, one.trusted, codes(verdict), one.subindication


@dataclass
class Case:
    """A signed file whose certificate names the responder, and who judges it."""

    responder: Responder
    certificate: x509.Certificate
    data: bytes
    anchors: Anchors

    def judge(self, *, offline: bool = False, data: bytes | None = None) -> State:
        return state(verify_bytes(data or self.data, self.anchors, offline=offline))

    def revoke(self) -> None:
        self.responder.revoked.add(self.certificate.serial_number)


@contextmanager
def case(authority: Authority, plain: bytes, folder: Path, ways: tuple[str, ...], by: Authority | None = None) -> Iterator[Case]:
    with serving(authority, by) as responder:
        urls = {f"{way}_url": getattr(responder, f"{way}_url") for way in ways}
        key = new_key()
        certificate = authority.issue(key.public_key(), **urls)
        responder.known[certificate.serial_number] = certificate
        data = make_workshop(authority, plain).sign(plain, signer=signer_of(key, certificate))
        yield Case(responder, certificate, data, load_anchors(TrustStore(roots=(authority.write(folder),))))


@pytest.fixture
def plain(published: Path) -> bytes:
    return published.read_bytes()


@pytest.mark.parametrize("ways", [("ocsp",), ("crl",), ("ocsp", "crl")], ids="+".join)
def test_three_states(ways: tuple[str, ...], authority: Authority, plain: bytes, tmp_path: Path) -> None:
    with case(authority, plain, tmp_path, ways) as one:
        assert one.judge() == GOOD
        assert one.judge(offline=True) == UNKNOWN, "nobody was asked"
        asked = len(one.responder.asked)
        one.revoke()
        assert one.judge(offline=True) == UNKNOWN, "revoked, but nobody was asked: never trusted, never green"
        assert len(one.responder.asked) == asked, "offline asks nobody"
        assert one.judge() == REVOKED
        assert len(one.responder.asked) > asked
    assert one.judge() == UNKNOWN, "the responder is gone"


def test_the_day_of_revocation_is_told(authority: Authority, plain: bytes, tmp_path: Path) -> None:
    with case(authority, plain, tmp_path, ("ocsp",)) as one:
        one.revoke()
        verdict = verify_bytes(one.data, one.anchors, offline=False)
    (note,) = verdict.reasons
    assert dict(note.params).keys() == {"date"}


def broken(responder: Responder) -> None:
    responder.status = 500


def talks_nonsense(responder: Responder) -> None:
    responder.body = b"<html>log in first</html>"


def says_nothing(responder: Responder) -> None:
    responder.body = b""


def does_not_know(responder: Responder) -> None:
    responder.known.clear()


def is_stale(responder: Responder) -> None:
    responder.age = timedelta(days=9)


def is_from_the_future(responder: Responder) -> None:
    responder.age = -timedelta(days=2)


@pytest.mark.parametrize(
    "fault", [broken, talks_nonsense, says_nothing, does_not_know, is_stale, is_from_the_future], ids=lambda fault: fault.__name__
)
def test_a_responder_that_is_no_help_leaves_it_unknown(
    fault: Callable[[Responder], None], authority: Authority, plain: bytes, tmp_path: Path
) -> None:
    with case(authority, plain, tmp_path, ("ocsp",)) as one:
        fault(one.responder)
        assert one.judge() == UNKNOWN


def test_services_that_hang_cost_little_however_many_signatures(
    authority: Authority, plain: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trust, "REQUEST_SECONDS", 0.4)
    monkeypatch.setattr(reports, "ASK_SECONDS", 1.0)
    with case(authority, plain, tmp_path, ("ocsp", "crl")) as one:
        one.responder.silent = Event()
        shop, data = make_workshop(authority, plain), plain
        for number in range(6):
            key = new_key()
            own = authority.issue(key.public_key(), ocsp_url=one.responder.ocsp_url, crl_url=one.responder.crl_url)
            data = shop.sign(data, f"ChuKy{number}", signer=signer_of(key, own))
        began = time.monotonic()
        verdict = verify_bytes(data, one.anchors, offline=False)
        took = time.monotonic() - began
        one.responder.silent.set()
    check(verdict)
    assert {"V05"} < codes(verdict) and all(s.revocation == "unknown" and not s.trusted for s in verdict.signatures)
    assert took < 4, "six signatures, two services each"


@pytest.mark.parametrize("ways", [("ocsp",), ("crl",)], ids="+".join)
def test_another_authority_may_say_nothing(ways: tuple[str, ...], authority: Authority, plain: bytes, tmp_path: Path) -> None:
    with case(authority, plain, tmp_path, ways, by=make_authority("CA khác")) as one:
        assert one.judge() == UNKNOWN, "its good is worth nothing"
        one.revoke()
        assert one.judge() == UNKNOWN, "and so is its revoked"


def test_the_list_helps_when_the_responder_is_dead(authority: Authority, plain: bytes, tmp_path: Path) -> None:
    with serving(authority) as responder, case(authority, plain, tmp_path, ()) as one:
        key = new_key()
        dead = "http://127.0.0.1:9/ocsp"
        certificate = authority.issue(key.public_key(), ocsp_url=dead, crl_url=responder.crl_url)
        responder.known[certificate.serial_number] = certificate
        data = make_workshop(authority, plain).sign(plain, signer=signer_of(key, certificate))
        assert one.judge(data=data) == GOOD
        responder.revoked.add(certificate.serial_number)
        assert one.judge(data=data) == REVOKED


def with_store(data: bytes, *, ocsps: tuple[bytes, ...] = (), crls: tuple[bytes, ...] = ()) -> bytes:
    """The file with revocation data in its document security store (EN 319 142-1, 5.4.2)."""
    out = io.BytesIO(data)
    DocumentSecurityStore.add_dss(
        out,
        sig_contents=None,
        ocsps=[asn1_ocsp.OCSPResponse.load(entry) for entry in ocsps],
        crls=[asn1_crl.CertificateList.load(entry) for entry in crls],
    )
    return out.getvalue()


@pytest.mark.parametrize("way", ["ocsp", "crl"])
@pytest.mark.parametrize("offline", [True, False])
def test_what_the_file_carries_answers(way: str, offline: bool, authority: Authority, plain: bytes, tmp_path: Path) -> None:
    with case(authority, plain, tmp_path, (way,)) as one:
        responder = one.responder

        def carried() -> bytes:
            if way == "ocsp":
                return with_store(one.data, ocsps=(responder.response(one.certificate),))
            return with_store(one.data, crls=(responder.crl(),))

        good = carried()
        one.revoke()
        revoked = carried()
        responder.status = 503  # only the file can say it
        assert one.judge(data=good, offline=offline) == GOOD
        assert one.judge(data=revoked, offline=offline) == REVOKED


def test_what_the_file_carries_about_somebody_else_proves_nothing(authority: Authority, plain: bytes, tmp_path: Path) -> None:
    with case(authority, plain, tmp_path, ("ocsp",)) as one:
        other = authority.issue(new_key().public_key(), "Người khác")
        data = with_store(one.data, ocsps=(one.responder.response(other),))
        assert one.judge(data=data, offline=True) == UNKNOWN
        forged = Responder(authority, make_authority("CA khác")).response(one.certificate)
        assert one.judge(data=with_store(one.data, ocsps=(forged,)), offline=True) == UNKNOWN


def test_a_revoked_issuing_authority_is_told_as_such(authority: Authority, plain: bytes, tmp_path: Path) -> None:
    with case(authority, plain, tmp_path, ()) as one, serving(authority) as responder:
        middle_key, key = new_key(), new_key()
        middle = authority.issue(
            middle_key.public_key(), "CA trung gian", ca=True, usage=("key_cert_sign", "crl_sign"), crl_url=responder.crl_url
        )
        responder.known[middle.serial_number] = middle
        certificate = Authority(middle, middle_key).issue(key.public_key())
        data = make_workshop(authority, plain).sign(plain, signer=signer_of(key, certificate, middle))
        assert one.judge(data=data) == GOOD
        assert one.judge(data=data, offline=True) == UNKNOWN
        responder.revoked.add(middle.serial_number)
        expected = (Verdict.INVALID, False, "revoked", False, {"V25"}, "REVOKED_CA_NO_POE")
        assert one.judge(data=data) == expected
        assert middle.public_bytes(Encoding.DER)


def test_a_certificate_that_names_nobody_to_ask_holds_nothing_up(authority: Authority, plain: bytes, tmp_path: Path) -> None:
    with case(authority, plain, tmp_path, ()) as one:
        for offline in (True, False):
            assert one.judge(offline=offline) == (Verdict.VALID, True, "unknown", True, set(), None)


def test_a_time_stamp_counts_only_from_an_authority_in_good_standing(authority: Authority, plain: bytes, tmp_path: Path) -> None:
    with case(authority, plain, tmp_path, ("ocsp",)) as one:
        responder, shop = one.responder, make_workshop(authority, plain)
        key, tsa_key = new_key(), rsa_key()
        own = authority.issue(key.public_key(), ocsp_url=responder.ocsp_url)
        tsa = authority.issue(tsa_key.public_key(), "TSA", extended=(TIME_STAMPING,), ocsp_url=responder.ocsp_url)
        for entry in (own, tsa):
            responder.known[entry.serial_number] = entry
        data = shop.sign(plain, signer=signer_of(key, own), stamper=stamper_of(tsa_key, tsa))
        assert one.judge(data=data) == GOOD
        spoiled = with_cms(data, _other_stamp)
        assert one.judge(data=spoiled)[4] == {"V20"}, "a stamp over something else"
        responder.revoked.add(tsa.serial_number)
        assert one.judge(data=data) == (Verdict.INDETERMINATE, False, "good", True, {"V21"}, "NO_CERTIFICATE_CHAIN_FOUND")
        stranger_key, stranger = rsa_key(), make_authority("CA lạ")
        foreign = stranger.issue(stranger_key.public_key(), "TSA lạ", extended=(TIME_STAMPING,))
        data = shop.sign(plain, signer=signer_of(key, own), stamper=stamper_of(stranger_key, foreign))
        assert one.judge(data=data)[4] == {"V21"}


def _other_stamp(info: cms.ContentInfo) -> bytes:
    """The time-stamp token's own signature is spoiled; it stands among the unsigned attributes, which nothing protects."""
    for attribute in info["content"]["signer_infos"][0]["unsigned_attrs"]:
        if attribute["type"].native == "signature_time_stamp_token":
            inner = attribute["values"][0]["content"]["signer_infos"][0]
            value = bytearray(inner["signature"].native)
            value[-1] ^= 1
            inner["signature"] = bytes(value)
    return bytes(info.dump(force=True))
