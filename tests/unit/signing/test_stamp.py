"""The stamp: its letters, widths, place and PDF/A rules."""

import io
import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pikepdf
import pikepdf.pdfa
import pymupdf
import pytest
from fontTools.ttLib import TTFont
from hypothesis import given, settings
from hypothesis import strategies as st

from signing import worker
from signing.stamp import PRESETS, PageShape, Rect, format_time, lay_out
from signing.training import TrainingIdentity
from signing.typeface import metrics, wrap
from tests.letters import VIETNAMESE_LETTERS
from tests.unit.signing.pdfs import A4, draw_stamp_into_page, make_pdfa
from workstation.domain.errors import WorkstationError
from workstation.domain.ports import SignJob

MOMENT = datetime(2026, 11, 21, 10, 45, 19, tzinfo=UTC)
LONG = "Chi nhánh Văn phòng Đăng ký đất đai khu vực số mười hai thuộc Sở Nông nghiệp và Môi trường Thành phố Hồ Chí Minh"
MM = 72 / 25.4


def text_of(path: Path) -> str:
    return subprocess.run(["pdftotext", "-raw", str(path), "-"], check=True, capture_output=True, text=True).stdout


def test_time_is_that_of_viet_nam_with_its_zone() -> None:
    assert format_time(MOMENT) == "21/11/2026 17:45:19 +07:00"


def test_all_accented_letters_come_back(open_training: TrainingIdentity, published: Path, tmp_path: Path) -> None:
    """In words of eight, so that the line breaks fall between them."""
    words = [VIETNAMESE_LETTERS[start : start + 8] for start in range(0, len(VIETNAMESE_LETTERS), 8)]
    worker.sign_file(SignJob(published, tmp_path / "out.pdf", stamp_name=" ".join(words)))
    text = text_of(tmp_path / "out.pdf")
    assert len(VIETNAMESE_LETTERS) == 134
    assert " ".join(text.split()).startswith("Ký bởi: " + " ".join(words) + " Thời gian ký: ")


def test_widths_are_those_of_the_font_program(open_training: TrainingIdentity, published: Path, tmp_path: Path) -> None:
    worker.sign_file(SignJob(published, tmp_path / "out.pdf", stamp_name=VIETNAMESE_LETTERS))
    with pikepdf.open(tmp_path / "out.pdf") as pdf:
        font = pdf.pages[0].obj.Annots[0].AP.N.Resources.Font.F0
        cid = font.DescendantFonts[0]
        program = TTFont(io.BytesIO(cid.FontDescriptor.FontFile2.read_bytes()))
        first, widths = int(cid.W[0]), [int(width) for width in cid.W[1]]
        advances = [program["hmtx"].metrics[glyph][0] for glyph in program.getGlyphOrder()]
        assert (first, program["head"].unitsPerEm) == (0, 1000)
        assert widths == advances and len(widths) > 134
        assert cid.CIDToGIDMap == "/Identity"
        assert re.fullmatch(r"/[A-Z]{6}\+TramSerif-Regular", str(font.BaseFont))


def test_appearance_is_plain(open_training: TrainingIdentity, published: Path, tmp_path: Path) -> None:
    """PDF/A-2 for annotations (ISO 19005-2, 6.3): printed, not hidden, only a normal appearance; and nothing transparent."""
    worker.sign_file(SignJob(published, tmp_path / "out.pdf"))
    with pikepdf.open(tmp_path / "out.pdf") as pdf:
        widget = pdf.pages[0].obj.Annots[0]
        assert int(widget.F) == 132 and list(widget.AP.keys()) == ["/N"]
        assert set(widget.AP.N.Resources.keys()) == {"/Font"}
        assert "/NeedAppearances" not in pdf.Root.AcroForm
        assert str(widget.V.SubFilter) == "/ETSI.CAdES.detached"
        with pdf.open_metadata() as metadata:
            assert metadata["pdfaid:part"] == "2", "signing leaves the PDF/A claim"


@pytest.mark.parametrize("rotate", [0, 90])
def test_pdfa_rules_hold_for_the_stamp(open_training: TrainingIdentity, tmp_path: Path, rotate: int) -> None:
    unsigned = make_pdfa(tmp_path / "in.pdf", rotate=rotate)
    worker.sign_file(SignJob(unsigned, tmp_path / "out.pdf", stamp_name=VIETNAMESE_LETTERS))
    with draw_stamp_into_page(tmp_path / "out.pdf", unsigned) as pdf:
        report = pikepdf.pdfa.check(pdf, "2b")
        assert report.passed, report.findings
        # the checker does judge this font: one wrong width, and it fails
        cid = pdf.pages[0].obj.Resources.XObject.Stamp.Resources.Font.F0.DescendantFonts[0]
        cid.W[1][5] = int(cid.W[1][5]) * 2
        assert pikepdf.pdfa.check(pdf, "2b").verdict == "fail"


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
@pytest.mark.parametrize("size", [A4, (A4[1], A4[0]), (298, 420), (842, 1191)])
def test_stands_top_right_and_upright_however_the_page_lies(
    open_training: TrainingIdentity, tmp_path: Path, size: tuple[float, float], rotate: int
) -> None:
    make_pdfa(tmp_path / "in.pdf", size=size, rotate=rotate)
    worker.sign_file(SignJob(tmp_path / "in.pdf", tmp_path / "out.pdf"))
    with pymupdf.open(tmp_path / "out.pdf") as pdf:
        page = pdf[0]
        widget = next(page.widgets()).rect * page.rotation_matrix
        width, height = page.rect.width, page.rect.height
        assert width - widget.x1 == pytest.approx(6 * MM, abs=0.5), "distance from the right edge"
        assert widget.y0 == pytest.approx(4 * MM, abs=0.5), "distance from the top edge"
        assert widget.y1 < 22 * MM, "inside the top margin of Decree 30 (20 to 25 mm)"
        assert widget.x0 >= 0 and height > 0
        # what is drawn lies inside the box and nowhere else: compare with the page unsigned
        with pymupdf.open(tmp_path / "in.pdf") as before:
            ink = _difference(before[0], page)
    assert text_of(tmp_path / "out.pdf").startswith("Ký bởi: ỦY BAN NHÂN DÂN")
    assert ink is not None
    assert ink.width > ink.height * 3, "upright text is wider than high"
    assert widget.x0 - 1 <= ink.x0 and ink.x1 <= widget.x1 + 1 and widget.y0 - 1 <= ink.y0 and ink.y1 <= widget.y1 + 1


def _difference(before: pymupdf.Page, after: pymupdf.Page) -> pymupdf.Rect | None:
    """Bounding box, in points of the shown page, of the pixels that differ."""
    pictures = [np.frombuffer(page.get_pixmap(dpi=144).samples, np.uint8) for page in (before, after)]
    size = after.get_pixmap(dpi=144)
    changed = (pictures[0] != pictures[1]).reshape(size.height, size.width, 3).any(axis=2)
    rows, columns = np.flatnonzero(changed.any(axis=1)), np.flatnonzero(changed.any(axis=0))
    if not rows.size:
        return None
    return pymupdf.Rect(columns[0] / 2, rows[0] / 2, columns[-1] / 2, rows[-1] / 2)


def shape(width: float = A4[0], height: float = A4[1], rotate: int = 0, unit: float = 1) -> PageShape:
    return PageShape(Rect(0, 0, width, height), rotate, unit)


def test_long_name_wraps_and_keeps_every_word() -> None:
    stamp = lay_out("S5", LONG, MOMENT, shape())
    assert len(stamp.lines) == 3
    assert " ".join(stamp.lines) == f"Ký bởi: {LONG} Thời gian ký: 21/11/2026 17:45:19 +07:00"
    assert stamp.size == 10 and stamp.seen.y1 - stamp.seen.y0 < 20 * MM


def test_small_page_gets_smaller_letters_but_all_of_them() -> None:
    stamp = lay_out("S5", LONG, MOMENT, shape(243, 153))  # an identity card
    assert 4 <= stamp.size < 10
    assert stamp.seen.height <= 153 * 0.35 and stamp.seen.x0 > 0
    assert LONG in " ".join(stamp.lines)


def test_cropped_and_scaled_pages() -> None:
    box = Rect(100, 50, 500, 700)
    assert lay_out("S5", "A", MOMENT, PageShape(box, 0)).rect.x1 == pytest.approx(500 - 6 * MM)
    assert lay_out("S5", "A", MOMENT, PageShape(box, 0)).rect.y1 == pytest.approx(700 - 4 * MM)
    half = lay_out("S5", "A", MOMENT, shape(A4[0] / 2, A4[1] / 2, unit=2))
    assert half.size == 5, "ten points on paper when a unit is two points"


def test_second_stamp_does_not_hide_the_first() -> None:
    first = lay_out("S5", "Một", MOMENT, shape(rotate=90))
    second = lay_out("S5", "Hai", MOMENT, shape(rotate=90), (first.rect,))
    assert not first.seen.overlaps(second.seen) and second.seen.y1 < first.seen.y0
    third = lay_out("S5", "Ba", MOMENT, shape(rotate=90), (first.rect, second.rect))
    assert not third.seen.overlaps(first.seen) and not third.seen.overlaps(second.seen)


def test_presets_are_known_by_their_number() -> None:
    assert lay_out("S6", "A", MOMENT, shape()).seen.x0 == pytest.approx(6 * MM), "the clerk's stamp stands left"
    assert set(PRESETS) == {"S5", "S6"}
    with pytest.raises(WorkstationError, match="U01"):
        lay_out("S1", "A", MOMENT, shape())


def test_letter_that_the_face_lacks_is_marked() -> None:
    assert lay_out("S5", "Lý 李", MOMENT, shape()).lines[0] == "Ký bởi: Lý ?"
    decomposed = "Ký bởi: Ủy"
    assert metrics().printable(decomposed) == "Ký bởi: Ủy"


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=VIETNAMESE_LETTERS + "  abcXYZ0123", max_size=300), st.integers(2000, 40000))
def test_wrapping_loses_nothing_and_never_overflows(text: str, limit: int) -> None:
    lines = wrap(text, limit)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(metrics().width(line) <= limit for line in lines)


@given(st.sampled_from([0, 90, 180, 270]), st.floats(-500, 500), st.floats(-500, 500), st.floats(50, 2000), st.floats(50, 2000))
def test_page_and_shown_coordinates_are_inverse(rotate: int, x0: float, y0: float, width: float, height: float) -> None:
    page = PageShape(Rect(x0, y0, x0 + width, y0 + height), rotate)
    seen = Rect(1, 2, 30, 40)
    back = page.to_shown(page.to_page(seen))
    assert (back.x0, back.y0, back.x1, back.y1) == pytest.approx((1, 2, 30, 40))
    inside = page.to_page(page.shown)
    assert (inside.x0, inside.y0, inside.x1, inside.y1) == pytest.approx((x0, y0, x0 + width, y0 + height))
