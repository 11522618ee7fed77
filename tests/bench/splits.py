"""How well stacks of papers are split: what the machine splits by itself, and what it suggests, against where documents begin."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from ocr.codes import find_codes
from ocr.frames import load_frame
from tests.bench.corpus import LEVELS, write_images
from tests.bench.processes import say
from tests.bench.rows import Row, at_least, at_most, share
from tests.pagemaker import Kind, PageSpec, random_case
from tests.pagemaker.kinds import write
from workstation.app.paper_lane import page_lane, page_tools
from workstation.domain.ids import Sha256
from workstation.domain.page import PageText
from workstation.domain.pagejobs import PageJob, PageTools
from workstation.rules.reader import load_rules
from workstation.usecases.office import PAGE_SECONDS

KINDS = (
    Kind.DECISION, Kind.APPLICATION, Kind.BLANK, Kind.LETTER, Kind.BIRTH_CERTIFICATE, Kind.CERTIFIED_COPY, Kind.DECISION,
    Kind.BLANK, Kind.NOTICE, Kind.LIST, Kind.HAND_NUMBERED,
)  # fmt: skip
"""One stack; a blank page is the back of what lies before it."""


HEAD = 0.4
"""Share of a page."""


@dataclass(frozen=True, slots=True)
class Stack:
    level: str
    images: tuple[Path, ...]
    begins: frozenset[int]
    """Pages on which a document begins, without the first."""


@dataclass(frozen=True, slots=True)
class Judged:
    level: str
    begins: frozenset[int]
    split: frozenset[int]
    suggested: frozenset[int]


def measure(work: Path, count: int, seed: int) -> list[Row]:
    """``count``: stacks a level."""
    say("drawing stacks")
    stacks = make_stacks(work, count, seed)
    say("reading stacks")
    texts = read(stacks, work / "cache")
    tools = page_tools(load_rules(), attended=True)
    judged = [_judged(tools, stack, found) for stack, found in zip(stacks, texts, strict=True)]
    headless = [_judged(tools, s, without_heads(found, s.begins)) for s, found in zip(stacks, texts, strict=True)]
    levels = [row for level in LEVELS for row in rows(level, [j for j in judged if j.level == level])]
    return [*levels, *rows("heads unread", headless)[2:], codes_row([path for stack in stacks for path in stack.images])]


def make_stacks(work: Path, count: int, seed: int) -> list[Stack]:
    jobs, stacks = [], []
    for at, (level, wear) in enumerate(LEVELS.items()):
        for number in range(count):
            specs, begins = _stack(seed + 1000 * at + 50 * number)
            paths = tuple(work / f"{level}-{number}" / f"{n:03d}.jpg" for n in range(len(specs)))
            jobs += [(path, replace(spec, wear=wear)) for path, spec in zip(paths, specs, strict=True)]
            stacks.append(Stack(level, paths, begins))
    write_images(jobs)
    return stacks


def _stack(seed: int) -> tuple[list[PageSpec], frozenset[int]]:
    specs: list[PageSpec] = []
    begins = set[int]()
    for n, kind in enumerate(KINDS):
        own = seed + n
        if kind is not Kind.BLANK and specs:
            begins.add(len(specs))
        specs += [PageSpec(kind, page, own, 200) for page in range(len(write(kind, random_case(own), 200).sheets))]
    return specs, frozenset(begins)


def without_heads(texts: Sequence[PageText | None], begins: frozenset[int]) -> list[PageText | None]:
    """As if nothing in the upper part of a document's first page could be read: only the weaker signs are left."""
    return [
        replace(text, words=tuple(w for w in text.words if w.box[1] > HEAD * text.height_px)) if text and n in begins else text
        for n, text in enumerate(texts)
    ]


def codes_row(images: Sequence[Path]) -> Row:
    """What looking for codes costs on pages that have none."""
    seconds = []
    for path in images:
        frame = load_frame(path, 0)
        begun = time.process_time()
        find_codes(frame.pixels, frame.dpi)
        seconds.append(time.process_time() - begun)
    return Row("CPU a page, looking for codes", 1000 * sum(seconds) / len(seconds), "ms", at_most(40), f"of {len(seconds)}")


def read(stacks: Sequence[Stack], cache: Path) -> list[list[PageText | None]]:
    """As the desktop reads them."""
    tools, lane = page_tools(load_rules(), attended=True), page_lane()
    try:
        reading = [
            [lane.submit(tools.process, _job(path, cache), timeout=PAGE_SECONDS) for path in stack.images] for stack in stacks
        ]
        return [[None if (page := f.result()).blank else page.text for f in futures] for futures in reading]
    finally:
        lane.close()


def _job(path: Path, cache: Path) -> PageJob:
    return PageJob(path, Sha256(sha256(path.read_bytes()).hexdigest()), 0, cache)


def _judged(tools: PageTools, stack: Stack, texts: Sequence[PageText | None]) -> Judged:
    split, suggested = set[int](), set[int]()
    for draft in tools.split(texts):
        split.add(draft.pages[0])
        cues = tools.cues([texts[n] for n in draft.pages])
        suggested |= {n for n, cue in zip(draft.pages, cues, strict=True) if cue is not None}
    return Judged(stack.level, stack.begins, frozenset(split - {0}), frozenset(suggested))


def rows(level: str, judged: Sequence[Judged]) -> list[Row]:
    def counted(which: str) -> tuple[int, int]:
        """Right ones, and all."""
        given = [(getattr(j, which), j.begins) for j in judged]
        return sum(len(g & b) for g, b in given), sum(len(g) for g, _ in given)

    begins = sum(len(j.begins) for j in judged)
    right, splits = counted("split")
    helped, suggested = counted("suggested")
    return [
        Row(f"splits {level}, precision", share(right, splits), "%", at_least(100), f"{right} of {splits}"),
        Row(f"splits {level}, recall", share(right, begins), "%", note=f"{right} of {begins}"),
        Row(f"suggestions {level}, precision", share(helped, suggested), "%", note=f"{helped} of {suggested}"),
        Row(f"splits and suggestions {level}, recall", share(right + helped, begins), "%", at_least(95), f"of {begins}"),
    ]
