"""WIA's driver against COM objects that are no Windows': what is asked of a device, and what its refusals mean."""

from pathlib import Path

import pytest

from tests.unit.scanners.wia_fake import Device, creating, png
from workstation.domain.ports import ScanWish
from workstation.scanners.driverhost import DriverError
from workstation.scanners.wia import WiaDriver

WISH = ScanWish(300)


def taken(device: Device, out: Path, wish: ScanWish = WISH) -> list[bytes]:
    session = WiaDriver(creating(device)).open(device.DeviceID, wish)
    sides: list[bytes] = []
    while session.side(out / f"{len(sides)}.part"):
        sides.append((out / f"{len(sides)}.part").read_bytes())
    session.close()
    return sides


def test_scanners_are_listed_and_cameras_are_not() -> None:
    camera = Device(DeviceID="máy ảnh", Type=2)
    assert WiaDriver(creating(camera, Device())).devices() == ((Device.DeviceID, "Máy quét mẫu"),)


def test_the_feeder_is_emptied_a_side_a_transfer(tmp_path: Path) -> None:
    device = Device(sides=3)
    assert taken(device, tmp_path) == [png(n) for n in (1, 2, 3)]
    assert (device.Properties.Item("3088").Value, device.Properties.Item("3096").Value) == (1, 1)


def test_what_is_asked_for(tmp_path: Path) -> None:
    device = Device()
    taken(device, tmp_path, ScanWish(250, color=False, duplex=True, paper_mm=(148.0, 210.0)))
    own = {name: device.own.Item(name).Value for name in ("6146", "6147", "6148", "6149", "6150", "6151", "6152")}
    assert device.Properties.Item("3088").Value == 1 | 4
    assert own == {"6146": 2, "6147": 300, "6148": 300, "6149": 0, "6150": 0, "6151": 1748, "6152": 2480}


def test_another_dpi_than_wished_keeps_the_paper_whole(tmp_path: Path) -> None:
    """The extent is in pixels: asked in those of 300 dpi of a device that gives 200 it would reach over the glass."""
    device = Device(dpis=(100, 200))
    taken(device, tmp_path, ScanWish(300))
    assert [device.own.Item(n).Value for n in ("6147", "6151", "6152")] == [200, 1654, 2339]
    wide = Device()
    taken(wide, tmp_path, ScanWish(300, paper_mm=(297.0, 420.0)))
    assert [wide.own.Item(n).Value for n in ("6151", "6152")] == [2550, 4200], "no more than the device has"


def test_without_a_feeder_one_side_is_taken_from_the_glass(tmp_path: Path) -> None:
    device = Device(sides=5, capabilities=2)
    assert len(taken(device, tmp_path, ScanWish(300, duplex=True))) == 1
    assert device.Properties.Item("3088").Value == 2


def test_a_feeder_of_one_side_is_not_asked_for_two(tmp_path: Path) -> None:
    device = Device(capabilities=1)
    taken(device, tmp_path, ScanWish(300, duplex=True))
    assert device.Properties.Item("3088").Value == 1


def test_a_driver_that_knows_bitmaps_only(tmp_path: Path) -> None:
    assert taken(Device(sides=1, bitmaps_only=True), tmp_path) == [png(1)]


@pytest.mark.parametrize(
    ("hresult", "code", "reason"),
    [
        (0x80210002, "Q04", ""),
        (0x80210004, "Q04", ""),
        (0x80210016, "Q06", ""),
        (0x80210006, "Q07", ""),
        (0x8021000D, "Q07", ""),
        (0x80210020, "Q05", ""),
        (0x80210005, "Q08", "line"),
        (0x8021000A, "Q08", "line"),
        (0x80210009, "Q08", "line"),
        (0x80070070, "M01", ""),
        (0x8000FFFF, "Q08", "driver"),
    ],
)
@pytest.mark.parametrize("at", [0, 2])
def test_trouble_at_a_side(tmp_path: Path, hresult: int, code: str, reason: str, at: int) -> None:
    device = Device(fails_at=at, hresult=hresult)
    session = WiaDriver(creating(device)).open(device.DeviceID, ScanWish(300))
    for number in range(at):
        assert session.side(tmp_path / str(number))
    with pytest.raises(DriverError) as caught:
        session.side(tmp_path / "x")
    assert (caught.value.code, caught.value.reason) == (code, reason)
    assert not (tmp_path / "x").exists()


def test_a_device_that_is_gone() -> None:
    with pytest.raises(DriverError) as caught:
        WiaDriver(creating(Device())).open("khác", ScanWish(300))
    assert caught.value.code == "Q01"


def test_a_bug_of_ours_is_not_taken_for_the_devices(tmp_path: Path) -> None:
    device = Device()
    session = WiaDriver(creating(device)).open(device.DeviceID, ScanWish(300))
    with pytest.raises(FileNotFoundError):
        session.side(tmp_path / "nowhere" / "x")
