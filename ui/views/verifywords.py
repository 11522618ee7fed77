"""Sentences of Verify, and what of a piece of text belongs into which field."""

import re

from ui import dates, messages
from ui.theme import Tone
from ui.views.verifyrows import FieldRow, Mark
from workstation.domain.doctype import FieldDefinition, ValueKind
from workstation.domain.dossier import DocumentState
from workstation.domain.errors import ErrorNote
from workstation.domain.page import PageState
from workstation.usecases.views import DocumentView, PageView

STEPS = {
    DocumentState.TO_INDEX: "nhập",
    DocumentState.REFUSED: "nhập lại",
    DocumentState.TO_CHECK: "kiểm tra",
    DocumentState.TO_SETTLE: "phân định",
}
_NUMBER, _IDENTITY = re.compile(r"[0-9]{1,11}[A-Za-zĐđ]?"), re.compile(r"[0-9]{12}|[0-9]{9}")
_NOTATION = re.compile(r"[0-9]\s*/\s*(\S+)")
DIGITS = (ValueKind.NUMBER, ValueKind.IDENTITY)
"""Fields of these kinds hold a number only, and are read as such."""


def fitted(field: FieldDefinition, text: str) -> str:
    """What of the text in a drawn box is the field's value; all of it where nothing has the field's form."""
    if field.kind in (ValueKind.DATE, ValueKind.BIRTH):
        found = dates.found(text)
        return found.isoformat() if found else text
    if field.kind in DIGITS:
        number = field.kind is ValueKind.NUMBER
        match = (_NUMBER if number else _IDENTITY).search(text if number else re.sub(r"[\s.]", "", text))
        return match[0] if match else text
    if field.name == "notation" and (match := _NOTATION.search(text)):
        return match[1]
    return text


def banner(document: DocumentView, live: tuple[PageView, ...]) -> tuple[str, Tone] | None:
    """A page that was stopped, reading still under way, why the document came back, or what is asked of this person."""
    if (stopped := next((p.number for p in live if p.state is PageState.HELD), None)) is not None:
        return messages.sentence(ErrorNote("K20", (("page", stopped),))), Tone.BAD
    waiting = sum(p.state is PageState.NEW for p in live)
    if waiting:
        return f"Đang đọc chữ trang {len(live) - waiting + 1}/{len(live)} – nhập tay được ngay", Tone.BUSY
    if document.reason:
        who = f" ({document.returned_by})" if document.returned_by else ""
        return f"Bị trả{who}: {document.reason}", Tone.WARN
    if document.differing:
        return f"Hai lần nhập khác nhau ở {len(document.differing)} ô. Xem ảnh và chọn giá trị đúng.", Tone.WARN
    if document.blind:
        return (
            f"Nhập lại {len(document.blind)} ô quan trọng theo ảnh, không xem bản trước; các ô khác xem rồi xác nhận.",
            Tone.INFO,
        )
    return None


def missing(row: FieldRow | None, name: str, left: int) -> str:
    """Why the blue button does not confirm: about the first of ``left`` fields that are open."""
    title = row.definition.label if row is not None else messages.field_label(name)
    mark = row.mark() if row is not None else Mark.MISSING
    if mark is Mark.DIFFERS:
        return f'Hai lần nhập khác nhau ở ô "{title}" – chọn Alt+1 hoặc Alt+2'
    if mark is Mark.AGAIN:
        return f'Ô "{title}": nhập lại theo ảnh, trống thì nhấn Enter'
    if row is None or not row.edit.text().strip():
        return f'Thiếu "{title}" – điền ô này rồi xác nhận'
    if mark is Mark.WRONG:
        return f'Ô "{title}" chưa đúng dạng – xem ảnh rồi sửa'
    return f'Còn {left} ô cần xem – nhấn Enter nếu "{title}" đã đúng'


def title(document: DocumentView, usual: str) -> str:
    """Of the form; what it is about may be what has to be typed without seeing it."""
    hidden = bool(document.blind) or not usual
    return (document.type_name or f"Văn bản {document.number}") if hidden else usual
