"""Entry points for the pages lane: picklable top-level functions, thin; what they do is told where it is done.

The imaging and PDF libraries are imported where they are used: the desktop names these functions without ever loading them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from ocr import cache, split
from workstation.domain.doctype import DocumentType
from workstation.domain.ids import Sha256
from workstation.domain.page import PageText
from workstation.domain.pagejobs import (
    DocumentDraft,
    Inspection,
    Limits,
    PageJob,
    PageResult,
    PdfRenderJob,
    PublishJob,
    Rendered,
    RenderJob,
)
from workstation.domain.signature import PublishedPdf


def inspect_file(path: Path, limits: Limits) -> Inspection:
    from ocr import inspect

    return inspect.inspect(path, limits)


def process_page(job: PageJob) -> PageResult:
    from ocr import process
    from ocr.engine import Unread, recognizer

    result = process.process(job, recognizer() if job.read else Unread())
    return result if job.words else replace(result, text=replace(result.text, words=(), steps=(), unread=()))


def load_text(cache_dir: Path, original: Sha256, frame: int, turn: int) -> PageText | None:
    return cache.load_text(cache_dir, original, frame, turn)


def load_result(cache_dir: Path, original: Sha256, frame: int, turn: int) -> PageResult | None:
    return cache.load_result(cache_dir, original, frame, turn)


def thumbnail(cache_dir: Path, original: Sha256, frame: int, turn: int) -> Path | None:
    return cache.thumbnail(cache_dir, original, frame, turn)


def render_page(job: RenderJob) -> Rendered:
    from ocr import render

    return render.render_page(job)


def render_pdf(job: PdfRenderJob) -> Rendered:
    from ocr import render

    return render.render_pdf(job)


def publish_document(job: PublishJob) -> PublishedPdf:
    from ocr import pdfa

    return pdfa.publish(job)


def split_documents(texts: Sequence[PageText | None], types: tuple[DocumentType, ...]) -> Iterator[DocumentDraft]:
    return split.split_documents(texts, types)


def index_document(texts: Sequence[PageText | None], types: tuple[DocumentType, ...]) -> DocumentDraft:
    return split.index_document(texts, types)
