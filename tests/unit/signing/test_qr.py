"""QR codes of stamps, read back by another library (zxing, inside MuPDF) than the one that makes them."""

import hashlib
import string
from pathlib import Path

import pymupdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signing import worker
from signing.geometry import MM
from signing.qr import content, modules, runs
from signing.training import TrainingIdentity
from tests.unit.signing.pdfs import make_pdfa
from workstation.domain.errors import WorkstationError
from workstation.domain.signing import SignJob, StampWish

CODE = "H29.1.2-261121-000001"


def read_code(picture: pymupdf.Pixmap) -> str:
    text, kind = pymupdf.mupdf.fz_decode_barcode_from_pixmap2(picture.this, 0)
    assert kind == pymupdf.mupdf.FZ_BARCODE_QRCODE
    return str(text)


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
@pytest.mark.parametrize("dpi", [110, 300])
def test_comes_back_from_the_page(open_training: TrainingIdentity, tmp_path: Path, rotate: int, dpi: int) -> None:
    source = make_pdfa(tmp_path / "in.pdf", rotate=rotate)
    digest = hashlib.sha256(source.read_bytes()).hexdigest()
    worker.sign_file(SignJob(source, tmp_path / "out.pdf", "S7", stamp=StampWish(qr_code=CODE)))
    with pymupdf.open(tmp_path / "out.pdf") as pdf:
        assert read_code(pdf[0].get_pixmap(dpi=dpi, colorspace=pymupdf.csGRAY)) == f"{CODE}|{digest[:16]}"


def test_is_not_drawn_in_a_mirror(open_training: TrainingIdentity, tmp_path: Path) -> None:
    """Readers forgive it, so they don't tell: the corner without a finder pattern is at the bottom right."""
    source = make_pdfa(tmp_path / "in.pdf")
    worker.sign_file(SignJob(source, tmp_path / "out.pdf", "S7", stamp=StampWish(qr_code=CODE)))
    with pymupdf.open(tmp_path / "out.pdf") as pdf:
        box = next(pdf[0].widgets()).rect
        left, top, side = box.x0, box.y0, 16 * MM
        picture = pdf[0].get_pixmap(dpi=288, colorspace=pymupdf.csGRAY, clip=(left, top, left + side, top + side))
    count = len(modules(content(CODE, "0" * 64)))
    cell = side / (count + 8) * 4

    def finder(column: int, row: int) -> bool:
        """A dark ring of seven modules, a light one of five, three by three dark."""
        seen = [
            [picture.pixel(int((4 + column + x + 0.5) * cell), int((4 + row + y + 0.5) * cell))[0] < 128 for x in range(7)]
            for y in range(7)
        ]
        return seen == [[max(abs(x - 3), abs(y - 3)) != 2 for x in range(7)] for y in range(7)]

    far = count - 7
    assert [finder(x, y) for x, y in ((0, 0), (far, 0), (0, far), (far, far))] == [True, True, True, False]


@settings(max_examples=40, deadline=None)
@given(st.text(alphabet=string.ascii_letters + string.digits + "._-/", min_size=1, max_size=60))
def test_every_code_is_read_back(code: str) -> None:
    text = content(code, "0123456789abcdef" * 4)
    rows = modules(text)
    assert {len(row) for row in rows} == {len(rows)} and (len(rows) - 17) % 4 == 0, "a square of a size of the standard"
    side, cell = len(rows) + 8, 4
    canvas = bytearray(b"\xff" * (side * cell) ** 2)
    for column, row, length in runs(rows):
        for y in range((row + 4) * cell, (row + 5) * cell):
            start = y * side * cell + (column + 4) * cell
            canvas[start : start + length * cell] = bytes(length * cell)
    assert read_code(pymupdf.Pixmap(pymupdf.csGRAY, side * cell, side * cell, bytes(canvas), False)) == text


@pytest.mark.parametrize("code", ["", "x" * 61, "Hồ sơ 1", "a|b", "a b", "a\n"])
def test_what_is_no_code_is_refused(code: str) -> None:
    with pytest.raises(WorkstationError, match="U01"):
        content(code, "0" * 64)
