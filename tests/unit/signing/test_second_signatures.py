"""Two signatures in one file: green when the second one only signs – and never when it does anything else."""

from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography import x509

from signing import worker
from signing.reports import verify_bytes
from signing.trust import load_anchors
from tests.unit.signing import attacks
from tests.unit.signing import second_signatures as files
from tests.unit.signing.judging import Judge, codes
from tests.unit.signing.outside import Outside
from tests.unit.signing.pdfs import make_pdfa
from tests.unit.signing.pki import TIME_STAMPING, rsa_key
from tests.unit.signing.workshop import Workshop, stamped, stamper_of
from workstation.domain.signature import Verdict
from workstation.domain.signing import SignJob, TrustStore
from workstation.usecases.sound import last_sound, signed_length


@pytest.mark.parametrize("forge", files.SECOND, ids=lambda forge: forge.__name__)
def test_no_forgery_is_green(forge: Callable[[Workshop], bytes], shop: Workshop, judge: Judge) -> None:
    verdict = judge(forge(shop))
    assert not verdict.green and verdict.verdict in (Verdict.INVALID, Verdict.INDETERMINATE)
    assert "V31" not in {note.code for note in verdict.signatures[0].reasons}
    wanted = files.SECOND[forge]
    assert not wanted or wanted in codes(verdict), codes(verdict)


def test_what_a_good_second_signer_does_is_green(shop: Workshop, judge: Judge) -> None:
    for name, data in files.controls(shop).items():
        verdict = judge(data)
        assert verdict.green and verdict.verdict is Verdict.VALID, (name, verdict.reasons)
        *earlier, last = sorted(verdict.signatures, key=lambda one: one.revision_end)
        assert [[note.code for note in one.reasons] for one in earlier] == [["V31"]] * len(earlier), name
        assert (last.reasons, last.changes_after, last.coverage) == ((), "none", "whole_file"), name
        assert {one.changes_after for one in earlier} <= {"form"} and {one.indication for one in earlier} == {"TOTAL-PASSED"}


def test_archive_time_stamps_between_and_after_keep_it_green(shop: Workshop, judge: Judge) -> None:
    """Leader at LTA, registrar at LTA: the first document time-stamp is signed over as well."""
    key = rsa_key()
    stamper = stamper_of(key, shop.authority.issue(key.public_key(), "TSA", extended=(TIME_STAMPING,)))
    data = stamped(files.second(shop, stamped(shop.sign(shop.plain, box=(300, 300, 380, 340)), stamper)), stamper)
    verdict = judge(data)
    assert verdict.green, verdict.reasons
    assert [one.level for one in verdict.signatures].count("DTS") == 2
    assert not judge(attacks.annotation_added(data)).green
    spoiled = files.second(shop, stamped(shop.good, stamper), files.OVER_INK, look=b"1 g 0 0 100 60 re f")
    assert not judge(stamped(spoiled, stamper)).green


def test_there_are_enough_of_them() -> None:
    names = [forge.__name__ for forge in files.SECOND]
    assert len(names) == len(set(names)) and len(names) >= 30


def test_the_last_signature_speaks_for_what_is_shown(shop: Workshop, judge: Judge) -> None:
    """A batch that is run again finds the second signature on its work and does not sign a third time, whoever is trusted."""
    data = files.second(shop, shop.good)
    for verdict in (judge(data), verify_bytes(data, load_anchors(TrustStore()), offline=True)):
        last = last_sound(verdict)
        assert last is not None and last.field == "ChuKy2" and signed_length(verdict) == len(data)
    for spoil in (files.annotation_added_between, files.annotation_added_after_both, files.fills_a_field_as_well):
        assert last_sound(judge(spoil(shop))) is None, spoil.__name__


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_clerk_and_registrar_at_lta_on_turned_pages(
    outside: Outside, revocable: x509.Certificate, tmp_path: Path, rotate: int
) -> None:
    services = outside.services(tmp_path)
    paths = [make_pdfa(tmp_path / "in.pdf", rotate=rotate, pages=2), tmp_path / "clerk.pdf", tmp_path / "registrar.pdf"]
    for source, out, preset in (*zip(paths, paths[1:], ("S6", "S5"), strict=False),):
        assert worker.sign_file(SignJob(source, out, preset, level="LTA", services=services)).level == "LTA"
    verdict = verify_bytes(paths[-1].read_bytes(), load_anchors(services.trust), offline=True)
    if rotate == 180:  # what is printed at the page's foot stands where the registrar's stamp goes
        assert not verdict.green and "V29" in codes(verdict)
        return
    assert verdict.green, verdict.reasons
    assert [(one.level, [note.code for note in one.reasons]) for one in verdict.signatures] == [
        ("LTA", ["V31"]), ("DTS", ["V31"]), ("LTA", []), ("DTS", []),
    ]  # fmt: skip
