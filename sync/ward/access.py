"""Who may call: bearer tokens for stations (RFC 6749, section 4.4), a password for the page. And one log line a request."""

import base64
import binascii
import hmac
import json
import logging
import secrets
import time
from collections.abc import Callable, MutableMapping
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = logging.getLogger("sync.ward")

TOKEN_SECONDS = 3600
_OPEN = frozenset({"/v1/kha-nang", "/v1/khoa", "/oauth2/token"})
"""Without log-in: what a station asks before it has a token, and public keys."""
PAGE_USER = "xem"


class Tokens:
    """Issued tokens and when they end. They live in memory: after a restart stations log in again, which they can do alone."""

    def __init__(self, client_id: str, client_secret: str, seconds: int, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._client = f"{client_id}:{client_secret}".encode()
        self.seconds = seconds
        self._monotonic = monotonic
        self._ends: dict[str, float] = {}

    def issue(self, client_id: str, client_secret: str) -> str | None:
        """None if id or secret is wrong; compared in constant time."""
        if not hmac.compare_digest(self._client, f"{client_id}:{client_secret}".encode()):
            return None
        now = self._monotonic()
        self._ends = {t: end for t, end in self._ends.items() if end > now}
        token = secrets.token_urlsafe(32)
        self._ends[token] = now + self.seconds
        return token

    def valid(self, token: str) -> bool:
        return self._ends.get(token, 0.0) > self._monotonic()


class Guard:
    """ASGI middleware: asks for the token or the page password before anything is read from the body."""

    def __init__(self, app: ASGIApp, tokens: Tokens, page_password: str | None) -> None:
        self._app = app
        self._tokens = tokens
        self._page_password = page_password

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.monotonic()
        status = 0

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            refusal = self._refusal(scope)
            if refusal:
                await _refuse(noting, refusal)
            else:
                await self._app(scope, receive, noting)
        finally:
            # path only: a query may name a dossier, a body always does
            log.info("%s %s %d %.0f ms", scope["method"], scope["path"], status, 1000 * (time.monotonic() - started))

    def _refusal(self, scope: Scope) -> str:
        """The challenge for ``WWW-Authenticate``; empty: let it in."""
        path = scope["path"]
        scheme, _, value = _header(scope, b"authorization").partition(" ")
        if path in _OPEN:
            return ""
        if path.startswith("/v1/"):
            return "" if scheme.lower() == "bearer" and self._tokens.valid(value) else "Bearer"
        if self._page_password is None or (scheme.lower() == "basic" and self._knows_page(value)):
            return ""
        return 'Basic realm="phuong", charset="UTF-8"'

    def _knows_page(self, value: str) -> bool:
        try:
            given = base64.b64decode(value, validate=True)
        except binascii.Error:
            return False
        return hmac.compare_digest(given, f"{PAGE_USER}:{self._page_password}".encode())


def _header(scope: MutableMapping[str, Any], name: bytes) -> str:
    return next((v.decode("latin-1") for k, v in scope["headers"] if k == name), "")


async def _refuse(send: Send, challenge: str) -> None:
    body = json.dumps({"error": {"code": "CHUA_DANG_NHAP", "field": ""}}).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"www-authenticate", challenge.encode()),
        (b"content-length", b"%d" % len(body)),
    ]
    await send({"type": "http.response.start", "status": 401, "headers": headers})
    await send({"type": "http.response.body", "body": body})
