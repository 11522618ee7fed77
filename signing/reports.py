"""From a file's bytes to a verdict: the worst of what pyHanko says (ETSI EN 319 102-1 names), byte accounting, the viewer's
repair flag and the comparison of what is shown with what was signed."""

import dataclasses
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from asn1crypto import x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESSubIndic
from pyhanko.sign.diff_analysis import DiffResult, ModificationLevel
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.validation import validate_pdf_signature, validate_pdf_timestamp
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.status import SignatureCoverageLevel, SignatureStatus

from signing import trust
from signing.integrity import signed_end, tail_accounted
from signing.keys import is_training, subject_part
from signing.picture import appearance, same_pages
from signing.trust import Anchors
from workstation.domain.errors import ErrorNote
from workstation.domain.signature import FileVerdict, SignatureReport, Verdict

_WEIGHT: dict[str, Verdict] = {
    "V01": Verdict.INVALID,
    "V02": Verdict.INVALID,
    "V03": Verdict.INDETERMINATE,
    "V04": Verdict.INVALID,
    "V05": Verdict.INDETERMINATE,
    "V06": Verdict.INVALID,
    "V08": Verdict.INDETERMINATE,
    "V09": Verdict.INVALID,
    "V11": Verdict.INDETERMINATE,
    "V12": Verdict.INDETERMINATE,
    "V13": Verdict.VALID,
    "V14": Verdict.INVALID,
}
_ORDER = (Verdict.VALID, Verdict.INDETERMINATE, Verdict.INVALID)
_INDICATION = {
    Verdict.VALID: "TOTAL-PASSED",
    Verdict.INDETERMINATE: "INDETERMINATE",
    Verdict.INVALID: "TOTAL-FAILED",
}
_SUBINDICATION = {
    "V01": "HASH_FAILURE", "V02": "FORMAT_FAILURE", "V03": "NO_CERTIFICATE_CHAIN_FOUND", "V04": "REVOKED",
    "V05": "TRY_LATER", "V06": "FORMAT_FAILURE", "V08": "OUT_OF_BOUNDS_NO_POE", "V09": "FORMAT_FAILURE",
    "V11": "FORMAT_FAILURE", "V12": "CRYPTO_CONSTRAINTS_FAILURE", "V14": "FORMAT_FAILURE",
}  # fmt: skip
_TRUST_REASON = {
    "REVOKED": "V04", "REVOKED_NO_POE": "V04", "REVOKED_CA_NO_POE": "V04",
    "TRY_LATER": "V05", "REVOCATION_OUT_OF_BOUNDS_NO_POE": "V05",
    "EXPIRED": "V08", "NOT_YET_VALID": "V08", "OUT_OF_BOUNDS_NO_POE": "V08", "OUT_OF_BOUNDS_NOT_REVOKED": "V08",
    "NO_POE": "V08", "TIMESTAMP_ORDER_FAILURE": "V08",
    "CRYPTO_CONSTRAINTS_FAILURE": "V12", "CRYPTO_CONSTRAINTS_FAILURE_NO_POE": "V12",
    "FORMAT_FAILURE": "V06", "HASH_FAILURE": "V01", "SIG_CRYPTO_FAILURE": "V01",
}  # fmt: skip
_USAGE = KeyUsageConstraints(key_usage={"non_repudiation", "digital_signature"}, match_all_key_usages=False)
"""Official certificates carry non-repudiation; older public ones only digital signature. Either is for signing."""


@dataclass(slots=True)
class _Findings:
    """What is known of one signature so far; filled step by step, so that a step that fails leaves the others."""

    field: str
    signer: str = ""
    issuer: str = ""
    signing_time: str | None = None
    timestamp: str | None = None
    level: str = "B"
    coverage: str = "partial"
    changes_after: str = "unknown"
    revocation: str = "unknown"
    trusted: bool = False
    revision_end: int = 0
    subindication: str | None = None
    reasons: list[ErrorNote] = dataclasses.field(default_factory=list)

    def add(self, code: str, **params: str) -> None:
        note = ErrorNote(code, tuple(sorted(params.items())))
        if note not in self.reasons:
            self.reasons.append(note)

    @property
    def verdict(self) -> Verdict:
        return _worst(self.reasons)

    def report(self) -> SignatureReport:
        verdict = self.verdict
        decisive = next((note.code for note in self.reasons if _WEIGHT[note.code] is verdict), None)
        sub = None if verdict is Verdict.VALID else self.subindication or _SUBINDICATION.get(decisive or "")
        return SignatureReport(
            field=self.field,
            signer=self.signer,
            issuer=self.issuer,
            signing_time=self.signing_time,
            timestamp=self.timestamp,
            level=self.level,
            indication=_INDICATION[verdict],
            subindication=sub,
            coverage=self.coverage,
            changes_after=self.changes_after,
            revocation=self.revocation,
            trusted=self.trusted,
            revision_end=self.revision_end,
            reasons=tuple(self.reasons),
        )


def _worst(reasons: list[ErrorNote]) -> Verdict:
    return max((_WEIGHT[note.code] for note in reasons), key=_ORDER.index, default=Verdict.VALID)


def _unreadable(kind: str) -> FileVerdict:
    return FileVerdict(Verdict.UNREADABLE, False, (ErrorNote("V10", (("kind", kind),)),), ())


def verify_bytes(data: bytes, anchors: Anchors, *, offline: bool) -> FileVerdict:
    """The verdict over a whole file. Never raises for anything that ``data`` holds."""
    if b"%PDF-" not in data[:1024]:
        return _unreadable("not_pdf")
    seen = appearance(data)
    try:
        reader = PdfFileReader(io.BytesIO(data), strict=True)
        if reader.encrypted:
            return _unreadable("encrypted")
        _ = reader.root["/Pages"]
        fields, complete = _signature_fields(reader)
    except Exception as error:  # noqa: BLE001  # whatever class a broken file provokes: it can't be read
        return _unreadable(type(error).__name__)
    if not seen.readable:
        return _unreadable("viewer")
    if not fields:
        return _without_signature(data, complete)
    found = [_examine(data, reader, name, entry, anchors, offline) for name, entry in fields]
    _mark_levels(found, reader)
    extra: list[ErrorNote] = []
    if seen.repaired or not data.startswith(b"%PDF-"):
        extra.append(ErrorNote("V09", (("kind", "repaired"),)))
    if not complete:
        extra.append(ErrorNote("V06", (("kind", "fields"),)))
    reasons = list(dict.fromkeys([*extra, *(note for one in found for note in one.reasons)]))
    verdict = _worst(reasons)
    green = verdict is Verdict.VALID and all(one.trusted for one in found)
    return FileVerdict(verdict, green, tuple(reasons), tuple(one.report() for one in found))


def _without_signature(data: bytes, complete: bool) -> FileVerdict:
    """No signature is found. If the bytes still speak of one, somebody hid it, which is not the same as unsigned."""
    if complete and b"/ByteRange" not in data:
        return FileVerdict(Verdict.UNSIGNED, False, (ErrorNote("V07"),), ())
    return FileVerdict(Verdict.INVALID, False, (ErrorNote("V06", (("kind", "hidden"),)),), ())


def _signature_fields(reader: PdfFileReader) -> tuple[list[tuple[str, Any]], bool]:
    """Name and field of every filled signature field, and whether the list could be read to its end."""
    found: list[tuple[str, Any]] = []
    try:
        for name, _, entry in enumerate_sig_fields(reader, filled_status=True):
            found.append((str(name), entry))
    except Exception:  # noqa: BLE001  # what was found before the broken entry still gets its verdict
        return found, False
    return found, True


def _examine(data: bytes, reader: PdfFileReader, name: str, entry: Any, anchors: Anchors, offline: bool) -> _Findings:
    findings = _Findings(name)
    try:
        signature = EmbeddedPdfSignature(reader, entry, name)
        _cover(findings, data, reader, signature)
        _describe(findings, signature)
        status = _validate(signature, trust.context(anchors, reader, revocation="soft-fail", fetch=False))
        _judge_changes(findings, signature, status)
        _judge_picture(findings, data)
        _judge_trust(findings, status, anchors)
        if findings.trusted:
            _judge_revocation(findings, signature, status, reader, anchors, offline)
    except Exception as error:  # noqa: BLE001
        # Malformed signatures make the libraries raise whatever a wrong assumption deep inside gives: PdfReadError,
        # ValueError, AttributeError, AssertionError, TypeError, OSError and more were seen. All are a format failure of
        # this one signature.
        findings.trusted = False
        findings.add("V06", kind=type(error).__name__)
    return findings


def _cover(findings: _Findings, data: bytes, reader: PdfFileReader, signature: EmbeddedPdfSignature) -> None:
    end = signed_end(data, signature.byte_range, signature.pkcs7_content)
    if end is None:
        findings.add("V14")
        return
    findings.revision_end = end
    findings.coverage = "whole_file" if end == len(data) else "revision"
    if not tail_accounted(data, end, reader):
        findings.add("V09", kind="bytes")


def _describe(findings: _Findings, signature: EmbeddedPdfSignature) -> None:
    certificate = signature.signer_cert
    findings.signer = subject_part(certificate.subject, "common_name")
    findings.issuer = subject_part(certificate.issuer, "common_name")
    if signature.sig_object_type == "/DocTimeStamp":
        findings.level = "DTS"
    else:
        findings.signing_time = _iso(signature.self_reported_timestamp)
    if is_training(certificate):
        findings.add("V13")


def _validate(signature: EmbeddedPdfSignature, context: Any, *, skip_diff: bool = False) -> Any:
    if signature.sig_object_type == "/DocTimeStamp":
        return validate_pdf_timestamp(signature, context, skip_diff=skip_diff)
    return validate_pdf_signature(signature, context, key_usage_settings=_USAGE, skip_diff=skip_diff)


def _judge_changes(findings: _Findings, signature: EmbeddedPdfSignature, status: Any) -> None:
    if not status.intact or not status.valid:
        findings.subindication = "HASH_FAILURE" if not status.intact else "SIG_CRYPTO_FAILURE"
        findings.add("V01")
    if status.coverage not in (SignatureCoverageLevel.ENTIRE_FILE, SignatureCoverageLevel.ENTIRE_REVISION):
        findings.coverage = "partial"
        findings.add("V14")
        return
    result = signature.diff_result
    level = result.modification_level if isinstance(result, DiffResult) else ModificationLevel.OTHER
    findings.changes_after = {
        ModificationLevel.NONE: "none",
        ModificationLevel.LTA_UPDATES: "lta",
        ModificationLevel.FORM_FILLING: "form",
        ModificationLevel.ANNOTATIONS: "annotation",
    }.get(level, "content")
    if findings.changes_after in ("form", "annotation"):
        findings.add("V11")
    elif findings.changes_after == "content":
        findings.add("V02")


def _judge_picture(findings: _Findings, data: bytes) -> None:
    """A page that looks different although nothing that may be seen was changed. A later signature's stamp or a filled form
    field is seen too, but is named as what it is already (V11)."""
    if findings.changes_after in ("none", "lta") and not same_pages(data, findings.revision_end):
        findings.add("V09", kind="shown")


def _judge_trust(findings: _Findings, status: Any, anchors: Anchors) -> None:
    findings.trusted = bool(status.trusted)
    problem: AdESSubIndic | None = status.trust_problem_indic
    if status.intact and status.valid and not status.trusted:
        name = problem.standard_name if problem is not None else "NO_CERTIFICATE_CHAIN_FOUND"
        if name == "CERTIFICATE_CHAIN_GENERAL_FAILURE" and status.signing_cert.not_valid_before > datetime.now(UTC):
            name = "NOT_YET_VALID"  # the library has no closer word for it
        findings.subindication = name
        code = _TRUST_REASON.get(name, "V03")
        findings.add(code)
        if code == "V04":
            findings.revocation = "revoked"
    root = next(iter(_path(status)), None)
    if root is not None and root.sha256 in anchors.training:
        findings.add("V13")
    stamped = getattr(status, "timestamp_validity", None)
    if stamped is not None:
        findings.timestamp = _iso(stamped.timestamp)
        findings.level = "T"
        if not (stamped.valid and stamped.intact):
            findings.add("V06", kind="timestamp")
        elif not stamped.trusted:
            findings.add("V03", kind="timestamp")
    # a document time-stamp's status has no bottom line of its own
    if findings.verdict is Verdict.VALID and not getattr(status, "bottom_line", status.trusted):
        # a class of doubt that none of the rules above names
        findings.add("V06", kind="bottom_line")


def _judge_revocation(
    findings: _Findings,
    signature: EmbeddedPdfSignature,
    status: SignatureStatus,
    reader: PdfFileReader,
    anchors: Anchors,
    offline: bool,
) -> None:
    """Three states. ``unknown`` holds the verdict up only where a certificate names a place that could have been asked."""
    if not trust.names_revocation_source(list(_path(status))[1:]):
        return
    try:
        strict = _validate(signature, trust.context(anchors, reader, revocation="hard-fail", fetch=not offline), skip_diff=True)
    except ValueError:
        # certvalidator's way to say that nothing may be fetched and nothing is at hand
        findings.add("V05")
        return
    if strict.trusted:
        findings.revocation = "good"
        return
    name = strict.trust_problem_indic.standard_name if strict.trust_problem_indic is not None else ""
    if strict.revoked or _TRUST_REASON.get(name) == "V04":
        findings.revocation = "revoked"
        findings.trusted = False
        findings.subindication = name or "REVOKED"
        findings.add("V04")
    else:
        findings.add("V05")


def _path(status: SignatureStatus) -> Iterator[x509.Certificate]:
    """The chain, root first."""
    if status.validation_path is not None:
        yield from status.validation_path.iter_certs(include_root=True)


def _mark_levels(found: list[_Findings], reader: PdfFileReader) -> None:
    """LT where the file carries validation data, LTA where a document time-stamp follows it (EN 319 142-1, 6)."""
    if "/DSS" not in reader.root:
        return
    for one in found:
        if one.level == "T":
            one.level = "LTA" if any(other.level == "DTS" for other in found) else "LT"


def _iso(moment: datetime | None) -> str | None:
    if moment is None:
        return None
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return aware.astimezone(UTC).isoformat().replace("+00:00", "Z")
