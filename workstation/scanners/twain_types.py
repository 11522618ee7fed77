"""Names, numbers and records of TWAIN (TWAIN Specification 2.5, ``twain.h``; records packed to two bytes as on Windows)."""

import ctypes
from ctypes import Structure, c_char, c_int16, c_uint8, c_uint16, c_uint32, c_void_p

CONTROL, IMAGE = 1, 2
APP2, DSM2 = 0x20000000, 0x10000000
"""Flags of ``Identity.SupportedGroups``: the program and the manager speak version 2."""

CAPABILITY, EVENT, IDENTITY, PARENT, PENDING, STATUS, INTERFACE = 1, 2, 3, 4, 5, 8, 9
LAYOUT, NATIVE, ENTRYPOINT = 0x0102, 0x0104, 0x0403

GET, GETCURRENT, GETFIRST, GETNEXT, SET, RESET = 1, 2, 4, 5, 6, 7
XFERREADY, CLOSEDSREQ, CLOSEDSOK = 0x0101, 0x0102, 0x0103
OPENDSM, CLOSEDSM, OPENDS, CLOSEDS, DISABLEDS, ENABLEDS = 0x0301, 0x0302, 0x0401, 0x0402, 0x0501, 0x0502
PROCESSEVENT, ENDXFER = 0x0601, 0x0701

SUCCESS, FAILURE, CHECKSTATUS, CANCEL, DSEVENT, NOTDSEVENT, XFERDONE, ENDOFLIST = range(8)

XFERCOUNT, PIXELTYPE, UNITS, XFERMECH = 0x0001, 0x0101, 0x0102, 0x0103
FEEDERENABLED, FEEDERLOADED, AUTOFEED, INDICATORS, DUPLEXENABLED = 0x1002, 0x1003, 0x1007, 0x100B, 0x1013
XRESOLUTION, YRESOLUTION = 0x1118, 0x1119

INT16, UINT16, BOOL, FIX32 = 1, 4, 6, 7
ONEVALUE = 5
GREY, RGB = 1, 2


class Identity(Structure):
    """``TW_IDENTITY``, with its version written out."""

    _pack_ = 2
    _fields_ = [
        ("Id", c_uint32),
        ("MajorNum", c_uint16),
        ("MinorNum", c_uint16),
        ("Language", c_uint16),
        ("Country", c_uint16),
        ("Info", c_char * 34),
        ("ProtocolMajor", c_uint16),
        ("ProtocolMinor", c_uint16),
        ("SupportedGroups", c_uint32),
        ("Manufacturer", c_char * 34),
        ("ProductFamily", c_char * 34),
        ("ProductName", c_char * 34),
    ]


class UserInterface(Structure):
    _pack_ = 2
    _fields_ = [("ShowUI", c_uint16), ("ModalUI", c_uint16), ("hParent", c_void_p)]


class Capability(Structure):
    _pack_ = 2
    _fields_ = [("Cap", c_uint16), ("ConType", c_uint16), ("hContainer", c_void_p)]


class OneValue(Structure):
    _pack_ = 2
    _fields_ = [("ItemType", c_uint16), ("Item", c_uint32)]


class PendingXfers(Structure):
    _pack_ = 2
    _fields_ = [("Count", c_uint16), ("EOJ", c_uint32)]


class Status(Structure):
    _pack_ = 2
    _fields_ = [("ConditionCode", c_uint16), ("Data", c_uint16)]


class Event(Structure):
    _pack_ = 2
    _fields_ = [("pEvent", c_void_p), ("TWMessage", c_uint16)]


class Fix32(Structure):
    _pack_ = 2
    _fields_ = [("Whole", c_int16), ("Frac", c_uint16)]


class ImageLayout(Structure):
    """In inches."""

    _pack_ = 2
    _fields_ = [
        ("Left", Fix32),
        ("Top", Fix32),
        ("Right", Fix32),
        ("Bottom", Fix32),
        ("DocumentNumber", c_uint32),
        ("PageNumber", c_uint32),
        ("FrameNumber", c_uint32),
    ]


class EntryPoint(Structure):
    """The manager's own memory functions (version 2)."""

    _pack_ = 2
    _fields_ = [
        ("Size", c_uint32),
        ("DSM_Entry", c_void_p),
        ("DSM_MemAllocate", c_void_p),
        ("DSM_MemFree", c_void_p),
        ("DSM_MemLock", c_void_p),
        ("DSM_MemUnlock", c_void_p),
    ]


class BitmapHeader(Structure):
    """``BITMAPINFOHEADER``: what a native transfer's memory begins with."""

    _pack_ = 2
    _fields_ = [
        ("Size", c_uint32),
        ("Width", ctypes.c_int32),
        ("Height", ctypes.c_int32),
        ("Planes", c_uint16),
        ("BitCount", c_uint16),
        ("Compression", c_uint32),
        ("SizeImage", c_uint32),
        ("XPelsPerMeter", ctypes.c_int32),
        ("YPelsPerMeter", ctypes.c_int32),
        ("ClrUsed", c_uint32),
        ("ClrImportant", c_uint32),
    ]


class Quad(Structure):
    _fields_ = [("Blue", c_uint8), ("Green", c_uint8), ("Red", c_uint8), ("Zero", c_uint8)]


def fix32(value: float) -> Fix32:
    whole, part = divmod(round(value * 65536), 65536)
    return Fix32(whole, part)


def as_item(value: Fix32) -> int:
    """A fixed-point number as a one-value container carries it."""
    return int.from_bytes(bytes(value), "little")
