"""Invented paper: a decision, its list, a blurred application, a birth certificate, a blank back; drawn, with boxes of fields."""

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter, QPainterPath, QPen

from workstation.domain.page import Box, UnreadArea

WIDTH, HEIGHT = 1240, 1754
FULL_SCALE = 2.0
"""Cleaned pixels (300 dpi) for one drawn pixel (150 dpi)."""
CENTER, LEFT = Qt.AlignmentFlag.AlignCenter, Qt.AlignmentFlag.AlignLeft


@dataclass(frozen=True)
class Sheet:
    path: Path
    thumbnail: Path
    boxes: dict[str, Box]
    unread: tuple[UnreadArea, ...] = ()
    """What the machine made nothing of, as its picture says."""


class _Pen:
    def __init__(self, image: QImage) -> None:
        self.painter = QPainter(image)
        self.painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.boxes: dict[str, Box] = {}

    def line(
        self,
        x: int,
        y: int,
        w: int,
        text: str,
        px: int = 26,
        *,
        bold: bool = False,
        italic: bool = False,
        align: Qt.AlignmentFlag = CENTER,
        field: str = "",
        weak: str = "",
    ) -> None:
        font = QFont()
        font.setFamilies(["Tinos", "Noto Serif", "DejaVu Serif"])
        font.setPixelSize(px)
        font.setBold(bold)
        font.setItalic(italic)
        self.painter.setFont(font)
        self.painter.setPen(QColor("#23252b"))
        flags = int(align) | int(Qt.TextFlag.TextWordWrap)
        rect = self.painter.boundingRect(QRectF(x, y, w, 400), flags, text)
        if align == CENTER:
            rect.moveTo(x + (w - rect.width()) / 2, y)
        else:
            rect.moveTo(x, y)
        self.painter.drawText(rect.adjusted(-2, 0, 2, 0), flags, text)
        if field:
            self.boxes[field] = tuple(v * FULL_SCALE for v in (rect.left(), rect.top(), rect.right(), rect.bottom()))  # type: ignore[assignment]
        if weak:  # of the first line, which is the longest
            metrics = self.painter.fontMetrics()
            left = rect.left() + metrics.horizontalAdvance(text[: text.index(weak)])
            edges = (left, rect.top(), left + metrics.horizontalAdvance(weak), rect.top() + metrics.height())
            self.boxes["weak"] = tuple(v * FULL_SCALE for v in edges)  # type: ignore[assignment]

    def seal(self, x: float, y: float) -> None:
        self.painter.setPen(QPen(QColor(200, 60, 50, 160), 4))
        self.painter.setBrush(Qt.BrushStyle.NoBrush)
        for r in (88, 74):
            self.painter.drawEllipse(QPointF(x, y), r, r)
        self.painter.setPen(QPen(QColor("#2743a0"), 4))
        path = QPainterPath(QPointF(x - 20, y + 30))
        path.cubicTo(x + 40, y - 90, x + 60, y + 90, x + 120, y - 20)
        path.cubicTo(x + 140, y - 70, x + 150, y + 60, x + 210, y - 30)
        self.painter.drawPath(path)

    def head(self, number: str, place_date: str) -> None:
        self.line(90, 110, 420, "ỦY BAN NHÂN DÂN", 24, field="organ1")
        self.line(90, 145, 420, "PHƯỜNG 14", 24, bold=True, field="organ2")
        self.line(520, 110, 640, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 24, bold=True)
        self.line(520, 145, 640, "Độc lập - Tự do - Hạnh phúc", 26, bold=True)
        self.painter.drawLine(680, 182, 1000, 182)
        self.line(90, 205, 420, number, 25, field="number")
        self.line(520, 205, 640, place_date, 26, italic=True, field="issued_date")


def _sheet(folder: Path, name: str, blur: bool, draw: object) -> Sheet:
    image = QImage(WIDTH, HEIGHT, QImage.Format.Format_RGB32)
    image.fill(QColor("#fbf8f0"))
    pen = _Pen(image)
    draw(pen)  # type: ignore[operator]
    pen.painter.end()
    if blur:
        small = image.scaled(
            WIDTH // 5, HEIGHT // 5, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
        )
        image = small.scaled(WIDTH, HEIGHT, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation)
    path, thumb = folder / f"{name}.png", folder / f"{name}-nho.jpg"
    image.save(str(path))
    image.scaled(210, 297, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation).save(
        str(thumb), quality=85
    )
    boxes = dict(pen.boxes)
    if "organ1" in boxes:
        a, b = boxes["organ1"], boxes["organ2"]
        boxes["organ_name"] = (min(a[0], b[0]), a[1], max(a[2], b[2]), b[3])
    return Sheet(path, thumb, boxes)


def _decision(pen: _Pen) -> None:
    pen.head("Số: 127/QĐ-UBND", "Quận 10, ngày 14 tháng 3 năm 2019")
    pen.line(120, 300, 1000, "QUYẾT ĐỊNH", 32, bold=True)
    pen.line(
        250,
        345,
        740,
        "Về việc giải quyết hỗ trợ mai táng phí đối với đối tượng bảo trợ xã hội",
        26,
        bold=True,
        field="subject",
        weak="táng",
    )
    pen.line(120, 465, 1000, "CHỦ TỊCH ỦY BAN NHÂN DÂN PHƯỜNG 14", 28, bold=True)
    y = 545
    for text in (
        "Căn cứ Luật Tổ chức chính quyền địa phương ngày 19 tháng 6 năm 2015;",
        "Căn cứ quy định hiện hành về chính sách trợ giúp xã hội đối với đối tượng bảo trợ xã hội;",
        "Xét đề nghị của công chức Văn hóa - Xã hội phường,",
    ):
        pen.line(200, y, 880, text, 26, italic=True, align=LEFT)
        y += 62
    pen.line(120, y + 20, 1000, "QUYẾT ĐỊNH:", 28, bold=True)
    y += 95
    pen.line(
        160,
        y,
        930,
        "Điều 1. Giải quyết hỗ trợ mai táng phí cho ông Lê Văn Mẫu, sinh năm 1947, thường trú tại số 00 đường Mẫu, "
        "Phường 14, Quận 10.",
        26,
        align=LEFT,
        field="person_name",
    )
    pen.line(
        160,
        y + 95,
        930,
        "Điều 2. Kinh phí thực hiện từ nguồn bảo đảm xã hội năm 2019 theo phân cấp ngân sách hiện hành.",
        26,
        align=LEFT,
    )
    pen.line(
        160,
        y + 190,
        930,
        "Điều 3. Bộ phận Tài chính - Kế toán, công chức Văn hóa - Xã hội phường và các cá nhân có liên quan chịu "
        "trách nhiệm thi hành Quyết định này./.",
        26,
        align=LEFT,
    )
    pen.line(160, 1290, 400, "Nơi nhận:", 22, bold=True, italic=True, align=LEFT)
    pen.line(160, 1322, 400, "- Như Điều 3;\n- Lưu: VT.", 20, align=LEFT, field="recipients")
    pen.line(700, 1290, 420, "CHỦ TỊCH", 26, bold=True, field="signer_title")
    pen.seal(850, 1420)
    pen.line(700, 1540, 420, "Nguyễn Văn A", 26, bold=True, field="signer_name")


def _prose(title: str, number: str, seal: bool) -> object:
    def draw(pen: _Pen) -> None:
        pen.head(number, "Quận 10, ngày 27 tháng 3 năm 2019")
        pen.line(120, 320, 1000, title, 32, bold=True)
        words = [
            "thường",
            "trú",
            "phường",
            "đề",
            "nghị",
            "xem",
            "xét",
            "giải",
            "quyết",
            "theo",
            "quy",
            "định",
            "hiện",
            "hành",
            "của",
            "Ủy",
            "ban",
            "nhân",
            "dân",
            "phường",
            "về",
            "việc",
        ]
        for i in range(22):
            pen.line(160, 420 + i * 42, 930, " ".join(words[(i * 3 + k) % len(words)] for k in range(13)), 25, align=LEFT)
        pen.line(700, 1400, 420, "NGƯỜI KHAI", 25, bold=True)
        if seal:
            pen.seal(820, 1520)

    return draw


def make(folder: Path) -> dict[str, Sheet]:
    folder.mkdir(parents=True, exist_ok=True)
    return {
        "decision": _sheet(folder, "quyet-dinh", False, _decision),
        "list": _sheet(folder, "danh-sach", False, _prose("DANH SÁCH KÈM THEO", "Số: 127/QĐ-UBND", True)),
        "application": _sheet(folder, "don", True, _prose("ĐƠN ĐỀ NGHỊ", "Số: 166/DON", False)),
        "clean": _sheet(folder, "don-ro", False, _prose("ĐƠN ĐỀ NGHỊ", "Số: 166/DON", False)),
        "birth": _sheet(folder, "khai-sinh", False, _prose("GIẤY KHAI SINH", "Số: 41/2019", True)),
        "blank": _sheet(folder, "trang", False, lambda pen: None),
    }
