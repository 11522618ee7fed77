"""Forgeries with a key, a prepared file or a spoiled CMS object; their controls; and what each says."""

from collections.abc import Callable
from pathlib import Path

import pymupdf
import pytest
from asn1crypto import algos, cms
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyhanko.sign.ades.report import AdESFailure, AdESIndeterminate
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter

from signing import picture
from signing.algorithms import forbidden, mechanism_of
from signing.findings import CODES, WEIGHT, Findings
from signing.picture import Pictures, appearance
from signing.reports import verify_bytes
from signing.trust import load_anchors
from tests.unit.signing import attacks, forgeries
from tests.unit.signing.judging import Judge, check, codes
from tests.unit.signing.pki import TIME_STAMPING, make_authority, rsa_key
from tests.unit.signing.workshop import Workshop, form_file, signer_of, stamped, stamper_of, with_cms
from workstation.domain.errors import ERRORS
from workstation.domain.signature import Verdict
from workstation.domain.signing import TrustStore


@pytest.mark.parametrize("forge", forgeries.FORGERIES, ids=lambda forge: forge.__name__)
def test_no_forgery_is_green(forge: Callable[[Workshop], bytes], shop: Workshop, judge: Judge) -> None:
    verdict = judge(forge(shop))
    assert not verdict.green and verdict.verdict in (Verdict.INVALID, Verdict.INDETERMINATE)
    assert forgeries.FORGERIES[forge] in codes(verdict)


def test_there_are_enough_of_them() -> None:
    names = [entry.__name__ for entry in (*attacks.ATTACKS, *forgeries.FORGERIES)]
    assert len(names) == len(set(names)) and len(names) >= 80


def controls(shop: Workshop) -> dict[str, bytes]:
    pss, plain_rsa = rsa_key(), rsa_key(3072)
    issue = shop.authority.issue
    return {
        "plain": shop.good,
        "form": shop.sign(form_file(shop.plain)),
        **{permissions.name: shop.sign(shop.plain, certify=permissions) for permissions in MDPPerm},
        "old subfilter": shop.sign(shop.plain, subfilter=SigSeedSubFilter.ADOBE_PKCS7_DETACHED),
        "sha512": shop.sign(shop.plain, digest="sha512"),
        "sha3": shop.sign(shop.plain, digest="sha3_256"),
        "visible": shop.sign(shop.plain, box=(50, 400, 500, 700)),
        "pss": shop.sign(shop.plain, signer=signer_of(pss, issue(pss.public_key()), pss=True)),
        "pkcs1": shop.sign(shop.plain, signer=signer_of(plain_rsa, issue(plain_rsa.public_key()))),
        "root embedded": shop.sign(shop.plain, signer=signer_of(pss, issue(pss.public_key()), shop.authority.certificate)),
    }


def test_every_control_is_green_and_tells_its_mechanism(shop: Workshop, judge: Judge) -> None:
    told = {}
    for name, data in controls(shop).items():
        verdict = judge(data)
        assert verdict.green and not verdict.reasons, name
        told[name] = verdict.signatures[0].mechanism
    assert told["plain"] == "ECDSA, SHA-256, EC 256 bit"
    assert told["pss"] == "RSASSA-PSS, SHA-256, RSA 2048 bit"
    assert told["pkcs1"] == "RSA PKCS#1 v1.5, SHA-256, RSA 3072 bit"
    assert told["sha3"] == "ECDSA, SHA3-256, EC 256 bit" and told["sha512"] == "ECDSA, SHA-512, EC 256 bit"


@pytest.mark.parametrize(("forge", "algorithm"), [(forgeries.weak_digest, "SHA-1"), (forgeries.weak_rsa_key, "RSA 1024 bit")])
def test_a_weak_algorithm_is_named(forge: Callable[[Workshop], bytes], algorithm: str, shop: Workshop, judge: Judge) -> None:
    verdict = judge(forge(shop))
    assert [dict(note.params) for note in verdict.reasons if note.code == "V12"] == [{"algorithm": algorithm}]
    assert verdict.signatures[0].subindication == "CRYPTO_CONSTRAINTS_FAILURE"
    assert algorithm in verdict.signatures[0].mechanism


def test_sha1_inside_pss_is_weak_whatever_the_digest_says(shop: Workshop) -> None:
    key = rsa_key()
    signer = signer_of(key, shop.authority.issue(key.public_key()), pss=True)
    # RFC 4055: PSS without parameters means SHA-1
    bare = algos.SignedDigestAlgorithm.load(bytes.fromhex("300d06092a864886f70d01010a3000"))
    info = cms.SignerInfo({"digest_algorithm": {"algorithm": "sha256"}})
    info["signature_algorithm"] = bare
    assert forbidden(mechanism_of(info, signer.signing_cert)) == "SHA-1"


def test_the_attacks_are_real(shop: Workshop) -> None:
    """A viewer shows something else after them: otherwise nothing would be proven by refusing them."""

    def shown(data: bytes, page: int) -> bytes:
        with pymupdf.open(stream=data, filetype="pdf") as pdf:
            return bytes(pdf[page].get_pixmap(dpi=40).samples)

    base = shop.sign(form_file(shop.plain))
    for forge, page in (
        (forgeries.shadow_hide, 1), (forgeries.shadow_replace_value, 0), (forgeries.shadow_replace_look_only, 0),
        (forgeries.shadow_replace_font, 0), (forgeries.shadow_hide_and_replace, 0),
    ):  # fmt: skip
        assert shown(forge(shop), page) != shown(base, page), forge.__name__


def test_a_sneaky_signature_is_not_green_by_itself(shop: Workshop, judge: Judge) -> None:
    for forge in forgeries.FORGERIES:
        if forge.__name__.endswith("sneaky_signature"):
            first, second = judge(forge(shop)).signatures
            assert (first.indication, second.indication) == ("TOTAL-FAILED", "INDETERMINATE")
            assert {note.code for note in second.reasons} == {"V03"}


def test_a_second_signature_is_told_from_a_field_filled_in(shop: Workshop, judge: Judge) -> None:
    for box in (None, (50, 400, 300, 500)):
        verdict = judge(shop.sign(shop.good, "ChuKy2", box=box))
        assert [{note.code for note in one.reasons} for one in verdict.signatures] == [{"V31"}, set()]
        assert verdict.green
    filled = judge(shop.sign(forgeries.shadow_replace_value(shop), "ChuKy2"))
    assert [{note.code for note in one.reasons} for one in filled.signatures] == [{"V11"}, set()]


def test_pages_that_a_viewer_can_not_load_are_not_the_signed_ones(shop: Workshop) -> None:
    """The library beneath the viewer raises errors that are no RuntimeErrors."""
    good = shop.good
    looped = attacks.loop_in_page_tree(good)
    appearance(looped)
    pictures = Pictures(looped)
    assert not pictures.same_pages(len(good)) and not pictures.only_marks_added(len(good))


def test_a_page_is_drawn_once_for_each_state_of_the_file(shop: Workshop, judge: Judge, monkeypatch: pytest.MonkeyPatch) -> None:
    """A long scan with several archive stamps would else be drawn over and over, until the worker's time is up."""
    drawn: list[tuple[int, bool]] = []
    draw = picture._drawn

    def count(document: pymupdf.Document, number: int, marks: bool) -> bytes:
        drawn.append((number, marks))
        return draw(document, number, marks)

    monkeypatch.setattr(picture, "_drawn", count)
    key = rsa_key()
    tsa = shop.authority.issue(key.public_key(), "TSA", extended=(TIME_STAMPING,))
    data = shop.good
    for _ in range(4):
        data = stamped(data, stamper_of(key, tsa))
    assert judge(data).green
    assert len(drawn) == 2 * 5, "two pages, as signed, after three of the four stamps, and as the file is"


def test_two_fields_of_one_name_are_two_signatures(shop: Workshop, judge: Judge) -> None:
    """The second hides behind the first's name; neither is lost, and nothing is green."""
    forged = attacks.copied_to_second_field(shop.good).replace(b"/T (ChuKy2)", b"/T (ChuKy1)")
    assert not judge(forged).green


def test_a_hybrid_file_is_examined_but_never_green(shop: Workshop, judge: Judge) -> None:
    hybrid = forgeries.hybrid_cross_references(shop)
    verdict = judge(hybrid)
    assert verdict.verdict is Verdict.INDETERMINATE and codes(verdict) == {"V19"}
    one = verdict.signatures[0]
    assert (one.indication, one.trusted, one.coverage) == ("TOTAL-PASSED", True, "whole_file")
    assert codes(judge(attacks.one_byte_changed(hybrid))) >= {"V01", "V19"}


def test_every_subindication_has_its_code() -> None:
    names = {entry.standard_name for kind in (AdESFailure, AdESIndeterminate) for entry in kind}
    assert names == set(CODES)
    assert set(CODES.values()) <= set(WEIGHT) <= set(ERRORS)
    assert set(WEIGHT) | {"V07", "V10", "V16"} == {code for code in ERRORS if code.startswith("V")}


@pytest.mark.parametrize("name", sorted(CODES))
def test_a_subindication_comes_out_as_it_went_in(name: str) -> None:
    findings = Findings("f", subindication=name)
    findings.add(CODES[name])
    assert findings.report().subindication == name


@pytest.mark.parametrize("code", sorted(WEIGHT))
def test_every_reason_alone_gives_a_full_report(code: str) -> None:
    findings = Findings("f")
    findings.add(code)
    report = findings.report()
    assert (report.subindication is None) == (report.indication == "TOTAL-PASSED")
    assert report.indication == ("TOTAL-PASSED" if code == "V13" else report.indication)


@pytest.mark.parametrize("kind", ["government", "national", "training", "local"])
def test_the_store_in_which_the_chain_ends_is_told(kind: str, shop: Workshop, tmp_path: Path) -> None:
    other = make_authority("CA khác").write(tmp_path, "other.pem")
    root = shop.authority.write(tmp_path)
    names = {"local": "roots", **{name: f"{name}_roots" for name in ("government", "national", "training")}}
    stores = {field: (root if name == kind else other,) for name, field in names.items()}
    verdict = verify_bytes(shop.good, load_anchors(TrustStore(**stores)), offline=True)
    check(verdict)
    assert verdict.green and verdict.signatures[0].trust_store == kind
    assert codes(verdict) == ({"V13"} if kind == "training" else set())


def test_a_root_in_two_stores_counts_as_the_named_one_and_training_never_passes_for_more(shop: Workshop, tmp_path: Path) -> None:
    root = shop.authority.write(tmp_path)
    cases = (
        (TrustStore(roots=(root,), national_roots=(root,)), "national"),
        (TrustStore(national_roots=(root,), government_roots=(root,)), "government"),
        (TrustStore((root,), (root,), (root,), (root,)), "training"),
    )
    for store, kind in cases:
        verdict = verify_bytes(shop.good, load_anchors(store), offline=True)
        assert verdict.signatures[0].trust_store == kind


@pytest.fixture(scope="module")
def once(shop: Workshop) -> bytes:
    """One good file for all examples: an ECDSA signature is another one each time."""
    return shop.good


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_no_damage_inside_the_cms_object_makes_another_claim_green(once: bytes, judge: Judge, data: st.DataObject) -> None:
    """Any byte of the CMS object changed, its spelling kept. Some fields of it are under no signature and say nothing of
    weight, as a version number; then what is told must be the same."""
    good = judge(once)

    def change(info: cms.ContentInfo) -> bytes:
        der = bytearray(info.dump())
        for _ in range(data.draw(st.integers(1, 3))):
            der[data.draw(st.integers(0, len(der) - 1))] = data.draw(st.integers(0, 255))
        return bytes(der)

    verdict = judge(with_cms(once, change))
    if verdict.green:
        assert verdict.signatures == good.signatures
