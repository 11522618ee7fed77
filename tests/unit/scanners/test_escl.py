"""eSCL against a device on loopback: what is asked, what is kept, and every way in which a scanner breaks off."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.small_disk import on_small_disk, small_disk
from tests.unit.scanners.escl_device import Device, asked, picture, scanning
from workstation.domain.errors import WorkstationError
from workstation.domain.ports import Scanner, ScanSource, ScanWish
from workstation.scanners import escl
from workstation.scanners.escl import EsclScanner
from workstation.scanners.escl_messages import parse_capabilities, parse_feeder_state, scan_settings

WISH = ScanWish(300)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(escl, "_ASK_AGAIN", 0.01)


def never() -> bool:
    return False


def scan(device: Device, out: Path, wish: ScanWish = WISH, *, stop: int = 99, seconds: float = 20) -> list[bytes]:
    """The sides as they arrived, each already whole on disk."""
    sides: list[bytes] = []
    with scanning(device) as address:
        scanner: Scanner = EsclScanner(lambda: (ScanSource(address, "Máy quét"),), sheet_seconds=seconds)
        (source,) = scanner.sources()
        count = scanner.scan(source.id, wish, out, lambda p: sides.append(p.read_bytes()), lambda: len(sides) >= stop)
    assert count == len(sides)
    return sides


def failing(device: Device, out: Path, wish: ScanWish = WISH, seconds: float = 20) -> WorkstationError:
    sides: list[Path] = []
    with scanning(device) as address, pytest.raises(WorkstationError) as caught:
        EsclScanner(lambda: (), sheet_seconds=seconds).scan(f"escl:{address}", wish, out, sides.append, never)
    assert caught.value.params["count"] == len(sides), "what is told as safe is what was handed over"
    assert sorted(out.iterdir()) == sides, "no half sheet is left"
    return caught.value


def test_the_feeder_is_emptied_and_numbering_goes_on(out: Path) -> None:
    device = Device([picture(n) for n in range(3)], not_yet=2)
    assert scan(device, out) == device.sheets
    again = Device([picture(7)])
    assert scan(again, out) == again.sheets
    assert sorted(p.name for p in out.iterdir()) == [f"sheet-{n:04d}.jpg" for n in range(1, 5)]
    assert device.dropped == again.dropped == 1, "the scanner is free for the next one"


def test_what_is_asked_for(out: Path) -> None:
    device = Device([picture(0)])
    scan(device, out, ScanWish(250, color=False, duplex=True, paper_mm=(148.0, 210.0)))
    told = asked(device.settings[0])
    assert told["InputSource"] == "Feeder" and told["Duplex"] == "true"
    assert told["ColorMode"] == "Grayscale8"
    assert told["XResolution"] == told["YResolution"] == "300", "the next above what is wished"
    assert (told["Width"], told["Height"]) == ("1749", "2481"), "A5 in 1/300 inch"
    assert told["DocumentFormatExt"] == "image/jpeg"


def test_without_a_feeder_the_glass_is_used(out: Path) -> None:
    device = Device([picture(0)], ways=("PlatenInputCaps",), feeder="")
    assert len(scan(device, out, ScanWish(1200, duplex=True))) == 1
    told = asked(device.settings[0])
    assert (told["InputSource"], told["XResolution"], told.get("Duplex")) == ("Platen", "600", None)


def test_cancelling_ends_after_the_side_that_arrived(out: Path) -> None:
    device = Device([picture(n) for n in range(9)])
    assert len(scan(device, out, stop=2)) == 2
    assert device.given == 2 and device.dropped == 1


@pytest.mark.parametrize(
    ("trouble", "code", "reason"),
    [
        ("ScannerAdfJam", "Q04", None),
        ("ScannerAdfHatchOpen", "Q06", None),
        ("ScannerAdfMultipickDetected", "Q05", None),
        ("cut", "Q08", "line"),
        ("cut without length", "Q08", "line"),
        ("hang", "Q08", "line"),
        ("500", "Q08", "500"),
        ("html", "Q08", "line"),
        ("pdf", "Q08", "format"),
    ],
)
@pytest.mark.parametrize("at", [0, 2])
def test_trouble_at_a_sheet_keeps_those_before_it(out: Path, trouble: str, code: str, reason: str | None, at: int) -> None:
    device = Device([picture(n) for n in range(4)], trouble=trouble, trouble_at=at)
    error = failing(device, out, seconds=1.0 if trouble == "hang" else 20)
    assert (error.code, error.params.get("reason"), error.params["count"]) == (code, reason, at)
    assert device.dropped == 1


@pytest.mark.parametrize("at", [0, 1, 4])
def test_unplugged_at_any_sheet_and_gone_on_with_afterwards(out: Path, at: int) -> None:
    device = Device([picture(n) for n in range(5)], trouble="unplugged", trouble_at=at)
    error = failing(device, out)
    assert (error.code, error.params["reason"], error.params["count"]) == ("Q08", "line", at)
    assert [p.read_bytes() for p in sorted(out.iterdir())] == device.sheets[:at]
    rest = Device(device.sheets[at:])
    assert scan(rest, out) == rest.sheets
    assert sorted(p.name for p in out.iterdir()) == [f"sheet-{n:04d}.jpg" for n in range(1, 6)]


def test_an_empty_feeder_and_a_cover_that_is_open_are_told_before_a_job(out: Path) -> None:
    empty = Device([])
    assert failing(empty, out).code == "Q02"
    opened = Device([picture(0)], feeder="ScannerAdfHatchOpen")
    assert failing(opened, out).code == "Q06"
    assert empty.settings == opened.settings == []


def test_a_job_that_gives_nothing_is_no_success(out: Path) -> None:
    error = failing(Device([], ways=("PlatenInputCaps",), feeder=""), out)
    assert (error.code, error.params["reason"]) == ("Q08", "nothing")


def test_a_busy_scanner_is_asked_again_and_then_given_up(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(scan(Device([picture(0)], busy=3), out)) == 1
    monkeypatch.setattr(escl, "BUSY_SECONDS", 0.2)
    assert failing(Device([picture(0)], busy=1000), _fresh(out)).code == "Q07"
    assert failing(Device([picture(0)], job_status=409), _fresh(out)).code == "Q07"


def _fresh(out: Path) -> Path:
    folder = out.parent / f"out-{time.monotonic_ns()}"
    folder.mkdir()
    return folder


def test_a_scanner_that_is_off(out: Path) -> None:
    with scanning(Device()) as address:
        pass
    with pytest.raises(WorkstationError, match="Q01"):
        EsclScanner(lambda: ()).scan(f"escl:{address}", WISH, out, lambda _: None, never)


BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    b"<ScannerCapabilities>&b;</ScannerCapabilities>"
)


@pytest.mark.parametrize("said", [b"<html/>", b"\xff\xfe", BOMB, b"<ScannerCapabilities/>", b"<a>" + b" " * (1 << 20) + b"</a>"])
def test_capabilities_that_make_no_sense(out: Path, said: bytes) -> None:
    error = failing(Device([picture(0)], capabilities=said), out)
    assert (error.code, error.params["reason"]) == ("Q08", "answer")


def test_a_job_elsewhere_is_asked_for_at_the_scanner_itself(out: Path) -> None:
    device = Device([picture(0)], location="http://192.0.2.1/eSCL/ScanJobs/7?x=1")
    assert len(scan(device, out)) == 1
    assert failing(Device([picture(0)], location="/"), _fresh(out)).params["reason"] == "answer"


def test_a_side_larger_than_any_paper_is_not_taken(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(escl, "LARGEST_SIDE", 1000)
    assert failing(Device([picture(0)]), out).params["reason"] == "answer"


@on_small_disk
def test_full_disk_keeps_what_is_whole(out: Path) -> None:
    sheets = [bytes(bytearray(picture(n)[:-2]) + bytes(200_000) + b"\xff\xd9") for n in range(6)]
    with small_disk(out, 600):
        error = failing(Device(sheets), out)
        assert error.code == "M01" and 0 < int(error.params["count"]) < 6


@given(st.binary(max_size=400))
def test_no_answer_breaks_the_reader(data: bytes) -> None:
    for parse in (parse_capabilities, parse_feeder_state):
        try:
            parse(data)
        except ValueError:
            continue


def test_a_range_of_resolutions() -> None:
    caps = (
        b'<s:ScannerCapabilities xmlns:s="x"><s:Platen><s:PlatenInputCaps><s:XResolutionRange><s:Min>75</s:Min>'
        b"<s:Max>1200</s:Max>"
        b"<s:Normal>300</s:Normal><s:Step>1</s:Step></s:XResolutionRange></s:PlatenInputCaps></s:Platen></s:ScannerCapabilities>"
    )
    can = parse_capabilities(caps)
    assert [asked(scan_settings(can, ScanWish(dpi)))["XResolution"] for dpi in (10, 240, 5000)] == ["75", "240", "1200"]
