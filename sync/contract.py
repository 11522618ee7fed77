"""The ward contract over httpx: a verb a method, every failure one ``WardFailure``."""

import json
import socket
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from ssl import SSLContext
from typing import TypeVar

import httpx

from sync import identity
from sync.failure import WardFailure, classify, retry_after_seconds
from sync.loopback import is_loopback
from sync.receipts import TrustedKeys
from workstation.domain.errors import WorkstationError
from workstation.domain.outbox import FailureClass
from workstation.domain.signing import Secret

R = TypeVar("R")

PROTOCOL = 1
_SEND_BUFFER = 128 * 1024
"""Bytes. With the system's megabytes a chunk would vanish into a buffer: what is counted as sent would be fiction, and a
dead line be noticed late."""


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds. ``read`` and ``write`` count from the last byte, so a slow line passes and a dead one does not. A dead
    one is to be noticed within 30 s; 5 of them are for what buffers swallow."""

    connect: float = 10.0
    read: float = 25.0
    write: float = 25.0
    probe: float = 3.0


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What the peer takes; asked before anything is sent."""

    max_bytes: int
    formats: frozenset[str]
    """Extensions, lower case."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """``chot``: what the server says lies on its disk."""

    file_id: str
    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True)
class ListedReceipt:
    """A row of the server's list of receipts; nothing of it is verified yet."""

    number: int
    dossier_id: str
    jws: str


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes


class WardClient:
    """One ward server. May be used by several threads.

    ``secret`` is called when a token is needed and what it gives is not kept; G30, G31: its keyring can't be read. Plain HTTP is
    for loopback only: M06 otherwise. ``secret`` None: the station's certificate says who it is (RFC 8705, section 2).
    ``verify``: the server's roots and that certificate; called, and G32 told, when the line is first used.
    """

    def __init__(
        self,
        base_url: str,
        secret: Callable[[], Secret] | None,
        *,
        client_id: str = "tram-so-hoa",
        timeouts: Timeouts = Timeouts(),
        verify: SSLContext | bool | Callable[[], SSLContext] = True,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._base = httpx.URL(base_url)
        if self._base.scheme != "https" and not (self._base.scheme == "http" and is_loopback(self._base.host)):
            raise WorkstationError("M06", key="ward_url")
        self._secret = secret
        self._client_id = client_id
        self._timeouts = timeouts
        self._monotonic = monotonic
        self._token = ""
        self._token_end = 0.0
        self._log_in = threading.Lock()
        self._verify = verify
        self._http: httpx.Client | None = None
        self._opening = threading.Lock()
        self._broke = True
        """Nothing has been answered since the line last broke."""

    @property
    def server(self) -> str:
        """Its address, as the settings have it."""
        return str(self._base)

    def close(self) -> None:
        if self._http is not None:
            self._http.close()

    def _line(self) -> httpx.Client:
        with self._opening:
            if self._http is None:
                verify = self._verify() if callable(self._verify) else self._verify
                options = [(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)]
                limits = self._timeouts
                # no proxy from the environment: where documents go is a setting, not a variable
                self._http = httpx.Client(
                    transport=httpx.HTTPTransport(verify=verify, socket_options=options),
                    timeout=httpx.Timeout(limits.read, connect=limits.connect, write=limits.write),
                    headers={"User-Agent": "tram-so-hoa"},
                    trust_env=False,
                )
                self._verify = verify
            return self._http

    # --- verbs

    def reachable(self) -> bool:
        """Whether a server of this contract answers now; waits ``timeouts.probe`` at most a step."""
        try:
            self.capabilities(self._timeouts.probe)
        except WardFailure:
            return False
        return True

    def capabilities(self, timeout: float | None = None) -> Capabilities:
        body = self._json(self._send("GET", "/v1/kha-nang", authorized=False, timeout=timeout))
        size, formats = body.get("max-bytes"), body.get("dinh-dang")
        if body.get("phien-ban") != PROTOCOL or not isinstance(size, int) or not isinstance(formats, list):
            raise WardFailure(FailureClass.KHONG_RO, detail="not this contract")
        return Capabilities(size, frozenset(str(f).lower() for f in formats))

    def published_keys(self) -> bytes:
        """The key set that the server shows, as it came; nothing of it is to be trusted on sight."""
        answer = self._send("GET", "/v1/khoa", authorized=False)
        try:
            TrustedKeys.parse(answer.body)
        except ValueError as error:
            raise WardFailure(FailureClass.KHONG_RO, status=answer.status, detail="no key set") from error
        return answer.body

    def put_dossier(self, dossier_id: str, metadata: str, key: str) -> None:
        """Creates or replaces the metadata; the same again does nothing."""
        self._json(self._send("PUT", f"/v1/ho-so/{dossier_id}", content=metadata.encode(), headers=_json_headers(key)))

    def finish_file(self, upload_url: str) -> StoredFile:
        """The server hashes what it stored."""
        body = self._json(self._send("POST", f"{self.own_path(upload_url)}/chot", expires=True))
        return StoredFile(_text(body, "IdTepTin"), _text(body, "HashTepTin"), _number(body, "bytes"))

    def commit(self, dossier_id: str, manifest: str, key: str) -> str:
        """Commits the package; the receipt as it came, not verified yet."""
        body = self._json(
            self._send("POST", f"/v1/ho-so/{dossier_id}/goi", content=manifest.encode(), headers=_json_headers(key))
        )
        return _text(body, "bien-nhan")

    def receipt(self, dossier_id: str) -> ListedReceipt | None:
        """The receipt of a dossier if the server has one: how a lost reply is recovered."""
        return next(iter(self._receipts(f"sau=0&ho-so={dossier_id}", 0)), None)

    def receipts(self, after: int) -> tuple[ListedReceipt, ...]:
        """The next receipts behind a number, of all stations, in the order in which they were given; empty: there are none."""
        return self._receipts(f"sau={after}", after)

    def _receipts(self, query: str, after: int) -> tuple[ListedReceipt, ...]:
        rows = self._json(self._send("GET", f"/v1/bien-nhan?{query}")).get("bien-nhan")
        if not isinstance(rows, list) or any(not isinstance(row, dict) for row in rows):
            raise WardFailure(FailureClass.KHONG_RO, detail="no list")
        found = tuple(ListedReceipt(_number(row, "so"), _text(row, "ho-so"), _text(row, "jws")) for row in rows)
        for row in found:
            if row.number <= after:  # a list that does not go on would be read for ever
                raise WardFailure(FailureClass.KHONG_RO, detail="numbers do not rise")
            after = row.number
        return found

    def tus(
        self, method: str, path: str, headers: Mapping[str, str], content: Callable[[], Iterable[bytes]] | None = None
    ) -> Answer:
        """One request of the upload protocol; any 2xx passes."""
        return self._send(method, path, headers=headers, stream=content, expires=True)

    def own_path(self, url: str) -> str:
        """The path of an address on this very server; a token never follows a foreign ``Location``."""
        joined = self._base.join(url)
        if (joined.scheme, joined.host, joined.port) != (self._base.scheme, self._base.host, self._base.port):
            raise WardFailure(FailureClass.KHONG_RO, detail="foreign address")
        return joined.raw_path.decode("ascii")

    # --- how

    def _send(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        stream: Callable[[], Iterable[bytes]] | None = None,
        authorized: bool = True,
        timeout: float | None = None,
        expires: bool = False,
    ) -> Answer:
        """Sends with a token; a refused token is renewed once. ``stream`` is called anew for each try.

        ``expires``: this address lives for a while only, so 404 says that it has ended; elsewhere 404 means another server.
        """
        token = ""
        for _ in range(2):
            sent = dict(headers or {})
            if authorized:
                token = self._bearer(refused=token)
                sent["Authorization"] = f"Bearer {token}"
            answer = self._exchange(method, path, sent, content if stream is None else stream(), timeout)
            if answer.status != 401 or not authorized:
                break
        if 200 <= answer.status < 300:
            return answer
        failure = self._refusal(answer)
        if failure.failure is FailureClass.HET_HAN and not expires:
            failure.failure = FailureClass.KHONG_RO
        raise failure

    def _exchange(
        self, method: str, path: str, headers: Mapping[str, str], content: bytes | Iterable[bytes] | None, timeout: float | None
    ) -> Answer:
        http = _ours(self._line)
        limits = http.timeout if timeout is None else httpx.Timeout(timeout)
        try:
            response = http.request(method, self._base.join(path), headers=headers, content=content, timeout=limits)
        except httpx.RequestError as error:
            if self._turned_away(error):
                raise WardFailure(FailureClass.XAC_THUC, detail=type(error).__name__, sent=False) from error
            never_sent = isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout))
            silent = isinstance(error, httpx.TimeoutException) and not never_sent
            raise WardFailure(FailureClass.MANG, detail=type(error).__name__, silent=silent, sent=not never_sent) from error
        self._broke = False
        return Answer(response.status_code, response.headers, response.content)

    def _turned_away(self, error: httpx.RequestError) -> bool:
        """Whether the line broke because the server does not take this station's certificate."""
        again, self._broke = self._broke, True
        if identity.refuses_us(error):
            return True
        unsure = again and self._secret is None and not isinstance(error, (httpx.ConnectError, httpx.TimeoutException))
        if not unsure or not isinstance(self._verify, SSLContext):
            return False
        return identity.turns_us_away(self._base.host, self._base.port or 443, self._verify)

    def _bearer(self, refused: str) -> str:
        """A token that is not the refused one; whoever comes while another thread logs in gets what that one got."""
        with self._log_in:
            if not self._token or self._token == refused or self._monotonic() > self._token_end:
                self._renew()
            return self._token

    def _renew(self) -> None:
        form = {"grant_type": "client_credentials", "client_id": self._client_id}
        if self._secret is not None:
            form["client_secret"] = _ours(self._secret).reveal()
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = self._exchange("POST", "/oauth2/token", headers, urllib.parse.urlencode(form).encode(), None)
        if answer.status in (400, 401, 403):
            raise WardFailure(FailureClass.XAC_THUC, status=answer.status)
        if answer.status != 200:
            raise self._refusal(answer)
        body = self._json(answer)
        self._token = _text(body, "access_token")
        # renewed a little early, so that a token does not end on its way
        self._token_end = self._monotonic() + 0.9 * _number(body, "expires_in")

    def _json(self, answer: Answer) -> dict[str, object]:
        """A success without a JSON object is an unknown outcome, never a success."""
        try:
            body = json.loads(answer.body)
        except ValueError as error:
            raise WardFailure(FailureClass.KHONG_RO, status=answer.status, detail="not JSON") from error
        if not isinstance(body, dict):
            raise WardFailure(FailureClass.KHONG_RO, status=answer.status, detail="no object")
        return body

    def _refusal(self, answer: Answer) -> WardFailure:
        field = ""
        try:
            body = json.loads(answer.body)
        except ValueError:
            body = None  # the status decides; a body that can't be read only costs the field's name
        if isinstance(body, dict):
            field = str(body.get("field", ""))
        retry_after = retry_after_seconds(answer.headers.get("retry-after", ""))
        return WardFailure(classify(answer.status), retry_after=retry_after, field=field, status=answer.status)


def _ours(ask: Callable[[], R]) -> R:
    """What this machine itself has to give: a secret, a certificate. No item is to blame, and no other would fare better."""
    try:
        return ask()
    except WorkstationError as error:
        raise WardFailure(FailureClass(error.code), detail="own", sent=False) from error


def _json_headers(key: str) -> dict[str, str]:
    return {"Content-Type": "application/json", "Idempotency-Key": key}


def _text(body: Mapping[str, object], key: str) -> str:
    value = body.get(key)
    if not isinstance(value, str) or not value:
        raise WardFailure(FailureClass.KHONG_RO, detail=f"no {key}")
    return value


def _number(body: Mapping[str, object], key: str) -> int:
    value = body.get(key)
    if not isinstance(value, int) or isinstance(value, bool):
        raise WardFailure(FailureClass.KHONG_RO, detail=f"no {key}")
    return value
