"""Invariant 2: everything derived from originals is cache. Delete it all, and it comes back the same."""

import shutil
from pathlib import Path

from tests.flow.conftest import Demo
from workstation.app.compose import Workstation, open_workstation
from workstation.domain.dossier import Dossier
from workstation.domain.page import Page, PageState
from workstation.usecases.read import page_job, text_of
from workstation.usecases.thumbnails import thumb_of


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
            found[page.id] = (words, result.recipe == page.recipe, result.findings, small(ws, dossier, page))
    return found


def small(ws: Workstation, dossier: Dossier, page: Page) -> bytes:
    """The thumbnail that the screen shows."""
    wanted = thumb_of(ws.office.cache, dossier.id, page)
    stored = ws.office.tools.thumbnail(wanted)
    assert stored is not None and stored.kind == wanted.kind
    return stored.jpeg


def test_thumbnails_are_drawn_again_alone(demo: Demo, tmp_path: Path) -> None:
    """From original and recipe, without anything being read: the same bytes, one file a dossier."""
    home = shutil.copytree(demo.home, tmp_path / "home", ignore=shutil.ignore_patterns("ward", "exports"))
    packs = sorted(p.name for p in (home / "cache" / "thumbs").iterdir())
    with open_workstation(home) as ws:
        with ws.office.look() as uow:
            dossiers = uow.dossiers.list()
        assert packs == sorted(f"{d.id}.sqlite3" for d in dossiers)
        before = {page.id: small(ws, d, page) for d in dossiers for page in d.pages}
        shutil.rmtree(home / "cache")
        for dossier in dossiers:
            for page in dossier.pages:
                assert ws.desk.thumbnail(thumb_of(ws.office.cache, dossier.id, page)) is None
                ws.desk.draw_thumbnail(page.id).result(60)
        assert {page.id: small(ws, d, page) for d in dossiers for page in d.pages} == before
        assert [p.name for p in (home / "cache").iterdir()] == ["thumbs"]
    assert len(before) == 7


def test_deleted_cache_comes_back_the_same(demo: Demo, tmp_path: Path) -> None:
    home = shutil.copytree(demo.home, tmp_path / "home", ignore=shutil.ignore_patterns("ward", "exports"))
    with open_workstation(home) as ws:
        before = derived(ws)
    shutil.rmtree(home / "cache")
    with open_workstation(home) as ws:
        assert not any((home / "cache").iterdir())
        assert derived(ws) == before
    assert len(before) == 7
