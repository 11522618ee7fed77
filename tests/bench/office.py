"""``bench office``: the whole main job on the sample dossiers, and how long the window takes to be there."""

import argparse
import json
import sys
from pathlib import Path

from tests.bench.processes import WORKSTATION, CommandError, median, median_cost, run, say
from tests.bench.rows import Row, at_least, ratio
from workstation.app.demo import samples


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rounds", type=int, default=3, help="fresh runs of the main job (default 3)")


def measure(chosen: argparse.Namespace, work: Path) -> list[Row]:
    runs = []
    for number in range(chosen.rounds):
        say(f"main job: {number + 1} of {chosen.rounds}")
        home = work / f"home-{number}"
        runs.append(
            run([*WORKSTATION, "demo", "--home", str(home), "--headless", "--json"], work / f"demo-{number}", accept=(0, 1))
        )
    told = [json.loads(done.stdout) for done in runs]
    pages = sum(len(sample.images) for sample in samples())
    dossiers = told[0]["dossiers"]
    documents = [document for dossier in dossiers for document in dossier["documents"]]
    cost = median_cost([done.cost for done in runs])
    steps = {name: median(t["seconds"][name] for t in told) for name in told[0]["seconds"]}
    return [
        *(Row(f"seconds {name}", seconds, "s") for name, seconds in steps.items()),
        Row("seconds, all steps", sum(steps.values()), "s"),
        Row("seconds of the whole command", cost.seconds, "s", note="with its start and the ward server's"),
        Row("seconds a page", sum(steps.values()) / pages, "s", note=f"of {pages} pages"),
        Row("CPU a page", cost.cpu / pages, "s"),
        Row("dossiers/hour", ratio(3600 * len(dossiers), sum(steps.values())), "dossiers"),
        Row("peak memory of the whole command", cost.whole, "MiB", note="with the ward server"),
        Row("dossiers received", sum(d["state"] == "received" for d in dossiers), "dossiers", at_least(len(samples()))),
        Row("documents green", sum(d["green"] for d in documents), "documents", at_least(len(documents))),
        Row("fields the clerk had to type", told[0]["typed"], "fields"),
        *first_paint(work, work / "home-0", chosen.rounds),
    ]


def first_paint(work: Path, home: Path, rounds: int) -> list[Row]:
    """From the start of a process to the window's first paint, off screen, on the data of the main job."""
    seconds = []
    for number in range(rounds):
        say(f"window: {number + 1} of {rounds}")
        env = {"QT_QPA_PLATFORM": "offscreen"}
        try:
            done = run([sys.executable, "-m", "tests.bench.first_paint", str(home)], work / f"paint-{number}", env)
        except CommandError as failed:
            return [
                Row("seconds to first paint", None, "s", note=f"the window did not come: {str(failed).splitlines()[-1][:80]}")
            ]
        seconds.append(float(done.stdout))
    return [Row("seconds to first paint", median(seconds), "s", note="off screen; start of Python included")]
