"""``workstation export --for 1022``: a signed dossier handed over with its reference number."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.flow.conftest import Demo, Ran


@pytest.fixture(scope="module")
def home(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(demo.home, tmp_path_factory.mktemp("export") / "home"))


def export(cli: Callable[..., Ran], home: Path, code: str, out: Path, *more: str) -> Ran:
    return cli("export", code, "-o", out, "--for", "1022", "--reference", "2026-000123", "--json", "--home", home, *more)


def test_a_reply_is_handed_over_and_verifies(cli: Callable[..., Ran], demo: Demo, home: Path, tmp_path: Path) -> None:
    dossier = demo.told["dossiers"][0]
    ran = export(cli, home, dossier["code"], tmp_path)
    assert (ran.code, ran.data["new"]) == (0, True), ran.err
    folder = Path(ran.data["path"])
    assert folder == tmp_path / "1022-2026-000123"
    assert len(ran.data["files"]) == len(dossier["documents"])
    verdict = cli("verify", *(folder / file["file"] for file in ran.data["files"]), "--offline", "--json", "--home", home)
    assert [file["green"] for file in verdict.data["files"]] == [True] * len(ran.data["files"])
    again = export(cli, home, dossier["code"], tmp_path)
    assert (again.code, again.data["new"]) == (0, False)
    zipped = export(cli, home, dossier["code"], tmp_path, "--zip", "--document", "1")
    assert zipped.data["path"] == str(tmp_path / "1022-2026-000123.zip")


@pytest.mark.parametrize(
    ("code", "more", "error"),
    [
        ("HS-9999", (), "F07"),
        ("", ("--for", "1023"), "U01"),
        ("", ("--reference", "../up"), "U01"),
        ("", ("--document", "99"), "U01"),
        ("", ("--user", "99"), "U01"),
    ],
)
def test_wrong_use(
    cli: Callable[..., Ran], demo: Demo, home: Path, tmp_path: Path, code: str, more: tuple[str, ...], error: str
) -> None:
    ran = export(cli, home, code or demo.told["dossiers"][0]["code"], tmp_path, *more)
    assert (ran.code, ran.err[:3]) == (2, error)
    assert list(tmp_path.iterdir()) == []
