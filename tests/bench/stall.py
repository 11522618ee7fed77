"""``bench sign``, third part: how long the window stands still while the token lane signs a batch at LTA.

The child (``python -m tests.bench.stall HOME AUTHORITY URL DOCUMENTS``) opens the real window on a real office, starts the batch
and looks on: it goes through the queue as a reader does, and a timer of the screen's thread notes how late it comes.
"""

import json
import os
import select
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from tests.bench.processes import ROOT, CommandError, say
from tests.bench.rows import Row, at_most
from tests.unit.signing.outside import PASSWORD
from tests.unit.signing.pdfs import make_pdfa
from tests.unit.signing.pki import ORGANIZATION

TICK_MS = 4
BROWSE_MS = 300
"""Between two rows of the queue: quicker than anybody reads."""
ALONE_MS = 8000
"""How long the same window is looked at before anything is signed: what the machine itself makes it wait."""
LIMIT_SECONDS = 600
STALL_MS = at_most(100)
"""Issue 4."""


def rows(count: int, work: Path, authority: Path, url: str) -> list[Row]:
    if shutil.which("Xvfb") is None:
        return [Row("UI stall max while signing", None, "ms", note="Xvfb is not installed")]
    say("the window while it signs")
    home = work / "stall-home"
    command = [sys.executable, "-m", "tests.bench.stall", str(home), str(authority), url, str(count)]
    with _display() as display:
        environment = {**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
        done = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=LIMIT_SECONDS, check=False
        )
    if done.returncode:
        raise CommandError(f"the window ended with {done.returncode}: {done.stderr[-400:]}")
    told = json.loads(done.stdout.splitlines()[-1])
    if told["levels"] != ["LTA"] * count:
        raise CommandError(f"not signed at LTA: {told['levels']} {told['errors']}")
    gaps, alone = sorted(told["signing"]), sorted(told["alone"])
    slow, quiet = f"{len(gaps)} ticks of {TICK_MS} ms", f"the machine's share; p99 {_p99(alone):.0f} ms"
    return [
        Row("documents/s LTA in the window", count / told["seconds"], "1/s", note="from the button to the last one recorded"),
        Row("UI stall p99 while signing", _p99(gaps), "ms", note=slow),
        Row("UI stall max while signing", gaps[-1][0], "ms", STALL_MS, note="beyond the tick"),
        Row("UI stall max, nothing being signed", alone[-1][0], "ms", note=quiet),
        Row("UI thread's own work between two ticks, max", max(work for _, work in gaps), "ms", STALL_MS, note="CPU, signing"),
    ]


def _p99(gaps: list[list[float]]) -> float:
    return gaps[int(len(gaps) * 0.99)][0]


@contextmanager
def _display() -> Iterator[str]:
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


def main(home: Path, authority: Path, url: str, count: int) -> int:
    from tests.bench.stall_window import watch
    from workstation.app import training
    from workstation.app.compose import open_workstation
    from workstation.app.settings import OfficeSettings, SigningSettings, TimestampSettings, save

    settings = training.prepare(home)
    shutil.copyfile(authority / "root.pem", home / "trust" / "root.pem")
    save(
        home,
        replace(
            settings,
            office=OfficeSettings("Phường đo", ORGANIZATION),
            signing=SigningSettings("pkcs12", str(authority / "signer.p12")),
            timestamp=TimestampSettings(f"{url}/tsa", level="LTA"),
        ),
    )
    pdf = make_pdfa(home / "published.pdf")
    with open_workstation(home) as ws:
        told = watch(ws, pdf, count, PASSWORD)
    sys.stdout.write(json.dumps(told) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])))
