"""Scan profiles are settings, and the clerk's counts are sheets of paper."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.unit.usecases.bench import World
from tests.unit.usecases.machine import BODY, HEAD
from tests.unit.usecases.room import Room
from workstation.app.scanner_settings import NetworkScanner
from workstation.app.settings import Settings, load, save
from workstation.domain.errors import WorkstationError
from workstation.domain.page import PageState
from workstation.domain.pagejobs import Inspection, Limits
from workstation.domain.ports import ScanSource, ScanWish
from workstation.domain.scanprofile import USUAL, ScanProfile, by_name, paper_name, scanner_for, sheets
from workstation.usecases import feeding
from workstation.usecases.views import ImportOutcome


def settings(home: Path, text: str) -> Settings:
    (home / "settings.toml").write_text(text, "utf-8")
    return load(home)


def test_profiles_come_back_as_they_were_saved(tmp_path: Path) -> None:
    mine = (
        ScanProfile("Sổ hộ tịch", 400, color=True, paper="A3"),
        ScanProfile("Hai mặt", sides="two", rules="one-stop", wait_for_paper=30, scanner="canon"),
    )
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
        ('name = "a"\nsides = "three"', "sides"),
        ('name = "a"\nsides = 2', "sides"),
        ('name = "a"\nrules = "my own"', "rules"),
        ('name = "a"\nsides = "one"\nduplex = true', "duplex"),
        ('name = "a"\nwait_for_paper = -1', "wait_for_paper"),
        ('name = "a"\nwait_for_paper = 601', "wait_for_paper"),
        ('name = "a"\nwait_for_paper = true', "wait_for_paper"),
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


def test_older_files_say_duplex(tmp_path: Path) -> None:
    old = settings(tmp_path, '[[scan_profiles]]\nname = "a"\nduplex = true\n[[scan_profiles]]\nname = "b"\nduplex = false\n')
    assert [p.sides for p in old.scan_profiles] == ["two", "one"]
    save(tmp_path, old)
    assert load(tmp_path).scan_profiles == old.scan_profiles and "duplex" not in (tmp_path / "settings.toml").read_text("utf-8")


def test_a_profile_that_names_its_scanner_gets_it_or_none() -> None:
    sources = (ScanSource("a", "Canon DR-C240"), ScanSource("b", "Kodak i2600"))
    own, any_ = ScanProfile("sổ", scanner="KODAK"), ScanProfile("thường")
    assert (scanner_for(own, sources, "a"), scanner_for(own, sources[:1], "a")) == ("b", "")
    assert (scanner_for(any_, sources, "b"), scanner_for(any_, sources, ""), scanner_for(any_, (), "")) == ("b", "a", "")


def test_no_profile_goes_below_what_the_rules_ask_for() -> None:
    assert ScanProfile("thô", 100).wish(300) == ScanWish(300)
    assert ScanProfile("nét", 600, color=False, sides="two", paper="A3").wish(300) == ScanWish(600, False, True, (297.0, 420.0))
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


def test_a_sheet_that_is_too_long_is_told_kept_and_stops_the_dossier(world: World) -> None:
    inspect = world.machine.inspect

    def third_is_long(path: Path, limits: Limits) -> Inspection:
        found = inspect(path, limits)
        long = path.name == "sheet-0002.tif"
        return replace(found, frames=tuple(replace(f, height_px=4100 if long else 3508) for f in found.frames))

    room = Room(replace_tools(world, third_is_long))
    room.feeder.sheets = [HEAD, BODY, BODY, BODY]
    dossier_id = room.desk.new_dossier("Hồ sơ mẫu").result()
    told: list[ImportOutcome] = []
    assert room.desk.scan(dossier_id, "feeder", "", told.append, lambda: False).result() == 4
    assert [o.doubt.params if o.doubt else None for o in told] == [None, None, (("page", 2),), None]
    pages = world.get(dossier_id).pages
    assert len(pages) == 4 and all(p.state is PageState.READ for p in pages)
    (found,) = [f for f in pages[2].findings if f.code == "double_feed"]
    assert (found.value, found.limit, found.ok) == (347.1, 297.0, False), "reading keeps what the feeder said"
    with pytest.raises(WorkstationError) as caught:
        room.desk.finish_capture(dossier_id).result()
    assert (caught.value.code, caught.value.params) == ("Q05", {"page": 2})
    room.desk.keep_page(pages[2].id, "giấy dài").result()
    room.desk.finish_capture(dossier_id).result()


def test_the_profile_waits_for_paper_and_esc_ends_the_waiting(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    room = Room(world)
    monkeypatch.setattr(feeding, "PAPER_SECONDS", 0.01)
    laid, asked = room.feeder.scan, [0]

    def empty_at_first(*rest: object) -> int:
        asked[0] += 1
        if asked[0] < 4:
            raise WorkstationError("Q02", count=0)
        room.feeder.sheets = [HEAD]
        return laid(*rest)  # type: ignore[arg-type]

    room.feeder.scan = empty_at_first  # type: ignore[assignment,method-assign]
    waiting = ScanProfile("chờ giấy", wait_for_paper=60)
    room.desk._parts = replace(room.desk._parts, scan_profiles=(waiting, *USUAL))
    dossier_id = room.desk.new_dossier("Hồ sơ mẫu").result()
    assert room.desk.scan(dossier_id, "feeder", "chờ giấy", lambda _: None, lambda: False).result() == 1
    asked[0] = 0
    assert room.desk.scan(dossier_id, "feeder", "chờ giấy", lambda _: None, lambda: asked[0] == 2).result() == 0
    asked[0] = 0
    with pytest.raises(WorkstationError, match="Q02"):
        room.desk.scan(dossier_id, "feeder", "A4 một mặt", lambda _: None, lambda: False).result()
    assert asked == [1], "a profile that does not wait says so at once"


def test_a_full_disk_stops_the_feeder(world: World) -> None:
    """What lies in the feeder is safer there than in a folder that takes nothing more."""
    room = Room(world)
    drawn: list[int] = []

    def feeder(_: str, wish: ScanWish, out: Path, sheet: Callable[[Path], None], cancelled: Callable[[], bool]) -> int:
        while not cancelled() and len(drawn) < 9:
            drawn.append(1)
            path = out / f"sheet-{len(drawn):04d}.tif"
            world.paper(HEAD).replace(path)
            sheet(path)
        return len(drawn)

    def full(name: str, job: object) -> None:
        if name == "inspect" and "0003" in str(job):
            raise WorkstationError("M01")

    room.feeder.scan = feeder  # type: ignore[assignment,method-assign]
    world.machine.hook = full
    dossier_id = room.desk.new_dossier("Hồ sơ mẫu").result()
    told: list[ImportOutcome] = []
    room.desk.scan(dossier_id, "feeder", "", told.append, lambda: False).result()
    assert [o.error.code if o.error else "" for o in told] == ["", "", "M01"]
    assert len(world.get(dossier_id).pages) == 2
    assert [p.name for p in (world.root / "incoming" / dossier_id).iterdir()] == ["sheet-0003.tif"]


def replace_tools(world: World, inspect: Callable[[Path, Limits], Inspection]) -> World:
    return replace(world, office=replace(world.office, tools=replace(world.office.tools, inspect=inspect)))


def test_scanners_that_do_not_tell_of_themselves(tmp_path: Path) -> None:
    mine = (NetworkScanner("Máy tầng hai", "http://10.1.2.3/eSCL/"), NetworkScanner("Máy kho", "https://kho.lan:8443/eSCL"))
    save(tmp_path, Settings(scanners=mine))
    assert load(tmp_path).scanners == mine
    assert load(tmp_path).scan_sources[0] == ScanSource("http://10.1.2.3/eSCL/", "Máy tầng hai")
    assert settings(tmp_path, "").scanners == ()


@pytest.mark.parametrize(
    ("row", "key"),
    [
        ('url = "http://10.1.2.3/eSCL"', "scanners.name"),
        ('name = " "\nurl = "http://10.1.2.3/eSCL"', "scanners.name"),
        ('name = "a"', "scanners.url"),
        ('name = "a"\nurl = "10.1.2.3"', "scanners.url"),
        ('name = "a"\nurl = "http://10.1.2.3"', "scanners.url"),
        ('name = "a"\nurl = "ftp://10.1.2.3/eSCL"', "scanners.url"),
        ('name = "a"\nurl = "http://ai:mat-khau@10.1.2.3/eSCL"', "scanners.url"),
        ('name = "a"\nurl = "http://10.1.2.3:99999/eSCL"', "scanners.url"),
        ('name = "a"\nurl = "http://10.1.2.3/eSCL"\nport = 80', "scanners.port"),
        ('name = "a"\nurl = "http://h/x"\n[[scanners]]\nname = "b"\nurl = "http://h/x"', "scanners.url"),
        ('name = "a"\nurl = "http://h/x"\n[[scanners]]\nname = "a"\nurl = "http://h/y"', "scanners.name"),
    ],
)
def test_a_scanner_that_can_not_be_one_is_refused_by_its_key(tmp_path: Path, row: str, key: str) -> None:
    with pytest.raises(WorkstationError) as caught:
        settings(tmp_path, f"[[scanners]]\n{row}\n")
    assert (caught.value.code, caught.value.params["key"]) == ("M06", key)


def test_the_paper_is_named_by_its_size_upright_or_lying_and_with_cut_edges() -> None:
    assert [paper_name(210, 297), paper_name(297, 210), paper_name(207.5, 294)] == ["A4"] * 3
    assert (paper_name(215.9, 279.4), paper_name(148, 210), paper_name(85.6, 54), paper_name(210, 285)) == (
        "Letter",
        "A5",
        "",
        "",
    )
