"""``sign --level`` and ``lift`` as commands, against an authority on loopback."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.flow.conftest import Ran
from tests.unit.signing.outside import PASSWORD, TSA_PASSWORD, TSA_USER, Outside
from tests.unit.signing.pdfs import make_pdfa


@pytest.fixture(scope="module")
def server() -> Iterator[Outside]:
    one = Outside()
    yield one
    one.close()


@pytest.fixture
def outside(server: Outside) -> Outside:
    server.reset()
    return server


@pytest.fixture
def key(outside: Outside, tmp_path: Path) -> list[str]:
    return ["--p12", str(outside.signer(tmp_path)[0]), "--pin-env", "P"]


@pytest.fixture
def home(outside: Outside, tmp_path: Path) -> list[str]:
    (tmp_path / "home" / "trust").mkdir(parents=True)
    outside.authority.write(tmp_path / "home" / "trust")
    return ["--home", str(tmp_path / "home"), "--json"]


PIN = {"P": PASSWORD}


def test_a_dead_authority_is_said_and_the_file_is_lifted_later(
    cli: Callable[..., Ran], outside: Outside, key: list[str], home: list[str], tmp_path: Path
) -> None:
    source = make_pdfa(tmp_path / "a.pdf")
    outside.mode["tsa"] = "down"
    sign = ["sign", source, "-o", tmp_path / "out", *key, *home, "--level", "LTA", "--tsa", f"{outside.url}/tsa"]
    ran = cli(*sign, env=PIN)
    (row,) = ran.data["files"]
    assert (ran.code, row["status"], row["level"], row["error"]) == (1, "signed", "B", None)
    assert [note["code"] for note in row["notes"]] == ["C09"]

    again = cli(*sign, env=PIN)
    (row,) = again.data["files"]
    assert (again.code, row["status"], row["level"]) == (0, "skipped", "B"), "what it is, not what was asked"

    outside.mode.clear()
    lift = ["lift", tmp_path / "out" / "a.pdf", "-o", tmp_path / "lifted", *home, "--tsa", f"{outside.url}/tsa"]
    ran = cli(*lift)
    (row,) = ran.data["files"]
    assert (ran.code, row["status"], row["level"], row["notes"]) == (0, "lifted", "LTA", [])
    verdict = cli("verify", tmp_path / "lifted" / "a.pdf", "--offline", *home)
    assert verdict.code == 0 and verdict.data["files"][0]["green"]
    ran = cli("lift", tmp_path / "lifted" / "a.pdf", "-o", tmp_path / "more", *home, "--tsa", f"{outside.url}/tsa")
    assert (ran.code, ran.data["files"][0]["status"], list((tmp_path / "more").iterdir())) == (0, "unchanged", [])


def test_authority_and_user_from_the_settings_password_from_the_environment(
    cli: Callable[..., Ran], outside: Outside, key: list[str], home: list[str], tmp_path: Path
) -> None:
    """Credentials are shown to the authority they belong to and to no other."""
    outside.mode["tsa"] = "auth"
    settings = f'[timestamp]\nurl = "{outside.url}/tsa"\nuser = "{TSA_USER}"\n'
    (tmp_path / "home" / "settings.toml").write_text(settings, "utf-8")
    sign = ["sign", make_pdfa(tmp_path / "a.pdf"), *key, *home, "--level", "T"]
    env = {**PIN, "WORKSTATION_TSA_SECRET": TSA_PASSWORD}
    assert cli(*sign, "-o", tmp_path / "1", env=env).data["files"][0]["level"] == "T"
    assert cli(*sign, "-o", tmp_path / "2", env=PIN).data["files"][0]["level"] == "B"
    (tmp_path / "home" / "secrets").mkdir()
    (tmp_path / "home" / "secrets" / "timestamp").write_text(TSA_PASSWORD + "\n", "utf-8")
    assert cli(*sign, "-o", tmp_path / "3", env=PIN).data["files"][0]["level"] == "T"
    elsewhere = cli(*sign, "-o", tmp_path / "4", "--tsa", outside.url.replace("127.0.0.1", "localhost") + "/tsa", env=env)
    assert elsewhere.data["files"][0]["level"] == "B"


def test_revoked_signer_ends_the_batch(cli: Callable[..., Ran], outside: Outside, home: list[str], tmp_path: Path) -> None:
    p12, certificate = outside.signer(tmp_path)
    outside.revoked.append(certificate)
    files = [make_pdfa(tmp_path / name) for name in ("a.pdf", "b.pdf")]
    ran = cli("sign", *files, "-o", tmp_path / "out", "--p12", p12, "--pin-env", "P", *home, "--level", "LT", env=PIN)
    assert ran.code == 1
    assert [(row["status"], row["error"]["code"], row["level"]) for row in ran.data["files"]] == [("failed", "V04", None)] * 2
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize(
    "wrong",
    [
        ("--level", "XL"), ("--level", "b"), ("--level", "T", "--tsa", "ftp://a/b"),
        ("--level", "T", "--tsa", "http://user:secret@127.0.0.1/"), ("--level", "T", "--tsa", "ca.gov.vn/tsa"),
    ],
)  # fmt: skip
def test_wrong_use_changes_nothing(
    cli: Callable[..., Ran], key: list[str], home: list[str], tmp_path: Path, wrong: tuple[str, ...]
) -> None:
    ran = cli("sign", make_pdfa(tmp_path / "a.pdf"), "-o", tmp_path / "out", *key, *home, *wrong, env=PIN)
    assert (ran.code, ran.out, ran.err[:5]) == (2, "", "U01: ")
    assert "secret" not in ran.err and not list(tmp_path.glob("out/*"))


@pytest.mark.parametrize(
    "line",
    [
        'uri = "http://tsa.example"', 'password = "x"', 'url = "http://u:p@tsa.example/"', "seconds = 1.5",
        'level = "LT"', 'level = "XL"', "wait_hours = -1",
    ],
)  # fmt: skip
def test_settings_are_refused_by_name(
    cli: Callable[..., Ran], key: list[str], home: list[str], tmp_path: Path, line: str
) -> None:
    (tmp_path / "home" / "settings.toml").write_text(f"[timestamp]\n{line}\n", "utf-8")
    ran = cli("sign", make_pdfa(tmp_path / "a.pdf"), "-o", tmp_path / "out", *key, *home, "--level", "T", "--lang", "en", env=PIN)
    assert (ran.code, ran.err[:5]) == (2, "M06: ") and f"timestamp.{line.split()[0]}" in ran.err
    assert "u:p@" not in ran.err
