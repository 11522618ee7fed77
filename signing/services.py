"""Time-stamps (RFC 3161), OCSP (RFC 6960) and CRLs (RFC 5280) for one batch: asked once, kept while they are fresh.

What is kept does not grow with the batch: a certificate's evidence is looked up once in ``_FRESH_SECONDS`` and shared by all
documents, and after ``_MOST`` certificates everything is forgotten.
"""

import asyncio
import hashlib
import time
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass
from datetime import UTC
from typing import Any, TypeVar

import aiohttp
from asn1crypto import cms, crl, ocsp, x509
from pyhanko.sign.general import extract_certificate_info
from pyhanko.sign.timestamps.aiohttp_client import HTTPTimeStamper
from pyhanko.sign.timestamps.common_utils import TimestampRequestError
from pyhanko.sign.validation.dss import enumerate_ocsp_certs
from pyhanko.sign.validation.generic_cms import validate_tst_signed_data
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import (
    DisallowedAlgorithmError,
    ExpiredError,
    InsufficientRevinfoError,
    NotYetValidError,
    PathError,
    RevokedError,
    ValidationError,
)
from pyhanko_certvalidator.fetchers import Fetchers
from pyhanko_certvalidator.fetchers.aiohttp_fetchers import AIOHttpFetcherBackend
from pyhanko_certvalidator.path import ValidationPath
from pyhanko_certvalidator.policy_decl import NO_REVOCATION, CertRevTrustPolicy
from pyhanko_certvalidator.registry import SimpleTrustManager

from signing.algorithms import DatedAlgorithms
from signing.line import PAUSE_SECONDS, Line, LineError
from signing.trust import Anchors, for_time_stamping, load_anchors
from workstation.domain.errors import ErrorNote, WorkstationError
from workstation.domain.signing import RevocationAccess, SigningServices, TimestampService

T = TypeVar("T")

DIGEST = "sha256"
_FRESH_SECONDS = 300.0
_MOST = 200
_TOKEN_BYTES = 256_000
"""Cap for a time-stamp reply; with a chain of certificates they have 3 to 10 kB."""
_STAMPER = frozenset({"time_stamping"})
_NOBODY: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Evidence:
    """What proves that a certificate was good: its chain, and what was said about its revocation.

    With the root: who later judges by "past validation" (EN 319 102-1, 5.6.2) wants to know of every certificate since when
    it existed, and finds no way up to a root that the document time-stamp does not cover.
    """

    certificates: tuple[x509.Certificate, ...] = ()
    ocsps: tuple[ocsp.OCSPResponse, ...] = ()
    crls: tuple[crl.CertificateList, ...] = ()

    def __add__(self, other: "Evidence") -> "Evidence":
        return Evidence(self.certificates + other.certificates, self.ocsps + other.ocsps, self.crls + other.crls)


class Services:
    """The outside of one batch. Its own event loop keeps connections open between documents. Not for several threads."""

    def __init__(self, described: SigningServices, clock: Callable[[], float] = time.monotonic) -> None:
        self._anchors = load_anchors(described.trust)
        self._runner = asyncio.Runner()
        self._clock = clock
        self._revocation = Revocation(described.revocation, self._anchors, clock)
        chains, judged = self._revocation.chains, bool(self._anchors.roots)
        self._stamps = None if described.timestamp is None else Stamps(described.timestamp, chains, judged)

    def sample(self) -> cms.ContentInfo:
        """A token of this authority, to know its size and its certificate. Raises C09."""
        return self.run(self._stamper().sample())

    def timestamp(self, digest: bytes) -> cms.ContentInfo:
        """A checked token over a SHA-256 digest. Raises C09."""
        return self.run(self._stamper().async_timestamp(digest, DIGEST))

    def _stamper(self) -> "Stamps":
        if self._stamps is None:
            raise WorkstationError("C09", kind="none")
        return self._stamps

    @property
    def stamps(self) -> "Stamps":
        """For pyHanko's own functions. Raises C09 if no authority is named."""
        return self._stamper()

    def evidence(self, certificate: x509.Certificate, others: Iterable[x509.Certificate]) -> Evidence:
        """For a signer. ``others``: certificates of authorities that its chain may need.

        Raises V04 (revoked), V05 (revocation can't be checked now), V03, V08, V12."""
        return self.run(self._revocation.evidence(certificate, others, _NOBODY))

    def token_evidence(self, token: cms.SignedData) -> Evidence:
        """For the authority that made a time-stamp token. Raises as ``evidence``; C09 if its certificate is revoked."""
        found = extract_certificate_info(token)
        try:
            return self.run(self._revocation.evidence(found.signer_cert, found.other_certs, _STAMPER))
        except WorkstationError as error:
            if error.code != "V04":
                raise
            raise WorkstationError("C09", kind="revoked") from error

    def learn(self, certificates: Iterable[x509.Certificate]) -> None:
        """Authorities' certificates that may be missing in a token's chain."""
        self._revocation.learn(certificates)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(work)

    def close(self) -> None:
        self.run(self._revocation.line.close())
        if self._stamps is not None:
            self.run(self._stamps.line.close())
        self._runner.close()


class Stamps(HTTPTimeStamper):
    """An RFC 3161 client that lets no token through that it has not checked."""

    def __init__(self, described: TimestampService, chains: Callable[[], ValidationContext], judged: bool) -> None:
        """``chains``: a context that builds chains and asks for no revocation. ``judged``: whether a token has to end at a root
        that is trusted; where none is known, whom to trust is left to the verifier."""
        self.line = Line(described.seconds, _TOKEN_BYTES, described.proxy)
        secret = described.secret.reveal() if described.secret is not None else ""
        headers = {"Authorization": aiohttp.encode_basic_auth(described.user, secret, "utf-8")} if described.user else {}
        session: Any = self.line  # it has what is used of a session
        super().__init__(described.url, timeout=described.seconds, headers=headers, session=session)
        self._chains = chains
        self._judged = judged
        self._sample: cms.ContentInfo | None = None

    async def sample(self) -> cms.ContentInfo:
        if self._sample is None:
            self._sample = await self.async_timestamp(hashlib.sha256().digest(), DIGEST)
        return self._sample

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        """Raises C09 with ``kind``: unreachable, timeout, auth, refused, too_large, malformed or untrusted."""
        try:
            token = await super().async_timestamp(message_digest, md_algorithm)
            kind = await self._fault(token["content"], message_digest, md_algorithm)
        except TimestampRequestError as error:
            if isinstance(error.__cause__, LineError):
                raise WorkstationError("C09", kind=error.__cause__.first) from None
            kind = "malformed"
        except Exception:  # noqa: BLE001  # garbage provokes whatever class a wrong assumption deep in the parsers gives
            kind = "malformed"
        if kind:
            self.line.distrust(self.url, kind)
            raise WorkstationError("C09", kind=kind) from None
        return token

    async def _fault(self, token: cms.SignedData, digest: bytes, algorithm: str) -> str:
        """What is wrong with a token, or nothing."""
        status = await validate_tst_signed_data(token, self._chains(), lambda named: digest if named == algorithm else b"")
        if not (status["valid"] and status["intact"]):
            return "malformed"
        trusted = status["validation_path"] is not None and status["trust_problem_indic"] is None
        trusted = trusted and for_time_stamping(status["signing_cert"])
        return "" if trusted or not self._judged else "untrusted"


class Revocation:
    """Chains and what authorities say about them, asked over one line."""

    def __init__(self, access: RevocationAccess, anchors: Anchors, clock: Callable[[], float]) -> None:
        self.line = Line(access.seconds, access.max_bytes, access.proxy, access.rewrites)
        self._seconds = access.seconds
        self._anchors = anchors
        self._clock = clock
        self._refused: dict[bytes, tuple[float, ErrorNote]] = {}
        self._learned: dict[bytes, x509.Certificate] = {}
        self._forget()

    def _forget(self) -> None:
        session: Any = self.line
        # the library's fetchers keep failures as well as answers, so after a failure they are made anew
        self._fetchers = AIOHttpFetcherBackend(session, self._seconds).get_fetchers()
        self._known: dict[bytes, Evidence] = {}
        self._since = self._clock()

    def learn(self, certificates: Iterable[x509.Certificate]) -> None:
        """Authorities' certificates that may be missing in somebody's chain."""
        if len(self._learned) >= _MOST:
            self._learned.clear()
        self._learned.update((one.sha256, one) for one in certificates if one.ca)

    def chains(self) -> ValidationContext:
        """A context that builds chains, fetching what is missing (RFC 5280, 4.2.2.1), and asks for no revocation."""
        return ValidationContext(
            trust_manager=_roots(self._anchors),
            other_certs=self._learned.values(),
            allow_fetching=True,
            revinfo_policy=CertRevTrustPolicy(NO_REVOCATION),
            algorithm_usage_policy=DatedAlgorithms(),
            fetchers=self._fetchers,
        )

    async def evidence(
        self, certificate: x509.Certificate, others: Iterable[x509.Certificate], usage: frozenset[str]
    ) -> Evidence:
        if self._clock() - self._since > _FRESH_SECONDS or len(self._known) >= _MOST:
            self._forget()
        others = list(others)
        self.learn(others)
        until, note = self._refused.get(certificate.sha256, (0.0, None))
        if note is not None and self._clock() < until:
            raise note.error()
        if certificate.sha256 not in self._known:
            try:
                path = await self._validate(certificate, others, usage)
            except WorkstationError as error:
                self._forget()
                if len(self._refused) >= _MOST:
                    self._refused.clear()
                self._refused[certificate.sha256] = (self._clock() + PAUSE_SECONDS, error.note)
                raise
            self._known[certificate.sha256] = _gather(path, self._fetchers)
        return self._known[certificate.sha256]

    async def _validate(
        self, certificate: x509.Certificate, others: Iterable[x509.Certificate], usage: frozenset[str]
    ) -> ValidationPath:
        # a context is bound to the moment it is made at, and revocation data may not be younger: so a new one for each
        # certificate, over the shared fetchers
        context = ValidationContext(
            trust_manager=_roots(self._anchors),
            allow_fetching=True,
            revocation_mode="hard-fail",
            algorithm_usage_policy=DatedAlgorithms(),
            fetchers=self._fetchers,
        )
        validator = CertificateValidator(
            certificate, intermediate_certs=[*others, *self._learned.values()], validation_context=context
        )
        try:
            path: ValidationPath = await validator.async_validate_usage(set(), set(usage) or None)
            return path
        except RevokedError as error:
            raise WorkstationError("V04", date=error.revocation_dt.astimezone(UTC).date().isoformat()) from error
        except InsufficientRevinfoError as error:
            raise WorkstationError("V05") from error
        except (ExpiredError, NotYetValidError) as error:
            raise WorkstationError("V08") from error
        except DisallowedAlgorithmError as error:
            raise WorkstationError("V12") from error
        except (ValidationError, PathError) as error:
            raise WorkstationError("V03") from error


def _gather(path: ValidationPath, fetchers: Fetchers) -> Evidence:
    """Only what belongs to this chain: others' certificates are nobody's business in this file."""
    chain = list(path.iter_certs(include_root=True))
    ocsps: dict[bytes, ocsp.OCSPResponse] = {}
    crls: dict[bytes, crl.CertificateList] = {}
    waiting = list(chain)
    while waiting:
        certificate = waiting.pop()
        for response in fetchers.ocsp_fetcher.fetched_responses_for_cert(certificate):
            if response.dump() not in ocsps:
                ocsps[response.dump()] = response
                waiting += enumerate_ocsp_certs(response)
        try:
            listed = fetchers.crl_fetcher.fetched_crls_for_cert(certificate)
        except KeyError:  # none was asked for
            listed = ()
        crls.update((entry.dump(), entry) for entry in listed)
    return Evidence(tuple(chain), tuple(ocsps[key] for key in sorted(ocsps)), tuple(crls[key] for key in sorted(crls)))


def _roots(anchors: Anchors) -> SimpleTrustManager:
    # an explicit manager: with an empty list of roots the library falls back to the operating system's
    return SimpleTrustManager.build(trust_roots=list(anchors.roots))


_open: tuple[SigningServices, Services] | None = None


def services_for(described: SigningServices) -> Services:
    """The services of the batch that runs in this process; the ones before are closed when another description comes."""
    global _open
    if _open is None or _open[0] != described:
        close_services()
        _open = (described, Services(described))
    return _open[1]


def close_services() -> None:
    """Forgets answers, connections and which services failed. Harmless when nothing is open."""
    global _open
    opened, _open = _open, None
    if opened is not None:
        opened[1].close()
