"""``workstation sign --remote``: the settings name the service, the environment has the secrets, one leave serves a batch."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.flow.conftest import Ran
from tests.unit.signing.cscfake import CODE, CREDENTIAL, SIGNER_PIN, TOKEN, CscService, drop
from tests.unit.signing.pdfs import make_pdfa
from tests.unit.signing.pki import make_authority
from workstation.app.settings import SigningSettings, load, save
from workstation.domain.errors import WorkstationError
from workstation.domain.signature import KeyKind

REMOTE = """
[[remotes]]
name = "my-sign"
protocol = "csc"
url = "{url}"
credential = "{credential}"
scal = 2
batch = {batch}
"""


@pytest.fixture(scope="module")
def service() -> Iterator[CscService]:
    made = CscService(make_authority())
    made.need_pin = made.need_otp = True
    yield made
    made.stop()


@pytest.fixture
def home(service: CscService, tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    return with_batch(folder, service, 10)


def with_batch(home: Path, service: CscService, batch: int) -> Path:
    (home / "settings.toml").write_text(REMOTE.format(url=service.url, credential=CREDENTIAL, batch=batch), "utf-8")
    return home


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    (tmp_path / "in").mkdir()
    return [make_pdfa(tmp_path / "in" / f"{number}.pdf", pages=number + 1) for number in range(5)]


def secrets(otp: str = CODE) -> dict[str, str]:
    return {"WORKSTATION_REMOTE_MY_SIGN": TOKEN, "P": SIGNER_PIN, "O": otp}


def test_one_leave_for_all_and_codes_that_run_out(
    cli: Callable[..., Ran], service: CscService, home: Path, files: list[Path], tmp_path: Path
) -> None:
    line = ("--remote", "my-sign", "--pin-env", "P", "--otp-env", "O", "--json", "--home", home)
    before = [file.read_bytes() for file in files]
    asked = service.count("credentials/authorize")
    ran = cli("sign", *files, "-o", tmp_path / "out", *line, env=secrets())
    assert ran.code == 0, ran.out + ran.err
    assert [row["status"] for row in ran.data["files"]] == ["signed"] * 5
    assert service.count("credentials/authorize") == asked + 1
    again = cli("sign", *files, "-o", tmp_path / "out", *line, env=secrets())
    assert again.code == 0 and [row["status"] for row in again.data["files"]] == ["skipped"] * 5
    assert service.count("credentials/authorize") == asked + 1
    assert [file.read_bytes() for file in files] == before

    with_batch(home, service, 2)
    part = cli("sign", *files, "-o", tmp_path / "two", *line, env=secrets())
    assert [row["error"] and row["error"]["code"] for row in part.data["files"]] == [None, None, "C25", "C25", "C25"]
    done = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (tmp_path / "two").iterdir()}
    assert sorted(done) == ["0.pdf", "1.pdf"]
    service.faults["signatures/signHash"] = drop
    lost = cli("sign", *files, "-o", tmp_path / "two", *line, env=secrets())
    service.faults.clear()
    assert (lost.code, [row["status"] for row in lost.data["files"]]) == (1, ["skipped"] * 2 + ["failed"] * 3)
    assert {row["error"]["code"] for row in lost.data["files"][2:]} == {"C28"}, "what is unknown is not tried again by itself"
    with_batch(home, service, 3)
    assert cli("sign", *files, "-o", tmp_path / "two", *line, env=secrets()).code == 0
    assert {name: hashlib.sha256((tmp_path / "two" / name).read_bytes()).hexdigest() for name in done} == done
    assert sorted(path.name for path in (tmp_path / "two").iterdir()) == [file.name for file in files]


def test_wrong_use(cli: Callable[..., Ran], home: Path, files: list[Path], tmp_path: Path) -> None:
    out = ("-o", tmp_path / "out", "--home", home)
    unknown = cli("sign", files[0], *out, "--remote", "other")
    assert (unknown.code, unknown.err[:5]) == (2, "U01: ") and "--remote other" in unknown.err
    both = cli("sign", files[0], *out, "--remote", "my-sign", "--p12", "k.p12")
    assert (both.code, both.err[:5]) == (2, "U01: ")
    nobody = cli("sign", files[0], *out, "--remote", "my-sign", env={"WORKSTATION_REMOTE_MY_SIGN": "sai"})
    assert (nobody.code, nobody.err[:5]) == (3, "C24: ")
    (home / "secrets").mkdir(exist_ok=True)
    (home / "secrets" / "remote-my-sign").write_text(TOKEN + "\n")
    unasked = cli("sign", files[0], *out, "--remote", "my-sign", env={"WORKSTATION_REMOTE_MY_SIGN": ""})
    assert (unasked.code, unasked.err[:5]) == (2, "U01: "), "the account is let in; the PIN has nobody to give it"
    assert "--pin-env" in unasked.err


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ('url = "http://sign.example.vn"', "remotes.url"),
        ('url = "http://127.0.0.1.evil.vn"', "remotes.url"),
        ('protocol = "soap"', "remotes.protocol"),
        ('name = "../x"', "remotes.name"),
        ("scal = 3", "remotes.scal"),
        ('proxy = "proxy:8080"', "remotes.proxy"),
        ("batch = true", "remotes.batch"),
        ('secret = "x"', "remotes.secret"),
    ],
)
def test_settings_that_are_refused_by_name(tmp_path: Path, line: str, key: str) -> None:
    values = {"name": '"a"', "protocol": '"csc"', "url": '"https://x.vn"', "credential": '"c"'}
    values |= dict([line.split(" = ")])
    (tmp_path / "settings.toml").write_text("[[remotes]]\n" + "\n".join(f"{k} = {v}" for k, v in values.items()))
    with pytest.raises(WorkstationError) as caught:
        load(tmp_path)
    assert (caught.value.code, caught.value.params["key"]) == ("M06", key)


def test_settings_come_back_and_name_the_key(home: Path) -> None:
    settings = load(home)
    assert settings.key(home) is None
    save(home, replace(settings, signing=SigningSettings("remote", "my-sign")))
    key = load(home).key(home)
    assert key is not None and (key.kind, key.key_id, key.remote) == (KeyKind.REMOTE, CREDENTIAL, settings.remotes[0])
    save(home, replace(settings, signing=SigningSettings("remote", "other")))
    with pytest.raises(WorkstationError, match="M06"):
        load(home)
