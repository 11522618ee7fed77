"""``workstation copy`` and ``workstation copies`` as the registrar calls them: numbers, signatures, and what is refused."""

import hashlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pikepdf
import pikepdf.pdfa
import pymupdf
import pytest
from PIL import Image, ImageDraw
from pyhanko.pdf_utils.reader import PdfFileReader

from tests.flow.conftest import Ran
from tests.pagemaker import Kind, MadePage, PageSpec, make_page, quick_page, save_page
from tests.pagemaker.fonts import font, font_file
from tests.unit.signing.pki import ORGANIZATION, Authority, make_authority, new_key, write_p12
from tests.unit.signing.softtoken import EC_ID, PIN, SoftToken, library, make_token
from tests.unit.signing.workshop import make_workshop
from workstation.app.settings import CopySettings, OfficeSettings, Settings, save
from workstation.domain.ids import UserName
from workstation.usecases.views import User

Cli = Callable[..., Ran]
USERS = (
    User(UserName("Trần Thị Mẫu"), "clerk"),
    User(UserName("Vũ Thị Thư"), "registrar"),
    User(UserName("Phạm Văn Ký"), "official"),
)


@dataclass(frozen=True)
class Ward:
    """A home folder, the agency's key and a person's, and the command."""

    home: Path
    agency: Path
    person: Path
    authority: Authority
    cli: Cli

    def copy(self, *arguments: object, key: Path | None = None, out: str = "sao") -> Ran:
        where = ("-o", self.home.parent / out, "--home", self.home, "--p12", key or self.agency, "--pin-env", "P", "--json")
        return self.cli("copy", *arguments, *where, env={"P": "mat-khau"})

    def book(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.cli("copies", "--json", "--home", self.home).data["copies"]
        return rows

    def numbers(self) -> list[str]:
        return [row["code"] for row in self.book()]

    def settle(self, **copies: Any) -> None:
        office = OfficeSettings("Phường Hòa Hưng", ORGANIZATION)
        save(self.home, Settings(office=office, copies=CopySettings(**copies), users=USERS))


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> tuple[Authority, Path, Path]:
    folder, authority = tmp_path_factory.mktemp("keys"), make_authority()
    made = []
    for file, owner in (("agency.p12", ORGANIZATION), ("person.p12", "Phạm Văn Ký")):
        key = new_key()
        made.append(write_p12(folder / file, key, authority.issue(key.public_key(), owner), b"mat-khau", [authority.certificate]))
    return authority, made[0], made[1]


@pytest.fixture
def ward(tmp_path: Path, cli: Cli, keys: tuple[Authority, Path, Path]) -> Ward:
    authority, agency, person = keys
    home = tmp_path / "home"
    (home / "trust").mkdir(parents=True)
    authority.write(home / "trust")
    made = Ward(home, agency, person, authority, cli)
    made.settle()
    return made


def marked(page: MadePage, mark: str, colour: tuple[int, int, int], *, framed: bool) -> Image.Image:
    """The page with a word stamped under its head."""
    image = page.image.copy()
    draw, at, face = ImageDraw.Draw(image), (0.14 * image.width, 0.2 * image.height), font("Tinos", "Bold", 40)
    draw.text(at, mark, colour, face)
    if framed:
        x0, y0, x1, y1 = draw.textbbox(at, mark, font=face)
        draw.rectangle((x0 - 14, y0 - 10, x1 + 14, y1 + 10), outline=colour, width=4)
    return image


def written(path: Path, pages: int) -> bytes:
    """A PDF written on a computer."""
    with pymupdf.open() as pdf:
        for number in range(1, pages + 1):
            page = pdf.new_page(width=595, height=842)
            page.insert_font("F0", str(font_file("Tinos", "Regular")))
            for line in range(30):
                text = f"Điều {line + 1}. Nội dung của trang {number}, viết trên máy tính và được ký số."
                page.insert_text((80, 120 + 20 * line), text, fontname="F0", fontsize=13)
        pdf.save(path)
    return path.read_bytes()


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory, keys: tuple[Authority, Path, Path]) -> Path:
    """Scans of paper, and what was written and signed on a computer."""
    folder = tmp_path_factory.mktemp("papers")
    pages = [make_page(PageSpec(Kind.QUICK, seed=seed, dpi=200)) for seed in (1, 2, 3)]
    save_page(folder / "mot.jpg", pages[0])
    save_page(folder / "coarse.jpg", quick_page())
    pages[0].image.convert("L").save(folder / "grey.png", dpi=(200, 200))
    rest = [page.image for page in pages[1:]]
    pages[0].image.save(folder / "ba.tif", save_all=True, append_images=rest, dpi=(200, 200), compression="tiff_lzw")
    red, black = (150, 20, 20), (20, 20, 20)
    marks = ("secret", "TỐI MẬT", red), ("framed", "MẬT", red), ("scrawl", r"//\\//", red), ("saoy", "SAO Y", black)
    for name, mark, colour in marks:
        marked(pages[1], mark, colour, framed=name in ("framed", "scrawl")).save(folder / f"{name}.png", dpi=(200, 200))
    plain = written(folder / "unsigned.pdf", 3)
    signed = make_workshop(keys[0], plain).sign(plain, box=(350, 100, 520, 160))
    (folder / "signed.pdf").write_bytes(signed)
    (folder / "tampered.pdf").write_bytes(
        signed.replace(b"/F0 13", b"/F0 12", 1) if b"/F0 13" in signed else signed[:700] + b" " + signed[701:]
    )
    foreign = make_workshop(make_authority("CA lạ"), plain)
    (folder / "untrusted.pdf").write_bytes(foreign.good)
    return folder


def codes(ran: Ran) -> list[str]:
    return [row["error"]["code"] if row["error"] else "" for row in ran.data["copies"]]


def words_of(path: Path) -> str:
    return subprocess.run(["pdftotext", str(path), "-"], capture_output=True, text=True, check=True).stdout


def signatures(path: Path) -> list[Any]:
    """Signer and reason of each."""
    with path.open("rb") as f:
        return [
            (s.signer_cert.subject.native["common_name"], s.sig_object.get("/Reason"))
            for s in PdfFileReader(f).embedded_signatures
        ]


def test_sao_y_of_a_paper(ward: Ward, papers: Path) -> None:
    before = (papers / "ba.tif").read_bytes()
    ran = ward.copy(papers / "ba.tif", "--kind", "sao-y", "--to", "Phòng Văn hóa", "--reason", "lưu hồ sơ", "--approved-by", 3)
    assert ran.code == 0, ran.err + ran.out
    (row,) = ran.data["copies"]
    out = Path(row["out"])
    assert row["status"] == "signed" and row["entry"]["code"] == "01/SY-UBND"
    assert out.name == f"01-sy-ubnd-{row['entry']['year']}.pdf"
    assert signatures(out) == [(ORGANIZATION, "SAO Y 01/SY-UBND")]
    text = " ".join(words_of(out).split())
    assert "Sao y" in text and ORGANIZATION in text and "Thời gian ký:" in text and "+07:00" in text
    with pymupdf.open(out) as pdf:
        assert len(pdf) == 3 and pdf.metadata["title"].startswith("SAO Y: ")
        (widget,) = pdf[0].widgets()
        assert widget.rect.x0 > pdf[0].rect.width / 2 and widget.rect.y1 < pdf[0].rect.height / 5, "top right of page 1"
    checked = ward.cli("verify", "--json", "--home", ward.home, out).data["files"][0]
    assert checked["green"] and checked["signatures"][0]["coverage"] == "whole_file"
    with pikepdf.open(out) as pdf:
        assert pdf.open_metadata()["pdfaid:part"] == "2"
    (line,) = ward.book()
    assert line == row["entry"] and line["sha256"] == hashlib.sha256(out.read_bytes()).hexdigest()
    assert (line["medium"], line["of"], line["pages"], line["approver"]) == ("paper", "original", [1, 2, 3], "Phạm Văn Ký")
    assert (ward.home / "blobs" / line["source"][:2] / line["source"][2:4] / line["source"]).read_bytes() == before
    assert (papers / "ba.tif").read_bytes() == before


def test_the_row_of_numbers_and_the_same_wish_again(ward: Ward, papers: Path) -> None:
    """One row for the three kinds; what was asked before keeps its number, unless another copy is meant."""
    first = ward.copy(papers / "mot.jpg", papers / "ba.tif", "--kind", "sao-y")
    second = ward.copy(papers / "ba.tif", "--kind", "trich-sao", "--pages", "2-3")
    third = ward.copy(papers / "saoy.png", "--kind", "sao-luc")
    assert [first.code, second.code, third.code] == [0, 0, 0], (first.out, second.out, third.out)
    assert ward.numbers() == ["01/SY-UBND", "02/SY-UBND", "03/TrS-UBND", "04/SL-UBND"]
    again = ward.copy(papers / "mot.jpg", "--kind", "sao-y", out="khac")
    assert again.code == 0 and again.data["copies"][0]["status"] == "skipped"
    assert Path(again.data["copies"][0]["out"]).read_bytes() == Path(first.data["copies"][0]["out"]).read_bytes()
    assert ward.copy(papers / "mot.jpg", "--kind", "sao-y", "--again").data["copies"][0]["entry"]["number"] == 5
    assert ward.copy(papers / "mot.jpg", "--kind", "sao-y", "--to", "Ông A").data["copies"][0]["entry"]["number"] == 6
    ward.settle(symbol="UBND-VP")
    assert ward.copy(papers / "mot.jpg", "--kind", "sao-y", "--to", "Ông B").data["copies"][0]["entry"]["code"] == "07/SY-UBND-VP"
    csv = ward.home.parent / "so.csv"
    listed = ward.cli("copies", "--csv", csv, "--home", ward.home)
    assert listed.code == 0 and "03/TrS-UBND" in listed.out and "đã ký" in listed.out
    rows = csv.read_text("utf-8-sig").splitlines()
    assert len(rows) == 8 and "2 3" in rows[3]
    assert ward.cli("audit", "verify", "--json", "--home", ward.home).data == {"events": 14, "broken_at": None}


def test_trich_sao_takes_its_pages_and_says_so(ward: Ward, papers: Path) -> None:
    """Of a paper and of a signed file: pages as the signature covers them."""
    for name in ("ba.tif", "signed.pdf"):
        ran = ward.copy(papers / name, "--kind", "trich-sao", "--pages", "1,3")
        assert ran.code == 0, ran.out
        (row,) = ran.data["copies"]
        out = Path(row["out"])
        with pymupdf.open(out) as pdf:
            assert len(pdf) == 2 and pdf.metadata["title"].startswith("TRÍCH SAO trang 1, 3 / 3: ")
        assert signatures(out) == [(ORGANIZATION, f"TRÍCH SAO {row['entry']['code']} (trang 1, 3 / 3)")]
    assert (
        row["entry"]["medium"] == "electronic"
        and row["entry"]["source"] == hashlib.sha256((papers / name).read_bytes()).hexdigest()
    )
    text = words_of(out)
    assert "trang 1," in text and "trang 3," in text and "trang 2," not in text
    for pages in ((), ("--pages", "4"), ("--pages", "x")):
        assert codes(ward.copy(papers / "ba.tif", "--kind", "trich-sao", *pages)) == ["U01"]
    assert codes(ward.copy(papers / "ba.tif", "--kind", "sao-y", "--pages", "1")) == ["U01"]
    assert len(ward.numbers()) == 2


REFUSED = {
    ("framed.png", "sao-y"): "S02", ("scrawl.png", "sao-y"): "S07",
    ("secret.png", "sao-y"): "S02", ("secret.png", "sao-y", "--of", "original"): "S02",
    ("unsigned.pdf", "sao-y"): "S03", ("tampered.pdf", "trich-sao", "--pages", "1"): "S03",
    ("untrusted.pdf", "trich-sao", "--pages", "1"): "S03",
    ("signed.pdf", "sao-y"): "S04", ("saoy.png", "sao-y"): "S04", ("saoy.png", "trich-sao", "--pages", "1"): "S04",
    ("mot.jpg", "sao-luc"): "S04", ("mot.jpg", "sao-y", "--of", "sao-y"): "S04",
    ("coarse.jpg", "sao-y"): "A01", ("grey.png", "sao-y"): "A04",
}  # fmt: skip


def test_what_is_refused_takes_no_number(ward: Ward, papers: Path) -> None:
    for (name, kind, *more), code in REFUSED.items():
        ran = ward.copy(papers / name, "--kind", kind, *more)
        assert codes(ran) == [code] and ran.code in (1, 2), (name, kind, ran.out)
    assert ward.book() == []
    kept = [path for path in (ward.home / "blobs").rglob("*") if path.is_file()]
    assert kept == [] and not list((ward.home / "cache").rglob("*.*")), "nothing of what was refused stays"
    assert "MẬT" not in "".join(path.read_text("utf-8") for path in (ward.home / "logs").glob("*"))
    beside = ward.copy(papers / "secret.png", papers / "mot.jpg", "--kind", "sao-y")
    assert (codes(beside), beside.code) == (["S02", ""], 1) and ward.numbers() == ["01/SY-UBND"], "the rest goes on"


def test_only_the_registrar_with_the_agency_s_key(ward: Ward, papers: Path) -> None:
    paper = papers / "mot.jpg"
    for place in (1, 3):
        ran = ward.copy(paper, "--kind", "sao-y", "--user", place)
        assert (ran.code, ran.err[:5]) == (1, "S01: "), ran.err
    assert ward.copy(paper, "--kind", "sao-y", "--user", 9).err[:5] == "U01: "
    personal = ward.copy(paper, "--kind", "sao-y", key=ward.person)
    assert (personal.code, personal.err[:5]) == (3, "C06: ")
    ward.settle(approval=True)
    assert ward.copy(paper, "--kind", "sao-y").err[:5] == "S05: "
    assert ward.book() == []
    assert ward.copy(paper, "--kind", "sao-y", "--approved-by", 3, "--user", 2).code == 0
    wrong = ward.cli("copy", paper, "-o", ward.home, "--kind", "photo", "--home", ward.home)
    assert (wrong.code, wrong.err[:5]) == (2, "U01: ")


@pytest.fixture
def token(tmp_path: Path, keys: tuple[Authority, Path, Path], monkeypatch: pytest.MonkeyPatch) -> SoftToken:
    """Whose certificates are the agency's."""
    monkeypatch.setenv("SOFTHSM2_CONF", "")  # undone at the end, whatever activate() sets
    issuer = Agency(keys[0].certificate, keys[0].key)
    made = make_token(tmp_path / "token", issuer)
    made.activate()
    return made


class Agency(Authority):
    """Issues to the agency only."""

    def issue(self, public: Any, common_name: str = "", **terms: Any) -> Any:
        return super().issue(public, ORGANIZATION, **terms)


def test_kill_9_and_a_pulled_token_leave_neither_gap_nor_double(ward: Ward, token: SoftToken, tmp_path: Path) -> None:
    """A batch with a token is killed when some copies are out, then the token is pulled; the third run ends it."""
    papers = []
    for seed in range(5):
        save_page(tmp_path / f"{seed}.png", make_page(PageSpec(Kind.QUICK, seed=10 + seed, dpi=200)))
        papers.append(tmp_path / f"{seed}.png")
    out = tmp_path / "sao"
    key = ("--token", library(), "--key-id", EC_ID.hex(), "--pin-env", "P", "--json", "--home", ward.home, "-o", out)
    command = [sys.executable, "-m", "workstation", "copy", *map(str, papers), "--kind", "sao-y", *map(str, key)]
    env = {**os.environ, "P": PIN}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env, start_new_session=True)
    deadline = time.monotonic() + 120
    while not list(out.glob("*.pdf")):
        assert process.poll() is None and time.monotonic() < deadline, process.communicate()
        time.sleep(0.002)
    os.killpg(process.pid, signal.SIGKILL)  # the power goes for its workers too
    process.communicate()
    kept = {path.name: path.read_bytes() for path in out.glob("*.pdf")}
    before = ward.book()
    assert [row["number"] for row in before] == list(range(1, len(before) + 1)) and len(before) < 5
    token.pull()
    gone = ward.cli("copy", *papers, "--kind", "sao-y", *key, env={"P": PIN})
    assert (gone.code, gone.err[:5]) == (3, "C01: ") and ward.book() == before
    token.put_back()
    done = ward.cli("copy", *papers, "--kind", "sao-y", *key, env={"P": PIN})
    assert done.code == 0, done.out + done.err
    book = ward.book()
    assert [(row["code"], row["state"]) for row in book] == [(f"0{n}/SY-UBND", "signed") for n in range(1, 6)]
    assert [row["id"] for row in book[: len(before)]] == [row["id"] for row in before], "the same lines go on"
    assert all((out / name).read_bytes() == data for name, data in kept.items())
    assert all(len(signatures(path)) == 1 for path in out.glob("*.pdf")) and len(list(out.glob("*.pdf"))) == 5
    assert not list((ward.home / "sealing").iterdir())
