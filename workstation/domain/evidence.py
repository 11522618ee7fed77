"""What else stands on a document's pages about its dates: words beside figures, and the stamp with which it arrived."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from workstation.domain.fields import Proposal
from workstation.domain.folding import unmarked
from workstation.domain.numberwords import dates_in_words
from workstation.domain.page import PageText
from workstation.domain.remarks import Remark

BESIDE = 60
"""Letters between a date in figures and the words that repeat it: ``14/03/2019, ghi bằng chữ: Ngày mười bốn …``."""
ABOUT = 110
"""Letters before it in which a label says what a date is of."""
_FIGURES = re.compile(
    r"(?<!\d)(\d{1,2})\s?[/.-]\s?(\d{1,2})\s?[/.-]\s?(\d{4})(?!\d)|ngay\s+(\d{1,2})\s+thang\s+(\d{1,2})\s+nam\s+(\d{4})(?!\d)"
)
_ARRIVED = re.compile(r"\bden\b.*?\bngay\b\W*(\d{1,2})\s?[/.-]\s?(\d{1,2})\s?[/.-]\s?(\d{4})(?!\d)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Worded:
    """A date in words. ``beside``: the same in figures as they were read, None where there are none. ``birth``: it is said of a
    birth."""

    day: date
    beside: date | None
    birth: bool


@dataclass(frozen=True, slots=True)
class Evidence:
    worded: tuple[Worded, ...] = ()
    arrived: date | None = None
    """By the register's stamp: no document arrives before it is issued (Decree 30/2020, annex IV)."""


def evidence_of(texts: Iterable[PageText | None]) -> Evidence:
    """Of a document's pages in order. Pages are looked into as they come: none is kept."""
    worded: list[Worded] = []
    arrived: date | None = None
    for text in texts:
        if text is None:
            continue
        worded += _worded(text.text)
        for area in text.unread:
            arrived = arrived or (arrival_in(area.note) if area.kind == "stamp" else None)
    return Evidence(tuple(worded), arrived)


def arrival_in(note: str) -> date | None:
    """The day in what was read on a register's stamp: ``CÔNG VĂN ĐẾN Số: 12 Ngày: 14/3/2019``."""
    found = _ARRIVED.search(unmarked(note))
    return _day(found.groups()) if found else None


def _worded(text: str) -> Iterator[Worded]:
    if "ngày" not in text.lower() and "ngay" not in unmarked(text):
        return
    for found in dates_in_words(text):
        before = unmarked(text[max(0, found.start - ABOUT) : found.start])
        figures = [m for m in _FIGURES.finditer(before) if len(before) - m.end() <= BESIDE]
        beside = _day([g for g in figures[-1].groups() if g]) if figures else None
        yield Worded(found.day, beside, re.search(r"\bsinh\b", before) is not None)


def _day(groups: Sequence[str | None]) -> date | None:
    day, month, year = (int(g or 0) for g in groups[:3])
    try:
        return date(year, month, day)
    except ValueError:
        return None


def remarks_on(values: Mapping[str, str], evidence: Evidence) -> Iterator[Remark]:
    """Words that contradict the figures beside them speak against the field that has those figures; words that nothing stands
    beside are proposed for the field that they are said of."""
    for one in evidence.worded:
        proposal = (Proposal(one.day.isoformat(), "words"),)
        if one.beside is not None and one.beside != one.day:
            for name in ("birth_date", "issued_date"):
                if values.get(name) == one.beside.isoformat():
                    yield Remark(name, "date_words", proposal)
        elif one.beside is None:
            yield Remark("birth_date" if one.birth else "issued_date", proposals=proposal)
    if evidence.arrived is not None:
        issued, latest = values.get("issued_date", ""), evidence.arrived.isoformat()
        yield Remark("issued_date", "arrived_before" if issued > latest else "", (Proposal(latest, "arrival"),))
