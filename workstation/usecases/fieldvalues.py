"""Values of index fields in their form's shape, as a person confirms them."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from workstation.domain.doctype import FieldDefinition, ValueKind
from workstation.domain.dossier import Document
from workstation.domain.errors import WorkstationError
from workstation.domain.fields import FIELD_NAMES, FieldOrigin, IndexField, nfc
from workstation.domain.profile import DocumentRule

_SHAPES = {
    ValueKind.NUMBER: re.compile(r"[0-9]{1,11}[A-Za-zĐđ]?"),
    ValueKind.IDENTITY: re.compile(r"[0-9]{9}|[0-9]{12}"),
    ValueKind.AREA: re.compile(r"[0-9]+(?:[.,][0-9]+)*"),
    ValueKind.MONEY: re.compile(r"[0-9]+(?:[.,][0-9]+)*"),
    ValueKind.SEX: re.compile(r"Nam|Nữ"),
}
"""By kind: a document's number (Decree 30/2020, annex VI: 11 characters), CMND or CCCD, amounts as they are written."""
_YEAR = re.compile(r"(?:18|19|20)[0-9]{2}")


def normalised(field: FieldDefinition, value: str, required: bool) -> str:
    """NFC, and the shape of the field's kind: K01 if a required value is empty, K02 if it has not that shape or is too long."""
    value = nfc(value)
    if not value:
        if required:
            raise WorkstationError("K01", **named(field))
        return ""
    if field.kind is ValueKind.DATE or (field.kind is ValueKind.BIRTH and not _YEAR.fullmatch(value)):
        try:
            return date.fromisoformat(value).isoformat()
        except ValueError:
            raise WorkstationError("K02", **named(field)) from None
    shape = re.compile(field.pattern) if field.kind is ValueKind.CODE else _SHAPES.get(field.kind)
    if (shape is not None and not shape.fullmatch(value)) or 0 < field.length < len(value):
        raise WorkstationError("K02", **named(field))
    return value


def named(field: FieldDefinition) -> dict[str, str]:
    """A field in an error's parameters; one that only its type knows brings its words along."""
    own = {} if field.name in FIELD_NAMES else {"label": field.label, "english": field.english}
    return {"field": field.name} | own


def entered(
    document: Document, values: Mapping[str, str], rule: DocumentRule, kept: frozenset[str] = frozenset()
) -> tuple[IndexField, ...]:
    """The form's fields with the values a person confirmed; a value that the machine read keeps its place on the page. ``kept``:
    these stay as they are. A field that a person says can't be read is empty, and may be so where it is required."""
    read = {f.name: f for f in document.fields}
    fields = []
    for field in rule.fields:
        name = field.name
        old = read.get(name)
        if name in kept:
            fields += [old] if old is not None else []
            continue
        given = values.get(name, old.value if old else "")
        value = normalised(field, given, name in rule.required and not document.unreadable(name))
        if old is not None and old.value == value:
            fields.append(replace(old, doubt=False, weak=()))
        elif value:
            place = old or IndexField(name, "", 0.0)
            fields.append(IndexField(name, value, 1.0, place.page, place.box, FieldOrigin.TYPED))
    return tuple(fields)
