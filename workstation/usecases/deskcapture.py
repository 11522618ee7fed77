"""The desk of Capture: paper comes in, and is arranged into documents."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from workstation.domain.dossier import Dossier
from workstation.domain.doublefeed import Suspicion
from workstation.domain.errors import WorkstationError
from workstation.domain.filelist import expand
from workstation.domain.ids import DocumentId, DossierId, PageId, UserName, new_id
from workstation.domain.page import Page, PageSource, PageState, Recipe
from workstation.domain.pagejobs import Rendered, RenderJob
from workstation.domain.ports import ScanSource
from workstation.domain.scanprofile import ScanProfile, by_name, scanner_for
from workstation.domain.thumbs import StoredThumb, Thumb
from workstation.usecases import edit, history, move, scan, sides
from workstation.usecases.desklanes import nothing
from workstation.usecases.deskstack import StackDesk
from workstation.usecases.feeding import Feeding
from workstation.usecases.office import PAGE_SECONDS
from workstation.usecases.paper import require_scannable
from workstation.usecases.place import Place
from workstation.usecases.thumbnails import hand_on
from workstation.usecases.views import ImportOutcome, Picture


class CaptureDesk(StackDesk):
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
                    outcomes.append(self._take_in(dossier_id, path, user))
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

    def rules_of(self, profile: str) -> str:
        """The rule profile of a dossier that is begun with that scan profile; at once."""
        return by_name(self._parts.scan_profiles, profile).rules

    def scanner_for(self, profile: str, sources: Sequence[ScanSource], chosen: str) -> str:
        """See ``domain.scanprofile``; at once."""
        return scanner_for(by_name(self._parts.scan_profiles, profile), sources, chosen)

    def waits_for_paper(self, profile: str) -> bool:
        """Whether an empty feeder is asked again with that profile; at once."""
        return by_name(self._parts.scan_profiles, profile).wait_for_paper > 0

    def scan(
        self,
        dossier_id: DossierId,
        source_id: str,
        profile: str,
        progress: Callable[[ImportOutcome], None],
        cancelled: Callable[[], bool],
    ) -> Future[int]:
        """Scans what lies in the feeder; each side is an original before the next is waited for. Gives the sheets of paper. Q01
        to Q08 with the ``count`` of sheets that are safe, and ``sheet``, the one to go on from; A11, before the feeder moves, for
        paper that is not scanned."""
        user, chosen = self.user.name, by_name(self._parts.scan_profiles, profile)

        def take(path: Path, suspect: Suspicion) -> ImportOutcome:
            return self._take_in_sheet(dossier_id, path, user, suspect)

        folder = self._parts.incoming / dossier_id
        return self._do(lambda: self._draw_in(dossier_id, source_id, chosen, folder, take, progress, cancelled, user))

    def _draw_in(
        self,
        dossier_id: DossierId,
        source_id: str,
        profile: ScanProfile,
        folder: Path,
        take: Callable[[Path, Suspicion], ImportOutcome],
        progress: Callable[[ImportOutcome], None],
        cancelled: Callable[[], bool],
        by: UserName,
    ) -> int:
        """One run of the feeder; each sheet is given to ``take`` before the next is drawn in."""
        dossier = self._office.dossier(dossier_id)
        require_scannable(self._office, dossier)
        wish = profile.wish(int(self._office.profile_of(dossier).limits.min_dpi))
        folder.mkdir(parents=True, exist_ok=True)
        feeding = Feeding(self._parts.scanner, source_id, wish, folder, take, progress, cancelled, profile.wait_for_paper)
        try:
            return self._scan_by_hand(dossier_id, feeding, profile.name, by) if profile.by_hand else feeding.run()
        except WorkstationError as error:
            if error.code != "Q05":
                raise
            pages = len(self._office.dossier(dossier_id).pages)  # the scanner itself felt two sheets, after these
            raise WorkstationError("Q05", **error.params, **({"page": pages} if pages else {})) from error
        finally:
            self._read_in_background(dossier_id)

    def _edit(self, change: Callable[[], Dossier], *, read: bool = False) -> Future[None]:
        """A change to the arrangement that can be undone."""

        def run() -> None:
            with self._arranging:
                dossier = change()
            if read:
                self._read_in_background(dossier.id)

        return self._do(run)

    @contextmanager
    def as_one(self) -> Iterator[None]:
        """What is asked for within is undone together."""
        alone = self._office
        self._office = replace(alone, batch=new_id())
        try:
            yield
        finally:
            self._office = alone

    def rotate(self, page_id: PageId, degrees: int) -> Future[None]:
        office, user = self._office, self.user.name
        return self._edit(lambda: edit.rotate(office, page_id, degrees, user), read=True)

    def split_before(self, page_id: PageId) -> Future[None]:
        """The page begins a new document."""
        office, user = self._office, self.user.name
        return self._edit(lambda: edit.split_before(office, page_id, user))

    def merge_with_previous(self, document_id: DocumentId) -> Future[None]:
        office, user = self._office, self.user.name
        return self._edit(lambda: edit.merge_with_previous(office, document_id, user))

    def set_dropped(self, page_id: PageId, dropped: bool) -> Future[None]:
        office, user = self._office, self.user.name
        return self._edit(lambda: edit.set_dropped(office, page_id, dropped, user), read=not dropped)

    def keep_page(self, page_id: PageId, reason: str) -> Future[None]:
        office, user = self._office, self.user.name
        return self._edit(lambda: edit.keep_page(office, page_id, reason, user))

    def move_pages(self, page_ids: Sequence[PageId], before: PageId | None) -> Future[None]:
        """To before that page (None: to the end), in paper order; see ``usecases.move``. At least one page."""
        office, user = self._office, self.user.name
        return self._edit(lambda: move.move_pages(office, page_ids, before, user))

    def pair_pages(self, page_ids: Sequence[PageId], *, turned: bool) -> Future[None]:
        """An even number of pages: fronts, then as many backs; see ``usecases.sides``."""
        office, user = self._office, self.user.name
        return self._edit(lambda: sides.pair_pages(office, page_ids, user, turned=turned))

    def undo(self, dossier_id: DossierId) -> Future[None]:
        return self._travel(dossier_id, back=True)

    def redo(self, dossier_id: DossierId) -> Future[None]:
        return self._travel(dossier_id, back=False)

    def _travel(self, dossier_id: DossierId, *, back: bool) -> Future[None]:
        user = self.user.name

        def run() -> None:
            with self._arranging:
                history.travel(self._office, dossier_id, user, back=back)
            self._read_in_background(dossier_id)

        return self._do(run)

    def finish_capture(self, dossier_id: DossierId) -> Future[None]:
        """ "Xong hồ sơ": refuses with the ``missing`` note of the view if something is in the way, with Q18 while a stack waits
        for its backs."""
        user = self.user.name

        def run() -> None:
            self._refuse_waiting_stack(dossier_id)
            edit.finish_capture(self._office, dossier_id, user)
            self._read_in_background(dossier_id)

        return self._do(run)

    # --- pages as pictures

    def thumbnail(self, wanted: Thumb) -> StoredThumb | None:
        """The page's small picture if it is there: at once, on the caller's own thread, which is not the screen's."""
        return self._thumbnails.get(wanted)

    def draw_thumbnail(self, page_id: PageId) -> Future[None]:
        """Done when ``thumbnail`` has what the page's view wants. F03, F06 and the like where it can't be drawn; M01."""
        done: Future[None] = Future()

        def begin() -> None:
            dossier = self._office.dossier_of_page(page_id)
            self._thumbnails.draw(dossier, dossier.page(page_id)).add_done_callback(lambda drawn: hand_on(drawn, done))

        asked = self._ask(begin)
        asked.add_done_callback(lambda begun: hand_on(begun, done) if begun.cancelled() or begun.exception() else None)
        return done

    def page_picture(self, page_id: PageId, max_px: int) -> Future[Picture]:
        """The cleaned page, at most ``max_px`` on its longer side, rendered by a page worker ahead of waiting pages."""

        def run() -> Picture:
            page = self._to_be_seen(page_id)
            source, shown = page.source, self._rendered(page.source, page.recipe, max_px)
            text = self._office.tools.load_text(self._office.cache, source.original, source.frame, page.work)
            size = (text.width_px, text.height_px) if text else None
            return Picture(shown.path, shown.width_px, shown.height_px, shown.scale, text.unread if text else (), size)

        return self._ask(run)

    def scan_picture(self, page_id: PageId, max_px: int) -> Future[Picture]:
        """The page as it came, before any step; ``scale`` is for one pixel of the scan."""

        def run() -> Picture:
            shown = self._rendered(self._to_be_seen(page_id).source, (), max_px)
            return Picture(shown.path, shown.width_px, shown.height_px, shown.scale)

        return self._ask(run)

    def _to_be_seen(self, page_id: PageId) -> Page:
        """K20 for a page with a mark of a state secret: a picture of it would be a file."""
        page = self._office.dossier_of_page(page_id).page(page_id)
        if page.state is PageState.HELD:
            raise WorkstationError("K20")
        return page

    def _rendered(self, source: PageSource, recipe: Recipe, max_px: int) -> Rendered:
        path = self._office.blobs.path(source.original)
        job = RenderJob(path, source.original, source.frame, recipe, self._office.cache, max_px)
        return self._office.pages.submit(self._office.tools.render, job, timeout=PAGE_SECONDS, urgent=True).result()

    def _take_in_sheet(
        self, dossier_id: DossierId, path: Path, user: UserName, suspect: Suspicion | None = None
    ) -> ImportOutcome:
        """The sheet is removed once it is an original, and kept if it can't become one: it may be the only copy."""
        outcome = self._take_in(dossier_id, path, user, suspect=suspect)
        if outcome.error is None:
            path.unlink(missing_ok=True)
        return outcome

    def _take_in(
        self,
        dossier_id: DossierId,
        path: Path,
        user: UserName,
        place: Place | None = None,
        suspect: Suspicion | None = None,
    ) -> ImportOutcome:
        """The first page's picture is begun before the screen knows of the page; those of a long file's others when they are
        looked at."""
        outcome = scan.take_in(self._office, dossier_id, path, user, place, suspect)
        if outcome.pages:
            dossier = self._office.dossier(dossier_id)
            self._thumbnails.draw(dossier, dossier.pages[-outcome.pages])
        return outcome
