"""The line to time-stamping and revocation services: HTTP with rewritten addresses, time-outs, a size cap and a breaker.

A ``Line`` stands where pyHanko and certvalidator expect an ``aiohttp.ClientSession``, so that nothing they do goes past it.
A service that did not answer is left alone for a while: sixty documents must not wait sixty times for a dead server.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any
from urllib.parse import urlsplit

import aiohttp

PAUSE_SECONDS = 60.0
"""How long a service that failed is not asked again."""
_CONNECT_SECONDS = 5.0
_RETRY_AFTER_SECONDS = 0.3
_REDIRECTS = 3
_CHUNK = 1 << 16
_OURS_TO_MEND = (401, 403, 407)


class LineError(aiohttp.ClientError):
    """No usable answer. ``kind``: unreachable, timeout, auth, refused (HTTP status), too_large, or paused (the breaker is open;
    then ``first`` is the kind of the failure that opened it)."""

    def __init__(self, kind: str, first: str = "") -> None:
        super().__init__(kind)
        self.kind = kind
        self.first = first or kind


@dataclass(frozen=True, slots=True)
class Answer:
    """What of ``aiohttp.ClientResponse`` the libraries use. The body has been read within the cap."""

    body: bytes
    headers: Any
    request_info: Any
    history: Any = ()

    async def read(self) -> bytes:
        return self.body


@cache
def known_rewrites() -> tuple[tuple[str, str], ...]:
    """The rows that ship with the program."""
    table = json.loads((resources.files("signing") / "rewrites.json").read_text("utf-8"))
    return tuple((row["from"], row["to"]) for row in table["rows"])


def rewrite(url: str, table: Iterable[tuple[str, str]]) -> str:
    """``url`` with scheme, host and port replaced by the first row that names them; path and query stay."""
    asked = urlsplit(url)
    for source, target in table:
        named, instead = urlsplit(source), urlsplit(target)
        if (asked.scheme.lower(), asked.netloc.lower()) == (named.scheme.lower(), named.netloc.lower()):
            return asked._replace(scheme=instead.scheme, netloc=instead.netloc).geturl()
    return url


class Breaker:
    """Which services are left alone, and until when. ``for_good``: wrong credentials stay wrong, and asking on may lock the
    account."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._open: dict[str, tuple[float, str]] = {}

    def check(self, service: str) -> None:
        until, kind = self._open.get(service, (0.0, ""))
        if self._clock() < until:
            raise LineError("paused", kind)

    def failed(self, service: str, kind: str, *, for_good: bool = False) -> None:
        self._open[service] = (float("inf") if for_good else self._clock() + PAUSE_SECONDS, kind)

    def worked(self, service: str) -> None:
        self._open.pop(service, None)


class Line:
    """``seconds``: for one request with its retry, from the first byte to the last. ``max_bytes``: of one answer's body,
    unpacked. ``proxy``: address of an HTTP proxy, or empty; the environment's is not used. Lives in one event loop."""

    def __init__(
        self,
        seconds: float,
        max_bytes: int,
        proxy: str = "",
        rewrites: Iterable[tuple[str, str]] = (),
        breaker: Breaker | None = None,
    ) -> None:
        """``breaker``: shared with other lines of the same job; None: its own."""
        self._seconds = seconds
        self._max_bytes = max_bytes
        self._proxy = proxy or None
        self._rewrites = (*rewrites, *known_rewrites())
        self._breaker = breaker or Breaker()
        self._session: aiohttp.ClientSession | None = None

    def post(self, url: str, *, headers: Any, data: bytes, auth: Any = None, **_: Any) -> Any:
        """As ``aiohttp.ClientSession.post``; time-outs and status checks of the caller are replaced by the line's own."""
        return self._request("POST", url, headers=headers, data=data, auth=auth, allow_redirects=False)

    def get(self, url: str, *, headers: Any, **_: Any) -> Any:
        return self._request("GET", url, headers=headers, max_redirects=_REDIRECTS)

    def distrust(self, url: str, kind: str) -> None:
        """The service answered with something that can't be used."""
        self._breaker.failed(_service(rewrite(url, self._rewrites)), kind)

    async def close(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    @asynccontextmanager
    async def _request(self, method: str, url: str, **options: Any) -> AsyncIterator[Answer]:
        url = rewrite(url, self._rewrites)
        service = _service(url)
        self._breaker.check(service)
        try:
            async with asyncio.timeout(self._seconds):
                answer = await self._with_one_retry(method, url, options)
        except TimeoutError:
            self._breaker.failed(service, "timeout")
            raise LineError("timeout") from None
        except LineError as error:
            self._breaker.failed(service, error.kind, for_good=error.kind == "auth" and self._names_somebody(options))
            raise
        self._breaker.worked(service)
        yield answer

    def _names_somebody(self, options: dict[str, Any]) -> bool:
        proxy = urlsplit(self._proxy or "").username
        return bool(proxy or options.get("auth") or "Authorization" in (options["headers"] or ()))

    async def _with_one_retry(self, method: str, url: str, options: dict[str, Any]) -> Answer:
        try:
            return await self._once(method, url, options)
        except LineError as error:
            if error.kind != "unreachable":
                raise
        await asyncio.sleep(_RETRY_AFTER_SECONDS)
        return await self._once(method, url, options)

    async def _once(self, method: str, url: str, options: dict[str, Any]) -> Answer:
        if self._session is None:
            self._session = aiohttp.ClientSession(trust_env=False, cookie_jar=aiohttp.DummyCookieJar())
        limits = aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT_SECONDS)
        try:
            async with self._session.request(method, url, proxy=self._proxy, timeout=limits, **options) as response:
                if response.status in _OURS_TO_MEND:
                    raise LineError("auth")
                if response.status >= 500:
                    raise LineError("unreachable")
                if response.status != 200:
                    raise LineError("refused")
                return Answer(await self._body(response), response.headers, response.request_info)
        except LineError:
            raise
        except aiohttp.ServerTimeoutError:
            raise LineError("timeout") from None
        except aiohttp.ClientHttpProxyError as error:
            raise LineError("auth" if error.status in _OURS_TO_MEND else "unreachable") from None
        except (aiohttp.ClientError, OSError, ValueError):  # ValueError: an address that is none
            raise LineError("unreachable") from None

    async def _body(self, response: aiohttp.ClientResponse) -> bytes:
        found = bytearray()
        async for block in response.content.iter_chunked(_CHUNK):
            found += block
            if len(found) > self._max_bytes:
                raise LineError("too_large")
        return bytes(found)


def _service(url: str) -> str:
    """One breaker for each address without its query: a host may run a good CRL beside a dead OCSP responder."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{parts.path}"
