"""A signature outlives its certificate if a time-stamp proves that it was there in time – and only then (EN 319 102-1, 5.6)."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper

from signing import algorithm_rules
from signing.reports import verify_bytes
from signing.trust import Anchors, load_anchors
from tests.unit.signing import attacks
from tests.unit.signing.judging import codes
from tests.unit.signing.pki import TIME_STAMPING, Authority, make_authority, new_key, rsa_key
from tests.unit.signing.responders import Responder, serving
from tests.unit.signing.test_revocation import GOOD, State, state, with_store
from tests.unit.signing.workshop import Workshop, make_workshop, signer_of, stamped, stamper_of
from workstation.domain.signature import AlgorithmLimit, Verdict
from workstation.domain.signing import TrustStore

LAPSED = (-300, -100)
"""Days of a certificate that is over."""
TSA_LAPSED = (-300, -50)
THEN = timedelta(days=200)
"""Ago: within all of them."""


def ago(time: timedelta) -> datetime:
    return datetime.now(UTC) - time


@dataclass
class Archive:
    """A signer whose certificate has lapsed, and time-stamping authorities."""

    shop: Workshop
    anchors: Anchors

    def stamper(self, at: timedelta, days: tuple[int, int] = (-400, 400), authority: Authority | None = None) -> DummyTimeStamper:
        key = rsa_key()
        tsa = (authority or self.shop.authority).issue(key.public_key(), "TSA", days=days, extended=(TIME_STAMPING,))
        return stamper_of(key, tsa, at=ago(at))

    def sign(self, stamper: DummyTimeStamper | None, claimed: timedelta = THEN, **options: object) -> bytes:
        data, _ = self.sign_and_tell(stamper, claimed, **options)
        return data

    def sign_and_tell(
        self, stamper: DummyTimeStamper | None, claimed: timedelta = THEN, **options: object
    ) -> tuple[bytes, x509.Certificate]:
        key = new_key()
        own = self.shop.authority.issue(key.public_key(), **{"days": LAPSED, **options})  # type: ignore[arg-type]
        signer = signer_of(key, own)
        return self.shop.sign(self.shop.plain, signer=signer, stamper=stamper, at=ago(claimed)), own

    def judge(self, data: bytes, *, offline: bool = True) -> State:
        return state(verify_bytes(data, self.anchors, offline=offline))


@pytest.fixture
def archive(authority: Authority, published: Path, tmp_path: Path) -> Archive:
    anchors = load_anchors(TrustStore(roots=(authority.write(tmp_path),)))
    return Archive(make_workshop(authority, published.read_bytes()), anchors)


UNPROVEN = (Verdict.INDETERMINATE, False, "unknown", False)
NOBODY_TO_ASK: State = (Verdict.VALID, True, "unknown", True, set(), None)


def test_without_a_time_stamp_nothing_is_proven(archive: Archive) -> None:
    assert archive.judge(archive.sign(None)) == (*UNPROVEN, {"V17"}, "OUT_OF_BOUNDS_NO_POE")
    assert archive.judge(archive.sign(None, timedelta(days=3))) == (*UNPROVEN, {"V08"}, "OUT_OF_BOUNDS_NO_POE")


def test_a_time_stamp_in_time_proves_it(archive: Archive) -> None:
    data = archive.sign(archive.stamper(THEN))
    verdict = verify_bytes(data, archive.anchors, offline=True)
    assert state(verdict) == NOBODY_TO_ASK
    one = verdict.signatures[0]
    assert one.level == "T" and one.in_period is True and one.trust_store == "local"
    assert not verify_bytes(attacks.one_byte_changed(data), archive.anchors, offline=True).green


def test_a_time_stamp_after_the_end_proves_nothing(archive: Archive) -> None:
    assert archive.judge(archive.sign(archive.stamper(timedelta(days=60)))) == (*UNPROVEN, {"V17"}, "OUT_OF_BOUNDS_NO_POE")


def test_a_time_stamp_before_the_beginning_proves_nothing(archive: Archive) -> None:
    assert archive.judge(archive.sign(archive.stamper(timedelta(days=350))))[:4] == UNPROVEN


def test_a_stranger_s_time_stamp_proves_nothing(archive: Archive) -> None:
    data = archive.sign(archive.stamper(THEN, authority=make_authority("CA lạ")))
    assert archive.judge(data) == (*UNPROVEN, {"V17", "V21"}, "OUT_OF_BOUNDS_NO_POE")


def test_a_lapsed_time_stamp_needs_another_over_it(archive: Archive) -> None:
    old = archive.sign(archive.stamper(THEN, TSA_LAPSED))
    assert archive.judge(old) == (*UNPROVEN, {"V17", "V21"}, "OUT_OF_BOUNDS_NO_POE")
    renewed = stamped(old, archive.stamper(timedelta(days=80)))
    assert archive.judge(renewed) == NOBODY_TO_ASK
    late = stamped(old, archive.stamper(timedelta(days=20)))
    assert archive.judge(late)[:2] == (Verdict.INDETERMINATE, False), "the first stamp's authority had lapsed by then"


def test_a_chain_of_archive_stamps(archive: Archive) -> None:
    """Each authority has lapsed but the last; each was stamped over in time."""
    data = archive.sign(archive.stamper(THEN, TSA_LAPSED))
    data = stamped(data, archive.stamper(timedelta(days=80), (-150, -10)))
    assert not verify_bytes(data, archive.anchors, offline=True).green
    data = stamped(data, archive.stamper(timedelta(days=15)))
    verdict = verify_bytes(data, archive.anchors, offline=True)
    assert verdict.green and [one.level for one in verdict.signatures] == ["T", "DTS", "DTS"]
    assert all(one.timestamp is not None for one in verdict.signatures)


def test_a_document_stamp_alone_proves_it_too(archive: Archive) -> None:
    assert archive.judge(stamped(archive.sign(None), archive.stamper(THEN))) == NOBODY_TO_ASK


def test_a_spoiled_document_stamp_proves_nothing(archive: Archive) -> None:
    data = stamped(archive.sign(None), archive.stamper(THEN, authority=make_authority("CA lạ")))
    assert not verify_bytes(data, archive.anchors, offline=True).green
    junk = stamped(archive.sign(None), archive.stamper(THEN)) + b"junk"
    verdict = verify_bytes(junk, archive.anchors, offline=True)
    assert not verdict.green and "V17" in codes(verdict)


@pytest.mark.parametrize(
    ("extended", "critical"),
    [((), True), ((TIME_STAMPING,), False), ((TIME_STAMPING, ExtendedKeyUsageOID.CODE_SIGNING), True)],
    ids=["none", "not critical", "two purposes"],
)
def test_only_a_certificate_for_time_stamping_proves_a_time(
    archive: Archive, extended: tuple[x509.ObjectIdentifier, ...], critical: bool
) -> None:
    """RFC 3161, 2.3. Else any signer could date his own signature back with his own key, beyond its revocation."""
    key = rsa_key()
    tsa = archive.shop.authority.issue(key.public_key(), "TSA", days=(-400, 400), extended=extended, critical=critical)
    stamper = stamper_of(key, tsa, at=ago(THEN))
    own, over_all = archive.sign(stamper), stamped(archive.sign(None), stamper)
    for data in (own, over_all):
        found = archive.judge(data)
        assert not found[1] and "V17" in found[4] and found[4] & {"V21", "V24"}
    in_force = archive.sign(stamper, THEN, days=(-300, 300))
    assert archive.judge(in_force)[4] & {"V21", "V24"}, "a time that nobody vouches for, and it is said"


# --- with revocation


def past(responder: Responder, certificate: x509.Certificate) -> bytes:
    """What the responder said right after the signature was made."""
    responder.age = THEN - timedelta(minutes=5)
    return responder.response(certificate)


def test_the_store_answers_for_the_past(archive: Archive) -> None:
    with serving(archive.shop.authority) as responder:
        stamper = archive.stamper(THEN)
        data, own = archive.sign_and_tell(stamper, ocsp_url=responder.ocsp_url)
        good = with_store(data, ocsps=(past(responder, own),))
        bare = archive.judge(data)
    unknown = (*UNPROVEN, {"V05"}, "REVOCATION_OUT_OF_BOUNDS_NO_POE")
    assert bare == unknown, "nothing kept from then, and nobody answers for a lapsed certificate"
    assert archive.judge(good) == GOOD
    assert archive.judge(good, offline=False) == GOOD
    today = Responder(archive.shop.authority, archive.shop.authority)
    assert archive.judge(with_store(data, ocsps=(today.response(own),))) == GOOD, "what is said later covers the time before"
    today.age = timedelta(days=250)
    assert archive.judge(with_store(data, ocsps=(today.response(own),))) == unknown, "what was said before does not"


def test_revoked_before_or_after_the_proven_time(archive: Archive) -> None:
    """The responder says revoked half an hour ago."""
    in_force = {"days": (-300, 300)}
    with serving(archive.shop.authority) as responder:
        for stamper, wanted in (
            (archive.stamper(timedelta(hours=3)), GOOD),
            (archive.stamper(timedelta(minutes=1)), (Verdict.INVALID, False, "revoked", False, {"V04"}, "REVOKED_NO_POE")),
            (None, (Verdict.INVALID, False, "revoked", False, {"V04"}, "REVOKED_NO_POE")),
            (archive.stamper(timedelta(hours=3), authority=make_authority("CA lạ")),
             (Verdict.INVALID, False, "revoked", False, {"V04", "V21"}, "REVOKED_NO_POE")),
        ):  # fmt: skip
            data, own = archive.sign_and_tell(stamper, timedelta(hours=3), ocsp_url=responder.ocsp_url, **in_force)
            responder.known[own.serial_number] = own
            assert archive.judge(data, offline=False) == GOOD or (stamper is not None and wanted[4] == {"V04", "V21"})
            responder.revoked.add(own.serial_number)
            assert archive.judge(data, offline=False) == wanted


def test_a_proof_rests_on_an_authority_whose_standing_is_known(archive: Archive) -> None:
    """Else a revoked time-stamping key could date any signature back, as long as nobody can be asked."""
    with serving(archive.shop.authority) as responder:
        key = rsa_key()
        tsa = archive.shop.authority.issue(
            key.public_key(), "TSA", days=(-400, 400), extended=(TIME_STAMPING,), ocsp_url=responder.ocsp_url
        )
        responder.known[tsa.serial_number] = tsa
        data = archive.sign(stamper_of(key, tsa, at=ago(THEN)))
        assert archive.judge(data, offline=False) == NOBODY_TO_ASK
        offline = archive.judge(data)
        assert offline[:2] == (Verdict.INDETERMINATE, False) and offline[4] == {"V05"}
        responder.revoked.add(tsa.serial_number)
        revoked = archive.judge(data, offline=False)
        assert revoked[:2] == (Verdict.INDETERMINATE, False) and "V21" in revoked[4]
        assert not archive.judge(data)[1]


def test_a_time_stamp_of_unknown_standing_does_not_lift_a_revocation(archive: Archive) -> None:
    """The time-stamping authority's responder is dead; the signer's says revoked, after the stamp."""
    with serving(archive.shop.authority) as responder:
        key = rsa_key()
        dead = "http://127.0.0.1:9/ocsp"
        tsa = archive.shop.authority.issue(key.public_key(), "TSA", days=(-400, 400), extended=(TIME_STAMPING,), ocsp_url=dead)
        stamper = stamper_of(key, tsa, at=ago(timedelta(hours=3)))
        data, own = archive.sign_and_tell(stamper, timedelta(hours=3), ocsp_url=responder.ocsp_url, days=(-300, 300))
        responder.known[own.serial_number] = own
        assert archive.judge(data, offline=False) == GOOD
        responder.revoked.add(own.serial_number)
        assert archive.judge(data, offline=False)[4] == {"V04"}


def test_the_store_answers_for_a_lapsed_time_stamping_authority_too(archive: Archive) -> None:
    authority = archive.shop.authority
    responder = Responder(authority, authority, url="http://127.0.0.1:9")
    key = rsa_key()
    tsa = authority.issue(key.public_key(), "TSA", days=TSA_LAPSED, extended=(TIME_STAMPING,), ocsp_url=responder.ocsp_url)
    data = archive.sign(stamper_of(key, tsa, at=ago(THEN)))
    later = archive.stamper(timedelta(days=80))
    responder.age = timedelta(days=81)
    kept = stamped(with_store(data, ocsps=(responder.response(tsa),)), later)
    for offline in (True, False):
        assert archive.judge(kept, offline=offline) == NOBODY_TO_ASK
        assert archive.judge(stamped(data, later), offline=offline)[4] == {"V05"}


# --- algorithms that have come to their end


@pytest.mark.parametrize(
    ("until", "stamp", "green"),
    [(100, 200, True), (100, 60, False), (250, 200, False), (100, None, False)],
)
def test_an_old_algorithm_is_judged_by_the_proven_time(
    archive: Archive, monkeypatch: pytest.MonkeyPatch, until: int, stamp: int | None, green: bool
) -> None:
    """SHA-1, as if it had been given up ``until`` days ago; signed and stamped (with SHA-256) ``stamp`` days ago."""
    key = new_key()
    signer = signer_of(key, archive.shop.authority.issue(key.public_key(), days=(-400, 400)))
    stamper = None if stamp is None else archive.stamper(timedelta(days=stamp))
    old = {"signer": signer, "digest": "sha1", "subfilter": SigSeedSubFilter.ADOBE_PKCS7_DETACHED, "at": ago(THEN)}
    data = archive.shop.sign(archive.shop.plain, **old)  # type: ignore[arg-type]
    data = data if stamper is None else stamped(data, stamper)
    ended = AlgorithmLimit("sha1", ago(timedelta(days=until)).date())
    assert archive.judge(data)[4] == {"V12"}, "as the shipped rows have it: long ago"
    monkeypatch.setattr(algorithm_rules, "limits", lambda: (ended,))
    assert archive.judge(data)[1] == green
    assert ("V12" in archive.judge(data)[4]) != green
    assert not verify_bytes(attacks.one_byte_changed(data), archive.anchors, offline=True).green


def test_a_weak_token_proves_nothing_for_a_weak_signature(archive: Archive) -> None:
    """Both with SHA-1: whoever can forge the one can forge the other."""
    options = {"digest": "sha1", "subfilter": SigSeedSubFilter.ADOBE_PKCS7_DETACHED}
    data = archive.shop.sign(archive.shop.plain, stamper=archive.stamper(timedelta(days=3)), **options)  # type: ignore[arg-type]
    assert "V12" in archive.judge(data)[4]


def test_the_rows_of_the_rule_data_are_dated_and_in_order() -> None:
    rows = algorithm_rules.rules()
    assert rows and all(row.source and row.valid_from.year >= 2000 for row in rows)
    assert all(one.valid_to is not None and one.valid_to < two.valid_from for one, two in pairwise(rows))
    assert rows[-1].valid_to is None and {"rsa", "ec"} == set(rows[-1].keys)
    today = datetime.now(UTC).date()
    for name, day, allowed in (
        ("sha1", today, False), ("sha1", date(2012, 1, 1), True), ("sha256", date(2012, 1, 1), True),
        ("md5", date(2012, 1, 1), False), ("sha224", today, False), ("shake256", today, True),
    ):  # fmt: skip
        assert algorithm_rules.digest_allowed(name, day) == allowed, name
    for name, bits, day, allowed in (
        ("rsa", 1024, today, False), ("rsa", 1024, date(2013, 12, 31), True), ("rsa", 2048, today, True),
        ("ec", 256, today, True), ("ec", 192, today, False), ("dsa", 3072, today, False),
    ):  # fmt: skip
        assert algorithm_rules.key_allowed(name, bits, day) == allowed, (name, bits)
