"""What must hold of a document in each state, and from one stored state to the next: the store refuses anything else (K13),
whatever use case, command or bug brings it. Pure; a reason is a code for developers, empty where all is well."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from workstation.domain.dossier import COMPLETE, Document, DocumentState, Dossier, DossierState
from workstation.domain.fields import FieldOrigin, IndexField
from workstation.domain.ids import PageId
from workstation.domain.page import Page, PageState

_S = DocumentState
CHECKED = frozenset({_S.PASSED, _S.TO_SIGN, _S.TO_SEAL, *COMPLETE})
"""Two persons vouch for such a document."""
_FROM: dict[DocumentState, frozenset[DocumentState]] = {
    _S.TO_CHECK: frozenset({_S.TO_INDEX, _S.REFUSED}),
    _S.TO_SETTLE: frozenset({_S.TO_CHECK}),
    _S.PASSED: frozenset({_S.TO_CHECK, _S.TO_SETTLE}),
    _S.TO_SIGN: frozenset({_S.PASSED}),
    _S.TO_SEAL: frozenset({_S.TO_SIGN}),
    _S.SIGNED: frozenset({_S.TO_SIGN, _S.TO_SEAL}),
    _S.EXEMPT: frozenset({_S.PASSED}),
}
"""The only states from which each of these is reached in one stored change."""


def document_holds(document: Document) -> str:
    """Why the document can't be in its state; empty: it can."""
    persons = _persons(document)
    return persons or _files(document)


def _persons(d: Document) -> str:
    two = d.entered_by is not None and d.checked_by is not None
    if two and d.entered_by == d.checked_by:
        return "one_person"
    if d.settled_by is not None and d.settled_by in (d.entered_by, d.checked_by):
        return "settled_by_one_of_two"
    if d.state in CHECKED and not two:
        return "unchecked"
    if d.state is _S.TO_CHECK and (d.entered_by is None or d.checked_by is not None):
        return "not_entered"
    if d.state is _S.TO_SETTLE and not (two and d.differing):
        return "nothing_to_settle"
    if d.state is not _S.TO_SETTLE and d.differing:
        return "unsettled"
    return ""


def _files(d: Document) -> str:
    if d.state in (_S.TO_SIGN, _S.TO_SEAL, _S.SIGNED) and d.published is None:
        return "unpublished"
    if (d.sealed is not None) is not (d.state in (_S.TO_SEAL, *COMPLETE)):
        return "sealed"
    if bool(d.marks_left) is not (d.state is _S.TO_SEAL):
        return "marks"
    ours = d.published is not None and d.sealed is not None and d.state is not _S.EXEMPT
    if ours and d.published is not None and d.sealed is not None and d.sealed.published != d.published.sha256:
        return "another_file"
    return ""


def document_follows(before: Document | None, after: Document) -> str:
    """Why ``after`` can't be stored over ``before`` (None: the dossier had no such document); empty: it can. What two persons
    vouch for stays as they left it: only what the registrar gives comes to it."""
    if before is None:
        return f"new>{after.state.value}" if after.state in _FROM else ""
    if before.state is not after.state and after.state in _FROM and before.state not in _FROM[after.state]:
        return f"{before.state.value}>{after.state.value}"
    if before.state in CHECKED and after.state in CHECKED:
        if (before.entered_by, before.checked_by, before.settled_by) != (after.entered_by, after.checked_by, after.settled_by):
            return "other_persons"
        if _vouched(before.fields) != _vouched(after.fields) or before.type_code != after.type_code:
            return "changed_after_check"
    if before.state in COMPLETE and after.state in COMPLETE and not _same_seal(before, after):
        return "another_file"
    return ""


def _vouched(fields: tuple[IndexField, ...]) -> frozenset[tuple[str, str, bool]]:
    """In whatever order: a form may have another one since."""
    said = (f for f in fields if f.value or f.origin is FieldOrigin.UNREADABLE)
    kept = (f for f in said if f.origin is not FieldOrigin.GIVEN)
    return frozenset((f.name, f.value, f.origin is FieldOrigin.UNREADABLE) for f in kept)


def _same_seal(before: Document, after: Document) -> bool:
    """The signed file may be lifted: a longer one over the same published bytes."""
    if before.sealed is None or after.sealed is None:
        return before.sealed is after.sealed
    return before.sealed.published == after.sealed.published


def dossier_holds(dossier: Dossier) -> str:
    """Why the dossier can't be stored so; empty: it can."""
    held = {p.document_id for p in dossier.pages if p.state is PageState.HELD}
    no_secret = {p.document_id for p in dossier.pages if p.not_secret_by is not None}
    for document in dossier.documents:
        if reason := document_holds(document):
            return reason
        secret = document.id in held or (document.field("secrecy") and document.id not in no_secret)
        if secret and (document.state is _S.TO_CHECK or document.state is _S.TO_SETTLE or document.state in CHECKED):
            return "state_secret"
    sent = dossier.state in (DossierState.QUEUED, DossierState.RECEIVED, DossierState.REJECTED)
    if sent and not all(d.state in COMPLETE for d in dossier.documents):
        return "unsigned"
    return "state_secret" if held and (sent or dossier.state is DossierState.READY) else ""


def held_changed(before: Sequence[Page], after: Mapping[PageId, Page]) -> Page | None:
    """The first page that was held for a mark of a state secret and is something else now. What may change is where it stands in
    its dossier; and a person may say that it is none, and have it read. Whether it may be gone is for the caller to know."""
    for page in before:
        now = after.get(page.id)
        if page.state is not PageState.HELD or now is None:
            continue
        if now.state is PageState.HELD and replace(now, document_id=page.document_id, cue=page.cue) == page:
            continue
        read_on = replace(page, state=PageState.NEW, error=None, not_secret_by=now.not_secret_by, document_id=now.document_id)
        if now.not_secret_by is None or now != read_on:
            return page
    return None
