"""A PDF that an agency has signed, from the import to the receipt with the real lanes: the ward has the file as it came."""

import hashlib
from pathlib import Path

import pytest

from signing import worker
from tests.flow.test_digitize import born_digital
from workstation.app import training
from workstation.app.compose import Workstation, open_workstation
from workstation.domain.dossier import DocumentState, DossierState
from workstation.domain.errors import WorkstationError
from workstation.domain.ids import DossierId, UserName
from workstation.domain.signature import KeyKind, KeyRef
from workstation.domain.signing import Secret, SignJob
from workstation.usecases import check, edit, publish, read
from workstation.usecases.export import export_dossier

VALUES = {"number": "12", "notation": "TB-UBND", "issued_date": "2026-11-03", "organ_name": "UBND phường Mẫu",
          "subject": "Về việc thử nghiệm", "signer_name": "Nguyễn Văn Mẫu", "person_name": "Lê Văn Mẫu"}  # fmt: skip


@pytest.fixture
def signed(tmp_path: Path) -> Path:
    """Signed in the practice office beforehand, as if by another one that is trusted."""
    training.prepare(tmp_path / "home")
    out = tmp_path / "thong-bao.pdf"
    key = KeyRef(KeyKind.PKCS12, str(tmp_path / "home" / "secrets" / "training-signer.p12"))
    worker.open_key(key, Secret(training.TRAINING_PIN))
    try:
        worker.sign_file(SignJob(born_digital(tmp_path / "plain.pdf"), out))
    finally:
        worker.close_key()
    return out


def confirmed(ws: Workstation, dossier_id: DossierId, by: UserName) -> None:
    """What was read, and of what is missing the values above."""
    (document,) = ws.office.dossier(dossier_id).documents
    values: dict[str, str] = {}
    while True:
        try:
            check.confirm(ws.office, document.id, values, by)
        except WorkstationError as e:
            name = str(e.params["field"])
            assert name not in values
            values[name] = document.field(name) or VALUES[name]  # what is keyed again stands on the paper as it was read
        else:
            return


def test_from_the_import_to_the_receipt_with_the_same_hash(signed: Path, tmp_path: Path) -> None:
    data = signed.read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    home = tmp_path / "home"
    settings = training.prepare(home)
    clerk, checker = (user.name for user in settings.users[:2])
    with training.practice_ward(home, settings) as url, open_workstation(home, url) as ws:
        dossier_id = ws.desk.new_dossier("Hồ sơ mẫu").result(30)
        (outcome,) = ws.desk.import_files(dossier_id, [signed], lambda _: None).result(60)
        assert (outcome.error, outcome.pages) == (None, 1)
        dossier = read.read_dossier(ws.office, dossier_id)
        (page,) = dossier.pages
        text = read.text_of(ws.office, dossier, page)
        assert text is not None and "THÔNG BÁO" in text.text, "its own words"
        assert ws.desk.page_picture(page.id, 300).result(60).path.is_file()
        edit.finish_capture(ws.office, dossier_id, clerk)
        confirmed(ws, dossier_id, clerk)
        confirmed(ws, dossier_id, checker)
        (document,) = ws.office.dossier(dossier_id).documents
        after = publish.publish(ws.office, document.id)
        assert ([d.state for d in after.documents], after.state) == ([DocumentState.EXEMPT], DossierState.QUEUED)
        assert ws.desk.sign_desk().result(30).rows == ()
        ws.desk.tick()
        assert ws.office.dossier(dossier_id).state is DossierState.RECEIVED
        with ws.office.look() as uow:
            (item,) = uow.outbox.list()
        assert item.receipt is not None and [f.sha256 for f in item.files] == [digest]
        at_the_ward = [one for one in (home / "ward").rglob("*") if one.is_file() and one.read_bytes() == data]
        assert at_the_ward, "the ward has the file as it came"
        assert ws.desk.pdf_picture(document.id, 0, 300).result(60).path.is_file()
        (copy,) = export_dossier(ws.office, after, item, tmp_path / "out").values()
        assert copy.read_bytes() == data
