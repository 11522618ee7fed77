"""The numbers of issued documents in the store."""

from sqlalchemy import Table, func, select

from workstation.domain.errors import WorkstationError
from workstation.domain.ids import DocumentId
from workstation.domain.issue import GivenNumber
from workstation.store import tables
from workstation.store.rows import table_of
from workstation.store.transaction import Transaction

NUMBER: Table = table_of(tables.IssuedNumberRow)


class SqlNumbers:
    """``domain.ports.Numbers``."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    def of(self, document_id: DocumentId) -> GivenNumber | None:
        found = self._tx.rows(select(NUMBER).where(NUMBER.c.document_id == document_id))
        return GivenNumber(document_id, found[0]["year"], found[0]["notation"], found[0]["number"]) if found else None

    def last(self, year: int, notation: str) -> int:
        series = (NUMBER.c.year == year) & (NUMBER.c.notation == notation)
        return int(self._tx.connection.execute(select(func.max(NUMBER.c.number)).where(series)).scalar() or 0)

    def add(self, given: GivenNumber) -> None:
        """The constraint decides, so that of two stations that give one number at once the later is told."""
        row = {"document_id": given.document, "year": given.year, "notation": given.notation, "number": given.number}
        self._tx.insert_missing(NUMBER, [row])
        if self.of(given.document) != given:
            raise WorkstationError("C38", number=given.text, notation=given.notation, year=str(given.year))
