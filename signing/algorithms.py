"""Which algorithms a signature uses, and whether they are allowed: signing, verifying and the archive watch go by the same rows
(``algorithm_rules``)."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime

from asn1crypto import algos, cms, keys, x509
from pyhanko_certvalidator.policy_decl import AlgorithmUsageConstraint, AlgorithmUsagePolicy

from signing.algorithm_rules import digest_allowed, key_allowed, rules_on

_MECHANISMS = {
    "rsassa_pss": "RSASSA-PSS",
    "rsassa_pkcs1v15": "RSA PKCS#1 v1.5",
    "ecdsa": "ECDSA",
    "dsa": "DSA",
    "ed25519": "Ed25519",
    "ed448": "Ed448",
}


@dataclass(frozen=True, slots=True)
class Mechanism:
    name: str
    """``RSASSA-PSS``, ``RSA PKCS#1 v1.5``, ``ECDSA`` or the name in the certificate."""
    digests: tuple[str, ...]
    """Of the content, and of the signed attributes where that is another; names of asn1crypto."""
    key: str
    """``RSA`` or ``EC``, or another name."""
    bits: int

    def __str__(self) -> str:
        return f"{self.name}, {'/'.join(shown_digest(name) for name in self.digests)}, {self.key} {self.bits} bit"


def shown_digest(name: str) -> str:
    """``SHA-256`` for ``sha256``, ``SHA3-256`` for ``sha3_256``, ``SHA-512/256`` for ``sha512_256``."""
    upper = name.upper()
    if upper.startswith("SHA3_"):
        return upper.replace("_", "-")
    return upper.replace("SHA", "SHA-", 1).replace("_", "/") if upper[3:4].isdigit() else upper


def mechanism_of(info: cms.SignerInfo, certificate: x509.Certificate) -> Mechanism:
    """Raises ValueError or KeyError on an algorithm that nobody knows."""
    algorithm = info["signature_algorithm"]
    digests = [str(info["digest_algorithm"]["algorithm"].native)]
    with suppress(ValueError):  # the bare name of the key's algorithm: the digest is the content's
        digests.append(str(algorithm.hash_algo))
    kind, bits = key_of(certificate.public_key)
    name = _MECHANISMS.get(algorithm.signature_algo, str(algorithm.signature_algo))
    return Mechanism(name, tuple(dict.fromkeys(digests)), kind.upper(), bits)


def forbidden(used: Mechanism, moment: datetime | None = None) -> str:
    """The first part of it that may not be used at ``moment`` (aware; None: now), as people write it (``SHA-1``,
    ``RSA 1024 bit``); empty: all is well."""
    day = _day(moment)
    weak = next((name for name in used.digests if not digest_allowed(name, day)), None)
    if weak is not None:
        return shown_digest(weak)
    if used.name not in rules_on(day).mechanisms:
        return used.name
    return "" if key_allowed(used.key.lower(), used.bits, day) else f"{used.key} {used.bits} bit"


class DatedAlgorithms(AlgorithmUsagePolicy):
    """The same rows for certificates, CRLs, OCSP responses and time-stamps, in the shape that the library asks for."""

    def digest_algorithm_allowed(self, algo: algos.DigestAlgorithm, moment: datetime | None) -> AlgorithmUsageConstraint:
        name = str(algo["algorithm"].native)
        return _constraint(digest_allowed(name, _day(moment)), name)

    def signature_algorithm_allowed(
        self, algo: algos.SignedDigestAlgorithm, moment: datetime | None, public_key: keys.PublicKeyInfo | None
    ) -> AlgorithmUsageConstraint:
        day = _day(moment)
        if public_key is not None:
            kind, bits = key_of(public_key)
            if not key_allowed(kind, bits, day):
                return _constraint(False, f"{kind} {bits}")
        with suppress(ValueError):  # the bare name of the key's algorithm, or one whose digest is fixed
            name = str(algo.hash_algo)
            return _constraint(digest_allowed(name, day), name)
        return AlgorithmUsageConstraint(allowed=True)


def key_of(public: keys.PublicKeyInfo) -> tuple[str, int]:
    """Kind (``rsa``, ``ec``, …) and size in bits."""
    kind, bits = str(public.algorithm), 0
    with suppress(ValueError):  # a kind whose size the parser can't tell
        bits = int(public.bit_size)
    return ("rsa" if kind == "rsassa_pss" else kind), bits


def _constraint(allowed: bool, name: str) -> AlgorithmUsageConstraint:
    return AlgorithmUsageConstraint(allowed=allowed, failure_reason=None if allowed else name)


def _day(moment: datetime | None) -> date:
    return (moment or datetime.now(UTC)).astimezone(UTC).date()
