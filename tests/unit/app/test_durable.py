"""A file is whole or as it was: also on a disk that is really full."""

import os
from pathlib import Path

import pytest

from tests.small_disk import small_disk
from workstation.app import settings
from workstation.domain.durable import copy_durably, write_durably
from workstation.domain.errors import WorkstationError


def test_takes_the_place_of_what_stood_there_and_leaves_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "dossier.json"
    write_durably(path, b"one")
    write_durably(path, b"hai\n")
    copy_durably(path, tmp_path / "copy.json")
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == {"dossier.json": b"hai\n", "copy.json": b"hai\n"}


def test_a_secret_is_its_owners_alone_from_the_first_moment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    modes: list[int] = []
    fsync = os.fsync

    def noting(handle: int) -> None:
        modes.append(os.fstat(handle).st_mode & 0o777)
        fsync(handle)

    monkeypatch.setattr(os, "fsync", noting)
    write_durably(tmp_path / "key.pem", b"x", 0o600)
    assert modes[0] == (tmp_path / "key.pem").stat().st_mode & 0o777 == 0o600


def test_a_name_of_the_longest_allowed_length_is_written(tmp_path: Path) -> None:
    write_durably(tmp_path / ("a" * 255), b"x")
    assert (tmp_path / ("a" * 255)).read_bytes() == b"x"


def test_a_full_disk_is_m01_and_the_old_file_stays(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 64) as disk:
        path = disk / "dossier.json"
        write_durably(path, b"old")
        source = tmp_path / "large"
        source.write_bytes(bytes(200_000))
        for write in (lambda: write_durably(path, bytes(200_000)), lambda: copy_durably(source, path)):
            with pytest.raises(WorkstationError) as caught:
                write()
            assert caught.value.code == "M01"
        assert [(p.name, p.read_bytes()) for p in disk.iterdir()] == [("dossier.json", b"old")]


def test_settings_on_a_full_disk_are_m01(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 16) as disk:
        (disk / "filler").write_bytes(bytes(12_000))
        with pytest.raises(WorkstationError) as caught:
            settings.save(disk, settings.Settings(office=settings.OfficeSettings(organization="Ủ" * 9_000)))
        assert caught.value.code == "M01"
        assert [p.name for p in disk.iterdir()] == ["filler"]


def test_another_fault_stays_what_it_is(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        write_durably(tmp_path / "none" / "a", b"x")
