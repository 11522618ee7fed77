"""A dossier with one blurred page, on real scanners and real page workers: scanned over, undone, found again after restarts."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from tests.pagemaker import CLEAN, Kind, PageSpec, write_page
from workstation.app.compose import open_workstation
from workstation.domain.dossier import Dossier, DossierState
from workstation.domain.errors import WorkstationError
from workstation.domain.ids import DossierId
from workstation.domain.page import PageState
from workstation.domain.ports import Scanner
from workstation.scanners.sane import SaneScanner
from workstation.scanners.simulated import SimulatedScanner
from workstation.usecases.desk import Desk
from workstation.usecases.views import ImportOutcome

PAGES, BAD = 12, 4
BLURRED = replace(CLEAN, blur_px=5.0)


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What lies in the feeder: the dossier, and the one sheet scanned anew."""
    folder = tmp_path_factory.mktemp("feeder")
    for name in ("ho-so", "to-quet-lai"):
        (folder / name).mkdir()
    for n in range(1, PAGES + 1):
        spec = PageSpec(Kind.QUICK, seed=n, dpi=300, wear=BLURRED if n == BAD else CLEAN)
        write_page(folder / "ho-so" / f"{n:02d}.jpg", spec)
    write_page(folder / "to-quet-lai" / "1.jpg", PageSpec(Kind.QUICK, seed=BAD, dpi=300))
    return folder


@contextmanager
def desk_at(home: Path, scanner: Scanner) -> Iterator[Desk]:
    with open_workstation(home) as ws:
        ws.desk._parts = replace(ws.desk._parts, scanner=scanner)
        yield ws.desk


def settled(desk: Desk, dossier_id: DossierId) -> Dossier:
    """Once every page that counts is read and belongs to a document."""
    until = time.monotonic() + 120
    while time.monotonic() < until:
        dossier = desk._office.dossier(dossier_id)
        if all(p.state is not PageState.NEW and p.document_id for p in dossier.pages if not p.dropped):
            return dossier
        time.sleep(0.1)
    pytest.fail("the pages are never read")


def never() -> bool:
    return False


def scanned(run: Callable[[Callable[[ImportOutcome], None]], object]) -> list[ImportOutcome]:
    told: list[ImportOutcome] = []
    run(told.append)
    return told


def test_twelve_pages_the_fourth_blurred(samples: Path, tmp_path: Path) -> None:
    home, scanner = tmp_path / "home", SimulatedScanner(samples)
    with desk_at(home, scanner) as desk:
        dossier_id = desk.new_dossier("Hồ sơ mười hai trang").result()
        told = scanned(lambda t: desk.scan(dossier_id, "simulated:ho-so", "", t, never).result())
        assert [o.error for o in told] == [None] * PAGES
        first = settled(desk, dossier_id)
        assert [i for i, p in enumerate(first.pages, 1) if p.failing] == [BAD]
        with pytest.raises(WorkstationError, match="A02"):
            desk.finish_capture(dossier_id).result()
        (outcome,) = scanned(lambda t: desk.scan_over(first.pages[BAD - 1].id, "simulated:to-quet-lai", "", t, never).result())
        assert outcome.error is None
        over = settled(desk, dossier_id)
        assert len(over.pages) == PAGES + 1 and not over.pages[BAD - 1].failing
        assert over.pages[BAD] == replace(first.pages[BAD - 1], dropped=True)
        assert desk.dossier(dossier_id).result().missing is None
    with desk_at(home, scanner) as desk:  # the next morning
        desk.undo(dossier_id).result()
        back = settled(desk, dossier_id)
        assert back.pages[BAD - 1] == first.pages[BAD - 1] and back.pages[BAD].dropped
        with pytest.raises(WorkstationError, match="A02"):
            desk.finish_capture(dossier_id).result()
    with desk_at(home, scanner) as desk:
        desk.redo(dossier_id).result()
        assert settled(desk, dossier_id).pages == over.pages
        desk.finish_capture(dossier_id).result()
        after = settled(desk, dossier_id)
        assert after.state is DossierState.PROCESSING and desk.dossier(dossier_id).result().can_undo is False
        assert sum(len(after.pages_of(d.id)) for d in after.documents) == PAGES


def test_of_a_full_feeder_one_sheet_is_drawn_in(samples: Path, tmp_path: Path) -> None:
    """SANE's test device holds ten sheets; behind a page it gives them all."""
    config = tmp_path / "sane.d"
    config.mkdir()
    (config / "dll.conf").write_text("test\n")
    (config / "test.conf").write_text("")
    with desk_at(tmp_path / "home", SaneScanner(config)) as desk:
        dossier_id = desk.new_dossier().result()
        desk.import_files(dossier_id, sorted((samples / "ho-so").iterdir())[:2], lambda _: None).result()
        first, second = desk._office.dossier(dossier_id).pages
        told = scanned(lambda t: desk.scan_over(first.id, "test:0", "A4 hai mặt", t, never).result())
        assert [(o.pages, o.error) for o in told] == [(1, None)]
        new, old, last = desk._office.dossier(dossier_id).pages
        assert (old.id, old.dropped, last.id) == (first.id, True, second.id) and not new.dropped
        assert not list((desk._parts.incoming).glob(f"{dossier_id}.*")), "nothing is left on its way"
