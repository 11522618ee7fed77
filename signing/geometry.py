"""Rectangles on a page: as the file has it and as the reader sees it, kept inside an area and off one another. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

MM = 72 / 25.4
"""Points in a millimetre."""


@dataclass(frozen=True, slots=True)
class Rect:
    """Left, bottom, right, top; y upwards."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def width(self) -> float:
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        return self.y1 - self.y0

    @property
    def centre(self) -> tuple[float, float]:
        return (self.x0 + self.x1) / 2, (self.y0 + self.y1) / 2

    def overlaps(self, other: "Rect") -> bool:
        return self.x0 < other.x1 and other.x0 < self.x1 and self.y0 < other.y1 and other.y0 < self.y1

    def holds(self, other: "Rect", slack: float = 0.01) -> bool:
        """Whether ``other`` lies inside, ``slack`` points of rounding allowed."""
        low = self.x0 - slack <= other.x0 and self.y0 - slack <= other.y0
        return low and other.x1 <= self.x1 + slack and other.y1 <= self.y1 + slack

    def moved(self, right: float, up: float) -> "Rect":
        return Rect(self.x0 + right, self.y0 + up, self.x1 + right, self.y1 + up)

    def grown(self, sideways: float, upright: float) -> "Rect":
        return Rect(self.x0 - sideways, self.y0 - upright, self.x1 + sideways, self.y1 + upright)

    def common(self, other: "Rect") -> "Rect":
        """What both cover; of no width or height where they don't meet."""
        x0, y0 = max(self.x0, other.x0), max(self.y0, other.y0)
        return Rect(x0, y0, max(x0, min(self.x1, other.x1)), max(y0, min(self.y1, other.y1)))

    @property
    def area(self) -> float:
        return self.width * self.height


def around(centre: tuple[float, float], width: float, height: float) -> Rect:
    x, y = centre
    return Rect(x - width / 2, y - height / 2, x + width / 2, y + height / 2)


def clamp(wanted: Rect, area: Rect) -> Rect:
    """``wanted`` moved the least that brings it into ``area``; what is larger than the area keeps to its top left corner."""
    x0 = max(area.x0, min(wanted.x0, area.x1 - wanted.width))
    y0 = min(area.y1 - wanted.height, max(wanted.y0, area.y0))
    return Rect(x0, y0, x0 + wanted.width, y0 + wanted.height)


def free_place(wanted: Rect, area: Rect, taken: Sequence[Rect], gap: float) -> Rect | None:
    """The place for ``wanted`` inside ``area`` that covers none of ``taken``: in its own column as long as there is room,
    otherwise in the nearest one; None if there is none.

    Only places that touch an edge (of a taken rectangle, with the gap, or of the area) need to be looked at: any free
    place can be slid sideways and down to one of them.
    """

    def near(start: float, edges: list[float]) -> list[float]:
        return sorted({start, *edges}, key=lambda value: (abs(value - start), value))

    sides = near(wanted.x0, [edge for t in taken for edge in (t.x0 - gap - wanted.width, t.x1 + gap)] + [area.x0])
    for x0 in sides:
        column = wanted.moved(x0 - wanted.x0, 0)
        in_way = [t for t in taken if column.x0 < t.x1 and t.x0 < column.x1]
        for y0 in near(wanted.y0, [edge for t in in_way for edge in (t.y0 - gap - wanted.height, t.y1 + gap)] + [area.y0]):
            place = column.moved(0, y0 - wanted.y0)
            if area.holds(place) and not any(place.overlaps(t) for t in in_way):
                return place
    return None


@dataclass(frozen=True, slots=True)
class PageShape:
    """The visible box of a page in its own coordinates, and how it is turned for reading (ISO 32000-1, 7.7.3.3)."""

    box: Rect
    rotate: int
    """0, 90, 180 or 270 degrees clockwise."""
    user_unit: float = 1.0

    @property
    def shown(self) -> Rect:
        """The page as the reader sees it, from (0, 0)."""
        turned = self.rotate in (90, 270)
        width, height = (self.box.height, self.box.width) if turned else (self.box.width, self.box.height)
        return Rect(0, 0, width, height)

    def to_page(self, seen: Rect) -> Rect:
        """A rectangle of the shown page in page coordinates."""
        box = self.box
        if self.rotate == 90:
            return Rect(box.x1 - seen.y1, box.y0 + seen.x0, box.x1 - seen.y0, box.y0 + seen.x1)
        if self.rotate == 180:
            return Rect(box.x1 - seen.x1, box.y1 - seen.y1, box.x1 - seen.x0, box.y1 - seen.y0)
        if self.rotate == 270:
            return Rect(box.x0 + seen.y0, box.y1 - seen.x1, box.x0 + seen.y1, box.y1 - seen.x0)
        return Rect(box.x0 + seen.x0, box.y0 + seen.y0, box.x0 + seen.x1, box.y0 + seen.y1)

    def to_shown(self, page: Rect) -> Rect:
        """The inverse of :meth:`to_page`."""
        box = self.box
        if self.rotate == 90:
            return Rect(page.y0 - box.y0, box.x1 - page.x1, page.y1 - box.y0, box.x1 - page.x0)
        if self.rotate == 180:
            return Rect(box.x1 - page.x1, box.y1 - page.y1, box.x1 - page.x0, box.y1 - page.y0)
        if self.rotate == 270:
            return Rect(box.y1 - page.y1, page.x0 - box.x0, box.y1 - page.y0, page.x1 - box.x0)
        return Rect(page.x0 - box.x0, page.y0 - box.y0, page.x1 - box.x0, page.y1 - box.y0)

    def matrix(self, width: float, height: float) -> tuple[float, ...]:
        """The form matrix that shows a box of this size upright once the viewer has turned the page."""
        return {
            0: (1, 0, 0, 1, 0, 0),
            90: (0, 1, -1, 0, height, 0),
            180: (-1, 0, 0, -1, width, height),
            270: (0, -1, 1, 0, 0, width),
        }[self.rotate]

    def from_top_left(self, box_mm: tuple[float, float, float, float]) -> Rect:
        """A box in millimetres from the top left corner of the shown page (y downwards) as a rectangle of the shown page."""
        x0, y0, x1, y1 = (value * MM / self.user_unit for value in box_mm)
        top = self.shown.y1
        return Rect(min(x0, x1), top - max(y0, y1), max(x0, x1), top - min(y0, y1))
