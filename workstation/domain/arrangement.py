"""How the pages of a dossier are arranged, and the steps that lead from one arrangement back to another: undo and redo.

A step holds only what differs. So it is small beside a dossier of a thousand pages, and what came in since it was noted (pages,
words that were read, values that were typed) is left as it is.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace

from workstation.domain.dossier import Document, Dossier
from workstation.domain.ids import DocumentId, PageId
from workstation.domain.page import Page, PageState, Recipe
from workstation.domain.splitcue import SplitCue


@dataclass(frozen=True, slots=True)
class Standing:
    """What a clerk said of one page."""

    page: PageId
    work: Recipe
    dropped: bool
    kept_reason: str
    with_note: bool = False
    pair_of: PageId | None = None
    cue: SplitCue | None = None
    separator: str = ""
    """As which side of a separator sheet it was known: what is one was dropped by the program."""


@dataclass(frozen=True, slots=True)
class Step:
    """What leads from an arrangement to another one."""

    pages: tuple[Standing, ...] = ()
    """Those of which something else is said there."""
    joins: tuple[tuple[DocumentId | None, tuple[PageId, ...]], ...] = ()
    """Pages that belong to another document there, by document."""
    moved: tuple[tuple[PageId, PageId | None], ...] = ()
    """Pages that change their place or are there again, in the order in which they are set; each with the page behind which it
    stands then (None: it is the first)."""
    made: tuple[Page, ...] = ()
    """Pages that are there again: the other half of a spread."""
    unmade: tuple[PageId, ...] = ()
    """Pages that are no longer there; another one shows their place on the original."""
    documents: tuple[Document, ...] = ()
    """Those that are there again, whole: nobody else remembers what was typed into them."""
    gone: tuple[DocumentId, ...] = ()
    """Those that are no longer there."""
    batch: str = ""
    """Steps next to each other with the same were one thing to who took them, and are taken back as one; empty: alone."""


def standing(page: Page) -> Standing:
    return Standing(page.id, page.work, page.dropped, page.kept_reason, page.with_note, page.pair_of, page.cue, page.separator)


def _stood(page: Page, said: Standing) -> Page:
    """What was read goes by the work on the page: it is read anew where that is another. What reading told since (that a
    document may begin there, that it is a separator sheet) stays."""
    if said.work != page.work:
        page = replace(page, work=said.work, state=PageState.NEW, error=None)
    dropped = said.dropped if said.separator == page.separator else page.dropped
    since = None if page.cue is not None and page.cue.refused else page.cue  # what was read stays, an answer is taken back
    page = replace(page, dropped=dropped, kept_reason=said.kept_reason, cue=said.cue or since)
    return replace(page, with_note=said.with_note, pair_of=said.pair_of)


def leading(now: Dossier, then: Dossier) -> Step:
    """The step from ``now`` to ``then``."""
    wanted, here = {p.id: p for p in then.pages}, {p.id for p in now.pages}
    both = [p for p in now.pages if p.id in wanted]
    said = tuple(standing(wanted[p.id]) for p in both if standing(wanted[p.id]) != standing(p))
    joins: dict[DocumentId | None, list[PageId]] = {}
    for page in both:
        if wanted[page.id].document_id != page.document_id:
            joins.setdefault(wanted[page.id].document_id, []).append(page.id)
    known, left = {d.id for d in now.documents}, {d.id for d in then.documents}
    documents = tuple(d for d in then.documents if d.id not in known)
    gone = tuple(d.id for d in now.documents if d.id not in left)
    moved = _moves([p.id for p in both], [p.id for p in then.pages])
    made = tuple(p for p in then.pages if p.id not in here)
    unmade = tuple(p.id for p in now.pages if p.id not in wanted)
    return Step(said, tuple((d, tuple(pages)) for d, pages in joins.items()), moved, made, unmade, documents, gone)


def rearranged(dossier: Dossier, step: Step) -> Dossier:
    """The dossier after that step. Its documents are as yet in no order, and some may have no pages left.

    A page that came in since, into a document that is gone then, joins the document before it; one that went into another
    dossier since stays there.
    """
    said = {s.page: s for s in step.pages}
    pages = [_stood(p, said[p.id]) if p.id in said else p for p in _moved(_there(dossier, step), step.moved)]
    joins = {page: document for document, joining in step.joins for page in joining}
    pages = [replace(p, document_id=joins[p.id]) if p.id in joins else p for p in pages]
    known = {d.id for d in dossier.documents}
    documents = (*dossier.documents, *(d for d in step.documents if d.id not in known))
    return replace(dossier, pages=_without(pages, frozenset(step.gone)), documents=documents)


def _there(dossier: Dossier, step: Step) -> Sequence[Page]:
    """The pages that there are then; those that are made again stand at the end."""
    known = {p.id for p in dossier.pages}
    return (*(p for p in dossier.pages if p.id not in step.unmade), *(p for p in step.made if p.id not in known))


def touched(now: Dossier, then: Dossier) -> frozenset[DocumentId]:
    """The documents to which the difference is one: other pages, in another order, or arranged otherwise."""
    one, other = _by_document(now), _by_document(then)
    return frozenset(x for x in one.keys() | other.keys() if one.get(x) != other.get(x))


def _by_document(dossier: Dossier) -> dict[DocumentId, list[Standing]]:
    found: dict[DocumentId, list[Standing]] = {}
    for page in dossier.pages:
        if page.document_id is not None:
            found.setdefault(page.document_id, []).append(standing(page))
    return found


def _without(pages: Sequence[Page], gone: frozenset[DocumentId]) -> tuple[Page, ...]:
    return tuple(
        replace(p, document_id=neighbour(pages, i, i + 1, gone)) if p.document_id in gone else p for i, p in enumerate(pages)
    )


def neighbour(pages: Sequence[Page], left: int, right: int, gone: frozenset[DocumentId] = frozenset()) -> DocumentId | None:
    """The document of the nearest page that has one: before ``left``, else from ``right`` on. ``gone``: these don't count."""
    near = (*reversed(pages[:left]), *pages[right:])
    return next((p.document_id for p in near if p.document_id is not None and p.document_id not in gone), None)


def _moves(now: Sequence[PageId], then: Sequence[PageId]) -> tuple[tuple[PageId, PageId | None], ...]:
    """The fewest pages to be moved so that one order becomes the other, which may have more of them."""
    place = {page: i for i, page in enumerate(then)}
    staying = _longest_ascending([place[page] for page in now])
    return tuple((page, then[i - 1] if i else None) for i, page in enumerate(then) if i not in staying)


def _longest_ascending(numbers: Sequence[int]) -> frozenset[int]:
    """The numbers of a longest ascending subsequence (patience sorting: n log n)."""
    tops: list[int] = []
    below: dict[int, int | None] = {}
    for n in numbers:
        at = bisect_left(tops, n)
        below[n] = tops[at - 1] if at else None
        tops[at : at + 1] = [n]
    found: list[int] = []
    last = tops[-1] if tops else None
    while last is not None:
        found.append(last)
        last = below[last]
    return frozenset(found)


def _moved(pages: Sequence[Page], moves: Sequence[tuple[PageId, PageId | None]]) -> tuple[Page, ...]:
    by_id = {p.id: p for p in pages}
    moving = {page for page, _ in moves}
    order = [p.id for p in pages if p.id not in moving]
    for page, behind in moves:
        if page in by_id:
            at = order.index(behind) + 1 if behind in order else 0 if behind is None else len(order)
            order.insert(at, page)
    return tuple(by_id[page] for page in order)
