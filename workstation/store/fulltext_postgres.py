"""PostgreSQL's text search, with our own words: neither its parser nor a dictionary ever sees the text.

Words of the names have weight A, so the names can be asked by themselves.
"""

import itertools
import zlib
from collections.abc import Sequence

from sqlalchemy import Connection, text

from workstation.domain.search import Tokens
from workstation.store.fulltext import Expression, Question, Where

_COLUMN = {Where.FIELDS: "fields", Where.EVERYTHING: "everything"}
LAST_POSITION = 16_383
POSITIONS = 255
"""Of one word; PostgreSQL keeps no more."""
BYTES = 900_000
"""Of the words of one paper; PostgreSQL takes 1 MiB. What is behind that, in a paper of some thousand pages, is not found."""
BLOCKS = (1_024, 8_192, 65_536, 524_288)
"""Papers of one block, by its size: each holds eight of the one before."""
_PAIRS = 1 << 18
"""Kinds of pairs: so many that a paper has a wrong one seldom, so few that each is written down in a byte or two."""


class TextSearch:
    """``store.fulltext.Dialect``.

    An index of words knows neither the order of the papers nor of the words in them: for two common words one behind the other
    among the newest papers it would find all that have both, and these be read one by one. So a paper has two kinds of words
    more, which begin with a capital as no other does: the blocks of papers that it is in, by which the index passes over all
    others, and its pairs of words, hashed, by which a phrase is asked of few that don't have it. The planner, which takes a
    rare word for one that every two-hundredth paper has, is left no other way than that index: none gives ``id + 0``.
    """

    block, growth = 2_000, 8

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
            connection.execute(query, [{"id": number, **_vectors(number, found)} for number, found in rows])

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
        pairs = [_quoted(pair) for pair in _pairs(words[:-1] if begins else words)]
        return f"({' & '.join([*dict.fromkeys(pairs), ' <-> '.join(quoted)])})"

    def find(self, connection: Connection, where: Where, question: Question, span: tuple[int, int], limit: int) -> list[int]:
        """The index goes through its lists of papers side by side where each part is a condition of its own; in one that holds
        them all it takes the rarest words' lists first, and these from the oldest paper on."""
        parts = [self.any_of([_quoted(block) for block in blocks(*span)]), *question]
        asked = " AND ".join(f"{_COLUMN[where]} @@ CAST(:part{n} AS tsquery)" for n in range(len(parts)))
        query = text(
            f"SELECT id FROM search_words WHERE {asked} AND id + 0 BETWEEN :low AND :high ORDER BY id + 0 DESC LIMIT :limit"
        )
        values = {f"part{n}": part for n, part in enumerate(parts)}
        return list(connection.scalars(query, {**values, "low": span[0], "high": span[1], "limit": limit}))

    def find_among(self, connection: Connection, where: Where, question: Question, numbers: Sequence[int]) -> list[int]:
        column = _COLUMN[where]
        known = f"SELECT id, {column} FROM search_words WHERE id = ANY(:numbers) OFFSET 0"
        query = text(f"SELECT id FROM ({known}) AS known WHERE {column} @@ CAST(:question AS tsquery)")
        return list(connection.scalars(query, {"question": self.all_of(question), "numbers": list(numbers)}))


def blocks(low: int, high: int) -> list[str]:
    """Of which the papers from ``low`` to ``high`` are, and few others: the largest that fit, and small ones at both ends."""
    least = BLOCKS[0]
    found, at, end = [], low // least * least, (high // least + 1) * least
    while at < end:
        fitting = max(papers for papers in BLOCKS if at % papers == 0 and at + papers <= end)
        found.append(_block(at, fitting))
        at += fitting
    return found


def blocks_of(number: int) -> list[str]:
    """In which a paper is."""
    return [_block(number, papers) for papers in BLOCKS]


def _block(number: int, papers: int) -> str:
    return f"{'BCDE'[BLOCKS.index(papers)]}{number // papers:x}"


def _pairs(words: Sequence[str]) -> list[str]:
    """Words that are no marks, and have no diacritics: others are no part of a phrase."""
    return [f"P{zlib.crc32(f'{a} {b}'.encode()) % _PAIRS:x}" for a, b in itertools.pairwise(words) if a.isascii() and b.isascii()]


def _vectors(number: int, found: Tokens) -> dict[str, str]:
    names, rest, body = found.names.split(), found.rest.split(), found.body.split()
    where = blocks_of(number)
    return {"fields": _vector(where, names, rest), "everything": _vector(where, names, [*rest, *body])}


def _vector(where: Sequence[str], names: Sequence[str], others: Sequence[str]) -> str:
    """As PostgreSQL reads it. Words behind the last position it knows are found, but not as part of a phrase."""
    places: dict[str, list[str]] = {word: [] for word in (*where, *_pairs([*names, *others][:LAST_POSITION]))}
    left = BYTES - sum(len(word) + 4 for word in places)
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
