"""A page: a write-once original plus a recipe. Everything else about it is derived and may be thrown away."""

import math
from dataclasses import dataclass
from enum import Enum

from workstation.domain.codes import PageCode
from workstation.domain.errors import ErrorNote
from workstation.domain.ids import DocumentId, PageId, Sha256, UserName
from workstation.domain.splitcue import SplitCue

Box = tuple[float, float, float, float]
"""x0, y0, x1, y1 in pixels of the *cleaned* page (after its recipe), origin top left, y downwards."""

Matrix = tuple[float, float, float, float, float, float]
"""a, b, c, d, e, f: x' = a·x + c·y + e, y' = b·x + d·y + f (pixels, y downwards)."""


@dataclass(frozen=True, slots=True)
class PageSource:
    """Where the pixels are: frame ``frame`` (from 0) of the file whose blob is ``original``."""

    original: Sha256
    frame: int


@dataclass(frozen=True, slots=True)
class Transform:
    """One named, versioned step of a recipe.

    Affine steps: ``rotate`` (degrees: 90, 180 or 270, clockwise), ``deskew`` (degrees: the text's slope, clockwise
    positive; the image is turned back by it about its centre, size kept), ``crop`` (x0, y0, x1, y1 in pixels of the image
    as the steps before left it), ``spread`` (of two pages side by side the left one, side 0, or the right one, side 1; x: the
    column at which they meet). Others, in :mod:`workstation.domain.pagework`, are more than an affine map.
    """

    name: str
    version: int
    params: tuple[tuple[str, float], ...]
    reason: str = ""

    def __getitem__(self, key: str) -> float:
        return dict(self.params)[key]


Recipe = tuple[Transform, ...]

AFFINE = frozenset({"rotate", "deskew", "crop", "spread"})


@dataclass(frozen=True, slots=True)
class Finding:
    """A quality remark. ``code``: a key of ``domain.findings``, or of what is only told. ``value`` against ``limit``."""

    code: str
    value: float
    limit: float
    ok: bool
    about: str = ""
    """Id of another page that it is about: of ``duplicate`` the one that it repeats."""


AGAIN = "again"
"""Doubt of a word that two more readings of its line do not bear out."""
LIKELY = "likely"
"""Doubt of a word of a worn page that stands in the place of another one, which was read."""


@dataclass(frozen=True, slots=True)
class Word:
    text: str
    """NFC."""
    box: Box
    confidence: float
    """0 to 1."""
    line: int
    """Running number of its line on the page, in reading order."""
    doubt: str = ""
    """Why the word should be looked at, beyond its confidence: ``syllable`` (no Vietnamese syllable), ``phrase`` (almost a
    fixed administrative phrase), ``context`` (an unlikely neighbour), ``format`` (a number or date that can't be, or reaches a
    table's rule), ``reread`` (a number whose first reading had letters among its digits, too few digits or a sign that its shape
    tells otherwise, was none, or said another number than the print is like), ``again`` (part of a number or day that more
    readings of its line do not bear out), ``likely`` (likelier than what was read on a worn page, and as like the print)."""
    suggestion: str = ""
    """What it may have been, for the clerk to accept; of a ``likely`` word what was read, empty if nothing was."""

    @property
    def likelier(self) -> str:
        """What it more likely was than what it says; empty: nothing."""
        return "" if self.doubt == LIKELY else self.suggestion


@dataclass(frozen=True, slots=True)
class UnreadArea:
    """Ink on the cleaned page that is in no word of its text. ``kind``: ``lost_line`` (print that was not read),
    ``handwriting``, ``stamp`` (a seal or signature), ``picture``."""

    kind: str
    box: Box
    note: str = ""
    """What was read inside it, kept apart from the page's text: what a register's stamp says."""


OWN_TEXT = "own text"
"""Name of the ``Engine`` of a page that was written, not scanned: its author's words."""


@dataclass(frozen=True, slots=True)
class Engine:
    name: str
    version: str
    model: str
    """Model name and the SHA-256 of its file, as ``vie:1a2b…``."""
    params: str


@dataclass(frozen=True, slots=True)
class PageText:
    """What was read on the cleaned page of ``width_px`` × ``height_px`` at ``dpi`` dots an inch."""

    width_px: int
    height_px: int
    dpi: float
    words: tuple[Word, ...]
    engine: Engine
    seconds: float
    steps: Recipe = ()
    """How the pixels were prepared for reading: named, versioned, each with the reason why it was chosen."""
    unread: tuple[UnreadArea, ...] = ()

    @property
    def confidence(self) -> float:
        """Mean over words weighted by length; 0 for a page without words."""
        weight = sum(len(w.text) for w in self.words)
        return sum(w.confidence * len(w.text) for w in self.words) / weight if weight else 0.0

    @property
    def text(self) -> str:
        lines: dict[int, list[str]] = {}
        for w in self.words:
            lines.setdefault(w.line, []).append(w.text)
        return "\n".join(" ".join(ws) for _, ws in sorted(lines.items()))


_HIDES_WHATEVER_IS_THERE = frozenset({"dark", "cut_off"})
"""Findings that make a page look blank: such a one may hold anything."""


class PageState(Enum):
    NEW = "new"
    READ = "read"
    QUARANTINED = "quarantined"
    HELD = "held"
    """It bears a mark of a state secret: nothing is derived from it, and nothing goes on, until a person has looked at it."""


@dataclass(frozen=True, slots=True)
class Page:
    id: PageId
    source: PageSource
    document_id: DocumentId | None = None
    state: PageState = PageState.NEW
    recipe: Recipe = ()
    findings: tuple[Finding, ...] = ()
    blank: bool = False
    dropped: bool = False
    """Marked by a clerk as not belonging; the original stays."""
    kept_reason: str = ""
    """Why a clerk keeps a page that fails a finding."""
    work: Recipe = ()
    """What a clerk asked for beyond what the program sees by itself, in order (:mod:`workstation.domain.pagework`)."""
    with_note: bool = False
    """Shot with the note that is attached to it: the same page without the note belongs behind it."""
    pair_of: PageId | None = None
    """The page with a note of which this is the shot without it."""
    error: ErrorNote | None = None
    codes: tuple[PageCode, ...] = ()
    """QR and bar codes on it."""
    separator: str = ""
    """What the machine dropped it for: ``front`` of a separator sheet, or its empty ``back``. It stays when a clerk takes the
    page back, who knows better from then on."""
    cue: SplitCue | None = None
    """Why a document may begin here; None: no sign of it."""
    not_secret_by: UserName | None = None
    """Who looked at its mark and says that it is none of a state secret: the page is not held again."""

    @property
    def failing(self) -> tuple[Finding, ...]:
        """Findings that stop the dossier: not ok, and no reason recorded."""
        if self.kept_reason or self.dropped:
            return ()
        return tuple(f for f in self.findings if not f.ok and (not self.blank or f.code in _HIDES_WHATEVER_IS_THERE))


IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


def then(first: Matrix, second: Matrix) -> Matrix:
    """The matrix that applies ``first``, then ``second``."""
    a, b, c, d, e, f = first
    g, h, i, j, k, m = second
    return (a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m)


def affine_step(t: Transform, width: float, height: float) -> tuple[Matrix, float, float]:
    """The map of one step on an image of this size, and the size it leaves. ValueError for a step that is none."""
    if t.name == "rotate":
        turned: dict[int, tuple[Matrix, float, float]] = {
            90: ((0, 1, -1, 0, height, 0), height, width),
            180: ((-1, 0, 0, -1, width, height), width, height),
            270: ((0, -1, 1, 0, 0, width), height, width),
        }
        return turned[int(t["degrees"])]
    if t.name == "deskew":
        r = math.radians(-t["degrees"])
        cos, sin = math.cos(r), math.sin(r)
        cx, cy = width / 2, height / 2
        return (cos, sin, -sin, cos, cx - cos * cx + sin * cy, cy - sin * cx - cos * cy), width, height
    if t.name == "crop":
        return (1, 0, 0, 1, -t["x0"], -t["y0"]), t["x1"] - t["x0"], t["y1"] - t["y0"]
    if t.name == "spread":
        return ((1, 0, 0, 1, -t["x"], 0), width - t["x"], height) if t["side"] else (IDENTITY, t["x"], height)
    raise ValueError(f"not a geometric transform: {t.name}")


def recipe_matrix(recipe: Recipe, width: float, height: float) -> tuple[Matrix, float, float]:
    """The affine map from the original's pixels to the cleaned page's, and the cleaned page's width and height.

    Every writer and viewer uses this one function, so words, images and highlights can't drift apart.
    """
    matrix = IDENTITY
    for t in recipe:
        step, width, height = affine_step(t, width, height)
        matrix = then(matrix, step)
    return matrix, width, height
