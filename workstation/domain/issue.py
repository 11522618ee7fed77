"""The number under which the agency issues a document: unique in its year together with the symbol (Decree 30/2020 art. 15)."""

from dataclasses import dataclass

from workstation.domain.ids import DocumentId

GIVEN_IN_MARK = {"N1": "number", "N2": "issued_date"}
"""The field that a mark of the registrar's puts on the paper (annex I, part I, ô 3 and 4). Where the paper has it already,
the mark is left out."""
MOST_DIGITS = 6


@dataclass(frozen=True, slots=True)
class GivenNumber:
    """A document's number in the series of its symbol. It is the document's for good: what is signed anew keeps it."""

    document: DocumentId
    year: int
    notation: str
    """The symbol after the stroke: ``QĐ-UBND``."""
    number: int

    @property
    def text(self) -> str:
        """As it is written: below 10 with a zero (annex I, part I, II.3)."""
        return f"{self.number:02d}"


def number_of(text: str) -> int | None:
    """What a person typed as a number; None if it is none."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS and int(text) > 0 else None
