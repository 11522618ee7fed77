"""Verdicts. The forgeries come from ``attacks``; none may be green, and every control must be."""

import io
import pickle
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pikepdf
import pytest
from asn1crypto import crl as asn1_crl
from asn1crypto import keys
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, pkcs12
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.signers import PdfTimeStamper
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper
from pyhanko.sign.validation import DocumentSecurityStore, add_validation_info
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleTrustManager

from signing import worker
from signing.reports import verify_bytes
from signing.training import TrainingIdentity
from signing.trust import load_anchors
from signing.verify import verify_file
from tests.unit.signing import attacks
from tests.unit.signing.judging import check, codes
from tests.unit.signing.pdfs import make_pdfa
from tests.unit.signing.pki import TIME_STAMPING, Authority, make_authority, new_key, rsa_key, write_p12
from workstation.domain.errors import WorkstationError
from workstation.domain.signature import FileVerdict, KeyKind, KeyRef, Verdict
from workstation.domain.signing import Secret, SignJob, TrustStore


def verify(data: bytes, trust: TrustStore) -> FileVerdict:
    verdict = verify_bytes(data, load_anchors(trust), offline=True)
    check(verdict)
    return verdict


def test_training_signature_is_green_and_says_what_it_is(signed: Path, trust: TrustStore) -> None:
    verdict = verify_file(signed, trust)
    check(verdict)
    assert verdict.green and codes(verdict) == {"V13"}
    one = verdict.signatures[0]
    assert one.signer.endswith("(TẬP HUẤN)") and "TẬP HUẤN" in one.issuer
    assert (one.indication, one.coverage, one.changes_after, one.level) == ("TOTAL-PASSED", "whole_file", "none", "B")
    assert one.revocation == "unknown", "nobody can be asked about a training certificate, and that holds nothing up"
    assert one.revision_end == signed.stat().st_size
    assert one.signing_time is not None and one.signing_time.endswith("Z")


def test_runs_in_a_worker_process(signed: Path, trust: TrustStore) -> None:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as lane:
        assert lane.submit(verify_file, signed, trust).result() == verify_file(signed, trust)
    pickle.dumps(verify_file)


@pytest.mark.parametrize("attack", attacks.ATTACKS, ids=lambda attack: attack.__name__)
def test_no_forgery_is_green(attack: Callable[[bytes], bytes], signed: Path, trust: TrustStore) -> None:
    data = signed.read_bytes()
    forged = attack(data)
    assert forged != data
    verdict = verify(forged, trust)
    assert verdict.verdict in (Verdict.INVALID, Verdict.UNREADABLE)
    assert attacks.ATTACKS[attack] in codes(verdict)


def test_isa_no_eof_really_shows_something_else(signed: Path, trust: TrustStore) -> None:
    """The forgery is a real one: pyHanko alone calls it sound, and a viewer shows the attacker's page."""
    import pymupdf
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import validate_pdf_signature

    from signing.trust import context

    forged = attacks.isa_without_eof(signed.read_bytes())
    reader = PdfFileReader(io.BytesIO(forged))
    status = validate_pdf_signature(reader.embedded_signatures[0], context(load_anchors(trust), reader, revocation=False))
    assert status.bottom_line
    with pymupdf.open(stream=forged, filetype="pdf") as pdf:
        assert "FORGED" in pdf[0].get_text()
    verdict = verify(forged, trust)
    assert not verdict.green and verdict.verdict is Verdict.INVALID
    with pymupdf.open(stream=forged[: verdict.signatures[0].revision_end], filetype="pdf") as pdf:
        assert "FORGED" not in pdf[0].get_text(), "what may be shown as signed"


def test_untrusted_root(signed: Path, tmp_path: Path) -> None:
    for trust in (TrustStore(), TrustStore(roots=(make_authority("CA khác").write(tmp_path),))):
        verdict = verify(signed.read_bytes(), trust)
        assert verdict.verdict is Verdict.INDETERMINATE and codes(verdict) == {"V03", "V13"}
        assert verdict.signatures[0].subindication == "NO_CERTIFICATE_CHAIN_FOUND"


def test_same_name_other_key_is_not_the_root(tmp_path: Path, published: Path) -> None:
    real, fake = make_authority("CA"), make_authority("CA")
    data = sign_with(tmp_path, fake, published)
    assert codes(verify(data, TrustStore(roots=(real.write(tmp_path),)))) == {"V24"}


def sign_with(folder: Path, authority: Authority, published: Path, *, rsa: bool = False, **options: object) -> bytes:
    """Signs with a certificate of ``authority``; one that C05 refuses today is put in by hand."""
    key = rsa_key() if rsa else new_key()
    certificate = authority.issue(key.public_key(), **options)  # type: ignore[arg-type]
    path = write_p12(folder / "key.p12", key, certificate, b"x")
    worker.open_key(KeyRef(KeyKind.PKCS12, str(path)), Secret("x"))
    worker.sign_file(SignJob(published, folder / "by-authority.pdf"))
    return (folder / "by-authority.pdf").read_bytes()


@pytest.mark.parametrize("rsa", [True, False])
def test_control_foreign_authority(tmp_path: Path, authority: Authority, published: Path, rsa: bool) -> None:
    verdict = verify(sign_with(tmp_path, authority, published, rsa=rsa), TrustStore(roots=(authority.write(tmp_path),)))
    assert verdict.green and not verdict.reasons


@pytest.mark.parametrize("tables", [True, False])
@pytest.mark.parametrize("rotate", [0, 90])
def test_control_other_files(
    open_training: TrainingIdentity, tmp_path: Path, trust: TrustStore, tables: bool, rotate: int
) -> None:
    source = make_pdfa(tmp_path / "in.pdf", tables=tables, rotate=rotate, size=(842, 595), pages=3)
    worker.sign_file(SignJob(source, tmp_path / "out.pdf"))
    assert verify_file(tmp_path / "out.pdf", trust).green


@pytest.mark.parametrize(("days", "code"), [((-30, -1), "V08"), ((1, 30), "V18")])
def test_certificate_out_of_its_time(
    tmp_path: Path,
    authority: Authority,
    published: Path,
    monkeypatch: pytest.MonkeyPatch,
    days: tuple[int, int],
    code: str,
) -> None:
    monkeypatch.setattr("signing.pkcs12.require_in_force", lambda _certificate: None)
    monkeypatch.setattr("signing.pades.require_in_force", lambda _certificate: None)
    verdict = verify(sign_with(tmp_path, authority, published, days=days), TrustStore(roots=(authority.write(tmp_path),)))
    assert verdict.verdict is Verdict.INDETERMINATE and codes(verdict) == {code}


def test_certificate_that_is_not_for_signing(tmp_path: Path, authority: Authority, published: Path) -> None:
    data = sign_with(tmp_path, authority, published, usage=("key_encipherment",))
    verdict = verify(data, TrustStore(roots=(authority.write(tmp_path),)))
    assert not verdict.green and codes(verdict) == {"V22"}


def certificate_of(p12: Path) -> x509.Certificate:
    _, certificate, _ = pkcs12.load_key_and_certificates(p12.read_bytes(), b"x")
    assert certificate is not None
    return certificate


def lift_to_lta(data: bytes, authority: Authority, crl: bytes) -> bytes:
    """Signs nothing: adds what follows an archived signature, validation data and a document time-stamp."""
    key = rsa_key()
    tsa = authority.issue(key.public_key(), "TSA thử", usage=("digital_signature",), extended=(TIME_STAMPING,))
    der = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    stamper = DummyTimeStamper(
        asn1.Certificate.load(tsa.public_bytes(Encoding.DER)), keys.PrivateKeyInfo.load(der), certs_to_embed=None
    )
    root = asn1.Certificate.load(authority.certificate.public_bytes(Encoding.DER))
    manager = SimpleTrustManager.build(trust_roots=[root])
    context = ValidationContext(trust_manager=manager, crls=[crl], revocation_mode="soft-fail")
    reader = PdfFileReader(io.BytesIO(data))
    with_data = add_validation_info(reader.embedded_signatures[0], context, output=io.BytesIO(), force_write=True)
    writer = IncrementalPdfFileWriter(with_data)
    out = PdfTimeStamper(stamper).timestamp_pdf(writer, "sha256", context)
    return bytes(out.getvalue())


def test_archive_data_after_the_signature_keeps_it_green(tmp_path: Path, authority: Authority, published: Path) -> None:
    """Control for the byte accounting: a real tail of honest revisions. And the list in the file answers offline."""
    trust = TrustStore(roots=(authority.write(tmp_path),))
    data = sign_with(tmp_path, authority, published, crl_url="http://127.0.0.1:9/none.crl")
    good = verify(lift_to_lta(data, authority, authority.crl()), trust)
    assert good.green and not good.reasons
    first, stamp = good.signatures
    assert (first.coverage, first.changes_after, first.revocation) == ("revision", "lta", "good")
    assert (stamp.level, stamp.changes_after) == ("DTS", "lta")
    assert first.revision_end == len(data)
    with_list = io.BytesIO(data)
    revoking = asn1_crl.CertificateList.load(authority.crl(certificate_of(tmp_path / "key.p12")))
    DocumentSecurityStore.add_dss(with_list, sig_contents=None, crls=[revoking])
    revoked = verify(with_list.getvalue(), trust)
    assert revoked.verdict is Verdict.INVALID and "V04" in codes(revoked)
    for attack in (attacks.tail_junk, attacks.one_byte_changed, attacks.text_added):
        assert not verify(attack(lift_to_lta(data, authority, authority.crl())), trust).green


def test_clerk_then_registrar_is_green(open_training: TrainingIdentity, signed: Path, tmp_path: Path, trust: TrustStore) -> None:
    worker.sign_file(SignJob(signed, tmp_path / "out.pdf", preset="S6"))
    verdict = verify_file(tmp_path / "out.pdf", trust)
    check(verdict)
    assert verdict.green and codes(verdict) == {"V31", "V13"}
    assert [one.indication for one in verdict.signatures] == ["TOTAL-PASSED", "TOTAL-PASSED"]
    assert [one.changes_after for one in verdict.signatures] == ["form", "none"]


def test_broken_signature_does_not_hide_the_others(
    open_training: TrainingIdentity, signed: Path, tmp_path: Path, trust: TrustStore
) -> None:
    worker.sign_file(SignJob(signed, tmp_path / "out.pdf"))
    data = (tmp_path / "out.pdf").read_bytes()
    spoiled = data[: len(signed.read_bytes())] + data[len(signed.read_bytes()) :].replace(b"/ByteRange", b"/BiteRange")
    verdict = verify(spoiled, trust)
    assert [one.field for one in verdict.signatures] == ["ChuKy1", "ChuKy2"]
    assert "V06" not in {note.code for note in verdict.signatures[0].reasons}
    assert "V06" in {note.code for note in verdict.signatures[1].reasons}


def test_unsigned(published: Path, trust: TrustStore) -> None:
    verdict = verify_file(published, trust)
    assert verdict.verdict is Verdict.UNSIGNED and codes(verdict) == {"V07"} and not verdict.green


def test_unreadable(tmp_path: Path, published: Path, signed: Path, trust: TrustStore) -> None:
    with pikepdf.open(published) as pdf:
        pdf.save(tmp_path / "encrypted.pdf", encryption=pikepdf.Encryption(owner="x", user="y"))
    cases = {
        "encrypted.pdf": None,
        "empty.pdf": b"",
        "text.pdf": b"just text",
        "head.pdf": b"%PDF-1.7\n",
        "cut.pdf": signed.read_bytes()[:600],
        "missing.pdf": None,
    }
    for name, content in cases.items():
        if content is not None:
            (tmp_path / name).write_bytes(content)
        verdict = verify_file(tmp_path / name, trust)
        assert verdict.verdict is Verdict.UNREADABLE and codes(verdict) == {"V10"}, name


def test_root_that_can_not_be_read_is_an_error_of_the_settings(tmp_path: Path, signed: Path) -> None:
    (tmp_path / "bad.pem").write_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    for path in (tmp_path / "bad.pem", tmp_path / "none.pem"):
        with pytest.raises(WorkstationError, match="M06"):
            verify_file(signed, TrustStore(roots=(path,)))


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400))
def test_random_bytes(data: bytes) -> None:
    for candidate in (data, b"%PDF-1.7\n" + data, b"%PDF-1.7\n" + data + b"\nstartxref\n9\n%%EOF\n"):
        assert not verify(candidate, TrustStore()).green


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_no_random_damage_is_green(signed: Path, trust: TrustStore, data: st.DataObject) -> None:
    """Any byte changed, any piece cut out or put in, anywhere in the file."""
    original = signed.read_bytes()
    at = data.draw(st.integers(0, len(original) - 1))
    cut = data.draw(st.integers(0, 30))
    put = data.draw(st.binary(max_size=30))
    damaged = original[:at] + put + original[at + cut :]
    if damaged.rstrip(b"\r\n") == original.rstrip(b"\r\n"):
        return
    assert not verify(damaged, trust).green
