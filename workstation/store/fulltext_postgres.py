"""PostgreSQL's text search, with our own words: neither its parser nor a dictionary ever sees the text.

Words of the names have weight A, so the names can be asked by themselves.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, text

from workstation.domain.search import Tokens
from workstation.store.fulltext import Expression, Where

_COLUMN = {Where.FIELDS: "fields", Where.EVERYTHING: "everything"}
LAST_POSITION = 16_383
POSITIONS = 255
"""Of one word; PostgreSQL keeps no more."""
BYTES = 900_000
"""Of the words of one paper; PostgreSQL takes 1 MiB. What is behind that, in a paper of some thousand pages, is not found."""


_SPARSE = {Where.EVERYTHING: 1 / 16, Where.FIELDS: 1 / 50}
"""Share of the papers from which the newest that are wanted are found sooner by reading them one by one than by the index of
words."""


class TextSearch:
    """``store.fulltext.Dialect``.

    The planner takes a word that few papers have for one that every two-hundredth has, and reads paper by paper (2.6 µs each: a
    second for a rare word among a million). So the first papers say how many there are, and the question says what to do: no
    index gives ``id + 0`` in order, and behind OFFSET stands what is looked up first.
    """

    block, growth = 5_000, 8

    def make(self, connection: Connection) -> None:
        connection.exec_driver_sql(
            "CREATE TABLE search_words (id bigint PRIMARY KEY, fields tsvector NOT NULL, everything tsvector NOT NULL)"
        )
        for column in _COLUMN.values():
            connection.exec_driver_sql(f"CREATE INDEX ix_search_words_{column} ON search_words USING gin ({column})")

    def drop(self, connection: Connection) -> None:
        connection.exec_driver_sql("DROP TABLE IF EXISTS search_words")

    def write(self, connection: Connection, rows: Sequence[tuple[int, Tokens]]) -> None:
        if rows:
            query = text("INSERT INTO search_words VALUES (:id, CAST(:fields AS tsvector), CAST(:everything AS tsvector))")
            connection.execute(query, [{"id": number, **_vectors(found)} for number, found in rows])

    def erase(self, connection: Connection, rows: Sequence[tuple[int, Tokens]]) -> None:
        if rows:
            connection.execute(text("DELETE FROM search_words WHERE id = :id"), [{"id": number} for number, _ in rows])

    def shred(self, connection: Connection) -> None:
        connection.execution_options(isolation_level="AUTOCOMMIT")
        for table in ("search_words", "search_paper"):
            connection.exec_driver_sql(f"VACUUM FULL {table}")

    def all_of(self, expressions: Sequence[Expression]) -> Expression:
        return f"({' & '.join(expressions)})"

    def any_of(self, expressions: Sequence[Expression]) -> Expression:
        return f"({' | '.join(expressions)})"

    def phrase(self, words: Sequence[str], *, begins: bool = False, names: bool = False) -> Expression:
        weight = "A" if names else ""
        quoted = [f"{_quoted(word)}:{weight}" if weight else _quoted(word) for word in words]
        if begins:
            quoted[-1] = f"{_quoted(words[-1])}:*{weight}"
        return f"({' <-> '.join(quoted)})"

    def find(
        self, connection: Connection, where: Where, question: Expression, span: tuple[int, int], limit: int, share: float
    ) -> list[int]:
        order = "id" if share >= _SPARSE[where] else "id + 0"
        query = text(
            f"SELECT id FROM search_words WHERE {_COLUMN[where]} @@ CAST(:question AS tsquery) "
            f"AND id BETWEEN :low AND :high ORDER BY {order} DESC LIMIT :limit"
        )
        return list(connection.scalars(query, {"question": question, "low": span[0], "high": span[1], "limit": limit}))

    def find_among(self, connection: Connection, where: Where, question: Expression, numbers: Sequence[int]) -> list[int]:
        column = _COLUMN[where]
        known = f"SELECT id, {column} FROM search_words WHERE id = ANY(:numbers) OFFSET 0"
        query = text(f"SELECT id FROM ({known}) AS known WHERE {column} @@ CAST(:question AS tsquery)")
        return list(connection.scalars(query, {"question": question, "numbers": list(numbers)}))


def _vectors(found: Tokens) -> dict[str, str]:
    names, rest, body = found.names.split(), found.rest.split(), found.body.split()
    return {"fields": _vector(names, rest), "everything": _vector(names, [*rest, *body])}


def _vector(names: Iterable[str], others: Iterable[str]) -> str:
    """As PostgreSQL reads it. Words behind the last position it knows are found, but not as part of a phrase."""
    places: dict[str, list[str]] = {}
    left = BYTES
    marked = [(word, "A") for word in names] + [(word, "") for word in others]
    for position, (word, weight) in enumerate(marked, 1):
        if word not in places:
            left -= len(word.encode()) + 4
            if left < 0:
                break
            places[word] = []
        if position <= LAST_POSITION and len(places[word]) < POSITIONS:
            left -= 2
            places[word].append(f"{position}{weight}")
    return " ".join(f"{_quoted(word)}:{','.join(at)}" if at else _quoted(word) for word, at in places.items())


def _quoted(word: str) -> str:
    """Words hold neither quotation marks nor backslashes (``domain.searchwords.WORD``)."""
    return f"'{word}'"
