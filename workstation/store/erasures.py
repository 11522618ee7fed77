"""Files of state secrets that are to be erased, in the store: ordered with the change that takes their pages away."""

from collections.abc import Iterable

from sqlalchemy import Table, delete, func, insert, select

from workstation.domain.ids import DossierId, Sha256
from workstation.store import tables
from workstation.store.rows import table_of
from workstation.store.transaction import Transaction

ERASURE: Table = table_of(tables.ErasureRow)
ORIGINAL: Table = table_of(tables.OriginalRow)
PAGE: Table = table_of(tables.PageRow)


class SqlErasures:
    """``domain.ports.Erasures``."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    def order(self, dossier_id: DossierId, files: Iterable[Sha256]) -> None:
        known = {row["sha256"] for row in self._tx.rows(select(ERASURE.c.sha256).where(ERASURE.c.dossier_id == dossier_id))}
        if rows := [{"sha256": one, "dossier_id": dossier_id} for one in dict.fromkeys(files) if one not in known]:
            self._tx.connection.execute(insert(ERASURE), rows)

    def list(self) -> tuple[tuple[DossierId, Sha256], ...]:
        rows = self._tx.rows(select(ERASURE).order_by(ERASURE.c.dossier_id, ERASURE.c.sha256))
        return tuple((DossierId(row["dossier_id"]), Sha256(row["sha256"])) for row in rows)

    def unnamed(self, file: Sha256) -> bool:
        count = select(func.count()).select_from(PAGE).where(PAGE.c.original == file)
        return not self._tx.connection.execute(count).scalar()

    def done(self, file: Sha256) -> None:
        self._tx.connection.execute(delete(ERASURE).where(ERASURE.c.sha256 == file))
        self._tx.connection.execute(delete(ORIGINAL).where(ORIGINAL.c.sha256 == file))
