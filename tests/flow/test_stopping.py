"""Ctrl+C and the end of the session in mid upload, on a line that has died: the command ends, the journal is right."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conformance.peers.portals import UNIT
from tests.fault.proxy import FaultProxy
from tests.unit.sync.rig import Station, Ward, pdf
from tests.unit.sync.test_peering import queue_case
from workstation.domain.outbox import OutboxState


def enrolled(folder: Path, ward: Ward, url: str) -> Station:
    """A home folder whose database and files are a station's, with the ward's address and keys."""
    station = Station(folder, "store.sqlite3")
    (folder / "ward-keys.json").write_bytes((ward.data / "khoa-cong-khai.json").read_bytes())
    (folder / "settings.toml").write_text(f'[ward]\nurl = "{url}"\nclient_id = "tram-so-hoa"\n', "utf-8")
    return station


def test_send_is_stopped_while_a_peer_hangs(tmp_path: Path) -> None:
    """No ward server, and a peer that takes the call and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as peer:
        home = tmp_path / "home"
        station = Station(home, "store.sqlite3")
        queue_case(station)
        lines = ["[[peers]]", 'name = "cong"', 'kind = "portal-2"', f'url = "http://127.0.0.1:{peer.getsockname()[1]}"']
        (home / "settings.toml").write_text(
            "\n".join([*lines, f'unit_code = "{UNIT}"', 'account = "tram"', 'codes = "codes.json"']), "utf-8"
        )
        (home / "codes.json").write_text('{"types": {"QĐ": {"result": "KQ.G15.000031", "procedure": "1.001193"}}}', "utf-8")
        command = [sys.executable, "-m", "workstation", "send", "--json", "--home", str(home)]
        env = {**os.environ, "WORKSTATION_PEER_CONG": "bí mật"}
        process = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        peer.settimeout(30)
        try:
            called, _ = peer.accept()
        except TimeoutError:
            process.kill()
            raise
        time.sleep(2.0)  # the round's patience is over: the command waits for its peers
        begun = time.monotonic()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        seconds = time.monotonic() - begun
        called.close()
    assert seconds < 4.0, seconds
    assert process.returncode in (0, 1) and err == "", err
    assert json.loads(out)["peers"][0]["peer"] == "cong"
    with station.uow() as uow:
        left = uow.deliveries.get(uow.outbox.list()[0].id, "cong")
    station.close()
    assert (left.lease_owner, left.state.value) in (("", "queued"), ("", "unknown"))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_send_is_stopped_in_mid_upload(tmp_path: Path, number: signal.Signals) -> None:
    ward = Ward(tmp_path / "ward").start()
    content = pdf(4_000_000, int(number))
    try:
        with FaultProxy("127.0.0.1", ward.port) as line:
            line.bytes_per_second = 1_000_000
            station = enrolled(tmp_path / "home", ward, line.url)
            item = station.queue(content)
            command = [sys.executable, "-m", "workstation", "send", "--watch", "--json", "--home", str(station.folder)]
            env = {**os.environ, "WORKSTATION_WARD_SECRET": ward.secret().reveal()}
            process = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            until = time.monotonic() + 60
            while line.bytes_up < 500_000 and time.monotonic() < until:
                time.sleep(0.01)
            line.stall = True
            time.sleep(0.5)
            begun = time.monotonic()
            process.send_signal(number)
            out, err = process.communicate(timeout=30)
            seconds = time.monotonic() - begun
            left = station.item(item)
        assert process.returncode == 1 and err == "", err
        (row,) = json.loads(out)["items"]
        assert (row["state"], row["error"]) == ("queued", None) and row["bytes_sent"] > 0
        assert (left.state, left.lease_owner) == (OutboxState.QUEUED, "") and left.files[0].offset > 0
        assert seconds < 2.0, seconds
        station.send(station.sender(ward))
        assert station.item(item).state is OutboxState.RECEIVED
        assert ward.stored(item.files[0].sha256) == content
        station.close()
    finally:
        ward.stop()
