"""Slips that name a dossier: the paper finds its record again, and pages scanned with it get there."""

import re
from dataclasses import replace

from workstation.domain.codes import RECEIPT, CodeKind, record_code, understood
from workstation.domain.dossier import Dossier, DossierState
from workstation.domain.errors import WorkstationError
from workstation.domain.ids import DossierId, UserName
from workstation.domain.page import Page, PageState
from workstation.domain.splitcue import Cue
from workstation.usecases.office import Office
from workstation.usecases.read import BEFORE_ENTRY, in_paper_order
from workstation.usecases.views import Suggestion


def named(office: Office, code: str, receipts: str = RECEIPT) -> Dossier | None:
    """The dossier of that code: ours, or a receipt's, which is known by a page that bears it. ``receipts``: their form."""
    with office.look() as uow:
        own = uow.dossiers.by_code(code)
        if own is not None or not re.fullmatch(receipts, code):
            return own
        on_desk = uow.dossiers.list((DossierState.SCANNING, DossierState.PROCESSING, DossierState.READY, DossierState.REJECTED))
    bearing = [d for d in on_desk if any(c.text == code for p in d.pages for c in p.codes)]
    return min(bearing, key=lambda d: d.created_at, default=None)


def find(office: Office, typed: str, receipts: str = RECEIPT) -> Dossier:
    """What somebody typed, or a reader that types: a dossier's code, a receipt's, or what a slip's code says. Q10 if there is
    none. What is no code is not told back: it may be anything."""
    kind, text = understood(typed)
    if kind is CodeKind.OTHER:
        kind, text = understood(typed.upper())
    code = text if kind is CodeKind.SLIP else record_code(typed) or typed.strip()
    found = named(office, code, receipts) if len(code) <= 60 else None
    if found is None:
        shown = code if kind is CodeKind.SLIP else record_code(typed)
        raise WorkstationError("Q10", **({"dossier": shown} if shown else {}))
    return found


def _first(dossier: Dossier) -> Page | None:
    return next((p for p in dossier.pages if not p.dropped), None)


def suggestion(office: Office, dossier: Dossier, receipts: str = RECEIPT) -> Suggestion | None:
    """That the pages belong to the dossier which the first page names. Only while all of them came in together with it: nobody
    has put any of them before the clerk yet."""
    first = _first(dossier)
    if first is None or dossier.state is not DossierState.SCANNING or first.state is not PageState.READ:
        return None
    if first.cue is not None and first.cue.kind is Cue.SLIP and first.cue.refused:
        return None
    for code in first.codes:
        if code.kind is CodeKind.SLIP or (code.text and re.fullmatch(receipts, code.text)):
            target = named(office, code.text, receipts)
            if target is not None and target.id != dossier.id:
                number = dossier.pages.index(first) + 1
                return Suggestion(Cue.SLIP, first.id, number, target.code)
    return None


def move(office: Office, dossier_id: DossierId, target_id: DossierId, by: UserName) -> None:
    """All pages and documents of a dossier behind those of another; what it was is left empty. K06 unless it lies on the capture
    desk and nobody has vouched for any of it, Q11 if the other takes no more pages, K20 while one of them bears a mark of a state
    secret: that is answered where it came in."""
    with office.uow() as uow:
        source, target = uow.dossiers.get(dossier_id), uow.dossiers.get(target_id)
        if source.state is not DossierState.SCANNING or any(d.state not in BEFORE_ENTRY for d in source.documents):
            raise WorkstationError("K06", state=source.state.value, to="scanning")
        if target.state is not DossierState.SCANNING:
            raise WorkstationError("Q11", dossier=target.code)
        for number, page in enumerate(source.pages, 1):
            if page.state is PageState.HELD:
                raise WorkstationError("K20", page=number)
        uow.dossiers.save(replace(source, pages=(), documents=()))
        uow.dossiers.save(
            in_paper_order(
                replace(
                    target, pages=(*target.pages, *source.pages), documents=(*target.documents, *source.documents), error=None
                )
            )
        )
        uow.history.clear(dossier_id)
        uow.audit.append(office.event(by, "moved", dossier_id, into=target.code, pages=len(source.pages)))
        uow.audit.append(office.event(by, "joined", target_id, pages=len(source.pages)))
        uow.commit()
    office.notify(dossier_id)
    office.notify(target_id)
