"""Tools that set something on a page before it is done: a frame to crop, an angle, four corners. Pure: keys and drags in, the
next state out.

Points are in pixels of the cleaned page; steps are in millimetres and degrees, so that they are the same on every scan.
"""

import math
from dataclasses import dataclass, replace
from typing import Protocol

from PySide6.QtCore import Qt

from ui import messages
from workstation.domain.pagework import Corners

Point = tuple[float, float]
STEP_MM, STRIDE_MM = 1.0, 10.0
"""One press of an arrow key, and with Shift."""
STEP_DEG, STRIDE_DEG = 0.1, 1.0
MOST_DEG = 45.0
LEAST_MM = 20.0
"""What a crop leaves at least, each way."""
_GUESSED_WIDTH_MM = 210.0

_ARROWS: dict[Qt.Key, tuple[int, int]] = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


@dataclass(frozen=True, slots=True)
class Paper:
    """The cleaned page that a tool works on."""

    width: float
    height: float
    mm: float
    """Pixels a millimetre."""

    def inside(self, at: Point) -> Point:
        return min(max(at[0], 0.0), self.width), min(max(at[1], 0.0), self.height)


def paper(width: float, height: float, dpi: float) -> Paper:
    """``dpi`` 0: not known; the page is then taken to be as wide as A4."""
    return Paper(width, height, dpi / 25.4 if dpi > 0 else width / _GUESSED_WIDTH_MM)


class Tool(Protocol):
    """What the pad and the canvas ask of a tool."""

    @property
    def title(self) -> str: ...

    @property
    def hint(self) -> str: ...

    def key(self, key: Qt.Key, shift: bool) -> "Tool | None":
        """What the key makes of it; None: the key means nothing here."""
        ...

    def words(self) -> str:
        """What is set now."""
        ...

    def handles(self) -> tuple[Point, ...]: ...

    def at(self) -> int:
        """The handle that keys move; -1: none."""
        ...

    def dragged(self, handle: int, to: Point) -> "Tool": ...

    @property
    def idle(self) -> bool:
        """Applied now it would change nothing."""
        ...


_EDGES = ("trái", "trên", "phải", "dưới")
LEFT, TOP, RIGHT, BOTTOM = range(4)


@dataclass(frozen=True, slots=True)
class CropTool:
    """A frame; what lies outside is cut off. ``margins``: pixels cut at the left, top, right and bottom."""

    paper: Paper
    margins: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    edge: int = LEFT
    title: str = "Cắt khung"
    hint: str = "Phím mũi tên: dời mép 1 mm (Shift: 10 mm) · Tab: đổi mép"

    @property
    def box(self) -> tuple[float, float, float, float]:
        left, top, right, bottom = self.margins
        return left, top, self.paper.width - right, self.paper.height - bottom

    @property
    def idle(self) -> bool:
        return max(self.margins) < 0.5

    def key(self, key: Qt.Key, shift: bool) -> "CropTool | None":
        """Arrows along the edge's own way move it; the others choose the edge on their side."""
        if key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
            return replace(self, edge=(self.edge + (-1 if shift or key is Qt.Key.Key_Backtab else 1)) % 4)
        if key not in _ARROWS:
            return None
        dx, dy = _ARROWS[key]
        upright = self.edge in (LEFT, RIGHT)
        if bool(dx) != upright:
            return replace(self, edge={(-1, 0): LEFT, (1, 0): RIGHT, (0, -1): TOP, (0, 1): BOTTOM}[dx, dy])
        inwards = (dx or dy) * (1 if self.edge in (LEFT, TOP) else -1)
        return self._cut(self.edge, self.margins[self.edge] + inwards * (STRIDE_MM if shift else STEP_MM) * self.paper.mm)

    def on(self, other: Paper) -> "CropTool":
        """As many millimetres off another page."""
        left, top, right, bottom = (m / self.paper.mm * other.mm for m in self.margins)
        tool = CropTool(other)
        for edge, margin in enumerate((left, top, right, bottom)):
            tool = tool._cut(edge, margin)
        return tool

    def _cut(self, edge: int, margin: float) -> "CropTool":
        whole = self.paper.width if edge in (LEFT, RIGHT) else self.paper.height
        room = whole - self.margins[(edge + 2) % 4] - min(LEAST_MM * self.paper.mm, whole / 2)
        cut = list(self.margins)
        cut[edge] = min(max(margin, 0.0), max(room, 0.0))
        return replace(self, margins=(cut[0], cut[1], cut[2], cut[3]), edge=edge)

    def words(self) -> str:
        x0, y0, x1, y1 = self.box
        cut = messages.number(round(self.margins[self.edge] / self.paper.mm, 1))
        left = f"{round((x1 - x0) / self.paper.mm)} × {round((y1 - y0) / self.paper.mm)} mm"
        return f"Mép {_EDGES[self.edge]}: cắt {cut} mm · còn {left}"

    def handles(self) -> tuple[Point, ...]:
        x0, y0, x1, y1 = self.box
        x, y = (x0 + x1) / 2, (y0 + y1) / 2
        return (x0, y), (x, y0), (x1, y), (x, y1), (x0, y0), (x1, y0), (x1, y1), (x0, y1)

    def at(self) -> int:
        return self.edge

    def dragged(self, handle: int, to: Point) -> "CropTool":
        """Handles 0 to 3 are the edges, 4 to 7 the corners from the top left clockwise."""
        wish = (to[0], to[1], self.paper.width - to[0], self.paper.height - to[1])
        edges = (handle,) if handle < 4 else ((LEFT, TOP), (RIGHT, TOP), (RIGHT, BOTTOM), (LEFT, BOTTOM))[handle - 4]
        tool = self
        for edge in edges:
            tool = tool._cut(edge, wish[edge])
        return tool


@dataclass(frozen=True, slots=True)
class StraightenTool:
    """``degrees``: how far the page is turned further, clockwise."""

    paper: Paper
    degrees: float = 0.0
    title: str = "Xoay thẳng"
    hint: str = "Phím ← →: xoay 0,1° · ↑ ↓: xoay 1°"

    @property
    def idle(self) -> bool:
        return abs(self.degrees) < STEP_DEG / 2

    def key(self, key: Qt.Key, shift: bool) -> "StraightenTool | None":
        if key not in _ARROWS:
            return None
        dx, dy = _ARROWS[key]
        return self._turned(self.degrees + (dx + dy) * (STRIDE_DEG if shift or dy else STEP_DEG))

    def _turned(self, degrees: float) -> "StraightenTool":
        return replace(self, degrees=round(min(max(degrees, -MOST_DEG), MOST_DEG), 1))

    def words(self) -> str:
        if self.idle:
            return "Chưa xoay thêm"
        way = "theo chiều kim đồng hồ" if self.degrees > 0 else "ngược chiều kim đồng hồ"
        return f"Xoay thêm {messages.number(abs(self.degrees))}° {way}"

    def handles(self) -> tuple[Point, ...]:
        """One at the right edge, which the mouse pulls up or down."""
        angle, reach = math.radians(self.degrees), self.paper.width * 0.46
        return ((self.paper.width / 2 + reach * math.cos(angle), self.paper.height / 2 + reach * math.sin(angle)),)

    def at(self) -> int:
        return 0

    def dragged(self, handle: int, to: Point) -> "StraightenTool":
        return self._turned(math.degrees(math.atan2(to[1] - self.paper.height / 2, max(to[0] - self.paper.width / 2, 1.0))))


_CORNERS = ("trên trái", "trên phải", "dưới phải", "dưới trái")


@dataclass(frozen=True, slots=True)
class CornersTool:
    """The four corners of a photographed sheet, from the top left clockwise; they become those of an upright rectangle."""

    paper: Paper
    corners: Corners
    corner: int = 0
    found: bool = True
    """The program proposed them; else they stand at the picture's own corners."""
    title: str = "Kéo phẳng theo bốn góc"
    hint: str = "Phím mũi tên: dời góc 1 mm (Shift: 10 mm) · Tab: đổi góc"

    @property
    def idle(self) -> bool:
        return False

    def key(self, key: Qt.Key, shift: bool) -> "CornersTool | None":
        if key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
            return replace(self, corner=(self.corner + (-1 if shift or key is Qt.Key.Key_Backtab else 1)) % 4)
        if key not in _ARROWS:
            return None
        step = (STRIDE_MM if shift else STEP_MM) * self.paper.mm
        (x, y), (dx, dy) = self.corners[self.corner], _ARROWS[key]
        return self.dragged(self.corner, (x + dx * step, y + dy * step))

    def words(self) -> str:
        x, y = (round(v / self.paper.mm) for v in self.corners[self.corner])
        where = f"Góc {_CORNERS[self.corner]}: {x} mm từ trái, {y} mm từ trên"
        return where if self.found else f"Chưa tự tìm được góc giấy – đặt từng góc. {where}"

    def handles(self) -> tuple[Point, ...]:
        return self.corners

    def at(self) -> int:
        return self.corner

    def dragged(self, handle: int, to: Point) -> "CornersTool":
        a, b, c, d = (self.paper.inside(to) if i == handle else p for i, p in enumerate(self.corners))
        moved = (a, b, c, d)
        return replace(self, corners=moved, corner=handle) if convex(moved) else replace(self, corner=handle)


def convex(corners: Corners) -> bool:
    """Whether the corners, clockwise on the screen, form a quadrilateral that no side folds back into."""
    for i in range(4):
        (ax, ay), (bx, by), (cx, cy) = corners[i], corners[(i + 1) % 4], corners[(i + 2) % 4]
        if (bx - ax) * (cy - by) - (by - ay) * (cx - bx) <= 0:
            return False
    return True


def nearest(tool: Tool, to: Point, reach: float) -> int:
    """The handle within ``reach`` of a point; -1: none."""
    far = [math.dist(h, to) for h in tool.handles()]
    at = min(range(len(far)), key=far.__getitem__)
    return at if far[at] <= reach else -1
