"""``bench capture``, the parts in a real window (Xvfb): children of ``tests.bench.capture_window`` and what they tell."""

from pathlib import Path
from typing import Any

from tests.bench.corpus import made_pages
from tests.bench.peers import make_pdf
from tests.bench.processes import CommandError, say
from tests.bench.rows import Row, at_most
from tests.bench.shown import told_by
from tests.bench.ticks import TICK_MS, longest, p99
from tests.pagemaker import quick_page, save_page
from workstation.app import training

P99_MS, MAX_MS, MEMORY_MB, THUMBNAIL_MS = at_most(16), at_most(100), at_most(350), at_most(500)
"""Issue 6."""
LIMIT_SECONDS = 900
_DIFFERENT = 8
_SHEETS = 8
"""So many tiles are seen at once in a window of 1366 × 697."""


def arriving(count: int, work: Path) -> list[Row]:
    """``count`` files are taken in at once by the window, then read for a while, by real workers."""
    told = _child("arriving", _copies(count, work), work)
    if told["pages"] != count:
        raise CommandError(f"{told['pages']} of {count} pages arrived")
    late, alone = told["late"], told["alone"]
    return [
        Row(f"UI stall p99 while {count} pages arrive", p99(late), "ms", P99_MS, f"{len(late)} ticks of {TICK_MS} ms; then read"),
        Row(f"UI stall max while {count} pages arrive", longest(late), "ms", MAX_MS, "beyond the tick"),
        Row("UI stall p99, nothing arriving", p99(alone), "ms", note=f"the machine's share; max {longest(alone):.0f} ms"),
        Row("UI thread's own work p99 meanwhile", p99(late, 1), "ms", P99_MS, f"CPU; max {longest(late, 1):.0f} ms"),
        Row("pages/min into the window", 60 * count / told["seconds"][0], "pages/min", note="inspected, fsynced, recorded"),
        Row(f"UI process, {count} pages arrived", told["memory"], "MiB", MEMORY_MB),
    ]


def thumbnails(work: Path) -> list[Row]:
    """Sheet by sheet as from a feeder, A4 at 300 dpi in colour, JPEG."""
    told = _child("sheets", _copies(3 * _SHEETS, work), work)
    rows = []
    for name, note in (("idle", "nothing is read"), ("busy", f"all workers read; {told['unread']} pages left at the end")):
        times = sorted(told[name])
        if name == "busy" and not told["unread"]:
            raise CommandError("the other dossier was read before the last sheet came")
        rows += [
            Row(f"sheet to thumbnail p50, {name}", times[len(times) // 2], "ms", note=note),
            Row(f"sheet to thumbnail max, {name}", times[-1], "ms", THUMBNAIL_MS, f"of {len(times)} sheets"),
        ]
    return rows


def large(count: int, work: Path) -> list[Row]:
    """A dossier of ``count`` pages, shown and scrolled through from first to last page, twice."""
    images = [work / f"quick-{seed}.jpg" for seed in range(_DIFFERENT)]
    work.mkdir(parents=True, exist_ok=True)
    for seed, image in enumerate(images):
        save_page(image, quick_page(seed))
    folder = work / "files"
    folder.mkdir()
    make_pdf([images[i % _DIFFERENT] for i in range(count)], folder / f"whole-{count}.pdf")
    told = _child("large", folder, work)
    alone = told["alone"]
    rows = [
        Row("UI stall p99, nothing done", p99(alone), "ms", note=f"the machine's share; max {longest(alone):.0f} ms"),
        Row(f"UI stall max as {count} pages are first shown", longest(told["shown"]), "ms", MAX_MS),
    ]
    for name, key in (("scrolling", "first"), ("scrolling again", "again"), ("pages change", "changing")):
        late = told[key]
        rows += [
            Row(f"UI stall p99, {count} pages, {name}", p99(late), "ms", P99_MS, f"{len(late)} ticks of {TICK_MS} ms"),
            Row(f"UI stall max, {count} pages, {name}", longest(late), "ms", MAX_MS, "beyond the tick"),
            Row(f"UI thread's own work p99, {count} pages, {name}", p99(late, 1), "ms", P99_MS, f"max {longest(late, 1):.0f} ms"),
        ]
    return [*rows, Row(f"UI process, {count} pages", told["memory"], "MiB", MEMORY_MB, "its highest, after all was seen")]


def _copies(count: int, work: Path) -> Path:
    """Files of pages, no two with the same bytes: what is there is not taken in again."""
    say("drawing pages")
    images = [page.image for page in made_pages(work / "pages", _DIFFERENT, seed=900, levels=("clean",))]
    folder = work / "files"
    folder.mkdir()
    for number in range(count):
        data = images[number % len(images)].read_bytes()
        (folder / f"{number:04d}.jpg").write_bytes(data + number.to_bytes(4, "big"))
    return folder


def _child(what: str, files: Path, work: Path) -> dict[str, Any]:
    say(f"the window: {what}")
    home = work / "home"
    training.prepare(home)
    return told_by("tests.bench.capture_window", what, home, files, seconds=LIMIT_SECONDS)
