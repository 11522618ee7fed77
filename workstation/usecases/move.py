"""Pages laid elsewhere in their dossier."""

from collections.abc import Sequence
from dataclasses import replace

from workstation.domain.arrangement import neighbour, touched
from workstation.domain.dossier import Dossier
from workstation.domain.ids import DocumentId, PageId, UserName
from workstation.domain.page import Page
from workstation.usecases.arrange import arrange, capturing, reindexed, texts_in, unsigned
from workstation.usecases.office import Office
from workstation.usecases.read import in_paper_order


def move_pages(office: Office, page_ids: Sequence[PageId], before: PageId | None, by: UserName) -> Dossier:
    """Lays the pages, in paper order, before the page ``before`` (None: at the end). K04 if one of them is not in the dossier
    of the first.

    In the midst of a document they join it. Between two documents whole documents stay what they are, pages of one of the two
    stay with it, and any others join the document of ``before``. Documents that lose all their pages go.
    """
    dossier = office.dossier_of_page(page_ids[0])
    then = moved(dossier, page_ids, before)
    texts = texts_in(office, then, *touched(dossier, then))

    def edit(d: Dossier) -> Dossier:
        after = moved(d, page_ids, before)
        changed = touched(d, after)
        capturing(d, *changed)
        unsigned(d, *(p for p in d.pages if p.document_id in changed), *torn(after))
        return reindexed(office, after, changed, texts)

    return arrange(office, dossier.id, edit, office.event(by, "moved", dossier.id, pages=len(page_ids)))


def torn(dossier: Dossier) -> list[Page]:
    """Pages of files that came signed and no longer stand together in their order, or among others in a document: read or not,
    such a file is one document."""
    found: list[Page] = []
    for came in dossier.signed:
        places = [(at, p) for at, p in enumerate(dossier.pages) if p.source.original == came.shown]
        owners = {p.document_id for _, p in places}
        apart = any(at != places[0][0] + n or p.source.frame != n for n, (at, p) in enumerate(places))
        mixed = any(p.document_id in owners - {None} and p.source.original != came.shown for p in dossier.pages)
        if apart or mixed or len(owners) > 1:
            found.append(places[0][1])
    return found


def moved(dossier: Dossier, page_ids: Sequence[PageId], before: PageId | None) -> Dossier:
    """See :func:`move_pages`."""
    chosen = {dossier.page(p).id for p in page_ids}
    at = len(dossier.pages) if before is None else dossier.pages.index(dossier.page(before))
    own = {p.document_id for p in dossier.pages if p.id in chosen}
    whole = all(p.id in chosen for p in dossier.pages if p.document_id in own - {None} and not p.dropped)
    if whole:  # with what was dropped of them
        chosen |= {p.id for p in dossier.pages if p.document_id in own - {None}}
    block = [p for p in dossier.pages if p.id in chosen]
    ahead = [p for p in dossier.pages[:at] if p.id not in chosen]
    behind = [p for p in dossier.pages[at:] if p.id not in chosen]
    document = _joined(ahead, behind, own, whole=whole)
    block = [p if document is None else replace(p, document_id=document) for p in block]
    return in_paper_order(replace(dossier, pages=(*ahead, *block, *behind)))


def _joined(ahead: Sequence[Page], behind: Sequence[Page], own: set[DocumentId | None], *, whole: bool) -> DocumentId | None:
    """The document that pages of the documents ``own`` join between these; None: they stay in theirs."""
    left, right = neighbour(ahead, len(ahead), len(ahead)), neighbour(behind, 0, 0)
    if left == right:
        return left
    if whole or own in ({left}, {right}):
        return None
    return right or left
