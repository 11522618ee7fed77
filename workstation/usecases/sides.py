"""The sides of a stack that went through a one-sided feeder twice, put together or set aside."""

from collections.abc import Sequence
from dataclasses import replace

from workstation.domain.dossier import Dossier
from workstation.domain.handduplex import Stack, paired
from workstation.domain.ids import DocumentId, DossierId, PageId, UserName
from workstation.usecases.arrange import arrange, capturing, reindexed, texts_in, unsigned
from workstation.usecases.move import torn
from workstation.usecases.office import Office
from workstation.usecases.read import in_paper_order


def drop_backs(office: Office, dossier_id: DossierId, stack: Stack, by: UserName) -> Dossier:
    """Marks the backs of a stack as not belonging, all in one."""
    dossier = office.dossier(dossier_id)
    texts = texts_in(office, dossier, *(p.document_id for p in dossier.pages))

    def edit(d: Dossier) -> Dossier:
        pages = [d.page(x) for x in _pages_of_sides(d, stack)[1] if x is not None]
        capturing(d, *(p.document_id for p in pages))
        for page in pages:
            d = d.with_page(replace(page, dropped=True))
        return reindexed(office, d, {p.document_id for p in pages if p.document_id is not None}, texts)

    return arrange(office, dossier_id, edit, office.event(by, "dropped", dossier_id, pages=len(stack.backs)))


def pair_sides(office: Office, dossier_id: DossierId, stack: Stack, by: UserName) -> Dossier:
    """Puts each back behind its front and into its document. K06 if one of these documents was entered meanwhile."""
    dossier = office.dossier(dossier_id)
    texts = texts_in(office, dossier, *(p.document_id for p in dossier.pages))

    def edit(d: Dossier) -> Dossier:
        fronts, backs = _pages_of_sides(d, stack)
        after, touched = _put_together(d, fronts, backs)
        return reindexed(office, after, touched, texts)

    return arrange(office, dossier_id, edit, office.event(by, "paired", dossier_id, sheets=len(stack.fronts)))


def pair_pages(office: Office, page_ids: Sequence[PageId], by: UserName, *, turned: bool) -> Dossier:
    """Puts sides together that came one after the other, whoever scanned them ("ghép mặt A/B"): of the pages, in paper order, the
    first half are the fronts and the others their backs. ``turned``: those of the last sheet come first.

    ValueError for an odd number; K06 if one of their documents was entered; F11 for a page of a file that came signed.
    """
    dossier = office.dossier_of_page(page_ids[0])
    texts = texts_in(office, dossier, *(p.document_id for p in dossier.pages))

    def edit(d: Dossier) -> Dossier:
        chosen = [p.id for p in d.pages if p.id in {d.page(x).id for x in page_ids}]
        half = len(chosen) // 2
        fronts, backs = chosen[:half], chosen[half:]
        after, touched = _put_together(d, fronts, backs if turned else backs[::-1])
        unsigned(d, *(d.page(x) for x in chosen), *torn(after))
        return reindexed(office, after, touched, texts)

    return arrange(office, dossier.id, edit, office.event(by, "paired", dossier.id, sheets=len(page_ids) // 2))


def _put_together(d: Dossier, fronts: Sequence[PageId | None], backs: Sequence[PageId | None]) -> tuple[Dossier, set[DocumentId]]:
    """See ``handduplex.paired``; and the documents whose pages are others now. K06 if one of them was entered."""
    order, follows = paired([p.id for p in d.pages], fronts, backs)
    touched = {d.page(x).document_id for pair in follows.items() for x in pair}
    capturing(d, *touched)
    d = replace(d, pages=tuple(d.page(x) for x in order))
    for back, front in follows.items():
        d = d.with_page(replace(d.page(back), document_id=d.page(front).document_id))
    return in_paper_order(d), {x for x in touched if x is not None}


def _pages_of_sides(dossier: Dossier, stack: Stack) -> tuple[list[PageId | None], list[PageId | None]]:
    """The page of each side as it came; None for one that could not be taken in. Of several pages with the same bytes those
    that came last are the stack's."""
    sides = (*stack.fronts, *stack.backs)
    left = {x: [p.id for p in dossier.pages if p.source.original == x][-sides.count(x) :] for x in set(sides)}
    found = [left[x].pop(0) if left[x] else None for x in sides]
    return found[: len(stack.fronts)], found[len(stack.fronts) :]
