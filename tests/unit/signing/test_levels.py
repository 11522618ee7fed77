"""Levels T, LT and LTA against servers on loopback, and what is left of them when those fail."""

import asyncio
import hashlib
import logging
import os
import pickle
import signal
import socket
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pikepdf
import pikepdf.pdfa
import pytest
from cryptography import x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESPassed
from pyhanko.sign.validation.ades import ades_lta_validation, ades_with_time_validation
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.policy_decl import LocalKnowledge, PdfSignatureValidationSpec, SignatureValidationSpec
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.policy_decl import CertRevTrustPolicy, RevocationCheckingPolicy
from pyhanko_certvalidator.registry import SimpleTrustManager
from pyhanko_certvalidator.revinfo.archival import CRLContainer, OCSPContainer

from signing import services as outside_services
from signing import worker
from signing.levels import measure
from signing.training import TrainingIdentity
from signing.verify import verify_file
from tests.unit.signing.outside import PASSWORD, TSA_PASSWORD, TSA_USER, Outside, loaded
from tests.unit.signing.pki import make_authority
from workstation.domain.errors import ErrorNote, WorkstationError
from workstation.domain.signature import KeyKind, KeyRef, SignResult
from workstation.domain.signing import RevocationAccess, Secret, SigningServices, SignJob, TimestampService, TrustStore
from workstation.usecases.recover import sealed_result


def sign(outside: Outside, source: Path, out: Path, level: str = "LTA", services: SigningServices | None = None) -> SignResult:
    return worker.sign_file(SignJob(source, out, level=level, services=services or outside.services(out.parent)))


def levels_of(path: Path) -> list[str]:
    with path.open("rb") as file:
        return [one.level for one in measure(PdfFileReader(file))]


def notes_of(result: SignResult) -> list[tuple[str, object]]:
    return [(note.code, dict(note.params).get("kind")) for note in result.notes]


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.mark.parametrize("level", ["T", "LT", "LTA"])
def test_level_is_reached_and_says_so(
    outside: Outside, revocable: x509.Certificate, published: Path, tmp_path: Path, level: str
) -> None:
    before = published.read_bytes()
    result = sign(outside, published, tmp_path / "out.pdf", level)
    after = (tmp_path / "out.pdf").read_bytes()
    assert after.startswith(before) and published.read_bytes() == before
    assert (result.level, result.asked, result.notes) == (level, level, ())
    assert (result.sha256, result.bytes) == (hashlib.sha256(after).hexdigest(), len(after))
    assert levels_of(tmp_path / "out.pdf") == [level]
    verdict = verify_file(tmp_path / "out.pdf", outside.services(tmp_path).trust)
    assert verdict.signatures[0].level == level
    assert verdict.green == (level != "T"), "offline, the revocation of a T signature is not known"
    assert verdict.signatures[0].timestamp is not None


def test_other_programs_read_an_lta_file(outside: Outside, revocable: x509.Certificate, published: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.pdf"
    sign(outside, published, out)
    assert subprocess.run(["qpdf", "--check", str(out)], capture_output=True).returncode == 0
    told = subprocess.run(["pdfsig", str(out)], capture_output=True, text=True).stdout
    assert told.count("Signature Validation: Signature is Valid.") == 1
    assert told.count("Total document signed") == 1, "the document time-stamp is the last thing in the file"
    with out.open("rb") as file:
        stamp = PdfFileReader(file).embedded_timestamp_signatures[0]
        (tmp_path / "token").write_bytes(stamp.pkcs7_content.rstrip(b"\0"))
        digest = stamp.compute_digest().hex()
    command = ["openssl", "ts", "-verify", "-token_in", "-in", str(tmp_path / "token"), "-CAfile", str(tmp_path / "outside.pem")]
    command += ["-untrusted", str(outside.issuer.write(tmp_path, "below.pem"))]
    assert subprocess.run([*command, "-digest", digest], capture_output=True).returncode == 0
    assert subprocess.run([*command, "-digest", "00" * 32], capture_output=True).returncode != 0


def test_pdfa_rules_hold_at_every_level(outside: Outside, revocable: x509.Certificate, published: Path, tmp_path: Path) -> None:
    """What the checker does not know (forms, the DSS) it names; it must find nothing that it knows to be wrong. The version
    stays below 2.0, every annotation is printed and needs an appearance only where it can be seen."""
    sign(outside, published, tmp_path / "out.pdf")
    with pikepdf.open(tmp_path / "out.pdf") as pdf:
        report = pikepdf.pdfa.check(pdf, "2b")
        assert {finding.kind for finding in report.findings} == {"unsupported"}, report.findings
        assert str(pdf.Root.Version) == "/1.7" and set(pdf.Root.Extensions.keys()) == {"/ESIC"}
        stamp, seal = pdf.pages[0].Annots
        assert int(stamp.F) == int(seal.F) == 132
        assert "/AP" in stamp and [float(value) for value in seal.Rect] == [0, 0, 0, 0]
        assert str(seal.V.SubFilter) == "/ETSI.RFC3161" and str(seal.V.Type) == "/DocTimeStamp"


@pytest.mark.parametrize("level", ["LT", "LTA"])
def test_pyhanko_judges_it_by_the_standard(
    outside: Outside, revocable: x509.Certificate, published: Path, tmp_path: Path, level: str
) -> None:
    """EN 319 102-1, 5.5 (with time) for LT and 5.6 (past validation, whatever holds today) for LTA, from the file alone."""
    sign(outside, published, tmp_path / "out.pdf", level)
    policy = CertRevTrustPolicy(RevocationCheckingPolicy.from_legacy("hard-fail"))
    trust = SimpleTrustManager.build(trust_roots=[loaded(outside.authority.certificate)])
    with (tmp_path / "out.pdf").open("rb") as file:
        reader = PdfFileReader(file)
        signature = reader.embedded_regular_signatures[0]
        known = DocumentSecurityStore.read_dss(reader).as_validation_context({"trust_manager": trust})
        spec = PdfSignatureValidationSpec(
            SignatureValidationSpec(
                CertValidationPolicySpec(trust_manager=trust, revinfo_policy=policy),
                local_knowledge=LocalKnowledge(
                    known_ocsps=[one for entry in known.ocsps for one in OCSPContainer.load_multi(entry)],
                    known_crls=[CRLContainer(entry) for entry in known.crls],
                    known_certs=list(DocumentSecurityStore.read_dss(reader).load_certs()),
                ),
            )
        )
        if level == "LT":
            work = ades_with_time_validation(
                signature.signed_data, spec.signature_validation_spec, raw_digest=signature.compute_digest()
            )
        else:
            work = ades_lta_validation(signature, spec)
        assert asyncio.run(work).ades_subindic is AdESPassed.OK


def test_store_holds_this_chain_only(outside: Outside, revocable: x509.Certificate, published: Path, tmp_path: Path) -> None:
    """The batch's cache knows others by then: their names are nobody's business in this file."""
    services = outside.services(tmp_path)
    other = outside.issue(outside.tsa_key.public_key(), "Người Khác")
    outside_services.services_for(services).evidence(loaded(other), [loaded(outside.issuer.certificate)])
    sign(outside, published, tmp_path / "out.pdf", services=services)
    with pikepdf.open(tmp_path / "out.pdf") as pdf:
        assert len(pdf.Root.DSS.Certs) == 4, "signer, time-stamping authority, and the two above both"
        assert (len(pdf.Root.DSS.OCSPs), len(pdf.Root.DSS.CRLs)) == (2, 1)
        stored = b"".join(entry.read_bytes() for entry in (*pdf.Root.DSS.Certs, *pdf.Root.DSS.OCSPs))
    assert other.serial_number.to_bytes(20, "big").lstrip(b"\0") not in stored
    assert "Người Khác".encode() not in stored


@pytest.mark.parametrize(
    ("mode", "kind"),
    [
        ("down", "unreachable"), ("slow", "timeout"), ("garbage", "malformed"), ("html", "malformed"), ("refused", "malformed"),
        ("other", "malformed"), ("bomb", "too_large"), ("moved", "refused"), ("auth", "auth"),
    ],
)  # fmt: skip
def test_without_a_time_stamp_it_is_b_and_says_why(
    outside: Outside, revocable: x509.Certificate, published: Path, tmp_path: Path, mode: str, kind: str
) -> None:
    outside.mode["tsa"] = mode
    result = sign(outside, published, tmp_path / "out.pdf", services=outside.services(tmp_path, seconds=1.0))
    assert (result.level, result.asked) == ("B", "LTA")
    assert notes_of(result) == [("C09", kind)]
    assert levels_of(tmp_path / "out.pdf") == ["B"]
    assert [path.name for path in tmp_path.glob("*out.pdf*")] == ["out.pdf"]


def test_nobody_listens_and_no_such_host(outside: Outside, revocable: x509.Certificate, published: Path, tmp_path: Path) -> None:
    for url in (f"http://127.0.0.1:{free_port()}/tsa", "http://tsa.invalid/", "no address"):
        services = replace(outside.services(tmp_path), timestamp=TimestampService(url, seconds=3))
        result = sign(outside, published, tmp_path / "out.pdf", services=services)
        assert (result.level, notes_of(result)) == ("B", [("C09", "unreachable")]), url
    result = sign(outside, published, tmp_path / "out.pdf", "T", replace(outside.services(tmp_path), timestamp=None))
    assert (result.level, notes_of(result)) == ("B", [("C09", "none")])


def test_a_short_trouble_is_bridged(outside: Outside, revocable: x509.Certificate, published: Path, tmp_path: Path) -> None:
    outside.mode["tsa"] = "down ok"
    assert sign(outside, published, tmp_path / "out.pdf", "T").level == "T"


@pytest.mark.parametrize(("mode", "level", "asked"), [("ok slow", "B", 2), ("ok ok slow", "LT", 3), ("ok ok garbage", "LT", 3)])
def test_authority_fails_in_the_middle(
    outside: Outside, revocable: x509.Certificate, published: Path, tmp_path: Path, mode: str, level: str, asked: int
) -> None:
    """After the PIN's work is done the signature is kept, and no half revision hangs on the file."""
    outside.mode["tsa"] = mode
    result = sign(outside, published, tmp_path / "out.pdf", services=outside.services(tmp_path, seconds=1.0))
    assert (result.level, outside.asked["tsa"]) == (level, asked)
    assert levels_of(tmp_path / "out.pdf") == [level] and [note.code for note in result.notes] == ["C09"]
    assert subprocess.run(["qpdf", "--check", str(tmp_path / "out.pdf")], capture_output=True).returncode == 0
    verdict = verify_file(tmp_path / "out.pdf", outside.services(tmp_path).trust)
    assert verdict.green == (level == "LT") and len(verdict.signatures) == 1


def test_a_batch_waits_once_for_a_dead_authority(
    outside: Outside, revocable: x509.Certificate, published: Path, tmp_path: Path
) -> None:
    outside.mode["tsa"] = "slow"
    services = outside.services(tmp_path, seconds=1.0)
    begun = time.monotonic()
    results = [sign(outside, published, tmp_path / f"{number}.pdf", services=services) for number in range(8)]
    assert outside.asked["tsa"] == 1
    assert time.monotonic() - begun < 6, "eight time-outs would be eight seconds and the signing besides"
    assert {(one.level, *notes_of(one)) for one in results} == {("B", ("C09", "timeout"))}


def test_wrong_password_is_tried_once(outside: Outside, revocable: x509.Certificate, published: Path, tmp_path: Path) -> None:
    """Asking on may lock the account. The next batch may try again: the password may have been put right."""
    outside.mode["tsa"] = "auth"
    wrong = outside.services(tmp_path, user=TSA_USER, secret=Secret("sai"))
    for number in range(3):
        result = sign(outside, published, tmp_path / f"{number}.pdf", services=wrong)
        assert (result.level, notes_of(result)) == ("B", [("C09", "auth")])
    assert outside.asked["tsa"] == 1
    right = outside.services(tmp_path, user=TSA_USER, secret=Secret(TSA_PASSWORD))
    assert sign(outside, published, tmp_path / "3.pdf", services=right).level == "LTA"


def test_secret_is_nowhere(
    outside: Outside, revocable: x509.Certificate, published: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    outside.mode["tsa"] = "auth"
    services = outside.services(tmp_path, user=TSA_USER, secret=Secret(TSA_PASSWORD))
    result = sign(outside, published, tmp_path / "out.pdf", services=services)
    assert result.level == "LTA"
    assert TSA_PASSWORD not in repr(services) + repr(result) + caplog.text
    assert TSA_PASSWORD.encode() not in (tmp_path / "out.pdf").read_bytes()


def test_through_a_proxy(outside: Outside, revocable: x509.Certificate, published: Path, tmp_path: Path) -> None:
    """The host exists for the proxy only."""
    services = replace(outside.services(tmp_path), timestamp=TimestampService("http://tsa.invalid/tsa", proxy=outside.url))
    assert sign(outside, published, tmp_path / "out.pdf", services=services).level == "LTA"


def test_untrusted_authority(outside: Outside, revocable: x509.Certificate, published: Path, tmp_path: Path) -> None:
    """Its token would turn a good B signature doubtful. Without any root, who is trusted is the reader's matter."""
    outside.use_tsa(days=(-1, 300), authority=make_authority("CA khác"))
    result = sign(outside, published, tmp_path / "out.pdf", "T")
    assert (result.level, notes_of(result)) == ("B", [("C09", "untrusted")])
    blind = replace(outside.services(tmp_path), trust=TrustStore())
    assert sign(outside, published, tmp_path / "out.pdf", "T", blind).level == "T"
    assert notes_of(sign(outside, published, tmp_path / "out.pdf", "LT", blind)) == [("V03", None)]


def test_expired_authority(outside: Outside, revocable: x509.Certificate, published: Path, tmp_path: Path) -> None:
    outside.use_tsa(days=(-30, -1))
    assert notes_of(sign(outside, published, tmp_path / "out.pdf")) == [("C09", "untrusted")]


def test_revoked_authority(outside: Outside, revocable: x509.Certificate, published: Path, tmp_path: Path) -> None:
    outside.revoked.append(outside.tsa)
    result = sign(outside, published, tmp_path / "out.pdf")
    assert (result.level, notes_of(result)) == ("B", [("C09", "revoked")])


@pytest.mark.parametrize("ocsp", ["ok", "down"])
@pytest.mark.parametrize("level", ["LT", "LTA"])
def test_revoked_signer_signs_nothing(
    outside: Outside, revocable: x509.Certificate, published: Path, tmp_path: Path, level: str, ocsp: str
) -> None:
    outside.revoked.append(revocable)
    outside.mode["ocsp"] = ocsp  # the CRL says it too
    outside.mode["tsa"] = "down"  # nor does it slip through at a lower level
    services = outside.services(tmp_path)
    with pytest.raises(WorkstationError) as caught:
        sign(outside, published, tmp_path / "out.pdf", level, services)
    assert caught.value.code == "V04" and caught.value.params["date"]
    assert not list(tmp_path.glob("*out.pdf*"))


@pytest.mark.parametrize("mode", ["down", "slow", "garbage", "html", "bomb"])
def test_without_ocsp_the_crl_speaks(
    outside: Outside, revocable: x509.Certificate, published: Path, tmp_path: Path, mode: str
) -> None:
    outside.mode["ocsp"] = mode
    services = replace(outside.services(tmp_path), revocation=RevocationAccess(seconds=1.0))
    assert sign(outside, published, tmp_path / "out.pdf", services=services).level == "LTA"
    with pikepdf.open(tmp_path / "out.pdf") as pdf:
        assert len(pdf.Root.DSS.CRLs) == 2 and "/OCSPs" not in pdf.Root.DSS
    assert verify_file(tmp_path / "out.pdf", services.trust).green


@pytest.mark.parametrize("mode", ["down", "slow", "garbage", "html", "bomb"])
def test_without_revocation_it_is_t_and_says_why(
    outside: Outside, revocable: x509.Certificate, published: Path, tmp_path: Path, mode: str
) -> None:
    outside.mode.update(ocsp=mode, crl=mode)
    services = replace(outside.services(tmp_path), revocation=RevocationAccess(seconds=1.0, max_bytes=1_000_000))
    results = [sign(outside, published, tmp_path / f"{number}.pdf", services=services) for number in range(4)]
    assert {(one.level, *notes_of(one)) for one in results} == {("T", ("V05", None))}
    assert levels_of(tmp_path / "3.pdf") == ["T"]
    assert outside.asked["ocsp"] <= 2 and outside.asked["crl"] <= 2, "a dead service is asked once a batch, with one retry"


def test_the_line_comes_back(
    outside: Outside, revocable: x509.Certificate, published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A failure is not kept for ever, neither by the breaker nor by the library's fetchers."""
    monkeypatch.setattr("signing.line.PAUSE_SECONDS", 0.2)
    monkeypatch.setattr("signing.services.PAUSE_SECONDS", 0.2)
    outside.mode.update(ocsp="down", crl="down", tsa="down")
    services = outside.services(tmp_path)
    assert sign(outside, published, tmp_path / "1.pdf", services=services).level == "B"
    outside.mode.clear()
    time.sleep(0.3)
    assert sign(outside, published, tmp_path / "2.pdf", services=services).level == "LTA"


def test_rewritten_address_is_asked(outside: Outside, published: Path, tmp_path: Path) -> None:
    """An old certificate names a host of an intranet."""
    key, _ = outside.signer(tmp_path, ocsp_url="http://ocsp.old.invalid/ocsp", crl_url=None)
    worker.open_key(KeyRef(KeyKind.PKCS12, str(key)), Secret(PASSWORD))
    services = outside.services(tmp_path)
    assert notes_of(sign(outside, published, tmp_path / "1.pdf", services=services)) == [("V05", None)]
    table = RevocationAccess(rewrites=(("http://ocsp.old.invalid", outside.url),))
    assert sign(outside, published, tmp_path / "2.pdf", services=replace(services, revocation=table)).level == "LTA"


def test_certificate_that_names_no_place_has_nothing_to_fetch(
    outside: Outside, open_training: TrainingIdentity, published: Path, tmp_path: Path
) -> None:
    outside.use_tsa(days=(-1, 300), chain=True)  # nobody else could tell the way up to its root
    services = outside.services(tmp_path)
    services = replace(services, trust=replace(services.trust, training_roots=(open_training.root_pem,)))
    assert sign(outside, published, tmp_path / "out.pdf", services=services).level == "LTA"


def test_what_a_batch_keeps_does_not_grow(outside: Outside, revocable: x509.Certificate, published: Path, tmp_path: Path) -> None:
    services = outside.services(tmp_path)
    for number in range(12):
        assert sign(outside, published, tmp_path / f"{number}.pdf", services=services).level == "LTA"
    assert outside.asked == {"ocsp": 2, "rootcrl": 1, "tsa": 25}, "one sample, two a document; each certificate looked up once"
    assert len(outside_services.services_for(services)._revocation._known) == 2


def test_answers_go_stale_and_are_asked_again(outside: Outside, revocable: x509.Certificate, tmp_path: Path) -> None:
    now = [0.0]
    own = outside_services.Services(outside.services(tmp_path), lambda: now[0])
    try:
        for now[0], asked in ((0.0, 1), (200.0, 1), (301.0, 2), (302.0, 2)):
            own.evidence(loaded(revocable), [loaded(outside.issuer.certificate)])
            assert outside.asked["ocsp"] == asked, now
    finally:
        own.close()


@pytest.mark.parametrize("store", ["5", "[1]", "<</Certs 7>>", "<</Certs[<</A 1>>]>>", "<</OCSPs[9]>>"])
def test_broken_store_of_the_input_is_c11(
    outside: Outside, revocable: x509.Certificate, published: Path, tmp_path: Path, store: str
) -> None:
    with pikepdf.open(published) as pdf:
        pdf.Root.DSS = pikepdf.Object.parse(store.encode())
        pdf.save(tmp_path / "in.pdf")
    with pytest.raises(WorkstationError, match="C11"):
        sign(outside, tmp_path / "in.pdf", tmp_path / "out.pdf", "LT")
    assert not list(tmp_path.glob("*out.pdf*"))


def test_second_signer_keeps_the_first_ones_level(
    outside: Outside, revocable: x509.Certificate, published: Path, tmp_path: Path
) -> None:
    """Leader, then registrar: the file is worth what its lowest signature is worth."""
    sign(outside, published, tmp_path / "1.pdf")
    sign(outside, tmp_path / "1.pdf", tmp_path / "2.pdf", "B")
    assert levels_of(tmp_path / "2.pdf") == ["LTA", "B"]
    sign(outside, tmp_path / "1.pdf", tmp_path / "3.pdf")
    assert levels_of(tmp_path / "3.pdf") == ["LTA", "LTA"]
    assert (tmp_path / "3.pdf").read_bytes().startswith((tmp_path / "1.pdf").read_bytes())


def test_what_recovery_tells_of_an_archived_file(
    outside: Outside, revocable: x509.Certificate, published: Path, tmp_path: Path
) -> None:
    """After a crash the record is made from the file: the signer is the official, not the time-stamping authority."""
    result = sign(outside, published, tmp_path / "out.pdf")
    told = sealed_result(tmp_path / "out.pdf", verify_file(tmp_path / "out.pdf", outside.services(tmp_path).trust))
    assert told is not None
    assert (told.signer, told.level, told.signing_time, told.sha256) == (
        result.signer, "LTA", result.signing_time, result.sha256
    )  # fmt: skip


CHILD = """
import sys
from pathlib import Path
from signing import worker
from tests.unit.signing.outside import PASSWORD
from workstation.domain.signature import KeyKind, KeyRef
from workstation.domain.signing import Secret, SigningServices, SignJob, TimestampService, TrustStore
key, source, out, url, root = sys.argv[1:]
worker.open_key(KeyRef(KeyKind.PKCS12, key), Secret(PASSWORD))
services = SigningServices(TimestampService(url + "/tsa", seconds=60), trust=TrustStore((Path(root),)))
print(worker.sign_file(SignJob(Path(source), Path(out), level="LTA", services=services)).level)
"""


@pytest.mark.parametrize("phase", [1, 2, 3])
def test_killed_between_the_phases_leaves_no_half_file(
    outside: Outside, revocable_key: tuple[Path, x509.Certificate], published: Path, tmp_path: Path, phase: int
) -> None:
    """Before the key is used, with the signature made, with the store appended: the name is never taken."""
    outside.mode["tsa"] = "ok " * (phase - 1) + "slow"
    out = tmp_path / "out" / "out.pdf"
    root = outside.authority.write(tmp_path)
    command = [sys.executable, "-c", CHILD, str(revocable_key[0]), str(published), str(out), outside.url, str(root)]
    with subprocess.Popen(command, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}) as child:
        deadline = time.monotonic() + 60
        while outside.asked["tsa"] < phase and time.monotonic() < deadline:
            time.sleep(0.02)
        child.send_signal(signal.SIGKILL)
        assert child.wait() == -signal.SIGKILL
    assert outside.asked["tsa"] == phase
    assert not out.exists()
    outside.mode.clear()
    done = subprocess.run(command, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}, capture_output=True, text=True)
    assert done.stdout.strip() == "LTA", done.stderr
    assert verify_file(out, TrustStore((root,))).green


def test_notes_survive_the_way_between_processes(outside: Outside, revocable: x509.Certificate) -> None:
    note = ErrorNote("C09", (("kind", "timeout"),))
    job = SignJob(Path("a"), Path("b"), services=SigningServices(TimestampService("u", "n", Secret("bí mật"))))
    assert pickle.loads(pickle.dumps(job)) == job
    assert pickle.loads(pickle.dumps(note)) == note
