"""The signed file: what it keeps, what other programs say of it, and what is refused."""

import errno
import hashlib
import logging
import os
import subprocess
from pathlib import Path

import pikepdf
import pymupdf
import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from signing import worker
from signing.training import TrainingIdentity
from signing.verify import verify_file
from tests.unit.signing.conftest import PASSPHRASE
from tests.unit.signing.pdfs import make_pdfa
from tests.unit.signing.pki import Authority, new_key, write_p12
from workstation.domain.errors import WorkstationError
from workstation.domain.signature import KeyKind, KeyRef
from workstation.domain.signing import Secret, SignJob, TrustStore


def sign_code(job: SignJob) -> str:
    with pytest.raises(WorkstationError) as caught:
        worker.sign_file(job)
    return caught.value.code


@pytest.mark.parametrize("tables", [True, False])
def test_published_bytes_stay_the_prefix(open_training: TrainingIdentity, tmp_path: Path, tables: bool) -> None:
    source = make_pdfa(tmp_path / "in.pdf", tables=tables)
    before = source.read_bytes()
    result = worker.sign_file(SignJob(source, tmp_path / "new" / "out.pdf"))
    after = (tmp_path / "new" / "out.pdf").read_bytes()
    assert source.read_bytes() == before
    assert after.startswith(before) and len(after) - len(before) < 25_000
    assert (result.sha256, result.bytes) == (hashlib.sha256(after).hexdigest(), len(after))
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["out.pdf"]


def test_time_is_one_on_stamp_in_dictionary_and_in_result(
    open_training: TrainingIdentity, published: Path, tmp_path: Path
) -> None:
    result = worker.sign_file(SignJob(published, tmp_path / "out.pdf"))
    with pikepdf.open(tmp_path / "out.pdf") as pdf:
        written = str(pdf.Root.AcroForm.Fields[0].V.M)
    digits = result.signing_time.translate(str.maketrans("", "", "-:TZ"))
    assert written[2:16] == digits and result.signing_time.endswith("Z")


def test_other_programs_agree(signed: Path) -> None:
    assert subprocess.run(["qpdf", "--check", str(signed)], capture_output=True).returncode == 0
    told = subprocess.run(["pdfsig", str(signed)], capture_output=True, text=True).stdout
    assert "Signature Validation: Signature is Valid." in told
    assert "Total document signed" in told
    with pymupdf.open(signed) as pdf:
        assert not pdf.is_repaired and pdf.page_count == 2


def openssl_verify(signed: Path, root: Path, folder: Path, *, spoil: bool) -> int:
    reader = PdfFileReader(signed.open("rb"))
    signature = reader.embedded_signatures[0]
    data = signed.read_bytes()
    _, first, second, length = (int(value) for value in signature.byte_range)
    content = bytearray(data[:first] + data[second : second + length])
    if spoil:
        content[len(content) // 2] ^= 1
    (folder / "content").write_bytes(content)
    (folder / "cms").write_bytes(signature.pkcs7_content)
    reader.stream.close()
    command = ["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", str(folder / "cms")]
    command += ["-content", str(folder / "content"), "-CAfile", str(root), "-purpose", "any", "-cades", "-out", os.devnull]
    return subprocess.run(command, capture_output=True).returncode


def test_openssl_agrees_and_sees_one_changed_byte(signed: Path, identity: TrainingIdentity, tmp_path: Path) -> None:
    assert openssl_verify(signed, identity.root_pem, tmp_path, spoil=False) == 0
    assert openssl_verify(signed, identity.root_pem, tmp_path, spoil=True) != 0


def test_second_signature_gets_its_own_field_and_place(
    open_training: TrainingIdentity, signed: Path, tmp_path: Path, trust: TrustStore
) -> None:
    worker.sign_file(SignJob(signed, tmp_path / "out.pdf", preset="S5"))
    assert (tmp_path / "out.pdf").read_bytes().startswith(signed.read_bytes())
    with pymupdf.open(tmp_path / "out.pdf") as pdf:
        first, second = (widget.rect for widget in pdf[0].widgets())
        assert not first.intersects(second)
    verdict = verify_file(tmp_path / "out.pdf", trust)
    assert [one.field for one in verdict.signatures] == ["ChuKy1", "ChuKy2"]
    assert [one.changes_after for one in verdict.signatures] == ["form", "none"]
    told = subprocess.run(["pdfsig", str(tmp_path / "out.pdf")], capture_output=True, text=True).stdout
    assert told.count("Signature is Valid.") == 2


def test_another_certificate_than_the_batchs_signs_nothing(identity: TrainingIdentity, published: Path, tmp_path: Path) -> None:
    status = worker.open_key(KeyRef(KeyKind.PKCS12, str(identity.p12)), Secret(PASSPHRASE))
    assert sign_code(SignJob(published, tmp_path / "out.pdf", certificate="00" * 32)) == "C21"
    with pytest.raises(WorkstationError, match="C21"):
        worker.sign_together([SignJob(published, tmp_path / "out.pdf", certificate="00" * 32)])
    assert not list(tmp_path.iterdir())
    worker.sign_file(SignJob(published, tmp_path / "out.pdf", certificate=status.certificate))
    assert worker.signed_with(tmp_path / "out.pdf") == status.certificate
    assert worker.signed_with(published) == worker.signed_with(tmp_path / "none.pdf") == ""


def test_same_certificate_with_a_longer_chain_finds_room(authority: Authority, published: Path, tmp_path: Path) -> None:
    """How much to reserve is remembered by key file, not by certificate alone."""
    key = new_key()
    certificate = authority.issue(key.public_key())
    chain = [authority.issue(new_key().public_key(), f"CA {number}", ca=True) for number in range(20)]
    for number, others in enumerate(([], chain)):
        p12 = write_p12(tmp_path / f"{number}.p12", key, certificate, b"x", others)
        worker.open_key(KeyRef(KeyKind.PKCS12, str(p12)), Secret("x"))
        worker.sign_file(SignJob(published, tmp_path / f"{number}.pdf"))
        assert verify_file(tmp_path / f"{number}.pdf", TrustStore(roots=(authority.write(tmp_path),))).green


def test_no_key_open(published: Path, tmp_path: Path) -> None:
    assert sign_code(SignJob(published, tmp_path / "out.pdf")) == "C01"


@pytest.mark.parametrize("level", ["b", "", "XL"])
def test_other_levels_are_refused(open_training: TrainingIdentity, published: Path, tmp_path: Path, level: str) -> None:
    assert sign_code(SignJob(published, tmp_path / "out.pdf", level=level)) == "U01"
    assert not (tmp_path / "out.pdf").exists()


def test_wrong_use(open_training: TrainingIdentity, published: Path, tmp_path: Path) -> None:
    assert sign_code(SignJob(published, tmp_path / "out.pdf", preset="S9")) == "U01"
    assert sign_code(SignJob(published, published)) == "U01"
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "folder").mkdir()
    assert sign_code(SignJob(published, tmp_path / "file" / "out.pdf")) == "U01"
    assert sign_code(SignJob(published, tmp_path / "folder")) == "U01"
    assert not list(tmp_path.glob(".*"))
    assert sign_code(SignJob(tmp_path / "none.pdf", tmp_path / "out.pdf")) == "F07"
    assert not (tmp_path / "out.pdf").exists()


def make_hybrid(path: Path) -> None:
    """What word processors write: a classic table whose trailer points at a cross-reference stream (ISO 32000-1, 7.5.8.4)."""
    data = path.read_bytes()
    start = int(data.rsplit(b"startxref", 1)[1].split()[0])
    stream_at = len(data)
    data += b"900 0 obj\n<</Type/XRef/Size 901/W[1 4 1]/Index[0 1]/Length 6>>\nstream\n\0\0\0\0\0\xff\nendstream\nendobj\n"
    trailer = data[data.rindex(b"trailer", 0, stream_at) + 7 : data.rindex(b"startxref", 0, stream_at)].strip()
    at = len(data)
    data += b"xref\n0 1\n0000000000 65535 f \ntrailer\n" + trailer[:-2]
    data += b" /Prev %d /XRefStm %d >>\nstartxref\n%d\n%%%%EOF\n" % (start, stream_at, at)
    path.write_bytes(data)


def test_unsuitable_input_is_c11(open_training: TrainingIdentity, published: Path, tmp_path: Path) -> None:
    hybrid = make_pdfa(tmp_path / "hybrid.pdf")
    make_hybrid(hybrid)
    with pikepdf.open(published) as pdf:
        pdf.save(tmp_path / "encrypted.pdf", encryption=pikepdf.Encryption(owner="x", user=""))
    (tmp_path / "text.pdf").write_bytes(b"no PDF at all")
    (tmp_path / "empty.pdf").write_bytes(b"")
    (tmp_path / "cut.pdf").write_bytes(published.read_bytes()[:-300])
    for name in ("hybrid", "encrypted", "text", "empty", "cut"):
        assert sign_code(SignJob(tmp_path / f"{name}.pdf", tmp_path / "out.pdf")) == "C11", name
    assert not list(tmp_path.glob("*out.pdf*"))


def test_full_disk_leaves_nothing(
    open_training: TrainingIdentity, published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file system that is really full needs root to mount; the kernel's answer is the same."""

    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        assert sign_code(SignJob(published, tmp_path / "out.pdf")) == "M01"
    assert list(tmp_path.iterdir()) == []
    worker.sign_file(SignJob(published, tmp_path / "out.pdf"))


def test_an_older_output_survives_a_failure(open_training: TrainingIdentity, tmp_path: Path, published: Path) -> None:
    (tmp_path / "out.pdf").write_bytes(b"from yesterday")
    (tmp_path / "bad.pdf").write_bytes(b"%PDF-1.7 broken")
    assert sign_code(SignJob(tmp_path / "bad.pdf", tmp_path / "out.pdf")) == "C11"
    assert (tmp_path / "out.pdf").read_bytes() == b"from yesterday"


def test_password_and_names_are_in_no_log(
    identity: TrainingIdentity, published: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture, trust: TrustStore
) -> None:
    caplog.set_level(logging.DEBUG)
    worker.open_key(KeyRef(KeyKind.PKCS12, str(identity.p12)), Secret(PASSPHRASE))
    worker.sign_file(SignJob(published, tmp_path / "out.pdf"))
    verify_file(tmp_path / "out.pdf", trust)
    verify_file(tmp_path / "out.pdf", TrustStore())
    assert PASSPHRASE not in caplog.text and "PHƯỜNG" not in caplog.text
    assert PASSPHRASE not in repr(Secret(PASSPHRASE))
