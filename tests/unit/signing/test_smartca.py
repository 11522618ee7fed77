"""Keys confirmed on a phone: every state of a request, and that none is ever sent twice."""

import errno
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from signing import smartca, worker
from signing.verify import verify_file
from tests.unit.signing.pki import Authority
from tests.unit.signing.smartcafake import ACCOUNT, CONFIRMED, OWNER, PASSWORD, WAITING, PhoneService
from workstation.domain.errors import ErrorNote, WorkstationError
from workstation.domain.signature import KeyKind, KeyRef, RemoteService, TokenStatus
from workstation.domain.signing import RemoteSecret, SignJob, TrustStore


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
