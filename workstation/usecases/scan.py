"""Take paper in: files and scanned sheets become originals, and pages that name them."""

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from workstation.domain.dossier import Dossier, DossierState
from workstation.domain.errors import WorkstationError
from workstation.domain.ids import DossierId, PageId, UserName, new_id
from workstation.domain.page import Page, PageSource
from workstation.domain.pagejobs import Inspection, Limits
from workstation.domain.procedure import is_procedure
from workstation.usecases.office import INSPECT_SECONDS, Office, day
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


def take_in(office: Office, dossier_id: DossierId, path: Path, by: UserName) -> ImportOutcome:
    """One file into the dossier. Its bytes are safe on disk before the pages that name them are stored.

    A frame that the dossier already has is not taken twice, so an import that a power cut ended can simply be repeated.
    What can't be taken is in the outcome's ``error``; the file stays where it was.
    """
    try:
        inspection = look(office, path)
        added = add_pages(office, dossier_id, path, inspection, by)
    except WorkstationError as e:
        named = WorkstationError(e.code, **{"file": path.name, **e.params})
        return ImportOutcome(path.name, 0, named.note)
    return ImportOutcome(path.name, added, None)


def look(office: Office, path: Path) -> Inspection:
    """What the file holds, opened in a worker. F01 to F08 for what can't be taken in."""
    inspection = office.pages.submit(office.tools.inspect, path, Limits(), timeout=INSPECT_SECONDS).result()
    if inspection.signed:
        raise WorkstationError("F08", file=path.name)
    return inspection


def add_pages(office: Office, dossier_id: DossierId, path: Path, inspection: Inspection, by: UserName) -> int:
    """The file as an original, its frames as pages; gives how many are new. K06 if the dossier is not being scanned any more."""
    original = office.blobs.put_file(path)
    pages = [Page(PageId(new_id()), PageSource(original, i)) for i in range(len(inspection.frames))]

    def add(dossier: Dossier) -> Dossier:
        if dossier.state is not DossierState.SCANNING:
            raise WorkstationError("K06", state=dossier.state.value, to="scanning")
        known = {p.source for p in dossier.pages}
        return replace(dossier, pages=dossier.pages + tuple(p for p in pages if p.source not in known))

    event = office.event(by, "imported", dossier_id, original=original, frames=len(pages), media_type=inspection.media_type)
    after = office.change(dossier_id, add, event)
    return sum(1 for p in pages if p in after.pages)
