"""What agencies and places of papers are called, held against the table of units: letters and marks that were misread."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import replace
from difflib import SequenceMatcher

from workstation.domain.fields import FieldOrigin, IndexField, Proposal
from workstation.domain.folding import unmarked
from workstation.domain.place import AGENCIES, How, Places, Resolved, Why

_PLACE = "place"
_KINDS = ("xã", "phường", "đặc khu", "thị trấn")
_UNIT = re.compile(rf"(?i)(?<!\w)(?:{'|'.join(_KINDS)})\s+")
_HIGHER = ("tỉnh", "thành phố", "huyện", "quận", "thị xã")
_COMMITTEE = re.compile(r"(?i)(ủy ban nhân dân)\s*(.*)")
_BY_HAND = (FieldOrigin.TYPED, FieldOrigin.UNREADABLE)
_LIKE = 0.6
"""Share of their letters above which two names are readings of one (``difflib``)."""


def spelt_as_units(fields: Iterable[IndexField], table: Callable[[], Places]) -> tuple[IndexField, ...]:
    """Fields just read. A doubtful agency of a commune that is none is called as the one that it is like: with the same letters,
    as the paper's place, or one letter off; and a doubtful place as the agency's commune, which papers of communes are signed in
    (Decree 30/2020, annex I, II.4). What was read is proposed. Of what nobody doubts nothing is changed: it is put in doubt where
    a unit has its very letters and none its marks, with that one proposed. Only where fields are made: what a person has
    confirmed is never changed."""
    fields = tuple(fields)
    told = {f.name: f for f in fields if f.origin not in _BY_HAND and f.value}
    if not any(name in told for name in (*AGENCIES, _PLACE)):
        return fields
    places, where = table(), told.get(_PLACE)
    issuer = "organ_name"  # its parent lies elsewhere than the place says
    told |= {name: _agency(told[name], where if name == issuer else None, places) for name in AGENCIES if name in told}
    commune = _called(places.resolve(told[issuer].value), places) if where and issuer in told else ""
    if where and commune and not commune.isdigit():
        told[_PLACE] = _place(where, commune, places)
    return tuple(told.get(f.name, f) for f in fields)


def _agency(field: IndexField, where: IndexField | None, places: Places) -> IndexField:
    units = list(_UNIT.finditer(field.value))
    if not units:
        return _of_the_place(field, where, places) if field.doubt and where else field
    head, read = field.value[: units[-1].end()], field.value[units[-1].end() :]
    found = places.resolve(field.value)
    name = _called(found, places)
    if name and not _same_letters(read, name):
        return field
    if not name and field.doubt and not found.candidates:
        name = _as_the_place(head, read, where, places) or _only(places.nearly(field.value))
    return _spelt(field, head + (name.upper() if read.isupper() else name), "spelling") if name else field


def _as_the_place(head: str, read: str, where: IndexField | None, places: Places) -> str:
    """The commune of the agency's kind that the paper's place names, if what was read is like it."""
    if where is None or where.doubt or _likeness(read, where.value) <= _LIKE:
        return ""
    return _called(places.resolve(head + where.value), places)


def _of_the_place(field: IndexField, where: IndexField, places: Places) -> IndexField:
    """A committee of which the word for its kind was misread, as that of the commune that the paper's place names. Where that
    word was not read, only if nothing else is called so: a district is, of many."""
    committee = _COMMITTEE.fullmatch(field.value)
    if committee is None or _likeness(committee[2], where.value) <= _LIKE:
        return field
    head, read = committee.groups()
    named = [kind for kind in (*_KINDS, *_HIGHER) if _is_unit(places.resolve(f"{kind} {where.value}"))]
    told = len(_letters(read)) > len(_letters(where.value))
    kind = max(named, key=lambda kind: _likeness(read, f"{kind} {where.value}"), default="") if told else _only(named)
    unit = f"{kind} {where.value}"
    return _spelt(field, f"{head} {unit.upper() if head.isupper() else unit}", "spelling") if kind in _KINDS else field


def _place(field: IndexField, commune: str, places: Places) -> IndexField:
    if _is_unit(places.resolve(field.value)):
        return field
    if _likeness(field.value, commune) > _LIKE and (field.doubt or _same_letters(field.value, commune)):
        return _spelt(field, commune, "organ")
    return replace(field, proposals=_proposing(field, commune, "organ")) if field.doubt else field


def _spelt(field: IndexField, value: str, why: str) -> IndexField:
    """With a value in the place of what was read if that is in doubt, else proposed beside it."""
    if _signs(value) == _signs(field.value):
        return field
    if not field.doubt:
        return replace(field, doubt=True, proposals=_proposing(field, value, why))
    return replace(field, value=value, proposals=_proposing(replace(field, value=value), field.value, "read"), weak=())


def _proposing(field: IndexField, value: str, why: str) -> tuple[Proposal, ...]:
    others = (p for p in field.proposals if p.value not in (value, field.value))
    return (Proposal(value, why), *others)[:3]


def _called(found: Resolved, places: Places) -> str:
    """What the one commune is called that is meant, or that was misread; empty: there is none, or several."""
    placed = found.placed
    if placed.how is How.EXACT and not found.candidates:
        labels = {places.old_label(placed.old) if placed.old else places.label(placed.now or "")}
    elif len({c.why is Why.MISREAD for c in found.candidates}) == 1:
        labels = {c.was or c.name for c in found.candidates}
    else:
        return ""
    return _only({_UNIT.sub("", label.partition(",")[0], count=1) for label in labels if _UNIT.match(label)})


def _only(names: Iterable[str]) -> str:
    every = set(names)
    return every.pop() if len(every) == 1 else ""


def _is_unit(found: Resolved) -> bool:
    return found.placed.how is How.EXACT or any(c.why is not Why.MISREAD for c in found.candidates)


def _signs(name: str) -> list[str]:
    """Letters and marks in whatever order: *Hòa* and *Hoà* are one name."""
    return sorted(unicodedata.normalize("NFD", name.casefold()))


def _letters(name: str) -> str:
    return "".join(c for c in unmarked(name) if c.isalnum())


def _same_letters(a: str, b: str) -> bool:
    return _letters(a) == _letters(b)


def _likeness(a: str, b: str) -> float:
    return SequenceMatcher(None, _letters(a), _letters(b), autojunk=False).ratio()
