"""Numbers of the national systems. They are read and checked, never made up: what one station mints, another may too."""

import re
from dataclasses import dataclass
from datetime import date

_CASE = re.compile(r"(?P<unit>[0-9A-Z]{1,6}(?:\.[0-9A-Z]{1,6}){1,4})-(?P<day>[0-9]{6}|[0-9]{8})-(?P<serial>[0-9]{4,7})")
_OLD_UNIT = re.compile(r"[0-9]{2,3}(?:\.[0-9]{2,3}){1,3}\.[A-Z][0-9]{2}")
_NEW_UNIT = re.compile(r"[A-Z][0-9]{2}(?:\.[0-9]{1,4}){0,3}")


@dataclass(frozen=True, slots=True)
class CaseCode:
    """MaHoSo (TT 01/2018/TT-VPCP art. 19): unit, day of acceptance, serial number. ``text`` as it stands on the receipt."""

    text: str
    unit: str
    day: date
    serial: str


def parse_case_code(text: str) -> CaseCode | None:
    """None for what is none: another shape, or a day that is not in the calendar. Both styles of day and counter are seen."""
    found = _CASE.fullmatch(text.strip())
    if found is None or not is_unit_code(found["unit"]):
        return None
    digits = found["day"] if len(found["day"]) == 8 else f"20{found['day']}"
    try:
        day = date.fromisoformat(digits)
    except ValueError:
        return None
    return CaseCode(text.strip(), found["unit"], day, found["serial"])


def is_unit_code(text: str) -> bool:
    """``H29.17`` (QĐ 20/2020/QĐ-TTg) or the older ``000.00.17.H29``."""
    return bool(_NEW_UNIT.fullmatch(text) or _OLD_UNIT.fullmatch(text))
