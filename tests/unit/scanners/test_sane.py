"""SANE's own ``test`` back end: a feeder of ten sheets, and every status that a driver can report."""

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.small_disk import on_small_disk, small_disk
from workstation.domain.errors import WorkstationError
from workstation.domain.ports import Scanner, ScanWish
from workstation.scanners.sane import SaneScanner, parse_options

DEVICE = "test:0"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    folder = tmp_path / "sane.d"
    folder.mkdir()
    (folder / "dll.conf").write_text("test\n")
    (folder / "test.conf").write_text("")
    return folder


@pytest.fixture
def out(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


def never() -> bool:
    return False


def test_devices_are_listed(config: Path, tmp_path: Path) -> None:
    scanner: Scanner = SaneScanner(config)
    assert next((s.id, s.name) for s in scanner.sources()) == ("test:0", "Noname frontend-tester")
    (config / "dll.conf").write_text("")
    assert scanner.sources() == ()


def test_without_sane(monkeypatch: pytest.MonkeyPatch, out: Path, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert SaneScanner().sources() == ()
    with pytest.raises(WorkstationError, match="Q01"):
        SaneScanner().scan(DEVICE, ScanWish(300), out, lambda _: None, never)


def test_the_feeder_is_scanned_in_colour(config: Path, out: Path) -> None:
    sheets: list[Path] = []

    def sheet(path: Path) -> None:
        sheets.append(path)
        assert sorted(out.iterdir()) == sheets  # nothing is drawn in before this one is taken
        with Image.open(path) as image:
            image.load()
            assert (image.format, image.mode) == ("PNG", "RGB")
            assert image.info["dpi"] == pytest.approx((150, 150), abs=0.1)
            assert image.size == pytest.approx((200 / 25.4 * 150, 200 / 25.4 * 150), abs=1)

    assert SaneScanner(config).scan(DEVICE, ScanWish(150), out, sheet, never) == 10
    assert [s.name for s in sheets] == [f"sheet-{n:04d}.png" for n in range(1, 11)]


def test_cancel_ends_after_the_sheet_and_numbering_goes_on(config: Path, out: Path) -> None:
    sheets: list[Path] = []
    scanner = SaneScanner(config)
    assert scanner.scan(DEVICE, ScanWish(75), out, sheets.append, lambda: len(sheets) == 3) == 3
    assert scanner.scan(DEVICE, ScanWish(75), out, sheets.append, lambda: len(sheets) == 4) == 1
    assert scanner.scan(DEVICE, ScanWish(75), out, sheets.append, lambda: True) == 0
    assert sorted(out.iterdir()) == sheets == [out / f"sheet-{n:04d}.png" for n in range(1, 5)]


@pytest.mark.parametrize(
    ("status", "code", "reason"),
    [
        ("JAMMED", "Q04", None),
        ("NO_DOCS", "Q02", None),
        ("COVER_OPEN", "Q06", None),
        ("DEVICE_BUSY", "Q07", None),
        ("IO_ERROR", "Q08", "io"),
        ("ACCESS_DENIED", "Q08", "access"),
    ],
)
def test_trouble_at_the_device(config: Path, out: Path, status: str, code: str, reason: str | None) -> None:
    scanner = SaneScanner(config, (f"--read-return-value=SANE_STATUS_{status}",))
    with pytest.raises(WorkstationError) as caught:
        scanner.scan(DEVICE, ScanWish(75), out, lambda _: None, never)
    assert (caught.value.code, caught.value.params.get("reason"), caught.value.params["count"]) == (code, reason, 0)
    assert list(out.iterdir()) == []


def test_a_driver_that_tells_its_trouble_and_then_hangs_is_believed(
    config: Path, out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SANE's own test device does so one time in thirty; here a program between us and scanimage does so every time."""
    real = shutil.which("scanimage")
    stuck = tmp_path / "bin" / "scanimage"
    stuck.parent.mkdir()
    stuck.write_text(
        f'#!/bin/sh\n"{real}" "$@"\nended=$?\ncase "$*" in *--batch=*) exec sleep 600 >&- 2>&- ;; esac\nexit $ended\n'
    )
    stuck.chmod(0o755)
    monkeypatch.setenv("PATH", f"{stuck.parent}:{os.environ['PATH']}")
    before = time.monotonic()
    with pytest.raises(WorkstationError) as caught:
        SaneScanner(config, ("--read-return-value=SANE_STATUS_JAMMED",)).scan(DEVICE, ScanWish(75), out, lambda _: None, never)
    assert (caught.value.code, caught.value.params["count"]) == ("Q04", 0)
    assert time.monotonic() - before < 30


def test_no_such_device(config: Path, out: Path) -> None:
    with pytest.raises(WorkstationError, match="Q01"):
        SaneScanner(config).scan("test:99", ScanWish(75), out, lambda _: None, never)


def test_a_driver_that_hangs_is_given_up(config: Path, out: Path) -> None:
    slow = ("--read-delay=yes", "--read-delay-duration=200000", "--read-limit=yes", "--read-limit-size=1000")
    before = time.monotonic()
    with pytest.raises(WorkstationError) as caught:
        SaneScanner(config, slow, sheet_seconds=0.5).scan(DEVICE, ScanWish(75), out, lambda _: None, never)
    assert caught.value.params["reason"] == "hangs"
    assert time.monotonic() - before < 15


def test_who_takes_the_sheet_may_fail(config: Path, out: Path) -> None:
    def fail(_: Path) -> None:
        raise WorkstationError("M01")

    with pytest.raises(WorkstationError, match="M01"):
        SaneScanner(config).scan(DEVICE, ScanWish(75), out, fail, never)
    assert [p.name for p in out.iterdir()] == ["sheet-0001.png"]


@on_small_disk
def test_full_disk_is_m01_and_keeps_what_is_whole(config: Path, out: Path) -> None:
    sheets: list[Path] = []
    with small_disk(out, 600):
        with pytest.raises(WorkstationError) as caught:
            SaneScanner(config, ("--test-picture=Color pattern",)).scan(DEVICE, ScanWish(100), out, sheets.append, never)
        assert (caught.value.code, caught.value.params["count"]) == ("M01", len(sheets))
        assert sheets and sorted(out.iterdir()) == sheets
        for path in sheets:
            with Image.open(path) as image:
                image.load()


FAKE = """#!/bin/sh
for last; do case "$last" in --batch=*) out="${last#--batch=}";; esac; done
[ -n "$out" ] || { echo "    --mode Color [Color]"; exit 0; }
read -r line
file="$(dirname "$out")/sheet-0001.png"
printf 'half a picture' > "$file"
echo "$file"
read -r line
"""


def test_half_a_sheet_is_not_reported(tmp_path: Path, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last bytes are lost when scanimage closes the file; a real disk can't be made to fill up at that very moment."""
    fake = tmp_path / "bin" / "scanimage"
    fake.parent.mkdir()
    fake.write_text(FAKE)
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{fake.parent}:/usr/bin:/bin")
    sheets: list[Path] = []
    with pytest.raises(WorkstationError, match="M01"):
        SaneScanner().scan(DEVICE, ScanWish(100), out, sheets.append, never)
    assert sheets == [] and list(out.iterdir()) == []


FELT_TWO = """#!/bin/sh
for last; do case "$last" in --batch=*) out="${last#--batch=}";; esac; done
[ -n "$out" ] || { echo "    --double-feed[=(yes|no)] [SENSOR] [hardware]"; exit 0; }
read -r line
echo "scanimage: sane_start: Document feeder jammedREMARK" >&2
exit 6
"""


@pytest.mark.parametrize(
    ("sensor", "remark", "code"),
    [("yes", "", "Q05"), ("no", "", "Q04"), ("no", " (double feed)", "Q05"), ("no", " (fed)", "Q04")],
)
def test_what_a_driver_calls_a_jam_may_be_two_sheets(
    tmp_path: Path, out: Path, monkeypatch: pytest.MonkeyPatch, sensor: str, remark: str, code: str
) -> None:
    """SANE's test device has no such sensor."""
    fake = tmp_path / "bin" / "scanimage"
    fake.parent.mkdir()
    fake.write_text(FELT_TWO.replace("SENSOR", sensor).replace("REMARK", remark))
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{fake.parent}:/usr/bin:/bin")
    with pytest.raises(WorkstationError) as caught:
        SaneScanner().scan(DEVICE, ScanWish(100), out, lambda _: None, never)
    assert (caught.value.code, caught.value.params["count"]) == (code, 0)


def test_what_a_driver_says_after_its_output_ended_is_heard(tmp_path: Path, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program's pipes end one after the other, in either order."""
    fake = tmp_path / "bin" / "scanimage"
    fake.parent.mkdir()
    late = FELT_TWO.replace("SENSOR", "no").replace("REMARK", " (double feed)").replace("read -r line", "exec 1>&-\nsleep 0.3")
    fake.write_text(late)
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{fake.parent}:/usr/bin:/bin")
    with pytest.raises(WorkstationError, match="Q05"):
        SaneScanner().scan(DEVICE, ScanWish(100), out, lambda _: None, never)


@pytest.mark.parametrize("at", [1, 4, 9])
def test_a_driver_that_is_killed_keeps_what_came(config: Path, out: Path, at: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """As when the device is unplugged and its driver crashes; the process is killed by its own id while a sheet is drawn in."""
    sheets: list[Path] = []
    running: list[subprocess.Popen[bytes]] = []
    start = subprocess.Popen

    def started(*rest: Any, **more: Any) -> "subprocess.Popen[bytes]":
        running.append(start(*rest, **more))
        return running[-1]

    monkeypatch.setattr(subprocess, "Popen", started)

    def sheet(path: Path) -> None:
        sheets.append(path)
        if len(sheets) == at:
            os.kill(running[-1].pid, signal.SIGKILL)

    with pytest.raises(WorkstationError) as caught:
        SaneScanner(config).scan(DEVICE, ScanWish(75), out, sheet, never)
    assert (caught.value.code, caught.value.params["count"]) == ("Q08", at)
    assert sorted(out.iterdir()) == sheets and len(sheets) == at
    for path in sheets:
        with Image.open(path) as image:
            image.load()
    assert SaneScanner(config).scan(DEVICE, ScanWish(75), out, sheets.append, lambda: len(sheets) == at + 2) == 2


OPTIONS = """
All options specific to device `fujitsu:fi-6130dj:1':
  Standard:
    --source ADF Front|ADF Back|ADF Duplex [ADF Front]
        Selects the scan source (such as a document-feeder).
    --mode Lineart|Halftone|Gray|Color [Lineart]
        Selects the scan mode (e.g., lineart, monochrome, or color).
    --resolution 50|75|150|200|300|600dpi [600]
        Sets the resolution of the scanned image.
  Geometry:
    --page-width 0..224.846mm (in steps of 0.0211639) [215.872]
    -x 0..215.872mm (in steps of 0.0211639) [215.872]
        Width of scan-area.
    -y 0..279.364mm (in steps of 0.0211639) [279.364]
"""


def test_options_of_another_device() -> None:
    found = parse_options(OPTIONS)
    assert (found.feeder, found.color, found.width_mm, found.height_mm) == ("ADF Front", "Color", 215.872, 279.364)
    assert [found.resolution(d) for d in (300, 240, 1200, 10)] == [300, 300, 600, 50]
    assert (found.source(duplex=False), found.source(duplex=True), found.gray) == ("ADF Front", "ADF Duplex", "Gray")


def test_a_feeder_of_one_kind_is_used_for_both_wishes() -> None:
    both_sides = parse_options("    --source Flatbed|ADF Duplex [Flatbed]\n")
    one_side = parse_options("    --source Flatbed|Automatic Document Feeder [Flatbed]\n")
    assert [both_sides.source(duplex=wish) for wish in (False, True)] == ["ADF Duplex"] * 2
    assert [one_side.source(duplex=wish) for wish in (False, True)] == ["Automatic Document Feeder"] * 2
    assert both_sides.feeds and one_side.feeds
    assert not parse_options("    --source Flatbed [Flatbed]\n").feeds


def test_grey_and_paper_as_wished(config: Path, out: Path) -> None:
    sheets: list[Path] = []
    wish = ScanWish(100, color=False, paper_mm=(105.0, 148.0))
    SaneScanner(config).scan(DEVICE, wish, out, sheets.append, lambda: len(sheets) == 1)
    with Image.open(sheets[0]) as image:
        assert image.mode == "L"
        assert image.size == pytest.approx((105 / 25.4 * 100, 148 / 25.4 * 100), abs=1)


def test_options_of_a_flatbed_and_of_none() -> None:
    flatbed = parse_options("    --resolution auto||75..1200dpi (in steps of 1) [75]\n    --source Flatbed [Flatbed]\n")
    assert (flatbed.feeder, flatbed.color, flatbed.resolution(300), flatbed.width_mm) == ("", "", 300, None)
    assert parse_options("").resolutions == ()
