"""What the report on one file's signatures says: the fields that TT 15/2025/TT-BKHCN asks a verifying program to show."""

from datetime import datetime

from signing.paper import Paper, Row, Section, Words
from signing.stamp import format_time
from ui.messages import VERDICTS, sentence
from workstation.domain.errors import ErrorNote
from workstation.domain.signature import FileVerdict, SignatureReport, Verdict

_INTEGRITY = {
    "whole_file": Words("Nguyên vẹn, chữ ký bao cả tệp", "Intact, the signature covers the whole file"),
    "revision": Words("Nguyên vẹn ở phần đã ký, sau đó tệp có phần thêm", "The signed part is intact, the file was added to"),
    "partial": Words("Chữ ký chỉ bao một phần của tệp", "The signature covers only a part of the file"),
}
_BROKEN = Words("Không nguyên vẹn", "Not intact")
_NOT_CHECKED = Words("Không kiểm tra được", "Could not be checked")
_CHANGES = {
    "none": Words("Không có", "None"),
    "lta": Words("Chỉ dữ liệu lưu trữ lâu dài của chữ ký", "Only long-term validation data"),
    "form": Words("Có ô được điền hoặc chữ ký khác được thêm", "Form fields filled in or another signature added"),
    "annotation": Words("Có ghi chú được thêm", "Annotations added"),
    "content": Words("Có nội dung được thêm hoặc sửa", "Content added or changed"),
    "unknown": _NOT_CHECKED,
}
_REVOCATION = {
    "good": Words("Không bị thu hồi", "Not revoked"),
    "revoked": Words("Đã bị thu hồi", "Revoked"),
    "unknown": Words("Chưa biết", "Not known"),
}
_NOBODY_TO_ASK = Words("Chứng thư không ghi nơi tra cứu thu hồi", "The certificate names no revocation service")
_STORES = {
    "government": Words("Gốc chuyên dùng công vụ (Ban Cơ yếu Chính phủ)", "Government root, for official duty"),
    "national": Words("Gốc quốc gia (chữ ký số công cộng)", "National root, for public signatures"),
    "training": Words("Gốc tập huấn – không có giá trị pháp lý", "Training root, without legal effect"),
    "local": Words("Gốc do đơn vị tự thêm", "Root added by the office"),
}
_NO_ROOT = Words("Không nối được tới gốc tin cậy nào", "No trusted root")
_PERIOD = {
    True: Words("Chứng thư có hiệu lực tại thời điểm ký", "The certificate was valid at the time of signing"),
    False: Words("Chứng thư không có hiệu lực tại thời điểm ký", "The certificate was not valid at the time of signing"),
    None: _NOT_CHECKED,
}
_INDICATIONS = {
    "TOTAL-PASSED": VERDICTS[Verdict.VALID],
    "INDETERMINATE": VERDICTS[Verdict.INDETERMINATE],
    "TOTAL-FAILED": VERDICTS[Verdict.INVALID],
}
_NOT_TOLD = Words("Không ghi", "Not stated")
_SIGNER = {False: ("Người ký", "Signer"), True: ("Máy cấp dấu thời gian", "Time-stamping unit")}


def verdict_paper(name: str, verdict: FileVerdict, *, made: datetime, by: str, offline: bool) -> Paper:
    """``name``: of the file, without its folder; ``made``: aware."""
    tone = "good" if verdict.green else "bad" if verdict.verdict in (Verdict.INVALID, Verdict.UNREADABLE) else "warn"
    told = {note for report in verdict.signatures for note in report.reasons}
    rest = tuple(note for note in verdict.reasons if note not in told)
    rows = [
        _row("Tên tệp", "File name", Words(name)),
        _row("SHA-256", "", _told(verdict.sha256)),
        _row("Thời điểm kiểm tra", "Time of verification", Words(format_time(made))),
        _row("Có hỏi đơn vị cấp qua mạng", "Issuers asked on line", Words("Không", "No") if offline else Words("Có", "Yes")),
        _row("Số chữ ký", "Signatures", Words(str(len(verdict.signatures)))),
    ]
    if rest:
        rows.append(Row(Words("Lý do", "Reasons"), _reasons(rest)))
    about = Section(Words("Tệp được kiểm tra", "The file"), tuple(rows))
    signatures = (_signature(number, report) for number, report in enumerate(verdict.signatures, 1))
    title = Words("Kết quả kiểm tra chữ ký số", "Verification report on digital signatures")
    return Paper(title, Words(*VERDICTS[verdict.verdict]), tone, (about, *signatures), made, by)


def _signature(number: int, report: SignatureReport) -> Section:
    stamp = report.level == "DTS"
    vi, en = ("Dấu thời gian", "Time-stamp") if stamp else ("Chữ ký", "Signature")
    title = Words(f"{vi} {number}", f"{en} {number}")
    sub = f" – {report.subindication}" if report.subindication else ""
    vi, en = _INDICATIONS[report.indication]
    rows = (
        _row("Kết luận", "Verdict", Words(vi, f"{en} ({report.indication}{sub})")),
        Row(Words("Lý do", "Reasons"), _reasons(report.reasons)),
        _row(*_SIGNER[stamp], _told(report.signer)),
        _row("Đơn vị quản lý", "Managing unit", _told(report.organization)),
        _row("Đơn vị cấp chứng thư", "Issuing authority", _told(report.issuer)),
        _row("Gốc tin cậy", "Trust store", _store(report)),
        _row("Thời hạn chứng thư", "Certificate period", _period(report)),
        _row("Thời điểm ký (người ký khai)", "Signing time as claimed", _time(report.signing_time)),
        _row("Dấu thời gian", "Time-stamp", _time(report.timestamp)),
        _row("Hiệu lực tại thời điểm ký", "Validity at signing time", _PERIOD[report.in_period]),
        _row("Tình trạng thu hồi", "Revocation", _revocation(report)),
        _row("Tính toàn vẹn", "Integrity", _integrity(report)),
        _row("Thay đổi sau khi ký", "Changes after signing", _CHANGES[report.changes_after]),
        _row("Thuật toán", "Algorithms", _told(report.mechanism)),
        _row("Mức chữ ký", "Level", Words(f"PAdES {report.level}")),
    )
    without = {"Signing time as claimed", "Level"} if stamp else set()
    return Section(title, tuple(row for row in rows if row.label.en not in without))


def _store(report: SignatureReport) -> Words:
    """A chain that was given up for another reason, as a weak algorithm, may well lead to a root."""
    if report.trust_store:
        return _STORES[report.trust_store]
    return _NO_ROOT if {note.code for note in report.reasons} & {"V03", "V23", "V24"} else _NOT_CHECKED


def _revocation(report: SignatureReport) -> Words:
    if report.revocation == "unknown" and report.trusted:
        return _NOBODY_TO_ASK  # where one could have been asked, not knowing costs the trust
    return _REVOCATION[report.revocation]


def _row(vi: str, en: str, value: Words) -> Row:
    return Row(Words(vi, en), (value,))


def _told(text: str) -> Words:
    return Words(text) if text else _NOT_TOLD


def _time(moment: str | None) -> Words:
    return Words(format_time(datetime.fromisoformat(moment))) if moment else Words("Chưa có", "None")


def _period(report: SignatureReport) -> Words:
    if report.valid_from is None or report.valid_until is None:
        return _NOT_TOLD
    first, last = (format_time(datetime.fromisoformat(moment)) for moment in (report.valid_from, report.valid_until))
    return Words(f"{first} – {last}")


def _integrity(report: SignatureReport) -> Words:
    codes = {note.code for note in report.reasons}
    if codes & {"V01", "V15"}:
        return _BROKEN
    if codes & {"V06", "V26"} and not codes & {"V14"}:
        return _NOT_CHECKED
    return _INTEGRITY[report.coverage]


def _reasons(notes: tuple[ErrorNote, ...]) -> tuple[Words, ...]:
    if not notes:
        return (Words("Không có điểm nào phải lưu ý", "Nothing to note"),)
    told = dict.fromkeys((f"{note.code}: {sentence(note)}", f"{note.code}: {sentence(note, 'en')}") for note in notes)
    return tuple(Words(vi, en) for vi, en in told)
