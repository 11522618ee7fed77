"""Separator sheets and handover slips: their words, and where they stand on the sheet."""

from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from signing.sheets import CodeSheet, Line, Rule, Square, write
from signing.stamp import VIETNAM
from signing.typeface import UNITS_PER_EM, metrics, wrap
from workstation.domain.codes import Separator, separator_payload, slip_payload
from workstation.domain.dossier import Dossier
from workstation.domain.errors import WorkstationError

MOST_SHEETS = 500
_CENTRE = 105.0
_LARGE = Square(60, 104, 90)
_CORNERS = tuple(Square(x, y, 30) for y in (14, 253) for x in (14, 166))
"""The same code again in the corners: a sheet that is torn, or pulled in askew, still shows one."""
_TITLES = {
    Separator.DOCUMENT: ("Tờ phân cách – văn bản mới", "Separator sheet – new document"),
    Separator.DOSSIER: ("Tờ phân cách – hồ sơ mới", "Separator sheet – new dossier"),
}
_WHAT = {
    Separator.DOCUMENT: "Đặt tờ này trước trang đầu của mỗi văn bản, rồi quét cả chồng.",
    Separator.DOSSIER: "Đặt tờ này trước trang đầu của mỗi hồ sơ, rồi quét cả chồng.",
}
_ASIDE = "Máy tự nhận ra và để riêng tờ này, không đưa vào văn bản. Dùng lại được nhiều lần."
_LEADING_MM = 6.4


def separator_sheet(kind: Separator) -> CodeSheet:
    title, english = _TITLES[kind]
    lines = (
        Line(_CENTRE, 72, 30, title, centred=True),
        Line(_CENTRE, 81, 13, english, centred=True),
        Line(_CENTRE, 218, 15, _WHAT[kind], centred=True),
        Line(_CENTRE, 226, 13, _ASIDE, centred=True),
    )
    return CodeSheet(separator_payload(kind), (_LARGE, *_CORNERS), lines)


def slip_sheet(dossier: Dossier, site: str) -> CodeSheet:
    """What goes with the paper from hand to hand."""
    live = sum(not p.dropped for p in dossier.pages)
    received = dossier.created_at.astimezone(VIETNAM)
    rows = [
        ("Hồ sơ", dossier.title or "(chưa đặt tên)"),
        ("Mã thủ tục", dossier.procedure or "–"),
        ("Số trang đã quét", f"{live}"),
        ("Ngày nhận", f"{received:%d/%m/%Y %H:%M}"),
    ]
    lines = [
        Line(20, 30, 13, site),
        Line(20, 46, 20, "PHIẾU GIAO NHẬN HỒ SƠ"),
        Line(20, 53, 11, "Handover slip"),
        Line(20, 70, 30, dossier.code),
    ]
    y = 88.0
    for name, value in rows:
        lines.append(Line(20, y, 12, name))
        for text in wrap(metrics().printable(value), int((190 - 62) / 25.4 * 72 / 13 * UNITS_PER_EM)):
            lines.append(Line(62, y, 13, text))
            y += _LEADING_MM
        y += 1.6
    y += 10
    for x, who in ((20.0, "Người giao"), (112.0, "Người nhận")):
        lines.append(Line(x + 39, y, 13, who, centred=True))
        lines.append(Line(x + 39, y + 5.5, 10, "(ký, ghi rõ họ tên)", centred=True))
    lines.append(Line(20, y + 52, 11, "Quét mã này, hoặc nhấn Ctrl+G ở màn hình Quét rồi quét bằng đầu đọc, để mở đúng hồ sơ."))
    rules = (Rule(20, 190, 78), Rule(20, 98, y + 40), Rule(112, 190, y + 40))
    return CodeSheet(slip_payload(dossier.code), (Square(146, 20, 44),), tuple(lines), rules)


def save_separators(out: Path, kind: Separator, count: int) -> None:
    """So many sheets of a kind. F07 where the file can't be written, U01 for a number of sheets that nobody wants."""
    if not 1 <= count <= MOST_SHEETS:
        raise WorkstationError("U01", detail=f"--count: 1 … {MOST_SHEETS}")
    _saved([separator_sheet(kind)] * count, _TITLES[kind][0], out)


def save_slip(out: Path, dossier: Dossier, site: str) -> None:
    """F07 where the file can't be written."""
    _saved([slip_sheet(dossier, site)], f"Phiếu giao nhận {dossier.code}", out)


def _saved(sheets: list[CodeSheet], title: str, out: Path) -> None:
    made = datetime.now(UTC).replace(microsecond=0)
    try:
        write(sheets, title, made, f"Trạm số hóa {version('tram-so-hoa')}", out)
    except OSError as error:
        raise WorkstationError("F07", file=out.name) from error
