"""``Upload-Metadata`` of tus 1.0 (section 3.5.1): ``key base64,key base64,flag``."""

import base64
import binascii
from collections.abc import Mapping


def encode_metadata(values: Mapping[str, str]) -> str:
    """Keys are ASCII without space or comma; ``ValueError`` otherwise."""
    parts = []
    for key, value in values.items():
        if not _is_key(key):
            raise ValueError("not a metadata key")
        encoded = base64.b64encode(value.encode()).decode()
        parts.append(f"{key} {encoded}" if encoded else key)
    return ",".join(parts)


def decode_metadata(header: str) -> dict[str, str]:
    """``ValueError`` for a repeated or malformed key, for bad base64 and for bytes that are not UTF-8."""
    result: dict[str, str] = {}
    if not header.strip():
        return result
    for part in header.split(","):
        key, _, encoded = part.strip(" ").partition(" ")
        if not _is_key(key) or key in result:
            raise ValueError("malformed metadata key")
        try:
            result[key] = base64.b64decode(encoded, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError) as error:
            raise ValueError("malformed metadata value") from error
    return result


def _is_key(key: str) -> bool:
    return bool(key) and key.isascii() and key.isprintable() and not set(key) & {" ", ","}
