"""Where a document stands in a series: the numbers that one agency gives under one notation in one year (Decree 30/2020, annex I,
II.3), and what the neighbours there say of it."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from workstation.domain.dossier import Document
from workstation.domain.fields import IndexField, Proposal
from workstation.domain.folding import folded
from workstation.domain.notation import AGENCIES, parts_of
from workstation.domain.remarks import MOST_PROPOSALS, Remark

SLACK = timedelta(days=7)
"""So far numbers and days may run against each other: a number is kept for somebody, a text is dated back to its meeting."""
_NUMBER = re.compile(r"0*([1-9][0-9]{0,10})([A-Za-zĐđ]?)")


@dataclass(frozen=True, slots=True)
class Entry:
    series: str
    """Agency and notation, folded; the type where the papers have no notation."""
    year: int
    """0: not known."""
    number: int
    """0: not known."""
    letter: str
    """Small: of ``12a``."""
    issued: str
    """ISO 8601; empty: not known."""
    sure: bool
    """Neither number nor day is in doubt."""


def entry_of(document: Document) -> Entry | None:
    """None without an agency, or without notation and type: it stands in no series."""
    fields = {f.name: f for f in document.fields}
    parts = parts_of(_value(fields.get("notation")))
    kind = folded(f"{parts.lead}{parts.rest}") if parts else document.type_code
    organ = _agency(_value(fields.get("organ_name")))
    if not organ or not kind:
        return None
    issued = _value(fields.get("issued_date"))
    issued = issued if _day(issued) else ""
    number = _NUMBER.fullmatch(_value(fields.get("number")))
    told = [fields[name] for name in ("number", "issued_date") if name in fields]
    return Entry(
        f"{organ}|{kind}",
        parts.year if parts and parts.year else int(issued[:4] or 0),
        int(number[1]) if number else 0,
        number[2].lower() if number else "",
        issued,
        len(told) == 2 and not any(f.doubt for f in told),
    )


def _value(field: IndexField | None) -> str:
    return field.value if field else ""


def _agency(name: str) -> str:
    """Folded, whether its name is written out or not."""
    text = folded(name)
    for words in AGENCIES.values():
        text = re.sub(rf"\b{words[0]}\b", words[-1], text)
    return text


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Around:
    """The nearest sure entries of the series before and behind: by number where that is known, else by day."""

    before: Entry | None = None
    after: Entry | None = None
    taken: Collection[int] = ()
    """Numbers between the two that others have."""


def remarks_on_series(entry: Entry, around: Around) -> tuple[Remark, ...]:
    """A day between those of the neighbours, or a number; and what stands out of their order."""
    before, after = around.before, around.after
    if before is None or after is None or before.number >= after.number:
        return ()
    first, last, own = _day(before.issued), _day(after.issued), _day(entry.issued)
    if not entry.number:
        free = [n for n in range(before.number + 1, min(after.number, before.number + 40)) if n not in around.taken]
        few = free if len(free) <= MOST_PROPOSALS and after.number <= before.number + 40 else []
        return (Remark("number", proposals=tuple(Proposal(f"{n:02d}", "neighbours") for n in few)),) if few else ()
    if first is None or last is None or first > last:
        return ()
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)] if (last - first).days < MOST_PROPOSALS else []
    proposals = tuple(Proposal(day.isoformat(), "neighbours") for day in days)
    if own is not None and not first - SLACK <= own <= last + SLACK:
        return Remark("issued_date", "series_order", proposals), Remark("number", "series_order")
    return (Remark("issued_date", proposals=proposals),) if proposals else ()
