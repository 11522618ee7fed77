"""Entry points for the pages lane: picklable top-level functions, thin; what they do is told where it is done.

The imaging and PDF libraries are imported where they are used: the desktop names these functions without ever loading them. So
are the rules on documents, which no page worker needs (35 ms of each one's start).
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from ocr import cache, secrecy, thumbs
from workstation.domain.doctype import DocumentType
from workstation.domain.idcard import IdCard
from workstation.domain.ids import Sha256
from workstation.domain.page import PageText, Recipe
from workstation.domain.pagejobs import (
    BoxJob,
    CameraLook,
    DocumentDraft,
    Inspection,
    Limits,
    PageJob,
    PageLook,
    PagePair,
    PageResult,
    PdfRenderJob,
    PublishJob,
    Rendered,
    RenderJob,
)
from workstation.domain.pagework import Corners
from workstation.domain.signature import PublishedPdf
from workstation.domain.splitcue import Cue
from workstation.domain.thumbs import StoredThumb, Thumb, ThumbJob

NEEDED = ("ocr.process", "ocr.engine", "ocr.inspect", "ocr.small", "ocr.pdfa", "ocr.ready")
"""What every page worker imports sooner or later: of one fork server it is there from the start."""


def inspect_file(path: Path, limits: Limits) -> Inspection:
    from ocr import inspect

    return inspect.inspect(path, limits)


def process_page(job: PageJob) -> PageResult:
    from ocr import process
    from ocr.engine import Unread, recognizer

    result = process.process(job, recognizer() if job.read else Unread())
    return result if job.words else replace(result, text=replace(result.text, words=(), steps=(), unread=()))


def read_box(job: BoxJob) -> str:
    from ocr import box
    from ocr.engine import recognizer

    return box.read_box(job, recognizer())


def load_text(cache_dir: Path, original: Sha256, frame: int, work: Recipe) -> PageText | None:
    return cache.load_text(cache_dir, original, frame, work)


def load_result(cache_dir: Path, original: Sha256, frame: int, work: Recipe) -> PageResult | None:
    return cache.load_result(cache_dir, original, frame, work)


def thumbnail(wanted: Thumb) -> StoredThumb | None:
    return thumbs.get(wanted.pack, wanted.page)


def draw_thumbnail(job: ThumbJob) -> None:
    from ocr import small

    small.draw(job)


def find_corners(job: PageLook) -> Corners | None:
    from ocr import corners

    return corners.corners_on_page(job)


def load() -> None:
    """What every first job would import, before it is there: half a second that nobody then waits for."""
    from ocr import inspect, small  # noqa: F401


def fingerprint(cache_dir: Path, original: Sha256, frame: int, work: Recipe) -> str:
    return cache.fingerprint(cache_dir, original, frame, work)


def wipe(cache_dir: Path, pack: Path, original: Sha256) -> None:
    secrecy.wipe(cache_dir, pack, original)


def page_difference(pair: PagePair) -> float:
    from ocr import likeness

    return likeness.compare(pair)


def id_cards(job: PageLook) -> tuple[IdCard, ...]:
    from ocr import codes

    return codes.cards_on_page(job)


def camera_card(job: CameraLook) -> IdCard | None:
    from ocr import camera

    return camera.card_before_camera(job)


def render_page(job: RenderJob) -> Rendered:
    from ocr import render

    return render.render_page(job)


def render_pdf(job: PdfRenderJob) -> Rendered:
    from ocr import render

    return render.render_pdf(job)


def publish_document(job: PublishJob) -> PublishedPdf:
    from ocr import pdfa

    return pdfa.publish(job)


def pdf_as_it_is(path: Path) -> PublishedPdf:
    from ocr import pdfa

    return pdfa.as_it_is(path)


def split_documents(
    texts: Sequence[PageText | None], types: tuple[DocumentType, ...], *, attended: bool = False
) -> Iterator[DocumentDraft]:
    from ocr import split

    return split.split_documents(texts, types, attended=attended)


def index_document(texts: Sequence[PageText | None], types: tuple[DocumentType, ...]) -> DocumentDraft:
    from ocr import split

    return split.index_document(texts, types)


def split_cues(texts: Sequence[PageText | None], types: tuple[DocumentType, ...]) -> tuple[Cue | None, ...]:
    from ocr import cues

    return cues.split_cues(texts, types)
