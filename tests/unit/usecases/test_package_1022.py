"""The package for 1022: whole or not there, the same each time, and nothing in it that isn't the reply's."""

import hashlib
import json
import subprocess
import zipfile
from pathlib import Path

import pytest

from tests.unit.usecases.bench import World
from tests.unit.usecases.machine import BODY, HEAD
from workstation.domain.dossier import Dossier
from workstation.domain.errors import WorkstationError
from workstation.domain.ids import Sha256
from workstation.usecases import package_1022 as package
from workstation.usecases.package_1022 import Reply, is_reference, package_1022, record_of, sums_of

GOLDEN = Path(__file__).parents[2] / "golden" / "1022"
REFERENCE = "2026.1022/000123"


def test_the_record_is_known_to_the_byte() -> None:
    sha256 = Sha256(hashlib.sha256(b"invented").hexdigest())
    fields = (
        ("number", "127"),
        ("notation", "UBND-VX"),
        ("issued_date", "2026-03-14"),
        ("subject", "V/v trả lời phản ánh số 000123"),
    )
    reply = Reply("HS-0001-01-cong-van.pdf", sha256, 8, 2, "Công văn", fields, "Phạm Văn Minh Họa", "2026-03-14T02:30:15+00:00")
    record = record_of(REFERENCE, "UBND phường Hòa Mẫu", "HS-0001", [reply])
    assert record == (GOLDEN / package.RECORD).read_bytes()
    sums = sums_of([(reply.name, sha256), (package.RECORD, hashlib.sha256(record).hexdigest())])
    assert sums == (GOLDEN / package.SUMS).read_bytes()


@pytest.fixture
def out(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def refused(world: World, dossier: Dossier, out: Path, reference: str = REFERENCE, *numbers: int, zipped: bool = False) -> str:
    before = sorted(out.rglob("*"))
    with pytest.raises(WorkstationError) as raised:
        package_1022(world.office, dossier, reference, out, "clerk", numbers, zipped=zipped)
    assert sorted(out.rglob("*")) == before
    return raised.value.code


def test_the_signed_files_go_out_as_they_are(world: World, out: Path) -> None:
    dossier = world.signed(HEAD, HEAD)
    made = package_1022(world.office, dossier, REFERENCE, out, "clerk")
    assert (made.path, made.new) == (out / "1022-2026.1022-000123", True)
    assert sorted(out.iterdir()) == [made.path]
    for reply, document in zip(made.replies, dossier.documents, strict=True):
        assert document.sealed is not None
        assert (made.path / reply.name).read_bytes() == world.office.blobs.path(document.sealed.sha256).read_bytes()
    checked = subprocess.run(["sha256sum", "--strict", "-c", package.SUMS], cwd=made.path, capture_output=True, check=False)
    assert checked.returncode == 0, checked.stderr
    assert set(files(made.path)) == {package.RECORD, package.SUMS, *(reply.name for reply in made.replies)}
    assert world.audit()[-1] == "packaged-1022"


def test_whom_a_paper_is_about_stays_here(world: World, out: Path) -> None:
    dossier = world.signed(HEAD)
    made = package_1022(world.office, dossier, REFERENCE, out, "clerk")
    record = json.loads((made.path / package.RECORD).read_bytes())
    assert (record["reference"], record["dossier"], record["format"]) == (REFERENCE, dossier.code, package.FORMAT)
    (document,) = record["documents"]
    told = {"file", "sha256", "bytes", "pages", "type_name", "signature", *package._TOLD}
    assert set(document) <= told
    assert document["subject"] == dossier.documents[0].field("subject") != ""
    assert not {"person_name", "identity_number", "recipients", "title"} & set(record) | {"person_name"} & set(document)


def test_the_same_again_changes_nothing(world: World, out: Path) -> None:
    dossier = world.signed(HEAD, HEAD)
    first = package_1022(world.office, dossier, REFERENCE, out, "clerk")
    before = files(first.path)
    again = package_1022(world.office, dossier, REFERENCE, out, "clerk")
    assert (again.new, again.path, files(again.path)) == (False, first.path, before)
    (out / "b").mkdir()
    assert files(package_1022(world.office, dossier, REFERENCE, out / "b", "clerk").path) == before


def test_a_zip_is_the_same_bytes_each_time(world: World, out: Path) -> None:
    dossier = world.signed(HEAD)
    folder = package_1022(world.office, dossier, REFERENCE, out, "clerk")
    first = package_1022(world.office, dossier, REFERENCE, out, "clerk", zipped=True)
    (out / "b").mkdir()
    second = package_1022(world.office, dossier, REFERENCE, out / "b", "clerk", zipped=True)
    assert first.path.read_bytes() == second.path.read_bytes()
    with zipfile.ZipFile(first.path) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == files(folder.path)
        assert archive.namelist() == sorted(archive.namelist())


def test_one_document_of_several(world: World, out: Path) -> None:
    dossier = world.signed(HEAD, HEAD, HEAD)
    made = package_1022(world.office, dossier, REFERENCE, out, "clerk", (3, 3))
    assert [reply.sha256 for reply in made.replies] == [dossier.documents[2].sealed and dossier.documents[2].sealed.sha256]
    assert made.replies[0].name.startswith(f"{dossier.code}-03-")
    for number in (0, -1, 4):
        assert refused(world, dossier, out, "other", number) == "U01"


def test_what_is_not_signed_is_not_handed_over(world: World, out: Path) -> None:
    dossier = world.to_sign(HEAD, BODY)
    assert refused(world, dossier, out) == "C12"


def test_another_package_of_that_name_is_left_alone(world: World, out: Path) -> None:
    one, two = world.signed(HEAD), world.signed(HEAD, HEAD)
    for zipped in (False, True):
        made = package_1022(world.office, one, REFERENCE, out, "clerk", zipped=zipped)
        assert refused(world, two, out, zipped=zipped) == "U01"
        assert made.path.exists()
    changed = out / "1022-2026.1022-000123" / package.RECORD
    changed.write_bytes(changed.read_bytes() + b" ")
    assert refused(world, one, out) == "U01"


def test_a_killed_run_leaves_nothing_that_looks_whole(world: World, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dossier = world.signed(HEAD, HEAD)
    left = out / ".1022-2026.1022-000123.part"
    left.mkdir()
    (left / "half.pdf").write_bytes(b"%PDF")
    made = package_1022(world.office, dossier, REFERENCE, out, "clerk")
    assert "half.pdf" not in files(made.path) and sorted(out.iterdir()) == [made.path]

    def full(path: Path, data: bytes) -> None:
        raise WorkstationError("M01")

    monkeypatch.setattr(package, "write_durably", full)
    assert refused(world, dossier, out, "other") == "M01"


def test_a_stored_file_that_changed_is_not_handed_over(world: World, out: Path) -> None:
    dossier = world.signed(HEAD)
    assert dossier.documents[0].sealed is not None
    path = world.office.blobs.path(dossier.documents[0].sealed.sha256)
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    assert refused(world, dossier, out) == "M03"


@pytest.mark.parametrize(
    "reference", ["", "..", "../1", "/1", "1/", "a//b", "a..b", "-o", "a b", "số1", "a\n", "x" * 51, "1\\2", "C:1"]
)
def test_a_reference_that_could_be_a_place_is_none(world: World, out: Path, reference: str) -> None:
    assert not is_reference(reference)
    assert refused(world, world.signed(HEAD), out, reference) == "U01"
