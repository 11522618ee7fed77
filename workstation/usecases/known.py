"""Whether the office itself has a digitised copy already that still counts (Circular 01/2023/TT-VPCP: look first).

Found by number, notation and issuer, by the person's identity number with the type, or by the picture of the pages: prints that
are near first, then the ink itself, since forms of one kind are all alike to a print. A copy counts by its signature, judged
anew.
"""

from collections.abc import Iterator
from concurrent.futures import CancelledError
from dataclasses import dataclass

from workstation.domain.dossier import COMPLETE, Document, Dossier
from workstation.domain.errors import ErrorNote, WorkstationError
from workstation.domain.ids import DocumentId, DossierId, UserName
from workstation.domain.likeness import MOST_LOOKS
from workstation.domain.page import Page
from workstation.domain.pagejobs import PageLook, PagePair
from workstation.domain.ports import UnitOfWork
from workstation.domain.series import entry_of
from workstation.usecases.duplicates import comparable, print_of
from workstation.usecases.office import PAGE_SECONDS, VERIFY_SECONDS, Office
from workstation.usecases.publish import title_of
from workstation.usecases.rekey import blind_to
from workstation.usecases.sound import doubt

HOW = ("number", "pages", "person")
"""A copy may have been found, the surest first."""
MOST_COPIES = 5
"""Told, and judged, for one document."""


@dataclass(frozen=True, slots=True)
class KnownCopy:
    """A finished document of the office that the one at hand may be a second paper of."""

    document_id: DocumentId
    dossier_id: DossierId
    dossier_code: str
    type_code: str
    title: str
    issued_date: str
    by: tuple[str, ...]
    """Of ``HOW`` (words in ``ui.whywords``)."""
    signer: str
    signed_at: str
    """ISO 8601, UTC."""
    note: ErrorNote | None = None
    """Why it can't be used; None: it still counts."""


def known_copies(office: Office, document_id: DocumentId, viewer: UserName) -> tuple[KnownCopy, ...]:
    """Those that count first, the surest among them first. Nothing is said of a copy that can't be looked at but why; and nothing
    at all to who keys something without seeing the entry, which a copy tells."""
    dossier = office.dossier_of(document_id)
    document = dossier.document(document_id)
    if blind_to(document, viewer, office.profile_of(dossier), office.rules.document(document.type_code)):
        return ()
    found: dict[DocumentId, list[str]] = {}
    for other, how in (*_in_the_books(office, document), *_by_pages(office, dossier, document)):
        found.setdefault(other, []).append(how)
    order = sorted(found, key=lambda other: [HOW.index(how) for how in found[other]])
    copies = [_copy(office, other, tuple(found[other])) for other in order[:MOST_COPIES]]
    return tuple(sorted((c for c in copies if c is not None), key=lambda c: c.note is not None))


def _in_the_books(office: Office, document: Document) -> Iterator[tuple[DocumentId, str]]:
    with office.look() as uow:
        entry = entry_of(document)
        if entry is not None and entry.year:
            yield from ((n.document_id, "number") for n in uow.earlier.same_number(entry, document.id))
        number = document.field("identity_number")
        if number and document.type_code:
            same = uow.earlier.same_person(number, document.type_code, COMPLETE, document.id)
            yield from ((n.document_id, "person") for n in same)


def _copy(office: Office, document_id: DocumentId, by: tuple[str, ...]) -> KnownCopy | None:
    """None for one that is not finished."""
    dossier = _dossier_of(office, document_id)
    if dossier is None:
        return None
    document = dossier.document(document_id)
    sealed = document.sealed
    if document.state not in COMPLETE or sealed is None:
        return None
    try:
        path = office.blobs.path(sealed.sha256)
        note = doubt(office.pages.submit(office.verify, path, timeout=VERIFY_SECONDS, urgent=True).result())
    except WorkstationError as error:
        note = error.note
    return KnownCopy(
        document_id,
        dossier.id,
        dossier.code,
        document.type_code,
        title_of(office, document),
        document.field("issued_date"),
        by,
        sealed.signer,
        sealed.signing_time,
        note,
    )


def _dossier_of(office: Office, document_id: DocumentId) -> Dossier | None:
    """None for a document that went meanwhile."""
    try:
        return office.dossier_of(document_id)
    except WorkstationError:
        return None


# --- by the picture of the pages


def _by_pages(office: Office, dossier: Dossier, document: Document) -> Iterator[tuple[DocumentId, str]]:
    mine = [p for p in dossier.pages_of(document.id) if comparable(p)]
    prints = [print_of(office, mine[at]) for at in _looked_at(mine)]
    if not prints or not all(prints):
        return
    with office.look() as uow:
        near = _near(uow, document, prints)
    for other_id in near:
        other = _dossier_of(office, other_id)
        theirs = [p for p in other.pages_of(other_id) if comparable(p)] if other else []
        if len(theirs) == len(mine) and _same_ink(office, dossier, mine, theirs):
            yield other_id, "pages"


def _looked_at(pages: list[Page]) -> list[int]:
    """The first, the last and one between: each costs a look-up, and a third of a second where it is near."""
    return sorted({0, len(pages) // 2, len(pages) - 1}) if pages else []


def _near(uow: UnitOfWork, document: Document, prints: list[str]) -> list[DocumentId]:
    """Documents of the type that have a page near to each of these: the nearest few."""
    bits: dict[DocumentId, int] = {}
    for number, fingerprint in enumerate(prints):
        nearest: dict[DocumentId, int] = {}
        for alike in uow.earlier.alike(fingerprint, document.type_code, COMPLETE):
            nearest[alike.document_id] = min(alike.bits, nearest.get(alike.document_id, alike.bits))
        bits = {d: bits.get(d, 0) + b for d, b in nearest.items() if d != document.id and (number == 0 or d in bits)}
    return sorted(bits, key=lambda d: bits[d])[:MOST_LOOKS]


def _same_ink(office: Office, dossier: Dossier, mine: list[Page], theirs: list[Page]) -> bool:
    limits = office.profile_of(dossier).limits
    for at in _looked_at(mine):
        value = _difference(office, mine[at], theirs[at])
        if value is None or limits.judge("duplicate", round(value, 2)).ok:
            return False
    return True


def _difference(office: Office, first: Page, second: Page) -> float | None:
    """None where one of them can't be drawn: then nothing is said of it."""
    try:
        looks = [PageLook(office.blobs.path(p.source.original), p.source.frame, p.recipe) for p in (first, second)]
        pair = PagePair(looks[0], looks[1])
        return office.pages.submit(office.tools.difference, pair, timeout=PAGE_SECONDS, urgent=True).result()
    except CancelledError:
        raise
    except Exception:  # noqa: BLE001 - what can't be compared is no copy; what is wrong with a page, reading it tells
        return None
