"""What is copied: its pages, read and looked at before anything is made of it.

A source that bears a mark of a state secret is let go at once: nothing of it goes into the store, the cache or a log
(Decree 30/2020 art. 27.2).
"""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from workstation.domain.copies import CopyRule, Medium, SourceIs
from workstation.domain.dossier import Document, DocumentState, Dossier
from workstation.domain.errors import WorkstationError
from workstation.domain.ids import DocumentId, Sha256, new_id
from workstation.domain.marks import copy_marks, is_secret, unread_mark
from workstation.domain.page import Finding, PageText
from workstation.domain.ports import Inspection, Limits, PageJob, PageResult, PublishPage
from workstation.domain.signature import FileVerdict
from workstation.usecases.office import INSPECT_SECONDS, PAGE_SECONDS, VERIFY_SECONDS, Office
from workstation.usecases.publish import published_pages, title_of
from workstation.usecases.read import indexed
from workstation.usecases.recover import sha256_of
from workstation.usecases.shown import signed_length

Verifier = Callable[[Path], FileVerdict]


@dataclass(frozen=True, slots=True)
class Source:
    """One document to copy. Its files last as long as the block that opened it."""

    file: Path
    """What was given, byte for byte."""
    sha256: Sha256
    title: str
    medium: Medium
    marks: frozenset[SourceIs]
    pages: tuple[PublishPage, ...]


def inspected(office: Office, path: Path) -> Inspection:
    return office.pages.submit(office.tools.inspect, path, Limits(), timeout=INSPECT_SECONDS).result()


@contextmanager
def file_source(office: Office, verify: Verifier, path: Path, looked: bool, rule: CopyRule) -> Iterator[Source]:
    """A file. Unsigned it is a scan of paper; signed it is an electronic document, of which the revision that its last sound
    signature covers is shown.

    ``looked``: a person has looked at the marks that the machine can't read. F01 to F07, O01; A01, A04: the scan is too
    coarse, or not in colour; S02, S07; S03: what is signed does not verify, or what was written on a computer is not signed and
    so no original.
    """
    look = inspected(office, path)
    digest = sha256_of(path)
    with tempfile.TemporaryDirectory(prefix="sao-", dir=office.blobs.staging()) as folder:
        medium, shown = Medium.PAPER, path
        if look.signed:
            medium, shown = Medium.ELECTRONIC, _signed_revision(office, verify, path, Path(folder))
        elif look.born_digital:
            raise WorkstationError("S03", reason="V07", file=path.name)
        frames = len(inspected(office, shown).frames) if look.signed else len(look.frames)
        results = _read(office, shown, sha256_of(shown), frames, rule, Path(folder))
        for number, result in enumerate(results, 1):
            _no_secret(result.text, number, looked)
            _good_enough(result, rule, number, path.name, paper=medium is Medium.PAPER)
        pages = tuple(PublishPage(shown, n, r.recipe, r.text) for n, r in enumerate(results))
        draft = office.tools.index(tuple(r.text for r in results))
        known = indexed(office, Document(DocumentId(new_id())), draft)
        title = title_of(office, known) if known.type_code else path.stem
        yield Source(path, digest, title, medium, frozenset[SourceIs]().union(*(copy_marks(r.text) for r in results)), pages)


def _signed_revision(office: Office, verify: Verifier, path: Path, folder: Path) -> Path:
    verdict = office.pages.submit(verify, path, timeout=VERIFY_SECONDS).result()
    require_green(verdict, path.name)
    revision = folder / "revision.pdf"
    with path.open("rb") as source:
        revision.write_bytes(source.read(signed_length(verdict)))
    return revision


def require_green(verdict: FileVerdict, name: str) -> None:
    """S03 with the first reason why it is not."""
    if not verdict.green:
        codes = [note.code for note in (*verdict.reasons, *(n for s in verdict.signatures for n in s.reasons))]
        raise WorkstationError("S03", reason=next(iter(codes), verdict.verdict.value), file=name)


def _read(office: Office, path: Path, digest: Sha256, frames: int, rule: CopyRule, cache: Path) -> list[PageResult]:
    jobs = [PageJob(path, digest, n, cache, min_dpi=rule.min_dpi) for n in range(frames)]
    futures = [office.pages.submit(office.tools.process, job, timeout=PAGE_SECONDS) for job in jobs]
    return [future.result() for future in futures]


def _no_secret(text: PageText, page: int, looked: bool) -> None:
    """S02; S07 for a mark on the first page that nobody has read."""
    if is_secret(text):
        raise WorkstationError("S02")
    if page == 1 and not looked and unread_mark(text):
        raise WorkstationError("S07", page=page)


def _good_enough(result: PageResult, rule: CopyRule, page: int, name: str, *, paper: bool) -> None:
    """A scan is in colour and fine enough (annex I part II.I.2)."""
    if not paper or result.blank:
        return
    failing: dict[str, Finding] = {f.code: f for f in result.findings if not f.ok}
    if low := failing.get("dpi"):
        raise WorkstationError("A01", page=page, value=low.value, limit=low.limit, file=name)
    if rule.colour and "color" in failing:
        raise WorkstationError("A04", page=page, finding="color", file=name)


@contextmanager
def document_source(office: Office, verify: Verifier, dossier: Dossier, document: Document, looked: bool) -> Iterator[Source]:
    """A document of the store: a scan that has been checked, of which the published pages are copied. K06 if it is not so far;
    S02, S07; S03: its signed file is no longer sound."""
    if document.published is None or document.state not in (DocumentState.TO_SIGN, DocumentState.SIGNED):
        raise WorkstationError("K06", state=document.state.value, to="published")
    if document.sealed is not None:
        path = office.blobs.path(document.sealed.sha256)
        require_green(office.pages.submit(verify, path, timeout=VERIFY_SECONDS).result(), dossier.code)
    if not office.blobs.verify(document.published.sha256):
        raise WorkstationError("M03")
    pages = published_pages(office, dossier, document)
    for number, page in enumerate(pages, 1):
        _no_secret(page.text, number, looked)
    marks = frozenset[SourceIs]().union(*(copy_marks(page.text) for page in pages))
    file = office.blobs.path(document.published.sha256)
    yield Source(file, document.published.sha256, title_of(office, document), Medium.PAPER, marks, pages)
