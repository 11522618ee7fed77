"""What is known of one signature, and what each reason weighs: our codes beside the names of ETSI EN 319 102-1, 5.1.3."""

import dataclasses
from dataclasses import dataclass
from datetime import datetime

from workstation.domain.errors import ErrorNote
from workstation.domain.signature import SignatureReport, Verdict

WEIGHT: dict[str, Verdict] = {
    **dict.fromkeys(
        ("V01", "V02", "V04", "V06", "V09", "V14", "V15", "V20", "V25", "V26", "V30"),
        Verdict.INVALID,
    ),
    **dict.fromkeys(
        ("V03", "V05", "V08", "V11", "V12", "V17", "V18", "V19", "V21", "V22", "V23", "V24", "V27", "V28", "V29"),
        Verdict.INDETERMINATE,
    ),
    "V13": Verdict.VALID,
    "V31": Verdict.VALID,
}  # fmt: skip
_ORDER = (Verdict.VALID, Verdict.INDETERMINATE, Verdict.INVALID)
_INDICATION = {
    Verdict.VALID: "TOTAL-PASSED",
    Verdict.INDETERMINATE: "INDETERMINATE",
    Verdict.INVALID: "TOTAL-FAILED",
}
CODES: dict[str, str] = {
    "FORMAT_FAILURE": "V06", "HASH_FAILURE": "V01", "SIG_CRYPTO_FAILURE": "V15", "SIGNED_DATA_NOT_FOUND": "V06",
    "REVOKED": "V04", "REVOKED_NO_POE": "V04", "REVOKED_CA_NO_POE": "V25",
    "TRY_LATER": "V05", "REVOCATION_OUT_OF_BOUNDS_NO_POE": "V05",
    "EXPIRED": "V17", "OUT_OF_BOUNDS_NO_POE": "V17", "OUT_OF_BOUNDS_NOT_REVOKED": "V17", "NOT_YET_VALID": "V18",
    "TIMESTAMP_ORDER_FAILURE": "V20", "NO_POE": "V28", "GENERIC": "V28",
    "CRYPTO_CONSTRAINTS_FAILURE": "V12", "CRYPTO_CONSTRAINTS_FAILURE_NO_POE": "V12",
    "NO_CERTIFICATE_CHAIN_FOUND": "V03", "NO_SIGNING_CERTIFICATE_FOUND": "V26",
    "CERTIFICATE_CHAIN_GENERAL_FAILURE": "V24", "CHAIN_CONSTRAINTS_FAILURE": "V24",
    "SIG_CONSTRAINTS_FAILURE": "V27", "POLICY_PROCESSING_ERROR": "V27", "SIGNATURE_POLICY_NOT_AVAILABLE": "V27",
}  # fmt: skip
"""Sub-indication → the code whose sentence says it. V22 and V23 are closer words for two of them, V08 and V21 as well."""
_SUBINDICATION = {
    "V01": "HASH_FAILURE", "V02": "FORMAT_FAILURE", "V03": "NO_CERTIFICATE_CHAIN_FOUND", "V04": "REVOKED",
    "V05": "TRY_LATER", "V06": "FORMAT_FAILURE", "V08": "OUT_OF_BOUNDS_NO_POE", "V09": "FORMAT_FAILURE",
    "V11": "FORMAT_FAILURE", "V12": "CRYPTO_CONSTRAINTS_FAILURE", "V14": "FORMAT_FAILURE", "V15": "SIG_CRYPTO_FAILURE",
    "V17": "OUT_OF_BOUNDS_NO_POE", "V18": "NOT_YET_VALID", "V19": "FORMAT_FAILURE", "V20": "SIG_CONSTRAINTS_FAILURE",
    "V21": "NO_CERTIFICATE_CHAIN_FOUND", "V22": "CHAIN_CONSTRAINTS_FAILURE", "V23": "NO_CERTIFICATE_CHAIN_FOUND",
    "V24": "CERTIFICATE_CHAIN_GENERAL_FAILURE", "V25": "REVOKED_CA_NO_POE", "V26": "NO_SIGNING_CERTIFICATE_FOUND",
    "V27": "SIG_CONSTRAINTS_FAILURE", "V28": "NO_POE", "V29": "FORMAT_FAILURE",
    "V30": "FORMAT_FAILURE",
}  # fmt: skip


def worst(reasons: list[ErrorNote]) -> Verdict:
    return max((WEIGHT[note.code] for note in reasons), key=_ORDER.index, default=Verdict.VALID)


@dataclass(slots=True)
class Findings:
    """Filled step by step, so that a step that fails leaves what the others found."""

    field: str
    signer: str = ""
    organization: str = ""
    issuer: str = ""
    valid_from: str | None = None
    valid_until: str | None = None
    signing_time: str | None = None
    timestamp: str | None = None
    mechanism: str = ""
    level: str = "B"
    coverage: str = "partial"
    changes_after: str = "unknown"
    revocation: str = "unknown"
    trusted: bool = False
    trust_store: str = ""
    revision_end: int = 0
    stamped: datetime | None = None
    """What a document time-stamp that is trusted says."""
    subindication: str | None = None
    reasons: list[ErrorNote] = dataclasses.field(default_factory=list)

    def add(self, code: str, **params: str) -> None:
        note = ErrorNote(code, tuple(sorted(params.items())))
        if note not in self.reasons:
            self.reasons.append(note)

    def has(self, code: str) -> bool:
        return any(note.code == code for note in self.reasons)

    @property
    def verdict(self) -> Verdict:
        return worst(self.reasons)

    @property
    def proof(self) -> datetime | None:
        """Of a sound document time-stamp: when all before it was there."""
        return self.stamped if self.trusted and self.verdict is Verdict.VALID else None

    def _named(self) -> str | None:
        """The sub-indication of the gravest reasons: the library's own word where it is one for them."""
        verdict = self.verdict
        if verdict is Verdict.VALID:
            return None
        codes = [note.code for note in self.reasons if WEIGHT[note.code] is verdict]
        own = self.subindication
        if own is not None and any(CODES.get(own) == code or _SUBINDICATION[code] == own for code in codes):
            return own
        return _SUBINDICATION[codes[0]]

    def report(self) -> SignatureReport:
        return SignatureReport(
            field=self.field,
            signer=self.signer,
            issuer=self.issuer,
            signing_time=self.signing_time,
            timestamp=self.timestamp,
            level=self.level,
            indication=_INDICATION[self.verdict],
            subindication=self._named(),
            coverage=self.coverage,
            changes_after=self.changes_after,
            revocation=self.revocation,
            trusted=self.trusted,
            revision_end=self.revision_end,
            reasons=tuple(self.reasons),
            organization=self.organization,
            valid_from=self.valid_from,
            valid_until=self.valid_until,
            mechanism=self.mechanism,
            trust_store=self.trust_store,
        )
