"""No silently lost line: which printed lines are not in the text, and whether the page says so."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ocr.grammar import distance
from tests.bench.rows import Row, at_least, at_most, ratio, share
from tests.bench.text import loose
from tests.pagemaker import TruthLine
from workstation.domain.page import Box, Recipe, Transform, UnreadArea, recipe_matrix

FLAGGED = at_least(100)
FALSE = at_most(0.05)
"""Issue 3: all lost lines flagged, at most one false flag in 20 pages."""
TOLD = frozenset({"lost_line", "handwriting"})
"""Kinds that send a person to the place; that a seal lies there doesn't say that a name under it is missing."""


_SHORT = 3
"""Letters of a cell's lone number, say."""


@dataclass(frozen=True, slots=True)
class Printed:
    """A line of the truth and its four corners on the image as scanned."""

    text: str
    corners: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class ReadWord:
    text: str
    box: Box


@dataclass(frozen=True, slots=True)
class Losses:
    """Counts of one page or, added up, of many."""

    pages: int = 0
    lines: int = 0
    lost: int = 0
    """Lines of which more than half the letters are not in the text at their place."""
    flagged: int = 0
    false: int = 0
    """Lines said to be lost of which at least three quarters are there."""

    def __add__(self, other: "Losses") -> "Losses":
        return Losses(
            self.pages + other.pages, self.lines + other.lines, self.lost + other.lost, self.flagged + other.flagged,
            self.false + other.false,
        )  # fmt: skip


def true_lines(image: Path) -> tuple[Printed, ...]:
    """Printed lines on the image as scanned, from the ``.json`` beside it: the generator's (``zones`` with ``quad``) or the
    page maker's (``lines``: text and box)."""
    truth = json.loads(image.with_suffix(".json").read_text("utf-8"))
    if "lines" in truth:
        return tuple(Printed(text, ((x0, y0), (x1, y0), (x1, y1), (x0, y1))) for text, x0, y0, x1, y1 in truth["lines"])
    return tuple(_zone_lines(truth["zones"]))


def _zone_lines(value: Any) -> Iterable[Printed]:
    if isinstance(value, dict) and "quad" in value:
        if value["text"].strip():
            yield Printed(value["text"], tuple((x, y) for x, y in value["quad"]))
    elif isinstance(value, dict):
        yield from _zone_lines(value["parts"])
    else:
        for part in value:
            yield from _zone_lines(part)


def cleaned(lines: Sequence[Printed], recipe: Recipe, width: float, height: float) -> tuple[TruthLine, ...]:
    """The lines where they stand on the cleaned page. ``width``, ``height``: of the image as scanned."""
    (a, b, c, d, e, f), _, _ = recipe_matrix(recipe, width, height)
    found = []
    for line in lines:
        xs, ys = zip(*((a * x + c * y + e, b * x + d * y + f) for x, y in line.corners), strict=True)
        found.append(TruthLine(line.text, (min(xs), min(ys), max(xs), max(ys))))
    return tuple(found)


def gone(line: TruthLine, words: Sequence[ReadWord]) -> float:
    """0: what is read at the line's place is the line, 1: nothing of it is. Letters are compared, without regard to case,
    punctuation and the spaces between words; another letter for a single one is a misreading, no loss."""
    truth = loose(line.text).replace(" ", "")
    x0, y0, x1, y1 = line.box
    pad = 0.2 * (y1 - y0)
    here = [w for w in words if x0 - pad <= _middle(w)[0] <= x1 + pad and y0 - pad <= _middle(w)[1] <= y1 + pad]
    said = "".join(loose(w.text).replace(" ", "") for w in sorted(here, key=lambda w: w.box[0]))
    if not truth or (len(truth) <= _SHORT and here):
        return 0.0
    words_here = Counter(loose(" ".join(w.text for w in here)).split())
    wanted = Counter(loose(line.text).split())
    # a bent line's box holds words of its neighbours
    return min(1.0, distance(said, truth) / len(truth), 1 - (wanted & words_here).total() / wanted.total())


def _middle(word: ReadWord) -> tuple[float, float]:
    return (word.box[0] + word.box[2]) / 2, (word.box[1] + word.box[3]) / 2


def losses(lines: Sequence[TruthLine], words: Sequence[ReadWord], areas: Sequence[UnreadArea]) -> Losses:
    """What one page lost and told. All boxes on the cleaned page."""
    shares = [(line, gone(line, words)) for line in lines]
    lost = [line for line, share in shares if share > 0.5]
    gaps = [line for line, share in shares if share > 0.25]
    told = [a.box for a in areas if a.kind in TOLD]
    false = [a.box for a in areas if a.kind == "lost_line" and not any(_inside(n.box, a.box) > 0.2 for n in gaps)]
    return Losses(1, len(lines), len(lost), sum(_covered(n.box, told) >= 0.4 for n in lost), len(false))


def _inside(part: Box, whole: Box) -> float:
    """Share of ``whole`` that ``part`` lies over, or of ``part`` that lies in ``whole``: the larger."""
    common = max(0.0, min(part[2], whole[2]) - max(part[0], whole[0])) * max(0.0, min(part[3], whole[3]) - max(part[1], whole[1]))
    return common / max(1.0, min((b[2] - b[0]) * (b[3] - b[1]) for b in (part, whole)))


def _covered(line: Box, areas: Sequence[Box]) -> float:
    """Share of a line's length that areas on its height take up."""
    height = line[3] - line[1]
    level = [a for a in areas if min(a[3], line[3]) - max(a[1], line[1]) > 0.4 * min(height, a[3] - a[1])]
    at, total = line[0], 0.0
    for a in sorted(level):
        start, end = max(at, a[0]), min(line[2], a[2])
        total, at = total + max(0.0, end - start), max(at, end)
    return total / max(1.0, line[2] - line[0])


def page_losses(image: Path, page: Mapping[str, Any], size: tuple[int, int]) -> Losses:
    """Of one page of ``workstation read --json``. ``size``: of the image as scanned."""
    recipe = tuple(Transform(s["name"], s["version"], tuple(s["params"].items())) for s in page["recipe"])
    lines = cleaned(true_lines(image), recipe, *size)
    words = [ReadWord(w["text"], tuple(w["box"])) for w in page["words"]]
    areas = [UnreadArea(a["kind"], tuple(a["box"]), a["note"]) for a in page["unread"]]
    return losses(lines, words, areas)


def rows(level: str, total: Losses) -> list[Row]:
    note = f"{total.lost} of {total.lines} lines lost on {total.pages} pages"
    # a page kept so badly that half its words are wrong has no line that is not worth a look
    limit = FALSE if level != "bad" else None
    return [
        Row(f"lost lines flagged {level}", share(total.flagged, total.lost), "%", FLAGGED, note),
        Row(f"false flags a page {level}", ratio(total.false, total.pages), "flags", limit),
    ]
