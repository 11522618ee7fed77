"""The visible part of a signature laid out on a page: what it says, where it stands, how it is drawn.

What is particular to a kind of stamp is data (``signing.presets``). Text style and time format: Decree 30/2020 part II.I.3,
TT 05/2025 art. 8.1 (Times-like, upright, 10 points, black; time with the zone of Viet Nam by ISO 8601).

Number, date and seal are signatures of their own, one mark each: a signature field "shall never refer to more than one
annotation" (ISO 32000-1, 12.7.4.5), anything else drawn after the leader has signed would be a change of what was signed,
and the registrar's tools in use work so too.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, timezone

from signing.geometry import MM, PageShape, Rect, around, clamp, free_place
from signing.presets import Ink, Place, Preset
from signing.qr import QUIET, SIDE_MM, Modules, runs
from signing.typeface import UNITS_PER_EM, metrics, wrap
from workstation.domain.errors import WorkstationError

VIETNAM = timezone(timedelta(hours=7), "+07:00")
"""No daylight saving since 1975, so no zone table is needed."""

_LEADING = 1.15
_PADDING_PT = 3.0
"""With the leading chosen so that three lines from 4 mm down end above the print: the top margin is 20 to 25 mm (Decree 30)."""
_GAP_PT = 3.0
_BORDER_PT = 0.5
_EDGE_MM = 2.0
"""A stamp that is moved keeps this far from the edge of the page: what printers can't print."""
_MAX_SHARE = 0.3
"""A stamp takes no more of the page's height than this; on a page the size of an identity card its letters shrink instead."""
_SHARES = tuple(tenth / 10 for tenth in range(10, 3, -1))
"""Down to 4 points for letters of 10: smaller ones nobody reads."""
_NARROW_MM = 66.0
"""The line with the time is 65 mm long."""
_LEAST_IMAGE_MM = 8.0
"""A handwritten signature in a narrower blank stands out over it instead of becoming a dot."""
_MOST_TAKEN = 100
"""Signatures shown on one page. More are found in files made to hang a program."""


_RIM_PT = 5.0
"""An earlier signature that leaves no more than this of the page is a background; nothing could be kept off it. (A stamp of
ours never does: it stands 4 mm from an edge.)"""


@dataclass(frozen=True, slots=True)
class Picture:
    width: int
    height: int
    rgb: bytes
    """sRGB, eight bits a colour."""
    alpha: bytes


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
    frame: bool = True
    picture: Picture | None = None
    qr: Modules | None = None
    area: Rect | None = None
    """Inside which it may be moved, on the page as shown."""
    home: Rect | None = None
    """Where it stands unmoved."""

    @property
    def rect(self) -> Rect:
        """In page coordinates: the annotation's /Rect."""
        return self.page.to_page(self.seen)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a stamp has to reckon with on its page; rectangles in page coordinates."""

    page: PageShape
    taken: tuple[Rect, ...] = ()
    """Where signatures are shown already."""
    anchor: Rect | None = None
    """The blank, or the earlier signature, to which the stamp belongs."""
    guessed: bool = False
    """The blank is only where it can be: all of it is free to move in."""


@dataclass(frozen=True, slots=True)
class Content:
    """What a stamp shows."""

    lines: tuple[str, ...] = ()
    picture: Picture | None = None
    qr: Modules | None = None


def format_time(moment: datetime) -> str:
    """``21/11/2026 17:45:19 +07:00``, whatever the zone of ``moment`` (aware)."""
    return moment.astimezone(VIETNAM).strftime("%d/%m/%Y %H:%M:%S +07:00")


def format_date(moment: datetime) -> str:
    """The day of ``moment`` in Viet Nam, as :func:`_in_words`."""
    return _in_words(moment.astimezone(VIETNAM).date())


def _in_words(day: date) -> str:
    """``ngày 05 tháng 02 năm 2026``: days below 10 and the months 1 and 2 with a zero (Decree 30/2020, ô 4)."""
    month = f"{day.month:02d}" if day.month < 3 else str(day.month)
    return f"ngày {day.day:02d} tháng {month} năm {day.year}"


def texts(preset: Preset, moment: datetime, on: date | None = None, **words: str) -> tuple[str, ...]:
    """The lines of the stamp, not wrapped yet. ``on``: the day to write, else that of ``moment``; ``words``: name,
    number, copy."""
    given = {**words, "time": format_time(moment), "date": _in_words(on) if on else format_date(moment)}
    return tuple(metrics().printable(line.format(**given)) for line in preset.lines)


def lay_out(preset: Preset, what: Content, where: Surroundings, move_mm: tuple[float, float] = (0.0, 0.0)) -> Stamp:
    """Sets a stamp on a page, moved from its home by as much of ``move_mm`` (right, down) as the preset allows, and off
    the signatures that are there.

    Text that is too long for one line wraps and the box grows downwards; where the page is small the letters shrink.
    Raises U01 (no anchor for a preset that needs one) and C11 (no room left).
    """
    page = where.page
    if page.shown.width <= 0 or len(where.taken) > _MOST_TAKEN:
        raise WorkstationError("C11", kind="full")
    anchored = preset.place in (Place.BETWEEN, Place.BESIDE, Place.BLANK)
    if anchored and where.anchor is None:
        raise WorkstationError("U01", detail=f"--preset {preset.code}: --at")
    anchor = page.to_shown(where.anchor) if where.anchor else Rect(0, 0, 0, 0)
    # a seal belongs over the signature that it goes with, and over no other
    belongs, rim = preset.place is Place.BESIDE, _RIM_PT / page.user_unit
    shown = (page.to_shown(rect) for rect in where.taken if not (belongs and rect == where.anchor))
    taken = tuple(rect for rect in shown if not rect.grown(rim, rim).holds(page.shown))
    for share in _SHARES:
        stamp = _home(preset, what, page, anchor, share / page.user_unit)
        last = share == _SHARES[-1] or preset.image is not Ink.NONE
        if not last and not _modest(stamp, preset, anchor):
            continue
        roam = anchor if where.guessed else None
        placed = _moved(stamp, preset, taken, move_mm, anchored=anchored, roam=roam)
        if placed is not None:
            return placed
    raise WorkstationError("C11", kind="full")


def _modest(stamp: Stamp, preset: Preset, anchor: Rect) -> bool:
    """Whether its letters need not shrink."""
    if preset.place is Place.BLANK and not preset.frame:  # a number or a day is one line; a framed mark may wrap
        return len(stamp.lines) == len(preset.lines) and stamp.seen.width <= max(anchor.width, 1)
    return stamp.seen.height <= stamp.page.shown.height * _MAX_SHARE


def _home(preset: Preset, what: Content, page: PageShape, anchor: Rect, scale: float) -> Stamp:
    """The stamp where it belongs, whatever else is there."""
    if what.picture is not None:
        return Stamp((), _picture_home(preset, what.picture, page, anchor, scale), page, 0, scale, False, what.picture)
    shown = page.shown
    side, top = preset.side_mm * MM * scale, preset.top_mm * MM * scale
    size, padding = preset.size_pt * scale, _padding(scale, preset.frame)
    beside = SIDE_MM * MM * scale if what.qr else 0.0
    available = _width(preset, page, scale) - padding - (beside or padding)
    lines = tuple(line for text in what.lines for line in wrap(text, max(int(available / size * UNITS_PER_EM), UNITS_PER_EM)))
    width = max(metrics().width(line) for line in lines) * size / UNITS_PER_EM + (beside or padding) + padding
    height = size * (_LEADING * (len(lines) - 1) + (metrics().ascent - metrics().descent) / UNITS_PER_EM)
    height = max(height + 2 * padding, beside)
    if preset.place is Place.BLANK:
        seen = around(anchor.centre, width, height)
        seen = seen.moved(anchor.x0 - seen.x0, 0)
    else:
        x0 = shown.x1 - side - width if preset.place is Place.TOP_RIGHT else side
        y0 = top if preset.place is Place.BOTTOM_LEFT else shown.y1 - top - height
        seen = Rect(x0, y0, x0 + width, y0 + height)
    return Stamp(lines, seen, page, size, scale, preset.frame, None, what.qr)


def _width(preset: Preset, page: PageShape, scale: float) -> float:
    """The widest that a stamp with lines may be. In a corner it leaves the other one free, since clerk (S6, left) and registrar
    (S5, right) may meet on a page; on a page narrower than two times of signing it takes the whole width."""
    widest = preset.width_mm * MM * scale
    whole = page.shown.width - 2 * preset.side_mm * MM * scale
    if preset.place not in (Place.TOP_LEFT, Place.TOP_RIGHT):
        return min(widest, whole)
    half = (whole - _GAP_PT * scale) / 2
    return min(widest, half if half >= _NARROW_MM * MM * scale else whole)


def _picture_home(preset: Preset, picture: Picture, page: PageShape, anchor: Rect, scale: float) -> Rect:
    """A signature fills the blank and stands in its middle; a seal has its real size and covers a third of the signature."""
    width, height = preset.width_mm * MM * scale, preset.height_mm * MM * scale
    if preset.place is Place.BETWEEN:
        height = min(height, max(anchor.height, _LEAST_IMAGE_MM * MM * scale))
    share = min(width / picture.width, height / picture.height, page.shown.width / picture.width)
    seen = around(anchor.centre, picture.width * share, picture.height * share)
    if preset.place is Place.BESIDE:
        seen = seen.moved(anchor.x0 + anchor.width / 3 - seen.x1, 0)
    return seen


def _moved(
    stamp: Stamp,
    preset: Preset,
    taken: tuple[Rect, ...],
    move_mm: tuple[float, float],
    *,
    anchored: bool,
    roam: Rect | None = None,
) -> Stamp | None:
    """The stamp moved as wished and off what is taken; None if there is no room. Only what is at home in a corner may take
    another place on the page: a signature or seal elsewhere would mean something else. ``roam``: instead of what the preset
    allows, where nobody knows the place."""
    shown, mm = stamp.page.shown, MM * stamp.scale
    home = clamp(stamp.seen, shown)
    if not shown.holds(home):
        return None
    area = allowed(home, preset, stamp.page, stamp.scale)
    if roam is not None:
        area = _around(roam, home).common(_printable(shown, home, stamp.scale))
    wanted = clamp(home.moved(move_mm[0] * mm, -move_mm[1] * mm), area)
    gap = _GAP_PT * stamp.scale
    free = free_place(wanted, area, taken, gap)
    if free is None and preset.place is Place.BESIDE:
        free = wanted  # where a seal goes is laid down, and it is drawn on nothing
    if free is None and not anchored:
        free = free_place(wanted, _printable(shown, home, stamp.scale), taken, gap)
    return None if free is None else replace(stamp, seen=free, area=area, home=home)


def allowed(home: Rect, preset: Preset, page: PageShape, scale: float) -> Rect:
    """The area of the shown page inside which a stamp that is at home at ``home`` may be moved."""
    sideways, upright = (length * MM * scale for length in preset.move_mm)
    return home.grown(sideways, upright).common(_printable(page.shown, home, scale))


def _around(rect: Rect, home: Rect) -> Rect:
    return Rect(min(rect.x0, home.x0), min(rect.y0, home.y0), max(rect.x1, home.x1), max(rect.y1, home.y1))


def _printable(shown: Rect, home: Rect, scale: float) -> Rect:
    """The page without its rim; ``home`` is part of it wherever it lies."""
    edge = _EDGE_MM * MM * scale
    return Rect(
        min(edge, home.x0), min(edge, home.y0), max(shown.x1 - edge, home.x1), max(shown.y1 - edge, home.y1)
    )  # fmt: skip


def _padding(scale: float, frame: bool) -> float:
    return _PADDING_PT * scale if frame else 0.0


def drawing(stamp: Stamp, encode: dict[str, bytes]) -> bytes:
    """The content stream. Its resources are the font ``F0`` and the picture ``Im0``; ``encode`` gives each line's string.

    Black is DeviceGray, which any PDF/A output intent covers, and no background is filled: the stamp hides nothing of the
    page. (A QR code, too, relies on the paper's own white.)
    """
    width, height = stamp.seen.width, stamp.seen.height
    if stamp.picture is not None:
        return b"q %.3f 0 0 %.3f 0 0 cm /Im0 Do Q" % (width, height)
    border, padding = _BORDER_PT * stamp.scale, _padding(stamp.scale, stamp.frame)
    out = [b"q"]
    if stamp.frame:
        frame = (border / 2, border / 2, width - border, height - border)
        out.append(b"0 G %.3f w %.3f %.3f %.3f %.3f re S" % (border, *frame))
    left = padding
    if stamp.qr:
        out.append(_qr(stamp.qr, 0, height, SIDE_MM * MM * stamp.scale))
        left = SIDE_MM * MM * stamp.scale
    first = height - padding - stamp.size * metrics().ascent / UNITS_PER_EM
    out.append(b"BT 0 g /F0 %.3f Tf %.3f %.3f Td" % (stamp.size, left, first))
    for index, line in enumerate(stamp.lines):
        if index:
            out.append(b"0 %.3f Td" % (-stamp.size * _LEADING))
        out.append(encode[line] + b" Tj")
    out.append(b"ET Q")
    return b"\n".join(out)


def _qr(code: Modules, left: float, top: float, side: float) -> bytes:
    """The dark modules as one filled path, quiet zone inside ``side``."""
    module = side / (len(code) + 2 * QUIET)
    boxes = [
        b"%.3f %.3f %.3f %.3f re" % (left + (QUIET + column) * module, top - (QUIET + row + 1) * module, length * module, module)
        for column, row, length in runs(code)
    ]
    return b"0 g " + b"\n".join(boxes) + b" f"
