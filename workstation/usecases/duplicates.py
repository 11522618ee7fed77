"""The same sheet twice in a dossier: told on the later page, with the number of the earlier."""

from collections.abc import Callable, Collection
from concurrent.futures import CancelledError, Future
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from workstation.domain.dossier import Dossier
from workstation.domain.errors import WorkstationError
from workstation.domain.findings import FindingLimits
from workstation.domain.ids import DossierId, PageId, Sha256
from workstation.domain.likeness import candidates
from workstation.domain.page import Page, PageSource, PageState, Recipe
from workstation.domain.pagejobs import PageLook, PagePair
from workstation.usecases.office import PAGE_SECONDS, Office

Pair = frozenset[PageId]


def tell_duplicates(office: Office, dossier_id: DossierId, fresh: Collection[PageId]) -> None:
    """Compares pages that were just read with all others of the dossier: fingerprints first, then, where they are near, the ink.

    A page that can't be compared is told of by its own error; here it repeats nobody.
    """
    if not fresh:
        return
    dossier = office.dossier(dossier_id)
    prints = {p.id: found for p in dossier.pages if comparable(p) and (found := print_of(office, p))}
    pairs = {frozenset((a, b)) for a in fresh if a in prints for b in candidates(prints[a], _others(prints, a))}
    limits = office.profile_of(dossier).limits
    looks = {pair: _look(office, dossier, pair) for pair in pairs}
    alike = {pair: value for pair, look in looks.items() if (value := _outcome(look)) is not None}
    known = {f.about for p in dossier.pages for f in p.findings if f.code == "duplicate"}
    if not known.isdisjoint(fresh) or any(not limits.judge("duplicate", value).ok for value in alike.values()):
        told = office.event("system", "duplicates", dossier_id, looks=len(looks))
        office.change(dossier_id, lambda d: _told(d, set(fresh), alike, limits), told)


def comparable(page: Page) -> bool:
    return page.state is PageState.READ and not page.blank and not page.dropped


def print_of(office: Office, page: Page) -> str:
    """Empty: it has none, or none any more."""
    with suppress(LookupError):
        return _known(office.tools.fingerprint, office.cache, page.source, page.work)
    return ""


@lru_cache(maxsize=8192)
def _known(ask: Callable[[Path, Sha256, int, Recipe], str], cache: Path, source: PageSource, work: Recipe) -> str:
    """Remembered, or a thousand sheets that come one by one would read half a million files. LookupError: there is none (yet)."""
    if found := ask(cache, source.original, source.frame, work):
        return found
    raise LookupError


def _others(prints: dict[PageId, str], page: PageId) -> dict[PageId, str]:
    return {other: found for other, found in prints.items() if other != page}


def _look(office: Office, dossier: Dossier, pair: Pair) -> "Future[float] | None":
    pages = [p for p in dossier.pages if p.id in pair]
    try:
        first, second = (PageLook(office.blobs.path(p.source.original), p.source.frame, p.recipe) for p in pages)
    except WorkstationError:  # a blob is missing or damaged
        return None
    return office.pages.submit(office.tools.difference, PagePair(first, second), timeout=PAGE_SECONDS)


def _outcome(look: "Future[float] | None") -> float | None:
    try:
        return None if look is None else look.result()
    except CancelledError:
        raise
    except Exception:  # noqa: BLE001 - a pair that can't be compared is none; what is wrong with a page, reading it tells
        return None


def _told(dossier: Dossier, fresh: set[PageId], alike: dict[Pair, float], limits: FindingLimits) -> Dossier:
    """What was said of fresh pages before is forgotten; each says at most one page that it repeats, the one most like it."""
    order = {p.id: n for n, p in enumerate(dossier.pages)}
    for page in dossier.pages:
        kept = tuple(f for f in page.findings if f.code != "duplicate" or not ({page.id, PageId(f.about)} & fresh))
        earlier = {
            other: value
            for pair, value in alike.items()
            if page.id in pair and (other := next(iter(pair - {page.id}))) in order and order[other] < order[page.id]
        }
        if earlier:
            most = min(earlier, key=lambda other: (earlier[other], order[other]))
            finding = limits.judge("duplicate", round(earlier[most], 2))
            kept += () if finding.ok else (replace(finding, about=most),)
        if kept != page.findings:
            dossier = dossier.with_page(replace(page, findings=kept))
    return dossier
