"""kill -9 at each step of the main job, and a restart: nothing is lost, nothing is doubled, nothing is signed twice.

One home folder is killed after every durable border in turn (each run gets one border further), then a fresh one before
each kind of border. The last run must end like a run that was never disturbed.
"""

import json
import re
import shutil
import sqlite3
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests import forked
from tests.pagemaker import Kind, PageSpec, make_page, save_page
from workstation.app import training

SIGKILLED = -9


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dossier of one page at 150 dpi: small, so that many runs fit into a minute."""
    target = tmp_path_factory.mktemp("sample")
    page = make_page(PageSpec(Kind.APPLICATION, seed=5, dpi=150))
    save_page(target / "001.jpg", page)
    fields = {**page.fields, "type_name": "Đơn đề nghị"}
    document = {"type": "DON", "pages": [0], "fields": fields}
    truth = {"title": "Hồ sơ thử mất điện", "pages": [{"file": "001.jpg"}], "documents": [document]}
    (target / "truth.json").write_text(json.dumps(truth, ensure_ascii=False), "utf-8")
    return target


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A practice office with its key, made once: making keys is the slowest part of a run."""
    home = tmp_path_factory.mktemp("office")
    training.prepare(home)
    return home


def crash(home: Path, folder: Path, border: int) -> tuple[int, list[str], str]:
    """Exit code, names of the borders that were passed, standard output."""
    done = forked.run("tests.fault.crashing", [home, folder, str(border)], timeout=120)
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, re.findall(r"^\d+ (.+)$", done.stderr, re.MULTILINE), done.stdout


def check(home: Path, told: dict[str, Any]) -> None:
    """One dossier, one page, one signature, one receipt, here and on the ward server."""
    assert [d["state"] for d in told["dossiers"]] == ["received"]
    assert all(x["green"] for d in told["dossiers"] for x in d["documents"])
    own = sqlite3.connect(home / "store.sqlite3")
    ward = sqlite3.connect(home / "ward" / "ward.sqlite3")
    with own, ward:
        for table, rows in (("dossier", 1), ("page", 1), ("document", 1), ("outbox_item", 1)):
            assert own.execute(f"SELECT count(*) FROM {table}").fetchone() == (rows,), table
        actions = Counter(a for (a,) in own.execute("SELECT action FROM audit_event"))
        assert {actions[a] for a in ("opened", "imported", "published", "signed", "queued", "received")} == {1}, actions
        tables = {t for (t,) in ward.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        for table in ("dossier", "receipt"):
            assert table in tables
            assert ward.execute(f"SELECT count(*) FROM {table}").fetchone() == (1,), table
    own.close()
    ward.close()
    assert list((home / "sealing").iterdir()) == []


def state(home: Path) -> tuple[object, ...]:
    """What a step leaves behind: if it is unchanged, the run died before it got anywhere."""
    with sqlite3.connect(home / "store.sqlite3") as own:
        audit = own.execute("SELECT count(*) FROM audit_event").fetchone()
        rows = own.execute("SELECT state, manifest FROM outbox_item").fetchall()
        files = own.execute('SELECT upload_url, "offset", file_id FROM outbox_file').fetchall()
        pages = own.execute("SELECT count(*) FROM page").fetchone()
    own.close()
    blobs = sorted(p.name for p in (home / "blobs").rglob("*") if re.fullmatch(r"[0-9a-f]{64}", p.name))
    sealing = sorted(p.name for p in (home / "sealing").iterdir())
    return audit, rows, files, pages, blobs, sealing


def a_minute_later(home: Path) -> None:
    """The lease of the process that died runs out. Waiting for it in earnest would make this test an hour long."""
    with sqlite3.connect(home / "store.sqlite3") as own:
        own.execute("UPDATE outbox_item SET lease_until = '2000-01-01 00:00:00.000000' WHERE lease_until IS NOT NULL")
    own.close()


def test_killed_after_every_step_in_turn(folder: Path, office: Path, tmp_path: Path) -> None:
    """Every run dies as soon as it has got one durable step further than the one before."""
    home = shutil.copytree(office, tmp_path / "home")
    died, border, before = [], 2, None
    for _ in range(120):
        code, passed, out = crash(home, folder, border)
        if code == 0:
            break
        assert code == SIGKILLED
        died.append(passed[-1])
        now = state(home)
        a_minute_later(home)
        border, before = (2, now) if now != before else (border + 2, before)
    else:
        pytest.fail("the job never came to its end")
    check(home, json.loads(out))
    kinds = Counter(died)
    assert kinds["after commit"] >= 12, kinds
    assert kinds["after blob"] >= 2, kinds
    assert kinds["after request"] >= 2, kinds


def test_killed_in_the_middle_of_sealing_and_sending(folder: Path, office: Path, tmp_path: Path) -> None:
    """A run that got far in one go is killed late: between token and store, and while files and manifest are on their way."""
    _, whole, _ = crash(shutil.copytree(office, tmp_path / "whole"), folder, 0)
    signing = max(i for i, name in enumerate(whole, 1) if name == "before blob")
    requests = [i for i, name in enumerate(whole, 1) if name.endswith("request")]
    for border in (signing, *requests[3::4]):
        home = shutil.copytree(office, tmp_path / f"at-{border}")
        code, _, _ = crash(home, folder, border)
        assert code == SIGKILLED
        a_minute_later(home)
        code, _, out = crash(home, folder, 0)
        assert code == 0
        check(home, json.loads(out))
