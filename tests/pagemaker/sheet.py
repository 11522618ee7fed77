"""Drawing on paper: a Sheet is one page of ink, a Manuscript breaks a document into sheets as it fills them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from PIL import Image, ImageDraw, ImageFont

from tests.pagemaker.fonts import font
from workstation.domain.page import Box

INK = 24
LEADER = 120
"""Grey of a dotted leader, printed thinner than text."""
LEADING = 1.28
Rgb = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class TruthLine:
    """A line as printed (NFC, one space between words) and its box in pixels of the image it stands on."""

    text: str
    box: Box


class MarkKind(Enum):
    SEAL = "seal"
    SIGNATURE = "signature"
    FIGURES = "figures"
    STAMP = "stamp"
    """Straight lines of text, as ``ĐÃ THU TIỀN``."""
    FRAMED = "framed"
    """The same in a frame, as a register's arrival stamp."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Ink laid over the print; centre and size (radius of a seal, width of a signature or stamp, height of figures) in pixels."""

    kind: MarkKind
    x: float
    y: float
    size: float
    colour: Rgb
    text: str = ""
    turn: float = 0.0
    """Degrees, clockwise; of stamps."""


class Align(Enum):
    LEFT = 0.0
    CENTER = 0.5
    RIGHT = 1.0


class Leader(Enum):
    """Where the dots of a form's line run."""

    NONE = "none"
    AFTER = "after"  # what is written, to the margin
    UNDER = "under"  # it, from the label on, as on a form that was filled in later


class Sheet:
    """One page of ink on white. Coordinates are pixels; ``mm`` is how many of them make a millimetre."""

    def __init__(self, dpi: int, width_mm: float, height_mm: float, body_pt: float) -> None:
        self.dpi, self.mm, self.body_pt = dpi, dpi / 25.4, body_pt
        self.ink = Image.new("L", (round(width_mm * self.mm), round(height_mm * self.mm)), 255)
        self.draw = ImageDraw.Draw(self.ink)
        self.left = width_mm / 7 * self.mm
        self.right = self.ink.width - width_mm * 0.08 * self.mm
        self.y, self.bottom = 19 * self.mm, self.ink.height - 19 * self.mm
        self.lines: list[TruthLine] = []
        self.marks: list[Mark] = []

    @property
    def centre(self) -> float:
        return (self.left + self.right) / 2

    def face(self, style: str, pt: float | None) -> ImageFont.FreeTypeFont:
        return font("Tinos", style, round((pt or self.body_pt) * self.dpi / 72))

    def lead(self, pt: float | None = None) -> float:
        """Distance of two base lines, pixels."""
        return (pt or self.body_pt) * self.dpi / 72 * LEADING

    def put(
        self,
        text: str,
        x: float,
        y: float,
        style: str = "Regular",
        pt: float | None = None,
        align: Align = Align.LEFT,
        record: bool = True,
    ) -> Box:
        """One line whose left end, middle or right end is ``x``; ``y`` is the top of its row."""
        face = self.face(style, pt)
        start = x - face.getlength(text) * align.value
        self.draw.text((start, y), text, fill=INK, font=face)
        box = self.draw.textbbox((start, y), text, font=face)
        if record:
            self.lines.append(TruthLine(text, box))
        return box

    def rule(self, x: float, y: float, length: float) -> None:
        self.draw.line((x - length / 2, y, x + length / 2, y), fill=INK, width=max(1, round(self.dpi / 150)))

    def table(self, rows: Sequence[Sequence[str]], shares: Sequence[float]) -> None:
        """Ruled rows of one-line cells from ``self.y`` on, the first in bold; columns take their ``shares`` of the width.

        The truth has a line for each row.
        """
        total, high = self.right - self.left, self.lead() * 1.35
        edges = [self.left + total * sum(shares[:n]) / sum(shares) for n in range(len(shares) + 1)]
        pen = max(1, round(self.dpi / 150))
        for number, row in enumerate(rows):
            style, y = ("Regular", "Bold")[number == 0], self.y + number * high
            boxes = [
                self.put(cell, (a + b) / 2, y + 0.1 * high, style, align=Align.CENTER, record=False)
                for cell, a, b in zip(row, edges[:-1], edges[1:], strict=True)
            ]
            self.lines.append(TruthLine(" ".join(row), hull(boxes)))
        bottom = self.y + len(rows) * high
        for y in (self.y + number * high for number in range(len(rows) + 1)):
            self.draw.line((self.left, y, self.right, y), fill=INK, width=pen)
        for x in edges:
            self.draw.line((x, self.y, x, bottom), fill=INK, width=pen)
        self.y = bottom + self.lead()

    def wrap(self, text: str, width: float, style: str, pt: float | None, first: float) -> list[list[str]]:
        """Words by row; ``first`` is how many pixels the first row starts later."""
        face = self.face(style, pt)
        rows: list[list[str]] = [[]]
        space, used = face.getlength(" "), first
        for word in text.split():
            length = face.getlength(word)
            if rows[-1] and used + space + length > width:
                rows.append([])
                used = 0.0
            used += length + (space if rows[-1] else 0.0)
            rows[-1].append(word)
        return rows

    def put_row(self, words: list[str], x: float, width: float, style: str, pt: float | None, stretch: bool) -> None:
        """A row of a paragraph at ``self.y``, spread over ``width`` when ``stretch``."""
        text = " ".join(words)
        if not stretch or len(words) < 2:
            self.put(text, x, self.y, style, pt)
            return
        face = self.face(style, pt)
        lengths = [face.getlength(word) for word in words]
        gap = (width - sum(lengths)) / (len(words) - 1)
        at, boxes = x, []
        for word, length in zip(words, lengths, strict=True):
            boxes.append(self.put(word, at, self.y, style, pt, record=False))
            at += length + gap
        self.lines.append(TruthLine(text, hull(boxes)))

    def stack(self, rows: Iterable[tuple[str, str, float]], x: float, y: float, align: Align = Align.CENTER) -> float:
        """(text, style, pt) rows one below the other; returns the y below them."""
        for text, style, pt in rows:
            self.put(text, x, y, style, pt, align)
            y += self.lead(pt)
        return y


def hull(boxes: list[Box]) -> Box:
    return (min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes))


class Manuscript:
    """A document being written: text flows on, and a new numbered sheet begins when one is full."""

    def __init__(self, dpi: int, body_pt: float = 14, size_mm: tuple[float, float] = (210, 297)) -> None:
        self.dpi, self.body_pt, self.size_mm = dpi, body_pt, size_mm
        self.sheets = [Sheet(dpi, *size_mm, body_pt)]
        self.fields: list[dict[str, str]] = [{}]

    @property
    def sheet(self) -> Sheet:
        return self.sheets[-1]

    def state(self, **fields: str) -> None:
        """Field truth that the current sheet shows."""
        self.fields[-1] |= fields

    def need(self, pixels: float) -> None:
        """Go to a new sheet unless ``pixels`` still fit; Decree 30 wants its number centred in the top margin."""
        if self.sheet.y + pixels <= self.sheet.bottom:
            return
        sheet = Sheet(self.dpi, *self.size_mm, self.body_pt)
        self.sheets.append(sheet)
        self.fields.append({})
        sheet.put(str(len(self.sheets)), sheet.ink.width / 2, 10 * sheet.mm, pt=13, align=Align.CENTER)

    def skip(self, rows: float) -> None:
        self.sheet.y += self.sheet.lead() * rows

    def paragraph(self, text: str, style: str = "Regular", indent_mm: float = 10, pt: float | None = None) -> None:
        """Justified, first row indented."""
        indent, width = indent_mm * self.sheet.mm, self.sheet.right - self.sheet.left
        rows = self.sheet.wrap(text, width, style, pt, indent)
        for number, words in enumerate(rows):
            self.need(self.sheet.lead(pt))
            offset = indent if number == 0 else 0.0
            self.sheet.put_row(words, self.sheet.left + offset, width - offset, style, pt, stretch=number < len(rows) - 1)
            self.sheet.y += self.sheet.lead(pt)
        self.skip(0.45)

    def centred(self, text: str, style: str = "Bold", pt: float | None = None, inset_mm: float = 0) -> None:
        width = self.sheet.right - self.sheet.left - 2 * inset_mm * self.sheet.mm
        for words in self.sheet.wrap(text, width, style, pt, 0.0):
            self.need(self.sheet.lead(pt))
            self.sheet.put(" ".join(words), self.sheet.centre, self.sheet.y, style, pt, Align.CENTER)
            self.sheet.y += self.sheet.lead(pt)

    def form_line(self, label: str, value: str = "", leader: Leader = Leader.NONE) -> None:
        """``label: value``, wrapped; the truth holds no leader dots."""
        sheet = self.sheet
        self.need(sheet.lead())
        end = sheet.left
        for words in sheet.wrap(f"{label} {value}".strip(), sheet.right - sheet.left, "Regular", None, 0.0):
            end = sheet.put(" ".join(words), sheet.left, sheet.y)[2]
            sheet.y += sheet.lead() * 1.12
        if leader is not Leader.NONE:
            face = sheet.face("Regular", None)
            begin = end + sheet.mm if leader is Leader.AFTER else sheet.left + face.getlength(label + " ")
            dots = "." * max(0, int((sheet.right - begin) / face.getlength(".")))
            sheet.draw.text((begin, sheet.y - sheet.lead() * 1.12 + 0.9 * sheet.mm), dots, fill=LEADER, font=face)
