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
from workstation.domain.capture import CaptureRules, CountsRule, NoteRule, RiskAsks, RiskClass
from workstation.domain.copies import CopyKind, CopyRule, CopyRules, Medium, Series, SourceIs
from workstation.domain.fields import FIELD_NAMES
from workstation.domain.findings import FindingLimits
from workstation.domain.pagework import TOGGLES
from workstation.domain.profile import Profile, Rules, SignatureOf
from workstation.rules.identity import load_identity
from workstation.rules.types import read_shared, read_types

_PROFILE_KEYS = {f.name for f in fields(Profile)}
_LIMIT_KEYS = {f.name for f in fields(FindingLimits)}
_SIGNATURES_OF = {s.value for s in SignatureOf}
_COUNTS = {c.value for c in CountsRule}
_RISK_KEYS = {f.name for f in fields(RiskClass)}
_RISK_ASKS = {a.value for a in RiskAsks}
_NOTE_KEYS = {f.name for f in fields(NoteRule)}
_BEHALF_KEYS = {f.name for f in fields(BehalfForm)}
_COPY_KEYS = {f.name for f in fields(CopyRule)}
_TEMPLATE_KEYS = {f.name for f in fields(AttestationTemplate)}
_SERIES_KEYS = {f.name for f in fields(Series)}


def _expect(keys: set[str], row: Mapping[str, Any], where: str) -> None:
    if wrong := keys.symmetric_difference(row):
        raise ValueError(f"{where}: unknown or missing {sorted(wrong)}")


def profile(row: Mapping[str, Any]) -> Profile:
    _expect(_PROFILE_KEYS, row, f"profile {row.get('code')}")
    if row["signature_of"] not in _SIGNATURES_OF:
        raise ValueError(f"profile {row['code']}: signature_of {row['signature_of']}")
    limits = row["limits"]
    _expect(_LIMIT_KEYS, limits, f"limits of profile {row['code']}")
    if wrong := [k for k, v in limits.items() if isinstance(v, bool) or not isinstance(v, int | float) or v < 0]:
        raise ValueError(f"limits of profile {row['code']}: {wrong}")
    marks = tuple(row["office_marks"])
    if marks and row["signature_of"] != SignatureOf.NAMED.value:
        raise ValueError(f"profile {row['code']}: office_marks")  # the agency seals what its official has signed
    if row["counts"] not in _COUNTS:
        raise ValueError(f"profile {row['code']}: counts {row['counts']}")
    work = tuple(row["page_work"])
    if set(work) - set(TOGGLES) or len(set(work)) < len(work):
        raise ValueError(f"profile {row['code']}: page_work")
    named = {key: tuple(row[key]) for key in ("rekey", "legible")}
    if wrong := [k for k, names in named.items() if set(names) - set(FIELD_NAMES) or len(set(names)) < len(names)]:
        raise ValueError(f"profile {row['code']}: {wrong}")
    read = {"limits": FindingLimits(**limits), "signature_of": SignatureOf(row["signature_of"]), "office_marks": marks}
    return Profile(**{**row, **_days(row), **read, "counts": CountsRule(row["counts"]), "page_work": work, **named})


def risk_class(row: Mapping[str, Any]) -> RiskClass:
    where = f"risk class {row.get('code')}"
    _expect(_RISK_KEYS, row, where)
    if not re.fullmatch(r"[A-Z]", row["code"]) or not row["name"] or row["asks"] not in _RISK_ASKS:
        raise ValueError(f"{where}: code, name, asks")
    if not isinstance(row["blocked"], bool) or (row["blocked"] and row["asks"] != RiskAsks.NOTHING.value):
        raise ValueError(f"{where}: blocked")
    return RiskClass(**{**row, **_days(row), "asks": RiskAsks(row["asks"])})


def note_rule(row: Mapping[str, Any]) -> NoteRule:
    _expect(_NOTE_KEYS, row, "note rule")
    return NoteRule(**{**row, **_days(row)})


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
    types = tuple(read_types(data / "types", read_shared((data / "labels.json").read_text("utf-8"))))
    profiles = json.loads((data / "profiles.json").read_text("utf-8"))
    behalf = json.loads((data / "on_behalf.json").read_text("utf-8"))
    copies = json.loads((data / "copies.json").read_text("utf-8"))
    capture = json.loads((data / "capture.json").read_text("utf-8"))
    return Rules(
        tuple(profile(row) for row in profiles["profiles"]),
        tuple(rule for rule in types if rule.type.code),
        next(rule for rule in types if not rule.type.code),
        tuple(behalf_form(row) for row in behalf["forms"]),
        CopyRules(
            tuple(copy_rule(row) for row in copies["kinds"]),
            tuple(series(row) for row in copies["series"]),
            read_attestations((data / "attestations.json").read_text("utf-8")),
        ),
        CaptureRules(tuple(map(risk_class, capture["risks"])), tuple(map(note_rule, capture["notes"]))),
        load_identity(),
    )
