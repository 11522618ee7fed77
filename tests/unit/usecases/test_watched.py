"""The copier's folder: half-written files wait, the same file twice is one, nothing is lost and nobody is told twice."""

import os
import shutil
from pathlib import Path

import pytest

from tests.unit.usecases.bench import CLERK, World
from tests.unit.usecases.machine import BODY, HEAD, Sheet
from workstation.domain.dossier import Dossier
from workstation.domain.events import WatchedFileRefused
from workstation.usecases import scan, slips
from workstation.usecases.watched import DONE, GIVE_UP_SECONDS, REFUSED, SETTLE_SECONDS, WatchedFolder


class Copier:
    """The folder, a clock that the test turns, and sweeps as the ticker makes them."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world, self.folder, self.now = world, folder, 1000.0
        folder.mkdir(exist_ok=True)
        self.watched = WatchedFolder(world.office, folder, CLERK, lambda: self.now)

    def scans(self, name: str, *sheets: Sheet) -> bytes:
        data = self.world.paper(*(sheets or (HEAD,))).read_bytes()
        (self.folder / name).write_bytes(data)
        return data

    def wait(self, seconds: float, step: float = 5.0) -> int:
        """Dossiers that got pages meanwhile."""
        found = 0
        for _ in range(round(seconds / step)):
            self.now += step
            found += len(self.watched.sweep())
        return found

    def restart(self) -> None:
        self.watched = WatchedFolder(self.world.office, self.folder, CLERK, lambda: self.now)

    @property
    def dossiers(self) -> tuple[Dossier, ...]:
        with self.world.office.look() as uow:
            return uow.dossiers.list()

    @property
    def refused(self) -> list[tuple[str, str]]:
        return [(e.name, e.note.code) for e in self.world.events if isinstance(e, WatchedFileRefused)]

    def names(self, where: str = "") -> list[str]:
        folder = self.folder / where
        return sorted(p.name for p in folder.iterdir() if p.is_file()) if folder.is_dir() else []


@pytest.fixture
def copier(world: World, tmp_path: Path) -> Copier:
    return Copier(world, tmp_path / "máy photocopy")


def test_a_finished_file_becomes_a_dossier_and_lies_aside(copier: Copier) -> None:
    data = copier.scans("Quét 1.tif", HEAD, BODY)
    assert copier.wait(SETTLE_SECONDS) == 0, "it may still be written"
    assert copier.wait(10) == 1
    (dossier,) = copier.dossiers
    assert (dossier.title, len(dossier.pages)) == ("Quét 1", 2)
    original = copier.world.blobs.path(dossier.pages[0].source.original)
    assert original.read_bytes() == data == (copier.folder / DONE / "Quét 1.tif").read_bytes()
    assert copier.names() == []
    assert copier.wait(60) == 0 and len(copier.dossiers) == 1


def test_a_file_that_grows_waits(copier: Copier) -> None:
    data = copier.scans("a.tif", HEAD)
    for end in range(20, len(data), max(1, len(data) // 5)):
        (copier.folder / "a.tif").write_bytes(data[:end])
        assert copier.wait(5) == 0
    (copier.folder / "a.tif").write_bytes(data)
    assert copier.wait(20) == 1
    assert copier.refused == []


def test_half_a_file_is_given_time_and_then_told_once(copier: Copier) -> None:
    (copier.folder / "hỏng.tif").write_bytes(b"II*\0 half")
    (copier.folder / "rỗng.tif").write_bytes(b"")
    assert copier.wait(GIVE_UP_SECONDS) == 0
    assert copier.refused == [] and copier.names() == ["hỏng.tif", "rỗng.tif"]
    assert copier.wait(60) == 0
    assert [name for name, _ in copier.refused] == ["hỏng.tif"]
    assert copier.names(REFUSED) == ["hỏng.tif"]
    assert copier.names() == ["rỗng.tif"], "a file without a byte is not written yet"
    assert len(copier.dossiers) == 0


def test_half_a_file_is_copied_once_over_the_line(copier: Copier, monkeypatch: pytest.MonkeyPatch) -> None:
    (copier.folder / "hỏng.tif").write_bytes(b"II*\0 half")
    copied: list[Path] = []
    copy = shutil.copyfile

    def count(source: Path, target: Path) -> None:
        copied.append(source)
        copy(source, target)

    monkeypatch.setattr(shutil, "copyfile", count)
    copier.wait(GIVE_UP_SECONDS + 60)
    assert len(copied) == 1 and len(copier.refused) == 1


def test_the_same_file_twice_is_one_dossier(copier: Copier) -> None:
    data = copier.scans("a.tif")
    assert copier.wait(20) == 1
    (copier.folder / "a.tif").write_bytes(data)
    (copier.folder / "bản hai.tif").write_bytes(data)
    assert copier.wait(20) == 0
    assert len(copier.dossiers) == 1
    assert copier.names(DONE) == ["a (2).tif", "a.tif", "bản hai.tif"], "none is written over"


def test_a_crash_between_dossier_and_pages_is_made_good(copier: Copier, monkeypatch: pytest.MonkeyPatch) -> None:
    copier.scans("a.tif")

    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(scan, "add_pages", dies)
        with pytest.raises(KeyboardInterrupt):
            copier.wait(20)
    assert [len(d.pages) for d in copier.dossiers] == [0]
    copier.restart()
    assert copier.wait(20) == 1
    assert [len(d.pages) for d in copier.dossiers] == [1]


def test_a_crash_before_the_file_lies_aside_takes_it_once(copier: Copier, monkeypatch: pytest.MonkeyPatch) -> None:
    copier.scans("a.tif")
    with monkeypatch.context() as patch:
        patch.setattr(WatchedFolder, "_aside", lambda *_: None)
        assert copier.wait(20) >= 1
    copier.restart()
    assert copier.wait(20) == 0
    assert len(copier.dossiers) == 1 and copier.names(DONE) == ["a.tif"]


@pytest.mark.skipif(os.name == "nt", reason="rights of folders are told with POSIX modes here")
def test_a_share_that_may_not_be_written_is_read_once(copier: Copier, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests may run as root, whom no mode stops: the move itself is refused."""
    copier.scans("a.tif")
    looked: list[Path] = []
    look = scan.look
    monkeypatch.setattr(scan, "look", lambda office, path: looked.append(path) or look(office, path))  # type: ignore[func-returns-value]
    monkeypatch.setattr(Path, "rename", lambda *_: (_ for _ in ()).throw(PermissionError()))
    assert copier.wait(60) == 1
    assert copier.names() == ["a.tif"] and len(looked) == 1


def test_a_file_that_changes_under_our_hands_is_not_taken(copier: Copier, monkeypatch: pytest.MonkeyPatch) -> None:
    data = copier.scans("a.tif")
    copy = shutil.copyfile

    def slow(source: Path, target: Path) -> None:
        copy(source, target)
        with source.open("ab") as file:
            file.write(b" ")

    with monkeypatch.context() as patch:
        patch.setattr(shutil, "copyfile", slow)
        assert copier.wait(15) == 0
    assert copier.wait(20) == 1
    dossier = copier.dossiers[0]
    assert copier.world.blobs.path(dossier.pages[0].source.original).read_bytes().startswith(data)


def test_what_is_no_page_and_a_folder_that_is_away(copier: Copier) -> None:
    for name in (".ẩn.tif", "~$a.docx", "b.tif.part", "Thumbs.db", "c.json"):
        copier.scans(name)
    (copier.folder / "thư mục").mkdir()
    (copier.folder / "liên kết.tif").symlink_to("/etc/hostname")
    assert copier.wait(200) == 0 and copier.refused == []
    away = copier.folder.rename(copier.folder.with_name("khác"))
    assert copier.wait(20) == 0
    away.rename(copier.folder)
    copier.scans("d.tif")
    assert copier.wait(20) == 1


def test_a_file_whose_pages_were_moved_to_their_dossier_is_not_taken_again(copier: Copier) -> None:
    target = scan.open_dossier(copier.world.office, "", CLERK)
    data = copier.scans("a.tif", Sheet(code="HS-0001"))
    assert copier.wait(SETTLE_SECONDS + 10) == 1
    slips.move(copier.world.office, copier.dossiers[0].id, target, CLERK)
    (copier.folder / "a.tif").write_bytes(data)
    copier.restart()
    assert copier.wait(SETTLE_SECONDS + 10) == 0
    assert sorted(len(d.pages) for d in copier.dossiers) == [0, 1]
