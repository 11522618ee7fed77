"""``workstation sign --remote`` with a key that is confirmed on a phone, killed (SIGKILL) while the request is on its way, while
it waits, and while its files are finished: it is asked about again, never sent twice, and ends with each document signed once."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from tests.unit.signing.pdfs import make_pdfa
from tests.unit.signing.pki import make_authority
from tests.unit.signing.smartcafake import ACCOUNT, CONFIRMED, OWNER, PASSWORD, WAITING, PhoneService

SETTINGS = """
[[remotes]]
name = "dien-thoai"
protocol = "smartca"
url = "{url}"
credential = ""
account = "{account}"
user = "{owner}"
batch = 10
"""


@pytest.fixture
def phone() -> Iterator[PhoneService]:
    made = PhoneService(make_authority())
    yield made
    made.stop()


class Office:
    def __init__(self, phone: PhoneService, folder: Path) -> None:
        self.phone, self.home, self.out = phone, folder / "home", folder / "out"
        self.home.mkdir()
        text = SETTINGS.format(url=phone.url, account=ACCOUNT, owner=OWNER)
        (self.home / "settings.toml").write_text(text, "utf-8")
        (folder / "in").mkdir()
        self.files = [make_pdfa(folder / "in" / f"{number}.pdf", pages=number + 1) for number in range(4)]
        self.originals = [file.read_bytes() for file in self.files]

    def start(self) -> "subprocess.Popen[str]":
        command = [sys.executable, "-m", "workstation", "sign", *map(str, self.files), "-o", str(self.out), "--json"]
        command += ["--remote", "dien-thoai", "--home", str(self.home)]
        env = {**os.environ, "WORKSTATION_REMOTE_DIEN_THOAI": PASSWORD}
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env)

    def run(self) -> tuple[int, list[dict[str, Any]]]:
        process = self.start()
        told, error = process.communicate(timeout=120)
        assert "Traceback" not in error, error
        return process.returncode, json.loads(told)["files"]

    def kill_when(self, seen: threading.Event) -> None:
        process = self.start()
        assert seen.wait(60)
        process.kill()
        process.communicate()
        time.sleep(0.5)  # the worker notices that its parent is gone

    def check_complete(self) -> None:
        assert self.phone.sent == 1, "one request, one confirmation"
        assert [file.read_bytes() for file in self.files] == self.originals
        assert sorted(path.name for path in self.out.iterdir()) == [file.name for file in self.files]
        for file, original in zip(self.files, self.originals, strict=True):
            signed = self.out / file.name
            assert signed.read_bytes().startswith(original)
            with signed.open("rb") as handle:
                assert len(PdfFileReader(handle).embedded_signatures) == 1


@pytest.mark.parametrize("where", ["signatures/sign", "/status"])
def test_killed_while_it_is_sent_or_waits(phone: PhoneService, tmp_path: Path, where: str) -> None:
    """At the first the service has the request and its answer never arrives; at the second the owner has not confirmed yet."""
    office, seen, held = Office(phone, tmp_path), threading.Event(), threading.Event()
    phone.word = WAITING

    def hold(endpoint: str) -> None:
        if endpoint.endswith(where):
            seen.set()
            held.wait(30)

    phone.before_answer = hold
    office.kill_when(seen)
    phone.before_answer = lambda _endpoint: None
    held.set()
    assert not list(office.out.glob("*.pdf"))
    phone.word = CONFIRMED
    code, rows = office.run()
    assert code == 0 and [row["status"] for row in rows] == ["signed"] * 4
    office.check_complete()
    assert list((office.home / "pending").iterdir()) == []


def test_killed_while_files_are_finished(phone: PhoneService, tmp_path: Path) -> None:
    office, seen = Office(phone, tmp_path), threading.Event()

    def watch() -> None:
        deadline = time.monotonic() + 60
        while not list(office.out.glob("*.pdf")) and time.monotonic() < deadline:
            time.sleep(0.001)
        seen.set()

    watcher = threading.Thread(target=watch)
    watcher.start()
    office.kill_when(seen)
    watcher.join()
    phone.word = "EXPIRED"  # the service no longer tells; the signatures are here
    code, rows = office.run()
    assert code == 0 and {row["status"] for row in rows} <= {"signed", "skipped"}
    office.check_complete()
