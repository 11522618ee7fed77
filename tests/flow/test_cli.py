"""The command line's own promises: exit codes, one sentence for what is wrong, options before and after every command."""

import hashlib
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pikepdf
import pymupdf
import pytest
import zxingcpp
from PIL import Image, ImageDraw

from tests.flow.conftest import Demo, Ran
from tests.flow.test_bad_input import back_to_queue
from tests.pagemaker import quick_page, save_page
from tests.pagemaker.fonts import font
from tests.unit.signing.marks import seal as marks_seal
from tests.unit.signing.marks import signature
from tests.unit.signing.pdfs import make_pdfa
from tests.unit.signing.pki import make_authority
from tests.unit.signing.workshop import make_workshop
from workstation.app import training
from workstation.app.lock import desk_lock

HEAVY = ("numpy", "cv2", "PySide6", "sqlalchemy", "pyhanko", "pymupdf", "pikepdf", "httpx", "cryptography", "rich.console")


def test_the_version_loads_nothing_heavy() -> None:
    code = (
        "import sys; sys.argv = ['workstation', '--version']\n"
        "from workstation.app.cli import _run\n"
        f"assert _run() == 0; print([m for m in {HEAVY} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[1] == "[]"


# --- use


USAGE = {
    ("nonsense",): "“nonsense”",
    ("x" * 3_000,): "no command of that name",
    ("wart",): "→ ward?",
    ("read",): "missing FILES",
    ("ward", "serve", "--port", "0"): "missing --data",
    ("read", "--bogus", "a"): "no option “--bogus”",
    ("read", "--jobs", "SECRET7", "a"): "--jobs: not a valid value",
    ("doctor", "SECRET7"): "too many arguments",
    ("sign", "a.pdf", "-o"): "-o: a value is missing",
    ("outbox", "--home"): "--home",
    ("digitize", "a.jpg", "-o", "out", "--code", "../up"): "--code",
}


@pytest.mark.parametrize("arguments", USAGE, ids=lambda a: " ".join(a)[:30])
def test_wrong_use_says_what_is_wrong_in_the_language_asked_for(
    arguments: tuple[str, ...], cli: Callable[..., Ran], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = cli("--lang", "en", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("U01: Wrong use of the command: ")
    assert USAGE[arguments] in ran.err
    assert "SECRET7" not in ran.err
    assert len(ran.err) < 300
    assert list(tmp_path.iterdir()) == []


def test_a_language_that_is_not_there(cli: Callable[..., Ran]) -> None:
    ran = cli("outbox", "--lang", "fr")
    assert (ran.code, ran.err[:5]) == (2, "U01: ")
    assert "--lang: vi | en" in ran.err


@pytest.mark.parametrize("group", ["ward", "audit"])
def test_a_bare_group_prints_its_help(group: str, cli: Callable[..., Ran]) -> None:
    ran = cli(group)
    assert (ran.code, ran.out) == (2, "")
    assert "Usage: workstation" in ran.err


def test_options_for_all_commands_stand_before_or_after(cli: Callable[..., Ran], tmp_path: Path) -> None:
    absent = tmp_path / "khong-co.jpg"
    for arguments in (
        ("--lang", "en", "--debug", "--home", tmp_path, "read", absent),
        ("read", absent, "--home", tmp_path, "--lang=en", "--debug"),
        ("digitize", absent, "-o", tmp_path / "out", "--lang", "en", f"--home={tmp_path}"),
    ):
        ran = cli(*arguments)
        assert ran.code == 2, ran.err
        assert "F07: The file khong-co.jpg can't be opened" in ran.out
    assert "Traceback" in cli("sign", absent, "-o", tmp_path / "out", "--debug", "--lang", "en").err
    after = cli("read", "--", "--lang")
    assert "F07: Không mở được tệp --lang" in after.out


# --- folders that can't be used


@pytest.mark.parametrize(
    ("arguments", "option"),
    [
        (("outbox", "--home", "FILE"), "--home"),
        (("send", "--home", "FILE/below"), "--home"),
        (("demo", "--headless", "--home", "/proc/none"), "--home"),
        (("verify", "a.pdf", "--home", "FILE"), "--home"),
        (("digitize", "FILE", "-o", "FILE/out"), "-o"),
        (("sign", "a.pdf", "--p12", "k.p12", "-o", "FILE/out"), "-o"),
        (("ward", "serve", "--port", "0", "--data", "FILE/data"), "--data"),
        (("gui", "--home", "HOME", "--screenshots", "FILE"), "--screenshots"),
    ],
)
def test_a_folder_that_can_not_be_used_is_named_by_its_option(
    arguments: tuple[str, ...], option: str, cli: Callable[..., Ran], tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("no folder")
    real = [a.replace("FILE", str(tmp_path / "file")).replace("HOME", str(tmp_path / "home")) for a in arguments]
    ran = cli(*real, "--lang", "en", env={"QT_QPA_PLATFORM": "offscreen"})
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == f"U01: Wrong use of the command: {option}: this folder can't be used. Nothing was done; see --help.\n"


def test_a_port_that_is_taken(cli: Callable[..., Ran], tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ran = cli("ward", "serve", "--data", tmp_path / "data", "--port", str(taken.getsockname()[1]))
    assert (ran.code, ran.err[:5]) == (2, "U01: ")
    assert "--port" in ran.err


def test_output_that_finds_no_room() -> None:
    command = [sys.executable, "-m", "workstation", "--version"]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr[:5], done.stderr.count("\n")) == (1, "M01: ", 1)
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, "")


# --- reading, signing, verifying


def test_a_missing_file_is_unreadable_because_it_is_missing(cli: Callable[..., Ran], demo: Demo, tmp_path: Path) -> None:
    ran = cli("verify", "--json", "--home", demo.home, tmp_path / "khong-co.pdf")
    (row,) = ran.data["files"]
    assert (ran.code, row["verdict"], [r["code"] for r in row["reasons"]]) == (2, "unreadable", ["F07"])
    mixed = cli("verify", "--json", "--home", demo.home, tmp_path / "khong-co.pdf", demo.documents[0]["pdf"])
    assert (mixed.code, [r["green"] for r in mixed.data["files"]]) == (1, [False, True])


def test_a_receipts_qr_fills_its_dossiers_code(cli: Callable[..., Ran], tmp_path: Path) -> None:
    """The code stands in no letters on the paper; what the QR says of a person goes nowhere."""
    sheet = Image.new("L", (1240, 1754), 255)
    pen = ImageDraw.Draw(sheet)
    lines = {
        300: "GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ",
        360: "Người nộp hồ sơ: Lê Thị Mẫu",
        420: "Địa chỉ: Tổ 3, phường Bến Lội",
    }
    for y, line in lines.items():
        pen.text((260, y), line, font=font("Tinos", "Regular", 26), fill=0)
    said = "H29.17-260701-0001|2.000815|079000000001|Giấy tiếp nhận hồ sơ và hẹn trả kết quả|2026-07-01"
    code = zxingcpp.create_barcode(said, zxingcpp.BarcodeFormat.QRCode).to_image(scale=4)
    sheet.paste(Image.fromarray(np.array(code)), (90, 60))
    sheet.save(tmp_path / "giay-hen.png", dpi=(150, 150))
    ran = cli("read", "--json", tmp_path / "giay-hen.png")
    (document,) = ran.data["files"][0]["documents"]
    found = document["fields"]["dossier_code"]
    assert (document["type"], found["value"], found["doubt"]) == ("GIAY_HEN", "H29.17-260701-0001", False)
    assert "079000000001" not in ran.out


def test_a_report_as_pdf(cli: Callable[..., Ran], demo: Demo, tmp_path: Path) -> None:
    signed = Path(demo.documents[0]["pdf"])
    before, out = signed.read_bytes(), tmp_path / "moi" / "bao-cao.pdf"
    assert cli("verify", "--home", demo.home, signed, "--report", out).code == 0
    with pikepdf.open(out) as pdf:
        assert pdf.open_metadata()["pdfaid:part"] == "2"
    told = subprocess.run(["pdftotext", str(out), "-"], capture_output=True, text=True, check=True).stdout
    assert "Chữ ký hợp lệ" in told and hashlib.sha256(before).hexdigest() in told and "Gốc tập huấn" in told
    for arguments in ((signed, signed), (signed,)):  # two files have no one report; and it replaces no file that is checked
        ran = cli("verify", "--home", demo.home, *arguments, "--report", signed)
        assert (ran.code, ran.err[:3]) == (2, "U01")
    assert signed.read_bytes() == before
    missing = cli("verify", "--home", demo.home, tmp_path / "khong-co.pdf", "--report", tmp_path / "b.pdf")
    assert missing.code == 2 and (tmp_path / "b.pdf").is_file(), "also what can't be verified is reported"


def test_trust_stores_of_the_home_folder_are_told_apart(cli: Callable[..., Ran], demo: Demo, tmp_path: Path) -> None:
    root, signed = Path(demo.told["trust"][0]), demo.documents[0]["pdf"]
    for kind in ("government", "national", "training", "local"):
        folder = tmp_path / kind / "trust" / ("" if kind == "local" else kind)
        folder.mkdir(parents=True)
        shutil.copy(root, folder)
        (row,) = cli("verify", "--json", "--home", tmp_path / kind, signed).data["files"]
        assert {s["trust_store"] for s in row["signatures"]} == {kind} and row["green"]


def test_a_root_goes_in_only_with_its_published_fingerprint(cli: Callable[..., Ran], tmp_path: Path) -> None:
    authority, home, signed = make_authority(), tmp_path / "home", tmp_path / "ky.pdf"
    root = authority.write(tmp_path)
    signed.write_bytes(make_workshop(authority, make_pdfa(tmp_path / "a.pdf").read_bytes()).good)
    refused = cli("trust", "add", root, "--kind", "national", "--home", home)
    fingerprint = re.search(r"[0-9a-f]{64}", refused.err)
    assert fingerprint is not None and (refused.code, refused.err[:3]) == (2, "U01") and not home.exists()
    number = fingerprint.group()
    assert cli("trust", "add", root, "--kind", "national", "--sha256", "00" * 32, "--home", home).code == 2
    spelled = ":".join(number[at : at + 2] for at in range(0, 64, 2)).upper()
    assert cli("trust", "add", root, "--kind", "national", "--sha256", spelled, "--home", home).code == 0
    (listed,) = cli("trust", "list", "--json", "--home", home).data["roots"]
    assert (listed["kind"], listed["sha256"]) == ("national", number)
    told = cli("verify", "--json", "--home", home, signed).data["files"][0]
    assert told["green"] and told["signatures"][0]["trust_store"] == "national"
    assert cli("trust", "remove", number[:10], "--home", home).code == 2, "a part of it is not enough"
    assert cli("trust", "remove", number, "--home", home).code == 0
    assert cli("trust", "list", "--json", "--home", home).data == {"roots": []}
    assert not cli("verify", "--json", "--home", home, signed).data["files"][0]["green"]


def test_the_lines_of_digitize_in_english(cli: Callable[..., Ran], tmp_path: Path) -> None:
    save_page(tmp_path / "a.jpg", quick_page())
    ran = cli("digitize", tmp_path / "a.jpg", "-o", tmp_path / "out", "--code", "H01.2026", "--lang", "en")
    assert ran.code == 0, ran.err
    assert "  1 page  " in ran.out
    assert " bytes  PDF/A-2b" in ran.out
    assert (tmp_path / "out" / "H01.2026" / "dossier.json").exists()


def test_nobody_there_to_give_the_pin(cli: Callable[..., Ran], demo: Demo, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "workstation", "sign", demo.documents[0]["pdf"], "-o", str(tmp_path / "out")]
    p12 = str(demo.home / "secrets" / "training-signer.p12")
    done = subprocess.run(
        [*command, "--p12", p12], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 2
    assert done.stderr.startswith("U01: ")
    assert "--pin-env" in done.stderr
    assert "Warning" not in done.stderr


def test_sign_ends_with_what_its_files_came_to(cli: Callable[..., Ran], demo: Demo, tmp_path: Path) -> None:
    """Bad input alone is 2; beside a file that was signed it is left for a person."""
    good, bad = tmp_path / "tot.pdf", tmp_path / "hong.pdf"
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(good)
    bad.write_bytes(good.read_bytes()[:90])
    key = ("--p12", demo.home / "secrets" / "training-signer.p12", "--pin-env", "P", "--json")
    for files, code in ((bad,), 2), ((bad, good), 1):
        ran = cli("sign", *files, "-o", tmp_path / "out", *key, env={"P": training.TRAINING_PIN})
        assert ran.code == code, ran.out
        assert ran.data["files"][0]["status"] == "failed"


def test_stamps_of_the_command_line(cli: Callable[..., Ran], demo: Demo, tmp_path: Path) -> None:
    """What a stamp needs is said before the PIN is asked; S1, and S2 over it, without a screen."""
    paper = tmp_path / "H29.1.2-261121-000001.pdf"
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(595, 842))
        pdf.save(paper)
    key: list[object] = ["--p12", demo.home / "secrets" / "training-signer.p12"]
    asked = {
        ("S1",): "--image --at", ("S2",): "--image", ("S3",): "--number", ("S4",): "--copy", ("N1",): "--at --number",
        ("S5", "--qr"): "--qr", ("S8",): "S8", ("S4", "--copy", "photo"): "--copy", ("S5", "--move", "1"): "--move",
    }  # fmt: skip
    for (preset, *more), missing in asked.items():
        ran = cli("sign", paper, "-o", tmp_path / "none", *key, "--preset", preset, *more)
        assert (ran.code, ran.err[:5]) == (2, "U01: ") and missing in ran.err, preset
    assert not (tmp_path / "none").exists()
    key += ["--pin-env", "P", "--json"]
    image, seal = signature(tmp_path / "s.png"), marks_seal(tmp_path / "d.png")
    steps: tuple[tuple[object, ...], ...] = (
        ("S1", "--image", image, "--at", "1:110,180,160,210"), ("S2", "--image", seal), ("S3", "--number", "05/QĐ-UBND"),
        ("S4", "--copy", "SAO Y"), ("S5", "--move", "-5,2"), ("S6",), ("S7", "--qr"), ("N2", "--at", "1:100,60,190,70"),
    )  # fmt: skip
    source = paper
    for step in steps:
        ran = cli("sign", source, "-o", tmp_path / str(step[0]), *key, "--preset", *step, env={"P": training.TRAINING_PIN})
        assert ran.code == 0, (step, ran.out, ran.err)
        source = Path(ran.data["files"][0]["out"])
    with pymupdf.open(source) as pdf:
        rects = [widget.rect for widget in pdf[0].widgets()]
    assert len(rects) == len(steps)
    hidden = [(a, b) for n, a in enumerate(rects) for b in rects[n + 1 :] if a.intersects(b)]
    assert hidden == [(rects[0], rects[1])], "only the seal lies over the signature"


# --- sending


def test_dossiers_wait_and_there_is_no_server(cli: Callable[..., Ran], demo: Demo, tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(demo.home, home, ignore=shutil.ignore_patterns("cache", "logs", "ward"))
    idle = cli("send", "--json", "--home", home)
    assert (idle.code, idle.data) == (0, {"items": []})
    back_to_queue(home)
    ran = cli("send", "--json", "--home", home)
    assert (ran.code, ran.err[:5]) == (3, "G13: ")
    assert [(i["state"], i["error"]["code"]) for i in ran.data["items"]] == [("queued", "G13")]
    assert cli("send", "--home", home, "--lang", "en").err.startswith("G13: This PC has no address")


def test_words_for_people_in_english(cli: Callable[..., Ran], demo: Demo) -> None:
    assert "the hash chain is whole" in cli("audit", "verify", "--home", demo.home, "--lang", "en").out
    again = cli("demo", "--headless", "--home", demo.home, "--lang", "en")
    assert again.code == 0
    assert "✓ valid" in again.out
    assert "Check again:" in again.out


# --- a practice office


def test_a_demo_beside_another_makes_nothing(cli: Callable[..., Ran], tmp_path: Path) -> None:
    """Two on one fresh home would each make keys: the second is told that the folder is open (U02)."""
    with desk_lock(tmp_path):
        ran = cli("demo", "--headless", "--home", tmp_path)
    assert (ran.code, ran.err[:5]) == (3, "U02: ")
    assert [p.name for p in tmp_path.iterdir()] == ["desk.lock"]


def test_a_display_that_is_gone_is_said_and_pictures_are_taken(cli: Callable[..., Ran], tmp_path: Path) -> None:
    training.prepare(tmp_path)
    env = {k: "" for k in ("WAYLAND_DISPLAY", "QT_QPA_PLATFORM") if k in os.environ}
    ran = cli("gui", "--home", tmp_path, "--lang", "en", env={**env, "DISPLAY": ":4711"})
    assert ran.code == 0, ran.err
    assert ran.err.startswith("This PC has no display that answers")
    assert sorted(p.name for p in (tmp_path / "screenshots").iterdir()) == [
        "capture.png",
        "outbox.png",
        "pages.png",
        "search.png",
        "sign.png",
        "verify.png",
    ]
