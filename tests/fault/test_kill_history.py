"""kill -9 at every border of arranging and undoing: the change and what undoes it are both there, or neither is."""

import json
import shutil
from pathlib import Path

import pytest

from tests import forked
from tests.fault.arranging import Arranged, arranged, prepare
from tests.unit.usecases.bench import CLERK, World, open_world
from tests.unit.usecases.room import Room
from workstation.domain.dossier import Dossier
from workstation.usecases import history

SIGKILLED = -9
BEFORE_UNDO = 5
"""States up to the last change: as it was, and after each of four changes."""


def run(job: str, folder: Path, border: int) -> tuple[int, list[Arranged]]:
    done = forked.run("tests.fault.arranging", [job, folder, str(border)], timeout=120)
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("office") / "w"
    prepare(folder)
    return folder


def prepared(office: Path) -> Dossier:
    with open_world(office) as world, world.office.look() as uow:
        (dossier,) = uow.dossiers.list()
    return dossier


def walk(world: World, dossier: Dossier, *, back: bool) -> list[Arranged]:
    """What each further undo, or redo, leads to."""
    found: list[Arranged] = []
    while True:
        with world.office.look() as uow:
            if not uow.history.can(dossier.id)[0 if back else 1]:
                return found
        history.travel(world.office, dossier.id, CLERK, back=back)
        found.append(arranged(world.get(dossier)))


def anonymous(states: list[Arranged]) -> list[Arranged]:
    """Each run gives new documents ids of its own: they are named by their first page."""
    named = []
    for pages in states:
        first = {page[1]: page[0] for page in reversed(pages)}
        named.append([[page[0], first[page[1]], *page[2:]] for page in pages])
    return named


def test_killed_at_every_border(office: Path, tmp_path: Path) -> None:
    code, whole = run("arrange", shutil.copytree(office, tmp_path / "whole"), 0)
    states = anonymous(whole)
    assert code == 0 and len(states) == 8 and len({json.dumps(s) for s in states}) == BEFORE_UNDO
    ladder, borders = states[:BEFORE_UNDO], 0
    for border in range(1, 100):
        folder = shutil.copytree(office, tmp_path / str(border))
        code, told = run("arrange", folder, border)
        if code == 0:
            break
        assert code == SIGKILLED
        borders += 1
        with open_world(folder) as world:
            with world.office.look() as uow:
                (dossier,) = uow.dossiers.list()
                assert uow.audit.verify() is None
            now = anonymous([arranged(dossier)])[0]
            assert now in (states[len(told) - 1], *states[len(told) : len(told) + 1]), "before the move, or after it"
            at = ladder.index(now)
            assert anonymous(walk(world, dossier, back=True)) == ladder[:at][::-1]
            forth = anonymous(walk(world, dossier, back=False))
            reached = max(ladder.index(s) for s in states[: len(told) + 1])
            assert forth == ladder[1 : len(forth) + 1] and len(forth) in (reached, reached - 1)
        shutil.rmtree(folder)
    assert borders >= 14


def test_killed_at_every_border_of_scanning_over(office: Path, tmp_path: Path) -> None:
    """At the next start each sheet that is on disk goes to its place: the page is replaced once, whatever had been done of it."""
    borders, seen = 0, set[int]()
    for border in range(1, 100):
        folder = shutil.copytree(office, tmp_path / str(border))
        code, _ = run("scan_over", folder, border)
        assert code in (0, SIGKILLED)
        borders += bool(code)
        with open_world(folder) as world:
            with world.office.look() as uow:
                (dossier,) = uow.dossiers.list()
            Room(world).desk.resume().result()
            old = {p.source.original for p in prepared(office).pages}
            pages = world.get(dossier).pages
            kept, new = [p for p in pages if p.source.original in old], [p for p in pages if p.source.original not in old]
            assert [p.dropped for p in kept] == [False, bool(new), False, False, False]
            assert not list((world.root / "incoming").glob("[!.]*.*")), "no sheet is left on its way"
            if not new:
                assert border == 1, "only what was never on disk is not there"
            else:
                assert pages == (kept[0], new[0], kept[1], *new[1:], *kept[2:]) and not any(p.dropped for p in new)
                assert {p.document_id for p in new} == {kept[1].document_id}
                history.travel(world.office, dossier.id, CLERK, back=True)
                assert [p.dropped for p in world.get(dossier).pages[:3]] == [False, False, True]
            seen.add(len(new))
        shutil.rmtree(folder)
        if code == 0:
            break
    assert borders >= 8 and seen == {1, 2}
