"""One signature of a file: what it covers, who signed, what came after, whom its chain leads to, what is known of revocation."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from asn1crypto import x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import DiffResult, ModificationLevel
from pyhanko.sign.validation import validate_pdf_signature, validate_pdf_timestamp
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.status import SignatureCoverageLevel, SignatureStatus
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.policy_decl import AcceptAllAlgorithms

from signing import trust
from signing.algorithms import forbidden, mechanism_of
from signing.findings import CODES, Findings
from signing.integrity import signed_end, tail_accounted
from signing.keys import in_force, is_training, subject_part
from signing.picture import Pictures
from signing.trust import Anchors, Asking
from workstation.domain.signature import Verdict

LONGEST_NAME = 256
_SIGNING_USAGE = {"non_repudiation", "digital_signature"}
"""Official certificates carry non-repudiation; older public ones only digital signature. Either is for signing."""
_USAGE = KeyUsageConstraints(key_usage=_SIGNING_USAGE, match_all_key_usages=False)


@dataclass(frozen=True, slots=True)
class Case:
    """One signature, and what it is judged by."""

    signature: EmbeddedPdfSignature
    reader: PdfFileReader
    anchors: Anchors
    asking: Asking | None
    """None: nobody is asked."""
    ask_until: float
    """On the clock of ``time.monotonic``; after it nobody is asked any more."""
    proven: datetime | None
    """When this part of the file was there at the latest, by a document time-stamp over it; None: now."""
    later: frozenset[str]
    """Names of the fields that were signed after this one."""

    @property
    def is_stamp(self) -> bool:
        return bool(self.signature.sig_object_type == "/DocTimeStamp")

    def context(self, *, revocation: bool = False, fetch: bool = False, moment: datetime | None = None) -> ValidationContext:
        asking = self.asking if fetch else None
        return trust.context(self.anchors, self.reader, revocation=revocation, fetch=asking, moment=moment)

    def validate(self, signer: ValidationContext, stamp: ValidationContext | None = None, *, skip_diff: bool = False) -> Any:
        """The library's status; ``stamp``: what the signature's own time-stamp is judged by, if by something else."""
        if self.is_stamp:
            return validate_pdf_timestamp(self.signature, signer, skip_diff=skip_diff)
        return validate_pdf_signature(
            self.signature, signer, ts_validation_context=stamp, key_usage_settings=_USAGE, skip_diff=skip_diff
        )


def examine(
    pictures: Pictures,
    reader: PdfFileReader,
    field: str,
    entry: Any,
    anchors: Anchors,
    *,
    asking: Asking | None,
    ask_until: float,
    proven: datetime | None = None,
    later: frozenset[str] = frozenset(),
) -> Findings:
    """The signature in ``field`` of the file in ``pictures``; ``asking`` to ``later`` as in ``Case``. Whatever
    it holds ends in findings."""
    findings = Findings(field)
    try:
        case = Case(EmbeddedPdfSignature(reader, entry, field), reader, anchors, asking, ask_until, proven, later)
        _cover(findings, pictures.data, reader, case.signature)
        _describe(findings, case.signature)
        status, moment = _settle_algorithms(findings, case)
        _judge_changes(findings, case, status)
        _judge_picture(findings, pictures)
        _judge_trust(findings, case, status)
        if findings.trusted:
            _judge_revocation(findings, case, status, moment)
        if case.is_stamp and findings.trusted:
            findings.stamped = status.timestamp
    except SignatureValidationError as error:
        # the library's own refusals carry the standard's word; GENERIC is its way to say that there is none: the format
        findings.trusted = False
        name = error.ades_subindication.standard_name
        findings.subindication = "FORMAT_FAILURE" if name == "GENERIC" else name
        findings.add(CODES.get(findings.subindication, "V06"))
    except Exception as error:  # noqa: BLE001
        # Malformed signatures make the libraries raise whatever a wrong assumption deep inside gives: PdfReadError,
        # ValueError, AttributeError, AssertionError, TypeError, OSError and more were seen. All are a format failure of
        # this one signature.
        findings.trusted = False
        findings.add("V06", kind=type(error).__name__)
    return findings


def _settle_algorithms(findings: Findings, case: Case) -> tuple[Any, datetime | None]:
    """As ``_settle``; V12 with the name of an algorithm that was not allowed (any more) when the signature is proven to have been
    there."""
    used = mechanism_of(case.signature.signer_info, case.signature.signer_cert)
    proven = _proven(case) if forbidden(used) else None
    if weak := forbidden(used, proven):
        findings.add("V12", algorithm=weak)
    return _settle(case, proven)


def _proven(case: Case) -> datetime | None:
    """The earliest proven time of a signature whose algorithm is not allowed now: its own time-stamp's, if that one holds, else
    the document time-stamp's over it."""
    if not case.is_stamp:
        lenient = trust.context(case.anchors, case.reader, revocation=False, algorithms=AcceptAllAlgorithms())
        stamp = case.validate(lenient, case.context(moment=case.proven), skip_diff=True).timestamp_validity
        if _vouches(stamp) and stamp.valid and stamp.intact:
            return _aware(stamp.timestamp)
    return case.proven


def _settle(case: Case, weak_since: datetime | None) -> tuple[Any, datetime | None]:
    """The library's status as of now; where the chain does not hold now, as of the earliest proven time if it held then
    (EN 319 102-1, 5.6: a proof of existence). With it, that time; None: now. ``weak_since``: a proven time of a signature that
    nothing can be said about now, its algorithms being what they are."""
    now = case.context()
    if weak_since is not None:
        then = case.context(moment=weak_since)
        return case.validate(then, case.context(moment=case.proven)), weak_since
    status = case.validate(now)
    stamp: Any = getattr(status, "timestamp_validity", None)
    stamp_context = now
    if stamp is not None and not stamp.trusted and case.proven is not None:
        stamp_context = case.context(moment=case.proven)
        again = case.validate(now, stamp_context)
        if again.timestamp_validity.trusted:
            status, stamp = again, again.timestamp_validity
        else:
            stamp_context = now
    if status.trusted or not (status.intact and status.valid):
        return status, None
    moment = stamp.timestamp if _vouches(stamp) else case.proven
    if moment is None:
        return status, None
    past = case.validate(case.context(moment=moment), stamp_context)
    return (past, moment) if past.trusted else (status, None)


def _cover(findings: Findings, data: bytes, reader: PdfFileReader, signature: EmbeddedPdfSignature) -> None:
    end = signed_end(data, signature.byte_range, signature.pkcs7_content)
    if end is None:
        findings.add("V14")
        return
    findings.revision_end = end
    findings.coverage = "whole_file" if end == len(data) else "revision"
    if not tail_accounted(data, end, reader):
        findings.add("V09", kind="bytes")


def _name(name: x509.Name, part: str) -> str:
    """To be shown. RFC 5280 (A.1) allows 64 letters, and nobody holds a forger to it."""
    whole = subject_part(name, part)
    return whole if len(whole) <= LONGEST_NAME else f"{whole[: LONGEST_NAME - 1]}…"


def _describe(findings: Findings, signature: EmbeddedPdfSignature) -> None:
    certificate = signature.signer_cert
    findings.signer = _name(certificate.subject, "common_name")
    findings.issuer = _name(certificate.issuer, "common_name")
    findings.organization = _name(certificate.subject, "organization_name")
    findings.valid_from, findings.valid_until = _iso(certificate.not_valid_before), _iso(certificate.not_valid_after)
    findings.mechanism = str(mechanism_of(signature.signer_info, certificate))
    if signature.sig_object_type == "/DocTimeStamp":
        findings.level = "DTS"
    else:
        findings.signing_time = _iso(signature.self_reported_timestamp)
    if is_training(certificate):
        findings.add("V13")


def _judge_changes(findings: Findings, case: Case, status: Any) -> None:
    if not status.intact or not status.valid:
        findings.subindication = "HASH_FAILURE" if not status.intact else "SIG_CRYPTO_FAILURE"
        findings.add(CODES[findings.subindication])
    if status.coverage not in (SignatureCoverageLevel.ENTIRE_FILE, SignatureCoverageLevel.ENTIRE_REVISION):
        findings.coverage = "partial"
        findings.add("V14")
        return
    result: Any = case.signature.diff_result
    level, fields = ModificationLevel.OTHER, frozenset[str]()
    if isinstance(result, DiffResult):
        level, fields = result.modification_level, frozenset(result.changed_form_fields)
    findings.changes_after = {
        ModificationLevel.NONE: "none",
        ModificationLevel.LTA_UPDATES: "lta",
        ModificationLevel.FORM_FILLING: "form",
        ModificationLevel.ANNOTATIONS: "annotation",
    }.get(level, "content")
    if findings.changes_after == "form" and fields and fields <= case.later:
        findings.add("V29")  # a leader's signature and then the registrar's: ``following`` looks at what that one did
    elif findings.changes_after in ("form", "annotation"):
        findings.add("V11")


def _judge_picture(findings: Findings, pictures: Pictures) -> None:
    """A page that looks different although nothing that may be seen was changed. A later signature's stamp or a filled form
    field is seen too, but is named as what it is already (V11, V29); and what was changed against the rules is told by where
    it lies, on the pages or over them."""
    if findings.changes_after in ("none", "lta") and not pictures.same_pages(findings.revision_end):
        findings.add("V09", kind="shown")
    elif findings.changes_after == "content":
        over = findings.coverage != "partial" and pictures.only_marks_added(findings.revision_end)
        findings.changes_after = "annotation" if over else "content"
        findings.add("V30" if over else "V02")


def _judge_trust(findings: Findings, case: Case, status: Any) -> None:
    findings.trusted = bool(status.trusted)
    if case.is_stamp and status.trusted and not _vouches(status):
        findings.trusted = False
        findings.add("V21")
    root = next(iter(_path(status)), None)
    if root is not None:
        findings.trust_store = case.anchors.kinds.get(root.sha256, "")
    if findings.trust_store == "training":
        findings.add("V13")
    if status.intact and status.valid and not status.trusted:
        _doubt_chain(findings, case, status)
    stamped = getattr(status, "timestamp_validity", None)
    if stamped is not None:
        findings.timestamp = _iso(stamped.timestamp)
        findings.level = "T"
        if not (stamped.valid and stamped.intact):
            findings.add("V20")
        elif not _vouches(stamped):
            findings.add("V21")
    if case.is_stamp:
        findings.timestamp = _iso(status.timestamp)
    # a document time-stamp's status has no bottom line of its own
    if findings.verdict is Verdict.VALID and not getattr(status, "bottom_line", status.trusted):
        # a class of doubt that none of the rules above names
        findings.add("V06", kind="bottom_line")


def _doubt_chain(findings: Findings, case: Case, status: Any) -> None:
    """Why the chain is not trusted, in the closest word: the library's where it is close enough."""
    certificate: x509.Certificate = status.signing_cert
    problem = status.trust_problem_indic
    name = problem.standard_name if problem is not None else "NO_CERTIFICATE_CHAIN_FOUND"
    if name == "CERTIFICATE_CHAIN_GENERAL_FAILURE" and certificate.not_valid_before > datetime.now(UTC):
        name = "NOT_YET_VALID"  # the library has no closer word for it
    findings.subindication = name
    code = CODES.get(name, "V28")
    params: dict[str, str] = {}
    if code == "V17":
        params["date"] = _day(certificate.not_valid_after)
        claimed = case.signature.self_reported_timestamp
        if claimed is not None and not in_force(certificate, _aware(claimed)):
            code = "V08"
            params["date"] = _day(claimed)
    elif code == "V18":
        params["date"] = _day(certificate.not_valid_before)
    elif code == "V24" and not _for_signing(certificate) and not case.is_stamp:
        code = "V22"
    elif code == "V03" and _breaks_off(certificate, case.signature.other_embedded_certs):
        code = "V23"
    if code != "V12" or not findings.has("V12"):  # the weak part was told by name already
        findings.add(code, **params)


def _vouches(stamp: Any) -> bool:
    """Whether a time-stamp's status (None: there is none) is trusted, and its authority's certificate one for time-stamping."""
    return stamp is not None and bool(stamp.trusted) and trust.for_time_stamping(stamp.signing_cert)


def _for_signing(certificate: x509.Certificate) -> bool:
    usage = certificate.key_usage_value
    return usage is None or bool(usage.native & _SIGNING_USAGE)


def _breaks_off(certificate: x509.Certificate, others: list[x509.Certificate]) -> bool:
    """Whether the chain at hand ends below any root, though an authority of it came along: one certificate is missing."""
    if is_training(certificate):
        return False
    current, left = certificate, list(others)
    while not current.self_issued:
        above = next((entry for entry in left if entry.subject == current.issuer), None)
        if above is None:
            return True
        left.remove(above)
        current = above
    return False


def _judge_revocation(findings: Findings, case: Case, status: SignatureStatus, moment: datetime | None) -> None:
    """Three states. ``unknown`` holds the verdict up only where a certificate names a place that could have been asked.

    The issuer is asked first: it may know what the file's own data, made at signing, can't. That data answers when the
    issuer does not, and for a ``moment`` in the past. Who was revoked after a proven time had signed well.
    """
    stamp: Any = getattr(status, "timestamp_validity", None)
    own = trust.names_revocation_source(list(_path(status))[1:])
    # where the time-stamp is what the verdict rests on, its authority's standing has to be known as well
    leans = moment is not None and stamp is not None and trust.names_revocation_source(list(_path(stamp))[1:])
    if not own and not leans:
        return
    proof = stamp.timestamp if _vouches(stamp) else case.proven
    for fetch, at in _ways(case, moment):
        try:
            # an issuer owes no answer about a certificate that has lapsed (RFC 5280, 3.3): as of the past only the file is asked
            signer = case.context(revocation=own, fetch=fetch and at is None, moment=at)
            by_then = None if fetch else case.proven  # its authority may have lapsed as well
            stamps = case.context(revocation=True, fetch=fetch, moment=by_then) if leans else None
            strict = case.validate(signer, stamps, skip_diff=True)
        except ValueError:
            continue  # certvalidator's way to say that nothing may be fetched and nothing is at hand
        stamped = getattr(strict, "timestamp_validity", None)
        if stamped is not None and stamped.revoked:
            findings.add("V21")
        proven = stamped is None or stamped.trusted
        if strict.trusted and (proven or not leans):
            findings.revocation = "good" if own else "unknown"
            return
        name = strict.trust_problem_indic.standard_name if strict.trust_problem_indic is not None else ""
        code = CODES.get(name)
        if code in ("V04", "V25"):
            details = strict.revocation_details
            when = details.revocation_date if details is not None else None
            if proven and proof is not None and when is not None and proof < when:
                findings.revocation = "good"
                return
            findings.revocation, findings.trusted, findings.subindication = "revoked", False, name
            findings.add(code, **({} if when is None else {"date": _day(when)}))
            return
    findings.trusted = False  # somebody may know better
    if moment is not None:
        findings.subindication = "REVOCATION_OUT_OF_BOUNDS_NO_POE"
    findings.add("V05")


def _ways(case: Case, moment: datetime | None) -> tuple[tuple[bool, datetime | None], ...]:
    """Whether to ask, and as of when, in this order."""
    late = case.asking is None or time.monotonic() >= case.ask_until
    return ((False, moment),) if late else ((True, moment), (False, moment))


def _path(status: SignatureStatus) -> Iterator[x509.Certificate]:
    """The chain, root first."""
    if status.validation_path is not None:
        yield from status.validation_path.iter_certs(include_root=True)


def _iso(moment: datetime | None) -> str | None:
    if moment is None:
        return None
    return _aware(moment).astimezone(UTC).isoformat().replace("+00:00", "Z")


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _day(moment: datetime) -> str:
    """For sentences, which show it as a day of Viet Nam."""
    return _aware(moment).astimezone(UTC).isoformat()
