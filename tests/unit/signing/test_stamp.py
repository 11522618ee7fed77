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

from signing import stamp, worker
from signing.geometry import MM, PageShape, Rect
from signing.presets import load_presets, preset
from signing.stamp import Content, Picture, Stamp, Surroundings, format_date, format_time, texts
from signing.training import TrainingIdentity
from signing.typeface import metrics, wrap
from tests.letters import VIETNAMESE_LETTERS
from tests.unit.signing.pdfs import A4, draw_stamp_into_page, make_pdfa
from workstation.domain.errors import WorkstationError
from workstation.domain.signing import SignJob

MOMENT = datetime(2026, 11, 21, 10, 45, 19, tzinfo=UTC)
LONG = "Chi nhánh Văn phòng Đăng ký đất đai khu vực số mười hai thuộc Sở Nông nghiệp và Môi trường Thành phố Hồ Chí Minh"


def text_of(path: Path) -> str:
    return subprocess.run(["pdftotext", "-raw", str(path), "-"], check=True, capture_output=True, text=True).stdout


def test_time_is_that_of_viet_nam_with_its_zone() -> None:
    assert format_time(MOMENT) == "21/11/2026 17:45:19 +07:00"


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


def lay_out(
    code: str,
    name: str,
    page: PageShape,
    taken: tuple[Rect, ...] = (),
    anchor: Rect | None = None,
    content: Content | None = None,
    move: tuple[float, float] = (0, 0),
) -> Stamp:
    kind = preset(code, MOMENT.date())
    content = content or Content(texts(kind, MOMENT, name=name, number="05/QĐ-UBND", copy="Sao y"))
    return stamp.lay_out(kind, content, Surroundings(page, taken, anchor), move)


def shape(width: float = A4[0], height: float = A4[1], rotate: int = 0, unit: float = 1) -> PageShape:
    return PageShape(Rect(0, 0, width, height), rotate, unit)


def test_long_name_wraps_and_keeps_every_word() -> None:
    made = lay_out("S5", LONG, shape())
    assert len(made.lines) == 3
    assert " ".join(made.lines) == f"Ký bởi: {LONG} Thời gian ký: 21/11/2026 17:45:19 +07:00"
    assert made.size == 10 and made.seen.y1 - made.seen.y0 < 20 * MM


def test_small_page_gets_smaller_letters_but_all_of_them() -> None:
    made = lay_out("S5", LONG, shape(243, 153))  # an identity card
    assert 4 <= made.size < 10
    assert made.seen.height <= 153 * 0.35 and made.seen.x0 > 0
    assert LONG in " ".join(made.lines)


def test_cropped_and_scaled_pages() -> None:
    box = Rect(100, 50, 500, 700)
    assert lay_out("S5", "A", PageShape(box, 0)).rect.x1 == pytest.approx(500 - 6 * MM)
    assert lay_out("S5", "A", PageShape(box, 0)).rect.y1 == pytest.approx(700 - 4 * MM)
    half = lay_out("S5", "A", shape(A4[0] / 2, A4[1] / 2, unit=2))
    assert half.size == 5, "ten points on paper when a unit is two points"


def test_second_stamp_does_not_hide_the_first() -> None:
    first = lay_out("S5", "Một", shape(rotate=90))
    second = lay_out("S5", "Hai", shape(rotate=90), (first.rect,))
    assert not first.seen.overlaps(second.seen) and second.seen.y1 < first.seen.y0
    third = lay_out("S5", "Ba", shape(rotate=90), (first.rect, second.rect))
    assert not third.seen.overlaps(first.seen) and not third.seen.overlaps(second.seen)


def test_letter_that_the_face_lacks_is_marked() -> None:
    assert lay_out("S5", "Lý 李", shape()).lines[0] == "Ký bởi: Lý ?"
    decomposed = "Ký bởi: Ủy"
    assert metrics().printable(decomposed) == "Ký bởi: Ủy"


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=VIETNAMESE_LETTERS + "  abcXYZ0123", max_size=300), st.integers(2000, 40000))
def test_wrapping_loses_nothing_and_never_overflows(text: str, limit: int) -> None:
    lines = wrap(text, limit)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(metrics().width(line) <= limit for line in lines)


LETTERED = tuple(row.code for row in load_presets() if row.lines)
PICTURED = tuple(row.code for row in load_presets() if not row.lines)
sides = st.floats(40, 3000)
shapes = st.builds(
    lambda x, y, w, h, rotate, unit: PageShape(Rect(x, y, x + w, y + h), rotate, unit),
    st.floats(-900, 900),
    st.floats(-900, 900),
    sides,
    sides,
    st.sampled_from([0, 90, 180, 270]),
    st.sampled_from([0.5, 1, 2, 10]),
)
moves = st.tuples(st.floats(-500, 500), st.floats(-500, 500))
names = st.text(alphabet=VIETNAMESE_LETTERS + "   abc", max_size=200)


def _anchor(page: PageShape, x: float, y: float, width: float, height: float) -> Rect:
    """A blank by shares of the page."""
    shown = page.shown
    seen = Rect(x * shown.x1, y * shown.y1, (x + width) * shown.x1, (y + height) * shown.y1)
    return page.to_page(seen.common(shown))


shares = st.floats(0.01, 0.9)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(LETTERED), shapes, names, moves, shares, shares, shares, shares)
def test_words_stand_inside_the_page_and_are_all_there(
    code: str, page: PageShape, name: str, move: tuple[float, float], x: float, y: float, width: float, height: float
) -> None:
    said = texts(preset(code, MOMENT.date()), MOMENT, name=name, number="05/QĐ-UBND", copy="Sao y")
    try:
        made = lay_out(code, name, page, anchor=_anchor(page, x, y, width, height), content=Content(said), move=move)
    except WorkstationError as error:
        assert error.params == {"kind": "full"}
        assert min(page.shown.width, page.shown.height) * page.user_unit < 300, "only a small page is too small"
        return
    assert page.box.holds(made.rect) and page.shown.holds(made.seen)
    assert "".join(made.lines).replace(" ", "") == "".join(said).replace(" ", "")
    widest = max(metrics().width(line) for line in made.lines) * made.size / 1000
    assert widest <= made.seen.width + 0.01 and made.size * 0.9 * len(made.lines) <= made.seen.height
    assert made.size * page.user_unit >= 3.9, "letters that can be read"


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(PICTURED), shapes, st.integers(1, 1200), st.integers(1, 1200), moves, shares, shares, shares, shares)
def test_pictures_stand_inside_the_page_and_keep_their_proportions(
    code: str, page: PageShape, wide: int, high: int, move: tuple[float, float], x: float, y: float, w: float, h: float
) -> None:
    picture = Picture(wide, high, b"", b"")
    try:
        made = lay_out(code, "", page, anchor=_anchor(page, x, y, w, h), content=Content(picture=picture), move=move)
    except WorkstationError as error:
        assert error.params == {"kind": "full"} and page.shown.height * page.user_unit < 110, "lower than the picture"
        return
    assert page.box.holds(made.rect) and page.shown.holds(made.seen)
    assert made.seen.width * high == pytest.approx(made.seen.height * wide)
    kind = preset(code, MOMENT.date())
    mm = MM / page.user_unit
    assert made.seen.width <= kind.width_mm * mm + 0.01 and made.seen.height <= kind.height_mm * mm + 0.01


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(["S3", "S4", "S5", "S6", "S7"]), min_size=2, max_size=9), names, shapes, moves)
def test_no_stamp_hides_another(codes: list[str], name: str, page: PageShape, move: tuple[float, float]) -> None:
    taken: list[Rect] = []
    for code in codes:
        try:
            made = lay_out(code, name, page, tuple(taken), move=move)
        except WorkstationError as error:
            assert error.params == {"kind": "full"}
            return
        assert not any(made.rect.overlaps(rect.grown(-0.01, -0.01)) for rect in taken)
        assert page.box.holds(made.rect)
        taken.append(made.rect)


def test_moves_as_far_as_the_preset_allows() -> None:
    home = lay_out("S5", "A", shape())
    assert lay_out("S5", "A", shape(), move=(-20, 10)).seen == home.seen.moved(-20 * MM, -10 * MM)
    far = lay_out("S5", "A", shape(), move=(-500, 500))
    assert far.seen.x0 == pytest.approx(home.seen.x0 - 60 * MM) and far.seen.y0 == pytest.approx(home.seen.y0 - 30 * MM)
    edge = lay_out("S5", "A", shape(), move=(500, -500)).seen
    assert (edge.x1, edge.y1) == pytest.approx((A4[0] - 2 * MM, A4[1] - 2 * MM)), "not into the printer's rim"
    free = lay_out("S7", "A", shape(), move=(500, -500)).seen
    assert (free.x1, free.y1) == pytest.approx((A4[0] - 2 * MM, A4[1] - 2 * MM)), "the conversion mark may stand anywhere"
    turned = lay_out("S5", "A", shape(rotate=90), move=(-20, 10)).seen
    assert turned == lay_out("S5", "A", shape(rotate=90)).seen.moved(-20 * MM, -10 * MM), "as the reader sees it"


def test_clerk_left_and_registrar_right_stand_side_by_side() -> None:
    """S5 and S6 meet in one file (regulations 4), both with names of two lines."""
    clerk = lay_out("S6", LONG, shape())
    registrar = lay_out("S5", LONG, shape(), (clerk.rect,))
    assert clerk.seen.y1 == registrar.seen.y1 == pytest.approx(A4[1] - 4 * MM)


def test_the_signature_is_in_the_middle_of_the_blank_and_the_seal_over_its_left_third() -> None:
    blank = Rect(300, 150, 500, 210)
    signed = lay_out("S1", "", shape(), anchor=blank, content=Content(picture=Picture(300, 100, b"", b"")))
    assert signed.seen.centre == pytest.approx(blank.centre)
    assert signed.seen.width == pytest.approx(50 * MM)
    sealed = lay_out("S2", "", shape(), (signed.rect,), signed.rect, Content(picture=Picture(500, 500, b"", b"")))
    assert (sealed.seen.width, sealed.seen.height) == pytest.approx((36 * MM, 36 * MM)), "real size"
    assert sealed.seen.x1 == pytest.approx(signed.seen.x0 + signed.seen.width / 3)
    assert sealed.seen.centre[1] == pytest.approx(signed.seen.centre[1])
    for move in (-500, 500):
        moved = lay_out(
            "S2", "", shape(), (signed.rect,), signed.rect, Content(picture=Picture(500, 500, b"", b"")), (move, move)
        )
        covered = signed.seen.common(moved.seen).width / signed.seen.width
        assert 0.25 < covered < 0.42, "still about a third"


def test_a_second_signer_does_not_write_over_the_first_one_in_the_same_blank() -> None:
    blank = Rect(300, 150, 500, 210)
    picture = Content(picture=Picture(300, 100, b"", b""))
    first = lay_out("S1", "", shape(), anchor=blank, content=picture)
    with pytest.raises(WorkstationError, match="full"):
        lay_out("S1", "", shape(), (first.rect,), blank, picture)


def test_a_seal_goes_where_it_belongs_even_over_a_third_party() -> None:
    signed, other = Rect(300, 150, 440, 200), Rect(200, 100, 345, 250)
    picture = Content(picture=Picture(500, 500, b"", b""))
    free = lay_out("S2", "", shape(), (signed,), signed, picture)
    assert lay_out("S2", "", shape(), (signed, other), signed, picture).seen == free.seen


def test_a_signature_over_the_whole_page_keeps_no_other_off() -> None:
    cover = Rect(-10, 0, A4[0], A4[1] + 5)
    assert lay_out("S5", "A", shape(), (cover,)).seen == lay_out("S5", "A", shape()).seen


def test_a_number_shrinks_into_a_short_blank_and_stays_on_one_line() -> None:
    wide, short = (lay_out("N1", "", shape(), anchor=Rect(100, 600, 100 + width, 620)) for width in (100, 60))
    assert wide.size == 13 and wide.lines == short.lines == ("05/QĐ-UBND",)
    assert 5 <= short.size < 10 and short.seen.width <= 60
    assert short.seen.x0 == wide.seen.x0 == 100 and short.seen.centre[1] == wide.seen.centre[1] == pytest.approx(610)
    assert not wide.frame


def test_a_page_full_of_signatures_is_refused_and_soon() -> None:
    taken = tuple(Rect(x * 6, y * 8, x * 6 + 5, y * 8 + 7) for x in range(10) for y in range(10))
    lay_out("S5", "A", shape(), taken)
    with pytest.raises(WorkstationError, match="full"):
        lay_out("S5", "A", shape(), (*taken, Rect(0, 0, 1, 1)))
    grid = tuple(Rect(x * 60, y * 85, x * 60 + 59, y * 85 + 84) for x in range(10) for y in range(10))
    with pytest.raises(WorkstationError, match="full"):
        lay_out("S5", "A", shape(), grid)


def test_dates_are_written_as_the_decree_says() -> None:
    assert format_date(datetime(2026, 2, 4, 18, tzinfo=UTC)) == "ngày 05 tháng 02 năm 2026", "the day of Viet Nam"
    assert format_date(MOMENT) == "ngày 21 tháng 11 năm 2026"
    assert format_date(datetime(2026, 3, 9, tzinfo=UTC)) == "ngày 09 tháng 3 năm 2026"
