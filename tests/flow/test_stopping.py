"""Ctrl+C and the end of the session in mid upload, on a line that has died: the command ends, the journal is right."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.fault.proxy import FaultProxy
from tests.unit.sync.rig import Station, Ward, pdf
from workstation.domain.outbox import OutboxState


def enrolled(folder: Path, ward: Ward, url: str) -> Station:
    """A home folder whose database and files are a station's, with the ward's address and keys."""
    station = Station(folder, "store.sqlite3")
    (folder / "ward-keys.json").write_bytes((ward.data / "khoa-cong-khai.json").read_bytes())
    (folder / "settings.toml").write_text(f'[ward]\nurl = "{url}"\nclient_id = "tram-so-hoa"\n', "utf-8")
    return station


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
