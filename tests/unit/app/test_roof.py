"""What the roof decides by itself: exit codes of batches, what the system's errors mean, which scanner and display there is."""

import errno
import logging
import os
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.small_disk import small_disk
from workstation.app import compose, display, training
from workstation.app.compose import open_workstation
from workstation.app.console import exit_of, from_system
from workstation.app.desktop import log_recovery
from workstation.app.logs import logging_to
from workstation.app.paper_commands import is_one_name
from workstation.domain.errors import WorkstationError
from workstation.domain.ids import DocumentId
from workstation.domain.ports import SendReport
from workstation.usecases.recover import Recovery


@pytest.mark.parametrize(
    ("codes", "done", "expected"),
    [
        ((), True, 0),
        (("K01",), True, 1),
        (("K01", "F03"), False, 2),
        (("F03",), True, 1),
        (("F03", "G01"), True, 3),
        (("C04", "K01"), True, 3),
        (("C01",), False, 3),
        (("B01", "G01", "F03"), True, 4),
        (("M01",), False, 1),
    ],
)
def test_the_worst_item_decides(codes: tuple[str, ...], done: bool, expected: int) -> None:
    assert exit_of(codes, done=done) == expected


@pytest.mark.parametrize(
    ("number", "code"),
    [(errno.ENOSPC, "M01"), (errno.EDQUOT, "M01"), (errno.EACCES, "F07"), (errno.EROFS, "F07"), (errno.EMFILE, "B01")],
)
def test_what_the_system_says(number: int, code: str) -> None:
    error = from_system(OSError(number, os.strerror(number), "/somewhere/deep/a.pdf"))
    assert error.code == code
    assert error.params.get("file") in (None, "a.pdf")


@pytest.mark.parametrize("name", ["H01.2026", "HS 12-a", "Hồ sơ", "a..b"])
def test_names_of_one_component(name: str) -> None:
    assert is_one_name(name)


@pytest.mark.parametrize("name", ["..", ".", "a/b", "/a", "a/", "..\\b", "C:x", "a\nb", "a\0"])
def test_names_that_lead_elsewhere(name: str) -> None:
    assert not is_one_name(name)


@pytest.fixture
def practice(tmp_path: Path) -> Iterator[Path]:
    training.prepare(tmp_path)
    yield tmp_path


def test_a_practice_office_scans_the_samples(practice: Path) -> None:
    with open_workstation(practice) as ws:
        sources = ws.desk.scan_sources().result(30)
        assert len(sources) == 3
        assert all(s.id.startswith("simulated:") for s in sources)
        dossier_id = ws.desk.new_dossier("Hồ sơ thử").result(30)
        source = next(s for s in sources if "chung-thuc" in s.id)
        count = ws.desk.scan(dossier_id, source.id, "", lambda _: None, lambda: False).result(60)
        assert count
        with ws.office.look() as uow:
            assert uow.dossiers.get(dossier_id).pages


class LongUpload:
    """A sender in the middle of a file, for as long as it may; like the real one it asks at each piece whether to go on."""

    def __init__(self) -> None:
        self.sending = threading.Event()
        self.told = self.hung_up = False

    def probe(self) -> bool:
        return True

    def send_due(self, cancelled: Callable[[], bool]) -> tuple[SendReport, ...]:
        self.sending.set()
        while not (self.told or self.hung_up):
            self.told = cancelled()
            time.sleep(0.01)
        return ()

    def hang_up(self) -> None:
        self.hung_up = True


def test_closing_breaks_off_an_upload_before_its_line_is_hung_up(practice: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    upload = LongUpload()

    def sender(stack: ExitStack, *_: object) -> LongUpload:
        stack.callback(upload.hang_up)
        return upload

    monkeypatch.setattr(compose, "_sender", sender)
    with open_workstation(practice) as ws:
        ws.ticker.start()
        assert upload.sending.wait(30)
        begun = time.monotonic()
    assert upload.told and time.monotonic() - begun < 10


def test_closing_waits_for_nothing_outside(practice: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A driver, an authority or a line in the ticker's round that does not answer."""
    hanging, over = threading.Event(), threading.Event()

    def probe(_: object) -> bool:
        hanging.set()
        over.wait(60)
        return False

    monkeypatch.setattr(compose.NoLine, "probe", probe)
    with open_workstation(practice) as ws:
        ws.ticker.start()
        assert hanging.wait(30)
        begun = time.monotonic()
    seconds = time.monotonic() - begun
    over.set()
    assert seconds < 3, seconds


def test_a_ward_server_that_does_not_answer_is_g01(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(WorkstationError) as caught:
        training._pin_keys(url, tmp_path / "keys.json")
    assert caught.value.code == "G01"
    assert list(tmp_path.iterdir()) == []


def test_what_was_recovered_is_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    from concurrent.futures import Future

    caplog.set_level("INFO")
    for found in (Recovery((), (), ()), Recovery((DocumentId("d1"),), (), ())):
        done: Future[Recovery] = Future()
        done.set_result(found)
        log_recovery(done)
    assert [r.getMessage() for r in caplog.records] == ["going on with what the last run left: 1 signed, 0 to read, 0 to publish"]


def test_a_log_on_a_full_disk_shows_nobody_a_trace(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with small_disk(tmp_path / "disk", 64) as disk, logging_to(disk):
        (disk / "filler").write_bytes(bytes(48_000))
        for _ in range(200):
            logging.getLogger("workstation").info("x" * 1_000)
    assert capsys.readouterr().err == ""


# --- displays


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM", "XDG_RUNTIME_DIR"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


def test_no_display_and_one_that_is_gone(bare: pytest.MonkeyPatch) -> None:
    assert not display.has_display()
    bare.setenv("DISPLAY", ":4711")
    bare.setenv("WAYLAND_DISPLAY", "wayland-4711")
    assert not display.has_display()
    bare.setenv("QT_QPA_PLATFORM", "xcb")
    display.go_without()
    assert os.environ["QT_QPA_PLATFORM"] == "offscreen"


def test_an_x_server_answers(bare: pytest.MonkeyPatch) -> None:
    reader, writer = os.pipe()
    command = ["Xvfb", "-displayfd", str(writer), "-screen", "0", "640x480x24", "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=[writer], stderr=subprocess.DEVNULL)
    os.close(writer)
    try:
        with os.fdopen(reader) as told:
            bare.setenv("DISPLAY", f":{told.readline().strip()}")
        assert display.has_display()
        assert os.environ["QT_QPA_PLATFORM"] == "xcb"
    finally:
        server.terminate()
        server.wait(10)


def test_a_wayland_socket_answers(bare: pytest.MonkeyPatch, tmp_path: Path) -> None:
    bare.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    bare.setenv("WAYLAND_DISPLAY", "w-0")
    bare.setenv("DISPLAY", ":4711")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "w-0"))
        server.listen()
        assert display.has_display()
    assert os.environ["QT_QPA_PLATFORM"] == "wayland"
