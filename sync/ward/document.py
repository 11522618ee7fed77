"""``openapi.json``: the contract, in one place. Served as it lies, bodies are checked against it, tests are made from it."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.protocols import Validator

from sync.ward.problems import Problem

PATH = Path(__file__).parent / "openapi.json"


@cache
def contract() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(PATH.read_text("utf-8"))
    return document


@cache
def validator(schema: str) -> Validator:
    """For one of ``components.schemas``."""
    return Draft202012Validator({"$ref": f"#/components/schemas/{schema}", "components": contract()["components"]})


def check_body(schema: str, body: object) -> None:
    """422 with the path of the first thing that ``schema`` does not allow."""
    errors = sorted(validator(schema).iter_errors(body), key=lambda e: [str(step) for step in e.absolute_path])
    if not errors:
        return
    worst = errors[0]
    place = [str(step) for step in worst.absolute_path]
    if worst.validator == "required":
        # jsonschema names the object; the contract names the field that is missing from it
        place.append(next(name for name in worst.validator_value if name not in worst.instance))
    if worst.validator == "additionalProperties":
        place.append(min(set(worst.instance) - set(worst.schema["properties"])))
    code = "THIEU_TRUONG" if worst.validator == "required" else "SAI_DANG"
    raise Problem(422, code, ".".join(place))
