"""The fast lane for certified copies: each sheet of paper is a dossier of its own, with one document. No check is left out."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from workstation.domain.dossier import Document, Dossier
from workstation.domain.doublefeed import Suspicion
from workstation.domain.ids import DocumentId, DossierId, UserName, new_id
from workstation.usecases.office import Office
from workstation.usecases.scan import open_dossier
from workstation.usecases.views import ImportOutcome

TITLE = "Bản sao chứng thực"
FOLDER = "copies-"
"""How the folder for sheets on their way is called; what is found there after a crash is a sheet each, and never put together."""


class CopyLane:
    """The sheets of one scan. ``take``: makes the file pages of a dossier."""

    def __init__(
        self,
        office: Office,
        first: DossierId,
        sides: int,
        by: UserName,
        take: Callable[[DossierId, Path, Suspicion], ImportOutcome],
    ) -> None:
        self.dossiers = [first]
        self._office, self._sides, self._by, self._take = office, sides, by, take
        self._seen = 0

    def side(self, path: Path, suspect: Suspicion) -> ImportOutcome:
        """One side, in the order in which the scanner gives them: front before back."""
        if self._seen and self._seen % self._sides == 0:
            self.dossiers.append(next_dossier(self._office, self.dossiers[0], self._by))
        self._seen += 1
        outcome = self._take(self.dossiers[-1], path, suspect)
        hold_together(self._office, self.dossiers[-1], self._by)
        return outcome


def next_dossier(office: Office, like: DossierId, by: UserName) -> DossierId:
    """A new one of the same title and profile."""
    first = office.dossier(like)
    return open_dossier(office, first.title, by, first.profile)


def stranded(office: Office, folder: str, by: UserName) -> DossierId:
    """A dossier for a sheet that a run of the lane left in the folder of this name."""
    return next_dossier(office, DossierId(folder.removeprefix(FOLDER)), by)


def hold_together(office: Office, dossier_id: DossierId, by: UserName) -> Dossier:
    """All pages of the dossier are one document; its type and fields follow when they have been read."""

    def edit(d: Dossier) -> Dossier:
        loose = [p for p in d.pages if p.document_id is None]
        if not loose:
            return d
        document = d.documents[0] if d.documents else Document(DocumentId(new_id()))
        d = d if d.documents else replace(d, documents=(document,))
        for page in loose:
            d = d.with_page(replace(page, document_id=document.id))
        return d

    return office.change(dossier_id, edit, office.event(by, "held_together", dossier_id))
