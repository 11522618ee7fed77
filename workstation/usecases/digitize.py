"""The same arrows as the desk's, without a store: files in, text and PDF/A out. Used by ``read`` and ``digitize``."""

import errno
import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby, islice
from pathlib import Path
from typing import TypeVar, overload

from workstation.domain.durable import DISK_FULL, write_durably
from workstation.domain.errors import ErrorNote, WorkstationError
from workstation.domain.filelist import expand
from workstation.domain.ids import Sha256
from workstation.domain.page import PageText, Recipe
from workstation.domain.pagejobs import (
    DocumentDraft,
    Inspection,
    Limits,
    PageJob,
    PageResult,
    PageTools,
    PdfForm,
    PublishJob,
    StoredPage,
)
from workstation.domain.pagework import for_all
from workstation.domain.place import Places
from workstation.domain.ports import Lane, LaneError
from workstation.domain.profile import Profile, Rules
from workstation.domain.shelf import Shelf
from workstation.domain.signature import PublishedPdf
from workstation.usecases.office import INSPECT_SECONDS, PAGE_SECONDS, PUBLISH_SECONDS
from workstation.usecases.placing import with_places
from workstation.usecases.read import indexed_fields
from workstation.usecases.send import ascii_name
from workstation.usecases.suggest import made
from workstation.usecases.unitnames import spelt_as_units

T = TypeVar("T")

_AHEAD = 256
"""Jobs in the lane beyond the one that is waited for: enough that sixteen cores read on while one file is written, and no more,
for a waiting job takes 2 kB."""


@dataclass(frozen=True, slots=True)
class Bench:
    """What the arrows need here: a lane, the tools, the rules, a place for derived files and one for what was found."""

    pages: Lane
    tools: PageTools
    rules: Rules
    profile: Profile
    cache: Path
    shelf: Shelf
    today: date
    places: Callable[[], Places]


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
    pages: Sequence[ReadPage]
    documents: Sequence[DocumentDraft]
    errors: tuple[ErrorNote, ...] = ()
    """Files or pages that were left out, each with its reason; the rest went on."""
    published: Sequence[tuple[Path, PublishedPdf] | None] = ()
    """One a document, None where it failed (its reason is in ``errors``); empty until published."""


Hasher = Callable[[Path], Sha256]


def read_files(bench: Bench, arguments: Sequence[Path], hash_of: Hasher) -> Iterator[ReadFile]:
    """Reads every argument, gives each as soon as it is read; frames of the files behind it are in the lane meanwhile, so that
    no core waits between files.

    A file that can't be opened, or a page that can't be read, keeps its error and the rest goes on. Of an argument with a page
    that bears a mark of a state secret nothing is told but K20.
    """
    # Names, not paths: a ``Path`` keeps its parts, name and hash as well, four times the bytes of each file that waits.
    files = [[str(path) for path in expand([argument])] for argument in arguments]
    started = _ahead(_start(bench, _ahead(_inspect(bench, files)), hash_of))
    for number, starts in groupby(started, lambda start: start.argument):
        yield _read(bench, str(arguments[number]), starts)


def _ahead(started: Iterator[T]) -> Iterator[T]:
    """What the iterator starts, so far ahead of what is waited for."""
    waiting = deque(islice(started, _AHEAD))
    while waiting:
        yield waiting.popleft()
        waiting.extend(islice(started, 1))


def _read(bench: Bench, name: str, starts: Iterable["_Start"]) -> ReadFile:
    unopened: list[ErrorNote] = []
    unread: list[ErrorNote] = []

    def finished() -> Iterator[ReadPage]:
        for start in starts:
            if start.error is not None:
                unopened.append(start.error)
            elif start.future is not None:
                page = _finish(start, start.future)
                if page.error is not None:
                    unread.append(page.error)
                yield page

    def secret() -> bool:
        """Whether one of all the pages is: nobody is here to say which of the others belong to it."""
        return len(pages) > 0 and any(note.code == "K20" for note in unread)

    # documents are made while the pages behind them are being read
    pages = bench.shelf.arriving(finished())
    try:
        drafts = bench.shelf.keep(_checked(bench, pages, d) for d in _documents(bench, pages))
    except WorkstationError:
        if not secret():  # else its file's words were wiped meanwhile
            raise
    if secret():
        return ReadFile(name, bench.shelf.keep(_untold(page) for page in pages), (), (*unopened, *unread))
    if not pages and not unopened:
        unopened.append(ErrorNote("F04", (("file", Path(name).name),)))
    return ReadFile(name, pages, drafts, (*unopened, *unread))


def _untold(page: ReadPage) -> ReadPage:
    """Without anything that was read on it."""
    return replace(page, result=None, error=page.error or ErrorNote("K20", (("file", page.path.name),)))


def _checked(bench: Bench, pages: Sequence[ReadPage], draft: DocumentDraft) -> DocumentDraft:
    """The draft's fields that stand on its form, with what is said of them."""
    fields, texts = indexed_fields(bench.rules, draft), _Texts(bench, pages, draft.pages)
    results = (pages[n].result for n in draft.pages)
    codes = [r.codes if r is not None else () for r in results]
    checked = made(bench.rules, draft.type_code, fields, texts, codes, bench.today)
    return replace(draft, fields=with_places(spelt_as_units(checked, bench.places), bench.places))


def with_words(bench: Bench, page: ReadPage) -> ReadPage:
    """The page with what was read on it, from the cache. B01 if it has gone from there: no page loses its words in silence."""
    if page.result is None:
        return page
    text = bench.tools.load_text(bench.cache, page.original, page.frame, _asked(bench, page.whole))
    if text is None:
        raise WorkstationError("B01", where="digitize", rule="cache")
    return replace(page, result=replace(page.result, text=text))


class _Texts(Sequence[PageText | None]):
    """Each text as it is looked at; None: blank or failed. ``numbers``: of the pages that are meant."""

    def __init__(self, bench: Bench, pages: Sequence[ReadPage], numbers: Sequence[int]) -> None:
        self._bench, self._pages, self._numbers = bench, pages, numbers

    def __len__(self) -> int:
        return len(self._numbers)

    @overload
    def __getitem__(self, at: int) -> PageText | None: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[PageText | None]: ...
    def __getitem__(self, at: int | slice) -> PageText | Sequence[PageText | None] | None:
        if isinstance(at, slice):
            return _Texts(self._bench, self._pages, self._numbers[at])
        page = self._pages[self._numbers[at]]
        read = with_words(self._bench, page).result
        return None if read is None or read.blank else read.text


def index_pages(bench: Bench, pages: Sequence[ReadPage], numbers: Sequence[int]) -> DocumentDraft:
    """Type and fields of those of the pages that are one document."""
    return replace(bench.tools.index(_Texts(bench, pages, numbers)), pages=tuple(numbers))


def _documents(bench: Bench, pages: Sequence[ReadPage]) -> Iterator[DocumentDraft]:
    """What the scans split into, each as soon as its pages are there; a file that goes through as it is is one document."""
    for whole, group in groupby(enumerate(pages), lambda numbered: _taken_whole(numbered[1])):
        numbers = bench.shelf.arriving(number for number, _ in group)
        if whole is not None:
            yield index_pages(bench, pages, tuple(numbers))
            continue
        for draft in bench.tools.split(_Texts(bench, pages, numbers)):
            own = tuple(numbers[n] for n in draft.pages)
            if any(pages[n].result for n in own):  # else nothing of all the scans could be read
                yield replace(draft, pages=own)


def _taken_whole(page: ReadPage) -> Path | None:
    return page.path if page.whole else None


_NONE = Sha256("")


@dataclass(frozen=True, slots=True)
class _Start:
    """A frame that is being read, or a file that can't be opened; of a folder without files neither."""

    argument: int
    path: Path
    original: Sha256 = _NONE
    frame: int = 0
    whole: bool = False
    future: "Future[PageResult] | None" = None
    error: ErrorNote | None = None


_Inspections = Iterator[tuple[int, Path, "Future[Inspection] | None"]]


def _inspect(bench: Bench, files: Sequence[Sequence[str]]) -> _Inspections:
    for argument, paths in enumerate(files):
        if not paths:
            yield argument, Path(), None
        for path in map(Path, paths):
            yield argument, path, bench.pages.submit(bench.tools.inspect, path, Limits(), timeout=INSPECT_SECONDS)


def _start(bench: Bench, inspections: _Inspections, hash_of: Hasher) -> Iterator[_Start]:
    for argument, path, future in inspections:
        if future is None:
            yield _Start(argument, path)
            continue
        try:
            inspection = future.result()
            whole = inspection.signed or inspection.born_digital
            original = hash_of(path)
        except Exception as e:  # noqa: BLE001 - see _note
            yield _Start(argument, path, error=_note(e, file=path.name))
            continue
        for frame in range(len(inspection.frames)):
            job = PageJob(path, original, frame, bench.cache, _asked(bench, whole), bench.profile.limits, words=False)
            reading = bench.pages.submit(bench.tools.process, job, timeout=PAGE_SECONDS)
            yield _Start(argument, path, original, frame, whole, reading)


def _asked(bench: Bench, whole: bool) -> Recipe:
    """What the profile asks of a page; nothing of a file that goes on as it is."""
    return () if whole else for_all(bench.profile.page_work)


def _finish(start: _Start, future: "Future[PageResult]") -> ReadPage:
    try:
        result = future.result()
        if result.secret:
            raise WorkstationError("K20")
        return ReadPage(start.path, start.original, start.frame, result, None, start.whole)
    except Exception as e:  # noqa: BLE001 - see _note
        note = _note(e, file=start.path.name, page=start.frame + 1)
        return ReadPage(start.path, start.original, start.frame, None, note, start.whole)


_EXHAUSTED = frozenset({errno.EAGAIN, errno.EMFILE, errno.ENFILE, errno.ENOMEM})
"""What a machine says that has no processes, files or memory left to give."""


def _note(e: Exception, **where: str | int) -> ErrorNote:
    """Why an item failed. Our own bug too costs the item that met it and no other; only its kind is kept, its text may hold the
    page's. What stops everything goes on: a lane that is being closed or can't start its workers, a machine that has no more to
    give."""
    match e:
        case CancelledError() | LaneError():
            raise e
        case OSError() if e.errno in _EXHAUSTED:
            raise e
        case OSError() if e.errno in DISK_FULL:
            return WorkstationError("M01", **where).note
        case WorkstationError():
            return WorkstationError(e.code, **{**where, **e.params}).note
        case OSError():
            return WorkstationError("F07", **where).note
        case _:
            return WorkstationError("B01", type=type(e).__name__, **where).note


def publish(bench: Bench, read: ReadFile, folder: Path, first: int, created: str, form: PdfForm = PdfForm.ARCHIVE) -> ReadFile:
    """One PDF/A a document into ``folder``, numbered from ``first``. Waits, while the pages of other files are still being
    read. A document that fails adds its error."""
    folder.mkdir(parents=True, exist_ok=True)
    errors = list(read.errors)

    def published() -> Iterator[tuple[Path, PublishedPdf] | None]:
        for out, future in _ahead(_publishing(bench, read, folder, first, created, form)):
            try:
                yield out, future.result()
            except Exception as e:  # noqa: BLE001 - see _note
                errors.append(_note(e, file=out.name))
                yield None

    made = bench.shelf.keep(published())
    return replace(read, published=made, errors=tuple(errors))


def _publishing(
    bench: Bench, read: ReadFile, folder: Path, first: int, created: str, form: PdfForm
) -> Iterator[tuple[Path, "Future[PublishedPdf]"]]:
    for i, draft in enumerate(read.documents, first):
        name = next((f.value for f in draft.fields if f.name == "type_name"), "") or "Văn bản"
        out = folder / f"{i:02d}-{ascii_name(name) or 'van-ban'}.pdf"
        first_page = read.pages[draft.pages[0]]
        if first_page.whole:
            yield out, _taken_over(first_page, len(draft.pages), out)
            continue
        parts = tuple(part for n in draft.pages if (part := _part(bench, read.pages[n])))
        job = PublishJob(parts, out, name, created=created, form=form)
        yield out, bench.pages.submit(bench.tools.publish, job, timeout=PUBLISH_SECONDS, urgent=True)


def _taken_over(page: ReadPage, pages: int, out: Path) -> "Future[PublishedPdf]":
    """The page's file, byte for byte, as the document's. Its failure, F12 for other bytes than were read, waits in the future."""
    done: Future[PublishedPdf] = Future()
    try:
        data = page.path.read_bytes()
        if hashlib.sha256(data).hexdigest() != page.original:
            raise WorkstationError("F12", file=page.path.name)
        write_durably(out, data)
    except (WorkstationError, OSError) as e:
        done.set_exception(e)
    else:
        done.set_result(PublishedPdf(page.original, len(data), pages, "", ("original",) * pages))
    return done


def _part(bench: Bench, page: ReadPage) -> StoredPage | None:
    return StoredPage(page.path, page.original, page.frame, bench.cache, _asked(bench, page.whole)) if page.result else None
