"""A backup brings back every dossier, original and signed file, into an empty folder only; what it does not hold is said."""

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.small_disk import on_small_disk, small_disk
from tests.unit.store.samples import dossier, item
from tests.unit.sync.rig import pdf
from workstation.app import backup as backups
from workstation.app.compose import Home
from workstation.domain.errors import WorkstationError
from workstation.domain.ids import Sha256
from workstation.store.blobs import FileBlobs
from workstation.store.database import open_store


class OfficeFolder:
    """A home with dossiers in the outbox, each with one signed file."""

    def __init__(self, root: Path) -> None:
        root.mkdir()
        self.home = Home(root).prepare()
        self.store = open_store(self.home.database)
        self.blobs = FileBlobs(self.home.blobs)

    def add(self, code: str, seed: int) -> Sha256:
        sha256 = self.blobs.put_bytes(pdf(3000, seed))
        one = dossier(code)
        queued = item(one)
        queued = replace(queued, files=tuple(replace(f, sha256=sha256) for f in queued.files[:1]))
        with self.store.uow_factory() as uow:
            uow.dossiers.add(replace(one, pages=(), documents=()))
            uow.outbox.add(queued)
            uow.commit()
        return sha256

    def codes(self) -> list[str]:
        with self.store.read_factory() as uow:
            return sorted(d.code for d in uow.dossiers.list())

    def close(self) -> None:
        self.blobs.close()
        self.store.close()


@pytest.fixture
def office(tmp_path: Path) -> Iterator[OfficeFolder]:
    made = OfficeFolder(tmp_path / "home")
    yield made
    made.close()


def quiet(_: str) -> None:
    return None


def test_files_that_the_settings_name_come_back(office: OfficeFolder, tmp_path: Path) -> None:
    root = office.home.root
    lines = [
        '[ward]\nca = "roots/ward.pem"',
        '[[peers]]\nname = "cong"\nkind = "opencps"\nurl = "https://x.vn"\ncodes = "codes/cong.json"',
        '[[peers]]\nname = "hai"\nkind = "opencps"\nurl = "https://y.vn"\ncodes = "secrets/hai.json"',
    ]
    (root / "settings.toml").write_text("\n".join(lines), "utf-8")
    kept = {"roots/ward.pem": "pem", "codes/cong.json": "{}"}
    for name, text in (*kept.items(), ("secrets/hai.json", "{}"), ("secrets/peer-cong", "bí mật")):
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(text, "utf-8")
    made = back_up(office, tmp_path / "disk")
    restored = empty(tmp_path / "again")
    backups.restore(tmp_path / "disk", restored)
    for name, text in kept.items():
        assert (restored / name).read_text("utf-8") == text, name
    assert not [name for name in made.files if name.startswith("secrets")]


def back_up(office: OfficeFolder, target: Path) -> backups.Backup:
    return backups.back_up(office.home.root, target, quiet)


def empty(path: Path) -> Path:
    path.mkdir()
    return path


def test_all_comes_back_and_no_secret_goes_out(office: OfficeFolder, tmp_path: Path) -> None:
    first = office.add("HS-0001", 1)
    (office.home.secrets / "ward-client").write_text("bí mật của trạm", "utf-8")
    (office.home.stamps / "a.png").write_bytes(b"chu ky tay")
    (office.home.trust / "root.pem").write_text("pem", "ascii")
    (office.home.sealing / "d1.pdf").write_bytes(b"signed, not recorded yet")
    (office.home.root / "ward-keys.json").write_text("{}", "ascii")
    (office.home.root / "settings.toml").write_text('[office]\nsite = "Phường Thử"\n', "utf-8")
    target = tmp_path / "disk"
    made = back_up(office, target)
    assert set(made.files) == {"trust/root.pem", "sealing/d1.pdf", "ward-keys.json", "settings.toml"} and made.lost == ()
    stored = b"".join(p.read_bytes() for p in target.rglob("*") if p.is_file())
    assert "bí mật của trạm".encode() not in stored and b"chu ky tay" not in stored
    assert backups.check(target) == (made, [])
    root = empty(tmp_path / "new")
    backups.restore(target, root)
    again = OfficeFolder.__new__(OfficeFolder)
    again.home, again.store, again.blobs = Home(root), open_store(root / "store.sqlite3"), FileBlobs(root / "blobs")
    assert again.codes() == ["HS-0001"] and again.blobs.verify(first) and again.store.sound()
    assert again.store.audit_head() == office.store.audit_head()
    assert (root / "sealing/d1.pdf").read_bytes() == b"signed, not recorded yet"
    assert (root / "settings.toml").read_bytes() == (office.home.root / "settings.toml").read_bytes()
    again.close()


def test_the_next_backup_writes_what_is_new_and_keeps_the_rest(office: OfficeFolder, tmp_path: Path) -> None:
    office.add("HS-0001", 1)
    target = tmp_path / "disk"
    first = back_up(office, target)
    inodes = {p.name: p.stat().st_ino for p in target.glob("blobs/??/??/*")}
    office.add("HS-0002", 2)
    second = back_up(office, target)
    after = {p.name: p.stat().st_ino for p in target.glob("blobs/??/??/*")}
    assert first.blobs < second.blobs and all(after[name] == inodes[name] for name in first.blobs)
    assert second.database != first.database and str(first.database) not in after, "of the databases the last"
    assert backups.check(target)[1] == []


def test_a_backup_whose_last_database_is_gone_is_made_anew(office: OfficeFolder, tmp_path: Path) -> None:
    target = tmp_path / "disk"
    before = back_up(office, target)
    assert before.database is not None
    blobs = FileBlobs(target / "blobs")
    blobs.path(before.database).unlink()
    blobs.close()
    office.add("HS-9", 9)
    made = back_up(office, target)
    assert backups.check(target) == (made, []) and made.database != before.database


@pytest.mark.parametrize("harm", ["flip", "cut", "gone"])
def test_a_harmed_backup_is_named_and_not_restored(office: OfficeFolder, tmp_path: Path, harm: str) -> None:
    sha256 = office.add("HS-0001", 1)
    target = tmp_path / "disk"
    back_up(office, target)
    (place,) = target.glob(f"blobs/??/??/{sha256}")
    place.chmod(0o600)
    data = place.read_bytes()
    if harm == "gone":
        place.unlink()
    else:
        place.write_bytes(data[:-1] if harm == "cut" else data[:9] + bytes([data[9] ^ 1]) + data[10:])
    assert backups.check(target)[1] == [sha256]
    root = empty(tmp_path / "new")
    with pytest.raises(WorkstationError) as refused:
        backups.restore(target, root)
    assert refused.value.code == "G28" and list(root.iterdir()) == []


def test_nothing_is_restored_over_an_office(office: OfficeFolder, tmp_path: Path) -> None:
    office.add("HS-0001", 1)
    back_up(office, tmp_path / "disk")
    before = sorted(p.name for p in office.home.root.iterdir())
    with pytest.raises(WorkstationError) as refused:
        backups.restore(tmp_path / "disk", office.home.root)
    assert refused.value.code == "U01" and sorted(p.name for p in office.home.root.iterdir()) == before


def test_a_path_that_leads_out_is_not_followed(office: OfficeFolder, tmp_path: Path) -> None:
    target = tmp_path / "disk"
    back_up(office, target)
    manifest = json.loads((target / "backup.json").read_bytes())
    manifest["files"]["../out"] = manifest["database"]
    (target / "backup.json").write_text(json.dumps(manifest), "utf-8")
    with pytest.raises(WorkstationError):
        backups.restore(target, empty(tmp_path / "new"))
    assert not (tmp_path / "out").exists()


def test_what_the_office_lost_is_said_and_the_rest_is_saved(office: OfficeFolder, tmp_path: Path) -> None:
    lost, changed, good = (office.add(f"HS-000{n}", n) for n in (1, 2, 3))
    office.blobs.path(lost).unlink()
    office.blobs.path(changed).chmod(0o600)
    office.blobs.path(changed).write_bytes(bytes(3000))
    made = back_up(office, tmp_path / "disk")
    assert set(made.lost) == {lost, changed} and good in made.blobs
    assert backups.check(tmp_path / "disk")[1] == []


def test_while_others_write(office: OfficeFolder, tmp_path: Path) -> None:
    """Whatever the moment: every file that the saved database names is saved."""
    over = threading.Event()

    def work() -> None:
        for n in range(200):
            office.add(f"HS-{n:04d}", n)
            if over.is_set():
                return

    writer = threading.Thread(target=work)
    writer.start()
    try:
        counts = [len(back_up(office, tmp_path / "disk").blobs) for _ in range(4)]
    finally:
        over.set()
        writer.join()
    assert counts == sorted(counts)
    root = empty(tmp_path / "new")
    backups.restore(tmp_path / "disk", root)
    store, blobs = open_store(root / "store.sqlite3"), FileBlobs(root / "blobs")
    with store.read_factory() as uow:
        items = uow.outbox.list()
    assert len(items) == counts[-1] and all(blobs.verify(f.sha256) for i in items for f in i.files)
    blobs.close()
    store.close()


@on_small_disk
def test_a_full_disk_leaves_the_backup_before(office: OfficeFolder, tmp_path: Path) -> None:
    office.add("HS-0001", 1)
    with small_disk(tmp_path / "disk", 900) as disk:
        first = back_up(office, disk)
        for n in range(2, 300):
            office.add(f"HS-{n:04d}", n)
        with pytest.raises(WorkstationError) as full:
            back_up(office, disk)
        assert full.value.code == "M01" and backups.check(disk) == (first, [])


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b'{"format": 2}', b'{"format": 1, "files": []}'])
def test_what_is_no_backup(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "backup.json").write_bytes(content)
    with pytest.raises(WorkstationError) as refused:
        backups.read_manifest(tmp_path)
    assert refused.value.code == "G28"


def test_a_target_within_the_office_is_refused(office: OfficeFolder) -> None:
    with pytest.raises(WorkstationError) as refused:
        back_up(office, office.home.root / "copy")
    assert refused.value.code == "U01" and not (office.home.root / "copy").exists()
