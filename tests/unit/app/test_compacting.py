"""Working pictures go only of what was received, reconciled and is read whole from the backup; originals and PDFs never go."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ocr import thumbs
from ocr.cache import entry
from tests.unit.app.test_backup import OfficeFolder, back_up
from tests.unit.store.samples import T0, dossier, item, sha
from tests.unit.sync.rig import pdf
from workstation.app.compacting import compact
from workstation.domain.ids import DossierId, Sha256
from workstation.domain.outbox import OutboxState, Receipt
from workstation.domain.page import PageSource
from workstation.domain.signature import PublishedPdf
from workstation.domain.thumbs import pack_of


class Received(OfficeFolder):
    """One dossier with an original, a published file, a receipt, and pictures made for working on it."""

    original: Sha256
    cached: Path
    pack: Path

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.original, published = self.blobs.put_bytes(pdf(5000, 1)), self.blobs.put_bytes(pdf(4000, 2))
        one = dossier()
        pages = tuple(replace(p, source=PageSource(self.original, p.source.frame)) for p in one.pages)
        documents = tuple(replace(d, published=PublishedPdf(published, 4000, 2, "PDF/A-2b")) for d in one.documents)
        self.dossier_id: DossierId = one.id
        self.item = replace(
            item(one), state=OutboxState.RECEIVED, receipt=Receipt("r", "2026-11-21T00:00:00Z", sha("m"), "k", "a.b.c")
        )
        with self.store.uow_factory() as uow:
            uow.dossiers.add(replace(one, pages=pages, documents=documents))
            uow.outbox.add(self.item)
            uow.commit()
        # the item's own file is the store's sample: no such blob, as nothing here reads it
        self.cached = entry(self.home.cache, self.original, 0, (), "text.json")
        self.cached.parent.mkdir(parents=True)
        self.cached.write_bytes(b"picture")
        self.pack = pack_of(self.home.cache, one.id)
        thumbs.put(self.pack, "page", "cleaned", b"small")

    def reconciled(self) -> None:
        with self.store.uow_factory() as uow:
            uow.outbox.save(replace(uow.outbox.get(self.item.id), reconciled_at=T0))
            uow.commit()

    def originals(self) -> set[Path]:
        return set(self.home.blobs.glob("??/??/*"))


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Received]:
    made = Received(tmp_path / "home")
    yield made
    made.close()


def test_after_reconciliation_and_backup_the_pictures_go_and_nothing_else(office: Received, tmp_path: Path) -> None:
    office.reconciled()
    back_up(office, tmp_path / "disk")
    before, small = office.originals(), office.pack.stat().st_size
    done = compact(office.home.root, tmp_path / "disk")
    assert (done.cleared, done.bytes, done.not_reconciled, done.not_backed_up) == (1, 7 + small, 0, 0)
    assert not office.cached.exists() and not office.pack.exists() and office.originals() == before
    with office.store.read_factory() as uow:
        assert [e.action for e in uow.audit.events(office.dossier_id)] == ["compacted"]
    assert compact(office.home.root, tmp_path / "disk").cleared == 0


def test_what_is_not_reconciled_stays(office: Received, tmp_path: Path) -> None:
    back_up(office, tmp_path / "disk")
    assert compact(office.home.root, tmp_path / "disk").not_reconciled == 1 and office.cached.exists() and office.pack.exists()


@pytest.mark.parametrize("what", ["original", "database", "older"])
def test_what_is_not_in_the_backup_as_it_is_here_stays(office: Received, tmp_path: Path, what: str) -> None:
    office.reconciled()
    if what == "older":
        with office.store.uow_factory() as uow:
            uow.outbox.save(replace(uow.outbox.get(office.item.id), receipt=None, state=OutboxState.UNKNOWN))
            uow.commit()
    made = back_up(office, tmp_path / "disk")
    if what == "older":
        with office.store.uow_factory() as uow:
            uow.outbox.save(replace(uow.outbox.get(office.item.id), receipt=office.item.receipt, state=OutboxState.RECEIVED))
            uow.commit()
    else:
        (place,) = (tmp_path / "disk").glob(f"blobs/??/??/{office.original if what == 'original' else made.database}")
        place.chmod(0o600)
        place.write_bytes(place.read_bytes()[:-1] + b"?")
    done = compact(office.home.root, tmp_path / "disk")
    assert (done.cleared, done.not_backed_up) == (0, 1) and office.cached.exists() and office.pack.exists()


def test_what_the_office_lost_keeps_its_pictures(office: Received, tmp_path: Path) -> None:
    """An original that the office lost is in no backup, so its pictures are what is left of it."""
    office.reconciled()
    office.blobs.path(office.original).unlink()
    assert back_up(office, tmp_path / "disk").lost != ()
    assert compact(office.home.root, tmp_path / "disk").not_backed_up == 1 and office.cached.exists() and office.pack.exists()
