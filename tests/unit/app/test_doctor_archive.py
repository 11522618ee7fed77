"""What the doctor says of the archive."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.unit.store.samples import dossier, entry
from workstation.app.doctor_archive import archive_check, check_archive
from workstation.app.doctor_model import DoctorInputs, Light
from workstation.domain.archive import KeptFile
from workstation.domain.copies import EntryState
from workstation.domain.dossier import DocumentState
from workstation.domain.errors import ErrorNote
from workstation.domain.ids import Sha256, UserName
from workstation.domain.signature import FileStanding, LastStamp, PublishedPdf, SealedPdf
from workstation.store.database import open_store

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def kept(days: int, error: str = "", name: str = "a") -> KeptFile:
    stamp = LastStamp(NOW + timedelta(days=days), (("sha256", 0),))
    hash_ = Sha256(name * 64)
    return KeptFile(hash_, hash_, 1, FileStanding("LTA", stamp), ErrorNote(error) if error else None)


@pytest.mark.parametrize(
    ("files", "light", "code"),
    [
        ((), Light.GREEN, ""),
        ((kept(400),), Light.GREEN, ""),
        ((kept(400), kept(80)), Light.AMBER, "C41"),
        ((kept(80, "C41"),), Light.AMBER, "C41"),
        ((kept(80, "C42"), kept(400)), Light.RED, "C42"),
        ((kept(-1), kept(400)), Light.RED, "C42"),
    ],
)
def test_the_gravest_is_said(tmp_path: Path, files: tuple[KeptFile, ...], light: Light, code: str) -> None:
    check = archive_check(files, DoctorInputs(tmp_path, "1"), NOW)
    assert (check.light, check.code) == (light, code)
    assert check.sentence.vi and check.sentence.en


def test_it_is_read_from_the_store(tmp_path: Path) -> None:
    inputs = DoctorInputs(tmp_path, "1", database=tmp_path / "store.sqlite3")
    assert check_archive(inputs)[0].light is Light.GREEN, "no store yet, and none is made"
    assert not (tmp_path / "store.sqlite3").exists()
    store = open_store(tmp_path / "store.sqlite3")
    with store.uow_factory() as uow:
        uow.archive.save(kept(-3000))
        uow.commit()
        assert uow.archive.list() == (kept(-3000),) and uow.archive.get(Sha256("a" * 64)) == kept(-3000)
        assert uow.archive.get(Sha256("b" * 64)) is None
    assert check_archive(inputs)[0].light is Light.GREEN, "what no document is signed with any more worries nobody"
    with store.uow_factory() as uow:
        made = dossier()
        sealed = SealedPdf(Sha256("a" * 64), 1, Sha256("c" * 64), "Trần Mẫu", "2026-11-21T02:00:00+00:00", "LTA")
        published = PublishedPdf(sealed.published, 1, 1, "PDF/A-2b")
        signed = replace(made.documents[0], state=DocumentState.SIGNED, published=published, sealed=sealed)
        by_two = replace(signed, entered_by=UserName("canbo1"), checked_by=UserName("kiemtra1"))
        uow.dossiers.add(replace(made, documents=(by_two,)))
        uow.commit()
    assert check_archive(inputs)[0].light is Light.RED
    with store.uow_factory() as uow:
        uow.dossiers.save(replace(uow.dossiers.get(made.id), documents=made.documents))
        uow.commit()
    assert check_archive(inputs)[0].light is Light.GREEN
    with store.uow_factory() as uow:
        uow.register.add(replace(entry(), state=EntryState.SIGNED, sealed=sealed))
        uow.commit()
    store.close()
    assert check_archive(inputs)[0].light is Light.RED, "copies are looked after too"
    (tmp_path / "store.sqlite3").write_bytes(b"no database" * 1000)
    assert check_archive(inputs)[0].light is Light.AMBER
