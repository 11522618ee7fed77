"""Documents that are to be put into the search index anew (``domain.search.DueDocuments``)."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Table, and_, delete, func, literal, select
from sqlalchemy.dialects import postgresql, sqlite

from workstation.domain.ids import DocumentId, DossierId
from workstation.domain.search import DueDocument
from workstation.store import tables
from workstation.store.rows import table_of
from workstation.store.transaction import Transaction

DUE: Table = table_of(tables.DueDocumentRow)
DOCUMENT: Table = table_of(tables.DocumentRow)
DOSSIER: Table = table_of(tables.DossierRow)


class SqlDueDocuments:
    """See the module."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    def add(self, dossier_id: str, version: int, document_ids: Iterable[str]) -> None:
        """With the transaction that changes them."""
        rows = [
            {"document_id": d, "dossier_id": dossier_id, "version": version, "backlog": False} for d in sorted(set(document_ids))
        ]
        if rows:
            query = self._insert()
            newer = {name: query.excluded[name] for name in ("dossier_id", "version", "backlog")}
            self._tx.connection.execute(query.on_conflict_do_update(index_elements=[DUE.c.document_id], set_=newer), rows)

    def take(self, limit: int) -> tuple[DueDocument, ...]:
        rows = self._tx.rows(select(DUE).order_by(DUE.c.backlog, DUE.c.document_id).limit(limit))
        return tuple(DueDocument(DocumentId(r["document_id"]), DossierId(r["dossier_id"]), r["version"]) for r in rows)

    def done(self, due: Sequence[DueDocument]) -> None:
        for one in due:
            as_it_was = and_(
                DUE.c.document_id == one.document_id, DUE.c.dossier_id == one.dossier_id, DUE.c.version == one.version
            )
            self._tx.connection.execute(delete(DUE).where(as_it_was))

    def everything(self) -> int:
        columns = ("document_id", "dossier_id", "version", "backlog")
        all_of_them = select(DOCUMENT.c.id, DOSSIER.c.id, DOSSIER.c.version, literal(True)).join(
            DOSSIER, DOSSIER.c.id == DOCUMENT.c.dossier_id
        )
        # SQLite takes ON for part of a join unless a WHERE stands between
        rows = self._insert().from_select(columns, all_of_them.where(literal(1) == 1))
        self._tx.connection.execute(rows.on_conflict_do_nothing())
        return self.count()

    def count(self) -> int:
        found: int = self._tx.connection.execute(select(func.count()).select_from(DUE)).scalar_one()
        return found

    def _insert(self) -> postgresql.Insert | sqlite.Insert:
        dialect = self._tx.connection.dialect.name
        return postgresql.insert(DUE) if dialect == "postgresql" else sqlite.insert(DUE)
