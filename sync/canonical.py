"""One JSON form for one value, so that a hash over it means something.

RFC 8785 (JSON Canonicalization Scheme) restricted to what the contract uses: objects, arrays, strings, whole numbers,
booleans and null. Floating-point numbers are refused, since their printed form differs from language to language; keys are
sorted by code point (the contract's keys are ASCII, where this equals RFC 8785's order). Strings are NFC.
"""

import hashlib
import json
import unicodedata
from collections.abc import Mapping

from workstation.domain.ids import Sha256

Json = None | bool | int | str | list["Json"] | dict[str, "Json"]


def canonical_json(value: object) -> str:
    """The canonical text; ``TypeError`` for a float or another type that JSON does not hold."""
    return json.dumps(_normal(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _normal(value: object) -> Json:
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, list | tuple):
        return [_normal(v) for v in value]
    if isinstance(value, Mapping):
        return {unicodedata.normalize("NFC", k): _normal(v) for k, v in value.items()}
    raise TypeError(f"not part of canonical JSON: {type(value).__name__}")


def sha256_text(text: str) -> Sha256:
    """SHA-256 over the UTF-8 bytes, 64 lower-case hexadecimal digits."""
    return Sha256(hashlib.sha256(text.encode()).hexdigest())
