"""A part of the bench in a real window: a module of its own under Xvfb, and what it tells on its last line."""

import json
import os
import select
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.bench.processes import ROOT, CommandError
from tests.bench.rows import MissingToolError


def told_by(module: str, *arguments: object, seconds: float) -> dict[str, Any]:
    """Runs ``python -m MODULE …`` with a screen. MissingToolError without Xvfb, CommandError if it fails or takes longer."""
    if shutil.which("Xvfb") is None:
        raise MissingToolError("Xvfb")
    command = [sys.executable, "-m", module, *map(str, arguments)]
    with screen() as display:
        environment = {**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=seconds, check=False)
    if done.returncode:
        raise CommandError(f"the window ended with {done.returncode}: {done.stderr[-1500:]}")
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


@contextmanager
def screen() -> Iterator[str]:
    """A screen of 1366 × 768 on a free display."""
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1366x768x24", "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=[writing], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(writing)
    try:
        if not select.select([reading], [], [], 20)[0]:
            raise CommandError("Xvfb does not start")
        number = os.read(reading, 20).decode().strip()
        yield f":{number}"
    finally:
        os.close(reading)
        server.terminate()
        server.wait(20)
