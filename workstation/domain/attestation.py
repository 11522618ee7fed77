"""The words with which a copy is certified (lời chứng): a dated template that the ward may replace, filled in for one line of the
book and kept with it."""

from dataclasses import dataclass
from datetime import date
from string import Formatter

from workstation.domain.ids import UserName

WORDS = ("number", "year", "day", "agency", "pages", "title", "certifier")
"""What the lines of a template may ask for."""
NEEDED = frozenset(("number", "year", "day"))
"""What they have to say somewhere."""

AGENCY_BLANK_MM = (30.0, 150.0, 110.0, 174.0)
CERTIFIER_BLANK_MM = (115.0, 150.0, 195.0, 174.0)
"""Where the two signatures stand on the page with the words, in millimetres from its top left corner."""


@dataclass(frozen=True, slots=True)
class AttestationTemplate:
    name: str
    source: str
    """The decree and what of it is not confirmed."""
    valid_from: date
    valid_to: date | None
    heading: str
    lines: tuple[str, ...]
    """May name ``WORDS`` in braces."""
    certifier: str
    agency: str
    """What stands above the two signatures."""

    @property
    def words(self) -> frozenset[str]:
        """What its lines ask for."""
        return frozenset(name for line in self.lines for _, name, _, _ in Formatter().parse(line) if name is not None)

    def filled(self, **words: str | int) -> tuple[str, ...]:
        return tuple(line.format(**words) for line in self.lines)


@dataclass(frozen=True, slots=True)
class Attestation:
    """The words of one certified copy, as they were signed, and who certifies."""

    template: str
    version: date
    """First day of the template's row."""
    heading: str
    lines: tuple[str, ...]
    captions: tuple[str, str]
    """Above the agency's and the certifying person's signature."""
    certifier: UserName
    title: str
    """In which capacity."""
    certificate: str
    """SHA-256 of the certificate that signs first."""
    under: tuple[str, ...]
    """Entries of the ledger of authorised signers; none for who certifies in his own right."""


def spoken_day(day: date) -> str:
    """``ngày 05 tháng 02 năm 2026`` (Decree 30/2020, annex I, ô 4)."""
    month = f"{day.month:02d}" if day.month < 3 else str(day.month)
    return f"ngày {day.day:02d} tháng {month} năm {day.year}"
