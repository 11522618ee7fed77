"""Which administrative unit each field of a document that names a place means: looked up when fields are made, kept when they are
confirmed, and chosen by a person where the table alone can't tell."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from workstation.domain.dossier import Document, DocumentState, Dossier
from workstation.domain.errors import WorkstationError
from workstation.domain.fields import IndexField, nfc
from workstation.domain.ids import DocumentId, UserName
from workstation.domain.place import (
    AGENCIES,
    ASKED,
    OF_THE_HEAD,
    Candidate,
    How,
    Near,
    Placed,
    Places,
    Receiver,
    Resolved,
    asks,
    by_a_person,
    chosen,
    left_open,
    names_a_place,
)
from workstation.usecases.fieldvalues import named
from workstation.usecases.office import Office

ON_THE_FORM = frozenset({DocumentState.TO_INDEX, DocumentState.TO_CHECK, DocumentState.TO_SETTLE, DocumentState.REFUSED})


@dataclass(frozen=True, slots=True)
class PlaceView:
    """What a screen says of a place."""

    text: str
    placed: Placed
    now: str
    """The present unit with its province; empty: not one."""
    since: date | None
    """Since when it is called so."""
    was: str
    """The old unit with its district and province; empty: the text names none, or not one."""
    candidates: tuple[Candidate, ...]
    """The likeliest first."""
    asked: bool
    """It is for a person to say which one, before the document is confirmed."""
    receiver: Receiver | None
    """Of the agency of district level that the text names."""


def with_places(
    fields: Iterable[IndexField], table: Callable[[], Places], organization: str | None = None, *, typing: bool = False
) -> tuple[IndexField, ...]:
    """Each field that names a place with what its text means on the paper's day; ``ASKED`` speaks against one that a person has
    to decide. What a person said stays with its text; with ``typing`` also with a text that is not stored yet. After all other
    checks: they know nothing of ``ASKED``. ``organization``: of the office; None: there is none, and nobody to ask."""
    fields = tuple(fields)
    said = {f.name: p for f in fields if (p := f.placed) and by_a_person(p) and (typing or p.text == f.value)}
    named = [f for f in fields if f.value and names_a_place(f.name)]
    if not named:
        return tuple(_placed(f, said.get(f.name), False) for f in fields)
    places = table()
    resolved = {f.name: _resolved(places, organization or "", fields, f.name, f.value) for f in named}
    told = said | _followed({n: said.get(n) or found.placed for n, found in resolved.items()}, resolved)
    asked = _asked(told, resolved) if organization is not None else set()
    return tuple(_placed(f, told.get(f.name), f.name in asked) for f in fields)


def _followed(told: Mapping[str, Placed], resolved: Mapping[str, Resolved]) -> dict[str, Placed]:
    """What a person chose for one field of the head holds for the others that may mean it."""
    units = [told[n] for n in OF_THE_HEAD if n in told and told[n].how is How.CHOSEN]
    followed = dict(told)
    for name in (n for n in OF_THE_HEAD if n in told and told[n].how is How.SEVERAL):
        same = (c for u in units for c in resolved[name].candidates if (c.code, c.old) == (u.now, u.old))
        if (one := next(same, None)) is not None:
            followed[name] = chosen(told[name], one)
    return followed


def _asked(told: Mapping[str, Placed], resolved: Mapping[str, Resolved]) -> set[str]:
    """Of the head one field at most, once: the agency before its place."""
    asked = [n for n, found in resolved.items() if not by_a_person(told[n]) and asks(n, found)]
    head = [n for n in OF_THE_HEAD if n in asked]
    if any(n in told and by_a_person(told[n]) for n in OF_THE_HEAD):
        return {n for n in asked if n not in head}
    return {n for n in asked if n not in head[1:]}


def _placed(field: IndexField, placed: Placed | None, asked: bool) -> IndexField:
    against = (*(code for code in field.against if code != ASKED), *((ASKED,) if asked else ()))
    if (placed, against) == (field.placed, field.against):
        return field
    return replace(field, placed=placed, against=against, doubt=field.doubt or asked)


def _resolved(
    places: Places, organization: str, fields: Iterable[IndexField], name: str, text: str, on: date | None = None
) -> Resolved:
    values = {f.name: f.value for f in fields}
    beside = tuple(values[n] for n in OF_THE_HEAD if n != name and values.get(n))
    return places.resolve(text, _day(values.get("issued_date", "")) or on, Near(beside, places.home(organization)))


def settled(office: Office, before: Document, after: Document) -> Document:
    """A document that a person confirms, with its places. K41 (``field``) while it is for that person to say which is meant."""
    known = {f.name: f.placed for f in before.fields}
    fields = with_places(
        (replace(f, placed=f.placed or known.get(f.name)) for f in after.fields), office.places, office.organization
    )
    for field in fields:
        if ASKED in field.against:
            raise WorkstationError("K41", **named(office.rules.document(after.type_code).definition(field.name)))
    return replace(after, fields=fields)


def _day(value: str) -> date | None:
    try:
        return date.fromisoformat(value) if value else None
    except ValueError:
        return None


def place_view(office: Office, document: Document, name: str, text: str | None = None) -> PlaceView:
    """Of the field's stored text, or of what somebody is typing into it."""
    return view_of(office.places(), document.fields, name, text, organization=office.organization)


def view_of(
    places: Places,
    fields: tuple[IndexField, ...],
    name: str,
    text: str | None = None,
    on: date | None = None,
    *,
    organization: str = "",
) -> PlaceView:
    """``on``: the paper's day, where ``fields`` don't say it."""
    field = next((f for f in fields if f.name == name), IndexField(name, "", 0.0))
    text = field.value if text is None else nfc(text)
    found = _resolved(places, organization, fields, name, text, on)
    placed = _said(field, text) or found.placed
    unit = places.unit(placed.now) if placed.now else None
    return PlaceView(
        text=text,
        placed=placed,
        now=places.label(placed.now) if placed.now else "",
        since=unit.valid_from if unit else None,
        was=places.old_label(placed.old) if placed.old else "",
        candidates=found.candidates,
        asked=not by_a_person(placed) and asks(name, found),
        receiver=places.receiver(text) if name in AGENCIES else None,
    )


def _said(field: IndexField, text: str) -> Placed | None:
    """What a person said of this very text."""
    placed = field.placed
    return placed if placed is not None and by_a_person(placed) and placed.text == text else None


def choose(office: Office, document_id: DocumentId, name: str, code: str, by: UserName, text: str | None = None) -> Dossier:
    """The present unit that a person says is meant by the field's text, or by what that person is typing there and confirms
    later; ``code`` empty: the person can't tell. K40 if it is none of the candidates; K06 for a document that nobody enters or
    checks now, K03 for who entered or checked it while another does."""
    dossier_id = office.dossier_of(document_id).id

    def edit(d: Dossier) -> Dossier:
        document = d.document(document_id)
        if document.state not in ON_THE_FORM:
            raise WorkstationError("K06", state=document.state.value, to="to_index")
        checking = document.state in (DocumentState.TO_CHECK, DocumentState.TO_SETTLE)
        if checking and by in (document.entered_by, document.checked_by):
            raise WorkstationError("K03")
        fields = choose_in(office.places, document.fields, name, code, text, organization=office.organization)
        return d.with_document(replace(document, fields=fields))

    return office.change(dossier_id, edit, office.event(by, "place_chosen", document_id, field=name))


def choose_in(
    table: Callable[[], Places],
    fields: tuple[IndexField, ...],
    name: str,
    code: str,
    text: str | None = None,
    *,
    organization: str = "",
) -> tuple[IndexField, ...]:
    """See :func:`choose`."""
    view = view_of(table(), fields, name, text, organization=organization)
    offered = [c for c in view.candidates if c.code == code]
    if not names_a_place(name) or not view.candidates or (code and not offered):
        raise WorkstationError("K40", field=name)
    placed = _chosen_of(view.placed, offered) if code else left_open(view.placed)
    return with_places(_with(fields, name, placed), table, organization, typing=True)


def _chosen_of(placed: Placed, offered: list[Candidate]) -> Placed:
    """One present unit may stand there more than once, for several old ones that went into it: then none of those is meant."""
    one = offered[0] if len({c.old for c in offered}) == 1 else replace(offered[0], old=None)
    return chosen(placed, one)


def _with(fields: tuple[IndexField, ...], name: str, placed: Placed) -> tuple[IndexField, ...]:
    """Who says which unit it is has looked at the field: what else speaks against it stays."""
    field = next((f for f in fields if f.name == name), None)
    if field is None:
        return (*fields, IndexField(name, "", 0.0, placed=placed))
    others = tuple(code for code in field.against if code != ASKED)
    said = replace(field, placed=placed, against=others, doubt=field.doubt and bool(others))
    return tuple(said if f is field else f for f in fields)
