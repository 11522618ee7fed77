"""The desk of splitting and sorting: suggestions, slips, separator sheets, and the fast lane for certified copies."""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path

from workstation.domain.codes import Separator
from workstation.domain.dossier import Dossier
from workstation.domain.doublefeed import Suspicion
from workstation.domain.ids import DossierId, PageId
from workstation.domain.scanprofile import by_name
from workstation.domain.splitcue import Cue
from workstation.usecases import edit, slips
from workstation.usecases.copylane import FOLDER, CopyLane
from workstation.usecases.deskcapture import CaptureDesk
from workstation.usecases.office import PAGE_SECONDS
from workstation.usecases.views import ImportOutcome


class SplittingDesk(CaptureDesk):
    def copy_profiles(self) -> frozenset[str]:
        """Names of the scan profiles that are for the fast lane; at once."""
        return frozenset(p.name for p in self._parts.scan_profiles if p.copies)

    def scan_copies(
        self,
        dossier_id: DossierId,
        source_id: str,
        profile: str,
        progress: Callable[[ImportOutcome], None],
        cancelled: Callable[[], bool],
    ) -> Future[int]:
        """As :meth:`scan`, but each sheet of paper is a dossier of its own, the first one ``dossier_id``, with one document."""
        user, chosen = self.user.name, by_name(self._parts.scan_profiles, profile)
        if chosen.by_hand:  # a sheet is one dossier's, whatever comes later
            chosen = replace(chosen, sides="one")

        def take(to: DossierId, path: Path, suspect: Suspicion) -> ImportOutcome:
            return self._take_in_sheet(to, path, user, suspect)

        def run() -> int:
            folder = self._parts.incoming / f"{FOLDER}{dossier_id}"
            lane = CopyLane(self._office, dossier_id, 2 if chosen.sides == "two" else 1, user, take)
            try:
                return self._draw_in(dossier_id, source_id, chosen, folder, lane.side, progress, cancelled, user)
            finally:
                for made in lane.dossiers:
                    self._read_in_background(made)

        return self._do(run)

    def refuse_cue(self, page_id: PageId, kind: Cue) -> Future[None]:
        """The suggestion at this page does not come again."""
        office, user = self._office, self.user.name

        return self._edit(lambda: edit.refuse_cue(office, page_id, kind, user))

    def follow_slip(self, dossier_id: DossierId, code: str) -> Future[DossierId]:
        """Moves the pages to the dossier of that code; gives it. Q10, Q11."""
        user = self.user.name

        def run() -> DossierId:
            target = slips.find(self._office, code, self._parts.receipts)
            if target.id != dossier_id:
                with self._arranging:
                    slips.move(self._office, dossier_id, target.id, user)
            return target.id

        return self._do(run)

    def find_dossier(self, code: str) -> Future[DossierId]:
        """Q10 if there is none of that code."""
        return self._ask(lambda: slips.find(self._office, code, self._parts.receipts).id)

    def save_separators(self, out: Path, kind: Separator, count: int) -> Future[None]:
        """So many sheets as a PDF. F07 where it can't be written."""
        return self._office.pages.submit(self._parts.save_separators, out, kind, count, timeout=PAGE_SECONDS, urgent=True)

    def save_slip(self, out: Path, dossier_id: DossierId) -> Future[None]:
        """The handover slip of a dossier as a PDF. F07 where it can't be written."""

        def run() -> None:
            dossier: Dossier = self._office.dossier(dossier_id)
            making = self._office.pages.submit(self._parts.save_slip, out, dossier, self.site, timeout=PAGE_SECONDS, urgent=True)
            making.result()

        return self._ask(run)
