"""What is copied: its pages, read and looked at before anything is made of it.

A source that bears a mark of a state secret is let go at once: nothing of it goes into the store, the cache or a log
(Decree 30/2020 art. 27.2).
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from workstation.domain.copies import CopyRule, Medium, SourceIs
from workstation.domain.dossier import Document, DocumentState, Dossier
from workstation.domain.durable import DISK_FULL
from workstation.domain.errors import WorkstationError
from workstation.domain.findings import FindingLimits
from workstation.domain.ids import DocumentId, Sha256, new_id
from workstation.domain.marks import copy_marks, is_secret, unread_mark
from workstation.domain.page import Finding, PageText
from workstation.domain.pagejobs import Inspection, Limits, PageJob, PageResult, PublishPage
from workstation.domain.signature import FileVerdict
from workstation.usecases.office import INSPECT_SECONDS, PAGE_SECONDS, VERIFY_SECONDS, Office
from workstation.usecases.publish import published_pages, title_of
from workstation.usecases.read import indexed
from workstation.usecases.recover import sha256_of
from workstation.usecases.sound import signed_length

Verifier = Callable[[Path], FileVerdict]


@dataclass(frozen=True, slots=True)
class Source:
    """One document to copy, read and judged."""

    title: str
    marks: frozenset[SourceIs]
    pages: tuple[PublishPage, ...]


@dataclass(frozen=True, slots=True)
class Given:
    """What is to be copied, before it is read. Its file lasts as long as the block that opened it, and nobody else writes it."""

    file: Path
    """What was given, byte for byte."""
    sha256: Sha256
    count: int
    """Pages."""
    medium: Medium
    read: Callable[[CopyRule], Source]


def inspected(office: Office, path: Path) -> Inspection:
    return office.pages.submit(office.tools.inspect, path, Limits(), timeout=INSPECT_SECONDS).result()


@contextmanager
def file_source(office: Office, verify: Verifier, path: Path, looked: bool) -> Iterator[Given]:
    """A file, copied once: what is judged, kept and shown are the same bytes, whoever writes to ``path`` meanwhile. Unsigned it
    is a scan of paper; signed it is an electronic document, of which the revision that its last sound signature covers is shown.

    ``looked``: a person has looked at the marks that the machine can't read. F01 to F07, O01. Reading it raises A01, A04: the
    scan is too coarse, or not in colour; S02, S07; S03: what is signed does not verify, or what was written on a computer is
    not signed and so no original.
    """
    with tempfile.TemporaryDirectory(prefix="sao-", dir=office.blobs.staging()) as folder:
        file = _pinned(path, Path(folder))
        look = inspected(office, file)
        medium = Medium.ELECTRONIC if look.signed else Medium.PAPER
        digest = sha256_of(file)

        def read(rule: CopyRule) -> Source:
            if look.born_digital and not look.signed:
                raise WorkstationError("S03", reason="V07", file=path.name)
            shown = _signed_revision(office, verify, file, Path(folder)) if look.signed else file
            frames = len(inspected(office, shown).frames) if look.signed else len(look.frames)
            return _read_file(office, shown, frames, rule, Path(folder), path, medium, looked)

        yield Given(file, digest, len(look.frames), medium, read)


def keep(office: Office, given: Given) -> None:
    """Its file, in the store. M03 if that is not what was judged."""
    if office.blobs.put_file(given.file) != given.sha256:
        raise WorkstationError("M03")


def _pinned(path: Path, folder: Path) -> Path:
    """A copy under the same name and with the same time. F07 if the file can't be read, M01 if there is no room."""
    (folder / "given").mkdir()
    copy = folder / "given" / path.name
    try:
        with path.open("rb") as source, copy.open("xb") as target:
            shutil.copyfileobj(source, target, 1 << 20)
            told = os.fstat(source.fileno())
        os.utime(copy, ns=(told.st_atime_ns, told.st_mtime_ns))
    except OSError as e:
        if e.errno in DISK_FULL:
            raise WorkstationError("M01") from e
        raise WorkstationError("F07", file=path.name) from e
    return copy


def _read_file(
    office: Office,
    shown: Path,
    frames: int,
    rule: CopyRule,
    cache: Path,
    given: Path,
    medium: Medium,
    looked: bool,
) -> Source:
    results = _read(office, shown, sha256_of(shown), frames, rule, cache)
    for number, result in enumerate(results, 1):
        if result.secret:
            raise WorkstationError("S02")
        _no_secret(result.text, number, looked)
        if medium is Medium.PAPER and not result.blank:
            _good_enough(result.findings, rule, number, given.name)
    pages = tuple(PublishPage(shown, n, r.recipe, r.text) for n, r in enumerate(results))
    texts = tuple(r.text for r in results)
    known = indexed(office, Document(DocumentId(new_id())), office.tools.index(texts), texts, [r.codes for r in results])
    title = title_of(office, known) if known.type_code else given.stem
    return Source(title, frozenset[SourceIs]().union(*(copy_marks(r.text) for r in results)), pages)


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
    jobs = [PageJob(path, digest, n, cache, limits=FindingLimits(min_dpi=rule.min_dpi)) for n in range(frames)]
    futures = [office.pages.submit(office.tools.process, job, timeout=PAGE_SECONDS) for job in jobs]
    return [future.result() for future in futures]


def _no_secret(text: PageText, page: int, looked: bool) -> None:
    """S02; S07 for a mark on the first page that nobody has read."""
    if is_secret(text):
        raise WorkstationError("S02")
    if page == 1 and not looked and unread_mark(text):
        raise WorkstationError("S07", page=page)


def _good_enough(findings: Sequence[Finding], rule: CopyRule, page: int, name: str) -> None:
    """A scan is in colour and fine enough (annex I part II.I.2), whatever limit it was measured against. A scanner's 199.9 dpi
    is 200."""
    found = {finding.code: finding for finding in findings}
    dpi, colour = found.get("dpi"), found.get("color")
    if dpi and (dpi.value < 0.99 * rule.min_dpi or (not dpi.ok and dpi.limit <= rule.min_dpi)):
        raise WorkstationError("A01", page=page, value=dpi.value, limit=rule.min_dpi, file=name)
    if rule.colour and colour and not colour.ok:
        raise WorkstationError("A04", page=page, finding="color", file=name)


@contextmanager
def document_source(office: Office, verify: Verifier, dossier: Dossier, document: Document, looked: bool) -> Iterator[Given]:
    """A document of the store: a scan that has been checked, of which the published pages are copied; or one that came signed, as
    ``file_source``. K06 if it is not so far.
    Reading it raises A01, A04, S02, S07; S03: its signed file is no longer sound."""
    if document.state is DocumentState.EXEMPT and document.sealed is not None:
        with file_source(office, verify, office.blobs.path(document.sealed.sha256), looked) as given:
            yield replace(given, read=lambda rule: replace(given.read(rule), title=title_of(office, document)))
        return
    published = document.published
    if published is None or document.state not in (DocumentState.TO_SIGN, DocumentState.SIGNED):
        raise WorkstationError("K06", state=document.state.value, to="published")
    scans = dossier.pages_of(document.id)

    def read(rule: CopyRule) -> Source:
        if document.sealed is not None:
            path = office.blobs.path(document.sealed.sha256)
            require_green(office.pages.submit(verify, path, timeout=VERIFY_SECONDS).result(), dossier.code)
        if not office.blobs.verify(published.sha256):
            raise WorkstationError("M03")
        for number, scan in enumerate(scans, 1):
            if not scan.blank:
                _good_enough(scan.findings, rule, number, dossier.code)
        pages = published_pages(office, dossier, document)
        for number, (scan, page) in enumerate(zip(scans, pages, strict=True), 1):
            if scan.not_secret_by is None:
                _no_secret(page.text, number, looked)
        return Source(title_of(office, document), frozenset[SourceIs]().union(*(copy_marks(page.text) for page in pages)), pages)

    yield Given(office.blobs.path(published.sha256), published.sha256, len(scans), Medium.PAPER, read)
