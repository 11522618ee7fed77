"""TWAIN's state machine against a manager that refuses what comes out of turn, and bitmaps that become PNG."""

import ctypes
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.unit.scanners.twain_fake import FakeTwain, bitmap
from workstation.domain.ports import ScanWish
from workstation.scanners import twain
from workstation.scanners import twain_types as tw
from workstation.scanners.dib import write_png
from workstation.scanners.driverhost import DriverError
from workstation.scanners.twain import TwainDriver
from workstation.scanners.twain_windows import load

NAME = "Canon DR-C240 TWAIN"
WISH = ScanWish(300)


def scan(system: FakeTwain, out: Path, wish: ScanWish = WISH, *, most: int = 99) -> list[Path]:
    session = TwainDriver(lambda: system).open(NAME, wish)
    sides: list[Path] = []
    try:
        while len(sides) < most and session.side(out / f"{len(sides)}.png"):
            sides.append(out / f"{len(sides)}.png")
    finally:
        session.close()
        assert (system.state, session.state) == (2, 2), "the device is free for the next"
        assert not system.memory and not system.locked and not system.out_of_turn
    return sides


def failing(system: FakeTwain, out: Path) -> DriverError:
    with pytest.raises(DriverError) as caught:
        scan(system, out)
    assert system.state == 2 and not system.memory and not system.out_of_turn
    return caught.value


def test_sources_are_listed_and_wias_are_left_to_wia() -> None:
    system = FakeTwain()
    assert TwainDriver(lambda: system).devices() == ((NAME, NAME),)
    assert system.state == 2


def test_the_feeder_is_emptied(tmp_path: Path) -> None:
    system = FakeTwain()
    sides = scan(system, tmp_path)
    reds = []
    for side in sides:
        with Image.open(side) as image:
            assert image.size == (4, 3) and image.info["dpi"] == pytest.approx((300, 300), abs=0.1)
            reds.append(image.getpixel((0, 0))[0])  # type: ignore[index]
    assert reds == [1, 2, 3] and system.dispatched == 2, "what is not the source's goes on to the window"


def test_what_is_asked_for(tmp_path: Path) -> None:
    system = FakeTwain()
    scan(system, tmp_path, ScanWish(240, color=False, duplex=True, paper_mm=(148.0, 210.0)))
    assert system.set == {
        tw.XFERMECH: 0,
        tw.XFERCOUNT: 0xFFFF,
        tw.UNITS: 0,
        tw.INDICATORS: 0,
        tw.FEEDERENABLED: 1,
        tw.AUTOFEED: 1,
        tw.DUPLEXENABLED: 1,
        tw.PIXELTYPE: tw.GREY,
        tw.XRESOLUTION: 240,
        tw.YRESOLUTION: 240,
    }
    assert system.frame == pytest.approx((0, 0, 148 / 25.4, 210 / 25.4), abs=1e-4)


def test_a_source_that_knows_little_is_taken_as_it_is(tmp_path: Path) -> None:
    system = FakeTwain(feeder=False, unknown=frozenset({tw.UNITS, tw.INDICATORS, tw.PIXELTYPE, tw.XRESOLUTION}))
    assert len(scan(system, tmp_path)) == 3
    assert tw.DUPLEXENABLED not in system.set


def test_cancelling_leaves_the_device_free(tmp_path: Path) -> None:
    assert len(scan(FakeTwain(), tmp_path, most=1)) == 1
    assert scan(FakeTwain(), tmp_path, most=0) == []


def test_an_empty_feeder(tmp_path: Path) -> None:
    assert scan(FakeTwain(sheets=[]), tmp_path) == []
    assert scan(FakeTwain(enable_fails=29), tmp_path) == []
    assert len(scan(FakeTwain(fails_at=2, condition=29), tmp_path)) == 2, "told too late, as some do"


@pytest.mark.parametrize(
    ("condition", "code", "reason"),
    [(20, "Q04", ""), (21, "Q05", ""), (24, "Q06", ""), (23, "Q08", "line"), (1, "Q08", "driver"), (-1, "Q08", "cancelled")],
)
@pytest.mark.parametrize("at", [0, 2])
def test_trouble_at_a_sheet(tmp_path: Path, condition: int, code: str, reason: str, at: int) -> None:
    error = failing(FakeTwain(fails_at=at, condition=condition), tmp_path)
    assert (error.code, error.reason) == (code, reason)
    assert len(list(tmp_path.iterdir())) == at


def test_trouble_before_the_first_sheet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(twain, "READY_SECONDS", 0.1)
    assert failing(FakeTwain(open_fails=4), tmp_path).code == "Q07"
    assert failing(FakeTwain(open_fails=23), tmp_path).reason == "line"
    assert failing(FakeTwain(enable_fails=24), tmp_path).code == "Q06"
    assert failing(FakeTwain(refuses=tw.PIXELTYPE), tmp_path).reason == "line", "no capability it lacks: it is gone"
    assert failing(FakeTwain(quiet=True), tmp_path).reason == "hangs"
    assert failing(FakeTwain(closes=True), tmp_path).reason == "cancelled"
    assert failing(FakeTwain(names=("khác",)), tmp_path).code == "Q01"


def test_without_windows_or_a_manager_there_is_no_source(tmp_path: Path) -> None:
    for system in (load, lambda: FakeTwain(manager=False)):
        with pytest.raises(DriverError) as caught:
            TwainDriver(system).devices()
        assert caught.value.code == "Q01"


JUNK = {
    "nothing": bytes(200),
    "packed": bytes(tw.BitmapHeader(40, 4, 3, 1, 24, 1)),
    "16 bits": bytes(tw.BitmapHeader(40, 4, 3, 1, 16)),
    "no size": bytes(tw.BitmapHeader(40, 0, 3, 1, 24)),
    "monstrous": bytes(tw.BitmapHeader(40, 1 << 30, 1 << 30, 1, 1)),
}


@pytest.mark.parametrize("junk", JUNK.values(), ids=JUNK)
def test_a_bitmap_that_is_none(tmp_path: Path, junk: bytes) -> None:
    error = failing(FakeTwain(sheets=[junk]), tmp_path)
    assert (error.code, error.reason) == ("Q08", "format")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("bits", [1, 8, 24])
@pytest.mark.parametrize("width", [1, 3, 4, 17])
@pytest.mark.parametrize("top_down", [False, True])
def test_bitmaps_become_png_without_loss(tmp_path: Path, bits: int, width: int, top_down: bool) -> None:
    data = bitmap(width, 5, bits, top_down=top_down, value=9)
    buffer = ctypes.create_string_buffer(data, len(data))
    write_png(ctypes.addressof(buffer), tmp_path / "x.png", 300)
    with Image.open(tmp_path / "x.png") as image:
        pixels = np.asarray(image.convert("RGB"))
    for y in range(5):
        for x in range(width):
            grey = (x + y + 9) % 256 if bits == 8 else 255 if x % 8 in (0, 2) else 0
            assert tuple(pixels[y, x]) == ((9, y, x) if bits == 24 else (grey, grey, grey))
