"""The place that a screen draws before signing is the place in the signed file."""

from pathlib import Path

import pikepdf
import pytest

from signing import worker
from signing.geometry import MM, PageShape, Rect
from signing.keys import status_of
from signing.training import TrainingIdentity
from tests.unit.signing.pdfs import A4, make_pdfa
from tests.unit.signing.pki import ORGANIZATION
from workstation.domain.errors import WorkstationError
from workstation.domain.page import Box
from workstation.domain.signing import SignJob, StampWish


def placed_mm(signed: Path, before: int, size: tuple[float, float], rotate: int) -> Box:
    """The new signature's box, from the top left corner of the page as it is shown."""
    with pikepdf.open(signed) as pdf:
        widgets = list(pdf.pages[0].obj.Annots)
        assert len(widgets) == before + 1
        x0, y0, x1, y1 = (float(v) for v in widgets[-1].Rect)
    shape = PageShape(Rect(0, 0, *size), rotate)
    seen = shape.to_shown(Rect(x0, y0, x1, y1))
    top = shape.shown.y1
    return (seen.x0 / MM, (top - seen.y1) / MM, seen.x1 / MM, (top - seen.y0) / MM)


@pytest.mark.parametrize("code", ["S5", "S6"])
@pytest.mark.parametrize("rotate", [0, 90, 270])
@pytest.mark.parametrize("size", [A4, (243.0, 153.0)], ids=["a4", "identity card"])
@pytest.mark.parametrize("move", [(0.0, 0.0), (-23.5, 11.25), (500.0, 500.0), (-500.0, -500.0)])
def test_drawn_as_signed(
    open_training: TrainingIdentity,
    tmp_path: Path,
    code: str,
    rotate: int,
    size: tuple[float, float],
    move: tuple[float, float],
) -> None:
    source = make_pdfa(tmp_path / "a.pdf", size=size, rotate=rotate)
    job = SignJob(source, tmp_path / "b.pdf", code, stamp_name=ORGANIZATION, stamp=StampWish(move_mm=move))
    assert worker._key is not None
    place = worker.preview_stamp(job, status_of(worker._key.certificate).owner)
    assert not job.out.exists() and place.page == 0
    worker.sign_file(job)
    assert place.box_mm == pytest.approx(placed_mm(job.out, 0, size, rotate), abs=0.1)
    area, box = place.area_mm, place.box_mm
    assert area[0] - 0.01 <= box[0] and area[1] - 0.01 <= box[1] and box[2] <= area[2] + 0.01 and box[3] <= area[3] + 0.01
    if move == (-23.5, 11.25) and size == A4 and code == "S5" and not rotate:
        assert (box[0] - place.home_mm[0], box[1] - place.home_mm[1]) == pytest.approx(move, abs=0.01)


def test_off_an_earlier_signature_as_signed(open_training: TrainingIdentity, tmp_path: Path) -> None:
    make_pdfa(tmp_path / "a.pdf")
    worker.sign_file(SignJob(tmp_path / "a.pdf", tmp_path / "b.pdf", stamp_name=ORGANIZATION))
    job = SignJob(tmp_path / "b.pdf", tmp_path / "c.pdf", stamp_name=ORGANIZATION)
    place = worker.preview_stamp(job, ORGANIZATION)
    worker.sign_file(job)
    assert place.box_mm == pytest.approx(placed_mm(job.out, 1, A4, 0), abs=0.1)
    assert place.box_mm[1] > place.home_mm[1] + 5, "under the first one"


def test_it_claims_no_time(tmp_path: Path) -> None:
    place = worker.preview_stamp(SignJob(make_pdfa(tmp_path / "a.pdf"), tmp_path / "b.pdf", stamp_name=ORGANIZATION), "")
    assert place.lines == (f"Ký bởi: {ORGANIZATION}", "Thời gian ký: (ghi khi ký)")
    assert place.page_mm == pytest.approx((210, 297), abs=0.1) and place.letters_mm == pytest.approx(10 / MM)


def test_a_file_that_can_not_be_signed_has_no_place(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"no PDF")
    for name, code in (("a.pdf", "C11"), ("gone.pdf", "F07")):
        with pytest.raises(WorkstationError, match=code):
            worker.preview_stamp(SignJob(tmp_path / name, tmp_path / "b.pdf"), "")
