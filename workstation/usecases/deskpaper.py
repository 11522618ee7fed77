"""The desk of Capture, the rules of the paper: its risk class, its count, pages with notes."""

from concurrent.futures import Future

from workstation.domain.capture import RiskClass
from workstation.domain.ids import DossierId, PageId
from workstation.usecases import edit, paper
from workstation.usecases.deskcapture import CaptureDesk
from workstation.usecases.desklanes import nothing
from workstation.usecases.office import day


class PaperDesk(CaptureDesk):
    def risk_classes(self) -> tuple[RiskClass, ...]:
        """In force today, the mildest first; at once."""
        return self._office.rules.capture.classes(day(self._office.clock.now()))

    def set_risk(self, dossier_id: DossierId, code: str, note: str) -> Future[None]:
        """K01 (``field`` supervisor or reason) without what the class asks for."""
        user = self.user.name
        return self._do(lambda: nothing(paper.set_risk(self._office, dossier_id, code, note, user)))

    def set_count(self, dossier_id: DossierId, sheets: int, pages: int) -> Future[None]:
        """K02 (``field`` paper) for a count that no paper can have."""
        user = self.user.name
        return self._do(lambda: nothing(paper.set_count(self._office, dossier_id, sheets, pages, user)))

    def explain_count(self, dossier_id: DossierId, reason: str) -> Future[None]:
        user = self.user.name
        return self._do(lambda: nothing(paper.explain_count(self._office, dossier_id, reason, user)))

    def set_note(self, page_id: PageId, on: bool) -> Future[None]:
        """The page was shot with the note on it: the next one that comes in is its other half. Can be undone."""
        office, user = self._office, self.user.name
        return self._edit(lambda: edit.set_note(office, page_id, on, user))
