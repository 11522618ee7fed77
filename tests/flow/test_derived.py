"""Invariant 2: everything derived from originals is cache. Delete it all, and it comes back the same."""

import shutil
from pathlib import Path

from tests.flow.conftest import Demo
from workstation.app.compose import Workstation, open_workstation
from workstation.domain.page import PageState
from workstation.usecases.read import page_job, text_of


def derived(ws: Workstation) -> dict[str, object]:
    """Every page's text as words and boxes, its recipe and findings as computed now, and its thumbnail's bytes."""
    found: dict[str, object] = {}
    with ws.office.look() as uow:
        dossiers = uow.dossiers.list()
    for dossier in dossiers:
        for page in dossier.pages:
            assert page.state is PageState.READ
            result = ws.office.pages.submit(ws.office.tools.process, page_job(ws.office, dossier, page)).result()
            text = text_of(ws.office, dossier, page)
            words = (text.width_px, text.height_px, text.words, text.engine) if text else None
            found[page.id] = (words, result.recipe == page.recipe, result.findings, result.thumbnail.read_bytes())
    return found


def test_deleted_cache_comes_back_the_same(demo: Demo, tmp_path: Path) -> None:
    home = shutil.copytree(demo.home, tmp_path / "home", ignore=shutil.ignore_patterns("ward", "exports"))
    with open_workstation(home) as ws:
        before = derived(ws)
    shutil.rmtree(home / "cache")
    with open_workstation(home) as ws:
        assert not any((home / "cache").iterdir())
        assert derived(ws) == before
    assert len(before) == 7
