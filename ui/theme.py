"""Look of the program: colour tokens, font, palette, the little style sheet, and icons in any colour.

Every foreground/background pair used for text stands at 4.5:1 or more (``tests/ui/test_theme.py`` computes them all).
"""

from enum import Enum
from functools import lru_cache
from importlib.resources import as_file, files

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QIcon, QImage, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication, QStyleFactory

RAIL = "#12304f"
RAIL_SELECTED = "#1e4a78"
RAIL_HOVER = "#183a5e"
RAIL_TEXT = "#d9e0e8"
BADGE = "#e5a623"
BADGE_TEXT = "#17212b"
WINDOW = "#f3f5f8"
CARD = "#ffffff"
LINE = "#d8dee6"
LINE_STRONG = "#b9c3cf"
HEADER = "#f7f9fb"
CANVAS = "#dde2e8"
TEXT = "#17212b"
MUTED = "#566270"
PLACEHOLDER = "#616c78"
BLUE = "#1b4f8f"
BLUE_DOWN = "#153e70"
BLUE_SOFT = "#e6eef8"
GREEN = "#1a7046"
GREEN_LINE = "#3d9a6a"
AMBER = "#8a5200"
AMBER_SOFT = "#fff4dc"
AMBER_LINE = "#e5a623"
LIT = "#ffe7a8"
"""Behind words that were asked for."""
WEAK = "#ffcf7a"
"""Over words of the paper that were read without certainty."""
RED = "#b3261e"
GREY_SOFT = "#eceff3"
GROUPS = ("#1b4f8f", "#0b7d7d", "#7b479e", "#a0522d", "#4a6a1f", "#a03060")
"""Colours of the document brackets, in turn."""

FONT_PX = 13
SMALL_PX = 12


class Tone(Enum):
    """What a state means; each has its foreground, background and icon, so colour never stands alone."""

    GOOD = ("#1a7046", "#e5f4ec", "check")
    WARN = ("#8a5200", "#fff4dc", "warning")
    BAD = ("#b3261e", "#fbe9e7", "cross")
    BUSY = ("#4c5866", "#eceff3", "clock")
    PLAIN = ("#4c5866", "#eceff3", "")
    INFO = ("#1b4f8f", "#e6eef8", "info")
    ACTIVE = ("#ffffff", "#1b4f8f", "")

    @property
    def ink(self) -> str:
        return self.value[0]

    @property
    def paper(self) -> str:
        return self.value[1]

    @property
    def icon(self) -> str:
        return self.value[2]


def font(px: int = FONT_PX, bold: bool = False) -> QFont:
    f = QFont()
    f.setFamilies(["Noto Sans", "Segoe UI", "DejaVu Sans", "Arial"])
    f.setPixelSize(px)
    f.setWeight(QFont.Weight.Bold if bold else QFont.Weight.Normal)
    return f


@lru_cache(maxsize=512)
def pixmap(name: str, color: str, size: int, ratio: float = 1.0) -> QPixmap:
    """Icon ``name`` (a file of ``ui/icons``) drawn in ``color``, ``size`` logical pixels square."""
    svg = files("ui").joinpath(f"icons/{name}.svg").read_text(encoding="utf-8").replace("#000", color)
    image = QImage(QSize(round(size * ratio), round(size * ratio)), QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    QSvgRenderer(QByteArray(svg.encode())).render(painter, QRectF(0, 0, image.width(), image.height()))
    painter.end()
    made = QPixmap.fromImage(image)
    made.setDevicePixelRatio(ratio)
    return made


def icon(name: str, color: str = TEXT, size: int = 18) -> QIcon:
    made = QIcon(pixmap(name, color, size))
    made.addPixmap(pixmap(name, color, size, 2.0))
    return made


def _palette() -> QPalette:
    p = QPalette()
    role = QPalette.ColorRole
    for where, color in (
        (role.Window, WINDOW),
        (role.Base, CARD),
        (role.AlternateBase, HEADER),
        (role.Button, CARD),
        (role.WindowText, TEXT),
        (role.Text, TEXT),
        (role.ButtonText, TEXT),
        (role.PlaceholderText, PLACEHOLDER),
        (role.Highlight, BLUE),
        (role.HighlightedText, "#ffffff"),
        (role.ToolTipBase, TEXT),
        (role.ToolTipText, "#ffffff"),
        (role.Mid, LINE_STRONG),
        (role.Link, BLUE),
    ):
        p.setColor(where, QColor(color))
    for where in (role.WindowText, role.Text, role.ButtonText):
        p.setColor(QPalette.ColorGroup.Disabled, where, QColor(PLACEHOLDER))
    return p


QSS = f"""
QFrame#card {{ background: {CARD}; border: 1px solid {LINE}; border-radius: 6px; }}
QFrame#topBar {{ background: {CARD}; border: 0; border-bottom: 1px solid {LINE}; }}
QFrame#footBar {{ background: {CARD}; border: 0; border-top: 1px solid {LINE}; }}
QLabel[muted="true"] {{ color: {MUTED}; }}
QLabel#screenTitle {{ font-size: 17px; font-weight: 700; }}
QLabel#bold, QLabel[bold="true"] {{ font-weight: 700; }}
QPushButton {{ background: {CARD}; color: {TEXT}; border: 1px solid {LINE_STRONG}; border-radius: 5px; padding: 6px 12px;
  min-height: 18px; }}
QPushButton:hover {{ background: {HEADER}; border-color: {MUTED}; }}
QPushButton:pressed {{ background: {GREY_SOFT}; }}
QPushButton:focus {{ border: 2px solid {BLUE}; padding: 5px 11px; }}
QPushButton:disabled {{ color: {PLACEHOLDER}; }}
QPushButton#primary {{ background: {BLUE}; color: #ffffff; font-weight: 700; border: 1px solid {BLUE_DOWN}; padding: 8px 18px; }}
QPushButton#primary:hover {{ background: {BLUE_DOWN}; }}
QPushButton#primary:focus {{ border: 2px solid {AMBER_LINE}; padding: 7px 17px; }}
QPushButton#small {{ padding: 3px 9px; min-height: 16px; }}
QPushButton#small:focus {{ padding: 2px 8px; }}
QPushButton#filter {{ padding: 3px 7px; min-height: 16px; border-radius: 11px; font-size: 12px; }}
QPushButton#filter:checked {{ background: {BLUE_SOFT}; color: {BLUE}; border-color: {BLUE}; font-weight: 700; }}
QPushButton#filter:focus {{ padding: 2px 6px; }}
QPushButton#tool {{ padding: 3px 5px; min-height: 16px; font-size: 12px; }}
QPushButton#tool:focus {{ padding: 2px 4px; }}
QPushButton#link {{ border: 0; color: {BLUE}; font-weight: 700; padding: 3px 4px; background: transparent; }}
QPushButton#link:hover {{ text-decoration: underline; }}
QPushButton#link:focus {{ border: 2px solid {BLUE}; padding: 1px 2px; border-radius: 4px; }}
QLineEdit, QComboBox {{ background: {CARD}; border: 1px solid {LINE_STRONG}; border-radius: 4px; padding: 3px 9px;
  min-height: 20px; selection-background-color: {BLUE}; selection-color: #ffffff; }}
QLineEdit:focus, QComboBox:focus {{ border: 2px solid {BLUE}; padding: 2px 8px; }}
QLineEdit[doubt="true"] {{ background: {AMBER_SOFT}; border: 2px solid {AMBER_LINE}; padding: 2px 8px; }}
QLineEdit[doubt="true"]:focus {{ background: {CARD}; border: 2px solid {BLUE}; }}
QLineEdit[wrong="true"] {{ border: 2px solid {RED}; padding: 2px 8px; }}
QComboBox::drop-down {{ border: 0; width: 22px; }}
QComboBox::down-arrow {{ image: url(DOWN); width: 15px; height: 15px; }}
QScrollArea, QScrollArea > QWidget > QWidget#clear {{ background: {CARD}; border: 0; }}
QListView, QTableView {{ background: {CARD}; border: 2px solid {CARD}; }}
QListView:focus, QTableView:focus {{ border-color: {BLUE}; }}
QListWidget {{ border: 1px solid {LINE_STRONG}; border-radius: 4px; padding: 1px; }}
QListWidget:focus {{ border: 2px solid {BLUE}; padding: 0; }}
PageStrip, PageGrid, PageGrid:focus, QGraphicsView {{ background: {CARD}; border: 0; }}
QHeaderView::section {{ background: {HEADER}; color: {MUTED}; border: 0; border-bottom: 1px solid {LINE}; padding: 6px 8px;
  font-weight: 700; }}
QScrollBar:vertical {{ background: transparent; width: 10px; margin: 1px; }}
QScrollBar::handle:vertical {{ background: {LINE_STRONG}; border-radius: 4px; min-height: 30px; }}
QScrollBar:horizontal {{ background: transparent; height: 10px; margin: 1px; }}
QScrollBar::handle:horizontal {{ background: {LINE_STRONG}; border-radius: 4px; min-width: 30px; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QToolTip {{ color: #ffffff; background: {TEXT}; border: 0; padding: 4px 6px; }}
QProgressBar {{ background: {LINE}; border: 0; border-radius: 3px; max-height: 6px; }}
QProgressBar::chunk {{ background: {BLUE}; border-radius: 3px; }}
"""


def apply(app: QApplication) -> None:
    """Fusion with our palette, font and style sheet; call once, before the first window."""
    app.setStyle(QStyleFactory.create("Fusion"))
    app.setPalette(_palette())
    app.setFont(font())
    with as_file(files("ui").joinpath("icons/down.svg")) as arrow:
        app.setStyleSheet(QSS.replace("DOWN", arrow.as_posix()))
