"""Puts the ward server together."""

import json
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sync.receipts import TrustedKeys
from sync.ward.access import TOKEN_SECONDS, Guard, Tokens
from sync.ward.api import Api
from sync.ward.database import open_database
from sync.ward.files import WardFiles
from sync.ward.pages import Pages
from sync.ward.problems import Problem
from sync.ward.records import WardRecords
from sync.ward.rules import DEFAULT_REQUIRED
from sync.ward.signing_key import ReceiptSigner, write_secret
from sync.ward.uploads import Uploads

CLIENT_ID = "tram-so-hoa"
CLIENT_SECRET_FILE = "client-secret"  # noqa: S105 - a file's name
PUBLIC_KEYS_FILE = "khoa-cong-khai.json"
"""The key set that stations pin."""


def create_app(
    data: Path,
    database_url: str | None = None,
    *,
    client_secret: str | None = None,
    page_password: str | None = None,
    unit_code: str = "H29.17",
    required: tuple[str, ...] = DEFAULT_REQUIRED,
    max_file_bytes: int = 512 * 1024 * 1024,
    token_seconds: int = TOKEN_SECONDS,
    idle_seconds: float = 60.0,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Starlette:
    """The ward server over ``data`` (made if missing) and its database.

    ``client_secret`` None: the one in ``data/client-secret``, made at the first start. ``page_password`` None: the page needs
    none, which is right on loopback only. ``required``: paths of metadata that must be filled in.
    """
    data.mkdir(parents=True, exist_ok=True)
    files = WardFiles(data)
    signer = ReceiptSigner.open(data / "khoa-bien-nhan.pem")
    _publish_keys(data / PUBLIC_KEYS_FILE, signer)
    engine = open_database(data, database_url)
    records = WardRecords(engine, signer, unit_code, required, now)
    tokens = Tokens(CLIENT_ID, client_secret or _client_secret(data), token_seconds)
    uploads = Uploads(records, files, max_file_bytes, idle_seconds)
    api = Api(records, signer, tokens, max_file_bytes)
    pages = Pages(records, files, TrustedKeys.parse(json.dumps(signer.jwks()).encode()))

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        await run_in_threadpool(uploads.sweep)
        yield
        engine.dispose()

    app = Starlette(
        routes=[*api.routes(), *uploads.routes(), *pages.routes()],
        middleware=[Middleware(Guard, tokens, page_password)],
        exception_handlers={Problem: _problem},
        lifespan=lifespan,
    )
    app.state.now = now
    return app


def _problem(_request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)  # noqa: S101 - registered for this type
    return JSONResponse({"error": {"code": error.code, "field": error.field}}, error.status, error.headers)


def _client_secret(data: Path) -> str:
    path = data / CLIENT_SECRET_FILE
    if not path.exists():
        write_secret(path, secrets.token_urlsafe(32).encode())
    return path.read_text("ascii").strip()


def _publish_keys(path: Path, signer: ReceiptSigner) -> None:
    text = json.dumps(signer.jwks(), indent=1)
    if not path.exists() or path.read_text("utf-8") != text:
        path.write_text(text, "utf-8")
