"""What checks say of a document's fields, and how it is written into them. A value is never changed."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from workstation.domain.fields import IndexField, Proposal

MOST_PROPOSALS = 3

FORM_CODES = frozenset({
    "date_impossible", "date_future", "date_old", "identity_shape", "identity_province", "identity_birth", "identity_sex",
    "identity_old", "notation_type", "notation_year", "notation_organ", "name_shape", "name_syllable", "organ_syllable",
    "capacity", "capacity_deputy",
})  # fmt: skip
"""Of checks that hold a document's fields against each other and the rules (``domain.checks``)."""
TEXT_CODES = frozenset({"date_words", "arrived_before", "code_differs"})
"""Of checks against what else stands on its pages (``domain.evidence``, ``domain.codefield``)."""
STORE_CODES = frozenset({"duplicate", "series_order"})
"""Of checks against other documents of the office (``usecases.suggest``)."""

FORM_WHYS = frozenset({"type", "organ", "issued_year", "birth_date", "capacity"})
TEXT_WHYS = frozenset({"words", "arrival", "code"})
STORE_WHYS = frozenset({"signature", "neighbours", "sibling"})
PUT_AWAY = "put_away"
"""What stood in a field before somebody said that it can't be read: what is asked for first when that is taken back."""
LIKELIEST = (
    PUT_AWAY, "code", "words", "signature", "type", "neighbours", "organ", "issued_year", "birth_date", "title", "spelling",
    "capacity", "sibling", "arrival", "read",
)  # fmt: skip
"""Where proposals come from, the surest first."""


@dataclass(frozen=True, slots=True)
class Remark:
    """On one field: a code that speaks against its value, or a value that may be the right one, or both."""

    field: str
    against: str = ""
    proposals: tuple[Proposal, ...] = ()


def noted(
    fields: Sequence[IndexField], remarks: Iterable[Remark], judged: Collection[str], form: Sequence[str]
) -> tuple[IndexField, ...]:
    """The fields with what is said of them now. ``judged``: the codes that were looked into, so that what was said before by
    them is forgotten, and what others said stays. A field of the form that has no value, but a proposal, is added."""
    said: dict[str, list[Remark]] = {}
    for remark in remarks:
        said.setdefault(remark.field, []).append(remark)
    known = {f.name for f in fields}
    new = [
        IndexField(name, "", 0.0, doubt=True)
        for name in form
        if name not in known and any(r.proposals for r in said.get(name, ()))
    ]
    made = [_noted(f, said.get(f.name, ()), judged) for f in (*fields, *new)]
    if not new:
        return tuple(made)
    return in_order(made, form)


def in_order(fields: Iterable[IndexField], form: Sequence[str]) -> tuple[IndexField, ...]:
    """As on the form; what is not on it comes last."""
    order = {name: i for i, name in enumerate(form)}
    return tuple(sorted(fields, key=lambda f: order.get(f.name, len(order))))


def _noted(field: IndexField, remarks: Sequence[Remark], judged: Collection[str]) -> IndexField:
    against = dict.fromkeys((*(c for c in field.against if c not in judged), *(r.against for r in remarks if r.against)))
    doubt = field.doubt or bool(against)
    offered = [p for p in field.proposals if p.why not in judged]
    if doubt or not field.value:
        offered += [p for r in remarks for p in r.proposals]
    return replace(field, against=tuple(against), doubt=doubt, proposals=ranked(offered, field.value))


def ranked(proposals: Iterable[Proposal], value: str) -> tuple[Proposal, ...]:
    """Each value once, without the one that stands there: first what most sources propose, then what the surest does."""
    sources: dict[str, set[str]] = {}
    for p in proposals:
        if p.value and p.value != value:
            sources.setdefault(p.value, set()).add(p.why)
    surest = {v: min(whys, key=_rank) for v, whys in sources.items()}
    order = sorted(sources, key=lambda v: (surest[v] != PUT_AWAY, -len(sources[v]), _rank(surest[v])))
    return tuple(Proposal(v, surest[v]) for v in order[:MOST_PROPOSALS])


def _rank(why: str) -> tuple[int, str]:
    return (LIKELIEST.index(why) if why in LIKELIEST else len(LIKELIEST)), why


def values_of(fields: Iterable[IndexField]) -> Mapping[str, str]:
    return {f.name: f.value for f in fields if f.value}


def most_common(values: Iterable[str]) -> str:
    """The value that most have; empty where none or several lead."""
    counted = Counter(v for v in values if v).most_common(2)
    return counted[0][0] if counted and (len(counted) == 1 or counted[0][1] > counted[1][1]) else ""
