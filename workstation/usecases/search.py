"""Search: what changes is put into the index behind the scenes, and found there by words."""

import hashlib
import logging
from collections.abc import Callable, Container, Iterable, Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass, field

from workstation.domain.dossier import Document, DocumentState, Dossier
from workstation.domain.errors import WorkstationError
from workstation.domain.fields import nfc
from workstation.domain.folding import plain
from workstation.domain.ids import DocumentId, DossierId, PageId
from workstation.domain.marks import is_secret
from workstation.domain.page import Page, PageState, PageText
from workstation.domain.search import AlsoNamed, DueDocument, Paper, SearchIndex
from workstation.domain.searchquery import Asked, Filters, ask
from workstation.domain.searchwords import words
from workstation.domain.snippet import Pieces, lighted, passage
from workstation.usecases.office import Office
from workstation.usecases.publish import titled
from workstation.usecases.read import text_of

log = logging.getLogger(__name__)

READERS = frozenset({"clerk", "checker", "official", "registrar"})
"""Roles that may see dossiers; an administrator can't (T03)."""
AT_ONCE = 50
"""Documents put into the index in one transaction."""


@dataclass(frozen=True, slots=True)
class Hit:
    document_id: DocumentId
    dossier_id: DossierId
    code: str
    dossier_title: str
    state: DocumentState
    """As it is now."""
    title: Pieces
    """Type, number and what it is about."""
    organ: str
    issued: str
    """ISO 8601; empty: not known."""
    passage: Pieces
    """Of the text of its pages, else of its fields; empty where only a filter found it."""
    by_name: str = ""
    """Another name of the place that was asked for, by which it was found."""


@dataclass(frozen=True, slots=True)
class Hits:
    rows: tuple[Hit, ...]
    more: bool
    """There are others behind these."""
    searched_all: bool
    """False: older documents were left out, since that would take long; ``patience`` finds them."""
    waiting: int
    """Documents that changed, or came in, and are not in the index yet."""


def _nobody(_: str) -> tuple[str, ...]:
    return ()


@dataclass(frozen=True, slots=True)
class Searcher:
    """``index`` is asked for when it is wanted: trouble with it (T02) costs the search, not the office."""

    office: Office
    index: Callable[[], SearchIndex]
    also_named: AlsoNamed = _nobody
    states: Sequence[tuple[str, str]] = field(default=())
    """Code and word of each document state, for ``trạng thái:``."""

    # --- finding

    def find(
        self,
        typed: str,
        role: str,
        filters: Filters = Filters(),  # noqa: B008 - frozen
        limit: int = 50,
        offset: int = 0,
        *,
        typing: bool = False,
        patience: float = 0.25,
    ) -> Hits:
        """T01: nothing is asked for, or a filter that there is none of; T02: the index can't be used; T03: not for this role."""
        if role not in READERS:
            raise WorkstationError("T03")
        types = [(r.type.code, r.type.name) for r in (*self.office.rules.documents, self.office.rules.other)]
        asked = ask(typed, filters, types, self.states, self.also_named, typing=typing)
        found = self.index().find(asked.wanted, limit, offset, patience)
        with self.office.look() as uow:
            states = uow.dossiers.document_states([p.document_id for p in found.papers])
            waiting = uow.due.count()
        rows = tuple(_hit(p, states[p.document_id], asked) for p in found.papers if p.document_id in states)
        return Hits(rows, found.more, found.searched_all, waiting)

    # --- keeping

    def round(self, stopped: Callable[[], bool] = lambda: False) -> int:
        """Puts into the index what is due, until nothing is; how many documents that were. Safe to repeat and to break off."""
        if not self.index().whole():
            with self.office.uow() as uow:
                uow.due.everything()
                uow.commit()
            self.index().begun()
        self.index().finish_shredding()
        done = 0
        while not stopped():
            with self.office.look() as uow:
                due = uow.due.take(AT_ONCE)
            if not due:
                break
            self._put_each(due)
            with self.office.uow() as uow:
                uow.due.done(due)
                uow.commit()
            done += len(due)
        return done

    def rebuild(self) -> int:
        """Throws the index away and makes it anew; how many documents are in it then."""
        self.index().clear()
        return self.round()

    def _put_each(self, due: Sequence[DueDocument]) -> None:
        """A document that can't be put costs itself only: a bug, that the log tells of."""
        try:
            self._put(due)
        except (WorkstationError, CancelledError):
            raise
        except Exception as e:  # noqa: BLE001 - whatever it is, the documents behind it go on
            if len(due) == 1:
                log.error("B01: a document is not searched: %s", type(e).__name__)
                return
            for one in due:
                self._put_each([one])

    def _put(self, due: Sequence[DueDocument]) -> None:
        known = self.index().papers([one.document_id for one in due])
        dossiers = {one.dossier_id: self._dossier(one.dossier_id) for one in due}
        here = {p.id for dossier in dossiers.values() if dossier is not None for p in dossier.pages}
        papers: list[Paper] = []
        gone: list[DocumentId] = []
        erased = [d for d, paper in known.items() if self._lost_pages(paper, here)]
        for one in due:
            dossier = dossiers[one.dossier_id]
            document = next((d for d in dossier.documents if d.id == one.document_id), None) if dossier is not None else None
            if dossier is None or document is None:
                gone.append(one.document_id)
            elif (paper := self._paper(dossier, document, known.get(one.document_id))) is None:
                erased.append(one.document_id)
            else:
                papers.append(paper)
        for ids, shred in ((erased, True), (gone, False)):
            if found := [d for d in ids if d in known]:
                self.index().forget(found, shred=shred)
        self.index().put(papers)

    def _lost_pages(self, paper: Paper, here: Container[PageId]) -> bool:
        """Whether a page of it is in no dossier any more: it was destroyed, and its words are to be so too. What is dropped,
        moved or split off is still somewhere."""
        pages = (PageId(stamp.partition(":")[0]) for stamp in paper.pages.split())
        return any(page not in here and self._nowhere(page) for page in pages)

    def _nowhere(self, page_id: PageId) -> bool:
        try:
            self.office.dossier_of_page(page_id)
        except WorkstationError as e:
            if e.code != "K04":
                raise
            return True
        return False

    def _dossier(self, dossier_id: DossierId) -> Dossier | None:
        try:
            return self.office.dossier(dossier_id)
        except WorkstationError as e:
            if e.code != "K04":
                raise
            return None

    def _paper(self, dossier: Dossier, document: Document, known: Paper | None) -> Paper | None:
        """None: it bears a degree of secrecy, and is never in the index, however doubtful the reading of that, unless a person
        has looked and said that it bears none."""
        unseen: frozenset[str] = frozenset()
        rule = self.office.rules.document(document.type_code)
        if document.state in (DocumentState.TO_CHECK, DocumentState.TO_SETTLE):  # who checks keys these without seeing the entry
            unseen = frozenset(self.office.profile_of(dossier).rekeyed(rule))
        pages = dossier.pages_of(document.id)
        marked = not any(p.not_secret_by for p in pages)
        if any(p.state is PageState.HELD for p in pages) or (marked and document.field("secrecy")):
            return None
        stamps = _stamps(pages)
        if known is not None and known.pages == stamps:
            body = known.body
        else:
            texts, failed = self._texts(dossier, pages)
            if marked and any(is_secret(text) for text in texts):
                return None
            body = "\n".join(nfc(line) for text in texts for line in text.text.splitlines())
            stamps = _stamps(pages, failed)
        return Paper(
            document.id,
            dossier.id,
            dossier.version,
            nfc(dossier.code),
            nfc(dossier.title),
            document.type_code,
            nfc(rule.type.name),
            document.state.value,
            tuple((f.name, nfc(f.value)) for f in document.fields if f.value and f.name not in unseen),
            body,
            stamps,
        )

    def _texts(self, dossier: Dossier, pages: Iterable[Page]) -> tuple[list[PageText], set[PageId]]:
        """A page whose text can't be had costs what it says, not the document; which these are."""
        texts: list[PageText] = []
        failed: set[PageId] = set()
        for page in pages:
            try:
                text = text_of(self.office, dossier, page)
            except CancelledError:
                raise
            except WorkstationError as e:
                log.warning("%s: a page is not searched", e.code)
                failed.add(page.id)
                continue
            texts += [text] if text is not None else []
        return texts, failed


def _stamps(pages: Sequence[Page], failed: Container[PageId] = ()) -> str:
    """Each page's id, and a digest of what its text was made from; none for one that has to be tried again."""
    made = []
    for p in pages:
        said = repr((p.source.original, p.source.frame, p.work, p.blank, p.state is PageState.READ, p.not_secret_by))
        made.append(f"{p.id}:{'' if p.id in failed else hashlib.sha256(said.encode()).hexdigest()[:12]}")
    return " ".join(made)


def _hit(paper: Paper, state: DocumentState, asked: Asked) -> Hit:
    title = titled(paper.field("type_name") or paper.type_name, paper.field)
    shown = passage(paper.body, asked.lit) or passage(" · ".join(v for _, v in paper.fields), asked.lit)
    return Hit(
        paper.document_id,
        paper.dossier_id,
        paper.code,
        paper.dossier_title,
        state,
        lighted(title, asked.lit),
        paper.field("organ_name"),
        paper.field("issued_date"),
        shown,
        _by_name(paper, asked),
    )


def _by_name(paper: Paper, asked: Asked) -> str:
    """The first of the other names of a place that stands in the paper, if the typed one does not."""
    for group in asked.wanted.groups:
        if len(group.names) > 1:
            text = " " + " ".join(w.plain for part in (*(v for _, v in paper.fields), paper.body) for w in words(part)) + " "
            there = [name for name in group.names if f" {' '.join(w.plain for w in words(name))} " in text]
            if there and plain(there[0]) != plain(group.names[0]):
                return there[0]
    return ""
