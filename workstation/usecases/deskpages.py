"""The desk of Pages: what is asked of a page's picture. Each move can be undone; the page is made and read anew behind it."""

from collections.abc import Callable
from concurrent.futures import Future

from workstation.domain.dossier import Dossier
from workstation.domain.ids import PageId, UserName
from workstation.domain.page import Box, Recipe
from workstation.domain.pagework import Corners
from workstation.usecases import pagework
from workstation.usecases.deskcapture import CaptureDesk
from workstation.usecases.office import Office


class PageDesk(CaptureDesk):
    """Whatever is asked a second time is taken back, unless it says otherwise. Places are in pixels of the page as it is."""

    def _work(self, page_id: PageId, change: Callable[[Office, UserName], Dossier]) -> Future[None]:
        office, user = self._office, self.user.name
        return self._edit(lambda: change(office, user), read=True)

    def set_work(self, page_id: PageId, work: Recipe) -> Future[None]:
        """All that is asked of the page, in place of what was."""
        return self._work(page_id, lambda office, user: pagework.set_work(office, page_id, work, user))

    def crop(self, page_id: PageId, box: Box | None) -> Future[None]:
        """None: no longer cut."""
        return self._work(page_id, lambda office, user: pagework.crop(office, page_id, box, user))

    def straighten(self, page_id: PageId, degrees: float) -> Future[None]:
        """By a slope in degrees, clockwise positive, beyond what was done so far."""
        return self._work(page_id, lambda office, user: pagework.straighten(office, page_id, degrees, user))

    def as_scanned(self, page_id: PageId) -> Future[None]:
        """Neither straightened nor cut by the program."""
        return self._toggle(page_id, "as_scanned")

    def borders(self, page_id: PageId) -> Future[None]:
        """Black edges become paper."""
        return self._toggle(page_id, "borders")

    def flatten(self, page_id: PageId) -> Future[None]:
        """Shadows go."""
        return self._toggle(page_id, "flatten")

    def bleed_through(self, page_id: PageId) -> Future[None]:
        """What shines through from the other side goes."""
        return self._toggle(page_id, "bleed_through")

    def despeckle(self, page_id: PageId) -> Future[None]:
        return self._toggle(page_id, "despeckle")

    def dewarp(self, page_id: PageId) -> Future[None]:
        """A curled sheet is laid flat by its lines of text, if they tell how."""
        return self._toggle(page_id, "dewarp")

    def _toggle(self, page_id: PageId, name: str) -> Future[None]:
        return self._work(page_id, lambda office, user: pagework.toggle(office, page_id, name, user))

    def perspective(self, page_id: PageId, corners: Corners | None) -> Future[None]:
        """The sheet between its corners (``find_corners``, or set by hand) as a rectangle; None: no longer."""
        return self._work(page_id, lambda office, user: pagework.perspective(office, page_id, corners, user))

    def find_corners(self, page_id: PageId) -> Future[Corners | None]:
        """Clockwise from the top left; None where the program is not sure."""
        return self._ask(lambda: pagework.find_corners(self._office, page_id))

    def split_spread(self, page_id: PageId) -> Future[None]:
        """The page becomes its left and right half, or a half the whole again."""
        return self._work(page_id, lambda office, user: pagework.split_spread(office, page_id, user))
