"""Reading what a request brings, with limits."""

import asyncio
import json
import re
import uuid

from starlette.requests import ClientDisconnect, Request

from sync.ward.problems import Problem

MAX_BODY = 4 * 1024 * 1024
"""Bytes of a JSON body: a manifest of 10,000 files fits."""
MAX_FORM = 16 * 1024
"""Bytes of a log-in."""
MOST_FIELDS = 20
IDLE_SECONDS = 60.0
"""Without a byte of a body before its line is given up."""
FORM_SECONDS = 30.0
"""For the whole of a log-in: some 500 bytes on the poorest line."""
_KEY = re.compile(r"[\x21-\x7e]{1,80}")
_DIGITS = re.compile(r"[0-9]{1,18}")
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_ETAG = re.compile(r'"([\x21\x23-\x7e]{1,80})"')


async def read_body(request: Request, limit: int = MAX_BODY, seconds: float | None = None) -> bytes:
    """The body as it came; 413 before it is read if it says that it is larger than ``limit``, else as soon as it is.

    408 after ``seconds``; None: however long it takes, as long as something comes.
    """
    if (digits(request.headers.get("content-length", "")) or 0) > limit:
        raise Problem(413, "QUA_LON")
    body, loop = bytearray(), asyncio.get_running_loop()
    try:
        async with asyncio.timeout(IDLE_SECONDS if seconds is None else seconds) as clock:
            async for chunk in request.stream():
                body += chunk
                if len(body) > limit:
                    raise Problem(413, "QUA_LON")
                if seconds is None:
                    clock.reschedule(loop.time() + IDLE_SECONDS)
    except TimeoutError as error:
        raise Problem(408, "DUNG_LAU") from error
    except ClientDisconnect as error:
        raise Problem(408, "DUT_KET_NOI") from error
    return bytes(body)


async def read_small_form(request: Request) -> bytes:
    """What somebody sends who has not logged in."""
    return await read_body(request, MAX_FORM, FORM_SECONDS)


async def read_text(request: Request) -> str:
    """400 if it is not UTF-8."""
    return text_of(await read_body(request))


def text_of(body: bytes) -> str:
    """400 if it is not UTF-8."""
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise Problem(400, "KHONG_PHAI_UTF8") from error


async def read_json_text(request: Request) -> str:
    """The text of a body that says it is JSON; 415 otherwise, so that a form of a foreign web page is no call."""
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != "application/json":
        raise Problem(415, "KIEU_NOI_DUNG", "content-type")
    return await read_text(request)


def parse_json(body: str) -> object:
    """400 for what is not JSON, or holds half a character (a lone surrogate), which no database or page can show."""
    try:
        parsed: object = json.loads(body)
        if _SURROGATE.search(body):
            json.dumps(parsed, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise Problem(400, "KHONG_PHAI_JSON") from error
    return parsed


def digits(text: str) -> int | None:
    """A whole number of at most 18 digits; None for anything else, however long."""
    return int(text) if _DIGITS.fullmatch(text) else None


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
    if _KEY.fullmatch(key) is None:
        raise Problem(400, "THIEU_KHOA", "idempotency-key")
    return key


def if_match(request: Request) -> str:
    """The one entity tag of ``If-Match`` (RFC 9110, section 13.1.1); 428 without, since a change made blindly overwrites."""
    given = request.headers.get("if-match")
    if given is None:
        raise Problem(428, "THIEU_IF_MATCH", "if-match")
    found = _ETAG.fullmatch(given.strip())
    if found is None:
        raise Problem(400, "IF_MATCH_SAI", "if-match")
    return found.group(1)


def not_modified(request: Request, etag: str) -> bool:
    """Whether ``If-None-Match`` names the entity tag that we have (weak comparison: RFC 9110, section 13.1.2)."""
    given = [tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")]
    return f'"{etag}"' in given or given == ["*"]
