"""Finding a dossier by what a person types: small letters, with or without marks."""

import json
import unicodedata
from collections.abc import Iterator


def fold(text: str) -> str:
    """``Quyết định`` → ``quyet dinh``; what no one types (NUL, half a character) becomes a space."""
    plain = unicodedata.normalize("NFD", text.casefold()).replace("đ", "d")
    letters = (c for c in plain if unicodedata.category(c) != "Mn")
    return " ".join("".join(c if c.isprintable() else " " for c in letters).split())


def search_text(code: str, body: str) -> str:
    """MaHoSo, and from the metadata the station's own code, the title, and of each document type, number and subject."""
    metadata = json.loads(body)
    parts = [code, *(str(metadata.get(key, "")) for key in ("code", "title"))]
    for document in documents(metadata):
        parts += [document["type"], document["number"], document["subject"]]
    return fold(" ".join(parts))


def documents(metadata: dict[str, object]) -> Iterator[dict[str, str]]:
    """Type, number and subject of each document, as far as the metadata tell."""
    listed = metadata.get("documents", [])
    for document in listed if isinstance(listed, list) else []:
        fields = document.get("fields", {}) if isinstance(document, dict) else None
        if isinstance(fields, dict):
            number = "/".join(str(fields[k]) for k in ("number", "notation") if fields.get(k))
            kind = fields.get("type_name") or document.get("type", "")
            yield {"type": str(kind), "number": number, "subject": str(fields.get("subject", ""))}
