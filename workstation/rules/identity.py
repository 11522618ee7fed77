"""Reads the rules of identity numbers. A file that breaks its schema names the key (ValueError)."""

import json
import re
from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

from workstation.domain.identity import IdentityRules

_KEYS = {f.name for f in fields(IdentityRules)}


def identity_rules(row: Mapping[str, Any]) -> IdentityRules:
    if wrong := _KEYS.symmetric_difference(row):
        raise ValueError(f"identity numbers: unknown or missing {sorted(wrong)}")
    codes = (*row["provinces"], row["first_country"])
    if not row["provinces"] or len(set(codes)) < len(codes) or not all(re.fullmatch(r"[0-9]{3}", code) for code in codes):
        raise ValueError("identity numbers: provinces, first_country")
    if max(row["provinces"]) >= row["first_country"] or row["first_century"] % 100:
        raise ValueError("identity numbers: first_country, first_century")
    days = {name: date.fromisoformat(row[name]) for name in ("valid_from", "old_until")}
    return IdentityRules(**{**row, **days, "provinces": frozenset(row["provinces"])})


@cache
def load_identity() -> IdentityRules:
    return identity_rules(json.loads((resources.files("workstation.rules") / "data" / "identity.json").read_text("utf-8")))
