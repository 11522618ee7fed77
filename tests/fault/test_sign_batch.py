"""``workstation sign`` with a SoftHSM token, disturbed at document k: kill -9, the driver's process killed, the token pulled out.

The output folder is the journal. After a second run each document is signed exactly once, what was signed before is byte for
byte what it was, and every original is untouched.
"""

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from tests.unit.signing.pdfs import make_pdfa
from tests.unit.signing.pki import make_authority
from tests.unit.signing.softtoken import EC_ID, PIN, RSA_ID, SoftToken, library, make_token

COUNT = 12


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


class Bench:
    """Twelve documents, an output folder, and the command that signs them."""

    def __init__(self, folder: Path, token: SoftToken) -> None:
        self.token = token
        self.out = folder / "out"
        (folder / "in").mkdir()
        first = make_pdfa(folder / "in" / "00.pdf")
        self.files = [first]
        for number in range(1, COUNT):
            path = folder / "in" / f"{number:02}.pdf"
            path.write_bytes(first.read_bytes() + b"%% %d\n" % number)
            self.files.append(path)
        self.originals = {path.name: path.read_bytes() for path in self.files}

    def start(self, key_id: bytes = RSA_ID) -> "subprocess.Popen[str]":
        command = [sys.executable, "-m", "workstation", "sign", *map(str, self.files), "-o", str(self.out)]
        command += ["--token", library(), "--key-id", key_id.hex(), "--pin-env", "PIN_FOR_TEST", "--json"]
        return subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, "PIN_FOR_TEST": PIN}
        )

    def run(self, key_id: bytes = RSA_ID) -> tuple[int, list[dict[str, Any]], str]:
        return self.end(self.start(key_id))

    @staticmethod
    def end(process: "subprocess.Popen[str]") -> tuple[int, list[dict[str, Any]], str]:
        told, error = process.communicate(timeout=120)
        assert "Traceback" not in error, error
        return process.returncode, json.loads(told)["files"] if told else [], error

    def signed(self) -> dict[str, str]:
        return {path.name: digest(path) for path in sorted(self.out.glob("*.pdf"))}

    def disturb_at(self, k: int, disturb: Callable[["subprocess.Popen[str]"], None]) -> "subprocess.Popen[str]":
        """Starts, and disturbs as soon as k documents are there."""
        process = self.start()
        deadline = time.monotonic() + 60
        while len(self.signed()) < k:
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < deadline
            time.sleep(0.002)
        disturb(process)
        return process

    def check_complete(self) -> None:
        assert sorted(self.signed()) == [path.name for path in self.files]
        for path in self.files:
            data = (self.out / path.name).read_bytes()
            assert path.read_bytes() == self.originals[path.name], "the original is untouched"
            assert data.startswith(self.originals[path.name])
            with (self.out / path.name).open("rb") as handle:
                assert len(PdfFileReader(handle).embedded_signatures) == 1
        assert sorted(path.name for path in self.out.iterdir()) == sorted(self.originals), "no half-made file, no lock"


@pytest.fixture(scope="module")
def token_template(tmp_path_factory: pytest.TempPathFactory) -> SoftToken:
    return make_token(tmp_path_factory.mktemp("token"), make_authority())


@pytest.fixture
def bench(token_template: SoftToken, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    monkeypatch.setenv("SOFTHSM2_CONF", "")  # undone at the end, whatever activate() sets
    (tmp_path / "socket").mkdir()
    token = token_template.copy(tmp_path / "socket")
    token.activate()
    yield Bench(tmp_path, token)


def kill(process: "subprocess.Popen[str]") -> None:
    process.kill()
    process.communicate()


def settled(bench: Bench) -> dict[str, str]:
    """What is signed once the orphaned worker is done with the document that it had in hand."""
    before = None
    while before != (before := bench.signed()):
        time.sleep(0.5)
    return before


@pytest.mark.parametrize("k", [0, 1, 6, COUNT - 1])
def test_killed_at_document_k(bench: Bench, k: int) -> None:
    bench.disturb_at(k, kill)
    before = settled(bench)
    assert (len(before) <= k + 2 and len(before) < COUNT) or k == COUNT - 1, "it really was stopped there"
    code, rows, _ = bench.run()
    assert code == 0
    bench.check_complete()
    assert {name: bench.signed()[name] for name in before} == before, "signed before: not signed again"
    status = {Path(row["file"]).name: row["status"] for row in rows}
    assert [name for name in status if status[name] == "skipped"] == sorted(before)
    assert all(row["error"] is None for row in rows), "skipped is not failed"


def test_second_run_at_once_while_an_orphan_still_signs(bench: Bench) -> None:
    """No waiting: the killed run's worker may still be writing its document."""
    bench.disturb_at(4, kill)
    code, _, _ = bench.run()
    assert code == 0
    bench.check_complete()


def test_driver_process_killed(bench: Bench) -> None:
    """As a vendor's library that crashes: the batch stops, says that the token is gone, and goes on in the second run."""

    def kill_worker(process: "subprocess.Popen[str]") -> None:
        listed = subprocess.run(["ps", "--ppid", str(process.pid), "-o", "pid="], capture_output=True, text=True, check=True)
        for pid in map(int, listed.stdout.split()):
            if "libsofthsm2" in Path(f"/proc/{pid}/maps").read_text():  # the one that has the token, not the page worker
                os.kill(pid, signal.SIGKILL)
                return
        raise AssertionError("no worker holds the token")

    code, rows, _ = bench.end(bench.disturb_at(3, kill_worker))
    before = bench.signed()
    failed = [row for row in rows if row["status"] == "failed"]
    assert code == 3 and failed and {row["error"]["code"] for row in failed} == {"C04"}
    assert len(before) == COUNT - len(failed)
    code, _, _ = bench.run()
    assert code == 0
    bench.check_complete()
    assert {name: bench.signed()[name] for name in before} == before


def test_token_pulled_at_document_k_and_put_back(bench: Bench) -> None:
    code, rows, _ = bench.end(bench.disturb_at(5, lambda _process: bench.token.pull()))
    before = bench.signed()
    statuses = [row["status"] for row in rows]
    cut = statuses.index("failed")
    assert code == 3 and cut >= 5 and set(statuses[cut:]) == {"failed"}, "the batch stops where the token went"
    assert {row["error"]["code"] for row in rows[cut:]} == {"C04"}
    assert all("USB" in row["error"]["message"] for row in rows[cut:])
    code, rows, error = bench.run()
    assert (code, rows) == (3, []) and error.startswith("C01: "), "still out: nothing is asked and nothing is signed"
    assert bench.signed() == before
    bench.token.put_back()
    code, rows, _ = bench.run()
    assert code == 0 and [row["status"] for row in rows].count("skipped") == len(before)
    bench.check_complete()
    assert {name: bench.signed()[name] for name in before} == before


def test_the_certificate_can_not_change_in_mid_batch(bench: Bench) -> None:
    bench.disturb_at(4, kill)
    before = settled(bench)
    code, rows, error = bench.run(EC_ID)
    assert (code, rows) == (1, []) and error.startswith("C21: ")
    assert bench.signed() == before
    assert bench.run()[0] == 0
    bench.check_complete()
    code, rows, _ = bench.run(EC_ID)
    assert code == 0 and {row["status"] for row in rows} == {"skipped"}, "nothing is left to sign: no key is asked for"


def test_two_at_once_do_not_sign_into_one_folder(bench: Bench) -> None:
    first = bench.disturb_at(1, lambda process: process.send_signal(signal.SIGSTOP))
    try:
        code, rows, error = bench.run()
    finally:
        first.send_signal(signal.SIGCONT)
    assert (code, rows) == (3, []) and error.startswith("U02: ")
    assert bench.end(first)[0] == 0
    bench.check_complete()


def test_a_damaged_output_is_signed_anew(bench: Bench) -> None:
    """The journal is what stands in the files, not their names."""
    assert bench.run()[0] == 0
    before = bench.signed()
    for name, at in (("03.pdf", -2000), ("04.pdf", len(bench.originals["04.pdf"]) + 900)):
        data = bytearray((bench.out / name).read_bytes())
        data[at] ^= 1
        (bench.out / name).write_bytes(data)
    (bench.out / "05.pdf").write_bytes((bench.out / "05.pdf").read_bytes()[:-700])
    (bench.out / "06.pdf").unlink()
    (bench.out / ".06.pdf.abc123.part").write_bytes(b"half")
    code, rows, _ = bench.run()
    assert code == 0
    assert [Path(row["file"]).name for row in rows if row["status"] == "signed"] == ["03.pdf", "04.pdf", "05.pdf", "06.pdf"]
    bench.check_complete()
    assert all(bench.signed()[name] == before[name] for name in before if name not in ("03.pdf", "04.pdf", "05.pdf", "06.pdf"))
