"""Key presses and clicks a document on the screen Verify, counted from the events that Qt hands to the real window.

A clerk who knows the paper (the truth of made documents) enters them by keys alone: as they were read, then with two errors
planted in each, then another person checks those. Words are typed in Telex, stroke by stroke; Ctrl, Alt and Shift count as keys.
"""

import argparse
import json
from pathlib import Path
from typing import Any

from tests.bench.corpus import LEVELS, write_images
from tests.bench.processes import median, need, say
from tests.bench.rows import Row, at_most
from tests.bench.shown import told_by
from tests.pagemaker import Kind, PageSpec, random_case
from tests.pagemaker.kinds import write
from workstation.app import training

KINDS = (Kind.DECISION, Kind.LETTER, Kind.NOTICE, Kind.APPLICATION, Kind.BIRTH_CERTIFICATE, Kind.CERTIFIED_COPY)
CLEAN_KEYS, ERROR_KEYS, CLICKS = at_most(12), at_most(40), at_most(0)
"""Issue 7."""
LIMIT_SECONDS = 1800
FIRST_SEED = 1500
"""Of the made documents; other parts of the bench have others."""


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--entered", type=int, default=12, help="documents that are entered by keys (default 12)")


def rows(chosen: argparse.Namespace, work: Path) -> list[Row]:
    need("tesseract")
    say("drawing documents to enter")
    plan = make_plan(work / "to-enter", chosen.entered)
    told = _child(plan, work)
    return [*read_rows(told["read"]), *planted_rows(told["planted"]), *check_rows(told["checked"])]


def make_plan(work: Path, count: int) -> dict[str, list[dict[str, Any]]]:
    """Each document's files and true fields: those that are read, and decisions in which errors are planted."""
    jobs, plan = [], []
    for number in range(count):
        kind, seed = KINDS[number % len(KINDS)], FIRST_SEED + number
        manuscript = write(kind, random_case(seed), 300)
        files = [work / f"{number:02d}-{n + 1:03d}.jpg" for n in range(len(manuscript.sheets))]
        jobs += [(path, PageSpec(kind, n, seed=seed, wear=LEVELS["clean"])) for n, path in enumerate(files)]
        fields = {name: value for page in manuscript.fields for name, value in page.items()}
        plan.append({"files": [str(f) for f in files], "fields": fields})
    write_images(jobs)
    decisions = [write(Kind.DECISION, random_case(FIRST_SEED + 500 + n), 300) for n in range(count)]
    truths = [{name: value for page in one.fields for name, value in page.items()} for one in decisions]
    return {"read": plan, "planted": [{"files": plan[0]["files"], "fields": one} for one in truths]}


def _child(plan: dict[str, list[dict[str, Any]]], work: Path) -> dict[str, Any]:
    say("entering them in the window")
    home = work / "keys-home"
    training.prepare(home)
    (work / "plan.json").write_text(json.dumps(plan, ensure_ascii=False), "utf-8")
    return told_by("tests.bench.index_clerk", home, work / "plan.json", seconds=LIMIT_SECONDS)


def read_rows(entered: list[dict[str, Any]]) -> list[Row]:
    """Clean pages; those read without an error apart from those where something had to be put right."""
    right = [d["keys"] for d in entered if not d["wrong"]]
    wrong = [d for d in entered if d["wrong"]]
    names = ", ".join(sorted({n for d in wrong for n in d["wrong"]}))
    return [
        Row("key presses, clean document, most", max(right, default=None), "keys", CLEAN_KEYS, _note(right, len(entered))),
        Row("key presses, clean document, median", median(right) if right else None, "keys"),
        Row("key presses, wrong or missing values among read ones, median", median([d["keys"] for d in wrong]) if wrong else None,
            "keys", note=f"{len(wrong)} documents: {names}"),
        Row("clicks a document, most", max((d["clicks"] for d in entered), default=None), "clicks", CLICKS),
    ]  # fmt: skip


def planted_rows(entered: list[dict[str, Any]]) -> list[Row]:
    keys = [d["keys"] for d in entered]
    worst = max(entered, key=lambda d: d["keys"])
    return [
        Row("key presses, two errors, most", max(keys), "keys", ERROR_KEYS, f"of {len(keys)}; {' and '.join(worst['wrong'])}"),
        Row(
            "key presses, two errors, median",
            median(keys),
            "keys",
            note="decisions; nothing proposed; of words one right and the wrong one are weak",
        ),
        Row("clicks with two errors, most", max(d["clicks"] for d in entered), "clicks", CLICKS),
    ]


def check_rows(checked: list[dict[str, Any]]) -> list[Row]:
    keys = [d["keys"] for d in checked]
    return [
        Row("key presses, check by another person, median", median(keys), "keys", note="critical fields typed again, not seen")
    ]


def _note(right: list[int], of: int) -> str:
    return f"{len(right)} of {of} were read without an error"
