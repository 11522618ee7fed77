"""Scan profiles ("Cấu hình quét"): what a clerk picks by one name instead of setting paper, colour and sides each time."""

from collections.abc import Sequence
from dataclasses import dataclass

from workstation.domain.ports import A4_MM, ScanSource, ScanWish

PAPERS_MM = {"A3": (297.0, 420.0), "A4": A4_MM, "A5": (148.0, 210.0), "Legal": (215.9, 355.6), "Letter": (215.9, 279.4)}
"""Width and height (ISO 216, ANSI)."""
SIDES = ("one", "two", "two-by-hand")
"""``two-by-hand``: through a one-sided feeder, the fronts first and then the turned stack."""
MOST_WAIT_SECONDS = 600


@dataclass(frozen=True, slots=True)
class ScanProfile:
    name: str
    dpi: int = 0
    """0: what the dossier's rules ask for; never less than that."""
    color: bool = True
    sides: str = "one"
    """One of ``SIDES``."""
    paper: str = "A4"
    """A key of ``PAPERS_MM``."""
    copies: bool = False
    """For the fast lane of certified copies: each sheet is a dossier of its own."""
    rules: str = "archive"
    """Code of the rule profile of a dossier that is begun with it: what is asked of its pages, fields and file."""
    wait_for_paper: int = 0
    """Seconds for which an empty feeder is asked again whether there is paper; 0: it is told at once."""
    scanner: str = ""
    """A part of the scanner's name, whatever its case; empty: the one that is chosen on the screen."""

    @property
    def by_hand(self) -> bool:
        return self.sides == "two-by-hand"

    def wish(self, least_dpi: int) -> ScanWish:
        return ScanWish(max(self.dpi, least_dpi), self.color, self.sides == "two", PAPERS_MM[self.paper])


USUAL = (
    ScanProfile("A4 một mặt"),
    ScanProfile("A4 hai mặt", sides="two"),
    ScanProfile("A4 hai mặt thủ công", sides="two-by-hand"),
    ScanProfile("A3 một mặt", paper="A3"),
)
"""Where the office has set up none. Colour throughout: what is scanned for the archive has to be (Circular 05/2025)."""


def by_name(profiles: tuple[ScanProfile, ...], name: str) -> ScanProfile:
    """The first where there is none of that name: a setting may have changed under a window that is open."""
    return next((p for p in profiles if p.name == name), profiles[0])


def scanner_for(profile: ScanProfile, sources: Sequence[ScanSource], chosen: str) -> str:
    """The id of the scanner that the profile wants; ``chosen``, else the first, if it wants none. Empty: its own is not there."""
    if not profile.scanner:
        return chosen or (sources[0].id if sources else "")
    return next((s.id for s in sources if profile.scanner.casefold() in s.name.casefold()), "")


SAME_PAPER_MM = 4.0
"""A scan's edges are cut by so much at most: the next paper differs by more."""


def paper_name(width_mm: float, height_mm: float) -> str:
    """The key of ``PAPERS_MM`` that a picture of this size shows, upright or lying; empty: none of them."""
    found = sorted((width_mm, height_mm))
    near = {name: max(abs(a - b) for a, b in zip(found, sorted(size), strict=True)) for name, size in PAPERS_MM.items()}
    name = min(near, key=lambda n: near[n])
    return name if near[name] <= SAME_PAPER_MM else ""


def sheets(sides: int, *, duplex: bool) -> int:
    """How many sheets of paper gave so many sides."""
    return (sides + 1) // 2 if duplex else sides
