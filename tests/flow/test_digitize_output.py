"""Where ``workstation digitize`` puts what it makes: it overwrites no scan and no other dossier, and leaves nothing half done."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pymupdf
import pytest
from PIL import Image

from tests.flow.conftest import Ran
from tests.pagemaker import quick_page


def small_page(path: Path, shade: int = 255) -> Path:
    """A page that is soon read; ``shade``: of a patch that makes it another file."""
    image = quick_page().image.convert("L")
    image.paste(shade, (0, 0, 40, 40))
    image.save(path, dpi=(150, 150), quality=90)
    return path


def all_bytes(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_results_beside_the_scans_overwrite_none_of_them(cli: Callable[..., Ran], tmp_path: Path) -> None:
    own = tmp_path / "HS.2024.01"
    own.mkdir()
    jpeg = small_page(tmp_path / "a.jpg")
    for name in ("01-thong-bao.pdf", "02-thong-bao.pdf"):  # as an earlier output is called
        with pymupdf.open() as document:
            document.new_page(width=595, height=842).insert_image((0, 0, 595, 842), filename=jpeg)
            document.save(own / name)
    before = all_bytes(own)
    for _ in range(2):  # and again: the same place
        ran = cli("digitize", "--json", "-o", tmp_path, own, seconds=300)
        assert ran.code == 0, ran.err
        assert {Path(d["pdf"]).parent.name for d in ran.data["files"][0]["documents"]} == {"HS.2024.01-2"}
        assert all_bytes(own) == before


def test_what_an_earlier_dossier_says_stays(cli: Callable[..., Ran], tmp_path: Path) -> None:
    """Another dossier of the same name, the code of another, and a file that has broken since."""
    out, scans = tmp_path / "out", [tmp_path / n / "scan.jpg" for n in ("a", "b")]
    for n, scan in enumerate(scans):
        scan.parent.mkdir()
        small_page(scan, 200 + n)
    ran = cli("digitize", "--json", "-o", out, *scans, seconds=300)
    assert ran.code == 0, ran.err
    folders = [Path(f["documents"][0]["pdf"]).parent for f in ran.data["files"]]
    assert [f.name for f in folders] == ["scan", "scan-2"]
    indexes = [json.loads((f / "dossier.json").read_text("utf-8")) for f in folders]
    assert [(i["code"], i["sources"]) for i in indexes] == [("scan", [str(scans[0])]), ("scan-2", [str(scans[1])])]
    before = all_bytes(out)
    scans[0].write_bytes(scans[0].read_bytes()[:3000])
    gone = cli("digitize", "--json", "-o", out, scans[0], tmp_path / "khong-co.jpg", seconds=300)
    assert gone.code == 2 and [f["error"]["code"] for f in gone.data["files"]] == ["F03", "F07"]
    other = cli("digitize", "--json", "--code", "scan-2", "-o", out, scans[0], seconds=300)
    assert (other.code, other.out) == (2, "") and other.err.startswith("U01: ") and "scan-2" in other.err
    assert all_bytes(out) == before


def test_odd_names_and_a_link_to_itself_are_files_like_others(cli: Callable[..., Ran], tmp_path: Path) -> None:
    odd = Path(os.fsdecode(os.fsencode(tmp_path) + b"/QD \xd0\xe5\xc7.jpg"))
    small_page(tmp_path / "a.jpg").rename(odd)
    loop = tmp_path / "vong.jpg"
    loop.symlink_to(loop.name)
    (tmp_path / "out").mkdir()
    scan = odd.with_suffix(".pdf")
    with pymupdf.open() as document:
        document.new_page(width=595, height=842).insert_image((0, 0, 595, 842), stream=odd.read_bytes())
        scan.write_bytes(document.tobytes())
    (tmp_path / "out" / "QD \ufffd\ufffd\ufffd").write_bytes(b"in the way")
    ran = cli("digitize", "--json", "-o", tmp_path / "out", loop, odd, scan, seconds=300)
    assert ran.code == 1, ran.err
    assert [f["error"] and f["error"]["code"] for f in ran.data["files"]] == ["F07", None, None]
    for n in (2, 3):
        assert (tmp_path / "out" / f"QD \ufffd\ufffd\ufffd-{n}" / "01-thong-bao.pdf").exists()


def ended_while_reading(tmp_path: Path, number: signal.Signals) -> tuple[int, str]:
    """Exit status and stderr of a ``digitize`` that got the signal once a page was read; its temporary folder is ``tmp``."""
    scans = tmp_path / "scans"
    scans.mkdir()
    for n in range(12):
        small_page(scans / f"{n}.jpg", 200 + n)
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    command = [sys.executable, "-m", "workstation", "digitize", "--jobs", "1", "-o", str(tmp_path / "out"), str(scans)]
    process = subprocess.Popen(command, env={**os.environ, "TMPDIR": str(temporary)}, stderr=subprocess.PIPE, text=True)
    try:
        until = time.monotonic() + 60
        while not list(temporary.rglob("*text.json")) and time.monotonic() < until:
            time.sleep(0.02)
        assert list(temporary.rglob("*text.json")), "no page was read"
        process.send_signal(number)
        _, err = process.communicate(timeout=30)
    finally:
        process.kill()
    return process.returncode, err


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_the_end_of_the_session_leaves_nothing_that_was_read(tmp_path: Path, number: signal.Signals) -> None:
    assert ended_while_reading(tmp_path, number) == (128 + number, "")
    assert [p for p in (tmp_path / "tmp").rglob("*") if p.is_file()] == []


def test_what_a_killed_run_left_of_citizens_goes_with_the_next(
    cli: Callable[..., Ran], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended_while_reading(tmp_path, signal.SIGKILL)
    (left,) = (tmp_path / "tmp").glob("tram-so-hoa-*")
    assert list(left.rglob("*text.json"))
    another = tmp_path / "tmp" / "somebody"
    another.mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    assert cli("read", "--json", small_page(tmp_path / "1.jpg"), seconds=300).code == 0
    assert not left.exists() and another.exists() and not list((tmp_path / "tmp").glob("tram-so-hoa-*"))


def test_a_few_pixels_and_a_page_in_one_folder(cli: Callable[..., Ran], tmp_path: Path) -> None:
    folder = tmp_path / "lan"
    folder.mkdir()
    Image.new("L", (16, 16), 255).save(folder / "2.png")
    Image.new("1", (800, 1100), 1).save(folder / "3.png", transparency=1, dpi=(100, 100))
    small_page(folder / "1.jpg")
    ran = cli("digitize", "--json", "-o", tmp_path / "out", folder, seconds=300)
    assert ran.code == 0, ran.err
    (file,) = ran.data["files"]
    assert [len(p["words"]) > 20 for p in file["pages"]] == [True, False, False]
    assert {n for d in file["documents"] for n in d["pages"]} == {0, 1, 2}
