"""Bad input as a person meets it: each has its code and sentence, the rest goes on, nothing is lost."""

import os
import shutil
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from tests.flow.conftest import Demo, Ran
from tests.pagemaker import quick_page, save_page
from tests.unit.signing.softtoken import library
from ui.messages import sentence
from ui.sentences import MESSAGES
from workstation.domain.errors import ErrorNote


def huge_png(path: Path, side: int = 30_000) -> None:
    """A 30,000 × 30,000 picture in a few hundred kilobytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    packer = zlib.compressobj(9)
    row = bytes(1 + side // 8)
    rows = b"".join(packer.compress(row * 1000) for _ in range(side // 1000)) + packer.flush()
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b""))


@pytest.fixture(scope="module")
def bad_files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """One file for each code; the good one stands in the middle."""
    folder = tmp_path_factory.mktemp("bad")
    files = {code: folder / name for code, name in NAMES.items()}
    files["F01"].write_bytes("Đây không phải là ảnh.".encode() * 50)
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(files["F02"], encryption=pikepdf.Encryption(owner="chủ", user="mật khẩu"))
        pdf.save(files["F03"])
    files["F03"].write_bytes(files["F03"].read_bytes()[:120])
    files["F04"].touch()
    huge_png(files["F05"])
    save_page(files["good"], quick_page())
    return files


NAMES = {
    "F01": "thu.jpg",
    "F02": "khoa.pdf",
    "good": "tot.jpg",
    "F03": "hong.pdf",
    "F04": "rong.tif",
    "F05": "khong-lo.png",
    "F07": "khong-co.jpg",
}


def test_each_bad_file_has_its_code_and_the_good_one_is_read(bad_files: dict[str, Path], cli: Callable[..., Ran]) -> None:
    ran = cli("read", "--json", *bad_files.values())
    assert ran.code == 1
    by_code = dict(zip(bad_files, ran.data["files"], strict=True))
    good = by_code.pop("good")
    assert good["status"] == "ok"
    assert len(good["pages"][0]["words"]) > 5
    for code, row in by_code.items():
        assert row["status"] == "quarantined"
        assert row["error"]["code"] == code
        expected = sentence(ErrorNote(code, (("file", bad_files[code].name),)))  # some codes add numbers in the middle
        assert bad_files[code].name in row["error"]["message"]
        assert row["error"]["message"].split(".")[-2] == expected.split(".")[-2]
    assert "Traceback" not in ran.err


def test_only_bad_files_is_exit_2(bad_files: dict[str, Path], cli: Callable[..., Ran], tmp_path: Path) -> None:
    ran = cli("digitize", bad_files["F04"], "-o", tmp_path / "out")
    assert ran.code == 2
    assert "F04: " in ran.out


@pytest.fixture
def office(demo: Demo, tmp_path: Path) -> Path:
    """A practice home with its settings and training key, nothing in it."""
    home = tmp_path / "home"
    home.mkdir()
    for name in ("settings.toml", "ward-keys.json"):
        shutil.copy(demo.home / name, home / name)
    shutil.copytree(demo.home / "trust", home / "trust")
    return home


def test_the_desk_keeps_the_good_pages_and_says_why_not_the_others(bad_files: dict[str, Path], office: Path) -> None:
    from workstation.app.compose import open_workstation
    from workstation.usecases import scan

    with open_workstation(office) as ws:
        dossier_id = scan.open_dossier(ws.office, "Hồ sơ thử", ws.settings.users[0].name)
        told: list[Any] = []
        ws.desk.import_files(dossier_id, list(bad_files.values()), told.append).result(120)
        codes = {o.name: o.error.code if o.error else "good" for o in told}
        assert codes == {name: code for code, name in NAMES.items()}
        with ws.office.look() as uow:
            assert len(uow.dossiers.get(dossier_id).pages) == 1
    assert all(path.exists() for code, path in bad_files.items() if code != "F07")  # nobody's file was taken away


def _pdf(path: Path) -> Path:
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(path)
    return path


def test_wrong_pin_signs_nothing(demo: Demo, cli: Callable[..., Ran], tmp_path: Path) -> None:
    p12 = demo.home / "secrets" / "training-signer.p12"
    ran = cli("sign", _pdf(tmp_path / "a.pdf"), "-o", tmp_path / "out", "--p12", p12, "--pin-env", "P", env={"P": "sai"})
    assert ran.code == 1
    assert ran.err.startswith("C02: " + MESSAGES["C02"].vi.split("[")[0][:20])
    assert list((tmp_path / "out").iterdir()) == []
    assert "sai" not in ran.out


def test_no_token_and_no_library(cli: Callable[..., Ran], tmp_path: Path) -> None:
    tokens = tmp_path / "tokens"
    tokens.mkdir()
    conf = tmp_path / "softhsm2.conf"
    conf.write_text(f"directories.tokendir = {tokens}\nobjectstore.backend = file\n")
    env = {"SOFTHSM2_CONF": str(conf), "P": "123456"}
    pdf = _pdf(tmp_path / "a.pdf")
    absent = cli("sign", pdf, "-o", tmp_path / "out", "--token", library(), "--pin-env", "P", env=env)
    assert (absent.code, absent.err[:5]) == (3, "C01: ")
    missing = cli("sign", pdf, "-o", tmp_path / "out", "--token", tmp_path / "no.so", "--pin-env", "P", env=env)
    assert (missing.code, missing.err[:5]) == (3, "C10: ")


def test_no_server_keeps_the_item_with_its_next_try(demo: Demo, cli: Callable[..., Ran], tmp_path: Path) -> None:
    """The line is dead: the signed dossier waits, says why and when next; nobody is told that it arrived."""
    home = tmp_path / "home"
    shutil.copytree(demo.home, home, ignore=shutil.ignore_patterns("cache", "logs", "ward"))
    back_to_queue(home)
    text = (home / "settings.toml").read_text("utf-8").replace('[ward]\nurl = ""', '[ward]\nurl = "http://127.0.0.1:9"')
    (home / "settings.toml").write_text(text, "utf-8")
    ran = cli("send", "--once", "--json", "--home", home)
    assert ran.code == 3
    first = ran.data["items"][0]
    assert (first["state"], first["error"]["code"], first["receipt_id"]) == ("queued", "G01", None)
    assert first["next_try"]
    assert first["bytes_sent"] == 0


def back_to_queue(home: Path) -> None:
    """One received dossier of a copied home waits again, as if its sending had not begun."""
    from dataclasses import replace

    from workstation.domain.dossier import DossierState
    from workstation.domain.outbox import OutboxState
    from workstation.store.database import open_store

    store = open_store(home / "store.sqlite3")
    try:
        with store.uow_factory() as uow:
            item = uow.outbox.list()[0]
            files = tuple(replace(f, upload_url="", offset=0, file_id="") for f in item.files)
            fresh = replace(item, state=OutboxState.QUEUED, files=files, receipt=None, manifest="", attempts=0, bytes_sent=0)
            uow.outbox.save(fresh)
            dossier = uow.dossiers.get(item.dossier_id)
            uow.dossiers.save(replace(dossier, state=DossierState.QUEUED))
            uow.commit()
    finally:
        store.close()


FULL_DISK = """
set -e
mount -t tmpfs -o size=2500k tmpfs "$1"
set +e
"$2" -m workstation demo --headless --json --home "$1/home" >"$3/first.json" 2>"$3/first.err"
echo $? >"$3/first.code"
mount -o remount,size=120m "$1"
"$2" -m workstation demo --headless --json --home "$1/home" >"$3/second.json" 2>"$3/second.err"
echo $? >"$3/second.code"
"""


def test_full_disk_stops_with_m01_and_goes_on_when_there_is_room(tmp_path: Path) -> None:
    """A real file system of 2.5 MB: the main job stops with M01, and ends well once the disk has room again."""
    disk = tmp_path / "disk"
    disk.mkdir()
    command = ["unshare", "-rm", "sh", "-c", FULL_DISK, "sh", str(disk), sys.executable, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False, env=dict(os.environ))
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "first.code").read_text().strip() == "1"
    assert (tmp_path / "first.err").read_text("utf-8").startswith("M01: ")
    assert (tmp_path / "second.code").read_text().strip() == "0", (tmp_path / "second.err").read_text("utf-8")
    assert (tmp_path / "second.json").read_text("utf-8").count('"state": "received"') == 3
