"""Codes of administrative procedures (mã thủ tục hành chính): ``1.005129``, in local systems ``1.005129.000.00.00.H29``."""

import re

_CODE = re.compile(r"([0-9]\.[0-9]{6})(?:\.[0-9]{3}\.[0-9]{2}\.[0-9]{2}\.[A-Z][0-9]{2})?")


def is_procedure(code: str) -> bool:
    return _CODE.fullmatch(code) is not None


def national(code: str) -> str:
    """The part that is the same all over the country: the long form adds only the agency where it is done. Empty if it is no
    such code."""
    found = _CODE.fullmatch(code)
    return found[1] if found else ""
