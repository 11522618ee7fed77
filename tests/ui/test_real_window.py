"""A real window on a real X display (Xvfb), typed into from outside (xdotool): Vietnamese, and a document by keys alone."""

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

ROOT = Path(__file__).resolve().parents[2]


class Window:
    """The program and the lines it has printed."""

    def __init__(self, process: "subprocess.Popen[str]", environment: dict[str, str]) -> None:
        self.process = process
        self.environment = environment
        self.told: list[list[Any]] = []
        self._news = threading.Condition()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            with self._news:
                self.told.append(json.loads(line))
                self._news.notify_all()

    def wait_for(self, *beginning: Any, seconds: float = 30) -> list[Any]:
        """The first line, not asked for before, that begins so."""
        end = time.monotonic() + seconds
        with self._news:
            while True:
                for i, line in enumerate(self.told):
                    if line[: len(beginning)] == list(beginning):
                        del self.told[: i + 1]
                        return line
                left = end - time.monotonic()
                if left <= 0 or self.process.poll() is not None:
                    pytest.fail(f"{beginning} did not come; came: {self.told}")
                self._news.wait(left)

    def type(self, text: str) -> None:
        """Types into the field that has the focus, in place of what it holds.

        For a letter that is not on the keyboard, xdotool changes the keyboard's map under the program's hands and back
        again; on a busy machine the program may look at the map too late. That is no fault of the program, so a few tries.
        """
        for pause in ("30", "150", "400", "800"):
            self.do("key", "ctrl+a")
            self.do("type", "--delay", pause, text)
            if self._text_becomes(text):
                return
        pytest.fail(f"{text!r} could not be typed")

    def _text_becomes(self, text: str) -> bool:
        end = time.monotonic() + 3
        with self._news:
            while not any(line[0] == "state" and line[-1] == text for line in self.told):
                if time.monotonic() > end:
                    return False
                self._news.wait(0.2)
        return True

    def do(self, *command: str) -> None:
        subprocess.run(["xdotool", *command], env=self.environment, check=True, timeout=20)


@pytest.fixture
def window() -> Iterator[Window]:
    reading, writing = os.pipe()
    display = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1366x768x24", "-nolisten", "tcp"],
        pass_fds=(writing,),
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    with os.fdopen(reading) as numbers:
        number = numbers.readline().strip()
    environment = os.environ | {"DISPLAY": f":{number}", "QT_QPA_PLATFORM": "xcb", "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.ui.real_window"], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    )
    try:
        yield Window(process, environment)
    finally:
        for running in (process, display):
            running.terminate()
            running.wait(20)
        if process.stdout is not None:
            process.stdout.close()


def test_a_document_by_keys_alone(window: Window) -> None:
    _, handle, width, height = window.wait_for("ready")
    assert (width, height) == (1366, 768)
    window.do("windowfocus", "--sync", str(handle))
    window.do("key", "question")
    window.wait_for("state", "capture", True)
    window.do("key", "Escape")
    window.wait_for("state", "capture", False)
    window.do("key", "F3")
    window.wait_for("state", "verify", False, "FieldEdit", "subject")
    window.do("key", "alt+1")
    window.do("key", "Return")
    window.wait_for("state", "verify", False, "FieldEdit", "signer_name")
    window.type("Nguyễn Thị Mẫu")
    window.do("key", "Return")
    window.do("key", "ctrl+Return")
    _, document, values = window.wait_for("confirm")
    assert document == "HS-0016-d1"
    assert values["signer_name"] == "Nguyễn Thị Mẫu"
    assert values["subject"] == "Về việc giải quyết hỗ trợ mai táng phí đối với đối tượng bảo trợ xã hội"
    window.do("key", "F2")
    window.wait_for("state", "capture", False)
    window.do("key", "s")
    assert window.wait_for("split_before") == ["split_before", "p4"]
    window.do("key", "F4")
    window.wait_for("state", "sign", False, "RowsTable")
    for _ in range(2):  # the clerk's seat, then the checker's, goes to the official
        window.do("key", "ctrl+u")
    window.do("key", "x")
    window.wait_for("state", "sign", False, "ReasonEdit")
    window.type("sai tên")
    window.do("key", "Return")
    assert window.wait_for("refuse")[2] == "sai tên"
