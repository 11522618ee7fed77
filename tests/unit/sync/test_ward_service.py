"""docs/ward-server.md and the unit file are tried, not only written."""

import json
import re
import shutil
import ssl
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import httpx
import psycopg
import pytest

from sync.receipts import TrustedKeys
from sync.ward.signing_key import KeyRing
from tests.fault.proxy import FaultProxy
from tests.postgres import Postgres
from tests.unit.sync.rig import ROOT, Station, Ward, pdf
from workstation.domain.outbox import OutboxState

UNIT = ROOT / "installer" / "ward" / "tram-so-hoa-ward.service"
MANUAL = (ROOT / "docs" / "ward-server.md").read_text("utf-8")


def blocks(kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", MANUAL, re.DOTALL)


def workstation(*arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "workstation", *arguments]
    environment = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", **env}
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL
    )


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd-analyze on this machine")
def test_the_unit_is_one_that_systemd_takes(tmp_path: Path) -> None:
    copy = tmp_path / UNIT.name
    # the program itself need not be installed where tests run
    copy.write_text(UNIT.read_text("utf-8").replace("/usr/bin/workstation", "/bin/true"), "utf-8")
    good = subprocess.run(["systemd-analyze", "verify", "--man=no", str(copy)], capture_output=True, text=True, timeout=60)
    assert (good.returncode, good.stderr) == (0, "")
    copy.write_text(copy.read_text("utf-8").replace("ProtectHome=yes", "ProtectHome=maybe"), "utf-8")
    bad = subprocess.run(["systemd-analyze", "verify", "--man=no", str(copy)], capture_output=True, text=True, timeout=60)
    assert "protect home" in bad.stderr


def test_the_command_of_the_unit_starts_the_server(tmp_path: Path) -> None:
    """With a certificate made on the spot, over TLS, and ended by SIGTERM as systemd does."""
    (line,) = re.findall(r"^ExecStart=(.+)$", UNIT.read_text("utf-8"), re.MULTILINE)
    certificate = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    files = ["-keyout", "key.pem", "-out", "cert.pem", "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run([*certificate, *files], cwd=tmp_path, check=True, capture_output=True)
    values = {"STATE_DIRECTORY": str(tmp_path / "data"), "CREDENTIALS_DIRECTORY": str(tmp_path), "WARD_UNIT": "H29.17"}
    arguments = [re.sub(r"\$\{(\w+)\}", lambda m: values[m[1]], part) for part in line.split()]
    assert arguments[0] == "/usr/bin/workstation"
    arguments[arguments.index("--port") + 1] = "0"
    command = [sys.executable, "-m", "workstation", *arguments[1:]]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None and server.stderr is not None
        url = server.stdout.readline().strip().replace("0.0.0.0", "127.0.0.1")
        assert url.startswith("https://"), server.stderr.read() if server.poll() is not None else url
        with httpx.Client(base_url=url, verify=ssl.create_default_context(cafile=tmp_path / "cert.pem"), trust_env=False) as http:
            assert http.get("/v1/kha-nang").json()["phien-ban"] == 1
            assert http.get("/").headers["location"] == "/dang-nhap"
    finally:
        server.terminate()
        _, log = server.communicate(timeout=30)
    assert server.returncode == 0 and "no station may send yet" in log


def test_the_recipe_for_postgresql(postgres: Postgres, station: Station, tmp_path: Path) -> None:
    """Run as it stands, then the server over the role that it made, as its own owner."""
    (recipe,) = blocks("sql")
    with psycopg.connect(f"host={postgres.folder} user=postgres dbname=postgres", autocommit=True) as connection:
        for statement in filter(None, (part.strip() for part in recipe.split(";"))):
            connection.execute(statement)
    (address,) = re.findall(r"WARD_DATABASE=(postgresql\S+)", MANUAL)
    address = address.replace("/var/run/postgresql", quote(str(postgres.folder), safe="/"))
    ward = Ward(tmp_path / "ward", "--database", address).start()
    try:
        station.queue(pdf(100_000, 110))
        assert station.send(station.sender(ward))[0].item.state is OutboxState.RECEIVED
        assert not (ward.data / "ward.sqlite3").exists()
    finally:
        station.hang_up()
        ward.stop()
    with psycopg.connect(f"host={postgres.folder} user=postgres dbname=ward") as connection:
        assert connection.execute("SELECT count(*) FROM receipt").fetchone() == (1,)
        (owner,) = connection.execute("SELECT tableowner FROM pg_tables WHERE tablename = 'receipt'").fetchone() or ("",)
        assert owner == "tram-so-hoa-ward"


def test_every_command_of_the_manual_is_one(tmp_path: Path) -> None:
    commands = [
        line.split("#")[0].split() for block in blocks("sh") for line in block.splitlines() if line.startswith("workstation")
    ]
    assert len(commands) >= 8
    for command in commands:
        words = [word for word in command[1:] if re.fullmatch(r"[a-z]+", word)][:3]
        while words and workstation("--home", str(tmp_path), *words, "--help").returncode:
            words.pop()
        assert len(words) >= 2, command
        known = workstation("--home", str(tmp_path), *words, "--help").stdout
        assert all(option in known for option in command if option.startswith("--")), command


def test_stations_staff_and_keys_by_command(tmp_path: Path, station: Station) -> None:
    data, home = str(tmp_path / "ward"), str(tmp_path / "home")
    secret = json.loads(workstation("ward", "stations", "add", "tram-so-hoa", "--data", data, "--json").stdout)["secret"]
    assert workstation("ward", "stations", "add", "hai từ", "--data", data).returncode == 2
    short = workstation("ward", "staff", "add", "canbo", "--data", data, WARD_STAFF_PASSWORD="ngắn")
    assert (short.returncode, short.stderr[:4]) == (2, "U01:")
    assert workstation("ward", "staff", "add", "canbo", "--data", data).returncode == 2  # nobody there to type one
    assert workstation("ward", "staff", "add", "canbo", "--data", data, WARD_STAFF_PASSWORD="đủ dài để dùng").returncode == 0
    ward = Ward(tmp_path / "ward")
    (ward.data / "station-secret").write_text(secret, "ascii")
    ward.start()
    try:
        Path(home).mkdir()
        (Path(home) / "settings.toml").write_text(f'[ward]\nurl = "{ward.url}"\nclient_id = "tram-so-hoa"\n', "utf-8")
        blind = workstation("--home", home, "ward", "pin", "--json")
        assert blind.returncode == 1 and json.loads(blind.stdout)["trusted"] == []
        assert not (Path(home) / "ward-keys.json").exists()
        (key,) = json.loads(workstation("ward", "keys", "list", "--data", data, "--json").stdout)["keys"]
        assert workstation("--home", home, "ward", "pin", "--key", key[:-1]).returncode == 2
        assert workstation("--home", home, "ward", "pin", "--key", key).returncode == 0
        station.queue(pdf(1000, 111))
        pinned = Path(home) / "ward-keys.json"
        assert station.send(station.sender(ward, keys=lambda: TrustedKeys.load(pinned)))[0].item.state is OutboxState.RECEIVED
        station.hang_up()
        ward.end()
        new = json.loads(workstation("ward", "keys", "rotate", "--data", data, "--json").stdout)["key"]
        ward.start()
        followed = json.loads(workstation("--home", home, "ward", "pin", "--json").stdout)
        assert (followed["taken"], followed["refused"]) == ([new], [])
        assert list(TrustedKeys.load(pinned).keys) == [key, new] == list(KeyRing(ward.data).keys())
        assert workstation("ward", "stations", "end", "tram-so-hoa", "--data", data).returncode == 0
        assert workstation("ward", "stations", "end", "tram-so-hoa", "--data", data).returncode == 1
    finally:
        station.hang_up()
        ward.stop()


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ("404 Not Found", "M06"),
        ("500 Internal Server Error", "G09"),
        ("200 OK", "M06"),
        ("429 Too Many Requests", "G02"),
        ("", "G01"),
    ],
)
def test_why_no_keys_came_is_told(new_ward: Callable[..., Ward], tmp_path: Path, answer: str, code: str) -> None:
    ward, home = new_ward(), tmp_path / "home"
    home.mkdir()
    with FaultProxy("127.0.0.1", ward.port) as line:
        line.refuse = not answer
        line.answers = {b"GET /v1/khoa": f"HTTP/1.1 {answer}\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{{}}".encode()}
        (home / "settings.toml").write_text(f'[ward]\nurl = "{line.url}"\n', "utf-8")
        told = workstation("--home", str(home), "ward", "pin")
    assert told.returncode in (2, 3) and told.stderr.startswith(f"{code}: "), told.stderr
    assert not (home / "ward-keys.json").exists()


def test_keys_are_not_asked_for_over_a_line_that_anybody_can_change(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text('[ward]\nurl = "http://ward.example"\n', "utf-8")
    told = workstation("--home", str(tmp_path), "ward", "pin")
    assert told.returncode == 2 and told.stderr.startswith("M06: "), told.stderr
