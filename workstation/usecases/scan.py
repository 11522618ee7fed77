"""Take paper in: files and scanned sheets become originals, and pages that name them."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from workstation.domain.dossier import Dossier, DossierState
from workstation.domain.doublefeed import DOUBLE_FEED, Suspicion, double_feed_note
from workstation.domain.errors import ErrorNote, WorkstationError
from workstation.domain.ids import DossierId, PageId, UserName, new_id
from workstation.domain.notepairs import with_new
from workstation.domain.page import Page, PageSource
from workstation.domain.pagejobs import Inspection
from workstation.domain.pagework import for_all
from workstation.domain.procedure import is_procedure
from workstation.domain.signature import SignedOriginal
from workstation.usecases.arrange import arrange, capturing
from workstation.usecases.arrived import inspected, signed_original
from workstation.usecases.office import Office, day
from workstation.usecases.paper import require_scannable
from workstation.usecases.place import Place, arrived, exchanged
from workstation.usecases.views import ImportOutcome


def open_dossier(office: Office, title: str, by: UserName, profile: str = "archive", import_key: str = "") -> DossierId:
    """A new, empty dossier with the next free code. U01 if no such profile is in force."""
    dossier_id, now = DossierId(new_id()), office.clock.now()
    try:
        office.rules.profile(profile, day(now))
    except KeyError as e:
        raise WorkstationError("U01", detail=f"profile {profile}") from e
    with office.uow() as uow:
        code = uow.dossiers.next_code()
        dossier = Dossier(dossier_id, code, title, now, by, profile=profile, import_key=import_key)
        uow.dossiers.add(dossier)
        uow.audit.append(office.event(by, "opened", dossier_id, code=code))
        uow.commit()
    return dossier_id


def set_procedure(office: Office, dossier_id: DossierId, code: str, by: UserName) -> Dossier:
    """The administrative procedure that the dossier belongs to; empty: none. K02 if it is no such code, K06 once the dossier is
    on its way."""
    if code and not is_procedure(code):
        raise WorkstationError("K02", field="procedure")

    def edit(d: Dossier) -> Dossier:
        if d.state in (DossierState.QUEUED, DossierState.RECEIVED):
            raise WorkstationError("K06", state=d.state.value, to="procedure")
        return replace(d, procedure=code)

    return office.change(dossier_id, edit, office.event(by, "procedure_set", dossier_id, procedure=code))


def import_key(paths: Iterable[Path]) -> str:
    """SHA-256 over the files' own hashes in order: names and folders don't matter."""
    total = hashlib.sha256()
    for path in paths:
        with path.open("rb") as f:
            total.update(hashlib.file_digest(f, "sha256").digest())
    return total.hexdigest()


def take_in(
    office: Office,
    dossier_id: DossierId,
    path: Path,
    by: UserName,
    place: Place | None = None,
    suspect: Suspicion | None = None,
) -> ImportOutcome:
    """One file into the dossier, behind all its pages or to ``place``. Its bytes are safe on disk before the pages that name
    them are stored.

    A frame that the dossier already has is not taken twice, so an import that a power cut ended can simply be repeated. A
    sheet just drawn in (``suspect``: what its way through the feeder says) is always a page of its own: the blank backs of
    two sheets may be the same bytes.
    What can't be taken is in the outcome's ``error``; the file stays where it was.
    """
    try:
        added, known = add_pages(office, dossier_id, path, look(office, path), by, place, suspect)
    except WorkstationError as e:
        named = WorkstationError(e.code, **{"file": path.name, **e.params})
        return ImportOutcome(path.name, 0, named.note)
    return ImportOutcome(path.name, len(added), None, known, _doubt(office, dossier_id, added))


def _doubt(office: Office, dossier_id: DossierId, added: Sequence[Page]) -> ErrorNote | None:
    doubtful = next((p for p in added if any(f.code == DOUBLE_FEED and not f.ok for f in p.findings)), None)
    if doubtful is None:
        return None
    return double_feed_note([p.id for p in office.dossier(dossier_id).pages].index(doubtful.id) + 1)


@dataclass(frozen=True, slots=True)
class Arrival:
    """What is known of a file before it is taken in."""

    inspection: Inspection
    signed: SignedOriginal | None
    """None: it is no signed PDF, and its pages may be made anew."""


def look(office: Office, path: Path) -> Arrival:
    """What the file holds, opened in a worker. F01 to F07, F09 for what can't be taken in."""
    inspection = inspected(office, path)
    return Arrival(inspection, signed_original(office, path) if inspection.signed else None)


def add_pages(
    office: Office,
    dossier_id: DossierId,
    path: Path,
    arrival: Arrival,
    by: UserName,
    place: Place | None = None,
    suspect: Suspicion | None = None,
) -> tuple[tuple[Page, ...], int]:
    """The file as an original, its frames as pages (see ``take_in``); gives those that are new, and the number of the first page
    that the dossier had already (0: none). What came signed stays by itself, behind all others. K06 if the dossier is not being
    scanned any more, or the place is in a document that was entered; A11 if its paper must not be."""
    signed = arrival.signed
    original = signed.shown if signed else office.blobs.put_file(path)
    findings = [suspect(frame) if suspect else () for frame in arrival.inspection.frames] if not signed else [()] * signed.frames
    whole = signed is not None or arrival.inspection.born_digital
    asked = () if whole else for_all(office.profile_of(office.dossier(dossier_id)).page_work)
    pages = [Page(PageId(new_id()), PageSource(original, i), findings=found, work=asked) for i, found in enumerate(findings)]
    sources = {p.source for p in pages}

    def arrive(dossier: Dossier) -> Dossier:
        capturing(dossier)
        require_scannable(office, dossier)
        known = {p.source for p in dossier.pages} if suspect is None or signed is not None else set()
        new = tuple(p for p in pages if p.source not in known)
        if signed is not None:
            return replace(dossier.with_signed(signed), pages=dossier.pages + new) if new else dossier
        return with_new(dossier, new) if place is None else arrived(dossier, new, place)

    facts: dict[str, str | int] = {"original": original, "frames": len(pages), "media_type": arrival.inspection.media_type}
    if signed is not None:
        facts |= {"signed": signed.sealed.sha256, "verdict": signed.verdict.verdict.value}
    event = office.event(by, "imported", dossier_id, **facts)
    after = arrange(office, dossier_id, lambda d: exchanged(d, pages, place), event, arrive)
    stored = {p.id for p in after.pages}
    new = tuple(p for p in pages if p.id in stored)
    known = next((i for i, p in enumerate(after.pages, 1) if p.source in sources and p not in new), 0)
    return new, known
