"""``bench read``: how well and how fast pages are read, beside its peers on the same images in the same run."""

import argparse
import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import add
from pathlib import Path
from typing import Any

from PIL import Image

from tests.bench import soak, unread
from tests.bench.corpus import LEVELS, TruePage, dirtied, fields_in_text, folder_pages, made_pages, same_value
from tests.bench.peers import core_seconds, engine_alone, layer_texts, make_pdf, ocrmypdf, run_ocrmypdf, tesseract_two_at_a_time
from tests.bench.processes import WORKSTATION, Cost, Done, interleaved, median, median_cost, need, run, say
from tests.bench.rows import Row, at_least, at_most, ratio, share
from tests.bench.text import TextScore, score
from workstation.domain.fields import FIELD_NAMES

CER = {"clean": at_most(0.5), "office": at_most(1.2), "bad": at_most(8)}
"""Issue 3, of pages that tuning never saw."""
WORKER_MIB = at_most(400)
DIGITIZE_PPM = at_least(60)
VS_OCRMYPDF = at_least(2)
VS_CORE = at_most(1.15)
OWN = "page maker"

READERS = {"read": "", "tesseract": ", tesseract", "engine": ", engine alone", "ocrmypdf": ", ocrmypdf"}
"""Contestants whose text is judged, and how their rows are called."""
TITLES = {
    "read": "read", "digitize": "digitize", "compact": "digitize compact", "ocrmypdf": "ocrmypdf", "ocrmypdf-O3": "ocrmypdf -O3",
    "tesseract": "tesseract 2 at a time", "engine": "engine alone",
}  # fmt: skip


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--corpus", type=Path, action="append", help="a folder of image + .txt + .json instead of made pages; may be repeated"
    )
    parser.add_argument("--pages", type=int, help="pages a level of each corpus (default: made 8, of a corpus the first 20)")
    parser.add_argument("--seed", type=int, default=700, help="of the first made page; each has its own (default 700)")
    parser.add_argument("--rounds", type=int, default=3, help="of the interleaved timing (default 3)")
    parser.add_argument("--without", action="append", default=[], choices=[n for n in TITLES if n != "read"], help="a contestant")
    parser.add_argument(
        "--dirt", type=int, default=0, metavar="N", help="first draw N lines down each page, as dirt on the glass does"
    )
    parser.add_argument("--soak", type=int, metavar="N", help="only: memory on files of N small pages beside a tenth of them")


@dataclass(slots=True)
class Sample:
    """One page and what was made of it."""

    corpus: str
    page: TruePage
    texts: dict[str, str] = field(default_factory=dict)
    rotation: int | None = None
    fields: dict[str, str] = field(default_factory=dict)
    losses: unread.Losses | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """The pages of one level of one corpus: one file for those who take files."""

    level: str
    samples: list[Sample]
    costs: dict[str, Cost]
    sizes: dict[str, int]
    """Bytes of what was written, and of the pages as they came."""
    core: float
    """CPU seconds of our cleaning, preparation and recognition."""


def measure(chosen: argparse.Namespace, work: Path) -> list[Row]:
    need("tesseract")
    if chosen.soak:
        return soak.rows(chosen.soak, work)
    groups = [
        measure_group(level, samples, chosen, work / f"{i}-{level}")
        for i, (level, samples) in enumerate(choose_samples(chosen, work / "pages"))
    ]
    samples = [s for g in groups for s in g.samples]
    corpora = list(dict.fromkeys(s.corpus for s in samples))
    rows = [*quality(samples, ""), *speed(groups)]
    for corpus in corpora if len(corpora) > 1 else ():
        rows += [
            Row(r.name, r.value, r.unit, None, r.note)
            for r in quality([s for s in samples if s.corpus == corpus], f" · {corpus}")
        ]
    return rows


def choose_samples(chosen: argparse.Namespace, work: Path) -> list[tuple[str, list[Sample]]]:
    """Levels of each corpus; SystemExit 2 without a page."""
    found: list[tuple[str, list[Sample]]] = []
    if chosen.corpus is None:
        say("drawing pages")
        corpora = {OWN: made_pages(work, chosen.pages or 8, chosen.seed)}
    else:
        corpora = {folder.resolve().name: folder_pages(folder) for folder in chosen.corpus}
    for corpus, pages in corpora.items():
        for level in dict.fromkeys(page.level for page in pages):
            own = [page for page in pages if page.level == level][: chosen.pages or 20]
            own = [dirtied(page, chosen.dirt, work / "dirty" / corpus) for page in own] if chosen.dirt else own
            found.append((level, [Sample(corpus, page) for page in own]))
    if not found:
        raise SystemExit(2)
    return found


# --- contestants


def measure_group(level: str, samples: list[Sample], chosen: argparse.Namespace, work: Path) -> Group:
    images = [s.page.image for s in samples]
    say(f"{samples[0].corpus}, {level}: {len(images)} pages")
    work.mkdir(parents=True)
    pdf = make_pdf(images, work / "pages.pdf")
    taking_part = {name: one for name, one in contestants(images, pdf, work).items() if name not in chosen.without}
    cores: list[float] = []
    if "digitize" in taking_part:
        taking_part["core"] = lambda n: _core(images, work / f"core-{n}", cores)
    results = interleaved(taking_part, chosen.rounds)
    keep_reading(samples, json.loads(results["read"][0].stdout))
    for name in set(READERS) & set(results) - {"read"}:
        texts = layer_texts(work / "ocrmypdf-0.pdf") if name == "ocrmypdf" else [_text(work / f"{name}-0", i) for i in images]
        for sample, text in zip(samples, texts, strict=True):
            sample.texts[name] = text
    sizes = {"as scanned": sum(image.stat().st_size for image in images)}
    for name in ("digitize", "compact"):
        if name in results:
            documents = [d for f in json.loads(results[name][0].stdout)["files"] for d in f["documents"]]
            sizes[name] = sum(d["bytes"] or 0 for d in documents)
    sizes |= {n: (work / f"{n}-0.pdf").stat().st_size for n in ("ocrmypdf", "ocrmypdf-O3") if n in results}
    costs = {name: median_cost([done.cost for done in runs]) for name, runs in results.items() if name != "core"}
    return Group(level, samples, costs, sizes, median(cores) if cores else 0.0)


def contestants(images: Sequence[Path], pdf: Path, work: Path) -> dict[str, Callable[[int], Done]]:
    names = [str(image) for image in images]
    command = [*WORKSTATION, "digitize", "--json", "--code", "BENCH"]

    def digitize(name: str, *more: str) -> Callable[[int], Done]:
        out = work / f"out-{name}"
        return lambda n: run([*command, *more, "-o", f"{out}-{n}", str(pdf)], work / f"{name}-{n}", accept=(0, 1))

    found: dict[str, Callable[[int], Done]] = {
        "read": lambda n: run([*WORKSTATION, "read", "--json", *names], work / f"read-{n}", accept=(0, 1)),
        "digitize": digitize("digitize"),
        "compact": digitize("compact", "--form", "compact"),
        "tesseract": lambda n: tesseract_two_at_a_time(images, work / f"tesseract-{n}"),
        "engine": lambda n: engine_alone(images, work / f"engine-{n}"),
    }
    if ocrmypdf() is not None:
        found["ocrmypdf"] = lambda n: run_ocrmypdf(pdf, work / f"ocrmypdf-{n}.pdf", work / f"ocrmypdf-{n}")
    if ocrmypdf() is not None and shutil.which("pngquant"):  # without it, -O2 and -O3 refuse to start
        found["ocrmypdf-O3"] = lambda n: run_ocrmypdf(pdf, work / f"ocrmypdf-O3-{n}.pdf", work / f"ocrmypdf-O3-{n}", "-O3")
    return found


def _core(images: Sequence[Path], work: Path, seconds: list[float]) -> Done:
    done = core_seconds(images, work)
    seconds.append(float(done.stdout))
    return done


def _text(folder: Path, image: Path) -> str:
    return (folder / f"{image.parent.name}-{image.stem}.txt").read_text("utf-8", "replace")


def keep_reading(samples: Sequence[Sample], told: dict[str, Any]) -> None:
    """What ``workstation read --json`` says, kept with each page."""
    by_name = {row["file"]: row for row in told["files"]}
    for sample in samples:
        row = by_name[str(sample.page.image)]
        page = row["pages"][0] if row["pages"] else {}
        sample.texts["read"] = page.get("text", "")
        sample.rotation = page.get("rotation")
        sample.fields = {n: f["value"] for document in row["documents"] for n, f in document["fields"].items()}
        if page.get("width_px") and _placed(sample.page.image):
            with Image.open(sample.page.image) as image:
                sample.losses = unread.page_losses(sample.page.image, page, image.size)


def _placed(image: Path) -> bool:
    """Whether the truth says where its lines stand."""
    truth = image.with_suffix(".json")
    return truth.is_file() and not {"lines", "zones"}.isdisjoint(json.loads(truth.read_text("utf-8")))


# --- rows


def quality(samples: Sequence[Sample], suffix: str) -> list[Row]:
    """Error rates a level over upright pages; turned pages apart, since stock Tesseract does not turn pages."""
    levels = list(dict.fromkeys(s.page.level for s in samples))
    rows: list[Row] = []
    for level in levels:
        upright = [s for s in samples if s.page.level == level and not s.page.turn]
        rows += [*_scores(upright, level, suffix), *found_rows(upright, level, suffix)]
        losses = [s.losses for s in upright if s.losses is not None]
        if losses:
            rows += unread.rows(level + suffix, reduce(add, losses))
    turned = [s for s in samples if s.page.turn]
    if turned:
        right = sum(s.rotation == -s.page.turn % 360 for s in turned)
        rows += [
            *_scores(turned, "turned", suffix),
            Row(f"turned pages set upright{suffix}", share(right, len(turned)), "%", note=f"of {len(turned)}"),
        ]
    return rows


def _scores(samples: Sequence[Sample], group: str, suffix: str) -> list[Row]:
    rows = []
    for name, who in READERS.items():
        if all(name in s.texts for s in samples):
            total = sum((score(s.texts[name], s.page.references) for s in samples), TextScore())
            target = CER.get(group) if name == "read" else None
            note = f"{len(samples)} pages, {total.chars} characters" if name == "read" else ""
            rows += [
                Row(f"CER {group}{who}{suffix}", total.cer, "%", target, note),
                Row(f"WER {group}{who}{suffix}", total.wer, "%"),
                Row(f"words found {group}{who}{suffix}", total.found, "%"),
            ]
    return sorted(rows, key=lambda row: ("CER", "WER", "words").index(row.name.split()[0]))


def found_rows(samples: Sequence[Sample], level: str, suffix: str) -> list[Row]:
    """Fields whose value stands in the text, and fields that the reader gave with the right value (see ``bench index``)."""
    rows = []
    for name, who in READERS.items():
        if all(name in s.texts for s in samples):
            counts = [fields_in_text(s.page, s.texts[name]) for s in samples]
            hits, asked = sum(c[0] for c in counts), sum(c[1] for c in counts)
            rows.append(Row(f"fields found in the text {level}{who}{suffix}", share(hits, asked), "%", note=f"of {asked}"))
    named = [(n, v, s.fields.get(n, "")) for s in samples for n, v in s.page.fields.items() if n in FIELD_NAMES]
    right = sum(same_value(n, v, read) for n, v, read in named)
    own = all(s.corpus == OWN for s in samples)
    note = f"of {len(named)}" + ("" if own else "; a corpus may word a field differently from the reader")
    return [*rows, Row(f"fields given right {level}{suffix}", share(right, len(named)), "%", note=note)]


def speed(groups: Sequence[Group]) -> list[Row]:
    """Of all pages, then of each level. A file is one level of one corpus."""
    rows = _speed(groups, "")
    levels = [level for level in LEVELS if any(g.level == level for g in groups)]
    for level in levels if len(levels) > 1 else ():
        rows += _speed([g for g in groups if g.level == level], f" {level}")
    return rows


def _speed(groups: Sequence[Group], suffix: str) -> list[Row]:
    count = sum(len(g.samples) for g in groups)
    costs: Mapping[str, Cost] = {name: reduce(add, (g.costs[name] for g in groups)) for name in groups[0].costs}
    rows: list[Row] = []
    for name, cost in costs.items():
        target = DIGITIZE_PPM if name == "digitize" else None
        rows += [
            Row(f"pages/min {TITLES[name]}{suffix}", 60 * count / cost.seconds, "pages/min", target, f"{count} pages"),
            Row(f"CPU a page {TITLES[name]}{suffix}", cost.cpu / count, "s"),
            Row(f"peak memory of the whole command {TITLES[name]}{suffix}", cost.whole, "MiB"),
        ]
    ours = [cost.worker for name, cost in costs.items() if name in ("read", "digitize", "compact")]
    rows.append(Row(f"peak memory a worker{suffix}", max(ours), "MiB", WORKER_MIB, "of read and digitize"))
    rows += [
        Row(f"bytes a page {TITLES.get(name, name)}{suffix}", sum(g.sizes[name] for g in groups) / count / 1000, "kB")
        for name in groups[0].sizes
    ]
    return [*rows, *_ratios(groups, costs, suffix)]


def _ratios(groups: Sequence[Group], costs: Mapping[str, Cost], suffix: str) -> list[Row]:
    rows = []
    if "digitize" in costs:
        core = sum(g.core for g in groups)
        note = f"{core / sum(len(g.samples) for g in groups):.2f} s CPU a page"
        rows.append(Row(f"digitize / (preparation + recognition), CPU{suffix}", ratio(costs["digitize"].cpu, core), "times",
                        VS_CORE, note))  # fmt: skip
    for one, other in (("digitize", "ocrmypdf"), ("compact", "ocrmypdf-O3"), ("read", "tesseract"), ("read", "engine")):
        if one in costs and other in costs:
            a, b, name = costs[one], costs[other], f"{TITLES[one]} / {TITLES[other]}"
            target = VS_OCRMYPDF if other == "ocrmypdf" else None
            rows += [
                Row(f"{name}, pages/min{suffix}", ratio(b.seconds, a.seconds), "times", target),
                Row(f"{name}, CPU{suffix}", ratio(a.cpu, b.cpu), "times"),
            ]
    for name, tool in (("ocrmypdf", "ocrmypdf"), ("ocrmypdf -O3", "ocrmypdf or pngquant")):
        if name.replace(" ", "") not in costs:
            rows.append(Row(f"pages/min {name}{suffix}", None, "pages/min", note=f"{tool} is not installed, or was left out"))
    return rows
