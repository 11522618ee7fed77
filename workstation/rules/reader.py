"""Reads the dated rule data; the only place that knows its files. A file that breaks its schema names the key (ValueError)."""

import json
import re
from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

from workstation.domain.attestation import NEEDED, WORDS, AttestationTemplate
from workstation.domain.authority import BehalfForm
from workstation.domain.copies import CopyKind, CopyRule, CopyRules, Medium, Series, SourceIs
from workstation.domain.doctype import DocumentType
from workstation.domain.fields import FIELD_NAMES
from workstation.domain.profile import DocumentRule, Profile, Rules, SignatureOf

_DOCUMENT_KEYS = {"code", "name", "abbreviation", "layout", "titles", "form", "required"}
_PROFILE_KEYS = {f.name for f in fields(Profile)}
_SIGNATURES_OF = {s.value for s in SignatureOf}
_BEHALF_KEYS = {f.name for f in fields(BehalfForm)}
_COPY_KEYS = {f.name for f in fields(CopyRule)}
_TEMPLATE_KEYS = {f.name for f in fields(AttestationTemplate)}
_SERIES_KEYS = {f.name for f in fields(Series)}


def _expect(keys: set[str], row: Mapping[str, Any], where: str) -> None:
    if wrong := keys.symmetric_difference(row):
        raise ValueError(f"{where}: unknown or missing {sorted(wrong)}")


def document_rule(row: Mapping[str, Any]) -> DocumentRule:
    _expect(_DOCUMENT_KEYS, row, f"document type {row.get('code')}")
    form, required = tuple(row["form"]), frozenset(row["required"])
    if unknown := (set(form) | required) - set(FIELD_NAMES):
        raise ValueError(f"document type {row['code']}: no such field {sorted(unknown)}")
    if not required <= set(form):
        raise ValueError(f"document type {row['code']}: required but not on the form {sorted(required - set(form))}")
    if row["layout"] not in ("decree30", "form"):
        raise ValueError(f"document type {row['code']}: layout {row['layout']}")
    kind = DocumentType(row["code"], row["name"], row["abbreviation"], row["layout"], tuple(row["titles"]))
    return DocumentRule(kind, form, required)


def profile(row: Mapping[str, Any]) -> Profile:
    _expect(_PROFILE_KEYS, row, f"profile {row.get('code')}")
    if row["signature_of"] not in _SIGNATURES_OF:
        raise ValueError(f"profile {row['code']}: signature_of {row['signature_of']}")
    marks = tuple(row["office_marks"])
    if marks and row["signature_of"] != SignatureOf.NAMED.value:
        raise ValueError(f"profile {row['code']}: office_marks")  # the agency seals what its official has signed
    return Profile(**{**row, **_days(row), "signature_of": SignatureOf(row["signature_of"]), "office_marks": marks})


def behalf_form(row: Mapping[str, Any]) -> BehalfForm:
    _expect(_BEHALF_KEYS, row, f"form of signing on behalf {row.get('code')}")
    return BehalfForm(**{**row, **_days(row), "marks": tuple(row["marks"]), "titles": tuple(row["titles"])})


def copy_rule(row: Mapping[str, Any]) -> CopyRule:
    where = f"kind of copy {row.get('kind')}"
    _expect(_COPY_KEYS, row, where)
    media, made_of = frozenset(map(Medium, row["media"])), frozenset(map(SourceIs, row["made_of"]))
    if not media or not made_of:
        raise ValueError(f"{where}: media, made_of")
    if row["min_dpi"] <= 0 or row["fresh_minutes"] < 0:
        raise ValueError(f"{where}: min_dpi, fresh_minutes")
    return CopyRule(**{**row, **_days(row), "kind": CopyKind(row["kind"]), "media": media, "made_of": made_of})


def series(row: Mapping[str, Any]) -> Series:
    where = f"series of numbers {row.get('book')}"
    _expect(_SERIES_KEYS, row, where)
    if not re.fullmatch(r"[a-z][a-z-]{0,19}", row["book"]) or row["digits"] < 1 or not row["kinds"]:
        raise ValueError(f"{where}: book, digits, kinds")
    return Series(**{**row, **_days(row), "kinds": frozenset(map(CopyKind, row["kinds"]))})


def attestation(row: Mapping[str, Any]) -> AttestationTemplate:
    where = f"attestation {row.get('name')}"
    _expect(_TEMPLATE_KEYS, row, where)
    made = AttestationTemplate(**{**row, **_days(row), "lines": tuple(row["lines"])})
    if not all(isinstance(text, str) and text.strip() for text in (made.heading, *made.lines, made.certifier, made.agency)):
        raise ValueError(f"{where}: an empty line")
    if wrong := (made.words - set(WORDS)) | (NEEDED - made.words):
        raise ValueError(f"{where}: lines ask for {sorted(wrong)}")
    return made


def read_attestations(text: str) -> tuple[AttestationTemplate, ...]:
    """The templates of a file. ValueError, KeyError or TypeError where it breaks its schema."""
    return tuple(attestation(row) for row in json.loads(text)["templates"])


def _days(row: Mapping[str, Any]) -> dict[str, date | None]:
    until = row["valid_to"]
    return {"valid_from": date.fromisoformat(row["valid_from"]), "valid_to": date.fromisoformat(until) if until else None}


@cache
def load_rules() -> Rules:
    """The rules that ship with the program."""
    data = resources.files("workstation.rules") / "data"
    types = json.loads((data / "document_types.json").read_text("utf-8"))
    profiles = json.loads((data / "profiles.json").read_text("utf-8"))
    behalf = json.loads((data / "on_behalf.json").read_text("utf-8"))
    copies = json.loads((data / "copies.json").read_text("utf-8"))
    return Rules(
        tuple(profile(row) for row in profiles["profiles"]),
        tuple(document_rule(row) for row in types["documents"]),
        document_rule(types["other"]),
        tuple(behalf_form(row) for row in behalf["forms"]),
        CopyRules(
            tuple(copy_rule(row) for row in copies["kinds"]),
            tuple(series(row) for row in copies["series"]),
            read_attestations((data / "attestations.json").read_text("utf-8")),
        ),
    )
