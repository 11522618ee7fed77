"""Reading what a request brings, with limits."""

import uuid

from starlette.requests import Request

from sync.ward.problems import Problem

MAX_BODY = 4 * 1024 * 1024
"""Bytes of a JSON body: a manifest of 10,000 files fits."""


async def read_text(request: Request) -> str:
    """The body as it came; 413 if it is larger than ``MAX_BODY``, 400 if it is not UTF-8."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            raise Problem(413, "QUA_LON")
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise Problem(400, "KHONG_PHAI_UTF8") from error


def path_uuid(request: Request, name: str = "uuid") -> str:
    return parse_uuid(request.path_params[name], name)


def parse_uuid(text: object, field: str) -> str:
    """Lower-case text of a UUID; 400 naming ``field``."""
    try:
        parsed = str(uuid.UUID(str(text)))
    except ValueError as error:
        raise Problem(400, "UUID_SAI", field) from error
    if parsed != text:
        raise Problem(400, "UUID_SAI", field)
    return parsed


def idempotency_key(request: Request) -> str:
    key = request.headers.get("idempotency-key", "")
    if not 1 <= len(key) <= 80:
        raise Problem(400, "THIEU_KHOA", "idempotency-key")
    return key
