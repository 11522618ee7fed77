"""kill -9 while signatures are lifted and archive time-stamps renewed, and a time-stamping authority that dies in mid-queue: no
signed file is lost or rewritten, nothing is done twice, and the next round finishes."""

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

import pytest

from signing import worker
from signing.lift import standing
from signing.verify import verify_file
from tests import forked
from tests.fault.lifting import WITHIN, real_services, real_world
from tests.unit.signing.outside import PASSWORD, Outside
from tests.unit.signing.pdfs import make_pdfa
from tests.unit.usecases.bench import World
from tests.unit.usecases.machine import HEAD
from workstation.domain.ids import DocumentId
from workstation.domain.signature import KeyKind, KeyRef, SignResult
from workstation.domain.signing import Secret, SigningServices, SignJob
from workstation.usecases.archive import Keeper, overview
from workstation.usecases.lift import Lifter
from workstation.usecases.recover import extends

COUNT = 3
SIGKILLED = -9


@dataclass
class Yard:
    """An office with signed files of level B that wait to be lifted, and the services outside."""

    folder: Path
    outside: Outside
    services: SigningServices

    def copy(self, to: Path) -> "Yard":
        return Yard(shutil.copytree(self.folder, to), self.outside, self.services)

    def run(self, border: int) -> tuple[int, list[str]]:
        """Exit code, and the borders that were passed."""
        done = forked.run("tests.fault.lifting", [self.folder, self.outside.url, str(border)], timeout=240)
        assert "Traceback" not in done.stderr, done.stderr
        return done.returncode, re.findall(r"^\d+ (.+)$", done.stderr, re.MULTILINE)

    def check(self, *, finished: bool, signed: dict[str, bytes]) -> None:
        """At any time: what documents and rows name is there and whole, and begins with what was signed."""
        with real_world(self.folder / "office", self.services) as world:
            rows = overview(world.office, WITHIN)
            assert len(rows) == COUNT
            for row in rows:
                dossier = world.office.dossier_of(DocumentId(row.owner))
                with world.office.look() as uow:
                    item = uow.outbox.by_dossier(dossier.id)
                assert item is not None and item.files[0].sha256 == row.sealed.sha256
                names = {row.sealed.sha256} | ({row.kept.sha256} if row.kept else set())
                for name in names:
                    assert world.blobs.verify(name)
                    assert world.blobs.path(name).read_bytes().startswith(signed[row.owner])
                if row.kept:
                    assert extends(world.blobs.path(row.kept.sha256), world.blobs.path(row.sealed.sha256))
            assert world.audit().count("lifted") <= COUNT and world.audit().count("renewed") <= COUNT
            if not finished:
                return
            assert not list(world.office.sealing.iterdir())
            assert [world.audit().count(action) for action in ("signed", "lifted", "renewed")] == [COUNT] * 3
            for row in rows:
                assert row.sealed.level == "LTA" and row.due is None and row.kept is not None
                assert verify_file(world.blobs.path(row.kept.sha256), self.services.trust).green


@pytest.fixture(scope="module")
def outside() -> Iterator[Outside]:
    one = Outside()
    yield one
    one.close()


@pytest.fixture(scope="module")
def yard(outside: Outside, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Yard, dict[str, bytes]]]:
    folder = tmp_path_factory.mktemp("yard")
    root = outside.authority.write(folder)
    p12, _ = outside.signer(folder)
    page = make_pdfa(folder / "page.pdf")
    worker.open_key(KeyRef(KeyKind.PKCS12, str(p12)), Secret(PASSWORD))

    def sign(job: SignJob) -> SignResult:
        return worker.sign_file(SignJob(page, job.out))

    services = real_services(outside.url, root)
    signed: dict[str, bytes] = {}
    with real_world(folder / "office", services, sign) as world:
        for _ in range(COUNT):
            (document,) = world.signed(HEAD).documents
            assert document.sealed is not None and document.sealed.level == "B"
            signed[document.id] = world.blobs.path(document.sealed.sha256).read_bytes()
    worker.close_key()
    yield Yard(folder, outside, services), signed


@pytest.fixture(autouse=True)
def all_well(outside: Outside) -> Iterator[None]:
    outside.reset()
    yield
    worker.close_key()


def test_killed_at_every_border_of_lifting_and_renewing(
    yard: tuple[Yard, dict[str, bytes]], outside: Outside, tmp_path: Path
) -> None:
    """One office is killed one border further each time: the first border of what is left to do, then the second, …"""
    home, signed = yard[0].copy(tmp_path / "home"), yard[1]
    died: list[str] = []
    for border in (1, 2, 3, 4, 5):
        code, passed = home.run(border)
        assert code == SIGKILLED, passed
        died.append(passed[-1])
        home.check(finished=False, signed=signed)
    assert home.run(0)[0] == 0, "all lifted; the authority has nothing yet that lasts longer"
    outside.use_tsa(days=(-1, 700))
    for border in (2, 4, 3, 5):
        code, passed = home.run(border)
        if code == SIGKILLED:
            died.append(passed[-1])
        home.check(finished=False, signed=signed)
    assert home.run(0)[0] == 0
    home.check(finished=True, signed=signed)
    assert {"after lift", "before blob", "after blob", "before commit", "after commit"} <= set(died), died
    assert home.run(0) == (0, []), "a second run changes nothing"


@pytest.mark.parametrize("answers", [2, 3, 6])
def test_the_authority_dies_at_document_k(
    yard: tuple[Yard, dict[str, bytes]], outside: Outside, tmp_path: Path, answers: int
) -> None:
    """It answers so many requests (two a document, and one to know its size) and then no more; later it is back."""
    home, signed = yard[0].copy(tmp_path / "home"), yard[1]
    outside.asked.clear()
    outside.mode["tsa"] = " ".join(["ok"] * answers + ["down"])
    with real_world(home.folder / "office", home.services) as world:
        lifter = Lifter(world.office, Lock())
        lifter.round()
        levels = sorted(row.sealed.level for row in overview(world.office))
        done = levels.count("LTA")
        assert done == (answers - 1) // 2 and done < COUNT
        assert not list(world.office.sealing.iterdir())
        _agree(world, signed)
        asked = outside.asked["tsa"]
        assert not lifter.round() or asked == outside.asked["tsa"], "it is left alone for a while"
        outside.mode.clear()
        worker.close_key()  # as after the pause: the breaker forgets
        lifter.try_again()
        assert lifter.round()
        assert [row.sealed.level for row in overview(world.office)] == ["LTA"] * COUNT
        _agree(world, signed)


def test_the_authority_dies_while_the_archive_is_renewed(
    yard: tuple[Yard, dict[str, bytes]], outside: Outside, tmp_path: Path
) -> None:
    home, signed = yard[0].copy(tmp_path / "home"), yard[1]
    with real_world(home.folder / "office", home.services) as world:
        Lifter(world.office, Lock()).round()
        worker.close_key()
        outside.use_tsa(days=(-1, 700))
        outside.asked.clear()
        outside.mode["tsa"] = "ok ok down"
        keeper = Keeper(world.office, Lock(), WITHIN)
        assert keeper.round(600) == 1
        notes = [row.kept.error.code for row in overview(world.office, WITHIN) if row.kept and row.kept.error]
        assert notes == ["C41"]
        outside.mode.clear()
        worker.close_key()
        keeper.try_again()
        assert keeper.round(600) == COUNT - 1
        rows = overview(world.office, WITHIN)
        assert all(row.due is None and row.kept is not None and row.kept.error is None for row in rows)
        for row in rows:
            assert row.kept is not None and standing(world.blobs.path(row.kept.sha256)).level == "LTA"
        _agree(world, signed)


def _agree(world: World, signed: dict[str, bytes]) -> None:
    for row in overview(world.office, WITHIN):
        for name in {row.sealed.sha256, row.kept.sha256 if row.kept else row.sealed.sha256}:
            assert world.blobs.verify(name) and world.blobs.path(name).read_bytes().startswith(signed[row.owner])
