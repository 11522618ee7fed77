"""A4 sheets with a QR code and a few lines, as PDF/A-2b: separator sheets and slips. Black on white, in the stamp's face.

What they say is the caller's; lengths are millimetres from the sheet's upper left corner. The same sheets give the same bytes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pikepdf
from pikepdf import Dictionary

from signing.paper import font, save_report
from signing.qr import modules, runs
from signing.typeface import UNITS_PER_EM, FontSubset, metrics, subset

WIDTH_MM, HEIGHT_MM = 210.0, 297.0
_MM = 72 / 25.4


@dataclass(frozen=True, slots=True)
class Square:
    """A code without its quiet zone (four modules of nothing), which the caller leaves around it."""

    x: float
    y: float
    side: float


@dataclass(frozen=True, slots=True)
class Line:
    """``y``: of the base line; ``size``: points. ``centred``: about ``x``."""

    x: float
    y: float
    size: float
    text: str
    centred: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    x0: float
    x1: float
    y: float


@dataclass(frozen=True, slots=True)
class CodeSheet:
    payload: str
    squares: tuple[Square, ...]
    lines: tuple[Line, ...]
    rules: tuple[Rule, ...] = ()


def write(sheets: Sequence[CodeSheet], title: str, made: datetime, by: str, out: Path) -> None:
    """Raises OSError; AssertionError if our own file were not PDF/A-2b."""
    texts = [_clean(line.text) for sheet in sheets for line in sheet.lines]
    face = subset("".join(sorted({letter for text in texts for letter in text})))
    pdf = pikepdf.new()
    shared = font(pdf, face)
    drawn: dict[CodeSheet, pikepdf.Object] = {}
    for sheet in sheets:
        page = pdf.add_blank_page(page_size=(WIDTH_MM * _MM, HEIGHT_MM * _MM))
        page.obj.Resources = Dictionary(Font=Dictionary(F0=shared))
        if sheet not in drawn:
            drawn[sheet] = pdf.make_indirect(pdf.make_stream(_content(sheet, face)))
        page.obj.Contents = drawn[sheet]
    save_report(pdf, title, made, by, out)


def _content(sheet: CodeSheet, face: FontSubset) -> bytes:
    out = [b"0 g 0 G 0.6 w"]
    code = modules(sheet.payload)
    for square in sheet.squares:
        module = square.side / len(code)
        for column, row, length in runs(code):
            x, y = square.x + column * module, square.y + (row + 1) * module
            box = x * _MM, (HEIGHT_MM - y) * _MM, length * module * _MM, module * _MM
            out.append(b"%.3f %.3f %.3f %.3f re" % box)
        out.append(b"f")
    for rule in sheet.rules:
        y = (HEIGHT_MM - rule.y) * _MM
        out.append(b"%.2f %.2f m %.2f %.2f l S" % (rule.x0 * _MM, y, rule.x1 * _MM, y))
    out.append(b"BT")
    for line in sheet.lines:
        text = _clean(line.text)
        x = line.x * _MM - (width_mm(text, line.size) * _MM / 2 if line.centred else 0)
        out.append(b"/F0 %.2f Tf 1 0 0 1 %.2f %.2f Tm" % (line.size, x, (HEIGHT_MM - line.y) * _MM))
        out.append(face.encode(text) + b" Tj")
    out.append(b"ET")
    return b"\n".join(out)


def width_mm(text: str, size: float) -> float:
    return metrics().width(_clean(text)) * size / UNITS_PER_EM / _MM


def _clean(text: str) -> str:
    return metrics().printable(text)
