"""Refusals of the contract: RFC 9457 with two members of our own. The status decides; ``code`` and ``field`` say what to mend."""

import json
from http import HTTPStatus

MEDIA_TYPE = "application/problem+json"
_TITLES = {460: "Checksum Mismatch"}
"""Not in the standard's list: tus 1.0, checksum extension."""


class Problem(Exception):  # noqa: N818 - a refusal of the contract
    """``field`` is a path such as ``documents.0.fields.number``; empty when no single field is to blame."""

    def __init__(self, status: int, code: str, field: str = "", headers: dict[str, str] | None = None) -> None:
        super().__init__(status, code)
        self.status = status
        self.code = code
        self.field = field
        self.headers = headers or {}

    def body(self) -> bytes:
        title = _TITLES.get(self.status) or HTTPStatus(self.status).phrase
        shown = {"type": "about:blank", "title": title, "status": self.status, "code": self.code, "field": self.field}
        return json.dumps(shown).encode()
