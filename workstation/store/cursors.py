"""How far the list of receipts was read, in the store."""

from sqlalchemy import Table, insert, select, update

from workstation.domain.ids import Sha256
from workstation.domain.outbox import ReceiptCursor
from workstation.store import tables
from workstation.store.rows import table_of
from workstation.store.transaction import Transaction

CURSOR: Table = table_of(tables.ReceiptCursorRow)


class SqlCursors:
    """``domain.ports.Cursors``."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    def get(self, server: str, reader: str) -> ReceiptCursor | None:
        query = select(CURSOR).where(CURSOR.c.server == server, CURSOR.c.reader == reader)
        rows = self._tx.rows(self._tx.locked(query))
        return ReceiptCursor(server, reader, rows[0]["number"], Sha256(rows[0]["receipt"])) if rows else None

    def save(self, cursor: ReceiptCursor) -> None:
        values = {"number": cursor.number, "receipt": cursor.receipt}
        place = (CURSOR.c.server == cursor.server) & (CURSOR.c.reader == cursor.reader)
        if self._tx.connection.execute(update(CURSOR).where(place).values(values)).rowcount != 1:
            self._tx.connection.execute(insert(CURSOR), {"server": cursor.server, "reader": cursor.reader, **values})
