"""SQLite's FTS5. Its tables hold no text: what was written is known from the paper, and said again to erase it.

Tokens are split at white space and cut nowhere (tokenizer ``ascii``: everything beyond ASCII is part of a word).
"""

from collections.abc import Sequence

from sqlalchemy import Connection, text

from workstation.domain.search import Tokens
from workstation.store.fulltext import Expression, Question, Where

MOST_BETWEEN = 2_000
"""Papers that match between candidates."""
_COLUMNS = {"search_field": ("names", "rest"), "search_text": ("words",)}


class Fts5:
    """``store.fulltext.Dialect``."""

    block, growth = 1 << 62, 2
    """All at once: FTS5 looks at the lower end of a span only when it has found something, so a span bounds no work, and each
    further one would be walked through again. A walk through a million papers takes some ten milliseconds."""

    def make(self, connection: Connection) -> None:
        for table, columns in _COLUMNS.items():
            # columnsize: only bm25 would ask for it
            options = "content='', columnsize=0, tokenize='ascii'"
            connection.exec_driver_sql(f"CREATE VIRTUAL TABLE {table} USING fts5({', '.join(columns)}, {options})")

    def drop(self, connection: Connection) -> None:
        for table in _COLUMNS:
            connection.exec_driver_sql(f"DROP TABLE IF EXISTS {table}")

    def write(self, connection: Connection, rows: Sequence[tuple[int, Tokens]]) -> None:
        if not rows:
            return
        field = "INSERT INTO search_field(rowid, names, rest) VALUES (?, ?, ?)"
        connection.exec_driver_sql(field, [(n, t.names, t.rest) for n, t in rows])
        connection.exec_driver_sql("INSERT INTO search_text(rowid, words) VALUES (?, ?)", [(n, t.everything) for n, t in rows])

    def erase(self, connection: Connection, rows: Sequence[tuple[int, Tokens]]) -> None:
        if not rows:
            return
        field = "INSERT INTO search_field(search_field, rowid, names, rest) VALUES ('delete', ?, ?, ?)"
        connection.exec_driver_sql(field, [(n, t.names, t.rest) for n, t in rows])
        everything = "INSERT INTO search_text(search_text, rowid, words) VALUES ('delete', ?, ?)"
        connection.exec_driver_sql(everything, [(n, t.everything) for n, t in rows])

    def shred(self, connection: Connection) -> None:
        """Erased tokens stay in their segments until these are merged."""
        for table in _COLUMNS:
            connection.exec_driver_sql(f"INSERT INTO {table}({table}) VALUES ('optimize')")
        connection.commit()
        connection.detach()
        driver = connection.connection.driver_connection
        if driver is not None:
            driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def all_of(self, expressions: Sequence[Expression]) -> Expression:
        return _joined(expressions, " AND ")

    def any_of(self, expressions: Sequence[Expression]) -> Expression:
        return _joined(expressions, " OR ")

    def phrase(self, words: Sequence[str], *, begins: bool = False, names: bool = False) -> Expression:
        """Words hold no quotation mark (``domain.searchwords.WORD``)."""
        return ("{names} : " if names else "") + f'"{" ".join(words)}"' + (" *" if begins else "")

    def find(self, connection: Connection, where: Where, question: Question, span: tuple[int, int], limit: int) -> list[int]:
        table = where.value
        query = text(
            f"SELECT rowid FROM {table} WHERE {table} MATCH :question AND rowid BETWEEN :low AND :high "
            "ORDER BY rowid DESC LIMIT :limit"
        )
        values = {"question": self.all_of(question), "low": span[0], "high": span[1], "limit": limit}
        return list(connection.scalars(query, values))

    def find_among(self, connection: Connection, where: Where, question: Question, numbers: Sequence[int]) -> list[int]:
        """Not one by one: each that does not match would cost a walk to the next that does."""
        return self.find(connection, where, question, (min(numbers), max(numbers)), MOST_BETWEEN)


def _joined(expressions: Sequence[Expression], word: str) -> Expression:
    return expressions[0] if len(expressions) == 1 else f"({word.join(expressions)})"
