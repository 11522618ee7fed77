"""Pages of a dossier or document, and their states in words."""

from ui import messages
from ui.models.rows import RowsModel
from ui.theme import Tone
from workstation.domain.page import Finding, PageState
from workstation.usecases.views import PageView

_SHORT = {
    "blur": "Mờ – nên quét lại",
    "dpi": "Thiếu dpi – nên quét lại",
    "dark": "Tối – nên quét lại",
    "contrast": "Nhạt – nên quét lại",
    "skew": "Nghiêng – xem lại",
    "color": "Không màu – xem lại",
    "upside_down": "Ngược – xem lại",
}


_UNREAD = ("unread", "handwriting")
"""Findings that count what the machine could not read: a person has to look, but nothing is wrong with the picture."""


def has_unread(page: PageView) -> bool:
    return any(f.code in _UNREAD for f in page.findings)


def page_state(page: PageView) -> tuple[str, Tone]:
    """What stands under a page's picture."""
    if page.dropped:
        return "Đã bỏ", Tone.PLAIN
    if page.state is PageState.QUARANTINED:
        return "Cách ly – xem lý do", Tone.BAD
    if page.state is PageState.NEW:
        return "Đang đọc chữ", Tone.BUSY
    if page.blank:
        return "Trang trắng", Tone.WARN
    if page.failing:
        return _SHORT.get(page.failing[0].code, "Chưa đạt – xem lại"), Tone.WARN
    return ("Giữ – có lý do" if page.kept_reason else "Đạt"), Tone.GOOD


def page_lines(page: PageView) -> list[tuple[str, Tone, bool]]:
    """The checks of one page: sentence, tone, whether it is the point."""
    if page.state is PageState.NEW:
        return [("Đang làm sạch và đọc chữ", Tone.BUSY, False)]
    lines: list[tuple[str, Tone, bool]] = []
    if page.error is not None:
        lines.append((f"{messages.sentence(page.error)}  {page.error.code}", Tone.BAD, False))
    if page.kept_reason:
        lines.append((f"Giữ vì: {page.kept_reason}", Tone.INFO, False))
    if page.blank:
        lines.append(("Trang trắng – vẫn giữ trong hồ sơ; nhấn Del để bỏ", Tone.WARN, True))
    lines += [(messages.finding_line(f), Tone.WARN, True) for f in page.findings if not f.ok and _told(f, page)]
    lines += [(messages.finding_line(f), Tone.WARN, False) for f in page.findings if f.code in _UNREAD]
    lines += [(messages.finding_line(f), Tone.GOOD, False) for f in page.findings if f.ok and _told(f, page)]
    if page.rotation:
        lines.append((f"Đã tự xoay {page.rotation}°", Tone.GOOD, False))
    if abs(page.skew_deg) >= 0.1:
        lines.append((f"Đã tự xoay thẳng {messages.number(round(abs(page.skew_deg), 1))}°", Tone.GOOD, False))
    return lines


def _told(finding: Finding, page: PageView) -> bool:
    """Not twice the same: rotation, skew and blankness have their own lines."""
    return finding.code not in ("upside_down", "blank", *_UNREAD) and not (finding.code == "skew" and finding.ok)


def page_model() -> RowsModel[PageView]:
    def text(page: PageView, column: int) -> str:
        unread = ", có chỗ chưa đọc được" if has_unread(page) else ""
        return f"Trang {page.number}, {page_state(page)[0]}{unread}"

    return RowsModel(lambda p: p.id, text, ("Trang",))
