"""Beside the page on Pages: what was done to it, each step with a button that takes it off; what is wrong; and the tools."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from ui import actions
from ui.models.pages import page_lines
from ui.recipewords import step_words
from ui.theme import Tone
from ui.views.toolcanvas import ToolPad
from ui.widgets import Elided, IconLine, ReasonBar, clear_layout, label, small_button
from workstation.domain.page import Recipe, Transform
from workstation.domain.pagework import CLERK
from workstation.usecases.views import PageView

WIDTH = 268


def shown_steps(page: PageView) -> Recipe:
    """What the program did by itself, then what was asked of the page."""
    return (*(t for t in page.recipe if t.reason != CLERK), *page.work)


class PageSide(QWidget):
    removed = Signal(object)
    """The step that the clerk takes off."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedWidth(WIDTH)
        self._shown: tuple[PageView, bool] | None = None
        self.buttons: dict[str, QWidget] = {}
        self.pad = ToolPad()
        self.reason = ReasonBar("Lý do giữ nguyên trang", "Ghi lý do", "Ví dụ: bản gốc mờ sẵn, không quét rõ hơn được")
        self.reason.installEventFilter(self)
        self._lines, self._steps = QVBoxLayout(), QVBoxLayout()
        self._steps_title = label("Đã làm với trang này", bold=True)
        self._tools = QWidget()
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(8)
        for layout in (self._lines, self._steps):
            layout.setSpacing(4)
        box.addWidget(self._scrolled(), 1)
        box.addWidget(self.reason)
        box.addWidget(self.pad)
        box.addWidget(self._tools)

    def _scrolled(self) -> QScrollArea:
        """What is wrong and what was done: as long as it gets, the tools stay in sight."""
        inside, area = QWidget(), QScrollArea()
        inside.setObjectName("clear")
        box = QVBoxLayout(inside)
        box.setContentsMargins(0, 0, 4, 0)
        box.setSpacing(8)
        box.addLayout(self._lines)
        box.addWidget(self._steps_title)
        box.addLayout(self._steps)
        box.addStretch(1)
        area.setWidget(inside)
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setAccessibleName("Nhận xét và các bước đã làm")
        return area

    def set_tools(self, tools: Sequence[tuple[str, Callable[[], object]]]) -> None:
        """Command and what it runs, in the order of their buttons."""
        grid = QGridLayout(self._tools)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(5)
        for i, (command_id, run) in enumerate(tools):
            c = actions.command(command_id)
            button = small_button(f"{c.hint[:1].upper()}{c.hint[1:]} ({c.key})", c.text.rstrip("…"), c.tip, run)
            button.setObjectName("tool")
            self.buttons[command_id] = button
            grid.addWidget(button, i // 2, i % 2)

    def show_page(self, page: PageView | None, *, movable: bool) -> None:
        """``movable``: the dossier still takes changes."""
        if page is not None and (page, movable) == self._shown:
            return
        self._shown = (page, movable) if page is not None else None
        self._show_tools()
        clear_layout(self._lines)
        clear_layout(self._steps)
        steps = shown_steps(page) if page is not None else ()
        self._steps_title.setVisible(bool(steps))
        if page is None:
            return
        for words, tone, bold in [x for x in page_lines(page) if x[1] is not Tone.GOOD]:
            self._lines.addWidget(IconLine(words, tone, bold=bold))
        for step in steps:
            self._steps.addWidget(self._step(step, movable))

    def _step(self, step: Transform, movable: bool) -> QWidget:
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        words = Elided(step_words(step))
        row.addWidget(words, 1)
        if movable:
            off = small_button(
                "Bỏ", f"Bỏ bước: {step_words(step)}", f"Bỏ bước: {step_words(step)}", lambda: self.removed.emit(step)
            )
            row.addWidget(off, 0, Qt.AlignmentFlag.AlignTop)
        return line

    def open_pad(self) -> None:
        self.reason.hide()
        self.pad.show()
        self._show_tools()
        self.pad.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def close_pad(self) -> None:
        self.pad.hide()
        self._show_tools()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.reason and event.type() in (QEvent.Type.ShowToParent, QEvent.Type.HideToParent):
            self._show_tools()
        return False

    def _show_tools(self) -> None:
        """They give way to the pad, and to the reason that is typed."""
        open_for_changes = self._shown is not None and self._shown[1]
        self._tools.setVisible(open_for_changes and self.pad.isHidden() and self.reason.isHidden())
