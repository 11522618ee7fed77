"""The visible part of a signature: what it says, where it stands, how it is drawn.

Presets are data. Text style, place and time format: Decree 30/2020 part II.I.3, TT 05/2025 art. 8.1 (Times-like, upright,
10 points, black; time with the zone of Viet Nam by ISO 8601).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from enum import Enum

from signing.typeface import UNITS_PER_EM, metrics, wrap
from workstation.domain.errors import WorkstationError

VIETNAM = timezone(timedelta(hours=7), "+07:00")
"""No daylight saving since 1975, so no zone table is needed."""

_MM = 72 / 25.4
_LEADING = 1.2
_PADDING_PT = 4.0
_GAP_PT = 3.0
_BORDER_PT = 0.5
_MAX_SHARE = 0.3
"""A stamp takes no more of the page's height than this; on a page the size of an identity card its letters shrink instead."""
_SMALLEST_PT = 4.0


class Corner(Enum):
    TOP_LEFT = "top_left"
    TOP_RIGHT = "top_right"


@dataclass(frozen=True, slots=True)
class Preset:
    """One kind of stamp; lengths in millimetres of the page as it is shown."""

    corner: Corner
    side_mm: float
    top_mm: float
    max_width_mm: float
    size_pt: float
    lines: tuple[str, ...]
    """May name ``{name}`` and ``{time}``."""


PRESETS: dict[str, Preset] = {
    # digitised archival document: agency or person, and the signing time; no image (TT 05/2025 art. 8.1)
    "S5": Preset(Corner.TOP_RIGHT, 6, 4, 112, 10, ("Ký bởi: {name}", "Thời gian ký: {time}")),
    # one-stop scan by the clerk: who made the copy, and when (TT 01/2023 art. 8.1)
    "S6": Preset(Corner.TOP_LEFT, 6, 4, 112, 10, ("Người sao chụp: {name}", "Thời gian ký: {time}")),
}


@dataclass(frozen=True, slots=True)
class Rect:
    """Left, bottom, right, top."""

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

    def overlaps(self, other: "Rect") -> bool:
        return self.x0 < other.x1 and other.x0 < self.x1 and self.y0 < other.y1 and other.y0 < self.y1


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


@dataclass(frozen=True, slots=True)
class Stamp:
    """A stamp laid out on a page. Lengths in user space units of that page."""

    lines: tuple[str, ...]
    seen: Rect
    """On the page as shown."""
    page: PageShape
    size: float
    scale: float
    """How much smaller than the preset, and in units of the page."""

    @property
    def rect(self) -> Rect:
        """In page coordinates: the annotation's /Rect."""
        return self.page.to_page(self.seen)


def format_time(moment: datetime) -> str:
    """``21/11/2026 17:45:19 +07:00``, whatever the zone of ``moment`` (aware)."""
    return moment.astimezone(VIETNAM).strftime("%d/%m/%Y %H:%M:%S +07:00")


def lay_out(code: str, name: str, moment: datetime, page: PageShape, taken: tuple[Rect, ...] = ()) -> Stamp:
    """Sets preset ``code`` on ``page``; ``taken`` are the stamps that are there already, in page coordinates.

    A name that is too long for one line wraps and the box grows downwards. Raises U01 for an unknown preset.
    """
    preset = PRESETS.get(code)
    if preset is None:
        raise WorkstationError("U01", preset=code)
    texts = tuple(metrics().printable(line.format(name=name, time=format_time(moment))) for line in preset.lines)
    share = 1.0
    while True:
        stamp = _at_scale(preset, texts, page, share)
        if stamp.seen.height <= page.shown.height * _MAX_SHARE or preset.size_pt * share <= _SMALLEST_PT:
            return _below(stamp, tuple(page.to_shown(rect) for rect in taken))
        share -= 0.1


def _at_scale(preset: Preset, texts: tuple[str, ...], page: PageShape, share: float) -> Stamp:
    scale = share / page.user_unit
    shown = page.shown
    side, top, padding = preset.side_mm * _MM * scale, preset.top_mm * _MM * scale, _PADDING_PT * scale
    size = preset.size_pt * scale
    available = min(preset.max_width_mm * _MM * scale, shown.width - 2 * side) - 2 * padding
    limit = max(int(available / size * UNITS_PER_EM), UNITS_PER_EM)
    lines = tuple(line for text in texts for line in wrap(text, limit))
    width = max(metrics().width(line) for line in lines) * size / UNITS_PER_EM + 2 * padding
    height = size * (_LEADING * (len(lines) - 1) + (metrics().ascent - metrics().descent) / UNITS_PER_EM) + 2 * padding
    left = side if preset.corner is Corner.TOP_LEFT else shown.x1 - side - width
    return Stamp(lines, Rect(left, shown.y1 - top - height, left + width, shown.y1 - top), page, size, scale)


def _below(stamp: Stamp, taken: tuple[Rect, ...]) -> Stamp:
    """Moves the stamp down until it hides no other; if the page is full, it stays where it belongs."""
    seen = stamp.seen
    gap = _GAP_PT * stamp.scale
    for _ in taken:
        hit = next((other for other in taken if seen.overlaps(other)), None)
        if hit is None:
            break
        seen = Rect(seen.x0, hit.y0 - gap - seen.height, seen.x1, hit.y0 - gap)
    if seen.y0 < 0:
        return stamp
    return Stamp(stamp.lines, seen, stamp.page, stamp.size, stamp.scale)


def content(stamp: Stamp, encode: "dict[str, bytes]") -> bytes:
    """The content stream: a thin frame and the lines, in the resource font ``F0``. ``encode`` gives each line's string.

    Black is DeviceGray, which any PDF/A output intent covers, and nothing is filled or transparent: the stamp hides nothing
    of the page.
    """
    border, padding = _BORDER_PT * stamp.scale, _PADDING_PT * stamp.scale
    width, height = stamp.seen.width, stamp.seen.height
    first = height - padding - stamp.size * metrics().ascent / UNITS_PER_EM
    frame = (border / 2, border / 2, width - border, height - border)
    out = [
        b"q 0 G %.3f w %.3f %.3f %.3f %.3f re S" % (border, *frame),
        b"BT 0 g /F0 %.3f Tf %.3f %.3f Td" % (stamp.size, padding, first),
    ]
    for index, line in enumerate(stamp.lines):
        if index:
            out.append(b"0 %.3f Td" % (-stamp.size * _LEADING))
        out.append(encode[line] + b" Tj")
    out.append(b"ET Q")
    return b"\n".join(out)
