"""tus 1.0 as the server speaks it, from a client that is not ours."""

import asyncio
import hashlib
import os
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from sync.metadata import encode_metadata
from sync.ward.app import create_app
from tests.unit.sync.rig import Ward, pdf
from workstation.domain.ids import new_id
from workstation.domain.signing import Secret

TUS = {"Tus-Resumable": "1.0.0"}


def token(ward: Ward) -> str:
    form = {"grant_type": "client_credentials", "client_id": "tram-so-hoa", "client_secret": ward.secret().reveal()}
    return str(httpx.post(f"{ward.url}/oauth2/token", data=form, trust_env=False).json()["access_token"])


@pytest.fixture
def http(ward: Ward) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=ward.url, headers={"Authorization": f"Bearer {token(ward)}"}, trust_env=False) as client:
        yield client


@pytest.fixture
def dossier(http: httpx.Client) -> str:
    made = new_id()
    put = http.put(f"/v1/ho-so/{made}", json={"code": "HS-1", "title": "T"}, headers={"Idempotency-Key": "k"})
    assert put.status_code == 201
    return made


def create(http: httpx.Client, dossier: str, content: bytes, **changes: str) -> httpx.Response:
    values = {
        "sha256": hashlib.sha256(content).hexdigest(),
        "ten-tep": "a.pdf",
        "ho-so-uuid": dossier,
        "vai-tro": "ket-qua",
        **changes,
    }
    headers = {**TUS, "Upload-Length": str(len(content)), "Upload-Metadata": encode_metadata(values)}
    return http.post("/v1/tep", headers=headers)


def patch(http: httpx.Client, url: str, offset: int, content: bytes) -> httpx.Response:
    headers = {**TUS, "Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}
    return http.patch(url, headers=headers, content=content)


def test_options(http: httpx.Client) -> None:
    answer = http.options("/v1/tep")
    assert answer.status_code == 204
    assert answer.headers["tus-extension"] == "creation,expiration,termination"


def test_upload_in_two_parts(http: httpx.Client, dossier: str, ward: Ward) -> None:
    content = pdf(5000, 50)
    made = create(http, dossier, content)
    assert (made.status_code, made.headers["upload-offset"]) == (201, "0")
    url = made.headers["location"]
    assert patch(http, url, 0, content[:2000]).headers["upload-offset"] == "2000"
    wrong = patch(http, url, 0, content)
    assert (wrong.status_code, wrong.headers["upload-offset"]) == (409, "2000")
    early = http.post(f"{url}/chot")
    assert (early.status_code, early.headers["upload-offset"]) == (409, "2000")
    head = http.head(url, headers=TUS)
    assert (head.headers["upload-offset"], head.headers["upload-length"], head.headers["cache-control"]) == (
        "2000",
        "5000",
        "no-store",
    )
    assert "upload-expires" in head.headers
    # the create's reply was lost: the same create finds the same upload
    again = create(http, dossier, content)
    assert (again.headers["location"], again.headers["upload-offset"]) == (url, "2000")
    assert patch(http, url, 2000, content[2000:]).status_code == 204
    done = http.post(f"{url}/chot").json()
    assert done == {"IdTepTin": url.rsplit("/", 1)[1], "HashTepTin": hashlib.sha256(content).hexdigest(), "bytes": 5000}
    assert http.post(f"{url}/chot").json() == done
    assert ward.stored(done["HashTepTin"]) == content
    # the file is known now: nothing to send, and nothing takes it away
    known = create(http, dossier, content)
    assert (known.headers["location"], known.headers["upload-offset"]) == (url, "5000")
    assert http.delete(url, headers=TUS).status_code == 403


def test_bytes_of_another_dossier_do_not_count(http: httpx.Client, dossier: str) -> None:
    content = pdf(3000, 51)
    url = create(http, dossier, content).headers["location"]
    patch(http, url, 0, content)
    assert http.post(f"{url}/chot").status_code == 200
    other = new_id()
    http.put(f"/v1/ho-so/{other}", json={"code": "HS-2", "title": "T"}, headers={"Idempotency-Key": "k"})
    assert create(http, other, content).headers["upload-offset"] == "0"


def test_other_bytes_are_dropped(http: httpx.Client, dossier: str) -> None:
    content = pdf(3000, 52)
    url = create(http, dossier, content).headers["location"]
    patch(http, url, 0, content[:-1] + bytes([content[-1] ^ 1]))
    assert http.post(f"{url}/chot").status_code == 460
    assert http.head(url, headers=TUS).status_code == 404
    assert create(http, dossier, content).headers["upload-offset"] == "0"


def test_longer_than_announced(http: httpx.Client, dossier: str) -> None:
    content = pdf(3000, 53)
    url = create(http, dossier, content).headers["location"]
    assert patch(http, url, 0, content + b"x").status_code == 413
    assert int(http.head(url, headers=TUS).headers["upload-offset"]) <= 3000


@pytest.mark.parametrize(
    ("changes", "status", "field"),
    [
        ({"ten-tep": "a.exe"}, 415, "ten-tep"),
        ({"ten-tep": "../a.pdf"}, 400, "ten-tep"),
        ({"ten-tep": ""}, 400, "ten-tep"),
        ({"vai-tro": "Kết quả"}, 400, "vai-tro"),
        ({"sha256": "A" * 64}, 400, "sha256"),
        ({"ho-so-uuid": "1"}, 400, "ho-so-uuid"),
        ({"ho-so-uuid": "01a1ffb2-0000-7000-8000-000000000000"}, 422, "ho-so-uuid"),
    ],
)
def test_refused_at_the_door(http: httpx.Client, dossier: str, changes: dict[str, str], status: int, field: str) -> None:
    answer = create(http, dossier, pdf(10), **changes)
    assert (answer.status_code, answer.json()["field"]) == (status, field)


def test_content_that_is_not_what_its_name_says(http: httpx.Client, dossier: str) -> None:
    content = b"MZ" + bytes(3000)
    url = create(http, dossier, content).headers["location"]
    patch(http, url, 0, content)
    assert http.post(f"{url}/chot").status_code == 415


def test_delete_and_versions(http: httpx.Client, dossier: str) -> None:
    url = create(http, dossier, pdf(3000, 54)).headers["location"]
    assert http.head(url).status_code == 412
    assert http.patch(url, headers=TUS, content=b"x").status_code == 415
    assert http.delete(url, headers=TUS).status_code == 204
    assert http.head(url, headers=TUS).status_code == 404
    assert create(http, dossier, b"").status_code == 400


def send_part(http: httpx.Client, url: str, line: socket.socket, ward: Ward, content: bytes, count: int) -> None:
    """The first ``count`` bytes of ``content``; returns when they are stored."""
    lines = [f"PATCH {url} HTTP/1.1", "Host: x", f"Authorization: {http.headers['authorization']}", "Tus-Resumable: 1.0.0"]
    lines += ["Upload-Offset: 0", "Content-Type: application/offset+octet-stream", f"Content-Length: {len(content)}", "", ""]
    line.sendall("\r\n".join(lines).encode() + content[:count])
    partial = ward.data / "dang-tai" / url.rsplit("/", 1)[1]
    deadline = time.monotonic() + 5
    while partial.stat().st_size < count:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_half_open_writer_does_not_lock_the_upload(http: httpx.Client, dossier: str, ward: Ward) -> None:
    content = pdf(100_000, 55)
    url = create(http, dossier, content).headers["location"]
    with socket.create_connection(("127.0.0.1", ward.port)) as dead:
        send_part(http, url, dead, ward, content, 40_000)
        # its station has long since come back by another connection
        assert http.head(url, headers=TUS).headers["upload-offset"] == "40000"
        assert patch(http, url, 40_000, content[40_000:]).status_code == 204
    assert http.post(f"{url}/chot").status_code == 200


def test_the_last_bytes_of_a_cut_line_are_kept(http: httpx.Client, dossier: str, ward: Ward) -> None:
    """The station asks how far it got while they still arrive: cut off there, they would have to be sent again."""
    content = pdf(100_000, 57)
    url = create(http, dossier, content).headers["location"]
    with socket.create_connection(("127.0.0.1", ward.port)) as cut, ThreadPoolExecutor(1) as threads:
        send_part(http, url, cut, ward, content, 40_000)
        asked = threads.submit(http.head, url, headers=TUS)
        time.sleep(0.1)
        cut.sendall(content[40_000:60_000])
        cut.close()
        assert asked.result().headers["upload-offset"] == "60000"


def test_two_writers_at_once_leave_whole_bytes(http: httpx.Client, dossier: str) -> None:
    content = pdf(400_000, 56)
    url = create(http, dossier, content).headers["location"]
    with ThreadPoolExecutor(4) as threads:
        codes = [f.result().status_code for f in [threads.submit(patch, http, url, 0, content) for _ in range(4)]]
    assert set(codes) <= {204, 409}
    offset = int(http.head(url, headers=TUS).headers["upload-offset"])
    if offset < len(content):
        assert patch(http, url, offset, content[offset:]).status_code == 204
    with ThreadPoolExecutor(4) as threads:
        answers = [f.result() for f in [threads.submit(http.post, f"{url}/chot") for _ in range(4)]]
    assert {a.status_code for a in answers} == {200}
    assert len({a.text for a in answers}) == 1


def test_creates_at_once_make_one_upload(http: httpx.Client, dossier: str) -> None:
    content = pdf(2000, 57)
    barrier = threading.Barrier(6)

    def one(_: int) -> str:
        barrier.wait()
        return str(create(http, dossier, content).headers["location"])

    with ThreadPoolExecutor(6) as threads:
        assert len(set(threads.map(one, range(6)))) == 1


def test_a_slow_disk_keeps_nobody_else_waiting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And a connection that is given up meanwhile ends only when the file has been let go of."""
    content, secret = pdf(2000, 99), Secret("bí mật của trạm")
    app, fsync = create_app(tmp_path, client_secret=secret), os.fsync
    slow, over = threading.Event(), threading.Event()

    def slow_fsync(handle: int) -> None:
        if slow.is_set():
            slow.clear()
            time.sleep(1.0)
            over.set()
        fsync(handle)

    async def live() -> None:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://ward") as http:
            form = {"grant_type": "client_credentials", "client_id": "tram-so-hoa", "client_secret": secret.reveal()}
            token = (await http.post("/oauth2/token", data=form)).json()["access_token"]
            http.headers["Authorization"], dossier = f"Bearer {token}", new_id()
            await http.put(f"/v1/ho-so/{dossier}", json={"code": "HS-1", "title": "T"}, headers={"Idempotency-Key": "k"})
            about = {"sha256": hashlib.sha256(content).hexdigest(), "ten-tep": "a.pdf", "ho-so-uuid": dossier, "vai-tro": "x"}
            headers = {**TUS, "Upload-Length": "2000", "Upload-Metadata": encode_metadata(about)}
            url = (await http.post("/v1/tep", headers=headers)).headers["location"]
            monkeypatch.setattr(os, "fsync", slow_fsync)
            slow.set()
            headers = {**TUS, "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
            sending = asyncio.create_task(http.patch(url, headers=headers, content=content))
            while slow.is_set():
                await asyncio.sleep(0.01)
            assert (await http.get("/v1/kha-nang")).status_code == 200 and not over.is_set()
            told = await http.head(url, headers=TUS)
            assert over.is_set() and told.headers["upload-offset"] == "2000", "told once it would outlive a power cut"
            assert (await sending).status_code == 409

    asyncio.run(live())
