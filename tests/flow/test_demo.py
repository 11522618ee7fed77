"""``workstation demo``: every sample goes the whole way, and independent tools agree."""

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
import pymupdf
import pytest

from tests.flow.conftest import Demo, Ran
from workstation.app.demo import samples


def text_of(pdf: str) -> str:
    return subprocess.run(["pdftotext", "-enc", "UTF-8", pdf, "-"], capture_output=True, check=True).stdout.decode()


def test_every_dossier_is_received_with_a_receipt(demo: Demo) -> None:
    told = demo.told
    assert len(told["dossiers"]) == len(samples()) == 3
    assert [d["state"] for d in told["dossiers"]] == ["received"] * 3
    assert len({d["receipt_id"] for d in told["dossiers"]} - {None}) == 3
    assert all(x["signed"] and x["green"] for x in demo.documents)
    assert demo.ran.err == ""


def test_documents_are_split_and_typed_as_on_paper(demo: Demo) -> None:
    truth = {s.title: s.truth for s in samples()}
    for dossier in demo.told["dossiers"]:
        wanted = [(d["type"], len(d["pages"])) for d in truth[dossier["title"]]["documents"]]
        assert [(d["type"], d["pages"]) for d in dossier["documents"]] == wanted


def _same(read: str, printed: str) -> bool:
    return " ".join(read.split()).casefold() == " ".join(printed.split()).casefold()


def test_fields_are_read_from_the_paper(demo: Demo) -> None:
    """Of the fields printed on the samples (also on the bad one) most are read exactly; what is typed by hand is counted."""
    right, wrong = 0, []
    truth = {s.title: s.truth for s in samples()}
    for dossier in demo.told["dossiers"]:
        for read, printed in zip(dossier["documents"], truth[dossier["title"]]["documents"], strict=True):
            for name in set(read["fields"]) & set(printed["fields"]):
                if _same(read["fields"][name]["value"], printed["fields"][name]):
                    right += 1
                else:
                    wrong.append(name)
    assert right / (right + len(wrong)) >= 0.9, wrong
    assert demo.told["typed"] <= 3


@pytest.mark.parametrize("tool", [["qpdf", "--check"]], ids=["qpdf"])
def test_structure_is_clean(demo: Demo, tool: list[str]) -> None:
    for document in demo.documents:
        done = subprocess.run([*tool, document["pdf"]], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_text_is_found_and_searchable(demo: Demo) -> None:
    """pdftotext finds the number as it is printed, and MuPDF's search marks it on every page that has it."""
    for document in demo.documents:
        text = text_of(document["pdf"])
        assert len(re.findall(r"\w+", text)) > 60
        fields = {name: f["value"] for name, f in document["fields"].items()}
        if fields.get("notation"):
            printed = f"{fields['number']}/{fields['notation']}"
            assert printed in text
            with pymupdf.open(document["pdf"]) as pdf:
                assert pdf[0].search_for(printed)


def test_original_bytes_are_in_the_pdf(demo: Demo) -> None:
    """The scan's JPEG bytes go through unchanged, turned and straightened pages included."""
    originals = {path.read_bytes() for s in samples() for path in s.images}
    kept = set()
    for document in demo.documents:
        with pikepdf.open(document["pdf"]) as pdf:
            for page in pdf.pages:
                kept |= {image.read_raw_bytes() for image in page.get_images().values()}
    assert originals <= kept


def test_verify_is_green_here_and_not_elsewhere(demo: Demo, cli: Callable[..., Ran], tmp_path: Path) -> None:
    """The training root is trusted in the home folder that made it, and nowhere else."""
    paths = [d["pdf"] for d in demo.documents]
    here = cli("verify", "--json", "--home", demo.home, *paths)
    assert here.code == 0
    assert [f["green"] for f in here.data["files"]] == [True] * len(paths)
    codes = {r["code"] for f in here.data["files"] for s in f["signatures"] for r in s["reasons"]} | {
        r["code"] for f in here.data["files"] for r in f["reasons"]
    }
    assert "V13" in codes  # says that it is a training certificate
    elsewhere = cli("verify", "--json", "--home", tmp_path, *paths)
    assert elsewhere.code == 1
    assert not any(f["green"] for f in elsewhere.data["files"])
    trusted = cli("verify", "--json", "--home", tmp_path, "--trust", demo.told["trust"][0], *paths)
    assert [f["green"] for f in trusted.data["files"]] == [True] * len(paths)


def test_again_changes_nothing(demo: Demo, cli: Callable[..., Ran]) -> None:
    """The same dossiers, the same receipts, the same bytes: nothing is doubled."""
    before = {p: p.read_bytes() for p in (demo.home / "exports").rglob("*") if p.is_file()}
    again = cli("demo", "--headless", "--json", "--home", demo.home)
    assert again.code == 0
    receipts = [d["receipt_id"] for d in again.data["dossiers"]]
    assert receipts == [d["receipt_id"] for d in demo.told["dossiers"]]
    assert {p: p.read_bytes() for p in (demo.home / "exports").rglob("*") if p.is_file()} == before


def test_audit_chain_holds(demo: Demo, cli: Callable[..., Ran]) -> None:
    checked = cli("audit", "verify", "--json", "--home", demo.home)
    assert checked.code == 0
    assert checked.data["broken_at"] is None
    assert checked.data["events"] > 40


def test_exported_index_matches_the_files(demo: Demo) -> None:
    import hashlib

    for folder in (demo.home / "exports").iterdir():
        index: dict[str, Any] = json.loads((folder / "dossier.json").read_text("utf-8"))
        hashes = {hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.glob("*.pdf")}
        assert {d["sha256"] for d in index["documents"]} == hashes


def test_a_real_office_is_refused(cli: Callable[..., Ran], tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text('[office]\nsite = "Xã thật"\n', "utf-8")
    ran = cli("demo", "--headless", "--home", tmp_path)
    assert ran.code == 2
    assert ran.err.startswith("U01: ")
