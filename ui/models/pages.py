"""Pages of a dossier or document, and their states in words."""

from ui import actions, messages
from ui.models.rows import RowsModel
from ui.theme import Tone
from workstation.domain.errors import ErrorNote
from workstation.domain.page import Finding, PageState
from workstation.domain.signature import SignedOriginal
from workstation.usecases.sound import doubt
from workstation.usecases.views import PageView

_SHORT = {
    "blur": "Mờ – nên quét lại",
    "dpi": "Thiếu dpi – nên quét lại",
    "dark": "Tối – nên quét lại",
    "contrast": "Nhạt – nên quét lại",
    "skew": "Nghiêng – xem lại",
    "color": "Không màu – xem lại",
    "double_feed": "Có thể hai tờ",
    "upside_down": "Chưa rõ đầu trang",
    "clipped": "Cắt mép – quét lại",
    "thumb": "Bị che – quét lại",
    "folded": "Gập góc – quét lại",
    "cut_off": "Mất phần ảnh",
    "duplicate": "Trùng trang khác",
}


_UNREAD = ("unread", "handwriting")
"""Findings that count what the machine could not read: a person has to look, but nothing is wrong with the picture."""
_TO_DO = (*_UNREAD, "streak")
"""Findings that stop nothing and yet ask something of the clerk."""


_NOTES = {"V05": "Chưa tra được thu hồi", "V13": "Chứng thư tập huấn", "V31": "Có thêm chữ ký hợp lệ khác"}
"""What is told of a signature that holds (``sound.NOTES_ONLY``)."""


def has_unread(page: PageView) -> bool:
    return any(f.code in _UNREAD for f in page.findings)


def page_state(page: PageView) -> tuple[str, Tone]:
    """What stands under a page's picture."""
    if page.separator:
        return "Tờ phân cách" if page.separator == "front" else "Mặt sau phân cách", Tone.PLAIN
    if page.dropped:
        return "Đã bỏ", Tone.PLAIN
    if page.state is PageState.QUARANTINED:
        return "Cách ly – xem lý do", Tone.BAD
    if page.state is PageState.HELD:
        return "Dừng – dấu mật", Tone.BAD
    if page.state is PageState.NEW:
        return "Đang đọc chữ", Tone.BUSY
    if page.signed is not None:
        return ("Tệp đã ký", Tone.GOOD) if doubt(page.signed.verdict) is None else ("Đã ký – xem lại", Tone.WARN)
    if page.failing:
        if page.failing[0].code == "duplicate" and page.repeats:
            return f"Trùng trang {page.repeats}", Tone.WARN
        return _SHORT.get(page.failing[0].code, "Chưa đạt – xem lại"), Tone.WARN
    if page.blank:
        return "Trang trắng", Tone.WARN
    if page.with_note and not page.pair:
        return "Thiếu ảnh ghép", Tone.WARN
    if page.pair:
        return f"Ghép với trang {page.pair}", Tone.GOOD
    return ("Giữ – có lý do" if page.kept_reason else "Đạt"), Tone.GOOD


def page_lines(page: PageView) -> list[tuple[str, Tone, bool]]:
    """The checks of one page: sentence, tone, whether it is the point."""
    if page.state is PageState.NEW:
        return [("Đang làm sạch và đọc chữ", Tone.BUSY, False)]
    if page.state is PageState.HELD:
        erase, read_on = (actions.command(name) for name in ("secret_erase", "not_secret"))
        told = messages.sentence(ErrorNote("K20", (("page", page.number),)))
        return [
            (f"{told}  K20", Tone.BAD, True),
            (f"{erase.key}: đúng là tài liệu mật – xóa (chọn cả các trang khác của văn bản đó)", Tone.INFO, False),
            (f"{read_on.key}: không phải – đọc tiếp", Tone.INFO, False),
        ]
    if page.separator:
        return [("Tờ phân cách: không vào văn bản nào, ảnh gốc vẫn giữ; nhấn Del để lấy lại thành trang", Tone.INFO, True)]
    lines: list[tuple[str, Tone, bool]] = []
    if page.error is not None:
        lines.append((f"{messages.sentence(page.error)}  {page.error.code}", Tone.BAD, False))
    if page.with_note:
        paired = f"Có giấy dán – trang ghép, ảnh không giấy ở trang {page.pair}"
        lonely = "Có giấy dán – gỡ ra rồi quét thêm trang này (F5)"
        lines.append((paired, Tone.INFO, False) if page.pair else (lonely, Tone.WARN, True))
    elif page.pair:
        lines.append((f"Trang ghép – cùng tờ với trang {page.pair} có giấy dán", Tone.INFO, False))
    if page.signed is not None:
        lines += _signed_lines(page.signed)
    if page.kept_reason:
        lines.append((f"Giữ vì: {page.kept_reason}", Tone.INFO, False))
    if page.blank and page.signed is None:
        lines.append(("Trang trắng – vẫn giữ trong hồ sơ; nhấn Del để bỏ", Tone.WARN, True))
    lines += [
        (messages.finding_line(f, other=page.repeats), Tone.WARN, True) for f in page.findings if not f.ok and _told(f, page)
    ]
    lines += [(messages.finding_line(f), Tone.WARN, False) for f in page.findings if f.code in _TO_DO]
    lines += [(words, Tone.GOOD, False) for words in _passed(page)]
    if page.rotation:
        lines.append((f"Đã tự xoay {page.rotation}°", Tone.GOOD, False))
    if abs(page.skew_deg) >= 0.1:
        lines.append((f"Đã tự xoay thẳng {messages.number(round(abs(page.skew_deg), 1))}°", Tone.GOOD, False))
    return lines


def _signed_lines(signed: SignedOriginal) -> list[tuple[str, Tone, bool]]:
    """Who signed the file before it came, and whether that holds: as far as can be told without asking anybody."""
    lines = [(f"Đã ký số: {signed.sealed.signer}", Tone.INFO, True), ("Giữ nguyên tệp, không ký lại", Tone.INFO, False)]
    unsure = doubt(signed.verdict)
    if unsure is not None:
        return [*lines, (f"{messages.sentence(unsure)}  {unsure.code}", Tone.WARN, True)]
    lines.append((f"Chữ ký còn đúng – đã xem {messages.clock_time(signed.judged_at)}", Tone.GOOD, False))
    codes = dict.fromkeys(note.code for note in signed.verdict.reasons)
    return lines + [(f"{_NOTES[code]}  {code}", Tone.INFO, False) for code in codes if code in _NOTES]


def _told(finding: Finding, page: PageView) -> bool:
    """Not twice the same: rotation, skew and blankness have their own lines. A blank page is only told what may hide print."""
    if finding.code in ("blank", *_TO_DO) or (page.blank and not finding.ok and finding not in page.failing):
        return False
    return not (finding.ok and finding.code in _SILENT)


_SILENT = ("skew", "upside_down", "folded", "thumb", "cut_off", "dark", "contrast", "duplicate", "dpi_guessed")
"""What goes without saying as long as it is good: the card has room for a few lines."""


def _passed(page: PageView) -> list[str]:
    """What is good, as short as it can be said: resolution and colour in one line."""
    good = {f.code: messages.finding_line(f) for f in page.findings if f.ok and _told(f, page)}
    if "dpi" in good and "color" in good:
        colour = good.pop("color")
        good["dpi"] += f" · {colour[0].lower()}{colour[1:]}"
    return list(good.values())


def page_model() -> RowsModel[PageView]:
    def text(page: PageView, column: int) -> str:
        unread = ", có chỗ chưa đọc được" if has_unread(page) else ""
        return f"Trang {page.number}, {page_state(page)[0]}{unread}"

    return RowsModel(lambda p: p.id, text, ("Trang",))
