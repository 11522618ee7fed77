"""Reads document types: one file a type, and what they share. A file that breaks its schema names the file and key (ValueError).

To add a type is to add a file: it says what pages of it are called, which fields its form has, and which printed labels lead to
their values.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, get_args

from workstation.domain.doctype import DocumentType, FieldDefinition, Labelled, Layout, ValueKind, Where
from workstation.domain.fields import FIELD_NAMES, nfc
from workstation.domain.profile import DocumentRule

OTHER = "other"
"""File of the form for documents whose type is not known; its code is empty."""
_NEEDED = {"code", "name", "english", "layout", "source", "valid_from"}
_OPTIONAL = {"abbreviation", "titles", "marks", "valid_to", "fields", "required"}
_DEFINES = {"label", "english", "kind"}
_FIELD_KEYS = {"name", *_DEFINES, "length", "pattern", "labels", "where", "wraps", "page", "below", "above"}
_KINDS = {k.value for k in ValueKind}
_PLACES = {w.value for w in Where}
Folder = Path | Traversable


@dataclass(frozen=True, slots=True)
class Shared:
    """What the files of types refer to: fields by name, whole forms by layout, labels that end another's value."""

    fields: Mapping[str, Mapping[str, Any]]
    forms: Mapping[str, Mapping[str, Any]]
    stops: tuple[str, ...]


def read_shared(text: str) -> Shared:
    """The file of shared fields. ValueError where it breaks its schema."""
    data = _object(text, "labels.json")
    _keys(data, {"source", "fields", "forms", "stops"}, set(), "labels.json")
    fields = {name: {"name": name, **row} for name, row in data["fields"].items()}
    for name, row in fields.items():
        _keys(row, {"name", *_DEFINES}, _FIELD_KEYS, f"labels.json, field {name}")
    if missing := set(FIELD_NAMES) - set(fields):
        raise ValueError(f"labels.json: no field {sorted(missing)}")
    for name, form in data["forms"].items():
        _keys(form, {"fields"}, {"required"}, f"labels.json, form {name}")
    shared = Shared(fields, data["forms"], ())
    return replace(shared, stops=_wordings(data["stops"], shared, "labels.json, stops"))


def read_types(folder: Folder, shared: Shared) -> Iterator[DocumentRule]:
    """The types of a folder, by the names of their files, which are their codes."""
    for path in sorted((p for p in folder.iterdir() if p.name.endswith(".json")), key=lambda p: p.name):
        row = _object(path.read_text("utf-8"), path.name)
        stem = path.name.removesuffix(".json")
        if row.get("code") != ("" if stem == OTHER else stem):
            raise ValueError(f"{path.name}: code {row.get('code')!r} is not the file's name")
        yield document_rule(row, shared)


def document_rule(row: Mapping[str, Any], shared: Shared) -> DocumentRule:
    """One type. ValueError for a key that is unknown or missing, and for a value that can't be."""
    where = f"document type {row.get('code')!r}"
    _keys(row, _NEEDED, _OPTIONAL, where)
    if row["layout"] not in get_args(Layout):
        raise ValueError(f"{where}: layout {row['layout']}")
    form = {**shared.forms.get(row["layout"], {}), **row}
    if "fields" not in form:
        raise ValueError(f"{where}: missing ['fields']")
    rows = [_field_row(entry, shared, where) for entry in form["fields"]]
    fields = tuple(_definition(r, where) for r in rows)
    names = [f.name for f in fields]
    if len(set(names)) < len(names):
        raise ValueError(f"{where}: a field stands twice among {names}")
    required = frozenset(form.get("required", ()))
    if not required <= set(names):
        raise ValueError(f"{where}: required but not on the form {sorted(required - set(names))}")
    labelled = tuple(_labelled(r, f, shared, where) for r, f in zip(rows, fields, strict=True) if r.get("labels"))
    kind = DocumentType(
        row["code"], row["name"], row.get("abbreviation", ""), row["layout"],
        _wordings(row.get("titles", ()), shared, f"{where}, titles"),
        _wordings(row.get("marks", ()), shared, f"{where}, marks"),
        labelled, _stops(shared, labelled) if labelled else (),
    )  # fmt: skip
    return DocumentRule(kind, fields, required, row["english"], row["source"], *_days(row, where))


def _stops(shared: Shared, labelled: tuple[Labelled, ...]) -> tuple[str, ...]:
    """Every label that is known: where one stands, another's value ends."""
    own = [w for one in labelled for w in (*one.labels, *one.below, *one.above)]
    common = [w for row in shared.fields.values() for w in row.get("labels", ()) if not w.startswith("@")]
    return tuple(dict.fromkeys((*own, *common, *shared.stops)))


def _field_row(entry: Any, shared: Shared, where: str) -> Mapping[str, Any]:
    """A field as its type has it: a shared field's name, or an object that stands alone or changes what is shared."""
    if isinstance(entry, str):
        if entry not in shared.fields:
            raise ValueError(f"{where}: no such field {entry!r}")
        return shared.fields[entry]
    if not isinstance(entry, Mapping):
        raise ValueError(f"{where}: a field is a name or an object, not {entry!r}")
    row = {**shared.fields.get(entry.get("name", ""), {}), **entry}
    _keys(row, {"name", *_DEFINES}, _FIELD_KEYS, f"{where}, field {entry.get('name')!r}")
    return row


def _definition(row: Mapping[str, Any], where: str) -> FieldDefinition:
    where = f"{where}, field {row['name']!r}"
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,39}", row["name"]):
        raise ValueError(f"{where}: no identifier")
    if row["kind"] not in _KINDS:
        raise ValueError(f"{where}: kind {row['kind']}")
    if not row["label"] or row["label"] != nfc(row["label"]) or not row["english"]:
        raise ValueError(f"{where}: label, english")
    length, pattern = row.get("length", 0), row.get("pattern", "")
    if not isinstance(length, int) or isinstance(length, bool) or length < 0:
        raise ValueError(f"{where}: length {length}")
    kind = ValueKind(row["kind"])
    if bool(pattern) != (kind is ValueKind.CODE):
        raise ValueError(f"{where}: pattern (a code has one, nothing else)")
    try:
        re.compile(pattern)
    except re.error as e:
        raise ValueError(f"{where}: pattern ({e})") from None
    return FieldDefinition(row["name"], row["label"], row["english"], kind, length, pattern)


def _labelled(row: Mapping[str, Any], field: FieldDefinition, shared: Shared, where: str) -> Labelled:
    where = f"{where}, field {field.name!r}"
    place, wraps, page = row.get("where", Where.AFTER.value), row.get("wraps", False), row.get("page", 0)
    if place not in _PLACES:
        raise ValueError(f"{where}: where {place}")
    if not isinstance(wraps, bool) or not isinstance(page, int) or isinstance(page, bool) or page < 0:
        raise ValueError(f"{where}: wraps, page")
    labels, below, above = (_wordings(row.get(k, ()), shared, f"{where}, {k}") for k in ("labels", "below", "above"))
    return Labelled(field, labels, Where(place), wraps, page, below, above)


def _wordings(given: Any, shared: Shared, where: str) -> tuple[str, ...]:
    """Words as printed; ``@name`` stands for the labels of a shared field."""
    if not isinstance(given, list | tuple) or not all(isinstance(w, str) and w and w == nfc(w) for w in given):
        raise ValueError(f"{where}: words as printed, in NFC")
    out: list[str] = []
    for word in given:
        if not word.startswith("@"):
            out.append(word)
        elif (known := shared.fields.get(word[1:], {}).get("labels")) is None:
            raise ValueError(f"{where}: no shared labels {word}")
        else:
            out += known
    return tuple(dict.fromkeys(out))


def _days(row: Mapping[str, Any], where: str) -> tuple[date, date | None]:
    try:
        until = row.get("valid_to")
        return date.fromisoformat(row["valid_from"]), date.fromisoformat(until) if until else None
    except (TypeError, ValueError):
        raise ValueError(f"{where}: valid_from, valid_to") from None


def _keys(row: Any, needed: set[str], optional: set[str], where: str) -> None:
    if not isinstance(row, Mapping):
        raise ValueError(f"{where}: no object")
    if missing := needed - set(row):
        raise ValueError(f"{where}: missing {sorted(missing)}")
    if unknown := set(row) - needed - optional:
        raise ValueError(f"{where}: unknown {sorted(unknown)}")


def _object(text: str, where: str) -> Mapping[str, Any]:
    try:
        data = json.loads(text)
    except ValueError as e:
        raise ValueError(f"{where}: {e}") from None
    if not isinstance(data, Mapping):
        raise ValueError(f"{where}: no object")
    return data
