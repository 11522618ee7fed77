"""From a spec to a page image with its truth."""

import random
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from PIL import Image

from tests.pagemaker.kinds import Kind, write
from tests.pagemaker.sheet import Mark, TruthLine
from tests.pagemaker.wear import CLEAN, Wear, mark_over, moved_box, paper_and_ink, scan
from tests.pagemaker.words import Case, random_case
from workstation.domain.page import Transform, recipe_matrix, then


@dataclass(frozen=True, slots=True)
class PageSpec:
    """Everything a page follows from: the same spec gives the same pixels."""

    kind: Kind
    page: int = 0
    """Index within its document; only a decision has two."""
    seed: int = 1
    """Of the case (unless ``case`` is given) and of stains, seal and noise."""
    dpi: int = 300
    wear: Wear = CLEAN
    turn: int = 0
    """Degrees clockwise the scanned image is turned: 0, 90, 180 or 270."""
    case: Case | None = None
    behind: "PageSpec | None" = None
    """The other side of the paper; shines through as ``wear.bleed`` says. A blank page gets a decision by itself."""
    marks: tuple[Mark, ...] = ()
    """Stamps and handwriting that came onto the paper later; places and sizes in millimetres of the sheet. All else on the
    page is as it would be without them."""


@dataclass(frozen=True, slots=True)
class MadePage:
    image: Image.Image
    """RGB."""
    lines: tuple[TruthLine, ...]
    """Reading order: a column wholly before the one to its right. Boxes in pixels of ``image``, as skewed and turned."""
    fields: dict[str, str] = field(hash=False)
    """The fields that this very page shows (see ``tests.pagemaker.kinds``)."""
    spec: PageSpec

    @property
    def text(self) -> str:
        return "\n".join(line.text for line in self.lines)


def _ink_behind(spec: PageSpec, case: Case) -> Image.Image | None:
    other = spec.behind
    if other is None and spec.kind is Kind.BLANK:
        other = PageSpec(Kind.DECISION, page=1, seed=spec.seed)
    if other is None:
        return None
    return write(other.kind, other.case or case, spec.dpi).sheets[other.page].ink


def make_page(spec: PageSpec) -> MadePage:
    case = spec.case or random_case(spec.seed)
    manuscript = write(spec.kind, case, spec.dpi)
    sheet = manuscript.sheets[spec.page]
    rng = np.random.default_rng(random.Random(f"{spec.kind.value} {spec.page} {spec.seed}").getrandbits(64))
    wear = spec.wear
    if spec.kind is Kind.BLANK and not wear.bleed:
        wear = replace(wear, bleed=0.04)
    paper = paper_and_ink(sheet.ink, sheet.marks, _ink_behind(spec, case), wear, sheet.mm, rng)
    later = [replace(m, x=m.x * sheet.mm, y=m.y * sheet.mm, size=m.size * sheet.mm) for m in spec.marks]
    mark_over(paper, later, np.random.default_rng(spec.seed))
    pixels, matrix = scan(paper, wear, sheet.mm, spec.turn, rng)
    if spec.turn:
        height, width = pixels.shape[:2] if spec.turn == 180 else pixels.shape[1::-1]
        turned, _, _ = recipe_matrix((Transform("rotate", 1, (("degrees", spec.turn),)),), width, height)
        matrix = then(matrix, turned)
    lines = tuple(TruthLine(line.text, moved_box(line.box, matrix)) for line in sheet.lines)
    return MadePage(Image.fromarray(pixels), lines, dict(manuscript.fields[spec.page]), spec)


def make_document(spec: PageSpec) -> list[MadePage]:
    """Every page of the document, each otherwise like ``spec``."""
    count = len(write(spec.kind, spec.case or random_case(spec.seed), spec.dpi).sheets)
    return [make_page(replace(spec, page=number)) for number in range(count)]


def save_page(path: Path, page: MadePage) -> None:
    """JPEG, PNG or TIFF by the name's ending, with the resolution in its header."""
    dpi = (page.spec.dpi, page.spec.dpi)
    if path.suffix in {".jpg", ".jpeg"}:
        page.image.save(path, dpi=dpi, quality=page.spec.wear.jpeg_quality, optimize=True)
    else:
        page.image.save(path, dpi=dpi)


def write_page(path: Path, spec: PageSpec) -> MadePage:
    page = make_page(spec)
    save_page(path, page)
    return page


def quick_page(seed: int = 1) -> MadePage:
    """A few lines on A5 at 150 dpi, made in about a tenth of a second."""
    return make_page(PageSpec(Kind.QUICK, seed=seed, dpi=150))
