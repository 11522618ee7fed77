"""The rules of the paper: what must not be scanned, what must be shot twice, and whether all of it came in.

Risk classes: Công văn 7197/BKHCN-CĐSQG 2.2. Pages with notes, and as many pictures as pages: TT 01/2023/TT-VPCP art. 8.
"""

from collections.abc import Callable
from dataclasses import replace

from workstation.domain.capture import CountsRule, PaperCount, RiskAsks
from workstation.domain.dossier import Dossier, DossierState
from workstation.domain.errors import ErrorNote, WorkstationError
from workstation.domain.fields import nfc
from workstation.domain.ids import DossierId, PageId, UserName
from workstation.domain.notepairs import lone_note
from workstation.domain.page import PageState
from workstation.usecases.office import Office, day

ASKED_FIELD = {RiskAsks.SUPERVISOR: "supervisor", RiskAsks.REASON: "reason"}
"""The field's name in K01 where what a class asks for was not given."""


def _before_sending(edit: Callable[[Dossier], Dossier], what: str) -> Callable[[Dossier], Dossier]:
    """K06 once the dossier is on its way."""

    def checked(d: Dossier) -> Dossier:
        if d.state in (DossierState.QUEUED, DossierState.RECEIVED):
            raise WorkstationError("K06", state=d.state.value, to=what)
        return edit(d)

    return checked


# --- risk


def set_risk(office: Office, dossier_id: DossierId, code: str, note: str, by: UserName) -> Dossier:
    """``note``: what the class asks for (else K01). K02: no such class is in force. The audit has the class, never the note."""
    risk, note = office.rules.capture.risk(code, day(office.clock.now())), nfc(note)
    if risk is None:
        raise WorkstationError("K02", field="risk")
    if risk.asks is not RiskAsks.NOTHING and not note:
        raise WorkstationError("K01", field=ASKED_FIELD[risk.asks])
    kept = note if risk.asks is not RiskAsks.NOTHING else ""
    edit = _before_sending(lambda d: replace(d, risk=code, risk_note=kept), "risk")
    return office.change(dossier_id, edit, office.event(by, "risk_set", dossier_id, risk=code))


def require_scannable(office: Office, dossier: Dossier) -> None:
    """A11 for paper of a class that is not scanned. What came in before stays."""
    risk = office.rules.capture.risk(dossier.risk, day(office.clock.now()))
    if risk is not None and risk.blocked:
        raise WorkstationError("A11", dossier=dossier.code)


# --- sheets and pages


def set_count(office: Office, dossier_id: DossierId, sheets: int, pages: int, by: UserName) -> Dossier:
    """The paper as somebody counted it (0: not counted). K02 for what no paper can be: a sheet has one or two pages."""
    count = PaperCount(sheets, pages)
    if not count.possible:
        raise WorkstationError("K02", field="paper")
    edit = _before_sending(lambda d: replace(d, paper=count), "paper")
    return office.change(dossier_id, edit, office.event(by, "counted", dossier_id, sheets=sheets, pages=pages))


def explain_count(office: Office, dossier_id: DossierId, reason: str, by: UserName) -> Dossier:
    """Why not as much came in as was counted, or more. K01 without a reason; K06 where nothing differs. The audit has the
    numbers, never the reason."""
    reason = nfc(reason)
    if not reason:
        raise WorkstationError("K01", field="reason")
    dossier = office.dossier(dossier_id)
    pages, pictures = came_in(dossier)

    def edit(d: Dossier) -> Dossier:
        if differs(d) is None:
            raise WorkstationError("K06", state=d.state.value, to="paper")
        return replace(d, paper=replace(d.paper, reason=reason, explained=came_in(d)))

    facts = {"pages": pages, "pictures": pictures, "counted_pages": dossier.paper.pages, "counted_sheets": dossier.paper.sheets}
    return office.change(dossier_id, _before_sending(edit, "paper"), office.event(by, "count_explained", dossier_id, **facts))


def came_in(dossier: Dossier) -> tuple[int, int]:
    """Pages and pictures of the paper. A blank back is a picture, not a page; the second shot of a page with a note is neither,
    nor is what was dropped, or came as a signed file and never was paper."""
    live = [p for p in dossier.pages if not p.dropped and dossier.signed_original(p) is None]
    noted = {p.id for p in live if p.with_note}
    paper = [p for p in live if p.pair_of not in noted]
    return sum(not p.blank for p in paper), len(paper)


def differs(dossier: Dossier) -> ErrorNote | None:
    """A12 if not as much came in as was counted; unknown, and so None, while a page may still turn out to be blank."""
    paper, (pages, pictures) = dossier.paper, came_in(dossier)
    if any(p.state is PageState.NEW and not p.dropped for p in dossier.pages):
        return None
    if paper.reason and paper.explained == (pages, pictures):
        return None
    if paper.pages and pages != paper.pages:
        return ErrorNote("A12", (("have", pages), ("need", paper.pages)))
    if paper.sheets and not paper.sheets <= pictures <= 2 * paper.sheets:
        return ErrorNote("A12", (("count", pictures), ("sheets", paper.sheets)))
    return None


def lacking(office: Office, dossier: Dossier) -> tuple[ErrorNote | None, PageId | None]:
    """What of the paper is still to come before the dossier can be passed on, and the page it is about."""
    lone = lone_note(dossier)
    rule = office.rules.capture.note_rule(day(dossier.created_at))
    if lone is not None and rule is not None:
        number = dossier.pages.index(lone) + 1
        return ErrorNote("A10", (("page", number), ("rule", rule.source))), lone.id
    on_paper = any(not p.dropped and dossier.signed_original(p) is None for p in dossier.pages)
    counted = dossier.paper.sheets and dossier.paper.pages
    if office.profile_of(dossier).counts is CountsRule.REQUIRED and on_paper and not counted:
        return ErrorNote("A14"), None
    return differs(dossier), None
