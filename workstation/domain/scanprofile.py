"""Scan profiles ("Cấu hình quét"): what a clerk picks by one name instead of setting paper, colour and sides each time."""

from dataclasses import dataclass

from workstation.domain.ports import A4_MM, ScanWish

PAPERS_MM = {"A3": (297.0, 420.0), "A4": A4_MM, "A5": (148.0, 210.0), "Legal": (215.9, 355.6), "Letter": (215.9, 279.4)}
"""Width and height (ISO 216, ANSI)."""


@dataclass(frozen=True, slots=True)
class ScanProfile:
    name: str
    dpi: int = 0
    """0: what the dossier's rules ask for; never less than that."""
    color: bool = True
    duplex: bool = False
    paper: str = "A4"
    """A key of ``PAPERS_MM``."""

    def wish(self, least_dpi: int) -> ScanWish:
        return ScanWish(max(self.dpi, least_dpi), self.color, self.duplex, PAPERS_MM[self.paper])


USUAL = (ScanProfile("A4 một mặt"), ScanProfile("A4 hai mặt", duplex=True), ScanProfile("A3 một mặt", paper="A3"))
"""Where the office has set up none. Colour throughout: what is scanned for the archive has to be (Circular 05/2025)."""


def by_name(profiles: tuple[ScanProfile, ...], name: str) -> ScanProfile:
    """The first where there is none of that name: a setting may have changed under a window that is open."""
    return next((p for p in profiles if p.name == name), profiles[0])


def sheets(sides: int, *, duplex: bool) -> int:
    """How many sheets of paper gave so many sides."""
    return (sides + 1) // 2 if duplex else sides
