"""Precision and recall of each page finding on drawn pages with planted faults. Tuned on seeds below 1800, measured on others."""

import argparse
import hashlib
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from PIL import Image

from ocr.likeness import compare
from ocr.worker import process_page
from tests.bench.processes import say
from tests.bench.rows import Row, at_least, share
from tests.pagemaker import BAD, CLEAN, OFFICE, Case, Kind, MadePage, PageSpec, faults, make_page, random_case
from tests.pagemaker.faults import SIDES, SKIN, WOOD, Rgb8
from workstation.domain.findings import FindingLimits
from workstation.domain.ids import Sha256
from workstation.domain.likeness import candidates
from workstation.domain.pagejobs import PageJob, PageLook, PagePair

SEED = 1800
DPI = 200
MM = DPI / 25.4
LIMITS = FindingLimits(min_dpi=200)
KINDS = (
    (Kind.DECISION, 0), (Kind.APPLICATION, 0), (Kind.LETTER, 0), (Kind.BIRTH_CERTIFICATE, 0), (Kind.LIST, 0), (Kind.NOTICE, 0),
)  # fmt: skip
LEVELS = {"clean": CLEAN, "office": OFFICE, "bad": BAD}
PLANTED = (
    "dpi", "color", "blur", "skew", "dark", "contrast", "clipped", "blank", "thumb", "folded", "cut_off", "upside_down",
    "duplicate",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sample:
    name: str
    pixels: Rgb8
    planted: frozenset[str] = frozenset()
    dpi: float = DPI
    mode: str = "RGB"
    file: bytes = b""
    """Instead of the pixels."""
    either: frozenset[str] = frozenset()
    """Findings that are right either way."""
    read: bool = False


Rng = np.random.Generator


def _s(name: str, pixels: Rgb8, *planted: str, either: str = "") -> Sample:
    return Sample(name, pixels, frozenset(planted), either=frozenset(either.split()))


def _edges(page: MadePage, pixels: Rgb8, level: str, rng: Rng) -> Iterator[Sample]:
    side = SIDES[int(rng.integers(4))]
    into = float(rng.uniform(9, 14) if level == "bad" else rng.uniform(2.5, 12))
    yield _s(f"cut {side} {into:.1f} mm", faults.cut_through(pixels, page.lines, side, MM, into), "clipped")
    if level != "bad":
        near = -float(rng.uniform(1.2, 4))
        yield _s(f"margin {side} {-near:.1f} mm", faults.cut_through(pixels, page.lines, side, MM, near))
        x, radius = (float(v) for v in (rng.uniform(4, 13), rng.uniform(15, 18)))
        yield _s("seal cut", faults.sealed(pixels, rng, MM, pixels.shape[1] / MM - x, rng.uniform(60, 240), radius), "clipped")
        whole = pixels.shape[1] / MM - radius - float(rng.uniform(1, 3))
        yield _s("seal whole at the edge", faults.sealed(pixels, rng, MM, whole, rng.uniform(60, 240), radius))
    lid = 7.0 if level == "bad" else 0.0  # left of the paper
    yield _s("holes", faults.holes(pixels, MM, from_edge_mm=12 + lid))
    yield _s("streak", faults.streak(pixels, rng, MM))
    if level != "bad":  # crooked, and its rules would be so too
        yield _s("exercise book", faults.ruled(pixels, MM), either="contrast blur skew")


def _covers(pixels: Rgb8, level: str, rng: Rng) -> Iterator[Sample]:
    sides = ("top", "right") if level == "bad" else SIDES  # the black borders of the others would hide most of it
    wide, reach = float(rng.uniform(15, 22)), float(rng.uniform(9, 32))
    colour = SKIN[int(rng.integers(len(SKIN)))]
    hand = faults.finger(pixels, rng, MM, sides[int(rng.integers(len(sides)))], wide, reach, colour)
    yield _s(f"finger {reach:.0f} mm", hand, "thumb", either="clipped folded")
    held = faults.clamp(
        pixels, rng, MM, sides[int(rng.integers(len(sides)))], float(rng.uniform(14, 32)), float(rng.uniform(7, 14))
    )
    yield _s("clamp", held, "thumb", either="clipped")
    tip = faults.finger(pixels, rng, MM, sides[int(rng.integers(len(sides)))], 16, float(rng.uniform(0.5, 2)), colour)
    yield _s("finger at the very edge", tip, either="clipped")
    table = WOOD[int(rng.integers(len(WOOD)))]
    lain = partial(faults.on_table, rng=rng, mm=MM, margin_mm=float(rng.uniform(8, 25)), turn_deg=float(rng.uniform(-2, 2)))
    yield _s("on a table", lain(pixels, colour=table), either="skew clipped")
    yield _s("fingerprint", faults.fingerprint_ink(pixels, rng, MM, rng.uniform(30, 170), rng.uniform(40, 250)), either="clipped")
    corner, leg = int(rng.integers(4)), float(rng.uniform(24 if level == "bad" else 14, 40))
    yield _s(f"folded {leg:.0f} mm", faults.folded(pixels, rng, MM, leg, corner), "folded", either="clipped")
    yield _s("dog ear of 5 mm", faults.folded(pixels, rng, MM, 5, corner), either="clipped")


def _tones(pixels: Rgb8, level: str, rng: Rng) -> Iterator[Sample]:
    yield _s("too dark", faults.darkened(pixels, float(rng.uniform(0.1, 0.3))), "dark", either="contrast blur blank")
    yield _s("dim", faults.darkened(pixels, float(rng.uniform(0.5, 0.8))))
    if level != "bad":
        yield _s("too pale", faults.faded(pixels, MM, float(rng.uniform(0.28, 0.36))), "contrast", either="blur")
        yield _s("pale", faults.faded(pixels, MM, float(rng.uniform(0.5, 0.7))))
    axis = ("both", "x", "y")[int(rng.integers(3))]
    yield _s(f"blurred {axis}", faults.blurred(pixels, MM, float(rng.uniform(0.16, 0.3)), axis), "blur", either="contrast")
    if level == "clean":
        yield _s("soft", faults.blurred(pixels, MM, float(rng.uniform(0.02, 0.05))))
    turn = float(rng.uniform(11.5, 18) * rng.choice((-1, 1)))
    if level != "bad":
        yield _s(f"crooked {turn:.0f}°", faults.skewed(pixels, turn), "skew", either="clipped")
        yield _s("a little crooked", faults.skewed(pixels, float(rng.uniform(3, 8))), either="clipped")


def _files(pixels: Rgb8, rng: Rng) -> Iterator[Sample]:
    yield Sample("150 dpi", pixels, frozenset({"dpi"}), dpi=150, either=frozenset({"blur"}))
    yield Sample("grey", pixels, frozenset({"color"}), mode="L")
    whole = _s("", pixels)
    kept = float(rng.uniform(0.3, 0.9))
    lost = frozenset({"cut_off"})
    yield replace(whole, name=f"{kept:.0%} of the file", planted=lost, file=faults.lost_tail(pixels, kept, dpi=(DPI, DPI)),
                  either=frozenset({"clipped", "contrast", "blur", "blank", "skew", "dark", "thumb"}))  # fmt: skip


def page_samples(spec: PageSpec, level: str) -> Iterator[Sample]:
    """A drawn page as it is, and with every fault once."""
    page = make_page(spec)
    pixels = np.asarray(page.image)
    rng = np.random.default_rng(spec.seed)
    yield _s("as it is", pixels)
    yield from _edges(page, pixels, level, rng)
    yield from _covers(pixels, level, rng)
    yield from _tones(pixels, level, rng)
    yield from _files(pixels, rng)


def backs(seed: int, level: str) -> Iterator[Sample]:
    """Blank backs and what is nearly blank."""
    rng = np.random.default_rng(seed)
    wear = replace(LEVELS[level], bleed=float(rng.uniform(0.03, 0.12)), skew_deg=0.0, border_mm=(0.0, 0.0, 0.0, 0.0))
    back = np.asarray(make_page(PageSpec(Kind.BLANK, seed=seed, dpi=DPI, wear=wear)).image)
    yield _s("back", back, "blank")
    yield _s("back with holes", faults.holes(back, MM), "blank")
    yield _s("back with a streak", faults.streak(back, rng, MM), "blank")
    yield _s(
        "back with a finger",
        faults.finger(back, rng, MM, "bottom", 18, 20, SKIN[seed % 4]),
        "thumb",
        either="blank clipped blur contrast skew",
    )
    yield _s("a seal alone", faults.sealed(back, rng, MM, rng.uniform(40, 160), rng.uniform(60, 240)), either="upside_down")


def run(sample: Sample, number: int, work: Path) -> tuple[frozenset[str], dict[str, float]]:
    """What the page worker finds wrong, and every value that it measured."""
    path = work / f"{os.getpid()}-{number}.jpg"
    if sample.file:
        path.write_bytes(sample.file)
    else:
        image = Image.fromarray(sample.pixels).convert(sample.mode)
        image.save(path, quality=85, dpi=(sample.dpi, sample.dpi))
    job = PageJob(path, Sha256(hashlib.sha256(path.read_bytes()).hexdigest()), 0, work / "cache", limits=LIMITS, read=sample.read)
    result = process_page(job)
    path.unlink()
    return frozenset(f.code for f in result.findings if not f.ok), {f.code: f.value for f in result.findings}


@dataclass(frozen=True, slots=True)
class Judged:
    name: str
    planted: frozenset[str]
    found: frozenset[str]
    either: frozenset[str]
    values: dict[str, float]


def judged(made: Callable[[], Iterator[Sample]], label: str, work: Path) -> list[Judged]:
    out = []
    for number, sample in enumerate(made()):
        found, values = run(sample, number, work)
        unclear = {"duplicate", *({"blur"} if label.startswith("bad") else ()), *(() if sample.read else ("upside_down",))}
        either = (sample.either | unclear) - sample.planted
        out.append(Judged(f"{label}: {sample.name}", sample.planted, found, either, values))
    return out


def pairs(seed: int, level: str, work: Path) -> list[Judged]:
    """Sheets that were scanned twice, and sheets that are only alike: one form filled in by others, the next number, a stamp
    more. The path is the program's: fingerprints of the worker's results, then a look at candidates."""
    out, rng = [], np.random.default_rng(seed)
    kind, page = KINDS[seed % len(KINDS)]
    case = random_case(seed)
    spec = PageSpec(kind, page, seed=seed, dpi=DPI, wear=LEVELS[level], case=case)
    pixels = np.asarray(make_page(spec).image)
    numbered = _drawn(spec, replace(case, number=case.number + 1))
    others = {
        "scanned again": faults.scanned_again(pixels, rng, MM),
        "scanned a third time": faults.scanned_again(pixels, rng, MM),
        "other people": _drawn(spec, replace(random_case(seed + 500), seed=seed)),
        "next number": faults.scanned_again(numbered, rng, MM),
        "a seal more": faults.sealed(faults.scanned_again(pixels, rng, MM), rng, MM, 105, 140),
    }
    if np.array_equal(numbered, pixels):  # an application has none
        del others["next number"]
    first = _seen(pixels, work, seed)
    for name, other in others.items():
        second = _seen(other, work, seed + 1)
        near = candidates(first[1], {0: second[1]})
        value = compare(PagePair(first[0], second[0])) if near else 99.0
        found = frozenset({"duplicate"} if not LIMITS.judge("duplicate", value).ok else ())
        planted = frozenset({"duplicate"} if name.startswith("scanned") else ())
        out.append(Judged(f"{level} {kind.value} {seed}: {name}", planted, found, ALL_BUT_PAIRS, {"duplicate": value}))
    return out


def _drawn(spec: PageSpec, case: Case) -> Rgb8:
    return np.asarray(make_page(replace(spec, case=case)).image)


def _seen(pixels: Rgb8, work: Path, number: int) -> tuple[PageLook, str]:
    path = work / f"pair-{os.getpid()}-{number}-{hashlib.sha256(pixels.tobytes()).hexdigest()[:8]}.jpg"
    Image.fromarray(pixels).save(path, quality=85, dpi=(DPI, DPI))
    result = process_page(PageJob(path, Sha256(hashlib.sha256(path.read_bytes()).hexdigest()), 0, work / "cache", read=False))
    return PageLook(path, 0, result.recipe), result.fingerprint


def ends(seed: int, level: str) -> Iterator[Sample]:
    """Pages head down, which are turned, and such as nobody can tell."""
    rng = np.random.default_rng(seed)
    kind, page = KINDS[seed % len(KINDS)]
    made = np.asarray(make_page(PageSpec(kind, page, seed=seed, dpi=DPI, wear=LEVELS[level], turn=(0, 180, 90)[seed % 3])).image)
    yield replace(_s("whatever way up", made), read=True, either=PIXELS)
    back = np.full((round(297 * MM), round(210 * MM), 3), 244, np.uint8)
    drawn = faults.sketch(back, rng, MM)
    yield replace(_s("a drawing without a word", drawn, "upside_down"), read=True, either=PIXELS)


PIXELS = frozenset(PLANTED) - {"upside_down"}
ALL_BUT_PAIRS = frozenset(PLANTED) - {"duplicate"}


def jobs(seed: int, rounds: int) -> Iterator[tuple[str, Callable[[], Iterator[Sample]]]]:
    for n in range(rounds):
        for k, level in enumerate(LEVELS):
            kind, page = KINDS[(n * len(LEVELS) + k) % len(KINDS)]
            spec = PageSpec(kind, page, seed=seed + n * len(LEVELS) + k, dpi=DPI, wear=LEVELS[level])
            yield f"{level} {kind.value} {spec.seed}", partial(page_samples, spec, level)
            yield f"{level} back {spec.seed}", partial(backs, spec.seed, level)
            yield f"{level} end {spec.seed}", partial(ends, spec.seed, level)


def all_judged(seed: int, rounds: int, work: Path) -> list[Judged]:
    work.mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor(os.cpu_count() or 1, mp_context=get_context("spawn")) as pool:
        futures = [pool.submit(judged, made, label, work) for label, made in jobs(seed, rounds)]
        futures += [
            pool.submit(pairs, seed + n, level, work) for n in range(rounds * len(LEVELS)) for level in [*LEVELS][n % 3 :][:1]
        ]
        return [one for future in futures for one in future.result()]


def rows(results: list[Judged]) -> Iterator[Row]:
    for code in PLANTED:
        counted = [r for r in results if code in r.planted or code not in r.either]
        right = sum(code in r.planted and code in r.found for r in counted)
        planted, told = sum(code in r.planted for r in counted), sum(code in r.found for r in counted)
        note = f"{planted} planted, {told - right} false of {len(counted) - planted} other pages"
        for name, whole in (("precision", told), ("recall", planted)):
            part = share(right, whole)
            yield Row(f"{name} {code}", None if part is None else part / 100, "", at_least(0.95), note)


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--faulty", type=int, default=12, help="drawn pages that each get every fault once (default 12)")
    parser.add_argument("--seed", type=int, default=SEED, help=f"of the first of them; below {SEED} tuning saw (default {SEED})")


def measure(chosen: argparse.Namespace, work: Path) -> list[Row]:
    say("planting faults")
    results = all_judged(chosen.seed, max(1, round(chosen.faulty / len(LEVELS))), work / "findings")
    for one in results:
        for code in sorted((one.found ^ one.planted) - one.either):
            say(f"{'false' if code in one.found else 'missed'} {code} {one.values.get(code, '-')}: {one.name}")
    return list(rows(results))
