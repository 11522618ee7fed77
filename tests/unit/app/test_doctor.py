"""The doctor finds what is wrong, says what to do, and comes to an end whatever hangs."""

import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from signing.profiles import load_profiles
from tests.conformance.peers.portals import UNIT, FakePortal2
from tests.letters import VIETNAMESE_LETTERS
from tests.unit.scanners.escl_device import Device, scanning
from workstation.app import doctor_machine as machine
from workstation.app import doctor_outside as outside
from workstation.app.doctor import GROUPS, Check, DoctorInputs, Group, Light, as_json, as_text, exit_code, run_checks
from workstation.app.doctor_model import NAMES, green, red
from workstation.domain.errors import ERRORS
from workstation.domain.peers import PeerConfig
from workstation.domain.ports import ScanSource
from workstation.domain.signature import KeyChoice, KeyKind, KeyRef, TokenState, TokenStatus
from workstation.scanners import discovery

TODAY = date(2026, 11, 21)
NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
TOKEN = KeyRef(KeyKind.PKCS11, "/opt/token/lib.so")
READY = TokenStatus(TokenState.READY, owner="UBND phường Hòa Bình", valid_until="2027-11-21")


@pytest.fixture
def inputs(tmp_path: Path) -> DoctorInputs:
    return DoctorInputs(home=tmp_path / "home", program_version="0.1.0")


def light(checks: tuple[Check, ...], check_id: str) -> Light:
    return next(check.light for check in checks if check.id == check_id)


# --- the whole report


def test_a_fresh_pc_has_nothing_red_and_every_line(inputs: DoctorInputs) -> None:
    checks = run_checks(inputs)
    assert [check.id for check in checks] == list(NAMES)
    assert [check for check in checks if check.light is Light.RED] == []
    assert exit_code(checks) == 0
    for check_id in ("program", "screen", "reading", "fonts", "disk", "home", "database", "clock"):
        assert light(checks, check_id) is Light.GREEN, check_id
    for check in checks:
        assert check.sentence.vi
        assert check.sentence.en
        assert not check.code or check.code in ERRORS
        assert (check.light is Light.GREEN) == (not check.fix.vi), "what is not green says what to do"


def test_the_report_as_json_and_text(inputs: DoctorInputs) -> None:
    checks = (green("disk", "Còn 9 GB.", "9 GB left."), red("home", outside.UNKNOWN, outside.ASK_IT, "M01"))
    report = as_json(checks, inputs, "en")
    assert report["light"] == "red"
    assert report["checks"][0] == {
        "id": "disk", "name": "Disk space", "light": "green", "code": None, "sentence": "9 GB left.", "fix": None,
    }  # fmt: skip
    assert "✗ Ghi vào thư mục dữ liệu: M01: Chưa kiểm tra được." in as_text(checks)
    assert exit_code(checks) == 3


def test_groups_cover_every_check_once() -> None:
    assert sorted(check_id for group in GROUPS for check_id in group.ids) == sorted(NAMES)


def hang(_: DoctorInputs) -> tuple[Check, ...]:
    threading.Event().wait()
    raise AssertionError


def die(_: DoctorInputs) -> tuple[Check, ...]:
    os.abort()


def break_down(_: DoctorInputs) -> tuple[Check, ...]:
    raise ValueError("Nguyễn Thị Mẫu")


def test_a_hanging_a_dying_and_a_broken_check_cost_their_own_lines(inputs: DoctorInputs) -> None:
    groups = (
        Group(("scanner",), hang, 0.5),
        Group(("screen",), die, 10),
        Group(("server", "tls"), break_down, 10),
        Group(("disk",), machine.check_disk, 10),
    )
    started = time.monotonic()
    checks = run_checks(inputs, groups)
    assert time.monotonic() - started < 30
    assert {check.id: (check.light, check.code) for check in checks} == {
        "disk": (Light.GREEN, ""),
        "scanner": (Light.RED, "F06"),
        "screen": (Light.RED, "F06"),
        "server": (Light.RED, "B01"),
        "tls": (Light.RED, "B01"),
    }
    assert "Mẫu" not in as_text(checks), "a foreign exception's text may hold a name"


# --- the machine


def test_the_doctor_asks_for_the_letters_the_tests_know() -> None:
    assert sorted(machine.VIETNAMESE) == sorted(VIETNAMESE_LETTERS)


def test_a_pc_without_tesseract(inputs: DoctorInputs, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    (check,) = machine.check_reading(inputs)
    assert (check.light, check.code) == (Light.RED, "O01")
    monkeypatch.setattr(discovery, "find_scanners", tuple)
    (check,) = machine.check_scanner(inputs)
    assert (check.light, check.code) == (Light.AMBER, "Q01")


def test_a_watched_folder_that_is_away_is_told(inputs: DoctorInputs, tmp_path: Path) -> None:
    """The sweep itself says nothing: a share that is off line is nobody's trouble until somebody asks."""
    folder = tmp_path / "may-quet"
    (check,) = machine.check_watched(inputs)
    assert check.light is Light.GREEN
    told = replace(inputs, watched=folder)
    (check,) = machine.check_watched(told)
    assert (check.light, check.code) == (Light.AMBER, "F07") and str(folder) in check.sentence.vi
    folder.mkdir()
    (check,) = machine.check_watched(told)
    assert check.light is Light.GREEN and str(folder) in check.sentence.vi
    assert list(folder.iterdir()) == [], "the probe leaves nothing"
    folder.rmdir()
    folder.write_bytes(b"")
    assert machine.check_watched(told)[0].light is Light.AMBER


def test_network_scanners_are_listed_beside_the_others(
    inputs: DoctorInputs, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(discovery, "find_scanners", lambda: (ScanSource("http://10.0.0.9/eSCL/", "Máy văn thư"),))
    (check,) = machine.check_scanner(inputs)
    assert (check.light, check.sentence.vi) == (Light.GREEN, "Máy văn thư (mạng)")


def test_a_scanner_that_the_settings_name_and_that_is_silent_is_told(
    inputs: DoctorInputs, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(discovery, "find_scanners", tuple)
    with scanning(Device()) as address:
        named = replace(inputs, scanners=(ScanSource(address, "Máy tầng hai"),))
        (check,) = machine.check_scanner(named)
        assert (check.light, check.sentence.vi) == (Light.GREEN, "Máy tầng hai (mạng)")
    (check,) = machine.check_scanner(named)
    assert (check.light, check.code) == (Light.AMBER, "Q01") and "Máy tầng hai" in check.sentence.vi


def test_each_peer_is_asked_whether_it_answers(inputs: DoctorInputs) -> None:
    assert outside.check_peers(inputs)[0].light is Light.GREEN
    portal = FakePortal2()
    here = PeerConfig("cong", "portal-2", portal.url, UNIT, account="tram", seconds=2)
    try:
        (check,) = outside.check_peers(replace(inputs, peers=(here,)))
        assert (check.light, check.sentence.vi) == (Light.GREEN, "cong trả lời.")
    finally:
        portal.close()
    (check,) = outside.check_peers(replace(inputs, peers=(here, replace(here, name="hai"))))
    assert (check.light, check.code) == (Light.AMBER, "G01") and "cong, hai" in check.sentence.vi
    broken = replace(here, codes="none.json")
    (check,) = outside.check_peers(replace(inputs, peers=(broken,)))
    assert (check.light, check.code) == (Light.RED, "M06") and "peers.codes" in check.sentence.vi
    (check,) = outside.check_peers(replace(inputs, peers=(broken,), training=True))
    assert check.light is Light.GREEN, "a practice office reaches none"


def test_tesseract_without_vietnamese(inputs: DoctorInputs, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TESSDATA_PREFIX", str(tmp_path))
    (check,) = machine.check_reading(inputs)
    assert (check.light, check.code) == (Light.RED, "O01")


@pytest.mark.parametrize(("gib", "expected"), [(6.0, Light.GREEN), (4.9, Light.AMBER), (0.4, Light.RED)])
def test_disk(inputs: DoctorInputs, monkeypatch: pytest.MonkeyPatch, gib: float, expected: Light) -> None:
    class Usage:
        free = gib * machine.GIB

    monkeypatch.setattr("shutil.disk_usage", lambda _: Usage)
    (check,) = machine.check_disk(inputs)
    assert check.light is expected


def test_a_home_that_can_not_be_written(inputs: DoctorInputs) -> None:
    inputs.home.parent.mkdir(exist_ok=True)
    inputs.home.write_text("a file where the folder should be")
    (check,) = machine.check_home(inputs)
    assert (check.light, check.code) == (Light.RED, "M04")


def test_home_leaves_nothing_behind(inputs: DoctorInputs) -> None:
    (check,) = machine.check_home(inputs)
    assert check.light is Light.GREEN
    assert list(inputs.home.iterdir()) == []


def test_database(inputs: DoctorInputs, tmp_path: Path) -> None:
    path = tmp_path / "100% đúng?.db"
    inputs = replace(inputs, database=path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE page (name TEXT)")
        connection.executemany("INSERT INTO page VALUES (?)", [("x" * 500,)] * 200)
        connection.commit()
    assert machine.check_database(inputs)[0].light is Light.GREEN
    data = bytearray(path.read_bytes())
    data[4096 * 2 : 4096 * 2 + 64] = b"\xff" * 64
    path.write_bytes(data)
    (check,) = machine.check_database(inputs)
    assert (check.light, check.code) == (Light.RED, "M04")
    path.write_bytes(b"no database at all, but long enough to look at")
    assert machine.check_database(inputs)[0].light is Light.RED


# --- token and certificate


@pytest.mark.parametrize(
    ("status", "lights"),
    [
        (READY, (Light.GREEN, Light.GREEN, Light.GREEN)),
        (TokenStatus(TokenState.NO_LIBRARY), (Light.RED, Light.AMBER, Light.AMBER)),
        (TokenStatus(TokenState.ABSENT), (Light.GREEN, Light.AMBER, Light.AMBER)),
        (replace(READY, state=TokenState.LOCKED), (Light.GREEN, Light.RED, Light.GREEN)),
        (replace(READY, state=TokenState.PIN_FINAL), (Light.GREEN, Light.AMBER, Light.GREEN)),
        (TokenStatus(TokenState.NO_KEY), (Light.GREEN, Light.GREEN, Light.RED)),
        (replace(READY, valid_until="2026-12-10"), (Light.GREEN, Light.GREEN, Light.AMBER)),
        (replace(READY, valid_until="2026-11-20"), (Light.GREEN, Light.GREEN, Light.RED)),
        (replace(READY, state=TokenState.EXPIRED), (Light.GREEN, Light.GREEN, Light.RED)),
    ],
)
def test_what_a_token_says(status: TokenStatus, lights: tuple[Light, ...]) -> None:
    assert tuple(check.light for check in outside.token_checks(status, TOKEN, TODAY)) == lights


def test_a_token_with_several_certificates_lists_them() -> None:
    choices = (KeyChoice("01a5", "Trần Thị Ký", "2027-11-21", True), KeyChoice("02b6", "Lê Văn Ký", "2025-11-21", False))
    check = outside.token_checks(TokenStatus(TokenState.SEVERAL, choices=choices), TOKEN, TODAY)[2]
    assert (check.light, check.code) == (Light.AMBER, "C20")
    assert check.sentence.vi == "01a5: Trần Thị Ký, đến 21/11/2027; 02b6: Lê Văn Ký, ngoài hạn (21/11/2025)"


def test_keys_that_need_no_token_software() -> None:
    remote = KeyRef(KeyKind.REMOTE, "my-sign")
    for key, status in ((KeyRef(KeyKind.WINDOWS, ""), READY), (remote, TokenStatus(TokenState.READY))):
        checks = outside.token_checks(status, key, TODAY)
        assert {check.light for check in checks} == {Light.GREEN}
        assert checks[0].sentence.vi.startswith("Không cần")
    lost = outside.token_checks(TokenStatus(TokenState.NO_LIBRARY), KeyRef(KeyKind.WINDOWS, ""), TODAY)
    assert lost[0].sentence.vi == "Không nạp được kho chứng thư Windows."


def test_a_known_token_is_called_by_its_name() -> None:
    status = replace(READY, state=TokenState.PIN_FINAL)
    library, token, _ = outside.token_checks(status, KeyRef(KeyKind.PKCS11, "/usr/lib/libeTPkcs11.so"), TODAY)
    assert library.sentence.vi == "SafeNet eToken: /usr/lib/libeTPkcs11.so"
    assert "1 lần" in token.sentence.vi and "khóa sau 3 lần sai" in token.sentence.vi


def test_without_a_key_the_software_on_this_pc_is_named(inputs: DoctorInputs, monkeypatch: pytest.MonkeyPatch) -> None:
    found = ((load_profiles().profiles[0], Path("/usr/lib/libeTPkcs11.so")),)
    for libraries, told in ((found, "SafeNet eToken: /usr/lib/libeTPkcs11.so"), ((), "Chưa cài đặt")):
        monkeypatch.setattr(outside, "installed_libraries", lambda libraries=libraries: libraries)
        checks = outside.check_token(replace(inputs, key=None))
        assert told in checks[0].sentence.vi
        assert {check.light for check in checks} == {Light.AMBER}


def test_a_library_that_is_not_there(inputs: DoctorInputs, tmp_path: Path) -> None:
    key = KeyRef(KeyKind.PKCS11, str(tmp_path / "none.so"))
    checks = outside.check_token(replace(inputs, key=key))
    assert (light(checks, "library"), checks[0].code) == (Light.RED, "C10")


def test_a_broken_key_file(inputs: DoctorInputs, tmp_path: Path) -> None:
    path = tmp_path / "key.p12"
    path.write_bytes(b"nothing")
    checks = outside.check_token(replace(inputs, key=KeyRef(KeyKind.PKCS12, str(path))))
    assert {check.code for check in checks} == {"C08"}


# --- server and clock


class Answer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(404)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_HEAD = do_GET

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """The test's output stays clean."""


@pytest.fixture
def server() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Answer) as running:
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()
        thread.join()


def test_a_server_that_answers(inputs: DoctorInputs, server: str) -> None:
    checks = outside.check_ward(replace(inputs, ward_url=server))
    assert [check.light for check in checks] == [Light.GREEN] * 3
    assert "lệch máy chủ" in checks[2].sentence.vi
    assert outside.check_timestamp(replace(inputs, tsa_url=server))[0].light is Light.GREEN


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "http://[", "http://máy-chủ.invalid", "không phải địa chỉ"])
def test_a_server_that_does_not(inputs: DoctorInputs, url: str) -> None:
    checks = outside.check_ward(replace(inputs, ward_url=url, tsa_url=url))
    assert (light(checks, "server"), light(checks, "clock")) == (Light.RED, Light.GREEN)
    assert checks[0].code == "G01"
    assert outside.check_timestamp(replace(inputs, tsa_url=url))[0].light is Light.AMBER


@pytest.mark.parametrize(
    ("here", "off", "expected"),
    [
        (NOW, 0, Light.GREEN),
        (NOW, 61, Light.AMBER),
        (NOW, -301, Light.RED),
        (NOW.replace(year=2019), None, Light.RED),
        (NOW.replace(year=2106), None, Light.RED),
        (NOW, None, Light.GREEN),
    ],
)
def test_clock(here: datetime, off: int | None, expected: Light) -> None:
    there = None if off is None else here + timedelta(seconds=off)
    assert outside.clock_check(here, there).light is expected


@pytest.mark.parametrize(
    ("scheme", "host", "until", "expected"),
    [
        ("http", "127.0.0.1", None, Light.GREEN),
        ("http", "kho.phuong.test", None, Light.RED),
        ("https", "kho.phuong.test", TODAY + timedelta(days=200), Light.GREEN),
        ("https", "kho.phuong.test", TODAY + timedelta(days=3), Light.AMBER),
    ],
)
def test_secure_line(scheme: str, host: str, until: date | None, expected: Light) -> None:
    assert outside.tls_check(scheme, host, until, TODAY).light is expected
