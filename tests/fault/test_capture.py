"""Paper on its way in: kill -9 at any sheet, a disk that fills up, a file without end, a scanner that is killed."""

import hashlib
import os
import re
import shutil
import signal
import sqlite3
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from tests import forked
from tests.pagemaker import quick_page, save_page
from tests.small_disk import on_small_disk, small_disk
from workstation.app import training
from workstation.app.compose import Workstation, open_workstation
from workstation.domain.errors import WorkstationError
from workstation.domain.ids import DossierId
from workstation.domain.page import PageState
from workstation.domain.ports import ScanWish
from workstation.scanners.sane import SaneScanner
from workstation.usecases import arrived, scan
from workstation.usecases.read import read_dossier

SHEETS = 30


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("office")
    training.prepare(home)
    return home


@pytest.fixture(scope="module")
def pile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Thirty sheets, no two with the same bytes."""
    folder = tmp_path_factory.mktemp("pile")
    save_page(folder / "00.jpg", quick_page())
    data = (folder / "00.jpg").read_bytes()
    for number in range(SHEETS):
        (folder / f"{number:02d}.jpg").write_bytes(data + number.to_bytes(2, "big"))
    return folder


def hashes(folder: Path) -> list[str]:
    return [hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(folder.iterdir())]


def stored(home: Path) -> list[str]:
    """Originals of the pages in paper order; each is whole in the blob store."""
    with sqlite3.connect(home / "store.sqlite3") as own:
        found = [row[0] for row in own.execute("SELECT original FROM page ORDER BY position")]
    own.close()
    for sha256 in found:
        blob = next((home / "blobs").rglob(sha256))
        assert hashlib.sha256(blob.read_bytes()).hexdigest() == sha256
    return found


def test_killed_at_any_sheet_none_is_lost_or_doubled(office: Path, pile: Path, tmp_path: Path) -> None:
    """One pile, killed again and again a different number of borders further; what was reported is there, in order."""
    home, truth = shutil.copytree(office, tmp_path / "home"), hashes(pile)
    died, reported = Counter[str](), 0
    for border in (1, 2, 3, 4, 5, 6, 9, 14, 23, 40, 0):
        done = forked.run("tests.fault.crashing_capture", [home, pile, str(border)], timeout=180)
        assert "Traceback" not in done.stderr, done.stderr
        lines = done.stdout.split("\n")
        resumed = int(lines[0].removeprefix("resumed "))
        assert resumed >= reported, "what the last run had reported is there"
        reported = resumed + sum(name.startswith("sheet-") for name in lines)
        there = stored(home)
        assert there == truth[: len(there)] and len(there) >= reported
        if border:
            assert done.returncode == -signal.SIGKILL, "the pile was too small"
            died[re.findall(r"^\d+ (.+)$", done.stderr, re.MULTILINE)[-1]] += 1
    assert done.returncode == 0 and lines[-2] == "done"
    assert stored(home) == truth and list((home / "incoming").rglob("sheet-*")) == []
    assert len(died) >= 4, died
    with sqlite3.connect(home / "store.sqlite3") as own:
        assert own.execute("SELECT count(DISTINCT id), count(*) FROM page WHERE state = 'read'").fetchone() == (SHEETS, SHEETS)
    own.close()


@on_small_disk
def test_a_disk_that_fills_up_at_any_page_costs_that_page_only(tmp_path: Path) -> None:
    """Room for less and less of a file: wherever it ends, what was taken in stays, M01 is said, and with room it goes on."""
    made = tmp_path / "made"
    made.mkdir()
    save_page(made / "page.jpg", quick_page())
    data = (made / "page.jpg").read_bytes()
    with small_disk(tmp_path / "disk", 40_000) as disk:
        training.prepare(disk / "home")
        with open_workstation(disk / "home") as ws:
            clerk = ws.settings.users[0].name
            dossier_id = scan.open_dossier(ws.office, "Hồ sơ thử", clerk)
            refused = 0
            for number, room in enumerate((4, 12, 40, len(data) // 1024, len(data) // 1024 + 24, 250, 4000)):
                path = made / f"{number}.jpg"
                path.write_bytes(data + bytes([number]))
                filler = fill(disk, room)
                outcome = scan.take_in(ws.office, dossier_id, path, clerk)
                there = len(pages(ws, dossier_id))
                assert outcome.error is None or outcome.error.code == "M01"
                assert there == number + outcome.pages, "a page is there or it is refused"
                refused += outcome.error is not None
                filler.unlink()
                if outcome.error is not None:
                    assert scan.take_in(ws.office, dossier_id, path, clerk).pages == 1
            assert 2 <= refused < 7
            filler = fill(disk, 8)
            with pytest.raises(WorkstationError, match="M01"):
                read_dossier(ws.office, dossier_id)
            filler.unlink()
            after = read_dossier(ws.office, dossier_id)
            assert [p.state for p in after.pages] == [PageState.READ] * 7 and after.error is None
            assert stored(disk / "home") == [hashlib.sha256(data + bytes([n])).hexdigest() for n in range(7)]


def fill(disk: Path, leave_kb: int) -> Path:
    """A file that leaves so much room on the disk."""
    filler = disk / "filler"
    free = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
    with filler.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, max(1, free - leave_kb * 1024))
    return filler


def pages(ws: Workstation, dossier_id: DossierId) -> tuple[Any, ...]:
    return ws.office.dossier(dossier_id).pages


# --- a file that takes the machine (memory: tests/unit/jobs/test_lanes.py)


def endless_pdf(path: Path) -> Path:
    """Forms that each draw the next twelve times, twelve deep: nobody lives to see the page."""
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        inner = pikepdf.Stream(pdf, b"0 0 10 10 re f")
        for _ in range(12):
            form = inner
            form.Type, form.Subtype = pikepdf.Name.XObject, pikepdf.Name.Form
            form.BBox = pikepdf.Array([0, 0, 600, 800])
            inner = pikepdf.Stream(pdf, b"/F Do " * 12)
            inner.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(F=form))
        pdf.pages[0].Resources = inner.Resources
        pdf.pages[0].Contents = pikepdf.Stream(pdf, b"/F Do " * 12)
        pdf.save(path)
    return path


def test_a_file_that_never_ends_is_refused_and_the_next_comes_in(
    office: Path, pile: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Through the real worker, twice, since the first time may have been the machine's fault; only the clock is set forward."""
    good = sorted(pile.iterdir())
    with open_workstation(shutil.copytree(office, tmp_path / "home")) as ws:
        clerk = ws.settings.users[0].name
        dossier_id = scan.open_dossier(ws.office, "Hồ sơ thử", clerk)
        with monkeypatch.context() as hurried:
            hurried.setattr(arrived, "INSPECT_SECONDS", 2.0)
            endless = scan.take_in(ws.office, dossier_id, endless_pdf(tmp_path / "mai.pdf"), clerk)
        assert endless.error is not None and endless.error.code == "F06" and endless.pages == 0
        assert dict(endless.error.params) == {"file": "mai.pdf", "reason": "timeout"}
        for path in good[:2]:
            outcome = scan.take_in(ws.office, dossier_id, path, clerk)
            assert (outcome.pages, outcome.error) == (1, None)
        assert [p.state for p in read_dossier(ws.office, dossier_id).pages] == [PageState.READ] * 2


def test_a_desk_that_is_closed_does_not_wait_for_the_pile_to_be_read(office: Path, pile: Path, tmp_path: Path) -> None:
    """What is not read is read after the next start."""
    home = shutil.copytree(office, tmp_path / "home")
    with open_workstation(home) as ws:
        dossier_id = ws.desk.new_dossier().result()
        ws.desk.import_files(dossier_id, sorted(pile.iterdir()), lambda _: None).result()
    with sqlite3.connect(home / "store.sqlite3") as own:
        unread = own.execute("SELECT count(*) FROM page WHERE state = 'new'").fetchone()[0]
    own.close()
    assert unread > SHEETS // 2
    with open_workstation(home) as ws:
        assert ws.desk.resume().result().to_read == (dossier_id,)
        assert len(pages(ws, dossier_id)) == SHEETS


def children(name: str) -> list[int]:
    found = []
    for task in Path("/proc/self/task").iterdir():
        for pid in (task / "children").read_text().split():
            if Path(f"/proc/{pid}/comm").read_text().strip() == name:
                found.append(int(pid))
    return found


def test_a_scanner_that_is_killed_in_the_middle_of_a_sheet_keeps_the_sheets_before(tmp_path: Path) -> None:
    if shutil.which("scanimage") is None:
        pytest.skip("SANE's scanimage is not installed (sane-utils)")
    config, out = tmp_path / "sane.d", tmp_path / "out"
    config.mkdir()
    out.mkdir()
    (config / "dll.conf").write_text("test\n")
    (config / "test.conf").write_text("")
    sheets: list[Path] = []

    def took(path: Path) -> None:
        sheets.append(path)
        if len(sheets) == 2:
            threading.Thread(target=kill_while_it_writes).start()

    def kill_while_it_writes() -> None:
        end = time.monotonic() + 30
        while not list(out.glob("sheet-0003*")):
            assert time.monotonic() < end
            time.sleep(0.001)
        for pid in children("scanimage"):
            os.kill(pid, signal.SIGKILL)

    slow = ("--read-delay=yes", "--read-delay-duration=20000")
    with pytest.raises(WorkstationError) as caught:
        SaneScanner(config, slow).scan("test:0", ScanWish(100), out, took, lambda: False)
    assert caught.value.code == "Q08" and caught.value.params["count"] == 2
    assert sorted(p.name for p in out.iterdir()) == [p.name for p in sheets]
    assert SaneScanner(config).scan("test:0", ScanWish(75), out, lambda _: None, lambda: False) == 10, "the next scan works"
