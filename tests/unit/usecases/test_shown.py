"""What the desk shows as signed is drawn from bytes under a sound signature: a really signed PDF, the real verifier."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pymupdf
import pytest

from ocr.worker import render_pdf
from signing import worker
from signing.training import make_training_identity
from signing.verify import verify_file
from tests.unit.signing.attacks import one_byte_changed, text_added
from tests.unit.signing.pdfs import make_pdfa
from tests.unit.usecases.bench import World, ids
from tests.unit.usecases.machine import HEAD, ORGANIZATION
from tests.unit.usecases.room import Room
from workstation.domain.dossier import Dossier
from workstation.domain.errors import WorkstationError
from workstation.domain.pagejobs import PdfRenderJob, Rendered
from workstation.domain.signature import FileVerdict, KeyKind, KeyRef, SealedPdf
from workstation.domain.signing import Secret, SignJob, TrustStore
from workstation.usecases.desk import Desk

PASSPHRASE = Secret("một mật khẩu tập huấn")


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, TrustStore]:
    folder = tmp_path_factory.mktemp("signed")
    identity = make_training_identity(folder / "key", ORGANIZATION, PASSPHRASE)
    make_pdfa(folder / "in.pdf")
    worker.open_key(KeyRef(KeyKind.PKCS12, str(identity.p12)), PASSPHRASE)
    try:
        worker.sign_file(SignJob(folder / "in.pdf", folder / "out.pdf"))
    finally:
        worker.close_key()
    return (folder / "out.pdf").read_bytes(), TrustStore(training_roots=(identity.root_pem,))


class Shown:
    """A desk whose only document was sealed with given bytes; counts how often a file is verified."""

    def __init__(self, world: World, data: bytes, trust: TrustStore) -> None:
        self.world, self.verified = world, 0
        self.dossier = sealed_with(world, data)
        self.trust = trust
        room = Room(world)
        office = replace(world.office, tools=replace(world.office.tools, render_pdf=self._render), verify=self._verify)
        self.jobs: list[PdfRenderJob] = []
        self.desk = Desk(office, room.desk._parts, "Trạm mẫu", room.desk.users)

    def _verify(self, path: Path) -> FileVerdict:
        self.verified += 1
        return verify_file(path, trust=self.trust)

    def _render(self, job: PdfRenderJob) -> Rendered:
        self.jobs.append(job)
        return render_pdf(job)

    def picture(self) -> Path:
        return self.desk.pdf_picture(ids(self.dossier)[0], 0, 400).result().path


def sealed_with(world: World, data: bytes) -> Dossier:
    dossier = world.signed(HEAD)
    document = dossier.documents[0]
    assert document.sealed is not None and document.published is not None
    sealed = SealedPdf(world.blobs.put_bytes(data), len(data), document.published.sha256, "Trần Mẫu", "2026-11-21T02:00:00Z", "B")
    with world.office.uow() as uow:
        saved = uow.dossiers.save(dossier.with_document(replace(document, sealed=sealed)))
        uow.commit()
    return saved


def test_a_signed_file_is_shown_up_to_where_it_was_signed_and_verified_once(world: World, signed: tuple[bytes, TrustStore]):
    data, trust = signed
    shown = Shown(world, data, trust)
    first, second = shown.picture(), shown.picture()
    assert [j.prefix for j in shown.jobs] == [len(data)] * 2 and shown.verified == 1
    assert first == second and pymupdf.Pixmap(str(first)).width > 100


@pytest.mark.parametrize(
    ("change", "code"),
    [(text_added, "V02"), (one_byte_changed, "V01"), (lambda data: data[: data.rindex(b"/ByteRange")], "V06")],
    ids=["revision appended", "byte changed", "signature cut off"],
)
def test_what_no_sound_signature_covers_is_not_shown(
    world: World, signed: tuple[bytes, TrustStore], change: Callable[[bytes], bytes], code: str
):
    data, trust = signed
    shown = Shown(world, change(data), trust)
    for _ in range(2):
        with pytest.raises(WorkstationError) as caught:
            shown.picture()
        assert caught.value.code == code
    assert shown.jobs == []


def test_an_unsigned_file_in_the_place_of_a_signed_one_is_not_shown(world: World, signed: tuple[bytes, TrustStore]):
    shown = Shown(world, world.root.joinpath("in.pdf").read_bytes() if make_pdfa(world.root / "in.pdf") else b"", signed[1])
    with pytest.raises(WorkstationError, match="V06"):
        shown.picture()
    assert shown.jobs == []
