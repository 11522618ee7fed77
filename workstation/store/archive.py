"""What is kept of signed files, in the store."""

from sqlalchemy import Table, insert, select, update

from workstation.domain.archive import KeptFile
from workstation.domain.ids import Sha256
from workstation.domain.signature import FileStanding, LastStamp
from workstation.store import tables
from workstation.store.mapping import Row, Stored, error_in, error_out
from workstation.store.rows import table_of
from workstation.store.transaction import Transaction

KEPT: Table = table_of(tables.KeptFileRow)


class SqlArchive:
    """``domain.ports.Archive``. A row that a writing unit of work has read stays as it is until that ends."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    def get(self, sealed: Sha256) -> KeptFile | None:
        rows = self._tx.rows(self._tx.locked(select(KEPT).where(KEPT.c.sealed == sealed)))
        return _kept(rows[0]) if rows else None

    def save(self, kept: KeptFile) -> None:
        values = _row(kept)
        done = self._tx.connection.execute(update(KEPT).where(KEPT.c.sealed == kept.sealed).values(values))
        if done.rowcount != 1:
            self._tx.connection.execute(insert(KEPT), values)

    def list(self) -> tuple[KeptFile, ...]:
        return tuple(_kept(row) for row in self._tx.rows(select(KEPT).order_by(KEPT.c.sealed)))


def _row(kept: KeptFile) -> Row:
    stamp = kept.standing.stamp
    return {
        "sealed": kept.sealed,
        "sha256": kept.sha256,
        "bytes": kept.bytes,
        "level": kept.standing.level,
        "stamp_until": stamp.until if stamp else None,
        "stamp_algorithms": [list(one) for one in stamp.algorithms] if stamp else None,
        "error": error_out(kept.error),
    }


def _kept(row: Stored) -> KeptFile:
    algorithms, stamp = row["stamp_algorithms"], None
    if algorithms is not None:
        stamp = LastStamp(row["stamp_until"], tuple((name, bits) for name, bits in algorithms))
    standing = FileStanding(row["level"], stamp)
    return KeptFile(Sha256(row["sealed"]), Sha256(row["sha256"]), row["bytes"], standing, error_in(row["error"]))
