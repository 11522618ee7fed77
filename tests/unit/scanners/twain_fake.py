"""A data source manager that holds to TWAIN's states, refuses what comes out of turn, and misbehaves as sources do."""

import ctypes
from dataclasses import dataclass, field
from typing import Any

from workstation.scanners import twain_types as tw
from workstation.scanners.driverhost import DriverError


def bitmap(width: int, height: int, bits: int = 24, *, top_down: bool = False, value: int = 0) -> bytes:
    """Each pixel tells where it is; rows from the lowest, as scanners give them."""
    head = tw.BitmapHeader(40, width, -height if top_down else height, 1, bits, 0, 0, 11811, 11811, 0, 0)
    palette = b"".join(bytes((n, n, n, 0)) for n in range(0, 256, 255 if bits == 1 else 1)) if bits <= 8 else b""
    rows = []
    for y in range(height):
        if bits == 24:
            row = b"".join(bytes((x % 256, y % 256, value)) for x in range(width))  # blue, green, red
        elif bits == 8:
            row = bytes((x + y + value) % 256 for x in range(width))
        else:
            row = bytes([0b10100000]) * ((width + 7) // 8)
        rows.append(row + bytes(-len(row) % 4))
    return bytes(head) + palette + b"".join(rows if top_down else reversed(rows))


@dataclass
class FakeTwain:
    """``twain.System``. ``sheets`` lie in the feeder; before sheet ``fails_at`` (from 0) the transfer fails with
    ``condition`` (-1: it is cancelled)."""

    sheets: list[bytes] = field(default_factory=lambda: [bitmap(4, 3, value=n) for n in (1, 2, 3)])
    names: tuple[str, ...] = ("Canon DR-C240 TWAIN", "WIA-Canon DR-C240")
    fails_at: int = -1
    condition: int = 0
    manager: bool = True
    open_fails: int = 0
    enable_fails: int = 0
    feeder: bool = True
    quiet: bool = False
    """It never says that a sheet is ready."""
    closes: bool = False
    """Its own window is closed by somebody."""
    unknown: frozenset[int] = frozenset()
    """Capabilities that it has not."""
    refuses: int = 0
    """A capability at which it breaks down."""

    def __post_init__(self) -> None:
        self.state = 2
        self.memory: dict[int, Any] = {}
        self.locked: set[int] = set()
        self.set: dict[int, int] = {}
        self.frame: tuple[float, ...] = ()
        self.given, self.listed, self.last = 0, 0, 0
        self.messages: list[int] = []
        self.dispatched = 0
        self.out_of_turn: list[str] = []

    # --- Windows
    def start(self, app: tw.Identity) -> None:
        if not self.manager:
            raise DriverError("Q01")
        self.state = 3

    def stop(self) -> None:
        self._in(3, "CLOSEDSM")
        self.state = 2

    def window(self) -> int:
        return 7

    def allocate(self, size: int) -> int:
        return self._keep(bytes(size))

    def _keep(self, data: bytes) -> int:
        handle = 1000 + len(self.memory) + self.given * 50 + self.listed
        while handle in self.memory:
            handle += 1
        self.memory[handle] = ctypes.create_string_buffer(data, len(data))
        return handle

    def free(self, handle: int) -> None:
        assert handle not in self.locked
        del self.memory[handle]

    def lock(self, handle: int) -> int:
        self.locked.add(handle)
        return ctypes.addressof(self.memory[handle])

    def unlock(self, handle: int) -> None:
        self.locked.discard(handle)

    def message(self) -> int | None:
        return None if self.quiet or not self.messages else self.messages.pop(0)

    def dispatch(self, message: int) -> None:
        self.dispatched += 1

    # --- the manager
    def _in(self, state: int, what: str) -> None:
        if self.state != state:
            self.out_of_turn.append(f"{what} in {self.state}")

    def entry(self, source: tw.Identity | None, group: int, argument: int, message: int, data: Any) -> int:
        if argument == tw.IDENTITY:
            return self._identity(message, data)
        if argument == tw.STATUS:
            data.ConditionCode = self.last
            return tw.SUCCESS
        answer = {
            tw.CAPABILITY: self._capability,
            tw.LAYOUT: self._layout,
            tw.INTERFACE: self._interface,
            tw.EVENT: self._event,
            tw.NATIVE: self._native,
            tw.PENDING: self._pending,
        }[argument]
        return answer(message, data)

    def _fail(self, condition: int) -> int:
        self.last = condition
        return tw.FAILURE

    def _identity(self, message: int, data: Any) -> int:
        if message in (tw.GETFIRST, tw.GETNEXT):
            self.listed = 0 if message == tw.GETFIRST else self.listed + 1
            if self.listed >= len(self.names):
                return tw.ENDOFLIST
            data.ProductName = self.names[self.listed].encode("latin-1")
            return tw.SUCCESS
        if message == tw.OPENDS:
            self._in(3, "OPENDS")
            if self.open_fails:
                return self._fail(self.open_fails)
            self.state = 4
        else:
            self._in(4, "CLOSEDS")
            self.state = 3
        return tw.SUCCESS

    def _capability(self, message: int, data: Any) -> int:
        if data.Cap in self.unknown or (data.Cap in (tw.FEEDERENABLED, tw.FEEDERLOADED) and not self.feeder):
            return self._fail(13)
        if data.Cap == self.refuses:
            return self._fail(23)
        if message == tw.SET:
            self._in(4, "SET")
            self.set[data.Cap] = tw.OneValue.from_buffer(self.memory[data.hContainer]).Item
            return tw.SUCCESS
        loaded = len(self.sheets) > self.given
        value = {tw.FEEDERLOADED: int(loaded), tw.FEEDERENABLED: self.set.get(tw.FEEDERENABLED, 0)}[data.Cap]
        data.ConType, data.hContainer = tw.ONEVALUE, self._keep(bytes(tw.OneValue(tw.BOOL, value | 0xDEAD0000)))
        return tw.SUCCESS

    def _layout(self, _: int, data: Any) -> int:
        self.frame = tuple(f.Whole + f.Frac / 65536 for f in (data.Left, data.Top, data.Right, data.Bottom))
        return tw.SUCCESS

    def _interface(self, message: int, data: Any) -> int:
        if message == tw.DISABLEDS:
            self._in(5, "DISABLEDS")
            self.state = 4
            return tw.SUCCESS
        self._in(4, "ENABLEDS")
        assert data.ShowUI == 0 and data.hParent == 7
        if self.enable_fails:
            return self._fail(self.enable_fails)
        self.state = 5
        self.messages = [1, 2, 3]  # somebody else's, then ours
        return tw.SUCCESS

    def _event(self, _: int, data: Any) -> int:
        if data.pEvent != 3:
            return tw.NOTDSEVENT
        data.TWMessage = tw.CLOSEDSREQ if self.closes else tw.XFERREADY
        self.state = 5 if self.closes else 6
        return tw.DSEVENT

    def _native(self, _: int, data: Any) -> int:
        self._in(6, "NATIVE")
        if self.given == self.fails_at:
            self.state = 7 if self.condition == -1 else 6
            return tw.CANCEL if self.condition == -1 else self._fail(self.condition)
        data.value = self._keep(self.sheets[self.given])
        self.given += 1
        self.state = 7
        return tw.XFERDONE

    def _pending(self, message: int, data: Any) -> int:
        if message == tw.RESET:
            self._in(6, "RESET")
            self.state = 5
            return tw.SUCCESS
        self._in(7, "ENDXFER")
        left = len(self.sheets) - self.given
        data.Count = 0xFFFF if left else 0  # "more, nobody knows how many"
        self.state = 6 if left else 5
        return tw.SUCCESS
