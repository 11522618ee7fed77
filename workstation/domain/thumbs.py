"""The small picture of a page: which one is wanted, and where it lies. All of a dossier's are in one file of the cache."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from workstation.domain.ids import DossierId
from workstation.domain.page import PageSource, Recipe

RAW = "raw"
"""The kind of a picture of the page as it came: quick to make, there until the page is cleaned."""


@dataclass(frozen=True, slots=True)
class Thumb:
    """A wanted picture. ``kind``: ``RAW``, or what names the recipe that it shows."""

    pack: Path
    page: str
    """As ``page_key``: a page has one picture, whichever kind it is."""
    kind: str


@dataclass(frozen=True, slots=True)
class StoredThumb:
    """The picture that is there. One of another kind than the wanted is shown until that one is made."""

    kind: str
    jpeg: bytes

    def serves(self, wanted: Thumb) -> bool:
        return wanted.kind in (RAW, self.kind)


@dataclass(frozen=True, slots=True)
class ThumbJob:
    """Draw one page small and keep it in its pack. ``recipe`` None: as it came."""

    path: Path
    source: PageSource
    recipe: Recipe | None
    pack: Path
    page: str
    """As ``page_key``."""


def pack_of(cache: Path, dossier_id: DossierId) -> Path:
    return cache / "thumbs" / f"{dossier_id}.sqlite3"


def page_key(source: PageSource, work: Recipe) -> str:
    """Original and frame, and which half of it where a spread was parted."""
    half = next((f"-{int(t['side'])}" for t in work if t.name == "spread"), "")
    return f"{source.original}-{source.frame}{half}"


def kind_of(recipe: Recipe | None) -> str:
    """The same for every recipe that gives the same picture: why a step was chosen is not in it."""
    if recipe is None:
        return RAW
    return hashlib.sha256(repr([(t.name, t.version, t.params) for t in recipe]).encode()).hexdigest()[:16]
