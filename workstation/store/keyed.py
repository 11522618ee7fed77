"""What persons keyed into critical fields, in the store."""

from collections.abc import Iterable

from sqlalchemy import Table, func, insert, select

from workstation.domain.ids import DocumentId, UserName
from workstation.domain.rekey import Keyed, KeyStep
from workstation.store import tables
from workstation.store.rows import table_of
from workstation.store.transaction import Transaction

KEYED: Table = table_of(tables.KeyedRow)


class SqlKeyed:
    """``domain.ports.KeyedValues``. Who writes here holds the lock of the document's dossier."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    def add(self, keyed: Iterable[Keyed]) -> None:
        rows = list(keyed)
        if not rows:
            return
        last = select(func.max(KEYED.c.number)).where(KEYED.c.document_id == rows[0].document)
        first = int(self._tx.connection.execute(last).scalar() or 0) + 1
        values = [
            {
                "document_id": one.document,
                "number": number,
                "name": one.name,
                "value": one.value,
                "unreadable": one.unreadable,
                "step": one.step.value,
                "keyed_by": one.by,
                "keyed_at": one.at,
            }
            for number, one in enumerate(rows, first)
        ]
        self._tx.connection.execute(insert(KEYED), values)

    def of(self, document_id: DocumentId) -> tuple[Keyed, ...]:
        rows = self._tx.rows(select(KEYED).where(KEYED.c.document_id == document_id).order_by(KEYED.c.number))
        return tuple(
            Keyed(
                document_id,
                row["name"],
                row["value"],
                row["unreadable"],
                KeyStep(row["step"]),
                UserName(row["keyed_by"]),
                row["keyed_at"],
            )
            for row in rows
        )
