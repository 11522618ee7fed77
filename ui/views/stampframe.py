"""The stamp as it will stand on the page: a dashed frame with its words, which the mouse and the arrow keys move."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPen, QPixmap, QTransform
from PySide6.QtWidgets import QGraphicsItem, QGraphicsPixmapItem, QGraphicsRectItem, QGraphicsSimpleTextItem

from ui import theme
from workstation.domain.page import Box
from workstation.domain.signing import StampPlace

STEP_MM = 1.0
"""One press of an arrow key."""
_PAD = 0.35
"""Of the height of the letters: between frame and words."""

Move = tuple[float, float]


def moved_to(place: StampPlace, corner_mm: Move) -> Move:
    """The wish (``StampWish.move_mm``) that brings the stamp's top left corner there, or as near as the preset allows."""
    left, top = _corner(place, corner_mm)
    unit = place.wish_mm or 1.0
    return (left - place.home_mm[0]) / unit, (top - place.home_mm[1]) / unit


def _corner(place: StampPlace, corner_mm: Move) -> Move:
    x0, y0, x1, y1 = place.area_mm
    width, height = place.box_mm[2] - place.box_mm[0], place.box_mm[3] - place.box_mm[1]
    return min(max(corner_mm[0], x0), max(x1 - width, x0)), min(max(corner_mm[1], y0), max(y1 - height, y0))


def movable(place: StampPlace) -> bool:
    """Whether the preset leaves any room."""
    (x0, y0, x1, y1), (bx0, by0, bx1, by1) = place.area_mm, place.box_mm
    return (x1 - x0) - (bx1 - bx0) > 0.1 or (y1 - y0) - (by1 - by0) > 0.1


class StampFrame(QGraphicsRectItem):
    """A child of the page's picture; lengths in its pixels."""

    def __init__(self, place: StampPlace, page: QGraphicsPixmapItem, *, chosen: bool = True) -> None:
        """``chosen``: the one that keys move."""
        super().__init__(page)
        self.place = place
        self.unit = page.pixmap().width() / place.page_mm[0]
        """Pixels a millimetre."""
        self._grip: QPointF | None = None
        self.setRect(self._pixels(place.box_mm))
        pen = QPen(QColor(theme.BLUE), 1.8 if chosen else 1.2, Qt.PenStyle.DashLine if chosen else Qt.PenStyle.DotLine)
        pen.setCosmetic(True)
        self.setPen(pen)
        self.setBrush(QColor(27, 79, 143, 14))  # as signed, it hides nothing of the page
        if movable(place):
            self.setCursor(Qt.CursorShape.SizeAllCursor)
            self.setToolTip("Kéo bằng chuột hoặc Alt + phím mũi tên để dời con dấu")
        self._write()

    def _pixels(self, box: Box) -> QRectF:
        x0, y0, x1, y1 = (v * self.unit for v in box)
        return QRectF(x0, y0, x1 - x0, y1 - y0)

    def _write(self) -> None:
        """The lines, as large as signed, and never wider than the frame: the screen's letters are not the stamp's."""
        if self.place.picture is not None:
            self._draw(QPixmap(str(self.place.picture)))
        if not self.place.lines:
            return
        box = self.rect()
        words = QGraphicsSimpleTextItem("\n".join(self.place.lines), self)
        font = QFont(theme.font())
        font.setPixelSize(max(1, round(self.place.letters_mm * self.unit)))
        words.setFont(font)
        words.setBrush(QColor(theme.TEXT))
        pad = _PAD * self.place.letters_mm * self.unit
        inside = words.boundingRect()
        share = min(1.0, (box.width() - 2 * pad) / max(inside.width(), 1), (box.height() - pad) / max(inside.height(), 1))
        words.setScale(max(share, 0.01))
        words.setPos(box.left() + pad, box.center().y() - inside.height() * share / 2)
        words.setFlag(QGraphicsItem.GraphicsItemFlag.ItemStacksBehindParent, False)

    def _draw(self, picture: QPixmap) -> None:
        """As large as it will stand: ``place.picture`` holds the ink only."""
        if picture.isNull():
            return
        drawn, box = QGraphicsPixmapItem(picture, self), self.rect()
        drawn.setTransformationMode(Qt.TransformationMode.SmoothTransformation)
        drawn.setTransform(QTransform.fromScale(box.width() / picture.width(), box.height() / picture.height()))
        drawn.setPos(box.topLeft())

    # --- dragging; points in pixels of the page
    def take(self, at: QPointF) -> bool:
        """Whether the frame is held from now on."""
        if movable(self.place) and self.rect().contains(at):
            self._grip = at
        return self._grip is not None

    @property
    def held(self) -> bool:
        return self._grip is not None

    def drag(self, at: QPointF) -> Move:
        """Follows the mouse inside the area; gives the wish."""
        grip = self._grip or at
        x, y = self.place.box_mm[:2]
        corner = _corner(self.place, (x + (at.x() - grip.x()) / self.unit, y + (at.y() - grip.y()) / self.unit))
        self.setPos((corner[0] - x) * self.unit, (corner[1] - y) * self.unit)
        return moved_to(self.place, corner)

    def drop(self, at: QPointF) -> Move:
        move = self.drag(at)
        self._grip = None
        return move
