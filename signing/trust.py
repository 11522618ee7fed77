"""Roots, chains and revocation."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from asn1crypto import x509
from pyhanko.keys import load_certs_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.errors import NoDSSFoundError
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.fetchers import OwnedFetcherBackend
from pyhanko_certvalidator.fetchers.aiohttp_fetchers import AIOHttpFetcherBackend
from pyhanko_certvalidator.policy_decl import (
    NO_REVOCATION,
    AlgorithmUsagePolicy,
    CertRevTrustPolicy,
    RevocationCheckingPolicy,
)
from pyhanko_certvalidator.registry import SimpleTrustManager

from signing.algorithms import DatedAlgorithms
from signing.line import Breaker, Line
from workstation.domain.errors import WorkstationError
from workstation.domain.signing import RevocationAccess, TrustStore

REQUEST_SECONDS = 5.0
"""For one OCSP response or CRL. A service that hangs must not take the time in which a file has to be judged."""


@dataclass(frozen=True, slots=True)
class Anchors:
    """Trusted roots, and by fingerprint (SHA-256) the kind of store that each comes from."""

    roots: tuple[x509.Certificate, ...]
    kinds: Mapping[bytes, str]
    """``government``, ``national``, ``training`` or ``local``."""


def load_anchors(trust: TrustStore) -> Anchors:
    """Reads the PEM or DER files of a trust store. A root that lies in several counts as of the named one; training wins, so
    that practice never passes for more. Raises M06."""
    stores = (
        ("local", trust.roots),
        ("national", trust.national_roots),
        ("government", trust.government_roots),
        ("training", trust.training_roots),
    )
    loaded = [(kind, entry) for kind, paths in stores for entry in _load(paths)]
    return Anchors(tuple(entry for _, entry in loaded), {entry.sha256: kind for kind, entry in loaded})


def _load(paths: Iterable[Path]) -> tuple[x509.Certificate, ...]:
    found: list[x509.Certificate] = []
    for path in paths:
        try:
            found.extend(load_certs_from_pemder([str(path)]))
        except (OSError, ValueError, TypeError) as error:
            raise WorkstationError("M06", file=path.name) from error
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Asking:
    """How issuers are asked about one file: over guarded lines that share one breaker, so that a dead service costs its time once
    however many signatures name it."""

    access: RevocationAccess
    breaker: Breaker = field(default_factory=Breaker)

    def backend(self) -> "_LineBackend":
        """For one validation context: it lives in an event loop of its own, and so does a line."""
        access = self.access
        seconds = min(access.seconds, REQUEST_SECONDS)
        return _LineBackend(Line(seconds, access.max_bytes, access.proxy, access.rewrites, self.breaker), seconds)


class _LineBackend(AIOHttpFetcherBackend):
    """Fetchers that have no other way out than a ``Line``, which is closed with them."""

    def __init__(self, line: Line, seconds: float) -> None:
        session: Any = line  # it has what is used of a session
        super().__init__(session, seconds)
        self._line = line

    async def close(self) -> None:
        await self._line.close()


def context(
    anchors: Anchors,
    reader: PdfFileReader,
    *,
    revocation: bool,
    fetch: "Asking | None" = None,
    moment: datetime | None = None,
    algorithms: AlgorithmUsagePolicy | None = None,
) -> ValidationContext:
    """A validation context for one file; what its document security store (EN 319 142-1, 5.4.2) carries is taken in.

    ``revocation``: it must be known where a certificate names a place to ask (certvalidator's ``hard-fail``), else it is not
    looked at. Its ``soft-fail`` is of no use: it passes a revoked signer when off line, and fails a good one when the store
    holds a response about somebody else. ``moment``: judge as of this time, with what the store holds; None: now.
    ``fetch``: how what is missing is asked for; None: nobody is asked. ``algorithms``: other rules than the dated ones.
    """
    # an explicit manager: with an empty list of roots the library falls back to the operating system's
    settings: dict[str, Any] = {
        "trust_manager": SimpleTrustManager.build(trust_roots=list(anchors.roots)),
        "allow_fetching": fetch is not None,
        "algorithm_usage_policy": algorithms or DatedAlgorithms(),
        "revinfo_policy": CertRevTrustPolicy(
            RevocationCheckingPolicy.from_legacy("hard-fail") if revocation else NO_REVOCATION,
            # what was gathered just after the moment says more about it than what was known before
            retroactive_revinfo=moment is not None,
        ),
    }
    if moment is not None:
        settings["moment"] = moment
    if fetch is not None:
        settings["fetcher_backend"] = OwnedFetcherBackend(fetch.backend())
    try:
        return DocumentSecurityStore.read_dss(reader).as_validation_context(settings)
    except NoDSSFoundError:
        return ValidationContext(**settings)


def for_time_stamping(certificate: x509.Certificate) -> bool:
    """Whether it is a time-stamping authority's: that is its only purpose, and critical (RFC 3161, 2.3). The library is content
    if it is one of several."""
    found = [entry for entry in certificate["tbs_certificate"]["extensions"] if entry["extn_id"].native == "extended_key_usage"]
    purposes = certificate.extended_key_usage_value
    return len(found) == 1 and bool(found[0]["critical"].native) and purposes is not None and purposes.native == ["time_stamping"]


def names_revocation_source(certificates: Iterable[x509.Certificate]) -> bool:
    """Whether any certificate says where its revocation can be looked up (RFC 5280, 4.2.1.13 and 4.2.2.1).

    Training certificates name none: nothing can be checked about them, now or later, so a missing check holds nothing up.
    """
    return any(entry.crl_distribution_points or entry.ocsp_urls for entry in certificates)
