"""COM objects of WIA's automation layer as a device with a feeder shows them, and as it misbehaves."""

import struct
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PNG, BMP = "{B96B3CAF-0728-11D3-9D7B-0000F81EF32E}", "{B96B3CAB-0728-11D3-9D7B-0000F81EF32E}"


class ComError(Exception):
    """As ``comtypes.COMError``: its HRESULT is a signed number."""

    def __init__(self, hresult: int) -> None:
        super().__init__(hresult)
        self.hresult = hresult - (1 << 32) if hresult >= 1 << 31 else hresult


def png(number: int) -> bytes:
    """One grey pixel."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"\0" + bytes([number % 256]))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


class Listed:
    """A COM collection: from 1, or by name."""

    def __init__(self, *things: Any, **named: Any) -> None:
        self._things, self._named = list(things), dict(named)

    @property
    def Count(self) -> int:
        return len(self._things)

    def Item(self, key: int | str) -> Any:
        return self._named[key] if isinstance(key, str) else self._things[key - 1]

    def Exists(self, key: str) -> bool:
        return key in self._named

    def Add(self, thing: Any) -> None:
        self._things.append(thing)


@dataclass
class Property:
    Value: Any
    SubType: int = 0
    SubTypeMin: int = 0
    SubTypeMax: int = 0
    SubTypeValues: Listed = field(default_factory=Listed)
    IsReadOnly: bool = False


class Image:
    def __init__(self, number: int, format_id: str) -> None:
        self.number, self.FormatID = number, format_id

    def SaveFile(self, name: str) -> None:
        Path(name).write_bytes(png(self.number) if self.FormatID == PNG else b"BM")


@dataclass
class Device:
    """``sides`` lie in the feeder; before side ``fails_at`` (from 0) the transfer fails with ``hresult``."""

    sides: int = 3
    fails_at: int = -1
    hresult: int = 0
    capabilities: int = 1 | 2 | 4
    bitmaps_only: bool = False
    dpis: tuple[int, ...] = (100, 200, 300, 600)
    given: int = 0
    DeviceID: str = r"{6BDD1FC6-810F-11D0-BEC7-08002BE2092F}\0001"
    Type: int = 1

    def __post_init__(self) -> None:
        self.Properties = Listed(
            **{
                "Name": Property("Máy quét mẫu", IsReadOnly=True),
                "3086": Property(self.capabilities, IsReadOnly=True),
                "3088": Property(2),
                "3096": Property(0),
            }
        )
        dpis = [Property(75, 2, SubTypeValues=Listed(*self.dpis)) for _ in range(2)]
        self.own = Listed(
            **{
                "6146": Property(0),
                "6147": dpis[0],
                "6148": dpis[1],
                "6149": Property(5),
                "6150": Property(5),
                "6151": Property(0, 1, 1, 2550),
                "6152": Property(0, 1, 1, 4200),
            }
        )
        self.Items = Listed(self)

    def Connect(self) -> Any:
        return Connected(self)

    def Transfer(self, format_id: str) -> Image:
        if self.given == self.fails_at:
            raise ComError(self.hresult)
        if self.given >= self.sides:
            raise ComError(0x80210003)
        self.given += 1
        return Image(self.given, BMP if self.bitmaps_only else format_id)


class Connected:
    """The device once connected: its one item has properties of its own."""

    def __init__(self, device: Device) -> None:
        self.Properties, self.device = device.Properties, device
        self.Items = Listed(Item(device))


class Item:
    def __init__(self, device: Device) -> None:
        self.Properties, self._device = device.own, device

    def Transfer(self, format_id: str) -> Image:
        return self._device.Transfer(format_id)


class Filters(Listed):
    def Add(self, thing: Any) -> None:
        assert thing == "{convert}"
        super().Add(Filter())


class Process:
    """``WIA.ImageProcess``."""

    def __init__(self) -> None:
        self.Filters = Filters()
        self.FilterInfos = Listed(Convert=Named("{convert}"))

    def Apply(self, image: Image) -> Image:
        return Image(image.number, self.Filters.Item(1).Properties.Item("FormatID").Value)


@dataclass
class Named:
    FilterID: str


class Filter:
    def __init__(self) -> None:
        self.Properties = Listed(FormatID=Property(""))


class Manager:
    def __init__(self, *devices: Device) -> None:
        self.DeviceInfos = Listed(*devices)


def creating(*devices: Device) -> Any:
    def create(name: str) -> Any:
        return {"WIA.DeviceManager": lambda: Manager(*devices), "WIA.ImageProcess": Process}[name]()

    return create
