"""Dates as clerks type them, and as they are shown and stored."""

import re
from datetime import date

from ui.typed import plain

_TYPED = re.compile(r"(\d{1,2})(?: ?[/.\-] ?| )(\d{1,2})(?: ?[/.\-] ?| )(\d{4}|\d{2})|(\d{2})(\d{2})(\d{4}|\d{2})")
_SPOKEN = re.compile(r"(\d{1,2}) ?thang ?(\d{1,2}) ?nam ?(\d{4}|\d{2})")
_ALONE = re.compile(r"(?<!\d)\d{1,2} ?[/.\-] ?\d{1,2} ?[/.\-] ?(?:\d{4}|\d{2})(?!\d)")
_YEAR = re.compile(r"(?:18|19|20)[0-9]{2}")
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_PART = re.compile(r"(\d{4})(?:-(\d{2}))?")
GAP = "__"
"""Stands for what of a date is not known."""


def parse(text: str, today: date | None = None, years_ahead: int = 1) -> date | None:
    """``14032019``, ``140319``, ``14/3/19``, ``14-3-2019``, ``14.3.2019``, ``14 tháng 3 năm 2019`` (with or without ``ngày`` and
    diacritics) or ISO; None if it is no date.

    Two digits mean a year up to next year (``years_ahead``), else of the last century (85 → 1985).
    """
    text = plain(text).removeprefix("ngay").strip().rstrip(".")
    if iso := _ISO.fullmatch(text):
        return _date(*(int(g) for g in iso.groups()))
    found = _TYPED.fullmatch(text) or _SPOKEN.fullmatch(text)
    if found is None:
        return None
    day, month, year = (int(g) for g in found.groups() if g is not None)
    if year < 100:
        this = (today or date.today()).year  # noqa: DTZ011 – the clerk's calendar, not a stored time
        year += this // 100 * 100
        year -= 100 if year > this + years_ahead else 0
    return _date(year, month, day)


def found(text: str) -> date | None:
    """The first date in a text, as ``Quận 10, ngày 14 tháng 3 năm 2019``."""
    words = plain(text)
    match = _SPOKEN.search(words) or _ALONE.search(words)
    return parse(match[0]) if match else None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def is_year(text: str) -> bool:
    """A year alone, as papers of the old have it for a day of birth."""
    return bool(_YEAR.fullmatch(text.strip()))


def shown(value: str) -> str:
    """Stored ISO → ``dd/MM/yyyy``; a year and month alone, or a year, with gaps for the rest; what is no date stays as it is."""
    if part := _PART.fullmatch(value):
        return f"{GAP}/{part[2] or GAP}/{part[1]}"
    parsed = parse(value)
    return parsed.strftime("%d/%m/%Y") if parsed else value


def stored(text: str) -> str:
    """Typed → ISO; what is no date stays as it is, for the desk to refuse with K02."""
    parsed = parse(text)
    return parsed.isoformat() if parsed else text
