"""The desk of search: what is asked for, where a hit is worked on, and the index that follows what changes."""

import logging
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass
from enum import Enum

from workstation.domain.errors import WorkstationError
from workstation.domain.ids import DocumentId, DossierId, PageId
from workstation.domain.searchquery import Filters
from workstation.usecases.desklanes import DeskLanes
from workstation.usecases.queries import awaits, waits_at_sign
from workstation.usecases.search import Hits
from workstation.usecases.sign import OFFICIAL, REGISTRAR

log = logging.getLogger(__name__)

EVERYTHING = Filters()
USUAL_HITS = 50
PATIENCE_SECONDS = 0.25


class Desktop(Enum):
    """Where a document is worked on."""

    DOSSIER = "dossier"
    VERIFY = "verify"
    SIGN = "sign"


@dataclass(frozen=True, slots=True)
class HitPlace:
    where: Desktop
    dossier_id: DossierId
    page_id: PageId | None
    """The document's first."""


class SearchDesk(DeskLanes):
    def search(
        self,
        typed: str,
        filters: Filters = EVERYTHING,
        limit: int = USUAL_HITS,
        offset: int = 0,
        *,
        typing: bool = False,
        patience: float = PATIENCE_SECONDS,
    ) -> Future[Hits]:
        """The best first. ``typing``: the last word may be half of one; ``patience``: seconds after which older documents are
        left out. T01, T02, T03: see ``usecases.search``."""
        searcher, role = self._parts.searcher, self.user.role
        return self._ask(lambda: searcher.find(typed, role, filters, limit, offset, typing=typing, patience=patience))

    def hit_place(self, document_id: DocumentId) -> Future[HitPlace]:
        """Where this user goes on with a document that was found: to Verify or Sign if it waits for them there, else to its
        dossier. K04 if it is gone."""
        user = self.user

        def run() -> HitPlace:
            dossier = self._office.dossier_of(document_id)
            document = dossier.document(document_id)
            where = Desktop.DOSSIER
            if awaits(document, user.name):
                where = Desktop.VERIFY
            elif user.role in (OFFICIAL, REGISTRAR) and waits_at_sign(document, user.role):
                where = Desktop.SIGN
            first = next((p.id for p in dossier.pages_of(document_id)), None)
            return HitPlace(where, dossier.id, first)

        return self._ask(run)

    def keep_index(self) -> None:
        """Puts into the index what has changed: a round of the ticker."""
        try:
            self._parts.searcher.round(self._stopping.is_set)
        except CancelledError:
            return  # the page workers are being closed: what is left is due at the next start
        except WorkstationError as e:
            if e.code != self._index_trouble:  # said once, not every few seconds
                log.warning("%s: the search index is not kept up to date", e.code)
            self._index_trouble = e.code
        else:
            self._index_trouble = ""
