"""Which algorithms a signature uses, and whether they are allowed (TT 15/2025/TT-BKHCN, annex II)."""

from contextlib import suppress
from dataclasses import dataclass

from asn1crypto import cms, x509

_MECHANISMS = {
    "rsassa_pss": "RSASSA-PSS",
    "rsassa_pkcs1v15": "RSA PKCS#1 v1.5",
    "ecdsa": "ECDSA",
    "dsa": "DSA",
    "ed25519": "Ed25519",
    "ed448": "Ed448",
}


@dataclass(frozen=True, slots=True)
class AlgorithmRules:
    """What a circular allows. Key sizes in bits."""

    source: str
    digests: frozenset[str]
    mechanisms: frozenset[str]
    rsa_bits: int
    ec_bits: int


TT_15_2025 = AlgorithmRules(
    source="TT 15/2025/TT-BKHCN, phụ lục II",
    digests=frozenset(
        ("sha256", "sha384", "sha512", "sha512_224", "sha512_256", "sha3_224", "sha3_256", "sha3_384", "sha3_512",
         "shake128", "shake256")
    ),
    mechanisms=frozenset(("RSASSA-PSS", "RSA PKCS#1 v1.5", "ECDSA")),
    rsa_bits=2048,
    ec_bits=256,
)  # fmt: skip
"""The circular asks for RSASSA-PSS to sign; many tokens only do PKCS#1 v1.5, so a verifier accepts both and says which."""


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
    public = certificate.public_key
    name = _MECHANISMS.get(algorithm.signature_algo, str(algorithm.signature_algo))
    return Mechanism(name, tuple(dict.fromkeys(digests)), str(public.algorithm).upper(), int(public.bit_size))


def forbidden(used: Mechanism, rules: AlgorithmRules = TT_15_2025) -> str:
    """The first part of it that the rules don't allow, as people write it (``SHA-1``, ``RSA 1024 bit``); empty: all is well."""
    weak = next((name for name in used.digests if name not in rules.digests), None)
    if weak is not None:
        return shown_digest(weak)
    if used.name not in rules.mechanisms:
        return used.name
    least = rules.ec_bits if used.key == "EC" else rules.rsa_bits
    return "" if used.bits >= least else f"{used.key} {used.bits} bit"
