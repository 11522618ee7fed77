"""Is there a screen? Asked before Qt is loaded: Qt aborts the whole process when it can't reach one."""

import ctypes
import os
import socket
import sys
from pathlib import Path

SCREENS = ("", "xcb", "wayland")
"""Values of ``QT_QPA_PLATFORM`` that need a display; another one (offscreen, vnc) was chosen on purpose."""


def has_display() -> bool:
    """A display that answers. On Linux one that is named but gone, or refuses us, counts as none.

    Where only one of X and Wayland answers, Qt is told to take that one.
    """
    if sys.platform in ("win32", "darwin"):
        return True
    x, wayland = _x_answers(), _wayland_answers()
    if x != wayland and os.environ.get("QT_QPA_PLATFORM", "") == "":
        os.environ["QT_QPA_PLATFORM"] = "xcb" if x else "wayland"
    return x or wayland


def go_without() -> None:
    """Lets Qt paint into memory."""
    if os.environ.get("QT_QPA_PLATFORM", "").partition(":")[0] in SCREENS:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"


def _x_answers() -> bool:
    """Connects as Qt's xcb plug-in will, with the same library: also says no when the server doesn't let us in."""
    if not os.environ.get("DISPLAY"):
        return False
    try:
        ctypes.CDLL("libxcb-cursor.so.0")  # without it the plug-in doesn't load, and Qt aborts as well
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return False
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connection_has_error.argtypes = xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
    connection = xcb.xcb_connect(None, None)
    refused = xcb.xcb_connection_has_error(connection)
    xcb.xcb_disconnect(connection)
    return not refused


def _wayland_answers() -> bool:
    name = os.environ.get("WAYLAND_DISPLAY")
    if not name:
        return False
    path = Path(os.environ.get("XDG_RUNTIME_DIR", "/")) / name  # an absolute name stands for itself
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.settimeout(2)
        try:
            line.connect(str(path))
        except OSError:
            return False
    return True
