"""Dates as clerks type them, and as they are shown and stored."""

import re
from datetime import date

_TYPED = re.compile(r"(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{2}|\d{4})|(\d{2})(\d{2})(\d{4}|\d{2})")
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})")


def parse(text: str, today: date | None = None, years_ahead: int = 1) -> date | None:
    """``14032019``, ``140319``, ``14/3/19``, ``14-3-2019``, ``14.3.2019`` or ISO; None if it is no date.

    Two digits mean a year up to next year (``years_ahead``), else of the last century (85 → 1985).
    """
    text = text.strip()
    if iso := _ISO.fullmatch(text):
        return _date(*(int(g) for g in iso.groups()))
    found = _TYPED.fullmatch(text)
    if found is None:
        return None
    day, month, year = (int(g) for g in found.groups() if g is not None)
    if year < 100:
        this = (today or date.today()).year  # noqa: DTZ011 – the clerk's calendar, not a stored time
        year += this // 100 * 100
        year -= 100 if year > this + years_ahead else 0
    return _date(year, month, day)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def shown(value: str) -> str:
    """Stored ISO → ``dd/MM/yyyy``; what is no date stays as it is."""
    parsed = parse(value)
    return parsed.strftime("%d/%m/%Y") if parsed else value


def stored(text: str) -> str:
    """Typed → ISO; what is no date stays as it is, for the desk to refuse with K02."""
    parsed = parse(text)
    return parsed.isoformat() if parsed else text
