"""The desk of pages that bear a mark of a state secret."""

from collections.abc import Sequence
from concurrent.futures import Future

from workstation.domain.errors import ErrorNote
from workstation.domain.ids import DossierId, PageId
from workstation.usecases import held
from workstation.usecases.desklanes import DeskLanes
from workstation.usecases.held import HeldPage


class HeldDesk(DeskLanes):
    def held_pages(self) -> Future[tuple[HeldPage, ...]]:
        return self._ask(lambda: held.held_pages(self._office))

    def not_secret(self, page_id: PageId) -> Future[None]:
        """Không phải – đọc tiếp: the page is read in the background. K21 if it is not held."""
        user = self.user.name

        def run() -> None:
            self._read_in_background(held.not_secret(self._office, page_id, user).id)

        return self._do(run)

    def remove_secret(self, dossier_id: DossierId, page_ids: Sequence[PageId]) -> Future[ErrorNote]:
        """Đúng là tài liệu mật – xóa: these pages and their files go for good; what is left is read on. Gives K22,
        which says what is not this program's to erase. K06, K21, K23."""
        user = self.user.name

        def run() -> ErrorNote:
            try:
                return held.remove(self._office, dossier_id, page_ids, user)
            finally:
                self._read_in_background(dossier_id)

        return self._do(run)
