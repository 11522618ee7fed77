"""Write-once files: put, put again, full disk, leftovers of a power cut and of a kill."""

import errno
import hashlib
import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.small_disk import on_small_disk, small_disk
from workstation.domain.errors import WorkstationError
from workstation.domain.ids import Sha256
from workstation.domain.ports import BlobStore
from workstation.store.blobs import FileBlobs, disk_free_gb

DATA = b"scan" * 1000
NAME = Sha256(hashlib.sha256(DATA).hexdigest())


@pytest.fixture
def blobs(tmp_path: Path) -> FileBlobs:
    return FileBlobs(tmp_path / "data" / "blobs")


def files(root: Path) -> list[str]:
    return sorted(p.relative_to(root).as_posix() for p in root.rglob("*") if p.is_file() and p.name != ".alive")


def test_put_names_by_hash_and_makes_read_only(blobs: FileBlobs, tmp_path: Path) -> None:
    store: BlobStore = blobs
    source = tmp_path / "bản quét.jpg"
    source.write_bytes(DATA)
    assert store.put_file(source) == NAME == store.put_bytes(DATA)
    path = store.path(NAME)
    assert path == tmp_path / "data" / "blobs" / NAME[:2] / NAME[2:4] / NAME
    assert path.read_bytes() == DATA and stat.S_IMODE(path.stat().st_mode) == 0o444
    assert source.read_bytes() == DATA
    assert store.verify(NAME)
    assert files(tmp_path / "data" / "blobs") == [f"{NAME[:2]}/{NAME[2:4]}/{NAME}"]
    assert list(blobs.all()) == [NAME]


def test_nothing_is_a_blob_too(blobs: FileBlobs) -> None:
    nothing = blobs.put_bytes(b"")
    assert blobs.path(nothing).read_bytes() == b"" and blobs.verify(nothing)


def test_an_existing_blob_is_not_written_again(blobs: FileBlobs) -> None:
    inode = blobs.path(blobs.put_bytes(DATA)).stat().st_ino
    blobs.put_bytes(DATA)
    assert blobs.path(NAME).stat().st_ino == inode


@pytest.mark.parametrize("leftover", [b"", DATA[:-1], b"x" * len(DATA)])
def test_a_broken_blob_is_seen_and_healed_by_the_same_content(blobs: FileBlobs, leftover: bytes) -> None:
    path = blobs.path(blobs.put_bytes(DATA))
    path.chmod(0o644)
    path.write_bytes(leftover)
    assert not blobs.verify(NAME)
    if not leftover:
        with pytest.raises(WorkstationError, match="M03"):
            blobs.path(NAME)
    assert blobs.put_bytes(DATA) == NAME
    assert blobs.verify(NAME) and stat.S_IMODE(path.stat().st_mode) == 0o444


def test_missing_and_malformed(blobs: FileBlobs) -> None:
    assert not blobs.verify(NAME)
    with pytest.raises(WorkstationError, match="M03"):
        blobs.path(NAME)
    for name in ("../../etc/passwd", NAME.upper(), NAME[1:], NAME + "\n"):
        with pytest.raises(ValueError, match="SHA-256"):
            blobs.path(Sha256(name))


def test_unreadable_source_is_f07(blobs: FileBlobs, tmp_path: Path) -> None:
    for bad in (tmp_path / "missing", tmp_path):
        with pytest.raises(WorkstationError, match="F07"):
            blobs.put_file(bad)
    assert files(tmp_path / "data") == []


def test_order_on_disk(blobs: FileBlobs, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bytes, then name, then folder: the order a power cut must not find otherwise."""
    steps: list[str] = []
    real_fsync, real_replace = os.fsync, Path.replace

    def fsync(descriptor: int) -> None:
        target = Path(f"/proc/self/fd/{descriptor}").readlink()
        steps.append(f"fsync {'folder' if target.is_dir() else 'bytes'}")
        real_fsync(descriptor)

    def rename(self: Path, target: Path) -> Path:
        steps.append("rename")
        return real_replace(self, target)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(Path, "replace", rename)
    blobs.put_bytes(DATA)
    assert steps == ["fsync bytes", "fsync folder", "fsync folder", "rename", "fsync folder"]
    steps.clear()
    blobs.put_bytes(DATA)  # it may be there but not yet on disk
    assert steps == ["fsync bytes", "fsync bytes", "fsync folder"]


@on_small_disk
def test_full_disk_is_m01_and_leaves_nothing(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 512) as disk:
        blobs = FileBlobs(disk / "blobs")
        small = blobs.put_bytes(DATA)
        for put in (lambda: blobs.put_bytes(os.urandom(2_000_000)), lambda: blobs.put_file(Path("/dev/zero"))):
            with pytest.raises(WorkstationError, match="M01"):
                put()
        assert files(disk / "blobs") == [f"{small[:2]}/{small[2:4]}/{small}"]
        assert blobs.verify(small)
        blobs.put_bytes(b"there is room again")
        assert disk_free_gb(disk) < 0.001
        blobs.close()


def test_a_failing_fsync_leaves_no_blob(blobs: FileBlobs, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A disk that can't be made to fail at will: fsync is replaced."""

    def fail(_: int) -> None:
        raise OSError(errno.EDQUOT, "quota")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(WorkstationError, match="M01"):
        blobs.put_bytes(DATA)
    assert files(tmp_path / "data") == []


def test_many_at_once(blobs: FileBlobs) -> None:
    contents = [b"%d" % (i % 10) for i in range(80)]
    with ThreadPoolExecutor(8) as threads:
        names = list(threads.map(blobs.put_bytes, contents))
    assert len(set(names)) == 10 and all(blobs.verify(n) for n in names)
    assert list(blobs.staging().glob("[!.]*")) == []


HOLD = """
import sys
from pathlib import Path
from workstation.store.blobs import FileBlobs

blobs = FileBlobs(Path(sys.argv[1]))
(blobs.staging() / "half").write_bytes(b"x")
print(blobs.staging(), flush=True)
sys.stdin.read()
"""


def test_staging_of_the_dead_is_swept_and_that_of_the_living_is_not(tmp_path: Path) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path / "b")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[3],
    )
    with child:
        assert child.stdout is not None
        theirs = Path(child.stdout.readline().strip())
        FileBlobs(tmp_path / "b").close()
        assert (theirs / "half").exists()
        child.kill()
        child.wait()
        ours = FileBlobs(tmp_path / "b")
        assert list((tmp_path / "b" / "staging").iterdir()) == [ours.staging()]
        ours.close()
    assert list((tmp_path / "b" / "staging").iterdir()) == []
