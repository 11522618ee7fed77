"""What the preview says of a mark over print is what verifying says of the signed file."""

from pathlib import Path

import pikepdf
import pytest

from signing.placing import preview
from signing.training import TrainingIdentity
from signing.verify import verify_file
from tests.unit.signing import marks
from tests.unit.signing.pdfs import make_pdfa
from tests.unit.signing.test_stamp_files import sign
from workstation.domain.signing import Anchor, SignJob, StampWish, TrustStore

BLANK = Anchor(0, marks.BLANK_MM)
MM = 72 / 25.4


def printed(source: Path, out: Path, box_mm: tuple[float, float, float, float]) -> Path:
    """A black bar on the page, as print is; millimetres from the top left."""
    x0, y0, x1, y1 = (value * MM for value in box_mm)
    with pikepdf.open(source) as pdf:
        page = pdf.pages[0]
        height = float(page.mediabox[3])
        bar = b"q 0 g %.2f %.2f %.2f %.2f re f Q" % (x0, height - y1, x1 - x0, y1 - y0)
        page.contents_add(pikepdf.Stream(pdf, bar))
        pdf.save(out)
    return out


@pytest.mark.parametrize("clear", [True, False])
def test_a_seal_over_print_is_told_before_it_is_set(
    open_training: TrainingIdentity, tmp_path: Path, trust: TrustStore, clear: bool
) -> None:
    x0, y0, _, y1 = marks.BLANK_MM
    middle = (y0 + y1) / 2
    # the seal stands at the left third of the signature, 36 mm high; a bar far from it or through its rings
    bar = (x0 - 20, middle - 1, x0 - 2, middle + 1) if not clear else (15.0, 250.0, 60.0, 252.0)
    source = printed(make_pdfa(tmp_path / "in.pdf"), tmp_path / "print.pdf", bar)
    signed = sign(source, tmp_path / "S1.pdf", "S1", StampWish(marks.signature(tmp_path / "s.png", size=(900, 400)), BLANK))
    wish = StampWish(marks.seal(tmp_path / "d.png"), BLANK)
    place = preview(SignJob(signed, tmp_path / "x.pdf", "S2", stamp=wish), "UBND")
    verdict = verify_file(sign(signed, tmp_path / "S2.pdf", "S2", wish), trust)
    assert (place.over_print, verdict.green) == (not clear, clear), place


@pytest.mark.parametrize("clear", [True, False])
def test_a_number_over_print_is_told_before_it_is_set(
    open_training: TrainingIdentity, tmp_path: Path, trust: TrustStore, clear: bool
) -> None:
    bar = (46.0, 43.0, 52.0, 44.0) if not clear else (46.0, 60.0, 52.0, 61.0)
    source = printed(make_pdfa(tmp_path / "in.pdf"), tmp_path / "print.pdf", bar)
    signed = sign(source, tmp_path / "S1.pdf", "S1", StampWish(marks.signature(tmp_path / "s.png"), BLANK))
    wish = StampWish(anchor=Anchor(0, (45, 40, 95, 47)), number="05")
    place = preview(SignJob(signed, tmp_path / "x.pdf", "N1", stamp=wish), "UBND")
    verdict = verify_file(sign(signed, tmp_path / "N1.pdf", "N1", wish), trust)
    assert (place.over_print, verdict.green) == (not clear, clear), place
