"""Separator sheets in a stack: what they part, and what becomes of the sheets themselves. A sheet is dropped with its blank back
and its original kept; what a clerk takes back is a page like any other from then on."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from workstation.domain.codes import Separator, separator_of
from workstation.domain.dossier import Dossier, DossierState
from workstation.domain.events import DossierDivided
from workstation.domain.ids import DossierId, new_id
from workstation.domain.page import Page, PageState
from workstation.usecases.office import Office

FRONT, BACK = "front", "back"
_ARRANGED = (DossierState.SCANNING, DossierState.PROCESSING)
_OPEN = (PageState.NEW, PageState.HELD)


def parting(page: Page) -> Separator | None:
    """What begins behind the page; None: it parts nothing."""
    return separator_of(page.codes) if page.separator == FRONT and page.dropped else None


def first_seen(page: Page, before: Page) -> Page:
    """A page just read, as a separator sheet if it is one. Not again when it was read before: a clerk may have taken it back."""
    if separator_of(page.codes) is None or before.codes:
        return page
    return replace(page, dropped=True, separator=FRONT)


def without_backs(dossier: Dossier) -> Dossier:
    """The blank page behind a separator sheet is its other side and goes with it."""
    for page, behind in zip(dossier.pages, dossier.pages[1:], strict=False):
        if dossier.signed_original(behind) is not None:
            continue  # no paper
        empty = behind.blank and behind.state is PageState.READ and behind.document_id is None
        if parting(page) is not None and empty and not behind.dropped and not behind.separator:
            dossier = dossier.with_page(replace(behind, dropped=True, separator=BACK))
    return dossier


@dataclass(frozen=True, slots=True)
class Part:
    pages: tuple[Page, ...]
    held: bool
    """Separator sheets say that these are one document."""


def parts(dossier: Dossier, fresh: Sequence[Page]) -> Iterator[Part]:
    """The fresh pages as separator sheets part them, none empty. Documents are held together where the stack has a sheet for
    documents on either side."""
    wanted = {p.id for p in fresh}
    pages: list[Page] = []
    opened: Separator | None = None
    for page in dossier.pages:
        closing = parting(page)
        if closing is None:
            pages += [page] if page.id in wanted else []
            continue
        if pages:
            yield Part(tuple(pages), Separator.DOCUMENT in (opened, closing))
        pages, opened = [], closing
    if pages:
        yield Part(tuple(pages), opened is Separator.DOCUMENT)


def divide(office: Office, dossier_id: DossierId) -> tuple[DossierId, ...]:
    """Moves what lies behind each sheet for dossiers into a dossier of its own, of the same profile and procedure; gives these.

    One transaction; a sheet opens one dossier, once, so repeating it after a crash changes nothing. Pages that somebody has put
    into documents stay."""
    made: list[Dossier] = []
    with office.uow() as uow:
        now = without_backs(uow.dossiers.get(dossier_id))
        if now.state not in _ARRANGED or any(p.state in _OPEN and not p.dropped for p in now.pages):
            return ()
        for sheet, pages in _behind(now):
            key = f"separator:{sheet.id}"
            if uow.dossiers.by_import_key(key) is None:
                made.append(replace(_child(office, now, key, pages), code=uow.dossiers.next_code()))
        if not made:
            return ()
        moved = {p.id for child in made for p in child.pages}
        uow.dossiers.save(replace(now, pages=tuple(p for p in now.pages if p.id not in moved)))
        for child in made:
            uow.dossiers.add(child)
            uow.audit.append(office.event("system", "opened", child.id, code=child.code))
            uow.audit.append(office.event("system", "divided", dossier_id, into=child.code, pages=len(child.pages)))
        uow.commit()
    children = tuple(child.id for child in made)
    for changed in (dossier_id, *children):
        office.notify(changed)
    office.bus.publish(DossierDivided(dossier_id, children))
    return children


def _child(office: Office, of: Dossier, key: str, pages: tuple[Page, ...]) -> Dossier:
    return Dossier(
        DossierId(new_id()),
        "",
        of.title,
        office.clock.now(),
        of.created_by,
        of.state,
        of.profile,
        of.procedure,
        key,
        pages,
    )


def _behind(dossier: Dossier) -> Iterator[tuple[Page, tuple[Page, ...]]]:
    """Each sheet for dossiers that has pages before and behind it, with the pages up to the next one. At the beginning of a stack
    it opens nothing: the dossier that was scanned into is that one."""
    content, sheet, pages = False, None, list[Page]()
    for page in dossier.pages:
        if parting(page) is Separator.DOSSIER:
            if sheet is not None and _has_content(pages):
                yield sheet, tuple(pages)
            sheet, pages = (page if content else None), []
            continue
        content = content or not page.dropped
        if pages or page.separator != BACK:  # a sheet's own back stays with it
            pages.append(page)
    if sheet is not None and _has_content(pages):
        yield sheet, tuple(pages)


def _has_content(pages: Sequence[Page]) -> bool:
    """Something to move, and nothing in it that a person has arranged."""
    return any(not p.dropped for p in pages) and all(p.document_id is None for p in pages)
