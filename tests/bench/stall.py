"""``bench sign``, third part: how long the window stands still while the token lane signs a batch at LTA.

The child (``python -m tests.bench.stall HOME AUTHORITY URL DOCUMENTS``) opens the real window on a real office, starts the batch
and looks on: it goes through the queue as a reader does, and a timer of the screen's thread notes how late it comes.
"""

import json
import shutil
import sys
from dataclasses import replace
from pathlib import Path

from tests.bench.processes import CommandError, say
from tests.bench.rows import Row, at_most
from tests.bench.shown import told_by
from tests.bench.ticks import TICK_MS, longest, p99
from tests.unit.signing.outside import PASSWORD
from tests.unit.signing.pdfs import make_pdfa
from tests.unit.signing.pki import ORGANIZATION

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
    told = told_by("tests.bench.stall", home, authority, url, count, seconds=LIMIT_SECONDS)
    if told["levels"] != ["LTA"] * count:
        raise CommandError(f"not signed at LTA: {told['levels']} {told['errors']}")
    gaps, alone = told["signing"], told["alone"]
    slow, quiet = f"{len(gaps)} ticks of {TICK_MS} ms", f"the machine's share; p99 {p99(alone):.0f} ms"
    return [
        Row("documents/s LTA in the window", count / told["seconds"], "1/s", note="from the button to the last one recorded"),
        Row("UI stall p99 while signing", p99(gaps), "ms", note=slow),
        Row("UI stall max while signing", longest(gaps), "ms", STALL_MS, note="beyond the tick"),
        Row("UI stall max, nothing being signed", longest(alone), "ms", note=quiet),
        Row("UI thread's own work between two ticks, max", longest(gaps, 1), "ms", STALL_MS, note="CPU, signing"),
    ]


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
