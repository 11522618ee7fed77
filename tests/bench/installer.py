"""``bench installer``: size and build time of the .deb, and how quickly its installed files start."""

import argparse
import re
import shutil
import sys
from pathlib import Path

from installer.smoke import folder_megabytes
from tests.bench.processes import Done, interleaved, median_cost, need, run, say
from tests.bench.rows import MissingToolError, Row

NAME = "tram-so-hoa"


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--deb", type=Path, help="measure this package instead of building one")
    parser.add_argument("--compression", choices=["xz", "gzip", "none"], default="xz", help="xz as for release (default)")
    parser.add_argument("--rounds", type=int, default=3, help="of the start-ups (default 3)")


def measure(chosen: argparse.Namespace, work: Path) -> list[Row]:
    need("dpkg-deb")
    rows: list[Row] = []
    deb: Path | None = chosen.deb
    if deb is None:
        deb, built = build(work / "out", chosen.compression)
        rows += [
            Row(
                "seconds to build",
                built.cost.seconds,
                "s",
                note=f"{chosen.compression}, one run, packages from the cache if it has them",
            ),
            Row("CPU to build", built.cost.cpu, "s"),
        ]
    root = work / "root"
    unpacked = run(["dpkg-deb", "-x", str(deb), str(root)], work / "unpack")
    rows += [
        Row("package size", deb.stat().st_size / 1e6, "MB"),
        Row("installed size", folder_megabytes(root), "MB"),
        Row("seconds to unpack", unpacked.cost.seconds, "s"),
    ]
    return [*rows, *starts(root, work, chosen.rounds)]


def build(out: Path, compression: str) -> tuple[Path, Done]:
    say("building the package")
    command = [sys.executable, "-m", "installer.build", "--only", "deb", "--compression", compression, "-o", str(out)]
    done = run(command, out.parent / "build", accept=(0, 3))
    if done.code == 3:
        missing = re.search(r"\b(uv|dpkg-deb|python3)\b", done.stderr)
        raise MissingToolError(missing[1] if missing else "what installer.build asks for: " + done.stderr.strip()[-200:])
    return next(out.glob(f"{NAME}_*.deb")), done


def starts(root: Path, work: Path, rounds: int) -> list[Row]:
    """``--version`` and ``doctor`` of the unpacked files, with the environment of a bare account."""
    home = work / "account"
    home.mkdir()
    program = str(root / "usr/bin/workstation")
    bare = [need("env"), "-i", "PATH=/usr/bin:/bin", f"HOME={home}", "LANG=C.UTF-8", "QT_QPA_PLATFORM=offscreen", program]
    data = str(home / "data")
    run([*bare, "--version"], work / "warm")  # the first start writes what later ones find
    results = interleaved(
        {
            "--version": lambda n: run([*bare, "--version"], work / f"version-{n}"),
            "doctor": lambda n: run([*bare, "--home", data, "doctor", "--json"], work / f"doctor-{n}", accept=(0, 1, 3)),
        },
        rounds,
    )
    rows = []
    for name, runs in results.items():
        cost = median_cost([done.cost for done in runs])
        rows += [Row(f"seconds workstation {name}", cost.seconds, "s"), Row(f"CPU workstation {name}", cost.cpu, "s")]
    shutil.rmtree(root)
    return rows
