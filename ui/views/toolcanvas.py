"""The page under a tool: the picture with what the tool sets drawn over it, and the pad that takes its keys."""

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPen, QPixmap, QPolygonF
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from ui import theme
from ui.views.canvas import PageCanvas
from ui.views.pagetools import CornersTool, CropTool, StraightenTool, Tool, nearest
from ui.widgets import label, small_button

_REACH_PX = 14
"""A press this near to a handle, on the screen, takes it."""
_SHADE = QColor(23, 33, 43, 120)
_GRID_MM = 10.0


class ToolCanvas(PageCanvas):
    tool_changed = Signal(object)

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._tool: Tool | None = None
        self._held = -1

    @property
    def tool(self) -> Tool | None:
        return self._tool

    def set_tool(self, tool: Tool | None) -> None:
        self._tool, self._held = tool, self._held if tool is not None else -1
        self.setCursor(Qt.CursorShape.CrossCursor if tool is not None else Qt.CursorShape.ArrowCursor)
        if self._page is not None:
            self._page.setTransformOriginPoint(self._page.boundingRect().center())
            self._page.setRotation(tool.degrees if isinstance(tool, StraightenTool) else 0.0)
        self.viewport().update()

    def set_page(self, picture: QPixmap, scale: float) -> None:
        super().set_page(picture, scale)
        self.set_tool(self._tool)

    # --- the mouse
    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._tool is not None and event.button() is Qt.MouseButton.LeftButton:
            self._held = nearest(self._tool, self._cleaned(event), _REACH_PX / (self.transform().m11() * self._scale))
            event.accept()
        else:
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._tool is not None and self._held >= 0:
            self.tool_changed.emit(self._tool.dragged(self._held, self._cleaned(event)))
        else:
            super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._held = -1
        super().mouseReleaseEvent(event)

    def _cleaned(self, event: QMouseEvent) -> tuple[float, float]:
        at = self._at(event)
        return at.x() / self._scale, at.y() / self._scale

    # --- drawing; the scene's unit is a pixel of the picture
    def drawForeground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        tool = self._tool
        if tool is None or self._page is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if isinstance(tool, CropTool):
            x0, y0, x1, y1 = (v * self._scale for v in tool.box)
            self._shade(painter, QPolygonF(QRectF(x0, y0, x1 - x0, y1 - y0)))
        elif isinstance(tool, CornersTool):
            self._shade(painter, QPolygonF([self._point(c) for c in tool.corners]))
        elif isinstance(tool, StraightenTool):
            self._grid(painter, tool.paper.mm * _GRID_MM * self._scale)
        self._handles(painter, tool)

    def _point(self, at: tuple[float, float]) -> QPointF:
        return QPointF(at[0] * self._scale, at[1] * self._scale)

    def _shade(self, painter: QPainter, kept: QPolygonF) -> None:
        outside, inside = QPainterPath(), QPainterPath()
        outside.addRect(self.sceneRect())
        inside.addPolygon(kept)
        inside.closeSubpath()
        painter.fillPath(outside.subtracted(inside), _SHADE)
        painter.setPen(_pen(theme.BLUE, 2))
        painter.drawPath(inside)

    def _grid(self, painter: QPainter, step: float) -> None:
        """Level and upright lines a centimetre apart: what stands along them is straight."""
        area = self.sceneRect()
        painter.setPen(_pen("#9db8dc", 1))
        for n in range(1, int(area.height() / step) + 1):
            painter.drawLine(QPointF(area.left(), n * step), QPointF(area.right(), n * step))
        for n in range(1, int(area.width() / step) + 1):
            painter.drawLine(QPointF(n * step, area.top()), QPointF(n * step, area.bottom()))

    def _handles(self, painter: QPainter, tool: Tool) -> None:
        share = 1 / self.transform().m11()
        for i, at in enumerate(tool.handles()):
            radius = (7 if i == tool.at() else 5) * share
            painter.setPen(_pen("#ffffff", 1.5))
            painter.setBrush(QColor(theme.AMBER_LINE if i == tool.at() else theme.BLUE))
            painter.drawEllipse(self._point(at), radius, radius)


def _pen(color: str, width: float) -> QPen:
    pen = QPen(QColor(color), width)
    pen.setCosmetic(True)
    return pen


class ToolPad(QFrame):
    """Holds the focus while a tool is in hand: every key is the tool's, Enter applies, Esc leaves."""

    changed = Signal(object)
    applied = Signal()
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("pad")
        self.setStyleSheet(
            f"QFrame#pad {{ background: {theme.BLUE_SOFT}; border: 2px solid {theme.BLUE_SOFT}; border-radius: 5px; }}"
            f"QFrame#pad:focus {{ border-color: {theme.BLUE}; }}"
        )
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._tool: Tool | None = None
        box = QVBoxLayout(self)
        box.setContentsMargins(10, 8, 10, 8)
        box.setSpacing(6)
        self.title, self.words, self.hint = label(bold=True), label(wrap=True), label(muted=True, wrap=True)
        self.apply = small_button("Áp dụng  (Enter)", "Áp dụng", "Áp dụng – phím Enter", self.applied.emit)
        self.leave = small_button("Thôi  (Esc)", "Thôi", "Thôi, không đổi gì – phím Esc", self.left.emit)
        row = QHBoxLayout()
        row.setSpacing(6)
        for part in (self.apply, self.leave):
            part.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the keys on them work wherever the pad is
            row.addWidget(part)
        row.addStretch(1)
        for widget in (self.title, self.words, self.hint):
            box.addWidget(widget)
        box.addLayout(row)
        self.hide()

    def show_tool(self, tool: Tool, pages: int = 1) -> None:
        """``pages``: how many it will be done to."""
        self._tool = tool
        self.title.setText(f"{tool.title} · {pages} trang" if pages > 1 else tool.title)
        self.words.setText(tool.words())
        self.hint.setText(tool.hint)
        self.setAccessibleName(f"{tool.title}. {tool.words()}")
        self.setAccessibleDescription(f"{tool.hint} · Enter áp dụng · Esc thôi")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, shift = Qt.Key(event.key()), bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.applied.emit()
        elif key is Qt.Key.Key_Escape:
            self.left.emit()
        elif self._tool is not None and (tool := self._tool.key(key, shift)) is not None:
            self.changed.emit(tool)
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Plain keys are the tool's before any shortcut of the screen; Tab too, which Qt would take for itself."""
        if isinstance(event, QKeyEvent):
            plain = not event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier)
            if event.type() is QEvent.Type.ShortcutOverride and plain and not _function_key(event.key()):
                event.accept()
                return True
            if event.type() is QEvent.Type.KeyPress and event.key() in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
                self.keyPressEvent(event)
                return True
        return super().event(event)


def _function_key(key: int) -> bool:
    """F1 and on open screens, also from here; so does the sheet of keys."""
    return Qt.Key.Key_F1 <= key <= Qt.Key.Key_F12 or key == Qt.Key.Key_Question
