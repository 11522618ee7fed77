"""The check of critical fields without seeing what was entered, and a third person's word where the two differ.

What each of them keyed is kept in the store (``uow.keyed``) in the same transaction as the document: for an inspector, not for
logs.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from workstation.domain.dossier import Document, DocumentState, confirm_check, confirm_entry, settle_check
from workstation.domain.errors import WorkstationError
from workstation.domain.fields import FieldOrigin, IndexField, nfc
from workstation.domain.ids import UserName
from workstation.domain.profile import DocumentRule, Profile
from workstation.domain.rekey import Difference, Keyed, KeyStep
from workstation.usecases.fieldvalues import entered, named, normalised

_STEPS = {
    DocumentState.TO_INDEX: KeyStep.ENTRY,
    DocumentState.TO_CHECK: KeyStep.CHECK,
    DocumentState.TO_SETTLE: KeyStep.SETTLE,
}


def blind_to(document: Document, viewer: UserName, profile: Profile, rule: DocumentRule) -> frozenset[str]:
    """Fields whose entry this person must not see. Who entered them knows them; the third person sees both entries where they
    differ, and nothing there as the field's value."""
    if document.state is DocumentState.TO_CHECK and viewer != document.entered_by:
        return frozenset(profile.rekeyed(rule))
    if document.state is DocumentState.TO_SETTLE and viewer == document.checked_by:
        return frozenset(profile.rekeyed(rule))
    if document.state is DocumentState.TO_SETTLE and viewer != document.entered_by:
        return frozenset(d.name for d in document.differing)
    return frozenset()


def covered(document: Document, blind: frozenset[str]) -> Document:
    """The document without what the person must not see: where a field stands on the page is told, nothing of its value."""
    fields = tuple(_covered(f, document.unread_again) if f.name in blind else f for f in document.fields)
    known = {f.name for f in fields}
    said = tuple(
        IndexField(n, "", 0.0, origin=FieldOrigin.UNREADABLE) for n in document.unread_again if n in blind and n not in known
    )
    return replace(document, fields=(*fields, *said), differing=())


def _covered(field: IndexField, unread: tuple[str, ...]) -> IndexField:
    origin = FieldOrigin.HANDWRITTEN if field.origin is FieldOrigin.HANDWRITTEN else FieldOrigin.READ
    return IndexField(
        field.name, "", 0.0, field.page, field.box, FieldOrigin.UNREADABLE if field.name in unread else origin, doubt=True
    )


def enter(document: Document, values: Mapping[str, str], profile: Profile, rule: DocumentRule, by: UserName) -> Document:
    """K01, K02."""
    return confirm_entry(document, entered(document, values, rule), by)


def check(document: Document, values: Mapping[str, str], profile: Profile, rule: DocumentRule, by: UserName) -> Document:
    """Passes it, or leaves it to a third person with the error K05. K03 before anything else is looked at; K10 if a critical
    field was not keyed: a check never rests on what was entered."""
    if document.entered_by == by:
        raise WorkstationError("K03")
    names = profile.rekeyed(rule)
    differing = tuple(d for name in names if (d := _compared(document, values, rule, name)) is not None)
    fields = entered(document, values, rule, kept=frozenset(names))
    after = confirm_check(document, fields, by, differing)
    told = WorkstationError("K05", **named(rule.definition(differing[0].name))).note if differing else None
    return replace(after, error=told)


def _compared(document: Document, values: Mapping[str, str], rule: DocumentRule, name: str) -> Difference | None:
    value, unreadable = _keyed(document, values, rule, name)
    first, first_unreadable = nfc(document.field(name)), document.unreadable(name)
    same = (value, unreadable) == (first, first_unreadable)
    return None if same else Difference(name, first, value, first_unreadable, unreadable)


def _keyed(document: Document, values: Mapping[str, str], rule: DocumentRule, name: str) -> tuple[str, bool]:
    """The value in its field's form, and whether it is said to be unreadable. K10, K01, K02."""
    unreadable = name in document.unread_again and not nfc(values.get(name, ""))
    if name not in values and not unreadable:
        raise WorkstationError("K10", **named(rule.definition(name)))
    required = name in rule.required and not unreadable
    return normalised(rule.definition(name), values.get(name, ""), required), unreadable


def settle(document: Document, values: Mapping[str, str], profile: Profile, rule: DocumentRule, by: UserName) -> Document:
    """What the third person reads on the paper goes in. K03, K10; K11 for another value where the two agree: that is not this
    person's to change."""
    if by in (document.entered_by, document.checked_by):
        raise WorkstationError("K03")
    differing = {d.name for d in document.differing}
    for name in profile.rekeyed(rule):
        if name in differing or name not in values:
            continue
        if normalised(rule.definition(name), values[name], False) != nfc(document.field(name)):
            raise WorkstationError("K11", **named(rule.definition(name)))
    keyed = {name: _keyed(document, values, rule, name) for name in differing}
    found = {f.name: f for f in entered(document, values, rule, kept=frozenset(profile.rekeyed(rule)))}
    for name, (value, unreadable) in keyed.items():
        found[name] = _settled(found.get(name) or IndexField(name, "", 0.0), value, unreadable)
    fields = tuple(
        found[name] for name in rule.form if name in found and (found[name].value or found[name].box or _unread(found[name]))
    )
    return replace(settle_check(document, fields, by), error=None)


def _unread(field: IndexField) -> bool:
    return field.origin is FieldOrigin.UNREADABLE


def _settled(field: IndexField, value: str, unreadable: bool) -> IndexField:
    if value and value == field.value:
        return replace(field, doubt=False, weak=())
    origin = FieldOrigin.UNREADABLE if unreadable else FieldOrigin.TYPED
    return IndexField(field.name, value, 0.0 if unreadable else 1.0, field.page, field.box, origin)


def keyed_at(before: Document, after: Document, names: tuple[str, ...], by: UserName, at: datetime) -> Iterator[Keyed]:
    """What this person made of the critical fields in the step from ``before`` to ``after``."""
    step = _STEPS.get(before.state, KeyStep.ENTRY)
    asked = tuple(d.name for d in before.differing) if step is KeyStep.SETTLE else names
    second = {d.name: (d.second, d.second_unreadable) for d in after.differing}
    for name in asked:
        value, unreadable = second.get(name, (after.field(name), after.unreadable(name)))
        yield Keyed(after.id, name, value, unreadable, step, by, at)
