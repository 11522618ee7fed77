"""Words for people: sentences of errors, and the fixed words for states, findings, gate rules, roles and fields.

No Qt in here: the command line uses it too. The sentences themselves are data in ``ui.sentences``.
"""

import re
import unicodedata
from collections.abc import Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta, timezone
from typing import Literal

from ui.findingwords import FINDING_NAMES, FINDINGS, WHOLE
from ui.sentences import MESSAGES
from ui.sentences_exchange import PEERS, REASONS
from workstation.domain.dossier import DocumentState, DossierState
from workstation.domain.errors import Actor, ErrorNote
from workstation.domain.outbox import OutboxState
from workstation.domain.page import Finding, PageState, UnreadArea
from workstation.domain.peers import DeliveryState
from workstation.domain.signature import TokenState, TokenStatus, Verdict
from workstation.usecases.views import GateCheck, GateRule

Lang = Literal["vi", "en"]
Param = str | int | float

VIETNAM = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")
"""No summer time since 1975: a fixed offset needs no time-zone data on the PC."""


_OPTIONAL = re.compile(r"\[([^\[\]]*)\]")
_PARAM = re.compile(r"\{(\w+)\}")
_ALIASES = {
    "file": ("name",),
    "sheet": ("page",),
    "value": ("have",),
    "limit": ("need",),
    "organization": ("unit", "owner"),
    "date": ("valid_until",),
}
"""Other names under which a caller may give the same thing."""


def sentence(note: ErrorNote, lang: Lang = "vi") -> str:
    """The sentence for an error, its parameters filled in; parts whose parameters are unknown are left out."""
    message = MESSAGES.get(note.code, MESSAGES["B01"])
    return fill(message.vi if lang == "vi" else message.en, dict(note.params), lang)


def peer_reason(note: ErrorNote, lang: Lang = "vi") -> str:
    """Why a dossier is not with a peer: ``bên nhận đang bận, sẽ tự chuyển lại``."""
    known = PEERS.get(note.code)
    return fill(known[lang == "en"], dict(note.params), lang) if known else sentence(note, lang)


def button(note: ErrorNote, lang: Lang = "vi") -> str:
    """What the button beside the sentence says; empty: no button."""
    message = MESSAGES.get(note.code, MESSAGES["B01"])
    return message.button_vi if lang == "vi" else message.button_en


PICTURE_FAULTS = {
    "opaque": ("ảnh phải có nền trong suốt", "it needs a transparent background"),
    "empty": ("trong ảnh không có nét nào", "there is nothing on it"),
    "blue": ("nét chữ ký phải màu xanh", "a signature has to be blue"),
    "red": ("dấu phải màu đỏ", "a seal has to be red"),
    "small": ("ảnh nhỏ quá, in ra sẽ vỡ nét", "it is too small to be printed well"),
}
"""Why a picture can't be a stamp's (C36)."""


STAMP_PLACES = {
    "S1": ("giữa chức vụ và họ tên", "between title and name"),
    "S5": ("góc trên bên phải trang 1", "the top right of page 1"),
    "S6": ("góc trên bên trái trang 1", "the top left of page 1"),
}
"""Where the stamps of the profiles stand."""
REMOTE_ASKS = {
    "pin": ("mã PIN của khóa", "the key's PIN"),
    "otp": ("mã xác nhận một lần (OTP) vừa gửi cho người ký", "the one-time code (OTP) just sent to the signer"),
    "pin otp": ("mã PIN và mã xác nhận một lần (OTP) vừa gửi", "the PIN and the one-time code (OTP) just sent"),
}
"""What a remote service wants of the signer (C37)."""


def fill(template: str, params: dict[str, Param], lang: Lang = "vi") -> str:
    def known(name: str) -> str | None:
        own = "english" if lang == "en" else "label"
        if name == "field" and own in params:
            return str(params[own])  # a field that only its document type knows
        for key in (name, *_ALIASES.get(name, ())):
            if key in params and params[key] != "":
                return _shown(name, params[key], lang)
        return None

    def put(text: str) -> str | None:
        values = {name: known(name) for name in _PARAM.findall(text)}
        if any(v is None for v in values.values()):
            return None
        return _PARAM.sub(lambda m: values[m.group(1)] or "", text)

    def choose(match: re.Match[str]) -> str:
        return next((done for part in match.group(1).split("|") if (done := put(part)) is not None), "")

    return unicodedata.normalize("NFC", put(_OPTIONAL.sub(choose, template)) or "")


def _shown(name: str, value: Param, lang: Lang) -> str:
    if name == "field":
        return field_label(str(value), lang)
    if name == "finding":
        return FINDING_NAMES[str(value)][lang == "en"] if value in FINDING_NAMES else str(value)
    if name == "source":
        return SOURCES[str(value)][lang == "en"] if value in SOURCES else str(value)
    if name == "stamp":
        return STAMP_PLACES[str(value)][lang == "en"] if value in STAMP_PLACES else str(value)
    if name == "asks":
        return REMOTE_ASKS[str(value)][lang == "en"] if value in REMOTE_ASKS else str(value)
    if name == "reason":
        return REASONS[str(value)][lang == "en"] if value in REASONS else str(value)
    if name == "fault":
        return PICTURE_FAULTS[str(value)][lang == "en"] if value in PICTURE_FAULTS else str(value)
    if name in ("state", "to"):
        return next((w[lang == "en"] for states in _STATES for s, w in states.items() if s.value == value), str(value))
    if name in ("date", "since", "next", "time") and isinstance(value, str):
        return _moment(name, value)
    if name in ("free", "missing") and isinstance(value, int | float):
        return size(value, lang)
    return number(value, lang) if isinstance(value, int | float) else value


def _moment(name: str, value: str) -> str:
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return value
    return local(at).strftime("%d/%m/%Y" if name == "date" else "%H:%M")


def local(at: datetime) -> datetime:
    """In Viet Nam, if it has a zone. A certificate without a defined end says 9999-12-31 23:59:59 UTC (RFC 5280, 4.1.2.5): with
    seven hours more there is no such day, and it stays as it is."""
    with suppress(OverflowError):
        return at.astimezone(VIETNAM) if at.tzinfo else at
    return at


def number(value: float, lang: Lang = "vi", digits: int = 1) -> str:
    """``1234.5`` → ``1.234,5`` (Vietnamese), without a fraction that says nothing."""
    text = f"{value:,.0f}" if float(value).is_integer() or abs(value) >= 100 else f"{value:,.{digits}f}"
    return text if lang == "en" else text.translate(str.maketrans(",.", ".,"))


def size(count: float, lang: Lang = "vi") -> str:
    """Bytes as people read them: ``780 KB``, ``1,2 MB``."""
    for unit, factor in (("GB", 1e9), ("MB", 1e6), ("KB", 1e3)):
        if count >= factor:
            return f"{number(round(count / factor, 1), lang)} {unit}"
    return f"{int(count)} byte"


def clock_time(at: datetime, seconds: bool = False) -> str:
    return at.astimezone(VIETNAM).strftime("%H:%M:%S" if seconds else "%H:%M")


def moment(value: str) -> str:
    """ISO time → ``dd/MM/yyyy HH:mm`` in Vietnam; anything else as it is."""
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return value
    return local(at).strftime("%d/%m/%Y %H:%M")


def day(value: str) -> str:
    """ISO date → ``dd/MM/yyyy``; anything else as it is."""
    try:
        return date.fromisoformat(value[:10]).strftime("%d/%m/%Y")
    except ValueError:
        return value


Words = tuple[str, str]
"""Vietnamese, English."""

DOCUMENT_STATES: dict[DocumentState, Words] = {
    DocumentState.NEW: ("Mới quét", "scanned"),
    DocumentState.TO_INDEX: ("Chờ nhập", "to index"),
    DocumentState.TO_CHECK: ("Chờ kiểm tra", "to verify"),
    DocumentState.TO_SETTLE: ("Chờ phân định", "to settle"),
    DocumentState.PASSED: ("Đạt", "passed"),
    DocumentState.TO_SIGN: ("Chờ ký", "to sign"),
    DocumentState.TO_SEAL: ("Chờ đóng dấu", "to seal"),
    DocumentState.SIGNED: ("Đã ký", "signed"),
    DocumentState.EXEMPT: ("Không cần ký", "no signature needed"),
    DocumentState.RETURNED: ("Trả lại", "sent back"),
    DocumentState.REFUSED: ("Từ chối ký", "refused"),
}
DOSSIER_STATES: dict[DossierState, Words] = {
    DossierState.SCANNING: ("Đang quét", "scanning"),
    DossierState.PROCESSING: ("Đang xử lý", "in work"),
    DossierState.READY: ("Đủ điều kiện", "ready"),
    DossierState.QUEUED: ("Chờ gửi", "queued"),
    DossierState.RECEIVED: ("Đã tiếp nhận", "received"),
    DossierState.REJECTED: ("Bị trả", "returned"),
}
OUTBOX_STATES: dict[OutboxState, Words] = {
    OutboxState.QUEUED: ("Chờ gửi", "queued"),
    OutboxState.SENDING: ("Đang gửi", "sending"),
    OutboxState.UNKNOWN: ("Chưa rõ kết quả", "unknown"),
    OutboxState.RECEIVED: ("Đã tiếp nhận", "received"),
    OutboxState.REJECTED: ("Bị trả", "returned"),
    OutboxState.PAUSED: ("Tạm dừng", "paused"),
}
DELIVERY_STATES: dict[DeliveryState, Words] = {
    DeliveryState.QUEUED: ("Chờ chuyển", "waiting"),
    DeliveryState.SENDING: ("Đang chuyển", "on its way"),
    DeliveryState.UNKNOWN: ("Chưa rõ kết quả", "unknown"),
    DeliveryState.DELIVERED: ("Đã chuyển", "delivered"),
    DeliveryState.REJECTED: ("Bị trả", "returned"),
}
PAGE_STATES: dict[PageState, Words] = {
    PageState.NEW: ("Đang đọc chữ", "OCR running"),
    PageState.READ: ("Đạt", "passed"),
    PageState.QUARANTINED: ("Cách ly", "set aside"),
    PageState.HELD: ("Dừng – dấu mật", "stopped: mark of secrecy"),
}
TOKEN_STATES: dict[TokenState, Words] = {
    TokenState.READY: ("Đã cắm USB ký số", "Signing token ready"),
    TokenState.UNKNOWN: ("Đang đọc khóa ký…", "Reading the signing key…"),
    TokenState.ABSENT: ("Chưa cắm USB ký số", "No signing token"),
    TokenState.PIN_LOW: ("Còn ít lần nhập PIN", "Few PIN tries left"),
    TokenState.PIN_FINAL: ("Còn 1 lần nhập PIN", "1 PIN try left"),
    TokenState.LOCKED: ("USB ký số đã bị khóa", "Token locked"),
    TokenState.EXPIRED: ("Chứng thư đã hết hạn", "Certificate expired"),
    TokenState.NO_KEY: ("Thiết bị không có khóa ký", "No key on the device"),
    TokenState.NO_LIBRARY: ("Thiếu phần mềm USB ký số", "Token software missing"),
    TokenState.SEVERAL: ("Có nhiều chứng thư, chưa chọn", "Several certificates, none chosen"),
}
TOKEN_CODES: dict[TokenState, str] = {
    TokenState.ABSENT: "C01",
    TokenState.PIN_LOW: "C02",
    TokenState.PIN_FINAL: "C02",
    TokenState.LOCKED: "C03",
    TokenState.EXPIRED: "C05",
    TokenState.NO_KEY: "C07",
    TokenState.NO_LIBRARY: "C10",
    TokenState.SEVERAL: "C20",
}
VERDICTS: dict[Verdict, Words] = {
    Verdict.VALID: ("Chữ ký hợp lệ", "Signature valid"),
    Verdict.INDETERMINATE: ("Chưa kết luận được", "No conclusion"),
    Verdict.INVALID: ("Chữ ký không hợp lệ", "Signature not valid"),
    Verdict.UNSIGNED: ("Không có chữ ký số", "Not signed"),
    Verdict.UNREADABLE: ("Không đọc được tệp", "File unreadable"),
}
_STATES: tuple[dict[DocumentState, Words] | dict[DossierState, Words] | dict[OutboxState, Words], ...] = (
    DOCUMENT_STATES,
    DOSSIER_STATES,
    OUTBOX_STATES,
)
ROLES: dict[str, Words] = {
    "clerk": ("Cán bộ số hóa", "Clerk"),
    "checker": ("Người kiểm tra", "Checker"),
    "official": ("Người ký", "Official"),
    "registrar": ("Văn thư", "Registrar"),
    "admin": ("Quản trị", "Administrator"),
}
ACTORS: dict[Actor, Words] = {
    Actor.NOBODY: ("Máy tự làm tiếp", "The program goes on by itself"),
    Actor.CLERK: ("Cán bộ số hóa xử lý", "The clerk acts"),
    Actor.CHECKER: ("Người kiểm tra xử lý", "The checker acts"),
    Actor.OFFICIAL: ("Người ký xử lý", "The official acts"),
    Actor.IT: ("Quản trị máy xử lý", "IT acts"),
    Actor.WARD_ADMIN: ("Quản trị hệ thống phường xử lý", "The ward's administrator acts"),
    Actor.DEVELOPER: ("Gửi nhà phát triển", "Send it to the developers"),
}
FIELDS: dict[str, Words] = {
    "type_name": ("Loại văn bản", "Document type"),
    "number": ("Số văn bản", "Number"),
    "notation": ("Ký hiệu", "Notation"),
    "issued_date": ("Ngày ban hành", "Date of issue"),
    "parent_organ": ("Cơ quan cấp trên", "Parent agency"),
    "organ_name": ("Cơ quan ban hành", "Issuing agency"),
    "place": ("Địa danh", "Place"),
    "secrecy": ("Độ mật", "Secrecy"),
    "urgency": ("Độ khẩn", "Urgency"),
    "subject": ("Trích yếu", "Subject"),
    "addressees": ("Kính gửi", "Addressees"),
    "signer_authority": ("Quyền hạn ký", "Signing capacity"),
    "signer_name": ("Người ký", "Signer"),
    "signer_title": ("Chức vụ", "Position"),
    "recipients": ("Nơi nhận", "Recipients"),
    "person_name": ("Họ tên đối tượng", "Person concerned"),
    "identity_number": ("Số định danh", "Identity number"),
    "reason": ("Lý do", "Reason"),
    "procedure": ("Mã thủ tục", "Procedure code"),
    "supervisor": ("Người giám sát", "Supervisor"),
    "risk": ("Mức rủi ro", "Risk class"),
    "paper": ("Số tờ, số trang", "Sheets and pages"),
}
SOURCES: dict[str, Words] = {
    "paper": ("bản giấy", "paper"),
    "electronic": ("văn bản điện tử", "an electronic document"),
    "original": ("bản gốc, bản chính", "an original"),
    "sao-y": ("bản sao y", "a SAO Y"),
    "copy": ("bản sao khác", "another copy"),
}
"""What a copy is made of."""
GATE: dict[GateRule, tuple[str, str, str, str]] = {
    # passed and failed in Vietnamese, passed and failed in English
    GateRule.QUALITY: ("Ảnh đủ nét[, {dpi} dpi], màu", "Ảnh chưa đạt chất lượng",
                       "Pictures sharp[, {dpi} dpi], colour", "Pictures not good enough"),
    GateRule.PAGES: ("Đủ trang[: {have}/{need}]", "Thiếu trang[: {have}/{need}]",
                     "All pages[: {have}/{need}]", "Pages missing[: {have}/{need}]"),
    GateRule.CONFORMANCE: ("[{level}|PDF/A], có lớp chữ tìm kiếm", "Chưa đúng chuẩn PDF/A",
                           "[{level}|PDF/A], with searchable text", "Not PDF/A"),
    GateRule.FIELDS: ("Đủ trường bắt buộc[ ({have}/{need})]", "Thiếu trường bắt buộc[ ({have}/{need})]",
                      "Required fields complete[ ({have}/{need})]", "Required fields missing[ ({have}/{need})]"),
    GateRule.FOUR_EYES: ("Người nhập khác người kiểm tra", "Người nhập trùng người kiểm tra",
                         "Entered and checked by two people", "Entered and checked by one person"),
    GateRule.CERTIFICATE: ("Tên cơ quan trên chứng thư khớp", "Tên cơ quan trên chứng thư khác",
                           "The certificate's agency matches", "The certificate's agency differs"),
    GateRule.AUTHORITY: ("Ký đúng thẩm quyền[ ({entry})]", "Chưa có ủy quyền ký",
                         "Authority to sign[ ({entry})]", "No authority to sign"),
    GateRule.PICTURE: ("Có ảnh chữ ký tay", "Chọn ảnh bằng Ctrl+I",
                       "Picture of the signature at hand", "No picture of the signature yet (Ctrl+I)"),
    GateRule.LEADER: ("Đã ký[: {signer}]", "Người có thẩm quyền chưa ký", "Signed[ by {signer}]", "Not signed by the official"),
    GateRule.NUMBERING: ("Ký hiệu[ {notation}]", "Chưa có ký hiệu để vào số",
                         "Symbol[ {notation}]", "No symbol to number it under"),
    GateRule.AGENCY: ("Chứng thư của cơ quan", "Chứng thư của người khác",
                      "The agency's certificate", "Not the agency's certificate"),
    GateRule.SEAL: ("Có ảnh dấu cơ quan", "Chọn ảnh bằng Ctrl+I",
                    "Picture of the seal at hand", "No picture of the seal yet (Ctrl+I)"),
    GateRule.PLACEMENT: ("Chữ ký đặt [{stamp}|góc trên bên phải trang 1]", "Không có chỗ đặt chữ ký",
                         "Stamp at [{stamp}|the top right of page 1]", "No room for the stamp"),
    GateRule.CAME_SIGNED: ("Chữ ký số có sẵn còn đúng[: {signer}]", "Chữ ký số có sẵn chưa tin được",
                           "The signature that it came with holds[: {signer}]", "The signature that it came with can't be relied on"),
}  # fmt: skip
_GATE_SHORT = {
    "A01": "Trang {page} thiếu dpi",
    "A02": "Trang {page} mờ",
    "A05": "Trang {page} cắt mép",
    "A06": "Trang {page} trùng trang {other}",
    "A07": "Trang {page} bị che",
    "A08": "Trang {page} chưa rõ chiều",
    "A09": "Trang {page} tối",
    "K01": "Thiếu {field}",
    "K02": "Sai {field}",
    "K03": "Cùng người nhập",
    "K05": "Hai lần nhập khác nhau",
    "K09": "Chờ người thứ ba",
    "K12": "Không được bỏ {field}",
    "C06": "Khác tên đơn vị",
    "C31": "Thiếu ủy quyền {form}",
    "C33": "Khác USB cơ quan",
    "C34": "Thiếu ảnh dấu",
    "C35": "Thiếu ảnh chữ ký",
}


def field_label(name: str, lang: Lang = "vi") -> str:
    return FIELDS[name][lang == "en"] if name in FIELDS else name


def role(key: str, lang: Lang = "vi") -> str:
    return ROLES[key][lang == "en"] if key in ROLES else key


def actor(who: Actor, lang: Lang = "vi") -> str:
    return ACTORS[who][lang == "en"]


def token_note(token: TokenStatus) -> ErrorNote:
    """What is wrong with the token as a coded note; ``C01`` where its state has no code of its own."""
    params = (("date", token.valid_until),) if token.valid_until else ()
    return ErrorNote(TOKEN_CODES.get(token.state, "C01"), params)


def finding_line(finding: Finding, lang: Lang = "vi", other: int = 0) -> str:
    """``Độ nét thấp (41/100, cần từ 60)``. ``other``: number of the page that it is about, if any."""
    if finding.code not in FINDINGS:
        words = ("Đạt" if finding.ok else "Chưa đạt") if lang == "vi" else ("Good" if finding.ok else "Not good")
        return f"{words}: {finding.code} {number(finding.value, lang)}"
    template = FINDINGS[finding.code][(0 if finding.ok else 1) + (2 if lang == "en" else 0)]
    digits = 0 if finding.code in WHOLE else 1
    about = {"other": other} if other else {}
    return fill(template, {"value": round(finding.value, digits), "limit": round(finding.limit, digits), **about}, lang)


UNREAD: dict[str, tuple[str, str]] = {
    "lost_line": ("Dòng chưa đọc được", "Line not read"),
    "handwriting": ("Chữ viết tay", "Handwriting"),
    "stamp": ("Dấu hoặc chữ ký", "Seal or signature"),
    "picture": ("Hình ảnh", "Picture"),
}
"""What the machine could not read on a page, by the kind of area."""
TO_TYPE = ("lost_line", "handwriting")
"""Kinds whose words are missing from the text: a person has to look."""


def unread_tip(area: UnreadArea, lang: Lang = "vi") -> str:
    """What an area is, with what was read in it or what to do about it."""
    name = UNREAD[area.kind][0 if lang == "vi" else 1]
    if area.note:
        return f"{name}: {area.note}"
    if area.kind in TO_TYPE:
        return f"{name} – xem ảnh, nhập tay nếu cần" if lang == "vi" else f"{name} – look at the picture, type if needed"
    return name


def unread_line(areas: Sequence[UnreadArea], lang: Lang = "vi") -> str:
    """The sentence over a page with unread words; empty if there are none."""
    lines, hands = (sum(a.kind == kind for a in areas) for kind in TO_TYPE)
    if lang == "en":
        counts = [f"{n} {word}{'s' * (n > 1)}" for n, word in ((lines, "line"), (hands, "handwritten place")) if n]
        return f"{' and '.join(counts)} on this page not read – look at the dashed frames." if counts else ""
    counts = [f"{n} {word}" for n, word in ((lines, "dòng"), (hands, "chỗ viết tay")) if n]
    return f"Trang này có {' và '.join(counts)} chưa đọc được – xem chỗ khung nét đứt." if counts else ""


def gate_line(check: GateCheck, lang: Lang = "vi") -> str:
    """One line of the list before signing; a failed check adds where it failed."""
    template = GATE[check.rule][(0 if check.ok else 1) + (2 if lang == "en" else 0)]
    line = fill(template, dict(check.detail), lang)
    short = gate_short(check) if lang == "vi" and not check.ok else ""
    return f"{line} – {short[0].lower()}{short[1:]}" if short and short != line and check.note else line


def gate_short(check: GateCheck) -> str:
    """What the queue's row says of a failed check: ``Trang 2 mờ``."""
    if check.note and check.note.code in _GATE_SHORT:
        lower = {"field": lambda v: field_label(v).lower(), "label": str.lower}
        params = {k: lower[k](str(v)) if k in lower else v for k, v in check.note.params}
        if text := fill(_GATE_SHORT[check.note.code], params):
            return text
    return fill(GATE[check.rule][1], dict(check.detail))
