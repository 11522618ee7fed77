"""Entry and check of index fields: two different persons, values in their form's shape."""

import re
from dataclasses import replace
from datetime import date

from workstation.domain.dossier import Document, DocumentState, Dossier, DossierState, confirm_check, confirm_entry
from workstation.domain.errors import WorkstationError
from workstation.domain.fields import FieldOrigin, IndexField, nfc
from workstation.domain.ids import DocumentId, UserName
from workstation.domain.profile import DocumentRule
from workstation.usecases.office import Office

_SHAPES = {"number": re.compile(r"[0-9]{1,11}[A-Za-zĐđ]?"), "identity_number": re.compile(r"[0-9]{9}|[0-9]{12}")}
"""Shapes of values that are numbers: document number (Decree 30/2020, annex VI: 11 characters), CMND or CCCD."""


def normalised(name: str, value: str, required: bool) -> str:
    """NFC, and the field's own shape: K01 if a required value is empty, K02 if it has not the shape of its field."""
    value = nfc(value)
    if not value:
        if required:
            raise WorkstationError("K01", field=name)
        return ""
    if name == "issued_date":
        try:
            return date.fromisoformat(value).isoformat()
        except ValueError:
            raise WorkstationError("K02", field=name) from None
    if name in _SHAPES and not _SHAPES[name].fullmatch(value):
        raise WorkstationError("K02", field=name)
    return value


def entered(document: Document, values: dict[str, str], rule: DocumentRule) -> tuple[IndexField, ...]:
    """The form's fields with the values a person confirmed; a value that the machine read keeps its place on the page."""
    read = {f.name: f for f in document.fields}
    fields = []
    for name in rule.form:
        old = read.get(name)
        given = values.get(name, old.value if old else "")
        value = normalised(name, given, name in rule.required)
        if old is not None and old.value == value:
            fields.append(replace(old, doubt=False))
        elif value:
            place = old or IndexField(name, "", 0.0)
            fields.append(IndexField(name, value, 1.0, place.page, place.box, FieldOrigin.TYPED))
    return tuple(fields)


def confirm(office: Office, document_id: DocumentId, values: dict[str, str], by: UserName) -> Dossier:
    """Entry by the clerk, or the check by somebody else (K03), by the state the document is in."""
    dossier_id = office.dossier_of(document_id).id

    def edit(d: Dossier) -> Dossier:
        document = d.document(document_id)
        if document.state is DocumentState.REFUSED:
            document = replace(document.move(DocumentState.TO_INDEX), published=None, seen_by=None)
        fields = entered(document, values, office.profile_of(d).demands(office.rules.document(document.type_code)))
        step = confirm_check if document.state is DocumentState.TO_CHECK else confirm_entry
        return d.with_document(replace(step(document, fields, by), reason="", error=None))

    return office.change(dossier_id, edit, office.event(by, "confirmed", document_id))


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
        return d.with_document(replace(document, type_code=type_code, fields=(name, *kept)))

    return office.change(dossier_id, edit, office.event(by, "typed", document_id, type=type_code))


def reopen(office: Office, dossier: Dossier, document_id: DocumentId, by: UserName) -> Dossier:
    """A dossier that the ward returned goes back to entry: the named document is typed again, checked and signed anew.

    The signed file stays in the store; a correction is a new version, never a change to what was signed."""

    def edit(d: Dossier) -> Dossier:
        old = d.document(document_id)
        fresh = replace(
            old, state=DocumentState.TO_INDEX, published=None, sealed=None, entered_by=None, checked_by=None, seen_by=None
        )
        return replace(d.move(DossierState.PROCESSING).with_document(fresh), error=None)

    return office.change(dossier.id, edit, office.event(by, "reopened", document_id))
