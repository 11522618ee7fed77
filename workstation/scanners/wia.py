"""Scanners of Windows through WIA's automation layer (``wiaaut.dll``; Windows Image Acquisition 2.0, ``wiadef.h``).

Untried on real Windows: written from the documentation, tested against a fake of the COM objects. It runs in a child
(``driverhost``), in one thread, as COM's apartments want it.
"""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from workstation.domain.ports import ScanWish
from workstation.scanners.driverhost import DriverError

_SCANNER = 1  # WiaDeviceType
_PNG = "{B96B3CAF-0728-11D3-9D7B-0000F81EF32E}"
_RANGE, _LIST = 1, 2  # WiaSubType
# property ids (wiadef.h), as the automation layer takes them
_CAPABILITIES, _SELECT, _PAGES = "3086", "3088", "3096"
_INTENT, _DPI_X, _DPI_Y, _LEFT, _TOP, _WIDTH, _HEIGHT = "6146", "6147", "6148", "6149", "6150", "6151", "6152"
_FEEDER, _FLATBED, _DUPLEX = 1, 2, 4
"""Bits of what a device can (3086) and of what it is to do (3088)."""
_COLOR, _GREY = 1, 2
_EMPTY = 0x80210003
_CODES = {
    0x80210002: ("Q04", ""),  # paper jam
    0x80210004: ("Q04", ""),  # paper problem
    0x80210005: ("Q08", "line"),  # offline
    0x80210006: ("Q07", ""),  # busy
    0x80210007: ("Q07", ""),  # warming up
    0x80210009: ("Q08", "line"),  # the device was pulled out
    0x8021000A: ("Q08", "line"),  # communication
    0x8021000D: ("Q07", ""),  # locked by another program
    0x80210015: ("Q01", ""),  # no such device
    0x80210016: ("Q06", ""),  # cover open
    0x80210020: ("Q05", ""),  # multiple feed
    0x80070070: ("M01", ""),  # ERROR_DISK_FULL
}


@contextlib.contextmanager
def _explained() -> Iterator[None]:
    """A failing call's HRESULT as a code."""
    try:
        yield
    except Exception as error:
        told = getattr(error, "hresult", None)
        if not isinstance(told, int):
            raise
        raise DriverError(*_CODES.get(told & 0xFFFFFFFF, ("Q08", "driver"))) from error


def _is_empty(error: Exception) -> bool:
    told = getattr(error, "hresult", None)
    return isinstance(told, int) and told & 0xFFFFFFFF == _EMPTY


def _create(name: str) -> Any:
    """On Windows only."""
    from comtypes.client import CreateObject

    return CreateObject(name, dynamic=True)


class WiaDriver:
    """``driverhost.Driver``. ``create`` makes a COM object by its name."""

    def __init__(self, create: Any = _create) -> None:
        self._create = create

    def devices(self) -> tuple[tuple[str, str], ...]:
        with _explained():
            infos = self._create("WIA.DeviceManager").DeviceInfos
            listed = (infos.Item(number) for number in range(1, infos.Count + 1))
            return tuple(
                (info.DeviceID, _value(info.Properties, "Name") or info.DeviceID) for info in listed if info.Type == _SCANNER
            )

    def open(self, device: str, wish: ScanWish) -> "WiaSession":
        with _explained():
            infos = self._create("WIA.DeviceManager").DeviceInfos
            for number in range(1, infos.Count + 1):
                if infos.Item(number).DeviceID == device:
                    return WiaSession(self._create, infos.Item(number).Connect(), wish)
        raise DriverError("Q01")


class WiaSession:
    """One scan; a device without a feeder gives one side."""

    def __init__(self, create: Any, device: Any, wish: ScanWish) -> None:
        self._create = create
        can = int(_value(device.Properties, _CAPABILITIES) or 0)
        self._feeds = bool(can & _FEEDER)
        self._given = 0
        if self._feeds:
            both = _DUPLEX if wish.duplex and can & _DUPLEX else 0
            _set(device.Properties, _SELECT, _FEEDER | both)
            _set(device.Properties, _PAGES, 1)  # a transfer each, so that a side is safe before the next
        elif can & _FLATBED:
            _set(device.Properties, _SELECT, _FLATBED)
        self._item = device.Items.Item(1)
        properties = self._item.Properties
        _set(properties, _INTENT, _COLOR if wish.color else _GREY)
        for name in (_DPI_X, _DPI_Y):
            _set(properties, name, wish.dpi)
        for name in (_LEFT, _TOP):
            _set(properties, name, 0)
        # the extent is in pixels of what the device took, which may not be what was wished
        for name, dpi, mm in ((_WIDTH, _DPI_X, wish.paper_mm[0]), (_HEIGHT, _DPI_Y, wish.paper_mm[1])):
            _set(properties, name, round(mm / 25.4 * int(_value(properties, dpi) or wish.dpi)), up=False)

    def side(self, path: Path) -> bool:
        if self._given and not self._feeds:
            return False
        with _explained():
            try:
                image = self._item.Transfer(_PNG)
            except Exception as error:
                if _is_empty(error):
                    return False
                raise
            self._as_png(image).SaveFile(str(path))
        self._given += 1
        return True

    def _as_png(self, image: Any) -> Any:
        """A driver that knows bitmaps only gives one whatever is asked."""
        if str(image.FormatID).upper() == _PNG:
            return image
        change = self._create("WIA.ImageProcess")
        change.Filters.Add(change.FilterInfos.Item("Convert").FilterID)
        change.Filters.Item(1).Properties.Item("FormatID").Value = _PNG
        return change.Apply(image)

    def close(self) -> None:
        self._item = None


def _value(properties: Any, name: str) -> Any:
    return properties.Item(name).Value if properties.Exists(name) else None


def _set(properties: Any, name: str, value: int, *, up: bool = True) -> None:
    """The nearest that the device takes: of a list the next above (``up``) or below. What it has not, or keeps to itself,
    is left alone."""
    if not properties.Exists(name):
        return
    known = properties.Item(name)
    if known.IsReadOnly:
        return
    if known.SubType == _RANGE:
        value = min(max(value, known.SubTypeMin), known.SubTypeMax)
    elif known.SubType == _LIST:
        values = sorted(known.SubTypeValues.Item(n) for n in range(1, known.SubTypeValues.Count + 1))
        above = [v for v in values if v >= value]
        below = [v for v in values if v <= value]
        value = (above or below)[0 if above else -1] if up else (below or above)[-1 if below else 0]
    known.Value = value
