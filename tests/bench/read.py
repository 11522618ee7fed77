"""``bench read``: how well and how fast pages are read, beside stock Tesseract on the same images in the same run."""

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench.corpus import TruePage, fields_in_text, folder_pages, made_pages, same_value
from tests.bench.peers import make_pdf, ocrmypdf, tesseract_two_at_a_time
from tests.bench.processes import WORKSTATION, Cost, interleaved, median_cost, need, run, say
from tests.bench.rows import Row, Target, at_least, at_most, ratio, share
from tests.bench.text import TextScore, score
from workstation.domain.fields import FIELD_NAMES

CER = {"clean": at_most(0.5), "office": at_most(1.2), "bad": at_most(8)}
"""Issue 3, of pages that tuning never saw."""
WORKER_MIB = at_most(400)
DIGITIZE_PPM = at_least(60)
VS_OCRMYPDF = at_least(2)


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--corpus", type=Path, help="a folder of image + .txt + .json instead of the page maker's pages")
    parser.add_argument(
        "--pages", type=int, default=8, help="made pages a level (default 8); of a corpus: the first so many a level"
    )
    parser.add_argument("--seed", type=int, default=700, help="of the first made page; each has its own (default 700)")
    parser.add_argument("--rounds", type=int, default=3, help="of the interleaved timing (default 3)")
    parser.add_argument("--digitize", action="store_true", help="also times `workstation digitize`")


@dataclass(frozen=True, slots=True)
class Reading:
    """What one contestant made of the pages, in their order."""

    texts: list[str]
    rotations: list[int | None]
    fields: list[dict[str, str]]


def measure(chosen: argparse.Namespace, work: Path) -> list[Row]:
    need("tesseract")
    pages = choose_pages(chosen, work / "pages")
    images = [page.image for page in pages]
    results = interleaved(contestants(images, work, chosen.digitize), chosen.rounds)
    ours = our_reading(results["read"][0].stdout, images)
    stock = Reading([_text(work / "tesseract-0", image) for image in images], [None] * len(pages), [{} for _ in pages])
    costs = {name: median_cost([done.cost for done in runs]) for name, runs in results.items()}
    own = chosen.corpus is None
    return [
        *quality(pages, ours, stock, targets=CER),
        *found_rows(pages, ours, stock, own=own),
        *speed(len(pages), costs),
    ]


def choose_pages(chosen: argparse.Namespace, work: Path) -> list[TruePage]:
    if chosen.corpus is None:
        say("drawing pages")
        return made_pages(work, chosen.pages, chosen.seed)
    pages: list[TruePage] = []
    counts: dict[str, int] = {}
    for page in folder_pages(chosen.corpus):
        counts[page.level] = counts.get(page.level, 0) + 1
        if counts[page.level] <= chosen.pages:
            pages.append(page)
    if not pages:
        raise SystemExit(2)
    return pages


def contestants(images: Sequence[Path], work: Path, digitize: bool) -> dict[str, Any]:
    names = [str(image) for image in images]
    found: dict[str, Any] = {
        "read": lambda n: run([*WORKSTATION, "read", "--json", *names], work / f"read-{n}", accept=(0, 1)),
        "tesseract": lambda n: tesseract_two_at_a_time(images, work / f"tesseract-{n}"),
    }
    if digitize:
        command = [*WORKSTATION, "digitize", "--json", "--code", "BENCH"]
        found["digitize"] = lambda n: run([*command, "-o", str(work / f"out-{n}"), *names], work / f"digitize-{n}", accept=(0, 1))
    if ocrmypdf() is not None:
        pdf = make_pdf(images, work / "pages.pdf")
        found["ocrmypdf"] = lambda n: run(
            [str(ocrmypdf()), "-q", "-l", "vie", str(pdf), str(work / f"ocrmypdf-{n}.pdf")], work / f"ocrmypdf-{n}"
        )
    return found


def our_reading(stdout: str, images: Sequence[Path]) -> Reading:
    by_name = {row["file"]: row for row in json.loads(stdout)["files"]}
    texts: list[str] = []
    rotations: list[int | None] = []
    fields: list[dict[str, str]] = []
    for image in images:
        row = by_name[str(image)]
        page = row["pages"][0] if row["pages"] else {}
        texts.append(page.get("text", ""))
        rotations.append(page.get("rotation"))
        fields.append({n: f["value"] for document in row["documents"] for n, f in document["fields"].items()})
    return Reading(texts, rotations, fields)


def _text(folder: Path, image: Path) -> str:
    return (folder / f"{image.parent.name}-{image.stem}.txt").read_text("utf-8", "replace")


# --- rows


def quality(pages: Sequence[TruePage], ours: Reading, stock: Reading, targets: Mapping[str, Target]) -> list[Row]:
    """Error rates a level over upright pages; turned pages apart, since stock Tesseract does not turn pages."""
    rows: list[Row] = []
    levels = [*dict.fromkeys(page.level for page in pages)]
    groups = [(level, [i for i, p in enumerate(pages) if p.level == level and not p.turn]) for level in levels]
    turned = [i for i, p in enumerate(pages) if p.turn]
    for group, indexes in [*groups, *([("turned", turned)] if turned else [])]:
        mine, theirs = (_total(pages, r.texts, indexes) for r in (ours, stock))
        note = f"{len(indexes)} pages, {mine.chars} characters"
        rows += [
            Row(f"CER {group}", mine.cer, "%", targets.get(group), note),
            Row(f"CER {group}, tesseract", theirs.cer, "%"),
            Row(f"WER {group}", mine.wer, "%"),
            Row(f"WER {group}, tesseract", theirs.wer, "%"),
            Row(f"words found {group}", mine.found, "%"),
            Row(f"words found {group}, tesseract", theirs.found, "%"),
        ]
    if turned:
        right = sum(ours.rotations[i] == -pages[i].turn % 360 for i in turned)
        rows.append(Row("turned pages set upright", share(right, len(turned)), "%", note=f"of {len(turned)}"))
    return rows


def _total(pages: Sequence[TruePage], texts: Sequence[str], indexes: Sequence[int]) -> TextScore:
    return sum((score(texts[i], pages[i].references) for i in indexes), TextScore())


def found_rows(pages: Sequence[TruePage], ours: Reading, stock: Reading, *, own: bool) -> list[Row]:
    """Fields whose value stands in the text, and fields that the reader gave with the right value (see ``bench index``)."""
    rows = []
    for level in dict.fromkeys(page.level for page in pages):
        indexes = [i for i, p in enumerate(pages) if p.level == level and not p.turn]
        for who, reading in (("", ours), (", tesseract", stock)):
            counts = [fields_in_text(pages[i], reading.texts[i]) for i in indexes]
            hits, asked = sum(c[0] for c in counts), sum(c[1] for c in counts)
            rows.append(Row(f"fields found in the text {level}{who}", share(hits, asked), "%", note=f"of {asked}"))
        named = [(n, v, ours.fields[i].get(n, "")) for i in indexes for n, v in pages[i].fields.items() if n in FIELD_NAMES]
        right = sum(same_value(n, v, read) for n, v, read in named)
        note = f"of {len(named)}" + ("" if own else "; a corpus may word a field differently from the reader")
        rows.append(Row(f"fields given right {level}", share(right, len(named)), "%", note=note))
    return rows


def speed(count: int, costs: Mapping[str, Cost]) -> list[Row]:
    rows: list[Row] = []
    names = {"read": "read", "tesseract": "tesseract 2 at a time", "digitize": "digitize", "ocrmypdf": "ocrmypdf"}
    for key, cost in costs.items():
        target = DIGITIZE_PPM if key == "digitize" else None
        rows += [
            Row(f"pages/min {names[key]}", 60 * count / cost.seconds, "pages/min", target),
            Row(f"CPU a page {names[key]}", cost.cpu / count, "s"),
        ]
    read, stock = costs["read"], costs["tesseract"]
    rows += [
        Row("peak memory a worker", read.worker, "MiB", WORKER_MIB, "a page worker with its tesseract"),
        Row("peak memory of the whole command", read.whole, "MiB"),
        Row("read / tesseract, pages/min", ratio(stock.seconds, read.seconds), "times"),
        Row("read / tesseract, CPU", ratio(read.cpu, stock.cpu), "times"),
    ]
    rival = costs.get("ocrmypdf")
    if rival is None:
        rows.append(Row("pages/min ocrmypdf", None, "pages/min", note="ocrmypdf is not on PATH"))
    elif "digitize" in costs:
        rows.append(Row("digitize / ocrmypdf, pages/min", ratio(rival.seconds, costs["digitize"].seconds), "times", VS_OCRMYPDF))
    else:
        rows.append(Row("read / ocrmypdf, pages/min", ratio(rival.seconds, read.seconds), "times"))
    return rows
