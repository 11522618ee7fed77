"""``workstation reuse``: what the state has is found, judged by its own signature, and never said to be missing by mistake."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.flow.conftest import Demo, Ran
from tests.unit.signing.pdfs import make_pdfa
from tests.unit.sync.adapters.fake_store import Store, serve
from workstation.app.settings import load
from workstation.domain.errors import WorkstationError
from workstation.store.database import open_store

PERSON = "001219000001"
CODE = "KQ.G15.000031"
SETTINGS = '[reuse]\nurl = "{url}"\nfind = "/tim"\nfile = "/tep"\nseconds = 5\n'


@pytest.fixture
def store() -> Iterator[Store]:
    store = Store()
    server = serve(store)
    yield store
    server.shutdown()
    server.server_close()


@pytest.fixture
def home(demo: Demo, store: Store, tmp_path: Path) -> Path:
    """An office that trusts whom the practice office trusts."""
    folder = tmp_path / "home"
    shutil.copytree(demo.home / "trust", folder / "trust")
    (folder / "settings.toml").write_text(SETTINGS.format(url=store.url), "utf-8")
    return folder


def signed(demo: Demo) -> bytes:
    return Path(demo.documents[0]["pdf"]).read_bytes()


def ask(cli: Callable[..., Ran], home: Path, *more: str | Path, person: str = PERSON) -> Ran:
    order = ("reuse", CODE, "--procedure", "1.005129", "--owner-id-env", "OWNER", "--offline", "--json", "--home", home, *more)
    return cli(*order, env={"OWNER": person})


def test_a_paper_that_is_there_is_found_and_kept(
    cli: Callable[..., Ran], demo: Demo, home: Path, store: Store, tmp_path: Path
) -> None:
    store.add(CODE, "45/2019", signed(demo))
    ran = ask(cli, home, "-o", tmp_path / "out")
    assert (ran.code, ran.data["state"]) == (0, "found"), ran.err
    assert ran.data["message"] == "Đã có bản số hóa còn giá trị."
    (file,) = ran.data["files"]
    assert file["usable"] and Path(file["path"]).read_bytes() == signed(demo)
    assert [path.name for path in (tmp_path / "out").iterdir()] == [f"{file['sha256']}.pdf"]
    assert list((home / "blobs" / "staging").rglob("*.pdf")) == []


def test_for_whom_was_asked_is_nowhere(cli: Callable[..., Ran], demo: Demo, home: Path, store: Store) -> None:
    store.add(CODE, "45/2019", signed(demo))
    ran = ask(cli, home)
    assert store.asked[0]["SoDinhDanhChuSoHuu"] == PERSON
    assert PERSON not in ran.out + ran.err
    assert not [path for path in home.rglob("*") if path.is_file() and PERSON.encode() in path.read_bytes()]
    opened = open_store(home / "store.sqlite3")
    try:
        with opened.read_factory() as uow:
            (event,) = [e for e in uow.audit.events() if e.action == "reuse-asked"]
    finally:
        opened.close()
    assert dict(event.detail) == {"state": "found", "files": 1, "procedure": "1.005129"}


def test_what_does_not_count_is_for_a_person(
    cli: Callable[..., Ran], demo: Demo, home: Path, store: Store, tmp_path: Path
) -> None:
    changed = bytearray(signed(demo))
    changed[len(changed) // 3] ^= 1
    store.add(CODE, "1", bytes(changed))
    store.add(CODE, "2", make_pdfa(tmp_path / "plain.pdf", pages=1).read_bytes())
    store.add(CODE, "3", b"%PDF-1.7\nnonsense")
    store.add(CODE, "4", b"<html>")
    store.add("KQ.G15.000099", "5", signed(demo))
    store.rows.append({**store.rows[0], "DanhSachTepDinhKem": []})
    ran = ask(cli, home, "-o", tmp_path / "out")
    assert (ran.code, ran.data["state"]) == (1, "doubtful"), ran.err
    reasons = [file["error"]["code"] for file in ran.data["files"]]
    assert reasons == ["G23"] * 6
    assert list((tmp_path / "out").iterdir()) == []


def test_another_number_than_asked_for_is_another_paper(cli: Callable[..., Ran], demo: Demo, home: Path, store: Store) -> None:
    store.add(CODE, "45/2019", signed(demo))
    assert ask(cli, home, "--notation", "46/2019").data["state"] == "doubtful"
    assert ask(cli, home, "--notation", "45/2019").data["state"] == "found"


def test_none_is_the_stores_word_only(cli: Callable[..., Ran], home: Path, store: Store) -> None:
    ran = ask(cli, home)
    assert (ran.code, ran.data["state"]) == (0, "none")
    store.says["/tim"] = (200, json.dumps({"errorCode": "0", "result": {"DanhSachGiayToKetQua": []}}).encode())
    ran = ask(cli, home)
    assert (ran.code, ran.data["state"], ran.data["error"]["code"]) == (3, "unknown", "G22")
    store.says["/tim"] = (0, b"")
    ran = ask(cli, home)
    assert (ran.code, ran.data["state"]) == (3, "unknown")
    assert "mất mạng" in ran.data["error"]["message"]


def test_a_file_that_can_not_be_fetched_costs_itself_only(cli: Callable[..., Ran], demo: Demo, home: Path, store: Store) -> None:
    store.add(CODE, "45/2019", signed(demo))
    store.says["/tep"] = (503, b"")
    ran = ask(cli, home)
    assert (ran.code, ran.data["state"], ran.data["files"][0]["error"]["code"]) == (1, "doubtful", "G22")


def test_off_until_it_is_set_up(cli: Callable[..., Ran], tmp_path: Path) -> None:
    ran = ask(cli, tmp_path / "new")
    assert (ran.code, ran.err[:4]) == (3, "G21:")


@pytest.mark.parametrize("person", ["", "12345678", "00121900000a", "0012190000011"])
def test_a_number_that_is_none_is_not_asked_about(cli: Callable[..., Ran], home: Path, store: Store, person: str) -> None:
    ran = ask(cli, home, person=person)
    assert (ran.code, ran.err[:4], store.asked) == (2, "U01:", [])
    assert not person or person not in ran.err


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ('url = "http://kho.example.vn"\nfind = "/a"\nfile = "/b"', "url"),
        ('url = "https://kho.example.vn"\nfind = "/a"', "file"),
        ('url = "https://kho.example.vn"\nfind = "a"\nfile = "/b"', "find"),
        ("max_mb = 12", "max_mb"),
        ("seconds = 0", "seconds"),
        ('success = " "', "success"),
        ('proxy = "x"', "proxy"),
    ],
)
def test_settings_that_can_not_be(tmp_path: Path, line: str, key: str) -> None:
    (tmp_path / "settings.toml").write_text(f"[reuse]\n{line}\n", "utf-8")
    with pytest.raises(WorkstationError) as raised:
        load(tmp_path)
    assert (raised.value.code, raised.value.params["key"]) == ("M06", f"reuse.{key}")
