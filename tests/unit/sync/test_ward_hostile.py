"""What somebody on the line, on the machine or in a browser may try with the ward server."""

import http.client
import os
import socket
import stat
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from sync.ward.connections import MOST_OF_ONE_ADDRESS
from tests.unit.sync.rig import Station, Ward, pdf
from tests.unit.sync.test_ward_service import workstation
from tests.unit.sync.test_ward_uploads import token
from workstation.domain.ids import new_id

PASSWORD = "mật khẩu đủ dài"


@pytest.fixture
def quick_ward(tmp_path: Path) -> Iterator[Ward]:
    server = Ward(tmp_path / "quick")
    server.module = "tests.unit.sync.quick_ward"
    yield server.start()
    server.stop()


def line(ward: Ward) -> socket.socket:
    return socket.create_connection(("127.0.0.1", ward.port), 10)


def hung_up_after(connection: socket.socket, drip: bytes, seconds: float = 8.0) -> float:
    """Seconds until the server hangs up on somebody who sends ``drip`` every fifth of a second; at most ``seconds``."""
    begun = time.monotonic()
    connection.settimeout(0.2)
    while time.monotonic() - begun < seconds:
        try:
            connection.sendall(drip)
            while connection.recv(4096):
                pass
            break
        except TimeoutError:
            continue
        except OSError:
            break
    return time.monotonic() - begun


# --- slow ones, and many


@pytest.mark.parametrize("start", [b"", b"GET /v1/kha-nang HTTP/1.1\r\nHost: x\r\n"])
def test_a_head_that_never_ends_is_hung_up_on(quick_ward: Ward, start: bytes) -> None:
    with line(quick_ward) as connection:
        connection.sendall(start)
        assert hung_up_after(connection, b"X: y\r\n" if start else b"") < 5


def test_a_second_head_on_the_same_line_too(quick_ward: Ward) -> None:
    with line(quick_ward) as connection:
        connection.sendall(b"GET /v1/kha-nang HTTP/1.1\r\nHost: x\r\n\r\nGET /v1/kha-nang HTTP/1.1\r\n")
        assert hung_up_after(connection, b"X: y\r\n") < 5


@pytest.mark.parametrize("path", ["/oauth2/token", "/dang-nhap"])
def test_a_form_that_never_ends_is_given_up(quick_ward: Ward, path: str) -> None:
    with line(quick_ward) as connection:
        head = (
            f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 9000\r\n\r\n"
        )
        connection.sendall(head.encode())
        assert hung_up_after(connection, b"a") < 6


def test_a_body_may_be_slow_but_not_stand_still(quick_ward: Ward) -> None:
    head = f"PUT /v1/ho-so/{new_id()} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token(quick_ward)}\r\n"
    head += "Idempotency-Key: k\r\nContent-Type: application/json\r\nContent-Length: 9000\r\n\r\n"
    with line(quick_ward) as moving, line(quick_ward) as standing:
        for connection in (moving, standing):
            connection.sendall(head.encode())
        assert hung_up_after(moving, b" ", 4) >= 4, "bytes come: a poor line is no fault"
        assert b"408" in standing.recv(100)


def test_one_address_does_not_take_every_connection(ward: Ward) -> None:
    held = [line(ward) for _ in range(MOST_OF_ONE_ADDRESS + 20)]
    refused = 0
    for connection in held:
        connection.settimeout(0.02)
        try:
            refused += connection.recv(1) == b""
        except TimeoutError:
            pass
        except OSError:
            refused += 1
    for connection in held:
        connection.close()
    assert 10 <= refused <= 60
    deadline = time.monotonic() + 10
    while True:
        try:
            assert httpx.get(f"{ward.url}/v1/kha-nang", trust_env=False).status_code == 200
            return
        except httpx.TransportError:
            assert time.monotonic() < deadline


# --- too large


@pytest.mark.parametrize("path", ["/oauth2/token", "/dang-nhap"])
def test_who_has_not_logged_in_may_send_a_small_form_only(ward: Ward, path: str) -> None:
    form = b"a=1&" * 20_000
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    assert httpx.post(ward.url + path, content=form, headers=kind, trust_env=False).status_code == 413
    parts = {"Content-Type": "multipart/form-data; boundary=x"}
    assert httpx.post(ward.url + path, content=b"--x\r\n\r\n" * 20_000, headers=parts, trust_env=False).status_code == 413


def test_values_nested_as_deep_as_json_goes_are_refused_not_choked_on(ward: Ward) -> None:
    headers = {"Authorization": f"Bearer {token(ward)}", "Idempotency-Key": "k", "Content-Type": "application/json"}
    with httpx.Client(base_url=ward.url, headers=headers, trust_env=False) as http_:
        for depth in (200, 700, 900, 950, 980, 5000):
            deep = "[" * depth + "]" * depth
            for body in (f'{{"code":"1","title":"t","documents":[{{"type":{deep}}}]}}', f'{{"code":"1","title":"t","x":{deep}}}'):
                assert http_.put(f"/v1/ho-so/{new_id()}", content=body).status_code in (201, 400, 422), depth


# --- people


def log_in(ward: Ward, name: str) -> httpx.Client:
    browser = httpx.Client(base_url=ward.url, trust_env=False)
    assert browser.post("/dang-nhap", data={"ten": name, "mat-khau": PASSWORD}).status_code == 303
    assert browser.get("/").status_code == 200
    return browser


def test_an_ended_account_and_a_new_password_end_what_is_open(new_ward: Callable[..., Ward]) -> None:
    ward = new_ward()
    for name in ("di", "doi", "o-lai"):
        ward.add_staff(name, PASSWORD)
    gone, changed, stays = log_in(ward, "di"), log_in(ward, "doi"), log_in(ward, "o-lai")
    assert workstation("ward", "staff", "end", "di", "--data", str(ward.data)).returncode == 0
    ward.add_staff("doi", "một mật khẩu khác")
    assert gone.get("/").status_code == changed.get("/").status_code == 303
    assert stays.get("/").status_code == 200
    for browser in (gone, changed, stays):
        browser.close()


def test_a_log_in_ends_the_session_before_it(new_ward: Callable[..., Ward]) -> None:
    ward = new_ward()
    ward.add_staff("canbo", PASSWORD)
    browser = log_in(ward, "canbo")
    before = browser.cookies["phien"]
    assert browser.post("/dang-nhap", data={"ten": "canbo", "mat-khau": PASSWORD}).status_code == 303
    assert browser.cookies["phien"] != before
    browser.close()
    assert httpx.get(ward.url, cookies={"phien": before}, trust_env=False).status_code == 303
    chosen = httpx.post(
        f"{ward.url}/dang-nhap", data={"ten": "canbo", "mat-khau": PASSWORD}, cookies={"phien": "cho-truoc"}, trust_env=False
    )
    assert chosen.cookies["phien"] != "cho-truoc"
    assert httpx.get(ward.url, cookies={"phien": "cho-truoc"}, trust_env=False).status_code == 303


def test_open_pages_are_for_this_machines_own_names(new_ward: Callable[..., Ward]) -> None:
    """A page on the internet whose name is made to point here (DNS rebinding) shows its own name."""
    ward = new_ward("--open-pages")
    for host, status in (
        ("evil.example", 421),
        (f"evil.example:{ward.port}", 421),
        ("localhost", 200),
        (f"127.0.0.1:{ward.port}", 200),
    ):
        assert httpx.get(ward.url, headers={"Host": host}, trust_env=False).status_code == status, host


# --- the log and the disk


def test_an_address_writes_no_line_of_its_own_into_the_log(ward: Ward) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", ward.port, timeout=10)
    connection.request("GET", "/x%0A2026-01-01%20INFO%20sync.ward%20bia%1B[2J%E2%80%A8")
    assert connection.getresponse().status == 303
    connection.close()
    deadline = time.monotonic() + 10
    while not (logged := [row for row in ward.log().splitlines() if "bia" in row]):  # written after the answer is sent
        assert time.monotonic() < deadline
    assert len(logged) == 1 and "GET /x" in logged[0] and "\x1b" not in logged[0], logged


def test_other_users_of_the_machine_read_nothing(tmp_path: Path, station: Station) -> None:
    mask = os.umask(0o022)
    try:
        ward = Ward(tmp_path / "deep" / "ward").start()
    finally:
        os.umask(mask)
    try:
        station.queue(pdf(1000, 310))
        station.send(station.sender(ward))
        for name in ("tep", "dang-tai", "khoa", "ward.sqlite3"):
            mode = stat.S_IMODE((ward.data / name).stat().st_mode)
            assert not mode & 0o077, f"{name}: {mode:o}"
    finally:
        station.hang_up()
        ward.stop()
