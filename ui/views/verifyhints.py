"""What stands under the field with the focus: what speaks against its value, and each proposal with its key."""

import html
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from ui import theme
from ui.widgets import KeyLabel, clear_layout
from workstation.domain.doctype import FieldDefinition, ValueKind

LONGEST = 26
"""Letters of a differing piece that a line has room for."""


_DAY = "Ghi ngày như 14/03/2019 hoặc 14032019"
_SHAPES = {
    ValueKind.DATE: _DAY,
    ValueKind.BIRTH: f"{_DAY}, hoặc chỉ năm",
    ValueKind.IDENTITY: "Ghi đủ 12 chữ số (CMND: 9)",
    ValueKind.NUMBER: "Chỉ ghi số, thêm một chữ cái nếu có: 127, 127a",
    ValueKind.AREA: "Chỉ ghi số: 120,5",
    ValueKind.MONEY: "Chỉ ghi số: 1.200.000",
    ValueKind.SEX: "Ghi Nam hoặc Nữ",
}
_OWN = {
    "secrecy": "Ghi Mật, Tối mật hoặc Tuyệt mật; không có thì để trống",
    "urgency": "Ghi Khẩn, Thượng khẩn hoặc Hỏa tốc; không có thì để trống",
}


def shape(definition: FieldDefinition) -> str:
    """What to write into a field whose value has not its form."""
    words = _OWN.get(definition.name) or _SHAPES.get(definition.kind)
    return words or "Chưa đúng cách ghi của ô này, hoặc quá dài – so với ảnh rồi sửa"


@dataclass(frozen=True, slots=True)
class Hint:
    """One line: rich text, and the key that takes what it offers."""

    text: str
    key: str = ""


def said(words: str) -> Hint:
    return Hint(html.escape(words))


def offer(now: str, number: int, better: str, why: str) -> Hint:
    """A proposal beside what stands in the field: the words that differ, and where the better ones are known from."""
    old, new = difference(now, better)
    instead = f" thay <b style='color:{theme.RED}'>{html.escape(old)}</b>" if old else ""
    words = f"nhận <b>{html.escape(new)}</b>{instead} <span style='color:{theme.MUTED}'>· {html.escape(why)}</span>"
    return Hint(words, f"Alt+{number}")


def dubious(words: Sequence[str]) -> Hint:
    """Which words may be misread, where nothing better is known."""
    named = ", ".join(f"<b style='color:{theme.RED}'>{html.escape(word)}</b>" for word in words)
    more = " · Ctrl+↓ chữ kế" if len(words) > 1 else ""
    return Hint(f"Nghi ngờ: {named} – gõ đè hoặc Enter{more}")


def difference(old: str, new: str) -> tuple[str, str]:
    """The words that differ, without the equal ones at both ends; all of ``new`` where words are only left out."""
    a, b = old.split(), new.split()
    while a and b and a[0] == b[0]:
        a, b = a[1:], b[1:]
    while a and b and a[-1] == b[-1]:
        a, b = a[:-1], b[:-1]
    return short(" ".join(a)), short(" ".join(b) or new)


def marked(text: str, other: str) -> str:
    """Rich text: what ``other`` has not at this place is bold and red."""
    ours, theirs = text.split(), other.split()
    start = next((i for i, (a, b) in enumerate(zip(ours, theirs, strict=False)) if a != b), min(len(ours), len(theirs)))
    end = 0
    while end < min(len(ours), len(theirs)) - start and ours[-1 - end] == theirs[-1 - end]:
        end += 1
    stop = len(ours) - end
    parts = [html.escape(" ".join(p)) for p in (ours[:start], ours[start:stop], ours[stop:])]
    parts[1] = f"<b style='color:{theme.RED}'>{parts[1]}</b>" if parts[1] else ""
    return " ".join(p for p in parts if p)


def short(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


class HintBox(QWidget):
    """The lines, under one another; none: no height."""

    def __init__(self, indent: int) -> None:
        super().__init__()
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(indent, 2, 0, 3)
        self._box.setSpacing(2)
        self._hints: tuple[Hint, ...] = ()
        self.hide()

    def text(self) -> str:
        """All of it, as rich text."""
        return "<br>".join(f"{h.key} {h.text}".strip() for h in self._hints)

    def show_hints(self, hints: Sequence[Hint]) -> None:
        if tuple(hints) != self._hints:
            self._hints = tuple(hints)
            clear_layout(self._box)
            for hint in hints:
                self._box.addWidget(_line(hint))
        self.setVisible(bool(hints))


def _line(hint: Hint) -> QWidget:
    line = QWidget()
    box = QHBoxLayout(line)
    box.setContentsMargins(0, 0, 0, 0)
    box.setSpacing(6)
    if hint.key:
        box.addWidget(KeyLabel(hint.key), 0, Qt.AlignmentFlag.AlignTop)
    words = QLabel(hint.text)
    words.setTextFormat(Qt.TextFormat.RichText)
    words.setWordWrap(True)
    words.setFont(theme.font(theme.SMALL_PX))
    box.addWidget(words, 1)
    return line
