"""Pages with known truth: drawn by the project's own page maker, or read from a folder of image, .txt and .json."""

import itertools
import json
import os
import re
import shutil
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from tests.bench.text import loose, norm
from tests.pagemaker import BAD, CLEAN, OFFICE, Kind, PageSpec, TruthLine, faults, make_page, random_case, save_page
from tests.pagemaker.kinds import write

LEVELS = {"clean": CLEAN, "office": OFFICE, "bad": BAD}
_ORDERS = 64
"""Most reading orders that are tried for one page."""


@dataclass(frozen=True, slots=True)
class TruePage:
    """One image and what stands on it."""

    image: Path
    level: str
    kind: str
    references: tuple[str, ...]
    """Its text in every reading order that counts as right."""
    fields: dict[str, str]
    """Field truth under the names of ``workstation.domain.fields``, where they have one; dates ISO 8601."""
    turn: int = 0
    """Degrees clockwise."""


# --- the page maker's pages

PAGES: tuple[tuple[Kind, int], ...] = (
    (Kind.DECISION, 0), (Kind.APPLICATION, 0), (Kind.LETTER, 0), (Kind.BIRTH_CERTIFICATE, 0), (Kind.CERTIFIED_COPY, 0),
    (Kind.DECISION, 1), (Kind.LIST, 0), (Kind.NOTICE, 0),
)  # fmt: skip
_TURNS = (90, 180, 270)


def specs(level: str, count: int, seed: int) -> list[PageSpec]:
    """``count`` pages of one level: the kinds in turn, each with a seed of its own, every eighth turned."""
    made: list[PageSpec] = []
    seed += 100 * list(LEVELS).index(level)
    for number in range(count):
        kind, page = PAGES[number % len(PAGES)]
        turn = _TURNS[(number // 8 + list(LEVELS).index(level)) % 3] if number % 8 == 7 else 0
        made.append(PageSpec(kind, page, seed=seed + number, wear=LEVELS[level], turn=turn))
    return made


def write_image(path: Path, spec: PageSpec) -> None:
    """The page, and where its lines stand beside it as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    page = make_page(spec)
    save_page(path, page)
    path.with_suffix(".json").write_text(json.dumps({"lines": [(n.text, *n.box) for n in page.lines]}), "utf-8")


def write_images(jobs: Sequence[tuple[Path, PageSpec]]) -> None:
    """Draws pages in as many processes as there are cores; a page takes a second or two."""
    if len(jobs) < 4:
        for path, spec in jobs:
            write_image(path, spec)
        return
    with ProcessPoolExecutor(os.cpu_count() or 1, mp_context=get_context("spawn")) as pool:
        list(pool.map(write_image, *zip(*jobs, strict=True)))


def true_page(path: Path, level: str, spec: PageSpec) -> TruePage:
    """The truth of a made page, without drawing it as worn. The lines' order is judged where they stand on flat paper."""
    sheet_lines = write(spec.kind, spec.case or random_case(spec.seed), spec.dpi)
    page = sheet_lines.sheets[spec.page]
    return TruePage(path, level, spec.kind.value, orders(page.lines), dict(sheet_lines.fields[spec.page]), spec.turn)


def made_pages(work: Path, count: int, seed: int, levels: Sequence[str] = tuple(LEVELS)) -> list[TruePage]:
    """Writes ``count`` pages a level as JPEG."""
    jobs = [(work / f"{level}-{i:02d}.jpg", level, spec) for level in levels for i, spec in enumerate(specs(level, count, seed))]
    write_images([(path, spec) for path, _, spec in jobs])
    return [true_page(path, level, spec) for path, level, spec in jobs]


def columns(lines: Sequence[TruthLine]) -> Iterator[list[TruthLine]]:
    """Cuts lines into bands that share no height: a band of several lines stands in columns."""
    band: list[TruthLine] = []
    low = 0.0
    for line in sorted(lines, key=lambda n: n.box[1]):
        # a third of a line may overlap: accents and descenders of neighbours do
        if band and line.box[1] > low - (line.box[3] - line.box[1]) / 3:
            yield band
            band, low = [], 0.0
        band.append(line)
        low = max(low, line.box[3])
    if band:
        yield band


def orders(lines: Sequence[TruthLine]) -> tuple[str, ...]:
    """The page's text as given, and with each stretch of side-by-side columns read row by row or the other column first."""
    rank = {id(line): i for i, line in enumerate(lines)}
    variants: list[list[str]] = []
    for stretch in _stretches(lines):
        flat = [line for band in stretch for line in band]
        given = sorted(flat, key=lambda n: rank[id(n)])
        if len(stretch) == len(flat):
            variants.append([_joined(given)])
            continue
        by_row = [line for band in stretch for line in sorted(band, key=lambda n: n.box[0])]
        jump = next((i for i in range(1, len(given)) if given[i].box[1] < given[i - 1].box[1]), len(given))
        other = [*given[jump:], *given[:jump]]
        variants.append(list(dict.fromkeys(_joined(o) for o in (given, by_row, other))))
    return tuple("\n".join(choice) for choice in itertools.islice(itertools.product(*variants), _ORDERS)) or ("",)


def _stretches(lines: Sequence[TruthLine]) -> Iterator[list[list[TruthLine]]]:
    """Bands in a row whose lines the given order does not keep together: they are one set of columns."""
    rank = {id(line): i for i, line in enumerate(lines)}
    stretch: list[list[TruthLine]] = []
    done = 0
    for band in columns(lines):
        stretch.append(band)
        ranks = {rank[id(n)] for b in stretch for n in b}
        if ranks == set(range(done, done + len(ranks))):
            yield stretch
            stretch, done = [], done + len(ranks)
    if stretch:
        yield stretch


def _joined(lines: Sequence[TruthLine]) -> str:
    return "\n".join(line.text for line in lines)


def dirtied(page: TruePage, count: int, work: Path) -> TruePage:
    """The same page drawn past a dirty glass: ``count`` lines all down it; the image in its own format, its truth beside it."""
    path = work / f"{page.image.parent.name}-{page.image.name}"
    path.parent.mkdir(parents=True, exist_ok=True)
    with Image.open(page.image) as image:
        mode, dpi, kind = image.mode, float(image.info.get("dpi", (300, 300))[0]), image.format
        pixels = np.asarray(image.convert("RGB"))
    rng = np.random.default_rng([*path.name.encode()])
    for _ in range(count):
        pixels = faults.streak(pixels, rng, dpi / 25.4)
    Image.fromarray(pixels).convert(mode, dither=Image.Dither.NONE).save(path, kind, dpi=(dpi, dpi), quality=92)
    for truth in (page.image.with_suffix(suffix) for suffix in (".json", ".txt")):
        if truth.is_file():
            shutil.copy(truth, path.with_suffix(truth.suffix))
    return replace(page, image=path.resolve())


# --- a folder of image + .txt + .json

_NAMES = {
    "co_quan": "organ_name", "ngay": "issued_date", "dia_danh": "place", "loai": "type_name", "trich_yeu": "subject",
    "nguoi_ky": "signer_name", "chuc_vu": "signer_title", "noi_nhan": "recipients",
}  # fmt: skip


def house_names(fields: dict[str, str]) -> dict[str, str]:
    """Field truth of a corpus under the program's names; what has no such name (a form's own lines) keeps its own."""
    found: dict[str, str] = {}
    for name, value in fields.items():
        if name == "so_ky_hieu" and "/" in value:
            number, notation = value.split("/", 1)
            found |= {"number": number.strip(), "notation": notation.strip()}
        else:
            found[_NAMES.get(name, name)] = value
    return found


def folder_pages(folder: Path) -> list[TruePage]:
    """Every image below ``folder`` with ``.txt`` or ``.json`` beside it. Level: the truth's, else the folder's name."""
    found = []
    for image in sorted(p for p in folder.rglob("*") if p.suffix.lower() in {".jpg", ".jpeg", ".png", ".tif", ".tiff"}):
        data, text = image.with_suffix(".json"), image.with_suffix(".txt")
        if not data.is_file() and not text.is_file():
            continue
        truth: dict[str, Any] = json.loads(data.read_text("utf-8")) if data.is_file() else {}
        references = zone_orders(truth["zones"]) if truth.get("zones") else (text.read_text("utf-8"),)
        level, kind = str(truth.get("level") or image.parent.name), str(truth.get("kind", ""))
        fields = house_names({k: str(v) for k, v in truth.get("fields", {}).items() if v})
        found.append(TruePage(image.resolve(), level, kind, references, fields, int(truth.get("turn", 0))))
    known = list(LEVELS)
    return sorted(found, key=lambda p: known.index(p.level) if p.level in known else len(known))


def zone_orders(zones: Sequence[dict[str, Any]]) -> tuple[str, ...]:
    """Zones are ``flow`` (lines), ``cols`` (columns of lines) or ``table`` (rows of cells of lines): the orders that count."""
    variants = [list(dict.fromkeys(_zone(zone))) for zone in zones]
    return tuple(" ".join(filter(None, choice)) for choice in itertools.islice(itertools.product(*variants), _ORDERS))


def _zone(zone: dict[str, Any]) -> list[str]:
    parts = zone["parts"]
    if zone["kind"] == "flow":
        return [_texts(parts[0])]
    if zone["kind"] == "cols":
        by_row = sorted(((_top(line), i, line) for i, part in enumerate(parts) for line in part), key=lambda x: x[:2])
        rows: list[list[tuple[float, int, Any]]] = []
        for entry in by_row:
            if rows and entry[0] - rows[-1][0][0] <= 22:
                rows[-1].append(entry)
            else:
                rows.append([entry])
        joined = " ".join(_texts([e[2] for e in sorted(row, key=lambda x: x[1])]) for row in rows)
        return [*(" ".join(_texts(p) for p in o) for o in (parts, parts[::-1])), joined]
    by_line = " ".join(
        cell[k]["text"] for row in parts for k in range(max(map(len, row), default=0)) for cell in row if len(cell) > k
    )
    return [_cells(parts), by_line, _by_column(parts), f"{_cells(parts[:1])} {_by_column(parts[1:])}".strip()]


def _cells(rows: Sequence[Any]) -> str:
    return " ".join(_texts(cell) for row in rows for cell in row)


def _by_column(rows: Sequence[Any]) -> str:
    count = max(map(len, rows), default=0)
    return " ".join(_texts(row[k]) for k in range(count) for row in rows if len(row) > k)


def _texts(lines: Sequence[Any]) -> str:
    return " ".join(line["text"] for line in lines)


def _top(line: dict[str, Any]) -> float:
    return float(min(point[1] for point in line["quad"]) if "quad" in line else line["box"][1])


# --- fields

_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_NOT_PRINTED = frozenset({"type_name"})
"""Stands on some pages as a word of the rules, not of the paper (a letter carries no title)."""


def in_text(name: str, value: str, text: str) -> bool:
    """Whether a page's text holds the value, without regard to case and punctuation; a date in words or in figures."""
    said = loose(text)
    if match := _DATE.fullmatch(value):
        y, m, d = (int(x) for x in match.groups())
        spoken = rf"\bng[aà]y 0?{d} th[aá]ng 0?{m} n[aă]m {y}\b|\b0?{d} 0?{m} {y}\b"
        return re.search(spoken, said) is not None
    parts = value.split(";") if name == "recipients" else [value]
    return all(f" {loose(part)} " in f" {said} " for part in parts)


def fields_in_text(page: TruePage, text: str) -> tuple[int, int]:
    """(found, of how many)."""
    asked = {n: v for n, v in page.fields.items() if n not in _NOT_PRINTED}
    return sum(in_text(n, v, text) for n, v in asked.items()), len(asked)


def same_value(name: str, truth: str, read: str) -> bool:
    """Exact but for case, kinds of quotes and dashes, leading zeros of a number and a full stop at the end."""
    if name == "number":
        return truth.strip().lstrip("0").casefold() == read.strip().lstrip("0").casefold()
    return _bare(truth) == _bare(read)


def _bare(value: str) -> str:
    return norm(value).casefold().strip(" .;,")
