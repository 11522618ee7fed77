"""The desk of Capture: paper comes in, and is arranged into documents."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from pathlib import Path

from workstation.domain.dossier import Dossier
from workstation.domain.errors import WorkstationError
from workstation.domain.filelist import expand
from workstation.domain.ids import DocumentId, DossierId, PageId, UserName
from workstation.domain.pagejobs import RenderJob
from workstation.domain.ports import ScanSource
from workstation.domain.scanprofile import by_name, sheets
from workstation.usecases import edit, scan
from workstation.usecases.desklanes import DeskLanes, nothing
from workstation.usecases.office import PAGE_SECONDS
from workstation.usecases.views import ImportOutcome, Picture


def _in_sheets(error: WorkstationError, *, duplex: bool) -> WorkstationError:
    """A scanner counts files, a clerk sheets. A sheet of which one side arrived is scanned again, so it doesn't count."""
    sides = error.params.get("count")
    if not isinstance(sides, int):
        return error
    whole = sides // 2 if duplex else sides
    return WorkstationError(error.code, **{**error.params, "count": whole, "sheet": whole + 1})


class CaptureDesk(DeskLanes):
    def new_dossier(self, title: str = "", profile: str = "archive") -> Future[DossierId]:
        return self._do(lambda: scan.open_dossier(self._office, title, self.user.name, profile))

    def set_procedure(self, dossier_id: DossierId, code: str) -> Future[None]:
        """K02 (``field`` procedure) if it is no code of a procedure."""
        user = self.user.name
        return self._do(lambda: nothing(scan.set_procedure(self._office, dossier_id, code, user)))

    def import_files(
        self, dossier_id: DossierId, paths: Sequence[Path], progress: Callable[[ImportOutcome], None]
    ) -> Future[tuple[ImportOutcome, ...]]:
        """Takes files (and folders' files) in; each is reported as it is safe on disk, on a worker thread. Pages are then
        cleaned and read in the background: ``DossierChanged`` after each."""
        user = self.user.name

        def run() -> tuple[ImportOutcome, ...]:
            outcomes = []
            try:
                for path in expand(paths):
                    outcomes.append(scan.take_in(self._office, dossier_id, path, user))
                    progress(outcomes[-1])
            finally:
                self._read_in_background(dossier_id)
            return tuple(outcomes)

        return self._do(run)

    def sweep(self) -> None:
        """One look at the folder that the office's copier scans into; on the thread of its own ticker."""
        if self._parts.watched is not None:
            for dossier_id in self._parts.watched.sweep():
                self._read_in_background(dossier_id)

    def scan_sources(self) -> Future[tuple[ScanSource, ...]]:
        return self._ask(self._parts.scanner.sources)

    def scan_profiles(self) -> tuple[str, ...]:
        """Names, the usual one first; at once."""
        return tuple(profile.name for profile in self._parts.scan_profiles)

    def scan(
        self,
        dossier_id: DossierId,
        source_id: str,
        profile: str,
        progress: Callable[[ImportOutcome], None],
        cancelled: Callable[[], bool],
    ) -> Future[int]:
        """Scans what lies in the feeder; each side is an original before the next is waited for. Gives the sheets of paper. Q01
        to Q08 with the ``count`` of sheets that are safe, and ``sheet``, the one to go on from."""
        user, chosen = self.user.name, by_name(self._parts.scan_profiles, profile)

        def sheet(path: Path) -> None:
            progress(self._take_in_sheet(dossier_id, path, user))

        def run() -> int:
            wish = chosen.wish(int(self._office.profile_of(self._office.dossier(dossier_id)).min_dpi))
            folder = self._parts.incoming / dossier_id
            folder.mkdir(parents=True, exist_ok=True)
            try:
                return sheets(self._parts.scanner.scan(source_id, wish, folder, sheet, cancelled), duplex=wish.duplex)
            except WorkstationError as error:
                raise _in_sheets(error, duplex=wish.duplex) from error
            finally:
                self._read_in_background(dossier_id)

        return self._do(run)

    def _edit(self, find: Callable[[], Dossier], change: Callable[[], Dossier], *, read: bool = False) -> Future[None]:
        """A change to the arrangement that can be undone."""

        def run() -> None:
            dossier_id = self._history.arrange(find, change)
            if read:
                self._read_in_background(dossier_id)

        return self._do(run)

    def rotate(self, page_id: PageId, degrees: int) -> Future[None]:
        office, user = self._office, self.user.name
        return self._edit(lambda: office.dossier_of_page(page_id), lambda: edit.rotate(office, page_id, degrees, user), read=True)

    def split_before(self, page_id: PageId) -> Future[None]:
        """The page begins a new document."""
        office, user = self._office, self.user.name
        return self._edit(lambda: office.dossier_of_page(page_id), lambda: edit.split_before(office, page_id, user))

    def merge_with_previous(self, document_id: DocumentId) -> Future[None]:
        office, user = self._office, self.user.name
        return self._edit(lambda: office.dossier_of(document_id), lambda: edit.merge_with_previous(office, document_id, user))

    def set_dropped(self, page_id: PageId, dropped: bool) -> Future[None]:
        office, user = self._office, self.user.name
        return self._edit(
            lambda: office.dossier_of_page(page_id), lambda: edit.set_dropped(office, page_id, dropped, user), read=not dropped
        )

    def keep_page(self, page_id: PageId, reason: str) -> Future[None]:
        office, user = self._office, self.user.name
        return self._edit(lambda: office.dossier_of_page(page_id), lambda: edit.keep_page(office, page_id, reason, user))

    def undo(self, dossier_id: DossierId) -> Future[None]:
        return self._travel(dossier_id, back=True)

    def redo(self, dossier_id: DossierId) -> Future[None]:
        return self._travel(dossier_id, back=False)

    def _travel(self, dossier_id: DossierId, *, back: bool) -> Future[None]:
        user = self.user.name

        def run() -> None:
            self._history.travel(dossier_id, user, back=back)
            self._read_in_background(dossier_id)

        return self._do(run)

    def finish_capture(self, dossier_id: DossierId) -> Future[None]:
        """ "Xong hồ sơ": refuses with the ``missing`` note of the view if something is in the way."""
        user = self.user.name

        def run() -> None:
            self._history.finish(dossier_id, user)
            self._read_in_background(dossier_id)

        return self._do(run)

    # --- pages as pictures

    def page_picture(self, page_id: PageId, max_px: int) -> Future[Picture]:
        """The cleaned page, at most ``max_px`` on its longer side, rendered by a page worker ahead of waiting pages."""

        def run() -> Picture:
            page = self._office.dossier_of_page(page_id).page(page_id)
            source = page.source
            path = self._office.blobs.path(source.original)
            job = RenderJob(path, source.original, source.frame, page.recipe, self._office.cache, max_px)
            shown = self._office.pages.submit(self._office.tools.render, job, timeout=PAGE_SECONDS, urgent=True).result()
            text = self._office.tools.load_text(self._office.cache, source.original, source.frame, page.manual_rotation)
            return Picture(shown.path, shown.width_px, shown.height_px, shown.scale, text.unread if text else ())

        return self._ask(run)

    def _take_in_sheet(self, dossier_id: DossierId, path: Path, user: UserName) -> ImportOutcome:
        """The sheet is removed once it is an original, and kept if it can't become one: it may be the only copy."""
        outcome = scan.take_in(self._office, dossier_id, path, user)
        if outcome.error is None:
            path.unlink(missing_ok=True)
        return outcome
