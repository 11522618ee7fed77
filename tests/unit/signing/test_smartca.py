"""Keys confirmed on a phone: every state of a request, and that none is ever sent twice."""

import base64
import errno
import hashlib
import os
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.reader import PdfFileReader

from signing import smartca, worker
from signing.verify import verify_file
from tests.unit.signing.outside import Outside
from tests.unit.signing.pki import Authority
from tests.unit.signing.smartcafake import ACCOUNT, CONFIRMED, OWNER, PASSWORD, WAITING, PhoneService
from tests.unit.signing.test_levels import levels_of
from workstation.domain.errors import ErrorNote, WorkstationError
from workstation.domain.signature import KeyKind, KeyRef, RemoteService, SignResult, TokenStatus
from workstation.domain.signing import LiftJob, RemoteSecret, SignJob, TrustStore


@pytest.fixture
def phone(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> Iterator[PhoneService]:
    monkeypatch.setattr(smartca, "ASK_SECONDS", 0.02)
    monkeypatch.setattr(smartca, "WAIT_SECONDS", 0.2)
    made = PhoneService(authority)
    yield made
    worker.close_key()
    made.stop()


def open_key(phone: PhoneService, tmp_path: Path, password: str = PASSWORD, serial: str = "") -> TokenStatus:
    """As a new process would: the key before is given up."""
    service = RemoteService("dien-thoai", "smartca", phone.url, serial, ACCOUNT, OWNER, batch=5)
    ref = KeyRef(KeyKind.REMOTE, service.name, serial, remote=service, journal=str(tmp_path / "pending"))
    return worker.open_key(ref, RemoteSecret(account=password))


def jobs(published: Path, tmp_path: Path, count: int = 3) -> list[SignJob]:
    return [SignJob(published, tmp_path / "out" / f"{number}.pdf") for number in range(count)]


def sign(some: list[SignJob]) -> list[str]:
    return [answer.code if isinstance(answer, ErrorNote) else "" for answer in worker.sign_together(some)]


def waiting(tmp_path: Path) -> list[str]:
    return sorted(path.name for path in (tmp_path / "pending").iterdir()) if (tmp_path / "pending").exists() else []


def outputs(tmp_path: Path) -> list[str]:
    return sorted(path.name for path in (tmp_path / "out").iterdir()) if (tmp_path / "out").exists() else []


def test_several_documents_are_one_confirmation(
    phone: PhoneService, published: Path, tmp_path: Path, authority: Authority
) -> None:
    status = open_key(phone, tmp_path)
    assert (status.owner, status.batch, status.asks) == ("Phạm Thị Ký", 5, ())
    assert sign(jobs(published, tmp_path)) == ["", "", ""]
    assert phone.sent == 1 and waiting(tmp_path) == []
    trust = TrustStore(roots=(authority.write(tmp_path),))
    for job in jobs(published, tmp_path):
        assert job.out.read_bytes().startswith(published.read_bytes())
        assert verify_file(job.out, trust).green
    assert worker.sign_file(SignJob(published, tmp_path / "out" / "single.pdf")).signer == "Phạm Thị Ký"


def test_a_request_outlives_the_process_and_is_not_sent_twice(phone: PhoneService, published: Path, tmp_path: Path) -> None:
    phone.word = WAITING
    some = jobs(published, tmp_path)
    for _ in range(3):
        open_key(phone, tmp_path)
        assert sign(some) == ["C27"] * 3
        assert phone.sent == 1 and outputs(tmp_path) == [] and len(waiting(tmp_path)) == 1
    phone.word = CONFIRMED
    open_key(phone, tmp_path)
    assert sign(some) == [""] * 3
    assert phone.sent == 1 and waiting(tmp_path) == []


def test_more_documents_later_are_a_request_of_their_own(phone: PhoneService, published: Path, tmp_path: Path) -> None:
    phone.word = WAITING
    open_key(phone, tmp_path)
    assert sign(jobs(published, tmp_path, 2)) == ["C27", "C27"]
    phone.word = CONFIRMED
    assert sign(jobs(published, tmp_path, 3)[1:]) == ["", ""]
    assert phone.sent == 2
    assert [len(files) for name, files in phone.requests.items() if name.startswith("SP-")] == [2, 1]
    assert len(waiting(tmp_path)) == 1, "the first document's signature is kept until somebody comes for it"
    phone.word = "EXPIRED"
    assert sign(jobs(published, tmp_path, 1)) == [""], "the service need not be asked again"
    assert phone.sent == 2 and waiting(tmp_path) == []


@pytest.mark.parametrize(("word", "code"), [("USER_REJECTED", "C22"), ("EXPIRED", "C26"), ("SIGN_CANCEL", "C22")])
def test_refused_and_expired_are_said_and_forgotten(
    phone: PhoneService, published: Path, tmp_path: Path, word: str, code: str
) -> None:
    phone.word = word
    open_key(phone, tmp_path)
    assert sign(jobs(published, tmp_path)) == [code] * 3
    assert phone.sent == 1, "asking again is for a person to decide"
    assert waiting(tmp_path) == [] and outputs(tmp_path) == []
    phone.word = CONFIRMED
    assert sign(jobs(published, tmp_path)) == [""] * 3
    assert phone.sent == 2


def test_the_answer_to_sending_is_lost(phone: PhoneService, published: Path, tmp_path: Path) -> None:
    """It arrived; nobody here knows. It is asked about under the name that we gave it."""
    phone.lost.add("signatures/sign")
    open_key(phone, tmp_path)
    assert sign(jobs(published, tmp_path)) == ["C28"] * 3
    assert len(waiting(tmp_path)) == 1
    phone.lost.clear()
    open_key(phone, tmp_path)
    assert sign(jobs(published, tmp_path)) == [""] * 3
    assert phone.sent == 1


def test_it_never_arrived(phone: PhoneService, published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    phone.lost.add("signatures/sign")
    open_key(phone, tmp_path)
    sign(jobs(published, tmp_path))
    phone.lost.clear()
    phone.requests.clear()
    assert sign(jobs(published, tmp_path)) == ["C28"] * 3, "it may still be on its way"
    monkeypatch.setattr(smartca, "LIFETIME_SECONDS", 0.0)
    assert sign(jobs(published, tmp_path)) == ["C26"] * 3
    assert phone.sent == 1 and waiting(tmp_path) == []
    assert sign(jobs(published, tmp_path)) == [""] * 3


def test_the_line_is_down_while_asking(phone: PhoneService, published: Path, tmp_path: Path) -> None:
    phone.word = WAITING
    open_key(phone, tmp_path)
    sign(jobs(published, tmp_path))
    phone.lost.update(f"signatures/sign/{name}/status" for name in phone.requests)
    assert sign(jobs(published, tmp_path)) == ["C23"] * 3
    assert len(waiting(tmp_path)) == 1
    phone.lost.clear()
    phone.word = CONFIRMED
    assert sign(jobs(published, tmp_path)) == [""] * 3
    assert phone.sent == 1


def test_another_file_at_the_same_place_does_not_get_the_old_signature(
    phone: PhoneService, published: Path, tmp_path: Path
) -> None:
    source = tmp_path / "a.pdf"
    source.write_bytes(published.read_bytes())
    job = SignJob(source, tmp_path / "out" / "a.pdf")
    phone.word = WAITING
    open_key(phone, tmp_path)
    assert sign([job]) == ["C27"]
    source.write_bytes(published.read_bytes() + b"% published anew\n")
    phone.word = CONFIRMED
    assert sign([job]) == [""]
    assert phone.sent == 2 and job.out.read_bytes().startswith(source.read_bytes())


def test_another_certificate_meanwhile(phone: PhoneService, published: Path, tmp_path: Path, authority: Authority) -> None:
    phone.word = WAITING
    open_key(phone, tmp_path)
    sign(jobs(published, tmp_path))
    phone.certificates = [authority.issue(phone.key.public_key(), "Phạm Thị Ký")]
    phone.word = CONFIRMED
    open_key(phone, tmp_path)
    assert sign(jobs(published, tmp_path)) == ["C21"] * 3
    assert phone.sent == 1


def test_signatures_that_do_not_fit_or_are_left_out(
    phone: PhoneService, published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = iter(["AAAA", "no base64!", phone.sign(bytes(32))])
    monkeypatch.setattr(phone, "sign", lambda _digest: next(made))
    open_key(phone, tmp_path)
    assert sign(jobs(published, tmp_path)) == ["C07"] * 3
    monkeypatch.undo()
    monkeypatch.setattr(smartca, "ASK_SECONDS", 0.02)
    answer = phone._status
    monkeypatch.setattr(phone, "_status", lambda name: answer(name) | {"data": {"signatures": []}})
    assert sign(jobs(published, tmp_path)) == ["C07"] * 3
    assert outputs(tmp_path) == [] and waiting(tmp_path) == []


def test_a_prepared_file_that_was_changed_meanwhile_is_not_finished(phone: PhoneService, published: Path, tmp_path: Path) -> None:
    phone.word = WAITING
    open_key(phone, tmp_path)
    sign(jobs(published, tmp_path, 2))
    (request,) = (tmp_path / "pending").iterdir()
    first = next(iter(sorted(request.glob("*-0.pdf"))))
    data = bytearray(first.read_bytes())
    data[len(published.read_bytes()) + 300] ^= 1
    first.write_bytes(data)
    phone.word = CONFIRMED
    assert sign(jobs(published, tmp_path, 2)) == ["C07", ""]
    assert outputs(tmp_path) == ["1.pdf"] and waiting(tmp_path) == []


def test_full_disk_keeps_the_signature(
    phone: PhoneService, published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone.word = WAITING
    open_key(phone, tmp_path)
    sign(jobs(published, tmp_path))
    phone.word = CONFIRMED
    real = os.replace

    def full(self: Path, target: Any) -> Path:
        if Path(target).parent.name == "out":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(self, target)
        return Path(target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", full)
        assert sign(jobs(published, tmp_path)) == ["M01"] * 3
    assert sign(jobs(published, tmp_path)) == [""] * 3
    assert phone.sent == 1 and waiting(tmp_path) == []


def test_a_file_that_can_not_be_signed_is_not_sent(phone: PhoneService, published: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.pdf").write_bytes(b"%PDF-1.7 broken")
    open_key(phone, tmp_path)
    some = jobs(published, tmp_path)
    some[1] = replace(some[1], path=tmp_path / "bad.pdf")
    assert sign(some) == ["", "C11", ""]
    assert sign([some[1]]) == ["C11"]
    assert phone.sent == 1 and waiting(tmp_path) == []


def test_who_may_sign(phone: PhoneService, tmp_path: Path, authority: Authority) -> None:
    def code(**options: Any) -> str:
        with pytest.raises(WorkstationError) as caught:
            open_key(phone, tmp_path, **options)
        return caught.value.code

    assert code(password="sai") == "C24"
    (first,) = phone.certificates
    phone.certificates.append(authority.issue(phone.key.public_key(), "Lê Văn Ký"))
    assert code() == "C20"
    assert open_key(phone, tmp_path, serial=f"{first.serial_number:X}").owner == "Phạm Thị Ký"
    assert code(serial="ab") == "C07"
    phone.certificates = [authority.issue(phone.key.public_key(), days=(-9, -1))]
    assert code() == "C05"
    phone.certificates = []
    assert code() == "C07"
    phone.lost.add("credentials/get_certificate")
    assert code() == "C23"


class Lifted:
    """A phone whose owner's certificate names places to ask, and the authority's services."""

    def __init__(self, phone: PhoneService, outside: Outside, published: Path, tmp_path: Path) -> None:
        self.phone, self.outside, self.folder = phone, outside, tmp_path
        phone.certificates = [outside.issue(phone.key.public_key(), "Phạm Thị Ký")]
        issuer = base64.b64encode(outside.issuer.certificate.public_bytes(Encoding.DER)).decode()
        phone.chain = {"chain_data": {"ca_cert": issuer, "root_cert": None}}
        self.services = outside.services(tmp_path)
        self.job = SignJob(published, tmp_path / "out" / "0.pdf", level="LTA", services=self.services)

    def sign(self, level: str = "LTA") -> SignResult | ErrorNote:
        """As a new process would."""
        open_key(self.phone, self.folder)
        (answer,) = worker.sign_together([replace(self.job, level=level)])
        return answer


@pytest.fixture
def lifted(phone: PhoneService, outside: Outside, published: Path, tmp_path: Path) -> Lifted:
    return Lifted(phone, outside, published, tmp_path)


@pytest.mark.parametrize("level", ["T", "LT", "LTA"])
def test_a_signature_by_phone_reaches_every_level(lifted: Lifted, level: str) -> None:
    lifted.phone.word = WAITING
    assert lifted.sign(level) == ErrorNote("C27", (("name", "dien-thoai"),))
    lifted.phone.word = CONFIRMED
    result = lifted.sign(level)
    assert isinstance(result, SignResult) and (result.level, result.asked, result.notes) == (level, level, ())
    data = lifted.job.out.read_bytes()
    assert (result.sha256, result.bytes) == (hashlib.sha256(data).hexdigest(), len(data))
    assert data.startswith(lifted.job.path.read_bytes()) and levels_of(lifted.job.out) == [level]
    with lifted.job.out.open("rb") as handle:
        (signature,) = PdfFileReader(handle).embedded_regular_signatures
        assert [one.subject.native["common_name"] for one in signature.other_embedded_certs] == ["CA cấp dưới"]
    verdict = verify_file(lifted.job.out, lifted.services.trust)
    assert verdict.green == (level != "T"), "offline, the revocation of a T signature is not known"
    assert lifted.phone.sent == 1 and waiting(lifted.folder) == []


def test_what_is_missing_outside_costs_the_level_and_is_lifted_later(lifted: Lifted, outside: Outside) -> None:
    outside.mode["tsa"] = "down"
    result = lifted.sign()
    assert isinstance(result, SignResult) and (result.level, [note.code for note in result.notes]) == ("B", ["C09"])
    outside.mode.clear()
    worker.close_key()
    after = worker.lift_file(LiftJob(lifted.job.out, lifted.folder / "higher.pdf", "LTA", lifted.services))
    assert (after.level, levels_of(lifted.folder / "higher.pdf")) == ("LTA", ["LTA"])


@pytest.mark.parametrize("form", ["pem", "none"])
def test_the_issuer_as_pem_or_not_at_all(lifted: Lifted, outside: Outside, form: str) -> None:
    """Where nobody gives it, and the certificate names no place to fetch it from, nothing above T can be proved."""
    outside.use_tsa(days=(-1, 300), chain=True)
    text = outside.issuer.certificate.public_bytes(Encoding.PEM).decode()
    lifted.phone.chain = {"chain_data": {"ca_cert": text}} if form == "pem" else {}
    result = lifted.sign()
    assert isinstance(result, SignResult)
    assert (result.level, [note.code for note in result.notes]) == (("LTA", []) if form == "pem" else ("T", ["V03"]))


def test_nothing_is_sent_for_a_revoked_certificate(lifted: Lifted, outside: Outside) -> None:
    outside.revoked.append(lifted.phone.certificates[0])
    answer = lifted.sign()
    assert isinstance(answer, ErrorNote) and answer.code == "V04"
    assert lifted.phone.sent == 0 and waiting(lifted.folder) == [] and outputs(lifted.folder) == []


def test_revoked_while_the_phone_was_waited_for(lifted: Lifted, outside: Outside) -> None:
    lifted.phone.word = WAITING
    lifted.sign()
    lifted.phone.word = CONFIRMED
    outside.revoked.append(lifted.phone.certificates[0])
    for _ in range(2):
        answer = lifted.sign()
        assert isinstance(answer, ErrorNote) and answer.code == "V04"
        assert outputs(lifted.folder) == [] and lifted.phone.sent == 1


def test_only_the_signature_by_phone_is_lifted(lifted: Lifted, open_training: object) -> None:
    """Whoever signed before may have an issuer that nobody here can ask."""
    worker.sign_file(SignJob(lifted.job.path, lifted.folder / "first.pdf"))
    lifted.job = replace(lifted.job, path=lifted.folder / "first.pdf")
    result = lifted.sign("LT")
    assert isinstance(result, SignResult) and (result.level, result.notes) == ("LT", ())


def test_a_signature_too_large_for_its_place_costs_its_file_only(
    phone: PhoneService, published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = iter(["A" * 40_000, None])
    real = phone.sign
    monkeypatch.setattr(phone, "sign", lambda digest: next(made) or real(digest))
    open_key(phone, tmp_path)
    assert sign(jobs(published, tmp_path, 2)) == ["C07", ""]
    assert outputs(tmp_path) == ["1.pdf"] and waiting(tmp_path) == []


@pytest.mark.parametrize(
    "chain",
    [
        None,
        7,
        [],
        "x",
        {"ca_cert": 5},
        {"ca_cert": "AAAA", "root_cert": "-----BEGIN CERTIFICATE-----\nAA=\n-----END CERTIFICATE-----"},
    ],
)
def test_a_chain_that_makes_no_sense_is_none(phone: PhoneService, tmp_path: Path, chain: Any) -> None:
    phone.chain = {"chain_data": chain}
    assert open_key(phone, tmp_path).owner == "Phạm Thị Ký"


@pytest.mark.parametrize(
    "data", ["AAAA", "", "é", None, 5, "MIIB", "-----BEGIN CERTIFICATE-----\nAA=\n-----END CERTIFICATE-----"]
)
def test_a_certificate_that_makes_no_sense(phone: PhoneService, tmp_path: Path, data: Any) -> None:
    phone.chain = {"cert_data": data}  # instead of the real one
    with pytest.raises(WorkstationError) as caught:
        open_key(phone, tmp_path)
    assert (caught.value.code, caught.value.params["reason"]) == ("C24", "certificate")


@pytest.mark.parametrize("says", [{"status_code": None}, {"status_code": "ok"}, {"status_code": {}}, {"status_code": True}])
def test_an_answer_without_a_status_is_no_refusal(phone: PhoneService, published: Path, tmp_path: Path, says: Any) -> None:
    """The request may have arrived, and the phone ring: it is kept and asked about, not sent again."""
    phone.says = says
    open_key(phone, tmp_path)
    assert sign(jobs(published, tmp_path)) == ["C28"] * 3 and len(waiting(tmp_path)) == 1
    phone.renames = False
    phone.requests |= {name: files for name, files in phone.requests.items() if not name.startswith("SP-")}
    assert sign(jobs(published, tmp_path)) == [""] * 3
    assert phone.sent == 1 and waiting(tmp_path) == []


def test_a_status_in_digits_is_one(phone: PhoneService, published: Path, tmp_path: Path) -> None:
    phone.says = {"status_code": "200"}
    open_key(phone, tmp_path)
    assert sign(jobs(published, tmp_path)) == [""] * 3 and phone.sent == 1


def test_the_service_s_name_for_a_request_leads_nowhere_else(phone: PhoneService, published: Path, tmp_path: Path) -> None:
    phone.says = {"data": {"transaction_id": "../../credentials?x="}}
    open_key(phone, tmp_path)
    assert set(sign(jobs(published, tmp_path))) <= {"C28", "C27"}
    assert phone.calls[-1] == "signatures/sign/..%2F..%2Fcredentials%3Fx%3D/status"


def test_an_answer_that_only_trickles(
    phone: PhoneService, published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smartca, "CALL_SECONDS", 0.5)
    open_key(phone, tmp_path)
    phone.trickle["signatures/sign"] = 0.03
    begun = time.monotonic()
    assert sign(jobs(published, tmp_path)) == ["C28"] * 3
    assert time.monotonic() - begun < 2


@pytest.mark.parametrize(
    "record", [b"", b"\xff\xfe", b"[]", b"{}", b'{"files": 5}', b'{"files": [{}]}', b'{"files": [], "more": 1}']
)
def test_a_record_that_a_disk_damaged_is_told_and_nothing_is_sent(
    phone: PhoneService, published: Path, tmp_path: Path, record: bytes
) -> None:
    """Whether it was sent, and for which file, nobody knows any more: that is for a person."""
    phone.word = WAITING
    open_key(phone, tmp_path)
    sign(jobs(published, tmp_path))
    (folder,) = (tmp_path / "pending").iterdir()
    (folder / "request.json").write_bytes(record)
    for again in (lambda: sign(jobs(published, tmp_path)), lambda: open_key(phone, tmp_path)):
        with pytest.raises(WorkstationError, match="M04"):
            again()
    assert phone.sent == 1 and len(waiting(tmp_path)) == 1
