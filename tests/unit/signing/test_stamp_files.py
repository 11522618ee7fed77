"""Every kind of stamp in a real signed file: PDF/A rules, letters, widths, and marks of several signers on one page."""

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pikepdf
import pikepdf.pdfa
import pymupdf
import pytest
from fontTools.ttLib import TTFont
from pikepdf import Name

from signing import worker
from signing.geometry import MM
from signing.placing import preview
from signing.presets import load_presets
from signing.training import TrainingIdentity
from signing.typeface import metrics
from signing.verify import verify_file
from tests.letters import VIETNAMESE_LETTERS
from tests.unit.signing import marks
from tests.unit.signing.pdfs import A4, draw_stamp_into_page, make_pdfa
from tests.unit.signing.test_stamp import text_of
from workstation.domain.errors import WorkstationError
from workstation.domain.signing import Anchor, SignJob, StampPlace, StampWish, TrustStore

CODES = tuple(row.code for row in load_presets())


def sign(source: Path, out: Path, code: str, wish: StampWish, name: str = "") -> Path:
    worker.sign_file(SignJob(source, out, code, stamp_name=name, stamp=wish))
    return out


def sign_code(source: Path, out: Path, code: str, wish: StampWish) -> str:
    with pytest.raises(WorkstationError) as caught:
        sign(source, out, code, wish)
    assert not out.exists()
    return caught.value.code


@pytest.fixture
def base(open_training: TrainingIdentity, tmp_path: Path) -> Path:
    """A page that an official has signed in the blank, so that every stamp is possible on it."""
    make_pdfa(tmp_path / "unsigned.pdf")
    return sign(tmp_path / "unsigned.pdf", tmp_path / "base.pdf", "S1", marks.wish("S1", tmp_path))


@pytest.mark.parametrize("code", CODES)
def test_pdfa_rules_hold_for_every_stamp(base: Path, tmp_path: Path, code: str) -> None:
    wish = marks.wish(code, tmp_path)
    unsigned = tmp_path / "unsigned.pdf"
    signed = sign(unsigned if code in ("S1", "N1", "N2") else base, tmp_path / "out.pdf", code, wish)
    with draw_stamp_into_page(signed, unsigned, widget=-1) as pdf:
        report = pikepdf.pdfa.check(pdf, "2b")
        assert report.verdict == "pass", report.findings


def test_the_checker_judges_the_soft_mask_and_the_colours(base: Path, tmp_path: Path) -> None:
    """A soft mask is kept and not laid on white, since the checker passes it; that it looks is shown by what it fails."""
    with draw_stamp_into_page(base, tmp_path / "unsigned.pdf") as pdf:
        image = pdf.pages[0].obj.Resources.XObject.Stamp.Resources.XObject.Im0
        assert image.SMask.ColorSpace == Name.DeviceGray and image.ColorSpace[0] == Name.ICCBased
        assert pikepdf.pdfa.check(pdf, "2b").verdict == "pass"
        assert pikepdf.pdfa.check(pdf, "1b").verdict == "fail", "PDF/A-1 knows no soft mask"
        image.Interpolate = True
        assert pikepdf.pdfa.check(pdf, "2b").verdict == "fail"
        del image.Interpolate
        image.ColorSpace = Name.DeviceCMYK
        assert pikepdf.pdfa.check(pdf, "2b").verdict == "fail"


@pytest.mark.parametrize("code", [row.code for row in load_presets() if row.lines])
def test_letters_and_widths_of_every_stamp(base: Path, tmp_path: Path, code: str) -> None:
    signed = sign(base, tmp_path / "out.pdf", code, _elsewhere(marks.wish(code, tmp_path)), "Ủy ban nhân dân phường Hòa Hưng")
    with pikepdf.open(signed) as pdf:
        form = pdf.pages[0].obj.Annots[-1].AP.N
        font = form.Resources.Font.F0
        cid = font.DescendantFonts[0]
        program = TTFont(io.BytesIO(cid.FontDescriptor.FontFile2.read_bytes()))
        advances = [program["hmtx"].metrics[glyph][0] for glyph in program.getGlyphOrder()]
        assert program["head"].unitsPerEm == 1000 and int(cid.W[0]) == 0
        assert [int(width) for width in cid.W[1]] == advances
    by_poppler = " ".join(text_of(signed).split())
    with pymupdf.open(signed) as document:
        widget = list(document[0].widgets())[-1]
        by_mupdf = " ".join(document[0].get_text(clip=widget.rect.irect).split())
    assert by_mupdf and by_mupdf in by_poppler
    said = {
        "S3": "05/QĐ-UBND Thời gian ký: ", "S4": "Sao lục Ủy ban nhân dân phường Hòa Hưng Thời gian ký: ",
        "S5": "Ký bởi: Ủy ban nhân dân phường Hòa Hưng Thời gian ký: ", "S6": "Người sao chụp: ỦY BAN NHÂN DÂN ",
        "S7": "Bản điện tử được chuyển đổi từ văn bản giấy Thời gian chuyển đổi: ", "N1": "05/QĐ-UBND", "N2": "ngày ",
        "C1": "Ký bởi: ỦY BAN NHÂN DÂN ",
        "C2": "Ký bởi: Ủy ban nhân dân phường Hòa Hưng Thời gian ký: ",
    }[code]  # fmt: skip
    assert by_mupdf.startswith(said)


def _elsewhere(wish: StampWish) -> StampWish:
    """The blank that is signed already is left alone."""
    signed_already = wish.anchor == Anchor(0, marks.BLANK_MM)
    return replace(wish, anchor=Anchor(0, (30, 60, 90, 68))) if signed_already else wish


def test_all_accented_letters_come_back_from_both_readers(
    open_training: TrainingIdentity, published: Path, tmp_path: Path
) -> None:
    """In words of eight, so that the line breaks fall between them; each letter as wide on the page as in the face."""
    words = [VIETNAMESE_LETTERS[start : start + 8] for start in range(0, len(VIETNAMESE_LETTERS), 8)]
    signed = sign(published, tmp_path / "out.pdf", "S5", StampWish(), " ".join(words))
    assert (len(VIETNAMESE_LETTERS), len(set(VIETNAMESE_LETTERS.lower()))) == (134, 67)
    with pymupdf.open(signed) as pdf:
        page = pdf[0]
        assert " ".join(words) in " ".join(page.get_text().split())
        letters = [
            c
            for block in page.get_text("rawdict")["blocks"]
            for line in block["lines"]
            for span in line["spans"]
            for c in span["chars"]
        ]
        assert {c["c"] for c in letters} >= set(VIETNAMESE_LETTERS)
        for c in letters:
            assert c["bbox"][2] - c["bbox"][0] == pytest.approx(metrics().advances[c["c"]] / 100, abs=0.05), c["c"]
    assert " ".join(words) in " ".join(text_of(signed).split())


def test_leader_then_registrar_sets_number_date_and_seal(
    open_training: TrainingIdentity, tmp_path: Path, trust: TrustStore
) -> None:
    """Four signatures, four marks, one page: none hides another but the seal its third, all verify, each is one widget."""
    source = make_pdfa(tmp_path / "in.pdf", pages=2)
    blank = Anchor(1, marks.BLANK_MM)
    paths = [source] + [tmp_path / f"{code}.pdf" for code in ("S1", "N1", "N2", "S2")]
    sign(paths[0], paths[1], "S1", StampWish(marks.signature(tmp_path / "s.png"), blank))
    sign(paths[1], paths[2], "N1", StampWish(anchor=Anchor(0, (45, 40, 95, 47)), number="05/QĐ-UBND"))
    sign(paths[2], paths[3], "N2", StampWish(anchor=Anchor(0, (120, 40, 190, 47))))
    # three signatures are shown by now: which of them the seal belongs to has to be said
    assert sign_code(paths[3], paths[4], "S2", StampWish(marks.seal(tmp_path / "d.png"))) == "U01"
    sign(paths[3], paths[4], "S2", StampWish(tmp_path / "d.png", blank))
    verdict = verify_file(paths[4], trust)
    assert len(verdict.signatures) == 4 and verdict.green, verdict.reasons
    assert all(one.coverage in ("whole_file", "revision") and one.changes_after in ("form", "none") for one in verdict.signatures)
    with pikepdf.open(paths[4]) as pdf:
        assert [len(page.obj.Annots) for page in pdf.pages] == [2, 2]
        assert all("/Kids" not in field for field in pdf.Root.AcroForm.Fields)
    with pymupdf.open(paths[4]) as document:
        number, day = (widget.rect for widget in document[0].widgets())
        signed, sealed = (widget.rect for widget in document[1].widgets())
        assert not number.intersects(day)
        assert number.x0 == pytest.approx(45 * MM, abs=0.5) and (number.y0 + number.y1) / 2 == pytest.approx(43.5 * MM, abs=0.5)
        assert (signed & sealed).width == pytest.approx(signed.width / 3, abs=0.5)
        assert (sealed.width, sealed.height) == pytest.approx((36 * MM, 36 * MM), abs=0.5)
        picture = np.frombuffer(
            document[1].get_pixmap(dpi=150, clip=signed & sealed).samples, np.uint8
        ).reshape(-1, 3).astype(int)  # fmt: skip
    blue = (picture[:, 2] > picture[:, 0] + 60).sum()
    red = (picture[:, 0] > picture[:, 2] + 60).sum()
    assert blue > 50 and red > 50, "the signature shows through the seal"


def test_the_seal_finds_its_signature_among_others(open_training: TrainingIdentity, tmp_path: Path) -> None:
    blank = Anchor(0, marks.BLANK_MM)
    first = sign(make_pdfa(tmp_path / "in.pdf"), tmp_path / "1.pdf", "S5", StampWish())
    second = sign(first, tmp_path / "2.pdf", "S1", StampWish(marks.signature(tmp_path / "s.png"), blank))
    third = sign(second, tmp_path / "3.pdf", "S6", StampWish())
    sealed = sign(third, tmp_path / "4.pdf", "S2", StampWish(marks.seal(tmp_path / "d.png"), blank))
    with pymupdf.open(sealed) as pdf:
        rects = [widget.rect for widget in pdf[0].widgets()]
    assert [rect.intersects(rects[3]) for rect in rects[:3]] == [False, True, False]


def test_a_seal_needs_a_signature(open_training: TrainingIdentity, tmp_path: Path) -> None:
    source = make_pdfa(tmp_path / "in.pdf")
    seal = marks.seal(tmp_path / "seal.png")
    assert sign_code(source, tmp_path / "out.pdf", "S2", StampWish(seal)) == "U01"
    assert sign_code(source, tmp_path / "out.pdf", "S2", StampWish(seal, Anchor(0, marks.BLANK_MM))) == "U01"
    assert sign_code(source, tmp_path / "out.pdf", "S2", StampWish(seal, Anchor(1, marks.BLANK_MM))) == "U01"


@pytest.mark.parametrize(
    "box", [(-50, 10, -10, 20), (10, 300, 50, 400), (300, 10, 400, 20), (10, 10, 10, 40), (10, -30, 40, -10)]
)
def test_a_blank_beside_the_page_is_refused(open_training: TrainingIdentity, tmp_path: Path, box: tuple) -> None:
    source = make_pdfa(tmp_path / "in.pdf")
    image = marks.signature(tmp_path / "s.png")
    assert sign_code(source, tmp_path / "out.pdf", "S1", StampWish(image, Anchor(0, box))) == "U01"
    for page in (-1, 1, 9999):
        assert sign_code(source, tmp_path / "out.pdf", "S1", StampWish(image, Anchor(page, marks.BLANK_MM))) == "U01"


def test_title_and_name_that_touch_leave_room_for_a_small_signature(open_training: TrainingIdentity, tmp_path: Path) -> None:
    source = make_pdfa(tmp_path / "in.pdf")
    wish = StampWish(marks.signature(tmp_path / "s.png"), Anchor(0, (110, 200, 160, 200)))
    with pymupdf.open(sign(source, tmp_path / "out.pdf", "S1", wish)) as pdf:
        rect = next(pdf[0].widgets()).rect
    assert rect.height == pytest.approx(8 * MM, abs=0.1) and (rect.y0 + rect.y1) / 2 == pytest.approx(200 * MM, abs=0.1)


def test_a_bad_picture_spoils_nothing(open_training: TrainingIdentity, tmp_path: Path) -> None:
    source = make_pdfa(tmp_path / "in.pdf")
    (tmp_path / "bad.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"\xff" * 90)
    wish = StampWish(tmp_path / "bad.png", Anchor(0, marks.BLANK_MM))
    assert sign_code(source, tmp_path / "out.pdf", "S1", wish) in ("F01", "F03")
    sign(source, tmp_path / "out.pdf", "S5", StampWish())


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_pictures_stand_upright_in_the_cropped_part_of_turned_pages(
    open_training: TrainingIdentity, tmp_path: Path, rotate: int
) -> None:
    source = make_pdfa(tmp_path / "in.pdf", rotate=rotate, crop=(50, 60, A4[0] - 40, A4[1] - 30))
    wish = StampWish(marks.signature(tmp_path / "s.png"), Anchor(0, (60, 90, 120, 120)))
    with pymupdf.open(sign(source, tmp_path / "out.pdf", "S1", wish)) as pdf:
        page = pdf[0]
        rect = next(page.widgets()).rect * page.rotation_matrix
        assert ((rect.x0 + rect.x1) / 2, (rect.y0 + rect.y1) / 2) == pytest.approx((90 * MM, 105 * MM), abs=0.5)
        picture = page.get_pixmap(dpi=144)
        pixels = np.frombuffer(picture.samples, np.uint8).reshape(picture.height, picture.width, 3).astype(int)
    rows, columns = np.nonzero(pixels[..., 2] > pixels[..., 0] + 60)
    assert columns.max() - columns.min() > 1.5 * (rows.max() - rows.min()), "the wave lies"
    assert columns.min() / 2 >= rect.x0 - 1 and columns.max() / 2 <= rect.x1 + 1
    # the wave begins with a rise from its middle: on the far left the ink is at middle height, then above it
    start, crest = columns.min(), columns.min() + (columns.max() - columns.min()) // 7
    middle = (rows.min() + rows.max()) / 2
    assert abs(rows[columns <= start + 4].mean() - middle) < 0.25 * (rows.max() - rows.min())
    assert rows[abs(columns - crest) <= 2].mean() > middle, "first below (y of pictures goes down), so it is not mirrored"


@pytest.mark.parametrize("unit", [0.5, 3])
def test_a_page_with_a_unit_of_its_own_gets_a_stamp_of_the_same_size(
    open_training: TrainingIdentity, tmp_path: Path, unit: float
) -> None:
    """/UserUnit (ISO 32000-1, table 30): ten points and four millimetres are those of the paper."""
    plain = sign(make_pdfa(tmp_path / "a.pdf"), tmp_path / "a1.pdf", "S5", StampWish())
    make_pdfa(tmp_path / "b.pdf", size=(A4[0] / unit, A4[1] / unit))
    with pikepdf.open(tmp_path / "b.pdf", allow_overwriting_input=True) as pdf:
        pdf.pages[0].obj.UserUnit = unit
        pdf.save(tmp_path / "b.pdf")
    sign(tmp_path / "b.pdf", tmp_path / "b1.pdf", "S5", StampWish())
    shares = []
    for path in (plain, tmp_path / "b1.pdf"):
        with pikepdf.open(path) as pdf:
            box = [float(value) for value in pdf.pages[0].mediabox]
            rect = [float(value) for value in pdf.pages[0].obj.Annots[0].Rect]
            shares.append([rect[0] / box[2], rect[1] / box[3], rect[2] / box[2], rect[3] / box[3]])
    assert shares[1] == pytest.approx(shares[0], abs=0.003)


def test_a_signature_whose_place_is_guessed_moves_all_over_it_and_no_further(tmp_path: Path) -> None:
    source, image = make_pdfa(tmp_path / "a.pdf"), marks.signature(tmp_path / "s.png")
    box = (105.0, 130.0, 199.5, 282.0)

    def place(move: tuple[float, float], guessed: bool) -> StampPlace:
        return preview(SignJob(source, tmp_path / "b.pdf", "S1", stamp=StampWish(image, Anchor(0, box, guessed), move)), "A")

    home, far = place((0, 0), True), place((-30, 60), True)
    assert (far.box_mm[0] - home.box_mm[0], far.box_mm[1] - home.box_mm[1]) == pytest.approx((-22.25, 60), abs=0.3)
    assert home.guessed and home.picture == image and home.area_mm == pytest.approx(box, abs=0.2)
    out = place((500, 500), True).box_mm
    assert out[2:] == pytest.approx((box[2], box[3]), abs=0.2)
    known = place((-30, 60), False)
    assert not known.guessed and known.box_mm[0] - home.box_mm[0] == pytest.approx(-10, abs=0.1), "as the preset allows"
