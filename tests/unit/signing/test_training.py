import stat
from pathlib import Path

import pytest
from cryptography import x509

from signing import training
from signing.keys import TRAINING_MARK
from signing.training import make_training_identity
from tests.unit.signing.pki import ORGANIZATION
from workstation.domain.errors import WorkstationError
from workstation.domain.signing import Secret


def test_says_training_in_every_certificate(identity: training.TrainingIdentity) -> None:
    for path in (identity.root_pem, identity.certificate_pem):
        subject = x509.load_pem_x509_certificate(path.read_bytes()).subject.rfc4514_string()
        assert subject.count(TRAINING_MARK) == 2
    assert training._MARK == TRAINING_MARK


def test_private_key_file_is_for_its_owner_only(identity: training.TrainingIdentity) -> None:
    assert stat.S_IMODE(identity.p12.stat().st_mode) == 0o600
    assert {path.suffix for path in identity.p12.parent.iterdir()} == {".pem", ".p12"}, "temporary files are left"


def test_second_call_changes_nothing(tmp_path: Path) -> None:
    first = make_training_identity(tmp_path / "a", ORGANIZATION, Secret("một"))
    before = {path.name: path.read_bytes() for path in first.p12.parent.iterdir()}
    assert make_training_identity(tmp_path / "a", ORGANIZATION, Secret("một")) == first
    assert {path.name: path.read_bytes() for path in first.p12.parent.iterdir()} == before
    with pytest.raises(WorkstationError, match="C02"):
        make_training_identity(tmp_path / "a", ORGANIZATION, Secret("hai"))


def test_goes_on_after_a_run_that_was_cut_short(tmp_path: Path) -> None:
    first = make_training_identity(tmp_path, ORGANIZATION, Secret("một"))
    first.p12.unlink()  # it is renamed into place last
    again = make_training_identity(tmp_path, ORGANIZATION, Secret("một"))
    root = x509.load_pem_x509_certificate(again.root_pem.read_bytes())
    x509.load_pem_x509_certificate(again.certificate_pem.read_bytes()).verify_directly_issued_by(root)


def test_long_organization_keeps_the_mark(tmp_path: Path) -> None:
    made = make_training_identity(tmp_path, "TRUNG TÂM PHỤC VỤ HÀNH CHÍNH CÔNG " * 4, Secret("một"))
    subject = x509.load_pem_x509_certificate(made.certificate_pem.read_bytes()).subject
    common_name = str(subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)[0].value)
    assert common_name.endswith(f"({TRAINING_MARK})") and len(common_name) <= 64
