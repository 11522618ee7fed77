"""Scan profiles are settings, and the clerk's counts are sheets of paper."""

from pathlib import Path

import pytest

from tests.unit.usecases.bench import World
from tests.unit.usecases.machine import HEAD
from tests.unit.usecases.room import Room
from workstation.app.settings import Settings, load, save
from workstation.domain.errors import WorkstationError
from workstation.domain.ports import ScanWish
from workstation.domain.scanprofile import USUAL, ScanProfile, by_name, sheets


def settings(home: Path, text: str) -> Settings:
    (home / "settings.toml").write_text(text, "utf-8")
    return load(home)


def test_profiles_come_back_as_they_were_saved(tmp_path: Path) -> None:
    mine = (ScanProfile("Sổ hộ tịch", 400, color=True, paper="A3"), ScanProfile("Hai mặt", duplex=True))
    save(tmp_path, Settings(scan_profiles=mine))
    assert load(tmp_path).scan_profiles == mine
    assert settings(tmp_path, "").scan_profiles == USUAL


@pytest.mark.parametrize(
    ("row", "key"),
    [
        ('name = ""', "name"),
        ("dpi = 300", "name"),
        ('name = "a"\npaper = "A9"', "paper"),
        ('name = "a"\ndpi = -1', "dpi"),
        ('name = "a"\ndpi = 99999', "dpi"),
        ('name = "a"\nduplex = 1', "duplex"),
        ('name = "a"\n[[scan_profiles]]\nname = "a"', "name"),
    ],
)
def test_what_can_not_stand_is_refused_by_its_key(tmp_path: Path, row: str, key: str) -> None:
    with pytest.raises(WorkstationError) as caught:
        settings(tmp_path, f"[[scan_profiles]]\n{row}\n")
    assert (caught.value.code, caught.value.params["key"]) == ("M06", f"scan_profiles.{key}")


def test_an_unknown_key_is_told_with_the_one_that_was_meant(tmp_path: Path) -> None:
    with pytest.raises(WorkstationError) as caught:
        settings(tmp_path, '[[scan_profiles]]\nname = "a"\nduplx = true\n')
    assert caught.value.params["near"] == "duplex"


def test_no_profile_goes_below_what_the_rules_ask_for() -> None:
    assert ScanProfile("thô", 100).wish(300) == ScanWish(300)
    assert ScanProfile("nét", 600, color=False, duplex=True, paper="A3").wish(300) == ScanWish(600, False, True, (297.0, 420.0))
    assert by_name(USUAL, "đã bỏ") is USUAL[0]
    assert [sheets(n, duplex=True) for n in (0, 1, 2, 5)] == [0, 1, 1, 3]


def test_the_desk_scans_as_picked_and_counts_sheets(world: World) -> None:
    room = Room(world)
    wishes: list[ScanWish] = []
    room.feeder.sheets = [HEAD] * 4
    laid = room.feeder.scan

    def scan(source_id: str, wish: ScanWish, *rest: object) -> int:
        wishes.append(wish)
        return laid(source_id, wish, *rest)  # type: ignore[arg-type]

    room.feeder.scan = scan  # type: ignore[assignment]
    dossier_id = room.desk.new_dossier("Hồ sơ mẫu").result()
    assert room.desk.scan_profiles() == tuple(p.name for p in USUAL)
    assert room.desk.scan(dossier_id, "feeder", "A4 hai mặt", lambda _: None, lambda: False).result() == 2
    assert wishes[0].duplex and len(world.get(dossier_id).pages) == 4


@pytest.mark.parametrize(("profile", "sides", "whole"), [("A4 một mặt", 5, 5), ("A4 hai mặt", 5, 2), ("A4 hai mặt", 0, 0)])
def test_a_jam_is_told_in_sheets(world: World, profile: str, sides: int, whole: int) -> None:
    room = Room(world)

    def jams(*_: object) -> int:
        raise WorkstationError("Q04", count=sides)

    room.feeder.scan = jams  # type: ignore[assignment]
    dossier_id = room.desk.new_dossier("Hồ sơ mẫu").result()
    with pytest.raises(WorkstationError) as caught:
        room.desk.scan(dossier_id, "feeder", profile, lambda _: None, lambda: False).result()
    assert caught.value.params == {"count": whole, "sheet": whole + 1}
