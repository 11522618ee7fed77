"""Our tus client against an independent server: ``@tus/server`` from npm, installed for the test into a folder of its own.

Without Node, npm or a line to its registry the lane says so and is skipped.
"""

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from sync.contract import Timeouts, WardClient
from sync.failure import WardFailure
from sync.upload import TusClient
from tests.fault.proxy import FaultProxy
from tests.unit.sync.rig import pdf
from workstation.domain.ids import DocumentId, DossierId, Sha256, new_id
from workstation.domain.outbox import FailureClass, OutboxFile
from workstation.domain.signing import Secret

PACKAGES = ("@tus/server@2.4.5", "@tus/file-store@2.1.1")
CHUNK = 64 * 1024


@dataclass(frozen=True, slots=True)
class Peer:
    port: int
    folder: Path


@pytest.fixture(scope="module")
def peer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Peer]:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        pytest.skip("Node or npm is missing: the tus client was not tried against @tus/server")
    place, folder = tmp_path_factory.mktemp("npm"), tmp_path_factory.mktemp("uploads")
    install = [npm, "install", "--prefix", str(place), "--ignore-scripts", "--no-audit", "--no-fund", "--silent", *PACKAGES]
    try:
        got = subprocess.run(install, capture_output=True, text=True, timeout=180, check=False)
    except subprocess.TimeoutExpired:
        pytest.skip("npm did not end within three minutes: the tus client was not tried against @tus/server")
    if got.returncode:
        pytest.skip(f"npm could not install @tus/server (exit {got.returncode}): the tus client was not tried against it")
    script = Path(__file__).with_name("tus_peer.mjs")
    server = subprocess.Popen([node, str(script), str(place), str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert server.stdin is not None and server.stdout is not None
    try:
        yield Peer(int(server.stdout.readline()), folder)
    finally:
        server.stdin.close()
        server.wait(10)
        server.stdout.close()


def upload(url: str, content: bytes, path: Path) -> tuple[str, int]:
    """As the sender does it: create, then append, asking for the offset after each break. → (address, breaks)."""
    path.write_bytes(content)
    file = OutboxFile(DocumentId(new_id()), "ket-qua", Sha256("0" * 64), len(content), "HS-01.pdf", 1)
    client = WardClient(url, lambda: Secret("s"), timeouts=Timeouts(connect=5, read=10, write=10))
    tus, breaks = TusClient(client, lambda _: None), 0
    try:
        address, offset = tus.create(DossierId(new_id()), file)
        while offset < len(content):
            try:
                offset = tus.append(address, path, offset, min(CHUNK, len(content) - offset), len(content))
            except WardFailure as failure:
                assert failure.failure in (FailureClass.MANG, FailureClass.MAY_CHU, FailureClass.XUNG_DOT), failure.status
                breaks += 1
                assert breaks < 100
                offset = tus.offset(address, len(content))
        assert tus.offset(address, len(content)) == len(content)
    finally:
        client.close()
    return address, breaks


def stored(peer: Peer, address: str) -> bytes:
    return (peer.folder / address.rsplit("/", 1)[1]).read_bytes()


def test_whole_file(peer: Peer, tmp_path: Path) -> None:
    content = pdf(300_000, 1)
    address, breaks = upload(f"http://127.0.0.1:{peer.port}", content, tmp_path / "f")
    assert breaks == 0 and stored(peer, address) == content


def test_over_a_line_that_is_cut(peer: Peer, tmp_path: Path) -> None:
    content = pdf(1_000_000, 2)
    with FaultProxy("127.0.0.1", peer.port) as line:
        line.cut_every = 150_000
        address, breaks = upload(line.url, content, tmp_path / "f")
        assert line.bytes_up < 1.6 * len(content)
    assert breaks >= 4 and stored(peer, address) == content


def test_lost_reply_is_asked_for(peer: Peer, tmp_path: Path) -> None:
    content = pdf(200_000, 3)
    with FaultProxy("127.0.0.1", peer.port) as line:
        line.lose_replies = {2}  # after log-in and create: the first chunk is stored, and nobody says so
        address, breaks = upload(line.url, content, tmp_path / "f")
        assert line.bytes_up < 1.1 * len(content)
    assert breaks == 1 and stored(peer, address) == content


def test_an_upload_it_does_not_know_has_expired(peer: Peer, tmp_path: Path) -> None:
    client = WardClient(f"http://127.0.0.1:{peer.port}", lambda: Secret("s"))
    with pytest.raises(WardFailure) as refused:
        TusClient(client, lambda _: None).offset("/v1/tep/0123456789abcdef", 10)
    client.close()
    assert refused.value.failure is FailureClass.HET_HAN
