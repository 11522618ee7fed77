"""Keys of a remote signing service that speaks the Cloud Signature Consortium's API 1.0.4.0 (2019-06), as Viettel MySign's
gateway does. pyHanko's signer asks for the signatures; what is here is the line to the service, its errors, and the leave to
sign (``credentials/authorize``), one for a whole batch where the service allows it.

The PIN, the one-time code and the account's secret are in requests only; of what the service answers in words nothing goes into
an error but the word for it (section 10.1 of the specification).
"""

import asyncio
import base64
import json
import re
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import httpx
from asn1crypto import algos
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers.csc_signer import (
    CSCAuthorizationInfo,
    CSCAuthorizationManager,
    CSCCredentialInfo,
    CSCServiceSessionInfo,
    CSCSigner,
    fetch_certs_in_csc_credential,
)

from signing.keys import SigningKey, require_in_force
from workstation.domain.errors import WorkstationError
from workstation.domain.signature import KeyRef, RemoteService
from workstation.domain.signing import RemoteSecret, Secret

CONNECT_SECONDS = 10.0
USUAL_SECONDS = 15.0
"""For one request, from the first byte to the last, as all that follow."""
LEAVE_SECONDS = 60.0
"""For ``credentials/authorize``: where the service settles it with the signer, a person is waited for."""
SIGN_SECONDS = 40.0
"""For one ``signatures/signHash``. All together below the token lane's cap, so that the reason is told and not a hang."""
_MOST_BYTES = 4_000_000
"""Of one answer; a batch of signatures has some hundred kilobytes."""
_LEAVE, _SIGN = "credentials/authorize", "signatures/signHash"
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol, httpx.InvalidURL)
_CODES = {
    "invalid_otp": "C25",
    "invalid_pin": "C02",
    "access_denied": "C22",
    "expired_sad": "C26",
    "invalid_token": "C24",
    "invalid_client": "C24",
    "unauthorized": "C24",
}
_DESCRIBED = (("otp", "C25"), ("pin", "C02"), ("expired", "C26"))
"""``invalid_request`` says in words what it is about (11.6 and 11.9)."""


def open_key(ref: KeyRef, secret: Secret) -> tuple[SigningKey, int, tuple[str, ...]]:
    """Logs in and reads the credential: the key, how many documents it signs at once, and what the signer has to give.

    Called without the one-time code it has the service send one (``credentials/sendOTP``). Nothing is signed or authorised
    yet. Raises C23 (no answer), C24 (account or credential refused, control level below the settings'), C05, C07.
    """
    service = ref.remote
    if service is None:
        raise WorkstationError("M06", key="remotes")
    given = secret if isinstance(secret, RemoteSecret) else RemoteSecret(secret.reveal())
    line = Line(service.name, service.proxy)
    session, info = asyncio.run(_log_in(line, service, given))
    terms = Terms.read(info.response_data)
    if "otp" in terms.asks and terms.online_otp and not given.otp.reveal():
        asyncio.run(line.call(session, "credentials/sendOTP", {"credentialID": service.credential}))
    _check(service, info, terms)
    signer = _signer(line, _Leave(session, info, terms, given, line), info)
    batch = max(1, min(service.batch, info.max_batch_size))

    def translate(error: Exception) -> WorkstationError | None:
        if isinstance(error, WorkstationError):
            return error
        return WorkstationError("C23", name=service.name) if isinstance(error, SigningError) else None

    def expect(count: int) -> None:
        signer.batch_size = count

    name = "ECDSA" if info.signing_cert.public_key.algorithm == "ec" else "RSA PKCS#1 v1.5"
    mechanism = "RSASSA-PSS" if signer.prefer_pss else name
    return SigningKey(signer, info.signing_cert, mechanism, lambda: None, translate, expect), batch, terms.asks


@dataclass(frozen=True, slots=True)
class Terms:
    """What ``credentials/info`` says of the leave to sign (11.5)."""

    mode: str
    """``explicit``: ``credentials/authorize`` takes PIN and code; ``implicit``: there the service settles it with the signer."""
    asks: tuple[str, ...]
    online_otp: bool
    """The code is sent to the signer when we ask for it; else their device shows one."""
    enabled: bool

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> "Terms":
        def group(name: str) -> Mapping[str, Any]:
            found = data.get(name)
            return found if isinstance(found, Mapping) else {}

        mode = str(data.get("authMode", "explicit"))
        wanted = tuple(name.lower() for name in ("PIN", "OTP") if str(group(name).get("presence", "false")).lower() == "true")
        return cls(
            mode=mode if re.fullmatch(r"[a-z0-9]{1,20}", mode) else "unknown",
            asks=wanted if mode == "explicit" else (),
            online_otp=group("OTP").get("type") == "online",
            enabled=group("key").get("status", "enabled") == "enabled",
        )


async def _log_in(line: "Line", service: RemoteService, secret: RemoteSecret) -> tuple[CSCServiceSessionInfo, CSCCredentialInfo]:
    account = secret.account.reveal()
    session = CSCServiceSessionInfo(service.url.rstrip("/"), service.credential, oauth_token=account or None)
    if service.account:
        basic = base64.b64encode(f"{service.account}:{account}".encode()).decode()
        answer = await line.send(
            session.endpoint_url("auth/login"), {"Authorization": f"Basic {basic}"}, {"rememberMe": False}, USUAL_SECONDS
        )
        session = replace(session, oauth_token=str(answer.get("access_token", "")))
    # RFC 6750, 2.1: anything else would break the header, or the request
    if not re.fullmatch(r"[A-Za-z0-9._~+/-]+=*", session.oauth_token or ""):
        raise WorkstationError("C24", name=service.name, reason="token")
    try:
        info = await fetch_certs_in_csc_credential(line, session)  # type: ignore[arg-type]  # it needs no more than post()
        _ = [(one.native, one.public_key.algorithm) for one in (info.signing_cert, *info.chain)]  # parsed as it is asked for
    except (SigningError, KeyError, IndexError, TypeError, ValueError, AttributeError):
        raise WorkstationError("C24", name=service.name, reason="credential") from None  # an answer that makes no sense
    return session, info


def _check(service: RemoteService, info: CSCCredentialInfo, terms: Terms) -> None:
    level = 2 if info.hash_pinning_required else 1
    if not terms.enabled:
        raise WorkstationError("C24", name=service.name, reason="disabled")
    if terms.mode not in ("explicit", "implicit"):
        raise WorkstationError("C24", name=service.name, reason=terms.mode)  # oauth2code: a web page for each leave
    if level < service.scal:
        raise WorkstationError("C24", name=service.name, reason=f"SCAL{level}")
    status = str((info.response_data.get("cert") or {}).get("status", "valid"))
    if status in ("revoked", "suspended"):
        raise WorkstationError("C24", name=service.name, reason=status)
    require_in_force(info.signing_cert)


def _signer(line: "Line", leave: CSCAuthorizationManager, info: CSCCredentialInfo) -> CSCSigner:
    """With the best mechanism that the credential has. C07 if none fits its certificate."""
    offered = info.supported_mechanisms
    rsa = info.signing_cert.public_key.algorithm == "rsa"
    choices = ("rsassa_pss", "sha256_rsa", "rsassa_pkcs1v15") if rsa else ("sha256_ecdsa",)
    chosen = next((name for name in choices if name in offered), None)
    if chosen is None:
        raise WorkstationError("C07", kind=f"mechanism for {info.signing_cert.public_key.algorithm}")
    kind = _Pkcs1Signer if chosen == "rsassa_pkcs1v15" else CSCSigner
    # pyHanko needs no more of a session than post()
    return kind(line, leave, sign_timeout=int(SIGN_SECONDS), prefer_pss=chosen == "rsassa_pss", embed_roots=False)  # type: ignore[arg-type]


class _Pkcs1Signer(CSCSigner):
    """For a credential that names the padding and leaves the digest to each request."""

    def get_signature_mechanism_for_digest(self, digest_algorithm: str | None) -> algos.SignedDigestAlgorithm:
        return algos.SignedDigestAlgorithm({"algorithm": "rsassa_pkcs1v15"})


class _Leave(CSCAuthorizationManager):
    """Asks for the leave to sign just the hashes at hand, all of them with one call; a one-time code is good for one."""

    def __init__(
        self, session: CSCServiceSessionInfo, info: CSCCredentialInfo, terms: Terms, secret: RemoteSecret, line: "Line"
    ) -> None:
        super().__init__(session, info)
        self._terms, self._line = terms, line
        self._pin, self._otp = secret.reveal(), secret.otp.reveal()

    async def authorize_signature(self, hash_b64s: list[str]) -> CSCAuthorizationInfo:
        asks = self._terms.asks
        if "pin" in asks and not self._pin:
            raise WorkstationError("C02")  # an empty PIN would cost a try
        if "otp" in asks and not self._otp:
            raise WorkstationError("C25", name=self._line.name)
        code, self._otp = self._otp, ""
        request = self.format_csc_auth_request(
            num_signatures=len(hash_b64s),
            pin=self._pin if "pin" in asks else None,
            otp=code if "otp" in asks else None,
            hash_b64s=hash_b64s,
        )
        answer = await self._line.call(self.csc_session_info, _LEAVE, request)
        try:
            if not isinstance(answer.get("SAD"), str):
                raise TypeError
            return self.parse_csc_auth_response(answer)
        except (SigningError, TypeError, ValueError, OverflowError):
            raise WorkstationError("C23", name=self._line.name) from None  # a leave that can't be used is none


@dataclass(frozen=True, slots=True)
class _Answer:
    """As much of an ``aiohttp`` response as pyHanko looks at."""

    data: Any

    async def json(self) -> Any:
        return self.data


class Line:
    """The requests. Stands where pyHanko expects an ``aiohttp`` session, so that the words of an error, the program's trust in
    certificates and one library for HTTP are ours."""

    def __init__(self, name: str, proxy: str = "") -> None:
        self.name = name
        self._proxy = proxy or None
        self._trust = ssl.create_default_context()  # the system's roots, as an office's proxy may need

    @asynccontextmanager
    async def post(self, url: str, *, headers: dict[str, str], timeout: Any, **options: Any) -> AsyncIterator[_Answer]:
        data = options["json"]
        if url.endswith("credentials/info"):
            data = {**data, "authInfo": True}  # pyHanko does not ask what PIN and code are wanted
        answer = await self.send(url, headers, data, timeout.total)
        if url.endswith(_SIGN) and not _holds_signatures(answer, len(data["hash"])):
            raise WorkstationError("C28", name=self.name)  # it has signed, and what it made did not come through
        yield _Answer(answer)

    async def call(self, session: CSCServiceSessionInfo, endpoint: str, data: dict[str, Any]) -> dict[str, Any]:
        seconds = LEAVE_SECONDS if endpoint == _LEAVE else USUAL_SECONDS
        return await self.send(session.endpoint_url(endpoint), session.auth_headers, data, seconds)

    async def send(self, url: str, headers: dict[str, str], data: dict[str, Any], seconds: float) -> dict[str, Any]:
        """The answer's JSON object. C23: no usable answer; C28: none to a request to sign, which may have been carried out; C26:
        nobody gave leave in time; else the code of what the service refused."""
        unknown = WorkstationError("C28" if url.endswith(_SIGN) else "C23", name=self.name)
        try:
            async with asyncio.timeout(seconds):
                answer, body = await self._post(url, headers, data, seconds)
        except _NOT_SENT:
            raise WorkstationError("C23", name=self.name) from None
        except (TimeoutError, httpx.ReadTimeout):
            raise WorkstationError("C26") if url.endswith(_LEAVE) else unknown from None
        except httpx.HTTPError:
            raise unknown from None
        if answer.status_code >= 500 or len(body) > _MOST_BYTES:
            raise unknown
        try:
            told = json.loads(body) if body else {}
        except (ValueError, RecursionError):
            told = None
        if answer.is_success and isinstance(told, dict):
            return told
        if answer.is_success:
            raise unknown
        raise _refusal(answer.status_code, told if isinstance(told, dict) else {}, self.name)

    async def _post(
        self, url: str, headers: dict[str, str], data: dict[str, Any], seconds: float
    ) -> tuple[httpx.Response, bytes]:
        """The answer and its body; of one that is too large as much as shows it."""
        limits, body = httpx.Timeout(seconds, connect=min(CONNECT_SECONDS, seconds)), bytearray()
        async with (
            httpx.AsyncClient(verify=self._trust, timeout=limits, proxy=self._proxy, trust_env=False) as client,
            client.stream("POST", url, headers=headers, json=data) as answer,
        ):
            async for part in answer.aiter_bytes():
                body += part
                if len(body) > _MOST_BYTES:
                    break
        return answer, bytes(body)


def _holds_signatures(answer: Mapping[str, Any], count: int) -> bool:
    """Whether there is one in base64 for each hash (11.9). What they are worth shows in the files."""
    found = answer.get("signatures")
    if not isinstance(found, list) or len(found) != count:
        return False
    try:
        return all(base64.b64decode(one) for one in found)
    except (TypeError, ValueError):
        return False


def _refusal(status: int, told: Mapping[str, Any], name: str) -> WorkstationError:
    """The code for an error answer (10.1): by its word, then by what its description speaks of, then by its status."""
    word = str(told.get("error", ""))
    reason = word if re.fullmatch(r"[a-z_]{1,40}", word) else str(status)
    description = str(told.get("error_description", "")).lower()
    code = _CODES.get(word) or next((code for part, code in _DESCRIBED if part in description), None)
    if code is None:
        code = "C23" if status == 429 else "C24"
    return WorkstationError(code, name=name, reason=reason)
