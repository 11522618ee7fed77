"""Scanners of Windows through TWAIN's data source manager, as a state machine (TWAIN Specification 2.5, chapter 2).

Untried on real Windows: written from the specification, tested against a manager of our own. It runs in a child (``driverhost``),
since data sources are libraries of their makers in our own process. Only sources of this Python's word size can be loaded.
"""

import contextlib
import ctypes
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

from workstation.domain.ports import ScanWish
from workstation.scanners import twain_types as tw
from workstation.scanners.dib import write_png
from workstation.scanners.driverhost import DriverError

READY_SECONDS = 120.0
"""Until a source has its first sheet; a lamp may have to warm up."""
_FEEDER_EMPTY = 29
_CONDITIONS = {
    3: ("Q01", ""),  # no such source
    4: ("Q07", ""),  # open in another program
    20: ("Q04", ""),  # paper jam
    21: ("Q05", ""),  # double feed
    23: ("Q08", "line"),  # not on line
    24: ("Q06", ""),  # interlock: a cover
    25: ("Q04", ""),  # damaged corner
}
_CANNOT = frozenset({6, 10, 13, 14, 15})
"""Conditions of a capability that a source has not, or not now, or not with that value."""


class System(Protocol):
    """The manager, and what it needs of Windows."""

    def entry(self, source: tw.Identity | None, group: int, argument: int, message: int, data: Any) -> int: ...

    def start(self, app: tw.Identity) -> None:
        """Opens the manager. DriverError Q01 if there is none."""
        ...

    def stop(self) -> None: ...

    def window(self) -> int: ...

    def allocate(self, size: int) -> int: ...

    def free(self, handle: int) -> None: ...

    def lock(self, handle: int) -> int:
        """The address of the memory."""
        ...

    def unlock(self, handle: int) -> None: ...

    def message(self) -> int | None:
        """The address of the next message of the window; None: there is none now."""
        ...

    def dispatch(self, message: int) -> None: ...


class TwainDriver:
    """``driverhost.Driver``."""

    def __init__(self, system: Callable[[], System]) -> None:
        self._system = system

    def devices(self) -> tuple[tuple[str, str], ...]:
        """Sources by their name. Those that only wrap WIA's scanners are left to WIA."""
        with _manager(self._system()) as system:
            names = [_name(source) for source in _sources(system)]
        return tuple((name, name) for name in names if name and not name.startswith("WIA-"))

    def open(self, device: str, wish: ScanWish) -> "TwainSession":
        return TwainSession(self._system(), device, wish)


def _app() -> tw.Identity:
    return tw.Identity(0, 1, 0, 0, 1, b"1", 2, 5, tw.CONTROL | tw.IMAGE | tw.APP2, b"Tram so hoa", b"Tram so hoa", b"Tram so hoa")


@contextlib.contextmanager
def _manager(system: System) -> Iterator[System]:
    system.start(_app())
    try:
        yield system
    finally:
        system.stop()


def _name(source: tw.Identity) -> str:
    """In the code page of the system's language."""
    return bytes(source.ProductName).decode("mbcs" if sys.platform == "win32" else "latin-1", "replace")


def _sources(system: System) -> Iterator[tw.Identity]:
    message = tw.GETFIRST
    while True:
        source = tw.Identity()
        if system.entry(None, tw.CONTROL, tw.IDENTITY, message, source) != tw.SUCCESS:
            return
        yield source
        message = tw.GETNEXT


class TwainSession:
    """One scan. ``state`` as the specification numbers it; ``close`` leads back from any."""

    def __init__(self, system: System, device: str, wish: ScanWish) -> None:
        self._system, self._wish = system, wish
        self._source: tw.Identity | None = None
        self.state = 2
        system.start(_app())
        self.state = 3
        try:
            self._open(device)
            self._agree()
        except BaseException:
            self.close()
            raise

    def side(self, path: Path) -> bool:
        if self.state == 4 and not self._enable():
            return False
        if self.state < 6:
            return False
        handle = ctypes.c_void_p()
        told = self._call(tw.IMAGE, tw.NATIVE, tw.GET, handle)
        if told == tw.FAILURE:
            condition = self._condition()
            if condition == _FEEDER_EMPTY:
                return False
            raise _trouble(condition)
        self.state = 7
        if told != tw.XFERDONE or not handle.value:
            raise DriverError("Q08", "cancelled")
        try:
            write_png(self._system.lock(handle.value), path, self._wish.dpi)
        except ValueError as error:
            raise DriverError("Q08", "format") from error
        finally:
            self._system.unlock(handle.value)
            self._system.free(handle.value)
        if self._end_transfer() == tw.FAILURE:
            raise _trouble(self._condition())
        return True

    def _end_transfer(self) -> int:
        """From state 7 to 6, or to 5 after the last sheet."""
        left = tw.PendingXfers()
        told = self._call(tw.CONTROL, tw.PENDING, tw.ENDXFER, left)
        self.state = 6 if left.Count else 5
        return told

    def close(self) -> None:
        """Back to state 2, each step whether or not the one before it worked: the device has to be free for the next."""
        if self.state == 7:
            self._end_transfer()
        if self.state == 6:
            self._call(tw.CONTROL, tw.PENDING, tw.RESET, tw.PendingXfers())
        if self.state >= 5:
            self._call(tw.CONTROL, tw.INTERFACE, tw.DISABLEDS, self._interface())
        if self.state >= 4:
            self._system.entry(None, tw.CONTROL, tw.IDENTITY, tw.CLOSEDS, self._source)
        if self.state >= 3:
            self._system.stop()
        self.state = 2

    # --- states 3 and 4
    def _open(self, device: str) -> None:
        self._source = next((s for s in _sources(self._system) if _name(s) == device), None)
        if self._source is None:
            raise DriverError("Q01")
        if self._system.entry(None, tw.CONTROL, tw.IDENTITY, tw.OPENDS, self._source) != tw.SUCCESS:
            status = tw.Status()
            self._system.entry(None, tw.CONTROL, tw.STATUS, tw.GET, status)
            raise _trouble(status.ConditionCode)
        self.state = 4

    def _agree(self) -> None:
        """What is asked of the source; what it can't it leaves as it is."""
        wish = self._wish
        self._set(tw.XFERMECH, tw.UINT16, 0)  # native: the one that every source has
        self._set(tw.XFERCOUNT, tw.INT16, 0xFFFF)  # -1: all there are
        self._set(tw.UNITS, tw.UINT16, 0)
        self._set(tw.INDICATORS, tw.BOOL, 0)
        if self._set(tw.FEEDERENABLED, tw.BOOL, 1):
            self._set(tw.AUTOFEED, tw.BOOL, 1)
            self._set(tw.DUPLEXENABLED, tw.BOOL, int(wish.duplex))
        self._set(tw.PIXELTYPE, tw.UINT16, tw.RGB if wish.color else tw.GREY)
        for name in (tw.XRESOLUTION, tw.YRESOLUTION):
            self._set(name, tw.FIX32, tw.as_item(tw.fix32(wish.dpi)))
        right, bottom = (tw.fix32(mm / 25.4) for mm in wish.paper_mm)
        self._call(tw.IMAGE, tw.LAYOUT, tw.SET, tw.ImageLayout(tw.fix32(0), tw.fix32(0), right, bottom, 1, 1, 1))

    def _enable(self) -> bool:
        """To state 6, with the first sheet; False: the feeder is empty."""
        if self._get(tw.FEEDERENABLED) and self._get(tw.FEEDERLOADED) == 0:
            return False
        told = self._call(tw.CONTROL, tw.INTERFACE, tw.ENABLEDS, self._interface())
        if told not in (tw.SUCCESS, tw.CHECKSTATUS):
            condition = self._condition()
            if condition == _FEEDER_EMPTY:
                return False
            raise _trouble(condition)
        self.state = 5
        until = time.monotonic() + READY_SECONDS
        while time.monotonic() < until:
            message = self._system.message()
            if message is None:
                time.sleep(0.01)
                continue
            event = tw.Event(message, 0)
            if self._call(tw.CONTROL, tw.EVENT, tw.PROCESSEVENT, event) == tw.NOTDSEVENT:
                self._system.dispatch(message)
            if event.TWMessage == tw.XFERREADY:
                self.state = 6
                return True
            if event.TWMessage in (tw.CLOSEDSREQ, tw.CLOSEDSOK):
                raise DriverError("Q08", "cancelled")
        raise DriverError("Q08", "hangs")

    def _interface(self) -> tw.UserInterface:
        """No window of the source's own."""
        return tw.UserInterface(0, 0, self._system.window())

    # --- calls
    def _call(self, group: int, argument: int, message: int, data: Any) -> int:
        return self._system.entry(self._source, group, argument, message, data)

    def _condition(self) -> int:
        status = tw.Status()
        self._call(tw.CONTROL, tw.STATUS, tw.GET, status)
        return int(status.ConditionCode)

    def _set(self, name: int, kind: int, value: int) -> bool:
        """False: the source has no such capability, or not with that value."""
        handle = self._system.allocate(ctypes.sizeof(tw.OneValue))
        try:
            item = tw.OneValue.from_address(self._system.lock(handle))
            item.ItemType, item.Item = kind, value
            self._system.unlock(handle)
            told = self._call(tw.CONTROL, tw.CAPABILITY, tw.SET, tw.Capability(name, tw.ONEVALUE, handle))
        finally:
            self._system.free(handle)
        if told != tw.FAILURE:
            return True
        if (condition := self._condition()) not in _CANNOT:
            raise _trouble(condition)
        return False

    def _get(self, name: int) -> int | None:
        """None: the source does not say."""
        asked = tw.Capability(name, tw.ONEVALUE, None)
        if self._call(tw.CONTROL, tw.CAPABILITY, tw.GETCURRENT, asked) == tw.FAILURE or not asked.hContainer:
            return None
        try:
            value = tw.OneValue.from_address(self._system.lock(asked.hContainer)).Item
            return int(value) & 0xFFFF if asked.ConType == tw.ONEVALUE else None  # of a BOOL the rest is not written
        finally:
            self._system.unlock(asked.hContainer)
            self._system.free(asked.hContainer)


def _trouble(condition: int) -> DriverError:
    return DriverError(*_CONDITIONS.get(condition, ("Q08", "driver")))
