"""How pages are made: templates, headers, the forms that come back. No script anywhere."""

import email.parser
import email.policy
import urllib.parse
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.templating import Jinja2Templates

from sync.ward.access import header
from sync.ward.problems import Problem
from sync.ward.requests import MOST_FIELDS, read_body, read_small_form
from sync.ward.rules import VIETNAM

TEMPLATES = Path(__file__).parent / "templates"
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class View:
    def __init__(self) -> None:
        self._templates = Jinja2Templates(directory=TEMPLATES)
        self._templates.env.filters.update(local=local_time, size=human_size, count=grouped)

    def page(self, request: Request, name: str, status: int = 200, **context: object) -> Response:
        return self._templates.TemplateResponse(request, name, context, status, headers=_HEADERS)


async def read_form(request: Request, *, files: bool = False) -> Mapping[str, str]:
    """The fields of a form of our own page; ``files``: it may bring a file, which counts with its text. 403 for a form that
    another site sent."""
    if header(request.scope, b"sec-fetch-site") not in ("", "same-origin", "none") or not _own_origin(request):
        raise Problem(403, "TRANG_KHAC")
    body = await read_body(request) if files else await read_small_form(request)
    return await run_in_threadpool(_fields, request.headers.get("content-type", ""), body)


def _fields(kind: str, body: bytes) -> Mapping[str, str]:
    if not kind.startswith("multipart/form-data"):
        try:
            text = body.decode("utf-8", "replace")
            parsed = urllib.parse.parse_qs(text, keep_blank_values=True, max_num_fields=MOST_FIELDS)
        except ValueError as error:
            raise Problem(413, "QUA_LON") from error
        return {name: values[0] for name, values in parsed.items()}
    whole = b"Content-Type: " + kind.encode("latin-1") + b"\r\n\r\n" + body
    message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(whole)
    fields: dict[str, str] = {}
    for part in message.iter_parts() if message.is_multipart() else ():
        name, content = part.get_param("name", header="content-disposition"), part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(content, bytes):
            fields[name] = content.decode("utf-8", "replace")
    return fields


def _own_origin(request: Request) -> bool:
    """A browser names where a form came from (RFC 6454); where it names nothing there is no browser to be abused."""
    origin = request.headers.get("origin")
    return origin is None or urllib.parse.urlsplit(origin).netloc == request.headers.get("host")


def local_time(at: datetime) -> str:
    return f"{at.astimezone(VIETNAM):%d/%m/%Y %H:%M}"


def human_size(size: int) -> str:
    """Decimal comma; 1 KB is 1000 bytes, as the desktop counts: people hold one beside the other."""
    value, unit = float(size), "B"
    for larger in ("KB", "MB", "GB"):
        if value < 1000:
            break
        value, unit = value / 1000, larger
    return f"{size} B" if unit == "B" else f"{value:.1f} {unit}".replace(".", ",")


def grouped(number: int) -> str:
    return f"{number:,}".replace(",", ".")
