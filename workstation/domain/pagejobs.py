"""What is asked of page workers: frozen job values and the functions of ``ocr.worker`` that run them in the pages lane.

Jobs cross process borders: they carry paths and hashes, never pixels.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from workstation.domain.fields import IndexField
from workstation.domain.ids import Sha256
from workstation.domain.page import Finding, PageText, Recipe
from workstation.domain.signature import PublishedPdf


@dataclass(frozen=True, slots=True)
class Limits:
    """Caps for one file or picture."""

    max_pixels: int = 200_000_000
    max_pages: int = 5_000


@dataclass(frozen=True, slots=True)
class FrameInfo:
    """One page of a file as it came, before any recipe."""

    width_px: int
    height_px: int
    dpi: float


@dataclass(frozen=True, slots=True)
class Inspection:
    media_type: str
    frames: tuple[FrameInfo, ...]
    signed: bool = False
    """A PDF that carries signatures: taken as it is, never re-made."""
    born_digital: bool = False
    """A PDF with a page that was written, not scanned: re-making it would turn its text into pixels."""


@dataclass(frozen=True, slots=True)
class PageJob:
    """Clean and read one frame. ``cache`` is the folder for derived files; ``turn``: extra clockwise degrees by the clerk."""

    path: Path
    original: Sha256
    frame: int
    cache: Path
    turn: int = 0
    min_dpi: float = 300.0
    min_sharpness: float = 60.0
    read: bool = True
    words: bool = True
    """False: what was read stays in the cache and isn't sent back: hundreds of words a page are dear to carry."""


@dataclass(frozen=True, slots=True)
class PageResult:
    recipe: Recipe
    findings: tuple[Finding, ...]
    blank: bool
    text: PageText
    thumbnail: Path
    frame: FrameInfo
    rotation: int
    """Degrees clockwise the program turned the page upright."""
    skew_deg: float
    seconds: float


@dataclass(frozen=True, slots=True)
class RenderJob:
    """The cleaned page as a picture for the screen, at most ``max_px`` on its longer side."""

    path: Path
    original: Sha256
    frame: int
    recipe: Recipe
    cache: Path
    max_px: int


@dataclass(frozen=True, slots=True)
class PdfRenderJob:
    """Page ``page`` of the first ``prefix`` bytes of a PDF as a picture (prefix 0: all of an unsigned file)."""

    path: Path
    sha256: Sha256
    prefix: int
    page: int
    cache: Path
    max_px: int


@dataclass(frozen=True, slots=True)
class Rendered:
    path: Path
    width_px: int
    height_px: int
    scale: float
    """Pixels of this picture for one pixel of the cleaned page (or one PDF point)."""


class PdfForm(Enum):
    """What a published page holds."""

    ARCHIVE = "archive"
    """The scan's own bytes."""
    COMPACT = "compact"
    """For access and upload: text mask, coarse paper, continuous tone where it matters; a scan that would suffer stays."""


@dataclass(frozen=True, slots=True)
class PublishPage:
    path: Path
    frame: int
    recipe: Recipe
    text: PageText


@dataclass(frozen=True, slots=True)
class StoredPage:
    """A page whose recipe and text are where ``process`` kept them: a thousand texts needn't be handed over."""

    path: Path
    original: Sha256
    frame: int
    cache: Path
    turn: int = 0


@dataclass(frozen=True, slots=True)
class PublishJob:
    pages: tuple[PublishPage | StoredPage, ...]
    out: Path
    title: str
    language: str = "vi"
    created: str = ""
    """ISO 8601; fixed by the caller so that the same document gives the same bytes."""
    form: PdfForm = PdfForm.ARCHIVE


@dataclass(frozen=True, slots=True)
class DocumentDraft:
    """A document as the machine sees it: indices into the pages it was given."""

    pages: tuple[int, ...]
    type_code: str
    fields: tuple[IndexField, ...]


@dataclass(frozen=True, slots=True)
class PageTools:
    """The functions of ``ocr`` that use cases need; each is picklable and runs in a worker unless said otherwise."""

    inspect: Callable[[Path, Limits], Inspection]
    process: Callable[[PageJob], PageResult]
    load_text: Callable[[Path, Sha256, int, int], PageText | None]
    """(cache, original, frame, turn) → what ``process`` cached, or None; cheap, runs where it is called."""
    thumbnail: Callable[[Path, Sha256, int, int], Path | None]
    render: Callable[[RenderJob], Rendered]
    render_pdf: Callable[[PdfRenderJob], Rendered]
    publish: Callable[[PublishJob], PublishedPdf]
    """Writes ``out`` (fsynced) and checks it; raises if it does not conform."""
    split: Callable[[Sequence[PageText | None]], Iterable[DocumentDraft]]
    """Documents and their fields from the pages' texts in order (None: blank page); pure, runs where it is called."""
    index: Callable[[Sequence[PageText | None]], DocumentDraft]
    """Type and fields of pages that are known to be one document; pure, runs where it is called."""
