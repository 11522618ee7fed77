"""What is asked of page workers: frozen job values and the functions of ``ocr.worker`` that run them in the pages lane.

Jobs cross process borders: they carry paths and hashes, never pixels.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from workstation.domain.codes import PageCode
from workstation.domain.fields import IndexField
from workstation.domain.findings import PROGRAM_LIMITS, FindingLimits
from workstation.domain.idcard import IdCard
from workstation.domain.ids import Sha256
from workstation.domain.page import Box, Finding, PageText, Recipe
from workstation.domain.pagework import Corners
from workstation.domain.signature import PublishedPdf
from workstation.domain.splitcue import Cue
from workstation.domain.thumbs import StoredThumb, Thumb, ThumbJob


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
    """Clean and read one frame. ``cache`` is the folder for derived files; ``work``: what is asked of the page."""

    path: Path
    original: Sha256
    frame: int
    cache: Path
    work: Recipe = ()
    limits: FindingLimits = PROGRAM_LIMITS
    read: bool = True
    words: bool = True
    """False: what was read stays in the cache and isn't sent back: hundreds of words a page are dear to carry."""
    thumbs: Path | None = None
    """Where the page's thumbnail goes (``domain.thumbs``); None: nobody will look at it."""
    guarded: bool = True
    """A page with a mark of a state secret leaves nothing behind (``PageResult.secret``). False: a person has said that it is
    none, or the page was judged when it was first read."""


@dataclass(frozen=True, slots=True)
class PageResult:
    recipe: Recipe
    findings: tuple[Finding, ...]
    blank: bool
    text: PageText
    frame: FrameInfo
    rotation: int
    """Degrees clockwise the program turned the page upright."""
    skew_deg: float
    seconds: float
    codes: tuple[PageCode, ...] = ()
    fingerprint: str = ""
    """``domain.likeness`` compares it with other pages'; empty for a blank one."""
    secret: bool = False
    """The page bears a mark of a state secret: all else here is empty, and of what was derived before nothing is left."""


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
class PageLook:
    """A page whose recipe is known, to be looked at."""

    path: Path
    frame: int
    recipe: Recipe


@dataclass(frozen=True, slots=True)
class BoxJob:
    """A piece of a page, read by itself. ``box``: pixels of the page as its recipe leaves it; ``digits``: a number alone."""

    page: PageLook
    box: Box
    digits: bool = False


@dataclass(frozen=True, slots=True)
class CameraLook:
    """An identity card is to be held before the camera."""

    camera: str
    """Its number on this machine, or the address of one in the network."""
    seconds: float


@dataclass(frozen=True, slots=True)
class PagePair:
    """Two pages that may be the same sheet of paper."""

    first: PageLook
    second: PageLook


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
    work: Recipe = ()


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
    load_text: Callable[[Path, Sha256, int, Recipe], PageText | None]
    """(cache, original, frame, work) → what ``process`` cached, or None; cheap, runs where it is called."""
    thumbnail: Callable[[Thumb], StoredThumb | None]
    """What lies in the pack; cheap, runs where it is called."""
    draw_thumbnail: Callable[[ThumbJob], None]
    find_corners: Callable[[PageLook], Corners | None]
    render: Callable[[RenderJob], Rendered]
    render_pdf: Callable[[PdfRenderJob], Rendered]
    publish: Callable[[PublishJob], PublishedPdf]
    """Writes ``out`` (fsynced) and checks it; raises if it does not conform."""
    as_it_is: Callable[[Path], PublishedPdf]
    """What a PDF is that was not written here: ``conformance`` is the level that was checked, or empty. F03, F07."""
    fingerprint: Callable[[Path, Sha256, int, Recipe], str]
    """(cache, original, frame, work) → what ``process`` found, empty where there is none; cheap, runs where it is called."""
    difference: Callable[[PagePair], float]
    """Largest piece of ink, in mm², that only one of the pages has."""
    id_cards: Callable[[PageLook], tuple[IdCard, ...]]
    """What the codes of identity cards on the page say: decoded for who asks, kept nowhere."""
    camera_card: Callable[[CameraLook], IdCard | None]
    """The first card that the camera sees; None: none in time. Q20."""
    split: Callable[[Sequence[PageText | None]], Iterable[DocumentDraft]]
    """Documents and their fields from the pages' texts in order (None: blank page); pure, runs where it is called."""
    index: Callable[[Sequence[PageText | None]], DocumentDraft]
    """Type and fields of pages that are known to be one document; pure, runs where it is called."""
    cues: Callable[[Sequence[PageText | None]], Sequence[Cue | None]]
    """Of each page of one document, why another may begin on it; pure, runs where it is called."""
    wipe: Callable[[Path, Path, Sha256], None]
    """(cache, pack of thumbnails, original): removes whatever was derived from that file. Cheap, runs where it is called."""
    read_box: Callable[[BoxJob], str]
    """The words that stand in the box, one line; empty: none were read."""
