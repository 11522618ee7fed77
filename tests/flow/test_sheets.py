"""``workstation separators`` and ``slip``, and a stack with their sheets through the real reader."""

import os
import subprocess
import sys
from pathlib import Path

import pymupdf
import pytest

from tests.pagemaker import quick_page, save_page
from workstation.app import training
from workstation.app.compose import open_workstation
from workstation.domain.ids import UserName
from workstation.usecases import scan
from workstation.usecases.read import read_dossier

CLERK = UserName("canbo")


def workstation(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("workstation")), "--home", str(home), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, env={**os.environ})


def as_scanned(pdf: Path, out: Path) -> Path:
    with pymupdf.open(pdf) as document:
        document[0].get_pixmap(dpi=150).save(out)
    return out


def test_sheets_from_the_command_line_part_a_real_stack(tmp_path: Path) -> None:
    home = tmp_path / "home"
    training.prepare(home)
    for kind in ("document", "dossier"):
        done = workstation(home, "separators", "-o", str(tmp_path / f"{kind}.pdf"), "--kind", kind)
        assert (done.returncode, done.stderr) == (0, "")
    papers = []
    for n in range(3):
        papers.append(tmp_path / f"page{n}.jpg")
        save_page(papers[-1], quick_page(n + 1))
    by_document, by_dossier = (as_scanned(tmp_path / f"{k}.pdf", tmp_path / f"{k}.png") for k in ("document", "dossier"))
    with open_workstation(home) as ws:
        first = scan.open_dossier(ws.office, "Hồ sơ thử", CLERK)
        for path in (papers[0], by_document, papers[1], by_dossier, papers[2]):
            assert scan.take_in(ws.office, first, path, CLERK).error is None
        one = read_dossier(ws.office, first)
        with ws.office.look() as uow:
            two = uow.dossiers.by_code("HS-0002")
        assert two is not None
        assert [len(one.pages_of(d.id)) for d in one.documents] == [1, 1] and len(two.documents) == 1
        assert [p.separator for p in one.pages] == ["", "front", "", "front"] and two.title == "Hồ sơ thử"
    done = workstation(home, "slip", "HS-0002", "-o", str(tmp_path / "phieu.pdf"))
    assert (done.returncode, done.stderr) == (0, "")
    slip = as_scanned(tmp_path / "phieu.pdf", tmp_path / "phieu.png")
    with open_workstation(home) as ws:
        fresh = scan.open_dossier(ws.office, "", CLERK)
        assert scan.take_in(ws.office, fresh, slip, CLERK).error is None
        read_dossier(ws.office, fresh)
        (found,) = ws.desk.dossier(fresh).result().suggestions
        assert found.code == "HS-0002"
        assert ws.desk.follow_slip(fresh, found.code).result() == two.id
        assert len(ws.desk.dossier(two.id).result().pages) == 2


@pytest.mark.parametrize("arguments, code, said", [
    (("slip", "HS-9999", "-o", "a.pdf"), 2, "Q10: Chưa có hồ sơ nào mang mã HS-9999"),
    (("slip", "001090012345", "-o", "a.pdf"), 2, "Q10: Chưa có hồ sơ nào mang mã này"),
    (("separators", "-o", "a.pdf", "--count", "0"), 2, "U01"),
    (("separators", "-o", "a.pdf", "--count", "9999"), 2, "U01"),
    (("separators", "-o", "a.pdf", "--kind", "box"), 2, "U01"),
    (("separators", "-o", "none/a.pdf"), 2, "F07"),
])  # fmt: skip
def test_what_can_not_be_printed_is_said(tmp_path: Path, arguments: tuple[str, ...], code: int, said: str) -> None:
    given = [str(tmp_path / a) if a.endswith(".pdf") else a for a in arguments]
    done = workstation(tmp_path / "home", *given)
    assert done.returncode == code and said in done.stderr and "001090012345" not in done.stderr
    assert not (tmp_path / "a.pdf").exists()
