"""The same arrows as the desk's, without a store: files in, text and PDF/A out. Used by ``read`` and ``digitize``."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import overload

from workstation.domain.durable import write_durably
from workstation.domain.errors import ErrorNote, WorkstationError
from workstation.domain.filelist import expand
from workstation.domain.ids import Sha256
from workstation.domain.page import PageText
from workstation.domain.ports import (
    DocumentDraft,
    Inspection,
    Lane,
    Limits,
    PageJob,
    PageResult,
    PageTools,
    PdfForm,
    PublishJob,
    StoredPage,
)
from workstation.domain.profile import Profile, Rules
from workstation.domain.signature import PublishedPdf
from workstation.usecases.office import INSPECT_SECONDS, PAGE_SECONDS, PUBLISH_SECONDS
from workstation.usecases.read import indexed_fields
from workstation.usecases.send import ascii_name


@dataclass(frozen=True, slots=True)
class Bench:
    """What the arrows need here: a lane, the tools, the rules, a place for derived files."""

    pages: Lane
    tools: PageTools
    rules: Rules
    profile: Profile
    cache: Path


@dataclass(frozen=True, slots=True)
class ReadPage:
    path: Path
    original: Sha256
    frame: int
    result: PageResult | None
    """Its words only after ``with_words``: those of a thousand pages would fill the memory."""
    error: ErrorNote | None
    whole: bool = False
    """Of a signed or born-digital file: that goes through as it is, with its text beside it."""


@dataclass(frozen=True, slots=True)
class ReadFile:
    """One argument of the command: a file's frames, or all pages of a folder."""

    name: str
    pages: tuple[ReadPage, ...]
    documents: tuple[DocumentDraft, ...]
    errors: tuple[ErrorNote, ...] = ()
    """Files or pages that were left out, each with its reason; the rest went on."""
    published: tuple[tuple[Path, PublishedPdf] | None, ...] = ()
    """One a document, None where it failed (its reason is in ``errors``); empty until published."""


Hasher = Callable[[Path], Sha256]


def read_files(bench: Bench, arguments: Sequence[Path], hash_of: Hasher) -> Iterator[ReadFile]:
    """Reads every argument, gives each as soon as it is read; all frames of all files are in the lane at once, so that no
    core waits between files.

    A file that can't be opened, or a page that can't be read, keeps its error and the rest goes on.
    """
    looked_at = [(str(argument), _inspect(bench, argument)) for argument in arguments]
    pending = [(name, *_start(bench, inspections, hash_of)) for name, inspections in looked_at]
    pending.reverse()
    while pending:  # what was given is not held here
        name, starts, errors = pending.pop()
        if not starts and not errors:
            errors.append(ErrorNote("F04", (("file", Path(name).name),)))
        starts.reverse()
        pages = tuple(_finish(starts.pop()) for _ in range(len(starts)))
        notes = (*errors, *(p.error for p in pages if p.error))
        drafts = tuple(replace(d, fields=indexed_fields(bench.rules, d)) for d in _documents(bench, pages))
        yield ReadFile(name, pages, drafts, notes)


def with_words(bench: Bench, page: ReadPage) -> ReadPage:
    """The page with what was read on it, from the cache. B01 if it has gone from there: no page loses its words in silence."""
    if page.result is None:
        return page
    text = bench.tools.load_text(bench.cache, page.original, page.frame, 0)
    if text is None:
        raise WorkstationError("B01", where="digitize", rule="cache")
    return replace(page, result=replace(page.result, text=text))


class _Texts(Sequence[PageText | None]):
    """Each text as it is looked at; None: blank or failed."""

    def __init__(self, bench: Bench, pages: Sequence[ReadPage]) -> None:
        self._bench, self._pages = bench, pages

    def __len__(self) -> int:
        return len(self._pages)

    @overload
    def __getitem__(self, at: int) -> PageText | None: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[PageText | None]: ...
    def __getitem__(self, at: int | slice) -> PageText | Sequence[PageText | None] | None:
        if isinstance(at, slice):
            return _Texts(self._bench, self._pages[at])
        page = self._pages[at]
        read = with_words(self._bench, page).result
        return None if read is None or read.blank else read.text


def index_pages(bench: Bench, pages: Sequence[ReadPage]) -> DocumentDraft:
    """Type and fields of pages that are one document."""
    return bench.tools.index(_Texts(bench, pages))


def _documents(bench: Bench, pages: Sequence[ReadPage]) -> list[DocumentDraft]:
    """What the scans split into; a file that goes through as it is is one document."""
    found: list[DocumentDraft] = []
    for whole, group in groupby(range(len(pages)), lambda i: pages[i].path if pages[i].whole else None):
        numbers = tuple(group)
        own = [pages[i] for i in numbers]
        if whole is not None:
            found.append(replace(index_pages(bench, own), pages=numbers))
        elif any(pages[i].result for i in numbers):
            found += (replace(d, pages=tuple(numbers[n] for n in d.pages)) for d in bench.tools.split(_Texts(bench, own)))
    return found


_Inspections = list[tuple[Path, "Future[Inspection]"]]
_Start = tuple[Path, Sha256, int, "Future[PageResult]", bool]


def _inspect(bench: Bench, argument: Path) -> _Inspections:
    return [
        (path, bench.pages.submit(bench.tools.inspect, path, Limits(), timeout=INSPECT_SECONDS)) for path in expand([argument])
    ]


def _start(bench: Bench, inspections: _Inspections, hash_of: Hasher) -> tuple[list[_Start], list[ErrorNote]]:
    starts: list[_Start] = []
    errors: list[ErrorNote] = []
    for path, future in inspections:
        try:
            inspection = future.result()
            whole = inspection.signed or inspection.born_digital
            original = hash_of(path)
        except WorkstationError as e:
            errors.append(WorkstationError(e.code, **{"file": path.name, **e.params}).note)
            continue
        for frame in range(len(inspection.frames)):
            p = bench.profile
            job = PageJob(path, original, frame, bench.cache, 0, p.min_dpi, p.min_sharpness, words=False)
            starts.append((path, original, frame, bench.pages.submit(bench.tools.process, job, timeout=PAGE_SECONDS), whole))
    return starts, errors


def _finish(start: _Start) -> ReadPage:
    path, original, frame, future, whole = start
    try:
        return ReadPage(path, original, frame, future.result(), None, whole)
    except WorkstationError as e:
        note = WorkstationError(e.code, **{"file": path.name, "page": frame + 1, **e.params}).note
        return ReadPage(path, original, frame, None, note, whole)


@dataclass(frozen=True, slots=True)
class Publishing:
    """A file whose documents are being written."""

    read: ReadFile
    jobs: tuple[tuple[Path, "Future[PublishedPdf]"], ...]

    def finish(self) -> ReadFile:
        """Waits. A document that fails adds its error."""
        published: list[tuple[Path, PublishedPdf] | None] = []
        errors = list(self.read.errors)
        for out, future in self.jobs:
            try:
                published.append((out, future.result()))
            except WorkstationError as e:
                published.append(None)
                errors.append(WorkstationError(e.code, **{"file": out.name, **e.params}).note)
        return replace(self.read, published=tuple(published), errors=tuple(errors))


def start_publishing(
    bench: Bench, read: ReadFile, folder: Path, first: int, created: str, form: PdfForm = PdfForm.ARCHIVE
) -> Publishing:
    """One PDF/A a document into ``folder``, numbered from ``first``, while the pages of other files are still being read."""
    folder.mkdir(parents=True, exist_ok=True)
    jobs = []
    for i, draft in enumerate(read.documents, first):
        parts = tuple(part for n in draft.pages if (part := _part(bench, read.pages[n])))
        name = next((f.value for f in draft.fields if f.name == "type_name"), "") or "Văn bản"
        out = folder / f"{i:02d}-{ascii_name(name) or 'van-ban'}.pdf"
        first_page = read.pages[draft.pages[0]]
        if first_page.whole:
            jobs.append((out, _taken_over(first_page, len(draft.pages), out)))
            continue
        job = PublishJob(parts, out, name, created=created, form=form)
        jobs.append((out, bench.pages.submit(bench.tools.publish, job, timeout=PUBLISH_SECONDS, urgent=True)))
    return Publishing(read, tuple(jobs))


def _taken_over(page: ReadPage, pages: int, out: Path) -> "Future[PublishedPdf]":
    """The page's file, byte for byte, as the document's."""
    done: Future[PublishedPdf] = Future()
    write_durably(out, page.path.read_bytes())
    done.set_result(PublishedPdf(page.original, out.stat().st_size, pages, "", ("original",) * pages))
    return done


def _part(bench: Bench, page: ReadPage) -> StoredPage | None:
    return StoredPage(page.path, page.original, page.frame, bench.cache) if page.result else None
