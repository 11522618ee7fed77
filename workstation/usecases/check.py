"""Entry and check of index fields: two different persons, a third where they differ, values in their form's shape."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from workstation.domain.dossier import Document, DocumentState, Dossier, DossierState, send_back, unchecked
from workstation.domain.errors import WorkstationError
from workstation.domain.fields import FieldOrigin, IndexField, Proposal
from workstation.domain.ids import DocumentId, UserName
from workstation.domain.issue import GIVEN_IN_MARK
from workstation.domain.page import PageState
from workstation.domain.ports import UnitOfWork
from workstation.domain.profile import DocumentRule, Profile
from workstation.domain.remarks import MOST_PROPOSALS, PUT_AWAY
from workstation.usecases import held, rekey, suggest
from workstation.usecases.fieldvalues import named
from workstation.usecases.office import Office, day
from workstation.usecases.placing import ON_THE_FORM, settled

Step = Callable[[Document, Mapping[str, str], Profile, DocumentRule, UserName], Document]
_STEPS: dict[DocumentState, Step] = {DocumentState.TO_CHECK: rekey.check, DocumentState.TO_SETTLE: rekey.settle}
"""What confirming is in a state; in any other it is entry, if the state allows that."""


def confirm(office: Office, document_id: DocumentId, values: Mapping[str, str], by: UserName) -> Dossier:
    """Entry by the clerk, the check by somebody else or a third person's word (K03 for the wrong one), by the state the document
    is in. K20 for a page with a mark of a state secret; K08 while a page of it is being made and read anew: nobody vouches for a
    picture that is about to be another. K41 while it is for that person to say which unit a place means.

    A document that is said to have a degree of secrecy is not confirmed: it stops (``held.stop``)."""
    dossier = office.dossier_of(document_id)
    dossier_id = dossier.id
    form = office.rules.document(dossier.document(document_id).type_code).fields
    if held.secrecy_said(dossier, document_id, values, form):
        return held.stop(office, document_id, by)

    def edit(d: Dossier) -> Dossier:
        document = d.document(document_id)
        if (stopped := held.page_number(d, document_id)) is not None:
            raise WorkstationError("K20", page=stopped)
        for number, page in enumerate(d.pages, 1):
            if page.document_id == document_id and page.state is PageState.NEW and not page.dropped:
                raise WorkstationError("K08", page=number)
        if document.state is DocumentState.REFUSED:
            document = replace(document.move(DocumentState.TO_INDEX), published=None, seen_by=None)
        profile = office.profile_of(d)
        rule = profile.demands(office.rules.document(document.type_code))
        after = _STEPS.get(document.state, rekey.enter)(document, values, profile, rule, by)
        after = suggest.judged(office.rules, replace(after, reason="", returned_by=None), day(office.clock.now()))
        return d.with_document(settled(office, document, after))

    def keep(uow: UnitOfWork, before: Dossier, after: Dossier) -> None:
        document = after.document(document_id)
        names = office.profile_of(after).rekeyed(office.rules.document(document.type_code))
        uow.keyed.add(rekey.keyed_at(before.document(document_id), document, names, by, office.clock.now()))

    return office.change(dossier_id, edit, office.event(by, "confirmed", document_id), beside=keep)


def back_to_entry(office: Office, document_id: DocumentId, reason: str, by: UserName) -> Dossier:
    """Whoever checks sends it back to who enters. K01 without a reason; K06 unless it is being checked."""
    if not reason.strip():
        raise WorkstationError("K01", field="reason")

    def edit(d: Dossier) -> Dossier:
        return d.with_document(send_back(d.document(document_id), reason.strip(), by))

    return office.change(office.dossier_of(document_id).id, edit, office.event(by, "sent_back", document_id))


def put_off(office: Office, document_id: DocumentId, by: UserName) -> Dossier:
    """To the end of this person's queue. K06 unless it is being entered or checked."""

    def edit(d: Dossier) -> Dossier:
        document = d.document(document_id)
        _being_entered(document)
        others = tuple(x for x in document.put_off if x[0] != by)
        return d.with_document(replace(document, put_off=(*others, (by, office.clock.now()))))

    return office.change(office.dossier_of(document_id).id, edit, office.event(by, "put_off", document_id))


def set_unreadable(office: Office, document_id: DocumentId, name: str, on: bool, by: UserName) -> Dossier:
    """Says that the paper can't be read where the field stands (or takes that back): its value is empty then. In a field that is
    keyed without seeing the other's entry, that entry stays. K02 if the form has no such field, K03 and K06 as for confirming,
    K12 for a field that has to be legible."""

    def edit(d: Dossier) -> Dossier:
        document = d.document(document_id)
        _being_entered(document)
        profile = office.profile_of(d)
        rule = office.rules.document(document.type_code)
        if name not in rule.form:
            raise WorkstationError("K02", field=name)
        if on and name in illegible_refused(profile):
            raise WorkstationError("K12", **named(rule.definition(name)))
        return d.with_document(_unreadable(document, name, on, by, rekey.blind_to(document, by, profile, rule)))

    return office.change(office.dossier_of(document_id).id, edit, office.event(by, "unreadable", document_id, field=name, on=on))


def illegible_refused(profile: Profile) -> frozenset[str]:
    """Fields that can't be left as unreadable: those the profile names, and those that are only given at issue."""
    return frozenset(profile.legible) | {name for mark, name in GIVEN_IN_MARK.items() if mark in profile.office_marks}


def _being_entered(document: Document) -> None:
    if document.state not in ON_THE_FORM:
        raise WorkstationError("K06", state=document.state.value, to=DocumentState.TO_INDEX.value)


def _unreadable(document: Document, name: str, on: bool, by: UserName, blind: frozenset[str]) -> Document:
    checking = document.state in (DocumentState.TO_CHECK, DocumentState.TO_SETTLE)
    settling = document.state is DocumentState.TO_SETTLE and document.checked_by == by
    if checking and (document.entered_by == by or settling):
        raise WorkstationError("K03")
    if name in blind:
        others = tuple(n for n in document.unread_again if n != name)
        return replace(document, unread_again=(*others, name) if on else others)
    old = next((f for f in document.fields if f.name == name), None)
    if on is (old is not None and old.origin is FieldOrigin.UNREADABLE):
        return document
    place = old or IndexField(name, "", 0.0)
    said = _marked(place) if on else _unmarked(place)
    return replace(document, fields=(*(f for f in document.fields if f.name != name), said))


def _marked(field: IndexField) -> IndexField:
    """As unreadable: empty, with what stood there kept for whoever takes that back."""
    kept = (Proposal(field.value, PUT_AWAY),) if field.value else ()
    others = tuple(p for p in field.proposals if p.value != field.value)
    proposals = (*kept, *others)[:MOST_PROPOSALS]
    return IndexField(field.name, "", 0.0, field.page, field.box, FieldOrigin.UNREADABLE, proposals=proposals)


def _unmarked(field: IndexField) -> IndexField:
    """With what stood there before, to be looked at."""
    value = next((p.value for p in field.proposals if p.why == PUT_AWAY), "")
    others = tuple(p for p in field.proposals if p.why != PUT_AWAY)
    return IndexField(field.name, value, 0.0, field.page, field.box, FieldOrigin.TYPED, doubt=True, proposals=others)


def tried(office: Office, document_id: DocumentId, values: Mapping[str, str], by: UserName) -> tuple[IndexField, ...]:
    """What checks and other documents would say of these values, before this person confirms them; of what must not be seen
    before it is keyed, nothing: its neighbours would tell it. Nothing is stored."""
    dossier = office.dossier_of(document_id)
    document = dossier.document(document_id)
    rule = office.rules.document(document.type_code)
    blind = rekey.blind_to(document, by, office.profile_of(dossier), rule)
    document = rekey.covered(document, blind)
    today = day(office.clock.now())
    fields = suggest.edited(office.rules, document.type_code, suggest.typed(document.fields, values), today)
    with office.look() as uow:
        after = dossier.with_document(replace(document, fields=fields))
        said = suggest.compared(uow, office.rules, day, dossier, after).document(document_id).fields
    return tuple(replace(f, proposals=(), against=()) if f.name in blind else f for f in said)


def set_type(office: Office, document_id: DocumentId, type_code: str, by: UserName) -> Dossier:
    """The clerk says what kind of document it is; the type's name becomes its first field. K02 if there is no such type."""
    dossier_id = office.dossier_of(document_id).id
    rule = office.rules.document(type_code)
    if rule.type.code != type_code:
        raise WorkstationError("K02", field="type_name")

    def edit(d: Dossier) -> Dossier:
        document = d.document(document_id)
        if document.state not in (DocumentState.TO_INDEX, DocumentState.TO_CHECK, DocumentState.REFUSED):
            raise WorkstationError("K06", state=document.state.value, to="to_index")
        kept = tuple(f for f in document.fields if f.name in rule.form and f.name != "type_name")
        name = IndexField("type_name", rule.type.name, 1.0, origin=FieldOrigin.TYPED)
        fields = suggest.edited(office.rules, type_code, (name, *kept), day(office.clock.now()))
        return d.with_document(replace(document, type_code=type_code, fields=fields))

    return office.change(dossier_id, edit, office.event(by, "typed", document_id, type=type_code))


def reopen(office: Office, dossier: Dossier, document_id: DocumentId, by: UserName) -> Dossier:
    """A dossier that the ward returned goes back to entry: the named document is typed again, checked and signed anew.

    The signed file stays in the store; a correction is a new version, never a change to what was signed."""

    def edit(d: Dossier) -> Dossier:
        old = d.document(document_id)
        fresh = replace(unchecked(old), state=DocumentState.TO_INDEX, published=None, sealed=None)
        return replace(d.move(DossierState.PROCESSING).with_document(fresh), error=None)

    return office.change(dossier.id, edit, office.event(by, "reopened", document_id))
