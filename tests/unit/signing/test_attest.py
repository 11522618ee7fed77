"""The page of words after a certified copy, and two signatures on it."""

import subprocess
from dataclasses import replace
from pathlib import Path

import pymupdf
import pytest
from pikepdf.pdfa import validate_written

from signing import worker
from signing.attest import attest
from signing.training import TrainingIdentity
from signing.verify import verify_file
from tests.unit.signing.pdfs import make_pdfa
from workstation.domain.attestation import AGENCY_BLANK_MM, CERTIFIER_BLANK_MM
from workstation.domain.errors import WorkstationError
from workstation.domain.signing import Anchor, AttestJob, SignJob, StampWish, TrustStore

LONG = "ỦY BAN NHÂN DÂN PHƯỜNG HÒA HƯNG, THÀNH PHỐ HỒ CHÍ MINH"


def job(folder: Path, **change: object) -> AttestJob:
    source = make_pdfa(folder / "sao.pdf", pages=2)
    made = AttestJob(
        source, folder / "out.pdf", "CHỨNG THỰC BẢN SAO ĐÚNG VỚI BẢN CHÍNH",
        ("Số chứng thực: 12. Quyển số: 01/2026-SCT/BS", "Tại Ủy ban nhân dân phường, ngày 05 tháng 02 năm 2026 " * 3),
        ("Cơ quan thực hiện chứng thực", "Người thực hiện chứng thực"),
    )  # fmt: skip
    return replace(made, **change)  # type: ignore[arg-type]


def test_the_words_stand_on_a_page_of_their_own_and_pdf_a_holds(tmp_path: Path) -> None:
    asked = job(tmp_path)
    made = attest(asked)
    assert made.pages == 3 and made.sha256 == attest(replace(asked, out=tmp_path / "again.pdf")).sha256, "the same bytes"
    assert validate_written(asked.out, "2b").passed
    text = " ".join(subprocess.run(["pdftotext", str(asked.out), "-"], capture_output=True, text=True, check=True).stdout.split())
    for line in (asked.heading, *asked.lines, *asked.captions):
        assert " ".join(line.split()) in text
    with pymupdf.open(asked.out) as pdf, pymupdf.open(asked.path) as before:
        assert [p.get_pixmap().samples for p in list(pdf)[:2]] == [p.get_pixmap().samples for p in before], "the copy's own pages"


def test_words_that_do_not_fit_are_not_cut_off(tmp_path: Path) -> None:
    with pytest.raises(WorkstationError, match="C11"):
        attest(job(tmp_path, lines=("Lời chứng " * 60,) * 4))
    assert not (tmp_path / "out.pdf").exists()


@pytest.mark.parametrize(("content", "code"), [(None, "F07"), (b"no pdf", "F03")])
def test_what_is_no_copy(tmp_path: Path, content: bytes | None, code: str) -> None:
    path = tmp_path / "x.pdf"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(WorkstationError, match=code):
        attest(job(tmp_path, path=path))


def test_two_signatures_on_it_each_in_its_blank(open_training: TrainingIdentity, trust: TrustStore, tmp_path: Path) -> None:
    """The second only adds itself; a name too long for a line wraps and stays readable."""
    attest(job(tmp_path))
    first, second = tmp_path / "first.pdf", tmp_path / "second.pdf"
    worker.sign_file(
        SignJob(tmp_path / "out.pdf", first, "C1", stamp=StampWish(anchor=Anchor(2, CERTIFIER_BLANK_MM)), reason="12")
    )
    worker.sign_file(SignJob(first, second, "C2", stamp_name=LONG, stamp=StampWish(anchor=Anchor(2, AGENCY_BLANK_MM))))
    assert second.read_bytes().startswith(first.read_bytes())
    verdict = verify_file(second, trust)
    assert [s.indication != "TOTAL-FAILED" for s in verdict.signatures] == [True, True]
    assert verdict.signatures[1].coverage == "whole_file" and verdict.signatures[1].changes_after == "none"
    with pymupdf.open(second) as pdf:
        boxes = [widget.rect for widget in pdf[2].widgets()]
        blocks = [block for box in boxes for block in pdf[2].get_text("dict", clip=box)["blocks"]]
    sizes = {span["size"] for block in blocks for line in block["lines"] for span in line["spans"]}
    assert len(boxes) == 2 and not boxes[0].intersects(boxes[1]) and boxes[0].x0 > boxes[1].x1
    assert sizes == {10.0}
