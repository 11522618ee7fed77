"""Sheets with a code: what is printed is what is read again, on paper that any office prints."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pikepdf
import pymupdf
import pytest

from ocr.codes import find_codes
from ocr.frames import Pixels
from tests.unit.store.samples import dossier
from workstation.app.code_sheets import MOST_SHEETS, save_separators, save_slip
from workstation.domain.codes import CodeKind, Separator
from workstation.domain.dossier import Dossier
from workstation.domain.errors import WorkstationError


def picture(path: Path, page: int = 0, dpi: int = 150) -> Pixels:
    with pymupdf.open(path) as document:
        drawn = document[page].get_pixmap(dpi=dpi, colorspace=pymupdf.csGRAY)
    return np.frombuffer(drawn.samples, np.uint8).reshape(drawn.height, drawn.width).copy()


def text(path: Path) -> str:
    with pymupdf.open(path) as document:
        return " ".join(document[0].get_text().split())


@pytest.mark.parametrize("kind, said", [(Separator.DOCUMENT, "văn bản mới"), (Separator.DOSSIER, "hồ sơ mới")])
def test_separators_say_what_they_do_and_are_read_again(tmp_path: Path, kind: Separator, said: str) -> None:
    out = tmp_path / "to-phan-cach.pdf"
    save_separators(out, kind, 3)
    with pikepdf.open(out) as pdf:
        assert len(pdf.pages) == 3
        assert [round(float(x)) for x in pdf.pages[2].mediabox] == [0, 0, 595, 842]
    assert f"Tờ phân cách – {said}" in text(out) and "?" not in text(out)
    for page in range(3):
        assert [(c.kind, c.text) for c in find_codes(picture(out, page), 150)] == [(CodeKind.SEPARATOR, kind.value)]


def test_nothing_is_printed_on_the_edge_or_in_colour(tmp_path: Path) -> None:
    out = tmp_path / "a.pdf"
    save_separators(out, Separator.DOCUMENT, 1)
    page = picture(out)
    margin = round(8 / 25.4 * 150)
    assert min(page[:margin].min(), page[-margin:].min(), page[:, :margin].min(), page[:, -margin:].min()) == 255
    with pymupdf.open(out) as document:
        colour = document[0].get_pixmap(dpi=72)
    rgb = np.frombuffer(colour.samples, np.uint8).reshape(-1, 3)
    assert (rgb.max(axis=1) == rgb.min(axis=1)).all()


@pytest.mark.parametrize("count", [0, -1, MOST_SHEETS + 1])
def test_a_number_of_sheets_that_nobody_wants(tmp_path: Path, count: int) -> None:
    with pytest.raises(WorkstationError, match="U01"):
        save_separators(tmp_path / "a.pdf", Separator.DOCUMENT, count)
    assert not list(tmp_path.iterdir())


def some(**change: object) -> Dossier:
    return replace(dossier("HS-0012"), created_at=datetime(2026, 11, 21, 1, 30, tzinfo=UTC), **change)  # type: ignore[arg-type]


def test_a_slip_names_its_dossier_in_words_and_code(tmp_path: Path) -> None:
    out = tmp_path / "phieu.pdf"
    save_slip(out, some(procedure="1.005129"), "Phường Hòa Hưng")
    said = text(out)
    for words in (
        "Phường Hòa Hưng",
        "PHIẾU GIAO NHẬN HỒ SƠ",
        "HS-0012",
        "Hồ sơ mẫu",
        "1.005129",
        "21/11/2026 08:30",
        "Người nhận",
    ):
        assert words in said, words
    assert [(c.kind, c.text) for c in find_codes(picture(out), 150)] == [(CodeKind.SLIP, "HS-0012")]


def test_a_long_title_is_wrapped_and_keeps_off_the_code(tmp_path: Path) -> None:
    out = tmp_path / "phieu.pdf"
    save_slip(out, some(title="Hồ sơ đề nghị trợ cấp xã hội hằng tháng " * 6), "Phường Hòa Hưng")
    assert [c.text for c in find_codes(picture(out), 150)] == ["HS-0012"]
    with pymupdf.open(out) as document:
        blocks = [b[:4] for b in document[0].get_text("blocks")]
    assert all(x1 <= 192 / 25.4 * 72 and y1 < 290 / 25.4 * 72 for _, _, x1, y1 in blocks)


def test_where_it_can_not_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(WorkstationError, match="F07"):
        save_separators(tmp_path / "none" / "a.pdf", Separator.DOCUMENT, 1)
