"""Thumbnails of pages: which one a screen wants, and who draws it. What is derived may be missing at any time."""

import threading
from concurrent.futures import Future
from pathlib import Path

from workstation.domain.dossier import Dossier
from workstation.domain.errors import WorkstationError
from workstation.domain.ids import DossierId
from workstation.domain.page import Page, PageState
from workstation.domain.pagejobs import PageTools
from workstation.domain.ports import BlobStore, Lane
from workstation.domain.thumbs import RAW, StoredThumb, Thumb, ThumbJob, kind_of, pack_of, page_key

THUMB_SECONDS = 20.0
"""A page of A3 at 600 dpi takes about one, drawn again from its recipe."""


def thumb_of(cache: Path, dossier_id: DossierId, page: Page) -> Thumb:
    """Raw as long as the page is being cleaned; until then one of an older recipe serves too."""
    kind = kind_of(page.recipe) if page.state is PageState.READ else RAW
    return Thumb(pack_of(cache, dossier_id), page_key(page.source, page.work), kind)


class Thumbnails:
    """Draws in page workers, ahead of pages that are being read; who asks twice waits for the one that is under way."""

    def __init__(self, pages: Lane, tools: PageTools, blobs: BlobStore, cache: Path) -> None:
        self._pages, self._tools, self._blobs, self._cache = pages, tools, blobs, cache
        self._lock = threading.Lock()
        self._drawing: dict[Thumb, Future[None]] = {}

    def get(self, wanted: Thumb) -> StoredThumb | None:
        return self._tools.thumbnail(wanted)

    def draw(self, dossier: Dossier, page: Page) -> Future[None]:
        """Done when the page's picture is in its pack. Of a page that was set aside none is drawn (it may have ended a
        worker), nor of one that bears a mark of a state secret."""
        wanted = thumb_of(self._cache, dossier.id, page)
        with self._lock:
            known = self._drawing.get(wanted)
            if known is not None:
                return known
            future = self._drawing[wanted] = self._begin(wanted, page)
        future.add_done_callback(lambda _: self._forget(wanted))
        return future

    def _begin(self, wanted: Thumb, page: Page) -> Future[None]:
        if page.state in (PageState.QUARANTINED, PageState.HELD):
            nothing: Future[None] = Future()
            nothing.set_result(None)
            return nothing
        recipe = page.recipe if page.state is PageState.READ else None
        try:
            job = ThumbJob(self._blobs.path(page.source.original), page.source, recipe, wanted.pack, wanted.page)
        except WorkstationError as e:  # the original is missing or damaged
            failed: Future[None] = Future()
            failed.set_exception(e)
            return failed
        return self._pages.submit(self._tools.draw_thumbnail, job, timeout=THUMB_SECONDS, urgent=True)

    def _forget(self, wanted: Thumb) -> None:
        with self._lock:
            self._drawing.pop(wanted, None)


def hand_on(known: "Future[None]", to: "Future[None]") -> None:
    """How ``known`` ended is how ``to`` ends."""
    if known.cancelled():
        to.cancel()
    elif (error := known.exception()) is not None:
        to.set_exception(error)
    else:
        to.set_result(None)
