"""The piece of the page where the field with the focus stands."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from ui import theme
from ui.widgets import Elided

HEIGHT, EMPTY_HEIGHT = 80, 30
_LARGER = 1.5
"""At most: beyond that it is only blurred."""


class Snippet(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("snippet")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setStyleSheet(f"QWidget#snippet {{ border: 2px solid {theme.BLUE}; border-radius: 5px; background: {theme.CARD}; }}")
        inside = QVBoxLayout(self)
        inside.setContentsMargins(9, 5, 9, 6)
        inside.setSpacing(1)
        self.title = Elided(muted=True)
        self.title.setFont(theme.font(theme.SMALL_PX))
        self.picture = QLabel()
        self.picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.picture.setAccessibleName("Ảnh cắt của ô đang nhập")
        inside.addWidget(self.title)
        inside.addWidget(self.picture, 1)

    def show_crop(self, title: str, crop: QPixmap | None) -> None:
        """None: only the words, without an empty frame."""
        self.title.setText(title)
        if crop is None or crop.isNull():
            self.picture.clear()
            self.picture.hide()
            self.setFixedHeight(EMPTY_HEIGHT)
            return
        self.picture.show()
        self.setFixedHeight(HEIGHT)
        ratio = self.devicePixelRatioF()
        room = QSize(max(self.width() - 26, 100), HEIGHT - 34) * ratio
        size = crop.size().scaled(room, Qt.AspectRatioMode.KeepAspectRatio)
        if size.width() > crop.width() * _LARGER:
            size = crop.size() * _LARGER
        shown = crop.scaled(size, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation)
        shown.setDevicePixelRatio(ratio)
        self.picture.setPixmap(shown)
