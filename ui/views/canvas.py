"""A page to look at: zoom, scroll, and zones where fields stand."""

import math
from collections.abc import Sequence

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPen, QPixmap, QResizeEvent, QTransform, QWheelEvent
from PySide6.QtWidgets import (
    QFrame,
    QGraphicsItem,
    QGraphicsPixmapItem,
    QGraphicsRectItem,
    QGraphicsScene,
    QGraphicsSimpleTextItem,
    QGraphicsView,
    QRubberBand,
)

from ui import messages, theme
from ui.views.stampframe import StampFrame
from workstation.domain.page import Box, UnreadArea
from workstation.domain.signing import StampPlace

A4_RATIO = 297 / 210
LEAST_DRAWN = 6
"""Pixels of the screen: a shorter stroke with the mouse is a click."""
MOST_NAMED = 6
"""Frames of one page that have their names beside them: of more, names hide the print, and the line over the page says it."""
STEPS = (0.25, 0.33, 0.5, 0.67, 0.8, 1.0, 1.25, 1.5, 2.0, 3.0)


class PageCanvas(QGraphicsView):
    """Zones are given in pixels of the cleaned page; ``scale`` (picture pixels for one of those) maps them."""

    zoom_changed = Signal(int)
    """Percent of the cleaned page's own pixels."""
    stamp_moved = Signal(str, object)
    """Which stamp was dragged (``StampPlace.preset``), and the wish (right, down) of who has done so."""
    box_drawn = Signal(object)
    """A ``Box`` on the cleaned page, drawn with Ctrl and the mouse."""

    def __init__(self, name: str, *, fit_width: bool = False, drawing: bool = False) -> None:
        """``drawing``: Ctrl and the left button draw a box."""
        super().__init__()
        self._drawing = drawing
        self._band: QRubberBand | None = None
        self._from = QPoint()
        self.setScene(QGraphicsScene(self))
        self.setAccessibleName(name)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setRenderHints(QPainter.RenderHint.SmoothPixmapTransform | QPainter.RenderHint.Antialiasing)
        self.setBackgroundBrush(QColor(theme.CANVAS))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._fit_width = fit_width
        self._fitting = True
        self._scale = 1.0
        self._page: QGraphicsPixmapItem | None = None
        self._stamps: list[StampFrame] = []
        """The first is the one that keys move."""
        self._words = ""
        self._zones: list[QGraphicsItem] = []

    def set_page(self, picture: QPixmap, scale: float) -> None:
        kept = self.transform().m11() * self._scale
        self.scene().clear()
        self._words = ""
        self._stamps = []
        self._zones = []
        self._scale = scale or 1.0
        self._page = self.scene().addPixmap(picture)
        self._page.setTransformationMode(Qt.TransformationMode.SmoothTransformation)
        self.scene().setSceneRect(QRectF(picture.rect()))
        if self._fitting:
            self.fit()
        else:
            self.setTransform(QTransform.fromScale(kept / self._scale, kept / self._scale))
        self._tell()

    def wanted_px(self) -> int:
        """Longer side of the picture to ask for: what fills the width now, so that it needs next to no scaling."""
        width = max(self.viewport().width() - 24, 300) * self.devicePixelRatioF()
        return math.ceil(width * A4_RATIO / 100) * 100

    @property
    def magnified(self) -> bool:
        """Drawn larger than its own pixels: a larger picture would show more."""
        return self.transform().m11() > 1.15 * self.devicePixelRatioF()

    def say(self, words: str) -> None:
        """No page: a sentence instead of it."""
        self.scene().clear()
        self._page = None
        self._stamps, self._zones = [], []
        self._words = words
        item = QGraphicsSimpleTextItem(words)
        item.setFont(theme.font())
        item.setBrush(QColor(theme.MUTED))
        self.scene().addItem(item)
        self.scene().setSceneRect(item.boundingRect())
        self.setTransform(QTransform())

    @property
    def words(self) -> str:
        return self._words

    @property
    def picture(self) -> QPixmap | None:
        return self._page.pixmap() if self._page is not None else None

    def set_zones(self, focused: Box | None, others: Sequence[Box] = ()) -> None:
        if self._page is None:
            return
        for item in self._zones:
            self.scene().removeItem(item)
        self._zones = []
        for box in others:
            self._zone(box, theme.GREEN_LINE, 1.3, None)
        if focused is not None:
            self._zone(focused, theme.BLUE, 2.5, QColor(27, 79, 143, 12))
            self.ensureVisible(self._rect(focused), 30, 60)

    def _rect(self, box: Box) -> QRectF:
        x0, y0, x1, y1 = (v * self._scale for v in box)
        return QRectF(x0, y0, x1 - x0, y1 - y0).adjusted(-5, -4, 5, 4)

    def _zone(self, box: Box, color: str, width: float, fill: QColor | None) -> None:
        pen = QPen(QColor(color), width)
        pen.setCosmetic(True)
        item = QGraphicsRectItem(self._rect(box), self._page)
        item.setPen(pen)
        item.setBrush(fill if fill is not None else Qt.BrushStyle.NoBrush)
        self._zones.append(item)

    def show_unread(self, areas: Sequence[UnreadArea]) -> None:
        """Frames what the machine could not read: dashed and named where words are missing, dotted where none are.

        Call it once after ``set_page``; its frames go with the page.
        """
        named = _named([a for a in areas if a.kind in messages.TO_TYPE])
        for area in areas if self._page is not None else ():
            missing = area.kind in messages.TO_TYPE
            pen = QPen(QColor(theme.AMBER if missing else theme.MUTED), 2 if missing else 1.2)
            pen.setStyle(Qt.PenStyle.DashLine if missing else Qt.PenStyle.DotLine)
            pen.setCosmetic(True)
            frame = QGraphicsRectItem(self._rect(area.box), self._page)
            frame.setPen(pen)
            frame.setToolTip(messages.unread_tip(area))
            if area in named:
                self._name(frame, messages.UNREAD[area.kind][0])

    def _name(self, frame: QGraphicsRectItem, words: str) -> None:
        """A tag of constant size on the top of a frame: beside it, it would hide the rest of the line."""
        tag = QGraphicsRectItem(frame)
        tag.setFlag(QGraphicsItem.GraphicsItemFlag.ItemIgnoresTransformations)
        tag.setPen(Qt.PenStyle.NoPen)
        tag.setBrush(QColor(theme.AMBER_SOFT))
        text = QGraphicsSimpleTextItem(words, tag)
        text.setFont(theme.font(theme.SMALL_PX))
        text.setBrush(QColor(theme.AMBER))
        inside = text.boundingRect()
        box = frame.rect()
        right = box.left() > 0.6 * self.scene().sceneRect().width()
        text.setPos(-inside.width() - 3 if right else 3, -inside.height())
        tag.setRect(inside.translated(text.pos()).adjusted(-3, 0, 3, 0))
        tag.setPos(box.topRight() if right else box.topLeft())

    def show_stamps(self, places: Sequence[StampPlace]) -> None:
        """Where signatures will stand on this page; the first is the one that keys move."""
        for frame in self._stamps:
            self.scene().removeItem(frame)
        page = self._page
        self._stamps = [StampFrame(p, page, chosen=i == 0) for i, p in enumerate(places)] if page is not None else []

    @property
    def stamp(self) -> StampFrame | None:
        """The one that the mouse holds, else the one that keys move."""
        return next((frame for frame in self._stamps if frame.held), self._stamps[0] if self._stamps else None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = self._at(event)
        if (
            self._drawing
            and event.button() is Qt.MouseButton.LeftButton
            and event.modifiers() & Qt.KeyboardModifier.ControlModifier
        ):
            self._begin_box(event.position().toPoint())
        elif event.button() is Qt.MouseButton.LeftButton and any(frame.take(at) for frame in self._stamps):
            event.accept()
        else:
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._band is not None:
            self._band.setGeometry(QRect(self._from, event.position().toPoint()).normalized())
        elif (frame := self.stamp) is not None and frame.held:
            frame.drag(self._at(event))
        else:
            super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._band is not None and event.button() is Qt.MouseButton.LeftButton:
            self._end_box(event.position().toPoint())
        elif event.button() is Qt.MouseButton.LeftButton and (frame := self.stamp) is not None and frame.held:
            self.stamp_moved.emit(frame.place.preset, frame.drop(self._at(event)))
        else:
            super().mouseReleaseEvent(event)

    def _at(self, event: QMouseEvent) -> QPointF:
        """In pixels of the page's picture, which lies at the scene's origin."""
        return self.mapToScene(event.position().toPoint())

    def _begin_box(self, at: QPoint) -> None:
        if self._page is None:
            return
        self._from = at
        self._band = QRubberBand(QRubberBand.Shape.Rectangle, self.viewport())
        self._band.setGeometry(QRect(at, QSize()))
        self._band.show()

    def _end_box(self, to: QPoint) -> None:
        """Tells what was drawn, as far as it lies on the page."""
        band, self._band = self._band, None
        if band is not None:
            band.hide()
            band.deleteLater()
        drawn = QRect(self._from, to).normalized()
        if self._page is None or min(drawn.width(), drawn.height()) < LEAST_DRAWN:
            return
        on_page = QRectF(self.mapToScene(drawn.topLeft()), self.mapToScene(drawn.bottomRight()))
        on_page = on_page.intersected(QRectF(self._page.pixmap().rect()))
        if not on_page.isEmpty():
            edges = (on_page.left(), on_page.top(), on_page.right(), on_page.bottom())
            self.box_drawn.emit(tuple(v / self._scale for v in edges))

    def crop(self, box: Box, lit: Sequence[Box] = ()) -> QPixmap | None:
        """The piece of the page around ``box``; ``lit``: words in it that are marked, as with a text marker."""
        if self._page is None:
            return None
        whole = self._page.pixmap()
        rect = self._rect(box).adjusted(-6, -3, 6, 3).toAlignedRect().intersected(whole.rect())
        if rect.isEmpty():
            return None
        piece = whole.copy(rect)
        painter = QPainter(piece)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Multiply)
        for x0, y0, x1, y1 in lit:
            word = QRectF(QPointF(x0, y0) * self._scale, QPointF(x1, y1) * self._scale).adjusted(-2, -1, 2, 1)
            painter.fillRect(word.translated(-QPointF(rect.topLeft())), QColor(theme.WEAK))
        painter.end()
        return piece

    # --- zoom
    @property
    def percent(self) -> int:
        return round(self.transform().m11() * self._scale * 100)

    def fit(self) -> None:
        self._fitting = True
        if self._page is None:
            return
        if self._fit_width:
            width = self._page.pixmap().width()
            room = self.viewport().width() - 24
            self.setTransform(QTransform.fromScale(room / width, room / width))
        else:
            self.fitInView(self.sceneRect().adjusted(-8, -8, 8, 8), Qt.AspectRatioMode.KeepAspectRatio)
        self._tell()

    def zoom(self, step: int) -> None:
        """To the next larger (1) or smaller (-1) round figure."""
        now = self.transform().m11() * self._scale
        if step > 0:
            to = next((z for z in STEPS if z > now * 1.01), STEPS[-1])
        else:
            to = next((z for z in reversed(STEPS) if z < now * 0.99), STEPS[0])
        self._fitting = False
        self.setTransform(QTransform.fromScale(to / self._scale, to / self._scale))
        self._tell()

    def _tell(self) -> None:
        self.zoom_changed.emit(self.percent)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._fitting and self._page is not None:
            self.fit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom(1 if event.angleDelta().y() > 0 else -1)
        else:
            super().wheelEvent(event)


def _named(areas: Sequence[UnreadArea]) -> list[UnreadArea]:
    """Those beside which there is room for a name: none on a page full of them, nor one that would lie on the frame above."""
    return [a for a in areas if not any(_right_above(o, a) for o in areas)] if len(areas) <= MOST_NAMED else []


def _right_above(upper: UnreadArea, lower: UnreadArea) -> bool:
    (x0, y0, x1, y1), (left, top, right, bottom) = upper.box, lower.box
    return upper is not lower and x0 < right and left < x1 and y0 < top and top - y1 < bottom - top
