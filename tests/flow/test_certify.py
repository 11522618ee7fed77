"""``workstation certify`` as two people call it: who certifies, then the registrar with the agency's key."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.flow.conftest import Ran
from tests.flow.test_copies import Ward, codes, keys, marked, signatures, ward, words_of
from tests.pagemaker import Kind, PageSpec, make_page, save_page
from tests.unit.signing.pki import ORGANIZATION

__all__ = ["keys", "ward"]


def scan(folder: Path, name: str = "goc.png", seed: int = 21) -> Path:
    """A paper laid on the scanner just now."""
    save_page(folder / name, make_page(PageSpec(Kind.QUICK, seed=seed, dpi=200)))
    return folder / name


def command(ward: Ward, *arguments: object, agency: bool = False) -> list[str]:
    titled = () if "--title" in arguments else ("--title", "CHỦ TỊCH")
    who = ("--agency",) if agency else ("--user", 3, *titled)
    key = ward.agency if agency else ward.person
    where = ("-o", ward.home.parent / "ct", "--home", ward.home, "--p12", key, "--pin-env", "P", "--json")
    return ["certify", *map(str, (*arguments, *who, *where))]


def certify(ward: Ward, *arguments: object, agency: bool = False) -> Ran:
    return ward.cli(*command(ward, *arguments, agency=agency), env={"P": "mat-khau"})


def test_two_signatures_of_two_people(ward: Ward, tmp_path: Path) -> None:
    paper = scan(tmp_path)
    assert certify(ward, agency=True).data == {"copies": []}, "nothing waits, and no PIN is asked for"
    begun = certify(ward, paper)
    assert begun.code == 0, begun.out + begun.err
    (row,) = begun.data["copies"]
    assert (row["status"], row["out"], row["entry"]["state"], row["entry"]["code"]) == ("waiting", None, "waiting", "1")
    assert "chờ ký của cơ quan" in ward.cli("copies", "--home", ward.home).out
    (row,) = certify(ward, agency=True).data["copies"]
    out = Path(row["out"])
    assert signatures(out) == [("Phạm Văn Ký", "CHỨNG THỰC BẢN SAO 1"), (ORGANIZATION, "CHỨNG THỰC BẢN SAO 1")]
    text = " ".join(words_of(out).split())
    assert all(line in text for line in row["entry"]["attestation"]) and "CHỨNG THỰC BẢN SAO ĐIỆN TỬ" in text
    told = subprocess.run(["pdfsig", "-nocert", str(out)], capture_output=True, text=True, check=False).stdout
    assert told.count("Signature is Valid.") == 2 and told.count("Total document signed") == 1
    two = ward.cli("verify", "--json", "--home", ward.home, out).data["files"][0]["signatures"]
    assert [s["indication"] == "TOTAL-FAILED" for s in two] == [False, False] and two[1]["coverage"] == "whole_file"
    assert not list((ward.home / "sealing").iterdir())
    again = certify(ward, paper)
    assert [r["status"] for r in again.data["copies"]] == ["skipped"] and len(ward.book()) == 1


def test_what_may_not_be_certified(ward: Ward, tmp_path: Path) -> None:
    old = scan(tmp_path, "cu.png")
    hour_ago = time.time() - 3600
    os.utime(old, (hour_ago, hour_ago))
    assert codes(certify(ward, old)) == ["S08"]
    copied = tmp_path / "sao.png"
    page = make_page(PageSpec(Kind.QUICK, seed=2, dpi=200))
    marked(page, "SAO Y", (20, 20, 20), framed=False).save(copied, dpi=(200, 200))
    secret = tmp_path / "mat.png"
    marked(page, "TỐI MẬT", (150, 20, 20), framed=False).save(secret, dpi=(200, 200))
    assert codes(certify(ward, copied, secret)) == ["S04", "S02"]
    assert ward.book() == []
    assert certify(ward).err[:5] == "U01: ", "no file and not the agency"


def test_the_ward_s_own_words(ward: Ward, tmp_path: Path) -> None:
    own = {
        "name": "Mẫu của phường", "source": "mẫu chính thức", "valid_from": "2026-01-01", "valid_to": None,
        "heading": "LỜI CHỨNG RIÊNG", "lines": ["Số {number}/{year}, {day}"],
        "certifier": "Người chứng thực", "agency": "Ủy ban nhân dân",
    }  # fmt: skip
    ward.settle(attestation="loi-chung.json")
    paper = scan(tmp_path, seed=22)
    for text in (None, "{", json.dumps({"templates": [{**own, "lines": ["{number}"]}]}), json.dumps({"templates": []})):
        if text is not None:
            (ward.home / "loi-chung.json").write_text(text, "utf-8")
        ran = certify(ward, paper)
        assert (ran.code, ran.err[:5]) == (2, "M06: "), ran.err
    (ward.home / "loi-chung.json").write_text(json.dumps({"templates": [own]}), "utf-8")
    (row,) = certify(ward, paper).data["copies"]
    assert row["entry"]["attestation"][0].startswith("Số 1/")
    (row,) = certify(ward, agency=True).data["copies"]
    assert "LỜI CHỨNG RIÊNG" in words_of(Path(row["out"]))


def test_words_that_do_not_fit_on_their_page_take_no_number(ward: Ward, tmp_path: Path) -> None:
    paper = scan(tmp_path, seed=23)
    long = ward.cli(*command(ward, paper, "--title", "CHỦ TỊCH " * 400), env={"P": "mat-khau"})
    assert codes(long) == ["C11"] and ward.book() == []
    assert codes(certify(ward, paper)) == [""] and ward.numbers() == ["1"]


def test_kill_9_between_the_signatures(ward: Ward, tmp_path: Path) -> None:
    """Killed while the agency signs three: the next run signs for the agency only, each once."""
    papers = [scan(tmp_path, f"{n}.png", 30 + n) for n in range(3)]
    assert certify(ward, *papers).code == 0
    before = {row["id"]: row["sha256"] for row in ward.book()}
    line = [sys.executable, "-m", "workstation", *command(ward, agency=True)]
    env = {**os.environ, "P": "mat-khau"}
    process = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env, start_new_session=True)
    out = ward.home.parent / "ct"
    deadline = time.monotonic() + 120
    while not list(out.glob("*.pdf")):
        assert process.poll() is None and time.monotonic() < deadline, process.communicate()
        time.sleep(0.002)
    os.killpg(process.pid, signal.SIGKILL)  # the power goes for its workers too
    process.communicate()
    assert certify(ward, agency=True).code == 0
    assert {row["state"] for row in ward.book()} == {"signed"} and [row["id"] for row in ward.book()] == list(before)
    for row in ward.book():
        file = out / f"chung-thuc-{row['code']}-{row['year']}.pdf"
        if not file.exists():  # signed and recorded before the kill, not handed out: asking for it again does
            assert certify(ward, papers[row["number"] - 1]).code == 0
        data = file.read_bytes()
        first = ward.home / "blobs" / before[row["id"]][:2] / before[row["id"]][2:4] / before[row["id"]]
        assert data.startswith(first.read_bytes()) and len(signatures(file)) == 2
