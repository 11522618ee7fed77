"""What is said about each signature of a file, on the screen and in the report: what TT 15/2025/TT-BKHCN asks a verifying program
to show, each in Vietnamese and English (empty: nothing to translate, as with a name)."""

from dataclasses import dataclass
from datetime import datetime

from ui import messages
from ui.messages import VERDICTS, Words
from workstation.domain.errors import ErrorNote
from workstation.domain.signature import FileVerdict, SignatureReport, Verdict

_INTEGRITY = {
    "whole_file": ("Nguyên vẹn, chữ ký bao cả tệp", "Intact, the signature covers the whole file"),
    "revision": ("Nguyên vẹn ở phần đã ký, sau đó tệp có phần thêm", "The signed part is intact, the file was added to"),
    "partial": ("Chữ ký chỉ bao một phần của tệp", "The signature covers only a part of the file"),
}
_BROKEN = ("Không nguyên vẹn", "Not intact")
_NOT_CHECKED = ("Không kiểm tra được", "Could not be checked")
_CHANGES = {
    "none": ("Không có", "None"),
    "lta": ("Chỉ dữ liệu lưu trữ lâu dài của chữ ký", "Only long-term validation data"),
    "form": ("Có ô được điền hoặc chữ ký khác được thêm", "Form fields filled in or another signature added"),
    "annotation": ("Có ghi chú được thêm", "Annotations added"),
    "content": ("Có nội dung được thêm hoặc sửa", "Content added or changed"),
    "unknown": _NOT_CHECKED,
}
_ONLY_SIGNED = ("Chỉ có thêm chữ ký hợp lệ khác", "Only further valid signatures")
_REVOCATION = {
    "good": ("Không bị thu hồi", "Not revoked"),
    "revoked": ("Đã bị thu hồi", "Revoked"),
    "unknown": ("Chưa biết", "Not known"),
}
_NOBODY_TO_ASK = ("Chứng thư không ghi nơi tra cứu thu hồi", "The certificate names no revocation service")
_STORES = {
    "government": ("Gốc chuyên dùng công vụ (Ban Cơ yếu Chính phủ)", "Government root, for official duty"),
    "national": ("Gốc quốc gia (chữ ký số công cộng)", "National root, for public signatures"),
    "training": ("Gốc tập huấn – không có giá trị pháp lý", "Training root, without legal effect"),
    "local": ("Gốc do đơn vị tự thêm", "Root added by the office"),
}
_NO_ROOT = ("Không nối được tới gốc tin cậy nào", "No trusted root")
_PERIOD = {
    True: ("Chứng thư có hiệu lực tại thời điểm ký", "The certificate was valid at the time of signing"),
    False: ("Chứng thư không có hiệu lực tại thời điểm ký", "The certificate was not valid at the time of signing"),
    None: _NOT_CHECKED,
}
_INDICATIONS = {
    "TOTAL-PASSED": VERDICTS[Verdict.VALID],
    "INDETERMINATE": VERDICTS[Verdict.INDETERMINATE],
    "TOTAL-FAILED": VERDICTS[Verdict.INVALID],
}
_NOT_TOLD = ("Không ghi", "Not stated")
_SIGNER = {False: ("Người ký", "Signer"), True: ("Máy cấp dấu thời gian", "Time-stamping unit")}


@dataclass(frozen=True, slots=True)
class Fact:
    label: Words
    value: Words


@dataclass(frozen=True, slots=True)
class Told:
    """One signature. The reasons stand apart from the facts: each is a sentence with its code."""

    title: Words
    indication: str
    """AdES: TOTAL-PASSED, INDETERMINATE or TOTAL-FAILED."""
    subindication: str
    """AdES, as REVOKED; empty: none."""
    verdict: Words
    reasons: tuple[ErrorNote, ...]
    facts: tuple[Fact, ...]


def exact(moment: str | None) -> Words:
    """An ISO time with a zone, to the second in Viet Nam."""
    if not moment:
        return ("Chưa có", "None")
    at = messages.local(datetime.fromisoformat(moment))
    return (f"{at:%d/%m/%Y %H:%M:%S} {at.isoformat()[-6:]}", "")


def told(number: int, report: SignatureReport) -> Told:
    """``number``: from 1 in the file."""
    stamp = report.level == "DTS"
    vi, en = ("Dấu thời gian", "Time-stamp") if stamp else ("Chữ ký", "Signature")
    facts = (
        Fact(_SIGNER[stamp], _text(report.signer)),
        Fact(("Đơn vị quản lý", "Managing unit"), _text(report.organization)),
        Fact(("Đơn vị cấp chứng thư", "Issuing authority"), _text(report.issuer)),
        Fact(("Gốc tin cậy", "Trust store"), _store(report)),
        Fact(("Thời hạn chứng thư", "Certificate period"), _period(report)),
        Fact(("Thời điểm ký (người ký khai)", "Signing time as claimed"), exact(report.signing_time)),
        Fact(("Dấu thời gian", "Time-stamp"), exact(report.timestamp)),
        Fact(("Hiệu lực tại thời điểm ký", "Validity at signing time"), _PERIOD[report.in_period]),
        Fact(("Tình trạng thu hồi", "Revocation"), _revocation(report)),
        Fact(("Tính toàn vẹn", "Integrity"), _integrity(report)),
        Fact(("Thay đổi sau khi ký", "Changes after signing"), _changes(report)),
        Fact(("Thuật toán", "Algorithms"), _text(report.mechanism)),
        Fact(("Mức chữ ký", "Level"), (f"PAdES {report.level}", "")),
    )
    without = {"Signing time as claimed", "Level"} if stamp else set()
    kept = tuple(fact for fact in facts if fact.label[1] not in without)
    title, sub = (f"{vi} {number}", f"{en} {number}"), report.subindication or ""
    return Told(title, report.indication, sub, _INDICATIONS[report.indication], report.reasons, kept)


def of_the_file(verdict: FileVerdict) -> tuple[ErrorNote, ...]:
    """The reasons that belong to no signature of it."""
    of_signatures = {note for report in verdict.signatures for note in report.reasons}
    return tuple(note for note in verdict.reasons if note not in of_signatures)


def _store(report: SignatureReport) -> Words:
    """A chain that was given up for another reason, as a weak algorithm, may well lead to a root."""
    if report.trust_store:
        return _STORES[report.trust_store]
    return _NO_ROOT if {note.code for note in report.reasons} & {"V03", "V23", "V24"} else _NOT_CHECKED


def _revocation(report: SignatureReport) -> Words:
    if report.revocation == "unknown" and report.trusted:
        return _NOBODY_TO_ASK  # where one could have been asked, not knowing costs the trust
    return _REVOCATION[report.revocation]


def _text(text: str) -> Words:
    return (text, "") if text else _NOT_TOLD


def _period(report: SignatureReport) -> Words:
    if report.valid_from is None or report.valid_until is None:
        return _NOT_TOLD
    return (f"{exact(report.valid_from)[0]} – {exact(report.valid_until)[0]}", "")


def _changes(report: SignatureReport) -> Words:
    """V31: the change was nothing but further signatures, each of which holds."""
    return _ONLY_SIGNED if any(note.code == "V31" for note in report.reasons) else _CHANGES[report.changes_after]


def _integrity(report: SignatureReport) -> Words:
    codes = {note.code for note in report.reasons}
    if codes & {"V01", "V15"}:
        return _BROKEN
    if codes & {"V06", "V26"} and not codes & {"V14"}:
        return _NOT_CHECKED
    return _INTEGRITY[report.coverage]
