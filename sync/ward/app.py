"""Puts the ward server together."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus
from pathlib import Path

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match

from sync.receipts import TrustedKeys
from sync.ward.access import TOKEN_SECONDS, Guard, Limits, Sessions, Tokens, is_call
from sync.ward.accounts import Accounts, Kind
from sync.ward.api import Api, Service
from sync.ward.arrivals import Arrivals
from sync.ward.code_lists import CodeLists
from sync.ward.database import open_database
from sync.ward.documents import DocumentRecords, Documents
from sync.ward.files import WardFiles
from sync.ward.pages import Pages
from sync.ward.problems import MEDIA_TYPE, Problem
from sync.ward.progress import ProgressRecords
from sync.ward.readahead import ReadAhead
from sync.ward.records import WardRecords
from sync.ward.rules import DEFAULT_REQUIRED
from sync.ward.signing_key import KeyRing, public_file
from sync.ward.uploads import Uploads
from workstation.domain.durable import write_durably
from workstation.domain.signing import Secret

log = logging.getLogger("sync.ward")

CLIENT_ID = "tram-so-hoa"
PUBLIC_KEYS_FILE = "khoa-cong-khai.json"
"""The key set that stations pin."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What a ward decides for itself."""

    unit_code: str = "H29.17"
    """Begins every MaHoSo (Circular 01/2018/TT-VPCP, article 19)."""
    required: tuple[str, ...] = DEFAULT_REQUIRED
    """Paths of metadata that must be filled in."""
    max_file_bytes: int = 512 * 1024 * 1024
    token_seconds: int = TOKEN_SECONDS
    idle_seconds: float = 60.0
    """After so long without a byte a connection that sends a file is given up."""
    sweep_seconds: float = 3600.0
    """Between two looks for uploads that expired."""
    open_pages: bool = False
    """The page asks nobody to log in: for practice on loopback only."""
    limits: Limits = field(default_factory=Limits)


def create_app(
    data: Path,
    database_url: str | None = None,
    *,
    client_secret: Secret | None = None,
    policy: Policy | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Starlette:
    """The ward server over ``data`` (made if missing) and its database.

    ``client_secret``: of the station ``CLIENT_ID``, enrolled at once: how a practice office's server and station meet.
    """
    policy = policy or Policy()
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    files, ring, engine = WardFiles(data), KeyRing(data), open_database(data, database_url)
    _publish_keys(data / PUBLIC_KEYS_FILE, ring)
    records = WardRecords(engine, ring.current, policy.unit_code, policy.required, now)
    accounts, tokens = Accounts(engine, now), Tokens(policy.token_seconds)
    if client_secret is not None:
        accounts.save(Kind.STATION, CLIENT_ID, client_secret)
    sessions = None if policy.open_pages else Sessions()
    uploads = Uploads(records, files, policy.max_file_bytes, policy.idle_seconds)
    service = Service(ring, accounts, tokens, policy.limits, CodeLists(data), policy.max_file_bytes)
    arrivals = Arrivals(engine)
    pages = Pages(records, arrivals, files, TrustedKeys(ring.keys()), accounts, sessions, policy.limits)
    api = Api(records, arrivals, ProgressRecords(engine, now))
    parts = (service, api, uploads, Documents(DocumentRecords(engine, now), files), pages)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        await run_in_threadpool(uploads.sweep)
        sweeping = asyncio.create_task(_sweep_on(uploads, policy.sweep_seconds))
        if not any(account.ended_at is None for account in await run_in_threadpool(accounts.all, Kind.STATION)):
            log.info("no station may send yet: enrol one with 'workstation ward stations add'")
        yield
        sweeping.cancel()
        await asyncio.wait({sweeping})
        engine.dispose()

    async def refused(request: Request, error: Exception) -> Response:
        problem = _problem(request, error)
        return _answer(problem) if is_call(request.url.path) else pages.refused(request, problem)

    app = Starlette(
        routes=[route for part in parts for route in part.routes()],
        # nothing is read ahead for whoever may not send
        middleware=[
            Middleware(Guard, tokens, sessions, policy.limits, partial(accounts.stamp, Kind.STAFF)),
            Middleware(ReadAhead),
        ],
        exception_handlers={Problem: refused, HTTPException: refused, Exception: refused},
        lifespan=lifespan,
    )
    app.router.redirect_slashes = False
    app.state.now = now
    return app


async def _sweep_on(uploads: Uploads, seconds: float) -> None:
    """A server that runs for months would else keep what was never finished."""
    while True:
        await asyncio.sleep(seconds)
        try:
            await run_in_threadpool(uploads.sweep)
        except Exception as error:  # noqa: BLE001 - a database that is away for now: the next hour comes
            log.warning("expired uploads stay for now: %s", type(error).__name__)


def _problem(request: Request, error: Exception) -> Problem:
    """What is no refusal of ours: an unknown address or method, and our own bugs, which Starlette raises again for the log."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, HTTPException) and error.status_code == 405:
        return Problem(405, "SAI_PHUONG_THUC", headers={"Allow": _allowed(request)})
    if isinstance(error, HTTPException):
        return Problem(error.status_code, HTTPStatus(error.status_code).name)
    return Problem(500, "LOI_MAY_CHU")


def _allowed(request: Request) -> str:
    """The methods of an address; Starlette knows those of its first route only."""
    matching = [route for route in request.app.routes if route.matches(request.scope)[0] is not Match.NONE]
    return ", ".join(sorted({method for route in matching for method in route.methods}))


def _answer(problem: Problem) -> Response:
    return Response(problem.body(), problem.status, problem.headers, MEDIA_TYPE)


def _publish_keys(path: Path, ring: KeyRing) -> None:
    text = public_file(ring)
    if not path.exists() or path.read_text("utf-8") != text:
        write_durably(path, text.encode())
