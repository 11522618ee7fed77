"""The desk of Capture, where a page comes into the midst of others: scanned over, or laid between."""

import json
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import asdict, replace
from pathlib import Path
from typing import Protocol

from workstation.domain.doublefeed import Suspicion
from workstation.domain.durable import write_durably
from workstation.domain.errors import ErrorNote
from workstation.domain.filelist import expand
from workstation.domain.ids import DossierId, PageId, UserName
from workstation.domain.scanprofile import by_name
from workstation.usecases import copylane
from workstation.usecases.deskcapture import CaptureDesk
from workstation.usecases.desklanes import SYSTEM
from workstation.usecases.place import Place, place_at
from workstation.usecases.views import ImportOutcome

_PLACE = ".place.json"
"""Beside the sheets on their way: where they go, should the program stop before they got there."""


class Taker(Protocol):
    def __call__(self, path: Path, suspect: Suspicion | None = None) -> ImportOutcome: ...


class RescanDesk(CaptureDesk):
    def scan_over(
        self,
        page_id: PageId,
        source_id: str,
        profile: str,
        progress: Callable[[ImportOutcome], None],
        cancelled: Callable[[], bool],
    ) -> Future[int]:
        """One side of one sheet takes the page's place; that one stays in the dossier, dropped. Its sheet may have a back that is
        a page already, so only fronts are asked for; from a scanner that gives both, and from a file of several pages, the
        others come in behind. Q09 (in the outcome) if the dossier has the very same picture; else as ``scan``."""
        taken = 0

        def told(outcome: ImportOutcome) -> None:
            nonlocal taken
            taken += 1
            progress(_replacing(outcome))

        def enough() -> bool:
            return taken > 0 or cancelled()

        return self._scan_at(page_id, source_id, profile, told, enough, over=True)

    def scan_behind(
        self,
        page_id: PageId,
        source_id: str,
        profile: str,
        progress: Callable[[ImportOutcome], None],
        cancelled: Callable[[], bool],
    ) -> Future[int]:
        """As ``scan``; what lies in the feeder comes in behind the page, into its document."""
        return self._scan_at(page_id, source_id, profile, progress, cancelled, over=False)

    def replace_page(self, page_id: PageId, path: Path) -> Future[ImportOutcome]:
        """As ``scan_over``, from a file."""
        office, user = self._office, self.user.name

        def run() -> ImportOutcome:
            dossier = office.dossier_of_page(page_id)
            place = place_at(dossier, page_id, over=True)
            try:
                return _replacing(self._take_in(dossier.id, path, user, place))
            finally:
                self._read_in_background(dossier.id)

        return self._do(run)

    def _scan_at(
        self,
        page_id: PageId,
        source_id: str,
        profile: str,
        progress: Callable[[ImportOutcome], None],
        cancelled: Callable[[], bool],
        *,
        over: bool,
    ) -> Future[int]:
        user, chosen = self.user.name, by_name(self._parts.scan_profiles, profile)
        if over or chosen.by_hand:  # the other sides of a stack that lies between are not waited for
            chosen = replace(chosen, sides="one")

        def run() -> int:
            dossier = self._office.dossier_of_page(page_id)
            place = place_at(dossier, page_id, over=over)
            folder = self._parts.incoming / f"{dossier.id}.{page_id}"
            folder.mkdir(parents=True, exist_ok=True)
            _note(folder, place)
            take = self._taker(dossier.id, user, place)
            try:
                return self._draw_in(dossier.id, source_id, chosen, folder, take, progress, cancelled, user)
            finally:
                _leave(folder)

        return self._do(run)

    def _taker(self, dossier_id: DossierId, by: UserName, place: Place | None) -> Taker:
        """Takes sheet after sheet to its place: what comes after the one that took a page's place goes behind. That is noted
        before the sheet is taken away, so that after a crash no page is replaced twice."""

        def take(path: Path, suspect: Suspicion | None = None) -> ImportOutcome:
            nonlocal place
            if place is None:
                return self._take_in_sheet(dossier_id, path, by, suspect)
            # what is to take a page's place has to be another picture than those that are there
            outcome = self._take_in(dossier_id, path, by, place, None if place.over else suspect)
            if outcome.error is None:
                place = replace(place, over=False)
                _note(path.parent, place)
                path.unlink(missing_ok=True)
            return outcome

        return take

    def _take_in_stranded(self) -> list[DossierId]:
        """Sheets that were scanned and not yet taken in when the program stopped; gives the dossiers that got some."""
        found = []
        for folder in sorted(p for p in self._parts.incoming.glob("*") if p.is_dir()):
            if folder.name.startswith(copylane.FOLDER):
                found += [made for path in expand([folder]) if (made := self._take_in_copy(folder.name, path)) is not None]
                continue
            dossier_id = DossierId(folder.name.partition(".")[0])
            take = self._taker(dossier_id, SYSTEM, _noted(folder))
            found += [dossier_id for path in expand([folder]) if take(path).pages]
            _leave(folder)
        return found

    def _take_in_copy(self, folder: str, path: Path) -> DossierId | None:
        dossier_id = copylane.stranded(self._office, folder, SYSTEM)
        return dossier_id if self._take_in_sheet(dossier_id, path, SYSTEM).pages else None


def _replacing(outcome: ImportOutcome) -> ImportOutcome:
    """Nothing came in, and nothing is wrong: the dossier has this picture."""
    if outcome.pages or outcome.error is not None:
        return outcome
    return replace(outcome, error=ErrorNote("Q09", (("page", outcome.known),)))


def _note(folder: Path, place: Place) -> None:
    write_durably(folder / _PLACE, json.dumps(asdict(place)).encode())


def _noted(folder: Path) -> Place | None:
    try:
        told = json.loads((folder / _PLACE).read_bytes())
    except FileNotFoundError:
        return None
    return Place(PageId(told["page"]), None if told["before"] is None else PageId(told["before"]), told["over"])


def _leave(folder: Path) -> None:
    """The note goes with the last sheet; a sheet that could not be taken in keeps it."""
    if (folder / _PLACE).exists() and not expand([folder]):
        (folder / _PLACE).unlink()
        folder.rmdir()
