"""The desk of Verify: a piece of a page that a person points at."""

from concurrent.futures import Future

from workstation.domain.errors import WorkstationError
from workstation.domain.ids import DocumentId
from workstation.domain.page import Box, PageState
from workstation.domain.pagejobs import BoxJob, PageLook
from workstation.usecases.desklanes import DeskLanes
from workstation.usecases.office import PAGE_SECONDS


class BoxDesk(DeskLanes):
    def read_box(self, document_id: DocumentId, page: int, box: Box, *, digits: bool = False) -> Future[str]:
        """What stands in a box of the document's page ``page`` (from 0), in pixels of the cleaned page: read anew by a page
        worker, ahead of waiting pages. ``digits``: a number alone. Empty: nothing was read. K04 if the page is gone; K20 for
        one with a mark of a state secret."""

        def run() -> str:
            pages = self._office.dossier_of(document_id).pages_of(document_id)
            if not 0 <= page < len(pages):
                raise WorkstationError("K04")
            if pages[page].state is PageState.HELD:
                raise WorkstationError("K20")
            source = pages[page].source
            look = PageLook(self._office.blobs.path(source.original), source.frame, pages[page].recipe)
            job = BoxJob(look, box, digits)
            return self._office.pages.submit(self._office.tools.read_box, job, timeout=PAGE_SECONDS, urgent=True).result()

        return self._ask(run)
