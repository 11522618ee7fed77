"""The ctypes layer of TWAIN over functions of our own: every record crosses as bytes behind a pointer."""

import ctypes
from ctypes import wintypes
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.unit.scanners.test_twain import NAME, WISH
from tests.unit.scanners.twain_fake import FakeTwain
from workstation.scanners import twain_types as tw
from workstation.scanners.driverhost import DriverError
from workstation.scanners.twain import TwainDriver
from workstation.scanners.twain_windows import _Windows

RECORDS: dict[int, Any] = {
    tw.CAPABILITY: tw.Capability,
    tw.EVENT: tw.Event,
    tw.IDENTITY: tw.Identity,
    tw.PARENT: ctypes.c_void_p,
    tw.PENDING: tw.PendingXfers,
    tw.STATUS: tw.Status,
    tw.INTERFACE: tw.UserInterface,
    tw.LAYOUT: tw.ImageLayout,
    tw.NATIVE: ctypes.c_void_p,
    tw.ENTRYPOINT: tw.EntryPoint,
}
ENTRY = ctypes.CFUNCTYPE(
    ctypes.c_uint16, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_uint32, ctypes.c_uint16, ctypes.c_uint16, ctypes.c_void_p
)
WINDOW = 7


class Libraries:
    """TWAINDSM, user32 and kernel32 in one; ``version`` of the manager decides whose memory functions are used."""

    def __init__(self, fake: FakeTwain, version: int, *, opens: bool = True) -> None:
        self.fake, self.version, self.opens = fake, version, opens
        self.windows = 0
        self.allocated_by: set[str] = set()
        self.kept = (
            ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_uint32)(self._manager_allocate),
            ctypes.CFUNCTYPE(None, ctypes.c_void_p)(fake.free),
            ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p)(fake.lock),
            ctypes.CFUNCTYPE(None, ctypes.c_void_p)(fake.unlock),
        )
        self.manager = SimpleNamespace(DSM_Entry=ENTRY(self._entry))
        self.kernel = SimpleNamespace(
            GlobalAlloc=_function(self._global_allocate),
            GlobalFree=_function(fake.free),
            GlobalLock=_function(fake.lock),
            GlobalUnlock=_function(fake.unlock),
        )
        self.user = SimpleNamespace(
            CreateWindowExW=_function(self._create),
            DestroyWindow=_function(self._destroy),
            PeekMessageW=_function(self._peek),
            TranslateMessage=_function(lambda _: 0),
            DispatchMessageW=_function(fake.dispatch),
        )

    def _create(self, *_: object) -> int:
        self.windows += 1
        return WINDOW

    def _destroy(self, window: int) -> int:
        assert window == WINDOW
        self.windows -= 1
        return 1

    def _peek(self, message: Any, *_: object) -> int:
        number = self.fake.message()
        ctypes.cast(message, ctypes.POINTER(wintypes.MSG)).contents.message = number or 0
        return int(number is not None)

    def _manager_allocate(self, size: int) -> int:
        self.allocated_by.add("manager")
        return self.fake.allocate(size)

    def _global_allocate(self, flags: int, size: int) -> int:
        assert flags == 0x42
        self.allocated_by.add("Windows")
        return self.fake.allocate(size)

    def _entry(self, app: int, source: int | None, group: int, argument: int, message: int, data: int) -> int:
        own = tw.Identity.from_address(app)
        assert own.ProductName == b"Tram so hoa" and group in (tw.CONTROL, tw.IMAGE)
        record = RECORDS[argument].from_address(data)
        if argument == tw.PARENT:
            assert record.value == WINDOW
            if message == tw.OPENDSM and not self.opens:
                return tw.FAILURE
            self.fake.start(own) if message == tw.OPENDSM else self.fake.stop()
            own.SupportedGroups |= tw.DSM2 if self.version == 2 else 0
            return tw.SUCCESS
        if argument == tw.ENTRYPOINT:
            assert record.Size == ctypes.sizeof(tw.EntryPoint)
            names = ("DSM_MemAllocate", "DSM_MemFree", "DSM_MemLock", "DSM_MemUnlock")
            for name, function in zip(names, self.kept, strict=True):
                setattr(record, name, ctypes.cast(function, ctypes.c_void_p))
            return tw.SUCCESS
        if argument == tw.EVENT:
            record.pEvent = wintypes.MSG.from_address(record.pEvent).message
        who = tw.Identity.from_address(source) if source else None
        assert (who is None) == (argument == tw.IDENTITY or self.fake.state == 3), "the source is named once it is open"
        return self.fake.entry(who, group, argument, message, record)


def _function(call: Any) -> Any:
    """One that takes a result and arguments, as those of a loaded library do."""

    def function(*arguments: Any) -> Any:
        return call(*arguments)

    return function


def windows(fake: FakeTwain, version: int = 2, *, opens: bool = True) -> tuple[Libraries, _Windows]:
    libraries = Libraries(fake, version, opens=opens)
    return libraries, _Windows(libraries.manager, libraries.user, libraries.kernel)


@pytest.mark.parametrize(("version", "memory"), [(1, "Windows"), (2, "manager")])
def test_a_feeder_is_emptied_through_pointers(tmp_path: Path, version: int, memory: str) -> None:
    fake = FakeTwain()
    libraries, system = windows(fake, version)
    session = TwainDriver(lambda: system).open(NAME, WISH)
    sides = 0
    while session.side(tmp_path / f"{sides}.png"):
        sides += 1
    session.close()
    assert sides == 3 and fake.state == 2 and not fake.memory and not fake.out_of_turn
    assert libraries.allocated_by == {memory} and libraries.windows == 0
    assert fake.set[tw.XRESOLUTION] == 300 and fake.frame[3] == pytest.approx(297 / 25.4, abs=1e-4)


def test_sources_are_listed_through_pointers() -> None:
    libraries, system = windows(FakeTwain())
    assert TwainDriver(lambda: system).devices() == ((NAME, NAME),)
    assert libraries.windows == 0


def test_a_manager_that_does_not_open_leaves_no_window() -> None:
    libraries, system = windows(FakeTwain(), opens=False)
    with pytest.raises(DriverError) as caught:
        TwainDriver(lambda: system).devices()
    assert caught.value.code == "Q01" and libraries.windows == 0


def test_records_are_packed_as_windows_packs_them() -> None:
    """Sizes of ``twain.h`` with two-byte packing; a pointer has the size of this machine's."""
    pointer = ctypes.sizeof(ctypes.c_void_p)
    sizes = {
        tw.Identity: 156,
        tw.UserInterface: 4 + pointer,
        tw.Capability: 4 + pointer,
        tw.OneValue: 6,
        tw.PendingXfers: 6,
        tw.Status: 4,
        tw.Event: pointer + 2,
        tw.ImageLayout: 28,
        tw.EntryPoint: 4 + 5 * pointer,
        tw.BitmapHeader: 40,
    }
    assert {record: ctypes.sizeof(record) for record in sizes} == sizes
