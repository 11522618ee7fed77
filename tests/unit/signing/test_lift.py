"""Signatures that are lifted later, and archive time-stamps that are renewed in time."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pikepdf.pdfa
import pytest
from cryptography import x509
from pyhanko.pdf_utils.reader import PdfFileReader

from signing import worker
from signing.algorithm_rules import limits
from signing.verify import verify_file
from tests.unit.signing.outside import PASSWORD, Outside
from tests.unit.signing.test_levels import levels_of
from workstation.domain.archive import KeptFile
from workstation.domain.errors import WorkstationError
from workstation.domain.ids import Sha256
from workstation.domain.signature import AlgorithmLimit, KeyKind, KeyRef, LiftResult, Renewal
from workstation.domain.signing import Levels, LiftJob, RevocationAccess, Secret, SignJob


@pytest.fixture
def at(outside: Outside, revocable: x509.Certificate, published: Path, tmp_path: Path):
    """Signs at a level."""

    def sign(level: str) -> Path:
        out = tmp_path / f"{level}.pdf"
        result = worker.sign_file(SignJob(published, out, level=level, services=outside.services(tmp_path)))
        assert result.level == level
        return out

    return sign


def lift(outside: Outside, path: Path, level: str = "LTA", out: str = "lifted.pdf", **more) -> LiftResult:
    more.setdefault("services", outside.services(path.parent))
    return worker.lift_file(LiftJob(path, path.parent / out, level, **more))


def shape(path: Path) -> list[str]:
    """What each revision after the first brought."""
    with path.open("rb") as file:
        reader = PdfFileReader(file)
        kinds = {one.signed_revision: one.sig_object_type[1:] for one in reader.embedded_signatures}
        return [kinds.get(number, "DSS") for number in range(1, reader.xrefs.total_revisions)]


@pytest.mark.parametrize(
    ("have", "want", "revisions"),
    [
        ("B", "T", ["Sig", "DocTimeStamp"]),
        ("B", "LT", ["Sig", "DocTimeStamp", "DSS"]),
        ("B", "LTA", ["Sig", "DocTimeStamp", "DSS", "DocTimeStamp"]),
        ("T", "LT", ["Sig", "DSS"]),
        ("T", "LTA", ["Sig", "DSS", "DocTimeStamp"]),
        ("LT", "LTA", ["Sig", "DSS", "DocTimeStamp"]),
    ],
)
def test_what_is_missing_is_appended_and_nothing_else(outside: Outside, at, have: str, want: str, revisions: list[str]) -> None:
    source = at(have)
    before = source.read_bytes()
    worker.close_key()  # lifting needs no key
    result = lift(outside, source, want)
    out = source.parent / "lifted.pdf"
    assert source.read_bytes() == before and out.read_bytes().startswith(before)
    assert (result.level, result.changed, result.notes, result.bytes) == (want, True, (), out.stat().st_size)
    assert levels_of(out) == [want]
    assert shape(out) == revisions
    verdict = verify_file(out, outside.services(source.parent).trust)
    assert verdict.green == (want != "T")
    assert {one.changes_after for one in verdict.signatures} <= {"lta", "none"}
    with pikepdf.open(out) as pdf:
        assert {finding.kind for finding in pikepdf.pdfa.check(pdf, "2b").findings} == {"unsupported"}

    outside.asked.clear()
    again = lift(outside, out, want, "again.pdf")
    assert (again.changed, again.level, again.sha256, outside.asked) == (False, want, result.sha256, {})
    assert not (source.parent / "again.pdf").exists()


def test_lower_than_it_stands_is_nothing_to_do(outside: Outside, at) -> None:
    assert lift(outside, at("LTA"), "T").level == "LTA"


def test_goes_as_far_as_the_outside_and_on_from_there(outside: Outside, at) -> None:
    source = at("B")
    outside.mode["tsa"] = "down"
    first = lift(outside, source)
    assert (first.changed, first.level, [note.code for note in first.notes]) == (False, "B", ["C09"])
    assert list(source.parent.glob("*lifted*")) == []
    worker.close_key()  # the next batch: its breaker knows of no failure
    outside.mode.update(tsa="ok", ocsp="down", crl="down")
    second = lift(outside, source)
    assert (second.changed, second.level, [note.code for note in second.notes]) == (True, "T", ["V05"])
    worker.close_key()
    outside.mode.clear()
    third = lift(outside, source.parent / "lifted.pdf", out="third.pdf")
    assert (third.changed, third.level, third.notes) == (True, "LTA", ())
    assert shape(source.parent / "third.pdf") == ["Sig", "DocTimeStamp", "DSS", "DocTimeStamp"]


def test_all_signatures_are_lifted_together(outside: Outside, at, tmp_path: Path) -> None:
    first = at("LTA")
    worker.sign_file(SignJob(first, tmp_path / "two.pdf"))
    assert levels_of(tmp_path / "two.pdf") == ["LTA", "B"]
    result = lift(outside, tmp_path / "two.pdf")
    assert (result.level, levels_of(tmp_path / "lifted.pdf")) == ("LTA", ["LTA", "LTA"])
    assert not lift(outside, tmp_path / "lifted.pdf", out="again.pdf").changed


def test_two_signers_with_their_own_evidence(outside: Outside, at, tmp_path: Path) -> None:
    first = at("B")
    folder = tmp_path / "second"
    folder.mkdir()
    key, second = outside.signer(folder, name="Văn Thư")
    worker.open_key(KeyRef(KeyKind.PKCS12, str(key)), Secret(PASSWORD))
    worker.sign_file(SignJob(first, tmp_path / "two.pdf"))
    assert lift(outside, tmp_path / "two.pdf", "LT").level == "LT"
    with pikepdf.open(tmp_path / "lifted.pdf") as pdf:
        assert (len(pdf.Root.DSS.OCSPs), len(pdf.Root.DSS.CRLs), len(pdf.Root.DSS.Certs)) == (3, 1, 5)
    outside.revoked.append(second)
    worker.close_key()
    with pytest.raises(WorkstationError, match="V04"):
        lift(outside, tmp_path / "two.pdf", "LT", "revoked.pdf")
    assert not list(tmp_path.glob("*revoked.pdf*"))


def test_what_is_not_a_sound_signed_file_is_refused(outside: Outside, at, published: Path, tmp_path: Path) -> None:
    """A time-stamp over a forged file would make it look cared for."""
    signed = at("LTA").read_bytes()
    tampered = bytearray(signed)
    tampered[signed.index(b"/Contents")] ^= 0  # the same bytes: the control
    (tmp_path / "control.pdf").write_bytes(tampered)
    assert not lift(outside, tmp_path / "control.pdf").changed
    spoilt = {
        "text": b"no PDF at all", "unsigned": published.read_bytes(), "cut": signed[:-200],
        "changed": signed.replace(b"/Lang", b"/Lanh", 1), "stamp": _spoil_last_contents(signed),
    }  # fmt: skip
    for name, data in spoilt.items():
        (tmp_path / f"{name}.pdf").write_bytes(data)
        with pytest.raises(WorkstationError) as caught:
            lift(outside, tmp_path / f"{name}.pdf")
        assert caught.value.code == "C11", name
    assert not list(tmp_path.glob("*lifted*"))
    for job in (LiftJob(tmp_path / "none.pdf", tmp_path / "o.pdf"), LiftJob(tmp_path / "LTA.pdf", tmp_path / "LTA.pdf")):
        with pytest.raises(WorkstationError, match=r"F07|U01"):
            worker.lift_file(job)


def _spoil_last_contents(data: bytes) -> bytes:
    """One digit in the middle of the document time-stamp's token, where its signature stands."""
    at = data.rindex(b"/Contents") + len(b"/Contents <")
    end = data.index(b">", at)
    last = at + len(data[at:end].rstrip(b"0")) - 40
    return data[:last] + (b"1" if data[last : last + 1] != b"1" else b"2") + data[last + 1 :]


# --- renewal


def due(path: Path, days: int, *more: AlgorithmLimit) -> Renewal | None:
    """As the archive watch finds it."""
    found = KeptFile(Sha256("0" * 64), Sha256("0" * 64), path.stat().st_size, worker.file_standing(path))
    return found.due(Levels("LTA", renew=timedelta(days=days), limits=(*more, *limits())), datetime.now(UTC), lift=False)


def test_due_before_the_certificate_lapses(outside: Outside, at) -> None:
    outside.use_tsa(days=(-1, 40))
    stamped = at("LTA")
    end = outside.tsa.not_valid_after_utc
    assert due(stamped, 30) is None
    found = due(stamped, 50)
    assert found is not None and (found.reason, found.lapses) == ("certificate", end)
    assert due(at("LT"), 5000) is None, "no document time-stamp, nothing to renew"


@pytest.mark.parametrize(
    ("limit", "is_due"),
    [
        (AlgorithmLimit("sha256", datetime.now(UTC).date() + timedelta(days=20)), True),
        (AlgorithmLimit("rsa", datetime.now(UTC).date() + timedelta(days=20), 2048), True),
        (AlgorithmLimit("rsa", datetime.now(UTC).date() + timedelta(days=20), 2047), False),
        (AlgorithmLimit("rsa", datetime.now(UTC).date() + timedelta(days=90), 2048), False),
        (AlgorithmLimit("ec", datetime.now(UTC).date() - timedelta(days=90)), False),
    ],
)
def test_due_before_an_algorithm_lapses(outside: Outside, at, limit: AlgorithmLimit, is_due: bool) -> None:
    found = due(at("LTA"), 30, limit)
    assert (found is not None and found.reason == "algorithm") == is_due


def test_renewed_once_by_a_certificate_that_lasts_longer(outside: Outside, at) -> None:
    outside.use_tsa(days=(-1, 10))
    source = at("LTA")
    assert not lift(outside, source).changed, "only who asks for renewal gets it"
    worker.close_key()
    same = lift(outside, source, renew_days=30)
    assert (same.changed, [dict(note.params)["kind"] for note in same.notes]) == (False, ["expires"])
    outside.use_tsa(days=(-1, 300))
    worker.close_key()
    result = lift(outside, source, renew_days=30)
    out = source.parent / "lifted.pdf"
    assert (result.changed, result.level) == (True, "LTA")
    assert out.read_bytes().startswith(source.read_bytes())
    assert shape(out) == ["Sig", "DSS", "DocTimeStamp", "DSS", "DocTimeStamp"], "with what is said of the old one now"
    assert due(out, 30) is None
    assert not lift(outside, out, out="again.pdf", renew_days=30).changed
    verdict = verify_file(out, outside.services(source.parent).trust)
    assert verdict.green, [(one.field, one.reasons) for one in verdict.signatures]


def test_renewal_without_its_authority_changes_nothing(outside: Outside, at) -> None:
    outside.use_tsa(days=(-1, 10))
    source = at("LTA")
    worker.close_key()
    outside.use_tsa(days=(-1, 300))
    outside.mode["tsa"] = "ok slow"
    outside.asked.clear()
    services = outside.services(source.parent, seconds=1.0)
    services = replace(services, revocation=RevocationAccess(seconds=1.0))
    result = lift(outside, source, renew_days=30, services=services)
    assert (result.changed, result.level, [note.code for note in result.notes]) == (False, "LTA", ["C09"])
    assert not list(source.parent.glob("*lifted*"))
