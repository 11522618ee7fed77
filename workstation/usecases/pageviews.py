"""Pages as the screens show them, made once for each state of a page."""

import threading
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from workstation.domain.dossier import Dossier
from workstation.domain.ids import DocumentId, DossierId, PageId
from workstation.domain.notepairs import pair_number
from workstation.domain.page import Page
from workstation.domain.pagework import CLERK
from workstation.domain.signature import SignedOriginal
from workstation.usecases.thumbnails import thumb_of
from workstation.usecases.views import PageView

KEPT = 20_000
"""Pages whose views are remembered: some 10 MB."""


@dataclass(frozen=True, slots=True)
class _Beside:
    """What a page's view says of the rest of its dossier."""

    number: int
    pair: int
    repeats: int
    signed: SignedOriginal | None


def _beside(dossier: Dossier, page: Page, numbers: Mapping[PageId, int]) -> _Beside:
    repeats = next((numbers.get(PageId(f.about), 0) for f in page.findings if f.code == "duplicate"), 0)
    return _Beside(numbers[page.id], pair_number(dossier, page), repeats, dossier.signed_original(page))


class PageViews:
    """A change keeps the pages that it does not touch, so all but one view of a thousand are the very same as before: nothing is
    made anew here, and nothing looked into by who compares."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[PageId, tuple[Page, _Beside, PageView]] = {}

    def of(self, cache: Path, dossier: Dossier) -> tuple[PageView, ...]:
        """In paper order, numbered from 1."""
        with self._lock:
            if len(self._known) + len(dossier.pages) > KEPT:
                self._known.clear()
            numbers = {page.id: number for number, page in enumerate(dossier.pages, 1)}
            return tuple(self._of(cache, dossier, page, _beside(dossier, page, numbers)) for page in dossier.pages)

    def _of(self, cache: Path, dossier: Dossier, page: Page, beside: _Beside) -> PageView:
        known = self._known.get(page.id)
        if known is not None and known[0] is page and known[1] == beside:
            return known[2]
        view = _view(cache, dossier.id, page, beside)
        self._known[page.id] = page, beside, view
        return view


def by_document(views: tuple[PageView, ...]) -> Mapping[DocumentId | None, tuple[PageView, ...]]:
    found: defaultdict[DocumentId | None, list[PageView]] = defaultdict(list)
    for view in views:
        found[view.document_id].append(view)
    return {document_id: tuple(pages) for document_id, pages in found.items()}


def _view(cache: Path, dossier_id: DossierId, page: Page, beside: _Beside) -> PageView:
    found = {t.name: t for t in page.recipe if t.reason != CLERK}
    return PageView(
        id=page.id,
        number=beside.number,
        state=page.state,
        thumbnail=thumb_of(cache, dossier_id, page),
        findings=page.findings,
        failing=page.failing,
        blank=page.blank,
        dropped=page.dropped,
        kept_reason=page.kept_reason,
        rotation=int(found["rotate"]["degrees"]) if "rotate" in found else 0,
        skew_deg=found["deskew"]["degrees"] if "deskew" in found else 0.0,
        dpi=next((f.value for f in page.findings if f.code == "dpi"), 0.0),
        error=page.error,
        document_id=page.document_id,
        work=page.work,
        recipe=page.recipe,
        separator=page.separator if page.dropped else "",
        signed=beside.signed,
        with_note=page.with_note,
        pair=beside.pair,
        repeats=beside.repeats,
    )
