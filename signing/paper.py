"""A report as a PDF/A-2b file: headings and rows of two columns, each in Vietnamese with the English below, in the stamp's face.

What the rows say is the caller's; here they are wrapped, broken into pages and drawn. The same words give the same bytes.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pikepdf
import pikepdf.pdfa
from pikepdf import Array, Dictionary, Name, Pdf, String

from signing.stamp import format_time
from signing.typeface import FONT_NAME, UNITS_PER_EM, FontSubset, metrics, subset, wrap

_WIDTH, _HEIGHT = 595.276, 841.89
_SIDE, _TOP, _BOTTOM = 56.0, 52.0, 52.0
_VALUE = 212.0
"""Where the second column begins."""
_LEADING = 1.25
_TITLE, _HEADING, _TEXT, _SMALL = 17.0, 12.0, 10.0, 8.0
_BLACK, _GREY = (0.0, 0.0, 0.0), (0.42, 0.42, 0.42)
TONES = {"good": (0.05, 0.42, 0.18), "warn": (0.62, 0.38, 0.0), "bad": (0.68, 0.07, 0.07)}
"""Darker than a lamp: still told from one another on a grey printer, and the words say it too."""
_FLAVOUR = "2b"

Colour = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Words:
    vi: str
    en: str = ""
    """Empty: nothing to translate, as with a name or a number."""


@dataclass(frozen=True, slots=True)
class Row:
    label: Words
    values: tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class Section:
    title: Words
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Paper:
    title: Words
    verdict: Words
    tone: str
    """A key of ``TONES``."""
    sections: tuple[Section, ...]
    made: datetime
    """Aware; stands in the foot and in the file's metadata."""
    by: str
    """The program that made it."""


@dataclass(frozen=True, slots=True)
class _Line:
    x: float
    y: float
    size: float
    text: str
    colour: Colour = _BLACK


@dataclass(slots=True)
class _Flow:
    """Lines set so far, page by page, and how far down the last page is filled."""

    pages: list[list[_Line]] = field(default_factory=lambda: [[]])
    rules: list[list[float]] = field(default_factory=lambda: [[]])
    y: float = _HEIGHT - _TOP

    def need(self, height: float) -> None:
        """Turns the page if ``height`` no longer fits; what is taller than a page goes on over the edge line by line."""
        if self.y - height < _BOTTOM and self.y < _HEIGHT - _TOP:
            self.turn()

    def turn(self) -> None:
        self.pages.append([])
        self.rules.append([])
        self.y = _HEIGHT - _TOP

    def rule(self) -> None:
        self.rules[-1].append(self.y)

    def put(self, x: float, down: float, size: float, text: str, colour: Colour = _BLACK) -> None:
        self.pages[-1].append(_Line(x, self.y - down, size, text, colour))


def write(paper: Paper, out: Path) -> None:
    """Writes ``out`` by way of a file beside it. Raises OSError; AssertionError if our own file were not PDF/A-2b."""
    pages, rules = _set(paper)
    every = "".join(sorted({letter for page in pages for line in page for letter in line.text}))
    face = subset(every)
    pdf = pikepdf.new()
    shared = font(pdf, face)
    for lines, heights in zip(pages, rules, strict=True):
        page = pdf.add_blank_page(page_size=(_WIDTH, _HEIGHT))
        page.obj.Resources = Dictionary(Font=Dictionary(F0=shared))
        page.obj.Contents = pdf.make_stream(_drawn(lines, heights, face))
    save_report(pdf, paper.title.vi, paper.made, paper.by, out)


def save_report(pdf: Pdf, title: str, made: datetime, by: str, out: Path) -> None:
    """As PDF/A-2b, by way of a file beside ``out``. Raises as :func:`write`."""
    pdf.Root.Lang = String("vi")
    pdf.Root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
    with pdf.open_metadata(set_pikepdf_as_editor=False) as meta:
        meta["dc:title"] = title
        meta["dc:language"] = ["vi"]
        meta["xmp:CreatorTool"] = by
        meta["xmp:CreateDate"] = meta["xmp:ModifyDate"] = made.isoformat()
    part = out.with_name(f".{out.name}.part")
    try:
        report = pikepdf.pdfa.save(pdf, part, _FLAVOUR)
        if not report.passed:
            raise AssertionError("the report is not PDF/A-2b")
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)


def _set(paper: Paper) -> tuple[list[list[_Line]], list[list[float]]]:
    flow = _Flow()
    tone = TONES[paper.tone]
    _block(flow, paper.title, _TITLE, _BLACK)
    flow.y -= 6
    _block(flow, paper.verdict, _HEADING + 2, tone)
    for section in paper.sections:
        flow.y -= 14
        flow.need(70)  # a heading stays with its first row
        _block(flow, section.title, _HEADING, _BLACK)
        flow.y -= 2
        flow.rule()
        flow.y -= 5
        for row in section.rows:
            _row(flow, row)
    foot = f"{paper.by} · {format_time(paper.made)}"
    for number, lines in enumerate(flow.pages, 1):
        where = f"{number}/{len(flow.pages)}"
        lines.append(_Line(_SIDE, _BOTTOM - 24, _SMALL, _clean(foot), _GREY))
        lines.append(_Line(_WIDTH - _SIDE - _width(where, _SMALL), _BOTTOM - 24, _SMALL, where, _GREY))
    return flow.pages, flow.rules


def _block(flow: _Flow, words: Words, size: float, colour: Colour) -> None:
    for text, height, tint in ((words.vi, size, colour), (words.en, min(size, _TEXT), _GREY)):
        for line in _lines(text, height, _WIDTH - 2 * _SIDE):
            flow.need(height * _LEADING)
            flow.put(_SIDE, height, height, line, tint)
            flow.y -= height * _LEADING


def _row(flow: _Flow, row: Row) -> None:
    """Two columns set side by side; a row is kept together if a page can hold it."""
    left = list(_column((row.label,), _VALUE - _SIDE - 10))
    right = list(_column(row.values, _WIDTH - _SIDE - _VALUE))
    heights = [sum(size * _LEADING for size, _, _ in column) for column in (left, right)]
    flow.need(min(max(heights), _HEIGHT - _TOP - _BOTTOM))
    down = 0.0
    for size, text, tint in left:
        flow.put(_SIDE, down + size, size, text, tint)
        down += size * _LEADING
    spent = 0.0
    for size, text, tint in right:
        if flow.y - spent - size * _LEADING < _BOTTOM:
            flow.turn()
            spent = down = 0.0
        flow.put(_VALUE, spent + size, size, text, tint)
        spent += size * _LEADING
    flow.y -= max(down, spent) + 3


def _column(parts: tuple[Words, ...], width: float) -> Iterator[tuple[float, str, Colour]]:
    for words in parts:
        for text, size, tint in ((words.vi, _TEXT, _BLACK), (words.en, _SMALL, _GREY)):
            for line in _lines(text, size, width):
                yield size, line, tint


def _lines(text: str, size: float, width: float) -> tuple[str, ...]:
    return wrap(_clean(text), int(width / size * UNITS_PER_EM))


def _clean(text: str) -> str:
    return metrics().printable(text)


def _width(text: str, size: float) -> float:
    return metrics().width(text) * size / UNITS_PER_EM


def _drawn(lines: list[_Line], rules: list[float], face: FontSubset) -> bytes:
    out = [b"0.7 G 0.6 w"]
    out += [b"%.2f %.2f m %.2f %.2f l S" % (_SIDE, y, _WIDTH - _SIDE, y) for y in rules]
    out.append(b"BT")
    for line in lines:
        out.append(b"%.3f %.3f %.3f rg /F0 %.2f Tf 1 0 0 1 %.2f %.2f Tm" % (*line.colour, line.size, line.x, line.y))
        out.append(face.encode(line.text) + b" Tj")
    out.append(b"ET")
    return b"\n".join(out)


def font(pdf: Pdf, face: FontSubset) -> pikepdf.Object:
    """As the stamp's (``signing.appearance``): a Type 0 font over the embedded subset, glyph numbers as codes."""
    name = Name(f"/{face.tag}+{FONT_NAME}")
    measures = metrics()
    program = pdf.make_stream(face.program)
    program.Length1 = len(face.program)
    descriptor = Dictionary(
        Type=Name.FontDescriptor, FontName=name, Flags=4 | 2, FontBBox=Array(measures.box), ItalicAngle=0,
        Ascent=measures.ascent, Descent=measures.descent, CapHeight=measures.cap_height, StemV=80, FontFile2=program,
    )  # fmt: skip
    cid = Dictionary(
        Type=Name.Font, Subtype=Name.CIDFontType2, BaseFont=name, CIDToGIDMap=Name.Identity,
        CIDSystemInfo=Dictionary(Registry=String("Adobe"), Ordering=String("Identity"), Supplement=0),
        FontDescriptor=pdf.make_indirect(descriptor), W=Array([0, Array(face.widths)]),
    )  # fmt: skip
    return pdf.make_indirect(
        Dictionary(
            Type=Name.Font, Subtype=Name.Type0, BaseFont=name, Encoding=Name("/Identity-H"),
            DescendantFonts=Array([pdf.make_indirect(cid)]), ToUnicode=pdf.make_stream(face.to_unicode()),
        )
    )  # fmt: skip
