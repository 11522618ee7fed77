"""TWAIN's data source manager (``TWAINDSM.dll``) and what it needs of Windows, by ctypes. Untried on real Windows."""

import ctypes
import sys
from ctypes import wintypes
from typing import Any

from workstation.scanners import twain_types as tw
from workstation.scanners.driverhost import DriverError
from workstation.scanners.twain import System, TwainDriver

_MOVEABLE_ZEROED = 0x42  # GHND
_REMOVE = 1  # PM_REMOVE
_MEMORY = {
    "DSM_MemAllocate": (ctypes.c_void_p, (ctypes.c_uint32,)),
    "DSM_MemFree": (None, (ctypes.c_void_p,)),
    "DSM_MemLock": (ctypes.c_void_p, (ctypes.c_void_p,)),
    "DSM_MemUnlock": (None, (ctypes.c_void_p,)),
}
"""Result and arguments of the manager's memory functions."""
_GLOBAL = {
    "GlobalAlloc": (ctypes.c_void_p, (ctypes.c_uint, ctypes.c_size_t)),
    "GlobalFree": (ctypes.c_void_p, (ctypes.c_void_p,)),
    "GlobalLock": (ctypes.c_void_p, (ctypes.c_void_p,)),
    "GlobalUnlock": (ctypes.c_int, (ctypes.c_void_p,)),
}
"""Of Windows, for a manager of version 1."""
_USER = {
    "CreateWindowExW": (
        ctypes.c_void_p,
        (wintypes.DWORD, wintypes.LPCWSTR, wintypes.LPCWSTR, wintypes.DWORD, *[ctypes.c_int] * 4, *[ctypes.c_void_p] * 4),
    ),
    "DestroyWindow": (ctypes.c_int, (ctypes.c_void_p,)),
    "PeekMessageW": (ctypes.c_int, (ctypes.c_void_p, ctypes.c_void_p, ctypes.c_uint, ctypes.c_uint, ctypes.c_uint)),
    "TranslateMessage": (ctypes.c_int, (ctypes.c_void_p,)),
    "DispatchMessageW": (ctypes.c_ssize_t, (ctypes.c_void_p,)),
}


def driver() -> TwainDriver:
    return TwainDriver(load)


def load() -> System:
    """Q01 where there is no Windows, or no manager."""
    if sys.platform == "win32":
        try:
            manager = ctypes.WinDLL("TWAINDSM.dll")
        except OSError as error:
            raise DriverError("Q01") from error
        return _Windows(manager, ctypes.WinDLL("user32"), ctypes.WinDLL("kernel32"))
    raise DriverError("Q01")


def _declare(library: Any, functions: dict[str, tuple[Any, tuple[Any, ...]]]) -> Any:
    for name, (result, arguments) in functions.items():
        getattr(library, name).restype = result
        getattr(library, name).argtypes = arguments
    return library


class _Windows:
    """``twain.System``."""

    def __init__(self, manager: Any, user: Any, kernel: Any) -> None:
        self._entry = manager.DSM_Entry
        self._entry.restype = ctypes.c_uint16
        self._entry.argtypes = (
            ctypes.c_void_p, ctypes.c_void_p, ctypes.c_uint32, ctypes.c_uint16, ctypes.c_uint16, ctypes.c_void_p,
        )  # fmt: skip
        self._user, self._kernel = _declare(user, _USER), _declare(kernel, _GLOBAL)
        self._memory: dict[str, Any] = {}
        """The manager's own functions; none: Windows' are used."""
        self._app = tw.Identity()
        self._window = 0
        self._message = wintypes.MSG()

    def start(self, app: tw.Identity) -> None:
        self._app = app
        self._window = self._user.CreateWindowExW(0, "STATIC", "", 0, 0, 0, 0, 0, None, None, None, None) or 0
        if self.entry(None, tw.CONTROL, tw.PARENT, tw.OPENDSM, ctypes.c_void_p(self._window)) != tw.SUCCESS:
            self._user.DestroyWindow(self._window)
            raise DriverError("Q01")
        points = tw.EntryPoint(ctypes.sizeof(tw.EntryPoint))
        version_2 = bool(app.SupportedGroups & tw.DSM2)
        if version_2 and self.entry(None, tw.CONTROL, tw.ENTRYPOINT, tw.GET, points) == tw.SUCCESS:
            make = getattr(ctypes, "WINFUNCTYPE", ctypes.CFUNCTYPE)
            self._memory = {
                name: make(result, *arguments)(getattr(points, name)) for name, (result, arguments) in _MEMORY.items()
            }

    def stop(self) -> None:
        self.entry(None, tw.CONTROL, tw.PARENT, tw.CLOSEDSM, ctypes.c_void_p(self._window))
        self._user.DestroyWindow(self._window)

    def entry(self, source: tw.Identity | None, group: int, argument: int, message: int, data: Any) -> int:
        whom = None if source is None else ctypes.byref(source)
        return int(self._entry(ctypes.byref(self._app), whom, group, argument, message, ctypes.byref(data)))

    def window(self) -> int:
        return self._window

    def allocate(self, size: int) -> int:
        if self._memory:
            return int(self._memory["DSM_MemAllocate"](size) or 0)
        return int(self._kernel.GlobalAlloc(_MOVEABLE_ZEROED, size) or 0)

    def free(self, handle: int) -> None:
        self._memory["DSM_MemFree"](handle) if self._memory else self._kernel.GlobalFree(handle)

    def lock(self, handle: int) -> int:
        return int((self._memory["DSM_MemLock"](handle) if self._memory else self._kernel.GlobalLock(handle)) or 0)

    def unlock(self, handle: int) -> None:
        self._memory["DSM_MemUnlock"](handle) if self._memory else self._kernel.GlobalUnlock(handle)

    def message(self) -> int | None:
        there = self._user.PeekMessageW(ctypes.byref(self._message), None, 0, 0, _REMOVE)
        return ctypes.addressof(self._message) if there else None

    def dispatch(self, message: int) -> None:
        self._user.TranslateMessage(message)
        self._user.DispatchMessageW(message)
