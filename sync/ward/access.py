"""Who may call, and how often: bearer tokens for stations (RFC 6749, section 4.4), a log-in for people. A log line a request."""

import logging
import secrets
import time
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass, field
from functools import partial
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import quote, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sync.loopback import is_loopback
from sync.ward.guesses import Guesses
from sync.ward.limits import ADDRESS, STATION, Buckets
from sync.ward.problems import MEDIA_TYPE, Problem

log = logging.getLogger("sync.ward")

TOKEN_SECONDS = 900
SESSION_IDLE_SECONDS = 30 * 60
SESSION_SECONDS = 10 * 3600
"""A working day."""
COOKIE = "phien"
CERTIFICATE = "ward.certificate"
"""Where the scope of a request has it (``sync.ward.connections``)."""
LOGIN = "/dang-nhap"
_OPEN = frozenset({"/v1/kha-nang", "/v1/khoa", "/v1/openapi.json", "/oauth2/token"})
"""Without log-in: what a station asks before it has a token, and public keys."""
_OPEN_PAGES = frozenset({LOGIN, "/ward.css"})


class Tokens:
    """Issued tokens. They live in memory: after a restart stations log in again, which they can do alone."""

    def __init__(self, seconds: int, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.seconds = seconds
        self._monotonic = monotonic
        self._issued: dict[str, tuple[str, str, float]] = {}

    def issue(self, name: str, certificate: str = "") -> str:
        """``certificate``: the fingerprint of the only one it is good with; empty: with any or none."""
        now = self._monotonic()
        self._issued = {t: row for t, row in self._issued.items() if row[2] > now}
        token = secrets.token_urlsafe(32)
        self._issued[token] = (name, certificate, now + self.seconds)
        return token

    def holder(self, token: str, certificate: str = "") -> str | None:
        """Who it was given to; None: it has ended, or came over a line that shows another certificate (RFC 8705, section 3)."""
        name, bound, end = self._issued.get(token, ("", "", 0.0))
        return name if end > self._monotonic() and bound in ("", certificate) else None


@dataclass(slots=True)
class _Session:
    name: str
    stamp: str
    end: float
    last: float


class Sessions:
    """People who are logged in; in memory, like tokens."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._open: dict[str, _Session] = {}

    def begin(self, name: str, stamp: str = "") -> str:
        """``stamp``: of the account as it is (``Accounts.stamp``)."""
        now = self._monotonic()
        self._open = {key: s for key, s in self._open.items() if self._alive(s, now)}
        key = secrets.token_urlsafe(32)
        self._open[key] = _Session(name, stamp, now + SESSION_SECONDS, now)
        return key

    def holder(self, key: str) -> str | None:
        now, session = self._monotonic(), self._open.get(key)
        if session is None or not self._alive(session, now):
            return None
        session.last = now
        return session.name

    def stamp(self, key: str) -> str:
        return self._open[key].stamp if key in self._open else ""

    def end(self, key: str) -> None:
        self._open.pop(key, None)

    def _alive(self, session: _Session, now: float) -> bool:
        return now < session.end and now - session.last < SESSION_IDLE_SECONDS


@dataclass(frozen=True, slots=True)
class Limits:
    stations: Buckets = field(default_factory=lambda: Buckets(STATION))
    addresses: Buckets = field(default_factory=lambda: Buckets(ADDRESS))
    guesses: Guesses = field(default_factory=Guesses)


async def right_secret(limits: Limits, scope: MutableMapping[str, Any], account: str, check: Callable[[], bool]) -> bool:
    """Whether the account's secret is the given one; 429 where too many wrong ones came before."""
    answer = await limits.guesses.right(address(scope), account, partial(run_in_threadpool, check))
    if isinstance(answer, int) and not isinstance(answer, bool):
        raise too_many(answer)
    return answer


class Guard:
    """ASGI middleware: asks for token or log-in, and counts, before anything is read from the body. ``sessions`` None: the pages
    are open, which is right for practice on loopback only."""

    def __init__(
        self, app: ASGIApp, tokens: Tokens, sessions: Sessions | None, limits: Limits, stamp: Callable[[str], str]
    ) -> None:
        self._app = app
        self._stamp = stamp
        self._tokens = tokens
        self._sessions = sessions
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.monotonic()
        status = 500  # what is sent for an exception that goes past here

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            try:
                await self._admit(scope)
            except Problem as problem:
                await refuse(noting, problem)
            else:
                await self._app(scope, receive, noting)
        finally:
            # path only: a query may name a dossier, a body always does; quoted, or it could write lines of its own
            log.info("%s %s %d %.0f ms", scope["method"], quote(scope["path"]), status, 1000 * (time.monotonic() - started))

    async def _admit(self, scope: Scope) -> None:
        path = scope["path"]
        if path in _OPEN or path == LOGIN:
            self._count(self._limits.addresses, address(scope))
        elif is_call(path):
            scheme, _, token = header(scope, b"authorization").partition(" ")
            station = self._tokens.holder(token, certificate_of(scope)) if scheme.lower() == "bearer" else None
            if station is None:
                raise Problem(401, "CHUA_DANG_NHAP", headers={"WWW-Authenticate": "Bearer"})
            self._count(self._limits.stations, station)
        elif self._sessions is None:
            _own_name(scope)
        elif path not in _OPEN_PAGES:
            await self._still(session_key(scope))

    async def _still(self, key: str) -> None:
        """303 unless somebody is logged in whose account has neither ended nor got another password since."""
        assert self._sessions is not None  # noqa: S101 - the caller asked
        name = self._sessions.holder(key)
        if name is not None and await run_in_threadpool(self._stamp, name) == self._sessions.stamp(key):
            return
        self._sessions.end(key)
        raise Problem(303, "CHUA_DANG_NHAP", headers={"Location": LOGIN})

    def _count(self, buckets: Buckets, caller: str) -> None:
        if wait := buckets.take(caller):
            raise too_many(wait)


def _own_name(scope: Scope) -> None:
    """421 where open pages are asked for by a name that is not this machine's own: a page on the internet whose name is made to
    point here (DNS rebinding) would else read them in a visitor's browser."""
    try:
        host = urlsplit("//" + header(scope, b"host")).hostname or ""
    except ValueError:
        host = ""
    if not is_loopback(host):
        raise Problem(421, "KHAC_MAY")


def is_call(path: str) -> bool:
    """Whether the answer is for a program: refusals are problem+json there, a page for people elsewhere."""
    return path.startswith(("/v1/", "/api/")) or path == "/oauth2/token"


def too_many(wait: int) -> Problem:
    return Problem(429, "QUA_NHIEU", headers={"Retry-After": str(wait)})


def address(scope: MutableMapping[str, Any]) -> str:
    return scope["client"][0] if scope.get("client") else ""


def certificate_of(scope: MutableMapping[str, Any]) -> str:
    """Fingerprint (SHA-256) of the certificate that the caller's line shows; empty: none. TLS has checked where it comes from."""
    return str(scope.get(CERTIFICATE, ""))


def header(scope: MutableMapping[str, Any], name: bytes) -> str:
    return next((v.decode("latin-1") for k, v in scope["headers"] if k == name), "")


def session_key(scope: MutableMapping[str, Any]) -> str:
    try:
        morsel = SimpleCookie(header(scope, b"cookie")).get(COOKIE)
    except CookieError:
        return ""
    return morsel.value if morsel else ""


async def refuse(send: Send, problem: Problem) -> None:
    body = b"" if problem.status == 303 else problem.body()
    headers = [(name.lower().encode(), value.encode()) for name, value in problem.headers.items()]
    headers += [(b"content-type", MEDIA_TYPE.encode()), (b"content-length", b"%d" % len(body)), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": problem.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
