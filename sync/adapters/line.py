"""HTTP to a peer: every failure one ``WardFailure``; a success is a JSON object, everything else an unknown outcome."""

import json
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import httpx

from sync.failure import WardFailure, classify, retry_after_seconds
from sync.loopback import is_loopback
from workstation.domain.errors import WorkstationError
from workstation.domain.outbox import FailureClass
from workstation.domain.peers import PeerConfig

_MOST_ANSWER = 16 * 1024 * 1024
"""Bytes of an answer; more is no answer of these contracts."""
LONGEST_CALL = 5
"""An answer may trickle for so many times the silence (``PeerConfig.seconds``) that is allowed …"""
_SLOWEST = 1024
"""… and longer only while so many bytes a second have come."""
_CONNECT_SECONDS = 10.0
_PROBE_SECONDS = 3.0
_PIECE = 64 * 1024


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    body: bytes


class PeerLine:
    """One peer's line. Plain HTTP is for loopback only, redirects are not followed: M06, KHONG_RO."""

    def __init__(self, config: PeerConfig, monotonic: Callable[[], float] = time.monotonic) -> None:
        base = httpx.URL(config.url)
        if base.scheme != "https" and not (base.scheme == "http" and is_loopback(base.host)):
            raise WorkstationError("M06", key="peers.url")
        self._base = str(base).rstrip("/")
        self._monotonic = monotonic
        self._seconds = float(config.seconds)
        self._http = httpx.Client(
            timeout=httpx.Timeout(self._seconds, connect=min(_CONNECT_SECONDS, self._seconds)),
            headers={"User-Agent": "tram-so-hoa", "Accept": "application/json"},
            proxy=config.proxy or None,
            verify=base.scheme == "https",  # reading the roots takes a while
            # no proxy from the environment: where documents go is a setting, not a variable
            trust_env=False,
        )

    def close(self) -> None:
        self._http.close()

    def request(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: object = None,
        raw: tuple[int, Iterable[bytes]] | None = None,
        form: Mapping[str, str] | None = None,
        files: Mapping[str, tuple[str, bytes, str]] | None = None,
        params: Mapping[str, str] | None = None,
        most: int = _MOST_ANSWER,
        received: Callable[[int], None] = lambda count: None,
    ) -> Reply:
        """The answer whatever its status. ``body`` goes as JSON, ``raw`` (length and pieces) as it is. MANG when the line fails,
        with ``sent`` where it is known; KHONG_RO for an answer of more than ``most`` bytes. ``received`` is told
        how many bytes of the answer have come since it was told last, every ``_PIECE`` or so."""
        content: bytes | Iterable[bytes] | None = None
        sent = dict(headers or {})
        if body is not None:
            content = json.dumps(body, ensure_ascii=False).encode()
            sent["Content-Type"] = "application/json; charset=utf-8"
        elif raw is not None:
            sent["Content-Length"], content = str(raw[0]), raw[1]
        try:
            with self._http.stream(
                method, self._base + path, headers=sent, content=content, data=form, files=files, params=params
            ) as response:
                return Reply(response.status_code, response.headers, self._read(response, most, received))
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError) as error:
            raise WardFailure(FailureClass.MANG, detail=type(error).__name__, sent=False) from error
        except httpx.HTTPError as error:
            raise WardFailure(
                FailureClass.MANG, detail=type(error).__name__, silent=isinstance(error, httpx.TimeoutException)
            ) from error

    def _read(self, response: httpx.Response, most: int, received: Callable[[int], None]) -> bytes:
        # from the first byte of the answer: how long the question took to be sent is no fault of the peer's
        body, begun, told = bytearray(), self._monotonic(), 0
        for piece in response.iter_bytes():  # as it comes: a size to wait for would let it trickle for ever
            body += piece
            if self._monotonic() - begun > LONGEST_CALL * self._seconds + len(body) / _SLOWEST:
                raise WardFailure(FailureClass.MANG, detail="slow body", silent=True)
            if len(body) > most:
                raise WardFailure(FailureClass.KHONG_RO, status=response.status_code, detail="too long")
            if len(body) - told >= _PIECE:
                received(len(body) - told)
                told = len(body)
        return bytes(body)

    def answers(self, path: str) -> bool:
        """Whether anything answers there now, be it a refusal."""
        try:
            self._http.get(self._base + path, timeout=min(_PROBE_SECONDS, self._seconds))
        except httpx.HTTPError:
            return False
        return True


def success(reply: Reply) -> Reply:
    """The reply of a status that says so; else its class. 404 of a fixed address means another server: KHONG_RO."""
    if 200 <= reply.status < 300:
        return reply
    failure = FailureClass.KHONG_RO if reply.status == 404 else classify(reply.status)
    retry_after = retry_after_seconds(reply.headers.get("retry-after", ""))
    raise WardFailure(failure, retry_after=retry_after, status=reply.status)


def json_object(reply: Reply) -> dict[str, object]:
    """The body of a success. KHONG_RO for anything but a JSON object: a gateway's page says nothing of what happened."""
    try:
        body = json.loads(reply.body)
    except (ValueError, RecursionError) as error:
        raise WardFailure(FailureClass.KHONG_RO, status=reply.status, detail="not JSON") from error
    if not isinstance(body, dict):
        raise WardFailure(FailureClass.KHONG_RO, status=reply.status, detail="no object")
    return body


def text_of(body: Mapping[str, object], key: str) -> str:
    """A text that has to be there; KHONG_RO if it is not."""
    value = body.get(key)
    if not isinstance(value, str) or not value:
        raise WardFailure(FailureClass.KHONG_RO, detail=f"no {key}")
    return value


def paths_of(config: PeerConfig, usual: Mapping[str, str]) -> dict[str, str]:
    """The kind's paths with the settings' own in their place; M06 for one that the kind does not have or that is none."""
    paths = dict(usual)
    for pair in config.paths.split():
        name, _, path = pair.partition("=")
        if name not in usual or not path.startswith("/"):
            raise WorkstationError("M06", key="peers.paths")
        paths[name] = path
    return paths


def must_have(config: PeerConfig, *keys: str) -> None:
    """M06 for the first of these settings that the kind can't do without and that is empty."""
    if missing := next((key for key in keys if not getattr(config, key)), None):
        raise WorkstationError("M06", key=f"peers.{missing}")
