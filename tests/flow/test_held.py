"""A paper with MẬT in its frame, scanned by mistake: stopped by the real reader, listed and erased from the command line."""

import sys
from pathlib import Path

import pytest

from tests.flow.test_copies import marked
from tests.pagemaker import Kind, PageSpec, make_page
from workstation.app import cli, training
from workstation.app.compose import open_workstation
from workstation.domain.page import PageState
from workstation.usecases import scan
from workstation.usecases.read import read_dossier


def run(monkeypatch: pytest.MonkeyPatch, home: Path, *line: str) -> int:
    monkeypatch.setattr(sys, "argv", ["workstation", "held", *line, "--home", str(home)])
    return cli._run()


def traces(home: Path, original: str) -> list[str]:
    """Files that are named by the original, or hold words of the page or its mark."""
    found = []
    for path in (p for p in home.rglob("*") if p.is_file()):
        data = path.read_bytes()
        if original in path.name or "MẬT".encode() in data or b"Vinh Tuy" in data or "Vĩnh Tuy".encode() in data:
            found.append(path.name)
    return found


def test_stopped_listed_and_erased(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    home, picture = tmp_path / "home", tmp_path / "mat.png"
    page = make_page(PageSpec(Kind.QUICK, seed=2, dpi=200))
    marked(page, "MẬT", (150, 20, 20), framed=True).save(picture, dpi=(200, 200))
    training.prepare(home)
    with open_workstation(home) as ws:
        by = ws.settings.users[0].name
        dossier_id = scan.open_dossier(ws.office, "", by)
        assert scan.take_in(ws.office, dossier_id, picture, by).error is None
        dossier = read_dossier(ws.office, dossier_id)
        assert [p.state for p in dossier.pages] == [PageState.HELD] and dossier.documents == ()
        original = dossier.pages[0].source.original
        assert traces(home, original) == [original], "the scan itself, until somebody has looked"
    code = dossier.code
    assert run(monkeypatch, home, "list") == 1 and capsys.readouterr().out == f"{code}  trang 1\n"
    assert run(monkeypatch, home, "erase", code, "--page", "1") == 2 and "U01" in capsys.readouterr().err
    assert run(monkeypatch, home, "erase", code, "--page", "2", "--confirm", "XÓA") == 2 and "U01" in capsys.readouterr().err
    assert run(monkeypatch, home, "erase", code, "--page", "1", "--confirm", "XÓA") == 0
    assert "K22: Đã xóa 1 trang" in capsys.readouterr().out
    assert traces(home, original) == []
    assert run(monkeypatch, home, "list") == 0
    assert run(monkeypatch, home, "read-on", code, "--page", "1") == 2
